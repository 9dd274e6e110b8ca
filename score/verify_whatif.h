/* verify_whatif.h - what our score would be, had something been treated another way
 *
 * A scorer that goes wrong does so in few ways: a missing value becomes 0, a clamp is forgotten, an edge
 * goes to the wrong side, a cohort is not found. Each of these is a departure; an account's figures are
 * worked out again under it, and when theirs come out, that is most likely what their scorer does.
 */
#ifndef ASSAY_SCORE_VERIFY_WHATIF_H
#define ASSAY_SCORE_VERIFY_WHATIF_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/text.h"
#include "core/model/model.h"
#include "core/model/scorer.h"
#include "score/verify_compare.h"

enum assay_departure_kind {
    /* of a missing value; of several that explain as much, the first is named */
    ASSAY_MISSING_IS_VALUE_0, /* the points of a raw 0 */
    ASSAY_MISSING_IS_0,       /* points */
    ASSAY_MISSING_IS_50,      /* without the term of an indicator */
    ASSAY_MISSING_IS_100,
    ASSAY_MISSING_LEFT_OUT, /* the other weights add up to 1 */
    ASSAY_MISSING_HAS_NO_SCORE,
    /* of a value */
    ASSAY_AS_MISSING, /* what stands for a missing one */
    ASSAY_LEFT_OUT,
    ASSAY_TURNED_ROUND, /* 100 - s */
    ASSAY_NOT_CLAMPED,  /* the line of `range`, `none` or the outer knots goes on */
    ASSAY_PARENT_COHORT,
    ASSAY_ALL_ACCOUNTS,
    ASSAY_EDGE_IS_BELOW,      /* a value on the edge of a step belongs to the one below */
    ASSAY_VALUE_ROUNDED,      /* half up to a whole number */
    ASSAY_VALUE_CUT,          /* its decimals are dropped */
    ASSAY_VALUE_TO_15_DIGITS, /* as spreadsheets compare */
    ASSAY_POINTS_ROUNDED,     /* half up to a whole number */
    ASSAY_SIGNAL_DEPARTURES,
    /* of the account as a whole */
    ASSAY_BAND_BELOW =
        ASSAY_SIGNAL_DEPARTURES, /* a tenure on the edge of a band belongs to the one below */
    ASSAY_15_DIGIT_TENURE,
    ASSAY_COMMON_WEIGHTS,
    ASSAY_COMMON_LINE,
    ASSAY_NOTHING_ROUNDED, /* where the model rounds */
    ASSAY_SCORE_NOT_CLAMPED,
    ASSAY_SCORE_AS_SHARE, /* of 1 */
    ASSAY_SCORE_TURNED_ROUND,
    ASSAY_PROBABILITY_OF_STAYING,
    ASSAY_PROBABILITY_IN_PERCENT,
    ASSAY_FIGURES_TO_0, /* decimals of what is printed; half up */
    ASSAY_FIGURES_TO_1,
    ASSAY_FIGURES_TO_2,
    ASSAY_FIGURES_TO_3,
    ASSAY_FIGURES_TO_4,
    ASSAY_ZONE_EDGE_IS_BELOW, /* a score on the edge of a zone belongs to the one below */
    ASSAY_ZONE_OF_ROUNDED,    /* zone of the score rounded to a whole number */
    ASSAY_DEPARTURE_KINDS
};

/* A departure: its kind, and of those of signals the signal's index, or n_signal for all at once. */
struct assay_departure {
    enum assay_departure_kind kind;
    size_t signal;
};

/* Departures of a model are numbered 0 .. n - 1, signal by signal, then those of all, then of the account. */
size_t assay_departure_count(const struct assay_model *model);
struct assay_departure assay_departure_at(const struct assay_model *model, size_t index);

/* Appends what stands behind "would agree if ". */
void assay_departure_words(const struct assay_model *model, struct assay_departure departure,
                           struct assay_text *words);

/* An account as it was scored; everything is borrowed. */
struct assay_scored_account {
    const struct assay_model *model;
    const double *s;   /* [n_signal] normalised; NaN: missing, before anything stands for it */
    const double *raw; /* [n_signal] NaN: missing, or a text */
    double tenure;     /* NaN: missing, or not declared */
    const struct assay_score *score;
};

/* Our figures under a departure; false when it leaves them as they are. theirs decides which of the figures
 * that are rounded when they are printed it is right to round. */
bool assay_whatif(const struct assay_scored_account *account, struct assay_departure departure,
                  const struct assay_their_figures *theirs, struct assay_score *out);

#endif
