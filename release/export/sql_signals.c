#include <stdio.h>

#include "core/signal/columns.h"
#include "release/export/sql.h"

static double clamped(double s)
{
    return s < 0 ? 0 : s > 100 ? 100 : s;
}

/* ---- range, none ---- */

/* Ends in what `high` gives, clamped: the same as of all values above it, to the last digit but one. */
static void put_range(struct assay_sql *q, const struct assay_normalise_spec *normalise,
                      const char *v)
{
    double low = normalise->low, high = normalise->high;
    assay_text_printf(q->out, "CASE\n      WHEN %s <= ", v);
    assay_sql_number(q, low);
    assay_text_printf(q->out, " THEN 0e0\n      WHEN %s < ", v);
    assay_sql_number(q, high);
    assay_text_printf(q->out, " THEN 100e0 * (%s %c ", v, low < 0 ? '+' : '-');
    assay_sql_number(q, low < 0 ? -low : low);
    assay_text_puts(q->out, ") / ");
    assay_sql_number(q, high - low);
    assay_text_printf(q->out, "\n      WHEN %s >= ", v);
    assay_sql_number(q, high);
    assay_text_puts(q->out, " THEN ");
    assay_sql_number(q, clamped(100 * (high - low) / (high - low)));
    assay_text_puts(q->out, "\n    END");
}

static void put_none(struct assay_sql *q, const char *v)
{
    assay_text_printf(q->out, "CASE WHEN %s < 0e0 THEN 0e0 WHEN %s > 100e0 THEN 100e0 ELSE %s END",
                      v, v, v);
}

/* ---- steps ---- */

/* The last is a double by itself, which makes doubles of the others. */
static void put_step_points(struct assay_sql *q, const struct assay_signal_spec *signal, size_t k)
{
    assay_text_puts(q->out, " THEN ");
    if (k + 1 == signal->normalise.n_step)
        assay_sql_typed(q, assay_export_step_points(signal, k));
    else
        assay_sql_number(q, assay_export_step_points(signal, k));
}

static void put_categories(struct assay_sql *q, const struct assay_signal_spec *signal,
                           const char *name)
{
    assay_text_printf(q->out, "CASE t_%s", name);
    for (size_t k = 0; k < signal->normalise.n_step; k++) {
        assay_text_puts(q->out, "\n      WHEN ");
        assay_sql_string(q, signal->normalise.steps[k].category);
        put_step_points(q, signal, k);
    }
    assay_text_puts(q->out, "\n    END");
}

static void put_steps(struct assay_sql *q, const struct assay_signal_spec *signal, const char *v)
{
    const struct assay_normalise_spec *normalise = &signal->normalise;
    assay_text_puts(q->out, "CASE");
    for (size_t k = 0; k + 1 < normalise->n_step; k++) {
        assay_text_printf(q->out, "\n      WHEN %s < ", v);
        assay_sql_number(q, normalise->steps[k + 1].from);
        put_step_points(q, signal, k);
    }
    assay_text_printf(q->out, "\n      WHEN %s IS NOT NULL", v);
    put_step_points(q, signal, normalise->n_step - 1);
    assay_text_puts(q->out, "\n    END");
}

/* ---- each signal ---- */

static void put_signal(struct assay_sql *q, size_t j)
{
    const struct assay_signal_spec *signal = &q->model->spec.signals[j];
    const char *input = q->names.input[assay_export_input(q->model, signal->column)];
    char v[ASSAY_SQL_NAME_SIZE];
    snprintf(v, sizeof v, "v_%s", input);
    bool turned = signal->better == ASSAY_LOWER && (signal->normalise.method == ASSAY_RANGE ||
                                                    signal->normalise.method == ASSAY_NONE);
    assay_text_puts(q->out, turned ? "100e0 - " : "");
    switch (signal->normalise.method) {
    case ASSAY_PERCENTILE:
        if (q->arrays)
            assay_sql_array_curve(q, j);
        else
            assay_text_printf(q->out, "s_%s", q->names.signal[j]);
        break;
    case ASSAY_RANGE:
        put_range(q, &signal->normalise, v);
        break;
    case ASSAY_STEPS:
        if (signal->normalise.by_category)
            put_categories(q, signal, input);
        else
            put_steps(q, signal, v);
        break;
    case ASSAY_NONE:
        put_none(q, v);
        break;
    }
}

static void put_description(struct assay_sql *q, const struct assay_signal_spec *signal)
{
    static const char *const words[] = {
        [ASSAY_PERCENTILE] = ", as a percentile of the cohort",
        [ASSAY_RANGE] = ", as a share of its range",
        [ASSAY_STEPS] = ", by its table of points",
        [ASSAY_NONE] = ", which is points already",
    };
    assay_text_puts(q->out, "    -- ");
    assay_sql_comment(q, signal->name);
    assay_text_puts(q->out, ": ");
    assay_sql_comment(q, signal->column);
    assay_text_puts(q->out, words[signal->normalise.method]);
    assay_text_puts(q->out, signal->better == ASSAY_LOWER ? "; lower is better\n" : "\n");
}

void assay_sql_normalised(struct assay_sql *q)
{
    const struct assay_model *model = q->model;
    assay_sql_step(q, "normalised",
                   "Each signal from 0 to 100, higher is healthier; NULL where its value is "
                   "missing.\n");
    assay_sql_carry(q);
    for (size_t j = 0; j < model->n_signal; j++) {
        assay_text_puts(q->out, ",\n");
        put_description(q, &model->spec.signals[j]);
        assay_text_puts(q->out, "    ");
        put_signal(q, j);
        assay_text_printf(q->out, " AS s_%s", q->names.signal[j]);
    }
    assay_sql_end(q, "normalised");
}
