/* The ledger: its one form, its chain, its rules, and the questions it answers. */
#include "release/registry/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/release/entries.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

/* ---- made-up entries ---- */

static void add(struct assay_ledger *ledger, enum assay_event event, const char *version,
                const char *at)
{
    struct assay_error err = {0};
    const char *in_force = assay_ledger_in_force(ledger, ledger->n_entry);
    struct assay_entry entry =
        entry_of(event, version, event == ASSAY_EVENT_WITHDRAW ? NULL : in_force, at);
    ck_assay_ok(assay_ledger_add(ledger, &entry, &err));
}

/* 1.0.0, 1.1.0, 2.0.0; back to 1.1.0; 2.0.0 withdrawn. */
static void make_history(struct assay_ledger *ledger)
{
    *ledger = (struct assay_ledger){0};
    add(ledger, ASSAY_EVENT_RELEASE, "1.0.0", "2026-01-05T09:00:00Z");
    add(ledger, ASSAY_EVENT_RELEASE, "1.1.0", "2026-04-05T09:00:00Z");
    add(ledger, ASSAY_EVENT_RELEASE, "2.0.0", "2026-07-05T09:00:00Z");
    add(ledger, ASSAY_EVENT_ROLLBACK, "1.1.0", "2026-07-06T09:00:00Z");
    add(ledger, ASSAY_EVENT_WITHDRAW, "2.0.0", "2026-07-06T09:00:00Z");
}

/* ---- the form ---- */

static const char first_line[] =
    "{\"entry\":1,\"at\":\"2026-10-05T09:30:00Z\",\"event\":\"release\",\"version\":\"1.0.0\","
    "\"from\":null,"
    "\"digest\":\"sha256:1111111111111111111111111111111111111111111111111111111111111111\","
    "\"candidate\":\"sha256:2222222222222222222222222222222222222222222222222222222222222222\","
    "\"record\":\"sha256:3333333333333333333333333333333333333333333333333333333333333333\","
    "\"by\":\"Zo\xc3\xab \\\"Z\\\" Reyes\",\"reason\":null,\"key\":\"2F08BCC1E9E5A8E4\","
    "\"previous\":null}\n";
/* by sha256sum */
#define FIRST_HASH "sha256:d58bf7bac331a9d500edb23883b5f5e4b97ae7c5c5c625091bb5f2e487bf64cd"

START_TEST(a_line_has_one_form_and_its_hash_is_what_sha256sum_says)
{
    struct assay_error err = {0};
    struct assay_entry entry;
    struct assay_text text = {0};
    ck_assay_ok(assay_entry_read("l", 1, first_line, strlen(first_line), &entry, &err));
    ck_assert_uint_eq(entry.number, 1);
    ck_assert_str_eq(entry.at, "2026-10-05T09:30:00Z");
    ck_assert_int_eq(entry.event, ASSAY_EVENT_RELEASE);
    ck_assert_str_eq(entry.version, "1.0.0");
    ck_assert_ptr_null(entry.from);
    ck_assert_str_eq(entry.by, "Zo\xc3\xab \"Z\" Reyes");
    ck_assert_ptr_null(entry.reason);
    ck_assert_str_eq(entry.key, "2F08BCC1E9E5A8E4");
    ck_assert_str_eq(entry.previous, "");
    ck_assert_str_eq(entry.hash, FIRST_HASH);
    assay_entry_write(&entry, &text);
    ck_assert_str_eq(text.data, first_line);
    assay_text_clear(&text);
    assay_entry_clear(&entry);
}
END_TEST

/* The first line with `from` in place of `to`, and what reading it says. */
static const struct {
    const char *from, *to;
    enum assay_status status;
    const char *message;
} bad_lines[] = {
    {"{\"entry\":1", "[\"entry\":1", ASSAY_EFORMAT, NULL},
    {"\"entry\":1,", "\"entry\": 1,", ASSAY_EFORMAT,
     "l:7: not as assay writes an entry; expected each byte of it"},
    {"\"entry\":1,", "\"entry\":0,", ASSAY_EDATA,
     "l:7:2: \"entry\" is 0; expected a whole number from 1 to 1000000000"},
    {"\"from\":null", "\"from\":\"\"", ASSAY_EFORMAT,
     "l:7: not as assay writes an entry; expected each byte of it"},
    {"Z\\\" Reyes", "\\u005a\\\" Reyes", ASSAY_EFORMAT,
     "l:7: not as assay writes an entry; expected each byte of it"},
    {"\"event\":\"release\"", "\"event\":\"relaese\"", ASSAY_EDATA, NULL},
    {"09:30:00Z", "09:60:00Z", ASSAY_EDATA,
     "l:7:12: \"at\" is \"2026-10-05T09:60:00Z\"; expected a time as \"2026-10-05T09:30:00Z\""},
    {"\"1.0.0\"", "\"1.00.0\"", ASSAY_EDATA,
     "l:7:58: \"version\" is \"1.00.0\"; expected a version number as \"1.1.0\""},
    {"sha256:1", "sha256:A", ASSAY_EDATA, NULL},
    {"2F08BCC1E9E5A8E4", "2f08bcc1e9e5a8e4", ASSAY_EDATA,
     "l:7:378: \"key\" is \"2f08bcc1e9e5a8e4\"; expected 16 hexadecimal digits in upper case"},
    {"\"by\"", "\"bye\"", ASSAY_EDATA, NULL},
    {",\"previous\":null", "", ASSAY_EDATA, NULL},
    {"null}\n", "null}", ASSAY_EFORMAT,
     "l:7: not as assay writes an entry; expected each byte of it"},
    {"null}\n", "null} \n", ASSAY_EFORMAT,
     "l:7: not as assay writes an entry; expected each byte of it"},
};

START_TEST(a_line_in_any_other_form_is_refused_with_its_place)
{
    struct assay_error err = {0};
    struct assay_entry entry = {0};
    char line[1024];
    const char *at = strstr(first_line, bad_lines[_i].from);
    ck_assert_ptr_nonnull(at);
    snprintf(line, sizeof line, "%.*s%s%s", (int)(at - first_line), first_line, bad_lines[_i].to,
             at + strlen(bad_lines[_i].from));
    ck_assert_int_eq(assay_entry_read("l", 7, line, strlen(line), &entry, &err),
                     bad_lines[_i].status);
    if (bad_lines[_i].message != NULL)
        ck_assert_str_eq(err.message, bad_lines[_i].message);
    ck_assert_msg(strncmp(err.message, "l:7:", 4) == 0, "%s", err.message);
    ck_assert_ptr_null(entry.version);
}
END_TEST

START_TEST(every_changed_byte_of_a_line_gives_another_entry_or_none)
{
    char line[sizeof first_line];
    for (size_t k = 0; k < sizeof first_line - 1; k++)
        for (unsigned bit = 0; bit < 8; bit++) {
            struct assay_entry entry;
            memcpy(line, first_line, sizeof line);
            line[k] = (char)(line[k] ^ (1 << bit));
            if (assay_entry_read("l", 1, line, sizeof line - 1, &entry, NULL) != ASSAY_OK)
                continue;
            ck_assert_str_ne(entry.hash, FIRST_HASH);
            assay_entry_clear(&entry);
        }
}
END_TEST

START_TEST(bytes_that_are_no_utf8_are_left_out_of_a_line)
{
    struct assay_error err = {0};
    struct assay_ledger ledger = {0};
    struct assay_entry entry = entry_of(ASSAY_EVENT_RELEASE, "1.0.0", NULL, "2026-01-05T09:00:00Z");
    entry.by = (char *)(uintptr_t) "Zo\xeb\nReyes";
    ck_assay_ok(assay_ledger_add(&ledger, &entry, &err));
    ck_assert_str_eq(ledger.entries[0].by, "Zo\nReyes");
    ck_assert_ptr_nonnull(strstr(ledger.text.data, "\"by\":\"Zo\\nReyes\""));
    assay_ledger_clear(&ledger);
}
END_TEST

START_TEST(a_copy_owns_its_texts)
{
    struct assay_error err = {0};
    struct assay_entry entry, copy;
    ck_assay_ok(assay_entry_read("l", 1, first_line, strlen(first_line), &entry, &err));
    ck_assay_ok(assay_entry_copy(&entry, &copy, &err));
    assay_entry_clear(&entry);
    ck_assert_str_eq(copy.by, "Zo\xc3\xab \"Z\" Reyes");
    ck_assert_str_eq(copy.hash, FIRST_HASH);
    ck_assert_ptr_null(copy.from);
    assay_entry_clear(&copy);
    ck_assert_ptr_null(copy.version);
}
END_TEST

/* ---- the rules ---- */

/* An entry behind the history, and why it may not stand there. */
static const struct {
    enum assay_event event;
    const char *version, *from, *at, *message;
} bad_entries[] = {
    {ASSAY_EVENT_RELEASE, "1.0.0", "1.1.0", "2026-08-01T00:00:00Z",
     "version 1.0.0 was released before (entry 1); expected a new number"},
    {ASSAY_EVENT_RELEASE, "2.0.0", "1.1.0", "2026-08-01T00:00:00Z",
     "version 2.0.0 was released before (entry 3); expected a new number"},
    {ASSAY_EVENT_RELEASE, "2.1.0", NULL, "2026-08-01T00:00:00Z",
     "\"from\" is none; expected 1.1.0, what was in force"},
    {ASSAY_EVENT_RELEASE, "2.1.0", "2.0.0", "2026-08-01T00:00:00Z",
     "\"from\" is 2.0.0; expected 1.1.0, what was in force"},
    {ASSAY_EVENT_RELEASE, "2.1.0", "1.1.0", "2026-07-06T08:59:59Z",
     "time 2026-07-06T08:59:59Z is before 2026-07-06T09:00:00Z, that of entry 5"},
    {ASSAY_EVENT_ROLLBACK, "3.0.0", "1.1.0", "2026-08-01T00:00:00Z",
     "version 3.0.0 was never released"},
    {ASSAY_EVENT_ROLLBACK, "2.0.0", "1.1.0", "2026-08-01T00:00:00Z",
     "version 2.0.0 was withdrawn (entry 5)"},
    {ASSAY_EVENT_ROLLBACK, "1.1.0", "1.1.0", "2026-08-01T00:00:00Z",
     "version 1.1.0 is in force already; expected another to go back to"},
    {ASSAY_EVENT_ROLLBACK, "1.0.0", "1.0.0", "2026-08-01T00:00:00Z",
     "\"from\" is 1.0.0; expected 1.1.0, what was in force"},
    {ASSAY_EVENT_WITHDRAW, "3.0.0", NULL, "2026-08-01T00:00:00Z",
     "version 3.0.0 was never released"},
    {ASSAY_EVENT_WITHDRAW, "2.0.0", NULL, "2026-08-01T00:00:00Z",
     "version 2.0.0 was withdrawn (entry 5)"},
    {ASSAY_EVENT_WITHDRAW, "1.1.0", NULL, "2026-08-01T00:00:00Z",
     "version 1.1.0 is in force; expected another to be in force before it is withdrawn"},
    {ASSAY_EVENT_WITHDRAW, "1.0.0", "1.1.0", "2026-08-01T00:00:00Z",
     "\"from\" is 1.1.0; expected none"},
};

START_TEST(an_entry_that_breaks_a_rule_is_not_added_and_not_read)
{
    struct assay_error err = {0};
    struct assay_ledger ledger, again = {0};
    struct assay_text text = {0};
    char want[512];
    make_history(&ledger);
    struct assay_entry entry = entry_of(bad_entries[_i].event, bad_entries[_i].version,
                                        bad_entries[_i].from, bad_entries[_i].at);
    size_t length = ledger.text.length;
    ck_assert_int_eq(assay_ledger_add(&ledger, &entry, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad_entries[_i].message);
    ck_assert_uint_eq(ledger.n_entry, 5);
    ck_assert_uint_eq(ledger.text.length, length);

    entry.number = 6;
    memcpy(entry.previous, ledger.entries[4].hash, ASSAY_DIGEST_SIZE);
    assay_text_add(&text, ledger.text.data, length);
    assay_entry_write(&entry, &text);
    snprintf(want, sizeof want, "models/ledger.jsonl:6: %s", bad_entries[_i].message);
    ck_assert_int_eq(assay_ledger_read("models/ledger.jsonl", text.data, text.length, &again, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, want);
    ck_assert_uint_eq(again.n_entry, 0);
    assay_text_clear(&text);
    assay_ledger_clear(&ledger);
}
END_TEST

START_TEST(releases_have_digests_and_other_events_have_none)
{
    struct assay_error err = {0};
    struct assay_ledger ledger;
    make_history(&ledger);
    struct assay_entry entry =
        entry_of(ASSAY_EVENT_RELEASE, "3.0.0", "1.1.0", "2026-08-01T00:00:00Z");
    entry.candidate[0] = '\0';
    ck_assert_int_eq(assay_ledger_add(&ledger, &entry, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message,
                     "a release without a digest; expected \"digest\", \"candidate\" and "
                     "\"record\"");
    entry = entry_of(ASSAY_EVENT_ROLLBACK, "1.0.0", "1.1.0", "2026-08-01T00:00:00Z");
    fill_digest(entry.digest, "x");
    ck_assert_int_eq(assay_ledger_add(&ledger, &entry, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "a rollback with a digest; expected none");
    assay_ledger_clear(&ledger);
}
END_TEST

START_TEST(an_entry_that_was_taken_back_leaves_the_ledger_as_it_was)
{
    struct assay_error err = {0};
    struct assay_ledger ledger, again = {0};
    make_history(&ledger);
    struct assay_text before = {0};
    assay_text_add(&before, ledger.text.data, ledger.text.length);
    add(&ledger, ASSAY_EVENT_RELEASE, "2.0.1", "2026-08-01T00:00:00Z");
    ck_assert_str_eq(assay_ledger_in_force(&ledger, ledger.n_entry), "2.0.1");
    assay_ledger_drop(&ledger);
    ck_assert_str_eq(ledger.text.data, before.data);
    ck_assert_str_eq(assay_ledger_in_force(&ledger, ledger.n_entry), "1.1.0");
    while (ledger.n_entry > 0)
        assay_ledger_drop(&ledger);
    ck_assert_uint_eq(ledger.text.length, 0);
    ck_assay_ok(assay_ledger_read("l", before.data, before.length, &again, &err));
    assay_ledger_clear(&again);
    assay_text_clear(&before);
    assay_ledger_clear(&ledger);
}
END_TEST

/* ---- the chain ---- */

/* A history of 2 to 24 entries that the rules allow; versions are 1.N.0. */
static void make_random(struct test_random *random, struct assay_ledger *ledger)
{
    size_t n = 2 + test_below(random, 23), released = 0;
    char version[32], at[64];
    *ledger = (struct assay_ledger){0};
    while (ledger->n_entry < n) {
        enum assay_event event =
            released < 2 ? ASSAY_EVENT_RELEASE : (enum assay_event)test_below(random, 3);
        size_t k = event == ASSAY_EVENT_RELEASE ? released : test_below(random, released);
        snprintf(version, sizeof version, "1.%zu.0", k);
        snprintf(at, sizeof at, "2026-01-%02zuT00:00:00Z", 1 + ledger->n_entry / 2 % 28);
        const char *from =
            event == ASSAY_EVENT_WITHDRAW ? NULL : assay_ledger_in_force(ledger, ledger->n_entry);
        struct assay_entry entry = entry_of(event, version, from, at);
        if (assay_ledger_add(ledger, &entry, NULL) == ASSAY_OK)
            released += event == ASSAY_EVENT_RELEASE;
    }
}

/* Where line k of text begins; k = number of lines: its end. */
static const char *line_at(const struct assay_text *text, size_t k)
{
    const char *at = text->data;
    while (k-- > 0)
        at = strchr(at, '\n') + 1;
    return at;
}

static void assert_refused(const struct assay_text *text)
{
    struct assay_ledger ledger = {0};
    ck_assert_int_ne(assay_ledger_read("l", text->data, text->length, &ledger, NULL), ASSAY_OK);
}

static void add_lines(const struct assay_text *from, size_t first, size_t end,
                      struct assay_text *to)
{
    const char *at = line_at(from, first);
    assay_text_add(to, at, (size_t)(line_at(from, end) - at));
}

START_TEST(a_ledger_reads_back_and_no_line_can_be_lost_moved_or_changed)
{
    struct test_random random = {(uint64_t)_i};
    struct assay_error err = {0};
    struct assay_ledger ledger, again;
    make_random(&random, &ledger);
    const struct assay_text *text = &ledger.text;
    size_t n = ledger.n_entry, k = test_below(&random, n - 1);
    ck_assay_ok(assay_ledger_read("l", text->data, text->length, &again, &err));
    ck_assert_uint_eq(again.n_entry, n);
    ck_assert_str_eq(again.text.data, text->data);
    for (size_t e = 0; e < n; e++)
        ck_assert_str_eq(again.entries[e].hash, ledger.entries[e].hash);
    assay_ledger_clear(&again);

    struct assay_text lost = {0}, swapped = {0}, changed = {0};
    add_lines(text, 0, k, &lost);
    add_lines(text, k + 1, n, &lost);
    assert_refused(&lost);
    add_lines(text, 0, k, &swapped);
    add_lines(text, k + 1, k + 2, &swapped);
    add_lines(text, k, k + 1, &swapped);
    add_lines(text, k + 2, n, &swapped);
    assert_refused(&swapped);
    /* any byte but those of the last line, which only its hash, kept in "current", protects */
    add_lines(text, 0, n, &changed);
    size_t before_last = (size_t)(line_at(text, n - 1) - text->data);
    changed.data[test_below(&random, before_last)] ^= (char)(1 << test_below(&random, 8));
    assert_refused(&changed);
    assay_text_clear(&lost);
    assay_text_clear(&swapped);
    assay_text_clear(&changed);
    assay_ledger_clear(&ledger);
}
END_TEST

START_TEST(a_ledger_that_ends_within_a_line_is_refused)
{
    struct assay_error err = {0};
    struct assay_ledger ledger, again;
    make_history(&ledger);
    ck_assert_int_eq(assay_ledger_read("l", ledger.text.data, ledger.text.length - 1, &again, &err),
                     ASSAY_EFORMAT);
    ck_assert_str_eq(err.message, "l:5: the file ends within a line");
    assay_ledger_clear(&ledger);
}
END_TEST

START_TEST(an_empty_ledger_has_nothing_in_force)
{
    struct assay_error err = {0};
    struct assay_ledger ledger;
    const struct assay_entry *release = NULL;
    ck_assay_ok(assay_ledger_read("l", "", 0, &ledger, &err));
    ck_assert_ptr_null(assay_ledger_in_force(&ledger, 0));
    ck_assert_uint_eq(assay_ledger_until(&ledger, "2026-01-05T09:00:00Z"), 0);
    ck_assert_int_eq(assay_ledger_find(&ledger, "current", &release, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "nothing has been released yet");
    assay_ledger_clear(&ledger);
}
END_TEST

/* ---- the questions ---- */

START_TEST(what_was_in_force_follows_releases_and_rollbacks)
{
    static const char *const in_force[] = {NULL, "1.0.0", "1.1.0", "2.0.0", "1.1.0", "1.1.0"};
    static const struct {
        const char *time;
        size_t n;
    } times[] = {{"2026-01-05T08:59:59Z", 0},
                 {"2026-01-05T09:00:00Z", 1},
                 {"2026-07-05T23:59:59Z", 3},
                 {"2026-07-06T09:00:00Z", 5},
                 {"2099-01-01T00:00:00Z", 5}};
    struct assay_ledger ledger;
    make_history(&ledger);
    for (size_t n = 1; n <= 5; n++)
        ck_assert_str_eq(assay_ledger_in_force(&ledger, n), in_force[n]);
    for (size_t k = 0; k < COUNT(times); k++)
        ck_assert_uint_eq(assay_ledger_until(&ledger, times[k].time), times[k].n);
    ck_assert_uint_eq(assay_ledger_release_of(&ledger, "2.0.0")->number, 3);
    ck_assert_uint_eq(assay_ledger_withdrawal_of(&ledger, "2.0.0")->number, 5);
    ck_assert_ptr_null(assay_ledger_withdrawal_of(&ledger, "1.0.0"));
    ck_assert_ptr_null(assay_ledger_release_of(&ledger, "3.0.0"));
    assay_ledger_clear(&ledger);
}
END_TEST

START_TEST(a_version_is_found_by_number_word_and_digest)
{
    struct assay_error err = {0};
    struct assay_ledger ledger;
    const struct assay_entry *found = NULL;
    char word[ASSAY_DIGEST_SIZE];
    make_history(&ledger);
    ck_assay_ok(assay_ledger_find(&ledger, "1.0.0", &found, &err));
    ck_assert_str_eq(found->version, "1.0.0");
    ck_assay_ok(assay_ledger_find(&ledger, "current", &found, &err));
    ck_assert_str_eq(found->version, "1.1.0");
    ck_assay_ok(assay_ledger_find(&ledger, "2.0.0", &found, &err)); /* withdrawn, but there */
    ck_assay_ok(assay_ledger_find(&ledger, ledger.entries[0].digest, &found, &err));
    ck_assert_str_eq(found->version, "1.0.0");
    snprintf(word, sizeof word, "%.6s", ledger.entries[1].candidate + 7);
    ck_assay_ok(assay_ledger_find(&ledger, word, &found, &err));
    ck_assert_str_eq(found->version, "1.1.0");
    snprintf(word, sizeof word, "%.13s", ledger.entries[2].digest);
    ck_assay_ok(assay_ledger_find(&ledger, word, &found, &err));
    ck_assert_str_eq(found->version, "2.0.0");
    assay_ledger_clear(&ledger);
}
END_TEST

static const struct {
    const char *word, *message;
} bad_words[] = {
    {"9.9.9",
     "no version \"9.9.9\"; expected the number of one, \"current\", or 6 digits or more of a "
     "digest"},
    {"",
     "no version \"\"; expected the number of one, \"current\", or 6 digits or more of a digest"},
    {"abcde",
     "no version \"abcde\"; expected the number of one, \"current\", or 6 digits or more of a "
     "digest"},
    {"abcdef", "no version has the digest \"abcdef\""},
    {"777777", "digest \"777777\" is of versions 3.0.0 and 4.0.0; expected more of its digits"},
};

START_TEST(a_word_that_means_no_version_or_several_is_refused)
{
    struct assay_error err = {0};
    struct assay_ledger ledger;
    const struct assay_entry *found = NULL;
    make_history(&ledger);
    struct assay_entry entry =
        entry_of(ASSAY_EVENT_RELEASE, "3.0.0", "1.1.0", "2026-08-01T00:00:00Z");
    memset(entry.digest + 7, '7', 6);
    ck_assay_ok(assay_ledger_add(&ledger, &entry, &err));
    entry = entry_of(ASSAY_EVENT_RELEASE, "4.0.0", "3.0.0", "2026-08-01T00:00:00Z");
    memset(entry.candidate + 7, '7', 6);
    ck_assay_ok(assay_ledger_add(&ledger, &entry, &err));
    ck_assert_int_eq(assay_ledger_find(&ledger, bad_words[_i].word, &found, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad_words[_i].message);
    ck_assert_ptr_null(found);
    assay_ledger_clear(&ledger);
}
END_TEST

/* ---- want of memory ---- */

START_TEST(a_failing_allocation_leaves_the_ledger_as_it_was)
{
    struct assay_error err = {0};
    struct assay_ledger ledger, read;
    make_history(&ledger);
    struct assay_text before = {0};
    assay_text_add(&before, ledger.text.data, ledger.text.length);
    struct assay_entry entry =
        entry_of(ASSAY_EVENT_RELEASE, "3.0.0", "1.1.0", "2026-08-01T00:00:00Z");
    size_t failed = 0;
    for (size_t n = 1;; n++) {
        test_fail_allocation(n);
        enum assay_status status = assay_ledger_add(&ledger, &entry, &err);
        test_fail_allocation(0);
        if (status == ASSAY_OK)
            break;
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_str_eq(ledger.text.data, before.data);
        ck_assert_uint_eq(ledger.n_entry, 5);
        failed++;
    }
    ck_assert_uint_gt(failed, 5);
    for (size_t n = 1;; n++) {
        test_fail_allocation(n);
        enum assay_status status = assay_ledger_read("l", before.data, before.length, &read, &err);
        test_fail_allocation(0);
        if (status == ASSAY_OK)
            break;
        ck_assert_int_eq(status, ASSAY_ENOMEM);
    }
    assay_ledger_clear(&read);
    assay_text_clear(&before);
    assay_ledger_clear(&ledger);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, a_line_has_one_form_and_its_hash_is_what_sha256sum_says);
    tcase_add_loop_test(tc, a_line_in_any_other_form_is_refused_with_its_place, 0,
                        COUNT(bad_lines));
    tcase_add_test(tc, every_changed_byte_of_a_line_gives_another_entry_or_none);
    tcase_add_test(tc, bytes_that_are_no_utf8_are_left_out_of_a_line);
    tcase_add_test(tc, a_copy_owns_its_texts);
    tcase_add_loop_test(tc, an_entry_that_breaks_a_rule_is_not_added_and_not_read, 0,
                        COUNT(bad_entries));
    tcase_add_test(tc, releases_have_digests_and_other_events_have_none);
    tcase_add_test(tc, an_entry_that_was_taken_back_leaves_the_ledger_as_it_was);
    tcase_add_loop_test(tc, a_ledger_reads_back_and_no_line_can_be_lost_moved_or_changed, 0, 60);
    tcase_add_test(tc, a_ledger_that_ends_within_a_line_is_refused);
    tcase_add_test(tc, an_empty_ledger_has_nothing_in_force);
    tcase_add_test(tc, what_was_in_force_follows_releases_and_rollbacks);
    tcase_add_test(tc, a_version_is_found_by_number_word_and_digest);
    tcase_add_loop_test(tc, a_word_that_means_no_version_or_several_is_refused, 0,
                        COUNT(bad_words));
    tcase_add_test(tc, a_failing_allocation_leaves_the_ledger_as_it_was);
}

ASSAY_SUITE("release/ledger", add_tests)
