/* target_c.h - the parts that the C export is put together from
 *
 * Each function appends its part of the header to e->out. In templates "@" stands for the model's
 * identifier and "^" for the same in capitals: every symbol begins with it.
 *
 * Texts become codes: of each input that serves as text, the file knows all words that plans, segments
 * and categories have there, sorted; 0 is missing, 1 .. n the words, n + 1 anything else.
 */
#ifndef ASSAY_RELEASE_EXPORT_TARGET_C_H
#define ASSAY_RELEASE_EXPORT_TARGET_C_H

#include <stddef.h>

#include "release/export/target.h"

struct assay_c_words {
    const char **word; /* [n] borrowed from the model, ascending in bytes; the list is owned */
    size_t n, capacity;
};

struct assay_c_export {
    const struct assay_model *model;
    struct assay_export_names names;
    char *capitals;              /* names.model in capitals */
    char **number;               /* [n_input] member for the number of an input that serves as text
                                    and as number; NULL: the input has one member */
    struct assay_c_words *words; /* [n_input] empty where the input is a number */
    struct assay_text *out;
};

/* ---- what all parts are written with (target_c.c) ---- */

void assay_c_put(struct assay_c_export *e, const char *template);
/* The same after printf; %s are identifiers, and the result is below 1000 bytes. */
void assay_c_printf(struct assay_c_export *e, const char *template, ...) ASSAY_PRINTF(2, 3);
/* A double's literal; HUGE_VAL and NAN by these names. */
void assay_c_number(struct assay_c_export *e, double value);
/* Literals between braces, broken at 100 columns: indent blanks lead each line. */
void assay_c_numbers(struct assay_c_export *e, const double values[], size_t n, size_t indent);
/* A string literal; what is not printable ASCII as octal escapes. */
void assay_c_string(struct assay_c_export *e, const char *text);
/* A name inside a comment, which it cannot end. */
void assay_c_comment(struct assay_c_export *e, const char *text);
/* Whether the column serves as a number, and the member that holds it then. */
const char *assay_c_number_member(const struct assay_c_export *e, const char *column);

/* ---- the parts ---- */

void assay_c_layout(struct assay_c_export *e); /* structures, names of zones and signals */
ASSAY_MUST_CHECK enum assay_status assay_c_words_init(const struct assay_model *model, size_t input,
                                                      struct assay_c_words *words,
                                                      struct assay_error *err);
void assay_c_words_clear(struct assay_c_words *words);
/* Whether the file has a function that makes codes of an input's texts: words, or new plans, matter. */
bool assay_c_is_coded(const struct assay_c_export *e, size_t input);
/* Whether it looks for an account's cohort: for knots, or to mark new plans. */
bool assay_c_needs_cohort(const struct assay_model *model);
void assay_c_texts(struct assay_c_export *e); /* codes of texts, cohorts, whose weights and line */
void assay_c_signals(struct assay_c_export *e); /* knots, steps and a function for each signal */
void assay_c_figures(struct assay_c_export *e); /* normalised signals to composite, score, zone */
void assay_c_scoring(struct assay_c_export *e); /* one account, and many */
void assay_c_self_test(struct assay_c_export *e, bool examples);

#endif
