#include "core/data/dictionary.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/thread.h"

/* Blocks double from the first size to the last: a wide file has thousands of short dictionaries, a long
 * one millions of ids. */
enum { FIRST_BLOCK = 256, BLOCK_SIZE = 1 << 22, FIRST_SLOTS = 64 };

struct block {
    struct block *next;
    size_t used, size;
    char bytes[];
};

/* The hash beside the code spares a visit to the text of nearly every other entry. */
struct slot {
    uint32_t hash;
    uint32_t text; /* its code plus one; 0: free, as memory comes */
};

struct assay_dictionary {
    struct block *blocks; /* the one being filled comes first */
    const char **texts;    /* [n_text] */
    size_t n_text, text_capacity;
    struct slot *slots; /* linear probing, at most half full */
    size_t n_slot;      /* a power of two, or 0 */
};

struct assay_dictionary *assay_dictionary_new(void)
{
    return assay_alloc(1, sizeof(struct assay_dictionary));
}

static void free_blocks(struct block *blocks)
{
    while (blocks != NULL) {
        struct block *next = blocks->next;
        assay_rows_free(blocks);
        blocks = next;
    }
}

void assay_dictionary_free(struct assay_dictionary *dictionary)
{
    if (dictionary == NULL)
        return;
    free_blocks(dictionary->blocks);
    assay_rows_free(dictionary->texts);
    assay_rows_free(dictionary->slots);
    free(dictionary);
}

void assay_dictionary_reset(struct assay_dictionary *dictionary)
{
    if (dictionary->blocks != NULL) {
        free_blocks(dictionary->blocks->next);
        dictionary->blocks->next = NULL;
        dictionary->blocks->used = 0;
    }
    if (dictionary->n_slot > 0)
        memset(dictionary->slots, 0, dictionary->n_slot * sizeof *dictionary->slots);
    dictionary->n_text = 0;
}

/* FNV-1a (Fowler, Noll, Vo 1991), 64 bits folded to 32, of all but the last byte, which is added: names that are
 * counted up lie beside each other, ten to a cache line or two, and a large table is not touched all over by texts
 * that come in order. */
static uint32_t hash_text(const char *text, size_t length)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t k = 0; k + 1 < length; k++)
        hash = (hash ^ (unsigned char)text[k]) * UINT64_C(1099511628211);
    return (uint32_t)(hash ^ hash >> 32) + (length > 0 ? (unsigned char)text[length - 1] : 0);
}

/* The slot that holds the text, or the free one where it would go. */
static struct slot *probe(const struct assay_dictionary *dictionary, const char *text,
                          size_t length, uint32_t hash)
{
    size_t mask = dictionary->n_slot - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        struct slot *slot = &dictionary->slots[at];
        if (slot->text == 0)
            return slot;
        if (slot->hash != hash)
            continue;
        const char *known = dictionary->texts[slot->text - 1];
        if (strncmp(known, text, length) == 0 && known[length] == '\0')
            return slot;
    }
}

static bool double_slots(struct assay_dictionary *dictionary)
{
    size_t n_slot = dictionary->n_slot > 0 ? 2 * dictionary->n_slot : FIRST_SLOTS;
    struct slot *slots = assay_rows_alloc(n_slot, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t k = 0; k < dictionary->n_slot; k++) {
        struct slot old = dictionary->slots[k];
        assay_parallel_row(k);
        if (old.text == 0)
            continue;
        size_t at = old.hash & (n_slot - 1);
        while (slots[at].text != 0)
            at = (at + 1) & (n_slot - 1);
        slots[at] = old;
    }
    assay_rows_free(dictionary->slots);
    dictionary->slots = slots;
    dictionary->n_slot = n_slot;
    return true;
}

/* A copy of the text in the arena, or NULL. A text too long for a common block gets its own. */
static const char *keep_text(struct assay_dictionary *dictionary, const char *text, size_t length)
{
    struct block *block = dictionary->blocks;
    if (block == NULL || length >= block->size - block->used) {
        size_t size = block == NULL              ? FIRST_BLOCK
                      : block->size < BLOCK_SIZE ? 2 * block->size
                                                 : BLOCK_SIZE;
        if (length >= size)
            size = length + 1;
        block = assay_rows_alloc(sizeof *block + size, 1);
        if (block == NULL)
            return NULL;
        *block = (struct block){.next = dictionary->blocks, .size = size};
        dictionary->blocks = block;
    }
    char *copy = block->bytes + block->used;
    if (length > 0)
        memcpy(copy, text, length);
    copy[length] = '\0';
    block->used += length + 1;
    return copy;
}

static int32_t enter(struct assay_dictionary *dictionary, const char *text, size_t length,
                     uint32_t hash)
{
    if (dictionary->n_slot > 0) {
        uint32_t known = probe(dictionary, text, length, hash)->text;
        if (known != 0)
            return (int32_t)(known - 1);
    }
    size_t n = dictionary->n_text;
    if (n >= INT32_MAX || !assay_rows_grow(&dictionary->texts, &dictionary->text_capacity, n + 1,
                                           sizeof *dictionary->texts))
        return ASSAY_NO_CODE;
    if (2 * (n + 1) > dictionary->n_slot && !double_slots(dictionary))
        return ASSAY_NO_CODE;
    const char *copy = keep_text(dictionary, text, length);
    if (copy == NULL)
        return ASSAY_NO_CODE;
    dictionary->texts[n] = copy;
    *probe(dictionary, text, length, hash) = (struct slot){.hash = hash, .text = (uint32_t)n + 1};
    dictionary->n_text = n + 1;
    return (int32_t)n;
}

int32_t assay_dictionary_enter(struct assay_dictionary *dictionary, const char *text,
                               size_t length)
{
    return enter(dictionary, text, length, hash_text(text, length));
}

/* A large table of slots is seldom in the cache: the slot of a text that comes soon is asked for now. */
bool assay_dictionary_enter_all(struct assay_dictionary *dictionary,
                                const struct assay_dictionary *other, int32_t codes[])
{
    enum { AHEAD = 16 };
    struct {
        uint32_t hash;
        size_t length;
    } next[AHEAD];
    for (size_t k = 0; k < other->n_text + AHEAD; k++) {
        if (k >= AHEAD) {
            size_t c = k - AHEAD, at = c % AHEAD;
            codes[c] = enter(dictionary, other->texts[c], next[at].length, next[at].hash);
            if (codes[c] == ASSAY_NO_CODE)
                return false;
        }
        if (k < other->n_text) {
            size_t length = strlen(other->texts[k]);
            uint32_t hash = hash_text(other->texts[k], length);
            next[k % AHEAD].length = length;
            next[k % AHEAD].hash = hash;
            if (dictionary->n_slot > 0)
                __builtin_prefetch(&dictionary->slots[hash & (dictionary->n_slot - 1)]);
        }
    }
    return true;
}

int32_t assay_dictionary_find(const struct assay_dictionary *dictionary, const char *text)
{
    if (dictionary->n_slot == 0)
        return ASSAY_NO_CODE;
    size_t length = strlen(text);
    uint32_t known = probe(dictionary, text, length, hash_text(text, length))->text;
    return known != 0 ? (int32_t)(known - 1) : ASSAY_NO_CODE;
}

size_t assay_dictionary_count(const struct assay_dictionary *dictionary)
{
    return dictionary->n_text;
}

const char *assay_dictionary_text(const struct assay_dictionary *dictionary, int32_t code)
{
    assert(code >= 0 && (size_t)code < dictionary->n_text);
    return dictionary->texts[code];
}
