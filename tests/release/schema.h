/* schema.h - documents held to docs/release.schema.json
 *
 * The checker is a Python program, which takes longer to start than to check: documents are
 * gathered first. Where its module is not installed the test is counted as skipped.
 */
#ifndef ASSAY_TESTS_RELEASE_SCHEMA_H
#define ASSAY_TESTS_RELEASE_SCHEMA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/text.h"
#include "tests/support/suite.h"

enum { SCHEMA_LINES = 32 };

struct schema_lines {
    struct assay_text text;
    size_t n;
    bool breaks[SCHEMA_LINES]; /* as expected */
};

/* A document that follows $defs/definition, or breaks it. */
static inline void schema_add(struct schema_lines *lines, const char *definition,
                              const char *document, bool breaks)
{
    ck_assert_uint_lt(lines->n, SCHEMA_LINES);
    lines->breaks[lines->n++] = breaks;
    assay_text_printf(&lines->text, "[\"%s\", ", definition);
    for (; *document != '\0'; document++) /* line ends stand between values alone */
        assay_text_putc(&lines->text, *document == '\n' ? ' ' : *document);
    assay_text_puts(&lines->text, "]\n");
}

static inline void schema_write(const struct schema_lines *lines, char path[])
{
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, lines->text.data, lines->text.length),
                     (ssize_t)lines->text.length);
    close(file);
}

/* Checks and clears them. */
static inline void schema_check(struct schema_lines *lines)
{
    char path[] = "/tmp/assay-record-XXXXXX", command[128], line[512];
    bool broken[SCHEMA_LINES] = {false};
    ck_assert(!lines->text.failed);
    schema_write(lines, path);
    snprintf(command, sizeof command, "tests/release/schema_check docs/release.schema.json %s",
             path);
    FILE *said = popen(command, "r");
    ck_assert_ptr_nonnull(said);
    while (fgets(line, sizeof line, said) != NULL) {
        size_t k = strtoul(line, NULL, 10) - 1;
        ck_assert_msg(k < lines->n && lines->breaks[k], "document %s", line);
        broken[k] = true;
    }
    int status = pclose(said);
    unlink(path);
    assay_text_clear(&lines->text);
    ck_assert(WIFEXITED(status));
    if (WEXITSTATUS(status) == 3 || WEXITSTATUS(status) >= 126) { /* no module, no python3 */
        test_skip("python3-jsonschema is not installed");
        return;
    }
    ck_assert_int_le(WEXITSTATUS(status), 1);
    for (size_t k = 0; k < lines->n; k++)
        ck_assert_msg(broken[k] == lines->breaks[k], "document %zu follows the schema", k + 1);
}

#endif
