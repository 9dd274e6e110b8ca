/* The header that is written compiles under every warning, scores as the program does, and its self-test can
 * fail. */
#include "release/export/target_c.h"
#include "tests/release/exported_program.h"

static struct assay_c_export writing_to(struct assay_text *out)
{
    return (struct assay_c_export){
        .names.model = (char *)"b2b", .capitals = (char *)"B2B", .out = out};
}

/* ---- words of the language ---- */

static const struct {
    const char *text, *literal, *comment;
} texts[] = {
    {"logins", "\"logins\"", "logins"},
    {"a \"b\" \\c", "\"a \\\"b\\\" \\\\c\"", "a \"b\"  c"},
    {"two\nlines", "\"two\\012lines\"", "two lines"},
    {"Gr\303\2661", "\"Gr\\303\\2661\"", "Gr\303\2661"},
    {"why?\?/", "\"why?\\?/\"", "why?\?/"},
    {"*/ /* x", "\"*/ /* x\"", "* / / * x"},
    {"/*/", "\"/*/\"", "/ * /"},
    {"", "\"\"", ""},
};

START_TEST(no_text_of_the_model_ends_a_string_or_a_comment)
{
    struct assay_text out = {0};
    struct assay_c_export e = writing_to(&out);
    assay_c_string(&e, texts[_i].text);
    ck_assert_str_eq(out.data, texts[_i].literal);
    assay_text_reset(&out);
    assay_text_puts(&out, "");
    assay_c_comment(&e, texts[_i].text);
    ck_assert_str_eq(out.data, texts[_i].comment);
    assay_text_clear(&out);
}
END_TEST

static const struct {
    double value;
    const char *literal;
} numbers[] = {
    {0, "0.0"},        {-0.0, "-0.0"},     {12, "12.0"},           {0.1, "0.1"},
    {1e300, "1e+300"}, {5e-324, "5e-324"}, {HUGE_VAL, "HUGE_VAL"}, {NAN, "NAN"},
};

START_TEST(every_number_is_a_double)
{
    struct assay_text out = {0};
    struct assay_c_export e = writing_to(&out);
    assay_c_number(&e, numbers[_i].value);
    ck_assert_str_eq(out.data, numbers[_i].literal);
    assay_text_clear(&out);
}
END_TEST

START_TEST(long_lists_of_numbers_are_wrapped_at_100_columns)
{
    struct assay_text out = {0};
    struct assay_c_export e = writing_to(&out);
    double values[60];
    for (size_t k = 0; k < COUNT(values); k++)
        values[k] = 1.0 / (double)(k + 3);
    assay_c_numbers(&e, values, COUNT(values), 4);
    size_t width = 0, widest = 0;
    for (const char *c = out.data; *c != '\0'; c++) {
        width = *c == '\n' ? 0 : width + 1;
        widest = width > widest ? width : widest;
        ck_assert(*c != '\n' || c[-1] == ',');
    }
    ck_assert_uint_le(widest, 100);
    ck_assert_uint_gt(widest, 80);
    assay_text_clear(&out);
}
END_TEST

START_TEST(templates_name_the_model)
{
    struct assay_text out = {0};
    struct assay_c_export e = writing_to(&out);
    assay_c_printf(&e, "int @_x[^_SIZE]; /* %zu %s */", (size_t)3, "y");
    ck_assert_str_eq(out.data, "int b2b_x[B2B_SIZE]; /* 3 y */");
    assay_text_clear(&out);
}
END_TEST

/* ---- what a header has ---- */

/* What only some models need, by their place in tests/model/specs.h. */
static const struct {
    size_t spec;
    const char *there[4], *not_there[4];
} pieces[] = {
    {0, {"made_up_clamp(", "    double use;"}, {"_cohort", "_knots(", "_fill_by", "floor("}},
    {1, {"made_up_cohort[1][3]", "made_up_band(", "_by_"}, {"_code_", "made_up_clamp("}},
    {2, {"size_t made_up_code_plan(", "made_up_cohort["}, {"made_up_band(", "_round("}},
    {3,
     {"made_up_fill_by_all(", "no_nps", "out->no_score = no_contract;", "_y_contract["},
     {"_fill_by_dimension(", "_round(", "_weights_of"}},
    {7, {"score = composite;"}, {"made_up_line", "_round("}},
    {COUNT(model_specs) - 2,
     {"made_up_fill_by_dimension(", "made_up_composite_rounded(s, w, open",
      "score = made_up_round("},
     {"made_up_line", "const int no_"}},
    {COUNT(model_specs) - 1,
     {"made_up_weights_of[code_plan]", "made_up_line_of[code_contract]"},
     {0}},
    {COUNT(model_specs),
     {"const char *nps;", "double nps_number;", "made_up_band(in->months)"},
     {0}},
};

START_TEST(the_header_has_the_machinery_that_the_model_needs_and_no_other)
{
    struct lab lab = {0};
    exported_model(&lab, pieces[_i].spec);
    struct assay_text text = exported_text(assay_export_c, &lab.model, false);
    const char *code = strstr(text.data, "#ifndef MADE_UP_H\n");
    ck_assert_ptr_nonnull(code);
    for (size_t k = 0; k < 4 && pieces[_i].there[k] != NULL; k++)
        ck_assert_msg(strstr(code, pieces[_i].there[k]) != NULL, "%s", pieces[_i].there[k]);
    for (size_t k = 0; k < 4 && pieces[_i].not_there[k] != NULL; k++)
        ck_assert_msg(strstr(code, pieces[_i].not_there[k]) == NULL, "%s", pieces[_i].not_there[k]);
    ck_assert_ptr_nonnull(strstr(code, "#error \"this file was exported without its examples"));
    assay_text_clear(&text);
    lab_clear(&lab);
}
END_TEST

START_TEST(the_header_begins_with_whose_it_is_and_is_the_same_every_time)
{
    struct lab lab = {0};
    exported_model(&lab, 3);
    struct assay_text first = exported_text(assay_export_c, &lab.model, true);
    struct assay_text second = exported_text(assay_export_c, &lab.model, true);
    ck_assert_str_eq(first.data, second.data);
    ck_assert_int_eq(strncmp(first.data, "/*\n * Model made-up\n", 20), 0);
    ck_assert_ptr_nonnull(strstr(first.data, lab.model.digest));
    ck_assert_ptr_nonnull(strstr(first.data, "not covered by the licence"));
    assay_text_clear(&first);
    assay_text_clear(&second);
    lab_clear(&lab);
}
END_TEST

START_TEST(running_out_of_memory_is_said_and_nothing_leaks)
{
    struct lab lab = {0};
    exported_model(&lab, COUNT(model_specs)); /* texts that are numbers too */
    struct assay_export_request request = {.model = &lab.model, .self_test = true};
    enum assay_status status = ASSAY_ENOMEM;
    size_t n = 1;
    for (; status != ASSAY_OK; n++) {
        struct assay_error err = {0};
        struct assay_text text = {0};
        test_fail_allocation(n);
        status = assay_export_c(&request, &text, &err);
        test_fail_allocation(0);
        assay_text_clear(&text);
        ck_assert(status == ASSAY_OK || strncmp(err.message, "out of memory ", 14) == 0);
    }
    ck_assert_uint_gt(n, 20);
    lab_clear(&lab);
}
END_TEST

/* ---- compiled ---- */

static void write_header(const char *folder, const struct assay_model *model, const char *name)
{
    struct assay_text text = exported_text(assay_export_c, model, true);
    exported_write(folder, name, text.data, text.length);
    assay_text_clear(&text);
}

/* Each model under a name of its own, so that one program can have all of them. */
static void write_headers(const char *folder, struct assay_text *program)
{
    char name[16], file[24];
    assay_text_puts(program, "#define main nothing\n");
    for (size_t m = 0; m < COUNT(exported_tried); m++) {
        struct lab lab = {0};
        size_t k = exported_tried[m];
        exported_model(&lab, k);
        if (k % 2 == 1)
            exported_mix(&lab.model, k);
        if (k + 3 >= N_EXPORTED || k == 3)
            exported_odd_names(&lab.model);
        snprintf(name, sizeof name, "m%zu", k);
        snprintf(file, sizeof file, "%s.h", name);
        exported_rename(&lab.model.spec.name, name);
        write_header(folder, &lab.model, file);
        assay_text_printf(
            program,
            "#undef main\n#define main m%zu_test\n#define M%zu_SELF_TEST\nint m%zu_test(void);\n"
            "#include \"%s\"\n",
            k, k, k, file);
        lab_clear(&lab);
    }
    assay_text_puts(program, "#undef main\nint main(void)\n{\n    return 0");
    for (size_t m = 0; m < COUNT(exported_tried); m++)
        assay_text_printf(program, " | m%zu_test()", exported_tried[m]);
    assay_text_puts(program, ";\n}\n");
    ck_assert(!program->failed);
}

#define STRICT "cc -std=c99 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror "

START_TEST(every_header_compiles_without_a_warning_and_passes_its_self_test)
{
    char folder[] = "/tmp/assay-c-XXXXXX";
    struct assay_text program = {0}, said = {0};
    if (!exported_has("cc"))
        return;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    write_headers(folder, &program);
    exported_write(folder, "all.c", program.data, program.length);
    int status = exported_run(folder, STRICT "all.c -o all -lm && ./all", &said);
    ck_assert_msg(status == 0, "%s", said.data);
    ck_assert_ptr_nonnull(strstr(said.data, "32 examples agree\n"));
    assay_text_clear(&program);
    assay_text_clear(&said);
    exported_remove(folder);
}
END_TEST

START_TEST(a_self_test_names_the_first_example_that_disagrees)
{
    char folder[] = "/tmp/assay-c-XXXXXX";
    struct assay_text said = {0};
    struct lab lab = {0};
    if (!exported_has("cc"))
        return;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    exported_model(&lab, 0);
    lab.model.examples[1].score = 101;
    write_header(folder, &lab.model, "h.h");
    int status = exported_run(folder, "cc -DMADE_UP_SELF_TEST -x c h.h -lm && ./a.out", &said);
    ck_assert_int_eq(status, 1);
    ck_assert_int_eq(strncmp(said.data, "example 2: score is ", 20), 0);
    ck_assert_ptr_nonnull(strstr(said.data, "; expected 101\n"));
    assay_text_clear(&said);
    lab_clear(&lab);
    exported_remove(folder);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, no_text_of_the_model_ends_a_string_or_a_comment, 0, COUNT(texts));
    tcase_add_loop_test(tc, every_number_is_a_double, 0, COUNT(numbers));
    tcase_add_test(tc, long_lists_of_numbers_are_wrapped_at_100_columns);
    tcase_add_test(tc, templates_name_the_model);
    tcase_add_loop_test(tc, the_header_has_the_machinery_that_the_model_needs_and_no_other, 0,
                        COUNT(pieces));
    tcase_add_test(tc, the_header_begins_with_whose_it_is_and_is_the_same_every_time);
    tcase_add_test(tc, running_out_of_memory_is_said_and_nothing_leaks);
    tcase_add_test(tc, every_header_compiles_without_a_warning_and_passes_its_self_test);
    tcase_add_test(tc, a_self_test_names_the_first_example_that_disagrees);
}

ASSAY_SUITE("release/export_c", add_tests)
