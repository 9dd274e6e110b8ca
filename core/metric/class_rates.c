#include "core/metric/class_rates.h"

#include <math.h>

/* What a row moves a figure by, by flagged and outcome; NaN: the figure is not about such rows. */
typedef double moves[2][2];

static double effect_of(const struct assay_cell_moments *cells, moves move)
{
    double of_cell[4];
    unsigned members = 0;
    for (unsigned c = 0; c < 4; c++) {
        of_cell[c] = move[c / 2][c % 2];
        members |= (unsigned)!isnan(of_cell[c]) << c;
    }
    return cells != NULL ? assay_cell_effect(cells, members, of_cell) : 1.0;
}

static size_t count_of(const struct assay_confusion *counts, size_t flagged, size_t outcome)
{
    return flagged ? (outcome ? counts->tp : counts->fp) : (outcome ? counts->fn : counts->tn);
}

/* The share of cells with hit among those with member, both by flagged and outcome. */
static struct assay_class_share share_of(const struct assay_cell_moments *cells,
                                         const struct assay_confusion *counts,
                                         const int member[2][2], const int hit[2][2])
{
    struct assay_class_share share = {.design_effect = NAN};
    moves move;
    for (size_t f = 0; f < 2; f++)
        for (size_t y = 0; y < 2; y++) {
            share.n += member[f][y] ? count_of(counts, f, y) : 0;
            share.x += member[f][y] && hit[f][y] ? count_of(counts, f, y) : 0;
        }
    struct assay_rate rate = assay_rate_of(share.x, share.n);
    share.clopper_pearson = rate.clopper_pearson;
    share.estimate = rate.wilson;
    for (size_t f = 0; f < 2; f++)
        for (size_t y = 0; y < 2; y++)
            move[f][y] = member[f][y] ? (hit[f][y] ? 1.0 : 0.0) - rate.wilson.value : (double)NAN;
    if (share.n > 0) {
        share.design_effect = effect_of(cells, move);
        if (share.design_effect > 1.0)
            share.estimate = assay_wilson_of_share(
                rate.wilson.value, (double)share.n / share.design_effect, ASSAY_LEVEL);
    }
    return share;
}

static void measure_shares(const struct assay_cell_moments *cells, struct assay_class_rates *out)
{
    /* By flagged (no, yes) and outcome (no, yes). */
    static const int all[2][2] = {{1, 1}, {1, 1}}, events[2][2] = {{0, 1}, {0, 1}},
                     others[2][2] = {{1, 0}, {1, 0}}, flagged[2][2] = {{0, 0}, {1, 1}},
                     passed[2][2] = {{1, 1}, {0, 0}}, right[2][2] = {{1, 0}, {0, 1}};
    const struct assay_confusion *counts = &out->counts;
    out->sensitivity = share_of(cells, counts, events, flagged);
    out->specificity = share_of(cells, counts, others, passed);
    out->ppv = share_of(cells, counts, flagged, events);
    out->npv = share_of(cells, counts, passed, others);
    out->prevalence = share_of(cells, counts, all, events);
    out->accuracy = share_of(cells, counts, all, right);
    out->flagged_share = share_of(cells, counts, all, flagged);
}

static struct assay_estimate balanced_accuracy_of(const struct assay_cell_moments *cells,
                                                  const struct assay_confusion *counts)
{
    struct assay_rate of_events = assay_rate_of(counts->tp, counts->tp + counts->fn);
    struct assay_rate of_others = assay_rate_of(counts->tn, counts->tn + counts->fp);
    const struct assay_estimate *a = &of_events.wilson, *b = &of_others.wilson;
    if (of_events.n == 0 || of_others.n == 0)
        return assay_estimate_undefined();
    double value = (a->value + b->value) / 2;
    struct assay_estimate estimate = {value, value - hypot(a->value - a->low, b->value - b->low) / 2,
                                      value + hypot(a->high - a->value, b->high - b->value) / 2};
    double events = (double)of_events.n, others = (double)of_others.n;
    moves move = {{(1.0 - b->value) / others, -a->value / events},
                  {-b->value / others, (1.0 - a->value) / events}};
    return assay_stretch(estimate, effect_of(cells, move), 0.0, 1.0);
}

static struct assay_estimate f1_of(const struct assay_cell_moments *cells,
                                   const struct assay_confusion *counts)
{
    static const int member[2][2] = {{0, 1}, {1, 1}}, hit[2][2] = {{0, 0}, {0, 1}};
    struct assay_class_share share = share_of(cells, counts, member, hit);
    struct assay_estimate j = share.estimate;
    return (struct assay_estimate){2 * j.value / (1 + j.value), 2 * j.low / (1 + j.low),
                                   2 * j.high / (1 + j.high)};
}

/* The correlation r of two columns of zeros and ones in units of their standard deviations, a row moves it
 * by a b - r (a^2 + b^2) / 2. */
static struct assay_estimate mcc_of(const struct assay_cell_moments *cells,
                                    const struct assay_confusion *counts)
{
    double tp = (double)counts->tp, fp = (double)counts->fp, fn = (double)counts->fn;
    double tn = (double)counts->tn, n = tp + fp + fn + tn;
    double flagged = tp + fp, events = tp + fn;
    if (flagged == 0.0 || events == 0.0 || flagged == n || events == n)
        return assay_estimate_undefined();
    if (fp + fn == 0.0 || tp + tn == 0.0)
        return assay_estimate_without_interval(fp + fn == 0.0 ? 1.0 : -1.0);
    double r = (tp * tn - fp * fn) / (sqrt(flagged * (n - flagged)) * sqrt(events * (n - events)));
    double p = flagged / n, q = events / n, sum = 0.0;
    moves move;
    for (size_t f = 0; f < 2; f++)
        for (size_t y = 0; y < 2; y++) {
            double a = ((double)f - p) / sqrt(p * (1 - p)), b = ((double)y - q) / sqrt(q * (1 - q));
            move[f][y] = a * b - r * (a * a + b * b) / 2;
            sum += (double)count_of(counts, f, y) * move[f][y] * move[f][y];
        }
    double error = sqrt(effect_of(cells, move) * sum / (n - 1)) / sqrt(n);
    struct assay_estimate scale = assay_normal_interval(atanh(r), error / (1 - r * r), ASSAY_LEVEL);
    return (struct assay_estimate){r, tanh(scale.low), tanh(scale.high)};
}

void assay_class_rates_measure(const struct assay_ranked *rows, struct assay_design_effect *effect,
                               struct assay_class_rates *out)
{
    struct assay_class_rates made = {0};
    struct assay_cell_moments moments, *cells = effect != NULL ? &moments : NULL;
    size_t count[4] = {0};
    for (size_t k = 0; k < rows->n; k++) {
        size_t cell = (rows->flagged[k] != 0 ? 2U : 0U) + rows->outcome[k];
        count[cell]++;
        if (effect != NULL)
            assay_design_effect_cell(effect, rows->cluster[k], cell);
    }
    if (effect != NULL)
        assay_design_effect_take_cells(effect, &moments);
    made.counts =
        (struct assay_confusion){.tp = count[3], .fp = count[2], .fn = count[1], .tn = count[0]};
    measure_shares(cells, &made);
    made.balanced_accuracy = balanced_accuracy_of(cells, &made.counts);
    made.f1 = f1_of(cells, &made.counts);
    made.mcc = mcc_of(cells, &made.counts);
    *out = made;
}
