/* Any bytes as a CSV file (gzip when they begin like it), by plain records, slabs and threads as the first byte says,
 * and by libcsv alone: nothing may differ. */
#include <stdint.h>
#include <stdlib.h>

#include "core/data/csv_slab.h"
#include "tests/data/csv_outcome.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    if (length == 0)
        return 0;
    unsigned char choice = *bytes++;
    length--;
    bool packed = length >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
    const char *name = packed ? "fuzz.csv.gz" : "fuzz.csv";
    struct way alone = {.tuning = assay_csv_tuning_default(), .n_thread = 1, .step = SIZE_MAX};
    alone.tuning.libcsv_alone = true;
    alone.max_field = choice & 0x80 ? 20 : 1000;
    struct way way = alone;
    way.tuning = assay_csv_tuning_default();
    way.tuning.slab_size = choice & 0x40 ? ASSAY_SLAB_SIZE : (size_t)1 << (choice & 7);
    way.n_thread = choice & 8 ? 2 : 1;
    way.step = choice & 0x30 ? SIZE_MAX : 3;
    struct outcome truth, other;
    outcome_read(name, (const char *)bytes, length, &alone, &truth);
    outcome_read(name, (const char *)bytes, length, &way, &other);
    if (outcome_difference(&truth, &other) != NULL)
        abort();
    outcome_clear(&truth);
    outcome_clear(&other);
    return 0;
}
