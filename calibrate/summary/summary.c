#include "calibrate/summary/summary.h"

#include <string.h>

#include "calibrate/summary/summary_parts.h"
#include "core/base/text.h"

/* "1,238 not matured yet, 3 bad rows (date)"; nothing where no row was left out. */
static void put_left_out(const struct assay_model *model, const struct assay_history *history,
                         struct assay_text *text)
{
    const char *comma = "";
    for (size_t k = ASSAY_ROW_USED + 1; k < ASSAY_ROW_STATES; k++)
        if (history->count[k] > 0) {
            assay_text_printf(text, "%s%s %s", comma, assay_grouped(history->count[k]),
                              assay_row_state_words((enum assay_row_state)k));
            comma = ", ";
        }
    for (size_t k = 0; k < ASSAY_REJECT_REASONS; k++)
        if (model->training.rejected[k] > 0) {
            assay_text_printf(text, "%s%s bad row%s (%s)", comma,
                              assay_grouped(model->training.rejected[k]),
                              model->training.rejected[k] == 1 ? "" : "s",
                              assay_reject_reason_name((enum assay_reject_reason)k));
            comma = ", ";
        }
}

enum assay_status assay_summary_words_find(const struct assay_model *model,
                                           const struct assay_calibration *calibration,
                                           struct assay_summary_words *words,
                                           struct assay_error *err)
{
    *words = (struct assay_summary_words){0};
    put_left_out(model, &calibration->history, &words->left_out);
    assay_worth_say(model->yardsticks, calibration->champion_saw, &words->worth);
    if (calibration->segmentation.column != NULL)
        assay_segmentation_say(&calibration->segmentation, &words->segments);
    if (!words->left_out.failed && !words->worth.failed && !words->segments.failed)
        return ASSAY_OK;
    assay_summary_words_clear(words);
    return assay_fail_memory(err, "summing up");
}

void assay_summary_words_clear(struct assay_summary_words *words)
{
    assay_text_clear(&words->left_out);
    assay_text_clear(&words->worth);
    assay_text_clear(&words->segments);
}

static void print_data(FILE *out, const struct assay_model *model,
                       const struct assay_summary_words *words, const char *source)
{
    const struct assay_model_fit *fit = &model->fit;
    char from[ASSAY_DATE_SIZE], to[ASSAY_DATE_SIZE], dates[3 * ASSAY_DATE_SIZE] = "";
    if (model->training.from != ASSAY_NO_DATE)
        snprintf(dates, sizeof dates, ", %s to %s", assay_date_print(model->training.from, from),
                 assay_date_print(model->training.to, to));
    assay_print_sentence(out, "%s from %s: %s snapshots of %s account%s, %s with the event (%.1f%%)%s.",
                         model->spec.name, source, assay_grouped(fit->rows),
                         assay_grouped(fit->accounts), fit->accounts == 1 ? "" : "s",
                         assay_grouped(fit->events),
                         100.0 * (double)fit->events / (double)fit->rows, dates);
    if (words->left_out.length > 0)
        assay_print_sentence(out, "Left out: %s.", words->left_out.data);
}

static void print_warnings(FILE *out, const struct assay_model *model)
{
    if (model->fit.n_warning > 0)
        fprintf(out, "\nTo bear in mind\n");
    for (size_t k = 0; k < model->fit.n_warning; k++) {
        const char *text = model->fit.warnings[k];
        assay_print_sentence(out, "  - %s%s", text, text[strlen(text) - 1] == '?' ? "" : ".");
    }
}

void assay_calibrate_print(FILE *out, const struct assay_model *model,
                           const struct assay_calibration *calibration,
                           const struct assay_zone_result zones[],
                           const struct assay_zone_moves *zone_moves,
                           const struct assay_summary_words *words, const char *source)
{
    assay_print_method(out, model);
    print_data(out, model, words, source);
    assay_print_weights(out, model);
    assay_print_free(out, model);
    assay_print_performance(out, model);
    assay_print_worth(out, model, calibration, words);
    assay_print_zones(out, model, calibration, zones);
    assay_print_segments(out, words);
    assay_print_changes(out, model, calibration, zone_moves);
    print_warnings(out, model);
}
