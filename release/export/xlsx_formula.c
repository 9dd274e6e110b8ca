#include "release/export/xlsx_formula.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/signal/columns.h"
#include "release/export/target.h"
#include "release/export/xlsx_pieces.h"

enum { ROW_DIGITS = 7 }; /* of 1048576 */

static size_t last_signal(const struct assay_xlsx_writing *f, size_t block)
{
    return block + f->plan->n_signal - 1;
}

static size_t last_dimension(const struct assay_xlsx_writing *f, size_t block)
{
    return block + f->plan->n_dimension - 1;
}

/* ---- cohorts and segments ---- */

static void node(const struct assay_xlsx_writing *f)
{
    const struct assay_xlsx_plan *plan = f->plan;
    size_t n_band = plan->model->spec.cohort.n_band, left = ASSAY_XLSX_LOOKUP_SIGNALS;
    assay_xlsx_put(f, "INDEX(");
    assay_xlsx_put_area(f->out, "Lookup", plan->grid, left, plan->grid + plan->n_plan,
                        left + 1 + n_band);
    assay_xlsx_put(f, ",1");
    if (plan->plan != ASSAY_XLSX_NONE && plan->n_plan > 0) {
        assay_xlsx_put(f, "+");
        assay_xlsx_put_find(f, plan->plan, "Lookup", plan->grid + 1, plan->grid + plan->n_plan, 0);
    }
    if (plan->tenure == ASSAY_XLSX_NONE) {
        assay_xlsx_put(f, ",1)");
    } else if (n_band == 0) {
        assay_xlsx_put(f, ",IF(ISNUMBER(%c),2,1))", plan->tenure);
    } else {
        assay_xlsx_put(f, ",IF(ISNUMBER(%c),2+IFERROR(MATCH(%c,", plan->tenure, plan->tenure);
        assay_xlsx_put_area(f->out, "Lookup", plan->edges, left + 2, plan->edges,
                            left + 1 + n_band);
        assay_xlsx_put(f, ",1),0),1))");
    }
}

static void cohort(const struct assay_xlsx_writing *f)
{
    assay_xlsx_put(f, "INDEX(");
    assay_xlsx_put_area(f->out, "Lookup", f->plan->first, 0,
                        f->plan->first + f->plan->model->cohorts.n_node - 1, 0);
    assay_xlsx_put(f, ",1+%c)", f->plan->at.node);
}

static void set(const struct assay_xlsx_writing *f)
{
    assay_xlsx_put(f, "1+");
    assay_xlsx_put_find(f, f->plan->models_by, "Lookup", f->plan->segments,
                        f->plan->segments + f->plan->n_set - 2, 0);
}

static void line(const struct assay_xlsx_writing *f)
{
    assay_xlsx_put(f, "1+");
    assay_xlsx_put_find(f, f->plan->line_by, "Zones", f->plan->line_row + 1,
                        f->plan->line_row + f->plan->n_line - 1, 0);
}

static void unknown(const struct assay_xlsx_writing *f)
{
    const struct assay_xlsx_plan *plan = f->plan;
    const char *plus = "";
    for (size_t j = 0; j < plan->n_signal; j++) {
        if (assay_signal_type(&plan->model->spec.signals[j]) != ASSAY_TEXT)
            continue;
        assay_xlsx_put(f, "%a(%c<>\"\")*(%c=0)", plus, plan->of_signal[j], plan->position[j]);
        plus = "+";
    }
}

/* ---- signals ---- */

/* The row of Baselines whose step or knot is the last not above the value; MATCH finds none below the
 * first. Of knots it is the last but one at most, since the points lie between it and the next. */
static void position(const struct assay_xlsx_writing *f, size_t j)
{
    const struct assay_xlsx_plan *plan = f->plan;
    const struct assay_normalise_spec *normalise = &plan->model->spec.signals[j].normalise;
    size_t input = plan->of_signal[j], top = plan->baseline[j];
    if (normalise->method == ASSAY_PERCENTILE) {
        assay_xlsx_put(
            f,
            "IF(ISNUMBER(%c),%v-1+IFERROR(MATCH(%c,INDEX(Values,%v):INDEX(Values,%v),1),1),\"\")",
            input, plan->first, j, input, plan->first, j, plan->last, j);
    } else if (normalise->by_category) {
        assay_xlsx_put(f, "SUMPRODUCT(EXACT(%c,", input);
        assay_xlsx_put_area(f->out, "Baselines", top, ASSAY_XLSX_VALUE, top + normalise->n_step - 1,
                            ASSAY_XLSX_VALUE);
        assay_xlsx_put(f, ")*ROW(");
        assay_xlsx_put_area(f->out, "Baselines", top, ASSAY_XLSX_VALUE, top + normalise->n_step - 1,
                            ASSAY_XLSX_VALUE);
        assay_xlsx_put(f, "))");
    } else {
        assay_xlsx_put(f, "IF(ISNUMBER(%c),ROW(", input);
        assay_xlsx_put_cell(f->out, "Baselines", top, ASSAY_XLSX_VALUE);
        assay_xlsx_put(f, ")-1+");
        assay_xlsx_put_reached(
            f, input, "Baselines", top, top + normalise->n_step - 1, ASSAY_XLSX_VALUE,
            assay_xlsx_steps_above(normalise) ? ASSAY_XLSX_METHOD : ASSAY_XLSX_NONE);
        assay_xlsx_put(f, ",\"\")");
    }
}

/* Linear between the two knots, constant beyond: a value beyond is moved onto the knot. */
static void put_between(const struct assay_xlsx_writing *f, size_t input, const char *x0,
                        const char *x1, const char *s0, const char *s1)
{
    assay_xlsx_put(f, "IF(ISNUMBER(%c),%a+(MAX(%a,MIN(%c,%a))/2-%a/2)/(%a/2-%a/2)*(%a-%a),\"\")",
                   input, s0, x0, input, x1, x0, x1, x0, s1, s0);
}

static void by_knots(const struct assay_xlsx_writing *f, size_t j)
{
    static const char *const forms[] = {"INDEX(Values,%c)", "INDEX(Values,%c+1)",
                                        "INDEX(Points,%c)", "INDEX(Points,%c+1)"};
    struct assay_text cells[4] = {{0}};
    bool failed = false;
    for (size_t k = 0; k < 4; k++) {
        struct assay_xlsx_writing one = {f->plan, &cells[k]};
        assay_xlsx_put(&one, forms[k], f->plan->position[j]);
        failed = failed || cells[k].failed;
    }
    if (!failed)
        put_between(f, f->plan->of_signal[j], cells[0].data, cells[1].data, cells[2].data,
                    cells[3].data);
    f->out->failed = f->out->failed || failed;
    for (size_t k = 0; k < 4; k++)
        assay_text_clear(&cells[k]);
}

static void by_range(const struct assay_xlsx_writing *f, size_t j)
{
    char x0[32], x1[32], s0[32], s1[32];
    size_t row = f->plan->baseline[j] + 1;
    snprintf(x0, sizeof x0, "Baselines!$D$%zu", row);
    snprintf(x1, sizeof x1, "Baselines!$D$%zu", row + 1);
    snprintf(s0, sizeof s0, "Baselines!$E$%zu", row);
    snprintf(s1, sizeof s1, "Baselines!$E$%zu", row + 1);
    put_between(f, f->plan->of_signal[j], x0, x1, s0, s1);
}

static void raw(const struct assay_xlsx_writing *f, size_t j)
{
    const struct assay_signal_spec *signal = &f->plan->model->spec.signals[j];
    size_t input = f->plan->of_signal[j], at = f->plan->position[j];
    if (signal->normalise.method == ASSAY_PERCENTILE)
        by_knots(f, j);
    else if (signal->normalise.method == ASSAY_RANGE)
        by_range(f, j);
    else if (signal->normalise.method == ASSAY_NONE)
        assay_xlsx_put(f,
                       signal->better == ASSAY_LOWER
                           ? "IF(ISNUMBER(%c),100-MAX(0,MIN(100,%c)),\"\")"
                           : "IF(ISNUMBER(%c),MAX(0,MIN(100,%c)),\"\")",
                       input, input);
    else if (signal->normalise.by_category)
        assay_xlsx_put(f, "IF(%c=0,\"\",INDEX(Points,%c))", at, at);
    else
        assay_xlsx_put(f, "IF(%c=\"\",\"\",INDEX(Points,%c))", at, at);
}

/* ---- missing values ---- */

static void average(const struct assay_xlsx_writing *f, size_t d)
{
    const struct assay_xlsx_columns *at = &f->plan->at;
    const struct assay_xlsx_plan *plan = f->plan;
    size_t mask = plan->mask + d, end = last_signal(f, at->raw);
    assay_xlsx_put(f, "IF(SUMPRODUCT(1-(%r=\"\")*%s,%s,%w)>0,", at->raw, end, plan->later, mask,
                   plan->weight);
    assay_xlsx_put(f, "(SUMPRODUCT(%r,%s,%w)+SUMPRODUCT((%r=\"\")*%s,%s,%w))", at->raw, end, mask,
                   plan->weight, at->raw, end, plan->put, mask, plan->weight);
    assay_xlsx_put(f, "/SUMPRODUCT(1-(%r=\"\")*%s,%s,%w),\"\")", at->raw, end, plan->later, mask,
                   plan->weight);
}

static void waiting(const struct assay_xlsx_writing *f, size_t d)
{
    const struct assay_xlsx_columns *at = &f->plan->at;
    assay_xlsx_put(f, "SUMPRODUCT((%r=\"\")*%s,%s,%w)", at->raw, last_signal(f, at->raw),
                   f->plan->within, f->plan->mask + d, f->plan->weight);
}

/* Weight of the signals that have points after step 2. */
static void put_present(const struct assay_xlsx_writing *f)
{
    const struct assay_xlsx_columns *at = &f->plan->at;
    assay_xlsx_put(f, "(SUMPRODUCT(1-(%r=\"\")*%s,%w)", at->raw, last_signal(f, at->raw),
                   f->plan->later, f->plan->weight);
    if (at->waiting != ASSAY_XLSX_NONE)
        assay_xlsx_put(f, "+SUMPRODUCT(ISNUMBER(%r)*%r)", at->average,
                       last_dimension(f, at->average), at->waiting, last_dimension(f, at->waiting));
    assay_xlsx_put(f, ")");
}

static void rest(const struct assay_xlsx_writing *f)
{
    const struct assay_xlsx_columns *at = &f->plan->at;
    size_t end = last_signal(f, at->raw);
    assay_xlsx_put(f, "IF(");
    put_present(f);
    assay_xlsx_put(f, ">0,(SUMPRODUCT(%r,%w)+SUMPRODUCT((%r=\"\")*%s,%w)", at->raw, end,
                   f->plan->weight, at->raw, end, f->plan->put, f->plan->weight);
    if (at->waiting != ASSAY_XLSX_NONE)
        assay_xlsx_put(f, "+SUMPRODUCT(%r,%r)", at->average, last_dimension(f, at->average),
                       at->waiting, last_dimension(f, at->waiting));
    assay_xlsx_put(f, ")/");
    put_present(f);
    assay_xlsx_put(f, ",50)");
}

static void filled(const struct assay_xlsx_writing *f, size_t j)
{
    const struct assay_xlsx_columns *at = &f->plan->at;
    const struct assay_signal_spec *signal = &f->plan->model->spec.signals[j];
    assay_xlsx_put(f, "IF(%c=\"\",", at->raw + j);
    if (signal->missing == ASSAY_RENORMALISE_DIMENSION)
        assay_xlsx_put(f, "IF(%c=\"\",%c,%c)", at->average + f->plan->dimension[j], at->rest,
                       at->average + f->plan->dimension[j]);
    else if (signal->missing == ASSAY_RENORMALISE)
        assay_xlsx_put(f, "%c", at->rest);
    else
        assay_xlsx_put_cell(f->out, "Weights", ASSAY_XLSX_WEIGHT_TOP + j, ASSAY_XLSX_PUT);
    assay_xlsx_put(f, ",%c)", at->raw + j);
}

/* ---- results; each is "" where the one before it is ---- */

static void composite(const struct assay_xlsx_writing *f)
{
    const struct assay_xlsx_plan *plan = f->plan;
    const struct assay_xlsx_columns *at = &plan->at;
    assay_xlsx_put(f, "IF(COUNTA(%r)=0,\"\",", at->id, at->inputs + plan->n_input - 1);
    if (plan->drop != ASSAY_XLSX_NONE)
        assay_xlsx_put(f, "IF(SUMPRODUCT((%r=\"\")*%s)>0,\"\",", at->raw, last_signal(f, at->raw),
                       plan->drop);
    assay_xlsx_put(f, "SUMPRODUCT(%r,%w)%a)", at->filled, last_signal(f, at->filled), plan->weight,
                   plan->drop != ASSAY_XLSX_NONE ? ")" : "");
}

static void rounded(const struct assay_xlsx_writing *f, size_t d)
{
    size_t average = f->plan->at.average + d;
    assay_xlsx_put(f, "IF(%c=\"\",\"\",INT(%c+0.5+1E-9))", average, average);
}

static void log_odds(const struct assay_xlsx_writing *f)
{
    const struct assay_xlsx_plan *plan = f->plan;
    const struct assay_xlsx_columns *at = &plan->at;
    assay_xlsx_put(f, "IF(%c=\"\",\"\",", at->composite);
    if (plan->n_set > 1)
        assay_xlsx_put(f, "INDEX(");
    assay_xlsx_put_area(f->out, "Lookup", plan->coef, 1, plan->coef + plan->n_set - 1, 1);
    if (plan->n_set > 1)
        assay_xlsx_put(f, ",%c)", at->set);
    assay_xlsx_put(f, "-SUMPRODUCT(%r,%w)/100", at->filled, last_signal(f, at->filled), plan->coef);
    if (plan->term != ASSAY_XLSX_NONE)
        assay_xlsx_put(f, "+SUMPRODUCT((%r=\"\")*%s)", at->raw, last_signal(f, at->raw),
                       plan->term);
    assay_xlsx_put(f, ")");
}

static void put_line(const struct assay_xlsx_writing *f)
{
    const struct assay_xlsx_plan *plan = f->plan;
    if (plan->n_line == 1) {
        assay_xlsx_put_cell(f->out, "Zones", plan->line_row, 2);
        return;
    }
    assay_xlsx_put(f, "INDEX(");
    assay_xlsx_put_area(f->out, "Zones", plan->line_row, 2, plan->line_row + plan->n_line - 1, 2);
    assay_xlsx_put(f, ",%c)", plan->at.line);
}

/* The weighted average that becomes the score. */
static void put_weighted(const struct assay_xlsx_writing *f)
{
    const struct assay_xlsx_plan *plan = f->plan;
    const struct assay_xlsx_columns *at = &plan->at;
    size_t end = last_dimension(f, at->rounded), left = ASSAY_XLSX_LOOKUP_SIGNALS;
    if (at->rounded == ASSAY_XLSX_NONE) {
        assay_xlsx_put(f, "%c", at->composite);
        return;
    }
    assay_xlsx_put(f, "IF(COUNT(%r)=0,%c,SUMPRODUCT(%r,", at->rounded, end, at->composite,
                   at->rounded, end);
    assay_xlsx_put_area(f->out, "Lookup", plan->share, left, plan->share, last_dimension(f, left));
    assay_xlsx_put(f, ")/SUMPRODUCT(ISNUMBER(%r)*", at->rounded, end);
    assay_xlsx_put_area(f->out, "Lookup", plan->share, left, plan->share, last_dimension(f, left));
    assay_xlsx_put(f, "))");
}

static void score(const struct assay_xlsx_writing *f)
{
    const struct assay_spec *spec = &f->plan->model->spec;
    assay_xlsx_put(f, "IF(%c=\"\",\"\",MAX(0,MIN(100,", f->plan->at.composite);
    if (spec->scale == ASSAY_LOG_ODDS) {
        assay_xlsx_put(f, "50+");
        assay_xlsx_put_cell(f->out, "Zones", f->plan->factor_row, 1);
        assay_xlsx_put(f, "/LN(2)*(");
        put_line(f);
        assay_xlsx_put(f, "-%c)", f->plan->at.log_odds);
    } else if (spec->rounding.score) {
        assay_xlsx_put(f, "INT(");
        put_weighted(f);
        assay_xlsx_put(f, "+0.5+1E-9)");
    } else {
        put_weighted(f);
    }
    assay_xlsx_put(f, ")))");
}

/* EXP of what is not positive alone: that of 710 is beyond a double. */
static void probability(const struct assay_xlsx_writing *f)
{
    size_t of = f->plan->at.log_odds;
    assay_xlsx_put(f, "IF(%c=\"\",\"\",IF(%c<0,EXP(%c)/(1+EXP(%c)),1/(1+EXP(-%c))))", of, of, of,
                   of, of);
}

static void zone(const struct assay_xlsx_writing *f)
{
    size_t bottom = ASSAY_XLSX_ZONE_TOP + f->plan->model->spec.n_zone - 1;
    assay_xlsx_put(f, "IF(%c=\"\",\"\",INDEX(", f->plan->at.score);
    assay_xlsx_put_area(f->out, "Zones", ASSAY_XLSX_ZONE_TOP, 0, bottom, 0);
    assay_xlsx_put(f, ",");
    assay_xlsx_put_reached(f, f->plan->at.score, "Zones", ASSAY_XLSX_ZONE_TOP, bottom, 1,
                           assay_xlsx_zones_above(&f->plan->model->spec) ? 2 : ASSAY_XLSX_NONE);
    assay_xlsx_put(f, "))");
}

static void put_new_segment(const struct assay_xlsx_writing *f)
{
    const struct assay_xlsx_plan *plan = f->plan;
    bool set_too = plan->at.set != ASSAY_XLSX_NONE, line_too = plan->at.line != ASSAY_XLSX_NONE;
    if (!set_too && !line_too)
        return;
    assay_xlsx_put(f, "&IF(OR(");
    if (set_too)
        assay_xlsx_put(f, "AND(%c<>\"\",%c=1)%a", plan->models_by, plan->at.set,
                       line_too ? "," : "");
    if (line_too)
        assay_xlsx_put(f, "AND(%c<>\"\",%c=1)", plan->line_by, plan->at.line);
    assay_xlsx_put(f, "),\"; new segment\",\"\")");
}

/* In the words of the program's own scores. */
static void note(const struct assay_xlsx_writing *f)
{
    const struct assay_xlsx_plan *plan = f->plan;
    const struct assay_xlsx_columns *at = &plan->at;
    size_t end = last_signal(f, at->raw);
    char n_signal[24];
    snprintf(n_signal, sizeof n_signal, "%zu", plan->n_signal);
    assay_xlsx_put(f, "IF(COUNTA(%r)=0,\"\",", at->id, at->inputs + plan->n_input - 1);
    assay_xlsx_put(f, "IF(%c=\"\",\"no score: a required signal is missing\",MID(\"\"",
                   at->composite);
    if (plan->plan != ASSAY_XLSX_NONE && at->node != ASSAY_XLSX_NONE)
        assay_xlsx_put(f, "&IF(AND(%c<>\"\",%c=0),\"; new plan\",\"\")", plan->plan, at->node);
    put_new_segment(f);
    if (at->unknown != ASSAY_XLSX_NONE)
        assay_xlsx_put(f, "&IF(%c=0,\"\",\"; \"&%c&IF(%c=1,\" new category\",\" new categories\"))",
                       at->unknown, at->unknown, at->unknown);
    assay_xlsx_put(f, "&IF(COUNT(%r)=%a,\"\",\"; \"&(%a-COUNT(%r))&\" missing\"),3,200)))", at->raw,
                   end, n_signal, n_signal, at->raw, end);
}

/* ---- all of them ---- */

static void write_one(const struct assay_xlsx_writing *f, size_t column)
{
    const struct assay_xlsx_plan *plan = f->plan;
    const struct assay_xlsx_columns *at = &plan->at;
    const struct {
        size_t column;
        void (*write)(const struct assay_xlsx_writing *f);
    } single[] = {{at->node, node},           {at->set, set},
                  {at->line, line},           {at->unknown, unknown},
                  {at->rest, rest},           {at->cohort, cohort},
                  {at->composite, composite}, {at->log_odds, log_odds},
                  {at->score, score},         {at->probability, probability},
                  {at->zone, zone},           {at->note, note}};
    const struct {
        size_t first, n;
        void (*write)(const struct assay_xlsx_writing *f, size_t k);
    } blocks[] = {{at->raw, plan->n_signal, raw},
                  {at->average, plan->n_dimension, average},
                  {at->waiting, plan->n_dimension, waiting},
                  {at->filled, plan->n_signal, filled},
                  {at->rounded, plan->n_dimension, rounded}};
    for (size_t k = 0; k < sizeof single / sizeof single[0]; k++)
        if (single[k].column == column)
            single[k].write(f);
    for (size_t k = 0; k < sizeof blocks / sizeof blocks[0]; k++)
        if (blocks[k].first != ASSAY_XLSX_NONE && column >= blocks[k].first &&
            column < blocks[k].first + blocks[k].n)
            blocks[k].write(f, column - blocks[k].first);
    for (size_t j = 0; j < plan->n_signal; j++)
        if (plan->position[j] == column)
            position(f, j);
}

static enum assay_status check_length(const char *formula, size_t length, struct assay_error *err)
{
    size_t most = length;
    for (const char *c = formula; *c != '\0'; c++)
        most += *c == ASSAY_XLSX_HERE ? ROW_DIGITS - 1 : 0;
    if (most < ASSAY_XLSX_MAX_FORMULA)
        return ASSAY_OK;
    return assay_export_refuse(err, "xlsx", "a formula takes %zu characters; Excel's limit is %zu",
                               most, ASSAY_XLSX_MAX_FORMULA);
}

enum assay_status assay_xlsx_formulas_init(const struct assay_xlsx_plan *plan,
                                           struct assay_xlsx_formulas *formulas,
                                           struct assay_error *err)
{
    struct assay_text text = {0};
    struct assay_xlsx_formulas made = {assay_alloc(plan->at.n, sizeof *made.of_column), plan->at.n};
    enum assay_status status =
        made.of_column == NULL ? assay_fail_memory(err, "writing formulas") : ASSAY_OK;
    for (size_t k = plan->at.inputs + plan->n_input; status == ASSAY_OK && k < plan->at.n; k++) {
        struct assay_xlsx_writing formula = {plan, &text};
        assay_text_reset(&text);
        write_one(&formula, k);
        made.of_column[k] = text.failed ? NULL : assay_copy_text(text.data, text.length);
        status = made.of_column[k] == NULL ? assay_fail_memory(err, "writing formulas")
                                           : check_length(text.data, text.length, err);
    }
    assay_text_clear(&text);
    if (status != ASSAY_OK)
        assay_xlsx_formulas_clear(&made);
    else
        *formulas = made;
    return status;
}

void assay_xlsx_formulas_clear(struct assay_xlsx_formulas *formulas)
{
    for (size_t k = 0; formulas->of_column != NULL && k < formulas->n; k++)
        free(formulas->of_column[k]);
    free(formulas->of_column);
    *formulas = (struct assay_xlsx_formulas){0};
}
