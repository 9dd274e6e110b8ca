#include "validate/validate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/options.h"
#include "core/base/progress.h"
#include "core/report/page.h"
#include "validate/audit/reading.h"
#include "validate/sections.h"
#include "validate/subject.h"
#include "validate/summary/summary.h"

static const char *const higher_is_names[] = {"health", "risk", NULL};

struct validation {
    struct assay_subject_options about;
    struct assay_intake_options intake_options;
    const char *output, *report, *errors, *history;
    double line;
    size_t higher_is;
    int32_t as_of;
    bool strict, json, interim;

    struct assay_subject subject;
    struct assay_audit_reading reading;
    struct assay_audit_output audit;
    enum assay_verdict verdict;
};

static void say_of_source(const struct assay_audit_reading *reading)
{
    struct assay_text notes = {0};
    if (reading->intake.csv != NULL)
        assay_intake_describe(&reading->intake, &notes);
    if (notes.length > 0)
        fputs(notes.data, stderr);
    if (reading->said.length > 0)
        fputs(reading->said.data, stderr);
    assay_text_clear(&notes);
}

static enum assay_status read_all(struct validation *v, struct assay_error *err)
{
    const struct assay_subject_options *about = &v->about;
    int32_t created = ASSAY_NO_DATE;
    enum assay_status status = assay_date_of_run(v->as_of, &created, err);
    if (status == ASSAY_OK)
        status = assay_subject_read(about, &v->subject, err);
    if (status != ASSAY_OK)
        return status;
    bool probabilities = about->probability_column != NULL;
    bool risk = probabilities || v->higher_is != 0;
    struct assay_audit_wanted wanted = {
        .model = about->model != NULL ? &v->subject.model : NULL,
        .champion = about->champion != NULL ? &v->subject.champion : NULL,
        .spec = v->subject.spec,
        .probabilities = probabilities,
        .line = isnan(v->line) ? 50 : v->line,
        .higher_is = risk ? ASSAY_HIGHER_IS_RISK : ASSAY_HIGHER_IS_HEALTH,
        .target_sensitivity = v->subject.target_sensitivity,
        .target_specificity = v->subject.target_specificity,
        .rules_name = about->rules,
        .rules_sha256 = about->rules != NULL ? v->subject.rules_sha256 : NULL,
        .created = created,
        .interim = v->interim,
        .history = v->history,
        .options = v->intake_options};
    status = assay_audit_read(&wanted, &v->reading, err);
    say_of_source(&v->reading);
    return status;
}

/* What the page is called in a browser's tab. */
static const char *title_of(const struct validation *v)
{
    return v->about.model != NULL ? v->subject.spec->name : v->reading.input.score_column;
}

/* The files that were asked for: each is complete beside its place before the first is put there. */
struct delivery {
    const char *path[3];
    const struct assay_text *text[3];
    struct assay_output file[3];
    size_t n;
};

static void add_file(struct delivery *delivery, const char *path, const struct assay_text *text)
{
    delivery->path[delivery->n] = path;
    delivery->text[delivery->n++] = text;
}

static enum assay_status write_all(struct delivery *d, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; status == ASSAY_OK && k < d->n; k++) {
        status = assay_output_open(d->path[k], &d->file[k], err);
        if (status == ASSAY_OK)
            fwrite(d->text[k]->data, 1, d->text[k]->length, d->file[k].stream);
    }
    for (size_t k = 0; status == ASSAY_OK && k < d->n; k++)
        status = assay_output_finish(&d->file[k], err);
    for (size_t k = 0; k < d->n; k++)
        assay_output_abort(&d->file[k]);
    return status;
}

/* *doc, for the summary, is the caller's to free, also after a failure. */
static enum assay_status write_files(struct validation *v, struct assay_json **doc,
                                     struct assay_error *err)
{
    struct assay_text page = {0};
    struct delivery files = {0};
    const struct assay_text *audit = &v->audit.json.out;
    enum assay_status status =
        assay_json_parse("audit", audit->data, audit->length, ASSAY_JSON_STRICT, doc, err);
    if (status == ASSAY_OK && v->report != NULL)
        status = assay_report_page(audit->data, audit->length, title_of(v), &page, err);
    if (strcmp(v->output, "-") != 0)
        add_file(&files, v->output, audit);
    if (v->errors != NULL)
        add_file(&files, v->errors, &v->audit.errors);
    if (v->report != NULL)
        add_file(&files, v->report, &page);
    if (status == ASSAY_OK)
        status = write_all(&files, err);
    if (status == ASSAY_OK && v->report != NULL && !assay_report_has_charts())
        fprintf(stderr, "%s: without charts; this program was built without npm, its tables have all "
                        "numbers\n", v->report);
    assay_text_clear(&page);
    return status;
}

static enum assay_status deliver(struct validation *v, struct assay_error *err)
{
    const struct assay_text *audit = &v->audit.json.out;
    bool to_stdout = strcmp(v->output, "-") == 0;
    struct assay_json *doc = NULL;
    enum assay_status status = write_files(v, &doc, err);
    if (status == ASSAY_OK && (to_stdout || v->json))
        fwrite(audit->data, 1, audit->length, stdout);
    if (status == ASSAY_OK)
        status = assay_flush_stdout(err);
    if (status == ASSAY_OK && !v->json) {
        FILE *people = to_stdout ? stderr : stdout;
        assay_validate_print(people, assay_json_root(doc));
        fprintf(people, "\nWritten: %s", to_stdout ? "standard output" : v->output);
        if (v->report != NULL)
            fprintf(people, ", %s", v->report);
        if (v->errors != NULL)
            fprintf(people, ", %s", v->errors);
        fprintf(people, "\n");
    }
    assay_json_free(doc);
    return status == ASSAY_OK ? assay_flush_stdout(err) : status;
}

/* ---- usage ---- */

static int check_subject(const struct validation *v, const struct assay_command *command)
{
    const struct assay_subject_options *o = &v->about;
    bool columns = o->score_column != NULL || o->probability_column != NULL;
    bool both = o->score_column != NULL && o->probability_column != NULL;
    if ((o->model != NULL) == columns || both)
        return assay_misuse(command, "%s; expected MODEL, --score-column or --probability-column",
                            columns ? "more than one thing to audit" : "nothing to audit");
    if (columns && o->observed_until != ASSAY_NO_DATE)
        return assay_misuse(command, "--observed-until goes with a model whose outcome is a date");
    if (columns && o->champion != NULL)
        return assay_misuse(command, "--champion goes with a model");
    if (columns && o->outcome == NULL)
        return assay_misuse(command, "a score column needs --outcome COL, the 0/1 column with what "
                                     "happened");
    if (!columns && (o->outcome != NULL || o->id != NULL || o->value != NULL || o->as_of != NULL ||
                     o->segments != NULL || !isnan(v->line) || v->higher_is != 0))
        return assay_misuse(command, "--outcome, --id, --value, --as-of-column, --segments, --line and "
                                     "--higher-is go with a score column; a model has them in it");
    if (o->probability_column != NULL && !(v->line > 0 && v->line < 1))
        return assay_misuse(command, "a probability column needs --line P, the probability from "
                                     "which an account is flagged");
    if (o->probability_column != NULL && v->higher_is != 0)
        return assay_misuse(command, "--higher-is goes with --score-column");
    if (v->interim && o->score_column != NULL)
        return assay_misuse(command, "--interim estimates from probabilities; a score column has none");
    return ASSAY_GO_ON;
}

/* A file to be written that is read, or written, as something else too; NULL: none. Standard output and
 * devices may be. */
static const char *written_twice(const struct validation *v)
{
    const struct assay_subject_options *o = &v->about;
    const char *files[] = {v->output, v->report, v->errors, v->intake_options.rejects,
                           v->intake_options.path, o->model, o->champion, o->rules};
    enum { WRITTEN = 4, FILES = sizeof files / sizeof *files };
    for (size_t k = 0; k < WRITTEN; k++)
        for (size_t i = k + 1; files[k] != NULL && i < FILES; i++)
            if (files[i] != NULL && strcmp(files[k], "-") != 0 &&
                strncmp(files[k], "/dev/", 5) != 0 && strcmp(files[k], files[i]) == 0)
                return files[k];
    return NULL;
}

static int check_usage(const struct validation *v, const struct assay_command *command)
{
    const struct assay_subject_options *o = &v->about;
    const char *sources[] = {v->intake_options.path, o->model, o->champion, o->rules};
    size_t from_stdin = 0;
    if (v->intake_options.path == NULL)
        return assay_misuse(command, "no data; expected --data FILE");
    int answer = check_subject(v, command);
    if (answer != ASSAY_GO_ON)
        return answer;
    for (size_t k = 0; k < sizeof sources / sizeof *sources; k++)
        from_stdin += sources[k] != NULL && strcmp(sources[k], "-") == 0;
    if (from_stdin > 1)
        return assay_misuse(command, "more than one of model, champion, rules and data come from standard "
                                     "input");
    const char *twice = written_twice(v);
    if (twice != NULL)
        return assay_misuse(command, "\"%s\" is to be written, and stands for another file as well; "
                                     "expected a name of its own", twice);
    bool taken = v->report != NULL && strcmp(v->report, "-") == 0;
    if (taken || (v->errors != NULL && strcmp(v->errors, "-") == 0))
        return assay_misuse(command, "--%s takes a file, not standard output", taken ? "report" : "errors");
    return ASSAY_GO_ON;
}

static int exit_status_of(const struct validation *v)
{
    if (v->verdict == ASSAY_FAIL)
        return 1;
    if (v->verdict == ASSAY_INCONCLUSIVE) {
        fprintf(stderr, "inconclusive: these snapshots cannot tell whether the targets are met%s\n",
                v->strict ? "" : "; --strict would exit with 1");
        return v->strict ? 1 : 0;
    }
    return 0;
}

static enum assay_status audit(struct validation *v, struct assay_error *err)
{
    struct assay_progress progress;
    assay_progress_init(&progress, v->intake_options.quiet);
    assay_progress_start(&progress, "auditing", ASSAY_PROGRESS_TIME, NULL);
    enum assay_status status = assay_audit_sections(&v->reading.input, &v->audit, &v->verdict, err);
    assay_progress_end(&progress);
    return status;
}

static int run(struct validation *v)
{
    struct assay_error err = {0};
    v->audit.want_errors = v->errors != NULL;
    enum assay_status status = read_all(v, &err);
    if (status == ASSAY_OK)
        status = audit(v, &err);
    if (status == ASSAY_OK)
        status = deliver(v, &err);
    int exit_status = status == ASSAY_OK ? exit_status_of(v) : assay_complain(&err);
    assay_text_clear(&v->audit.json.out);
    assay_text_clear(&v->audit.errors);
    assay_audit_reading_clear(&v->reading);
    assay_subject_clear(&v->subject);
    return exit_status;
}

int assay_validate_main(int argc, char **argv)
{
    struct validation v = {.about = {.observed_until = ASSAY_NO_DATE,
                                     .target_sensitivity = NAN,
                                     .target_specificity = NAN},
                           .output = "audit.json",
                           .intake_options = assay_intake_options_default(),
                           .as_of = ASSAY_NO_DATE,
                           .line = NAN};
    struct assay_subject_options *o = &v.about;
    const struct assay_option options[] = {
        ASSAY_INTAKE_OPTIONS(v.intake_options),
        {"output", 'o', ASSAY_OPTION_TEXT, "FILE", "audit, JSON; \"-\" for standard output",
         &v.output, 0, 0, NULL},
        {"report", 0, ASSAY_OPTION_TEXT, "FILE",
         "also the audit as a page to hand on, HTML with charts", &v.report, 0, 0, NULL},
        {"errors", 0, ASSAY_OPTION_TEXT, "FILE",
         "also every miss and false alarm, CSV for a spreadsheet", &v.errors, 0, 0, NULL},
        {"champion", 0, ASSAY_OPTION_TEXT, "FILE", "model in force, to compare with on the same rows",
         &o->champion, 0, 0, NULL},
        {"history", 0, ASSAY_OPTION_TEXT, "DIR",
         "folder of past audits (*.json), pooled with this one", &v.history, 0, 0, NULL},
        {"rules", 0, ASSAY_OPTION_TEXT, "FILE",
         "targets, promotion rule and assumptions, JSON, in place of the model's", &o->rules, 0, 0,
         NULL},
        {"interim", 0, ASSAY_OPTION_FLAG, NULL,
         "also estimate the figures of snapshots whose outcome is not known yet", &v.interim, 0, 0, NULL},
        {"observed-until", 0, ASSAY_OPTION_DATE, "DATE",
         "last day whose events are in the data, in place of the model's", &o->observed_until, 0, 0,
         NULL},
        {"target-sensitivity", 0, ASSAY_OPTION_NUMBER, "X",
         "at least this is asked, in place of the model's (or 0.75)", &o->target_sensitivity, 0.01, 1,
         NULL},
        {"target-specificity", 0, ASSAY_OPTION_NUMBER, "X", "likewise (or 0.7)",
         &o->target_specificity, 0.01, 1, NULL},
        {"as-of", 0, ASSAY_OPTION_DATE, "DATE",
         "day that stands in the audit; today without it", &v.as_of, 0, 0, NULL},
        {"strict", 0, ASSAY_OPTION_FLAG, NULL, "exit with 1 when the verdict is inconclusive",
         &v.strict, 0, 0, NULL},
        {"json", 0, ASSAY_OPTION_FLAG, NULL, "print the audit instead of the summary", &v.json, 0,
         0, NULL},
        {"score-column", 0, ASSAY_OPTION_TEXT, "COL", "audit the scores in COL; no model",
         &o->score_column, 0, 0, NULL},
        {"probability-column", 0, ASSAY_OPTION_TEXT, "COL",
         "audit the churn probabilities in COL; no model", &o->probability_column, 0, 0, NULL},
        {"outcome", 0, ASSAY_OPTION_TEXT, "COL", "0/1 column with what happened", &o->outcome, 0, 0,
         NULL},
        {"line", 0, ASSAY_OPTION_NUMBER, "X",
         "flagged is a score below X (50 without it), or a risk of X or more", &v.line, -1e300,
         1e300, NULL},
        {"higher-is", 0, ASSAY_OPTION_CHOICE, "WHAT", "what a high score means: health or risk",
         &v.higher_is, 0, 0, higher_is_names},
        {"id", 0, ASSAY_OPTION_TEXT, "COL",
         "account column, never empty; without it every row is an account", &o->id, 0, 0, NULL},
        {"as-of-column", 0, ASSAY_OPTION_TEXT, "COL",
         "date of the snapshot: for --from, --until, quarters", &o->as_of, 0, 0, NULL},
        {"value", 0, ASSAY_OPTION_TEXT, "COL",
         "column with what an account is worth", &o->value, 0, 0, NULL},
        {"segments", 0, ASSAY_OPTION_TEXT, "COLS", "columns to audit separately: plan,region",
         &o->segments, 0, 0, NULL},
    };
    const struct assay_command command = {
        .name = "validate",
        .operands = "[MODEL]",
        .summary = "Audit a model, or any score column, against what happened.",
        .options = options,
        .n_option = sizeof options / sizeof options[0],
        .min_operand = 0,
        .max_operand = 1,
        .notes = "The verdict is pass when every target is met beyond doubt, fail when one is missed beyond "
                 "doubt, and\ninconclusive (exit 0, or 1 with --strict) between. Options from --outcome on "
                 "go with a score column.\nMODEL and --champion may be a registry of versions (\"models\"): the one "
                 "in force is then meant.\nHow to read an audit: docs/audit.md."};
    int exit_status = assay_options_parse(&command, argc, argv, &o->model);
    if (exit_status == ASSAY_GO_ON)
        exit_status = check_usage(&v, &command);
    return exit_status == ASSAY_GO_ON ? run(&v) : exit_status;
}
