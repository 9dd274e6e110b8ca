#include <assert.h>
#include <string.h>

#include "release/version/change_parts.h"

static_assert(sizeof(enum assay_method) == sizeof(unsigned),
              "fields of words are read as unsigned");

static void describe(struct assay_text *text, const struct assay_field *field, const char *at)
{
    double number;
    size_t count;
    unsigned word;
    bool flag;
    switch (field->kind) {
    case ASSAY_FIELD_NUMBER:
        memcpy(&number, at, sizeof number);
        assay_describe_number(text, number, field->absent);
        break;
    case ASSAY_FIELD_COUNT:
        memcpy(&count, at, sizeof count);
        if (count == 0 && field->absent != NULL)
            assay_text_puts(text, field->absent);
        else
            assay_text_printf(text, "%zu", count);
        break;
    case ASSAY_FIELD_WORD:
        memcpy(&word, at, sizeof word);
        assay_text_puts(text, field->words[word]);
        break;
    case ASSAY_FIELD_FLAG:
        memcpy(&flag, at, sizeof flag);
        assay_text_puts(text, field->words[flag ? 1 : 0]);
        break;
    case ASSAY_FIELD_TEXT: /* quoted, and so compared by itself */
        break;
    }
}

void assay_diff_fields(struct assay_diff *diff, const struct assay_field fields[], size_t n,
                       const void *was, const void *is)
{
    for (size_t k = 0; k < n; k++) {
        const struct assay_field *field = &fields[k];
        const char *left = (const char *)was + field->offset;
        const char *right = (const char *)is + field->offset;
        if (field->kind == ASSAY_FIELD_TEXT) {
            const char *texts[2];
            memcpy(&texts[0], left, sizeof texts[0]);
            memcpy(&texts[1], right, sizeof texts[1]);
            assay_diff_texts(diff, field->level, field->label, texts[0], texts[1]);
            continue;
        }
        describe(&diff->was, field, left);
        describe(&diff->is, field, right);
        assay_diff_described(diff, field->level, field->label);
    }
}
