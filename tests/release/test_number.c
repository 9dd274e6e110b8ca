#include <stdio.h>
#include <string.h>

#include "release/version/number.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

static struct assay_version number(const char *text)
{
    struct assay_version version;
    ck_assert_msg(assay_version_parse(text, &version), "%s is no version", text);
    return version;
}

static void ck_number(struct assay_version got, const char *want)
{
    char text[ASSAY_VERSION_SIZE];
    ck_assert_str_eq(assay_version_print(got, text), want);
}

/* ---- text ---- */

START_TEST(numbers_come_back_as_written)
{
    static const char *const texts[] = {"0.0.0", "1.0.0", "1.20.300", "0.0.10",
                                        "999999.999999.999999"};
    for (size_t k = 0; k < COUNT(texts); k++)
        ck_number(number(texts[k]), texts[k]);
}
END_TEST

static const char *const no_numbers[] = {"",
                                         "1",
                                         "1.2",
                                         "1.2.",
                                         "1.2.3.",
                                         "1.2.3.4",
                                         ".1.2",
                                         "1..3",
                                         "01.2.3",
                                         "1.02.3",
                                         "1.2.00",
                                         "1.2.3-rc",
                                         "v1.2.3",
                                         " 1.2.3",
                                         "1.2.3 ",
                                         "1.2.3\n",
                                         "+1.2.3",
                                         "-1.2.3",
                                         "1.2.0x3",
                                         "1,2,3",
                                         "candidate",
                                         "1.2.1e3",
                                         "1000000.0.0",
                                         "0.1000000.0",
                                         "0.0.1000000",
                                         "0.0.99999999999999999999999999",
                                         "1.2.\xd9\xa3"};
START_TEST(what_is_no_number_is_refused)
{
    struct assay_version version = {{7, 7, 7}};
    ck_assert_msg(!assay_version_parse(no_numbers[_i], &version), "took \"%s\"", no_numbers[_i]);
    ck_number(version, "7.7.7");
}
END_TEST

START_TEST(parts_compare_as_numbers_from_the_left)
{
    static const char *const ascending[] = {"0.0.0",  "0.0.1", "0.0.9",  "0.0.10", "0.1.0", "0.9.9",
                                            "0.10.0", "1.0.0", "1.0.10", "2.0.0",  "10.0.0"};
    for (size_t i = 0; i < COUNT(ascending); i++)
        for (size_t j = 0; j < COUNT(ascending); j++) {
            int order = assay_version_compare(number(ascending[i]), number(ascending[j]));
            ck_assert_int_eq((order > 0) - (order < 0), (i > j) - (i < j));
        }
}
END_TEST

/* ---- the next number ---- */

enum { MOST = 8 };

static size_t numbers(const char *const texts[], struct assay_version used[])
{
    size_t n = 0;
    for (; n < MOST && texts[n] != NULL; n++)
        used[n] = number(texts[n]);
    return n;
}

static const struct {
    const char *in_force; /* NULL: none */
    const char *used[MOST];
    const char *patch, *minor, *major;
} steps[] = {
    {NULL, {NULL}, "1.0.0", "1.0.0", "1.0.0"},
    {NULL, {"1.0.0"}, "2.0.0", "2.0.0", "2.0.0"}, /* all withdrawn: nothing to be compatible with */
    {"1.0.0", {"1.0.0"}, "1.0.1", "1.1.0", "2.0.0"},
    {"1.0.0", {NULL}, "1.0.1", "1.1.0", "2.0.0"},
    {"1.3.2", {"1.3.2"}, "1.3.3", "1.4.0", "2.0.0"},
    /* gone back from 1.3.2, 1.4.0 or 2.1.0 to what is in force */
    {"1.3.0", {"1.3.0", "1.3.2"}, "1.3.3", "1.4.0", "2.0.0"},
    {"1.3.0", {"1.4.0", "1.3.0", "1.3.1"}, "1.3.2", "1.5.0", "2.0.0"},
    {"1.3.0", {"1.3.0", "1.4.7", "1.5.1", "2.1.0"}, "1.3.1", "1.6.0", "3.0.0"},
    {"2.0.0", {"1.0.0", "1.9.9", "2.0.0"}, "2.0.1", "2.1.0", "3.0.0"},
    {"0.2.0", {"0.2.0"}, "0.2.1", "0.3.0", "1.0.0"},
    {"1.0.0", {"1.0.0", "7.0.0"}, "1.0.1", "1.1.0", "8.0.0"},
    /* a line that is full goes on in the next one */
    {"1.2.999999", {"1.2.999999"}, "1.3.0", "1.3.0", "2.0.0"},
    {"1.2.0", {"1.2.0", "1.2.999999", "1.999999.0"}, "2.0.0", "2.0.0", "2.0.0"},
};
START_TEST(the_next_number_is_above_all_of_its_line)
{
    struct assay_version used[MOST], in_force = {{0}};
    size_t n = numbers(steps[_i].used, used);
    if (steps[_i].in_force != NULL)
        in_force = number(steps[_i].in_force);
    const struct assay_version *at = steps[_i].in_force != NULL ? &in_force : NULL;
    ck_number(assay_version_next(at, ASSAY_LEVEL_PATCH, used, n), steps[_i].patch);
    ck_number(assay_version_next(at, ASSAY_LEVEL_MINOR, used, n), steps[_i].minor);
    ck_number(assay_version_next(at, ASSAY_LEVEL_MAJOR, used, n), steps[_i].major);
}
END_TEST

/* ---- a number that is asked for ---- */

static const struct {
    const char *asked, *in_force;
    enum assay_level level;
    const char *used[MOST];
    const char *message, *hint; /* NULL: it may be used */
} asks[] = {
    {"1.0.0", NULL, ASSAY_LEVEL_NONE, {NULL}, NULL, NULL},
    {"0.1.0", NULL, ASSAY_LEVEL_NONE, {NULL}, NULL, NULL},
    {"3.1.4", NULL, ASSAY_LEVEL_MAJOR, {"1.0.0"}, NULL, NULL},
    {"1.0.0",
     NULL,
     ASSAY_LEVEL_NONE,
     {"1.0.0"},
     "version 1.0.0 was used before; expected a number that never was",
     "2.0.0 would do."},
    {"1.0.1", "1.0.0", ASSAY_LEVEL_PATCH, {"1.0.0"}, NULL, NULL},
    {"1.0.7", "1.0.0", ASSAY_LEVEL_PATCH, {"1.0.0"}, NULL, NULL},
    {"1.1.0", "1.0.0", ASSAY_LEVEL_PATCH, {"1.0.0"}, NULL, NULL},
    {"1.0.1", "1.0.0", ASSAY_LEVEL_NONE, {"1.0.0"}, NULL, NULL},
    {"2.0.0", "1.0.0", ASSAY_LEVEL_PATCH, {"1.0.0"}, NULL, NULL},
    {"1.1.0", "1.0.0", ASSAY_LEVEL_MINOR, {"1.0.0"}, NULL, NULL},
    {"1.1.5", "1.0.3", ASSAY_LEVEL_MINOR, {"1.0.3"}, NULL, NULL},
    {"2.3.1", "1.0.0", ASSAY_LEVEL_MAJOR, {"1.0.0"}, NULL, NULL},
    {"1.3.1", "1.3.0", ASSAY_LEVEL_PATCH, {"1.3.0", "1.3.2", "1.4.0"}, NULL, NULL},
    {"1.0.0",
     "1.0.0",
     ASSAY_LEVEL_PATCH,
     {"1.0.0"},
     "version 1.0.0 was used before; expected a number that never was",
     "1.0.1 would do."},
    {"1.0.0",
     "1.0.0",
     ASSAY_LEVEL_NONE,
     {NULL},
     "version 1.0.0 goes back; expected a number above 1.0.0, which is in force",
     "1.0.1 would do."},
    {"1.3.2",
     "1.3.0",
     ASSAY_LEVEL_PATCH,
     {"1.3.0", "1.3.2"},
     "version 1.3.2 was used before; expected a number that never was",
     "1.3.3 would do."},
    {"1.4.0",
     "1.3.0",
     ASSAY_LEVEL_MINOR,
     {"1.3.0", "1.4.0"},
     "version 1.4.0 was used before; expected a number that never was",
     "1.5.0 would do."},
    {"1.2.9",
     "1.3.0",
     ASSAY_LEVEL_PATCH,
     {"1.3.0"},
     "version 1.2.9 goes back; expected a number above 1.3.0, which is in force",
     "1.3.1 would do."},
    {"0.9.0",
     "1.3.0",
     ASSAY_LEVEL_MAJOR,
     {"1.3.0"},
     "version 0.9.0 goes back; expected a number above 1.3.0, which is in force",
     "2.0.0 would do."},
    {"1.3.1",
     "1.3.0",
     ASSAY_LEVEL_MINOR,
     {"1.3.0"},
     "version 1.3.1 understates what changed since 1.3.0; expected a minor step or further",
     "1.4.0 would do."},
    {"1.4.5",
     "1.3.0",
     ASSAY_LEVEL_MINOR,
     {"1.3.0", "1.4.0"},
     "version 1.4.5 reads as a lesser step from 1.4.0, which was used; expected a minor step from "
     "every number",
     "1.5.0 would do."},
    {"1.4.0",
     "1.3.0",
     ASSAY_LEVEL_MAJOR,
     {"1.3.0", "2.0.0"},
     "version 1.4.0 understates what changed since 1.3.0; expected a major step or further",
     "3.0.0 would do."},
    {"1.3.999999",
     "1.3.0",
     ASSAY_LEVEL_MAJOR,
     {"1.3.0"},
     "version 1.3.999999 understates what changed since 1.3.0; expected a major step or further",
     "2.0.0 would do."},
};
START_TEST(a_number_that_is_asked_for_is_held_against_what_changed)
{
    struct assay_version used[MOST], in_force = {{0}};
    struct assay_error err = {0};
    size_t n = numbers(asks[_i].used, used);
    if (asks[_i].in_force != NULL)
        in_force = number(asks[_i].in_force);
    enum assay_status status =
        assay_version_check(number(asks[_i].asked), asks[_i].in_force != NULL ? &in_force : NULL,
                            asks[_i].level, used, n, &err);
    ck_assert_int_eq(status, asks[_i].message == NULL ? ASSAY_OK : ASSAY_EDATA);
    if (asks[_i].message == NULL)
        return;
    ck_assert_str_eq(err.message, asks[_i].message);
    ck_assert_str_eq(err.hint, asks[_i].hint);
    /* The number of the hint keeps its word. */
    char would_do[ASSAY_VERSION_SIZE];
    snprintf(would_do, sizeof would_do, "%.*s", (int)strcspn(err.hint, " "), err.hint);
    ck_assay_ok(assay_version_check(number(would_do), asks[_i].in_force != NULL ? &in_force : NULL,
                                    asks[_i].level, used, n, &err));
}
END_TEST

/* ---- any history ---- */

enum { LONGEST = 40 };

static bool is_used(struct assay_version version, const struct assay_version used[], size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (assay_version_compare(used[k], version) == 0)
            return true;
    return false;
}

/* Above all used ones of the line that a change of this level opens or goes on with. */
static bool is_above_line(struct assay_version version, struct assay_version in_force,
                          enum assay_level level, const struct assay_version used[], size_t n)
{
    for (size_t k = 0; k < n; k++) {
        bool major = used[k].part[0] == in_force.part[0];
        bool in_line = level == ASSAY_LEVEL_MAJOR || (level == ASSAY_LEVEL_MINOR && major) ||
                       (major && used[k].part[1] == in_force.part[1]);
        if (in_line && assay_version_compare(version, used[k]) <= 0)
            return false;
    }
    return true;
}

/* Semantic Versioning 2.0.0, rules 7 and 8: the parts behind the one that steps begin again at 0.
 */
static bool begins_again(struct assay_version version, enum assay_level level)
{
    return level == ASSAY_LEVEL_PATCH ||
           (version.part[2] == 0 && (level == ASSAY_LEVEL_MINOR || version.part[1] == 0));
}

/* No lower number keeps all the rules: tried one by one, parts up to those of the answer and
 * beyond. */
static void ck_lowest(struct assay_version next, struct assay_version in_force,
                      enum assay_level level, const struct assay_version used[], size_t n)
{
    struct assay_error err = {0};
    for (size_t a = 0; a <= next.part[0]; a++)
        for (size_t b = 0; b < LONGEST; b++)
            for (size_t c = 0; c < LONGEST; c++) {
                struct assay_version lower = {{a, b, c}};
                if (assay_version_compare(lower, next) >= 0)
                    continue;
                bool may = assay_version_check(lower, &in_force, level, used, n, &err) == ASSAY_OK;
                if (may && begins_again(lower, level) &&
                    is_above_line(lower, in_force, level, used, n))
                    ck_abort_msg("%zu.%zu.%zu would have done", a, b, c);
            }
}

START_TEST(the_next_number_is_new_is_accepted_and_is_the_lowest)
{
    struct test_random random = {(uint64_t)_i};
    struct assay_version used[LONGEST] = {{{1, 0, 0}}};
    struct assay_error err = {0};
    size_t n = 1, in_force = 0;
    while (n < LONGEST) {
        enum assay_level level = (enum assay_level)(ASSAY_LEVEL_PATCH + test_below(&random, 3));
        if (test_below(&random, 4) == 0) /* a rollback: any earlier one, withdrawn or not */
            in_force = test_below(&random, n);
        struct assay_version next = assay_version_next(&used[in_force], level, used, n);
        ck_assert(!is_used(next, used, n));
        ck_assert(begins_again(next, level));
        ck_assert(is_above_line(next, used[in_force], level, used, n));
        ck_assay_ok(assay_version_check(next, &used[in_force], level, used, n, &err));
        if (n % 8 == 0)
            ck_lowest(next, used[in_force], level, used, n);
        used[n] = next;
        in_force = n++;
    }
}
END_TEST

START_TEST(levels_go_by_their_names)
{
    ck_assert_str_eq(assay_level_names[ASSAY_LEVEL_NONE], "none");
    ck_assert_str_eq(assay_level_names[ASSAY_LEVEL_PATCH], "patch");
    ck_assert_str_eq(assay_level_names[ASSAY_LEVEL_MINOR], "minor");
    ck_assert_str_eq(assay_level_names[ASSAY_LEVEL_MAJOR], "major");
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, numbers_come_back_as_written);
    tcase_add_loop_test(tc, what_is_no_number_is_refused, 0, COUNT(no_numbers));
    tcase_add_test(tc, parts_compare_as_numbers_from_the_left);
    tcase_add_loop_test(tc, the_next_number_is_above_all_of_its_line, 0, COUNT(steps));
    tcase_add_loop_test(tc, a_number_that_is_asked_for_is_held_against_what_changed, 0,
                        COUNT(asks));
    tcase_add_loop_test(tc, the_next_number_is_new_is_accepted_and_is_the_lowest, 0, 30);
    tcase_add_test(tc, levels_go_by_their_names);
}

ASSAY_SUITE("release/number", add_tests)
