/* error.h - a status for the program, a sentence for the person
 *
 * Every function that can fail returns enum assay_status and takes a
 * struct assay_error * as its last argument. On failure it changes none of its
 * outputs and leaves one finished line in err: place first, then the thing, its
 * value and what was expected; lower case, no full stop. err may be NULL.
 */
#ifndef ASSAY_CORE_BASE_ERROR_H
#define ASSAY_CORE_BASE_ERROR_H

#include <stddef.h>

#define ASSAY_MUST_CHECK __attribute__((warn_unused_result))
#define ASSAY_PRINTF(at, first) __attribute__((format(printf, at, first)))

enum assay_status {
    ASSAY_OK,
    ASSAY_EIO,      /* the file could not be opened, read or written */
    ASSAY_EFORMAT,  /* not the CSV or JSON it should be */
    ASSAY_EDATA,    /* well formed, but breaks a rule */
    ASSAY_ENUMERIC, /* no usable answer exists or was reached */
    ASSAY_ENOMEM,
};

struct assay_error {
    enum assay_status status;
    char message[768];
    char hint[320]; /* what to do about it; empty when there is no remedy to name */
};

/* Writes the message, clears the hint, returns status: `return assay_fail(err, ...)`. */
enum assay_status assay_fail(struct assay_error *err, enum assay_status status, const char *format,
                             ...) ASSAY_PRINTF(3, 4);

/* Adds the remedy to an error that assay_fail() has just written. */
void assay_hint(struct assay_error *err, const char *format, ...) ASSAY_PRINTF(2, 3);

/* Puts "prefix: " before the message, where a caller knows a place that the callee did not. */
void assay_error_prefix(struct assay_error *err, const char *format, ...) ASSAY_PRINTF(2, 3);

/* What every allocation failure says: "out of memory <doing what>", or, where a file could not be had for rows
 * that memory should not hold (rows.h), "out of room <doing what>: it takes <so much>". */
enum assay_status assay_fail_memory(struct assay_error *err, const char *doing);

#endif
