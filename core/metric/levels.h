/* levels.h - which levels of which categories two groups can be compared in */
#ifndef ASSAY_CORE_METRIC_LEVELS_H
#define ASSAY_CORE_METRIC_LEVELS_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

/* Borrowed; category[c][row[i]] is a code from 0, or -1, a level too. */
struct assay_level_rows {
    size_t n;
    const size_t *row;
    const unsigned char *first; /* [n] 1: of the first group, 0: of the second */
    const int32_t *const *category;
    size_t n_category;
};

/* Gives a number, from 0, to each level that has at least `fewest` rows of either group, but for
 * the one of most rows in its column; when there are more than `most`, to those with the larger
 * smaller group (ties: in order of column and code). term[i * n_category + c] is the number of the
 * level of row i in column c, or -1; *n_term how many there are. ASSAY_ENOMEM  nothing is promised
 * of term */
ASSAY_MUST_CHECK enum assay_status assay_levels_choose(const struct assay_level_rows *rows,
                                                       size_t fewest, size_t most, int32_t term[],
                                                       size_t *n_term, struct assay_error *err);

#endif
