/* verify_result.h - what came of holding another scorer's output against ours, and in which words
 *
 * The command fills the counts account by account; words and JSON are made from them at the end.
 */
#ifndef ASSAY_SCORE_VERIFY_RESULT_H
#define ASSAY_SCORE_VERIFY_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/json_write.h"
#include "core/base/text.h"
#include "core/model/model.h"
#include "score/verify_causes.h"
#include "score/verify_compare.h"
#include "score/verify_theirs.h"

#define ASSAY_NO_SIGNAL ((size_t)-1)

/* An account in a file; id is owned. */
struct assay_verified_account {
    char *id; /* NULL: none */
    int32_t as_of;
};

/* Where their points of a signal part from ours. */
struct assay_parting {
    size_t signal; /* ASSAY_NO_SIGNAL: nowhere, or they give none */
    bool points;   /* "points:NAME", in points of the score; else the normalised signal */
    double ours, theirs;
};

/* One disagreement. */
struct assay_disagreement {
    struct assay_verified_account account;
    enum assay_figure figure;          /* the first that differs */
    double ours, theirs;               /* of a number; NaN: none */
    const char *our_zone, *their_zone; /* of a zone, borrowed; NULL: none */
    struct assay_parting parting;
    size_t departure; /* what would explain it, or ASSAY_NO_DEPARTURE */
};

/* The largest gap of a figure. */
struct assay_largest_gap {
    struct assay_verified_account account; /* of the largest above 0 */
    double difference;                     /* its size */
    double ours, theirs;
};

struct assay_agreement {
    const struct assay_comparison *comparison; /* these four are borrowed */
    const struct assay_theirs *theirs;
    const struct assay_causes *causes;
    const char *data_name;
    bool partial; /* accounts that they do not have are no disagreement */

    size_t n_compared, n_agree, n_unscored; /* unscored: no score on either side; they agree */
    size_t n_only_ours, n_only_theirs;      /* accounts of one file alone */
    struct assay_verified_account first_ours, first_theirs;
    struct assay_largest_gap largest[ASSAY_COMPARED_NUMBERS];
    size_t n_zone;      /* zones that differ */
    size_t n_score_gap; /* a score on one side alone */
    size_t *n_parting;  /* [n_signal] disagreements that part there */
    size_t *n_unlike;   /* [n_signal] accounts that agree although the signal differs */
    struct assay_disagreement *shown;
    size_t n_shown, show; /* the first `show` */
};

ASSAY_MUST_CHECK enum assay_status assay_agreement_init(struct assay_agreement *result,
                                                        size_t n_signal, size_t show,
                                                        struct assay_error *err);
void assay_agreement_clear(struct assay_agreement *result);

/* Whether the other scorer agrees with ours: the command's exit status. */
bool assay_agreement_agrees(const struct assay_agreement *result);

/* The name of what differs where a signal's column is meant: "NAME" or "points:NAME". */
void assay_parting_name(const struct assay_model *model, const struct assay_parting *parting,
                        struct assay_text *name);

/* For people, at most 100 columns but for long names. */
void assay_agreement_words(const struct assay_agreement *result, struct assay_text *words);

/* One object, format "assay-score-agreement/1":
 *   model {name, version, digest}, data, scores        the files
 *   allowed {score, probability, composite, zone}      of what is compared
 *   result            "agrees" or "disagrees"
 *   compared, agree, disagree, without_score, score_on_one_side, in_another_zone, matched_in_order
 *   only_in_data, only_in_scores {n, account|null, as_of|null}    the first of them
 *   largest_difference {score, probability, composite: {difference, account, as_of, ours, theirs}}
 *   explanations[] {would_agree_if, n}                 of the disagreements
 *   in_common[] {what, disagreeing, agreeing}          accounts that have it
 *   parting[] {signal, disagreeing, agreeing}          accounts whose points of it differ
 *   disagreements[] {account, as_of, what, ours, theirs, parts_at {column, ours, theirs}|null,
 *   would_agree_if|null}                               the first of them */
void assay_agreement_json(const struct assay_agreement *result, struct assay_json_writer *json);

/* A CSV of disagreements: its header, and a line of it. */
void assay_agreement_csv_header(const struct assay_model *model, struct assay_text *line);
void assay_agreement_csv_line(const struct assay_model *model,
                              const struct assay_disagreement *disagreement,
                              struct assay_text *line);
/* A line for an account of one file alone; where: "only in data", "only in scores". */
void assay_agreement_csv_alone(const char *id, int32_t as_of, const char *where,
                               struct assay_text *line);

#endif
