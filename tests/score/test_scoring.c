/* The command's output, byte for byte, against lines made one at a time by the row scorer: at the ends of blocks,
 * on any number of threads, with bad rows in between, from a pipe. */
#include "score/scoring.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/number.h"
#include "core/model/points.h"
#include "core/model/scorer.h"
#include "score/score.h"
#include "tests/model/specs.h"
#include "tests/support/command.h"

enum { ANY = 1000000 };

struct files {
    char model[32], data[32], output[32];
};

/* ---- lines, one at a time ---- */

static void put_number(struct assay_text *line, double value)
{
    char text[ASSAY_NUMBER_SIZE];
    assay_number_print(value, text);
    assay_text_puts(line, text);
}

static void put_note(struct assay_text *line, const struct assay_score *score)
{
    char parts[4][40] = {"", "", "", ""};
    const char *comma = "";
    if (score->unseen_plan)
        strcpy(parts[0], "new plan");
    if (score->terms.unseen)
        strcpy(parts[1], "new segment");
    if (score->n_unknown > 0)
        snprintf(parts[2], sizeof parts[2], "%zu new %s", score->n_unknown,
                 score->n_unknown == 1 ? "category" : "categories");
    if (score->n_missing > 0)
        snprintf(parts[3], sizeof parts[3], "%zu missing", score->n_missing);
    for (size_t k = 0; k < COUNT(parts); k++) {
        if (parts[k][0] == '\0')
            continue;
        assay_text_printf(line, "%s%s", comma, parts[k]);
        comma = "; ";
    }
}

static void put_points(struct assay_text *line, const struct assay_model *model,
                       const struct assay_score *score, const double s[], const bool missing[])
{
    double points[ASSAY_MAX_SIGNALS];
    for (size_t j = 0; j < model->n_signal; j++) {
        points[j] = assay_points_of_signal(model, score->terms, j, s[j], missing[j]);
        assay_text_putc(line, ',');
        if (!score->dropped)
            put_number(line, points[j] == 0 ? 0 : points[j]);
    }
    for (size_t k = 0; k < 3; k++) {
        size_t worst = 0;
        for (size_t j = 1; j < model->n_signal; j++)
            worst = points[j] < points[worst] ? j : worst;
        assay_text_putc(line, ',');
        if (points[worst] < 0 && !score->dropped)
            assay_text_csv(line, model->spec.signals[worst].name,
                           strlen(model->spec.signals[worst].name), ',');
        points[worst] = 0;
    }
}

static void put_row(struct assay_text *line, const struct assay_scorer *scorer,
                    const struct assay_table *table, size_t row, bool explain)
{
    double s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    char day[ASSAY_DATE_SIZE];
    struct assay_score score;
    assay_scorer_row(scorer, table, row, s, missing, &score);
    const struct assay_column *id = &table->columns[scorer->columns.id];
    const char *name = assay_dictionary_text(id->dictionary, id->codes[row]);
    assay_text_csv(line, name, strlen(name), ',');
    int32_t as_of = scorer->columns.as_of == ASSAY_NO_COLUMN
                        ? ASSAY_NO_DATE
                        : table->columns[scorer->columns.as_of].dates[row];
    assay_text_printf(line, ",%s,", as_of == ASSAY_NO_DATE ? "" : assay_date_print(as_of, day));
    if (score.dropped) {
        assay_text_puts(line, ",,,,no score: a required signal is missing");
    } else {
        put_number(line, score.composite);
        assay_text_putc(line, ',');
        put_number(line, score.score);
        assay_text_putc(line, ',');
        put_number(line, score.probability);
        assay_text_printf(line, ",%s,", scorer->model->spec.zones[score.zone].name);
        put_note(line, &score);
    }
    if (explain)
        put_points(line, scorer->model, &score, s, missing);
    assay_text_putc(line, '\n');
}

/* Everything below the header, the whole table read at once. */
static struct assay_text expected(const struct files *files, bool explain)
{
    struct assay_error err = {0};
    struct assay_model model;
    struct assay_intake intake;
    struct assay_scorer scorer;
    struct assay_text lines = {0};
    struct assay_intake_options options = assay_intake_options_default();
    options.path = files->data;
    options.max_rejects = ANY;
    options.quiet = true;
    ck_assay_ok(assay_model_read(files->model, &model, &err));
    ck_assay_ok(assay_intake_open(&model.spec, ASSAY_TO_SCORE, &options, &intake, &err));
    ck_assay_ok(assay_intake_read_all(&intake, &err));
    ck_assay_ok(assay_scorer_init(&model, &intake.table, &scorer, &err));
    for (size_t i = 0; i < intake.table.n_row; i++)
        put_row(&lines, &scorer, &intake.table, i, explain);
    assay_scorer_clear(&scorer);
    assay_intake_close(&intake);
    assay_model_clear(&model);
    ck_assert(!lines.failed);
    return lines;
}

/* ---- the command ---- */

static void open_files(struct files *files, size_t spec, const char *csv)
{
    struct assay_text model = text_of_spec(spec);
    *files = (struct files){"/tmp/assay-model-XXXXXX", "/tmp/assay-data-XXXXXX",
                            "/tmp/assay-out-XXXXXX"};
    lab_write_file(files->model, model.data, model.length);
    lab_write_file(files->data, csv, strlen(csv));
    lab_write_file(files->output, "", 0);
    assay_text_clear(&model);
}

static void close_files(const struct files *files)
{
    unlink(files->model);
    unlink(files->data);
    unlink(files->output);
}

static void check_output(const struct files *files, const struct assay_text *lines)
{
    struct assay_error err = {0};
    struct assay_text output = {0};
    ck_assay_ok(assay_file_read(files->output, 1 << 28, &output, &err));
    const char *below = strchr(output.data, '\n');
    ck_assert_ptr_nonnull(below);
    ck_assert_uint_eq(strlen(below + 1), lines->length);
    ck_assert_int_eq(memcmp(below + 1, lines->data, lines->length), 0);
    assay_text_clear(&output);
}

static void score(struct files *files, const char *threads, const char *flag)
{
    struct test_run run =
        test_command(assay_score_main, (char *[]){"score", files->model, "--data", files->data,
                                                  "-o", files->output, "--threads", (char *)threads,
                                                  "--max-rejects", "1000000", (char *)flag, NULL});
    ck_assert_msg(run.status == 0, "%s", run.err);
    test_run_clear(&run);
}

/* ---- blocks and threads ---- */

static struct assay_text rows_of(size_t n)
{
    return made_up_csv(&(struct made_up){.seed = 17, .n_row = n});
}

/* Points for gaps and whole numbers; weights by plan and lines by contract; every method and policy. */
static const size_t specs[] = {3, 14, 15};
static const size_t sizes[] = {1, ASSAY_SCORE_BLOCK - 1, ASSAY_SCORE_BLOCK, ASSAY_SCORE_BLOCK + 1};

START_TEST(blocks_end_where_they_may)
{
    struct files files;
    size_t n = sizes[_i];
    struct assay_text csv = rows_of(n);
    open_files(&files, specs[(size_t)_i % COUNT(specs)], csv.data);
    struct assay_text lines = expected(&files, false);
    score(&files, "2", NULL);
    check_output(&files, &lines);
    assay_text_clear(&lines);
    assay_text_clear(&csv);
    close_files(&files);
}
END_TEST

START_TEST(threads_do_not_show_nor_does_an_explanation)
{
    static const char *const threads[] = {"1", "2", "3", "4"};
    struct files files;
    struct assay_text csv = rows_of(ASSAY_SCORE_BLOCK + 2000);
    open_files(&files, specs[_i], csv.data);
    struct assay_text lines = expected(&files, true);
    for (size_t k = 0; k < COUNT(threads); k++) {
        score(&files, threads[k], "--explain");
        check_output(&files, &lines);
    }
    assay_text_clear(&lines);
    assay_text_clear(&csv);
    close_files(&files);
}
END_TEST

/* ---- odd sources ---- */

/* Every 700th row is bad; ids need quotes, plans and contracts are new ones in later blocks. */
static struct assay_text odd_rows(void)
{
    struct assay_text csv = {0};
    assay_text_puts(&csv, "id,as_of,plan,months,logins,tickets,nps,seats,use,contract\n");
    for (size_t i = 0; i < ASSAY_SCORE_BLOCK + 3000; i++) {
        if (i % 700 == 350)
            assay_text_puts(&csv, "bad,2025-01-01,Basic,1,many,1,1,1,1,yearly\n");
        assay_text_printf(&csv, "\"%zu, \"\"ltd\"\"\",%s,%s%zu,%zu,%zu.5,%s,%zu,0.5,%zu,%s\n", i,
                          i % 5 == 0 ? "" : "2025-03-31", i % 3 ? "Basic" : "Plan", i / 2000,
                          i % 40, i % 97, i % 11 == 0 ? "" : "3", i % 12, i % 101,
                          i % 13 == 0 ? ""
                          : i % 2     ? "yearly"
                                      : "weekly");
    }
    ck_assert(!csv.failed);
    return csv;
}

START_TEST(bad_rows_new_texts_and_quotes_come_through)
{
    struct files files;
    struct assay_text csv = odd_rows();
    open_files(&files, specs[_i], csv.data);
    struct assay_text lines = expected(&files, true);
    ck_assert_ptr_nonnull(strstr(lines.data, "; "));
    score(&files, "2", "--explain");
    check_output(&files, &lines);
    assay_text_clear(&lines);
    assay_text_clear(&csv);
    close_files(&files);
}
END_TEST

/* The data through a pipe, which a child fills, and the scores to standard output. */
START_TEST(a_pipe_is_scored_as_a_file_is)
{
    struct files files;
    struct assay_text csv = rows_of(ASSAY_SCORE_BLOCK + 17);
    int ends[2], kept = dup(STDIN_FILENO);
    open_files(&files, specs[0], csv.data);
    struct assay_text lines = expected(&files, false);
    ck_assert_int_eq(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        _exit(write(ends[1], csv.data, csv.length) == (ssize_t)csv.length ? 0 : 1);
    }
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    struct test_run run = test_command(
        assay_score_main, (char *[]){"score", files.model, "--data", "-", "--quiet", NULL});
    dup2(kept, STDIN_FILENO);
    close(kept);
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    ck_assert_msg(run.status == 0, "%s", run.err);
    ck_assert_str_eq(strchr(run.out, '\n') + 1, lines.data);
    test_run_clear(&run);
    assay_text_clear(&lines);
    assay_text_clear(&csv);
    close_files(&files);
}
END_TEST

START_TEST(counts_alone_are_the_same_as_with_scores)
{
    struct files files;
    struct assay_text csv = odd_rows();
    open_files(&files, specs[0], csv.data);
    struct test_run runs[2];
    for (size_t k = 0; k < 2; k++) {
        char *argv[] = {"score",         files.model, "--data",        files.data,   "--json",
                        "--max-rejects", "99",        k ? "-o" : NULL, files.output, NULL};
        runs[k] = test_command(assay_score_main, argv);
        ck_assert_int_eq(runs[k].status, 0);
    }
    ck_assert_ptr_nonnull(strstr(runs[0].out, "\"scored\": "));
    ck_assert_str_eq(runs[0].out, runs[1].out);
    test_run_clear(&runs[0]);
    test_run_clear(&runs[1]);
    assay_text_clear(&csv);
    close_files(&files);
}
END_TEST

/* ---- what goes wrong ---- */

START_TEST(too_many_bad_rows_in_a_later_block_leave_no_file)
{
    struct files files;
    struct assay_text csv = rows_of(ASSAY_SCORE_BLOCK + 1);
    assay_text_puts(&csv, "Z,2025-12-31,Basic,1,many,1,1,1,1,yearly,1,0\n");
    open_files(&files, specs[0], csv.data);
    unlink(files.output);
    struct test_run run =
        test_command(assay_score_main, (char *[]){"score", files.model, "--data", files.data, "-o",
                                                  files.output, "--threads", _i ? "2" : "1", NULL});
    ck_assert_int_eq(run.status, 2);
    char message[64];
    snprintf(message, sizeof message, ": 1 bad row among %zu; expected at most 0\n",
             ASSAY_SCORE_BLOCK + 2);
    ck_assert_ptr_nonnull(strstr(run.err, message));
    ck_assert_int_ne(access(files.output, F_OK), 0);
    test_run_clear(&run);
    assay_text_clear(&csv);
    close_files(&files);
}
END_TEST

/* One thread, so that the n-th allocation is always the same one. */
static enum assay_status run_without(const struct files *files, size_t n, struct assay_error *err)
{
    struct assay_scoring scoring = {0};
    struct assay_scoring_options options = {.model_path = files->model,
                                            .output_path = "/dev/null",
                                            .write = true,
                                            .explain = true,
                                            .data = assay_intake_options_default()};
    options.data.path = files->data;
    options.data.quiet = true;
    options.data.n_thread = 1;
    test_fail_allocation(n);
    enum assay_status status = assay_scoring_run(&options, &scoring, err);
    test_fail_allocation(0);
    assay_scoring_clear(&scoring);
    return status;
}

/* Reading a model makes thousands of them, which its own tests go through: here each of the last few, when blocks
 * are scored, and some of those before. */
START_TEST(a_failing_allocation_is_an_error_and_leaks_nothing)
{
    enum { LAST = 40, STEPS = 10 };
    struct files files;
    struct assay_error err = {0};
    struct assay_text csv = rows_of(ASSAY_SCORE_BLOCK + 5);
    open_files(&files, specs[2], csv.data);
    ck_assay_ok(run_without(&files, 0, &err));
    size_t all = test_allocations(), first = all > LAST ? all - LAST : 1, step = first / STEPS + 1;
    for (size_t n = 1; n <= all; n += n < first ? step : 1) {
        err = (struct assay_error){0};
        ck_assert_int_eq(run_without(&files, n, &err), ASSAY_ENOMEM);
        ck_assert_ptr_nonnull(strstr(err.message, "out of memory "));
    }
    assay_text_clear(&csv);
    close_files(&files);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, blocks_end_where_they_may, 0, COUNT(sizes));
    tcase_add_loop_test(tc, threads_do_not_show_nor_does_an_explanation, 0, COUNT(specs));
    tcase_add_loop_test(tc, bad_rows_new_texts_and_quotes_come_through, 0, COUNT(specs));
    tcase_add_test(tc, a_pipe_is_scored_as_a_file_is);
    tcase_add_test(tc, counts_alone_are_the_same_as_with_scores);
    tcase_add_loop_test(tc, too_many_bad_rows_in_a_later_block_leave_no_file, 0, 2);
    tcase_add_test(tc, a_failing_allocation_is_an_error_and_leaks_nothing);
}

ASSAY_SUITE("score/scoring", add_tests)
