/* What libassay says of files that are no models, and of calls that break a rule of its header. */
#include <unistd.h>

#include "tests/library/accounts.h"

/* ---- files that are none ---- */

static const struct {
    const char *text;
    enum libassay_status status;
    const char *message;
} bad_files[] = {
    {"", LIBASSAY_EFORMAT, "m.json:1:1: the file ends here; expected a JSON value"},
    {"{\"format\": \"assay-model/1\"", LIBASSAY_EFORMAT,
     "m.json:1:27: the file ends here; expected \",\" or \"}\""},
    {"{\"format\": \"assay-model/9\"}", LIBASSAY_EFORMAT,
     "m.json:1:2: \"format\" is \"assay-model/9\"; expected \"assay-model/1\""},
    {"{\"format\": \"assay-model/1\"}", LIBASSAY_EFORMAT,
     "m.json: no digest in the last line but one; expected the file as assay wrote it"},
    {"{\"format\": \"assay-current/1\"}", LIBASSAY_EFORMAT,
     "m.json:1:2: \"format\" is \"assay-current/1\"; expected \"assay-model/1\""},
};

START_TEST(bad_files_are_refused_with_one_line)
{
    struct libassay_error error = {0};
    struct libassay_model *model = NULL;
    enum libassay_status status = libassay_load_memory("m.json", bad_files[_i].text,
                                                       strlen(bad_files[_i].text), &model, &error);
    ck_assert_str_eq(error.message, bad_files[_i].message);
    ck_assert_int_eq(status, bad_files[_i].status);
    ck_assert_int_eq(error.status, (int)status);
    ck_assert_ptr_null(model);
    ck_assert_int_eq(libassay_load_memory("m.json", bad_files[_i].text, strlen(bad_files[_i].text),
                                          &model, NULL),
                     status); /* who does not ask is not told */
}
END_TEST

START_TEST(a_byte_that_was_changed_is_a_wrong_digest)
{
    struct libassay_error error = {0};
    struct libassay_model *model = NULL;
    char *name = strstr(files[0].data, "\"intercept\": ");
    ck_assert_ptr_nonnull(name);
    char *digit = strpbrk(name + 13, "0123456789"), kept = *digit;
    *digit = kept == '1' ? '2' : '1';
    ck_assert_int_eq(libassay_load_memory("m.json", files[0].data, files[0].length, &model, &error),
                     LIBASSAY_EFORMAT);
    *digit = kept;
    ck_assert_msg(strncmp(error.message, "m.json: the digest is ", 22) == 0, "%s", error.message);
    ck_assert_str_eq(error.hint,
                     "The file was changed after it was written; get it again from where "
                     "it was released.");
    ck_assert_ptr_null(model);
}
END_TEST

START_TEST(a_file_is_read_and_a_missing_one_is_named)
{
    struct libassay_error error = {0};
    struct assay_error err = {0};
    struct libassay_model *model = NULL;
    struct libassay_about about = {.size = sizeof about};
    char folder[] = "/tmp/assay-library-XXXXXX", path[64], expected[256];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/model.json", folder);
    ck_assert_int_eq(libassay_load_file(path, &model, &error), LIBASSAY_EIO);
    snprintf(expected, sizeof expected, "could not open \"%s\": No such file or directory", path);
    ck_assert_str_eq(error.message, expected);
    ck_assert_int_eq(libassay_load_file(folder, &model, &error), LIBASSAY_EIO);
    snprintf(expected, sizeof expected,
             "%s: a directory without \"current\"; expected a model file, or a registry with a "
             "version in force",
             folder);
    ck_assert_str_eq(error.message, expected);
    ck_assay_ok(assay_file_write(path, files[0].data, files[0].length, &err));
    ck_library_ok(libassay_load_file(path, &model, &error));
    ck_library_ok(libassay_describe(model, &about, &error));
    ck_assert_uint_gt(about.n_input, 0);
    libassay_free(model);
    unlink(path);
    rmdir(folder);
}
END_TEST

/* A length that was never one, as of a read that failed, is refused before a byte is looked at. */
START_TEST(more_bytes_than_a_file_may_have_are_refused)
{
    struct libassay_error error = {0};
    struct libassay_model *model = NULL;
    ck_assert_int_eq(libassay_load_memory("m.json", "{", SIZE_MAX, &model, &error),
                     LIBASSAY_EFORMAT);
    ck_assert_str_eq(error.message, "m.json: longer than 67108864 bytes; expected a smaller file");
    ck_assert_ptr_null(model);
}
END_TEST

START_TEST(standard_input_is_left_alone)
{
    struct libassay_error error = {0};
    struct libassay_model *model = NULL;
    int ends[2], kept = dup(STDIN_FILENO);
    char byte = 0;
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], "x", 1), 1);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    ck_assert_int_eq(libassay_load_file("-", &model, &error), LIBASSAY_EIO);
    ck_assert_str_eq(error.message, "could not open \"./-\": No such file or directory");
    ck_assert_int_eq(read(STDIN_FILENO, &byte, 1), 1);
    dup2(kept, STDIN_FILENO);
    close(kept);
}
END_TEST

/* ---- calls that break a rule ---- */

enum misuse {
    FEW_VALUES,
    FEW_DRIVERS,
    NO_SIZE,
    FEW_COLUMNS,
    NO_DICTIONARY,
    RESERVED,
    NO_NUMBERS,
    NO_TEXTS,
    TEXTS_AND_CODES,
    CODE_TOO_HIGH,
    INPUT_TOO_HIGH,
    MISUSES
};
static const char *const misuses[MISUSES] = {
    [FEW_VALUES] = "values: 2; expected 3, one an input",
    [FEW_DRIVERS] = "drivers: 1; expected 2, one a signal",
    [NO_SIZE] = "struct libassay_score: size is 0; expected 56, its sizeof",
    [FEW_COLUMNS] = "columns: 2; expected 3, one an input",
    [NO_DICTIONARY] = "column \"plan\": no dictionary; expected one of 1 texts",
    [RESERVED] = "column \"nps\": reserved is not zero; expected zeros",
    [NO_NUMBERS] = "column \"nps\": no numbers; expected them",
    [NO_TEXTS] = "column \"plan\": neither texts nor codes; expected either",
    [TEXTS_AND_CODES] = "column \"plan\": both texts and codes; expected either",
    [CODE_TOO_HIGH] = "column \"plan\": row 1 has code 1; expected one below 1",
    [INPUT_TOO_HIGH] = "input 3; expected one below 3",
};

/* A model with the inputs plan, nps and contract: enough of one to be asked. */
static void small_model(struct libassay_model *model)
{
    static struct assay_input inputs[] = {
        {(char *)"plan", true}, {(char *)"nps", false}, {(char *)"contract", true}};
    *model = (struct libassay_model){.model = {.inputs = inputs, .n_input = 3, .n_signal = 2}};
}

static enum libassay_status misuse(enum misuse kind, const struct libassay_model *model,
                                   struct libassay_error *error)
{
    const double numbers[2] = {1, 2};
    const char *const texts[2] = {"Team", "Solo"};
    const int32_t codes[2] = {0, 1};
    struct libassay_value values[3] = {{0, NULL}};
    struct libassay_driver drivers[2];
    struct libassay_score score = {.size = kind == NO_SIZE ? 0 : sizeof score};
    struct libassay_results out = {.size = sizeof out};
    struct libassay_column columns[3] = {{.texts = texts}, {.numbers = numbers}, {.texts = texts}};
    struct libassay_input input = {.size = sizeof input};
    if (kind <= NO_SIZE)
        return libassay_explain_row(model, values, kind == FEW_VALUES ? 2 : 3, drivers,
                                    kind == FEW_DRIVERS ? 1 : 2, &score, error);
    if (kind == INPUT_TOO_HIGH)
        return libassay_describe_input(model, 3, &input, error);
    if (kind == NO_NUMBERS)
        columns[1].numbers = NULL;
    if (kind == RESERVED)
        columns[1].reserved[2] = texts;
    if (kind == NO_TEXTS || kind == CODE_TOO_HIGH)
        columns[0].texts = NULL;
    if (kind == NO_DICTIONARY)
        columns[0] = (struct libassay_column){.codes = codes, .n_dictionary = 1};
    if (kind == TEXTS_AND_CODES || kind == CODE_TOO_HIGH)
        columns[0] = (struct libassay_column){
            .texts = columns[0].texts, .codes = codes, .dictionary = texts, .n_dictionary = 1};
    return libassay_score_columns(model, columns, kind == FEW_COLUMNS ? 2 : 3, 2, &out, error);
}

START_TEST(a_call_that_breaks_a_rule_is_an_error)
{
    struct libassay_error error = {0};
    struct libassay_model model;
    small_model(&model);
    ck_assert_int_eq(misuse((enum misuse)_i, &model, &error), LIBASSAY_EUSE);
    ck_assert_str_eq(error.message, misuses[_i]);
    ck_assert_int_eq(error.status, LIBASSAY_EUSE);
    ck_assert_int_eq(misuse((enum misuse)_i, &model, NULL), LIBASSAY_EUSE);
}
END_TEST

/* ---- NULL ---- */

static const char *const nothings[] = {
    "path: NULL; expected a pointer",
    "model: NULL; expected a pointer",
    "name: NULL; expected a pointer",
    "bytes: NULL; expected a pointer",
    "model: NULL; expected a pointer",
    "struct libassay_about: NULL; expected a pointer",
    "model: NULL; expected a pointer",
    "struct libassay_zone: NULL; expected a pointer",
    "values: NULL; expected a pointer",
    "struct libassay_score: NULL; expected a pointer",
    "drivers: NULL; expected a pointer",
    "columns: NULL; expected a pointer",
    "struct libassay_results: NULL; expected a pointer",
    "model: NULL; expected a pointer",
};

static enum libassay_status with_nothing(int kind, struct libassay_error *error)
{
    static const struct libassay_value values[3] = {{0, NULL}};
    static const struct libassay_column columns[3] = {{.numbers = NULL}};
    struct libassay_model model, *loaded = NULL;
    struct libassay_signal signal = {.size = sizeof signal};
    struct libassay_score score = {.size = sizeof score};
    small_model(&model);
    model.model.spec.n_zone = 1;
    switch (kind) {
    case 0:
        return libassay_load_file(NULL, &loaded, error);
    case 1:
        return libassay_load_file("/dev/null", NULL, error);
    case 2:
        return libassay_load_memory(NULL, "{}", 2, &loaded, error);
    case 3:
        return libassay_load_memory("m.json", NULL, 2, &loaded, error);
    case 4:
        return libassay_self_test(NULL, error);
    case 5:
        return libassay_describe(&model, NULL, error);
    case 6:
        return libassay_describe_signal(NULL, 0, &signal, error);
    case 7:
        return libassay_describe_zone(&model, 0, NULL, error);
    case 8:
        return libassay_score_row(&model, NULL, 3, &score, error);
    case 9:
        return libassay_score_row(&model, values, 3, NULL, error);
    case 10:
        return libassay_explain_row(&model, values, 3, NULL, 2, &score, error);
    case 11:
        return libassay_score_columns(&model, NULL, 3, 0, NULL, error);
    case 12:
        return libassay_score_columns(&model, columns, 3, 0, NULL, error);
    default:
        return libassay_score_row(NULL, values, 3, &score, error);
    }
}

START_TEST(null_is_refused_where_it_is_not_allowed)
{
    struct libassay_error error = {0};
    ck_assert_int_eq(with_nothing(_i, &error), LIBASSAY_EUSE);
    ck_assert_str_eq(error.message, nothings[_i]);
    ck_assert_int_eq(with_nothing(_i, NULL), LIBASSAY_EUSE);
}
END_TEST

static void add_tests(TCase *tc)
{
    make_files();
    tcase_add_loop_test(tc, bad_files_are_refused_with_one_line, 0, COUNT(bad_files));
    tcase_add_test(tc, a_byte_that_was_changed_is_a_wrong_digest);
    tcase_add_test(tc, a_file_is_read_and_a_missing_one_is_named);
    tcase_add_test(tc, more_bytes_than_a_file_may_have_are_refused);
    tcase_add_test(tc, standard_input_is_left_alone);
    tcase_add_loop_test(tc, a_call_that_breaks_a_rule_is_an_error, 0, MISUSES);
    tcase_add_loop_test(tc, null_is_refused_where_it_is_not_allowed, 0, COUNT(nothings));
}

ASSAY_SUITE("library/refused", add_tests)
