/* Every allocation of calibrate, validate and score made to fail in turn: the command must say "out
 * of memory", exit with 2 and leave no file behind. Leaks are the sanitizer's to find. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "calibrate/calibrate.h"
#include "score/score.h"
#include "tests/calibrate/lab.h"
#include "validate/validate.h"

/* A folder of its own with a spec, a table and the model they lead to. */
struct place {
    char folder[32];
    char spec[64], data[64], model[64], output[64];
    char further[3][64]; /* more outputs, "": none */
};

static void put_file(const char *path, const char *text)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_file_write(path, text, strlen(text), &err));
}

static size_t count_files(const struct place *place)
{
    DIR *folder = opendir(place->folder);
    size_t n = 0;
    ck_assert_ptr_nonnull(folder);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        n += entry->d_name[0] != '.' || strlen(entry->d_name) > 2; /* "." and ".." are no files */
    closedir(folder);
    return n;
}

/* Points a standard stream elsewhere and gives a copy of it to go back to. */
static int redirect(int stream, const char *path)
{
    int kept = dup(stream), fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert(kept >= 0 && fd >= 0);
    ck_assert_int_ge(dup2(fd, stream), 0);
    close(fd);
    return kept;
}

static void restore(int stream, int kept)
{
    ck_assert_int_ge(dup2(kept, stream), 0);
    close(kept);
}

struct command {
    int (*main)(int argc, char **argv);
    char *argv[24]; /* ends with NULL */
    size_t harmless; /* allocations that may fail without harm */
};

/* Runs it with allocation n failing (0: none); said receives what it wrote to stderr. */
static int run(const struct command *command, size_t n, char said[], size_t size, size_t *made)
{
    char path[] = "/tmp/assay-said-XXXXXX";
    int argc = 0;
    while (command->argv[argc] != NULL)
        argc++;
    close(mkstemp(path));
    fflush(NULL);
    int out = redirect(STDOUT_FILENO, "/dev/null"), error = redirect(STDERR_FILENO, path);
    char *argv[COUNT(command->argv)];
    memcpy(argv, command->argv, sizeof argv);
    test_fail_allocation(n);
    int status = command->main(argc, argv);
    *made = test_allocations();
    test_fail_allocation(0);
    fflush(NULL);
    restore(STDERR_FILENO, error);
    restore(STDOUT_FILENO, out);
    int fd = open(path, O_RDONLY);
    ssize_t length = read(fd, said, size - 1);
    said[length > 0 ? length : 0] = '\0';
    close(fd);
    unlink(path);
    return status;
}

/* The output as a whole; the caller clears it. The file is then gone. */
static struct assay_text take_output(const struct place *place)
{
    struct assay_text text = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_file_read(place->output, (size_t)1 << 24, &text, &err));
    ck_assert_int_eq(unlink(place->output), 0);
    for (size_t k = 0; k < COUNT(place->further); k++)
        if (place->further[k][0] != '\0')
            ck_assert_int_eq(unlink(place->further[k]), 0);
    return text;
}

/* Some allocations may fail without harm: libcsv's for its field buffer, which it asks for again in a
 * smaller size (an audit opens its data twice), and a folder's name after a file is in place, to sync
 * the folder. The result must then be there, and be what it always is. */
static void assert_unharmed(const struct place *place, const struct assay_text *whole, size_t n)
{
    struct assay_text text = take_output(place);
    ck_assert_msg(text.length == whole->length && memcmp(text.data, whole->data, text.length) == 0,
                  "allocation %zu failed, and the output is another", n);
    assay_text_clear(&text);
}

/* All of the first `each`; beyond them code that ran before runs again (further folds of the
 * cross-validation, further rows), and a stride walks through all the places of code that repeats. */
static void sweep(const struct place *place, const struct command *command, size_t each,
                  size_t stride)
{
    char said[2048];
    size_t total, made, unharmed = 0, files = count_files(place);
    ck_assert_msg(run(command, 0, said, sizeof said, &total) == 0, "%s", said);
    ck_assert_uint_gt(total, 20);
    ck_assert_uint_gt(count_files(place), files);
    struct assay_text whole = take_output(place);
    for (size_t n = 1; n <= total; n += n < each ? 1 : stride) {
        int status = run(command, n, said, sizeof said, &made);
        if (status == 0) {
            assert_unharmed(place, &whole, n);
            ck_assert_msg(++unharmed <= command->harmless, "allocation %zu of %zu: no failure, said: %s", n,
                          total, said);
            continue;
        }
        ck_assert_msg(status == 2, "allocation %zu of %zu: status %d, said: %s", n, total, status,
                      said);
        ck_assert_msg(strstr(said, "out of memory") != NULL, "allocation %zu of %zu said: %s", n,
                      total, said);
        ck_assert_msg(count_files(place) == files, "allocation %zu of %zu left a file", n, total);
    }
    /* One more than there are: nothing fails, and nothing has been spoilt on the way. */
    ck_assert_msg(run(command, total + 1, said, sizeof said, &made) == 0, "%s", said);
    ck_assert_uint_eq(made, total);
    assert_unharmed(place, &whole, total + 1);
    assay_text_clear(&whole);
}

static struct command calibrating(struct place *place, char *output)
{
    return (struct command){assay_calibrate_main,
                            {"calibrate", place->spec, "--data", place->data, "--output", output,
                             "--threads=1", "--quiet"}, 2};
}

enum { EACH = 2000, STRIDE = 13 };

#define PLAIN "\"folds\": 2, \"bootstrap\": 0"

/* fit and line: what stands in the spec for "fit" and "line". */
static struct place settle(const char *fit, const char *line)
{
    static const char format[] = SPEC_HEAD "\"as_of\": \"as_of\", \"value\": \"arr\","
        "\"segments\": [\"plan\"], \"fit\": {%s}, \"line\": %s,"
        "\"targets\": {\"sensitivity\": 0.01, \"specificity\": 0.01},"
        "\"cohort\": {\"plan\": \"plan\", \"tenure\": \"months\", \"bands\": [24]},"
        "\"signals\": [" SIGNAL("logins", "logins", "higher", "") ","
        SIGNAL("tickets", "tickets", "lower", MISSING("renormalise")) ","
        SIGNAL("contract", "contract", "higher", BY_CATEGORY MISSING("indicator")) "]}";
    char spec[2 * sizeof format];
    snprintf(spec, sizeof spec, format, fit, line);
    setenv("SOURCE_DATE_EPOCH", "1782864000", 1); /* the same bytes on both sides of midnight */
    struct place place = {.folder = "/tmp/assay-memory-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(place.folder));
    snprintf(place.spec, sizeof place.spec, "%s/spec.json", place.folder);
    snprintf(place.data, sizeof place.data, "%s/data.csv", place.folder);
    snprintf(place.model, sizeof place.model, "%s/model.json", place.folder);
    snprintf(place.output, sizeof place.output, "%s/output", place.folder);
    struct assay_text csv = made_up_csv(&(struct made_up){.seed = 3, .n_row = 160});
    put_file(place.spec, spec);
    put_file(place.data, csv.data);
    assay_text_clear(&csv);
    char said[2048];
    size_t made;
    struct command command = calibrating(&place, place.model);
    ck_assert_msg(run(&command, 0, said, sizeof said, &made) == 0, "%s", said);
    return place;
}

static void leave(const struct place *place)
{
    unlink(place->spec);
    unlink(place->data);
    unlink(place->model);
    ck_assert_int_eq(rmdir(place->folder), 0);
}

START_TEST(calibrate_survives_the_failure_of_any_allocation)
{
    struct place place = settle(PLAIN, "\"targets\"");
    struct command command = calibrating(&place, place.output);
    sweep(&place, &command, EACH, STRIDE);
    leave(&place);
}
END_TEST

START_TEST(calibrate_with_a_champion_survives_the_failure_of_any_allocation)
{
    struct place place = settle(PLAIN, "\"targets\"");
    struct command command = calibrating(&place, place.output);
    char champion[80];
    snprintf(champion, sizeof champion, "--champion=%s", place.model);
    command.argv[8] = champion;
    sweep(&place, &command, EACH, STRIDE);
    leave(&place);
}
END_TEST

/* What else a fit can be; strides that share no factor with one another. */
static const struct {
    const char *fit, *line;
    size_t stride;
} others[] = {
    {PLAIN ", \"method\": \"firth\"", "\"youden\"", 5},
    {PLAIN ", \"penalty\": \"lasso\"", "{\"rule\": \"capacity\", \"accounts\": 5}", 53},
    {PLAIN ", \"anchor\": \"equal\", \"strength\": 1, \"round_to\": 0.05",
     "{\"rule\": \"cost\", \"miss\": 4, \"false_alarm\": 1}", 5},
    {PLAIN ", \"models_by\": \"plan\"", "{\"rule\": \"youden\", \"by\": \"plan\"}", 17},
    {"\"folds\": 2, \"bootstrap\": 50, \"strength\": \"infinite\"", "\"targets\"", 41},
    {"\"folds\": 0, \"bootstrap\": 0, \"anchor\": \"none\"",
     "\"targets\", \"at_risk_probability\": 0.3", 3},
};

START_TEST(calibrate_in_other_ways_survives_the_failure_of_any_allocation) /* a loop over others */
{
    struct place place = settle(others[_i].fit, others[_i].line);
    struct command command = calibrating(&place, place.output);
    sweep(&place, &command, 0, others[_i].stride);
    leave(&place);
}
END_TEST

START_TEST(validate_survives_the_failure_of_any_allocation)
{
    struct place place = settle(PLAIN, "\"targets\"");
    struct command command = {assay_validate_main,
                              {"validate", place.model, "--data", place.data, "--output",
                               place.output, "--quiet"}, 3};
    sweep(&place, &command, EACH, STRIDE);
    leave(&place);
}
END_TEST

/* The outcome is a flag, so that some rows can be without: those wait, and are estimated. */
static const char rules[] = "{\"targets\": {\"auc\": 0.5}, \"promotion\": {\"auc\": 0.01},"
                            " \"owner\": \"plan\", \"acted_on\": {\"column\": \"churned\"},"
                            " \"recovery_rate\": 0.3, \"contact_cost\": 10}";

START_TEST(validate_with_everything_survives_the_failure_of_any_allocation)
{
    struct place place = settle(PLAIN, "\"targets\"");
    char past[64], rules_path[64], earlier[128], said[2048];
    size_t made;
    snprintf(past, sizeof past, "%s/past", place.folder);
    ck_assert_int_eq(mkdir(past, 0700), 0);
    snprintf(earlier, sizeof earlier, "%s/earlier.json", past);
    snprintf(rules_path, sizeof rules_path, "%s/rules.json", place.folder);
    put_file(rules_path, rules);
    struct command before = {assay_validate_main,
                             {"validate", place.model, "--data", place.data, "--until",
                              "2025-09-30", "--output", earlier, "--quiet"}, 3};
    ck_assert_msg(run(&before, 0, said, sizeof said, &made) != 2, "%s", said);
    snprintf(place.further[0], sizeof place.further[0], "%s/errors.csv", place.folder);
    snprintf(place.further[1], sizeof place.further[1], "%s/report.html", place.folder);
    struct command command = {assay_validate_main,
                              {"validate", place.model, "--data", place.data, "--output",
                               place.output, "--errors", place.further[0], "--report",
                               place.further[1], "--champion", place.model, "--history", past,
                               "--rules", rules_path, "--interim", "--from", "2025-10-01",
                               "--target-sensitivity=0.01", "--target-specificity=0.01", "--quiet"}, 9};
    sweep(&place, &command, 0, 3);
    unlink(earlier);
    unlink(rules_path);
    ck_assert_int_eq(rmdir(past), 0);
    leave(&place);
}
END_TEST

START_TEST(score_survives_the_failure_of_any_allocation)
{
    struct place place = settle(PLAIN, "\"targets\"");
    struct command command = {assay_score_main,
                              {"score", place.model, "--data", place.data, "--output",
                               place.output, "--explain", "--quiet"}, 2};
    sweep(&place, &command, EACH, STRIDE);
    leave(&place);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, calibrate_survives_the_failure_of_any_allocation);
    tcase_add_test(tc, calibrate_with_a_champion_survives_the_failure_of_any_allocation);
    tcase_add_loop_test(tc, calibrate_in_other_ways_survives_the_failure_of_any_allocation, 0,
                        COUNT(others));
    tcase_add_test(tc, validate_survives_the_failure_of_any_allocation);
    tcase_add_test(tc, validate_with_everything_survives_the_failure_of_any_allocation);
    tcase_add_test(tc, score_survives_the_failure_of_any_allocation);
}

ASSAY_SUITE("calibrate/memory_failure", add_tests)
