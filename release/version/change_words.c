#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/memory.h"
#include "core/base/number.h"
#include "release/version/change_parts.h"

/* ---- lines of at most 100 columns ---- */

enum { WIDTH = 100 };

/* The sentence with its words between blanks, as a list item where the lead is "- "; later lines
 * stand under the first word. A word longer than a line has one of its own. */
static void add_wrapped(struct assay_text *text, const char *lead, const char *sentence)
{
    size_t column = strlen(lead), margin = column;
    bool first = true;
    assay_text_puts(text, lead);
    for (const char *at = sentence + strspn(sentence, " "); *at != '\0'; at += strspn(at, " ")) {
        struct assay_text word = {0};
        size_t length = strcspn(at, " ");
        assay_text_add(&word, at, length);
        size_t wide = word.failed ? length : (size_t)assay_display_width(word.data);
        assay_text_clear(&word);
        if (!first && column + 1 + wide > WIDTH) {
            assay_text_printf(text, "\n%*s", (int)margin, "");
            column = margin;
        } else if (!first) {
            assay_text_putc(text, ' ');
            column++;
        }
        assay_text_add(text, at, length);
        column += wide;
        at += length;
        first = false;
    }
    assay_text_putc(text, '\n');
}

/* What is being put into words; `line` is scratch. */
struct words {
    struct assay_json *doc;
    struct assay_text *text;
    struct assay_text line;
    struct assay_error *err;
};

/* Ends the line that is being made. */
static void end_line(struct words *words, const char *lead)
{
    add_wrapped(words->text, lead, words->line.length > 0 ? words->line.data : "");
    assay_text_reset(&words->line);
}

static void add_heading(struct words *words, const char *heading)
{
    assay_text_putc(words->text, '\n');
    add_wrapped(words->text, "", heading);
    assay_text_putc(words->text, '\n');
}

/* A name as the lists show it: control characters and what is too long are replaced. */
static void add_name(struct words *words, const char *name)
{
    char quoted[ASSAY_QUOTE_SIZE];
    assay_text_puts(&words->line, assay_quote_value(name, strlen(name), quoted));
}

/* ---- weights ---- */

struct weight_row {
    const char *name;
    struct assay_estimate before, after; /* NaN: no such signal */
    double points;
    size_t place;
};

/* {"weight", "interval"}, or null. */
static enum assay_status read_weight(struct words *words, const struct cJSON *row, const char *key,
                                     struct assay_estimate *weight)
{
    const struct cJSON *part, *interval;
    *weight = assay_estimate_undefined();
    if (assay_json_is_null(assay_json_get(row, key)))
        return ASSAY_OK;
    enum assay_status status = assay_json_want_object(words->doc, row, key, &part, words->err);
    if (status == ASSAY_OK)
        status = assay_json_want_number(words->doc, part, "weight", &weight->value, words->err);
    if (status != ASSAY_OK || assay_json_is_null(assay_json_get(part, "interval")))
        return status;
    status = assay_json_want_array(words->doc, part, "interval", &interval, words->err);
    if (status != ASSAY_OK)
        return status;
    const struct cJSON *low = assay_json_first(interval);
    const struct cJSON *high = low != NULL ? assay_json_next(low) : NULL;
    if (assay_json_count(interval) != 2 || !assay_json_is_number(low) ||
        !assay_json_is_number(high))
        return assay_json_wrong(words->doc, interval, words->err, "[low, high]");
    weight->low = assay_json_number(low);
    weight->high = assay_json_number(high);
    return ASSAY_OK;
}

static enum assay_status read_row(struct words *words, const struct cJSON *object,
                                  struct weight_row *row)
{
    if (!assay_json_is_object(object))
        return assay_json_wrong(words->doc, object, words->err, "the weights of a signal");
    enum assay_status status =
        assay_json_want_string(words->doc, object, "name", &row->name, words->err);
    if (status == ASSAY_OK)
        status = read_weight(words, object, "before", &row->before);
    if (status == ASSAY_OK)
        status = read_weight(words, object, "after", &row->after);
    if (status == ASSAY_OK && isnan(row->before.value) && isnan(row->after.value))
        return assay_json_wrong(words->doc, object, words->err, "a weight before or after");
    return status != ASSAY_OK
               ? status
               : assay_json_want_number(words->doc, object, "points", &row->points, words->err);
}

/* The largest change first; equal ones in the models' order. */
static int by_change(const void *a, const void *b)
{
    const struct weight_row *left = a, *right = b;
    double more = fabs(right->points) - fabs(left->points);
    if (more != 0)
        return more > 0 ? 1 : -1;
    return left->place < right->place ? -1 : 1;
}

static bool is_within(const struct weight_row *row)
{
    return row->after.low <= row->before.value && row->before.value <= row->after.high;
}

static void add_interval(struct assay_text *line, const struct assay_estimate *weight)
{
    if (!isnan(weight->low))
        assay_text_printf(line, " [%.1f, %.1f]", assay_number_unsigned_zero(100 * weight->low, 1),
                          assay_number_unsigned_zero(100 * weight->high, 1));
}

static void add_weight(struct words *words, const struct weight_row *row)
{
    struct assay_text *line = &words->line;
    add_name(words, row->name);
    if (isnan(row->after.value)) {
        assay_text_printf(line, ": removed, had %.1f points", 100 * row->before.value);
    } else if (isnan(row->before.value)) {
        assay_text_printf(line, ": added with %.1f points", 100 * row->after.value);
        add_interval(line, &row->after);
    } else {
        assay_text_puts(line, ": weight ");
        assay_describe_pair(line, 100 * row->before.value, 100 * row->after.value, 'f', 1);
        assay_text_puts(line, " points");
        add_interval(line, &row->after);
        assay_text_printf(line, " (%+.1f%s)", assay_number_unsigned_zero(row->points, 1),
                          is_within(row) ? ", within its interval" : "");
    }
    end_line(words, "- ");
}

static void add_weights(struct words *words, const struct weight_row rows[], size_t n)
{
    size_t n_same = 0;
    bool any_within = false;
    for (size_t k = 0; k < n; k++) {
        n_same += rows[k].before.value == rows[k].after.value;
        any_within = any_within || (rows[k].points != 0 && is_within(&rows[k]));
    }
    if (n_same == n) {
        assay_text_puts(words->text, "\nNo weight changed.\n");
        return;
    }
    add_heading(
        words,
        any_within
            ? "Weights of 100 points, the largest change first, with the 95% interval of the "
              "newer one. Within its interval: it holds the earlier weight too, so that the "
              "change may be chance."
            : "Weights of 100 points, the largest change first, with the 95% interval of the "
              "newer one:");
    for (size_t k = 0; k < n; k++)
        if (rows[k].before.value != rows[k].after.value)
            add_weight(words, &rows[k]);
    if (n_same > 0)
        assay_text_printf(words->text, "- unchanged: %zu other%s\n", n_same, n_same > 1 ? "s" : "");
}

static enum assay_status say_weights(struct words *words, const struct cJSON *changes)
{
    const struct cJSON *list;
    enum assay_status status =
        assay_json_want_array(words->doc, changes, "weights", &list, words->err);
    if (status != ASSAY_OK)
        return status;
    size_t n = assay_json_count(list), k = 0;
    struct weight_row *rows = assay_alloc(n, sizeof *rows);
    if (rows == NULL)
        return assay_fail_memory(words->err, "putting changes into words");
    for (const struct cJSON *object = assay_json_first(list); object != NULL && status == ASSAY_OK;
         object = assay_json_next(object), k++) {
        status = read_row(words, object, &rows[k]);
        rows[k].place = k;
    }
    if (status == ASSAY_OK) {
        qsort(rows, n, sizeof *rows, by_change);
        add_weights(words, rows, n);
    }
    free(rows);
    return status;
}

/* ---- baselines ---- */

struct baseline_row {
    const char *name;
    bool method;
    double mean, largest; /* mean -1: not comparable */
    size_t place;
};

static enum assay_status read_baseline(struct words *words, const struct cJSON *object,
                                       struct baseline_row *row)
{
    if (!assay_json_is_object(object))
        return assay_json_wrong(words->doc, object, words->err, "a baseline");
    bool comparable = !assay_json_is_null(assay_json_get(object, "mean"));
    enum assay_status status =
        assay_json_want_string(words->doc, object, "name", &row->name, words->err);
    row->mean = -1;
    if (status == ASSAY_OK)
        status = assay_json_want_bool(words->doc, object, "method", &row->method, words->err);
    if (status == ASSAY_OK && comparable)
        status = assay_json_want_number(words->doc, object, "mean", &row->mean, words->err);
    if (status == ASSAY_OK && comparable)
        status = assay_json_want_number(words->doc, object, "largest", &row->largest, words->err);
    return status;
}

static int by_mean(const void *a, const void *b)
{
    const struct baseline_row *left = a, *right = b;
    if (left->mean != right->mean)
        return left->mean < right->mean ? 1 : -1;
    return left->place < right->place ? -1 : 1;
}

static void add_baseline(struct words *words, const struct baseline_row *row)
{
    add_name(words, row->name);
    if (row->mean < 0)
        assay_text_puts(&words->line, ": not to be compared, its values are of another kind");
    else
        assay_text_printf(&words->line, ": %.1f on average, %+.1f at most%s", row->mean,
                          assay_number_unsigned_zero(row->largest, 1),
                          row->method ? ", by another method or table" : "");
    end_line(words, "- ");
}

static enum assay_status say_baselines(struct words *words, const struct cJSON *changes)
{
    const struct cJSON *list;
    enum assay_status status =
        assay_json_want_array(words->doc, changes, "baselines", &list, words->err);
    if (status != ASSAY_OK)
        return status;
    size_t n = assay_json_count(list), k = 0;
    struct baseline_row *rows = assay_alloc(n, sizeof *rows);
    if (rows == NULL)
        return assay_fail_memory(words->err, "putting changes into words");
    for (const struct cJSON *object = assay_json_first(list); object != NULL && status == ASSAY_OK;
         object = assay_json_next(object), k++) {
        status = read_baseline(words, object, &rows[k]);
        rows[k].place = k;
    }
    if (status == ASSAY_OK && n == 0)
        assay_text_puts(words->text, "\nNo baseline moved.\n");
    if (status == ASSAY_OK && n > 0) {
        qsort(rows, n, sizeof *rows, by_mean);
        add_heading(words,
                    "Baselines that moved, the farthest first: points of 100 by which the same raw "
                    "value now counts as healthier (+) or less healthy (-).");
        for (k = 0; k < n; k++)
            add_baseline(words, &rows[k]);
    }
    free(rows);
    return status;
}

/* ---- intercept, line and zones ---- */

/* object[key] {"before", "after"} of numbers, or of objects with `field`. */
static enum assay_status read_pair(struct words *words, const struct cJSON *object, const char *key,
                                   const char *field, double pair[2])
{
    static const char *const sides[2] = {"before", "after"};
    const struct cJSON *part, *side;
    enum assay_status status = assay_json_want_object(words->doc, object, key, &part, words->err);
    for (size_t k = 0; k < 2 && status == ASSAY_OK; k++) {
        if (field == NULL) {
            status = assay_json_want_number(words->doc, part, sides[k], &pair[k], words->err);
            continue;
        }
        status = assay_json_want_object(words->doc, part, sides[k], &side, words->err);
        if (status == ASSAY_OK)
            status = assay_json_want_number(words->doc, side, field, &pair[k], words->err);
    }
    return status;
}

static void add_pair(struct words *words, const char *what, const double pair[2], char style,
                     int digits)
{
    assay_text_printf(&words->line, "%s ", what);
    assay_describe_pair(&words->line, pair[0], pair[1], style, digits);
    if (pair[0] == pair[1])
        assay_text_puts(&words->line, " as before");
}

static enum assay_status say_line(struct words *words, const struct cJSON *changes)
{
    double intercept[2], probability[2], score[2];
    enum assay_status status = read_pair(words, changes, "intercept", NULL, intercept);
    if (status == ASSAY_OK)
        status = read_pair(words, changes, "line", "probability", probability);
    if (status == ASSAY_OK)
        status = read_pair(words, changes, "line", "score", score);
    if (status != ASSAY_OK)
        return status;
    add_heading(words, "Intercept, line and zones:");
    add_pair(words, "intercept:", intercept, 'g', 4);
    assay_text_puts(&words->line, ", log-odds");
    end_line(words, "- ");
    add_pair(words, "at-risk line: probability", probability, 'g', 3);
    add_pair(words, ", score", score, 'f', 1);
    end_line(words, "- ");
    return ASSAY_OK;
}

static enum assay_status add_zones(struct words *words, const struct cJSON *zones, const char *key)
{
    const struct cJSON *list;
    enum assay_status status = assay_json_want_array(words->doc, zones, key, &list, words->err);
    if (status != ASSAY_OK)
        return status;
    for (const struct cJSON *zone = assay_json_first(list); zone != NULL;
         zone = assay_json_next(zone)) {
        const char *name;
        double from;
        if (!assay_json_is_object(zone))
            return assay_json_wrong(words->doc, zone, words->err, "a zone");
        status = assay_json_want_string(words->doc, zone, "name", &name, words->err);
        if (status == ASSAY_OK)
            status = assay_json_want_number(words->doc, zone, "from", &from, words->err);
        if (status != ASSAY_OK)
            return status;
        if (zone != assay_json_first(list))
            assay_text_puts(&words->line, ", ");
        add_name(words, name);
        assay_text_puts(&words->line, " from ");
        assay_describe_number(&words->line, from, "");
    }
    return ASSAY_OK;
}

static enum assay_status say_zones(struct words *words, const struct cJSON *changes)
{
    const struct cJSON *zones = assay_json_get(changes, "zones");
    if (assay_json_is_null(zones)) {
        assay_text_puts(words->text, "- zones: as before\n");
        return ASSAY_OK;
    }
    enum assay_status status =
        assay_json_want_object(words->doc, changes, "zones", &zones, words->err);
    assay_text_puts(&words->line, "zones: ");
    if (status == ASSAY_OK)
        status = add_zones(words, zones, "after");
    assay_text_puts(&words->line, "; before: ");
    if (status == ASSAY_OK)
        status = add_zones(words, zones, "before");
    if (status == ASSAY_OK)
        end_line(words, "- ");
    return status;
}

/* ---- reasons ---- */

static enum assay_status say_reasons(struct words *words, const struct cJSON *reasons,
                                     enum assay_level level)
{
    static const char *const headings[4] = {
        NULL, "Asking for a patch:", "Asking for a minor version:", "Asking for a major version:"};
    const struct cJSON *list;
    enum assay_status status =
        assay_json_want_array(words->doc, reasons, assay_level_names[level], &list, words->err);
    if (status != ASSAY_OK || assay_json_count(list) == 0)
        return status;
    add_heading(words, headings[level]);
    for (const struct cJSON *reason = assay_json_first(list); reason != NULL;
         reason = assay_json_next(reason)) {
        if (!assay_json_is_string(reason))
            return assay_json_wrong(words->doc, reason, words->err, "a sentence");
        add_wrapped(words->text, "- ", assay_json_string(reason));
    }
    return ASSAY_OK;
}

static enum assay_status say_all(struct words *words, const struct cJSON *changes)
{
    static const char *const openings[4] = {
        "Nothing changed but the version, what it came from and the date.",
        "A patch: scores are the same, texts or evidence are not.",
        "A minor change: scores come out differently.",
        "A major change: what scorers are given, or what the answer means, is different."};
    const struct cJSON *reasons;
    size_t level;
    enum assay_status status = assay_json_want_word(words->doc, changes, "level", assay_level_names,
                                                    4, &level, words->err);
    if (status == ASSAY_OK)
        status = assay_json_want_object(words->doc, changes, "reasons", &reasons, words->err);
    if (status != ASSAY_OK)
        return status;
    add_wrapped(words->text, "", openings[level]);
    if (level > ASSAY_LEVEL_PATCH)
        status = say_weights(words, changes);
    if (status == ASSAY_OK && level > ASSAY_LEVEL_PATCH)
        status = say_baselines(words, changes);
    if (status == ASSAY_OK && level > ASSAY_LEVEL_PATCH)
        status = say_line(words, changes);
    if (status == ASSAY_OK && level > ASSAY_LEVEL_PATCH)
        status = say_zones(words, changes);
    for (enum assay_level k = ASSAY_LEVEL_MAJOR; status == ASSAY_OK && k > ASSAY_LEVEL_NONE; k--)
        status = say_reasons(words, reasons, k);
    return status;
}

enum assay_status assay_change_words(struct assay_json *doc, const struct cJSON *changes,
                                     struct assay_text *text, struct assay_error *err)
{
    struct assay_text said = {0};
    struct words words = {.doc = doc, .text = &said, .err = err};
    enum assay_status status = say_all(&words, changes);
    if (status == ASSAY_OK && (said.failed || words.line.failed))
        status = assay_fail_memory(err, "putting changes into words");
    if (status == ASSAY_OK)
        assay_text_add(text, said.data, said.length);
    assay_text_clear(&said);
    assay_text_clear(&words.line);
    return status;
}
