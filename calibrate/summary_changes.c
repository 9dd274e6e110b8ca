#include <math.h>
#include <string.h>

#include "calibrate/summary_parts.h"

static void print_part(FILE *out, const struct assay_estimate *part)
{
    char cell[48];
    if (isnan(part->value))
        snprintf(cell, sizeof cell, "-");
    else if (isnan(part->low))
        snprintf(cell, sizeof cell, "%+.1f", 100 * part->value);
    else
        snprintf(cell, sizeof cell, "%+.1f [%+.1f, %+.1f]", 100 * part->value, 100 * part->low,
                 100 * part->high);
    fprintf(out, "  %-20s", cell);
}

/* The accounts that pulled a weight most the way it went. */
static void print_accounts(FILE *out, const struct assay_weight_change *change)
{
    const char *comma = "";
    for (size_t k = 0; k < sizeof change->accounts / sizeof change->accounts[0]; k++) {
        if (change->accounts[k] == NULL)
            break;
        fprintf(out, "%s%s %+.2f", comma, change->accounts[k], 100 * change->pulls[k]);
        comma = ", ";
    }
}

static double print_weight(FILE *out, const struct assay_weight_change *c, bool split)
{
    double before = isnan(c->before) ? 0 : c->before, after = isnan(c->after) ? 0 : c->after;
    assay_print_name(out, 4, c->name);
    fprintf(out, "%5.1f -> %5.1f  %+5.1f", 100 * before, 100 * after, 100 * (after - before));
    if (isnan(c->before) || isnan(c->after)) {
        fprintf(out, "  %s", isnan(c->before) ? "new" : "gone");
    } else if (split) {
        print_part(out, &c->data);
        print_part(out, &c->baselines);
        print_part(out, &c->method);
        print_accounts(out, c);
    }
    fputc('\n', out);
    return fabs(after - before) / 2;
}

static void print_reasons(FILE *out, const struct assay_calibration *calibration, bool split)
{
    if (!split) {
        fprintf(out, "  Why they moved cannot be split: %s.\n", calibration->moves.reason);
        return;
    }
    assay_print_name(out, 4, "");
    fprintf(out, "%5s    %5s  %5s  %-20s  %-20s  %-20s%s\n", "", "", "", "new data",
            "new baselines", "method or limits", "accounts that pulled most");
}

/* ---- who changes zone ---- */

static void print_tally(FILE *out, const char *label, const struct assay_zone_tally *tally,
                        bool has_value)
{
    assay_print_name(out, 4, label);
    fprintf(out, "%7s of %-7s %7s %7s", assay_grouped(tally->moved), assay_grouped(tally->accounts),
            assay_grouped(tally->up), assay_grouped(tally->down));
    if (has_value)
        fprintf(out, "  %12.0f of %.0f", tally->value_moved, tally->value);
    fputc('\n', out);
}

static void print_zone_accounts(FILE *out, const struct assay_model *champion,
                                const struct assay_model *model,
                                const struct assay_calibration *calibration,
                                const struct assay_zone_moves *moves)
{
    enum { SHOWN = 5 };
    const struct assay_history *history = &calibration->history;
    const struct assay_column *id = &history->table->columns[history->columns->id];
    for (size_t k = 0; k < moves->n_account && k < SHOWN && moves->accounts[k].moved; k++) {
        const struct assay_zone_account *a = &moves->accounts[k];
        fprintf(out, "    %s: %.0f, %s -> %.0f, %s", assay_dictionary_text(id->dictionary,
                                                                             id->codes[a->row]),
                a->score_before, champion->spec.zones[a->zone_before].name, a->score_after,
                model->spec.zones[a->zone_after].name);
        if (!isnan(a->value))
            fprintf(out, " (%.0f)", a->value);
        fputc('\n', out);
    }
}

static void print_zone_moves(FILE *out, const struct assay_model *model,
                             const struct assay_calibration *calibration,
                             const struct assay_zone_moves *moves)
{
    if (moves->n_account == 0)
        return;
    fprintf(out, "  Accounts that change zone, in their latest snapshots\n");
    assay_print_name(out, 4, "");
    fprintf(out, "%7s    %-7s %7s %7s%s\n", "moved", "", "up", "down",
            moves->has_value ? "  value moved" : "");
    print_tally(out, "all", &moves->all, moves->has_value);
    for (size_t k = 0; k < moves->n_segment; k++) {
        const struct assay_zone_segment *segment = &moves->segments[k];
        char label[ASSAY_NAME_WIDTH * 4];
        snprintf(label, sizeof label, "%s: %s", model->spec.segments[segment->column],
                 segment->name != NULL ? segment->name : "(none)");
        print_tally(out, label, &segment->tally, moves->has_value);
    }
    if (moves->all.moved > 0)
        fprintf(out, "  %s (--moves FILE lists all):\n",
                moves->has_value ? "Those of most value" : "The first of them");
    print_zone_accounts(out, calibration->champion, model, calibration, moves);
}

void assay_print_changes(FILE *out, const struct assay_model *model,
                         const struct assay_calibration *calibration,
                         const struct assay_zone_moves *zone_moves)
{
    const struct assay_model_changes *changes = &model->changes;
    double moved = 0;
    size_t other = 0, all = 0;
    if (model->parent_digest == NULL)
        return;
    bool split = calibration->moves.reason[0] == '\0';
    fprintf(out, "\nAgainst the champion, %s (%.19s...)\n", model->parent_version,
            model->parent_digest);
    print_reasons(out, calibration, split);
    for (size_t k = 0; k < changes->n_weight; k++)
        moved += print_weight(out, &changes->weights[k], split);
    for (size_t k = 0; k < changes->n_move; k++) {
        all += changes->moves[k].snapshots;
        other += strcmp(changes->moves[k].from, changes->moves[k].to) != 0
                     ? changes->moves[k].snapshots : 0;
    }
    fprintf(out, "  %.1f of 100 weight points move; %s of %s snapshots change zone.\n", 100 * moved,
            assay_grouped(other), assay_grouped(all));
    if (changes->before.n == 0)
        fprintf(out, "  No snapshot gets a score from both models: their figures cannot be compared.\n");
    if (zone_moves != NULL)
        print_zone_moves(out, model, calibration, zone_moves);
}
