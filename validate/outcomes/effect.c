#include "validate/outcomes/effect.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/metric/saves.h"

static const double edge = 1e-9; /* probabilities nearer to 0 or 1 have the log-odds of this */
static const double known_enough = 0.9; /* of the values */
enum { NUMBERS = 3 };

struct columns {
    unsigned char *include, *acted; /* [n] */
    double *curve;                  /* [n] log-odds, or squared score */
    double *value;                  /* [n] log(1 + value), its mean where it is not known */
    const double *number[NUMBERS];
    const int32_t **category; /* [n_category] */
    size_t n_category;
};

static void columns_clear(struct columns *columns)
{
    assay_rows_free(columns->include);
    assay_rows_free(columns->curve);
    free(columns->category);
}

static enum assay_status columns_init(const struct assay_audit_input *input,
                                      struct columns *columns, struct assay_error *err)
{
    const struct assay_audit_set *set = &input->used;
    *columns =
        (struct columns){.include = assay_rows_alloc(2 * set->n, 1),
                         .curve = assay_rows_alloc(2 * set->n, sizeof *columns->curve),
                         .category = assay_alloc(input->n_segment + 1, sizeof *columns->category)};
    if (columns->include == NULL || columns->curve == NULL || columns->category == NULL) {
        columns_clear(columns);
        return assay_fail_memory(err, "comparing who was acted on");
    }
    columns->acted = columns->include + set->n;
    columns->value = columns->curve + set->n;
    columns->number[0] = set->prob != NULL ? set->prob : set->score;
    columns->number[1] = columns->curve;
    columns->number[2] = columns->value;
    if (set->plan != NULL)
        columns->category[columns->n_category++] = set->plan;
    for (size_t k = 0; k < input->n_segment; k++)
        columns->category[columns->n_category++] = set->segment[k];
    return ASSAY_OK;
}

static void choose_rows(const struct assay_audit_input *input, const struct assay_actions *actions,
                        struct columns *columns, struct assay_effect *effect)
{
    const struct assay_audit_set *set = &input->used;
    double sum = 0.0, n = 0.0;
    for (size_t i = 0; i < set->n; i++) {
        bool known = actions->group[i] != ASSAY_MAYBE_ACTED_UPON;
        bool there = assay_there_at_landmark(input, actions, i);
        effect->left_before += known && !there;
        columns->include[i] = known && there;
        columns->acted[i] = columns->include[i] && assay_acted_by_landmark(input, actions, i);
        if (columns->acted[i] && set->value != NULL && isfinite(set->value[i])) {
            sum += set->value[i];
            n += 1.0;
        }
    }
    effect->mean_value = n > 0.0 ? sum / n : (double)NAN;
}

static void bend_risk(const struct assay_audit_set *set, double curve[])
{
    double mean = 0.0;
    for (size_t i = 0; i < set->n && set->prob == NULL; i++)
        mean += set->score[i] / (double)set->n;
    for (size_t i = 0; i < set->n; i++) {
        if (set->prob != NULL) {
            double p = fmin(fmax(set->prob[i], edge), 1.0 - edge);
            curve[i] = log(p / (1.0 - p));
        } else {
            curve[i] = (set->score[i] - mean) * (set->score[i] - mean);
        }
    }
}

/* A value below 0, a credit, counts as 0. */
static bool take_values(const struct assay_audit_set *set, double value[])
{
    double sum = 0.0, known = 0.0;
    for (size_t i = 0; set->value != NULL && i < set->n; i++)
        if (isfinite(set->value[i])) {
            value[i] = log(1.0 + fmax(set->value[i], 0.0));
            sum += value[i];
            known += 1.0;
        }
    if (!(known > 0.0 && known >= known_enough * (double)set->n))
        return false;
    for (size_t i = 0; i < set->n; i++)
        if (!isfinite(set->value[i]))
            value[i] = sum / known;
    return true;
}

enum assay_status assay_effect_measure(const struct assay_audit_input *input,
                                       const struct assay_actions *actions,
                                       struct assay_effect *effect, struct assay_error *err)
{
    struct assay_effect made = {.measured = actions->group != NULL, .ordered = actions->ordered};
    struct columns columns;
    if (!made.measured) {
        *effect = made;
        return ASSAY_OK;
    }
    enum assay_status status = columns_init(input, &columns, err);
    if (status != ASSAY_OK)
        return status;
    choose_rows(input, actions, &columns, &made);
    bend_risk(&input->used, columns.curve);
    made.with_value = take_values(&input->used, columns.value);
    struct assay_treatment_rows rows = {
        .n = input->used.n,
        .include = columns.include,
        .acted = columns.acted,
        .outcome = input->used.outcome,
        .cluster = input->repeated ? input->used.account : NULL,
        .number = columns.number,
        .n_number = made.with_value ? NUMBERS : NUMBERS - 1,
        .category = columns.category,
        .n_category = columns.n_category,
    };
    status = assay_treatment_measure(&rows, &made.treatment, err);
    columns_clear(&columns);
    if (status == ASSAY_OK)
        *effect = made;
    return status;
}
