#include "core/spec/fit_spec.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/spec/spec_parts.h"
#include "tests/support/suite.h"

#define HEAD "{\"id\":\"i\",\"outcome\":{\"column\":\"c\"},"
#define SIGNAL "{\"name\":\"a\",\"dimension\":\"d\",\"better\":\"higher\"}"
/* Each text is one line, so that the byte alone is the place: the members begin at byte 92 and 43,
 * the key in front of the value at 36. */
#define ONE(members) \
    HEAD "\"signals\":[{\"name\":\"a\",\"dimension\":\"d\",\"better\":\"lower\"," members "}]}"
#define FIT(members) HEAD "\"fit\":{" members "},\"signals\":[" SIGNAL "]}"
#define LINE(value) HEAD "\"line\":" value ",\"signals\":[" SIGNAL "]}"
#define DIM(value) \
    HEAD "\"dimensions\":" value \
         ",\"signals\":[{\"name\":\"a\",\"dimension\":\"product\",\"better\":\"higher\"}]}"

static struct assay_spec read_good(const char *text)
{
    struct assay_error err = {0};
    struct assay_spec spec = {0};
    ck_assay_ok(assay_spec_read_text("s.json", text, strlen(text), &spec, &err));
    return spec;
}

/* ---- what is taken ---- */

/* As much as goes together. */
static const char full[] =
    HEAD "\"fit\": {\"method\": \"maximum-likelihood\", \"signs\": \"free\",\n"
         "  \"anchor\": \"expert\", \"strength\": 0.25, \"penalty\": \"none\", \"folds\": 5,\n"
         "  \"bootstrap\": 200, \"models_by\": \"segment\", \"pooling\": \"infinite\"},\n"
         "\"line\": {\"rule\": \"cost\", \"miss\": 10, \"false_alarm\": 0.5, \"by\": \"region\"},\n"
         "\"dimensions\": {\"e\": {\"share\": [0.35, 0.45]}, \"d\": {\"share\": 0.6}},\n"
         "\"signals\": [\n"
         "  {\"name\": \"a\", \"dimension\": \"d\", \"better\": \"lower\", \"expert\": 3,\n"
         "   \"weight\": [0.1, 0.25], \"sign\": \"constrained\", \"recorded\": \"a_on\"},\n"
         "  {\"name\": \"b\", \"dimension\": \"e\", \"better\": \"lower\", \"expert\": 0,\n"
         "   \"weight\": 0.4, \"sign\": \"constrained\"},\n"
         "  {\"name\": \"c\", \"dimension\": \"d\", \"better\": \"lower\", \"expert\": 1e9,\n"
         "   \"weight\": [0, 0.5]}]}";

START_TEST(every_key_sets_its_field)
{
    struct assay_spec spec = read_good(full);
    ck_assert_int_eq(spec.fit.method, ASSAY_MAXIMUM_LIKELIHOOD);
    ck_assert(spec.fit.signs_free);
    ck_assert_int_eq(spec.fit.anchor, ASSAY_ANCHOR_EXPERT);
    ck_assert_double_eq(spec.fit.strength, 0.25);
    ck_assert_int_eq(spec.fit.penalty, ASSAY_NO_PENALTY);
    ck_assert_uint_eq(spec.fit.folds, 5);
    ck_assert(spec.fit.resamples_given);
    ck_assert_uint_eq(spec.fit.resamples, 200);
    ck_assert_str_eq(spec.fit.models_by, "segment");
    ck_assert(isinf(spec.fit.pooling) && spec.fit.pooling > 0);
    ck_assert_int_eq(spec.line.rule, ASSAY_LINE_COST);
    ck_assert_double_eq(spec.line.miss, 10);
    ck_assert_double_eq(spec.line.false_alarm, 0.5);
    ck_assert_str_eq(spec.line.by, "region");
    ck_assert_uint_eq(spec.n_dimension, 2);
    ck_assert_str_eq(spec.dimensions[0].name, "e");
    ck_assert_double_eq(spec.dimensions[0].share_low, 0.35);
    ck_assert_double_eq(spec.dimensions[0].share_high, 0.45);
    ck_assert_double_eq(spec.dimensions[1].share_low, 0.6);
    ck_assert_double_eq(spec.dimensions[1].share_high, 0.6);
    const struct assay_signal_spec *s = spec.signals;
    ck_assert_double_eq(s[0].expert, 3);
    ck_assert_double_eq(s[0].weight_low, 0.1);
    ck_assert_double_eq(s[0].weight_high, 0.25);
    ck_assert(!s[0].sign_free);
    ck_assert_str_eq(s[0].recorded, "a_on");
    ck_assert_double_eq(s[1].weight_low, 0.4);
    ck_assert_double_eq(s[1].weight_high, 0.4);
    ck_assert_ptr_null(s[1].recorded);
    ck_assert(s[2].sign_free); /* as the fit says, which stands before or behind */
    ck_assert_double_eq(s[2].expert, 1e9);
    assay_spec_clear(&spec);
}
END_TEST

START_TEST(what_is_not_said_has_its_default)
{
    static const char *const texts[] = {FIT(""), LINE("\"targets\""), LINE("{}")};
    struct assay_spec spec = read_good(texts[_i]);
    ck_assert_int_eq(spec.fit.method, ASSAY_MAXIMUM_LIKELIHOOD);
    ck_assert(!spec.fit.signs_free);
    ck_assert_int_eq(spec.fit.anchor, ASSAY_ANCHOR_BY_DEFAULT);
    ck_assert_double_nan(spec.fit.strength);
    ck_assert_int_eq(spec.fit.penalty, ASSAY_NO_PENALTY);
    ck_assert_double_eq(spec.fit.alpha, 0.5);
    ck_assert_double_nan(spec.fit.lambda);
    ck_assert_double_eq(spec.fit.round_to, 0);
    ck_assert_uint_eq(spec.fit.folds, 10);
    ck_assert(!spec.fit.resamples_given);
    ck_assert_ptr_null(spec.fit.models_by);
    ck_assert_double_nan(spec.fit.pooling);
    ck_assert_int_eq(spec.line.rule, ASSAY_LINE_TARGETS);
    ck_assert_ptr_null(spec.line.by);
    ck_assert_uint_eq(spec.n_dimension, 0);
    ck_assert_double_nan(spec.signals[0].expert);
    ck_assert_double_eq(spec.signals[0].weight_low, 0);
    ck_assert_double_eq(spec.signals[0].weight_high, 1);
    ck_assert(!spec.signals[0].sign_free);
    ck_assert_ptr_null(spec.signals[0].recorded);
    assay_spec_clear(&spec);
}
END_TEST

static const struct {
    const char *text;
    enum assay_penalty_word word;
    double alpha, lambda; /* NaN: auto */
} penalties[] = {
    {FIT("\"penalty\":\"none\""), ASSAY_NO_PENALTY, 0.5, NAN},
    {FIT("\"penalty\":\"ridge\""), ASSAY_RIDGE, 0.5, NAN},
    {FIT("\"penalty\":\"elastic-net\""), ASSAY_ELASTIC_NET, 0.5, NAN},
    {FIT("\"penalty\":{\"method\":\"none\"}"), ASSAY_NO_PENALTY, 0.5, NAN},
    {FIT("\"penalty\":{\"method\":\"lasso\",\"lambda\":0.01}"), ASSAY_LASSO, 0.5, 0.01},
    {FIT("\"penalty\":{\"lambda\":\"auto\",\"method\":\"ridge\"}"), ASSAY_RIDGE, 0.5, NAN},
    {FIT("\"penalty\":{\"method\":\"elastic-net\",\"alpha\":0.9,\"lambda\":1e9}"),
     ASSAY_ELASTIC_NET, 0.9, 1e9},
};

START_TEST(a_penalty_is_a_word_or_an_object)
{
    struct assay_spec spec = read_good(penalties[_i].text);
    ck_assert_int_eq(spec.fit.penalty, penalties[_i].word);
    ck_assert_double_eq(spec.fit.alpha, penalties[_i].alpha);
    if (isnan(penalties[_i].lambda))
        ck_assert_double_nan(spec.fit.lambda);
    else
        ck_assert_double_eq(spec.fit.lambda, penalties[_i].lambda);
    assay_spec_clear(&spec);
}
END_TEST

static const struct {
    const char *text;
    double step;
} roundings[] = {
    {FIT("\"round_to\":0"), 0},
    {FIT("\"round_to\":0.5"), 0.5},
    {FIT("\"round_to\":0.01"), 0.01},
    {FIT("\"round_to\":0.0001"), 0.0001},
    {FIT("\"round_to\":0.3333333333"), 1.0 / 3}, /* 1 / it is 3.0000000003: a third is meant */
};

START_TEST(rounding_is_to_whole_parts_of_one)
{
    struct assay_spec spec = read_good(roundings[_i].text);
    ck_assert_double_eq(spec.fit.round_to, roundings[_i].step);
    assay_spec_clear(&spec);
}
END_TEST

START_TEST(a_line_is_drawn_by_one_of_four_rules)
{
    static const char *const texts[] = {
        LINE("{\"by\":\"region\"}"), LINE("\"youden\""),
        LINE("{\"rule\":\"cost\",\"miss\":1e-9,\"false_alarm\":1e9}"),
        LINE("{\"rule\":\"capacity\",\"accounts\":40}")};
    struct assay_spec spec = read_good(texts[_i]);
    ck_assert_int_eq((int)spec.line.rule, _i);
    ck_assert_double_eq(spec.line.miss, _i == ASSAY_LINE_COST ? 1e-9 : 0);
    ck_assert_double_eq(spec.line.false_alarm, _i == ASSAY_LINE_COST ? 1e9 : 0);
    ck_assert_uint_eq(spec.line.accounts, _i == ASSAY_LINE_CAPACITY ? 40 : 0);
    ck_assert((spec.line.by != NULL) == (_i == 0));
    assay_spec_clear(&spec);
}
END_TEST

START_TEST(a_bootstrap_of_none_is_a_choice)
{
    static const char *const texts[] = {FIT("\"bootstrap\":0"), FIT("\"bootstrap\":50"),
                                        FIT("\"bootstrap\":10000")};
    static const size_t wanted[] = {0, 50, 10000};
    struct assay_spec spec = read_good(texts[_i]);
    ck_assert(spec.fit.resamples_given);
    ck_assert_uint_eq(spec.fit.resamples, wanted[_i]);
    assay_spec_clear(&spec);
}
END_TEST

/* ---- to a model file and back ---- */

static void write_declared(const struct assay_spec *spec, struct assay_json_writer *json)
{
    assay_json_open(json, NULL, '{');
    assay_fit_spec_write(json, spec);
    assay_json_open(json, "signals", '[');
    for (size_t j = 0; j < spec->n_signal; j++) {
        assay_json_open(json, NULL, '{');
        assay_signal_limits_write(json, &spec->signals[j]);
        assay_json_close(json);
    }
    assay_json_close(json);
    assay_json_close(json);
    ck_assert(!json->out.failed);
}

/* As a model's reader does: names and dimensions of signals are there by then. */
static struct assay_spec read_declared(const struct assay_spec *spec, const char *text)
{
    struct assay_error err = {0};
    struct assay_json *doc;
    struct assay_spec back = {.fit = assay_fit_spec_default()};
    ck_assay_ok(assay_json_parse("m.json", text, strlen(text), ASSAY_JSON_STRICT, &doc, &err));
    const struct cJSON *root = assay_json_root(doc), *declared = assay_json_get(root, "declared");
    back.signals = calloc(spec->n_signal, sizeof *back.signals);
    ck_assert_ptr_nonnull(back.signals);
    const struct cJSON *object = assay_json_first(assay_json_get(root, "signals"));
    for (size_t j = 0; j < spec->n_signal; j++, object = assay_json_next(object)) {
        back.n_signal = j + 1;
        ck_assay_ok(assay_spec_text(spec->signals[j].dimension, &back.signals[j].dimension, &err));
        ck_assay_ok(assay_signal_limits_read(doc, object, false, &back.signals[j], &err));
    }
    ck_assay_ok(assay_fit_spec_read(doc, assay_json_get(declared, "fit"), &back.fit, &err));
    ck_assay_ok(assay_line_spec_read(doc, assay_json_get(declared, "line"), &back.line, &err));
    ck_assay_ok(assay_dimensions_read(doc, assay_json_get(declared, "dimensions"), &back, &err));
    assay_json_free(doc);
    return back;
}

static void check_same_number(double a, double b)
{
    ck_assert(a == b || (isnan(a) && isnan(b)));
}

static void check_same_text(const char *a, const char *b)
{
    ck_assert((a == NULL) == (b == NULL));
    if (a != NULL)
        ck_assert_str_eq(a, b);
}

static void check_same(const struct assay_spec *a, const struct assay_spec *b)
{
    ck_assert_int_eq(a->fit.method, b->fit.method);
    ck_assert_int_eq(a->fit.signs_free, b->fit.signs_free);
    ck_assert_int_eq(a->fit.anchor, b->fit.anchor);
    ck_assert_int_eq(a->fit.penalty, b->fit.penalty);
    check_same_number(a->fit.strength, b->fit.strength);
    check_same_number(a->fit.alpha, b->fit.alpha);
    check_same_number(a->fit.lambda, b->fit.lambda);
    check_same_number(a->fit.round_to, b->fit.round_to);
    check_same_number(a->fit.pooling, b->fit.pooling);
    ck_assert_uint_eq(a->fit.folds, b->fit.folds);
    ck_assert_uint_eq(a->fit.resamples, b->fit.resamples);
    ck_assert_int_eq(a->fit.resamples_given, b->fit.resamples_given);
    check_same_text(a->fit.models_by, b->fit.models_by);
    ck_assert_int_eq(a->line.rule, b->line.rule);
    check_same_number(a->line.miss, b->line.miss);
    check_same_number(a->line.false_alarm, b->line.false_alarm);
    ck_assert_uint_eq(a->line.accounts, b->line.accounts);
    check_same_text(a->line.by, b->line.by);
    ck_assert_uint_eq(a->n_dimension, b->n_dimension);
    for (size_t k = 0; k < a->n_dimension; k++) {
        ck_assert_str_eq(a->dimensions[k].name, b->dimensions[k].name);
        check_same_number(a->dimensions[k].share_low, b->dimensions[k].share_low);
        check_same_number(a->dimensions[k].share_high, b->dimensions[k].share_high);
    }
    for (size_t j = 0; j < a->n_signal; j++) {
        check_same_number(a->signals[j].expert, b->signals[j].expert);
        check_same_number(a->signals[j].weight_low, b->signals[j].weight_low);
        check_same_number(a->signals[j].weight_high, b->signals[j].weight_high);
        ck_assert_int_eq(a->signals[j].sign_free, b->signals[j].sign_free);
        check_same_text(a->signals[j].recorded, b->signals[j].recorded);
    }
}

START_TEST(declarations_read_back_as_they_were_written)
{
    static const char *const texts[] = {
        full, FIT(""), FIT("\"method\":\"firth\",\"bootstrap\":0"),
        FIT("\"penalty\":{\"method\":\"elastic-net\",\"alpha\":0.1,\"lambda\":0.003}"),
        FIT("\"anchor\":\"none\",\"round_to\":0.05"), FIT("\"penalty\":\"lasso\""), FIT("\"strength\":\"infinite\""),
        FIT("\"models_by\":\"r\",\"pooling\":0.3"), LINE("\"youden\""),
        LINE("{\"rule\":\"capacity\",\"accounts\":40}"), ONE("\"weight\":[0.2,1]"),
        ONE("\"weight\":1"), DIM("{\"product\":{\"share\":[0.1,1]}}")};
    ck_assert_int_lt(_i, (int)COUNT(texts));
    struct assay_spec spec = read_good(texts[_i]);
    struct assay_json_writer json = {0};
    write_declared(&spec, &json);
    struct assay_spec back = read_declared(&spec, json.out.data);
    check_same(&spec, &back);
    assay_text_clear(&json.out);
    assay_spec_clear(&spec);
    assay_spec_clear(&back);
}
END_TEST

START_TEST(a_model_says_everything_even_what_was_not_declared)
{
    struct assay_spec spec = read_good(FIT(""));
    struct assay_json_writer json = {0};
    write_declared(&spec, &json);
    ck_assert_str_eq(json.out.data, "{\n"
                                    "  \"declared\": {\n"
                                    "    \"fit\": {\n"
                                    "      \"method\": \"maximum-likelihood\",\n"
                                    "      \"signs\": \"constrained\",\n"
                                    "      \"anchor\": \"auto\",\n"
                                    "      \"strength\": \"auto\",\n"
                                    "      \"penalty\": \"none\",\n"
                                    "      \"round_to\": 0,\n"
                                    "      \"folds\": 10,\n"
                                    "      \"pooling\": \"auto\"\n"
                                    "    },\n"
                                    "    \"line\": {\n"
                                    "      \"rule\": \"targets\"\n"
                                    "    },\n"
                                    "    \"dimensions\": {}\n"
                                    "  },\n"
                                    "  \"signals\": [\n"
                                    "    {\n"
                                    "      \"sign\": \"constrained\"\n"
                                    "    }\n"
                                    "  ]\n"
                                    "}\n");
    assay_text_clear(&json.out);
    assay_spec_clear(&spec);
}
END_TEST

/* Splitmix (Steele, Lea and Flood 2014), in [0, 1). */
static double next_uniform(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

START_TEST(any_number_survives_the_file_to_the_last_bit)
{
    for (uint64_t seed = 1; seed <= 500; seed++) {
        uint64_t state = seed;
        struct assay_spec spec = read_good(full);
        struct assay_json_writer json = {0};
        spec.fit.strength = exp(40 * next_uniform(&state) - 20);
        spec.fit.penalty = ASSAY_ELASTIC_NET;
        spec.fit.alpha = 0.01 + 0.98 * next_uniform(&state);
        spec.fit.lambda = exp(40 * next_uniform(&state) - 20);
        spec.fit.round_to = 1 / floor(2 + 9999 * next_uniform(&state));
        spec.fit.pooling = exp(40 * next_uniform(&state) - 20);
        spec.line.miss = exp(40 * next_uniform(&state) - 20);
        spec.signals[0].expert = next_uniform(&state);
        spec.signals[0].weight_low = 0.5 * next_uniform(&state);
        spec.signals[0].weight_high = 0.5 + 0.5 * next_uniform(&state);
        spec.dimensions[0].share_low = spec.dimensions[0].share_high = next_uniform(&state);
        write_declared(&spec, &json);
        struct assay_spec back = read_declared(&spec, json.out.data);
        check_same(&spec, &back);
        assay_text_clear(&json.out);
        assay_spec_clear(&spec);
        assay_spec_clear(&back);
    }
}
END_TEST

/* ---- what is refused ---- */

static const struct {
    const char *text, *message, *hint;
} bad[] = {
    {ONE("\"expert\":-1"), "s.json:1:92: \"expert\" is -1; expected a number from 0 to 1e9", ""},
    {ONE("\"expert\":2e9"),
     "s.json:1:92: \"expert\" is 2000000000; expected a number from 0 to 1e9", ""},
    {ONE("\"weight\":1.5"),
     "s.json:1:92: \"weight\" is 1.5; expected a number from 0 to 1, or two of them as [lowest, "
     "highest]", ""},
    {ONE("\"weight\":\"0.2\""),
     "s.json:1:92: \"weight\" is \"0.2\"; expected a number from 0 to 1, or two of them as "
     "[lowest, highest]", ""},
    {ONE("\"weight\":[0.1,0.2,0.3]"),
     "s.json:1:92: \"weight\" is a list; expected a number from 0 to 1, or two of them as [lowest, "
     "highest]", ""},
    {ONE("\"weight\":{\"low\":0}"),
     "s.json:1:92: \"weight\" is an object; expected a number from 0 to 1, or two of them as "
     "[lowest, highest]", ""},
    {ONE("\"weight\":[-0.1,0.2]"), "s.json:1:102: found -0.1; expected a limit from 0 to 1", ""},
    {ONE("\"weight\":[\"a\",0.2]"), "s.json:1:102: found \"a\"; expected a limit from 0 to 1", ""},
    {ONE("\"weight\":[0.4,0.3]"),
     "s.json:1:106: found 0.3; expected a limit from 0.4, which is the lower one, to 1", ""},
    {ONE("\"weight\":[0.4,1.1]"),
     "s.json:1:106: found 1.1; expected a limit from 0.4, which is the lower one, to 1", ""},
    {ONE("\"sign\":\"positive\""),
     "s.json:1:92: \"sign\" is \"positive\"; expected \"constrained\" or \"free\"", ""},
    {ONE("\"recorded\":\"\""), "s.json:1:92: \"recorded\" is \"\"; expected a name", ""},
    {ONE("\"exprt\":1"),
     "s.json:1:92: unknown key \"exprt\" in a signal", "Did you mean \"expert\"?"},
    {DIM("[]"), "s.json:1:36: \"dimensions\" is a list; expected an object in braces", ""},
    {DIM("{\"prodct\":{\"share\":0.4}}"),
     "s.json:1:50: no signal has the dimension \"prodct\"; expected one that has",
     "Did you mean \"product\"?"},
    {DIM("{\"a\":{\"share\":0.4}}"),
     "s.json:1:50: no signal has the dimension \"a\"; expected one that has", ""},
    {DIM("{\"product\":0.4}"),
     "s.json:1:50: \"product\" is 0.4; expected its limits as {\"share\": [0.2, 0.4]}", ""},
    {DIM("{\"product\":{}}"),
     "s.json:1:50: no \"share\" here; expected a number from 0 to 1, or two of them as [lowest, "
     "highest]", ""},
    {DIM("{\"product\":{\"shar\":0.4}}"),
     "s.json:1:61: unknown key \"shar\" in a dimension", "Did you mean \"share\"?"},
    {DIM("{\"product\":{\"share\":2}}"),
     "s.json:1:61: \"share\" is 2; expected a number from 0 to 1, or two of them as [lowest, "
     "highest]", ""},
    {DIM("{\"product\":{\"share\":[0.5,0.4]}}"),
     "s.json:1:74: found 0.4; expected a limit from 0.5, which is the lower one, to 1", ""},
    {FIT("\"metod\":\"firth\""),
     "s.json:1:43: unknown key \"metod\" in \"fit\"", "Did you mean \"method\"?"},
    {FIT("\"method\":\"ml\""),
     "s.json:1:43: \"method\" is \"ml\"; expected \"maximum-likelihood\" or \"firth\"", ""},
    {FIT("\"signs\":\"positive\""),
     "s.json:1:43: \"signs\" is \"positive\"; expected \"constrained\" or \"free\"", ""},
    {FIT("\"anchor\":\"experts\""),
     "s.json:1:43: \"anchor\" is \"experts\"; expected \"auto\", \"none\", \"equal\", \"expert\" "
     "or \"champion\"", ""},
    {FIT("\"strength\":\"strong\""),
     "s.json:1:43: \"strength\" is \"strong\"; expected \"auto\", \"infinite\" or a number from 0 "
     "to 1e9", ""},
    {FIT("\"strength\":-1"),
     "s.json:1:43: \"strength\" is -1; expected \"auto\", \"infinite\" or a number from 0 to "
     "1e9", ""},
    {FIT("\"strength\":2e9"),
     "s.json:1:43: \"strength\" is 2000000000; expected \"auto\", \"infinite\" or a number from 0 "
     "to 1e9", ""},
    {FIT("\"strength\":null"),
     "s.json:1:43: \"strength\" is null; expected \"auto\", \"infinite\" or a number from 0 "
     "to 1e9", ""},
    {FIT("\"penalty\":\"l2\""),
     "s.json:1:43: \"penalty\" is \"l2\"; expected \"none\", \"ridge\", \"lasso\" or "
     "\"elastic-net\"", ""},
    {FIT("\"penalty\":{}"),
     "s.json:1:43: no \"method\" here; expected \"none\", \"ridge\", \"lasso\" or "
     "\"elastic-net\"", ""},
    {FIT("\"penalty\":{\"method\":\"ridge\",\"lamda\":1}"),
     "s.json:1:71: unknown key \"lamda\" in \"penalty\"", "Did you mean \"lambda\"?"},
    {FIT("\"penalty\":{\"method\":\"l1\"}"),
     "s.json:1:54: \"method\" is \"l1\"; expected \"none\", \"ridge\", \"lasso\" or "
     "\"elastic-net\"", ""},
    {FIT("\"penalty\":{\"method\":\"ridge\",\"alpha\":0.5}"),
     "s.json:1:71: \"alpha\" is 0.5; expected none with penalty \"ridge\"", ""},
    {FIT("\"penalty\":{\"method\":\"elastic-net\",\"alpha\":1}"),
     "s.json:1:77: \"alpha\" is 1; expected a number above 0 and below 1",
     "The share of the lasso; all of it is \"method\": \"lasso\", nothing of it \"ridge\"."},
    {FIT("\"penalty\":{\"method\":\"elastic-net\",\"alpha\":\"auto\"}"),
     "s.json:1:77: \"alpha\" is \"auto\"; expected a number above 0 and below 1",
     "The share of the lasso; all of it is \"method\": \"lasso\", nothing of it \"ridge\"."},
    {FIT("\"penalty\":{\"method\":\"lasso\",\"lambda\":0}"),
     "s.json:1:71: \"lambda\" is 0; expected \"auto\" or a number above 0 and up to 1e9",
     "Without a penalty, say \"penalty\": \"none\"."},
    {FIT("\"penalty\":{\"method\":\"lasso\",\"lambda\":-1}"),
     "s.json:1:71: \"lambda\" is -1; expected \"auto\" or a number above 0 and up to 1e9", ""},
    {FIT("\"penalty\":{\"method\":\"lasso\",\"lambda\":\"infinite\"}"),
     "s.json:1:71: \"lambda\" is \"infinite\"; expected \"auto\" or a number above 0 and up "
     "to 1e9", ""},
    {FIT("\"penalty\":{\"method\":\"none\",\"lambda\":1}"),
     "s.json:1:70: \"lambda\" is 1; expected none with penalty \"none\"", ""},
    {FIT("\"round_to\":0.03"),
     "s.json:1:43: \"round_to\" is 0.03; expected one part in 2 to 10000, or 0",
     "Rounded weights add up to 1: 0.01 makes 100 steps of it, 0.05 makes 20."},
    {FIT("\"round_to\":1"),
     "s.json:1:43: \"round_to\" is 1; expected one part in 2 to 10000, or 0",
     "Rounded weights add up to 1: 0.01 makes 100 steps of it, 0.05 makes 20."},
    {FIT("\"round_to\":0.00009"),
     "s.json:1:43: \"round_to\" is 9e-05; expected one part in 2 to 10000, or 0",
     "Rounded weights add up to 1: 0.01 makes 100 steps of it, 0.05 makes 20."},
    {FIT("\"round_to\":\"0.01\""),
     "s.json:1:43: \"round_to\" is \"0.01\"; expected one part in 2 to 10000, or 0",
     "Rounded weights add up to 1: 0.01 makes 100 steps of it, 0.05 makes 20."},
    {FIT("\"round_to\":0.333"),
     "s.json:1:43: \"round_to\" is 0.333; expected one part in 2 to 10000, or 0",
     "Rounded weights add up to 1: 0.01 makes 100 steps of it, 0.05 makes 20."},
    {FIT("\"folds\":101"), "s.json:1:43: \"folds\" is 101; expected 0 or a whole number from 2 to 100", ""},
    {FIT("\"folds\":2.5"), "s.json:1:43: \"folds\" is 2.5; expected 0 or a whole number from 2 to 100", ""},
    {FIT("\"folds\":1"), "s.json:1:43: \"folds\" is 1; expected 0 or a whole number from 2 to 100", ""},
    {FIT("\"bootstrap\":49"),
     "s.json:1:43: \"bootstrap\" is 49; expected 0 or a whole number from 50 to 10000", ""},
    {FIT("\"bootstrap\":10001"),
     "s.json:1:43: \"bootstrap\" is 10001; expected 0 or a whole number from 50 to 10000", ""},
    {FIT("\"bootstrap\":99.5"),
     "s.json:1:43: \"bootstrap\" is 99.5; expected 0 or a whole number from 50 to 10000", ""},
    {FIT("\"bootstrap\":\"yes\""),
     "s.json:1:43: \"bootstrap\" is \"yes\"; expected 0 or a whole number from 50 to 10000", ""},
    {FIT("\"models_by\":\"\""), "s.json:1:43: \"models_by\" is \"\"; expected a name", ""},
    {FIT("\"models_by\":[\"region\"]"),
     "s.json:1:43: \"models_by\" is a list; expected text in quotes", ""},
    {FIT("\"models_by\":\"r\",\"pooling\":\"none\""),
     "s.json:1:59: \"pooling\" is \"none\"; expected \"auto\", \"infinite\" or a number from 0 to "
     "1e9", ""},
    {FIT("\"models_by\":\"r\",\"pooling\":-2"),
     "s.json:1:59: \"pooling\" is -2; expected \"auto\", \"infinite\" or a number from 0 to "
     "1e9", ""},
    {LINE("\"cost\""),
     "s.json:1:36: \"line\" is \"cost\"; expected \"targets\", \"youden\" or an object in braces",
     "What is one of each worth? {\"rule\": \"cost\", \"miss\": 10, \"false_alarm\": 1}."},
    {LINE("\"capacity\""),
     "s.json:1:36: \"line\" is \"capacity\"; expected \"targets\", \"youden\" or an object in "
     "braces",
     "How many can the team work each quarter? {\"rule\": \"capacity\", \"accounts\": 40}."},
    {LINE("\"best\""),
     "s.json:1:36: \"line\" is \"best\"; expected \"targets\", \"youden\" or an object in "
     "braces", ""},
    {LINE("0.2"),
     "s.json:1:36: \"line\" is 0.2; expected \"targets\", \"youden\" or an object in braces", ""},
    {LINE("{\"rul\":\"cost\"}"),
     "s.json:1:44: unknown key \"rul\" in \"line\"", "Did you mean \"rule\"?"},
    {LINE("{\"rule\":\"best\"}"),
     "s.json:1:44: \"rule\" is \"best\"; expected \"targets\", \"youden\", \"cost\" or "
     "\"capacity\"", ""},
    {LINE("{\"rule\":\"cost\"}"), "s.json:1:36: no \"miss\" here; expected a number", ""},
    {LINE("{\"rule\":\"cost\",\"miss\":5}"),
     "s.json:1:36: no \"false_alarm\" here; expected a number", ""},
    {LINE("{\"rule\":\"cost\",\"miss\":0,\"false_alarm\":1}"),
     "s.json:1:58: \"miss\" is 0; expected a number above 0 and up to 1e9", ""},
    {LINE("{\"rule\":\"cost\",\"miss\":1,\"false_alarm\":-1}"),
     "s.json:1:67: \"false_alarm\" is -1; expected a number above 0 and up to 1e9", ""},
    {LINE("{\"rule\":\"cost\",\"miss\":2e9,\"false_alarm\":1}"),
     "s.json:1:58: \"miss\" is 2000000000; expected a number above 0 and up to 1e9", ""},
    {LINE("{\"rule\":\"cost\",\"miss\":5,\"false_alarm\":1,\"accounts\":3}"),
     "s.json:1:83: \"accounts\" is 3; expected none with the rule \"cost\": it belongs to "
     "\"capacity\"", ""},
    {LINE("{\"rule\":\"youden\",\"miss\":5}"),
     "s.json:1:60: \"miss\" is 5; expected none with the rule \"youden\": it belongs to "
     "\"cost\"", ""},
    {LINE("{\"false_alarm\":5}"),
     "s.json:1:44: \"false_alarm\" is 5; expected none with the rule \"targets\": it belongs to "
     "\"cost\"", ""},
    {LINE("{\"rule\":\"capacity\"}"),
     "s.json:1:36: no \"accounts\" here; expected a whole number from 1 to 1000000000", ""},
    {LINE("{\"rule\":\"capacity\",\"accounts\":0}"),
     "s.json:1:62: \"accounts\" is 0; expected a whole number from 1 to 1000000000", ""},
    {LINE("{\"rule\":\"capacity\",\"accounts\":2.5}"),
     "s.json:1:62: \"accounts\" is 2.5; expected a whole number from 1 to 1000000000", ""},
    {LINE("{\"rule\":\"targets\",\"accounts\":40}"),
     "s.json:1:61: \"accounts\" is 40; expected none with the rule \"targets\": it belongs to "
     "\"capacity\"", ""},
    {LINE("{\"by\":\"\"}"), "s.json:1:44: \"by\" is \"\"; expected a name", ""},
};

START_TEST(a_bad_value_is_refused_where_it_stands)
{
    struct assay_error err = {0};
    struct assay_spec spec = {.seed = 77};
    const char *text = bad[_i].text;
    ck_assert_int_eq(assay_spec_read_text("s.json", text, strlen(text), &spec, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_str_eq(err.hint, bad[_i].hint);
    ck_assert_uint_eq(spec.seed, 77); /* untouched */
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
    ck_assert_uint_gt(n, 20); /* 9 texts of signals, 2 dimensions, 2 columns of segments, ... */
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, every_key_sets_its_field);
    tcase_add_loop_test(tc, what_is_not_said_has_its_default, 0, 3);
    tcase_add_loop_test(tc, a_penalty_is_a_word_or_an_object, 0, COUNT(penalties));
    tcase_add_loop_test(tc, rounding_is_to_whole_parts_of_one, 0, COUNT(roundings));
    tcase_add_loop_test(tc, a_line_is_drawn_by_one_of_four_rules, 0, 4);
    tcase_add_loop_test(tc, a_bootstrap_of_none_is_a_choice, 0, 3);
    tcase_add_loop_test(tc, declarations_read_back_as_they_were_written, 0, 12);
    tcase_add_test(tc, a_model_says_everything_even_what_was_not_declared);
    tcase_add_test(tc, any_number_survives_the_file_to_the_last_bit);
    tcase_add_loop_test(tc, a_bad_value_is_refused_where_it_stands, 0, COUNT(bad));
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
}

ASSAY_SUITE("spec/fit_spec", add_tests)
