#include "release/gates/audit_facts.h"

#include <string.h>

#include "core/base/date.h"
#include "core/model/model_fields.h"

static const char *const metric_names[ASSAY_COMPARED_METRICS] = {
    "auc", "brier", "log_loss", "sensitivity", "specificity", "net_benefit"};
static const char *const verdict_names[] = {"pass", "fail", "inconclusive"};
static const char *const promotion_names[] = {"promote", "keep", "undecided"};

/* ---- kinds of field ---- */

static enum assay_status want_day(struct assay_json *doc, const struct cJSON *object,
                                  const char *key, int32_t *out, struct assay_error *err)
{
    const char *text;
    enum assay_status status = assay_json_want_string(doc, object, key, &text, err);
    if (status == ASSAY_OK && !assay_date_parse(text, strlen(text), out))
        status =
            assay_json_wrong(doc, assay_json_get(object, key), err, "a date as \"2026-06-30\"");
    return status;
}

static enum assay_status want_digest(struct assay_json *doc, const struct cJSON *object,
                                     const char **out, struct assay_error *err)
{
    enum assay_status status = assay_json_want_string(doc, object, "digest", out, err);
    if (status != ASSAY_OK)
        return status;
    bool well_formed = strlen(*out) == 7 + 64 && strncmp(*out, "sha256:", 7) == 0 &&
                       strspn(*out + 7, "0123456789abcdef") == 64;
    return well_formed ? ASSAY_OK
                       : assay_json_wrong(doc, assay_json_get(object, "digest"), err,
                                          "\"sha256:\" and 64 hexadecimal digits");
}

/* Text that says something: it becomes an answer. */
static enum assay_status want_words(struct assay_json *doc, const struct cJSON *object,
                                    const char *key, const char **out, struct assay_error *err)
{
    enum assay_status status = assay_json_want_string(doc, object, key, out, err);
    if (status == ASSAY_OK && **out == '\0')
        status = assay_json_wrong(doc, assay_json_get(object, key), err, "text that is not empty");
    return status;
}

/* value and interval, among other keys. */
static enum assay_status want_figure(struct assay_json *doc, const struct cJSON *object,
                                     const char *key, struct assay_estimate *out,
                                     struct assay_error *err)
{
    const struct cJSON *figure;
    enum assay_status status = assay_json_want_object(doc, object, key, &figure, err);
    if (status == ASSAY_OK)
        status = assay_want_optional(doc, figure, "value", &out->value, err);
    if (status == ASSAY_OK)
        status = assay_want_interval(doc, figure, "interval", &out->low, &out->high, err);
    return status;
}

/* An object, or null, and then *out is NULL. */
static enum assay_status want_object_or_null(struct assay_json *doc, const struct cJSON *object,
                                             const char *key, const struct cJSON **out,
                                             struct assay_error *err)
{
    *out = NULL;
    return assay_field_is_null(object, key) ? ASSAY_OK
                                            : assay_json_want_object(doc, object, key, out, err);
}

/* ---- what was audited ---- */

static enum assay_status read_audited(struct assay_json *doc, const struct cJSON *object,
                                      struct assay_audited *out, struct assay_error *err)
{
    enum assay_status status = assay_json_want_string(doc, object, "name", &out->name, err);
    if (status == ASSAY_OK)
        status = assay_json_want_string(doc, object, "version", &out->version, err);
    return status != ASSAY_OK ? status : want_digest(doc, object, &out->digest, err);
}

static enum assay_status read_models(struct assay_json *doc, const struct cJSON *root,
                                     struct assay_audit_facts *facts, struct assay_error *err)
{
    const struct cJSON *part = NULL;
    enum assay_status status = ASSAY_OK;
    if (assay_json_get(root, "score_column") != NULL) {
        status = assay_json_want_string(doc, root, "score_column", &facts->score_column, err);
    } else {
        status = assay_json_want_object(doc, root, "model", &part, err);
        if (status == ASSAY_OK)
            status = read_audited(doc, part, &facts->model, err);
    }
    if (status == ASSAY_OK)
        status = want_object_or_null(doc, root, "champion", &part, err);
    if (status == ASSAY_OK && part != NULL)
        status = read_audited(doc, part, &facts->champion, err);
    if (status == ASSAY_OK)
        status = want_object_or_null(doc, root, "rules", &part, err);
    if (status == ASSAY_OK && part != NULL)
        status = assay_json_want_string(doc, part, "file", &facts->rules, err);
    return status;
}

static enum assay_status read_data(struct assay_json *doc, const struct cJSON *root,
                                   struct assay_audit_facts *facts, struct assay_error *err)
{
    const struct cJSON *data;
    size_t accounts;
    enum assay_status status = assay_json_want_object(doc, root, "data", &data, err);
    if (status == ASSAY_OK)
        status = assay_want_size(doc, data, "used", &facts->used, err);
    if (status == ASSAY_OK)
        status = assay_want_events(doc, data, facts->used, &facts->events, err);
    if (status == ASSAY_OK && assay_json_is_string(assay_json_get(data, "to")))
        status = want_day(doc, data, "to", &facts->to, err);
    if (status != ASSAY_OK || assay_field_is_null(data, "accounts"))
        return status;
    status = assay_json_want_count(doc, data, "accounts", 0, facts->used, &accounts, err);
    if (status == ASSAY_OK)
        facts->repeated = accounts < facts->used;
    return status;
}

static enum assay_status read_verdict(struct assay_json *doc, const struct cJSON *root,
                                      struct assay_audit_facts *facts, struct assay_error *err)
{
    const struct cJSON *verdict;
    size_t result;
    enum assay_status status = assay_json_want_object(doc, root, "verdict", &verdict, err);
    if (status == ASSAY_OK)
        status = assay_json_want_word(doc, verdict, "result", verdict_names,
                                      ASSAY_COUNT(verdict_names), &result, err);
    if (status == ASSAY_OK)
        status = want_words(doc, verdict, "headline", &facts->headline, err);
    if (status == ASSAY_OK)
        facts->verdict = (enum assay_audit_verdict)result;
    return status;
}

/* ---- the comparison with the champion ---- */

static enum assay_status read_differences(struct assay_json *doc, const struct cJSON *comparison,
                                          struct assay_audit_facts *facts, struct assay_error *err)
{
    const struct cJSON *list;
    bool seen[ASSAY_COMPARED_METRICS] = {false};
    enum assay_status status = assay_json_want_array(doc, comparison, "differences", &list, err);
    if (status == ASSAY_OK && assay_json_count(list) != ASSAY_COMPARED_METRICS)
        status = assay_json_wrong(doc, list, err, "%d metrics", ASSAY_COMPARED_METRICS);
    if (status != ASSAY_OK)
        return status;
    for (const struct cJSON *d = assay_json_first(list); d != NULL && status == ASSAY_OK;
         d = assay_json_next(d)) {
        size_t metric;
        if (!assay_json_is_object(d))
            return assay_json_wrong(doc, d, err, "a difference: an object");
        status = assay_json_want_word(doc, d, "metric", metric_names, ASSAY_COMPARED_METRICS,
                                      &metric, err);
        if (status == ASSAY_OK && seen[metric])
            status = assay_json_wrong(doc, assay_json_get(d, "metric"), err, "each metric once");
        if (status != ASSAY_OK)
            return status;
        seen[metric] = true;
        status =
            assay_want_estimate(doc, d, "difference", &facts->comparison.difference[metric], err);
    }
    return status;
}

static enum assay_status read_moves(struct assay_json *doc, const struct cJSON *comparison,
                                    struct assay_audit_facts *facts, struct assay_error *err)
{
    const struct cJSON *list;
    enum assay_status status = assay_json_want_array(doc, comparison, "moves", &list, err);
    if (status != ASSAY_OK)
        return status;
    for (const struct cJSON *m = assay_json_first(list); m != NULL; m = assay_json_next(m)) {
        const char *from, *to;
        size_t n, left = facts->comparison.n - facts->comparison.zoned;
        if (!assay_json_is_object(m))
            return assay_json_wrong(doc, m, err, "a move: an object");
        status = assay_json_want_string(doc, m, "from", &from, err);
        if (status == ASSAY_OK)
            status = assay_json_want_string(doc, m, "to", &to, err);
        if (status == ASSAY_OK) /* not more than are compared, all in all */
            status = assay_json_want_count(doc, m, "n", 0, left, &n, err);
        if (status != ASSAY_OK)
            return status;
        facts->comparison.zoned += n;
        facts->comparison.moved += strcmp(from, to) != 0 ? n : 0;
    }
    return ASSAY_OK;
}

static enum assay_status read_promotion(struct assay_json *doc, const struct cJSON *comparison,
                                        struct assay_audit_facts *facts, struct assay_error *err)
{
    const struct cJSON *promotion;
    size_t result;
    facts->comparison.promotion = ASSAY_AUDIT_NO_PROMOTION;
    enum assay_status status = want_object_or_null(doc, comparison, "promotion", &promotion, err);
    if (status != ASSAY_OK || promotion == NULL)
        return status;
    status = assay_json_want_word(doc, promotion, "result", promotion_names,
                                  ASSAY_COUNT(promotion_names), &result, err);
    if (status == ASSAY_OK && facts->rules == NULL)
        status = assay_check_word(doc, promotion, "declared", "in the model", err);
    if (status == ASSAY_OK)
        status = want_words(doc, promotion, "words", &facts->comparison.promotion_words, err);
    if (status == ASSAY_OK)
        facts->comparison.promotion = (enum assay_audit_promotion)result;
    return status;
}

static enum assay_status read_comparison(struct assay_json *doc, const struct cJSON *root,
                                         struct assay_audit_facts *facts, struct assay_error *err)
{
    const struct cJSON *comparison;
    enum assay_status status = want_object_or_null(doc, root, "comparison", &comparison, err);
    if (status != ASSAY_OK || comparison == NULL)
        return status;
    if (facts->champion.digest == NULL)
        return assay_json_wrong(doc, comparison, err, "null, as \"champion\" is");
    status = assay_json_want_count(doc, comparison, "n", 0, facts->used, &facts->comparison.n, err);
    if (status == ASSAY_OK)
        status = want_words(doc, comparison, "words", &facts->comparison.words, err);
    if (status == ASSAY_OK)
        status = read_promotion(doc, comparison, facts, err);
    if (status != ASSAY_OK || facts->comparison.n == 0)
        return status;
    status = read_differences(doc, comparison, facts, err);
    return status != ASSAY_OK ? status : read_moves(doc, comparison, facts, err);
}

/* ---- the whole ---- */

static enum assay_status read_measured(struct assay_json *doc, const struct cJSON *root,
                                       struct assay_audit_facts *facts, struct assay_error *err)
{
    const struct cJSON *quality, *metrics;
    enum assay_status status = assay_json_want_object(doc, root, "quality", &quality, err);
    if (status == ASSAY_OK && facts->score_column == NULL)
        status = assay_json_want_bool(doc, quality, "in_sample", &facts->in_sample, err);
    if (status == ASSAY_OK)
        status = assay_json_want_object(doc, root, "metrics", &metrics, err);
    if (status == ASSAY_OK)
        status = want_figure(doc, metrics, "oe_ratio", &facts->oe_ratio, err);
    return status != ASSAY_OK ? status : read_comparison(doc, root, facts, err);
}

static enum assay_status check_format(struct assay_json *doc, const struct cJSON *root,
                                      struct assay_error *err)
{
    const char *format;
    if (!assay_json_is_object(root))
        return assay_json_wrong(doc, root, err, "an audit: an object");
    enum assay_status status = assay_json_want_string(doc, root, "format", &format, err);
    if (status != ASSAY_OK || strcmp(format, ASSAY_AUDIT_FORMAT) == 0)
        return status;
    status =
        assay_json_wrong(doc, assay_json_get(root, "format"), err, "\"" ASSAY_AUDIT_FORMAT "\"");
    assay_hint(err, "An audit is what \"assay validate CANDIDATE -o AUDIT.json\" writes.");
    return status;
}

enum assay_status assay_audit_facts_read(struct assay_json *doc, struct assay_audit_facts *facts,
                                         struct assay_error *err)
{
    const struct cJSON *root = assay_json_root(doc);
    struct assay_audit_facts made = {.to = ASSAY_NO_DATE,
                                     .oe_ratio = assay_estimate_undefined(),
                                     .comparison = {.promotion = ASSAY_AUDIT_NO_PROMOTION}};
    enum assay_status status = check_format(doc, root, err);
    if (status == ASSAY_OK)
        status = want_day(doc, root, "created", &made.created, err);
    if (status == ASSAY_OK)
        status = read_models(doc, root, &made, err);
    if (status == ASSAY_OK)
        status = read_data(doc, root, &made, err);
    if (status == ASSAY_OK)
        status = read_verdict(doc, root, &made, err);
    if (status == ASSAY_OK && made.used > 0)
        status = read_measured(doc, root, &made, err);
    if (status == ASSAY_OK)
        *facts = made;
    return status;
}
