/* json_write.h - one writer, one form
 *
 * Objects two-space indented, a member a line; lists of scalars on one line, lists of
 * containers an element a line; LF; numbers as the shortest text that reads back. Keys come in the
 * order of the calls, so the same calls give the same bytes. A document is UTF-8 whatever the texts: bytes
 * that are not (a file's name, a sentence that was cut within a character) are left out. Memory failure is
 * remembered in out.failed and asked for once, at the end.
 *
 *   struct assay_json_writer json = {0};
 *   assay_json_open(&json, NULL, '{');
 *   assay_json_put_number(&json, "auc", 0.84);
 *   assay_json_close(&json);
 */
#ifndef ASSAY_CORE_BASE_JSON_WRITE_H
#define ASSAY_CORE_BASE_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/text.h"

#define ASSAY_JSON_WRITE_DEPTH 32

struct assay_json_writer {
    struct assay_text out;
    size_t depth;
    struct {
        char close;
        bool any;
        bool inline_list;
    } level[ASSAY_JSON_WRITE_DEPTH];
};

/* A writer that stands where json stands, inside a container that has something already: for members that are
 * made at the same time and joined in their order. */
struct assay_json_writer assay_json_branch(const struct assay_json_writer *json);
/* Appends what a branch has written, all its containers closed, and clears it. */
void assay_json_join(struct assay_json_writer *json, struct assay_json_writer *branch);

/* key is NULL inside a list and at the top. kind: '{' object, '[' list of containers,
 * '-' list of scalars, on one line. */
void assay_json_open(struct assay_json_writer *json, const char *key, char kind);
void assay_json_close(struct assay_json_writer *json);

void assay_json_put_string(struct assay_json_writer *json, const char *key, const char *value);
void assay_json_put_number(struct assay_json_writer *json, const char *key, double value);
void assay_json_put_count(struct assay_json_writer *json, const char *key, size_t value);
void assay_json_put_bool(struct assay_json_writer *json, const char *key, bool value);
void assay_json_put_null(struct assay_json_writer *json, const char *key);
/* value, or null where it is NaN: JSON has no other way to say "not defined". */
void assay_json_put_optional(struct assay_json_writer *json, const char *key, double value);
void assay_json_put_numbers(struct assay_json_writer *json, const char *key, const double values[],
                            size_t n);
void assay_json_put_interval(struct assay_json_writer *json, const char *key, double low,
                             double high);

#endif
