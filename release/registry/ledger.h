/* ledger.h - what was released, gone back to and withdrawn: one line of JSON an entry, chained by
 * hashes
 *
 *   {"entry":2,"at":"2026-10-05T00:00:00Z","event":"release","version":"1.1.0","from":"1.0.0",
 *    "digest":"sha256:...","candidate":"sha256:...","record":"sha256:...","by":"Dana Reyes",
 *    "reason":null,"key":null,"previous":"sha256:..."}
 *
 * (on one line in the file, ledger.jsonl, LF at its end). The hash of an entry is the SHA-256 of
 * its line, LF included, so `sed -n 1p ledger.jsonl | sha256sum` gives what the second line calls
 * "previous". The first entry's "previous" is null. Lines are only ever added. Times never go
 * backwards.
 */
#ifndef ASSAY_RELEASE_REGISTRY_LEDGER_H
#define ASSAY_RELEASE_REGISTRY_LEDGER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/date.h"
#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/text.h"

#define ASSAY_DIGEST_SIZE (8 + ASSAY_SHA256_TEXT_SIZE) /* "sha256:", 64 digits, NUL; as in struct assay_model */

enum assay_event { ASSAY_EVENT_RELEASE, ASSAY_EVENT_ROLLBACK, ASSAY_EVENT_WITHDRAW };
extern const char *const assay_event_names[3]; /* release, rollback, withdraw */

struct assay_entry {
    size_t number; /* from 1 */
    char at[ASSAY_TIME_SIZE];
    enum assay_event event;
    char *version; /* released, gone back to, or withdrawn */
    char *from;    /* release, rollback: the version in force before; NULL: none */
    /* release, else empty */
    char digest[ASSAY_DIGEST_SIZE];    /* of the model file, as its last line says */
    char candidate[ASSAY_DIGEST_SIZE]; /* of the candidate that was audited */
    char record[ASSAY_DIGEST_SIZE];    /* of every byte of versions/VERSION/release.json */
    char *by;                          /* who approved, or NULL */
    char *reason; /* rollback, withdraw: why; release: why gates were overridden, NULL: none were */
    char *key;    /* ID of the key that signed, 16 hexadecimal digits; NULL: not signed */
    char previous[ASSAY_DIGEST_SIZE]; /* empty: the first */
    char hash[ASSAY_DIGEST_SIZE];     /* of this entry's own line */
};
void assay_entry_clear(struct assay_entry *entry);
/* A copy that owns its texts. */
ASSAY_MUST_CHECK enum assay_status assay_entry_copy(const struct assay_entry *entry,
                                                    struct assay_entry *copy,
                                                    struct assay_error *err);

/* Longest ledger: a hundred thousand entries and more. */
#define ASSAY_LEDGER_LIMIT ((size_t)64 << 20)

struct assay_ledger {
    struct assay_entry *entries;
    size_t n_entry, capacity;
    struct assay_text text; /* the file, every line of it */
    /* kept beside the entries so that no question goes through all of them: */
    size_t *in_force; /* [n_entry] the entry (from 1) that put in force what is so after each */
    size_t in_force_capacity;
    size_t *index; /* [n_index] entries by version and key; ledger.c says how */
    size_t n_index;
};
void assay_ledger_clear(struct assay_ledger *ledger);

/* Reads a ledger's text; name stands in messages.
 *   ASSAY_EFORMAT, ASSAY_EDATA  a line that is no entry, has another number, breaks the chain, goes
 *                               back in
 *   time, releases a number twice, goes back to or withdraws what was not released, was withdrawn
 *   or is in force, or whose "from" is not what was in force: "NAME:LINE: ...". Longer than
 *   ASSAY_LEDGER_LIMIT: "NAME: ..." */
ASSAY_MUST_CHECK enum assay_status assay_ledger_read(const char *name, const char *text, size_t length,
                                                     struct assay_ledger *ledger,
                                                     struct assay_error *err);

/* Adds an entry behind the last: number, previous and hash are filled in, in the ledger's own copy;
 * all else is the caller's. Same rules as reading.
 *   ASSAY_EDATA  it breaks one; the ledger is as it was */
ASSAY_MUST_CHECK enum assay_status assay_ledger_add(struct assay_ledger *ledger,
                                                    const struct assay_entry *entry,
                                                    struct assay_error *err);

/* Takes back the entry that was added last; there is one. */
void assay_ledger_drop(struct assay_ledger *ledger);

/* ---- questions; versions are the numbers' text, "1.1.0" ---- */
/* The entry that released version; NULL: none did. */
const struct assay_entry *assay_ledger_release_of(const struct assay_ledger *ledger,
                                                  const char *version);
/* The version in force after the first n entries, NULL: none. n = n_entry: now. */
const char *assay_ledger_in_force(const struct assay_ledger *ledger, size_t n);
/* How many entries had been made at the time "YYYY-MM-DDTHH:MM:SSZ", that second included. */
size_t assay_ledger_until(const struct assay_ledger *ledger, const char *time);
/* The entry that withdrew version, NULL: none did. */
const struct assay_entry *assay_ledger_withdrawal_of(const struct assay_ledger *ledger,
                                                     const char *version);
/* The first entry that was signed with that key, NULL: none was. */
const struct assay_entry *assay_ledger_first_signed(const struct assay_ledger *ledger,
                                                    const char *key);
/* The version that a word means: a number; "current"; a digest of a model or candidate, or its
 * beginning, 6 digits or more, with or without "sha256:".
 *   ASSAY_EDATA  no version, or several */
ASSAY_MUST_CHECK enum assay_status assay_ledger_find(const struct assay_ledger *ledger, const char *word,
                                                     const struct assay_entry **release,
                                                     struct assay_error *err);

#endif
