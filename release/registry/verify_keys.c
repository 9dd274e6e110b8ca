/* verify_keys.c - who signed the ledger */
#include <stdio.h>
#include <string.h>

#include "core/base/memory.h"
#include "release/registry/survey.h"
#include "release/registry/verify_parts.h"

bool assay_look_trusts(const struct assay_look *look, const char *id)
{
    const struct assay_public_key *key = look->options->key;
    return key == NULL || strcmp(key->id, id) == 0;
}

const struct assay_public_key *assay_look_key(const struct assay_look *look, const char *id)
{
    if (look->options->key != NULL && strcmp(look->options->key->id, id) == 0)
        return look->options->key;
    for (size_t k = 0; k < look->n_key; k++)
        if (strcmp(look->keys[k].id, id) == 0)
            return &look->keys[k];
    return NULL;
}

static void take_key(struct assay_look *look, const char *file, const struct assay_text *text)
{
    struct assay_error err = {0};
    struct assay_public_key key;
    struct assay_text place = {0};
    assay_text_printf(&place, "%s/%s", look->root, file);
    if (place.failed)
        look->out_of_memory = true;
    else if (assay_look_took(
                 look, assay_public_key_parse(place.data, text->data, text->length, &key, &err),
                 &err)) {
        if (strncmp(key.id, file, strlen(key.id)) != 0)
            assay_look_defect(look, "%s: holds key %s; expected the one it is named after",
                              place.data, key.id);
        else if (!assay_grow(&look->keys, &look->key_capacity, look->n_key + 1, sizeof *look->keys))
            look->out_of_memory = true;
        else
            look->keys[look->n_key++] = key;
    }
    assay_text_clear(&place);
}

/* One that "current" lists, and that is damaged, was named before. */
static void read_key(struct assay_look *look, const char *file)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    enum assay_status status = assay_look_read(look, file, &text, &err);
    if (status == ASSAY_OK)
        take_key(look, file, &text);
    else if (status == ASSAY_ENOMEM || !look->has_current)
        (void)assay_look_took(look, status, &err);
    assay_text_clear(&text);
}

static void read_keys_of_ledger(struct assay_look *look)
{
    const struct assay_ledger *ledger = &look->ledger;
    char file[ASSAY_KEY_ID_SIZE + sizeof ".pub"];
    for (size_t k = 0; k < ledger->n_entry; k++) {
        if (!assay_first_signs(ledger, k))
            continue;
        snprintf(file, sizeof file, "%s.pub", ledger->entries[k].key);
        read_key(look, file);
    }
}

void assay_verify_keys(struct assay_look *look)
{
    if (!look->has_current)
        read_keys_of_ledger(look);
    for (size_t k = 0; k < look->current.n_file; k++)
        if (strstr(look->current.files[k].name, ".pub") != NULL)
            read_key(look, look->current.files[k].name);
}

/* Says which of the last entries nobody vouches for. */
static void note_unsigned(struct assay_look *look)
{
    const struct assay_ledger *ledger = &look->ledger;
    size_t n = ledger->n_entry, last = n;
    while (last > 0 && ledger->entries[last - 1].key == NULL)
        last--;
    if (n == 0)
        return;
    if (last == 0)
        assay_look_note(look, "%s/" ASSAY_LEDGER_FILE ": not signed", look->root);
    else if (last + 1 == n)
        assay_look_note(look,
                        "%s/" ASSAY_LEDGER_FILE ": entry %zu is not signed, and so the ledger "
                        "is not",
                        look->root, n);
    else
        assay_look_note(look,
                        "%s/" ASSAY_LEDGER_FILE ": entries %zu to %zu are not signed, and so "
                        "the ledger is not",
                        look->root, last + 1, n);
    if (look->options->key != NULL)
        assay_look_defect(look,
                          "%s/" ASSAY_LEDGER_FILE ": not signed; expected a signature with key "
                          "%s",
                          look->root, look->options->key->id);
}

static void check_signature(struct assay_look *look, const char *place,
                            const struct assay_signature *signature)
{
    struct assay_error err = {0};
    const struct assay_ledger *ledger = &look->ledger;
    const struct assay_public_key *key = assay_look_key(look, signature->key_id);
    const char *last = ledger->entries[ledger->n_entry - 1].key;
    char comment[64];
    snprintf(comment, sizeof comment, "assay ledger, %zu entries", ledger->n_entry);
    if (strcmp(last, signature->key_id) != 0)
        assay_look_defect(look, "%s: made with key %s; expected %s, which the last entry names",
                          place, signature->key_id, last);
    else if (!assay_look_trusts(look, signature->key_id))
        assay_look_defect(look, "%s: made with key %s; expected %s, the key to trust", place,
                          signature->key_id, look->options->key->id);
    else if (key == NULL)
        assay_look_defect(look,
                          "%s: made with key %s, of which there is no %s.pub to check it with",
                          place, signature->key_id, signature->key_id);
    else if (assay_look_took(look,
                             assay_signature_check(place, ASSAY_LEDGER_FILE, signature, key,
                                                   ledger->text.data, ledger->text.length, &err),
                             &err)) {
        if (strcmp(signature->trusted_comment, comment) == 0)
            look->out->signed_entries = ledger->n_entry;
        else
            assay_look_defect(look, "%s: its trusted comment is not \"%s\"", place, comment);
    }
}

void assay_verify_signature(struct assay_look *look)
{
    const struct assay_ledger *ledger = &look->ledger;
    struct assay_error err = {0};
    struct assay_signature signature;
    struct assay_text text = {0}, place = {0};
    if (ledger->n_entry == 0 || ledger->entries[ledger->n_entry - 1].key == NULL) {
        note_unsigned(look);
        return;
    }
    if (look->has_current && assay_listing_of(&look->current, ASSAY_SIGNATURE_FILE) == NULL)
        return; /* a defect of "current", which was named */
    assay_text_printf(&place, "%s/" ASSAY_SIGNATURE_FILE, look->root);
    enum assay_status status =
        place.failed ? ASSAY_ENOMEM : assay_look_read(look, ASSAY_SIGNATURE_FILE, &text, &err);
    if (status == ASSAY_ENOMEM || (status != ASSAY_OK && !look->has_current))
        (void)assay_look_took(look, status, &err); /* else it was named with the files listed */
    else if (status == ASSAY_OK &&
             assay_look_took(
                 look, assay_signature_read(place.data, text.data, text.length, &signature, &err),
                 &err))
        check_signature(look, place.data, &signature);
    assay_text_clear(&place);
    assay_text_clear(&text);
}
