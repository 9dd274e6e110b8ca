/* json_copy.h - a value that was read, written again */
#ifndef ASSAY_RELEASE_RECORD_JSON_COPY_H
#define ASSAY_RELEASE_RECORD_JSON_COPY_H

#include "core/base/json.h"
#include "core/base/json_write.h"

/* Writes value under key (NULL inside a list and at the top), lists of numbers on one line and
 * others an element a line. Order of keys, texts, and numbers to the last bit are as they were; of
 * what our writer wrote nothing but blanks between values can differ (and counts from 10^15 on,
 * which get an exponent). ASSAY_EDATA  it nests deeper than the writer does: its place; what was
 * written so far stays */
ASSAY_MUST_CHECK enum assay_status assay_json_copy(struct assay_json_writer *json, const char *key,
                                                   struct assay_json *doc,
                                                   const struct cJSON *value,
                                                   struct assay_error *err);

#endif
