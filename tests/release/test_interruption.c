/* Interrupted changes: what they leave at any moment, what verify says of it, and how the next
 * command settles it. */
#include "release/registry/registry.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

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

/* Every state that a change goes through is made by hand: the files of a whole registry are taken
 * back to where they were at that moment. What is to be compared are the registries before and
 * after the change. */
struct interruption {
    struct shelf before, after;
    bool is_signed, is_first;
    enum assay_event event;
};

/* The change is a release of 1.1.0 (or the first release) or a rollback, by somebody who signs or
 * not; what was signed before and is not now has a signature to be removed. */
static void make_both(struct interruption *x, int kind)
{
    *x = (struct interruption){.is_signed = kind % 2 == 1,
                               .is_first = kind / 2 == 2,
                               .event = kind / 2 == 1 ? ASSAY_EVENT_ROLLBACK : ASSAY_EVENT_RELEASE};
    shelf_init(&x->before);
    shelf_init(&x->after);
    struct shelf *after = &x->after;
    const struct assay_secret_key *key = x->is_signed ? &after->key : NULL;
    if (x->is_first) {
        ck_assert_int_eq(mkdir(x->before.models, 0777), 0);
        shelf_put(&x->before, ".lock", "");
    } else {
        shelf_release(after, "1.0.0", 1, "2026-07-01T00:00:00Z", &after->key);
        if (x->event == ASSAY_EVENT_ROLLBACK)
            shelf_release(after, "1.1.0", 1.25, "2026-10-01T00:00:00Z", &after->key);
        tree_copy(after->models, x->before.models);
    }
    if (x->event == ASSAY_EVENT_ROLLBACK)
        shelf_event(after, ASSAY_EVENT_ROLLBACK, "1.0.0", "2026-10-02T00:00:00Z", key);
    else
        shelf_release(after, x->is_first ? "1.0.0" : "1.1.0", 1.25, "2026-10-02T00:00:00Z", key);
}

static void clear_both(struct interruption *x)
{
    shelf_clear(&x->before);
    shelf_clear(&x->after);
}

static bool is_same(const struct shelf *a, const struct shelf *b)
{
    return tree_is_same(a->models, b->models);
}

/* Files at the top that the change writes, in the order in which it does; n of them. */
static size_t changed_files(const struct interruption *x, const char *files[8])
{
    static const char *const all[] = {".gitattributes", "ledger.jsonl",         "CHANGELOG.md",
                                      "CHANGELOG.json", "ledger.jsonl.minisig", PLAIN_ID ".pub"};
    size_t n = 0;
    for (size_t k = 0; k < COUNT(all); k++) {
        if (!shelf_has(&x->after, all[k]))
            continue;
        struct assay_text now = shelf_read(&x->after, all[k]), old = {0};
        if (shelf_has(&x->before, all[k]))
            old = shelf_read(&x->before, all[k]);
        if (old.data == NULL || strcmp(old.data, now.data) != 0)
            files[n++] = all[k];
        assay_text_clear(&now);
        assay_text_clear(&old);
    }
    return n;
}

static void copy_across(const struct interruption *x, const char *from, const char *to)
{
    tree_copy(shelf_path(&x->after, from), shelf_path(&shelf, to));
}

/* The models of the shelf become a copy of another's. */
static void take(const struct shelf *from)
{
    tree_copy(from->models, shelf.models);
}

/* The state is what is expected; it reads; and the next command that writes makes it `then`. */
static void assert_settles(enum assay_registry_state state, const struct shelf *then)
{
    struct assay_error err = {0};
    struct assay_registry registry;
    shelf_is(&shelf, state);
    ck_assay_ok(assay_registry_open(shelf.models, &registry, &err));
    ck_assert_int_eq(registry.unfinished, state == ASSAY_REGISTRY_NEW);
    ck_assert_int_eq(registry.remains, state == ASSAY_REGISTRY_OLD);
    assay_registry_close(&registry);
    shelf_open(&shelf, &registry);
    assay_registry_close(&registry);
    /* versions/ and .lock of a first release may be there already */
    if (then != NULL) {
        rmdir(shelf_path(&shelf, "versions"));
        ck_assert(is_same(&shelf, then));
    }
}

enum { KINDS = 6 };

START_TEST(interrupted_before_it_counts_a_change_is_removed_without_a_trace)
{
    struct interruption x;
    const char *files[8];
    char next[128];
    make_both(&x, _i);
    size_t n = changed_files(&x, files);
    const char *version = x.is_first ? "1.0.0" : "1.1.0";
    bool folder = x.event == ASSAY_EVENT_RELEASE;
    char hidden[64], named[64];
    snprintf(hidden, sizeof hidden, "versions/.%s.next", version);
    snprintf(named, sizeof named, "versions/%s", version);
    /* steps: 0 the folder's first file is half written, 1 the folder is whole, 2.. n + 2 so many
     * files at the top beside their places, then "current", then the folder has its name */
    for (size_t step = folder ? 0 : 2; step <= n + (folder ? 4 : 3); step++) {
        take(&x.before);
        if (folder) {
            mkdir(shelf_path(&shelf, "versions"), 0777);
            copy_across(&x, named, hidden);
            snprintf(next, sizeof next, "%s/model.json", hidden);
            if (step == 0)
                shelf_put(&shelf, next, "{\n  \"form");
        }
        for (size_t k = 0; k < n && k + 2 < step; k++) {
            snprintf(next, sizeof next, ".%s.next", files[k]);
            copy_across(&x, files[k], next);
        }
        if (step >= n + 3)
            copy_across(&x, "current", ".current.next");
        if (step == n + 4)
            shelf_rename(&shelf, hidden, named);
        /* a rollback's first state has nothing new in it */
        bool nothing = !folder && step == 2;
        assert_settles(!nothing     ? ASSAY_REGISTRY_OLD
                       : x.is_first ? ASSAY_REGISTRY_EMPTY
                                    : ASSAY_REGISTRY_WHOLE,
                       &x.before);
    }
    clear_both(&x);
}
END_TEST

START_TEST(interrupted_after_it_counts_a_change_is_finished)
{
    struct interruption x;
    const char *files[8];
    char next[64];
    make_both(&x, _i);
    size_t n = changed_files(&x, files);
    bool stale = shelf_has(&x.before, "ledger.jsonl.minisig") && !x.is_signed;
    ck_assert_uint_lt(n, 8);
    /* every combination of files that have their places, after the old signature went; and none
     * while it is there */
    for (unsigned placed = 0; placed < (1u << n); placed++) {
        take(&x.after);
        for (size_t k = 0; k < n; k++) {
            if ((placed >> k & 1) != 0)
                continue;
            snprintf(next, sizeof next, ".%s.next", files[k]);
            shelf_rename(&shelf, files[k], next);
            if (shelf_has(&x.before, files[k]))
                tree_copy(shelf_path(&x.before, files[k]), shelf_path(&shelf, files[k]));
        }
        if (placed == 0 && stale)
            tree_copy(shelf_path(&x.before, "ledger.jsonl.minisig"),
                      shelf_path(&shelf, "ledger.jsonl.minisig"));
        assert_settles(placed == (1u << n) - 1 ? ASSAY_REGISTRY_WHOLE : ASSAY_REGISTRY_NEW,
                       &x.after);
    }
    clear_both(&x);
}
END_TEST

START_TEST(clearing_away_that_is_interrupted_goes_on_the_next_time)
{
    struct interruption x;
    make_both(&x, 0);
    /* the version lost its name again, and some of its files; ".ledger.jsonl.next" goes last */
    for (int step = 0; step < 4; step++) {
        take(&x.before);
        copy_across(&x, "versions/1.1.0", "versions/.1.1.0.next");
        copy_across(&x, "ledger.jsonl", ".ledger.jsonl.next");
        if (step >= 1)
            shelf_remove(&shelf, "versions/.1.1.0.next/audit.json");
        if (step >= 2)
            tree_remove(shelf_path(&shelf, "versions/.1.1.0.next"));
        if (step >= 3)
            shelf_remove(&shelf, ".ledger.jsonl.next");
        assert_settles(step < 3 ? ASSAY_REGISTRY_OLD : ASSAY_REGISTRY_WHOLE, &x.before);
    }
    clear_both(&x);
}
END_TEST

START_TEST(a_version_that_no_interruption_explains_is_neither_removed_nor_passed_over)
{
    struct assay_error err = {0};
    struct assay_registry registry;
    shelf_fill(&shelf, false);
    shelf_copy(&shelf, "versions/1.1.0", "versions/1.2.0");
    /* a ledger to come that releases another, or does not follow ours, explains nothing */
    shelf_is(&shelf, ASSAY_REGISTRY_DAMAGED);
    shelf_copy(&shelf, "ledger.jsonl", ".ledger.jsonl.next");
    shelf_is(&shelf, ASSAY_REGISTRY_DAMAGED);
    ck_assay_ok(assay_registry_open_to_write(shelf.models, 1, NULL, NULL, &registry, &err));
    assay_registry_close(&registry);
    shelf_lists(&shelf, "versions", "1.0.0 1.1.0 1.2.0 ");
    shelf_lists(&shelf, "versions/1.2.0", "audit.json changes.md model.json release.json ");
    shelf_is(&shelf, ASSAY_REGISTRY_DAMAGED);
}
END_TEST

/* ---- what no interruption leaves, and a writer must not follow or fall over ---- */

/* What stands elsewhere, and must stand there still. */
static void make_victim(char path[64])
{
    snprintf(path, 64, "%s/victim", shelf.folder);
    tree_copy(shelf.models, path);
}

/* The registry's own versions are elsewhere; the ledger to come explains one that is there. */
static void link_versions(void)
{
    shelf_rename(&shelf, "versions", "../elsewhere");
    ck_assert_int_eq(symlink("../victim/versions", shelf_path(&shelf, "versions")), 0);
}

static void link_folder_of_remains(void)
{
    ck_assert_int_eq(symlink("../../victim/versions", shelf_path(&shelf, "versions/.3.0.0.next")),
                     0);
}

static void link_remains(void)
{
    tree_remove(shelf_path(&shelf, "versions/1.2.0"));
    ck_assert_int_eq(symlink("../../victim/versions/1.2.0", shelf_path(&shelf, "versions/1.2.0")),
                     0);
}

static void link_version(void)
{
    tree_remove(shelf_path(&shelf, "versions/1.1.0"));
    ck_assert_int_eq(symlink("../../victim/versions/1.1.0", shelf_path(&shelf, "versions/1.1.0")),
                     0);
}

static void folder_in_remains(void)
{
    ck_assert_int_eq(mkdir(shelf_path(&shelf, "versions/.3.0.0.next"), 0777), 0);
    ck_assert_int_eq(mkdir(shelf_path(&shelf, "versions/.3.0.0.next/sub"), 0777), 0);
}

static void folder_in_coming_version(void)
{
    ck_assert_int_eq(mkdir(shelf_path(&shelf, "versions/1.2.0/sub"), 0777), 0);
}

static void link_next_ledger(void)
{
    shelf_remove(&shelf, ".ledger.jsonl.next");
    ck_assert_int_eq(symlink("../victim/ledger.jsonl", shelf_path(&shelf, ".ledger.jsonl.next")),
                     0);
}

static void pipe_next_current(void)
{
    ck_assert_int_eq(mkfifo(shelf_path(&shelf, ".current.next"), 0666), 0);
}

#define NO_DIRECTORY                                                                               \
    ": expected a directory there, no link or file; in the way of every change until it is "       \
    "removed "                                                                                     \
    "by hand"
#define NO_FILE                                                                                    \
    ": expected a file there, no link or directory; in the way of every change until it is "       \
    "removed "                                                                                     \
    "by hand"

static const struct {
    void (*put)(void);
    const char *name, *said;
} obstacles[] = {
    {link_versions, "versions", NO_DIRECTORY},
    {link_folder_of_remains, "versions/.3.0.0.next", NO_DIRECTORY},
    {link_remains, "versions/1.2.0", NO_DIRECTORY},
    {link_version, "versions/1.1.0", NO_DIRECTORY},
    {folder_in_remains, "versions/.3.0.0.next/sub", NO_FILE},
    {folder_in_coming_version, "versions/1.2.0/sub", NO_FILE},
    {link_next_ledger, ".ledger.jsonl.next", NO_FILE},
    {pipe_next_current, ".current.next", NO_FILE},
};

/* Every registry here has the remains of a release of 1.2.0 that did not count, so that whoever
 * writes has something to rename and to remove. */
START_TEST(what_is_in_the_way_is_named_and_nothing_is_touched_here_or_elsewhere)
{
    struct assay_error err = {0};
    struct assay_registry registry;
    char victim[64], kept[64], before[64], want[320];
    shelf_fill(&shelf, false);
    shelf_copy(&shelf, ".", "../before");
    shelf_release(&shelf, "1.2.0", 1.5, "2026-11-01T00:00:00Z", NULL);
    make_victim(victim);
    shelf_rename(&shelf, "ledger.jsonl", ".ledger.jsonl.next");
    static const char *const old[] = {"current", "ledger.jsonl", "CHANGELOG.md", "CHANGELOG.json"};
    for (size_t k = 0; k < COUNT(old); k++) {
        snprintf(before, sizeof before, "%s/before/%s", shelf.folder, old[k]);
        tree_copy(before, shelf_path(&shelf, old[k]));
    }
    shelf_is(&shelf, ASSAY_REGISTRY_OLD);
    snprintf(kept, sizeof kept, "%s/kept", shelf.folder);
    tree_copy(victim, kept);

    obstacles[_i].put();
    snprintf(want, sizeof want, "%s/%s%s", shelf.models, obstacles[_i].name, obstacles[_i].said);
    struct assay_verification result = shelf_verify(&shelf, NULL);
    ck_assert_int_eq(result.state, ASSAY_REGISTRY_DAMAGED);
    bool said = false;
    for (size_t k = 0; k < result.n_defect; k++)
        said = said || strcmp(result.defects[k], want) == 0;
    ck_assert_msg(said, "%s, expected %s", result.defects[0], want);
    assay_verification_clear(&result);
    ck_assert_int_eq(assay_registry_open_to_write(shelf.models, 1, NULL, NULL, &registry, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, want);
    ck_assert(tree_is_same(victim, kept));
    ck_assert_int_eq(
        faccessat(AT_FDCWD, shelf_path(&shelf, obstacles[_i].name), F_OK, AT_SYMLINK_NOFOLLOW), 0);
    ck_assay_ok(assay_registry_open(shelf.models, &registry, &err)); /* it reads all the same */
    assay_registry_close(&registry);
}
END_TEST

/* Nothing below the root is reached through a link. */
START_TEST(no_door_of_the_store_leads_through_a_link)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    struct assay_names names = {0};
    char victim[64], kept[64];
    bool found;
    shelf_fill(&shelf, false);
    make_victim(victim);
    snprintf(kept, sizeof kept, "%s/kept", shelf.folder);
    tree_copy(victim, kept);
    link_versions();
    const char *root = shelf.models, *file = "versions/1.0.0/audit.json";
    ck_assert_int_eq(assay_store_read(root, file, &text, &found, &err), ASSAY_EIO);
    ck_assert_ptr_nonnull(strstr(err.message, "versions/1.0.0/audit.json\": Not a directory"));
    ck_assert_int_eq(assay_store_list(root, "versions", &names, &found, &err), ASSAY_EIO);
    ck_assert_int_eq(assay_store_list(root, "versions/1.0.0", &names, &found, &err), ASSAY_EIO);
    ck_assert_int_eq(assay_store_remove(root, file, &err), ASSAY_EIO);
    ck_assert_int_eq(assay_store_remove_folder(root, "versions/1.0.0", &err), ASSAY_EIO);
    ck_assert_int_eq(assay_store_rename(root, "versions/1.0.0", "versions/2.0.0", &err), ASSAY_EIO);
    ck_assert_int_eq(assay_store_make_directory(root, "versions", &err), ASSAY_EIO);
    ck_assert_int_eq(assay_store_make_directory(root, "versions/2.0.0", &err), ASSAY_EIO);
    ck_assert_int_eq(assay_store_write(root, "versions/x", "", 0, 0666, &err), ASSAY_EIO);
    ck_assert_int_eq(assay_store_sync(root, "versions", &err), ASSAY_EIO);
    ck_assert(tree_is_same(victim, kept));
    assay_text_clear(&text);
}
END_TEST

START_TEST(files_of_others_are_left_alone)
{
    static const char *const foreign[] = {"README.md",  ".notes.next",          ".git",
                                          "cosign.pub", "0123456789ABCDEF.pub", "current.bak"};
    struct assay_verification result;
    char want[256];
    shelf_fill(&shelf, false);
    for (size_t k = 0; k < COUNT(foreign); k++)
        shelf_put(&shelf, foreign[k], "theirs\n");
    shelf_event(&shelf, ASSAY_EVENT_ROLLBACK, "1.1.0", "2026-11-01T00:00:00Z", NULL);
    for (size_t k = 0; k < COUNT(foreign); k++)
        ck_assert_msg(shelf_has(&shelf, foreign[k]), "%s", foreign[k]);
    result = shelf_verify(&shelf, NULL);
    ck_assert_int_eq(result.state, ASSAY_REGISTRY_WHOLE);
    ck_assert_uint_eq(result.n_note, COUNT(foreign) + 1); /* it is not signed */
    snprintf(want, sizeof want, "%s/.git: not of this registry; left alone", shelf.models);
    ck_assert_str_eq(result.notes[0], want);
    assay_verification_clear(&result);
}
END_TEST

/* ---- what cannot be written ---- */

START_TEST(a_disk_that_refuses_leaves_the_registry_as_it_was)
{
    struct interruption x;
    struct assay_error err = {0};
    struct assay_registry registry;
    struct shelf_version version;
    char want[256];
    make_both(&x, 0);
    take(&x.before);
    /* a directory in the way of each file in turn */
    static const char *const names[] = {".ledger.jsonl.next", ".CHANGELOG.md.next",
                                        ".CHANGELOG.json.next", ".current.next"};
    for (size_t k = 0; k < COUNT(names); k++) {
        shelf_open(&shelf, &registry);
        ck_assert_int_eq(mkdir(shelf_path(&shelf, names[k]), 0777), 0);
        shelf_version_make(&version, "1.1.0", "1.0.0", 1.25, "2026-10-02T00:00:00Z", NULL);
        ck_assert_int_eq(
            shelf_commit(&registry, &version.entry, version.files, version.n_file, NULL, &err),
            ASSAY_EIO);
        snprintf(want, sizeof want, "could not write \"%s/%s\": File exists", shelf.models,
                 names[k]);
        ck_assert_str_eq(err.message, want);
        ck_assert_uint_eq(registry.ledger.n_entry, 1);
        shelf_version_clear(&version);
        assay_registry_close(&registry);
        ck_assert_int_eq(rmdir(shelf_path(&shelf, names[k])), 0);
        shelf_open(&shelf, &registry); /* clears away what stood beside it */
        assay_registry_close(&registry);
        ck_assert(is_same(&shelf, &x.before));
        shelf_is(&shelf, ASSAY_REGISTRY_WHOLE);
    }
    clear_both(&x);
}
END_TEST

START_TEST(a_disk_that_is_full_leaves_the_registry_as_it_was)
{
    struct interruption x;
    struct assay_error err = {0};
    struct shelf_version version;
    struct rlimit usual, limit;
    size_t failed = 0;
    make_both(&x, 0);
    take(&x.before);
    shelf_version_make(&version, "1.1.0", "1.0.0", 1.25, "2026-10-02T00:00:00Z", NULL);
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &usual), 0);
    limit = usual;
    /* a write that meets the limit is cut short there, and the next one fails; the model is the
     * longest file */
    for (limit.rlim_cur = 0; limit.rlim_cur < version.files[0].length; limit.rlim_cur += 331) {
        struct assay_registry registry;
        shelf_open(&shelf, &registry);
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
        enum assay_status status =
            shelf_commit(&registry, &version.entry, version.files, version.n_file, NULL, &err);
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &usual), 0);
        assay_registry_close(&registry);
        ck_assert_int_eq(status, ASSAY_EIO);
        ck_assert_msg(strncmp(err.message, "could not write \"", 17) == 0 &&
                          strstr(err.message, "\": File too large") != NULL,
                      "%s", err.message);
        ck_assert(is_same(&shelf, &x.before));
        failed++;
    }
    ck_assert_uint_gt(failed, 20);
    shelf_is(&shelf, ASSAY_REGISTRY_WHOLE);
    shelf_version_clear(&version);
    clear_both(&x);
}
END_TEST

START_TEST(what_fails_after_the_change_counts_says_that_it_counts)
{
    struct assay_error err = {0};
    struct assay_registry registry;
    struct assay_entry entry = {.event = ASSAY_EVENT_ROLLBACK,
                                .version = (char *)(uintptr_t) "1.1.0",
                                .at = "2026-11-01T00:00:00Z"};
    char want[512];
    shelf_fill(&shelf, false);
    /* what stands in the old signature's place cannot be removed, which is tried after the rename
     * of "current" */
    shelf_open(&shelf, &registry);
    ck_assert_int_eq(mkdir(shelf_path(&shelf, "ledger.jsonl.minisig"), 0777), 0);
    ck_assert_int_eq(shelf_commit(&registry, &entry, NULL, 0, NULL, &err), ASSAY_EIO);
    snprintf(want, sizeof want,
             "could not remove \"%s/ledger.jsonl.minisig\": Is a directory; the change counts all "
             "the same, and the next command that writes finishes it",
             shelf.models);
    ck_assert_str_eq(err.message, want);
    ck_assert(registry.unfinished);
    assay_registry_close(&registry);
    ck_assert_int_eq(rmdir(shelf_path(&shelf, "ledger.jsonl.minisig")), 0);
    struct assay_verification result = shelf_verify(&shelf, NULL);
    ck_assert_int_eq(result.state, ASSAY_REGISTRY_NEW);
    ck_assert_str_eq(result.version, "1.1.0");
    assay_verification_clear(&result);
    shelf_open(&shelf, &registry);
    ck_assert_uint_eq(registry.ledger.n_entry, 4);
    assay_registry_close(&registry);
    shelf_is(&shelf, ASSAY_REGISTRY_WHOLE);
}
END_TEST

/* ---- want of memory ---- */

START_TEST(after_any_failing_allocation_the_registry_is_the_old_or_the_new_one)
{
    struct assay_error err = {0};
    struct shelf_version version;
    size_t failed = 0, new = 0, n;
    struct interruption x;
    make_both(&x, 1);
    shelf_version_make(&version, "1.1.0", "1.0.0", 1.25, "2026-10-02T00:00:00Z", &x.after.key);
    struct assay_text texts[2] = {{0}, {0}};
    struct assay_registry_change change =
        shelf_change(&version.entry, version.files, version.n_file, &x.after.key, texts);
    take(&x.before);
    for (n = 1;; n++) {
        struct assay_registry registry = {.lock = -1};
        test_fail_allocation(n);
        enum assay_status status =
            assay_registry_open_to_write(shelf.models, 1, NULL, NULL, &registry, &err);
        if (status == ASSAY_OK)
            status = assay_registry_commit(&registry, &change, &err);
        test_fail_allocation(0);
        assay_registry_close(&registry);
        if (status == ASSAY_OK)
            break;
        failed++;
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        struct assay_verification result = shelf_verify(&shelf, NULL);
        ck_assert_msg(result.state != ASSAY_REGISTRY_DAMAGED, "allocation %zu: %s", n,
                      result.defects[0]);
        if (result.n_entry == 2) { /* it counts: from here the next sweep begins again */
            ck_assert_ptr_nonnull(strstr(err.message, "; the change counts all the same"));
            new ++;
            shelf_open(&shelf, &registry);
            assay_registry_close(&registry);
            ck_assert(is_same(&shelf, &x.after));
            take(&x.before);
        }
        assay_verification_clear(&result);
    }
    ck_assert_uint_gt(failed, 60);
    ck_assert_uint_gt(new, 5);
    ck_assert(is_same(&shelf, &x.after));
    assay_text_clear(&texts[0]);
    assay_text_clear(&texts[1]);
    shelf_version_clear(&version);
    clear_both(&x);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, interrupted_before_it_counts_a_change_is_removed_without_a_trace, 0,
                        KINDS);
    tcase_add_loop_test(tc, interrupted_after_it_counts_a_change_is_finished, 0, KINDS);
    tcase_add_test(tc, clearing_away_that_is_interrupted_goes_on_the_next_time);
    tcase_add_test(tc, a_version_that_no_interruption_explains_is_neither_removed_nor_passed_over);
    tcase_add_loop_test(tc, what_is_in_the_way_is_named_and_nothing_is_touched_here_or_elsewhere, 0,
                        COUNT(obstacles));
    tcase_add_test(tc, no_door_of_the_store_leads_through_a_link);
    tcase_add_test(tc, files_of_others_are_left_alone);
    tcase_add_test(tc, a_disk_that_refuses_leaves_the_registry_as_it_was);
    tcase_add_test(tc, a_disk_that_is_full_leaves_the_registry_as_it_was);
    tcase_add_test(tc, what_fails_after_the_change_counts_says_that_it_counts);
    tcase_add_test(tc, after_any_failing_allocation_the_registry_is_the_old_or_the_new_one);
}

ASSAY_SUITE("release/interruption", add_tests)
