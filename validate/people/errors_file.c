#include "validate/people/errors_file.h"

#include <math.h>

#include "validate/people/safe_csv.h"
#include "validate/people/drivers.h"
#include "validate/people/person.h"

static void put_header(const struct assay_audit_input *input, struct assay_safe_line *cells)
{
    static const char *const before[] = {"kind", "account", "as_of", "score",
                                         "probability", "zone", "value", "owner"};
    static const char *const behind[] = {"type", "why", "signal_1", "points_1", "signal_2",
                                         "points_2", "signal_3", "points_3", "event_date", "acted_on"};
    for (size_t k = 0; k < sizeof before / sizeof before[0]; k++)
        assay_safe_text(cells, before[k]);
    for (size_t k = 0; k < input->n_segment; k++)
        assay_safe_text(cells, input->segments[k]);
    for (size_t k = 0; k < sizeof behind / sizeof behind[0]; k++)
        assay_safe_text(cells, behind[k]);
    assay_safe_end(cells);
}

static void put_standing(const struct assay_people *people, size_t i, struct assay_safe_line *cells)
{
    const struct assay_audit_input *input = people->input;
    const struct assay_audit_set *used = &input->used;
    assay_safe_text(cells, assay_person_account(people, i));
    assay_safe_day(cells, used->as_of != NULL ? used->as_of[i] : ASSAY_NO_DATE);
    if (input->model != NULL)
        assay_safe_number(cells, used->score[i], 1);
    else /* in a unit of its own */
        assay_safe_exact(cells, used->score[i]);
    assay_safe_number(cells, used->prob != NULL ? used->prob[i] : (double)NAN, 4);
    assay_safe_text(cells, assay_people_zone(people, i));
    assay_safe_exact(cells, assay_people_value(people, i));
    assay_safe_text(cells, assay_person_owner(people, i));
    for (size_t k = 0; k < input->n_segment; k++)
        assay_safe_text(cells, assay_audit_text(input->segment_values[k], used->segment[k][i]));
}

static void put_drivers(const struct assay_people *people, const struct assay_driver drivers[],
                        size_t n, struct assay_safe_line *cells)
{
    for (size_t k = 0; k < ASSAY_DRIVERS; k++) {
        assay_safe_text(cells, k < n ? people->input->spec->signals[drivers[k].signal].name : "");
        assay_safe_number(cells, k < n ? drivers[k].points : (double)NAN, 1);
    }
}

static void put_rest(const struct assay_people *people, size_t i, struct assay_safe_line *cells)
{
    const struct assay_audit_set *used = &people->input->used;
    assay_safe_day(cells, used->event_date != NULL ? used->event_date[i] : ASSAY_NO_DATE);
    if (used->acted_on != NULL)
        assay_safe_day(cells, used->acted_on[i]);
    else if (used->acted != NULL && used->acted[i] != ASSAY_ACTION_UNKNOWN)
        assay_safe_text(cells, used->acted[i] == ASSAY_ACTED ? "yes" : "no");
    else
        assay_safe_text(cells, "");
    assay_safe_end(cells);
}

static void put_miss(const struct assay_people *people, const struct assay_mistake *miss,
                     struct assay_text *why, struct assay_safe_line *cells)
{
    struct assay_drivers drivers = assay_drivers_find(people, miss->row);
    assay_text_reset(why);
    assay_why_say(people, miss->row, miss->place, why);
    assay_safe_text(cells, "miss");
    put_standing(people, miss->row, cells);
    assay_safe_text(cells, miss->type != ASSAY_MISS_UNKNOWN ? assay_miss_type_names[miss->type] : "");
    assay_safe_text(cells, why->data);
    put_drivers(people, drivers.up, drivers.n_up, cells);
    put_rest(people, miss->row, cells);
}

static const char *type_of_alarm(const struct assay_people *people, const struct assay_mistake *alarm)
{
    const unsigned char *acted = people->input->used.acted;
    if (acted != NULL && acted[alarm->row] == ASSAY_ACTED)
        return "acted on";
    return alarm->alarms > 1 ? "repeated" : "first";
}

/* "alarm 3 of this account; pulled down most by nps (-8.1 points) and tickets (-5.0)" */
static void say_alarm(const struct assay_people *people, const struct assay_mistake *alarm,
                      const struct assay_drivers *drivers, struct assay_text *why)
{
    const struct assay_signal_spec *signals = people->input->spec->signals;
    if (people->input->used.account != NULL)
        assay_text_printf(why, "alarm %zu of this account", (size_t)alarm->alarms);
    for (size_t k = 0; k < drivers->n_down && k < 2; k++)
        assay_text_printf(why, "%s%s (%.1f points)",
                          k > 0               ? " and "
                          : why->length > 0   ? "; pulled down most by "
                                              : "pulled down most by ",
                          signals[drivers->down[k].signal].name, drivers->down[k].points);
}

static void put_alarm(const struct assay_people *people, const struct assay_mistake *alarm,
                      struct assay_text *why, struct assay_safe_line *cells)
{
    struct assay_drivers drivers = assay_drivers_find(people, alarm->row);
    assay_text_reset(why);
    say_alarm(people, alarm, &drivers, why);
    assay_safe_text(cells, "false alarm");
    put_standing(people, alarm->row, cells);
    assay_safe_text(cells, type_of_alarm(people, alarm));
    assay_safe_text(cells, why->data);
    put_drivers(people, drivers.down, drivers.n_down, cells);
    put_rest(people, alarm->row, cells);
}

enum assay_status assay_errors_write(const struct assay_people *people,
                                     const struct assay_mistakes *mistakes, struct assay_text *text,
                                     struct assay_error *err)
{
    struct assay_safe_line cells = {.out = text};
    struct assay_text why = {0};
    put_header(people->input, &cells);
    for (size_t m = 0; m < mistakes->n_miss; m++)
        put_miss(people, &mistakes->misses[m], &why, &cells);
    for (size_t m = 0; m < mistakes->n_alarm; m++)
        put_alarm(people, &mistakes->alarms[m], &why, &cells);
    bool failed = text->failed || why.failed;
    assay_text_clear(&why);
    assay_safe_clear(&cells);
    return failed ? assay_fail_memory(err, "writing the errors file") : ASSAY_OK;
}
