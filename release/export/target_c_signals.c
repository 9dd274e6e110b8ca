#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/signal/columns.h"
#include "core/signal/normalise.h"
#include "release/export/target_c.h"

/* ---- percentile: knots ---- */

static size_t most_knots(const struct assay_baseline *baseline)
{
    size_t most = 0;
    for (size_t v = 0; v < baseline->n_node; v++)
        most = baseline->knots[v].n > most ? baseline->knots[v].n : most;
    return most;
}

/* A power of two above the number of knots: room for one end behind the last. */
static size_t row_size(const struct assay_baseline *baseline)
{
    size_t size = 2;
    while (size <= most_knots(baseline))
        size *= 2;
    return size;
}

/* One level of the search: of `size` intervals from k on, which of `ways` equal parts holds the value. */
static void put_level(struct assay_c_export *e, size_t size, size_t ways, bool first)
{
    size_t step = size / ways;
    assay_text_printf(e->out, "    k %s= ", first ? "" : "+");
    if (step > 1)
        assay_text_printf(e->out, "%zu * %s", step, ways > 2 ? "(" : "");
    for (size_t part = 1; part < ways; part++)
        assay_text_printf(e->out, "%s(x[%s%zu] <= v)", part > 1 ? " + " : "(size_t)",
                          first ? "" : "k + ", part * step);
    assay_text_puts(e->out, step > 1 && ways > 2 ? ");\n" : ";\n");
}

/* The search of one size, four ways at a time. Comparisons are added up, and their number is fixed: no
 * branch that could be guessed wrong, and accounts of all cohorts cost the same. */
static void put_search(struct assay_c_export *e, size_t size)
{
    size_t bits = 0;
    while ((size_t)1 << bits < size)
        bits++;
    assay_c_printf(
        e,
        "static inline double @_by_%zu_knots(const double x[], const double y[], double v)\n"
        "{\n"
        "    ^_EXACT\n"
        "    size_t k;\n"
        "    double start;\n"
        "    v = ^_LARGEST < v ? ^_LARGEST : v;\n"
        "    v = v < x[0] ? x[0] : v;\n",
        size);
    for (size_t left = size, ways = bits % 2 == 1 ? 2 : 4; left > 1; left /= ways, ways = 4)
        put_level(e, left, ways, left == size);
    assay_text_puts(e->out, "    start = x[k] / 2;\n"
                            "    v = (v / 2 - start) / (x[k + 1] / 2 - start);\n"
                            "    return y[k] + v * (y[k + 1] - y[k]);\n"
                            "}\n\n");
}

static void put_searches(struct assay_c_export *e)
{
    bool begun = false;
    size_t largest = 0;
    for (size_t j = 0; j < e->model->n_signal; j++)
        if (e->model->spec.signals[j].normalise.method == ASSAY_PERCENTILE &&
            row_size(&e->model->baselines[j]) > largest)
            largest = row_size(&e->model->baselines[j]);
    for (size_t size = 2; size <= largest; size *= 2) {
        bool wanted = false;
        for (size_t j = 0; j < e->model->n_signal; j++)
            wanted = wanted || (e->model->spec.signals[j].normalise.method == ASSAY_PERCENTILE &&
                                row_size(&e->model->baselines[j]) == size);
        if (wanted && !begun)
            assay_c_put(
                e,
                "/* A value between the knots (x, y) of its cohort: linear between two, constant "
                "beyond\n"
                " * the outer ones. Rows of x are filled up with infinity, so that the last\n"
                " * value counts for all above it; the interval is found by counting, without\n"
                " * a branch. Half of every x, so that no distance is infinite. NaN stays NaN. */\n"
                "#define ^_LARGEST 1.7976931348623157e308\n");
        begun = begun || wanted;
        if (wanted)
            put_search(e, size);
    }
}

static void put_row_comment(struct assay_c_export *e, size_t node)
{
    char label[256];
    assay_text_printf(e->out, "    /* %zu: ", node);
    assay_c_comment(e, assay_cohort_label(&e->model->cohorts, node, label, sizeof label));
    assay_text_puts(e->out, " */\n");
}

/* Rows x[0 .. size) up to infinity, or y[0 .. n] with the last knot's twice. */
static void put_knot_rows(struct assay_c_export *e, size_t j, const char *name, bool is_x,
                          double row[])
{
    const struct assay_baseline *baseline = &e->model->baselines[j];
    size_t size = row_size(baseline);
    assay_c_printf(e, "static const double @_%s_%s[%zu][%zu] = {\n", name, e->names.signal[j],
                   baseline->n_node, size);
    for (size_t v = 0; v < baseline->n_node; v++) {
        const struct assay_knots *knots = &baseline->knots[v];
        for (size_t k = 0; k < size; k++)
            row[k] = k < knots->n ? (is_x ? knots->x[k] : knots->s[k])
                                  : (is_x ? HUGE_VAL : knots->s[knots->n - 1]);
        put_row_comment(e, v);
        assay_c_numbers(e, row, is_x ? size : knots->n + 1, 4);
        assay_text_puts(e->out, v + 1 < baseline->n_node ? ",\n" : "\n};\n");
    }
}

/* ---- one signal ---- */

static void put_heading(struct assay_c_export *e, size_t j)
{
    static const char *const policies[ASSAY_MISSING_POLICIES] = {
        "50",
        "50 and a term of its own",
        "as if left out, the weights of the others adding up to 1",
        "no score",
        "the average of its dimension",
        "points of its own"};
    const struct assay_signal_spec *signal = &e->model->spec.signals[j];
    assay_text_puts(e->out, "/* Signal ");
    assay_c_comment(e, signal->name);
    assay_text_puts(e->out, " (dimension ");
    assay_c_comment(e, signal->dimension);
    assay_text_printf(e->out, "): %s, %s is healthier; where missing: %s */\n",
                      assay_method_names[signal->normalise.method],
                      assay_better_names[signal->better], policies[signal->missing]);
}

static void put_function(struct assay_c_export *e, size_t j, const char *arguments)
{
    assay_c_printf(e, "static inline double @_s_%s(%s)\n{\n", e->names.signal[j], arguments);
}

static void put_percentile(struct assay_c_export *e, size_t j, double row[])
{
    const char *name = e->names.signal[j];
    bool by_cohort = assay_c_needs_cohort(e->model);
    put_knot_rows(e, j, "x", true, row);
    put_knot_rows(e, j, "y", false, row);
    put_function(e, j, by_cohort ? "double v, size_t cohort" : "double v");
    assay_c_printf(e, "    return @_by_%zu_knots(@_x_%s[%s], @_y_%s[%s], v);\n}\n\n",
                   row_size(&e->model->baselines[j]), name, by_cohort ? "cohort" : "0", name,
                   by_cohort ? "cohort" : "0");
}

static void put_range(struct assay_c_export *e, size_t j)
{
    const struct assay_signal_spec *signal = &e->model->spec.signals[j];
    bool lower = signal->better == ASSAY_LOWER;
    put_function(e, j, "double v");
    assay_c_printf(e, "    ^_EXACT\n    return %s@_clamp(", lower ? "100 - " : "");
    if (signal->normalise.method == ASSAY_NONE) {
        assay_text_puts(e->out, "v);\n}\n\n");
        return;
    }
    assay_text_puts(e->out, "100 * (v - ");
    assay_c_number(e, signal->normalise.low);
    assay_text_puts(e->out, ") / (");
    assay_c_number(e, signal->normalise.high);
    assay_text_puts(e->out, " - ");
    assay_c_number(e, signal->normalise.low);
    assay_text_puts(e->out, "));\n}\n\n");
}

static void put_steps(struct assay_c_export *e, size_t j, double row[])
{
    const struct assay_signal_spec *signal = &e->model->spec.signals[j];
    size_t n = signal->normalise.n_step;
    const char *name = e->names.signal[j];
    assay_c_printf(e, "static const double @_x_%s[%zu] =\n", name, n);
    for (size_t k = 0; k < n; k++)
        row[k] = signal->normalise.steps[k].from;
    assay_c_numbers(e, row, n, 4);
    assay_c_printf(e, ";\nstatic const double @_y_%s[%zu] =\n", name, n);
    for (size_t k = 0; k < n; k++)
        row[k] = assay_export_step_points(signal, k);
    assay_c_numbers(e, row, n, 4);
    assay_text_puts(e->out, ";\n");
    put_function(e, j, "double v");
    assay_c_printf(e,
                   "    size_t step = 0, k;\n"
                   "    for (k = 1; k < %zu; k++)\n"
                   "        step += v >= @_x_%s[k] ? 1 : 0;\n"
                   "    return v == v ? @_y_%s[step] : v;\n}\n\n",
                   n, name, name);
}

static void put_categories(struct assay_c_export *e, size_t j, double row[])
{
    const struct assay_signal_spec *signal = &e->model->spec.signals[j];
    const struct assay_c_words *words = &e->words[assay_export_input(e->model, signal->column)];
    const char *name = e->names.signal[j];
    for (size_t code = 0; code < words->n + 2; code++) {
        bool unknown;
        const char *word = code > 0 && code <= words->n ? words->word[code - 1] : NULL;
        row[code] = assay_normalise_category(signal, word, &unknown);
    }
    assay_text_puts(e->out, "/* By code of \"");
    assay_c_comment(e, signal->column);
    assay_c_printf(e, "\"; NAN: no points. */\nstatic const double @_y_%s[%zu] =\n", name,
                   words->n + 2);
    assay_c_numbers(e, row, words->n + 2, 4);
    assay_text_puts(e->out, ";\n");
    put_function(e, j, "size_t code");
    assay_c_printf(e, "    return @_y_%s[code];\n}\n\n", name);
}

static size_t longest_row(const struct assay_c_export *e)
{
    size_t longest = 2;
    for (size_t j = 0; j < e->model->n_signal; j++) {
        const struct assay_normalise_spec *normalise = &e->model->spec.signals[j].normalise;
        size_t n = normalise->n_step;
        if (normalise->method == ASSAY_PERCENTILE)
            n = row_size(&e->model->baselines[j]);
        else if (assay_signal_type(&e->model->spec.signals[j]) == ASSAY_TEXT)
            n = e->words[assay_export_input(e->model, e->model->spec.signals[j].column)].n + 2;
        longest = n > longest ? n : longest;
    }
    return longest;
}

static bool has_clamp(const struct assay_model *model)
{
    bool found = false;
    for (size_t j = 0; j < model->n_signal; j++)
        found = found || model->spec.signals[j].normalise.method == ASSAY_RANGE ||
                model->spec.signals[j].normalise.method == ASSAY_NONE;
    return found;
}

void assay_c_signals(struct assay_c_export *e)
{
    double *row = assay_alloc(longest_row(e), sizeof *row);
    if (row == NULL) {
        e->out->failed = true;
        return;
    }
    put_searches(e);
    if (has_clamp(e->model))
        assay_c_put(e, "static inline double @_clamp(double s)\n{\n"
                       "    return s < 0 ? 0 : s > 100 ? 100 : s;\n}\n\n");
    for (size_t j = 0; j < e->model->n_signal; j++) {
        put_heading(e, j);
        switch (e->model->spec.signals[j].normalise.method) {
        case ASSAY_PERCENTILE:
            put_percentile(e, j, row);
            break;
        case ASSAY_RANGE:
        case ASSAY_NONE:
            put_range(e, j);
            break;
        case ASSAY_STEPS:
            if (e->model->spec.signals[j].normalise.by_category)
                put_categories(e, j, row);
            else
                put_steps(e, j, row);
            break;
        }
    }
    free(row);
}
