#include "validate/people/why.h"

#include <math.h>
#include <string.h>

#include "core/base/number.h"
#include "core/model/points.h"
#include "validate/audit/signals.h"

const char *const assay_miss_type_names[ASSAY_MISS_TYPES] = {
    "signal missing", "stale", "late collapse", "contradictory", "looked normal"};
const char *const assay_miss_type_meanings[ASSAY_MISS_TYPES] = {
    "Signals that mattered had no value; at the level of the typical churner they would have had the "
    "account flagged. Filling them in is the remedy.",
    "Signals that mattered were out of date; at the level of the typical churner they would have had the "
    "account flagged. Fresher data is the remedy.",
    "The score fell after this snapshot, or was falling fast. Scoring more often is the remedy.",
    "One group of signals warned while another reassured, and they cancelled out. A rule for the warning "
    "by itself, or other weights, may be the remedy.",
    "The signals looked like those of accounts that stay. Only a signal that the model does not have "
    "could have told."};

enum { NAMED = 3 }; /* signals that a sentence names */

/* ---- signals whose value could not be relied on ---- */

/* Snapshots before `place` of the same account, on other days, newest first; false when there are fewer
 * than n. */
static bool find_before(const struct assay_people *people, size_t place, size_t n,
                        const struct assay_moment *before[])
{
    const struct assay_moment *last = &people->timeline.moments[place];
    size_t found = 0;
    while (found < n && place-- > 0) {
        const struct assay_moment *moment = &people->timeline.moments[place];
        if (moment->account != last->account)
            return false;
        if (moment->as_of < last->as_of)
            last = before[found++] = moment;
    }
    return found == n;
}

/* Days from the recording of a value to its snapshot; 0 where the spec does not say. */
static int32_t age_of(const struct assay_people *people, size_t i, size_t j)
{
    const struct assay_audit_input *input = people->input;
    size_t column = input->intake->columns.recorded[j];
    if (column == ASSAY_NO_COLUMN || input->used.as_of == NULL)
        return 0;
    int32_t day = input->intake->table.columns[column].dates[assay_audit_row(&input->used, i)];
    int32_t as_of = input->used.as_of[i];
    return day == ASSAY_NO_DATE || as_of == ASSAY_NO_DATE ? 0 : as_of - day;
}

static bool stood_still(const struct assay_people *people, size_t place, size_t j)
{
    const struct assay_moment *before[ASSAY_STALE_SNAPSHOTS - 1];
    if (people->input->intake->columns.recorded[j] != ASSAY_NO_COLUMN || !people->moving[j] ||
        !find_before(people, place, ASSAY_STALE_SNAPSHOTS - 1, before))
        return false;
    double value = assay_people_raw(people, &people->timeline.moments[place], j);
    for (size_t k = 0; k < ASSAY_STALE_SNAPSHOTS - 1; k++)
        if (!(assay_people_raw(people, before[k], j) == value))
            return false; /* also where either is NaN */
    return true;
}

/* Which signals of a row are in doubt, and what the score would be with them where the typical churner
 * stands. */
struct doubt {
    unsigned char in[ASSAY_MAX_SIGNALS];
    size_t n;
    double weight; /* of all weights */
    double score;  /* not clamped */
};

static void weigh(const struct assay_people *people, size_t i, struct doubt *doubt)
{
    const struct assay_audit_input *input = people->input;
    const struct assay_audit_set *used = &input->used;
    struct assay_terms terms = assay_people_terms(people, i);
    const double *weight = assay_terms_weight(input->model, terms);
    double all = 0;
    doubt->score = assay_points_unclamped(input->model, terms, used->score[i], used->prob[i]);
    for (size_t j = 0; j < input->n_signal; j++) {
        all += fabs(weight[j]);
        if (!doubt->in[j])
            continue;
        doubt->n++;
        doubt->weight += fabs(weight[j]);
        doubt->score += assay_points_of_signal(input->model, terms, j, people->typical[j], false) -
                        assay_points_of_signal(input->model, terms, j, assay_audit_signal(used, j, i),
                                               assay_audit_missing(used, j, i));
    }
    doubt->weight = all > 0 ? doubt->weight / all : 0;
}

static struct doubt find_missing(const struct assay_people *people, size_t i)
{
    struct doubt doubt = {0};
    for (size_t j = 0; j < people->input->n_signal; j++)
        doubt.in[j] = assay_audit_missing(&people->input->used, j, i);
    weigh(people, i, &doubt);
    return doubt;
}

static struct doubt find_stale(const struct assay_people *people, size_t i, size_t place)
{
    struct doubt doubt = {0};
    for (size_t j = 0; j < people->input->n_signal; j++)
        doubt.in[j] = !assay_audit_missing(&people->input->used, j, i) &&
                      (age_of(people, i, j) > ASSAY_STALE_DAYS || stood_still(people, place, j));
    weigh(people, i, &doubt);
    return doubt;
}

static bool would_be_flagged(const struct assay_people *people, const struct doubt *doubt)
{
    return doubt->n > 0 && doubt->score < people->input->line;
}

/* ---- what the account did before and after ---- */

static int32_t event_of(const struct assay_people *people, size_t i)
{
    const int32_t *event = people->input->used.event_date;
    return event != NULL ? event[i] : ASSAY_NO_DATE;
}

/* The first flagged snapshot after the row's and before its event; NULL: none. */
static const struct assay_moment *find_flag(const struct assay_people *people, size_t i, size_t place)
{
    const struct assay_timeline *timeline = &people->timeline;
    const struct assay_moment *now = &timeline->moments[place];
    int32_t event = event_of(people, i);
    for (size_t m = place + 1; m < timeline->n && timeline->moments[m].account == now->account; m++) {
        const struct assay_moment *later = &timeline->moments[m];
        if (event != ASSAY_NO_DATE && later->as_of >= event)
            return NULL;
        if (later->as_of > now->as_of && assay_moment_flagged(people->input, later))
            return later;
    }
    return NULL;
}

static double score_at(const struct assay_people *people, const struct assay_moment *moment)
{
    return assay_moment_set(people->input, moment)->score[moment->index];
}

/* The snapshot before, where the score has fallen enough since; NULL otherwise. */
static const struct assay_moment *find_fall(const struct assay_people *people, size_t place)
{
    const struct assay_moment *before;
    if (!find_before(people, place, 1, &before))
        return NULL;
    double fall = score_at(people, before) - score_at(people, &people->timeline.moments[place]);
    return fall >= ASSAY_COLLAPSE_POINTS ? before : NULL;
}

/* ---- dimensions ---- */

struct extremes {
    size_t low, high; /* the first signal of the dimension */
    double lowest, highest; /* mean of s; NaN without a dimension that has weight */
};

static struct extremes find_extremes(const struct assay_people *people, size_t i)
{
    const struct assay_audit_input *input = people->input;
    const double *weight = assay_terms_weight(input->model, assay_people_terms(people, i));
    double sum[ASSAY_MAX_SIGNALS] = {0}, all[ASSAY_MAX_SIGNALS] = {0};
    struct extremes found = {.lowest = (double)NAN, .highest = (double)NAN};
    for (size_t j = 0; j < input->n_signal; j++) {
        size_t d = people->dimension[j];
        all[d] += fabs(weight[j]);
        sum[d] += fabs(weight[j]) * assay_audit_signal(&input->used, j, i);
    }
    for (size_t d = 0; d < input->n_signal; d++) {
        if (!(all[d] > 0))
            continue;
        double mean = sum[d] / all[d];
        if (!(mean >= found.lowest)) { /* also the first, beside NaN */
            found.lowest = mean;
            found.low = d;
        }
        if (!(mean <= found.highest)) {
            found.highest = mean;
            found.high = d;
        }
    }
    return found;
}

static bool contradicts(const struct extremes *extremes)
{
    return extremes->lowest < ASSAY_LOW_DIMENSION && extremes->highest > ASSAY_HIGH_DIMENSION;
}

/* ---- the type ---- */

enum assay_miss_type assay_why_type(const struct assay_people *people, size_t i, size_t place)
{
    bool model = people->input->model != NULL;
    struct doubt doubt;
    if (model) {
        doubt = find_missing(people, i);
        if (would_be_flagged(people, &doubt))
            return ASSAY_MISS_MISSING;
        doubt = find_stale(people, i, place);
        if (would_be_flagged(people, &doubt))
            return ASSAY_MISS_STALE;
    }
    if (find_flag(people, i, place) != NULL || (model && find_fall(people, place) != NULL))
        return ASSAY_MISS_COLLAPSE;
    if (!model)
        return ASSAY_MISS_UNKNOWN;
    struct extremes extremes = find_extremes(people, i);
    return contradicts(&extremes) ? ASSAY_MISS_CONTRADICTORY : ASSAY_MISS_NORMAL;
}

/* ---- in words ---- */

static double shown(double score)
{
    double within = score < 0 ? 0 : score > 100 ? 100 : score;
    return assay_number_unsigned_zero(within, 1);
}

/* "nps", with what is wrong with it where `place` is that of a stale row. */
static void say_signal(const struct assay_people *people, size_t i, size_t j, bool stale,
                       struct assay_text *text)
{
    assay_text_puts(text, people->input->spec->signals[j].name);
    if (!stale)
        return;
    int32_t age = age_of(people, i, j);
    if (age > 0)
        assay_text_printf(text, " (recorded %d days before)", (int)age);
    else
        assay_text_printf(text, " (the same in %d snapshots)", (int)ASSAY_STALE_SNAPSHOTS);
}

/* "a, b and c", "a, b, c and 2 more"; the first in the order of the spec. */
static void say_signals(const struct assay_people *people, size_t i, const struct doubt *doubt,
                        bool stale, struct assay_text *text)
{
    size_t said = 0, to_say = doubt->n < NAMED ? doubt->n : NAMED;
    for (size_t j = 0; j < people->input->n_signal && said < to_say; j++) {
        if (!doubt->in[j])
            continue;
        if (said > 0)
            assay_text_puts(text, said + 1 == to_say && doubt->n <= NAMED ? " and " : ", ");
        say_signal(people, i, j, stale, text);
        said++;
    }
    if (doubt->n > NAMED)
        assay_text_printf(text, " and %zu more", doubt->n - NAMED);
}

static void say_doubt(const struct assay_people *people, size_t i, const struct doubt *doubt,
                      bool stale, struct assay_text *text)
{
    say_signals(people, i, doubt, stale, text);
    assay_text_printf(text,
                      " %s %s (%.0f%% of the weight); at the level of the typical churner the score "
                      "would have been %.1f, below the line of %.1f",
                      doubt->n == 1 ? "was" : "were", stale ? "out of date" : "missing",
                      assay_number_unsigned_zero(100 * doubt->weight, 0), shown(doubt->score),
                      people->input->line);
}

static void say_collapse(const struct assay_people *people, size_t i, size_t place,
                         struct assay_text *text)
{
    char day[ASSAY_DATE_SIZE];
    const struct assay_moment *flag = find_flag(people, i, place);
    if (flag != NULL) {
        assay_text_printf(text, "flagged later, on %s, with a score of ",
                          assay_date_print(flag->as_of, day));
        if (people->input->model != NULL)
            assay_text_printf(text, "%.1f", assay_number_unsigned_zero(score_at(people, flag), 1));
        else /* in a unit of its own */
            assay_text_printf(text, "%.4g", score_at(people, flag) + 0.0);
        if (event_of(people, i) != ASSAY_NO_DATE)
            assay_text_printf(text, ", %d days before the event",
                              (int)(event_of(people, i) - flag->as_of));
        return;
    }
    const struct assay_moment *before = find_fall(people, place);
    double score = people->input->used.score[i];
    assay_text_printf(text, "the score had fallen by %.1f points since %s, to %.1f, and was not yet "
                      "below the line of %.1f",
                      score_at(people, before) - score, assay_date_print(before->as_of, day), score,
                      people->input->line);
}

static void say_contradiction(const struct assay_people *people, size_t i, struct assay_text *text)
{
    const struct assay_signal_spec *signals = people->input->spec->signals;
    struct extremes extremes = find_extremes(people, i);
    assay_text_printf(text, "%s stood at %.0f of 100 and %s at %.0f, and they cancelled out",
                      signals[extremes.low].dimension, extremes.lowest,
                      signals[extremes.high].dimension, extremes.highest);
}

static void say_normal(const struct assay_people *people, size_t i, struct assay_text *text)
{
    double score = people->input->used.score[i];
    assay_text_printf(text, "no warning stood out; the score was %.1f, %.1f above the line of %.1f",
                      shown(score), score - people->input->line, people->input->line);
}

void assay_why_say(const struct assay_people *people, size_t i, size_t place, struct assay_text *text)
{
    struct doubt doubt;
    switch (assay_why_type(people, i, place)) {
    case ASSAY_MISS_MISSING:
        doubt = find_missing(people, i);
        say_doubt(people, i, &doubt, false, text);
        break;
    case ASSAY_MISS_STALE:
        doubt = find_stale(people, i, place);
        say_doubt(people, i, &doubt, true, text);
        break;
    case ASSAY_MISS_COLLAPSE:
        say_collapse(people, i, place, text);
        break;
    case ASSAY_MISS_CONTRADICTORY:
        say_contradiction(people, i, text);
        break;
    case ASSAY_MISS_NORMAL:
        say_normal(people, i, text);
        break;
    case ASSAY_MISS_UNKNOWN:
        break;
    }
}
