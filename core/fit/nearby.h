/* nearby.h - fits that leave one part of the rows out, from the fit on all of them
 *
 * Cross-validation leaves out a part of many rows: the fit without it is near the fit with it. One reading
 * of the rows at the common start tells every part its gradient, and the information of all rows, of which a part's is
 * its share, but for chance; further readings are shared by all parts that still move, and take gradients alone:
 * steps go by the information that is known (the chord method; Ortega & Rheinboldt 1970, section 7.1), a part's
 * own where a step was long. The
 * stopping rule is that of logistic.h with a bound in place of the largest move of a log-odds: a step that
 * cannot move any by more than the tolerance is taken and ends the fit; so is one after which, as steps have
 * fallen off, the next would be far below it.
 */
#ifndef ASSAY_CORE_FIT_NEARBY_H
#define ASSAY_CORE_FIT_NEARBY_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/fit/anchor.h"
#include "core/fit/engine.h"
#include "core/fit/logistic.h"

/* Everything is borrowed. */
struct assay_nearby {
    const struct assay_engine
        *engine; /* over arrays, with parts 0 .. n_part - 1; leaves none out */
    size_t n_part;                     /* 1: nothing is left out, and rows need no parts */
    const double *start;               /* [n_coef], within the limits: the fit with all parts, or one near by */
    const double *information;         /* [n_coef * n_coef] of all parts at start, where it is known; NULL: read it */
    const unsigned char *held;         /* [n_coef] 1: stays at start; NULL: none */
    const struct assay_anchor *anchor; /* of finite lambda and with sd; NULL: none */
    const struct assay_limits *limits; /* NULL: none */
    double reach;                      /* no value of a column is larger, either sign */
    double tolerance;                  /* of the largest move of a log-odds */
};

/* coef [n_part * n_coef]: row k is the fit without part k. done [n_part]: 0 where there is none by this way
 * (too far, or the likelihood is not what it was near the start), and row k is the start: the ordinary fit
 * then says why, or finds it.
 *   ASSAY_EDATA  as assay_anchor_engine_init() */
ASSAY_MUST_CHECK enum assay_status assay_nearby_fit(const struct assay_nearby *question,
                                                    double coef[], unsigned char done[],
                                                    struct assay_error *err);

#endif
