/* compiled.h - a model made ready to score many accounts, by columns
 *
 * The same figures as core/model/scorer.h, bit for bit: every operation on a number is the same and comes in
 * the same order, only the order of the accounts' work is another. Rows are scored in blocks, a signal at a
 * time, so that a signal's knots stay in the cache and the plain loops over rows are vectorised; texts
 * become small integers ("ids") once, and all tables are indexed by these.
 *
 * A compiled model never changes: threads may share it.
 */
#ifndef ASSAY_CORE_MODEL_COMPILED_H
#define ASSAY_CORE_MODEL_COMPILED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/model/model.h"
#include "core/model/segments.h"

struct assay_compiled;

/* Borrows the model, which must outlive it and stay where it is. */
ASSAY_MUST_CHECK enum assay_status assay_compiled_new(const struct assay_model *model,
                                                      struct assay_compiled **compiled,
                                                      struct assay_error *err);
void assay_compiled_free(struct assay_compiled *compiled);

/* ---- inputs, in the order of model->inputs ---- */

/* A model has no more inputs than signals, plan, tenure and the columns of two kinds of segments. */
#define ASSAY_MAX_INPUTS (ASSAY_MAX_SIGNALS + 4)

/* Whether a signal or the cohort reads numbers from this input. A text may serve as a number too, which is
 * then the one that it spells. */
bool assay_compiled_reads_number(const struct assay_compiled *compiled, size_t input);

/* What a text of this input counts as; NULL: missing. An input that is a number has no ids. */
int32_t assay_compiled_id(const struct assay_compiled *compiled, size_t input, const char *text);

/* One input of a block of rows. */
struct assay_lane {
    const double *numbers; /* [n] NaN: missing; not read where the input serves as text alone */
    const int32_t *ids;    /* [n] of assay_compiled_id(); not read where the input is a number */
};

/* ---- blocks of rows ---- */

#define ASSAY_COMPILED_ROWS                                                                        \
    ((size_t)256) /* a good size of a block: 12 signals fit the first cache */

enum {
    ASSAY_ROW_DROPPED =
        1, /* a signal whose policy is `drop` is missing: the figures do not count */
    ASSAY_ROW_UNSEEN_PLAN = 2,   /* as in struct assay_score */
    ASSAY_ROW_UNSEEN_SEGMENT = 4 /* terms.unseen there */
};

/* Results of a block, and what leads to them. Signal j of row i stands at [j * capacity + i]. */
struct assay_block {
    size_t capacity;
    double *s; /* normalised, missing ones filled */
    bool *missing;
    double *composite, *rounded, *log_odds, *score; /* [capacity] */
    double *probability; /* [capacity]; NULL: nobody asks for it */
    double *line;      /* the log-odds of the at-risk line that holds for the row */
    uint32_t *cohort;  /* node */
    uint32_t *weights; /* 0: the common ones; 1 + index in model->segment_models */
    uint32_t *zone, *flags, *n_missing, *n_unknown;
    uint32_t *piece; /* of the curve that was searched last */
};

/* Bytes that a block of so many rows needs, and the block laid out in them; memory is aligned for any type.
 * ASSAY_COMPILED_ROW_ROOM is enough for one row of any model. */
size_t assay_block_room(const struct assay_compiled *compiled, size_t capacity);
void assay_block_lay(const struct assay_compiled *compiled, void *memory, size_t capacity,
                     struct assay_block *block);
#define ASSAY_COMPILED_ROW_ROOM (ASSAY_MAX_SIGNALS * (sizeof(double) + sizeof(bool)) + 128)

/* Scores n <= block->capacity rows of lanes[n_input]. */
void assay_compiled_score(const struct assay_compiled *compiled, const struct assay_lane lanes[],
                          size_t n, struct assay_block *block);

/* Whose weights row i went by, for core/model/points.h. */
struct assay_terms assay_block_terms(const struct assay_compiled *compiled,
                                     const struct assay_block *block, size_t row);

#endif
