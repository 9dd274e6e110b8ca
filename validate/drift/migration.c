#include "validate/drift/migration.h"

#include <math.h>
#include <stdio.h>

#include <gsl/gsl_cdf.h>

#include "core/base/number.h"
#include "core/base/rows.h"
#include "validate/drift/zone.h"

/* The latest snapshot of an account, as far as it has been found. */
struct place {
    int32_t day; /* ASSAY_NO_DATE: none */
    unsigned char zone;
};

struct places {
    struct place *now, *before; /* [n_account] */
    const struct assay_spec *spec;
};

/* Puts the account's latest row of a set that is dated before `limit` (NULL: whenever) in `latest`. */
static void find_latest(const struct places *places, const struct assay_audit_set *set,
                        const struct place limit[], struct place latest[])
{
    if (set->account == NULL || set->as_of == NULL)
        return;
    for (size_t i = 0; i < set->n; i++) {
        struct place *place = &latest[set->account[i]];
        int32_t day = set->as_of[i];
        if (day == ASSAY_NO_DATE || day < place->day ||
            (limit != NULL && day >= limit[set->account[i]].day))
            continue;
        place->day = day;
        place->zone = (unsigned char)assay_zone_of(places->spec, set->score[i]);
    }
}

static enum assay_status find_places(const struct assay_audit_input *input, struct places *places,
                                     struct assay_error *err)
{
    size_t n = input->n_account;
    struct place *room = n > SIZE_MAX / 2 ? NULL : assay_rows_alloc(2 * n, sizeof *room);
    if (room == NULL)
        return assay_fail_memory(err, "following accounts between zones");
    for (size_t a = 0; a < 2 * n; a++)
        room[a].day = ASSAY_NO_DATE; /* below every day */
    *places = (struct places){.now = room, .before = room + n, .spec = input->spec};
    find_latest(places, &input->used, NULL, places->now);
    find_latest(places, &input->waiting, NULL, places->now);
    find_latest(places, &input->used, places->now, places->before);
    find_latest(places, &input->waiting, places->now, places->before);
    find_latest(places, &input->other, places->now, places->before);
    return ASSAY_OK;
}

struct matrix {
    size_t n, healthier, riskier;
    double days; /* sum of the times between */
    size_t counts[ASSAY_MAX_ZONES][ASSAY_MAX_ZONES];
};

static struct matrix count_moves(const struct places *places, size_t n_account)
{
    struct matrix m = {0};
    for (size_t a = 0; a < n_account; a++) {
        const struct place *now = &places->now[a], *before = &places->before[a];
        if (before->day == ASSAY_NO_DATE)
            continue;
        m.n++;
        m.days += (double)now->day - (double)before->day;
        m.counts[before->zone][now->zone]++;
        m.healthier += now->zone > before->zone;
        m.riskier += now->zone < before->zone;
    }
    return m;
}

/* Of those that moved, as many up as down? */
static double sign_test(size_t healthier, size_t riskier)
{
    size_t fewer = healthier < riskier ? healthier : riskier;
    if (healthier + riskier == 0)
        return 1.0;
    return fmin(1.0, 2.0 * gsl_cdf_binomial_P((unsigned int)fewer, 0.5,
                                              (unsigned int)(healthier + riskier)));
}

static void write_words(struct assay_json_writer *json, const struct matrix *m, double p)
{
    char words[400], n[ASSAY_GROUPED_SIZE], up[ASSAY_GROUPED_SIZE], down[ASSAY_GROUPED_SIZE];
    const char *verdict = p > 0.05 ? "no more one way than chance would have it"
                          : m->riskier > m->healthier
                              ? "more towards risk than chance would have it"
                              : "more towards health than chance would have it";
    snprintf(words, sizeof words, "Of %s accounts %s now stand in a healthier zone and %s in a riskier "
                                  "one than at their previous snapshot: %s",
             assay_number_group((double)m->n, n), assay_number_group((double)m->healthier, up),
             assay_number_group((double)m->riskier, down), verdict);
    assay_json_put_string(json, "words", words);
}

static void write_matrix(struct assay_json_writer *json, const struct assay_spec *spec,
                         const struct matrix *m)
{
    char from[120];
    double p = sign_test(m->healthier, m->riskier);
    snprintf(from, sizeof from, "zone at the account's previous snapshot, on average %.0f days earlier",
             m->days / (double)m->n);
    assay_json_open(json, "migration", '{');
    assay_json_put_string(json, "from_words", from);
    assay_json_open(json, "zones", '-');
    for (size_t z = 0; z < spec->n_zone; z++)
        assay_json_put_string(json, NULL, spec->zones[z].name);
    assay_json_close(json);
    assay_json_open(json, "counts", '[');
    for (size_t r = 0; r < spec->n_zone; r++) {
        assay_json_open(json, NULL, '-');
        for (size_t c = 0; c < spec->n_zone; c++)
            assay_json_put_count(json, NULL, m->counts[r][c]);
        assay_json_close(json);
    }
    assay_json_close(json);
    assay_json_put_count(json, "n", m->n);
    assay_json_put_count(json, "healthier", m->healthier);
    assay_json_put_count(json, "riskier", m->riskier);
    assay_json_put_count(json, "same", m->n - m->healthier - m->riskier);
    assay_json_put_number(json, "p_value", p);
    write_words(json, m, p);
    assay_json_close(json);
}

enum assay_status assay_audit_migration(const struct assay_audit_input *input,
                                        struct assay_audit_output *out, struct assay_error *err)
{
    struct matrix matrix = {0};
    if (assay_has_zones(input) && input->n_account > 0) {
        struct places places = {0};
        enum assay_status status = find_places(input, &places, err);
        if (status != ASSAY_OK)
            return status;
        matrix = count_moves(&places, input->n_account);
        assay_rows_free(places.now);
    }
    if (matrix.n > 0)
        write_matrix(&out->json, input->spec, &matrix);
    else
        assay_json_put_null(&out->json, "migration");
    return ASSAY_OK;
}
