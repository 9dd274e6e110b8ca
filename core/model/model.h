/* model.h - a calibrated model: all that a scorer needs, and where it came from
 *
 * Written once by calibrate or import, read by everything else, never changed. Arrays indexed by coefficient
 * follow the design's order: intercept, signals, indicators.
 */
#ifndef ASSAY_CORE_MODEL_MODEL_H
#define ASSAY_CORE_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/data/csv.h"
#include "core/metric/interval.h"
#include "core/model/reference.h"
#include "core/signal/baseline.h"
#include "core/signal/cohort.h"
#include "core/signal/outcome.h"
#include "core/spec/spec.h"

#define ASSAY_MODEL_FORMAT "assay-model/1"
#define ASSAY_MODEL_LIMIT ((size_t)64 << 20)
#define ASSAY_MIN_EXAMPLES 32

/* A coefficient with its Wald inference; NaN where there is none (held at a bound). */
struct assay_coefficient {
    double estimate, std_error, z, p_value, low, high;
};

/* The figures that are kept of a performance, in file order. */
enum assay_figure_name {
    ASSAY_FIG_AUC,
    ASSAY_FIG_BRIER,
    ASSAY_FIG_LOG_LOSS,
    ASSAY_FIG_CALIBRATION_INTERCEPT,
    ASSAY_FIG_CALIBRATION_SLOPE,
    ASSAY_FIG_OE_RATIO,
    ASSAY_FIG_SENSITIVITY,
    ASSAY_FIG_SPECIFICITY,
    ASSAY_FIG_PPV,
    ASSAY_FIG_NPV,
    ASSAY_FIGURES
};
const char *assay_figure_name(enum assay_figure_name figure);

/* How well predictions did on one set of rows; n = 0: not measured. */
struct assay_model_performance {
    size_t n, events;
    struct assay_estimate figures[ASSAY_FIGURES];
};

struct assay_performance;
/* Keeps what a measured performance says (core/metric/summary.h). */
void assay_model_performance_take(const struct assay_performance *measured,
                                  struct assay_model_performance *kept);

enum {
    ASSAY_APPARENT,
    ASSAY_OPTIMISM_CORRECTED, /* apparent less the bootstrap's optimism */
    ASSAY_CROSS_VALIDATED,
    ASSAY_OUT_OF_TIME,
    ASSAY_PERFORMANCES
};
extern const char *const assay_performance_names[ASSAY_PERFORMANCES];

/* What the weights were pulled to. */
struct assay_model_anchor {
    enum assay_anchor_word word;  /* none, equal, expert or champion: what was asked for, settled */
    unsigned taken;               /* ASSAY_TAKEN_OWN ... */
    bool chosen;                  /* strength and anchor by cross-validation */
    double *weight;               /* [n_signal] those that the fit was pulled to; NULL: none */
    double strength, lambda;      /* HUGE_VAL: kept exactly; 0 without an anchor */
    double degrees;               /* effective degrees of freedom of the fit */
    double conflict_statistic, conflict_p; /* prior-conflict test; NaN: there is none */
    size_t conflict_degrees;
};
enum { ASSAY_TAKEN_OWN, ASSAY_TAKEN_HALFWAY, ASSAY_TAKEN_EQUAL };
extern const char *const assay_taken_names[3]; /* own, halfway, equal */

/* Ridge, lasso, elastic net. */
struct assay_model_penalty {
    enum assay_penalty_word word;
    double alpha, lambda;
    bool chosen;       /* lambda by cross-validation */
    double *stability; /* [n_signal] share of half-samples in which the signal was kept; NULL: none */
    size_t half_samples;
};

/* A limit that holds the weights back, and what it costs. */
struct assay_model_limit {
    char *what;      /* "weight of logins at most 0.25" */
    double deviance; /* how much lower the deviance would be without it */
    double auc;      /* how much higher the apparent AUC would be without it */
};

/* Weights rounded for publication. */
struct assay_model_rounding {
    double step;           /* 0: not rounded */
    double log_likelihood; /* lost by it; below 0 where an anchor had taken more */
    double *before;        /* [n_signal] the weights before */
};

/* Riley's criteria (core/fit/sample_size.h). NaN where r2 leaves nothing to ask. */
struct assay_model_sample_size {
    double r2;                               /* Cox-Snell, adjusted for optimism */
    double shrinkage;                        /* expected */
    double for_shrinkage, for_optimism, for_margin, needed; /* rows; HUGE_VAL: no number is enough */
};

/* The bootstrap by account of the whole pipeline; resamples 0: not run. */
struct assay_model_bootstrap {
    size_t resamples, failed;
    struct assay_estimate *weight; /* [n_signal], percentile intervals */
    struct assay_estimate line;    /* of the at-risk probability; NaN where it was given */
    struct assay_estimate figures[ASSAY_FIGURES]; /* of the published model, optimism taken out */
    struct assay_estimate *zone_share; /* [n_zone] of the snapshots */
    struct assay_estimate *zone_rate;  /* [n_zone] with the event */
};

/* Held-out predictions beside a yardstick's, on the same snapshots. Differences are new less
 * yardstick, with paired intervals by account: of the AUC more is better, of log loss and Brier
 * score less. */
enum {
    ASSAY_YARD_EQUAL,        /* equal weights, intercept and slope fitted in the same folds */
    ASSAY_YARD_CHAMPION,     /* the champion as it is */
    ASSAY_YARD_RECALIBRATED, /* the champion, intercept and slope fitted in the same folds */
    ASSAY_YARDS
};
extern const char *const assay_yard_names[ASSAY_YARDS];
struct assay_model_yardstick {
    size_t n, events; /* 0: not measured */
    double auc, brier, log_loss; /* the yardstick's */
    struct assay_estimate auc_gain, brier_change, log_loss_change;
};

/* How the at-risk line was chosen, on held-out predictions. */
struct assay_model_line {
    enum assay_line_rule rule;
    bool given;      /* by the spec or the champion: no rule was applied */
    bool feasible;   /* targets: some line meets both; else the nearest was taken */
    double low, high; /* targets: the lines that meet both; NaN where none does */
    double caught;   /* capacity: events caught each quarter; NaN otherwise */
    double caught_low, caught_high;
    double cost;     /* cost: per 100 snapshots at the line; NaN otherwise */
};
/* Lines of their own. */
struct assay_model_segment_line {
    char *segment;
    double probability;
    size_t rows, events;
    bool common; /* too few events: the common line */
};
/* Weights of their own, pulled to the common ones. */
struct assay_model_segment {
    char *segment;
    size_t rows, events;
    double intercept;
    double *slope, *weight; /* [n_signal] */
    double borrowed;        /* share that is the common weights', [0, 1] */
};

struct assay_model_fit {
    struct assay_model_anchor anchor;
    struct assay_model_penalty penalty;
    struct assay_model_limit *limits; /* those that are active */
    size_t n_limit;
    struct assay_model_rounding rounding;
    struct assay_model_sample_size sample_size;
    struct assay_model_bootstrap bootstrap;
    bool clustered;            /* covariances allow for accounts that repeat */
    bool profiled;             /* intervals of the unconstrained table are profile-likelihood ones */
    bool free_missing;         /* there is no unconstrained fit (Firth on separated data): NaN */
    bool imported;             /* the weights are a scorecard's own. rows 0: nothing was fitted, intercept
                                  and slope are nominal and the log-likelihoods NaN; else intercept and
                                  slope were, two degrees, and the anchor says that the weights were kept */
    size_t rows, events, accounts;
    double log_likelihood, null_log_likelihood;
    size_t iterations;
    double gradient_norm, kkt_residual, condition_number;
    struct assay_coefficient *coefficients; /* of the published, sign-constrained fit */
    double *covariance;                     /* [n_coef * n_coef], 0 for those held */
    /* the unconstrained maximum-likelihood fit; NaN throughout where free_missing */
    double free_log_likelihood;
    struct assay_coefficient *free_coefficients;
    double *free_covariance;
    char **warnings;
    size_t n_warning;
};

struct assay_training_data {
    size_t rows; /* records read */
    size_t left_out[ASSAY_ROW_STATES];      /* by reason; [ASSAY_ROW_USED] counts those used */
    size_t rejected[ASSAY_REJECT_REASONS];  /* bad rows, by reason */
    char sha256[ASSAY_SHA256_TEXT_SIZE];
    int32_t from, to; /* first and last as_of used, or ASSAY_NO_DATE */
    struct assay_model_reference reference; /* what the data looked like; empty in older files */
};

/* One raw input of an example: a number, a text, or neither (missing). */
struct assay_example_input {
    char *text; /* NULL: a number, or missing */
    double number;
};

struct assay_example {
    struct assay_example_input *inputs; /* [n_input] */
    double *s;                          /* [n_signal] */
    bool dropped; /* a signal whose policy is `drop` is missing: there is no score */
    double composite, score, probability;
    size_t zone;
};

/* What changed against the parent (the champion at calibration). */
struct assay_weight_change {
    char *name;
    double before, after; /* NaN where the model has no such signal */
    struct assay_estimate data, baselines, method; /* after - before split; NaN where it cannot be */
    char *accounts[3];    /* those that moved it most, NULL: none */
    double pulls[3];      /* what leaving each out would take back, in weight */
};
struct assay_zone_move {
    char *from, *to;
    size_t snapshots;
};
struct assay_model_changes {
    struct assay_weight_change *weights;
    size_t n_weight;
    struct assay_zone_move *moves;
    size_t n_move;
    struct assay_model_performance before, after; /* champion, and this model's cross-validated */
};

/* A column that scoring reads. */
struct assay_input {
    char *column;
    bool is_text; /* it serves as text; a number then is its text */
};

struct assay_model {
    struct assay_spec spec; /* as declared; zones hold the model's own bounds */
    char *version;
    char *parent_version, *parent_digest; /* NULL: none */
    char created[ASSAY_DATE_SIZE];        /* YYYY-MM-DD */

    size_t n_signal, n_indicator, n_coef;
    double intercept;       /* alpha */
    double *slope;          /* [n_signal] u_j on s/100; >= 0 but where the signal's sign is free */
    double *weight;         /* [n_signal] u_j / B */
    struct assay_estimate *weight_interval; /* [n_signal], Fieller's; NaN where there is none */
    double *missing_term;   /* [n_signal] added to the log-odds where missing; 0 unless indicator */
    double at_risk_probability;
    double at_risk_score;   /* the same line on the score */
    struct assay_model_line line;
    struct assay_model_segment_line *segment_lines; /* by spec.line.by; n 0: one line for all */
    size_t n_segment_line;
    struct assay_model_segment *segment_models; /* by spec.fit.models_by; n 0: one model for all */
    size_t n_segment_model;
    double pooling;         /* strength of the pull to the common weights; NaN: none */
    struct assay_model_yardstick yardsticks[ASSAY_YARDS];

    struct assay_cohorts cohorts;
    struct assay_baseline *baselines; /* [n_signal] */

    struct assay_model_fit fit;
    struct assay_model_performance performance[ASSAY_PERFORMANCES];
    struct assay_training_data training;
    struct assay_model_changes changes; /* empty without a parent */

    struct assay_input *inputs;
    size_t n_input;
    struct assay_example *examples;
    size_t n_example;

    char digest[8 + ASSAY_SHA256_TEXT_SIZE]; /* "sha256:..."; empty until written or read */
};

void assay_model_clear(struct assay_model *model);

/* Writes the file into text and fills model->digest. */
ASSAY_MUST_CHECK enum assay_status assay_model_write(struct assay_model *model,
                                                     struct assay_text *text,
                                                     struct assay_error *err);

/* Reads a file ("-": standard input) or its text. A path may also be that of a registry of versions, or of the
 * file "current" in it: then the version in force is read, and its digest held against the one that
 * "current" names (model_current.h).
 *   ASSAY_EFORMAT  damaged: not JSON, a wrong digest, another or a newer format
 *   ASSAY_EDATA    JSON that breaks a rule of the format, named with its place; a version in force
 *                  whose file is not the one that was released */
ASSAY_MUST_CHECK enum assay_status assay_model_read(const char *path, struct assay_model *model,
                                                    struct assay_error *err);
ASSAY_MUST_CHECK enum assay_status assay_model_read_text(const char *name, const char *text,
                                                         size_t length, struct assay_model *model,
                                                         struct assay_error *err);

/* Whether the probabilities were never fitted to anything that happened: they say which account is the
 * riskier, and nothing of how many leave. */
bool assay_model_is_nominal(const struct assay_model *model);

/* Name of a coefficient as files and tables have it: "(intercept)", the signal's, or
 * "NAME (missing)", which is made in out and cut there, between characters, when it is longer. */
const char *assay_coefficient_name(const struct assay_model *model, size_t coefficient, char *out,
                                   size_t size);

/* Finds the inputs that signals, cohorts and segments need; used by calibrate and the reader. */
ASSAY_MUST_CHECK enum assay_status assay_model_find_inputs(struct assay_model *model,
                                                           struct assay_error *err);

#endif
