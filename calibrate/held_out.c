#include "calibrate/held_out.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/metric/clustered.h"
#include "core/model/scorer.h"

/* Score of a held-out probability in row i, by the line that goes with the row. */
static double held_out_score(const struct assay_model *model, const struct assay_calibration *c,
                             double total, size_t i)
{
    double p = c->assessment.prob_held_out[i];
    struct assay_score made = {.log_odds = log(p) - log1p(-p)};
    if (c->row_line != NULL) { /* another line shifts the log-odds that score 50 */
        double own = c->row_line[i], common = model->at_risk_probability;
        made.log_odds += log(common) - log1p(-common) - (log(own) - log1p(-own));
    }
    made.rounded = 100 * (model->intercept - made.log_odds) / total;
    assay_score_finish(model, &made);
    return made.score;
}

static enum assay_status allocate(struct assay_held_out *h, size_t n, bool with_value,
                                  struct assay_error *err)
{
    h->score = assay_alloc(n, sizeof *h->score);
    h->prob = assay_alloc(n, sizeof *h->prob);
    h->flagged = assay_alloc(n, 1);
    h->outcome = assay_alloc(n, 1);
    h->account = assay_alloc(n, sizeof *h->account);
    if (with_value)
        h->value = assay_alloc(n, sizeof *h->value);
    bool good = h->score != NULL && h->prob != NULL && h->flagged != NULL && h->outcome != NULL &&
                h->account != NULL && (!with_value || h->value != NULL);
    return good ? ASSAY_OK : assay_fail_memory(err, "collecting held-out predictions");
}

enum assay_status assay_held_out_init(const struct assay_model *model,
                                      const struct assay_calibration *c,
                                      struct assay_held_out *held_out, struct assay_error *err)
{
    const struct assay_history *history = &c->history;
    const struct assay_column *columns = history->table->columns;
    const int32_t *codes = columns[history->columns->id].codes;
    bool with_value = history->columns->value != ASSAY_NO_COLUMN;
    struct assay_held_out h = {.repeated = history->n_account < history->n_used};
    double total = 0;
    enum assay_status status = allocate(&h, history->n_used, with_value, err);
    if (status != ASSAY_OK) {
        assay_held_out_clear(&h);
        return status;
    }
    for (size_t j = 0; j < model->n_signal; j++)
        total += model->slope[j];
    for (size_t i = 0; i < history->n_row; i++) {
        if (isnan(c->assessment.prob_held_out[i]))
            continue;
        size_t n = h.n++;
        h.score[n] = held_out_score(model, c, total, i);
        h.prob[n] = c->assessment.prob_held_out[i];
        h.flagged[n] = h.score[n] < model->at_risk_score;
        h.outcome[n] = history->outcome[i];
        h.account[n] = codes[i];
        if (with_value)
            h.value[n] = columns[history->columns->value].numbers[i];
    }
    *held_out = h;
    return ASSAY_OK;
}

void assay_held_out_clear(struct assay_held_out *held_out)
{
    free(held_out->score);
    free(held_out->prob);
    free(held_out->value);
    free(held_out->flagged);
    free(held_out->outcome);
    free(held_out->account);
    *held_out = (struct assay_held_out){0};
}

/* A zone's rate with the interval that allows for accounts with several snapshots in it. */
static enum assay_status zone_by_account(const double score[], const unsigned char outcome[],
                                         const int32_t account[], size_t n, double from, double to,
                                         struct assay_estimate *rate, struct assay_error *err)
{
    struct assay_clustered_rows rows = {.cluster = account, .n = n};
    unsigned char *member = assay_alloc(n, 1);
    if (member == NULL)
        return assay_fail_memory(err, "counting zones");
    for (size_t i = 0; i < n; i++)
        member[i] = score[i] >= from && score[i] < to;
    enum assay_status status = assay_share_by_cluster(&rows, member, outcome, rate, err);
    free(member);
    return status;
}

enum assay_status assay_held_out_zones(const struct assay_held_out *h, const struct assay_model *model,
                                       struct assay_zone_result zones[], struct assay_error *err)
{
    double lower[ASSAY_MAX_ZONES + 1];
    size_t n_zone = model->spec.n_zone;
    for (size_t z = 0; z < n_zone; z++)
        lower[z] = model->spec.zones[z].from;
    lower[n_zone] = HUGE_VAL;
    enum assay_status status =
        assay_zones_measure(h->score, h->outcome, h->n, lower, n_zone, zones, err);
    for (size_t z = 0; status == ASSAY_OK && h->repeated && z < n_zone; z++)
        status = zone_by_account(h->score, h->outcome, h->account, h->n, lower[z], lower[z + 1],
                                 &zones[z].rate.wilson, err);
    return status;
}
