/* sample.h - rows to measure on: the reference's own, and random ones from a seed */
#ifndef ASSAY_TESTS_METRIC_SAMPLE_H
#define ASSAY_TESTS_METRIC_SAMPLE_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "tests/support/suite.h"

struct sample {
    size_t n;
    double *value;
    unsigned char *outcome;
};

/* Where telco_validation.json keeps the results on a column and a split of telco_scores.csv. */
static const struct split {
    const char *key, *column, *split; /* split NULL: all rows */
} splits[] = {
    {"B_core", "p_core", "B"},
    {"B_small", "p_small", "B"},
    {"A_core_apparent", "p_core", "A"},
    {"cv10_core_all_rows", "p_core_cv", NULL},
};

static inline bool sample_files_are_here(void)
{
    return test_needs_shared("reference/telco_validation.json") &&
           test_needs_shared("reference/telco_score_audit.json") &&
           test_needs_shared("datasets/telco_scores.csv") &&
           test_needs_shared("datasets/telco_signals.csv");
}

/* Rows of telco_scores.csv in one split (NULL: all) and, when group is not NULL, with that text in
 * a column of telco_signals.csv, whose rows are in the same order. */
static inline struct sample sample_group(const char *column, const char *split,
                                         const char *group_column, const char *group)
{
    struct test_frame *scores = test_frame_read("datasets/telco_scores.csv");
    struct test_frame *signals = test_frame_read("datasets/telco_signals.csv");
    size_t value = test_frame_column(scores, column), y = test_frame_column(scores, "churned");
    size_t half = test_frame_column(scores, "split");
    size_t text = group == NULL ? 0 : test_frame_column(signals, group_column);
    struct sample s = {.value = calloc(scores->n_row, sizeof *s.value),
                       .outcome = calloc(scores->n_row, 1)};
    for (size_t r = 0; r < scores->n_row; r++) {
        if (split != NULL && strcmp(scores->text[half][r], split) != 0)
            continue;
        if (group != NULL && strcmp(signals->text[text][r], group) != 0)
            continue;
        s.value[s.n] = scores->values[value][r];
        s.outcome[s.n++] = scores->values[y][r] != 0.0;
    }
    test_frame_free(signals);
    test_frame_free(scores);
    return s;
}

static inline struct sample sample_read(const char *column, const char *split)
{
    return sample_group(column, split, NULL, NULL);
}

static inline void sample_free(struct sample *s)
{
    free(s->value);
    free(s->outcome);
}

/* SplitMix64 (Steele, Lea and Flood 2014). */
static inline uint64_t random_bits(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* In (0, 1), on a grid of 2^-53. */
static inline double random_unit(uint64_t *state)
{
    return ((double)(random_bits(state) >> 12) + 0.5) * 0x1p-52;
}

/* n calibrated probabilities with their outcomes, the first two rows one of each class; with
 * n_step > 0 the probabilities lie on n_step values, and so are tied. */
static inline struct sample sample_random(uint64_t seed, size_t n, unsigned n_step)
{
    struct sample s = {.n = n, .value = calloc(n, sizeof *s.value), .outcome = calloc(n, 1)};
    for (size_t i = 0; i < n; i++) {
        double p = random_unit(&seed);
        if (n_step > 0)
            p = (floor(p * n_step) + 0.5) / n_step;
        s.value[i] = p;
        s.outcome[i] = i < 2 ? (unsigned char)i : random_unit(&seed) < p;
    }
    return s;
}

#endif
