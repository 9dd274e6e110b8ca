/* The metadata is well-formed and says what it should, and what Salesforce cannot hold is refused with the
 * count. That its formulas give the scorer's results is for a stand-in to say: tests/engines/engine_salesforce. */
#include <math.h>

#include "release/export/salesforce_fields.h"
#include "tests/release/exported.h"

#define SMALL /* fits, with texts */                                                               \
    SPEC_HEAD                                                                                      \
    "\"cohort\": {\"plan\": \"plan\"}, \"signals\": [" SIGNAL(                                     \
        "Log-ins (30d)", "use", "higher",                                                          \
        METHOD(                                                                                    \
            "\"none\"")) "," SIGNAL("score", "seats", "lower",                                     \
                                    METHOD(                                                        \
                                        "\"range\", \"low\": 0.1, \"high\": "                      \
                                        "0.9")) "," SIGNAL("9 lives", "nps", "higher",             \
                                                           BY_NUMBER MISSING(                      \
                                                               "drop")) "," SIGNAL("contract",     \
                                                                                   "contract",     \
                                                                                   "higher",       \
                                                                                   BY_CATEGORY     \
                                                                                       MISSING(    \
                                                                                           "renor" \
                                                                                           "malis" \
                                                                                           "e")) "]}"

static void model_of(struct lab *lab, const char *spec)
{
    struct assay_error err = {0};
    struct assay_text file = {0};
    struct assay_text csv = made_up_csv(&(struct made_up){.seed = 21, .n_row = 400});
    ck_assay_ok(lab_read(lab, spec, csv.data, &err));
    ck_assay_ok(lab_model(lab, &err));
    ck_assay_ok(assay_model_write(&lab->model, &file, &err));
    assay_text_clear(&file);
    assay_text_clear(&csv);
}

static struct assay_text export_to(const struct assay_model *model, const char *object,
                                   bool self_test)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    struct assay_export_request request = {
        .model = model, .object = object, .self_test = self_test};
    ck_assay_ok(assay_export_salesforce(&request, &text, &err));
    return text;
}

/* The formula of a field, as the file has it, XML's names included. */
static const char *formula_of(const struct assay_text *file, const char *field, char *out,
                              size_t size)
{
    char name[80];
    snprintf(name, sizeof name, "<fullName>%s</fullName>", field);
    const char *at = strstr(file->data, name);
    ck_assert_msg(at != NULL, "no field %s", field);
    at = strstr(at, "<formula>") + strlen("<formula>");
    snprintf(out, size, "%.*s", (int)(strstr(at, "</formula>") - at), at);
    return out;
}

/* ---- numbers ---- */

static const struct {
    double value;
    const char *text;
} numbers[] = {{0, "0"},
               {12, "12"},
               {-0.5, "-0.5"},
               {0.1, "0.1"},
               {1e-7, "0.0000001"},
               {-2.5e-10, "-0.00000000025"},
               {1.2345678901234568e20, "123456789012345680000"},
               {1e21, "1000000000000000000000"},
               {1.5e300 / 1e285, "1500000000000000"}};

START_TEST(numbers_have_no_exponent_and_read_back)
{
    struct assay_text text = {0};
    assay_salesforce_number(&text, numbers[_i].value);
    ck_assert_str_eq(text.data, numbers[_i].text);
    ck_assert(strtod(text.data, NULL) == numbers[_i].value);
    assay_text_clear(&text);
}
END_TEST

START_TEST(any_number_reads_back_without_an_exponent)
{
    struct test_random random = {(uint64_t)_i};
    for (size_t k = 0; k < 2000; k++) {
        struct assay_text text = {0};
        double value = (test_uniform(&random) - 0.5) * pow(10, 60 * test_uniform(&random) - 30);
        assay_salesforce_number(&text, value);
        ck_assert_ptr_null(strpbrk(text.data, "eE"));
        ck_assert(strtod(text.data, NULL) == value);
        assay_text_clear(&text);
    }
}
END_TEST

/* ---- fields ---- */

static const struct {
    const char *field, *formula;
} formulas[] = {
    {"Health_log_ins_30d__c", "IF(ISBLANK(use__c), 50,\nMAX(0, MIN(100, use__c)))"},
    {"Health_score_2__c",
     "IF(ISBLANK(seats__c), 50,\nMAX(0, MIN(100, 100 * (0.9 - seats__c) / 0.8)))"},
    {"Health_9_lives__c",
     "IF(ISBLANK(nps__c), 50,\nIF(nps__c &lt; 3, 0, IF(nps__c &lt; 7, 30.5, 100)))"},
    {"Health_contract__c",
     "CASE(contract__c,\n\"monthly\", 0,\n\"yearly\", 60,\n\"multi-year\", 100,\nNULL)"},
    {"Health_Probability__c",
     "IF(OR(ISBLANK(nps__c)), NULL,\n1 / (1 + EXP(-1 * Health_Log_odds__c)))"},
    {"Health_Zone__c",
     "IF(OR(ISBLANK(nps__c)), NULL,\nCASE(FLOOR(Health_Score__c / 25), 0, \"Critical\", "
     "1, \"At Risk\", 2, \"Neutral\", \"Healthy\"))"}};

START_TEST(fields_are_named_after_signals_and_their_formulas_are_plain)
{
    struct lab lab = {0};
    char formula[600];
    model_of(&lab, SMALL);
    struct assay_text file = export_to(&lab.model, "Account", false);
    for (size_t k = 0; k < COUNT(formulas); k++)
        ck_assert_str_eq(formula_of(&file, formulas[k].field, formula, sizeof formula),
                         formulas[k].formula);
    formula_of(&file, "Health_Composite__c", formula, sizeof formula);
    ck_assert_ptr_nonnull(strstr(formula, "Health_Rest__c * "));
    ck_assert_ptr_nonnull(strstr(file.data, "    contract__c "));
    ck_assert_ptr_nonnull(strstr(file.data, "<formulaTreatBlanksAs>BlankAsBlank<"));
    ck_assert_ptr_nonnull(strstr(file.data, lab.model.digest));
    assay_text_clear(&file);
    lab_clear(&lab);
}
END_TEST

START_TEST(every_opened_element_is_closed)
{
    struct lab lab = {0};
    size_t depth = 0;
    model_of(&lab, SMALL);
    struct assay_text file = export_to(&lab.model, "Account", false);
    const char *comment = strstr(file.data, "-->");
    ck_assert_ptr_nonnull(comment);
    for (const char *c = comment + 3; (c = strchr(c, '<')) != NULL; c++) {
        ck_assert(c[1] == '/' || depth < 3);
        depth = c[1] == '/' ? depth - 1 : depth + 1;
        ck_assert_ptr_nonnull(strchr(c, '>'));
    }
    ck_assert_uint_eq(depth, 0);
    assay_text_clear(&file);
    lab_clear(&lab);
}
END_TEST

static char *replace(char **text, const char *by)
{
    free(*text);
    return *text = strdup(by);
}

START_TEST(texts_of_the_model_end_no_literal_and_no_element)
{
    struct lab lab = {0};
    char formula[600];
    model_of(&lab, SMALL);
    replace(&lab.model.spec.signals[3].normalise.steps[0].category, "a \"b\" <c> & \\d");
    replace(&lab.model.spec.name, "made --> up");
    struct assay_text file = export_to(&lab.model, "Account", false);
    formula_of(&file, "Health_contract__c", formula, sizeof formula);
    ck_assert_ptr_nonnull(strstr(formula, "\"a \\\"b\\\" &lt;c&gt; &amp; \\\\d\", 0"));
    const char *end = strstr(file.data, "--"); /* of the comment's start */
    end = strstr(end + 2, "--");
    ck_assert_int_eq(strncmp(end, "-->\n<CustomObject", 17), 0);
    assay_text_clear(&file);
    lab_clear(&lab);
}
END_TEST

/* ---- what cannot be held ---- */

static void check_refusal(const struct assay_model *model, const char *object, const char *message,
                          const char *hint)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    struct assay_export_request request = {.model = model, .object = object};
    ck_assert_int_eq(assay_export_salesforce(&request, &text, &err), ASSAY_EDATA);
    ck_assert_msg(strncmp(err.message, message, strlen(message)) == 0, "%s", err.message);
    ck_assert_msg(strncmp(err.hint, hint, strlen(hint)) == 0, "%s", err.hint);
    ck_assert_uint_eq(text.length, 0);
    assay_text_clear(&text);
}

START_TEST(a_formula_over_the_limit_is_refused_with_its_length_and_the_largest_signals)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_text text = {0};
    exported_model(&lab, 3);
    struct assay_export_request request = {.model = &lab.model, .object = "Account"};
    ck_assert_int_eq(assay_export_salesforce(&request, &text, &err), ASSAY_EDATA);
    size_t length = 0;
    ck_assert_int_eq(
        sscanf(err.message,
               "salesforce cannot hold this model: the formula of Health_logins__c has %zu "
               "characters; its limit is 3900",
               &length),
        1);
    ck_assert_uint_gt(length, 3900);
    ck_assert_int_eq(strncmp(err.hint, "Most is taken by logins (", 25), 0);
    ck_assert_ptr_nonnull(strstr(err.hint, "A range or steps in place of percentiles"));
    assay_text_clear(&text);
    lab_clear(&lab);
}
END_TEST

START_TEST(what_fields_cannot_express_is_refused_by_name)
{
    struct lab lab = {0}, both = {0};
    model_of(&lab, SMALL);
    struct assay_step *steps = lab.model.spec.signals[3].normalise.steps;
    replace(&steps[0].category, "YEARLY");
    check_refusal(
        &lab.model, "Account",
        "salesforce cannot hold this model: \"YEARLY\" and \"yearly\" differ by case alone; "
        "Salesforce may take them for the same",
        "");
    replace(&steps[0].category, "monthly");
    lab.model.spec.signals[2].normalise.steps[1].from = 1e-60;
    check_refusal(&lab.model, "Account",
                  "salesforce cannot hold this model: signal \"9 lives\" has the number 1e-60; "
                  "formulas have no exponents, and hold numbers of 1e-20 to 1e+20",
                  "");
    lab.model.spec.signals[2].normalise.steps[1].from = 3;
    lab.model.weight[0] += 0.001;
    check_refusal(&lab.model, "Account",
                  "salesforce cannot hold this model: the weight of \"Log-ins (30d)\" is not its "
                  "coefficient's share of their sum",
                  "");
    check_refusal(&lab.model, "My Object",
                  "object \"My Object\": expected the API name of a Salesforce object, as Account",
                  "");
    exported_model(&both, COUNT(model_specs));
    check_refusal(
        &both.model, "Account",
        "salesforce cannot hold this model: input \"nps\" serves as a text and as a number; a "
        "field is one of them",
        "");
    lab_clear(&both);
    lab_clear(&lab);
}
END_TEST

START_TEST(log_odds_beyond_a_field_are_refused)
{
    struct lab lab = {0};
    model_of(&lab, SMALL);
    lab.model.intercept = -701;
    check_refusal(&lab.model, "Account", "salesforce cannot hold this model: its log-odds reach 70",
                  "");
    lab_clear(&lab);
}
END_TEST

/* ---- the self-test ---- */

static size_t count(const char *text, const char *what)
{
    size_t n = 0;
    for (; (text = strstr(text, what)) != NULL; text++)
        n++;
    return n;
}

START_TEST(the_self_test_inserts_the_examples_and_takes_them_back)
{
    struct lab lab = {0};
    model_of(&lab, SMALL);
    replace(&lab.model.examples[0].inputs[0].text, "O'Brien\\\n");
    struct assay_text file = export_to(&lab.model, "Deal__c", true);
    size_t n = count(file.data, "\nrows.add(new Deal__c(");
    ck_assert_uint_ge(n, 16);
    ck_assert_uint_eq(count(file.data, "\nexpected.add(new List<Object>{"), n);
    ck_assert_uint_gt(count(file.data, "{null, null, null, null}"), 0); /* those that are dropped */
    ck_assert_uint_eq(count(file.data, "Name = "), 0); /* a custom object's may number itself */
    ck_assert_uint_eq(count(file.data, "Database.rollback(before)"), 1);
    ck_assert_uint_eq(count(file.data, "System.assertEquals(0, wrong.size()"), 1);
    ck_assert_ptr_null(strstr(file.data, "<fields>"));
    assay_text_clear(&file);
    file = export_to(&lab.model, "Account", true);
    ck_assert_uint_eq(count(file.data, "(Name = 'example "), n);
    assay_text_clear(&file);
    lab_clear(&lab);
}
END_TEST

START_TEST(the_same_model_gives_the_same_bytes)
{
    struct lab lab = {0};
    model_of(&lab, SMALL);
    for (int self_test = 0; self_test < 2; self_test++) {
        struct assay_text first = export_to(&lab.model, "Account", self_test);
        struct assay_text second = export_to(&lab.model, "Account", self_test);
        ck_assert_str_eq(first.data, second.data);
        assay_text_clear(&first);
        assay_text_clear(&second);
    }
    lab_clear(&lab);
}
END_TEST

START_TEST(running_out_of_memory_is_said_and_nothing_leaks)
{
    struct lab lab = {0};
    model_of(&lab, SMALL);
    for (int self_test = 0; self_test < 2; self_test++) {
        struct assay_export_request request = {
            .model = &lab.model, .object = "Account", .self_test = self_test};
        enum assay_status status = ASSAY_ENOMEM;
        size_t n = 1;
        for (; status != ASSAY_OK; n++) {
            struct assay_error err = {0};
            struct assay_text text = {0};
            test_fail_allocation(n);
            status = assay_export_salesforce(&request, &text, &err);
            test_fail_allocation(0);
            assay_text_clear(&text);
            ck_assert_msg(status == ASSAY_OK || status == ASSAY_ENOMEM, "%zu: %s", n, err.message);
        }
        ck_assert_uint_gt(n, 20);
    }
    lab_clear(&lab);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, numbers_have_no_exponent_and_read_back, 0, COUNT(numbers));
    tcase_add_loop_test(tc, any_number_reads_back_without_an_exponent, 0, 3);
    tcase_add_test(tc, fields_are_named_after_signals_and_their_formulas_are_plain);
    tcase_add_test(tc, every_opened_element_is_closed);
    tcase_add_test(tc, texts_of_the_model_end_no_literal_and_no_element);
    tcase_add_test(tc, a_formula_over_the_limit_is_refused_with_its_length_and_the_largest_signals);
    tcase_add_test(tc, what_fields_cannot_express_is_refused_by_name);
    tcase_add_test(tc, log_odds_beyond_a_field_are_refused);
    tcase_add_test(tc, the_self_test_inserts_the_examples_and_takes_them_back);
    tcase_add_test(tc, the_same_model_gives_the_same_bytes);
    tcase_add_test(tc, running_out_of_memory_is_said_and_nothing_leaks);
}

ASSAY_SUITE("release/export_salesforce", add_tests)
