/* damage.h - a model file changed in one place, its digest put right */
#ifndef ASSAY_TESTS_MODEL_DAMAGE_H
#define ASSAY_TESTS_MODEL_DAMAGE_H

#include <string.h>

#include "core/model/model.h"
#include "tests/support/suite.h"

/* The text with a fresh digest, so that the damage before it is what the reader meets. */
static inline void digest_anew(struct assay_text *text)
{
    static const char line[] = "  \"digest\": \"sha256:";
    struct assay_sha256 hash;
    char hex[ASSAY_SHA256_TEXT_SIZE];
    size_t before = text->length - (sizeof line - 1 + 64 + 4);
    ck_assert_int_eq(strncmp(text->data + before, line, sizeof line - 1), 0);
    assay_sha256_init(&hash);
    assay_sha256_add(&hash, text->data, before);
    assay_sha256_finish(&hash, hex);
    memcpy(text->data + before + sizeof line - 1, hex, 64);
}

/* As many lines as `to` has, from `from` on, become `to`. */
static inline void edit(struct assay_text *text, const char *from, const char *to)
{
    struct assay_text changed = {0};
    const char *at = strstr(text->data, from);
    ck_assert_msg(at != NULL, "the model has no %s", from);
    assay_text_add(&changed, text->data, (size_t)(at - text->data));
    assay_text_puts(&changed, to);
    at = strchr(at, '\n');
    for (; (to = strchr(to, '\n')) != NULL; to++)
        at = strchr(at + 1, '\n');
    assay_text_puts(&changed, at);
    ck_assert(!changed.failed);
    assay_text_clear(text);
    *text = changed;
}

#endif
