/* raw_value.h - the shapes that a measured signal can have
 *
 * A raw value is a quantile: x, a position on the standard normal scale, is carried to the same
 * position of the shape's own distribution. A standard normal x therefore gives raw values of
 * exactly that distribution, and the percentile of a raw value is 100 Phi(x) up to rounding.
 */
#ifndef ASSAY_DATASETS_RAW_VALUE_H
#define ASSAY_DATASETS_RAW_VALUE_H

#include <stddef.h>
#include <stdint.h>

/* What `level` does to a family is said on the right; it is how plans differ in scale. */
enum assay_raw_family {
    ASSAY_RAW_UNIFORM,   /* 0 to 100, the percentile itself; level is not used */
    ASSAY_RAW_LOGNORMAL, /* centre: median, spread: sd of the logarithm; median * level */
    ASSAY_RAW_SHARE,     /* in (0, 1), normal on the logit; centre: median; median's odds * level */
    ASSAY_RAW_NORMAL,    /* centre: mean, spread: standard deviation; mean * level */
    ASSAY_RAW_COUNT,     /* negative binomial; centre: mean, spread: size, the variance being
                            mean + mean^2 / size; mean * level */
    ASSAY_RAW_HURDLE,    /* 0 with probability `zero`, else lognormal as above */
};

#define ASSAY_RAW_EXACT SIZE_MAX

struct assay_raw_shape {
    enum assay_raw_family family;
    double centre, spread, zero;
    double low, high; /* values beyond are put on the limit; infinite where there is none */
    size_t decimals;  /* rounded to so many, 0..9; ASSAY_RAW_EXACT: not rounded */
};

/* The shape's value at x, which is finite; level > 0. */
double assay_raw_value(const struct assay_raw_shape *shape, double level, double x);

/* The smallest k whose negative binomial distribution function reaches prob, in [0, 1): the
 * probabilities are summed upwards from k = 0 by their recurrence (Johnson, Kemp & Kotz 2005,
 * section 5.2). mean, size > 0; mean up to 1e6 or so, as the work grows with k. */
double assay_count_quantile(double mean, double size, double prob);

#endif
