#include "score/scoring.h"

#include "score/rows.h"

/* After how many blocks the disk is asked to begin: some megabytes of lines. */
enum { STORE_BLOCKS = 4 };

/* ---- the next block, read while this one is scored, and those before it are on their way to the disk ---- */

struct ahead {
    struct assay_intake *intake;
    struct assay_output *output; /* to be stored as far as it is written; NULL: not now */
    bool more;
    enum assay_status status;
    struct assay_error err;
};

static void read_ahead(void *state)
{
    struct ahead *ahead = state;
    if (ahead->output != NULL)
        assay_output_store(ahead->output);
    ahead->status =
        assay_intake_read_whole(ahead->intake, ASSAY_SCORE_BLOCK, &ahead->more, &ahead->err);
}

static enum assay_status what_was_read(const struct ahead *ahead, struct assay_error *err)
{
    if (ahead->status != ASSAY_OK)
        *err = ahead->err;
    return ahead->status;
}

/* ---- two tables that take turns ---- */

static enum assay_status copy_columns(const struct assay_table *from, struct assay_table *to,
                                      struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    size_t index;
    for (size_t k = 0; status == ASSAY_OK && k < from->n_column; k++)
        status =
            assay_table_add_column(to, from->columns[k].name, from->columns[k].type, &index, err);
    return status;
}

/* The intake's table is the one that its reader knows: what it holds moves, and not the table. */
static void take_turns(struct assay_scoring *s)
{
    struct assay_score_batch read = {s->intake.table, s->next};
    s->intake.table = s->batch.table;
    s->next = s->batch.tied;
    s->batch = read;
}

/* Hands the block that has been read to the crew. more: another will be read. */
static enum assay_status hand_over(struct assay_scoring *s, bool more, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    if (more && s->batch.tied.inputs == NULL) {
        status = copy_columns(&s->intake.table, &s->batch.table, err);
        if (status == ASSAY_OK)
            status = assay_compiled_table_init(s->compiled, &s->model, &s->batch.table,
                                               &s->batch.tied, err);
    }
    if (status == ASSAY_OK)
        take_turns(s);
    return status;
}

/* ---- blocks ---- */

/* ahead: reads the next block meanwhile; NULL: there is none. */
static enum assay_status score_batch(struct assay_scoring *s,
                                     const struct assay_scoring_options *options,
                                     struct ahead *ahead, struct assay_error *err)
{
    struct assay_table *table = &s->batch.table;
    const struct assay_columns *columns = &s->intake.columns;
    struct assay_score_job job = {.cells = options->write ? &s->cells : NULL,
                                  .columns = columns,
                                  .tied = &s->batch.tied,
                                  .table = table,
                                  .state = s->state,
                                  .beside = ahead != NULL ? read_ahead : NULL,
                                  .with = ahead};
    enum assay_status status = assay_compiled_table_extend(&s->batch.tied, table, err);
    if (status != ASSAY_OK)
        return status;
    assay_window_apply(columns, table, options->data.window, s->state, s->states);
    status = assay_score_crew_run(s->crew, &job, s->output.stream, &s->counts, err);
    assay_score_forget_rows(columns, table);
    s->n_block++;
    return status;
}

static enum assay_status write_header(struct assay_scoring *s, struct assay_error *err)
{
    struct assay_text header = {0};
    assay_score_header(&s->cells, &header);
    if (!header.failed)
        fwrite(header.data, 1, header.length, s->output.stream);
    enum assay_status status = header.failed ? assay_fail_memory(err, "writing scores") : ASSAY_OK;
    assay_text_clear(&header);
    return status;
}

static enum assay_status score_all(struct assay_scoring *s,
                                   const struct assay_scoring_options *options,
                                   struct assay_error *err)
{
    struct ahead ahead = {.intake = &s->intake, .more = true};
    read_ahead(&ahead);
    enum assay_status status = what_was_read(&ahead, err);
    if (status == ASSAY_OK && options->write)
        status = write_header(s, err);
    for (bool last = false; status == ASSAY_OK && !last;) {
        last = !ahead.more;
        bool store = options->write && s->n_block % STORE_BLOCKS == STORE_BLOCKS - 1;
        ahead.output = store ? &s->output : NULL;
        status = hand_over(s, !last, err);
        if (status == ASSAY_OK)
            status = score_batch(s, options, last ? NULL : &ahead, err);
        if (status == ASSAY_OK)
            status = what_was_read(&ahead, err);
    }
    return status;
}

/* ---- the whole ---- */

static enum assay_status prepare(const struct assay_scoring_options *options,
                                 struct assay_scoring *s, struct assay_error *err)
{
    struct assay_intake_options data = options->data;
    data.n_thread = 1; /* reading is a task among the others, and needs room for one slab alone */
    enum assay_status status = assay_model_read(options->model_path, &s->model, err);
    if (status == ASSAY_OK)
        status = assay_intake_open(&s->model.spec, ASSAY_TO_SCORE, &data, &s->intake, err);
    if (status == ASSAY_OK)
        status = assay_compiled_new(&s->model, &s->compiled, err);
    if (status == ASSAY_OK)
        status = assay_compiled_table_init(s->compiled, &s->model, &s->intake.table, &s->next, err);
    if (status == ASSAY_OK)
        status = assay_score_crew_new(&s->next, ASSAY_SCORE_BLOCK, options->data.n_thread, &s->crew,
                                      err);
    if (status == ASSAY_OK)
        status = assay_score_cells_init(&s->model, s->compiled, options->explain, &s->cells, err);
    if (status == ASSAY_OK && options->write)
        status = assay_output_open(options->output_path, &s->output, err);
    return status;
}

enum assay_status assay_scoring_run(const struct assay_scoring_options *options,
                                    struct assay_scoring *scoring, struct assay_error *err)
{
    enum assay_status status = prepare(options, scoring, err);
    if (status == ASSAY_OK)
        status = score_all(scoring, options, err);
    assay_progress_end(&scoring->intake.progress); /* whoever calls may have something to say */
    return status;
}

void assay_scoring_clear(struct assay_scoring *scoring)
{
    assay_output_abort(&scoring->output);
    assay_score_crew_free(scoring->crew);
    assay_score_cells_clear(&scoring->cells);
    assay_compiled_table_clear(&scoring->next);
    assay_compiled_table_clear(&scoring->batch.tied);
    assay_compiled_free(scoring->compiled);
    assay_table_clear(&scoring->batch.table);
    assay_intake_close(&scoring->intake);
    assay_model_clear(&scoring->model);
    *scoring = (struct assay_scoring){0};
}
