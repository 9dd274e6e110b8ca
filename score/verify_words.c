/* verify_words.c - a verification for people to read */
#include <math.h>
#include <string.h>

#include "core/base/number.h"
#include "score/verify_result.h"

static const char *grouped(size_t n, char out[ASSAY_GROUPED_SIZE])
{
    return assay_number_group((double)n, out);
}

static void put_number(struct assay_text *words, double value)
{
    char text[ASSAY_NUMBER_SIZE];
    if (isfinite(value))
        assay_text_add(words, text, assay_number_print(value + 0.0, text)); /* never -0 */
    else
        assay_text_puts(words, "none");
}

static void put_account(struct assay_text *words, const struct assay_verified_account *account)
{
    char quoted[ASSAY_QUOTE_SIZE], day[ASSAY_DATE_SIZE];
    assay_text_puts(words, assay_quote_value(account->id, strlen(account->id), quoted));
    if (account->as_of != ASSAY_NO_DATE)
        assay_text_printf(words, " of %s", assay_date_print(account->as_of, day));
}

/* ---- the first lines ---- */

static void put_head(const struct assay_agreement *result, struct assay_text *words)
{
    const struct assay_comparison *comparison = result->comparison;
    const struct assay_model *model = comparison->model;
    const char *comma = "";
    assay_text_printf(words, "%s %s against %s: ", model->spec.name, model->version,
                      assay_csv_name(result->theirs->csv));
    for (enum assay_figure f = 0; f < ASSAY_COMPARED; f++)
        if (comparison->compared[f]) {
            assay_text_printf(words, "%s%s", comma, assay_compared_names[f]);
            comma = ", ";
        }
    assay_text_putc(words, '\n');
    bool numbers =
        comparison->compared[ASSAY_THE_SCORE] || comparison->compared[ASSAY_THE_COMPOSITE];
    if (numbers)
        assay_text_printf(words, "  allowed on the 0-100 scale: %g\n",
                          comparison->allowance[ASSAY_THE_SCORE]);
    if (comparison->compared[ASSAY_THE_PROBABILITY])
        assay_text_printf(words, "  allowed of a probability: %g\n",
                          comparison->allowance[ASSAY_THE_PROBABILITY]);
    if (comparison->compared[ASSAY_THE_ZONE] && comparison->rounded)
        assay_text_puts(words, "  a zone is right when a score within what is allowed has it\n");
}

static void put_counts(const struct assay_agreement *result, struct assay_text *words)
{
    char all[ASSAY_GROUPED_SIZE], some[ASSAY_GROUPED_SIZE], others[ASSAY_GROUPED_SIZE];
    size_t wrong = result->n_compared - result->n_agree;
    const char *where = result->n_only_ours + result->n_only_theirs > 0 ? " that both have" : "";
    grouped(result->n_compared, all);
    if (wrong > 0)
        assay_text_printf(words, "\n%s of %s snapshots%s agree, %s %s not.\n",
                          grouped(result->n_agree, some), all, where, grouped(wrong, others),
                          wrong == 1 ? "does" : "do");
    else if (result->n_compared == 1)
        assay_text_printf(words, "\nThe one snapshot%s agrees.\n", where);
    else
        assay_text_printf(words, "\nAll %s snapshots%s agree.\n", all, where);
}

static void put_largest(const struct assay_agreement *result, struct assay_text *words)
{
    for (enum assay_figure f = 0; f < ASSAY_COMPARED_NUMBERS; f++) {
        const struct assay_largest_gap *gap = &result->largest[f];
        if (!result->comparison->compared[f])
            continue;
        assay_text_printf(words, "  largest difference of the %-12s", assay_compared_names[f]);
        if (gap->account.id == NULL) {
            assay_text_puts(words, "0\n");
            continue;
        }
        assay_text_printf(words, "%.3g, of ", gap->difference);
        put_account(words, &gap->account);
        assay_text_puts(words, ": ours ");
        put_number(words, gap->ours);
        assay_text_puts(words, ", theirs ");
        put_number(words, gap->theirs);
        assay_text_putc(words, '\n');
    }
}

static void put_alone(const struct assay_agreement *result, struct assay_text *words)
{
    char n[ASSAY_GROUPED_SIZE];
    if (result->n_only_ours > 0) {
        assay_text_printf(words, "  %s %s in %s alone%s; the first is ",
                          grouped(result->n_only_ours, n), result->n_only_ours == 1 ? "is" : "are",
                          result->data_name, result->partial ? ", as --partial allows" : "");
        put_account(words, &result->first_ours);
        assay_text_putc(words, '\n');
    }
    if (result->n_only_theirs > 0) {
        assay_text_printf(
            words, "  %s %s in %s alone; the first is ", grouped(result->n_only_theirs, n),
            result->n_only_theirs == 1 ? "is" : "are", assay_csv_name(result->theirs->csv));
        put_account(words, &result->first_theirs);
        assay_text_putc(words, '\n');
    }
}

static void put_remarks(const struct assay_agreement *result, struct assay_text *words)
{
    const struct assay_theirs *theirs = result->theirs;
    char n[ASSAY_GROUPED_SIZE], quoted[ASSAY_QUOTE_SIZE];
    if (result->n_zone > 0)
        assay_text_printf(words, "  %s in another zone\n", grouped(result->n_zone, n));
    if (result->n_score_gap > 0)
        assay_text_printf(words, "  %s with a score on one side alone\n",
                          grouped(result->n_score_gap, n));
    if (theirs->n_other_zone > 0)
        assay_text_printf(
            words, "  %s in a zone that the model does not have; the first is \"%s\"\n",
            grouped(theirs->n_other_zone, n),
            assay_quote_value(theirs->other_zone, strlen(theirs->other_zone), quoted));
    if (result->n_unscored > 0)
        assay_text_printf(words, "  %s without a score, there as here\n",
                          grouped(result->n_unscored, n));
    if (theirs->n_repeated > 0)
        assay_text_printf(
            words,
            "  %s of their rows %s the account%s of a row before: matched in the order "
            "in which they stand\n",
            grouped(theirs->n_repeated, n), theirs->n_repeated == 1 ? "has" : "have",
            theirs->as_of != ASSAY_NO_COLUMN ? " and date" : "");
}

/* ---- disagreements ---- */

static void put_figures(const struct assay_disagreement *d, struct assay_text *words)
{
    assay_text_printf(words, "    %s: ours ", assay_compared_names[d->figure]);
    if (d->figure == ASSAY_THE_ZONE) {
        assay_text_printf(words, "%s, theirs %s\n", d->our_zone != NULL ? d->our_zone : "none",
                          d->their_zone != NULL ? d->their_zone : "none");
        return;
    }
    put_number(words, d->ours);
    assay_text_puts(words, ", theirs ");
    put_number(words, d->theirs);
    if (isfinite(d->theirs - d->ours))
        assay_text_printf(words, ", difference %.3g", d->theirs - d->ours);
    assay_text_putc(words, '\n');
}

static void put_disagreement(const struct assay_model *model, const struct assay_disagreement *d,
                             struct assay_text *words)
{
    assay_text_puts(words, "  ");
    put_account(words, &d->account);
    assay_text_putc(words, '\n');
    put_figures(d, words);
    if (d->parting.signal != ASSAY_NO_SIGNAL) {
        assay_text_puts(words, "    parts at ");
        assay_parting_name(model, &d->parting, words);
        assay_text_puts(words, ": ours ");
        put_number(words, d->parting.ours);
        assay_text_puts(words, ", theirs ");
        put_number(words, d->parting.theirs);
        assay_text_putc(words, '\n');
    }
    if (d->departure != ASSAY_NO_DEPARTURE) {
        assay_text_puts(words, "    would agree if ");
        assay_departure_words(model, assay_departure_at(model, d->departure), words);
        assay_text_putc(words, '\n');
    }
}

/* "all 312", "200 of 312". */
static void put_share(struct assay_text *words, size_t n, size_t of)
{
    char some[ASSAY_GROUPED_SIZE], all[ASSAY_GROUPED_SIZE];
    if (n == of)
        assay_text_printf(words, "  all %s ", grouped(of, all));
    else
        assay_text_printf(words, "  %s of %s ", grouped(n, some), grouped(of, all));
}

static void put_traits(const struct assay_agreement *result, struct assay_text *words)
{
    const struct assay_causes *causes = result->causes;
    const struct assay_trait *traits[ASSAY_TRAITS_KEPT];
    char n[ASSAY_GROUPED_SIZE], of[ASSAY_GROUPED_SIZE];
    size_t n_trait = assay_causes_traits(causes, traits);
    for (size_t k = 0; k < n_trait; k++) {
        put_share(words, traits[k]->disagreeing, causes->n_disagree);
        assay_text_puts(words, "have ");
        assay_trait_words(result->comparison->model, traits[k], words);
        assay_text_printf(words, "; of the %s that agree %s %s\n", grouped(causes->n_agree, of),
                          grouped(traits[k]->agreeing, n),
                          traits[k]->agreeing == 1 ? "has" : "have");
    }
}

static void put_partings(const struct assay_agreement *result, struct assay_text *words)
{
    const struct assay_model *model = result->comparison->model;
    char n[ASSAY_GROUPED_SIZE];
    for (size_t j = 0; j < model->n_signal; j++)
        if (result->n_parting[j] > 0) {
            put_share(words, result->n_parting[j], result->causes->n_disagree);
            assay_text_printf(words, "part at %s\n", model->spec.signals[j].name);
        }
    for (size_t j = 0; j < model->n_signal; j++)
        if (result->n_unlike[j] > 0)
            assay_text_printf(
                words,
                "  their %s differs from ours in %s snapshots that agree: does it hold the "
                "normalised signal?\n",
                model->spec.signals[j].name, grouped(result->n_unlike[j], n));
}

static void put_causes(const struct assay_agreement *result, struct assay_text *words)
{
    const struct assay_model *model = result->comparison->model;
    const struct assay_explanation *explanations[ASSAY_CAUSES_KEPT];
    size_t n = assay_causes_explanations(result->causes, explanations), before = words->length;
    assay_text_puts(words, "\nWhat they have in common\n");
    size_t head = words->length;
    for (size_t k = 0; k < n; k++) {
        put_share(words, explanations[k]->n, result->causes->n_disagree);
        assay_text_puts(words, "would agree if ");
        assay_departure_words(model, assay_departure_at(model, explanations[k]->departure), words);
        assay_text_putc(words, '\n');
    }
    put_traits(result, words);
    put_partings(result, words);
    if (words->length == head && !words->failed) {
        words->length = before;
        words->data[before] = '\0';
    }
}

void assay_agreement_words(const struct assay_agreement *result, struct assay_text *words)
{
    put_head(result, words);
    put_counts(result, words);
    put_largest(result, words);
    put_remarks(result, words);
    put_alone(result, words);
    if (result->n_shown > 0) {
        assay_text_printf(words, "\nThe first disagreement%s\n", result->n_shown == 1 ? "" : "s");
        for (size_t k = 0; k < result->n_shown; k++)
            put_disagreement(result->comparison->model, &result->shown[k], words);
    }
    if (result->causes->n_disagree > 0)
        put_causes(result, words);
}
