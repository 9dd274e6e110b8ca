/* summary.h - what validate tells the person who ran it, from the finished audit alone */
#ifndef ASSAY_VALIDATE_SUMMARY_SUMMARY_H
#define ASSAY_VALIDATE_SUMMARY_SUMMARY_H

#include <stdio.h>

#include "core/base/json.h"

/* audit: the root of the document that the sections wrote. Allocates nothing: who parses it before any
 * file is written cannot run out of memory between the files and the summary. */
void assay_validate_print(FILE *out, const struct cJSON *audit);

#endif
