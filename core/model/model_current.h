/* model_current.h - the version that is in force in a registry, as its file "current" names it
 *
 *   { "format": "assay-current/1", "name": "b2b-health", "version": "1.1.0",
 *     "model": "versions/1.1.0/model.json", "digest": "sha256:...", "entry": 2, "head":
 * "sha256:...", "files": [ {"file": "ledger.jsonl", "sha256": "..."}, ... ] }
 *
 * "model" lies beside "current": a scorer that is given "current" in place of a model reads that
 * file, and nothing but versions/VERSION/model.json is followed. What the other keys are for is the
 * registry's.
 */
#ifndef ASSAY_CORE_MODEL_MODEL_CURRENT_H
#define ASSAY_CORE_MODEL_MODEL_CURRENT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/model/model.h"

#define ASSAY_CURRENT_FORMAT "assay-current/1"

struct assay_current_file {
    char *file;   /* a name, no path */
    char *sha256; /* 64 hexadecimal digits */
};

struct assay_current {
    char *name;    /* of the model */
    char *version; /* MAJOR.MINOR.PATCH, each below 1,000,000 without leading zeros */
    char *model;   /* "versions/VERSION/model.json" */
    char *digest;  /* of that file, "sha256:..." */
    size_t entry;  /* of the ledger, from 1 */
    char *head;    /* hash of that entry, "sha256:..." */
    struct assay_current_file *files;
    size_t n_file;
};
void assay_current_clear(struct assay_current *current);

/* Whether text[length] begins as "current" is written, of whatever major format. */
bool assay_current_is(const char *text, size_t length);

/* Reads its text; name stands in messages.
 *   ASSAY_EFORMAT  not JSON, or another or a newer format
 *   ASSAY_EDATA    a key that is missing, unknown or not as above */
ASSAY_MUST_CHECK enum assay_status assay_current_read_text(const char *name, const char *text,
                                                           size_t length,
                                                           struct assay_current *current,
                                                           struct assay_error *err);

/* Reads the model that text[length], the content of the file at path, names.
 *   ASSAY_EIO, ASSAY_EFORMAT, ASSAY_EDATA  as assay_model_read(), of either file
 *   ASSAY_EDATA  the model has another digest or version than path says */
ASSAY_MUST_CHECK enum assay_status assay_current_follow(const char *path, const char *text,
                                                        size_t length, struct assay_model *model,
                                                        struct assay_error *err);

#endif
