/* entry.h - one entry of the ledger as its line, and back
 *
 * One text stands for an entry and no other: the keys of ledger.h in their order, all of them, no
 * blanks, null for what the event has not. A line that says the same in other bytes is refused.
 */
#ifndef ASSAY_RELEASE_REGISTRY_ENTRY_H
#define ASSAY_RELEASE_REGISTRY_ENTRY_H

#include "release/registry/ledger.h"

/* Appends the line, LF included. Bytes of texts that are no UTF-8 are left out, as
 * core/base/json_write.h does. */
void assay_entry_write(const struct assay_entry *entry, struct assay_text *text);

/* Reads line[length], its LF included, and fills the hash; name and number (of the line, from 1)
 * stand in messages: "NAME:NUMBER:BYTE: ...", or "NAME:NUMBER: ..." where the whole line is meant.
 *   ASSAY_EFORMAT  not JSON, or not in the one form
 *   ASSAY_EDATA    a value that none of its kind can have */
ASSAY_MUST_CHECK enum assay_status assay_entry_read(const char *name, size_t number,
                                                    const char *line, size_t length,
                                                    struct assay_entry *entry,
                                                    struct assay_error *err);

/* "sha256:" and 64 lower-case hexadecimal digits. */
bool assay_is_digest(const char *text);
/* The digest of bytes[length], so written. */
void assay_digest_of(const void *bytes, size_t length, char out[ASSAY_DIGEST_SIZE]);
/* 16 upper-case hexadecimal digits and nothing behind them. */
bool assay_is_key_id(const char *text);

#endif
