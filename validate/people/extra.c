#include "validate/people/extra.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/data/dictionary.h"
#include "core/metric/mid_rank.h"

static const char doing[] = "preparing a column";

/* ---- what a column alone tells ---- */

/* Rows of each group, and events among them. */
struct tally {
    size_t n[ASSAY_SCORE_MAX_GROUPS], event[ASSAY_SCORE_MAX_GROUPS];
};

static bool enough(size_t n_event, size_t n)
{
    return n_event >= ASSAY_EXTRA_CLASS && n - n_event >= ASSAY_EXTRA_CLASS;
}

static struct tally tally_of(const struct assay_extra *extra, const unsigned char outcome[], size_t n)
{
    struct tally tally = {{0}, {0}};
    for (size_t i = 0; i < n; i++) {
        size_t g = extra->group != NULL ? extra->group[i] : 0;
        tally.n[g]++;
        tally.event[g] += outcome[i];
    }
    return tally;
}

/* AUC of the groups by their share of events: pairs in the right order, ties one half. */
static double auc_of_groups(const struct tally *tally, size_t n_group)
{
    double right = 0.0, events = 0.0, others = 0.0;
    for (size_t a = 0; a < n_group; a++) {
        events += (double)tally->event[a];
        others += (double)(tally->n[a] - tally->event[a]);
        for (size_t b = 0; b < n_group; b++) {
            double more = (double)tally->event[a] * (double)tally->n[b] -
                          (double)tally->event[b] * (double)tally->n[a];
            double pairs = (double)tally->event[a] * (double)(tally->n[b] - tally->event[b]);
            right += pairs * (more > 0 ? 1.0 : more < 0 ? 0.0 : 0.5);
        }
    }
    return right / (events * others);
}

/* AUC of the numbers among the rows that have one; m of them. NaN with too few of either outcome. */
static double auc_of_places(const double place[], const unsigned char outcome[], size_t n, size_t m)
{
    double sum = 0.0;
    size_t n_event = 0;
    for (size_t i = 0; i < n; i++)
        if (outcome[i] && !isnan(place[i])) {
            sum += place[i] * (double)m + 0.5;
            n_event++;
        }
    if (!enough(n_event, m))
        return (double)NAN;
    double events = (double)n_event, others = (double)(m - n_event);
    double auc = (sum - events * (events + 1.0) / 2.0) / (events * others);
    return fmax(auc, 1.0 - auc);
}

static double alone(const struct assay_extra *extra, const unsigned char outcome[], size_t n)
{
    struct tally tally = tally_of(extra, outcome, n);
    size_t n_event = 0;
    for (size_t g = 0; g < extra->n_group; g++)
        n_event += tally.event[g];
    return enough(n_event, n) ? auc_of_groups(&tally, extra->n_group) : (double)NAN;
}

/* ---- numbers ---- */

/* Whether each row has a value, as groups; only where there are enough without and with. */
static enum assay_status group_missing(const double place[], size_t n, size_t m,
                                       struct assay_extra *extra, struct assay_error *err)
{
    if (n - m < ASSAY_EXTRA_FEW)
        return ASSAY_OK;
    extra->group = assay_rows_alloc(n, 1);
    if (extra->group == NULL)
        return assay_fail_memory(err, doing);
    extra->n_group = 2;
    for (size_t i = 0; i < n; i++)
        if (isnan(place[i])) /* the others are 0 */
            extra->group[i] = 1;
    return ASSAY_OK;
}

/* Places in (0, 1) to mean 0 and standard deviation 1; false when all that there are are the same. */
static bool spread(double place[], size_t n)
{
    bool varies = false;
    for (size_t i = 0; i < n; i++) {
        varies = varies || (!isnan(place[i]) && place[i] != 0.5); /* all tied: the middle */
        place[i] = isnan(place[i]) ? 0.0 : (place[i] - 0.5) * sqrt(12.0);
    }
    return varies;
}

enum assay_status assay_extra_of_numbers(const double value[], const unsigned char outcome[], size_t n,
                                         struct assay_extra *extra, struct assay_error *err)
{
    struct assay_extra made = {.kind = ASSAY_EXTRA_NUMBER, .n_group = 1};
    size_t m = 0;
    made.x = assay_rows_alloc(n, sizeof *made.x);
    enum assay_status status = made.x != NULL ? assay_mid_rank_places(value, n, made.x, &m, err)
                                              : assay_fail_memory(err, doing);
    if (status == ASSAY_OK)
        status = group_missing(made.x, n, m, &made, err);
    if (status != ASSAY_OK) {
        assay_extra_clear(&made);
        return status;
    }
    made.n_missing = n - m;
    /* fmax() passes over a NaN */
    made.auc = fmax(auc_of_places(made.x, outcome, n, m), alone(&made, outcome, n));
    if (!spread(made.x, n) && (made.n_group == 1 || m == 0))
        made.kind = ASSAY_EXTRA_CONSTANT;
    *extra = made;
    return ASSAY_OK;
}

/* ---- texts ---- */

/* A category and how many rows have it; found[] holds at most one more than are wanted. */
struct category {
    int32_t code;
    size_t n;
};

struct categories {
    struct category found[ASSAY_EXTRA_CATEGORIES + 1];
    size_t n, n_missing;
};

/* slot[n_code], all 0, becomes 1 + the category's place among those found. Stops at one too many. */
static void find_categories(const int32_t code[], size_t n, unsigned char slot[],
                            struct categories *categories)
{
    *categories = (struct categories){.n = 0};
    for (size_t i = 0; i < n; i++) {
        if (code[i] == ASSAY_NO_CODE) {
            categories->n_missing++;
            continue;
        }
        if (slot[code[i]] == 0 && categories->n <= ASSAY_EXTRA_CATEGORIES) {
            categories->found[categories->n].code = code[i];
            slot[code[i]] = (unsigned char)++categories->n;
        }
        if (slot[code[i]] > 0)
            categories->found[slot[code[i]] - 1].n++;
    }
}

static int by_rows(const void *a, const void *b)
{
    const struct category *x = a, *y = b;
    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return (x->code > y->code) - (x->code < y->code);
}

static size_t add_group(struct assay_extra *extra, int32_t code)
{
    extra->code[extra->n_group] = code;
    return extra->n_group++;
}

/* Which group each slot, and what is missing (slot 0), belongs to. Rare ones are pooled, what is missing
 * among them when it is rare; a pool that is still rare goes with the most frequent. */
static void assign_groups(struct categories *categories, unsigned char slot[],
                          struct assay_extra *extra, unsigned char group_of[])
{
    size_t pooled = 0, pool = 0;
    qsort(categories->found, categories->n, sizeof categories->found[0], by_rows);
    for (size_t k = 0; k < categories->n; k++)
        pooled += categories->found[k].n < ASSAY_EXTRA_FEW ? categories->found[k].n : 0;
    pooled += categories->n_missing < ASSAY_EXTRA_FEW ? categories->n_missing : 0;
    for (size_t k = 0; k < categories->n; k++)
        if (categories->found[k].n >= ASSAY_EXTRA_FEW)
            group_of[slot[categories->found[k].code]] =
                (unsigned char)add_group(extra, categories->found[k].code);
    if (pooled >= ASSAY_EXTRA_FEW || (pooled > 0 && extra->n_group == 0))
        pool = add_group(extra, ASSAY_EXTRA_POOLED);
    for (size_t k = 0; k < categories->n; k++)
        if (categories->found[k].n < ASSAY_EXTRA_FEW)
            group_of[slot[categories->found[k].code]] = (unsigned char)pool;
    group_of[0] = (unsigned char)(categories->n_missing < ASSAY_EXTRA_FEW
                                      ? pool
                                      : add_group(extra, ASSAY_NO_CODE));
}

/* Too many categories: group 0 where there is one, 1 where there is none. */
static void group_filled_in(struct assay_extra *extra, const int32_t code[], size_t n, size_t n_missing)
{
    extra->kind = n_missing >= ASSAY_EXTRA_FEW ? ASSAY_EXTRA_FILLED_IN : ASSAY_EXTRA_TOO_MANY;
    extra->n_group = 2;
    extra->code[0] = ASSAY_EXTRA_POOLED;
    extra->code[1] = ASSAY_NO_CODE;
    for (size_t i = 0; i < n; i++)
        extra->group[i] = code[i] == ASSAY_NO_CODE;
}

enum assay_status assay_extra_of_texts(const int32_t code[], size_t n_code,
                                       const unsigned char outcome[], size_t n,
                                       struct assay_extra *extra, struct assay_error *err)
{
    struct assay_extra made = {.kind = ASSAY_EXTRA_TEXT, .group = assay_rows_alloc(n, 1)};
    unsigned char *slot = assay_alloc(n_code, 1), group_of[ASSAY_EXTRA_CATEGORIES + 2] = {0};
    struct categories categories;
    if (made.group == NULL || slot == NULL) {
        free(slot);
        assay_extra_clear(&made);
        return assay_fail_memory(err, doing);
    }
    find_categories(code, n, slot, &categories);
    made.n_missing = categories.n_missing;
    if (categories.n > ASSAY_EXTRA_CATEGORIES) {
        group_filled_in(&made, code, n, categories.n_missing);
    } else {
        assign_groups(&categories, slot, &made, group_of);
        for (size_t i = 0; i < n; i++)
            made.group[i] = group_of[code[i] == ASSAY_NO_CODE ? 0 : slot[code[i]]];
        if (made.n_group < 2)
            made.kind = ASSAY_EXTRA_CONSTANT;
    }
    made.auc = alone(&made, outcome, n);
    free(slot);
    *extra = made;
    return ASSAY_OK;
}

void assay_extra_clear(struct assay_extra *extra)
{
    assay_rows_free(extra->x);
    assay_rows_free(extra->group);
    *extra = (struct assay_extra){0};
}
