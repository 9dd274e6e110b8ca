#include "validate/people/unused_write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "core/metric/discovery.h"
#include "validate/people/unused.h"

/* ---- in words ---- */

static const char *subject_of(const struct assay_audit_input *input)
{
    return input->used.prob != NULL ? "probability" : "score";
}

static bool suspicious(const struct assay_unused_result *result)
{
    return result->auc > ASSAY_SUSPICIOUS_AUC; /* not where it is NaN */
}

static bool found(const struct assay_unused_result *result)
{
    return result->tested && result->q_value <= ASSAY_FALSE_DISCOVERY_RATE;
}

static void say_test(const struct assay_unused_result *result, struct assay_text *text)
{
    assay_text_printf(text, " (chi-square %.1f on %zu degree%s of freedom, ", result->test.chi2,
                      result->test.df, result->test.df == 1 ? "" : "s");
    if (result->q_value < 0.001)
        assay_text_puts(text, "q < 0.001)");
    else
        assay_text_printf(text, "q = %.3f)", result->q_value);
}

static void say_category(const struct assay_unused_result *result, struct assay_text *text)
{
    char quoted[ASSAY_QUOTE_SIZE];
    if (result->furthest == ASSAY_NO_CODE) {
        assay_text_puts(text, "where it is empty");
    } else if (result->furthest == ASSAY_EXTRA_POOLED) {
        assay_text_puts(text, result->kind == ASSAY_EXTRA_FILLED_IN ? "where it is filled in"
                                                                    : "in its rare values");
    } else {
        const char *name = assay_audit_text(result->column->dictionary, result->furthest);
        assay_text_printf(text, "in \"%s\"", assay_quote_value(name, strlen(name), quoted));
    }
}

static void say_found(const struct assay_audit_input *input, const struct assay_unused_result *result,
                      struct assay_text *text)
{
    if (result->kind == ASSAY_EXTRA_NUMBER && !isnan(result->test.slope)) {
        assay_text_printf(text, "with higher values churn is %s frequent than the %s says",
                          result->test.slope > 0 ? "more" : "less", subject_of(input));
        if (result->test.df > 1)
            assay_text_puts(text, ", or where it is empty it differs");
    } else if (result->kind == ASSAY_EXTRA_NUMBER) {
        assay_text_printf(text, "churn differs by whether it is filled in, beyond what the %s says",
                          subject_of(input));
    } else {
        assay_text_printf(text, "churn differs %s beyond what the %s says, most ",
                          result->kind == ASSAY_EXTRA_TEXT ? "between its values"
                                                           : "by whether it is filled in,",
                          subject_of(input));
        say_category(result, text);
        assay_text_printf(text, ": %zu events where %.1f were expected", result->observed,
                          result->expected);
    }
}

static void say(const struct assay_audit_input *input, const struct assay_unused_result *result,
                struct assay_text *text)
{
    assay_text_reset(text);
    assay_text_printf(text, "%s: ", result->column->name);
    if (suspicious(result))
        assay_text_printf(text, "tells the outcome almost perfectly by itself (AUC %.3f): it is "
                          "probably known only afterwards, and then of no use to a score",
                          result->auc);
    else if (found(result))
        say_found(input, result, text);
    else
        assay_text_printf(text, "no sign that it says more than the %s", subject_of(input));
    if (result->tested)
        say_test(result, text);
}

/* ---- in JSON ---- */

static const char *direction_of(const struct assay_unused_result *result)
{
    if (result->kind != ASSAY_EXTRA_NUMBER || isnan(result->test.slope))
        return NULL;
    return result->test.slope > 0 ? "riskier" : "healthier";
}

static void put_result(const struct assay_audit_input *input,
                       const struct assay_unused_result *result, struct assay_text *words,
                       struct assay_json_writer *json)
{
    static const char *const tested_as[] = {"rank", "categories", "filled in"};
    const char *direction = direction_of(result);
    say(input, result, words);
    json->out.failed = json->out.failed || words->failed;
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "column", result->column->name);
    assay_json_put_string(json, "kind", result->column->is_text ? "text" : "number");
    assay_json_put_string(json, "tested_as", tested_as[result->kind]);
    assay_json_put_count(json, "n", input->used.n - result->n_missing);
    assay_json_put_count(json, "missing", result->n_missing);
    assay_json_put_count(json, "unreadable", result->column->n_unreadable);
    assay_json_put_number(json, "chi2", result->test.chi2);
    assay_json_put_count(json, "df", result->test.df);
    assay_json_put_number(json, "p_value", result->test.p_value);
    assay_json_put_number(json, "q_value", result->q_value);
    if (direction != NULL)
        assay_json_put_string(json, "direction", direction);
    else
        assay_json_put_null(json, "direction");
    assay_json_put_optional(json, "auc", result->auc);
    assay_json_put_string(json, "words", words->data != NULL ? words->data : "");
    assay_json_put_bool(json, "suspicious", suspicious(result));
    assay_json_close(json);
}

static const char *why_skipped(const struct assay_unused_result *result)
{
    if (result->repeats == ASSAY_REPEATS_SCORE)
        return "orders the snapshots as the score does";
    if (result->repeats == ASSAY_REPEATS_ACTION)
        return "repeats what was acted on, which comes after the snapshot";
    switch (result->kind) {
    case ASSAY_EXTRA_CONSTANT:
        return "it does not vary";
    case ASSAY_EXTRA_TOO_MANY:
        return "it has too many different texts, and is always filled in";
    default:
        return "it says nothing that the score does not";
    }
}

static void put_skipped(const struct assay_unused_result *result, struct assay_json_writer *json)
{
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "column", result->column->name);
    assay_json_put_string(json, "why", why_skipped(result));
    assay_json_close(json);
}

static const char *nuisance_words(const struct assay_audit_input *input, bool varies)
{
    if (!varies)
        return "an intercept";
    return input->used.prob != NULL ? "logit of the probability and an intercept"
                                    : "the score and an intercept";
}

static void put_head(const struct assay_audit_input *input, size_t n_tested, bool varies,
                     struct assay_json_writer *json)
{
    assay_json_open(json, "unused_columns", '{');
    assay_json_put_count(json, "tested", n_tested);
    assay_json_put_string(json, "with", nuisance_words(input, varies));
    assay_json_put_bool(json, "by_account", input->repeated && input->used.account != NULL);
}

void assay_unused_refuse(const struct assay_audit_input *input, const char *message,
                         struct assay_json_writer *json)
{
    char sentence[sizeof((struct assay_error *)NULL)->message + 128];
    if (input->used.n_event == 0 || input->used.n_event == input->used.n)
        snprintf(sentence, sizeof sentence,
                 "All outcomes are alike, so no column can tell them apart.");
    else
        snprintf(sentence, sizeof sentence,
                 "There is no fit of the outcomes to the score that a column could add to (%s).",
                 message);
    put_head(input, 0, true, json);
    assay_json_put_string(json, "refused", sentence);
    assay_json_open(json, "columns", '[');
    assay_json_close(json);
    assay_json_open(json, "skipped", '[');
    assay_json_close(json);
    assay_json_close(json);
}

/* ---- all of it ---- */

static int by_p(const void *a, const void *b)
{
    const struct assay_unused_result *x = a, *y = b;
    if (x->tested != y->tested)
        return x->tested ? -1 : 1;
    if (x->tested && x->test.p_value != y->test.p_value)
        return x->test.p_value < y->test.p_value ? -1 : 1;
    if (x->tested && x->test.chi2 != y->test.chi2) /* both p are 0 */
        return x->test.chi2 > y->test.chi2 ? -1 : 1;
    return strcmp(x->column->name, y->column->name);
}

static void advise(const struct assay_unused_result results[], size_t n,
                   struct assay_audit_output *out)
{
    const struct assay_unused_result *best = NULL, *leak = NULL;
    size_t n_found = 0;
    for (size_t k = 0; k < n; k++) {
        if (results[k].tested && suspicious(&results[k])) {
            leak = leak == NULL ? &results[k] : leak;
        } else if (found(&results[k])) {
            best = best == NULL ? &results[k] : best;
            n_found++;
        }
    }
    char quoted[ASSAY_QUOTE_SIZE];
    if (best != NULL)
        assay_advise(out, 2, "Consider \"%s\" as a signal at the next calibration: it tells who leaves "
                     "beyond what the score says%s",
                     assay_quote_value(best->column->name, strlen(best->column->name), quoted),
                     n_found > 1 ? " (others do as well)" : "");
    if (leak != NULL)
        assay_advise(out, 2, "Find out when \"%s\" is filled in: it tells the outcome almost perfectly, "
                     "so it is probably known only afterwards",
                     assay_quote_value(leak->column->name, strlen(leak->column->name), quoted));
}

enum assay_status assay_unused_write(const struct assay_audit_input *input,
                                     struct assay_unused_result results[], bool varies,
                                     struct assay_audit_output *out, struct assay_error *err)
{
    struct assay_json_writer *json = &out->json;
    struct assay_text words = {0};
    size_t n_tested = 0;
    for (size_t k = 0; k < input->n_unused; k++)
        n_tested += results[k].tested;
    qsort(results, input->n_unused, sizeof *results, by_p);
    put_head(input, n_tested, varies, json);
    assay_json_open(json, "columns", '[');
    for (size_t k = 0; k < n_tested; k++)
        put_result(input, &results[k], &words, json);
    assay_json_close(json);
    assay_json_open(json, "skipped", '[');
    for (size_t k = n_tested; k < input->n_unused; k++)
        put_skipped(&results[k], json);
    assay_json_close(json);
    assay_json_close(json);
    advise(results, n_tested, out);
    bool failed = words.failed;
    assay_text_clear(&words);
    return failed ? assay_fail_memory(err, "describing columns") : ASSAY_OK;
}
