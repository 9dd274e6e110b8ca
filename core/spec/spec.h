/* spec.h - what the analyst declares
 *
 * Read from commented JSON; every unknown, repeated or ill-typed key is an error that names its place.
 * A model file holds the same declarations, so the parts have readers and writers of their own
 * (spec_parts.h) which both files share.
 */
#ifndef ASSAY_CORE_SPEC_SPEC_H
#define ASSAY_CORE_SPEC_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/date.h"
#include "core/base/error.h"

enum { ASSAY_MAX_SIGNALS = 200, ASSAY_MAX_BANDS = 50, ASSAY_MAX_ZONES = 20 };

/* What counts as the event. Either a 0/1 column, or a date with a horizon. */
struct assay_outcome_spec {
    char *column;           /* NULL when a date decides */
    char *date;             /* column with the date of the event, or NULL */
    int32_t horizon_days;   /* 1..3650: positive when as_of < date <= as_of + horizon_days */
    int32_t observed_until; /* last day on which events could be seen */
};

/* Which accounts are compared with which: plan x tenure band. Either may be absent. */
struct assay_cohort_spec {
    char *plan;     /* text column, or NULL */
    char *tenure;   /* number column, or NULL */
    double *bands;  /* [n_band] inner edges, ascending; band k is [bands[k-1], bands[k]) */
    size_t n_band;
    double borrow;  /* m: how many rows of the parent's a cohort's own are mixed with; >= 0 */
};

enum assay_better { ASSAY_HIGHER, ASSAY_LOWER };
enum assay_method { ASSAY_PERCENTILE, ASSAY_RANGE, ASSAY_STEPS, ASSAY_NONE };
/* What stands for a missing value (core/signal/normalise.h). */
enum assay_missing_policy {
    ASSAY_NEUTRAL,
    ASSAY_INDICATOR,
    ASSAY_RENORMALISE,
    ASSAY_DROP,
    ASSAY_RENORMALISE_DIMENSION, /* the average of the dimension's signals that are present */
    ASSAY_POINTS,                /* missing_points */
    ASSAY_MISSING_POLICIES
};
extern const char *const assay_better_names[2];
extern const char *const assay_method_names[4];
extern const char *const assay_missing_names[ASSAY_MISSING_POLICIES];

/* One row of a steps table: a category, or the lowest number of a step. */
struct assay_step {
    char *category; /* NULL in a table of numbers */
    double from;    /* of a table of numbers */
    double points;  /* [0, 100] */
};

struct assay_normalise_spec {
    enum assay_method method;
    double low, high;         /* range: raw values that become 0 and 100 */
    struct assay_step *steps; /* steps: categories, or numbers ascending by `from` */
    size_t n_step;
    bool by_category;
};

struct assay_signal_spec {
    char *name, *column, *dimension;
    enum assay_better better;
    struct assay_normalise_spec normalise;
    enum assay_missing_policy missing;
    double missing_points;  /* [0, 100]; of the policy `points` alone, 0 otherwise */
    char *recorded;         /* column with the date on which the value was recorded, or NULL */
    double expert;          /* the team's own weight, >= 0 in any unit; NaN: none. All signals or none */
    double weight_low, weight_high; /* limits on the weight, [0, 1]; equal: fixed there */
    bool sign_free;         /* its weight may be negative */
};

/* Limits on the sum of a dimension's weights. */
struct assay_dimension_spec {
    char *name;
    double share_low, share_high; /* [0, 1] */
};

/* ---- how weights are estimated ---- */

enum assay_fit_method { ASSAY_MAXIMUM_LIKELIHOOD, ASSAY_FIRTH };
/* BY_DEFAULT: the champion where there is one, else the expert weights, else equal ones; none with
 * Firth's method or a penalty, which do not go together with an anchor. */
enum assay_anchor_word {
    ASSAY_ANCHOR_BY_DEFAULT,
    ASSAY_ANCHOR_NONE,
    ASSAY_ANCHOR_EQUAL,
    ASSAY_ANCHOR_EXPERT,
    ASSAY_ANCHOR_CHAMPION
};
enum assay_penalty_word { ASSAY_NO_PENALTY, ASSAY_RIDGE, ASSAY_LASSO, ASSAY_ELASTIC_NET };
extern const char *const assay_fit_method_names[2];   /* maximum-likelihood, firth */
extern const char *const assay_anchor_names[5];       /* auto, none, equal, expert, champion */
extern const char *const assay_penalty_names[4];      /* none, ridge, lasso, elastic-net */

struct assay_fit_spec {
    enum assay_fit_method method;
    bool signs_free;       /* of the signals that do not say their own sign */
    enum assay_anchor_word anchor;
    double strength;       /* of the anchor (core/fit/strength.h), HUGE_VAL: its weights are kept; NaN:
                              chosen by cross-validation */
    enum assay_penalty_word penalty;
    double alpha;          /* of the elastic net, (0, 1); default 0.5 */
    double lambda;         /* of the penalty, > 0; NaN: chosen by cross-validation */
    double round_to;       /* published weights are multiples of it; 0: not rounded */
    size_t folds;          /* 2..100 of the cross-validation; 0: a first look, nothing is held out */
    size_t resamples;      /* of the bootstrap, 0: none */
    bool resamples_given;  /* the spec says so; else calibrate decides by the size of the history */
    char *models_by;       /* column whose values have weights of their own, or NULL */
    double pooling;        /* strength of the pull of these to the common weights, HUGE_VAL: no
                              weights of their own; NaN: chosen by cross-validation */
};

/* Where accounts are flagged. */
enum assay_line_rule { ASSAY_LINE_TARGETS, ASSAY_LINE_YOUDEN, ASSAY_LINE_COST, ASSAY_LINE_CAPACITY };
extern const char *const assay_line_rule_names[4];    /* targets, youden, cost, capacity */
struct assay_line_spec {
    enum assay_line_rule rule;
    double miss, false_alarm; /* cost: of one each, > 0 */
    size_t accounts;          /* capacity: that the team can work each quarter, > 0 */
    char *by;                 /* column whose values have lines of their own, or NULL */
};

struct assay_zone {
    char *name;
    double from; /* on the score, inclusive */
};

enum assay_scale { ASSAY_LOG_ODDS, ASSAY_WEIGHTED_AVERAGE };
extern const char *const assay_scale_names[2];

/* Scores rounded half up to whole numbers, as most vendors publish theirs; weighted average only. */
struct assay_rounding_spec {
    bool dimensions; /* each dimension's average, before they are averaged */
    bool score;      /* the score itself; zones are decided on what is rounded */
};

/* ---- what an audit asks ---- */

/* A target for a metric of the audit, by its name there: low <= metric <= high, NaN where open. */
struct assay_target {
    char *metric;
    double low, high;
};

/* A challenger may fall behind its champion in this metric by less than the margin (> 0). */
struct assay_margin {
    char *metric;
    double margin;
};

/* An assumption with its range, low <= value <= high; NaN throughout: not made. */
struct assay_assumption {
    double low, value, high;
};

struct assay_audit_spec {
    char *owner;           /* text column with who looks after the account, or NULL */
    char *acted_on_date;   /* date column: when somebody acted on the flag; or */
    char *acted_on_column; /* 0/1 column: whether somebody did; or both NULL */
    struct assay_target *targets; /* beyond sensitivity and specificity */
    size_t n_target;
    struct assay_margin *promotion; /* the promotion rule: every one of them must hold */
    size_t n_promotion;
    struct assay_assumption recovery_rate; /* share of flagged churners that outreach keeps, [0, 1] */
    struct assay_assumption contact_cost;  /* of one outreach, >= 0 */
};

/* ---- what a release asks ---- */

struct assay_release_spec {
    bool declared;             /* the spec has a "release" object */
    bool accept_inconclusive;  /* an audit or a promotion that cannot be decided lets a release through */
    size_t audit_age_days;     /* an audit may be so old at the release, 1..3650 */
    double oe_low, oe_high;    /* observed / expected in the audit lies within, 0 < low < high */
    double max_weight_change;  /* of one weight, share of 1, (0, 1] */
    double max_zone_changes;   /* share of the snapshots that change zone, (0, 1] */
};

/* What only people know of a model; each text may be NULL. */
enum assay_about_key {
    ASSAY_ABOUT_PURPOSE,      /* what the score is for, the decision it supports */
    ASSAY_ABOUT_USERS,        /* who works with it */
    ASSAY_ABOUT_ACTION,       /* what is done about a flagged account */
    ASSAY_ABOUT_POPULATION,   /* accounts it covers, and those it does not */
    ASSAY_ABOUT_DATA,         /* systems the data comes from, how it is collected and checked */
    ASSAY_ABOUT_OUTCOME,      /* why this outcome and horizon, who records it and how */
    ASSAY_ABOUT_SIGNALS,      /* why these signals, how they are measured */
    ASSAY_ABOUT_FAIRNESS,     /* groups that must not be treated worse, and why the segments were chosen */
    ASSAY_ABOUT_LIMITATIONS,  /* when not to trust it */
    ASSAY_ABOUT_MONITORING,   /* who audits when, and what they do about it */
    ASSAY_ABOUT_OWNER,        /* who answers for it, and how to reach them */
    ASSAY_ABOUT_APPROVAL,     /* privacy, ethics or works-council approval */
    ASSAY_ABOUT_INVOLVEMENT,  /* who was asked when it was made: users, customers */
    ASSAY_ABOUT_FUNDING,      /* who paid, and interests of those who made it */
    ASSAY_ABOUT_PROTOCOL,     /* the plan made before, and where it is kept or registered */
    ASSAY_ABOUT_DATA_ACCESS,  /* who may see the data, and how */
    ASSAY_ABOUT_CODE_ACCESS,  /* likewise the code that delivers signals and scores */
    ASSAY_ABOUT_KEYS
};
extern const char *const assay_about_names[ASSAY_ABOUT_KEYS]; /* purpose, users, ..., data_access, code_access */
struct assay_about {
    char *text[ASSAY_ABOUT_KEYS]; /* UTF-8, not empty, at most 4000 bytes */
};

struct assay_spec {
    char *name;
    char *id, *as_of, *value; /* columns; id is required, as_of and value may be NULL */
    struct assay_outcome_spec outcome;
    struct assay_cohort_spec cohort;
    char **segments;
    size_t n_segment;
    struct assay_signal_spec *signals;
    size_t n_signal;
    struct assay_zone *zones;
    size_t n_zone;
    double target_sensitivity, target_specificity; /* (0, 1] */
    enum assay_scale scale;
    struct assay_rounding_spec rounding;
    double points_to_halve_odds; /* > 0 */
    double at_risk_probability;  /* (0, 1), or NaN: chosen from the data */
    struct assay_dimension_spec *dimensions;
    size_t n_dimension;
    struct assay_fit_spec fit;
    struct assay_line_spec line;
    struct assay_audit_spec audit;
    struct assay_release_spec release;
    struct assay_about about;
    uint64_t seed;
};

/* Longest spec or model file that will be read. */
#define ASSAY_SPEC_LIMIT ((size_t)8 << 20)

/* Reads a spec from a file ("-": standard input), or from text that name stands for. */
ASSAY_MUST_CHECK enum assay_status assay_spec_read(const char *path, struct assay_spec *spec,
                                                   struct assay_error *err);
ASSAY_MUST_CHECK enum assay_status assay_spec_read_text(const char *name, const char *text,
                                                        size_t length, struct assay_spec *spec,
                                                        struct assay_error *err);
void assay_spec_clear(struct assay_spec *spec);

/* Signals whose missing policy is `indicator`: each has a coefficient more. */
size_t assay_indicator_count(const struct assay_spec *spec);

#endif
