#include "core/fit/nearby.h"

#include <string.h>

#include "tests/fit/anchored.h"

enum { N_PART = 5 };

/* Rows dealt to parts, some of them twice, some not at all. */
struct dealt {
    struct design d;
    uint16_t *part;
    unsigned char *times;
};

static struct dealt deal(size_t n_row, uint64_t seed)
{
    struct dealt dealt = {
        .d = draw(n_row, seed), .part = malloc(n_row * sizeof(uint16_t)), .times = malloc(n_row)};
    uint64_t state = seed + 17;
    for (size_t i = 0; i < n_row; i++) {
        dealt.part[i] = (uint16_t)(N_PART * draw_uniform(&state));
        dealt.times[i] = (unsigned char)(3 * draw_uniform(&state));
    }
    dealt.d.data.include = dealt.times;
    dealt.d.data.part = dealt.part;
    dealt.d.data.left_out = UINT16_MAX;
    design_restart(&dealt.d);
    return dealt;
}

static void dealt_free(struct dealt *dealt)
{
    design_free(&dealt->d);
    free(dealt->part);
    free(dealt->times);
}

/* The slow path: an engine a part, and a fit from the start of all fits, far beyond the tolerance. */
static void fit_without(const struct dealt *dealt, uint16_t part, const struct assay_anchor *anchor,
                        const struct assay_limits *limits, double coef[N_COEF])
{
    struct assay_array_data data = dealt->d.data;
    struct assay_engine engine;
    struct assay_error err = {0};
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_anchor none = anchor_at(0);
    struct assay_anchor_fit fit = {0};
    data.left_out = part;
    ck_assay_ok(assay_array_engine_init(&data, &engine, &err));
    ck_assay_ok(
        assay_anchor_fit(&engine, anchor != NULL ? anchor : &none, &options, limits, &fit, &err));
    memcpy(coef, fit.fit.coef, N_COEF * sizeof *coef);
    assay_anchor_fit_clear(&fit);
    assay_array_engine_clear(&engine);
}

static struct assay_nearby question_of(const struct dealt *dealt, const double start[],
                                       const struct assay_anchor *anchor,
                                       const struct assay_limits *limits)
{
    return (struct assay_nearby){.engine = &dealt->d.engine,
                                 .n_part = N_PART,
                                 .start = start,
                                 .anchor = anchor,
                                 .limits = limits,
                                 .reach = 5, /* normal columns */
                                 .tolerance = 1e-6};
}

/* A step of less than the tolerance is the last, and the next would be shorter by its own length. */
static void check_parts(const struct dealt *dealt, const struct assay_anchor *anchor,
                        const struct assay_limits *limits)
{
    double start[N_COEF], coef[N_PART * N_COEF], want[N_COEF];
    unsigned char done[N_PART];
    struct assay_error err = {0};
    fit_without(dealt, UINT16_MAX, anchor, limits, start);
    struct assay_nearby question = question_of(dealt, start, anchor, limits);
    ck_assay_ok(assay_nearby_fit(&question, coef, done, &err));
    for (uint16_t k = 0; k < N_PART; k++) {
        ck_assert_uint_eq(done[k], 1);
        fit_without(dealt, k, anchor, limits, want);
        for (size_t j = 0; j < N_COEF; j++)
            test_close("coefficient", coef[k * N_COEF + j], want[j], 1e-7, 1);
    }
}

START_TEST(each_part_gets_the_fit_of_the_others) /* a loop over seeds */
{
    struct dealt dealt = deal(3000, (uint64_t)_i + 1);
    check_parts(&dealt, NULL, NULL);
    dealt_free(&dealt);
}
END_TEST

START_TEST(an_anchor_pulls_each_of_them) /* a loop over seeds */
{
    static const double sd[] = {1.0, 0.9, 1.1, 1.0};
    struct dealt dealt = deal(2000, (uint64_t)_i + 11);
    struct assay_anchor anchor = anchor_at(150);
    anchor.sd = sd;
    check_parts(&dealt, &anchor, NULL);
    dealt_free(&dealt);
}
END_TEST

/* b[1] <= 0 and its kin, and one that is not to be below -0.3: it binds. */
static const double signs[] = {0, -1, 0, 0,  0, 0, 0, 0, -1, 0, 0, 0,
                               0, 0,  0, -1, 0, 0, 0, 1, 0,  0, 0, 0};
static const double floors[] = {0, 0, 0, -0.3};
static const struct assay_limits limits = {.n_limit = 4, .limit = signs, .floor = floors};

START_TEST(limits_hold_in_each_of_them_exactly) /* a loop over seeds */
{
    struct dealt dealt = deal(2500, (uint64_t)_i + 21);
    double start[N_COEF], coef[N_PART * N_COEF];
    unsigned char done[N_PART];
    struct assay_error err = {0};
    check_parts(&dealt, NULL, &limits);
    fit_without(&dealt, UINT16_MAX, NULL, &limits, start);
    struct assay_nearby question = question_of(&dealt, start, NULL, &limits);
    ck_assay_ok(assay_nearby_fit(&question, coef, done, &err));
    for (size_t k = 0; k < N_PART; k++)
        ck_assert_double_eq(coef[k * N_COEF + 1], -0.3);
    dealt_free(&dealt);
}
END_TEST

START_TEST(information_that_is_known_gives_the_same_bytes)
{
    struct dealt dealt = deal(2500, 31);
    double start[N_COEF], information[N_COEF * N_COEF], log_likelihood;
    double read[N_PART * N_COEF], given[N_PART * N_COEF];
    unsigned char done[2][N_PART];
    struct assay_error err = {0};
    fit_without(&dealt, UINT16_MAX, NULL, NULL, start);
    struct assay_nearby question = question_of(&dealt, start, NULL, NULL);
    ck_assay_ok(assay_nearby_fit(&question, read, done[0], &err));
    ck_assay_ok(dealt.d.engine.evaluate(dealt.d.engine.state, start, &log_likelihood, NULL,
                                        information, &err));
    question.information = information;
    ck_assay_ok(assay_nearby_fit(&question, given, done[1], &err));
    ck_assert_mem_eq(given, read, sizeof read);
    ck_assert_mem_eq(done[0], done[1], N_PART);
    dealt_free(&dealt);
}
END_TEST

START_TEST(what_is_held_stays_where_it_is)
{
    struct dealt dealt = deal(2000, 5);
    double start[] = {-0.4, -0.6, -0.4, -0.2, -0.5, 0.25}, coef[N_PART * N_COEF];
    unsigned char done[N_PART], held[N_COEF] = {0, 0, 1, 0, 0, 1};
    struct assay_error err = {0};
    struct assay_nearby question = question_of(&dealt, start, NULL, NULL);
    question.held = held;
    ck_assay_ok(assay_nearby_fit(&question, coef, done, &err));
    for (size_t k = 0; k < N_PART; k++) {
        ck_assert_uint_eq(done[k], 1);
        ck_assert_double_eq(coef[k * N_COEF + 2], start[2]);
        ck_assert_double_eq(coef[k * N_COEF + 5], start[5]);
        ck_assert_double_ne(coef[k * N_COEF + 1], start[1]);
    }
    dealt_free(&dealt);
}
END_TEST

START_TEST(the_bytes_do_not_depend_on_the_number_of_threads)
{
    struct dealt dealt = deal(20000, 9);
    double start[N_COEF], coef[3][N_PART * N_COEF];
    unsigned char done[N_PART];
    struct assay_error err = {0};
    fit_without(&dealt, UINT16_MAX, NULL, NULL, start);
    for (size_t t = 0; t < 3; t++) {
        dealt.d.data.n_thread = t == 2 ? 7 : t + 1;
        design_restart(&dealt.d);
        struct assay_nearby question = question_of(&dealt, start, NULL, NULL);
        ck_assay_ok(assay_nearby_fit(&question, coef[t], done, &err));
        ck_assert_mem_eq(coef[t], coef[0], sizeof coef[0]);
    }
    dealt_free(&dealt);
}
END_TEST

/* All events with a positive column are in part 0: without it that column separates what is left. */
START_TEST(a_part_without_a_fit_is_left_to_the_caller)
{
    struct dealt dealt = deal(1500, 3);
    double start[N_COEF], coef[N_PART * N_COEF];
    unsigned char done[N_PART];
    struct assay_error err = {0};
    for (size_t i = 0; i < 1500; i++)
        if (dealt.part[i] != 0)
            dealt.d.outcome[i] = design_at(&dealt.d, i, 0) < 0;
    design_restart(&dealt.d);
    fit_without(&dealt, UINT16_MAX, NULL, NULL, start);
    struct assay_nearby question = question_of(&dealt, start, NULL, NULL);
    ck_assay_ok(assay_nearby_fit(&question, coef, done, &err));
    ck_assert_uint_eq(done[0], 0);
    ck_assert_mem_eq(coef, start, sizeof start);
    dealt_free(&dealt);
}
END_TEST

/* Blocks of a stored design, made one at a time, and counted. */
struct counted {
    const struct design *d;
    size_t *n_made;
};

static void make_block(const void *state, size_t block, double out[])
{
    const struct counted *c = state;
    size_t size = c->d->data.n_column * ASSAY_BLOCK_ROWS;
    memcpy(out, c->d->x + block * size, size * sizeof *out);
    ++*c->n_made;
}

/* Of rows that are all but some of those the start was found on; no parts. */
static void fit_most_rows(double tolerance, const double start[], struct dealt *dealt,
                          double coef[N_COEF], size_t *n_reading)
{
    size_t n_made = 0, n_row = dealt->d.data.n_row;
    struct counted counted = {&dealt->d, &n_made};
    struct assay_array_data data = dealt->d.data;
    struct assay_engine engine;
    struct assay_error err = {0};
    unsigned char done = 0;
    data.x = NULL;
    data.blocks = (struct assay_block_source){make_block, &counted};
    data.n_thread = 1;
    ck_assay_ok(assay_array_engine_init(&data, &engine, &err));
    struct assay_nearby question = question_of(dealt, start, NULL, NULL);
    question.engine = &engine;
    question.n_part = 1;
    question.tolerance = tolerance;
    ck_assay_ok(assay_nearby_fit(&question, coef, &done, &err));
    ck_assert_uint_eq(done, 1);
    assay_array_engine_clear(&engine);
    *n_reading = n_made / ((n_row + ASSAY_BLOCK_ROWS - 1) / ASSAY_BLOCK_ROWS);
}

/* The second step is far above the tolerance of 1e-6, and not worth a third reading: the next would be of 1e-8 or less. */
START_TEST(one_part_is_fitted_from_near_by_in_two_readings)
{
    struct dealt dealt = deal(8192, 8);
    double start[N_COEF], coef[N_COEF], want[N_COEF];
    size_t n_reading;
    dealt.d.data.part = NULL;
    memset(dealt.times, 1, 8192);
    design_restart(&dealt.d);
    fit_without(&dealt, UINT16_MAX, NULL, NULL, start);
    memset(dealt.times, 0, 4);
    fit_without(&dealt, UINT16_MAX, NULL, NULL, want);
    fit_most_rows(1e-6, start, &dealt, coef, &n_reading);
    ck_assert_uint_eq(n_reading, 2);
    for (size_t j = 0; j < N_COEF; j++)
        test_close("coefficient", coef[j], want[j], 1e-8, 1);
    fit_most_rows(1e-9, start, &dealt, coef, &n_reading);
    ck_assert_uint_gt(n_reading, 2);
    dealt_free(&dealt);
}
END_TEST

START_TEST(a_failing_allocation_is_said_and_leaks_nothing)
{
    static const double sd[] = {1, 1, 1, 1};
    struct dealt dealt = deal(400, 2);
    struct assay_anchor anchor = anchor_at(10);
    double start[N_COEF], coef[N_PART * N_COEF];
    unsigned char done[N_PART];
    anchor.sd = sd;
    fit_without(&dealt, UINT16_MAX, &anchor, &limits, start);
    struct assay_nearby question = question_of(&dealt, start, &anchor, &limits);
    dealt.d.data.n_thread = 1;
    design_restart(&dealt.d);
    for (size_t n = 1; n < 1000; n++) {
        struct assay_error err = {0};
        test_fail_allocation(n);
        enum assay_status status = assay_nearby_fit(&question, coef, done, &err);
        test_fail_allocation(0);
        if (status == ASSAY_OK)
            break;
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_int_eq(strncmp(err.message, "out of memory", 13), 0);
    }
    dealt_free(&dealt);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, each_part_gets_the_fit_of_the_others, 0, 5);
    tcase_add_loop_test(tc, an_anchor_pulls_each_of_them, 0, 5);
    tcase_add_loop_test(tc, limits_hold_in_each_of_them_exactly, 0, 5);
    tcase_add_test(tc, information_that_is_known_gives_the_same_bytes);
    tcase_add_test(tc, what_is_held_stays_where_it_is);
    tcase_add_test(tc, the_bytes_do_not_depend_on_the_number_of_threads);
    tcase_add_test(tc, a_part_without_a_fit_is_left_to_the_caller);
    tcase_add_test(tc, one_part_is_fitted_from_near_by_in_two_readings);
    tcase_add_test(tc, a_failing_allocation_is_said_and_leaks_nothing);
}

ASSAY_SUITE("fit/nearby", add_tests)
