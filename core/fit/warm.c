#include "core/fit/warm.h"

#include <string.h>

#include "core/fit/newton.h"

enum {
    FEWEST_ROWS = 200000, /* below, the whole fit takes milliseconds */
    SAMPLE_ROWS = 32768,  /* at least */
    FEWEST_EVENTS = 20,   /* a coefficient: with fewer a sample may be separated, or far from the answer */
    FIRST_EVERY = 8,      /* where rows allow it: the first stage takes several readings of its sample, ... */
    LATER_EVERY = 4,      /* ... a later one two or three */
    MOST_STEPS = 15,
};
/* Events a coefficient that a stage looks at. */
static const size_t stage_events[ASSAY_WARM_STAGES] = {150, 600, 3000, 40000};
/* In the log-odds of a row. What is left after a step is about its square, by a factor; it mostly is a tenth of the
 * sample's own error, or less. */
#define NEAR 0.5

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t rarer_outcomes(const struct assay_engine *engine)
{
    return smaller(engine->n_event, engine->n_row - engine->n_event);
}

size_t assay_warm_sample(const struct assay_engine *engine)
{
    return engine->n_row / SAMPLE_ROWS;
}

size_t assay_warm_stages(const struct assay_engine *engine, size_t every[ASSAY_WARM_STAGES])
{
    size_t n = 0, last = assay_warm_sample(engine);
    for (size_t k = 0; k < ASSAY_WARM_STAGES; k++) {
        size_t wanted = rarer_outcomes(engine) / (stage_events[k] * engine->n_coef);
        if (k == 0)
            every[n++] = last = smaller(last, wanted > FIRST_EVERY ? wanted : FIRST_EVERY);
        else if (wanted >= LATER_EVERY && wanted <= last / 2)
            every[n++] = last = wanted;
    }
    return n;
}

bool assay_warm_has_rows(const struct assay_engine *engine)
{
    return engine->n_row >= FEWEST_ROWS;
}

bool assay_warm_pays(const struct assay_engine *engine,
                     const struct assay_logistic_options *options)
{
    if (engine->thin == NULL || options->start != NULL || !assay_warm_has_rows(engine))
        return false;
    size_t every[ASSAY_WARM_STAGES];
    assay_warm_stages(engine, every);
    return rarer_outcomes(engine) / every[0] >= FEWEST_EVENTS * engine->n_coef;
}

/* One stage, of rows the engine has been thinned to. */
static enum assay_status fit_sample(const struct assay_engine *engine,
                                    const struct assay_logistic_options *options,
                                    const struct assay_limits *limits, double start[], bool *found,
                                    struct assay_error *err)
{
    struct assay_newton newton;
    enum assay_newton_end end = ASSAY_NEWTON_STUCK;
    *found = false;
    enum assay_status status =
        assay_newton_init(engine, options, limits, options->held, &newton, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_newton_run(&newton, MOST_STEPS, &end, err);
    *found = status == ASSAY_OK && end == ASSAY_NEWTON_SETTLED;
    if (*found)
        memcpy(start, newton.coef, engine->n_coef * sizeof *start);
    assay_newton_clear(&newton);
    return status;
}

enum assay_status assay_warm_start(const struct assay_engine *engine,
                                   const struct assay_logistic_options *options,
                                   const struct assay_limits *limits, double start[], bool *found,
                                   struct assay_error *err)
{
    struct assay_logistic_options loose = *options;
    struct assay_error trouble = {0};
    enum assay_status status = ASSAY_OK;
    size_t every[ASSAY_WARM_STAGES], n_stage = assay_warm_stages(engine, every);
    loose.tolerance = NEAR > options->tolerance ? NEAR : options->tolerance;
    loose.report = NULL;
    *found = true;
    for (size_t k = 0; *found && k < n_stage; k++) {
        engine->thin(engine->reader, every[k]);
        status = fit_sample(engine, &loose, limits, start, found, &trouble);
        loose.start = start;
    }
    engine->thin(engine->reader, 1);
    if (status != ASSAY_ENOMEM)
        return ASSAY_OK;
    *err = trouble;
    return ASSAY_ENOMEM;
}
