#include "score/verify_theirs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/text.h"

enum { MOST_REQUESTS = 2 + ASSAY_COMPARED + 2 * ASSAY_MAX_SIGNALS };

/* ---- which columns ---- */

struct wishes {
    struct assay_column_request list[MOST_REQUESTS];
    size_t n;
    char *points_name[ASSAY_MAX_SIGNALS]; /* "points:NAME", owned */
};

static void wish(struct wishes *wishes, const char *column, enum assay_column_type type,
                 const char *what, bool required)
{
    wishes->list[wishes->n++] = (struct assay_column_request){
        .column = column, .type = type, .what = what, .required = required};
}

static bool has_column(const struct assay_csv *csv, const char *name)
{
    for (size_t k = 0; k < assay_csv_header_count(csv); k++)
        if (strcmp(assay_csv_header(csv, k), name) == 0)
            return true;
    return false;
}

static const char *name_of(const struct assay_theirs_options *options, enum assay_figure figure)
{
    return options->column[figure] != NULL ? options->column[figure] : assay_compared_names[figure];
}

static const char *id_of(const struct assay_theirs *theirs,
                         const struct assay_theirs_options *options)
{
    return options->id != NULL ? options->id : theirs->model->spec.id;
}

static const char *date_of(const struct assay_theirs *theirs,
                           const struct assay_theirs_options *options)
{
    return options->as_of != NULL ? options->as_of : theirs->model->spec.as_of;
}

static enum assay_status wish_figures(const struct assay_theirs *theirs,
                                      const struct assay_theirs_options *options,
                                      struct wishes *wishes, struct assay_error *err)
{
    static const char *const what[ASSAY_COMPARED] = {"score", "probability", "composite", "zone"};
    size_t before = wishes->n;
    for (enum assay_figure f = 0; f < ASSAY_COMPARED; f++)
        if (options->column[f] != NULL || has_column(theirs->csv, assay_compared_names[f]))
            wish(wishes, name_of(options, f), f == ASSAY_THE_ZONE ? ASSAY_TEXT : ASSAY_NUMBER,
                 what[f], false);
    if (wishes->n > before)
        return ASSAY_OK;
    assay_fail(err, ASSAY_EDATA,
               "%s: no column \"score\", \"probability\", \"composite\" or \"zone\"; expected at "
               "least one of them",
               assay_csv_name(theirs->csv));
    assay_hint(err,
               "Name what there is with --score, --probability, --composite or --zone COLUMN.");
    return ASSAY_EDATA;
}

/* Signals are a help and no duty: what is not a number there is passed over. */
static enum assay_status wish_signals(const struct assay_theirs *theirs, struct wishes *wishes,
                                      struct assay_error *err)
{
    for (size_t j = 0; j < theirs->model->n_signal; j++) {
        const char *name = theirs->model->spec.signals[j].name;
        struct assay_text points = {0};
        assay_text_printf(&points, "points:%s", name);
        if (points.failed)
            return assay_fail_memory(err, "reading scores");
        wishes->points_name[j] = points.data;
        size_t before = wishes->n;
        if (has_column(theirs->csv, name))
            wish(wishes, name, ASSAY_NUMBER, "points of a signal", false);
        if (has_column(theirs->csv, points.data))
            wish(wishes, points.data, ASSAY_NUMBER, "points of a signal", false);
        for (size_t k = before; k < wishes->n; k++)
            wishes->list[k].lenient = true;
    }
    return ASSAY_OK;
}

/* A column that is a figure, the account or the date is no signal, whatever its name. */
static size_t find_signal(const struct assay_theirs *theirs, const char *name)
{
    size_t at = assay_table_find(&theirs->table, name, ASSAY_NUMBER);
    for (enum assay_figure f = 0; f < ASSAY_COMPARED; f++)
        if (at == theirs->column[f])
            return ASSAY_NO_COLUMN;
    return at;
}

static enum assay_status select_columns(struct assay_theirs *theirs,
                                        const struct assay_theirs_options *options,
                                        struct wishes *wishes, struct assay_error *err)
{
    const char *as_of = date_of(theirs, options);
    bool dated = options->as_of != NULL ||
                 (options->dated && as_of != NULL && has_column(theirs->csv, as_of));
    wish(wishes, id_of(theirs, options), ASSAY_TEXT, "account", true);
    if (dated)
        wish(wishes, as_of, ASSAY_DATE, "date", false);
    enum assay_status status = wish_figures(theirs, options, wishes, err);
    if (status == ASSAY_OK)
        status = wish_signals(theirs, wishes, err);
    if (status == ASSAY_OK)
        status = assay_csv_select(theirs->csv, wishes->list, wishes->n, &theirs->table, err);
    if (status != ASSAY_OK)
        return status;
    theirs->id = assay_table_find(&theirs->table, id_of(theirs, options), ASSAY_TEXT);
    theirs->as_of = dated ? assay_table_find(&theirs->table, as_of, ASSAY_DATE) : ASSAY_NO_COLUMN;
    for (enum assay_figure f = 0; f < ASSAY_COMPARED; f++)
        theirs->column[f] = assay_table_find(&theirs->table, name_of(options, f),
                                             f == ASSAY_THE_ZONE ? ASSAY_TEXT : ASSAY_NUMBER);
    for (size_t j = 0; j < theirs->model->n_signal; j++) {
        theirs->normalised[j] = find_signal(theirs, theirs->model->spec.signals[j].name);
        theirs->points[j] = find_signal(theirs, wishes->points_name[j]);
    }
    return ASSAY_OK;
}

/* ---- rows ---- */

static enum assay_status read_rows(struct assay_theirs *theirs, struct assay_error *err)
{
    bool more;
    enum assay_status status =
        assay_csv_read(theirs->csv, &theirs->table, (size_t)1 << 60, &more, err);
    size_t bad = assay_csv_reject_count(theirs->csv);
    if (status != ASSAY_OK || bad == 0)
        return status;
    assay_fail(err, ASSAY_EDATA, "%s", assay_csv_reject_message(theirs->csv, 0));
    if (bad > 1)
        assay_hint(err, "%zu more bad rows follow.", bad - 1);
    return ASSAY_EDATA;
}

static enum assay_status find_zones(struct assay_theirs *theirs, struct assay_error *err)
{
    const struct assay_spec *spec = &theirs->model->spec;
    if (theirs->column[ASSAY_THE_ZONE] == ASSAY_NO_COLUMN)
        return ASSAY_OK;
    const struct assay_column *zone = &theirs->table.columns[theirs->column[ASSAY_THE_ZONE]];
    size_t n = assay_dictionary_count(zone->dictionary);
    theirs->zone_of_code = assay_alloc(n, sizeof *theirs->zone_of_code);
    if (theirs->zone_of_code == NULL)
        return assay_fail_memory(err, "reading scores");
    for (size_t c = 0; c < n; c++) {
        const char *text = assay_dictionary_text(zone->dictionary, (int32_t)c);
        size_t z = 0;
        while (z < spec->n_zone && strcmp(spec->zones[z].name, text) != 0)
            z++;
        theirs->zone_of_code[c] = z < spec->n_zone ? z : ASSAY_OTHER_ZONE;
    }
    for (size_t i = 0; i < theirs->table.n_row; i++) {
        int32_t code = zone->codes[i];
        if (code == ASSAY_NO_CODE || theirs->zone_of_code[code] != ASSAY_OTHER_ZONE)
            continue;
        if (theirs->n_other_zone++ == 0)
            theirs->other_zone = assay_dictionary_text(zone->dictionary, code);
    }
    return ASSAY_OK;
}

/* A column of dates in which none stands (as "assay score" writes it of data without) finds nothing. */
static void drop_empty_dates(struct assay_theirs *theirs)
{
    if (theirs->as_of == ASSAY_NO_COLUMN)
        return;
    for (size_t i = 0; i < theirs->table.n_row; i++)
        if (theirs->table.columns[theirs->as_of].dates[i] != ASSAY_NO_DATE)
            return;
    theirs->as_of = ASSAY_NO_COLUMN;
}

/* ---- rows by key ---- */

static size_t hash_key(int32_t code, int32_t as_of)
{
    uint64_t key = (uint64_t)(uint32_t)code << 32 | (uint32_t)as_of;
    key = (key ^ key >> 30) * UINT64_C(0xbf58476d1ce4e5b9); /* SplitMix64's output function */
    key = (key ^ key >> 27) * UINT64_C(0x94d049bb133111eb);
    return (size_t)(key ^ key >> 31);
}

static int32_t code_of_row(const struct assay_theirs *theirs, size_t row)
{
    return theirs->table.columns[theirs->id].codes[row];
}

int32_t assay_theirs_date(const struct assay_theirs *theirs, size_t row)
{
    return theirs->as_of != ASSAY_NO_COLUMN ? theirs->table.columns[theirs->as_of].dates[row]
                                            : ASSAY_NO_DATE;
}

/* The slot of a key, or the free one where it would go. */
static struct assay_their_slot *slot_of(const struct assay_theirs *theirs, int32_t code,
                                        int32_t as_of)
{
    size_t at = hash_key(code, as_of) & (theirs->n_slot - 1);
    while (theirs->slots[at].any != ASSAY_NO_ROW &&
           (code_of_row(theirs, theirs->slots[at].any) != code ||
            assay_theirs_date(theirs, theirs->slots[at].any) != as_of))
        at = (at + 1) & (theirs->n_slot - 1);
    return &theirs->slots[at];
}

static enum assay_status index_rows(struct assay_theirs *theirs, struct assay_error *err)
{
    size_t n = theirs->table.n_row;
    theirs->n_slot = 16;
    while (theirs->n_slot < 2 * n)
        theirs->n_slot *= 2;
    theirs->slots = assay_rows_alloc(theirs->n_slot, sizeof *theirs->slots);
    theirs->next = assay_rows_alloc(n, sizeof *theirs->next);
    theirs->taken = assay_rows_alloc(n, sizeof *theirs->taken);
    if (theirs->slots == NULL || theirs->next == NULL || theirs->taken == NULL)
        return assay_fail_memory(err, "reading scores");
    for (size_t k = 0; k < theirs->n_slot; k++)
        theirs->slots[k] = (struct assay_their_slot){ASSAY_NO_ROW, ASSAY_NO_ROW};
    /* From the last row to the first, so that each goes before those of its key that follow it. */
    for (size_t i = n; i-- > 0;) {
        struct assay_their_slot *slot =
            slot_of(theirs, code_of_row(theirs, i), assay_theirs_date(theirs, i));
        theirs->n_repeated += slot->any != ASSAY_NO_ROW;
        theirs->next[i] = slot->first;
        slot->any = slot->first = i;
    }
    return ASSAY_OK;
}

size_t assay_theirs_take(struct assay_theirs *theirs, const char *id, int32_t as_of)
{
    int32_t code = assay_dictionary_find(theirs->table.columns[theirs->id].dictionary, id);
    if (code == ASSAY_NO_CODE)
        return ASSAY_NO_ROW;
    if (theirs->as_of == ASSAY_NO_COLUMN)
        as_of = ASSAY_NO_DATE;
    struct assay_their_slot *slot = slot_of(theirs, code, as_of);
    size_t row = slot->first;
    if (row == ASSAY_NO_ROW)
        return ASSAY_NO_ROW;
    slot->first = theirs->next[row];
    theirs->taken[row] = true;
    theirs->n_taken++;
    return row;
}

size_t assay_theirs_left(const struct assay_theirs *theirs)
{
    for (size_t i = 0; i < theirs->table.n_row; i++)
        if (!theirs->taken[i])
            return i;
    return ASSAY_NO_ROW;
}

/* ---- cells ---- */

static const char *text_of(const struct assay_theirs *theirs, size_t column, size_t row)
{
    const struct assay_column *texts = &theirs->table.columns[column];
    return texts->codes[row] == ASSAY_NO_CODE
               ? NULL
               : assay_dictionary_text(texts->dictionary, texts->codes[row]);
}

const char *assay_theirs_id(const struct assay_theirs *theirs, size_t row)
{
    return text_of(theirs, theirs->id, row);
}

const char *assay_theirs_zone(const struct assay_theirs *theirs, size_t row)
{
    return text_of(theirs, theirs->column[ASSAY_THE_ZONE], row);
}

struct assay_their_figures assay_theirs_figures(const struct assay_theirs *theirs, size_t row)
{
    struct assay_their_figures figures = {.zone = ASSAY_NO_ZONE};
    for (enum assay_figure f = 0; f < ASSAY_COMPARED_NUMBERS; f++)
        figures.number[f] = theirs->column[f] != ASSAY_NO_COLUMN
                                ? assay_column_number(&theirs->table.columns[theirs->column[f]], row)
                                : (double)NAN;
    if (theirs->column[ASSAY_THE_ZONE] != ASSAY_NO_COLUMN) {
        int32_t code = theirs->table.columns[theirs->column[ASSAY_THE_ZONE]].codes[row];
        if (code != ASSAY_NO_CODE)
            figures.zone = theirs->zone_of_code[code];
    }
    return figures;
}

/* ---- whole ---- */

enum assay_status assay_theirs_read(const struct assay_model *model,
                                    const struct assay_theirs_options *options,
                                    struct assay_theirs *theirs, struct assay_error *err)
{
    struct assay_theirs made = {.model = model,
                                .normalised = assay_alloc(model->n_signal, sizeof(size_t)),
                                .points = assay_alloc(model->n_signal, sizeof(size_t))};
    struct wishes *wishes = assay_alloc(1, sizeof *wishes);
    struct assay_csv_options csv_options = assay_csv_options_default();
    csv_options.no_fingerprint = true;
    csv_options.delimiter = options->delimiter;
    enum assay_status status = ASSAY_OK;
    if (wishes == NULL || made.normalised == NULL || made.points == NULL)
        status = assay_fail_memory(err, "reading scores");
    if (status == ASSAY_OK)
        status = assay_csv_open(options->path, &csv_options, &made.csv, err);
    if (status == ASSAY_OK)
        status = select_columns(&made, options, wishes, err);
    if (status == ASSAY_OK)
        status = read_rows(&made, err);
    if (status == ASSAY_OK)
        status = find_zones(&made, err);
    if (status == ASSAY_OK) {
        drop_empty_dates(&made);
        status = index_rows(&made, err);
    }
    for (size_t j = 0; wishes != NULL && j < model->n_signal; j++)
        free(wishes->points_name[j]);
    free(wishes);
    if (status != ASSAY_OK)
        assay_theirs_clear(&made);
    else
        *theirs = made;
    return status;
}

void assay_theirs_clear(struct assay_theirs *theirs)
{
    assay_csv_close(theirs->csv);
    assay_table_clear(&theirs->table);
    free(theirs->normalised);
    free(theirs->points);
    free(theirs->zone_of_code);
    assay_rows_free(theirs->slots);
    assay_rows_free(theirs->next);
    assay_rows_free(theirs->taken);
    *theirs = (struct assay_theirs){0};
}
