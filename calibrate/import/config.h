/* config.h - a scorecard out of its file
 *
 * A row is what `kind` says; where it is empty, what its cells say:
 *
 *   band      numbers `from` .. `to` get `points`
 *   category  the text `value` gets `points`
 *   other     numbers in none of the measure's bands get `points`
 *   linear    `points` at `from`, `points_to` at `to`, a straight line between, held beyond
 *   score     the column is a score from 0 to 100 already
 *   zone      a zone of the score; `measure` is its name
 *   option    `measure` is "rounding", `value` is none, score, groups, or groups and score
 *
 * An empty `group` or `measure` is that of the row above; a measure's rows stand together. `column`,
 * `weight` and `missing` are said in its first row, `group_weight` in the group's first.
 */
#ifndef ASSAY_CALIBRATE_IMPORT_CONFIG_H
#define ASSAY_CALIBRATE_IMPORT_CONFIG_H

#include "calibrate/import/scorecard.h"
#include "core/base/error.h"

/* Reads path ("-": standard input), or text[length] as if a file called `path` held it (text not NULL).
 *   ASSAY_EDATA  a cell that is not what it should be, or rows that do not go together, with the place
 *   others       as the CSV reader fails */
ASSAY_MUST_CHECK enum assay_status assay_scorecard_read(const struct assay_vendor *vendor,
                                                        const char *path, const char *text,
                                                        size_t length, struct assay_scorecard *card,
                                                        struct assay_error *err);

#endif
