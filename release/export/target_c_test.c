#include <math.h>

#include "release/export/target_c.h"

static void put_inputs(struct assay_c_export *e, const struct assay_example *example)
{
    assay_text_puts(e->out, "    {{");
    for (size_t k = 0; k < e->model->n_input; k++) {
        const struct assay_example_input *input = &example->inputs[k];
        assay_text_puts(e->out, k > 0 ? ", " : "");
        if (!e->model->inputs[k].is_text)
            assay_c_number(e, input->number);
        else if (input->text == NULL)
            assay_text_puts(e->out, "NULL");
        else
            assay_c_string(e, input->text);
        if (e->number[k] != NULL) {
            assay_text_puts(e->out, ", ");
            assay_c_number(e, assay_export_example_number(input));
        }
    }
    assay_text_puts(e->out, "},\n");
}

static void put_example(struct assay_c_export *e, const struct assay_example *example)
{
    bool scored = !example->dropped;
    put_inputs(e, example);
    assay_c_numbers(e, example->s, e->model->n_signal, 5);
    assay_text_puts(e->out, ",\n     ");
    assay_c_number(e, scored ? example->composite : (double)NAN);
    assay_text_puts(e->out, ", ");
    assay_c_number(e, scored ? example->score : (double)NAN);
    assay_text_puts(e->out, ", ");
    assay_c_number(e, scored ? example->probability : (double)NAN);
    if (scored)
        assay_text_printf(e->out, ", %zu},\n", example->zone);
    else
        assay_text_puts(e->out, ", -1},\n");
}

static const char checks[] =
    "static int @_differs(size_t example, const char *what, double got, double want,\n"
    "        double tolerance)\n"
    "{\n"
    "    if (got == want || (got != got && want != want) || fabs(got - want) <= tolerance)\n"
    "        return 0;\n"
    "    fprintf(stderr, \"example %lu: %s is %.17g; expected %.17g\\n\",\n"
    "            (unsigned long)example + 1, what, got, want);\n"
    "    return 1;\n"
    "}\n\n"
    "static int @_check(size_t k)\n"
    "{\n"
    "    const struct @_example *want = &@_examples[k];\n"
    "    struct @_result got;\n"
    "    size_t j;\n"
    "    @_score(&want->in, &got);\n"
    "    for (j = 0; j < ^_SIGNALS; j++)\n"
    "        if (@_differs(k, @_signal_names[j], got.normalised[j], want->normalised[j], 1e-9))\n"
    "            return 1;\n"
    "    if (@_differs(k, \"composite\", got.composite, want->composite, 1e-9) ||\n"
    "        @_differs(k, \"score\", got.score, want->score, 1e-9) ||\n"
    "        @_differs(k, \"probability\", got.probability, want->probability, 1e-11))\n"
    "        return 1;\n"
    "    if (got.zone != want->zone)\n"
    "        fprintf(stderr, \"example %lu: zone is %s; expected %s\\n\", (unsigned long)k + 1,\n"
    "                got.zone < 0 ? \"none\" : @_zone_names[got.zone],\n"
    "                want->zone < 0 ? \"none\" : @_zone_names[want->zone]);\n"
    "    return got.zone != want->zone;\n"
    "}\n\n";

static const char main_function[] =
    "static int @_check_nothing_known(void)\n"
    "{\n"
    "    struct @_input in = @_nothing_known();\n"
    "    struct @_result got;\n"
    "    @_score(&in, &got);\n"
    "    if (got.n_missing != ^_SIGNALS)\n"
    "        fprintf(stderr, \"nothing known: %d signals missing; expected %d\\n\",\n"
    "                got.n_missing, (int)^_SIGNALS);\n"
    "    return got.n_missing != ^_SIGNALS;\n"
    "}\n\n"
    "int main(void)\n"
    "{\n"
    "    size_t k;\n"
    "    for (k = 0; k < ^_EXAMPLES; k++)\n"
    "        if (@_check(k))\n"
    "            return 1;\n"
    "    if (@_check_batch())\n"
    "        return 1;\n"
    "    if (@_check_nothing_known())\n"
    "        return 1;\n"
    "    printf(\"%d examples agree\\n\", (int)^_EXAMPLES);\n"
    "    return 0;\n"
    "}\n";

static void put_column(struct assay_c_export *e, const char *type, const char *name)
{
    assay_c_printf(e, "    static %s column_%s[^_EXAMPLES];\n", type, name);
}

/* Many at once give what one by one gives, to the last bit. */
static void put_batch_check(struct assay_c_export *e)
{
    const struct assay_model *model = e->model;
    assay_c_put(e, "static int @_check_batch(void)\n{\n");
    for (size_t k = 0; k < model->n_input; k++) {
        put_column(e, model->inputs[k].is_text ? "const char *" : "double", e->names.input[k]);
        if (e->number[k] != NULL)
            put_column(e, "double", e->number[k]);
    }
    assay_c_put(
        e, "    static double composite[^_EXAMPLES], score[^_EXAMPLES], probability[^_EXAMPLES];\n"
           "    static int zone[^_EXAMPLES];\n"
           "    const struct @_scores scores = {composite, score, probability, zone};\n"
           "    struct @_columns columns;\n"
           "    struct @_result one;\n"
           "    size_t k;\n"
           "    for (k = 0; k < ^_EXAMPLES; k++) {\n");
    for (size_t k = 0; k < model->n_input; k++) {
        const char *const both[] = {e->names.input[k], e->number[k]};
        for (size_t m = 0; m < 2 && both[m] != NULL; m++)
            assay_c_printf(e, "        column_%s[k] = @_examples[k].in.%s;\n", both[m], both[m]);
    }
    assay_text_puts(e->out, "    }\n");
    for (size_t k = 0; k < model->n_input; k++) {
        const char *const both[] = {e->names.input[k], e->number[k]};
        for (size_t m = 0; m < 2 && both[m] != NULL; m++)
            assay_c_printf(e, "    columns.%s = column_%s;\n", both[m], both[m]);
    }
    assay_c_put(
        e,
        "    @_score_batch(&columns, ^_EXAMPLES, &scores);\n"
        "    for (k = 0; k < ^_EXAMPLES; k++) {\n"
        "        @_score(&@_examples[k].in, &one);\n"
        "        if (@_differs(k, \"composite of the batch\", composite[k], one.composite, 0) ||\n"
        "            @_differs(k, \"score of the batch\", score[k], one.score, 0) ||\n"
        "            @_differs(k, \"probability of the batch\", probability[k],\n"
        "                    one.probability, 0) ||\n"
        "            @_differs(k, \"zone of the batch\", zone[k], one.zone, 0))\n"
        "            return 1;\n"
        "    }\n"
        "    return 0;\n"
        "}\n\n");
}

void assay_c_self_test(struct assay_c_export *e, bool examples)
{
    assay_c_put(e, "\n#ifdef ^_SELF_TEST\n");
    if (!examples) {
        assay_c_put(
            e, "#error \"this file was exported without its examples: assay export --self-test\"\n"
               "#endif\n");
        return;
    }
    assay_c_put(e, "/* Examples of the model file, with what its program makes of them. */\n"
                   "#include <stdio.h>\n\n"
                   "struct @_example {\n"
                   "    struct @_input in;\n"
                   "    double normalised[^_SIGNALS], composite, score, probability;\n"
                   "    int zone;\n"
                   "};\n\n");
    assay_c_printf(e,
                   "enum { ^_EXAMPLES = %zu };\n"
                   "static const struct @_example @_examples[^_EXAMPLES] = {\n",
                   e->model->n_example);
    for (size_t k = 0; k < e->model->n_example; k++)
        put_example(e, &e->model->examples[k]);
    assay_text_puts(e->out, "};\n\n");
    assay_c_put(e, checks);
    put_batch_check(e);
    assay_c_put(e, main_function);
    assay_c_put(e, "#endif\n");
}
