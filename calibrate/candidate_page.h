/* candidate_page.h - a candidate as the report page takes it: the model and its held-out figures */
#ifndef ASSAY_CALIBRATE_CANDIDATE_PAGE_H
#define ASSAY_CALIBRATE_CANDIDATE_PAGE_H

#include "calibrate/held_out.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/model.h"

/* One object, "format": "assay-candidate/1": created, data {name, n, events}, counts, metrics and curves
 * (core/report/figures_write.h) and zones, all on held-out predictions, and "model", the whole of its
 * file, whose text is model_file. Where nothing was held out, data has "held_out": false.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_candidate_page_write(
    const struct assay_held_out *held_out, const struct assay_model *model,
    const struct assay_zone_result zones[], const char *data_name,
    const struct assay_text *model_file, struct assay_text *page, struct assay_error *err);

#endif
