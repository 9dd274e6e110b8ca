# The table of docs/coverage.md from the study's CSV: how many of 100 intervals hold the truth, the mean
# over the items of a kind and, in brackets, the item with the fewest and that with the most.

BEGIN { FS = "," }
FNR == 1 { next }
{ # the way and the kind are quoted and may hold commas
    split($0, quoted, "\"")
    world = quoted[1]
    sub(/,$/, "", world)
    key = quoted[4] SUBSEP quoted[2]
    split(quoted[5], number, ",")
    cell = key SUBSEP world
    if (!(key in seen)) {
        seen[key] = 1
        order[++n_key] = key
    }
    if (!(world in known)) {
        known[world] = 1
        worlds[++n_world] = world
    }
    sets = number[3]
    none = number[4]
    covered = number[5] + 0
    if (none == sets)
        next
    n[cell]++
    sum[cell] += covered
    missing[cell] += none / sets
    if (n[cell] == 1 || covered < least[cell])
        least[cell] = covered
    if (n[cell] == 1 || covered > most[cell])
        most[cell] = covered
}
END {
    printf "| interval | calibrated by |"
    for (w = 1; w <= n_world; w++)
        printf " %s |", worlds[w]
    printf "\n|---|---|"
    for (w = 1; w <= n_world; w++)
        printf "---|"
    printf "\n"
    for (k = 1; k <= n_key; k++) {
        split(order[k], part, SUBSEP)
        line = ""
        found = 0
        for (w = 1; w <= n_world; w++) {
            cell = order[k] SUBSEP worlds[w]
            if (cell in n) {
                found = 1
                line = line sprintf(" %.1f", sum[cell] / n[cell])
                if (n[cell] > 1)
                    line = line sprintf(" (%.1f to %.1f)", least[cell], most[cell])
                if (missing[cell] / n[cell] >= 0.005)
                    line = line sprintf(", none in %.0f%%", 100 * missing[cell] / n[cell])
            }
            line = line " |"
        }
        if (found)
            printf "| %s | %s |%s\n", part[1], part[2], line
    }
}
