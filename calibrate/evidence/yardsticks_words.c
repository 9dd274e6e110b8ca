#include <math.h>
#include <stdio.h>

#include "calibrate/evidence/yardsticks.h"
#include "core/base/number.h"

/* ---- numbers ---- */

static void put_count(struct assay_text *text, size_t value)
{
    char grouped[ASSAY_GROUPED_SIZE];
    assay_text_puts(text, assay_number_group((double)value, grouped));
}

/* At least so many, and more where the interval would be narrower than ten units of the last. */
static int decimals_of(const struct assay_estimate *estimate, int least)
{
    int decimals = least;
    while (decimals < 9 && estimate->high - estimate->low < 10 * pow(10, -decimals))
        decimals++;
    return decimals;
}

static void put_interval(struct assay_text *text, double low, double high, int decimals)
{
    if (isnan(low))
        assay_text_puts(text, " (no interval)");
    else
        assay_text_printf(text, " [%.*f, %.*f]", decimals, assay_number_unsigned_zero(low, decimals),
                          decimals, assay_number_unsigned_zero(high, decimals));
}

/* "0.0089 [0.0042, 0.0136]", a change with its sign dropped. */
static void put_size(struct assay_text *text, const struct assay_estimate *change)
{
    int decimals = decimals_of(change, 4);
    bool down = change->value < 0;
    assay_text_printf(text, "%.*f", decimals, fabs(change->value));
    put_interval(text, down ? -change->high : change->low, down ? -change->low : change->high,
                 decimals);
}

/* "-0.0012 [-0.0051, 0.0027]" */
static void put_change(struct assay_text *text, const struct assay_estimate *change, int least)
{
    int decimals = decimals_of(change, least);
    double value = assay_number_unsigned_zero(change->value, decimals);
    assay_text_printf(text, value == 0 ? "%.*f" : "%+.*f", decimals, value);
    put_interval(text, change->low, change->high, decimals);
}

static void put_rows(struct assay_text *text, const struct assay_model_yardstick *yard)
{
    assay_text_puts(text, "on ");
    put_count(text, yard->n);
    assay_text_puts(text, " held-out snapshots (");
    put_count(text, yard->events);
    assay_text_puts(text, " with the event) ");
}

/* ---- clauses ---- */

static bool are_same(const struct assay_model_yardstick *yard)
{
    return yard->log_loss_change.low == 0 && yard->log_loss_change.high == 0;
}

/* "log loss 0.2841 against 0.2930, lower by 0.0089 [0.0042, 0.0136]" */
static void put_told(struct assay_text *text, const struct assay_model_yardstick *yard)
{
    assay_text_printf(text, "log loss %.4f against %.4f, %s by ",
                      yard->log_loss + yard->log_loss_change.value, yard->log_loss,
                      yard->log_loss_change.value < 0 ? "lower" : "higher");
    put_size(text, &yard->log_loss_change);
}

static void put_untold(struct assay_text *text, const struct assay_model_yardstick *yard)
{
    if (are_same(yard)) {
        assay_text_puts(text, "predict the same");
        return;
    }
    assay_text_puts(text, "cannot be told apart by log loss, which differs by ");
    put_change(text, &yard->log_loss_change, 4);
    if (isnan(yard->auc_gain.value))
        return;
    assay_text_puts(text, "; AUC differs by ");
    put_change(text, &yard->auc_gain, 3);
}

/* The new weights beside a yardstick, as the rest of a sentence. */
static void put_standing(struct assay_text *text, const struct assay_model_yardstick *yard,
                         enum assay_standing standing, const char *name)
{
    if (standing == ASSAY_NOT_TOLD) {
        assay_text_printf(text, "the new weights and %s ", name);
        put_untold(text, yard);
    } else {
        assay_text_printf(text, "the new weights predict %s than %s, ",
                          standing == ASSAY_BETTER ? "better" : "worse", name);
        put_told(text, yard);
    }
    assay_text_puts(text, ".\n");
}

/* ---- sentences ---- */

static void say_recalibrated(const struct assay_model_yardstick *again, enum assay_standing standing,
                             enum assay_worth_verdict verdict, struct assay_text *text)
{
    if (verdict == ASSAY_WORTH_CHANGING && standing == ASSAY_NOT_COMPARED) {
        assay_text_puts(text, "Whether the champion with its intercept and slope refitted would do as "
                              "well could not be measured.\n");
    } else if (verdict == ASSAY_WORTH_CHANGING) {
        assay_text_puts(text, "It is the weights that do it: with the champion's intercept and slope "
                              "refitted, log loss is still lower by ");
        put_size(text, &again->log_loss_change);
        assay_text_puts(text, ".\n");
    } else if (verdict == ASSAY_WORTH_RECALIBRATING) {
        assay_text_puts(text, "With the champion's intercept and slope refitted, ");
        put_standing(text, again, standing, "the champion");
    } else if (standing == ASSAY_WORSE) {
        assay_text_puts(text, "The champion with its intercept and slope refitted would do better than "
                              "the new weights: log loss lower by ");
        put_size(text, &again->log_loss_change);
        assay_text_puts(text, ".\n");
    }
}

static void say_verdict(const struct assay_model_yardstick yards[], const struct assay_worth *worth,
                        bool champion_saw, struct assay_text *text)
{
    static const char *const openings[] = {
        [ASSAY_WORTH_CHANGING] = "Worth changing: ",
        [ASSAY_WORTH_RECALIBRATING] = "Better, but the gain comes from recalibration alone: keep the "
                                      "champion's weights and refit intercept and slope.\nAs it is, ",
        [ASSAY_NOT_WORTH_CHANGING] = "Not worth changing for accuracy: ",
        [ASSAY_WORSE_THAN_CHAMPION] = "Do not change: ",
        [ASSAY_WORTH_WEIGHING] = "Worth weighting: ",
        [ASSAY_NOT_WORTH_WEIGHING] = "No better than equal weights, as far as these data can tell: ",
        [ASSAY_WORSE_THAN_EQUAL] = "Worse than equal weights: "};
    bool champion = worth->standing[ASSAY_YARD_CHAMPION] != ASSAY_NOT_COMPARED;
    size_t k = champion ? ASSAY_YARD_CHAMPION : ASSAY_YARD_EQUAL;
    assay_text_puts(text, champion_saw && worth->verdict == ASSAY_WORSE_THAN_CHAMPION
                              ? "No reason to change in these data: "
                              : openings[worth->verdict]);
    put_rows(text, &yards[k]);
    put_standing(text, &yards[k], worth->standing[k], champion ? "the champion" : "equal weights");
    if (champion)
        say_recalibrated(&yards[ASSAY_YARD_RECALIBRATED], worth->standing[ASSAY_YARD_RECALIBRATED],
                         worth->verdict, text);
}

void assay_worth_say(const struct assay_model_yardstick yards[ASSAY_YARDS], bool champion_saw,
                     struct assay_text *text)
{
    struct assay_worth worth = assay_worth_of(yards);
    bool champion = worth.standing[ASSAY_YARD_CHAMPION] != ASSAY_NOT_COMPARED;
    if (worth.verdict == ASSAY_WORTH_UNKNOWN) {
        assay_text_puts(text, "Whether the new weights are worth changing to could not be measured: no "
                              "held-out snapshot has a second prediction beside it.\n");
        return;
    }
    say_verdict(yards, &worth, champion_saw, text);
    if (champion && champion_saw)
        assay_text_puts(text, "The champion was fitted to some of these snapshots, or may have been, "
                              "which flatters it and new weights that hold on to it: a comparison on "
                              "later snapshots will be fairer.\n");
    if (champion && worth.standing[ASSAY_YARD_EQUAL] != ASSAY_NOT_COMPARED) {
        const struct assay_model_yardstick *equal = &yards[ASSAY_YARD_EQUAL];
        assay_text_puts(text, "Beside equal weights: ");
        if (equal->n != yards[ASSAY_YARD_CHAMPION].n)
            put_rows(text, equal);
        put_standing(text, equal, worth.standing[ASSAY_YARD_EQUAL], "these");
    }
}
