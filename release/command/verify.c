/* verify.c - assay release verify: is every byte what the ledger says it is? */
#include <stdio.h>
#include <string.h>

#include "core/base/file.h"
#include "release/command/common.h"
#include "release/command/verbs.h"
#include "release/registry/verify.h"

static const char *const state_names[] = {"empty", "whole", "old", "new", "damaged"};

static void put_state(const struct assay_verification *v, struct assay_text *text)
{
    switch (v->state) {
    case ASSAY_REGISTRY_EMPTY:
        assay_text_puts(text, "Empty: no version yet.\n");
        break;
    case ASSAY_REGISTRY_WHOLE:
        assay_text_puts(text, "Whole: every byte is what the ledger says.\n");
        break;
    case ASSAY_REGISTRY_OLD:
        assay_text_puts(text, "Sound, the old state: a change was interrupted before it counted. The "
                              "next command that\nwrites clears what is left of it.\n");
        break;
    case ASSAY_REGISTRY_NEW:
        assay_text_puts(text, "Sound, the new state: the last change counts, and was interrupted "
                              "before its last files were\nin their places. The next command that "
                              "writes puts them there.\n");
        break;
    case ASSAY_REGISTRY_DAMAGED:
        assay_text_printf(text, "DAMAGED: %zu thing%s not as the ledger says.\n", v->n_defect,
                          v->n_defect == 1 ? " is" : "s are");
        break;
    }
}

static void put_signatures(const struct assay_verification *v, bool trusted,
                           struct assay_text *text)
{
    if (v->signed_entries == 0 && v->signed_versions == 0) {
        assay_text_puts(text, "Not signed: this shows that nothing was changed by accident, not who "
                              "made it.\n");
        return;
    }
    assay_text_printf(text, "Signed: the ledger up to entry %zu of %zu, the models of %zu of %zu "
                            "versions; checked with %s.\n",
                      v->signed_entries, v->n_entry, v->signed_versions, v->n_version,
                      trusted ? "the key given"
                              : "the keys kept in the registry itself (--public-key takes yours)");
}

/* The changelogs are covered by a hash in "current", which nobody signs. They follow from the
 * ledger and the records: what does not is said. Not a defect, for another version of this program
 * has other words. */
static enum assay_status check_changelogs(const char *path, struct assay_text *notes,
                                          struct assay_error *err)
{
    static const char *const names[] = {"CHANGELOG.md", "CHANGELOG.json"};
    struct assay_registry registry = {.lock = -1};
    struct assay_text made[2] = {{0}, {0}}, file = {0}, name = {0};
    enum assay_status status = assay_registry_open(path, &registry, err);
    if (status != ASSAY_OK)
        return status;
    if (registry.ledger.n_entry > 0 && !registry.unfinished)
        status = assay_make_changelogs(&registry, registry.name, &registry.ledger, NULL, 0, &made[0],
                                       &made[1], err);
    for (size_t k = 0; status == ASSAY_OK && made[0].data != NULL && k < 2; k++) {
        assay_text_reset(&name);
        assay_text_printf(&name, "%s/%s", registry.path, names[k]);
        status = name.failed ? assay_fail_memory(err, "verifying the changelog")
                             : assay_file_read(name.data, (size_t)1 << 30, &file, err);
        if (status == ASSAY_OK &&
            (file.length != made[k].length || memcmp(file.data, made[k].data, file.length) != 0))
            assay_text_printf(notes, "  note: %s: not word for word what this program makes of the ledger "
                                     "and the records; another version of it wrote it, or somebody\n",
                              name.data);
        assay_text_clear(&file);
    }
    assay_text_clear(&made[0]);
    assay_text_clear(&made[1]);
    assay_text_clear(&name);
    assay_registry_close(&registry);
    return status;
}

static void put_words(const char *path, const struct assay_verification *v, bool trusted,
                      const struct assay_text *notes, struct assay_text *text)
{
    assay_text_printf(text, "%s: ", path);
    put_state(v, text);
    if (v->version != NULL)
        assay_text_printf(text, "%zu entr%s, %zu version%s, %zu files read; %s in force.\n",
                          v->n_entry, v->n_entry == 1 ? "y" : "ies", v->n_version,
                          v->n_version == 1 ? "" : "s", v->n_file, v->version);
    if (v->n_entry > 0)
        put_signatures(v, trusted, text);
    for (size_t k = 0; k < v->n_defect; k++)
        assay_text_printf(text, "  defect: %s\n", v->defects[k]);
    for (size_t k = 0; k < v->n_note; k++)
        assay_text_printf(text, "  note: %s\n", v->notes[k]);
    assay_text_add(text, notes->data != NULL ? notes->data : "", notes->length);
    if (v->head[0] != '\0')
        assay_text_printf(text, "Head of the ledger: %s\n", v->head);
}

static void write_list(struct assay_json_writer *json, const char *key, char *const items[], size_t n)
{
    assay_json_open(json, key, '[');
    for (size_t k = 0; k < n; k++)
        assay_json_put_string(json, NULL, items[k]);
    assay_json_close(json);
}

static void write_json(struct assay_json_writer *json, const struct assay_verification *v,
                       bool changelog_as_made)
{
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "state", state_names[v->state]);
    assay_json_put_count(json, "entries", v->n_entry);
    assay_json_put_count(json, "versions", v->n_version);
    assay_json_put_count(json, "files", v->n_file);
    assay_json_put_count(json, "signed_entries", v->signed_entries);
    assay_json_put_count(json, "signed_versions", v->signed_versions);
    if (v->version != NULL)
        assay_json_put_string(json, "in_force", v->version);
    else
        assay_json_put_null(json, "in_force");
    if (v->head[0] != '\0')
        assay_json_put_string(json, "head", v->head);
    else
        assay_json_put_null(json, "head");
    write_list(json, "defects", v->defects, v->n_defect);
    write_list(json, "notes", v->notes, v->n_note);
    assay_json_put_bool(json, "changelog_as_made", changelog_as_made);
    assay_json_close(json);
}

int assay_release_verify(int argc, char **argv)
{
    const char *registry = ASSAY_DEFAULT_REGISTRY, *key_path = NULL, *head = NULL;
    bool as_json = false;
    const struct assay_option options[] = {
        ASSAY_REGISTRY_OPTION(registry),
        {"public-key", 'p', ASSAY_OPTION_TEXT, "FILE",
         "trust this public key (minisign's), not those kept in the registry", &key_path, 0, 0, NULL},
        {"head", 0, ASSAY_OPTION_TEXT, "HASH",
         "hash of an entry, kept elsewhere, that must be in the ledger", &head, 0, 0, NULL},
        {"json", 0, ASSAY_OPTION_FLAG, NULL, "print the result as JSON", &as_json, 0, 0, NULL},
    };
    const struct assay_command command = {
        .name = "release verify",
        .operands = "",
        .summary = "Read every file of a registry and check it against the ledger.",
        .options = options,
        .n_option = sizeof options / sizeof options[0],
        .notes = "Exit status 1: damaged; or empty, where a key or a head is given. An interrupted change is no\n"
                 "damage: the registry is the old one or the new one, and this says which."};
    int exit_status = assay_options_parse(&command, argc, argv, NULL);
    if (exit_status != ASSAY_GO_ON)
        return exit_status;
    struct assay_error err = {0};
    struct assay_public_key key;
    struct assay_verify_options what = {.key = key_path != NULL ? &key : NULL, .head = head};
    struct assay_verification verification = {0};
    struct assay_json_writer json = {0};
    struct assay_text words = {0}, notes = {0};
    enum assay_status status = assay_registry_there(registry, &err);
    if (status == ASSAY_OK && key_path != NULL)
        status = assay_public_key_read(key_path, &key, &err);
    if (status == ASSAY_OK)
        status = assay_registry_verify(registry, &what, &verification, &err);
    if (status == ASSAY_OK && verification.state == ASSAY_REGISTRY_WHOLE)
        status = check_changelogs(registry, &notes, &err);
    if (status == ASSAY_OK && as_json) {
        write_json(&json, &verification, notes.length == 0);
        status = assay_deliver_json(&json, NULL, &err);
    } else if (status == ASSAY_OK) {
        put_words(registry, &verification, key_path != NULL, &notes, &words);
        status = assay_deliver(&words, NULL, &err);
    }
    /* Whoever has a key or a head to check by expects a registry that has something to check. */
    bool expected = key_path != NULL || head != NULL;
    exit_status = verification.state == ASSAY_REGISTRY_DAMAGED ||
                          (verification.state == ASSAY_REGISTRY_EMPTY && expected)
                      ? 1
                      : 0;
    assay_text_clear(&words);
    assay_text_clear(&notes);
    assay_text_clear(&json.out);
    assay_verification_clear(&verification);
    return status == ASSAY_OK ? exit_status : assay_complain(&err);
}
