#include "core/data/csv_cells.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/date.h"
#include "core/base/memory.h"
#include "core/base/number.h"

enum assay_status assay_cell_plan_init(struct assay_cell_plan *plan, size_t n_field,
                                       struct assay_error *err)
{
    size_t *first_slot = assay_alloc(n_field, sizeof *first_slot);
    if (first_slot == NULL)
        return assay_fail_memory(err, "choosing columns");
    for (size_t k = 0; k < n_field; k++)
        first_slot[k] = ASSAY_NO_SLOT;
    *plan = (struct assay_cell_plan){.n_field = n_field, .first_slot = first_slot};
    return ASSAY_OK;
}

void assay_cell_plan_clear(struct assay_cell_plan *plan)
{
    for (size_t k = 0; k < plan->n_slot; k++)
        free(plan->slots[k].what);
    free(plan->slots);
    free(plan->first_slot);
    *plan = (struct assay_cell_plan){0};
}

enum assay_status assay_cell_plan_want(struct assay_cell_plan *plan, size_t field,
                                       const struct assay_column_request *request, bool *joined,
                                       struct assay_error *err)
{
    size_t at = plan->first_slot[field], last = ASSAY_NO_SLOT;
    while (at != ASSAY_NO_SLOT && plan->slots[at].type != request->type) {
        last = at;
        at = plan->slots[at].next;
    }
    *joined = at != ASSAY_NO_SLOT;
    if (*joined) {
        plan->slots[at].required = plan->slots[at].required || request->required;
        plan->slots[at].lenient = plan->slots[at].lenient && request->lenient;
        return ASSAY_OK;
    }
    char *what = assay_copy_string(request->what);
    if (what == NULL ||
        !assay_grow(&plan->slots, &plan->slot_capacity, plan->n_slot + 1, sizeof *plan->slots)) {
        free(what);
        return assay_fail_memory(err, "choosing columns");
    }
    plan->slots[plan->n_slot] = (struct assay_cell_slot){.type = request->type,
                                                         .required = request->required,
                                                         .lenient = request->lenient,
                                                         .what = what,
                                                         .field = field,
                                                         .next = ASSAY_NO_SLOT};
    *(last == ASSAY_NO_SLOT ? &plan->first_slot[field] : &plan->slots[last].next) = plan->n_slot;
    plan->n_slot++;
    return ASSAY_OK;
}

bool assay_cells_init(struct assay_cells *cells, const struct assay_cell_plan *plan)
{
    struct assay_staged_text *staged = assay_alloc(plan->n_slot, sizeof *staged);
    *cells = (struct assay_cells){.plan = plan, .staged = staged};
    return staged != NULL;
}

void assay_cells_clear(struct assay_cells *cells)
{
    free(cells->staged);
    assay_text_clear(&cells->texts);
    assay_text_clear(&cells->bad.value);
    *cells = (struct assay_cells){0};
}

/* ---- a good cell ---- */

static bool stage_text(struct assay_cells *cells, size_t slot, const char *bytes, size_t length)
{
    if (assay_is_missing(bytes, length) || memchr(bytes, '\0', length) != NULL ||
        !assay_is_utf8(bytes, length))
        return false;
    cells->staged[slot] = (struct assay_staged_text){cells->texts.length, length};
    assay_text_add(&cells->texts, bytes, length);
    return true;
}

static bool read_cell(struct assay_cells *cells, size_t slot, struct assay_table *table,
                      const char *bytes, size_t length)
{
    struct assay_column *column = &table->columns[slot];
    size_t row = table->n_row;
    switch (cells->plan->slots[slot].type) {
    case ASSAY_NUMBER:
        return assay_number_parse(bytes, length, &column->numbers[row]);
    case ASSAY_TEXT:
        return stage_text(cells, slot, bytes, length);
    case ASSAY_DATE:
        return assay_date_parse(bytes, length, &column->dates[row]);
    case ASSAY_FLAG:
        return assay_flag_parse(bytes, length, &column->flags[row]);
    }
    return false;
}

static void set_missing(struct assay_cells *cells, size_t slot, struct assay_table *table)
{
    struct assay_column *column = &table->columns[slot];
    size_t row = table->n_row;
    switch (cells->plan->slots[slot].type) {
    case ASSAY_NUMBER:
        column->numbers[row] = NAN;
        break;
    case ASSAY_TEXT:
        cells->staged[slot].at = ASSAY_NO_SLOT;
        break;
    case ASSAY_DATE:
        column->dates[row] = ASSAY_NO_DATE;
        break;
    case ASSAY_FLAG:
        column->flags[row] = ASSAY_NO_FLAG;
        break;
    }
}

/* ---- a bad cell ---- */

/* Copies the value without what people write around and between digits: signs of currency and
 * percent, separators of thousands. Returns the length of what is left, 0 when that is too long to
 * have been a number. */
static size_t strip_ornaments(const char *bytes, size_t length, char *out, size_t size)
{
    static const char *const ornaments[] = {",", " ", "'", "_", "%", "$", "\u20ac", "\u00a3",
                                            "\u00a5", "\u00a0", "\u202f", "\u2019"};
    size_t used = 0;
    for (size_t at = 0; at < length;) {
        size_t step = 0;
        for (size_t k = 0; k < sizeof ornaments / sizeof *ornaments && step == 0; k++) {
            size_t n = strlen(ornaments[k]);
            if (n <= length - at && memcmp(bytes + at, ornaments[k], n) == 0)
                step = n;
        }
        if (step == 0 && used == size)
            return 0;
        if (step == 0)
            out[used++] = bytes[at++];
        at += step;
    }
    return used;
}

/* "1,200" is rather a thousand and two hundred than 1.2; "0,200" and "1,20" are not. */
static bool looks_like_thousands(const char *bytes, size_t before, size_t after)
{
    if (before > 0 && (*bytes == '-' || *bytes == '+')) {
        bytes++;
        before--;
    }
    return after == 3 && before >= 1 && before <= 3 && *bytes != '0';
}

/* What to say of a value that a person would take for a number. */
/* Marks that spreadsheets and people put where there is no value, beyond those that we read so. */
static bool is_missing_mark(const char *bytes, size_t length)
{
    static const char *const marks[] = {"#N/A", "#NA", "#DIV/0!", "#REF!", "#VALUE!", "#NUM!", "-",
                                        "--", ".", "?", "none", "n.a.", "nil", "unknown", "missing"};
    for (size_t k = 0; k < sizeof marks / sizeof *marks; k++)
        if (strlen(marks[k]) == length && strncasecmp(marks[k], bytes, length) == 0)
            return true;
    return false;
}

static void add_number_advice(const char *bytes, size_t length, char *expected, size_t size)
{
    char plain[64];
    double value;
    size_t used = strlen(expected);
    const char *comma = memchr(bytes, ',', length);
    if (comma != NULL && length < sizeof plain) {
        memcpy(plain, bytes, length);
        plain[comma - bytes] = '.';
        plain[length] = '\0';
        size_t before = (size_t)(comma - bytes);
        if (!looks_like_thousands(bytes, before, length - before - 1) &&
            assay_number_parse(plain, length, &value)) {
            snprintf(expected + used, size - used, " (a decimal comma? write %s)", plain);
            return;
        }
    }
    size_t left = strip_ornaments(bytes, length, plain, sizeof plain);
    if (assay_number_parse(plain, left, &value))
        snprintf(expected + used, size - used, " (write it as a plain number)");
    else if (is_missing_mark(bytes, length))
        snprintf(expected + used, size - used, " (missing? leave the cell empty)");
}

static enum assay_reject_reason reason_of(enum assay_column_type type)
{
    switch (type) {
    case ASSAY_NUMBER:
        return ASSAY_REJECT_NUMBER;
    case ASSAY_TEXT:
        return ASSAY_REJECT_TEXT;
    case ASSAY_DATE:
        return ASSAY_REJECT_DATE;
    case ASSAY_FLAG:
        break;
    }
    return ASSAY_REJECT_OUTCOME;
}

static void expect(const struct assay_cell_slot *slot, enum assay_reject_reason reason,
                   const char *bytes, size_t length, char *expected, size_t size)
{
    const char *text = "a value";
    if (reason == ASSAY_REJECT_NUMBER)
        text = slot->required ? "a number" : "a number or an empty cell";
    else if (reason == ASSAY_REJECT_DATE)
        text = "a date as 2025-12-31";
    else if (reason == ASSAY_REJECT_OUTCOME)
        text = "0 or 1, yes or no, true or false";
    else if (reason == ASSAY_REJECT_TEXT && memchr(bytes, '\0', length) != NULL)
        text = "text without NUL bytes";
    else if (reason == ASSAY_REJECT_TEXT)
        text = "text in UTF-8 (in Excel: save as \"CSV UTF-8\")";
    snprintf(expected, size, "%s", text);
    if (reason == ASSAY_REJECT_NUMBER)
        add_number_advice(bytes, length, expected, size);
}

static void note_bad(struct assay_cells *cells, const struct assay_cell_slot *slot, size_t field,
                     enum assay_reject_reason reason, const char *bytes, size_t length)
{
    struct assay_bad_cell *bad = &cells->bad;
    bad->found = true;
    bad->reason = reason;
    bad->field = field;
    bad->what = slot->what;
    assay_text_reset(&bad->value);
    assay_text_add(&bad->value, bytes, length);
    expect(slot, reason, bytes, length, bad->expected, sizeof bad->expected);
}

/* ---- a row ---- */

void assay_cells_take(struct assay_cells *cells, struct assay_table *table, size_t field,
                      const char *bytes, size_t length)
{
    if (bytes == NULL)
        bytes = "";
    const struct assay_cell_plan *plan = cells->plan;
    for (size_t at = plan->first_slot[field]; at != ASSAY_NO_SLOT && !cells->bad.found;
         at = plan->slots[at].next) {
        const struct assay_cell_slot *slot = &plan->slots[at];
        /* Reading comes first because most cells are not empty. */
        if (read_cell(cells, at, table, bytes, length))
            continue;
        bool empty = assay_is_missing(bytes, length);
        if (!empty && slot->lenient) {
            set_missing(cells, at, table);
            table->columns[at].n_unreadable++;
        } else if (!empty)
            note_bad(cells, slot, field, reason_of(slot->type), bytes, length);
        else if (slot->required)
            note_bad(cells, slot, field, ASSAY_REJECT_EMPTY, bytes, length);
        else
            set_missing(cells, at, table);
    }
}

bool assay_cells_commit(struct assay_cells *cells, struct assay_table *table, size_t line)
{
    if (cells->texts.failed)
        return false;
    for (size_t k = 0; k < cells->plan->n_slot; k++) {
        if (cells->plan->slots[k].type != ASSAY_TEXT)
            continue;
        struct assay_column *column = &table->columns[k];
        struct assay_staged_text text = cells->staged[k];
        int32_t code = ASSAY_NO_CODE;
        if (text.at != ASSAY_NO_SLOT) {
            code = assay_dictionary_enter(column->dictionary, cells->texts.data + text.at,
                                          text.length);
            if (code == ASSAY_NO_CODE)
                return false;
        }
        column->codes[table->n_row] = code;
    }
    table->lines[table->n_row++] = line;
    assay_cells_restart(cells);
    return true;
}

void assay_cells_restart(struct assay_cells *cells)
{
    assay_text_reset(&cells->texts);
    cells->bad.found = false;
}
