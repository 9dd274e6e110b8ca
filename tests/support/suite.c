#include "tests/support/suite.h"

#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gsl/gsl_errno.h>

#include "core/base/file.h"
#include "core/base/json.h"

/* Tests run in forked children, so skips are counted where the parent can see them: in a file. */
static char skip_path[] = "/tmp/assay-skips-XXXXXX";

int test_run_suite(const char *name, void (*add)(TCase *tc))
{
    gsl_set_error_handler_off();
    int fd = mkstemp(skip_path);
    if (fd >= 0)
        close(fd);
    Suite *suite = suite_create(name);
    TCase *tc = tcase_create(name);
    tcase_set_timeout(tc, 600);
    add(tc);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int run = srunner_ntests_run(runner), failed = srunner_ntests_failed(runner);
    struct stat info;
    int skipped = stat(skip_path, &info) == 0 ? (int)info.st_size : 0;
    unlink(skip_path);
    srunner_free(runner);
    printf("%s: %d passed, %d failed, %d skipped\n", name, run - failed - skipped, failed, skipped);
    return failed == 0 ? 0 : 1;
}

void test_skip(const char *reason)
{
    int fd = open(skip_path, O_WRONLY | O_APPEND);
    if (fd >= 0) {
        if (write(fd, "s", 1) != 1)
            abort();
        close(fd);
    }
    printf("skipped: %s\n", reason);
    fflush(stdout);
}

const char *test_shared(const char *name)
{
    static char path[1024];
    const char *root = getenv("ASSAY_SHARED");
    snprintf(path, sizeof path, "%s/%s", root != NULL ? root : "../shared", name);
    return path;
}

bool test_needs_shared(const char *name)
{
    if (access(test_shared(name), R_OK) == 0)
        return true;
    char reason[1200];
    snprintf(reason, sizeof reason, "%s is not here", test_shared(name));
    test_skip(reason);
    return false;
}

void test_close(const char *what, double got, double want, double tolerance, double floor)
{
    double scale = fmax(fabs(want), floor);
    ck_assert_msg(fabs(got - want) <= tolerance * scale, "%s: got %.17g, expected %.17g (off by %.3g)",
                  what, got, want, fabs(got - want) / scale);
}

struct assay_json *test_reference(const char *name)
{
    struct assay_text text = {0};
    struct assay_error err = {0};
    struct assay_json *doc = NULL;
    ck_assay_ok(assay_file_read(test_shared(name), (size_t)1 << 26, &text, &err));
    ck_assay_ok(assay_json_parse(name, text.data, text.length, ASSAY_JSON_STRICT, &doc, &err));
    assay_text_clear(&text);
    return doc;
}

static const struct cJSON *walk(const struct cJSON *value, va_list args)
{
    for (const char *key = va_arg(args, const char *); key != NULL; key = va_arg(args, const char *)) {
        value = assay_json_get(value, key);
        ck_assert_msg(value != NULL, "the reference has no key \"%s\"", key);
    }
    return value;
}

const struct cJSON *test_at(const struct cJSON *root, ...)
{
    va_list args;
    va_start(args, root);
    const struct cJSON *value = walk(root, args);
    va_end(args);
    return value;
}

double test_number(const struct cJSON *root, ...)
{
    va_list args;
    va_start(args, root);
    const struct cJSON *value = walk(root, args);
    va_end(args);
    ck_assert_msg(assay_json_is_number(value), "the reference value is not a number");
    return assay_json_number(value);
}

/* ---- frame ---- */

static size_t split(char *line, char *fields[], size_t limit)
{
    size_t n = 0;
    for (char *at = line; at != NULL && n < limit; n++) {
        fields[n] = at;
        at = strchr(at, ',');
        if (at != NULL)
            *at++ = '\0';
    }
    return n;
}

struct test_frame *test_frame_read(const char *name)
{
    enum { WIDEST = 64 };
    struct assay_text text = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_file_read(test_shared(name), (size_t)1 << 28, &text, &err));
    struct test_frame *frame = calloc(1, sizeof *frame);
    size_t n_line = 0;
    for (size_t k = 0; k < text.length; k++)
        n_line += text.data[k] == '\n';
    char *fields[WIDEST];
    char *save = NULL;
    char *line = strtok_r(text.data, "\n", &save);
    frame->n_column = split(line, fields, WIDEST);
    frame->names = calloc(frame->n_column, sizeof *frame->names);
    frame->text = calloc(frame->n_column, sizeof *frame->text);
    frame->values = calloc(frame->n_column, sizeof *frame->values);
    for (size_t c = 0; c < frame->n_column; c++) {
        frame->names[c] = strdup(fields[c]);
        frame->text[c] = calloc(n_line, sizeof **frame->text);
        frame->values[c] = calloc(n_line, sizeof **frame->values);
    }
    while ((line = strtok_r(NULL, "\n", &save)) != NULL) {
        ck_assert_uint_eq(split(line, fields, WIDEST), frame->n_column);
        for (size_t c = 0; c < frame->n_column; c++) {
            char *end;
            double value = strtod(fields[c], &end);
            frame->text[c][frame->n_row] = strdup(fields[c]);
            frame->values[c][frame->n_row] = end != fields[c] && *end == '\0' ? value : NAN;
        }
        frame->n_row++;
    }
    assay_text_clear(&text);
    return frame;
}

size_t test_frame_column(const struct test_frame *frame, const char *name)
{
    for (size_t c = 0; c < frame->n_column; c++)
        if (strcmp(frame->names[c], name) == 0)
            return c;
    ck_abort_msg("the file has no column \"%s\"", name);
    return 0;
}

void test_frame_free(struct test_frame *frame)
{
    for (size_t c = 0; c < frame->n_column; c++) {
        for (size_t r = 0; r < frame->n_row; r++)
            free(frame->text[c][r]);
        free(frame->text[c]);
        free(frame->values[c]);
        free(frame->names[c]);
    }
    free(frame->text);
    free(frame->values);
    free(frame->names);
    free(frame);
}
