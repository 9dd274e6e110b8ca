#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "release/record/look.h"
#include "release/record/markdown_table.h"
#include "release/record/words_parts.h"

struct ranked {
    const struct cJSON *weight;
    size_t place; /* in the record: equal weights keep their order */
};

static int by_weight(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    double l = assay_look_number(left->weight, "weight"),
           r = assay_look_number(right->weight, "weight");
    if (l != r)
        return l > r ? -1 : 1;
    return left->place < right->place ? -1 : left->place > right->place;
}

static void put_weight(struct assay_markdown_table *table, const struct cJSON *weight)
{
    const char *name = assay_look_text(weight, "name"),
               *dimension = assay_look_text(weight, "dimension");
    double value = 100 * assay_look_number(weight, "weight");
    struct assay_estimate interval = assay_look_estimate(weight);
    assay_markdown_table_put_foreign(table, name != NULL ? name : "");
    assay_markdown_table_put_foreign(table, dimension != NULL ? dimension : "");
    if (isnan(value))
        assay_markdown_table_put(table, "");
    else if (isnan(interval.low))
        assay_markdown_table_printf(table, "%.1f", assay_number_unsigned_zero(value, 1));
    else
        assay_markdown_table_printf(table, "%.1f [%.1f, %.1f]",
                                    assay_number_unsigned_zero(value, 1),
                                    assay_number_unsigned_zero(100 * interval.low, 1),
                                    assay_number_unsigned_zero(100 * interval.high, 1));
}

enum assay_status assay_words_weights(const struct cJSON *record, struct assay_text *text,
                                      struct assay_error *err)
{
    const struct cJSON *weights = assay_look_at(record, "weights");
    size_t n = 0;
    if (assay_look_first(weights) == NULL)
        return ASSAY_OK;
    struct ranked *ranked = assay_alloc(assay_json_count(weights), sizeof *ranked);
    if (ranked == NULL)
        return assay_fail_memory(err, "writing the changelog");
    for (const struct cJSON *w = assay_json_first(weights); w != NULL; w = assay_json_next(w), n++)
        ranked[n] = (struct ranked){w, n};
    qsort(ranked, n, sizeof *ranked, by_weight);
    struct assay_markdown_table table = {.n_column = 3, .n_left = 2};
    assay_words_heading(text, "Weights");
    assay_text_putc(text, '\n');
    assay_markdown_table_put(&table, "signal");
    assay_markdown_table_put(&table, "dimension");
    assay_markdown_table_put(&table, "points of 100, 95% interval");
    for (size_t k = 0; k < n; k++)
        put_weight(&table, ranked[k].weight);
    assay_markdown_table_end(&table, text);
    free(ranked);
    return ASSAY_OK;
}
