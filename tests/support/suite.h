/* suite.h - what every test program shares
 *
 * A program is one suite: START_TEST functions and a main() made by
 *
 *   ASSAY_SUITE("metric/roc", add_tests)     with  static void add_tests(TCase *tc)
 *
 * Reference files lie outside the repository, in ../shared (or $ASSAY_SHARED). A test that needs
 * one starts with `if (!test_needs_shared(name)) return;`: where it is absent the test is counted
 * as skipped, and the program ends by printing "N passed, N failed, N skipped".
 */
#ifndef ASSAY_TESTS_SUPPORT_SUITE_H
#define ASSAY_TESTS_SUPPORT_SUITE_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"

/* Check writes to a pipe at each assertion that holds, so as to know the last one before a crash: most
 * of the time of a test that makes millions of them. The test's name is told without. */
#define _mark_point(file, line) ((void)0)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int test_run_suite(const char *name, void (*add)(TCase *tc));

#define ASSAY_SUITE(name, add) \
    int main(void) \
    { \
        return test_run_suite(name, add); \
    }

/* Path of a shared file, e.g. "reference/telco_glm.json"; a static buffer. */
const char *test_shared(const char *name);

/* Whether it is there; counts a skip, and says which file was missing, when it is not. */
bool test_needs_shared(const char *name);

/* Counts a skip for another reason (a program that is not installed). */
void test_skip(const char *reason);

/* Fails with both messages when status is not ASSAY_OK. */
#define ck_assay_ok(call) \
    do { \
        enum assay_status ck_status_ = (call); \
        ck_assert_msg(ck_status_ == ASSAY_OK, "status %d: %s", (int)ck_status_, err.message); \
    } while (0)

/* |got - want| <= tolerance * max(|want|, floor); floor keeps near-zero references meaningful. */
void test_close(const char *what, double got, double want, double tolerance, double floor);

/* ---- reference JSON ---- */
struct cJSON;
struct assay_json *test_reference(const char *name); /* e.g. "reference/telco_glm.json" */
/* Walks keys to a value; the list ends with NULL: test_at(root, "a", "b", NULL). */
const struct cJSON *test_at(const struct cJSON *root, ...) __attribute__((sentinel));
double test_number(const struct cJSON *root, ...) __attribute__((sentinel));

/* ---- a plain numeric reading of the shared CSV files, independent of the program's reader ----
 * Columns of text are NaN. Fields in these files hold no quotes. */
struct test_frame {
    size_t n_row, n_column;
    char **names;
    char ***text;    /* text[column][row] */
    double **values; /* values[column][row] */
};
struct test_frame *test_frame_read(const char *name);
size_t test_frame_column(const struct test_frame *frame, const char *name);
void test_frame_free(struct test_frame *frame);

/* ---- failing allocations ----
 * The n-th allocation from now (1 = the next) made by our own code fails; 0 turns it off.
 * test_allocations() counts those made since. */
void test_fail_allocation(size_t n);
size_t test_allocations(void);

#endif
