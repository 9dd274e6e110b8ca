#include <stdio.h>

#include "core/base/number.h"
#include "core/metric/line.h"
#include "core/metric/workload.h"
#include "tests/metric/sample.h"
#include "tests/support/random.h"

/* ---- every rule against a search over all lines ---- */

enum { MOST = 60 };

struct data {
    size_t n;
    double prob[MOST];
    unsigned char outcome[MOST];
    int32_t account[MOST], period[MOST];
};

/* Few values, so that ties abound, and gaps; both outcomes and three predictions for sure. */
static struct data data_random(uint64_t seed)
{
    struct test_random random = {seed};
    struct data d = {.n = 3 + test_below(&random, MOST - 2)};
    for (size_t i = 0; i < d.n; i++) {
        d.prob[i] = (double)(1 + test_below(&random, 31)) / 32;
        d.outcome[i] = test_uniform(&random) < d.prob[i];
        d.account[i] = (int32_t)test_below(&random, 20);
        d.period[i] = (int32_t)test_below(&random, 4) * 2;
        if (test_below(&random, 10) == 0)
            d.prob[i] = NAN;
    }
    d.prob[0] = 0.25, d.outcome[0] = 0;
    d.prob[1] = 0.5, d.outcome[1] = 1;
    d.prob[2] = 0.75, d.outcome[2] = 0;
    return d;
}

struct counts {
    double tp, fn, fp, tn;
    double visits, caught, periods; /* accounts flagged in a period, summed over periods */
};

/* Counted anew, by comparing rows. Flagged is prob >= line. */
static struct counts count(const struct data *d, double line)
{
    struct counts c = {0};
    for (size_t i = 0; i < d->n; i++) {
        if (isnan(d->prob[i]))
            continue;
        bool flagged = d->prob[i] >= line, visit = flagged, caught = flagged && d->outcome[i];
        bool period = true;
        c.tp += flagged && d->outcome[i];
        c.fn += !flagged && d->outcome[i];
        c.fp += flagged && !d->outcome[i];
        c.tn += !flagged && !d->outcome[i];
        for (size_t k = 0; k < i; k++) {
            if (isnan(d->prob[k]) || d->period[k] != d->period[i])
                continue;
            bool before = d->account[k] == d->account[i] && d->prob[k] >= line;
            period = false;
            visit = visit && !before;
            caught = caught && !(before && d->outcome[k]);
        }
        c.visits += visit;
        c.caught += caught;
        c.periods += period;
    }
    return c;
}

static double margin_of(const struct counts *c, const struct assay_line_question *q)
{
    return fmin(c->tp / (c->tp + c->fn) - q->sensitivity, 1 - c->fp / (c->fp + c->tn) - q->specificity);
}

static double worth_of(const struct counts *c, const struct assay_line_question *q)
{
    switch (q->by) {
    case ASSAY_BY_TARGETS:
        return margin_of(c, q);
    case ASSAY_BY_YOUDEN:
        return c->tp * (c->fp + c->tn) - c->fp * (c->tp + c->fn);
    case ASSAY_BY_COST:
        return -(q->miss * c->fn + q->false_alarm * c->fp);
    case ASSAY_BY_CAPACITY:
        break;
    }
    return c->visits <= q->accounts * c->periods ? c->tp + c->fp : -INFINITY;
}

/* The next lower prediction; -1: there is none. */
static double below(const struct data *d, double value)
{
    double next = -1;
    for (size_t i = 0; i < d->n; i++)
        if (d->prob[i] < value && d->prob[i] > next)
            next = d->prob[i];
    return next;
}

/* The best prediction to flag from: of equals the highest; -1: none. */
static double search(const struct data *d, const struct assay_line_question *q)
{
    double best = -INFINITY, from = -1;
    for (size_t i = 0; i < d->n; i++) {
        if (isnan(d->prob[i]) || below(d, d->prob[i]) < 0) /* flagging everybody is no line */
            continue;
        struct counts c = count(d, d->prob[i]);
        double worth = worth_of(&c, q);
        if (worth > best || (worth == best && d->prob[i] > from && !isinf(worth))) {
            best = worth;
            from = d->prob[i];
        }
    }
    return from;
}

static double logit(double prob)
{
    return log(prob) - log1p(-prob);
}

static const struct assay_line_question rules[] = {
    {.by = ASSAY_BY_TARGETS, .sensitivity = 0.75, .specificity = 0.70},
    {.by = ASSAY_BY_TARGETS, .sensitivity = 0.9, .specificity = 0.5},
    {.by = ASSAY_BY_YOUDEN},
    {.by = ASSAY_BY_COST, .miss = 5, .false_alarm = 1},
    {.by = ASSAY_BY_COST, .miss = 1, .false_alarm = 3},
    {.by = ASSAY_BY_CAPACITY, .accounts = 2},
    {.by = ASSAY_BY_CAPACITY, .accounts = 4.5},
};

static const struct assay_line_question *ask_about(const struct data *d, size_t rule)
{
    static struct assay_line_question question;
    question = rules[rule];
    question.account = d->account;
    question.period = d->period;
    return &question;
}

/* To the last bit: the place of a line must not depend on how it was looked for. */
START_TEST(the_line_is_the_best_of_all_lines_between_predictions)
{
    struct assay_error err = {0};
    struct data d = data_random((uint64_t)_i);
    size_t found = 0;
    for (size_t rule = 0; rule < COUNT(rules); rule++) {
        const struct assay_line_question *q = ask_about(&d, rule);
        struct assay_line line = {.line = -7};
        double from = search(&d, q);
        enum assay_status status = assay_line_choose(d.prob, d.outcome, d.n, q, &line, &err);
        if (from < 0) {
            ck_assert_int_eq(status, ASSAY_ENUMERIC);
            ck_assert_double_eq(line.line, -7);
            continue;
        }
        ck_assay_ok(status);
        found++;
        ck_assert_double_eq(line.line, assay_expit(0.5 * (logit(from) + logit(below(&d, from)))));
        struct counts c = count(&d, from);
        ck_assert_double_eq(line.sensitivity, c.tp / (c.tp + c.fn));
        test_close("specificity", line.specificity, c.tn / (c.fp + c.tn), 1e-15, 1);
        ck_assert_double_eq((double)line.n, c.tp + c.fn + c.fp + c.tn);
        ck_assert_double_eq((double)line.n_event, c.tp + c.fn);
    }
    ck_assert_uint_ge(found, 5);
}
END_TEST

/* ---- many predictions, most of which are only counted ---- */

struct row {
    double prob;
    unsigned char outcome;
};

static int by_prob_down(const void *a, const void *b)
{
    const struct row *l = a, *r = b;
    return l->prob > r->prob ? -1 : l->prob < r->prob;
}

static void draw_many(uint64_t seed, size_t n, struct row row[], double prob[],
                      unsigned char outcome[])
{
    struct test_random random = {seed};
    for (size_t i = 0; i < n; i++) {
        double u = test_uniform(&random);
        prob[i] = seed % 3 == 0 ? u : seed % 3 == 1 ? u * u * u * u : floor(50 * u) / 50;
        outcome[i] = test_uniform(&random) < 0.1 + 0.8 * prob[i];
        row[i] = (struct row){prob[i], outcome[i]};
    }
    qsort(row, n, sizeof *row, by_prob_down);
}

/* One walk over all of them, cut by cut, from the highest down. */
START_TEST(of_many_predictions_none_that_matters_is_passed_over)
{
    enum { N = 6000 };
    static struct row row[N];
    static double prob[N];
    static unsigned char outcome[N];
    struct assay_line_question q = rules[_i % 5];
    struct assay_error err = {0};
    struct assay_line line;
    double events = 0, best = -INFINITY, from = -1, to = -1, low = NAN, high = NAN;
    draw_many((uint64_t)_i / 5, N, row, prob, outcome);
    if (_i >= 45)
        q.sensitivity = q.specificity = 1e-13; /* met from the first cut to the last */
    for (size_t i = 0; i < N; i++)
        events += row[i].outcome;
    struct counts c = {.fn = events, .tn = N - events};
    for (size_t i = 0; i + 1 < N; i++) {
        c.tp += row[i].outcome, c.fn -= row[i].outcome;
        c.fp += !row[i].outcome, c.tn -= !row[i].outcome;
        if (row[i].prob == row[i + 1].prob)
            continue;
        double worth = worth_of(&c, &q);
        if (q.by == ASSAY_BY_TARGETS && margin_of(&c, &q) >= -1e-12) {
            high = isnan(high) ? row[i].prob : high;
            low = row[i + 1].prob;
        }
        if (worth > best) {
            best = worth;
            from = row[i].prob;
            to = row[i + 1].prob;
        }
    }
    ck_assay_ok(assay_line_choose(prob, outcome, N, &q, &line, &err));
    ck_assert_double_eq(line.line, assay_expit(0.5 * (fmax(logit(from), -36) + fmax(logit(to), -36))));
    ck_assert_int_eq(line.feasible, !isnan(high));
    ck_assert(!line.feasible || (line.low == low && line.high == high));
    ck_assert_uint_eq(line.n, N);
}
END_TEST

START_TEST(lines_within_the_interval_meet_both_targets_and_no_others_do)
{
    struct assay_error err = {0};
    struct data d = data_random((uint64_t)_i + 5000);
    const struct assay_line_question *q = ask_about(&d, (size_t)_i % 2);
    struct assay_line line;
    ck_assay_ok(assay_line_choose(d.prob, d.outcome, d.n, q, &line, &err));
    double sensitivity = 0, specificity = 0;
    bool any = false;
    for (size_t k = 1; k < 64; k += 2) { /* between the values, which are 32nds */
        double at = (double)k / 64;
        struct counts c = count(&d, at);
        double here[2] = {c.tp / (c.tp + c.fn), c.tn / (c.fp + c.tn)};
        bool meets = margin_of(&c, q) >= -1e-12;
        any = any || meets;
        ck_assert_int_eq(meets, at > line.low && at < line.high);
        if (here[1] >= q->specificity - 1e-12)
            sensitivity = fmax(sensitivity, here[0]);
        if (here[0] >= q->sensitivity - 1e-12)
            specificity = fmax(specificity, here[1]);
    }
    ck_assert_int_eq(line.feasible, any);
    ck_assert_int_eq(isnan(line.low), !any);
    ck_assert(!any || (line.line > line.low && line.line < line.high));
    test_close("most sensitivity", line.most_sensitivity, sensitivity, 1e-12, 1);
    test_close("most specificity", line.most_specificity, specificity, 1e-12, 1);
    ck_assert(any || (sensitivity < q->sensitivity && specificity < q->specificity));
}
END_TEST

/* ---- worked by hand ---- */

static const double ladder[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, NAN};
static const unsigned char steps[] = {0, 0, 1, 0, 0, 1, 0, 1, 1, 1};

START_TEST(costs_are_those_of_a_hundred_rows)
{
    struct assay_error err = {0};
    struct assay_line line;
    struct assay_line_question q = {.by = ASSAY_BY_COST, .miss = 3, .false_alarm = 1};
    ck_assay_ok(assay_line_choose(ladder, steps, COUNT(steps), &q, &line, &err));
    /* From 0.6 on: one miss and one false alarm, 4; from 0.3 on three false alarms, 3. */
    test_close("line", logit(line.line), 0.5 * (logit(0.2) + logit(0.3)), 1e-13, 0);
    test_close("cost", line.cost, 100 * 3.0 / 9, 1e-14, 0);
    test_close("nobody flagged", line.cost_of_none, 100 * 12.0 / 9, 1e-14, 0);
    test_close("everybody flagged", line.cost_of_all, 100 * 5.0 / 9, 1e-14, 0);
    ck_assert_double_nan(line.most_sensitivity);
    ck_assert_double_nan(line.low);
    ck_assert_double_nan(line.caught.value);
    q.miss = 1;
    ck_assay_ok(assay_line_choose(ladder, steps, COUNT(steps), &q, &line, &err));
    /* From 0.8 on: two misses; from 0.6 on: a miss and a false alarm. Equal: the higher. */
    test_close("line", logit(line.line), 0.5 * (logit(0.7) + logit(0.8)), 1e-13, 0);
}
END_TEST

START_TEST(targets_out_of_reach_are_proved_to_be)
{
    struct assay_error err = {0};
    struct assay_line line;
    struct assay_line_question q = {.by = ASSAY_BY_TARGETS, .sensitivity = 0.9, .specificity = 0.7};
    ck_assay_ok(assay_line_choose(ladder, steps, COUNT(steps), &q, &line, &err));
    ck_assert(!line.feasible);
    ck_assert_double_eq(line.most_sensitivity, 0.75); /* 0.6 and up: 3 of 4, 4 of 5 left alone */
    test_close("specificity", line.most_specificity, 0.4, 1e-15, 0); /* 0.3 and up */
    ck_assert_double_eq(line.sensitivity, 0.75); /* misses by 0.15, from 0.3 on by 0.3 */
    q.sensitivity = 0.5;
    ck_assay_ok(assay_line_choose(ladder, steps, COUNT(steps), &q, &line, &err));
    ck_assert(line.feasible);
    ck_assert_double_eq(line.low, 0.5);
    ck_assert_double_eq(line.high, 0.8);
    q.sensitivity = q.specificity = 1;
    ck_assay_ok(assay_line_choose(ladder, steps, COUNT(steps), &q, &line, &err));
    ck_assert_double_eq(line.most_sensitivity, 0.5);
}
END_TEST

/* Accounts 0 to 3, three quarters: account 0 is flagged twice in the first and counts once. */
START_TEST(an_account_counts_once_a_period)
{
    static const double prob[] = {0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2};
    static const unsigned char outcome[] = {1, 1, 0, 1, 0, 0, 1, 0};
    static const int32_t account[] = {0, 0, 1, 0, 2, 3, 1, 2}, period[] = {0, 0, 0, 1, 1, 1, 3, 3};
    struct assay_error err = {0};
    struct assay_line line;
    struct assay_line_question q = {
        .by = ASSAY_BY_CAPACITY, .accounts = 1, .account = account, .period = period};
    ck_assay_ok(assay_line_choose(prob, outcome, 8, &q, &line, &err));
    /* From 0.6 on 3 visits in 3 periods, 2 of them to accounts with the event. */
    test_close("line", logit(line.line), 0.5 * (logit(0.5) + logit(0.6)), 1e-13, 0);
    ck_assert_uint_eq(line.n_period, 3);
    ck_assert_double_eq(line.flagged, 1);
    test_close("caught", line.caught.value, 2.0 / 3, 1e-15, 0);
    ck_assert_double_gt(line.caught.low, 0);
    ck_assert_double_lt(line.caught.high, 1);
    q.accounts = 0.3;
    ck_assert_int_eq(assay_line_choose(prob, outcome, 8, &q, &line, &err), ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message, "line: the highest prediction is shared by 0.3333 accounts a period; "
                                  "expected at most 0.3");
    q.accounts = 100; /* everybody but the lowest */
    ck_assay_ok(assay_line_choose(prob, outcome, 8, &q, &line, &err));
    test_close("line", logit(line.line), 0.5 * (logit(0.2) + logit(0.3)), 1e-13, 0);
}
END_TEST

START_TEST(certain_predictions_leave_a_line_that_is_not)
{
    static const double prob[] = {0, 0, 1, 1};
    static const unsigned char outcome[] = {0, 1, 0, 1};
    struct assay_error err = {0};
    struct assay_line line;
    ck_assay_ok(assay_line_choose(prob, outcome, 4, &rules[2], &line, &err));
    ck_assert_double_eq(line.line, 0.5);
}
END_TEST

/* ---- events caught ---- */

START_TEST(visits_of_different_accounts_have_wilsons_interval)
{
    struct assay_error err = {0};
    struct assay_workload w;
    struct assay_estimate wilson;
    int32_t account[40], period[40];
    size_t caught = (size_t)_i;
    for (size_t i = 0; i < 40; i++) {
        account[i] = (int32_t)(i * 7);
        period[i] = (int32_t)(i % 5);
    }
    ck_assay_ok(assay_workload_init(account, period, 40, &w, &err));
    for (size_t i = 0; i < 30; i++)
        assay_workload_flag(&w, i, i < caught);
    struct assay_estimate found = assay_workload_caught(&w);
    ck_assay_ok(assay_wilson_interval(caught, 30, ASSAY_LEVEL, &wilson, &err));
    ck_assert_double_eq(assay_workload_size(&w), 6);
    test_close("caught", found.value, 6 * wilson.value, 1e-14, 0);
    test_close("low", found.low, 6 * wilson.low, 1e-12, 0.1);
    test_close("high", found.high, 6 * wilson.high, 1e-12, 0);
    assay_workload_reset(&w);
    ck_assert_uint_eq(w.n_flagged + w.n_caught, 0);
    ck_assert_double_nan(assay_workload_caught(&w).value);
    assay_workload_clear(&w);
}
END_TEST

/* Every account in all of four quarters, and the event in all of them or in none: as uncertain as a
 * single quarter. */
START_TEST(quarters_that_say_the_same_do_not_count_as_news)
{
    struct assay_error err = {0};
    struct assay_workload once, again;
    int32_t account[160], period[160];
    for (size_t i = 0; i < 160; i++) {
        account[i] = (int32_t)(i / 4);
        period[i] = (int32_t)(i % 4);
    }
    ck_assay_ok(assay_workload_init(account, period, 160, &again, &err));
    for (size_t i = 0; i < 160; i++)
        assay_workload_flag(&again, i, i / 4 < 12);
    for (size_t i = 0; i < 40; i++) {
        account[i] = (int32_t)i;
        period[i] = 0;
    }
    ck_assay_ok(assay_workload_init(account, period, 40, &once, &err));
    for (size_t i = 0; i < 40; i++)
        assay_workload_flag(&once, i, i < 12);
    struct assay_estimate a = assay_workload_caught(&once), b = assay_workload_caught(&again);
    ck_assert_double_eq(a.value, b.value);
    /* F - 1 of the design effect: 160 * 39 / 159 visits in place of 40 */
    test_close("low", b.low, a.low, 2e-2, 0);
    test_close("high", b.high, a.high, 2e-2, 0);
    assay_workload_clear(&once);
    assay_workload_clear(&again);
}
END_TEST

/* ---- coverage of the events caught ---- */

enum { ROWS = 1500, PERIODS = 4 };

/* An account has a row in each of so many quarters, with one risk and one outcome in all of them. */
static void draw_history(double prob[], unsigned char outcome[], int32_t account[], int32_t period[],
                         size_t n, size_t each, uint64_t seed)
{
    double risk = 0, dice = 0;
    for (size_t i = 0; i < n; i++) {
        if (i % each == 0) {
            risk = random_unit(&seed);
            dice = random_unit(&seed);
        }
        double p = 0.6 * risk * risk * risk;
        account[i] = (int32_t)(i / each);
        period[i] = (int32_t)(i % PERIODS);
        outcome[i] = dice < p;
        prob[i] = p * (0.9 + 0.2 * random_unit(&seed)); /* another prediction each time */
    }
}

static struct assay_line capacity_line(size_t n, size_t each, double accounts, uint64_t seed)
{
    struct assay_error err = {0};
    struct assay_line line;
    double *prob = calloc(n, sizeof *prob);
    unsigned char *outcome = calloc(n, 1);
    int32_t *account = calloc(n, sizeof *account), *period = calloc(n, sizeof *period);
    draw_history(prob, outcome, account, period, n, each, seed);
    struct assay_line_question q = {
        .by = ASSAY_BY_CAPACITY, .accounts = accounts, .account = account, .period = period};
    ck_assay_ok(assay_line_choose(prob, outcome, n, &q, &line, &err));
    free(prob);
    free(outcome);
    free(account);
    free(period);
    return line;
}

/* The truth: the same share of 800 times as many accounts. 1,000 data sets: 95% -+ 1.4. The line is
 * chosen anew in each, which the interval passes over: these figures show that it may. */
START_TEST(the_interval_of_the_events_caught_covers_as_often_as_it_says)
{
    enum { LARGER = 800, REPEATS = 1000 };
    size_t each = _i == 0 ? 1 : PERIODS, covered = 0;
    double truth = capacity_line((size_t)ROWS * LARGER, each, 60 * LARGER, 5).caught.value / LARGER;
    for (uint64_t r = 0; r < REPEATS; r++) {
        struct assay_line line = capacity_line(ROWS, each, 60, 1000003 * (r + 1));
        covered += line.caught.low <= truth && truth <= line.caught.high;
    }
    printf("%zu rows an account: %.2f caught of 60, covered %.1f%%\n", each, truth,
           (double)covered / 10);
    ck_assert_uint_ge(covered, 930);
    ck_assert_uint_le(covered, 970);
}
END_TEST

/* ---- refusals ---- */

static const double spread[] = {0.1, 0.2, 0.3}, flat[] = {0.2, 0.2, 0.2}, empty[] = {NAN, NAN, NAN},
                    wild[] = {0.1, NAN, 1.5};
static const unsigned char all[] = {1, 1, 1}, both[] = {0, 1, 0}, odd[] = {0, 1, 2};
static const int32_t zero[] = {0, 0, 0}, negative[] = {0, -2, 0};

static const struct {
    const double *prob;
    const unsigned char *outcome;
    struct assay_line_question question;
    enum assay_status status;
    const char *message;
} bad[] = {
    {spread, all, {.by = ASSAY_BY_YOUDEN}, ASSAY_EDATA,
     "line: all 3 outcomes are 1; expected both 0 and 1"},
    {flat, both, {.by = ASSAY_BY_YOUDEN}, ASSAY_ENUMERIC,
     "line: all 3 predictions are 0.2; expected some that differ"},
    {flat, both, {.by = ASSAY_BY_CAPACITY, .accounts = 9, .account = zero, .period = zero},
     ASSAY_ENUMERIC, "line: all 3 predictions are 0.2; expected some that differ"},
    {empty, both, {.by = ASSAY_BY_YOUDEN}, ASSAY_EDATA, "line: n is 0; expected at least 1 row"},
    {wild, both, {.by = ASSAY_BY_YOUDEN}, ASSAY_EDATA, "line: prob[2] is 1.5; expected 0 to 1"},
    {spread, odd, {.by = ASSAY_BY_YOUDEN}, ASSAY_EDATA, "line: outcome[2] is 2; expected 0 or 1"},
    {spread, both, {.by = ASSAY_BY_TARGETS, .sensitivity = 0, .specificity = 0.5}, ASSAY_EDATA,
     "line: expected targets of more than 0, at most 1"},
    {spread, both, {.by = ASSAY_BY_TARGETS, .sensitivity = 0.5, .specificity = 1.1}, ASSAY_EDATA,
     "line: expected targets of more than 0, at most 1"},
    {spread, both, {.by = ASSAY_BY_COST, .miss = 1, .false_alarm = NAN}, ASSAY_EDATA,
     "line: expected finite costs of more than 0"},
    {spread, both, {.by = ASSAY_BY_CAPACITY, .account = zero, .period = zero}, ASSAY_EDATA,
     "line: expected room for more than 0 accounts"},
    {spread, both, {.by = ASSAY_BY_CAPACITY, .accounts = 1, .account = zero, .period = negative},
     ASSAY_EDATA, "workload: period[1] is -2; expected 0 or more"},
};

START_TEST(there_is_no_line_where_one_cannot_be_drawn)
{
    struct assay_error err = {0};
    struct assay_line line = {.line = -7};
    ck_assert_int_eq(
        assay_line_choose(bad[_i].prob, bad[_i].outcome, 3, &bad[_i].question, &line, &err),
        bad[_i].status);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_double_eq(line.line, -7);
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    struct data d = data_random(3);
    const struct assay_line_question *q = ask_about(&d, COUNT(rules) - 1);
    struct assay_line line;
    test_fail_allocation(0);
    enum assay_status status = assay_line_choose(d.prob, d.outcome, d.n, q, &line, NULL);
    size_t made = test_allocations();
    ck_assert_int_eq(status, ASSAY_OK);
    ck_assert_uint_ge(made, 8);
    for (size_t n = 1; n <= made; n++) {
        test_fail_allocation(n);
        status = assay_line_choose(d.prob, d.outcome, d.n, q, &line, NULL);
        test_fail_allocation(0);
        ck_assert_int_eq(status, ASSAY_ENOMEM);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, the_line_is_the_best_of_all_lines_between_predictions, 0, 300);
    tcase_add_loop_test(tc, of_many_predictions_none_that_matters_is_passed_over, 0, 47);
    tcase_add_loop_test(tc, lines_within_the_interval_meet_both_targets_and_no_others_do, 0, 300);
    tcase_add_test(tc, costs_are_those_of_a_hundred_rows);
    tcase_add_test(tc, targets_out_of_reach_are_proved_to_be);
    tcase_add_test(tc, an_account_counts_once_a_period);
    tcase_add_test(tc, certain_predictions_leave_a_line_that_is_not);
    tcase_add_loop_test(tc, visits_of_different_accounts_have_wilsons_interval, 0, 31);
    tcase_add_test(tc, quarters_that_say_the_same_do_not_count_as_news);
    tcase_add_loop_test(tc, the_interval_of_the_events_caught_covers_as_often_as_it_says, 0, 2);
    tcase_add_loop_test(tc, there_is_no_line_where_one_cannot_be_drawn, 0, COUNT(bad));
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("metric/line", add_tests)
