/* Long ledgers: what is kept beside the entries answers as going through them would, and there is an
 * end to their length. */
#include "release/registry/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/release/entries.h"
#include "tests/support/suite.h"

/* Releases, rollbacks and withdrawals in turn, as text that nothing but the ledger checks: entry k
 * of 4 releases, releases, goes back, withdraws what it went back from. */
static void make_long(struct assay_text *text, size_t n)
{
    char number[3][32], previous[ASSAY_DIGEST_SIZE] = "", *in_force = NULL;
    for (size_t k = 0; k < n; k++) {
        size_t before = text->length;
        char *own = number[k % 4 == 3 ? 1 : k % 4 == 2 ? 0 : k % 4];
        if (k % 4 < 2) /* entry_of() is done with the last but two */
            snprintf(own, sizeof number[0], "1.%zu.%zu", k / 1000, k % 1000);
        struct assay_entry entry =
            entry_of(k % 4 < 2    ? ASSAY_EVENT_RELEASE
                     : k % 4 == 2 ? ASSAY_EVENT_ROLLBACK
                                  : ASSAY_EVENT_WITHDRAW,
                     own, k % 4 == 3 ? NULL : in_force, "2026-01-05T09:00:00Z");
        entry.number = k + 1;
        memcpy(entry.previous, previous, sizeof previous);
        assay_entry_write(&entry, text);
        ck_assert(!text->failed);
        assay_digest_of(text->data + before, text->length - before, previous);
        if (k % 4 < 3) {
            memcpy(number[2], own, sizeof number[2]);
            in_force = number[2];
        }
    }
}

/* No question may go through all entries: then this takes minutes, and the suite's clock stops it.
 */
START_TEST(a_long_ledger_is_read_and_asked_in_proportion_to_its_length)
{
    enum { ENTRIES = 20000 };
    struct assay_error err = {0};
    struct assay_text text = {0};
    struct assay_ledger ledger;
    char number[32];
    make_long(&text, ENTRIES);
    ck_assay_ok(assay_ledger_read("l", text.data, text.length, &ledger, &err));
    ck_assert_uint_eq(ledger.n_entry, ENTRIES);
    for (size_t k = 0; k < ENTRIES; k++) {
        snprintf(number, sizeof number, "1.%zu.%zu", k / 1000, k % 1000);
        const struct assay_entry *release = assay_ledger_release_of(&ledger, number);
        const struct assay_entry *withdrawal = assay_ledger_withdrawal_of(&ledger, number);
        ck_assert_ptr_eq(release, k % 4 < 2 ? &ledger.entries[k] : NULL);
        ck_assert_ptr_eq(withdrawal, k % 4 == 1 ? &ledger.entries[k + 2] : NULL);
        ck_assert_str_eq(assay_ledger_in_force(&ledger, k + 1),
                         ledger.entries[k % 4 == 3 ? k - 1 : k].version);
    }
    /* taken back one by one, it is as a shorter one */
    for (size_t k = ENTRIES; k-- > ENTRIES - 1000;) {
        assay_ledger_drop(&ledger);
        snprintf(number, sizeof number, "1.%zu.%zu", k / 1000, k % 1000);
        ck_assert_ptr_null(assay_ledger_release_of(&ledger, number));
        if (k % 4 == 3) {
            snprintf(number, sizeof number, "1.%zu.%zu", (k - 2) / 1000, (k - 2) % 1000);
            ck_assert_ptr_null(assay_ledger_withdrawal_of(&ledger, number));
        }
    }
    ck_assert_uint_eq(ledger.n_entry, ENTRIES - 1000);
    assay_ledger_clear(&ledger);
    assay_text_clear(&text);
}
END_TEST

START_TEST(the_first_entry_of_each_key_is_known_and_forgotten_with_it)
{
    struct assay_error err = {0};
    struct assay_ledger ledger = {0};
    static const char *const keys[] = {NULL, "0123456789ABCDEF", "0123456789ABCDEF",
                                       "FEDCBA9876543210", "0123456789ABCDEF"};
    char number[32];
    for (size_t k = 0; k < COUNT(keys); k++) {
        snprintf(number, sizeof number, "1.%zu.0", k);
        struct assay_entry entry = entry_of(
            ASSAY_EVENT_RELEASE, number, assay_ledger_in_force(&ledger, k), "2026-01-05T09:00:00Z");
        entry.key = (char *)(uintptr_t)keys[k];
        ck_assay_ok(assay_ledger_add(&ledger, &entry, &err));
    }
    ck_assert_ptr_eq(assay_ledger_first_signed(&ledger, keys[1]), &ledger.entries[1]);
    ck_assert_ptr_eq(assay_ledger_first_signed(&ledger, keys[3]), &ledger.entries[3]);
    ck_assert_ptr_null(assay_ledger_first_signed(&ledger, "0000000000000000"));
    assay_ledger_drop(&ledger);
    ck_assert_ptr_eq(assay_ledger_first_signed(&ledger, keys[1]), &ledger.entries[1]);
    assay_ledger_drop(&ledger);
    ck_assert_ptr_null(assay_ledger_first_signed(&ledger, keys[3]));
    assay_ledger_clear(&ledger);
}
END_TEST

START_TEST(a_ledger_does_not_outgrow_what_is_read)
{
    struct assay_error err = {0};
    struct assay_ledger ledger = {0}, read = {.n_entry = 7};
    char *reason = malloc(ASSAY_LEDGER_LIMIT + 1);
    ck_assert_ptr_nonnull(reason);
    memset(reason, 'a', ASSAY_LEDGER_LIMIT);
    reason[ASSAY_LEDGER_LIMIT] = '\0';
    struct assay_entry entry = entry_of(ASSAY_EVENT_RELEASE, "1.0.0", NULL, "2026-01-05T09:00:00Z");
    entry.reason = reason;
    ck_assert_int_eq(assay_ledger_add(&ledger, &entry, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "the ledger would be longer than 64 MiB with this entry");
    ck_assert_uint_eq(ledger.n_entry, 0);
    ck_assert_int_eq(assay_ledger_read("l", reason, ASSAY_LEDGER_LIMIT + 1, &read, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, "l: longer than 64 MiB");
    ck_assert_uint_eq(read.n_entry, 7); /* untouched */
    free(reason);
    assay_ledger_clear(&ledger);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, a_long_ledger_is_read_and_asked_in_proportion_to_its_length);
    tcase_add_test(tc, the_first_entry_of_each_key_is_known_and_forgotten_with_it);
    tcase_add_test(tc, a_ledger_does_not_outgrow_what_is_read);
}

ASSAY_SUITE("release/ledger_long", add_tests)
