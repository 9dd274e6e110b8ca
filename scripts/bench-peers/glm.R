# glm.R DATA DESIGN - data.table's fread and glm.fit, standard errors as summary.glm has them, AUC by ranks
#
# DESIGN has a line a signal: column,low,high,flip. As every peer: raw values to 0..1, a missing one to 0.5, turned
# round where lower is better. Prints "name value" lines.
suppressPackageStartupMessages(library(data.table))
files <- commandArgs(TRUE)
data <- fread(files[1])
design <- fread(files[2], col.names = c("column", "low", "high", "flip"))

x <- matrix(1, nrow(data), nrow(design) + 1)
for (j in seq_len(nrow(design))) {
    points <- (data[[design$column[j]]] - design$low[j]) / (design$high[j] - design$low[j])
    points[is.na(points)] <- 0.5
    x[, j + 1] <- if (design$flip[j]) 1 - points else points
}
y <- data$churned
fit <- glm.fit(x, y, family = binomial())
std_error <- sqrt(diag(chol2inv(fit$qr$qr[seq_len(ncol(x)), , drop = FALSE])))
ranks <- frank(fit$linear.predictors)
events <- as.numeric(sum(y)) # the product below is beyond an integer
auc <- (sum(ranks[y == 1]) - events * (events + 1) / 2) / (events * (length(y) - events))

name <- c("(intercept)", design$column)
cat(sprintf("%s %.17g\n", name, fit$coefficients), sep = "")
cat(sprintf("se:%s %.17g\n", name, std_error), sep = "")
cat(sprintf("auc %.17g\n", auc))
