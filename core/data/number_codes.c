#include "core/data/number_codes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"

enum {
    FIRST_SLOTS = 256,
    SLOTS_PER_VALUE = 4,
    LONG_PROBE = 16, /* slots; a new value that is that far from its own has the hash chosen anew */
};

/* What numbers are multiplied by before their whole part is the hash. */
static const double scales[] = {1, 10, 100, 1000};

struct assay_number_index {
    uint16_t *slots; /* codes; 0: free, or the code 0 */
    unsigned bits;   /* 2^bits slots */
    double scale;    /* one of scales; 0: hashed by their bits */
    size_t value_capacity;
};

static uint64_t bits_of(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

/* Adding 1.5 * 2^52 leaves the nearest whole number in the low bits. Every second slot stays free, for what
 * is not a multiple of the step. */
static size_t scaled_slot(double number, double scale, unsigned n_bit)
{
    return (size_t)(bits_of(number * scale + 0x1.8p52) << 1 & ((UINT64_C(1) << n_bit) - 1));
}

/* Fibonacci hashing (Knuth 1973, 6.4); numbers with few digits differ in their high bits alone. */
static size_t hashed_slot(double number, unsigned n_bit)
{
    uint64_t bits = bits_of(number);
    return (size_t)((bits ^ bits >> 32) * UINT64_C(0x9e3779b97f4a7c15) >> (64 - n_bit));
}

static size_t first_slot(const struct assay_number_index *index, double number)
{
    return index->scale > 0 ? scaled_slot(number, index->scale, index->bits)
                            : hashed_slot(number, index->bits);
}

/* The slot that holds the value's code, or the free one where it would go. */
static size_t find_slot(const struct assay_number_index *index, const double values[],
                        double number, size_t at)
{
    uint64_t bits = bits_of(number);
    size_t mask = ((size_t)1 << index->bits) - 1;
    while (bits_of(values[index->slots[at]]) != bits && index->slots[at] != 0)
        at = (at + 1) & mask;
    return at;
}

/* Enters all values but the first; how many slots they are away from their own, all together, or `most` and
 * more where it gave up. */
static size_t fill_slots(struct assay_number_index *index, const double values[], size_t n_value,
                         size_t most)
{
    size_t mask = ((size_t)1 << index->bits) - 1, away = 0;
    memset(index->slots, 0, sizeof *index->slots << index->bits);
    for (size_t c = 1; c < n_value && away < most; c++) {
        size_t own = first_slot(index, values[c]);
        size_t at = find_slot(index, values, values[c], own);
        index->slots[at] = (uint16_t)c;
        away += (at - own) & mask;
    }
    return away;
}

/* The hash under which values lie nearest to their own slots: counts and decimals of a few digits are a direct table
 * under one of the scales, and under the smallest of these the one that takes the fewest cache lines. By their bits
 * first: how well that does bounds what is tried of the others. */
static void choose_hash(struct assay_number_index *index, const double values[], size_t n_value)
{
    size_t n_scale = sizeof scales / sizeof *scales;
    double scale = 0;
    index->scale = 0;
    size_t best = fill_slots(index, values, n_value, SIZE_MAX) + 1; /* one that is as good is quicker */
    for (size_t k = 0; k < n_scale && best > 0; k++) {
        index->scale = scales[k];
        size_t away = fill_slots(index, values, n_value, best);
        if (away < best) {
            best = away;
            scale = scales[k];
        }
    }
    if (index->scale == scale)
        return;
    index->scale = scale;
    fill_slots(index, values, n_value, SIZE_MAX);
}

static bool more_slots(struct assay_number_index *index, const double values[], size_t n_value)
{
    unsigned bits = index->bits;
    while ((size_t)1 << bits < SLOTS_PER_VALUE * n_value)
        bits++;
    if (bits == index->bits)
        return true;
    uint16_t *slots = assay_alloc((size_t)1 << bits, sizeof *slots);
    if (slots == NULL)
        return false;
    free(index->slots);
    index->slots = slots;
    index->bits = bits;
    choose_hash(index, values, n_value - 1);
    return true;
}

static struct assay_number_index *index_new(void)
{
    struct assay_number_index *index = assay_alloc(1, sizeof *index);
    uint16_t *slots = assay_alloc(FIRST_SLOTS, sizeof *slots);
    if (index == NULL || slots == NULL) {
        free(index);
        free(slots);
        return NULL;
    }
    *index = (struct assay_number_index){.slots = slots};
    while ((size_t)1 << index->bits < FIRST_SLOTS)
        index->bits++;
    return index;
}

static void index_free(struct assay_number_index *index)
{
    if (index != NULL)
        free(index->slots);
    free(index);
}

/* Enters a value that is new; false: no room. */
static bool enter(struct assay_column *column, double number, uint16_t *code)
{
    struct assay_number_index *index = column->index;
    size_t n = column->n_value, mask;
    if (n == ASSAY_MOST_VALUES ||
        !assay_grow(&column->values, &index->value_capacity, n + 1, sizeof *column->values) ||
        !more_slots(index, column->values, n + 1))
        return false;
    column->values[column->n_value++] = number;
    *code = (uint16_t)n;
    if (n == 0)
        return true;
    size_t own = first_slot(index, number), at = find_slot(index, column->values, number, own);
    index->slots[at] = *code;
    mask = ((size_t)1 << index->bits) - 1;
    if (index->scale > 0 && ((at - own) & mask) > LONG_PROBE)
        choose_hash(index, column->values, column->n_value);
    return true;
}

/* The code of a value that is not in its own slot. */
static bool find_or_enter(struct assay_column *column, double number, uint16_t *code)
{
    const struct assay_number_index *index = column->index;
    if (isnan(number))
        number = (double)NAN;
    if (column->n_value > 0) {
        *code = index->slots[find_slot(index, column->values, number, first_slot(index, number))];
        if (bits_of(column->values[*code]) == bits_of(number))
            return true;
    }
    return enter(column, number, code);
}

/* Codes of numbers whose values are in their own slots; how many, before one that is not. */
static size_t write_scaled(const struct assay_column *column, const double number[], size_t n,
                           uint16_t code[])
{
    const uint16_t *slots = column->index->slots;
    const double *values = column->values;
    unsigned n_bit = column->index->bits;
    double scale = column->index->scale;
    size_t i = 0;
    for (; i < n; i++) {
        code[i] = slots[scaled_slot(number[i], scale, n_bit)];
        if (bits_of(values[code[i]]) != bits_of(number[i]))
            break;
    }
    return i;
}

static size_t write_hashed(const struct assay_column *column, const double number[], size_t n,
                           uint16_t code[])
{
    const uint16_t *slots = column->index->slots;
    const double *values = column->values;
    unsigned n_bit = column->index->bits;
    size_t i = 0;
    for (; i < n; i++) {
        code[i] = slots[hashed_slot(number[i], n_bit)];
        if (bits_of(values[code[i]]) != bits_of(number[i]))
            break;
    }
    return i;
}

size_t assay_number_codes_write(struct assay_column *column, size_t first, const double number[],
                                size_t n)
{
    uint16_t *code = column->number_codes + first;
    size_t i = 0;
    while (i < n) {
        if (column->n_value > 0)
            i += (column->index->scale > 0 ? write_scaled : write_hashed)(column, number + i, n - i,
                                                                          code + i);
        if (i == n || !find_or_enter(column, number[i], &code[i]))
            break;
        i++;
    }
    return i;
}

void assay_number_codes_trim(struct assay_column *column, size_t n_row)
{
    size_t n_value = 0;
    for (size_t i = 0; i < n_row; i++)
        if (column->number_codes[i] >= n_value)
            n_value = (size_t)column->number_codes[i] + 1;
    column->n_value = n_value;
    fill_slots(column->index, column->values, n_value, SIZE_MAX);
}

bool assay_number_codes_make(struct assay_column *column, size_t n_row, size_t capacity)
{
    double *numbers = column->numbers;
    column->index = index_new();
    column->number_codes = assay_rows_alloc(capacity, sizeof *column->number_codes);
    bool made = column->index != NULL && column->number_codes != NULL;
    if (made && assay_number_codes_write(column, 0, numbers, n_row) == n_row) {
        assay_rows_free(numbers);
        column->numbers = NULL;
        return true;
    }
    bool too_many = column->n_value == ASSAY_MOST_VALUES;
    assay_number_codes_clear(column);
    return too_many;
}

bool assay_number_codes_undo(struct assay_column *column, size_t n_row, size_t capacity)
{
    double *numbers = assay_rows_alloc(capacity, sizeof *numbers);
    if (numbers == NULL)
        return false;
    for (size_t i = 0; i < n_row; i++)
        numbers[i] = column->values[column->number_codes[i]];
    assay_number_codes_clear(column);
    column->numbers = numbers;
    return true;
}

void assay_number_codes_clear(struct assay_column *column)
{
    assay_rows_free(column->number_codes);
    free(column->values);
    index_free(column->index);
    column->number_codes = NULL;
    column->values = NULL;
    column->index = NULL;
    column->n_value = 0;
}
