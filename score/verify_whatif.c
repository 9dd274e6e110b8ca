#include "score/verify_whatif.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/number.h"
#include "core/signal/normalise.h"

/* Of one signal, and of all at once. */
static const struct {
    const char *one, *all;
} signal_words[ASSAY_SIGNAL_DEPARTURES] = {
    [ASSAY_MISSING_IS_0] = {"%s, missing, had 0 points", "what is missing had 0 points"},
    [ASSAY_MISSING_IS_50] = {"%s, missing, had 50 points", "what is missing had 50 points"},
    [ASSAY_MISSING_IS_100] = {"%s, missing, had 100 points", "what is missing had 100 points"},
    [ASSAY_MISSING_LEFT_OUT] =
        {"%s, missing, were left out and the other weights made up for it",
         "what is missing were left out and the other weights made up for it"},
    [ASSAY_MISSING_IS_VALUE_0] = {"%s, missing, were taken for the value 0",
                                  "what is missing were taken for the value 0"},
    [ASSAY_MISSING_HAS_NO_SCORE] = {"an account without %s had no score",
                                    "an account without any one signal had no score"},
    [ASSAY_AS_MISSING] = {"%s were treated as missing", "every signal were treated as missing"},
    [ASSAY_LEFT_OUT] = {"%s were left out and the other weights made up for it", NULL},
    [ASSAY_TURNED_ROUND] = {"%s were turned round (higher is better or lower is)",
                            "every signal were turned round (higher is better or lower is)"},
    [ASSAY_NOT_CLAMPED] = {"%s were not clamped", "no signal were clamped"},
    [ASSAY_PARENT_COHORT] = {"%s were compared with the cohort above the account's",
                             "the account were compared with the cohort above its own"},
    [ASSAY_ALL_ACCOUNTS] = {"%s were compared with all accounts",
                            "the account were compared with all accounts"},
    [ASSAY_EDGE_IS_BELOW] = {"%s, on the edge of a step, had the points of the step below",
                             "a value on the edge of a step had the points of the step below"},
    [ASSAY_VALUE_ROUNDED] = {"the value of %s were rounded to a whole number",
                             "values were rounded to whole numbers"},
    [ASSAY_VALUE_CUT] = {"the value of %s lost its decimals", "values lost their decimals"},
    [ASSAY_VALUE_TO_15_DIGITS] = {"the value of %s had 15 digits, as spreadsheets compare",
                                  "values had 15 digits, as spreadsheets compare"},
    [ASSAY_POINTS_ROUNDED] = {"the points of %s were rounded to a whole number",
                              "the points of signals were rounded to whole numbers"},
};

static const char *const account_words[ASSAY_DEPARTURE_KINDS] = {
    [ASSAY_BAND_BELOW] = "a tenure on the edge of a band belonged to the band below",
    [ASSAY_15_DIGIT_TENURE] = "the tenure had 15 digits, as spreadsheets compare",
    [ASSAY_COMMON_WEIGHTS] = "the segment had the common weights",
    [ASSAY_COMMON_LINE] = "the segment had the common at-risk line",
    [ASSAY_NOTHING_ROUNDED] = "nothing were rounded",
    [ASSAY_SCORE_NOT_CLAMPED] = "the score were not held between 0 and 100",
    [ASSAY_SCORE_AS_SHARE] = "the score were divided by 100",
    [ASSAY_SCORE_TURNED_ROUND] = "the score were 100 less itself",
    [ASSAY_PROBABILITY_OF_STAYING] = "the probability were that of no event",
    [ASSAY_PROBABILITY_IN_PERCENT] = "the probability were in percent",
    [ASSAY_FIGURES_TO_0] = "figures were rounded to whole numbers (--rounded 0)",
    [ASSAY_FIGURES_TO_1] = "figures were rounded to 1 decimal (--rounded 1)",
    [ASSAY_FIGURES_TO_2] = "figures were rounded to 2 decimals (--rounded 2)",
    [ASSAY_FIGURES_TO_3] = "figures were rounded to 3 decimals (--rounded 3)",
    [ASSAY_FIGURES_TO_4] = "figures were rounded to 4 decimals (--rounded 4)",
    [ASSAY_ZONE_EDGE_IS_BELOW] = "a score on the edge of a zone belonged to the zone below",
    [ASSAY_ZONE_OF_ROUNDED] = "the zone were that of the score rounded to a whole number",
};

size_t assay_departure_count(const struct assay_model *model)
{
    return (model->n_signal + 1) * ASSAY_SIGNAL_DEPARTURES +
           (ASSAY_DEPARTURE_KINDS - ASSAY_SIGNAL_DEPARTURES);
}

struct assay_departure assay_departure_at(const struct assay_model *model, size_t index)
{
    size_t signals = (model->n_signal + 1) * ASSAY_SIGNAL_DEPARTURES;
    if (index >= signals)
        return (struct assay_departure){
            (enum assay_departure_kind)(ASSAY_SIGNAL_DEPARTURES + (index - signals)),
            model->n_signal};
    return (struct assay_departure){(enum assay_departure_kind)(index % ASSAY_SIGNAL_DEPARTURES),
                                    index / ASSAY_SIGNAL_DEPARTURES};
}

void assay_departure_words(const struct assay_model *model, struct assay_departure departure,
                           struct assay_text *words)
{
    if (departure.kind >= ASSAY_SIGNAL_DEPARTURES) {
        assay_text_puts(words, account_words[departure.kind]);
        return;
    }
    if (departure.signal == model->n_signal) {
        assay_text_puts(words, signal_words[departure.kind].all);
        return;
    }
    /* The words have one %s each. */
    const char *one = signal_words[departure.kind].one, *at = strstr(one, "%s");
    assay_text_add(words, one, (size_t)(at - one));
    assay_text_puts(words, model->spec.signals[departure.signal].name);
    assay_text_puts(words, at + 2);
}

/* ---- signals ---- */

static double round_half_up(double value)
{
    return floor(value + 0.5);
}

static double to_15_digits(double value)
{
    char text[40];
    double cut = value;
    int length = snprintf(text, sizeof text, "%.15g", value);
    return assay_number_parse(text, (size_t)length, &cut) ? cut : value;
}

static const struct assay_knots *knots_at(const struct assay_model *model, size_t j, size_t cohort)
{
    return model->spec.signals[j].normalise.method == ASSAY_PERCENTILE
               ? &model->baselines[j].knots[cohort]
               : NULL;
}

static double normalise(const struct assay_scored_account *account, size_t j, double value,
                        size_t cohort)
{
    return assay_normalise_number(&account->model->spec.signals[j],
                                  knots_at(account->model, j, cohort), value);
}

/* The outer knots' line, where it goes on. */
static double beyond_knots(const struct assay_knots *knots, double value)
{
    if (knots->n < 2)
        return knots->s[0];
    size_t low = value < knots->x[0] ? 0 : knots->n - 2;
    return knots->s[low] + (value - knots->x[low]) / (knots->x[low + 1] - knots->x[low]) *
                               (knots->s[low + 1] - knots->s[low]);
}

static double not_clamped(const struct assay_scored_account *account, size_t j)
{
    const struct assay_signal_spec *signal = &account->model->spec.signals[j];
    const struct assay_normalise_spec *by = &signal->normalise;
    const struct assay_knots *knots = knots_at(account->model, j, account->score->cohort);
    double value = account->raw[j], s = value;
    if (isnan(value) || by->method == ASSAY_STEPS || !assay_normalise_clamps(signal, knots, value))
        return account->s[j];
    if (by->method == ASSAY_PERCENTILE)
        return beyond_knots(knots, value);
    if (by->method == ASSAY_RANGE)
        s = 100 * (value - by->low) / (by->high - by->low);
    return signal->better == ASSAY_LOWER ? 100 - s : s;
}

static double step_below(const struct assay_scored_account *account, size_t j)
{
    const struct assay_signal_spec *signal = &account->model->spec.signals[j];
    const struct assay_normalise_spec *by = &signal->normalise;
    for (size_t k = 1; by->method == ASSAY_STEPS && !by->by_category && k < by->n_step; k++)
        if (by->steps[k].from == account->raw[j])
            return signal->better == ASSAY_LOWER ? 100 - by->steps[k - 1].points
                                                 : by->steps[k - 1].points;
    return account->s[j];
}

/* The average of the signals that are there, j left out: with it in j's place the composite is that of
 * the others. */
static double rest_of(const struct assay_scored_account *account, size_t j)
{
    const double *weight = assay_terms_weight(account->model, account->score->terms);
    double sum = 0, present = 0;
    for (size_t k = 0; k < account->model->n_signal; k++)
        if (k != j && !isnan(account->s[k])) {
            sum += weight[k] * account->s[k];
            present += weight[k];
        }
    return present > 0 ? sum / present : ASSAY_NEUTRAL_POINTS;
}

/* s of signal j under a departure; as it is where the departure is not about it. */
static double treated(const struct assay_scored_account *account, enum assay_departure_kind kind,
                      size_t j)
{
    const struct assay_model *model = account->model;
    size_t cohort = account->score->cohort;
    double s = account->s[j], raw = account->raw[j];
    bool text = assay_signal_type(&model->spec.signals[j]) == ASSAY_TEXT;
    if (isnan(s) != (kind <= ASSAY_MISSING_HAS_NO_SCORE))
        return s;
    if (text && (kind == ASSAY_MISSING_IS_VALUE_0 || kind == ASSAY_VALUE_ROUNDED ||
                 kind == ASSAY_VALUE_CUT || kind == ASSAY_VALUE_TO_15_DIGITS ||
                 kind == ASSAY_PARENT_COHORT || kind == ASSAY_ALL_ACCOUNTS))
        return s;
    switch (kind) {
    case ASSAY_MISSING_IS_0:
        return 0;
    case ASSAY_MISSING_IS_50:
        return ASSAY_NEUTRAL_POINTS;
    case ASSAY_MISSING_IS_100:
        return 100;
    case ASSAY_MISSING_LEFT_OUT:
    case ASSAY_LEFT_OUT:
        return rest_of(account, j);
    case ASSAY_MISSING_IS_VALUE_0:
        return normalise(account, j, 0, cohort);
    case ASSAY_AS_MISSING:
        return NAN;
    case ASSAY_TURNED_ROUND:
        return 100 - s;
    case ASSAY_NOT_CLAMPED:
        return not_clamped(account, j);
    case ASSAY_PARENT_COHORT:
        return normalise(account, j, raw, model->cohorts.nodes[cohort].parent);
    case ASSAY_ALL_ACCOUNTS:
        return normalise(account, j, raw, 0);
    case ASSAY_EDGE_IS_BELOW:
        return step_below(account, j);
    case ASSAY_VALUE_ROUNDED:
        return normalise(account, j, round_half_up(raw), cohort);
    case ASSAY_VALUE_CUT:
        return normalise(account, j, trunc(raw), cohort);
    case ASSAY_VALUE_TO_15_DIGITS:
        return normalise(account, j, to_15_digits(raw), cohort);
    case ASSAY_POINTS_ROUNDED:
        return round_half_up(s);
    default:
        return s;
    }
}

/* ---- accounts ---- */

static void rescore(const struct assay_scored_account *account, const struct assay_model *model,
                    struct assay_terms terms, double s[], struct assay_score *out)
{
    bool missing[ASSAY_MAX_SIGNALS];
    *out = *account->score;
    assay_score_normalised(model, terms, s, missing, out);
}

static bool differ(double a, double b)
{
    return a != b && !(isnan(a) && isnan(b));
}

static bool whatif_signals(const struct assay_scored_account *account,
                           struct assay_departure departure, struct assay_score *out)
{
    double s[ASSAY_MAX_SIGNALS];
    size_t n = account->model->n_signal, n_changed = 0, n_elsewhere = 0;
    /* A cohort is the account's: one signal stands for itself only where others would change too. */
    bool cohort = departure.kind == ASSAY_PARENT_COHORT || departure.kind == ASSAY_ALL_ACCOUNTS;
    for (size_t j = 0; j < n; j++) {
        bool about = departure.signal == n || departure.signal == j;
        double other = about || cohort ? treated(account, departure.kind, j) : account->s[j];
        s[j] = about ? other : account->s[j];
        n_changed += about && differ(other, account->s[j]);
        n_elsewhere += !about && differ(other, account->s[j]);
    }
    if (n_changed == 0 || (cohort && departure.signal < n && n_elsewhere == 0))
        return false;
    rescore(account, account->model, account->score->terms, s, out);
    return true;
}

/* A missing value, of one signal or any, bars the score. */
static bool whatif_barred(const struct assay_scored_account *account, size_t signal,
                          struct assay_score *out)
{
    bool barred = false;
    for (size_t j = 0; j < account->model->n_signal; j++)
        if (signal == account->model->n_signal || signal == j)
            barred = barred || isnan(account->s[j]);
    *out = *account->score;
    out->dropped = barred;
    return barred && !account->score->dropped;
}

/* Copies s, for a rescoring that fills it. */
static void whatif_terms(const struct assay_scored_account *account, enum assay_departure_kind kind,
                         struct assay_score *out)
{
    struct assay_model model = *account->model; /* shallow: only what is asked for changes */
    struct assay_terms terms = account->score->terms;
    double s[ASSAY_MAX_SIGNALS];
    memcpy(s, account->s, model.n_signal * sizeof *s);
    if (kind == ASSAY_COMMON_WEIGHTS)
        terms.weights = NULL;
    if (kind == ASSAY_COMMON_LINE)
        terms.line = NULL;
    if (kind == ASSAY_NOTHING_ROUNDED)
        model.spec.rounding = (struct assay_rounding_spec){false, false};
    rescore(account, &model, terms, s, out);
    out->terms = account->score->terms;
}

/* The account in another cohort. */
static void whatif_cohort(const struct assay_scored_account *account, size_t cohort,
                          struct assay_score *out)
{
    double s[ASSAY_MAX_SIGNALS];
    for (size_t j = 0; j < account->model->n_signal; j++)
        s[j] = knots_at(account->model, j, cohort) != NULL
                   ? normalise(account, j, account->raw[j], cohort)
                   : account->s[j];
    rescore(account, account->model, account->score->terms, s, out);
}

/* The cohort of the account's plan and a band. */
static size_t cohort_of_band(const struct assay_scored_account *account, size_t band)
{
    const struct assay_cohorts *cohorts = &account->model->cohorts;
    const struct assay_cohort_node *node = &cohorts->nodes[account->score->cohort];
    size_t plan = node->band == ASSAY_ANY_BAND ? account->score->cohort : node->parent;
    return assay_cohort_band_node(cohorts, plan, band);
}

static bool whatif_band_below(const struct assay_scored_account *account, struct assay_score *out)
{
    const struct assay_cohort_spec *spec = &account->model->spec.cohort;
    size_t band = 0;
    while (band < spec->n_band && spec->bands[band] != account->tenure)
        band++;
    if (band == spec->n_band)
        return false;
    whatif_cohort(account, cohort_of_band(account, band), out);
    return true;
}

static bool whatif_15_digit_tenure(const struct assay_scored_account *account,
                                   struct assay_score *out)
{
    const struct assay_cohort_spec *spec = &account->model->spec.cohort;
    double cut = isnan(account->tenure) ? account->tenure : to_15_digits(account->tenure);
    if (isnan(cut) || assay_cohort_band(spec, cut) == assay_cohort_band(spec, account->tenure))
        return false;
    whatif_cohort(account, cohort_of_band(account, assay_cohort_band(spec, cut)), out);
    return true;
}

static double to_decimals(double value, int decimals)
{
    double unit = pow(10, decimals);
    return floor(value * unit + 0.5) / unit;
}

/* Rounds the figures that come nearer to theirs by it. */
static void round_figures(int decimals, const struct assay_their_figures *theirs,
                          struct assay_score *out)
{
    double *figure[ASSAY_COMPARED_NUMBERS] = {[ASSAY_THE_SCORE] = &out->score,
                                              [ASSAY_THE_PROBABILITY] = &out->probability,
                                              [ASSAY_THE_COMPOSITE] = &out->composite};
    for (enum assay_figure f = 0; f < ASSAY_COMPARED_NUMBERS; f++) {
        double rounded = to_decimals(*figure[f], decimals);
        if (fabs(rounded - theirs->number[f]) < fabs(*figure[f] - theirs->number[f]))
            *figure[f] = rounded;
    }
}

/* The score before it is held between 0 and 100. */
static double not_held(const struct assay_model *model, const struct assay_score *score)
{
    double at_risk = assay_terms_line(model, score->terms);
    if (model->spec.scale == ASSAY_WEIGHTED_AVERAGE)
        return score->score; /* an average of what lies there */
    return 50 + model->spec.points_to_halve_odds / M_LN2 *
                    (log(at_risk / (1 - at_risk)) - score->log_odds);
}

/* What happens to finished figures. */
static void whatif_figures(const struct assay_scored_account *account,
                           enum assay_departure_kind kind, const struct assay_their_figures *theirs,
                           struct assay_score *out)
{
    const struct assay_model *model = account->model;
    *out = *account->score;
    if (kind == ASSAY_SCORE_NOT_CLAMPED)
        out->score = not_held(model, out);
    else if (kind == ASSAY_SCORE_AS_SHARE)
        out->score /= 100;
    else if (kind == ASSAY_SCORE_TURNED_ROUND)
        out->score = 100 - out->score;
    else if (kind == ASSAY_PROBABILITY_OF_STAYING)
        out->probability = 1 - out->probability;
    else if (kind == ASSAY_PROBABILITY_IN_PERCENT)
        out->probability *= 100;
    else if (kind >= ASSAY_FIGURES_TO_0 && kind <= ASSAY_FIGURES_TO_4)
        round_figures((int)kind - (int)ASSAY_FIGURES_TO_0, theirs, out);
    else if (kind == ASSAY_ZONE_OF_ROUNDED)
        out->zone = assay_zone_of_score(model, round_half_up(out->score));
    else if (out->zone > 0 && out->score == model->spec.zones[out->zone].from)
        out->zone--;
}

static bool same_figures(const struct assay_score *a, const struct assay_score *b)
{
    return a->composite == b->composite && a->score == b->score &&
           a->probability == b->probability && a->zone == b->zone && a->dropped == b->dropped;
}

bool assay_whatif(const struct assay_scored_account *account, struct assay_departure departure,
                  const struct assay_their_figures *theirs, struct assay_score *out)
{
    enum assay_departure_kind kind = departure.kind;
    if (kind == ASSAY_MISSING_HAS_NO_SCORE)
        return whatif_barred(account, departure.signal, out);
    if (kind < ASSAY_SIGNAL_DEPARTURES) {
        if ((kind == ASSAY_LEFT_OUT && departure.signal == account->model->n_signal) ||
            !whatif_signals(account, departure, out))
            return false;
    } else if (kind == ASSAY_BAND_BELOW) {
        if (!whatif_band_below(account, out))
            return false;
    } else if (kind == ASSAY_15_DIGIT_TENURE) {
        if (!whatif_15_digit_tenure(account, out))
            return false;
    } else if (kind <= ASSAY_NOTHING_ROUNDED) {
        whatif_terms(account, kind, out);
    } else {
        if (account->score->dropped)
            return false;
        whatif_figures(account, kind, theirs, out);
    }
    return !same_figures(out, account->score);
}
