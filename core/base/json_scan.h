/* json_scan.h - the strict reading of JSON that precedes cJSON's
 *
 * Internal to json.c. Accepts RFC 8259 JSON alone and notes where each value starts. That no key
 * stands twice is json.c's to check, who sees the keys decoded.
 */
#ifndef ASSAY_CORE_BASE_JSON_SCAN_H
#define ASSAY_CORE_BASE_JSON_SCAN_H

#include <stddef.h>

#include "core/base/error.h"

/* Deep enough for any file of ours, shallow enough for any stack. */
#define ASSAY_JSON_MAX_DEPTH 64

struct assay_json_offsets {
    size_t *at; /* byte where each value starts, in document order; a member's is its key's */
    size_t n, capacity;
};

/* Line and byte within it, both from 1, of an offset into text. */
void assay_json_locate(const char *text, size_t offset, size_t *line, size_t *byte);

/* Checks text[length]; offsets is filled (and the caller's to free, also on failure). */
ASSAY_MUST_CHECK enum assay_status assay_json_scan(const char *name, const char *text,
                                                   size_t length,
                                                   struct assay_json_offsets *offsets,
                                                   struct assay_error *err);

#endif
