#include "validate/audit/scoring.h"

#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/thread.h"

enum { TASK = 1024 }; /* rows */

enum assay_status assay_scored_block_init(size_t n_row, size_t n_signal,
                                          struct assay_scored_block *block, struct assay_error *err)
{
    size_t n = n_row < ASSAY_SCORING_BLOCK ? n_row : ASSAY_SCORING_BLOCK;
    *block = (struct assay_scored_block){.capacity = n,
                                         .score = assay_alloc(n, sizeof *block->score),
                                         .s = assay_alloc(n * n_signal, sizeof *block->s),
                                         .missing = assay_alloc(n * n_signal, sizeof *block->missing)};
    return block->score != NULL && block->s != NULL && block->missing != NULL
               ? ASSAY_OK : assay_fail_memory(err, "scoring the audit's rows");
}

void assay_scored_block_clear(struct assay_scored_block *block)
{
    free(block->score);
    free(block->s);
    free(block->missing);
    *block = (struct assay_scored_block){0};
}

struct work {
    const struct assay_scorer *scorer;
    const struct assay_table *table;
    size_t first, n;
    const unsigned char *wanted;
    struct assay_scored_block *block;
};

static void score_task(void *state, size_t task)
{
    const struct work *w = state;
    size_t n_signal = w->scorer->model->n_signal;
    size_t end = (task + 1) * TASK < w->n ? (task + 1) * TASK : w->n;
    for (size_t k = task * TASK; k < end; k++)
        if (w->wanted[w->first + k])
            assay_scorer_row(w->scorer, w->table, w->first + k, w->block->s + k * n_signal,
                             w->block->missing + k * n_signal, &w->block->score[k]);
}

void assay_scored_block_fill(const struct assay_scorer *scorer, const struct assay_table *table,
                             size_t first, size_t n, const unsigned char wanted[],
                             struct assay_scored_block *block)
{
    struct work w = {scorer, table, first, n, wanted, block};
    assay_parallel((n + TASK - 1) / TASK, 0, score_task, &w);
}
