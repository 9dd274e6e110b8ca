/* segments.h - whose weights and whose at-risk line an account goes by
 *
 * A model may have weights for each value of the column that "models_by" names, and lines for each
 * value of "line": {"by": ...}. An account without a value there has the common ones; so has one whose
 * value calibration did not see, and that is marked.
 */
#ifndef ASSAY_CORE_MODEL_SEGMENTS_H
#define ASSAY_CORE_MODEL_SEGMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/data/table.h"
#include "core/model/model.h"
#include "core/signal/columns.h"

/* What holds for one account; zeroed: the common weights and the common line. */
struct assay_terms {
    const struct assay_model_segment *weights;   /* borrowed from the model; NULL: the common ones */
    const struct assay_model_segment_line *line; /* the same */
    bool unseen; /* a value of either column that calibration did not see */
};

/* From the texts of the two columns; NULL: missing, or not declared. */
struct assay_terms assay_terms_find(const struct assay_model *model, const char *models_by,
                                    const char *line_by);

double assay_terms_intercept(const struct assay_model *model, struct assay_terms terms);
const double *assay_terms_slope(const struct assay_model *model, struct assay_terms terms);
const double *assay_terms_weight(const struct assay_model *model, struct assay_terms terms);
double assay_terms_line(const struct assay_model *model, struct assay_terms terms); /* in (0, 1) */

/* Terms of rows of a table; remembers what each text's code led to, so that a long stream pays once
 * per text. Zeroed to start with. */
struct assay_terms_lookup {
    struct assay_terms *of_model_code, *of_line_code;
    size_t n_model_code, model_capacity, n_line_code, line_capacity;
};
/* Takes in the texts that have appeared since. */
ASSAY_MUST_CHECK enum assay_status assay_terms_lookup_extend(struct assay_terms_lookup *lookup,
                                                             const struct assay_model *model,
                                                             const struct assay_columns *columns,
                                                             const struct assay_table *table,
                                                             struct assay_error *err);
struct assay_terms assay_terms_of_row(const struct assay_terms_lookup *lookup,
                                      const struct assay_columns *columns,
                                      const struct assay_table *table, size_t row);
void assay_terms_lookup_clear(struct assay_terms_lookup *lookup);

#endif
