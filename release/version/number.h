/* number.h - version numbers MAJOR.MINOR.PATCH (Semantic Versioning 2.0.0, without suffixes)
 *
 * Each part is a whole number below 1,000,000 without leading zeros.
 */
#ifndef ASSAY_RELEASE_VERSION_NUMBER_H
#define ASSAY_RELEASE_VERSION_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"

#define ASSAY_VERSION_SIZE 24

struct assay_version {
    size_t part[3]; /* major, minor, patch */
};

/* What a change asks of the number, from least to most. */
enum assay_level { ASSAY_LEVEL_NONE, ASSAY_LEVEL_PATCH, ASSAY_LEVEL_MINOR, ASSAY_LEVEL_MAJOR };
extern const char *const assay_level_names[4]; /* none, patch, minor, major */

bool assay_version_parse(const char *text, struct assay_version *version);
const char *assay_version_print(struct assay_version version, char out[ASSAY_VERSION_SIZE]);
int assay_version_compare(struct assay_version a, struct assay_version b); /* < 0, 0, > 0 */

/* The number for a change of this level to the version in force (NULL: the first release, 1.0.0;
 * where there were others, all withdrawn, a major step), given all numbers ever used, used[n],
 * withdrawn and gone back from included: the lowest that was never used and is above all used ones
 * of its line, the parts behind the one that steps being 0 (rules 6 to 8). 1.3.0 in force, 1.3.2
 * used: a patch is 1.3.3; a minor change is above every 1.x.0; a major one above every number. A
 * line that is full goes on in the next one. level is not NONE where there is a version in force. */
struct assay_version assay_version_next(const struct assay_version *in_force, enum assay_level level,
                                        const struct assay_version used[], size_t n);

/* Whether a number asked for with --as may be used: it was never used, is above the one in force,
 * and steps as far as the level asks or further, also from every number that was used.
 *   ASSAY_EDATA  it understates, was used, or goes back: says which, and in the hint the number
 *                that would do */
ASSAY_MUST_CHECK enum assay_status assay_version_check(struct assay_version asked,
                                                       const struct assay_version *in_force,
                                                       enum assay_level level,
                                                       const struct assay_version used[], size_t n,
                                                       struct assay_error *err);

#endif
