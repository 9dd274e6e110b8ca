/* assay.c - the front door: names the commands, hands over */
#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "calibrate/calibrate.h"
#include "calibrate/init/init.h"
#include "core/base/text.h"
#include "datasets/simulate.h"
#include "release/release.h"
#include "score/score.h"
#include "validate/validate.h"

#define ASSAY_VERSION "0.1.0"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"init", assay_init_main, "draft a spec from what the data looks like"},
    {"calibrate", assay_calibrate_main, "history -> weights with their uncertainty, a candidate model"},
    {"validate", assay_validate_main, "model + outcomes -> accuracy audit with a verdict"},
    {"score", assay_score_main, "model + snapshots -> scores, probabilities, zones"},
    {"release", assay_release_main, "candidate + audit -> an immutable version, and the way back"},
    {"simulate", assay_simulate_main, "scenario -> data with a known truth"},
};
enum { N_COMMAND = sizeof commands / sizeof commands[0] };

static int print_usage(void)
{
    printf("Usage: assay COMMAND [OPTION]...\n"
           "Calibrate, audit, release and score customer health models.\n\n");
    for (size_t k = 0; k < N_COMMAND; k++)
        printf("  %-10s %s\n", commands[k].name, commands[k].summary);
    printf("\n\"assay COMMAND --help\" tells more of each; \"assay --version\" what this is.\n"
           "Exit status: 0 done or yes, 1 the check says no, 2 could not do it.\n");
    return fflush(stdout) == 0 ? 0 : 2;
}

static int unknown_command(const char *word)
{
    const char *names[N_COMMAND];
    for (size_t k = 0; k < N_COMMAND; k++)
        names[k] = commands[k].name;
    const char *nearest = assay_nearest_word(word, names, N_COMMAND);
    fprintf(stderr, "assay: unknown command \"%.40s\"\n", word);
    if (nearest != NULL)
        fprintf(stderr, "  hint: Did you mean \"%s\"?\n", nearest);
    else
        fprintf(stderr, "  hint: \"assay --help\" lists the commands.\n");
    return 2;
}

int main(int argc, char **argv)
{
    gsl_set_error_handler_off();
    signal(SIGPIPE, SIG_IGN); /* a closed pipe becomes an error that we report */
    if (argc < 2) {
        fprintf(stderr, "assay: expected a command\n  hint: \"assay --help\" lists them.\n");
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0)
        return print_usage();
    if (strcmp(argv[1], "--version") == 0) {
        printf("assay " ASSAY_VERSION "\n");
        return fflush(stdout) == 0 ? 0 : 2;
    }
    for (size_t k = 0; k < N_COMMAND; k++)
        if (strcmp(argv[1], commands[k].name) == 0)
            return commands[k].run(argc - 1, argv + 1);
    return unknown_command(argv[1]);
}
