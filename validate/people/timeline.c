#include "validate/people/timeline.h"

#include <assert.h>

#include "core/base/date.h"
#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/sort.h"

static const char doing[] = "putting snapshots in order";

static int32_t account_of(const struct assay_audit_set *set, size_t i)
{
    return set->account != NULL ? set->account[i] : (int32_t)i;
}

static int32_t day_of(const struct assay_audit_set *set, size_t i)
{
    return set->as_of != NULL ? set->as_of[i] : ASSAY_NO_DATE;
}

/* Account above, day below; int32_t with its sign bit turned sorts as it should without a sign. */
static struct assay_sort_item item_of(const struct assay_audit_set *set, size_t i, bool other)
{
    uint32_t account = (uint32_t)account_of(set, i);
    uint32_t day = (uint32_t)day_of(set, i) ^ UINT32_C(1) << 31;
    return (struct assay_sort_item){.key = (uint64_t)account << 32 | day, .index = 2 * i + other};
}

static unsigned char *mark_accounts(const struct assay_audit_input *input)
{
    const struct assay_audit_set *used = &input->used;
    size_t n_account = used->account != NULL ? input->n_account : used->n;
    unsigned char *wanted = assay_rows_alloc(n_account, 1);
    for (size_t i = 0; wanted != NULL && i < used->n; i++)
        if (used->flagged[i] || used->outcome[i])
            wanted[account_of(used, i)] = 1;
    return wanted;
}

/* Appends to items[n], or only counts where items is NULL; returns the new n. */
static size_t collect(const struct assay_audit_set *set, bool other, const unsigned char wanted[],
                      struct assay_sort_item items[], size_t n)
{
    for (size_t i = 0; i < set->n; i++)
        if (wanted[account_of(set, i)]) {
            if (items != NULL)
                items[n] = item_of(set, i, other);
            n++;
        }
    return n;
}

static size_t collect_all(const struct assay_audit_input *input, const unsigned char wanted[],
                          struct assay_sort_item items[])
{
    size_t n = collect(&input->used, false, wanted, items, 0);
    if (input->used.account != NULL) /* else nobody knows whose the others are */
        n = collect(&input->other, true, wanted, items, n);
    return n;
}

static struct assay_moment moment_of(const struct assay_audit_input *input, size_t i, bool other)
{
    const struct assay_audit_set *set = other ? &input->other : &input->used;
    return (struct assay_moment){
        .account = account_of(set, i), .as_of = day_of(set, i), .index = (uint32_t)i, .other = other};
}

/* Whether the audited rows stand as the timeline has them, and no others are on it. */
static bool in_order(const struct assay_audit_input *input, const unsigned char wanted[], size_t n)
{
    const struct assay_audit_set *used = &input->used;
    uint64_t before = 0;
    if (collect(used, false, wanted, NULL, 0) < n)
        return false;
    for (size_t i = 0; i < used->n; i++) {
        uint64_t key = wanted[account_of(used, i)] ? item_of(used, i, false).key : before;
        if (key < before)
            return false;
        before = key;
    }
    return true;
}

static void take_in_order(const struct assay_audit_input *input, const unsigned char wanted[],
                          struct assay_timeline *timeline)
{
    for (size_t i = 0, m = 0; i < input->used.n; i++)
        if (wanted[account_of(&input->used, i)])
            timeline->moments[m++] = moment_of(input, i, false);
}

static bool take_sorted(const struct assay_audit_input *input, const unsigned char wanted[],
                        struct assay_timeline *timeline)
{
    size_t n = timeline->n;
    struct assay_sort_item *items = assay_rows_alloc(n, 2 * sizeof *items), *sorted = NULL;
    bool good = items != NULL;
    if (good) {
        collect_all(input, wanted, items);
        good = assay_sort_items(items, items + n, n, &sorted);
    }
    for (size_t m = 0; good && m < n; m++)
        timeline->moments[m] = moment_of(input, sorted[m].index / 2, sorted[m].index % 2 != 0);
    assay_rows_free(items);
    return good;
}

enum assay_status assay_timeline_init(const struct assay_audit_input *input,
                                      struct assay_timeline *timeline, struct assay_error *err)
{
    assert(input->used.n <= INT32_MAX && input->other.n <= INT32_MAX);
    struct assay_timeline made = {0};
    unsigned char *wanted = mark_accounts(input);
    bool good = wanted != NULL;
    if (good) {
        made.n = collect_all(input, wanted, NULL);
        made.moments = assay_rows_alloc(made.n, sizeof *made.moments);
        good = made.moments != NULL;
    }
    if (good && in_order(input, wanted, made.n))
        take_in_order(input, wanted, &made);
    else if (good)
        good = take_sorted(input, wanted, &made);
    assay_rows_free(wanted);
    if (!good) {
        assay_timeline_clear(&made);
        return assay_fail_memory(err, doing);
    }
    *timeline = made;
    return ASSAY_OK;
}

void assay_timeline_clear(struct assay_timeline *timeline)
{
    assay_rows_free(timeline->moments);
    *timeline = (struct assay_timeline){0};
}

const struct assay_audit_set *assay_moment_set(const struct assay_audit_input *input,
                                               const struct assay_moment *moment)
{
    return moment->other ? &input->other : &input->used;
}

bool assay_moment_flagged(const struct assay_audit_input *input, const struct assay_moment *moment)
{
    return assay_moment_set(input, moment)->flagged[moment->index] != 0;
}

size_t assay_timeline_account_end(const struct assay_timeline *timeline, size_t first)
{
    size_t end = first + 1;
    while (end < timeline->n && timeline->moments[end].account == timeline->moments[first].account)
        end++;
    return end;
}
