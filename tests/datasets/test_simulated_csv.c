#include "datasets/simulated_csv.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/date.h"
#include "core/base/number.h"
#include "core/spec/spec.h"
#include "datasets/simulate.h"
#include "tests/datasets/world.h"

#define DEMO "datasets/demo"

/* What a FILE * received, as text. */
static struct assay_text text_of(FILE *stream)
{
    struct assay_text text = {0};
    char buffer[4096];
    rewind(stream);
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, stream)) > 0;)
        assay_text_add(&text, buffer, n);
    fclose(stream);
    return text;
}

static struct assay_text written(const struct assay_scenario *s, size_t n, bool truth,
                                 struct assay_simulated_summary *sum)
{
    struct assay_error err = {0};
    FILE *stream = tmpfile();
    ck_assert_ptr_nonnull(stream);
    ck_assay_ok(assay_simulated_csv_write(s, s->seed, n, truth, stream, sum, &err));
    return text_of(stream);
}

static struct assay_text file_text(const char *path)
{
    struct assay_text text = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_file_read(path, (size_t)1 << 26, &text, &err));
    return text;
}

static void check_same(const struct assay_text *got, const struct assay_text *want)
{
    size_t n = got->length < want->length ? got->length : want->length, k = 0, line = 1;
    for (; k < n && got->data[k] == want->data[k]; k++)
        line += got->data[k] == '\n';
    ck_assert_msg(k == got->length && k == want->length, "they differ in line %zu", line);
}

/* ---- the demo ---- */

START_TEST(the_demo_table_is_what_its_scenario_gives)
{
    struct assay_scenario s = edited_world(DEMO ".scenario.json", NULL, 0);
    struct assay_simulated_summary sum;
    struct assay_text got = written(&s, s.n_account, false, &sum);
    struct assay_text want = file_text(DEMO ".csv");
    check_same(&got, &want);
    ck_assert_uint_le(want.length, 2000000);
    ck_assert(sum.n_row >= 9000 && sum.n_row <= 11000);
    double rate = (double)sum.n_churned / (double)sum.n_row;
    ck_assert(rate > 0.07 && rate < 0.09);
    assay_text_clear(&got);
    assay_text_clear(&want);
    assay_scenario_clear(&s);
}
END_TEST

struct risk {
    double prob;
    bool churned;
};

static int by_prob(const void *a, const void *b)
{
    double x = ((const struct risk *)a)->prob, y = ((const struct risk *)b)->prob;
    return x < y ? -1 : x > y;
}

/* The share of pairs of a churner and another in which the churner's risk is higher: no model of
 * the demo can do better but by luck. Risks are continuous, so ties do not matter. */
START_TEST(the_demo_truth_separates_as_a_good_score_would)
{
    struct assay_scenario s = edited_world(DEMO ".scenario.json", NULL, 0);
    struct drawn d = draw(&s, s.seed, s.n_account);
    struct risk *risks = malloc(d.n_row * sizeof *risks);
    double below = 0, pairs = 0, events = 0, last_events = 0;
    for (size_t i = 0; i < d.n_row; i++) {
        risks[i] = (struct risk){d.rows[i].prob, d.rows[i].churned};
        last_events +=
            d.rows[i].quarter + 1 == s.n_quarter && d.rows[i].churned_on != ASSAY_NO_DATE;
    }
    qsort(risks, d.n_row, sizeof *risks, by_prob);
    for (size_t i = 0; i < d.n_row; i++) {
        if (risks[i].churned)
            pairs += below;
        events += risks[i].churned;
        below += !risks[i].churned;
    }
    double auc = pairs / (events * below);
    ck_assert_msg(auc > 0.83 && auc < 0.87, "AUC %.4f", auc);
    ck_assert_double_eq(last_events, 0); /* the last quarter's outcomes are still to come */
    free(risks);
    drawn_clear(&d);
    assay_scenario_clear(&s);
}
END_TEST

static bool has_column(const char *header, const char *name)
{
    char cell[200];
    snprintf(cell, sizeof cell, ",%s,", name);
    return strstr(header, cell) != NULL;
}

START_TEST(specs_ask_for_columns_that_their_tables_have)
{
    static const char *const names[] = {"datasets/demo", "datasets/truth"};
    char path[100];
    struct assay_error err = {0};
    struct assay_spec spec;
    struct assay_simulated_summary sum;
    snprintf(path, sizeof path, "%s.spec.json", names[_i]);
    ck_assay_ok(assay_spec_read(path, &spec, &err));
    snprintf(path, sizeof path, "%s.scenario.json", names[_i]);
    struct assay_scenario s = edited_world(path, NULL, 0);
    struct assay_text table = written(&s, 1, false, &sum);
    ck_assert_int_eq(spec.outcome.observed_until, s.observed_until);
    ck_assert_int_eq(spec.outcome.horizon_days, (int)s.horizon_days);
    ck_assert_uint_eq(spec.n_signal, s.n_signal);
    for (size_t j = 0; j < spec.n_signal; j++) {
        ck_assert_str_eq(spec.signals[j].column, s.signals[j].name);
        ck_assert_str_eq(spec.signals[j].dimension, s.dimensions[s.signals[j].dimension]);
        ck_assert_int_eq(spec.signals[j].better == ASSAY_LOWER, s.signals[j].lower_is_better);
    }
    for (size_t k = 0; k < spec.n_segment; k++)
        ck_assert(has_column(table.data, spec.segments[k]));
    ck_assert(has_column(table.data, spec.value) && has_column(table.data, spec.as_of));
    assay_text_clear(&table);
    assay_spec_clear(&spec);
    assay_scenario_clear(&s);
}
END_TEST

/* ---- the table ---- */

#define COLUMNS                                                                                    \
    "account_id,as_of,plan,segment,region,owner,arr,tenure_months,logins,seats,mood,tickets,"      \
    "overdue,noise,acted_on,churned_on"

/* Every cell of the table against the row it was written from. */
START_TEST(cells_read_back_as_the_row)
{
    struct edit comma = {"Ada Quillmore", "Quillmore, Ada"};
    struct assay_scenario s = edited_world(SMALL, &comma, 1);
    struct assay_simulated_summary sum;
    struct assay_text table = written(&s, 60, true, &sum);
    struct drawn d = draw(&s, s.seed, 60);
    ck_assert_uint_eq(sum.n_row, d.n_row);
    char *save = NULL, *line = strtok_r(table.data, "\n", &save);
    ck_assert_str_eq(line, COLUMNS ",true_probability,untouched_probability,true_churned,saved");
    for (size_t i = 0; i < d.n_row; i++) {
        const struct assay_simulated_row *row = &d.rows[i];
        char as_of[ASSAY_DATE_SIZE], acted[ASSAY_DATE_SIZE] = "", churned[ASSAY_DATE_SIZE] = "";
        assay_date_print(row->as_of, as_of);
        if (row->acted_on != ASSAY_NO_DATE)
            assay_date_print(row->acted_on, acted);
        if (row->churned_on != ASSAY_NO_DATE)
            assay_date_print(row->churned_on, churned);
        struct assay_text want = {0};
        assay_text_printf(&want, "A-%05zu,%s,%s,%s,North,%s,%.0f,%zu", row->account, as_of,
                          s.plans[row->plan].name, s.segments[row->segment].name,
                          row->owner == 0 ? "\"Quillmore, Ada\"" : "Bo Fennimore", row->arr,
                          row->tenure_months);
        for (size_t j = 0; j < d.n_signal; j++) {
            char number[ASSAY_NUMBER_SIZE] = "";
            if (!isnan(d.values[i * d.n_signal + j]))
                assay_number_print(d.values[i * d.n_signal + j], number);
            assay_text_printf(&want, ",%s", number);
        }
        char prob[ASSAY_NUMBER_SIZE], untouched[ASSAY_NUMBER_SIZE];
        assay_number_print(row->prob, prob);
        assay_number_print(row->prob_untouched, untouched);
        assay_text_printf(&want, ",%s,%s,%s,%s,%d,%d", acted, churned, prob, untouched,
                          row->churned, row->saved);
        line = strtok_r(NULL, "\n", &save);
        ck_assert_str_eq(line, want.data);
        assay_text_clear(&want);
    }
    ck_assert_ptr_null(strtok_r(NULL, "\n", &save));
    drawn_clear(&d);
    assay_text_clear(&table);
    assay_scenario_clear(&s);
}
END_TEST

START_TEST(the_summary_counts_the_rows)
{
    struct assay_scenario s = edited_world(SMALL, NULL, 0);
    struct assay_simulated_summary sum;
    struct assay_text table = written(&s, 500, false, &sum);
    struct drawn d = draw(&s, s.seed, 500);
    size_t churned = 0, acted = 0, saved = 0;
    double mean = 0;
    for (size_t i = 0; i < d.n_row; i++) {
        churned += d.rows[i].churned;
        acted += d.rows[i].acted;
        saved += d.rows[i].saved;
        mean += d.rows[i].prob / (double)d.n_row;
    }
    ck_assert_uint_eq(sum.n_row, d.n_row);
    ck_assert_uint_eq(sum.n_churned, churned);
    ck_assert_uint_eq(sum.n_acted, acted);
    ck_assert_uint_eq(sum.n_saved, saved);
    ck_assert_double_eq_tol(sum.mean_prob, mean, 1e-12);
    drawn_clear(&d);
    assay_text_clear(&table);
    assay_scenario_clear(&s);
}
END_TEST

START_TEST(writing_survives_every_failing_allocation)
{
    struct assay_scenario s = edited_world(SMALL, NULL, 0);
    struct assay_simulated_summary sum;
    struct assay_error err = {0};
    enum assay_status status = ASSAY_ENOMEM;
    size_t n = 1;
    for (; status != ASSAY_OK; n++) {
        FILE *stream = tmpfile();
        test_fail_allocation(n);
        status = assay_simulated_csv_write(&s, 1, 3, true, stream, &sum, &err);
        test_fail_allocation(0);
        fclose(stream);
        ck_assert(status == ASSAY_OK || status == ASSAY_ENOMEM);
    }
    ck_assert_uint_ge(n, 5); /* the line, the generator, the factors: three at least have failed */
    assay_scenario_clear(&s);
}
END_TEST

START_TEST(a_full_device_is_reported)
{
    FILE *full = fopen("/dev/full", "w");
    if (full == NULL) {
        test_skip("/dev/full is not here");
        return;
    }
    struct assay_scenario s = edited_world(SMALL, NULL, 0);
    struct assay_simulated_summary sum;
    struct assay_error err = {0};
    ck_assert_int_eq(assay_simulated_csv_write(&s, 1, 4000, false, full, &sum, &err), ASSAY_EIO);
    ck_assert_str_eq(err.message, "could not write the table: No space left on device");
    fclose(full);
    assay_scenario_clear(&s);
}
END_TEST

/* ---- the command ---- */

/* What the command returned and printed. */
struct run {
    int status;
    struct assay_text out, err;
};

static struct run run_command(char *argv[])
{
    struct run run = {0};
    int argc = 0;
    while (argv[argc] != NULL)
        argc++;
    FILE *out = tmpfile(), *err = tmpfile();
    fflush(NULL);
    int kept_out = dup(1), kept_err = dup(2);
    dup2(fileno(out), 1);
    dup2(fileno(err), 2);
    run.status = assay_simulate_main(argc, argv);
    fflush(NULL);
    dup2(kept_out, 1);
    dup2(kept_err, 2);
    close(kept_out);
    close(kept_err);
    run.out = text_of(out);
    run.err = text_of(err);
    return run;
}

static void run_clear(struct run *run)
{
    assay_text_clear(&run->out);
    assay_text_clear(&run->err);
}

START_TEST(the_command_writes_the_table_to_standard_output)
{
    char *argv[] = {"simulate", SMALL, "--accounts=30", "--truth", NULL};
    struct run run = run_command(argv);
    struct assay_scenario s = edited_world(SMALL, NULL, 0);
    struct assay_simulated_summary sum;
    struct assay_text want = written(&s, 30, true, &sum);
    ck_assert_int_eq(run.status, 0);
    check_same(&run.out, &want);
    ck_assert_ptr_nonnull(strstr(run.err.data, " snapshots of 30 accounts, seed 7; "));
    assay_text_clear(&want);
    assay_scenario_clear(&s);
    run_clear(&run);
}
END_TEST

START_TEST(the_command_writes_a_file_and_sums_up_as_json)
{
    char path[] = "/tmp/assay-simulate-XXXXXX";
    close(mkstemp(path));
    char *argv[] = {"simulate", "--json", "-o", path, "--seed", "99", SMALL, NULL};
    struct run run = run_command(argv);
    struct assay_scenario s = edited_world(SMALL, NULL, 0);
    s.seed = 99;
    struct assay_simulated_summary sum;
    struct assay_text want = written(&s, 400, false, &sum), got = file_text(path);
    unlink(path);
    ck_assert_int_eq(run.status, 0);
    check_same(&got, &want);
    char expected[400], mean[ASSAY_NUMBER_SIZE];
    assay_number_print(sum.mean_prob, mean);
    snprintf(expected, sizeof expected,
             "{\n  \"scenario\": \"small\",\n  \"seed\": 99,\n  \"accounts\": 400,\n"
             "  \"rows\": %zu,\n  \"churned\": %zu,\n  \"acted_on\": %zu,\n  \"saved\": %zu,\n"
             "  \"mean_true_probability\": %s\n}\n",
             sum.n_row, sum.n_churned, sum.n_acted, sum.n_saved, mean);
    ck_assert_str_eq(run.out.data, expected);
    assay_text_clear(&want);
    assay_text_clear(&got);
    assay_scenario_clear(&s);
    run_clear(&run);
}
END_TEST

#define LIST "  hint: \"assay simulate --help\" lists the options.\n"

static const struct {
    char *argv[5];
    const char *message;
} misused[] = {
    {{"simulate", NULL}, "assay simulate: expected SCENARIO\n" LIST},
    {{"simulate", SMALL, "--json", NULL},
     "assay simulate: --json needs --output=FILE: the table would mix with it\n" LIST},
    {{"simulate", SMALL, "--accounts", "0", NULL},
     "assay simulate: --accounts is \"0\"; expected a whole number from 1 to 10000000\n" LIST},
    {{"simulate", "tests/datasets/absent.json", NULL},
     "could not open \"tests/datasets/absent.json\": No such file or directory\n"},
    {{"simulate", SMALL, "-o", "tests/datasets/absent/table.csv", NULL},
     "could not write \"tests/datasets/absent/table.csv\": No such file or directory\n"},
};

START_TEST(misuse_is_named_and_leaves_with_two)
{
    char *argv[5];
    memcpy(argv, misused[_i].argv, sizeof argv);
    struct run run = run_command(argv);
    ck_assert_int_eq(run.status, 2);
    ck_assert_str_eq(run.err.data, misused[_i].message);
    ck_assert_uint_eq(run.out.length, 0);
    run_clear(&run);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, the_demo_table_is_what_its_scenario_gives);
    tcase_add_test(tc, the_demo_truth_separates_as_a_good_score_would);
    tcase_add_loop_test(tc, specs_ask_for_columns_that_their_tables_have, 0, 2);
    tcase_add_test(tc, cells_read_back_as_the_row);
    tcase_add_test(tc, the_summary_counts_the_rows);
    tcase_add_test(tc, writing_survives_every_failing_allocation);
    tcase_add_test(tc, a_full_device_is_reported);
    tcase_add_test(tc, the_command_writes_the_table_to_standard_output);
    tcase_add_test(tc, the_command_writes_a_file_and_sums_up_as_json);
    tcase_add_loop_test(tc, misuse_is_named_and_leaves_with_two, 0, (int)COUNT(misused));
}

ASSAY_SUITE("datasets/simulated_csv", add_tests)
