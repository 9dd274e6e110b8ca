#include "calibrate/import/config.h"

#include <math.h>
#include <string.h>

#include "calibrate/import/sheet.h"
#include "core/base/memory.h"
#include "core/base/text.h"

enum row_kind {
    ROW_BAND,
    ROW_CATEGORY,
    ROW_OTHER,
    ROW_LINEAR,
    ROW_SCORE,
    ROW_ZONE,
    ROW_OPTION,
    ROW_BOUNDED,
    ROW_KINDS
};
static const char *const row_kinds[ROW_KINDS] = {"band",  "category", "other",  "linear",
                                                 "score", "zone",     "option", "linear bounded"};

struct reading {
    struct assay_sheet sheet;
    struct assay_scorecard *card;
    size_t row;
    struct assay_error *err;
};

#define WRONG(r, column, ...)                                                                      \
    assay_sheet_wrong(&(r)->sheet, (r)->row, ASSAY_SHEET_##column, (r)->err, __VA_ARGS__)

static const char *cell(const struct reading *r, enum assay_sheet_column column)
{
    return assay_sheet_text(&r->sheet, r->row, column);
}

static size_t line_of(const struct reading *r)
{
    return assay_table_line(&r->sheet.table, r->row);
}

static enum assay_status no_memory(const struct reading *r)
{
    return assay_fail_memory(r->err, "reading a scorecard");
}

static enum assay_status copy(const struct reading *r, const char *text, char **out)
{
    *out = assay_copy_string(text);
    return *out != NULL ? ASSAY_OK : no_memory(r);
}

/* ---- what a row is ---- */

static enum assay_status row_kind(const struct reading *r, enum row_kind *kind)
{
    const char *word = cell(r, ASSAY_SHEET_KIND);
    bool band = cell(r, ASSAY_SHEET_FROM)[0] != '\0' || cell(r, ASSAY_SHEET_TO)[0] != '\0' ||
                cell(r, ASSAY_SHEET_POINTS)[0] != '\0';
    if (word[0] == '\0') {
        *kind = cell(r, ASSAY_SHEET_VALUE)[0] != '\0'       ? ROW_CATEGORY
                : cell(r, ASSAY_SHEET_POINTS_TO)[0] != '\0' ? ROW_LINEAR
                : band                                      ? ROW_BAND
                                                            : ROW_SCORE;
        return ASSAY_OK;
    }
    for (size_t k = 0; k < ROW_KINDS; k++)
        if (strcmp(word, row_kinds[k]) == 0) {
            *kind = (enum row_kind)k;
            return ASSAY_OK;
        }
    enum assay_status status =
        WRONG(r, KIND, "band, category, other, linear, score, zone or option");
    const char *nearest = assay_nearest_word(word, row_kinds, ROW_KINDS);
    if (nearest != NULL)
        assay_hint(r->err, "Did you mean \"%s\"?", nearest);
    return status;
}

/* Cells that a row of its kind has no use for would be read and ignored. */
static enum assay_status check_unused(const struct reading *r, enum row_kind kind)
{
    enum { FROM = 1, TO = 2, VALUE = 4, POINTS = 8, POINTS_TO = 16 };
    static const struct {
        enum assay_sheet_column column;
        unsigned bit;
    } cells[] = {{ASSAY_SHEET_FROM, FROM},
                 {ASSAY_SHEET_TO, TO},
                 {ASSAY_SHEET_VALUE, VALUE},
                 {ASSAY_SHEET_POINTS, POINTS},
                 {ASSAY_SHEET_POINTS_TO, POINTS_TO}};
    static const unsigned used[ROW_KINDS] = {FROM | TO | POINTS,
                                             VALUE | POINTS,
                                             POINTS,
                                             FROM | TO | POINTS | POINTS_TO,
                                             0,
                                             FROM | TO,
                                             VALUE,
                                             FROM | TO | POINTS | POINTS_TO};
    for (size_t k = 0; k < sizeof cells / sizeof cells[0]; k++)
        if ((used[kind] & cells[k].bit) == 0 && cell(r, cells[k].column)[0] != '\0')
            return assay_sheet_wrong(&r->sheet, r->row, cells[k].column, r->err,
                                     "an empty cell in a row of kind \"%s\"", row_kinds[kind]);
    return ASSAY_OK;
}

static enum assay_status read_points(const struct reading *r, enum assay_sheet_column column,
                                     double *points)
{
    static const struct {
        const char *word;
        double points;
    } words[] = {{"good", 100}, {"average", 60}, {"poor", 0}};
    const struct assay_vendor *vendor = r->card->vendor;
    const char *text = cell(r, column);
    for (size_t k = 0; vendor->words && k < 3; k++)
        if (strcmp(text, words[k].word) == 0) {
            *points = words[k].points;
            return ASSAY_OK;
        }
    double low = vendor->additive ? -1e6 : 0, high = vendor->additive ? 1e6 : 100;
    enum assay_status status =
        assay_sheet_number(&r->sheet, r->row, column, low, high, points, r->err);
    if (status == ASSAY_OK && isnan(*points))
        status = assay_sheet_wrong(&r->sheet, r->row, column, r->err, "its points");
    return status;
}

/* ---- groups and measures ---- */

/* The row's group: the one named, or that of the measure above; a new one is added. */
static enum assay_status find_group(struct reading *r, size_t *group)
{
    struct assay_scorecard *card = r->card;
    const char *name = cell(r, ASSAY_SHEET_GROUP);
    if (name[0] == '\0' && card->n_measure > 0) {
        *group = card->measures[card->n_measure - 1].group;
        return ASSAY_OK;
    }
    if (name[0] == '\0')
        name = "all";
    size_t g = 0;
    while (g < card->n_group && strcmp(card->groups[g].name, name) != 0)
        g++;
    *group = g;
    if (g < card->n_group)
        return ASSAY_OK;
    if (!assay_grow(&card->groups, &card->group_capacity, g + 1, sizeof *card->groups))
        return no_memory(r);
    card->groups[g] = (struct assay_group){.weight = NAN, .line = line_of(r)};
    card->n_group++;
    return copy(r, name, &card->groups[g].name);
}

/* A weight that may be said again, but not otherwise. */
static enum assay_status read_weight(const struct reading *r, enum assay_sheet_column column,
                                     enum assay_weight_use use, double *weight)
{
    const struct assay_vendor *vendor = r->card->vendor;
    double said, before = *weight;
    if (use == ASSAY_WEIGHTS_NONE)
        return cell(r, column)[0] == '\0'
                   ? ASSAY_OK
                   : assay_sheet_wrong(&r->sheet, r->row, column, r->err,
                                       "an empty cell: %s has no such weights", vendor->name);
    enum assay_status status =
        assay_sheet_number(&r->sheet, r->row, column, 0, vendor->largest_weight, &said, r->err);
    if (status != ASSAY_OK || isnan(said))
        return status;
    if (!isnan(before) && before != said)
        return assay_sheet_wrong(&r->sheet, r->row, column, r->err,
                                 "%.12g, as an earlier row says, or an empty cell", before);
    *weight = said;
    return ASSAY_OK;
}

static enum assay_status read_missing(const struct reading *r, struct assay_measure *measure)
{
    const struct assay_vendor *vendor = r->card->vendor;
    const char *text = cell(r, ASSAY_SHEET_MISSING);
    enum assay_null_rule rule = ASSAY_NULL_POINTS;
    double points = 0;
    if (text[0] == '\0')
        return ASSAY_OK;
    for (size_t k = ASSAY_NULL_EXCLUDED; k < ASSAY_NULL_POINTS; k++)
        if (strcmp(text, assay_null_words[k]) == 0)
            rule = (enum assay_null_rule)k;
    bool average = rule != ASSAY_NULL_POINTS && rule != ASSAY_NULL_NO_SCORE;
    if (vendor->additive && average)
        return WRONG(r, MISSING,
                     "points or \"no score\": points of %s add up, and nothing takes the "
                     "place of what is missing",
                     vendor->name);
    if (rule == ASSAY_NULL_POINTS && read_points(r, ASSAY_SHEET_MISSING, &points) != ASSAY_OK)
        return WRONG(r, MISSING,
                     vendor->additive
                         ? "points or \"no score\""
                         : "\"excluded\", \"excluded in group\", \"neutral\", \"no score\" "
                           "or points from 0 to 100");
    if (measure->missing_given && (measure->missing != rule || measure->missing_points != points))
        return WRONG(r, MISSING, "what line %zu says, or an empty cell", measure->line);
    measure->missing = rule;
    measure->missing_points = points;
    measure->missing_given = true;
    return ASSAY_OK;
}

static enum assay_status add_measure(struct reading *r, const char *name)
{
    struct assay_scorecard *card = r->card;
    size_t group = 0;
    for (size_t j = 0; j < card->n_measure; j++)
        if (strcmp(card->measures[j].name, name) == 0)
            return WRONG(r, MEASURE, "its rows together: it began on line %zu",
                         card->measures[j].line);
    if (card->n_measure == ASSAY_MAX_SIGNALS)
        return WRONG(r, MEASURE, "at most %d measures", ASSAY_MAX_SIGNALS);
    enum assay_status status = find_group(r, &group);
    if (status != ASSAY_OK)
        return status;
    if (!assay_grow(&card->measures, &card->measure_capacity, card->n_measure + 1,
                    sizeof *card->measures))
        return no_memory(r);
    struct assay_measure *measure = &card->measures[card->n_measure++];
    *measure =
        (struct assay_measure){.group = group, .weight = NAN, .other = NAN, .line = line_of(r)};
    const char *column = cell(r, ASSAY_SHEET_COLUMN);
    status = copy(r, name, &measure->name);
    return status != ASSAY_OK ? status
                              : copy(r, column[0] != '\0' ? column : name, &measure->column);
}

/* What is said of the measure beside its bands; the row is the measure's first or a later one. */
static enum assay_status read_of_measure(struct reading *r, struct assay_measure *measure)
{
    struct assay_scorecard *card = r->card;
    const char *group = cell(r, ASSAY_SHEET_GROUP), *column = cell(r, ASSAY_SHEET_COLUMN);
    struct assay_group *own = &card->groups[measure->group];
    if (group[0] != '\0' && strcmp(group, own->name) != 0)
        return WRONG(r, GROUP, "the measure's group \"%.80s\", or an empty cell", own->name);
    if (column[0] != '\0' && strcmp(column, measure->column) != 0)
        return WRONG(r, COLUMN, "the measure's column \"%.80s\", or an empty cell",
                     measure->column);
    enum assay_status status =
        read_weight(r, ASSAY_SHEET_GROUP_WEIGHT, card->vendor->groups, &own->weight);
    if (status == ASSAY_OK)
        status = read_weight(r, ASSAY_SHEET_WEIGHT, card->vendor->measures, &measure->weight);
    return status != ASSAY_OK ? status : read_missing(r, measure);
}

/* ---- rows of a measure ---- */

static enum assay_status take_kind(const struct reading *r, struct assay_measure *measure,
                                   enum assay_measure_kind kind, bool first)
{
    static const char *const names[] = {"scores", "bands", "categories", "a line"};
    bool again = kind == ASSAY_MEASURE_BANDS || kind == ASSAY_MEASURE_CATEGORIES;
    if (!first && (measure->kind != kind || !again)) {
        if (measure->kind == kind)
            return WRONG(r, MEASURE, "one row for %s", names[kind]);
        return WRONG(r, MEASURE, "one kind of rows: line %zu begins it with %s", measure->line,
                     names[measure->kind]);
    }
    measure->kind = kind;
    return ASSAY_OK;
}

static enum assay_status add_band(struct reading *r, struct assay_measure *measure,
                                  struct assay_band **out)
{
    if (!assay_grow(&measure->bands, &measure->band_capacity, measure->n_band + 1,
                    sizeof *measure->bands))
        return no_memory(r);
    *out = &measure->bands[measure->n_band++];
    **out = (struct assay_band){.line = line_of(r)};
    return read_points(r, ASSAY_SHEET_POINTS, &(*out)->points);
}

static enum assay_status read_ends(const struct reading *r, struct assay_bound *from,
                                   struct assay_bound *to)
{
    enum assay_status status = assay_sheet_bound(&r->sheet, r->row, ASSAY_SHEET_FROM, from, r->err);
    if (status == ASSAY_OK)
        status = assay_sheet_bound(&r->sheet, r->row, ASSAY_SHEET_TO, to, r->err);
    bool open = (from->given && !from->included) || (to->given && !to->included);
    if (status == ASSAY_OK && (from->value > to->value || (from->value == to->value && open)))
        status = WRONG(r, TO, "%s than `from`, %.12g", open ? "more" : "no less", from->value);
    return status;
}

static enum assay_status read_category(struct reading *r, struct assay_measure *measure)
{
    const char *value = cell(r, ASSAY_SHEET_VALUE);
    struct assay_band *band;
    if (value[0] == '\0')
        return WRONG(r, VALUE, "the text that gets the points");
    for (size_t k = 0; k < measure->n_band; k++)
        if (strcmp(measure->bands[k].category, value) == 0)
            return WRONG(r, VALUE, "each value once: line %zu has it", measure->bands[k].line);
    enum assay_status status = add_band(r, measure, &band);
    if (status == ASSAY_OK)
        status = copy(r, value, &band->category);
    return status;
}

static enum assay_status read_line(struct reading *r, struct assay_measure *measure)
{
    struct assay_band *band;
    enum assay_status status = add_band(r, measure, &band);
    if (status == ASSAY_OK)
        status = read_points(r, ASSAY_SHEET_POINTS_TO, &measure->points_to);
    if (status == ASSAY_OK)
        status = read_ends(r, &band->from, &band->to);
    if (status == ASSAY_OK &&
        (isinf(band->from.value) || isinf(band->to.value) || band->from.value == band->to.value))
        status = WRONG(r, TO, "a line between two different numbers, `from` and `to`");
    return status;
}

static enum assay_status read_measure_row(struct reading *r, enum row_kind kind,
                                          struct assay_measure *measure, bool first)
{
    struct assay_band *band;
    enum assay_status status;
    switch (kind) {
    case ROW_OTHER:
        if (first)
            return WRONG(r, KIND, "the measure's bands first");
        if (!isnan(measure->other))
            return WRONG(r, KIND, "one row \"other\": line %zu has it", measure->other_line);
        measure->other_line = line_of(r);
        return read_points(r, ASSAY_SHEET_POINTS, &measure->other);
    case ROW_CATEGORY:
        status = take_kind(r, measure, ASSAY_MEASURE_CATEGORIES, first);
        return status != ASSAY_OK ? status : read_category(r, measure);
    case ROW_LINEAR:
        status = take_kind(r, measure, ASSAY_MEASURE_LINEAR, first);
        return status != ASSAY_OK ? status : read_line(r, measure);
    case ROW_BAND:
        status = take_kind(r, measure, ASSAY_MEASURE_BANDS, first);
        if (status == ASSAY_OK)
            status = add_band(r, measure, &band);
        return status != ASSAY_OK ? status : read_ends(r, &band->from, &band->to);
    default:
        if (r->card->vendor->additive)
            return WRONG(r, KIND, "band, category or linear: points of %s add up, and a score from "
                                  "0 to 100 does not say how many it gives",
                         r->card->vendor->name);
        return take_kind(r, measure, ASSAY_MEASURE_SCORE, first);
    }
}

static enum assay_status read_measure(struct reading *r, enum row_kind kind)
{
    struct assay_scorecard *card = r->card;
    const char *name = cell(r, ASSAY_SHEET_MEASURE);
    struct assay_measure *last = card->n_measure > 0 ? &card->measures[card->n_measure - 1] : NULL;
    bool first = last == NULL || (name[0] != '\0' && strcmp(name, last->name) != 0);
    if (first && name[0] == '\0')
        return WRONG(r, MEASURE, "the name of the first measure");
    if (kind == ROW_BOUNDED) {
        enum assay_status status = WRONG(r, KIND, "a kind that a model has");
        assay_hint(r->err,
                   "Values beyond the ends of a bounded line have no impact; a model holds the "
                   "ends. Write the measure as bands, with a row \"other\".");
        return status;
    }
    enum assay_status status = first ? add_measure(r, name) : ASSAY_OK;
    if (status != ASSAY_OK)
        return status;
    struct assay_measure *measure = &card->measures[card->n_measure - 1];
    status = read_of_measure(r, measure);
    return status != ASSAY_OK ? status : read_measure_row(r, kind, measure, first);
}

/* ---- zones and options ---- */

static enum assay_status read_zone(struct reading *r)
{
    struct assay_scorecard *card = r->card;
    const char *name = cell(r, ASSAY_SHEET_MEASURE);
    if (name[0] == '\0')
        return WRONG(r, MEASURE, "the zone's name");
    for (size_t z = 0; z < card->n_zone; z++)
        if (strcmp(card->zones[z].name, name) == 0)
            return WRONG(r, MEASURE, "each zone once: line %zu has it", card->zones[z].line);
    if (card->n_zone == ASSAY_MAX_ZONES)
        return WRONG(r, MEASURE, "at most %d zones", ASSAY_MAX_ZONES);
    if (!assay_grow(&card->zones, &card->zone_capacity, card->n_zone + 1, sizeof *card->zones))
        return no_memory(r);
    struct assay_card_zone *zone = &card->zones[card->n_zone++];
    *zone = (struct assay_card_zone){.line = line_of(r)};
    enum assay_status status = copy(r, name, &zone->name);
    return status != ASSAY_OK ? status : read_ends(r, &zone->from, &zone->to);
}

static enum assay_status read_option(struct reading *r)
{
    static const char *const words[] = {"none", "score", "groups", "groups and score"};
    const struct assay_vendor *vendor = r->card->vendor;
    const char *value = cell(r, ASSAY_SHEET_VALUE);
    if (strcmp(cell(r, ASSAY_SHEET_MEASURE), "rounding") != 0)
        return WRONG(r, MEASURE, "\"rounding\", the one option");
    for (size_t k = 0; k < 4; k++)
        if (strcmp(value, words[k]) == 0) {
            if (vendor->additive && k != 0) {
                enum assay_status status = WRONG(r, VALUE, "\"none\"");
                assay_hint(r->err,
                           "A model rounds weighted averages to whole numbers, and points of "
                           "%s add up.",
                           vendor->name);
                return status;
            }
            r->card->rounding = (struct assay_rounding_spec){k >= 2, k % 2 == 1};
            return ASSAY_OK;
        }
    return WRONG(r, VALUE, "none, score, groups, or groups and score");
}

/* Spreadsheets leave such rows behind. */
static bool is_blank(const struct reading *r)
{
    for (size_t c = 0; c < ASSAY_SHEET_COLUMNS; c++)
        if (cell(r, (enum assay_sheet_column)c)[0] != '\0')
            return false;
    return true;
}

static enum assay_status read_row(struct reading *r)
{
    enum row_kind kind = ROW_SCORE;
    if (is_blank(r))
        return ASSAY_OK;
    enum assay_status status = row_kind(r, &kind);
    if (status == ASSAY_OK)
        status = check_unused(r, kind);
    if (status != ASSAY_OK)
        return status;
    return kind == ROW_ZONE     ? read_zone(r)
           : kind == ROW_OPTION ? read_option(r)
                                : read_measure(r, kind);
}

enum assay_status assay_scorecard_read(const struct assay_vendor *vendor, const char *path,
                                       const char *text, size_t length,
                                       struct assay_scorecard *card, struct assay_error *err)
{
    struct assay_scorecard made = {.vendor = vendor, .rounding = vendor->rounding};
    struct reading r = {.card = &made, .err = err};
    enum assay_status status = assay_sheet_open(path, text, length, &r.sheet, err);
    if (status == ASSAY_OK)
        status = copy(&r, assay_csv_name(r.sheet.csv), &made.source);
    for (; status == ASSAY_OK && r.row < r.sheet.table.n_row; r.row++)
        status = read_row(&r);
    if (status == ASSAY_OK) {
        assay_csv_sha256(r.sheet.csv, made.sha256);
        status = assay_scorecard_check(&made, err);
    }
    assay_sheet_close(&r.sheet);
    if (status == ASSAY_OK)
        *card = made;
    else
        assay_scorecard_clear(&made);
    return status;
}
