/* What the terminal says of a finished audit, from its JSON alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "tests/support/suite.h"
#include "validate/summary/summary_parts.h"

/* What a part says of the audit; the caller frees it. */
static char *said(void (*part)(FILE *, const struct cJSON *), const char *audit)
{
    struct assay_error err = {0};
    struct assay_json *doc = NULL;
    char *text = NULL;
    size_t size = 0;
    ck_assay_ok(assay_json_parse("audit", audit, strlen(audit), ASSAY_JSON_STRICT, &doc, &err));
    FILE *out = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(out);
    part(out, assay_json_root(doc));
    fclose(out);
    assay_json_free(doc);
    return text;
}

#define LEFT_OUT "\"data\": {\"used\": 9, \"events\": 2, \"dropped\": {\"missing_signal\": 91}}"

START_TEST(rows_without_a_score_are_said_so_of_a_column)
{
    char *model = said(assay_say_head, "{\"model\": {\"name\": \"health\"}, " LEFT_OUT "}");
    char *column = said(assay_say_head, "{\"model\": null, \"score_column\": \"s\", " LEFT_OUT "}");
    ck_assert_ptr_nonnull(strstr(model, "\nLeft out: 91 with a required signal missing.\n"));
    ck_assert_ptr_nonnull(strstr(column, "\nLeft out: 91 without a score.\n"));
    free(model);
    free(column);
}
END_TEST

START_TEST(drift_is_since_calibration_only_of_a_model)
{
    char *model = said(assay_say_drift, "{\"model\": {\"name\": \"health\"}, \"drift\": {\"words\": \"w\"}}");
    char *column = said(assay_say_drift, "{\"model\": null, \"drift\": {\"refused\": \"r\"}}");
    ck_assert_str_eq(model, "\nDrift since calibration\n  w\n");
    ck_assert_str_eq(column, "\nDrift\n  r\n");
    free(model);
    free(column);
}
END_TEST

#define FIVE_UMLAUTS "\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC"

/* The names are 29 columns at most, two blanks before and one behind. */
static const struct label_case {
    const char *value, *line; /* the line up to its first figure */
} label_cases[] = {
    {"EU", "  region: EU                    "},
    {"of twenty-one columns", "  region: of twenty-one columns "},
    {"this is 22 columns now", "  region: this is 22 columns... "},
    {FIVE_UMLAUTS FIVE_UMLAUTS FIVE_UMLAUTS FIVE_UMLAUTS "\xC3\xBC",
     "  region: " FIVE_UMLAUTS FIVE_UMLAUTS FIVE_UMLAUTS "\xC3\xBC\xC3\xBC\xC3\xBC... "},
};

START_TEST(a_long_segment_is_cut_between_characters)
{
    char audit[512];
    snprintf(audit, sizeof audit,
             "{\"segments\": [{\"column\": \"region\", \"value\": \"%s\", \"n\": 123456789, \"events\": 2}]}",
             label_cases[_i].value);
    char *text = said(assay_say_segments, audit);
    const char *line = strstr(text, "  region");
    ck_assert_ptr_nonnull(line);
    size_t length = strlen(label_cases[_i].line);
    ck_assert_int_eq(strncmp(line, label_cases[_i].line, length), 0);
    ck_assert_int_eq(strncmp(line + length, "123,456,789", 11), 0);
    free(text);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, rows_without_a_score_are_said_so_of_a_column);
    tcase_add_test(tc, drift_is_since_calibration_only_of_a_model);
    tcase_add_loop_test(tc, a_long_segment_is_cut_between_characters, 0, COUNT(label_cases));
}

ASSAY_SUITE("validate/summary", add_tests)
