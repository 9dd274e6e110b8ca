#include "score/verify_causes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/signal/cohort.h"
#include "core/signal/normalise.h"

/* ---- traits ---- */

enum { PER_SIGNAL = ASSAY_TRAIT_NEW_PLAN, PER_ACCOUNT = ASSAY_TRAIT_COHORT - ASSAY_TRAIT_NEW_PLAN };

static void name_traits(const struct assay_model *model, struct assay_trait traits[])
{
    size_t n = 0;
    for (size_t j = 0; j < model->n_signal; j++)
        for (size_t k = 0; k < PER_SIGNAL; k++)
            traits[n++] = (struct assay_trait){.kind = (enum assay_trait_kind)k, .which = j};
    for (size_t k = 0; k < PER_ACCOUNT; k++)
        traits[n++] =
            (struct assay_trait){.kind = (enum assay_trait_kind)(ASSAY_TRAIT_NEW_PLAN + k)};
    for (size_t node = 0; node < model->cohorts.n_node; node++)
        traits[n++] = (struct assay_trait){.kind = ASSAY_TRAIT_COHORT, .which = node};
}

enum assay_status assay_causes_init(const struct assay_comparison *comparison,
                                    struct assay_causes *causes, struct assay_error *err)
{
    const struct assay_model *model = comparison->model;
    struct assay_causes made = {.comparison = comparison};
    made.n_trait = model->n_signal * PER_SIGNAL + PER_ACCOUNT + model->cohorts.n_node;
    made.traits = assay_alloc(made.n_trait, sizeof *made.traits);
    if (made.traits == NULL)
        return assay_fail_memory(err, "comparing scores");
    name_traits(model, made.traits);
    *causes = made;
    return ASSAY_OK;
}

void assay_causes_clear(struct assay_causes *causes)
{
    free(causes->explanations);
    free(causes->traits);
    *causes = (struct assay_causes){0};
}

static bool beyond(const struct assay_scored_account *account, size_t j)
{
    const struct assay_model *model = account->model;
    const struct assay_signal_spec *signal = &model->spec.signals[j];
    const struct assay_knots *knots = signal->normalise.method == ASSAY_PERCENTILE
                                          ? &model->baselines[j].knots[account->score->cohort]
                                          : NULL;
    return assay_normalise_clamps(signal, knots, account->raw[j]);
}

static bool has_trait(const struct assay_trait *trait, const struct assay_scored_account *account,
                      const bool unknown[])
{
    const struct assay_score *score = account->score;
    switch (trait->kind) {
    case ASSAY_TRAIT_MISSING:
        return isnan(account->s[trait->which]) && !unknown[trait->which];
    case ASSAY_TRAIT_UNKNOWN:
        return unknown[trait->which];
    case ASSAY_TRAIT_BEYOND:
        return beyond(account, trait->which);
    case ASSAY_TRAIT_NEW_PLAN:
        return score->unseen_plan;
    case ASSAY_TRAIT_NEW_SEGMENT:
        return score->terms.unseen;
    case ASSAY_TRAIT_CLAMPED:
        return !score->dropped && (score->score <= 0 || score->score >= 100);
    default:
        return false;
    }
}

void assay_causes_count(struct assay_causes *causes, const struct assay_scored_account *account,
                        const bool unknown[], bool agrees)
{
    size_t cohorts = causes->n_trait - account->model->cohorts.n_node;
    for (size_t k = 0; k < cohorts; k++) {
        struct assay_trait *trait = &causes->traits[k];
        bool has = has_trait(trait, account, unknown);
        trait->agreeing += has && agrees;
        trait->disagreeing += has && !agrees;
    }
    struct assay_trait *cohort = &causes->traits[cohorts + account->score->cohort];
    cohort->agreeing += agrees;
    cohort->disagreeing += !agrees;
    causes->n_agree += agrees;
    causes->n_disagree += !agrees;
}

/* Common among those that disagree, and at least twice as common as among the others. */
static bool tells(const struct assay_causes *causes, const struct assay_trait *trait)
{
    if (causes->n_agree == 0 || 2 * trait->disagreeing < causes->n_disagree)
        return false;
    return (double)trait->disagreeing / (double)causes->n_disagree >=
           2 * ((double)trait->agreeing / (double)causes->n_agree);
}

size_t assay_causes_traits(const struct assay_causes *causes,
                           const struct assay_trait *kept[ASSAY_TRAITS_KEPT])
{
    size_t n = 0;
    for (size_t k = 0; k < causes->n_trait; k++) {
        const struct assay_trait *trait = &causes->traits[k];
        if (!tells(causes, trait))
            continue;
        size_t at = n < ASSAY_TRAITS_KEPT ? n++ : ASSAY_TRAITS_KEPT;
        for (; at > 0 && kept[at - 1]->agreeing > trait->agreeing; at--)
            if (at < ASSAY_TRAITS_KEPT)
                kept[at] = kept[at - 1];
        if (at < ASSAY_TRAITS_KEPT)
            kept[at] = trait;
    }
    return n;
}

void assay_trait_words(const struct assay_model *model, const struct assay_trait *trait,
                       struct assay_text *words)
{
    char label[256];
    const char *signal =
        trait->kind < ASSAY_TRAIT_NEW_PLAN ? model->spec.signals[trait->which].name : "";
    switch (trait->kind) {
    case ASSAY_TRAIT_MISSING:
        assay_text_printf(words, "%s missing", signal);
        break;
    case ASSAY_TRAIT_UNKNOWN:
        assay_text_printf(words, "a category of %s that has no points", signal);
        break;
    case ASSAY_TRAIT_BEYOND:
        assay_text_printf(words, "%s beyond what is distinguished", signal);
        break;
    case ASSAY_TRAIT_NEW_PLAN:
        assay_text_puts(words, "a plan that calibration never saw");
        break;
    case ASSAY_TRAIT_NEW_SEGMENT:
        assay_text_puts(words, "a segment that calibration never saw");
        break;
    case ASSAY_TRAIT_CLAMPED:
        assay_text_puts(words, "a score of 0 or 100");
        break;
    default:
        assay_text_printf(words, "the cohort \"%s\"",
                          assay_cohort_label(&model->cohorts, trait->which, label, sizeof label));
        break;
    }
}

/* ---- explanations ---- */

static struct assay_explanation *find_explanation(struct assay_causes *causes, size_t departure)
{
    for (size_t k = 0; k < causes->n_explanation; k++)
        if (causes->explanations[k].departure == departure)
            return &causes->explanations[k];
    if (!assay_grow(&causes->explanations, &causes->explanation_capacity, causes->n_explanation + 1,
                    sizeof *causes->explanations))
        return NULL;
    struct assay_explanation *made = &causes->explanations[causes->n_explanation++];
    *made = (struct assay_explanation){.departure = departure};
    return made;
}

static bool explains(const struct assay_causes *causes, const struct assay_scored_account *account,
                     const struct assay_their_figures *theirs, size_t departure)
{
    struct assay_score score;
    struct assay_gap gap;
    return assay_whatif(account, assay_departure_at(account->model, departure), theirs, &score) &&
           assay_compare_figures(causes->comparison, &score, theirs, &gap);
}

/* Tries everything. */
static enum assay_status search_all(struct assay_causes *causes,
                                    const struct assay_scored_account *account,
                                    const struct assay_their_figures *theirs, size_t *best,
                                    struct assay_error *err)
{
    size_t most = 0, n = assay_departure_count(account->model), at = causes->n_searched++;
    for (size_t t = 0; t < n; t++) {
        if (!explains(causes, account, theirs, t))
            continue;
        struct assay_explanation *explanation = find_explanation(causes, t);
        if (explanation == NULL)
            return assay_fail_memory(err, "comparing scores");
        explanation->searched[at / 64] |= UINT64_C(1) << (at % 64);
        if (++explanation->n > most) {
            most = explanation->n;
            *best = t;
        }
    }
    return ASSAY_OK;
}

/* From here on only what covers most of what was searched is tried. */
static void keep_widest(struct assay_causes *causes)
{
    const struct assay_explanation *kept[ASSAY_CAUSES_KEPT];
    struct assay_explanation copy[ASSAY_CAUSES_KEPT];
    size_t n = assay_causes_explanations(causes, kept);
    for (size_t k = 0; k < n; k++)
        copy[k] = *kept[k];
    if (n > 0)
        memcpy(causes->explanations, copy, n * sizeof *copy);
    causes->n_explanation = n;
}

enum assay_status assay_causes_search(struct assay_causes *causes,
                                      const struct assay_scored_account *account,
                                      const struct assay_their_figures *theirs, size_t *best,
                                      struct assay_error *err)
{
    *best = ASSAY_NO_DEPARTURE;
    if (causes->comparison->allowance[ASSAY_THE_SCORE] > ASSAY_CAUSES_COARSE)
        return ASSAY_OK;
    if (causes->n_searched < ASSAY_CAUSES_SEARCHED) {
        enum assay_status status = search_all(causes, account, theirs, best, err);
        if (causes->n_searched == ASSAY_CAUSES_SEARCHED)
            keep_widest(causes);
        return status;
    }
    size_t most = 0;
    for (size_t k = 0; k < causes->n_explanation; k++) {
        struct assay_explanation *explanation = &causes->explanations[k];
        if (explains(causes, account, theirs, explanation->departure) && ++explanation->n > most) {
            most = explanation->n;
            *best = explanation->departure;
        }
    }
    return ASSAY_OK;
}

size_t assay_causes_widest(const struct assay_causes *causes, size_t k)
{
    size_t most = 0, widest = ASSAY_NO_DEPARTURE;
    for (size_t e = 0; k < causes->n_searched && e < causes->n_explanation; e++) {
        const struct assay_explanation *explanation = &causes->explanations[e];
        if ((explanation->searched[k / 64] >> (k % 64) & 1) != 0 && explanation->n > most) {
            most = explanation->n;
            widest = explanation->departure;
        }
    }
    return widest;
}

size_t assay_causes_explanations(const struct assay_causes *causes,
                                 const struct assay_explanation *kept[ASSAY_CAUSES_KEPT])
{
    uint64_t covered[ASSAY_CAUSES_SEARCHED / 64] = {0};
    size_t n = 0;
    while (n < ASSAY_CAUSES_KEPT) {
        const struct assay_explanation *widest = NULL;
        int most = 0;
        for (size_t k = 0; k < causes->n_explanation; k++) {
            const struct assay_explanation *candidate = &causes->explanations[k];
            int gain = 0;
            for (size_t w = 0; w < ASSAY_CAUSES_SEARCHED / 64; w++)
                gain += __builtin_popcountll(candidate->searched[w] & ~covered[w]);
            if (gain > most) {
                most = gain;
                widest = candidate;
            }
        }
        if (widest == NULL)
            break;
        for (size_t w = 0; w < ASSAY_CAUSES_SEARCHED / 64; w++)
            covered[w] |= widest->searched[w];
        kept[n++] = widest;
    }
    return n;
}
