/* Scores by cluster: sums of (y - p) x over rows that belong together, and the squares of these sums. */
#include <assert.h>
#include <string.h>

#include "core/base/rows.h"
#include "core/base/thread.h"
#include "core/fit/array_sums.h"

enum {
    ROWS = ASSAY_BLOCK_ROWS,
    LANES = ASSAY_KERNEL_LANES,
    STRIP = 64,       /* rows whose scores are kept: they stay in the first-level cache, as do those of */
    BATCH = 32,       /* clusters, whose squares are then added together */
    MOST_RANGES = 16, /* of codes: sweeps over the data, where clusters are scattered */
    RANGE_DOUBLES =
        1 << 21, /* of their scores, unless more is needed to keep to that many sweeps */
};

struct clusters {
    struct assay_array_engine *engine;
    const double *coef;
    size_t n_code, n_coef;
    size_t width;             /* n_coef in whole lanes */
    size_t per_range;         /* codes whose scores a task holds, where clusters are scattered */
    struct assay_desks desks; /* a block where blocks are made, then scores */
    double *partial; /* [n_task * stride]: sum of squares (array_kernel.h), then clusters, and */
    size_t n_task, stride; /* a cache line between tasks; behind all a bit for each code */
};

/* A block with what scores are made of. */
struct scored {
    size_t index;
    struct assay_array_block block;
    const double *times;
    double buffer[ROWS], residual[ROWS];
    size_t strip;  /* of its rows, in all of the design's: whose scores are in */
    double *score; /* [STRIP * width] */
};

static void score_block(const struct clusters *c, size_t index, double room[],
                        struct scored *scored)
{
    const struct assay_array_engine *engine = c->engine;
    double eta[ROWS], weight[ROWS];
    scored->index = index;
    assay_array_block_take(engine, index, room, &scored->block);
    scored->times = assay_array_times(engine, &scored->block, UINT16_MAX, scored->buffer);
    engine->kernel->log_odds(scored->block.x, engine->data.n_column, c->coef, eta);
    engine->kernel->weigh(eta, scored->block.outcome, scored->times, weight, scored->residual,
                          NULL);
}

static void add_score(const struct scored *scored, size_t i, size_t n_coef, double score[])
{
    const double *x = scored->block.x + i;
    double residual = scored->residual[i];
    score[0] += residual;
    for (size_t j = 1; j < n_coef; j++)
        score[j] += residual * x[(j - 1) * ROWS];
}

static size_t square_size(size_t n_coef, size_t width)
{
    size_t size = 0;
    for (size_t j = 0; j < n_coef; j++)
        size += width - j / LANES * LANES;
    return size;
}

static void square_scores(const struct clusters *c, const double scores[], size_t n,
                          double partial[])
{
    c->engine->kernel->add_squares(scores, n, c->n_coef, c->width, partial);
    partial[square_size(c->n_coef, c->width)] += (double)n;
}

static double *scores_of(const struct clusters *c, double *room)
{
    return room + (assay_array_makes_blocks(&c->engine->data) ? (c->n_coef - 1) * ROWS : 0);
}

/* ---- clusters whose rows lie together ---- */

static void score_strip(const struct clusters *c, size_t strip, double room[],
                        struct scored *scored)
{
    size_t first = strip * STRIP % ROWS;
    if (strip * STRIP / ROWS != scored->index)
        score_block(c, strip * STRIP / ROWS, room, scored);
    c->engine->kernel->spread(scored->block.x + first, c->n_coef - 1, scored->residual + first,
                              STRIP, c->width, scored->score);
    scored->strip = strip;
}

/* Scores the cluster that begins at `row`; returns the row behind it. A row that does not count has a score of zeros;
 * *some: one counts. */
static size_t take_cluster(const struct clusters *c, size_t row, double room[],
                           struct scored *scored, double score[], bool *some)
{
    const struct assay_array_data *data = &c->engine->data;
    int32_t code = data->cluster[row];
    bool counts = false;
    memset(score, 0, c->width * sizeof *score);
    while (row < data->n_row && data->cluster[row] == code) {
        size_t first = row, strip = row / STRIP;
        if (strip != scored->strip)
            score_strip(c, strip, room, scored);
        for (; row < data->n_row && row / STRIP == strip && data->cluster[row] == code; row++)
            counts = counts || scored->times[row % ROWS] > 0.0;
        c->engine->kernel->add_scores(scored->score + first % STRIP * c->width, row - first,
                                      c->width, score);
    }
    *some = counts;
    return row;
}

/* A cluster belongs to the task in whose rows it begins, which reads on to the cluster's end. */
static void together_task(void *state, size_t task)
{
    struct clusters *c = state;
    const struct assay_array_data *data = &c->engine->data;
    struct assay_array_span span = assay_array_task_blocks(c->engine->n_block, task);
    size_t row = span.first * ROWS;
    size_t end = span.end * ROWS < data->n_row ? span.end * ROWS : data->n_row;
    double *room = assay_desk_take(&c->desks);
    double *scores = scores_of(c, room), *partial = c->partial + task * c->stride;
    struct scored scored = {
        .index = SIZE_MAX, .strip = SIZE_MAX, .score = scores + BATCH * c->width};
    size_t n = 0;
    while (row > 0 && row < end && data->cluster[row] == data->cluster[row - 1])
        row++;
    while (row < end) {
        bool counts;
        row = take_cluster(c, row, room, &scored, scores + n * c->width, &counts);
        n += counts;
        if (n == BATCH) {
            square_scores(c, scores, n, partial);
            n = 0;
        }
    }
    square_scores(c, scores, n, partial);
    assay_desk_leave(&c->desks, room);
}

/* ---- scattered clusters ---- */

/* A task keeps the scores of a range of codes, each behind the number of its rows, and sweeps over all rows: no
 * index of rows by cluster, and no reading in its order. */
static void scattered_task(void *state, size_t task)
{
    struct clusters *c = state;
    const struct assay_array_engine *engine = c->engine;
    size_t first = task * c->per_range, size = c->width + 1;
    size_t n = c->n_code - first < c->per_range ? c->n_code - first : c->per_range;
    double *room = assay_desk_take(&c->desks), *scores = scores_of(c, room);
    struct scored scored;
    memset(scores, 0, n * size * sizeof *scores);
    for (size_t index = 0; index < engine->n_block; index++) {
        score_block(c, index, room, &scored);
        const int32_t *code = engine->data.cluster + index * ROWS;
        for (size_t i = 0; i < scored.block.n; i++) {
            size_t k = (size_t)code[i] - first; /* what is below wraps round */
            if (k < n && scored.times[i] > 0.0) {
                scores[k * size] += 1.0;
                add_score(&scored, i, c->n_coef, scores + k * size + 1);
            }
        }
    }
    for (size_t k = 0; k < n; k++)
        if (scores[k * size] > 0.0)
            square_scores(c, scores + k * size + 1, 1, c->partial + task * c->stride);
    assay_desk_leave(&c->desks, room);
}

/* ---- which of the two ---- */

static bool count_up(const void *state, size_t first, size_t end)
{
    const int32_t *cluster = state;
    unsigned jumps = first == 0 && cluster[0] != 0;
    for (size_t i = first > 0 ? first : 1; i < end; i++)
        jumps |= cluster[i] != cluster[i - 1] && cluster[i] != cluster[i - 1] + 1;
    return jumps == 0;
}

/* Codes in the order of their rows, 0 0 1 2 2 2 ...: how many; 0: they are not. */
static size_t count_in_order(const struct assay_array_data *data)
{
    bool in_order = data->n_row > 0 && assay_parallel_holds(data->n_row, data->n_thread, count_up, data->cluster);
    return in_order ? (size_t)data->cluster[data->n_row - 1] + 1 : 0;
}

static size_t count_codes(const struct assay_array_data *data)
{
    size_t n_code = 0;
    for (size_t i = 0; i < data->n_row; i++) {
        assert(data->cluster[i] >= 0);
        size_t code = (size_t)data->cluster[i];
        n_code = code < n_code ? n_code : code + 1;
        assay_parallel_row(i);
    }
    return n_code;
}

/* Whether no code comes back once another has followed it. seen: a zeroed bit for each code. */
static bool lie_together(const struct assay_array_data *data, unsigned char seen[])
{
    for (size_t i = 0; i < data->n_row; i++) {
        size_t code = (size_t)data->cluster[i];
        if (i > 0 && data->cluster[i] == data->cluster[i - 1])
            continue;
        if (seen[code / 8] >> code % 8 & 1)
            return false;
        seen[code / 8] |= (unsigned char)(1 << code % 8);
        assay_parallel_row(i);
    }
    return true;
}

static size_t codes_a_range(const struct clusters *c)
{
    size_t fits = RANGE_DOUBLES / (c->width + 1) + 1;
    size_t fair = (c->n_code + MOST_RANGES - 1) / MOST_RANGES;
    size_t most = fits > fair ? fits : fair;
    return most < c->n_code ? most : c->n_code;
}

/* false: no memory. */
static bool run(struct clusters *c, bool together)
{
    struct assay_array_engine *engine = c->engine;
    size_t room = assay_array_makes_blocks(&engine->data) ? (c->n_coef - 1) * ROWS : 0;
    size_t scores = together ? (BATCH + STRIP) * c->width : c->per_range * (c->width + 1);
    c->n_task = together ? assay_array_task_count(engine->n_block)
                         : (c->n_code + c->per_range - 1) / c->per_range;
    size_t n_thread = assay_array_thread_count(engine->n_thread, c->n_task);
    if (!assay_desks_init(&c->desks, n_thread, room + scores))
        return false;
    assay_parallel(c->n_task, n_thread, together ? together_task : scattered_task, c);
    return true;
}

static void add_tasks(const struct clusters *c, double meat[], size_t *n_cluster)
{
    for (size_t task = 1; task < c->n_task; task++)
        for (size_t k = 0; k < c->stride; k++)
            c->partial[k] += c->partial[task * c->stride + k];
    const double *row = c->partial;
    for (size_t j = 0; j < c->n_coef; j++) {
        for (size_t k = j; k < c->n_coef; k++)
            meat[j * c->n_coef + k] = meat[k * c->n_coef + j] = row[k - j / LANES * LANES];
        row += c->width - j / LANES * LANES;
    }
    *n_cluster = (size_t)*row;
}

enum assay_status assay_array_clusters(struct assay_array_engine *engine, const double coef[],
                                       double meat[], size_t *n_cluster, struct assay_error *err)
{
    size_t n = engine->data.n_column + 1;
    struct clusters c = {.engine = engine,
                         .coef = coef,
                         .n_coef = n,
                         .width = (n + LANES - 1) / LANES * LANES,
                         .n_code = count_in_order(&engine->data)};
    bool together = c.n_code > 0;
    if (!together)
        c.n_code = count_codes(&engine->data);
    c.stride = square_size(n, c.width) + 1 + LANES;
    size_t n_partial = (assay_array_task_count(engine->n_block) + MOST_RANGES) * c.stride;
    c.per_range = codes_a_range(&c);
    c.partial = assay_rows_alloc(n_partial + c.n_code / 64 + 1, sizeof *c.partial);
    bool ready = c.partial != NULL;
    if (ready)
        ready = run(&c, together || lie_together(&engine->data,
                                                 (unsigned char *)(c.partial + n_partial)));
    if (ready)
        add_tasks(&c, meat, n_cluster);
    assay_desks_clear(&c.desks);
    assay_rows_free(c.partial);
    return ready ? ASSAY_OK : assay_fail_memory(err, "sorting rows by cluster");
}
