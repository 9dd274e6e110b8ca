#include "score/score.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/json_write.h"
#include "core/base/number.h"
#include "core/base/options.h"
#include "core/model/model.h"
#include "core/model/points.h"
#include "core/model/scorer.h"
#include "core/signal/intake.h"
#include "score/rows.h"

enum { BLOCK_ROWS = 4096, DRIVERS = 3 };

struct scoring {
    const char *model_path, *output_path;
    struct assay_intake_options intake_options;
    bool explain, json;

    struct assay_model model;
    struct assay_intake intake;
    struct assay_scorer scorer;
    struct assay_output output;
    struct assay_text line;
    unsigned char *state;
    size_t count[ASSAY_ROW_STATES];
    size_t n_scored, n_dropped, n_unseen, n_new_segment, n_unknown, n_incomplete;
    size_t zone_count[ASSAY_MAX_ZONES];
};

static void put_cell(struct assay_text *line, const char *text)
{
    assay_text_csv(line, text, strlen(text), ',');
}

static void put_number(struct assay_text *line, double value)
{
    char text[ASSAY_NUMBER_SIZE];
    assay_text_add(line, text, assay_number_print(value, text));
}

static void put_header(struct scoring *s)
{
    struct assay_text *line = &s->line;
    put_cell(line, s->model.spec.id);
    assay_text_putc(line, ',');
    put_cell(line, s->model.spec.as_of != NULL ? s->model.spec.as_of : "as_of");
    assay_text_puts(line, ",composite,score,probability,zone,note");
    struct assay_text name = {0};
    for (size_t j = 0; s->explain && j < s->model.n_signal; j++) {
        assay_text_reset(&name);
        assay_text_printf(&name, "points:%s", s->model.spec.signals[j].name);
        assay_text_putc(line, ',');
        assay_text_csv(line, name.data != NULL ? name.data : "", name.length, ',');
        line->failed = line->failed || name.failed;
    }
    assay_text_clear(&name);
    for (size_t k = 1; s->explain && k <= DRIVERS; k++)
        assay_text_printf(line, ",driver_%zu", k);
    assay_text_putc(line, '\n');
}

/* What the reader of a score should know about it: nothing, or a few words. */
static void put_note(struct scoring *s, const struct assay_score *score)
{
    const char *comma = "";
    if (score->dropped) {
        assay_text_puts(&s->line, "no score: a required signal is missing");
        return;
    }
    if (score->unseen_plan) {
        assay_text_puts(&s->line, "new plan");
        comma = "; ";
    }
    if (score->terms.unseen) {
        assay_text_printf(&s->line, "%snew segment", comma);
        comma = "; ";
    }
    if (score->n_unknown > 0) {
        assay_text_printf(&s->line, "%s%zu new %s", comma, score->n_unknown,
                          score->n_unknown == 1 ? "category" : "categories");
        comma = "; ";
    }
    if (score->n_missing > 0)
        assay_text_printf(&s->line, "%s%zu missing", comma, score->n_missing);
}

static void put_explanation(struct scoring *s, const double normalised[], const bool missing[],
                            const struct assay_score *score)
{
    double points[ASSAY_MAX_SIGNALS];
    size_t n = s->model.n_signal;
    for (size_t j = 0; j < n; j++) {
        points[j] = score->dropped ? 0
                                   : assay_points_of_signal(&s->model, score->terms, j,
                                                            normalised[j], missing[j]);
        assay_text_putc(&s->line, ',');
        if (!score->dropped)
            put_number(&s->line, points[j] + 0.0); /* never -0 */
    }
    for (size_t k = 0; k < DRIVERS; k++) {
        size_t worst = 0;
        for (size_t j = 1; j < n; j++)
            if (points[j] < points[worst])
                worst = j;
        assay_text_putc(&s->line, ',');
        if (points[worst] < 0) /* one that does not pull the score down is no driver */
            put_cell(&s->line, s->model.spec.signals[worst].name);
        points[worst] = 0;
    }
}

static void put_row(struct scoring *s, size_t row)
{
    const struct assay_table *table = &s->intake.table;
    double normalised[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    struct assay_score score;
    struct assay_text *line = &s->line;
    assay_scorer_row(&s->scorer, table, row, normalised, missing, &score);
    const struct assay_column *id = &table->columns[s->scorer.columns.id];
    put_cell(line, assay_dictionary_text(id->dictionary, id->codes[row]));
    assay_text_putc(line, ',');
    if (s->scorer.columns.as_of != ASSAY_NO_COLUMN) {
        char day[ASSAY_DATE_SIZE];
        int32_t as_of = table->columns[s->scorer.columns.as_of].dates[row];
        if (as_of != ASSAY_NO_DATE)
            assay_text_puts(line, assay_date_print(as_of, day));
    }
    assay_text_putc(line, ',');
    if (score.dropped) {
        assay_text_puts(line, ",,,,");
    } else {
        put_number(line, score.composite);
        assay_text_putc(line, ',');
        put_number(line, score.score);
        assay_text_putc(line, ',');
        put_number(line, score.probability);
        assay_text_putc(line, ',');
        put_cell(line, s->model.spec.zones[score.zone].name);
        assay_text_putc(line, ',');
    }
    put_note(s, &score);
    if (s->explain)
        put_explanation(s, normalised, missing, &score);
    assay_text_putc(line, '\n');
    s->n_scored += !score.dropped;
    s->n_dropped += score.dropped;
    s->n_unseen += score.unseen_plan && !score.dropped;
    s->n_new_segment += score.terms.unseen && !score.dropped;
    s->n_unknown += score.n_unknown > 0;
    s->n_incomplete += score.n_missing > 0;
    if (!score.dropped)
        s->zone_count[score.zone]++;
}

static enum assay_status score_block(struct scoring *s, struct assay_error *err)
{
    enum assay_status status = assay_scorer_extend(&s->scorer, &s->intake.table, err);
    if (status != ASSAY_OK)
        return status;
    assay_window_apply(&s->scorer.columns, &s->intake.table, s->intake_options.window, s->state,
                       s->count);
    for (size_t i = 0; i < s->intake.table.n_row; i++)
        if (s->state[i] == ASSAY_ROW_USED)
            put_row(s, i);
    if (s->line.failed)
        return assay_fail_memory(err, "writing scores");
    if (s->output.stream != NULL)
        fwrite(s->line.data, 1, s->line.length, s->output.stream);
    assay_text_reset(&s->line);
    assay_score_forget_rows(&s->scorer, &s->intake.table);
    return ASSAY_OK;
}

static enum assay_status run(struct scoring *s, struct assay_error *err)
{
    bool more = true;
    enum assay_status status = assay_model_read(s->model_path, &s->model, err);
    if (status == ASSAY_OK)
        status = assay_intake_open(&s->model.spec, ASSAY_TO_SCORE, &s->intake_options, &s->intake,
                                   err);
    if (status == ASSAY_OK)
        status = assay_scorer_init(&s->model, &s->intake.table, &s->scorer, err);
    if (status == ASSAY_OK && (s->state = malloc(BLOCK_ROWS)) == NULL)
        status = assay_fail_memory(err, "scoring");
    if (status == ASSAY_OK && (!s->json || s->output_path != NULL))
        status = assay_output_open(s->output_path, &s->output, err);
    if (status == ASSAY_OK)
        put_header(s);
    while (status == ASSAY_OK && more) {
        status = assay_intake_read(&s->intake, BLOCK_ROWS, &more, err);
        if (status == ASSAY_OK)
            status = score_block(s, err);
    }
    if (s->intake.csv != NULL) {
        struct assay_text notes = {0};
        assay_intake_describe(&s->intake, &notes);
        if (notes.length > 0)
            fputs(notes.data, stderr);
        assay_text_clear(&notes);
    }
    if (status == ASSAY_OK && s->output.stream != NULL)
        status = assay_output_finish(&s->output, err);
    return status;
}

/* ---- what was done ---- */

static void say(const struct scoring *s)
{
    fprintf(stderr, "%s %s: %zu snapshots scored", s->model.spec.name, s->model.version,
            s->n_scored);
    for (size_t z = 0; z < s->model.spec.n_zone; z++)
        fprintf(stderr, "%s %s %zu", z == 0 ? ":" : ",", s->model.spec.zones[z].name,
                s->zone_count[z]);
    fprintf(stderr, "\n");
    if (s->count[ASSAY_ROW_OUTSIDE_WINDOW] > 0)
        fprintf(stderr, "  %zu outside the window of dates\n", s->count[ASSAY_ROW_OUTSIDE_WINDOW]);
    if (s->n_dropped > 0)
        fprintf(stderr, "  %zu without a score: a signal whose policy is \"drop\" is missing\n",
                s->n_dropped);
    if (s->n_unseen > 0)
        fprintf(stderr, "  %zu on a plan that calibration never saw: compared with all accounts\n",
                s->n_unseen);
    if (s->n_new_segment > 0)
        fprintf(stderr, "  %zu of a segment that calibration never saw: scored as everybody is\n",
                s->n_new_segment);
    if (s->n_unknown > 0)
        fprintf(stderr, "  %zu with a category that has no points: treated as missing\n",
                s->n_unknown);
    if (s->n_incomplete > 0)
        fprintf(stderr, "  %zu with at least one signal missing\n", s->n_incomplete);
    if (assay_model_is_nominal(&s->model))
        fprintf(stderr, "  probabilities are nominal: an imported scorecard, not fitted\n");
    size_t bad = assay_csv_reject_count(s->intake.csv);
    if (bad > 0)
        fprintf(stderr, "  %zu bad rows left out\n", bad);
}

static enum assay_status print_json(const struct scoring *s, struct assay_error *err)
{
    struct assay_json_writer json = {0};
    assay_json_open(&json, NULL, '{');
    assay_json_put_string(&json, "format", "assay-scores/1");
    assay_json_open(&json, "model", '{');
    assay_json_put_string(&json, "name", s->model.spec.name);
    assay_json_put_string(&json, "version", s->model.version);
    assay_json_put_string(&json, "digest", s->model.digest);
    assay_json_close(&json);
    assay_json_put_count(&json, "scored", s->n_scored);
    assay_json_put_count(&json, "outside_window", s->count[ASSAY_ROW_OUTSIDE_WINDOW]);
    assay_json_put_count(&json, "without_score", s->n_dropped);
    assay_json_put_count(&json, "new_plan", s->n_unseen);
    assay_json_put_count(&json, "new_segment", s->n_new_segment);
    assay_json_put_count(&json, "new_category", s->n_unknown);
    assay_json_put_count(&json, "incomplete", s->n_incomplete);
    assay_json_put_count(&json, "bad_rows", assay_csv_reject_count(s->intake.csv));
    assay_json_open(&json, "zones", '{');
    for (size_t z = 0; z < s->model.spec.n_zone; z++)
        assay_json_put_count(&json, s->model.spec.zones[z].name, s->zone_count[z]);
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
    struct scoring s = {.intake_options = assay_intake_options_default()};
    const struct assay_option options[] = {
        ASSAY_INTAKE_OPTIONS(s.intake_options),
        {"output", 'o', ASSAY_OPTION_TEXT, "FILE", "scores, CSV, in the order of the data; standard "
         "output without it", &s.output_path, 0, 0, NULL},
        {"explain", 0, ASSAY_OPTION_FLAG, NULL,
         "add each signal's points and the three that pull the score down most", &s.explain, 0, 0,
         NULL},
        {"json", 0, ASSAY_OPTION_FLAG, NULL, "print how many snapshots fall in each zone, as JSON; "
         "scores are written where --output says, if it does", &s.json, 0, 0, NULL},
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
    int exit_status = assay_options_parse(&command, argc, argv, &s.model_path);
    if (exit_status != ASSAY_GO_ON)
        return exit_status;
    if (s.intake_options.path == NULL)
        return assay_misuse(&command, "no data; expected --data FILE");
    if (strcmp(s.model_path, "-") == 0 && strcmp(s.intake_options.path, "-") == 0)
        return assay_misuse(&command, "both the model and the data come from standard input");
    if (s.json && s.output_path != NULL && strcmp(s.output_path, "-") == 0)
        return assay_misuse(&command, "--json beside --output=-: the scores would mix with it");
    struct assay_error err = {0};
    enum assay_status status = run(&s, &err);
    if (status == ASSAY_OK && s.json)
        status = print_json(&s, &err);
    else if (status == ASSAY_OK)
        say(&s);
    exit_status = status == ASSAY_OK ? 0 : assay_complain(&err);
    free(s.state);
    assay_text_clear(&s.line);
    assay_output_abort(&s.output);
    if (s.scorer.model != NULL)
        assay_scorer_clear(&s.scorer);
    assay_intake_close(&s.intake);
    assay_model_clear(&s.model);
    return exit_status;
}
