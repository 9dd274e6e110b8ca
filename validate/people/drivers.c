#include "validate/people/drivers.h"

#include <math.h>

#include "core/model/points.h"
#include "validate/audit/signals.h"

/* Keeps the largest, in |points|, in order. */
static void keep(struct assay_driver drivers[ASSAY_DRIVERS], size_t *n, struct assay_driver driver)
{
    size_t at = *n;
    while (at > 0 && fabs(drivers[at - 1].points) < fabs(driver.points))
        at--;
    if (at == ASSAY_DRIVERS)
        return;
    if (*n < ASSAY_DRIVERS)
        ++*n;
    for (size_t k = *n - 1; k > at; k--)
        drivers[k] = drivers[k - 1];
    drivers[at] = driver;
}

struct assay_drivers assay_drivers_find(const struct assay_people *people, size_t i)
{
    const struct assay_audit_input *input = people->input;
    struct assay_drivers found = {0};
    if (input->n_signal == 0)
        return found;
    struct assay_terms terms = assay_people_terms(people, i);
    const double *weight = assay_terms_weight(input->model, terms);
    for (size_t j = 0; j < input->n_signal; j++) {
        struct assay_driver driver = {
            .signal = j,
            .points = assay_points_of_signal(input->model, terms, j,
                                             assay_audit_signal(&input->used, j, i),
                                             assay_audit_missing(&input->used, j, i)),
            .weight = weight[j]};
        if (driver.points > 0)
            keep(found.up, &found.n_up, driver);
        else if (driver.points < 0)
            keep(found.down, &found.n_down, driver);
    }
    return found;
}

void assay_drivers_put(struct assay_json_writer *json, const char *key,
                       const struct assay_people *people, const struct assay_driver drivers[],
                       size_t n)
{
    assay_json_open(json, key, '[');
    for (size_t k = 0; k < n; k++) {
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "signal",
                              people->input->spec->signals[drivers[k].signal].name);
        assay_json_put_number(json, "points", drivers[k].points);
        assay_json_put_number(json, "weight", drivers[k].weight);
        assay_json_close(json);
    }
    assay_json_close(json);
}
