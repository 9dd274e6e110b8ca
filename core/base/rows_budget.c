#include "core/base/machine.h"
#include "core/base/rows.h"
#include "core/base/rows_file.h"
#include "core/base/rows_governor.h"
#include "core/base/rows_regions.h"

/* Away from the regions themselves: a compiler that sees all that `disk` is ever set to calls it directly, and
 * whoever links regions then links files and threads. */
void assay_rows_budget(size_t bytes)
{
    static const struct assay_disk files = {assay_rows_file_open, assay_rows_file_extend,
                                            assay_rows_govern};
    assay_regions_budget(bytes > 0 ? bytes : assay_machine_memory() / 4, &files);
}
