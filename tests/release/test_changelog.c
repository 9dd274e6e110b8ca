/* CHANGELOG.md and CHANGELOG.json of small histories. */
#include "release/record/changelog.h"

#include "core/base/json.h"
#include "release/record/json_copy.h"
#include "release/record/look.h"
#include "tests/release/recorded.h"
#include "tests/release/schema.h"
#include "tests/support/random.h"

enum { MOST_VERSIONS = 24 };

/* A history, and what its versions hold. */
struct history {
    struct assay_ledger ledger;
    struct assay_changelog_version versions[MOST_VERSIONS];
    size_t n_version;
    struct assay_text records[MOST_VERSIONS];
    char changes[MOST_VERSIONS][64], numbers[MOST_VERSIONS][16];
};

static void history_clear(struct history *h)
{
    for (size_t k = 0; k < h->n_version; k++)
        assay_text_clear(&h->records[k]);
    assay_ledger_clear(&h->ledger);
}

static void add_entry(struct history *h, enum assay_event event, const char *at,
                      const char *version, const char *by, const char *reason)
{
    struct assay_error err = {0};
    const char *in_force = assay_ledger_in_force(&h->ledger, h->ledger.n_entry);
    struct assay_entry entry = {
        .event = event,
        .version = handmade_text(version),
        .from = in_force != NULL && event != ASSAY_EVENT_WITHDRAW ? handmade_text(in_force) : NULL,
        .by = by != NULL ? handmade_text(by) : NULL,
        .reason = reason != NULL ? handmade_text(reason) : NULL};
    strcpy(entry.at, at);
    if (event == ASSAY_EVENT_RELEASE) {
        strcpy(entry.digest, DIGEST("4"));
        strcpy(entry.candidate, DIGEST("3"));
        strcpy(entry.record, DIGEST("5"));
    }
    ck_assay_ok(assay_ledger_add(&h->ledger, &entry, &err));
    assay_entry_clear(&entry);
}

/* Releases the number; with a reason, over a closed gate. */
static void release(struct history *h, const char *at, const char *number, const char *by,
                    const char *reason)
{
    struct recorded r;
    size_t k = h->n_version++;
    ck_assert_uint_lt(k, MOST_VERSIONS);
    k == 0 ? recorded_first(&r) : recorded_second(&r);
    free(k == 0 ? r.first.version : r.second.version);
    *(k == 0 ? &r.first.version : &r.second.version) = handmade_text(number);
    if (reason != NULL)
        recorded_close(&r, ASSAY_GATE_VERDICT, "a pass", "fail");
    r.facts.override = reason;
    h->records[k] = record_of(&r);
    recorded_clear(&r);
    snprintf(h->numbers[k], sizeof h->numbers[k], "%s", number);
    snprintf(h->changes[k], sizeof h->changes[k], "## %s, %.10s\n\nWords of %s.\n", number, at,
             number);
    h->versions[k] =
        (struct assay_changelog_version){h->numbers[k], h->records[k].data, h->records[k].length,
                                         h->changes[k], strlen(h->changes[k])};
    add_entry(h, ASSAY_EVENT_RELEASE, at, number, by, reason);
}

/* Three releases, one of them over a closed gate; back to the first; the second withdrawn. */
static void make_history(struct history *h)
{
    *h = (struct history){0};
    release(h, "2026-07-05T00:00:00Z", "1.0.0", NULL, NULL);
    release(h, "2026-10-05T09:30:00Z", "1.1.0", "Dana Reyes", "the board wants it.");
    release(h, "2026-10-20T00:00:00Z", "2.0.0", "Dana Reyes", NULL);
    add_entry(h, ASSAY_EVENT_ROLLBACK, "2026-11-02T00:00:00Z", "1.0.0", "Ines Okafor",
              "half the scores were 50");
    add_entry(h, ASSAY_EVENT_WITHDRAW, "2026-11-03T00:00:00Z", "1.1.0", NULL,
              "its data were wrong.");
}

static void write_changelog(const struct history *h, const char *name, struct assay_text *markdown,
                            struct assay_text *json)
{
    struct assay_error err = {0};
    ck_assay_ok(
        assay_changelog_write(name, &h->ledger, h->versions, h->n_version, markdown, json, &err));
}

/* ---- for people ---- */

static const char guide[] = "- `current` says which version is in force, and where its model is.\n"
                            "- `versions/NUMBER/` holds a version and is never changed: "
                            "`model.json` is the model, `release.json`\n"
                            "  says why it was released, `audit.json` is the audit it was released "
                            "on, `changes.md` its section\n"
                            "  of this page.\n"
                            "- `ledger.jsonl` has a line for every release, rollback and "
                            "withdrawal, and in each the SHA-256 of\n"
                            "  the line before.\n"
                            "- `CHANGELOG.json` is this page for programs.\n"
                            "- `assay release verify` checks every byte of it.\n";

START_TEST(the_page_tells_what_happened_newest_first)
{
    struct history h;
    struct assay_text markdown = {0}, json = {0}, expected = {0};
    make_history(&h);
    write_changelog(&h, "b2b-health", &markdown, &json);
    assay_text_printf(&expected,
                      "# Changelog of b2b-health\n"
                      "\n"
                      "In force: **1.0.0**, since 2026-11-02.\n"
                      "\n"
                      "%s"
                      "\n---\n"
                      "\n## 1.1.0 withdrawn, 2026-11-03\n"
                      "\nWithdrawn, because its data were wrong.\n"
                      "\n---\n"
                      "\n## Back to 1.0.0, 2026-11-02\n"
                      "\nRolled back from 2.0.0 by Ines Okafor, because half the scores were 50.\n"
                      "\n---\n"
                      "\n2.0.0 is no longer in force.\n"
                      "\n## 2.0.0, 2026-10-20\n\nWords of 2.0.0.\n"
                      "\n---\n"
                      "\n1.1.0 was **withdrawn** on 2026-11-03, because its data were wrong. "
                      "**Released over closed "
                      "gates**\n(verdict), because the board wants it.\n"
                      "\n## 1.1.0, 2026-10-05\n\nWords of 1.1.0.\n"
                      "\n---\n"
                      "\n1.0.0 is **in force**.\n"
                      "\n## 1.0.0, 2026-07-05\n\nWords of 1.0.0.\n",
                      guide);
    ck_assert_str_eq(markdown.data, expected.data);
    assay_text_clear(&expected);
    assay_text_clear(&markdown);
    assay_text_clear(&json);
    history_clear(&h);
}
END_TEST

START_TEST(a_registry_without_versions_has_a_page_too)
{
    struct history h = {0};
    struct assay_text markdown = {0}, json = {0}, expected = {0};
    write_changelog(&h, "b2b-health", &markdown, &json);
    assay_text_printf(
        &expected, "# Changelog of b2b-health\n\nNo version has been released yet.\n\n%s", guide);
    ck_assert_str_eq(markdown.data, expected.data);
    ck_assert_str_eq(json.data,
                     "{\n  \"format\": \"assay-changelog/1\",\n  \"name\": \"b2b-health\",\n  "
                     "\"in_force\": null,\n  \"entries\": []\n}\n");
    assay_text_clear(&expected);
    assay_text_clear(&markdown);
    assay_text_clear(&json);
}
END_TEST

START_TEST(the_section_of_a_version_stands_word_for_word)
{
    static const char words[] = "## 1.0.0\n\n* any <b>bytes</b>\n\n---\n| a |";
    struct history h = {0};
    struct assay_text markdown = {0}, json = {0};
    release(&h, "2026-07-05T00:00:00Z", "1.0.0", NULL, NULL);
    h.versions[0].changes = words;
    h.versions[0].changes_length = sizeof words - 1;
    write_changelog(&h, "b2b-health", &markdown, &json);
    const char *at = strstr(markdown.data, words);
    ck_assert_ptr_nonnull(at);
    ck_assert_str_eq(at + sizeof words - 1, "\n"); /* the line end that it lacked */
    assay_text_clear(&markdown);
    assay_text_clear(&json);
    history_clear(&h);
}
END_TEST

START_TEST(hostile_names_and_reasons_stay_texts)
{
    struct history h;
    struct assay_text markdown = {0}, json = {0};
    make_history(&h);
    add_entry(&h, ASSAY_EVENT_ROLLBACK, "2026-11-04T00:00:00Z", "2.0.0", "<b>\n---\n# Eve",
              "[x](http://e) \x1b[31m\n\n## 3.0.0, 2026-12-01");
    write_changelog(&h, "<i>\n# name*", &markdown, &json);
    ck_assert_ptr_nonnull(
        strstr(markdown.data, "# Changelog of \\<i> # name\\*\n\nIn force: **2.0.0**"));
    ck_assert_ptr_nonnull(
        strstr(markdown.data, "Rolled back from 1.0.0 by \\<b> --- # Eve, because [x\\](http://e) "
                              "\xef\xbf\xbd[31m ## 3.0.0, 2026-12-01.\n"));
    ck_assert_ptr_null(strstr(markdown.data, "\n## 3.0.0"));
    ck_assert_ptr_null(strstr(markdown.data, "<b>\n"));
    assay_text_clear(&markdown);
    assay_text_clear(&json);
    history_clear(&h);
}
END_TEST

/* ---- for programs ---- */

START_TEST(the_document_has_every_entry_oldest_first_and_every_record)
{
    struct history h;
    struct assay_text markdown = {0}, json = {0};
    struct assay_error err = {0};
    struct assay_json *doc, *record;
    size_t k = 0, v = 0;
    make_history(&h);
    write_changelog(&h, "b2b-health", &markdown, &json);
    ck_assay_ok(assay_json_parse("c", json.data, json.length, ASSAY_JSON_STRICT, &doc, &err));
    const struct cJSON *root = assay_json_root(doc);
    ck_assert_str_eq(assay_look_text(root, "in_force"), "1.0.0");
    for (const struct cJSON *e = assay_look_first(assay_look_at(root, "entries")); e != NULL;
         e = assay_json_next(e), k++) {
        const struct assay_entry *entry = &h.ledger.entries[k];
        const struct cJSON *release = assay_look_at(e, "release");
        ck_assert_double_eq(assay_look_number(e, "entry"), (double)(k + 1));
        ck_assert_str_eq(assay_look_text(e, "event"), assay_event_names[entry->event]);
        ck_assert_str_eq(assay_look_text(e, "version"), entry->version);
        ck_assert_str_eq(assay_look_text(e, "hash"), entry->hash);
        ck_assert_pstr_eq(assay_look_text(e, "by"), entry->by);
        ck_assert_pstr_eq(assay_look_text(e, "reason"), entry->reason);
        ck_assert_pstr_eq(assay_look_text(e, "previous"),
                          k > 0 ? h.ledger.entries[k - 1].hash : NULL);
        ck_assert_pstr_eq(assay_look_text(e, "digest"),
                          entry->digest[0] != '\0' ? entry->digest : NULL);
        ck_assert((release != NULL) == (entry->event == ASSAY_EVENT_RELEASE));
        if (release == NULL)
            continue;
        struct assay_json_writer copy[2] = {{.depth = 0},
                                            {.depth = 0}}; /* in one form, so that they compare */
        record = record_read(&h.records[v++]);
        ck_assay_ok(assay_json_copy(&copy[0], NULL, doc, release, &err));
        ck_assay_ok(assay_json_copy(&copy[1], NULL, record, assay_json_root(record), &err));
        ck_assert_str_eq(copy[0].out.data, copy[1].out.data);
        assay_text_clear(&copy[0].out);
        assay_text_clear(&copy[1].out);
        assay_json_free(record);
    }
    ck_assert_uint_eq(k, h.ledger.n_entry);
    ck_assert_uint_eq(v, h.n_version);
    assay_json_free(doc);
    assay_text_clear(&markdown);
    assay_text_clear(&json);
    history_clear(&h);
}
END_TEST

static const struct {
    const char *what, *text;
    bool breaks;
} others[] = {
    {"current",
     "{\"format\": \"assay-current/1\", \"name\": \"n\", \"version\": \"1.0.0\", \"model\": "
     "\"versions/1.0.0/model.json\", \"digest\": \"" DIGEST(
         "1") "\", \"entry\": 1, \"head\": \"" DIGEST("2") "\", \"files\": [{\"file\": "
                                                           "\"ledger.jsonl\", \"sha256\": "
                                                           "\"" DIGITS16("a") DIGITS16("b")
                                                               DIGITS16("c") DIGITS16("d") "\"}]}",
     false},
    {"current",
     "{\"format\": \"assay-current/1\", \"name\": \"n\", \"version\": \"1.0.0\", \"model\": "
     "\"../model.json\", \"digest\": \"" DIGEST("1") "\", \"entry\": 1, \"head\": \"" DIGEST(
         "2") "\", \"files\": []}",
     true},
    {"changelog",
     "{\"format\": \"assay-changelog/1\", \"name\": \"n\", \"in_force\": null, \"entries\": [], "
     "\"more\": 1}",
     true},
    {"ledger_entry",
     "{\"entry\":1,\"at\":\"2026-07-05T00:00:00Z\",\"event\":\"rollback\",\"version\":\"1.0.0\","
     "\"from\":null,"
     "\"digest\":\"" DIGEST(
         "1") "\",\"candidate\":null,\"record\":null,\"by\":null,\"reason\":null,\"key\":null,"
              "\"previous\":null}",
     true},
};

START_TEST(the_schema_has_every_file_of_a_registry)
{
    struct schema_lines lines = {0};
    struct history h;
    struct assay_text markdown = {0}, json = {0};
    make_history(&h);
    write_changelog(&h, "b2b-health", &markdown, &json);
    schema_add(&lines, "changelog", json.data, false);
    schema_add(&lines, "ledger_entry", json.data, true);
    for (char *at = h.ledger.text.data, *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
        *end = '\0';
        schema_add(&lines, "ledger_entry", at, false);
    }
    for (size_t k = 0; k < COUNT(others); k++)
        schema_add(&lines, others[k].what, others[k].text, others[k].breaks);
    schema_check(&lines);
    assay_text_clear(&markdown);
    assay_text_clear(&json);
    history_clear(&h);
}
END_TEST

/* ---- any history ---- */

static size_t count(const char *text, const char *part)
{
    size_t n = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
        n++;
    return n;
}

/* A rollback to or withdrawal of a random version, where the rules allow it. */
static void random_event(struct history *h, struct test_random *random, const char *at)
{
    const char *version = h->numbers[test_below(random, h->n_version)];
    if (strcmp(version, assay_ledger_in_force(&h->ledger, h->ledger.n_entry)) == 0 ||
        assay_ledger_withdrawal_of(&h->ledger, version) != NULL)
        return;
    add_entry(h, test_below(random, 2) == 0 ? ASSAY_EVENT_ROLLBACK : ASSAY_EVENT_WITHDRAW, at,
              version, "by", "so");
}

START_TEST(every_entry_of_any_history_is_told_once)
{
    struct test_random random = {(uint64_t)_i};
    struct history h = {0};
    struct assay_text markdown = {0}, json = {0};
    size_t n_withdrawn = 0;
    for (size_t day = 1; day <= 28; day++) {
        char at[ASSAY_TIME_SIZE], number[16];
        snprintf(at, sizeof at, "2026-09-%02zuT00:00:00Z", day);
        snprintf(number, sizeof number, "%zu.%zu.0", day, test_below(&random, 9));
        if (h.n_version == 0 || (test_below(&random, 3) == 0 && h.n_version < MOST_VERSIONS))
            release(&h, at, number, "by", test_below(&random, 2) == 0 ? "so" : NULL);
        else
            random_event(&h, &random, at);
    }
    write_changelog(&h, "n", &markdown, &json);
    for (size_t k = 0; k < h.ledger.n_entry; k++)
        n_withdrawn += h.ledger.entries[k].event == ASSAY_EVENT_WITHDRAW;
    ck_assert_uint_eq(count(markdown.data, "\n---\n"), h.ledger.n_entry);
    ck_assert_uint_eq(count(markdown.data, " is **in force**."), 1);
    ck_assert_uint_eq(count(markdown.data, " was **withdrawn** on "), n_withdrawn);
    ck_assert_uint_eq(count(markdown.data, "\nWords of "), h.n_version);
    ck_assert_uint_eq(count(json.data, "\"hash\": "), h.ledger.n_entry);
    const char *before = markdown.data;
    for (size_t k = h.ledger.n_entry;
         k-- > 0;) { /* days differ, so the heading of each is its own */
        char heading[32];
        snprintf(heading, sizeof heading, ", %.10s\n", h.ledger.entries[k].at);
        const char *at = strstr(markdown.data, heading);
        ck_assert(at != NULL && at > before);
        before = at;
    }
    assay_text_clear(&markdown);
    assay_text_clear(&json);
    history_clear(&h);
}
END_TEST

/* ---- what goes wrong ---- */

START_TEST(a_version_that_is_not_given_is_an_error)
{
    struct history h;
    struct assay_error err = {0};
    struct assay_text markdown = {0}, json = {0};
    make_history(&h);
    h.versions[1].version = "1.2.0";
    ck_assert_int_eq(
        assay_changelog_write("n", &h.ledger, h.versions, h.n_version, &markdown, &json, &err),
        ASSAY_EDATA);
    ck_assert_str_eq(err.message,
                     "ledger entry 2: no files of version 1.1.0; expected those of every version");
    ck_assert_uint_eq(markdown.length + json.length, 0);
    history_clear(&h);
}
END_TEST

START_TEST(a_damaged_record_is_an_error_that_names_its_file)
{
    struct history h;
    struct assay_error err = {0};
    struct assay_text markdown = {0}, json = {0};
    make_history(&h);
    h.versions[2].record = "{}";
    h.versions[2].record_length = 2;
    ck_assert_int_eq(
        assay_changelog_write("n", &h.ledger, h.versions, h.n_version, &markdown, &json, &err),
        ASSAY_EDATA);
    ck_assert_str_eq(
        err.message,
        "versions/2.0.0/release.json:1:1: no \"format\" here; expected text in quotes");
    ck_assert_uint_eq(markdown.length + json.length, 0);
    history_clear(&h);
}
END_TEST

START_TEST(without_memory_nothing_is_written)
{
    struct history h = {0};
    enum assay_status status = ASSAY_ENOMEM;
    size_t n = 0;
    release(&h, "2026-07-05T00:00:00Z", "1.0.0", NULL, NULL);
    release(&h, "2026-07-06T00:00:00Z", "1.1.0", NULL, "so");
    while (status == ASSAY_ENOMEM) {
        struct assay_error err = {0};
        struct assay_text markdown = {0}, json = {0};
        test_fail_allocation(++n);
        status =
            assay_changelog_write("n", &h.ledger, h.versions, h.n_version, &markdown, &json, &err);
        test_fail_allocation(0);
        if (status == ASSAY_ENOMEM) {
            ck_assert_int_eq(strncmp(err.message, "out of memory ", 14), 0);
            ck_assert_uint_eq(markdown.length + json.length, 0);
        }
        assay_text_clear(&markdown);
        assay_text_clear(&json);
    }
    ck_assert_int_eq(status, ASSAY_OK);
    ck_assert_uint_gt(n, 20);
    history_clear(&h);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, the_page_tells_what_happened_newest_first);
    tcase_add_test(tc, a_registry_without_versions_has_a_page_too);
    tcase_add_test(tc, the_section_of_a_version_stands_word_for_word);
    tcase_add_test(tc, hostile_names_and_reasons_stay_texts);
    tcase_add_test(tc, the_document_has_every_entry_oldest_first_and_every_record);
    tcase_add_test(tc, the_schema_has_every_file_of_a_registry);
    tcase_add_loop_test(tc, every_entry_of_any_history_is_told_once, 0, 20);
    tcase_add_test(tc, a_version_that_is_not_given_is_an_error);
    tcase_add_test(tc, a_damaged_record_is_an_error_that_names_its_file);
    tcase_add_test(tc, without_memory_nothing_is_written);
}

ASSAY_SUITE("release/changelog", add_tests)
