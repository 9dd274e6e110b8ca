#include "core/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/rows.h"

enum assay_status assay_fail(struct assay_error *err, enum assay_status status, const char *format,
                             ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        vsnprintf(err->message, sizeof err->message, format, args);
        va_end(args);
        err->status = status;
        err->hint[0] = '\0';
    }
    return status;
}

void assay_hint(struct assay_error *err, const char *format, ...)
{
    if (err == NULL)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(err->hint, sizeof err->hint, format, args);
    va_end(args);
}

void assay_error_prefix(struct assay_error *err, const char *format, ...)
{
    if (err == NULL)
        return;
    char whole[sizeof err->message];
    va_list args;
    va_start(args, format);
    int prefix = vsnprintf(whole, sizeof whole, format, args);
    va_end(args);
    if (prefix < 0 || (size_t)prefix >= sizeof whole)
        return;
    size_t room = sizeof whole - (size_t)prefix;
    snprintf(whole + prefix, room, ": %.*s", (int)(room > 3 ? room - 3 : 0), err->message);
    memcpy(err->message, whole, sizeof whole);
}

enum assay_status assay_fail_memory(struct assay_error *err, const char *doing)
{
    const char *files = assay_rows_problem();
    if (files == NULL)
        return assay_fail(err, ASSAY_ENOMEM, "out of memory %s", doing);
    assay_fail(err, ASSAY_ENOMEM, "out of room %s: it takes %s", doing, files);
    assay_hint(err, "Let TMPDIR name a disk with more room, or allow more --memory.");
    return ASSAY_ENOMEM;
}
