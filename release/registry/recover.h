/* recover.h - what was interrupted, brought to its end: forwards where it counts, back where it
 * does not */
#ifndef ASSAY_RELEASE_REGISTRY_RECOVER_H
#define ASSAY_RELEASE_REGISTRY_RECOVER_H

#include "core/base/error.h"
#include "release/registry/ledger.h"
#include "release/registry/listing.h"

/* Puts every file that is awaited into its place, then removes the remains of changes that were not
 * made; nothing else is touched. The caller holds the lock. Interrupted itself, it leaves what it
 * can go on with the next time. current is NULL where there is none. ASSAY_EDATA
 * something is in the way (survey.h): nothing was touched. ASSAY_EIO, ASSAY_ENOMEM  some of it is
 * still to do */
ASSAY_MUST_CHECK enum assay_status assay_recover(const char *root,
                                                 const struct assay_listing *current,
                                                 const struct assay_ledger *ledger,
                                                 struct assay_error *err);

#endif
