/* csv_part.h - what one slab of a CSV file gave
 *
 * Internal to core/data. A part has the rows of its slab, in a table of its own, and its bad rows, between the rows
 * where they stood. Parts are filled by any thread and handed over in the order of the file.
 */
#ifndef ASSAY_CORE_DATA_CSV_PART_H
#define ASSAY_CORE_DATA_CSV_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/csv_rejects.h"
#include "core/data/table.h"

/* Of the first ASSAY_REJECTS_SHOWN bad rows of a part, and of all where they are filed: what is said of them. */
struct assay_noted_words {
    size_t line, n_field, n_header, column;
    const char *name, *what;       /* borrowed; NULL where the row as a whole is bad */
    size_t value_at, value_length; /* in `texts` */
    size_t expected_at;            /* a string */
    size_t record_at, record_length;
};

struct assay_noted {
    uint32_t row; /* of the part's table: the one behind it */
    uint8_t reason;
};

struct assay_part {
    struct assay_table table;
    struct assay_noted *noted;
    size_t n_noted, noted_capacity;
    struct assay_noted_words *words; /* of the first n_words of the noted */
    size_t n_words, words_capacity;
    struct assay_text texts;
    enum assay_status status; /* what ended the reading behind the last row, and its sentence */
    struct assay_error err;
};

/* Gives an empty table the columns of another. A part whose table has them is ready. */
ASSAY_MUST_CHECK enum assay_status assay_part_columns(struct assay_table *table,
                                                      const struct assay_table *like,
                                                      struct assay_error *err);
void assay_part_clear(struct assay_part *part);
/* Forgets rows and bad rows, and keeps the memory. */
void assay_part_reset(struct assay_part *part);

/* Notes a bad row behind the rows that the part has, in words when it is among the first ASSAY_REJECTS_SHOWN or
 * `all_words`. False: no memory. */
ASSAY_MUST_CHECK bool assay_part_note(struct assay_part *part, const struct assay_reject *reject,
                                      bool all_words);

/* How much of a part has been handed over. */
struct assay_part_place {
    size_t row, noted;
};

/* Appends the next n rows to the table. `rest` is a table with the same columns, for a part that is cut. */
ASSAY_MUST_CHECK enum assay_status assay_part_give(const struct assay_part *part,
                                                   struct assay_part_place *place, size_t n,
                                                   struct assay_table *table,
                                                   struct assay_table *rest,
                                                   struct assay_error *err);

/* Copies the cells of the row behind the last, which is being read, to the row behind the last of another table with
 * the same columns; texts wait elsewhere until a row is whole (csv_cells.h). */
ASSAY_MUST_CHECK enum assay_status assay_part_copy_open_row(const struct assay_table *from,
                                                            struct assay_table *to,
                                                            struct assay_error *err);

/* Adds the bad rows that stand before a row of the part, SIZE_MAX for all, to the rejects. */
ASSAY_MUST_CHECK enum assay_status assay_part_reject(const struct assay_part *part,
                                                     struct assay_part_place *place, size_t before,
                                                     struct assay_rejects *rejects,
                                                     const char *source, struct assay_error *err);

#endif
