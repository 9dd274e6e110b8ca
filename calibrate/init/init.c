#include "calibrate/init/init.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "calibrate/init/draft.h"
#include "calibrate/init/draft_text.h"
#include "calibrate/init/profile.h"
#include "core/base/file.h"
#include "core/base/options.h"

#define NOT_GIVEN ((size_t)-1)

struct request {
    struct assay_draft_options draft;
    struct assay_profile_options profile;
    size_t horizon_days;
    const char *output;
    bool force; /* output may be there already */
};

static int check_names(const struct assay_command *command, const struct assay_draft_options *o)
{
    const char *const names[] = {o->outcome, o->id, o->as_of};
    static const char *const options[] = {"outcome", "id", "as-of-column"};
    if (o->outcome == NULL)
        return assay_misuse(command, "expected --outcome=COLUMN: who had the event");
    for (size_t a = 0; a < 3; a++)
        for (size_t b = a + 1; b < 3; b++)
            if (names[a] != NULL && names[b] != NULL && strcmp(names[a], names[b]) == 0)
                return assay_misuse(command, "--%s and --%s are both \"%s\"; expected two columns",
                                    options[a], options[b], names[a]);
    return ASSAY_GO_ON;
}

static int parse(int argc, char **argv, struct request *request, const char *operands[])
{
    const struct assay_option options[] = {
        {"outcome", 0, ASSAY_OPTION_TEXT, "COLUMN",
         "who had the event: 0/1, yes/no, true/false, or the date on which it happened",
         &request->draft.outcome, 0, 0, NULL},
        {"output", 'o', ASSAY_OPTION_TEXT, "FILE", "the spec, \"-\" for standard output [-]",
         &request->output, 0, 0, NULL},
        {"force", 0, ASSAY_OPTION_FLAG, NULL, "replace FILE where it exists", &request->force, 0, 0,
         NULL},
        {"id", 0, ASSAY_OPTION_TEXT, "COLUMN", "the account; guessed without it",
         &request->draft.id, 0, 0, NULL},
        {"as-of-column", 0, ASSAY_OPTION_TEXT, "COLUMN",
         "the date of each snapshot; guessed without it", &request->draft.as_of, 0, 0, NULL},
        {"horizon", 0, ASSAY_OPTION_COUNT, "DAYS",
         "an outcome by date counts within so many days after the snapshot [90]",
         &request->horizon_days, 1, 3650, NULL},
        {"observed-until", 0, ASSAY_OPTION_DATE, "DATE",
         "last day on which an outcome by date could be seen; the last date in the file without it",
         &request->draft.observed_until, 0, 0, NULL},
        {"delimiter", 0, ASSAY_OPTION_CHAR, "C",
         "what stands between fields; guessed from the header line without it",
         &request->profile.delimiter, 0, 0, NULL},
        {"quiet", 'q', ASSAY_OPTION_FLAG, NULL, "no progress and no summary on standard error",
         &request->profile.quiet, 0, 0, NULL},
    };
    const struct assay_command command = {
        .name = "init",
        .operands = "DATA",
        .summary = "Draft a commented spec from what a CSV of snapshots looks like.",
        .options = options,
        .n_option = sizeof options / sizeof options[0],
        .min_operand = 1,
        .max_operand = 1,
        .notes = "DATA may be \"-\" for standard input. The draft can be calibrated as it is; every "
                 "guess\nin it is said beside the line, so that it can be read and corrected first.",
    };
    int status = assay_options_parse(&command, argc, argv, operands);
    if (status != ASSAY_GO_ON)
        return status;
    request->draft.horizon_given = request->horizon_days != NOT_GIVEN;
    if (request->draft.horizon_given)
        request->draft.horizon_days = (int32_t)request->horizon_days;
    return check_names(&command, &request->draft);
}

static enum assay_status read_profile(const char *path, const struct request *request,
                                      struct assay_profile *profile, struct assay_error *err)
{
    struct assay_wanted_column wanted[3] = {{request->draft.outcome, "outcome"}};
    size_t n = 1;
    if (request->draft.id != NULL)
        wanted[n++] = (struct assay_wanted_column){request->draft.id, "id"};
    if (request->draft.as_of != NULL)
        wanted[n++] = (struct assay_wanted_column){request->draft.as_of, "as_of"};
    return assay_profile_read(path, &request->profile, wanted, n, profile, err);
}

/* A spec is corrected by hand: a second draft must not wipe that out unasked. */
static enum assay_status check_output(const struct request *request, struct assay_error *err)
{
    const char *path = request->output;
    struct stat found;
    if (request->force || path == NULL || strcmp(path, "-") == 0 || stat(path, &found) != 0 ||
        !S_ISREG(found.st_mode))
        return ASSAY_OK;
    assay_fail(err, ASSAY_EDATA, "%s exists; expected a new file", path);
    assay_hint(err, "Use --force to replace it.");
    return ASSAY_EDATA;
}

static void print_summary(const char *path, const struct request *request,
                          const struct assay_profile *profile, const struct assay_text *summary)
{
    if (profile->complaints.length > 0)
        fputs(profile->complaints.data, stderr);
    if (request->profile.quiet)
        return;
    fputs(summary->data, stderr);
    if (request->output != NULL && strcmp(request->output, "-") != 0)
        fprintf(stderr, "next: read %s, then: assay calibrate %s --data=%s\n", request->output,
                request->output, path);
}

static enum assay_status run(const char *path, const struct request *request,
                             struct assay_error *err)
{
    struct assay_profile profile = {0};
    struct assay_draft draft = {0};
    struct assay_text spec = {0}, summary = {0};
    enum assay_status status = check_output(request, err);
    if (status == ASSAY_OK)
        status = read_profile(path, request, &profile, err);
    if (status == ASSAY_OK)
        status = assay_draft_make(&profile, &request->draft, &draft, err);
    if (status == ASSAY_OK) {
        assay_draft_print_spec(&draft, &spec);
        assay_draft_print_summary(&draft, &summary);
        status = spec.failed || summary.failed
                     ? assay_fail_memory(err, "writing the spec")
                     : assay_file_write(request->output, spec.data, spec.length, err);
    }
    if (status == ASSAY_OK)
        print_summary(path, request, &profile, &summary);
    assay_text_clear(&spec);
    assay_text_clear(&summary);
    assay_draft_clear(&draft);
    assay_profile_clear(&profile);
    return status;
}

int assay_init_main(int argc, char **argv)
{
    struct request request = {.draft = {.horizon_days = 90, .observed_until = ASSAY_NO_DATE},
                              .horizon_days = NOT_GIVEN};
    struct assay_error err = {0};
    const char *operands[1];
    int status = parse(argc, argv, &request, operands);
    if (status != ASSAY_GO_ON)
        return status;
    return run(operands[0], &request, &err) == ASSAY_OK ? 0 : assay_complain(&err);
}
