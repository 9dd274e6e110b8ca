/* What the fitter refuses, whom it blames, and above all whom it does not. */
#include <stdio.h>
#include <string.h>

#include "core/fit/logistic.h"
#include "tests/fit/design.h"

enum { MOST_COEF = 32 };

struct verdict {
    enum assay_status status;
    enum assay_fit_problem problem;
    unsigned char blamed[MOST_COEF];
    char message[768], hint[320];
};

static struct verdict judge_limited(const struct design *d, const struct assay_limits *limits)
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    struct verdict v = {0};
    v.status = limits != NULL ? assay_logistic_fit_limited(&d->engine, &options, limits, &fit, &err)
                              : assay_logistic_fit(&d->engine, &options, &fit, &err);
    v.problem = fit.problem;
    memcpy(v.blamed, fit.blamed, fit.n_coef);
    memcpy(v.message, err.message, sizeof v.message);
    memcpy(v.hint, err.hint, sizeof v.hint);
    assay_logistic_fit_clear(&fit);
    return v;
}

static struct verdict judge(const struct design *d)
{
    return judge_limited(d, NULL);
}

/* blamed exactly: a list of coefficients that ends with 0 */
static void check_blamed(const struct verdict *v, const size_t want[])
{
    unsigned char expected[MOST_COEF] = {0};
    char got[MOST_COEF * 3 + 1] = "";
    for (size_t k = 0; want[k] != 0; k++)
        expected[want[k]] = 1;
    for (size_t j = 0; j < MOST_COEF; j++)
        if (v->blamed[j])
            snprintf(got + strlen(got), sizeof got - strlen(got), " %zu", j);
    ck_assert_msg(memcmp(expected, v->blamed, MOST_COEF) == 0, "blamed:%s (%s)", got, v->message);
}

static void check_verdict(const struct design *d, enum assay_fit_problem problem,
                          const size_t blamed[], const char *message)
{
    struct verdict v = judge(d);
    ck_assert_int_eq(v.status, ASSAY_ENUMERIC);
    ck_assert_msg(v.problem == problem, "problem %d: %s", (int)v.problem, v.message);
    check_blamed(&v, blamed);
    if (message != NULL)
        ck_assert_str_eq(v.message, message);
}

static const double truth[] = {-0.5, 0.6, -0.4, 0.2, 0.0, 0.5, -0.3, 0.1, 0.3};
static const double wide_truth[13] = {-0.3, 1, 1, 1, 0.5, -0.5, 0.5, 1, -1, 0.5, 0.5, -1, 1};

/* ---- columns ---- */

START_TEST(a_single_outcome_is_refused)
{
    struct design d = design_draw(50, 2, truth, 1);
    memset(d.outcome, _i, 50);
    design_restart(&d);
    check_verdict(&d, ASSAY_FIT_ONE_OUTCOME, (size_t[]){0},
                  _i ? "logistic fit: all 50 outcomes are 1; expected both 0 and 1"
                     : "logistic fit: all 50 outcomes are 0; expected both 0 and 1");
    design_free(&d);
}
END_TEST

static const double constants[] = {0.0, 1.0, 0.1, -1e9, 1e-300};

START_TEST(a_constant_column_is_named)
{
    struct design d = design_draw(1000, 5, truth, 2);
    for (size_t i = 0; i < 1000; i++)
        design_set(&d, i, 2, constants[_i]);
    design_restart(&d);
    check_verdict(&d, ASSAY_FIT_CONSTANT, (size_t[]){3, 0},
                  "logistic fit: the column of coefficient 3 does not vary; "
                  "expected at least two values");
    design_free(&d);
}
END_TEST

START_TEST(several_constant_columns_are_all_named)
{
    struct design d = design_draw(1000, 5, truth, 2);
    for (size_t i = 0; i < 1000; i++) {
        design_set(&d, i, 0, 3.0);
        design_set(&d, i, 4, 0.0);
    }
    design_restart(&d);
    check_verdict(&d, ASSAY_FIT_CONSTANT, (size_t[]){1, 5, 0},
                  "logistic fit: the columns of coefficients 1 and 5 do not vary; "
                  "expected at least two values");
    design_free(&d);
}
END_TEST

START_TEST(a_rare_indicator_is_not_constant)
{
    struct design d = design_draw(100000, 2, truth, 3);
    for (size_t i = 0; i < 100000; i++)
        design_set(&d, i, 0, i < 4);
    d.outcome[0] = d.outcome[1] = 0;
    d.outcome[2] = d.outcome[3] = 1;
    design_restart(&d);
    struct verdict v = judge(&d);
    ck_assert_msg(v.status == ASSAY_OK, "%s", v.message);
    design_free(&d);
}
END_TEST

START_TEST(a_copied_column_is_named_with_its_twin)
{
    struct design d = design_draw(1000, 6, truth, 4);
    for (size_t i = 0; i < 1000; i++)
        design_set(&d, i, 4, -7.0 * design_at(&d, i, 1) + 20.0);
    design_restart(&d);
    check_verdict(&d, ASSAY_FIT_COLLINEAR, (size_t[]){2, 5, 0},
                  "logistic fit: the columns of coefficients 2 and 5 are linearly dependent; "
                  "expected none to follow from the others");
    design_free(&d);
}
END_TEST

START_TEST(a_total_is_named_with_its_parts)
{
    struct design d = design_draw(2000, 8, truth, (uint64_t)_i + 5);
    for (size_t i = 0; i < 2000; i++) /* in any units */
        design_set(&d, i, 7, 1e6 * (design_at(&d, i, 0) + 0.01 * design_at(&d, i, 3) -
                                    3.0 * design_at(&d, i, 5)));
    design_restart(&d);
    check_verdict(&d, ASSAY_FIT_COLLINEAR, (size_t[]){1, 4, 6, 8, 0}, NULL);
    design_free(&d);
}
END_TEST

START_TEST(a_full_set_of_indicators_is_named)
{
    struct design d = design_draw(900, 4, truth, 6);
    for (size_t i = 0; i < 900; i++)
        for (size_t j = 0; j < 3; j++)
            design_set(&d, i, j + 1, i % 3 == j);
    design_restart(&d);
    check_verdict(&d, ASSAY_FIT_COLLINEAR, (size_t[]){2, 3, 4, 0}, NULL);
    design_free(&d);
}
END_TEST

START_TEST(close_relations_are_not_called_dependent)
{
    /* R^2 = 1 - 1e-8 with a column in other units and far from 0: hard, not impossible. */
    struct design d = design_draw(5000, 3, truth, 7);
    uint64_t state = 99;
    for (size_t i = 0; i < 5000; i++)
        design_set(&d, i, 2, 50.0 + design_at(&d, i, 0) + 1e-4 * draw_normal(&state));
    enum assay_fit_problem problem;
    unsigned char blamed[4];
    struct assay_error err = {0};
    ck_assay_ok(assay_logistic_check(&d.engine, &problem, blamed, &err));
    ck_assert_int_eq(problem, ASSAY_FIT_FINE);
    design_restart(&d);
    struct verdict v = judge(&d);
    ck_assert_msg(v.status == ASSAY_OK, "%s", v.message);
    design_free(&d);
}
END_TEST

START_TEST(dependence_among_held_columns_is_no_obstacle)
{
    struct design d = design_draw(1000, 3, truth, 8);
    const unsigned char held[] = {0, 0, 0, 1};
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    for (size_t i = 0; i < 1000; i++)
        design_set(&d, i, 2, design_at(&d, i, 0));
    options.held = held;
    design_restart(&d);
    ck_assay_ok(assay_logistic_fit(&d.engine, &options, &fit, &err));
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(the_check_before_any_fit_says_the_same)
{
    struct design d = design_draw(60, 8, truth, 9);
    enum assay_fit_problem problem;
    unsigned char blamed[9];
    struct assay_error err = {0};
    ck_assay_ok(assay_logistic_check(&d.engine, &problem, blamed, &err));
    ck_assert_int_eq(problem, ASSAY_FIT_FINE);
    for (size_t i = 0; i < 60; i++)
        d.outcome[i] = i % 10 == 0; /* 6 events, 9 coefficients */
    design_restart(&d);
    ck_assay_ok(assay_logistic_check(&d.engine, &problem, blamed, &err));
    ck_assert_int_eq(problem, ASSAY_FIT_FEW_EVENTS);
    for (size_t i = 0; i < 60; i++)
        design_set(&d, i, 5, design_at(&d, i, 6));
    design_restart(&d);
    ck_assay_ok(assay_logistic_check(&d.engine, &problem, blamed, &err));
    ck_assert_int_eq(problem, ASSAY_FIT_COLLINEAR);
    ck_assert(blamed[6] && blamed[7] && !blamed[1]);
    memset(d.outcome, 1, 60);
    design_restart(&d);
    ck_assay_ok(assay_logistic_check(&d.engine, &problem, blamed, &err));
    ck_assert_int_eq(problem, ASSAY_FIT_ONE_OUTCOME);
    design_free(&d);
}
END_TEST

/* ---- separation ---- */

START_TEST(one_column_that_gives_the_outcome_away_is_named)
{
    struct design d = design_draw(600, 8, truth, (uint64_t)_i + 10);
    size_t leak = (size_t)_i % 8;
    for (size_t i = 0; i < 600; i++) /* two heaps, a narrow gap apart */
        design_set(&d, i, leak, (d.outcome[i] ? 0.01 : -0.01) +
                                    (d.outcome[i] ? 1 : -1) * fabs(design_at(&d, i, leak)));
    char message[128];
    snprintf(message, sizeof message, "logistic fit: coefficient %zu separates the outcomes perfectly; "
             "its estimate is not finite", leak + 1);
    design_restart(&d);
    check_verdict(&d, ASSAY_FIT_SEPARATED, (size_t[]){leak + 1, 0}, message);
    design_free(&d);
}
END_TEST

START_TEST(two_columns_that_separate_only_together_are_named)
{
    struct design d = design_draw(600, 6, truth, (uint64_t)_i + 40);
    uint64_t state = (uint64_t)_i + 400;
    for (size_t i = 0; i < 600; i++) { /* the gap shows only in x2 - 2 x5 */
        double common = 3.0 * draw_normal(&state), gap = 0.05 + draw_uniform(&state);
        design_set(&d, i, 1, common + (d.outcome[i] ? gap : -gap));
        design_set(&d, i, 4, common / 2.0);
    }
    design_restart(&d);
    check_verdict(&d, ASSAY_FIT_SEPARATED, (size_t[]){2, 5, 0},
                  "logistic fit: a combination of coefficients 2 and 5 separates the outcomes "
                  "perfectly; their estimates are not finite");
    design_free(&d);
}
END_TEST

START_TEST(a_category_without_events_is_named)
{
    struct design d = design_draw(800, 8, truth, (uint64_t)_i + 70);
    for (size_t i = 0; i < 800; i++) {
        design_set(&d, i, 3, i % 40 == 0);
        if (i % 40 == 0)
            d.outcome[i] = (unsigned char)(_i % 2);
    }
    design_restart(&d);
    check_verdict(&d, ASSAY_FIT_QUASI, (size_t[]){4, 0},
                  "logistic fit: coefficient 4 separates the outcomes but for ties; "
                  "its estimate is not finite");
    design_free(&d);
}
END_TEST

START_TEST(ties_of_two_columns_together_are_named)
{
    /* x1 = x3 in most rows, which overlap; where they differ the larger tells the outcome. */
    struct design d = design_draw(700, 5, truth, (uint64_t)_i + 100);
    uint64_t state = (uint64_t)_i + 77;
    for (size_t i = 0; i < 700; i++) {
        double shift = i % 9 == 0 ? 0.2 + draw_uniform(&state) : 0.0;
        design_set(&d, i, 2, design_at(&d, i, 0) - (d.outcome[i] ? shift : -shift));
    }
    design_restart(&d);
    check_verdict(&d, ASSAY_FIT_QUASI, (size_t[]){1, 3, 0},
                  "logistic fit: a combination of coefficients 1 and 3 separates the outcomes "
                  "but for ties; their estimates are not finite");
    design_free(&d);
}
END_TEST

START_TEST(one_row_too_many_on_the_wrong_side_is_overlap)
{
    /* As the leak above, but two rows cross over by a hair, with nothing else to tell them apart. */
    struct design d = design_draw(600, 3, truth, (uint64_t)_i + 130);
    size_t event = 0, other = 0;
    for (size_t i = 0; i < 600; i++) {
        double side = d.outcome[i] ? 1.0 : -1.0;
        design_set(&d, i, 0, side * (0.05 + fabs(design_at(&d, i, 0))));
        event = d.outcome[i] ? i : event;
        other = d.outcome[i] ? other : i;
    }
    for (size_t j = 0; j < 3; j++) {
        design_set(&d, event, j, j == 0 ? -0.001 : 0.0);
        design_set(&d, other, j, j == 0 ? 0.001 : 0.0);
    }
    design_restart(&d);
    struct verdict v = judge(&d);
    ck_assert_msg(v.status == ASSAY_OK, "%s", v.message);
    design_free(&d);
}
END_TEST

START_TEST(overlapping_data_are_never_accused) /* a loop over seeds: few rows, strong effects */
{
    static const double strong[] = {-2.0, 3.0, -2.5, 1.5, 2.0};
    struct design d = design_draw(60 + 10 * ((size_t)_i % 20), 4, strong, (uint64_t)_i + 1000);
    double noise = 1.0;
    for (size_t i = 0; i < 8; i++) { /* a cross of both outcomes around 0 in every column */
        for (size_t j = 0; j < 4; j++)
            design_set(&d, i, j, j == i / 2 ? (i % 2 ? noise : -noise) : 0.0);
        d.outcome[i] = (unsigned char)(i % 2);
    }
    for (size_t i = 8; i < 16; i++) { /* and the same with the outcomes turned */
        for (size_t j = 0; j < 4; j++)
            design_set(&d, i, j, design_at(&d, i - 8, j));
        d.outcome[i] = (unsigned char)(1 - i % 2);
    }
    design_restart(&d);
    struct verdict v = judge(&d);
    ck_assert_msg(v.status == ASSAY_OK, "%s", v.message);
    design_free(&d);
}
END_TEST

/* ---- against every possible direction ----
 * With columns of small whole numbers everything is exact: the directions that separate form a cone
 * whose edges are cross products of two rows (1, x1, x2), so all of them can be tried. */

static double margin(const struct design *d, size_t row, const double along[3])
{
    double move = along[0] + along[1] * design_at(d, row, 0) + along[2] * design_at(d, row, 1);
    return d->outcome[row] ? move : -move;
}

/* Adds to sum every edge of the cone, of the directions that move only the columns in use. */
static bool add_edges(const struct design *d, const bool use[2], double sum[3])
{
    bool found = false;
    size_t n = d->data.n_row;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            for (int sign = -1; sign <= 1; sign += 2) {
                double a[3] = {1, design_at(d, i, 0), design_at(d, i, 1)};
                double b[3] = {1, design_at(d, k, 0), design_at(d, k, 1)};
                double edge[3] = {sign * (a[1] * b[2] - a[2] * b[1]), sign * (a[2] - b[2]),
                                  sign * (b[1] - a[1])};
                if (!use[0] || !use[1]) { /* a step at the value of one row */
                    size_t j = use[0] ? 0 : 1;
                    edge[j + 1] = sign;
                    edge[2 - j] = 0;
                    edge[0] = -sign * a[j + 1];
                }
                bool holds = true, moves = false;
                for (size_t row = 0; row < n; row++) {
                    holds = holds && margin(d, row, edge) >= 0.0;
                    moves = moves || margin(d, row, edge) > 0.0;
                }
                for (size_t j = 0; holds && moves && j < 3; j++)
                    sum[j] += edge[j];
                found = found || (holds && moves);
            }
    return found;
}

static enum assay_fit_problem try_all(const struct design *d, bool first, bool second)
{
    double sum[3] = {0, 0, 0};
    if (!add_edges(d, (bool[2]){first, second}, sum))
        return ASSAY_FIT_FINE;
    for (size_t row = 0; row < d->data.n_row; row++)
        if (margin(d, row, sum) == 0.0)
            return ASSAY_FIT_QUASI;
    return ASSAY_FIT_SEPARATED; /* the middle of the cone is in front of every row */
}

START_TEST(verdicts_are_those_of_every_direction_tried) /* a loop over seeds */
{
    uint64_t state = (uint64_t)_i * 31 + 7;
    size_t n = 8 + (size_t)_i % 12, span = 3 + (size_t)_i % 7;
    struct design d = design_new(n, 2);
    for (size_t i = 0; i < n; i++) {
        double x1 = floor(draw_uniform(&state) * (double)span);
        double x2 = floor(draw_uniform(&state) * (double)span);
        design_set(&d, i, 0, x1);
        design_set(&d, i, 1, x2);
        d.outcome[i] = x1 + 0.7 * x2 + 2.0 * draw_normal(&state) > 0.8 * (double)span;
    }
    design_start(&d);
    struct verdict v = judge(&d);
    if (v.problem != ASSAY_FIT_ONE_OUTCOME && v.problem != ASSAY_FIT_CONSTANT &&
        v.problem != ASSAY_FIT_COLLINEAR) {
        enum assay_fit_problem first = try_all(&d, true, false), second = try_all(&d, false, true);
        enum assay_fit_problem want = try_all(&d, true, true);
        if (v.blamed[1] != v.blamed[2]) /* one will do: which, is open when either would */
            want = v.blamed[1] ? first : second;
        else if (first != ASSAY_FIT_FINE || second != ASSAY_FIT_FINE)
            ck_abort_msg("one column separates alone, but: %s", v.message);
        ck_assert_msg(v.problem == want, "problem %d, not %d: %s", (int)v.problem, (int)want,
                      v.message);
        ck_assert_int_eq(v.status == ASSAY_OK, want == ASSAY_FIT_FINE);
    }
    design_free(&d);
}
END_TEST

START_TEST(columns_without_ties_separate_completely_or_not_at_all) /* a loop over seeds */
{
    struct design d = design_draw(10 + (size_t)_i % 25, 5, truth, (uint64_t)_i + 9000);
    struct verdict v = judge(&d);
    ck_assert_msg(v.status == ASSAY_OK || v.problem == ASSAY_FIT_SEPARATED ||
                      v.problem == ASSAY_FIT_ONE_OUTCOME, "problem %d: %s", (int)v.problem, v.message);
    design_free(&d);
}
END_TEST

START_TEST(limits_that_forbid_the_direction_make_the_fit_finite)
{
    /* The leak raises the odds; where its coefficient may not be positive it ends on its bound. */
    struct design d = design_draw(600, 3, truth, 31);
    for (size_t i = 0; i < 600; i++)
        design_set(&d, i, 1, (d.outcome[i] ? 1.0 : -1.0) * (0.1 + fabs(design_at(&d, i, 1))));
    const double down[] = {0, 0, -1, 0}, up[] = {0, 0, 1, 0}, floor[] = {0};
    struct assay_limits limits = {.n_limit = 1, .limit = down, .floor = floor};
    design_restart(&d);
    struct verdict v = judge_limited(&d, &limits);
    ck_assert_msg(v.status == ASSAY_OK, "%s", v.message);
    limits.limit = up;
    v = judge_limited(&d, &limits);
    ck_assert_int_eq(v.status, ASSAY_ENUMERIC);
    ck_assert_int_eq(v.problem, ASSAY_FIT_SEPARATED);
    check_blamed(&v, (size_t[]){2, 0});
    design_free(&d);
}
END_TEST

START_TEST(equalities_decide_which_directions_count) /* a loop over seeds */
{
    /* Outcomes follow b1 + b2 without error; other proportions than 1 : 1 do not separate. */
    struct design d = design_draw(400, 3, truth, (uint64_t)_i + 60);
    for (size_t i = 0; i < 400; i++)
        d.outcome[i] = design_at(&d, i, 0) + design_at(&d, i, 1) > 0.0;
    design_restart(&d);
    const double even[] = {0, 1, -1, 0, 0, -2, 2, 0}, uneven[] = {0, 1, -4, 0}, floor[] = {0, 0};
    struct assay_limits limits = {.n_limit = 1, .limit = uneven, .floor = floor, .n_equal = 1};
    struct verdict v = judge_limited(&d, &limits);
    ck_assert_msg(v.status == ASSAY_OK, "%s", v.message);
    limits.limit = even;
    for (limits.n_limit = 1; limits.n_limit <= 2; limits.n_limit++) {
        limits.n_equal = limits.n_limit;
        v = judge_limited(&d, &limits);
        ck_assert_int_eq(v.status, ASSAY_ENUMERIC);
        ck_assert_msg(v.problem == ASSAY_FIT_SEPARATED, "problem %d: %s", (int)v.problem, v.message);
        check_blamed(&v, (size_t[]){1, 2, 0});
    }
    design_free(&d);
}
END_TEST

START_TEST(equalities_are_judged_as_the_columns_they_leave) /* a loop over seeds */
{
    /* Many columns over few rows separate in many ways; b1 = b2 leaves fewer: those of the sum. */
    struct design d = design_draw(40, 12, wide_truth, (uint64_t)_i + 500), sum = design_new(40, 11);
    for (size_t i = 0; i < 40; i++) {
        design_set(&sum, i, 0, design_at(&d, i, 0) + design_at(&d, i, 1));
        for (size_t j = 1; j < 11; j++)
            design_set(&sum, i, j, design_at(&d, i, j + 1));
        sum.outcome[i] = d.outcome[i];
    }
    design_start(&sum);
    const double limit[13] = {0, 1, -1}, floor[] = {0};
    struct assay_limits limits = {.n_limit = 1, .limit = limit, .floor = floor, .n_equal = 1};
    struct verdict v = judge_limited(&d, &limits), want = judge(&sum);
    ck_assert_msg(v.problem == want.problem, "problem %d, not %d: %s", (int)v.problem,
                  (int)want.problem, v.message);
    ck_assert_uint_eq(v.blamed[1], v.blamed[2]); /* one of the pair does not come alone */
    design_free(&d);
    design_free(&sum);
}
END_TEST

/* An engine that holds all coefficients back a little: lambda |b|^2 / 2 on top of the rows'. */
struct ridge {
    struct assay_engine rows;
    double lambda;
};

static enum assay_status ridge_evaluate(void *state, const double coef[], double *log_likelihood,
                                        double gradient[], double information[],
                                        struct assay_error *err)
{
    const struct ridge *ridge = state;
    size_t n = ridge->rows.n_coef;
    enum assay_status status = ridge->rows.evaluate(ridge->rows.state, coef, log_likelihood, gradient,
                                                    information, err);
    for (size_t j = 1; j < n; j++) {
        *log_likelihood -= ridge->lambda / 2.0 * coef[j] * coef[j];
        if (gradient != NULL)
            gradient[j] -= ridge->lambda * coef[j];
        if (information != NULL)
            information[j * n + j] += ridge->lambda;
    }
    return status;
}

static enum assay_status ridge_direction(void *state, const double along[],
                                         struct assay_direction *what, struct assay_error *err)
{
    const struct ridge *ridge = state;
    return ridge->rows.direction(ridge->rows.state, along, what, err);
}

START_TEST(a_penalty_in_the_engine_makes_separated_data_finite)
{
    static const double lambdas[] = {1.0, 1e-3, 1e-6};
    struct design d = design_draw(600, 3, truth, 32);
    for (size_t i = 0; i < 600; i++)
        design_set(&d, i, 1, (d.outcome[i] ? 1.0 : -1.0) * (0.1 + fabs(design_at(&d, i, 1))));
    design_restart(&d);
    struct design whole = d;
    struct ridge ridge = {.rows = d.engine, .lambda = lambdas[_i]};
    whole.engine.state = &ridge;
    whole.engine.evaluate = ridge_evaluate;
    whole.engine.direction = ridge_direction;
    struct verdict v = judge(&whole);
    ck_assert_msg(v.status == ASSAY_OK, "%s", v.message);
    design_free(&d);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    struct design d = design_draw(200, 3, truth, 33);
    for (size_t i = 0; i < 200; i++)
        design_set(&d, i, 1, design_at(&d, i, 0) + (d.outcome[i] ? 1.0 : -1.0));
    design_restart(&d);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_error err = {0};
    size_t n = 0;
    enum assay_status status;
    do {
        struct assay_logistic_fit fit = {0};
        test_fail_allocation(++n);
        status = assay_logistic_fit(&d.engine, &options, &fit, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_ENUMERIC || (status == ASSAY_ENOMEM && fit.blamed == NULL));
        assay_logistic_fit_clear(&fit);
    } while (status != ASSAY_ENUMERIC);
    ck_assert_uint_gt(n, 15);
    design_free(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, a_single_outcome_is_refused, 0, 2);
    tcase_add_loop_test(tc, a_constant_column_is_named, 0, COUNT(constants));
    tcase_add_test(tc, several_constant_columns_are_all_named);
    tcase_add_test(tc, a_rare_indicator_is_not_constant);
    tcase_add_test(tc, a_copied_column_is_named_with_its_twin);
    tcase_add_loop_test(tc, a_total_is_named_with_its_parts, 0, 20);
    tcase_add_test(tc, a_full_set_of_indicators_is_named);
    tcase_add_test(tc, close_relations_are_not_called_dependent);
    tcase_add_test(tc, dependence_among_held_columns_is_no_obstacle);
    tcase_add_test(tc, the_check_before_any_fit_says_the_same);
    tcase_add_loop_test(tc, one_column_that_gives_the_outcome_away_is_named, 0, 24);
    tcase_add_loop_test(tc, two_columns_that_separate_only_together_are_named, 0, 24);
    tcase_add_loop_test(tc, a_category_without_events_is_named, 0, 24);
    tcase_add_loop_test(tc, ties_of_two_columns_together_are_named, 0, 24);
    tcase_add_loop_test(tc, one_row_too_many_on_the_wrong_side_is_overlap, 0, 24);
    tcase_add_loop_test(tc, overlapping_data_are_never_accused, 0, 200);
    tcase_add_loop_test(tc, verdicts_are_those_of_every_direction_tried, 0, 1000);
    tcase_add_loop_test(tc, columns_without_ties_separate_completely_or_not_at_all, 0, 300);
    tcase_add_test(tc, limits_that_forbid_the_direction_make_the_fit_finite);
    tcase_add_loop_test(tc, equalities_decide_which_directions_count, 0, 20);
    tcase_add_loop_test(tc, equalities_are_judged_as_the_columns_they_leave, 0, 100);
    tcase_add_loop_test(tc, a_penalty_in_the_engine_makes_separated_data_finite, 0, 3);
    tcase_add_test(tc, every_allocation_may_fail);
}

ASSAY_SUITE("fit/separation", add_tests)
