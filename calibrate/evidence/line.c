#include "calibrate/evidence/line.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/thread.h"

static const char doing[] = "choosing the at-risk line";

/* The rule, and the rows it is asked about. */
struct asking {
    const struct assay_history *history;
    const double *prob;   /* [n_row] */
    const double *asked;  /* [n_row] prob of the rows asked about, NaN in the others: prob itself, or */
    double *part;         /* [n_row] where not all count */
    int32_t *period;      /* [n_row] quarters from the first; CAPACITY alone */
    size_t *in_quarter;   /* snapshots of each quarter, */
    size_t least;         /* and how many make it count */
    struct assay_line_question question;
    size_t n, n_event;    /* of the part */
    double lowest, highest;
};

/* ---- the question ---- */

static enum assay_line_by rule_of(enum assay_line_rule rule)
{
    static const enum assay_line_by by[] = {[ASSAY_LINE_TARGETS] = ASSAY_BY_TARGETS,
                                            [ASSAY_LINE_YOUDEN] = ASSAY_BY_YOUDEN,
                                            [ASSAY_LINE_COST] = ASSAY_BY_COST,
                                            [ASSAY_LINE_CAPACITY] = ASSAY_BY_CAPACITY};
    return by[rule];
}

/* NULL where the history has no dates. */
static const int32_t *dates_of(const struct assay_history *history)
{
    return history->from == ASSAY_NO_DATE
               ? NULL
               : history->table->columns[history->columns->as_of].dates;
}

/* A quarter of which the window holds but an end says nothing of a quarter's work: one with less than
 * half of the snapshots that the fullest has is left out of the average. */
static void find_whole_quarters(struct asking *asking)
{
    size_t n_quarter = 0, fullest = 0;
    const struct assay_history *history = asking->history;
    for (size_t i = 0; i < history->n_row; i++) {
        if (history->used[i] && (size_t)asking->period[i] + 1 > n_quarter)
            n_quarter = (size_t)asking->period[i] + 1;
        assay_parallel_row(i);
    }
    for (size_t q = 0; q < n_quarter; q++)
        asking->in_quarter[q] = 0;
    for (size_t i = 0; i < history->n_row; i++) {
        if (history->used[i])
            asking->in_quarter[asking->period[i]]++;
        assay_parallel_row(i);
    }
    for (size_t q = 0; q < n_quarter; q++)
        fullest = asking->in_quarter[q] > fullest ? asking->in_quarter[q] : fullest;
    asking->least = (fullest + 1) / 2;
}

/* Quarters are the rule's of capacity alone. */
static void find_periods(struct asking *asking)
{
    const struct assay_history *history = asking->history;
    const int32_t *as_of = dates_of(history);
    for (size_t i = 0; as_of != NULL && i < history->n_row; i++) {
        if (history->used[i] && as_of[i] != ASSAY_NO_DATE)
            asking->period[i] = assay_date_quarter(as_of[i]) - assay_date_quarter(history->from);
        assay_parallel_row(i);
    }
    find_whole_quarters(asking);
}

static enum assay_status start(struct asking *asking, struct assay_error *err)
{
    const struct assay_history *history = asking->history;
    const struct assay_spec *spec = history->spec;
    const int32_t *as_of = dates_of(history);
    size_t n = history->n_row;
    bool by_quarter = rule_of(spec->line.rule) == ASSAY_BY_CAPACITY;
    asking->period = assay_rows_alloc(by_quarter ? n : 0, sizeof *asking->period);
    size_t n_quarter = as_of == NULL ? 1
                                     : (size_t)(assay_date_quarter(history->to) -
                                                assay_date_quarter(history->from)) + 1;
    asking->in_quarter = assay_alloc(n_quarter, sizeof *asking->in_quarter);
    if (asking->period == NULL || asking->in_quarter == NULL)
        return assay_fail_memory(err, doing);
    asking->question = (struct assay_line_question){
        .by = rule_of(spec->line.rule),
        .sensitivity = spec->target_sensitivity,
        .specificity = spec->target_specificity,
        .miss = spec->line.miss,
        .false_alarm = spec->line.false_alarm,
        .accounts = (double)spec->line.accounts,
        .account = history->table->columns[history->columns->id].codes,
        .period = asking->period};
    if (asking->question.by == ASSAY_BY_CAPACITY)
        find_periods(asking);
    return ASSAY_OK;
}

static void finish(struct asking *asking)
{
    assay_rows_free(asking->part);
    assay_rows_free(asking->period);
    free(asking->in_quarter);
}

/* A row counts where it has a prediction and the rule can place it. */
static bool counts(const struct asking *asking, size_t row)
{
    const int32_t *as_of = dates_of(asking->history);
    if (isnan(asking->prob[row]))
        return false;
    return asking->question.by != ASSAY_BY_CAPACITY || as_of == NULL ||
           (as_of[row] != ASSAY_NO_DATE &&
            asking->in_quarter[asking->period[row]] >= asking->least);
}

/* ---- the rows asked about ---- */

enum { TASK_ROWS = 1 << 16 };

struct sums {
    size_t n, n_event;
    double lowest, highest;
};

struct summing {
    const struct asking *asking;
    struct sums *tasks;
};

static void sum_task(void *state, size_t task)
{
    const struct summing *s = state;
    const double *asked = s->asking->asked;
    size_t n_row = s->asking->history->n_row;
    size_t end = n_row - task * TASK_ROWS < TASK_ROWS ? n_row : (task + 1) * TASK_ROWS;
    struct sums sums = {0, 0, INFINITY, -INFINITY};
    for (size_t i = task * TASK_ROWS; i < end; i++) {
        if (isnan(asked[i]))
            continue;
        sums.n++;
        sums.n_event += s->asking->history->outcome[i];
        sums.lowest = asked[i] < sums.lowest ? asked[i] : sums.lowest;
        sums.highest = asked[i] > sums.highest ? asked[i] : sums.highest;
    }
    s->tasks[task] = sums;
}

static enum assay_status sum_up(struct asking *asking, struct assay_error *err)
{
    size_t n_task = asking->history->n_row / TASK_ROWS + (asking->history->n_row % TASK_ROWS != 0);
    struct summing s = {asking, assay_alloc(n_task, sizeof *s.tasks)};
    if (s.tasks == NULL)
        return assay_fail_memory(err, doing);
    assay_parallel(n_task, asking->history->n_thread, sum_task, &s);
    asking->n = asking->n_event = 0;
    asking->lowest = INFINITY;
    asking->highest = -INFINITY;
    for (size_t t = 0; t < n_task; t++) {
        asking->n += s.tasks[t].n;
        asking->n_event += s.tasks[t].n_event;
        asking->lowest = fmin(asking->lowest, s.tasks[t].lowest);
        asking->highest = fmax(asking->highest, s.tasks[t].highest);
    }
    free(s.tasks);
    return ASSAY_OK;
}

/* The rows whose code is this one; codes NULL: all. */
static enum assay_status take_part(struct asking *asking, const int32_t codes[], int32_t code,
                                   struct assay_error *err)
{
    size_t n = asking->history->n_row;
    asking->asked = asking->prob;
    if (codes == NULL && asking->question.by != ASSAY_BY_CAPACITY)
        return sum_up(asking, err); /* a row counts where it has a prediction */
    if (asking->part == NULL)
        asking->part = assay_rows_alloc(n, sizeof *asking->part);
    if (asking->part == NULL)
        return assay_fail_memory(err, doing);
    for (size_t i = 0; i < n; i++) {
        bool taken = counts(asking, i) && (codes == NULL || codes[i] == code);
        asking->part[i] = taken ? asking->prob[i] : (double)NAN;
        assay_parallel_row(i);
    }
    asking->asked = asking->part;
    return sum_up(asking, err);
}

static enum assay_status ask(const struct asking *asking, struct assay_line *answer,
                             struct assay_error *err)
{
    if (asking->n_event == 0 || asking->n_event == asking->n)
        return assay_fail(err, ASSAY_EDATA, "%zu of %zu held-out snapshots have the event; "
                          "expected some with it and some without", asking->n_event, asking->n);
    if (asking->lowest == asking->highest)
        return assay_fail(err, ASSAY_ENUMERIC, "every held-out snapshot gets the same prediction; "
                                               "expected weights that tell accounts apart");
    enum assay_status status = assay_line_choose(asking->asked, asking->history->outcome,
                                                 asking->history->n_row, &asking->question, answer,
                                                 err);
    if (status == ASSAY_ENUMERIC)
        assay_hint(err, "Give the team room for more accounts, or use signals that tell accounts apart.");
    return status;
}

/* ---- the common line ---- */

static struct assay_model_line explain(const struct assay_line *answer, enum assay_line_rule rule)
{
    return (struct assay_model_line){.rule = rule,
                                     .feasible = answer->feasible,
                                     .low = answer->low,
                                     .high = answer->high,
                                     .caught = answer->caught.value,
                                     .caught_low = answer->caught.low,
                                     .caught_high = answer->caught.high,
                                     .cost = answer->cost};
}

static enum assay_status settle_common(struct asking *asking, double given,
                                       struct assay_line_choice *choice, struct assay_error *err)
{
    enum assay_line_rule rule = asking->history->spec->line.rule;
    bool by_segment = asking->history->columns->line_by != ASSAY_NO_COLUMN;
    enum assay_status status = ASSAY_OK;
    if (isnan(given) || by_segment)
        status = take_part(asking, NULL, 0, err);
    if (status == ASSAY_OK && !isnan(given)) {
        choice->probability = given;
        choice->how = (struct assay_model_line){.rule = rule,
                                                .given = true,
                                                .low = NAN,
                                                .high = NAN,
                                                .caught = NAN,
                                                .caught_low = NAN,
                                                .caught_high = NAN,
                                                .cost = NAN};
        return ASSAY_OK;
    }
    if (status == ASSAY_OK)
        status = ask(asking, &choice->answer, err);
    if (status == ASSAY_OK) {
        choice->probability = choice->answer.line;
        choice->how = explain(&choice->answer, rule);
    }
    return status;
}

/* ---- segments ---- */

struct segment {
    const char *name;
    int32_t code;
    size_t rows, events;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct segment *)a)->name, ((const struct segment *)b)->name);
}

/* Those with a held-out row, by name: their order must not depend on that of the rows. */
static size_t list_segments(const struct asking *asking, const struct assay_column *column,
                            struct segment segments[])
{
    size_t n_code = assay_dictionary_count(column->dictionary), n = 0;
    for (size_t c = 0; c < n_code; c++)
        segments[c] = (struct segment){assay_dictionary_text(column->dictionary, (int32_t)c),
                                       (int32_t)c, 0, 0};
    for (size_t i = 0; i < asking->history->n_row; i++) {
        assay_parallel_row(i);
        if (!counts(asking, i) || column->codes[i] == ASSAY_NO_CODE)
            continue;
        segments[column->codes[i]].rows++;
        segments[column->codes[i]].events += asking->history->outcome[i];
    }
    for (size_t c = 0; c < n_code; c++)
        if (segments[c].rows > 0)
            segments[n++] = segments[c];
    qsort(segments, n, sizeof *segments, by_name);
    return n;
}

static const struct assay_model_segment_line *find_given(const struct assay_line_given *given,
                                                         const char *name)
{
    for (size_t k = 0; k < given->n_segment; k++)
        if (strcmp(given->segments[k].segment, name) == 0)
            return &given->segments[k];
    return NULL;
}

static enum assay_status settle_segment(struct asking *asking, const struct segment *segment,
                                        const int32_t codes[],
                                        const struct assay_model_segment_line *given,
                                        struct assay_model_segment_line *line,
                                        struct assay_error *err)
{
    size_t others = segment->rows - segment->events;
    struct assay_line answer;
    line->rows = segment->rows;
    line->events = segment->events;
    line->segment = assay_copy_string(segment->name);
    if (line->segment == NULL)
        return assay_fail_memory(err, "choosing lines by segment");
    if (given != NULL) {
        line->common = given->common;
        line->probability = given->common ? line->probability : given->probability;
        return ASSAY_OK;
    }
    line->common = true;
    if (segment->events < ASSAY_LINE_SEGMENT_ROWS || others < ASSAY_LINE_SEGMENT_ROWS)
        return ASSAY_OK;
    struct assay_error reason = {0};
    enum assay_status status = take_part(asking, codes, segment->code, &reason);
    if (status == ASSAY_OK)
        status = ask(asking, &answer, &reason);
    if (status == ASSAY_OK) {
        line->common = false;
        line->probability = answer.line;
    }
    if (status == ASSAY_OK || status == ASSAY_ENUMERIC)
        return ASSAY_OK;
    if (err != NULL)
        *err = reason;
    return status;
}

static enum assay_status settle_segments(struct asking *asking,
                                         const struct assay_line_given *given,
                                         struct assay_line_choice *choice, struct assay_error *err)
{
    const struct assay_history *history = asking->history;
    const struct assay_column *column = &history->table->columns[history->columns->line_by];
    size_t n_code = assay_dictionary_count(column->dictionary), n = 0;
    double room = asking->question.accounts, all = (double)asking->n;
    struct segment *segments = assay_alloc(n_code, sizeof *segments);
    choice->segments = assay_alloc(n_code, sizeof *choice->segments);
    enum assay_status status = segments != NULL && choice->segments != NULL
                                   ? ASSAY_OK
                                   : assay_fail_memory(err, "choosing lines by segment");
    if (status == ASSAY_OK)
        n = list_segments(asking, column, segments);
    for (size_t k = 0; status == ASSAY_OK && k < n; k++) {
        struct assay_model_segment_line *line = &choice->segments[choice->n_segment++];
        line->probability = choice->probability;
        asking->question.accounts = room * (double)segments[k].rows / all;
        status = settle_segment(asking, &segments[k], column->codes,
                                find_given(given, segments[k].name), line, err);
    }
    free(segments);
    return status;
}

enum assay_status assay_line_settle(const struct assay_history *history, const double prob[],
                                    const struct assay_line_given *given,
                                    struct assay_line_choice *choice, struct assay_error *err)
{
    struct asking asking = {.history = history, .prob = prob};
    struct assay_line_choice made = {0};
    bool by_segment = history->columns->line_by != ASSAY_NO_COLUMN;
    enum assay_status status =
        isnan(given->probability) || by_segment ? start(&asking, err) : ASSAY_OK;
    if (status == ASSAY_OK)
        status = settle_common(&asking, given->probability, &made, err);
    if (status == ASSAY_OK && by_segment)
        status = settle_segments(&asking, given, &made, err);
    finish(&asking);
    if (status == ASSAY_OK)
        *choice = made;
    else
        assay_line_choice_clear(&made);
    return status;
}

void assay_line_choice_clear(struct assay_line_choice *choice)
{
    for (size_t k = 0; choice->segments != NULL && k < choice->n_segment; k++)
        free(choice->segments[k].segment);
    free(choice->segments);
    *choice = (struct assay_line_choice){0};
}
