#include "calibrate/fit/problem.h"

#include <stdlib.h>

static void list_names(const struct assay_history *history, const unsigned char blamed[],
                       size_t n_coef, struct assay_text *list, size_t *n_name)
{
    const struct assay_spec *spec = history->spec;
    size_t indicator = 1 + spec->n_signal;
    for (size_t j = 0; j < spec->n_signal; j++)
        if (blamed[1 + j])
            assay_text_printf(list, "%s\"%s\"", (*n_name)++ > 0 ? ", " : "", spec->signals[j].name);
    for (size_t j = 0; j < spec->n_signal && indicator < n_coef; j++)
        if (spec->signals[j].missing == ASSAY_INDICATOR && blamed[indicator++])
            assay_text_printf(list, "%s\"%s (missing)\"", (*n_name)++ > 0 ? ", " : "",
                              spec->signals[j].name);
}

static void say_problem(enum assay_fit_problem problem, const char *names, bool many,
                        size_t n_coef, size_t n_row, size_t n_event, struct assay_error *err)
{
    const char *s = many ? "signals" : "signal", *its = many ? "their" : "its";
    switch (problem) {
    case ASSAY_FIT_ONE_OUTCOME:
        assay_fail(err, ASSAY_ENUMERIC,
                   "%zu of the %zu snapshots that count have the event; expected some with it and "
                   "some without", n_event, n_row);
        assay_hint(err, "Check the outcome's column and the window of dates.");
        return;
    case ASSAY_FIT_CONSTANT:
        assay_fail(err, ASSAY_ENUMERIC, "%s %s %s the same points in every snapshot; %s weight "
                   "cannot be estimated", s, names, many ? "have" : "has", its);
        assay_hint(err, "Leave %s out of the spec, or check the column and its normalisation.",
                   many ? "them" : "it");
        return;
    case ASSAY_FIT_COLLINEAR:
        assay_fail(err, ASSAY_ENUMERIC, "%s %s say the same thing: each follows from the others; "
                   "their weights cannot be told apart", s, names);
        assay_hint(err, "Keep one of them, or leave out the one that the team trusts least.");
        return;
    case ASSAY_FIT_SEPARATED:
        assay_fail(err, ASSAY_ENUMERIC, "%s %s separate%s the outcomes perfectly; %s weight is not "
                   "finite", s, names, many ? " together" : "s", its);
        assay_hint(err, "Leave %s out: a signal this good is often recorded after the event.",
                   many ? "one of them" : "it");
        return;
    case ASSAY_FIT_QUASI:
        assay_fail(err, ASSAY_ENUMERIC, "%s %s separate%s the outcomes but for ties "
                   "(quasi-complete separation); %s weight is not finite", s, names,
                   many ? " together" : "s", its);
        assay_hint(err, "Leave %s out, merge rare categories, or add history in which both "
                        "outcomes occur.", many ? "one of them" : "it");
        return;
    case ASSAY_FIT_FEW_EVENTS: {
        size_t other = n_row - n_event;
        bool events = n_event <= other;
        assay_fail(err, ASSAY_ENUMERIC, "%zu %s for %zu coefficients; expected at least one each, "
                   "and ten to trust them", events ? n_event : other,
                   events ? "events" : "snapshots without the event", n_coef);
        assay_hint(err, "Use fewer signals, or a longer history.");
        return;
    }
    case ASSAY_FIT_FINE:
    case ASSAY_FIT_NO_CONVERGENCE:
        return; /* the fitter's own sentence stands */
    }
}

enum assay_status assay_name_problem(const struct assay_pipeline *pipeline,
                                     enum assay_fit_problem problem, const unsigned char blamed[],
                                     struct assay_error *err)
{
    const struct assay_history *history = pipeline->history;
    struct assay_text names = {0};
    size_t n_name = 0, n_row = 0, n_event = 0;
    for (size_t i = 0; i < history->n_row; i++) {
        unsigned times = assay_pipeline_times(pipeline, i);
        n_row += times;
        n_event += times > 0 && history->outcome[i];
    }
    if (blamed != NULL)
        list_names(history, blamed, pipeline->n_coef, &names, &n_name);
    if (names.failed) {
        assay_text_clear(&names);
        return assay_fail_memory(err, "naming signals");
    }
    say_problem(problem, names.data != NULL ? names.data : "", n_name > 1, pipeline->n_coef, n_row,
                n_event, err);
    assay_text_clear(&names);
    return ASSAY_ENUMERIC;
}
