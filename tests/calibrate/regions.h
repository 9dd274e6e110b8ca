/* regions.h - accounts in four regions whose risks hang on the same signals or on others, taken
 * through a calibration as far as the folds */
#ifndef ASSAY_TESTS_CALIBRATE_REGIONS_H
#define ASSAY_TESTS_CALIBRATE_REGIONS_H

#include "calibrate/fit/folds.h"
#include "tests/calibrate/lab.h"

enum { N_SIGNAL = 3 };

/* Columns: id, region, a, b, c, churned, two snapshots an account. The risk hangs on a and b; in "west"
 * and "south" on c in the place of a where regions part. Every 31st account has no region, b may have
 * gaps. Numbers are whole hundredths. */
struct world {
    size_t n_row;
    uint64_t seed;
    bool parted, gaps;
    const char *only;   /* region: other rows are left out; NULL: all rows */
    bool shuffled;
    bool twice_even;    /* accounts of even number are written twice */
};

static const char *const regions[] = {"west", "north", "east", "south"};

static inline void put_row(const struct world *w, size_t i, struct assay_text *csv)
{
    struct test_random random = {w->seed * 1000003 + i};
    double x[N_SIGNAL], u[3];
    size_t account = i / 2, region = account % 4;
    for (size_t j = 0; j < N_SIGNAL; j++)
        x[j] = floor(10000 * test_uniform(&random)) / 100;
    for (size_t j = 0; j < 3; j++)
        u[j] = test_uniform(&random);
    bool on_c = w->parted && (region == 0 || region == 3);
    double log_odds = 1.6 - 0.035 * (on_c ? x[2] : x[0]) - 0.012 * x[1];
    const char *name = account % 31 == 30 ? "" : regions[region];
    if (w->only != NULL && strcmp(w->only, name) != 0)
        return;
    for (int copy = 0; copy < (w->twice_even && account % 2 == 0 ? 2 : 1); copy++) {
        assay_text_printf(csv, "A%zu,%s,%.2f,", account, name, x[0]);
        if (!w->gaps || u[0] >= 0.15)
            assay_text_printf(csv, "%.2f", x[1]);
        assay_text_printf(csv, ",%.2f,%d\n", x[2], u[1] < 1 / (1 + exp(-log_odds)));
    }
}

/* Stages of a calibration up to fitted folds. Not to be moved. */
struct stage {
    struct lab lab;
    struct assay_pipeline pipeline;
    struct assay_folds folds;
    struct assay_estimation estimation;
    double limit[N_SIGNAL * (1 + N_SIGNAL)], floor[N_SIGNAL];
    struct assay_limits limits;
    double sd[N_SIGNAL];
    double *prob, *own; /* [n_row] held out, common and by segment */
};

static const unsigned char constrained[N_SIGNAL] = {0, 0, 0};

#define SPEC(fit, policy) \
    SPEC_HEAD "\"fit\": {\"folds\": 5" fit "}, \"signals\": [" \
    SIGNAL("a", "a", "higher", METHOD("\"none\"")) "," \
    SIGNAL("b", "b", "higher", METHOD("\"none\"") MISSING(policy)) "," \
    SIGNAL("c", "c", "higher", METHOD("\"none\"")) "]}"
static const char by_region[] = SPEC(", \"models_by\": \"region\"", "renormalise");

static inline void stage_read(struct stage *s, const struct world *world, const char *spec)
{
    struct assay_text csv = {0};
    struct assay_error err = {0};
    memset(s, 0, sizeof *s);
    assay_text_puts(&csv, "id,region,a,b,c,churned\n");
    /* 7919 is prime: as long as it does not divide n_row, every row comes once. */
    for (size_t i = 0; i < world->n_row; i++)
        put_row(world, world->shuffled ? (i * 7919 + 5) % world->n_row : i, &csv);
    ck_assert(!csv.failed);
    s->lab.n_thread = 2;
    ck_assay_ok(lab_read(&s->lab, spec, csv.data, &err));
    assay_text_clear(&csv);
    for (size_t j = 0; j < N_SIGNAL; j++) {
        s->limit[j * (1 + N_SIGNAL) + 1 + j] = -1;
        s->sd[j] = 0.29; /* of a uniform in [0, 1] */
    }
    s->limits = (struct assay_limits){.n_limit = N_SIGNAL, .limit = s->limit, .floor = s->floor};
    s->estimation = (struct assay_estimation){.by = ASSAY_BY_LIKELIHOOD,
                                              .limits = &s->limits,
                                              .sign_free = constrained,
                                              .sd = s->sd};
}

static inline void stage_fit(struct stage *s, const unsigned char *include)
{
    struct assay_error err = {0};
    const struct assay_history *history = &s->lab.history;
    ck_assay_ok(assay_pipeline_prepare(history, include != NULL ? include : history->used,
                                       ASSAY_PIPELINE_PUBLISH, NULL, &s->pipeline, &err));
    ck_assay_ok(assay_pipeline_fit(&s->pipeline, &s->estimation, NULL, &err));
}

static inline void stage_fold(struct stage *s)
{
    struct assay_error err = {0};
    struct assay_progress progress;
    assay_progress_init(&progress, true);
    s->prob = calloc(s->lab.history.n_row, sizeof *s->prob);
    s->own = calloc(s->lab.history.n_row, sizeof *s->own);
    ck_assay_ok(assay_folds_prepare(&s->pipeline, &s->folds, &err));
    ck_assay_ok(assay_folds_fit(&s->folds, &s->estimation, s->pipeline.fit.coef, &progress, s->prob,
                                &err));
}

static inline void stage_clear(struct stage *s)
{
    assay_folds_clear(&s->folds);
    assay_pipeline_clear(&s->pipeline);
    lab_clear(&s->lab);
    free(s->prob);
    free(s->own);
}

#endif
