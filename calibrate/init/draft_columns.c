#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/init/draft_format.h"
#include "calibrate/init/draft_parts.h"
#include "core/base/memory.h"
#include "core/base/number.h"

enum {
    MAX_CATEGORIES = 20,      /* of a segment; more is free text */
    MAX_STEP_CATEGORIES = 6,  /* of a signal made of categories */
    MAX_SEGMENTS = 10,
};
static const double leak_auc = 0.95;
static const double named_leak_auc = 0.8;   /* the same where the name suggests a leak */
static const double clear_p_value = 0.001;  /* rates of categories differ */
static const double clear_z = 2;            /* the data say which way ... */
static const double strong_z = 3;           /* ... even against the name */
static const double missing_share = 0.05;   /* from here on missing values matter ... */
static const double missing_p_value = 0.01; /* ... when they go with the outcome */

/* One column being judged. */
struct judged {
    struct assay_draft *draft;
    struct assay_error *err;
    size_t column;
    const struct assay_column_profile *facts;
    char words[ASSAY_NAME_WORDS_SIZE];
    double *value; /* [n_used], scratch */
};

static bool named(const struct judged *c, enum assay_name_role role)
{
    return assay_name_rank(c->words, role) != ASSAY_NOT_NAMED;
}

static enum assay_status leave(const struct judged *c, enum assay_left_reason reason)
{
    return assay_draft_leave(c->draft, c->column, reason, c->err, NULL);
}

/* ---- signals ---- */

/* auc is the one of higher values going with the event. */
static void set_direction(const struct judged *c, struct assay_draft_signal *signal)
{
    enum assay_better by_name = ASSAY_HIGHER;
    bool says = assay_name_better(c->words, &by_name, signal->keyword);
    signal->direction = says ? ASSAY_BY_NAME : ASSAY_BY_DEFAULT;
    signal->better = by_name;
    enum assay_better by_data = signal->evidence.auc > 0.5 ? ASSAY_LOWER : ASSAY_HIGHER;
    bool against = says && by_data != by_name;
    if (fabs(signal->evidence.z) <= clear_z)
        return;
    signal->against_data = against && fabs(signal->evidence.z) <= strong_z;
    if (signal->against_data)
        return;
    signal->direction = ASSAY_BY_DATA;
    signal->better = by_data;
    signal->against_name = against;
}

static void set_missing(struct assay_draft_signal *signal)
{
    const struct assay_evidence *e = &signal->evidence;
    double share = 1 - (double)e->n_present / (double)e->n;
    bool tells = share > missing_share && e->missing_p_value < missing_p_value;
    signal->missing = tells && e->missing_weighable ? ASSAY_INDICATOR : ASSAY_NEUTRAL;
}

/* Adds a candidate, whose points are then the draft's; frees them when there is no memory. */
static enum assay_status add_signal(const struct judged *c, struct assay_draft_signal *signal)
{
    struct assay_draft *draft = c->draft;
    if (!assay_grow(&draft->signals, &draft->signal_capacity, draft->n_signal + 1,
                    sizeof *draft->signals)) {
        free(signal->points);
        return assay_fail_memory(c->err, "drafting a spec");
    }
    signal->column = c->column;
    signal->dimension = assay_name_dimension(c->words);
    signal->leak_name = named(c, ASSAY_NAMED_LEAK);
    set_missing(signal);
    draft->signals[draft->n_signal++] = *signal;
    return ASSAY_OK;
}

/* What gives the outcome away is no cohort either. */
static void drop_roles(struct assay_draft *draft, size_t column)
{
    if (column == draft->plan)
        draft->plan = ASSAY_NO_PROFILE;
    if (column == draft->tenure) {
        draft->tenure = ASSAY_NO_PROFILE;
        draft->n_band = 0;
    }
}

/* Above it, an AUC is too good to have been known beforehand. */
static double leak_limit(const struct judged *c)
{
    return named(c, ASSAY_NAMED_LEAK) ? named_leak_auc : leak_auc;
}

static enum assay_status leave_leak(const struct judged *c, double auc)
{
    return auc > leak_auc
               ? assay_draft_leave(c->draft, c->column, ASSAY_LEFT_LEAK, c->err,
                                   "alone it has an AUC of %.3f: too good to have been known "
                                   "beforehand", auc)
               : assay_draft_leave(c->draft, c->column, ASSAY_LEFT_LEAK, c->err,
                                   "by its name it may be recorded after the event, and alone it "
                                   "has an AUC of %.3f", auc);
}

static enum assay_status leave_separating(const struct judged *c, const struct assay_border *border)
{
    char at[ASSAY_NUMBER_SIZE], but[64] = "";
    if (isnan(border->at))
        return assay_draft_leave(c->draft, c->column, ASSAY_LEFT_SEPARATES, c->err,
                                 "every row with a value has the same outcome");
    assay_number_print(border->at, at);
    if (border->n_row > 0)
        snprintf(but, sizeof but, "but for %zu row%s, ", border->n_row,
                 border->n_row == 1 ? "" : "s");
    return assay_draft_leave(c->draft, c->column, ASSAY_LEFT_SEPARATES, c->err,
                             "%sthe rows with the event lie on one side of %s and all others on the "
                             "other, so that its weight %s", but, at,
                             border->n_row == 0 ? "is not finite" : "may not be finite");
}

/* Leaves the column out when the fit might not find a finite weight for it, on its own and with a fold
 * held out. */
static enum assay_status check_weight(const struct judged *c, bool *left)
{
    const struct assay_draft *draft = c->draft;
    struct assay_border border;
    if (c->facts->kind == ASSAY_KIND_NUMBER && c->facts->n_level > 2) {
        enum assay_status status =
            assay_border_find(c->value, draft->events, draft->n_used, &border, c->err);
        *left = status == ASSAY_OK && border.n_row < ASSAY_BORDER_ROWS;
        return *left ? leave_separating(c, &border) : status;
    }
    *left = !assay_is_weighable(c->value, draft->events, draft->n_used);
    if (!*left)
        return ASSAY_OK;
    return assay_draft_leave(c->draft, c->column, ASSAY_LEFT_UNWEIGHABLE, c->err,
                             "fewer than two of its values have %d rows with the event and %d "
                             "without, so that its weight may not be finite",
                             ASSAY_WEIGHABLE_ROWS, ASSAY_WEIGHABLE_ROWS);
}

/* A leak, unweighable, or a candidate. Takes the signal's points over; values are in c->value. */
static enum assay_status judge_signal(const struct judged *c, struct assay_draft_signal *signal)
{
    double auc = fmax(signal->evidence.auc, 1 - signal->evidence.auc);
    enum assay_status status;
    bool left = auc > leak_limit(c);
    if (left) {
        drop_roles(c->draft, c->column);
        status = leave_leak(c, auc);
    } else {
        status = check_weight(c, &left);
    }
    if (status == ASSAY_OK && !left)
        return add_signal(c, signal);
    free(signal->points);
    return status;
}

/* The tenure of the cohort is a signal of its own where it is predictive, and is then measured
 * against a fixed range: within its own band it would say nothing. */
static enum assay_status judge_number(const struct judged *c)
{
    struct assay_draft *draft = c->draft;
    const struct assay_column_profile *p = c->facts;
    struct assay_draft_signal signal = {.column = c->column, .method = ASSAY_PERCENTILE};
    bool is_tenure = c->column == draft->tenure;
    if (p->n_level <= 2) {
        signal.method = ASSAY_RANGE;
        signal.low = p->min;
        signal.high = p->max;
    } else if (is_tenure && p->percentile_99 > p->percentile_1) {
        signal.method = ASSAY_RANGE;
        signal.low = p->percentile_1;
        signal.high = p->percentile_99;
    }
    enum assay_status status = assay_draft_values(draft, &signal, c->value, c->err);
    if (status == ASSAY_OK)
        status = assay_evidence_measure(c->value, draft->events, draft->n_used, &signal.evidence,
                                        c->err);
    if (status != ASSAY_OK)
        return status;
    set_direction(c, &signal);
    if (is_tenure && fabs(signal.evidence.z) <= clear_z)
        return ASSAY_OK;
    return judge_signal(c, &signal);
}

/* Points are health: where "yes" is the worse, "no" has the 100. */
static void turn_points(struct assay_draft_signal *signal)
{
    if (signal->better == ASSAY_HIGHER)
        return;
    for (size_t k = 0; k < signal->n_point; k++)
        signal->points[k] = 100 - signal->points[k];
    signal->evidence.auc = 1 - signal->evidence.auc;
    signal->evidence.z = -signal->evidence.z;
    signal->better = ASSAY_HIGHER;
}

/* yes/no and the like: a table of its spellings. */
static enum assay_status judge_words(const struct judged *c)
{
    struct assay_draft *draft = c->draft;
    const struct assay_dictionary *words = draft->profile->table.columns[c->column].dictionary;
    struct assay_draft_signal signal = {.column = c->column, .method = ASSAY_STEPS};
    signal.n_point = assay_dictionary_count(words);
    signal.points = assay_alloc(signal.n_point, sizeof *signal.points);
    if (signal.points == NULL)
        return assay_fail_memory(c->err, "drafting a spec");
    for (size_t k = 0; k < signal.n_point; k++)
        signal.points[k] = 100 * assay_flag_of(assay_dictionary_text(words, (int32_t)k));
    enum assay_status status = assay_draft_values(draft, &signal, c->value, c->err);
    if (status == ASSAY_OK)
        status = assay_evidence_measure(c->value, draft->events, draft->n_used, &signal.evidence,
                                        c->err);
    if (status != ASSAY_OK) {
        free(signal.points);
        return status;
    }
    set_direction(c, &signal);
    turn_points(&signal);
    return judge_signal(c, &signal);
}

/* ---- categories ---- */

static void count_categories(const struct judged *c, size_t counts[], size_t events[])
{
    const struct assay_draft *draft = c->draft;
    const int32_t *codes = draft->profile->table.columns[c->column].codes;
    for (size_t i = 0; i < draft->n_used; i++) {
        int32_t code = codes[draft->rows[i]];
        if (code == ASSAY_NO_CODE)
            continue;
        counts[code]++;
        events[code] += draft->events[i];
    }
}

static enum assay_status add_segment(const struct judged *c)
{
    struct assay_draft *draft = c->draft;
    if (draft->n_segment == MAX_SEGMENTS)
        return leave(c, ASSAY_LEFT_TEXT);
    if (!assay_grow(&draft->segments, &draft->segment_capacity, draft->n_segment + 1,
                    sizeof *draft->segments))
        return assay_fail_memory(c->err, "drafting a spec");
    draft->segments[draft->n_segment++] = c->column;
    return ASSAY_OK;
}

/* Text of few values: a signal where rates differ clearly, else a segment. The plan of the cohort is
 * never a segment, and may have more values: within each plan, normalised signals cannot show that
 * plans differ. */
static enum assay_status judge_categories(const struct judged *c)
{
    struct assay_draft *draft = c->draft;
    size_t counts[MAX_CATEGORIES] = {0}, events[MAX_CATEGORIES] = {0};
    bool is_plan = c->column == draft->plan;
    struct assay_draft_signal signal = {
        .column = c->column, .method = ASSAY_STEPS, .points_from_data = true,
        .better = ASSAY_HIGHER, .direction = ASSAY_BY_DATA, .n_point = c->facts->n_distinct};
    count_categories(c, counts, events);
    signal.points = assay_alloc(signal.n_point, sizeof *signal.points);
    if (signal.points == NULL)
        return assay_fail_memory(c->err, "drafting a spec");
    assay_points_from_rates(counts, events, signal.n_point, signal.points);
    enum assay_status status = assay_draft_values(draft, &signal, c->value, c->err);
    if (status == ASSAY_OK)
        status = assay_evidence_measure(c->value, draft->events, draft->n_used, &signal.evidence,
                                        c->err);
    if (status != ASSAY_OK) {
        free(signal.points);
        return status;
    }
    bool leaks = signal.evidence.auc < 1 - leak_auc;
    bool differs = assay_rates_p_value(counts, events, signal.n_point) < clear_p_value &&
                   assay_is_weighable(c->value, draft->events, draft->n_used);
    bool few = is_plan || (signal.n_point <= MAX_STEP_CATEGORIES && !named(c, ASSAY_NAMED_SEGMENT));
    if (leaks || (differs && few))
        return judge_signal(c, &signal);
    free(signal.points);
    return is_plan ? ASSAY_OK : add_segment(c);
}

/* ---- what is not a signal ---- */

/* Nearly all numbers, or nearly all dates: worth mending, so that the first odd value is shown. */
static enum assay_status leave_mixed(const struct judged *c, bool dates, size_t n_odd, size_t n_mark)
{
    const struct assay_dictionary *texts = c->draft->profile->table.columns[c->column].dictionary;
    const char *odd = "";
    for (int32_t k = 0; *odd == '\0' && (size_t)k < assay_dictionary_count(texts); k++) {
        const char *text = assay_dictionary_text(texts, k);
        double number;
        int32_t day;
        if (dates ? !assay_date_parse(text, strlen(text), &day)
                  : !assay_number_parse(text, strlen(text), &number))
            odd = text;
    }
    char shown[ASSAY_QUOTE_SIZE];
    return assay_draft_leave(c->draft, c->column, ASSAY_LEFT_MIXED, c->err,
                             "%zu of its values %s not %s, such as \"%s\"; %s %s to use it", n_odd,
                             n_odd == 1 ? "is" : "are", dates ? "a date" : "a number",
                             assay_quote_value(odd, strlen(odd), shown),
                             n_odd == n_mark ? "empty" : "mend or empty",
                             n_odd == 1 ? "that cell" : "those cells");
}

/* Written as the reader does not take it: what to write instead, and what else is in the way. */
static enum assay_status leave_format(const struct judged *c, const struct assay_format *format,
                                      bool dates, size_t n_odd)
{
    const char *text = dates ? format->date : format->number;
    char shown[ASSAY_QUOTE_SIZE], mark[ASSAY_QUOTE_SIZE], more[ASSAY_QUOTE_SIZE + 64] = "";
    if (n_odd > 0 && n_odd == format->n_mark)
        snprintf(more, sizeof more, ", and empty the %zu cell%s such as \"%s\",", n_odd,
                 n_odd == 1 ? "" : "s", assay_quote_value(format->mark, strlen(format->mark), mark));
    else if (n_odd > 0)
        snprintf(more, sizeof more, ", and mend %zu other%s,", n_odd, n_odd == 1 ? "" : "s");
    return assay_draft_leave(c->draft, c->column, ASSAY_LEFT_FORMAT, c->err,
                             "%s written as \"%s\"; write %s%s to use it",
                             dates ? "dates" : "numbers",
                             assay_quote_value(text, strlen(text), shown),
                             dates ? format->plain_date : format->plain_number, more);
}

/* Most of its values are numbers, or dates, in one way of writing or another. */
static enum assay_status leave_unreadable(const struct judged *c, const struct assay_format *format,
                                          bool dates)
{
    size_t n_plain = dates ? format->n_date : format->n_number;
    size_t n_other = dates ? format->n_odd_date : format->n_odd_number;
    size_t n_odd = c->facts->n_row - c->facts->n_missing - n_plain - n_other;
    return n_other > 0 ? leave_format(c, format, dates, n_odd)
                       : leave_mixed(c, dates, n_odd, format->n_mark);
}

static enum assay_status leave_date(const struct judged *c)
{
    const struct assay_draft *draft = c->draft;
    const struct assay_profile *profile = draft->profile;
    if (draft->as_of == ASSAY_NO_PROFILE)
        return leave(c, ASSAY_LEFT_DATE);
    size_t n = profile->table.n_row, n_later = 0;
    int32_t *day = assay_alloc(n, sizeof *day), *as_of = assay_alloc(n, sizeof *as_of);
    enum assay_status status = ASSAY_OK;
    if (day == NULL || as_of == NULL)
        status = assay_fail_memory(c->err, "comparing dates");
    if (status == ASSAY_OK)
        status = assay_profile_dates(profile, c->column, day, c->err);
    if (status == ASSAY_OK)
        status = assay_profile_dates(profile, draft->as_of, as_of, c->err);
    for (size_t i = 0; status == ASSAY_OK && i < n; i++)
        n_later += day[i] != ASSAY_NO_DATE && day[i] > as_of[i];
    free(day);
    free(as_of);
    if (status != ASSAY_OK)
        return status;
    if (n_later == 0)
        return leave(c, ASSAY_LEFT_DATE);
    struct assay_shown_name shown;
    return assay_draft_leave(c->draft, c->column, ASSAY_LEFT_LEAK, c->err,
                             "later than %s in %zu of %zu rows: recorded after the snapshot, or "
                             "planned ahead", assay_draft_shown(draft, draft->as_of, &shown),
                             n_later, n - c->facts->n_missing);
}

/* 0, 1, 2, ... or 1, 2, 3, ... down the file. */
static bool counts_rows(const struct judged *c)
{
    enum { ENOUGH = 50 }; /* shorter runs come about by chance, and as months */
    const struct assay_column_profile *p = c->facts;
    const struct assay_dictionary *texts = c->draft->profile->table.columns[c->column].dictionary;
    if (p->n_row < ENOUGH || p->n_level != p->n_row || !p->whole ||
        p->max - p->min != (double)(p->n_row - 1) || (p->min != 0 && p->min != 1))
        return false;
    const char *first = assay_dictionary_text(texts, 0);
    return strcmp(first, p->min == 0 ? "0" : "1") == 0;
}

/* Whether being there or not gives the outcome away; NUMBER or not. */
static enum assay_status presence_leaks(const struct judged *c, bool *leaks)
{
    const struct assay_draft *draft = c->draft;
    const int32_t *codes = draft->profile->table.columns[c->column].codes;
    struct assay_evidence evidence;
    for (size_t i = 0; i < draft->n_used; i++)
        c->value[i] = codes[draft->rows[i]] == ASSAY_NO_CODE ? NAN : 0;
    enum assay_status status =
        assay_evidence_measure(c->value, draft->events, draft->n_used, &evidence, c->err);
    *leaks = status == ASSAY_OK && evidence.presence_auc > leak_limit(c);
    if (*leaks)
        status = assay_draft_leave(c->draft, c->column, ASSAY_LEFT_LEAK, c->err,
                                   "whether it is empty alone has an AUC of %.3f: it is filled in "
                                   "with the outcome", evidence.presence_auc);
    return status;
}

/* What a name settles. */
static bool left_by_name(const struct judged *c, enum assay_left_reason *reason)
{
    bool number = c->facts->kind == ASSAY_KIND_NUMBER, text = c->facts->kind == ASSAY_KIND_TEXT;
    if (named(c, ASSAY_NAMED_INTERVENTION))
        *reason = ASSAY_LEFT_INTERVENTION;
    else if (text && named(c, ASSAY_NAMED_OWNER))
        *reason = ASSAY_LEFT_OWNER;
    else if (named(c, ASSAY_NAMED_ROW) ||
             (number && (named(c, ASSAY_NAMED_KEY) || counts_rows(c))))
        *reason = ASSAY_LEFT_KEY;
    else
        return false;
    return true;
}

static enum assay_status judge_text(const struct judged *c)
{
    const struct assay_column_profile *p = c->facts;
    size_t n_present = p->n_row - p->n_missing;
    struct assay_format format;
    if (c->column == c->draft->plan)
        return judge_categories(c);
    enum assay_status status = assay_format_examine(
        &c->draft->profile->table.columns[c->column], p->n_row, &format, c->err);
    if (status != ASSAY_OK)
        return status;
    if (2 * (format.n_number + format.n_odd_number) > n_present - format.n_mark)
        return leave_unreadable(c, &format, false);
    if (2 * (format.n_date + format.n_odd_date) > n_present - format.n_mark)
        return leave_unreadable(c, &format, true);
    if (p->n_distinct > MAX_CATEGORIES || p->n_distinct == n_present)
        return leave(c, ASSAY_LEFT_TEXT);
    return judge_categories(c);
}

static enum assay_status judge_values(const struct judged *c)
{
    const struct assay_column_profile *p = c->facts;
    if (p->kind == ASSAY_KIND_DATE)
        return leave_date(c);
    if (p->n_distinct == 1 || (p->kind == ASSAY_KIND_NUMBER && p->n_level == 1))
        return leave(c, ASSAY_LEFT_CONSTANT);
    if (p->kind == ASSAY_KIND_NUMBER)
        return judge_number(c);
    if (p->kind == ASSAY_KIND_FLAG)
        return judge_words(c);
    return judge_text(c);
}

static enum assay_status judge_column(const struct judged *c)
{
    const struct assay_draft *draft = c->draft;
    enum assay_left_reason reason;
    bool leaks = false;
    if (c->column == draft->plan || c->column == draft->tenure)
        return judge_values(c);
    if (c->facts->kind == ASSAY_KIND_EMPTY)
        return leave(c, ASSAY_LEFT_EMPTY);
    bool words = c->facts->kind == ASSAY_KIND_TEXT || c->facts->kind == ASSAY_KIND_DATE;
    if (words && named(c, ASSAY_NAMED_LEAK))
        return assay_draft_leave(c->draft, c->column, ASSAY_LEFT_LEAK, c->err,
                                 "by its name it is known only once the account has left");
    if (left_by_name(c, &reason))
        return leave(c, reason);
    enum assay_status status = presence_leaks(c, &leaks);
    return status != ASSAY_OK || leaks ? status : judge_values(c);
}

enum assay_status assay_draft_columns(struct assay_draft *draft, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    struct judged c = {.draft = draft, .err = err};
    c.value = assay_alloc(draft->n_used, sizeof *c.value);
    if (c.value == NULL)
        return assay_fail_memory(err, "judging columns");
    for (size_t k = 0; status == ASSAY_OK && k < draft->profile->table.n_column; k++) {
        if (k == draft->outcome || k == draft->id || k == draft->as_of || k == draft->value)
            continue;
        c.column = k;
        c.facts = &draft->profile->columns[k];
        assay_draft_words(draft, k, c.words);
        status = judge_column(&c);
    }
    free(c.value);
    return status;
}
