#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/thread.h"
#include "core/metric/slice_parts.h"

/* A row's expectation and the row itself, in one 64-bit number: counting a row is then one addition a table, and
 * integer sums do not depend on the order of the rows. An expectation is a multiple of 2^-28, of which 2^16 rows'
 * sum stays below the count's lowest bit. */
enum { FRACTION = 28, COUNT_FROM = 45, FLUSH_ROWS = 1 << 16, BLOCK_ROWS = 1 << 12, LANES = 16 };

/* A table of more columns has more pairs for the same additions, but it must stay in the nearest cache. Each task
 * has its own tables. */
enum { MOST_CELLS = 1 << 12, TASK_ROWS = 1 << 18, MOST_TASKS = 8, MOST_CELLS_OF_TASKS = 1 << 22 };

struct task_tables {
    uint64_t *packed; /* [2 * n_cell] of the rows since the last flush */
    uint64_t *n, *expected;
    uint32_t *event;
};

struct counting {
    const struct assay_slice_rows *rows;
    const struct assay_slice_joints *joints;
    struct task_tables all; /* [n_task] behind each other */
    size_t n_task;
};

/* ---- which columns go together ---- */

/* Codes that no row has, mostly the one for "missing" and the one for no condition, need no cells. */
static void find_values(const struct assay_slice_rows *rows, size_t values[])
{
    for (size_t c = 0; c < rows->n_column; c++) {
        const unsigned char *code = rows->column[c].code;
        unsigned char highest[LANES] = {0};
        size_t i = 0;
        for (; i + LANES <= rows->n; i += LANES)
            for (size_t k = 0; k < LANES; k++)
                highest[k] = code[i + k] > highest[k] ? code[i + k] : highest[k];
        for (; i < rows->n; i++)
            highest[0] = code[i] > highest[0] ? code[i] : highest[0];
        values[c] = 0;
        for (size_t k = 0; k < LANES; k++)
            values[c] = highest[k] + (size_t)1 > values[c] ? highest[k] + (size_t)1 : values[c];
    }
}

/* Where column c is among the joint's, n_column where it is not. */
static size_t place_in(const struct assay_slice_joint *joint, size_t c)
{
    size_t k = 0;
    while (k < joint->n_column && joint->column[k] != c)
        k++;
    return k;
}

static bool holds(const struct assay_slice_joint *joint, const struct assay_slice_grid *grid,
                  size_t nothing)
{
    return place_in(joint, grid->a) < joint->n_column &&
           (grid->b == nothing || place_in(joint, grid->b) < joint->n_column);
}

static void add_column(const size_t values[], size_t c, struct assay_slice_joint *joint)
{
    for (size_t k = 0; k < joint->n_column; k++)
        joint->stride[k] *= values[c];
    joint->stride[joint->n_column] = 1;
    joint->column[joint->n_column++] = c;
    joint->n_cell *= values[c];
}

/* Grids without a joint that this one would also have with column c in it. */
static size_t gain_of(const struct assay_slice_grids *grids, const size_t of_grid[],
                      const struct assay_slice_joint *joint, size_t c)
{
    size_t gain = 0;
    for (size_t g = 0; g < grids->n_grid; g++) {
        const struct assay_slice_grid *grid = &grids->grid[g];
        size_t other = grid->a == c ? grid->b : grid->b == c ? grid->a : c;
        gain += other != c && of_grid[g] == grids->n_grid && place_in(joint, other) < joint->n_column;
    }
    return gain;
}

/* Takes the columns in that bring most pairs, while there is room. */
static void extend(const struct assay_slice_grids *grids, const struct assay_slice_joints *joints,
                   struct assay_slice_joint *joint)
{
    const struct assay_slice_rows *rows = grids->rows;
    while (joint->n_column < ASSAY_SLICE_JOINT) {
        size_t best = rows->n_column, most = 0;
        for (size_t c = 0; c < rows->n_paired; c++) {
            if (place_in(joint, c) < joint->n_column || joint->n_cell * joints->values[c] > MOST_CELLS)
                continue;
            size_t gain = gain_of(grids, joints->of_grid, joint, c);
            if (gain > most) {
                most = gain;
                best = c;
            }
        }
        if (most == 0)
            return;
        add_column(joints->values, best, joint);
    }
}

/* Every grid gets a joint that has its columns. */
static void choose(const struct assay_slice_grids *grids, struct assay_slice_joints *joints)
{
    size_t nothing = grids->rows->n_column;
    for (size_t g = 0; g < grids->n_grid; g++)
        joints->of_grid[g] = grids->n_grid; /* none yet */
    for (size_t g = 0; g < grids->n_grid; g++) {
        if (joints->of_grid[g] < grids->n_grid)
            continue;
        struct assay_slice_joint *joint = &joints->joint[joints->n_joint];
        *joint = (struct assay_slice_joint){.n_cell = 1, .first = joints->n_cell};
        add_column(joints->values, grids->grid[g].a, joint);
        if (grids->grid[g].b != nothing)
            add_column(joints->values, grids->grid[g].b, joint);
        extend(grids, joints, joint);
        for (size_t k = g; k < grids->n_grid; k++)
            if (joints->of_grid[k] == grids->n_grid && holds(joint, &grids->grid[k], nothing))
                joints->of_grid[k] = joints->n_joint;
        joints->n_cell += joint->n_cell;
        joints->n_joint++;
    }
}

/* ---- one pass over the rows ---- */

/* A block of rows: what each adds, and which have the event. */
struct block {
    uint64_t packed[BLOCK_ROWS];
    uint16_t index[BLOCK_ROWS], event[BLOCK_ROWS]; /* index: the cell in the joint at hand */
    size_t n_event;
};

/* To the nearest multiple of 2^-28: 2^52 + x has no bits for less. */
static uint64_t pack(double expected)
{
    double shifted = expected * (1 << FRACTION) + 0x1p52;
    uint64_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    return (bits & (((uint64_t)1 << 52) - 1)) + ((uint64_t)1 << COUNT_FROM);
}

static void open_block(const struct assay_slice_rows *rows, size_t first, size_t n, struct block *block)
{
    size_t n_event = 0;
    for (size_t i = 0; i < n; i++)
        block->packed[i] = pack(rows->expected[first + i]);
    for (size_t i = 0; i < n; i++) {
        block->event[n_event] = (uint16_t)i;
        n_event += rows->outcome[first + i];
    }
    block->n_event = n_event;
}

/* index = index times so much, and code: of a whole block, whose length the compiler knows, several at once. */
static void mix_block(const unsigned char code[restrict BLOCK_ROWS], uint16_t times,
                      uint16_t index[restrict BLOCK_ROWS])
{
    for (size_t i = 0; i < BLOCK_ROWS; i++)
        index[i] = (uint16_t)(index[i] * times + code[i]);
}

static void find_cells(const struct assay_slice_rows *rows, const size_t values[],
                       const struct assay_slice_joint *joint, size_t first, size_t n,
                       uint16_t index[restrict BLOCK_ROWS])
{
    memset(index, 0, n * sizeof *index);
    for (size_t k = 0; k < joint->n_column; k++) {
        const unsigned char *code = rows->column[joint->column[k]].code + first;
        uint16_t times = (uint16_t)values[joint->column[k]];
        if (n == BLOCK_ROWS)
            mix_block(code, times, index);
        else
            for (size_t i = 0; i < n; i++)
                index[i] = (uint16_t)(index[i] * times + code[i]);
    }
}

static void add_block(const struct block *block, const unsigned char flagged[], size_t n,
                      uint64_t packed[], uint32_t event[])
{
    for (size_t i = 0; i < n; i++)
        packed[2 * (size_t)block->index[i] + flagged[i]] += block->packed[i];
    for (size_t k = 0; k < block->n_event; k++) {
        size_t i = block->event[k];
        event[2 * (size_t)block->index[i] + flagged[i]]++;
    }
}

static void flush(const struct task_tables *tables, size_t n_cell)
{
    const uint64_t below = ((uint64_t)1 << COUNT_FROM) - 1;
    for (size_t k = 0; k < 2 * n_cell; k++) {
        tables->n[k] += tables->packed[k] >> COUNT_FROM;
        tables->expected[k] += tables->packed[k] & below;
        tables->packed[k] = 0;
    }
}

static struct task_tables tables_at(const struct task_tables *all, size_t task, size_t n_cell)
{
    size_t at = 2 * task * n_cell;
    return (struct task_tables){all->packed + at, all->n + at, all->expected + at, all->event + at};
}

static void count_task(void *state, size_t task)
{
    const struct counting *c = state;
    const struct assay_slice_joints *joints = c->joints;
    struct task_tables tables = tables_at(&c->all, task, joints->n_cell);
    size_t each = (c->rows->n + c->n_task - 1) / c->n_task, first = task * each;
    size_t end = first + each < c->rows->n ? first + each : c->rows->n, since = 0;
    struct block block;
    for (; first < end; first += BLOCK_ROWS) {
        size_t n = end - first < BLOCK_ROWS ? end - first : BLOCK_ROWS;
        open_block(c->rows, first, n, &block);
        for (size_t k = 0; k < joints->n_joint; k++) {
            size_t at = 2 * joints->joint[k].first;
            find_cells(c->rows, joints->values, &joints->joint[k], first, n, block.index);
            add_block(&block, c->rows->flagged + first, n, tables.packed + at, tables.event + at);
        }
        since += n;
        if (since + BLOCK_ROWS <= FLUSH_ROWS && first + n < end)
            continue;
        flush(&tables, joints->n_cell);
        since = 0;
    }
}

static void count_rows(struct counting *c, size_t n_thread)
{
    size_t n_cell = c->joints->n_cell;
    assay_parallel(c->n_task, n_thread, count_task, c);
    for (size_t t = 1; t < c->n_task; t++) {
        struct task_tables tables = tables_at(&c->all, t, n_cell);
        for (size_t k = 0; k < 2 * n_cell; k++) {
            c->all.n[k] += tables.n[k];
            c->all.expected[k] += tables.expected[k];
            c->all.event[k] += tables.event[k];
        }
    }
}

static size_t task_count(size_t n, size_t n_cell)
{
    size_t tasks = n / TASK_ROWS < MOST_TASKS ? n / TASK_ROWS : MOST_TASKS;
    while (tasks > 1 && tasks * n_cell > MOST_CELLS_OF_TASKS)
        tasks--;
    return tasks > 1 ? tasks : 1;
}

static enum assay_status count(const struct assay_slice_rows *rows, size_t n_thread,
                               struct assay_slice_joints *joints, struct assay_error *err)
{
    struct counting c = {.rows = rows, .joints = joints, .n_task = task_count(rows->n, joints->n_cell)};
    size_t n = 2 * c.n_task * joints->n_cell;
    c.all = (struct task_tables){.packed = assay_rows_alloc(n, sizeof *c.all.packed),
                                 .n = assay_rows_alloc(n, sizeof *c.all.n),
                                 .expected = assay_rows_alloc(n, sizeof *c.all.expected),
                                 .event = assay_rows_alloc(n, sizeof *c.all.event)};
    bool good = c.all.packed != NULL && c.all.n != NULL && c.all.expected != NULL && c.all.event != NULL;
    if (good)
        count_rows(&c, n_thread);
    assay_rows_free(c.all.packed);
    joints->n = c.all.n;
    joints->expected = c.all.expected;
    joints->event = c.all.event;
    return good ? ASSAY_OK : assay_fail_memory(err, "searching slices");
}

/* ---- the doors ---- */

enum assay_status assay_slice_joints_make(const struct assay_slice_grids *grids, size_t n_thread,
                                          struct assay_slice_joints *joints, struct assay_error *err)
{
    struct assay_slice_joints made = {.joint = assay_alloc(grids->n_grid, sizeof *made.joint),
                                      .of_grid = assay_alloc(grids->n_grid, sizeof *made.of_grid),
                                      .values = assay_alloc(grids->rows->n_column, sizeof *made.values)};
    enum assay_status status = ASSAY_OK;
    if (made.joint == NULL || made.of_grid == NULL || made.values == NULL) {
        status = assay_fail_memory(err, "searching slices");
    } else {
        find_values(grids->rows, made.values);
        choose(grids, &made);
        status = count(grids->rows, n_thread, &made, err);
    }
    if (status != ASSAY_OK)
        assay_slice_joints_clear(&made);
    else
        *joints = made;
    return status;
}

void assay_slice_joints_clear(struct assay_slice_joints *joints)
{
    free(joints->joint);
    free(joints->of_grid);
    free(joints->values);
    assay_rows_free(joints->n);
    assay_rows_free(joints->expected);
    assay_rows_free(joints->event);
    *joints = (struct assay_slice_joints){0};
}

void assay_slice_joints_margin(const struct assay_slice_joints *joints, size_t g,
                               const struct assay_slice_grids *grids, double n[], double expected[],
                               uint32_t event[])
{
    const struct assay_slice_grid *grid = &grids->grid[g];
    const struct assay_slice_joint *joint = &joints->joint[joints->of_grid[g]];
    size_t a = place_in(joint, grid->a), b = place_in(joint, grid->b);
    size_t values_a = joints->values[grid->a];
    size_t values_b = b < joint->n_column ? joints->values[grid->b] : 1;
    size_t stride_b = b < joint->n_column ? joint->stride[b] : 1;
    memset(n, 0, 2 * grid->size * sizeof *n);
    memset(expected, 0, 2 * grid->size * sizeof *expected);
    memset(event, 0, 2 * grid->size * sizeof *event);
    for (size_t k = 0; k < 2 * joint->n_cell; k++) {
        size_t of_a = k / 2 / joint->stride[a] % values_a, of_b = k / 2 / stride_b % values_b;
        size_t cell = (of_a + 1) * grid->width + of_b + 1, from = 2 * joint->first + k, side = k % 2;
        n[2 * cell + side] += (double)joints->n[from];
        expected[2 * cell + side] += (double)joints->expected[from] / (1 << FRACTION);
        event[side * grid->size + cell] += joints->event[from];
    }
}
