/* library_parts.h - what the files of libassay share; assay.h is the door */
#ifndef ASSAY_CORE_LIBRARY_LIBRARY_PARTS_H
#define ASSAY_CORE_LIBRARY_LIBRARY_PARTS_H

#include <locale.h>

#include "core/library/assay.h"
#include "core/model/compiled.h"
#include "core/model/model.h"

struct libassay_model {
    struct assay_model model;
    struct assay_compiled *compiled; /* borrows the model beside it */
    locale_t plain;                  /* "C" */
};

/* ---- errors: each returns the status that it has put into error, which may be NULL ---- */

/* What core returned, and its sentence, as the caller gets them. */
enum libassay_status assay_library_fail(struct libassay_error *error, enum assay_status status,
                                        const struct assay_error *err);

/* A call that breaks a rule of the header. */
enum libassay_status assay_library_misused(struct libassay_error *error, const char *format, ...)
    ASSAY_PRINTF(2, 3);

/* An argument that must not be NULL. */
enum libassay_status assay_library_check_given(const void *argument, const char *name,
                                               struct libassay_error *error);

/* ---- structs that may grow ---- */

/* Whether a caller's struct, which begins with `size`, is there and says that it holds what version 1.0 puts
 * there; size stays that of 1.0 when the struct grows. */
enum libassay_status assay_library_check_size(const void *out, size_t size, const char *name,
                                              struct libassay_error *error);

/* Copies made[size], which begins with `size` too, to the caller's: as much as fits there. */
void assay_library_hand_over(const void *made, size_t size, void *out);

/* ---- texts ---- */

/* NULL for the empty text too. */
const char *assay_library_text(const char *text);

/* The number that a text spells, NaN where it spells none or is NULL. */
double assay_library_number(const struct libassay_model *model, const char *text);

#endif
