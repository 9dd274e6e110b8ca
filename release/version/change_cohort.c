#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/signal/cohort.h"
#include "release/version/change_parts.h"

static bool same_bands(const struct assay_cohort_spec *a, const struct assay_cohort_spec *b)
{
    if (!assay_same_text(a->tenure, b->tenure) || a->n_band != b->n_band)
        return false;
    for (size_t k = 0; k < a->n_band; k++)
        if (a->bands[k] != b->bands[k])
            return false;
    return true;
}

/* What makes a cohort of one model one of the other. */
struct likeness {
    bool plan, bands; /* plans are values of the same column; bands are cut in the same way */
};

static bool same_node(struct likeness like, const struct assay_cohort_node *a,
                      const struct assay_cohort_node *b)
{
    return a->band == b->band && (a->band == ASSAY_ANY_BAND || like.bands) &&
           assay_same_text(a->plan, b->plan) && (a->plan == NULL || like.plan);
}

/* Both lists are in one order, but for what one lacks: the search goes on where it ended. */
static bool find_shared(const struct assay_diff *diff, struct assay_shared_cohorts *shared)
{
    const struct assay_cohorts *was = &diff->before->cohorts, *is = &diff->after->cohorts;
    const struct assay_cohort_spec *a = &diff->before->spec.cohort, *b = &diff->after->spec.cohort;
    struct likeness like = {assay_same_text(a->plan, b->plan), same_bands(a, b)};
    size_t at = 0;
    *shared =
        (struct assay_shared_cohorts){.n = is->n_node,
                                      .before = assay_alloc(is->n_node, sizeof *shared->before),
                                      .rows = assay_alloc(is->n_node, sizeof *shared->rows)};
    if (shared->before == NULL || shared->rows == NULL)
        return false;
    for (size_t v = 0; v < is->n_node; v++) {
        size_t tried = 0;
        shared->before[v] = ASSAY_NO_PARTNER;
        shared->rows[v] += (double)is->nodes[v].rows;
        if (v > 0)
            shared->rows[is->nodes[v].parent] -= (double)is->nodes[v].rows;
        while (tried < was->n_node && !same_node(like, &was->nodes[at], &is->nodes[v])) {
            at = (at + 1) % was->n_node;
            tried++;
        }
        if (tried < was->n_node)
            shared->before[v] = at;
    }
    for (size_t v = 0; v < is->n_node; v++)
        shared->rows[v] = fmax(shared->rows[v], 0);
    return true;
}

static void say_cohorts(struct assay_diff *diff, const struct assay_cohorts *cohorts,
                        const bool is_shared[], const char *what)
{
    enum { NAMED = 4 };
    char label[ASSAY_QUOTE_SIZE];
    size_t n = 0;
    for (size_t v = 0; v < cohorts->n_node; v++) {
        if (is_shared[v] || n++ >= NAMED)
            continue;
        assay_text_printf(&diff->sentence, "%s", n > 1 ? ", " : what);
        assay_describe_name(&diff->sentence, assay_cohort_label(cohorts, v, label, sizeof label));
    }
    if (n > NAMED)
        assay_text_printf(&diff->sentence, " and %zu more", n - NAMED);
    if (n > 0)
        assay_diff_say(diff, ASSAY_LEVEL_MINOR);
}

/* Where columns or bands are others, all cohorts are, and that has been said. */
static void compare_known(struct assay_diff *diff, const struct assay_shared_cohorts *shared)
{
    const struct assay_cohort_spec *a = &diff->before->spec.cohort, *b = &diff->after->spec.cohort;
    size_t n_before = diff->before->cohorts.n_node;
    if (!assay_same_text(a->plan, b->plan) || !same_bands(a, b))
        return;
    bool *kept = assay_alloc(n_before, sizeof *kept);
    bool *known = assay_alloc(shared->n, sizeof *known);
    if (kept == NULL || known == NULL) {
        diff->failed = true;
    } else {
        for (size_t v = 0; v < shared->n; v++) {
            known[v] = shared->before[v] != ASSAY_NO_PARTNER;
            if (known[v])
                kept[shared->before[v]] = true;
        }
        say_cohorts(diff, &diff->after->cohorts, known, "cohorts known now: ");
        say_cohorts(diff, &diff->before->cohorts, kept, "cohorts no longer known: ");
    }
    free(kept);
    free(known);
}

void assay_diff_cohorts(struct assay_diff *diff, struct assay_shared_cohorts *shared)
{
    if (find_shared(diff, shared))
        compare_known(diff, shared);
    else
        diff->failed = true;
}

void assay_shared_cohorts_clear(struct assay_shared_cohorts *shared)
{
    free(shared->before);
    free(shared->rows);
    *shared = (struct assay_shared_cohorts){0};
}
