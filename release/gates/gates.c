#include "release/gates/gates.h"

#include <stdlib.h>

#include "release/gates/questions.h"

const char *const assay_gate_names[ASSAY_GATES] = {
    "file",      "examples", "audit",       "age",     "verdict",
    "promotion", "champion", "calibration", "weights", "zones"};
const char *const assay_gate_results[3] = {"open", "closed", "not asked"};

/* The file's own gate may fail, and stands apart. */
static void (*const questions[ASSAY_GATES])(const struct assay_gate_view *,
                                            struct assay_gate_answer *) = {
    [ASSAY_GATE_EXAMPLES] = assay_gate_ask_examples,
    [ASSAY_GATE_AUDIT] = assay_gate_ask_audit,
    [ASSAY_GATE_AGE] = assay_gate_ask_age,
    [ASSAY_GATE_VERDICT] = assay_gate_ask_verdict,
    [ASSAY_GATE_PROMOTION] = assay_gate_ask_promotion,
    [ASSAY_GATE_CHAMPION] = assay_gate_ask_champion,
    [ASSAY_GATE_CALIBRATION] = assay_gate_ask_calibration,
    [ASSAY_GATE_WEIGHTS] = assay_gate_ask_weights,
    [ASSAY_GATE_ZONES] = assay_gate_ask_zones,
};

void assay_gates_clear(struct assay_gates *gates)
{
    if (gates == NULL)
        return;
    for (size_t g = 0; g < ASSAY_GATES; g++) {
        free(gates->gate[g].asked);
        free(gates->gate[g].found);
    }
    *gates = (struct assay_gates){0};
}

/* ---- asking ---- */

static enum assay_status ask(const struct assay_gate_view *view, struct assay_gate_answer answers[],
                             struct assay_error *err)
{
    for (size_t g = ASSAY_GATE_FILE + 1; g < ASSAY_GATES; g++)
        questions[g](view, &answers[g]);
    return assay_gate_ask_file(view, &answers[ASSAY_GATE_FILE], err);
}

/* What the gates ask stands in the file. */
static void refuse_file(const struct assay_gate_input *input, struct assay_gate_answer answers[])
{
    for (size_t g = 0; g < ASSAY_GATES; g++) {
        bool file = g == ASSAY_GATE_FILE;
        answers[g].result = file ? ASSAY_GATE_CLOSED : ASSAY_GATE_NOT_ASKED;
        assay_text_puts(&answers[g].asked, file ? "a model file of format " ASSAY_MODEL_FORMAT
                                                : "what the model file says");
        assay_text_puts(&answers[g].found, file ? input->unreadable : "the file could not be read");
    }
}

/* Hands the texts over, all or none. */
static enum assay_status take(struct assay_gate_answer answers[], struct assay_gates *gates,
                              struct assay_error *err)
{
    for (size_t g = 0; g < ASSAY_GATES; g++)
        if (answers[g].asked.failed || answers[g].found.failed)
            return assay_fail_memory(err, "asking the gates");
    for (size_t g = 0; g < ASSAY_GATES; g++) {
        gates->gate[g] =
            (struct assay_gate){answers[g].result, answers[g].asked.data, answers[g].found.data};
        answers[g] = (struct assay_gate_answer){0};
    }
    return ASSAY_OK;
}

enum assay_status assay_gates_ask(const struct assay_gate_input *input, struct assay_gates *gates,
                                  struct assay_error *err)
{
    struct assay_gate_answer answers[ASSAY_GATES] = {0};
    struct assay_audit_facts audit;
    struct assay_gate_view view = {.input = input, .given = input->audit != NULL ? &audit : NULL};
    enum assay_status status = ASSAY_OK;
    if (input->audit != NULL)
        status = assay_audit_facts_read(input->audit, &audit, err);
    if (status == ASSAY_OK && input->model == NULL)
        refuse_file(input, answers);
    else if (status == ASSAY_OK)
        status = ask(&view, answers, err);
    if (status == ASSAY_OK)
        status = take(answers, gates, err);
    for (size_t g = 0; g < ASSAY_GATES; g++) {
        assay_text_clear(&answers[g].asked);
        assay_text_clear(&answers[g].found);
    }
    return status;
}

/* ---- what came of it ---- */

size_t assay_gates_closed(const struct assay_gates *gates)
{
    size_t n = 0;
    for (size_t g = 0; g < ASSAY_GATES; g++)
        n += gates->gate[g].result == ASSAY_GATE_CLOSED;
    return n;
}

bool assay_gates_barred(const struct assay_gates *gates)
{
    return gates->gate[ASSAY_GATE_FILE].result == ASSAY_GATE_CLOSED ||
           gates->gate[ASSAY_GATE_EXAMPLES].result == ASSAY_GATE_CLOSED;
}

void assay_gates_write(struct assay_json_writer *json, const char *key,
                       const struct assay_gates *gates)
{
    assay_json_open(json, key, '[');
    for (size_t g = 0; g < ASSAY_GATES; g++) {
        const struct assay_gate *gate = &gates->gate[g];
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "gate", assay_gate_names[g]);
        assay_json_put_string(json, "result", assay_gate_results[gate->result]);
        assay_json_put_string(json, "asked", gate->asked);
        assay_json_put_string(json, "found", gate->found);
        assay_json_close(json);
    }
    assay_json_close(json);
}
