/* The accounts that change zone, as CSV (zone_moves.h). */
#include <math.h>
#include <string.h>

#include "calibrate/evidence/zone_moves.h"
#include "core/base/number.h"

static void put_cell(struct assay_text *line, const char *text)
{
    assay_text_csv(line, text, strlen(text), ',');
}

static void put_number(struct assay_text *line, double value)
{
    char text[ASSAY_NUMBER_SIZE];
    assay_text_add(line, text, assay_number_print(value + 0.0, text)); /* never -0 */
}

static void put_header(const struct assay_spec *spec, bool has_value, struct assay_text *line)
{
    put_cell(line, spec->id);
    assay_text_putc(line, ',');
    put_cell(line, spec->as_of != NULL ? spec->as_of : "as_of");
    for (size_t k = 0; k < spec->n_segment; k++) {
        assay_text_putc(line, ',');
        put_cell(line, spec->segments[k]);
    }
    if (has_value) {
        assay_text_putc(line, ',');
        put_cell(line, spec->value);
    }
    assay_text_puts(line, ",champion_score,champion_zone,score,zone,move\n");
}

/* Empty where the table has no such column, or nothing in it. */
static void put_text(const struct assay_table *table, size_t column, size_t row,
                     struct assay_text *line)
{
    if (column == ASSAY_NO_COLUMN || table->columns[column].codes[row] == ASSAY_NO_CODE)
        return;
    const struct assay_column *texts = &table->columns[column];
    put_cell(line, assay_dictionary_text(texts->dictionary, texts->codes[row]));
}

static void put_account(const struct assay_zone_account *account, bool has_value,
                        const struct assay_history *history, struct assay_text *line)
{
    const struct assay_table *table = history->table;
    const struct assay_columns *columns = history->columns;
    put_text(table, columns->id, account->row, line);
    assay_text_putc(line, ',');
    if (columns->as_of != ASSAY_NO_COLUMN) {
        char day[ASSAY_DATE_SIZE];
        int32_t as_of = table->columns[columns->as_of].dates[account->row];
        if (as_of != ASSAY_NO_DATE)
            assay_text_puts(line, assay_date_print(as_of, day));
    }
    for (size_t k = 0; k < columns->n_segment; k++) {
        assay_text_putc(line, ',');
        put_text(table, columns->segments[k], account->row, line);
    }
    if (has_value) {
        assay_text_putc(line, ',');
        if (!isnan(account->value))
            put_number(line, account->value);
    }
}

enum assay_status assay_zone_moves_write(const struct assay_zone_moves *moves,
                                         const struct assay_model *champion,
                                         const struct assay_model *model,
                                         const struct assay_history *history,
                                         struct assay_text *text, struct assay_error *err)
{
    static const char *const directions[] = {"down", "other", "up"};
    put_header(history->spec, moves->has_value, text);
    for (size_t k = 0; k < moves->n_account; k++) {
        const struct assay_zone_account *account = &moves->accounts[k];
        if (!account->moved)
            continue;
        put_account(account, moves->has_value, history, text);
        assay_text_putc(text, ',');
        put_number(text, account->score_before);
        assay_text_putc(text, ',');
        put_cell(text, champion->spec.zones[account->zone_before].name);
        assay_text_putc(text, ',');
        put_number(text, account->score_after);
        assay_text_putc(text, ',');
        put_cell(text, model->spec.zones[account->zone_after].name);
        assay_text_printf(text, ",%s\n", directions[account->direction + 1]);
    }
    return text->failed ? assay_fail_memory(err, "writing moves") : ASSAY_OK;
}
