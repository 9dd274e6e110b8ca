/* Whole models and their files compared: what is no change, that any digit is one, the weights side
 * by side, and how much of long texts and of many segments is said. */
#include <string.h>

#include "tests/model/damage.h"
#include "tests/release/changeable.h"
#include "tests/support/random.h"

START_TEST(a_model_has_not_changed_from_itself)
{
    struct assay_model model;
    struct assay_change change;
    struct assay_error err = {0};
    changeable(&model, (enum handmade)_i);
    ck_assay_ok(assay_change_find(&model, &model, &change, &err));
    ck_assert_int_eq(change.level, ASSAY_LEVEL_NONE);
    ck_assert_uint_eq(change.n_baseline, 0);
    ck_assert(change.largest_weight_change == 0);
    assay_change_clear(&change);
    assay_model_clear(&model);
}
END_TEST

START_TEST(where_a_model_came_from_is_no_change)
{
    struct assay_model before, after;
    struct assay_change change;
    struct assay_error err = {0};
    changeable(&before, ANCHORED);
    changeable(&after, ANCHORED);
    retext(&after.version, "3.1.4");
    memcpy(after.created, "2027-01-02", 11);
    memcpy(after.digest, "sha256:00", 10);
    if (_i > 0) {
        retext(&after.parent_version, "3.1.3");
        retext(&after.parent_digest, "sha256:99");
    }
    ck_assay_ok(assay_change_find(&before, &after, &change, &err));
    ck_assert_int_eq(change.level, ASSAY_LEVEL_NONE);
    assay_change_clear(&change);
    assay_model_clear(&before);
    assay_model_clear(&after);
}
END_TEST

/* ---- files ---- */

/* Whether the line at `at` is one of those that say where a model came from, or how they were made
 * safe. */
static bool is_about_origin(const char *member)
{
    static const char *const keys[] = {"\"version\"", "\"parent\"", "\"created\"", "\"digest\"",
                                       "\"format\""};
    for (size_t k = 0; k < COUNT(keys); k++)
        if (strncmp(member, keys[k], strlen(keys[k])) == 0)
            return true;
    return false;
}

static bool is_evidence(const char *member)
{
    static const char *const keys[] = {"\"fit\"",           "\"performance\"", "\"yardsticks\"",
                                       "\"training_data\"", "\"changes\"",     "\"examples\""};
    for (size_t k = 0; k < COUNT(keys); k++)
        if (strncmp(member, keys[k], strlen(keys[k])) == 0)
            return true;
    return false;
}

/* Reads the file with the digit at `at` raised by one; false where that breaks a rule of the
 * format. */
static bool read_raised(const struct assay_text *file, size_t at, struct assay_model *model)
{
    struct assay_text text = {0};
    struct assay_error err = {0};
    assay_text_add(&text, file->data, file->length);
    text.data[at] = text.data[at] == '9' ? '1' : (char)(text.data[at] + 1);
    digest_anew(&text);
    *model = (struct assay_model){0};
    bool read = assay_model_read_text("m", text.data, text.length, model, &err) == ASSAY_OK;
    assay_text_clear(&text);
    return read;
}

/* Any number of a file that may be another one makes a difference, and in what is evidence alone a
 * patch. One in three is tried. */
START_TEST(any_other_digit_in_a_file_is_a_change)
{
    struct assay_text file = handmade_file((enum handmade)_i);
    struct assay_error err = {0};
    struct assay_model before = {0}, after;
    struct test_random random = {(uint64_t)_i};
    size_t n_read = 0;
    const char *member = file.data;
    ck_assay_ok(assay_model_read_text("m", file.data, file.length, &before, &err));
    for (size_t at = 0; at < file.length; at++) {
        if (strncmp(file.data + at, "\n  \"", 4) == 0)
            member = file.data + at + 3;
        /* the first digit of a number */
        if (file.data[at] < '0' || file.data[at] > '9' ||
            strchr(" [-", file.data[at - 1]) == NULL || is_about_origin(member) ||
            test_below(&random, 3) > 0 || !read_raised(&file, at, &after))
            continue;
        struct assay_change change, back;
        n_read++;
        ck_assay_ok(assay_change_find(&before, &after, &change, &err));
        ck_assay_ok(assay_change_find(&after, &before, &back, &err));
        ck_assert_msg(change.level != ASSAY_LEVEL_NONE, "nothing at %.60s", file.data + at);
        ck_assert_int_eq(change.level, back.level);
        ck_assert_msg(!is_evidence(member) || change.level == ASSAY_LEVEL_PATCH, "%s at %.60s",
                      assay_level_names[change.level], file.data + at);
        assay_change_clear(&change);
        assay_change_clear(&back);
        assay_model_clear(&after);
    }
    ck_assert_uint_ge(n_read, 40);
    assay_model_clear(&before);
    assay_text_clear(&file);
}
END_TEST

/* ---- the weights side by side ---- */

static void ck_weight(const struct assay_signal_change *got, const char *signal, double before,
                      double after)
{
    ck_assert_str_eq(got->name, signal);
    ck_assert(got->before.value == before || (isnan(got->before.value) && isnan(before)));
    ck_assert(got->after.value == after || (isnan(got->after.value) && isnan(after)));
}

START_TEST(weights_stand_side_by_side_with_the_removed_behind)
{
    struct assay_model before, after;
    struct assay_change change;
    struct assay_error err = {0};
    changeable(&before, ANCHORED);
    changeable(&after, ANCHORED);
    other_signal(&after);
    after.weight[USE] = 0.625;
    ck_assay_ok(assay_change_find(&before, &after, &change, &err));
    ck_assert_uint_eq(change.n_signal, 4);
    ck_weight(&change.signals[0], "use", 0.5, 0.625);
    ck_weight(&change.signals[1], "licences", NAN, 0.3);
    ck_weight(&change.signals[2], "nps", 0.2, 0.2);
    ck_weight(&change.signals[3], "seats", 0.3, NAN);
    ck_assert(change.signals[0].after.low == after.weight_interval[USE].low);
    ck_assert(change.signals[0].before.high == before.weight_interval[USE].high);
    ck_assert_str_eq(change.signals[3].dimension, "product");
    ck_assert(change.largest_weight_change == 0.3);
    assay_change_clear(&change);
    assay_model_clear(&before);
    assay_model_clear(&after);
}
END_TEST

START_TEST(a_renamed_signal_is_one_signal)
{
    struct assay_model before, after;
    struct assay_change change;
    struct assay_error err = {0};
    changeable(&before, ANCHORED);
    changeable(&after, ANCHORED);
    renamed(&after);
    after.weight[SEATS] = 0.35;
    ck_assay_ok(assay_change_find(&before, &after, &change, &err));
    ck_assert_uint_eq(change.n_signal, 3);
    ck_weight(&change.signals[1], "licences", 0.3, 0.35);
    ck_assert_str_eq(change.minor[0], "weight of \"licences\": 30.0 -> 35.0 points");
    assay_change_clear(&change);
    assay_model_clear(&before);
    assay_model_clear(&after);
}
END_TEST

/* Two signals read one column, and both go: which of them the new one is, nobody can tell. */
START_TEST(a_column_that_two_signals_read_names_neither)
{
    struct assay_model before, after;
    struct assay_change change;
    struct assay_error err = {0};
    changeable(&before, ANCHORED);
    changeable(&after, ANCHORED);
    retext(&before.spec.signals[NPS].column, "seats");
    renamed(&after);
    retext(&after.spec.signals[NPS].name, "csat");
    ck_assay_ok(assay_change_find(&before, &after, &change, &err));
    ck_assert_uint_eq(change.n_signal, 5);
    ck_assert_uint_eq(change.n_major, 4); /* two added, two removed */
    assay_change_clear(&change);
    assay_model_clear(&before);
    assay_model_clear(&after);
}
END_TEST

START_TEST(intercept_and_line_are_kept_from_both)
{
    struct assay_model before, after;
    struct assay_change change;
    struct assay_error err = {0};
    changeable(&before, ANCHORED);
    changeable(&after, ANCHORED);
    after.intercept = 2.5;
    after.at_risk_probability = 0.25;
    after.at_risk_score = 40;
    ck_assay_ok(assay_change_find(&before, &after, &change, &err));
    ck_assert(change.intercept[0] == 4.0 / 3 && change.intercept[1] == 2.5);
    ck_assert(change.line[0] == 1.0 / 3 && change.line[1] == 0.25);
    ck_assert(change.line_score[0] == 50 && change.line_score[1] == 40);
    ck_assert_uint_eq(change.n_minor, 3);
    assay_change_clear(&change);
    assay_model_clear(&before);
    assay_model_clear(&after);
}
END_TEST

/* A weighted average whose intercept rose by `more`, and its zones with it: the same risks, other
 * bounds. `apart` moves one bound beyond that. */
static void averaged(struct assay_model *model, double more, double apart)
{
    double total = 0;
    changeable(model, ANCHORED);
    model->spec.scale = ASSAY_WEIGHTED_AVERAGE;
    for (size_t j = 0; j < model->n_signal; j++)
        total += model->slope[j];
    model->intercept += more;
    for (size_t k = 1; k < model->spec.n_zone; k++)
        model->spec.zones[k].from += 100 * more / total;
    model->spec.zones[1].from += apart;
}

START_TEST(zones_of_an_average_that_mean_the_same_risks_are_no_other_zones)
{
    struct assay_model before, moved, apart;
    struct assay_change change;
    struct assay_error err = {0};
    averaged(&before, 0, 0);
    averaged(&moved, 0.1, 0);
    averaged(&apart, 0.1, 0.5);
    ck_assay_ok(assay_change_find(&before, &moved, &change, &err));
    ck_assert_int_eq(change.level, ASSAY_LEVEL_MINOR);
    ck_assert_uint_eq(change.n_major, 0);
    assay_change_clear(&change);
    ck_assay_ok(assay_change_find(&before, &apart, &change, &err));
    ck_assert_int_eq(change.level, ASSAY_LEVEL_MAJOR);
    ck_assert_ptr_nonnull(strstr(change.major[0], "zones"));
    assay_change_clear(&change);
    assay_model_clear(&before);
    assay_model_clear(&moved);
    assay_model_clear(&apart);
}
END_TEST

/* ---- long texts, many segments ---- */

START_TEST(long_texts_are_cut_around_the_first_difference)
{
    struct assay_model before, after;
    struct assay_change change;
    struct assay_error err = {0};
    char old[400], new[400];
    changeable(&before, ANCHORED);
    changeable(&after, ANCHORED);
    for (size_t k = 0; k < 300; k += 3)
        memcpy(old + k, "\xe2\x82\xac", 3); /* a character of three bytes, which no cut may split */
    memcpy(new, old, sizeof old);
    memcpy(old + 300, " was so", 8);
    memcpy(new + 300, " is other", 10);
    retext(&before.spec.about.text[ASSAY_ABOUT_DATA], old);
    retext(&after.spec.about.text[ASSAY_ABOUT_DATA], new);
    ck_assay_ok(assay_change_find(&before, &after, &change, &err));
    ck_assert_uint_eq(change.n_patch, 1);
    ck_assert_str_eq(
        change.patch[0],
        "about.data: \"...\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
        "\xe2\x82\xac\xe2\x82\xac was so\" -> \"...\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
        "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac is other\"");
    ck_assert(assay_is_utf8(change.patch[0], strlen(change.patch[0])));
    assay_change_clear(&change);
    assay_model_clear(&before);
    assay_model_clear(&after);
}
END_TEST

START_TEST(of_many_segments_five_are_named)
{
    struct assay_model models[2];
    struct assay_change change;
    struct assay_error err = {0};
    for (size_t m = 0; m < 2; m++) {
        changeable(&models[m], ANCHORED);
        for (size_t k = 0; k < models[m].n_segment_line; k++)
            free(models[m].segment_lines[k].segment);
        free(models[m].segment_lines);
        models[m].segment_lines = handmade_alloc(9, sizeof *models[m].segment_lines);
        models[m].n_segment_line = 9;
        for (size_t k = 0; k < 9; k++)
            models[m].segment_lines[k] = (struct assay_model_segment_line){
                handmade_text((const char[]){(char)('a' + k), '\0'}),
                k == 4 ? 0.5 : 0.25 + (double)m / 8, 100, 10, false};
    }
    ck_assay_ok(assay_change_find(&models[0], &models[1], &change, &err));
    ck_assert_uint_eq(change.n_minor, 1);
    ck_assert_str_eq(
        change.minor[0],
        "at-risk lines of segments: \"a\" 0.25 -> 0.375, \"b\" 0.25 -> 0.375, \"c\" 0.25 -> "
        "0.375, \"d\" 0.25 -> 0.375, \"f\" 0.25 -> 0.375 and 3 more");
    assay_change_clear(&change);
    assay_model_clear(&models[0]);
    assay_model_clear(&models[1]);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, a_model_has_not_changed_from_itself, 0, HANDMADE);
    tcase_add_loop_test(tc, where_a_model_came_from_is_no_change, 0, 2);
    tcase_add_loop_test(tc, any_other_digit_in_a_file_is_a_change, 0, HANDMADE);
    tcase_add_test(tc, weights_stand_side_by_side_with_the_removed_behind);
    tcase_add_test(tc, a_renamed_signal_is_one_signal);
    tcase_add_test(tc, a_column_that_two_signals_read_names_neither);
    tcase_add_test(tc, intercept_and_line_are_kept_from_both);
    tcase_add_test(tc, zones_of_an_average_that_mean_the_same_risks_are_no_other_zones);
    tcase_add_test(tc, long_texts_are_cut_around_the_first_difference);
    tcase_add_test(tc, of_many_segments_five_are_named);
}

ASSAY_SUITE("release/change_whole", add_tests)
