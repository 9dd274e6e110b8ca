#include "validate/drift/effective.h"

#include <stdlib.h>

#include "core/base/memory.h"

enum assay_status assay_row_weight(const struct assay_audit_input *input,
                                   const struct assay_audit_set *set, double *weight,
                                   struct assay_error *err)
{
    *weight = 1.0;
    if (set->account == NULL)
        return ASSAY_OK;
    uint32_t *rows = assay_alloc(input->n_account, sizeof *rows);
    double squares = 0.0;
    if (rows == NULL)
        return assay_fail_memory(err, "counting accounts");
    for (size_t i = 0; i < set->n; i++)
        rows[set->account[i]]++;
    for (size_t a = 0; a < input->n_account; a++)
        squares += (double)rows[a] * (double)rows[a];
    free(rows);
    *weight = (double)set->n / squares;
    return ASSAY_OK;
}
