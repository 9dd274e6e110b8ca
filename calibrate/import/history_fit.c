#include "calibrate/import/history_fit.h"

#include <math.h>
#include <string.h>

#include "calibrate/evidence/reference.h"
#include "calibrate/fit/history.h"
#include "calibrate/import/model_make.h"
#include "core/base/block.h"
#include "core/base/rows.h"
#include "core/base/number.h"
#include "core/fit/logistic.h"
#include "core/fit/robust.h"
#include "core/metric/summary.h"
#include "core/model/scorer.h"

enum { N_COEF = 2 }; /* intercept, and that of H / 100 */

struct fitting {
    struct assay_model *model;
    struct assay_intake intake;
    struct assay_history history;
    double *x; /* [n_row] H / 100 of the rows, one column in blocks; 0 where a row does not count */
    int32_t *account; /* [n_row] the id's code */
    struct assay_engine engine;
    struct assay_logistic_fit fit;
    double covariance[N_COEF * N_COEF];
    bool clustered;
    struct assay_error *err;
};

/* ---- rows ---- */

static enum assay_status composites(struct fitting *f)
{
    const struct assay_table *table = &f->intake.table;
    struct assay_scorer scorer = {0};
    double s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    f->x = assay_rows_alloc(assay_block_size(table->n_row, 1), sizeof *f->x);
    f->account = assay_rows_alloc(table->n_row, sizeof *f->account);
    if (f->x == NULL || f->account == NULL)
        return assay_fail_memory(f->err, "fitting a scorecard");
    enum assay_status status = assay_scorer_init(f->model, table, &scorer, f->err);
    if (status != ASSAY_OK)
        return status;
    for (size_t i = 0; i < table->n_row; i++) {
        struct assay_score score;
        f->account[i] = table->columns[f->intake.columns.id].codes[i];
        if (!f->history.used[i])
            continue;
        assay_scorer_row(&scorer, table, i, s, missing, &score);
        f->x[assay_block_index(i, 0, 1)] = score.composite / 100;
    }
    assay_scorer_clear(&scorer);
    return ASSAY_OK;
}

/* ---- two parameters ---- */

static enum assay_status explain(const struct fitting *f)
{
    const char *source = assay_csv_name(f->intake.csv);
    switch (f->fit.problem) {
    case ASSAY_FIT_ONE_OUTCOME:
        return assay_fail(f->err, ASSAY_ENUMERIC,
                          "%s: %zu of %zu snapshots have the event; expected both "
                          "outcomes",
                          source, f->history.n_event, f->history.n_used);
    case ASSAY_FIT_CONSTANT:
    case ASSAY_FIT_COLLINEAR:
        return assay_fail(f->err, ASSAY_ENUMERIC,
                          "%s: the scorecard gives all snapshots the same score; "
                          "expected scores that differ",
                          source);
    case ASSAY_FIT_SEPARATED:
    case ASSAY_FIT_QUASI:
        return assay_fail(f->err, ASSAY_ENUMERIC,
                          "%s: the score separates the outcomes perfectly; its "
                          "slope is not finite",
                          source);
    default:
        return ASSAY_ENUMERIC; /* the fitter's own words */
    }
}

/* Accounts as clusters where some have several rows that count; too few of them leave the plain errors. */
static enum assay_status cluster(struct fitting *f)
{
    struct assay_error reason = {0};
    size_t n_cluster;
    memcpy(f->covariance, f->fit.covariance, sizeof f->covariance);
    if (f->history.n_account == f->history.n_used)
        return ASSAY_OK;
    enum assay_status status = assay_robust_covariance(&f->engine, &f->fit, ASSAY_ROBUST_CLUSTERS,
                                                       f->covariance, &n_cluster, &reason);
    if (status == ASSAY_ENOMEM)
        return assay_fail_memory(f->err, "fitting a scorecard");
    f->clustered = status == ASSAY_OK;
    if (!f->clustered)
        memcpy(f->covariance, f->fit.covariance, sizeof f->covariance);
    return ASSAY_OK;
}

static enum assay_status fit(struct fitting *f)
{
    struct assay_array_data data = {.x = f->x,
                                    .outcome = f->history.outcome,
                                    .include = f->history.used,
                                    .cluster = f->account,
                                    .n_row = f->intake.table.n_row,
                                    .n_column = 1,
                                    .n_thread = 1};
    struct assay_logistic_options options = assay_logistic_options_default();
    unsigned char blamed[N_COEF];
    enum assay_status status = assay_array_engine_init(&data, &f->engine, f->err);
    if (status == ASSAY_OK)
        status = assay_logistic_check(&f->engine, &f->fit.problem, blamed, f->err);
    if (status != ASSAY_OK)
        return status;
    if (f->fit.problem != ASSAY_FIT_FINE && f->fit.problem != ASSAY_FIT_FEW_EVENTS)
        return explain(f);
    status = assay_logistic_fit(&f->engine, &options, &f->fit, f->err);
    if (status == ASSAY_ENUMERIC)
        return explain(f);
    if (status != ASSAY_OK)
        return status;
    if (!(f->fit.coef[1] < 0)) {
        assay_fail(f->err, ASSAY_ENUMERIC,
                   "%s: those who left do not have lower scores (slope %+.3g on the "
                   "score); expected healthier scores for those who stayed",
                   assay_csv_name(f->intake.csv), f->fit.coef[1] / 100);
        assay_hint(f->err,
                   "No probability goes with such a score. Import it without --data, and audit it: "
                   "assay validate shows how it ranks.");
        return ASSAY_ENUMERIC;
    }
    return cluster(f);
}

/* ---- into the model ---- */

static struct assay_coefficient coefficient(double estimate, double std_error)
{
    struct assay_logistic_fit one = {
        .n_coef = 1, .coef = &estimate, .covariance = (double[]){std_error * std_error}};
    struct assay_wald wald = assay_wald(&one, 0);
    return (struct assay_coefficient){estimate,     wald.std_error, wald.z,
                                      wald.p_value, wald.low,       wald.high};
}

/* Coefficient j is -w_j b: a linear map of (a, -b), and so is its covariance. */
static void take_coefficients(const struct fitting *f)
{
    struct assay_model *model = f->model;
    size_t p = model->n_coef;
    double se_b = sqrt(f->covariance[3]);
    model->fit.coefficients[0] = coefficient(model->intercept, sqrt(f->covariance[0]));
    model->fit.covariance[0] = f->covariance[0];
    for (size_t j = 0; j < model->n_signal; j++) {
        double w = model->weight[j];
        if (w > 0)
            model->fit.coefficients[1 + j] =
                coefficient(model->fit.coefficients[1 + j].estimate, w * se_b);
        model->fit.covariance[1 + j] = model->fit.covariance[(1 + j) * p] = w * f->covariance[1];
        for (size_t k = 0; k < model->n_signal; k++)
            model->fit.covariance[(1 + j) * p + 1 + k] = w * model->weight[k] * f->covariance[3];
    }
}

static void take_fit(const struct fitting *f)
{
    struct assay_model_fit *kept = &f->model->fit;
    kept->rows = f->history.n_used;
    kept->events = f->history.n_event;
    kept->accounts = f->history.n_account;
    kept->log_likelihood = f->fit.log_likelihood;
    kept->null_log_likelihood = f->fit.null_log_likelihood;
    kept->iterations = f->fit.iterations;
    kept->gradient_norm = f->fit.gradient_norm;
    kept->condition_number = f->fit.condition_number;
    kept->anchor.degrees = N_COEF;
    kept->clustered = f->clustered;
    take_coefficients(f);
}

static void take_training(const struct fitting *f)
{
    struct assay_training_data *training = &f->model->training;
    const struct assay_csv *csv = f->intake.csv;
    training->rows = assay_csv_record_count(csv);
    memcpy(training->left_out, f->history.count, sizeof training->left_out);
    memcpy(training->rejected, assay_csv_rejects_by_reason(csv), sizeof training->rejected);
    assay_csv_sha256(csv, training->sha256);
    training->from = f->history.from;
    training->to = f->history.to;
    f->model->cohorts.nodes[0].rows = f->history.n_used;
}

static enum assay_status measure(const struct fitting *f)
{
    size_t n = 0, n_row = f->intake.table.n_row;
    struct assay_performance measured;
    double *prob = assay_rows_alloc(n_row, sizeof *prob);
    unsigned char *outcome = assay_rows_alloc(n_row, sizeof *outcome);
    enum assay_status status = prob != NULL && outcome != NULL
                                   ? ASSAY_OK
                                   : assay_fail_memory(f->err, "fitting a scorecard");
    for (size_t i = 0; status == ASSAY_OK && i < n_row; i++)
        if (f->history.used[i]) {
            double x = f->x[assay_block_index(i, 0, 1)];
            prob[n] = assay_expit(f->fit.coef[0] + f->fit.coef[1] * x);
            outcome[n++] = f->history.outcome[i];
        }
    if (status == ASSAY_OK)
        status = assay_performance_measure(prob, outcome, n, f->model->at_risk_probability,
                                           &measured, f->err);
    if (status == ASSAY_OK)
        assay_model_performance_take(&measured, &f->model->performance[ASSAY_APPARENT]);
    assay_rows_free(prob);
    assay_rows_free(outcome);
    return status;
}

static void clear(struct fitting *f)
{
    assay_logistic_fit_clear(&f->fit);
    assay_array_engine_clear(&f->engine);
    assay_history_clear(&f->history);
    assay_intake_close(&f->intake);
    assay_rows_free(f->x);
    assay_rows_free(f->account);
}

enum assay_status assay_import_fit(const struct assay_shape *shape,
                                   const struct assay_intake_options *options,
                                   struct assay_model *model, struct assay_text *notes,
                                   struct assay_error *err)
{
    struct fitting f = {.model = model, .err = err};
    enum assay_status status =
        assay_intake_open(&model->spec, ASSAY_TO_CALIBRATE, options, &f.intake, err);
    if (status == ASSAY_OK) {
        status = assay_intake_read_all(&f.intake, err);
        assay_intake_describe(&f.intake, notes);
    }
    if (status == ASSAY_OK)
        status = assay_history_init(&model->spec, &f.intake, options->window, 1, &f.history, err);
    if (status == ASSAY_OK)
        status = composites(&f);
    if (status == ASSAY_OK)
        status = fit(&f);
    if (status == ASSAY_OK) {
        assay_import_set_slope(model, shape, f.fit.coef[0], -f.fit.coef[1]);
        take_fit(&f);
        take_training(&f);
        status = measure(&f);
    }
    if (status == ASSAY_OK)
        status = assay_reference_make(model, &f.history, err);
    clear(&f);
    return status;
}
