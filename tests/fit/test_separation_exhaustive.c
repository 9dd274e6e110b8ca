/* Separation found wherever it is and nowhere else: data made together with the proof of what they
 * are. Every number is a small multiple of 1/1024, so that the proofs hold exactly in doubles. */
#include "core/fit/logistic.h"
#include "tests/fit/design.h"

enum { MOST_COLUMNS = 8 };

struct world {
    struct design d;
    size_t n_row, n_column;
    bool whole;      /* columns of small whole numbers, many ties; or fine ones, none */
    uint64_t state;
};

static size_t draw_below(struct world *w, size_t n)
{
    return (size_t)(draw_uniform(&w->state) * (double)n);
}

static double draw_value(struct world *w)
{
    return w->whole ? (double)draw_below(w, 7) - 3.0 : round(1024.0 * draw_normal(&w->state)) / 1024.0;
}

static struct world world_new(int seed, size_t column_least)
{
    struct world w = {.state = (uint64_t)seed * UINT64_C(0x2545f4914f6cdd1d) + 77, .whole = seed % 2};
    w.n_column = column_least + draw_below(&w, MOST_COLUMNS + 1 - column_least);
    /* As many of 20..60 as of 60..400, and always some rows for each column. */
    w.n_row = 20 + draw_below(&w, seed % 4 < 2 ? 41 : 381) + 2 * w.n_column;
    w.d = design_new(w.n_row, w.n_column);
    for (size_t i = 0; i < w.n_row; i++)
        for (size_t j = 0; j < w.n_column; j++)
            design_set(&w.d, i, j, draw_value(&w));
    return w;
}

static double move(const struct world *w, size_t row, const double along[])
{
    double sum = along[0];
    for (size_t j = 0; j < w->n_column; j++)
        sum += along[j + 1] * design_at(&w->d, row, j);
    return sum;
}

/* A direction of whole parts that never moves a row of whole numbers by 0. */
static void draw_direction(struct world *w, double along[])
{
    size_t sure = draw_below(w, w->n_column);
    along[0] = 0.5 + (double)draw_below(w, 3) - 2.0;
    for (size_t j = 0; j < w->n_column; j++)
        along[j + 1] = (double)draw_below(w, 7) - 3.0;
    along[sure + 1] = draw_below(w, 2) ? 2.0 : -1.0;
}

/* The smallest and largest margin of the rows along a direction. */
static void check_margins(const struct world *w, const double along[], double *least, double *most)
{
    *least = HUGE_VAL;
    *most = -HUGE_VAL;
    for (size_t i = 0; i < w->n_row; i++) {
        double margin = w->d.outcome[i] ? move(w, i, along) : -move(w, i, along);
        *least = fmin(*least, margin);
        *most = fmax(*most, margin);
    }
}

/* Outcomes by the side of `along` each row is on. Rows on the fine grid are kept 1/16 off the edge, so
 * that the proof does not hang on what the verdict calls rounding; both outcomes occur. */
static void split(struct world *w, const double along[])
{
    for (size_t i = 0; i < w->n_row; i++) {
        double want = i % 2 ? 1.0 : -1.0; /* the first rows see to it that both sides are there */
        while (fabs(move(w, i, along)) < 0.0625 || (i < 4 && want * move(w, i, along) < 0.0))
            for (size_t j = 0; j < w->n_column; j++)
                design_set(&w->d, i, j, draw_value(w) * (i < 4 ? 4.0 : 1.0));
        w->d.outcome[i] = move(w, i, along) > 0.0;
    }
}

/* Whether columns alone keep the data from a fit, which is another test's subject. */
static bool is_degenerate(const struct world *w)
{
    enum assay_fit_problem problem;
    unsigned char blamed[MOST_COLUMNS + 1];
    struct assay_error err = {0};
    ck_assay_ok(assay_logistic_check(&w->d.engine, &problem, blamed, &err));
    return problem == ASSAY_FIT_CONSTANT || problem == ASSAY_FIT_COLLINEAR;
}

static struct assay_logistic_fit judge(struct world *w, enum assay_status want)
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    design_start(&w->d);
    ck_assert(!is_degenerate(w));
    enum assay_status status = assay_logistic_fit(&w->d.engine, &options, &fit, &err);
    ck_assert_msg(status == want, "%zu rows, %zu columns: %s", w->n_row, w->n_column, err.message);
    return fit;
}

static size_t count_blamed(const struct assay_logistic_fit *fit)
{
    size_t n = 0;
    for (size_t j = 0; j < fit->n_coef; j++)
        n += fit->blamed[j];
    return n;
}

START_TEST(complete_separation_is_found) /* a loop over seeds */
{
    struct world w = world_new(_i, 1);
    double along[MOST_COLUMNS + 1], least, most;
    draw_direction(&w, along);
    split(&w, along);
    check_margins(&w, along, &least, &most);
    ck_assert_double_ge(least, 0.0625); /* the proof: every row on its side */
    struct assay_logistic_fit fit = judge(&w, ASSAY_ENUMERIC);
    /* The verdict is that of the fewest columns to blame, and fewer may leave ties. */
    ck_assert(fit.problem == ASSAY_FIT_SEPARATED ||
              (fit.problem == ASSAY_FIT_QUASI && count_blamed(&fit) < w.n_column));
    assay_logistic_fit_clear(&fit);
    design_free(&w.d);
}
END_TEST

/* Rows are given the same value in two columns (or 0 in the only one), which ties them; every third is
 * then moved off to the side of its outcome. */
START_TEST(quasi_complete_separation_is_found) /* a loop over seeds */
{
    struct world w = world_new(_i, 1);
    double along[MOST_COLUMNS + 1] = {0, 1}, least, most, strength[MOST_COLUMNS + 1];
    along[2] = w.n_column > 1 ? -1.0 : 0.0;
    for (size_t j = 0; j <= w.n_column; j++)
        strength[j] = draw_normal(&w.state);
    for (size_t i = 0; i < w.n_row; i++) {
        w.d.outcome[i] = i < 2 ? i == 1 : move(&w, i, strength) + draw_normal(&w.state) > 0.0;
        double side = w.d.outcome[i] ? 1.0 : -1.0;
        double off = i > 1 && i % 3 == 0 ? side * (double)(1 + draw_below(&w, 3)) : 0.0;
        design_set(&w.d, i, 0, (w.n_column > 1 ? design_at(&w.d, i, 1) : 0.0) + off);
    }
    for (size_t j = 0; j < w.n_column; j++) /* the same covariates, both outcomes: never complete */
        design_set(&w.d, 1, j, design_at(&w.d, 0, j));
    check_margins(&w, along, &least, &most);
    ck_assert_double_eq(least, 0.0);
    ck_assert_double_ge(most, 1.0);
    struct assay_logistic_fit fit = judge(&w, ASSAY_ENUMERIC);
    ck_assert_int_eq(fit.problem, ASSAY_FIT_QUASI);
    assay_logistic_fit_clear(&fit);
    design_free(&w.d);
}
END_TEST

/* Overlap has a proof as well (Stiemke 1915): positive weights under which the signed rows
 * (2 y - 1)(1, x) sum to zero leave no direction with all margins >= 0 and one > 0. All rows but the
 * last are on their sides of some direction, or nearly; the last makes the sum zero. */
START_TEST(overlap_is_never_called_separation) /* a loop over seeds */
{
    struct world w = world_new(_i, 1);
    double along[MOST_COLUMNS + 1], sum[MOST_COLUMNS + 1] = {0}, check[MOST_COLUMNS + 1] = {0};
    double *weight = malloc(w.n_row * sizeof *weight), total = 64.0;
    size_t last = w.n_row - 1;
    draw_direction(&w, along);
    split(&w, along);
    for (size_t i = 4; i < last; i++) /* some seeds: a few more rows on the wrong side */
        if (_i % 3 == 0 && draw_below(&w, 20) == 0)
            w.d.outcome[i] ^= 1;
    for (size_t i = 0; i < last; i++) {
        weight[i] = (double)(1 + draw_below(&w, 4));
        sum[0] += w.d.outcome[i] ? weight[i] : -weight[i];
    }
    while (total <= sum[0])
        total *= 2.0;
    weight[1] += total - sum[0]; /* row 1 is an event: now events outweigh the others by a power of 2 */
    weight[last] = total;
    w.d.outcome[last] = 0;
    for (size_t j = 0; j < w.n_column; j++) {
        for (size_t i = 0; i < last; i++)
            sum[j + 1] += (w.d.outcome[i] ? weight[i] : -weight[i]) * design_at(&w.d, i, j);
        design_set(&w.d, last, j, sum[j + 1] / total);
    }
    for (size_t i = 0; i < w.n_row; i++)
        for (size_t j = 0; j <= w.n_column; j++)
            check[j] += (w.d.outcome[i] ? weight[i] : -weight[i]) *
                        (j == 0 ? 1.0 : design_at(&w.d, i, j - 1));
    for (size_t j = 0; j <= w.n_column; j++)
        ck_assert_double_eq(check[j], 0.0);
    free(weight);
    struct assay_logistic_fit fit = judge(&w, ASSAY_OK);
    ck_assert_int_eq(fit.problem, ASSAY_FIT_FINE);
    assay_logistic_fit_clear(&fit);
    design_free(&w.d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, complete_separation_is_found, 0, 500);
    tcase_add_loop_test(tc, quasi_complete_separation_is_found, 0, 500);
    tcase_add_loop_test(tc, overlap_is_never_called_separation, 0, 1000);
}

ASSAY_SUITE("fit/separation_exhaustive", add_tests)
