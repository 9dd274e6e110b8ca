#include "calibrate/evidence/yardsticks.h"

#include <math.h>

#include "core/base/rows.h"
#include "core/base/number.h"
#include "core/base/thread.h"
#include "core/fit/logistic.h"

/* Beyond it a probability rounds to 0 or 1. */
static const double farthest = 36;

static double prob_of(double log_odds)
{
    return assay_expit(fmin(fmax(log_odds, -farthest), farthest));
}

/* ---- the champion recalibrated ---- */

/* The champion's log-odds as a design of one column, and the rows of the fold's fit. */
struct recalibrating {
    const struct assay_history *history;
    const double *log_odds;
    double *x;
    unsigned char *include;
};

static void include_outside(struct recalibrating *r, size_t fold)
{
    for (size_t i = 0; i < r->history->n_row; i++)
        r->include[i] = r->history->used[i] && r->history->fold[i] != fold && !isnan(r->log_odds[i]);
}

/* coef[2]. ASSAY_EDATA and ASSAY_ENUMERIC: there are none. */
static enum assay_status fit_outside(struct recalibrating *r, size_t fold, double coef[],
                                     struct assay_error *err)
{
    const struct assay_history *history = r->history;
    include_outside(r, fold);
    struct assay_array_data data = {.x = r->x,
                                    .outcome = history->outcome,
                                    .include = r->include,
                                    .n_row = history->n_row,
                                    .n_column = 1,
                                    .n_thread = history->n_thread};
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_engine engine;
    enum assay_status status = assay_array_engine_init(&data, &engine, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_logistic_fit(&engine, &options, &fit, err);
    if (status == ASSAY_OK) {
        coef[0] = fit.coef[0];
        coef[1] = fit.coef[1];
    }
    assay_logistic_fit_clear(&fit);
    assay_array_engine_clear(&engine);
    return status;
}

static enum assay_status recalibrate_folds(struct recalibrating *r, double prob[],
                                           struct assay_error *err)
{
    const struct assay_history *history = r->history;
    for (size_t i = 0; i < history->n_row; i++) {
        prob[i] = NAN;
        if (!isnan(r->log_odds[i]))
            r->x[assay_block_index(i, 0, 1)] = fmin(fmax(r->log_odds[i], -farthest), farthest);
    }
    for (size_t fold = 0; fold < history->n_fold; fold++) {
        double coef[2];
        struct assay_error reason = {0};
        enum assay_status status = fit_outside(r, fold, coef, &reason);
        if (status == ASSAY_EDATA || status == ASSAY_ENUMERIC)
            continue;
        if (status != ASSAY_OK) {
            if (err != NULL)
                *err = reason;
            return status;
        }
        for (size_t i = 0; i < history->n_row; i++)
            if (history->used[i] && history->fold[i] == fold && !isnan(r->log_odds[i]))
                prob[i] = prob_of(coef[0] + coef[1] * r->x[assay_block_index(i, 0, 1)]);
    }
    return ASSAY_OK;
}

static enum assay_status recalibrate(const struct assay_history *history, const double log_odds[],
                                     double prob[], struct assay_error *err)
{
    struct recalibrating r = {.history = history,
                              .log_odds = log_odds,
                              .x = assay_rows_alloc(assay_block_size(history->n_row, 1), sizeof *r.x),
                              .include = assay_rows_alloc(history->n_row, 1)};
    enum assay_status status = r.x != NULL && r.include != NULL
                                   ? recalibrate_folds(&r, prob, err)
                                   : assay_fail_memory(err, "recalibrating the champion");
    assay_rows_free(r.x);
    assay_rows_free(r.include);
    return status;
}

/* ---- comparing ---- */

static struct assay_model_yardstick nothing(void)
{
    const struct assay_estimate undefined = assay_estimate_undefined();
    return (struct assay_model_yardstick){.auc = NAN,
                                          .brier = NAN,
                                          .log_loss = NAN,
                                          .auc_gain = undefined,
                                          .brier_change = undefined,
                                          .log_loss_change = undefined};
}

/* Whether every row is compared on, and its predictions as they are. */
static bool are_whole(const struct assay_history *history, const double held_out[], const double yard[])
{
    double low = assay_expit(-farthest), high = assay_expit(farthest);
    bool whole = true;
    for (size_t i = 0; i < history->n_row; i++) /* a NaN is nowhere between */
        whole &= (history->used[i] != 0) & (held_out[i] >= low) & (held_out[i] <= high) &
                 (yard[i] >= low) & (yard[i] <= high);
    return whole;
}

/* Rows where both predictions exist, side by side. */
struct shared {
    double *new, *yard;
    unsigned char *outcome;
    int32_t *account;
    size_t n;
};

static bool shared_init(size_t n, struct shared *s)
{
    *s = (struct shared){.new = assay_rows_alloc(n, sizeof *s->new),
                         .yard = assay_rows_alloc(n, sizeof *s->yard),
                         .outcome = assay_rows_alloc(n, 1),
                         .account = assay_rows_alloc(n, sizeof *s->account)};
    return s->new != NULL && s->yard != NULL && s->outcome != NULL && s->account != NULL;
}

static void shared_clear(struct shared *s)
{
    assay_rows_free(s->new);
    assay_rows_free(s->yard);
    assay_rows_free(s->outcome);
    assay_rows_free(s->account);
}

static void gather(const struct assay_history *history, const double held_out[], const double yard[],
                   const unsigned char *judged, struct shared *s)
{
    const int32_t *account = history->table->columns[history->columns->id].codes;
    double low = assay_expit(-farthest), high = assay_expit(farthest);
    for (size_t i = 0; i < history->n_row; i++) {
        if (!history->used[i] || isnan(held_out[i]) || isnan(yard[i]) ||
            (judged != NULL && !judged[i]))
            continue;
        s->new[s->n] = held_out[i] < low ? low : held_out[i] > high ? high : held_out[i];
        s->yard[s->n] = yard[i] < low ? low : yard[i] > high ? high : yard[i];
        s->account[s->n] = account[i];
        s->outcome[s->n++] = history->outcome[i];
        assay_parallel_row(i);
    }
}

static enum assay_status pair_whole(const struct assay_history *history,
                                    const struct assay_yardstick_data *data, const double yard[],
                                    struct assay_paired *paired, struct assay_error *err)
{
    const int32_t *account = history->table->columns[history->columns->id].codes;
    if (data->known != NULL)
        return assay_paired_measure_known(data->held_out, data->known, yard, history->outcome, account,
                                          history->n_row, paired, err);
    return assay_paired_measure(data->held_out, yard, history->outcome, account, history->n_row, paired,
                                err);
}

/* *paired has n 0 where no row has both. */
static enum assay_status pair_shared(const struct assay_history *history,
                                     const struct assay_yardstick_data *data, const double yard[],
                                     const unsigned char *judged, struct assay_paired *paired,
                                     struct assay_error *err)
{
    struct shared s;
    enum assay_status status = ASSAY_OK;
    if (!shared_init(history->n_row, &s))
        status = assay_fail_memory(err, "comparing with the yardsticks");
    else
        gather(history, data->held_out, yard, judged, &s);
    if (status == ASSAY_OK && s.n > 0)
        status = assay_paired_measure(s.new, s.yard, s.outcome, s.account, s.n, paired, err);
    shared_clear(&s);
    return status;
}

/* On the rows of judged[], or where that is NULL on all. */
static enum assay_status compare(const struct assay_history *history,
                                 const struct assay_yardstick_data *data, const double yard[],
                                 const unsigned char *judged, struct assay_model_yardstick *out,
                                 struct assay_error *err)
{
    struct assay_paired paired = {.n = 0};
    enum assay_status status = judged == NULL && are_whole(history, data->held_out, yard)
                                   ? pair_whole(history, data, yard, &paired, err)
                                   : pair_shared(history, data, yard, judged, &paired, err);
    if (status == ASSAY_OK && paired.n > 0)
        *out = (struct assay_model_yardstick){.n = paired.n,
                                              .events = paired.n_event,
                                              .auc = paired.auc.second,
                                              .brier = paired.brier.second,
                                              .log_loss = paired.log_loss.second,
                                              .auc_gain = paired.auc.difference,
                                              .brier_change = paired.brier.difference,
                                              .log_loss_change = paired.log_loss.difference};
    return status;
}

static enum assay_status compare_champion(const struct assay_history *history,
                                          const struct assay_yardstick_data *data,
                                          struct assay_model_yardstick yards[],
                                          struct assay_error *err)
{
    double *prob = assay_rows_alloc(history->n_row, sizeof *prob);
    if (prob == NULL)
        return assay_fail_memory(err, "comparing with the yardsticks");
    for (size_t i = 0; i < history->n_row; i++)
        prob[i] = isnan(data->champion[i]) ? (double)NAN : prob_of(data->champion[i]);
    enum assay_status status =
        compare(history, data, prob, data->judged, &yards[ASSAY_YARD_CHAMPION], err);
    if (status == ASSAY_OK)
        status = recalibrate(history, data->champion, prob, err);
    if (status == ASSAY_OK)
        status = compare(history, data, prob, data->judged, &yards[ASSAY_YARD_RECALIBRATED], err);
    assay_rows_free(prob);
    return status;
}

static enum assay_status compare_all(const struct assay_history *history,
                                     const struct assay_yardstick_data *data,
                                     struct assay_model_yardstick made[], struct assay_error *err)
{
    enum assay_status status =
        compare(history, data, data->equal, NULL, &made[ASSAY_YARD_EQUAL], err);
    return status == ASSAY_OK && data->champion != NULL ? compare_champion(history, data, made, err)
                                                        : status;
}

enum assay_status assay_yardsticks_measure(const struct assay_history *history,
                                           const struct assay_yardstick_data *data,
                                           struct assay_model_yardstick yards[ASSAY_YARDS],
                                           struct assay_error *err)
{
    struct assay_model_yardstick made[ASSAY_YARDS];
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; k < ASSAY_YARDS; k++)
        made[k] = nothing();
    if (data->held_out != NULL)
        status = compare_all(history, data, made, err);
    for (size_t k = 0; status == ASSAY_OK && k < ASSAY_YARDS; k++)
        yards[k] = made[k];
    return status;
}

/* ---- the verdict ---- */

static enum assay_standing standing_of(const struct assay_model_yardstick *yard)
{
    if (yard->n == 0)
        return ASSAY_NOT_COMPARED;
    if (yard->log_loss_change.high < 0) /* a NaN is neither */
        return ASSAY_BETTER;
    return yard->log_loss_change.low > 0 ? ASSAY_WORSE : ASSAY_NOT_TOLD;
}

static enum assay_worth_verdict beside_champion(const enum assay_standing standing[])
{
    enum assay_standing again = standing[ASSAY_YARD_RECALIBRATED];
    if (standing[ASSAY_YARD_CHAMPION] == ASSAY_WORSE)
        return ASSAY_WORSE_THAN_CHAMPION;
    if (standing[ASSAY_YARD_CHAMPION] == ASSAY_NOT_TOLD)
        return ASSAY_NOT_WORTH_CHANGING;
    return again == ASSAY_BETTER || again == ASSAY_NOT_COMPARED ? ASSAY_WORTH_CHANGING
                                                                : ASSAY_WORTH_RECALIBRATING;
}

struct assay_worth assay_worth_of(const struct assay_model_yardstick yards[ASSAY_YARDS])
{
    static const enum assay_worth_verdict first[] = {[ASSAY_NOT_COMPARED] = ASSAY_WORTH_UNKNOWN,
                                                     [ASSAY_BETTER] = ASSAY_WORTH_WEIGHING,
                                                     [ASSAY_NOT_TOLD] = ASSAY_NOT_WORTH_WEIGHING,
                                                     [ASSAY_WORSE] = ASSAY_WORSE_THAN_EQUAL};
    struct assay_worth worth;
    for (size_t k = 0; k < ASSAY_YARDS; k++)
        worth.standing[k] = standing_of(&yards[k]);
    worth.verdict = worth.standing[ASSAY_YARD_CHAMPION] != ASSAY_NOT_COMPARED
                        ? beside_champion(worth.standing)
                        : first[worth.standing[ASSAY_YARD_EQUAL]];
    return worth;
}
