#include "validate/groups/conditions.h"

#include "core/model/model.h"
#include "tests/groups/accounts.h"
#include "validate/audit/signals.h"

static struct accounts a;
static struct assay_conditions conditions;

static void make(size_t smallest)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_conditions_make(&a.input, smallest, &conditions, &err));
}

static void words_are(size_t column, unsigned char first, unsigned char last, const char *want)
{
    struct assay_text words = {0};
    struct assay_slice_condition condition = {column, first, last};
    assay_condition_words(&words, &conditions, &condition);
    ck_assert_str_eq(words.data, want);
    assay_text_clear(&words);
}

static void json_is(size_t column, unsigned char first, unsigned char last, const char *want)
{
    struct assay_json_writer json = {0};
    struct assay_slice_condition condition = {column, first, last};
    assay_condition_put(&json, &conditions, &condition);
    char flat[200] = "";
    for (size_t k = 0, n = 0; k < json.out.length && n + 1 < sizeof flat; k++)
        if (json.out.data[k] != '\n' && json.out.data[k] != ' ')
            flat[n++] = json.out.data[k];
    ck_assert_str_eq(flat, want);
    assay_text_clear(&json.out);
}

START_TEST(columns_come_in_the_order_in_which_people_think)
{
    static const char *const names[] = {"industry", "partner", "plan", "months", "arr", "nps", "logins"};
    double weight[2] = {0.2, 0.8};
    struct assay_model model = {.n_signal = 2, .weight = weight};
    accounts_init(&a);
    accounts_draw(&a, 1, 500);
    a.input.model = &model;
    make(10);
    ck_assert_uint_eq(conditions.n_column, COUNT(names));
    ck_assert_uint_eq(conditions.n_group, 5);
    ck_assert_uint_eq(conditions.n_paired, COUNT(names));
    for (size_t c = 0; c < COUNT(names); c++)
        ck_assert_str_eq(conditions.column[c].name, names[c]);
    assay_conditions_clear(&conditions);
    accounts_clear(&a);
}
END_TEST

START_TEST(texts_are_coded_in_byte_order_and_rare_ones_left_out)
{
    accounts_init(&a);
    accounts_draw(&a, 2, 300);
    for (size_t i = 0; i < 300; i++)
        a.code[0][i] = i < 9 ? 1 : (int32_t)(i % 2) * 2; /* 9 of Energy */
    make(10);
    const struct assay_condition_column *industry = &conditions.column[0];
    ck_assert_uint_eq(industry->n_text, 2);
    ck_assert_str_eq(industry->text[0], "Health");
    ck_assert_str_eq(industry->text[1], "Retail");
    for (size_t i = 0; i < 300; i++)
        ck_assert_uint_eq(industry->code[i], i < 9 ? 2 : i % 2 ? 0 : 1);
    ck_assert_str_eq(conditions.column[1].text[0], ""); /* missing comes first */
    ck_assert_uint_eq(conditions.coded[0].n_code, 2);
    ck_assert_uint_eq(conditions.coded[0].n_band, 0);
    assay_conditions_clear(&conditions);
    accounts_clear(&a);
}
END_TEST

START_TEST(every_row_is_in_the_band_that_its_words_say)
{
    accounts_init(&a);
    accounts_draw(&a, 3, 2000);
    make(10);
    for (size_t c = 3; c < 7; c++) {
        const struct assay_condition_column *column = &conditions.column[c];
        size_t count[8] = {0};
        for (size_t i = 0; i < 2000; i++) {
            double value = c == 3   ? a.tenure[i]
                           : c == 4 ? a.value[i]
                           : a.missing[c - 5][i] ? NAN : (double)a.s[c - 5][i];
            size_t code = column->code[i];
            count[code]++;
            if (isnan(value)) {
                ck_assert_uint_eq(code, column->n_edge + 1);
                continue;
            }
            ck_assert(code == 0 || value >= column->edge[code - 1]);
            ck_assert(code == column->n_edge || value < column->edge[code]);
        }
        ck_assert_uint_eq(column->n_edge, c == 3 ? 2 : ASSAY_CONDITION_BANDS - 1);
        for (size_t k = 0; c > 3 && k < ASSAY_CONDITION_BANDS; k++)
            ck_assert(count[k] > 280 && count[k] < 440); /* a fifth of at least 1,600 */
    }
    ck_assert_double_eq(conditions.column[3].edge[0], 6.0); /* the spec's bands */
    assay_conditions_clear(&conditions);
    accounts_clear(&a);
}
END_TEST

START_TEST(a_tenure_that_is_coded_is_cut_as_a_plain_one)
{
    static uint16_t code[2000];
    static unsigned char plain[2000];
    accounts_init(&a);
    accounts_draw(&a, 3, 2000);
    make(10);
    memcpy(plain, conditions.column[3].code, sizeof plain);
    assay_conditions_clear(&conditions);
    for (size_t i = 0; i < 2000; i++)
        code[i] = (uint16_t)i;
    struct assay_column column = {
        .type = ASSAY_NUMBER, .number_codes = code, .values = a.tenure, .n_value = 2000};
    a.input.used.tenure = NULL;
    a.input.used.coded_tenure = &column;
    make(10);
    ck_assert_int_eq(conditions.column[3].kind, ASSAY_IS_TENURE);
    ck_assert_mem_eq(conditions.column[3].code, plain, sizeof plain);
    assay_conditions_clear(&conditions);
    accounts_clear(&a);
}
END_TEST

/* Points by value and by three cohorts, some values missing, and entries that are any rows of the table. */
START_TEST(a_signal_that_is_coded_is_cut_as_a_plain_one)
{
    enum { N = 2000, VALUES = 40, NODES = 3 };
    static unsigned char plain[N];
    static uint16_t code[N], cohort[N];
    static size_t row[N];
    static float point[NODES * VALUES];
    static double value[VALUES];
    struct assay_audit_points points[2] = {{.code = code,
                                            .value = value,
                                            .n_value = VALUES,
                                            .n_node = NODES,
                                            .gaps = true,
                                            .by_cohort = true,
                                            .point = point}};
    accounts_init(&a);
    accounts_draw(&a, 3, N);
    for (size_t v = 0; v < VALUES; v++)
        value[v] = v % 9 == 4 ? (double)NAN : (double)v;
    for (size_t k = 0; k < NODES * VALUES; k++)
        point[k] = (float)((k * 37) % 101);
    for (size_t i = 0; i < N; i++) {
        row[i] = _i == 0 ? i : N - 1 - i;
        cohort[i] = (uint16_t)(i % NODES);
        code[row[i]] = (uint16_t)(i * i % VALUES);
        a.s[0][i] = point[cohort[i] * VALUES + code[row[i]]];
        a.missing[0][i] = (unsigned char)(isnan(value[code[row[i]]]) != 0);
    }
    make(10);
    struct assay_condition_column before = conditions.column[5];
    memcpy(plain, before.code, sizeof plain);
    assay_conditions_clear(&conditions);
    a.input.used.points = points;
    a.input.used.cohort = cohort;
    a.input.used.row = _i == 0 ? NULL : row;
    make(10);
    ck_assert_uint_eq(conditions.column[5].n_edge, before.n_edge);
    ck_assert_mem_eq(conditions.column[5].edge, before.edge, before.n_edge * sizeof *before.edge);
    ck_assert_mem_eq(conditions.column[5].code, plain, sizeof plain);
    assay_conditions_clear(&conditions);
    a.input.used.points = NULL;
    a.input.used.cohort = NULL;
    a.input.used.row = NULL;
    accounts_clear(&a);
}
END_TEST

START_TEST(conditions_are_said_and_written)
{
    accounts_init(&a);
    accounts_draw(&a, 4, 400);
    make(10);
    conditions.column[5].edge[0] = 31.4;
    conditions.column[5].edge[1] = 50.0;
    conditions.column[4].edge[0] = 2500.0;
    words_are(0, 1, 1, "Health");
    words_are(1, 2, 2, "partner yes");
    words_are(1, 0, 0, "partner (missing)");
    words_are(2, 0, 0, "plan Starter");
    words_are(3, 0, 0, "months below 6");
    words_are(3, 1, 1, "months from 6 to below 24");
    words_are(3, 1, 2, "months 6 or more");
    words_are(3, 3, 3, "months missing");
    words_are(4, 0, 0, "arr below 2,500");
    words_are(5, 0, 0, "logins below 31.4 points");
    words_are(5, 1, 1, "logins from 31.4 to below 50 points");
    json_is(0, 1, 1, "{\"column\":\"industry\",\"is\":\"Health\"}");
    json_is(1, 0, 0, "{\"column\":\"partner\",\"is\":\"\"}");
    json_is(3, 1, 1, "{\"column\":\"months\",\"from\":6,\"below\":24}");
    json_is(3, 1, 2, "{\"column\":\"months\",\"from\":6}");
    json_is(3, 3, 3, "{\"column\":\"months\",\"is\":\"\"}");
    json_is(5, 0, 0, "{\"column\":\"logins\",\"below\":31.4}");
    assay_conditions_clear(&conditions);
    accounts_clear(&a);
}
END_TEST

START_TEST(a_constant_is_left_out)
{
    accounts_init(&a);
    accounts_draw(&a, 5, 100);
    for (size_t i = 0; i < 100; i++)
        a.value[i] = i < 50 ? 7.0 : NAN;
    make(10);
    ck_assert_uint_eq(conditions.n_column, 6);
    for (size_t c = 0; c < 6; c++)
        ck_assert_str_ne(conditions.column[c].name, "arr");
    assay_conditions_clear(&conditions);
    accounts_clear(&a);
}
END_TEST

START_TEST(a_plan_that_is_a_segment_comes_once)
{
    accounts_init(&a);
    accounts_draw(&a, 6, 100);
    a.segments[0] = "plan";
    make(10);
    ck_assert_uint_eq(conditions.n_column, 6);
    assay_conditions_clear(&conditions);
    accounts_clear(&a);
}
END_TEST

START_TEST(a_bare_score_has_its_segments)
{
    accounts_init(&a);
    accounts_draw(&a, 7, 100);
    accounts_bare(&a);
    make(10);
    ck_assert_uint_eq(conditions.n_column, 2);
    assay_conditions_clear(&conditions);
    a.input.n_segment = 0;
    make(10);
    ck_assert_uint_eq(conditions.n_column, 0);
    assay_conditions_clear(&conditions);
    accounts_clear(&a);
}
END_TEST

START_TEST(names_from_the_data_are_shown_as_they_can_be)
{
    struct assay_text words = {0};
    assay_group_words(&words, "tier", "2");
    assay_text_puts(&words, "|");
    assay_group_words(&words, "tier", "No");
    assay_text_puts(&words, "|");
    assay_group_words(&words, "tier", "a\nb c d");
    assay_text_puts(&words, "|");
    assay_group_words(&words, "tier", "Größe");
    ck_assert_str_eq(words.data, "tier 2|tier No|a\\x0ab c d|Größe");
    assay_text_clear(&words);
}
END_TEST

START_TEST(every_failing_allocation_is_said)
{
    accounts_init(&a);
    accounts_draw(&a, 8, 100);
    for (size_t k = 1;; k++) {
        struct assay_error err = {0};
        conditions = (struct assay_conditions){.n_column = 77};
        test_fail_allocation(k);
        enum assay_status status = assay_conditions_make(&a.input, 5, &conditions, &err);
        test_fail_allocation(0);
        if (status == ASSAY_OK) {
            ck_assert_uint_ge(k, 15);
            break;
        }
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_uint_eq(conditions.n_column, 77);
    }
    assay_conditions_clear(&conditions);
    accounts_clear(&a);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, columns_come_in_the_order_in_which_people_think);
    tcase_add_test(tc, texts_are_coded_in_byte_order_and_rare_ones_left_out);
    tcase_add_test(tc, every_row_is_in_the_band_that_its_words_say);
    tcase_add_test(tc, a_tenure_that_is_coded_is_cut_as_a_plain_one);
    tcase_add_loop_test(tc, a_signal_that_is_coded_is_cut_as_a_plain_one, 0, 2);
    tcase_add_test(tc, conditions_are_said_and_written);
    tcase_add_test(tc, a_constant_is_left_out);
    tcase_add_test(tc, a_plan_that_is_a_segment_comes_once);
    tcase_add_test(tc, a_bare_score_has_its_segments);
    tcase_add_test(tc, names_from_the_data_are_shown_as_they_can_be);
    tcase_add_test(tc, every_failing_allocation_is_said);
}

ASSAY_SUITE("groups/conditions", add_tests)
