#include "calibrate/init/init.h"

#include "calibrate/fit/folds.h"
#include "calibrate/fit/history.h"
#include "calibrate/fit/limits.h"
#include "tests/calibrate/drafting.h"

/* ---- bad input ---- */

static const struct {
    const char *csv;
    struct assay_draft_options options;
    const char *message, *hint;
} bad[] = {
    {"id,churned\na,1\nb,maybe\n", {.outcome = "churned"},
     "t.csv:3:2: outcome \"churned\" is \"maybe\"; expected 0 or 1, yes or no, true or false", ""},
    {"id,churned\na,x\nb,y\n", {.outcome = "churned"},
     "t.csv:2:2: outcome \"churned\" is \"x\"; expected 0 or 1, yes or no, true or false",
     "It holds \"x\" (1) and \"y\" (1): turn the one that left into 1 and the other into 0."},
    {"id,s\na,Churned\nb,Active\nc,\nd,Active\n", {.outcome = "s"},
     "t.csv:2:2: outcome \"s\" is \"Churned\"; expected 0 or 1, yes or no, true or false; or the "
     "date of the event",
     "It holds \"Active\" (2) and \"Churned\" (1): turn the one that left into 1 and the other into "
     "0."},
    {"id,s\na,Ja\nb,Nein\nc,Vielleicht\n", {.outcome = "s"},
     "t.csv:2:2: outcome \"s\" is \"Ja\"; expected 0 or 1, yes or no, true or false; or the date of "
     "the event", ""},
    {"id,s\na,05.07.2025\nb,\nc,31.07.2025\n", {.outcome = "s"},
     "t.csv:2:2: outcome \"s\" is \"05.07.2025\"; expected 0 or 1, yes or no, true or false; or the "
     "date of the event", "It holds dates written as \"05.07.2025\"; write 2025-07-05."},
    {"id,churned\na,3\nb,7\n", {.outcome = "churned"},
     "t.csv:2:2: outcome \"churned\" is \"3\"; expected 0 or 1, yes or no, true or false; or the "
     "date of the event", ""},
    {"id,as_of,gone\na,2026-01-01,2026-02-01\nb,2026-01-01,soon\n", {.outcome = "gone"},
     "t.csv:3:3: outcome \"gone\" is \"soon\"; expected a date as 2026-06-30, or an empty cell", ""},
    {"id,churned\na,\nb,NA\n", {.outcome = "churned"},
     "t.csv: outcome \"churned\" is empty in every row; expected 0 or 1, or the date of the event",
     ""},
    {"id,churned,n\na,0,1\nb,0,2\n", {.outcome = "churned"},
     "t.csv: outcome \"churned\" is 1 in none of the 2 rows that count; expected some with the "
     "event and some without", ""},
    {"id,gone\na,2026-02-01\nb,\n", {.outcome = "gone"},
     "t.csv: outcome \"gone\" holds dates, but no column looks like the date of the snapshot; "
     "expected one to count the horizon from", "Name the column with --as-of-column=COLUMN."},
    {"n,churned\n1,0\n2,1\n", {.outcome = "churned"},
     "t.csv: no column looks like the account's id; expected a name such as account_id, or text "
     "that no two rows share", "Name the column with --id=COLUMN."},
    {"n,churned\n,0\n,1\n", {.outcome = "churned", .id = "n"},
     "t.csv: id \"n\" is empty in every row; expected the account", ""},
    {"id,when,churned\n1,2026-01-01,0\n2,May,1\n", {.outcome = "churned", .as_of = "when"},
     "t.csv:3:2: as_of \"when\" is \"May\"; expected a date as 2026-06-30", ""},
    {"id,churned\na,0\nb,1\n", {.outcome = "churned"},
     "t.csv: no column can be a signal; expected numbers, flags or categories beside the id and "
     "the outcome", "A number must not tell the outcomes apart on its own; of flags and categories, "
     "two values must each have 5 rows with the event and 5 without."},
    {"id,churned\na,0\nb,1\n", {.outcome = "churned", .id = "idd"},
     "t.csv: no column \"idd\"; expected it as the id", "Did you mean \"id\"?"},
};
START_TEST(bad_input_is_refused_with_one_clear_sentence)
{
    struct drafted d = {0};
    struct assay_error err = {0};
    struct assay_draft_options options = bad[_i].options;
    options.horizon_days = 90;
    options.observed_until = ASSAY_NO_DATE;
    enter();
    ck_assay_ok(assay_file_write("t.csv", bad[_i].csv, strlen(bad[_i].csv), &err));
    ck_assert_int_eq(draft_file("t.csv", &options, &d, &err), ASSAY_EDATA);
    leave();
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_str_eq(err.hint, bad[_i].hint);
    clear(&d);
}
END_TEST

START_TEST(tenure_bands_are_where_people_would_put_them)
{
    static const struct {
        double value;
        char unit;
        double band;
    } cases[] = {{8, 'm', 9},    {29, 'm', 30},   {55, 'm', 54},  {1, 'm', 3},   {400, 'd', 390},
                 {3.4, 'y', 3},  {60, 'w', 65},   {29, 0, 30},    {7.2, 0, 7},   {432, 0, 450},
                 {0.2, 0, 1},    {55, 0, 55}};
    for (size_t k = 0; k < COUNT(cases); k++)
        ck_assert_double_eq(assay_draft_band(cases[k].value, cases[k].unit), cases[k].band);
}
END_TEST

/* ---- the draft runs as it is ---- */

/* Fits t.csv by the drafted spec, by plain maximum likelihood under signs; folds_failed not NULL:
 * cross-validates as well. */
static double fitted(const char *path, const struct assay_spec *spec, size_t *folds_failed)
{
    struct assay_error err = {0};
    struct assay_intake_options options = assay_intake_options_default();
    struct assay_intake intake = {0};
    struct assay_history history = {0};
    struct assay_pipeline pipeline = {0};
    struct assay_declared_limits limits = {0};
    options.path = path;
    options.quiet = true;
    ck_assay_ok(assay_intake_open(spec, ASSAY_TO_CALIBRATE, &options, &intake, &err));
    ck_assay_ok(assay_intake_read_all(&intake, &err));
    ck_assay_ok(assay_history_init(spec, &intake, options.window, 1, &history, &err));
    ck_assay_ok(assay_pipeline_prepare(&history, history.used, ASSAY_PIPELINE_PUBLISH, NULL,
                                       &pipeline, &err));
    ck_assay_ok(assay_declared_limits_init(spec, pipeline.n_coef, &limits, &err));
    struct assay_estimation estimation = {.limits = &limits.set.limits,
                                          .sign_free = limits.sign_free};
    ck_assay_ok(assay_pipeline_fit(&pipeline, &estimation, NULL, &err));
    double log_likelihood = pipeline.fit.log_likelihood;
    if (folds_failed != NULL) {
        struct assay_folds folds = {0};
        struct assay_progress progress;
        assay_progress_init(&progress, true);
        ck_assay_ok(assay_folds_prepare(&pipeline, &folds, &err));
        ck_assay_ok(assay_folds_fit(&folds, &estimation, pipeline.fit.coef, &progress, NULL, &err));
        *folds_failed = folds.failed;
        assay_folds_clear(&folds);
    }
    assay_pipeline_clear(&pipeline);
    assay_declared_limits_clear(&limits);
    assay_history_clear(&history);
    assay_intake_close(&intake);
    return log_likelihood;
}

/* Every awkward column at once: whatever is left in must be fitted without complaint. */
START_TEST(drafts_of_awkward_files_can_be_fitted)
{
    static const struct extra more[] = {{"minutes", put_noise},  {"seconds", put_twice},
                                        {"per_day", put_rate},   {"total", put_product},
                                        {"class", put_segmented}, {"usage", put_flipped}};
    struct extra extras[COUNT(outs) + COUNT(more)];
    struct assay_text csv = {0};
    struct drafted d = {0};
    struct assay_error err = {0};
    for (size_t k = 0; k < COUNT(outs); k++)
        extras[k] = outs[k].extra;
    memcpy(extras + COUNT(outs), more, sizeof more);
    make_world(300, (uint64_t)_i + 1, extras, COUNT(extras), &csv);
    enter();
    ck_assay_ok(assay_file_write("t.csv", csv.data, csv.length, &err));
    ck_assay_ok(draft_file("t.csv", &by_flag, &d, &err));
    ck_assay_ok(assay_spec_read_text("t.json", d.text.data, d.text.length, &d.spec, &err));
    ck_assert(fitted("t.csv", &d.spec, NULL) < 0);
    leave();
    assay_text_clear(&csv);
    clear(&d);
}
END_TEST

/* 300 accounts, 25 of which left: hardly a number of tickets or an answer has five of them. */
START_TEST(ordered_numbers_stay_in_when_few_have_left)
{
    struct assay_text csv = {0};
    struct drafted d = {0};
    struct assay_error err = {0};
    uint64_t state = (uint64_t)_i + 1;
    size_t folds_failed = 1;
    assay_text_puts(&csv, "account_id,open_tickets,nps,logins,churned\n");
    for (int i = 0; i < 300; i++) {
        int left = i % 12 == 0;
        assay_text_printf(&csv, "A%d,%d,%d,%d,%d\n", i, (int)(8 * draw(&state)) + 2 * left,
                          (int)(9 * draw(&state)) + 2 * !left,
                          (int)(40 * draw(&state)) + 10 * !left, left);
    }
    enter();
    ck_assay_ok(assay_file_write("t.csv", csv.data, csv.length, &err));
    ck_assay_ok(draft_file("t.csv", &by_flag, &d, &err));
    ck_assay_ok(assay_spec_read_text("t.json", d.text.data, d.text.length, &d.spec, &err));
    ck_assert_uint_eq(d.spec.n_signal, 3);
    ck_assert_uint_eq(d.draft.n_left, 0);
    ck_assert(fitted("t.csv", &d.spec, &folds_failed) < 0);
    ck_assert_uint_eq(folds_failed, 0);
    leave();
    assay_text_clear(&csv);
    clear(&d);
}
END_TEST

START_TEST(telco_is_drafted_and_fitted)
{
    if (!test_needs_shared("datasets/telco_signals.csv"))
        return;
    struct drafted d = {0};
    struct assay_error err = {0};
    const char *path = test_shared("datasets/telco_signals.csv");
    ck_assay_ok(draft_file(path, &by_flag, &d, &err));
    ck_assay_ok(assay_spec_read_text("t.json", d.text.data, d.text.length, &d.spec, &err));
    ck_assert_str_eq(d.spec.name, "telco_signals");
    ck_assert_str_eq(d.spec.id, "customer_id");
    ck_assert_str_eq(d.spec.cohort.plan, "plan");
    ck_assert_str_eq(d.spec.cohort.tenure, "tenure_months");
    ck_assert_uint_eq(d.spec.n_segment, 1);
    ck_assert_str_eq(d.spec.segments[0], "gender");
    static const char *const in[] = {"plan", "tenure_months", "payment_method", "internet_service",
                                     "monthly_charges", "senior", "tech_support"};
    static const char *const out[] = {"auto_pay", "electronic_check", "total_charges"};
    for (size_t k = 0; k < COUNT(in); k++)
        ck_assert_msg(signal_named(&d.spec, in[k]) != NULL, "%s is not in", in[k]);
    for (size_t k = 0; k < COUNT(out); k++)
        ck_assert_msg(left_named(&d, out[k]) != NULL &&
                          left_named(&d, out[k])->reason == ASSAY_LEFT_OVERLAP,
                      "%s is not left out", out[k]);
    /* 1869 of 7043 at their own rate; the fit must beat it by far. */
    double p = 1869.0 / 7043;
    double nothing = 1869 * log(p) + (7043 - 1869) * log(1 - p);
    ck_assert(fitted(path, &d.spec, NULL) > 0.75 * nothing);
    clear(&d);
}
END_TEST

/* ---- the command ---- */

static int run(const char *const words[], size_t n)
{
    char *argv[12];
    for (size_t k = 0; k < n; k++)
        argv[k] = (char *)words[k];
    argv[n] = NULL;
    return assay_init_main((int)n, argv);
}

START_TEST(the_command_writes_a_spec_that_reads_back)
{
    struct assay_text csv = {0};
    struct assay_error err = {0};
    struct assay_spec spec = {0};
    static const char *const words[] = {"init", "t.csv", "--outcome=churned", "-o", "t.json", "-q"};
    static const char *const typo[] = {"init", "t.csv", "--outcome=churnd", "-q"};
    static const char *const none[] = {"init", "t.csv"};
    static const char *const twice[] = {"init", "t.csv", "--outcome=a", "--id=a"};
    make_world(200, 1, NULL, 0, &csv);
    enter();
    ck_assay_ok(assay_file_write("t.csv", csv.data, csv.length, &err));
    ck_assert_int_eq(run(words, COUNT(words)), 0);
    ck_assay_ok(assay_spec_read("t.json", &spec, &err));
    ck_assert_int_eq(run(typo, COUNT(typo)), 2);
    ck_assert_int_eq(run(none, COUNT(none)), 2);
    ck_assert_int_eq(run(twice, COUNT(twice)), 2);
    leave();
    assay_spec_clear(&spec);
    assay_text_clear(&csv);
}
END_TEST

START_TEST(a_spec_that_is_there_is_replaced_only_when_that_is_said)
{
    struct assay_text csv = {0}, kept = {0};
    struct assay_error err = {0};
    struct assay_spec spec = {0};
    static const char *const words[] = {"init", "t.csv",  "--outcome=churned", "-o", "t.json",
                                        "-q",   "--force"};
    make_world(200, 1, NULL, 0, &csv);
    enter();
    ck_assay_ok(assay_file_write("t.csv", csv.data, csv.length, &err));
    ck_assay_ok(assay_file_write("t.json", "mine", 4, &err));
    ck_assert_int_eq(run(words, COUNT(words) - 1), 2);
    ck_assay_ok(assay_file_read("t.json", 1000, &kept, &err));
    ck_assert_str_eq(kept.data, "mine");
    ck_assert_int_eq(run(words, COUNT(words)), 0);
    ck_assay_ok(assay_spec_read("t.json", &spec, &err));
    leave();
    assay_spec_clear(&spec);
    assay_text_clear(&kept);
    assay_text_clear(&csv);
}
END_TEST

START_TEST(running_out_of_memory_is_an_error_wherever_it_happens)
{
    static const struct extra extras[] = {{"class", put_segmented}, {"beta", put_rare},
                                          {"seats", put_money},     {"x", put_noise},
                                          {"y", put_twice},         {"billed_on", put_day},
                                          {"billed", put_euros},    {"telling", put_telling}};
    struct assay_text csv = {0};
    struct assay_error err = {0};
    size_t n_failed = 0;
    enum assay_status status = ASSAY_ENOMEM;
    bool reached = true;
    make_world(120, 5, extras, COUNT(extras), &csv);
    enter();
    ck_assay_ok(assay_file_write("t.csv", csv.data, csv.length, &err));
    for (size_t n = 1; reached; n++) {
        struct drafted d = {0};
        test_fail_allocation(n);
        status = draft_file("t.csv", &by_flag, &d, &err);
        reached = test_allocations() >= n;
        test_fail_allocation(0);
        n_failed += status == ASSAY_ENOMEM;
        /* libcsv asks for less when it is refused, and may go on. */
        ck_assert_msg(status == ASSAY_ENOMEM || status == ASSAY_OK, "%zu: %s", n, err.message);
        clear(&d);
    }
    ck_assert_int_eq(status, ASSAY_OK);
    ck_assert_uint_gt(n_failed, 100);
    leave();
    assay_text_clear(&csv);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, bad_input_is_refused_with_one_clear_sentence, 0, COUNT(bad));
    tcase_add_test(tc, tenure_bands_are_where_people_would_put_them);
    tcase_add_loop_test(tc, drafts_of_awkward_files_can_be_fitted, 0, 20);
    tcase_add_loop_test(tc, ordered_numbers_stay_in_when_few_have_left, 0, 20);
    tcase_add_test(tc, telco_is_drafted_and_fitted);
    tcase_add_test(tc, the_command_writes_a_spec_that_reads_back);
    tcase_add_test(tc, a_spec_that_is_there_is_replaced_only_when_that_is_said);
    tcase_add_test(tc, running_out_of_memory_is_an_error_wherever_it_happens);
}

ASSAY_SUITE("calibrate/init", add_tests)
