#include "calibrate/first_look.h"

#include <math.h>

/* What is left open, what it wants, and how to get there. */
static enum assay_status refuse(const char *spec_path, const char *open, const char *expected,
                                const char *hint, struct assay_error *err)
{
    assay_fail(err, ASSAY_EDATA, "%s: its \"folds\" is 0, and nothing is held out to %s; expected %s",
               spec_path, open, expected);
    assay_hint(err, "%s", hint);
    return ASSAY_EDATA;
}

/* Firth's method and penalties take no anchor. */
static bool chooses_strength(const struct assay_fit_spec *fit)
{
    return fit->method == ASSAY_MAXIMUM_LIKELIHOOD && fit->penalty == ASSAY_NO_PENALTY &&
           fit->anchor != ASSAY_ANCHOR_NONE && isnan(fit->strength);
}

static enum assay_status check_fit(const struct assay_fit_spec *fit, const char *spec_path,
                                   struct assay_error *err)
{
    if (chooses_strength(fit))
        return refuse(spec_path, "choose the anchor's strength by", "a \"strength\"",
                      "Say \"anchor\": \"none\" for maximum likelihood, give a \"strength\" such as 1, or "
                      "leave \"folds\" out.", err);
    if (fit->penalty != ASSAY_NO_PENALTY && isnan(fit->lambda))
        return refuse(spec_path, "choose the penalty by", "its \"lambda\"",
                      "Give the \"penalty\" a \"lambda\", or leave \"folds\" out.", err);
    if (fit->models_by != NULL)
        return refuse(spec_path, "pool segments by", "no \"models_by\"",
                      "Take \"models_by\" out for a first look, or leave \"folds\" out.", err);
    return ASSAY_OK;
}

static enum assay_status check_line(const struct assay_spec *spec, const char *spec_path,
                                    const struct assay_model *champion, bool new_line,
                                    struct assay_error *err)
{
    bool kept = champion != NULL && !new_line && !assay_model_is_nominal(champion);
    if (isnan(spec->at_risk_probability) && !kept)
        return refuse(spec_path, "choose the at-risk line on", "\"at_risk_probability\"",
                      champion != NULL && new_line
                          ? "Give the probability that is the line, or leave --new-line out."
                          : "Give the probability that is the line, --champion MODEL to keep its line, "
                            "or leave \"folds\" out.",
                      err);
    if (spec->line.by != NULL)
        return refuse(spec_path, "draw lines by segment on", "no line \"by\" segment",
                      "Take \"by\" out of \"line\" for a first look, or leave \"folds\" out.", err);
    return ASSAY_OK;
}

enum assay_status assay_first_look_check(const struct assay_spec *spec, const char *spec_path,
                                         const struct assay_model *champion, bool new_line,
                                         struct assay_error *err)
{
    if (spec->fit.folds > 0)
        return ASSAY_OK;
    enum assay_status status = check_fit(&spec->fit, spec_path, err);
    return status == ASSAY_OK ? check_line(spec, spec_path, champion, new_line, err) : status;
}
