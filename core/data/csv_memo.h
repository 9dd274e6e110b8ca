/* csv_memo.h - what short fields meant the last time
 *
 * Internal to core/data. Plans, ids and dates repeat from row to row. A memo keeps the answer for fields of up to 16
 * bytes, in a cache with one place for each hash: what is not there is asked again. Two fields are the same when
 * column, length and bytes are.
 */
#ifndef ASSAY_CORE_DATA_CSV_MEMO_H
#define ASSAY_CORE_DATA_CSV_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { ASSAY_MEMO_BITS = 9, ASSAY_MEMO_LONGEST = 16 };

struct assay_memo_entry {
    uint64_t low, high; /* the bytes, zeros behind them */
    uint32_t age;       /* that of the memo when it was made; others count for nothing */
    uint32_t key;       /* column and length */
    int32_t answer;
};

/* Starts zeroed. */
struct assay_memo {
    struct assay_memo_entry entries[1 << ASSAY_MEMO_BITS];
    uint32_t age;
};

/* Forgets everything: at most every 2^32nd call takes longer than a moment. */
static inline void assay_memo_forget(struct assay_memo *memo)
{
    if (++memo->age == 0) {
        memset(memo, 0, sizeof *memo);
        memo->age = 1;
    }
}

/* A field, told from others. */
struct assay_memo_key {
    uint64_t low, high;
    uint32_t key;
};

/* text[length], length 1 .. ASSAY_MEMO_LONGEST, of a column; text[0 .. 16) must be readable. */
static inline struct assay_memo_key assay_memo_key(size_t column, const char *text, size_t length)
{
    static const unsigned char kept[2 * ASSAY_MEMO_LONGEST] = {255, 255, 255, 255, 255, 255, 255, 255,
                                                               255, 255, 255, 255, 255, 255, 255, 255};
    const unsigned char *mask = kept + ASSAY_MEMO_LONGEST - length;
    uint64_t low, high, low_mask, high_mask;
    memcpy(&low, text, sizeof low);
    memcpy(&high, text + 8, sizeof high);
    memcpy(&low_mask, mask, sizeof low_mask);
    memcpy(&high_mask, mask + 8, sizeof high_mask);
    return (struct assay_memo_key){low & low_mask, high & high_mask, (uint32_t)(column << 5 | length)};
}

static inline bool assay_memo_same(const struct assay_memo_key *a, const struct assay_memo_key *b)
{
    return a->low == b->low && a->high == b->high && a->key == b->key;
}

/* The field's entry; *known says whether it has the answer. Else the caller writes it there. */
static inline struct assay_memo_entry *
assay_memo_find(struct assay_memo *memo, const struct assay_memo_key *field, bool *known)
{
    /* Multiplicative hashing (Knuth 1973, 6.4), word by word. */
    uint64_t hash = field->low * UINT64_C(0x9e3779b97f4a7c15) +
                    field->high * UINT64_C(0xbf58476d1ce4e5b9) +
                    field->key * UINT64_C(0x94d049bb133111eb);
    struct assay_memo_entry *entry = &memo->entries[hash >> (64 - ASSAY_MEMO_BITS)];
    *known = entry->low == field->low && entry->high == field->high && entry->key == field->key &&
             entry->age == memo->age;
    if (!*known) {
        entry->low = field->low;
        entry->high = field->high;
        entry->key = field->key;
        entry->age = memo->age;
    }
    return entry;
}

#endif
