#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "tests/metric/sample.h"
#include "validate/champion/comparison.h"
#include "validate/champion/promotion.h"

/* ---- an input by hand ---- */

static struct assay_zone four_zones[] = {
    {(char[]){"Critical"}, 0}, {(char[]){"At Risk"}, 25}, {(char[]){"Neutral"}, 50}, {(char[]){"Healthy"}, 75}};
static char champion_version[] = "2.0";
static struct assay_zone two_zones[] = {{(char[]){"Red"}, 0}, {(char[]){"Green"}, 60}};

struct rivals {
    struct assay_model model, champion;
    struct assay_audit_spec rules;
    struct assay_audit_input input;
    struct assay_audit_output out;
    struct assay_json *doc; /* of what was written */
};

/* Scores are 100 (1 - prob); the line is at probability 0.5 for either. */
static void rivals_init(struct rivals *r, size_t n)
{
    *r = (struct rivals){.model = {.spec = {.zones = four_zones, .n_zone = 4},
                                   .training = {.from = 100, .to = 200}},
                         .champion = {.spec = {.zones = two_zones, .n_zone = 2},
                                      .version = champion_version}};
    r->input = (struct assay_audit_input){.model = &r->model,
                                          .champion = &r->champion,
                                          .rules = &r->rules,
                                          .line = 50,
                                          .line_probability = 0.5,
                                          .from = 300,
                                          .to = 400};
    struct assay_audit_set *set = &r->input.used;
    *set = (struct assay_audit_set){.n = n,
                                    .score = calloc(n, sizeof(double)),
                                    .prob = calloc(n, sizeof(double)),
                                    .flagged = calloc(n, 1),
                                    .outcome = calloc(n, 1),
                                    .champion_score = calloc(n, sizeof(double)),
                                    .champion_prob = calloc(n, sizeof(double)),
                                    .champion_flagged = calloc(n, 1)};
}

static void put(struct rivals *r, size_t i, double challenger, double champion, unsigned char outcome)
{
    struct assay_audit_set *set = &r->input.used;
    set->prob[i] = challenger;
    set->score[i] = 100 * (1 - challenger);
    set->flagged[i] = challenger >= 0.5;
    set->champion_prob[i] = champion;
    set->champion_score[i] = 100 * (1 - champion);
    set->champion_flagged[i] = champion >= 0.5;
    set->outcome[i] = outcome;
    set->n_event += outcome;
}

static void rivals_clear(struct rivals *r)
{
    struct assay_audit_set *set = &r->input.used;
    free(set->score);
    free(set->prob);
    free(set->flagged);
    free(set->outcome);
    free(set->account);
    free(set->champion_score);
    free(set->champion_prob);
    free(set->champion_flagged);
    assay_text_clear(&r->out.json.out);
    assay_json_free(r->doc);
}

/* The section, read back; NULL where it is null. */
static const struct cJSON *compare(struct rivals *r)
{
    struct assay_error err = {0};
    struct assay_json_writer *json = &r->out.json;
    assay_text_clear(&json->out);
    assay_json_free(r->doc);
    r->doc = NULL;
    r->out = (struct assay_audit_output){0};
    assay_json_open(json, NULL, '{');
    ck_assay_ok(assay_audit_comparison(&r->input, &r->out, &err));
    assay_json_close(json);
    ck_assay_ok(assay_json_parse("audit", json->out.data, json->out.length, ASSAY_JSON_STRICT, &r->doc,
                                 &err));
    const struct cJSON *section = test_at(assay_json_root(r->doc), "comparison", NULL);
    return assay_json_is_null(section) ? NULL : section;
}

static const struct cJSON *difference_of(const struct cJSON *section, const char *metric)
{
    for (const struct cJSON *d = assay_json_first(test_at(section, "differences", NULL)); d != NULL;
         d = assay_json_next(d))
        if (strcmp(assay_json_string(assay_json_get(d, "metric")), metric) == 0)
            return d;
    ck_abort_msg("no difference of %s", metric);
    return NULL;
}

static double end_of(const struct cJSON *difference, bool high)
{
    const struct cJSON *low = assay_json_first(test_at(difference, "difference", "interval", NULL));
    return assay_json_number(high ? assay_json_next(low) : low);
}

static void check_text(const struct cJSON *object, const char *key, const char *text)
{
    const struct cJSON *value = assay_json_get(object, key);
    ck_assert(value != NULL && assay_json_is_string(value));
    ck_assert_str_eq(assay_json_string(value), text);
}

/* ---- against the reference ---- */

/* 15 digits; sums of thousands of placements in another order: two digits more. */
START_TEST(two_models_on_real_customers_agree_with_the_reference)
{
    if (!sample_files_are_here())
        return;
    struct rivals r;
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    const struct cJSON *want = test_at(assay_json_root(doc), "B_core_vs_small", NULL);
    struct sample a = sample_read("p_core", "B"), b = sample_read("p_small", "B");
    rivals_init(&r, a.n);
    for (size_t i = 0; i < a.n; i++)
        put(&r, i, a.value[i], b.value[i], a.outcome[i]);
    const struct cJSON *got = compare(&r), *auc = difference_of(got, "auc");
    const struct cJSON *low = assay_json_first(test_at(want, "ci95", NULL));
    const struct cJSON *rows = test_at(want, "mcnemar", "threshold_0.5", NULL);
    test_close("challenger", test_number(got, "challenger", "auc", NULL),
               test_number(want, "auc_a", NULL), 1e-13, 0);
    test_close("champion", test_number(auc, "champion", NULL), test_number(want, "auc_b", NULL), 1e-13,
               0);
    test_close("difference", test_number(auc, "difference", "value", NULL),
               test_number(want, "difference", NULL), 1e-12, 0);
    test_close("low", end_of(auc, false), assay_json_number(low), 1e-11, 0);
    test_close("high", end_of(auc, true), assay_json_number(assay_json_next(low)), 1e-11, 0);
    /* erfc at z = 7.4 magnifies an error of z by z squared */
    test_close("p", test_number(auc, "p_value", NULL), test_number(want, "p_value", NULL), 1e-9, 0);
    test_close("Brier", test_number(difference_of(got, "brier"), "difference", "value", NULL),
               test_number(want, "brier_difference", NULL), 1e-12, 0);
    ck_assert_uint_eq((size_t)test_number(got, "mcnemar", "only_challenger", NULL),
                      (size_t)test_number(rows, "only_a_correct", NULL));
    ck_assert_uint_eq((size_t)test_number(got, "mcnemar", "both_wrong", NULL),
                      (size_t)test_number(rows, "both_wrong", NULL));
    test_close("mid-p", test_number(got, "mcnemar", "p_value", NULL),
               test_number(rows, "p_mid_p", NULL), 1e-11, 0);
    test_close("exact p", test_number(got, "mcnemar", "p_exact", NULL),
               test_number(rows, "p_exact_binomial", NULL), 1e-11, 0);
    rivals_clear(&r);
    sample_free(&a);
    sample_free(&b);
    assay_json_free(doc);
}
END_TEST

/* ---- by hand ---- */

/* Ten rows, four events. Challenger flags rows 0 1 2 4, champion 0 1 4 5. */
static const struct {
    double challenger, champion;
    unsigned char outcome;
} ten[] = {{0.9, 0.8, 1}, {0.7, 0.6, 1}, {0.6, 0.4, 1}, {0.3, 0.2, 1}, {0.6, 0.7, 0},
           {0.4, 0.55, 0}, {0.3, 0.3, 0}, {0.2, 0.1, 0}, {0.1, 0.3, 0}, {0.05, 0.02, 0}};

static void put_ten(struct rivals *r)
{
    rivals_init(r, 10);
    for (size_t i = 0; i < 10; i++)
        put(r, i, ten[i].challenger, ten[i].champion, ten[i].outcome);
}

START_TEST(figures_are_what_the_rows_say)
{
    struct rivals r;
    put_ten(&r);
    const struct cJSON *got = compare(&r);
    ck_assert_uint_eq((size_t)test_number(got, "n", NULL), 10);
    ck_assert_uint_eq((size_t)test_number(got, "events", NULL), 4);
    test_close("sensitivity", test_number(got, "challenger", "sensitivity", NULL), 0.75, 1e-14, 0);
    test_close("sensitivity", test_number(got, "champion", "sensitivity", NULL), 0.5, 1e-14, 0);
    test_close("specificity", test_number(got, "challenger", "specificity", NULL), 5.0 / 6, 1e-14, 0);
    test_close("specificity", test_number(got, "champion", "specificity", NULL), 4.0 / 6, 1e-14, 0);
    /* at probability 0.5 a false alarm costs what a hit is worth: (3 - 1) / 10, (2 - 2) / 10 */
    test_close("net benefit", test_number(got, "challenger", "net_benefit", NULL), 0.2, 1e-14, 0);
    test_close("net benefit", test_number(got, "champion", "net_benefit", NULL), 0, 1e-14, 1);
    test_close("ppv", test_number(got, "challenger", "ppv", NULL), 0.75, 1e-14, 0);
    ck_assert_uint_eq((size_t)test_number(got, "champion", "flagged", NULL), 4);
    /* pairs in the right order: 24 less those of row 3 (0.3) with 4, 5 and half of 6, and a half of 2
     * with 4; champion: row 0 wins 6, 1 loses to 4, 2 to 4 and 5, 3 (0.2) beats 7 and 9 alone */
    test_close("auc", test_number(got, "challenger", "auc", NULL), (24 - 2.5 - 0.5) / 24, 1e-14, 0);
    test_close("auc", test_number(got, "champion", "auc", NULL), (6 + 5 + 4 + 2) / 24.0, 1e-14, 0);
    ck_assert_uint_eq((size_t)test_number(got, "mcnemar", "both_right", NULL), 6);
    ck_assert_uint_eq((size_t)test_number(got, "mcnemar", "only_challenger", NULL), 2);
    ck_assert_uint_eq((size_t)test_number(got, "mcnemar", "only_champion", NULL), 0);
    test_close("mid-p", test_number(got, "mcnemar", "p_value", NULL), 0.25, 1e-13, 0);
    rivals_clear(&r);
}
END_TEST

START_TEST(moves_are_from_the_champion_s_zone_to_ours)
{
    static const struct {
        const char *from, *to;
        size_t n, n_event;
    } want[] = {{"Red", "Critical", 1, 1}, {"Red", "At Risk", 2, 1},  {"Red", "Neutral", 1, 0},
                {"Green", "At Risk", 1, 1}, {"Green", "Neutral", 2, 1}, {"Green", "Healthy", 3, 0}};
    struct rivals r;
    put_ten(&r);
    const struct cJSON *move = assay_json_first(test_at(compare(&r), "moves", NULL));
    for (size_t k = 0; k < COUNT(want); k++, move = assay_json_next(move)) {
        ck_assert_ptr_nonnull(move);
        check_text(move, "from", want[k].from);
        check_text(move, "to", want[k].to);
        ck_assert_uint_eq((size_t)test_number(move, "n", NULL), want[k].n);
        ck_assert_uint_eq((size_t)test_number(move, "events", NULL), want[k].n_event);
    }
    ck_assert_ptr_null(move);
    rivals_clear(&r);
}
END_TEST

START_TEST(rows_that_the_champion_leaves_out_do_not_count)
{
    struct rivals r;
    put_ten(&r);
    r.input.used.champion_prob[0] = r.input.used.champion_score[0] = NAN;
    const struct cJSON *got = compare(&r);
    ck_assert_uint_eq((size_t)test_number(got, "n", NULL), 9);
    ck_assert_uint_eq((size_t)test_number(got, "events", NULL), 3);
    ck_assert_uint_eq((size_t)test_number(got, "left_out", NULL), 1);
    test_close("sensitivity", test_number(got, "challenger", "sensitivity", NULL), 2.0 / 3, 1e-14, 0);
    for (size_t i = 0; i < 10; i++)
        r.input.used.champion_prob[i] = NAN;
    got = compare(&r);
    ck_assert_uint_eq((size_t)test_number(got, "n", NULL), 0);
    check_text(got, "words",
               "The champion scores none of the audited rows: there is nothing to compare.");
    rivals_clear(&r);
}
END_TEST

START_TEST(there_is_nothing_to_compare_without_a_champion_or_probabilities)
{
    struct rivals r;
    put_ten(&r);
    r.input.champion = NULL;
    ck_assert_ptr_null(compare(&r));
    r.input.champion = &r.champion;
    double *prob = r.input.used.prob;
    r.input.used.prob = NULL;
    ck_assert_ptr_null(compare(&r));
    r.input.used.prob = prob;
    r.input.model = NULL; /* probabilities of another's: they have no zones */
    ck_assert_ptr_null(assay_json_first(test_at(compare(&r), "moves", NULL)));
    rivals_clear(&r);
}
END_TEST

START_TEST(an_outcome_called_impossible_leaves_out_the_log_loss_alone)
{
    struct rivals r;
    put_ten(&r);
    const struct cJSON *got = compare(&r);
    double auc = test_number(got, "challenger", "auc", NULL);
    put(&r, 0, 1, 0.8, 1); /* still the riskiest */
    put(&r, 3, ten[3].challenger, 0, 1);
    r.input.used.n_event -= 2;
    got = compare(&r);
    ck_assert(assay_json_is_null(test_at(got, "champion", "log_loss", NULL)));
    ck_assert(assay_json_is_null(test_at(difference_of(got, "log_loss"), "difference", "value", NULL)));
    ck_assert_double_eq(test_number(got, "challenger", "auc", NULL), auc);
    test_close("auc", test_number(got, "champion", "auc", NULL), 15 / 24.0, 1e-14, 0);
    double brier = 0;
    for (size_t i = 0; i < 10; i++)
        brier += pow(r.input.used.champion_prob[i] - r.input.used.outcome[i], 2) / 10;
    test_close("Brier", test_number(got, "champion", "brier", NULL), brier, 1e-13, 0);
    rivals_clear(&r);
}
END_TEST

/* One class: no AUC, no sensitivity; a bare line: no net benefit. What is left is there. */
START_TEST(what_is_not_defined_is_null)
{
    struct rivals r;
    put_ten(&r);
    memset(r.input.used.outcome, 0, 10);
    r.input.used.n_event = 0;
    r.input.line_probability = NAN;
    const struct cJSON *got = compare(&r);
    ck_assert(assay_json_is_null(test_at(got, "champion", "auc", NULL)));
    ck_assert(assay_json_is_null(test_at(got, "champion", "sensitivity", NULL)));
    ck_assert(assay_json_is_null(test_at(got, "champion", "net_benefit", NULL)));
    ck_assert(!assay_json_is_null(test_at(got, "champion", "specificity", NULL)));
    check_text(difference_of(got, "auc"), "method", "not defined");
    rivals_clear(&r);
}
END_TEST

/* ---- accounts ---- */

/* Every row four times: as one account's snapshots they are no news, as four accounts' they are. */
START_TEST(snapshots_of_an_account_are_not_counted_as_news)
{
    struct rivals once, four;
    uint64_t seed = 5;
    rivals_init(&once, 200);
    rivals_init(&four, 800);
    four.input.used.account = calloc(800, sizeof(int32_t));
    for (size_t i = 0; i < 800; i++) {
        if (i % 4 == 0) {
            double risk = random_unit(&seed);
            put(&once, i / 4, 0.2 + 0.6 * risk, 0.4 * risk + 0.6 * random_unit(&seed),
                random_unit(&seed) < risk);
        }
        struct assay_audit_set *set = &once.input.used;
        put(&four, i, set->prob[i / 4], set->champion_prob[i / 4], set->outcome[i / 4]);
        four.input.used.account[i] = (int32_t)(i / 4);
    }
    const struct cJSON *a = compare(&once), *b = compare(&four);
    for (size_t k = 0; k < ASSAY_RIVAL_METRICS; k++) {
        const char *metric = assay_rival_metric_names[k];
        /* Newcombe's limits allow for the rows that the design effect leaves: see its own test */
        double tolerance = k == ASSAY_RIVAL_SENSITIVITY || k == ASSAY_RIVAL_SPECIFICITY ? 0.01 : 1e-10;
        test_close(metric, end_of(difference_of(b, metric), false), end_of(difference_of(a, metric), false),
                   tolerance, 1);
        test_close(metric, end_of(difference_of(b, metric), true), end_of(difference_of(a, metric), true),
                   tolerance, 1);
    }
    check_text(test_at(b, "mcnemar", NULL), "method", "Obuchowski (1998), by account");
    ck_assert(assay_json_is_null(test_at(b, "mcnemar", "p_exact", NULL)));
    ck_assert_double_gt(test_number(b, "mcnemar", "p_value", NULL),
                        0.5 * test_number(a, "mcnemar", "p_value", NULL));
    rivals_clear(&once);
    rivals_clear(&four);
}
END_TEST

START_TEST(the_order_of_rows_does_not_matter)
{
    struct rivals forth, back;
    rivals_init(&forth, 300);
    rivals_init(&back, 300);
    uint64_t seed = (uint64_t)_i + 50;
    for (size_t i = 0; i < 300; i++) {
        double risk = random_unit(&seed), own = 0.5 * risk + 0.5 * random_unit(&seed);
        unsigned char outcome = random_unit(&seed) < 0.5 * risk;
        put(&forth, i, risk, own, outcome);
        put(&back, 299 - i, risk, own, outcome);
    }
    const struct cJSON *a = compare(&forth), *b = compare(&back);
    for (size_t k = 0; k < ASSAY_RIVAL_METRICS; k++)
        test_close("low", end_of(difference_of(a, assay_rival_metric_names[k]), false),
                   end_of(difference_of(b, assay_rival_metric_names[k]), false), 1e-11, 1);
    rivals_clear(&forth);
    rivals_clear(&back);
}
END_TEST

/* ---- promotion ---- */

static struct assay_differences differences_with(enum assay_rival_metric metric, double low, double high)
{
    struct assay_differences d = {0};
    for (size_t k = 0; k < ASSAY_RIVAL_METRICS; k++)
        d.metrics[k].difference = (struct assay_estimate){0, -0.001, 0.001};
    d.metrics[metric].difference = (struct assay_estimate){(low + high) / 2, low, high};
    return d;
}

/* A margin of 0.01 in the metric, and one of 0.002 in the AUC that always holds. */
static const struct {
    enum assay_rival_metric metric;
    double low, high;
    bool in_sample;
    enum assay_promotion_result result;
} cases[] = {
    {ASSAY_RIVAL_SENSITIVITY, -0.009, 0.02, false, ASSAY_PROMOTE},
    {ASSAY_RIVAL_SENSITIVITY, -0.01, 0.02, false, ASSAY_UNDECIDED}, /* within is not at */
    {ASSAY_RIVAL_SENSITIVITY, -0.03, -0.01, false, ASSAY_UNDECIDED},
    {ASSAY_RIVAL_SENSITIVITY, -0.03, -0.011, false, ASSAY_KEEP},
    {ASSAY_RIVAL_SENSITIVITY, 0.02, 0.03, false, ASSAY_PROMOTE},
    {ASSAY_RIVAL_BRIER, -0.05, 0.009, false, ASSAY_PROMOTE}, /* less is better */
    {ASSAY_RIVAL_BRIER, -0.05, 0.011, false, ASSAY_UNDECIDED},
    {ASSAY_RIVAL_LOG_LOSS, 0.011, 0.05, false, ASSAY_KEEP},
    {ASSAY_RIVAL_LOG_LOSS, -0.05, -0.02, false, ASSAY_PROMOTE},
    {ASSAY_RIVAL_NET_BENEFIT, NAN, NAN, false, ASSAY_UNDECIDED},
    {ASSAY_RIVAL_SENSITIVITY, 0.02, 0.03, true, ASSAY_UNDECIDED}, /* nothing speaks for it in sample, */
    {ASSAY_RIVAL_SENSITIVITY, -0.03, -0.011, true, ASSAY_KEEP},   /* but what does against it, does */
};

START_TEST(every_margin_must_hold)
{
    struct assay_differences d = differences_with(cases[_i].metric, cases[_i].low, cases[_i].high);
    struct assay_margin margins[] = {
        {(char *)(uintptr_t)assay_rival_metric_names[cases[_i].metric], 0.01}, {(char[]){"auc"}, 0.002}};
    struct assay_promotion promotion;
    struct assay_text words = {0};
    assay_promotion_decide(margins, 2, &d, cases[_i].in_sample, &promotion);
    ck_assert_int_eq(promotion.result, cases[_i].result);
    ck_assert_int_eq(promotion.rule[1].holding, ASSAY_HOLDS);
    assay_promotion_say(&promotion, &words);
    static const char *const begin[] = {"Promote ", "Keep ", "Undecided: "};
    ck_assert(strncmp(words.data, begin[promotion.result], strlen(begin[promotion.result])) == 0);
    ck_assert((strstr(words.data, "fitted to these rows") != NULL) ==
              (cases[_i].in_sample && promotion.result == ASSAY_UNDECIDED));
    assay_text_clear(&words);
}
END_TEST

START_TEST(a_rule_is_held_against_the_rows_and_says_where_it_stands)
{
    struct assay_margin margins[] = {{(char[]){"sensitivity"}, 0.9}, {(char[]){"brier"}, 0.5}};
    struct rivals r;
    put_ten(&r);
    r.rules = (struct assay_audit_spec){.promotion = margins, .n_promotion = 2};
    const struct cJSON *got = test_at(compare(&r), "promotion", NULL);
    const struct cJSON *first = assay_json_first(test_at(got, "rule", NULL));
    check_text(got, "result", "promote");
    check_text(got, "declared", "in the model");
    check_text(first, "metric", "sensitivity");
    test_close("difference", test_number(first, "difference", NULL), 0.25, 1e-14, 0);
    ck_assert(assay_json_bool(test_at(first, "holds", NULL)));
    ck_assert_double_eq(test_number(assay_json_next(first), "low_or_high", NULL),
                        end_of(difference_of(test_at(assay_json_root(r.doc), "comparison", NULL), "brier"),
                               true));
    ck_assert_uint_eq(r.out.advice.n, 1);
    ck_assert_str_eq(r.out.advice.line[0].text, "Promote the new model: against the champion (version 2.0) "
                                                "every margin of the promotion rule holds");
    margins[0].margin = 0.001;
    r.input.rules_name = "may.json";
    r.input.rules_sha256 = "abc";
    got = test_at(compare(&r), "promotion", NULL);
    check_text(got, "result", "undecided");
    check_text(got, "declared", "--rules may.json, sha256 abc");
    ck_assert(assay_json_is_null(test_at(assay_json_first(test_at(got, "rule", NULL)), "holds", NULL)));
    r.input.from = 150; /* days that it was fitted to */
    margins[0].margin = 0.9;
    check_text(test_at(compare(&r), "promotion", NULL), "result", "undecided");
    rivals_clear(&r);
}
END_TEST

START_TEST(without_a_rule_it_is_said_how_to_declare_one)
{
    struct rivals r;
    put_ten(&r);
    const struct cJSON *got = compare(&r);
    ck_assert(assay_json_is_null(test_at(got, "promotion", NULL)));
    ck_assert_ptr_nonnull(strstr(assay_json_string(test_at(got, "words", NULL)), "\"promotion\": {\"auc\""));
    rivals_clear(&r);
}
END_TEST

/* The same model under another name, of which nothing is uncertain. */
START_TEST(a_model_is_not_worse_than_itself)
{
    struct assay_margin margins[ASSAY_RIVAL_METRICS];
    struct rivals r;
    rivals_init(&r, 10);
    for (size_t i = 0; i < 10; i++)
        put(&r, i, ten[i].challenger, ten[i].challenger, ten[i].outcome);
    for (size_t k = 0; k < ASSAY_RIVAL_METRICS; k++)
        margins[k] = (struct assay_margin){(char *)(uintptr_t)assay_rival_metric_names[k], 1e-6};
    r.rules = (struct assay_audit_spec){.promotion = margins, .n_promotion = ASSAY_RIVAL_METRICS};
    check_text(test_at(compare(&r), "promotion", NULL), "result", "promote");
    rivals_clear(&r);
}
END_TEST

/* ---- failures ---- */

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    struct assay_margin margins[] = {{(char[]){"auc"}, 0.01}};
    struct rivals r;
    put_ten(&r);
    put(&r, 0, 0, 0.8, 1); /* the long way round: a log loss is infinite */
    r.rules = (struct assay_audit_spec){.promotion = margins, .n_promotion = 1};
    r.input.used.account = calloc(10, sizeof(int32_t));
    size_t n = 1;
    for (;; n++) {
        struct assay_error err = {0};
        struct assay_audit_output out = {0};
        assay_json_open(&out.json, NULL, '{');
        test_fail_allocation(n);
        enum assay_status status = assay_audit_comparison(&r.input, &out, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        bool failed = out.json.out.failed;
        assay_text_clear(&out.json.out);
        if (!reached) {
            ck_assay_ok(status);
            break;
        }
        ck_assert(status == ASSAY_ENOMEM || failed); /* the writer's own is asked for at the end */
        if (status == ASSAY_ENOMEM)
            ck_assert_msg(strncmp(err.message, "out of memory ", 14) == 0, "%s", err.message);
    }
    ck_assert_uint_gt(n, 12);
    rivals_clear(&r);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, two_models_on_real_customers_agree_with_the_reference);
    tcase_add_test(tc, figures_are_what_the_rows_say);
    tcase_add_test(tc, moves_are_from_the_champion_s_zone_to_ours);
    tcase_add_test(tc, rows_that_the_champion_leaves_out_do_not_count);
    tcase_add_test(tc, there_is_nothing_to_compare_without_a_champion_or_probabilities);
    tcase_add_test(tc, an_outcome_called_impossible_leaves_out_the_log_loss_alone);
    tcase_add_test(tc, what_is_not_defined_is_null);
    tcase_add_test(tc, snapshots_of_an_account_are_not_counted_as_news);
    tcase_add_loop_test(tc, the_order_of_rows_does_not_matter, 0, 5);
    tcase_add_loop_test(tc, every_margin_must_hold, 0, COUNT(cases));
    tcase_add_test(tc, a_rule_is_held_against_the_rows_and_says_where_it_stands);
    tcase_add_test(tc, without_a_rule_it_is_said_how_to_declare_one);
    tcase_add_test(tc, a_model_is_not_worse_than_itself);
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
}

ASSAY_SUITE("validate/champion", add_tests)
