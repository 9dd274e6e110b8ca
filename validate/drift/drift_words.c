#include "validate/drift/drift_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

double assay_expected_rows(const struct assay_drift_variable *v)
{
    double rows = 0.0;
    for (size_t b = 0; b < v->n_bin; b++)
        rows += v->expected[b];
    return rows;
}

/* Text cut at the size, between characters. */
static const char *cut(const char *text, size_t size, char out[])
{
    snprintf(out, size, "%s", text);
    while (!assay_is_utf8(out, strlen(out)))
        out[strlen(out) - 1] = '\0';
    return out;
}

/* The last bin of every variable is for missing values, a text's last but one for all others. */
const char *assay_bin_label(const struct assay_drift_variable *v, size_t bin,
                            char out[ASSAY_BIN_LABEL_SIZE])
{
    if (bin + 1 == v->n_bin)
        return cut("missing", ASSAY_BIN_LABEL_SIZE, out);
    if (v->of->numbers == NULL)
        return cut(bin + 2 < v->n_bin ? v->of->values[bin] : "other values", ASSAY_BIN_LABEL_SIZE, out);
    size_t n_number = v->n_bin - 1;
    if (n_number == 1) /* training had no value at all: no edge */
        return cut("any value", ASSAY_BIN_LABEL_SIZE, out);
    if (bin == 0)
        snprintf(out, ASSAY_BIN_LABEL_SIZE, "up to %.6g", v->edge[0]);
    else if (bin + 1 == n_number)
        snprintf(out, ASSAY_BIN_LABEL_SIZE, "above %.6g", v->edge[bin - 1]);
    else
        snprintf(out, ASSAY_BIN_LABEL_SIZE, "%.6g to %.6g", v->edge[bin - 1], v->edge[bin]);
    return out;
}

static size_t widest_gap(const struct assay_drift_variable *v, double rows, double *gap)
{
    size_t widest = 0;
    *gap = -1.0;
    for (size_t b = 0; b < v->n_bin; b++) {
        double here = fabs(v->actual[b] / (double)v->n - v->expected[b] / rows);
        if (here > *gap) {
            *gap = here;
            widest = b;
        }
    }
    return widest;
}

/* A number is described by its distribution function, unless what moved most is the share that is
 * missing, or there are no values to compare. */
void assay_variable_words(const struct assay_drift_variable *v, struct assay_text *out)
{
    char label[ASSAY_BIN_LABEL_SIZE];
    double gap, rows = assay_expected_rows(v);
    size_t b = widest_gap(v, rows, &gap);
    bool missing = b + 1 == v->n_bin;
    if (v->of->numbers != NULL && !isnan(v->ks.distance) && !(missing && gap >= v->ks.distance)) {
        assay_text_printf(out, "%.0f%% are %s %.6g, %.0f%% in training", 100.0 * v->ks.now,
                          v->ks.below ? "below" : "at or below", v->ks.at, 100.0 * v->ks.then);
        return;
    }
    const char *quote = v->of->numbers == NULL && b + 2 < v->n_bin ? "\"" : "";
    assay_text_printf(out, "%s%s%s: %.0f%%, %.0f%% in training", quote, assay_bin_label(v, b, label),
                      quote, 100.0 * v->actual[b] / (double)v->n, 100.0 * v->expected[b] / rows);
}

const char *assay_drifted_names(const struct assay_drift_variable variables[], size_t n,
                                char out[ASSAY_NAMES_SIZE])
{
    enum { NAMED = 4, ROOM = 40 };
    size_t length = 0;
    for (size_t v = 0; v < n && v < NAMED; v++) {
        char name[ROOM];
        length += (size_t)snprintf(out + length, ASSAY_NAMES_SIZE - length, "%s%s",
                                   v == 0 ? "" : v + 1 == n ? " and " : ", ",
                                   cut(variables[v].of->name, ROOM, name));
    }
    if (n > NAMED)
        snprintf(out + length, ASSAY_NAMES_SIZE - length, " and %zu more", n - NAMED);
    return out;
}

void assay_drift_words(const struct assay_drift_variable variables[], size_t n,
                       struct assay_text *out)
{
    char names[ASSAY_NAMES_SIZE];
    size_t moved = 0;
    while (moved < n && variables[moved].drifted)
        moved++;
    if (moved == 0) {
        assay_text_printf(out, "None of %zu variables differs from the training data by more than chance "
                               "would make it at this size", n);
        if (n > 0 && variables[0].n < ASSAY_FEW_COMPARED)
            assay_text_printf(out, " (%zu snapshot%s can show only large changes)", variables[0].n,
                              variables[0].n == 1 ? "" : "s");
    } else {
        assay_text_printf(out, "%zu of %zu variables differ%s from the training data by more than chance "
                               "would make %s at this size: %s", moved, n, moved == 1 ? "s" : "",
                          moved == 1 ? "it" : "them", assay_drifted_names(variables, moved, names));
    }
    assay_text_puts(out, ". Where nothing changes, an audit names any variable at most once in 20 times");
}
