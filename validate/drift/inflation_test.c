#include "validate/drift/inflation_test.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

/* P(a sum is at least this far above its mean), both without variance: 1 unless there is a difference.
 * The first term of Cornish and Fisher (1938) takes the skewness out, which a few events have much of. */
static double upper_p(double difference, double variance, double third_moment)
{
    if (!(variance > 0.0))
        return difference > 0.0 ? 0.0 : 1.0;
    double z = difference / sqrt(variance), skewness = third_moment / (variance * sqrt(variance));
    return gsl_cdf_ugaussian_Q(z - skewness * (z * z - 1.0) / 6.0);
}

static double share_rose(struct assay_green then, struct assay_green now)
{
    double n = then.rows * then.weight, m = now.rows * now.weight;
    double pooled = (then.green * then.weight + now.green * now.weight) / (n + m);
    return upper_p(now.green / now.rows - then.green / then.rows,
                   pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m), 0.0);
}

struct moments {
    double variance, third;
};

/* Of now's events in one part less those that the rate of then makes: the moments of both, at the rate
 * of both together, which is the truth where nothing has changed. Half an event and half a row without one
 * are added: a rate that was 0 of 20 is not known to be 0. */
static void add_part(struct moments *moments, double rows_then, double events_then, double rows_now,
                     double events_now, struct assay_green then, struct assay_green now)
{
    double n = rows_then * then.weight, m = rows_now * now.weight;
    double rate = (events_then * then.weight + events_now * now.weight + 0.5) / (n + m + 1.0);
    double variance = rate * (1.0 - rate), third = variance * (1.0 - 2.0 * rate);
    moments->variance += variance * (rows_now / now.weight + rows_now * rows_now / n);
    moments->third += third * (rows_now / (now.weight * now.weight) -
                               rows_now * rows_now * rows_now / (n * n));
}

struct assay_inflation assay_inflation_test(struct assay_green then, struct assay_green now)
{
    struct assay_inflation made = {NAN, NAN, NAN, NAN};
    struct moments moments = {0.0, 0.0};
    double rest_then = then.rows - then.green, rest_now = now.rows - now.green;
    if (!(then.rows > 0.0 && now.rows > 0.0))
        return made;
    made.share_p = share_rose(then, now);
    if (!(then.green > 0.0 && rest_then > 0.0))
        return made;
    double events_then = then.events - then.green_events; /* of the rest */
    double events_now = now.events - now.green_events;
    made.expected = now.green * then.green_events / then.green + rest_now * events_then / rest_then;
    add_part(&moments, then.green, then.green_events, now.green, now.green_events, then, now);
    add_part(&moments, rest_then, events_then, rest_now, events_now, then, now);
    made.events_p = upper_p(now.events - made.expected, moments.variance, moments.third);
    made.p_value = fmax(made.share_p, made.events_p);
    return made;
}
