#include "release/export/onnx_graph.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "release/export/onnx_proto.h"

enum { FORMAT_VERSION = 9, OPERATOR_SET = 19 };

enum {
    MODEL_FORMAT = 1,
    MODEL_PRODUCER = 2,
    MODEL_DOC = 6,
    MODEL_GRAPH = 7,
    MODEL_OPERATORS = 8,
    MODEL_PROPERTIES = 14
};
enum { OPERATORS_VERSION = 2 };
enum { PROPERTY_KEY = 1, PROPERTY_VALUE = 2 };
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_INITIALIZER = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
enum { NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_NAME = 3, NODE_OPERATOR = 4, NODE_ATTRIBUTE = 5 };
enum { ATTRIBUTE_NAME = 1, ATTRIBUTE_INTEGER = 3, ATTRIBUTE_TYPE = 20, ATTRIBUTE_IS_INTEGER = 2 };
enum { TENSOR_DIMENSION = 1, TENSOR_TYPE = 2, TENSOR_STRINGS = 6, TENSOR_NAME = 8, TENSOR_RAW = 9 };
enum { VALUE_NAME = 1, VALUE_TYPE = 2, VALUE_DOC = 3 };
enum {
    TYPE_TENSOR = 1,
    TENSOR_TYPE_ELEMENT = 1,
    TENSOR_TYPE_SHAPE = 2,
    SHAPE_DIMENSION = 1,
    DIMENSION_SIZE = 1,
    DIMENSION_NAME = 2
};

/* ---- names ---- */

/* Takes over a name, NULL where there was no memory for it. */
static assay_onnx_value add_name(struct assay_onnx_graph *graph, char *name)
{
    if (name == NULL || graph->failed ||
        !assay_grow(&graph->names, &graph->capacity, graph->n_value + 1, sizeof *graph->names)) {
        graph->failed = true;
        free(name);
        return 0;
    }
    graph->names[graph->n_value] = name;
    return graph->n_value++;
}

static assay_onnx_value new_value(struct assay_onnx_graph *graph, const char *what)
{
    struct assay_text name = {0};
    assay_text_printf(&name, "V%zu_%s%s%s", graph->n_value,
                      graph->scope != NULL ? graph->scope : "", graph->scope != NULL ? "_" : "",
                      what);
    char *copy = name.failed ? NULL : assay_copy_string(name.data);
    assay_text_clear(&name);
    return add_name(graph, copy);
}

/* Of a graph that has failed no value may be asked for its name. */
static const char *name_of(const struct assay_onnx_graph *graph, assay_onnx_value value)
{
    return graph->failed ? "" : graph->names[value];
}

/* ---- what comes in ---- */

/* shape: sizes, where 0 stands for the number of rows. */
static void put_value_info(struct assay_text *list, unsigned field, const char *name,
                           enum assay_onnx_type type, size_t rank, const size_t shape[],
                           const char *doc)
{
    struct assay_text info = {0}, kind = {0}, tensor = {0}, dimensions = {0}, dimension = {0};
    for (size_t k = 0; k < rank; k++) {
        if (shape[k] == 0)
            assay_proto_string(&dimension, DIMENSION_NAME, "rows");
        else
            assay_proto_integer(&dimension, DIMENSION_SIZE, (int64_t)shape[k]);
        assay_proto_message(&dimensions, SHAPE_DIMENSION, &dimension);
    }
    assay_proto_integer(&tensor, TENSOR_TYPE_ELEMENT, type);
    assay_proto_message(&tensor, TENSOR_TYPE_SHAPE, &dimensions);
    assay_proto_message(&kind, TYPE_TENSOR, &tensor);
    assay_proto_string(&info, VALUE_NAME, name);
    assay_proto_message(&info, VALUE_TYPE, &kind);
    assay_proto_string(&info, VALUE_DOC, doc);
    assay_proto_message(list, field, &info);
}

assay_onnx_value assay_onnx_input(struct assay_onnx_graph *graph, const char *name,
                                  enum assay_onnx_type type, const char *doc)
{
    put_value_info(&graph->inputs, GRAPH_INPUT, name, type, 1, (const size_t[]){0}, doc);
    return add_name(graph, assay_copy_string(name));
}

/* A constant of texts, or of what is in `raw`, which is emptied. Fields come in the order of their numbers,
 * so that other writers of the same message make the same bytes. */
static assay_onnx_value add_tensor(struct assay_onnx_graph *graph, const char *what,
                                   enum assay_onnx_type type, size_t rank, const size_t shape[],
                                   const char *const texts[], struct assay_text *raw)
{
    struct assay_text tensor = {0};
    assay_onnx_value value = new_value(graph, what);
    for (size_t k = 0; k < rank; k++)
        assay_proto_integer(&tensor, TENSOR_DIMENSION, (int64_t)shape[k]);
    assay_proto_integer(&tensor, TENSOR_TYPE, type);
    for (size_t k = 0; texts != NULL && k < shape[0]; k++)
        assay_proto_string(&tensor, TENSOR_STRINGS, texts[k]);
    assay_proto_string(&tensor, TENSOR_NAME, name_of(graph, value));
    if (texts == NULL)
        assay_proto_message(&tensor, TENSOR_RAW, raw);
    assay_proto_message(&graph->initializers, GRAPH_INITIALIZER, &tensor);
    return value;
}

/* Eight bytes, the lowest first, whatever the machine. */
static void put_word(struct assay_text *raw, uint64_t word)
{
    char bytes[8];
    for (size_t k = 0; k < sizeof bytes; k++)
        bytes[k] = (char)(word >> (8 * k) & 0xff);
    assay_text_add(raw, bytes, sizeof bytes);
}

static void put_double(struct assay_text *raw, double number)
{
    uint64_t word;
    memcpy(&word, &number, sizeof word);
    put_word(raw, word);
}

assay_onnx_value assay_onnx_doubles(struct assay_onnx_graph *graph, const char *what, size_t n_row,
                                    size_t n, const double values[])
{
    struct assay_text raw = {0};
    for (size_t k = 0; k < (n_row > 0 ? n_row : 1) * n; k++)
        put_double(&raw, values[k]);
    const size_t flat[] = {n}, table[] = {n_row, n};
    return add_tensor(graph, what, ASSAY_ONNX_DOUBLE, n_row > 0 ? 2 : 1, n_row > 0 ? table : flat,
                      NULL, &raw);
}

assay_onnx_value assay_onnx_integers(struct assay_onnx_graph *graph, const char *what, size_t n,
                                     const int64_t values[])
{
    struct assay_text raw = {0};
    for (size_t k = 0; k < n; k++)
        put_word(&raw, (uint64_t)values[k]);
    return add_tensor(graph, what, ASSAY_ONNX_INT64, 1, &n, NULL, &raw);
}

assay_onnx_value assay_onnx_booleans(struct assay_onnx_graph *graph, const char *what, size_t n,
                                     const bool values[])
{
    struct assay_text raw = {0};
    for (size_t k = 0; k < n; k++)
        assay_text_putc(&raw, (char)values[k]);
    return add_tensor(graph, what, ASSAY_ONNX_BOOL, 1, &n, NULL, &raw);
}

assay_onnx_value assay_onnx_texts(struct assay_onnx_graph *graph, const char *what, size_t n,
                                  const char *const values[])
{
    return add_tensor(graph, what, ASSAY_ONNX_STRING, 1, &n, values, NULL);
}

assay_onnx_value assay_onnx_number(struct assay_onnx_graph *graph, double number)
{
    for (size_t k = 0; k < graph->n_constant; k++)
        if (memcmp(&graph->constants[k].number, &number, sizeof number) == 0)
            return graph->constants[k].value;
    if (!assay_grow(&graph->constants, &graph->constant_capacity, graph->n_constant + 1,
                    sizeof *graph->constants)) {
        graph->failed = true;
        return 0;
    }
    struct assay_text raw = {0};
    put_double(&raw, number);
    const char *scope = graph->scope;
    graph->scope = NULL; /* it belongs to whoever needs it */
    assay_onnx_value value = add_tensor(graph, "constant", ASSAY_ONNX_DOUBLE, 0, NULL, NULL, &raw);
    graph->scope = scope;
    graph->constants[graph->n_constant++] = (struct assay_onnx_constant){number, value};
    return value;
}

/* ---- operators ---- */

static void put_attribute(struct assay_text *list, const char *name, int64_t value)
{
    struct assay_text attribute = {0};
    assay_proto_string(&attribute, ATTRIBUTE_NAME, name);
    assay_proto_integer(&attribute, ATTRIBUTE_INTEGER, value);
    assay_proto_integer(&attribute, ATTRIBUTE_TYPE, ATTRIBUTE_IS_INTEGER);
    assay_proto_message(list, NODE_ATTRIBUTE, &attribute);
}

/* attribute: of a whole number, or NULL. */
static void put_node(struct assay_onnx_graph *graph, const char *op, size_t n,
                     const assay_onnx_value inputs[], const char *output, const char *attribute,
                     int64_t setting)
{
    struct assay_text node = {0};
    for (size_t k = 0; k < n; k++)
        assay_proto_string(&node, NODE_INPUT, name_of(graph, inputs[k]));
    assay_proto_string(&node, NODE_OUTPUT, output);
    assay_proto_string(&node, NODE_NAME, output);
    assay_proto_string(&node, NODE_OPERATOR, op);
    if (attribute != NULL)
        put_attribute(&node, attribute, setting);
    assay_proto_message(&graph->nodes, GRAPH_NODE, &node);
}

static assay_onnx_value add_node(struct assay_onnx_graph *graph, const char *op, const char *what,
                                 size_t n, const assay_onnx_value inputs[], const char *attribute,
                                 int64_t setting)
{
    assay_onnx_value value = new_value(graph, what);
    put_node(graph, op, n, inputs, name_of(graph, value), attribute, setting);
    return value;
}

assay_onnx_value assay_onnx_1(struct assay_onnx_graph *graph, const char *op, const char *what,
                              assay_onnx_value a)
{
    return add_node(graph, op, what, 1, &a, NULL, 0);
}

assay_onnx_value assay_onnx_2(struct assay_onnx_graph *graph, const char *op, const char *what,
                              assay_onnx_value a, assay_onnx_value b)
{
    return add_node(graph, op, what, 2, (const assay_onnx_value[]){a, b}, NULL, 0);
}

assay_onnx_value assay_onnx_3(struct assay_onnx_graph *graph, const char *op, const char *what,
                              assay_onnx_value a, assay_onnx_value b, assay_onnx_value c)
{
    return add_node(graph, op, what, 3, (const assay_onnx_value[]){a, b, c}, NULL, 0);
}

assay_onnx_value assay_onnx_cast(struct assay_onnx_graph *graph, const char *what,
                                 enum assay_onnx_type type, assay_onnx_value a)
{
    return add_node(graph, "Cast", what, 1, &a, "to", type);
}

static assay_onnx_value columns(struct assay_onnx_graph *graph)
{
    if (!graph->has_columns)
        graph->columns = assay_onnx_integers(graph, "axis", 1, (const int64_t[]){1});
    graph->has_columns = true;
    return graph->columns;
}

assay_onnx_value assay_onnx_upright(struct assay_onnx_graph *graph, const char *what,
                                    assay_onnx_value a)
{
    assay_onnx_value axis = columns(graph);
    return assay_onnx_2(graph, "Unsqueeze", what, a, axis);
}

assay_onnx_value assay_onnx_beside(struct assay_onnx_graph *graph, const char *what, size_t n,
                                   const assay_onnx_value list[])
{
    return add_node(graph, "Concat", what, n, list, "axis", 1);
}

assay_onnx_value assay_onnx_reduce(struct assay_onnx_graph *graph, const char *op, const char *what,
                                   assay_onnx_value a)
{
    assay_onnx_value axis = columns(graph);
    return add_node(graph, op, what, 2, (const assay_onnx_value[]){a, axis}, "keepdims", 0);
}

assay_onnx_value assay_onnx_reduce_all(struct assay_onnx_graph *graph, const char *op,
                                       const char *what, assay_onnx_value a)
{
    return add_node(graph, op, what, 1, &a, "keepdims", 0);
}

/* ---- what goes out ---- */

void assay_onnx_output(struct assay_onnx_graph *graph, assay_onnx_value value, const char *name,
                       enum assay_onnx_type type, long n, const char *doc)
{
    const size_t shape[] = {0, n > 0 ? (size_t)n : 0};
    put_node(graph, "Identity", 1, &value, name, NULL, 0);
    put_value_info(&graph->outputs, GRAPH_OUTPUT, name, type,
                   n == ASSAY_ONNX_SINGLE ? 0
                   : n == 0               ? 1
                                          : 2,
                   shape, doc);
}

void assay_onnx_property(struct assay_onnx_graph *graph, const char *key, const char *value)
{
    struct assay_text property = {0};
    assay_proto_string(&property, PROPERTY_KEY, key);
    assay_proto_string(&property, PROPERTY_VALUE, value);
    assay_proto_message(&graph->properties, MODEL_PROPERTIES, &property);
}

/* Adds the fields that `list` holds, and empties it. */
static void move_fields(struct assay_text *list, struct assay_text *message)
{
    if (list->length > 0)
        assay_text_add(message, list->data, list->length);
    message->failed = message->failed || list->failed;
    assay_text_clear(list);
}

static void clear(struct assay_onnx_graph *graph)
{
    for (size_t k = 0; k < graph->n_value; k++)
        free(graph->names[k]);
    free(graph->names);
    free(graph->constants);
    *graph = (struct assay_onnx_graph){0};
}

enum assay_status assay_onnx_write(struct assay_onnx_graph *graph, const char *name,
                                   const char *doc, struct assay_text *out, struct assay_error *err)
{
    struct assay_text content = {0}, operators = {0};
    move_fields(&graph->nodes, &content);
    assay_proto_string(&content, GRAPH_NAME, name);
    move_fields(&graph->initializers, &content);
    move_fields(&graph->inputs, &content);
    move_fields(&graph->outputs, &content);
    assay_proto_integer(out, MODEL_FORMAT, FORMAT_VERSION);
    assay_proto_string(out, MODEL_PRODUCER, "assay");
    assay_proto_string(out, MODEL_DOC, doc);
    assay_proto_message(out, MODEL_GRAPH, &content);
    assay_proto_integer(&operators, OPERATORS_VERSION, OPERATOR_SET);
    assay_proto_message(out, MODEL_OPERATORS, &operators);
    move_fields(&graph->properties, out);
    bool failed = graph->failed || out->failed;
    clear(graph);
    return failed ? assay_fail_memory(err, "exporting to onnx") : ASSAY_OK;
}
