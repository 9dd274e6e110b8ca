#include "validate/people/context.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_statistics.h>

#include "core/base/memory.h"

/* ---- what is usual ---- */

/* Median s of the churners whose value of signal j is there; spare[n_event]. */
static double find_typical(const struct assay_audit_set *used, size_t j, double spare[])
{
    size_t n = 0;
    for (size_t i = 0; i < used->n; i++)
        if (used->outcome[i] && !used->missing[j][i])
            spare[n++] = (double)used->s[j][i];
    return n < ASSAY_TYPICAL_CHURNERS ? ASSAY_TYPICAL_POINTS : gsl_stats_median(spare, 1, n);
}

/* Whether the raw value usually differs between one snapshot of an account and the next. */
static bool find_moving(const struct assay_people *people, size_t j)
{
    const struct assay_timeline *timeline = &people->timeline;
    size_t pairs = 0, moved = 0;
    for (size_t m = 1; m < timeline->n; m++) {
        const struct assay_moment *now = &timeline->moments[m], *before = now - 1;
        if (now->account != before->account || now->as_of == before->as_of)
            continue;
        double value = assay_people_raw(people, now, j), was = assay_people_raw(people, before, j);
        if (isnan(value) || isnan(was))
            continue;
        pairs++;
        moved += value != was;
    }
    return pairs >= ASSAY_MOVING_PAIRS && (double)moved >= ASSAY_MOVING_SHARE * (double)pairs;
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
    double *spare = assay_alloc(input->used.n_event, sizeof *spare);
    if (spare == NULL)
        return assay_fail_memory(err, "looking at churners");
    for (size_t j = 0; j < input->n_signal; j++) {
        people->typical[j] = find_typical(&input->used, j, spare);
        people->moving[j] = find_moving(people, j);
        people->dimension[j] = first_of_dimension(input->spec, j);
    }
    free(spare);
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
                              input->used.row[i]);
}

double assay_people_raw(const struct assay_people *people, const struct assay_moment *moment, size_t j)
{
    const struct assay_intake *intake = people->input->intake;
    const struct assay_column *column = &intake->table.columns[intake->columns.signals[j]];
    size_t row = assay_moment_set(people->input, moment)->row[moment->index];
    return column->type == ASSAY_NUMBER ? column->numbers[row] : (double)NAN;
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
