/* figures_write.h - figures as the audit file has them */
#ifndef ASSAY_CORE_REPORT_FIGURES_WRITE_H
#define ASSAY_CORE_REPORT_FIGURES_WRITE_H

#include "core/base/json_write.h"
#include "core/report/figures.h"

/* "pass", "fail", "inconclusive". */
const char *assay_result_name(enum assay_verdict verdict);

/* The keys "counts", "metrics" and "curves" into the object that is open. What is not defined is null. */
void assay_figures_write(const struct assay_figures *figures, struct assay_json_writer *json);

#endif
