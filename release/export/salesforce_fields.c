#include "release/export/salesforce_fields.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/signal/columns.h"
#include "release/export/salesforce_formula.h"

enum {
    MAX_CHARACTERS = 3900,
    MAX_COMPILED = 5000,
    MAX_NAME = 40,
    MAX_LOG_ODDS = 700, /* EXP and three digits before the point */
    SUFFIX_ROOM = 8,    /* "_filled" behind a stem, "_2" in it */
    LARGEST = 3         /* signals that a hint names */
};

#define SMALLEST 1e-20 /* of the numbers that are written out without an exponent */
#define HUGEST   1e20

/* ---- numbers and XML ---- */

void assay_salesforce_number(struct assay_text *out, double value)
{
    char text[ASSAY_NUMBER_SIZE], digits[ASSAY_NUMBER_SIZE];
    size_t length = assay_number_print(fabs(value), text), n = 0, point = 0;
    const char *exponent = memchr(text, 'e', length);
    long shift = exponent != NULL ? strtol(exponent + 1, NULL, 10) : 0;
    if (value < 0)
        assay_text_putc(out, '-');
    if (exponent == NULL) {
        assay_text_add(out, text, length);
        return;
    }
    for (const char *c = text; c < exponent; c++)
        if (*c == '.')
            point = n;
        else
            digits[n++] = *c;
    shift += (long)(point > 0 ? point : n) - (long)n; /* the value is digits times 10^shift */
    long before = (long)n + shift;
    if (before <= 0)
        assay_text_puts(out, "0.");
    for (long k = before; k < 0; k++)
        assay_text_putc(out, '0');
    for (size_t k = 0; k < n; k++) {
        if (before > 0 && (long)k == before)
            assay_text_putc(out, '.');
        assay_text_putc(out, digits[k]);
    }
    for (long k = 0; k < shift; k++)
        assay_text_putc(out, '0');
}

void assay_salesforce_xml(struct assay_text *out, const char *text, size_t length)
{
    for (const char *c = text; c < text + length; c++)
        if (*c == '&')
            assay_text_puts(out, "&amp;");
        else if (*c == '<')
            assay_text_puts(out, "&lt;");
        else if (*c == '>')
            assay_text_puts(out, "&gt;");
        else
            assay_text_putc(out, (unsigned char)*c < 0x20 && *c != '\n' && *c != '\t' ? ' ' : *c);
}

/* ---- names ---- */

/* An API name: a letter first, no two underscores together and none last, at most room bytes. */
static void clean_name(char out[ASSAY_SALESFORCE_NAME], const char *prefix, const char *identifier,
                       size_t room)
{
    size_t n = (size_t)snprintf(out, ASSAY_SALESFORCE_NAME, "%s", prefix);
    for (const char *c = identifier; *c != '\0' && n < room; c++) {
        if (*c == '_' && (n == 0 || out[n - 1] == '_'))
            continue;
        if (n == 0 && !isalpha((unsigned char)*c))
            out[n++] = 'x';
        out[n++] = *c;
    }
    while (n > 0 && out[n - 1] == '_')
        n--;
    if (n == 0)
        out[n++] = 'x';
    out[n] = '\0';
}

static bool is_taken(char (*const before)[ASSAY_SALESFORCE_NAME], size_t n, const char *name)
{
    for (size_t k = 0; k < n; k++)
        if (strcasecmp(before[k], name) == 0)
            return true;
    return false;
}

static void name_all(char (*names)[ASSAY_SALESFORCE_NAME], char *const identifiers[], size_t n,
                     const char *prefix)
{
    static const char *const reserved[] = {"Health_Cohort",   "Health_Rest",  "Health_Composite",
                                           "Health_Log_odds", "Health_Score", "Health_Probability",
                                           "Health_Zone"};
    for (size_t k = 0; k < n; k++) {
        bool again = true;
        for (size_t number = 1; again; number++) {
            clean_name(names[k], prefix, identifiers[k], MAX_NAME - SUFFIX_ROOM - 4);
            size_t stem = strlen(names[k]);
            if (number > 1)
                snprintf(names[k] + stem, ASSAY_SALESFORCE_NAME - stem, "_%zu", number);
            again = is_taken(names, k, names[k]);
            for (size_t r = 0; r < sizeof reserved / sizeof reserved[0]; r++)
                again = again || strcasecmp(reserved[r], names[k]) == 0;
        }
    }
}

/* Stems for the dimensions, whose names differ from one another but not always from a signal's: their
 * fields end in "_avg". */
static enum assay_status name_dimensions(struct assay_salesforce *made, struct assay_error *err)
{
    const struct assay_model *model = made->model;
    char **identifiers = assay_alloc(model->n_signal, sizeof *identifiers);
    bool enough = identifiers != NULL;
    for (size_t j = 0; enough && j < model->n_signal; j++) {
        struct assay_text text = {0};
        size_t d = made->dimension[j];
        if (identifiers[d] != NULL)
            continue;
        assay_export_identifier(&text, model->spec.signals[j].dimension);
        enough = !text.failed;
        identifiers[d] = text.data;
    }
    if (enough)
        name_all(made->dimensions, identifiers, made->n_dimension, "Health_");
    for (size_t d = 0; identifiers != NULL && d < model->n_signal; d++)
        free(identifiers[d]);
    free(identifiers);
    return enough ? ASSAY_OK : assay_fail_memory(err, "naming fields");
}

static enum assay_status name_fields(struct assay_salesforce *made, struct assay_error *err)
{
    struct assay_export_names names = {0};
    enum assay_status status = assay_export_names_init(made->model, NULL, &names, err);
    if (status != ASSAY_OK)
        return status;
    name_all(made->inputs, names.input, names.n_input, "");
    for (size_t k = 0; k < names.n_input; k++)
        strcat(made->inputs[k], "__c"); /* room is left: clean_name() */
    name_all(made->signals, names.signal, names.n_signal, "Health_");
    assay_export_names_clear(&names);
    return name_dimensions(made, err);
}

/* ---- fields ---- */

static struct assay_salesforce_field *add_field(struct assay_salesforce *made, const char *stem,
                                                const char *suffix)
{
    if (!assay_grow(&made->fields, &made->field_capacity, made->n_field + 1, sizeof *made->fields))
        return NULL;
    struct assay_salesforce_field *field = &made->fields[made->n_field++];
    *field = (struct assay_salesforce_field){0};
    snprintf(field->name, sizeof field->name, "%s%s__c", stem, suffix);
    snprintf(field->label, sizeof field->label, "%s%s", stem, suffix);
    for (char *c = field->label; *c != '\0'; c++)
        if (*c == '_')
            *c = ' ';
    return field;
}

typedef void put_one(struct assay_text *out, const struct assay_salesforce *made);
typedef void put_kth(struct assay_text *out, const struct assay_salesforce *made, size_t k);

static bool add_one(struct assay_salesforce *made, const char *name, put_one *put,
                    const char *about)
{
    struct assay_salesforce_field *field = add_field(made, name, "");
    if (field == NULL)
        return false;
    put(&field->formula, made);
    assay_text_puts(&field->about, about);
    return !field->formula.failed && !field->about.failed;
}

static bool add_kth(struct assay_salesforce *made, char (*stems)[ASSAY_SALESFORCE_NAME], size_t k,
                    const char *suffix, put_kth *put, const char *name, const char *about)
{
    struct assay_salesforce_field *field = add_field(made, stems[k], suffix);
    if (field == NULL)
        return false;
    put(&field->formula, made, k);
    assay_text_printf(&field->about, "%s: %s", name, about);
    return !field->formula.failed && !field->about.failed;
}

static bool add_signals(struct assay_salesforce *made)
{
    const struct assay_model *model = made->model;
    bool enough = true;
    for (size_t j = 0; enough && j < model->n_signal; j++)
        enough = add_kth(made, made->signals, j, "", assay_salesforce_put_points,
                         model->spec.signals[j].name,
                         "points of the health score, 0 to 100, higher healthier");
    return enough;
}

static const char *name_of(const struct assay_salesforce *made, size_t d)
{
    size_t j = 0;
    while (made->dimension[j] != d)
        j++;
    return made->model->spec.signals[j].dimension;
}

static bool add_averages(struct assay_salesforce *made)
{
    bool waits = assay_salesforce_waits(made->model), enough = true;
    for (size_t d = 0;
         enough && (waits || made->model->spec.rounding.dimensions) && d < made->n_dimension; d++)
        enough = add_kth(made, made->dimensions, d, "_weight", assay_salesforce_put_weight,
                         name_of(made, d), "weight of the dimension's signals that have points") &&
                 add_kth(made, made->dimensions, d, "_avg", assay_salesforce_put_average,
                         name_of(made, d), "average of the dimension's signals that have points");
    if (enough && waits)
        enough =
            add_one(made, "Health_Rest", assay_salesforce_put_rest,
                    "Average of all signals that have points; stands for those that wait for it");
    return enough;
}

static bool add_results(struct assay_salesforce *made)
{
    bool enough =
        add_one(made, "Health_Composite", assay_salesforce_put_composite,
                "Weighted average of the signals' points") &&
        add_one(made, "Health_Log_odds", assay_salesforce_put_log_odds, "Log-odds of leaving") &&
        add_one(made, "Health_Score", assay_salesforce_put_score, "Health score, 0 to 100") &&
        add_one(made, "Health_Probability", assay_salesforce_put_probability,
                "Probability of leaving, 0 to 1") &&
        add_one(made, "Health_Zone", assay_salesforce_put_zone, "Zone of the health score");
    if (enough)
        made->fields[made->n_field - 1].is_text = true;
    return enough;
}

static enum assay_status add_fields(struct assay_salesforce *made, struct assay_error *err)
{
    bool enough = true;
    if (made->model->cohorts.n_node > 1) {
        enough = add_one(made, "Health_Cohort", assay_salesforce_put_cohort,
                         "Number of the cohort that the account is compared with; 0 is everybody");
        if (enough)
            made->fields[0].is_whole = true;
    }
    enough = enough && add_signals(made) && add_averages(made) && add_results(made);
    return enough ? ASSAY_OK : assay_fail_memory(err, "writing formula fields");
}

/* ---- limits ---- */

static size_t characters(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

/* Bytes of a formula with the earlier fields that it refers to written out. */
static size_t written_out(const struct assay_salesforce *made, size_t of)
{
    const char *c = made->fields[of].formula.data;
    size_t total = made->fields[of].formula.length;
    while (*c != '\0') {
        if (*c == '"') {
            for (c++; *c != '"'; c++)
                c += *c == '\\';
            c++;
            continue;
        }
        size_t n = 0;
        while (isalnum((unsigned char)c[n]) || c[n] == '_')
            n++;
        for (size_t k = 0; n > 0 && k < of; k++)
            if (strlen(made->fields[k].name) == n && memcmp(made->fields[k].name, c, n) == 0)
                total += made->fields[k].whole - n;
        c += n > 0 ? n : 1;
    }
    return total;
}

/* Names the signals that take most: what to give a range or steps in place of percentiles. */
static void hint_largest(const struct assay_salesforce *made, struct assay_error *err)
{
    const struct assay_model *model = made->model;
    size_t first = model->cohorts.n_node > 1 ? 1 : 0;
    char names[200] = "";
    bool named[ASSAY_MAX_SIGNALS] = {false};
    for (size_t k = 0; k < LARGEST && k < model->n_signal; k++) {
        size_t largest = model->n_signal, used = strlen(names);
        char quoted[ASSAY_QUOTE_SIZE];
        for (size_t j = 0; j < model->n_signal; j++)
            if (!named[j] && (largest == model->n_signal ||
                              made->fields[first + j].whole > made->fields[first + largest].whole))
                largest = j;
        named[largest] = true;
        const char *name = model->spec.signals[largest].name;
        snprintf(names + used, sizeof names - used, "%s%.40s (%zu)", k > 0 ? ", " : "",
                 assay_quote_value(name, strlen(name), quoted),
                 made->fields[first + largest].whole);
    }
    assay_hint(err,
               "Most is taken by %s. A range or steps in place of percentiles, or fewer cohorts, "
               "take less.",
               names);
}

static enum assay_status check_limits(struct assay_salesforce *made, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; k < made->n_field; k++)
        made->fields[k].whole = written_out(made, k);
    for (size_t k = 0; status == ASSAY_OK && k < made->n_field; k++) {
        const struct assay_salesforce_field *field = &made->fields[k];
        size_t n = characters(field->formula.data);
        if (n > MAX_CHARACTERS)
            status = assay_export_refuse(err, "salesforce",
                                         "the formula of %s has %zu characters; its limit is %d",
                                         field->name, n, MAX_CHARACTERS);
        else if (field->whole > MAX_COMPILED)
            status =
                assay_export_refuse(err, "salesforce",
                                    "the formula of %s takes %zu bytes with the fields that it "
                                    "refers to; the limit is %d",
                                    field->name, field->whole, MAX_COMPILED);
    }
    if (status != ASSAY_OK)
        hint_largest(made, err);
    return status;
}

/* ---- what has no formula ---- */

/* What cannot be written out: huge, or next to nothing. */
static bool needs_exponent(double value)
{
    return value != 0 && !(fabs(value) >= SMALLEST && fabs(value) <= HUGEST);
}

static enum assay_status check_numbers(const struct assay_model *model, size_t j,
                                       struct assay_error *err)
{
    double edge = assay_export_edge(model, j, needs_exponent);
    char name[ASSAY_QUOTE_SIZE];
    if (edge == 0)
        return ASSAY_OK;
    return assay_export_refuse(
        err, "salesforce",
        "signal \"%s\" has the number %g; formulas have no exponents, and hold "
        "numbers of %g to %g",
        assay_quote_value(model->spec.signals[j].name, strlen(model->spec.signals[j].name), name),
        edge, SMALLEST, HUGEST);
}

static enum assay_status check_inputs(const struct assay_model *model, struct assay_error *err)
{
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        bool is_text = model->inputs[assay_export_input(model, signal->column)].is_text;
        if (is_text && assay_signal_type(signal) == ASSAY_NUMBER)
            return assay_export_refuse(
                err, "salesforce",
                "input \"%s\" serves as a text and as a number; a field is one of them",
                signal->column);
        enum assay_status status = check_numbers(model, j, err);
        if (status != ASSAY_OK)
            return status;
    }
    const char *tenure = model->spec.cohort.tenure;
    if (tenure != NULL && model->inputs[assay_export_input(model, tenure)].is_text)
        return assay_export_refuse(
            err, "salesforce",
            "input \"%s\" serves as a text and as a number; a field is one of them", tenure);
    return ASSAY_OK;
}

static enum assay_status refuse_case(const char *a, const char *b, struct assay_error *err)
{
    return assay_export_refuse(
        err, "salesforce",
        "\"%s\" and \"%s\" differ by case alone; Salesforce may take them for the same", a, b);
}

/* Plans, categories and segments that only capitals tell apart. */
static enum assay_status check_case(const struct assay_model *model, struct assay_error *err)
{
    const struct assay_cohort_node *nodes = model->cohorts.nodes;
    for (size_t a = 1; a < model->cohorts.n_node; a++)
        for (size_t b = 1; b < a; b++)
            if (nodes[a].plan != NULL && nodes[b].plan != NULL &&
                strcmp(nodes[a].plan, nodes[b].plan) != 0 &&
                strcasecmp(nodes[a].plan, nodes[b].plan) == 0)
                return refuse_case(nodes[b].plan, nodes[a].plan, err);
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_normalise_spec *normalise = &model->spec.signals[j].normalise;
        for (size_t a = 0; normalise->by_category && a < normalise->n_step; a++)
            for (size_t b = 0; b < a; b++)
                if (strcasecmp(normalise->steps[a].category, normalise->steps[b].category) == 0)
                    return refuse_case(normalise->steps[b].category, normalise->steps[a].category,
                                       err);
    }
    for (size_t a = 0; a < model->n_segment_model; a++)
        for (size_t b = 0; b < a; b++)
            if (strcasecmp(model->segment_models[a].segment, model->segment_models[b].segment) == 0)
                return refuse_case(model->segment_models[b].segment,
                                   model->segment_models[a].segment, err);
    for (size_t a = 0; a < model->n_segment_line; a++)
        for (size_t b = 0; b < a; b++)
            if (strcasecmp(model->segment_lines[a].segment, model->segment_lines[b].segment) == 0)
                return refuse_case(model->segment_lines[b].segment, model->segment_lines[a].segment,
                                   err);
    return ASSAY_OK;
}

/* The log-odds go by the composite: coefficients have to be the weights' multiples, as a fit makes them. Those
 * that are filled in by averages have no average where weights of both signs make it. EXP of the largest
 * log-odds, and fields of three digits before the point, take 700 either way. */
static enum assay_status check_weights(const struct assay_model *model, struct assay_error *err)
{
    for (size_t k = 0; k <= model->n_segment_model; k++) {
        const struct assay_model_segment *segment = k > 0 ? &model->segment_models[k - 1] : NULL;
        const double *slope = segment != NULL ? segment->slope : model->slope;
        const double *weight = segment != NULL ? segment->weight : model->weight;
        double total = 0, far = fabs(segment != NULL ? segment->intercept : model->intercept);
        for (size_t j = 0; j < model->n_signal; j++) {
            total += slope[j];
            far += fabs(slope[j]) + fabs(model->missing_term[j]);
        }
        for (size_t j = 0; j < model->n_signal; j++) {
            if (!(fabs(weight[j] * total - slope[j]) <= 1e-14 * fabs(total)))
                return assay_export_refuse(err, "salesforce",
                                           "the weight of \"%s\" is not its coefficient's "
                                           "share of their sum",
                                           model->spec.signals[j].name);
            if (weight[j] < 0 && assay_salesforce_waits(model))
                return assay_export_refuse(err, "salesforce",
                                           "the weight of \"%s\" is negative, and missing "
                                           "values stand for averages of the others",
                                           model->spec.signals[j].name);
        }
        if (far > MAX_LOG_ODDS)
            return assay_export_refuse(err, "salesforce",
                                       "its log-odds reach %g; a field has room for %d", far,
                                       MAX_LOG_ODDS);
    }
    return ASSAY_OK;
}

/* ---- all of it ---- */

static bool allocate(struct assay_salesforce *made)
{
    const struct assay_model *model = made->model;
    made->inputs = assay_alloc(model->n_input, sizeof *made->inputs);
    made->signals = assay_alloc(model->n_signal, sizeof *made->signals);
    made->dimensions = assay_alloc(model->n_signal, sizeof *made->dimensions);
    made->dimension = assay_alloc(model->n_signal, sizeof *made->dimension);
    return made->inputs != NULL && made->signals != NULL && made->dimensions != NULL &&
           made->dimension != NULL;
}

enum assay_status assay_salesforce_init(const struct assay_model *model,
                                        struct assay_salesforce *made, struct assay_error *err)
{
    struct assay_salesforce making = {.model = model};
    enum assay_status status = check_inputs(model, err);
    if (status == ASSAY_OK)
        status = check_case(model, err);
    if (status == ASSAY_OK)
        status = check_weights(model, err);
    if (status == ASSAY_OK && !allocate(&making))
        status = assay_fail_memory(err, "writing formula fields");
    if (status == ASSAY_OK) {
        making.n_dimension = assay_export_dimensions(model, making.dimension);
        status = name_fields(&making, err);
    }
    if (status == ASSAY_OK)
        status = add_fields(&making, err);
    if (status == ASSAY_OK)
        status = check_limits(&making, err);
    if (status != ASSAY_OK)
        assay_salesforce_clear(&making);
    else
        *made = making;
    return status;
}

void assay_salesforce_clear(struct assay_salesforce *made)
{
    for (size_t k = 0; k < made->n_field; k++) {
        assay_text_clear(&made->fields[k].formula);
        assay_text_clear(&made->fields[k].about);
    }
    free(made->fields);
    free(made->inputs);
    free(made->signals);
    free(made->dimensions);
    free(made->dimension);
    *made = (struct assay_salesforce){0};
}
