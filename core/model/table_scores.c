#include "core/model/table_scores.h"

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "core/base/thread.h"
#include "core/model/compiled_table.h"

enum { TASK_ROWS = 1 << 16 };

struct scoring {
    const struct assay_table *table;
    const struct assay_compiled_table *tied;
    const unsigned char *wanted;
    double *score;
    atomic_bool failed; /* for want of memory */
};

static void take_block(const struct scoring *s, const struct assay_block *block, size_t first,
                       size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool wanted = s->wanted == NULL || s->wanted[first + i];
        s->score[first + i] = wanted ? block->score[i] : (double)NAN;
    }
}

static void score_task(void *state, size_t task)
{
    struct scoring *s = state;
    struct assay_compiled_work work;
    size_t end =
        (task + 1) * TASK_ROWS < s->table->n_row ? (task + 1) * TASK_ROWS : s->table->n_row;
    if (assay_compiled_work_init(s->tied, ASSAY_COMPILED_ROWS, &work, NULL) != ASSAY_OK) {
        atomic_store(&s->failed, true);
        return;
    }
    work.block.probability = NULL;
    for (size_t first = task * TASK_ROWS; first < end; first += ASSAY_COMPILED_ROWS) {
        size_t n = end - first < ASSAY_COMPILED_ROWS ? end - first : ASSAY_COMPILED_ROWS;
        assay_compiled_table_score(s->tied, s->table, first, n, &work);
        take_block(s, &work.block, first, n);
    }
    assay_compiled_work_clear(&work);
}

enum assay_status assay_table_scores(const struct assay_model *model,
                                     const struct assay_table *table, const unsigned char wanted[],
                                     size_t n_thread, double score[], struct assay_error *err)
{
    struct assay_compiled *compiled = NULL;
    struct assay_compiled_table tied = {0};
    enum assay_status status = assay_compiled_new(model, &compiled, err);
    if (status == ASSAY_OK)
        status = assay_compiled_table_init(compiled, model, table, &tied, err);
    if (status == ASSAY_OK) {
        struct scoring s = {.table = table, .tied = &tied, .wanted = wanted, .score = score};
        assay_parallel((table->n_row + TASK_ROWS - 1) / TASK_ROWS, n_thread, score_task, &s);
        if (atomic_load(&s.failed))
            status = assay_fail_memory(err, "scoring");
    }
    assay_compiled_table_clear(&tied);
    assay_compiled_free(compiled);
    return status;
}
