#include "calibrate/init/draft_text.h"

#include <string.h>

#include "calibrate/init/draft_parts.h"
#include "calibrate/init/draft_words.h"
#include "core/base/json_write.h"
#include "core/base/number.h"

/* The writer keeps no layout of its own outside containers: strings and numbers are put through it,
 * so that they are escaped and printed as everywhere, and the rest is text around them. */
struct printing {
    const struct assay_draft *draft;
    struct assay_json_writer json;
};

static void put(struct printing *p, const char *text)
{
    assay_text_puts(&p->json.out, text);
}

static void put_name(struct printing *p, size_t column)
{
    assay_json_put_string(&p->json, NULL, assay_draft_name(p->draft, column));
}

static void put_number(struct printing *p, double value)
{
    assay_json_put_number(&p->json, NULL, value);
}

/* ---- roles ---- */

/* The file's name without folders and endings. */
static void put_spec_name(struct printing *p)
{
    const char *source = p->draft->profile->source, *slash = strrchr(source, '/');
    const char *base = slash != NULL ? slash + 1 : source;
    struct assay_text name = {0};
    assay_text_add(&name, base, strcspn(base, "."));
    if (name.failed)
        p->json.out.failed = true;
    else
        assay_json_put_string(&p->json, NULL, name.length > 0 ? name.data : "health");
    assay_text_clear(&name);
}

static void put_accounts(struct printing *p)
{
    const struct assay_draft *draft = p->draft;
    struct assay_text *out = &p->json.out;
    put(p, "  \"name\": ");
    put_spec_name(p);
    put(p, ",\n  \"id\": ");
    put_name(p, draft->id);
    put(p, ",   // ");
    assay_say_id(draft, out);
    if (draft->as_of != ASSAY_NO_PROFILE) {
        put(p, "\n  \"as_of\": ");
        put_name(p, draft->as_of);
        put(p, ",   // the date of each snapshot");
    } else {
        put(p, "\n  // No date of the snapshot was found. Where there is one: "
               "\"as_of\": \"COLUMN\",");
    }
    if (draft->value != ASSAY_NO_PROFILE) {
        put(p, "\n  \"value\": ");
        put_name(p, draft->value);
        put(p, ",   // money at stake, by its name; not a signal");
    } else {
        put(p, "\n  // No money at stake was found. Where there is: \"value\": \"COLUMN\",");
    }
    put(p, "\n");
}

static void put_outcome(struct printing *p)
{
    const struct assay_draft *draft = p->draft;
    char until[ASSAY_DATE_SIZE];
    put(p, draft->by_date ? "  \"outcome\": {\"date\": " : "  \"outcome\": {\"column\": ");
    put_name(p, draft->outcome);
    if (draft->by_date)
        assay_text_printf(&p->json.out, ", \"horizon_days\": %d, \"observed_until\": \"%s\"",
                          (int)draft->horizon_days, assay_date_print(draft->observed_until, until));
    put(p, "},   // ");
    assay_say_outcome(draft, &p->json.out);
    put(p, "\n");
    if (draft->early_from == ASSAY_NO_DATE)
        return;
    put(p, "  // To bear in mind: ");
    assay_say_early(draft, &p->json.out);
    put(p, "\n");
}

static void put_bands(struct printing *p)
{
    const struct assay_draft *draft = p->draft;
    const struct assay_column_profile *facts = &draft->profile->columns[draft->tenure];
    char text[3][ASSAY_NUMBER_SIZE];
    put(p, "\"tenure\": ");
    put_name(p, draft->tenure);
    put(p, ", \"bands\": [");
    for (size_t k = 0; k < draft->n_band; k++) {
        put(p, k > 0 ? ", " : "");
        put_number(p, draft->bands[k]);
    }
    assay_number_print(facts->quartile_1, text[0]);
    assay_number_print(facts->median, text[1]);
    assay_number_print(facts->quartile_3, text[2]);
    assay_text_printf(&p->json.out, "]},   // bands: its quartiles, %s, %s and %s, rounded\n",
                      text[0], text[1], text[2]);
}

static void put_groups(struct printing *p)
{
    const struct assay_draft *draft = p->draft;
    bool plan = draft->plan != ASSAY_NO_PROFILE, tenure = draft->tenure != ASSAY_NO_PROFILE;
    if (plan || tenure)
        put(p, "  // Accounts are compared with those of their own cohort:\n  \"cohort\": {");
    else
        put(p, "  // Neither plan nor tenure was found: every account is compared with all.\n");
    if (plan) {
        put(p, "\"plan\": ");
        put_name(p, draft->plan);
        put(p, tenure ? ", " : "},   // by its name\n");
    }
    if (tenure)
        put_bands(p);
    if (draft->n_segment == 0)
        return;
    put(p, "  \"segments\": [");
    for (size_t k = 0; k < draft->n_segment; k++) {
        put(p, k > 0 ? ", " : "");
        put_name(p, draft->segments[k]);
    }
    put(p, "],   // audited separately\n");
}

/* ---- signals ---- */

static void put_steps(struct printing *p, const struct assay_draft_signal *signal)
{
    const struct assay_column *column = &p->draft->profile->table.columns[signal->column];
    put(p, "{\"method\": \"steps\", \"table\": {");
    for (size_t k = 0; k < signal->n_point; k++) {
        put(p, k > 0 ? ", " : "");
        assay_json_put_string(&p->json, NULL, assay_dictionary_text(column->dictionary, (int32_t)k));
        put(p, ": ");
        put_number(p, signal->points[k]);
    }
    put(p, "}}");
}

static void put_normalise(struct printing *p, const struct assay_draft_signal *signal)
{
    if (signal->method == ASSAY_STEPS) {
        put_steps(p, signal);
    } else if (signal->method == ASSAY_RANGE) {
        put(p, "{\"method\": \"range\", \"low\": ");
        put_number(p, signal->low);
        put(p, ", \"high\": ");
        put_number(p, signal->high);
        put(p, "}");
    } else {
        put(p, "{\"method\": \"percentile\"}");
    }
}

static void put_signal(struct printing *p, const struct assay_draft_signal *signal, bool last)
{
    const struct assay_draft *draft = p->draft;
    struct assay_text *out = &p->json.out;
    put(p, "    // ");
    assay_say_direction(draft, signal, out);
    if (signal->points_from_data)
        put(p, "; points drawn from retention in this file: set them by hand if you know better");
    else if (signal->column == draft->tenure)
        put(p, "; low and high: its 1st and 99th percentile, since within a band it says little");
    assay_say_remarks(signal, out);
    put(p, "\n    {\"name\": ");
    put_name(p, signal->column);
    put(p, ", \"column\": ");
    put_name(p, signal->column);
    assay_text_printf(out, ", \"dimension\": \"%s\", \"better\": \"%s\",\n     \"normalise\": ",
                      signal->dimension, assay_better_names[signal->better]);
    put_normalise(p, signal);
    assay_text_printf(out, ", \"missing\": \"%s\"}%s\n", assay_missing_names[signal->missing],
                      last ? "" : ",");
}

void assay_draft_print_spec(const struct assay_draft *draft, struct assay_text *text)
{
    struct printing p = {.draft = draft};
    char shown[ASSAY_QUOTE_SIZE];
    const char *source = draft->profile->source;
    assay_text_printf(&p.json.out,
                      "// Drafted by \"assay init\" from %s, %zu rows.\n"
                      "// What stands here was guessed from names and values, and each guess is said "
                      "beside it:\n// correct what is wrong, then calibrate.\n{\n",
                      assay_quote_value(source, strlen(source), shown),
                      draft->profile->table.n_row);
    put_accounts(&p);
    put_outcome(&p);
    put_groups(&p);
    put(&p, "\n  // AUC: how well the signal alone, as declared, tells who has the event (0.5: not "
            "at all).\n  \"signals\": [\n");
    for (size_t j = 0; j < draft->n_signal; j++)
        put_signal(&p, &draft->signals[j], j + 1 == draft->n_signal);
    put(&p, "  ],\n");
    if (draft->n_left + draft->profile->n_repeated + draft->profile->n_unnamed > 0) {
        put(&p, "  // Left out:\n");
        assay_say_left_out(draft, "  //   ", &p.json.out);
    }
    put(&p, "\n  \"zones\": [{\"name\": \"Critical\", \"from\": 0}, "
            "{\"name\": \"At Risk\", \"from\": 25},\n            {\"name\": \"Neutral\", \"from\": 50}, {\"name\": \"Healthy\", "
            "\"from\": 75}],\n"
            "  \"targets\": {\"sensitivity\": 0.75, \"specificity\": 0.70},   // what an audit asks "
            "for\n"
            "  \"fit\": {\"signs\": \"constrained\", \"penalty\": \"none\"},\n"
            "  \"seed\": 1\n}\n");
    if (p.json.out.failed)
        text->failed = true;
    else
        assay_text_add(text, p.json.out.data, p.json.out.length);
    assay_text_clear(&p.json.out);
}

/* ---- summary ---- */

static void say_role(const struct assay_draft *draft, const char *role, size_t column,
                     struct assay_text *text)
{
    struct assay_shown_name shown;
    assay_text_printf(text, "  %-9s %s", role,
                      column == ASSAY_NO_PROFILE ? "none found"
                                                 : assay_draft_shown(draft, column, &shown));
}

static void say_cohort(const struct assay_draft *draft, struct assay_text *text)
{
    struct assay_shown_name shown;
    char edge[ASSAY_NUMBER_SIZE];
    bool plan = draft->plan != ASSAY_NO_PROFILE, tenure = draft->tenure != ASSAY_NO_PROFILE;
    say_role(draft, "cohort", plan ? draft->plan : draft->tenure, text);
    if (plan && tenure)
        assay_text_printf(text, " x %s", assay_draft_shown(draft, draft->tenure, &shown));
    for (size_t k = 0; k < draft->n_band; k++) {
        assay_number_print(draft->bands[k], edge);
        assay_text_printf(text, "%s%s", k == 0 ? ", bands at " : ", ", edge);
    }
    assay_text_putc(text, '\n');
}

static void say_signals(const struct assay_draft *draft, struct assay_text *text)
{
    enum { SHOWN = 30 };
    struct assay_shown_name shown;
    assay_text_printf(text, "  signals   %zu\n", draft->n_signal);
    for (size_t j = 0; j < draft->n_signal && j < SHOWN; j++) {
        const struct assay_draft_signal *signal = &draft->signals[j];
        assay_text_puts(text, "    ");
        assay_say_padded(assay_draft_shown(draft, signal->column, &shown), 22, text);
        assay_text_printf(text, " %-9s ", signal->dimension);
        assay_say_direction(draft, signal, text);
        if (signal->points_from_data)
            assay_text_puts(text, ", points drawn from this file");
        assay_say_remarks(signal, text);
        assay_text_putc(text, '\n');
    }
    if (draft->n_signal > SHOWN)
        assay_text_printf(text, "    and %zu more\n", draft->n_signal - SHOWN);
}

void assay_draft_print_summary(const struct assay_draft *draft, struct assay_text *text)
{
    struct assay_shown_name shown;
    assay_text_printf(text, "%s: %zu rows, %zu columns\n", draft->profile->source,
                      draft->profile->table.n_row, draft->profile->n_header);
    say_role(draft, "outcome", draft->outcome, text);
    assay_text_puts(text, ": ");
    assay_say_outcome(draft, text);
    assay_text_puts(text, draft->early_from != ASSAY_NO_DATE ? "\n            " : "");
    assay_say_early(draft, text);
    assay_text_putc(text, '\n');
    say_role(draft, "id", draft->id, text);
    assay_text_puts(text, ": ");
    assay_say_id(draft, text);
    assay_text_putc(text, '\n');
    say_role(draft, "as_of", draft->as_of, text);
    assay_text_putc(text, '\n');
    say_role(draft, "value", draft->value, text);
    assay_text_putc(text, '\n');
    say_cohort(draft, text);
    for (size_t k = 0; k < draft->n_segment; k++)
        assay_text_printf(text, "%s%s", k == 0 ? "  segments  " : ", ",
                          assay_draft_shown(draft, draft->segments[k], &shown));
    assay_text_puts(text, draft->n_segment > 0 ? "\n" : "");
    say_signals(draft, text);
    if (draft->n_left + draft->profile->n_repeated + draft->profile->n_unnamed > 0) {
        assay_text_puts(text, "  left out\n");
        assay_say_left_out(draft, "    ", text);
    }
}
