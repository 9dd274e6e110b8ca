#include "validate/audit/doubts.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/date.h"
#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/sort.h"

static const char doing[] = "looking for rows that contradict each other";

/* One account on one day, as a whole number that a double holds: all days there are span less than 2^22. */
static double key_of(const struct assay_audit_set *set, size_t i)
{
    int32_t day = set->as_of != NULL && set->as_of[i] != ASSAY_NO_DATE ? set->as_of[i] : 0;
    return (double)set->account[i] * 4194304.0 + (double)day;
}

/* Rows beyond the first of their key, where no key is below the one before it, as where an account's rows follow each other; false elsewhere. */
static bool count_in_order(const struct assay_audit_set *used, size_t *n_twice)
{
    double before = -HUGE_VAL;
    size_t n = 0;
    for (size_t i = 0; i < used->n; i++) {
        double key = key_of(used, i);
        if (key < before)
            return false;
        n += key == before;
        before = key;
    }
    *n_twice = n;
    return true;
}

static enum assay_status count_twice(const struct assay_audit_set *used, size_t *n_twice,
                                     struct assay_error *err)
{
    struct assay_sort_item *items = assay_rows_alloc(2 * used->n, sizeof *items), *sorted = NULL;
    if (items == NULL)
        return assay_fail_memory(err, doing);
    for (size_t i = 0; i < used->n; i++)
        items[i] = (struct assay_sort_item){assay_sort_key(key_of(used, i)), i};
    bool good = assay_sort_items(items, items + used->n, used->n, &sorted);
    for (size_t k = 1; good && k < used->n; k++)
        *n_twice += sorted[k].key == sorted[k - 1].key;
    assay_rows_free(items);
    return good ? ASSAY_OK : assay_fail_memory(err, doing);
}

/* The first day of an event that any row of an account has. */
static void find_first_events(const struct assay_audit_set *set, int32_t first[])
{
    for (size_t i = 0; set->event_date != NULL && set->account != NULL && i < set->n; i++) {
        int32_t day = set->event_date[i], *of = &first[set->account[i]];
        if (day != ASSAY_NO_DATE && (*of == ASSAY_NO_DATE || day < *of))
            *of = day;
    }
}

static enum assay_status count_undated(const struct assay_audit_input *input, size_t *n_undated,
                                       struct assay_error *err)
{
    const struct assay_audit_set *used = &input->used;
    int32_t *first = assay_alloc(input->n_account, sizeof *first);
    if (first == NULL)
        return assay_fail_memory(err, doing);
    for (size_t k = 0; k < input->n_account; k++)
        first[k] = ASSAY_NO_DATE;
    find_first_events(used, first);
    find_first_events(&input->waiting, first);
    find_first_events(&input->other, first);
    for (size_t i = 0; i < used->n; i++) {
        int32_t event = first[used->account[i]], day = used->as_of[i];
        bool bare = used->event_date[i] == ASSAY_NO_DATE && day != ASSAY_NO_DATE;
        *n_undated += bare && event != ASSAY_NO_DATE && event > day &&
                      event - day <= input->spec->outcome.horizon_days;
    }
    free(first);
    return ASSAY_OK;
}

static bool is_constant(const struct assay_audit_set *used)
{
    size_t i = 1;
    while (i < used->n && used->score[i] == used->score[0])
        i++;
    return used->n >= 2 && i == used->n;
}

enum assay_status assay_audit_doubts(const struct assay_audit_input *input,
                                     struct assay_doubts *out, struct assay_error *err)
{
    const struct assay_audit_set *used = &input->used;
    enum assay_status status = ASSAY_OK;
    struct assay_doubts found = {.constant = is_constant(used)};
    if (used->account != NULL && input->repeated && !count_in_order(used, &found.n_twice))
        status = count_twice(used, &found.n_twice, err);
    if (status == ASSAY_OK && used->account != NULL && used->event_date != NULL && used->as_of != NULL)
        status = count_undated(input, &found.n_undated, err);
    if (status == ASSAY_OK)
        *out = found;
    return status;
}
