/* common.h - what the verbs share: options, opening, versions as models, signing, printing */
#ifndef ASSAY_RELEASE_COMMAND_COMMON_H
#define ASSAY_RELEASE_COMMAND_COMMON_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/date.h"
#include "core/base/json.h"
#include "core/base/json_write.h"
#include "core/base/options.h"
#include "core/model/model.h"
#include "release/registry/registry.h"
#include "release/sign/minisign.h"

/* Longest audit that is read: lists in it stop at 500, but curves and segments add up. */
#define ASSAY_AUDIT_LIMIT ((size_t)64 << 20)

#define ASSAY_REGISTRY_OPTION(target) \
    {"registry", 'r', ASSAY_OPTION_TEXT, "DIR", "the registry", &(target), 0, 0, NULL}
#define ASSAY_DEFAULT_REGISTRY "models"

/* ---- verbs that read ---- */

/*   ASSAY_EIO  there is nothing at path */
ASSAY_MUST_CHECK enum assay_status assay_registry_there(const char *path, struct assay_error *err);

/* assay_registry_open() of what is there. */
ASSAY_MUST_CHECK enum assay_status assay_reading_open(const char *path,
                                                      struct assay_registry *registry,
                                                      struct assay_error *err);

/* Refuses a text from the command line (option stands in the message; NULL is let pass) that is not
 * UTF-8, is blank, or has control characters: it would stand in the ledger for good, and show as
 * something else. lines: several lines are allowed, and tabs. */
ASSAY_MUST_CHECK enum assay_status assay_check_text(const char *option, const char *text, bool lines,
                                                    struct assay_error *err);

/* ---- verbs that write ---- */

struct assay_writing {
    const char *registry_path;
    const char *key_path, *password_path; /* NULL: none */
    bool is_unsigned;                     /* go on without a key where the last entry was signed */
    int32_t as_of;
    double wait;
    bool make; /* the registry where there is none (add) */
    /* filled by assay_writing_open() */
    struct assay_registry registry;
    struct assay_secret_key key;
    bool has_key;
    char at[ASSAY_TIME_SIZE]; /* the time of the entry to be made */
};
struct assay_writing assay_writing_default(void);

/* The option table's rows for it; `w` is a struct assay_writing. */
#define ASSAY_WRITING_OPTIONS(w) \
    ASSAY_REGISTRY_OPTION((w).registry_path), \
    {"key", 0, ASSAY_OPTION_TEXT, "FILE", "sign with this secret key (minisign's, or of keygen)", \
     &(w).key_path, 0, 0, NULL}, \
    {"password-file", 0, ASSAY_OPTION_TEXT, "FILE", \
     "the key's password, first line; asked for on the terminal without it", &(w).password_path, 0, \
     0, NULL}, \
    {"unsigned", 0, ASSAY_OPTION_FLAG, NULL, "go on without a signature where the ledger has one", \
     &(w).is_unsigned, 0, 0, NULL}, \
    {"as-of", 0, ASSAY_OPTION_DATE, "DATE", "day that stands in the ledger; now without it", \
     &(w).as_of, 0, 0, NULL}, \
    {"wait", 0, ASSAY_OPTION_NUMBER, "SECONDS", "for another release to let go of the registry", \
     &(w).wait, 0, 86400, NULL}

/* Opens the registry with its lock, reads the key, settles the time of the entry.
 *   ASSAY_EDATA  the key lies in the registry; the ledger was signed and there is neither a key nor
 *                --unsigned; both; a day that is yet to come, of --as-of or of the last entry */
ASSAY_MUST_CHECK enum assay_status assay_writing_open(struct assay_writing *writing,
                                                      struct assay_error *err);
void assay_writing_close(struct assay_writing *writing);

/* Options that say nothing without another: the exit status of the misuse, or ASSAY_GO_ON. */
int assay_writing_misuse(const struct assay_writing *writing, const struct assay_command *command);

/* Makes the change that entry tells, with the changelogs as they are after it; files[n_file] are
 * the new version's, release.json and changes.md among them (releases only). */
ASSAY_MUST_CHECK enum assay_status assay_publish(struct assay_writing *writing, const char *name,
                                                 const struct assay_entry *entry,
                                                 const struct assay_registry_file files[],
                                                 size_t n_file, struct assay_error *err);

/* ---- versions ---- */

/* The release that a word means (assay_ledger_find()); the registry stands in the message.
 *   ASSAY_EDATA  none, or several */
ASSAY_MUST_CHECK enum assay_status assay_version_find(const struct assay_registry *registry,
                                                      const char *word,
                                                      const struct assay_entry **release,
                                                      struct assay_error *err);

/* Reads a version's model; it is the one that the ledger means.
 *   ASSAY_EDATA  its digest is another */
ASSAY_MUST_CHECK enum assay_status assay_version_model(const struct assay_registry *registry,
                                                       const struct assay_entry *release,
                                                       struct assay_model *model,
                                                       struct assay_error *err);

/* A version's record, release.json, which is the one that the ledger means. text has its bytes.
 *   ASSAY_EDATA  its hash is another */
ASSAY_MUST_CHECK enum assay_status assay_version_record(const struct assay_registry *registry,
                                                        const struct assay_entry *release,
                                                        struct assay_text *text,
                                                        struct assay_json **record,
                                                        struct assay_error *err);

/* Another file of a version, which is the one that its record means.
 *   ASSAY_EDATA  the record has no such file, or its hash is another */
ASSAY_MUST_CHECK enum assay_status assay_version_file(const struct assay_registry *registry,
                                                      const struct assay_entry *release,
                                                      const struct assay_json *record,
                                                      const char *file, struct assay_text *text,
                                                      struct assay_error *err);
/* Whether the record has such a file. */
bool assay_version_has(const struct assay_json *record, const char *file);

/* CHANGELOG.md and CHANGELOG.json of the ledger `after`, of which files[n_file] are those of the
 * last entry's version where it is a release that is being made (n_file 0: all are in the
 * registry). */
ASSAY_MUST_CHECK enum assay_status assay_make_changelogs(const struct assay_registry *registry,
                                                         const char *name,
                                                         const struct assay_ledger *after,
                                                         const struct assay_registry_file files[],
                                                         size_t n_file, struct assay_text *markdown,
                                                         struct assay_text *json,
                                                         struct assay_error *err);

/* The day of a time, of "2026-10-05T09:30:00Z". */
int32_t assay_days_of(const char *time);

/* "in force", "not in force" or "withdrawn on DATE: REASON" of a version. Appends. */
void assay_version_standing(const struct assay_ledger *ledger, const char *version,
                            struct assay_text *text);

/* ---- printing ---- */

/* Writes the finished document, or text, to path (NULL: standard output). */
ASSAY_MUST_CHECK enum assay_status assay_deliver_json(struct assay_json_writer *json,
                                                      const char *path, struct assay_error *err);
ASSAY_MUST_CHECK enum assay_status assay_deliver(struct assay_text *text, const char *path,
                                                 struct assay_error *err);

#endif
