#include "datasets/simulated_csv.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/number.h"
#include "core/base/text.h"
#include "datasets/simulator.h"

struct writer {
    const struct assay_scenario *scenario;
    bool truth;
    FILE *stream;
    struct assay_text line;
    struct assay_simulated_summary sum; /* its mean_prob is a sum until the end */
};

static void put_cell(struct assay_text *line, const char *cell)
{
    assay_text_csv(line, cell, strlen(cell), ',');
    assay_text_putc(line, ',');
}

static void put_number(struct assay_text *line, double value)
{
    char out[ASSAY_NUMBER_SIZE];
    if (!isnan(value))
        assay_text_add(line, out, assay_number_print(value, out));
    assay_text_putc(line, ',');
}

static void put_date(struct assay_text *line, int32_t days)
{
    char out[ASSAY_DATE_SIZE];
    if (days != ASSAY_NO_DATE)
        assay_text_puts(line, assay_date_print(days, out));
    assay_text_putc(line, ',');
}

/* Ends the line, whose last byte is a comma too many, and writes it. */
static enum assay_status put_line(struct writer *writer, struct assay_error *err)
{
    struct assay_text *line = &writer->line;
    if (line->failed)
        return assay_fail_memory(err, "writing a table");
    line->data[line->length - 1] = '\n';
    if (fwrite(line->data, 1, line->length, writer->stream) != line->length)
        return assay_fail(err, ASSAY_EIO, "could not write the table: %s", strerror(errno));
    assay_text_reset(line);
    return ASSAY_OK;
}

static enum assay_status put_header(struct writer *writer, struct assay_error *err)
{
    struct assay_text *line = &writer->line;
    assay_text_puts(line, "account_id,as_of,plan,segment,region,owner,arr,tenure_months,");
    for (size_t j = 0; j < writer->scenario->n_signal; j++)
        put_cell(line, writer->scenario->signals[j].name);
    assay_text_puts(line, "acted_on,churned_on,");
    if (writer->truth)
        assay_text_puts(line, "true_probability,untouched_probability,true_churned,saved,");
    return put_line(writer, err);
}

static enum assay_status put_row(void *state, const struct assay_simulated_row *row,
                                 struct assay_error *err)
{
    struct writer *writer = state;
    const struct assay_scenario *scenario = writer->scenario;
    struct assay_text *line = &writer->line;
    assay_text_printf(line, "A-%05zu,", row->account);
    put_date(line, row->as_of);
    put_cell(line, scenario->plans[row->plan].name);
    put_cell(line, scenario->segments[row->segment].name);
    put_cell(line, scenario->regions[row->region].name);
    put_cell(line, scenario->owners[row->owner]);
    put_number(line, row->arr);
    put_number(line, (double)row->tenure_months);
    for (size_t j = 0; j < scenario->n_signal; j++)
        put_number(line, row->values[j]);
    put_date(line, row->acted_on);
    put_date(line, row->churned_on);
    if (writer->truth) {
        put_number(line, row->prob);
        put_number(line, row->prob_untouched);
        assay_text_printf(line, "%d,%d,", row->churned, row->saved);
    }
    writer->sum.n_row++;
    writer->sum.n_churned += row->churned;
    writer->sum.n_acted += row->acted;
    writer->sum.n_saved += row->saved;
    writer->sum.mean_prob += row->prob;
    return put_line(writer, err);
}

enum assay_status assay_simulated_csv_write(const struct assay_scenario *scenario, uint64_t seed,
                                            size_t n_account, bool truth, FILE *stream,
                                            struct assay_simulated_summary *summary,
                                            struct assay_error *err)
{
    struct writer writer = {.scenario = scenario, .truth = truth, .stream = stream};
    enum assay_status status = put_header(&writer, err);
    if (status == ASSAY_OK)
        status = assay_simulate(scenario, seed, n_account, put_row, &writer, err);
    assay_text_clear(&writer.line);
    if (status != ASSAY_OK)
        return status;
    writer.sum.mean_prob /= (double)writer.sum.n_row;
    *summary = writer.sum;
    return ASSAY_OK;
}
