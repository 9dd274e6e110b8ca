/* The object "changes" of a record, and its words. */
#include <string.h>

#include "core/base/json.h"
#include "tests/release/changeable.h"
#include "tests/support/random.h"

/* {"changes": {...}} of two models, the caller clears it. */
static struct assay_text object_of(const struct assay_model *before,
                                   const struct assay_model *after)
{
    struct assay_json_writer json = {0};
    struct assay_change change;
    struct assay_error err = {0};
    ck_assay_ok(assay_change_find(before, after, &change, &err));
    assay_json_open(&json, NULL, '{');
    assay_change_write(&json, "changes", before, after, &change);
    assay_json_close(&json);
    ck_assert(!json.out.failed);
    assay_change_clear(&change);
    return json.out;
}

static struct assay_json *parsed(const struct assay_text *object)
{
    struct assay_json *doc = NULL;
    struct assay_error err = {0};
    ck_assay_ok(
        assay_json_parse("c.json", object->data, object->length, ASSAY_JSON_STRICT, &doc, &err));
    return doc;
}

static enum assay_status words_of(const char *object, struct assay_text *text,
                                  struct assay_error *err)
{
    struct assay_json *doc =
        parsed(&(struct assay_text){.data = (char *)(uintptr_t)object, .length = strlen(object)});
    enum assay_status status =
        assay_change_words(doc, assay_json_get(assay_json_root(doc), "changes"), text, err);
    assay_json_free(doc);
    return status;
}

/* A recalibration with a signal exchanged: something of every kind. */
static void recalibrated(struct assay_model *m)
{
    retext(&m->spec.signals[NPS].name, "csat");
    retext(&m->spec.signals[NPS].column, "csat");
    m->weight[USE] = 0.45;
    m->weight[SEATS] = 0.32;
    m->weight_interval[SEATS] = (struct assay_estimate){0.32, 0.25, 0.4};
    m->weight[NPS] = 0.23;
    m->weight_interval[NPS] = (struct assay_estimate){0.23, NAN, NAN};
    m->weight_interval[USE] = (struct assay_estimate){0.45, 0.4, 0.48};
    m->intercept = 1.25;
    m->at_risk_probability = 0.3;
    m->baselines[USE].knots[ALL].s[0] = 20;
    m->spec.signals[SEATS].normalise.high = 10;
    retext(&m->spec.zones[0].name, "Red");
    retext(&m->spec.name, "by foot");
}

static const char recalibrated_words[] =
    "A major change: what scorers are given, or what the answer means, is different.\n"
    "\n"
    "Weights of 100 points, the largest change first, with the 95% interval of the newer one. "
    "Within its\n"
    "interval: it holds the earlier weight too, so that the change may be chance.\n"
    "\n"
    "- csat: added with 23.0 points\n"
    "- nps: removed, had 20.0 points\n"
    "- use: weight 50.0 -> 45.0 points [40.0, 48.0] (-5.0)\n"
    "- seats: weight 30.0 -> 32.0 points [25.0, 40.0] (+2.0, within its interval)\n"
    "\n"
    "Baselines that moved, the farthest first: points of 100 by which the same raw value now "
    "counts as\n"
    "healthier (+) or less healthy (-).\n"
    "\n"
    "- use: 6.7 on average, +20.0 at most\n"
    "- seats: 5.0 on average, -20.0 at most, by another method or table\n"
    "\n"
    "Intercept, line and zones:\n"
    "\n"
    "- intercept: 1.333 -> 1.25, log-odds\n"
    "- at-risk line: probability 0.333 -> 0.3, score 50.0 as before\n"
    "- zones: Red from 0, At Risk from 25, Neutral from 50, Healthy from 75; before: Critical from "
    "0, At\n"
    "  Risk from 25, Neutral from 50, Healthy from 75\n"
    "\n"
    "Asking for a major version:\n"
    "\n"
    "- zones: \"Critical\" from 0, \"At Risk\" from 25, \"Neutral\" from 50, \"Healthy\" from 75 "
    "-> \"Red\" from 0,\n"
    "  \"At Risk\" from 25, \"Neutral\" from 50, \"Healthy\" from 75\n"
    "- signal \"csat\" added: column \"csat\", dimension \"sentiment\", higher is better\n"
    "- signal \"nps\" removed: column \"nps\", dimension \"sentiment\", higher is better\n"
    "\n"
    "Asking for a minor version:\n"
    "\n"
    "- signal \"seats\": normalise range 0 to 8 -> range 0 to 10\n"
    "- weights of 2 signals, most of all \"use\": 50.0 -> 45.0 points\n"
    "- intercept: 1.333 -> 1.25\n"
    "- at-risk line, probability: 0.333 -> 0.3\n"
    "- baseline of \"use\": by 6.7 points on average, +20.0 at most\n"
    "\n"
    "Asking for a patch:\n"
    "\n"
    "- name: \"by hand\" -> \"by foot\"\n"
    "- evidence: other figures in the weights' intervals, the fit\n";

START_TEST(a_recalibration_reads_well)
{
    struct assay_model before, after;
    struct assay_text words = {0};
    struct assay_error err = {0};
    changeable(&before, ANCHORED);
    changeable(&after, ANCHORED);
    recalibrated(&after);
    struct assay_text object = object_of(&before, &after);
    assay_text_puts(&words, "Before.\n");
    ck_assay_ok(words_of(object.data, &words, &err));
    ck_assert_int_eq(strncmp(words.data, "Before.\n", 8), 0);
    ck_assert_str_eq(words.data + 8, recalibrated_words);
    assay_text_clear(&object);
    assay_text_clear(&words);
    assay_model_clear(&before);
    assay_model_clear(&after);
}
END_TEST

static void only_name(struct assay_model *m)
{
    retext(&m->spec.name, "by foot");
}

static void only_intercept(struct assay_model *m)
{
    m->intercept = 1.25;
}

static void only_hair(struct assay_model *m)
{
    m->weight[SEATS] += 0x1p-30;
}

static void nothing(struct assay_model *m)
{
    (void)m;
}

static const struct {
    void (*tweak)(struct assay_model *m);
    const char *words;
} small[] = {
    {nothing, "Nothing changed but the version, what it came from and the date.\n"},
    {only_name, "A patch: scores are the same, texts or evidence are not.\n\n"
                "Asking for a patch:\n\n- name: \"by hand\" -> \"by foot\"\n"},
    {only_intercept,
     "A minor change: scores come out differently.\n\n"
     "No weight changed.\n\nNo baseline moved.\n\nIntercept, line and zones:\n\n"
     "- intercept: 1.333 -> 1.25, log-odds\n"
     "- at-risk line: probability 0.333 as before, score 50.0 as before\n- zones: as before\n\n"
     "Asking for a minor version:\n\n- intercept: 1.333 -> 1.25\n"},
    {only_hair,
     "A minor change: scores come out differently.\n\n"
     "Weights of 100 points, the largest change first, with the 95% interval of the newer one. "
     "Within its\n"
     "interval: it holds the earlier weight too, so that the change may be chance.\n\n"
     "- seats: weight 30.0000000 -> 30.0000001 points [26.7, 31.4] (+0.0, within its interval)\n"
     "- unchanged: 2 others\n\nNo baseline moved.\n\nIntercept, line and zones:\n\n"
     "- intercept: 1.333 as before, log-odds\n"
     "- at-risk line: probability 0.333 as before, score 50.0 as before\n- zones: as before\n\n"
     "Asking for a minor version:\n\n- weight of \"seats\": 30.0000000 -> 30.0000001 points\n"},
};
START_TEST(small_changes_take_few_words)
{
    struct assay_model before, after;
    struct assay_text words = {0};
    struct assay_error err = {0};
    changeable(&before, ANCHORED);
    changeable(&after, ANCHORED);
    small[_i].tweak(&after);
    struct assay_text object = object_of(&before, &after);
    ck_assay_ok(words_of(object.data, &words, &err));
    ck_assert_str_eq(words.data, small[_i].words);
    assay_text_clear(&object);
    assay_text_clear(&words);
    assay_model_clear(&before);
    assay_model_clear(&after);
}
END_TEST

/* ---- the object ---- */

START_TEST(the_object_has_the_figures_of_both)
{
    struct assay_model before, after;
    changeable(&before, ANCHORED);
    changeable(&after, ANCHORED);
    recalibrated(&after);
    struct assay_text object = object_of(&before, &after);
    struct assay_json *doc = parsed(&object);
    const struct cJSON *changes = test_at(assay_json_root(doc), "changes", NULL);
    const struct cJSON *weight = assay_json_first(test_at(changes, "weights", NULL));
    ck_assert_str_eq(assay_json_string(test_at(changes, "level", NULL)), "major");
    ck_assert_uint_eq(assay_json_count(test_at(changes, "reasons", "major", NULL)), 3);
    ck_assert_uint_eq(assay_json_count(test_at(changes, "reasons", "minor", NULL)), 5);
    ck_assert_uint_eq(assay_json_count(test_at(changes, "reasons", "patch", NULL)), 2);
    ck_assert_str_eq(assay_json_string(test_at(weight, "name", NULL)), "use");
    ck_assert_str_eq(assay_json_string(test_at(weight, "dimension", NULL)), "product");
    ck_assert(test_number(weight, "before", "weight", NULL) == 0.5);
    ck_assert(test_number(weight, "after", "weight", NULL) == 0.45);
    ck_assert(assay_json_number(assay_json_first(test_at(weight, "after", "interval", NULL))) ==
              0.4);
    test_close("points", test_number(weight, "points", NULL), -5, 1e-12, 1);
    const struct cJSON *added = assay_json_next(assay_json_next(weight));
    const struct cJSON *gone = assay_json_next(added);
    ck_assert(assay_json_is_null(test_at(added, "before", NULL)));
    ck_assert(assay_json_is_null(test_at(added, "after", "interval", NULL)));
    ck_assert(assay_json_is_null(test_at(gone, "after", NULL)));
    ck_assert(test_number(gone, "points", NULL) == -20);
    ck_assert(test_number(changes, "intercept", "before", NULL) == 4.0 / 3);
    ck_assert(test_number(changes, "line", "after", "probability", NULL) == 0.3);
    ck_assert(test_number(changes, "line", "before", "score", NULL) == 50);
    ck_assert_uint_eq(assay_json_count(test_at(changes, "zones", "before", NULL)), 4);
    ck_assert(test_number(changes, "largest_weight_change", NULL) == 0.23);
    assay_json_free(doc);
    assay_text_clear(&object);
    assay_model_clear(&before);
    assay_model_clear(&after);
}
END_TEST

#define REASONS "\"reasons\": {\"major\": [], \"minor\": [], \"patch\": []}"
#define HEAD    "\"level\": \"minor\", " REASONS
#define LINE                                                                                       \
    "\"intercept\": {\"before\": 1, \"after\": 2}, \"line\": {\"before\": {\"probability\": 0.1, " \
    "\"score\": 50}, \"after\": {\"probability\": 0.1, \"score\": 50}}"
static const struct {
    const char *changes, *message;
} bad[] = {
    {"{}", "c.json:1:2: no \"level\" here; expected \"none\", \"patch\", \"minor\" or \"major\""},
    {"{\"level\": \"huge\"}",
     "c.json:1:14: \"level\" is \"huge\"; expected \"none\", \"patch\", \"minor\" or \"major\""},
    {"{\"level\": \"minor\"}", "c.json:1:2: no \"reasons\" here; expected an object in braces"},
    {"{\"level\": \"patch\", \"reasons\": {\"major\": [], \"minor\": []}}",
     "c.json:1:32: no \"patch\" here; expected a list in brackets"},
    {"{\"level\": \"patch\", \"reasons\": {\"major\": [], \"minor\": [], \"patch\": [7]}}",
     "c.json:1:80: found 7; expected a sentence"},
    {"{" HEAD "}", "c.json:1:2: no \"weights\" here; expected a list in brackets"},
    {"{" HEAD ", \"weights\": [3]}", "c.json:1:96: found 3; expected the weights of a signal"},
    {"{" HEAD
     ", \"weights\": [{\"name\": \"use\", \"before\": null, \"after\": null, \"points\": 0}]}",
     "c.json:1:96: found an object; expected a weight before or after"},
    {"{" HEAD ", \"weights\": [{\"name\": \"use\", \"before\": {\"weight\": 1, \"interval\": [1]}, "
     "\"after\": null, \"points\": 0}]}",
     "c.json:1:136: \"interval\" is a list; expected [low, high]"},
    {"{" HEAD
     ", \"weights\": [{\"name\": \"use\", \"before\": {\"weight\": 1, \"interval\": null}, "
     "\"after\": null}]}",
     "c.json:1:96: no \"points\" here; expected a number"},
    {"{" HEAD ", \"weights\": []}",
     "c.json:1:2: no \"baselines\" here; expected a list in brackets"},
    {"{" HEAD ", \"weights\": [], \"baselines\": [\"use\"]}",
     "c.json:1:113: found \"use\"; expected a baseline"},
    {"{" HEAD ", \"weights\": [], \"baselines\": [{\"name\": \"use\", \"method\": 1}]}",
     "c.json:1:129: \"method\" is 1; expected true or false"},
    {"{" HEAD
     ", \"weights\": [], \"baselines\": [{\"name\": \"use\", \"method\": true, \"mean\": 1}]}",
     "c.json:1:113: no \"largest\" here; expected a number"},
    {"{" HEAD ", \"weights\": [], \"baselines\": []}",
     "c.json:1:2: no \"intercept\" here; expected an object in braces"},
    {"{" HEAD ", \"weights\": [], \"baselines\": [], " LINE "}",
     "c.json:1:2: no \"zones\" here; expected an object in braces"},
    {"{" HEAD ", \"weights\": [], \"baselines\": [], " LINE ", \"zones\": {\"after\": []}}",
     "c.json:1:255: no \"before\" here; expected a list in brackets"},
    {"{" HEAD ", \"weights\": [], \"baselines\": [], " LINE
     ", \"zones\": {\"after\": [1], \"before\": []}}",
     "c.json:1:275: found 1; expected a zone"},
};
START_TEST(another_object_is_refused_at_its_place)
{
    struct assay_text object = {0}, words = {0};
    struct assay_error err = {0};
    assay_text_printf(&object, "{\"changes\": %s}", bad[_i].changes);
    ck_assert_int_eq(words_of(object.data, &words, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_uint_eq(words.length, 0);
    assay_text_clear(&object);
    assay_text_clear(&words);
}
END_TEST

/* ---- any names ---- */

/* Words of one to twelve characters of any length, up to a limit; blanks between. */
static void any_text(struct test_random *random, char out[], size_t size)
{
    static const char *const characters[] = {"a",  "Z", "_", "\xc3\xa9", "\xe2\x82\xac",
                                             "\n", "*", "|", "\""};
    size_t used = 0, want = 1 + test_below(random, size - 8);
    while (used < want) {
        const char *next = test_below(random, 8) == 0 && used > 0
                               ? " "
                               : characters[test_below(random, COUNT(characters))];
        memcpy(out + used, next, strlen(next));
        used += strlen(next);
    }
    out[used] = '\0';
}

/* No line is wider than 100 columns but one that is a single word, and none is empty of sense:
 * lists stand in lines that begin with "- " or two blanks. */
static void ck_lines(char *text)
{
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        const char *body =
            strncmp(line, "- ", 2) == 0 || strncmp(line, "  ", 2) == 0 ? line + 2 : line;
        ck_assert_msg(assay_display_width(line) <= 100 || strchr(body, ' ') == NULL, "wide: %s",
                      line);
        ck_assert(line[strlen(line) - 1] != ' ' || strchr(body, ' ') == NULL);
    }
}

START_TEST(any_texts_are_wrapped_and_stay_utf8)
{
    struct test_random random = {(uint64_t)_i};
    struct assay_model before, after;
    struct assay_text words = {0};
    struct assay_error err = {0};
    char text[400];
    changeable(&before, ANCHORED);
    changeable(&after, ANCHORED);
    char **texts[] = {&after.spec.name,
                      &after.spec.signals[SEATS].column,
                      &after.spec.zones[2].name,
                      &after.spec.about.text[ASSAY_ABOUT_DATA],
                      &after.spec.signals[USE].name,
                      &after.spec.signals[NPS].dimension,
                      &after.segment_lines[0].segment};
    for (size_t k = 0; k < COUNT(texts); k++) {
        any_text(&random, text, sizeof text);
        retext(texts[k], text);
    }
    any_text(&random, text, sizeof text);
    retext(&before.spec.about.text[ASSAY_ABOUT_DATA], text);
    struct assay_text object = object_of(&before, &after);
    ck_assay_ok(words_of(object.data, &words, &err));
    ck_assert(assay_is_utf8(words.data, words.length));
    ck_lines(words.data);
    assay_text_clear(&object);
    assay_text_clear(&words);
    assay_model_clear(&before);
    assay_model_clear(&after);
}
END_TEST

/* ---- memory ---- */

/* From two models to words, with allocation n failing. */
static enum assay_status all_steps(const struct assay_model *before,
                                   const struct assay_model *after, struct assay_text *words,
                                   struct assay_error *err)
{
    struct assay_json_writer json = {0};
    struct assay_change change = {0};
    struct assay_json *doc = NULL;
    enum assay_status status = assay_change_find(before, after, &change, err);
    if (status == ASSAY_OK) {
        assay_json_open(&json, NULL, '{');
        assay_change_write(&json, "changes", before, after, &change);
        assay_json_close(&json);
        if (json.out.failed)
            status = assay_fail_memory(err, "writing");
    }
    if (status == ASSAY_OK)
        status =
            assay_json_parse("c", json.out.data, json.out.length, ASSAY_JSON_STRICT, &doc, err);
    if (status == ASSAY_OK)
        status =
            assay_change_words(doc, assay_json_get(assay_json_root(doc), "changes"), words, err);
    if (status == ASSAY_OK && words->failed)
        status = assay_fail_memory(err, "appending");
    assay_json_free(doc);
    assay_text_clear(&json.out);
    assay_change_clear(&change);
    return status;
}

START_TEST(memory_that_runs_out_anywhere_is_said)
{
    struct assay_model before, after;
    struct assay_error err = {0};
    changeable(&before, ANCHORED);
    changeable(&after, ANCHORED);
    recalibrated(&after);
    give_reference(&after, "use");
    enum assay_status status = ASSAY_ENOMEM;
    size_t n = 0;
    while (status == ASSAY_ENOMEM) {
        struct assay_text words = {0};
        test_fail_allocation(++n);
        status = all_steps(&before, &after, &words, &err);
        test_fail_allocation(0);
        if (status == ASSAY_ENOMEM)
            ck_assert_int_eq(strncmp(err.message, "out of memory ", 14), 0);
        assay_text_clear(&words);
    }
    ck_assert_int_eq(status, ASSAY_OK);
    ck_assert_uint_ge(n, 50);
    assay_model_clear(&before);
    assay_model_clear(&after);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, a_recalibration_reads_well);
    tcase_add_loop_test(tc, small_changes_take_few_words, 0, COUNT(small));
    tcase_add_test(tc, the_object_has_the_figures_of_both);
    tcase_add_loop_test(tc, another_object_is_refused_at_its_place, 0, COUNT(bad));
    tcase_add_loop_test(tc, any_texts_are_wrapped_and_stay_utf8, 0, 40);
    tcase_add_test(tc, memory_that_runs_out_anywhere_is_said);
}

ASSAY_SUITE("release/change_words", add_tests)
