#include "core/spec/spec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/json_write.h"
#include "core/spec/spec_parts.h"
#include "tests/support/suite.h"

static struct assay_spec read_good(const char *text)
{
    struct assay_error err = {0};
    struct assay_spec spec = {0};
    ck_assay_ok(assay_spec_read_text("s.json", text, strlen(text), &spec, &err));
    return spec;
}

/* ---- what is taken ---- */

static const char full[] =
    "{\n"
    "  \"name\": \"b2b-health\", // the name\n"
    "  \"id\": \"account_id\", \"as_of\": \"as_of\", \"value\": \"arr\",\n"
    "  \"outcome\": {\"date\": \"churned_on\", \"horizon_days\": 90,\n"
    "              \"observed_until\": \"2026-06-30\"},\n"
    "  \"cohort\": {\"plan\": \"plan\", \"tenure\": \"months\", \"bands\": [3, 12, 24.5],\n"
    "             \"borrow\": 50},\n"
    "  \"segments\": [\"segment\", \"industry\"],\n"
    "  \"signals\": [\n"
    "    {\"name\": \"logins\", \"column\": \"logins_30d\", \"dimension\": \"product\",\n"
    "     \"better\": \"higher\", \"normalise\": {\"method\": \"percentile\"},\n"
    "     \"missing\": \"indicator\"},\n"
    "    {\"name\": \"tickets\", \"dimension\": \"support\", \"better\": \"lower\",\n"
    "     \"normalise\": {\"method\": \"range\", \"low\": -1, \"high\": 72}, \"missing\": \"drop\"},\n"
    "    {\"name\": \"contract\", \"dimension\": \"financial\", \"better\": \"higher\",\n"
    "     \"normalise\": {\"method\": \"steps\", \"table\": {\"monthly\": 0, \"yearly\": 60.5}},\n"
    "     \"missing\": \"renormalise\"},\n"
    "    {\"name\": \"seats\", \"dimension\": \"financial\", \"better\": \"higher\",\n"
    "     \"normalise\": {\"method\": \"steps\", \"from\": [[0, 10], [5, 40], [20, 100]]}},\n"
    "    {\"name\": \"nps\", \"dimension\": \"sentiment\", \"better\": \"higher\",\n"
    "     \"normalise\": {\"method\": \"none\"}, \"missing\": \"neutral\"}],\n"
    "  \"zones\": [{\"name\": \"Red\", \"from\": 0}, {\"name\": \"Green\", \"from\": 62.5}],\n"
    "  \"scale\": \"log-odds\", \"points_to_halve_odds\": 15, \"at_risk_probability\": 0.2,\n"
    "  \"targets\": {\"sensitivity\": 0.8, \"specificity\": 1},\n"
    "  \"fit\": {\"signs\": \"constrained\", \"penalty\": \"none\", \"anchor\": \"none\",\n"
    "          \"folds\": 5},\n"
    "  \"seed\": 9007199254740991\n"
    "}\n";

START_TEST(a_full_spec_sets_every_field)
{
    struct assay_spec spec = read_good(full);
    ck_assert_str_eq(spec.name, "b2b-health");
    ck_assert_str_eq(spec.id, "account_id");
    ck_assert_str_eq(spec.as_of, "as_of");
    ck_assert_str_eq(spec.value, "arr");
    ck_assert_ptr_null(spec.outcome.column);
    ck_assert_str_eq(spec.outcome.date, "churned_on");
    ck_assert_int_eq(spec.outcome.horizon_days, 90);
    ck_assert_int_eq(spec.outcome.observed_until, 20634); /* 2026-06-30 */
    ck_assert_str_eq(spec.cohort.plan, "plan");
    ck_assert_str_eq(spec.cohort.tenure, "months");
    ck_assert_uint_eq(spec.cohort.n_band, 3);
    ck_assert_double_eq(spec.cohort.bands[0], 3);
    ck_assert_double_eq(spec.cohort.bands[2], 24.5);
    ck_assert_double_eq(spec.cohort.borrow, 50);
    ck_assert_uint_eq(spec.n_segment, 2);
    ck_assert_str_eq(spec.segments[0], "segment");
    ck_assert_str_eq(spec.segments[1], "industry");
    ck_assert_uint_eq(spec.n_zone, 2);
    ck_assert_str_eq(spec.zones[1].name, "Green");
    ck_assert_double_eq(spec.zones[1].from, 62.5);
    ck_assert_int_eq(spec.scale, ASSAY_LOG_ODDS);
    ck_assert_double_eq(spec.points_to_halve_odds, 15);
    ck_assert_double_eq(spec.at_risk_probability, 0.2);
    ck_assert_double_eq(spec.target_sensitivity, 0.8);
    ck_assert_double_eq(spec.target_specificity, 1);
    ck_assert_uint_eq(spec.fit.folds, 5);
    ck_assert_uint_eq(spec.seed, 9007199254740991u);
    assay_spec_clear(&spec);
    assay_spec_clear(&spec);
}
END_TEST

START_TEST(a_full_spec_sets_every_signal)
{
    struct assay_spec spec = read_good(full);
    const struct assay_signal_spec *s = spec.signals;
    ck_assert_uint_eq(spec.n_signal, 5);
    ck_assert_str_eq(s[0].name, "logins");
    ck_assert_str_eq(s[0].column, "logins_30d");
    ck_assert_str_eq(s[0].dimension, "product");
    ck_assert_int_eq(s[0].better, ASSAY_HIGHER);
    ck_assert_int_eq(s[0].normalise.method, ASSAY_PERCENTILE);
    ck_assert_int_eq(s[0].missing, ASSAY_INDICATOR);
    ck_assert_str_eq(s[1].column, "tickets"); /* the name, where no column is given */
    ck_assert_int_eq(s[1].better, ASSAY_LOWER);
    ck_assert_int_eq(s[1].normalise.method, ASSAY_RANGE);
    ck_assert_double_eq(s[1].normalise.low, -1);
    ck_assert_double_eq(s[1].normalise.high, 72);
    ck_assert_int_eq(s[1].missing, ASSAY_DROP);
    ck_assert_int_eq(s[2].normalise.method, ASSAY_STEPS);
    ck_assert(s[2].normalise.by_category);
    ck_assert_uint_eq(s[2].normalise.n_step, 2);
    ck_assert_str_eq(s[2].normalise.steps[1].category, "yearly");
    ck_assert_double_eq(s[2].normalise.steps[1].points, 60.5);
    ck_assert_int_eq(s[2].missing, ASSAY_RENORMALISE);
    ck_assert(!s[3].normalise.by_category);
    ck_assert_uint_eq(s[3].normalise.n_step, 3);
    ck_assert_double_eq(s[3].normalise.steps[1].from, 5);
    ck_assert_double_eq(s[3].normalise.steps[2].points, 100);
    ck_assert_ptr_null(s[3].normalise.steps[0].category);
    ck_assert_int_eq(s[3].missing, ASSAY_NEUTRAL);
    ck_assert_int_eq(s[4].normalise.method, ASSAY_NONE);
    ck_assert_int_eq(s[4].missing, ASSAY_NEUTRAL);
    assay_spec_clear(&spec);
}
END_TEST

#define SIGNAL "{\"name\": \"a\", \"dimension\": \"d\", \"better\": \"higher\"}"

START_TEST(what_is_not_said_has_its_default)
{
    struct assay_spec spec = read_good("{\"id\": \"id\", \"outcome\": {\"column\": \"churned\"},"
                                       " \"signals\": [" SIGNAL "]}");
    static const char *const zones[] = {"Critical", "At Risk", "Neutral", "Healthy"};
    ck_assert_str_eq(spec.name, "health");
    ck_assert_ptr_null(spec.as_of);
    ck_assert_ptr_null(spec.value);
    ck_assert_str_eq(spec.outcome.column, "churned");
    ck_assert_ptr_null(spec.outcome.date);
    ck_assert_ptr_null(spec.cohort.plan);
    ck_assert_ptr_null(spec.cohort.tenure);
    ck_assert_uint_eq(spec.cohort.n_band, 0);
    ck_assert_double_eq(spec.cohort.borrow, 200);
    ck_assert_uint_eq(spec.n_segment, 0);
    ck_assert_int_eq(spec.signals[0].normalise.method, ASSAY_PERCENTILE);
    ck_assert_int_eq(spec.signals[0].missing, ASSAY_NEUTRAL);
    ck_assert_str_eq(spec.signals[0].column, "a");
    ck_assert_uint_eq(spec.n_zone, 4);
    for (size_t k = 0; k < 4; k++) {
        ck_assert_str_eq(spec.zones[k].name, zones[k]);
        ck_assert_double_eq(spec.zones[k].from, 25 * (double)k);
    }
    ck_assert_int_eq(spec.scale, ASSAY_LOG_ODDS);
    ck_assert(!spec.rounding.dimensions && !spec.rounding.score);
    ck_assert_double_eq(spec.points_to_halve_odds, 10);
    ck_assert_double_nan(spec.at_risk_probability);
    ck_assert_double_eq(spec.target_sensitivity, 0.75);
    ck_assert_double_eq(spec.target_specificity, 0.70);
    ck_assert_uint_eq(spec.fit.folds, 10);
    ck_assert_uint_eq(spec.seed, 1);
    assay_spec_clear(&spec);
}
END_TEST

START_TEST(one_to_two_hundred_signals_are_taken)
{
    struct assay_text text = {0};
    struct assay_error err = {0};
    for (size_t n = 199; n <= 201; n++) {
        struct assay_spec spec = {0};
        assay_text_reset(&text);
        assay_text_puts(&text, "{\"id\": \"id\", \"outcome\": {\"column\": \"c\"}, \"signals\": [");
        for (size_t k = 0; k < n; k++)
            assay_text_printf(&text, "%s{\"name\": \"s%zu\", \"dimension\": \"d\","
                                     " \"better\": \"lower\"}", k > 0 ? "," : "", k);
        assay_text_puts(&text, "]}");
        enum assay_status status =
            assay_spec_read_text("s.json", text.data, text.length, &spec, &err);
        ck_assert_int_eq(status, n <= 200 ? ASSAY_OK : ASSAY_EDATA);
        ck_assert_uint_eq(spec.n_signal, n <= 200 ? n : 0);
        assay_spec_clear(&spec);
    }
    ck_assert_str_eq(err.message, "s.json:1:42: \"signals\" is a list; expected 1 to 200 signals");
    assay_text_clear(&text);
}
END_TEST

/* What the writers of the parts put into a model file, the readers take back unchanged. */
START_TEST(parts_read_back_as_they_were_written)
{
    struct assay_spec spec = read_good(full);
    struct assay_json_writer json = {0};
    assay_json_open(&json, NULL, '{');
    assay_json_put_string(&json, "id", spec.id);
    assay_json_put_string(&json, "as_of", spec.as_of);
    assay_outcome_spec_write(&json, &spec.outcome);
    assay_cohort_spec_write(&json, &spec.cohort);
    assay_json_open(&json, "signals", '[');
    for (size_t j = 0; j < spec.n_signal; j++) {
        assay_json_open(&json, NULL, '{');
        assay_json_put_string(&json, "name", spec.signals[j].name);
        assay_json_put_string(&json, "dimension", "d");
        assay_json_put_string(&json, "better", "higher");
        assay_json_open(&json, "normalise", '{');
        assay_normalise_spec_write(&json, &spec.signals[j].normalise);
        assay_json_close(&json);
        assay_json_close(&json);
    }
    assay_json_close(&json);
    assay_zones_write(&json, spec.zones, spec.n_zone);
    assay_json_close(&json);
    ck_assert(!json.out.failed);
    struct assay_spec back = read_good(json.out.data);
    ck_assert_int_eq(back.outcome.observed_until, spec.outcome.observed_until);
    ck_assert_double_eq(back.cohort.bands[2], 24.5);
    ck_assert_double_eq(back.cohort.borrow, 50);
    for (size_t j = 0; j < spec.n_signal; j++) {
        const struct assay_normalise_spec *a = &spec.signals[j].normalise;
        const struct assay_normalise_spec *b = &back.signals[j].normalise;
        ck_assert_int_eq(a->method, b->method);
        ck_assert_double_eq(a->low, b->low);
        ck_assert_double_eq(a->high, b->high);
        ck_assert_uint_eq(a->n_step, b->n_step);
        for (size_t k = 0; k < a->n_step; k++)
            ck_assert_double_eq(a->steps[k].points, b->steps[k].points);
    }
    ck_assert_double_eq(back.zones[1].from, 62.5);
    ck_assert_str_eq(back.zones[1].name, "Green");
    assay_text_clear(&json.out);
    assay_spec_clear(&spec);
    assay_spec_clear(&back);
}
END_TEST

/* ---- what is refused ---- */

/* Each text is one line, so that the byte alone is the place. */
#define HEAD "{\"id\":\"i\",\"outcome\":{\"column\":\"c\"},"     /* 35 bytes */
#define SIGNALS "\"signals\":[" SIGNAL "]"                          /* behind HEAD: at byte 36 */
#define WITH(rest) HEAD SIGNALS "," rest "}"                        /* rest at byte 100 */
#define ONE(members) HEAD "\"signals\":[{\"name\":\"a\",\"dimension\":\"d\"," members "}]}" /* at 75 */
#define NORMALISE(members) ONE("\"better\":\"lower\",\"normalise\":{" members "}") /* at 105 */
#define OUTCOME(rest) "{\"id\":\"i\",\"as_of\":\"t\"," rest "}"     /* rest at byte 23 */

static const struct {
    enum assay_status status;
    const char *text, *message, *hint;
} bad[] = {
    /* the whole */
    {ASSAY_EFORMAT, "", "s.json:1:1: the file ends here; expected a JSON value", ""},
    {ASSAY_EDATA, "[]", "s.json:1:1: found a list; expected a spec: an object in braces", ""},
    {ASSAY_EFORMAT, "{\"id\":\"i\",\"id\":\"j\"}",
     "s.json:1:11: key \"id\" stands here a second time; expected it once", ""},
    {ASSAY_EDATA, "{}", "s.json:1:1: no \"id\" here; expected text in quotes",
     "Name the column that tells accounts apart: \"id\": \"account_id\"."},
    {ASSAY_EDATA, WITH("\"zonse\":[]"), "s.json:1:100: unknown key \"zonse\" in the spec",
     "Did you mean \"zones\"?"},
    {ASSAY_EDATA, "{\"id\":\"\"}", "s.json:1:2: \"id\" is \"\"; expected a name", ""},
    {ASSAY_EDATA, "{\"id\":7}", "s.json:1:2: \"id\" is 7; expected text in quotes", ""},
    {ASSAY_EDATA, WITH("\"name\":null"), "s.json:1:100: \"name\" is null; expected text in quotes", ""},
    {ASSAY_EDATA, WITH("\"as_of\":\"\""), "s.json:1:100: \"as_of\" is \"\"; expected a name", ""},
    {ASSAY_EDATA, WITH("\"value\":1"), "s.json:1:100: \"value\" is 1; expected text in quotes", ""},
    /* outcome */
    {ASSAY_EDATA, OUTCOME("\"signals\":[" SIGNAL "]"),
     "s.json:1:1: no \"outcome\" here; expected an object in braces",
     "Name the 0/1 column with what happened: \"outcome\": {\"column\": \"churned\"}; or the date of "
     "the event, with \"date\", \"horizon_days\" and \"observed_until\"."},
    {ASSAY_EDATA, OUTCOME("\"outcome\":\"churned\""),
     "s.json:1:23: \"outcome\" is \"churned\"; expected an object in braces", ""},
    {ASSAY_EDATA, OUTCOME("\"outcome\":{}"),
     "s.json:1:23: the outcome names neither \"column\" nor \"date\"; expected one of them", ""},
    {ASSAY_EDATA, OUTCOME("\"outcome\":{\"colum\":\"c\"}"),
     "s.json:1:34: unknown key \"colum\" in \"outcome\"", "Did you mean \"column\"?"},
    {ASSAY_EDATA, OUTCOME("\"outcome\":{\"column\":\"c\",\"horizon_days\":90}"),
     "s.json:1:47: \"horizon_days\" beside \"column\"; expected either a 0/1 column or a date with "
     "its horizon", ""},
    {ASSAY_EDATA, OUTCOME("\"outcome\":{\"column\":\"\"}"),
     "s.json:1:34: \"column\" is \"\"; expected a name", ""},
    {ASSAY_EDATA, OUTCOME("\"outcome\":{\"date\":\"d\"}"),
     "s.json:1:23: no \"horizon_days\" here; expected a whole number from 1 to 3650", ""},
    {ASSAY_EDATA, OUTCOME("\"outcome\":{\"date\":\"d\",\"horizon_days\":0}"),
     "s.json:1:45: \"horizon_days\" is 0; expected a whole number from 1 to 3650", ""},
    {ASSAY_EDATA, OUTCOME("\"outcome\":{\"date\":\"d\",\"horizon_days\":3651}"),
     "s.json:1:45: \"horizon_days\" is 3651; expected a whole number from 1 to 3650", ""},
    {ASSAY_EDATA, OUTCOME("\"outcome\":{\"date\":\"d\",\"horizon_days\":90.5}"),
     "s.json:1:45: \"horizon_days\" is 90.5; expected a whole number from 1 to 3650", ""},
    {ASSAY_EDATA, OUTCOME("\"outcome\":{\"date\":\"d\",\"horizon_days\":90}"),
     "s.json:1:23: no \"observed_until\" here; expected text in quotes", ""},
    {ASSAY_EDATA,
     OUTCOME("\"outcome\":{\"date\":\"d\",\"horizon_days\":9,\"observed_until\":\"30.6.26\"}"),
     "s.json:1:62: \"observed_until\" is \"30.6.26\"; expected a date as \"2026-06-30\"", ""},
    {ASSAY_EDATA, "{\"id\":\"i\",\"outcome\":{\"date\":\"d\",\"horizon_days\":9,"
                  "\"observed_until\":\"2026-06-30\"}}",
     "s.json:1:11: an outcome by date but no \"as_of\"; expected the column with the date of each "
     "snapshot", ""},
    /* cohort and segments */
    {ASSAY_EDATA, WITH("\"cohort\":\"plan\""),
     "s.json:1:100: \"cohort\" is \"plan\"; expected an object in braces", ""},
    {ASSAY_EDATA, WITH("\"cohort\":{}"),
     "s.json:1:100: the cohort names neither \"plan\" nor \"tenure\"; expected at least one of them",
     ""},
    {ASSAY_EDATA, WITH("\"cohort\":{\"paln\":\"p\"}"),
     "s.json:1:110: unknown key \"paln\" in \"cohort\"", "Did you mean \"plan\"?"},
    {ASSAY_EDATA, WITH("\"cohort\":{\"plan\":\"p\",\"bands\":[3]}"),
     "s.json:1:121: \"bands\" is a list; expected no bands where no \"tenure\" column is named", ""},
    {ASSAY_EDATA, WITH("\"cohort\":{\"tenure\":\"m\"}"),
     "s.json:1:100: no \"bands\" here; expected a list in brackets", ""},
    {ASSAY_EDATA, WITH("\"cohort\":{\"tenure\":\"m\",\"bands\":[]}"),
     "s.json:1:123: \"bands\" is a list; expected 1 to 50 edges between tenure bands", ""},
    {ASSAY_EDATA, WITH("\"cohort\":{\"tenure\":\"m\",\"bands\":[3,12,12]}"),
     "s.json:1:137: found 12; expected more than 12 before it in \"bands\"", ""},
    {ASSAY_EDATA, WITH("\"cohort\":{\"tenure\":\"m\",\"bands\":[3,\"12\"]}"),
     "s.json:1:134: found \"12\"; expected a number in \"bands\"", ""},
    {ASSAY_EDATA, WITH("\"cohort\":{\"plan\":\"p\",\"borrow\":-1}"),
     "s.json:1:121: \"borrow\" is -1; expected a number of rows, 0 to 1e9", ""},
    {ASSAY_EDATA, WITH("\"segments\":\"industry\""),
     "s.json:1:100: \"segments\" is \"industry\"; expected a list in brackets", ""},
    {ASSAY_EDATA, WITH("\"segments\":[\"\"]"),
     "s.json:1:112: found \"\"; expected a column name in quotes", ""},
    {ASSAY_EDATA, WITH("\"segments\":[\"a\",\"b\",\"a\"]"),
     "s.json:1:120: found \"a\"; expected each segment column once", ""},
    /* signals */
    {ASSAY_EDATA, "{\"id\":\"i\",\"outcome\":{\"column\":\"c\"}}",
     "s.json:1:1: no \"signals\" here; expected a list in brackets", ""},
    {ASSAY_EDATA, HEAD "\"signals\":[]}",
     "s.json:1:36: \"signals\" is a list; expected 1 to 200 signals", ""},
    {ASSAY_EDATA, HEAD "\"signals\":[\"logins\"]}",
     "s.json:1:47: found \"logins\"; expected a signal as an object in braces", ""},
    {ASSAY_EDATA, HEAD "\"signals\":[{\"dimension\":\"d\"}]}",
     "s.json:1:47: no \"name\" here; expected text in quotes", ""},
    {ASSAY_EDATA, HEAD "\"signals\":[{\"name\":\"a\"}]}",
     "s.json:1:47: no \"dimension\" here; expected text in quotes", ""},
    {ASSAY_EDATA, HEAD "\"signals\":[" SIGNAL "," SIGNAL "]}",
     "s.json:1:100: \"name\" is \"a\"; expected a name that no other signal has", ""},
    {ASSAY_EDATA, ONE("\"column\":\"\""), "s.json:1:75: \"column\" is \"\"; expected a name", ""},
    {ASSAY_EDATA, ONE("\"bettr\":\"lower\""), "s.json:1:75: unknown key \"bettr\" in a signal",
     "Did you mean \"better\"?"},
    {ASSAY_EDATA, ONE("\"missing\":\"drop\""),
     "s.json:1:47: no \"better\" here; expected \"higher\" or \"lower\"", ""},
    {ASSAY_EDATA, ONE("\"better\":\"low\""),
     "s.json:1:75: \"better\" is \"low\"; expected \"higher\" or \"lower\"", ""},
    {ASSAY_EDATA, ONE("\"better\":\"lower\",\"missing\":\"mean\""),
     "s.json:1:92: \"missing\" is \"mean\"; expected \"neutral\", \"indicator\", \"renormalise\", "
     "\"drop\" or \"renormalise-dimension\"",
     "Or a number from 0 to 100: the points that stand for a missing value."},
    {ASSAY_EDATA, ONE("\"better\":\"lower\",\"missing\":\"points\""),
     "s.json:1:92: \"missing\" is \"points\"; expected the points themselves, a number from 0 to 100",
     ""},
    {ASSAY_EDATA, ONE("\"better\":\"lower\",\"missing\":-1"),
     "s.json:1:92: \"missing\" is -1; expected points from 0 to 100", ""},
    {ASSAY_EDATA, ONE("\"better\":\"lower\",\"missing\":100.5"),
     "s.json:1:92: \"missing\" is 100.5; expected points from 0 to 100", ""},
    {ASSAY_EDATA, ONE("\"better\":\"lower\",\"normalise\":\"none\""),
     "s.json:1:92: \"normalise\" is \"none\"; expected an object in braces", ""},
    /* normalisation */
    {ASSAY_EDATA, NORMALISE(""),
     "s.json:1:92: no \"method\" here; expected \"percentile\", \"range\", \"steps\" or \"none\"", ""},
    {ASSAY_EDATA, NORMALISE("\"method\":\"zscore\""),
     "s.json:1:105: \"method\" is \"zscore\"; expected \"percentile\", \"range\", \"steps\" or "
     "\"none\"", ""},
    {ASSAY_EDATA, NORMALISE("\"method\":\"percentile\",\"low\":0"),
     "s.json:1:127: unknown key \"low\" in \"normalise\" of method \"percentile\"",
     "Known keys: \"method\"."},
    {ASSAY_EDATA, NORMALISE("\"method\":\"percentile\",\"cohorts\":[]"),
     "s.json:1:127: \"cohorts\" is a list; expected no baselines in a spec: calibrate works them out",
     ""},
    {ASSAY_EDATA, NORMALISE("\"method\":\"range\",\"low\":0"),
     "s.json:1:92: no \"high\" here; expected a number", ""},
    {ASSAY_EDATA, NORMALISE("\"method\":\"range\",\"low\":5,\"high\":5"),
     "s.json:1:130: \"high\" is 5; expected more than \"low\", 5",
     "Where lower values are healthier, say \"better\": \"lower\"."},
    {ASSAY_EDATA, NORMALISE("\"method\":\"range\",\"low\":-1e308,\"high\":1e308"),
     "s.json:1:135: \"high\" is 1e+308; expected less than 1.7e306 above \"low\", -1e+308", ""},
    {ASSAY_EDATA, NORMALISE("\"method\":\"range\",\"low\":-8e307,\"high\":8e307"),
     "s.json:1:135: \"high\" is 8e+307; expected less than 1.7e306 above \"low\", -8e+307", ""},
    {ASSAY_EDATA, NORMALISE("\"method\":\"steps\""),
     "s.json:1:92: method \"steps\" with neither; expected either \"table\" (categories) or "
     "\"from\" (numbers)", ""},
    {ASSAY_EDATA, NORMALISE("\"method\":\"steps\",\"table\":{},\"from\":[]"),
     "s.json:1:92: method \"steps\" with both; expected either \"table\" (categories) or \"from\" "
     "(numbers)", ""},
    {ASSAY_EDATA, NORMALISE("\"method\":\"steps\",\"table\":[]"),
     "s.json:1:122: \"table\" is a list; expected an object in braces", ""},
    {ASSAY_EDATA, NORMALISE("\"method\":\"steps\",\"table\":{\"a\":1}"),
     "s.json:1:122: \"table\" is an object; expected at least two categories with their points", ""},
    {ASSAY_EDATA, NORMALISE("\"method\":\"steps\",\"table\":{\"a\":1,\"b\":101}"),
     "s.json:1:137: \"b\" is 101; expected points from 0 to 100", ""},
    {ASSAY_EDATA, NORMALISE("\"method\":\"steps\",\"table\":{\"a\":\"1\",\"b\":2}"),
     "s.json:1:131: \"a\" is \"1\"; expected points from 0 to 100", ""},
    {ASSAY_EDATA, NORMALISE("\"method\":\"steps\",\"from\":{}"),
     "s.json:1:122: \"from\" is an object; expected a list in brackets", ""},
    {ASSAY_EDATA, NORMALISE("\"method\":\"steps\",\"from\":[[0,1]]"),
     "s.json:1:122: \"from\" is a list; expected at least two steps, [value, points] each", ""},
    {ASSAY_EDATA, NORMALISE("\"method\":\"steps\",\"from\":[[0,1],[2]]"),
     "s.json:1:136: found a list; expected a step as [value, points]", ""},
    {ASSAY_EDATA, NORMALISE("\"method\":\"steps\",\"from\":[5,6]"),
     "s.json:1:130: found 5; expected a step as [value, points]", ""},
    {ASSAY_EDATA, NORMALISE("\"method\":\"steps\",\"from\":[[0,1],[0,2]]"),
     "s.json:1:137: found 0; expected more than the step before it, 0", ""},
    {ASSAY_EDATA, NORMALISE("\"method\":\"steps\",\"from\":[[0,1],[1,-2]]"),
     "s.json:1:139: found -2; expected points from 0 to 100", ""},
    /* zones, score, targets, fit */
    {ASSAY_EDATA, WITH("\"zones\":{}"), "s.json:1:100: \"zones\" is an object; expected a list in "
                                        "brackets", ""},
    {ASSAY_EDATA, WITH("\"zones\":[{\"name\":\"a\",\"from\":0}]"),
     "s.json:1:100: \"zones\" is a list; expected 2 to 20 zones", ""},
    {ASSAY_EDATA, WITH("\"zones\":[1,2]"),
     "s.json:1:109: found 1; expected a zone as {\"name\": ..., \"from\": ...}", ""},
    {ASSAY_EDATA, WITH("\"zones\":[{\"name\":\"a\",\"from\":1},{\"name\":\"b\",\"from\":2}]"),
     "s.json:1:121: \"from\" is 1; expected 0: the lowest zone starts at score 0", ""},
    {ASSAY_EDATA, WITH("\"zones\":[{\"name\":\"a\",\"from\":0},{\"name\":\"b\",\"from\":0}]"),
     "s.json:1:143: \"from\" is 0; expected more than the zone before it, 0, up to 100", ""},
    {ASSAY_EDATA, WITH("\"zones\":[{\"name\":\"a\",\"from\":0},{\"name\":\"b\",\"from\":101}]"),
     "s.json:1:143: \"from\" is 101; expected more than the zone before it, 0, up to 100", ""},
    {ASSAY_EDATA, WITH("\"zones\":[{\"name\":\"a\",\"from\":0},{\"name\":\"a\",\"from\":9}]"),
     "s.json:1:132: \"name\" is \"a\"; expected a name that no other zone has", ""},
    {ASSAY_EDATA, WITH("\"scale\":\"logit\""),
     "s.json:1:100: \"scale\" is \"logit\"; expected \"log-odds\" or \"weighted-average\"", ""},
    {ASSAY_EDATA, WITH("\"rounding\":true"),
     "s.json:1:100: \"rounding\" is true; expected an object in braces", ""},
    {ASSAY_EDATA, WITH("\"rounding\":{\"scores\":true}"),
     "s.json:1:112: unknown key \"scores\" in \"rounding\"", "Did you mean \"score\"?"},
    {ASSAY_EDATA, WITH("\"rounding\":{\"score\":1}"),
     "s.json:1:112: \"score\" is 1; expected true or false", ""},
    {ASSAY_EDATA, WITH("\"points_to_halve_odds\":0"),
     "s.json:1:100: \"points_to_halve_odds\" is 0; expected a number above 0 and up to 100", ""},
    {ASSAY_EDATA, WITH("\"at_risk_probability\":1"),
     "s.json:1:100: \"at_risk_probability\" is 1; expected a number above 0 and below 1", ""},
    {ASSAY_EDATA, WITH("\"targets\":{\"sensitivity\":0}"),
     "s.json:1:111: \"sensitivity\" is 0; expected a number above 0 and up to 1", ""},
    {ASSAY_EDATA, WITH("\"targets\":{\"specificity\":1.5}"),
     "s.json:1:111: \"specificity\" is 1.5; expected a number above 0 and up to 1", ""},
    {ASSAY_EDATA, WITH("\"targets\":{\"recall\":0.5}"),
     "s.json:1:111: unknown key \"recall\" in \"targets\"",
     "Targets are for the metrics of an audit, as \"sensitivity\", \"auc\" or \"oe_ratio\"."},
    {ASSAY_EDATA, WITH("\"fit\":{\"folds\":1}"),
     "s.json:1:107: \"folds\" is 1; expected 0 or a whole number from 2 to 100", ""},
    {ASSAY_EDATA, WITH("\"seed\":-1"),
     "s.json:1:100: \"seed\" is -1; expected a whole number from 0 to 9007199254740991", ""},
    {ASSAY_EDATA, WITH("\"seed\":0.5"),
     "s.json:1:100: \"seed\" is 0.5; expected a whole number from 0 to 9007199254740991", ""},
};

START_TEST(a_bad_spec_is_refused_where_it_goes_wrong)
{
    struct assay_error err = {0};
    struct assay_spec spec = {.seed = 77};
    ck_assert_int_eq(assay_spec_read_text("s.json", bad[_i].text, strlen(bad[_i].text), &spec, &err),
                     bad[_i].status);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_str_eq(err.hint, bad[_i].hint);
    ck_assert_uint_eq(spec.seed, 77); /* untouched */
}
END_TEST

START_TEST(a_weighted_average_has_no_place_for_an_indicator)
{
    static const char text[] =
        HEAD "\"signals\":[{\"name\":\"a\",\"dimension\":\"d\",\"better\":\"lower\","
             "\"missing\":\"indicator\"}],\"scale\":\"weighted-average\"}";
    struct assay_error err = {0};
    struct assay_spec spec;
    ck_assert_int_eq(assay_spec_read_text("s.json", text, strlen(text), &spec, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message,
                     "s.json:1:116: \"scale\" is \"weighted-average\"; expected \"log-odds\" where a "
                     "signal's missing policy is \"indicator\", as \"a\" has");
    ck_assert_str_eq(err.hint, "The weighted average cannot carry the indicator's term; use another "
                               "policy, or the points that stand for a missing value.");
}
END_TEST

/* ---- a vendor's scorecard ---- */

static struct assay_spec read_one(const char *of_signal, const char *rest)
{
    char text[512];
    snprintf(text, sizeof text,
             HEAD "\"signals\":[{\"name\":\"a\",\"dimension\":\"d\",\"better\":\"lower\"%s}]%s}",
             of_signal, rest);
    return read_good(text);
}

START_TEST(a_number_is_the_points_that_stand_for_a_missing_value)
{
    static const struct {
        const char *said;
        enum assay_missing_policy policy;
        double points;
    } says[] = {{"0", ASSAY_POINTS, 0},
                {"100", ASSAY_POINTS, 100},
                {"12.5", ASSAY_POINTS, 12.5},
                {"50", ASSAY_POINTS, 50},
                {"\"neutral\"", ASSAY_NEUTRAL, 0},
                {"\"renormalise-dimension\"", ASSAY_RENORMALISE_DIMENSION, 0}};
    for (size_t k = 0; k < COUNT(says); k++) {
        char missing[64];
        snprintf(missing, sizeof missing, ",\"missing\":%s", says[k].said);
        struct assay_spec spec = read_one(missing, "");
        ck_assert_int_eq(spec.signals[0].missing, says[k].policy);
        ck_assert_double_eq(spec.signals[0].missing_points, says[k].points);
        assay_spec_clear(&spec);
    }
}
END_TEST

START_TEST(rounding_is_of_what_is_said_and_of_nothing_else)
{
    static const struct {
        const char *said;
        bool dimensions, score;
        const char *written;
    } says[] = {
        {"", false, false, "{}\n"},
        {"\"score\":true", false, true,
         "{\n  \"rounding\": {\n    \"dimensions\": false,\n    \"score\": true\n  }\n}\n"},
        {"\"dimensions\":true", true, false,
         "{\n  \"rounding\": {\n    \"dimensions\": true,\n    \"score\": false\n  }\n}\n"},
        {"\"dimensions\":false,\"score\":false", false, false, "{}\n"},
        {"\"dimensions\":true,\"score\":true", true, true,
         "{\n  \"rounding\": {\n    \"dimensions\": true,\n    \"score\": true\n  }\n}\n"}};
    for (size_t k = 0; k < COUNT(says); k++) {
        char rest[128];
        struct assay_json_writer json = {0};
        snprintf(rest, sizeof rest, ",\"scale\":\"weighted-average\",\"rounding\":{%s}",
                 says[k].said);
        struct assay_spec spec = read_one("", rest);
        ck_assert(spec.rounding.dimensions == says[k].dimensions);
        ck_assert(spec.rounding.score == says[k].score);
        assay_json_open(&json, NULL, '{');
        assay_rounding_spec_write(&json, &spec.rounding);
        assay_json_close(&json);
        ck_assert_str_eq(json.out.data, says[k].written);
        assay_text_clear(&json.out);
        assay_spec_clear(&spec);
    }
}
END_TEST

/* ---- files and memory ---- */

START_TEST(a_spec_is_read_from_a_file)
{
    char path[] = "/tmp/assay-spec-XXXXXX";
    struct assay_error err = {0};
    struct assay_spec spec = {0};
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assay_ok(assay_file_write(path, full, strlen(full), &err));
    ck_assay_ok(assay_spec_read(path, &spec, &err));
    ck_assert_uint_eq(spec.n_signal, 5);
    assay_spec_clear(&spec);
    ck_assay_ok(assay_file_write(path, "{", 1, &err));
    char want[128];
    snprintf(want, sizeof want, "%s:1:2: the file ends here; expected a key in quotes", path);
    ck_assert_int_eq(assay_spec_read(path, &spec, &err), ASSAY_EFORMAT);
    ck_assert_str_eq(err.message, want);
    remove(path);
    snprintf(want, sizeof want, "could not open \"%s\": No such file or directory", path);
    ck_assert_int_eq(assay_spec_read(path, &spec, &err), ASSAY_EIO);
    ck_assert_str_eq(err.message, want);
}
END_TEST

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    size_t n = 1;
    for (;; n++) {
        struct assay_error err = {0};
        struct assay_spec spec = {.seed = 77};
        test_fail_allocation(n);
        enum assay_status status = assay_spec_read_text("s.json", full, strlen(full), &spec, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        if (!reached) {
            ck_assay_ok(status);
            assay_spec_clear(&spec);
            break;
        }
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_msg(strncmp(err.message, "out of memory reading ", 22) == 0, "%s", err.message);
        ck_assert_uint_eq(spec.seed, 77);
    }
    ck_assert_uint_gt(n, 40); /* a text each for 5 roles, 2 segments, 15 of signals, 2 zones, ... */
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, a_full_spec_sets_every_field);
    tcase_add_test(tc, a_full_spec_sets_every_signal);
    tcase_add_test(tc, what_is_not_said_has_its_default);
    tcase_add_test(tc, one_to_two_hundred_signals_are_taken);
    tcase_add_test(tc, parts_read_back_as_they_were_written);
    tcase_add_loop_test(tc, a_bad_spec_is_refused_where_it_goes_wrong, 0, COUNT(bad));
    tcase_add_test(tc, a_weighted_average_has_no_place_for_an_indicator);
    tcase_add_test(tc, a_number_is_the_points_that_stand_for_a_missing_value);
    tcase_add_test(tc, rounding_is_of_what_is_said_and_of_nothing_else);
    tcase_add_test(tc, a_spec_is_read_from_a_file);
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
}

ASSAY_SUITE("spec/spec", add_tests)
