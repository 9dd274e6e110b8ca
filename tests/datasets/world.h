/* world.h - the small scenario with single places of its text changed, and rows kept for a look */
#ifndef ASSAY_TESTS_DATASETS_WORLD_H
#define ASSAY_TESTS_DATASETS_WORLD_H

#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/text.h"
#include "datasets/scenario.h"
#include "datasets/simulator.h"
#include "tests/support/suite.h"

#define SMALL "tests/datasets/small.scenario.json"

struct edit {
    const char *from, *to; /* the first `from` in the text becomes `to` */
};

/* The file's text after the edits; the caller clears it. */
static inline struct assay_text edited_text(const char *path, const struct edit edits[], size_t n)
{
    struct assay_text text = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_file_read(path, 1 << 20, &text, &err));
    for (size_t k = 0; k < n; k++) {
        const char *at = strstr(text.data, edits[k].from);
        ck_assert_msg(at != NULL, "%s has no %s", path, edits[k].from);
        struct assay_text changed = {0};
        assay_text_add(&changed, text.data, (size_t)(at - text.data));
        assay_text_puts(&changed, edits[k].to);
        assay_text_puts(&changed, at + strlen(edits[k].from));
        assay_text_clear(&text);
        text = changed;
    }
    return text;
}

static inline struct assay_scenario edited_world(const char *path, const struct edit edits[],
                                                 size_t n)
{
    struct assay_scenario scenario = {0};
    struct assay_error err = {0};
    struct assay_text text = edited_text(path, edits, n);
    ck_assay_ok(assay_scenario_parse(path, text.data, text.length, &scenario, &err));
    assay_text_clear(&text);
    return scenario;
}

/* Every row with its arrays copied: values[i * n_signal + j], health likewise. */
struct drawn {
    size_t n_signal, n_row, capacity;
    struct assay_simulated_row *rows;
    double *values, *health;
};

static inline enum assay_status keep_row(void *state, const struct assay_simulated_row *row,
                                         struct assay_error *err)
{
    (void)err;
    struct drawn *drawn = state;
    size_t p = drawn->n_signal, i = drawn->n_row++;
    if (drawn->n_row > drawn->capacity) {
        drawn->capacity = 2 * drawn->n_row + 1000;
        drawn->rows = realloc(drawn->rows, drawn->capacity * sizeof *drawn->rows);
        drawn->values = realloc(drawn->values, drawn->capacity * p * sizeof *drawn->values);
        drawn->health = realloc(drawn->health, drawn->capacity * p * sizeof *drawn->health);
        ck_assert(drawn->rows != NULL && drawn->values != NULL && drawn->health != NULL);
    }
    drawn->rows[i] = *row;
    memcpy(&drawn->values[i * p], row->values, p * sizeof *row->values);
    memcpy(&drawn->health[i * p], row->health, p * sizeof *row->health);
    return ASSAY_OK;
}

static inline struct drawn draw(const struct assay_scenario *scenario, uint64_t seed, size_t n)
{
    struct drawn drawn = {.n_signal = scenario->n_signal};
    struct assay_error err = {0};
    ck_assay_ok(assay_simulate(scenario, seed, n, keep_row, &drawn, &err));
    return drawn;
}

static inline void drawn_clear(struct drawn *drawn)
{
    free(drawn->rows);
    free(drawn->values);
    free(drawn->health);
}

#endif
