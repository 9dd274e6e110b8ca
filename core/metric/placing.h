/* placing.h - where each row stands among those of the other class, by one sort
 *
 * Scores go out into lots by their size, where each is placed within the cache, and places come back in the order of
 * the rows. Whoever goes through the rows is at one place of each lot at a time, so that all of it may lie in mapped
 * files: there are fewer lots then. The processors share the work; the result does not depend on their number.
 */
#ifndef ASSAY_CORE_METRIC_PLACING_H
#define ASSAY_CORE_METRIC_PLACING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

struct assay_placing {
    uint32_t *twice;   /* [n] an event's: non-events that score lower, counted twice, and once where they tie; a
                          non-event's: events that score higher, counted so. Given back by assay_placing_clear();
                          NULL: not asked for */
    double others[2];  /* among how many: events for a non-event, non-events for an event */
    double auc;        /* a higher score taken for the event's */
    double u;          /* pairs in the right order, ties one half */
    double squares[2]; /* (placement - auc)^2, summed over non-events and over events */
};

/* Borrows score[n], finite, and outcome[n], each 0 or 1, of which 1 comes n_event times, 0 < n_event < n. Takes 8
 * bytes a row, of which 4 stay (12 below a million rows, or where half of them score nearly alike), and 16 for each row
 * of the largest lot, for each processor.
 *   ASSAY_EDATA  n is beyond 2^31
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_placing_find(const double score[],
                                                      const unsigned char outcome[], size_t n,
                                                      size_t n_event, bool with_rows,
                                                      struct assay_placing *placing,
                                                      struct assay_error *err);
void assay_placing_clear(struct assay_placing *placing);

/* The placement (roc.h) of a row with that outcome. */
static inline double assay_placing_of(const struct assay_placing *placing, size_t row,
                                      unsigned char outcome)
{
    return 0.5 * (double)placing->twice[row] / placing->others[outcome];
}

#endif
