/* Blocks that are made when they are needed, several requests in one reading, parts left out, hints. */
#include <string.h>

#include "tests/fit/design.h"

static const double truth[] = {-1.0, 0.5, -0.3, 0.0, 0.8, -0.2, 0.1, 0.4};

/* Makes blocks of what a stored design holds; what is padding there is 3 here. */
static void fill(const void *state, size_t block, double out[])
{
    const struct design *d = state;
    for (size_t j = 0; j < d->data.n_column; j++)
        for (size_t i = 0; i < ASSAY_BLOCK_ROWS; i++) {
            size_t row = block * ASSAY_BLOCK_ROWS + i;
            out[j * ASSAY_BLOCK_ROWS + i] = row < d->data.n_row ? design_at(d, row, j) : 3.0;
        }
}

static struct assay_array_data made_data(const struct design *d)
{
    struct assay_array_data data = d->data;
    data.x = NULL;
    data.blocks = (struct assay_block_source){.fill = fill, .state = d};
    return data;
}

struct value {
    double log_likelihood, gradient[8], information[64];
};

static void evaluate(const struct assay_engine *engine, const double coef[], struct value *v)
{
    struct assay_error err = {0};
    memset(v, 0, sizeof *v);
    ck_assay_ok(engine->evaluate(engine->state, coef, &v->log_likelihood, v->gradient,
                                 v->information, &err));
}

static void check_same(const struct assay_engine *a, const struct assay_engine *b, size_t n)
{
    struct value one, other;
    struct assay_direction what[2];
    double pull[2][8] = {{0}}, curvature[2][64] = {{0}}, meat[2][64] = {{0}};
    size_t n_cluster[2];
    struct assay_error err = {0};
    evaluate(a, truth, &one);
    evaluate(b, truth, &other);
    ck_assert_mem_eq(&one, &other, sizeof one);
    const struct assay_engine *both[] = {a, b};
    for (size_t k = 0; k < 2; k++) {
        const struct assay_engine *e = both[k];
        ck_assay_ok(e->direction(e->state, truth, &what[k], &err));
        ck_assay_ok(e->jeffreys(e->state, truth, one.information, pull[k], curvature[k], &err));
        ck_assay_ok(e->cluster_scores(e->state, truth, meat[k], &n_cluster[k], &err));
    }
    ck_assert_mem_eq(&what[0], &what[1], sizeof what[0]);
    ck_assert_mem_eq(pull[0], pull[1], n * sizeof(double));
    ck_assert_mem_eq(curvature[0], curvature[1], n * n * sizeof(double));
    ck_assert_mem_eq(meat[0], meat[1], n * n * sizeof(double));
    ck_assert_uint_eq(n_cluster[0], n_cluster[1]);
}

static const size_t rows[] = {1, 255, 256, 3000, 9001};

START_TEST(blocks_made_give_the_bytes_of_blocks_kept) /* a loop over numbers of rows */
{
    struct design d = design_draw(rows[_i], 7, truth, 31);
    int32_t *cluster = malloc(d.data.n_row * sizeof *cluster);
    struct assay_error err = {0};
    for (size_t way = 0; way < 3; way++) { /* no clusters, clusters together, scattered */
        for (size_t i = 0; i < d.data.n_row; i++)
            cluster[i] = (int32_t)(way == 1 ? i / 700 : i % 40);
        d.data.cluster = way > 0 ? cluster : NULL;
        design_restart(&d);
        struct assay_array_data data = made_data(&d);
        struct assay_engine made;
        ck_assay_ok(assay_array_engine_init(&data, &made, &err));
        check_same(&d.engine, &made, 8);
        assay_array_engine_clear(&made);
    }
    free(cluster);
    design_free(&d);
}
END_TEST

START_TEST(log_odds_of_blocks_made_are_those_of_blocks_kept)
{
    struct design d = design_draw(3000, 7, truth, 32);
    double *kept = malloc(3000 * sizeof *kept), *made = malloc(3001 * sizeof *made);
    struct assay_array_data data = made_data(&d);
    made[3000] = -7.0;
    ck_assert(assay_array_log_odds(&d.data, truth, kept));
    ck_assert(assay_array_log_odds(&data, truth, made));
    ck_assert_mem_eq(kept, made, 3000 * sizeof *kept);
    ck_assert_double_eq(made[3000], -7.0); /* nothing is written behind the last row */
    test_fail_allocation(1);
    bool done = assay_array_log_odds(&data, truth, made);
    test_fail_allocation(1);
    bool stored = assay_array_log_odds(&d.data, truth, kept);
    test_fail_allocation(0);
    ck_assert(!done && stored);
    free(kept);
    free(made);
    design_free(&d);
}
END_TEST

/* ---- parts ---- */

/* The same rows in the same blocks, those of a part counted 0 times: the definition of leaving it out. */
START_TEST(a_part_left_out_is_as_if_its_rows_did_not_count) /* a loop over include and no include */
{
    struct design d = design_draw(5000, 4, truth, 33);
    unsigned char *times = malloc(5000), *less = malloc(5000);
    uint16_t *part = malloc(5000 * sizeof *part);
    for (size_t i = 0; i < 5000; i++) {
        times[i] = (unsigned char)(_i ? i % 3 : 1);
        part[i] = (uint16_t)(i * 11 % 5);
        less[i] = part[i] == 2 ? 0 : times[i];
    }
    struct assay_array_data data = d.data;
    struct assay_engine parted;
    struct assay_error err = {0};
    data.include = _i ? times : NULL;
    data.part = part;
    data.left_out = 2;
    d.data.include = less;
    design_restart(&d);
    ck_assay_ok(assay_array_engine_init(&data, &parted, &err));
    ck_assert_uint_eq(parted.n_row, d.engine.n_row);
    ck_assert_uint_eq(parted.n_event, d.engine.n_event);
    check_same(&d.engine, &parted, 5);
    assay_array_engine_clear(&parted);
    free(times);
    free(less);
    free(part);
    design_free(&d);
}
END_TEST

enum { MANY = 40 }; /* more than one reading takes */

/* Kept and made blocks, at coefficients of their own and all at the same. */
START_TEST(many_requests_have_the_bytes_of_one_at_a_time)
{
    struct design d = design_draw(4000, 7, truth, 34);
    uint16_t *part = malloc(4000 * sizeof *part);
    for (size_t i = 0; i < 4000; i++)
        part[i] = (uint16_t)(i % 6);
    d.data.part = part;
    d.data.left_out = 5;
    struct assay_array_data data = _i % 2 ? made_data(&d) : d.data;
    double apart = _i / 2 ? 0.0 : 0.1;
    struct value *many = calloc(MANY, sizeof *many), one;
    double coef[MANY][8];
    struct assay_array_request requests[MANY];
    struct assay_engine all, fold;
    struct assay_error err = {0};
    for (size_t k = 0; k < MANY; k++) {
        for (size_t j = 0; j < 8; j++)
            coef[k][j] = truth[j] * (1.0 + apart * (double)k);
        requests[k] = (struct assay_array_request){coef[k], (uint16_t)(k % 3 ? k % 5 : UINT16_MAX),
                                                   &many[k].log_likelihood, many[k].gradient,
                                                   k % 4 ? many[k].information : NULL};
    }
    ck_assay_ok(assay_array_engine_init(&data, &all, &err));
    ck_assay_ok(assay_array_evaluate_many(&all, requests, MANY, &err));
    for (size_t k = 0; k < MANY; k++) {
        struct assay_array_request *r = &requests[k];
        unsigned char *times = malloc(4000); /* less both parts, by hand */
        struct assay_array_data own = data;
        for (size_t i = 0; i < 4000; i++)
            times[i] = part[i] != 5 && part[i] != r->left_out;
        own.include = times;
        own.part = NULL;
        ck_assay_ok(assay_array_engine_init(&own, &fold, &err));
        evaluate(&fold, coef[k], &one);
        if (r->information == NULL)
            memset(one.information, 0, sizeof one.information);
        ck_assert_mem_eq(&one, &many[k], sizeof one);
        assay_array_engine_clear(&fold);
        free(times);
    }
    assay_array_engine_clear(&all);
    free(many);
    free(part);
    design_free(&d);
}
END_TEST

START_TEST(no_request_at_all_is_answered)
{
    struct design d = design_draw(300, 2, truth, 35);
    struct assay_error err = {0};
    ck_assay_ok(assay_array_evaluate_many(&d.engine, NULL, 0, &err));
    design_free(&d);
}
END_TEST

START_TEST(every_allocation_of_many_requests_may_fail)
{
    struct design d = design_draw(300, 2, truth, 36);
    double log_likelihood;
    struct assay_array_request request = {truth, UINT16_MAX, &log_likelihood, NULL, NULL};
    struct assay_error err = {0};
    for (size_t n = 1; n <= 2; n++) {
        test_fail_allocation(n);
        enum assay_status status = assay_array_evaluate_many(&d.engine, &request, 1, &err);
        test_fail_allocation(0);
        ck_assert_int_eq(status, ASSAY_ENOMEM);
    }
    design_free(&d);
}
END_TEST

/* ---- hints ---- */

START_TEST(a_step_that_is_watched_is_measured_as_any_other)
{
    struct design d = design_draw(3000, 7, truth, 37);
    const struct assay_engine *e = &d.engine;
    struct value plain, watched;
    struct assay_direction direct, seen, other;
    struct assay_error err = {0};
    double step[8], coef[8];
    for (size_t j = 0; j < 8; j++) {
        step[j] = 0.1 * truth[7 - j];
        coef[j] = truth[j];
    }
    evaluate(e, coef, &plain);
    ck_assay_ok(e->direction(e->state, step, &direct, &err));
    e->watch(e->reader, step);
    evaluate(e, coef, &watched);
    ck_assert_mem_eq(&plain, &watched, sizeof plain);
    coef[0] = 5.0;
    evaluate(e, coef, &watched); /* a second look does not disturb what was seen */
    ck_assay_ok(e->direction(e->state, step, &seen, &err));
    ck_assert_mem_eq(&seen, &direct, sizeof seen);
    e->watch(e->reader, step); /* never looked at, and then something else is asked */
    ck_assay_ok(e->direction(e->state, truth, &other, &err));
    ck_assert_double_ne(other.max_move, direct.max_move);
    step[0] += 1.0; /* what was seen is forgotten once told */
    ck_assay_ok(e->direction(e->state, step, &other, &err));
    ck_assert_double_ne(other.max_move, direct.max_move);
    design_free(&d);
}
END_TEST

/* Blocks 0, 3, 6, ... of 4001 rows: the rows of the others do not count. */
START_TEST(a_thinned_engine_sums_evenly_spaced_blocks)
{
    struct design d = design_draw(4001, 4, truth, 38);
    unsigned char *times = malloc(4001);
    struct value whole, thin, want;
    evaluate(&d.engine, truth, &whole);
    d.engine.thin(d.engine.reader, 3);
    evaluate(&d.engine, truth, &thin);
    d.engine.thin(d.engine.reader, 1);
    evaluate(&d.engine, truth, &want);
    ck_assert_mem_eq(&want, &whole, sizeof want);
    for (size_t i = 0; i < 4001; i++)
        times[i] = i / ASSAY_BLOCK_ROWS % 3 == 0;
    d.data.include = times;
    design_restart(&d);
    evaluate(&d.engine, truth, &want);
    test_close("log-likelihood", thin.log_likelihood, want.log_likelihood, 1e-14, 0);
    for (size_t k = 0; k < 25;
         k++) /* other tasks, so other orders of the sums: roundings of 4001 terms */
        test_close("information", thin.information[k], want.information[k], 1e-13, 4001.0);
    free(times);
    design_free(&d);
}
END_TEST

/* ---- clusters ---- */

/* By the definition, row by row; every third row does not count. */
START_TEST(scores_are_summed_by_cluster) /* in order, in long runs, scattered, together but backwards */
{
    size_t n = 3000, n_code = 400;
    struct design d = design_draw(n, 3, truth, 39);
    unsigned char *times = malloc(n);
    int32_t *cluster = malloc(n * sizeof *cluster);
    long double *score = calloc(n_code * 4, sizeof *score), meat[16] = {0};
    unsigned char *seen = calloc(n_code, 1);
    size_t n_cluster = 0, found;
    for (size_t i = 0; i < n; i++) {
        times[i] = i % 3 != 1;
        size_t code = _i == 0   ? i / 8
                      : _i == 1 ? i / 1300 * 5
                      : _i == 2 ? i * 17 % n_code
                                : (n - 1 - i) / 8;
        cluster[i] = (int32_t)code;
        long double eta = truth[0], row[4] = {1.0L};
        for (size_t j = 1; j < 4; j++)
            eta += truth[j] * (row[j] = design_at(&d, i, j - 1));
        for (size_t j = 0; j < 4 && times[i]; j++)
            score[code * 4 + j] += (d.outcome[i] - 1.0L / (1.0L + expl(-eta))) * row[j];
        n_cluster += times[i] && !seen[code];
        seen[code] |= times[i];
    }
    for (size_t code = 0; code < n_code; code++)
        for (size_t k = 0; k < 16; k++)
            meat[k] += score[code * 4 + k / 4] * score[code * 4 + k % 4];
    d.data.include = times;
    d.data.cluster = cluster;
    design_restart(&d);
    double got[16];
    struct assay_error err = {0};
    ck_assay_ok(d.engine.cluster_scores(d.engine.state, truth, got, &found, &err));
    ck_assert_uint_eq(found, n_cluster);
    for (size_t k = 0; k < 16; k++) /* squares of sums of up to 1300 terms of size 1 */
        test_close("meat", got[k], (double)meat[k], 1e-13, 1e5);
    free(times);
    free(cluster);
    free(score);
    free(seen);
    design_free(&d);
}
END_TEST

/* More blocks a task than lanes are kept for: at b = 0 a row weighs 1/4 and is off by 1/2, so that with whole numbers
 * in the design every sum is exact. */
static void fill_steps(const void *state, size_t block, double out[])
{
    (void)state;
    for (size_t i = 0; i < ASSAY_BLOCK_ROWS; i++)
        out[i] = (double)((block * ASSAY_BLOCK_ROWS + i) % 5) - 1.0; /* -1, 0, 1, 2, 3 */
}

START_TEST(long_tasks_lose_nothing)
{
    size_t n = 10 * 256 * 1000 + 10; /* 79 blocks a task */
    unsigned char *outcome = calloc(n, 1);
    for (size_t i = 0; i < n; i++)
        outcome[i] = i % 2 == 0;
    struct assay_array_data data = {.blocks = {.fill = fill_steps},
                                    .outcome = outcome,
                                    .n_row = n,
                                    .n_column = 1,
                                    .n_thread = 2};
    struct assay_engine engine;
    struct assay_error err = {0};
    struct value v;
    const double zero[2] = {0};
    ck_assay_ok(assay_array_engine_init(&data, &engine, &err));
    evaluate(&engine, zero, &v);
    double rows_counted = (double)n;
    ck_assert_double_eq(v.gradient[0], 0.0);
    ck_assert_double_eq(v.gradient[1], 0.0); /* in ten rows, each value once with either outcome */
    ck_assert_double_eq(v.information[0], rows_counted / 4.0);
    ck_assert_double_eq(v.information[1], rows_counted / 4.0);       /* mean 1 */
    ck_assert_double_eq(v.information[3], rows_counted * 3.0 / 4.0); /* mean square 3 */
    test_close("log-likelihood", v.log_likelihood, -rows_counted * log(2.0), 1e-13, 0);
    assay_array_engine_clear(&engine);
    free(outcome);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, blocks_made_give_the_bytes_of_blocks_kept, 0, COUNT(rows));
    tcase_add_test(tc, log_odds_of_blocks_made_are_those_of_blocks_kept);
    tcase_add_loop_test(tc, a_part_left_out_is_as_if_its_rows_did_not_count, 0, 2);
    tcase_add_loop_test(tc, many_requests_have_the_bytes_of_one_at_a_time, 0, 4);
    tcase_add_test(tc, no_request_at_all_is_answered);
    tcase_add_test(tc, every_allocation_of_many_requests_may_fail);
    tcase_add_test(tc, a_step_that_is_watched_is_measured_as_any_other);
    tcase_add_test(tc, a_thinned_engine_sums_evenly_spaced_blocks);
    tcase_add_loop_test(tc, scores_are_summed_by_cluster, 0, 4);
    tcase_add_test(tc, long_tasks_lose_nothing);
}

ASSAY_SUITE("fit/array_blocks", add_tests)
