#include "validate/people/context.h"

#include <math.h>
#include <string.h>

#include "core/base/rows.h"
#include "core/metric/quantile.h"
#include "validate/audit/signals.h"

enum { STRIP = 512 };

/* ---- what is usual ---- */

/* churner[n_event]: the rows of those that churned. */
static void list_churners(const struct assay_audit_set *used, uint32_t churner[])
{
    size_t n = 0;
    for (size_t i = 0; n < used->n_event; i++)
        if (used->outcome[i])
            churner[n++] = (uint32_t)i;
}

/* Median s of the churners whose value of signal j is there; spare[n_event]. */
static double find_typical(const struct assay_audit_set *used, const uint32_t churner[], size_t j,
                           double spare[])
{
    size_t n = 0;
    for (size_t k = 0; k < used->n_event; k++)
        if (!assay_audit_missing(used, j, churner[k]))
            spare[n++] = assay_audit_signal(used, j, churner[k]);
    return n < ASSAY_TYPICAL_CHURNERS ? ASSAY_TYPICAL_POINTS : assay_median(spare, n);
}

static const struct assay_column *column_of(const struct assay_people *people, size_t j)
{
    const struct assay_intake *intake = people->input->intake;
    return &intake->table.columns[intake->columns.signals[j]];
}

/* Pairs of rows of the table: a snapshot of an account and the one before it, of another day. */
struct pairs {
    size_t now[STRIP], before[STRIP], n;
};

/* The same of a column that the table has by codes, one for each different value. */
static void compare_codes(const struct assay_column *column, const struct pairs *pairs, size_t *both,
                          size_t *moved)
{
    const uint16_t *code = column->number_codes;
    for (size_t k = 0; k < pairs->n; k++) {
        size_t now = code[pairs->now[k]], before = code[pairs->before[k]];
        double value = column->values[now], was = column->values[before];
        size_t known = (size_t)(value == value) & (size_t)(was == was);
        *both += known;
        *moved += known & (size_t)(value != was);
    }
}

/* Counts, over the pairs, where signal j has both values, and where they differ. */
static void compare(const struct assay_people *people, const struct pairs *pairs, size_t both[], size_t moved[])
{
    for (size_t j = 0; j < people->input->n_signal; j++) {
        const struct assay_column *column = column_of(people, j);
        bool coded = assay_column_is_coded(column) && column->n_value > 0;
        if (coded)
            compare_codes(column, pairs, &both[j], &moved[j]);
        for (size_t k = 0; column->type == ASSAY_NUMBER && !coded && k < pairs->n; k++) {
            double value = assay_column_number(column, pairs->now[k]);
            double was = assay_column_number(column, pairs->before[k]);
            bool known = !isnan(value) && !isnan(was);
            both[j] += known;
            moved[j] += known && value != was;
        }
    }
}

static size_t row_of(const struct assay_people *people, const struct assay_moment *moment)
{
    return assay_audit_row(assay_moment_set(people->input, moment), moment->index);
}

/* Whether each signal's raw value usually differs between one snapshot of an account and the next. */
static void find_moving(struct assay_people *people)
{
    const struct assay_timeline *timeline = &people->timeline;
    struct pairs pairs = {.n = 0};
    size_t both[ASSAY_MAX_SIGNALS] = {0}, moved[ASSAY_MAX_SIGNALS] = {0};
    for (size_t m = 1; m < timeline->n; m++) {
        const struct assay_moment *now = &timeline->moments[m], *before = now - 1;
        if (now->account != before->account || now->as_of == before->as_of)
            continue;
        pairs.now[pairs.n] = row_of(people, now);
        pairs.before[pairs.n++] = row_of(people, before);
        if (pairs.n == STRIP) {
            compare(people, &pairs, both, moved);
            pairs.n = 0;
        }
    }
    compare(people, &pairs, both, moved);
    for (size_t j = 0; j < people->input->n_signal; j++)
        people->moving[j] = both[j] >= ASSAY_MOVING_PAIRS &&
                            (double)moved[j] >= ASSAY_MOVING_SHARE * (double)both[j];
}

static size_t first_of_dimension(const struct assay_spec *spec, size_t j)
{
    size_t first = 0;
    while (strcmp(spec->signals[first].dimension, spec->signals[j].dimension) != 0)
        first++;
    return first;
}

static enum assay_status find_usual(struct assay_people *people, struct assay_error *err)
{
    const struct assay_audit_input *input = people->input;
    double *spare = assay_rows_alloc(input->used.n_event, sizeof *spare);
    uint32_t *churner = assay_rows_alloc(input->used.n_event, sizeof *churner);
    bool good = spare != NULL && churner != NULL;
    if (good)
        list_churners(&input->used, churner);
    for (size_t j = 0; good && j < input->n_signal; j++) {
        people->typical[j] = find_typical(&input->used, churner, j, spare);
        people->dimension[j] = first_of_dimension(input->spec, j);
    }
    assay_rows_free(spare);
    assay_rows_free(churner);
    if (!good)
        return assay_fail_memory(err, "looking at churners");
    find_moving(people);
    return ASSAY_OK;
}

enum assay_status assay_people_init(const struct assay_audit_input *input,
                                    struct assay_people *people, struct assay_error *err)
{
    *people = (struct assay_people){.input = input};
    enum assay_status status = assay_timeline_init(input, &people->timeline, err);
    if (status == ASSAY_OK && input->model != NULL)
        status = assay_terms_lookup_extend(&people->terms, input->model, &input->intake->columns,
                                           &input->intake->table, err);
    if (status == ASSAY_OK && input->n_signal > 0)
        status = find_usual(people, err);
    if (status != ASSAY_OK)
        assay_people_clear(people);
    return status;
}

void assay_people_clear(struct assay_people *people)
{
    assay_timeline_clear(&people->timeline);
    assay_terms_lookup_clear(&people->terms);
}

/* ---- rows ---- */

struct assay_terms assay_people_terms(const struct assay_people *people, size_t i)
{
    const struct assay_audit_input *input = people->input;
    return assay_terms_of_row(&people->terms, &input->intake->columns, &input->intake->table,
                              assay_audit_row(&input->used, i));
}

double assay_people_raw(const struct assay_people *people, const struct assay_moment *moment, size_t j)
{
    const struct assay_column *column = column_of(people, j);
    return column->type == ASSAY_NUMBER ? assay_column_number(column, row_of(people, moment)) : (double)NAN;
}

double assay_people_value(const struct assay_people *people, size_t i)
{
    const struct assay_audit_set *used = &people->input->used;
    return used->value != NULL ? used->value[i] : (double)NAN;
}

size_t assay_people_zone_at(const struct assay_spec *spec, double score)
{
    size_t zone = 0;
    while (zone + 1 < spec->n_zone && score >= spec->zones[zone + 1].from)
        zone++;
    return zone;
}

const char *assay_people_zone(const struct assay_people *people, size_t i)
{
    const struct assay_audit_input *input = people->input;
    if (input->spec->n_zone == 0 || input->higher_is != ASSAY_HIGHER_IS_HEALTH)
        return NULL;
    return input->spec->zones[assay_people_zone_at(input->spec, input->used.score[i])].name;
}
