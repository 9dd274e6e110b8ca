/* csv_index.h - where fields end: the vector tokeniser
 *
 * Internal to core/data. The same results on every instruction set; assay_cpu() says which is used.
 */
#ifndef ASSAY_CORE_DATA_CSV_INDEX_H
#define ASSAY_CORE_DATA_CSV_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASSAY_INDEX_BLOCK 64 /* bytes that are looked at together */

struct assay_index {
    uint32_t *ends; /* places of delimiters, LF, CR and quotes, in order; borrowed */
    size_t n_end;
    size_t n_lf;
    bool odd;  /* there are quotes or CRs */
    bool high; /* there are bytes that are not ASCII */
    bool nul;
};

/* Indexes bytes[first .. first + n), first + n < 2^32. Up to a block behind them must be readable, and ends must have
 * room for n + ASSAY_INDEX_BLOCK places. */
void assay_index_fill(struct assay_index *index, const char *bytes, size_t first, size_t n,
                      char delimiter);

/* How often c stands in bytes[n]. */
size_t assay_index_count(const char *bytes, size_t n, char c);

#endif
