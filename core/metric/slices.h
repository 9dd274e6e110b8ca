/* slices.h - where, described by one or two conditions, does a score go wrong beyond what it says itself?
 *
 * Rows have coded columns: names (a segment, a plan) or bands of a scale (tenure, a signal). A condition is
 * a code of a column, or a run of neighbouring bands that begins with the lowest or ends with the highest;
 * a slice is the rows that meet one condition, or two of different columns. Every slice of at least
 * `smallest` rows is looked at, twice: for misses (events that were not flagged) and for false alarms
 * (flagged, no event).
 *
 * WHAT COUNTS. A share of misses differs between slices for a reason that is nobody's fault: a slice whose
 * accounts look healthier has more of its few events below the line. Compared by shares alone, every slice
 * over a signal that the score uses is a "blind spot", of a perfect score too. So rows are held against
 * what the score leads to expect of them (expected_events.h): with O and E a slice's events that came and
 * were expected, u its unflagged rows and f its flagged ones, misses have
 *
 *   T = D_u + D_f, if O_u > E_u; else 0; D_f counting no more than D_u where O_f < E_f
 *
 * the likelihood ratio of a score that is wrong in the slice against one that is right for everybody: it
 * says too little there, above the line as below it; or it tells nothing there, so that churners are more
 * than expected below the line and fewer above. (No more than D_u: a slice that stands out by its false
 * alarms is none of misses.) False alarms have T = D_f, if O_f < E_f. D is the deviance of the slice and of
 * its rest,
 *
 *   D = 2 sum over both of  O ln(O / E) + (n - O) ln((n - O) / (n - E)).
 *
 * A slice counts only where it matters to whoever reads it: at least ASSAY_SLICE_LEAST_OF events (others)
 * in it, ASSAY_SLICE_LEAST_WRONG of them missed (flagged in vain), which is a larger share than of all
 * other rows, of misses more than ASSAY_SLICE_LEAST_RATIO times as large; O_u at least
 * ASSAY_SLICE_LEAST_RATIO times E_u, and of misses D_u alone at least 2.71 (one-sided 5%); of false
 * alarms E_f at least so many times O_f.
 *
 * HOW SURE. Were the score right everywhere, T would be a mixture of chi-squares (Self & Liang 1987, JASA
 * 82:605-610): P(T >= t) is at most half of P(chi2 >= t), with two degrees of freedom for misses and one
 * for false alarms: p_value. Thousands of overlapping slices are looked at, and the strongest would look
 * strong by chance. Slices are two families, each with half of the error: the plain ones (single
 * conditions, and pairs of the first n_group columns: segments and the like), some hundreds, and the many
 * pairs with a signal, so that the search among the many does not drown the few that people think in. Up to
 * `most_resampled` rows, events are drawn anew from what is expected of each row, `resamples` times, and
 * the whole search is done on each: q_value is the share of searches in which the largest T of the same
 * kind and family was at least as large (Westfall & Young 1993, single-step max-T), times the number of
 * kinds and families, which is 4 (2 where one family is empty). Whatever the dependence between slices, of
 * a score that is right everywhere no more searches than `rate` report anything: 3 in 100, so that it stays
 * below 5 also for a model whose weights carry the errors of a fit to as many rows as are searched
 * (docs/audit-evidence.md). With more rows q_value is Bonferroni's: p_value times the number of slices of
 * the family, times 4. Either bounds the chance of any false finding, and so the false discovery rate.
 * Searches are repeated a hundred at a time, and no more once nothing can come of it.
 *
 * Rows of one cluster (an account) may depend on each other: T's parts are divided by their design effects
 * (Rao & Scott 1984; design_effect.h), of all rows or of the slice, whichever is larger.
 *
 * WHAT IS REPORTED. From the strongest down. Two conditions only where they beat each of the single ones
 * that is itself significant: by a T larger by 4, or by standing out among that condition's rows, at 5%
 * over the number of conditions it might have been; and a single one only after a pair with it that stands
 * out so. And only what stays significant without the rows of those reported before: others are counted as
 * similar to them.
 *
 * Draws are tied to what rows are, not to where they stand: results do not depend on the order of the rows
 * (but for what rounding makes of it), nor on the number of threads.
 */
#ifndef ASSAY_CORE_METRIC_SLICES_H
#define ASSAY_CORE_METRIC_SLICES_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

enum {
    ASSAY_SLICE_MAX_CODES = 200,
    ASSAY_SLICE_LEAST_OF = 10,
    ASSAY_SLICE_LEAST_WRONG = 5,
    ASSAY_SLICE_MOST_FOUND = 10 /* of a kind */
};
#define ASSAY_SLICE_LEAST_RATIO 1.25

struct assay_slice_column {
    const unsigned char *code; /* [n] 0 .. n_code: n_code means that the row meets no condition */
    size_t n_code;             /* 1 .. ASSAY_SLICE_MAX_CODES */
    size_t n_band;             /* the first so many codes are bands, ascending; 0: names only */
};

/* All borrowed. */
struct assay_slice_rows {
    size_t n;
    const struct assay_slice_column *column;
    size_t n_column;
    size_t n_group;               /* the first so many columns make plain slices; at most n_paired */
    size_t n_paired;              /* the first so many columns are taken two by two */
    const unsigned char *flagged; /* [n] 0 or 1, as the next */
    const unsigned char *outcome;
    const double *score;          /* [n] that the expectation was made of: tells rows apart where events are drawn;
                                     not read, and may be NULL, where they are not: of more than most_resampled */
    const double *expected;       /* [n] probabilities of the event, by side as expected_events.h has them */
    const int32_t *cluster;       /* [n] codes below n_cluster; NULL: rows are independent. Rows that do not
                                     ascend by it are copied so */
    size_t n_cluster;
};

struct assay_slice_options {
    size_t smallest;       /* rows, at least 1 */
    double rate;           /* q_value up to which a slice is reported */
    size_t resamples;
    size_t most_resampled; /* rows */
    uint64_t seed;
    size_t n_thread;       /* 0: as many as there are processors */
};
struct assay_slice_options assay_slice_options_default(void); /* 1, 0.03, 999, 20,000, 1, 0 */

enum assay_slice_kind { ASSAY_SLICE_MISSES, ASSAY_SLICE_FALSE_ALARMS, ASSAY_SLICE_KINDS };

/* Codes first .. last of a column. */
struct assay_slice_condition {
    size_t column;
    unsigned char first, last;
};

struct assay_slice {
    enum assay_slice_kind kind;
    struct assay_slice_condition condition[2]; /* columns ascending */
    size_t n_condition;
    size_t n;                   /* rows */
    size_t of, wrong;           /* events and those missed; or others and those flagged */
    size_t rest_of, rest_wrong; /* of all other rows */
    double expected_wrong;
    double statistic;           /* T, design effects taken off */
    double p_value, q_value;
    size_t similar;             /* significant slices that this one explains, of the strongest 60 */
};

struct assay_slice_search {
    struct assay_slice *found; /* [n_found] misses, then false alarms; the strongest first */
    size_t n_found;
    size_t n_slice;            /* looked at, by size */
    size_t n_condition;        /* single conditions among them */
    size_t resamples;          /* as many as were needed; 0: Bonferroni */
};

/* Takes 10 bytes a row, and little else; a copy of rows that do not come by cluster 30 more, and one for each
 * column.
 *   ASSAY_ENOMEM  *search is untouched */
ASSAY_MUST_CHECK enum assay_status assay_slices_find(const struct assay_slice_rows *rows,
                                                     const struct assay_slice_options *options,
                                                     struct assay_slice_search *search,
                                                     struct assay_error *err);
void assay_slice_search_clear(struct assay_slice_search *search);

/* Whether a row meets all conditions of a slice. */
static inline int assay_slice_holds(const struct assay_slice_column column[],
                                    const struct assay_slice *slice, size_t row)
{
    for (size_t k = 0; k < slice->n_condition; k++) {
        const struct assay_slice_condition *c = &slice->condition[k];
        unsigned char code = column[c->column].code[row];
        if (code < c->first || code > c->last)
            return 0;
    }
    return 1;
}

/* in[n] &= whether rows first .. first + n - 1 meet all conditions of a slice; in is 0 or 1. */
static inline void assay_slice_hold(const struct assay_slice_column column[],
                                    const struct assay_slice *slice, size_t first, size_t n,
                                    unsigned char in[restrict])
{
    for (size_t k = 0; k < slice->n_condition; k++) {
        const struct assay_slice_condition *c = &slice->condition[k];
        const unsigned char *code = column[c->column].code + first;
        unsigned char from = c->first, span = (unsigned char)(c->last - c->first);
        for (size_t i = 0; i < n; i++)
            in[i] = (unsigned char)(in[i] & ((unsigned char)(code[i] - from) <= span));
    }
}

#endif
