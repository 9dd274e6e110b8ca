/* What a document says of its numbers, its pictures, and how it does without memory. */
#include <math.h>

#include "release/document/content.h"
#include "release/document/words.h"
#include "tests/release/documented.h"
#include "tests/support/random.h"

/* ---- numbers ---- */

static bool is_whole_example(const struct assay_model *model, const struct assay_example *example)
{
    bool whole = true;
    for (size_t k = 0; k < model->n_input; k++)
        whole = whole && !isnan(example->inputs[k].number);
    return whole;
}

/* By hand: log-odds 4/3 - 2 s1 - s2 - s3 over 100 of the first whole example, whose score is within the scale. */
START_TEST(the_score_computed_is_the_formula_of_the_example)
{
    struct documented d;
    char row[1024], parts[128];
    documented_first(&d, NULL);
    struct assay_model *model = documented_model(&d);
    const struct assay_example *example = NULL;
    for (size_t e = 0; e < model->n_example && example == NULL; e++)
        if (is_whole_example(model, &model->examples[e]))
            example = &model->examples[e];
    ck_assert_ptr_nonnull(example);
    double log_odds = 4.0 / 3 - (2 * example->s[0] + example->s[1] + example->s[2]) / 100;
    struct assay_text markdown = markdown_of(&d), tables = tables_of_markdown(&markdown);
    snprintf(parts, sizeof parts, "use\x1f%g\x1f%.2f\x1f%.4f\x1f", example->inputs[0].number,
             example->s[0], -2 * example->s[0] / 100);
    ck_assert_str_eq(
        find_row(&tables, "A score computed, of an example in the model file with all its signals",
                 "use", row),
        parts);
    snprintf(parts, sizeof parts,
             "With the intercept, 1.3333, the parts add up to log-odds of %.4f: a", log_odds);
    ck_assert_msg(strstr(markdown.data, parts) != NULL, "%s", parts);
    snprintf(parts, sizeof parts, "of %.1f%%, score %.2f, zone", 100 / (1 + exp(-log_odds)),
             example->score);
    const char *said = find_behind(&markdown, "parts add up", "of ");
    ck_assert_ptr_nonnull(said);
    char joined[512];
    snprintf(joined, sizeof joined, "%.300s", said);
    for (char *c = joined; *c != '\0'; c++)
        *c = *c == '\n' ? ' ' : *c;
    ck_assert_msg(strstr(joined, parts) != NULL, "%s | %s", joined, parts);
    ck_assert_ptr_nonnull(strstr(markdown.data,
                                 "    log-odds = 1.33333\n               - 2 * points(use) / 100\n"
                                 "               - 1 * points(seats) / 100\n"));
    ck_assert_ptr_nonnull(
        strstr(markdown.data, "               - 0.111111 where nps is missing\n"));
    assay_text_clear(&markdown);
    assay_text_clear(&tables);
    documented_clear(&d);
}
END_TEST

/* A score at the end of the scale would show a formula that seems not to hold. */
START_TEST(the_score_computed_is_one_that_does_not_stop_at_an_end)
{
    struct documented d;
    char row[1024], want[64];
    documented_first(&d, NULL);
    struct assay_model *model = documented_model(&d);
    size_t n = 0;
    for (size_t e = 0; e < model->n_example; e++)
        if (is_whole_example(model, &model->examples[e])) {
            model->examples[e].score = n == 0 ? 100 : n == 1 ? 0 : 41.25;
            if (n++ == 2)
                snprintf(want, sizeof want, "use\x1f%g\x1f", model->examples[e].inputs[0].number);
        }
    ck_assert_uint_gt(n, 2);
    struct assay_text markdown = markdown_of(&d), tables = tables_of_markdown(&markdown);
    const char *found =
        find_row(&tables, "A score computed, of an example in the model file with all its signals",
                 "use", row);
    ck_assert_ptr_nonnull(found);
    ck_assert_msg(strncmp(found, want, strlen(want)) == 0, "%s, expected %s", found, want);
    ck_assert_ptr_nonnull(find_behind(&markdown, "parts add up", "41.25,"));
    ck_assert_ptr_null(strstr(markdown.data, "scores stop at"));
    assay_text_clear(&markdown);
    assay_text_clear(&tables);
    documented_clear(&d);
}
END_TEST

/* By hand: on the first scale 10 points halve the odds of the line, 1 to 3. */
START_TEST(where_every_score_stops_at_an_end_the_formula_is_told_beside_it)
{
    static const double intercepts[] = {-20, 20};
    struct documented d;
    char want[96];
    documented_first(&d, NULL);
    struct assay_model *model = documented_model(&d);
    const struct assay_example *first = NULL;
    double end = _i == 0 ? 100 : 0;
    model->spec.scale = ASSAY_LOG_ODDS;
    model->spec.points_to_halve_odds = 10;
    model->at_risk_probability = 0.25;
    model->intercept = intercepts[_i];
    for (size_t e = 0; e < model->n_example; e++) {
        model->examples[e].score = end;
        if (first == NULL && is_whole_example(model, &model->examples[e]))
            first = &model->examples[e];
    }
    ck_assert_ptr_nonnull(first);
    double log_odds = model->intercept;
    for (size_t j = 0; j < model->n_signal; j++)
        log_odds -= model->slope[j] * first->s[j] / 100;
    snprintf(want, sizeof want, "The formula gives %.1f; scores stop at %.0f.",
             50 + 10 * (-log2(3) - log_odds / log(2)), end);
    struct assay_text markdown = markdown_of(&d);
    ck_assert_msg(strstr(markdown.data, want) != NULL, "%s", want);
    assay_text_clear(&markdown);
    documented_clear(&d);
}
END_TEST

static const struct {
    struct assay_rounding_spec rounding;
    const char *formula;
} averages[] = {
    {{false, false}, "    score = sum of weight * points, of which the weights add up to 1\n\n"},
    {{false, true},
     "    score = sum of weight * points, of which the weights add up to 1,\n"
     "            rounded half up\n\n"},
    {{true, true},
     "    dimension = sum of weight * points / sum of weight, over its signals, rounded half up\n"
     "    score = sum of weight * dimension, a dimension's weight being the sum of its signals',\n"
     "            rounded half up\n\n"},
};

START_TEST(the_formula_of_an_average_says_what_is_rounded)
{
    struct documented d;
    documented_first(&d, NULL);
    documented_model(&d)->spec.scale = ASSAY_WEIGHTED_AVERAGE;
    documented_model(&d)->spec.rounding = averages[_i].rounding;
    struct assay_text markdown = markdown_of(&d);
    ck_assert_msg(strstr(markdown.data, averages[_i].formula) != NULL, "no %s",
                  averages[_i].formula);
    assay_text_clear(&markdown);
    documented_clear(&d);
}
END_TEST

START_TEST(the_table_of_signals_says_what_stands_for_a_missing_value)
{
    static const char *const words[ASSAY_MISSING_POLICIES] = {
        [ASSAY_NEUTRAL] = "| 50 points ",
        [ASSAY_INDICATOR] = "| 50 points and a term of its own ",
        [ASSAY_RENORMALISE] = "| weights of the others are scaled up ",
        [ASSAY_DROP] = "| no score ",
        [ASSAY_RENORMALISE_DIMENSION] = "| weights of the others in the dimension are scaled up ",
        [ASSAY_POINTS] = "| 12.5 points "};
    struct documented d;
    documented_first(&d, NULL);
    struct assay_signal_spec *signal = &documented_model(&d)->spec.signals[1];
    signal->missing = (enum assay_missing_policy)_i;
    signal->missing_points = 12.5;
    struct assay_text markdown = markdown_of(&d);
    ck_assert_msg(strstr(markdown.data, words[_i]) != NULL, "no %s", words[_i]);
    assay_text_clear(&markdown);
    documented_clear(&d);
}
END_TEST

START_TEST(ranks_are_read_from_the_curve_of_all_accounts)
{
    struct documented d;
    char row[1024];
    documented_first(&d, NULL);
    struct assay_model *model = documented_model(&d);
    for (size_t j = 0; j < 2; j++) { /* up from 0 to 100 over 0 .. 10, and down */
        struct assay_baseline *baseline = &model->baselines[j];
        model->spec.signals[j].normalise.method = ASSAY_PERCENTILE;
        baseline->knots = handmade_alloc(1, sizeof *baseline->knots);
        baseline->n_node = 1;
        baseline->knots[0] = (struct assay_knots){
            .n = 2,
            .x = handmade_numbers((double[]){0, 10}, 2),
            .s = handmade_numbers(j == 0 ? (double[]){0, 80} : (double[]){100, 0}, 2)};
    }
    struct assay_text markdown = markdown_of(&d), tables = tables_of_markdown(&markdown);
    static const char caption[] = "Raw values at which ranks among all accounts stand";
    ck_assert_str_eq(find_row(&tables, caption, "use", row), "use\x1f"
                                                             "1.25\x1f"
                                                             "3.125\x1f"
                                                             "6.25\x1f"
                                                             "9.375\x1f"
                                                             "10\x1f");
    ck_assert_str_eq(find_row(&tables, caption, "seats", row), "seats\x1f"
                                                               "9\x1f"
                                                               "7.5\x1f"
                                                               "5\x1f"
                                                               "2.5\x1f"
                                                               "1\x1f");
    assay_text_clear(&markdown);
    assay_text_clear(&tables);
    documented_clear(&d);
}
END_TEST

static const struct {
    const char *caption, *first, *row;
} rows[] = {
    {"Weights, before and after", "use",
     "use\x1f"
     "50.0 [46.7, 51.4]\x1f"
     "56.2 [46.7, 51.4]\x1f"
     "+6.2\x1f"},
    {"Performance with 95% intervals, by how it was measured", "AUC",
     "AUC\x1f"
     "0.077 [0.044, 0.091]\x1f-\x1f-\x1f-\x1f"
     "0.750 [0.650, 0.850]\x1f"},
    {"All figures of the audit, with 95% intervals", "Brier score",
     "Brier score\x1f"
     "0.0800\x1f"
     "at most 0.1000\x1fpass\x1f-\x1f"},
    {"All figures of the audit, with 95% intervals", "AUC",
     "AUC\x1f"
     "0.750 [0.650, 0.850]\x1f"
     "at least 0.700\x1fpass\x1f"
     "DeLong\x1f"},
    {"All figures of the audit, with 95% intervals", "observed / expected",
     "observed / expected\x1f"
     "1.500 [1.300, 1.700]\x1f"
     "0.8 to 1.25\x1f"
     "fail\x1f-\x1f"},
    {"Zones", "Critical",
     "Critical\x1f"
     "0\x1f-\x1f-\x1f-\x1f"
     "20\x1f"
     "30.0% [15.0, 52.0]\x1f"},
    {"Calibration in the audit", "2",
     "2\x1f"
     "50\x1f"
     "8\x1f"
     "15.0%\x1f"
     "16.0% [8.0, 29.0]\x1f"},
    {"Rows left out", "could not be read: width",
     "could not be read: width\x1f"
     "0\x1f"
     "2\x1f"},
    {"Targets of an audit", "specificity",
     "specificity\x1f"
     "at least 70.0%\x1f"},
    {"The audit's snapshots beside the calibration's", "use",
     "use\x1fsignal\x1f"
     "4.0%\x1f"
     "0.300\x1fyes\x1fhigher\x1f"},
    {"Accuracy, before and after", "sensitivity",
     "sensitivity\x1f"
     "90.0%\x1f"
     "80.0%\x1f-10.0 points [-30.0, +10.0]\x1f"},
    {"Accuracy, before and after", "snapshots flagged",
     "snapshots flagged\x1f"
     "20\x1f"
     "1,240\x1f-\x1f"},
    {"Versions, oldest first", "1.1.0",
     "1.1.0\x1f"
     "2026-10-05\x1fminor\x1f"
     "fail\x1f"
     "0.750 [0.650, 0.850]\x1f"
     "Dana Reyes\x1fopen\x1f"},
    {"Files of the version", "audit.json",
     "audit.json\x1f"
     "0\x1f"
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\x1f"},
};

START_TEST(rows_say_what_the_files_say)
{
    struct documented d;
    char row[1024];
    documented_second(&d, rich_audit);
    struct assay_text markdown = markdown_of(&d), tables = tables_of_markdown(&markdown);
    ck_assert_ptr_nonnull(find_row(&tables, rows[_i].caption, rows[_i].first, row));
    ck_assert_str_eq(row, rows[_i].row);
    assay_text_clear(&markdown);
    assay_text_clear(&tables);
    documented_clear(&d);
}
END_TEST

START_TEST(limits_tell_what_the_audit_found)
{
    static const char *const told[] = {"The audit's verdict: fail: sensitivity.",
                                       "its figures flatter.",
                                       "one file",
                                       "The data have drifted",
                                       "The audit found blind spots.",
                                       "Some segments are served worse",
                                       "Some accounts were acted on"};
    struct documented with, without;
    documented_second(&with, rich_audit);
    documented_second(&without, NULL);
    struct assay_text rich = markdown_of(&with), poor = markdown_of(&without);
    for (size_t k = 0; k < COUNT(told); k++) {
        ck_assert_msg(find_behind(&rich, "\n## Limits", told[k]) != NULL, "%s", told[k]);
        ck_assert_ptr_null(strstr(poor.data, told[k]));
    }
    assay_text_clear(&rich);
    assay_text_clear(&poor);
    documented_clear(&with);
    documented_clear(&without);
}
END_TEST

/* ---- pictures and words ---- */

START_TEST(a_scale_is_round_and_holds_its_values)
{
    struct test_random random = {(uint64_t)_i};
    double high = pow(10, 6 * test_uniform(&random) - 3),
           low = _i % 2 == 0 ? 0 : -high * test_uniform(&random);
    struct assay_picture picture = {0};
    assay_picture_scale(&picture, low, high);
    double steps = (picture.high - picture.low) / picture.step;
    ck_assert(picture.low <= low && picture.high >= high * (1 - 1e-9) &&
              picture.low > low - picture.step);
    ck_assert(picture.high < high + picture.step);
    ck_assert(steps > 1.5 && steps < 7.5 && fabs(steps - nearbyint(steps)) < 1e-9);
}
END_TEST

START_TEST(a_scale_of_known_values)
{
    struct assay_picture picture = {0};
    assay_picture_scale(&picture, 0, 24.7);
    ck_assert(picture.low == 0 && picture.high == 25 && picture.step == 5);
    assay_picture_scale(&picture, NAN, 0.3);
    ck_assert(picture.low == 0 && fabs(picture.high - 0.3) < 1e-12 &&
              fabs(picture.step - 0.05) < 1e-12);
    assay_picture_scale(&picture, 0, NAN);
    ck_assert(picture.low == 0 && picture.high == 1 && fabs(picture.step - 0.2) < 1e-12);
}
END_TEST

START_TEST(pictures_put_marks_where_the_numbers_are)
{
    struct assay_content content = {0};
    struct assay_text html = {0};
    struct assay_error err = {0};
    const struct assay_picture shape = {.title = "T",
                                        .first = "F",
                                        .second = "S",
                                        .mark = ASSAY_MARK_TICK,
                                        .low = 0,
                                        .high = 10,
                                        .step = 5};
    assay_content_title(&content, "C");
    assay_content_section(&content, "s", "Section");
    assay_content_picture(&content, &shape);
    assay_content_picture_row(&content, "<a>", (struct assay_estimate){5, 2, 20}, 7.5, "w<");
    assay_content_picture_row(&content, "b", assay_estimate_without_interval(1), NAN, "v");
    assay_content_finish(&content);
    ck_assay_ok(assay_render_html(&content, &html, &err));
    ck_assert_ptr_nonnull(strstr(html.data, "<title>&lt;a&gt;: w&lt;</title>"));
    ck_assert_ptr_nonnull(strstr(html.data, "class=\"range\" x1=\"20.00%\" x2=\"100.00%\""));
    ck_assert_ptr_nonnull(strstr(html.data, "class=\"tick\" x1=\"75.00%\" x2=\"75.00%\""));
    ck_assert_ptr_nonnull(strstr(html.data, "class=\"dot\" cx=\"50.00%\""));
    ck_assert_ptr_nonnull(strstr(html.data, "class=\"dot\" cx=\"10.00%\""));
    assay_text_clear(&html);
    assay_content_clear(&content);
}
END_TEST

START_TEST(tables_and_pictures_without_rows_are_left_out)
{
    static const struct assay_table_column columns[] = {{"a", false}};
    static const struct assay_picture shape = {.title = "T", .first = "F", .high = 1, .step = 1};
    struct assay_content content = {0};
    assay_content_section(&content, "s", "Section");
    assay_content_table(&content, "empty", columns, 1);
    assay_content_picture(&content, &shape);
    assay_content_picture_row(&content, "one is no picture", assay_estimate_without_interval(1),
                              NAN, "1");
    assay_content_table(&content, "empty, too", columns, 1);
    assay_content_finish(&content);
    ck_assert(!content.failed);
    ck_assert_uint_eq(content.sections[0].n_block, 0);
    assay_content_clear(&content);
}
END_TEST

START_TEST(numbers_in_words)
{
    const struct assay_estimate e = {0.789, 0.7032, 0.8551};
    ck_assert_str_eq(assay_say_rate(e), "78.9% [70.3, 85.5]");
    ck_assert_str_eq(assay_say_points(e), "78.9 [70.3, 85.5]");
    ck_assert_str_eq(assay_say_estimate(e, 3), "0.789 [0.703, 0.855]");
    ck_assert_str_eq(assay_say_estimate(assay_estimate_without_interval(-1e-9), 3), "0.000");
    ck_assert_str_eq(assay_say_estimate(assay_estimate_undefined(), 3), "-");
    ck_assert_str_eq(assay_say_difference((struct assay_estimate){0.001, -0.002, 0}, 3),
                     "+0.001 [-0.002, 0.000]");
    ck_assert_str_eq(assay_say_metric("flagged", assay_estimate_without_interval(1240)), "1,240");
    ck_assert_str_eq(assay_say_metric("unknown to it", assay_estimate_without_interval(0.5)),
                     "0.500");
    ck_assert_str_eq(assay_say_margin("sensitivity", 0.03), "3 points");
    ck_assert_str_eq(assay_say_margin("auc", 0.01), "0.01");
    ck_assert_str_eq(assay_say_raw(13807.4), "13,807");
    ck_assert_str_eq(assay_say_raw(-0.0), "0");
    ck_assert_str_eq(assay_say_count(1249), "1,249");
    ck_assert_str_eq(assay_say_percentage(1, 0), "-");
    ck_assert_str_eq(assay_say_day(20270), "2025-07-01");
    ck_assert_str_eq(assay_say_number(1e20, 3), "1.000e+20");
}
END_TEST

/* ---- every kind of model, and no memory ---- */

START_TEST(every_kind_of_model_has_a_document)
{
    struct documented d;
    struct assay_model model;
    documented_second(&d, rich_audit);
    handmade_model(&model, (enum handmade)_i);
    d.input.model = &model;
    struct assay_text markdown = markdown_of(&d), html = html_of(&d);
    struct assay_text of_markdown = tables_of_markdown(&markdown), of_html = tables_of_html(&html);
    static const char *const said[HANDMADE] = {
        [ANCHORED] = "- Anchor: the team's weights, halfway to equal ones\n",
        [PENALISED] =
            "- Penalty: elastic-net, alpha 0.25, lambda 0.0111 (chosen by cross-validation)\n",
        [FIRTH] = "by Firth's penalised likelihood",
        [SEGMENTED] = "| north   |       400 |",
        [PLAIN_FIT] = "- Anchor: none\n"};
    ck_assert_msg(strstr(markdown.data, said[_i]) != NULL, "%s", said[_i]);
    ck_assert_ptr_null(strstr(markdown.data, "nan"));
    ck_assert_str_eq(of_markdown.data, of_html.data);
    check_nesting(html.data);
    assay_text_clear(&markdown);
    assay_text_clear(&html);
    assay_text_clear(&of_markdown);
    assay_text_clear(&of_html);
    assay_model_clear(&model);
    documented_clear(&d);
}
END_TEST

/* The n-th allocation fails; the stride keeps the test short, its start runs over all residues. */
START_TEST(want_of_memory_is_told)
{
    enum { STRIDE = 7 };
    struct documented d;
    documented_second(&d, rich_audit);
    documented_say_all(&d);
    for (size_t n = 1 + (size_t)_i % STRIDE;; n += STRIDE) {
        struct assay_error err = {0};
        struct assay_text text = {0};
        test_fail_allocation(n);
        enum assay_status status = _i < STRIDE ? assay_document_markdown(&d.input, &text, &err)
                                               : assay_document_html(&d.input, &text, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        assay_text_clear(&text);
        if (!reached)
            break;
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_str_eq(err.message, "out of memory writing the model document");
    }
    documented_clear(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, the_score_computed_is_the_formula_of_the_example);
    tcase_add_test(tc, the_score_computed_is_one_that_does_not_stop_at_an_end);
    tcase_add_loop_test(tc, where_every_score_stops_at_an_end_the_formula_is_told_beside_it, 0, 2);
    tcase_add_loop_test(tc, the_formula_of_an_average_says_what_is_rounded, 0, COUNT(averages));
    tcase_add_loop_test(tc, the_table_of_signals_says_what_stands_for_a_missing_value,
                        ASSAY_NEUTRAL + 1, ASSAY_MISSING_POLICIES);
    tcase_add_test(tc, ranks_are_read_from_the_curve_of_all_accounts);
    tcase_add_loop_test(tc, rows_say_what_the_files_say, 0, COUNT(rows));
    tcase_add_test(tc, limits_tell_what_the_audit_found);
    tcase_add_loop_test(tc, a_scale_is_round_and_holds_its_values, 0, 200);
    tcase_add_test(tc, a_scale_of_known_values);
    tcase_add_test(tc, pictures_put_marks_where_the_numbers_are);
    tcase_add_test(tc, tables_and_pictures_without_rows_are_left_out);
    tcase_add_test(tc, numbers_in_words);
    tcase_add_loop_test(tc, every_kind_of_model_has_a_document, 0, HANDMADE);
    tcase_add_loop_test(tc, want_of_memory_is_told, 0, 14);
}

ASSAY_SUITE("release/document_numbers", add_tests)
