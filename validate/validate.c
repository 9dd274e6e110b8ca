#include "validate/validate.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/memory.h"
#include "core/base/options.h"
#include "core/model/model.h"
#include "validate/audit.h"
#include "validate/audit_data.h"
#include "validate/audit_write.h"
#include "validate/summary.h"

static const char *const higher_is_names[] = {"health", "risk", NULL};

struct validation {
    const char *model_path, *output;
    const char *score_column, *probability_column, *outcome, *id, *value, *as_of;
    struct assay_intake_options intake_options;
    int32_t observed_until;
    double line, target_sensitivity, target_specificity;
    size_t higher_is;
    bool strict, json;

    struct assay_model model;
    struct assay_spec column_spec; /* in place of a model's, for a score column */
    struct assay_audit_data data;
    struct assay_audit_rules rules;
    struct assay_audit audit;
};

static enum assay_status set(char **target, const char *text, struct assay_error *err)
{
    if (text == NULL)
        return ASSAY_OK;
    *target = assay_copy_string(text);
    return *target != NULL ? ASSAY_OK : assay_fail_memory(err, "preparing the audit");
}

/* A score column is a spec with one signal that takes the values as they are. */
static enum assay_status describe_column(struct validation *v, struct assay_error *err)
{
    struct assay_spec *spec = &v->column_spec;
    const char *column = v->score_column != NULL ? v->score_column : v->probability_column;
    *spec = (struct assay_spec){.target_sensitivity = 0.75,
                                .target_specificity = 0.70,
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
        status = set(&spec->outcome.column, v->outcome, err);
    if (status == ASSAY_OK)
        status = set(&spec->id, v->id, err);
    if (status == ASSAY_OK)
        status = set(&spec->value, v->value, err);
    if (status == ASSAY_OK)
        status = set(&spec->as_of, v->as_of, err);
    return status;
}

/* A model knows until when events were seen at its calibration; an audit has later ones. */
static enum assay_status read_model(struct validation *v, struct assay_error *err)
{
    enum assay_status status = assay_model_read(v->model_path, &v->model, err);
    if (status != ASSAY_OK || v->observed_until == ASSAY_NO_DATE)
        return status;
    if (v->model.spec.outcome.date == NULL)
        return assay_fail(err, ASSAY_EDATA, "%s: its outcome is the 0/1 column \"%s\"; expected no "
                          "--observed-until, which goes with the date of an event",
                          v->model_path, v->model.spec.outcome.column);
    v->model.spec.outcome.observed_until = v->observed_until;
    return ASSAY_OK;
}

static enum assay_status read_all(struct validation *v, struct assay_error *err)
{
    struct assay_text notes = {0};
    enum assay_status status;
    if (v->model_path != NULL)
        status = read_model(v, err);
    else
        status = describe_column(v, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_audit_data_read(v->model_path != NULL ? &v->model.spec : &v->column_spec,
                                   v->model_path != NULL ? &v->model : NULL,
                                   v->probability_column != NULL, &v->intake_options, &v->data, err);
    if (v->data.intake.csv != NULL)
        assay_intake_describe(&v->data.intake, &notes);
    if (notes.length > 0)
        fputs(notes.data, stderr);
    assay_text_clear(&notes);
    return status;
}

static void set_rules(struct validation *v)
{
    const struct assay_spec *spec = v->data.spec;
    v->rules = (struct assay_audit_rules){
        .line = isnan(v->line) ? 50 : v->line,
        .higher_is = v->higher_is == 0 ? ASSAY_HIGHER_IS_HEALTH : ASSAY_HIGHER_IS_RISK,
        .target_sensitivity =
            isnan(v->target_sensitivity) ? spec->target_sensitivity : v->target_sensitivity,
        .target_specificity =
            isnan(v->target_specificity) ? spec->target_specificity : v->target_specificity,
        .segments = (const char *const *)spec->segments};
    if (v->model_path != NULL) {
        v->rules.line = v->model.at_risk_score;
        v->rules.zones = spec->zones;
        v->rules.n_zone = spec->n_zone;
    } else if (v->probability_column != NULL) {
        v->rules.line = v->line;
        v->rules.higher_is = ASSAY_HIGHER_IS_RISK;
    }
}

static enum assay_status measure(struct validation *v, struct assay_error *err)
{
    const struct assay_audit_data *data = &v->data;
    struct assay_audit_rows rows = {
        .n = data->n,
        .score = data->score,
        .prob = data->prob,
        .outcome = data->outcome,
        .value = data->value,
        .n_segment = data->spec->n_segment,
        .segment_codes = (const int32_t *const *)data->segment_codes,
        .segment_dictionary = (const struct assay_dictionary *const *)data->segment_dictionary};
    set_rules(v);
    enum assay_status status = assay_audit_measure(&rows, &v->rules, &v->audit, err);
    if (status == ASSAY_EDATA) /* figures know rows, but no files */
        assay_error_prefix(err, "%s", assay_csv_name(data->intake.csv));
    return status;
}

static enum assay_status deliver(struct validation *v, struct assay_error *err)
{
    struct assay_audit_subject subject = {
        .model = v->model_path != NULL ? &v->model : NULL,
        .score_column = v->score_column != NULL ? v->score_column : v->probability_column,
        .line_probability = v->model_path != NULL           ? v->model.at_risk_probability
                            : v->probability_column != NULL ? v->line
                                                            : (double)NAN};
    struct assay_text text = {0};
    enum assay_status status =
        assay_audit_write(&v->audit, &v->data, &v->rules, &subject, &text, err);
    bool to_stdout = strcmp(v->output, "-") == 0;
    if (status == ASSAY_OK && !to_stdout)
        status = assay_file_write(v->output, text.data, text.length, err);
    if (status == ASSAY_OK && (to_stdout || v->json))
        fwrite(text.data, 1, text.length, stdout);
    if (status == ASSAY_OK)
        status = assay_flush_stdout(err);
    if (status == ASSAY_OK && !v->json) {
        FILE *people = to_stdout ? stderr : stdout;
        assay_validate_print(people, &v->audit, &v->data, &v->rules, &subject);
        fprintf(people, "\nWritten: %s\n", to_stdout ? "standard output" : v->output);
    }
    if (status == ASSAY_OK)
        status = assay_flush_stdout(err);
    assay_text_clear(&text);
    return status;
}

static int check_usage(const struct validation *v, const struct assay_command *command)
{
    bool columns = v->score_column != NULL || v->probability_column != NULL;
    bool both = v->score_column != NULL && v->probability_column != NULL;
    if (v->intake_options.path == NULL)
        return assay_misuse(command, "no data; expected --data FILE");
    if ((v->model_path != NULL) == columns || both)
        return assay_misuse(command, "%s; expected MODEL, --score-column or --probability-column",
                            columns ? "more than one thing to audit" : "nothing to audit");
    if (!columns && strcmp(v->model_path, "-") == 0 && strcmp(v->intake_options.path, "-") == 0)
        return assay_misuse(command, "both the model and the data come from standard input");
    if (columns && v->observed_until != ASSAY_NO_DATE)
        return assay_misuse(command, "--observed-until goes with a model whose outcome is a date");
    if (columns && v->outcome == NULL)
        return assay_misuse(command, "a score column needs --outcome COL, the 0/1 column with what "
                                     "happened");
    if (!columns && (v->outcome != NULL || v->id != NULL || v->value != NULL || v->as_of != NULL ||
                     !isnan(v->line) || v->higher_is != 0))
        return assay_misuse(command, "--outcome, --id, --value, --as-of-column, --line and --higher-is go "
                                     "with a score column; a model has them in it");
    if (v->probability_column != NULL && !(v->line > 0 && v->line < 1))
        return assay_misuse(command, "a probability column needs --line P, the probability from "
                                     "which an account is flagged");
    if (v->probability_column != NULL && v->higher_is != 0)
        return assay_misuse(command, "--higher-is goes with --score-column");
    return ASSAY_GO_ON;
}

static int exit_status_of(const struct validation *v)
{
    if (v->audit.verdict == ASSAY_FAIL)
        return 1;
    if (v->audit.verdict == ASSAY_INCONCLUSIVE) {
        fprintf(stderr, "inconclusive: these snapshots cannot tell whether the targets are met%s\n",
                v->strict ? "" : "; --strict would exit with 1");
        return v->strict ? 1 : 0;
    }
    return 0;
}

static int run(struct validation *v)
{
    struct assay_error err = {0};
    enum assay_status status = read_all(v, &err);
    if (status == ASSAY_OK)
        status = measure(v, &err);
    if (status == ASSAY_OK)
        status = deliver(v, &err);
    int exit_status = status == ASSAY_OK ? exit_status_of(v) : assay_complain(&err);
    assay_audit_clear(&v->audit);
    if (v->data.spec != NULL)
        assay_audit_data_clear(&v->data);
    assay_spec_clear(&v->column_spec);
    assay_model_clear(&v->model);
    return exit_status;
}

int assay_validate_main(int argc, char **argv)
{
    struct validation v = {.output = "audit.json",
                           .intake_options = assay_intake_options_default(),
                           .observed_until = ASSAY_NO_DATE,
                           .line = NAN,
                           .target_sensitivity = NAN,
                           .target_specificity = NAN};
    const struct assay_option options[] = {
        ASSAY_INTAKE_OPTIONS(v.intake_options),
        {"output", 'o', ASSAY_OPTION_TEXT, "FILE", "audit, JSON; \"-\" for standard output",
         &v.output, 0, 0, NULL},
        {"observed-until", 0, ASSAY_OPTION_DATE, "DATE",
         "last day whose events are in the data, in place of the model's", &v.observed_until, 0, 0,
         NULL},
        {"target-sensitivity", 0, ASSAY_OPTION_NUMBER, "X", "in place of the model's (or 0.75)",
         &v.target_sensitivity, 0.01, 1, NULL},
        {"target-specificity", 0, ASSAY_OPTION_NUMBER, "X", "in place of the model's (or 0.7)",
         &v.target_specificity, 0.01, 1, NULL},
        {"strict", 0, ASSAY_OPTION_FLAG, NULL, "exit with 1 when the verdict is inconclusive",
         &v.strict, 0, 0, NULL},
        {"json", 0, ASSAY_OPTION_FLAG, NULL, "print the audit instead of the summary", &v.json, 0,
         0, NULL},
        {"score-column", 0, ASSAY_OPTION_TEXT, "COL", "audit the scores in COL; no model",
         &v.score_column, 0, 0, NULL},
        {"probability-column", 0, ASSAY_OPTION_TEXT, "COL",
         "audit the churn probabilities in COL; no model", &v.probability_column, 0, 0, NULL},
        {"outcome", 0, ASSAY_OPTION_TEXT, "COL", "0/1 column with what happened", &v.outcome, 0, 0,
         NULL},
        {"line", 0, ASSAY_OPTION_NUMBER, "X",
         "flagged is a score below X (50 without it), or a risk of X or more", &v.line, -1e300,
         1e300, NULL},
        {"higher-is", 0, ASSAY_OPTION_CHOICE, "WHAT", "what a high score means: health or risk",
         &v.higher_is, 0, 0, higher_is_names},
        {"id", 0, ASSAY_OPTION_TEXT, "COL", "account column, which may not be empty", &v.id, 0, 0,
         NULL},
        {"as-of-column", 0, ASSAY_OPTION_TEXT, "COL", "date column, for --from and --until", &v.as_of, 0,
         0, NULL},
        {"value", 0, ASSAY_OPTION_TEXT, "COL", "what an account is worth", &v.value, 0, 0, NULL},
    };
    const struct assay_command command = {
        .name = "validate",
        .operands = "[MODEL]",
        .summary = "Audit a model, or any score column, against what happened.",
        .options = options,
        .n_option = sizeof options / sizeof options[0],
        .min_operand = 0,
        .max_operand = 1,
        .notes = "The verdict is pass when both intervals lie at or above their targets, fail when "
                 "one lies below, and\ninconclusive (exit 0, or 1 with --strict) between. Options "
                 "from --outcome on go with a score column."};
    int exit_status = assay_options_parse(&command, argc, argv, &v.model_path);
    if (exit_status == ASSAY_GO_ON)
        exit_status = check_usage(&v, &command);
    return exit_status == ASSAY_GO_ON ? run(&v) : exit_status;
}
