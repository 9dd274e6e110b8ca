#include <math.h>
#include <string.h>

#include "calibrate/summary/summary_parts.h"

enum { PART_WIDTH = 20 };

/* ---- weights ---- */

/* The accounts that pulled a weight most the way it went: "A-00271 +0.15, A-00286 +0.12". */
static void print_accounts(struct assay_row *row, const struct assay_weight_change *change)
{
    char cell[ASSAY_CELL_SIZE];
    for (size_t k = 0; k < sizeof change->accounts / sizeof change->accounts[0]; k++) {
        if (change->accounts[k] == NULL)
            return;
        if (k == 0)
            assay_row_cell(row, 0, change->accounts[k]);
        else
            fprintf(row->out, ", %s", change->accounts[k]);
        fprintf(row->out, " %s", assay_change_text(100 * change->pulls[k], 2, cell));
    }
}

static void print_split(struct assay_row *row, const struct assay_weight_change *c)
{
    const struct assay_estimate *parts[] = {&c->data, &c->baselines, &c->method};
    char cell[ASSAY_CELL_SIZE];
    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++)
        assay_row_cell(row, PART_WIDTH, assay_interval_cell(parts[k], 100, 1, true, cell));
    print_accounts(row, c);
}

static double print_weight(FILE *out, const struct assay_weight_change *c, bool split)
{
    double before = isnan(c->before) ? 0 : c->before, after = isnan(c->after) ? 0 : c->after;
    struct assay_row row = {.out = out};
    char change[ASSAY_CELL_SIZE];
    assay_print_name(out, 4, c->name);
    fprintf(out, "%5.1f -> %5.1f  %5s", assay_number_unsigned_zero(100 * before, 1),
            assay_number_unsigned_zero(100 * after, 1),
            assay_change_text(100 * (after - before), 1, change));
    if (isnan(c->before) || isnan(c->after))
        assay_row_cell(&row, 0, isnan(c->before) ? "new" : "gone");
    else if (split)
        print_split(&row, c);
    assay_row_end(&row);
    return fabs(after - before) / 2;
}

static void print_reasons(FILE *out, const struct assay_calibration *calibration, bool split)
{
    struct assay_row row = {.out = out};
    if (!split) {
        assay_print_sentence(out, "  Why they moved cannot be split: %s.", calibration->moves.reason);
        return;
    }
    assay_print_name(out, 4, "");
    fprintf(out, "%5s    %5s  %5s", "", "", "");
    assay_row_cell(&row, PART_WIDTH, "new data");
    assay_row_cell(&row, PART_WIDTH, "new baselines");
    assay_row_cell(&row, PART_WIDTH, "method or limits");
    assay_row_cell(&row, 0, "accounts that pulled most");
    assay_row_end(&row);
}

/* moved: of all weight, in points of 100. */
static void print_total(FILE *out, const struct assay_model *model, double moved)
{
    const struct assay_model_changes *changes = &model->changes;
    size_t other = 0, all = 0;
    for (size_t k = 0; k < changes->n_move; k++) {
        all += changes->moves[k].snapshots;
        other += strcmp(changes->moves[k].from, changes->moves[k].to) != 0
                     ? changes->moves[k].snapshots : 0;
    }
    assay_print_sentence(out, "  %.1f of 100 weight points move; %s of %s snapshots change%s zone%s.",
                         moved, assay_grouped(other), assay_grouped(all), other == 1 ? "s" : "",
                         moved < 0.05 && other > 0
                             ? ", because intercept, slope and baselines were fitted anew" : "");
    if (model->spec.fit.folds == 0)
        assay_print_sentence(out, "  Nothing was held out: which of the two tells better was not measured.");
    else if (changes->before.n == 0)
        assay_print_sentence(out, "  No snapshot gets a score from both models: their figures cannot be "
                             "compared.");
}

/* ---- who changes zone ---- */

enum { TALLY_WIDTH = 60, VALUE_WIDTH = 16 };

/* "segment: Retail", or "segment: (none)". */
static const char *label_of(const struct assay_zone_segment *segment, const struct assay_spec *spec,
                            char label[4 * TALLY_WIDTH])
{
    snprintf(label, 4 * TALLY_WIDTH, "%s: %s", spec->segments[segment->column],
             segment->name != NULL ? segment->name : "(none)");
    return label;
}

/* Columns for the labels: those of the longest, within reason. */
static int label_width(const struct assay_zone_moves *moves, const struct assay_spec *spec)
{
    char label[4 * TALLY_WIDTH];
    int width = ASSAY_NAME_WIDTH - 4;
    for (size_t k = 0; k < moves->n_segment; k++) {
        int own = 1 + assay_display_width(label_of(&moves->segments[k], spec, label));
        if (own > width && own <= TALLY_WIDTH)
            width = own;
    }
    return width;
}

static void print_tally(FILE *out, const char *label, int width, const struct assay_zone_tally *tally,
                        bool has_value)
{
    int pad = width - assay_display_width(label);
    fprintf(out, "    %s%*s%7s of %-7s %7s %7s", label, pad > 1 ? pad : 1, "",
            assay_grouped(tally->moved), assay_grouped(tally->accounts), assay_grouped(tally->up),
            assay_grouped(tally->down));
    if (has_value)
        fprintf(out, "%*s of %s", VALUE_WIDTH, assay_grouped_amount(tally->value_moved),
                assay_grouped_amount(tally->value));
    fputc('\n', out);
}

/* One decimal, rounded down: zones are decided on the unrounded score, and 49.97 is At Risk. */
static double shown_score(double score)
{
    return floor(10 * score) / 10;
}

enum { SHOWN = 5 };

static void print_zone_accounts(FILE *out, const struct assay_model *champion,
                                const struct assay_model *model,
                                const struct assay_calibration *calibration,
                                const struct assay_zone_moves *moves)
{
    const struct assay_history *history = &calibration->history;
    const struct assay_column *id = &history->table->columns[history->columns->id];
    for (size_t k = 0; k < moves->n_account && k < SHOWN && moves->accounts[k].moved; k++) {
        const struct assay_zone_account *a = &moves->accounts[k];
        fprintf(out, "    %s: %.1f, %s -> %.1f, %s",
                assay_dictionary_text(id->dictionary, id->codes[a->row]), shown_score(a->score_before),
                champion->spec.zones[a->zone_before].name, shown_score(a->score_after),
                model->spec.zones[a->zone_after].name);
        if (!isnan(a->value))
            fprintf(out, " (%s)", assay_grouped_amount(a->value));
        fputc('\n', out);
    }
}

static void print_zone_moves(FILE *out, const struct assay_model *model,
                             const struct assay_calibration *calibration,
                             const struct assay_zone_moves *moves)
{
    char label[4 * TALLY_WIDTH];
    int width = label_width(moves, &model->spec);
    if (moves->n_account == 0)
        return;
    fprintf(out, "  Accounts that change zone, in their latest snapshots\n");
    fprintf(out, "    %*s%7s    %-7s %7s %7s", width, "", "moved", "", "up", "down");
    if (moves->has_value)
        fprintf(out, "%*s", VALUE_WIDTH, "value moved");
    fputc('\n', out);
    print_tally(out, "all", width, &moves->all, moves->has_value);
    for (size_t k = 0; k < moves->n_segment; k++)
        print_tally(out, label_of(&moves->segments[k], &model->spec, label), width,
                    &moves->segments[k].tally, moves->has_value);
    if (moves->all.moved > SHOWN)
        fprintf(out, "  %s (--moves FILE lists all):\n",
                moves->has_value ? "Those of most value" : "The first of them");
    else if (moves->all.moved > 0)
        fprintf(out, "  They are:\n");
    print_zone_accounts(out, calibration->champion, model, calibration, moves);
}

void assay_print_changes(FILE *out, const struct assay_model *model,
                         const struct assay_calibration *calibration,
                         const struct assay_zone_moves *zone_moves)
{
    const struct assay_model_changes *changes = &model->changes;
    double moved = 0;
    if (model->parent_digest == NULL)
        return;
    bool split = calibration->moves.reason[0] == '\0';
    fprintf(out, "\nAgainst the champion, %s %s (%.19s...)\n", calibration->champion->spec.name,
            model->parent_version, model->parent_digest);
    print_reasons(out, calibration, split);
    for (size_t k = 0; k < changes->n_weight; k++)
        moved += print_weight(out, &changes->weights[k], split);
    print_total(out, model, 100 * moved);
    if (zone_moves != NULL)
        print_zone_moves(out, model, calibration, zone_moves);
}
