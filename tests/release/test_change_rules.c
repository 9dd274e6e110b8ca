/* Every rule of the table in change.h, and every field of a model that it does not name: one thing
 * is changed in a model made by hand, and exactly that is said. */
#include <string.h>

#include "tests/release/changeable.h"

#define TWEAK(name, ...)                                                                           \
    static void name(struct assay_model *m)                                                        \
    {                                                                                              \
        __VA_ARGS__;                                                                               \
    }

/* ---- what a scorer is given ---- */

TWEAK(id, retext(&m->spec.id, "acct"))
TWEAK(as_of, retext(&m->spec.as_of, "day"))
TWEAK(no_as_of, retext(&m->spec.as_of, NULL))
TWEAK(column, retext(&m->spec.signals[SEATS].column, "seats_in_use"))
TWEAK(better, m->spec.signals[SEATS].better = ASSAY_LOWER)
TWEAK(missing, m->spec.signals[SEATS].missing = ASSAY_RENORMALISE)
TWEAK(points_for_gaps, m->spec.signals[SEATS].missing = ASSAY_POINTS,
      m->spec.signals[SEATS].missing_points = 12.5)
TWEAK(no_points_for_gaps, m->spec.signals[SEATS].missing = ASSAY_POINTS)
TWEAK(rounded, m->spec.rounding = ((struct assay_rounding_spec){true, true}))
TWEAK(rounded_first, m->spec.rounding.dimensions = true)
TWEAK(dimension_gaps, m->spec.signals[USE].missing = ASSAY_RENORMALISE_DIMENSION)
TWEAK(plan, retext(&m->spec.cohort.plan, "edition"))
TWEAK(tenure, retext(&m->spec.cohort.tenure, "age"))
TWEAK(bands, m->spec.cohort.bands[0] = 24)
TWEAK(fewer_bands, m->spec.cohort.n_band = 0)
TWEAK(line_by, retext(&m->spec.line.by, "country"))
TWEAK(weights_by, retext(&m->spec.fit.models_by, "country"))
TWEAK(outcome_column, retext(&m->spec.outcome.column, "lost"))
TWEAK(dated, retext(&m->spec.outcome.date, "churned_on"), m->spec.outcome.horizon_days = 90,
      m->spec.outcome.observed_until = 20000)
TWEAK(by_date, retext(&m->spec.outcome.column, NULL), dated(m))
TWEAK(scale, m->spec.scale = ASSAY_WEIGHTED_AVERAGE)
TWEAK(points, m->spec.points_to_halve_odds = 12.5)
TWEAK(zone_name, retext(&m->spec.zones[0].name, "Red"))
TWEAK(zone_bound, m->spec.zones[1].from = 30)

static void removed(struct assay_model *m)
{
    struct assay_signal_spec *last = &m->spec.signals[NPS];
    retext(&last->name, NULL);
    retext(&last->column, NULL);
    retext(&last->dimension, NULL);
    *last = (struct assay_signal_spec){0};
    m->n_signal = m->spec.n_signal = 2;
    m->n_indicator = 0;
    m->n_coef = 3;
}

static void categories(struct assay_model *m)
{
    give_steps(m, SEATS, (const char *const[]){"few", "many"}, (double[]){10, 90}, 2);
}

/* ---- what a score comes out as ---- */

TWEAK(weight, m->weight[USE] = 0.55, m->weight_interval[USE].value = 0.55)
TWEAK(two_weights, m->weight[USE] = 0.45, m->weight[SEATS] = 0.35)
TWEAK(weight_by_a_hair, m->weight[USE] = 0.5 + 0x1p-30)
TWEAK(slope, m->slope[USE] = 3)
TWEAK(slope_pair, m->slope[USE] += 0.25, m->slope[SEATS] -= 0.25)
TWEAK(slopes, m->slope[USE] = 2.5, m->slope[SEATS] = 0.7)
TWEAK(intercept, m->intercept = 1.25)
TWEAK(missing_term, m->missing_term[NPS] = 0.5)
TWEAK(line_probability, m->at_risk_probability = 0.25)
TWEAK(line_score, m->at_risk_score = 47.5)
TWEAK(segment_line, m->segment_lines[0].probability = 0.2)
TWEAK(segment_line_renamed, retext(&m->segment_lines[0].segment, "east"))
TWEAK(fewer_lines, free(m->segment_lines[1].segment), m->n_segment_line = 1)
TWEAK(segment_intercept, m->segment_models[1].intercept = 2)
TWEAK(segment_slope, m->segment_models[0].slope[SEATS] = 7)
TWEAK(segment_weight, m->segment_models[0].weight[SEATS] = 0.26)
TWEAK(segment_renamed, retext(&m->segment_models[0].segment, "east"))
TWEAK(knot, m->baselines[USE].knots[ALL].s[1] = 90)
TWEAK(bounds, m->spec.signals[SEATS].normalise.high = 10)
TWEAK(method, m->spec.signals[NPS].normalise.method = ASSAY_RANGE,
      m->spec.signals[NPS].normalise.high = 100)
TWEAK(plan_known, retext(&m->cohorts.nodes[TEAM].plan, "Pro"),
      retext(&m->cohorts.nodes[TEAM_FIRST].plan, "Pro"))

/* ---- anything else: declarations ---- */

TWEAK(name, retext(&m->spec.name, "by foot"))
TWEAK(value, retext(&m->spec.value, "arr"))
TWEAK(dimension, retext(&m->spec.signals[SEATS].dimension, "usage"))
TWEAK(recorded, retext(&m->spec.signals[SEATS].recorded, NULL))
TWEAK(expert, m->spec.signals[USE].expert = 4)
TWEAK(no_expert, m->spec.signals[USE].expert = NAN)
TWEAK(lowest, m->spec.signals[USE].weight_low = 0.2)
TWEAK(highest, m->spec.signals[USE].weight_high = 0.75)
TWEAK(share, m->spec.dimensions[0].share_high = 0.8)
TWEAK(no_dimensions, free(m->spec.dimensions[0].name), m->spec.n_dimension = 0)
TWEAK(borrow, m->spec.cohort.borrow = 100)
TWEAK(sensitivity, m->spec.target_sensitivity = 0.875)
TWEAK(specificity, m->spec.target_specificity = 0.875)
TWEAK(fit_anchor, m->spec.fit.anchor = ASSAY_ANCHOR_EQUAL)
TWEAK(fit_strength, m->spec.fit.strength = HUGE_VAL)
TWEAK(fit_method, m->spec.fit.method = ASSAY_FIRTH)
TWEAK(fit_signs, m->spec.fit.signs_free = true)
TWEAK(fit_penalty, m->spec.fit.penalty = ASSAY_LASSO)
TWEAK(fit_alpha, m->spec.fit.alpha = 0.75)
TWEAK(fit_lambda, m->spec.fit.lambda = 0.125)
TWEAK(fit_round, m->spec.fit.round_to = 0.01)
TWEAK(fit_folds, m->spec.fit.folds = 20)
TWEAK(fit_resamples, m->spec.fit.resamples = 500)
TWEAK(fit_resamples_not, m->spec.fit.resamples_given = false)
TWEAK(fit_pooling, m->spec.fit.pooling = 3)
TWEAK(line_rule, m->spec.line.rule = ASSAY_LINE_YOUDEN)
TWEAK(line_accounts, m->spec.line.accounts = 50)
TWEAK(line_costs, m->spec.line.miss = 12.5)
TWEAK(seed, m->spec.seed = UINT64_C(9007199254740991))
TWEAK(owner, retext(&m->spec.audit.owner, "csm"))
TWEAK(acted_date, retext(&m->spec.audit.acted_on_date, "called_on"))
TWEAK(acted_column, retext(&m->spec.audit.acted_on_column, "called"))
TWEAK(recovery, m->spec.audit.recovery_rate = (struct assay_assumption){0.2, 0.3, 0.4})
TWEAK(contact, m->spec.audit.contact_cost = (struct assay_assumption){25, 25, 25})
TWEAK(release, m->spec.release.declared = true)
TWEAK(inconclusive, m->spec.release.declared = true, m->spec.release.accept_inconclusive = true)
TWEAK(age, m->spec.release.declared = true, m->spec.release.audit_age_days = 30)
TWEAK(oe, m->spec.release.declared = true, m->spec.release.oe_low = 0.9)
TWEAK(budget, m->spec.release.declared = true, m->spec.release.max_weight_change = 0.05)
TWEAK(zone_budget, m->spec.release.declared = true, m->spec.release.max_zone_changes = 0.5)
TWEAK(about, retext(&m->spec.about.text[ASSAY_ABOUT_PURPOSE], "tells who\nmay leave"))
TWEAK(observed, m->spec.outcome.observed_until = 20001)
TWEAK(horizon, m->spec.outcome.horizon_days = 60)
TWEAK(date_column, retext(&m->spec.outcome.date, "left_on"))

static void audited(struct assay_model *m)
{
    m->spec.segments = handmade_alloc(2, sizeof *m->spec.segments);
    m->spec.segments[0] = handmade_text("region");
    m->spec.segments[1] = handmade_text("industry");
    m->spec.n_segment = 2;
}

static void targets(struct assay_model *m)
{
    m->spec.audit.targets = handmade_alloc(3, sizeof *m->spec.audit.targets);
    m->spec.audit.targets[0] = (struct assay_target){handmade_text("auc"), 0.7, NAN};
    m->spec.audit.targets[1] = (struct assay_target){handmade_text("brier"), NAN, 0.1};
    m->spec.audit.targets[2] = (struct assay_target){handmade_text("oe_ratio"), 0.8, 1.25};
    m->spec.audit.n_target = 3;
}

static void promotion(struct assay_model *m)
{
    m->spec.audit.promotion = handmade_alloc(2, sizeof *m->spec.audit.promotion);
    m->spec.audit.promotion[0] = (struct assay_margin){handmade_text("auc"), 0.01};
    m->spec.audit.promotion[1] = (struct assay_margin){handmade_text("brier"), 0.002};
    m->spec.audit.n_promotion = 2;
}

static void sign(struct assay_model *m)
{
    m->spec.signals[USE].sign_free = true;
}

/* The last two trade places, with all that is theirs. */
#define SWAP(type, array)                                                                          \
    do {                                                                                           \
        type kept_ = (array)[SEATS];                                                               \
        (array)[SEATS] = (array)[NPS];                                                             \
        (array)[NPS] = kept_;                                                                      \
    } while (0)
static void order(struct assay_model *m)
{
    SWAP(struct assay_signal_spec, m->spec.signals);
    SWAP(struct assay_baseline, m->baselines);
    SWAP(struct assay_estimate, m->weight_interval);
    SWAP(double, m->weight);
    SWAP(double, m->slope);
    SWAP(double, m->missing_term);
}

/* ---- anything else: evidence ---- */

TWEAK(rows, m->fit.rows = 1900)
TWEAK(events, m->fit.events = 91)
TWEAK(until, m->training.to = 19090)
TWEAK(validated, m->performance[ASSAY_CROSS_VALIDATED] = m->performance[ASSAY_APPARENT])
TWEAK(
    out_of_time, m->performance[ASSAY_OUT_OF_TIME] = m->performance[ASSAY_APPARENT],
    m->performance[ASSAY_OUT_OF_TIME].figures[ASSAY_FIG_AUC] = assay_estimate_without_interval(0.8))
TWEAK(apparent, m->performance[ASSAY_APPARENT].figures[ASSAY_FIG_BRIER].value = 0.5)
TWEAK(interval, m->weight_interval[USE].high = 0.75)
TWEAK(no_interval, m->weight_interval[USE].low = m->weight_interval[USE].high = NAN)
TWEAK(cohort_rows, m->cohorts.nodes[TEAM].rows = 301)
TWEAK(knot_rows, m->baselines[USE].knots[TEAM].rows = 301)
TWEAK(knots_borrowed, m->baselines[USE].knots[TEAM].borrowed = 0.5)
TWEAK(line_given, m->line.given = true)
TWEAK(line_caught, m->line.caught = 13)
TWEAK(segment_line_rows, m->segment_lines[0].rows = 501)
TWEAK(segment_line_events, m->segment_lines[0].events = 61)
TWEAK(segment_borrowed, m->segment_models[0].borrowed = 0.5)
TWEAK(segment_rows, m->segment_models[0].rows = 401)
TWEAK(pooling, m->pooling = 3)
TWEAK(likelihood, m->fit.log_likelihood = -66)
TWEAK(std_error, m->fit.coefficients[1].std_error = 0.25)
TWEAK(free_fit, m->fit.free_coefficients[1].z = 3)
TWEAK(anchored_to, m->fit.anchor.weight[USE] = 0.5)
TWEAK(limit, m->fit.limits[0].deviance = 0.5)
TWEAK(rounding, m->fit.rounding.log_likelihood = 0.03)
TWEAK(sample_size, m->fit.sample_size.needed = 601)
TWEAK(bootstrap, m->fit.bootstrap.failed = 4)
TWEAK(yardstick, m->yardsticks[ASSAY_YARD_EQUAL].auc = 0.81)
TWEAK(sha256, m->training.sha256[0] = 'b')
TWEAK(read, m->training.rows = 901)
TWEAK(reference, give_reference(m, "seats"))
TWEAK(account, m->changes.weights[0].before = 0.25)
TWEAK(example, m->examples[3].score = 12)
TWEAK(node_parent, m->cohorts.nodes[TEAM_FIRST].parent = ALL) /* known by no name of ours */

static const struct {
    enum handmade kind;
    void (*first)(struct assay_model *model); /* of both; NULL: as it was made */
    void (*tweak)(struct assay_model *model);
    const char *said;
} tweaks[] = {
    {ANCHORED, NULL, id, "major: id: column \"id\" -> \"acct\"\n"},
    {ANCHORED, NULL, as_of, "major: as_of: column \"as_of\" -> \"day\"\n"},
    {ANCHORED, NULL, no_as_of, "major: as_of: column \"as_of\" -> none\n"},
    {ANCHORED, NULL, column, "major: signal \"seats\": column \"seats\" -> \"seats_in_use\"\n"},
    {ANCHORED, NULL, better, "major: signal \"seats\": better higher -> lower\n"},
    {ANCHORED, NULL, missing, "major: signal \"seats\": missing values neutral -> renormalise\n"},
    {ANCHORED, NULL, points_for_gaps, "major: signal \"seats\": missing values neutral -> 12.5\n"},
    {ANCHORED, no_points_for_gaps, points_for_gaps,
     "major: signal \"seats\": missing values 0 -> 12.5\n"},
    {ANCHORED, NULL, dimension_gaps,
     "major: signal \"use\": missing values neutral -> renormalise-dimension\n"},
    {ANCHORED, NULL, rounded,
     "major: averages of dimensions: not rounded -> rounded half up\n"
     "major: scores: not rounded -> rounded half up\n"},
    {ANCHORED, rounded_first, dimension,
     "major: signal \"seats\": dimension \"product\" -> \"usage\"\n"},
    {ANCHORED, dimension_gaps, dimension,
     "major: signal \"seats\": dimension \"product\" -> \"usage\"\n"},
    {ANCHORED, NULL, renamed,
     "major: signal \"licences\": renamed \"seats\" -> \"licences\"\n"
     "patch: evidence: other figures in the fit\n"},
    {ANCHORED, NULL, removed,
     "major: signal \"nps\" removed: column \"nps\", dimension \"sentiment\", higher is better\n"
     "minor: log-odds from the lowest composite, 0, to the highest, 100: 4 -> 3.2\n"
     "patch: evidence: other figures in the fit, the examples\n"},
    {ANCHORED, NULL, other_signal,
     "major: signal \"licences\" added: column \"licences\", dimension \"product\", higher is "
     "better\n"
     "major: signal \"seats\" removed: column \"seats\", dimension \"product\", higher is better\n"
     "patch: evidence: other figures in the fit\n"},
    {ANCHORED, NULL, categories,
     "major: signal \"seats\": takes numbers -> categories\n"
     "minor: signal \"seats\": normalise range 0 to 8 -> steps \"few\": 10, \"many\": 90\n"},
    {ANCHORED, NULL, plan, "major: cohort plan: column \"plan\" -> \"edition\"\n"},
    {ANCHORED, NULL, tenure, "major: cohort tenure: column \"months\" -> \"age\"\n"},
    {ANCHORED, NULL, bands, "major: cohort bands: 12 -> 24\n"},
    {ANCHORED, NULL, fewer_bands, "major: cohort bands: 12 -> none\n"},
    {ANCHORED, NULL, line_by, "major: at-risk line by: column \"region\" -> \"country\"\n"},
    {SEGMENTED, NULL, weights_by, "major: weights by: column \"region\" -> \"country\"\n"},
    {ANCHORED, NULL, outcome_column,
     "major: outcome: 0/1 column \"churned\" -> 0/1 column \"lost\"\n"},
    {ANCHORED, NULL, by_date,
     "major: outcome: 0/1 column \"churned\" -> date column \"churned_on\"\n"
     "major: outcome: horizon none -> 90 days\n"
     "patch: outcome: observed until none -> 2024-10-04\n"},
    {ANCHORED, by_date, date_column,
     "major: outcome: date column \"churned_on\" -> date column \"left_on\"\n"},
    {ANCHORED, by_date, horizon, "major: outcome: horizon 90 days -> 60 days\n"},
    {ANCHORED, NULL, scale, "major: scale: log-odds -> weighted-average\n"},
    {ANCHORED, NULL, points, "major: points that halve the odds: 10 -> 12.5\n"},
    {ANCHORED, NULL, zone_name,
     "major: zones: \"Critical\" from 0, \"At Risk\" from 25, \"Neutral\" from 50, \"Healthy\" "
     "from 75 -> "
     "\"Red\" from 0, \"At Risk\" from 25, \"Neutral\" from 50, \"Healthy\" from 75\n"},
    {ANCHORED, NULL, zone_bound,
     "major: zones: \"Critical\" from 0, \"At Risk\" from 25, \"Neutral\" from 50, \"Healthy\" "
     "from 75 -> "
     "\"Critical\" from 0, \"At Risk\" from 30, \"Neutral\" from 50, \"Healthy\" from 75\n"},

    {ANCHORED, NULL, weight, "minor: weight of \"use\": 50.0 -> 55.0 points\n"},
    {ANCHORED, NULL, two_weights,
     "minor: weights of 2 signals, most of all \"use\": 50.0 -> 45.0 points\n"},
    {ANCHORED, NULL, weight_by_a_hair,
     "minor: weight of \"use\": 50.0000000 -> 50.0000001 points\n"},
    {ANCHORED, NULL, slope,
     "minor: log-odds from the lowest composite, 0, to the highest, 100: 4 -> 5\n"},
    {ANCHORED, NULL, slope_pair, "minor: coefficients: others, with the same sum\n"},
    {PLAIN_FIT, slopes, order,
     "patch: signals: listed in another order\npatch: evidence: other figures in the fit\n"},
    {ANCHORED, NULL, intercept, "minor: intercept: 1.333 -> 1.25\n"},
    {ANCHORED, NULL, missing_term,
     "minor: signal \"nps\": log-odds where it is missing -0.111 -> 0.5\n"},
    {ANCHORED, NULL, line_probability, "minor: at-risk line, probability: 0.333 -> 0.25\n"},
    {ANCHORED, NULL, line_score, "minor: at-risk line, score: 50.0 -> 47.5\n"},
    {ANCHORED, NULL, segment_line, "minor: at-risk lines of segments: \"north\" 0.25 -> 0.2\n"},
    {ANCHORED, NULL, segment_line_renamed,
     "minor: at-risk lines of segments: \"east\" common -> 0.25, \"north\" 0.25 -> common\n"},
    {ANCHORED, NULL, fewer_lines, "minor: at-risk lines of segments: \"south\" 0.333 -> common\n"},
    {SEGMENTED, NULL, segment_intercept, "minor: weights of segments: \"south\" others\n"},
    {SEGMENTED, NULL, segment_slope, "minor: weights of segments: \"north\" others\n"},
    {SEGMENTED, NULL, segment_weight, "minor: weights of segments: \"north\" others\n"},
    {SEGMENTED, NULL, segment_renamed,
     "minor: weights of segments: \"east\" common -> own, \"north\" own -> common\n"},
    {ANCHORED, NULL, knot, "minor: baseline of \"use\": by 3.3 points on average, -10.0 at most\n"},
    {ANCHORED, NULL, bounds, "minor: signal \"seats\": normalise range 0 to 8 -> range 0 to 10\n"},
    {ANCHORED, NULL, method, "minor: signal \"nps\": normalise none -> range 0 to 100\n"},
    {ANCHORED, NULL, plan_known,
     "minor: cohorts known now: \"Pro\", \"Pro, months below 12\"\n"
     "minor: cohorts no longer known: \"Team\", \"Team, months below 12\"\n"},

    {ANCHORED, NULL, name, "patch: name: \"by hand\" -> \"by foot\"\n"},
    {ANCHORED, NULL, value, "patch: value: column none -> \"arr\"\n"},
    {ANCHORED, by_date, observed, "patch: outcome: observed until 2024-10-04 -> 2024-10-05\n"},
    {ANCHORED, NULL, dimension, "patch: signal \"seats\": dimension \"product\" -> \"usage\"\n"},
    {ANCHORED, NULL, recorded, "patch: signal \"seats\": recorded: column \"seats_on\" -> none\n"},
    {ANCHORED, NULL, expert, "patch: signal \"use\": expert weight 3 -> 4\n"},
    {ANCHORED, NULL, no_expert, "patch: signal \"use\": expert weight 3 -> none\n"},
    {ANCHORED, NULL, lowest, "patch: signal \"use\": lowest weight 0.1 -> 0.2\n"},
    {ANCHORED, NULL, highest, "patch: signal \"use\": highest weight 0.5 -> 0.75\n"},
    {ANCHORED, NULL, sign,
     "patch: signal \"use\": sign constrained -> free\npatch: evidence: other figures in the "
     "fit\n"},
    {ANCHORED, NULL, share,
     "patch: limits of dimensions: \"product\" 0.5 to 0.9 -> \"product\" 0.5 to 0.8\n"},
    {ANCHORED, NULL, no_dimensions,
     "patch: limits of dimensions: \"product\" 0.5 to 0.9 -> none\n"},
    {ANCHORED, NULL, borrow, "patch: cohort.borrow: 200 -> 100\n"},
    {ANCHORED, NULL, audited, "patch: segments audited: none -> \"region\", \"industry\"\n"},
    {ANCHORED, NULL, sensitivity, "patch: targets.sensitivity: 0.75 -> 0.875\n"},
    {ANCHORED, NULL, specificity, "patch: targets.specificity: 0.7 -> 0.875\n"},
    {ANCHORED, NULL, targets,
     "patch: targets: none -> auc at least 0.7, brier at most 0.1, oe_ratio 0.8 to 1.25\n"},
    {ANCHORED, NULL, promotion, "patch: promotion margins: none -> auc 0.01, brier 0.002\n"},
    {ANCHORED, NULL, recovery, "patch: audit.recovery_rate: none -> 0.3, from 0.2 to 0.4\n"},
    {ANCHORED, NULL, contact, "patch: audit.contact_cost: none -> 25\n"},
    {ANCHORED, NULL, owner, "patch: audit.owner: column none -> \"csm\"\n"},
    {ANCHORED, NULL, acted_date, "patch: audit.acted_on: date column none -> \"called_on\"\n"},
    {ANCHORED, NULL, acted_column, "patch: audit.acted_on: 0/1 column none -> \"called\"\n"},
    {ANCHORED, NULL, fit_method, "patch: fit.method: maximum-likelihood -> firth\n"},
    {ANCHORED, NULL, fit_signs, "patch: fit.signs: constrained -> free\n"},
    {ANCHORED, NULL, fit_anchor, "patch: fit.anchor: expert -> equal\n"},
    {ANCHORED, NULL, fit_strength, "patch: fit.strength: auto -> infinite\n"},
    {ANCHORED, NULL, fit_penalty, "patch: fit.penalty: none -> lasso\n"},
    {PENALISED, NULL, fit_alpha, "patch: fit.alpha: 0.25 -> 0.75\n"},
    {PENALISED, NULL, fit_lambda, "patch: fit.lambda: auto -> 0.125\n"},
    {ANCHORED, NULL, fit_round, "patch: fit.round_to: 0.05 -> 0.01\n"},
    {ANCHORED, NULL, fit_folds, "patch: fit.folds: 5 -> 20\n"},
    {ANCHORED, NULL, fit_resamples, "patch: fit.bootstrap: 200 resamples -> 500 resamples\n"},
    {ANCHORED, NULL, fit_resamples_not, "patch: fit.bootstrap: 200 resamples -> auto\n"},
    {SEGMENTED, NULL, fit_pooling, "patch: fit.pooling: auto -> 3\n"},
    {ANCHORED, NULL, line_rule, "patch: line.rule: capacity -> youden\n"},
    {ANCHORED, NULL, line_accounts, "patch: line.accounts: 40 -> 50\n"},
    {FIRTH, NULL, line_costs,
     "patch: line: costs a miss 10, a false alarm 1 -> a miss 12.5, a false alarm 1\n"},
    {ANCHORED, NULL, seed, "patch: seed: 1 -> 9007199254740991\n"},
    {ANCHORED, NULL, release, "patch: release: not declared -> declared\n"},
    {ANCHORED, release, inconclusive, "patch: release.inconclusive: refuse -> accept\n"},
    {ANCHORED, release, age, "patch: release.audit_age_days: 120 -> 30\n"},
    {ANCHORED, release, oe, "patch: release.oe_ratio: 0.8 to 1.25 -> 0.9 to 1.25\n"},
    {ANCHORED, release, budget, "patch: release.max_weight_change: 0.1 -> 0.05\n"},
    {ANCHORED, release, zone_budget, "patch: release.max_zone_changes: 0.2 -> 0.5\n"},
    {ANCHORED, NULL, age,
     "patch: release: not declared -> declared\npatch: release.audit_age_days: 120 -> 30\n"},
    {ANCHORED, NULL, about, "patch: about.purpose: none -> \"tells who may leave\"\n"},

    {ANCHORED, NULL, rows,
     "patch: evidence: calibrated on 900 snapshots (90 with the event) -> 1,900 snapshots (90 with "
     "the "
     "event)\npatch: evidence: other figures in the fit\n"},
    {ANCHORED, NULL, events,
     "patch: evidence: calibrated on 900 snapshots (90 with the event) -> 900 snapshots (91 with "
     "the "
     "event)\npatch: evidence: other figures in the fit\n"},
    {ANCHORED, NULL, until,
     "patch: evidence: snapshots of none -> 2022-01-08 to 2022-04-08\n"
     "patch: evidence: other figures in the training data\n"},
    {ANCHORED, NULL, validated,
     "patch: evidence: AUC, cross-validated, none -> 0.077 [0.044, 0.091]\n"
     "patch: evidence: other figures in performance\n"},
    {ANCHORED, NULL, out_of_time,
     "patch: evidence: AUC, out of time, none -> 0.800\npatch: evidence: other figures in "
     "performance\n"},
    {ANCHORED, NULL, apparent, "patch: evidence: other figures in performance\n"},
    {ANCHORED, NULL, interval, "patch: evidence: other figures in the weights' intervals\n"},
    {ANCHORED, NULL, no_interval, "patch: evidence: other figures in the weights' intervals\n"},
    {ANCHORED, NULL, cohort_rows, "patch: evidence: other figures in the rows of cohorts\n"},
    {ANCHORED, NULL, knot_rows, "patch: evidence: other figures in the rows of cohorts\n"},
    {ANCHORED, NULL, knots_borrowed, "patch: evidence: other figures in the rows of cohorts\n"},
    {ANCHORED, NULL, line_given, "patch: evidence: other figures in the choice of the line\n"},
    {ANCHORED, NULL, line_caught, "patch: evidence: other figures in the choice of the line\n"},
    {ANCHORED, NULL, segment_line_rows, "patch: evidence: other figures in the segments' lines\n"},
    {ANCHORED, NULL, segment_line_events,
     "patch: evidence: other figures in the segments' lines\n"},
    {SEGMENTED, NULL, segment_borrowed,
     "patch: evidence: other figures in the segments' weights\n"},
    {SEGMENTED, NULL, segment_rows, "patch: evidence: other figures in the segments' weights\n"},
    {SEGMENTED, NULL, pooling, "patch: evidence: other figures in the segments' weights\n"},
    {ANCHORED, NULL, likelihood, "patch: evidence: other figures in the fit\n"},
    {ANCHORED, NULL, std_error, "patch: evidence: other figures in the fit\n"},
    {ANCHORED, NULL, free_fit, "patch: evidence: other figures in the fit\n"},
    {ANCHORED, NULL, anchored_to, "patch: evidence: other figures in the fit\n"},
    {ANCHORED, NULL, limit, "patch: evidence: other figures in the fit\n"},
    {ANCHORED, NULL, rounding, "patch: evidence: other figures in the fit\n"},
    {ANCHORED, NULL, sample_size, "patch: evidence: other figures in the fit\n"},
    {ANCHORED, NULL, bootstrap, "patch: evidence: other figures in the fit\n"},
    {SEGMENTED, NULL, yardstick,
     "patch: evidence: other figures in the comparison with yardsticks\n"},
    {ANCHORED, NULL, sha256, "patch: evidence: other figures in the training data\n"},
    {ANCHORED, NULL, read, "patch: evidence: other figures in the training data\n"},
    {ANCHORED, NULL, reference, "patch: evidence: other figures in the training data\n"},
    {SEGMENTED, NULL, account,
     "patch: evidence: other figures in the account of what changed at calibration\n"},
    {ANCHORED, NULL, example, "patch: evidence: other figures in the examples\n"},
    {ANCHORED, NULL, node_parent, "patch: evidence: the files are not the same\n"},
};

static enum assay_level level_said(const char *said)
{
    return strncmp(said, "major", 5) == 0   ? ASSAY_LEVEL_MAJOR
           : strncmp(said, "minor", 5) == 0 ? ASSAY_LEVEL_MINOR
           : strncmp(said, "patch", 5) == 0 ? ASSAY_LEVEL_PATCH
                                            : ASSAY_LEVEL_NONE;
}

static void made(struct assay_model *model, size_t k)
{
    changeable(model, tweaks[k].kind);
    model->spec.release = (struct assay_release_spec){false, false, 120, 0.8, 1.25, 0.1, 0.2};
    if (tweaks[k].first != NULL)
        tweaks[k].first(model);
}

START_TEST(one_thing_that_changes_is_said_at_its_level)
{
    struct assay_model before, after;
    struct assay_change change, back;
    struct assay_error err = {0};
    made(&before, (size_t)_i);
    made(&after, (size_t)_i);
    tweaks[_i].tweak(&after);
    ck_assay_ok(assay_change_find(&before, &after, &change, &err));
    char *said = sentences_of(&change);
    ck_assert_str_eq(said, tweaks[_i].said);
    ck_assert_int_eq(change.level, level_said(tweaks[_i].said));
    ck_assay_ok(assay_change_find(&after, &before, &back, &err));
    ck_assert_int_eq(back.level, change.level);
    ck_assert_uint_eq(back.n_major + back.n_minor + back.n_patch,
                      change.n_major + change.n_minor + change.n_patch);
    free(said);
    assay_change_clear(&change);
    assay_change_clear(&back);
    assay_model_clear(&before);
    assay_model_clear(&after);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, one_thing_that_changes_is_said_at_its_level, 0, COUNT(tweaks));
}

ASSAY_SUITE("release/change_rules", add_tests)
