#include "validate/audit/output.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Lines stay sorted by urgency; a new one goes behind its equals. */
void assay_advise(struct assay_audit_output *out, int urgency, const char *format, ...)
{
    struct assay_advice *advice = &out->advice;
    size_t at = advice->n;
    while (at > 0 && advice->line[at - 1].urgency > urgency)
        at--;
    if (at == ASSAY_MAX_ADVICE)
        return;
    if (advice->n == ASSAY_MAX_ADVICE)
        advice->n--;
    memmove(advice->line + at + 1, advice->line + at, (advice->n - at) * sizeof advice->line[0]);
    advice->n++;
    va_list args;
    va_start(args, format);
    advice->line[at].urgency = urgency;
    vsnprintf(advice->line[at].text, ASSAY_ADVICE_SIZE, format, args);
    va_end(args);
}
