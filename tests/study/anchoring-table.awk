# The tables of docs/anchoring.md from the study's CSV: every cell, then every rule.
BEGIN { FS = "," }
FNR == 1 { next }
{
    cell = $1 " | " $2
    if (!(cell in seen)) { seen[cell] = 1; cells[++n_cell] = cell }
    if (!($3 in known)) { known[$3] = 1; rules[++n_rule] = $3 }
    at = cell SUBSEP $3
    loss[at] = sprintf("%.4f", $5); auc[at] = sprintf("%.4f", $6); moved[at] = $10
    excess[at] = $7; se[at] = $8; lost[at] = $9
    on[at] = sprintf("%.0f / %.0f / %.0f", 100 * $11, 100 * $12, 100 * $13)
}
function three(rule) { return loss[cell, rule] " / " auc[cell, rule] " / " moved[cell, rule] }
END {
    print "| accounts | anchor | maximum likelihood | equal weights | `auto` | excess (SE) | AUC lost | anchor chosen: own / halfway / equal, % |"
    print "|---|---|---|---|---|---|---|---|"
    for (c = 1; c <= n_cell; c++) {
        cell = cells[c]
        printf "| %s | %s | %s | %s | %s (%s) | %s | %s |\n", cell, three("maximum likelihood"),
            three("equal weights"), three("auto"), excess[cell, "auto"], se[cell, "auto"],
            lost[cell, "auto"], on[cell, "auto"]
    }
    print ""
    printf "| rule |"
    for (c = 1; c <= n_cell; c++) {
        split(cells[c], part, " [|] ")
        printf " %s %s |", part[1], part[2]
    }
    printf "\n|---|"
    for (c = 1; c <= n_cell; c++) printf "---|"
    print ""
    for (r = 1; r <= n_rule; r++) {
        printf "| %s |", rules[r]
        for (c = 1; c <= n_cell; c++) {
            at = cells[c] SUBSEP rules[r]
            miss = excess[at] > 0.001 || lost[at] > 0.002
            bold = miss ? "**" : ""
            printf " %s%+.1f / %+.1f / %.0f%s |", bold, 1000 * excess[at], 1000 * lost[at], moved[at], bold
        }
        print ""
    }
}
