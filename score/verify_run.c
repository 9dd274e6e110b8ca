#include "score/verify_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/model/points.h"
#include "score/rows.h"

enum { BLOCK_ROWS = 4096 };

/* One account, as it is looked at. */
struct at_hand {
    const char *id;
    int32_t as_of;
    size_t their_row;
    struct assay_score score;
    struct assay_their_figures theirs;
    struct assay_gap gap;
    double filled[ASSAY_MAX_SIGNALS]; /* normalised, with what stands for the missing */
    double s[ASSAY_MAX_SIGNALS];      /* NaN: missing */
    double raw[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS], unknown[ASSAY_MAX_SIGNALS];
    double tenure;
};

static void look_at(const struct assay_verify_run *run, size_t row, struct at_hand *at)
{
    const struct assay_table *table = &run->intake.table;
    const struct assay_columns *columns = &run->scorer.columns;
    const struct assay_column *id = &table->columns[columns->id];
    at->id = assay_dictionary_text(id->dictionary, id->codes[row]);
    at->as_of = columns->as_of != ASSAY_NO_COLUMN ? table->columns[columns->as_of].dates[row]
                                                  : ASSAY_NO_DATE;
    at->tenure = columns->tenure != ASSAY_NO_COLUMN
                     ? assay_column_number(&table->columns[columns->tenure], row)
                     : (double)NAN;
}

static void score_at(const struct assay_verify_run *run, size_t row, struct at_hand *at)
{
    const struct assay_table *table = &run->intake.table;
    assay_scorer_row(&run->scorer, table, row, at->filled, at->missing, &at->score);
    for (size_t j = 0; j < run->model.n_signal; j++) {
        const struct assay_column *column = &table->columns[run->scorer.columns.signals[j]];
        bool text = column->type == ASSAY_TEXT;
        at->s[j] = at->missing[j] ? (double)NAN : at->filled[j];
        at->raw[j] = text ? (double)NAN : assay_column_number(column, row);
        at->unknown[j] = text && at->missing[j] && column->codes[row] != ASSAY_NO_CODE;
    }
}

static struct assay_scored_account account_of(const struct assay_verify_run *run,
                                              const struct at_hand *at)
{
    return (struct assay_scored_account){.model = &run->model,
                                         .s = at->s,
                                         .raw = at->raw,
                                         .tenure = at->tenure,
                                         .score = &at->score};
}

static enum assay_status name_account(const struct at_hand *at,
                                      struct assay_verified_account *account,
                                      struct assay_error *err)
{
    char *id = assay_copy_string(at->id);
    if (id == NULL)
        return assay_fail_memory(err, "comparing scores");
    free(account->id);
    *account = (struct assay_verified_account){id, at->as_of};
    return ASSAY_OK;
}

/* ---- their points of signals ---- */

static double their_points(const struct assay_theirs *theirs, const size_t columns[], size_t j,
                           size_t row)
{
    return columns[j] != ASSAY_NO_COLUMN
               ? assay_column_number(&theirs->table.columns[columns[j]], row)
               : (double)NAN;
}

/* The first signal whose points differ; an empty cell says nothing. */
static struct assay_parting find_parting(const struct assay_verify_run *run,
                                         const struct at_hand *at)
{
    double allowance = run->comparison.allowance[ASSAY_THE_COMPOSITE];
    struct assay_parting parting = {.signal = ASSAY_NO_SIGNAL};
    for (size_t j = 0; j < run->model.n_signal; j++) {
        double theirs = their_points(&run->theirs, run->theirs.normalised, j, at->their_row);
        if (fabs(theirs - at->filled[j]) > allowance)
            return (struct assay_parting){j, false, at->filled[j], theirs};
        theirs = their_points(&run->theirs, run->theirs.points, j, at->their_row);
        double ours =
            assay_points_of_signal(&run->model, at->score.terms, j, at->filled[j], at->missing[j]);
        if (fabs(theirs - ours) > allowance)
            return (struct assay_parting){j, true, ours, theirs};
    }
    return parting;
}

/* ---- what is found ---- */

static enum assay_status keep_largest(struct assay_verify_run *run, const struct at_hand *at,
                                      struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    for (enum assay_figure f = 0; status == ASSAY_OK && f < ASSAY_COMPARED_NUMBERS; f++) {
        struct assay_largest_gap *largest = &run->result.largest[f];
        double size = fabs(at->gap.difference[f]);
        if (!run->comparison.compared[f] || !(size > largest->difference))
            continue;
        status = name_account(at, &largest->account, err);
        largest->difference = size;
        largest->ours = assay_compared_number(&at->score, f);
        largest->theirs = at->theirs.number[f];
    }
    return status;
}

static struct assay_disagreement describe(const struct assay_verify_run *run,
                                          const struct at_hand *at)
{
    struct assay_disagreement d = {.figure = assay_gap_first(&at->gap),
                                   .departure = ASSAY_NO_DEPARTURE,
                                   .parting = find_parting(run, at)};
    if (d.figure == ASSAY_THE_ZONE) {
        d.our_zone = at->score.dropped ? NULL : run->model.spec.zones[at->score.zone].name;
        d.their_zone = assay_theirs_zone(&run->theirs, at->their_row);
    } else {
        d.ours = assay_compared_number(&at->score, d.figure);
        d.theirs = at->theirs.number[d.figure];
    }
    return d;
}

static enum assay_status note_disagreement(struct assay_verify_run *run, const struct at_hand *at,
                                           struct assay_error *err)
{
    struct assay_agreement *result = &run->result;
    struct assay_scored_account account = account_of(run, at);
    struct assay_disagreement d = describe(run, at);
    enum assay_status status =
        assay_causes_search(&run->causes, &account, &at->theirs, &d.departure, err);
    if (status == ASSAY_OK)
        status = name_account(at, &d.account, err);
    if (status != ASSAY_OK)
        return status;
    if (d.parting.signal != ASSAY_NO_SIGNAL)
        result->n_parting[d.parting.signal]++;
    if (run->output.stream != NULL)
        assay_agreement_csv_line(&run->model, &d, &run->line);
    if (result->n_shown < result->show)
        result->shown[result->n_shown++] = d;
    else
        free(d.account.id);
    return ASSAY_OK;
}

static bool has_figures(const struct assay_verify_run *run,
                        const struct assay_their_figures *theirs)
{
    bool any = run->comparison.compared[ASSAY_THE_ZONE] && theirs->zone != ASSAY_NO_ZONE;
    for (enum assay_figure f = 0; f < ASSAY_COMPARED_NUMBERS; f++)
        any = any || (run->comparison.compared[f] && !isnan(theirs->number[f]));
    return any;
}

static enum assay_status compare_row(struct assay_verify_run *run, struct at_hand *at,
                                     struct assay_error *err)
{
    struct assay_agreement *result = &run->result;
    at->theirs = assay_theirs_figures(&run->theirs, at->their_row);
    bool agrees = assay_compare_figures(&run->comparison, &at->score, &at->theirs, &at->gap);
    bool scored = has_figures(run, &at->theirs);
    struct assay_scored_account account = account_of(run, at);
    result->n_compared++;
    result->n_agree += agrees;
    result->n_unscored += at->score.dropped && !scored;
    result->n_score_gap += at->score.dropped == scored;
    result->n_zone += at->gap.differs[ASSAY_THE_ZONE] && !at->score.dropped && scored;
    assay_causes_count(&run->causes, &account, at->unknown, agrees);
    enum assay_status status = keep_largest(run, at, err);
    if (status != ASSAY_OK || !agrees)
        return status != ASSAY_OK ? status : note_disagreement(run, at, err);
    struct assay_parting unlike = find_parting(run, at);
    if (unlike.signal != ASSAY_NO_SIGNAL && !at->score.dropped)
        result->n_unlike[unlike.signal]++;
    return ASSAY_OK;
}

/* An account that theirs does not have; one without a score need not be there. */
static enum assay_status note_alone(struct assay_verify_run *run, const struct at_hand *at,
                                    struct assay_error *err)
{
    struct assay_agreement *result = &run->result;
    if (at->score.dropped) {
        result->n_unscored++;
        result->n_compared++;
        result->n_agree++;
        return ASSAY_OK;
    }
    if (run->output.stream != NULL && !result->partial)
        assay_agreement_csv_alone(at->id, at->as_of, "only in data", &run->line);
    return result->n_only_ours++ == 0 ? name_account(at, &result->first_ours, err) : ASSAY_OK;
}

/* Accounts that the data does not have. */
static enum assay_status note_left(struct assay_verify_run *run, struct assay_error *err)
{
    const struct assay_theirs *theirs = &run->theirs;
    struct assay_agreement *result = &run->result;
    result->n_only_theirs = theirs->table.n_row - theirs->n_taken;
    size_t first = assay_theirs_left(theirs);
    if (first == ASSAY_NO_ROW)
        return ASSAY_OK;
    struct at_hand at = {.id = assay_theirs_id(theirs, first),
                         .as_of = assay_theirs_date(theirs, first)};
    for (size_t i = first; run->output.stream != NULL && i < theirs->table.n_row; i++)
        if (!theirs->taken[i])
            assay_agreement_csv_alone(assay_theirs_id(theirs, i), assay_theirs_date(theirs, i),
                                      "only in scores", &run->line);
    return name_account(&at, &result->first_theirs, err);
}

/* What is told one by one is put down to what explains most, which only the end knows. */
static void settle_causes(struct assay_verify_run *run)
{
    for (size_t k = 0; k < run->result.n_shown; k++) {
        size_t widest = assay_causes_widest(&run->causes, k);
        if (widest != ASSAY_NO_DEPARTURE)
            run->result.shown[k].departure = widest;
    }
}

/* ---- blocks ---- */

static enum assay_status flush_line(struct assay_verify_run *run, struct assay_error *err)
{
    if (run->line.failed)
        return assay_fail_memory(err, "writing disagreements");
    if (run->output.stream != NULL && run->line.length > 0)
        fwrite(run->line.data, 1, run->line.length, run->output.stream);
    assay_text_reset(&run->line);
    return ASSAY_OK;
}

static enum assay_status verify_block(struct assay_verify_run *run,
                                      const struct assay_verify_options *options,
                                      struct assay_error *err)
{
    size_t count[ASSAY_ROW_STATES] = {0};
    struct at_hand at;
    enum assay_status status = assay_scorer_extend(&run->scorer, &run->intake.table, err);
    if (status != ASSAY_OK)
        return status;
    assay_window_apply(&run->scorer.columns, &run->intake.table, options->data.window, run->state,
                       count);
    for (size_t i = 0; status == ASSAY_OK && i < run->intake.table.n_row; i++) {
        look_at(run, i, &at);
        at.their_row = assay_theirs_take(&run->theirs, at.id, at.as_of);
        if (run->state[i] != ASSAY_ROW_USED)
            continue; /* what they say of it is not looked at either */
        score_at(run, i, &at);
        status =
            at.their_row != ASSAY_NO_ROW ? compare_row(run, &at, err) : note_alone(run, &at, err);
    }
    if (status == ASSAY_OK)
        status = flush_line(run, err);
    assay_score_forget_rows(&run->scorer.columns, &run->intake.table);
    return status;
}

static enum assay_status open_files(const struct assay_verify_options *options,
                                    struct assay_verify_run *run, struct assay_error *err)
{
    struct assay_theirs_options theirs = options->theirs;
    enum assay_status status = assay_model_read(options->model_path, &run->model, err);
    if (status == ASSAY_OK)
        status =
            assay_intake_open(&run->model.spec, ASSAY_TO_SCORE, &options->data, &run->intake, err);
    if (status == ASSAY_OK)
        status = assay_scorer_init(&run->model, &run->intake.table, &run->scorer, err);
    if (status != ASSAY_OK)
        return status;
    theirs.dated = run->scorer.columns.as_of != ASSAY_NO_COLUMN;
    return assay_theirs_read(&run->model, &theirs, &run->theirs, err);
}

static enum assay_status prepare(const struct assay_verify_options *options,
                                 struct assay_verify_run *run, struct assay_error *err)
{
    enum assay_status status = open_files(options, run, err);
    if (status != ASSAY_OK)
        return status;
    run->comparison.model = &run->model;
    for (enum assay_figure f = 0; f < ASSAY_COMPARED; f++)
        run->comparison.compared[f] = run->theirs.column[f] != ASSAY_NO_COLUMN;
    assay_comparison_allow(&run->comparison, options->tolerance, options->decimals,
                           options->probability_decimals);
    status = assay_causes_init(&run->comparison, &run->causes, err);
    if (status == ASSAY_OK)
        status = assay_agreement_init(&run->result, run->model.n_signal, options->show, err);
    if (status == ASSAY_OK && (run->state = malloc(BLOCK_ROWS)) == NULL)
        status = assay_fail_memory(err, "comparing scores");
    if (status == ASSAY_OK && options->output_path != NULL)
        status = assay_output_open(options->output_path, &run->output, err);
    if (status != ASSAY_OK)
        return status;
    run->result.comparison = &run->comparison;
    run->result.theirs = &run->theirs;
    run->result.causes = &run->causes;
    run->result.data_name = assay_csv_name(run->intake.csv);
    run->result.partial = options->partial;
    if (run->output.stream != NULL)
        assay_agreement_csv_header(&run->model, &run->line);
    return ASSAY_OK;
}

static enum assay_status nothing_matched(const struct assay_verify_run *run,
                                         struct assay_error *err)
{
    size_t row = assay_theirs_left(&run->theirs);
    char quoted[ASSAY_QUOTE_SIZE];
    if (row == ASSAY_NO_ROW)
        return assay_fail(err, ASSAY_EDATA, "%s: no rows; expected scores of the accounts in %s",
                          assay_csv_name(run->theirs.csv), assay_csv_name(run->intake.csv));
    const char *id = assay_theirs_id(&run->theirs, row);
    assay_fail(err, ASSAY_EDATA, "%s: none of its accounts is in %s; the first is \"%s\"",
               assay_csv_name(run->theirs.csv), assay_csv_name(run->intake.csv),
               assay_quote_value(id, strlen(id), quoted));
    assay_hint(err, "Is it the right file? --id names the column that holds the accounts%s.",
               run->theirs.as_of != ASSAY_NO_COLUMN ? ", --as-of that of the dates" : "");
    return ASSAY_EDATA;
}

enum assay_status assay_verify(const struct assay_verify_options *options,
                               struct assay_verify_run *run, struct assay_error *err)
{
    bool more = true;
    enum assay_status status = prepare(options, run, err);
    while (status == ASSAY_OK && more) {
        status = assay_intake_read(&run->intake, BLOCK_ROWS, &more, err);
        if (status == ASSAY_OK)
            status = verify_block(run, options, err);
    }
    assay_progress_end(&run->intake.progress);
    settle_causes(run);
    if (status == ASSAY_OK && run->theirs.n_taken == 0)
        status = nothing_matched(run, err);
    if (status == ASSAY_OK)
        status = note_left(run, err);
    if (status == ASSAY_OK)
        status = flush_line(run, err);
    if (status == ASSAY_OK && run->output.stream != NULL)
        status = assay_output_finish(&run->output, err);
    run->ready = status == ASSAY_OK;
    return status;
}

void assay_verify_clear(struct assay_verify_run *run)
{
    free(run->state);
    assay_text_clear(&run->line);
    assay_output_abort(&run->output);
    assay_agreement_clear(&run->result);
    assay_causes_clear(&run->causes);
    assay_theirs_clear(&run->theirs);
    if (run->scorer.model != NULL)
        assay_scorer_clear(&run->scorer);
    assay_intake_close(&run->intake);
    assay_model_clear(&run->model);
    *run = (struct assay_verify_run){0};
}
