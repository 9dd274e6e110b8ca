/* summary_parts.h - the parts of the summary, each from the audit's root; internal to the folder */
#ifndef ASSAY_VALIDATE_SUMMARY_PARTS_H
#define ASSAY_VALIDATE_SUMMARY_PARTS_H

#include <stdio.h>

#include "core/base/json.h"

/* summary_verdict.c */
void assay_say_head(FILE *out, const struct cJSON *audit);
void assay_say_verdict(FILE *out, const struct cJSON *audit);
void assay_say_advice(FILE *out, const struct cJSON *audit);
/* summary_figures.c */
void assay_say_counts(FILE *out, const struct cJSON *audit);
void assay_say_figures(FILE *out, const struct cJSON *audit);
void assay_say_zones(FILE *out, const struct cJSON *audit);
/* summary_people.c */
void assay_say_misses(FILE *out, const struct cJSON *audit);
void assay_say_false_alarms(FILE *out, const struct cJSON *audit);
void assay_say_unused_columns(FILE *out, const struct cJSON *audit);
/* summary_groups.c */
void assay_say_segments(FILE *out, const struct cJSON *audit);
void assay_say_blind_spots(FILE *out, const struct cJSON *audit);
/* summary_outcomes.c */
void assay_say_acted_on(FILE *out, const struct cJSON *audit);
void assay_say_lead_time(FILE *out, const struct cJSON *audit);
void assay_say_impact(FILE *out, const struct cJSON *audit);
/* summary_change.c */
void assay_say_drift(FILE *out, const struct cJSON *audit);
void assay_say_comparison(FILE *out, const struct cJSON *audit);
void assay_say_interim(FILE *out, const struct cJSON *audit);

#endif
