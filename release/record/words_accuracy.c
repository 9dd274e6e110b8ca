#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/base/number.h"
#include "release/record/look.h"
#include "release/record/markdown.h"
#include "release/record/markdown_table.h"
#include "release/record/words_parts.h"

enum direction { LESS = -1, NEITHER = 0, MORE = 1 };

/* In the order of the tables. Differences have a digit more, but for percentages. */
static const struct metric {
    const char *key, *name;
    double unit;
    int digits, difference_digits;
    enum direction better;
    bool audited; /* stands in the audit's table */
} metrics[] = {
    {"auc", "AUC", 1, 3, 4, MORE, true},
    {"brier", "Brier score", 1, 4, 5, LESS, true},
    {"log_loss", "log loss", 1, 4, 5, LESS, true},
    {"sensitivity", "sensitivity, %", 100, 1, 1, MORE, true},
    {"specificity", "specificity, %", 100, 1, 1, MORE, true},
    {"ppv", "precision (PPV), %", 100, 1, 1, MORE, true},
    {"npv", "NPV, %", 100, 1, 1, MORE, true},
    {"flagged_share", "flagged, %", 100, 1, 1, NEITHER, true},
    {"net_benefit", "net benefit at the line", 1, 4, 5, MORE, true},
    {"calibration_intercept", "calibration intercept", 1, 3, 3, NEITHER, true},
    {"calibration_slope", "calibration slope", 1, 3, 3, NEITHER, true},
    {"oe_ratio", "observed / expected", 1, 3, 3, NEITHER, true},
    {"flagged", "snapshots flagged", 1, 0, 0, NEITHER, false},
};
enum { METRICS = sizeof metrics / sizeof *metrics };

static const struct metric *metric_named(const char *key)
{
    for (size_t k = 0; key != NULL && k < METRICS; k++)
        if (strcmp(metrics[k].key, key) == 0)
            return &metrics[k];
    return NULL;
}

/* ---- cells ---- */

static void put_cell(struct assay_markdown_table *table, const struct metric *metric,
                     struct assay_estimate estimate)
{
    double unit = metric->unit, value = estimate.value, low = estimate.low, high = estimate.high;
    int digits = metric->digits;
    char grouped[ASSAY_GROUPED_SIZE];
    if (isnan(value))
        assay_markdown_table_put(table, "");
    else if (digits == 0)
        assay_markdown_table_put(table, assay_number_group(value, grouped));
    else if (isnan(low))
        assay_markdown_table_printf(table, "%.*f", digits,
                                    assay_number_unsigned_zero(unit * value, digits));
    else
        assay_markdown_table_printf(table, "%.*f [%.*f, %.*f]", digits,
                                    assay_number_unsigned_zero(unit * value, digits), digits,
                                    assay_number_unsigned_zero(unit * low, digits), digits,
                                    assay_number_unsigned_zero(unit * high, digits));
}

enum { SIGNED_SIZE = 352 }; /* any double with its decimals */

/* With its sign, which what prints as 0 has not. */
static const char *with_sign(double value, int digits, char out[SIGNED_SIZE])
{
    value = assay_number_unsigned_zero(value, digits);
    snprintf(out, SIGNED_SIZE, value == 0 ? "%.*f" : "%+.*f", digits, value);
    return out;
}

static void put_difference(struct assay_markdown_table *table, const struct metric *metric,
                           struct assay_estimate d)
{
    double unit = metric->unit;
    int digits = metric->difference_digits;
    char value[SIGNED_SIZE], low[SIGNED_SIZE], high[SIGNED_SIZE];
    if (isnan(d.value))
        assay_markdown_table_put(table, "");
    else if (isnan(d.low))
        assay_markdown_table_put(table, with_sign(unit * d.value, digits, value));
    else
        assay_markdown_table_printf(table, "%s [%s, %s]", with_sign(unit * d.value, digits, value),
                                    with_sign(unit * d.low, digits, low),
                                    with_sign(unit * d.high, digits, high));
}

/* ---- before and after ---- */

/* The audit's interval of this figure, where it is of the same rows: it says the same value. */
static struct assay_estimate with_interval(const struct cJSON *record, const char *key,
                                           double value)
{
    const struct cJSON *metric =
        assay_look_at(assay_look_at(assay_look_at(record, "audit"), "metrics"), key);
    struct assay_estimate audited = assay_look_estimate(metric);
    if (fabs(audited.value - value) <= 1e-9 * fmax(1, fabs(value)))
        return audited;
    return assay_estimate_without_interval(value);
}

static const char *version_of(const struct cJSON *object)
{
    const char *version = assay_look_text(object, "version");
    return version != NULL ? version : "?";
}

static void put_comparison(const struct cJSON *record, const struct cJSON *accuracy,
                           struct assay_text *text)
{
    const struct cJSON *before = assay_look_at(accuracy, "before"),
                       *after = assay_look_at(accuracy, "after"),
                       *differences = assay_look_at(accuracy, "differences");
    struct assay_markdown_table table = {.n_column = 4, .n_left = 1};
    assay_markdown_table_put(&table, "metric");
    assay_markdown_table_put_foreign(&table, version_of(assay_look_at(record, "previous")));
    assay_markdown_table_put_foreign(&table, version_of(record));
    assay_markdown_table_put(&table, "difference");
    for (size_t k = 0; k < METRICS; k++) {
        const struct metric *m = &metrics[k];
        double was = assay_look_number(before, m->key), is = assay_look_number(after, m->key);
        if (isnan(was) && isnan(is))
            continue;
        assay_markdown_table_put(&table, m->name);
        put_cell(&table, m, assay_estimate_without_interval(was));
        put_cell(&table, m, with_interval(record, m->key, is));
        put_difference(&table, m,
                       assay_look_estimate(assay_look_for(differences, "metric", m->key)));
    }
    assay_markdown_table_end(&table, text);
}

/* -1 worse, 1 better beyond chance; 0: the interval holds zero. */
static int standing(const struct metric *metric, struct assay_estimate d)
{
    int side = d.low > 0 ? 1 : d.high < 0 ? -1 : 0;
    return side * (int)metric->better;
}

static size_t put_names(const struct cJSON *differences, int wanted, const char *lead,
                        struct assay_text *line)
{
    size_t n = 0;
    for (const struct cJSON *d = assay_look_first(differences); d != NULL; d = assay_json_next(d)) {
        const struct metric *metric = metric_named(assay_look_text(d, "metric"));
        if (metric == NULL || standing(metric, assay_look_estimate(d)) != wanted)
            continue;
        /* its name without the unit of the table */
        assay_text_puts(line, n++ == 0 ? lead : ", ");
        assay_text_add(line, metric->name, strcspn(metric->name, ","));
    }
    if (n > 0)
        assay_text_puts(line, ". ");
    return n;
}

static void put_standing(const struct cJSON *differences, struct assay_text *line)
{
    size_t n = 0;
    for (const struct cJSON *d = assay_look_first(differences); d != NULL; d = assay_json_next(d))
        n += metric_named(assay_look_text(d, "metric")) != NULL &&
             !isnan(assay_look_estimate(d).low);
    if (n == 0) {
        assay_text_puts(
            line,
            "The differences have no interval: whether they are more than chance is not known.");
        return;
    }
    size_t better = put_names(differences, 1, "Better beyond chance: ", line);
    size_t worse = put_names(differences, -1, "Worse beyond chance: ", line);
    if (better + worse == 0)
        assay_text_puts(line, n == 1 ? "No worse, no better: the interval holds zero."
                                     : "No worse, no better: all intervals hold zero.");
    else if (better + worse < n)
        assay_text_puts(line, n - better - worse == 1 ? "The other interval holds zero."
                                                      : "The other intervals hold zero.");
}

static bool is_of_audit(const struct cJSON *accuracy)
{
    const char *source = assay_look_text(accuracy, "source");
    return source != NULL && strcmp(source, "audit") == 0;
}

/* A comparison on every row that the new model was fitted to did not ask whether the old one had
 * seen them. */
static void say_calibration(const struct cJSON *record, const struct cJSON *accuracy,
                            struct assay_text *line)
{
    double n = assay_look_number(accuracy, "n");
    assay_text_puts(line, "; ");
    assay_markdown_put(line, version_of(record));
    assay_text_puts(line, " by cross-validation. ");
    if (n == assay_look_number(assay_look_at(record, "model"), "rows")) {
        assay_markdown_put(line, version_of(assay_look_at(record, "previous")));
        assay_text_puts(line, " may have been fitted to some of them, which flatters it. ");
    }
}

static void say_comparison(const struct cJSON *record, const struct cJSON *accuracy,
                           struct assay_text *text, struct assay_text *line)
{
    bool audited = is_of_audit(accuracy);
    assay_text_puts(line, "On the same ");
    assay_words_count(line, assay_look_number(accuracy, "n"));
    assay_text_printf(line, " snapshots of the %s, ", audited ? "audit" : "calibration");
    assay_words_count(line, assay_look_number(accuracy, "events"));
    assay_text_puts(line, " with the event");
    if (audited)
        assay_text_puts(line, ". ");
    else
        say_calibration(record, accuracy, line);
    assay_text_puts(line, "Intervals are at 95%.");
    assay_words_paragraph(text, line);
    assay_text_putc(text, '\n');
    put_comparison(record, accuracy, text);
    put_standing(assay_look_at(accuracy, "differences"), line);
    assay_words_paragraph(text, line);
}

/* ---- the audit ---- */

static void put_days(const struct cJSON *object, struct assay_text *line)
{
    const char *from = assay_look_text(object, "from"), *to = assay_look_text(object, "to");
    if (from == NULL || to == NULL)
        return;
    if (strcmp(from, to) == 0)
        assay_text_printf(line, ", all of %s", from);
    else
        assay_text_printf(line, ", %s to %s", from, to);
}

static void say_verdict(const struct cJSON *audit, struct assay_text *line)
{
    const char *created = assay_look_text(audit, "created"),
               *headline = assay_look_text(audit, "headline"),
               *verdict = assay_look_text(audit, "verdict");
    double rows = assay_look_number(audit, "rows"), events = assay_look_number(audit, "events");
    assay_text_puts(line, "Audit");
    if (created != NULL)
        assay_text_printf(line, " of %s", created);
    if (rows > 0 && !isnan(events)) {
        assay_text_puts(line, " on ");
        assay_words_rows(line, rows, events);
        put_days(audit, line);
    }
    assay_text_puts(line, ": ");
    if (headline == NULL)
        headline = verdict != NULL ? verdict : "no verdict";
    assay_words_clause(line, headline);
    assay_text_putc(line, '.');
}

static void put_audited(const struct cJSON *figures, struct assay_text *text)
{
    struct assay_markdown_table table = {.n_column = 2, .n_left = 1};
    assay_markdown_table_put(&table, "metric");
    assay_markdown_table_put(&table, "value, 95% interval");
    for (size_t k = 0; k < METRICS; k++) {
        struct assay_estimate estimate =
            assay_look_estimate(assay_look_at(figures, metrics[k].key));
        if (!metrics[k].audited || isnan(estimate.value))
            continue;
        assay_markdown_table_put(&table, metrics[k].name);
        put_cell(&table, &metrics[k], estimate);
    }
    assay_text_putc(text, '\n');
    assay_markdown_table_end(&table, text);
}

/* Whether the audit is of this version, under its own digest or the candidate's. */
static bool is_of_version(const struct cJSON *record, const struct cJSON *audit)
{
    const struct cJSON *model = assay_look_at(record, "model");
    const char *audited = assay_look_text(audit, "model"),
               *digest = assay_look_text(model, "digest"),
               *candidate = assay_look_text(model, "candidate");
    return audited != NULL && ((digest != NULL && strcmp(audited, digest) == 0) ||
                               (candidate != NULL && strcmp(audited, candidate) == 0));
}

static void say_audit(const struct cJSON *record, const struct cJSON *audit, bool with_figures,
                      struct assay_text *text, struct assay_text *line)
{
    const struct cJSON *figures = assay_look_at(audit, "metrics");
    if (audit == NULL) {
        assay_text_puts(line, "No audit was given.");
    } else if (!is_of_version(record, audit)) {
        assay_text_puts(
            line,
            "The audit that was given is of another model: its figures are not this version's.");
    } else {
        say_verdict(audit, line);
    }
    assay_words_paragraph(text, line);
    if (with_figures && is_of_version(record, audit) && assay_look_first(figures) != NULL)
        put_audited(figures, text);
}

void assay_words_accuracy(const struct cJSON *record, struct assay_text *text)
{
    const struct cJSON *accuracy = assay_look_at(record, "accuracy");
    struct assay_text line = {0};
    assay_words_heading(text, "Accuracy");
    if (accuracy != NULL)
        say_comparison(record, accuracy, text, &line);
    else if (assay_look_at(record, "previous") != NULL) {
        assay_text_puts(
            &line, "Nothing compares this version with the one before it on the same snapshots.");
        assay_words_paragraph(text, &line);
    }
    say_audit(record, assay_look_at(record, "audit"), !is_of_audit(accuracy), text, &line);
    assay_text_clear(&line);
}
