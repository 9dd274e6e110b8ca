/* Apart from the rejects themselves: model files count by these names, and are read without any CSV. */
#include "core/data/csv.h"

const char *assay_reject_reason_name(enum assay_reject_reason reason)
{
    static const char *const names[ASSAY_REJECT_REASONS] = {
        [ASSAY_REJECT_WIDTH] = "width",   [ASSAY_REJECT_QUOTE] = "quote",
        [ASSAY_REJECT_NUMBER] = "number", [ASSAY_REJECT_DATE] = "date",
        [ASSAY_REJECT_OUTCOME] = "outcome", [ASSAY_REJECT_TEXT] = "text",
        [ASSAY_REJECT_EMPTY] = "empty",
    };
    return names[reason];
}
