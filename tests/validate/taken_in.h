/* taken_in.h - a table as text, taken in as validate takes it, and models to take it in with */
#ifndef ASSAY_TESTS_VALIDATE_TAKEN_IN_H
#define ASSAY_TESTS_VALIDATE_TAKEN_IN_H

#include "tests/model/specs.h"
#include "validate/audit/reading.h"

/* A score column, as a spec of one signal that takes the values as they are. */
#define COLUMN_SPEC(more) \
    "{\"name\": \"column\", \"id\": \"id\", " more \
    "\"signals\": [" SIGNAL("p", "p", "higher", METHOD("\"none\"") MISSING("drop")) "]}"
#define FLAG_SPEC COLUMN_SPEC("\"outcome\": {\"column\": \"y\"}, ")

/* A category signal that is not required, so that an unheard-of category is scored. */
#define GENTLE_SPEC \
    SPEC_HEAD "\"as_of\": \"as_of\", \"value\": \"arr\", \"segments\": [\"plan\", \"contract\"]," \
    FULL_COHORT "\"signals\": [" \
    SIGNAL("logins", "logins", "higher", "") "," \
    SIGNAL("tickets", "tickets", "lower", MISSING("renormalise")) "," \
    SIGNAL("nps", "nps", "higher", BY_NUMBER MISSING("indicator")) "," \
    SIGNAL("contract", "contract", "higher", BY_CATEGORY MISSING("neutral")) "]}"

#define MADE_UP_HEADER "id,as_of,plan,months,logins,tickets,nps,seats,use,contract,arr,churned\n"

struct reading {
    struct assay_spec spec; /* of a score column */
    struct assay_audit_reading data;
    char path[32]; /* as messages call the source; the file is gone */
};

/* options may be NULL; their path is set here. The caller clears, also after a failure. */
static inline enum assay_status reading_of(struct reading *r, const struct assay_spec *spec,
                                           const struct assay_model *model, bool probabilities,
                                           const struct assay_intake_options *options,
                                           const char *csv, struct assay_error *err)
{
    struct assay_intake_options used =
        options != NULL ? *options : assay_intake_options_default();
    snprintf(r->path, sizeof r->path, "/tmp/assay-audit-XXXXXX");
    lab_write_file(r->path, csv, strlen(csv));
    used.path = r->path;
    used.quiet = true;
    struct assay_audit_wanted wanted = {.model = model,
                                        .spec = spec,
                                        .probabilities = probabilities,
                                        .line = 0.5,
                                        .created = 20000,
                                        .options = used};
    enum assay_status status = assay_audit_read(&wanted, &r->data, err);
    unlink(r->path);
    return status;
}

static inline enum assay_status reading_of_column(struct reading *r, const char *spec,
                                                  bool probabilities,
                                                  const struct assay_intake_options *options,
                                                  const char *csv, struct assay_error *err)
{
    enum assay_status status = assay_spec_read_text("spec", spec, strlen(spec), &r->spec, err);
    return status != ASSAY_OK
               ? status
               : reading_of(r, &r->spec, NULL, probabilities, options, csv, err);
}

static inline void reading_clear(struct reading *r)
{
    assay_audit_reading_clear(&r->data);
    assay_spec_clear(&r->spec);
}

/* The model of a spec on a made-up table of 400 snapshots, as its file has it. */
static inline void reading_model(const char *spec, struct assay_model *model)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_text text = {0}, csv = made_up_csv(&(struct made_up){.seed = 21, .n_row = 400});
    ck_assay_ok(lab_read(&lab, spec, csv.data, &err));
    ck_assay_ok(lab_model(&lab, &err));
    ck_assay_ok(assay_model_write(&lab.model, &text, &err));
    ck_assay_ok(assay_model_read_text("model", text.data, text.length, model, &err));
    assay_text_clear(&text);
    assay_text_clear(&csv);
    lab_clear(&lab);
}

#endif
