#include "validate/sections.h"

#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/thread.h"
#include "core/report/figures.h"
#include "core/report/figures_write.h"
#include "validate/audit/head.h"
#include "validate/champion/comparison.h"
#include "validate/drift/calibration_drift.h"
#include "validate/drift/drift.h"
#include "validate/drift/inflation.h"
#include "validate/drift/migration.h"
#include "validate/figures/value.h"
#include "validate/figures/zones.h"
#include "validate/groups/blind_spots.h"
#include "validate/groups/segments.h"
#include "validate/interim/interim.h"
#include "validate/outcomes/outcomes.h"
#include "validate/people/people.h"
#include "validate/people/unused.h"
#include "validate/verdict/verdict.h"

static enum assay_status measure_figures(const struct assay_audit_input *input,
                                         struct assay_figures *figures, struct assay_error *err)
{
    const struct assay_audit_set *used = &input->used;
    struct assay_figures_rows rows = {.n = used->n,
                                      .score = used->score,
                                      .prob = used->prob,
                                      .flagged = used->flagged,
                                      .outcome = used->outcome,
                                      .value = used->value,
                                      .cluster = input->repeated ? used->account : NULL,
                                      .higher_is = input->higher_is,
                                      .line = input->line,
                                      .line_probability = input->line_probability};
    struct assay_figures_targets targets = {.sensitivity = input->target_sensitivity,
                                            .specificity = input->target_specificity,
                                            .further = input->rules->targets,
                                            .n_further = input->rules->n_target};
    return assay_figures_measure(&rows, &targets, figures, err);
}

static enum assay_status write_figures(const struct assay_audit_input *input,
                                       struct assay_audit_output *out, enum assay_verdict *verdict,
                                       struct assay_error *err)
{
    struct assay_figures figures = {0};
    enum assay_status status = measure_figures(input, &figures, err);
    if (status == ASSAY_OK)
        status = assay_audit_verdict(input, &figures, out, verdict, err);
    if (status == ASSAY_OK)
        status = assay_audit_quality_write(input, &figures.counts,
                                           &figures.metric[ASSAY_METRIC_AUC].estimate, out, err);
    if (status == ASSAY_OK)
        assay_figures_write(&figures, &out->json);
    assay_figures_clear(&figures);
    return status;
}

/* An interim audit before any outcome is known judges nothing. */
static void write_no_verdict(struct assay_audit_output *out)
{
    static const char sentence[] =
        "no outcome is known yet: what follows is an estimate, and no verdict";
    assay_json_open(&out->json, "verdict", '{');
    assay_json_put_string(&out->json, "result", "inconclusive");
    assay_json_put_string(&out->json, "headline", sentence);
    assay_json_open(&out->json, "reasons", '[');
    assay_json_close(&out->json);
    assay_json_close(&out->json);
}

/* ---- all sections, at the same time ---- */

/* As the file has them, behind the figures, which the verdict judges first. */
static const struct {
    enum assay_status (*write)(const struct assay_audit_input *input, struct assay_audit_output *out,
                               struct assay_error *err);
    bool of_outcomes; /* asks what became of the used rows */
} sections[] = {
    {assay_audit_zones, true},
    {assay_audit_value, true},
    {assay_audit_people, true},
    {assay_audit_unused_columns, true},
    {assay_audit_segments, true},
    {assay_audit_blind_spots, true},
    {assay_audit_outcomes, true},
    {assay_audit_drift, false},
    {assay_audit_migration, false},
    {assay_audit_inflation, true},
    {assay_audit_calibration_drift, true},
    {assay_audit_comparison, true},
    {assay_audit_interim, false},
};
enum { SECTIONS = sizeof sections / sizeof *sections, PARTS = 1 + SECTIONS };

/* Part 0 is the figures and the verdict, part 1 + k section k. The long ones are begun first. */
static const unsigned char begun[PARTS] = {6, 0, 5, 4, 3, 1, 8, 7, 2, 9, 10, 11, 12, 13};

struct part {
    struct assay_audit_output out;
    enum assay_status status;
    struct assay_error err;
};

struct writing {
    const struct assay_audit_input *input;
    struct part *parts; /* [PARTS] */
    enum assay_verdict verdict;
};

static void write_part(void *state, size_t task)
{
    struct writing *w = state;
    size_t k = begun[task];
    struct part *part = &w->parts[k];
    bool any = w->input->used.n > 0;
    if (k > 0 && (any || !sections[k - 1].of_outcomes))
        part->status = sections[k - 1].write(w->input, &part->out, &part->err);
    else if (k == 0 && any)
        part->status = write_figures(w->input, &part->out, &w->verdict, &part->err);
    else if (k == 0)
        write_no_verdict(&part->out);
}

static void join(struct part *part, struct assay_audit_output *out)
{
    const struct assay_advice *advice = &part->out.advice;
    struct assay_text *errors = &part->out.errors;
    assay_json_join(&out->json, &part->out.json);
    for (size_t k = 0; k < advice->n; k++)
        assay_advise(out, advice->line[k].urgency, "%s", advice->line[k].text);
    out->errors.failed = out->errors.failed || errors->failed;
    if (errors->length > 0)
        assay_text_add(&out->errors, errors->data, errors->length);
    assay_text_clear(errors);
}

/* The first failure, in the order of the file, is the one that is told. */
static enum assay_status write_parts(struct writing *w, struct assay_audit_output *out,
                                     struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; k < PARTS; k++) {
        w->parts[k].out.json = assay_json_branch(&out->json);
        w->parts[k].out.want_errors = out->want_errors;
    }
    assay_parallel(PARTS, 0, write_part, w);
    for (size_t k = 0; k < PARTS; k++) {
        if (status == ASSAY_OK && w->parts[k].status != ASSAY_OK) {
            status = w->parts[k].status;
            *err = w->parts[k].err;
        }
        join(&w->parts[k], out);
    }
    return status;
}

enum assay_status assay_audit_sections(const struct assay_audit_input *input,
                                       struct assay_audit_output *out, enum assay_verdict *verdict,
                                       struct assay_error *err)
{
    struct writing w = {.input = input,
                        .parts = assay_alloc(PARTS, sizeof *w.parts),
                        .verdict = ASSAY_INCONCLUSIVE};
    if (w.parts == NULL)
        return assay_fail_memory(err, "writing the audit");
    assay_json_open(&out->json, NULL, '{');
    assay_audit_head_write(input, out);
    enum assay_status status = assay_audit_value_check(input, err);
    if (status == ASSAY_OK)
        status = write_parts(&w, out, err);
    free(w.parts);
    *verdict = w.verdict;
    if (status == ASSAY_EDATA) /* figures know rows, but no files */
        assay_error_prefix(err, "%s", assay_csv_name(input->intake->csv));
    if (status != ASSAY_OK)
        return status;
    assay_audit_advice_write(out);
    assay_json_close(&out->json);
    return out->json.out.failed || out->errors.failed ? assay_fail_memory(err, "writing the audit")
                                                      : ASSAY_OK;
}
