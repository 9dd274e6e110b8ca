/* rows.h - blocks of rows that are gone once they are scored */
#ifndef ASSAY_SCORE_ROWS_H
#define ASSAY_SCORE_ROWS_H

#include "core/data/table.h"
#include "core/signal/columns.h"

/* Forgets a block of rows. A stream brings ever new ids: their dictionary starts afresh with each block, so
 * that memory does not grow. Those of plans, segments and categories are kept, their codes
 * having been learnt. */
void assay_score_forget_rows(const struct assay_columns *columns, struct assay_table *table);

#endif
