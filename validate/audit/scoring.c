#include "validate/audit/scoring.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/base/thread.h"
#include "core/model/compiled_table.h"
#include "validate/audit/set.h"

enum { CHUNK = 1 << 14, STRIP = ASSAY_COMPILED_ROWS }; /* rows of a task; that are scored at once */

static const char doing[] = "scoring the audit's rows";

/* ---- a model at a table's columns ---- */

/* model is a shallow copy with inputs of its own: one that was never written to a file need not have them. */
struct subject {
    struct assay_model model;
    struct assay_compiled *compiled; /* NULL: no such model */
    struct assay_compiled_table tied;
};

static void subject_clear(struct subject *s)
{
    assay_compiled_table_clear(&s->tied);
    assay_compiled_free(s->compiled);
    for (size_t k = 0; k < s->model.n_input; k++)
        free(s->model.inputs[k].column);
    free(s->model.inputs);
}

/* What was made is to be cleared also after a failure. */
static enum assay_status subject_init(const struct assay_model *model,
                                      const struct assay_table *table, struct subject *s,
                                      struct assay_error *err)
{
    struct assay_columns columns = {0};
    enum assay_status status = assay_columns_find(&model->spec, table, &columns, err);
    assay_columns_clear(&columns);
    s->model = *model;
    s->model.inputs = NULL;
    s->model.n_input = 0;
    if (status == ASSAY_OK)
        status = assay_model_find_inputs(&s->model, err);
    if (status == ASSAY_OK)
        status = assay_compiled_new(&s->model, &s->compiled, err);
    if (status == ASSAY_OK)
        status = assay_compiled_table_init(s->compiled, &s->model, table, &s->tied, err);
    return status;
}

/* ---- a strip of rows ---- */

/* What a chunk came to. */
struct tally {
    enum assay_status status;
    size_t n_event[ASSAY_PLACES];
    size_t left_out; /* of the used */
    size_t n_unknown, n_unseen, n_new_segment;
};

struct filling {
    struct assay_audit_input *input;
    const struct assay_audit_places *places;
    const struct assay_column *column; /* of the score; NULL: a model */
    bool probabilities;
    struct subject subject, champion;
    size_t (*start)[ASSAY_PLACES]; /* [n_chunk] where the chunk's rows begin in each set */
    struct tally *tallies;         /* [n_chunk] */
    size_t n_chunk;
};

/* A task's room: strips of both models, or of the column. */
struct room {
    struct assay_compiled_work subject, champion;
    double score[STRIP], champion_score[STRIP], champion_prob[STRIP];
    bool left_out[STRIP];
};

static struct assay_audit_set *set_at(struct assay_audit_input *input, size_t place)
{
    return place == ASSAY_PLACE_USED      ? &input->used
           : place == ASSAY_PLACE_WAITING ? &input->waiting
                                          : &input->other;
}

static bool drops(const struct assay_block *block, size_t i)
{
    return (block->flags[i] & ASSAY_ROW_DROPPED) != 0;
}

static void score_by_model(const struct filling *f, size_t first, size_t n, struct room *room,
                           struct assay_audit_rows *rows)
{
    const struct assay_block *block = &room->subject.block;
    assay_compiled_table_score(&f->subject.tied, &f->input->intake->table, first, n,
                               &room->subject);
    for (size_t i = 0; i < n; i++)
        room->left_out[i] = drops(block, i);
    rows->score = block->score;
    rows->prob = block->probability;
    rows->s = block->s;
    rows->missing = block->missing;
    rows->cohort = block->cohort;
}

static void score_by_column(const struct filling *f, size_t first, size_t n, struct room *room,
                            struct assay_audit_rows *rows)
{
    rows->score = rows->prob = assay_column_numbers(f->column, first, n, room->score);
    for (size_t i = 0; i < n; i++)
        room->left_out[i] = isnan(rows->score[i]) ||
                            (f->probabilities && (rows->score[i] < 0 || rows->score[i] > 1));
}

static void score_by_champion(const struct filling *f, size_t first, size_t n, struct room *room,
                              struct assay_audit_rows *rows)
{
    const struct assay_block *block = &room->champion.block;
    assay_compiled_table_score(&f->champion.tied, &f->input->intake->table, first, n,
                               &room->champion);
    for (size_t i = 0; i < n; i++) {
        room->champion_score[i] = drops(block, i) ? (double)NAN : block->score[i];
        room->champion_prob[i] = drops(block, i) ? (double)NAN : block->probability[i];
    }
    rows->champion_score = room->champion_score;
    rows->champion_prob = room->champion_prob;
}

static void count_used(const struct filling *f, const struct assay_audit_rows *rows,
                       const struct room *room, struct tally *tally)
{
    const struct assay_block *block = &room->subject.block;
    for (size_t k = 0; k < rows->n; k++) {
        size_t i = rows->pick[k];
        tally->left_out += room->left_out[i];
        if (f->column != NULL)
            continue;
        tally->n_unknown += block->n_unknown[i] > 0;
        tally->n_unseen += !drops(block, i) && (block->flags[i] & ASSAY_ROW_UNSEEN_PLAN) != 0;
        tally->n_new_segment +=
            !drops(block, i) && (block->flags[i] & ASSAY_ROW_UNSEEN_SEGMENT) != 0;
    }
}

/* Scores the strip, and puts its rows where they belong; at[place] moves on. */
static void take_strip(const struct filling *f, size_t first, size_t n, struct room *room,
                       size_t at[ASSAY_PLACES], struct tally *tally)
{
    uint32_t pick[STRIP];
    struct assay_audit_rows rows = {.first = first,
                                    .pick = pick,
                                    .outcome = f->places->outcome + first,
                                    .left_out = room->left_out,
                                    .stride = STRIP};
    if (f->column == NULL)
        score_by_model(f, first, n, room, &rows);
    else
        score_by_column(f, first, n, room, &rows);
    if (f->champion.compiled != NULL)
        score_by_champion(f, first, n, room, &rows);
    for (size_t place = ASSAY_PLACE_USED; place < ASSAY_PLACES; place++) {
        rows.n = 0;
        for (size_t i = 0; i < n; i++)
            if (f->places->place[first + i] == place)
                pick[rows.n++] = (uint32_t)i;
        tally->n_event[place] +=
            assay_audit_set_put(f->input, &rows, at[place], set_at(f->input, place));
        at[place] += rows.n;
        if (place == ASSAY_PLACE_USED)
            count_used(f, &rows, room, tally);
    }
}

/* ---- a chunk of the table ---- */

static enum assay_status room_init(const struct filling *f, struct room *room)
{
    enum assay_status status = ASSAY_OK;
    if (f->subject.compiled != NULL)
        status = assay_compiled_work_init(&f->subject.tied, STRIP, &room->subject, NULL);
    if (status == ASSAY_OK && f->champion.compiled != NULL)
        status = assay_compiled_work_init(&f->champion.tied, STRIP, &room->champion, NULL);
    return status;
}

static void take_chunk(void *state, size_t chunk)
{
    const struct filling *f = state;
    size_t n_row = f->input->intake->table.n_row, first = chunk * CHUNK;
    size_t end = first + CHUNK < n_row ? first + CHUNK : n_row;
    struct tally tally = f->tallies[chunk]; /* while it counts, beside no other chunk's */
    struct room room = {.subject = {.numbers = NULL}};
    tally.status = room_init(f, &room);
    for (; tally.status == ASSAY_OK && first < end; first += STRIP)
        take_strip(f, first, end - first < STRIP ? end - first : STRIP, &room, f->start[chunk],
                   &tally);
    assay_compiled_work_clear(&room.subject);
    assay_compiled_work_clear(&room.champion);
    f->tallies[chunk] = tally;
}

/* ---- all of it ---- */

/* All its digits: cut to six, 1.0000001 would be refused as "1". */
static enum assay_status check_probabilities(const struct filling *f, struct assay_error *err)
{
    const struct assay_audit_input *input = f->input;
    const struct assay_table *table = &input->intake->table;
    for (size_t i = 0; f->probabilities && i < table->n_row; i++) {
        unsigned char place = f->places->place[i];
        double value = assay_column_number(f->column, i);
        bool counts = place == ASSAY_PLACE_USED || (place == ASSAY_PLACE_WAITING && input->interim);
        if (!counts || !(value < 0 || value > 1))
            continue;
        char text[ASSAY_NUMBER_SIZE];
        assay_number_print(value, text);
        return assay_fail(err, ASSAY_EDATA, "%s:%zu: probability \"%s\" is %s; expected 0 to 1",
                          assay_csv_name(input->intake->csv), assay_table_line(table, i),
                          input->spec->signals[0].column, text);
    }
    return ASSAY_OK;
}

static enum assay_status prepare(struct filling *f, struct assay_error *err)
{
    const struct assay_audit_input *input = f->input;
    const struct assay_table *table = &input->intake->table;
    size_t next[ASSAY_PLACES] = {0};
    enum assay_status status = ASSAY_OK;
    if (input->model == NULL)
        f->column = &table->columns[input->intake->columns.signals[0]];
    else
        status = subject_init(input->model, table, &f->subject, err);
    if (status == ASSAY_OK && input->champion != NULL)
        status = subject_init(input->champion, table, &f->champion, err);
    if (status != ASSAY_OK)
        return status;
    f->n_chunk = (table->n_row + CHUNK - 1) / CHUNK;
    f->start = assay_alloc(f->n_chunk, sizeof *f->start);
    f->tallies = assay_alloc(f->n_chunk, sizeof *f->tallies);
    if (f->start == NULL || f->tallies == NULL)
        return assay_fail_memory(err, doing);
    for (size_t i = 0; i < table->n_row; i++) {
        for (size_t p = 0; i % CHUNK == 0 && p < ASSAY_PLACES; p++)
            f->start[i / CHUNK][p] = next[p];
        next[f->places->place[i]]++;
    }
    return check_probabilities(f, err);
}

static enum assay_status add_up(struct filling *f, struct assay_error *err)
{
    struct assay_audit_input *input = f->input;
    for (size_t place = ASSAY_PLACE_USED; place < ASSAY_PLACES; place++)
        set_at(input, place)->n = f->places->n[place];
    for (size_t c = 0; c < f->n_chunk; c++) {
        const struct tally *tally = &f->tallies[c];
        if (tally->status != ASSAY_OK)
            return assay_fail_memory(err, doing);
        for (size_t place = ASSAY_PLACE_USED; place < ASSAY_PLACES; place++)
            set_at(input, place)->n_event += tally->n_event[place];
        input->count[ASSAY_ROW_USED] -= tally->left_out;
        input->count[ASSAY_ROW_MISSING_SIGNAL] += tally->left_out;
        input->n_unknown += tally->n_unknown;
        input->n_unseen += tally->n_unseen;
        input->n_new_segment += tally->n_new_segment;
    }
    enum assay_status status = ASSAY_OK;
    for (size_t place = ASSAY_PLACE_USED; status == ASSAY_OK && place < ASSAY_PLACES; place++)
        status = assay_audit_set_close_up(set_at(input, place), input->n_segment, input->n_signal, err);
    return status;
}

enum assay_status assay_audit_fill(struct assay_audit_input *input,
                                   const struct assay_audit_places *places, bool probabilities,
                                   struct assay_error *err)
{
    struct filling f = {.input = input, .places = places, .probabilities = probabilities};
    enum assay_status status = prepare(&f, err);
    if (status == ASSAY_OK) {
        assay_parallel(f.n_chunk, 0, take_chunk, &f);
        status = add_up(&f, err);
    }
    subject_clear(&f.subject);
    subject_clear(&f.champion);
    free(f.start);
    free(f.tallies);
    return status;
}
