#include "calibrate/draft_words.h"

#include "calibrate/draft_parts.h"

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

void assay_say_id(const struct assay_draft *draft, struct assay_text *text)
{
    const char *same = draft->as_of != ASSAY_NO_PROFILE ? " on the same date" : "";
    assay_text_puts(text, draft->id_by_values ? "text that no two rows share" : "by its name");
    if (draft->id_by_values)
        assay_text_puts(text, same);
    else if (draft->n_repeated > 0)
        assay_text_printf(text, "; but %zu row%s an id that an earlier one has%s",
                          draft->n_repeated, draft->n_repeated == 1 ? " has" : "s have", same);
    else
        assay_text_printf(text, "; no two rows share one%s", same);
}

double assay_declared_auc(const struct assay_draft_signal *signal)
{
    double auc = signal->evidence.auc;
    return signal->better == ASSAY_LOWER ? auc : 1 - auc;
}

void assay_say_direction(const struct assay_draft_signal *signal, struct assay_text *text)
{
    const char *better = signal->better == ASSAY_LOWER ? "lower" : "higher";
    assay_text_printf(text, "AUC %.3f", assay_declared_auc(signal));
    if (signal->points_from_data)
        return;
    if (signal->direction == ASSAY_BY_DATA)
        assay_text_printf(text, ", %s goes with the event",
                          signal->better == ASSAY_LOWER ? "higher" : "lower");
    else if (signal->direction == ASSAY_BY_NAME)
        assay_text_printf(text, ", not clear: %s is better by its name (\"%s\")", better,
                          signal->keyword);
    else
        assay_text_printf(text, ", not clear: %s is taken as better", better);
    if (signal->against_name)
        assay_text_printf(text, ", against what \"%s\" in its name suggests", signal->keyword);
}

void assay_say_missing(const struct assay_draft_signal *signal, struct assay_text *text)
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

/* ---- left out ---- */

static const char *reason_words(enum assay_left_reason reason)
{
    static const char *const words[ASSAY_LEFT_REASONS] = {
        [ASSAY_LEFT_LEAK] = "leak",
        [ASSAY_LEFT_OVERLAP] = "overlap",
        [ASSAY_LEFT_MIXED] = "not clean",
        [ASSAY_LEFT_UNWEIGHABLE] = "too rare",
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
        assay_text_printf(text, "%s%s: %s: %s\n", prefix,
                          assay_draft_shown(draft, draft->left[k].column, &shown),
                          reason_words(reason), draft->left[k].note);
    }
    if (n > SHOWN)
        assay_text_printf(text, "%s%zu more: %s\n", prefix, n - SHOWN, reason_words(reason));
}

void assay_say_left_out(const struct assay_draft *draft, const char *prefix,
                        struct assay_text *text)
{
    const struct assay_profile *profile = draft->profile;
    for (int reason = 0; reason < ASSAY_LEFT_REASONS; reason++) {
        if (reason <= ASSAY_LEFT_UNWEIGHABLE)
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
