/* measuring.h - audits of arrays, and comparing their figures */
#ifndef ASSAY_TESTS_VALIDATE_MEASURING_H
#define ASSAY_TESTS_VALIDATE_MEASURING_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/suite.h"
#include "validate/audit.h"

static inline struct assay_audit measure(const struct assay_audit_rows *rows,
                                  const struct assay_audit_rules *rules)
{
    struct assay_error err = {0};
    struct assay_audit audit;
    ck_assay_ok(assay_audit_measure(rows, rules, &audit, &err));
    return audit;
}

static inline bool undefined(const struct assay_estimate *e)
{
    return isnan(e->value) && isnan(e->low) && isnan(e->high);
}

static inline bool same_counts(const struct assay_confusion *a, const struct assay_confusion *b)
{
    return a->tp == b->tp && a->fp == b->fp && a->fn == b->fn && a->tn == b->tn;
}

static inline bool same_estimate(const struct assay_estimate *a, const struct assay_estimate *b)
{
    return memcmp(a, b, sizeof *a) == 0; /* to the bit, a NaN like another */
}

static inline bool same_rate(const struct assay_rate *a, const struct assay_rate *b)
{
    return a->x == b->x && a->n == b->n && same_estimate(&a->wilson, &b->wilson) &&
           same_estimate(&a->clopper_pearson, &b->clopper_pearson);
}

#endif
