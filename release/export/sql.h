/* sql.h - a model as one SELECT: the parts that the targets sql and dbt are put together from
 *
 * The query is a chain of common table expressions, each of which reads the one before it:
 *
 *   inputs      what is read: v_NAME a number, t_NAME a text, NULL where missing
 *   placed      cohort, weights_of, line_of: numbers of the account's cohort and segments, 0 the common
 *               ones; new_plan, new_segment: 1 for a value that calibration did not see
 *   knots, sought   PostgreSQL, DuckDB: the knots as arrays, and where each value lies among them
 *   k_NAME, curved  the others: the knots of a signal as a table, and s_NAME by a join with it
 *   normalised  s_NAME of each signal, NULL where missing
 *   present     s_NAME after step 1 of assay_composite(); missing: how many; no_score: 1 where a signal
 *               that must not be missing is; m_NAME: 1 where a signal with a term for it is missing
 *   dimensions, completed   step 2: d_K, the average of dimension K, and s_NAME with it
 *   averaged, filled        step 3: rest, the average of all, and s_NAME with it; r_K, dimension K rounded
 *   summed      composite, log_odds
 *   rated       unclamped: the score before it is clamped
 *   scored      score, probability
 *
 * and a last SELECT that names the columns of the result and finds the zone. Those that a model has no
 * use for are left out. The words in which dialects differ are in struct assay_sql_words; everything else
 * is one text, so that what runs on one engine has been tried on the others.
 *
 * Why the knots are arrays or tables and not one long CASE, which all dialects have: by default PostgreSQL
 * compiles expressions of that size to machine code, which took two minutes for 13 signals and 21 cohorts,
 * and SQLite looks each constant up among those before it, which is quadratic. Joins with tables are what
 * is left where there are no arrays to search; by them PostgreSQL takes three times as long, and so does
 * DuckDB with 200 signals.
 *
 * Two things keep the numbers the scorer's own. Each literal is written with an exponent, which every
 * dialect reads as a double, or which becomes one where it meets one (PostgreSQL, Snowflake): nothing
 * is worked out between two literals. And a sum begins at the left, in the order of the model's signals.
 */
#ifndef ASSAY_RELEASE_EXPORT_SQL_H
#define ASSAY_RELEASE_EXPORT_SQL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/model/segments.h"
#include "release/export/target.h"

/* What is nearer to 0 is this far off in PostgreSQL, which stops where a product comes to nothing; a model with
 * edges nearer to 0 is refused there. */
#define ASSAY_SQL_TINY 1e-200

/* The words of a dialect; of dbt, expressions of its templates that give them. */
struct assay_sql_words {
    const char *product;      /* as people call it: "PostgreSQL 12 or newer" */
    const char *real, *text;  /* types */
    const char *infinity;     /* what CAST(... AS real) makes infinite */
    const char *collate;      /* behind a text, so that it is compared byte by byte */
    const char *materialized; /* before the parenthesis of a step, and */
    const char *fence;        /* behind its FROM, so that the planner does not fold one into the next and
                                 work out everything again wherever it is named */
};

struct assay_sql {
    struct assay_text *out;
    const struct assay_model *model;
    const struct assay_sql_words *words;
    enum assay_sql_dialect dialect; /* ASSAY_SQL_DIALECTS: dbt, which decides when it is rendered */
    const char *source;             /* what is read from, ready to be put behind FROM */
    struct assay_export_names names;
    size_t *of_dimension;           /* [n_signal] */
    size_t n_dimension;
    bool arrays;                    /* knots as arrays, else as tables */
    const char *last;               /* the step that the next one reads */
    size_t n_step, n_item;          /* begun so far: steps, and columns of the present one */
};

/* Holds the name of any column of a step. */
#define ASSAY_SQL_NAME_SIZE 80

/* ---- words (sql_words.c) ---- */

extern const struct assay_sql_words assay_sql_words[ASSAY_SQL_DIALECTS];
extern const struct assay_sql_words assay_sql_dbt_words;

/* A double's literal, "-" before it where it is below 0; and one that is a double by itself. */
void assay_sql_number(struct assay_sql *q, double value);
void assay_sql_typed(struct assay_sql *q, double value);
/* A text as an expression of a template has it, in quotes. */
void assay_sql_template_string(struct assay_text *out, const char *text);
/* A column's name and a text's literal as the dialect has them; text NULL: NULL. */
void assay_sql_name(struct assay_sql *q, const char *name);
void assay_sql_string(struct assay_sql *q, const char *text);
/* Words of the model inside a comment, which they cannot end. */
void assay_sql_comment(struct assay_sql *q, const char *text);
/* Whether the name needs no quotes in most dialects: Snowflake then has it in capitals. */
bool assay_sql_is_plain(const char *name);
/* A table's name as people write it, "schema.table" or "\"My schema\".table", quoted for the dialect.
 *   ASSAY_EDATA  an empty part, or quotes that do not end */
ASSAY_MUST_CHECK enum assay_status assay_sql_table(const char *table, enum assay_sql_dialect dialect,
                                                   struct assay_text *out, struct assay_error *err);

/* ---- steps (sql_words.c) ---- */

/* Begins a step with what it does (one or more lines, each ended by LF), and its SELECT. */
void assay_sql_step(struct assay_sql *q, const char *name, const char *comment);
/* Begins a column: a comma where one stands before it, and a new line. */
void assay_sql_item(struct assay_sql *q);
/* Ends a step: FROM the one before, which it becomes. */
void assay_sql_end(struct assay_sql *q, const char *name);

/* ---- tables that the query brings along (sql_values.c) ---- */

enum assay_sql_kind { ASSAY_SQL_WHOLE, ASSAY_SQL_REAL, ASSAY_SQL_TEXT };
/* Writes the columns of a table, each by assay_sql_value_column(). */
typedef void assay_sql_columns(struct assay_sql *q, bool typed);
void assay_sql_value_column(struct assay_sql *q, const char *name, enum assay_sql_kind kind, bool typed);
void assay_sql_value_type(struct assay_sql *q, enum assay_sql_kind kind, bool typed);

/* A step that is a table: rows in parentheses, parted by commas, go between the two. */
void assay_sql_begin_values(struct assay_sql *q, const char *name, assay_sql_columns *columns);
void assay_sql_end_values(struct assay_sql *q);
/* A number behind a comma; NaN: NULL. Those of the first row are doubles by themselves, so that the column is. */
void assay_sql_value(struct assay_sql *q, double value, bool first);

/* ---- what the model has ---- */

/* Whether signal j has a column m_NAME: a term on the log-odds where it is missing. */
bool assay_sql_has_term(const struct assay_model *model, size_t j);
/* Whether any signal goes by curves, for which cohorts are told apart. */
bool assay_sql_has_curves(const struct assay_model *model);
/* Whether accounts may have a segment that calibration did not see. */
bool assay_sql_has_segments(const struct assay_model *model);

/* Puts what `part` writes, for each segment with weights of its own and for the rest. */
typedef void assay_sql_part(struct assay_sql *q, struct assay_terms terms, const void *context);
void assay_sql_by_weights(struct assay_sql *q, assay_sql_part *part, const void *context);

/* ---- parts of the query, in their order ---- */

void assay_sql_inputs(struct assay_sql *q);
void assay_sql_placed(struct assay_sql *q);
void assay_sql_carry(struct assay_sql *q); /* the columns of `placed` that later steps need */
void assay_sql_curves(struct assay_sql *q);
void assay_sql_array_curve(struct assay_sql *q, size_t j); /* of signal j, from the columns of `sought` */
void assay_sql_normalised(struct assay_sql *q);
void assay_sql_missing(struct assay_sql *q); /* present ... filled */
void assay_sql_scores(struct assay_sql *q);  /* summed ... the last SELECT */
/* The name under which the result has the id's or the date's column: its own, or with "_" where the result has
 * one of that name for itself. */
void assay_sql_own_name(struct assay_sql *q, const char *column);

/* Longest statement that a dialect takes, in bytes; 0: none below a gigabyte. BigQuery: "maximum standard SQL
 * query length" of 1,024 K characters, comments and blanks included; Snowflake: its limit on query text.
 * Their other limits, and the others' (columns, depth of an expression), are beyond ASSAY_MAX_SIGNALS. */
size_t assay_sql_limit(enum assay_sql_dialect dialect);

/* ---- the whole (sql_query.c) ---- */

/* Refuses a model that no dialect can hold. q borrows everything; _clear what it made. */
ASSAY_MUST_CHECK enum assay_status assay_sql_init(struct assay_sql *q, const struct assay_model *model,
                                                  enum assay_sql_dialect dialect, const char *source,
                                                  struct assay_text *out, struct assay_error *err);
void assay_sql_clear(struct assay_sql *q);

/* The query, from WITH to the last FROM, without a semicolon. */
void assay_sql_query(struct assay_sql *q);

/* Refuses the self-test of a model whose id or date is an input as well: it stands for the example's number. */
ASSAY_MUST_CHECK enum assay_status assay_sql_check_test(const struct assay_model *model, const char *target,
                                                        struct assay_error *err);

/* The examples as a table, then `results`, which `write` puts between parentheses and which reads from
 * `examples`; then those that disagree, each with the first figure in which it does. */
void assay_sql_test(struct assay_sql *q, void (*write)(struct assay_sql *q));

#endif
