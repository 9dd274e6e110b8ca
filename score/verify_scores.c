#include "score/verify_scores.h"

#include <stdio.h>
#include <string.h>

#include "core/base/options.h"
#include "score/verify_run.h"

enum { SHOWN = 10, MOST_DECIMALS = 15, MOST_SHOWN = 1000000 };

static enum assay_status print_words(const struct assay_agreement *result, struct assay_error *err)
{
    struct assay_text words = {0};
    assay_agreement_words(result, &words);
    enum assay_status status = words.failed ? assay_fail_memory(err, "writing the result")
                                            : assay_file_write("-", words.data, words.length, err);
    assay_text_clear(&words);
    return status;
}

static enum assay_status print_json(const struct assay_agreement *result, struct assay_error *err)
{
    struct assay_json_writer json = {0};
    assay_agreement_json(result, &json);
    enum assay_status status = json.out.failed
                                   ? assay_fail_memory(err, "writing JSON")
                                   : assay_file_write("-", json.out.data, json.out.length, err);
    assay_text_clear(&json.out);
    return status;
}

static int verify(const struct assay_verify_options *options, bool json)
{
    struct assay_verify_run run = {0};
    struct assay_error err = {0};
    enum assay_status status = assay_verify(options, &run, &err);
    if (run.intake.csv != NULL) {
        struct assay_text notes = {0};
        assay_intake_describe(&run.intake, &notes);
        if (notes.length > 0)
            fputs(notes.data, stderr);
        assay_text_clear(&notes);
    }
    if (status == ASSAY_OK)
        status = json ? print_json(&run.result, &err) : print_words(&run.result, &err);
    int exit_status = status != ASSAY_OK                    ? assay_complain(&err)
                      : assay_agreement_agrees(&run.result) ? 0
                                                            : 1;
    assay_verify_clear(&run);
    return exit_status;
}

static bool is_stdin(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}

static int check(const struct assay_command *command, const struct assay_verify_options *options)
{
    if (options->data.path == NULL)
        return assay_misuse(command, "no data; expected --data FILE");
    if (options->theirs.path == NULL)
        return assay_misuse(command, "no scores; expected --scores FILE");
    if (is_stdin(options->model_path) + is_stdin(options->data.path) +
            is_stdin(options->theirs.path) >
        1)
        return assay_misuse(command,
                            "only one of model, data and scores can come from standard input");
    if (is_stdin(options->output_path))
        return assay_misuse(command, "--output=- is where the result is printed; expected a file");
    return ASSAY_GO_ON;
}

static const char notes[] =
    "What they have of score, probability, composite and zone is compared; at least one must be there.\n"
    "Columns with the names of signals (normalised, 0-100) or \"points:NAME\" tell where a disagreement\n"
    "begins. With or without them, each signal is treated another way (missing as 0, not clamped, another\n"
    "cohort, ...) to see what would explain it. Rows of the same account and date are matched in the\n"
    "order in which they stand. An account without a score need not be there.";

int assay_verify_scores_main(int argc, char **argv)
{
    struct assay_verify_options o = {.data = assay_intake_options_default(),
                                     .tolerance = 1e-9,
                                     .decimals = ASSAY_NOT_ROUNDED,
                                     .probability_decimals = ASSAY_NOT_ROUNDED,
                                     .show = SHOWN};
    bool json = false;
    const struct assay_option options[] = {
        ASSAY_INTAKE_OPTIONS(o.data),
        {"scores", 's', ASSAY_OPTION_TEXT, "FILE", "what the other scorer says, CSV; \"-\" for standard "
         "input", &o.theirs.path, 0, 0, NULL},
        {"id", 0, ASSAY_OPTION_TEXT, "COLUMN", "where the scores have the account; without it the model's "
         "id", &o.theirs.id, 0, 0, NULL},
        {"as-of", 0, ASSAY_OPTION_TEXT, "COLUMN", "where they have the date; without it the model's as_of, "
         "if both files have it", &o.theirs.as_of, 0, 0, NULL},
        {"score", 0, ASSAY_OPTION_TEXT, "COLUMN", "where they have the score; without it \"score\"",
         &o.theirs.column[ASSAY_THE_SCORE], 0, 0, NULL},
        {"probability", 0, ASSAY_OPTION_TEXT, "COLUMN", "likewise the probability of the event",
         &o.theirs.column[ASSAY_THE_PROBABILITY], 0, 0, NULL},
        {"composite", 0, ASSAY_OPTION_TEXT, "COLUMN", "likewise the composite",
         &o.theirs.column[ASSAY_THE_COMPOSITE], 0, 0, NULL},
        {"zone", 0, ASSAY_OPTION_TEXT, "COLUMN", "likewise the name of the zone",
         &o.theirs.column[ASSAY_THE_ZONE], 0, 0, NULL},
        {"scores-delimiter", 0, ASSAY_OPTION_CHAR, "C", "what stands between their fields; guessed from "
         "the header line without it", &o.theirs.delimiter, 0, 0, NULL},
        {"tolerance", 0, ASSAY_OPTION_NUMBER, "T", "what scores and composites may differ by; "
         "probabilities by a hundredth of it; 0: to the last bit", &o.tolerance, 0, 100, NULL},
        {"rounded", 0, ASSAY_OPTION_COUNT, "N", "their scores and composites are rounded to N decimals: "
         "half a unit more is allowed, and the zone of any score within it", &o.decimals, 0,
         MOST_DECIMALS, NULL},
        {"rounded-probability", 0, ASSAY_OPTION_COUNT, "N", "likewise their probabilities; without it two "
         "decimals more than --rounded", &o.probability_decimals, 0, MOST_DECIMALS, NULL},
        {"partial", 0, ASSAY_OPTION_FLAG, NULL, "accounts that they leave out are no disagreement",
         &o.partial, 0, 0, NULL},
        {"show", 0, ASSAY_OPTION_COUNT, "N", "disagreements to tell one by one", &o.show, 0, MOST_SHOWN,
         NULL},
        {"output", 'o', ASSAY_OPTION_TEXT, "FILE", "write every disagreement, CSV", &o.output_path, 0, 0,
         NULL},
        {"json", 0, ASSAY_OPTION_FLAG, NULL, "print the result as JSON", &json, 0, 0, NULL},
    };
    const struct assay_command command = {
        .name = "verify-scores",
        .operands = "MODEL",
        .summary = "Does another scorer agree with ours? Scores the data and compares, account by account.",
        .options = options,
        .n_option = sizeof options / sizeof options[0],
        .min_operand = 1,
        .max_operand = 1,
        .notes = notes};
    int exit_status = assay_options_parse(&command, argc, argv, &o.model_path);
    if (exit_status == ASSAY_GO_ON)
        exit_status = check(&command, &o);
    if (exit_status != ASSAY_GO_ON)
        return exit_status;
    if (o.decimals != ASSAY_NOT_ROUNDED && o.probability_decimals == ASSAY_NOT_ROUNDED)
        o.probability_decimals = o.decimals + 2; /* percentages of as many decimals */
    return verify(&o, json);
}
