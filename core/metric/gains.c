#include "core/metric/gains.h"

#include <math.h>

enum { AHEAD = 24 }; /* rows by which accounts are fetched ahead */

/* The rows from the riskiest on, equal ones in their own order. */
struct walk {
    const struct assay_ranked *rows;
    size_t place, run_first, run_end, at; /* the next: at */
    size_t group, group_end;              /* of the next; the place behind its group */
};

/* The first place p with floor(p DECILES / n) > group. */
static size_t group_end(size_t n, size_t group)
{
    return ((group + 1) * n + ASSAY_DECILES - 1) / ASSAY_DECILES;
}

static struct walk start_walk(const struct assay_ranked *rows)
{
    size_t first = assay_ranked_run_start(rows, rows->n);
    return (struct walk){.rows = rows,
                         .run_first = first,
                         .run_end = rows->n,
                         .at = first,
                         .group_end = group_end(rows->n, 0)};
}

/* The group of the next row, which goes to *row; ASSAY_DECILES behind the last. */
static inline size_t next_row(struct walk *walk, size_t *row)
{
    if (walk->place == walk->rows->n)
        return ASSAY_DECILES;
    if (walk->at == walk->run_end) {
        walk->run_end = walk->run_first;
        walk->at = walk->run_first = assay_ranked_run_start(walk->rows, walk->run_end);
    }
    while (walk->place == walk->group_end)
        walk->group_end = group_end(walk->rows->n, ++walk->group);
    walk->place++;
    *row = walk->at++;
    return walk->group;
}

static void count_groups(const struct assay_ranked *rows, struct assay_gains *gains)
{
    struct walk walk = start_walk(rows);
    for (size_t row, g; (g = next_row(&walk, &row)) < ASSAY_DECILES;) {
        struct assay_gain *gain = &gains->decile[g];
        if (gain->n++ == 0)
            gain->highest = rows->risk[row];
        gain->lowest = rows->risk[row];
        gain->n_event += rows->outcome[row];
    }
}

static void fill_rates(const struct assay_ranked *rows, struct assay_gains *gains)
{
    double base = (double)rows->n_event / (double)rows->n;
    size_t n = 0, events = 0;
    for (size_t g = 0; g < ASSAY_DECILES; g++) {
        struct assay_gain *gain = &gains->decile[g];
        n += gain->n;
        events += gain->n_event;
        gain->rate = assay_rate_of(gain->n_event, gain->n).wilson;
        gain->lift = gain->rate.value / base;
        gain->cumulative_lift = (double)events / (double)n / base;
        gain->cumulative_gain = (double)events / (double)rows->n_event;
        if (gain->n == 0)
            gain->lowest = gain->highest = NAN;
    }
}

/* The rates of the groups, each with its design effect. */
static void allow_for_accounts(const struct assay_ranked *rows, struct assay_design_effect *effect,
                               struct assay_gains *gains)
{
    struct walk walk = start_walk(rows);
    size_t row = 0, g = next_row(&walk, &row);
    while (g < ASSAY_DECILES) {
        struct assay_gain *gain = &gains->decile[g];
        size_t group = g;
        for (; g == group; g = next_row(&walk, &row)) {
            if (row >= AHEAD)
                assay_design_effect_expect(effect, rows->cluster[row - AHEAD]);
            assay_design_effect_add(effect, rows->cluster[row], rows->outcome[row] - gain->rate.value);
        }
        double d = assay_design_effect_take(effect);
        if (d > 1.0)
            gain->rate = assay_wilson_of_share(gain->rate.value, (double)gain->n / d, ASSAY_LEVEL);
    }
}

static struct assay_estimate top_lift(const struct assay_ranked *rows,
                                      struct assay_design_effect *effect, const struct assay_gain *first)
{
    if (rows->n_event == 0 || first->n == 0)
        return assay_estimate_undefined();
    struct assay_estimate share = assay_rate_of(first->n_event, rows->n_event).wilson;
    struct walk walk = start_walk(rows);
    for (size_t row, g; effect != NULL && (g = next_row(&walk, &row)) < ASSAY_DECILES;) {
        if (row >= AHEAD && rows->outcome[row - AHEAD])
            assay_design_effect_expect(effect, rows->cluster[row - AHEAD]);
        if (rows->outcome[row])
            assay_design_effect_add(effect, rows->cluster[row], (g == 0 ? 1.0 : 0.0) - share.value);
    }
    double d = effect != NULL ? assay_design_effect_take(effect) : 1.0;
    if (d > 1.0)
        share = assay_wilson_of_share(share.value, (double)rows->n_event / d, ASSAY_LEVEL);
    double by = (double)rows->n / (double)first->n;
    return (struct assay_estimate){first->lift, share.low * by, share.high * by};
}

void assay_gains_measure(const struct assay_ranked *rows, struct assay_design_effect *effect,
                         struct assay_gains *out)
{
    struct assay_gains made = {0};
    count_groups(rows, &made);
    fill_rates(rows, &made);
    if (effect != NULL)
        allow_for_accounts(rows, effect, &made);
    made.top = top_lift(rows, effect, &made.decile[0]);
    *out = made;
}
