#include "core/fit/recall.h"

#include <string.h>

#include "tests/fit/anchored.h"

/* An engine that counts how often it is asked. */
struct counting {
    const struct assay_engine *plain;
    size_t n_evaluate, n_moments;
};

static enum assay_status count_evaluate(void *state, const double coef[], double *log_likelihood,
                                        double gradient[], double information[],
                                        struct assay_error *err)
{
    struct counting *c = state;
    c->n_evaluate++;
    return c->plain->evaluate(c->plain->state, coef, log_likelihood, gradient, information, err);
}

static enum assay_status pass_direction(void *state, const double along[],
                                        struct assay_direction *what, struct assay_error *err)
{
    struct counting *c = state;
    return c->plain->direction(c->plain->state, along, what, err);
}

static enum assay_status pass_moments(void *state, double gram[], struct assay_error *err)
{
    struct counting *c = state;
    c->n_moments++;
    return c->plain->moments(c->plain->state, gram, err);
}

/* A sample, the engine that counts over it, and the one that remembers over that. */
struct remembered {
    struct design d;
    struct counting counting;
    struct assay_engine counted, recall;
};

static void remembered_init(struct remembered *r, size_t n_row)
{
    struct assay_error err = {0};
    *r = (struct remembered){.d = draw(n_row, 4)};
    r->counting.plain = &r->d.engine;
    r->counted = r->d.engine;
    r->counted.state = &r->counting;
    r->counted.evaluate = count_evaluate;
    r->counted.direction = pass_direction;
    r->counted.moments = pass_moments;
    ck_assay_ok(assay_recall_init(&r->counted, &r->recall, &err));
}

static void remembered_free(struct remembered *r)
{
    assay_recall_clear(&r->recall);
    design_free(&r->d);
}

struct answer {
    double log_likelihood, gradient[N_COEF], information[N_COEF * N_COEF];
};

static struct answer ask(const struct assay_engine *engine, const double coef[])
{
    struct answer answer = {0};
    struct assay_error err = {0};
    ck_assay_ok(engine->evaluate(engine->state, coef, &answer.log_likelihood, answer.gradient,
                                 answer.information, &err));
    return answer;
}

static void check_same(const struct answer *a, const struct answer *b)
{
    ck_assert_mem_eq(&a->log_likelihood, &b->log_likelihood, sizeof a->log_likelihood);
    ck_assert_mem_eq(a->gradient, b->gradient, sizeof a->gradient);
    ck_assert_mem_eq(a->information, b->information, sizeof a->information);
}

START_TEST(the_same_question_is_answered_without_a_reading)
{
    struct remembered r;
    remembered_init(&r, 300);
    struct answer plain = ask(&r.d.engine, truth), first = ask(&r.recall, truth),
                  second = ask(&r.recall, truth);
    check_same(&first, &plain);
    check_same(&second, &plain);
    ck_assert_uint_eq(r.counting.n_evaluate, 1);
    remembered_free(&r);
}
END_TEST

START_TEST(what_was_not_asked_then_is_read_now_and_kept)
{
    struct remembered r;
    double log_likelihood;
    struct assay_error err = {0};
    remembered_init(&r, 300);
    ck_assay_ok(r.recall.evaluate(r.recall.state, truth, &log_likelihood, NULL, NULL, &err));
    struct answer plain = ask(&r.d.engine, truth), full = ask(&r.recall, truth);
    check_same(&full, &plain);
    ck_assert_uint_eq(r.counting.n_evaluate, 2);
    full = ask(&r.recall, truth);
    check_same(&full, &plain);
    ck_assert_uint_eq(r.counting.n_evaluate, 2);
    remembered_free(&r);
}
END_TEST

START_TEST(the_oldest_answer_goes_first)
{
    struct remembered r;
    double coef[ASSAY_RECALLED + 1][N_COEF];
    remembered_init(&r, 300);
    for (size_t k = 0; k <= ASSAY_RECALLED; k++) {
        memcpy(coef[k], truth, sizeof coef[k]);
        coef[k][0] += 0.1 * (double)k;
        ask(&r.recall, coef[k]);
    }
    for (size_t k = ASSAY_RECALLED; k > 0; k--) {
        struct answer plain = ask(&r.d.engine, coef[k]), again = ask(&r.recall, coef[k]);
        check_same(&again, &plain);
    }
    ck_assert_uint_eq(r.counting.n_evaluate, ASSAY_RECALLED + 1);
    struct answer plain = ask(&r.d.engine, coef[0]), again = ask(&r.recall, coef[0]);
    check_same(&again, &plain);
    ck_assert_uint_eq(r.counting.n_evaluate, ASSAY_RECALLED + 2);
    remembered_free(&r);
}
END_TEST

START_TEST(a_step_is_measured_beside_a_remembered_answer)
{
    struct remembered r;
    double step[N_COEF] = {0.1, 0, -0.2, 0, 0, 0.3};
    struct assay_direction plain, what;
    struct assay_error err = {0};
    remembered_init(&r, 300);
    ck_assay_ok(r.d.engine.direction(r.d.engine.state, step, &plain, &err));
    struct answer want = ask(&r.d.engine, truth);
    for (size_t k = 0; k < 2; k++) {
        r.recall.watch(r.recall.reader, step);
        struct answer answer = ask(&r.recall, truth);
        ck_assay_ok(r.recall.direction(r.recall.state, step, &what, &err));
        ck_assert_mem_eq(&what, &plain, sizeof what);
        check_same(&answer, &want);
    }
    ck_assert_uint_eq(r.counting.n_evaluate, 1);
    remembered_free(&r);
}
END_TEST

static void check_moments(const struct remembered *r, size_t every)
{
    double plain[N_COEF * N_COEF], got[N_COEF * N_COEF];
    struct assay_error err = {0};
    r->recall.thin(r->recall.reader, every);
    ck_assay_ok(r->d.engine.moments(r->d.engine.state, plain, &err));
    ck_assay_ok(r->recall.moments(r->recall.state, got, &err));
    ck_assert_mem_eq(got, plain, sizeof plain);
}

START_TEST(moments_of_all_rows_are_read_once)
{
    struct remembered r;
    remembered_init(&r, 30 * ASSAY_BLOCK_ROWS);
    check_moments(&r, 10);
    check_moments(&r, 1);
    ck_assert_uint_eq(r.counting.n_moments, 2);
    check_moments(&r, 1);
    ck_assert_uint_eq(r.counting.n_moments, 2);
    check_moments(&r, 10);
    ck_assert_uint_eq(r.counting.n_moments, 3);
    remembered_free(&r);
}
END_TEST

START_TEST(a_look_at_some_rows_is_not_kept_for_all)
{
    struct remembered r;
    remembered_init(&r, 30 * ASSAY_BLOCK_ROWS);
    struct answer whole = ask(&r.d.engine, truth);
    r.recall.thin(r.recall.reader, 10);
    struct answer some = ask(&r.recall, truth);
    ck_assert_double_ne(some.log_likelihood, whole.log_likelihood);
    r.recall.thin(r.recall.reader, 1);
    struct answer again = ask(&r.recall, truth);
    check_same(&again, &whole);
    r.recall.thin(r.recall.reader, 10);
    again = ask(&r.recall, truth);
    check_same(&again, &some);
    remembered_free(&r);
}
END_TEST

START_TEST(fits_are_those_of_the_plain_engine_with_fewer_readings)
{
    struct remembered r;
    remembered_init(&r, 500);
    struct assay_anchor anchor = anchor_at(20);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_anchor_fit plain = {0}, remembered = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_anchor_fit(&r.counted, &anchor, &options, NULL, &plain, &err));
    size_t n_plain = r.counting.n_evaluate;
    ck_assay_ok(assay_anchor_fit(&r.recall, &anchor, &options, NULL, &remembered, &err));
    ck_assert_mem_eq(plain.fit.coef, remembered.fit.coef, N_COEF * sizeof(double));
    ck_assert_double_eq(plain.degrees, remembered.degrees);
    ck_assert_uint_lt(r.counting.n_evaluate - n_plain, n_plain);
    assay_anchor_fit_clear(&plain);
    assay_anchor_fit_clear(&remembered);
    remembered_free(&r);
}
END_TEST

START_TEST(a_failing_allocation_is_said_and_leaks_nothing)
{
    struct design d = draw(100, 1);
    struct assay_engine recall = {0};
    for (size_t n = 1; n < 100; n++) {
        struct assay_error err = {0};
        test_fail_allocation(n);
        enum assay_status status = assay_recall_init(&d.engine, &recall, &err);
        test_fail_allocation(0);
        if (status == ASSAY_OK)
            break;
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_str_eq(err.message, "out of memory setting up the fit");
        ck_assert_ptr_null(recall.state);
    }
    assay_recall_clear(&recall);
    design_free(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, the_same_question_is_answered_without_a_reading);
    tcase_add_test(tc, what_was_not_asked_then_is_read_now_and_kept);
    tcase_add_test(tc, the_oldest_answer_goes_first);
    tcase_add_test(tc, a_step_is_measured_beside_a_remembered_answer);
    tcase_add_test(tc, moments_of_all_rows_are_read_once);
    tcase_add_test(tc, a_look_at_some_rows_is_not_kept_for_all);
    tcase_add_test(tc, fits_are_those_of_the_plain_engine_with_fewer_readings);
    tcase_add_test(tc, a_failing_allocation_is_said_and_leaks_nothing);
}

ASSAY_SUITE("fit/recall", add_tests)
