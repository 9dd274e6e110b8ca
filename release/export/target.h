/* target.h - a model in another language: what every target is given, and what they share
 *
 * A target writes one file that scores as core/model/scorer does, by the same operations in the same
 * order, so that languages with IEEE doubles agree to the bit but for exp():
 *
 *   s_j        as core/signal/normalise has it, by the account's cohort; nothing rounded
 *   missing    filled by core/signal/normalise's assay_composite(), step by step
 *   composite  sum of w_j s_j over the signals in the model's order, from the left
 *   log-odds   intercept, less u_j (s_j / 100) in the model's order, plus the terms of missing indicators
 *   score      clamp(50 + factor (line - log-odds), 0, 100), or the composite (rounded as declared)
 *   probability 1 / (1 + exp(-log-odds)), exp() of non-positive numbers alone
 *   zone       the last whose `from` is not above the score
 * An account without a value in a signal whose policy is `drop` has normalised signals, and no composite,
 * score, probability and zone.
 *
 * What a target cannot express is refused by name (assay_export_refuse), never approximated. Nothing in
 * a file depends on the day or the machine: the same model gives the same bytes.
 */
#ifndef ASSAY_RELEASE_EXPORT_TARGET_H
#define ASSAY_RELEASE_EXPORT_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/model.h"

/* What composite and score may differ by between a target and the program, on the 0-100 scale; a
 * probability by a hundredth of it. */
#define ASSAY_EXPORT_TOLERANCE 1e-9

enum assay_sql_dialect {
    ASSAY_SQL_POSTGRESQL,
    ASSAY_SQL_SQLITE,
    ASSAY_SQL_DUCKDB,
    ASSAY_SQL_BIGQUERY,
    ASSAY_SQL_SNOWFLAKE,
    ASSAY_SQL_DIALECTS
};
extern const char *const assay_sql_dialect_names[ASSAY_SQL_DIALECTS + 1]; /* postgresql, ...; NULL last */

struct assay_export_request {
    const struct assay_model *model; /* borrowed; with examples and a digest */
    bool self_test; /* the model's examples travel along, and the file can tell whether it gets them right */
    enum assay_sql_dialect dialect;  /* sql */
    const char *table;     /* sql: what is read from */
    const char *data_path; /* xlsx: CSV of accounts to fill in, or NULL */
    size_t rows;           /* xlsx: rows that have formulas, where there is no data */
    const char *object;    /* salesforce: the object that gets the fields */
};

/* Each appends the whole file to out; out may be cut short where the status is not ASSAY_OK.
 *   ASSAY_EDATA  the target cannot express the model: says what, and how many where there is a limit */
typedef enum assay_status assay_export_target(const struct assay_export_request *request,
                                              struct assay_text *out, struct assay_error *err);
ASSAY_MUST_CHECK assay_export_target assay_export_c, assay_export_python, assay_export_js, assay_export_sql,
    assay_export_dbt, assay_export_onnx, assay_export_xlsx, assay_export_salesforce;

/* Refuses: "TARGET cannot hold this model: ..." with a hint set by the caller. Returns ASSAY_EDATA. */
enum assay_status assay_export_refuse(struct assay_error *err, const char *target, const char *format, ...)
    ASSAY_PRINTF(3, 4);

/* What every file says of itself: name, version and digest of the model, that it is generated, and that
 * its text is free of the program's licence. Each line is led by prefix and ended by LF; in texts of the
 * model control characters and backslashes become blanks, and marks of two characters that begin or end
 * comments, strings and expressions in any target are parted by one, so that no name ends a comment. */
void assay_export_notice(struct assay_text *out, const struct assay_model *model, const char *prefix);

/* The permission that the notice ends with, as one text without line ends, for files without comments. */
extern const char assay_export_permission[];

/* A name as identifiers of most languages have it: ASCII letters, digits and "_", lower case, no digit
 * first ("_" goes before), at most 60 bytes; bytes outside ASCII become "_". Different names may give the same one. */
void assay_export_identifier(struct assay_text *out, const char *name);

/* Identifiers of a model: of its name, its inputs in the order of model->inputs, and its signals. Inputs
 * differ among themselves, signals too ("_2" is appended), and none is in reserved[] (ends with NULL;
 * "_" is appended). */
struct assay_export_names {
    char *model;
    char **input;  /* [n_input] */
    char **signal; /* [n_signal] */
    size_t n_input, n_signal;
};
ASSAY_MUST_CHECK enum assay_status assay_export_names_init(const struct assay_model *model,
                                                           const char *const reserved[],
                                                           struct assay_export_names *names,
                                                           struct assay_error *err);
void assay_export_names_clear(struct assay_export_names *names);

/* Index in model->inputs of a column. */
size_t assay_export_input(const struct assay_model *model, const char *column);

/* Whether an input is read as a number, by the tenure or a signal; an input of texts may be, too. */
bool assay_export_reads_number(const struct assay_model *model, size_t input);

/* Whether some signal has the policy. */
bool assay_export_has_policy(const struct assay_model *model, enum assay_missing_policy policy);

/* Whether an average of other signals stands for a missing value, after step 1 of filling. */
bool assay_export_is_averaged(const struct assay_signal_spec *signal);

/* A number at which a signal's points turn (a knot, an end of its range, a step) and of which `is` holds; 0
 * where there is none. */
double assay_export_edge(const struct assay_model *model, size_t j, bool (*is)(double edge));

/* Points of a step or category, turned round where lower is healthier. */
double assay_export_step_points(const struct assay_signal_spec *signal, size_t step);

/* An example's input as a number, also where it is a text that reads as one; NaN where it is none. */
double assay_export_example_number(const struct assay_example_input *input);

/* The constants of scoring, as the scorer computes them: log(p / (1 - p)) of an at-risk probability,
 * and points / ln 2. */
double assay_export_line(double at_risk_probability);
double assay_export_factor(const struct assay_model *model);

/* Appends the shortest text that reads back as the same double: "12", "0.1", "1e-9". */
void assay_export_number(struct assay_text *out, double value);

/* Dimensions of a model in the order in which its signals first name them: fills of_signal[n_signal] with
 * their indices, and returns how many there are. */
size_t assay_export_dimensions(const struct assay_model *model, size_t of_signal[]);

#endif
