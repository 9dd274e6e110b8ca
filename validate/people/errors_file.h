/* errors_file.h - every miss and every false alarm as a row, for the people who look after accounts
 *
 *   kind           miss, false alarm
 *   account, as_of, score (of a score column: as the file has it), probability, zone, value, owner
 *   ...            a column for each segment, under its own name
 *   type           of a miss: what it is put down to (why.h); of a false alarm: "acted on" where somebody
 *                  did, so that nobody knows what would have happened, "repeated" where the account had
 *                  been flagged before, else "first"
 *   why            a sentence
 *   signal_1, points_1 .. signal_3, points_3
 *                  the signals that made a missed account look healthy, or that pulled a flagged one down,
 *                  and by how many points of the score
 *   event_date, acted_on    acted_on: the day, or yes or no
 *
 * Misses first; each kind by value, then probability. What is not known is an empty cell. Texts are made
 * safe for spreadsheets (safe_csv.h).
 */
#ifndef ASSAY_VALIDATE_PEOPLE_ERRORS_FILE_H
#define ASSAY_VALIDATE_PEOPLE_ERRORS_FILE_H

#include "core/base/error.h"
#include "core/base/text.h"
#include "validate/people/mistakes.h"

/* Adds the file to `text`.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_errors_write(const struct assay_people *people,
                                                      const struct assay_mistakes *mistakes,
                                                      struct assay_text *text, struct assay_error *err);

#endif
