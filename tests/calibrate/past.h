/* past.h - a history made by hand: accounts, dates, segments and outcomes, no signals */
#ifndef ASSAY_TESTS_CALIBRATE_PAST_H
#define ASSAY_TESTS_CALIBRATE_PAST_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/fit/history.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

struct past {
    struct assay_spec spec;
    struct assay_table table;
    struct assay_columns columns;
    struct assay_history history;
};

/* n rows that count, none of them an event, each an account of its own without a date or a segment, in
 * `folds` folds dealt in turn. Columns: 0 id, 1 as_of, 2 segment. Not to be copied. */
static inline void past_init(struct past *p, size_t n, size_t folds)
{
    struct assay_error err = {0};
    size_t index;
    char name[32];
    *p = (struct past){.spec = {.target_sensitivity = 0.75, .target_specificity = 0.7},
                       .columns = {.id = 0, .as_of = 1, .line_by = ASSAY_NO_COLUMN}};
    ck_assay_ok(assay_table_add_column(&p->table, "id", ASSAY_TEXT, &index, &err));
    ck_assay_ok(assay_table_add_column(&p->table, "as_of", ASSAY_DATE, &index, &err));
    ck_assay_ok(assay_table_add_column(&p->table, "segment", ASSAY_TEXT, &index, &err));
    ck_assay_ok(assay_table_reserve(&p->table, n, &err));
    p->table.n_row = n;
    p->history = (struct assay_history){.spec = &p->spec,
                                        .table = &p->table,
                                        .columns = &p->columns,
                                        .n_row = n,
                                        .n_used = n,
                                        .n_thread = 1,
                                        .used = calloc(n, 1),
                                        .outcome = calloc(n, 1),
                                        .fold = calloc(n, sizeof(uint16_t)),
                                        .n_fold = folds,
                                        .from = ASSAY_NO_DATE,
                                        .to = ASSAY_NO_DATE};
    for (size_t i = 0; i < n; i++) {
        int length = snprintf(name, sizeof name, "A%zu", i);
        p->table.columns[0].codes[i] =
            assay_dictionary_enter(p->table.columns[0].dictionary, name, (size_t)length);
        p->table.columns[1].dates[i] = ASSAY_NO_DATE;
        p->table.columns[2].codes[i] = ASSAY_NO_CODE;
        p->history.used[i] = 1;
        p->history.fold[i] = (uint16_t)(i % folds);
    }
}

static inline void past_clear(struct past *p)
{
    free(p->history.used);
    free(p->history.outcome);
    free(p->history.fold);
    assay_table_clear(&p->table);
}

static inline void past_date(struct past *p, size_t row, const char *day)
{
    int32_t days;
    ck_assert(assay_date_parse(day, strlen(day), &days));
    p->table.columns[1].dates[row] = days;
    if (p->history.from == ASSAY_NO_DATE || days < p->history.from)
        p->history.from = days;
    if (p->history.to == ASSAY_NO_DATE || days > p->history.to)
        p->history.to = days;
}

static inline void past_segment(struct past *p, size_t row, const char *segment)
{
    p->columns.line_by = 2;
    p->table.columns[2].codes[row] =
        assay_dictionary_enter(p->table.columns[2].dictionary, segment, strlen(segment));
}

#endif
