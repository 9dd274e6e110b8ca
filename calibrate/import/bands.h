/* bands.h - bands of numbers as a vendor writes them, as steps
 *
 * A model's step begins at a number that belongs to it and ends where the next begins. Bands follow one
 * another in any order in the file; where two meet:
 *
 *   "0 to 50", "50 to 75"   the vendor's rule says whose 50 is: (0, 50], (50, 75] where the upper end
 *                           belongs to a band, [0, 50), [50, 75) where the lower does
 *   "0 to 50", "51 to 75"   whole numbers: the second begins at 51
 *   "<= 50", "> 50"         as written; where only one has an operator, the other takes what it leaves
 *   "50 to 50"              that number alone
 *
 * An end that is left open ends where its neighbour begins, and the reverse. The lower end of the lowest
 * band belongs to it. Just above 50 is the next double after 50, so that
 * nothing is rounded.
 */
#ifndef ASSAY_CALIBRATE_IMPORT_BANDS_H
#define ASSAY_CALIBRATE_IMPORT_BANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "calibrate/import/scorecard.h"
#include "core/base/error.h"

/* A step of a measure: from the least number that has the points. */
struct assay_piece_of_measure {
    double from, points;
};

/* Steps of a measure of bands, ascending; the first's points hold below it too. Values in no band have
 * the measure's `other` points; where it has none, the outer bands reach on without end. *pieces is
 * allocated, 2 * n_band + 1 of them at most.
 *   ASSAY_EDATA  bands that overlap; a gap, and no points for it; all numbers have the same points */
ASSAY_MUST_CHECK enum assay_status assay_measure_pieces(const struct assay_scorecard *card,
                                                        const struct assay_measure *measure,
                                                        struct assay_piece_of_measure **pieces,
                                                        size_t *n_piece, struct assay_error *err);

/* How near to an edge a score is taken to be on it. */
#define ASSAY_EDGE_SLACK 1e-11

/* Zones on the 0-100 scale, from the lowest; names are copied into *zones, which the caller frees with the
 * spec. On a score that is rounded to whole numbers a zone starts at the first of them in it. On any other
 * it starts `lower` below an edge that it holds and ASSAY_EDGE_SLACK above one that it does not.
 *   ASSAY_EDATA  zones that do not meet, or do not begin at 0 and end at the vendor's highest score */
ASSAY_MUST_CHECK enum assay_status assay_card_zones(const struct assay_scorecard *card,
                                                    double lower, struct assay_zone **zones,
                                                    size_t *n_zone, struct assay_error *err);

#endif
