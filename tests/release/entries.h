/* entries.h - entries of a ledger, made up */
#ifndef ASSAY_TESTS_RELEASE_ENTRIES_H
#define ASSAY_TESTS_RELEASE_ENTRIES_H

#include <stdio.h>
#include <string.h>

#include "release/registry/entry.h"

static inline void fill_digest(char out[ASSAY_DIGEST_SIZE], const char *of)
{
    assay_digest_of(of, strlen(of), out);
}

/* An entry that borrows its texts; a release has digests made of its number. */
static inline struct assay_entry entry_of(enum assay_event event, const char *version,
                                          const char *from, const char *at)
{
    char seed[64];
    struct assay_entry entry = {
        .event = event, .version = (char *)(uintptr_t)version, .from = (char *)(uintptr_t)from};
    snprintf(entry.at, sizeof entry.at, "%.20s", at);
    if (event != ASSAY_EVENT_RELEASE)
        return entry;
    snprintf(seed, sizeof seed, "model %.32s", version);
    fill_digest(entry.digest, seed);
    snprintf(seed, sizeof seed, "candidate %.32s", version);
    fill_digest(entry.candidate, seed);
    snprintf(seed, sizeof seed, "record %.32s", version);
    fill_digest(entry.record, seed);
    return entry;
}

#endif
