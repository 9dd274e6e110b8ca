#include "validate/summary/summary.h"

#include "validate/summary/summary_parts.h"

/* The verdict and what to do first, then the evidence, then what surrounds it. */
static void (*const parts[])(FILE *out, const struct cJSON *audit) = {
    assay_say_head,       assay_say_verdict,       assay_say_advice,         assay_say_interim,
    assay_say_counts,     assay_say_figures,       assay_say_zones,          assay_say_misses,
    assay_say_false_alarms, assay_say_segments,    assay_say_blind_spots,    assay_say_unused_columns,
    assay_say_acted_on,   assay_say_lead_time,     assay_say_impact,         assay_say_drift,
    assay_say_comparison,
};

void assay_validate_print(FILE *out, const struct cJSON *audit)
{
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
        parts[k](out, audit);
}
