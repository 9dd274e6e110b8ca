/* rows.h - what scoring a stream of rows needs besides the scorer */
#ifndef ASSAY_SCORE_ROWS_H
#define ASSAY_SCORE_ROWS_H

#include "core/data/table.h"
#include "core/model/scorer.h"

/* Forgets a block of rows. A stream brings ever new ids: their dictionary starts afresh with each block, so
 * that memory does not grow. Those of plans, segments and categories are kept, the scorer having learnt
 * their codes. */
void assay_score_forget_rows(const struct assay_scorer *scorer, struct assay_table *table);

#endif
