/* assay.c - the front door: names the commands, hands over */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_version.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <xlsxwriter.h>
#include <zlib.h>

#include "calibrate/calibrate.h"
#include "calibrate/import/import.h"
#include "calibrate/init/init.h"
#include "core/base/cpu.h"
#include "core/base/json.h"
#include "core/base/options_page.h"
#include "core/base/version.h"
#include "core/data/csv.h"
#include "datasets/simulate.h"
#include "release/export/export.h"
#include "release/release.h"
#include "score/score.h"
#include "score/verify_scores.h"
#include "validate/validate.h"

static const struct assay_verb commands[] = {
    {"init", assay_init_main, "draft a spec from what the data looks like"},
    {"import", assay_import_main, "a vendor's hand-weighted scorecard -> a model and a spec"},
    {"calibrate", assay_calibrate_main, "history -> weights with their uncertainty, a candidate model"},
    {"validate", assay_validate_main, "model + outcomes -> accuracy audit with a verdict"},
    {"score", assay_score_main, "model + snapshots -> scores, probabilities, zones"},
    {"release", assay_release_main, "candidate + audit -> an immutable version, and the way back"},
    {"export", assay_export_main, "model -> C, Python, JavaScript, SQL, dbt, ONNX, xlsx, Salesforce"},
    {"verify-scores", assay_verify_scores_main, "does another scorer agree with ours?"},
    {"simulate", assay_simulate_main, "scenario -> data with a known truth"},
};

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

#ifdef __OPTIMIZE__
#define BUILD "optimised"
#else
#define BUILD "not optimised"
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CHECKS ", with sanitizers"
#else
#define CHECKS ""
#endif

/* The first line is for programs: "assay 0.1.0". */
static int print_version(void)
{
    printf("assay " ASSAY_VERSION "\n"
           "built by " COMPILER ", " BUILD CHECKS "\n"
           "GSL %s, libcsv %s, cJSON %s, libsodium %s, libxlsxwriter %s, zlib %s\n"
           "Copyright 2026 the Assay authors. Licence GPL-3.0-or-later; no warranty.\n"
           "What it writes is yours: models, reports and exports are not covered by its licence.\n",
           gsl_version, assay_csv_library_version(), assay_json_library_version(),
           sodium_version_string(), lxw_version(), zlibVersion());
    return fflush(stdout) == 0 ? 0 : 2;
}

int main(int argc, char **argv)
{
    static const struct assay_front front = {
        .name = "assay",
        .kind = "command",
        .summary = "Calibrate, audit, release and score customer health models.",
        .verbs = commands,
        .n_verb = sizeof commands / sizeof commands[0],
        .notes = "\"assay COMMAND --help\" tells more of each; \"assay --version\" what this is.\n"
                 "Exit status: 0 done or yes, 1 the check says no, 2 could not do it.",
    };
    gsl_set_error_handler_off();
    signal(SIGPIPE, SIG_IGN); /* a closed pipe becomes an error that we report */
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return print_version();
    struct assay_error err = {0};
    if (assay_cpu_choose(NULL, &err) != ASSAY_OK) {
        fprintf(stderr, "assay: %s\n", err.message);
        return 2;
    }
    return assay_front_main(&front, argc, argv);
}
