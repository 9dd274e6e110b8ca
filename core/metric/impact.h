/* impact.h - what a line is worth: value kept by outreach, less what outreach costs
 *
 *   kept value = value of the flagged accounts that had the event * recovery rate
 *   cost       = outreaches * cost of one
 *   net        = kept value - cost
 *
 * The recovery rate (the share of accounts about to leave that outreach keeps) and the cost are
 * assumptions with a range. The range of a product takes both ends together: the net's low end is
 * the lowest recovery at the highest cost. It says how far the result hangs on the assumptions, not
 * how sure the data are of it.
 */
#ifndef ASSAY_CORE_METRIC_IMPACT_H
#define ASSAY_CORE_METRIC_IMPACT_H

/* low <= value <= high. */
struct assay_range {
    double low, value, high;
};

/* What is known of the flagged. */
struct assay_impact_flagged {
    double outreaches;    /* flagged, each contacted once */
    double accounts;      /* of them, those about to leave: flagged and had the event */
    double value_at_risk; /* of these accounts; NaN: not known */
};

struct assay_impact {
    struct assay_range accounts; /* kept */
    struct assay_range retained; /* their value; NaN throughout where values are not known */
    struct assay_range cost;
    struct assay_range net; /* NaN likewise */
    double break_even; /* the recovery rate at which the net is 0, at the cost's value; above 1:
                          no rate pays. NaN where nothing is at risk or values are not known */
};

struct assay_impact assay_impact_of(const struct assay_impact_flagged *flagged,
                                    struct assay_range recovery_rate,
                                    struct assay_range contact_cost);

#endif
