/* Weights in whole steps: bounds, largest remainders, the way down. */
#include <string.h>

#include "core/fit/lattice.h"
#include "tests/fit/bounds.h"

static struct assay_lattice lattice_of(const struct bounds *b, double step)
{
    struct assay_lattice lattice = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_lattice_init(&b->limits, NULL, step, &lattice, NULL, &err));
    return lattice;
}

static const struct {
    double low[3], high[3], share[2]; /* signals 0 and 1 are the group */
    double step;
    struct assay_weight_limit blamed;
    const char *message;
} bad[] = {
    {{0, 0.31, 0}, {1, 0.34, 1}, {0, 1}, 0.05, {ASSAY_LIMIT_FIXED, 1},
     "weight 1 is limited to 0.31 .. 0.34, where there is no multiple of 0.05"},
    {{0.125, 0, 0}, {0.125, 1, 1}, {0, 1}, 0.01, {ASSAY_LIMIT_FIXED, 0},
     "weight 0 is limited to 0.125 .. 0.125, where there is no multiple of 0.01"},
    {{0.11, 0.11, 0}, {1, 1, 1}, {0, 0.3}, 0.1, {ASSAY_LIMIT_SHARE_FIXED, 0},
     "share 0 is limited to 0 .. 0.3, which multiples of 0.1 within the limits of its weights do not "
     "meet"},
    {{0, 0, 0}, {0.34, 0.34, 0.34}, {0, 1}, 0.1, {ASSAY_LIMIT_TOTAL, 0},
     "no multiples of 0.1 within the limits of weights and shares sum to 1"},
    {{0, 0, 0}, {1, 1, 0.37}, {0, 0.64}, 0.05, {ASSAY_LIMIT_TOTAL, 0},
     "no multiples of 0.05 within the limits of weights and shares sum to 1"},
};

START_TEST(limits_without_a_point_are_blamed) /* a loop over the table */
{
    struct bounds b;
    struct assay_lattice lattice = {0};
    struct assay_weight_limit blamed = {0};
    struct assay_error err = {0};
    bounds_open(&b, 3, 1);
    memcpy(b.low, bad[_i].low, sizeof bad[_i].low);
    memcpy(b.high, bad[_i].high, sizeof bad[_i].high);
    b.group[0] = b.group[1] = 0;
    b.group_low[0] = bad[_i].share[0];
    b.group_high[0] = bad[_i].share[1];
    ck_assert_int_eq(assay_lattice_init(&b.limits, NULL, bad[_i].step, &lattice, &blamed, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_int_eq(blamed.kind, bad[_i].blamed.kind);
    ck_assert_uint_eq(blamed.index, bad[_i].blamed.index);
    ck_assert(lattice.low == NULL);
}
END_TEST

START_TEST(limits_on_the_lattice_are_whole_in_spite_of_doubles)
{
    struct bounds b;
    bounds_open(&b, 3, 0);
    b.low[0] = 0.1 + 0.2; /* 0.30000000000000004 */
    b.high[1] = 0.29;     /* 0.29 * 100 is 28.999999999999996 */
    b.low[2] = b.high[2] = 0.07;
    struct assay_lattice lattice = lattice_of(&b, 0.01);
    ck_assert_int_eq(lattice.low[0], 30);
    ck_assert_int_eq(lattice.high[1], 29);
    ck_assert_int_eq(lattice.low[2], 7);
    ck_assert_int_eq(lattice.high[2], 7);
    assay_lattice_clear(&lattice);
    assay_lattice_clear(&lattice);
}
END_TEST

START_TEST(left_over_steps_go_to_the_largest_remainders)
{
    struct bounds b;
    struct assay_error err = {0};
    const double weight[] = {0.126, 0.238, 0.317, 0.319};
    const long want[] = {1, 2, 3, 3}, capped[] = {2, 3, 2, 3};
    long point[4], sum = 0;
    bounds_open(&b, 4, 0);
    struct assay_lattice lattice = lattice_of(&b, 0.1);
    ck_assay_ok(assay_lattice_round(&lattice, weight, point, &err)); /* one is left over: 0.38 */
    for (size_t j = 0; j < 4; j++) {
        ck_assert_int_eq(point[j], want[j] + (j == 1));
        sum += point[j];
    }
    ck_assert_int_eq(sum, 10);
    assay_lattice_clear(&lattice);
    b.high[2] = 0.2;
    lattice = lattice_of(&b, 0.1);
    ck_assay_ok(assay_lattice_round(&lattice, weight, point, &err));
    for (size_t j = 0; j < 4; j++)
        ck_assert_int_eq(point[j], capped[j]);
    assay_lattice_clear(&lattice);
}
END_TEST

static void weights_of_point(const struct assay_lattice *l, const long point[], double weight[])
{
    for (size_t j = 0; j < l->n_signal; j++)
        weight[j] = (double)point[j] / (double)l->total;
}

START_TEST(a_start_is_within_the_limits_wherever_there_is_a_point) /* a loop over seeds */
{
    uint64_t state = (uint64_t)_i + 3;
    size_t n = 2 + (size_t)_i % 7;
    struct bounds b;
    struct assay_lattice lattice = {0};
    struct assay_error err = {0};
    double weight[MOST_SIGNALS] = {0};
    long point[MOST_SIGNALS];
    bounds_draw(&b, n, &state);
    for (size_t j = 0; j < n; j++) /* those of fixed signals are no multiples of anything */
        if (b.low[j] == b.high[j])
            b.low[j] = 0.0;
    for (size_t g = 0; g < 2; g++)
        if (b.group_low[g] == b.group_high[g])
            b.group_low[g] = 0.0;
    weight[0] = 1.0; /* far from most of these limits */
    if (assay_lattice_init(&b.limits, NULL, 0.01, &lattice, NULL, &err) == ASSAY_OK) {
        ck_assay_ok(assay_lattice_round(&lattice, weight, point, &err));
        weights_of_point(&lattice, point, weight);
        ck_assert_double_le(violation(&b, weight), 1e-9);
    }
    assay_lattice_clear(&lattice);
}
END_TEST

/* ---- the way down ---- */

struct quadratic {
    struct assay_ratio ratio;
    double square[MOST_SIGNALS * MOST_SIGNALS], linear[MOST_SIGNALS];
};

/* Correlated signals of different sizes, the least at weights drawn at random. */
static void quadratic_draw(struct quadratic *q, size_t n, double correlation, uint64_t *state)
{
    double size[MOST_SIGNALS], u[MOST_SIGNALS];
    *q = (struct quadratic){0};
    q->ratio = (struct assay_ratio){.linear = q->linear, .square = q->square};
    for (size_t j = 0; j < n; j++) {
        size[j] = 1.0 + 4.0 * draw_uniform(state);
        u[j] = draw_uniform(state);
    }
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < n; k++) {
            q->square[j * n + k] = size[j] * size[k] * (j == k ? 1.0 : correlation);
            q->linear[j] += q->square[j * n + k] * u[k];
        }
    for (size_t j = 0; j < n; j++)
        q->ratio.constant += u[j] * q->linear[j] / 2.0;
}

static double loss_at(const struct quadratic *q, size_t n, const long point[])
{
    double along = 0.0, size = 0.0;
    for (size_t j = 0; j < n; j++) {
        along += (double)point[j] * q->linear[j];
        for (size_t k = 0; k < n; k++)
            size += (double)point[j] * (double)point[k] * q->square[j * n + k];
    }
    return q->ratio.constant - (along > 0.0 ? along * along / (2.0 * size) : 0.0);
}

/* The least loss over every point there is. */
static double scan(const struct quadratic *q, const struct bounds *b, size_t n, long total,
                   size_t j, long left, long point[])
{
    double least = INFINITY, weight[MOST_SIGNALS];
    if (j + 1 < n) {
        for (long k = 0; k <= left; k++) {
            point[j] = k;
            least = fmin(least, scan(q, b, n, total, j + 1, left - k, point));
        }
        return least;
    }
    point[j] = left;
    for (size_t s = 0; s < n; s++)
        weight[s] = (double)point[s] / (double)total;
    return violation(b, weight) <= 1e-9 ? loss_at(q, n, point) : INFINITY;
}

START_TEST(the_descent_ends_at_the_best_of_all_points) /* a loop over seeds */
{
    static const double correlations[] = {0.0, 0.3, 0.6, 0.9};
    uint64_t state = (uint64_t)_i + 1000;
    size_t n = 3 + (size_t)_i % 3;
    struct bounds b;
    struct quadratic q;
    struct assay_error err = {0};
    double equal[MOST_SIGNALS];
    long point[MOST_SIGNALS], scratch[MOST_SIGNALS];
    bounds_open(&b, n, 1);
    b.group[0] = b.group[1] = 0;
    b.group_high[0] = _i % 2 ? 0.45 : 1.0;
    b.low[2] = _i % 5 == 0 ? 0.3 : 0.0;
    quadratic_draw(&q, n, correlations[_i % 4], &state);
    for (size_t j = 0; j < n; j++)
        equal[j] = 1.0 / (double)n;
    struct assay_lattice lattice = lattice_of(&b, 0.05);
    ck_assay_ok(assay_lattice_round(&lattice, equal, point, &err));
    ck_assay_ok(assay_lattice_descend(&lattice, &q.ratio, point, &err));
    test_close("loss", loss_at(&q, n, point), scan(&q, &b, n, 20, 0, 20, scratch), 1e-11,
               q.ratio.constant);
    assay_lattice_clear(&lattice);
}
END_TEST

START_TEST(no_other_start_ends_lower) /* a loop over seeds: eight signals in steps of 0.01 */
{
    static const double correlations[] = {0.3, 0.6, 0.9, 0.95};
    uint64_t state = (uint64_t)_i + 2000;
    struct bounds b;
    struct quadratic q;
    struct assay_error err = {0};
    double weight[8], size, first = INFINITY;
    long point[8];
    bounds_open(&b, 8, 0);
    quadratic_draw(&q, 8, correlations[_i % 4], &state);
    struct assay_lattice lattice = lattice_of(&b, 0.01);
    for (int start = 0; start < 30; start++) {
        size = 0.0;
        for (size_t j = 0; j < 8; j++)
            size += weight[j] = start == 0 ? 1.0 : draw_uniform(&state);
        for (size_t j = 0; j < 8; j++)
            weight[j] /= size;
        ck_assay_ok(assay_lattice_round(&lattice, weight, point, &err));
        ck_assay_ok(assay_lattice_descend(&lattice, &q.ratio, point, &err));
        if (start == 0)
            first = loss_at(&q, 8, point);
        ck_assert_double_ge(loss_at(&q, 8, point), first - 1e-11 * q.ratio.constant);
    }
    assay_lattice_clear(&lattice);
}
END_TEST

START_TEST(the_points_around_are_the_best_exchanges_in_order)
{
    uint64_t state = 4;
    struct bounds b;
    struct quadratic q;
    struct assay_error err = {0};
    const long point[] = {5, 5, 5, 5};
    long found[8 * 4];
    size_t n_found;
    bounds_open(&b, 4, 0);
    b.high[1] = 0.25;
    quadratic_draw(&q, 4, 0.3, &state);
    struct assay_lattice lattice = lattice_of(&b, 0.05);
    ck_assay_ok(assay_lattice_around(&lattice, &q.ratio, point, 8, found, &n_found, &err));
    ck_assert_uint_eq(n_found, 8); /* of 9 exchanges: signal 1 takes none */
    ck_assert_mem_eq(found, point, sizeof point);
    for (size_t k = 1; k < n_found; k++) {
        ck_assert_int_le(found[4 * k + 1], 5);
        ck_assert(k == 1 || loss_at(&q, 4, found + 4 * k) >= loss_at(&q, 4, found + 4 * k - 4) - 1e-12);
    }
    ck_assay_ok(assay_lattice_around(&lattice, &q.ratio, point, 1, found, &n_found, &err));
    ck_assert_uint_eq(n_found, 1);
    assay_lattice_clear(&lattice);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, limits_without_a_point_are_blamed, 0, COUNT(bad));
    tcase_add_test(tc, limits_on_the_lattice_are_whole_in_spite_of_doubles);
    tcase_add_test(tc, left_over_steps_go_to_the_largest_remainders);
    tcase_add_loop_test(tc, a_start_is_within_the_limits_wherever_there_is_a_point, 0, 200);
    tcase_add_loop_test(tc, the_descent_ends_at_the_best_of_all_points, 0, 400);
    tcase_add_loop_test(tc, no_other_start_ends_lower, 0, 40);
    tcase_add_test(tc, the_points_around_are_the_best_exchanges_in_order);
}

ASSAY_SUITE("fit/lattice", add_tests)
