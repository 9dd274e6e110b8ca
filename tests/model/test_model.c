/* The model file: what is written comes back to the last bit, and what is damaged is refused. */
#include "tests/model/damage.h"
#include "tests/model/handmade.h"
#include "tests/model/specs.h"

/* ---- there and back ---- */

static void assert_rewrites(const struct assay_text *text)
{
    struct assay_error err = {0};
    struct assay_model model = {0};
    struct assay_text again = {0};
    ck_assay_ok(assay_model_read_text("m.json", text->data, text->length, &model, &err));
    ck_assay_ok(assay_model_write(&model, &again, &err));
    ck_assert_uint_eq(again.length, text->length);
    ck_assert_mem_eq(again.data, text->data, text->length);
    assay_text_clear(&again);
    assay_model_clear(&model);
}

START_TEST(what_was_read_is_written_as_it_stood)
{
    struct assay_text text = text_of_spec((size_t)_i);
    assert_rewrites(&text);
    assay_text_clear(&text);
}
END_TEST

START_TEST(the_demo_model_is_written_as_it_stood)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_text text = {0};
    lab_demo(&lab);
    ck_assay_ok(assay_model_write(&lab.model, &text, &err));
    assert_rewrites(&text);
    assay_text_clear(&text);
    lab_clear(&lab);
}
END_TEST

START_TEST(a_model_with_a_parent_is_written_as_it_stood)
{
    struct lab champion = {0}, lab = {.champion = &champion.model};
    struct assay_error err = {0};
    struct assay_text text = {0};
    lab_of_spec(&champion, 2);
    ck_assay_ok(assay_model_write(&champion.model, &text, &err));
    assay_text_clear(&text);
    lab_of_spec(&lab, 3);
    ck_assay_ok(assay_model_write(&lab.model, &text, &err));
    ck_assert_str_eq(lab.model.parent_digest, champion.model.digest);
    ck_assert_uint_eq(lab.model.changes.n_weight, 6); /* the champion's two are of them */
    ck_assert_uint_eq(lab.model.changes.n_move, 16);
    size_t moved = 0;
    for (size_t k = 0; k < lab.model.changes.n_move; k++)
        moved += lab.model.changes.moves[k].snapshots;
    ck_assert_uint_eq(moved, lab.model.fit.rows); /* nobody is lost on the way between zones */
    assert_rewrites(&text);
    assay_text_clear(&text);
    lab_clear(&lab);
    lab_clear(&champion);
}
END_TEST

static void assert_same_input(const struct assay_example_input *a,
                              const struct assay_example_input *b)
{
    ck_assert_int_eq(a->text == NULL, b->text == NULL);
    if (a->text != NULL)
        ck_assert_str_eq(a->text, b->text);
    else
        ck_assert(isnan(a->number) ? isnan(b->number) : a->number == b->number);
}

static void assert_same_example(const struct assay_model *model, const struct assay_example *a,
                                const struct assay_example *b)
{
    for (size_t k = 0; k < model->n_input; k++)
        assert_same_input(&a->inputs[k], &b->inputs[k]);
    ck_assert_mem_eq(a->s, b->s, model->n_signal * sizeof *a->s);
    ck_assert_int_eq(a->dropped, b->dropped);
    if (a->dropped)
        return;
    ck_assert_double_eq(a->composite, b->composite);
    ck_assert_double_eq(a->score, b->score);
    ck_assert_double_eq(a->probability, b->probability);
    ck_assert_uint_eq(a->zone, b->zone);
}

START_TEST(examples_come_back_exactly)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_text text = {0};
    struct assay_model model = {0};
    lab_of_spec(&lab, (size_t)_i);
    ck_assay_ok(assay_model_write(&lab.model, &text, &err));
    ck_assay_ok(assay_model_read_text("m.json", text.data, text.length, &model, &err));
    ck_assert_uint_ge(model.n_example, ASSAY_MIN_EXAMPLES);
    ck_assert_uint_eq(model.n_example, lab.model.n_example);
    ck_assert_uint_eq(model.n_input, lab.model.n_input);
    for (size_t e = 0; e < model.n_example; e++)
        assert_same_example(&model, &lab.model.examples[e], &model.examples[e]);
    ck_assert_str_eq(model.digest, lab.model.digest);
    assay_text_clear(&text);
    assay_model_clear(&model);
    lab_clear(&lab);
}
END_TEST

/* What the design promises to anybody with a shell. */
START_TEST(the_digest_is_what_sha256sum_says_of_all_but_the_last_two_lines)
{
    struct assay_text text = text_of_spec((size_t)_i);
    char path[] = "/tmp/assay-model-XXXXXX", command[128], said[80] = "sha256:";
    lab_write_file(path, text.data, text.length);
    snprintf(command, sizeof command, "head -n -2 %s | sha256sum", path);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    ck_assert_uint_eq(fread(said + 7, 1, 64, pipe), 64);
    pclose(pipe);
    unlink(path);
    said[71] = '\0';
    ck_assert_ptr_nonnull(strstr(text.data + text.length - 90, said));
    assay_text_clear(&text);
}
END_TEST

/* ---- damage ---- */

START_TEST(a_file_cut_short_anywhere_is_refused)
{
    struct assay_text text = handmade_file(PLAIN_FIT); /* short: the time goes with its square */
    for (size_t length = 0; length < text.length; length++) {
        struct assay_error err = {0};
        struct assay_model model = {0};
        enum assay_status status =
            assay_model_read_text("m.json", text.data, length, &model, &err);
        ck_assert_msg(status == ASSAY_EFORMAT, "cut at %zu: %d %s", length, (int)status,
                      err.message);
        ck_assert_uint_gt(strlen(err.message), 0);
    }
    assay_text_clear(&text);
}
END_TEST

START_TEST(a_file_with_any_byte_changed_is_refused)
{
    struct assay_text text = handmade_file(PLAIN_FIT); /* short: the time goes with its square */
    for (size_t at = 0; at < text.length; at++) {
        struct assay_error err = {0};
        struct assay_model model = {0};
        text.data[at] ^= 1; /* stays ASCII: digits become digits, letters mostly letters */
        enum assay_status status =
            assay_model_read_text("m.json", text.data, text.length, &model, &err);
        ck_assert_msg(status == ASSAY_EFORMAT || status == ASSAY_EDATA, "byte %zu: %d %s", at,
                      (int)status, err.message);
        text.data[at] ^= 1;
    }
    assert_rewrites(&text);
    assay_text_clear(&text);
}
END_TEST

enum { BY_HAND = -1, AVERAGE = 7 };

static struct assay_text damageable(int spec)
{
    return spec == BY_HAND ? handmade_file(PLAIN_FIT) : text_of_spec((size_t)spec);
}

#define DEEP "[[[[[[[[[[[[[[[[" /* 16 */

static const struct {
    int spec; /* of model_specs, or one whose numbers no calibration moves */
    const char *from, *to;
    enum assay_status status;
    const char *message;
} damages[] = {
    {BY_HAND, "\"parent\": null", "\"parent\": " DEEP DEEP DEEP DEEP DEEP "1,", ASSAY_EFORMAT,
     "m.json:5:76: \"[[[[[[[[[[[[\"; expected at most 64 levels of nesting"},
    {BY_HAND, "\"parent\": null", "\"parent\": null, \"parent\": null,", ASSAY_EFORMAT,
     "m.json:5:19: key \"parent\" stands here a second time; expected it once"},
    {BY_HAND, "\"parent\": null", "\"parent\": null, \"p\\u0061rent\": null,", ASSAY_EFORMAT,
     "m.json:5:19: key \"parent\" stands here a second time; expected it once"},
    {BY_HAND, "\"parent\": null", "\"parent\": {\"version\": \"1\"},", ASSAY_EDATA,
     "m.json:5:3: no \"digest\" here; expected text in quotes"},
    {BY_HAND, "\"parent\": null",
     "\"parent\": {\"version\": \"1\", \"digest\": \"d\", \"by\": 1},", ASSAY_EDATA,
     "m.json:5:45: unknown key \"by\" in \"parent\""},
    {BY_HAND, "\"intercept\"", "\"intercept\": NaN,", ASSAY_EFORMAT,
     "m.json:115:16: \"NaN,\"; expected a JSON value"},
    {BY_HAND, "\"intercept\"", "\"intercept\": 1e999,", ASSAY_EFORMAT,
     "m.json:115:16: \"1e999,\"; expected a number as JSON writes it, within the range of double"},
    {BY_HAND, "\"intercept\"", "\"intercept\": null,", ASSAY_EDATA,
     "m.json:115:3: \"intercept\" is null; expected a number"},
    {BY_HAND, "\"intercept\"", "\"intercept\": \"0.5\",", ASSAY_EDATA,
     "m.json:115:3: \"intercept\" is \"0.5\"; expected a number"},
    {BY_HAND, "\"intercept\"", "\"intercept\": 17,", ASSAY_EDATA,
     "m.json:115:3: \"intercept\" is 17; expected 1.33333333333, which \"fit\" says"},
    {BY_HAND, "\"intercept\"", "\"intersept\": 1,", ASSAY_EDATA,
     "m.json:115:3: unknown key \"intersept\" in the model"},
    {BY_HAND, "\"format\"", "\"format\": \"a-model/1\",", ASSAY_EFORMAT,
     "m.json:2:3: \"format\" is \"a-model/1\"; expected \"assay-model/1\""},
    {BY_HAND, "\"format\"", "\"format\": 1,", ASSAY_EDATA,
     "m.json:2:3: \"format\" is 1; expected text in quotes"},
    {BY_HAND, "\"created\"", "\"created\": \"2026-02-30\",", ASSAY_EDATA,
     "m.json:6:3: \"created\" is \"2026-02-30\"; expected a date as \"2026-06-30\""},
    {BY_HAND, "\"created\"", "\"created\": \"1 July 2026\",", ASSAY_EDATA,
     "m.json:6:3: \"created\" is \"1 July 2026\"; expected a date as \"2026-06-30\""},
    {BY_HAND, "\"segments\"", "\"segments\": [3],", ASSAY_EDATA,
     "m.json:14:16: found 3; expected a column name in quotes"},
    {BY_HAND, "\"weight\"", "\"weight\": 1.5,", ASSAY_EDATA,
     "m.json:36:3: \"signals\" is a list; expected weights that add up to 1, not 2"},
    {BY_HAND, "\"weight\"", "\"weight\": -0.5,", ASSAY_EDATA,
     "m.json:42:7: \"weight\" is -0.5; expected 0 or more: its sign is not free"},
    {BY_HAND, "\"weight\"", "\"weight\": 0.0625,", ASSAY_EDATA,
     "m.json:36:3: \"signals\" is a list; expected weights that add up to 1, not 0.5625"},
    {BY_HAND, "\"coefficient\"", "\"coefficient\": 0.25,", ASSAY_EDATA,
     "m.json:44:7: \"coefficient\" is 0.25; expected 0 or less: a healthier signal cannot raise "
     "the risk"},
    {BY_HAND, "\"coefficient\"", "\"coefficient\": -0.25,", ASSAY_EDATA,
     "m.json:44:7: \"coefficient\" is -0.25; expected -2, which \"fit\" says"},
    {BY_HAND, "\"interval\"", "\"interval\": [1],", ASSAY_EDATA,
     "m.json:47:7: \"interval\" is a list; expected [low, high] or null"},
    {BY_HAND, "\"weight_interval\"", "\"weight_interval\": [0, null],", ASSAY_EDATA,
     "m.json:43:7: \"weight_interval\" is a list; expected [low, high] or null"},
    {BY_HAND, "\"better\"", "\"better\": \"sideways\",", ASSAY_EDATA,
     "m.json:41:7: \"better\" is \"sideways\"; expected \"higher\" or \"lower\""},
    {BY_HAND, "\"better\"", "\"better\": \"lower\",", ASSAY_EDATA,
     "m.json: example 2 has other normalised signals than it says"},
    {BY_HAND, "\"policy\"", "\"policy\": \"ignore\",", ASSAY_EDATA,
     "m.json:52:9: \"policy\" is \"ignore\"; expected \"neutral\", \"indicator\", "
     "\"renormalise\", \"drop\", \"renormalise-dimension\" or \"points\""},
    {BY_HAND, "\"policy\"", "\"policy\": \"renormalise-dimension\",", ASSAY_EDATA,
     "m.json:53:9: \"value\" is 50; expected null"},
    {BY_HAND, "\"policy\"", "\"policy\": \"points\",\n\"value\": null", ASSAY_EDATA,
     "m.json:53:1: \"value\" is null; expected a number"},
    {BY_HAND, "\"policy\"", "\"policy\": \"points\",\n\"value\": 100.5", ASSAY_EDATA,
     "m.json:53:1: \"value\" is 100.5; expected points from 0 to 100"},
    {BY_HAND, "\"policy\"", "\"policy\": \"points\",\n\"value\": -1", ASSAY_EDATA,
     "m.json:53:1: \"value\" is -1; expected points from 0 to 100"},
    {BY_HAND, "\"policy\"", "\"policy\": \"points\",\n\"value\": 20, \"coefficient\": 0", ASSAY_EDATA,
     "m.json:53:14: \"coefficient\" is 0; expected none where the policy is \"points\""},
    {BY_HAND, "\"points_to_halve_odds\"",
     "\"points_to_halve_odds\": 10, \"rounding\": {\"dimensions\": true, \"score\": false},", ASSAY_EDATA,
     "m.json:120:33: \"rounding\" is an object; expected none where \"scale\" is \"log-odds\""},
    {AVERAGE, "\"points_to_halve_odds\"",
     "\"points_to_halve_odds\": 10, \"rounding\": {\"dimensions\": false, \"score\": false},",
     ASSAY_EDATA,
     "m.json:97:33: \"rounding\" is an object; expected something that is rounded, or no such key"},
    {AVERAGE, "\"points_to_halve_odds\"",
     "\"points_to_halve_odds\": 10, \"rounding\": {\"dimensions\": true},", ASSAY_EDATA,
     "m.json:97:33: no \"score\" here; expected true or false"},
    {AVERAGE, "\"points_to_halve_odds\"",
     "\"points_to_halve_odds\": 10, \"rounding\": {\"score\": true, \"half\": \"up\"},", ASSAY_EDATA,
     "m.json:97:61: unknown key \"half\" in \"rounding\""},
    {BY_HAND, "\"policy\"", "\"policy\": \"drop\",", ASSAY_EDATA,
     "m.json:53:9: \"value\" is 50; expected null"},
    {BY_HAND, "\"value\": 50", "\"value\": 40", ASSAY_EDATA,
     "m.json:53:9: \"value\" is 40; expected 50"},
    {BY_HAND, "\"std_error\"", "\"std_error\": 0.125,", ASSAY_EDATA,
     "m.json:45:7: \"std_error\" is 0.125; expected 0.1, which \"fit\" says"},
    {BY_HAND, "\"p_value\"", "\"p_value\": null,", ASSAY_EDATA,
     "m.json:46:7: \"p_value\" is null; expected 1.91516959671e-174, which \"fit\" says"},
    {BY_HAND, "\"score\": 4", "\"score\": null,", ASSAY_EDATA,
     "m.json:368:5: a \"composite\" where the score is null; expected null"},
    {BY_HAND, "\"policy\"", "\"policy\": \"indicator\",", ASSAY_EDATA,
     "m.json:51:7: no \"coefficient\" here; expected a number"},
    {BY_HAND, "\"method\": \"none\"", "\"method\": \"percentile\"", ASSAY_EDATA,
     "m.json:48:7: no \"cohorts\" here; expected a list in brackets"},
    {BY_HAND, "\"high\"", "\"high\": -1", ASSAY_EDATA,
     "m.json:73:9: \"high\" is -1; expected more than \"low\", 0"},
    {BY_HAND, "\"signals\": [", "\"signals\": 7, \"x\": [", ASSAY_EDATA,
     "m.json:36:17: unknown key \"x\" in the model"},
    {BY_HAND, "\"plan\": null", "\"plan\": \"Team\",", ASSAY_EDATA,
     "m.json:108:5: found an object; expected the first cohort to be everybody"},
    {BY_HAND, "\"at_risk_probability\"", "\"at_risk_probability\": 0,", ASSAY_EDATA,
     "m.json:118:5: \"at_risk_probability\" is 0; expected a probability above 0 and below 1"},
    {BY_HAND, "\"at_risk_probability\"", "\"at_risk_probability\": 1,", ASSAY_EDATA,
     "m.json:118:5: \"at_risk_probability\" is 1; expected a probability above 0 and below 1"},
    {BY_HAND, "\"at_risk_probability\"", "\"at_risk_probability\": 0.5,", ASSAY_EDATA,
     "m.json: example 1 scores 50.3486513015 (Neutral); expected 40.3486513015 (At Risk) as it "
     "says"},
    {BY_HAND, "\"points_to_halve_odds\"", "\"points_to_halve_odds\": 0,", ASSAY_EDATA,
     "m.json:120:5: \"points_to_halve_odds\" is 0; expected more than 0"},
    {BY_HAND, "\"from\": 0", "\"from\": 1", ASSAY_EDATA,
     "m.json:134:7: \"from\" is 1; expected 0: the lowest zone starts at score 0"},
    {BY_HAND, "\"from\": 50", "\"from\": 20", ASSAY_EDATA,
     "m.json:142:7: \"from\" is 20; expected more than the zone before it, 25, up to 100"},
    {BY_HAND, "\"scale\"", "\"scale\": \"linear\",", ASSAY_EDATA,
     "m.json:117:5: \"scale\" is \"linear\"; expected \"log-odds\" or \"weighted-average\""},
    {BY_HAND, "\"covariance\": [", "\"covariance\": [[1, 2, 3],", ASSAY_EDATA,
     "m.json:218:5: \"covariance\" is a list; expected 5 rows"},
    {BY_HAND, "\"name\": \"(intercept)\"", "\"name\": \"use\",", ASSAY_EDATA,
     "m.json:177:9: \"name\" is \"use\"; expected \"(intercept)\""},
    {BY_HAND, "\"iterations\"", "\"iterations\": 3.5,", ASSAY_EDATA,
     "m.json:171:5: \"iterations\" is 3.5; expected a whole number from 0 to 9007199254740991"},
    {BY_HAND, "\"iterations\"", "\"iterations\": -1,", ASSAY_EDATA,
     "m.json:171:5: \"iterations\" is -1; expected a whole number from 0 to 9007199254740991"},
    {BY_HAND, "\"auc\"", "\"auc\": {\"value\": 0.5, \"interval\": null}, \"auk\": {", ASSAY_EDATA,
     "m.json:295:48: unknown key \"auk\" in \"apparent\""},
    {BY_HAND, "\"sha256\"", "\"sha256\": \"abc\",", ASSAY_EDATA,
     "m.json:362:5: \"sha256\" is \"abc\"; expected 64 hexadecimal digits in lower case"},
    {BY_HAND, "\"sha256\"",
     "\"sha256\": \"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
     "zzzzzzzzzzzzzzzzzz\",",
     ASSAY_EDATA,
     "m.json:362:5: \"sha256\" is \"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz...\"; expected 64 "
     "hexadecimal digits in lower case"},
    {BY_HAND, "\"changes\"", "\"changes\": {},", ASSAY_EDATA,
     "m.json:366:3: no \"weights\" here; expected a list in brackets"},
    {BY_HAND, "\"normalised\"", "\"normalised\": [50],", ASSAY_EDATA,
     "m.json:374:7: \"normalised\" is a list; expected 3 numbers"},
    {BY_HAND, "\"normalised\"", "\"normalised\": [50, 50, 50],", ASSAY_EDATA,
     "m.json: example 1 has other normalised signals than it says"},
    {BY_HAND, "\"composite\"", "\"composite\": 50,", ASSAY_EDATA,
     "m.json: example 1 has composite 33.9375 and probability 0.493958627358; expected 50 and "
     "0.493958627358 as it says"},
    {BY_HAND, "\"score\": 4", "\"score\": 12,", ASSAY_EDATA,
     "m.json: example 1 scores 40.3486513015 (At Risk); expected 12 (At Risk) as it says"},
    {BY_HAND, "\"probability\":", "\"probability\": 0.5,", ASSAY_EDATA,
     "m.json: example 1 has composite 33.9375 and probability 0.493958627358; expected 33.9375 "
     "and 0.5 as it says"},
    {BY_HAND, "\"zone\"", "\"zone\": \"Purple\"", ASSAY_EDATA,
     "m.json:378:7: \"zone\" is \"Purple\"; expected one of the model's zones"},
    {BY_HAND, "\"zone\"", "\"zone\": \"Healthy\"", ASSAY_EDATA,
     "m.json: example 1 scores 40.3486513015 (At Risk); expected 40.3486513015 (Healthy) as it "
     "says"},
    {1, "\"x\"", "\"x\": [3, 2, 5],\n\"s\": [1, 2, 3]", ASSAY_EDATA,
     "m.json:59:13: \"x\" is a list; expected knots that ascend; 2 stands behind 3"},
    {1, "\"x\"", "\"x\": [1, 1, 2],\n\"s\": [1, 2, 3]", ASSAY_EDATA,
     "m.json:59:13: \"x\" is a list; expected knots that ascend; 1 stands behind 1"},
    {1, "\"x\"", "\"x\": [1, 2, 3],\n\"s\": [1, 3, 2]", ASSAY_EDATA,
     "m.json:60:1: \"s\" is a list; expected knots that go one way; 2 stands behind 3"},
    {1, "\"x\"", "\"x\": [1, 2, 3],\n\"s\": [1, 2, 101]", ASSAY_EDATA,
     "m.json:60:1: \"s\" is a list; expected points from 0 to 100, not 101"},
    {1, "\"x\"", "\"x\": [1, \"2\", 3],", ASSAY_EDATA,
     "m.json:59:22: found \"2\"; expected a number in \"x\""},
    {1, "\"x\"", "\"x\": [],\n\"s\": []", ASSAY_EDATA,
     "m.json:55:11: found an object; expected as many \"s\" as \"x\", at least one"},
    {1, "\"s\"", "\"s\": [1]", ASSAY_EDATA,
     "m.json:55:11: found an object; expected as many \"s\" as \"x\", at least one"},
    {1, "\"band\": 0", "\"band\": 2,", ASSAY_EDATA,
     "m.json:96:7: \"band\" is 2; expected a whole number from 0 to 1"},
    {1, "\"cohort\": 0", "\"cohort\": 1,", ASSAY_EDATA,
     "m.json:56:13: \"cohort\" is 1; expected a whole number from 0 to 0"},
    {1, "\"borrowed\"", "\"borrowed\": 2,", ASSAY_EDATA,
     "m.json:58:13: \"borrowed\" is 2; expected a share, 0 to 1"},
    {1, "\"borrowed\"", "\"borowed\": 0,", ASSAY_EDATA,
     "m.json:58:13: unknown key \"borowed\" in a baseline"},
    {2, "\"parent\": 0", "\"parent\": 4,", ASSAY_EDATA,
     "m.json:149:7: \"parent\" is 4; expected a whole number from 0 to 0"},
    {3, "\"from\": [", "\"from\": [[9, 1],", ASSAY_EDATA,
     "m.json:314:12: found 0; expected more than the step before it, 9"},
    {3, "\"monthly\"", "\"monthly\": 101,", ASSAY_EDATA,
     "m.json:388:11: \"monthly\" is 101; expected points from 0 to 100"},
};

START_TEST(a_model_that_breaks_a_rule_is_refused_at_its_place)
{
    struct assay_text text = damageable(damages[_i].spec);
    struct assay_error err = {0};
    struct assay_model model, untouched;
    memset(&model, 0x5a, sizeof model);
    untouched = model;
    edit(&text, damages[_i].from, damages[_i].to);
    digest_anew(&text);
    enum assay_status status =
        assay_model_read_text("m.json", text.data, text.length, &model, &err);
    ck_assert_str_eq(err.message, damages[_i].message);
    ck_assert_int_eq(status, damages[_i].status);
    ck_assert_mem_eq(&model, &untouched, sizeof model);
    assay_text_clear(&text);
}
END_TEST

/* What a model says of rounding changes its scores, and a free sign leaves no averages to round. */
START_TEST(a_rounding_that_the_model_cannot_have_is_refused)
{
    static const char claim[] = "\"points_to_halve_odds\": 10, "
                                "\"rounding\": {\"dimensions\": false, \"score\": true},";
    struct assay_error err = {0};
    struct assay_model model = {0};
    struct assay_text text = text_of_spec(AVERAGE);
    edit(&text, "\"points_to_halve_odds\"", claim);
    digest_anew(&text);
    ck_assert_int_eq(assay_model_read_text("m.json", text.data, text.length, &model, &err),
                     ASSAY_EDATA);
    ck_assert_msg(strncmp(err.message, "m.json: example 1 scores ", 25) == 0, "%s", err.message);
    edit(&text, "\"sign\": \"constrained\"", "\"sign\": \"free\"");
    digest_anew(&text);
    ck_assert_int_eq(assay_model_read_text("m.json", text.data, text.length, &model, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, "m.json:97:33: \"rounding\" is an object; expected none where the sign "
                                  "of a signal is free");
    assay_text_clear(&text);
}
END_TEST

START_TEST(a_wrong_digest_and_a_newer_format_come_with_a_hint)
{
    struct assay_error err = {0};
    struct assay_model model = {0};
    struct assay_text text = text_of_spec(0);
    edit(&text, "\"name\": \"made-up\"", "\"name\": \"mode-up\",");
    ck_assert_int_eq(assay_model_read_text("m.json", text.data, text.length, &model, &err),
                     ASSAY_EFORMAT);
    ck_assert_ptr_nonnull(strstr(err.message, ", that of what stands before it"));
    ck_assert_str_eq(err.hint, "The file was changed after it was written; get it again from where "
                               "it was released.");
    edit(&text, "\"format\"", "\"format\": \"assay-model/2\",");
    digest_anew(&text);
    ck_assert_int_eq(assay_model_read_text("m.json", text.data, text.length, &model, &err),
                     ASSAY_EFORMAT);
    ck_assert_str_eq(err.message,
                     "m.json:2:3: \"format\" is \"assay-model/2\"; expected \"assay-model/1\"");
    ck_assert_str_eq(err.hint, "A newer assay wrote this file; score it with that version.");
    assay_text_clear(&text);
}
END_TEST

START_TEST(fewer_than_32_examples_are_refused)
{
    struct assay_error err = {0};
    struct assay_model model = {0};
    struct assay_text text = text_of_spec(0), few = {0};
    const char *list = strstr(text.data, "  \"examples\": [");
    const char *second = strstr(list, "\n    },\n");
    const char *tail = strstr(list, "\n  ],\n  \"digest\"");
    assay_text_add(&few, text.data, (size_t)(second - text.data));
    assay_text_puts(&few, "\n    }");
    assay_text_puts(&few, tail);
    digest_anew(&few);
    ck_assert_int_eq(assay_model_read_text("m.json", few.data, few.length, &model, &err),
                     ASSAY_EDATA);
    ck_assert_ptr_nonnull(strstr(err.message, "expected at least 32 examples"));
    assay_text_clear(&text);
    assay_text_clear(&few);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, what_was_read_is_written_as_it_stood, 0, COUNT(model_specs));
    tcase_add_test(tc, the_demo_model_is_written_as_it_stood);
    tcase_add_test(tc, a_model_with_a_parent_is_written_as_it_stood);
    tcase_add_loop_test(tc, examples_come_back_exactly, 0, COUNT(model_specs));
    tcase_add_loop_test(tc, the_digest_is_what_sha256sum_says_of_all_but_the_last_two_lines, 0, 2);
    tcase_add_test(tc, a_file_cut_short_anywhere_is_refused);
    tcase_add_test(tc, a_file_with_any_byte_changed_is_refused);
    tcase_add_loop_test(tc, a_model_that_breaks_a_rule_is_refused_at_its_place, 0, COUNT(damages));
    tcase_add_test(tc, a_rounding_that_the_model_cannot_have_is_refused);
    tcase_add_test(tc, a_wrong_digest_and_a_newer_format_come_with_a_hint);
    tcase_add_test(tc, fewer_than_32_examples_are_refused);
}

ASSAY_SUITE("model/model", add_tests)
