#include "validate/verdict/prospects.h"

#include <math.h>

double assay_audit_quarters(int32_t from, int32_t to)
{
    if (from == ASSAY_NO_DATE || to == ASSAY_NO_DATE)
        return 1.0;
    return fmax(1.0, round(((double)to - (double)from + 1.0) / 91.3125));
}

/* Independent rows of this kind in a quarter, over this audit and the past ones. */
static double pace_of(const struct assay_audit_input *input, const struct assay_judged *judged)
{
    double rows = judged->share.n, quarters = assay_audit_quarters(input->from, input->to);
    for (size_t k = 0; k < input->n_past; k++) {
        const struct assay_past_audit *past = &input->past[k];
        if (judged->id >= ASSAY_PAST_SHARES || isnan(past->worth[judged->id]))
            continue;
        rows += past->worth[judged->id];
        quarters += assay_audit_quarters(past->from, past->to);
    }
    return rows / quarters;
}

struct assay_needed assay_audit_needed(const struct assay_audit_input *input,
                                       const struct assay_judged *judged,
                                       struct assay_verdict_errors errors)
{
    struct assay_needed none = {.more = (double)NAN, .quarters = (double)NAN};
    if (!judged->is_share || judged->share.n == 0.0 || judged->result != ASSAY_INCONCLUSIVE)
        return none;
    double pace = pace_of(input, judged);
    double more = assay_share_needed(judged->share, judged->limits, errors, ASSAY_POWER,
                                     ASSAY_MOST_QUARTERS * pace);
    none.never = isinf(more);
    return none.never ? none : (struct assay_needed){.more = more, .quarters = ceil(more / pace)};
}

double assay_audit_detectable(const struct assay_judged *judged, struct assay_verdict_errors errors)
{
    struct assay_limits limit = judged->limits;
    if (!judged->is_share)
        return (double)NAN;
    if (!isnan(limit.low))
        limit.high = (double)NAN;
    return assay_share_detectable(judged->share.n, limit, errors.fail, ASSAY_POWER);
}
