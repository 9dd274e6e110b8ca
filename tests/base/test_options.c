#include "core/base/options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/suite.h"

/* ---- a command with an option of each kind ---- */

static const char *const formats[] = {"csv", "json", "html", NULL};

struct settings {
    bool quiet;
    const char *data;
    size_t rows, folds, memory;
    double ridge;
    int32_t from;
    char delimiter;
    size_t format;
};

struct outcome {
    int status;
    struct settings settings;
    const char *operands[2];
    char standard[8192], error[1024]; /* what was printed */
};

static void take_back(FILE *file, int target, int saved, char *text, size_t size)
{
    dup2(saved, target);
    close(saved);
    rewind(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

/* Parses words, which end with NULL, with standard output and error caught. */
static struct outcome run(const char *const words[])
{
    struct outcome got = {.settings = {.rows = 5, .folds = (size_t)-1, .ridge = 0.25,
                                       .data = "in.csv"}};
    struct settings *s = &got.settings;
    const struct assay_option options[] = {
        {"quiet", 'q', ASSAY_OPTION_FLAG, NULL, "no progress", &s->quiet, 0, 0, NULL},
        {"data", 'd', ASSAY_OPTION_TEXT, "FILE", "snapshots", &s->data, 0, 0, NULL},
        {"rows", 'n', ASSAY_OPTION_COUNT, "N", "how many", &s->rows, 1, 10, NULL},
        {"folds", 0, ASSAY_OPTION_COUNT, "N", "of the cross-validation", &s->folds, 2, 100, NULL},
        {"ridge", 0, ASSAY_OPTION_NUMBER, "X", "penalty", &s->ridge, 0, 2, NULL},
        {"from", 0, ASSAY_OPTION_DATE, "DATE", "first day", &s->from, 0, 0, NULL},
        {"delimiter", 0, ASSAY_OPTION_CHAR, "C", "between fields", &s->delimiter, 0, 0, NULL},
        {"memory", 'm', ASSAY_OPTION_SIZE, "SIZE", "to keep to", &s->memory, 1, 1e15, NULL},
        {"format", 0, ASSAY_OPTION_CHOICE, "FORMAT", "of the result", &s->format, 0, 0, formats},
    };
    const struct assay_command command = {
        "test", "SPEC [OTHER]", "Try the options.", options, COUNT(options), 1, 2, "Notes."};
    char *argv[16] = {(char[]){"test"}};
    int argc = 1;
    for (; words[argc - 1] != NULL; argc++)
        argv[argc] = (char *)words[argc - 1]; /* only ever reordered */
    fflush(stdout);
    FILE *out = tmpfile(), *error = tmpfile();
    int saved_out = dup(STDOUT_FILENO), saved_error = dup(STDERR_FILENO);
    dup2(fileno(out), STDOUT_FILENO);
    dup2(fileno(error), STDERR_FILENO);
    got.status = assay_options_parse(&command, argc, argv, got.operands);
    fflush(stdout);
    take_back(out, STDOUT_FILENO, saved_out, got.standard, sizeof got.standard);
    take_back(error, STDERR_FILENO, saved_error, got.error, sizeof got.error);
    return got;
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

static void check_quiet_success(const struct outcome *got)
{
    ck_assert_str_eq(got->error, "");
    ck_assert_str_eq(got->standard, "");
    ck_assert_int_eq(got->status, ASSAY_GO_ON);
}

/* ---- what is taken ---- */

START_TEST(every_kind_of_option_is_taken)
{
    struct outcome got = RUN("-q", "--data=x.csv", "--rows=10", "--folds", "2", "--ridge=1e-3",
                             "--from=2026-06-30", "--delimiter=;", "--format=json", "spec.json");
    check_quiet_success(&got);
    ck_assert(got.settings.quiet);
    ck_assert_str_eq(got.settings.data, "x.csv");
    ck_assert_uint_eq(got.settings.rows, 10);
    ck_assert_uint_eq(got.settings.folds, 2);
    ck_assert_double_eq(got.settings.ridge, 1e-3);
    ck_assert_int_eq(got.settings.from, 20634);
    ck_assert_int_eq(got.settings.delimiter, ';');
    ck_assert_uint_eq(got.settings.format, 1);
    ck_assert_str_eq(got.operands[0], "spec.json");
    ck_assert_ptr_null(got.operands[1]);
}
END_TEST

START_TEST(a_value_may_stand_in_four_ways)
{
    struct outcome got[] = {RUN("-d", "x.csv", "s"), RUN("-dx.csv", "s"),
                            RUN("--data=x.csv", "s"), RUN("--data", "x.csv", "s"),
                            RUN("-qdx.csv", "s"), RUN("-qd", "x.csv", "s")};
    for (size_t k = 0; k < COUNT(got); k++) {
        check_quiet_success(&got[k]);
        ck_assert_str_eq(got[k].settings.data, "x.csv");
        ck_assert_str_eq(got[k].operands[0], "s");
        ck_assert_int_eq(got[k].settings.quiet, k >= 4);
    }
}
END_TEST

START_TEST(values_may_look_like_options_or_be_empty)
{
    struct outcome got = RUN("--data", "--quiet", "s");
    check_quiet_success(&got);
    ck_assert_str_eq(got.settings.data, "--quiet");
    ck_assert(!got.settings.quiet);
    got = RUN("--data=", "s");
    check_quiet_success(&got);
    ck_assert_str_eq(got.settings.data, "");
    got = RUN("--data=a=b", "s");
    check_quiet_success(&got);
    ck_assert_str_eq(got.settings.data, "a=b");
    got = RUN("-d", "-", "-");
    check_quiet_success(&got);
    ck_assert_str_eq(got.settings.data, "-");
    ck_assert_str_eq(got.operands[0], "-");
}
END_TEST

START_TEST(defaults_stay_where_nothing_is_said)
{
    struct outcome got = RUN("s");
    check_quiet_success(&got);
    ck_assert(!got.settings.quiet);
    ck_assert_str_eq(got.settings.data, "in.csv");
    ck_assert_uint_eq(got.settings.rows, 5);
    ck_assert_double_eq(got.settings.ridge, 0.25);
}
END_TEST

START_TEST(the_last_of_several_counts)
{
    struct outcome got = RUN("-n3", "--rows=4", "s", "-n", "7");
    check_quiet_success(&got);
    ck_assert_uint_eq(got.settings.rows, 7);
}
END_TEST

START_TEST(sizes_are_bytes_or_powers_of_1024)
{
    static const struct {
        const char *text;
        size_t bytes;
    } sizes[] = {{"1", 1},          {"500000000", 500000000}, {"1K", 1024},
                 {"64M", 64 << 20}, {"2G", (size_t)2 << 30},  {"3T", (size_t)3 << 40}};
    for (size_t k = 0; k < COUNT(sizes); k++) {
        struct outcome got = RUN("--memory", sizes[k].text, "s");
        check_quiet_success(&got);
        ck_assert_uint_eq(got.settings.memory, sizes[k].bytes);
    }
}
END_TEST

START_TEST(operands_and_options_mix)
{
    struct outcome got = RUN("a", "--rows=2", "b", "-q");
    check_quiet_success(&got);
    ck_assert_str_eq(got.operands[0], "a");
    ck_assert_str_eq(got.operands[1], "b");
    ck_assert_uint_eq(got.settings.rows, 2);
    ck_assert(got.settings.quiet);
}
END_TEST

START_TEST(two_dashes_end_the_options)
{
    struct outcome got = RUN("-q", "--", "--rows=2", "-x");
    check_quiet_success(&got);
    ck_assert_str_eq(got.operands[0], "--rows=2");
    ck_assert_str_eq(got.operands[1], "-x");
    ck_assert_uint_eq(got.settings.rows, 5);
}
END_TEST

START_TEST(a_tab_can_be_written)
{
    struct outcome got[] = {RUN("--delimiter=tab", "s"), RUN("--delimiter=\\t", "s"),
                            RUN("--delimiter=\t", "s")};
    for (size_t k = 0; k < COUNT(got); k++) {
        check_quiet_success(&got[k]);
        ck_assert_int_eq(got[k].settings.delimiter, '\t');
    }
}
END_TEST

/* ---- what is refused ---- */

#define LISTS "  hint: \"assay test --help\" lists the options.\n"
#define TEN "0123456789"
#define SIZES "expected a size in bytes as 500000000, 64M or 2G\n" LISTS

static const struct {
    const char *words[8];
    const char *error;
} misuse[] = {
    {{"--dat=x", "s"}, "unknown option \"--dat\"\n  hint: Did you mean --data?\n"},
    {{"--dat", "x", "s"}, "unknown option \"--dat\"\n  hint: Did you mean --data?\n"},
    {{"s", "--dat"}, "unknown option \"--dat\"\n  hint: Did you mean --data?\n"},
    {{"--qui", "s"}, "unknown option \"--qui\"\n  hint: Did you mean --quiet?\n"},
    {{"--hel"}, "unknown option \"--hel\"\n  hint: Did you mean --help?\n"},
    {{"--f=2", "s"}, "unknown option \"--f\"\n  hint: Did you mean --format?\n"},
    {{"--dtaa=x", "s"}, "unknown option \"--dtaa\"\n  hint: Did you mean --data?\n"},
    {{"a", "--rowz=1"}, "unknown option \"--rowz\"\n  hint: Did you mean --rows?\n"},
    {{"--nothing-like-it", "s"}, "unknown option \"--nothing-like-it\"\n" LISTS},
    {{"-x", "s"}, "unknown option \"-x\"\n" LISTS},
    {{"s", "-x"}, "unknown option \"-x\"\n" LISTS},
    {{"s", "-xq"}, "unknown option \"-x\"\n" LISTS},
    {{"s", "t", "-qx"}, "unknown option \"-x\"\n" LISTS},
    {{"-\xc3\xa9", "s"}, "unknown option \"-\\xc3\"\n" LISTS},
    {{"--quiet=yes", "s"}, "option \"--quiet\" takes no value\n" LISTS},
    {{"--help=all", "s"}, "--help is \"all\"; expected nothing, man or words\n" LISTS},
    {{"s", "--data"}, "option \"--data\" needs a value\n" LISTS},
    {{"s", "-d"}, "option \"-d\" needs a value\n" LISTS},
    {{"s", "-qd"}, "option \"-d\" needs a value\n" LISTS},
    {{"--rows=0", "s"}, "--rows is \"0\"; expected a whole number from 1 to 10\n" LISTS},
    {{"--rows=11", "s"}, "--rows is \"11\"; expected a whole number from 1 to 10\n" LISTS},
    {{"--rows=2.5", "s"}, "--rows is \"2.5\"; expected a whole number from 1 to 10\n" LISTS},
    {{"--rows=-1", "s"}, "--rows is \"-1\"; expected a whole number from 1 to 10\n" LISTS},
    {{"--rows=", "s"}, "--rows is \"\"; expected a whole number from 1 to 10\n" LISTS},
    {{"-nmany", "s"}, "--rows is \"many\"; expected a whole number from 1 to 10\n" LISTS},
    {{"--ridge=-0.1", "s"}, "--ridge is \"-0.1\"; expected a number from 0 to 2\n" LISTS},
    {{"--ridge=nan", "s"}, "--ridge is \"nan\"; expected a number from 0 to 2\n" LISTS},
    {{"--ridge=1,5", "s"}, "--ridge is \"1,5\"; expected a number from 0 to 2\n" LISTS},
    {{"--memory=0", "s"}, "--memory is \"0\"; " SIZES},
    {{"--memory=", "s"}, "--memory is \"\"; " SIZES},
    {{"--memory=M", "s"}, "--memory is \"M\"; " SIZES},
    {{"--memory=-1M", "s"}, "--memory is \"-1M\"; " SIZES},
    {{"--memory=1.5G", "s"}, "--memory is \"1.5G\"; " SIZES},
    {{"--memory=64MB", "s"}, "--memory is \"64MB\"; " SIZES},
    {{"--memory=64m", "s"}, "--memory is \"64m\"; " SIZES},
    {{"--memory=64 M", "s"}, "--memory is \"64 M\"; " SIZES},
    {{"-m1000T", "s"}, "--memory is \"1000T\"; " SIZES},
    {{"--from=30.06.2026", "s"}, "--from is \"30.06.2026\"; expected a date as 2026-06-30\n" LISTS},
    {{"--from=2026-02-29", "s"}, "--from is \"2026-02-29\"; expected a date as 2026-06-30\n" LISTS},
    {{"--delimiter=;;", "s"}, "--delimiter is \";;\"; expected one character, or tab\n" LISTS},
    {{"--delimiter=", "s"}, "--delimiter is \"\"; expected one character, or tab\n" LISTS},
    {{"--delimiter=\"", "s"}, "--delimiter is \"\"\"; expected one character, or tab\n" LISTS},
    {{"--delimiter=\n", "s"}, "--delimiter is \"\\x0a\"; expected one character, or tab\n" LISTS},
    {{"--format=xml", "s"}, "--format is \"xml\"; expected one of csv, json, html\n" LISTS},
    {{"--format=CSV", "s"}, "--format is \"CSV\"; expected one of csv, json, html\n" LISTS},
    {{"--rows=" TEN TEN TEN TEN TEN, "s"},
     "--rows is \"" TEN TEN TEN TEN "...\"; expected a whole number from 1 to 10\n" LISTS},
    {{"-q"}, "expected SPEC [OTHER]\n" LISTS},
    {{"a", "b", "c"}, "unexpected \"c\"\n" LISTS},
    {{"a", "b", "--", "-q"}, "unexpected \"-q\"\n" LISTS},
};

START_TEST(misuse_is_named_exactly)
{
    struct outcome got = run(misuse[_i].words);
    char want[512];
    snprintf(want, sizeof want, "assay test: %s", misuse[_i].error);
    ck_assert_str_eq(got.error, want);
    ck_assert_str_eq(got.standard, "");
    ck_assert_int_eq(got.status, 2);
}
END_TEST

/* ---- help and complaints ---- */

START_TEST(help_goes_to_standard_output_with_the_defaults)
{
    struct outcome got[] = {RUN("--help"), RUN("-h"), RUN("-q", "s", "-h", "--nonsense")};
    for (size_t k = 0; k < COUNT(got); k++) {
        ck_assert_int_eq(got[k].status, 0);
        ck_assert_str_eq(got[k].error, "");
        ck_assert_str_eq(got[k].standard,
                         "Usage: assay test [OPTION]... SPEC [OTHER]\n"
                         "Try the options.\n"
                         "\n"
                         "  -q, --quiet                 no progress\n"
                         "  -d, --data=FILE             snapshots [in.csv]\n"
                         "  -n, --rows=N                how many [5]\n"
                         "      --folds=N               of the cross-validation\n"
                         "      --ridge=X               penalty [0.25]\n"
                         "      --from=DATE             first day\n"
                         "      --delimiter=C           between fields\n"
                         "  -m, --memory=SIZE           to keep to\n"
                         "      --format=FORMAT         of the result [csv]\n"
                         "  -h, --help                  this text\n"
                         "\n"
                         "Notes.\n"
                         "\n"
                         "Exit status: 0 done or yes, 1 the check says no, 2 could not do it "
                         "(usage, data, numbers, I/O).\n");
    }
}
END_TEST

START_TEST(complaints_carry_their_hint)
{
    struct assay_error err = {0};
    char text[256];
    (void)assay_fail(&err, ASSAY_EDATA, "q3.csv: no column \"%s\"", "churned");
    for (int hinted = 0; hinted < 2; hinted++) {
        if (hinted)
            assay_hint(&err, "Name it with --outcome.");
        FILE *file = tmpfile();
        int saved = dup(STDERR_FILENO);
        dup2(fileno(file), STDERR_FILENO);
        int status = assay_complain(&err);
        take_back(file, STDERR_FILENO, saved, text, sizeof text);
        ck_assert_int_eq(status, 2);
        ck_assert_str_eq(text, hinted ? "q3.csv: no column \"churned\"\n"
                                        "  hint: Name it with --outcome.\n"
                                      : "q3.csv: no column \"churned\"\n");
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, every_kind_of_option_is_taken);
    tcase_add_test(tc, a_value_may_stand_in_four_ways);
    tcase_add_test(tc, values_may_look_like_options_or_be_empty);
    tcase_add_test(tc, defaults_stay_where_nothing_is_said);
    tcase_add_test(tc, the_last_of_several_counts);
    tcase_add_test(tc, sizes_are_bytes_or_powers_of_1024);
    tcase_add_test(tc, operands_and_options_mix);
    tcase_add_test(tc, two_dashes_end_the_options);
    tcase_add_test(tc, a_tab_can_be_written);
    tcase_add_loop_test(tc, misuse_is_named_exactly, 0, COUNT(misuse));
    tcase_add_test(tc, help_goes_to_standard_output_with_the_defaults);
    tcase_add_test(tc, complaints_carry_their_hint);
}

ASSAY_SUITE("base/options", add_tests)
