#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "release/version/change_parts.h"

enum {
    WHOLE = 160, /* a side of so many bytes is shown whole */
    SHOWN = 70,  /* of a longer one */
    LEAD = 20,   /* of them before the first difference */
};

static void add_sentence(struct assay_diff *diff, enum assay_level level, char *sentence)
{
    struct assay_change *change = diff->change;
    char ***list = level == ASSAY_LEVEL_MAJOR   ? &change->major
                   : level == ASSAY_LEVEL_MINOR ? &change->minor
                                                : &change->patch;
    size_t *n = level == ASSAY_LEVEL_MAJOR   ? &change->n_major
                : level == ASSAY_LEVEL_MINOR ? &change->n_minor
                                             : &change->n_patch;
    size_t *capacity = &change->capacity[level - ASSAY_LEVEL_PATCH];
    if (!assay_grow(list, capacity, *n + 1, sizeof **list)) {
        diff->failed = true;
        free(sentence);
        return;
    }
    (*list)[(*n)++] = sentence;
}

void assay_diff_say(struct assay_diff *diff, enum assay_level level)
{
    struct assay_text whole = {0};
    assay_text_printf(&whole, "%s%s", diff->subject.length > 0 ? diff->subject.data : "",
                      diff->sentence.length > 0 ? diff->sentence.data : "");
    bool failed = whole.failed || diff->sentence.failed || diff->subject.failed;
    assay_text_reset(&diff->sentence);
    if (failed) {
        diff->failed = true;
        assay_text_clear(&whole);
        return;
    }
    add_sentence(diff, level, whole.data);
}

/* Where the first difference stands, a little before it, between characters; 0 where both are
 * short. */
static size_t start_of_difference(const char *was, const char *is)
{
    size_t at = 0;
    if (strlen(was) <= WHOLE && strlen(is) <= WHOLE)
        return 0;
    while (was[at] != '\0' && was[at] == is[at])
        at++;
    at = at > LEAD ? at - LEAD : 0;
    while (at > 0 && ((unsigned char)was[at] & 0xc0) == 0x80)
        at--;
    return at;
}

/* side[start ..] as a sentence shows it: cut between characters, controls as blanks. */
static void add_shown(struct assay_text *text, const char *side, size_t start, bool is_short)
{
    size_t length = strlen(side), at = start;
    if (start > 0)
        assay_text_puts(text, "...");
    while (at < length) {
        size_t step = assay_utf8_length(side + at, length - at);
        step = step > 0 ? step : 1;
        if (!is_short && at + step > start + SHOWN)
            break;
        if ((unsigned char)side[at] < 0x20 || side[at] == 0x7f)
            assay_text_putc(text, ' ');
        else
            assay_text_add(text, side + at, step);
        at += step;
    }
    if (at < length)
        assay_text_puts(text, "...");
}

static void say_sides(struct assay_diff *diff, enum assay_level level, const char *label,
                      const char *was, const char *is, const char *quote)
{
    const char *sides[2] = {was, is};
    bool is_short =
        strlen(was != NULL ? was : "") <= WHOLE && strlen(is != NULL ? is : "") <= WHOLE;
    size_t start = was != NULL && is != NULL ? start_of_difference(was, is) : 0;
    bool has_subject = diff->subject.length > 0 || strchr(label, ':') != NULL;
    assay_text_printf(&diff->sentence, "%s%s", label, has_subject ? " " : ": ");
    for (size_t k = 0; k < 2; k++) {
        if (sides[k] == NULL) {
            assay_text_puts(&diff->sentence, "none");
        } else {
            assay_text_puts(&diff->sentence, quote);
            add_shown(&diff->sentence, sides[k], start, is_short);
            assay_text_puts(&diff->sentence, quote);
        }
        if (k == 0)
            assay_text_puts(&diff->sentence, " -> ");
    }
    assay_diff_say(diff, level);
}

void assay_diff_described(struct assay_diff *diff, enum assay_level level, const char *label)
{
    if (diff->was.failed || diff->is.failed)
        diff->failed = true;
    const char *was = diff->was.length > 0 ? diff->was.data : "none";
    const char *is = diff->is.length > 0 ? diff->is.data : "none";
    if (!diff->failed && strcmp(was, is) != 0)
        say_sides(diff, level, label, was, is, "");
    assay_text_reset(&diff->was);
    assay_text_reset(&diff->is);
}

void assay_diff_texts(struct assay_diff *diff, enum assay_level level, const char *label,
                      const char *was, const char *is)
{
    if (!assay_same_text(was, is))
        say_sides(diff, level, label, was, is, "\"");
}

void assay_describe_number(struct assay_text *text, double value, const char *absent)
{
    char number[ASSAY_NUMBER_SIZE];
    if (isnan(value))
        assay_text_puts(text, absent);
    else if (isinf(value))
        assay_text_puts(text, "infinite");
    else
        assay_text_add(text, number, assay_number_print(value, number));
}

void assay_describe_name(struct assay_text *text, const char *name)
{
    char quoted[ASSAY_QUOTE_SIZE];
    assay_text_printf(text, "\"%s\"", assay_quote_value(name, strlen(name), quoted));
}

/* One side of a pair; a zero has no sign. */
static void print_side(char out[], size_t size, double value, char style, int digits)
{
    if (style == 'f')
        snprintf(out, size, "%.*f", digits, assay_number_unsigned_zero(value, digits));
    else
        snprintf(out, size, "%.*g", digits, value + 0.0);
}

void assay_describe_pair(struct assay_text *text, double a, double b, char style, int digits)
{
    enum { SIZE = 350 }; /* the largest double has 309 digits before the point */
    const int most = style == 'f' ? 15 : 17;
    char left[SIZE], right[SIZE];
    do {
        print_side(left, sizeof left, a, style, digits);
        print_side(right, sizeof right, b, style, digits);
    } while (a != b && strcmp(left, right) == 0 && digits++ < most);
    assay_text_puts(text, left);
    if (a != b)
        assay_text_printf(text, " -> %s", right);
}
