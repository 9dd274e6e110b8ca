#include "datasets/simulate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/json_write.h"
#include "core/base/options.h"
#include "datasets/scenario.h"
#include "datasets/simulated_csv.h"

#define AS_THE_SCENARIO SIZE_MAX

struct request {
    const char *output;
    size_t seed, n_account;
    bool truth, json;
};

static int parse(int argc, char **argv, struct request *request, const char *operands[])
{
    const struct assay_option options[] = {
        {"output", 'o', ASSAY_OPTION_TEXT, "FILE", "the table, CSV, \"-\" for standard output [-]",
         &request->output, 0, 0, NULL},
        {"seed", 0, ASSAY_OPTION_COUNT, "N", "random seed [the scenario's]", &request->seed, 0,
         9007199254740992.0, NULL},
        {"accounts", 0, ASSAY_OPTION_COUNT, "N", "accounts to draw [the scenario's]",
         &request->n_account, 1, 1e7, NULL},
        {"truth", 0, ASSAY_OPTION_FLAG, NULL,
         "also write each snapshot's true probability of churn, that had nobody acted, whether it "
         "churned, and whether it was saved",
         &request->truth, 0, 0, NULL},
        {"json", 0, ASSAY_OPTION_FLAG, NULL,
         "summary as JSON on standard output; needs --output=FILE", &request->json, 0, 0, NULL},
    };
    const struct assay_command command = {
        .name = "simulate",
        .operands = "SCENARIO",
        .summary = "Draw the snapshots of invented accounts whose risk of churn is known.",
        .options = options,
        .n_option = sizeof options / sizeof options[0],
        .min_operand = 1,
        .max_operand = 1,
        .notes = "The scenario is JSON; datasets/README.md explains it. The same scenario, seed "
                 "and build give\nthe same bytes, and an account is the same however many are "
                 "drawn.",
    };
    int status = assay_options_parse(&command, argc, argv, operands);
    if (status != ASSAY_GO_ON)
        return status;
    if (request->json && (request->output == NULL || strcmp(request->output, "-") == 0))
        return assay_misuse(&command, "--json needs --output=FILE: the table would mix with it");
    return ASSAY_GO_ON;
}

static void print_summary(const struct assay_scenario *scenario,
                          const struct assay_simulated_summary *sum)
{
    fprintf(stderr,
            "%s: %zu snapshots of %zu accounts, seed %zu; %zu churn within %zu days (%.1f%%; true "
            "mean risk %.1f%%), %zu acted on, %zu of them saved\n",
            scenario->name, sum->n_row, scenario->n_account, scenario->seed, sum->n_churned,
            scenario->horizon_days, 100.0 * (double)sum->n_churned / (double)sum->n_row,
            100.0 * sum->mean_prob, sum->n_acted, sum->n_saved);
}

static enum assay_status print_json(const struct assay_scenario *scenario,
                                    const struct assay_simulated_summary *sum,
                                    struct assay_error *err)
{
    struct assay_json_writer json = {0};
    assay_json_open(&json, NULL, '{');
    assay_json_put_string(&json, "scenario", scenario->name);
    assay_json_put_count(&json, "seed", scenario->seed);
    assay_json_put_count(&json, "accounts", scenario->n_account);
    assay_json_put_count(&json, "rows", sum->n_row);
    assay_json_put_count(&json, "churned", sum->n_churned);
    assay_json_put_count(&json, "acted_on", sum->n_acted);
    assay_json_put_count(&json, "saved", sum->n_saved);
    assay_json_put_number(&json, "mean_true_probability", sum->mean_prob);
    assay_json_close(&json);
    enum assay_status status = ASSAY_OK;
    if (json.out.failed)
        status = assay_fail_memory(err, "printing the summary");
    else
        status = assay_file_write("-", json.out.data, json.out.length, err);
    assay_text_clear(&json.out);
    return status;
}

static enum assay_status write_table(const struct assay_scenario *scenario,
                                     const struct request *request,
                                     struct assay_simulated_summary *sum, struct assay_error *err)
{
    struct assay_output out = {0};
    enum assay_status status = assay_output_open(request->output, &out, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_simulated_csv_write(scenario, scenario->seed, scenario->n_account,
                                       request->truth, out.stream, sum, err);
    if (status == ASSAY_OK)
        status = assay_output_finish(&out, err);
    assay_output_abort(&out);
    return status;
}

static enum assay_status run(const char *path, const struct request *request,
                             struct assay_error *err)
{
    struct assay_scenario scenario = {0};
    struct assay_simulated_summary sum = {0};
    enum assay_status status = assay_scenario_read(path, &scenario, err);
    if (status != ASSAY_OK)
        return status;
    if (request->seed != AS_THE_SCENARIO)
        scenario.seed = request->seed;
    if (request->n_account != AS_THE_SCENARIO)
        scenario.n_account = request->n_account;
    status = write_table(&scenario, request, &sum, err);
    if (status == ASSAY_OK && request->json)
        status = print_json(&scenario, &sum, err);
    else if (status == ASSAY_OK)
        print_summary(&scenario, &sum);
    assay_scenario_clear(&scenario);
    return status;
}

int assay_simulate_main(int argc, char **argv)
{
    struct request request = {.seed = AS_THE_SCENARIO, .n_account = AS_THE_SCENARIO};
    struct assay_error err = {0};
    const char *operands[1];
    int status = parse(argc, argv, &request, operands);
    if (status != ASSAY_GO_ON)
        return status;
    return run(operands[0], &request, &err) == ASSAY_OK ? 0 : assay_complain(&err);
}
