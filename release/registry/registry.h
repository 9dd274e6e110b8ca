/* registry.h - the directory of versions: what it holds, and how it changes
 *
 *   models/
 *     current                   what is in force, and the one file whose rename makes a change
 *                               count
 *     ledger.jsonl              every release, rollback and withdrawal (ledger.h)
 *     ledger.jsonl.minisig      its signature, where the last entry is signed
 *     CHANGELOG.md, .json       the same told to people and to programs
 *     KEYID.pub                 public keys that signed, as minisign reads them
 *     versions/1.1.0/           one folder a version, never changed: release.json (the record, with
 *                               the SHA-256 of the others), model.json, audit.json, changes.md,
 *                               *.minisig
 *     .gitattributes            keeps git from changing line ends
 *     .lock                     empty; its lock is held while a command writes
 *
 * "current" is JSON:
 *
 *   { "format": "assay-current/1", "name": ..., "version": "1.1.0",
 *     "model": "versions/1.1.0/model.json", "digest": "sha256:...", "entry": 2, "head":
 *     "sha256:...", "files": [ {"file": "ledger.jsonl", "sha256": "..."}, ... ] }
 *
 * head is the hash of the last entry; files lists every other file at the top but itself and .lock.
 *
 * How a change is made: the new version's folder is written as versions/.1.1.0.next and synced;
 * each file at the top that is not yet as it will be is written beside its place as ".NAME.next"
 * and synced; the folder is renamed to versions/1.1.0; then ".current.next" is renamed to
 * "current": from that moment the change has been made. Then each ".NAME.next" is renamed to its
 * place. Whoever is killed before that moment leaves the old registry and some files that nobody
 * names, which the next command that writes removes; after it, the new registry, of which some
 * files at the top still have the name ".NAME.next", where readers find them (by the hash in
 * "current") and which the next command that writes puts in place.
 *
 * The folder gets its name only after ".ledger.jsonl.next", which has the entry that releases it,
 * is on disk: so a version that the ledger does not have is the remains of a change where that file
 * says so, and damage where it does not. No file at the top is replaced before "current" is: so a
 * file that is newer than "current" is damage, too ("current" was put back).
 *
 * A change also mends what was lost or altered at the top, as far as its content is known: all but
 * "current", the ledger and public keys other than the one it is signed with. These, and files of
 * versions, come back from a copy only (git, a backup).
 */
#ifndef ASSAY_RELEASE_REGISTRY_REGISTRY_H
#define ASSAY_RELEASE_REGISTRY_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "release/registry/ledger.h"
#include "release/sign/minisign.h"

#define ASSAY_CURRENT_FORMAT "assay-current/1"

struct assay_listing;

struct assay_registry {
    char *path;
    char *name; /* of the model; NULL: no entry yet */
    struct assay_listing *current; /* as it was read or last written; NULL: no entry yet */
    struct assay_ledger ledger;
    int lock;        /* descriptor; -1: opened for reading */
    /* Opened for reading, or after a commit that failed: */
    bool unfinished; /* files of the last change are still beside their places */
    bool remains;    /* something of a change that was not made lies about */
};

/* Opens for reading. A directory without "current" is an empty registry where nothing else of one
 * is in it.
 *   ASSAY_EIO      cannot be read; path is no directory
 *   ASSAY_EFORMAT, ASSAY_EDATA  "current" or the ledger is damaged, or they do not belong together
 *                               */
ASSAY_MUST_CHECK enum assay_status assay_registry_open(const char *path, struct assay_registry *registry,
                                                       struct assay_error *err);

/* Opens for writing: waits up to wait_seconds for the lock (a dead holder's is free), finishes what
 * was interrupted after it counted, removes what was interrupted before. waiting(context) is called
 * once before it waits; may be NULL.
 *   ASSAY_EIO    as above; nothing is there; or locked still: "models: another release command
 *                holds the lock ..."
 *   ASSAY_EFORMAT, ASSAY_EDATA  as above; or what no change leaves is in the way of every one, as a
 *                link in place of versions/: nothing was changed, and the message says what to
 *                remove by hand */
ASSAY_MUST_CHECK enum assay_status assay_registry_open_to_write(const char *path, double wait_seconds,
                                                                void (*waiting)(void *context),
                                                                void *context,
                                                                struct assay_registry *registry,
                                                                struct assay_error *err);
/* The same for the first release: makes the directory where there is none (its parent must exist). */
ASSAY_MUST_CHECK enum assay_status assay_registry_make(const char *path, double wait_seconds,
                                                       void (*waiting)(void *context), void *context,
                                                       struct assay_registry *registry,
                                                       struct assay_error *err);
void assay_registry_close(struct assay_registry *registry); /* lets go of the lock */

/* A file that goes into a registry. */
struct assay_registry_file {
    const char *name; /* "model.json" */
    const char *bytes;
    size_t length;
};

/* One change: an entry, the new version's folder (releases only), the changelogs as they are after
 * it. */
struct assay_registry_change {
    const char *name; /* of the model */
    struct assay_entry entry;  /* number, previous, hash and (releases) record are filled in by _commit */
    const struct assay_registry_file *files; /* [n_file] "release.json" among them */
    size_t n_file;
    struct assay_registry_file changelog[2]; /* CHANGELOG.md, CHANGELOG.json */
    const struct assay_secret_key *key; /* signs the ledger; NULL: not signed */
};

/* Makes the change. On success the registry's ledger has the entry. After ASSAY_EIO the registry
 * must be closed: what was left undone is for the next that opens it.
 *   ASSAY_EDATA  versions/VERSION is there already, and is not the remains of an interrupted
 *                release
 *   ASSAY_EIO    nothing has changed, or (the message says so) it has and was not finished */
ASSAY_MUST_CHECK enum assay_status assay_registry_commit(struct assay_registry *registry,
                                                         const struct assay_registry_change *change,
                                                         struct assay_error *err);

/* Reads versions/VERSION/FILE. */
ASSAY_MUST_CHECK enum assay_status assay_registry_read(const struct assay_registry *registry,
                                                       const char *version, const char *file,
                                                       struct assay_text *text, struct assay_error *err);
/* PATH/versions/VERSION/FILE into text (appended). */
void assay_registry_path(const struct assay_registry *registry, const char *version, const char *file,
                         struct assay_text *text);

#endif
