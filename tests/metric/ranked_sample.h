/* ranked_sample.h - samples (sample.h) sorted by risk, and the reference's results on them */
#ifndef ASSAY_TESTS_METRIC_RANKED_SAMPLE_H
#define ASSAY_TESTS_METRIC_RANKED_SAMPLE_H

#include "core/metric/design_effect.h"
#include "core/metric/ranked.h"
#include "tests/metric/sample.h"
#include "tests/support/random.h"

static inline struct assay_ranked rank_rows(const double score[], const unsigned char outcome[], size_t n,
                                            enum assay_higher_is higher_is)
{
    struct assay_error err = {0};
    struct assay_ranked rows = {0};
    struct assay_ranked_columns columns = {.n = n, .score = score, .outcome = outcome};
    ck_assay_ok(assay_ranked_init(&columns, higher_is, &rows, &err));
    return rows;
}

/* Each row copied n_copy times, copies side by side and of one cluster. */
static inline struct assay_ranked rank_copies(const struct sample *s, size_t n_copy)
{
    struct assay_error err = {0};
    struct assay_ranked rows = {0};
    size_t n = s->n * n_copy;
    double *score = calloc(n, sizeof *score);
    unsigned char *outcome = calloc(n, 1), *flagged = calloc(n, 1);
    int32_t *cluster = calloc(n, sizeof *cluster);
    for (size_t i = 0; i < n; i++) {
        score[i] = s->value[i / n_copy];
        outcome[i] = s->outcome[i / n_copy];
        flagged[i] = score[i] >= 0.4;
        cluster[i] = (int32_t)(i / n_copy);
    }
    struct assay_ranked_columns columns = {
        .n = n, .score = score, .outcome = outcome, .flagged = flagged, .cluster = cluster};
    ck_assay_ok(assay_ranked_init(&columns, ASSAY_HIGHER_IS_RISK, &rows, &err));
    free(score);
    free(outcome);
    free(flagged);
    free(cluster);
    return rows;
}

static inline struct assay_design_effect room_for(const struct assay_ranked *rows)
{
    struct assay_error err = {0};
    struct assay_design_effect effect = {0};
    ck_assay_ok(assay_design_effect_init(rows->n_code, &effect, &err));
    return effect;
}

/* Another order of the same rows; risks that are equal change their order, too. */
static inline void shuffle(struct sample *s, uint64_t seed)
{
    struct test_random random = {seed};
    for (size_t i = s->n; i > 1; i--) {
        size_t j = test_below(&random, i);
        double value = s->value[j];
        unsigned char outcome = s->outcome[j];
        s->value[j] = s->value[i - 1];
        s->outcome[j] = s->outcome[i - 1];
        s->value[i - 1] = value;
        s->outcome[i - 1] = outcome;
    }
}

static inline struct assay_ranked rank_sample(const struct sample *s)
{
    return rank_rows(s->value, s->outcome, s->n, ASSAY_HIGHER_IS_RISK);
}

/* Half the width of an interval of small samples must be near that of twice as many copies: the rest are
 * factors n / (n - 1). */
static inline void check_same_width(const char *what, const struct assay_estimate *copies,
                                    const struct assay_estimate *rows, double tolerance)
{
    double width = rows->high - rows->low;
    ck_assert_double_gt(width, 0.0);
    test_close(what, copies->value, rows->value, 1e-9, 1.0);
    test_close(what, copies->low, rows->low, tolerance, width);
    test_close(what, copies->high, rows->high, tolerance, width);
}

#endif
