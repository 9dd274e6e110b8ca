/* What an imported scorecard's model says of itself, and what a history makes of it. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "calibrate/import/history_fit.h"
#include "calibrate/import/import.h"
#include "calibrate/import/spec_write.h"
#include "core/base/file.h"
#include "tests/calibrate/imported.h"
#include "tests/support/command.h"

static const char card[] = "kind,group,group_weight,measure,weight,from,to,points,missing\n"
                           "band,Use,70,logins,60,0,5,0,\n"
                           ",,,,,5,,100,\n"
                           "score,,,seats,40,,,,neutral\n"
                           "score,Mood,30,nps,100,,,,\n"
                           "zone,,,Red,,0,50,,\n"
                           "zone,,,Yellow,,50,75,,\n"
                           "zone,,,Green,,75,100,,\n";

static void make(struct imported *made)
{
    struct assay_error err = {0};
    struct assay_import_wishes wishes = plain_wishes();
    ck_assay_ok(import_text("gainsight", card, &wishes, made, &err));
}

static void read_back(struct assay_model *model, struct assay_text *text, struct assay_model *read)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_model_write(model, text, &err));
    ck_assay_ok(assay_model_read_text("m.json", text->data, text->length, read, &err));
}

/* ---- nominal ---- */

/* Ten points halve the odds around a line whose probability was declared. */
START_TEST(a_nominal_model_ranks_and_says_that_it_does_no_more)
{
    struct imported made;
    make(&made);
    const struct assay_model *model = &made.model;
    ck_assert(assay_model_is_nominal(model));
    ck_assert_uint_eq(model->fit.rows, 0);
    ck_assert(isnan(model->fit.log_likelihood));
    for (size_t k = 0; k < ASSAY_PERFORMANCES; k++)
        ck_assert_uint_eq(model->performance[k].n, 0);
    ck_assert_double_eq(model->at_risk_score, 51);
    static const double at[] = {51, 61, 31}, odds[] = {1, 0.5, 4};
    for (size_t k = 0; k < 3; k++) {
        /* logins 0 points, 100 seats count 28, nps 30: H = 28 a + 0.3 b */
        double numbers[] = {0, 100, (at[k] - 28) / 0.3};
        if (numbers[2] > 100)
            numbers[0] = 6, numbers[1] = 0, numbers[2] = (at[k] - 42) / 0.3;
        struct assay_score score = score_numbers(model, numbers);
        ck_assert_double_eq_tol(score.composite, at[k], 1e-9);
        ck_assert_double_eq_tol(score.probability / (1 - score.probability), odds[k], 1e-9);
    }
    imported_clear(&made);
}
END_TEST

START_TEST(an_imported_model_is_written_and_read_to_the_same_bytes)
{
    struct imported made;
    struct assay_model read = {0};
    struct assay_text text = {0}, again = {0};
    struct assay_error err = {0};
    make(&made);
    read_back(&made.model, &text, &read);
    ck_assert(assay_model_is_nominal(&read));
    ck_assert(read.fit.imported);
    ck_assert(strstr(text.data, "\"method\": \"imported\"") != NULL);
    ck_assert(strstr(text.data, "\"log_likelihood\": null") != NULL);
    ck_assay_ok(assay_model_write(&read, &again, &err));
    ck_assert_str_eq(text.data, again.data);
    assay_text_clear(&text);
    assay_text_clear(&again);
    assay_model_clear(&read);
    imported_clear(&made);
}
END_TEST

/* The digest goes with the bytes; what is damaged here keeps it by being written anew. */
START_TEST(a_nominal_model_with_a_likelihood_is_refused)
{
    struct imported made;
    struct assay_model read = {0};
    struct assay_text text = {0};
    struct assay_error err = {0};
    make(&made);
    made.model.fit.log_likelihood = -12;
    ck_assay_ok(assay_model_write(&made.model, &text, &err));
    ck_assert_int_eq(assay_model_read_text("m.json", text.data, text.length, &read, &err),
                     ASSAY_EDATA);
    ck_assert_msg(
        strstr(err.message, "\"log_likelihood\" is -12; expected null, as \"rows\" says") != NULL,
        "%s", err.message);
    assay_text_clear(&text);
    imported_clear(&made);
}
END_TEST

START_TEST(the_line_can_be_put_elsewhere)
{
    struct assay_error err = {0};
    struct imported made;
    struct assay_import_wishes wishes = plain_wishes();
    wishes.at_risk_score = 60;
    wishes.at_risk_probability = 0.2;
    ck_assay_ok(import_text("gainsight", card, &wishes, &made, &err));
    ck_assert_double_eq(made.model.at_risk_score, 60);
    ck_assert_double_eq(made.model.at_risk_probability, 0.2);
    imported_clear(&made);
    wishes.at_risk_score = 101;
    ck_assert_int_eq(import_text("gainsight", card, &wishes, &made, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message,
                     "card.csv: accounts below a score of 101 are at risk; expected a score "
                     "above 0, up to 100");
    imported_clear(&made);
    static const char health[] = "kind,measure,from,to,points,points_to\nlinear,nps,0,10,-5,5\n"
                                 "band,overdue,>30,,-2,\nzone,Poor,0,4,,\nzone,Good,4,10,,\n";
    wishes.at_risk_score = 4;
    ck_assert_int_eq(import_text("planhat", health, &wishes, &made, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "card.csv: accounts below a score of 4 are at risk; expected 5");
    imported_clear(&made);
}
END_TEST

/* ---- examples ---- */

START_TEST(examples_reach_every_edge_and_every_gap)
{
    struct imported made;
    make(&made);
    const struct assay_model *model = &made.model;
    bool on = false, below = false, one_missing = false, all_missing = false, group = false;
    ck_assert_uint_ge(model->n_example, ASSAY_MIN_EXAMPLES);
    for (size_t e = 0; e < model->n_example; e++) {
        const struct assay_example_input *in = model->examples[e].inputs;
        double edge = nextafter(5, 6); /* "5 to ..." does not hold 5 */
        on = on || in[0].number == edge;
        below = below || in[0].number == 5;
        one_missing = one_missing || (isnan(in[2].number) && !isnan(in[0].number));
        group = group || (isnan(in[0].number) && isnan(in[1].number) && !isnan(in[2].number));
        all_missing =
            all_missing || (isnan(in[0].number) && isnan(in[1].number) && isnan(in[2].number));
    }
    ck_assert(on && below && one_missing && group && all_missing);
    imported_clear(&made);
}
END_TEST

/* Two measures of one column, of which one reads texts: the number is its text. */
START_TEST(measures_may_share_a_column)
{
    static const char shared[] = "kind,group,group_weight,measure,column,value,from,to,points\n"
                                 "category,a,50,level,grade,3,,,50\n"
                                 "band,b,50,high,grade,,>=4,,50\n"
                                 "zone,,,Low,,,0,50,\nzone,,,High,,,50,100,\n";
    struct assay_error err = {0};
    struct imported made;
    struct assay_model read = {0};
    struct assay_text text = {0};
    struct assay_import_wishes wishes = plain_wishes();
    ck_assay_ok(import_text("hubspot", shared, &wishes, &made, &err));
    ck_assert_uint_eq(made.model.n_input, 1);
    read_back(&made.model, &text, &read);
    assay_text_clear(&text);
    assay_model_clear(&read);
    imported_clear(&made);
}
END_TEST

/* Files of 200 measures stay readable, and are good. */
START_TEST(two_hundred_measures_make_a_model)
{
    struct assay_text text = {0}, file = {0};
    struct assay_error err = {0};
    struct imported made;
    struct assay_model read = {0};
    struct assay_import_wishes wishes = plain_wishes();
    assay_text_puts(&text, "kind,group,measure,weight,from,to,points\n");
    for (int j = 0; j < 200; j++)
        assay_text_printf(&text, "band,g%d,m%d,%d,0,%d,0\n,,,,%d,,100\n", j / 10, j, j + 1, j + 1,
                          j + 1);
    assay_text_puts(&text, "zone,,Low,,0,50,\nzone,,High,,50,100,\n");
    ck_assay_ok(import_text("gainsight", text.data, &wishes, &made, &err));
    ck_assert_uint_le(made.model.n_example, 700);
    read_back(&made.model, &file, &read);
    assay_text_clear(&text);
    assay_text_clear(&file);
    assay_model_clear(&read);
    imported_clear(&made);
}
END_TEST

/* ---- the spec ---- */

START_TEST(the_spec_is_one_that_calibrate_reads)
{
    struct assay_error err = {0};
    struct imported made;
    struct assay_text text = {0};
    struct assay_spec spec = {0};
    make(&made);
    assay_import_spec_write(&made.card, &made.model.spec, &text);
    ck_assert(!text.failed);
    ck_assay_ok(assay_spec_read_text("s.json", text.data, text.length, &spec, &err));
    ck_assert_uint_eq(spec.n_signal, 3);
    for (size_t j = 0; j < 3; j++) {
        ck_assert_str_eq(spec.signals[j].column, made.model.spec.signals[j].column);
        ck_assert_int_eq(spec.signals[j].missing, made.model.spec.signals[j].missing);
        ck_assert_double_eq(spec.signals[j].expert, made.model.weight[j]);
    }
    ck_assert_double_eq(spec.zones[1].from, 51);
    assay_spec_clear(&spec);
    assay_text_clear(&text);
    imported_clear(&made);
}
END_TEST

/* ---- a history ---- */

static const char flat[] =
    "kind,measure,weight,from,to\nscore,a,100,,\nzone,Low,,0,50\nzone,High,,50,100\n";

/* Rows of score 0 and 100, so many with the event of so many: the fit is saturated. */
static void write_history(char path[32], int low, int low_event, int high, int high_event)
{
    strcpy(path, "/tmp/assay-import-XXXXXX");
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    FILE *out = fdopen(file, "w");
    fprintf(out, "id,a,churned\n");
    for (int i = 0; i < low; i++)
        fprintf(out, "l%d,0,%d\n", i, i < low_event);
    for (int i = 0; i < high; i++)
        fprintf(out, "h%d,100,%d\n", i, i < high_event);
    ck_assert_int_eq(fclose(out), 0);
}

static enum assay_status fit_history(const char *path, struct imported *made,
                                     struct assay_error *err)
{
    struct assay_intake_options options = assay_intake_options_default();
    struct assay_import_wishes wishes = plain_wishes();
    struct assay_text notes = {0};
    options.path = path;
    options.quiet = true;
    ck_assert_int_eq(import_text("gainsight", flat, &wishes, made, err), ASSAY_OK);
    enum assay_status status = assay_import_fit(&made->shape, &options, &made->model, &notes, err);
    assay_text_clear(&notes);
    return status;
}

/* logit P = a - b H / 100 with two scores has a closed form: a is the log-odds among those at 0, 30 of 40, b
 * the fall to those at 100, 10 of 100; var b is the sum of 1 / cell. The line at 51 follows. */
START_TEST(intercept_and_slope_of_two_scores_have_a_closed_form)
{
    char path[32];
    struct assay_error err = {0};
    struct imported made;
    struct assay_model read = {0};
    struct assay_text text = {0};
    write_history(path, 40, 30, 100, 10);
    ck_assay_ok(fit_history(path, &made, &err));
    double a = log(3), b = log(3) - log(1.0 / 9);
    double var_a = 1.0 / 30 + 1.0 / 10, var_b = var_a + 1.0 / 10 + 1.0 / 90;
    const struct assay_model *model = &made.model;
    const struct assay_coefficient *c = model->fit.coefficients;
    ck_assert(!assay_model_is_nominal(model));
    ck_assert_double_eq_tol(model->intercept, a, 1e-9);
    ck_assert_double_eq_tol(model->slope[0], b, 1e-9);
    ck_assert_double_eq_tol(c[0].std_error, sqrt(var_a), 1e-8);
    ck_assert_double_eq_tol(c[1].std_error, sqrt(var_b), 1e-8);
    ck_assert_double_eq_tol(c[1].estimate, -b, 1e-9);
    ck_assert_double_eq_tol(model->fit.covariance[1], -var_a, 1e-8); /* cov(a, -b) */
    ck_assert_double_eq_tol(model->at_risk_probability, 1 / (1 + exp(-(a - 0.51 * b))), 1e-9);
    ck_assert_double_eq_tol(model->fit.log_likelihood,
                            30 * log(0.75) + 10 * log(0.25) + 10 * log(0.1) + 90 * log(0.9), 1e-9);
    ck_assert_uint_eq(model->fit.rows, 140);
    ck_assert_uint_eq(model->fit.events, 40);
    ck_assert_uint_eq(model->performance[ASSAY_APPARENT].n, 140);
    ck_assert_uint_eq(model->training.reference.rows, 140);
    ck_assay_ok(assay_edge_examples_make(&made.model, &err));
    read_back(&made.model, &text, &read);
    ck_assert(read.fit.imported && !assay_model_is_nominal(&read));
    assay_text_clear(&text);
    assay_model_clear(&read);
    imported_clear(&made);
    unlink(path);
}
END_TEST

static const struct {
    int low, low_event, high, high_event;
    const char *message; /* behind the path */
} hopeless[] = {
    {10, 1, 10, 9,
     ": those who left do not have lower scores (slope +0.0439 on the score); expected "
     "healthier scores for those who stayed"},
    {10, 10, 10, 0, ": the score separates the outcomes perfectly; its slope is not finite"},
    {20, 5, 0, 0,
     ": the scorecard gives all snapshots the same score; expected scores that differ"},
    {10, 0, 10, 0, ": 0 of 20 snapshots have the event; expected both outcomes"},
};

START_TEST(a_history_that_fits_no_score_is_refused)
{
    char path[32], message[256];
    struct assay_error err = {0};
    struct imported made;
    write_history(path, hopeless[_i].low, hopeless[_i].low_event, hopeless[_i].high,
                  hopeless[_i].high_event);
    ck_assert_int_eq(fit_history(path, &made, &err), ASSAY_ENUMERIC);
    snprintf(message, sizeof message, "%s%s", path, hopeless[_i].message);
    ck_assert_str_eq(err.message, message);
    imported_clear(&made);
    unlink(path);
}
END_TEST

/* On the log-odds scale it is the points per halving that follow from the slope: scores stay. */
START_TEST(a_history_leaves_scores_that_are_cut_as_they_are)
{
    static const char health[] = "kind,measure,from,to,points,points_to\nlinear,a,0,100,-6,6\n"
                                 "zone,Poor,0,4,,\nzone,Good,4,10,,\n";
    struct assay_error err = {0};
    struct imported made;
    struct assay_intake_options options = assay_intake_options_default();
    struct assay_import_wishes wishes = plain_wishes();
    struct assay_text notes = {0};
    char path[32];
    write_history(path, 40, 30, 100, 10);
    options.path = path;
    options.quiet = true;
    ck_assay_ok(import_text("planhat", health, &wishes, &made, &err));
    static const double at[] = {0, 20, 50, 70, 100}, scores[] = {0, 14, 50, 74, 100};
    for (int fitted = 0; fitted < 2; fitted++) {
        for (size_t k = 0; k < COUNT(at); k++)
            ck_assert_double_eq_tol(score_numbers(&made.model, &at[k]).score, scores[k], 1e-8);
        if (fitted == 0)
            ck_assay_ok(assay_import_fit(&made.shape, &options, &made.model, &notes, &err));
    }
    ck_assert_double_eq_tol(score_numbers(&made.model, (double[]){0}).probability, 0.75, 1e-9);
    ck_assert_double_eq_tol(score_numbers(&made.model, (double[]){100}).probability, 0.1, 1e-9);
    assay_text_clear(&notes);
    imported_clear(&made);
    unlink(path);
}
END_TEST

/* ---- the command ---- */

static const struct {
    char *argv[8];
    const char *err;
} misuse[] = {
    {{"import", "c.csv", NULL},
     "assay import: no vendor; expected --from gainsight, churnzero, totango, planhat or "
     "hubspot\n"},
    {{"import", "--from=gainsight", "--outcome=a", "--outcome-date=b", "c.csv", NULL},
     "assay import: --outcome and --outcome-date both say who left; expected one of them\n"},
    {{"import", "--from=gainsight", "--horizon=30", "c.csv", NULL},
     "assay import: --horizon and --observed-until go with --outcome-date\n"},
    {{"import", "--from=gainsight", "--outcome-date=b", "c.csv", NULL},
     "assay import: --outcome-date needs --observed-until DATE, the last day on which a date could "
     "be "
     "seen\n"},
    {{"import", "--from=gainsight", "--outcome-date=b", "--observed-until=2026-01-01", "c.csv",
      NULL},
     "assay import: --outcome-date needs --as-of-column COLUMN, the date of each snapshot\n"},
    {{"import", "--from=gainsight", "--data=x", "--at-risk-probability=0.1", "c.csv", NULL},
     "assay import: --at-risk-probability is for an import without --data, which finds the line's "
     "probability\n"},
    {{"import", "--from=gainsight", "--data=-", "-", NULL},
     "assay import: scorecard and data both come from standard input\n"},
    {{"import", "--from=gainsight", "--spec=-", "c.csv", NULL},
     "assay import: --spec takes a file, not standard output\n"},
    {{"import", "--from=gainsight", "--spec=a.json", "-oa.json", "c.csv", NULL},
     "assay import: --spec and --output name the same file\n"},
    {{"import", "--from=gainsight", "-oc.csv", "c.csv", NULL},
     "assay import: --output would overwrite what is read\n"},
    {{"import", "--from=gainsight", "--data=h.csv", "--spec=h.csv", "c.csv", NULL},
     "assay import: --spec would overwrite what is read\n"},
    {{"import", "--from=gainsight", "--until=2026-01-01", "c.csv", NULL},
     "assay import: --from-date, --until, --delimiter, --max-rejects and --rejects go with "
     "--data\n"},
};

START_TEST(misuse_is_told)
{
    struct test_run run = test_command(assay_import_main, (char **)misuse[_i].argv);
    ck_assert_int_eq(run.status, 2);
    ck_assert_msg(strncmp(run.err, misuse[_i].err, strlen(misuse[_i].err)) == 0, "%s", run.err);
    test_run_clear(&run);
}
END_TEST

/* ---- memory ---- */

/* Cleared by the caller whatever comes of it. */
static enum assay_status import_and_fit(const char *path, struct imported *made,
                                        struct assay_text *notes, struct assay_text *text,
                                        struct assay_error *err)
{
    struct assay_intake_options options = assay_intake_options_default();
    struct assay_import_wishes wishes = plain_wishes();
    enum assay_status status = import_text("gainsight", flat, &wishes, made, err);
    assay_model_clear(&made->model); /* once more, so that examples come behind the fit */
    assay_shape_clear(&made->shape);
    options.path = path;
    options.quiet = true;
    if (status == ASSAY_OK)
        status = assay_import_model(&made->card, &wishes, &made->shape, &made->model, err);
    if (status == ASSAY_OK)
        status = assay_import_fit(&made->shape, &options, &made->model, notes, err);
    if (status == ASSAY_OK)
        status = assay_import_warn(&made->model, "a warning", err);
    if (status == ASSAY_OK)
        status = assay_edge_examples_make(&made->model, err);
    if (status == ASSAY_OK)
        assay_import_spec_write(&made->card, &made->model.spec, text);
    return status != ASSAY_OK ? status : text->failed || notes->failed ? ASSAY_ENOMEM : ASSAY_OK;
}

START_TEST(every_failing_allocation_is_told)
{
    char path[32];
    size_t n_allocation = 1, bad_status = 0, n_failed = 0;
    write_history(path, 6, 4, 6, 2);
    for (size_t n = 0; n < n_allocation; n++) { /* the first time around, nothing fails */
        struct assay_error err = {0};
        struct imported made = {0};
        struct assay_text notes = {0}, text = {0};
        test_fail_allocation(n > 0 ? n : SIZE_MAX);
        enum assay_status status = import_and_fit(path, &made, &notes, &text, &err);
        if (n == 0)
            n_allocation = test_allocations();
        test_fail_allocation(0);
        bad_status += status != ASSAY_ENOMEM && status != ASSAY_OK;
        n_failed += status == ASSAY_ENOMEM;
        assay_text_clear(&notes);
        assay_text_clear(&text);
        imported_clear(&made);
    }
    ck_assert_uint_eq(bad_status, 0);
    ck_assert_uint_gt(n_failed, 100);
    unlink(path);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, a_nominal_model_ranks_and_says_that_it_does_no_more);
    tcase_add_test(tc, an_imported_model_is_written_and_read_to_the_same_bytes);
    tcase_add_test(tc, a_nominal_model_with_a_likelihood_is_refused);
    tcase_add_test(tc, the_line_can_be_put_elsewhere);
    tcase_add_test(tc, examples_reach_every_edge_and_every_gap);
    tcase_add_test(tc, measures_may_share_a_column);
    tcase_add_test(tc, two_hundred_measures_make_a_model);
    tcase_add_test(tc, the_spec_is_one_that_calibrate_reads);
    tcase_add_test(tc, intercept_and_slope_of_two_scores_have_a_closed_form);
    tcase_add_loop_test(tc, a_history_that_fits_no_score_is_refused, 0, COUNT(hopeless));
    tcase_add_test(tc, a_history_leaves_scores_that_are_cut_as_they_are);
    tcase_add_loop_test(tc, misuse_is_told, 0, COUNT(misuse));
    tcase_add_test(tc, every_failing_allocation_is_told);
}

ASSAY_SUITE("calibrate/import_model", add_tests)
