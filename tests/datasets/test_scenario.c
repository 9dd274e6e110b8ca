#include "datasets/scenario.h"

#include "core/base/date.h"
#include "tests/datasets/world.h"

START_TEST(a_scenario_is_read_as_it_stands)
{
    struct assay_scenario s = edited_world(SMALL, NULL, 0);
    char date[ASSAY_DATE_SIZE];
    ck_assert_str_eq(s.name, "small");
    ck_assert_uint_eq(s.n_plan, 2);
    ck_assert_str_eq(s.plans[1].name, "Pro");
    ck_assert_double_eq(s.plans[1].log_odds, -0.3);
    ck_assert_uint_eq(s.n_signal, 6);
    ck_assert_uint_eq(s.n_dimension, 4);
    ck_assert_str_eq(s.dimensions[s.signals[4].dimension], "financial");
    ck_assert(s.signals[4].lower_is_better && !s.signals[0].lower_is_better);
    ck_assert_double_eq(s.levels[0 * 2 + 1], 5);
    ck_assert_double_eq(s.levels[1 * 2 + 1], 1); /* none given */
    ck_assert_double_eq(s.signals[0].newcomer_level, 1);
    ck_assert_double_eq(s.signals[2].missing_rate, 0.4);
    ck_assert(s.signals[3].shape.decimals == ASSAY_RAW_EXACT && s.signals[4].shape.decimals == 1);
    ck_assert_uint_eq(s.first_quarter_of_year, 4);
    ck_assert_str_eq(assay_date_print(s.as_of[3], date), "2025-09-30");
    assay_scenario_clear(&s);
}
END_TEST

#define AT(place) SMALL ":" place ": "

static const struct {
    struct edit edit;
    const char *message, *hint;
} bad[] = {
    {{"\"quarters\": 4,", ""}, AT("2:1") "no \"quarters\" here; expected a number", ""},
    {{"\"quarters\": 4", "\"quarters\": 2.5"},
     AT("7:3") "\"quarters\" is 2.5; expected a whole number from 1 to 400",
     ""},
    {{"\"persistence\": 0.8", "\"persistance\": 0.8"},
     AT("19:47") "unknown key \"persistance\" in \"latent\"",
     "Did you mean \"persistence\"?"},
    {{"\"persistence\": 0.8", "\"persistence\": 1"},
     AT("19:47") "\"persistence\" is 1; expected a number from 0 to 0.999",
     ""},
    {{"\"dimension\": 0.2", "\"dimension\": 0.8"},
     AT("19:3") "\"latent\" is an object; expected \"common\" and \"dimension\" that sum to at "
                "most "
                "1",
     ""},
    {{"2024-12-31", "2024-12-30"},
     AT("6:3") "\"first_quarter\" is \"2024-12-30\"; expected the last day of a quarter, as "
               "2024-12-31",
     ""},
    {{"2025-10-15", "yesterday"},
     AT("8:3") "\"observed_until\" is \"yesterday\"; expected a date, as 2024-12-31",
     ""},
    {{"2025-10-15", "2025-09-29"},
     AT("8:3") "\"observed_until\" is \"2025-09-29\"; expected the last quarter's end, 2025-09-30, "
               "or later",
     ""},
    {{"\"horizon_days\": 90", "\"horizon_days\": 120"},
     AT("9:3") "\"horizon_days\" is 120; expected a whole number from 2 to 90",
     ""},
    {{"\"horizon_days\": 90", "\"horizon_days\": 30"},
     AT("21:77") "\"within_days\" is 30; expected fewer days than \"horizon_days\", 30",
     ""},
    {{"\"share\": 0.6", "\"share\": 0.5"},
     AT("14:3") "\"plans\" is a list; expected shares that sum to 1, not 0.9",
     ""},
    {{"\"name\": \"Pro\"", "\"name\": \"Basic\""},
     AT("15:14") "\"name\" is \"Basic\"; expected a name not used before",
     ""},
    {{"\"share\": 0.5}]", "\"share\": 0.5, \"arr_sigma\": 1}]"},
     AT("16:100") "unknown key \"arr_sigma\" in a segment",
     "Known keys: \"name\", \"share\", \"log_odds\"."},
    {{"[{\"name\": \"North\", \"share\": 1}]", "[]"},
     AT("17:3") "\"regions\" is a list; expected 1 to 100 elements, not 0",
     ""},
    {{"[{\"name\": \"North\", \"share\": 1}]", "[\"North\"]"},
     AT("17:15") "found \"North\"; expected a region in braces",
     ""},
    {{"\"Bo Fennimore\"", "3"}, AT("18:31") "found 3; expected a name in \"owners\"", ""},
    {{"\"weight\": 0.3", "\"weight\": 0.25"},
     AT("22:3") "\"signals\" is a list; expected weights that sum to 1, not 0.95",
     ""},
    {{"\"weight\": 0.3", "\"weight\": -0.3"},
     AT("23:68") "\"weight\" is -0.3; expected a number from 0 to 1",
     ""},
    {{"\"name\": \"logins\"", "\"name\": \"arr\""},
     AT("23:6") "\"name\" is \"arr\"; expected a name not used before",
     ""},
    {{"\"better\": \"higher\"", "\"better\": \"more\""},
     AT("23:48") "\"better\" is \"more\"; expected \"higher\" or \"lower\"",
     ""},
    {{"\"lognormal\"", "\"gamma\""},
     AT("24:16") "\"family\" is \"gamma\"; expected \"uniform\", \"lognormal\", \"share\", "
                 "\"normal\", \"count\" or \"hurdle\"",
     ""},
    {{"\"median\": 40", "\"mean\": 40"},
     AT("24:39") "unknown key \"mean\" in a lognormal shape",
     "Did you mean \"median\"?"},
    {{"\"sigma\": 0.9, \"decimals\": 1", "\"sigma\": 0.9, \"low\": 120"},
     AT("33:89") "\"high\" is 120; expected a number above \"low\", 120",
     ""},
    {{"\"Pro\": 5}", "\"Plus\": 5}"}, AT("25:29") "unknown key \"Plus\" in \"levels\"", NULL},
    {{", \"Pro\": 5}", "}"}, AT("25:6") "no \"Pro\" here; expected a number", ""},
    {{"\"Pro\": 5}", "\"Pro\": 0}"},
     AT("25:29") "\"Pro\" is 0; expected a number from 0.001 to 1000",
     ""},
    {{"\"peak_quarter\": 4", "\"peak_quarter\": 5"},
     AT("25:69") "\"peak_quarter\" is 5; expected a whole number from 1 to 4",
     ""},
    {{"{\"rate\": 0.4", "{\"rate\": 40"},
     AT("29:71") "\"rate\" is 40; expected a number from 0 to 1",
     ""},
    {{"\"decimals\": 2}}", "\"decimals\": 2}, \"newcomer_level\": 0.5}"},
     AT("35:53") "\"newcomer_level\" is 0.5; expected nothing, as the shape is \"uniform\"",
     ""},
};

START_TEST(a_bad_scenario_is_refused_where_it_is_bad)
{
    struct assay_text text = edited_text(SMALL, &bad[_i].edit, 1);
    struct assay_scenario s = {0};
    struct assay_error err = {0};
    ck_assert_int_eq(assay_scenario_parse(SMALL, text.data, text.length, &s, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    if (bad[_i].hint != NULL)
        ck_assert_str_eq(err.hint, bad[_i].hint);
    ck_assert_ptr_null(s.doc); /* untouched */
    assay_text_clear(&text);
}
END_TEST

START_TEST(reading_survives_every_failing_allocation)
{
    struct assay_text text = edited_text(SMALL, NULL, 0);
    struct assay_error err = {0};
    enum assay_status status = ASSAY_ENOMEM;
    size_t n = 1;
    for (; status != ASSAY_OK; n++) {
        struct assay_scenario s = {0};
        test_fail_allocation(n);
        status = assay_scenario_parse(SMALL, text.data, text.length, &s, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || status == ASSAY_ENOMEM);
        assay_scenario_clear(&s);
    }
    ck_assert_uint_gt(n, 10);
    assay_text_clear(&text);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, a_scenario_is_read_as_it_stands);
    tcase_add_loop_test(tc, a_bad_scenario_is_refused_where_it_is_bad, 0, (int)COUNT(bad));
    tcase_add_test(tc, reading_survives_every_failing_allocation);
}

ASSAY_SUITE("datasets/scenario", add_tests)
