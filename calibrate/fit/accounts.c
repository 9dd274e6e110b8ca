#include "calibrate/fit/accounts.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/rows.h"

static int by_id(const void *a, const void *b, void *context)
{
    const struct assay_dictionary *ids = context;
    return strcmp(assay_dictionary_text(ids, *(const int32_t *)a),
                  assay_dictionary_text(ids, *(const int32_t *)b));
}

/* The codes of ids that have a row that counts, sorted, into code[]; how many there are. */
static size_t list_codes(const struct assay_history *history, const struct assay_column *id,
                         int32_t number[], int32_t code[])
{
    size_t n = 0;
    for (size_t i = 0; i < history->n_row; i++)
        if (history->used[i] && number[id->codes[i]]++ == 0)
            code[n++] = id->codes[i];
    qsort_r(code, n, sizeof *code, by_id, id->dictionary);
    return n;
}

enum assay_status assay_accounts_init(const struct assay_history *history,
                                      struct assay_accounts *accounts, struct assay_error *err)
{
    const struct assay_column *id = &history->table->columns[history->columns->id];
    size_t n_code = assay_dictionary_count(id->dictionary);
    int32_t *number = assay_rows_alloc(n_code, sizeof *number);
    int32_t *code = assay_rows_alloc(n_code, sizeof *code);
    struct assay_accounts made = {.account = assay_rows_alloc(history->n_row, sizeof *made.account),
                                  .rows = assay_rows_alloc(n_code, sizeof *made.rows)};
    enum assay_status status = ASSAY_OK;
    if (number == NULL || code == NULL || made.account == NULL || made.rows == NULL) {
        assay_accounts_clear(&made);
        status = assay_fail_memory(err, "listing accounts");
    } else {
        made.n = list_codes(history, id, number, code);
        for (size_t a = 0; a < made.n; a++)
            number[code[a]] = (int32_t)a;
        for (size_t i = 0; i < history->n_row; i++) {
            made.account[i] = history->used[i] ? number[id->codes[i]] : -1;
            if (history->used[i])
                made.rows[made.account[i]]++;
        }
        *accounts = made;
    }
    assay_rows_free(number);
    assay_rows_free(code);
    return status;
}

void assay_accounts_clear(struct assay_accounts *accounts)
{
    assay_rows_free(accounts->account);
    assay_rows_free(accounts->rows);
    *accounts = (struct assay_accounts){0};
}
