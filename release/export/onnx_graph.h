/* onnx_graph.h - a graph of ONNX operators, built node by node, and its file
 *
 * Numbers are doubles throughout. Every value but the constants has an account in each row: a column
 * [rows], or [rows, n]. A value is a handle: what one function returns, the next takes.
 *
 *   struct assay_onnx_graph graph = {0};
 *   assay_onnx_value x = assay_onnx_input(&graph, "x", ASSAY_ONNX_DOUBLE, "the column x");
 *   assay_onnx_value half = assay_onnx_2(&graph, "Mul", "half", x, assay_onnx_number(&graph, 0.5));
 *   assay_onnx_output(&graph, half, "y", ASSAY_ONNX_DOUBLE, 0, "half of it");
 *
 * Values between are named V<number>_<scope>_<what>, with a capital: names of inputs and outputs must
 * have none, and be C identifiers, as the standard wants. Memory failure is remembered, and asked for once,
 * by assay_onnx_write().
 * Field and type numbers are those of onnx.proto, version 9 of the format (ONNX 1.14); operators are those
 * of operator set 19, the first in which Equal compares strings.
 */
#ifndef ASSAY_RELEASE_EXPORT_ONNX_GRAPH_H
#define ASSAY_RELEASE_EXPORT_ONNX_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/text.h"

enum assay_onnx_type { /* TensorProto.DataType */
                       ASSAY_ONNX_INT64 = 7,
                       ASSAY_ONNX_STRING = 8,
                       ASSAY_ONNX_BOOL = 9,
                       ASSAY_ONNX_DOUBLE = 11,
};

typedef size_t assay_onnx_value;

/* Zeroed to start with. */
struct assay_onnx_graph {
    const char *scope; /* borrowed; what the nodes to come belong to, or NULL */
    struct assay_text nodes, initializers, inputs, outputs,
        properties; /* fields of their messages */
    char **names;   /* by value */
    size_t n_value, capacity;
    struct assay_onnx_constant {
        double number;
        assay_onnx_value value;
    } * constants; /* numbers that there are already */
    size_t n_constant, constant_capacity;
    assay_onnx_value columns; /* the axis 1, as operators take it */
    bool has_columns, failed;
};

/* ---- what comes in ---- */

/* A column, one value a row. */
assay_onnx_value assay_onnx_input(struct assay_onnx_graph *graph, const char *name,
                                  enum assay_onnx_type type, const char *doc);

/* A number that is the same in every row; equal ones are kept once. */
assay_onnx_value assay_onnx_number(struct assay_onnx_graph *graph, double number);

/* Constants of n values, or n_row by n where n_row is not 0. */
assay_onnx_value assay_onnx_doubles(struct assay_onnx_graph *graph, const char *what, size_t n_row,
                                    size_t n, const double values[]);
assay_onnx_value assay_onnx_integers(struct assay_onnx_graph *graph, const char *what, size_t n,
                                     const int64_t values[]);
assay_onnx_value assay_onnx_booleans(struct assay_onnx_graph *graph, const char *what, size_t n,
                                     const bool values[]);
assay_onnx_value assay_onnx_texts(struct assay_onnx_graph *graph, const char *what, size_t n,
                                  const char *const values[]);

/* ---- operators ---- */

/* Of one, two and three inputs, without attributes. */
assay_onnx_value assay_onnx_1(struct assay_onnx_graph *graph, const char *op, const char *what,
                              assay_onnx_value a);
assay_onnx_value assay_onnx_2(struct assay_onnx_graph *graph, const char *op, const char *what,
                              assay_onnx_value a, assay_onnx_value b);
assay_onnx_value assay_onnx_3(struct assay_onnx_graph *graph, const char *op, const char *what,
                              assay_onnx_value a, assay_onnx_value b, assay_onnx_value c);

assay_onnx_value assay_onnx_cast(struct assay_onnx_graph *graph, const char *what,
                                 enum assay_onnx_type type, assay_onnx_value a);

/* [rows] -> [rows, 1], and n of them -> [rows, n]. */
assay_onnx_value assay_onnx_upright(struct assay_onnx_graph *graph, const char *what,
                                    assay_onnx_value a);
assay_onnx_value assay_onnx_beside(struct assay_onnx_graph *graph, const char *what, size_t n,
                                   const assay_onnx_value columns[]);

/* ReduceSum, ReduceMax, ... of each row: [rows, n] -> [rows]; and of everything there is, a single value. */
assay_onnx_value assay_onnx_reduce(struct assay_onnx_graph *graph, const char *op, const char *what,
                                   assay_onnx_value a);
assay_onnx_value assay_onnx_reduce_all(struct assay_onnx_graph *graph, const char *op,
                                       const char *what, assay_onnx_value a);

/* ---- what goes out ---- */

enum { ASSAY_ONNX_SINGLE = -1 }; /* one value, whatever the number of rows */

/* n: 0 for [rows], 1 or more for [rows, n], or ASSAY_ONNX_SINGLE. */
void assay_onnx_output(struct assay_onnx_graph *graph, assay_onnx_value value, const char *name,
                       enum assay_onnx_type type, long n, const char *doc);

/* Something said of the file, by key. */
void assay_onnx_property(struct assay_onnx_graph *graph, const char *key, const char *value);

/* Appends the file, and clears the graph, whatever happens. */
ASSAY_MUST_CHECK enum assay_status assay_onnx_write(struct assay_onnx_graph *graph,
                                                    const char *name, const char *doc,
                                                    struct assay_text *out,
                                                    struct assay_error *err);

#endif
