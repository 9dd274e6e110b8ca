/* Forged versions: all hashes are made to fit, and what does not is found and named. */
#include "release/registry/verify.h"
#include "tests/model/damage.h"
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

/* The shelf is damaged, and one defect has these words. */
static void assert_defect(const char *want)
{
    struct assay_verification result = shelf_verify(&shelf, NULL);
    bool said = false;
    for (size_t k = 0; k < result.n_defect; k++)
        said = said || strstr(result.defects[k], want) != NULL;
    ck_assert_int_eq(result.state, ASSAY_REGISTRY_DAMAGED);
    ck_assert_msg(said, "%s, expected %s", result.defects[0], want);
    assay_verification_clear(&result);
}

struct forgery {
    const char *text; /* put in place of `from` in the model, whose digest is then made to fit */
    const char *from;
    enum forged {
        MODEL,
        CANDIDATE,
        NAME,
        RECORD_VERSION,
        RECORD_MODEL,
        SIGNER,
        APPROVER,
        NO_APPROVER,
        OVERRIDE,
        PREVIOUS,
        SIGNATURE,
        AUDIT,
        NO_AUDIT,
        CHANGES
    } what;
    const char *said;
};

static const struct forgery forgeries[] = {
    {"\"coefficient\": -5", "\"coefficient\": -4", MODEL,
     "/versions/1.0.0/model.json:44:7: \"coefficient\" is -5; expected -4"},
    {NULL, NULL, CANDIDATE,
     "/versions/1.0.0/model.json: with \"candidate\" for its version its digest "
     "is not sha256:"},
    {NULL, NULL, NAME,
     "/versions/1.0.0/model.json: the model's name is \"shelf\"; expected "
     "\"another\", as \"current\" says"},
    {NULL, NULL, RECORD_VERSION,
     "\"version\" is \"1.0.1\"; expected \"1.0.0\", as entry 1 of the ledger"},
    {NULL, NULL, RECORD_MODEL, "/versions/1.0.0/release.json: \"files\" has no \"model.json\""},
    {NULL, NULL, CHANGES, "/versions/1.0.0/release.json: \"files\" has no \"changes.md\""},
    {NULL, NULL, APPROVER,
     "/versions/1.0.0/release.json:4:3: \"approver\" is \"Dana Reyes\"; expected null, as entry 1 "
     "of "
     "the ledger"},
    {NULL, NULL, NO_APPROVER,
     "\"approver\" is null; expected \"Dana Reyes\", as entry 1 of the ledger"},
    {NULL, NULL, OVERRIDE,
     "\"override.reason\" is null; expected \"a storm\", as entry 1 of the ledger"},
    {NULL, NULL, PREVIOUS,
     "\"previous.version\" is \"0.9.0\"; expected null, as entry 1 of the ledger"},
    {NULL, NULL, SIGNATURE,
     "\"signature.key\" is \"" PLAIN_ID "\"; expected null, as entry 1 of the ledger"},
    {NULL, NULL, AUDIT, "\"audit.digest\" is \"sha256:aaaa"},
    {NULL, NULL, NO_AUDIT, "\"audit.digest\" is null; expected \"sha256:"},
    {NULL, NULL, SIGNER,
     "/versions/1.0.0/model.json.minisig: made with key " PLAIN_ID "; expected no "
     "signature, as entry 1 of the ledger says"},
};

static void forge_model(struct shelf_version *version, const struct forgery *forgery)
{
    struct assay_text *model = &version->texts[0];
    char *at = strstr(model->data, forgery->from);
    ck_assert_ptr_nonnull(at);
    memcpy(at, forgery->text, strlen(forgery->text));
    digest_anew(model);
    /* what stands before the quote that ends the last line but one */
    memcpy(version->entry.digest, model->data + model->length - strlen("\"\n}\n") - 71, 71);
}

/* The record again, of the files and entry as they are now; it is the last file. */
static void record_anew(struct shelf_version *version)
{
    size_t k = --version->n_file;
    for (size_t f = 0; f < k; f++)
        version->files[f] = (struct assay_registry_file){
            version->files[f].name, version->texts[f].data, version->texts[f].length};
    assay_text_clear(&version->texts[k]);
    shelf_version_file(version, "release.json", shelf_record(version));
}

/* What the record tells of the entry, and what the ledger does. */
static void forge_entry(struct assay_entry *entry, enum forged what, bool record)
{
    if (what == APPROVER)
        entry->by = record ? (char *)(uintptr_t) "Dana Reyes" : NULL;
    if (what == NO_APPROVER)
        entry->by = record ? NULL : (char *)(uintptr_t) "Dana Reyes";
    if (what == OVERRIDE)
        entry->reason = record ? NULL : (char *)(uintptr_t) "a storm";
    if (what == PREVIOUS)
        entry->from = record ? (char *)(uintptr_t) "0.9.0" : NULL;
    if (what == SIGNATURE)
        entry->key = record ? (char *)(uintptr_t)PLAIN_ID : NULL;
}

/* The record's audit has another hash, or is null, though audit.json is there. */
static void forge_audit(struct assay_text *record, bool another)
{
    char *from = strstr(record->data, "\"audit\": "), *to = strchr(from, '}');
    if (another)
        memset(strstr(from, "sha256:") + 7, 'a', 4);
    else {
        from += strlen("\"audit\": ");
        memset(from, ' ', (size_t)(to + 1 - from));
        memcpy(from, "null", 4);
    }
}

START_TEST(a_forgery_whose_hashes_fit_is_found_by_what_does_not)
{
    const struct forgery *forgery = &forgeries[_i];
    struct assay_error err = {0};
    struct assay_registry registry;
    struct shelf_version version;
    struct assay_text texts[2] = {{0}, {0}};
    shelf_version_make(&version, "1.0.0", NULL, 1, "2026-07-01T00:00:00Z",
                       forgery->what == SIGNER ? &shelf.key : NULL);
    if (forgery->what == MODEL)
        forge_model(&version, forgery);
    if (forgery->what == CANDIDATE)
        memset(version.entry.candidate + 7, 'a', 4);
    if (forgery->what == RECORD_VERSION)
        version.entry.version = (char *)(uintptr_t) "1.0.1";
    if (forgery->what == RECORD_MODEL)
        version.files[0].name = "model.js";
    if (forgery->what == CHANGES)
        version.files[2].name = "changes.txt";
    forge_entry(&version.entry, forgery->what, true);
    if (forgery->what == SIGNER)
        version.entry.key = NULL;
    record_anew(&version);
    if (forgery->what == AUDIT || forgery->what == NO_AUDIT)
        forge_audit(&version.texts[3], forgery->what == AUDIT);
    version.files[version.n_file - 1].length = version.texts[version.n_file - 1].length;
    forge_entry(&version.entry, forgery->what, false);
    version.entry.version = (char *)(uintptr_t) "1.0.0";
    struct assay_registry_change change =
        shelf_change(&version.entry, version.files, version.n_file, NULL, texts);
    if (forgery->what == NAME)
        change.name = "another";
    shelf_open(&shelf, &registry);
    ck_assay_ok(assay_registry_commit(&registry, &change, &err));
    assay_registry_close(&registry);
    assert_defect(forgery->said);
    assay_text_clear(&texts[0]);
    assay_text_clear(&texts[1]);
    shelf_version_clear(&version);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, a_forgery_whose_hashes_fit_is_found_by_what_does_not, 0,
                        COUNT(forgeries));
}

ASSAY_SUITE("release/forgery", add_tests)
