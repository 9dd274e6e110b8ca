#include "core/fit/warm.h"

#include <string.h>

#include "core/fit/newton.h"

enum {
    FEWEST_ROWS = 200000, /* below, the whole fit takes milliseconds */
    SAMPLE_ROWS = 32768,  /* of the first stage, at least */
    STAGE_FACTOR = 16,
    EVENTS_A_COEF = 20, /* in a sample: with fewer it may be separated, or far from the answer */
    MOST_STEPS = 15,
};
/* A sample's own error is far larger. */
#define NEAR 1e-3

static size_t first_stage(const struct assay_engine *engine)
{
    size_t every = 1;
    while (engine->n_row / (every * STAGE_FACTOR) >= SAMPLE_ROWS)
        every *= STAGE_FACTOR;
    return every > 1 ? every : engine->n_row / SAMPLE_ROWS;
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
    size_t others = engine->n_row - engine->n_event;
    size_t rarer = engine->n_event < others ? engine->n_event : others;
    return rarer / first_stage(engine) >= EVENTS_A_COEF * engine->n_coef;
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
    loose.tolerance = NEAR > options->tolerance ? NEAR : options->tolerance;
    loose.report = NULL;
    *found = true;
    for (size_t every = first_stage(engine); *found && every > 1; every /= STAGE_FACTOR) {
        engine->thin(engine->reader, every);
        status = fit_sample(engine, &loose, limits, start, found, &trouble);
        loose.start = start;
    }
    engine->thin(engine->reader, 1);
    if (status != ASSAY_ENOMEM)
        return ASSAY_OK;
    *err = trouble;
    return ASSAY_ENOMEM;
}
