#include "calibrate/import/import.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calibrate/import/config.h"
#include "calibrate/import/edges.h"
#include "calibrate/import/history_fit.h"
#include "calibrate/import/model_make.h"
#include "calibrate/import/say.h"
#include "calibrate/import/spec_write.h"
#include "core/base/file.h"
#include "core/base/options.h"

#define NOT_GIVEN ((size_t)-1)

/* Nominal: even odds at the line, a figure that nobody takes for a finding. */
static const double nominal_probability = 0.5;

struct command_line {
    const char *config, *output, *spec_path, *outcome;
    size_t vendor, horizon_days;
    struct assay_import_wishes wishes;
    struct assay_intake_options intake_options;
    int32_t as_of_day;
    bool json;

    char name[64];
    struct assay_scorecard card;
    struct assay_shape shape;
    struct assay_model model;
    struct assay_text model_text, spec_text, words;
};

/* ---- options ---- */

static int check_outcome(const struct assay_command *command, struct command_line *c)
{
    struct assay_import_wishes *w = &c->wishes;
    bool dated = w->outcome_date != NULL;
    if (dated && c->outcome != NULL)
        return assay_misuse(command,
                            "--outcome and --outcome-date both say who left; expected one of "
                            "them");
    if (!dated && (c->horizon_days != NOT_GIVEN || w->observed_until != ASSAY_NO_DATE))
        return assay_misuse(command, "--horizon and --observed-until go with --outcome-date");
    if (dated && w->observed_until == ASSAY_NO_DATE)
        return assay_misuse(command,
                            "--outcome-date needs --observed-until DATE, the last day on which a "
                            "date could be seen");
    if (dated && w->as_of == NULL)
        return assay_misuse(command, "--outcome-date needs --as-of-column COLUMN, the date of each "
                                     "snapshot");
    w->outcome = c->outcome != NULL ? c->outcome : "churned";
    w->horizon_days = c->horizon_days == NOT_GIVEN ? 90 : (int32_t)c->horizon_days;
    return ASSAY_GO_ON;
}

static bool same_file(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0 && strcmp(a, "-") != 0;
}

static int check_files(const struct assay_command *command, const struct command_line *c)
{
    const char *data = c->intake_options.path;
    if (c->spec_path != NULL && strcmp(c->spec_path, "-") == 0)
        return assay_misuse(command, "--spec takes a file, not standard output");
    if (same_file(c->spec_path, c->output))
        return assay_misuse(command, "--spec and --output name the same file");
    if (same_file(c->output, c->config) || same_file(c->output, data))
        return assay_misuse(command, "--output would overwrite what is read");
    if (same_file(c->spec_path, c->config) || same_file(c->spec_path, data))
        return assay_misuse(command, "--spec would overwrite what is read");
    if (data != NULL && strcmp(data, "-") == 0 && strcmp(c->config, "-") == 0)
        return assay_misuse(command, "scorecard and data both come from standard input");
    return ASSAY_GO_ON;
}

static int check_wishes(const struct assay_command *command, struct command_line *c)
{
    struct assay_import_wishes *w = &c->wishes;
    const struct assay_intake_options *data = &c->intake_options;
    if (c->vendor == ASSAY_VENDORS)
        return assay_misuse(command,
                            "no vendor; expected --from gainsight, churnzero, totango, planhat or "
                            "hubspot");
    if (data->path != NULL && !isnan(w->at_risk_probability))
        return assay_misuse(command,
                            "--at-risk-probability is for an import without --data, which finds "
                            "the line's probability");
    if (data->path == NULL &&
        (data->window.from != ASSAY_NO_DATE || data->window.until != ASSAY_NO_DATE ||
         data->rejects != NULL || data->delimiter != 0 || data->max_rejects != 0))
        return assay_misuse(command,
                            "--from-date, --until, --delimiter, --max-rejects and --rejects go "
                            "with --data");
    if (isnan(w->at_risk_probability))
        w->at_risk_probability = nominal_probability;
    if (w->name == NULL) {
        snprintf(c->name, sizeof c->name, "%s-scorecard", assay_vendor_words[c->vendor]);
        w->name = c->name;
    }
    int status = check_files(command, c);
    return status != ASSAY_GO_ON ? status : check_outcome(command, c);
}

static int parse(int argc, char **argv, struct command_line *c)
{
    struct assay_import_wishes *w = &c->wishes;
    struct assay_intake_options *data = &c->intake_options;
    const struct assay_option options[] = {
        {"from", 0, ASSAY_OPTION_CHOICE, "VENDOR", "whose scorecard it is", &c->vendor, 0, 0,
         assay_vendor_words},
        {"output", 'o', ASSAY_OPTION_TEXT, "FILE", "the model; \"-\" for standard output",
         &c->output, 0, 0, NULL},
        {"spec", 0, ASSAY_OPTION_TEXT, "FILE",
         "also a spec that calibrates the same measures, anchored on these weights", &c->spec_path,
         0, 0, NULL},
        {"name", 0, ASSAY_OPTION_TEXT, "NAME", "of the model [VENDOR-scorecard]", &w->name, 0, 0,
         NULL},
        {"id", 0, ASSAY_OPTION_TEXT, "COLUMN", "the account", &w->id, 0, 0, NULL},
        {"as-of-column", 0, ASSAY_OPTION_TEXT, "COLUMN", "the date of each snapshot", &w->as_of, 0,
         0, NULL},
        {"outcome", 0, ASSAY_OPTION_TEXT, "COLUMN",
         "0/1 column of a history, which audits look for: who left [churned]", &c->outcome, 0, 0,
         NULL},
        {"outcome-date", 0, ASSAY_OPTION_TEXT, "COLUMN", "or the date on which they left",
         &w->outcome_date, 0, 0, NULL},
        {"horizon", 0, ASSAY_OPTION_COUNT, "DAYS",
         "a date counts within so many days after the snapshot [90]", &c->horizon_days, 1, 3650,
         NULL},
        {"observed-until", 0, ASSAY_OPTION_DATE, "DATE", "last day on which a date could be seen",
         &w->observed_until, 0, 0, NULL},
        {"at-risk-score", 0, ASSAY_OPTION_NUMBER, "SCORE",
         "accounts below it are at risk, in the vendor's units; where the second lowest zone "
         "starts "
         "without it",
         &w->at_risk_score, 0, 100, NULL},
        {"at-risk-probability", 0, ASSAY_OPTION_NUMBER, "P",
         "without --data: what the probability at that score is declared to be [0.5]",
         &w->at_risk_probability, 1e-6, 1 - 1e-6, NULL},
        {"data", 'd', ASSAY_OPTION_TEXT, "FILE",
         "history with outcomes, CSV, to which intercept and slope are fitted", &data->path, 0, 0,
         NULL},
        {"delimiter", 0, ASSAY_OPTION_CHAR, "C",
         "what stands between the history's fields; guessed without it", &data->delimiter, 0, 0,
         NULL},
        {"from-date", 0, ASSAY_OPTION_DATE, "DATE", "only snapshots dated DATE or later",
         &data->window.from, 0, 0, NULL},
        {"until", 0, ASSAY_OPTION_DATE, "DATE", "only snapshots dated DATE or earlier",
         &data->window.until, 0, 0, NULL},
        {"max-rejects", 0, ASSAY_OPTION_COUNT, "N", "go on with up to N bad rows of it left out",
         &data->max_rejects, 0, 1e15, NULL},
        {"rejects", 0, ASSAY_OPTION_TEXT, "FILE", "keep the bad rows in FILE", &data->rejects, 0, 0,
         NULL},
        {"as-of", 0, ASSAY_OPTION_DATE, "DATE", "day of creation that the model states",
         &c->as_of_day, 0, 0, NULL},
        {"quiet", 'q', ASSAY_OPTION_FLAG, NULL, "no progress on standard error", &data->quiet, 0, 0,
         NULL},
        {"json", 0, ASSAY_OPTION_FLAG, NULL, "print what was imported as JSON", &c->json, 0, 0,
         NULL},
    };
    const struct assay_command command = {
        .name = "import",
        .operands = "CONFIG",
        .summary = "Turn a vendor's hand-weighted scorecard into a model.",
        .options = options,
        .n_option = sizeof options / sizeof options[0],
        .min_operand = 1,
        .max_operand = 1,
        .notes = "CONFIG is a CSV of measures, weights, bands and zones; docs/import.md has the "
                 "columns, "
                 "and\ndocs/import/ a template for each vendor."};
    int status = assay_options_parse(&command, argc, argv, &c->config);
    return status != ASSAY_GO_ON ? status : check_wishes(&command, c);
}

/* ---- running ---- */

static enum assay_status make_model(struct command_line *c, struct assay_error *err)
{
    struct assay_text notes = {0}, caution = {0};
    enum assay_status status = assay_import_model(&c->card, &c->wishes, &c->shape, &c->model, err);
    if (status == ASSAY_OK && c->intake_options.path != NULL)
        status = assay_import_fit(&c->shape, &c->intake_options, &c->model, &notes, err);
    if (notes.length > 0)
        fputs(notes.data, stderr);
    if (status == ASSAY_OK) {
        assay_import_caution(&c->card, &c->model, &caution);
        status = caution.failed ? assay_fail_memory(err, "importing a scorecard")
                                : assay_import_warn(&c->model, caution.data, err);
    }
    if (status == ASSAY_OK)
        status = assay_edge_examples_make(&c->model, err);
    if (status == ASSAY_OK)
        status = assay_model_write(&c->model, &c->model_text, err);
    assay_text_clear(&notes);
    assay_text_clear(&caution);
    return status;
}

/* The file is read back before it is written: what a scorer would refuse must not appear. */
static enum assay_status check_model(const struct command_line *c, struct assay_error *err)
{
    struct assay_model read = {0};
    enum assay_status status =
        assay_model_read_text("the model", c->model_text.data, c->model_text.length, &read, err);
    assay_model_clear(&read);
    return status;
}

static enum assay_status deliver(struct command_line *c, struct assay_error *err)
{
    bool to_stdout = strcmp(c->output, "-") == 0;
    struct assay_import_paths paths = {c->output, c->spec_path, c->intake_options.path};
    if (c->spec_path != NULL)
        assay_import_spec_write(&c->card, &c->model.spec, &c->spec_text);
    if (c->json)
        assay_import_say_json(&c->card, &c->model, &paths, &c->words);
    else
        assay_import_say(&c->card, &c->model, &paths, &c->words);
    if (c->spec_text.failed || c->words.failed)
        return assay_fail_memory(err, "importing a scorecard");
    enum assay_status status =
        assay_file_write(c->output, c->model_text.data, c->model_text.length, err);
    if (status == ASSAY_OK && c->spec_path != NULL)
        status = assay_file_write(c->spec_path, c->spec_text.data, c->spec_text.length, err);
    if (status == ASSAY_OK) {
        fputs(c->words.data, to_stdout ? stderr : stdout);
        status = assay_flush_stdout(err);
    }
    return status;
}

static enum assay_status run(struct command_line *c, struct assay_error *err)
{
    int32_t today = ASSAY_NO_DATE;
    enum assay_status status = assay_date_of_run(c->as_of_day, &today, err);
    if (status == ASSAY_OK) {
        assay_date_print(today, c->wishes.created);
        status = assay_scorecard_read(&assay_vendors[c->vendor], c->config, NULL, 0, &c->card, err);
    }
    if (status == ASSAY_OK)
        status = make_model(c, err);
    if (status == ASSAY_OK)
        status = check_model(c, err);
    return status != ASSAY_OK ? status : deliver(c, err);
}

static void clear(struct command_line *c)
{
    assay_model_clear(&c->model);
    assay_shape_clear(&c->shape);
    assay_scorecard_clear(&c->card);
    assay_text_clear(&c->model_text);
    assay_text_clear(&c->spec_text);
    assay_text_clear(&c->words);
}

int assay_import_main(int argc, char **argv)
{
    struct command_line c = {.output = "imported.json",
                             .vendor = ASSAY_VENDORS,
                             .horizon_days = NOT_GIVEN,
                             .as_of_day = ASSAY_NO_DATE,
                             .wishes = {.id = "account_id",
                                        .observed_until = ASSAY_NO_DATE,
                                        .at_risk_score = NAN,
                                        .at_risk_probability = NAN},
                             .intake_options = assay_intake_options_default()};
    struct assay_error err = {0};
    int status = parse(argc, argv, &c);
    if (status != ASSAY_GO_ON)
        return status;
    status = run(&c, &err) == ASSAY_OK ? 0 : assay_complain(&err);
    clear(&c);
    return status;
}
