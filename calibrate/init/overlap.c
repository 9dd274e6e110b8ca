#include "calibrate/init/overlap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/metric/rank.h"

enum { AS_NUMBERS, AS_RANKS, VIEWS };

/* One signal taken, seen one way, on the thinned rows; both vectors have length 1. */
struct view {
    double *centred; /* the column about its mean */
    double *fresh;   /* what it adds to those before it, orthogonal to them */
};

struct taken {
    struct view views[VIEWS];
    const int32_t *codes;
    bool categorical;
};

struct assay_overlap {
    const size_t *rows;
    size_t n_row, n_thin;
    size_t n_view;
    struct taken *taken;
    size_t n_taken, capacity;
};

struct assay_overlap *assay_overlap_new(const size_t rows[], size_t n_row, bool ranks)
{
    struct assay_overlap *overlap = assay_alloc(1, sizeof *overlap);
    if (overlap == NULL)
        return NULL;
    overlap->rows = rows;
    overlap->n_row = n_row;
    overlap->n_view = ranks ? VIEWS : AS_NUMBERS + 1;
    overlap->n_thin = n_row < ASSAY_OVERLAP_ROWS ? n_row : ASSAY_OVERLAP_ROWS;
    return overlap;
}

static void clear_taken(struct taken *taken)
{
    for (size_t v = 0; v < VIEWS; v++) {
        free(taken->views[v].centred);
        free(taken->views[v].fresh);
    }
}

void assay_overlap_free(struct assay_overlap *overlap)
{
    if (overlap == NULL)
        return;
    for (size_t k = 0; k < overlap->n_taken; k++)
        clear_taken(&overlap->taken[k]);
    free(overlap->taken);
    free(overlap);
}

/* ---- vectors ---- */

static double dot(const double a[], const double b[], size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* Scales to length 1; false when what is there is nothing but rounding beside `scale`. */
static bool normalise(double x[], size_t n, double scale)
{
    double length = sqrt(dot(x, x, n));
    if (!(length > 1e-10 * scale))
        return false;
    for (size_t i = 0; i < n; i++)
        x[i] /= length;
    return true;
}

/* Missing values go to the mean, which is then 0; false when nothing varies. */
static bool centre(double x[], size_t n)
{
    double sum = 0, largest = 0;
    size_t present = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i]))
            continue;
        sum += x[i];
        largest = fmax(largest, fabs(x[i]));
        present++;
    }
    for (size_t i = 0; i < n; i++)
        x[i] = isnan(x[i]) ? 0 : x[i] - sum / (double)present;
    return present > 0 && normalise(x, n, largest);
}

static void thin(const struct assay_overlap *overlap, const double value[], double out[])
{
    for (size_t i = 0; i < overlap->n_thin; i++)
        out[i] = value[(size_t)((double)i * (double)overlap->n_row / (double)overlap->n_thin)];
}

/* Replaces the values that are there by their mid-ranks. */
static enum assay_status to_ranks(double x[], size_t n, struct assay_error *err)
{
    double *present = assay_alloc(n, sizeof *present), *rank = assay_alloc(n, sizeof *rank);
    size_t used = 0;
    enum assay_status status = ASSAY_OK;
    if (present == NULL || rank == NULL)
        status = assay_fail_memory(err, "comparing signals");
    for (size_t i = 0; status == ASSAY_OK && i < n; i++)
        if (!isnan(x[i]))
            present[used++] = x[i];
    if (status == ASSAY_OK && used > 0)
        status = assay_rank_mid(present, used, rank, err);
    used = 0;
    for (size_t i = 0; status == ASSAY_OK && i < n; i++)
        if (!isnan(x[i]))
            x[i] = rank[used++];
    free(present);
    free(rank);
    return status;
}

/* ---- correlations ---- */

/* Modified Gram-Schmidt, twice (Giraud, Langou and Rozloznik 2005), so that what is left is
 * orthogonal to working precision. Returns the squared length of what is left of x. */
static double orthogonalise(const struct assay_overlap *overlap, size_t v, double x[])
{
    size_t n = overlap->n_thin;
    for (int pass = 0; pass < 2; pass++)
        for (size_t k = 0; k < overlap->n_taken; k++) {
            const double *q = overlap->taken[k].views[v].fresh;
            double share = dot(q, x, n);
            for (size_t i = 0; i < n; i++)
                x[i] -= share * q[i];
        }
    return dot(x, x, n);
}

static void find_copy(const struct assay_overlap *overlap, size_t v, const double x[],
                      struct assay_overlap_finding *finding)
{
    for (size_t k = 0; k < overlap->n_taken; k++) {
        double r = dot(overlap->taken[k].views[v].centred, x, overlap->n_thin);
        if (fabs(r) > ASSAY_COPY_CORRELATION)
            *finding = (struct assay_overlap_finding){ASSAY_OVERLAP_COPY, k, r};
    }
}

/* Judges the column in one view, whose vectors are filled. */
static enum assay_status judge_view(const struct assay_overlap *overlap, size_t v,
                                    const double value[], struct view *view,
                                    struct assay_overlap_finding *finding,
                                    struct assay_error *err)
{
    size_t n = overlap->n_thin;
    view->centred = assay_alloc(n, sizeof *view->centred);
    view->fresh = assay_alloc(n, sizeof *view->fresh);
    if (view->centred == NULL || view->fresh == NULL)
        return assay_fail_memory(err, "comparing signals");
    thin(overlap, value, view->centred);
    enum assay_status status = v == AS_RANKS ? to_ranks(view->centred, n, err) : ASSAY_OK;
    if (status != ASSAY_OK)
        return status;
    if (!centre(view->centred, n)) {
        finding->verdict = ASSAY_OVERLAP_CONSTANT;
        return ASSAY_OK;
    }
    find_copy(overlap, v, view->centred, finding);
    memcpy(view->fresh, view->centred, n * sizeof *view->fresh);
    double left = orthogonalise(overlap, v, view->fresh);
    double r = sqrt(fmax(0, 1 - left));
    if (finding->verdict == ASSAY_OVERLAP_NONE && r > ASSAY_COPY_CORRELATION)
        *finding = (struct assay_overlap_finding){ASSAY_OVERLAP_COMBINATION, 0, r};
    normalise(view->fresh, n, 1);
    return ASSAY_OK;
}

/* ---- functions of categories ---- */

/* Whether rows with the same category always have the same code. */
static bool decides(const struct assay_overlap *overlap, const int32_t category[],
                    const int32_t code[])
{
    enum { MISSING = ASSAY_OVERLAP_CATEGORIES, UNSEEN = -2 };
    int32_t image[ASSAY_OVERLAP_CATEGORIES + 1];
    for (size_t k = 0; k <= MISSING; k++)
        image[k] = UNSEEN;
    for (size_t i = 0; i < overlap->n_row; i++) {
        size_t row = overlap->rows[i];
        int32_t *seen = &image[category[row] < 0 ? MISSING : category[row]];
        if (*seen != UNSEEN && *seen != code[row])
            return false;
        *seen = code[row];
    }
    return true;
}

static void find_decided(const struct assay_overlap *overlap,
                         const struct assay_overlap_column *column,
                         struct assay_overlap_finding *finding)
{
    for (size_t k = 0; k < overlap->n_taken; k++) {
        const struct taken *other = &overlap->taken[k];
        if (column->codes == NULL || other->codes == NULL)
            continue;
        bool decided = other->categorical && decides(overlap, other->codes, column->codes);
        if (decided || (column->categorical && decides(overlap, column->codes, other->codes))) {
            *finding = (struct assay_overlap_finding){
                decided ? ASSAY_OVERLAP_DECIDED : ASSAY_OVERLAP_DECIDES, k, 1};
            return;
        }
    }
}

enum assay_status assay_overlap_take(struct assay_overlap *overlap,
                                     const struct assay_overlap_column *column,
                                     struct assay_overlap_finding *finding,
                                     struct assay_error *err)
{
    struct taken made = {.codes = column->codes, .categorical = column->categorical};
    struct assay_overlap_finding found = {0};
    enum assay_status status = ASSAY_OK;
    find_decided(overlap, column, &found);
    for (size_t v = 0;
         status == ASSAY_OK && found.verdict == ASSAY_OVERLAP_NONE && v < overlap->n_view; v++)
        status = judge_view(overlap, v, column->value, &made.views[v], &found, err);
    if (status == ASSAY_OK && found.verdict == ASSAY_OVERLAP_NONE &&
        !assay_grow(&overlap->taken, &overlap->capacity, overlap->n_taken + 1,
                    sizeof *overlap->taken))
        status = assay_fail_memory(err, "comparing signals");
    if (status == ASSAY_OK)
        *finding = found;
    if (status == ASSAY_OK && found.verdict == ASSAY_OVERLAP_NONE)
        overlap->taken[overlap->n_taken++] = made;
    else
        clear_taken(&made);
    return status;
}
