/* summary.h - what validate tells the person who ran it */
#ifndef ASSAY_VALIDATE_SUMMARY_H
#define ASSAY_VALIDATE_SUMMARY_H

#include <stdio.h>

#include "validate/audit_write.h"

void assay_validate_print(FILE *out, const struct assay_audit *audit,
                          const struct assay_audit_data *data,
                          const struct assay_audit_rules *rules,
                          const struct assay_audit_subject *subject);

#endif
