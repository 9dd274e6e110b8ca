/* first_look.h - what a calibration that holds nothing out cannot choose
 *
 * "fit": {"folds": 0} fits, says how sure the weights are and measures them on the rows of the fit. What is
 * chosen on held-out predictions has then to be given: an anchor's strength, a penalty, the at-risk line.
 */
#ifndef ASSAY_CALIBRATE_FIRST_LOOK_H
#define ASSAY_CALIBRATE_FIRST_LOOK_H

#include <stdbool.h>

#include "core/base/error.h"
#include "core/model/model.h"
#include "core/spec/spec.h"

/* Whether the spec, with this champion (NULL: none), leaves nothing to choose where it has no folds; with folds
 * all is well. new_line: the champion's line is not kept. spec_path names the spec in messages.
 *   ASSAY_EDATA  it does not: the first thing that is left open, and what to give instead */
ASSAY_MUST_CHECK enum assay_status assay_first_look_check(const struct assay_spec *spec,
                                                          const char *spec_path,
                                                          const struct assay_model *champion,
                                                          bool new_line, struct assay_error *err);

#endif
