#include "score/lines.h"

#include <string.h>

#include "core/base/number.h"
#include "core/model/points.h"

enum { DRIVERS = 3, NOTE_SIZE = 160 };

/* ---- cells made once ---- */

static void make_cell(const char *name, struct assay_text *cell, size_t *longest, bool *failed)
{
    assay_text_csv(cell, name, strlen(name), ',');
    *failed = *failed || cell->failed;
    *longest = cell->length > *longest ? cell->length : *longest;
}

enum assay_status assay_score_cells_init(const struct assay_model *model,
                                         const struct assay_compiled *compiled, bool explain,
                                         struct assay_score_cells *cells, struct assay_error *err)
{
    struct assay_score_cells made = {.model = model, .compiled = compiled, .explain = explain};
    size_t zone = 0, signal = 0;
    bool failed = false;
    for (size_t z = 0; z < model->spec.n_zone; z++)
        make_cell(model->spec.zones[z].name, &made.zones[z], &zone, &failed);
    for (size_t j = 0; j < model->n_signal; j++)
        make_cell(model->spec.signals[j].name, &made.signals[j], &signal, &failed);
    made.longest = 1 + ASSAY_DATE_SIZE + 3 * (size_t)ASSAY_NUMBER_SIZE + zone + 1 + NOTE_SIZE + 1;
    if (explain)
        made.longest += model->n_signal * (1 + ASSAY_NUMBER_SIZE) + DRIVERS * (1 + signal);
    if (failed) {
        assay_score_cells_clear(&made);
        return assay_fail_memory(err, "preparing to score");
    }
    *cells = made;
    return ASSAY_OK;
}

void assay_score_cells_clear(struct assay_score_cells *cells)
{
    for (size_t z = 0; z < ASSAY_MAX_ZONES; z++)
        assay_text_clear(&cells->zones[z]);
    for (size_t j = 0; j < ASSAY_MAX_SIGNALS; j++)
        assay_text_clear(&cells->signals[j]);
    *cells = (struct assay_score_cells){0};
}

/* ---- header ---- */

void assay_score_header(const struct assay_score_cells *cells, struct assay_text *text)
{
    const struct assay_spec *spec = &cells->model->spec;
    const char *as_of = spec->as_of != NULL ? spec->as_of : "as_of";
    struct assay_text name = {0};
    assay_text_csv(text, spec->id, strlen(spec->id), ',');
    assay_text_putc(text, ',');
    assay_text_csv(text, as_of, strlen(as_of), ',');
    assay_text_puts(text, ",composite,score,probability,zone,note");
    for (size_t j = 0; cells->explain && j < cells->model->n_signal; j++) {
        assay_text_reset(&name);
        assay_text_printf(&name, "points:%s", spec->signals[j].name);
        assay_text_putc(text, ',');
        assay_text_csv(text, name.data != NULL ? name.data : "", name.length, ',');
        text->failed = text->failed || name.failed;
    }
    assay_text_clear(&name);
    for (size_t k = 1; cells->explain && k <= DRIVERS; k++)
        assay_text_printf(text, ",driver_%zu", k);
    assay_text_putc(text, '\n');
}

/* ---- a line: each of these writes at `to` and returns where it ends ---- */

/* Nearly all are short: two pieces that may overlap are sooner done than a call. */
static inline char *put(char *to, const char *bytes, size_t length)
{
    enum { WORD = 8, HALF = 4 };
    if (length > (size_t)(2 * WORD) || length < (size_t)HALF) {
        memcpy(to, bytes, length);
    } else if (length >= (size_t)WORD) {
        memcpy(to, bytes, WORD);
        memcpy(to + length - WORD, bytes + length - WORD, WORD);
    } else {
        memcpy(to, bytes, HALF);
        memcpy(to + length - HALF, bytes + length - HALF, HALF);
    }
    return to + length;
}

static char *put_cell(char *to, const struct assay_text *cell)
{
    return cell->length > 0 ? put(to, cell->data, cell->length) : to;
}

static char *put_number(char *to, double value)
{
    return to + assay_number_print(value, to);
}

/* The next words of a note, behind what it says already. */
static char *put_words(char *to, bool first, const char *words)
{
    if (!first)
        to = put(to, "; ", 2);
    return put(to, words, strlen(words));
}

/* What the reader of a score should know about it: nothing, or a few words. */
static char *put_note(char *to, const struct assay_block *block, size_t i)
{
    const char *start = to;
    uint32_t n_unknown = block->n_unknown[i], n_missing = block->n_missing[i];
    if (block->flags[i] & ASSAY_ROW_UNSEEN_PLAN)
        to = put_words(to, true, "new plan");
    if (block->flags[i] & ASSAY_ROW_UNSEEN_SEGMENT)
        to = put_words(to, to == start, "new segment");
    if (n_unknown > 0) {
        to = put_number(put_words(to, to == start, ""), n_unknown);
        to = put_words(to, true, n_unknown == 1 ? " new category" : " new categories");
    }
    if (n_missing > 0) {
        to = put_number(put_words(to, to == start, ""), n_missing);
        to = put_words(to, true, " missing");
    }
    return to;
}

static char *put_points(char *to, const struct assay_score_cells *cells,
                        const struct assay_block *block, size_t i, double points[])
{
    struct assay_terms terms = assay_block_terms(cells->compiled, block, i);
    bool dropped = (block->flags[i] & ASSAY_ROW_DROPPED) != 0;
    for (size_t j = 0; j < cells->model->n_signal; j++) {
        size_t at = j * block->capacity + i;
        points[j] = dropped ? 0
                            : assay_points_of_signal(cells->model, terms, j, block->s[at],
                                                     block->missing[at]);
        *to++ = ',';
        if (!dropped)
            to = put_number(to, points[j] + 0.0); /* never -0 */
    }
    return to;
}

/* The signals that pull the score down most; one that does not is no driver. */
static char *put_drivers(char *to, const struct assay_score_cells *cells, double points[])
{
    for (size_t k = 0; k < DRIVERS; k++) {
        size_t worst = 0;
        for (size_t j = 1; j < cells->model->n_signal; j++)
            if (points[j] < points[worst])
                worst = j;
        *to++ = ',';
        if (points[worst] < 0)
            to = put_cell(to, &cells->signals[worst]);
        points[worst] = 0;
    }
    return to;
}

static char *put_figures(char *to, const struct assay_score_cells *cells,
                         const struct assay_block *block, size_t i)
{
    static const char none[] = ",,,,no score: a required signal is missing";
    if (block->flags[i] & ASSAY_ROW_DROPPED)
        return put(to, none, sizeof none - 1);
    to = put_number(to, block->composite[i]);
    *to++ = ',';
    to = put_number(to, block->score[i]);
    *to++ = ',';
    to = put_number(to, block->probability[i]);
    *to++ = ',';
    to = put_cell(to, &cells->zones[block->zone[i]]);
    *to++ = ',';
    if ((block->flags[i] | block->n_unknown[i] | block->n_missing[i]) != 0)
        to = put_note(to, block, i);
    return to;
}

void assay_score_line(const struct assay_score_cells *cells, const char *id, const char *as_of,
                      const struct assay_block *block, size_t row, struct assay_text *text)
{
    size_t id_length = strlen(id);
    char *to = assay_text_room(text, cells->longest + 2 * id_length + 2), *start = to;
    if (to == NULL)
        return;
    to = assay_csv_print(id, id_length, ',', to);
    *to++ = ',';
    to = put(to, as_of, strlen(as_of));
    *to++ = ',';
    to = put_figures(to, cells, block, row);
    if (cells->explain) {
        double points[ASSAY_MAX_SIGNALS];
        to = put_points(to, cells, block, row, points);
        to = put_drivers(to, cells, points);
    }
    *to++ = '\n';
    *to = '\0';
    text->length += (size_t)(to - start);
}
