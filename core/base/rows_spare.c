#include "core/base/rows_spare.h"

#include <sys/mman.h>

enum { MOST = 64 };

struct spare {
    char *address;
    size_t bytes;
};

static struct spare spares[MOST];
static size_t n_spare, n_byte;

size_t assay_spare_bytes(void)
{
    return n_byte;
}

static void forget(size_t k)
{
    n_byte -= spares[k].bytes;
    spares[k] = spares[--n_spare];
}

void assay_spare_keep(char *address, size_t bytes)
{
    if (n_spare == MOST) {
        munmap(address, bytes);
        return;
    }
    spares[n_spare++] = (struct spare){address, bytes};
    n_byte += bytes;
}

static size_t smallest_of(size_t bytes)
{
    size_t best = MOST;
    for (size_t k = 0; k < n_spare; k++)
        if (spares[k].bytes >= bytes && (best == MOST || spares[k].bytes < spares[best].bytes))
            best = k;
    return best;
}

static size_t largest(void)
{
    size_t best = 0;
    for (size_t k = 1; k < n_spare; k++)
        if (spares[k].bytes > spares[best].bytes)
            best = k;
    return best;
}

char *assay_spare_take(size_t bytes, size_t *used)
{
    if (n_spare == 0)
        return NULL;
    size_t k = smallest_of(bytes);
    if (k == MOST)
        k = largest();
    struct spare found = spares[k];
    if (found.bytes < bytes) {
        void *longer = mremap(found.address, found.bytes, bytes, MREMAP_MAYMOVE);
        if (longer == MAP_FAILED)
            return NULL;
        forget(k);
        *used = found.bytes;
        return longer;
    }
    forget(k);
    if (found.bytes > bytes)
        assay_spare_keep(found.address + bytes, found.bytes - bytes);
    *used = bytes;
    return found.address;
}

/* The largest first: one that is cut stays with what is wanted of it. */
void assay_spare_drop(size_t most)
{
    while (n_byte > most) {
        struct spare *spare = &spares[largest()];
        size_t over = n_byte - most, cut = over < spare->bytes ? over : spare->bytes;
        munmap(spare->address + spare->bytes - cut, cut);
        spare->bytes -= cut;
        n_byte -= cut;
        if (spare->bytes == 0)
            *spare = spares[--n_spare];
    }
}
