/* The command on temporary files: what it writes is what the scorer says, row for row and bit for
 * bit, in memory that does not grow. */
#include "score/score.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include "core/base/json.h"
#include "core/model/scorer.h"
#include "tests/model/specs.h"
#include "tests/support/command.h"

enum { BLOCK = 4096, MOST_COLUMNS = 7 + ASSAY_MAX_SIGNALS + 3, ANY = 1000000 };

/* ---- a model and a table in files, scored by the command and by the scorer ---- */

struct bench {
    struct assay_model model;
    char model_path[32], data_path[32], output_path[32];
    /* the command's */
    struct test_run run;
    struct assay_csv *output; /* its file, every column as text */
    struct assay_table written;
    /* the scorer's, over the whole table at once */
    struct assay_intake intake;
    struct assay_scorer scorer;
};

/* Fits the spec to a made-up table of 400 rows; the model is what its file has. Another column may
 * be named as the id: ids are not fitted. */
static void bench_model(struct bench *b, const char *spec, const char *id)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_text text = {0}, csv = made_up_csv(&(struct made_up){.seed = 21, .n_row = 400});
    *b = (struct bench){.model_path = "/tmp/assay-model-XXXXXX"};
    ck_assay_ok(lab_read(&lab, spec, csv.data, &err));
    ck_assay_ok(lab_model(&lab, &err));
    if (id != NULL) {
        free(lab.model.spec.id);
        lab.model.spec.id = strdup(id);
    }
    ck_assay_ok(assay_model_write(&lab.model, &text, &err));
    lab_write_file(b->model_path, text.data, text.length);
    ck_assay_ok(assay_model_read(b->model_path, &b->model, &err));
    assay_text_clear(&text);
    assay_text_clear(&csv);
    lab_clear(&lab);
}

static void read_output(struct bench *b)
{
    struct assay_error err = {0};
    struct assay_column_request requests[MOST_COLUMNS];
    struct assay_csv_options options = assay_csv_options_default();
    bool more;
    options.delimiter = ',';
    ck_assay_ok(assay_csv_open(b->output_path, &options, &b->output, &err));
    size_t n = assay_csv_header_count(b->output);
    for (size_t k = 0; k < n; k++)
        requests[k] = (struct assay_column_request){.column = assay_csv_header(b->output, k),
                                                    .type = ASSAY_TEXT,
                                                    .what = "cell"};
    ck_assay_ok(assay_csv_select(b->output, requests, n, &b->written, &err));
    ck_assay_ok(assay_csv_read(b->output, &b->written, ANY, &more, &err));
    ck_assert(!more);
    ck_assert_uint_eq(assay_csv_reject_count(b->output), 0);
}

/* Scores the table in both ways; more: further arguments, ending with NULL. */
static void bench_score(struct bench *b, const char *csv, const char *const more[])
{
    struct assay_error err = {0};
    char *argv[20] = {"score", b->model_path, "--data", b->data_path, "-o", b->output_path};
    strcpy(b->data_path, "/tmp/assay-data-XXXXXX");
    strcpy(b->output_path, "/tmp/assay-scores-XXXXXX");
    lab_write_file(b->data_path, csv, strlen(csv));
    lab_write_file(b->output_path, "", 0);
    for (size_t n = 6, k = 0; more[k] != NULL; k++)
        argv[n++] = (char *)more[k];
    b->run = test_command(assay_score_main, argv);
    ck_assert_msg(b->run.status == 0, "%s", b->run.err);
    read_output(b);
    struct assay_intake_options options = assay_intake_options_default();
    options.path = b->data_path;
    options.max_rejects = ANY;
    options.quiet = true;
    ck_assay_ok(assay_intake_open(&b->model.spec, ASSAY_TO_SCORE, &options, &b->intake, &err));
    ck_assay_ok(assay_intake_read_all(&b->intake, &err));
    ck_assay_ok(assay_scorer_init(&b->model, &b->intake.table, &b->scorer, &err));
}

static void bench_clear(struct bench *b)
{
    if (b->scorer.model != NULL)
        assay_scorer_clear(&b->scorer);
    assay_intake_close(&b->intake);
    assay_csv_close(b->output);
    assay_table_clear(&b->written);
    test_run_clear(&b->run);
    assay_model_clear(&b->model);
    unlink(b->model_path);
    unlink(b->data_path);
    unlink(b->output_path);
}

static const char *const nothing[] = {NULL};
static const char *const explain[] = {"--explain", NULL};

/* ---- cells ---- */

static const char *cell(const struct bench *b, size_t row, const char *column)
{
    size_t at = assay_table_find(&b->written, column, ASSAY_TEXT);
    ck_assert_msg(at != (size_t)-1, "the scores have no column \"%s\"", column);
    int32_t code = b->written.columns[at].codes[row];
    return code == ASSAY_NO_CODE ? ""
                                 : assay_dictionary_text(b->written.columns[at].dictionary, code);
}

/* The number in a cell, read by the C library. */
static double number(const struct bench *b, size_t row, const char *column)
{
    char *end;
    const char *text = cell(b, row, column);
    double value = strtod(text, &end);
    ck_assert_msg(end != text && *end == '\0', "row %zu: %s is \"%s\"", row, column, text);
    return value;
}

static double points(const struct bench *b, size_t row, size_t signal)
{
    struct assay_text column = {0};
    assay_text_printf(&column, "points:%s", b->model.spec.signals[signal].name);
    double value = number(b, row, column.data);
    assay_text_clear(&column);
    return value;
}

static const char *id_of(const struct bench *b, size_t row)
{
    const struct assay_column *id = &b->intake.table.columns[b->scorer.columns.id];
    return assay_dictionary_text(id->dictionary, id->codes[row]);
}

/* Row `at` of the output is row `row` of the table: id and figures, or none. */
static void check_row(const struct bench *b, size_t at, size_t row)
{
    double s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    struct assay_score score;
    assay_scorer_row(&b->scorer, &b->intake.table, row, s, missing, &score);
    ck_assert_str_eq(cell(b, at, b->model.spec.id), id_of(b, row));
    if (score.dropped) {
        ck_assert_str_eq(cell(b, at, "score"), "");
        ck_assert_str_eq(cell(b, at, "probability"), "");
        ck_assert_str_eq(cell(b, at, "zone"), "");
        ck_assert_str_eq(cell(b, at, "note"), "no score: a required signal is missing");
        return;
    }
    ck_assert(number(b, at, "composite") == score.composite);
    ck_assert(number(b, at, "score") == score.score);
    ck_assert(number(b, at, "probability") == score.probability);
    ck_assert_str_eq(cell(b, at, "zone"), b->model.spec.zones[score.zone].name);
}

/* ---- rows and their figures ---- */

/* Over two blocks' ends, and models with every method and policy. */
START_TEST(rows_keep_their_order_and_numbers_every_bit)
{
    struct bench b;
    struct assay_text csv =
        made_up_csv(&(struct made_up){.seed = 3, .n_row = 2 * BLOCK + 1, .shuffled = true});
    bench_model(&b, model_specs[_i].spec, NULL);
    bench_score(&b, csv.data, nothing);
    ck_assert_uint_eq(b.written.n_row, 2 * BLOCK + 1);
    ck_assert_str_eq(b.run.out, "");
    for (size_t i = 0; i < b.written.n_row; i++)
        check_row(&b, i, i);
    assay_text_clear(&csv);
    bench_clear(&b);
}
END_TEST

/* Ids are forgotten with each block; where they are plans or categories too, the scorer needs them
 * still. */
START_TEST(an_id_that_is_a_plan_or_a_category_too_is_not_forgotten)
{
    struct bench b;
    struct assay_text csv = made_up_csv(&(struct made_up){.seed = 4, .n_row = 2 * BLOCK + 1});
    bench_model(&b, ALL_POLICIES, _i ? "contract" : "plan");
    bench_score(&b, csv.data, (const char *const[]){"--max-rejects", "1000000", NULL});
    ck_assert_uint_eq(b.written.n_row, b.intake.table.n_row);
    ck_assert_uint_gt(b.written.n_row, BLOCK);
    for (size_t i = 0; i < b.written.n_row; i++)
        check_row(&b, i, i);
    assay_text_clear(&csv);
    bench_clear(&b);
}
END_TEST

/* ---- the points behind a score ---- */

static double line_of(const struct assay_model *model, struct assay_terms terms)
{
    double line = assay_terms_line(model, terms);
    return log(line / (1 - line));
}

/* The score before it is cut to 0 to 100. */
static double unclamped(const struct assay_model *model, struct assay_terms terms, double log_odds,
                        double composite)
{
    return model->spec.scale == ASSAY_WEIGHTED_AVERAGE
               ? composite
               : 50 + model->spec.points_to_halve_odds / M_LN2 * (line_of(model, terms) - log_odds);
}

/* Of an account of that segment whose every signal is at a neutral 50, none missing. */
static double neutral_score(const struct assay_model *model, struct assay_terms terms)
{
    double log_odds = assay_terms_intercept(model, terms), composite = 0;
    for (size_t j = 0; j < model->n_signal; j++) {
        log_odds -= assay_terms_slope(model, terms)[j] / 2;
        composite += assay_terms_weight(model, terms)[j] * 50;
    }
    return unclamped(model, terms, log_odds, composite);
}

/* Sums of up to ten terms of at most some hundred points: rounding leaves 1e-13. */
static void check_points(const struct bench *b, size_t row)
{
    double s[ASSAY_MAX_SIGNALS], sum = 0;
    bool missing[ASSAY_MAX_SIGNALS];
    struct assay_score score;
    assay_scorer_row(&b->scorer, &b->intake.table, row, s, missing, &score);
    for (size_t j = 0; j < b->model.n_signal; j++)
        sum += points(b, row, j);
    double gap = unclamped(&b->model, score.terms, score.log_odds, score.composite) -
                 neutral_score(&b->model, score.terms);
    test_close("sum of points", sum, gap, 1e-9, 1);
}

/* The k-th worst of the signals with negative points, the first of equals; "" beyond the last. */
static const char *worst(const struct bench *b, size_t row, size_t k)
{
    bool taken[ASSAY_MAX_SIGNALS] = {false};
    const char *name = "";
    for (size_t turn = 0; turn <= k; turn++) {
        size_t found = ASSAY_MAX_SIGNALS;
        for (size_t j = 0; j < b->model.n_signal; j++)
            if (!taken[j] && points(b, row, j) < 0 &&
                (found == ASSAY_MAX_SIGNALS || points(b, row, j) < points(b, row, found)))
                found = j;
        if (found == ASSAY_MAX_SIGNALS)
            return "";
        taken[found] = true;
        name = b->model.spec.signals[found].name;
    }
    return name;
}

START_TEST(points_add_up_to_the_distance_from_neutral_and_name_the_drivers)
{
    static const char *const drivers[] = {"driver_1", "driver_2", "driver_3"};
    struct bench b;
    size_t n_scored = 0;
    struct assay_text csv = made_up_csv(&(struct made_up){.seed = 6, .n_row = 300});
    bench_model(&b, model_specs[_i].spec, NULL);
    bench_score(&b, csv.data, explain);
    for (size_t i = 0; i < b.written.n_row; i++) {
        check_row(&b, i, i);
        bool scored = cell(&b, i, "score")[0] != '\0';
        n_scored += scored;
        if (scored)
            check_points(&b, i);
        for (size_t k = 0; k < COUNT(drivers); k++)
            ck_assert_str_eq(cell(&b, i, drivers[k]), scored ? worst(&b, i, k) : "");
    }
    ck_assert_uint_gt(n_scored, 200);
    assay_text_clear(&csv);
    bench_clear(&b);
}
END_TEST

START_TEST(an_account_without_a_score_has_neither_points_nor_drivers)
{
    struct bench b;
    char *line;
    bench_model(&b, ALL_POLICIES, NULL);
    bench_score(&b, "id,plan,months,logins,tickets,nps,seats,use,contract\nx,Basic,1,1,1,1,1,1,\n",
                explain);
    struct assay_text text = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_file_read(b.output_path, 1 << 16, &text, &err));
    line = strchr(text.data, '\n');
    ck_assert_str_eq(line, "\nx,,,,,,no score: a required signal is missing,,,,,,,,,\n");
    assay_text_clear(&text);
    bench_clear(&b);
}
END_TEST

/* ---- notes ---- */

#define NOTED_SPEC \
    SPEC_HEAD FULL_COHORT "\"signals\": [" \
    SIGNAL("logins", "logins", "higher", "") "," \
    SIGNAL("nps", "nps", "higher", BY_NUMBER MISSING("indicator")) "," \
    SIGNAL("contract", "contract", "higher", BY_CATEGORY MISSING("neutral")) "]}"

static const struct {
    const char *plan, *logins, *nps, *contract, *note;
} notes[] = {
    {"Basic", "5", "7", "yearly", ""},
    {"Galaxy", "5", "7", "yearly", "new plan"},
    {"", "5", "7", "yearly", ""}, /* no plan is not a new one */
    {"Basic", "5", "", "yearly", "1 missing"},
    {"Basic", "", "N/A", "", "3 missing"},
    {"Basic", "5", "7", "weekly", "1 new category; 1 missing"},
    {"Galaxy", "", "7", "weekly", "new plan; 1 new category; 2 missing"},
    {"Galaxy", "5", "", "monthly", "new plan; 1 missing"},
};

START_TEST(a_note_says_what_a_score_rests_on)
{
    struct bench b;
    struct assay_text csv = {0};
    assay_text_puts(&csv, "id,plan,months,logins,nps,contract\n");
    for (size_t i = 0; i < COUNT(notes); i++)
        assay_text_printf(&csv, "A%zu,%s,10,%s,%s,%s\n", i, notes[i].plan, notes[i].logins,
                          notes[i].nps, notes[i].contract);
    bench_model(&b, NOTED_SPEC, NULL);
    bench_score(&b, csv.data, nothing);
    for (size_t i = 0; i < COUNT(notes); i++) {
        ck_assert_str_eq(cell(&b, i, "note"), notes[i].note);
        check_row(&b, i, i);
    }
    ck_assert_ptr_nonnull(strstr(b.run.err, ": 8 snapshots scored: "));
    ck_assert_ptr_nonnull(strstr(b.run.err, "\n  3 on a plan that calibration never saw"));
    ck_assert_ptr_nonnull(strstr(b.run.err, "\n  2 with a category that has no points"));
    ck_assert_ptr_nonnull(strstr(b.run.err, "\n  5 with at least one signal missing"));
    assay_text_clear(&csv);
    bench_clear(&b);
}
END_TEST

/* Weights by plan, lines by contract. */
static const struct {
    const char *plan, *contract, *note;
} strangers[] = {
    {"Team", "yearly", ""},
    {"Galaxy", "yearly", "new plan; new segment"},
    {"Team", "weekly", "new segment"},
    {"Galaxy", "weekly", "new plan; new segment"},
    {"", "", ""}, /* none is not a new one */
};

START_TEST(a_segment_that_calibration_never_saw_is_noted_and_counted)
{
    static const char *const counted[] = {"--json", NULL};
    struct bench b;
    struct assay_error err = {0};
    struct assay_json *doc = NULL;
    struct assay_text csv = {0};
    assay_text_puts(&csv, "id,plan,months,logins,tickets,nps,contract\n");
    for (size_t i = 0; i < COUNT(strangers); i++)
        assay_text_printf(&csv, "A%zu,%s,10,20,3,7,%s\n", i, strangers[i].plan,
                          strangers[i].contract);
    bench_model(&b, model_specs[COUNT(model_specs) - 1].spec, NULL);
    bench_score(&b, csv.data, _i ? counted : nothing);
    for (size_t i = 0; i < COUNT(strangers); i++) {
        ck_assert_str_eq(cell(&b, i, "note"), strangers[i].note);
        check_row(&b, i, i);
    }
    if (_i) {
        ck_assay_ok(
            assay_json_parse("out", b.run.out, strlen(b.run.out), ASSAY_JSON_STRICT, &doc, &err));
        ck_assert_double_eq(test_number(assay_json_root(doc), "new_segment", NULL), 3);
        assay_json_free(doc);
    } else {
        ck_assert_ptr_nonnull(strstr(b.run.err, "\n  3 of a segment that calibration never saw: scored "
                                                "as everybody is\n"));
    }
    assay_text_clear(&csv);
    bench_clear(&b);
}
END_TEST

/* ---- dates ---- */

#define DATED_SPEC \
    SPEC_HEAD "\"as_of\": \"as_of\", \"signals\": [" SIGNAL("logins", "logins", "higher", "") "]}"

START_TEST(a_window_of_dates_includes_both_its_days)
{
    static const char csv[] = "id,as_of,logins\n"
                              "a,2025-12-31,1\nb,2026-01-01,2\nc,2026-02-01,3\nd,2026-03-31,4\n"
                              "e,2026-04-01,5\nf,2026-01-01,6\n";
    static const char *const window[] = {"--from", "2026-01-01", "--until", "2026-03-31", NULL};
    static const size_t inside[] = {1, 2, 3, 5};
    struct bench b;
    bench_model(&b, DATED_SPEC, NULL);
    bench_score(&b, csv, window);
    ck_assert_uint_eq(b.written.n_row, COUNT(inside));
    for (size_t k = 0; k < COUNT(inside); k++)
        check_row(&b, k, inside[k]);
    ck_assert_str_eq(cell(&b, 1, "as_of"), "2026-02-01");
    ck_assert_ptr_nonnull(strstr(b.run.err, ": 4 snapshots scored: "));
    ck_assert_ptr_nonnull(strstr(b.run.err, "\n  2 outside the window of dates\n"));
    bench_clear(&b);
}
END_TEST

START_TEST(without_dates_their_column_is_empty)
{
    struct bench b;
    bench_model(&b, DATED_SPEC, NULL);
    bench_score(&b, "logins,id\n7,a\n8,b\n", nothing);
    ck_assert_uint_eq(b.written.n_row, 2);
    ck_assert_str_eq(cell(&b, 0, "as_of"), "");
    check_row(&b, 1, 1);
    bench_clear(&b);
}
END_TEST

/* ---- ids ---- */

START_TEST(ids_with_commas_quotes_and_line_ends_read_back)
{
    static const char *const ids[] = {"plain",     "a,b",   "say \"hi\"", "\"",    "two\nlines",
                                      " blank ",   "a;b\tc", ",",         "\"\",\"\"",
                                      "caf\xc3\xa9", "-",     "=1+1"};
    struct bench b;
    struct assay_text csv = {0};
    assay_text_puts(&csv, "id,use,seats\n");
    for (size_t i = 0; i < COUNT(ids); i++) {
        assay_text_csv(&csv, ids[i], strlen(ids[i]), ',');
        assay_text_printf(&csv, ",%zu,0.5\n", i);
    }
    bench_model(&b, model_specs[0].spec, NULL);
    bench_score(&b, csv.data, explain);
    ck_assert_uint_eq(b.written.n_row, COUNT(ids));
    for (size_t i = 0; i < COUNT(ids); i++) {
        ck_assert_str_eq(cell(&b, i, "id"), ids[i]);
        check_row(&b, i, i);
    }
    assay_text_clear(&csv);
    bench_clear(&b);
}
END_TEST

/* ---- how many ---- */

START_TEST(json_counts_what_the_scores_say)
{
    struct bench b;
    struct assay_error err = {0};
    struct assay_json *doc = NULL;
    struct assay_text csv = made_up_csv(&(struct made_up){.seed = 8, .n_row = 2 * BLOCK});
    size_t count[ASSAY_MAX_ZONES] = {0}, without = 0, incomplete = 0;
    assay_text_puts(&csv, "Z,2025-12-31,Basic,many,1,1,1,1,1,yearly,1,0\n"); /* a bad row */
    assay_text_puts(&csv, "Z,2025-12-31,Galaxy,1,1,1,1,1,1,yearly,1,0\n");
    assay_text_puts(&csv, "Z,2025-12-31,Galaxy,1,1,1,1,1,1,weekly,1,0\n");
    bench_model(&b, ALL_POLICIES, NULL);
    bench_score(&b, csv.data, (const char *const[]){"--json", "--max-rejects", "1", NULL});
    ck_assay_ok(
        assay_json_parse("out", b.run.out, strlen(b.run.out), ASSAY_JSON_STRICT, &doc, &err));
    const struct cJSON *root = assay_json_root(doc), *zones = test_at(root, "zones", NULL);
    for (size_t i = 0; i < b.written.n_row; i++) {
        without += cell(&b, i, "score")[0] == '\0';
        incomplete += strstr(cell(&b, i, "note"), "missing") != NULL;
        for (size_t z = 0; z < b.model.spec.n_zone; z++)
            count[z] += strcmp(cell(&b, i, "zone"), b.model.spec.zones[z].name) == 0;
    }
    ck_assert_uint_eq(b.written.n_row, 2 * BLOCK + 2);
    ck_assert_uint_gt(without, 0);
    ck_assert_uint_eq(assay_json_count(zones), b.model.spec.n_zone);
    for (size_t z = 0; z < b.model.spec.n_zone; z++)
        ck_assert_double_eq(test_number(zones, b.model.spec.zones[z].name, NULL), (double)count[z]);
    ck_assert_double_eq(test_number(root, "scored", NULL), (double)(b.written.n_row - without));
    ck_assert_double_eq(test_number(root, "without_score", NULL), (double)without);
    ck_assert_double_eq(test_number(root, "incomplete", NULL), (double)incomplete);
    ck_assert_double_eq(test_number(root, "bad_rows", NULL), 1);
    ck_assert_double_eq(test_number(root, "new_plan", NULL), 1); /* of two, one has no score */
    ck_assert_double_eq(test_number(root, "new_segment", NULL), 0);
    ck_assert_double_eq(test_number(root, "new_category", NULL), 1);
    ck_assert_str_eq(assay_json_string(test_at(root, "model", "digest", NULL)), b.model.digest);
    assay_json_free(doc);
    assay_text_clear(&csv);
    bench_clear(&b);
}
END_TEST

/* ---- what goes wrong ---- */

START_TEST(a_bad_row_ends_the_run_and_leaves_no_file)
{
    struct bench b;
    char data[] = "/tmp/assay-data-XXXXXX", output[] = "/tmp/assay-gone-XXXXXX", said[256];
    static const char csv[] = "id,use,seats\na,1,0.5\nb,much,0.5\n";
    bench_model(&b, model_specs[0].spec, NULL);
    lab_write_file(data, csv, strlen(csv));
    lab_write_file(output, "", 0);
    unlink(output);
    b.run = test_command(assay_score_main, (char *[]){"score", b.model_path, "--data", data,
                                                      "--output", output, NULL});
    ck_assert_int_eq(b.run.status, 2);
    ck_assert_str_eq(b.run.out, "");
    ck_assert_int_ne(access(output, F_OK), 0);
    snprintf(said, sizeof said, "%s:3:2: signal \"use\" is \"much\"; expected a number", data);
    ck_assert_ptr_eq(strstr(b.run.err, said), b.run.err);
    unlink(data);
    bench_clear(&b);
}
END_TEST

/* ---- memory ---- */

/* n rows with n different ids, written as they come. */
static void write_rows(char path[], size_t n)
{
    int fd = mkstemp(path);
    FILE *csv = fdopen(fd, "w");
    ck_assert_ptr_nonnull(csv);
    fprintf(csv, "id,use,seats\n");
    for (size_t i = 0; i < n; i++)
        fprintf(csv, "account-with-a-long-id-%09zu,%zu.5,0.%zu\n", i, i % 100, i % 10);
    ck_assert_int_eq(fclose(csv), 0);
}

/* Peak resident memory, in kB, of a child that scores the file and throws the scores away. */
static long peak_of(char *model, char *data)
{
    int status;
    struct rusage usage;
    fflush(NULL);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        char *argv[] = {"score", model, "--data", data, "--output", "/dev/null", "--quiet", NULL};
        _exit(freopen("/dev/null", "w", stderr) == NULL ? 3 : assay_score_main(7, argv));
    }
    ck_assert_int_eq(wait4(child, &status, 0, &usage), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return usage.ru_maxrss;
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* 360,000 ids of 32 bytes are 12 MB of text; when they were kept, memory grew by 24. Now it does not
 * grow at all, give or take a page, once every buffer has been used. */
START_TEST(ten_times_the_rows_take_no_more_memory)
{
    struct bench b;
    if (SANITIZED) {
        test_skip("a sanitizer keeps memory that was given back");
        return;
    }
    char few[] = "/tmp/assay-few-XXXXXX", many[] = "/tmp/assay-many-XXXXXX";
    bench_model(&b, model_specs[0].spec, NULL);
    write_rows(few, 40000);
    write_rows(many, 400000);
    long small = peak_of(b.model_path, few), large = peak_of(b.model_path, many);
    ck_assert_msg(large - small < 2048, "%ld kB for 40,000 rows, %ld kB for 400,000", small, large);
    unlink(few);
    unlink(many);
    bench_clear(&b);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, rows_keep_their_order_and_numbers_every_bit, 0, COUNT(model_specs));
    tcase_add_loop_test(tc, an_id_that_is_a_plan_or_a_category_too_is_not_forgotten, 0, 2);
    tcase_add_loop_test(tc, points_add_up_to_the_distance_from_neutral_and_name_the_drivers, 0,
                        COUNT(model_specs));
    tcase_add_test(tc, an_account_without_a_score_has_neither_points_nor_drivers);
    tcase_add_test(tc, a_note_says_what_a_score_rests_on);
    tcase_add_loop_test(tc, a_segment_that_calibration_never_saw_is_noted_and_counted, 0, 2);
    tcase_add_test(tc, a_window_of_dates_includes_both_its_days);
    tcase_add_test(tc, without_dates_their_column_is_empty);
    tcase_add_test(tc, ids_with_commas_quotes_and_line_ends_read_back);
    tcase_add_test(tc, json_counts_what_the_scores_say);
    tcase_add_test(tc, a_bad_row_ends_the_run_and_leaves_no_file);
    tcase_add_test(tc, ten_times_the_rows_take_no_more_memory);
}

ASSAY_SUITE("score/score", add_tests)
