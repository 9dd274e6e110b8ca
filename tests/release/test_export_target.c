/* What targets share: names that no language cuts or keeps for itself, and what is asked of a model. */
#include "release/export/sql.h"
#include "tests/release/exported_program.h"

#define LONG "a_name_that_goes_on_until_it_has_the_sixty_bytes_of_the_long" /* 60 bytes */

/* Columns of the model, a word that is reserved, and what the columns are called. */
static const struct {
    const char *column[3], *reserved, *name[3];
} names[] = {
    {{"NPS", "nps", "n p s"}, "score", {"nps", "nps_2", "n_p_s"}},
    {{"score", "score_", "Score"}, "score", {"score_", "score__2", "score__3"}},
    {{"a b", "a_b", "x"}, "a_b_2", {"a_b", "a_b_3", "x"}},
    {{LONG, LONG " one", LONG " two"},
     "score",
     {LONG, "a_name_that_goes_on_until_it_has_the_sixty_bytes_of_the_lo_2",
      "a_name_that_goes_on_until_it_has_the_sixty_bytes_of_the_lo_3"}},
    {{LONG " one", "x", "y"},
     LONG,
     {"a_name_that_goes_on_until_it_has_the_sixty_bytes_of_the_lon_", "x", "y"}},
};

START_TEST(names_differ_and_are_never_longer_than_60_bytes)
{
    struct assay_input inputs[3];
    for (size_t k = 0; k < 3; k++)
        inputs[k] = (struct assay_input){.column = (char *)names[_i].column[k]};
    const char *const reserved[] = {names[_i].reserved, NULL};
    struct assay_model model = {.spec.name = (char *)"m", .inputs = inputs, .n_input = 3};
    struct assay_export_names made = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_export_names_init(&model, reserved, &made, &err));
    for (size_t k = 0; k < 3; k++) {
        ck_assert_str_eq(made.input[k], names[_i].name[k]);
        ck_assert_uint_le(strlen(made.input[k]), 60);
    }
    assay_export_names_clear(&made);
}
END_TEST

/* PostgreSQL reads 63 bytes of a name, and would read both columns from one. */
START_TEST(columns_that_postgresql_takes_for_the_same_are_refused_there_alone)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    exported_model(&lab, 0);
    ck_assert_uint_ge(lab.model.n_input, 2);
    exported_rename(&lab.model.inputs[0].column, LONG "abcd");
    exported_rename(&lab.model.inputs[1].column, LONG "abce");
    for (int dialect = 0; dialect < ASSAY_SQL_DIALECTS; dialect++) {
        struct assay_sql q = {0};
        struct assay_text out = {0};
        enum assay_status status =
            assay_sql_init(&q, &lab.model, (enum assay_sql_dialect)dialect, "accounts", &out, &err);
        ck_assert_int_eq(status, dialect == ASSAY_SQL_POSTGRESQL ? ASSAY_EDATA : ASSAY_OK);
        assay_sql_clear(&q);
    }
    ck_assert_str_eq(err.message,
                     "postgresql cannot hold this model: columns "
                     "\"a_name_that_goes_on_until_it_has_the_six...\" and "
                     "\"a_name_that_goes_on_until_it_has_the_six...\" differ behind the 63 bytes "
                     "that it reads of a name");
    lab_clear(&lab);
}
END_TEST

/* PostgreSQL is given no number nearer to 0, and would put the account on another side of the edge. */
START_TEST(an_edge_next_to_0_is_refused_in_postgresql_alone)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_text text = {0};
    struct assay_export_request request = {.model = &lab.model, .table = "accounts"};
    exported_model(&lab, 0);
    size_t j = 0;
    while (j < lab.model.n_signal && lab.model.spec.signals[j].normalise.method != ASSAY_RANGE)
        j++;
    ck_assert_uint_lt(j, lab.model.n_signal);
    lab.model.spec.signals[j].normalise.low = -1e-201;
    ck_assert_int_eq(assay_export_sql(&request, &text, &err), ASSAY_EDATA);
    ck_assert_ptr_nonnull(strstr(
        err.message, " has the number -1e-201; what is nearer to 0 than 1e-200 counts as that"));
    assay_text_reset(&text);
    ck_assay_ok(assay_export_dbt(&request, &text, &err));
    ck_assert_ptr_nonnull(
        strstr(text.data, "{%- if target.type == 'postgres' -%}\n"
                          "  {{- exceptions.raise_compiler_error(\"postgresql cannot hold this "
                          "model: signal \\\""));
    assay_text_clear(&text);
    lab_clear(&lab);
}
END_TEST

static const struct {
    const char *model, *macro;
} macros[] = {
    {"b2b", "{%- macro b2b_score(relation) -%}"},
    {"2nd try", "{%- macro model_2nd_try_score(relation) -%}"},
    {"\xc3\x9c"
     "ber",
     "{%- macro model__ber_score(relation) -%}"},
};

START_TEST(a_macro_is_not_named_as_a_template_names_what_it_keeps_to_itself)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_text text = {0};
    exported_model(&lab, 0);
    exported_rename(&lab.model.spec.name, macros[_i].model);
    struct assay_export_request request = {.model = &lab.model};
    ck_assay_ok(assay_export_dbt(&request, &text, &err));
    ck_assert_msg(strstr(text.data, macros[_i].macro) != NULL, "%s", macros[_i].macro);
    assay_text_clear(&text);
    lab_clear(&lab);
}
END_TEST

START_TEST(an_input_of_texts_may_be_read_as_a_number_too)
{
    struct lab lab = {0};
    exported_model(&lab, N_EXPORTED - 1);
    size_t both = assay_export_input(&lab.model, "nps");
    ck_assert(lab.model.inputs[both].is_text && assay_export_reads_number(&lab.model, both));
    ck_assert(assay_export_reads_number(&lab.model, assay_export_input(&lab.model, "months")));
    lab_clear(&lab);
    exported_model(&lab, 2);
    ck_assert(!assay_export_reads_number(&lab.model, assay_export_input(&lab.model, "plan")));
    lab_clear(&lab);
}
END_TEST

START_TEST(a_text_of_an_example_is_the_number_that_it_reads_as)
{
    char text[] = "12.5", word[] = "gold";
    struct assay_example_input number = {NULL, 3}, numeral = {text, NAN}, name = {word, 3};
    ck_assert_double_eq(assay_export_example_number(&number), 3);
    ck_assert_double_eq(assay_export_example_number(&numeral), 12.5);
    ck_assert_double_nan(assay_export_example_number(&name));
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, names_differ_and_are_never_longer_than_60_bytes, 0, COUNT(names));
    tcase_add_test(tc, columns_that_postgresql_takes_for_the_same_are_refused_there_alone);
    tcase_add_test(tc, an_edge_next_to_0_is_refused_in_postgresql_alone);
    tcase_add_loop_test(tc, a_macro_is_not_named_as_a_template_names_what_it_keeps_to_itself, 0,
                        COUNT(macros));
    tcase_add_test(tc, an_input_of_texts_may_be_read_as_a_number_too);
    tcase_add_test(tc, a_text_of_an_example_is_the_number_that_it_reads_as);
}

ASSAY_SUITE("release/export_target", add_tests)
