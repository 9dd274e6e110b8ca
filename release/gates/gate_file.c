/* The file itself: does it hold what this program would write, and does it score as it says? */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "core/model/scorer.h"
#include "release/gates/questions.h"

/* ---- file ---- */

/* Where the file parts from what is written of it; its length when it does not. */
static size_t first_difference(const struct assay_gate_input *input,
                               const struct assay_text *written)
{
    size_t n = input->length < written->length ? input->length : written->length, at = 0;
    while (at < n && input->bytes[at] == written->data[at])
        at++;
    return at == n && input->length == written->length ? n : at;
}

static size_t line_of(const char *bytes, size_t at)
{
    size_t line = 1;
    for (size_t k = 0; k < at; k++)
        line += bytes[k] == '\n';
    return line;
}

static void compare_forms(const struct assay_gate_input *input, const struct assay_text *written,
                          struct assay_gate_answer *answer)
{
    size_t at = first_difference(input, written);
    if (at == input->length && at == written->length) {
        assay_text_puts(&answer->found, "digest ");
        assay_gate_put_digest(&answer->found, input->model->digest);
        assay_text_puts(&answer->found, ", ");
        assay_gate_put_count(&answer->found, input->length);
        assay_text_puts(&answer->found, " bytes");
        return;
    }
    answer->result = ASSAY_GATE_CLOSED;
    assay_text_printf(&answer->found, "line %zu is not as this program writes it",
                      line_of(input->bytes, at));
}

/* The model is read anew: writing it sets its digest, and the caller's is not ours to change. */
enum assay_status assay_gate_ask_file(const struct assay_gate_view *view,
                                      struct assay_gate_answer *answer, struct assay_error *err)
{
    const struct assay_gate_input *input = view->input;
    struct assay_model again = {0};
    struct assay_text written = {0};
    assay_text_puts(&answer->asked,
                    "a model file of format " ASSAY_MODEL_FORMAT " with its digest, byte "
                    "for byte as this program writes it");
    enum assay_status status =
        assay_model_read_text("the candidate", input->bytes, input->length, &again, err);
    if (status == ASSAY_OK) {
        assert(strcmp(again.digest, input->model->digest) == 0);
        status = assay_model_write(&again, &written, err);
    }
    if (status == ASSAY_OK)
        compare_forms(input, &written, answer);
    assay_model_clear(&again);
    assay_text_clear(&written);
    return status;
}

/* ---- examples ---- */

/* As the model's reader has it: another compiler's exp() may end in other digits. */
#define TOLERANCE 1e-9

static bool agree(double a, double b)
{
    return fabs(a - b) <= TOLERANCE;
}

static bool same_inputs(const struct assay_model *model, const struct assay_example *example,
                        struct assay_score *score)
{
    double s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    assay_score_inputs(model, example->inputs, s, missing, score);
    for (size_t j = 0; j < model->n_signal; j++)
        if (!agree(s[j], example->s[j]))
            return false;
    return true;
}

/* Whether it comes out as it says; else what is other. */
static bool comes_out(const struct assay_model *model, size_t e, struct assay_text *found)
{
    const struct assay_example *example = &model->examples[e];
    const struct assay_zone *zones = model->spec.zones;
    struct assay_score score;
    bool same = same_inputs(model, example, &score);
    if (score.dropped != example->dropped)
        assay_text_printf(found, "example %zu %s a score; it says the reverse", e + 1,
                          score.dropped ? "gets no" : "gets");
    else if (!same)
        assay_text_printf(found, "example %zu has other normalised signals than it says", e + 1);
    else if (example->dropped)
        return true;
    else if (!agree(score.score, example->score) || score.zone != example->zone)
        assay_text_printf(found, "example %zu scores %.12g (%s); it says %.12g (%s)", e + 1,
                          score.score, zones[score.zone].name, example->score,
                          zones[example->zone].name);
    else if (!agree(score.composite, example->composite) ||
             !agree(score.probability, example->probability))
        assay_text_printf(found,
                          "example %zu has composite %.12g and probability %.12g; it says %.12g "
                          "and %.12g",
                          e + 1, score.composite, score.probability, example->composite,
                          example->probability);
    else
        return true;
    return false;
}

void assay_gate_ask_examples(const struct assay_gate_view *view, struct assay_gate_answer *answer)
{
    const struct assay_model *model = view->input->model;
    assay_text_printf(&answer->asked, "its own %zu examples come out as it says, to %g",
                      model->n_example, TOLERANCE);
    for (size_t e = 0; e < model->n_example; e++)
        if (!comes_out(model, e, &answer->found)) {
            answer->result = ASSAY_GATE_CLOSED;
            return;
        }
    assay_text_printf(&answer->found, "all %zu come out as it says", model->n_example);
}
