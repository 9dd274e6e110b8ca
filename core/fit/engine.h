/* engine.h - the one seam between data and fitters: (l, g, H)
 *
 * A fitter knows a log-likelihood only through its value, gradient and Hessian at a coefficient
 * vector. Whoever can produce them is an engine: arrays in memory, a stream, a database. Fitters
 * never see rows.
 *
 * The model is logistic: row i with covariates x_i (a leading 1 for the intercept) and outcome y_i
 * has log-odds eta_i = x_i'b and log-likelihood y_i eta_i - log(1 + exp(eta_i)).
 */
#ifndef ASSAY_CORE_FIT_ENGINE_H
#define ASSAY_CORE_FIT_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/block.h"
#include "core/base/error.h"

/* What a direction d in coefficient space does to the rows. */
struct assay_direction {
    double max_move;   /* max_i |x_i'd|: the largest change of any log-odds along d */
    double min_margin; /* min_i (2 y_i - 1) x_i'd; >= 0 for every row and > 0 for one: d separates */
    double max_margin; /* max_i (2 y_i - 1) x_i'd */
};

struct assay_engine {
    size_t n_coef;  /* the first is the intercept */
    size_t n_row;   /* rows that count, each as often as it does */
    size_t n_event; /* of them with outcome 1 */
    void *state;

    /* At coef[n_coef]: *log_likelihood (no constant), gradient[n_coef] of it, and information
     * [n_coef * n_coef], row-major, both triangles: minus its Hessian, X'WX. gradient and information
     * may be NULL. Deterministic: the same bytes whatever the number of threads. */
    enum assay_status (*evaluate)(void *state, const double coef[], double *log_likelihood,
                                  double gradient[], double information[],
                                  struct assay_error *err);

    /* Fills *what for direction[n_coef]. */
    enum assay_status (*direction)(void *state, const double direction[],
                                   struct assay_direction *what, struct assay_error *err);

    /* The rest is optional: NULL where an engine cannot. Deterministic as evaluate is. */

    /* What Jeffreys' prior adds to the gradient (Firth 1993, Biometrika 80:27-38). With p_i the fitted
     * probability, w_i = p_i (1 - p_i) and h_i = w_i x_i'a x_i for a symmetric a [n_coef * n_coef],
     * at coef[n_coef]: pull[n_coef] = sum_i h_i (1/2 - p_i) x_i. h_i is the hat value of row i when a is
     * the inverse information there. curvature [n_coef * n_coef], both triangles, may be NULL:
     * sum_i h_i w_i x_i x_i', what the pull adds to the information when h_i is held. */
    enum assay_status (*jeffreys)(void *state, const double coef[], const double a[], double pull[],
                                  double curvature[], struct assay_error *err);

    /* At coef[n_coef]: meat [n_coef * n_coef], both triangles: sum over clusters of u u', u the sum of
     * (y_i - p_i) x_i over the cluster's rows (Liang & Zeger 1986); *n_cluster clusters have a
     * row that counts. Without clusters every row is one of its own. */
    enum assay_status (*cluster_scores)(void *state, const double coef[], double meat[],
                                        size_t *n_cluster, struct assay_error *err);

    /* Sums of the columns and of their squares over the rows that count: the first row, the first column and
     * the diagonal of X'X in gram [n_coef * n_coef], 0 elsewhere. The bytes of four times the information at
     * b = 0, where every row weighs 1/4, for far less work. */
    enum assay_status (*moments)(void *state, double gram[], struct assay_error *err);

    /* Hints to whoever reads the rows. They have a state of their own: an engine that changes the sums of another may
     * pass them on as they are, or pass none. */
    void *reader;

    /* The next evaluate() is also to look along step[n_coef], which stays as it is until direction() of that very step
     * answers without another reading of the data, the same bytes. NULL: not after all. */
    void (*watch)(void *reader, const double step[]);

    /* From now on one part in `every` of the data, evenly spaced, is all that is looked at; 1: all again. For first
     * guesses: sums are those of the rows looked at (a penalty shrinks with them), n_row and n_event stay. */
    void (*thin)(void *reader, size_t every);
};

/* ---- the engine over arrays in memory ----
 *
 * The design is laid out as core/base/block.h says. Column 0 of the model, the intercept, is not
 * stored. outcome[i] is 0 or 1. All rows are finite, those that do not count too. */
struct assay_array_data {
    const double *x;             /* borrowed; NULL: */
    struct assay_block_source blocks; /* made when they are needed */
    const unsigned char *outcome; /* borrowed, [n_row] */
    const unsigned char *include; /* borrowed, [n_row], how often a row counts: 0 leaves it out, 2 is
                                     the row written twice; NULL: each once */
    const uint16_t *part;        /* borrowed, [n_row], below UINT16_MAX, or NULL; where part[i] is left_out the */
    uint16_t left_out;           /* row does not count, whatever include says: the fold that is held out */
    const int32_t *cluster;      /* borrowed, [n_row], codes from 0, for cluster_scores alone, which needs no more
                                    than a bit a code where each cluster's rows lie together, otherwise memory for
                                    a sixteenth of the clusters' scores in each thread; NULL: none */
    size_t n_row, n_column;      /* n_coef of the engine is n_column + 1 */
    size_t n_thread;             /* 0: as many as there are processors */
};

/* ASSAY_EDATA: no row counts. The engine copies *data and borrows its arrays, which must not change
 * while it lives (the last block is copied, the rows are counted once), and keeps the instruction set it began with
 * (core/base/cpu.h). One call at a time: an engine's calls share its memory. That is, in doubles, about n_coef^2 / 2
 * for each of at most 128 tasks, and 4 n_coef^2 for each thread, with a block where blocks are made. */
ASSAY_MUST_CHECK enum assay_status assay_array_engine_init(const struct assay_array_data *data,
                                                           struct assay_engine *engine,
                                                           struct assay_error *err);
void assay_array_engine_clear(struct assay_engine *engine);

/* Log-likelihood, gradient and information at several coefficient vectors in one reading of the data. Vector k
 * counts what the engine counts, less the rows whose part is left_out[k] (UINT16_MAX: none), a part the engine
 * leaves out itself included. What is NULL is not taken. Each answer has the bytes that evaluate() of an engine
 * with that part left out would give. */
struct assay_array_request {
    const double *coef;     /* [n_coef] */
    uint16_t left_out;
    double *log_likelihood; /* out */
    double *gradient;       /* out, [n_coef] */
    double *information;    /* out, [n_coef * n_coef] */
};
ASSAY_MUST_CHECK enum assay_status
assay_array_evaluate_many(const struct assay_engine *engine,
                          const struct assay_array_request requests[], size_t n_request,
                          struct assay_error *err);

/* x_i'coef for every row, included or not: log_odds[n_row]. false, and nothing written: no memory for a block of
 * each thread, where x is NULL; with x it cannot fail. */
bool assay_array_log_odds(const struct assay_array_data *data, const double coef[],
                          double log_odds[]);

#endif
