#include "validate/subject.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/spec/audit_spec.h"
#include "core/spec/release_spec.h"

static enum assay_status set(char **target, const char *text, struct assay_error *err)
{
    if (text == NULL)
        return ASSAY_OK;
    *target = assay_copy_string(text);
    return *target != NULL ? ASSAY_OK : assay_fail_memory(err, "preparing the audit");
}

/* "a,b" as two columns. */
static enum assay_status set_segments(struct assay_spec *spec, const char *list,
                                      struct assay_error *err)
{
    size_t capacity = 0;
    for (const char *at = list; at != NULL && *at != '\0';) {
        size_t length = strcspn(at, ",");
        char *name = assay_copy_text(at, length);
        if (name == NULL ||
            !assay_grow(&spec->segments, &capacity, spec->n_segment + 1, sizeof *spec->segments)) {
            free(name);
            return assay_fail_memory(err, "preparing the audit");
        }
        spec->segments[spec->n_segment++] = name;
        at += length + (at[length] == ',');
    }
    return ASSAY_OK;
}

/* A score column is a spec with one signal that takes the values as they are. */
static enum assay_status describe_column(const struct assay_subject_options *options,
                                         struct assay_spec *spec, struct assay_error *err)
{
    const char *column =
        options->score_column != NULL ? options->score_column : options->probability_column;
    *spec = (struct assay_spec){.target_sensitivity = 0.75,
                                .target_specificity = 0.70,
                                .audit = assay_audit_spec_default(),
                                .release = assay_release_spec_default(),
                                .signals = assay_alloc(1, sizeof *spec->signals)};
    if (spec->signals == NULL)
        return assay_fail_memory(err, "preparing the audit");
    spec->n_signal = 1;
    spec->signals[0].normalise.method = ASSAY_NONE;
    spec->signals[0].missing = ASSAY_DROP;
    enum assay_status status = set(&spec->signals[0].name, column, err);
    if (status == ASSAY_OK)
        status = set(&spec->signals[0].column, column, err);
    if (status == ASSAY_OK)
        status = set(&spec->outcome.column, options->outcome, err);
    if (status == ASSAY_OK)
        status = set(&spec->id, options->id, err);
    if (status == ASSAY_OK)
        status = set(&spec->value, options->value, err);
    if (status == ASSAY_OK)
        status = set(&spec->as_of, options->as_of, err);
    return status == ASSAY_OK ? set_segments(spec, options->segments, err) : status;
}

/* A model knows until when events were seen at its calibration; an audit has later ones. */
static enum assay_status read_model(const struct assay_subject_options *options,
                                    struct assay_model *model, struct assay_error *err)
{
    enum assay_status status = assay_model_read(options->model, model, err);
    if (status != ASSAY_OK || options->observed_until == ASSAY_NO_DATE)
        return status;
    if (model->spec.outcome.date == NULL)
        return assay_fail(err, ASSAY_EDATA, "%s: its outcome is the 0/1 column \"%s\"; expected no "
                          "--observed-until, which goes with the date of an event",
                          options->model, model->spec.outcome.column);
    model->spec.outcome.observed_until = options->observed_until;
    return ASSAY_OK;
}

/* Probabilities compare only between models of the same event. */
static enum assay_status read_champion(const char *path, const struct assay_model *model,
                                       struct assay_model *champion, struct assay_error *err)
{
    const struct assay_outcome_spec *mine = &model->spec.outcome, *other = &champion->spec.outcome;
    enum assay_status status = assay_model_read(path, champion, err);
    if (status != ASSAY_OK)
        return status;
    if ((mine->date == NULL) != (other->date == NULL))
        return assay_fail(err, ASSAY_EDATA, "%s: the champion's outcome is %s, the model's %s; expected "
                          "the same kind", path, other->date != NULL ? "dated" : "a 0/1 column",
                          mine->date != NULL ? "dated" : "a 0/1 column");
    if (mine->date != NULL && mine->horizon_days != other->horizon_days)
        return assay_fail(err, ASSAY_EDATA, "%s: the champion predicts an event within %d days, the model "
                          "one within %d; expected the same", path, other->horizon_days,
                          mine->horizon_days);
    return ASSAY_OK;
}

/* The rules file takes the place of all that the spec asks of audits. */
static enum assay_status read_rules(const char *path, struct assay_subject *subject,
                                    struct assay_error *err)
{
    struct assay_audit_spec rules = assay_audit_spec_default();
    double sensitivity = NAN, specificity = NAN;
    enum assay_status status = assay_audit_spec_read(path, &rules, &sensitivity, &specificity,
                                                     subject->rules_sha256, err);
    if (status != ASSAY_OK)
        return status;
    assay_audit_spec_clear(&subject->spec->audit);
    subject->spec->audit = rules;
    if (!isnan(sensitivity))
        subject->spec->target_sensitivity = sensitivity;
    if (!isnan(specificity))
        subject->spec->target_specificity = specificity;
    return ASSAY_OK;
}

enum assay_status assay_subject_read(const struct assay_subject_options *options,
                                     struct assay_subject *subject, struct assay_error *err)
{
    enum assay_status status;
    if (options->model != NULL)
        status = read_model(options, &subject->model, err);
    else
        status = describe_column(options, &subject->column_spec, err);
    if (status != ASSAY_OK)
        return status;
    subject->spec = options->model != NULL ? &subject->model.spec : &subject->column_spec;
    if (options->champion != NULL)
        status = read_champion(options->champion, &subject->model, &subject->champion, err);
    if (status == ASSAY_OK && options->rules != NULL)
        status = read_rules(options->rules, subject, err);
    subject->target_sensitivity = isnan(options->target_sensitivity)
                                      ? subject->spec->target_sensitivity
                                      : options->target_sensitivity;
    subject->target_specificity = isnan(options->target_specificity)
                                      ? subject->spec->target_specificity
                                      : options->target_specificity;
    return status;
}

void assay_subject_clear(struct assay_subject *subject)
{
    assay_model_clear(&subject->model);
    assay_model_clear(&subject->champion);
    assay_spec_clear(&subject->column_spec);
    *subject = (struct assay_subject){0};
}
