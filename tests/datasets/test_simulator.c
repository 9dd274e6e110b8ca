/* Draws are seeded, so a test passes always or never. Limits are 4 standard errors, or the
 * Kolmogorov-Smirnov bound of the same rarity (1.95 / sqrt(n) is p = 0.001). */
#include "datasets/simulator.h"

#include <math.h>
#include <stdio.h>

#include <gsl/gsl_cdf.h>

#include "core/base/date.h"
#include "tests/datasets/world.h"

#define TRUTH "datasets/truth.scenario.json"

enum { LOGINS, SEATS, MOOD, TICKETS, OVERDUE, NOISE, N_SMALL }; /* the small world's signals */

/* Nobody churns or is acted on, so every account is seen in every quarter. */
static const struct edit no_churn = {"\"intercept\": 2", "\"intercept\": -50"};
static const struct edit no_joiners = {"\"joining_share\": 0.5", "\"joining_share\": 0"};

static double logit(double prob)
{
    return log(prob) - log1p(-prob);
}

static void check_z(const char *what, double sum, double expected, double variance)
{
    double z = (sum - expected) / sqrt(variance);
    ck_assert_msg(fabs(z) < 4, "%s: %.6g, expected %.6g: z = %.2f", what, sum, expected, z);
}

/* ---- streams ---- */

START_TEST(an_account_is_the_same_however_many_are_drawn)
{
    struct assay_scenario s = edited_world(SMALL, NULL, 0);
    struct drawn few = draw(&s, 7, 40), many = draw(&s, 7, 400);
    ck_assert_uint_gt(few.n_row, 40);
    for (size_t i = 0; i < few.n_row; i++) {
        ck_assert_uint_eq(few.rows[i].account, many.rows[i].account);
        ck_assert_int_eq(few.rows[i].as_of, many.rows[i].as_of);
        ck_assert_double_eq(few.rows[i].prob, many.rows[i].prob);
        ck_assert_int_eq(few.rows[i].churned_on, many.rows[i].churned_on);
    }
    size_t bytes = few.n_row * few.n_signal * sizeof *few.values;
    ck_assert_mem_eq(few.values, many.values, bytes);
    drawn_clear(&few);
    drawn_clear(&many);
    assay_scenario_clear(&s);
}
END_TEST

START_TEST(seeds_and_accounts_have_streams_of_their_own)
{
    struct edit edits[] = {no_churn, no_joiners};
    struct assay_scenario s = edited_world(SMALL, edits, 2);
    struct drawn one = draw(&s, 1, 300), two = draw(&s, 2, 300);
    for (size_t i = 0; i < one.n_row; i++) {
        double noise = one.health[i * N_SMALL + NOISE];
        ck_assert(noise != two.health[i * N_SMALL + NOISE]);
        if (i > 0)
            ck_assert(noise != one.health[(i - 1) * N_SMALL + NOISE]);
    }
    drawn_clear(&one);
    drawn_clear(&two);
    assay_scenario_clear(&s);
}
END_TEST

/* ---- signals ---- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Kolmogorov-Smirnov distance of n values from the uniform distribution on [0, 1]; sorts them. */
static double distance_from_uniform(double u[], size_t n)
{
    double worst = 0;
    qsort(u, n, sizeof *u, ascending);
    for (size_t i = 0; i < n; i++)
        worst = fmax(worst, fmax(u[i] - (double)i / (double)n, (double)(i + 1) / (double)n - u[i]));
    return worst;
}

/* The percentile of a raw value of the small world by its shape's own distribution function. The
 * first quarter is the peak of the logins' season (amplitude 0.5). */
static double percentile_of(size_t j, size_t plan, double value)
{
    switch (j) {
    case LOGINS:
        return gsl_cdf_ugaussian_P(log(value / (plan == 0 ? 40 : 200)) / 0.8 - 0.5);
    case SEATS:
        return gsl_cdf_ugaussian_P(logit(value) - logit(0.6));
    default:
        return gsl_cdf_ugaussian_P((value - 50) / 10);
    }
}

START_TEST(percentiles_are_uniform_within_each_plan)
{
    struct edit edits[] = {no_churn,
                           no_joiners,
                           {"\"quarters\": 4", "\"quarters\": 1"},
                           {"\"newcomer_months\": 3", "\"newcomer_months\": 0"},
                           {"\"rate\": 0.4", "\"rate\": 0"}};
    struct assay_scenario s = edited_world(SMALL, edits, COUNT(edits));
    struct drawn d = draw(&s, 11, 30000);
    double *u = malloc(d.n_row * sizeof *u), *v = malloc(d.n_row * sizeof *v);
    for (size_t plan = 0; plan < 2; plan++)
        for (size_t j = LOGINS; j <= MOOD; j++) {
            size_t n = 0;
            for (size_t i = 0; i < d.n_row; i++)
                if (d.rows[i].plan == plan) {
                    u[n] = percentile_of(j, plan, d.values[i * N_SMALL + j]);
                    v[n] = d.health[i * N_SMALL + j] / 100;
                    ck_assert_double_eq_tol(u[n], v[n], 1e-12); /* a few roundings */
                    n++;
                }
            ck_assert_uint_gt(n, 10000);
            double gap = distance_from_uniform(u, n) * sqrt((double)n);
            ck_assert_msg(gap < 1.95, "plan %zu signal %zu: KS %.2f", plan, j, gap);
        }
    free(u);
    free(v);
    drawn_clear(&d);
    assay_scenario_clear(&s);
}
END_TEST

START_TEST(a_healthier_account_never_measures_worse)
{
    struct edit edits[] = {no_churn, {"\"newcomer_months\": 3", "\"newcomer_months\": 0"}};
    struct assay_scenario s = edited_world(SMALL, edits, 2);
    struct drawn d = draw(&s, 3, 300);
    for (size_t j = 0; j < N_SMALL; j++)
        for (size_t i = 1; i < d.n_row; i++)
            for (size_t k = 0; k < i; k++) {
                const double *a = &d.values[i * N_SMALL + j], *b = &d.values[k * N_SMALL + j];
                double health = d.health[i * N_SMALL + j] - d.health[k * N_SMALL + j];
                if (d.rows[i].plan != d.rows[k].plan || d.rows[i].quarter != d.rows[k].quarter ||
                    isnan(*a) || isnan(*b))
                    continue;
                ck_assert_double_ge((s.signals[j].lower_is_better ? *b - *a : *a - *b) * health, 0);
            }
    drawn_clear(&d);
    assay_scenario_clear(&s);
}
END_TEST

/* Mean product of the latent healths of (row i, signal j) and (row i + step, signal k), rows of the
 * first `of` per account; unit variance and zero mean are known, so this is the correlation. */
static double correlation(const struct drawn *d, size_t j, size_t k, size_t step, size_t of)
{
    double sum = 0;
    size_t n = 0;
    for (size_t i = 0; i + step < d->n_row; i += of, n++)
        sum += gsl_cdf_ugaussian_Pinv(d->health[i * d->n_signal + j] / 100) *
               gsl_cdf_ugaussian_Pinv(d->health[(i + step) * d->n_signal + k] / 100);
    return sum / (double)n;
}

START_TEST(latent_healths_correlate_as_stated)
{
    struct edit edits[] = {no_churn, no_joiners, {"\"rate\": 0.4", "\"rate\": 0"}};
    struct assay_scenario s = edited_world(SMALL, edits, 3);
    const size_t n = 20000;
    struct drawn d = draw(&s, 5, n);
    ck_assert_uint_eq(d.n_row, 4 * n);
    static const struct {
        const char *what;
        size_t j, k, step;
        double want;
    } pairs[] = {
        {"variance", LOGINS, LOGINS, 0, 1},
        {"one dimension", LOGINS, SEATS, 0, 0.5},
        {"two dimensions", LOGINS, MOOD, 0, 0.3},
        {"a quarter later", LOGINS, LOGINS, 1, 0.8},
        {"three quarters later", OVERDUE, OVERDUE, 3, 0.512},
        {"another signal a quarter later", LOGINS, SEATS, 1, 0.4},
    };
    for (size_t k = 0; k < COUNT(pairs); k++) {
        double got = correlation(&d, pairs[k].j, pairs[k].k, pairs[k].step, 4);
        /* Var(xy) = 1 + r^2 for a bivariate normal pair */
        check_z(pairs[k].what, got, pairs[k].want, (1 + pairs[k].want * pairs[k].want) / (double)n);
    }
    drawn_clear(&d);
    assay_scenario_clear(&s);
}
END_TEST

/* log(logins / (40 level)) / 0.8 - z is the season's shift: 0.5, 0, -0.5, 0. */
START_TEST(season_and_trend_move_raw_values_and_not_the_truth)
{
    static const double swing[4] = {0.5, 0, -0.5, 0};
    struct edit edits[] = {
        no_churn,
        no_joiners,
        {"\"count\", \"mean\": 1.5, \"size\": 1.2", "\"normal\", \"mean\": 0, \"sd\": 2"}};
    struct assay_scenario s = edited_world(SMALL, edits, 3);
    struct drawn d = draw(&s, 9, 200);
    for (size_t i = 0; i < d.n_row; i++) {
        const double *value = &d.values[i * N_SMALL], *health = &d.health[i * N_SMALL];
        size_t t = d.rows[i].quarter;
        double level = d.rows[i].plan == 0 ? 40 : 200;
        double shift =
            log(value[LOGINS] / level) / 0.8 - gsl_cdf_ugaussian_Pinv(health[LOGINS] / 100);
        ck_assert_double_eq_tol(shift, swing[t], 1e-9); /* Pinv amplifies 1e-16 in the tails */
        shift = value[TICKETS] / 2 + gsl_cdf_ugaussian_Pinv(health[TICKETS] / 100);
        ck_assert_double_eq_tol(shift, 0.1 * (double)t, 1e-9);
    }
    drawn_clear(&d);
    assay_scenario_clear(&s);
}
END_TEST

START_TEST(newcomers_start_low)
{
    struct assay_scenario s = edited_world(SMALL, &no_churn, 1);
    struct drawn d = draw(&s, 13, 400);
    size_t n_new = 0;
    for (size_t i = 0; i < d.n_row; i++) {
        double z = gsl_cdf_ugaussian_Pinv(d.health[i * N_SMALL + SEATS] / 100);
        double odds = logit(d.values[i * N_SMALL + SEATS]) - logit(0.6) - z;
        bool new = d.rows[i].tenure_months < 3;
        ck_assert_double_eq_tol(odds, new ? log(0.5) : 0, 1e-9);
        n_new += new;
    }
    ck_assert_uint_gt(n_new, 100);
    drawn_clear(&d);
    assay_scenario_clear(&s);
}
END_TEST

START_TEST(missing_values_come_at_their_rate_and_count_as_fifty)
{
    struct edit edits[] = {no_joiners, {"\"quarters\": 4", "\"quarters\": 1"}};
    struct assay_scenario s = edited_world(SMALL, edits, 2);
    const size_t n = 20000;
    struct drawn d = draw(&s, 17, n);
    double missing = 0;
    for (size_t i = 0; i < n; i++) {
        const double *value = &d.values[i * N_SMALL];
        for (size_t j = 0; j < N_SMALL; j++)
            ck_assert(!isnan(value[j]) || j == MOOD);
        if (isnan(value[MOOD]))
            ck_assert_double_eq(d.health[i * N_SMALL + MOOD], 50);
        missing += isnan(value[MOOD]);
    }
    check_z("missing", missing, 0.4 * (double)n, 0.24 * (double)n);
    drawn_clear(&d);
    assay_scenario_clear(&s);
}
END_TEST

/* ---- the truth ---- */

START_TEST(log_odds_are_the_stated_sum)
{
    static const double weight[N_SMALL] = {0.3, 0.2, 0.2, 0.1, 0.2, 0};
    struct assay_scenario s = edited_world(SMALL, NULL, 0);
    struct drawn d = draw(&s, 19, 2000);
    for (size_t i = 0; i < d.n_row; i++) {
        const struct assay_simulated_row *row = &d.rows[i];
        double want = 2 + (row->plan == 1 ? -0.3 : 0) + (row->segment == 0 ? 0.2 : 0);
        for (size_t j = 0; j < N_SMALL; j++)
            want -= 8 * weight[j] * d.health[i * N_SMALL + j] / 100;
        if (isnan(d.values[i * N_SMALL + MOOD]))
            want += 0.7;
        /* Ten terms below 10, and a logit at odds of up to e^6: 1e-12 is ample. */
        ck_assert_double_eq_tol(logit(row->prob_untouched), want, 1e-12);
        ck_assert_double_eq_tol(logit(row->prob), want - row->acted, 1e-12);
    }
    drawn_clear(&d);
    assay_scenario_clear(&s);
}
END_TEST

/* At the true coefficients the score vector X'(y - p) has mean 0 and variance X'WX, so this finds
 * any coefficient that is off by 4 of its standard errors, without a fit. */
START_TEST(the_truth_world_is_exactly_logistic)
{
    struct assay_scenario s = edited_world(TRUTH, NULL, 0);
    struct drawn d = draw(&s, (uint64_t)_i + 1, s.n_account);
    ck_assert_uint_gt(d.n_row, 200000);
    double score[32] = {0}, variance[32] = {0};
    for (size_t i = 0; i < d.n_row; i++) {
        const struct assay_simulated_row *row = &d.rows[i];
        double log_odds = s.intercept, spread = row->prob * (1 - row->prob);
        score[s.n_signal] += row->churned - row->prob;
        variance[s.n_signal] += spread;
        for (size_t j = 0; j < s.n_signal; j++) {
            double raw = d.values[i * s.n_signal + j];
            double x = (s.signals[j].lower_is_better ? 100 - raw : raw) / 100;
            log_odds -= s.slope * s.signals[j].weight * x;
            score[j] += x * (row->churned - row->prob);
            variance[j] += x * x * spread;
        }
        ck_assert_double_eq_tol(logit(row->prob), log_odds, 1e-11); /* flips lose 1e-14 */
        ck_assert_int_eq(row->churned, row->churned_on != ASSAY_NO_DATE);
    }
    for (size_t j = 0; j <= s.n_signal; j++)
        check_z(j < s.n_signal ? s.signals[j].name : "events", score[j], 0, variance[j]);
    drawn_clear(&d);
    assay_scenario_clear(&s);
}
END_TEST

START_TEST(churn_follows_its_probability_at_every_risk)
{
    struct assay_scenario s = edited_world(SMALL, NULL, 0);
    struct drawn d = draw(&s, 23, 30000);
    double events[10] = {0}, expected[10] = {0}, variance[10] = {0};
    for (size_t i = 0; i < d.n_row; i++) {
        double p = d.rows[i].prob;
        size_t bin = (size_t)(p * 10);
        events[bin] += d.rows[i].churned;
        expected[bin] += p;
        variance[bin] += p * (1 - p);
    }
    for (size_t k = 0; k < 7; k++) {
        char what[40];
        snprintf(what, sizeof what, "risk from 0.%zu", k);
        ck_assert_double_gt(expected[k], 100); /* enough for a normal test */
        check_z(what, events[k], expected[k], variance[k]);
    }
    drawn_clear(&d);
    assay_scenario_clear(&s);
}
END_TEST

/* Share of the snapshots of the first and of the later quarters that churn. */
static void churn_rates(const struct assay_scenario *s, double *first, double *later,
                        double *std_error)
{
    struct drawn d = draw(s, 29, 20000);
    double n[2] = {0}, events[2] = {0};
    for (size_t i = 0; i < d.n_row; i++) {
        n[d.rows[i].quarter > 0]++;
        events[d.rows[i].quarter > 0] += d.rows[i].prob;
    }
    *first = events[0] / n[0];
    *later = events[1] / n[1];
    *std_error = sqrt(*first * (1 - *first) / n[0]); /* of 0/1 draws; of risks it is smaller */
    drawn_clear(&d);
}

START_TEST(a_warmed_up_world_starts_where_it_stays)
{
    struct edit edits[] = {no_joiners,
                           {"\"newcomer_months\": 3", "\"warm_up_quarters\": 10"},
                           {"\"mean_tenure_months\": 20", "\"mean_tenure_months\": 240"}};
    double first, later, std_error;
    struct assay_scenario warm = edited_world(SMALL, edits, 3),
                          cold = edited_world(SMALL, edits, 1);
    churn_rates(&warm, &first, &later, &std_error);
    ck_assert_double_lt(fabs(first - later), 4 * std_error);
    churn_rates(&cold, &first, &later, &std_error);
    ck_assert_double_gt(first - later, 8 * std_error); /* the weak leave first */
    assay_scenario_clear(&warm);
    assay_scenario_clear(&cold);
}
END_TEST

START_TEST(a_world_without_survivors_still_ends)
{
    struct edit edits[] = {{"\"intercept\": 2", "\"intercept\": 50"},
                           {"\"newcomer_months\": 3", "\"warm_up_quarters\": 40"}};
    struct assay_scenario s = edited_world(SMALL, edits, 2);
    struct drawn d = draw(&s, 1, 20);
    ck_assert_uint_eq(d.n_row, 20);
    for (size_t i = 0; i < d.n_row; i++)
        ck_assert(d.rows[i].churned);
    drawn_clear(&d);
    assay_scenario_clear(&s);
}
END_TEST

/* ---- events in time ---- */

START_TEST(nothing_is_seen_of_an_account_once_it_has_churned)
{
    struct assay_scenario s = edited_world(SMALL, NULL, 0);
    struct drawn d = draw(&s, (uint64_t)_i, 2000);
    size_t unseen = 0;
    for (size_t i = 0; i < d.n_row; i++) {
        const struct assay_simulated_row *row = &d.rows[i];
        bool last = i + 1 == d.n_row || d.rows[i + 1].account != row->account;
        ck_assert(!row->churned || last);
        ck_assert(last || row->quarter + 1 == d.rows[i + 1].quarter);
        ck_assert(!last || row->churned || row->quarter + 1 == s.n_quarter);
        if (row->churned_on != ASSAY_NO_DATE) {
            ck_assert(row->churned && row->churned_on <= s.observed_until);
            ck_assert(row->churned_on > row->as_of && row->churned_on <= row->as_of + 90);
        }
        unseen += row->churned && row->churned_on == ASSAY_NO_DATE;
        ck_assert_int_eq(row->as_of, s.as_of[row->quarter]);
    }
    ck_assert_uint_gt(unseen, 0); /* 15 of the last quarter's 90 days are observed */
    drawn_clear(&d);
    assay_scenario_clear(&s);
}
END_TEST

START_TEST(churn_days_are_uniform_over_the_horizon)
{
    struct assay_scenario s = edited_world(TRUTH, NULL, 0);
    struct drawn d = draw(&s, 31, 20000);
    double *u = malloc(d.n_row * sizeof *u);
    size_t n = 0;
    for (size_t i = 0; i < d.n_row; i++)
        if (d.rows[i].churned)
            u[n++] = (d.rows[i].churned_on - d.rows[i].as_of - 0.5) / 90;
    ck_assert_uint_gt(n, 5000);
    /* 90 steps: the discrete distribution is itself up to half a step away. */
    ck_assert_double_lt(distance_from_uniform(u, n), 1.95 / sqrt((double)n) + 0.5 / 90);
    free(u);
    drawn_clear(&d);
    assay_scenario_clear(&s);
}
END_TEST

START_TEST(owners_act_on_high_risks_and_save_some)
{
    struct assay_scenario s = edited_world(SMALL, NULL, 0);
    struct drawn d = draw(&s, 37, 20000);
    double eligible = 0, acted = 0, saved = 0, expected = 0, variance = 0;
    for (size_t i = 0; i < d.n_row; i++) {
        const struct assay_simulated_row *row = &d.rows[i];
        double gain = row->prob_untouched - row->prob;
        eligible += row->prob_untouched >= 0.15;
        acted += row->acted;
        saved += row->saved;
        expected += gain;
        variance += gain * (1 - gain);
        ck_assert(!row->acted || row->prob_untouched >= 0.15);
        ck_assert(!row->saved || (row->acted && !row->churned));
        ck_assert(row->acted_on == ASSAY_NO_DATE ||
                  (row->acted_on > row->as_of && row->acted_on <= row->as_of + 30));
        if (row->acted_on != ASSAY_NO_DATE && row->churned_on != ASSAY_NO_DATE)
            ck_assert_int_gt(row->churned_on, row->acted_on);
        if (row->quarter < 3) /* known by observed_until */
            ck_assert_int_eq(row->acted_on != ASSAY_NO_DATE, row->acted);
        ck_assert_int_le(row->acted_on, s.observed_until);
    }
    check_z("acted on", acted, 0.5 * eligible, 0.25 * eligible);
    check_z("saved", saved, expected, variance);
    ck_assert_double_gt(saved, 500);
    drawn_clear(&d);
    assay_scenario_clear(&s);
}
END_TEST

START_TEST(what_owners_do_changes_nothing_else)
{
    struct edit idle = {"\"probability\": 0.5", "\"probability\": 0"};
    struct assay_scenario s = edited_world(SMALL, NULL, 0), t = edited_world(SMALL, &idle, 1);
    struct drawn with = draw(&s, 41, 1000), without = draw(&t, 41, 1000);
    size_t matched = 0, k = 0;
    ck_assert_uint_gt(with.n_row, without.n_row); /* the saved go on */
    for (size_t i = 0; i < without.n_row; i++) {
        while (with.rows[k].account != without.rows[i].account ||
               with.rows[k].quarter != without.rows[i].quarter)
            k++;
        ck_assert_double_eq(with.rows[k].prob_untouched, without.rows[i].prob);
        ck_assert_int_eq(with.rows[k].churned || with.rows[k].saved, without.rows[i].churned);
        matched++;
    }
    ck_assert_uint_eq(matched, without.n_row);
    drawn_clear(&with);
    drawn_clear(&without);
    assay_scenario_clear(&s);
    assay_scenario_clear(&t);
}
END_TEST

/* ---- accounts ---- */

START_TEST(accounts_have_their_shares_and_join_over_time)
{
    struct assay_scenario s = edited_world(SMALL, &no_churn, 1);
    const double n = 20000;
    struct drawn d = draw(&s, 43, (size_t)n);
    double pro = 0, retail = 0, ada = 0, starts[4] = {0};
    for (size_t i = 0; i < d.n_row; i++) {
        const struct assay_simulated_row *row = &d.rows[i];
        ck_assert_double_eq(fmod(row->arr, 100), 0);
        if (i > 0 && d.rows[i - 1].account == row->account) {
            ck_assert_uint_gt(row->tenure_months, d.rows[i - 1].tenure_months);
            ck_assert_double_ge(row->arr, d.rows[i - 1].arr);
            continue;
        }
        ck_assert(row->quarter == 0 || row->tenure_months < 3);
        pro += row->plan == 1;
        retail += row->segment == 0;
        ada += row->owner == 0;
        starts[row->quarter]++;
    }
    check_z("Pro", pro, 0.4 * n, 0.24 * n);
    check_z("Retail", retail, 0.5 * n, 0.25 * n);
    check_z("Ada", ada, 0.5 * n, 0.25 * n);
    check_z("there at the start", starts[0], 0.625 * n, 0.625 * 0.375 * n);
    for (size_t t = 1; t < 4; t++)
        check_z("joining in a quarter", starts[t], 0.125 * n, 0.125 * 0.875 * n);
    drawn_clear(&d);
    assay_scenario_clear(&s);
}
END_TEST

/* Median ARR at signup is the plan's; rounding to 100 moves a median of 5,000 by 1% at most. */
START_TEST(arr_follows_the_plan)
{
    struct edit edits[] = {no_churn, {"\"quarters\": 4", "\"quarters\": 1"}, {"0.05", "0"}};
    struct assay_scenario s = edited_world(SMALL, edits, 3);
    struct drawn d = draw(&s, 47, 20000);
    double n[2] = {0}, below[2] = {0};
    for (size_t i = 0; i < d.n_row; i++) {
        n[d.rows[i].plan]++;
        below[d.rows[i].plan] += d.rows[i].arr < (d.rows[i].plan == 0 ? 4950 : 29950);
    }
    /* Phi(log(4950 / 5000) / 0.4) and Phi(log(29950 / 30000) / 0.5) */
    check_z("Basic", below[0] / n[0], gsl_cdf_ugaussian_P(log(0.99) / 0.4), 0.25 / n[0]);
    check_z("Pro", below[1] / n[1], gsl_cdf_ugaussian_P(log(29950.0 / 30000) / 0.5), 0.25 / n[1]);
    drawn_clear(&d);
    assay_scenario_clear(&s);
}
END_TEST

static enum assay_status stop_at_ten(void *state, const struct assay_simulated_row *row,
                                     struct assay_error *err)
{
    size_t *n = state;
    (void)row;
    return ++*n == 10 ? assay_fail(err, ASSAY_EIO, "enough") : ASSAY_OK;
}

START_TEST(the_callback_can_stop_it)
{
    struct assay_scenario s = edited_world(SMALL, NULL, 0);
    struct assay_error err = {0};
    size_t n = 0;
    ck_assert_int_eq(assay_simulate(&s, 1, 400, stop_at_ten, &n, &err), ASSAY_EIO);
    ck_assert_uint_eq(n, 10);
    assay_scenario_clear(&s);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, an_account_is_the_same_however_many_are_drawn);
    tcase_add_test(tc, seeds_and_accounts_have_streams_of_their_own);
    tcase_add_test(tc, percentiles_are_uniform_within_each_plan);
    tcase_add_test(tc, a_healthier_account_never_measures_worse);
    tcase_add_test(tc, latent_healths_correlate_as_stated);
    tcase_add_test(tc, season_and_trend_move_raw_values_and_not_the_truth);
    tcase_add_test(tc, newcomers_start_low);
    tcase_add_test(tc, missing_values_come_at_their_rate_and_count_as_fifty);
    tcase_add_test(tc, log_odds_are_the_stated_sum);
    tcase_add_loop_test(tc, the_truth_world_is_exactly_logistic, 0, 3);
    tcase_add_test(tc, churn_follows_its_probability_at_every_risk);
    tcase_add_test(tc, a_warmed_up_world_starts_where_it_stays);
    tcase_add_test(tc, a_world_without_survivors_still_ends);
    tcase_add_loop_test(tc, nothing_is_seen_of_an_account_once_it_has_churned, 0, 10);
    tcase_add_test(tc, churn_days_are_uniform_over_the_horizon);
    tcase_add_test(tc, owners_act_on_high_risks_and_save_some);
    tcase_add_test(tc, what_owners_do_changes_nothing_else);
    tcase_add_test(tc, accounts_have_their_shares_and_join_over_time);
    tcase_add_test(tc, arr_follows_the_plan);
    tcase_add_test(tc, the_callback_can_stop_it);
}

ASSAY_SUITE("datasets/simulator", add_tests)
