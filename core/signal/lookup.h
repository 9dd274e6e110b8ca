/* lookup.h - the normalised values of one signal, found and not computed
 *
 * A signal has few different points: one for each of its values in each cohort (ties.h), or for each of
 * its categories. They are worked out once, into a table, and a row finds its own there. A plain column of
 * a long table has points of its own in every row, and keeps them.
 */
#ifndef ASSAY_CORE_SIGNAL_LOOKUP_H
#define ASSAY_CORE_SIGNAL_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/data/table.h"
#include "core/signal/baseline.h"
#include "core/signal/ties.h"
#include "core/spec/spec.h"

/* What points are found from. Everything is borrowed and must outlive the look-up, but for the baseline
 * and the ties themselves (not their rows). */
struct assay_lookup_source {
    const struct assay_signal_spec *signal;
    const struct assay_column *column;
    const struct assay_baseline *baseline; /* of a percentile signal */
    const uint16_t *leaf;                  /* [n_row] nodes of that baseline */
    const struct assay_ties *ties;         /* of the same leaves, or NULL: look at the column */
    size_t n_row;
    size_t n_thread;
};

/* Row i has table[index], the index being the first of these that is there:
 *   text[i] + 1, leaf[i] * n_value + code[i] (rows beside each other are often of one leaf), code[i], or i itself.
 * Entries are s / 100, in [0, 1], and never -0; NaN: missing, or a category that is not in the table. */
struct assay_lookup {
    double *table;  /* [n_entry] */
    size_t n_entry;
    bool gaps; /* some entry is NaN */
    const int32_t *text;
    const uint16_t *code, *leaf;
    size_t n_value;
};

/*   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_lookup_init(const struct assay_lookup_source *source,
                                                     struct assay_lookup *lookup,
                                                     struct assay_error *err);
void assay_lookup_clear(struct assay_lookup *lookup);

/* out[n]: the entries of rows first .. first + n - 1. */
void assay_lookup_take(const struct assay_lookup *lookup, size_t first, size_t n, double out[]);

#endif
