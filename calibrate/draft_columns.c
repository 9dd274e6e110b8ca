#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/draft_parts.h"
#include "core/base/memory.h"
#include "core/base/number.h"

enum {
    MAX_CATEGORIES = 20,      /* of a segment; more is free text */
    MAX_STEP_CATEGORIES = 6,  /* of a signal made of categories */
    MAX_SEGMENTS = 10,
};
static const double leak_auc = 0.95;
static const double clear_p_value = 0.001;  /* rates of categories differ */
static const double clear_z = 2;            /* the data say which way */
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
    if (fabs(signal->evidence.z) <= clear_z)
        return;
    signal->direction = ASSAY_BY_DATA;
    signal->better = signal->evidence.auc > 0.5 ? ASSAY_LOWER : ASSAY_HIGHER;
    signal->against_name = says && signal->better != by_name;
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

/* A leak, unweighable, or a candidate. Takes the signal's points over; values are in c->value. */
static enum assay_status judge_signal(const struct judged *c, struct assay_draft_signal *signal)
{
    const struct assay_draft *draft = c->draft;
    double auc = fmax(signal->evidence.auc, 1 - signal->evidence.auc);
    enum assay_status status;
    if (auc > leak_auc)
        drop_roles(c->draft, c->column);
    if (auc > leak_auc)
        status = assay_draft_leave(c->draft, c->column, ASSAY_LEFT_LEAK, c->err,
                                   "alone it has an AUC of %.3f: too good to have been known "
                                   "beforehand", auc);
    else if (!assay_is_weighable(c->value, draft->events, draft->n_used))
        status = assay_draft_leave(c->draft, c->column, ASSAY_LEFT_UNWEIGHABLE, c->err,
                                   "fewer than two of its values have %d rows with the event and "
                                   "%d without, so that its weight may not be finite",
                                   ASSAY_WEIGHABLE_ROWS, ASSAY_WEIGHABLE_ROWS);
    else
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
static enum assay_status leave_mixed(const struct judged *c, bool dates)
{
    const struct assay_dictionary *texts = c->draft->profile->table.columns[c->column].dictionary;
    const struct assay_column_profile *p = c->facts;
    size_t n_odd = p->n_row - p->n_missing - (dates ? p->n_date : p->n_number);
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
                             "%zu of its values %s not %s, such as \"%s\"", n_odd,
                             n_odd == 1 ? "is" : "are", dates ? "a date" : "a number",
                             assay_quote_value(odd, strlen(odd), shown));
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
    *leaks = status == ASSAY_OK && evidence.presence_auc > leak_auc;
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

static enum assay_status judge_values(const struct judged *c)
{
    const struct assay_column_profile *p = c->facts;
    size_t n_present = p->n_row - p->n_missing;
    if (p->kind == ASSAY_KIND_DATE)
        return leave_date(c);
    if (p->n_distinct == 1 || (p->kind == ASSAY_KIND_NUMBER && p->n_level == 1))
        return leave(c, ASSAY_LEFT_CONSTANT);
    if (p->kind == ASSAY_KIND_NUMBER)
        return judge_number(c);
    if (p->kind == ASSAY_KIND_FLAG)
        return judge_words(c);
    if (2 * p->n_number > n_present)
        return leave_mixed(c, false);
    if (2 * p->n_date > n_present)
        return leave_mixed(c, true);
    if (p->n_distinct > MAX_CATEGORIES || p->n_distinct == n_present)
        return leave(c, ASSAY_LEFT_TEXT);
    return judge_categories(c);
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
    if (named(c, ASSAY_NAMED_LEAK))
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
