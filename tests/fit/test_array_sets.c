/* The array engine's answers: the same bytes on any number of threads and on every instruction set with an FMA. */
#include <string.h>

#include "core/base/cpu.h"
#include "tests/fit/design.h"

enum { MOST_COEF = 42 };

static const double truth[MOST_COEF] = {-1.0, 0.5, -0.3, 0.0, 0.8, -0.2, 0.1, 0.4, 0.2, -0.1};

/* One column beyond whole tiles of 3 and 4, exactly whole ones, and none. */
static const struct {
    size_t n_row, n_column;
} shapes[] = {{1, 1},     {700, 2},    {2048, 3},  {3001, 4},  {2500, 5},
              {5000, 6},  {2049, 7},   {2304, 8},  {2600, 9},  {3000, 12},
              {3000, 13}, {19000, 16}, {2500, 23}, {2100, 41}, {4000, 0}};

/* All that an engine is asked, in one piece of memory. */
struct answers {
    double log_likelihood, far, gradient[MOST_COEF], information[MOST_COEF * MOST_COEF];
    double moments[MOST_COEF * MOST_COEF];
    double pull[MOST_COEF], curvature[MOST_COEF * MOST_COEF];
    double meat[2][MOST_COEF * MOST_COEF];
    size_t n_cluster[2];
    struct assay_direction what;
};

/* meat[0] by clusters that lie together, meat[1] by scattered ones. */
static void ask(struct design *d, size_t n_thread, struct answers *answers)
{
    size_t n = d->data.n_column + 1, n_row = d->data.n_row;
    struct assay_error err = {0};
    double far[MOST_COEF];
    int32_t *cluster = malloc(n_row * sizeof *cluster);
    memset(answers, 0, sizeof *answers);
    d->data.n_thread = n_thread;
    design_restart(d);
    for (size_t j = 0; j < n; j++)
        far[j] = 300.0 * truth[j];
    const struct assay_engine *e = &d->engine;
    ck_assay_ok(e->evaluate(e->state, far, &answers->far, NULL, NULL, &err));
    ck_assay_ok(e->evaluate(e->state, truth, &answers->log_likelihood, answers->gradient,
                            answers->information, &err));
    ck_assay_ok(e->moments(e->state, answers->moments, &err));
    ck_assay_ok(e->direction(e->state, truth, &answers->what, &err));
    ck_assay_ok(e->jeffreys(e->state, truth, answers->information, answers->pull,
                            answers->curvature, &err));
    for (size_t way = 0; way < 2; way++) {
        for (size_t i = 0; i < n_row; i++)
            cluster[i] = (int32_t)(way ? i * 7 % 97 : i / 5);
        d->data.cluster = cluster;
        design_restart(d);
        ck_assay_ok(
            e->cluster_scores(e->state, truth, answers->meat[way], &answers->n_cluster[way], &err));
    }
    d->data.cluster = NULL;
    free(cluster);
}

static unsigned char *draw_times(size_t n)
{
    unsigned char *times = malloc(n);
    for (size_t i = 0; i < n; i++)
        times[i] = (unsigned char)(i == 0 ? 1 : i * i % 5 % 3);
    return times;
}

START_TEST(
    any_number_of_threads_gives_the_same_bytes) /* a loop over shapes, rows counted 0 to 2 times */
{
    static const size_t threads[] = {1, 2, 3, 7};
    struct design d = design_draw(shapes[_i].n_row, shapes[_i].n_column, truth, 21);
    struct answers *first = malloc(sizeof *first), *other = malloc(sizeof *other);
    unsigned char *times = draw_times(d.data.n_row);
    d.data.include = times;
    for (size_t k = 0; k < COUNT(threads); k++) {
        ask(&d, threads[k], k == 0 ? first : other);
        if (k > 0)
            ck_assert_mem_eq(other, first, sizeof *first);
    }
    free(times);
    free(first);
    free(other);
    design_free(&d);
}
END_TEST

START_TEST(avx2_and_avx512_give_the_same_bytes) /* a loop over shapes */
{
    struct assay_error err = {0};
    if (assay_cpu_choose("avx512", &err) != ASSAY_OK) {
        test_skip(err.message);
        return;
    }
    struct design d = design_draw(shapes[_i].n_row, shapes[_i].n_column, truth, 22);
    struct answers *wide = malloc(sizeof *wide), *narrow = malloc(sizeof *narrow);
    ask(&d, 2, wide);
    ck_assay_ok(assay_cpu_choose("avx2", &err));
    ask(&d, 2, narrow);
    ck_assert_mem_eq(narrow, wide, sizeof *wide);
    free(wide);
    free(narrow);
    design_free(&d);
}
END_TEST

static void close_all(const char *what, const double got[], const double want[], size_t n,
                      double floor)
{
    for (size_t k = 0; k < n; k++)
        test_close(what, got[k], want[k], 1e-13, floor);
}

START_TEST(the_baseline_differs_by_rounding_alone) /* a loop over shapes */
{
    struct design d = design_draw(shapes[_i].n_row, shapes[_i].n_column, truth, 23);
    struct answers *best = malloc(sizeof *best), *plain = malloc(sizeof *plain);
    struct assay_error err = {0};
    ck_assay_ok(assay_cpu_choose(NULL, &err));
    ask(&d, 2, best);
    ck_assay_ok(assay_cpu_choose("baseline", &err));
    ask(&d, 2, plain);
    /* 1e-13 of the sum of the sizes of the terms: columns have variance 1, so that is about n rows (n^2 / 4 at
     * most where scores of clusters are squared, and x'Ax goes to a few times n). */
    double n = (double)d.data.n_row;
    test_close("log-likelihood", plain->log_likelihood, best->log_likelihood, 1e-13, 0);
    test_close("far out", plain->far, best->far, 1e-13, 0);
    close_all("gradient", plain->gradient, best->gradient, MOST_COEF, n);
    close_all("information", plain->information, best->information, MOST_COEF * MOST_COEF, n);
    close_all("moments", plain->moments, best->moments, MOST_COEF * MOST_COEF, n);
    double size = n * n * (double)(d.data.n_column + 1); /* of w x'Ax, with A the information */
    close_all("pull", plain->pull, best->pull, MOST_COEF, size);
    close_all("curvature", plain->curvature, best->curvature, MOST_COEF * MOST_COEF, size);
    for (size_t way = 0; way < 2; way++)
        close_all("meat", plain->meat[way], best->meat[way], MOST_COEF * MOST_COEF, n * n);
    test_close("largest move", plain->what.max_move, best->what.max_move, 0.0,
               0); /* no FMA in log-odds */
    test_close("margin", plain->what.min_margin, best->what.min_margin, 0.0, 0);
    free(best);
    free(plain);
    design_free(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, any_number_of_threads_gives_the_same_bytes, 0, COUNT(shapes));
    tcase_add_loop_test(tc, avx2_and_avx512_give_the_same_bytes, 0, COUNT(shapes));
    tcase_add_loop_test(tc, the_baseline_differs_by_rounding_alone, 0, COUNT(shapes));
}

ASSAY_SUITE("fit/array_sets", add_tests)
