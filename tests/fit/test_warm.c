#include "core/fit/warm.h"

#include <string.h>

#include "core/fit/anchor.h"
#include "tests/fit/design.h"

enum { N = 210000, N_COLUMN = 3, N_COEF = N_COLUMN + 1 };

static const double truth[] = {-1.0, 0.5, -0.3, 0.2};

/* An engine that counts its readings of all rows. */
struct counted {
    struct assay_engine rows;
    size_t every, n_whole, n_thin;
};

static enum assay_status evaluate(void *state, const double coef[], double *log_likelihood,
                                  double gradient[], double information[], struct assay_error *err)
{
    struct counted *c = state;
    *(c->every > 1 ? &c->n_thin : &c->n_whole) += 1;
    return c->rows.evaluate(c->rows.state, coef, log_likelihood, gradient, information, err);
}

static enum assay_status direction(void *state, const double along[], struct assay_direction *what,
                                   struct assay_error *err)
{
    struct counted *c = state;
    return c->rows.direction(c->rows.state, along, what, err);
}

static enum assay_status moments(void *state, double gram[], struct assay_error *err)
{
    struct counted *c = state;
    return c->rows.moments(c->rows.state, gram, err);
}

static void thin(void *reader, size_t every)
{
    struct counted *c = reader;
    c->every = every;
    c->rows.thin(c->rows.reader, every);
}

static struct assay_engine count(struct counted *c, const struct design *d, bool warm)
{
    *c = (struct counted){.rows = d->engine, .every = 1};
    struct assay_engine engine = d->engine;
    engine.state = engine.reader = c;
    engine.evaluate = evaluate;
    engine.direction = direction;
    engine.moments = moments;
    engine.watch = NULL;
    engine.thin = warm ? thin : NULL;
    return engine;
}

struct outcome {
    enum assay_status status;
    struct assay_logistic_fit fit;
    struct assay_error err;
    size_t n_whole, n_thin;
};

static struct outcome fit(const struct design *d, bool warm, const struct assay_limits *limits)
{
    struct counted c;
    struct outcome o = {0};
    struct assay_engine engine = count(&c, d, warm);
    struct assay_logistic_options options = assay_logistic_options_default();
    o.status = limits != NULL
                   ? assay_logistic_fit_limited(&engine, &options, limits, &o.fit, &o.err)
                   : assay_logistic_fit(&engine, &options, &o.fit, &o.err);
    ck_assert_uint_eq(c.every, 1); /* whatever happens, all rows are looked at again */
    o.n_whole = c.n_whole;
    o.n_thin = c.n_thin;
    return o;
}

static void clear(struct outcome *o)
{
    assay_logistic_fit_clear(&o->fit);
}

/* The last step of both moved no log-odds by more than 1e-10; quadratic convergence leaves less. */
static void check_same_answer(const struct outcome *a, const struct outcome *b)
{
    ck_assert_msg(a->status == ASSAY_OK && b->status == ASSAY_OK, "%s %s", a->err.message,
                  b->err.message);
    for (size_t j = 0; j < N_COEF; j++)
        test_close("coefficient", a->fit.coef[j], b->fit.coef[j], 1e-10, 0.1);
    for (size_t k = 0; k < N_COEF * N_COEF; k++)
        test_close("covariance", a->fit.covariance[k], b->fit.covariance[k], 1e-10, 1e-5);
}

START_TEST(the_answer_is_that_of_the_usual_start_with_fewer_readings)
{
    struct design d = design_draw(N, N_COLUMN, truth, 51);
    struct outcome warm = fit(&d, true, NULL), cold = fit(&d, false, NULL);
    check_same_answer(&warm, &cold);
    ck_assert_uint_gt(warm.n_thin, 0);
    ck_assert_uint_eq(cold.n_thin, 0);
    ck_assert_uint_lt(warm.n_whole, cold.n_whole);
    clear(&warm);
    clear(&cold);
    design_free(&d);
}
END_TEST

START_TEST(a_step_that_would_move_nothing_is_not_taken)
{
    /* From 1/1000 off, steps of about 1e-3, 1e-6 and 1e-12: the third is foreseen. */
    struct design d = design_draw(N, N_COLUMN, truth, 56);
    struct outcome far = fit(&d, false, NULL), near = {0};
    struct assay_logistic_options options = assay_logistic_options_default();
    struct counted c;
    struct assay_engine engine = count(&c, &d, true);
    double start[N_COEF];
    for (size_t j = 0; j < N_COEF; j++)
        start[j] = far.fit.coef[j] + 1e-3;
    options.start = start;
    near.status = assay_logistic_fit(&engine, &options, &near.fit, &near.err);
    check_same_answer(&near, &far);
    ck_assert_uint_eq(near.fit.iterations, 2);
    ck_assert_uint_eq(c.n_whole, 3);
    clear(&near);
    clear(&far);
    design_free(&d);
}
END_TEST

START_TEST(limits_hold_from_the_sample_on)
{
    /* b_1 >= 0 is idle, b_2 >= 0 binds. */
    static const double limit[] = {0, 1, 0, 0, /**/ 0, 0, 1, 0}, floor[] = {0, 0};
    const struct assay_limits limits = {.n_limit = 2, .limit = limit, .floor = floor};
    struct design d = design_draw(N, N_COLUMN, truth, 52);
    struct outcome warm = fit(&d, true, &limits), cold = fit(&d, false, &limits);
    check_same_answer(&warm, &cold);
    ck_assert_uint_gt(warm.n_thin, 0);
    ck_assert_double_eq(warm.fit.coef[2], 0.0);
    ck_assert_int_eq(warm.fit.active[2], 1);
    clear(&warm);
    clear(&cold);
    design_free(&d);
}
END_TEST

START_TEST(an_anchor_weighs_on_the_sample_as_on_all_rows)
{
    /* Rows and penalty shrink alike: a seventh of the rows has a seventh of the information, nearly. */
    static const size_t signal[] = {1, 2, 3};
    static const double weight[] = {0.5, 0.3, 0.2};
    struct design d = design_draw(N, N_COLUMN, truth, 53);
    struct assay_anchor anchor = {.n_signal = 3, .signal = signal, .weight = weight, .lambda = 7e4};
    struct assay_engine engine = {0};
    struct assay_error err = {0};
    double value, whole[N_COEF * N_COEF], part[N_COEF * N_COEF];
    ck_assay_ok(assay_anchor_engine_init(&d.engine, &anchor, &engine, &err));
    ck_assay_ok(engine.evaluate(engine.state, truth, &value, NULL, whole, &err));
    engine.thin(engine.reader, 7);
    ck_assay_ok(engine.evaluate(engine.state, truth, &value, NULL, part, &err));
    engine.thin(engine.reader, 1);
    for (size_t k = 0; k < N_COEF;
         k++) /* 30,000 rows know their information to 1 or 2 in a hundred */
        test_close("information", part[k * N_COEF + k], whole[k * N_COEF + k] / 7.0, 0.05, 0);
    assay_anchor_engine_clear(&engine);
    design_free(&d);
}
END_TEST

START_TEST(few_rows_or_few_events_are_fitted_at_once)
{
    struct design d = design_draw(N, N_COLUMN, truth, 54);
    struct assay_logistic_options options = assay_logistic_options_default();
    ck_assert(assay_warm_pays(&d.engine, &options));
    struct assay_engine other = d.engine;
    other.thin = NULL;
    ck_assert(!assay_warm_pays(&other, &options));
    other = d.engine;
    other.n_row = 199999;
    ck_assert(!assay_warm_pays(&other, &options));
    other = d.engine;
    other.n_event = 6 * 20 * N_COEF - 1; /* one in 6 blocks: 20 a coefficient */
    ck_assert(!assay_warm_pays(&other, &options));
    other.n_event++;
    ck_assert(assay_warm_pays(&other, &options));
    options.start = truth;
    ck_assert(!assay_warm_pays(&d.engine, &options));
    design_free(&d);
}
END_TEST

/* Trouble of three kinds: in all rows, in none of the sample's, in the sample's alone. */
static struct design troubled(int kind)
{
    struct design d = design_draw(N, N_COLUMN, truth, 55);
    for (size_t i = 0; i < N; i++) {
        bool sampled = i / ASSAY_BLOCK_ROWS % 6 == 0;
        double value = design_at(&d, i, 1);
        if (kind == 0)
            value = (d.outcome[i] ? 1.0 : -1.0) * (0.1 + fabs(value)); /* separates */
        else if (kind == 1)
            value = sampled ? value : 2.0 * design_at(&d, i, 0); /* all but the same column */
        else
            value = sampled ? 1.0 : value; /* constant in the sample */
        design_set(&d, i, 1, value);
    }
    design_restart(&d);
    return d;
}

START_TEST(what_is_diagnosed_does_not_depend_on_the_start) /* a loop over kinds of trouble */
{
    struct design d = troubled(_i);
    struct outcome warm = fit(&d, true, NULL), cold = fit(&d, false, NULL);
    ck_assert_int_eq(warm.status, cold.status);
    ck_assert_int_eq(warm.fit.problem, cold.fit.problem);
    ck_assert_mem_eq(warm.fit.blamed, cold.fit.blamed, N_COEF);
    ck_assert_str_eq(warm.err.message, cold.err.message);
    ck_assert_int_eq(cold.status, _i == 0 ? ASSAY_ENUMERIC : ASSAY_OK);
    if (cold.status == ASSAY_OK)
        check_same_answer(&warm, &cold);
    clear(&warm);
    clear(&cold);
    design_free(&d);
}
END_TEST

START_TEST(later_stages_look_at_more_rows_where_that_pays) /* a loop over cases */
{
    static const struct {
        size_t n_row, n_event, n_coef, n_stage, every[ASSAY_WARM_STAGES];
    } cases[] = {
        {200000, 20000, 4, 1, {6}},      /* 33,333 rows at least, and no stage of little more */
        {200000, 190000, 13, 1, {6}},    /* the rarer outcome counts */
        {1000000, 130000, 51, 2, {16, 4}}, /* 159 events a coefficient, then 637 */
        {1000000, 95000, 13, 2, {30, 12}},
        {1000000, 10000, 51, 1, {8}},    /* 24: a larger sample costs what it saves */
        {10000000, 950000, 13, 3, {305, 121, 24}},
        {10000000, 950000, 2, 2, {305, 11}},
        {100000000, 9500000, 13, 4, {3051, 1217, 243, 18}},
    };
    size_t every[ASSAY_WARM_STAGES];
    struct assay_engine engine = {
        .n_row = cases[_i].n_row, .n_event = cases[_i].n_event, .n_coef = cases[_i].n_coef};
    ck_assert_uint_eq(assay_warm_stages(&engine, every), cases[_i].n_stage);
    ck_assert_mem_eq(every, cases[_i].every, cases[_i].n_stage * sizeof *every);
}
END_TEST

START_TEST(a_check_of_good_columns_takes_no_products_of_all_rows)
{
    struct design d = design_draw(N, N_COLUMN, truth, 57);
    struct counted c;
    struct assay_engine engine = count(&c, &d, true);
    struct assay_error err = {0};
    enum assay_fit_problem problem = ASSAY_FIT_SEPARATED;
    unsigned char blamed[N_COEF] = {1, 1, 1, 1}, none[N_COEF] = {0};
    ck_assay_ok(assay_logistic_check(&engine, &problem, blamed, &err));
    ck_assert_int_eq(problem, ASSAY_FIT_FINE);
    ck_assert_mem_eq(blamed, none, N_COEF);
    ck_assert_uint_eq(c.n_whole, 0);
    ck_assert_uint_eq(c.n_thin, 1);
    ck_assert_uint_eq(c.every, 1);
    design_free(&d);
}
END_TEST

/* Trouble in all rows, in the sample's alone, and in others than those. */
static struct design doubtful(int kind)
{
    struct design d = design_draw(N, N_COLUMN, truth, 58);
    for (size_t i = 0; i < N; i++) {
        bool sampled = i / ASSAY_BLOCK_ROWS % 6 == 0;
        double value = design_at(&d, i, 1), other = design_at(&d, i, 0);
        if (kind == 0)
            value = 0.25;
        else if (kind == 1)
            value = 2.0 * other + 1.0;
        else if (kind == 2)
            value = sampled ? 1.0 : value;
        else if (kind == 3)
            value = sampled ? -other : value;
        else /* 1 - R^2 about 2.5e-11 in the sample; a sixth of it, and as much, in all rows */
            value = 2.0 * other + (sampled || kind == 5 ? 1e-5 : 1e-7) * value;
        design_set(&d, i, 1, value);
    }
    design_restart(&d);
    return d;
}

START_TEST(a_check_says_the_same_of_a_sample_and_of_all_rows) /* a loop over kinds of trouble */
{
    static const enum assay_fit_problem said[] = {ASSAY_FIT_CONSTANT, ASSAY_FIT_COLLINEAR,
                                                  ASSAY_FIT_FINE,     ASSAY_FIT_FINE,
                                                  ASSAY_FIT_COLLINEAR, ASSAY_FIT_FINE};
    struct design d = doubtful(_i);
    struct assay_engine whole = d.engine;
    struct assay_error err = {0};
    enum assay_fit_problem by_sample, by_all;
    unsigned char blamed[2][N_COEF];
    whole.thin = NULL;
    ck_assay_ok(assay_logistic_check(&d.engine, &by_sample, blamed[0], &err));
    ck_assay_ok(assay_logistic_check(&whole, &by_all, blamed[1], &err));
    ck_assert_int_eq(by_sample, by_all);
    ck_assert_mem_eq(blamed[0], blamed[1], N_COEF);
    ck_assert_int_eq(by_all, said[_i]);
    design_free(&d);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    struct design d = design_draw(N, N_COLUMN, truth, 56);
    struct assay_logistic_options options = assay_logistic_options_default();
    enum assay_status status;
    size_t n = 0;
    do {
        struct assay_logistic_fit fit = {0};
        struct assay_error err = {0};
        test_fail_allocation(++n);
        status = assay_logistic_fit(&d.engine, &options, &fit, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && fit.coef == NULL));
        ck_assert(status == ASSAY_OK || strstr(err.message, "out of memory") != NULL);
        assay_logistic_fit_clear(&fit);
    } while (status != ASSAY_OK);
    ck_assert_uint_gt(n, 12);
    design_free(&d);
}
END_TEST

START_TEST(every_allocation_of_a_check_may_fail)
{
    struct design d = design_draw(N, N_COLUMN, truth, 59);
    enum assay_status status;
    size_t n = 0;
    do {
        struct counted c;
        struct assay_engine engine = count(&c, &d, true);
        struct assay_error err = {0};
        enum assay_fit_problem problem;
        unsigned char blamed[N_COEF];
        test_fail_allocation(++n);
        status = assay_logistic_check(&engine, &problem, blamed, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || status == ASSAY_ENOMEM);
        ck_assert(status == ASSAY_OK || strstr(err.message, "out of memory") != NULL);
        ck_assert_uint_eq(c.every, 1);
    } while (status != ASSAY_OK);
    ck_assert_uint_gt(n, 4);
    design_free(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, the_answer_is_that_of_the_usual_start_with_fewer_readings);
    tcase_add_test(tc, a_step_that_would_move_nothing_is_not_taken);
    tcase_add_test(tc, limits_hold_from_the_sample_on);
    tcase_add_test(tc, an_anchor_weighs_on_the_sample_as_on_all_rows);
    tcase_add_test(tc, few_rows_or_few_events_are_fitted_at_once);
    tcase_add_loop_test(tc, what_is_diagnosed_does_not_depend_on_the_start, 0, 3);
    tcase_add_loop_test(tc, later_stages_look_at_more_rows_where_that_pays, 0, 8);
    tcase_add_test(tc, a_check_of_good_columns_takes_no_products_of_all_rows);
    tcase_add_loop_test(tc, a_check_says_the_same_of_a_sample_and_of_all_rows, 0, 6);
    tcase_add_test(tc, every_allocation_may_fail);
    tcase_add_test(tc, every_allocation_of_a_check_may_fail);
}

ASSAY_SUITE("fit/warm", add_tests)
