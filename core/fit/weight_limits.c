#include "core/fit/weight_limits.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/fit/linear.h"
#include "core/fit/qp.h"

/* A limit met to this share of its terms holds with equality. */
#define ACTIVE 1e-9
/* Weights this little outside a limit are inside: less than reduced.h takes for rounding. */
#define INSIDE 1e-13

/* ---- the list of limits ---- */

static bool is_fixed(double low, double high)
{
    return low == high;
}

/* Whether a row of its own keeps u_j from being negative. */
static bool has_sign(const struct assay_weight_limits *from, size_t j)
{
    return !from->sign_free[j] && from->low[j] == 0.0 && from->high[j] > 0.0;
}

static bool needs_total(const struct assay_weight_limits *from)
{
    for (size_t j = 0; j < from->n_signal; j++)
        if (!has_sign(from, j) && !(from->low[j] == 0.0 && from->high[j] == 0.0))
            return true;
    return false;
}

struct list {
    const struct assay_weight_limits *from;
    struct assay_weight_limit *what;
    size_t n, n_equal, n_sign; /* those that fix, then signs, then the rest */
};

static void list_add(struct list *list, enum assay_weight_limit_kind kind, size_t index)
{
    list->what[list->n++] = (struct assay_weight_limit){.kind = kind, .index = index};
}

static void list_range(struct list *list, double low, double high,
                       enum assay_weight_limit_kind floor, enum assay_weight_limit_kind cap,
                       size_t index)
{
    if (low > 0.0 && low < high)
        list_add(list, floor, index);
    if (high < 1.0 && low < high)
        list_add(list, cap, index);
}

/* list->what has room for two of each signal and group, and the total. */
static void list_fill(struct list *list)
{
    const struct assay_weight_limits *from = list->from;
    for (size_t j = 0; j < from->n_signal; j++) {
        assert(from->low[j] >= 0.0 && from->low[j] <= from->high[j] && from->high[j] <= 1.0);
        if (is_fixed(from->low[j], from->high[j]))
            list_add(list, ASSAY_LIMIT_FIXED, j);
    }
    for (size_t g = 0; g < from->n_group; g++) {
        assert(from->group_low[g] >= 0.0 && from->group_low[g] <= from->group_high[g] &&
               from->group_high[g] <= 1.0);
        if (is_fixed(from->group_low[g], from->group_high[g]))
            list_add(list, ASSAY_LIMIT_SHARE_FIXED, g);
    }
    list->n_equal = list->n;
    for (size_t j = 0; j < from->n_signal; j++)
        if (has_sign(from, j))
            list_add(list, ASSAY_LIMIT_SIGN, j);
    list->n_sign = list->n - list->n_equal;
    for (size_t j = 0; j < from->n_signal; j++)
        list_range(list, from->low[j], from->high[j], ASSAY_LIMIT_FLOOR, ASSAY_LIMIT_CAP, j);
    for (size_t g = 0; g < from->n_group; g++)
        list_range(list, from->group_low[g], from->group_high[g], ASSAY_LIMIT_SHARE_FLOOR,
                   ASSAY_LIMIT_SHARE_CAP, g);
    if (needs_total(from))
        list_add(list, ASSAY_LIMIT_TOTAL, 0);
}

static bool list_init(const struct assay_weight_limits *from, struct list *list)
{
    *list = (struct list){.from = from};
    list->what = assay_alloc(2 * (from->n_signal + from->n_group) + 1, sizeof *list->what);
    if (list->what == NULL)
        return false;
    list_fill(list);
    return true;
}

/* The limit as row'w >= level (equal, for those that fix) on weights that sum to 1. */
static double fill_row(const struct assay_weight_limits *from, struct assay_weight_limit what,
                       double row[])
{
    size_t at = what.index;
    bool cap = what.kind == ASSAY_LIMIT_CAP || what.kind == ASSAY_LIMIT_SHARE_CAP;
    double sign = cap ? -1.0 : 1.0;
    memset(row, 0, from->n_signal * sizeof(double));
    switch (what.kind) {
    case ASSAY_LIMIT_SIGN:
        row[at] = 1.0;
        return 0.0;
    case ASSAY_LIMIT_FLOOR:
    case ASSAY_LIMIT_CAP:
    case ASSAY_LIMIT_FIXED:
        row[at] = sign;
        return cap ? -from->high[at] : from->low[at];
    case ASSAY_LIMIT_SHARE_FLOOR:
    case ASSAY_LIMIT_SHARE_CAP:
    case ASSAY_LIMIT_SHARE_FIXED:
        for (size_t j = 0; j < from->n_signal; j++)
            if (from->group[j] == at)
                row[j] = sign;
        return cap ? -from->group_high[at] : from->group_low[at];
    case ASSAY_LIMIT_TOTAL:
        break;
    }
    for (size_t j = 0; j < from->n_signal; j++)
        row[j] = 1.0;
    return 0.0;
}

/* ---- as limits on coefficients ---- */

enum assay_status assay_weight_limit_set_init(const struct assay_weight_limits *limits, size_t n_coef,
                                              struct assay_weight_limit_set *set,
                                              struct assay_error *err)
{
    struct list list;
    size_t n = limits->n_signal;
    assert(n >= 1 && n < n_coef);
    if (!list_init(limits, &list))
        return assay_fail_memory(err, "setting limits");
    double *limit = assay_alloc(list.n * (n_coef + 1), sizeof *limit);
    double *row = assay_alloc(n, sizeof *row);
    if (limit == NULL || row == NULL) {
        free(list.what);
        free(limit);
        free(row);
        return assay_fail_memory(err, "setting limits");
    }
    for (size_t k = 0; k < list.n; k++) {
        double level = fill_row(limits, list.what[k], row);
        for (size_t j = 0; j < n; j++) /* u is -b */
            limit[k * n_coef + 1 + j] = level - row[j];
    }
    free(row);
    *set = (struct assay_weight_limit_set){
        .limits = {.n_limit = list.n, .limit = limit, .floor = limit + list.n * n_coef,
                   .n_equal = list.n_equal},
        .what = list.what};
    return ASSAY_OK;
}

void assay_weight_limit_set_clear(struct assay_weight_limit_set *set)
{
    if (set == NULL)
        return;
    free((double *)set->limits.limit); /* ours: _init made one block of it */
    free(set->what);
    *set = (struct assay_weight_limit_set){0};
}

void assay_weight_limit_set_active(const struct assay_weight_limit_set *set, const double coef[],
                                   size_t n_coef, unsigned char active[])
{
    for (size_t k = 0; k < set->limits.n_limit; k++) {
        const double *row = set->limits.limit + k * n_coef;
        double value = 0.0, size = 0.0;
        for (size_t j = 0; j < n_coef; j++) {
            value += row[j] * coef[j];
            size += fabs(row[j] * coef[j]);
        }
        active[k] = k < set->limits.n_equal || fabs(value) <= ACTIVE * size;
    }
}

/* ---- as limits on weights: is there any w, and which is nearest? ---- */

struct programme {
    struct list list;
    struct assay_qp qp;
    unsigned char *dropped; /* [list.n] */
    unsigned char *active;  /* [list.n + 1] */
    size_t *from;           /* [list.n], which of the list each row but the first is */
    double *memory, *hessian, *linear, *limit, *floor, *solution, *multiplier;
};

static void programme_clear(struct programme *p)
{
    free(p->list.what);
    free(p->dropped);
    free(p->active);
    free(p->from);
    free(p->memory);
}

/* Least sum_j sd_j^2 (w_j - target_j)^2; sd NULL: all 1, target NULL: all 0. */
static void set_target(struct programme *p, const double sd[], const double target[])
{
    size_t n = p->list.from->n_signal;
    memset(p->hessian, 0, n * n * sizeof(double));
    for (size_t j = 0; j < n; j++) {
        double square = sd != NULL ? sd[j] * sd[j] : 1.0;
        p->hessian[j * n + j] = square;
        p->linear[j] = target != NULL ? square * target[j] : 0.0;
    }
}

static enum assay_status programme_init(const struct assay_weight_limits *limits,
                                        struct programme *p, struct assay_error *err)
{
    size_t n = limits->n_signal;
    *p = (struct programme){0};
    bool made = list_init(limits, &p->list);
    size_t m = p->list.n + 1; /* with the sum of weights */
    if (made) {
        p->dropped = assay_alloc(m, sizeof *p->dropped);
        p->active = assay_alloc(m, sizeof *p->active);
        p->from = assay_alloc(m, sizeof *p->from);
        p->memory = assay_alloc(n * (n + m + 2) + 2 * m, sizeof *p->memory);
    }
    if (p->dropped == NULL || p->active == NULL || p->from == NULL || p->memory == NULL) {
        programme_clear(p);
        return assay_fail_memory(err, "setting limits");
    }
    p->hessian = p->memory;
    p->limit = p->hessian + n * n;
    p->linear = p->limit + m * n;
    p->solution = p->linear + n;
    p->floor = p->solution + n;
    p->multiplier = p->floor + m;
    return ASSAY_OK;
}

/* Weights sum to 1, and what is left of the list holds. */
static void collect_rows(struct programme *p)
{
    size_t n = p->list.from->n_signal, m = 1, n_equal = 1;
    for (size_t j = 0; j < n; j++)
        p->limit[j] = 1.0;
    p->floor[0] = 1.0;
    for (size_t k = 0; k < p->list.n; k++) {
        if (p->dropped[k] || p->list.what[k].kind == ASSAY_LIMIT_TOTAL)
            continue;
        p->floor[m] = fill_row(p->list.from, p->list.what[k], p->limit + m * n);
        p->from[m - 1] = k;
        n_equal += k < p->list.n_equal;
        m++;
    }
    p->qp = (struct assay_qp){.n = n, .n_limit = m, .n_equal = n_equal, .hessian = p->hessian,
                              .linear = p->linear, .limit = p->limit, .floor = p->floor};
}

/* Solves for what is not dropped; *possible is false when no w meets that. */
static enum assay_status programme_solve(struct programme *p, bool *possible,
                                         struct assay_error *err)
{
    size_t unmet;
    collect_rows(p);
    enum assay_status status =
        assay_qp_solve(&p->qp, p->solution, p->multiplier, p->active, &unmet, err);
    *possible = status == ASSAY_OK;
    return status == ASSAY_ENUMERIC && unmet < p->qp.n_limit ? ASSAY_OK : status;
}

/* Drops what the conflict can do without of limits [first, end): all at once, or the halves. */
static enum assay_status drop_needless(struct programme *p, size_t first, size_t end,
                                       struct assay_error *err)
{
    bool possible;
    if (first == end)
        return ASSAY_OK;
    memset(p->dropped + first, 1, end - first);
    enum assay_status status = programme_solve(p, &possible, err);
    if (status != ASSAY_OK || !possible)
        return status;
    memset(p->dropped + first, 0, end - first);
    if (end - first == 1)
        return ASSAY_OK;
    size_t middle = first + (end - first) / 2;
    status = drop_needless(p, first, middle, err);
    return status == ASSAY_OK ? drop_needless(p, middle, end, err) : status;
}

static enum assay_status shrink_conflict(struct programme *p, struct assay_error *err)
{
    size_t equal = p->list.n_equal, signs = equal + p->list.n_sign;
    enum assay_status status = drop_needless(p, equal, signs, err);
    if (status == ASSAY_OK)
        status = drop_needless(p, signs, p->list.n, err);
    return status == ASSAY_OK ? drop_needless(p, 0, equal, err) : status;
}

enum assay_status assay_weight_limits_conflict(const struct assay_weight_limits *limits,
                                               struct assay_weight_limit **conflict,
                                               size_t *n_conflict, struct assay_error *err)
{
    struct programme p;
    bool possible;
    enum assay_status status = programme_init(limits, &p, err);
    if (status != ASSAY_OK)
        return status;
    set_target(&p, NULL, NULL);
    status = programme_solve(&p, &possible, err);
    if (status == ASSAY_OK && !possible)
        status = shrink_conflict(&p, err);
    if (status == ASSAY_OK) {
        *n_conflict = 0;
        *conflict = NULL;
    }
    if (status == ASSAY_OK && !possible) {
        for (size_t k = 0; k < p.list.n; k++)
            if (!p.dropped[k])
                p.list.what[(*n_conflict)++] = p.list.what[k];
        *conflict = p.list.what;
        p.list.what = NULL;
    }
    programme_clear(&p);
    return status;
}

static bool is_inside(struct programme *p, const double weight[])
{
    collect_rows(p);
    for (size_t k = 1; k < p->qp.n_limit; k++) {
        double slack = assay_linear_dot(p->limit + k * p->qp.n, weight, p->qp.n) - p->floor[k];
        if ((k < p->qp.n_equal ? -fabs(slack) : slack) < -INSIDE)
            return false;
    }
    return true;
}

/* The solution, with weights that stand on a limit of their own put exactly there. */
static void snap(struct programme *p)
{
    for (size_t k = 1; k < p->qp.n_limit; k++) {
        struct assay_weight_limit what = p->list.what[p->from[k - 1]];
        if (!p->active[k] && k >= p->qp.n_equal)
            continue;
        if (what.kind == ASSAY_LIMIT_SIGN)
            p->solution[what.index] = 0.0;
        else if (what.kind == ASSAY_LIMIT_CAP)
            p->solution[what.index] = p->list.from->high[what.index];
        else if (what.kind == ASSAY_LIMIT_FLOOR || what.kind == ASSAY_LIMIT_FIXED)
            p->solution[what.index] = p->list.from->low[what.index];
    }
}

enum assay_status assay_weight_limits_nearest(const struct assay_weight_limits *limits,
                                              const double weight[], const double sd[],
                                              double near[], struct assay_error *err)
{
    struct programme p;
    bool possible = true;
    enum assay_status status = programme_init(limits, &p, err);
    if (status != ASSAY_OK)
        return status;
    set_target(&p, sd, weight);
    bool inside = is_inside(&p, weight);
    if (!inside)
        status = programme_solve(&p, &possible, err);
    if (status == ASSAY_OK && !possible)
        status = assay_fail(err, ASSAY_EDATA, "no weights meet all limits");
    if (status == ASSAY_OK && !inside)
        snap(&p);
    if (status == ASSAY_OK)
        memmove(near, inside ? weight : p.solution, limits->n_signal * sizeof(double));
    programme_clear(&p);
    return status;
}

/* ---- what a limit costs ---- */

struct relaxed {
    struct assay_weight_limits limits;
    double *memory;
    unsigned char *sign_free;
};

static void relaxed_clear(struct relaxed *r)
{
    free(r->memory);
    free(r->sign_free);
}

static bool relaxed_init(const struct assay_weight_limits *from, struct relaxed *r)
{
    size_t n = from->n_signal, g = from->n_group;
    *r = (struct relaxed){.limits = *from};
    r->memory = assay_alloc(2 * (n + g), sizeof *r->memory);
    r->sign_free = assay_alloc(n, sizeof *r->sign_free);
    if (r->memory == NULL || r->sign_free == NULL) {
        relaxed_clear(r);
        return false;
    }
    memcpy(r->memory, from->low, n * sizeof(double));
    memcpy(r->memory + n, from->high, n * sizeof(double));
    if (g > 0) {
        memcpy(r->memory + 2 * n, from->group_low, g * sizeof(double));
        memcpy(r->memory + 2 * n + g, from->group_high, g * sizeof(double));
    }
    memcpy(r->sign_free, from->sign_free, n);
    r->limits.low = r->memory;
    r->limits.high = r->memory + n;
    r->limits.group_low = r->memory + 2 * n;
    r->limits.group_high = r->memory + 2 * n + g;
    r->limits.sign_free = r->sign_free;
    return true;
}

static void let_go(struct relaxed *r, struct assay_weight_limit without)
{
    size_t n = r->limits.n_signal, g = r->limits.n_group, at = without.index;
    double *low = r->memory, *high = low + n, *group_low = high + n, *group_high = group_low + g;
    assert(without.kind != ASSAY_LIMIT_TOTAL); /* it is what makes weights of coefficients */
    switch (without.kind) {
    case ASSAY_LIMIT_SIGN:
        r->sign_free[at] = 1;
        break;
    case ASSAY_LIMIT_FLOOR:
        low[at] = 0.0;
        break;
    case ASSAY_LIMIT_CAP:
        high[at] = 1.0;
        break;
    case ASSAY_LIMIT_FIXED:
        low[at] = 0.0;
        high[at] = 1.0;
        break;
    case ASSAY_LIMIT_SHARE_FLOOR:
        group_low[at] = 0.0;
        break;
    case ASSAY_LIMIT_SHARE_CAP:
        group_high[at] = 1.0;
        break;
    case ASSAY_LIMIT_SHARE_FIXED:
        group_low[at] = 0.0;
        group_high[at] = 1.0;
        break;
    case ASSAY_LIMIT_TOTAL:
        break;
    }
}

static enum assay_status fit_either(const struct assay_engine *engine,
                                    const struct assay_anchor *anchor,
                                    const struct assay_logistic_options *options,
                                    const struct assay_limits *limits, struct assay_anchor_fit *fit,
                                    struct assay_error *err)
{
    return anchor != NULL
               ? assay_anchor_fit(engine, anchor, options, limits, fit, err)
               : assay_logistic_fit_limited(engine, options, limits, &fit->fit, err);
}

enum assay_status assay_weight_limit_cost(const struct assay_engine *engine,
                                          const struct assay_anchor *anchor,
                                          const struct assay_logistic_options *options,
                                          const struct assay_weight_limits *limits,
                                          const struct assay_logistic_fit *fit,
                                          struct assay_weight_limit without, double coef[],
                                          double *deviance, struct assay_error *err)
{
    struct relaxed relaxed;
    struct assay_weight_limit_set set = {0};
    struct assay_anchor_fit looser = {0};
    struct assay_logistic_options from_here = *options;
    from_here.start = fit->coef;
    if (!relaxed_init(limits, &relaxed))
        return assay_fail_memory(err, "taking a limit out");
    let_go(&relaxed, without);
    enum assay_status status =
        assay_weight_limit_set_init(&relaxed.limits, engine->n_coef, &set, err);
    if (status == ASSAY_OK)
        status = fit_either(engine, anchor, &from_here, &set.limits, &looser, err);
    if (status == ASSAY_OK) {
        memcpy(coef, looser.fit.coef, engine->n_coef * sizeof(double));
        *deviance = 2.0 * (looser.fit.log_likelihood - fit->log_likelihood);
    }
    assay_anchor_fit_clear(&looser);
    assay_weight_limit_set_clear(&set);
    relaxed_clear(&relaxed);
    return status;
}
