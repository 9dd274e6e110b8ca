#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/number.h"
#include "release/version/change_parts.h"

#define PATCH ASSAY_LEVEL_PATCH

/* ---- the headlines ---- */

static void describe_rows(struct assay_text *text, const struct assay_model *model)
{
    char rows[ASSAY_GROUPED_SIZE], events[ASSAY_GROUPED_SIZE];
    if (assay_model_is_nominal(model)) {
        assay_text_puts(text, "no snapshots: an imported scorecard");
        return;
    }
    assay_text_printf(text, "%s snapshots (%s with the event)",
                      assay_number_group((double)model->fit.rows, rows),
                      assay_number_group((double)model->fit.events, events));
}

static void describe_dates(struct assay_text *text, const struct assay_model *model)
{
    char from[ASSAY_DATE_SIZE], to[ASSAY_DATE_SIZE];
    if (model->training.from != ASSAY_NO_DATE && model->training.to != ASSAY_NO_DATE)
        assay_text_printf(text, "%s to %s", assay_date_print(model->training.from, from),
                          assay_date_print(model->training.to, to));
}

static void describe_auc(struct assay_text *text, const struct assay_model_performance *performance)
{
    const struct assay_estimate *auc = &performance->figures[ASSAY_FIG_AUC];
    if (performance->n == 0 || isnan(auc->value))
        return;
    assay_text_printf(text, "%.3f", auc->value);
    if (!isnan(auc->low))
        assay_text_printf(text, " [%.3f, %.3f]", auc->low, auc->high);
}

static void compare_headlines(struct assay_diff *diff)
{
    static const struct {
        size_t performance;
        const char *label;
    } aucs[] = {{ASSAY_CROSS_VALIDATED, "evidence: AUC, cross-validated,"},
                {ASSAY_OUT_OF_TIME, "evidence: AUC, out of time,"}};
    describe_rows(&diff->was, diff->before);
    describe_rows(&diff->is, diff->after);
    assay_diff_described(diff, PATCH, "evidence: calibrated on");
    describe_dates(&diff->was, diff->before);
    describe_dates(&diff->is, diff->after);
    assay_diff_described(diff, PATCH, "evidence: snapshots of");
    for (size_t k = 0; k < sizeof aucs / sizeof aucs[0]; k++) {
        describe_auc(&diff->was, &diff->before->performance[aucs[k].performance]);
        describe_auc(&diff->is, &diff->after->performance[aucs[k].performance]);
        assay_diff_described(diff, PATCH, aucs[k].label);
    }
}

/* ---- the rest, by name ---- */

struct rest {
    struct assay_diff *diff;
    size_t n; /* named so far, in the sentence */
};

static void name_rest(struct rest *rest, const char *name)
{
    assay_text_printf(&rest->diff->sentence, "%s%s",
                      rest->n++ == 0 ? "evidence: other figures in " : ", ", name);
}

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_intervals(const struct assay_model *before, const struct assay_model *after)
{
    for (size_t j = 0; j < after->n_signal; j++) {
        size_t k = assay_signal_partner(after, before, j);
        if (k != ASSAY_NO_PARTNER &&
            (!same_number(before->weight_interval[k].low, after->weight_interval[j].low) ||
             !same_number(before->weight_interval[k].high, after->weight_interval[j].high)))
            return false;
    }
    return true;
}

static bool same_counts(const struct assay_baseline *a, const struct assay_baseline *b)
{
    for (size_t v = 0; v < a->n_node && v < b->n_node; v++)
        if (a->knots[v].rows != b->knots[v].rows || a->knots[v].borrowed != b->knots[v].borrowed)
            return false;
    return true;
}

static bool same_cohort_rows(const struct assay_model *before, const struct assay_model *after)
{
    const struct assay_cohorts *a = &before->cohorts, *b = &after->cohorts;
    for (size_t v = 0; v < a->n_node && v < b->n_node; v++)
        if (a->nodes[v].rows != b->nodes[v].rows)
            return false;
    for (size_t j = 0; j < after->n_signal; j++) {
        size_t k = assay_signal_partner(after, before, j);
        if (k != ASSAY_NO_PARTNER && !same_counts(&before->baselines[k], &after->baselines[j]))
            return false;
    }
    return true;
}

static bool same_choice(const struct assay_model_line *a, const struct assay_model_line *b)
{
    return a->rule == b->rule && a->given == b->given && a->feasible == b->feasible &&
           same_number(a->low, b->low) && same_number(a->high, b->high) &&
           same_number(a->caught, b->caught) && same_number(a->caught_low, b->caught_low) &&
           same_number(a->caught_high, b->caught_high) && same_number(a->cost, b->cost);
}

static bool same_segment_lines(const struct assay_model *before, const struct assay_model *after)
{
    for (size_t k = 0; k < before->n_segment_line && k < after->n_segment_line; k++) {
        const struct assay_model_segment_line *a = &before->segment_lines[k];
        const struct assay_model_segment_line *b = &after->segment_lines[k];
        if (a->rows != b->rows || a->events != b->events || a->common != b->common)
            return false;
    }
    return true;
}

static bool same_segment_models(const struct assay_model *before, const struct assay_model *after)
{
    for (size_t k = 0; k < before->n_segment_model && k < after->n_segment_model; k++) {
        const struct assay_model_segment *a = &before->segment_models[k];
        const struct assay_model_segment *b = &after->segment_models[k];
        if (a->rows != b->rows || a->events != b->events || a->borrowed != b->borrowed)
            return false;
    }
    return before->spec.fit.models_by == NULL || after->spec.fit.models_by == NULL ||
           same_number(before->pooling, after->pooling);
}

/* ---- the files, member by member ---- */

/* The file without what says where it came from: version, parent and date are alike in both. A
 * parent there must be, for without one the account of the changes is not written. What "fit" says
 * again of the declarations is that of one of the two. */
static enum assay_status write_model(const struct assay_model *model,
                                     const struct assay_spec *declared, struct assay_text *text,
                                     struct assay_error *err)
{
    char alike[] = "any";
    struct assay_model same = *model;
    same.spec.fit.method = declared->fit.method;
    same.spec.fit.folds = declared->fit.folds;
    same.spec.seed = declared->seed;
    if (same.spec.n_zone == declared->n_zone)
        same.spec.zones = declared->zones;
    same.version = same.parent_version = same.parent_digest = alike;
    snprintf(same.created, sizeof same.created, "%s", alike);
    return assay_model_write(&same, text, err);
}

/* The member of the outermost object, its key in quotes, with what it holds; *length is 0 where it
 * has none of this name. Members begin a line, two blanks in, and no text has a line end. */
static const char *member_of(const struct assay_text *text, const char *key, size_t *length)
{
    size_t key_length = strlen(key);
    const char *found = NULL;
    for (const char *at = text->data; (at = strstr(at, "\n  \"")) != NULL; at++) {
        if (found != NULL) {
            *length = (size_t)(at - found);
            return found;
        }
        if (strncmp(at + 4, key, key_length) == 0 && at[4 + key_length] == '"')
            found = at;
    }
    *length = 0;
    return "";
}

static bool same_member(const struct assay_text *was, const struct assay_text *is, const char *key)
{
    size_t n_was, n_is;
    const char *a = member_of(was, key, &n_was), *b = member_of(is, key, &n_is);
    return n_was == n_is && memcmp(a, b, n_was) == 0;
}

static void name_members(struct rest *rest, const struct assay_text *was,
                         const struct assay_text *is)
{
    static const struct {
        const char *key, *name;
    } members[] = {{"fit", "the fit"},
                   {"performance", "performance"},
                   {"yardsticks", "the comparison with yardsticks"},
                   {"training_data", "the training data"},
                   {"changes", "the account of what changed at calibration"},
                   {"examples", "the examples"}};
    for (size_t k = 0; k < sizeof members / sizeof members[0]; k++)
        if (!same_member(was, is, members[k].key))
            name_rest(rest, members[k].name);
}

static bool nothing_said(const struct assay_change *change)
{
    return change->n_major + change->n_minor + change->n_patch == 0;
}

/* Up to the line of the digest, which tells the rest again. */
static bool same_file(const struct assay_text *was, const struct assay_text *is)
{
    const char *a = strstr(was->data, "\n  \"digest\":"), *b = strstr(is->data, "\n  \"digest\":");
    return a - was->data == b - is->data &&
           memcmp(was->data, is->data, (size_t)(a - was->data)) == 0;
}

static void compare_files(struct assay_diff *diff, const struct assay_text *was,
                          const struct assay_text *is)
{
    const struct assay_model *before = diff->before, *after = diff->after;
    struct rest rest = {.diff = diff};
    if (!same_intervals(before, after))
        name_rest(&rest, "the weights' intervals");
    if (!same_cohort_rows(before, after))
        name_rest(&rest, "the rows of cohorts");
    if (!same_choice(&before->line, &after->line))
        name_rest(&rest, "the choice of the line");
    if (!same_segment_lines(before, after))
        name_rest(&rest, "the segments' lines");
    if (!same_segment_models(before, after))
        name_rest(&rest, "the segments' weights");
    name_members(&rest, was, is);
    if (rest.n > 0) {
        assay_diff_say(diff, PATCH);
    } else if (nothing_said(diff->change) && !same_file(was, is)) {
        assay_text_puts(&diff->sentence, "evidence: the files are not the same");
        assay_diff_say(diff, PATCH);
    }
}

enum assay_status assay_diff_evidence(struct assay_diff *diff, struct assay_error *err)
{
    struct assay_text was = {0}, is = {0};
    compare_headlines(diff);
    enum assay_status status = write_model(diff->before, &diff->after->spec, &was, err);
    if (status == ASSAY_OK)
        status = write_model(diff->after, &diff->after->spec, &is, err);
    if (status == ASSAY_OK)
        compare_files(diff, &was, &is);
    assay_text_clear(&was);
    assay_text_clear(&is);
    return status;
}
