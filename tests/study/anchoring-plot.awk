# docs/anchoring.svg from the study's CSV: what a rule costs, and how far it moves the weights.
BEGIN {
    FS = ","
    n_rule = split("maximum likelihood|equal weights|own: paired 1 SE|auto", rules, "|")
    split("maximum likelihood|equal weights|paired 1 SE, own anchor alone|auto", labels, "|")
    split("#8a8a8a|#c98500|#7a5bb5|#0b6e4f", colours, "|")
    split("equal|noisy|reversed", anchors, "|")
    split("equal anchor|true but noisy anchor|reversed anchor", titles, "|")
    split("300|600|1500|3000", sizes, "|")
    wide = 220; high = 190; left = 70; top = 62; gap = 30; below = 64
}
FNR > 1 { excess[$1, $2, $3] = $7 * 1000; moved[$1, $2, $3] = $10 }
function px(panel, k) { return left + (panel - 1) * (wide + gap) + 18 + (k - 1) * (wide - 36) / 3 }
function py(row, value, low, up) {
    value = value > up ? up : value < low ? low : value
    return top + (row - 1) * (high + below) + high * (up - value) / (up - low)
}
function text(x, y, anchor, words, more) {
    printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>\n", x, y, anchor, more, words
}
function frame(row, panel, low, up, step,   value, x, k) {
    x = left + (panel - 1) * (wide + gap)
    for (value = low; value <= up + 1e-9; value += step) {
        printf "<path d=\"M%.1f %.1fh%d\" stroke=\"%s\"/>\n", x, py(row, value, low, up), wide, value == 0 ? "#555" : "#ddd"
        if (panel == 1) text(x - 6, py(row, value, low, up) + 4, "end", value)
    }
    for (k = 1; k <= 4; k++) text(px(panel, k), py(row, low, low, up) + 16, "middle", sizes[k])
}
function lines(row, panel, low, up,   r, k, value, path) {
    for (r = 1; r <= n_rule; r++) {
        path = ""
        for (k = 1; k <= 4; k++) {
            value = row == 1 ? excess[sizes[k], anchors[panel], rules[r]] : moved[sizes[k], anchors[panel], rules[r]]
            path = path sprintf("%s%.1f %.1f", k == 1 ? "M" : "L", px(panel, k), py(row, value, low, up))
            printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", px(panel, k), py(row, value, low, up), colours[r]
        }
        printf "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"/>\n", path, colours[r], r == n_rule ? 3 : 1.5
    }
}
END {
    width = left + 3 * wide + 2 * gap + 14; height = top + 2 * high + below + 42
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n", width, height, width, height
    print "<title>What choosing the anchor's strength costs in log loss, and how far it moves the weights</title>"
    printf "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", width, height
    for (r = 1; r <= n_rule; r++) {
        x = left + (r - 1) * 180 - (r == n_rule ? -60 : 0)
        printf "<path d=\"M%d 14h22\" stroke=\"%s\" stroke-width=\"%s\"/>\n", x, colours[r], r == n_rule ? 3 : 1.5
        text(x + 27, 18, "start", labels[r])
    }
    for (p = 1; p <= 3; p++) {
        text(left + (p - 1) * (wide + gap), top - 22, "start", titles[p], " font-weight=\"bold\"")
        frame(1, p, -4, 12, 2)
        printf "<path d=\"M%.1f %.1fh%d\" stroke=\"#b00\" stroke-dasharray=\"4 3\"/>\n", left + (p - 1) * (wide + gap), py(1, 1, -4, 12), wide
        lines(1, p, -4, 12)
        frame(2, p, 0, 50, 10)
        lines(2, p, 0, 50)
        text(left + (p - 1) * (wide + gap) + wide / 2, height - 6, "middle", "accounts")
    }
    text(left - 40, top - 7, "start", "log loss above the better of maximum likelihood and equal weights, thousandths (dashed: 1)", " fill=\"#555\"")
    text(left - 40, top + high + below - 9, "start", "weight points, of 100, that move between two data sets", " fill=\"#555\"")
    print "</svg>"
}
