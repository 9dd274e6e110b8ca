#include "calibrate/fit/sweep.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/thread.h"
#include "core/base/vector_math.h"

enum { ROWS = ASSAY_BLOCK_ROWS, TASK_BLOCKS = 64, MOST_TASKS = 512 };

struct sweep {
    const struct assay_array_data *data;
    assay_block_visitor *visit;
    void *state;
    size_t n_block, per_task;
    unsigned char *failed; /* [n_task] 1: no memory for a block */
};

static void visit_task(void *state, size_t task)
{
    const struct sweep *s = state;
    const struct assay_array_data *data = s->data;
    size_t size = data->n_column * ROWS, end = (task + 1) * s->per_task;
    double *made = data->x == NULL ? assay_alloc(size, sizeof *made) : NULL;
    s->failed[task] = data->x == NULL && made == NULL;
    for (size_t block = task * s->per_task; !s->failed[task] && block < end && block < s->n_block;
         block++) {
        size_t first = block * ROWS, left = data->n_row - first;
        if (data->x == NULL)
            data->blocks.fill(data->blocks.state, block, made);
        s->visit(s->state, first, left < ROWS ? left : ROWS,
                 data->x == NULL ? made : data->x + block * size);
    }
    free(made);
}

enum assay_status assay_blocks_visit(const struct assay_array_data *data,
                                     assay_block_visitor *visit, void *state,
                                     struct assay_error *err)
{
    size_t n_block = (data->n_row + ROWS - 1) / ROWS;
    size_t fair = (n_block + MOST_TASKS - 1) / MOST_TASKS;
    size_t per_task = fair > TASK_BLOCKS ? fair : TASK_BLOCKS;
    size_t n_task = (n_block + per_task - 1) / per_task;
    struct sweep s = {.data = data,
                      .visit = visit,
                      .state = state,
                      .n_block = n_block,
                      .per_task = per_task,
                      .failed = assay_alloc(n_task, 1)};
    if (s.failed == NULL)
        return assay_fail_memory(err, "going through the rows");
    assay_parallel(n_task, data->n_thread, visit_task, &s);
    bool failed = false;
    for (size_t task = 0; task < n_task; task++)
        failed = failed || s.failed[task];
    free(s.failed);
    return failed ? assay_fail_memory(err, "going through the rows") : ASSAY_OK;
}

/* ---- predictions ---- */

struct predicting {
    size_t n_column;
    const double *coef;                /* of all rows; NULL: */
    const struct assay_part_coefs *by; /* by part */
    const uint16_t *part;              /* NULL, or which rows: */
    uint16_t which;
    const unsigned char *used;
    double *prob;
    bool all; /* rows that are not predicted become NaN */
};

static void add_common(const struct predicting *p, size_t n, const double *x, double eta[ROWS])
{
    for (size_t i = 0; i < n; i++)
        eta[i] = p->coef[0];
    for (size_t j = 0; j < p->n_column; j++)
        for (size_t i = 0; i < n; i++)
            eta[i] += p->coef[1 + j] * x[j * ROWS + i];
}

/* In the same order as above: equal coefficients give equal bytes. */
static void add_by_part(const struct predicting *p, size_t first, size_t n, const double *x,
                        double eta[ROWS])
{
    const double *own[ROWS];
    for (size_t i = 0; i < n; i++) {
        own[i] = p->by->coefs + p->by->part[first + i] * (p->n_column + 1);
        eta[i] = own[i][0];
    }
    for (size_t j = 0; j < p->n_column; j++)
        for (size_t i = 0; i < n; i++)
            eta[i] += own[i][1 + j] * x[j * ROWS + i];
}

static bool wanted(const struct predicting *p, size_t row)
{
    return p->used[row] && (p->coef != NULL || p->by->fitted[p->by->part[row]]) &&
           (p->part == NULL || p->part[row] == p->which);
}

static void predict_block(void *state, size_t first, size_t n, const double *x)
{
    const struct predicting *p = state;
    double eta[ROWS] = {0};
    if (p->coef != NULL)
        add_common(p, n, x, eta);
    else
        add_by_part(p, first, n, x, eta);
    assay_expit_array(eta, n, eta);
    for (size_t i = 0; i < n; i++)
        if (wanted(p, first + i))
            p->prob[first + i] = eta[i];
        else if (p->all)
            p->prob[first + i] = NAN;
}

struct predicting_both {
    struct predicting apparent, held_out;
    const struct assay_also *also;
};

static void predict_both(void *state, size_t first, size_t n, const double *x)
{
    struct predicting_both *both = state;
    predict_block(&both->apparent, first, n, x);
    predict_block(&both->held_out, first, n, x);
    if (both->also != NULL)
        both->also->visit(both->also->state, first, n, x);
}

enum assay_status assay_predict_rows(const struct assay_array_data *data, const double coef[],
                                     const unsigned char used[], double prob[],
                                     struct assay_error *err)
{
    struct predicting p = {
        .n_column = data->n_column, .coef = coef, .used = used, .prob = prob, .all = true};
    return assay_blocks_visit(data, predict_block, &p, err);
}

enum assay_status assay_predict_part(const struct assay_array_data *data, const double coef[],
                                     const uint16_t part[], uint16_t which,
                                     const unsigned char used[], double prob[],
                                     struct assay_error *err)
{
    struct predicting p = {.n_column = data->n_column,
                           .coef = coef,
                           .part = part,
                           .which = which,
                           .used = used,
                           .prob = prob};
    return assay_blocks_visit(data, predict_block, &p, err);
}

enum assay_status assay_predict_parts(const struct assay_array_data *data,
                                      const struct assay_part_coefs *by, const unsigned char used[],
                                      double prob[], struct assay_error *err)
{
    struct predicting p = {
        .n_column = data->n_column, .by = by, .used = used, .prob = prob, .all = true};
    return assay_blocks_visit(data, predict_block, &p, err);
}

enum assay_status assay_predict_both(const struct assay_array_data *data, const double coef[],
                                     const struct assay_part_coefs *by, const unsigned char used[],
                                     double apparent[], double held_out[],
                                     const struct assay_also *also, struct assay_error *err)
{
    size_t n = data->n_column;
    struct predicting_both both = {
        .apparent = {.n_column = n, .coef = coef, .used = used, .prob = apparent, .all = true},
        .held_out = {.n_column = n, .by = by, .used = used, .prob = held_out, .all = true},
        .also = also};
    return assay_blocks_visit(data, predict_both, &both, err);
}
