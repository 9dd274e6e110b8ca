#include "validate/groups/segments.h"

#include "core/metric/clustered.h"
#include "core/metric/discovery.h"
#include "tests/groups/accounts.h"
#include "tests/metric/sample.h"
#include "validate/groups/gaps.h"

static struct accounts a, b;

/* The segment of a column and value in a document. */
static const struct cJSON *segment_of(const struct cJSON *root, const char *column, const char *value)
{
    const struct cJSON *list = test_at(root, "segments", NULL), *s = assay_json_first(list);
    for (; s != NULL; s = assay_json_next(s))
        if (strcmp(assay_json_string(assay_json_get(s, "column")), column) == 0 &&
            strcmp(assay_json_string(assay_json_get(s, "value")), value) == 0)
            return s;
    ck_abort_msg("no segment %s %s", column, value);
}

static void check_estimate(const struct cJSON *segment, const char *key,
                           const struct assay_estimate *want, double tolerance)
{
    const struct cJSON *e = test_at(segment, key, NULL), *interval = test_at(e, "interval", NULL);
    test_close(key, assay_json_number(assay_json_get(e, "value")), want->value, tolerance, 1.0);
    test_close(key, assay_json_number(accounts_item(interval, 0)), want->low, tolerance, 1.0);
    test_close(key, assay_json_number(accounts_item(interval, 1)), want->high, tolerance, 1.0);
}

/* The performance of the rows of one code by the functions for a whole audit. */
static struct assay_performance alone(const struct accounts *from, size_t c, int32_t code, bool clustered)
{
    static double prob[ACCOUNTS_MOST];
    static unsigned char outcome[ACCOUNTS_MOST], flagged[ACCOUNTS_MOST];
    static int32_t account[ACCOUNTS_MOST];
    struct assay_performance p;
    struct assay_error err = {0};
    size_t n = 0;
    for (size_t i = 0; i < from->input.used.n; i++)
        if (from->code[c][i] == code) {
            prob[n] = from->prob[i];
            outcome[n] = from->outcome[i];
            flagged[n] = from->flagged[i];
            account[n++] = from->account[i];
        }
    ck_assay_ok(assay_performance_measure(prob, outcome, n, 0.2, &p, &err));
    struct assay_clustered_rows rows = {
        .prob = prob, .outcome = outcome, .flagged = flagged, .cluster = account, .n = n};
    if (clustered)
        ck_assay_ok(assay_performance_by_cluster(&rows, &p, &err));
    return p;
}

START_TEST(a_segments_figures_are_those_of_its_rows_alone) /* by row, and by account */
{
    static const char *const values[] = {"", "yes", "no"};
    accounts_init(&a);
    accounts_draw(&a, 1, 1500);
    if (_i == 1)
        accounts_repeat(&a, 4);
    const struct cJSON *root = accounts_run(&a, assay_audit_segments);
    for (int32_t code = -1; code < 2; code++) {
        const struct cJSON *s = segment_of(root, "partner", values[code + 1]);
        struct assay_performance p = alone(&a, 1, code, _i == 1);
        ck_assert_double_eq(test_number(s, "n", NULL), (double)p.n);
        ck_assert_double_eq(test_number(s, "events", NULL), (double)p.n_event);
        ck_assert_double_eq(test_number(s, "counts", "fn", NULL), (double)p.fn);
        check_estimate(s, "sensitivity", &p.sensitivity, 1e-12);
        check_estimate(s, "specificity", &p.specificity, 1e-12);
        check_estimate(s, "ppv", &p.ppv, 1e-12);
        check_estimate(s, "npv", &p.npv, 1e-12);
        check_estimate(s, "prevalence", &p.prevalence, 1e-12);
        check_estimate(s, "auc", &p.auc, 1e-9);
        check_estimate(s, "brier", &p.brier, 1e-12);
        check_estimate(s, "oe_ratio", &p.oe_ratio, 1e-12);
        check_estimate(s, "calibration_intercept", &p.calibration_intercept, 1e-12);
        check_estimate(s, "calibration_slope", &p.calibration_slope, 1e-12);
        ck_assert(!assay_json_bool(assay_json_get(s, "small")));
    }
    accounts_clear(&a);
}
END_TEST

START_TEST(columns_come_as_declared_and_values_in_byte_order)
{
    static const char *const order[][2] = {{"industry", "Energy"}, {"industry", "Health"},
                                           {"industry", "Retail"}, {"partner", ""},
                                           {"partner", "no"},      {"partner", "yes"}};
    accounts_init(&a);
    accounts_draw(&a, 2, 300);
    const struct cJSON *list = test_at(accounts_run(&a, assay_audit_segments), "segments", NULL);
    ck_assert_uint_eq(assay_json_count(list), COUNT(order));
    for (size_t k = 0; k < COUNT(order); k++) {
        const struct cJSON *s = accounts_item(list, k);
        ck_assert_str_eq(assay_json_string(assay_json_get(s, "column")), order[k][0]);
        ck_assert_str_eq(assay_json_string(assay_json_get(s, "value")), order[k][1]);
    }
    accounts_clear(&a);
}
END_TEST

START_TEST(the_order_of_rows_does_not_matter)
{
    accounts_init(&a);
    accounts_init(&b);
    accounts_draw(&a, 3, 1000);
    accounts_draw(&b, 3, 1000);
    for (size_t i = 0; i < 1000; i++) {
        size_t to = (i * 333 + 5) % 1000; /* 333 and 1000 have no divisor in common */
        b.prob[to] = a.prob[i];
        b.flagged[to] = a.flagged[i];
        b.outcome[to] = a.outcome[i];
        for (size_t c = 0; c < 2; c++)
            b.code[c][to] = a.code[c][i];
    }
    const struct cJSON *one = accounts_run(&a, assay_audit_segments);
    const struct cJSON *two = accounts_run(&b, assay_audit_segments);
    for (size_t k = 0; k < 6; k++) {
        const struct cJSON *s = accounts_item(test_at(one, "segments", NULL), k);
        const struct cJSON *t = accounts_item(test_at(two, "segments", NULL), k);
        ck_assert_double_eq(test_number(s, "auc", "value", NULL), test_number(t, "auc", "value", NULL));
        test_close("slope", test_number(s, "calibration_slope", "value", NULL),
                   test_number(t, "calibration_slope", "value", NULL), 1e-9, 1.0);
    }
    accounts_clear(&a);
    accounts_clear(&b);
}
END_TEST

/* 5 of 6 churners of Energy found, the others of the column less often: its shrunk share lies between. */
START_TEST(a_small_cell_is_marked_and_shrunk_towards_the_whole)
{
    accounts_init(&a);
    accounts_draw(&a, 4, 2000);
    size_t kept = 0;
    for (size_t i = 0; i < 2000; i++)
        if (a.code[0][i] == 1) {
            a.outcome[i] = kept < 6;
            a.flagged[i] = kept < 5;
            kept++;
        }
    const struct cJSON *root = accounts_run(&a, assay_audit_segments);
    const struct cJSON *s = segment_of(root, "industry", "Energy");
    ck_assert(assay_json_bool(assay_json_get(s, "small")));
    double own = test_number(s, "sensitivity", "value", NULL);
    double shrunk = test_number(s, "shrunk", "sensitivity", "value", NULL);
    double other = test_number(segment_of(root, "industry", "Health"), "sensitivity", "value", NULL);
    ck_assert_double_eq_tol(own, 5.0 / 6.0, 1e-12);
    ck_assert(other < shrunk && shrunk < own);
    accounts_clear(&a);
}
END_TEST

/* ---- gaps ---- */

/* In Retail the score says 1.5 too little on the log-odds, and everybody looks healthier by as much. */
static void underestimate_retail(struct accounts *accounts)
{
    for (size_t i = 0; i < accounts->input.used.n; i++)
        if (accounts->code[0][i] == 0) {
            double l = log(accounts->prob[i]) - log1p(-accounts->prob[i]) - 1.5;
            accounts->prob[i] = assay_expit(l);
            accounts->flagged[i] = accounts->prob[i] >= 0.2;
        }
}

START_TEST(a_planted_gap_is_found_first_and_said)
{
    accounts_init(&a);
    accounts_draw(&a, 5, 3000);
    underestimate_retail(&a);
    const struct cJSON *root = accounts_run(&a, assay_audit_segments);
    const struct cJSON *gap = assay_json_first(test_at(root, "segment_gaps", NULL));
    bool before = true;
    size_t retail = 0;
    for (; gap != NULL; gap = assay_json_next(gap)) {
        bool found = assay_json_bool(assay_json_get(gap, "found"));
        ck_assert(before || !found);
        ck_assert_int_eq(found, test_number(gap, "q_value", NULL) <= 0.05);
        before = found;
        if (strcmp(assay_json_string(assay_json_get(gap, "value")), "Retail") != 0)
            continue;
        const char *metric = assay_json_string(assay_json_get(gap, "metric"));
        double value = test_number(gap, "gap", "value", NULL);
        retail += found;
        if (strcmp(metric, "sensitivity") == 0)
            ck_assert(found && value < -0.2);
        if (strcmp(metric, "calibration_intercept") == 0) /* 1.5, se about 0.15 */
            ck_assert(found && fabs(value - 1.5) < 0.5);
    }
    ck_assert_uint_ge(retail, 2);
    ck_assert_uint_ge(a.out.advice.n, 1);
    ck_assert_ptr_nonnull(strstr(a.out.advice.line[0].text, "Retail: "));
    accounts_clear(&a);
}
END_TEST

/* Two values of a column are each other's rest: the same tests with the sign turned. */
START_TEST(two_values_mirror_each_other)
{
    struct assay_segment_ground ground;
    struct assay_segment *segments = NULL;
    struct assay_segment_gap gap[2 * ASSAY_GAP_METRICS];
    struct assay_error err = {0};
    size_t n = 0;
    accounts_init(&a);
    accounts_draw(&a, 6, 1200);
    for (size_t i = 0; i < 1200; i++)
        a.code[1][i] = (int32_t)(i % 2);
    ck_assay_ok(assay_segment_ground_make(&a.input, &ground, &err));
    ck_assay_ok(assay_segments_measure(&ground, 1, &segments, &n, &err));
    ck_assert_uint_eq(n, 2);
    ck_assert_uint_eq(assay_segment_gaps(segments, n, gap), 2 * ASSAY_GAP_METRICS);
    for (size_t m = 0; m < ASSAY_GAP_METRICS; m++) {
        const struct assay_segment_gap *one = &gap[m], *other = &gap[ASSAY_GAP_METRICS + m];
        /* The rest's calibration is a fit to bins (logit_bins.h), the segment's own is not; and bins of
         * a part stand at the part's mean. */
        double near = m == ASSAY_GAP_CALIBRATION ? 1e-4 : 1e-9;
        ck_assert_int_eq(one->metric, (int)m);
        test_close("gap", one->gap.value, -other->gap.value, near, 1.0);
        test_close("low", one->gap.low, -other->gap.high, near, 1.0);
        test_close("p", one->p_value, other->p_value, 10.0 * near, 0.0);
    }
    free(segments);
    assay_segment_ground_clear(&ground);
    accounts_clear(&a);
}
END_TEST

/* Sensitivity of Retail 3 of 4 against 1 of 4: Fisher's 34/70, and no test of what is too small. */
START_TEST(tiny_segments_have_exact_tests_or_none)
{
    accounts_init(&a);
    a.input.used.n = a.input.n_account = 16;
    a.input.n_segment = 1;
    for (size_t i = 0; i < 16; i++) {
        a.code[0][i] = (int32_t)(i / 8);
        a.outcome[i] = i % 2;
        a.prob[i] = 0.1 + 0.05 * (double)i;
        a.flagged[i] = i == 1 || i == 3 || i == 5 || i == 9;
    }
    const struct cJSON *gaps = test_at(accounts_run(&a, assay_audit_segments), "segment_gaps", NULL);
    size_t sensitivity = 0;
    for (const struct cJSON *gap = assay_json_first(gaps); gap != NULL; gap = assay_json_next(gap)) {
        const char *metric = assay_json_string(assay_json_get(gap, "metric"));
        ck_assert_str_ne(metric, "auc");
        ck_assert_str_ne(metric, "calibration_intercept");
        if (strcmp(metric, "sensitivity") == 0) {
            ck_assert_double_eq_tol(test_number(gap, "p_value", NULL), 34.0 / 70.0, 1e-12);
            sensitivity++;
        }
    }
    ck_assert_uint_eq(sensitivity, 2);
    accounts_clear(&a);
}
END_TEST

START_TEST(copies_of_an_account_make_no_gap_surer) /* 4 snapshots that say the same */
{
    double p[2][ASSAY_GAP_METRICS];
    accounts_init(&a);
    accounts_draw(&a, 7, 1400);
    for (int round = 0; round < 2; round++) {
        struct assay_segment_ground ground;
        struct assay_segment *segments = NULL;
        struct assay_segment_gap gap[3 * ASSAY_GAP_METRICS];
        struct assay_error err = {0};
        size_t n = 0;
        if (round == 1)
            accounts_repeat(&a, 4);
        ck_assay_ok(assay_segment_ground_make(&a.input, &ground, &err));
        ck_assay_ok(assay_segments_measure(&ground, 0, &segments, &n, &err));
        ck_assert_uint_eq(assay_segment_gaps(segments, n, gap), 3 * ASSAY_GAP_METRICS);
        for (size_t m = 0; m < ASSAY_GAP_METRICS; m++)
            p[round][m] = gap[m].p_value;
        free(segments);
        assay_segment_ground_clear(&ground);
    }
    /* d is 4 (m - 1/4) / (m - 1) with m events, 30 and more: z differs by a per cent or two. */
    for (size_t m = 0; m < ASSAY_GAP_METRICS; m++)
        ck_assert_double_eq_tol(p[1][m], p[0][m], 0.03);
    accounts_clear(&a);
}
END_TEST

static const struct {
    enum assay_gap_metric metric;
    double value, gap;
    const char *words;
} said[] = {
    {ASSAY_GAP_SENSITIVITY, 0.62, -0.14, "Retail: sensitivity 62%, 14 points below the rest"},
    {ASSAY_GAP_SPECIFICITY, 0.9, 0.01, "Retail: specificity 90%, 1 point above the rest"},
    {ASSAY_GAP_AUC, 0.71, -0.12, "Retail: AUC 0.710, 0.120 below the rest"},
    {ASSAY_GAP_CALIBRATION, 0.4, 0.4054651081081644,
     "Retail: at the same probability the odds of churn are 1.50 times the rest's, so that risk is "
     "understated there"},
};
START_TEST(a_gap_is_said_in_words)
{
    struct assay_text words = {0};
    struct assay_segment segment = {.column = "industry", .value = "Retail"};
    struct assay_segment_gap gap = {.segment = &segment,
                                    .metric = said[_i].metric,
                                    .value = said[_i].value,
                                    .gap = {.value = said[_i].gap}};
    assay_segment_gap_words(&words, &gap);
    ck_assert_str_eq(words.data, said[_i].words);
    assay_text_clear(&words);
}
END_TEST

/* ---- what may be absent ---- */

START_TEST(a_bare_score_has_rates_and_an_auc)
{
    accounts_init(&a);
    accounts_draw(&a, 8, 900);
    struct assay_performance p = alone(&a, 0, 2, false); /* the score runs the other way */
    accounts_bare(&a);
    const struct cJSON *s = segment_of(accounts_run(&a, assay_audit_segments), "industry", "Health");
    check_estimate(s, "auc", &p.auc, 1e-9);
    check_estimate(s, "sensitivity", &p.sensitivity, 1e-12);
    ck_assert(assay_json_is_null(test_at(s, "brier", "value", NULL)));
    ck_assert(assay_json_is_null(test_at(s, "calibration_intercept", "value", NULL)));
    accounts_clear(&a);
}
END_TEST

START_TEST(one_class_one_row_and_no_row)
{
    accounts_init(&a);
    a.input.used.n = 1;
    a.input.n_account = 1;
    a.prob[0] = 0.3;
    a.flagged[0] = 1;
    const struct cJSON *root = accounts_run(&a, assay_audit_segments);
    const struct cJSON *s = segment_of(root, "industry", "Retail");
    ck_assert(assay_json_is_null(test_at(s, "sensitivity", "value", NULL)));
    ck_assert(assay_json_is_null(test_at(s, "auc", "value", NULL)));
    ck_assert_double_eq(test_number(s, "specificity", "value", NULL), 0.0);
    ck_assert_double_eq(test_number(s, "brier", "value", NULL), 0.09);
    ck_assert_uint_eq(assay_json_count(test_at(root, "segment_gaps", NULL)), 0);
    a.input.used.n = 0;
    root = accounts_run(&a, assay_audit_segments);
    ck_assert_uint_eq(assay_json_count(test_at(root, "segments", NULL)), 0);
    a.input.used.n = 1;
    a.input.n_segment = 0;
    root = accounts_run(&a, assay_audit_segments);
    ck_assert_uint_eq(assay_json_count(test_at(root, "segment_gaps", NULL)), 0);
    accounts_clear(&a);
}
END_TEST

/* Plans of the telecom customers as a segment column: 15 digits of R's. */
START_TEST(plans_are_those_of_the_reference)
{
    static const char *const plans[] = {"Month-to-month", "One year", "Two year"};
    if (!sample_files_are_here())
        return;
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    accounts_init(&a);
    assay_dictionary_free(a.texts[0]);
    a.values[0] = a.texts[0] = accounts_texts(plans, 3);
    a.input.n_segment = 1;
    for (int32_t k = 0; k < 3; k++) {
        struct sample s = sample_group("p_core", "B", "plan", plans[k]);
        for (size_t i = 0; i < s.n; i++) {
            size_t row = a.input.used.n++;
            a.prob[row] = s.value[i];
            a.outcome[row] = s.outcome[i];
            a.code[0][row] = k;
        }
        sample_free(&s);
    }
    const struct cJSON *root = accounts_run(&a, assay_audit_segments);
    for (size_t k = 0; k < 3; k++) {
        const struct cJSON *s = segment_of(root, "industry", plans[k]);
        const struct cJSON *want = test_at(assay_json_root(doc), "B_core_by_plan", plans[k], NULL);
        const struct cJSON *interval = test_at(s, "auc", "interval", NULL);
        double reach = assay_json_number(accounts_item(interval, 1)) - test_number(s, "auc", "value", NULL);
        test_close("n", test_number(s, "n", NULL), test_number(want, "n", NULL), 0.0, 0.0);
        test_close("auc", test_number(s, "auc", "value", NULL), test_number(want, "auc", NULL), 1e-8, 0.0);
        test_close("se", reach / 1.959963984540054, test_number(want, "auc_delong_se", NULL), 1e-8, 0.0);
        test_close("brier", test_number(s, "brier", "value", NULL), test_number(want, "brier", NULL),
                   1e-8, 0.0);
        test_close("O/E", test_number(s, "oe_ratio", "value", NULL),
                   test_number(want, "observed_over_expected", NULL), 1e-8, 0.0);
        test_close("intercept", test_number(s, "calibration_intercept", "value", NULL),
                   test_number(want, "calibration_intercept", NULL), 1e-8, 0.0);
    }
    assay_json_free(doc);
    accounts_clear(&a);
}
END_TEST

START_TEST(every_failing_allocation_is_said)
{
    accounts_init(&a);
    accounts_draw(&a, 9, 300);
    accounts_repeat(&a, 2);
    accounts_count(&a);
    for (size_t k = 1;; k++) {
        struct assay_error err = {0};
        struct assay_audit_output out = {0};
        test_fail_allocation(k);
        enum assay_status status = assay_audit_segments(&a.input, &out, &err);
        test_fail_allocation(0);
        bool written = !out.json.out.failed;
        assay_text_clear(&out.json.out);
        if (status == ASSAY_OK && written) {
            ck_assert_uint_ge(k, 20);
            break;
        }
        ck_assert(status == ASSAY_ENOMEM || !written); /* the writer remembers its own */
    }
    accounts_clear(&a);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, a_segments_figures_are_those_of_its_rows_alone, 0, 2);
    tcase_add_test(tc, columns_come_as_declared_and_values_in_byte_order);
    tcase_add_test(tc, the_order_of_rows_does_not_matter);
    tcase_add_test(tc, a_small_cell_is_marked_and_shrunk_towards_the_whole);
    tcase_add_test(tc, a_planted_gap_is_found_first_and_said);
    tcase_add_test(tc, two_values_mirror_each_other);
    tcase_add_test(tc, tiny_segments_have_exact_tests_or_none);
    tcase_add_test(tc, copies_of_an_account_make_no_gap_surer);
    tcase_add_loop_test(tc, a_gap_is_said_in_words, 0, COUNT(said));
    tcase_add_test(tc, a_bare_score_has_rates_and_an_auc);
    tcase_add_test(tc, one_class_one_row_and_no_row);
    tcase_add_test(tc, plans_are_those_of_the_reference);
    tcase_add_test(tc, every_failing_allocation_is_said);
}

ASSAY_SUITE("groups/segments", add_tests)
