#include "tests/drift/population.h"
#include "tests/drift/section.h"
#include "validate/drift/drift.h"

static struct drifting *drifting(size_t then, size_t now, struct pop_change change, uint64_t seed)
{
    struct pop_change none = {.shift = 0};
    return drifting_new(pop_draw(then, 1, 0.9, none, seed), pop_draw(now, 1, 0.9, change, seed + 1));
}

static const struct cJSON *variable(const struct assay_json *doc, const char *name)
{
    const struct cJSON *list = test_at(assay_json_root(doc), "drift", "variables", NULL);
    for (const struct cJSON *v = assay_json_first(list); v != NULL; v = assay_json_next(v))
        if (strcmp(assay_json_string(assay_json_get(v, "name")), name) == 0)
            return v;
    ck_abort_msg("no variable %s", name);
    return NULL;
}

static bool is_true(const struct cJSON *object, const char *key)
{
    return assay_json_bool(assay_json_get(object, key));
}

START_TEST(a_population_that_stayed_has_not_drifted)
{
    struct drifting *d = drifting(1000, 300, (struct pop_change){.shift = 0}, 3);
    struct assay_advice advice;
    struct assay_json *doc = section_read(assay_audit_drift, &d->input, &advice);
    const struct cJSON *drift = test_at(assay_json_root(doc), "drift", NULL);
    ck_assert(!is_true(drift, "any"));
    ck_assert_uint_eq(advice.n, 0);
    ck_assert_uint_eq(assay_json_count(assay_json_get(drift, "variables")), POP_VARIABLES);
    ck_assert_double_eq(test_number(drift, "reference", "rows", NULL), 1000);
    ck_assert_double_eq(test_number(drift, "effective", "actual", NULL), 300);
    ck_assert_str_eq(assay_json_string(assay_json_get(drift, "words")),
                     "None of 17 variables differs from the training data by more than chance would "
                     "make it at this size. Where nothing changes, an audit names any variable at most "
                     "once in 20 times");
    assay_json_free(doc);
    drifting_free(d);
}
END_TEST

START_TEST(a_shifted_signal_is_found_and_comes_first)
{
    struct drifting *d = drifting(1000, 300, (struct pop_change){.shift = 1}, 3);
    struct assay_advice advice;
    struct assay_json *doc = section_read(assay_audit_drift, &d->input, &advice);
    const struct cJSON *drift = test_at(assay_json_root(doc), "drift", NULL);
    const struct cJSON *first = assay_json_first(assay_json_get(drift, "variables"));
    ck_assert(is_true(drift, "any"));
    ck_assert_str_eq(assay_json_string(assay_json_get(first, "name")), "signal_0");
    ck_assert(is_true(first, "drifted"));
    ck_assert_ptr_nonnull(strstr(assay_json_string(assay_json_get(first, "words")), "in training"));
    ck_assert_uint_eq(advice.n, 1);
    ck_assert_int_eq(advice.line[0].urgency, 1);
    ck_assert_ptr_nonnull(strstr(advice.line[0].text, "signal_0"));
    assay_json_free(doc);
    drifting_free(d);
}
END_TEST

/* The limits are the decision: one of them is passed where and only where a variable has drifted. */
START_TEST(limits_and_decision_agree)
{
    struct drifting *d = drifting(600, 50 + 40 * (size_t)_i,
                                  (struct pop_change){.shift = 0.1 * _i, .plan_share = 0.1 * _i},
                                  (uint64_t)(100 + 2 * _i));
    struct assay_json *doc = section_read(assay_audit_drift, &d->input, NULL);
    const struct cJSON *list = test_at(assay_json_root(doc), "drift", "variables", NULL);
    for (const struct cJSON *v = assay_json_first(list); v != NULL; v = assay_json_next(v)) {
        bool beyond = test_number(v, "psi", NULL) > test_number(v, "psi_limit", NULL);
        if (!assay_json_is_null(assay_json_get(v, "ks")))
            beyond |= test_number(v, "ks", NULL) >= test_number(v, "ks_limit", NULL);
        ck_assert_int_eq(is_true(v, "drifted"), beyond);
        ck_assert_int_eq(is_true(v, "drifted"), test_number(v, "q_value", NULL) <= 0.05);
    }
    assay_json_free(doc);
    drifting_free(d);
}
END_TEST

START_TEST(bins_are_shares_of_all_rows_with_the_missing_ones)
{
    struct drifting *d = drifting(1000, 300, (struct pop_change){.more_missing = 0.3}, 5);
    struct assay_json *doc = section_read(assay_audit_drift, &d->input, NULL);
    const struct cJSON *list = test_at(assay_json_root(doc), "drift", "variables", NULL);
    for (const struct cJSON *v = assay_json_first(list); v != NULL; v = assay_json_next(v)) {
        double expected = 0, actual = 0;
        const struct cJSON *bins = assay_json_get(v, "bins");
        for (const struct cJSON *b = assay_json_first(bins); b != NULL; b = assay_json_next(b)) {
            expected += test_number(b, "expected", NULL);
            actual += test_number(b, "actual", NULL);
        }
        ck_assert_double_eq_tol(expected, 1, 1e-12);
        ck_assert_double_eq_tol(actual, 1, 1e-12);
    }
    const struct cJSON *gaps = variable(doc, "signal_10");
    ck_assert(is_true(gaps, "drifted"));
    ck_assert_double_eq(test_number(gaps, "n", NULL), 300);
    ck_assert_int_eq(strncmp(assay_json_string(assay_json_get(gaps, "words")), "missing: 8", 10), 0);
    assay_json_free(doc);
    drifting_free(d);
}
END_TEST

START_TEST(the_order_of_the_rows_does_not_matter)
{
    struct drifting *d = drifting(400, 120, (struct pop_change){.shift = 0.4}, 7);
    struct assay_json *before = section_read(assay_audit_drift, &d->input, NULL);
    for (size_t i = 0, j = d->now.n - 1; i < j; i++, j--) {
        for (size_t k = 0; k < POP_NUMBERS; k++) {
            double x = d->now.x[k][i];
            d->now.x[k][i] = d->now.x[k][j];
            d->now.x[k][j] = x;
        }
    }
    struct assay_json *after = section_read(assay_audit_drift, &d->input, NULL);
    for (size_t k = 0; k < POP_NUMBERS; k++) {
        const struct cJSON *a = variable(before, d->names[k]), *b = variable(after, d->names[k]);
        ck_assert_double_eq(test_number(a, "psi_p", NULL), test_number(b, "psi_p", NULL));
        ck_assert_double_eq(test_number(a, "ks", NULL), test_number(b, "ks", NULL));
    }
    assay_json_free(before);
    assay_json_free(after);
    drifting_free(d);
}
END_TEST

/* The same 60 accounts seen 4 times each are no more evidence than once: limits are those of 60 rows. */
START_TEST(repeated_accounts_count_once)
{
    struct pop_change none = {.shift = 0};
    struct population now = pop_draw(60, 4, 0.99, none, 12);
    struct drifting *repeated = drifting_new(pop_draw(500, 1, 0.9, none, 11), now);
    struct drifting *once = drifting_new(pop_draw(500, 1, 0.9, none, 11),
                                         pop_draw(60, 1, 0.9, none, 12));
    struct assay_json *a = section_read(assay_audit_drift, &repeated->input, NULL);
    struct assay_json *b = section_read(assay_audit_drift, &once->input, NULL);
    ck_assert_double_eq(test_number(assay_json_root(a), "drift", "effective", "actual", NULL), 60);
    ck_assert_double_eq(test_number(variable(a, "signal_1"), "psi_limit", NULL),
                        test_number(variable(b, "signal_1"), "psi_limit", NULL));
    ck_assert_double_eq(test_number(variable(a, "signal_1"), "ks_limit", NULL),
                        test_number(variable(b, "signal_1"), "ks_limit", NULL));
    assay_json_free(a);
    assay_json_free(b);
    drifting_free(repeated);
    drifting_free(once);
}
END_TEST

START_TEST(new_and_rare_values_are_counted_together)
{
    struct drifting *d = drifting(500, 100, (struct pop_change){.shift = 0}, 21);
    for (size_t i = 0; i < d->now.n; i++)
        d->now.code[1][i] = 59; /* of which training had none */
    struct assay_json *doc = section_read(assay_audit_drift, &d->input, NULL);
    const struct cJSON *moved = variable(doc, d->names[POP_NUMBERS + 2]);
    ck_assert(is_true(moved, "drifted"));
    const struct cJSON *bins = assay_json_get(moved, "bins"), *last = NULL;
    for (const struct cJSON *b = assay_json_first(bins); b != NULL; b = assay_json_next(b))
        if (strcmp(assay_json_string(assay_json_get(b, "label")), "other values") == 0)
            last = b;
    ck_assert_ptr_nonnull(last);
    ck_assert_double_eq(test_number(last, "actual", NULL), 1);
    ck_assert_double_eq(test_number(last, "expected", NULL), 0);
    /* Sixty values on 100 rows: but for the most frequent they share a bin. */
    ck_assert_uint_lt(assay_json_count(assay_json_get(variable(doc, d->names[POP_NUMBERS + 3]), "bins")),
                      10);
    assay_json_free(doc);
    drifting_free(d);
}
END_TEST

START_TEST(one_row_or_a_constant_can_be_compared)
{
    struct drifting *d = drifting(200, 1, (struct pop_change){.shift = 0}, 31);
    for (size_t k = 0; k < ASSAY_PERCENTILES; k++) {
        d->numbers[2].at[k] = 5;
        d->numbers[2].up_to[k] = 200;
    }
    d->numbers[2].lowest = d->numbers[2].highest = d->now.x[2][0] = 5;
    d->numbers[3].n = 0; /* training had no value at all */
    d->variables[3].missing = 200;
    struct assay_json *doc = section_read(assay_audit_drift, &d->input, NULL);
    ck_assert_double_eq(test_number(variable(doc, "signal_2"), "psi", NULL), 0);
    ck_assert(!is_true(variable(doc, "signal_2"), "drifted"));
    ck_assert(assay_json_is_null(assay_json_get(variable(doc, "signal_3"), "ks")));
    assay_json_free(doc);
    drifting_free(d);
}
END_TEST

START_TEST(of_few_rows_it_is_said_that_only_large_changes_show)
{
    static const size_t rows[] = {19, 20};
    for (size_t k = 0; k < COUNT(rows); k++) {
        struct drifting *d = drifting(200, rows[k], (struct pop_change){.shift = 0}, 31);
        struct assay_json *doc = section_read(assay_audit_drift, &d->input, NULL);
        const struct cJSON *drift = test_at(assay_json_root(doc), "drift", NULL);
        const char *words = assay_json_string(assay_json_get(drift, "words"));
        ck_assert(strncmp(words, "None of ", 8) == 0);
        ck_assert_int_eq(strstr(words, " at this size (19 snapshots can show only large changes). ") != NULL,
                         k == 0);
        ck_assert_int_eq(strstr(words, " snapshots can show only") != NULL, k == 0);
        assay_json_free(doc);
        drifting_free(d);
    }
}
END_TEST

static const char *refusal(struct drifting *d, char out[300])
{
    struct assay_json *doc = section_read(assay_audit_drift, &d->input, NULL);
    const struct cJSON *drift = test_at(assay_json_root(doc), "drift", NULL);
    ck_assert_ptr_nonnull(assay_json_get(drift, "reference"));
    snprintf(out, 300, "%s", assay_json_string(assay_json_get(drift, "refused")));
    ck_assert_ptr_null(assay_json_get(drift, "variables"));
    assay_json_free(doc);
    return out;
}

START_TEST(what_cannot_be_compared_is_refused_by_name)
{
    char text[300];
    struct drifting *d = drifting(50, 20, (struct pop_change){.shift = 0}, 41);
    size_t n = d->input.used.n;
    d->input.used.n = 0;
    ck_assert_str_eq(refusal(d, text),
                     "There is no snapshot to compare with the training data");
    d->input.used.n = n;
    d->input.interim = true; /* nothing waits either */
    ck_assert_str_eq(refusal(d, text),
                     "There is no snapshot to compare with the training data");
    d->model.training.reference.rows = 0;
    ck_assert_int_eq(strncmp(refusal(d, text), "The model file does not say", 27), 0);
    d->input.model = NULL;
    ck_assert_int_eq(strncmp(refusal(d, text), "A score column comes without", 28), 0);
    drifting_free(d);
}
END_TEST

START_TEST(an_interim_audit_looks_at_the_rows_that_wait)
{
    struct drifting *d = drifting(300, 100, (struct pop_change){.shift = 2}, 51);
    d->input.waiting = d->input.used;
    d->input.used.n = 0;
    d->input.interim = true;
    struct assay_json *doc = section_read(assay_audit_drift, &d->input, NULL);
    ck_assert(is_true(variable(doc, "signal_0"), "drifted"));
    assay_json_free(doc);
    drifting_free(d);
}
END_TEST

START_TEST(running_out_of_memory_is_an_error)
{
    struct drifting *d = drifting(80, 30, (struct pop_change){.plan_share = 1}, 61);
    /* The score and two texts: a null that is drawn again for each failure takes its time. */
    d->model.training.reference.variables += POP_NUMBERS;
    d->model.training.reference.n_variable = 3;
    ck_assert_uint_gt(section_starve(assay_audit_drift, &d->input), 8);
    drifting_free(d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, a_population_that_stayed_has_not_drifted);
    tcase_add_test(tc, a_shifted_signal_is_found_and_comes_first);
    tcase_add_loop_test(tc, limits_and_decision_agree, 0, 4);
    tcase_add_test(tc, bins_are_shares_of_all_rows_with_the_missing_ones);
    tcase_add_test(tc, the_order_of_the_rows_does_not_matter);
    tcase_add_test(tc, repeated_accounts_count_once);
    tcase_add_test(tc, new_and_rare_values_are_counted_together);
    tcase_add_test(tc, one_row_or_a_constant_can_be_compared);
    tcase_add_test(tc, of_few_rows_it_is_said_that_only_large_changes_show);
    tcase_add_test(tc, what_cannot_be_compared_is_refused_by_name);
    tcase_add_test(tc, an_interim_audit_looks_at_the_rows_that_wait);
    tcase_add_test(tc, running_out_of_memory_is_an_error);
}

ASSAY_SUITE("drift/drift", add_tests)
