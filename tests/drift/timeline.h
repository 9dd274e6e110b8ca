/* timeline.h - snapshots by hand: account, day, score, probability, outcome */
#ifndef ASSAY_TESTS_DRIFT_TIMELINE_H
#define ASSAY_TESTS_DRIFT_TIMELINE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/date.h"
#include "tests/drift/section.h"

struct snapshot {
    int32_t account;
    const char *as_of; /* NULL: none */
    double score, prob;
    unsigned char outcome;
};

enum { MOST_ROWS = 20000 };

/* The arrays of one set. */
struct rows {
    double score[MOST_ROWS], prob[MOST_ROWS];
    unsigned char outcome[MOST_ROWS];
    int32_t account[MOST_ROWS], as_of[MOST_ROWS];
};

/* An input of at most three sets over a model with four zones. Not to be copied. */
struct timeline {
    struct rows used, waiting, other;
    struct assay_zone zones[4];
    struct assay_model model;
    struct assay_audit_spec rules;
    struct assay_audit_input input;
};

static inline int32_t day_of(const char *text)
{
    int32_t day = ASSAY_NO_DATE;
    ck_assert(text == NULL || assay_date_parse(text, strlen(text), &day));
    return day;
}

static inline struct timeline *timeline_new(void)
{
    static char *const names[] = {(char *)"Critical", (char *)"At Risk", (char *)"Neutral",
                                  (char *)"Healthy"};
    struct timeline *t = calloc(1, sizeof *t);
    for (size_t z = 0; z < 4; z++)
        t->zones[z] = (struct assay_zone){names[z], 25.0 * (double)z};
    t->model.spec.zones = t->zones;
    t->model.spec.n_zone = 4;
    t->model.spec.outcome.observed_until = ASSAY_NO_DATE;
    t->model.training.from = t->model.training.to = ASSAY_NO_DATE;
    strcpy(t->model.digest, "sha256:ours");
    t->input = (struct assay_audit_input){.model = &t->model,
                                          .spec = &t->model.spec,
                                          .rules = &t->rules,
                                          .higher_is = ASSAY_HIGHER_IS_HEALTH,
                                          .from = ASSAY_NO_DATE,
                                          .to = ASSAY_NO_DATE};
    return t;
}

static inline void timeline_add(struct timeline *t, struct rows *rows, struct assay_audit_set *set,
                                struct snapshot row)
{
    size_t i = set->n++;
    ck_assert_uint_lt(i, MOST_ROWS);
    *set = (struct assay_audit_set){.n = set->n,
                                    .score = rows->score,
                                    .prob = rows->prob,
                                    .outcome = rows->outcome,
                                    .account = rows->account,
                                    .as_of = rows->as_of};
    rows->score[i] = row.score;
    rows->prob[i] = row.prob;
    rows->outcome[i] = row.outcome;
    rows->account[i] = row.account;
    rows->as_of[i] = day_of(row.as_of);
    if ((size_t)row.account >= t->input.n_account)
        t->input.n_account = (size_t)row.account + 1;
}

static inline void add_used(struct timeline *t, struct snapshot row)
{
    timeline_add(t, &t->used, &t->input.used, row);
}

#endif
