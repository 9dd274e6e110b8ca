#include "calibrate/init/draft_words.h"

#include <stdio.h>
#include <string.h>

#include "calibrate/init/draft_parts.h"

void assay_say_share(size_t part, size_t whole, struct assay_text *text)
{
    assay_text_printf(text, "%zu of %zu rows (%.1f%%)", part, whole,
                      100 * (double)part / (double)whole);
}

void assay_say_outcome(const struct assay_draft *draft, struct assay_text *text)
{
    const size_t *count = draft->count;
    char until[ASSAY_DATE_SIZE];
    assay_say_share(draft->n_event, draft->n_used, text);
    if (draft->by_date)
        assay_text_printf(text, " within %d days of the snapshot, observed until %s%s",
                          (int)draft->horizon_days, assay_date_print(draft->observed_until, until),
                          draft->observed_until_given ? "" : ", the last date in the file");
    if (count[ASSAY_ROW_NO_OUTCOME] > 0)
        assay_text_printf(text, "; %zu more have no outcome", count[ASSAY_ROW_NO_OUTCOME]);
    if (count[ASSAY_ROW_NOT_MATURED] > 0)
        assay_text_printf(text, "; %zu more are too recent to tell", count[ASSAY_ROW_NOT_MATURED]);
    if (count[ASSAY_ROW_AFTER_EVENT] > 0)
        assay_text_printf(text, "; %zu more are dated on or after their event",
                          count[ASSAY_ROW_AFTER_EVENT]);
}

void assay_say_early(const struct assay_draft *draft, struct assay_text *text)
{
    char first[ASSAY_DATE_SIZE], last[ASSAY_DATE_SIZE], over[ASSAY_DATE_SIZE];
    if (draft->early_from == ASSAY_NO_DATE)
        return;
    assay_date_print(draft->early_from, first);
    assay_date_print(draft->early_to, last);
    assay_date_print(draft->early_to + draft->horizon_days, over);
    bool several = draft->early_from != draft->early_to;
    assay_text_printf(text,
                      "of the snapshots dated %s%s%s only those with the event count; if the export "
                      "was made on or after %s, say --observed-until=%s",
                      first, several ? " to " : "", several ? last : "", over, over);
}

void assay_say_id(const struct assay_draft *draft, struct assay_text *text)
{
    const char *same = draft->as_of != ASSAY_NO_PROFILE ? " on the same date" : "";
    assay_text_puts(text, draft->id_by_values ? "text that no two rows share"
                          : draft->id_given   ? "as --id says"
                                              : "by its name");
    if (draft->id_by_values)
        assay_text_puts(text, same);
    else if (draft->n_repeated > 0)
        assay_text_printf(text, "; but %zu row%s an id that an earlier one has%s",
                          draft->n_repeated, draft->n_repeated == 1 ? " has" : "s have", same);
    else
        assay_text_printf(text, "; no two rows share one%s", same);
    if (draft->n_without_id > 0)
        assay_text_printf(text, "; %zu row%s none: fill it in, or calibrate with --max-rejects=%zu",
                          draft->n_without_id, draft->n_without_id == 1 ? " has" : "s have",
                          draft->n_without_id + draft->profile->n_bad);
}

double assay_declared_auc(const struct assay_draft_signal *signal)
{
    double auc = signal->evidence.auc;
    return signal->better == ASSAY_LOWER ? auc : 1 - auc;
}

/* What has these points, as it is written first. */
static const char *word_with(const struct assay_draft *draft, const struct assay_draft_signal *signal,
                             double points, char out[ASSAY_QUOTE_SIZE + 2])
{
    const struct assay_dictionary *words = draft->profile->table.columns[signal->column].dictionary;
    char shown[ASSAY_QUOTE_SIZE];
    size_t k = 0;
    while (k + 1 < signal->n_point && signal->points[k] != points)
        k++;
    const char *word = assay_dictionary_text(words, (int32_t)k);
    snprintf(out, ASSAY_QUOTE_SIZE + 2, "\"%s\"", assay_quote_value(word, strlen(word), shown));
    return out;
}

void assay_say_direction(const struct assay_draft *draft, const struct assay_draft_signal *signal,
                         struct assay_text *text)
{
    bool steps = signal->method == ASSAY_STEPS, lower = signal->better == ASSAY_LOWER;
    char word[2][ASSAY_QUOTE_SIZE + 2];
    assay_text_printf(text, "AUC %.3f", assay_declared_auc(signal));
    if (signal->points_from_data)
        return;
    const char *better = steps ? word_with(draft, signal, 100, word[0]) : lower ? "lower" : "higher";
    const char *worse = steps ? word_with(draft, signal, 0, word[1]) : lower ? "higher" : "lower";
    if (signal->direction == ASSAY_BY_DATA)
        assay_text_printf(text, ", %s goes with the event", worse);
    else if (signal->against_data)
        assay_text_printf(text, ", too little to go against its name: %s is better by it (\"%s\")",
                          better, signal->keyword);
    else if (signal->direction == ASSAY_BY_NAME)
        assay_text_printf(text, ", not clear: %s is better by its name (\"%s\")", better,
                          signal->keyword);
    else
        assay_text_printf(text, ", not clear: %s is taken as better", better);
    if (signal->against_name)
        assay_text_printf(text, ", against what \"%s\" in its name suggests", signal->keyword);
}

static void say_missing(const struct assay_draft_signal *signal, struct assay_text *text)
{
    const struct assay_evidence *e = &signal->evidence;
    if (e->n_present == e->n)
        return;
    assay_text_printf(text, "; %.1f%% missing", 100 * (1 - (double)e->n_present / (double)e->n));
    if (signal->missing == ASSAY_INDICATOR)
        assay_text_printf(text, ", which goes with the outcome (p = %.2g): indicator",
                          e->missing_p_value);
    else if (signal->same_gaps)
        assay_text_puts(text, ", where another signal that is in already tells it: neutral");
}

void assay_say_remarks(const struct assay_draft_signal *signal, struct assay_text *text)
{
    say_missing(signal, text);
    if (signal->leak_name)
        assay_text_puts(text, "; the name suggests that it may be recorded after the event: check it");
}

/* ---- columns of a terminal ---- */

/* Takes one well-formed character of UTF-8. */
static unsigned long take_character(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;
    size_t more = at[0] < 0xc0 ? 0 : at[0] < 0xe0 ? 1 : at[0] < 0xf0 ? 2 : 3;
    unsigned long c = more == 0 ? at[0] : at[0] & (0x3fU >> more);
    for (size_t k = 1; k <= more; k++)
        c = c << 6 | (at[k] & 0x3fU);
    *text += more + 1;
    return c;
}

/* Combining marks take no column; wide and fullwidth characters take two (Unicode Standard Annex 11,
 * by its larger blocks). */
static size_t character_width(unsigned long c)
{
    static const struct {
        unsigned long first, last;
        size_t width;
    } blocks[] = {{0x300, 0x36f, 0},   {0x200b, 0x200f, 0}, {0xfe00, 0xfe0f, 0},  {0x1100, 0x115f, 2},
                  {0x2e80, 0xa4cf, 2}, {0xac00, 0xd7a3, 2}, {0xf900, 0xfaff, 2},  {0xfe30, 0xfe6f, 2},
                  {0xff00, 0xff60, 2}, {0xffe0, 0xffe6, 2}, {0x1f300, 0x1faff, 2},
                  {0x20000, 0x3fffd, 2}};
    for (size_t k = 0; k < sizeof blocks / sizeof blocks[0]; k++)
        if (c >= blocks[k].first && c <= blocks[k].last)
            return blocks[k].width;
    return 1;
}

void assay_say_padded(const char *word, size_t width, struct assay_text *text)
{
    size_t used = 0;
    for (const char *at = word; *at != '\0';)
        used += character_width(take_character(&at));
    assay_text_puts(text, word);
    for (; used < width; used++)
        assay_text_putc(text, ' ');
}

/* ---- left out ---- */

static const char *reason_words(enum assay_left_reason reason)
{
    static const char *const words[ASSAY_LEFT_REASONS] = {
        [ASSAY_LEFT_LEAK] = "leak",
        [ASSAY_LEFT_OVERLAP] = "overlap",
        [ASSAY_LEFT_FORMAT] = "numbers or dates written as they cannot be read",
        [ASSAY_LEFT_MIXED] = "not clean",
        [ASSAY_LEFT_UNWEIGHABLE] = "too rare",
        [ASSAY_LEFT_SEPARATES] = "tells the outcomes apart",
        [ASSAY_LEFT_SURPLUS] = "weakest, beyond what the number of events can carry",
        [ASSAY_LEFT_INTERVENTION] = "what was done about the risk, not a sign of it",
        [ASSAY_LEFT_OWNER] = "who looks after the account",
        [ASSAY_LEFT_KEY] = "keys and row numbers",
        [ASSAY_LEFT_DATE] = "dates; days since or until would do",
        [ASSAY_LEFT_TEXT] = "text of many values",
        [ASSAY_LEFT_CONSTANT] = "the same, or nearly, in every row",
        [ASSAY_LEFT_EMPTY] = "empty",
    };
    return words[reason];
}

static void say_names(const struct assay_draft *draft, enum assay_left_reason reason,
                      const char *prefix, struct assay_text *text)
{
    enum { SHOWN = 12 };
    struct assay_shown_name shown;
    size_t n = 0;
    for (size_t k = 0; k < draft->n_left; k++) {
        if (draft->left[k].reason != reason || n++ >= SHOWN)
            continue;
        assay_text_printf(text, "%s%s", n == 1 ? prefix : ", ",
                          assay_draft_shown(draft, draft->left[k].column, &shown));
    }
    if (n > SHOWN)
        assay_text_printf(text, " and %zu more", n - SHOWN);
    if (n > 0)
        assay_text_printf(text, ": %s\n", reason_words(reason));
}

static void say_findings(const struct assay_draft *draft, enum assay_left_reason reason,
                         const char *prefix, struct assay_text *text)
{
    enum { SHOWN = 20 };
    struct assay_shown_name shown;
    size_t n = 0;
    for (size_t k = 0; k < draft->n_left; k++) {
        if (draft->left[k].reason != reason || n++ >= SHOWN)
            continue;
        assay_text_printf(text, "%s%s: %s%s%s\n", prefix,
                          assay_draft_shown(draft, draft->left[k].column, &shown),
                          reason == ASSAY_LEFT_FORMAT ? "" : reason_words(reason),
                          reason == ASSAY_LEFT_FORMAT ? "" : ": ", draft->left[k].note);
    }
    if (n > SHOWN)
        assay_text_printf(text, "%s%zu more: %s\n", prefix, n - SHOWN, reason_words(reason));
}

void assay_say_left_out(const struct assay_draft *draft, const char *prefix,
                        struct assay_text *text)
{
    const struct assay_profile *profile = draft->profile;
    for (int reason = 0; reason < ASSAY_LEFT_REASONS; reason++) {
        if (reason <= ASSAY_LEFT_SEPARATES)
            say_findings(draft, (enum assay_left_reason)reason, prefix, text);
        else
            say_names(draft, (enum assay_left_reason)reason, prefix, text);
    }
    if (profile->n_repeated > 0)
        assay_text_printf(text, "%s%s: names that several columns share\n", prefix,
                          profile->repeated.data);
    if (profile->n_unnamed > 0)
        assay_text_printf(text, "%s%zu column%s without a name\n", prefix, profile->n_unnamed,
                          profile->n_unnamed == 1 ? "" : "s");
}
