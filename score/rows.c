#include "score/rows.h"

void assay_score_forget_rows(const struct assay_columns *columns, struct assay_table *table)
{
    bool shared = columns->id == columns->plan || columns->id == columns->models_by ||
                  columns->id == columns->line_by;
    for (size_t j = 0; j < columns->n_signal; j++)
        shared = shared || columns->signals[j] == columns->id;
    assay_table_reset(table);
    if (!shared)
        assay_dictionary_reset(table->columns[columns->id].dictionary);
}
