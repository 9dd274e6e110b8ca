#include "core/model/segments.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"

struct assay_terms assay_terms_find(const struct assay_model *model, const char *models_by,
                                    const char *line_by)
{
    struct assay_terms terms = {0};
    for (size_t k = 0; models_by != NULL && k < model->n_segment_model; k++)
        if (strcmp(model->segment_models[k].segment, models_by) == 0)
            terms.weights = &model->segment_models[k];
    for (size_t k = 0; line_by != NULL && k < model->n_segment_line; k++)
        if (strcmp(model->segment_lines[k].segment, line_by) == 0)
            terms.line = &model->segment_lines[k];
    bool no_weights = models_by != NULL && model->n_segment_model > 0 && terms.weights == NULL;
    bool no_line = line_by != NULL && model->n_segment_line > 0 && terms.line == NULL;
    terms.unseen = no_weights || no_line;
    return terms;
}

double assay_terms_intercept(const struct assay_model *model, struct assay_terms terms)
{
    return terms.weights != NULL ? terms.weights->intercept : model->intercept;
}

const double *assay_terms_slope(const struct assay_model *model, struct assay_terms terms)
{
    return terms.weights != NULL ? terms.weights->slope : model->slope;
}

const double *assay_terms_weight(const struct assay_model *model, struct assay_terms terms)
{
    return terms.weights != NULL ? terms.weights->weight : model->weight;
}

double assay_terms_line(const struct assay_model *model, struct assay_terms terms)
{
    return terms.line != NULL ? terms.line->probability : model->at_risk_probability;
}

/* ---- rows of a table ---- */

static enum assay_status extend(struct assay_terms **of_code, size_t *n, size_t *capacity,
                                const struct assay_model *model, bool of_line,
                                const struct assay_dictionary *texts, struct assay_error *err)
{
    size_t n_code = assay_dictionary_count(texts);
    if (!assay_grow(of_code, capacity, n_code, sizeof **of_code))
        return assay_fail_memory(err, "preparing to score");
    for (; *n < n_code; ++*n) {
        const char *text = assay_dictionary_text(texts, (int32_t)*n);
        (*of_code)[*n] = assay_terms_find(model, of_line ? NULL : text, of_line ? text : NULL);
    }
    return ASSAY_OK;
}

enum assay_status assay_terms_lookup_extend(struct assay_terms_lookup *lookup,
                                            const struct assay_model *model,
                                            const struct assay_columns *columns,
                                            const struct assay_table *table,
                                            struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    if (columns->models_by != ASSAY_NO_COLUMN)
        status = extend(&lookup->of_model_code, &lookup->n_model_code, &lookup->model_capacity,
                        model, false, table->columns[columns->models_by].dictionary, err);
    if (status == ASSAY_OK && columns->line_by != ASSAY_NO_COLUMN)
        status = extend(&lookup->of_line_code, &lookup->n_line_code, &lookup->line_capacity, model,
                        true, table->columns[columns->line_by].dictionary, err);
    return status;
}

static int32_t code_of(const struct assay_table *table, size_t column, size_t row)
{
    return column == ASSAY_NO_COLUMN ? ASSAY_NO_CODE : table->columns[column].codes[row];
}

struct assay_terms assay_terms_of_row(const struct assay_terms_lookup *lookup,
                                      const struct assay_columns *columns,
                                      const struct assay_table *table, size_t row)
{
    struct assay_terms terms = {0};
    int32_t model_code = code_of(table, columns->models_by, row);
    int32_t line_code = code_of(table, columns->line_by, row);
    if (model_code != ASSAY_NO_CODE)
        terms = lookup->of_model_code[model_code];
    if (line_code != ASSAY_NO_CODE) {
        terms.line = lookup->of_line_code[line_code].line;
        terms.unseen = terms.unseen || lookup->of_line_code[line_code].unseen;
    }
    return terms;
}

void assay_terms_lookup_clear(struct assay_terms_lookup *lookup)
{
    free(lookup->of_model_code);
    free(lookup->of_line_code);
    *lookup = (struct assay_terms_lookup){0};
}
