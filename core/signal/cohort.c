#include "core/signal/cohort.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/text.h"
#include "core/base/thread.h"

size_t assay_cohort_band(const struct assay_cohort_spec *spec, double tenure)
{
    if (isnan(tenure))
        return ASSAY_ANY_BAND;
    size_t band = 0;
    while (band < spec->n_band && tenure >= spec->bands[band])
        band++;
    return band;
}

static enum assay_status add_node(struct assay_cohorts *cohorts, size_t *capacity, const char *plan,
                                  size_t band, size_t parent, size_t *index,
                                  struct assay_error *err)
{
    if (!assay_grow(&cohorts->nodes, capacity, cohorts->n_node + 1, sizeof *cohorts->nodes))
        return assay_fail_memory(err, "building cohorts");
    struct assay_cohort_node node = {.band = band, .parent = parent};
    if (plan != NULL && (node.plan = assay_copy_string(plan)) == NULL)
        return assay_fail_memory(err, "building cohorts");
    *index = cohorts->n_node;
    cohorts->nodes[cohorts->n_node++] = node;
    return ASSAY_OK;
}

/* ---- places ---- */

/* Where a row stands: plan code (the last: missing) * width + band (the last: missing). */
struct places {
    const struct assay_cohort_spec *spec;
    const int32_t *plan_codes;           /* NULL: no plan */
    const struct assay_dictionary *plans;
    const struct assay_column *tenure;   /* NULL: none */
    unsigned char *band_of_code;         /* of a coded tenure; else NULL */
    size_t n_plan, width, n;             /* n: (n_plan + 1) * width */
};

static size_t band_slot(const struct assay_cohort_spec *spec, double tenure)
{
    size_t band = assay_cohort_band(spec, tenure);
    return band == ASSAY_ANY_BAND ? spec->n_band + 1 : band;
}

static enum assay_status places_init(const struct assay_cohort_spec *spec,
                                     const struct assay_columns *columns,
                                     const struct assay_table *table, struct places *places,
                                     struct assay_error *err)
{
    struct places made = {.spec = spec, .width = spec->n_band + 2};
    if (columns->plan != ASSAY_NO_COLUMN) {
        made.plan_codes = table->columns[columns->plan].codes;
        made.plans = table->columns[columns->plan].dictionary;
        made.n_plan = assay_dictionary_count(made.plans);
    }
    made.n = (made.n_plan + 1) * made.width;
    if (columns->tenure != ASSAY_NO_COLUMN)
        made.tenure = &table->columns[columns->tenure];
    if (made.tenure != NULL && assay_column_is_coded(made.tenure)) {
        made.band_of_code = assay_alloc(made.tenure->n_value, 1);
        if (made.band_of_code == NULL)
            return assay_fail_memory(err, "building cohorts");
        for (size_t c = 0; c < made.tenure->n_value; c++)
            made.band_of_code[c] = (unsigned char)band_slot(spec, made.tenure->values[c]);
    }
    *places = made;
    return ASSAY_OK;
}

static void places_clear(struct places *places)
{
    free(places->band_of_code);
}

static inline size_t place_of_row(const struct places *p, size_t i)
{
    bool planned = p->plan_codes != NULL && p->plan_codes[i] != ASSAY_NO_CODE;
    size_t plan = planned ? (size_t)p->plan_codes[i] : p->n_plan;
    size_t band = p->band_of_code != NULL ? p->band_of_code[p->tenure->number_codes[i]]
                  : p->tenure != NULL     ? band_slot(p->spec, p->tenure->numbers[i])
                                          : p->width - 1;
    return plan * p->width + band;
}

/* ---- the tree ---- */

/* Rows by place. */
struct census {
    size_t n_plan, n_band;
    size_t *rows;  /* [(n_plan + 1) * (n_band + 2)] */
    size_t *order; /* [n_plan] plan codes in byte order of their names */
    const struct assay_dictionary *plans;
};

static int by_name(const void *a, const void *b, void *context)
{
    const struct assay_dictionary *plans = context;
    return strcmp(assay_dictionary_text(plans, (int32_t)*(const size_t *)a),
                  assay_dictionary_text(plans, (int32_t)*(const size_t *)b));
}

/* Plans that some included row has: others, from outside the window, make no cohort. */
static enum assay_status check_plan_count(const struct assay_cohort_spec *spec,
                                          const struct census *census, struct assay_error *err)
{
    size_t n = 0, width = census->n_band + 2;
    for (size_t k = 0; k < census->n_plan; k++) {
        size_t rows = 0;
        for (size_t b = 0; b < width; b++)
            rows += census->rows[k * width + b];
        n += rows > 0;
    }
    if (n <= ASSAY_MAX_PLANS)
        return ASSAY_OK;
    assay_fail(err, ASSAY_EDATA, "plan \"%s\" has %zu different values; expected at most %d",
               spec->plan, n, ASSAY_MAX_PLANS);
    assay_hint(err, "A cohort needs a column with a few values, such as the plan or edition.");
    return ASSAY_EDATA;
}

/* Chunks of rows that are counted side by side, each for itself. */
struct counting {
    const struct places *places;
    const unsigned char *include;
    size_t n_row, n_chunk, stride;
    size_t *rows; /* [n_chunk][stride], places->n of them */
};

static void count_chunk(void *state, size_t chunk)
{
    const struct counting *c = state;
    size_t *rows = c->rows + chunk * c->stride, size = c->n_row / c->n_chunk;
    size_t end = chunk + 1 < c->n_chunk ? (chunk + 1) * size : c->n_row;
    for (size_t i = chunk * size; i < end; i++) {
        rows[place_of_row(c->places, i)] += c->include != NULL ? c->include[i] : 1;
        assay_parallel_row(i);
    }
}

/* rows[places->n] is zero. */
static bool count_rows(const struct places *places, const unsigned char include[], size_t n_row, size_t rows[])
{
    enum { CHUNKS = 16, CHUNK_ROWS = 1 << 16, MOST_PLACES = 1 << 16 };
    bool many = n_row >= 2 * CHUNK_ROWS && places->n <= MOST_PLACES;
    struct counting c = {places, include, n_row, 1, places->n, rows};
    if (!many) {
        count_chunk(&c, 0);
        return true;
    }
    c.n_chunk = n_row / CHUNK_ROWS < CHUNKS ? n_row / CHUNK_ROWS : CHUNKS;
    c.stride = places->n + ASSAY_TASKS_APART / sizeof *c.rows;
    c.rows = assay_alloc(c.n_chunk * c.stride, sizeof *c.rows);
    if (c.rows == NULL)
        return false;
    assay_parallel(c.n_chunk, 0, count_chunk, &c);
    for (size_t k = 0; k < c.n_chunk * places->n; k++)
        rows[k % places->n] += c.rows[k / places->n * c.stride + k % places->n];
    free(c.rows);
    return true;
}

static enum assay_status take_census(const struct assay_cohort_spec *spec,
                                     const struct assay_columns *columns,
                                     const struct assay_table *table, const unsigned char *include,
                                     struct census *census, struct assay_error *err)
{
    struct places places;
    *census = (struct census){.n_band = spec->n_band};
    enum assay_status status = places_init(spec, columns, table, &places, err);
    if (status != ASSAY_OK)
        return status;
    census->plans = places.plans;
    census->n_plan = places.n_plan;
    census->rows = assay_alloc(places.n, sizeof *census->rows);
    census->order = assay_alloc(census->n_plan, sizeof *census->order);
    if (census->rows == NULL || census->order == NULL ||
        !count_rows(&places, include, table->n_row, census->rows))
        status = assay_fail_memory(err, "building cohorts");
    places_clear(&places);
    for (size_t k = 0; status == ASSAY_OK && k < census->n_plan; k++)
        census->order[k] = k;
    if (status == ASSAY_OK)
        status = check_plan_count(spec, census, err);
    if (status == ASSAY_OK)
        qsort_r(census->order, census->n_plan, sizeof *census->order, by_name,
                (void *)census->plans);
    return status;
}

/* The node of one plan (or of no plan) and those of its bands. */
static enum assay_status add_plan(struct assay_cohorts *cohorts, size_t *capacity,
                                  const char *plan, const size_t rows[], size_t n_band,
                                  struct assay_error *err)
{
    size_t total = 0, top = 0, index = 0;
    for (size_t b = 0; b < n_band + 2; b++)
        total += rows[b];
    if (total == 0)
        return ASSAY_OK;
    cohorts->nodes[0].rows += total;
    enum assay_status status = ASSAY_OK;
    if (plan != NULL) {
        status = add_node(cohorts, capacity, plan, ASSAY_ANY_BAND, 0, &top, err);
        if (status == ASSAY_OK)
            cohorts->nodes[top].rows = total;
    }
    for (size_t b = 0; status == ASSAY_OK && cohorts->spec->tenure != NULL && b <= n_band; b++) {
        if (rows[b] == 0)
            continue;
        status = add_node(cohorts, capacity, plan, b, top, &index, err);
        if (status == ASSAY_OK)
            cohorts->nodes[index].rows = rows[b];
    }
    return status;
}

enum assay_status assay_cohorts_build(const struct assay_cohort_spec *spec,
                                      const struct assay_columns *columns,
                                      const struct assay_table *table,
                                      const unsigned char *include, struct assay_cohorts *cohorts,
                                      struct assay_error *err)
{
    struct assay_cohorts made = {.spec = spec};
    struct census census;
    size_t capacity = 0, root;
    enum assay_status status = take_census(spec, columns, table, include, &census, err);
    if (status == ASSAY_OK)
        status = add_node(&made, &capacity, NULL, ASSAY_ANY_BAND, 0, &root, err);
    size_t width = census.n_band + 2;
    for (size_t k = 0; status == ASSAY_OK && k < census.n_plan; k++)
        status = add_plan(&made, &capacity,
                          assay_dictionary_text(census.plans, (int32_t)census.order[k]),
                          census.rows + census.order[k] * width, census.n_band, err);
    if (status == ASSAY_OK) {
        const size_t *planless = census.rows + census.n_plan * width;
        if (columns->plan == ASSAY_NO_COLUMN)
            status = add_plan(&made, &capacity, NULL, planless, census.n_band, err);
        else
            for (size_t b = 0; b < width; b++) /* a missing plan is compared with everybody */
                made.nodes[0].rows += planless[b];
    }
    free(census.rows);
    free(census.order);
    if (status != ASSAY_OK)
        assay_cohorts_clear(&made);
    else
        *cohorts = made;
    return status;
}

void assay_cohorts_clear(struct assay_cohorts *cohorts)
{
    for (size_t v = 0; v < cohorts->n_node; v++)
        free(cohorts->nodes[v].plan);
    free(cohorts->nodes);
    *cohorts = (struct assay_cohorts){0};
}

size_t assay_cohort_plan_node(const struct assay_cohorts *cohorts, const char *plan, bool *unseen)
{
    if (plan == NULL)
        return 0;
    for (size_t v = 1; v < cohorts->n_node; v++)
        if (cohorts->nodes[v].band == ASSAY_ANY_BAND && strcmp(cohorts->nodes[v].plan, plan) == 0)
            return v;
    *unseen = true;
    return 0;
}

size_t assay_cohort_band_node(const struct assay_cohorts *cohorts, size_t plan_node, size_t band)
{
    if (band == ASSAY_ANY_BAND)
        return plan_node;
    for (size_t v = plan_node + 1; v < cohorts->n_node; v++)
        if (cohorts->nodes[v].parent == plan_node && cohorts->nodes[v].band == band)
            return v;
    return plan_node;
}

const char *assay_cohort_label(const struct assay_cohorts *cohorts, size_t node, char *out,
                               size_t size)
{
    const struct assay_cohort_node *at = &cohorts->nodes[node];
    const struct assay_cohort_spec *spec = cohorts->spec;
    char quoted[ASSAY_QUOTE_SIZE];
    int used = 0;
    if (node == 0)
        snprintf(out, size, "all");
    else if (at->plan != NULL)
        used = snprintf(out, size, "%s%s", assay_quote_value(at->plan, strlen(at->plan), quoted),
                        at->band != ASSAY_ANY_BAND ? ", " : "");
    if (at->band == ASSAY_ANY_BAND || used < 0 || (size_t)used >= size)
        return out;
    if (at->band == 0)
        snprintf(out + used, size - (size_t)used, "%s below %g", spec->tenure, spec->bands[0]);
    else if (at->band == spec->n_band)
        snprintf(out + used, size - (size_t)used, "%s from %g", spec->tenure,
                 spec->bands[spec->n_band - 1]);
    else
        snprintf(out + used, size - (size_t)used, "%s %g to %g", spec->tenure,
                 spec->bands[at->band - 1], spec->bands[at->band]);
    return out;
}

enum assay_status assay_cohort_lookup_extend(struct assay_cohort_lookup *lookup,
                                             const struct assay_cohorts *cohorts,
                                             const struct assay_columns *columns,
                                             const struct assay_table *table,
                                             struct assay_error *err)
{
    if (columns->plan == ASSAY_NO_COLUMN)
        return ASSAY_OK;
    const struct assay_dictionary *plans = table->columns[columns->plan].dictionary;
    size_t n = assay_dictionary_count(plans);
    if (!assay_grow(&lookup->node_of_code, &lookup->node_capacity, n,
                    sizeof *lookup->node_of_code) ||
        !assay_grow(&lookup->unseen_code, &lookup->unseen_capacity, n, sizeof *lookup->unseen_code))
        return assay_fail_memory(err, "finding cohorts");
    for (; lookup->n_code < n; lookup->n_code++) {
        bool unseen = false;
        lookup->node_of_code[lookup->n_code] = assay_cohort_plan_node(
            cohorts, assay_dictionary_text(plans, (int32_t)lookup->n_code), &unseen);
        lookup->unseen_code[lookup->n_code] = unseen;
    }
    return ASSAY_OK;
}

size_t assay_cohort_of_row(const struct assay_cohort_lookup *lookup,
                           const struct assay_cohorts *cohorts,
                           const struct assay_columns *columns, const struct assay_table *table,
                           size_t row, bool *unseen)
{
    size_t node = 0;
    *unseen = false;
    if (columns->plan != ASSAY_NO_COLUMN) {
        int32_t code = table->columns[columns->plan].codes[row];
        if (code == ASSAY_NO_CODE)
            return 0;
        node = lookup->node_of_code[code];
        *unseen = lookup->unseen_code[code];
        if (*unseen)
            return 0;
    }
    if (columns->tenure == ASSAY_NO_COLUMN)
        return node;
    double tenure = assay_column_number(&table->columns[columns->tenure], row);
    return assay_cohort_band_node(cohorts, node, assay_cohort_band(cohorts->spec, tenure));
}

void assay_cohort_lookup_clear(struct assay_cohort_lookup *lookup)
{
    free(lookup->node_of_code);
    free(lookup->unseen_code);
    *lookup = (struct assay_cohort_lookup){0};
}

/* ---- all rows ---- */

/* The node of every place. A missing plan is compared with everybody, and so is one that the history had
 * not. */
static void find_nodes(const struct assay_cohorts *cohorts, const struct places *places,
                       uint16_t node[])
{
    for (size_t k = 0; k <= places->n_plan; k++) {
        bool unseen = false, has_plan = k < places->n_plan;
        size_t plan_node =
            has_plan ? assay_cohort_plan_node(
                           cohorts, assay_dictionary_text(places->plans, (int32_t)k), &unseen)
                     : 0;
        bool alone = unseen || (!has_plan && places->plan_codes != NULL) || places->tenure == NULL;
        for (size_t b = 0; b < places->width; b++) {
            size_t band = b + 1 < places->width ? b : ASSAY_ANY_BAND;
            node[k * places->width + b] =
                (uint16_t)(alone ? plan_node : assay_cohort_band_node(cohorts, plan_node, band));
        }
    }
}

enum { TASK_ROWS = 1 << 16 };

struct finding {
    const struct places *places;
    const uint16_t *node;
    uint16_t *leaf;
    size_t n_row;
};

static void find_task(void *state, size_t task)
{
    const struct finding *f = state;
    size_t from = task * TASK_ROWS;
    size_t to = from + TASK_ROWS < f->n_row ? from + TASK_ROWS : f->n_row;
    for (size_t i = from; i < to; i++)
        f->leaf[i] = f->node[place_of_row(f->places, i)];
}

enum assay_status assay_cohort_leaves(const struct assay_cohorts *cohorts,
                                      const struct assay_columns *columns,
                                      const struct assay_table *table, size_t n_thread,
                                      uint16_t leaf[], struct assay_error *err)
{
    struct places places;
    enum assay_status status = places_init(cohorts->spec, columns, table, &places, err);
    if (status != ASSAY_OK)
        return status;
    uint16_t *node = assay_alloc(places.n, sizeof *node);
    if (node != NULL) {
        struct finding finding = {&places, node, leaf, table->n_row};
        find_nodes(cohorts, &places, node);
        assay_parallel((table->n_row + TASK_ROWS - 1) / TASK_ROWS, n_thread, find_task, &finding);
    } else {
        status = assay_fail_memory(err, "finding cohorts");
    }
    free(node);
    places_clear(&places);
    return status;
}
