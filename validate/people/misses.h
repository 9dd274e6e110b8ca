/* misses.h - the churners that the score did not flag, and what each miss is put down to */
#ifndef ASSAY_VALIDATE_PEOPLE_MISSES_H
#define ASSAY_VALIDATE_PEOPLE_MISSES_H

#include "core/base/error.h"
#include "validate/audit/output.h"
#include "validate/people/mistakes.h"

/* Writes "miss_summary" (all of them, by type in the order of why.h; "typed": of how many the type could
 * be told) and "misses" (the first ASSAY_LISTED), and advises where one type is frequent. */
ASSAY_MUST_CHECK enum assay_status assay_misses_write(const struct assay_people *people,
                                                      const struct assay_mistakes *mistakes,
                                                      struct assay_audit_output *out,
                                                      struct assay_error *err);

#endif
