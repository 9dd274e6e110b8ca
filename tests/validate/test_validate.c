/* The command on real customers, from the CSV to the file, against R (telco_validation.json,
 * telco_score_audit.json: stats, pROC, rms). */
#include "validate/validate.h"

#include <math.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/metric/interval.h"
#include "tests/support/command.h"

/* Both sides read the same file, so that what is left is rounding: R prints 15 digits and finds
 * beta quantiles to about 1e-13; both fits stop where log-odds move by less than 1e-8, which Newton's
 * last step squares. Measured: below 1e-13. */
#define TOLERANCE 1e-11

static bool files_are_here(void)
{
    return test_needs_shared("reference/telco_validation.json") &&
           test_needs_shared("reference/telco_score_audit.json") &&
           test_needs_shared("datasets/telco_scores.csv");
}

/* The B rows of telco_scores.csv, cell for cell, into a temporary file. */
static void write_half(char path[])
{
    struct test_frame *scores = test_frame_read("datasets/telco_scores.csv");
    size_t half = test_frame_column(scores, "split");
    int fd = mkstemp(path);
    FILE *csv = fdopen(fd, "w");
    ck_assert_ptr_nonnull(csv);
    for (size_t c = 0; c < scores->n_column; c++)
        fprintf(csv, "%s%s", c > 0 ? "," : "", scores->names[c]);
    for (size_t r = 0; r < scores->n_row; r++)
        for (size_t c = 0; strcmp(scores->text[half][r], "B") == 0 && c < scores->n_column; c++)
            fprintf(csv, "%s%s", c > 0 ? "," : "\n", scores->text[c][r]);
    fprintf(csv, "\n");
    fclose(csv);
    test_frame_free(scores);
}

/* Runs validate on those rows, with further arguments, and reads the file it writes. */
static struct assay_json *audit_half(const char *const more[], int *status)
{
    char data[] = "/tmp/assay-half-XXXXXX", out[] = "/tmp/assay-half-XXXXXX";
    char *argv[20] = {"validate", "--data", data, "--outcome", "churned", "--output", out};
    struct assay_text text = {0};
    struct assay_error err = {0};
    struct assay_json *doc = NULL;
    write_half(data);
    close(mkstemp(out));
    for (size_t n = 7, k = 0; more[k] != NULL; k++)
        argv[n++] = (char *)more[k];
    struct test_run run = test_command(assay_validate_main, argv);
    ck_assert_msg(run.status != 2, "%s", run.err);
    *status = run.status;
    ck_assay_ok(assay_file_read(out, 1 << 20, &text, &err));
    ck_assay_ok(assay_json_parse(out, text.data, text.length, ASSAY_JSON_STRICT, &doc, &err));
    assay_text_clear(&text);
    test_run_clear(&run);
    unlink(data);
    unlink(out);
    return doc;
}

static double limit(const struct cJSON *interval, bool high)
{
    const struct cJSON *low = assay_json_first(interval);
    return assay_json_number(high ? assay_json_next(low) : low);
}

static void check_interval(const char *what, const struct cJSON *got, const struct cJSON *want)
{
    ck_assert_uint_eq(assay_json_count(got), 2);
    test_close(what, limit(got, false), limit(want, false), TOLERANCE, 0);
    test_close(what, limit(got, true), limit(want, true), TOLERANCE, 0);
}

/* value -+ z se, for references that state no interval. */
static void check_wald(const struct cJSON *metrics, const char *name, double value,
                       double std_error)
{
    const struct cJSON *metric = test_at(metrics, name, NULL);
    double reach = assay_normal_quantile(ASSAY_LEVEL) * std_error;
    test_close(name, test_number(metric, "value", NULL), value, TOLERANCE, 0);
    test_close(name, limit(test_at(metric, "interval", NULL), false), value - reach, TOLERANCE, 0);
    test_close(name, limit(test_at(metric, "interval", NULL), true), value + reach, TOLERANCE, 0);
}

static void check_counts_and_rates(const struct cJSON *root, const struct cJSON *want)
{
    static const char *const counts[] = {"tp", "fp", "fn", "tn"};
    static const char *const rates[] = {"sensitivity", "specificity", "ppv",
                                        "npv",         "accuracy",    "flagged_share"};
    for (size_t k = 0; k < COUNT(counts); k++)
        ck_assert_double_eq(test_number(root, "counts", counts[k], NULL),
                            test_number(want, counts[k], NULL));
    for (size_t k = 0; k < COUNT(rates); k++) {
        const struct cJSON *got = test_at(root, "metrics", rates[k], NULL);
        const struct cJSON *rate = test_at(want, rates[k], NULL);
        ck_assert_double_eq(test_number(got, "of", NULL), test_number(rate, "n", NULL));
        test_close(rates[k], test_number(got, "value", NULL), test_number(rate, "estimate", NULL),
                   TOLERANCE, 0);
        check_interval(rates[k], test_at(got, "interval", NULL),
                       test_at(rate, "wilson_ci95", NULL));
        check_interval(rates[k], test_at(got, "clopper_pearson", NULL),
                       test_at(rate, "clopper_pearson_ci95", NULL));
    }
}

static void check_auc(const struct cJSON *metrics, const struct cJSON *want)
{
    const struct cJSON *wald = test_at(metrics, "auc", NULL);
    const struct cJSON *logit = test_at(metrics, "auc_logit", NULL);
    test_close("AUC", test_number(wald, "value", NULL), test_number(want, "auc", NULL), TOLERANCE,
               0);
    check_interval("AUC", test_at(wald, "interval", NULL),
                   test_at(want, "delong_ci95_wald_clipped", NULL));
    check_interval("AUC, logit", test_at(logit, "interval", NULL),
                   test_at(want, "delong_ci95_logit", NULL));
}

static void check_accuracy(const struct cJSON *metrics, const struct cJSON *want)
{
    const struct cJSON *large = test_at(want, "calibration_in_the_large", NULL);
    const struct cJSON *line = test_at(want, "logistic_recalibration", NULL);
    test_close("Brier", test_number(metrics, "brier", "value", NULL),
               test_number(want, "brier", NULL), TOLERANCE, 0);
    test_close("log loss", test_number(metrics, "log_loss", "value", NULL),
               test_number(want, "log_loss", NULL), TOLERANCE, 0);
    test_close("O/E", test_number(metrics, "oe_ratio", "value", NULL),
               test_number(want, "observed_over_expected", NULL), TOLERANCE, 0);
    check_wald(metrics, "calibration_intercept",
               test_number(large, "intercept_given_slope_1", NULL),
               test_number(large, "std_error", NULL));
    check_wald(metrics, "calibration_slope", test_number(line, "slope", NULL),
               test_number(line, "slope_se", NULL));
    check_interval("slope", test_at(metrics, "calibration_slope", "interval", NULL),
                   test_at(line, "slope_ci95_wald", NULL));
}

/* The k-th of a list of thresholds. */
static const struct cJSON *element(const struct cJSON *list, int k)
{
    const struct cJSON *at = assay_json_first(list);
    while (k-- > 0)
        at = assay_json_next(at);
    ck_assert_ptr_nonnull(at);
    return at;
}

/* By Wilson, against 75% and 70%: sensitivity and specificity at 0.2, 0.3 and 0.5. */
static const struct {
    const char *line, *verdict;
    int status;
} lines[] = {{"0.2", "fail", 1}, {"0.3", "pass", 0}, {"0.5", "fail", 1}};

START_TEST(probabilities_of_real_customers_are_audited_as_r_does)
{
    if (!files_are_here())
        return;
    int status;
    struct assay_json *reference = test_reference("reference/telco_validation.json");
    const struct cJSON *want = test_at(assay_json_root(reference), "B_core", NULL);
    const struct cJSON *threshold = element(test_at(want, "thresholds", NULL), _i);
    struct assay_json *doc = audit_half(
        (const char *const[]){"--probability-column", "p_core", "--line", lines[_i].line, NULL},
        &status);
    const struct cJSON *root = assay_json_root(doc), *metrics = test_at(root, "metrics", NULL);
    ck_assert_double_eq(test_number(threshold, "threshold", NULL), strtod(lines[_i].line, NULL));
    ck_assert_double_eq(test_number(root, "line", "probability", NULL),
                        strtod(lines[_i].line, NULL));
    ck_assert_double_eq(test_number(root, "data", "used", NULL),
                        test_number(want, "calibration", "n", NULL));
    ck_assert_double_eq(test_number(root, "data", "events", NULL),
                        test_number(want, "calibration", "events", NULL));
    check_counts_and_rates(root, threshold);
    check_auc(metrics, test_at(want, "discrimination", NULL));
    check_accuracy(metrics, test_at(want, "calibration", NULL));
    ck_assert_str_eq(assay_json_string(test_at(root, "verdict", "result", NULL)),
                     lines[_i].verdict);
    ck_assert_int_eq(status, lines[_i].status);
    assay_json_free(doc);
    assay_json_free(reference);
}
END_TEST

/* R has risk = 100 - score, flagged from 60 (and 30): the score, healthy when high, is flagged up
 * to 40 inclusive, which among whole numbers is below 40.5. */
static const struct {
    const char *line;
    int threshold; /* of the reference's list */
} scores[] = {{"40.5", 0}, {"70.5", 1}};

START_TEST(health_scores_of_real_customers_are_audited_as_r_does)
{
    if (!files_are_here())
        return;
    int status;
    struct assay_json *reference = test_reference("reference/telco_score_audit.json");
    struct assay_json *others = test_reference("reference/telco_validation.json");
    const struct cJSON *threshold =
        element(test_at(assay_json_root(reference), "health_score_B_thresholds", NULL), _i);
    const struct cJSON *paired = test_at(assay_json_root(others), "B_core_vs_health", NULL);
    struct assay_json *doc = audit_half(
        (const char *const[]){"--score-column", "health_score", "--line", scores[_i].line, NULL},
        &status);
    const struct cJSON *root = assay_json_root(doc), *metrics = test_at(root, "metrics", NULL);
    ck_assert_double_eq(100 - test_number(threshold, "threshold", NULL) + 0.5,
                        strtod(scores[_i].line, NULL));
    check_counts_and_rates(root, threshold);
    check_wald(metrics, "auc", test_number(paired, "auc_b", NULL),
               sqrt(test_number(paired, "variance_b", NULL)));
    ck_assert(assay_json_is_null(test_at(metrics, "brier", "value", NULL)));
    ck_assert(assay_json_is_null(test_at(root, "line", "probability", NULL)));
    assay_json_free(doc);
    assay_json_free(others);
    assay_json_free(reference);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, probabilities_of_real_customers_are_audited_as_r_does, 0, COUNT(lines));
    tcase_add_loop_test(tc, health_scores_of_real_customers_are_audited_as_r_does, 0,
                        COUNT(scores));
}

ASSAY_SUITE("validate/validate", add_tests)
