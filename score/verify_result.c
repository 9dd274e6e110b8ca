#include "score/verify_result.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/number.h"

enum assay_status assay_agreement_init(struct assay_agreement *result, size_t n_signal, size_t show,
                                       struct assay_error *err)
{
    struct assay_agreement made = {.show = show,
                                   .n_parting = assay_alloc(n_signal, sizeof *made.n_parting),
                                   .n_unlike = assay_alloc(n_signal, sizeof *made.n_unlike),
                                   .shown = assay_alloc(show, sizeof *made.shown)};
    if (made.n_parting == NULL || made.n_unlike == NULL || made.shown == NULL) {
        assay_agreement_clear(&made);
        return assay_fail_memory(err, "comparing scores");
    }
    *result = made;
    return ASSAY_OK;
}

void assay_agreement_clear(struct assay_agreement *result)
{
    for (size_t k = 0; k < result->n_shown; k++)
        free(result->shown[k].account.id);
    for (size_t f = 0; f < ASSAY_COMPARED_NUMBERS; f++)
        free(result->largest[f].account.id);
    free(result->first_ours.id);
    free(result->first_theirs.id);
    free(result->n_parting);
    free(result->n_unlike);
    free(result->shown);
    *result = (struct assay_agreement){0};
}

bool assay_agreement_agrees(const struct assay_agreement *result)
{
    return result->n_agree == result->n_compared && result->n_only_theirs == 0 &&
           (result->partial || result->n_only_ours == 0);
}

void assay_parting_name(const struct assay_model *model, const struct assay_parting *parting,
                        struct assay_text *name)
{
    assay_text_puts(name, parting->points ? "points:" : "");
    assay_text_puts(name, model->spec.signals[parting->signal].name);
}

/* ---- CSV ---- */

static void put_cell(struct assay_text *line, const char *text)
{
    assay_text_csv(line, text, strlen(text), ',');
}

static void put_number(struct assay_text *line, double value)
{
    char text[ASSAY_NUMBER_SIZE];
    if (isfinite(value))
        assay_text_add(line, text, assay_number_print(value, text));
}

static void put_account(struct assay_text *line, const char *id, int32_t as_of)
{
    char day[ASSAY_DATE_SIZE];
    put_cell(line, id);
    assay_text_putc(line, ',');
    if (as_of != ASSAY_NO_DATE)
        assay_text_puts(line, assay_date_print(as_of, day));
}

void assay_agreement_csv_header(const struct assay_model *model, struct assay_text *line)
{
    put_cell(line, model->spec.id);
    assay_text_putc(line, ',');
    put_cell(line, model->spec.as_of != NULL ? model->spec.as_of : "as_of");
    assay_text_puts(line, ",what,ours,theirs,difference,signal,signal_ours,signal_theirs,"
                          "would_agree_if\n");
}

static void put_figures(struct assay_text *line, const struct assay_disagreement *d)
{
    if (d->figure == ASSAY_THE_ZONE) {
        put_cell(line, d->our_zone != NULL ? d->our_zone : "");
        assay_text_putc(line, ',');
        put_cell(line, d->their_zone != NULL ? d->their_zone : "");
        assay_text_putc(line, ',');
        return;
    }
    put_number(line, d->ours);
    assay_text_putc(line, ',');
    put_number(line, d->theirs);
    assay_text_putc(line, ',');
    put_number(line, d->theirs - d->ours);
}

void assay_agreement_csv_line(const struct assay_model *model, const struct assay_disagreement *d,
                              struct assay_text *line)
{
    struct assay_text text = {0};
    put_account(line, d->account.id, d->account.as_of);
    assay_text_printf(line, ",%s,", assay_compared_names[d->figure]);
    put_figures(line, d);
    assay_text_putc(line, ',');
    if (d->parting.signal != ASSAY_NO_SIGNAL) {
        assay_parting_name(model, &d->parting, &text);
        assay_text_csv(line, text.data != NULL ? text.data : "", text.length, ',');
        assay_text_putc(line, ',');
        put_number(line, d->parting.ours);
        assay_text_putc(line, ',');
        put_number(line, d->parting.theirs);
        assay_text_putc(line, ',');
    } else {
        assay_text_puts(line, ",,,");
    }
    assay_text_reset(&text);
    if (d->departure != ASSAY_NO_DEPARTURE) {
        assay_departure_words(model, assay_departure_at(model, d->departure), &text);
        assay_text_csv(line, text.data != NULL ? text.data : "", text.length, ',');
    }
    assay_text_putc(line, '\n');
    line->failed = line->failed || text.failed;
    assay_text_clear(&text);
}

void assay_agreement_csv_alone(const char *id, int32_t as_of, const char *where,
                               struct assay_text *line)
{
    put_account(line, id, as_of);
    assay_text_printf(line, ",%s,,,,,,,\n", where);
}
