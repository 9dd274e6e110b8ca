/* columns.h - which columns of a table play which part
 *
 * A spec names columns; a source fills a table with them; here the two are tied together.
 */
#ifndef ASSAY_CORE_SIGNAL_COLUMNS_H
#define ASSAY_CORE_SIGNAL_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/data/csv.h"
#include "core/data/table.h"
#include "core/spec/spec.h"

#define ASSAY_NO_COLUMN ((size_t)-1)

enum assay_purpose {
    ASSAY_TO_SCORE,     /* id, as_of (where the source has it), cohort, signals, models_by, line by */
    ASSAY_TO_CALIBRATE, /* also the outcome and the signals' recording dates; segments and value
                           where the source has them */
    ASSAY_TO_AUDIT,     /* also the outcome, segments and value; recording dates, owner and actions
                           where the source has them */
};

/* What to ask a source for. Texts are owned by the list. */
struct assay_request_list {
    struct assay_column_request *requests;
    char **what;
    size_t n, capacity;
};

/* Requests for a purpose. as_of_needed: a window of dates was asked for.
 * has_column answers whether the source has an optional column; it may not be NULL. */
ASSAY_MUST_CHECK enum assay_status
assay_requests_build(const struct assay_spec *spec, enum assay_purpose purpose, bool as_of_needed,
                     bool (*has_column)(void *state, const char *name), void *state,
                     struct assay_request_list *list, struct assay_error *err);
/* Moves the requests of `from`, which is left empty, behind those of `to`. */
ASSAY_MUST_CHECK enum assay_status assay_requests_join(struct assay_request_list *to,
                                                       struct assay_request_list *from,
                                                       struct assay_error *err);
/* Adds n requests, whose `what` is copied. */
ASSAY_MUST_CHECK enum assay_status assay_requests_add(struct assay_request_list *list,
                                                      const struct assay_column_request requests[],
                                                      size_t n, struct assay_error *err);
void assay_requests_clear(struct assay_request_list *list);

/* Indices into the table's columns, ASSAY_NO_COLUMN where there is none. */
struct assay_columns {
    size_t id, as_of, value, outcome, plan, tenure;
    size_t owner;    /* text */
    size_t acted_on; /* date, or flag where the spec names a 0/1 column */
    size_t models_by, line_by; /* texts: whose weights and line an account has */
    size_t n_signal, n_segment;
    size_t *signals;
    size_t *recorded; /* [n_signal] dates */
    size_t *segments;
};

/* Finds in the table what assay_requests_build() asked for. */
ASSAY_MUST_CHECK enum assay_status assay_columns_find(const struct assay_spec *spec,
                                                      const struct assay_table *table,
                                                      struct assay_columns *columns,
                                                      struct assay_error *err);
void assay_columns_clear(struct assay_columns *columns);

/* The type in which a signal's raw value is read. */
enum assay_column_type assay_signal_type(const struct assay_signal_spec *signal);

#endif
