#include "validate/summary.h"

#include <math.h>
#include <string.h>

#include "core/base/number.h"
#include "core/base/text.h"
#include "validate/notes.h"

enum { NAME_WIDTH = 30 };

static void print_name(FILE *out, const char *name)
{
    int shown = assay_display_width(name);
    fprintf(out, "  %s%*s", name, shown < NAME_WIDTH ? NAME_WIDTH - shown : 1, "");
}

/* "1,234" in one of a few rotating buffers. */
static const char *grouped(double value)
{
    static char buffers[6][ASSAY_GROUPED_SIZE];
    static unsigned next;
    return assay_number_group(value, buffers[next++ % 6]);
}

/* On the score every segment's line is at the same place. */
static void print_segment_lines(FILE *out, const struct assay_model *model)
{
    if (model == NULL || model->n_segment_line == 0)
        return;
    fprintf(out, "By %s:", model->spec.line.by);
    for (size_t k = 0; k < model->n_segment_line; k++)
        fprintf(out, "%s %s %.1f%%", k > 0 ? "," : "", model->segment_lines[k].segment,
                100 * model->segment_lines[k].probability);
    fprintf(out, ".\n");
}

static void print_head(FILE *out, const struct assay_audit *audit,
                       const struct assay_audit_data *data, const struct assay_audit_rules *rules,
                       const struct assay_audit_subject *subject)
{
    char from[ASSAY_DATE_SIZE], to[ASSAY_DATE_SIZE];
    if (subject->model != NULL)
        fprintf(out, "Audit of %s %s (%.19s...)", subject->model->spec.name,
                subject->model->version, subject->model->digest);
    else
        fprintf(out, "Audit of %s column \"%s\"",
                isnan(subject->line_probability) ? "score" : "probability", subject->score_column);
    fprintf(out, " on %s: %s snapshots, %s with the event (%.1f%%)",
            assay_csv_name(data->intake.csv), grouped((double)audit->n),
            grouped((double)audit->n_event),
            100.0 * (double)audit->n_event / (double)audit->n);
    if (data->from != ASSAY_NO_DATE)
        fprintf(out, ", %s to %s", assay_date_print(data->from, from),
                assay_date_print(data->to, to));
    fprintf(out, ".\n");
    size_t left = assay_csv_reject_count(data->intake.csv);
    for (size_t k = ASSAY_ROW_USED + 1; k < ASSAY_ROW_STATES; k++)
        left += data->count[k];
    if (left > 0) {
        fprintf(out, "Left out:");
        const char *comma = "";
        for (size_t k = ASSAY_ROW_USED + 1; k < ASSAY_ROW_STATES; k++)
            if (data->count[k] > 0) {
                fprintf(out, "%s %s %s", comma, grouped((double)data->count[k]),
                        assay_row_state_words((enum assay_row_state)k));
                comma = ",";
            }
        if (assay_csv_reject_count(data->intake.csv) > 0)
            fprintf(out, "%s %s bad rows", comma,
                    grouped((double)assay_csv_reject_count(data->intake.csv)));
        fprintf(out, ".\n");
    }
    fprintf(out, "Flagged is %s %s %g", subject->model != NULL ? "score" : subject->score_column,
            rules->higher_is == ASSAY_HIGHER_IS_HEALTH ? "<" : ">=", rules->line);
    if (subject->model != NULL)
        fprintf(out, ", a probability of %.1f%%", 100 * subject->line_probability);
    fprintf(out, ".\n");
    print_segment_lines(out, subject->model);
}

static void print_verdict(FILE *out, const struct assay_audit *audit,
                          const struct assay_audit_rules *rules)
{
    static const char *const loud[] = {"PASS", "FAIL", "INCONCLUSIVE"};
    char reason[200];
    fprintf(out, "\nVerdict: %s\n", loud[audit->verdict]);
    assay_audit_reason("sensitivity", &audit->rates.sensitivity.wilson, rules->target_sensitivity,
                       audit->sensitivity_result, audit->rates.sensitivity.n, reason,
                       sizeof reason);
    fprintf(out, "  %s\n", reason);
    assay_audit_reason("specificity", &audit->rates.specificity.wilson, rules->target_specificity,
                       audit->specificity_result, audit->rates.specificity.n, reason,
                       sizeof reason);
    fprintf(out, "  %s\n", reason);
}

static void print_counts(FILE *out, const struct assay_confusion *c)
{
    fprintf(out, "\n");
    print_name(out, "");
    fprintf(out, "%12s %12s\n", "event", "no event");
    print_name(out, "flagged");
    fprintf(out, "%12s %12s\n", grouped((double)c->tp), grouped((double)c->fp));
    print_name(out, "not flagged");
    fprintf(out, "%12s %12s\n", grouped((double)c->fn), grouped((double)c->tn));
}

static void print_estimate(FILE *out, const char *name, const struct assay_estimate *e,
                           double unit, int digits)
{
    if (isnan(e->value))
        return;
    print_name(out, name);
    fprintf(out, "%.*f", digits, assay_number_unsigned_zero(unit * e->value, digits));
    if (!isnan(e->low))
        fprintf(out, "  [%.*f, %.*f]", digits, assay_number_unsigned_zero(unit * e->low, digits),
                digits, assay_number_unsigned_zero(unit * e->high, digits));
    fprintf(out, "\n");
}

static void print_metrics(FILE *out, const struct assay_audit *audit)
{
    const struct assay_confusion_rates *r = &audit->rates;
    const struct assay_performance *p = &audit->performance;
    fprintf(out, "\nFigures, with 95%% intervals\n");
    print_estimate(out, "sensitivity, %", &r->sensitivity.wilson, 100, 1);
    print_estimate(out, "specificity, %", &r->specificity.wilson, 100, 1);
    print_estimate(out, "precision (PPV), %", &r->ppv.wilson, 100, 1);
    print_estimate(out, "NPV, %", &r->npv.wilson, 100, 1);
    print_estimate(out, "flagged, %", &r->flagged_share.wilson, 100, 1);
    print_estimate(out, "AUC", &audit->auc.wald, 1, 3);
    print_estimate(out, "Brier score", &p->brier, 1, 4);
    print_estimate(out, "log loss", &p->log_loss, 1, 4);
    print_estimate(out, "calibration intercept", &p->calibration_intercept, 1, 3);
    print_estimate(out, "calibration slope", &p->calibration_slope, 1, 3);
    print_estimate(out, "observed / expected", &p->oe_ratio, 1, 3);
}

static void print_zones(FILE *out, const struct assay_audit *audit,
                        const struct assay_audit_rules *rules)
{
    if (audit->n_zone == 0)
        return;
    fprintf(out, "\n");
    print_name(out, "zone");
    fprintf(out, "%12s %12s   %s\n", "snapshots", "events", "share with the event");
    for (size_t z = 0; z < audit->n_zone; z++) {
        const struct assay_zone_result *zone = &audit->zones[z];
        char label[128];
        snprintf(label, sizeof label, "%s, from %.4g", rules->zones[z].name, rules->zones[z].from);
        print_name(out, label);
        fprintf(out, "%12s %12s", grouped((double)zone->n), grouped((double)zone->n_event));
        if (zone->n > 0)
            fprintf(out, "   %.1f%% [%.1f, %.1f]", 100 * zone->rate.wilson.value,
                    100 * zone->rate.wilson.low, 100 * zone->rate.wilson.high);
        fprintf(out, "\n");
    }
}

static void print_segments(FILE *out, const struct assay_audit *audit)
{
    if (audit->n_segment == 0)
        return;
    fprintf(out, "\n");
    print_name(out, "segment");
    fprintf(out, "%9s %7s  %6s  %-21s %s\n", "snapshots", "events", "AUC", "sensitivity, %",
            "specificity, %");
    for (size_t k = 0; k < audit->n_segment; k++) {
        const struct assay_audit_segment *s = &audit->segments[k];
        const struct assay_estimate *a = &s->rates.sensitivity.wilson,
                                    *b = &s->rates.specificity.wilson;
        char label[ASSAY_QUOTE_SIZE + 64], quoted[ASSAY_QUOTE_SIZE], cell[48] = "-", auc[16] = "-";
        snprintf(label, sizeof label, "%.40s: %s", s->column,
                 s->value[0] != '\0' ? assay_quote_value(s->value, strlen(s->value), quoted)
                                     : "(missing)");
        if (!isnan(s->auc.value))
            snprintf(auc, sizeof auc, "%.3f", s->auc.value);
        if (!isnan(a->value))
            snprintf(cell, sizeof cell, "%.0f [%.0f, %.0f]", 100 * a->value, 100 * a->low,
                     100 * a->high);
        print_name(out, label);
        fprintf(out, "%9s %7s  %6s  %-21s ", grouped((double)s->n), grouped((double)s->n_event), auc,
                cell);
        if (!isnan(b->value))
            fprintf(out, "%.0f [%.0f, %.0f]\n", 100 * b->value, 100 * b->low, 100 * b->high);
        else
            fprintf(out, "-\n");
    }
}

static void print_value(FILE *out, const struct assay_audit *audit)
{
    if (!isnan(audit->value_churned))
        fprintf(out, "\nValue lost with the event: %s, of which flagged before %s, missed %s. "
                     "Flagged in vain: %s.\n",
                grouped(audit->value_churned), grouped(audit->value_caught),
                grouped(audit->value_missed), grouped(audit->value_in_vain));
}

static void print_notes(FILE *out, const struct assay_audit *audit,
                        const struct assay_audit_data *data, const struct assay_audit_rules *rules,
                        const struct assay_audit_subject *subject)
{
    struct assay_notes notes;
    assay_notes_gather(audit, data, rules, subject->model, &notes);
    if (notes.n > 0)
        fprintf(out, "To bear in mind\n");
    for (size_t k = 0; k < notes.n; k++)
        fprintf(out, "  - %s.\n", notes.text[k]);
}

void assay_validate_print(FILE *out, const struct assay_audit *audit,
                          const struct assay_audit_data *data,
                          const struct assay_audit_rules *rules,
                          const struct assay_audit_subject *subject)
{
    print_head(out, audit, data, rules, subject);
    print_verdict(out, audit, rules);
    print_notes(out, audit, data, rules, subject);
    print_counts(out, &audit->counts);
    print_metrics(out, audit);
    print_zones(out, audit, rules);
    print_segments(out, audit);
    print_value(out, audit);
}
