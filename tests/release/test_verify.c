/* Verification: whatever was changed, lost, exchanged or put back in a registry is found and named.
 */
#include "release/registry/verify.h"

#include "release/registry/verify_parts.h"
#include "tests/release/shelf.h"

static struct shelf shelf;

static void set_up(void)
{
    shelf_init(&shelf);
}

static void tear_down(void)
{
    shelf_clear(&shelf);
}

static bool says(char *const sentences[], size_t n, const char *what)
{
    for (size_t k = 0; k < n; k++)
        if (strstr(sentences[k], what) != NULL)
            return true;
    return false;
}

/* The shelf is damaged, and one defect has these words. */
static void assert_defect(const char *want)
{
    struct assay_verification result = shelf_verify(&shelf, NULL);
    ck_assert_int_eq(result.state, ASSAY_REGISTRY_DAMAGED);
    ck_assert_msg(says(result.defects, result.n_defect, want), "%s, expected %s", result.defects[0],
                  want);
    assay_verification_clear(&result);
}

/* ---- what is sound ---- */

START_TEST(a_sound_registry_is_counted_through)
{
    bool is_signed = _i == 1;
    shelf_fill(&shelf, is_signed);
    struct assay_verification result = shelf_verify(&shelf, NULL);
    ck_assert_int_eq(result.state, ASSAY_REGISTRY_WHOLE);
    ck_assert_uint_eq(result.n_defect, 0);
    ck_assert_uint_eq(result.n_entry, 3);
    ck_assert_uint_eq(result.n_version, 2);
    /* "current", four at the top and four a version; with signatures two more and one more */
    ck_assert_uint_eq(result.n_file, is_signed ? 1 + 6 + 2 * 5 : 1 + 4 + 2 * 4);
    ck_assert_uint_eq(result.signed_entries, is_signed ? 3 : 0);
    ck_assert_uint_eq(result.signed_versions, is_signed ? 2 : 0);
    ck_assert_str_eq(result.version, "1.0.0");
    struct assay_text ledger = shelf_read(&shelf, "ledger.jsonl");
    const char *last = ledger.data + ledger.length - 1;
    char head[ASSAY_DIGEST_SIZE];
    while (last > ledger.data && last[-1] != '\n')
        last--;
    assay_digest_of(last, strlen(last), head);
    ck_assert_str_eq(result.head, head);
    ck_assert_uint_eq(result.n_note, is_signed ? 0 : 1);
    assay_text_clear(&ledger);
    assay_verification_clear(&result);
}
END_TEST

START_TEST(what_is_not_signed_is_noted)
{
    struct assay_verification result;
    char want[256];
    shelf_fill(&shelf, true);
    shelf_event(&shelf, ASSAY_EVENT_ROLLBACK, "1.1.0", "2026-11-01T00:00:00Z", NULL);
    result = shelf_verify(&shelf, NULL);
    ck_assert_int_eq(result.state, ASSAY_REGISTRY_WHOLE);
    ck_assert_uint_eq(result.signed_entries, 0);
    ck_assert_uint_eq(result.signed_versions, 2);
    snprintf(want, sizeof want, "%s/ledger.jsonl: entry 4 is not signed, and so the ledger is not",
             shelf.models);
    ck_assert_str_eq(result.notes[0], want);
    assay_verification_clear(&result);
    shelf_event(&shelf, ASSAY_EVENT_ROLLBACK, "1.0.0", "2026-11-01T00:00:00Z", NULL);
    result = shelf_verify(&shelf, NULL);
    snprintf(want, sizeof want,
             "%s/ledger.jsonl: entries 4 to 5 are not signed, and so the ledger is not",
             shelf.models);
    ck_assert_str_eq(result.notes[0], want);
    assay_verification_clear(&result);
}
END_TEST

START_TEST(a_directory_that_is_not_there_cannot_be_verified)
{
    struct assay_error err = {0};
    struct assay_verification result = {.n_file = 7};
    char want[256];
    ck_assert_int_eq(
        assay_registry_verify(shelf.models, &(struct assay_verify_options){0}, &result, &err),
        ASSAY_EIO);
    snprintf(want, sizeof want, "could not read \"%s\": No such file or directory", shelf.models);
    ck_assert_str_eq(err.message, want);
    ck_assert_uint_eq(result.n_file, 7); /* untouched */
}
END_TEST

/* ---- what was done to it, and what is said of it ---- */

static void lose_a_line(void)
{
    struct assay_text text = shelf_read(&shelf, "ledger.jsonl");
    shelf_put(&shelf, "ledger.jsonl", strchr(text.data, '\n') + 1);
    assay_text_clear(&text);
}

static void swap_lines(void)
{
    struct assay_text text = shelf_read(&shelf, "ledger.jsonl"), swapped = {0};
    const char *second = strchr(text.data, '\n') + 1, *third = strchr(second, '\n') + 1;
    assay_text_add(&swapped, second, (size_t)(third - second));
    assay_text_add(&swapped, text.data, (size_t)(second - text.data));
    assay_text_puts(&swapped, third);
    shelf_put(&shelf, "ledger.jsonl", swapped.data);
    assay_text_clear(&swapped);
    assay_text_clear(&text);
}

static void copy_a_version(void)
{
    shelf_copy(&shelf, "versions/1.0.0", "versions/1.2.0");
}

static void replace_a_version(void)
{
    shelf_copy(&shelf, "versions/1.0.0", "versions/1.1.0");
}

static void lose_a_version(void)
{
    tree_remove(shelf_path(&shelf, "versions/1.1.0"));
}

static void lose_all_versions(void)
{
    tree_remove(shelf_path(&shelf, "versions"));
}

static void add_a_file(void)
{
    shelf_put(&shelf, "versions/1.1.0/audit.json.bak", "{}\n");
}

static void add_a_folder(void)
{
    ck_assert_int_eq(mkdir(shelf_path(&shelf, "versions/latest"), 0777), 0);
}

static void link_a_version(void)
{
    shelf_rename(&shelf, "versions/1.1.0", "elsewhere");
    ck_assert_int_eq(symlink("../elsewhere", shelf_path(&shelf, "versions/1.1.0")), 0);
}

static void lose_current(void)
{
    shelf_remove(&shelf, "current");
}

static void edit_the_changelog(void)
{
    shelf_put(&shelf, "CHANGELOG.md", "# nothing ever changed\n");
}

static const struct {
    void (*damage)(void);
    const char *said;
} damages[] = {
    {lose_a_line, "/ledger.jsonl: its SHA-256 is not "},
    {lose_a_line, "/ledger.jsonl:1: entry 2; expected entry 1"},
    {swap_lines, "/ledger.jsonl:1: entry 2; expected entry 1"},
    {copy_a_version, "/versions/1.2.0: no entry of the ledger releases it"},
    {replace_a_version, "/versions/1.1.0/release.json: its hash is sha256:"},
    {replace_a_version, "/versions/1.1.0/model.json: version \"1.0.0\"; expected \"1.1.0\", as its "
                        "folder"},
    {lose_a_version, "/versions/1.1.0: missing; entry 2 of the ledger releases it"},
    {lose_all_versions, "/versions/1.0.0: missing; entry 1 of the ledger releases it"},
    {add_a_file, "/versions/1.1.0/audit.json.bak: not listed in release.json"},
    {add_a_folder, "/versions/latest: expected only folders of versions beside it"},
    {link_a_version, "/versions/1.1.0: expected a directory there, no link or file"},
    {lose_current, "/current: missing, though \".gitattributes\" is there"},
    {edit_the_changelog, "/CHANGELOG.md: its SHA-256 is not "},
};

START_TEST(what_was_done_to_a_registry_is_named)
{
    shelf_fill(&shelf, false);
    damages[_i].damage();
    assert_defect(damages[_i].said);
}
END_TEST

START_TEST(a_lock_that_is_not_empty_is_found)
{
    char want[256];
    shelf_fill(&shelf, false);
    shelf_put(&shelf, ".lock", "x");
    snprintf(want, sizeof want, "%s/.lock: 1 bytes; expected an empty file", shelf.models);
    assert_defect(want);
}
END_TEST

START_TEST(verification_goes_on_after_a_defect_and_names_each)
{
    shelf_fill(&shelf, false);
    edit_the_changelog();
    lose_a_version();
    add_a_folder();
    shelf_put(&shelf, "versions/1.0.0/x", "");
    struct assay_verification result = shelf_verify(&shelf, NULL);
    ck_assert_uint_eq(result.n_defect, 4);
    ck_assert(says(result.defects, 4, "/CHANGELOG.md: "));
    ck_assert(says(result.defects, 4, "/versions/1.1.0: missing"));
    ck_assert(says(result.defects, 4, "/versions/latest: "));
    ck_assert(says(result.defects, 4, "/versions/1.0.0/x: not listed"));
    assay_verification_clear(&result);
}
END_TEST

/* ---- without "current" ---- */

static void garble_current(void)
{
    shelf_put(&shelf, "current", "{\"format\"\n");
}

static void empty_current(void)
{
    shelf_put(&shelf, "current", "");
}

static void replace_current(void)
{
    shelf_remove(&shelf, "current");
    ck_assert_int_eq(mkdir(shelf_path(&shelf, "current"), 0777), 0);
}

static void (*const losses[])(void) = {lose_current, garble_current, empty_current,
                                       replace_current};

/* All else is looked at all the same, and nothing is said that follows from the loss. */
START_TEST(without_current_one_defect_is_named_and_the_rest_is_verified)
{
    shelf_fill(&shelf, true);
    losses[_i]();
    struct assay_verify_options options = {.key = &shelf.key.public_key};
    for (int k = 0; k < 2; k++) { /* with keys of the registry, and with one to trust */
        struct assay_verification result = shelf_verify(&shelf, k == 0 ? NULL : &options);
        ck_assert_int_eq(result.state, ASSAY_REGISTRY_DAMAGED);
        ck_assert_msg(result.n_defect == 1, "%s; %s", result.defects[0], result.defects[1]);
        ck_assert_ptr_nonnull(strstr(result.defects[0], "/current"));
        ck_assert_ptr_nonnull(
            strstr(result.defects[0], "; get it back from a copy (git, a backup)"));
        ck_assert_uint_eq(result.n_note, 0);
        ck_assert_uint_eq(result.signed_entries, 3);
        ck_assert_uint_eq(result.signed_versions, 2);
        ck_assert_str_eq(result.version, "1.0.0");
        assay_verification_clear(&result);
    }
}
END_TEST

START_TEST(without_current_other_damage_is_still_found)
{
    shelf_fill(&shelf, true);
    lose_current();
    shelf_put(&shelf, PLAIN_ID ".pub", SEALED_PUBLIC);
    shelf_put(&shelf, "README", "a note\n");
    shelf_put(&shelf, ".CHANGELOG.md.next", "");
    assert_defect(PLAIN_ID ".pub: holds key " SEALED_ID "; expected the one it is named after");
    shelf_remove(&shelf, PLAIN_ID ".pub");
    assert_defect("/" PLAIN_ID ".pub\": No such file or directory");
    shelf_remove(&shelf, "ledger.jsonl.minisig");
    struct assay_verification result = shelf_verify(&shelf, NULL);
    ck_assert(says(result.defects, result.n_defect,
                   "/ledger.jsonl.minisig\": No such file or directory"));
    ck_assert_uint_eq(result.n_note, 2);
    ck_assert(says(result.notes, 2, "/README: not of this registry; left alone"));
    ck_assert(says(result.notes, 2,
                   "/.CHANGELOG.md.next: of a change that was interrupted; whether it counted, "
                   "\"current\" would tell"));
    assay_verification_clear(&result);
}
END_TEST

/* ---- going back ---- */

START_TEST(an_old_current_put_back_is_found)
{
    shelf_release(&shelf, "1.0.0", 1, "2026-07-01T00:00:00Z", NULL);
    struct assay_text old = shelf_read(&shelf, "current");
    shelf_release(&shelf, "1.1.0", 1.25, "2026-10-01T00:00:00Z", NULL);
    shelf_put(&shelf, "current", old.data);
    assert_defect("/ledger.jsonl: its SHA-256 is not ");
    assert_defect("/current: \"entry\" is 1; expected 2, the entries of the ledger");
    assay_text_clear(&old);
}
END_TEST

/* All files at the top put back leave the newer version's folder, which nothing explains. */
START_TEST(an_old_top_put_back_is_found_by_the_version_it_lacks)
{
    static const char *const top[] = {"current", "ledger.jsonl", "CHANGELOG.md", "CHANGELOG.json"};
    struct assay_text old[COUNT(top)];
    shelf_release(&shelf, "1.0.0", 1, "2026-07-01T00:00:00Z", NULL);
    for (size_t k = 0; k < COUNT(top); k++)
        old[k] = shelf_read(&shelf, top[k]);
    shelf_release(&shelf, "1.1.0", 1.25, "2026-10-01T00:00:00Z", NULL);
    for (size_t k = 0; k < COUNT(top); k++)
        shelf_put(&shelf, top[k], old[k].data);
    assert_defect("/versions/1.1.0: no entry of the ledger releases it");
    for (size_t k = 0; k < COUNT(top); k++)
        assay_text_clear(&old[k]);
}
END_TEST

/* A registry that was put back as a whole is sound in itself; who kept a hash of the ledger finds
 * it. */
START_TEST(a_registry_put_back_as_a_whole_is_found_by_a_head_kept_elsewhere)
{
    shelf_fill(&shelf, true);
    struct assay_verification result = shelf_verify(&shelf, NULL);
    char kept[80], back[64];
    snprintf(kept, sizeof kept, "%s", result.head);
    assay_verification_clear(&result);
    snprintf(back, sizeof back, "%s/back", shelf.folder);
    tree_copy(shelf.models, back);
    shelf_event(&shelf, ASSAY_EVENT_ROLLBACK, "1.1.0", "2026-11-01T00:00:00Z", &shelf.key);
    struct assay_verify_options options = {.head = kept};
    result = shelf_verify(&shelf, &options); /* an earlier head is in the chain */
    ck_assert_int_eq(result.state, ASSAY_REGISTRY_WHOLE);
    snprintf(kept, sizeof kept, "%s", result.head);
    assay_verification_clear(&result);

    tree_copy(back, shelf.models);
    shelf_is(&shelf, ASSAY_REGISTRY_WHOLE);
    for (int k = 0; k < 2; k++) { /* with and without "sha256:" */
        options.head = kept + (k == 0 ? 0 : 7);
        result = shelf_verify(&shelf, &options);
        ck_assert_int_eq(result.state, ASSAY_REGISTRY_DAMAGED);
        ck_assert_uint_eq(result.n_defect, 1);
        ck_assert_ptr_nonnull(strstr(result.defects[0], "/ledger.jsonl: no entry has the hash "));
        assay_verification_clear(&result);
    }
}
END_TEST

static const char *const no_hashes[] = {
    "",
    "1111",
    "sha256:",
    "sha256:1111",
    "latest",
    "sha256:00000000000000000000000000000000000000000000000000000000000000000",
    "g000000000000000000000000000000000000000000000000000000000000000",
    "SHA256:0000000000000000000000000000000000000000000000000000000000000000"};

START_TEST(a_head_that_is_no_hash_is_a_slip_and_no_damage)
{
    struct assay_error err = {0};
    struct assay_verification result = {.n_file = 7};
    struct assay_verify_options options = {.head = no_hashes[_i]};
    char want[256], quoted[ASSAY_QUOTE_SIZE];
    shelf_fill(&shelf, false);
    ck_assert_int_eq(assay_registry_verify(shelf.models, &options, &result, &err), ASSAY_EDATA);
    snprintf(want, sizeof want,
             "--head is \"%s\"; expected the hash of an entry, 64 hexadecimal digits",
             assay_quote_value(options.head, strlen(options.head), quoted));
    ck_assert_str_eq(err.message, want);
    ck_assert_uint_eq(result.n_file, 7); /* untouched */
}
END_TEST

START_TEST(a_head_in_capitals_is_the_same_hash)
{
    char head[80];
    shelf_fill(&shelf, false);
    struct assay_verification result = shelf_verify(&shelf, NULL);
    strcpy(head, result.head + 7);
    assay_verification_clear(&result);
    for (char *c = head; *c != '\0'; c++)
        *c = (char)(*c >= 'a' ? *c - 'a' + 'A' : *c);
    result = shelf_verify(&shelf, &(struct assay_verify_options){.head = head});
    ck_assert_int_eq(result.state, ASSAY_REGISTRY_WHOLE);
    assay_verification_clear(&result);
}
END_TEST

/* ---- signatures ---- */

START_TEST(a_key_to_trust_is_the_one_that_must_have_signed)
{
    struct assay_error err = {0};
    struct assay_secret_key other;
    shelf_fill(&shelf, true);
    ck_assay_ok(assay_secret_key_decode("key", UNSEALED_SECRET, strlen(UNSEALED_SECRET), NULL, NULL,
                                        &other, &err));
    struct assay_verify_options options = {.key = &shelf.key.public_key};
    struct assay_verification result = shelf_verify(&shelf, &options);
    ck_assert_int_eq(result.state, ASSAY_REGISTRY_WHOLE);
    ck_assert_uint_eq(result.signed_entries, 3);
    assay_verification_clear(&result);

    options.key = &other.public_key;
    result = shelf_verify(&shelf, &options);
    ck_assert_int_eq(result.state, ASSAY_REGISTRY_DAMAGED);
    ck_assert_ptr_nonnull(strstr(result.defects[0], "/ledger.jsonl.minisig: made with key " PLAIN_ID
                                                    "; expected " SEALED_ID ", the key to trust"));
    ck_assert_uint_eq(result.signed_versions, 0);
    assay_verification_clear(&result);

    /* the same ID with another key is no help */
    struct assay_public_key forged = other.public_key;
    memcpy(forged.id, shelf.key.public_key.id, sizeof forged.id);
    memcpy(forged.id_bytes, shelf.key.public_key.id_bytes, sizeof forged.id_bytes);
    options.key = &forged;
    result = shelf_verify(&shelf, &options);
    ck_assert_int_eq(result.state, ASSAY_REGISTRY_DAMAGED);
    ck_assert_uint_eq(result.signed_entries, 0);
    assay_verification_clear(&result);

    /* a new key signs the next entry, and with it the ledger before */
    shelf_event(&shelf, ASSAY_EVENT_ROLLBACK, "1.1.0", "2026-11-01T00:00:00Z", &other);
    options.key = &other.public_key;
    result = shelf_verify(&shelf, &options);
    ck_assert_int_eq(result.state, ASSAY_REGISTRY_WHOLE);
    ck_assert_uint_eq(result.signed_entries, 4);
    ck_assert_uint_eq(result.signed_versions, 0);
    ck_assert_uint_eq(result.n_note, 2); /* versions signed with the key before */
    assay_verification_clear(&result);
    assay_secret_key_clear(&other);
}
END_TEST

START_TEST(a_key_to_trust_does_not_pass_over_a_missing_signature)
{
    shelf_fill(&shelf, false);
    struct assay_verify_options options = {.key = &shelf.key.public_key};
    struct assay_verification result = shelf_verify(&shelf, &options);
    ck_assert_int_eq(result.state, ASSAY_REGISTRY_DAMAGED);
    ck_assert_ptr_nonnull(strstr(result.defects[0],
                                 "/ledger.jsonl: not signed; expected a signature "
                                 "with key " PLAIN_ID));
    assay_verification_clear(&result);
}
END_TEST

/* The signature of an earlier ledger, where the last entry is not signed, is not of a change that
 * was interrupted. */
START_TEST(a_signature_that_nothing_lists_is_found)
{
    char want[256];
    shelf_fill(&shelf, true);
    struct assay_text old = shelf_read(&shelf, "ledger.jsonl.minisig");
    shelf_event(&shelf, ASSAY_EVENT_ROLLBACK, "1.1.0", "2026-11-01T00:00:00Z", NULL);
    shelf_put(&shelf, "ledger.jsonl.minisig", old.data);
    snprintf(want, sizeof want, "%s/ledger.jsonl.minisig: not listed in \"current\"", shelf.models);
    assert_defect(want);
    assay_text_clear(&old);
}
END_TEST

/* ---- the candidate's digest ---- */

START_TEST(the_digest_of_the_candidate_comes_back_from_the_released_file)
{
    char candidate[ASSAY_DIGEST_SIZE], released[ASSAY_DIGEST_SIZE], again[ASSAY_DIGEST_SIZE] = "";
    struct assay_text one = shelf_model("candidate", 1, candidate);
    struct assay_text two = shelf_model("12.3.45", 1, released);
    ck_assert_str_ne(candidate, released);
    ck_assert(assay_candidate_digest(two.data, two.length, "12.3.45", again));
    ck_assert_str_eq(again, candidate);
    ck_assert(!assay_candidate_digest(two.data, two.length, "12.3.46", again));
    for (size_t n = 0; n < two.length - 100; n += 7) /* nor of a file that ends too early */
        ck_assert(!assay_candidate_digest(two.data, n, "12.3.45", again));
    assay_text_clear(&one);
    assay_text_clear(&two);
}
END_TEST

/* ---- want of memory ---- */

START_TEST(a_failing_allocation_is_no_damage)
{
    struct assay_error err = {0};
    static const struct assay_verify_options none;
    shelf_fill(&shelf, true);
    shelf_put(&shelf, "README", "a note\n");
    size_t n;
    for (n = 1;; n++) {
        struct assay_verification result = {0};
        test_fail_allocation(n);
        enum assay_status status = assay_registry_verify(shelf.models, &none, &result, &err);
        test_fail_allocation(0);
        ck_assert_msg(status == ASSAY_ENOMEM ||
                          (status == ASSAY_OK && result.state == ASSAY_REGISTRY_WHOLE),
                      "allocation %zu: %s", n,
                      status != ASSAY_OK    ? err.message
                      : result.n_defect > 0 ? result.defects[0]
                                            : "another state");
        assay_verification_clear(&result);
        if (status == ASSAY_OK)
            break;
        if (n > 400) /* by then the models are read, whose allocations are theirs to test */
            n += 6;
    }
    ck_assert_uint_gt(n, 300);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, a_sound_registry_is_counted_through, 0, 2);
    tcase_add_test(tc, what_is_not_signed_is_noted);
    tcase_add_test(tc, a_directory_that_is_not_there_cannot_be_verified);
    tcase_add_loop_test(tc, what_was_done_to_a_registry_is_named, 0, COUNT(damages));
    tcase_add_test(tc, a_lock_that_is_not_empty_is_found);
    tcase_add_test(tc, verification_goes_on_after_a_defect_and_names_each);
    tcase_add_loop_test(tc, without_current_one_defect_is_named_and_the_rest_is_verified, 0,
                        COUNT(losses));
    tcase_add_test(tc, without_current_other_damage_is_still_found);
    tcase_add_test(tc, an_old_current_put_back_is_found);
    tcase_add_test(tc, an_old_top_put_back_is_found_by_the_version_it_lacks);
    tcase_add_test(tc, a_registry_put_back_as_a_whole_is_found_by_a_head_kept_elsewhere);
    tcase_add_loop_test(tc, a_head_that_is_no_hash_is_a_slip_and_no_damage, 0, COUNT(no_hashes));
    tcase_add_test(tc, a_head_in_capitals_is_the_same_hash);
    tcase_add_test(tc, a_key_to_trust_is_the_one_that_must_have_signed);
    tcase_add_test(tc, a_key_to_trust_does_not_pass_over_a_missing_signature);
    tcase_add_test(tc, a_signature_that_nothing_lists_is_found);
    tcase_add_test(tc, the_digest_of_the_candidate_comes_back_from_the_released_file);
    tcase_add_test(tc, a_failing_allocation_is_no_damage);
}

ASSAY_SUITE("release/verify", add_tests)
