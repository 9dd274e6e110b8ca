/* differences.h - how two models did on the same rows, and how sure the difference is
 *
 * Every difference is challenger less champion. Plain arrays in, numbers out.
 */
#ifndef ASSAY_VALIDATE_CHAMPION_DIFFERENCES_H
#define ASSAY_VALIDATE_CHAMPION_DIFFERENCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/interval.h"
#include "core/metric/paired_flags.h"

/* Rows that both models score; every array has n entries. */
struct assay_rivals {
    size_t n, n_event;
    double *challenger, *champion;                         /* probabilities of the event, [0, 1] */
    unsigned char *challenger_flagged, *champion_flagged;  /* each beyond its own line */
    unsigned char *outcome;
    int32_t *account;                                      /* codes from 0; NULL: no id column */
};

enum assay_rival_metric {
    ASSAY_RIVAL_AUC,
    ASSAY_RIVAL_BRIER,
    ASSAY_RIVAL_LOG_LOSS,
    ASSAY_RIVAL_SENSITIVITY,
    ASSAY_RIVAL_SPECIFICITY,
    ASSAY_RIVAL_NET_BENEFIT,
    ASSAY_RIVAL_METRICS
};
extern const char *const assay_rival_metric_names[ASSAY_RIVAL_METRICS];
/* Of the Brier score and the log loss less is better. */
bool assay_rival_more_is_better(enum assay_rival_metric metric);

struct assay_difference {
    double champion, challenger;
    struct assay_estimate difference; /* NaN throughout where the metric is not defined */
    double p_value;                   /* of no difference; NaN: none */
    const char *method;
};

struct assay_differences {
    bool same;     /* the predictions are, to 1e-8, and so are the flags: every difference is 0, for sure */
    bool repeated; /* some account has several rows */
    struct assay_difference metrics[ASSAY_RIVAL_METRICS];
    struct assay_paired_share right; /* of the challenger (first) and the champion (second) */
};

/* AUC, Brier score and log loss as paired.h has them, sensitivity and specificity at either model's own
 * line and who is right where (paired_flags.h), net benefit where both flag from `threshold` on, which is
 * the challenger's line; NaN: net benefit is not defined. Where an outcome was given probability 0 the log
 * loss is infinite, and it alone is not defined.
 *
 *   ASSAY_EDATA   n is 0, or a value out of range
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_differences_measure(const struct assay_rivals *rows,
                                                             double threshold,
                                                             struct assay_differences *out,
                                                             struct assay_error *err);

#endif
