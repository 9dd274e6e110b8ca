/* Departures of a model small enough for its figures to be worked out by hand: points are raw values, weights
 * 1/2, 3/10 and 1/5, u_j = 4 w_j, the line at one half, so that the score is 50 - (10 / ln 2) log-odds. */
#include "score/verify_whatif.h"

#include <math.h>
#include <string.h>

#include "tests/support/suite.h"

static struct assay_signal_spec signals[] = {
    {.name = "use", .dimension = "product", .normalise = {.method = ASSAY_NONE}},
    {.name = "seats",
     .dimension = "product",
     .normalise = {.method = ASSAY_RANGE, .low = 0, .high = 8}},
    {.name = "nps",
     .dimension = "mood",
     .normalise = {.method = ASSAY_NONE},
     .missing = ASSAY_INDICATOR},
};
static struct assay_zone zones[] = {{"Red", 0}, {"Green", 50}};
static double slope[] = {2, 1.2, 0.8}, weight[] = {0.5, 0.3, 0.2}, term[] = {0, 0, 0.4};
static double other_slope[] = {1, 1, 2}, other_weight[] = {0.25, 0.25, 0.5};
static const struct assay_model_segment segment = {
    .segment = (char *)"EMEA", .intercept = 1, .slope = other_slope, .weight = other_weight};
static const struct assay_model_segment_line line = {.segment = (char *)"EMEA", .probability = 0.2};
static struct assay_cohort_node everybody;
static double bands[] = {12};

static struct assay_model small_model(void)
{
    struct assay_model model = {.n_signal = 3,
                                .intercept = 2,
                                .slope = slope,
                                .weight = weight,
                                .missing_term = term,
                                .at_risk_probability = 0.5};
    model.spec.signals = signals;
    model.spec.n_signal = 3;
    model.spec.zones = zones;
    model.spec.n_zone = 2;
    model.spec.points_to_halve_odds = 10;
    model.spec.cohort.bands = bands;
    model.spec.cohort.n_band = 1;
    model.cohorts = (struct assay_cohorts){&everybody, 1, NULL};
    return model;
}

struct bench {
    struct assay_model model;
    double s[3], raw[3];
    struct assay_score score;
    struct assay_scored_account account;
    struct assay_their_figures theirs;
};

/* An account with these raw values. */
static void set_up(struct bench *b, double use, double seats, double nps, struct assay_terms terms)
{
    double filled[3];
    bool missing[3];
    b->raw[0] = use;
    b->raw[1] = seats;
    b->raw[2] = nps;
    for (size_t j = 0; j < 3; j++)
        filled[j] = b->s[j] = fmin(fmax(j == 1 ? 100 * b->raw[j] / 8 : b->raw[j], 0), 100) +
                              0 * b->raw[j]; /* NaN stays NaN, which fmin() passes over */
    b->score = (struct assay_score){.zone = 0};
    assay_score_normalised(&b->model, terms, filled, missing, &b->score);
    b->account = (struct assay_scored_account){
        .model = &b->model, .s = b->s, .raw = b->raw, .tenure = 5, .score = &b->score};
}

static struct assay_score whatif(const struct bench *b, enum assay_departure_kind kind,
                                 size_t signal)
{
    struct assay_score out;
    ck_assert(assay_whatif(&b->account, (struct assay_departure){kind, signal}, &b->theirs, &out));
    return out;
}

static bool changes(const struct bench *b, enum assay_departure_kind kind, size_t signal)
{
    struct assay_score out;
    return assay_whatif(&b->account, (struct assay_departure){kind, signal}, &b->theirs, &out);
}

#define NEAR(got, want) test_close(#got, (got), (want), 1e-12, 1)

enum { ALL = 3 };

START_TEST(a_missing_value_is_filled_otherwise)
{
    struct bench b = {.model = small_model()};
    set_up(&b, 40, 4, NAN, (struct assay_terms){0});
    NEAR(b.score.composite, 0.5 * 40 + 0.3 * 50 + 0.2 * 50);
    NEAR(b.score.log_odds, 2 - 0.8 - 0.6 - 0.4 + 0.4);
    NEAR(whatif(&b, ASSAY_MISSING_IS_0, 2).log_odds, 2 - 0.8 - 0.6);
    NEAR(whatif(&b, ASSAY_MISSING_IS_VALUE_0, ALL).composite, 35);
    NEAR(whatif(&b, ASSAY_MISSING_IS_50, 2).log_odds, 2 - 0.8 - 0.6 - 0.4);
    NEAR(whatif(&b, ASSAY_MISSING_IS_100, 2).composite, 55);
    NEAR(whatif(&b, ASSAY_MISSING_LEFT_OUT, 2).composite, (0.5 * 40 + 0.3 * 50) / 0.8);
    ck_assert(whatif(&b, ASSAY_MISSING_HAS_NO_SCORE, 2).dropped);
    ck_assert(!changes(&b, ASSAY_MISSING_IS_0, 0));
    ck_assert(!changes(&b, ASSAY_MISSING_HAS_NO_SCORE, 1));
    ck_assert(!changes(&b, ASSAY_TURNED_ROUND, 2));
}
END_TEST

START_TEST(a_value_is_treated_otherwise)
{
    struct bench b = {.model = small_model()};
    set_up(&b, 40.6, 10, 120, (struct assay_terms){0});
    NEAR(b.score.composite, 0.5 * 40.6 + 0.3 * 100 + 0.2 * 100);
    NEAR(whatif(&b, ASSAY_AS_MISSING, 2).log_odds, 2 - 2 * 0.406 - 1.2 - 0.4 + 0.4);
    NEAR(whatif(&b, ASSAY_LEFT_OUT, 0).composite, 100);
    NEAR(whatif(&b, ASSAY_TURNED_ROUND, 0).composite, 0.5 * 59.4 + 50);
    NEAR(whatif(&b, ASSAY_TURNED_ROUND, ALL).composite, 0.5 * 59.4);
    NEAR(whatif(&b, ASSAY_NOT_CLAMPED, 1).composite, 0.5 * 40.6 + 0.3 * 125 + 20);
    NEAR(whatif(&b, ASSAY_NOT_CLAMPED, ALL).composite, 0.5 * 40.6 + 0.3 * 125 + 0.2 * 120);
    NEAR(whatif(&b, ASSAY_VALUE_ROUNDED, 0).composite, 0.5 * 41 + 50);
    NEAR(whatif(&b, ASSAY_VALUE_CUT, 0).composite, 0.5 * 40 + 50);
    NEAR(whatif(&b, ASSAY_POINTS_ROUNDED, ALL).composite, 0.5 * 41 + 50);
    ck_assert(!changes(&b, ASSAY_NOT_CLAMPED, 0));
    ck_assert(!changes(&b, ASSAY_LEFT_OUT, ALL));
    ck_assert(!changes(&b, ASSAY_VALUE_TO_15_DIGITS, ALL));
    ck_assert(!changes(&b, ASSAY_BAND_BELOW, ALL));
    ck_assert(!changes(&b, ASSAY_ALL_ACCOUNTS, ALL));
}
END_TEST

START_TEST(a_segment_loses_what_is_its_own)
{
    struct bench b = {.model = small_model()};
    set_up(&b, 40, 4, 60, (struct assay_terms){.weights = &segment, .line = &line});
    NEAR(b.score.log_odds, 1 - 0.4 - 0.5 - 1.2);
    NEAR(b.score.score, 50 + 10 * log2(0.25) + 10 * 1.1 / log(2));
    NEAR(whatif(&b, ASSAY_COMMON_WEIGHTS, ALL).log_odds, 2 - 0.8 - 0.6 - 0.48);
    NEAR(whatif(&b, ASSAY_COMMON_LINE, ALL).score, 50 + 10 * 1.1 / log(2));
    set_up(&b, 40, 4, 60, (struct assay_terms){0});
    ck_assert(!changes(&b, ASSAY_COMMON_WEIGHTS, ALL));
    ck_assert(!changes(&b, ASSAY_COMMON_LINE, ALL));
}
END_TEST

/* On the weighted average D_product = (0.5 * 41 + 0.3 * 50) / 0.8 = 44.375, D_mood = 60. */
START_TEST(nothing_is_rounded)
{
    struct bench b = {.model = small_model()};
    b.model.spec.scale = ASSAY_WEIGHTED_AVERAGE;
    b.model.spec.rounding = (struct assay_rounding_spec){true, true};
    set_up(&b, 41, 4, 60, (struct assay_terms){0});
    NEAR(b.score.score, 47); /* 0.8 * 44 + 0.2 * 60 = 47.2 */
    NEAR(whatif(&b, ASSAY_NOTHING_ROUNDED, ALL).score, 47.5);
    ck_assert(!changes(&b, ASSAY_SCORE_NOT_CLAMPED, ALL));
}
END_TEST

START_TEST(finished_figures_are_changed)
{
    struct bench b = {.model = small_model()};
    set_up(&b, 100, 8, 100, (struct assay_terms){0});
    NEAR(b.score.log_odds, -2);
    NEAR(b.score.score, 50 + 20 / log(2));
    NEAR(whatif(&b, ASSAY_SCORE_AS_SHARE, ALL).score, 0.5 + 0.2 / log(2));
    NEAR(whatif(&b, ASSAY_SCORE_TURNED_ROUND, ALL).score, 50 - 20 / log(2));
    NEAR(whatif(&b, ASSAY_PROBABILITY_OF_STAYING, ALL).probability, 1 / (1 + exp(-2)));
    NEAR(whatif(&b, ASSAY_PROBABILITY_IN_PERCENT, ALL).probability, 100 / (1 + exp(2)));
    ck_assert(!changes(&b, ASSAY_SCORE_NOT_CLAMPED, ALL));
    b.model.intercept = -4;
    set_up(&b, 100, 8, 100, (struct assay_terms){0});
    ck_assert(b.score.score == 100);
    NEAR(whatif(&b, ASSAY_SCORE_NOT_CLAMPED, ALL).score, 50 + 80 / log(2));
}
END_TEST

/* Only figures that come nearer to theirs are rounded: their probability has all its digits. */
START_TEST(figures_are_rounded_where_theirs_are)
{
    struct bench b = {.model = small_model()};
    set_up(&b, 41, 4.04, 60, (struct assay_terms){0});
    NEAR(b.score.composite, 47.65);
    b.theirs =
        (struct assay_their_figures){.number = {[ASSAY_THE_SCORE] = b.score.score,
                                                [ASSAY_THE_PROBABILITY] = b.score.probability,
                                                [ASSAY_THE_COMPOSITE] = 47.7}};
    struct assay_score rounded = whatif(&b, ASSAY_FIGURES_TO_1, ALL);
    NEAR(rounded.composite, 47.7);
    ck_assert(rounded.score == b.score.score && rounded.probability == b.score.probability);
    b.theirs.number[ASSAY_THE_COMPOSITE] = 48;
    NEAR(whatif(&b, ASSAY_FIGURES_TO_0, ALL).composite, 48);
}
END_TEST

START_TEST(a_zone_is_decided_otherwise)
{
    struct bench b = {.model = small_model()};
    b.model.spec.scale = ASSAY_WEIGHTED_AVERAGE;
    set_up(&b, 50, 4, 50, (struct assay_terms){0});
    ck_assert(b.score.score == 50 && b.score.zone == 1);
    ck_assert_uint_eq(whatif(&b, ASSAY_ZONE_EDGE_IS_BELOW, ALL).zone, 0);
    ck_assert(!changes(&b, ASSAY_ZONE_OF_ROUNDED, ALL));
    set_up(&b, 49, 4, 50, (struct assay_terms){0});
    ck_assert(b.score.score == 49.5 && b.score.zone == 0);
    ck_assert_uint_eq(whatif(&b, ASSAY_ZONE_OF_ROUNDED, ALL).zone, 1);
    ck_assert(!changes(&b, ASSAY_ZONE_EDGE_IS_BELOW, ALL));
}
END_TEST

/* Each number stands for a departure of its own, and each has its words. */
START_TEST(departures_are_numbered_one_by_one)
{
    struct assay_model model = small_model();
    size_t n = assay_departure_count(&model), seen[ASSAY_DEPARTURE_KINDS][ALL + 1] = {{0}};
    for (size_t k = 0; k < n; k++) {
        struct assay_departure departure = assay_departure_at(&model, k);
        struct assay_text words = {0};
        ck_assert_uint_eq(seen[departure.kind][departure.signal]++, 0);
        if (departure.kind == ASSAY_LEFT_OUT && departure.signal == ALL)
            continue; /* which leaves nothing, and never applies */
        assay_departure_words(&model, departure, &words);
        ck_assert(!words.failed && words.length > 10 && strchr(words.data, '%') == NULL);
        if (departure.signal < ALL)
            ck_assert_ptr_nonnull(strstr(words.data, signals[departure.signal].name));
        assay_text_clear(&words);
    }
    ck_assert_uint_eq(n, (ALL + 1) * ASSAY_SIGNAL_DEPARTURES +
                             (ASSAY_DEPARTURE_KINDS - ASSAY_SIGNAL_DEPARTURES));
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, a_missing_value_is_filled_otherwise);
    tcase_add_test(tc, a_value_is_treated_otherwise);
    tcase_add_test(tc, a_segment_loses_what_is_its_own);
    tcase_add_test(tc, nothing_is_rounded);
    tcase_add_test(tc, finished_figures_are_changed);
    tcase_add_test(tc, figures_are_rounded_where_theirs_are);
    tcase_add_test(tc, a_zone_is_decided_otherwise);
    tcase_add_test(tc, departures_are_numbered_one_by_one);
}

ASSAY_SUITE("score/verify_whatif", add_tests)
