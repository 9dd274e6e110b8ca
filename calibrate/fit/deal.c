#include "calibrate/fit/deal.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/sort.h"
#include "core/base/thread.h"

uint64_t assay_account_hash(const char *id, uint64_t seed)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *id != '\0'; id++)
        hash = (hash ^ (unsigned char)*id) * UINT64_C(1099511628211);
    hash += (seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ hash >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    hash = (hash ^ hash >> 27) * UINT64_C(0x94d049bb133111eb);
    return hash ^ hash >> 31;
}

/* ---- folds ---- */

enum { TASK_ACCOUNTS = 1 << 14, TASK_ROWS = 1 << 16 };

/* What is dealt first, comes first. */
enum kind { CHURNED, STAYED, UNUSED, KINDS };

struct dealing {
    const struct assay_history *history;
    const struct assay_column *id;
    size_t n;                      /* accounts */
    atomic_uchar *kind;            /* [n] */
    uint64_t *hash;                /* [n]; this and what follows without folds: none */
    struct assay_sort_item *items; /* [2 * n] */
    uint16_t *fold_of;             /* [n] */
};

static void hash_task(void *state, size_t task)
{
    const struct dealing *d = state;
    size_t from = task * TASK_ACCOUNTS,
           to = from + TASK_ACCOUNTS < d->n ? from + TASK_ACCOUNTS : d->n;
    for (size_t c = from; c < to; c++)
        d->hash[c] = assay_account_hash(assay_dictionary_text(d->id->dictionary, (int32_t)c),
                                        d->history->spec->seed);
}

/* The lowest kind of an account's rows, whichever comes first. */
static void take_kind(atomic_uchar *of, unsigned char kind)
{
    unsigned char known = atomic_load_explicit(of, memory_order_relaxed);
    while (kind < known && !atomic_compare_exchange_weak_explicit(of, &known, kind, memory_order_relaxed,
                                                                  memory_order_relaxed))
        ;
}

static void kind_task(void *state, size_t task)
{
    const struct dealing *d = state;
    const struct assay_history *history = d->history;
    size_t from = task * TASK_ROWS, left = history->n_row - from;
    for (size_t i = from; i < from + (left < TASK_ROWS ? left : TASK_ROWS); i++)
        if (history->used[i])
            take_kind(&d->kind[d->id->codes[i]], history->outcome[i] ? CHURNED : STAYED);
}

static void find_kinds(struct dealing *d)
{
    for (size_t c = 0; c < d->n; c++)
        atomic_init(&d->kind[c], UNUSED);
    assay_parallel((d->history->n_row + TASK_ROWS - 1) / TASK_ROWS, d->history->n_thread, kind_task, d);
}

/* Deals the accounts of one kind, `dealt` having been dealt before; returns how many have been now. The
 * sort is stable: equal hashes go by code. */
static bool deal_kind(struct dealing *d, enum kind kind, size_t n_fold, size_t *dealt)
{
    struct assay_sort_item *sorted = NULL;
    size_t n = 0;
    for (size_t c = 0; c < d->n; c++)
        if (atomic_load_explicit(&d->kind[c], memory_order_relaxed) == kind)
            d->items[n++] = (struct assay_sort_item){d->hash[c], c};
    if (!assay_sort_items(d->items, d->items + d->n, n, &sorted))
        return false;
    for (size_t k = 0; k < n; k++)
        d->fold_of[sorted[k].index] = (uint16_t)((*dealt + k) % n_fold);
    *dealt += n;
    return true;
}

static void fold_task(void *state, size_t task)
{
    const struct dealing *d = state;
    size_t from = task * TASK_ROWS, n_row = d->history->n_row;
    size_t to = from + TASK_ROWS < n_row ? from + TASK_ROWS : n_row;
    for (size_t i = from; i < to; i++)
        d->history->fold[i] = d->id->codes[i] != ASSAY_NO_CODE ? d->fold_of[d->id->codes[i]] : 0;
}

static bool deal(struct assay_history *history, struct dealing *d)
{
    size_t dealt = 0;
    bool good = true;
    find_kinds(d);
    for (size_t c = 0; c < d->n; c++)
        history->n_account += atomic_load_explicit(&d->kind[c], memory_order_relaxed) != UNUSED;
    if (history->spec->fit.folds == 0)
        return true;
    assay_parallel((d->n + TASK_ACCOUNTS - 1) / TASK_ACCOUNTS, history->n_thread, hash_task, d);
    history->n_fold = history->spec->fit.folds < history->n_account ? history->spec->fit.folds
                                                                    : history->n_account;
    for (enum kind kind = CHURNED; good && kind < KINDS; kind++)
        good = deal_kind(d, kind, history->n_fold, &dealt);
    if (good)
        assay_parallel((history->n_row + TASK_ROWS - 1) / TASK_ROWS, history->n_thread, fold_task,
                       d);
    return good;
}

enum assay_status assay_history_deal(struct assay_history *history, struct assay_error *err)
{
    const struct assay_column *id = &history->table->columns[history->columns->id];
    size_t n = assay_dictionary_count(id->dictionary);
    size_t n_dealt = history->spec->fit.folds > 0 ? n : 0;
    struct dealing d = {.history = history,
                        .id = id,
                        .n = n,
                        .kind = assay_rows_alloc(n, sizeof *d.kind),
                        .hash = assay_rows_alloc(n_dealt, sizeof *d.hash),
                        .items = assay_rows_alloc(2 * n_dealt, sizeof *d.items),
                        .fold_of = assay_rows_alloc(n_dealt, sizeof *d.fold_of)};
    bool good = d.kind != NULL && d.hash != NULL && d.items != NULL && d.fold_of != NULL;
    good = good && deal(history, &d);
    assay_rows_free(d.kind);
    assay_rows_free(d.hash);
    assay_rows_free(d.items);
    assay_rows_free(d.fold_of);
    return good ? ASSAY_OK : assay_fail_memory(err, "dealing folds");
}

/* ---- repeats ---- */

/* What one task has seen of the used rows, in their order. */
struct stretch {
    uint64_t first, last; /* keys */
    size_t n, n_repeated;
    bool in_order;
};

struct looking {
    const struct assay_history *history;
    const int32_t *codes, *as_of; /* as_of may be NULL */
    struct stretch *stretches;    /* [task] */
};

/* Sorts as account, then date, do. */
static uint64_t key_of(const struct looking *l, size_t row)
{
    uint32_t day = l->as_of != NULL ? (uint32_t)l->as_of[row] : 0;
    return (uint64_t)(uint32_t)l->codes[row] << 32 | (day ^ UINT32_C(1) << 31);
}

static void look_task(void *state, size_t task)
{
    const struct looking *l = state;
    size_t from = task * TASK_ROWS, n_row = l->history->n_row;
    size_t to = from + TASK_ROWS < n_row ? from + TASK_ROWS : n_row;
    struct stretch seen = {.in_order = true};
    for (size_t i = from; i < to; i++) {
        if (!l->history->used[i])
            continue;
        uint64_t key = key_of(l, i);
        if (seen.n++ == 0)
            seen.first = seen.last = key;
        else {
            seen.in_order = seen.in_order && key >= seen.last;
            seen.n_repeated += key == seen.last;
        }
        seen.last = key;
    }
    l->stretches[task] = seen;
}

/* Puts the stretches together; false when rows are not in order. */
static bool join(const struct stretch stretches[], size_t n_task, size_t *n_repeated)
{
    const struct stretch *before = NULL;
    size_t sum = 0;
    for (size_t t = 0; t < n_task; t++) {
        const struct stretch *here = &stretches[t];
        if (!here->in_order || (here->n > 0 && before != NULL && here->first < before->last))
            return false;
        sum += here->n_repeated + (here->n > 0 && before != NULL && here->first == before->last);
        before = here->n > 0 ? here : before;
    }
    *n_repeated = sum;
    return true;
}

static enum assay_status sort_and_count(const struct looking *l, size_t *n_repeated,
                                        struct assay_error *err)
{
    const struct assay_history *history = l->history;
    size_t n = 0, sum = 0;
    struct assay_sort_item *items = assay_rows_alloc(2 * history->n_used, sizeof *items), *sorted;
    if (items == NULL)
        return assay_fail_memory(err, "looking for repeated snapshots");
    for (size_t i = 0; i < history->n_row; i++)
        if (history->used[i])
            items[n++] = (struct assay_sort_item){key_of(l, i), i};
    bool good = assay_sort_items(items, items + history->n_used, n, &sorted);
    for (size_t k = 1; good && k < n; k++)
        sum += sorted[k].key == sorted[k - 1].key;
    assay_rows_free(items);
    if (!good)
        return assay_fail_memory(err, "looking for repeated snapshots");
    *n_repeated = sum;
    return ASSAY_OK;
}

enum assay_status assay_history_count_repeats(struct assay_history *history,
                                              struct assay_error *err)
{
    size_t n_task = (history->n_row + TASK_ROWS - 1) / TASK_ROWS;
    struct looking looking = {.history = history,
                              .codes = history->table->columns[history->columns->id].codes,
                              .as_of = history->columns->as_of != ASSAY_NO_COLUMN
                                           ? history->table->columns[history->columns->as_of].dates
                                           : NULL,
                              .stretches = assay_alloc(n_task, sizeof *looking.stretches)};
    if (looking.stretches == NULL)
        return assay_fail_memory(err, "looking for repeated snapshots");
    assay_parallel(n_task, history->n_thread, look_task, &looking);
    bool in_order = join(looking.stretches, n_task, &history->n_repeated);
    free(looking.stretches);
    return in_order ? ASSAY_OK : sort_and_count(&looking, &history->n_repeated, err);
}
