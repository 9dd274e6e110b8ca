#include "calibrate/import/bands.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/text.h"

/* ---- two bands ---- */

/* A band and what stands in messages for it; index is the caller's own. */
struct span {
    struct assay_bound from, to;
    size_t line, index;
};

struct meeting {
    bool upper_included; /* the vendor's rule */
    bool whole;          /* a gap of 1 between whole numbers holds no value that counts */
};

static bool is_whole(double value)
{
    return isfinite(value) && value == floor(value);
}

/* The first number that no longer belongs to the band, and the first that does. */
static double end_of(const struct assay_bound *to, bool included)
{
    return included ? nextafter(to->value, HUGE_VAL) : to->value;
}

static double start_of(const struct assay_bound *from, bool included)
{
    return included ? from->value : nextafter(from->value, HUGE_VAL);
}

/* First number of the upper of two bands that meet (*gap false), or first numbers of a gap between them
 * and of the upper one. False: they overlap. */
static bool spans_meet(const struct span *lower, const struct span *upper,
                       const struct meeting *meeting, bool *gap, double *gap_from, double *start)
{
    const struct assay_bound *to = &lower->to, *from = &upper->from;
    bool same = to->value == from->value;
    bool next = !to->given && !from->given && is_whole(to->value) && from->value == to->value + 1;
    bool to_included = to->given             ? to->included
                       : same && from->given ? !from->included
                                             : meeting->upper_included || next;
    bool from_included = from->given         ? from->included
                         : same && to->given ? !to->included
                                             : !meeting->upper_included || next;
    double end = next && meeting->whole ? from->value : end_of(to, to_included);
    *start = start_of(from, from_included);
    *gap = *start > end;
    *gap_from = end;
    return isfinite(*start) && *start >= end;
}

static int by_lower_end(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    if (x->from.value != y->from.value)
        return x->from.value < y->from.value ? -1 : 1;
    if (x->to.value != y->to.value)
        return x->to.value < y->to.value ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

/* Sorts by lower end, open first, and closes the ends that are open towards a neighbour. */
static void settle_spans(struct span spans[], size_t n)
{
    qsort(spans, n, sizeof *spans, by_lower_end);
    for (size_t k = 0; k < n; k++) {
        struct assay_bound *from = &spans[k].from, *to = &spans[k].to;
        if (from->value == to->value)
            *from = *to = (struct assay_bound){from->value, true, true};
    }
    for (size_t k = 1; k < n; k++) {
        struct assay_bound *to = &spans[k - 1].to, *from = &spans[k].from;
        if (isinf(from->value))
            *from = (struct assay_bound){to->value, to->given, !to->included};
        else if (isinf(to->value))
            *to = (struct assay_bound){from->value, from->given, !from->included};
    }
}

/* ---- measures ---- */

struct pieces {
    struct assay_piece_of_measure *list;
    size_t n;
};

/* Adjoining pieces of the same points are one. */
static void add_piece(struct pieces *pieces, double from, double points)
{
    if (pieces->n == 0 || pieces->list[pieces->n - 1].points != points)
        pieces->list[pieces->n++] = (struct assay_piece_of_measure){from, points};
}

static enum assay_status fail_bands(const struct assay_scorecard *card,
                                    const struct assay_measure *measure, const struct span *lower,
                                    const struct span *upper, bool gap, struct assay_error *err)
{
    char name[ASSAY_QUOTE_SIZE];
    assay_quote_value(measure->name, strlen(measure->name), name);
    if (isinf(upper->from.value))
        return assay_fail(err, ASSAY_EDATA,
                          "%s:%zu: measure \"%s\" has all numbers in the band of line %zu "
                          "already; expected bands that meet",
                          card->source, upper->line, name, lower->line);
    if (!gap)
        return assay_fail(err, ASSAY_EDATA,
                          "%s:%zu: the band from %.12g of measure \"%s\" overlaps "
                          "that of line %zu, which ends at %.12g; expected bands that meet",
                          card->source, upper->line, upper->from.value, name, lower->line,
                          lower->to.value);
    assay_fail(err, ASSAY_EDATA,
               "%s:%zu: between %.12g (line %zu) and %.12g measure \"%s\" has no band; "
               "expected bands that meet",
               card->source, upper->line, lower->to.value, lower->line, upper->from.value, name);
    assay_hint(err, "Add a row of kind \"other\" with the points of numbers in no band.");
    return ASSAY_EDATA;
}

/* Where a step without a lower end is written to begin: at 0, below which there are few measures, or
 * further down where the next begins there. */
static double below(double next)
{
    return fmin(0, floor(next) - 1);
}

/* Below the lowest band and above the highest. */
static void add_outside(const struct assay_measure *measure, const struct span *outer, bool above,
                        bool upper_included, struct pieces *pieces)
{
    if (isnan(measure->other))
        return;
    if (above && isfinite(outer->to.value))
        add_piece(pieces, end_of(&outer->to, outer->to.given ? outer->to.included : upper_included),
                  measure->other);
    else if (!above && isfinite(outer->from.value))
        add_piece(pieces, below(outer->from.value), measure->other);
}

static enum assay_status lay_out(const struct assay_scorecard *card,
                                 const struct assay_measure *measure, const struct span spans[],
                                 struct pieces *pieces, struct assay_error *err)
{
    struct meeting meeting = {card->vendor->upper_included, isnan(measure->other)};
    const struct assay_bound *lowest = &spans[0].from;
    size_t n = measure->n_band;
    add_outside(measure, &spans[0], false, meeting.upper_included, pieces);
    double start = isfinite(lowest->value) ? start_of(lowest, !lowest->given || lowest->included)
                   : isfinite(spans[0].to.value) ? below(spans[0].to.value)
                                                 : 0;
    add_piece(pieces, start, measure->bands[spans[0].index].points);
    for (size_t k = 1; k < n; k++) {
        bool gap;
        double gap_from;
        bool meet = spans_meet(&spans[k - 1], &spans[k], &meeting, &gap, &gap_from, &start);
        if (!meet || (gap && isnan(measure->other)))
            return fail_bands(card, measure, &spans[k - 1], &spans[k], meet, err);
        if (gap)
            add_piece(pieces, gap_from, measure->other);
        add_piece(pieces, start, measure->bands[spans[k].index].points);
    }
    add_outside(measure, &spans[n - 1], true, meeting.upper_included, pieces);
    return ASSAY_OK;
}

enum assay_status assay_measure_pieces(const struct assay_scorecard *card,
                                       const struct assay_measure *measure,
                                       struct assay_piece_of_measure **out, size_t *n_piece,
                                       struct assay_error *err)
{
    size_t n = measure->n_band;
    struct span *spans = assay_alloc(n, sizeof *spans);
    struct pieces pieces = {.list = assay_alloc(2 * n + 1, sizeof *pieces.list)};
    char name[ASSAY_QUOTE_SIZE];
    enum assay_status status = spans != NULL && pieces.list != NULL
                                   ? ASSAY_OK
                                   : assay_fail_memory(err, "reading a scorecard");
    if (status == ASSAY_OK) {
        for (size_t k = 0; k < n; k++)
            spans[k] = (struct span){measure->bands[k].from, measure->bands[k].to,
                                     measure->bands[k].line, k};
        settle_spans(spans, n);
        status = lay_out(card, measure, spans, &pieces, err);
    }
    if (status == ASSAY_OK && pieces.n < 2)
        status = assay_fail(err, ASSAY_EDATA,
                            "%s:%zu: measure \"%s\" gives %.12g points to every "
                            "number; expected at least two bands",
                            card->source, measure->line,
                            assay_quote_value(measure->name, strlen(measure->name), name),
                            pieces.list[0].points);
    free(spans);
    if (status != ASSAY_OK) {
        free(pieces.list);
        return status;
    }
    *out = pieces.list;
    *n_piece = pieces.n;
    return ASSAY_OK;
}

/* ---- zones ---- */

static enum assay_status fail_zones(const struct assay_scorecard *card, const struct span *lower,
                                    const struct span *upper, bool gap, struct assay_error *err)
{
    char name[ASSAY_QUOTE_SIZE];
    const char *text = card->zones[upper->index].name;
    assay_fail(err, ASSAY_EDATA,
               "%s:%zu: zone \"%s\" starts at %.12g and the one below it ends at "
               "%.12g (line %zu); expected zones that meet",
               card->source, upper->line, assay_quote_value(text, strlen(text), name),
               upper->from.value, lower->to.value, lower->line);
    if (gap && !card->rounding.score)
        assay_hint(err,
                   "The score is not rounded to whole numbers: let both name the same number.");
    return ASSAY_EDATA;
}

static enum assay_status check_ends(const struct assay_scorecard *card, const struct span *lowest,
                                    const struct span *highest, struct assay_error *err)
{
    char name[ASSAY_QUOTE_SIZE];
    const char *text = card->zones[lowest->index].name;
    if (isfinite(lowest->from.value) && lowest->from.value != 0)
        return assay_fail(err, ASSAY_EDATA,
                          "%s:%zu: zone \"%s\" starts at %.12g; expected 0, the "
                          "lowest score",
                          card->source, lowest->line, assay_quote_value(text, strlen(text), name),
                          lowest->from.value);
    text = card->zones[highest->index].name;
    if (isfinite(highest->to.value) && highest->to.value != card->vendor->highest)
        return assay_fail(err, ASSAY_EDATA,
                          "%s:%zu: zone \"%s\" ends at %.12g; expected %.12g, the "
                          "highest score",
                          card->source, highest->line, assay_quote_value(text, strlen(text), name),
                          highest->to.value, card->vendor->highest);
    return ASSAY_OK;
}

/* `from` on the 0-100 scale, where the zone starts at the number `edge` or just beyond it. */
static double zone_start(const struct assay_scorecard *card, double edge, double start,
                         double lower)
{
    double unit = 100 / card->vendor->highest;
    if (card->rounding.score)
        return ceil(start) * unit;
    return edge * unit + (start > edge ? ASSAY_EDGE_SLACK : -lower);
}

static enum assay_status place_zones(const struct assay_scorecard *card, const struct span spans[],
                                     double lower, struct assay_zone zones[],
                                     struct assay_error *err)
{
    struct meeting meeting = {card->vendor->upper_included, card->rounding.score};
    double start = 0, gap_from;
    bool gap = false;
    enum assay_status status = check_ends(card, &spans[0], &spans[card->n_zone - 1], err);
    for (size_t z = 0; status == ASSAY_OK && z < card->n_zone; z++) {
        bool meet =
            z == 0 || spans_meet(&spans[z - 1], &spans[z], &meeting, &gap, &gap_from, &start);
        if (meet && gap && card->rounding.score && ceil(gap_from) == ceil(start))
            gap = false; /* no whole number lies in it */
        if (!meet || gap)
            return fail_zones(card, &spans[z - 1], &spans[z], gap, err);
        if (z > 0)
            zones[z].from = zone_start(card, spans[z].from.value, start, lower);
        if (z > 0 && (zones[z].from <= zones[z - 1].from || zones[z].from > 100))
            return fail_zones(card, &spans[z - 1], &spans[z], false, err);
        zones[z].name = assay_copy_string(card->zones[spans[z].index].name);
        if (zones[z].name == NULL)
            status = assay_fail_memory(err, "reading a scorecard");
    }
    return status;
}

enum assay_status assay_card_zones(const struct assay_scorecard *card, double lower,
                                   struct assay_zone **zones, size_t *n_zone,
                                   struct assay_error *err)
{
    struct span spans[ASSAY_MAX_ZONES];
    for (size_t z = 0; z < card->n_zone; z++)
        spans[z] = (struct span){card->zones[z].from, card->zones[z].to, card->zones[z].line, z};
    settle_spans(spans, card->n_zone);
    struct assay_zone *made = assay_alloc(card->n_zone, sizeof *made);
    if (made == NULL)
        return assay_fail_memory(err, "reading a scorecard");
    enum assay_status status = place_zones(card, spans, lower, made, err);
    if (status != ASSAY_OK) {
        for (size_t z = 0; z < card->n_zone; z++)
            free(made[z].name);
        free(made);
        return status;
    }
    *zones = made;
    *n_zone = card->n_zone;
    return ASSAY_OK;
}
