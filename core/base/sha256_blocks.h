/* sha256_blocks.h - the compression function of SHA-256, by the processor's SHA instructions
 *
 * For sha256.c. FIPS 180-4, section 6.2.2; the instructions and what they compute: Intel SHA extensions (Gulley
 * et al. 2013).
 */
#ifndef ASSAY_CORE_BASE_SHA256_BLOCKS_H
#define ASSAY_CORE_BASE_SHA256_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether this processor has the instructions; the answer does not change. */
bool assay_sha256_blocks_here(void);

/* Takes n blocks of 64 bytes into the hash. Only where they are here. */
void assay_sha256_blocks(uint32_t hash[8], const unsigned char *blocks, size_t n);

#endif
