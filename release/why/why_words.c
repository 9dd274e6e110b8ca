#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/number.h"
#include "release/why/why_parts.h"

enum { COLUMNS = 100, NAME_COLUMNS = 26, RAW_COLUMNS = 20, CELL_SIZE = 4 * NAME_COLUMNS + 1 };

/* ---- texts that may be long ---- */

/* Text of one line, cut between characters where it takes more than `columns`, at most
 * NAME_COLUMNS. */
static const char *cut(const char *text, int columns, char out[CELL_SIZE])
{
    char shown[ASSAY_QUOTE_SIZE]; /* without control characters, up to 40 bytes */
    assay_quote_value(text, strlen(text), shown);
    size_t at = 0, kept = 0; /* kept: what fits with "..." behind it */
    for (int n = 0; shown[at] != '\0' && n < columns; n++) {
        if (n == columns - 3)
            kept = at;
        at += assay_utf8_length(shown + at, strlen(shown + at));
    }
    bool whole = shown[at] == '\0';
    snprintf(out, CELL_SIZE, "%.*s%s", (int)(whole ? at : kept), shown, whole ? "" : "...");
    return out;
}

/* A raw value as the table shows it. */
static const char *raw(const struct assay_why_case *why, size_t j, char out[CELL_SIZE])
{
    if (why->text[j] != NULL)
        return cut(why->text[j], RAW_COLUMNS, out);
    if (isnan(why->number[j]))
        return strcpy(out, "missing");
    char digits[ASSAY_NUMBER_SIZE];
    if (assay_number_print(why->number[j] + 0.0, digits) <= 12) /* never -0 */
        return strcpy(out, digits);
    snprintf(out, CELL_SIZE, "%.6g", why->number[j]);
    return out;
}

/* Adds a sentence in lines of COLUMNS. Words are not broken: names were cut before. */
static void put_wrapped(struct assay_text *text, const struct assay_text *sentence)
{
    const char *at = sentence->data;
    int column = 0;
    text->failed = text->failed || sentence->failed;
    while (!text->failed && at != NULL && *at != '\0') {
        size_t length = strcspn(at, " ");
        char word[256];
        snprintf(word, sizeof word, "%.*s", (int)length, at);
        int width = assay_display_width(word);
        if (column > 0 && column + 1 + width > COLUMNS) {
            assay_text_putc(text, '\n');
            column = 0;
        }
        if (column > 0)
            assay_text_putc(text, ' ');
        column += width + (column > 0);
        assay_text_add(text, at, length);
        at += length + (at[length] == ' ');
    }
    assay_text_putc(text, '\n');
}

/* ---- the head ---- */

static double shown(double value, int decimals)
{
    return assay_number_unsigned_zero(value, decimals);
}

/* No event is certain, and none ruled out. */
static void say_probability(double prob, struct assay_text *text)
{
    if (prob < 0.0005)
        assay_text_puts(text, " below 0.1%");
    else if (prob >= 0.9995)
        assay_text_puts(text, " above 99.9%");
    else
        assay_text_printf(text, " %.1f%%", 100 * prob);
}

static void say_score(const struct assay_why_case *why, struct assay_text *text)
{
    char name[ASSAY_QUOTE_SIZE], day[ASSAY_DATE_SIZE];
    const struct assay_model *model = why->model;
    assay_text_puts(text, assay_quote_value(why->account, strlen(why->account), name));
    if (why->as_of != ASSAY_NO_DATE)
        assay_text_printf(text, ", snapshot of %s", assay_date_print(why->as_of, day));
    if (why->score.dropped) {
        assay_text_puts(text, ": no score");
        return;
    }
    const char *zone = model->spec.zones[why->score.zone].name;
    assay_text_printf(text, ": score %.1f, %s; probability of the event",
                      shown(why->score.score, 1), assay_quote_value(zone, strlen(zone), name));
    if (model->spec.outcome.date != NULL)
        assay_text_printf(text, " within %d days", (int)model->spec.outcome.horizon_days);
    say_probability(why->score.probability, text);
}

static void say_source(const struct assay_why_case *why, struct assay_text *text)
{
    char name[ASSAY_QUOTE_SIZE], version[ASSAY_QUOTE_SIZE], label[ASSAY_QUOTE_SIZE];
    const struct assay_model *model = why->model;
    const char *slash = strrchr(why->source, '/'),
               *source = slash != NULL ? slash + 1 : why->source;
    assay_text_printf(text, "By %s %s",
                      assay_quote_value(model->spec.name, strlen(model->spec.name), name),
                      assay_quote_value(model->version, strlen(model->version), version));
    if (model->digest[0] != '\0')
        assay_text_printf(text, " (%.19s...)", model->digest);
    assay_text_printf(text, ", from line %zu of %s", why->line,
                      assay_quote_value(source, strlen(source), name));
    if (why->n_same_day > 1)
        assay_text_printf(text, ", the last of %zu rows of the account on that day",
                          why->n_same_day);
    if (model->cohorts.n_node > 1) {
        assay_cohort_label(&model->cohorts, why->score.cohort, label, sizeof label);
        assay_text_printf(text, "; compared with %s",
                          why->score.cohort == 0 ? "all accounts"
                                                 : assay_quote_value(label, strlen(label), name));
    }
    assay_text_putc(text, '.');
}

static void say_line(const struct assay_why_case *why, struct assay_text *text)
{
    const struct assay_model *model = why->model;
    if (why->score.dropped)
        return;
    assay_text_printf(
        text, "%s: accounts are at risk below a score of %.1f, a probability of %.1f%%.",
        why->score.score < model->at_risk_score ? "Flagged" : "Not flagged",
        shown(model->at_risk_score, 1), 100 * assay_terms_line(model, why->score.terms));
}

/* ---- what the score rests on ---- */

static void say_plan(const struct assay_why_case *why, struct assay_text *text)
{
    char name[ASSAY_QUOTE_SIZE];
    if (why->score.unseen_plan && why->plan != NULL)
        assay_text_printf(text, "The plan \"%s\" was not in the history of the model.",
                          assay_quote_value(why->plan, strlen(why->plan), name));
}

static void say_weights(const struct assay_why_case *why, struct assay_text *text)
{
    char column[ASSAY_QUOTE_SIZE], value[ASSAY_QUOTE_SIZE];
    const struct assay_model *model = why->model;
    if (model->n_segment_model == 0 || why->models_by == NULL)
        return;
    assay_quote_value(model->spec.fit.models_by, strlen(model->spec.fit.models_by), column);
    assay_quote_value(why->models_by, strlen(why->models_by), value);
    if (why->score.terms.weights != NULL)
        assay_text_printf(text, "The weights are those of %s \"%s\".", column, value);
    else
        assay_text_printf(text,
                          "The weights are the common ones: %s \"%s\" was not in the history of "
                          "the model.",
                          column, value);
}

static void say_whose_line(const struct assay_why_case *why, struct assay_text *text)
{
    char column[ASSAY_QUOTE_SIZE], value[ASSAY_QUOTE_SIZE];
    const struct assay_model *model = why->model;
    const struct assay_model_segment_line *line = why->score.terms.line;
    if (model->n_segment_line == 0 || why->line_by == NULL)
        return;
    assay_quote_value(model->spec.line.by, strlen(model->spec.line.by), column);
    assay_quote_value(why->line_by, strlen(why->line_by), value);
    if (line != NULL && !line->common)
        assay_text_printf(text, "The at-risk line is that of %s \"%s\".", column, value);
    else
        assay_text_printf(text, "The at-risk line is the common one: %s \"%s\" %s.", column, value,
                          line == NULL ? "was not in the history of the model"
                                       : "had too few events for one of its own");
}

/* Whether other signals of the dimension say what stands in for signal j (core/signal/normalise.h); else all
 * signals do. */
static bool dimension_speaks(const struct assay_why_case *why, size_t j)
{
    const struct assay_signal_spec *signals = why->model->spec.signals;
    const double *weight = assay_terms_weight(why->model, why->score.terms);
    double present = 0;
    for (size_t k = 0; k < why->model->n_signal; k++) {
        bool waits = why->missing[k] && (signals[k].missing == ASSAY_RENORMALISE ||
                                         signals[k].missing == ASSAY_RENORMALISE_DIMENSION);
        if (!waits && strcmp(signals[k].dimension, signals[j].dimension) == 0)
            present += weight[k];
    }
    return present > 0;
}

static void say_average(const struct assay_why_case *why, size_t j, struct assay_text *text)
{
    char dimension[ASSAY_QUOTE_SIZE];
    const struct assay_signal_spec *signal = &why->model->spec.signals[j];
    assay_text_printf(text, "and %.1f, the weighted mean of the ", shown(why->s[j], 1));
    if (signal->missing == ASSAY_RENORMALISE_DIMENSION && dimension_speaks(why, j))
        assay_text_printf(
            text, "%s signals",
            assay_quote_value(signal->dimension, strlen(signal->dimension), dimension));
    else
        assay_text_puts(text, "signals");
    assay_text_puts(text, " that are there, stands in.");
}

/* A signal without a value: what stands in for it. */
static void say_missing(const struct assay_why_case *why, size_t j, struct assay_text *text)
{
    char name[ASSAY_QUOTE_SIZE], value[ASSAY_QUOTE_SIZE];
    const struct assay_signal_spec *signal = &why->model->spec.signals[j];
    if (!why->missing[j])
        return;
    assay_quote_value(signal->name, strlen(signal->name), name);
    if (why->text[j] != NULL)
        assay_text_printf(text,
                          "%s is \"%s\", for which the model has no points: it counts as missing, ",
                          name, assay_quote_value(why->text[j], strlen(why->text[j]), value));
    else
        assay_text_printf(text, "%s is missing, ", name);
    switch (signal->missing) {
    case ASSAY_DROP:
        assay_text_puts(text, "and without it the model gives no score.");
        break;
    case ASSAY_NEUTRAL:
        assay_text_puts(text, "and a neutral 50 stands in.");
        break;
    case ASSAY_INDICATOR:
        assay_text_puts(text, "and its points are those that the model gives to a missing value.");
        break;
    case ASSAY_POINTS:
        assay_text_printf(text, "and the declared %.4g stands in.", signal->missing_points);
        break;
    case ASSAY_RENORMALISE:
    case ASSAY_RENORMALISE_DIMENSION:
        say_average(why, j, text);
        break;
    case ASSAY_MISSING_POLICIES: /* their number */
        break;
    }
}

static void say_rounding(const struct assay_why_case *why, struct assay_text *text)
{
    const struct assay_rounding_spec *rounding = &why->model->spec.rounding;
    assay_text_printf(text, ". %s, the score is %.2f.",
                      !rounding->dimensions ? "Rounded to a whole number"
                      : !rounding->score    ? "With the averages of dimensions rounded first"
                                            : "With the averages of dimensions rounded first, and "
                                              "rounded to a whole number",
                      shown(why->score.score, 2));
}

static void say_sum(const struct assay_why_case *why, struct assay_text *text)
{
    double after = why->neutral + why->points_sum;
    if (why->score.dropped)
        return;
    assay_text_printf(text,
                      "With every signal at 50 the score would be %.2f; the points %s %.2f, to "
                      "%.2f",
                      shown(why->neutral, 2), why->points_sum < 0 ? "take off" : "add",
                      fabs(why->points_sum), shown(after, 2));
    if (why->unclamped < 0)
        assay_text_puts(text, ". Scores stop at 0.");
    else if (why->unclamped > 100)
        assay_text_puts(text, ". Scores stop at 100.");
    else if (why->model->spec.rounding.dimensions || why->model->spec.rounding.score)
        say_rounding(why, text);
    else
        assay_text_puts(text, ", which is the score.");
}

/* ---- the table ---- */

/* `text` in so many columns, to the left or to the right. */
static void put_cell(struct assay_text *out, const char *text, int columns, bool left)
{
    int blanks = columns - assay_display_width(text);
    if (left)
        assay_text_puts(out, text);
    for (int k = 0; k < blanks; k++)
        assay_text_putc(out, ' ');
    if (!left)
        assay_text_puts(out, text);
}

static void put_interval(struct assay_text *out, const struct assay_estimate *weight)
{
    char text[48] = "";
    if (!isnan(weight->low))
        snprintf(text, sizeof text, "[%.1f, %.1f]", shown(100 * weight->low, 1),
                 shown(100 * weight->high, 1));
    assay_text_puts(out, "  ");
    put_cell(out, text, 16, false);
}

struct widths {
    int name, raw;
    bool intervals; /* some weight has one */
};

static struct widths measure(const struct assay_why_case *why)
{
    struct widths widths = {.name = 6, .raw = 3}; /* "signal", "raw" */
    char cell[CELL_SIZE];
    for (size_t j = 0; j < why->model->n_signal; j++) {
        int name = assay_display_width(cut(why->model->spec.signals[j].name, NAME_COLUMNS, cell));
        int value = assay_display_width(raw(why, j, cell));
        widths.name = name > widths.name ? name : widths.name;
        widths.raw = value > widths.raw ? value : widths.raw;
        widths.intervals = widths.intervals || !isnan(assay_why_weight(why, j).low);
    }
    return widths;
}

static void put_row(const struct assay_why_case *why, size_t j, struct widths widths,
                    struct assay_text *text)
{
    char cell[CELL_SIZE];
    struct assay_estimate weight = assay_why_weight(why, j);
    put_cell(text, cut(why->model->spec.signals[j].name, NAME_COLUMNS, cell), widths.name, true);
    assay_text_puts(text, "  ");
    put_cell(text, raw(why, j, cell), widths.raw, false);
    assay_text_printf(text, "  %10.1f  %6.1f", shown(why->s[j], 1), shown(100 * weight.value, 1));
    if (widths.intervals)
        put_interval(text, &weight);
    assay_text_printf(text, "  %+7.2f\n", shown(why->points[j], 2));
}

static void put_table(const struct assay_why_case *why, struct assay_text *text)
{
    struct widths widths = measure(why);
    int before = widths.name + 2 + widths.raw + 2 + 10 + 2 + 6 + (widths.intervals ? 18 : 0);
    put_cell(text, "signal", widths.name, true);
    assay_text_puts(text, "  ");
    put_cell(text, "raw", widths.raw, false);
    assay_text_printf(text, "  normalised  weight%s   points\n",
                      widths.intervals ? "      95% interval" : "");
    for (size_t k = 0; k < why->model->n_signal; k++)
        put_row(why, why->order[k], widths, text);
    put_cell(text, "all signals", before, true);
    assay_text_printf(text, "  %+7.2f\n", shown(why->points_sum, 2));
}

/* ---- the whole ---- */

static void put_sentence(const struct assay_why_case *why, struct assay_text *text,
                         void (*say)(const struct assay_why_case *why, struct assay_text *text))
{
    struct assay_text sentence = {0};
    say(why, &sentence);
    if (sentence.length > 0 || sentence.failed)
        put_wrapped(text, &sentence);
    assay_text_clear(&sentence);
}

static void put_missing(const struct assay_why_case *why, struct assay_text *text)
{
    struct assay_text sentence = {0};
    for (size_t k = 0; k < why->model->n_signal; k++) {
        size_t j = why->order[k];
        assay_text_reset(&sentence);
        if (!why->score.dropped || assay_why_bars(why, j))
            say_missing(why, j, &sentence);
        if (sentence.length > 0 || sentence.failed)
            put_wrapped(text, &sentence);
    }
    assay_text_clear(&sentence);
}

void assay_why_words(const struct assay_why_case *why, struct assay_text *text)
{
    put_sentence(why, text, say_score);
    put_sentence(why, text, say_line);
    put_sentence(why, text, say_source);
    if (!why->score.dropped) {
        assay_text_putc(text, '\n');
        put_table(why, text);
        assay_text_putc(text, '\n');
        put_sentence(why, text, say_sum);
        put_sentence(why, text, say_plan);
        put_sentence(why, text, say_weights);
        put_sentence(why, text, say_whose_line);
    }
    put_missing(why, text);
}
