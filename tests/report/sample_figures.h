/* sample_figures.h - figures of made-up rows and of the reference's */
#ifndef ASSAY_TESTS_REPORT_SAMPLE_FIGURES_H
#define ASSAY_TESTS_REPORT_SAMPLE_FIGURES_H

#include "core/report/curves.h"
#include "core/report/figures.h"
#include "tests/metric/ranked_sample.h"

static const struct assay_figures_targets usual_targets = {.sensitivity = 0.75, .specificity = 0.7};

/* Columns behind a struct assay_figures_rows. */
struct rows {
    struct assay_figures_rows all;
    double *score;
    unsigned char *flagged;
    double *value;
    int32_t *cluster;
};

/* Rows of a sample of probabilities with a score, a line at probability `line`, and values. n_each rows
 * that follow each other are one account's. */
static inline struct rows rows_of(const struct sample *s, double line, size_t n_each)
{
    struct rows r = {.score = calloc(s->n, sizeof *r.score),
                     .flagged = calloc(s->n, 1),
                     .value = calloc(s->n, sizeof *r.value),
                     .cluster = calloc(s->n, sizeof *r.cluster)};
    for (size_t i = 0; i < s->n; i++) {
        r.score[i] = 100 * (1 - s->value[i]);
        r.flagged[i] = s->value[i] >= line;
        r.value[i] = i % 7 == 0 ? (double)NAN : (double)(i % 50);
        r.cluster[i] = (int32_t)(i / n_each);
    }
    r.all = (struct assay_figures_rows){.n = s->n,
                                        .score = r.score,
                                        .prob = s->value,
                                        .flagged = r.flagged,
                                        .outcome = s->outcome,
                                        .value = r.value,
                                        .cluster = r.cluster,
                                        .higher_is = ASSAY_HIGHER_IS_HEALTH,
                                        .line = 100 * (1 - line),
                                        .line_probability = line};
    return r;
}

static inline void rows_free(struct rows *r)
{
    free(r->score);
    free(r->flagged);
    free(r->value);
    free(r->cluster);
}

static inline struct assay_figures measure_rows(const struct assay_figures_rows *rows)
{
    struct assay_error err = {0};
    struct assay_figures figures;
    ck_assay_ok(assay_figures_measure(rows, &usual_targets, &figures, &err));
    return figures;
}

#endif
