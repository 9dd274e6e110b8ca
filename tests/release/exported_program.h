/* exported_program.h - exports run as programs: in a folder of their own, on mixed accounts, odd names */
#ifndef ASSAY_TESTS_RELEASE_EXPORTED_PROGRAM_H
#define ASSAY_TESTS_RELEASE_EXPORTED_PROGRAM_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "core/base/file.h"
#include "core/base/memory.h"
#include "tests/release/exported.h"

/* ---- models ---- */

/* Places of exported_model() that are run; the others differ in what no scorer sees. */
static const size_t exported_tried[] = {
    0, 1, 2, 3, 5, 6, 7, COUNT(model_specs) - 2, COUNT(model_specs) - 1, COUNT(model_specs)};

/* Turns the model's examples into accounts mixed from them, with what the program makes of these: a self-test
 * then covers cells that meet in no example. */
static inline void exported_mix(struct assay_model *model, uint64_t seed)
{
    struct test_random random = {seed};
    size_t n = model->n_example, n_input = model->n_input;
    struct assay_example_input *mixed = assay_alloc(n * n_input, sizeof *mixed);
    bool *missing = assay_alloc(model->n_signal, sizeof *missing);
    ck_assert(mixed != NULL && missing != NULL);
    for (size_t e = 0; e < n; e++) {
        exported_account(model, &random, mixed + e * n_input);
        for (size_t k = 0; k < n_input; k++)
            if (mixed[e * n_input + k].text != NULL)
                mixed[e * n_input + k].text = assay_copy_string(mixed[e * n_input + k].text);
    }
    for (size_t e = 0; e < n; e++) {
        struct assay_example *example = &model->examples[e];
        struct assay_score score;
        for (size_t k = 0; k < n_input; k++) {
            free(example->inputs[k].text);
            example->inputs[k] = mixed[e * n_input + k];
        }
        assay_score_inputs(model, example->inputs, example->s, missing, &score);
        example->dropped = score.dropped;
        example->composite = score.composite;
        example->score = score.score;
        example->probability = score.probability;
        example->zone = score.zone;
    }
    free(mixed);
    free(missing);
}

static inline void exported_rename(char **name, const char *to)
{
    free(*name);
    *name = assay_copy_string(to);
    ck_assert_ptr_nonnull(*name);
}

/* Every text of `from` that plans, categories, segments and examples have becomes `to`. */
static inline void exported_reword(struct assay_model *model, const char *from, const char *to)
{
    for (size_t v = 0; v < model->cohorts.n_node; v++)
        if (model->cohorts.nodes[v].plan != NULL && strcmp(model->cohorts.nodes[v].plan, from) == 0)
            exported_rename(&model->cohorts.nodes[v].plan, to);
    for (size_t k = 0; k < model->n_segment_model; k++)
        if (strcmp(model->segment_models[k].segment, from) == 0)
            exported_rename(&model->segment_models[k].segment, to);
    for (size_t k = 0; k < model->n_segment_line; k++)
        if (strcmp(model->segment_lines[k].segment, from) == 0)
            exported_rename(&model->segment_lines[k].segment, to);
    for (size_t j = 0; j < model->n_signal; j++)
        for (size_t k = 0; k < model->spec.signals[j].normalise.n_step; k++) {
            char **category = &model->spec.signals[j].normalise.steps[k].category;
            if (*category != NULL && strcmp(*category, from) == 0)
                exported_rename(category, to);
        }
    for (size_t e = 0; e < model->n_example; e++)
        for (size_t k = 0; k < model->n_input; k++) {
            char **text = &model->examples[e].inputs[k].text;
            if (*text != NULL && strcmp(*text, from) == 0)
                exported_rename(text, to);
        }
}

/* Names that end comments and strings, that are words of languages, and that are like one another. */
static const char *const exported_odd[] = {
    "*/ \"\"\" \\",  "ends in \\",      "two\nlines\r\t", "Gr\303\266\303\237e",
    "what?\?/ ?\?)", "'; DROP TABLE x", "@ ^ %s %n {0}",  "# -- {{x}} {%y%} ${z}",
};

/* Columns, signals and dimensions of a model get these names and words of C and Python. */
static inline void exported_odd_names(struct assay_model *model)
{
    static const char *const columns[] = {"class", "in",     "Class", "int",
                                          "def",   "struct", "CLASS", "None"};
    for (size_t k = 0; k < model->n_input; k++) {
        const char *to = columns[k % COUNT(columns)];
        char *from = assay_copy_string(model->inputs[k].column);
        char **parts[] = {&model->spec.cohort.plan, &model->spec.cohort.tenure,
                          &model->spec.fit.models_by, &model->spec.line.by};
        for (size_t p = 0; p < COUNT(parts); p++)
            if (*parts[p] != NULL && strcmp(*parts[p], from) == 0)
                exported_rename(parts[p], to);
        for (size_t j = 0; j < model->n_signal; j++)
            if (strcmp(model->spec.signals[j].column, from) == 0)
                exported_rename(&model->spec.signals[j].column, to);
        exported_rename(&model->inputs[k].column, to);
        free(from);
    }
    for (size_t j = 0; j < model->n_signal; j++)
        exported_rename(&model->spec.signals[j].name, exported_odd[j % COUNT(exported_odd)]);
    for (size_t z = 0; z < model->spec.n_zone; z++)
        exported_rename(&model->spec.zones[z].name, exported_odd[z % COUNT(exported_odd)]);
    exported_rename(&model->spec.name, exported_odd[0]);
    static const char *const words[] = {"Basic",   "Team",   "Scale",
                                        "monthly", "yearly", "multi-year"};
    for (size_t k = 0; k < COUNT(words); k++)
        exported_reword(model, words[k], exported_odd[COUNT(exported_odd) - 1 - k]);
}

/* ---- programs ---- */

static inline bool exported_has(const char *program)
{
    char command[100];
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", program);
    int status = system(command);
    bool found = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!found) {
        snprintf(command, sizeof command, "%s is not installed", program);
        test_skip(command);
    }
    return found;
}

static inline void exported_write(const char *folder, const char *name, const char *text,
                                  size_t length)
{
    char path[100];
    struct assay_error err = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    ck_assay_ok(assay_file_write(path, text, length, &err));
}

/* Exit status of a command of the shell, run in the folder; said is cleared, and has what it printed. */
static inline int exported_run(const char *folder, const char *what, struct assay_text *said)
{
    char command[400], path[100];
    struct assay_error err = {0};
    snprintf(command, sizeof command, "cd %s && { %s; } >said 2>&1", folder, what);
    int status = system(command);
    snprintf(path, sizeof path, "%s/said", folder);
    assay_text_clear(said);
    ck_assay_ok(assay_file_read(path, 1 << 20, said, &err));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline void exported_remove(const char *folder)
{
    char command[100];
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

#endif
