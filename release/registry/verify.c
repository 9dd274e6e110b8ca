#include "release/registry/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/base/memory.h"
#include "release/registry/entry.h"
#include "release/registry/lock.h"
#include "release/registry/store.h"
#include "release/registry/survey.h"
#include "release/registry/verify_parts.h"

/* How long a command that writes is waited for, in seconds; it takes far less. */
enum { PATIENCE = 30 };

void assay_verification_clear(struct assay_verification *verification)
{
    for (size_t k = 0; k < verification->n_defect; k++)
        free(verification->defects[k]);
    for (size_t k = 0; k < verification->n_note; k++)
        free(verification->notes[k]);
    free(verification->defects);
    free(verification->notes);
    free(verification->version);
    *verification = (struct assay_verification){0};
}

/* ---- what is said ---- */

static bool ASSAY_PRINTF(4, 0)
    add_sentence(char ***list, size_t *n, size_t *capacity, const char *format, va_list args)
{
    char sentence[1024];
    int length = vsnprintf(sentence, sizeof sentence, format, args);
    char *copy = length < 0 ? NULL : assay_copy_string(sentence);
    if (copy == NULL || !assay_grow(list, capacity, *n + 1, sizeof **list)) {
        free(copy);
        return false;
    }
    (*list)[(*n)++] = copy;
    return true;
}

void assay_look_defect(struct assay_look *look, const char *format, ...)
{
    struct assay_verification *out = look->out;
    va_list args;
    va_start(args, format);
    if (!add_sentence(&out->defects, &out->n_defect, &out->defect_capacity, format, args))
        look->out_of_memory = true;
    va_end(args);
}

void assay_look_note(struct assay_look *look, const char *format, ...)
{
    struct assay_verification *out = look->out;
    va_list args;
    va_start(args, format);
    if (!add_sentence(&out->notes, &out->n_note, &out->note_capacity, format, args))
        look->out_of_memory = true;
    va_end(args);
}

bool assay_look_took(struct assay_look *look, enum assay_status status,
                     const struct assay_error *err)
{
    if (status == ASSAY_ENOMEM)
        look->out_of_memory = true;
    else if (status != ASSAY_OK)
        assay_look_defect(look, "%s", err->message);
    return status == ASSAY_OK;
}

/* ---- the top ---- */

/* Nothing else in a registry says what counts. */
#define FROM_A_COPY "get it back from a copy (git, a backup)"

enum assay_status assay_look_read(struct assay_look *look, const char *file,
                                  struct assay_text *text, struct assay_error *err)
{
    return look->has_current ? assay_listed_read(look->root, &look->current, file, text, err)
                             : assay_store_read(look->root, file, text, NULL, err);
}

/* Whether there is one, damaged or not. */
static bool read_current(struct assay_look *look)
{
    struct assay_error err = {0};
    struct assay_text text = {0}, place = {0};
    bool found = false;
    assay_text_printf(&place, "%s/" ASSAY_CURRENT_FILE, look->root);
    enum assay_status status =
        place.failed ? ASSAY_ENOMEM
                     : assay_store_read(look->root, ASSAY_CURRENT_FILE, &text, &found, &err);
    if (status == ASSAY_OK && found) {
        status = assay_listing_read(place.data, text.data, text.length, &look->current, &err);
        look->has_current = status == ASSAY_OK;
        look->out->n_file += look->has_current;
    }
    if (status == ASSAY_ENOMEM)
        look->out_of_memory = true;
    else if (status != ASSAY_OK)
        assay_look_defect(look, "%s; " FROM_A_COPY, err.message);
    assay_text_clear(&place);
    assay_text_clear(&text);
    return found || status != ASSAY_OK;
}

/* The ledger that "current" lists; failing that, what stands in its place, so that versions can be
 * looked at. */
static enum assay_status read_ledger_text(struct assay_look *look, struct assay_text *text)
{
    struct assay_error err = {0};
    enum assay_status status = ASSAY_EDATA;
    bool found;
    if (look->has_current) {
        status = assay_listed_read(look->root, &look->current, ASSAY_LEDGER_FILE, text, &err);
        if (assay_look_took(look, status, &err))
            look->out->n_file++;
    }
    if (status == ASSAY_OK || look->out_of_memory)
        return status;
    assay_text_reset(text);
    status = assay_store_read(look->root, ASSAY_LEDGER_FILE, text, &found, &err);
    assay_look_took(look, status, &err);
    return status;
}

static void read_ledger(struct assay_look *look)
{
    struct assay_error err = {0};
    struct assay_text text = {0}, place = {0};
    enum assay_status status = read_ledger_text(look, &text);
    assay_text_printf(&place, "%s/" ASSAY_LEDGER_FILE, look->root);
    if (place.failed)
        look->out_of_memory = true;
    if (status == ASSAY_OK && !look->out_of_memory)
        assay_look_took(
            look, assay_ledger_read(place.data, text.data, text.length, &look->ledger, &err), &err);
    assay_text_clear(&place);
    assay_text_clear(&text);
}

static void check_current(struct assay_look *look)
{
    struct assay_error err = {0};
    struct assay_text place = {0};
    assay_text_printf(&place, "%s/" ASSAY_CURRENT_FILE, look->root);
    if (place.failed)
        look->out_of_memory = true;
    else
        assay_look_took(look, assay_listing_check(place.data, &look->current, &look->ledger, &err),
                        &err);
    assay_text_clear(&place);
}

static void check_listed(struct assay_look *look)
{
    struct assay_error err = {0};
    for (size_t k = 0; k < look->current.n_file; k++) {
        const char *file = look->current.files[k].name;
        struct assay_text text = {0};
        if (strcmp(file, ASSAY_LEDGER_FILE) != 0 &&
            assay_look_took(look, assay_listed_read(look->root, &look->current, file, &text, &err),
                            &err))
            look->out->n_file++;
        assay_text_clear(&text);
    }
}

static void check_lock(struct assay_look *look)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    bool found;
    if (assay_look_took(look, assay_store_read(look->root, ASSAY_LOCK_FILE, &text, &found, &err),
                        &err) &&
        text.length > 0)
        assay_look_defect(look, "%s/" ASSAY_LOCK_FILE ": %zu bytes; expected an empty file",
                          look->root, text.length);
    assay_text_clear(&text);
}

/* ---- what lies about ---- */

/* Without "current", or with a ledger that cannot be read, all would be unlisted; that is said
 * once, and of them. */
static void say_unlisted(struct assay_look *look, const char *name)
{
    bool version = strchr(name, '/') != NULL;
    if (version && look->ledger.n_entry > 0)
        assay_look_defect(look, "%s/%s: no entry of the ledger releases it", look->root, name);
    if (!version && look->has_current)
        assay_look_defect(look, "%s/%s: not listed in \"" ASSAY_CURRENT_FILE "\"", look->root,
                          name);
}

/* Without "current" nobody knows which change counts, nor which keys are listed. */
static void say_remains(struct assay_look *look, const char *name)
{
    if (!look->has_current && look->ledger.n_entry > 0)
        assay_look_note(
            look,
            "%s/%s: of a change that was interrupted; whether it counted, \"" ASSAY_CURRENT_FILE
            "\" would tell",
            look->root, name);
    else
        assay_look_note(look, "%s/%s: remains of a change that was interrupted before it counted",
                        look->root, name);
}

static void say_foreign(struct assay_look *look, const char *name)
{
    if (look->has_current || !assay_may_be_listed(name))
        assay_look_note(look, "%s/%s: not of this registry; left alone", look->root, name);
}

static void say_leftover(struct assay_look *look, const struct assay_leftover *item)
{
    const char *root = look->root, *name = item->name;
    struct assay_error err = {0};
    switch (item->kind) {
    case ASSAY_LEFT_AWAITED:
        assay_look_note(look, "%s/%s: counts, and awaits its last rename", root, name);
        break;
    case ASSAY_LEFT_STALE:
        assay_look_note(look, "%s/%s: no longer counts, and awaits its removal", root, name);
        break;
    case ASSAY_LEFT_FILE:
    case ASSAY_LEFT_FOLDER:
    case ASSAY_LEFT_VERSION:
        say_remains(look, name);
        break;
    case ASSAY_LEFT_UNLISTED:
        say_unlisted(look, name);
        break;
    case ASSAY_LEFT_UNKNOWN:
        assay_look_defect(look, "%s/%s: expected only folders of versions beside it", root, name);
        break;
    case ASSAY_LEFT_NO_DIRECTORY:
    case ASSAY_LEFT_NO_FILE:
        assay_look_took(look, assay_leftover_check(root, item, &err), &err);
        break;
    case ASSAY_LEFT_FOREIGN:
        say_foreign(look, name);
        break;
    }
}

static void look_about(struct assay_look *look, bool there_is_current, bool *unfinished,
                       bool *remains)
{
    struct assay_error err = {0};
    struct assay_survey survey = {0};
    const struct assay_listing *current = look->has_current ? &look->current : NULL;
    if (!assay_look_took(look, assay_survey_take(look->root, current, &look->ledger, &survey, &err),
                         &err))
        return;
    *unfinished = assay_survey_unfinished(&survey);
    *remains = assay_survey_remains(&survey);
    const char *unlisted = assay_survey_first(&survey, ASSAY_LEFT_UNLISTED);
    if (!there_is_current && unlisted != NULL)
        assay_look_defect(
            look, "%s/" ASSAY_CURRENT_FILE ": missing, though \"%s\" is there; " FROM_A_COPY,
            look->root, unlisted);
    for (size_t k = 0; k < survey.n; k++)
        say_leftover(look, &survey.items[k]);
    assay_survey_clear(&survey);
}

/* ---- the ledger ---- */

/* A hash without "sha256:", which people keep or drop. */
static const char *digits_of(const char *hash)
{
    return strncmp(hash, "sha256:", 7) == 0 ? hash + 7 : hash;
}

static void check_head(struct assay_look *look)
{
    const char *head = look->options->head;
    if (head == NULL)
        return;
    for (size_t k = 0; k < look->ledger.n_entry; k++)
        if (strcasecmp(look->ledger.entries[k].hash + 7, digits_of(head)) == 0)
            return;
    assay_look_defect(look,
                      "%s/" ASSAY_LEDGER_FILE ": no entry has the hash %.80s; the registry is "
                      "another, or was put back to a state before that entry",
                      look->root, head);
}

static void tell_ledger(struct assay_look *look)
{
    const struct assay_ledger *ledger = &look->ledger;
    struct assay_verification *out = look->out;
    const char *version = assay_ledger_in_force(ledger, ledger->n_entry);
    out->n_entry = ledger->n_entry;
    if (version == NULL)
        return;
    memcpy(out->head, ledger->entries[ledger->n_entry - 1].hash, ASSAY_DIGEST_SIZE);
    out->version = assay_copy_string(version);
    if (out->version == NULL)
        look->out_of_memory = true;
    for (size_t k = 0; k < ledger->n_entry; k++)
        if (ledger->entries[k].event == ASSAY_EVENT_RELEASE) {
            out->n_version++;
            assay_verify_version(look, &ledger->entries[k]);
        }
}

/* ---- all of it ---- */

static void look_at_all(struct assay_look *look)
{
    struct assay_verification *out = look->out;
    bool unfinished = false, remains = false;
    bool there_is_current = read_current(look);
    read_ledger(look);
    if (look->has_current) {
        check_current(look);
        check_listed(look);
    }
    assay_verify_keys(look);
    check_lock(look);
    look_about(look, there_is_current, &unfinished, &remains);
    tell_ledger(look);
    assay_verify_signature(look);
    check_head(look);
    out->state = out->n_defect > 0   ? ASSAY_REGISTRY_DAMAGED
                 : unfinished        ? ASSAY_REGISTRY_NEW
                 : remains           ? ASSAY_REGISTRY_OLD
                 : look->has_current ? ASSAY_REGISTRY_WHOLE
                                     : ASSAY_REGISTRY_EMPTY;
}

static enum assay_status verify_at(const char *root, const struct assay_verify_options *options,
                                   struct assay_verification *verification, struct assay_error *err)
{
    struct assay_verification made = {0};
    struct assay_look look = {.root = root, .options = options, .out = &made};
    struct assay_names names = {0};
    int lock;
    enum assay_status status = assay_store_list(root, "", &names, NULL, err);
    assay_names_clear(&names);
    if (status == ASSAY_OK)
        status = assay_lock_to_read(root, PATIENCE, &lock, err);
    if (status != ASSAY_OK)
        return status;
    look_at_all(&look);
    if (lock >= 0)
        close(lock);
    assay_listing_clear(&look.current);
    assay_ledger_clear(&look.ledger);
    free(look.keys);
    if (look.out_of_memory) {
        assay_verification_clear(&made);
        return assay_fail_memory(err, "verifying a registry");
    }
    *verification = made;
    return ASSAY_OK;
}

/* What is no hash is a slip of whoever asks, not damage. */
static enum assay_status check_options(const struct assay_verify_options *options,
                                       struct assay_error *err)
{
    char quoted[ASSAY_QUOTE_SIZE];
    if (options->head == NULL)
        return ASSAY_OK;
    const char *digits = digits_of(options->head);
    if (strlen(digits) == 64 && strspn(digits, "0123456789abcdefABCDEF") == 64)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_EDATA,
                      "--head is \"%s\"; expected the hash of an entry, 64 hexadecimal digits",
                      assay_quote_value(options->head, strlen(options->head), quoted));
}

enum assay_status assay_registry_verify(const char *path,
                                        const struct assay_verify_options *options,
                                        struct assay_verification *verification,
                                        struct assay_error *err)
{
    char *root = NULL;
    enum assay_status status = check_options(options, err);
    if (status == ASSAY_OK)
        status = assay_store_root(path, &root, err);
    if (status == ASSAY_OK)
        status = verify_at(root, options, verification, err);
    free(root);
    return status;
}
