/* cohort.h - the tree of cohorts: all -> plan -> plan x tenure band
 *
 * Node 0 is everybody. A node that has no rows of its own in the history does not exist: an account
 * that would belong there is compared with its parent's, and marked.
 */
#ifndef ASSAY_CORE_SIGNAL_COHORT_H
#define ASSAY_CORE_SIGNAL_COHORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/data/table.h"
#include "core/signal/columns.h"
#include "core/spec/spec.h"

#define ASSAY_ANY_BAND ((size_t)-1)
#define ASSAY_MAX_PLANS 200

struct assay_cohort_node {
    char *plan;    /* owned; NULL: any plan */
    size_t band;   /* 0 .. n_band, or ASSAY_ANY_BAND */
    size_t parent; /* < its own index; 0 for node 0 */
    size_t rows;   /* of the history, children's included */
};

struct assay_cohorts {
    struct assay_cohort_node *nodes;
    size_t n_node;
    const struct assay_cohort_spec *spec; /* borrowed */
};

/* The tree that the rows of a table span, each counted include[row] times (NULL: each once); plans in
 * byte order, so that row order does not matter.
 *   ASSAY_EDATA  more than ASSAY_MAX_PLANS plans */
ASSAY_MUST_CHECK enum assay_status assay_cohorts_build(const struct assay_cohort_spec *spec,
                                                       const struct assay_columns *columns,
                                                       const struct assay_table *table,
                                                       const unsigned char *include,
                                                       struct assay_cohorts *cohorts,
                                                       struct assay_error *err);
void assay_cohorts_clear(struct assay_cohorts *cohorts);

/* Band of a tenure, ASSAY_ANY_BAND when it is missing (NaN). */
size_t assay_cohort_band(const struct assay_cohort_spec *spec, double tenure);

/* Node of a plan (NULL: missing), or 0 with *unseen set when the history had no such plan. */
size_t assay_cohort_plan_node(const struct assay_cohorts *cohorts, const char *plan, bool *unseen);

/* The node below `plan_node` for a band, or plan_node itself when there is none. */
size_t assay_cohort_band_node(const struct assay_cohorts *cohorts, size_t plan_node, size_t band);

/* As people read it: "all", "Team", "Team, months 3 to 12", "months below 3"; cut at size. */
const char *assay_cohort_label(const struct assay_cohorts *cohorts, size_t node, char *out,
                               size_t size);

/* Nodes of rows of a table; remembers what each plan's code led to, so that a long stream pays
 * once per plan. Zeroed to start with. */
struct assay_cohort_lookup {
    size_t *node_of_code;
    bool *unseen_code;
    size_t n_code, node_capacity, unseen_capacity;
};
ASSAY_MUST_CHECK enum assay_status
assay_cohort_lookup_extend(struct assay_cohort_lookup *lookup, const struct assay_cohorts *cohorts,
                           const struct assay_columns *columns, const struct assay_table *table,
                           struct assay_error *err);
size_t assay_cohort_of_row(const struct assay_cohort_lookup *lookup,
                           const struct assay_cohorts *cohorts, const struct assay_columns *columns,
                           const struct assay_table *table, size_t row, bool *unseen);
void assay_cohort_lookup_clear(struct assay_cohort_lookup *lookup);

/* The same for every row of a table at once: leaf[n_row]. There are at most UINT16_MAX nodes. */
ASSAY_MUST_CHECK enum assay_status assay_cohort_leaves(const struct assay_cohorts *cohorts,
                                                       const struct assay_columns *columns,
                                                       const struct assay_table *table,
                                                       size_t n_thread, uint16_t leaf[],
                                                       struct assay_error *err);

#endif
