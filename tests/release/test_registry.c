/* The registry: its files, what may be opened, and who may write when. */
#include "release/registry/registry.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

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

/* ---- changes ---- */

START_TEST(a_release_puts_every_file_in_its_place)
{
    struct assay_error err = {0};
    struct assay_registry registry;
    struct assay_text text = {0};
    struct stat info;
    shelf_release(&shelf, "1.0.0", 1, "2026-07-01T00:00:00Z", NULL);
    shelf_lists(&shelf, "",
                ".gitattributes .lock CHANGELOG.json CHANGELOG.md current ledger.jsonl versions ");
    shelf_lists(&shelf, "versions", "1.0.0 ");
    shelf_lists(&shelf, "versions/1.0.0", "audit.json changes.md model.json release.json ");
    ck_assert_int_eq(stat(shelf_path(&shelf, "versions/1.0.0/model.json"), &info), 0);
    ck_assert_uint_eq(info.st_mode & 0222, 0);
    ck_assay_ok(assay_registry_open(shelf.models, &registry, &err));
    ck_assert_str_eq(registry.name, SHELF_MODEL_NAME);
    ck_assert_int_eq(registry.lock, -1);
    ck_assert(!registry.unfinished && !registry.remains);
    ck_assert_uint_eq(registry.ledger.n_entry, 1);
    ck_assay_ok(assay_registry_read(&registry, "1.0.0", "changes.md", &text, &err));
    ck_assert_str_eq(text.data, "## the first\n");
    assay_text_reset(&text);
    assay_registry_path(&registry, "1.0.0", "model.json", &text);
    ck_assert_str_eq(text.data, shelf_path(&shelf, "versions/1.0.0/model.json"));
    assay_text_clear(&text);
    assay_registry_close(&registry);
    shelf_is(&shelf, ASSAY_REGISTRY_WHOLE);
}
END_TEST

START_TEST(current_tells_what_is_in_force_in_plain_json)
{
    char want[2048];
    shelf_fill(&shelf, false);
    struct assay_text current = shelf_read(&shelf, "current"),
                      ledger = shelf_read(&shelf, "ledger.jsonl");
    struct assay_ledger read;
    struct assay_error err = {0};
    static const char *const files[] = {".gitattributes", "CHANGELOG.json", "CHANGELOG.md",
                                        "ledger.jsonl"};
    char digest[4][ASSAY_DIGEST_SIZE];
    for (size_t k = 0; k < COUNT(files); k++) {
        struct assay_text text = shelf_read(&shelf, files[k]);
        assay_digest_of(text.data, text.length, digest[k]);
        assay_text_clear(&text);
    }
    ck_assay_ok(assay_ledger_read("l", ledger.data, ledger.length, &read, &err));
    snprintf(want, sizeof want,
             "{\n  \"format\": \"assay-current/1\",\n  \"name\": \"shelf\",\n"
             "  \"version\": \"1.0.0\",\n  \"model\": \"versions/1.0.0/model.json\",\n"
             "  \"digest\": \"%s\",\n  \"entry\": 3,\n  \"head\": \"%s\",\n  \"files\": [\n"
             "    {\n      \"file\": \".gitattributes\",\n      \"sha256\": \"%s\"\n    },\n"
             "    {\n      \"file\": \"CHANGELOG.json\",\n      \"sha256\": \"%s\"\n    },\n"
             "    {\n      \"file\": \"CHANGELOG.md\",\n      \"sha256\": \"%s\"\n    },\n"
             "    {\n      \"file\": \"ledger.jsonl\",\n      \"sha256\": \"%s\"\n    }\n  ]\n}\n",
             read.entries[0].digest, read.entries[2].hash, digest[0] + 7, digest[1] + 7,
             digest[2] + 7, digest[3] + 7);
    ck_assert_str_eq(current.data, want);
    assay_ledger_clear(&read);
    assay_text_clear(&ledger);
    assay_text_clear(&current);
}
END_TEST

START_TEST(a_signed_registry_keeps_its_keys_and_a_signature_of_its_last_entry_only)
{
    shelf_release(&shelf, "1.0.0", 1, "2026-07-01T00:00:00Z", &shelf.key);
    shelf_lists(&shelf, "",
                ".gitattributes .lock " PLAIN_ID ".pub CHANGELOG.json CHANGELOG.md current "
                "ledger.jsonl ledger.jsonl.minisig versions ");
    struct assay_text key = shelf_read(&shelf, PLAIN_ID ".pub");
    ck_assert_str_eq(key.data, PLAIN_PUBLIC);
    assay_text_clear(&key);
    shelf_release(&shelf, "1.1.0", 1.25, "2026-10-01T00:00:00Z", NULL);
    shelf_lists(&shelf, "",
                ".gitattributes .lock " PLAIN_ID ".pub CHANGELOG.json CHANGELOG.md current "
                "ledger.jsonl versions ");
    shelf_is(&shelf, ASSAY_REGISTRY_WHOLE);
    shelf_event(&shelf, ASSAY_EVENT_ROLLBACK, "1.0.0", "2026-10-02T00:00:00Z", &shelf.key);
    shelf_lists(&shelf, "",
                ".gitattributes .lock " PLAIN_ID ".pub CHANGELOG.json CHANGELOG.md current "
                "ledger.jsonl ledger.jsonl.minisig versions ");
    shelf_is(&shelf, ASSAY_REGISTRY_WHOLE);
}
END_TEST

/* ---- mending ---- */

static const struct {
    const char *file, *text; /* NULL: the file is lost */
} mendable[] = {
    {".gitattributes", NULL},   {".gitattributes", "* text=auto\n"}, {".gitattributes", ""},
    {PLAIN_ID ".pub", NULL},    {PLAIN_ID ".pub", SEALED_PUBLIC},    {"CHANGELOG.md", NULL},
    {"CHANGELOG.json", "[]\n"}, {"ledger.jsonl.minisig", NULL},
};

START_TEST(the_next_change_mends_what_was_lost_or_altered_at_the_top)
{
    const char *file = mendable[_i].file;
    shelf_fill(&shelf, true);
    struct assay_text before = shelf_read(&shelf, file);
    if (mendable[_i].text == NULL)
        shelf_remove(&shelf, file);
    else
        shelf_put(&shelf, file, mendable[_i].text);
    shelf_is(&shelf, ASSAY_REGISTRY_DAMAGED);
    shelf_event(&shelf, ASSAY_EVENT_ROLLBACK, "1.1.0", "2026-11-01T00:00:00Z", &shelf.key);
    shelf_is(&shelf, ASSAY_REGISTRY_WHOLE);
    struct assay_text after = shelf_read(&shelf, file);
    if (_i < 5) /* the same after every change */
        ck_assert_str_eq(after.data, before.data);
    assay_text_clear(&before);
    assay_text_clear(&after);
}
END_TEST

/* Killed before "current" was renamed: the file that is awaited has the bytes of the old one, too. */
START_TEST(a_mended_file_of_a_change_that_was_interrupted_finds_its_place)
{
    shelf_fill(&shelf, false);
    shelf_remove(&shelf, ".gitattributes");
    shelf_put(&shelf, "..gitattributes.next", "* -text\n");
    shelf_put(&shelf, ".current.next", "{}\n");
    shelf_is(&shelf, ASSAY_REGISTRY_NEW);
    shelf_event(&shelf, ASSAY_EVENT_ROLLBACK, "1.1.0", "2026-11-01T00:00:00Z", NULL);
    shelf_is(&shelf, ASSAY_REGISTRY_WHOLE);
    shelf_lists(&shelf, "",
                ".gitattributes .lock CHANGELOG.json CHANGELOG.md current ledger.jsonl versions ");
}
END_TEST

START_TEST(a_place_that_cannot_be_had_is_named_before_anything_changes)
{
    struct assay_error err = {0};
    struct assay_registry registry;
    struct assay_entry entry = {.event = ASSAY_EVENT_ROLLBACK,
                                .version = (char *)(uintptr_t) "1.1.0",
                                .at = "2026-11-01T00:00:00Z"};
    char want[256];
    shelf_fill(&shelf, false);
    struct assay_text before = shelf_read(&shelf, "current");
    shelf_remove(&shelf, "CHANGELOG.md");
    ck_assert_int_eq(mkdir(shelf_path(&shelf, "CHANGELOG.md"), 0777), 0);
    shelf_open(&shelf, &registry);
    ck_assert_int_eq(shelf_commit(&registry, &entry, NULL, 0, NULL, &err), ASSAY_EIO);
    assay_registry_close(&registry);
    snprintf(want, sizeof want,
             "could not read \"%s/CHANGELOG.md\": expected a file, no link or directory",
             shelf.models);
    ck_assert_str_eq(err.message, want);
    struct assay_text after = shelf_read(&shelf, "current");
    ck_assert_str_eq(after.data, before.data);
    ck_assert_int_eq(rmdir(shelf_path(&shelf, "CHANGELOG.md")), 0);
    shelf_event(&shelf, ASSAY_EVENT_ROLLBACK, "1.1.0", "2026-11-01T00:00:00Z", NULL);
    shelf_is(&shelf, ASSAY_REGISTRY_WHOLE);
    assay_text_clear(&before);
    assay_text_clear(&after);
}
END_TEST

START_TEST(one_handle_can_make_several_changes)
{
    struct assay_error err = {0};
    struct assay_registry registry;
    struct shelf_version version;
    static const char *const from[] = {NULL, "1.0.0", "1.1.0"};
    char number[24];
    shelf_open(&shelf, &registry);
    for (int k = 0; k < 3; k++) {
        snprintf(number, sizeof number, "1.%d.0", k);
        shelf_version_make(&version, number, from[k], 1 + k / 8.0, "2026-07-01T00:00:00Z", NULL);
        ck_assay_ok(
            shelf_commit(&registry, &version.entry, version.files, version.n_file, NULL, &err));
        shelf_version_clear(&version);
    }
    ck_assert_uint_eq(registry.ledger.n_entry, 3);
    ck_assert_str_eq(assay_ledger_in_force(&registry.ledger, 3), "1.2.0");
    assay_registry_close(&registry);
    shelf_is(&shelf, ASSAY_REGISTRY_WHOLE);
}
END_TEST

/* What was committed stays as it is: the ledger takes no number twice, and no folder is written
 * over. */
START_TEST(a_version_is_never_written_over)
{
    struct assay_error err = {0};
    struct assay_registry registry;
    struct shelf_version version;
    char want[256];
    shelf_release(&shelf, "1.0.0", 1, "2026-07-01T00:00:00Z", NULL);
    shelf_open(&shelf, &registry);
    shelf_version_make(&version, "1.0.0", NULL, 2, "2026-08-01T00:00:00Z", NULL);
    ck_assert_int_eq(
        shelf_commit(&registry, &version.entry, version.files, version.n_file, NULL, &err),
        ASSAY_EDATA);
    ck_assert_str_eq(err.message,
                     "version 1.0.0 was released before (entry 1); expected a new number");
    shelf_version_clear(&version);

    ck_assert_int_eq(mkdir(shelf_path(&shelf, "versions/1.1.0"), 0777), 0);
    shelf_version_make(&version, "1.1.0", "1.0.0", 2, "2026-08-01T00:00:00Z", NULL);
    ck_assert_int_eq(
        shelf_commit(&registry, &version.entry, version.files, version.n_file, NULL, &err),
        ASSAY_EDATA);
    snprintf(want, sizeof want,
             "%s/versions/1.1.0: is there already, and the ledger does not know "
             "of it; expected it free",
             shelf.models);
    ck_assert_str_eq(err.message, want);
    ck_assert_uint_eq(registry.ledger.n_entry, 1);
    shelf_version_clear(&version);
    assay_registry_close(&registry);
    shelf_lists(&shelf, "versions", "1.0.0 1.1.0 ");
    shelf_lists(&shelf, "versions/1.1.0", "");
}
END_TEST

START_TEST(a_registry_holds_one_model)
{
    struct assay_error err = {0};
    struct assay_registry registry;
    struct assay_text texts[2] = {{0}, {0}};
    struct assay_entry entry = {.event = ASSAY_EVENT_ROLLBACK,
                                .version = (char *)(uintptr_t) "1.0.0"};
    char want[256];
    shelf_fill(&shelf, false);
    shelf_open(&shelf, &registry);
    struct assay_registry_change change = shelf_change(&entry, NULL, 0, NULL, texts);
    change.name = "another";
    ck_assert_int_eq(assay_registry_commit(&registry, &change, &err), ASSAY_EDATA);
    snprintf(want, sizeof want, "%s: holds versions of the model \"shelf\"; \"another\" is another",
             shelf.models);
    ck_assert_str_eq(err.message, want);
    assay_text_clear(&texts[0]);
    assay_text_clear(&texts[1]);
    assay_registry_close(&registry);
}
END_TEST

/* ---- opening ---- */

START_TEST(a_directory_without_a_registry_is_an_empty_one)
{
    struct assay_error err = {0};
    struct assay_registry registry;
    ck_assert_int_eq(mkdir(shelf.models, 0777), 0);
    shelf_put(&shelf, "README", "ours\n");
    ck_assay_ok(assay_registry_open(shelf.models, &registry, &err));
    ck_assert_uint_eq(registry.ledger.n_entry, 0);
    ck_assert_ptr_null(registry.name);
    assay_registry_close(&registry);
    assay_registry_close(&registry);                   /* allowed */
    assay_registry_close(&(struct assay_registry){0}); /* likewise */
    shelf_is(&shelf, ASSAY_REGISTRY_EMPTY);
}
END_TEST

START_TEST(a_slash_at_the_end_of_the_path_makes_no_difference)
{
    struct assay_error err = {0};
    struct assay_registry registry;
    char path[64];
    shelf_fill(&shelf, false);
    snprintf(path, sizeof path, "%s//", shelf.models);
    ck_assay_ok(assay_registry_open(path, &registry, &err));
    ck_assert_str_eq(registry.path, shelf.models);
    assay_registry_close(&registry);
}
END_TEST

/* Whether to read or to write; the message has what is wanted in it. */
static void assert_no_open(enum assay_status status, const char *want)
{
    struct assay_error err = {0};
    struct assay_registry registry = {.lock = 77};
    ck_assert_int_eq(assay_registry_open(shelf.models, &registry, &err), status);
    ck_assert_msg(strstr(err.message, want) != NULL, "%s, expected %s", err.message, want);
    ck_assert_int_eq(registry.lock, 77); /* untouched */
    ck_assert_int_eq(assay_registry_open_to_write(shelf.models, 1, NULL, NULL, &registry, &err),
                     status);
    ck_assert_msg(strstr(err.message, want) != NULL, "%s, expected %s", err.message, want);
}

static void assert_root_refused(const char *path, const char *want)
{
    struct assay_error err = {0};
    struct assay_registry registry;
    struct assay_verification result;
    static const struct assay_verify_options none;
    ck_assert_int_eq(assay_registry_open(path, &registry, &err), ASSAY_EIO);
    ck_assert_str_eq(err.message, want);
    ck_assert_int_eq(assay_registry_open_to_write(path, 1, NULL, NULL, &registry, &err), ASSAY_EIO);
    ck_assert_str_eq(err.message, want);
    ck_assert_int_eq(assay_registry_verify(path, &none, &result, &err), ASSAY_EIO);
    ck_assert_str_eq(err.message, want);
}

START_TEST(a_path_that_can_be_no_directory_is_named)
{
    char want[256], slash[64];
    assert_root_refused("", "registry \"\" is empty; expected a directory");
    ck_assert_int_eq(symlink("far/away", shelf.models), 0);
    snprintf(want, sizeof want,
             "\"%s\" is a link to \"far/away\", which is not there; expected a directory",
             shelf.models);
    assert_root_refused(shelf.models, want);
    snprintf(slash, sizeof slash, "%s/", shelf.models);
    assert_root_refused(slash, want);
    ck_assert_int_eq(unlink(shelf.models), 0); /* a link to a directory will do */
    snprintf(slash, sizeof slash, "%s/here", shelf.folder);
    ck_assert_int_eq(mkdir(slash, 0777), 0);
    ck_assert_int_eq(symlink("here", shelf.models), 0);
    shelf_fill(&shelf, false);
    shelf_is(&shelf, ASSAY_REGISTRY_WHOLE);
}
END_TEST

START_TEST(what_is_no_registry_is_not_opened)
{
    struct assay_error err = {0};
    struct assay_registry registry;
    char want[256];
    ck_assert_int_eq(assay_registry_open(shelf.models, &registry, &err), ASSAY_EIO);
    snprintf(want, sizeof want, "could not read \"%s\": No such file or directory", shelf.models);
    ck_assert_str_eq(err.message, want);
    ck_assert_int_eq(assay_registry_open_to_write(shelf.models, 1, NULL, NULL, &registry, &err),
                     ASSAY_EIO);
    snprintf(want, sizeof want,
             "%s: no registry there; expected one that \"assay release add\" has made",
             shelf.models);
    ck_assert_str_eq(err.message, want);
    ck_assert_int_eq(access(shelf.models, F_OK), -1);
    ck_assert_int_eq(assay_registry_make(shelf_path(&shelf, "a/b"), 1, NULL, NULL, &registry, &err),
                     ASSAY_EIO);
    snprintf(want, sizeof want, "could not make \"%s/a/b\": No such file or directory",
             shelf.models);
    ck_assert_str_eq(err.message, want);
    ck_assert_int_eq(close(open(shelf.models, O_CREAT | O_WRONLY, 0666)), 0);
    assert_no_open(ASSAY_EIO, "");
    ck_assert_int_eq(unlink(shelf.models), 0);
    ck_assert_int_eq(mkdir(shelf.models, 0777), 0);
    shelf_put(&shelf, "CHANGELOG.md", "somebody's own\n");
    assert_no_open(ASSAY_EDATA,
                   ": has \"CHANGELOG.md\" but no \"current\"; expected a whole registry, "
                   "or a directory without anything of one");
    struct assay_text kept = shelf_read(&shelf, "CHANGELOG.md");
    ck_assert_str_eq(kept.data, "somebody's own\n");
    assay_text_clear(&kept);
}
END_TEST

static const struct {
    const char *file, *change; /* as sed makes it in the file; "": the file is removed */
    enum assay_status status;
    const char *message;
} bad_registries[] = {
    {"current", "", ASSAY_EDATA, ": has \".gitattributes\" but no \"current\""},
    {"ledger.jsonl", "", ASSAY_EDATA, "/ledger.jsonl: missing; \"current\" lists it"},
    {"ledger.jsonl", "$d", ASSAY_EDATA, "/ledger.jsonl: its SHA-256 is not "},
    {"ledger.jsonl", "1{h;d};2{G}", ASSAY_EDATA, "/ledger.jsonl: its SHA-256 is not "},
    {"current", "s/\"entry\": 3/\"entry\": 2/", ASSAY_EDATA,
     "/current: \"entry\" is 2; expected 3, the entries of the ledger"},
    {"current", "s/\"entry\": 3/\"entry\":  3/", ASSAY_EFORMAT,
     "/current: not as assay writes it; expected each byte of it"},
    {"current", "s/1\\.0\\.0/1.1.0/g", ASSAY_EDATA,
     "/current: \"version\" is \"1.1.0\"; expected \"1.0.0\", which the ledger puts in force"},
    {"current", "s#versions/1.0.0/model#versions/1.1.0/model#", ASSAY_EFORMAT,
     "/current: not as assay writes it; expected each byte of it"},
    {"current", "s/\\(\"head\": \"sha256:\\)......../\\101234567/", ASSAY_EDATA,
     "/current: \"head\" is sha256:01234567"},
    {"current", "s/\\(\"digest\": \"sha256:\\)......../\\101234567/", ASSAY_EDATA,
     "/current: \"digest\" is sha256:01234567"},
    {"current", "s/CHANGELOG.md/CHANGELOG.me/", ASSAY_EDATA,
     "/current:19:7: \"file\" is \"CHANGELOG.me\"; expected a file of a registry"},
    {"current", "s/CHANGELOG.md/0123456789ABCDEF.pub/", ASSAY_EFORMAT,
     "/current: not as assay writes it; expected each byte of it"},
    {"current", "s/ledger.jsonl/ledger.jsonl.minisig/", ASSAY_EDATA, "ledger.jsonl"},
    {"current", "s/assay-current.1/assay-current\\/2/", ASSAY_EDATA,
     "/current:2:3: \"format\" is \"assay-current/2\"; expected \"assay-current/1\""},
    {"current", "s/\\(\"sha256\": \"\\)./\\1g/", ASSAY_EDATA, "expected 64 hexadecimal digits"},
    {"current", "$d", ASSAY_EFORMAT, "/current:"},
};

START_TEST(a_registry_whose_current_or_ledger_is_damaged_is_not_opened)
{
    char command[512];
    shelf_fill(&shelf, false);
    const char *path = shelf_path(&shelf, bad_registries[_i].file);
    if (bad_registries[_i].change[0] == '\0')
        ck_assert_int_eq(unlink(path), 0);
    else {
        snprintf(command, sizeof command, "sed -i '%s' %s", bad_registries[_i].change, path);
        ck_assert_int_eq(system(command), 0);
    }
    assert_no_open(bad_registries[_i].status, bad_registries[_i].message);
}
END_TEST

static const struct {
    const char *name, *said;
    off_t length;
} long_files[] = {
    {"current", "/current\": longer than 1 MiB", 1 << 20},
    {"ledger.jsonl", "/ledger.jsonl\": longer than 64 MiB", 64 << 20},
};

START_TEST(a_file_that_is_too_long_is_not_read)
{
    shelf_fill(&shelf, false);
    ck_assert_int_eq(truncate(shelf_path(&shelf, long_files[_i].name), long_files[_i].length + 1),
                     0);
    assert_no_open(ASSAY_EIO, long_files[_i].said);
}
END_TEST

/* ---- the lock ---- */

static void count_waiting(void *context)
{
    ++*(int *)context;
}

START_TEST(a_second_writer_waits_and_then_says_why_it_does_not_go_on)
{
    struct assay_error err = {0};
    struct assay_registry first, second;
    int waited = 0;
    char want[256];
    shelf_fill(&shelf, false);
    shelf_open(&shelf, &first);
    ck_assert_int_eq(
        assay_registry_open_to_write(shelf.models, 0.05, count_waiting, &waited, &second, &err),
        ASSAY_EIO);
    snprintf(want, sizeof want,
             "%s: another release command holds the lock; waited 0.05 seconds for it",
             shelf.models);
    ck_assert_str_eq(err.message, want);
    ck_assert_int_eq(waited, 1);
    ck_assay_ok(assay_registry_open(shelf.models, &second, &err)); /* who reads does not wait */
    assay_registry_close(&second);
    assay_registry_close(&first);
    ck_assay_ok(
        assay_registry_open_to_write(shelf.models, 0, count_waiting, &waited, &second, &err));
    ck_assert_int_eq(waited, 1);
    assay_registry_close(&second);
}
END_TEST

/* As a colleague finds it who may write in the directory but not to the lock of its owner. */
START_TEST(a_lock_that_only_its_owner_may_write_can_be_held_by_another)
{
    struct assay_error err = {0};
    struct assay_registry registry, second;
    shelf_fill(&shelf, false);
    ck_assert_int_eq(chmod(shelf.folder, 0777), 0);
    ck_assert_int_eq(chmod(shelf.models, 0777), 0);
    ck_assert_int_eq(chmod(shelf_path(&shelf, ".lock"), 0444), 0);
    if (geteuid() == 0) { /* who may do everything becomes nobody */
        pid_t child = fork();
        if (child == 0) {
            bool good = setgid(65534) == 0 && setuid(65534) == 0 &&
                        access(shelf_path(&shelf, ".lock"), W_OK) != 0 &&
                        assay_registry_open_to_write(shelf.models, 1, NULL, NULL, &registry,
                                                     &err) == ASSAY_OK;
            _exit(good ? 0 : 1);
        }
        int status = 0;
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        return;
    }
    ck_assay_ok(assay_registry_open_to_write(shelf.models, 1, NULL, NULL, &registry, &err));
    ck_assert_int_eq(assay_registry_open_to_write(shelf.models, 0, NULL, NULL, &second, &err),
                     ASSAY_EIO);
    assay_registry_close(&registry);
}
END_TEST

START_TEST(the_lock_of_a_dead_holder_is_free)
{
    struct assay_error err = {0};
    struct assay_registry registry;
    int ready[2];
    char byte;
    shelf_fill(&shelf, false);
    ck_assert_int_eq(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        struct assay_registry held;
        bool good =
            assay_registry_open_to_write(shelf.models, 1, NULL, NULL, &held, NULL) == ASSAY_OK;
        if (good && write(ready[1], "x", 1) == 1)
            pause();
        _exit(1);
    }
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    ck_assert_int_eq(assay_registry_open_to_write(shelf.models, 0, NULL, NULL, &registry, &err),
                     ASSAY_EIO);
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    ck_assay_ok(assay_registry_open_to_write(shelf.models, 0, NULL, NULL, &registry, &err));
    assay_registry_close(&registry);
    close(ready[0]);
    close(ready[1]);
}
END_TEST

/* Readers must never see half of a change, nor take one at work for one that was interrupted. */
START_TEST(a_reader_beside_a_writer_always_sees_a_whole_registry)
{
    enum { CHANGES = 25 };
    shelf_fill(&shelf, true);
    pid_t child = fork();
    if (child == 0) {
        for (int k = 0; k < CHANGES; k++) {
            shelf_event(&shelf, ASSAY_EVENT_ROLLBACK, k % 2 == 0 ? "1.1.0" : "1.0.0",
                        "2026-11-01T00:00:00Z", k % 3 == 0 ? NULL : &shelf.key);
            usleep(5000);
        }
        _exit(0);
    }
    struct assay_error err = {0};
    size_t reads = 0, last = 0;
    int status = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
        struct assay_registry registry;
        ck_assay_ok(assay_registry_open(shelf.models, &registry, &err));
        ck_assert_uint_ge(registry.ledger.n_entry, last);
        last = registry.ledger.n_entry;
        assay_registry_close(&registry);
        if (++reads % 4 == 0)
            shelf_is(&shelf, ASSAY_REGISTRY_WHOLE);
    }
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    ck_assert_uint_gt(reads, 4);
    shelf_is(&shelf, ASSAY_REGISTRY_WHOLE);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, a_release_puts_every_file_in_its_place);
    tcase_add_test(tc, current_tells_what_is_in_force_in_plain_json);
    tcase_add_test(tc, a_signed_registry_keeps_its_keys_and_a_signature_of_its_last_entry_only);
    tcase_add_loop_test(tc, the_next_change_mends_what_was_lost_or_altered_at_the_top, 0,
                        COUNT(mendable));
    tcase_add_test(tc, a_mended_file_of_a_change_that_was_interrupted_finds_its_place);
    tcase_add_test(tc, a_place_that_cannot_be_had_is_named_before_anything_changes);
    tcase_add_test(tc, one_handle_can_make_several_changes);
    tcase_add_test(tc, a_version_is_never_written_over);
    tcase_add_test(tc, a_registry_holds_one_model);
    tcase_add_test(tc, a_directory_without_a_registry_is_an_empty_one);
    tcase_add_test(tc, a_slash_at_the_end_of_the_path_makes_no_difference);
    tcase_add_test(tc, a_path_that_can_be_no_directory_is_named);
    tcase_add_test(tc, what_is_no_registry_is_not_opened);
    tcase_add_loop_test(tc, a_registry_whose_current_or_ledger_is_damaged_is_not_opened, 0,
                        COUNT(bad_registries));
    tcase_add_loop_test(tc, a_file_that_is_too_long_is_not_read, 0, COUNT(long_files));
    tcase_add_test(tc, a_lock_that_only_its_owner_may_write_can_be_held_by_another);
    tcase_add_test(tc, a_second_writer_waits_and_then_says_why_it_does_not_go_on);
    tcase_add_test(tc, the_lock_of_a_dead_holder_is_free);
    tcase_add_test(tc, a_reader_beside_a_writer_always_sees_a_whole_registry);
}

ASSAY_SUITE("release/registry", add_tests)
