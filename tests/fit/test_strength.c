/* Choosing the anchor and its strength by held-out losses. */
#include "core/fit/strength.h"

#include <string.h>

#include "tests/fit/design.h"

enum { N_SIGNAL = 4, N_COEF = 5, N_FOLD = 5, MOST_ROWS = 8000 };

/* u = 0.9, 0.6, 0.3, 0: proportions 1/2, 1/3, 1/6, 0 */
static const double truth[N_COEF] = {-2.0, -0.9, -0.6, -0.3, 0.0};
static const double right[] = {1.0 / 2, 1.0 / 3, 1.0 / 6, 0.0};
static const double wrong[] = {0.0, 1.0 / 6, 1.0 / 3, 1.0 / 2};
static const double equal[] = {0.25, 0.25, 0.25, 0.25};
static const size_t signal[] = {1, 2, 3, 4};

/* Row i is of group i % n_group, group g of fold g % N_FOLD. */
struct trial {
    struct design d;
    struct assay_strength_data data;
    struct assay_strength_options options;
    struct assay_anchor own;
    struct assay_engine train[N_FOLD];
    unsigned char include[N_FOLD][MOST_ROWS];
    size_t group_rows[MOST_ROWS];
    enum assay_status broken; /* what the callback returns when not ASSAY_OK */
    double limit[N_SIGNAL * N_COEF], floor[N_SIGNAL];
    struct assay_limits limits;
};

static double row_loss(const struct design *d, size_t i, const double coef[])
{
    double eta = coef[0];
    for (size_t j = 1; j < N_COEF; j++)
        eta += coef[j] * design_at(d, i, j - 1);
    return fmax(eta, 0.0) + log1p(exp(-fabs(eta))) - d->outcome[i] * eta;
}

static enum assay_status held_out(void *state, size_t fold, const double coef[], double loss[],
                                  struct assay_error *err)
{
    const struct trial *t = state;
    if (t->broken != ASSAY_OK)
        return assay_fail(err, t->broken, "fold %zu is broken", fold);
    for (size_t g = fold; g < t->data.n_group; g += N_FOLD) {
        loss[g] = 0.0;
        for (size_t i = g; i < t->d.data.n_row; i += t->data.n_group)
            loss[g] += row_loss(&t->d, i, coef);
    }
    return ASSAY_OK;
}

static void start_folds(struct trial *t)
{
    struct assay_error err = {0};
    size_t n_group = t->data.n_group;
    t->d.data.n_thread = 1; /* of the folds' engines: the folds are threads already */
    for (size_t i = 0; i < t->d.data.n_row; i++)
        t->group_rows[i % n_group]++;
    for (size_t k = 0; k < N_FOLD; k++) {
        struct assay_array_data data = t->d.data;
        for (size_t i = 0; i < data.n_row; i++)
            t->include[k][i] = i % n_group % N_FOLD != k;
        data.include = t->include[k];
        ck_assay_ok(assay_array_engine_init(&data, &t->train[k], &err));
    }
}

static struct trial *trial_of(struct design d, size_t n_group, const double own[],
                              const double rival[])
{
    struct trial *t = calloc(1, sizeof *t);
    ck_assert_uint_le(d.data.n_row, MOST_ROWS);
    t->d = d;
    t->data = (struct assay_strength_data){.whole = &t->d.engine,
                                           .train = t->train,
                                           .n_fold = N_FOLD,
                                           .n_group = n_group,
                                           .group_rows = t->group_rows,
                                           .held_out = held_out,
                                           .state = t};
    t->own = (struct assay_anchor){.n_signal = N_SIGNAL, .signal = signal, .weight = own};
    for (size_t s = 0; s < N_SIGNAL; s++)
        t->limit[s * N_COEF + s + 1] = -1.0;
    t->limits =
        (struct assay_limits){.n_limit = N_SIGNAL, .limit = t->limit, .floor = t->floor};
    t->options = assay_strength_options_default();
    t->options.own = &t->own;
    t->options.rival = rival;
    t->options.limits = &t->limits;
    start_folds(t);
    return t;
}

static struct trial *trial_new(size_t n_row, uint64_t seed, const double own[])
{
    return trial_of(design_draw(n_row, N_SIGNAL, truth, seed), n_row, own, equal);
}

static void trial_free(struct trial *t)
{
    for (size_t k = 0; k < N_FOLD; k++)
        assay_array_engine_clear(&t->train[k]);
    design_free(&t->d);
    free(t);
}

static struct assay_strength_curve find(const struct trial *t)
{
    struct assay_strength_curve curve = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_strength_curve_find(&t->data, &t->options, &curve, &err));
    return curve;
}

static void check_same(const struct assay_strength_curve *a, const struct assay_strength_curve *b)
{
    size_t n = a->n_point;
    ck_assert_uint_eq(n, b->n_point);
    ck_assert_mem_eq(a->paired, b->paired, n * n * sizeof *a->paired);
    for (size_t p = 0; p < n; p++) {
        ck_assert_mem_eq(&a->point[p].loss, &b->point[p].loss, sizeof(double));
        ck_assert_mem_eq(&a->point[p].std_error, &b->point[p].std_error, sizeof(double));
        ck_assert_uint_eq(a->point[p].n_failed, b->point[p].n_failed);
    }
}

/* ---- the curve ---- */

START_TEST(points_run_from_strong_to_weak_in_the_order_of_the_anchors)
{
    struct trial *t = trial_new(300, 1, right);
    struct assay_strength_curve curve = find(t);
    double events = (double)t->d.engine.n_event;
    test_close("scale", curve.scale, events * (300.0 - events) / 300.0, 1e-15, 0);
    ck_assert_uint_eq(curve.n_anchor, 3);
    ck_assert_uint_eq(curve.n_point, 3 * 14 + 1);
    for (size_t p = 0; p < curve.n_point; p++) {
        const struct assay_strength_point *point = &curve.point[p];
        ck_assert_double_eq(point->strength, t->options.grid[p / 3]);
        ck_assert_double_eq(point->lambda, point->strength * curve.scale);
        ck_assert_uint_eq(point->anchor, p % 3);
    }
    ck_assert_double_eq(curve.point[0].lambda, HUGE_VAL);
    ck_assert_double_eq(curve.point[curve.n_point - 1].lambda, 0.0);
    for (size_t s = 0; s < N_SIGNAL; s++) {
        ck_assert_double_eq(curve.weight[s], right[s]);
        ck_assert_double_eq(curve.weight[N_SIGNAL + s], (right[s] + equal[s]) / 2.0);
        ck_assert_double_eq(curve.weight[2 * N_SIGNAL + s], equal[s]);
    }
    assay_strength_curve_clear(&curve);
    trial_free(t);
}
END_TEST

/* Held-out losses of point p, fitted without the start that the curve's fits have from each other. */
static void refit(struct trial *t, const struct assay_strength_curve *curve, size_t p,
                  double loss[])
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_error err = {0};
    struct assay_anchor anchor = t->own;
    anchor.lambda = curve->point[p].lambda;
    anchor.weight = curve->weight + curve->point[p].anchor * N_SIGNAL;
    for (size_t k = 0; k < N_FOLD; k++) {
        struct assay_anchor_fit fit = {0};
        ck_assay_ok(assay_anchor_fit(&t->train[k], &anchor, &options, &t->limits, &fit, &err));
        ck_assay_ok(held_out(t, k, fit.fit.coef, loss, &err));
        assay_anchor_fit_clear(&fit);
    }
}

/* The ratio estimator as the header writes it; 500 rows in groups of 2 and 3. */
static double ratio_error(const struct trial *t, const double difference[], double *mean)
{
    double n = 0.0, sum = 0.0, square = 0.0, count = (double)t->data.n_group;
    for (size_t g = 0; g < t->data.n_group; g++) {
        n += (double)t->group_rows[g];
        sum += difference[g];
    }
    *mean = sum / n;
    for (size_t g = 0; g < t->data.n_group; g++)
        square += pow(difference[g] - *mean * (double)t->group_rows[g], 2);
    return sqrt(count / (count - 1.0) * square) / n;
}

START_TEST(losses_and_errors_are_those_of_the_definition)
{
    enum { N_GROUP = 220 };
    struct trial *t = trial_of(design_draw(500, N_SIGNAL, truth, 4), N_GROUP, wrong, equal);
    struct assay_strength_curve curve = find(t);
    static double first[N_GROUP], loss[N_GROUP], difference[N_GROUP];
    double mean, error;
    refit(t, &curve, 0, first);
    for (size_t p = 0; p < curve.n_point; p += 7) {
        refit(t, &curve, p, loss);
        error = ratio_error(t, loss, &mean);
        /* Starts differ: fits stop within 1e-10 of a log-odds, where the loss is not yet flat. */
        test_close("loss", curve.point[p].loss, mean, 1e-9, 0);
        test_close("standard error", curve.point[p].std_error, error, 1e-8, 0);
        for (size_t g = 0; g < N_GROUP; g++)
            difference[g] = loss[g] - first[g];
        error = ratio_error(t, difference, &mean);
        test_close("paired error", curve.paired[p], error, 1e-7, 1e-6);
        ck_assert_double_eq(curve.paired[p], curve.paired[p * curve.n_point]);
        ck_assert_double_eq(curve.paired[p * (curve.n_point + 1)], 0.0);
    }
    assay_strength_curve_clear(&curve);
    trial_free(t);
}
END_TEST

START_TEST(a_rival_with_our_own_weights_is_none)
{
    struct trial *t = trial_new(300, 2, equal);
    struct assay_strength_curve with = find(t);
    t->options.rival = NULL;
    struct assay_strength_curve without = find(t);
    ck_assert_uint_eq(with.n_anchor, 1);
    ck_assert_uint_eq(with.n_point, 15);
    check_same(&with, &without);
    assay_strength_curve_clear(&with);
    assay_strength_curve_clear(&without);
    trial_free(t);
}
END_TEST

START_TEST(threads_change_nothing)
{
    struct trial *t = trial_new(600, 3, wrong);
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

static void scale_columns(struct design *d, double factor)
{
    for (size_t i = 0; i < d->data.n_row; i++)
        for (size_t j = 0; j < N_SIGNAL; j++)
            design_set(d, i, j, design_at(d, i, j) * factor);
    design_restart(d);
}

START_TEST(units_change_nothing)
{
    struct design scaled = design_draw(600, N_SIGNAL, truth, (uint64_t)_i + 1);
    scale_columns(&scaled, 1000.0);
    struct trial *t = trial_new(600, (uint64_t)_i + 1, wrong);
    struct trial *u = trial_of(scaled, 600, wrong, equal);
    struct assay_strength_curve a = find(t), b = find(u);
    for (size_t p = 0; p < a.n_point; p++) { /* fits stop within 1e-10 of a log-odds */
        ck_assert_double_eq(a.point[p].lambda, b.point[p].lambda);
        test_close("loss", b.point[p].loss, a.point[p].loss, 1e-9, 0);
    }
    ck_assert_uint_eq(assay_strength_choose(&a, ASSAY_STRENGTH_ERRORS).chosen,
                      assay_strength_choose(&b, ASSAY_STRENGTH_ERRORS).chosen);
    assay_strength_curve_clear(&a);
    assay_strength_curve_clear(&b);
    trial_free(t);
    trial_free(u);
}
END_TEST

/* ---- what it picks ---- */

static struct assay_strength_point pick(size_t n_row, uint64_t seed, const double own[], bool *left)
{
    struct trial *t = trial_new(n_row, seed, own);
    struct assay_strength_curve curve = find(t);
    struct assay_strength_choice choice = assay_strength_choose(&curve, ASSAY_STRENGTH_ERRORS);
    struct assay_strength_point point = curve.point[choice.chosen];
    *left = choice.own == curve.n_point || curve.point[choice.own].strength < point.strength;
    assay_strength_curve_clear(&curve);
    trial_free(t);
    return point;
}

START_TEST(a_true_anchor_is_held_firmly) /* a loop over sizes */
{
    const size_t n_row[] = {300, 1000, 3000};
    size_t firm = 0, left_it = 0;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        bool left;
        struct assay_strength_point point = pick(n_row[_i], seed, right, &left);
        firm += point.strength >= 1.0;
        left_it += left;
    }
    ck_assert_uint_ge(firm, 8);
    ck_assert_uint_le(left_it, 3);
}
END_TEST

START_TEST(a_reversed_anchor_is_left_when_the_data_are_many)
{
    for (uint64_t seed = 1; seed <= 5; seed++) {
        bool left;
        struct assay_strength_point point = pick(4000, seed, wrong, &left);
        ck_assert(left || point.strength <= 0.25);
        ck_assert(point.anchor != ASSAY_ANCHOR_OWN || point.strength <= 0.25);
    }
}
END_TEST

/* ---- the rule, on curves made by hand ---- */

enum { N_POINT = 5 };
static const struct {
    double loss[N_POINT], error; /* every pair's; a NaN loss: no such fit */
    double errors;
    size_t best, chosen, own;
} made[] = {
    /* strengths 2, 2, 1, 1, 0; anchors own, rival, own, rival, own */
    {{0.30, 0.31, 0.29, 0.28, 0.27}, 0.01, 0.0, 4, 4, 4},
    {{0.30, 0.31, 0.29, 0.28, 0.27}, 0.01, 1.001, 4, 3, 4},
    {{0.30, 0.31, 0.29, 0.28, 0.27}, 0.01, 2.001, 4, 2, 2},
    {{0.30, 0.31, 0.29, 0.28, 0.27}, 0.01, 4.0, 4, 0, 0},
    {{0.30, 0.27, 0.29, 0.28, 0.27}, 0.01, 0.0, 1, 1, 4}, /* the stronger of equals */
    {{0.27, 0.27, 0.27, 0.27, 0.27}, 0.00, 0.0, 0, 0, 0}, /* and then one's own */
    {{NAN, 0.28, 0.27, 0.29, NAN}, 0.02, 1.0, 2, 1, 2},
    {{NAN, NAN, NAN, 0.29, NAN}, 0.02, 1.0, 3, 3, 5},
    {{0.30, 0.31, 0.25, 0.28, 0.29}, 0.00, 1.0, 2, 2, 2}, /* no error: the best alone */
};

START_TEST(the_strongest_within_the_margin_is_chosen)
{
    static const enum assay_strength_anchor anchors[] = {ASSAY_ANCHOR_OWN, ASSAY_ANCHOR_RIVAL,
                                                         ASSAY_ANCHOR_OWN, ASSAY_ANCHOR_RIVAL,
                                                         ASSAY_ANCHOR_OWN};
    struct assay_strength_point point[N_POINT] = {0};
    double paired[N_POINT * N_POINT];
    struct assay_strength_curve curve = {.n_anchor = 3, .n_point = N_POINT, .point = point,
                                         .paired = paired};
    for (size_t p = 0; p < N_POINT; p++) {
        point[p].anchor = anchors[p];
        point[p].loss = made[_i].loss[p];
        point[p].n_failed = isnan(point[p].loss) ? 1U : 0U;
        for (size_t q = 0; q < N_POINT; q++)
            paired[p * N_POINT + q] =
                isnan(point[p].loss + made[_i].loss[q]) ? NAN : p == q ? 0.0 : made[_i].error;
    }
    struct assay_strength_choice choice = assay_strength_choose(&curve, made[_i].errors);
    ck_assert_uint_eq(choice.best, made[_i].best);
    ck_assert_uint_eq(choice.chosen, made[_i].chosen);
    ck_assert_uint_eq(choice.own, made[_i].own);
    ck_assert_double_eq(choice.excess, made[_i].loss[choice.chosen] - made[_i].loss[choice.best]);
    ck_assert_double_eq(choice.excess_error, choice.chosen == choice.best ? 0.0 : made[_i].error);
}
END_TEST

START_TEST(a_wider_margin_never_chooses_less_strength)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct trial *t = trial_new(400, seed, wrong);
        struct assay_strength_curve curve = find(t);
        size_t last = assay_strength_choose(&curve, 0.0).best;
        for (double errors = 0.0; errors <= 4.0; errors += 0.25) {
            size_t chosen = assay_strength_choose(&curve, errors).chosen;
            ck_assert_uint_le(chosen, last); /* points run from the strongest down */
            last = chosen;
        }
        assay_strength_curve_clear(&curve);
        trial_free(t);
    }
}
END_TEST

/* ---- where there is no fit ---- */

/* Signal 1 splits the outcomes; the mean of all four, where the others oppose it, does not. */
static struct trial *split_by_one_signal(const double own[])
{
    struct design d = design_new(40, N_SIGNAL);
    uint64_t state = 5;
    for (size_t i = 0; i < 40; i++) {
        d.outcome[i] = i % 3 == 0;
        design_set(&d, i, 0, d.outcome[i] ? -0.2 - draw_uniform(&state) : 0.2 + draw_uniform(&state));
        for (size_t j = 1; j < N_SIGNAL; j++)
            design_set(&d, i, j, draw_normal(&state));
    }
    design_start(&d);
    return trial_of(d, 40, own, NULL);
}

START_TEST(strengths_without_a_fit_in_some_fold_are_out_of_the_contest)
{
    struct trial *t = split_by_one_signal(equal);
    struct assay_strength_curve curve = find(t);
    const struct assay_strength_point *ml = &curve.point[curve.n_point - 1];
    ck_assert_uint_eq(ml->n_failed, N_FOLD);
    ck_assert(isnan(ml->loss) && isnan(ml->std_error));
    ck_assert(isnan(curve.paired[curve.n_point - 1]));
    ck_assert(isnan(curve.paired[curve.n_point * curve.n_point - 1]));
    ck_assert_uint_eq(curve.point[0].n_failed, 0);
    ck_assert_uint_lt(assay_strength_choose(&curve, 0.0).best, curve.n_point - 1);
    assay_strength_curve_clear(&curve);
    trial_free(t);
}
END_TEST

START_TEST(no_fit_at_any_strength_is_an_error_that_says_why)
{
    static const double first_alone[] = {1.0, 0.0, 0.0, 0.0};
    struct trial *t = split_by_one_signal(first_alone);
    struct assay_strength_curve curve = {0};
    struct assay_error err = {0};
    ck_assert_int_eq(assay_strength_curve_find(&t->data, &t->options, &curve, &err), ASSAY_ENUMERIC);
    const char *begins = "no strength of the anchor has a fit in every fold: along the anchor: ";
    ck_assert_msg(strncmp(err.message, begins, strlen(begins)) == 0, "%s", err.message);
    ck_assert_ptr_null(curve.point);
    trial_free(t);
}
END_TEST

START_TEST(the_first_broken_fold_is_the_one_told)
{
    static const enum assay_status statuses[] = {ASSAY_EIO, ASSAY_ENUMERIC, ASSAY_ENOMEM};
    struct trial *t = trial_new(300, 1, right);
    struct assay_strength_curve curve = {0};
    struct assay_error err = {0};
    t->broken = statuses[_i];
    ck_assert_int_eq(assay_strength_curve_find(&t->data, &t->options, &curve, &err), statuses[_i]);
    ck_assert_str_eq(err.message, "fold 0 is broken");
    ck_assert_int_eq(assay_strength_curve_find(&t->data, &t->options, &curve, NULL), statuses[_i]);
    trial_free(t);
}
END_TEST

static enum assay_status boundless(void *state, size_t fold, const double coef[], double loss[],
                                   struct assay_error *err)
{
    enum assay_status status = held_out(state, fold, coef, loss, err);
    loss[fold] = HUGE_VAL;
    return status;
}

START_TEST(a_loss_must_be_finite)
{
    struct trial *t = trial_new(300, 1, right);
    struct assay_strength_curve curve = {0};
    struct assay_error err = {0};
    t->data.held_out = boundless;
    ck_assert_int_eq(assay_strength_curve_find(&t->data, &t->options, &curve, &err), ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message,
                     "the held-out loss at strength inf is inf; expected a finite number");
    trial_free(t);
}
END_TEST

static const double short_sum[] = {0.25, 0.25, 0.25, 0.2};
static const double rising[] = {1.0, 2.0}, negative[] = {1.0, -1.0}, not_a_number[] = {NAN};
static const struct {
    const double *own, *rival, *grid;
    size_t n_grid;
    const char *message;
} bad[] = {
    {short_sum, equal, NULL, 0, "the anchor's weights sum to 0.95; expected 1"},
    {right, short_sum, NULL, 0, "the rival anchor's weights sum to 0.95; expected 1"},
    {right, equal, rising, 2,
     "strength 2 of the grid is 2; expected decreasing numbers of at least 0"},
    {right, equal, negative, 2,
     "strength 2 of the grid is -1; expected decreasing numbers of at least 0"},
    {right, equal, not_a_number, 1,
     "strength 1 of the grid is nan; expected decreasing numbers of at least 0"},
};

START_TEST(bad_options_are_named)
{
    struct trial *t = trial_new(300, 1, bad[_i].own);
    struct assay_strength_curve curve = {0};
    struct assay_error err = {0};
    t->options.rival = bad[_i].rival;
    if (bad[_i].grid != NULL) {
        t->options.grid = bad[_i].grid;
        t->options.n_grid = bad[_i].n_grid;
    }
    ck_assert_int_eq(assay_strength_curve_find(&t->data, &t->options, &curve, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    trial_free(t);
}
END_TEST

START_TEST(one_outcome_has_no_scale)
{
    struct design d = design_draw(50, N_SIGNAL, truth, 1);
    memset(d.outcome, 0, 50);
    design_restart(&d);
    struct trial *t = trial_of(d, 50, right, equal);
    struct assay_strength_curve curve = {0};
    struct assay_error err = {0};
    ck_assert_double_eq(assay_strength_scale(&t->d.engine), 0.0);
    ck_assert_int_eq(assay_strength_curve_find(&t->data, &t->options, &curve, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "0 of 50 rows are events; expected both outcomes");
    trial_free(t);
}
END_TEST

START_TEST(any_allocation_may_fail)
{
    static const double grid[] = {HUGE_VAL, 1.0, 0.0};
    struct trial *t = trial_new(200, 1, right);
    struct assay_strength_curve curve = {0};
    struct assay_error err = {0};
    enum assay_status status = ASSAY_ENOMEM;
    t->options.grid = grid;
    t->options.n_grid = COUNT(grid);
    t->options.n_thread = 1;
    size_t n = 0;
    while (status == ASSAY_ENOMEM) {
        test_fail_allocation(++n);
        status = assay_strength_curve_find(&t->data, &t->options, &curve, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || status == ASSAY_ENOMEM);
        ck_assert(status == ASSAY_OK || curve.point == NULL);
    }
    ck_assert_uint_gt(n, 50); /* 5 folds of 7 fits, several allocations each */
    assay_strength_curve_clear(&curve);
    trial_free(t);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, points_run_from_strong_to_weak_in_the_order_of_the_anchors);
    tcase_add_test(tc, losses_and_errors_are_those_of_the_definition);
    tcase_add_test(tc, a_rival_with_our_own_weights_is_none);
    tcase_add_loop_test(tc, threads_change_nothing, 2, 6);
    tcase_add_loop_test(tc, units_change_nothing, 0, 5);
    tcase_add_loop_test(tc, a_true_anchor_is_held_firmly, 0, 3);
    tcase_add_test(tc, a_reversed_anchor_is_left_when_the_data_are_many);
    tcase_add_loop_test(tc, the_strongest_within_the_margin_is_chosen, 0, COUNT(made));
    tcase_add_test(tc, a_wider_margin_never_chooses_less_strength);
    tcase_add_test(tc, strengths_without_a_fit_in_some_fold_are_out_of_the_contest);
    tcase_add_test(tc, no_fit_at_any_strength_is_an_error_that_says_why);
    tcase_add_loop_test(tc, the_first_broken_fold_is_the_one_told, 0, 3);
    tcase_add_test(tc, a_loss_must_be_finite);
    tcase_add_loop_test(tc, bad_options_are_named, 0, COUNT(bad));
    tcase_add_test(tc, one_outcome_has_no_scale);
    tcase_add_test(tc, any_allocation_may_fail);
}

ASSAY_SUITE("fit/strength", add_tests)
