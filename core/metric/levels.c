#include "core/metric/levels.h"

#include <stdlib.h>

#include "core/base/memory.h"

/* Level 0 of a column is "missing". */
struct level {
    size_t of_first, of_second;
    int32_t term;
};

struct column {
    size_t begin, n_level; /* where its levels lie */
};

static size_t level_of(const struct assay_level_rows *rows, const struct column columns[], size_t c,
                       size_t i)
{
    return columns[c].begin + (size_t)(rows->category[c][rows->row[i]] + 1);
}

static size_t lay_out(const struct assay_level_rows *rows, struct column columns[])
{
    size_t next = 0;
    for (size_t c = 0; c < rows->n_category; c++) {
        int32_t largest = -1;
        for (size_t i = 0; i < rows->n; i++)
            if (rows->category[c][rows->row[i]] > largest)
                largest = rows->category[c][rows->row[i]];
        columns[c] = (struct column){next, (size_t)(largest + 2)};
        next += columns[c].n_level;
    }
    return next;
}

static size_t smaller(const struct level *level)
{
    return level->of_first < level->of_second ? level->of_first : level->of_second;
}

/* The levels that may have a term, as their indices; the commonest of each column stands for the
 * rest. */
static size_t list(const struct level levels[], const struct column columns[], size_t n_column,
                   size_t fewest, size_t candidates[])
{
    size_t n = 0;
    for (size_t c = 0; c < n_column; c++) {
        size_t base = columns[c].begin;
        for (size_t v = columns[c].begin; v < columns[c].begin + columns[c].n_level; v++)
            if (levels[v].of_first + levels[v].of_second >
                levels[base].of_first + levels[base].of_second)
                base = v;
        for (size_t v = columns[c].begin; v < columns[c].begin + columns[c].n_level; v++)
            if (v != base && smaller(&levels[v]) >= fewest)
                candidates[n++] = v;
    }
    return n;
}

/* Numbers the best filled candidates, one after the other: there are few terms. */
static size_t number(struct level levels[], const size_t candidates[], size_t n, size_t most)
{
    size_t n_term = 0;
    for (; n_term < n && n_term < most; n_term++) {
        size_t best = n;
        for (size_t k = 0; k < n; k++)
            if (levels[candidates[k]].term < 0 &&
                (best == n || smaller(&levels[candidates[k]]) > smaller(&levels[candidates[best]])))
                best = k;
        levels[candidates[best]].term = (int32_t)n_term;
    }
    return n_term;
}

enum assay_status assay_levels_choose(const struct assay_level_rows *rows, size_t fewest,
                                      size_t most, int32_t term[], size_t *n_term,
                                      struct assay_error *err)
{
    struct column *columns = assay_alloc(rows->n_category, sizeof *columns);
    size_t n_level = columns != NULL ? lay_out(rows, columns) : 0;
    struct level *levels = assay_alloc(n_level, sizeof *levels);
    size_t *candidates = assay_alloc(n_level, sizeof *candidates);
    enum assay_status status = ASSAY_OK;
    if (columns == NULL || levels == NULL || candidates == NULL) {
        status = assay_fail_memory(err, "choosing levels to compare");
        goto cleanup;
    }
    for (size_t c = 0; c < rows->n_category; c++)
        for (size_t i = 0; i < rows->n; i++) {
            struct level *level = &levels[level_of(rows, columns, c, i)];
            level->of_first += rows->first[i];
            level->of_second += !rows->first[i];
        }
    for (size_t v = 0; v < n_level; v++)
        levels[v].term = -1;
    size_t n = list(levels, columns, rows->n_category, fewest, candidates);
    *n_term = number(levels, candidates, n, most);
    for (size_t i = 0; i < rows->n; i++)
        for (size_t c = 0; c < rows->n_category; c++)
            term[i * rows->n_category + c] = levels[level_of(rows, columns, c, i)].term;
cleanup:
    free(columns);
    free(levels);
    free(candidates);
    return status;
}
