/* spec_write.h - the spec with which a scorecard's weights are first calibrated
 *
 * The same columns, points and missing rules, and the scorecard's weights as the team's own ("expert"), to
 * which calibrate anchors unless told otherwise. The score is put on the log-odds scale, where a zone's edge
 * means the same risk in every version; zones keep their names and the vendor's edges on 0-100.
 */
#ifndef ASSAY_CALIBRATE_IMPORT_SPEC_WRITE_H
#define ASSAY_CALIBRATE_IMPORT_SPEC_WRITE_H

#include "calibrate/import/scorecard.h"
#include "core/base/text.h"
#include "core/spec/spec.h"

/* Appends the spec, JSON with comments; spec is that of the imported model. Asked through out->failed. */
void assay_import_spec_write(const struct assay_scorecard *card, const struct assay_spec *spec,
                             struct assay_text *out);

#endif
