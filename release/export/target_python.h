/* target_python.h - the Python text that the export is put together from (target_python_code.c)
 *
 * Pieces in the order of the file; those of a method, of rounding and of a scale are there only where
 * the model has use for them.
 */
#ifndef ASSAY_RELEASE_EXPORT_TARGET_PYTHON_H
#define ASSAY_RELEASE_EXPORT_TARGET_PYTHON_H

#include "release/export/target.h"

extern const char assay_python_begin[];      /* what the file is, imports */
extern const char assay_python_methods[];    /* clamp */
extern const char assay_python_percentile[]; /* class Percentile */
extern const char assay_python_range[];      /* class Range */
extern const char assay_python_plain[];      /* class Plain */
extern const char assay_python_steps[];      /* class Steps */
extern const char
    assay_python_categories[];              /* class Categories: always, signals are asked for it */
extern const char assay_python_signal[];    /* classes Signal and Weights */
extern const char assay_python_read[];      /* values to numbers and texts */
extern const char assay_python_cohort[];    /* plan and tenure to cohort */
extern const char assay_python_average[];   /* of signals that have points */
extern const char assay_python_fill[];      /* missing values */
extern const char assay_python_round[];     /* rounded dimensions and scores */
extern const char assay_python_parts[];     /* points, probability, note */
extern const char assay_python_score_1[];   /* score(): up to raw points */
extern const char assay_python_fill_call[]; /* ... missing ones filled in */
extern const char assay_python_fill_left[]; /* ... which of them by the last step */
extern const char assay_python_score_2[];   /* ... composite and log-odds */
extern const char assay_python_log_odds[];  /* ... score of the log-odds */
extern const char assay_python_end[];       /* ... result; score_rows() */
extern const char assay_python_csv[];       /* a CSV file */
extern const char assay_python_test[];      /* self-test, command line */

#endif
