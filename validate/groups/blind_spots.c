#include "validate/groups/blind_spots.h"

#include <math.h>
#include <string.h>

#include "core/base/number.h"
#include "core/base/rows.h"
#include "core/base/vector_math.h"
#include "core/metric/design_effect.h"
#include "core/metric/expected_events.h"

enum { SMALLEST = 30, SMALLEST_SHARE = 100, ADVISED = 3, STRIP = 512 };
static const double certain = 36.0; /* log-odds of a probability of 0 or 1 */

/* ---- the search ---- */

static void fill_score(const struct assay_audit_set *used, double score[])
{
    if (used->prob == NULL) {
        memcpy(score, used->score, used->n * sizeof *score);
        return;
    }
    for (size_t first = 0; first < used->n; first += STRIP) {
        double of_event[STRIP], of_other[STRIP];
        size_t n = used->n - first < STRIP ? used->n - first : STRIP;
        assay_logs_array(used->prob + first, n, of_event, of_other);
        for (size_t k = 0; k < n; k++) {
            double log_odds = of_event[k] - of_other[k]; /* fmin() and fmax() are calls */
            log_odds = log_odds > -certain ? log_odds : -certain;
            score[first + k] = log_odds < certain ? log_odds : certain;
        }
    }
}

/* What is expected of each row. score NULL: it is wanted for nothing else, and lies where the expectation will. */
static enum assay_status find_expected(const struct assay_audit_set *used, double score[],
                                       double expected[], struct assay_error *err)
{
    double *x = score != NULL ? score : expected;
    fill_score(used, x);
    return assay_expected_events(x, used->flagged, used->outcome, used->n, expected, err);
}

static enum assay_status search(const struct assay_audit_input *input,
                                const struct assay_slice_options *options, const double score[],
                                const double expected[], struct assay_blind_spots *spots,
                                struct assay_error *err)
{
    const struct assay_audit_set *used = &input->used;
    struct assay_slice_rows rows = {.n = used->n,
                                    .column = spots->conditions.coded,
                                    .n_column = spots->conditions.n_column,
                                    .n_group = spots->conditions.n_group,
                                    .n_paired = spots->conditions.n_paired,
                                    .flagged = used->flagged,
                                    .outcome = used->outcome,
                                    .score = score,
                                    .expected = expected,
                                    .cluster = input->repeated ? used->account : NULL,
                                    .n_cluster = input->n_account};
    return assay_slices_find(&rows, options, &spots->search, err);
}

enum assay_status assay_blind_spots_find(const struct assay_audit_input *input,
                                         struct assay_blind_spots *spots, struct assay_error *err)
{
    size_t n = input->used.n, share = (n + SMALLEST_SHARE - 1) / SMALLEST_SHARE;
    struct assay_blind_spots made = {.smallest = share > SMALLEST ? share : SMALLEST};
    struct assay_slice_options options = assay_slice_options_default();
    options.smallest = made.smallest;
    options.seed = input->spec->seed;
    bool drawn = n <= options.most_resampled; /* which needs the score, too */
    double *score = drawn ? assay_rows_alloc(n, sizeof *score) : NULL;
    double *expected = assay_rows_alloc(n, sizeof *expected);
    enum assay_status status = (score != NULL || !drawn) && expected != NULL
                                   ? find_expected(&input->used, score, expected, err)
                                   : assay_fail_memory(err, "searching blind spots");
    if (status == ASSAY_OK)
        status = assay_conditions_make(input, made.smallest, &made.conditions, err);
    if (status == ASSAY_OK)
        status = search(input, &options, score, expected, &made, err);
    assay_rows_free(score);
    assay_rows_free(expected);
    if (status == ASSAY_OK)
        *spots = made;
    else
        assay_blind_spots_clear(&made);
    return status;
}

void assay_blind_spots_clear(struct assay_blind_spots *spots)
{
    assay_conditions_clear(&spots->conditions);
    assay_slice_search_clear(&spots->search);
}

/* ---- a finding in figures and words ---- */

static inline __attribute__((always_inline)) void mark(const struct assay_audit_set *used,
                                                       const struct assay_blind_spots *spots,
                                                       const struct assay_slice *slice, size_t first,
                                                       size_t n, unsigned char in[restrict STRIP])
{
    unsigned char wanted = slice->kind == ASSAY_SLICE_MISSES;
    const unsigned char *outcome = used->outcome + first;
    for (size_t k = 0; k < n; k++)
        in[k] = outcome[k] == wanted;
    assay_slice_hold(spots->conditions.coded, slice, first, n, in);
}

/* Lists those of rows first .. first + n - 1, at most STRIP, that a finding is about: events or others of its slice.
 * Returns how many. A whole strip, of a length that the compiler knows, is marked several rows at once. */
static size_t list_rows(const struct assay_audit_set *used, const struct assay_blind_spots *spots,
                        const struct assay_slice *slice, size_t first, size_t n, uint16_t list[STRIP])
{
    unsigned char in[STRIP];
    size_t length = 0;
    if (n == STRIP)
        mark(used, spots, slice, first, STRIP, in);
    else
        mark(used, spots, slice, first, n, in);
    for (size_t k = 0; k < n; k++) {
        list[length] = (uint16_t)k;
        length += in[k];
    }
    return length;
}

/* The share of wrong ones, by account where accounts repeat; and what the wrong ones are worth, where it is known:
 * NaN without a column of values. */
struct finding_figures {
    struct assay_estimate rate;
    double value;
};

static struct finding_figures measure_finding(const struct assay_audit_input *input,
                                              const struct assay_blind_spots *spots,
                                              const struct assay_slice *slice,
                                              struct assay_design_effect *room)
{
    const struct assay_audit_set *used = &input->used;
    double share = (double)slice->wrong / (double)slice->of, effect = 1.0;
    double value = used->value == NULL ? (double)NAN : 0.0;
    unsigned char wrong = slice->kind == ASSAY_SLICE_FALSE_ALARMS; /* as flagged has it */
    bool any = input->repeated || used->value != NULL;
    for (size_t first = 0; any && first < used->n; first += STRIP) {
        uint16_t list[STRIP];
        size_t n = used->n - first < STRIP ? used->n - first : STRIP;
        size_t length = list_rows(used, spots, slice, first, n, list);
        for (size_t k = 0; k < length; k++) {
            size_t i = first + list[k];
            bool is_wrong = used->flagged[i] == wrong;
            if (input->repeated)
                assay_design_effect_add(room, used->account[i], (is_wrong ? 1.0 : 0.0) - share);
            if (is_wrong && used->value != NULL && !isnan(used->value[i]))
                value += used->value[i];
        }
    }
    if (input->repeated)
        effect = assay_design_effect_take(room);
    return (struct finding_figures){
        assay_wilson_of_share(share, (double)slice->of / effect, ASSAY_LEVEL), value};
}

static void add_words(struct assay_text *words, const struct assay_blind_spots *spots,
                      const struct assay_slice *slice)
{
    double rate = (double)slice->wrong / (double)slice->of;
    double rest = (double)slice->rest_wrong / (double)slice->rest_of;
    for (size_t k = 0; k < slice->n_condition; k++) {
        if (k > 0)
            assay_text_puts(words, ", ");
        assay_condition_words(words, &spots->conditions, &slice->condition[k]);
    }
    assay_text_printf(words, ": %.0f%% of %zu %s, against %.0f%% elsewhere (%zu, where the score leads "
                             "to expect %.0f)", 100.0 * rate, slice->of,
                      slice->kind == ASSAY_SLICE_MISSES ? "churners missed"
                                                        : "that stayed flagged in vain",
                      100.0 * rest, slice->wrong, slice->expected_wrong);
}

static void put_finding(struct assay_json_writer *json, const struct assay_audit_input *input,
                        const struct assay_blind_spots *spots, const struct assay_slice *slice,
                        struct assay_design_effect *room, const char *words)
{
    struct finding_figures figures = measure_finding(input, spots, slice, room);
    struct assay_estimate rate = figures.rate;
    double rest = (double)slice->rest_wrong / (double)slice->rest_of;
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "kind",
                          slice->kind == ASSAY_SLICE_MISSES ? "misses" : "false_alarms");
    assay_json_open(json, "conditions", '[');
    for (size_t k = 0; k < slice->n_condition; k++)
        assay_condition_put(json, &spots->conditions, &slice->condition[k]);
    assay_json_close(json);
    assay_json_put_string(json, "words", words);
    assay_json_put_count(json, "n", slice->n);
    assay_json_put_count(json, "events", slice->of);
    assay_json_put_count(json, "wrong", slice->wrong);
    assay_json_put_number(json, "expected", slice->expected_wrong);
    assay_json_put_number(json, "rate", rate.value);
    assay_json_put_interval(json, "interval", rate.low, rate.high);
    assay_json_put_number(json, "rest", rest);
    assay_json_put_optional(json, "ratio", rest > 0.0 ? rate.value / rest : (double)NAN);
    assay_json_put_number(json, "p_value", slice->p_value);
    assay_json_put_number(json, "q_value", slice->q_value);
    assay_json_put_count(json, "similar", slice->similar);
    assay_json_put_optional(json, "value", figures.value);
    assay_json_close(json);
}

static void advise(struct assay_audit_output *out, const struct assay_slice *slice, const char *words)
{
    if (slice->kind == ASSAY_SLICE_MISSES)
        assay_advise(out, 1, "Watch the accounts of a blind spot by hand, and find what sets them "
                             "apart: %s", words);
    else
        assay_advise(out, 2, "Ease the outreach where the score cries wolf: %s", words);
}

static enum assay_status put_findings(const struct assay_audit_input *input,
                                      const struct assay_blind_spots *spots,
                                      struct assay_audit_output *out, struct assay_error *err)
{
    struct assay_design_effect room = {0};
    struct assay_text words = {0};
    size_t advised[ASSAY_SLICE_KINDS] = {0};
    if (input->repeated) {
        enum assay_status status = assay_design_effect_init(input->n_account, &room, err);
        if (status != ASSAY_OK)
            return status;
    }
    assay_json_open(&out->json, "blind_spots", '[');
    for (size_t k = 0; k < spots->search.n_found && !words.failed; k++) {
        const struct assay_slice *slice = &spots->search.found[k];
        assay_text_reset(&words);
        add_words(&words, spots, slice);
        if (words.failed)
            break;
        put_finding(&out->json, input, spots, slice, &room, words.data);
        if (advised[slice->kind]++ < ADVISED)
            advise(out, slice, words.data);
    }
    assay_json_close(&out->json);
    bool failed = words.failed;
    assay_text_clear(&words);
    assay_design_effect_clear(&room);
    return failed ? assay_fail_memory(err, "describing blind spots") : ASSAY_OK;
}

static void put_search(struct assay_json_writer *json, const struct assay_blind_spots *spots)
{
    const struct assay_slice_search *search = &spots->search;
    char slices[ASSAY_GROUPED_SIZE], smallest[ASSAY_GROUPED_SIZE], words[512];
    size_t alone = spots->conditions.n_column - spots->conditions.n_paired; /* signals */
    assay_number_group((double)search->n_slice, slices);
    assay_number_group((double)spots->smallest, smallest);
    int length = snprintf(words, sizeof words,
                          "%s slices of one or two conditions, with %s snapshots or more each, were "
                          "searched for misses and false alarms beyond what the score itself leads to "
                          "expect; where it is right everywhere, no more than 1 audit in 20 reports any",
                          slices, smallest);
    if (alone > 0)
        snprintf(words + length, sizeof words - (size_t)length,
                 "; the %zu signals that weigh least were not combined with others", alone);
    assay_json_open(json, "blind_spot_search", '{');
    assay_json_put_count(json, "slices", search->n_slice);
    assay_json_put_number(json, "fdr", assay_slice_options_default().rate);
    assay_json_put_count(json, "smallest", spots->smallest);
    assay_json_put_string(json, "method", search->resamples > 0 ? "max-T" : "Bonferroni");
    assay_json_put_count(json, "resamples", search->resamples);
    assay_json_put_string(json, "words", words);
    assay_json_close(json);
}

static void refuse(struct assay_json_writer *json, const char *why)
{
    assay_json_open(json, "blind_spots", '[');
    assay_json_close(json);
    assay_json_open(json, "blind_spot_search", '{');
    assay_json_put_string(json, "refused", why);
    assay_json_close(json);
}

enum assay_status assay_audit_blind_spots(const struct assay_audit_input *input,
                                          struct assay_audit_output *out, struct assay_error *err)
{
    struct assay_blind_spots spots;
    if (input->used.n_event == 0 || input->used.n_event == input->used.n) {
        refuse(&out->json, input->used.n == 0 ? "there are no snapshots with a known outcome"
                           : input->used.n_event == 0
                               ? "nobody churned, so that nobody was missed or told from the others"
                               : "everybody churned, so that nobody can be told from the others");
        return ASSAY_OK;
    }
    enum assay_status status = assay_blind_spots_find(input, &spots, err);
    if (status != ASSAY_OK)
        return status;
    status = put_findings(input, &spots, out, err);
    put_search(&out->json, &spots);
    assay_blind_spots_clear(&spots);
    return status;
}
