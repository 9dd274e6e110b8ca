#include "release/registry/ledger.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "release/registry/entry.h"

void assay_ledger_clear(struct assay_ledger *ledger)
{
    for (size_t k = 0; k < ledger->n_entry; k++)
        assay_entry_clear(&ledger->entries[k]);
    free(ledger->entries);
    free(ledger->in_force);
    free(ledger->index);
    assay_text_clear(&ledger->text);
    *ledger = (struct assay_ledger){0};
}

/* ---- the index: for each version the entry that released it and the one that withdrew it, for
 * each key the first that it signed. Entries from 1, 0 where a place is free; at most half full,
 * its size a power of two, the next free place taken (linear probing). Only the entry that was
 * added last is ever taken out, behind whose places no other was put: they can be freed. ---- */

enum subject { RELEASE, WITHDRAWAL, KEY };

/* What the entry is in the index for, NULL: not as that. */
static const char *name_in(const struct assay_entry *entry, enum subject subject)
{
    if (subject == KEY)
        return entry->key;
    return entry->event == (subject == RELEASE ? ASSAY_EVENT_RELEASE : ASSAY_EVENT_WITHDRAW)
               ? entry->version
               : NULL;
}

static size_t hash_of(enum subject subject, const char *name)
{
    uint64_t hash = 14695981039346656037u ^ (uint64_t)subject; /* FNV-1a (Fowler, Noll and Vo) */
    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * 1099511628211u;
    return (size_t)(hash ^ hash >> 32);
}

/* The place of what is asked for, or the free one where it would be. */
static size_t *place_of(const struct assay_ledger *ledger, enum subject subject, const char *name)
{
    size_t mask = ledger->n_index - 1, k = hash_of(subject, name) & mask;
    for (; ledger->index[k] != 0; k = (k + 1) & mask) {
        const char *there = name_in(&ledger->entries[ledger->index[k] - 1], subject);
        if (there != NULL && strcmp(there, name) == 0)
            break;
    }
    return &ledger->index[k];
}

static void put_index(struct assay_ledger *ledger, size_t number)
{
    for (enum subject subject = RELEASE; subject <= KEY; subject++) {
        const char *name = name_in(&ledger->entries[number - 1], subject);
        size_t *place = name != NULL ? place_of(ledger, subject, name) : NULL;
        if (place != NULL && *place == 0)
            *place = number;
    }
}

static void take_out(struct assay_ledger *ledger, size_t number)
{
    for (enum subject subject = KEY + 1; subject-- > RELEASE;) {
        const char *name = name_in(&ledger->entries[number - 1], subject);
        size_t *place = name != NULL ? place_of(ledger, subject, name) : NULL;
        if (place != NULL && *place == number)
            *place = 0;
    }
}

/* Room for another entry. */
static bool make_room(struct assay_ledger *ledger)
{
    size_t n = ledger->n_entry + 1, size = ledger->n_index > 0 ? 2 * ledger->n_index : 16;
    if (!assay_grow(&ledger->entries, &ledger->capacity, n, sizeof *ledger->entries) ||
        !assay_grow(&ledger->in_force, &ledger->in_force_capacity, n, sizeof *ledger->in_force))
        return false;
    if (4 * n <= ledger->n_index) /* an entry has two places at most */
        return true;
    size_t *index = assay_alloc(size, sizeof *index);
    if (index == NULL)
        return false;
    free(ledger->index);
    ledger->index = index;
    ledger->n_index = size;
    for (size_t k = 0; k < ledger->n_entry; k++)
        put_index(ledger, k + 1);
    return true;
}

/* ---- questions ---- */

static const struct assay_entry *entry_about(const struct assay_ledger *ledger,
                                             enum subject subject, const char *name)
{
    size_t number = ledger->n_index > 0 ? *place_of(ledger, subject, name) : 0;
    return number > 0 ? &ledger->entries[number - 1] : NULL;
}

const struct assay_entry *assay_ledger_release_of(const struct assay_ledger *ledger,
                                                  const char *version)
{
    return entry_about(ledger, RELEASE, version);
}

const struct assay_entry *assay_ledger_withdrawal_of(const struct assay_ledger *ledger,
                                                     const char *version)
{
    return entry_about(ledger, WITHDRAWAL, version);
}

const struct assay_entry *assay_ledger_first_signed(const struct assay_ledger *ledger,
                                                    const char *key)
{
    return entry_about(ledger, KEY, key);
}

const char *assay_ledger_in_force(const struct assay_ledger *ledger, size_t n)
{
    return n > 0 ? ledger->entries[ledger->in_force[n - 1] - 1].version : NULL;
}

size_t assay_ledger_until(const struct assay_ledger *ledger, const char *time)
{
    size_t n = 0;
    while (n < ledger->n_entry && strcmp(ledger->entries[n].at, time) <= 0)
        n++;
    return n;
}

/* The digits of a digest or of its beginning, or NULL where word is neither. */
static const char *digits_of(const char *word)
{
    const char *digits = strncmp(word, "sha256:", 7) == 0 ? word + 7 : word;
    size_t n = strspn(digits, "0123456789abcdef");
    return n >= 6 && n <= 64 && digits[n] == '\0' ? digits : NULL;
}

static enum assay_status find_digest(const struct assay_ledger *ledger, const char *digits,
                                     const struct assay_entry **release, struct assay_error *err)
{
    const struct assay_entry *found = NULL;
    size_t n = strlen(digits);
    for (size_t k = 0; k < ledger->n_entry; k++) {
        const struct assay_entry *entry = &ledger->entries[k];
        if (entry->event != ASSAY_EVENT_RELEASE || (strncmp(entry->digest + 7, digits, n) != 0 &&
                                                    strncmp(entry->candidate + 7, digits, n) != 0))
            continue;
        if (found != NULL)
            return assay_fail(err, ASSAY_EDATA,
                              "digest \"%s\" is of versions %s and %s; expected %s", digits,
                              found->version, entry->version,
                              n < 64 ? "more of its digits" : "the number of one");
        found = entry;
    }
    if (found == NULL)
        return assay_fail(err, ASSAY_EDATA, "no version has the digest \"%s\"", digits);
    *release = found;
    return ASSAY_OK;
}

enum assay_status assay_ledger_find(const struct assay_ledger *ledger, const char *word,
                                    const struct assay_entry **release, struct assay_error *err)
{
    char quoted[ASSAY_QUOTE_SIZE];
    const char *in_force = assay_ledger_in_force(ledger, ledger->n_entry);
    if (in_force == NULL)
        return assay_fail(err, ASSAY_EDATA, "nothing has been released yet");
    const struct assay_entry *found =
        assay_ledger_release_of(ledger, strcmp(word, "current") == 0 ? in_force : word);
    if (found == NULL && digits_of(word) != NULL)
        return find_digest(ledger, digits_of(word), release, err);
    if (found == NULL)
        return assay_fail(err, ASSAY_EDATA,
                          "no version \"%s\"; expected the number of one, \"current\", or 6 digits "
                          "or more of a digest",
                          assay_quote_value(word, strlen(word), quoted));
    *release = found;
    return ASSAY_OK;
}

/* ---- rules ---- */

static const char *or_none(const char *version)
{
    return version != NULL ? version : "none";
}

static bool same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static enum assay_status check_release(const struct assay_ledger *ledger,
                                       const struct assay_entry *entry, struct assay_error *err)
{
    const struct assay_entry *before = assay_ledger_release_of(ledger, entry->version);
    if (before != NULL)
        return assay_fail(err, ASSAY_EDATA,
                          "version %s was released before (entry %zu); expected a new number",
                          entry->version, before->number);
    if (entry->digest[0] == '\0' || entry->candidate[0] == '\0' || entry->record[0] == '\0')
        return assay_fail(err, ASSAY_EDATA,
                          "a release without a digest; expected \"digest\", \"candidate\" and "
                          "\"record\"");
    return ASSAY_OK;
}

/* Whoever withdraws what is in force would leave scorers with nothing to go by. */
static enum assay_status check_other(const struct assay_ledger *ledger,
                                     const struct assay_entry *entry, const char *in_force,
                                     struct assay_error *err)
{
    const char *version = entry->version;
    const struct assay_entry *withdrawal = assay_ledger_withdrawal_of(ledger, version);
    bool back = entry->event == ASSAY_EVENT_ROLLBACK;
    if (assay_ledger_release_of(ledger, version) == NULL)
        return assay_fail(err, ASSAY_EDATA, "version %s was never released", version);
    if (withdrawal != NULL)
        return assay_fail(err, ASSAY_EDATA, "version %s was withdrawn (entry %zu)", version,
                          withdrawal->number);
    if (same(version, in_force))
        return assay_fail(err, ASSAY_EDATA,
                          back ? "version %s is in force already; expected another to go back to"
                               : "version %s is in force; expected another to be in force before "
                                 "it is withdrawn",
                          version);
    if (entry->digest[0] != '\0' || entry->candidate[0] != '\0' || entry->record[0] != '\0')
        return assay_fail(err, ASSAY_EDATA, "a %s with a digest; expected none",
                          assay_event_names[entry->event]);
    return ASSAY_OK;
}

static enum assay_status check_chain(const struct assay_ledger *ledger,
                                     const struct assay_entry *entry, struct assay_error *err)
{
    const struct assay_entry *last =
        ledger->n_entry > 0 ? &ledger->entries[ledger->n_entry - 1] : NULL;
    const char *hash = last != NULL ? last->hash : "";
    if (entry->number != ledger->n_entry + 1)
        return assay_fail(err, ASSAY_EDATA, "entry %zu; expected entry %zu", entry->number,
                          ledger->n_entry + 1);
    if (strcmp(entry->previous, hash) != 0)
        return assay_fail(
            err, ASSAY_EDATA, "\"previous\" is %.19s; expected %.19s, the hash of the line before",
            entry->previous[0] != '\0' ? entry->previous : "null", hash[0] != '\0' ? hash : "null");
    if (last != NULL && strcmp(entry->at, last->at) < 0)
        return assay_fail(err, ASSAY_EDATA, "time %s is before %s, that of entry %zu", entry->at,
                          last->at, last->number);
    return ASSAY_OK;
}

/* Whether entry may stand behind the ledger's last. */
static enum assay_status check(const struct assay_ledger *ledger, const struct assay_entry *entry,
                               struct assay_error *err)
{
    const char *in_force = assay_ledger_in_force(ledger, ledger->n_entry);
    const char *from = entry->event == ASSAY_EVENT_WITHDRAW ? NULL : in_force;
    enum assay_status status = check_chain(ledger, entry, err);
    if (status == ASSAY_OK)
        status = entry->event == ASSAY_EVENT_RELEASE ? check_release(ledger, entry, err)
                                                     : check_other(ledger, entry, in_force, err);
    if (status == ASSAY_OK && !same(entry->from, from))
        status = assay_fail(err, ASSAY_EDATA, "\"from\" is %s; expected %s%s", or_none(entry->from),
                            or_none(from),
                            entry->event == ASSAY_EVENT_WITHDRAW ? "" : ", what was in force");
    return status;
}

/* ---- building ---- */

static enum assay_status check_length(const struct assay_ledger *ledger, size_t line,
                                      struct assay_error *err)
{
    if (line <= ASSAY_LEDGER_LIMIT && ledger->text.length <= ASSAY_LEDGER_LIMIT - line)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_EDATA, "the ledger would be longer than %zu MiB with this entry",
                      ASSAY_LEDGER_LIMIT >> 20);
}

/* Takes over entry, whose line is line[length], if it may stand there. */
static enum assay_status append(struct assay_ledger *ledger, struct assay_entry *entry,
                                const char *line, size_t length, struct assay_error *err)
{
    enum assay_status status = check(ledger, entry, err);
    if (status != ASSAY_OK)
        return status;
    if (!make_room(ledger))
        return assay_fail_memory(err, "reading the ledger");
    assay_text_add(&ledger->text, line, length);
    if (ledger->text.failed) {
        ledger->text.failed = false; /* it is as it was */
        return assay_fail_memory(err, "reading the ledger");
    }
    size_t n = ledger->n_entry++;
    ledger->entries[n] = *entry;
    ledger->in_force[n] = entry->event == ASSAY_EVENT_WITHDRAW ? ledger->in_force[n - 1] : n + 1;
    put_index(ledger, n + 1);
    return ASSAY_OK;
}

enum assay_status assay_ledger_add(struct assay_ledger *ledger, const struct assay_entry *entry,
                                   struct assay_error *err)
{
    struct assay_entry numbered = *entry, own;
    struct assay_text line = {0};
    numbered.number = ledger->n_entry + 1;
    memset(numbered.previous, 0, sizeof numbered.previous);
    if (ledger->n_entry > 0)
        memcpy(numbered.previous, ledger->entries[ledger->n_entry - 1].hash, ASSAY_DIGEST_SIZE);
    assay_entry_write(&numbered, &line);
    /* Read back rather than copied: what is kept is what the line says. */
    enum assay_status status = line.failed ? assay_fail_memory(err, "writing the ledger")
                                           : check_length(ledger, line.length, err);
    if (status == ASSAY_OK)
        status = assay_entry_read("ledger", numbered.number, line.data, line.length, &own, err);
    if (status == ASSAY_OK) {
        status = append(ledger, &own, line.data, line.length, err);
        if (status != ASSAY_OK)
            assay_entry_clear(&own);
    }
    assay_text_clear(&line);
    return status;
}

void assay_ledger_drop(struct assay_ledger *ledger)
{
    struct assay_text *text = &ledger->text;
    struct assay_entry *last = &ledger->entries[ledger->n_entry - 1];
    take_out(ledger, ledger->n_entry);
    assay_entry_clear(last);
    ledger->n_entry--;
    size_t length = text->length - 1; /* its LF */
    while (length > 0 && text->data[length - 1] != '\n')
        length--;
    text->length = length;
    text->data[length] = '\0';
}

static enum assay_status read_line(const char *name, const char *line, size_t length,
                                   struct assay_ledger *ledger, struct assay_error *err)
{
    size_t number = ledger->n_entry + 1;
    struct assay_entry entry;
    enum assay_status status = assay_entry_read(name, number, line, length, &entry, err);
    if (status != ASSAY_OK)
        return status;
    status = append(ledger, &entry, line, length, err);
    if (status == ASSAY_EDATA)
        assay_error_prefix(err, "%s:%zu", name, number);
    if (status != ASSAY_OK)
        assay_entry_clear(&entry);
    return status;
}

enum assay_status assay_ledger_read(const char *name, const char *text, size_t length,
                                    struct assay_ledger *ledger, struct assay_error *err)
{
    struct assay_ledger made = {0};
    enum assay_status status = ASSAY_OK;
    if (length > ASSAY_LEDGER_LIMIT)
        status =
            assay_fail(err, ASSAY_EDATA, "%s: longer than %zu MiB", name, ASSAY_LEDGER_LIMIT >> 20);
    for (size_t at = 0; status == ASSAY_OK && at < length;) {
        const char *end = memchr(text + at, '\n', length - at);
        if (end == NULL) {
            status = assay_fail(err, ASSAY_EFORMAT, "%s:%zu: the file ends within a line", name,
                                made.n_entry + 1);
            break;
        }
        size_t line = (size_t)(end - (text + at)) + 1;
        status = read_line(name, text + at, line, &made, err);
        at += line;
    }
    if (status != ASSAY_OK) {
        assay_ledger_clear(&made);
        return status;
    }
    *ledger = made;
    return ASSAY_OK;
}
