/* change_parts.h - the parts of a comparison, and how they put differences into sentences
 *
 * Internal to change.c and the files beside it. Nothing here returns a failure but where it says
 * so: when memory runs out `failed` is set, and assay_change_find() asks once, at the end.
 */
#ifndef ASSAY_RELEASE_VERSION_CHANGE_PARTS_H
#define ASSAY_RELEASE_VERSION_CHANGE_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "release/version/change.h"

#define ASSAY_NO_PARTNER ((size_t)-1)

struct assay_diff {
    const struct assay_model *before, *after; /* borrowed */
    struct assay_change *change;              /* being made */
    struct assay_text subject;  /* what the sentences are about: "signal \"nps\": ", or empty */
    struct assay_text sentence; /* being made */
    struct assay_text was, is;  /* two sides of a difference, being described */
    bool failed;
};

/* ---- sentences (change_sentence.c) ---- */

/* Takes the sentence as a difference of this level, its subject before it, and empties it. */
void assay_diff_say(struct assay_diff *diff, enum assay_level level);

/* "label: was -> is", or "SUBJECTlabel was -> is", where the two descriptions differ; empties them.
 * An empty one is "none"; long ones are cut around the first place where they differ. */
void assay_diff_described(struct assay_diff *diff, enum assay_level level, const char *label);

/* The same of texts, which are quoted; NULL is "none". */
void assay_diff_texts(struct assay_diff *diff, enum assay_level level, const char *label,
                      const char *was, const char *is);

/* A number as a file has it, exactly; NaN as `absent`, HUGE_VAL as "infinite". */
void assay_describe_number(struct assay_text *text, double value, const char *absent);

/* Text in quotes: control characters are blanks, 40 bytes at most. */
void assay_describe_name(struct assay_text *text, const char *name);

/* "a -> b" with so many digits, more where the two would look the same; one of them where they are.
 * style: 'f', digits behind the point, or 'g', significant ones. Finite. */
void assay_describe_pair(struct assay_text *text, double a, double b, char style, int digits);

/* ---- fields of a declaration (change_fields.c) ---- */

enum assay_field_kind {
    ASSAY_FIELD_TEXT,   /* char *, may be NULL */
    ASSAY_FIELD_NUMBER, /* double */
    ASSAY_FIELD_COUNT,  /* size_t */
    ASSAY_FIELD_WORD,   /* an enum; words by its value */
    ASSAY_FIELD_FLAG,   /* bool; words for false and true */
};
struct assay_field {
    enum assay_level level;
    const char *label;
    enum assay_field_kind kind;
    size_t offset;
    const char *const *words;
    const char *absent; /* what NaN, or a count of 0, is called; NULL: cannot be, is 0 */
};
/* Compares fields[n] of two structs of the type that the offsets are of. */
void assay_diff_fields(struct assay_diff *diff, const struct assay_field fields[], size_t n,
                       const void *was, const void *is);

/* ---- the parts, each of which says what it finds ---- */

/* What specs declare, but for signals. */
void assay_diff_declared(struct assay_diff *diff);

/* Signals as declared; fills change->signals and largest_weight_change. */
void assay_diff_signals(struct assay_diff *diff);
/* Index in `to` of the signal that was j in `from`: of the same name; else the only other one that
 * reads the same column, both without a namesake (a renamed one); else ASSAY_NO_PARTNER. */
size_t assay_signal_partner(const struct assay_model *from, const struct assay_model *to, size_t j);

/* Weights, intercept, missing terms, the line, what segments have of their own; after the signals.
 * Fills intercept, line and line_score. */
void assay_diff_scoring(struct assay_diff *diff);

/* The cohorts that both models have, by cohort of the newer one. Plans are the same where they are
 * texts of the same column, bands where they are cut in the same way. */
struct assay_shared_cohorts {
    size_t n;
    size_t *before; /* [n] the older model's, or ASSAY_NO_PARTNER */
    double *rows;   /* [n] of the newer model's training data that this cohort compares, its
                       children's left out */
};
/* Says which cohorts are known now and no longer, and finds those of both. */
void assay_diff_cohorts(struct assay_diff *diff, struct assay_shared_cohorts *shared);
void assay_shared_cohorts_clear(struct assay_shared_cohorts *shared);

/* Says how baselines moved, after assay_diff_cohorts(), which it calls; fills change->baselines. */
void assay_diff_baselines(struct assay_diff *diff);

/* What else differs in the two files, and what is known only of the data; last.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_diff_evidence(struct assay_diff *diff,
                                                       struct assay_error *err);

/* Whether texts are the same, NULL being the same as NULL alone. */
bool assay_same_text(const char *a, const char *b);

#endif
