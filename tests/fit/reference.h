/* reference.h - the designs behind shared/reference, as its README describes them
 *
 * Coefficients are listed there by name; a name is a column of the data or one of its dummies.
 */
#ifndef ASSAY_TESTS_FIT_REFERENCE_H
#define ASSAY_TESTS_FIT_REFERENCE_H

#include <string.h>

#include "core/base/json.h"
#include "tests/fit/design.h"

enum { MOST_NAMES = 16 };

struct reference_case {
    struct test_frame *frame;
    struct design design;
    const char *names[MOST_NAMES]; /* the first is the intercept; borrowed from the JSON */
    size_t n;
};

/* A dummy column: 1 where the text column reads `value`. NaN text columns are dummies' sources. */
static inline double reference_cell(const struct test_frame *frame, const char *name, size_t row)
{
    static const struct { const char *name, *column, *value; } dummies[] = {
        {"plan_one_year", "plan", "One year"},
        {"plan_two_year", "plan", "Two year"},
        {"fiber_optic", "internet_service", "Fiber optic"},
        {"no_internet", "internet_service", "No"},
    };
    for (size_t k = 0; k < COUNT(dummies); k++)
        if (strcmp(name, dummies[k].name) == 0)
            return strcmp(frame->text[test_frame_column(frame, dummies[k].column)][row],
                          dummies[k].value) == 0;
    return frame->values[test_frame_column(frame, name)][row];
}

/* challenger.csv quotes its names; its temperature and its outcome are the second and third. */
static inline double reference_value(const struct test_frame *frame, const char *name, size_t row)
{
    if (frame->names[0][0] == '"')
        return frame->values[strcmp(name, "temperature_f") == 0 ? 1 : 2][row];
    return reference_cell(frame, name, row);
}

/* The rows of `data` without an empty cell in the columns of reference.coefficients. */
static inline struct reference_case reference_read(const char *data, const char *outcome,
                                                   const struct cJSON *reference)
{
    struct reference_case c = {.frame = test_frame_read(data)};
    const struct cJSON *list = test_at(reference, "coefficients", NULL);
    for (const struct cJSON *at = assay_json_first(list); at != NULL; at = assay_json_next(at)) {
        ck_assert_uint_lt(c.n, MOST_NAMES);
        c.names[c.n++] = assay_json_key(at);
    }
    size_t n_row = 0, *rows = malloc(c.frame->n_row * sizeof *rows);
    for (size_t i = 0; i < c.frame->n_row; i++) {
        bool complete = true;
        for (size_t j = 1; j < c.n; j++)
            complete = complete && !isnan(reference_value(c.frame, c.names[j], i));
        if (complete)
            rows[n_row++] = i;
    }
    c.design = design_new(n_row, c.n - 1);
    for (size_t i = 0; i < n_row; i++) {
        for (size_t j = 1; j < c.n; j++)
            design_set(&c.design, i, j - 1, reference_value(c.frame, c.names[j], rows[i]));
        c.design.outcome[i] = reference_value(c.frame, outcome, rows[i]) != 0.0;
    }
    free(rows);
    design_start(&c.design);
    return c;
}

static inline void reference_free(struct reference_case *c)
{
    design_free(&c->design);
    test_frame_free(c->frame);
}

#endif
