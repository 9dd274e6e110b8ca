/* onnx_run.h - reads ONNX files and runs their graphs, independently of how they were written
 *
 * As much of the format and as many operators as exports use, in doubles; an operator, a type or a shape
 * that a real engine would refuse fails the test. A value of rank 1 is a single row here, one of rank 2 is
 * rows by columns: so the standard's broadcasting is that of rows and columns.
 */
#ifndef ASSAY_TESTS_RELEASE_ONNX_RUN_H
#define ASSAY_TESTS_RELEASE_ONNX_RUN_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/suite.h"

enum { ONNX_INT64 = 7, ONNX_STRING = 8, ONNX_BOOL = 9, ONNX_DOUBLE = 11 };

struct onnx_value {
    char *name;
    int type;
    size_t rank, rows, columns;
    double *numbers; /* of every type but texts */
    char **texts;
};

struct onnx_file {
    int64_t format, operators;
    char *doc;
    struct onnx_value *values;
    size_t n_value, capacity;
    char *inputs[300], *outputs[16], *keys[32], *properties[32];
    size_t n_input, n_output, n_property, n_node;
};

/* ---- messages ---- */

struct onnx_field {
    unsigned number;
    uint64_t integer;
    const char *bytes;
    size_t length;
};

static inline uint64_t onnx_varint(const char **at, const char *end)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        ck_assert(*at < end);
        unsigned char byte = (unsigned char)*(*at)++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    ck_abort_msg("a number of more than ten bytes");
}

static inline bool onnx_next(const char **at, const char *end, struct onnx_field *field)
{
    if (*at == end)
        return false;
    uint64_t key = onnx_varint(at, end);
    *field = (struct onnx_field){.number = (unsigned)(key >> 3)};
    if ((key & 7) == 0) {
        field->integer = onnx_varint(at, end);
        return true;
    }
    ck_assert_uint_eq(key & 7, 2);
    field->length = onnx_varint(at, end);
    ck_assert(field->length <= (size_t)(end - *at));
    field->bytes = *at;
    *at += field->length;
    return true;
}

#define ONNX_FIELDS(message, length, field)                                                        \
    for (const char *at_ = (message), *end_ = at_ + (length); onnx_next(&at_, end_, &(field));)

static inline char *onnx_text(struct onnx_field field)
{
    return strndup(field.bytes, field.length);
}

/* ---- values ---- */

static inline struct onnx_value *onnx_find(struct onnx_file *file, const char *name)
{
    for (size_t k = 0; k < file->n_value; k++)
        if (strcmp(file->values[k].name, name) == 0)
            return &file->values[k];
    return NULL;
}

/* A new value; names are given once. Takes the name over. */
static inline struct onnx_value *onnx_add(struct onnx_file *file, char *name, int type, size_t rank,
                                          size_t rows, size_t columns)
{
    ck_assert_msg(onnx_find(file, name) == NULL, "%s is there twice", name);
    ck_assert_uint_lt(file->n_value, file->capacity);
    struct onnx_value *value = &file->values[file->n_value++];
    *value = (struct onnx_value){
        .name = name, .type = type, .rank = rank, .rows = rows, .columns = columns};
    if (type == ONNX_STRING)
        value->texts = calloc(rows * columns + 1, sizeof *value->texts);
    else
        value->numbers = calloc(rows * columns + 1, sizeof *value->numbers);
    return value;
}

/* A column as input. */
static inline struct onnx_value *onnx_feed(struct onnx_file *file, const char *name, int type,
                                           size_t n)
{
    return onnx_add(file, strdup(name), type, 1, 1, n);
}

static inline void onnx_raw(struct onnx_value *value, struct onnx_field raw)
{
    size_t n = value->rows * value->columns, size = value->type == ONNX_BOOL ? 1 : 8;
    ck_assert_uint_eq(raw.length, n * size);
    for (size_t k = 0; k < n; k++) {
        int64_t integer;
        memcpy(&value->numbers[k], raw.bytes + k * size, size);
        if (value->type == ONNX_BOOL)
            value->numbers[k] = raw.bytes[k];
        if (value->type != ONNX_INT64)
            continue;
        memcpy(&integer, raw.bytes + k * size, size);
        value->numbers[k] = (double)integer;
    }
}

static inline void onnx_initializer(struct onnx_file *file, struct onnx_field tensor)
{
    struct onnx_field field, raw = {0}, name = {0};
    size_t shape[2] = {1, 1}, rank = 0, n_text = 0;
    int type = 0;
    ONNX_FIELDS(tensor.bytes, tensor.length, field)
    {
        if (field.number == 1)
            shape[rank++] = field.integer;
        else if (field.number == 2)
            type = (int)field.integer;
        else if (field.number == 8)
            name = field;
        else if (field.number == 9)
            raw = field;
        else
            ck_assert_uint_eq(field.number, 6);
    }
    ck_assert(type == ONNX_INT64 || type == ONNX_STRING || type == ONNX_BOOL ||
              type == ONNX_DOUBLE);
    struct onnx_value *value = onnx_add(file, onnx_text(name), type, rank, rank == 2 ? shape[0] : 1,
                                        rank == 2 ? shape[1] : shape[0]);
    if (type != ONNX_STRING)
        onnx_raw(value, raw);
    ONNX_FIELDS(tensor.bytes, tensor.length, field)
    {
        if (field.number == 6)
            value->texts[n_text++] = onnx_text(field);
    }
    ck_assert_uint_eq(n_text, type == ONNX_STRING ? value->columns : 0);
}

/* ---- operators ---- */

struct onnx_node {
    char op[32];
    struct onnx_value inputs[201];
    size_t n;
    int64_t setting; /* of its only attribute */
    char *output;
};

static inline size_t onnx_larger(size_t a, size_t b)
{
    ck_assert(a == b || a == 1 || b == 1);
    return a == 1 ? b : a;
}

/* Place in a value of row i and column j of what it is broadcast to. */
static inline size_t onnx_place(const struct onnx_value *value, size_t i, size_t j)
{
    return (value->rows == 1 ? 0 : i) * value->columns + (value->columns == 1 ? 0 : j);
}

static inline double onnx_binary(const char *op, double a, double b)
{
    static const char *const ops[] = {"Add",         "Sub",     "Mul",           "Div",
                                      "And",         "Or",      "Equal",         "Less",
                                      "LessOrEqual", "Greater", "GreaterOrEqual"};
    const double results[] = {
        a + b, a - b, a * b, a / b, a != 0 && b != 0, a != 0 || b != 0, a == b, a<b, a <= b, a> b,
        a >= b};
    for (size_t k = 0; k < COUNT(ops); k++)
        if (strcmp(op, ops[k]) == 0)
            return results[k];
    ck_abort_msg("no operator %s of two inputs", op);
}

static inline bool onnx_compares(const char *op)
{
    return strcmp(op, "Equal") == 0 || strncmp(op, "Less", 4) == 0 ||
           strncmp(op, "Greater", 7) == 0;
}

static inline void onnx_run_two(struct onnx_file *file, const struct onnx_node *node)
{
    const struct onnx_value *a = &node->inputs[0], *b = &node->inputs[1];
    bool logical = strcmp(node->op, "And") == 0 || strcmp(node->op, "Or") == 0;
    ck_assert_int_eq(a->type, b->type);
    ck_assert(a->type != ONNX_STRING || strcmp(node->op, "Equal") == 0);
    ck_assert((a->type == ONNX_BOOL) ==
              (logical || (a->type == ONNX_BOOL && onnx_compares(node->op))));
    struct onnx_value *out =
        onnx_add(file, node->output, onnx_compares(node->op) ? ONNX_BOOL : a->type,
                 a->rank > b->rank ? a->rank : b->rank, onnx_larger(a->rows, b->rows),
                 onnx_larger(a->columns, b->columns));
    for (size_t i = 0; i < out->rows; i++)
        for (size_t j = 0; j < out->columns; j++) {
            size_t pa = onnx_place(a, i, j), pb = onnx_place(b, i, j);
            out->numbers[i * out->columns + j] =
                a->type == ONNX_STRING ? strcmp(a->texts[pa], b->texts[pb]) == 0
                                       : onnx_binary(node->op, a->numbers[pa], b->numbers[pb]);
        }
}

static inline void onnx_run_where(struct onnx_file *file, const struct onnx_node *node)
{
    const struct onnx_value *is = &node->inputs[0], *a = &node->inputs[1], *b = &node->inputs[2];
    ck_assert_int_eq(is->type, ONNX_BOOL);
    ck_assert(a->type == b->type && a->type != ONNX_STRING);
    size_t rank = a->rank > b->rank ? a->rank : b->rank;
    struct onnx_value *out =
        onnx_add(file, node->output, a->type, is->rank > rank ? is->rank : rank,
                 onnx_larger(is->rows, onnx_larger(a->rows, b->rows)),
                 onnx_larger(is->columns, onnx_larger(a->columns, b->columns)));
    for (size_t i = 0; i < out->rows; i++)
        for (size_t j = 0; j < out->columns; j++)
            out->numbers[i * out->columns + j] = is->numbers[onnx_place(is, i, j)] != 0
                                                     ? a->numbers[onnx_place(a, i, j)]
                                                     : b->numbers[onnx_place(b, i, j)];
}

static inline double onnx_unary(const char *op, double a)
{
    static const char *const ops[] = {"IsNaN", "Abs",  "Neg",      "Exp",      "Floor",
                                      "Not",   "Cast", "Identity", "Unsqueeze"};
    const double results[] = {isnan(a), fabs(a), -a, exp(a), floor(a), a == 0, a, a, a};
    for (size_t k = 0; k < COUNT(ops); k++)
        if (strcmp(op, ops[k]) == 0)
            return results[k];
    ck_abort_msg("no operator %s of one input", op);
}

static inline void onnx_run_one(struct onnx_file *file, const struct onnx_node *node)
{
    const struct onnx_value *a = &node->inputs[0];
    bool upright = strcmp(node->op, "Unsqueeze") == 0;
    bool same = upright || strcmp(node->op, "Identity") == 0;
    int type = strcmp(node->op, "IsNaN") == 0  ? ONNX_BOOL
               : strcmp(node->op, "Cast") == 0 ? (int)node->setting
                                               : a->type;
    ck_assert(same || a->type == (strcmp(node->op, "Not") == 0 || strcmp(node->op, "Cast") == 0
                                      ? ONNX_BOOL
                                      : ONNX_DOUBLE));
    if (upright)
        ck_assert(a->rank == 1 && node->inputs[1].numbers[0] == 1);
    struct onnx_value *out = onnx_add(file, node->output, type, a->rank + upright,
                                      upright ? a->columns : a->rows, upright ? 1 : a->columns);
    for (size_t k = 0; k < a->rows * a->columns; k++)
        if (a->type == ONNX_STRING)
            out->texts[k] = strdup(a->texts[k]);
        else
            out->numbers[k] = onnx_unary(node->op, a->numbers[k]);
}

static inline void onnx_run_gather(struct onnx_file *file, const struct onnx_node *node)
{
    const struct onnx_value *table = &node->inputs[0], *at = &node->inputs[1];
    ck_assert(at->type == ONNX_INT64 && at->rank == 1 && table->rank >= 1);
    size_t n = table->rank == 2 ? table->rows : table->columns,
           width = table->rank == 2 ? table->columns : 1;
    struct onnx_value *out =
        onnx_add(file, node->output, table->type, table->rank, table->rank == 2 ? at->columns : 1,
                 table->rank == 2 ? width : at->columns);
    for (size_t k = 0; k < at->columns; k++) {
        ck_assert(at->numbers[k] >= 0 && at->numbers[k] < (double)n);
        size_t from = (size_t)at->numbers[k] * width;
        if (table->type == ONNX_STRING)
            out->texts[k] = strdup(table->texts[from]);
        else
            memcpy(out->numbers + k * width, table->numbers + from, width * sizeof(double));
    }
}

static inline void onnx_run_reduce(struct onnx_file *file, const struct onnx_node *node)
{
    const struct onnx_value *a = &node->inputs[0];
    bool by_row = node->n == 2;
    ck_assert(node->setting == 0 && (a->type == ONNX_INT64 || a->type == ONNX_DOUBLE));
    if (by_row)
        ck_assert(a->rank == 2 && node->inputs[1].numbers[0] == 1);
    size_t n = by_row ? a->rows : 1, width = by_row ? a->columns : a->rows * a->columns;
    struct onnx_value *out = onnx_add(file, node->output, a->type, by_row ? 1 : 0, 1, n);
    for (size_t i = 0; i < n; i++) {
        const double *row = a->numbers + i * width;
        double sum = 0, low = row[0], high = row[0];
        for (size_t j = 0; j < width; j++) {
            sum += row[j];
            low = row[j] < low ? row[j] : low;
            high = row[j] > high ? row[j] : high;
        }
        out->numbers[i] = strcmp(node->op, "ReduceSum") == 0   ? sum
                          : strcmp(node->op, "ReduceMin") == 0 ? low
                                                               : high;
    }
}

static inline void onnx_run_concat(struct onnx_file *file, const struct onnx_node *node)
{
    size_t width = 0, rows = node->inputs[0].rows, before = 0;
    ck_assert_int_eq(node->setting, 1);
    for (size_t k = 0; k < node->n; k++)
        width += node->inputs[k].columns;
    struct onnx_value *out = onnx_add(file, node->output, ONNX_DOUBLE, 2, rows, width);
    for (size_t k = 0; k < node->n; k++) {
        const struct onnx_value *a = &node->inputs[k];
        ck_assert(a->rank == 2 && a->rows == rows && a->type == ONNX_DOUBLE);
        for (size_t i = 0; i < rows; i++)
            memcpy(out->numbers + i * width + before, a->numbers + i * a->columns,
                   a->columns * sizeof(double));
        before += a->columns;
    }
}

/* The whole number in field `number` of a message. */
static inline int64_t onnx_integer_in(struct onnx_field message, unsigned number)
{
    struct onnx_field field;
    ONNX_FIELDS(message.bytes, message.length, field)
    {
        if (field.number == number)
            return (int64_t)field.integer;
    }
    ck_abort_msg("no field %u", number);
}

static inline void onnx_run_node(struct onnx_file *file, struct onnx_field message)
{
    struct onnx_node node = {0};
    struct onnx_field field;
    ONNX_FIELDS(message.bytes, message.length, field)
    {
        char *text = field.number != 5 ? onnx_text(field) : NULL;
        if (field.number == 1) {
            struct onnx_value *value = onnx_find(file, text);
            ck_assert_msg(value != NULL, "%s is used before it is there", text);
            node.inputs[node.n++] = *value;
        } else if (field.number == 2)
            node.output = strdup(text);
        else if (field.number == 4)
            snprintf(node.op, sizeof node.op, "%s", text);
        else if (field.number == 5)
            node.setting = onnx_integer_in(field, 3);
        free(text);
    }
    file->n_node++;
    if (strcmp(node.op, "Concat") == 0)
        onnx_run_concat(file, &node);
    else if (strcmp(node.op, "Gather") == 0)
        onnx_run_gather(file, &node);
    else if (strncmp(node.op, "Reduce", 6) == 0)
        onnx_run_reduce(file, &node);
    else if (strcmp(node.op, "Where") == 0)
        onnx_run_where(file, &node);
    else if (node.n == 1 || strcmp(node.op, "Unsqueeze") == 0)
        onnx_run_one(file, &node);
    else
        onnx_run_two(file, &node);
}

/* ---- files ---- */

static inline char *onnx_value_name(struct onnx_field info)
{
    struct onnx_field field;
    ONNX_FIELDS(info.bytes, info.length, field)
    {
        if (field.number == 1)
            return onnx_text(field);
    }
    ck_abort_msg("a value without a name");
}

static inline void onnx_graph_begin(struct onnx_file *file, struct onnx_field graph)
{
    struct onnx_field field;
    file->capacity = 20000;
    file->values = calloc(file->capacity, sizeof *file->values);
    ONNX_FIELDS(graph.bytes, graph.length, field)
    {
        if (field.number == 5)
            onnx_initializer(file, field);
        else if (field.number == 11)
            file->inputs[file->n_input++] = onnx_value_name(field);
        else if (field.number == 12)
            file->outputs[file->n_output++] = onnx_value_name(field);
    }
}

static inline struct onnx_field onnx_graph_of(const char *bytes, size_t length)
{
    struct onnx_field field;
    ONNX_FIELDS(bytes, length, field)
    {
        if (field.number == 7)
            return field;
    }
    ck_abort_msg("a model without a graph");
}

static inline void onnx_property(struct onnx_file *file, struct onnx_field entry)
{
    struct onnx_field field;
    ONNX_FIELDS(entry.bytes, entry.length, field)
    {
        (field.number == 1 ? file->keys : file->properties)[file->n_property] = onnx_text(field);
    }
    file->n_property++;
}

/* Reads all but the nodes; feed the inputs then, and run. */
static inline void onnx_read(const char *bytes, size_t length, struct onnx_file *file)
{
    struct onnx_field field;
    *file = (struct onnx_file){0};
    ONNX_FIELDS(bytes, length, field)
    {
        if (field.number == 1)
            file->format = (int64_t)field.integer;
        else if (field.number == 6)
            file->doc = onnx_text(field);
        else if (field.number == 8)
            file->operators = onnx_integer_in(field, 2);
        else if (field.number == 14)
            onnx_property(file, field);
    }
    onnx_graph_begin(file, onnx_graph_of(bytes, length));
}

static inline void onnx_run(struct onnx_file *file, const char *bytes, size_t length)
{
    struct onnx_field graph = onnx_graph_of(bytes, length), field;
    ONNX_FIELDS(graph.bytes, graph.length, field)
    {
        if (field.number == 1)
            onnx_run_node(file, field);
    }
}

static inline void onnx_clear(struct onnx_file *file)
{
    for (size_t k = 0; k < file->n_value; k++) {
        struct onnx_value *value = &file->values[k];
        for (size_t i = 0; value->texts != NULL && i < value->rows * value->columns; i++)
            free(value->texts[i]);
        free(value->texts);
        free(value->numbers);
        free(value->name);
    }
    free(file->values);
    free(file->doc);
    for (size_t k = 0; k < file->n_input; k++)
        free(file->inputs[k]);
    for (size_t k = 0; k < file->n_output; k++)
        free(file->outputs[k]);
    for (size_t k = 0; k < file->n_property; k++) {
        free(file->keys[k]);
        free(file->properties[k]);
    }
    *file = (struct onnx_file){0};
}

#endif
