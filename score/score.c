#include "score/score.h"

#include <stdio.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/json_write.h"
#include "core/base/options.h"
#include "core/model/model.h"
#include "score/scoring.h"

/* ---- what was done ---- */

/* What the source has to tell, whether it was scored or not. */
static void describe(const struct assay_scoring *s)
{
    struct assay_text notes = {0};
    if (s->intake.csv != NULL)
        assay_intake_describe(&s->intake, &notes);
    if (notes.length > 0)
        fputs(notes.data, stderr);
    assay_text_clear(&notes);
}

static void say(const struct assay_scoring *s)
{
    fprintf(stderr, "%s %s: %zu snapshots scored", s->model.spec.name, s->model.version,
            s->counts.n_scored);
    for (size_t z = 0; z < s->model.spec.n_zone; z++)
        fprintf(stderr, "%s %s %zu", z == 0 ? ":" : ",", s->model.spec.zones[z].name,
                s->counts.zones[z]);
    fprintf(stderr, "\n");
    if (s->states[ASSAY_ROW_OUTSIDE_WINDOW] > 0)
        fprintf(stderr, "  %zu outside the window of dates\n", s->states[ASSAY_ROW_OUTSIDE_WINDOW]);
    if (s->counts.n_dropped > 0)
        fprintf(stderr, "  %zu without a score: a signal whose policy is \"drop\" is missing\n",
                s->counts.n_dropped);
    if (s->counts.n_unseen > 0)
        fprintf(stderr, "  %zu on a plan that calibration never saw: compared with all accounts\n",
                s->counts.n_unseen);
    if (s->counts.n_new_segment > 0)
        fprintf(stderr, "  %zu of a segment that calibration never saw: scored as everybody is\n",
                s->counts.n_new_segment);
    if (s->counts.n_unknown > 0)
        fprintf(stderr, "  %zu with a category that has no points: treated as missing\n",
                s->counts.n_unknown);
    if (s->counts.n_incomplete > 0)
        fprintf(stderr, "  %zu with at least one signal missing\n", s->counts.n_incomplete);
    if (assay_model_is_nominal(&s->model))
        fprintf(stderr, "  probabilities are nominal: an imported scorecard, not fitted\n");
    size_t bad = assay_csv_reject_count(s->intake.csv);
    if (bad > 0)
        fprintf(stderr, "  %zu bad rows left out\n", bad);
}

static enum assay_status print_json(const struct assay_scoring *s, struct assay_error *err)
{
    struct assay_json_writer json = {0};
    assay_json_open(&json, NULL, '{');
    assay_json_put_string(&json, "format", "assay-scores/1");
    assay_json_open(&json, "model", '{');
    assay_json_put_string(&json, "name", s->model.spec.name);
    assay_json_put_string(&json, "version", s->model.version);
    assay_json_put_string(&json, "digest", s->model.digest);
    assay_json_close(&json);
    assay_json_put_count(&json, "scored", s->counts.n_scored);
    assay_json_put_count(&json, "outside_window", s->states[ASSAY_ROW_OUTSIDE_WINDOW]);
    assay_json_put_count(&json, "without_score", s->counts.n_dropped);
    assay_json_put_count(&json, "new_plan", s->counts.n_unseen);
    assay_json_put_count(&json, "new_segment", s->counts.n_new_segment);
    assay_json_put_count(&json, "new_category", s->counts.n_unknown);
    assay_json_put_count(&json, "incomplete", s->counts.n_incomplete);
    assay_json_put_count(&json, "bad_rows", assay_csv_reject_count(s->intake.csv));
    assay_json_open(&json, "zones", '{');
    for (size_t z = 0; z < s->model.spec.n_zone; z++)
        assay_json_put_count(&json, s->model.spec.zones[z].name, s->counts.zones[z]);
    assay_json_close(&json);
    assay_json_close(&json);
    enum assay_status status = json.out.failed
                                   ? assay_fail_memory(err, "writing JSON")
                                   : assay_file_write("-", json.out.data, json.out.length, err);
    assay_text_clear(&json.out);
    return status;
}

int assay_score_main(int argc, char **argv)
{
    struct assay_scoring_options o = {.data = assay_intake_options_default()};
    bool json = false;
    const struct assay_option options[] = {
        ASSAY_INTAKE_OPTIONS(o.data),
        {"output", 'o', ASSAY_OPTION_TEXT, "FILE", "scores, CSV, in the order of the data; standard "
         "output without it", &o.output_path, 0, 0, NULL},
        {"explain", 0, ASSAY_OPTION_FLAG, NULL,
         "add each signal's points and the three that pull the score down most", &o.explain, 0, 0,
         NULL},
        {"json", 0, ASSAY_OPTION_FLAG, NULL, "print how many snapshots fall in each zone, as JSON; "
         "scores are written where --output says, if it does", &json, 0, 0, NULL},
    };
    const struct assay_command command = {
        .name = "score",
        .operands = "MODEL",
        .summary = "Score snapshots with a model: composite, score, probability of the event, zone.",
        .options = options,
        .n_option = sizeof options / sizeof options[0],
        .min_operand = 1,
        .max_operand = 1,
        .notes = "Numbers are written with all their digits. The column \"note\" says what a score "
                 "rests on: signals that\nare missing, a plan, a segment or a category that "
                 "calibration never saw. Points say how far a signal\nmoves the score from where a "
                 "neutral 50 would leave it. MODEL may be a registry of versions\n(\"models\"): the "
                 "one in force then scores."};
    int exit_status = assay_options_parse(&command, argc, argv, &o.model_path);
    if (exit_status != ASSAY_GO_ON)
        return exit_status;
    if (o.data.path == NULL)
        return assay_misuse(&command, "no data; expected --data FILE");
    if (strcmp(o.model_path, "-") == 0 && strcmp(o.data.path, "-") == 0)
        return assay_misuse(&command, "both the model and the data come from standard input");
    if (json && o.output_path != NULL && strcmp(o.output_path, "-") == 0)
        return assay_misuse(&command, "--json beside --output=-: the scores would mix with it");
    o.write = !json || o.output_path != NULL;
    struct assay_scoring scoring = {0};
    struct assay_error err = {0};
    enum assay_status status = assay_scoring_run(&o, &scoring, &err);
    describe(&scoring);
    if (status == ASSAY_OK && o.write)
        status = assay_output_finish(&scoring.output, &err);
    if (status == ASSAY_OK && json)
        status = print_json(&scoring, &err);
    else if (status == ASSAY_OK)
        say(&scoring);
    exit_status = status == ASSAY_OK ? 0 : assay_complain(&err);
    assay_scoring_clear(&scoring);
    return exit_status;
}
