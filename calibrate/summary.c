#include "calibrate/summary.h"

#include <string.h>

#include "calibrate/summary_parts.h"
#include "core/base/text.h"

const char *assay_grouped(size_t value)
{
    static char buffers[6][32];
    static unsigned next;
    char digits[32], *out = buffers[next++ % 6];
    int n = snprintf(digits, sizeof digits, "%zu", value), used = 0;
    for (int k = 0; k < n; k++) {
        if (k > 0 && (n - k) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[k];
    }
    out[used] = '\0';
    return out;
}

void assay_print_name(FILE *out, int indent, const char *name)
{
    int pad = ASSAY_NAME_WIDTH - indent - assay_display_width(name);
    fprintf(out, "%*s%s%*s", indent, "", name, pad > 1 ? pad : 1, "");
}

/* Where to break a line that begins at text: behind the last blank that fits, or at its end. */
static size_t line_length(const char *text, size_t width)
{
    size_t end = strcspn(text, "\n"), blank = 0;
    if (end <= width)
        return end;
    for (size_t k = 1; k <= width; k++)
        if (text[k] == ' ')
            blank = k;
    return blank > 0 ? blank : end;
}

void assay_print_wrapped(FILE *out, const char *text)
{
    enum { WIDTH = 100 };
    size_t indent = 0;
    while (*text != '\0') {
        size_t length = line_length(text, WIDTH - indent);
        fprintf(out, "%*s%.*s\n", (int)indent, "", (int)length, text);
        text += length;
        indent = *text == ' ' ? 2 : 0;
        text += *text != '\0'; /* the blank or the end of the line */
    }
}

static void print_data(FILE *out, const struct assay_model *model,
                       const struct assay_history *history, const char *source)
{
    const struct assay_model_fit *fit = &model->fit;
    char from[ASSAY_DATE_SIZE], to[ASSAY_DATE_SIZE];
    fprintf(out, "%s from %s: %s snapshots of %s accounts, %s with the event (%.1f%%)",
            model->spec.name, source, assay_grouped(fit->rows), assay_grouped(fit->accounts),
            assay_grouped(fit->events), 100.0 * (double)fit->events / (double)fit->rows);
    if (model->training.from != ASSAY_NO_DATE)
        fprintf(out, ", %s to %s", assay_date_print(model->training.from, from),
                assay_date_print(model->training.to, to));
    fprintf(out, ".\n");
    size_t left = 0;
    for (size_t k = ASSAY_ROW_USED + 1; k < ASSAY_ROW_STATES; k++)
        left += history->count[k];
    for (size_t k = 0; k < ASSAY_REJECT_REASONS; k++)
        left += model->training.rejected[k];
    if (left == 0)
        return;
    fprintf(out, "Left out:");
    const char *comma = "";
    for (size_t k = ASSAY_ROW_USED + 1; k < ASSAY_ROW_STATES; k++)
        if (history->count[k] > 0) {
            fprintf(out, "%s %s %s", comma, assay_grouped(history->count[k]),
                    assay_row_state_words((enum assay_row_state)k));
            comma = ",";
        }
    for (size_t k = 0; k < ASSAY_REJECT_REASONS; k++)
        if (model->training.rejected[k] > 0) {
            fprintf(out, "%s %s bad rows (%s)", comma, assay_grouped(model->training.rejected[k]),
                    assay_reject_reason_name((enum assay_reject_reason)k));
            comma = ",";
        }
    fprintf(out, ".\n");
}

void assay_calibrate_print(FILE *out, const struct assay_model *model,
                           const struct assay_calibration *calibration,
                           const struct assay_zone_result zones[],
                           const struct assay_zone_moves *zone_moves, const char *source)
{
    assay_print_method(out, model);
    print_data(out, model, &calibration->history, source);
    assay_print_weights(out, model);
    assay_print_free(out, model);
    assay_print_performance(out, model);
    assay_print_worth(out, model, calibration);
    assay_print_zones(out, model, calibration, zones);
    assay_print_segments(out, calibration);
    assay_print_changes(out, model, calibration, zone_moves);
    if (model->fit.n_warning > 0)
        fprintf(out, "\nTo bear in mind\n");
    for (size_t k = 0; k < model->fit.n_warning; k++) {
        const char *text = model->fit.warnings[k];
        fprintf(out, "  - %s%s\n", text, text[strlen(text) - 1] == '?' ? "" : ".");
    }
}
