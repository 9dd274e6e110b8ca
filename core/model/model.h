/* model.h - a calibrated model: all that a scorer needs, and where it came from
 *
 * Written once by calibrate, read by everything else, never changed. Arrays indexed by coefficient
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

enum { ASSAY_APPARENT, ASSAY_CROSS_VALIDATED, ASSAY_OUT_OF_TIME, ASSAY_PERFORMANCES };
extern const char *const assay_performance_names[ASSAY_PERFORMANCES];

struct assay_model_fit {
    size_t rows, events, accounts;
    double log_likelihood, null_log_likelihood;
    size_t iterations;
    double gradient_norm, kkt_residual, condition_number;
    struct assay_coefficient *coefficients; /* of the published, sign-constrained fit */
    double *covariance;                     /* [n_coef * n_coef], 0 for those held */
    /* the unconstrained maximum-likelihood fit */
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
    double *slope;          /* [n_signal] u_j >= 0, on s/100 */
    double *weight;         /* [n_signal] u_j / B */
    struct assay_estimate *weight_interval; /* [n_signal], by the delta method; NaN for those held */
    double *missing_term;   /* [n_signal] added to the log-odds where missing; 0 unless indicator */
    double at_risk_probability;
    double at_risk_score;   /* the same line on the score */

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

/* Reads a file ("-": standard input) or its text.
 *   ASSAY_EFORMAT  damaged: not JSON, a wrong digest, another or a newer format
 *   ASSAY_EDATA    JSON that breaks a rule of the format, named with its place */
ASSAY_MUST_CHECK enum assay_status assay_model_read(const char *path, struct assay_model *model,
                                                    struct assay_error *err);
ASSAY_MUST_CHECK enum assay_status assay_model_read_text(const char *name, const char *text,
                                                         size_t length, struct assay_model *model,
                                                         struct assay_error *err);

/* Name of a coefficient as files and tables have it: "(intercept)", the signal's, or
 * "NAME (missing)", which is made in out and cut there, between characters, when it is longer. */
const char *assay_coefficient_name(const struct assay_model *model, size_t coefficient, char *out,
                                   size_t size);

/* Finds the inputs that the signals and cohorts need; used by calibrate and the reader. */
ASSAY_MUST_CHECK enum assay_status assay_model_find_inputs(struct assay_model *model,
                                                           struct assay_error *err);

#endif
