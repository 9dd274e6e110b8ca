/* Choosing how much to pool segments by held-out losses. */
#include "core/fit/pooling.h"

#include <string.h>

#include "core/fit/pooled.h"
#include "tests/fit/design.h"

enum { N_COLUMN = 3, N_COEF = 4, N_FOLD = 5, MOST_SEGMENTS = 4, MOST_ROWS = 2400 };

static const double sd[N_COEF] = {0.0, 1.0, 1.0, 1.0};
static const double alike[N_COEF] = {-1.5, -0.6, -0.4, -0.2};
static const double other[N_COEF] = {-1.5, -0.0, -0.2, -1.4};

/* Row i of every segment is of group i % n_group, group g of fold g % N_FOLD: a group has rows in all
 * segments. */
struct trial {
    struct design d[MOST_SEGMENTS];
    struct assay_pooling_data data;
    struct assay_pooling_options options;
    double common[N_FOLD * N_COEF];
    size_t group_rows[MOST_ROWS];
    unsigned char include[N_FOLD][MOST_SEGMENTS][MOST_ROWS];
    enum assay_status broken_open, broken; /* what the callbacks return when not ASSAY_OK */
    size_t n_open[N_FOLD];
};

static double loss_of(const struct design *d, size_t i, const double coef[])
{
    double eta = coef[0];
    for (size_t j = 1; j < N_COEF; j++)
        eta += coef[j] * design_at(d, i, j - 1);
    return fmax(eta, 0.0) + log1p(exp(-fabs(eta))) - d->outcome[i] * eta;
}

static enum assay_status open_engine(void *state, size_t fold, size_t segment,
                                     struct assay_engine *engine, struct assay_error *err)
{
    struct trial *t = state;
    struct assay_array_data data = t->d[segment].data;
    if (t->broken_open != ASSAY_OK)
        return assay_fail(err, t->broken_open, "segment %zu of fold %zu does not open", segment, fold);
    data.include = t->include[fold][segment];
    data.n_thread = 1;
    if (memchr(data.include, 1, data.n_row) == NULL)
        return ASSAY_OK;
    enum assay_status status = assay_array_engine_init(&data, engine, err);
    t->n_open[fold] += status == ASSAY_OK;
    return status;
}

static void close_engine(void *state, size_t fold, size_t segment, struct assay_engine *engine)
{
    struct trial *t = state;
    (void)segment;
    if (engine->state == NULL)
        return;
    assay_array_engine_clear(engine);
    t->n_open[fold]--;
}

static enum assay_status held_out(void *state, size_t fold, size_t segment, const double coef[],
                                  double loss[], struct assay_error *err)
{
    const struct trial *t = state;
    if (t->broken != ASSAY_OK)
        return assay_fail(err, t->broken, "fold %zu is broken", fold);
    for (size_t i = 0; i < t->d[segment].data.n_row; i++) {
        size_t g = i % t->data.n_group;
        if (g % N_FOLD == fold)
            loss[g] += loss_of(&t->d[segment], i, coef);
    }
    return ASSAY_OK;
}

/* The common fit of a fold: maximum likelihood on all segments' rows outside it. */
static void fit_common(struct trial *t, size_t k, size_t n_row)
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    size_t n = t->data.n_segment, m = 0;
    struct design all = design_new(n * n_row, N_COLUMN);
    for (size_t s = 0; s < n; s++)
        for (size_t i = 0; i < n_row; i++) {
            t->include[k][s][i] = i % t->data.n_group % N_FOLD != k;
            if (!t->include[k][s][i])
                continue;
            for (size_t j = 0; j < N_COLUMN; j++)
                design_set(&all, m, j, design_at(&t->d[s], i, j));
            all.outcome[m++] = t->d[s].outcome[i];
        }
    all.data.n_row = m;
    design_start(&all);
    ck_assay_ok(assay_logistic_fit(&all.engine, &options, &fit, &err));
    memcpy(t->common + k * N_COEF, fit.coef, sizeof alike);
    assay_logistic_fit_clear(&fit);
    design_free(&all);
}

/* Segments of n_row rows each; the last n_other have the other truth. */
static struct trial *trial_new(size_t n_segment, size_t n_other, size_t n_row, uint64_t seed)
{
    struct trial *t = calloc(1, sizeof *t);
    double events = 0.0, n = (double)(n_segment * n_row);
    ck_assert(n_row <= MOST_ROWS && n_segment <= MOST_SEGMENTS);
    for (size_t s = 0; s < n_segment; s++) {
        t->d[s] = design_draw(n_row, N_COLUMN, s + n_other < n_segment ? alike : other,
                              seed * MOST_SEGMENTS + s);
        events += (double)t->d[s].engine.n_event;
    }
    t->data = (struct assay_pooling_data){.n_coef = N_COEF,
                                          .n_segment = n_segment,
                                          .scale = events * (n - events) / n / (double)n_segment,
                                          .sd = sd,
                                          .n_fold = N_FOLD,
                                          .common = t->common,
                                          .n_group = n_row - 7, /* some groups have two rows */
                                          .group_rows = t->group_rows,
                                          .open = open_engine,
                                          .close = close_engine,
                                          .held_out = held_out,
                                          .state = t};
    for (size_t i = 0; i < n_row; i++)
        t->group_rows[i % t->data.n_group] += n_segment;
    for (size_t k = 0; k < N_FOLD; k++)
        fit_common(t, k, n_row);
    t->options = assay_pooling_options_default();
    return t;
}

static void trial_free(struct trial *t)
{
    for (size_t k = 0; k < N_FOLD; k++)
        ck_assert_uint_eq(t->n_open[k], 0);
    for (size_t s = 0; s < MOST_SEGMENTS; s++)
        design_free(&t->d[s]);
    free(t);
}

static struct assay_strength_curve find(struct trial *t)
{
    struct assay_strength_curve curve = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_pooling_curve_find(&t->data, &t->options, &curve, &err));
    return curve;
}

static void check_same(const struct assay_strength_curve *a, const struct assay_strength_curve *b)
{
    ck_assert_uint_eq(a->n_point, b->n_point);
    ck_assert_mem_eq(a->paired, b->paired, a->n_point * a->n_point * sizeof *a->paired);
    for (size_t p = 0; p < a->n_point; p++) {
        ck_assert_mem_eq(&a->point[p].loss, &b->point[p].loss, sizeof(double));
        ck_assert_mem_eq(&a->point[p].std_error, &b->point[p].std_error, sizeof(double));
    }
}

/* ---- the curve ---- */

START_TEST(points_run_from_strong_to_weak)
{
    struct trial *t = trial_new(3, 1, 300, 1);
    struct assay_strength_curve curve = find(t);
    ck_assert_uint_eq(curve.n_point, 15);
    ck_assert_ptr_null(curve.weight);
    for (size_t p = 0; p < curve.n_point; p++) {
        ck_assert_double_eq(curve.point[p].strength, t->options.grid[p]);
        ck_assert_double_eq(curve.point[p].lambda, t->options.grid[p] * t->data.scale);
        ck_assert_uint_eq(curve.point[p].n_failed, 0);
    }
    ck_assert_double_eq(curve.point[0].lambda, HUGE_VAL);
    assay_strength_curve_clear(&curve);
    trial_free(t);
}
END_TEST

/* Held-out losses of one strength, each fit from its own start. */
static void refit(struct trial *t, double lambda, double loss[])
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_error err = {0};
    memset(loss, 0, t->data.n_group * sizeof *loss);
    for (size_t k = 0; k < N_FOLD; k++)
        for (size_t s = 0; s < t->data.n_segment; s++) {
            struct assay_pooling pooling = {lambda, t->common + k * N_COEF, sd};
            struct assay_pooled_fit fit = {0};
            struct assay_engine engine = {0};
            ck_assay_ok(open_engine(t, k, s, &engine, &err));
            ck_assay_ok(assay_pooled_fit(&engine, &pooling, &options, NULL, &fit, &err));
            ck_assay_ok(held_out(t, k, s, fit.fit.coef, loss, &err));
            assay_pooled_fit_clear(&fit);
            close_engine(t, k, s, &engine);
        }
}

START_TEST(losses_and_errors_are_those_of_the_definition)
{
    static double first[MOST_ROWS], loss[MOST_ROWS];
    struct trial *t = trial_new(3, 1, 400, 4);
    struct assay_strength_curve curve = find(t);
    double n = 3 * 400.0, count = (double)t->data.n_group;
    refit(t, HUGE_VAL, first);
    for (size_t p = 0; p < curve.n_point; p += 7) {
        double mean = 0.0, difference = 0.0, square = 0.0;
        refit(t, curve.point[p].lambda, loss);
        for (size_t g = 0; g < t->data.n_group; g++) {
            mean += loss[g] / n;
            difference += (loss[g] - first[g]) / n;
        }
        for (size_t g = 0; g < t->data.n_group; g++)
            square += pow(loss[g] - first[g] - difference * (double)t->group_rows[g], 2);
        /* Starts differ: fits stop within 1e-10 of a log-odds, where the loss is not yet flat. */
        test_close("loss", curve.point[p].loss, mean, 1e-9, 0);
        test_close("paired error", curve.paired[p], sqrt(count / (count - 1.0) * square) / n, 1e-7,
                   1e-6);
    }
    assay_strength_curve_clear(&curve);
    trial_free(t);
}
END_TEST

START_TEST(threads_change_nothing)
{
    struct trial *t = trial_new(3, 1, 300, 3);
    t->options.n_thread = 1;
    struct assay_strength_curve one = find(t);
    t->options.n_thread = (size_t)_i;
    struct assay_strength_curve many = find(t);
    check_same(&one, &many);
    assay_strength_curve_clear(&one);
    assay_strength_curve_clear(&many);
    trial_free(t);
}
END_TEST

/* ---- what it picks ---- */

static double pick(size_t n_other, size_t n_row, uint64_t seed)
{
    struct trial *t = trial_new(MOST_SEGMENTS, n_other, n_row, seed);
    struct assay_strength_curve curve = find(t);
    double strength =
        curve.point[assay_strength_choose(&curve, ASSAY_STRENGTH_ERRORS).chosen].strength;
    assay_strength_curve_clear(&curve);
    trial_free(t);
    return strength;
}

/* With nothing to find the best loss is anybody's, and half a standard error does not always reach back
 * to infinity: it does in about 4 of 5 draws (15, 15 and 17 of these 20). At a rate of 3 in 4, fewer
 * than 11 of 20 would come in 1% of such trials. */
START_TEST(segments_that_are_alike_share_their_weights) /* a loop over sizes */
{
    static const size_t n_row[] = {200, 600, 2000};
    size_t shared = 0, close = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        double strength = pick(0, n_row[_i], seed);
        shared += strength == HUGE_VAL;
        close += strength >= 4.0;
    }
    ck_assert_uint_ge(shared, 11);
    ck_assert_uint_ge(close, 14);
}
END_TEST

START_TEST(segments_that_differ_part)
{
    static const size_t n_row[] = {600, 2000};
    size_t parted = 0, far = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        double strength = pick(2, n_row[_i], seed);
        parted += strength < HUGE_VAL;
        far += strength <= 1.0;
    }
    ck_assert_uint_eq(parted, 20);
    ck_assert_uint_ge(far, 18);
}
END_TEST

/* ---- where there is no fit ---- */

/* Segment 0 has its only event in row 0, held out in fold 0. */
static struct trial *one_event(void)
{
    struct trial *t = trial_new(2, 0, 100, 1);
    memset(t->d[0].outcome, 0, 100);
    t->d[0].outcome[0] = 1;
    return t;
}

START_TEST(strengths_without_a_fit_in_some_fold_are_out_of_the_contest)
{
    struct trial *t = one_event();
    struct assay_strength_curve curve = find(t);
    size_t last = curve.n_point - 1;
    ck_assert_double_eq(curve.point[last].strength, 0.0);
    ck_assert_uint_ge(curve.point[last].n_failed, 1);
    ck_assert(isnan(curve.point[last].loss) && isnan(curve.paired[last]));
    for (size_t p = 0; p < last; p++) /* a pull says something of the outcome that is not there */
        ck_assert_uint_eq(curve.point[p].n_failed, 0);
    assay_strength_curve_clear(&curve);
    trial_free(t);
}
END_TEST

START_TEST(no_fit_at_any_strength_is_an_error_that_says_why)
{
    static const double none[] = {0.0};
    struct trial *t = one_event();
    struct assay_strength_curve curve = {0};
    struct assay_error err = {0};
    t->options.grid = none;
    t->options.n_grid = 1;
    ck_assert_int_eq(assay_pooling_curve_find(&t->data, &t->options, &curve, &err), ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message, "no pooling has a fit of every segment in every fold: logistic fit: "
                                  "all 79 outcomes are 0; expected both 0 and 1");
    ck_assert_ptr_null(curve.point);
    trial_free(t);
}
END_TEST

/* Where a segment has no rows outside a fold, its rows inside are charged at the common fit. */
START_TEST(a_segment_without_rows_to_learn_from_goes_by_the_common_fit)
{
    static double expected[MOST_ROWS];
    struct trial *t = trial_new(1, 0, 60, 2);
    struct assay_error err = {0};
    double sum = 0.0;
    for (size_t k = 0; k < N_FOLD; k++) {
        memset(t->include[k][0], 0, 60);
        ck_assay_ok(held_out(t, k, 0, t->common + k * N_COEF, expected, &err));
    }
    for (size_t g = 0; g < t->data.n_group; g++)
        sum += expected[g];
    struct assay_strength_curve curve = find(t);
    for (size_t p = 0; p < curve.n_point; p++)
        test_close("loss", curve.point[p].loss, sum / 60, 1e-14, 0);
    ck_assert_double_eq(curve.point[assay_strength_choose(&curve, 0.5).chosen].strength, HUGE_VAL);
    assay_strength_curve_clear(&curve);
    trial_free(t);
}
END_TEST

START_TEST(the_first_broken_fold_is_the_one_told)
{
    static const enum assay_status statuses[] = {ASSAY_EIO, ASSAY_ENUMERIC, ASSAY_ENOMEM};
    struct trial *t = trial_new(2, 0, 100, 1);
    struct assay_strength_curve curve = {0};
    struct assay_error err = {0};
    t->broken = statuses[_i];
    ck_assert_int_eq(assay_pooling_curve_find(&t->data, &t->options, &curve, &err), statuses[_i]);
    ck_assert_str_eq(err.message, "fold 0 is broken");
    t->broken_open = statuses[_i];
    ck_assert_int_eq(assay_pooling_curve_find(&t->data, &t->options, &curve, &err), statuses[_i]);
    ck_assert_str_eq(err.message, "segment 0 of fold 0 does not open");
    ck_assert_int_eq(assay_pooling_curve_find(&t->data, &t->options, &curve, NULL), statuses[_i]);
    trial_free(t);
}
END_TEST

static const double rising[] = {1.0, 2.0}, negative[] = {1.0, -1.0};
static const struct {
    const double *grid;
    const char *message;
} bad[] = {
    {rising, "strength 2 of the grid is 2; expected decreasing numbers of at least 0"},
    {negative, "strength 2 of the grid is -1; expected decreasing numbers of at least 0"},
};

START_TEST(bad_grids_are_named)
{
    struct trial *t = trial_new(2, 0, 100, 1);
    struct assay_strength_curve curve = {0};
    struct assay_error err = {0};
    t->options.grid = bad[_i].grid;
    t->options.n_grid = 2;
    ck_assert_int_eq(assay_pooling_curve_find(&t->data, &t->options, &curve, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    trial_free(t);
}
END_TEST

START_TEST(any_allocation_may_fail)
{
    static const double grid[] = {HUGE_VAL, 1.0};
    struct trial *t = trial_new(2, 0, 100, 1);
    struct assay_strength_curve curve = {0};
    struct assay_error err = {0};
    enum assay_status status = ASSAY_ENOMEM;
    size_t n = 0;
    t->options.grid = grid;
    t->options.n_grid = COUNT(grid);
    t->options.n_thread = 1;
    while (status == ASSAY_ENOMEM) {
        test_fail_allocation(++n);
        status = assay_pooling_curve_find(&t->data, &t->options, &curve, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && curve.point == NULL));
    }
    ck_assert_uint_gt(n, 50); /* 5 folds of 2 segments, several allocations a fit */
    assay_strength_curve_clear(&curve);
    trial_free(t);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, points_run_from_strong_to_weak);
    tcase_add_test(tc, losses_and_errors_are_those_of_the_definition);
    tcase_add_loop_test(tc, threads_change_nothing, 2, 6);
    tcase_add_loop_test(tc, segments_that_are_alike_share_their_weights, 0, 3);
    tcase_add_loop_test(tc, segments_that_differ_part, 0, 2);
    tcase_add_test(tc, strengths_without_a_fit_in_some_fold_are_out_of_the_contest);
    tcase_add_test(tc, no_fit_at_any_strength_is_an_error_that_says_why);
    tcase_add_test(tc, a_segment_without_rows_to_learn_from_goes_by_the_common_fit);
    tcase_add_loop_test(tc, the_first_broken_fold_is_the_one_told, 0, 3);
    tcase_add_loop_test(tc, bad_grids_are_named, 0, COUNT(bad));
    tcase_add_test(tc, any_allocation_may_fail);
}

ASSAY_SUITE("fit/pooling", add_tests)
