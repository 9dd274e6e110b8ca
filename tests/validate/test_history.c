#include "validate/audit/history.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "tests/support/suite.h"

/* A folder of files, removed at the end. */
struct folder {
    char path[64];
    char *files[16];
    size_t n;
};

static void folder_make(struct folder *f)
{
    *f = (struct folder){.path = "/tmp/assay-history-XXXXXX"};
    ck_assert(mkdtemp(f->path) != NULL);
}

static void folder_add(struct folder *f, const char *name, const char *text)
{
    struct assay_error err = {0};
    struct assay_text path = {0};
    assay_text_printf(&path, "%s/%s", f->path, name);
    ck_assay_ok(assay_file_write(path.data, text, strlen(text), &err));
    f->files[f->n++] = path.data;
}

static void folder_remove(struct folder *f)
{
    for (size_t k = 0; k < f->n; k++) {
        unlink(f->files[k]);
        free(f->files[k]);
    }
    rmdir(f->path);
}

/* An audit as the program writes it, with the parts that are read. */
static char *audit_text(const char *name, const char *created, const char *from, const char *to)
{
    static char text[2048];
    snprintf(text, sizeof text,
             "{\"format\": \"assay-audit/1\", \"created\": \"%s\",\n"
             " \"model\": {\"name\": \"%s\", \"version\": \"1.2.0\", \"digest\": \"sha256:ab\"},\n"
             " \"data\": {\"used\": 200, \"events\": 40, \"sha256\": \"%s%s\", \"from\": %s%s%s, "
             "\"to\": %s%s%s},\n"
             " \"line\": {\"score\": 50},\n"
             " \"verdict\": {\"result\": \"pass\", \"targets\": [{\"metric\": \"sensitivity\", "
             "\"worth\": 20}]},\n"
             " \"counts\": {\"tp\": 34, \"fp\": 30, \"fn\": 6, \"tn\": 130},\n"
             " \"metrics\": {\"sensitivity\": {\"value\": 0.85, \"interval\": [0.7093, 0.9294]},\n"
             "  \"specificity\": {\"value\": 0.8125, \"interval\": [0.7449604, 0.8653857]},\n"
             "  \"auc\": {\"value\": 0.9, \"interval\": null},\n"
             "  \"oe_ratio\": {\"value\": 1.25, \"interval\": [0.9, 1.7]},\n"
             "  \"calibration_intercept\": {\"value\": 0.3, \"interval\": [-0.0919928, 0.6919928], "
             "\"method\": \"Wald\"}},\n"
             " \"zones\": [{\"n\": 50, \"rate\": 0.5}, {\"n\": 150, \"rate\": 0.1}]}\n",
             created, name, name, from, *from ? "\"" : "null", from, *from ? "\"" : "",
             *to ? "\"" : "null", to, *to ? "\"" : "");
    return text;
}

static int32_t day(const char *text)
{
    int32_t days = 0;
    ck_assert(assay_date_parse(text, strlen(text), &days));
    return days;
}

/* What was read of a folder for the audit of health, 2026-04-01 to 2026-06-30. */
struct read {
    struct assay_past_audits past;
    struct assay_text said;
    struct assay_error err;
    enum assay_status status;
};

static void read_folder(const struct folder *f, struct read *r)
{
    struct assay_past_wanted wanted = {
        .name = "health", .from = day("2026-04-01"), .to = day("2026-06-30"), .sha256 = "health"};
    *r = (struct read){.status = ASSAY_OK};
    r->status = assay_past_audits_read(f->path, &wanted, &r->past, &r->said, &r->err);
}

static void read_clear(struct read *r)
{
    assay_past_audits_clear(&r->past);
    assay_text_clear(&r->said);
}

/* The line about a file, without the folder. */
static const char *said_of(const struct read *r, const char *file)
{
    static char line[256];
    const char *at = r->said.data != NULL ? strstr(r->said.data, file) : NULL;
    if (at == NULL)
        return NULL;
    snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
    return line;
}

START_TEST(an_audit_comes_back_as_it_was_written)
{
    struct folder f;
    struct read r;
    folder_make(&f);
    folder_add(&f, "q1.json", audit_text("health", "2026-04-10", "2026-01-01", "2026-03-31"));
    read_folder(&f, &r);
    ck_assert_int_eq(r.status, ASSAY_OK);
    ck_assert_uint_eq(r.past.n, 1);
    const struct assay_past_audit *a = &r.past.audits[0];
    ck_assert_str_eq(a->path, f.files[0]);
    ck_assert_str_eq(a->name, "health");
    ck_assert_str_eq(a->version, "1.2.0");
    ck_assert_str_eq(a->digest, "sha256:ab");
    ck_assert_str_eq(a->result, "pass");
    ck_assert_str_eq(a->created, "2026-04-10");
    ck_assert_int_eq(a->from, day("2026-01-01"));
    ck_assert_int_eq(a->to, day("2026-03-31"));
    ck_assert_double_eq(a->line, 50);
    ck_assert_uint_eq(a->n, 200);
    ck_assert_uint_eq(a->n_event, 40);
    ck_assert_uint_eq(a->counts.tp, 34);
    ck_assert_uint_eq(a->counts.tn, 130);
    ck_assert_double_eq(a->sensitivity.low, 0.7093);
    ck_assert_double_eq(a->auc.value, 0.9);
    ck_assert(isnan(a->auc.low));
    ck_assert_double_eq(a->observed, 40);
    ck_assert_double_eq(a->expected, 32);
    /* A standard error of 0.2 is an information of 25; the interval is given to 7 digits. */
    ck_assert_double_eq_tol(a->expected_variance, 25, 1e-4);
    ck_assert_uint_eq(a->n_zone, 2);
    ck_assert_double_eq(a->zone_share[0], 0.25);
    ck_assert(isnan(a->zone_share[2]));
    ck_assert_double_eq(a->green_share, 0.75);
    ck_assert_double_eq(a->green_rate, 0.1);
    ck_assert_ptr_null(r.said.data);
    read_clear(&r);
    folder_remove(&f);
}
END_TEST

START_TEST(a_share_is_worth_what_the_file_says_or_its_interval)
{
    struct folder f;
    struct read r;
    folder_make(&f);
    folder_add(&f, "q1.json", audit_text("health", "2026-04-10", "2026-01-01", "2026-03-31"));
    read_folder(&f, &r);
    ck_assert_uint_eq(r.past.n, 1);
    ck_assert_double_eq(r.past.audits[0].worth[0], 20);
    /* Wilson's for 130 of 160, by its formula, to 7 digits. */
    ck_assert_double_eq_tol(r.past.audits[0].worth[1], 160, 0.01);
    ck_assert(isnan(r.past.audits[0].worth[2]));
    read_clear(&r);
    folder_remove(&f);
}
END_TEST

START_TEST(audits_come_oldest_first_whatever_their_names)
{
    struct folder f;
    struct read r;
    folder_make(&f);
    folder_add(&f, "a.json", audit_text("health", "2026-04-10", "2026-01-01", "2026-03-31"));
    folder_add(&f, "b.json", audit_text("health", "2025-10-09", "2025-07-01", "2025-09-30"));
    folder_add(&f, "c.json", audit_text("health", "2026-01-09", "2025-10-01", "2025-12-31"));
    char *undated = audit_text("health", "2024-01-09", "", "");
    memcpy(strstr(undated, "\"sha256\": \"health"), "\"sha256\": \"wealth", 17);
    folder_add(&f, "d.json", undated);
    read_folder(&f, &r);
    ck_assert_uint_eq(r.past.n, 4);
    ck_assert_int_eq(r.past.audits[0].from, ASSAY_NO_DATE);
    for (size_t k = 1; k < 4; k++)
        ck_assert_int_gt(r.past.audits[k].from, r.past.audits[k - 1].from);
    read_clear(&r);
    folder_remove(&f);
}
END_TEST

START_TEST(what_is_left_out_is_said)
{
    struct folder f;
    struct read r;
    folder_make(&f);
    folder_add(&f, "another.json", audit_text("risk", "2026-04-10", "2026-01-01", "2026-03-31"));
    folder_add(&f, "this.json", audit_text("health", "2026-07-10", "2026-04-01", "2026-06-30"));
    folder_add(&f, "later.json", audit_text("health", "2026-10-10", "2026-07-01", "2026-09-30"));
    folder_add(&f, "model.json", "{\"format\": \"assay-model/1\"}");
    folder_add(&f, "notes.json", "not json at all");
    folder_add(&f, "undated.json", audit_text("health", "2026-04-10", "", ""));
    folder_add(&f, "notes.txt", "nor this");
    char inner[80];
    snprintf(inner, sizeof inner, "%s/older.json", f.path);
    ck_assert_int_eq(mkdir(inner, 0700), 0);
    folder_add(&f, ".hidden.json", "{");
    folder_add(&f, "empty.json", "{\"format\": \"assay-audit/1\", \"model\": {\"name\": \"health\"}, "
                                 "\"data\": {\"used\": 0, \"events\": 0}, \"counts\": {\"tp\": 0, "
                                 "\"fp\": 0, \"fn\": 0, \"tn\": 0}, \"metrics\": {}}");
    read_folder(&f, &r);
    ck_assert_int_eq(r.status, ASSAY_OK);
    ck_assert_uint_eq(r.past.n, 0);
    ck_assert_str_eq(said_of(&r, "another.json"), "another.json: left out: an audit of another score");
    ck_assert_str_eq(said_of(&r, "this.json"),
                     "this.json: left out: overlaps the days of this audit");
    ck_assert_str_eq(said_of(&r, "later.json"), "later.json: left out: later than this audit");
    ck_assert_str_eq(said_of(&r, "model.json"),
                     "model.json: left out: not an audit of format assay-audit/1");
    ck_assert_str_eq(said_of(&r, "notes.json"), "notes.json: left out: not JSON");
    ck_assert_str_eq(said_of(&r, "undated.json"),
                     "undated.json: left out: of the same data as this audit");
    ck_assert_str_eq(said_of(&r, "empty.json"), "empty.json: left out: an audit without outcomes");
    ck_assert_str_eq(said_of(&r, "older.json"), "older.json: left out: a folder");
    ck_assert_ptr_null(said_of(&r, "notes.txt"));
    ck_assert_ptr_null(said_of(&r, "hidden"));
    read_clear(&r);
    rmdir(inner);
    folder_remove(&f);
}
END_TEST

/* `text` with the first `what` made `by`. */
static char *changed(const char *text, const char *what, const char *by)
{
    static char out[2048];
    const char *at = strstr(text, what);
    ck_assert_ptr_nonnull(at);
    snprintf(out, sizeof out, "%.*s%s%s", (int)(at - text), text, by, at + strlen(what));
    return out;
}

START_TEST(audits_of_a_column_count_where_a_high_score_means_the_same)
{
    static const char model[] = "\"model\": {\"name\": \"health\", \"version\": \"1.2.0\", "
                                "\"digest\": \"sha256:ab\"}";
    struct folder f;
    struct assay_past_audits past = {0};
    struct assay_error err = {0};
    struct read r = {.status = ASSAY_OK};
    struct assay_past_wanted wanted = {
        .name = "health", .higher_is = "risk", .from = day("2026-07-01"), .to = day("2026-09-30")};
    folder_make(&f);
    folder_add(&f, "model.json", audit_text("health", "2026-04-10", "2026-01-01", "2026-03-31"));
    folder_add(&f, "risk.json", changed(audit_text("health", "2026-04-10", "2026-01-01", "2026-03-31"), model,
                                        "\"score_column\": \"health\", \"higher_is\": \"risk\""));
    folder_add(&f, "round.json", changed(audit_text("health", "2026-07-10", "2026-04-01", "2026-06-30"),
                                         model, "\"score_column\": \"health\", \"higher_is\": \"health\""));
    ck_assert_int_eq(assay_past_audits_read(f.path, &wanted, &past, &r.said, &err), ASSAY_OK);
    ck_assert_uint_eq(past.n, 1);
    ck_assert_ptr_nonnull(strstr(past.audits[0].path, "risk.json"));
    ck_assert_str_eq(said_of(&r, "model.json"), "model.json: left out: an audit of another score");
    ck_assert_str_eq(said_of(&r, "round.json"),
                     "round.json: left out: an audit that took a high score the other way round");
    assay_past_audits_clear(&past);
    assay_text_clear(&r.said);
    folder_remove(&f);
}
END_TEST

/* Events alone of snapshots whose horizon was not over: more than were expected, of any model. */
START_TEST(early_events_do_not_compare_with_what_was_expected)
{
    struct folder f;
    struct read r;
    folder_make(&f);
    folder_add(&f, "q1.json", changed(audit_text("health", "2026-04-10", "2026-01-01", "2026-03-31"),
                                      "\"events\": 40,", "\"events\": 40, \"early_events\": 3,"));
    read_folder(&f, &r);
    ck_assert_uint_eq(r.past.n, 1);
    ck_assert(isnan(r.past.audits[0].expected_variance));
    read_clear(&r);
    folder_remove(&f);
}
END_TEST

START_TEST(of_audits_that_overlap_the_last_made_counts)
{
    struct folder f;
    struct read r;
    folder_make(&f);
    folder_add(&f, "half.json", audit_text("health", "2026-01-20", "2025-07-01", "2025-12-31"));
    folder_add(&f, "q3.json", audit_text("health", "2025-10-09", "2025-07-01", "2025-09-30"));
    folder_add(&f, "q4.json", audit_text("health", "2026-01-09", "2025-10-01", "2025-12-31"));
    folder_add(&f, "q1.json", audit_text("health", "2026-04-09", "2026-01-01", "2026-03-31"));
    folder_add(&f, "q1-again.json", audit_text("health", "2026-04-08", "2026-01-01", "2026-03-31"));
    read_folder(&f, &r);
    ck_assert_uint_eq(r.past.n, 2);
    ck_assert(strstr(r.past.audits[0].path, "half.json") != NULL);
    ck_assert(strstr(r.past.audits[1].path, "q1.json") != NULL);
    ck_assert_str_eq(said_of(&r, "q4.json"),
                     "q4.json: left out: overlaps an audit that was made later");
    ck_assert(said_of(&r, "q3.json") != NULL && said_of(&r, "q1-again.json") != NULL);
    read_clear(&r);
    folder_remove(&f);
}
END_TEST

START_TEST(an_empty_folder_holds_no_audits_and_a_missing_one_is_an_error)
{
    struct folder f;
    struct read r;
    folder_make(&f);
    read_folder(&f, &r);
    ck_assert_int_eq(r.status, ASSAY_OK);
    ck_assert_uint_eq(r.past.n, 0);
    read_clear(&r);
    folder_remove(&f);
    read_folder(&f, &r);
    ck_assert_int_eq(r.status, ASSAY_EIO);
    ck_assert(strstr(r.err.message, "could not open folder \"/tmp/assay-history-") == r.err.message);
    ck_assert(strstr(r.err.message, "\": No such file or directory") != NULL);
    ck_assert_str_ne(r.err.hint, "");
}
END_TEST

static const struct {
    const char *text;
    enum assay_status status;
    const char *message; /* behind the path */
} bad[] = {
    {"{\"format\": \"assay-audit/1\",", ASSAY_EFORMAT, ":1:28: "},
    {"{\"format\": \"assay-audit/1\"}", ASSAY_EDATA, ":1:1: no \"data\""},
    {"{\"format\": \"assay-audit/1\", \"data\": {\"used\": 10, \"events\": 1.5}}", ASSAY_EDATA,
     ":1:50: \"events\" is 1.5"},
    {"{\"format\": \"assay-audit/1\", \"data\": {\"used\": 10, \"events\": 3},\n"
     "\"counts\": {\"tp\": 11, \"fp\": 0, \"fn\": 0, \"tn\": 0}}",
     ASSAY_EDATA, ":2:12: \"tp\" is 11"},
    {"{\"format\": \"assay-audit/1\", \"data\": {\"used\": 10, \"events\": 3},\n"
     "\"counts\": {\"tp\": 1, \"fp\": 3, \"fn\": 1, \"tn\": 4}}",
     ASSAY_EDATA, ":2:1: \"counts\" do not add up to the 10 rows and 3 events of \"data\""},
    {"{\"format\": \"assay-audit/1\", \"data\": {\"used\": 10, \"events\": 3},\n"
     "\"counts\": {\"tp\": 1, \"fp\": 3, \"fn\": 2, \"tn\": 4}, \"metrics\": []}",
     ASSAY_EDATA, ":2:49: \"metrics\" is "},
};

START_TEST(a_damaged_audit_is_an_error_with_its_place)
{
    struct folder f;
    struct read r;
    char expected[256];
    folder_make(&f);
    folder_add(&f, "a.json", audit_text("health", "2026-04-10", "2026-01-01", "2026-03-31"));
    folder_add(&f, "b.json", bad[_i].text);
    read_folder(&f, &r);
    snprintf(expected, sizeof expected, "%s%s", f.files[1], bad[_i].message);
    ck_assert_int_eq(r.status, bad[_i].status);
    ck_assert_msg(strncmp(r.err.message, expected, strlen(expected)) == 0, "\"%s\"", r.err.message);
    ck_assert_uint_eq(r.past.n, 0);
    read_clear(&r);
    folder_remove(&f);
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    struct folder f;
    folder_make(&f);
    folder_add(&f, "a.json", audit_text("health", "2026-04-10", "2026-01-01", "2026-03-31"));
    folder_add(&f, "b.json", audit_text("health", "2026-04-11", "2026-01-01", "2026-03-31"));
    folder_add(&f, "c.json", audit_text("health", "2026-01-11", "2025-10-01", "2025-12-31"));
    struct assay_past_wanted wanted = {
        .name = "health", .from = day("2026-04-01"), .to = day("2026-06-30")};
    size_t n = 1;
    for (enum assay_status status = ASSAY_ENOMEM; status != ASSAY_OK && n < 5000; n++) {
        struct assay_past_audits past = {0};
        struct assay_text said = {0};
        struct assay_error err = {0};
        test_fail_allocation(n);
        status = assay_past_audits_read(f.path, &wanted, &past, &said, &err);
        test_fail_allocation(0);
        size_t found = past.n;
        assay_past_audits_clear(&past);
        assay_text_clear(&said);
        ck_assert(status == ASSAY_OK || status == ASSAY_ENOMEM);
        ck_assert_uint_eq(found, status == ASSAY_OK ? 2 : 0);
    }
    ck_assert(n > 20 && n < 5000);
    folder_remove(&f);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, an_audit_comes_back_as_it_was_written);
    tcase_add_test(tc, a_share_is_worth_what_the_file_says_or_its_interval);
    tcase_add_test(tc, audits_come_oldest_first_whatever_their_names);
    tcase_add_test(tc, what_is_left_out_is_said);
    tcase_add_test(tc, audits_of_a_column_count_where_a_high_score_means_the_same);
    tcase_add_test(tc, early_events_do_not_compare_with_what_was_expected);
    tcase_add_test(tc, of_audits_that_overlap_the_last_made_counts);
    tcase_add_test(tc, an_empty_folder_holds_no_audits_and_a_missing_one_is_an_error);
    tcase_add_loop_test(tc, a_damaged_audit_is_an_error_with_its_place, 0, COUNT(bad));
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("validate/history", add_tests)
