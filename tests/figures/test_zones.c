#include "validate/figures/zones.h"

#include <math.h>
#include <string.h>

#include "core/base/json.h"
#include "core/metric/interval.h"
#include "tests/support/suite.h"
#include "validate/figures/periods.h"

/* Eight rows of five accounts in two zones and two quarters. */
enum { N = 8 };
static double score[N] = {10, 20, 49.9, 50, 60, 70, 80, 90};
static double prob[N] = {0.9, 0.8, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1};
static unsigned char flagged[N] = {1, 1, 1, 0, 0, 0, 0, 0}, outcome[N] = {1, 0, 1, 1, 0, 0, 0, 0};
static double value[N] = {100, 200, NAN, 400, 500, 600, 700, 800};
static int32_t account[N] = {0, 0, 1, 2, 2, 3, 4, 4};
static int32_t as_of[N]; /* four days of 2026-Q1, three of Q2, one undated */

static char low_name[] = "Critical", high_name[] = "Healthy";
static struct assay_zone zones[2] = {{low_name, 0}, {high_name, 50}};
static struct assay_spec spec;
static struct assay_audit_spec rules;

static int32_t day(const char *text)
{
    int32_t days;
    ck_assert(assay_date_parse(text, strlen(text), &days));
    return days;
}

static struct assay_audit_input eight_rows(void)
{
    for (size_t i = 0; i < N; i++)
        as_of[i] = i < 4 ? day("2026-01-31") + (int32_t)i : i < 7 ? day("2026-04-01") : ASSAY_NO_DATE;
    spec = (struct assay_spec){.zones = zones, .n_zone = 2};
    return (struct assay_audit_input){.spec = &spec,
                                      .rules = &rules,
                                      .higher_is = ASSAY_HIGHER_IS_HEALTH,
                                      .n_account = 5,
                                      .used = {.n = N,
                                               .n_event = 3,
                                               .score = score,
                                               .prob = prob,
                                               .flagged = flagged,
                                               .outcome = outcome,
                                               .account = account,
                                               .as_of = as_of,
                                               .value = value}};
}

static struct assay_json *written(const struct assay_audit_input *input, struct assay_audit_output *out)
{
    struct assay_error err = {0};
    struct assay_json *doc = NULL;
    *out = (struct assay_audit_output){0};
    assay_json_open(&out->json, NULL, '{');
    ck_assay_ok(assay_audit_zones(input, out, &err));
    assay_json_close(&out->json);
    ck_assay_ok(assay_json_parse("audit", out->json.out.data, out->json.out.length, ASSAY_JSON_STRICT,
                                 &doc, &err));
    assay_text_clear(&out->json.out);
    return doc;
}

static const struct cJSON *element(const struct cJSON *list, size_t k)
{
    const struct cJSON *at = assay_json_first(list);
    while (k-- > 0)
        at = assay_json_next(at);
    return at;
}

static double interval_low(const struct cJSON *of)
{
    return assay_json_number(assay_json_first(test_at(of, "interval", NULL)));
}

START_TEST(zones_count_rows_events_and_what_they_are_worth)
{
    struct assay_audit_output out;
    struct assay_audit_input input = eight_rows();
    struct assay_json *doc = written(&input, &out);
    const struct cJSON *list = test_at(assay_json_root(doc), "zones", NULL);
    const struct cJSON *low = element(list, 0), *high = element(list, 1);
    ck_assert_uint_eq(assay_json_count(list), 2);
    ck_assert_str_eq(assay_json_string(test_at(low, "name", NULL)), "Critical");
    ck_assert_double_eq(test_number(low, "n", NULL), 3); /* 49.9 is not 50 */
    ck_assert_double_eq(test_number(low, "events", NULL), 2);
    ck_assert_double_eq(test_number(low, "value", NULL), 300);
    ck_assert_double_eq(test_number(low, "value_lost", NULL), 100);
    ck_assert_double_eq(test_number(high, "from", NULL), 50);
    ck_assert_double_eq(test_number(high, "value_lost", NULL), 400);
    test_close("low", interval_low(high), assay_rate_of(1, 5).wilson.low, 1e-15, 0);
    ck_assert_uint_eq(out.advice.n, 0);
    assay_json_free(doc);
}
END_TEST

/* Of the healthy zone: accounts 2 (1, 0), 3 (0) and 4 (0, 0), rate 1/5: sums 0.6, -0.2, -0.4, squares of the
 * rows 0.64 + 4 * 0.04, so d = 3/2 * 0.56 / (5/4 * 0.8) = 0.84: taken as 1. Of the critical one: accounts
 * 0 (1, 0) and 1 (1), rate 2/3: 2 * (1/9 + 1/9) / (3/2 * 2/3) = 4/9: 1. With account 2 all over the healthy
 * zone but for one row, d is above 1. */
START_TEST(accounts_that_repeat_widen_the_rate)
{
    struct assay_audit_output out;
    struct assay_audit_input input = eight_rows();
    static int32_t twins[N] = {0, 1, 2, 3, 3, 4, 4, 4};
    static unsigned char alike[N] = {1, 0, 1, 1, 1, 0, 0, 0};
    input.repeated = true;
    struct assay_json *doc = written(&input, &out);
    double plain = assay_rate_of(1, 5).wilson.low;
    test_close("low", interval_low(element(test_at(assay_json_root(doc), "zones", NULL), 1)), plain, 1e-15,
               0);
    assay_json_free(doc);
    input.used.account = twins;
    input.used.outcome = alike;
    doc = written(&input, &out);
    /* Rate 2/5: sums 1.2 and -1.2, squares of the rows 2 * 0.36 + 3 * 0.16 = 1.2. */
    double d = 2 * 2.88 / (1.25 * 1.2);
    test_close("low", interval_low(element(test_at(assay_json_root(doc), "zones", NULL), 1)),
               assay_wilson_of_share(0.4, 5 / d, ASSAY_LEVEL).low, 1e-14, 0);
    assay_json_free(doc);
}
END_TEST

START_TEST(a_zone_that_is_surely_worse_than_the_one_below_is_advised_on)
{
    enum { MANY = 200 };
    static double scores[MANY];
    static unsigned char outcomes[MANY], flags[MANY];
    struct assay_audit_output out;
    struct assay_audit_input input = eight_rows();
    for (size_t i = 0; i < MANY; i++) {
        scores[i] = i < 100 ? 10 : 90;
        outcomes[i] = i >= 100 && i % 2;
    }
    input.used = (struct assay_audit_set){
        .n = MANY, .n_event = 50, .score = scores, .outcome = outcomes, .flagged = flags};
    struct assay_json *doc = written(&input, &out);
    ck_assert_uint_eq(out.advice.n, 1);
    ck_assert_int_eq(out.advice.line[0].urgency, 1);
    ck_assert_str_eq(out.advice.line[0].text,
                     "Healthy has more churn (50.0%) than Critical below it (0.0%): the zones are out of "
                     "order, so look at what sets these accounts apart before the next release");
    assay_json_free(doc);
}
END_TEST

START_TEST(periods_are_quarters_of_dated_rows)
{
    struct assay_audit_output out;
    struct assay_audit_input input = eight_rows();
    struct assay_json *doc = written(&input, &out);
    const struct cJSON *list = test_at(assay_json_root(doc), "periods", NULL);
    const struct cJSON *first = element(list, 0), *second = element(list, 1);
    ck_assert_uint_eq(assay_json_count(list), 2);
    ck_assert_str_eq(assay_json_string(test_at(first, "period", NULL)), "2026-Q1");
    ck_assert_str_eq(assay_json_string(test_at(first, "from", NULL)), "2026-01-31");
    ck_assert_str_eq(assay_json_string(test_at(first, "to", NULL)), "2026-02-03");
    ck_assert_double_eq(test_number(first, "n", NULL), 4);
    ck_assert_double_eq(test_number(first, "observed", NULL), 3);
    test_close("expected", test_number(first, "expected", NULL), 2.6, 1e-14, 0);
    test_close("sensitivity", test_number(first, "sensitivity", "value", NULL), 2.0 / 3, 1e-15, 0);
    ck_assert_double_eq(test_number(first, "specificity", "value", NULL), 0);
    ck_assert_str_eq(assay_json_string(test_at(second, "period", NULL)), "2026-Q2");
    ck_assert_double_eq(test_number(second, "n", NULL), 3);
    ck_assert(assay_json_is_null(test_at(second, "sensitivity", "value", NULL)));
    ck_assert(!assay_json_bool(test_at(second, "past", NULL)));
    assay_json_free(doc);
}
END_TEST

START_TEST(past_audits_come_before_with_what_their_files_say)
{
    struct assay_audit_output out;
    struct assay_audit_input input = eight_rows();
    struct assay_past_audit past[2] = {
        {.from = ASSAY_NO_DATE, .to = ASSAY_NO_DATE, .n = 10, .n_event = 2, .expected = NAN,
         .sensitivity = {0.5, 0.1, 0.9}, .specificity = {0.8, 0.6, 0.9}},
        {.from = day("2025-08-01"), .to = day("2025-12-31"), .n = 20, .n_event = 5, .expected = 4.5,
         .sensitivity = {0.6, 0.3, 0.8}, .specificity = {0.7, 0.5, 0.9}}};
    input.past = past;
    input.n_past = 2;
    struct assay_json *doc = written(&input, &out);
    const struct cJSON *list = test_at(assay_json_root(doc), "periods", NULL);
    ck_assert_uint_eq(assay_json_count(list), 4);
    ck_assert_str_eq(assay_json_string(test_at(element(list, 0), "period", NULL)), "undated");
    ck_assert(assay_json_is_null(test_at(element(list, 0), "from", NULL)));
    ck_assert(assay_json_is_null(test_at(element(list, 0), "expected", NULL)));
    const struct cJSON *second = element(list, 1);
    ck_assert_str_eq(assay_json_string(test_at(second, "period", NULL)), "2025-Q3 to 2025-Q4");
    ck_assert_double_eq(test_number(second, "sensitivity", "value", NULL), 0.6);
    ck_assert_double_eq(interval_low(test_at(second, "specificity", NULL)), 0.5);
    ck_assert_double_eq(test_number(second, "observed", NULL), 5);
    ck_assert(assay_json_bool(test_at(second, "past", NULL)));
    assay_json_free(doc);
}
END_TEST

START_TEST(quarters_are_named_on_either_side_of_1970)
{
    char name[ASSAY_PERIOD_SIZE];
    ck_assert_str_eq(assay_period_name(day("1969-12-31"), day("1969-12-31"), name), "1969-Q4");
    ck_assert_str_eq(assay_period_name(day("1969-03-31"), day("1970-01-01"), name), "1969-Q1 to 1970-Q1");
    ck_assert_str_eq(assay_period_name(day("1000-01-01"), day("9999-12-31"), name), "1000-Q1 to 9999-Q4");
}
END_TEST

START_TEST(weights_stand_beside_the_champions)
{
    char a[] = "logins", b[] = "tickets", product[] = "product", support[] = "support";
    struct assay_signal_spec ours[] = {{.name = a, .dimension = product}, {.name = b, .dimension = support}};
    struct assay_signal_spec theirs[] = {{.name = b, .dimension = support}};
    double weight[] = {0.7, 0.3}, before[] = {1};
    struct assay_estimate interval[] = {{0.7, 0.5, 0.9}, {0.3, NAN, NAN}};
    struct assay_model model = {.spec = {.signals = ours}, .n_signal = 2, .weight = weight,
                                .weight_interval = interval};
    struct assay_model champion = {.spec = {.signals = theirs}, .n_signal = 1, .weight = before};
    struct assay_audit_output out;
    struct assay_audit_input input = eight_rows();
    input.model = &model;
    input.champion = &champion;
    struct assay_json *doc = written(&input, &out);
    const struct cJSON *list = test_at(assay_json_root(doc), "weights", NULL);
    const struct cJSON *first = element(list, 0), *second = element(list, 1);
    ck_assert_str_eq(assay_json_string(test_at(first, "signal", NULL)), "logins");
    ck_assert_double_eq(interval_low(first), 0.5);
    ck_assert(assay_json_is_null(test_at(first, "champion_weight", NULL)));
    ck_assert_str_eq(assay_json_string(test_at(second, "dimension", NULL)), "support");
    ck_assert(assay_json_is_null(test_at(second, "interval", NULL)));
    ck_assert_double_eq(test_number(second, "champion_weight", NULL), 1);
    assay_json_free(doc);
}
END_TEST

START_TEST(a_bare_score_without_dates_zones_or_accounts_has_its_sections)
{
    struct assay_audit_output out;
    struct assay_audit_input input = eight_rows();
    spec.n_zone = 0;
    input.used.prob = input.used.value = NULL;
    input.used.as_of = input.used.account = NULL;
    struct assay_json *doc = written(&input, &out);
    ck_assert_uint_eq(assay_json_count(test_at(assay_json_root(doc), "zones", NULL)), 0);
    ck_assert_uint_eq(assay_json_count(test_at(assay_json_root(doc), "periods", NULL)), 0);
    ck_assert(assay_json_is_null(test_at(assay_json_root(doc), "weights", NULL)));
    assay_json_free(doc);
    input = eight_rows();
    input.used.prob = input.used.value = NULL;
    doc = written(&input, &out);
    const struct cJSON *zone = element(test_at(assay_json_root(doc), "zones", NULL), 0);
    ck_assert(assay_json_is_null(test_at(zone, "value", NULL)));
    const struct cJSON *period = element(test_at(assay_json_root(doc), "periods", NULL), 0);
    ck_assert(assay_json_is_null(test_at(period, "expected", NULL)));
    assay_json_free(doc);
}
END_TEST

START_TEST(a_score_below_all_zones_is_refused)
{
    struct assay_error err = {0};
    struct assay_audit_output out = {0};
    struct assay_audit_input input = eight_rows();
    double below[N] = {-1};
    input.used.score = below;
    ck_assert_int_eq(assay_audit_zones(&input, &out, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "zones: score[0] is -1; expected at least the lowest zone's bound");
    ck_assert_ptr_null(out.json.out.data);
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    struct assay_audit_input input = eight_rows();
    input.repeated = true;
    for (size_t n = 1;; n++) {
        struct assay_error err = {0};
        struct assay_audit_output out = {0};
        assay_json_open(&out.json, NULL, '{');
        test_fail_allocation(n);
        enum assay_status status = assay_audit_zones(&input, &out, &err);
        size_t made = test_allocations();
        test_fail_allocation(0);
        /* The writer remembers its own, and its owner asks it at the end. */
        ck_assert(status == ASSAY_ENOMEM || out.json.out.failed || made < n);
        assay_text_clear(&out.json.out);
        if (made < n) {
            ck_assay_ok(status);
            ck_assert_uint_gt(n, 5);
            return;
        }
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, zones_count_rows_events_and_what_they_are_worth);
    tcase_add_test(tc, accounts_that_repeat_widen_the_rate);
    tcase_add_test(tc, a_zone_that_is_surely_worse_than_the_one_below_is_advised_on);
    tcase_add_test(tc, periods_are_quarters_of_dated_rows);
    tcase_add_test(tc, past_audits_come_before_with_what_their_files_say);
    tcase_add_test(tc, quarters_are_named_on_either_side_of_1970);
    tcase_add_test(tc, weights_stand_beside_the_champions);
    tcase_add_test(tc, a_bare_score_without_dates_zones_or_accounts_has_its_sections);
    tcase_add_test(tc, a_score_below_all_zones_is_refused);
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("figures/zones", add_tests)
