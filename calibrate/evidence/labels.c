#include "calibrate/evidence/labels.h"

#include "core/base/rows.h"
#include "core/base/thread.h"

enum { TASK_ROWS = 1 << 16 };

struct labelling {
    const struct assay_history *history;
    struct assay_window window;
    unsigned char *state, *outcome, *wanted;
};

static void label_task(void *state, size_t task)
{
    const struct labelling *l = state;
    const struct assay_history *history = l->history;
    size_t count[ASSAY_ROW_STATES] = {0}, early = 0, first = task * TASK_ROWS;
    size_t n = history->n_row - first < TASK_ROWS ? history->n_row - first : TASK_ROWS;
    assay_outcome_label_rows(history->spec, history->columns, history->table, l->window, first, n,
                             l->state, l->outcome, count, &early);
    for (size_t i = first; i < first + n; i++)
        l->wanted[i] =
            l->state[i] != ASSAY_ROW_OUTSIDE_WINDOW && l->state[i] != ASSAY_ROW_AFTER_EVENT;
}

enum assay_status assay_labels_init(const struct assay_history *history, struct assay_window window,
                                    struct assay_labels *labels, struct assay_error *err)
{
    size_t n = history->n_row;
    *labels = (struct assay_labels){.outcome = history->outcome, .wanted = history->used};
    if (history->n_used == n)
        return ASSAY_OK;
    unsigned char *own = assay_rows_alloc(3 * n, 1);
    if (own == NULL)
        return assay_fail_memory(err, "checking signals");
    struct labelling l = {history, window, own, own + n, own + 2 * n};
    assay_parallel((n + TASK_ROWS - 1) / TASK_ROWS, history->n_thread, label_task, &l);
    *labels = (struct assay_labels){l.state, l.outcome, l.wanted, own};
    return ASSAY_OK;
}

void assay_labels_clear(struct assay_labels *labels)
{
    assay_rows_free(labels->own);
    *labels = (struct assay_labels){0};
}
