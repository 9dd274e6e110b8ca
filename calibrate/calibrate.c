#include "calibrate/calibrate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calibrate/assemble.h"
#include "calibrate/calibration.h"
#include "calibrate/candidate_page.h"
#include "calibrate/first_look.h"
#include "calibrate/fit/limits.h"
#include "calibrate/summary/summary.h"
#include "calibrate/evidence/zone_moves.h"
#include "core/base/file.h"
#include "core/base/options.h"
#include "core/model/model.h"
#include "core/report/page.h"

struct command_line {
    const char *spec_path, *output, *champion_path, *moves_path, *report;
    struct assay_intake_options intake_options;
    int32_t as_of, observed_until;
    bool json, new_line;

    struct assay_spec spec;
    struct assay_model champion, model;
    struct assay_intake intake;
    struct assay_calibration calibration;
    struct assay_zone_moves zone_moves; /* against the champion */
    struct assay_progress progress;
};

static enum assay_status set_observed_until(struct command_line *c, struct assay_error *err)
{
    if (c->spec.outcome.date == NULL)
        return assay_fail(err, ASSAY_EDATA, "%s: its outcome is the 0/1 column \"%s\"; expected no "
                          "--observed-until, which goes with the date of an event",
                          c->spec_path, c->spec.outcome.column);
    c->spec.outcome.observed_until = c->observed_until;
    return ASSAY_OK;
}

/* A spec that states the line leaves nothing to choose. */
static enum assay_status check_new_line(const struct command_line *c, struct assay_error *err)
{
    if (!c->new_line || isnan(c->spec.at_risk_probability))
        return ASSAY_OK;
    assay_fail(err, ASSAY_EDATA, "%s: its \"at_risk_probability\" is %g; expected none beside "
               "--new-line", c->spec_path, c->spec.at_risk_probability);
    assay_hint(err, "Take the key out of the spec, or leave --new-line out.");
    return ASSAY_EDATA;
}

/* A line and figures carry over only between models of the same event. */
static enum assay_status read_champion(struct command_line *c, struct assay_error *err)
{
    const struct assay_outcome_spec *mine = &c->spec.outcome, *other = &c->champion.spec.outcome;
    enum assay_status status = assay_model_read(c->champion_path, &c->champion, err);
    if (status != ASSAY_OK)
        return status;
    c->intake_options.also = &c->champion.spec;
    if ((mine->date == NULL) == (other->date == NULL) &&
        (mine->date == NULL || mine->horizon_days == other->horizon_days))
        return ASSAY_OK;
    if (mine->date != NULL && other->date != NULL)
        assay_fail(err, ASSAY_EDATA, "%s: the champion predicts an event within %d days, the spec one "
                   "within %d; expected the same", c->champion_path, other->horizon_days,
                   mine->horizon_days);
    else
        assay_fail(err, ASSAY_EDATA, "%s: the champion's outcome is %s, the spec's %s; expected the "
                   "same kind", c->champion_path, other->date != NULL ? "dated" : "a 0/1 column",
                   mine->date != NULL ? "dated" : "a 0/1 column");
    assay_hint(err, "Their probabilities mean different things: calibrate without --champion.");
    return ASSAY_EDATA;
}

/* What the spec asks for and cannot have, whatever the data. */
static enum assay_status check_wishes(const struct command_line *c, struct assay_error *err)
{
    struct assay_declared_limits limits = {0};
    if (c->spec.fit.anchor == ASSAY_ANCHOR_CHAMPION && c->champion_path == NULL) {
        assay_fail(err, ASSAY_EDATA, "%s: its anchor is \"champion\"; expected --champion MODEL",
                   c->spec_path);
        assay_hint(err, "Or choose \"anchor\": \"expert\", \"equal\", \"none\" or \"auto\".");
        return ASSAY_EDATA;
    }
    enum assay_status status =
        assay_declared_limits_init(&c->spec, 1 + c->spec.n_signal, &limits, err);
    if (status == ASSAY_EDATA)
        assay_error_prefix(err, "%s", c->spec_path);
    assay_declared_limits_clear(&limits);
    return status;
}

static enum assay_status read_inputs(struct command_line *c, struct assay_error *err)
{
    struct assay_text notes = {0};
    enum assay_status status = assay_spec_read(c->spec_path, &c->spec, err);
    if (status == ASSAY_OK)
        status = check_wishes(c, err);
    if (status == ASSAY_OK && c->observed_until != ASSAY_NO_DATE)
        status = set_observed_until(c, err);
    if (status == ASSAY_OK)
        status = check_new_line(c, err);
    if (status == ASSAY_OK && c->champion_path != NULL)
        status = read_champion(c, err);
    if (status == ASSAY_OK)
        status = assay_first_look_check(&c->spec, c->spec_path,
                                        c->champion_path != NULL ? &c->champion : NULL, c->new_line,
                                        err);
    if (status == ASSAY_OK)
        status = assay_intake_open(&c->spec, ASSAY_TO_CALIBRATE, &c->intake_options, &c->intake,
                                   err);
    if (status != ASSAY_OK)
        return status;
    status = assay_intake_read_all(&c->intake, err);
    assay_intake_describe(&c->intake, &notes);
    if (notes.length > 0)
        fputs(notes.data, stderr);
    assay_text_clear(&notes);
    return status;
}

static enum assay_status calibrate(struct command_line *c, struct assay_error *err)
{
    struct assay_calibration_request request = {
        .spec = &c->spec,
        .intake = &c->intake,
        .window = c->intake_options.window,
        .champion = c->champion_path != NULL ? &c->champion : NULL,
        .new_line = c->new_line,
        .n_thread = c->intake_options.n_thread,
        .progress = &c->progress};
    enum assay_status status = assay_calibration_run(&request, &c->calibration, err);
    char created[ASSAY_DATE_SIZE];
    int32_t today = ASSAY_NO_DATE;
    if (status == ASSAY_OK)
        status = assay_date_of_run(c->as_of, &today, err);
    if (status != ASSAY_OK)
        return status;
    assay_date_print(today, created);
    struct assay_assembly parts = {.spec = &c->spec,
                                   .calibration = &c->calibration,
                                   .intake = &c->intake,
                                   .created = created};
    status = assay_assemble(&parts, &c->model, err);
    if (status == ASSAY_OK && c->champion_path != NULL)
        status = assay_zone_moves_find(&c->champion, &c->model, &c->calibration.history,
                                       c->intake_options.window, &c->zone_moves, err);
    return status;
}

/* The accounts that change zone, as CSV. */
static enum assay_status deliver_moves(const struct command_line *c, struct assay_error *err)
{
    struct assay_text text = {0};
    if (c->moves_path == NULL)
        return ASSAY_OK;
    enum assay_status status = assay_zone_moves_write(&c->zone_moves, &c->champion, &c->model,
                                                      &c->calibration.history, &text, err);
    if (status == ASSAY_OK)
        status = assay_file_write(c->moves_path, text.data, text.length, err);
    assay_text_clear(&text);
    return status;
}

/* The page to hand on, into html; nothing without --report. */
static enum assay_status make_report(const struct command_line *c,
                                     struct assay_held_out *held_out,
                                     const struct assay_zone_result zones[],
                                     const struct assay_text *model_file, struct assay_text *html,
                                     struct assay_error *err)
{
    struct assay_text page = {0};
    if (c->report == NULL)
        return ASSAY_OK;
    enum assay_status status = assay_held_out_score(held_out, err);
    if (status == ASSAY_OK)
        status = assay_candidate_page_write(held_out, &c->model, zones, assay_csv_name(c->intake.csv),
                                            model_file, &page, err);
    if (status == ASSAY_OK)
        status = assay_report_page(page.data, page.length, c->model.spec.name, html, err);
    assay_text_clear(&page);
    return status;
}

static enum assay_status deliver_report(const struct command_line *c, const struct assay_text *html,
                                        struct assay_error *err)
{
    if (c->report == NULL)
        return ASSAY_OK;
    if (!assay_report_has_charts())
        fprintf(stderr, "%s: without charts; this program was built without npm, its tables have all "
                        "numbers\n", c->report);
    return assay_file_write(c->report, html->data, html->length, err);
}

/* Everything is made before anything is written: a failure leaves no file behind. */
static enum assay_status make_results(struct command_line *c, struct assay_zone_result zones[],
                                      struct assay_summary_words *words, struct assay_text *model_file,
                                      struct assay_text *html, struct assay_error *err)
{
    struct assay_held_out held_out = {0};
    enum assay_status status = assay_held_out_init(&c->model, &c->calibration, &held_out, err);
    if (status == ASSAY_OK)
        status = assay_held_out_zones(&held_out, &c->model, zones, err);
    if (status == ASSAY_OK)
        status = assay_summary_words_find(&c->model, &c->calibration, words, err);
    if (status == ASSAY_OK)
        status = assay_model_write(&c->model, model_file, err);
    if (status == ASSAY_OK)
        status = make_report(c, &held_out, zones, model_file, html, err);
    assay_held_out_clear(&held_out);
    return status;
}

static enum assay_status deliver(struct command_line *c, struct assay_error *err)
{
    struct assay_text text = {0}, html = {0};
    struct assay_summary_words words = {0};
    struct assay_zone_result zones[ASSAY_MAX_ZONES];
    enum assay_status status = make_results(c, zones, &words, &text, &html, err);
    bool to_stdout = strcmp(c->output, "-") == 0;
    if (status == ASSAY_OK && !to_stdout)
        status = assay_file_write(c->output, text.data, text.length, err);
    if (status == ASSAY_OK)
        status = deliver_moves(c, err);
    if (status == ASSAY_OK)
        status = deliver_report(c, &html, err);
    if (status == ASSAY_OK && (to_stdout || c->json)) {
        fwrite(text.data, 1, text.length, stdout);
        status = assay_flush_stdout(err);
    }
    if (status == ASSAY_OK && !c->json) {
        FILE *people = to_stdout ? stderr : stdout;
        assay_calibrate_print(people, &c->model, &c->calibration, zones,
                              c->champion_path != NULL ? &c->zone_moves : NULL, &words,
                              assay_csv_name(c->intake.csv));
        fprintf(people, "\nWritten: %s (%.19s...)%s%s\n", to_stdout ? "standard output" : c->output,
                c->model.digest, c->report != NULL ? ", " : "", c->report != NULL ? c->report : "");
        status = assay_flush_stdout(err);
    }
    assay_summary_words_clear(&words);
    assay_text_clear(&text);
    assay_text_clear(&html);
    return status;
}

static void clear(struct command_line *c)
{
    assay_zone_moves_clear(&c->zone_moves);
    assay_calibration_clear(&c->calibration);
    assay_intake_close(&c->intake);
    assay_model_clear(&c->model);
    assay_model_clear(&c->champion);
    assay_spec_clear(&c->spec);
}

static int inputs_from_stdin(const struct command_line *c)
{
    return (strcmp(c->spec_path, "-") == 0) + (strcmp(c->intake_options.path, "-") == 0) +
           (c->champion_path != NULL && strcmp(c->champion_path, "-") == 0);
}

int assay_calibrate_main(int argc, char **argv)
{
    struct command_line c = {.output = "candidate.json",
                            .as_of = ASSAY_NO_DATE,
                            .observed_until = ASSAY_NO_DATE,
                            .intake_options = assay_intake_options_default()};
    const struct assay_option options[] = {
        ASSAY_INTAKE_OPTIONS(c.intake_options),
        {"output", 'o', ASSAY_OPTION_TEXT, "FILE", "candidate model; \"-\" for standard output",
         &c.output, 0, 0, NULL},
        {"champion", 0, ASSAY_OPTION_TEXT, "FILE",
         "model in force, or the registry of versions that has it, to anchor on and compare with; its "
         "at-risk line is kept",
         &c.champion_path, 0, 0, NULL},
        {"moves", 0, ASSAY_OPTION_TEXT, "FILE",
         "list the accounts that change zone against the champion, CSV", &c.moves_path, 0, 0, NULL},
        {"report", 0, ASSAY_OPTION_TEXT, "FILE", "also the candidate as a page to hand on, HTML",
         &c.report, 0, 0, NULL},
        {"observed-until", 0, ASSAY_OPTION_DATE, "DATE",
         "last day whose events are in the data, in place of the spec's", &c.observed_until, 0, 0,
         NULL},
        {"new-line", 0, ASSAY_OPTION_FLAG, NULL, "choose the at-risk line anew", &c.new_line, 0, 0,
         NULL},
        {"as-of", 0, ASSAY_OPTION_DATE, "DATE", "day of creation that the model states",
         &c.as_of, 0, 0, NULL},
        {"json", 0, ASSAY_OPTION_FLAG, NULL, "print the model instead of the summary", &c.json, 0,
         0, NULL},
    };
    const struct assay_command command = {
        .name = "calibrate",
        .operands = "SPEC",
        .summary = "Fit component weights to historical outcomes and write a candidate model.",
        .options = options,
        .n_option = sizeof options / sizeof options[0],
        .min_operand = 1,
        .max_operand = 1};
    int exit_status = assay_options_parse(&command, argc, argv, &c.spec_path);
    if (exit_status != ASSAY_GO_ON)
        return exit_status;
    if (c.intake_options.path == NULL)
        return assay_misuse(&command, "no data; expected --data FILE");
    if (c.moves_path != NULL && c.champion_path == NULL)
        return assay_misuse(&command, "--moves lists changes against a champion; expected --champion "
                                      "MODEL");
    if (inputs_from_stdin(&c) > 1)
        return assay_misuse(&command, "more than one of spec, data and champion come from standard "
                                      "input");
    if (c.report != NULL && strcmp(c.report, "-") == 0)
        return assay_misuse(&command, "--report takes a file, not standard output");
    struct assay_error err = {0};
    assay_progress_init(&c.progress, c.intake_options.quiet);
    enum assay_status status = read_inputs(&c, &err);
    if (status == ASSAY_OK)
        status = calibrate(&c, &err);
    if (status == ASSAY_OK)
        status = deliver(&c, &err);
    clear(&c);
    return status == ASSAY_OK ? 0 : assay_complain(&err);
}
