#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/init/draft_parts.h"
#include "core/base/memory.h"

enum { MIN_PLANS = 2, MAX_PLANS = 12 };

static const struct assay_column_profile *facts(const struct assay_draft *draft, size_t column)
{
    return &draft->profile->columns[column];
}

/* ---- what may play a role ---- */

/* By its name. A few empty cells are for people to fill in. */
static bool can_be_id(const struct assay_column_profile *p)
{
    return 2 * p->n_missing < p->n_row && p->n_distinct > 1;
}

/* By its values alone. */
static bool looks_like_id(const struct assay_column_profile *p)
{
    return p->kind == ASSAY_KIND_TEXT && 20 * p->n_missing <= p->n_row && p->n_distinct > 1;
}

static bool can_be_as_of(const struct assay_column_profile *p)
{
    return p->kind == ASSAY_KIND_DATE && p->n_missing == 0;
}

static bool can_be_value(const struct assay_column_profile *p)
{
    return p->kind == ASSAY_KIND_NUMBER && p->n_level > 2;
}

static bool can_be_plan(const struct assay_column_profile *p)
{
    return p->kind == ASSAY_KIND_TEXT && p->n_distinct >= MIN_PLANS && p->n_distinct <= MAX_PLANS &&
           p->n_distinct < p->n_row;
}

static bool can_be_tenure(const struct assay_column_profile *p)
{
    return p->kind == ASSAY_KIND_NUMBER && p->n_level > 3;
}

static bool has_role(const struct assay_draft *draft, size_t column)
{
    return column == draft->outcome || column == draft->as_of || column == draft->id ||
           column == draft->value || column == draft->plan || column == draft->tenure;
}

/* The column whose name fits the role best, earlier ones first. */
static size_t find_named(const struct assay_draft *draft, enum assay_name_role role,
                         bool (*can)(const struct assay_column_profile *))
{
    size_t best = ASSAY_NOT_NAMED, found = ASSAY_NO_PROFILE;
    char words[ASSAY_NAME_WORDS_SIZE];
    for (size_t c = 0; c < draft->profile->table.n_column; c++) {
        if (has_role(draft, c) || !can(facts(draft, c)))
            continue;
        assay_draft_words(draft, c, words);
        size_t rank = assay_name_rank(words, role);
        if (rank < best && assay_name_rank(words, ASSAY_NAMED_LEAK) == ASSAY_NOT_NAMED) {
            best = rank;
            found = c;
        }
    }
    return found;
}

/* ---- as_of ---- */

static enum assay_status fail_as_of(const struct assay_draft *draft, size_t column,
                                    struct assay_error *err)
{
    const struct assay_table *table = &draft->profile->table;
    const struct assay_column *c = &table->columns[column];
    struct assay_shown_name name;
    char shown[ASSAY_QUOTE_SIZE];
    for (size_t i = 0; i < table->n_row; i++) {
        int32_t day;
        const char *text = c->codes[i] == ASSAY_NO_CODE
                               ? ""
                               : assay_dictionary_text(c->dictionary, c->codes[i]);
        if (!assay_date_parse(text, strlen(text), &day))
            return assay_fail(err, ASSAY_EDATA,
                              "%s:%zu:%zu: as_of \"%s\" is \"%s\"; expected a date as 2026-06-30",
                              draft->profile->source, assay_table_line(table, i), facts(draft, column)->field,
                              assay_draft_shown(draft, column, &name),
                              assay_quote_value(text, strlen(text), shown));
    }
    return ASSAY_OK;
}

static enum assay_status find_as_of(const struct assay_draft_options *options,
                                    struct assay_draft *draft, struct assay_error *err)
{
    if (options->as_of == NULL) {
        draft->as_of = find_named(draft, ASSAY_NAMED_AS_OF, can_be_as_of);
        return ASSAY_OK;
    }
    draft->as_of = assay_profile_find(draft->profile, options->as_of);
    return can_be_as_of(facts(draft, draft->as_of)) ? ASSAY_OK
                                                    : fail_as_of(draft, draft->as_of, err);
}

/* ---- id ---- */

static int by_key(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* Rows whose value of `column` (on the same as_of, where there is one) an earlier row has; rows
 * without a value repeat nothing. */
static enum assay_status count_repeats(const struct assay_draft *draft, size_t column,
                                       size_t *n_repeat, struct assay_error *err)
{
    const struct assay_table *table = &draft->profile->table;
    const int32_t *as_of =
        draft->as_of != ASSAY_NO_PROFILE ? table->columns[draft->as_of].codes : NULL;
    uint64_t *key = assay_alloc(table->n_row, sizeof *key);
    if (key == NULL)
        return assay_fail_memory(err, "looking for the id");
    size_t n = 0;
    for (size_t i = 0; i < table->n_row; i++)
        if (table->columns[column].codes[i] != ASSAY_NO_CODE)
            key[n++] = (uint64_t)(uint32_t)table->columns[column].codes[i] << 32 |
                       (as_of != NULL ? (uint32_t)as_of[i] : 0);
    qsort(key, n, sizeof *key, by_key);
    *n_repeat = 0;
    for (size_t i = 1; i < n; i++)
        *n_repeat += key[i] == key[i - 1];
    free(key);
    return ASSAY_OK;
}

/* Text that tells every row (of the same date) from every other. */
static enum assay_status find_id_by_values(struct assay_draft *draft, struct assay_error *err)
{
    const struct assay_table *table = &draft->profile->table;
    size_t n_date =
        draft->as_of != ASSAY_NO_PROFILE ? facts(draft, draft->as_of)->n_distinct : 1;
    for (size_t c = 0; c < table->n_column && draft->id == ASSAY_NO_PROFILE; c++) {
        const struct assay_column_profile *p = facts(draft, c);
        if (has_role(draft, c) || !looks_like_id(p) ||
            p->n_distinct < (table->n_row - p->n_missing) / n_date)
            continue;
        size_t n_repeat;
        enum assay_status status = count_repeats(draft, c, &n_repeat, err);
        if (status != ASSAY_OK)
            return status;
        if (n_repeat == 0) {
            draft->id = c;
            draft->id_by_values = true;
        }
    }
    return ASSAY_OK;
}

static enum assay_status find_id(const struct assay_draft_options *options,
                                 struct assay_draft *draft, struct assay_error *err)
{
    const char *source = draft->profile->source;
    struct assay_shown_name name;
    enum assay_status status = ASSAY_OK;
    if (options->id != NULL) {
        draft->id = assay_profile_find(draft->profile, options->id);
        draft->id_given = true;
        if (facts(draft, draft->id)->kind == ASSAY_KIND_EMPTY)
            return assay_fail(err, ASSAY_EDATA,
                              "%s: id \"%s\" is empty in every row; expected the account", source,
                              assay_draft_shown(draft, draft->id, &name));
    } else {
        draft->id = find_named(draft, ASSAY_NAMED_ID, can_be_id);
        if (draft->id == ASSAY_NO_PROFILE)
            status = find_id_by_values(draft, err);
    }
    if (status != ASSAY_OK)
        return status;
    if (draft->id == ASSAY_NO_PROFILE) {
        assay_fail(err, ASSAY_EDATA, "%s: no column looks like the account's id; expected a name "
                                     "such as account_id, or text that no two rows share", source);
        assay_hint(err, "Name the column with --id=COLUMN.");
        return ASSAY_EDATA;
    }
    draft->n_without_id = facts(draft, draft->id)->n_missing;
    return count_repeats(draft, draft->id, &draft->n_repeated, err);
}

/* ---- bands ---- */

double assay_draft_band(double value, char unit)
{
    double step = 1;
    if (unit == 'm')
        step = value <= 12 ? 3 : 6;
    else if (unit == 'w')
        step = 13;
    else if (unit == 'd')
        step = 30;
    else if (unit == '\0' && value >= 10)
        step = 5 * pow(10, floor(log10(value)) - 1);
    return fmax(step, step * round(value / step));
}

/* Quartiles, rounded; edges that no value lies below, or on or above, part nothing. */
static void set_bands(struct assay_draft *draft)
{
    const struct assay_column_profile *p = facts(draft, draft->tenure);
    const double quartiles[] = {p->quartile_1, p->median, p->quartile_3};
    char words[ASSAY_NAME_WORDS_SIZE];
    char unit = assay_name_unit(assay_draft_words(draft, draft->tenure, words));
    for (size_t k = 0; k < 3; k++) {
        double edge = assay_draft_band(quartiles[k], unit);
        double last = draft->n_band > 0 ? draft->bands[draft->n_band - 1] : p->min;
        if (edge > last && edge <= p->max)
            draft->bands[draft->n_band++] = edge;
    }
}

enum assay_status assay_draft_roles(const struct assay_draft_options *options,
                                    struct assay_draft *draft, struct assay_error *err)
{
    draft->as_of = draft->id = draft->value = draft->plan = draft->tenure = ASSAY_NO_PROFILE;
    draft->outcome = assay_profile_find(draft->profile, options->outcome);
    enum assay_status status = find_as_of(options, draft, err);
    if (status == ASSAY_OK)
        status = find_id(options, draft, err);
    if (status != ASSAY_OK)
        return status;
    draft->value = find_named(draft, ASSAY_NAMED_VALUE, can_be_value);
    draft->plan = find_named(draft, ASSAY_NAMED_PLAN, can_be_plan);
    draft->tenure = find_named(draft, ASSAY_NAMED_TENURE, can_be_tenure);
    if (draft->tenure != ASSAY_NO_PROFILE)
        set_bands(draft);
    if (draft->n_band == 0)
        draft->tenure = ASSAY_NO_PROFILE;
    return ASSAY_OK;
}
