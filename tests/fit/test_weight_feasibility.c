/* Are there weights within the limits, which are nearest, and which limits conflict. */
#include <string.h>

#include "core/fit/weight_limits.h"
#include "tests/fit/bounds.h"

/* ---- nearest weights ---- */

START_TEST(weights_within_the_limits_stay_as_they_are)
{
    struct bounds b;
    struct assay_error err = {0};
    const double weight[] = {0.1, 0.2, 0.7}, sd[] = {1, 2, 3};
    double near[3];
    bounds_open(&b, 3, 1);
    b.low[0] = 0.1;
    b.high[2] = 0.7;
    b.group[1] = b.group[2] = 0;
    b.group_low[0] = 0.9;
    ck_assay_ok(assay_weight_limits_nearest(&b.limits, weight, sd, near, &err));
    ck_assert_mem_eq(near, weight, sizeof near);
}
END_TEST

START_TEST(what_a_cap_takes_goes_where_it_costs_least)
{
    /* Closed form: w_3 = 0.4, and the 0.3 it loses is split as 1 / sd^2 is. */
    struct bounds b;
    struct assay_error err = {0};
    const double weight[] = {0.1, 0.2, 0.7}, sd[] = {1, 0.5, 3};
    double near[3];
    bounds_open(&b, 3, 0);
    b.high[2] = 0.4;
    ck_assay_ok(assay_weight_limits_nearest(&b.limits, weight, sd, near, &err));
    test_close("first", near[0], 0.1 + 0.3 * 1.0 / 5.0, 1e-14, 0);
    test_close("second", near[1], 0.2 + 0.3 * 4.0 / 5.0, 1e-14, 0);
    ck_assert_double_eq(near[2], 0.4);
}
END_TEST

static double distance(size_t n, const double a[], const double b[], const double sd[])
{
    double sum = 0.0;
    for (size_t j = 0; j < n; j++)
        sum += sd[j] * sd[j] * (a[j] - b[j]) * (a[j] - b[j]);
    return sum;
}

START_TEST(no_weights_within_the_limits_are_nearer) /* a loop over seeds; a search at random */
{
    uint64_t state = (uint64_t)_i + 5;
    size_t n = 3 + (size_t)_i % 5;
    struct bounds b;
    struct assay_error err = {0};
    double weight[MOST_SIGNALS], sd[MOST_SIGNALS], near[MOST_SIGNALS], other[MOST_SIGNALS];
    bounds_draw(&b, n, &state);
    for (size_t j = 0; j < n; j++) {
        weight[j] = 1.0 / (double)n;
        sd[j] = 0.3 + draw_uniform(&state);
    }
    ck_assay_ok(assay_weight_limits_nearest(&b.limits, weight, sd, near, &err));
    ck_assert_double_le(violation(&b, near), 1e-13);
    double least = distance(n, near, weight, sd);
    for (int trial = 0; trial < 2000; trial++) { /* steps between two signals, or three */
        double step = 0.1 * pow(10.0, -4.0 * draw_uniform(&state));
        size_t from = (size_t)(draw_uniform(&state) * (double)n);
        memcpy(other, near, sizeof other);
        other[from] -= step;
        double part = trial % 2 ? 1.0 : draw_uniform(&state);
        other[(size_t)(draw_uniform(&state) * (double)n)] += part * step;
        other[(size_t)(draw_uniform(&state) * (double)n)] += (1.0 - part) * step;
        if (violation(&b, other) <= 1e-13)
            ck_assert_double_ge(distance(n, other, weight, sd), least - 1e-13);
    }
}
END_TEST

/* ---- conflicts ---- */

static bool possible(const struct assay_weight_limits *limits)
{
    struct assay_weight_limit *conflict;
    size_t n_conflict;
    struct assay_error err = {0};
    ck_assay_ok(assay_weight_limits_conflict(limits, &conflict, &n_conflict, &err));
    ck_assert_int_eq(conflict == NULL, n_conflict == 0);
    free(conflict);
    return n_conflict == 0;
}

START_TEST(limits_drawn_around_weights_do_not_conflict) /* a loop over seeds */
{
    uint64_t state = (uint64_t)_i;
    struct bounds b;
    bounds_draw(&b, 2 + (size_t)_i % 7, &state);
    ck_assert(possible(&b.limits));
}
END_TEST

START_TEST(limits_that_meet_in_a_point_do_not_conflict)
{
    /* 0.1 does not add up to 1 in doubles. */
    struct bounds b;
    bounds_open(&b, 8, 1);
    for (size_t j = 0; j < 8; j++)
        b.low[j] = b.high[j] = 0.1;
    b.high[6] = b.high[7] = 0.2;
    b.group[6] = b.group[7] = 0;
    b.group_high[0] = 0.4;
    ck_assert(possible(&b.limits));
    b.group_high[0] = 0.399;
    ck_assert(!possible(&b.limits));
}
END_TEST

static const struct {
    double low[4], high[4], share[2]; /* signals 0 and 1 are the group */
    struct assay_weight_limit conflict[4];
    size_t n;
} conflicts[] = {
    {{0.6, 0, 0.5, 0}, {1, 1, 1, 1}, {0, 1},
     {{ASSAY_LIMIT_SIGN, 1}, {ASSAY_LIMIT_SIGN, 3}, {ASSAY_LIMIT_FLOOR, 0}, {ASSAY_LIMIT_FLOOR, 2}}, 4},
    {{0, 0, 0, 0}, {0.2, 0.2, 0.2, 0.2}, {0, 1},
     {{ASSAY_LIMIT_CAP, 0}, {ASSAY_LIMIT_CAP, 1}, {ASSAY_LIMIT_CAP, 2}, {ASSAY_LIMIT_CAP, 3}}, 4},
    {{0.3, 0.2, 0, 0.1}, {1, 1, 1, 1}, {0.1, 0.4},
     {{ASSAY_LIMIT_FLOOR, 0}, {ASSAY_LIMIT_FLOOR, 1}, {ASSAY_LIMIT_SHARE_CAP, 0}}, 3},
    {{0.5, 0, 0, 0}, {0.5, 1, 1, 1}, {0, 0.25},
     {{ASSAY_LIMIT_FIXED, 0}, {ASSAY_LIMIT_SIGN, 1}, {ASSAY_LIMIT_SHARE_CAP, 0}}, 3},
    {{0, 0, 0.5, 0}, {1, 1, 0.5, 0.6}, {0.75, 0.75},
     {{ASSAY_LIMIT_FIXED, 2}, {ASSAY_LIMIT_SHARE_FIXED, 0}, {ASSAY_LIMIT_SIGN, 3}}, 3},
};

START_TEST(a_conflict_names_the_limits_and_no_others) /* a loop over the table */
{
    struct bounds b;
    struct assay_weight_limit *conflict;
    size_t n_conflict;
    struct assay_error err = {0};
    bounds_open(&b, 4, 1);
    memcpy(b.low, conflicts[_i].low, sizeof conflicts[_i].low);
    memcpy(b.high, conflicts[_i].high, sizeof conflicts[_i].high);
    b.group[0] = b.group[1] = 0;
    b.group_low[0] = conflicts[_i].share[0];
    b.group_high[0] = conflicts[_i].share[1];
    ck_assay_ok(assay_weight_limits_conflict(&b.limits, &conflict, &n_conflict, &err));
    ck_assert_uint_eq(n_conflict, conflicts[_i].n);
    for (size_t k = 0; k < n_conflict; k++) {
        ck_assert_int_eq(conflict[k].kind, conflicts[_i].conflict[k].kind);
        ck_assert_uint_eq(conflict[k].index, conflicts[_i].conflict[k].index);
    }
    free(conflict);
    const double equal[] = {0.25, 0.25, 0.25, 0.25}, sd[] = {1, 1, 1, 1};
    double near[4];
    ck_assert_int_eq(assay_weight_limits_nearest(&b.limits, equal, sd, near, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "no weights meet all limits");
}
END_TEST

/* Opens every limit that the conflict does not name; or all those, and one that it does. */
static void keep_only(const struct bounds *from, const struct assay_weight_limit conflict[], size_t n,
                      size_t without, struct bounds *to)
{
    bounds_open(to, from->limits.n_signal, from->limits.n_group);
    memcpy(to->group, from->group, sizeof to->group);
    memset(to->sign_free, 1, sizeof to->sign_free);
    for (size_t k = 0; k < n; k++) {
        size_t at = conflict[k].index;
        enum assay_weight_limit_kind kind = conflict[k].kind;
        if (k == without)
            continue;
        if (kind == ASSAY_LIMIT_SIGN)
            to->sign_free[at] = 0;
        if (kind == ASSAY_LIMIT_FLOOR || kind == ASSAY_LIMIT_FIXED)
            to->low[at] = from->low[at];
        if (kind == ASSAY_LIMIT_CAP || kind == ASSAY_LIMIT_FIXED)
            to->high[at] = from->high[at];
        if (kind == ASSAY_LIMIT_SHARE_FLOOR || kind == ASSAY_LIMIT_SHARE_FIXED)
            to->group_low[at] = from->group_low[at];
        if (kind == ASSAY_LIMIT_SHARE_CAP || kind == ASSAY_LIMIT_SHARE_FIXED)
            to->group_high[at] = from->group_high[at];
    }
}

START_TEST(conflicts_are_real_and_irreducible) /* a loop over seeds */
{
    uint64_t state = (uint64_t)_i + 31;
    size_t n = 3 + (size_t)_i % 6, n_conflict;
    struct bounds b, other, kept;
    struct assay_weight_limit *conflict;
    struct assay_error err = {0};
    bounds_draw(&b, n, &state);
    bounds_draw(&other, n, &state);
    for (size_t j = 0; j < n; j++) /* limits of two minds */
        if (draw_uniform(&state) < 0.5) {
            b.low[j] = other.low[j];
            b.high[j] = other.high[j];
        }
    ck_assay_ok(assay_weight_limits_conflict(&b.limits, &conflict, &n_conflict, &err));
    if (n_conflict > 0) {
        ck_assert_uint_le(n_conflict, n); /* Helly 1923: weights have n - 1 dimensions */
        keep_only(&b, conflict, n_conflict, n_conflict, &kept);
        ck_assert(!possible(&kept.limits));
        for (size_t without = 0; without < n_conflict; without++) {
            keep_only(&b, conflict, n_conflict, without, &kept);
            ck_assert(possible(&kept.limits));
        }
    }
    free(conflict);
}
END_TEST

/* Everything that allocates, once through; no assertion in here, it would allocate too. */
static enum assay_status use_all(const struct bounds *b, const struct bounds *wrong,
                                 struct assay_error *err)
{
    static const double equal[] = {0.25, 0.25, 0.25, 0.25}, sd[] = {1, 1, 1, 1};
    struct assay_weight_limit *conflict = NULL;
    size_t n_conflict;
    double near[4];
    enum assay_status status =
        assay_weight_limits_conflict(&wrong->limits, &conflict, &n_conflict, err);
    free(conflict);
    if (status == ASSAY_OK)
        status = assay_weight_limits_nearest(&b->limits, equal, sd, near, err);
    return status;
}

START_TEST(every_allocation_may_fail)
{
    struct bounds b, wrong;
    struct assay_error err = {0};
    size_t n = 0;
    enum assay_status status;
    bounds_open(&b, 4, 1);
    b.high[0] = 0.2;
    bounds_open(&wrong, 4, 1);
    wrong.low[0] = wrong.low[1] = 0.6;
    do {
        test_fail_allocation(++n);
        status = use_all(&b, &wrong, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || status == ASSAY_ENOMEM);
    } while (status != ASSAY_OK);
    ck_assert_uint_gt(n, 20);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, weights_within_the_limits_stay_as_they_are);
    tcase_add_test(tc, what_a_cap_takes_goes_where_it_costs_least);
    tcase_add_loop_test(tc, no_weights_within_the_limits_are_nearer, 0, 60);
    tcase_add_loop_test(tc, limits_drawn_around_weights_do_not_conflict, 0, 200);
    tcase_add_test(tc, limits_that_meet_in_a_point_do_not_conflict);
    tcase_add_loop_test(tc, a_conflict_names_the_limits_and_no_others, 0, COUNT(conflicts));
    tcase_add_loop_test(tc, conflicts_are_real_and_irreducible, 0, 300);
    tcase_add_test(tc, every_allocation_may_fail);
}

ASSAY_SUITE("fit/weight_feasibility", add_tests)
