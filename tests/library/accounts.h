/* accounts.h - models as files, and accounts drawn at random, for tests of libassay */
#ifndef ASSAY_TESTS_LIBRARY_ACCOUNTS_H
#define ASSAY_TESTS_LIBRARY_ACCOUNTS_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/library/library_parts.h"
#include "tests/model/random_model.h"
#include "tests/model/specs.h"

/* Every method and policy; a vendor's scorecard, rounded; weights by plan and lines by contract. Their files
 * are made once, before the tests part ways. */
enum { KINDS = 3, ROWS = 600 };
static const char *const kinds[KINDS] = {"every method and policy", "a vendor's scorecard",
                                         "weights by plan, lines by contract"};
static struct assay_text files[KINDS];

static inline void make_files(void)
{
    for (size_t kind = 0; kind < KINDS; kind++)
        for (size_t k = 0; k < COUNT(model_specs); k++)
            if (strcmp(model_specs[k].what, kinds[kind]) == 0)
                files[kind] = text_of_spec(k);
}

#define ck_library_ok(call)                                                                        \
    do {                                                                                           \
        enum libassay_status ck_status_ = (call);                                                  \
        ck_assert_msg(ck_status_ == LIBASSAY_OK, "status %d: %s", (int)ck_status_, error.message); \
    } while (0)

static inline struct libassay_model *load(size_t kind)
{
    struct libassay_error error = {0};
    struct libassay_model *model = NULL;
    ck_library_ok(
        libassay_load_memory("m.json", files[kind].data, files[kind].length, &model, &error));
    return model;
}

/* Accounts as a caller holds them, drawn at random: texts and numbers by column, codes beside them. */
struct accounts {
    size_t n, n_input;
    double *numbers[ASSAY_MAX_INPUTS];
    const char **texts[ASSAY_MAX_INPUTS];
    int32_t *codes[ASSAY_MAX_INPUTS];
    struct libassay_column by_text[ASSAY_MAX_INPUTS], by_code[ASSAY_MAX_INPUTS];
    char (*room)[32];
};

/* A text of an example in this place, or another. */
static inline const char *draw_text(struct test_random *random, const struct assay_model *model, size_t k,
                             char room[32])
{
    const char *text = model->examples[test_below(random, model->n_example)].inputs[k].text;
    return test_below(random, 4) > 0   ? text
           : test_below(random, 3) > 0 ? random_text(random, room)
                                       : "";
}

static inline void draw_accounts(const struct assay_model *model, size_t n, struct accounts *a)
{
    struct test_random random = {17};
    *a = (struct accounts){.n = n, .n_input = model->n_input};
    a->room = calloc(n * model->n_input, sizeof *a->room);
    for (size_t k = 0; k < model->n_input; k++) {
        a->numbers[k] = calloc(n, sizeof(double));
        a->texts[k] = calloc(n, sizeof(char *));
        a->codes[k] = calloc(n, sizeof(int32_t));
        for (size_t i = 0; i < n; i++) {
            double scale = model->examples[test_below(&random, model->n_example)].inputs[k].number;
            a->texts[k][i] = draw_text(&random, model, k, a->room[k * n + i]);
            a->codes[k][i] = test_below(&random, 9) == 0 ? -1 - (int32_t)(i % 3) : (int32_t)i;
            if (a->codes[k][i] < 0)
                a->texts[k][i] = NULL;
            a->numbers[k][i] =
                scale * (test_below(&random, 3) == 0 ? 1 : test_uniform(&random) * 2);
        }
        if (model->inputs[k].is_text) {
            a->by_text[k].texts = a->texts[k];
            a->by_code[k] = (struct libassay_column){
                .codes = a->codes[k], .dictionary = a->texts[k], .n_dictionary = n};
        } else {
            a->by_text[k].numbers = a->by_code[k].numbers = a->numbers[k];
        }
    }
}

static inline void free_accounts(struct accounts *a)
{
    for (size_t k = 0; k < a->n_input; k++) {
        free(a->numbers[k]);
        free(a->texts[k]);
        free(a->codes[k]);
    }
    free(a->room);
}

static inline void account(const struct accounts *a, size_t i, struct libassay_value values[])
{
    for (size_t k = 0; k < a->n_input; k++)
        values[k] = (struct libassay_value){.number = a->numbers[k][i], .text = a->texts[k][i]};
}

static inline bool same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

#endif
