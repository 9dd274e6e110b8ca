/* The command on temporary files: when scores agree, which row is which, what is written, and bad
 * input. */
#include "score/verify_scores.h"

#include "core/base/json.h"
#include "score/verify_run.h"
#include "tests/score/verify_desk.h"

/* ---- agreement ---- */

START_TEST(our_own_scores_agree_to_the_last_bit)
{
    struct desk desk;
    struct assay_text csv = made_up_csv(&(struct made_up){.seed = 5, .n_row = 4501});
    char *scores = scores_of(csv.data, _i == 1);
    verify(&desk, csv.data, scores, (const char *const[]){"--tolerance", "0", NULL});
    ck_assert_int_eq(desk.run.status, 0);
    ck_assert_str_eq(desk.run.err, "");
    ck_says(desk.run.out, "\nAll 4,501 snapshots agree.\n");
    ck_says(desk.run.out, "largest difference of the score       0\n");
    ck_says(desk.run.out, " without a score, there as here\n");
    ck_silent(desk.run.out, "What they have in common");
    desk_clear(&desk);
    free(scores);
    assay_text_clear(&csv);
}
END_TEST

/* Nine decimals of tolerance, seen from both sides, and a hundredth of it for probabilities. */
static const struct {
    double score, probability;
    const char *tolerance;
    int status;
} gaps[] = {
    {9e-10, 0, NULL, 0}, {1.1e-9, 0, NULL, 1}, {0, 9e-12, NULL, 0},  {0, 1.1e-11, NULL, 1},
    {0.4, 0, "0.5", 0},  {0.6, 0, "0.5", 1},   {0, 0.004, "0.5", 0}, {0, 0.006, "0.5", 1},
    {1e-13, 0, "0", 1},  {0, 0, "0", 0},       {0, -1e-14, "0", 1},  {-1.1e-9, 0, NULL, 1},
};

START_TEST(a_difference_is_allowed_up_to_the_tolerance)
{
    struct desk desk;
    struct assay_score score = score_of("a,2025-03-31,Basic,8,5,3,7,0.5,50,yearly");
    char scores[200];
    snprintf(scores, sizeof scores, "id,score,probability\na,%.17g,%.17g\n",
             score.score + gaps[_i].score, score.probability + gaps[_i].probability);
    verify(&desk, HEADER "a,2025-03-31,Basic,8,5,3,7,0.5,50,yearly\n", scores,
           gaps[_i].tolerance == NULL
               ? nothing
               : (const char *const[]){"--tolerance", gaps[_i].tolerance, NULL});
    ck_assert_int_eq(desk.run.status, gaps[_i].status);
    desk_clear(&desk);
}
END_TEST

/* The score of this account lies in Neutral, [50, 75). */
START_TEST(what_is_rounded_is_given_half_a_unit_and_the_zones_within_it)
{
    struct desk desk;
    static const struct {
        double add;
        const char *zone, *decimals;
        int status;
    } cases[] = {
        {0, "Neutral", "1", 0}, {0.051, "Neutral", "1", 0}, {0.12, "Neutral", "1", 1},
        {0, "Healthy", "1", 1}, {0.4, "Neutral", "0", 0},   {0, "Nirvana", "0", 1},
    };
    struct assay_score score = score_of("a,2025-03-31,Basic,8,5,3,7,0.5,50,yearly");
    ck_assert_str_eq(model.spec.zones[score.zone].name, "Neutral");
    for (size_t k = 0; k < COUNT(cases); k++) {
        double unit = cases[k].decimals[0] == '1' ? 10 : 1;
        char scores[200];
        snprintf(scores, sizeof scores, "id,score,zone\na,%.17g,%s\n",
                 floor((score.score + cases[k].add) * unit + 0.5) / unit, cases[k].zone);
        verify(&desk, HEADER "a,2025-03-31,Basic,8,5,3,7,0.5,50,yearly\n", scores,
               (const char *const[]){"--rounded", cases[k].decimals, NULL});
        ck_assert_msg(desk.run.status == cases[k].status, "case %zu: %s", k, desk.run.out);
        desk_clear(&desk);
    }
}
END_TEST

/* Held against the edges themselves. */
START_TEST(a_zone_near_an_edge_is_right_when_a_score_within_half_a_unit_has_it)
{
    static const struct {
        double score;
        size_t theirs;
        bool rounded, agrees;
    } cases[] = {
        {49.96, 2, true, true},
        {49.96, 1, true, true},
        {49.94, 2, true, false},
        {50.04, 1, true, true},
        {50.06, 1, true, false},
        {50, 1, true, true},
        {50, 1, false, false},
        {50, 2, false, true},
        {49.9999999999, 2, false, false},
        {99, 3, true, true},
        {0, 0, true, true},
        {0, 1, true, false},
        {60, ASSAY_NO_ZONE, true, false},
        {60, ASSAY_OTHER_ZONE, true, false},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        struct assay_comparison comparison = {.model = &model};
        struct assay_score ours = {.score = cases[k].score,
                                   .zone = assay_zone_of_score(&model, cases[k].score)};
        struct assay_their_figures theirs = {.zone = cases[k].theirs};
        struct assay_gap gap;
        comparison.compared[ASSAY_THE_ZONE] = true;
        assay_comparison_allow(&comparison, 1e-9, cases[k].rounded ? 1 : ASSAY_NOT_ROUNDED,
                               ASSAY_NOT_ROUNDED);
        ck_assert_msg(assay_compare_figures(&comparison, &ours, &theirs, &gap) == cases[k].agrees,
                      "case %zu", k);
    }
}
END_TEST

/* ---- which row is which ---- */

#define REPEATED                                                                                   \
    HEADER "a,2025-03-31,Basic,8,5,3,7,0.5,50,yearly\n"                                            \
           "a,2025-03-31,Basic,8,9,3,7,0.5,50,yearly\n"                                            \
           "a,2025-06-30,Basic,11,5,3,7,0.5,30,yearly\n"

START_TEST(rows_are_found_by_account_and_date_whatever_their_order)
{
    struct desk desk;
    struct assay_text turned = {0};
    char *scores = scores_of(TWO, false), *second = strchr(strchr(scores, '\n') + 1, '\n') + 1;
    assay_text_add(&turned, scores, (size_t)(strchr(scores, '\n') + 1 - scores));
    assay_text_puts(&turned, second);
    assay_text_add(&turned, strchr(scores, '\n') + 1, (size_t)(second - strchr(scores, '\n') - 1));
    verify(&desk, TWO, turned.data, nothing);
    ck_assert_int_eq(desk.run.status, 0);
    desk_clear(&desk);
    free(scores);
    assay_text_clear(&turned);
}
END_TEST

START_TEST(rows_of_the_same_account_and_date_are_matched_in_their_order)
{
    struct desk desk;
    char *scores = scores_of(REPEATED, false);
    verify(&desk, REPEATED, scores, nothing);
    ck_assert_int_eq(desk.run.status, 0);
    ck_says(desk.run.out, "1 of their rows has the account and date of a row before");
    desk_clear(&desk);
    free(scores);
}
END_TEST

/* Their file has no dates: three rows of one account, in the order of the data. */
START_TEST(without_dates_rows_are_found_by_account)
{
    struct desk desk;
    struct assay_text undated = {0};
    char *scores = scores_of(REPEATED, false), *rest = scores;
    for (char *line; (line = strsep(&rest, "\n")) != NULL && *line != '\0';) {
        char *id = strsep(&line, ",");
        strsep(&line, ",");
        assay_text_printf(&undated, "%s,%s\n", id, line);
    }
    verify(&desk, REPEATED, undated.data, nothing);
    ck_assert_int_eq(desk.run.status, 0);
    ck_says(desk.run.out, "2 of their rows have the account of a row before");
    desk_clear(&desk);
    free(scores);
    assay_text_clear(&undated);
}
END_TEST

START_TEST(accounts_of_one_file_alone_are_counted_and_the_first_is_named)
{
    struct desk desk;
    char *scores = scores_of(HEADER "b,2025-03-31,Team,30,40,1,2,0.4,20,monthly\n"
                                    "z,2025-03-31,Team,30,40,1,2,0.4,20,monthly\n",
                             false);
    verify(&desk, TWO, scores, (const char *const[]){"-o", "OUTPUT", NULL});
    ck_assert_int_eq(desk.run.status, 1);
    ck_says(desk.run.out, " alone; the first is a of 2025-03-31\n");
    ck_says(desk.run.out, " alone; the first is z of 2025-03-31\n");
    struct assay_text text = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_file_read(desk.output, 1 << 16, &text, &err));
    ck_assert_str_eq(text.data, "id,as_of,what,ours,theirs,difference,signal,signal_ours,"
                                "signal_theirs,would_agree_if\n"
                                "a,2025-03-31,only in data,,,,,,,\n"
                                "z,2025-03-31,only in scores,,,,,,,\n");
    assay_text_clear(&text);
    desk_clear(&desk);
    free(scores);
}
END_TEST

START_TEST(accounts_that_they_leave_out_may_be_allowed)
{
    struct desk desk;
    char *scores = scores_of(HEADER "b,2025-03-31,Team,30,40,1,2,0.4,20,monthly\n", false);
    verify(&desk, TWO, scores, (const char *const[]){"--partial", NULL});
    ck_assert_int_eq(desk.run.status, 0);
    ck_says(desk.run.out, "The one snapshot");
    desk_clear(&desk);
    free(scores);
}
END_TEST

/* Without contract there is no score, and they need not list the account. */
START_TEST(an_account_without_a_score_need_not_be_there)
{
    struct desk desk;
    char *scores = scores_of(HEADER "b,2025-03-31,Team,30,40,1,2,0.4,20,monthly\n", false);
    verify(&desk,
           HEADER "a,2025-03-31,Basic,8,5,3,7,0.5,50,\n"
                  "b,2025-03-31,Team,30,40,1,2,0.4,20,monthly\n",
           scores, nothing);
    ck_assert_int_eq(desk.run.status, 0);
    ck_says(desk.run.out, "1 without a score, there as here");
    desk_clear(&desk);
    free(scores);
}
END_TEST

START_TEST(a_window_of_dates_takes_rows_out_of_both_files)
{
    struct desk desk;
    char *scores = scores_of(REPEATED, false);
    verify(&desk, REPEATED, scores, (const char *const[]){"--from", "2025-06-30", NULL});
    ck_assert_int_eq(desk.run.status, 0);
    ck_says(desk.run.out, "The one snapshot");
    desk_clear(&desk);
    free(scores);
}
END_TEST

START_TEST(columns_are_named_by_options)
{
    struct desk desk;
    struct assay_score score = score_of("a,2025-03-31,Basic,8,5,3,7,0.5,50,yearly");
    char scores[300];
    snprintf(scores, sizeof scores, "Account;Health;Risk;Band;Average\na;%.17g;%.17g;%s;%.17g\n",
             score.score, score.probability, model.spec.zones[score.zone].name, score.composite);
    verify(&desk, HEADER "a,2025-03-31,Basic,8,5,3,7,0.5,50,yearly\n", scores,
           (const char *const[]){"--id", "Account", "--score", "Health", "--probability", "Risk",
                                 "--zone", "Band", "--composite", "Average", NULL});
    ck_assert_int_eq(desk.run.status, 0);
    ck_says(desk.run.out, ": score, probability, composite, zone\n");
    desk_clear(&desk);
}
END_TEST

/* ---- the other outputs ---- */

START_TEST(json_has_the_same_findings)
{
    struct desk desk;
    struct assay_json *doc;
    struct assay_error err = {0};
    char *scores = scores_of(HEADER "a,2025-03-31,Basic,8,5,3,7,0.5,30,yearly\n"
                                    "b,2025-03-31,Team,30,40,1,2,0.4,20,monthly\n",
                             true);
    verify(&desk, TWO, scores, (const char *const[]){"--json", NULL});
    ck_assert_int_eq(desk.run.status, 1);
    ck_assay_ok(
        assay_json_parse("out", desk.run.out, strlen(desk.run.out), ASSAY_JSON_STRICT, &doc, &err));
    const struct cJSON *root = assay_json_root(doc);
    ck_assert_str_eq(assay_json_string(test_at(root, "format", NULL)), "assay-score-agreement/1");
    ck_assert_str_eq(assay_json_string(test_at(root, "result", NULL)), "disagrees");
    ck_assert_str_eq(assay_json_string(test_at(root, "model", "digest", NULL)), model.digest);
    ck_assert(test_number(root, "compared", NULL) == 2);
    ck_assert(test_number(root, "agree", NULL) == 1);
    ck_assert(test_number(root, "disagree", NULL) == 1);
    ck_assert(test_number(root, "allowed", "probability", NULL) == 1e-9 / 100);
    const struct cJSON *first = assay_json_first(test_at(root, "disagreements", NULL));
    ck_assert_str_eq(assay_json_string(test_at(first, "account", NULL)), "a");
    ck_assert_str_eq(assay_json_string(test_at(first, "parts_at", "column", NULL)), "points:use");
    assay_json_free(doc);
    desk_clear(&desk);
    free(scores);
}
END_TEST

START_TEST(every_disagreement_can_be_written)
{
    struct desk desk;
    struct assay_text text = {0};
    struct assay_error err = {0};
    struct assay_score score = score_of("a,2025-03-31,Basic,8,5,3,7,0.5,50,yearly");
    char scores[300], expected[600];
    const char *zone = model.spec.zones[score.zone].name;
    snprintf(scores, sizeof scores, "id,score,zone\na,%.17g,\"Red, hot\"\nb,7,Critical\n",
             score.score);
    verify(&desk, TWO, scores, (const char *const[]){"-o", "OUTPUT", "--show", "0", NULL});
    ck_assay_ok(assay_file_read(desk.output, 1 << 16, &text, &err));
    snprintf(expected, sizeof expected, "\na,2025-03-31,zone,%s,\"Red, hot\",,,,,\n", zone);
    ck_says(text.data, expected);
    ck_says(text.data, "\nb,2025-03-31,score,");
    ck_says(desk.run.out, "1 in a zone that the model does not have; the first is \"Red, hot\"\n");
    ck_silent(desk.run.out, "The first disagreement");
    assay_text_clear(&text);
    desk_clear(&desk);
}
END_TEST

/* ---- bad input ---- */

static const struct {
    const char *scores, *option, *value, *message;
} bad[] = {
    {"account,score\na,1\n", NULL, NULL, ": no column \"id\"; expected it as the account"},
    {"id,health\na,1\n", NULL, NULL,
     ": no column \"score\", \"probability\", \"composite\" or \"zone\"; expected at least one of "
     "them\n"
     "  hint: Name what there is with --score, --probability, --composite or --zone COLUMN.\n"},
    {"id,health\na,1\n", "--score", "heath", ": no column \"heath\"; expected it as the score"},
    {"id,score\na,high\n", NULL, NULL,
     ":2:2: score (column \"score\") is \"high\"; expected a number or an empty cell"},
    {"id,score\na,1\nb,x\nc,y\n", NULL, NULL, "  hint: 1 more bad rows follow.\n"},
    {"id,score\n,1\n", NULL, NULL, ":2:1: account (column \"id\") is empty; expected a value"},
    {"id,score\nq,1\nr,2\n", NULL, NULL, ": none of its accounts is in "},
    {"id,score\n", NULL, NULL, ": no rows; expected scores of the accounts in "},
    {"id,as_of,score\na,soon,1\n", NULL, NULL,
     ":2:2: date (column \"as_of\") is \"soon\"; expected "},
    {"id,score\na,1\n", "--tolerance", "-1",
     "--tolerance is \"-1\"; expected a number from 0 to 100"},
    {"id,score\na,1\n", "--rounded", "1.5",
     "--rounded is \"1.5\"; expected a whole number from 0 to 15"},
    {"id,score\na,1\n", "--output", "-",
     "--output=- is where the result is printed; expected a file"},
    {"id,score\na,1\n", "--scores", "-x-", "could not open \"-x-\": No such file or directory"},
};

START_TEST(bad_scores_are_refused_with_their_place)
{
    struct desk desk;
    verify(&desk, TWO, bad[_i].scores,
           bad[_i].option == NULL ? nothing
                                  : (const char *const[]){bad[_i].option, bad[_i].value, NULL});
    ck_assert_int_eq(desk.run.status, 2);
    ck_assert_str_eq(desk.run.out, "");
    ck_says(desk.run.err, bad[_i].message);
    desk_clear(&desk);
}
END_TEST

START_TEST(a_file_that_is_not_named_is_asked_for)
{
    char *argv[][6] = {
        {"verify-scores", "m.json", "--scores", "s.csv", NULL},
        {"verify-scores", "m.json", "--data", "d.csv", NULL},
        {"verify-scores", "-", "--data", "-", "--scores=s", NULL},
    };
    static const char *const said[] = {
        "assay verify-scores: no data; expected --data FILE\n",
        "assay verify-scores: no scores; expected --scores FILE\n",
        "assay verify-scores: only one of model, data and scores can come from standard input\n"};
    struct test_run run = test_command(assay_verify_scores_main, argv[_i]);
    ck_assert_int_eq(run.status, 2);
    ck_says(run.err, said[_i]);
    test_run_clear(&run);
}
END_TEST

/* ---- memory ---- */

static size_t allocations_of_reading(void)
{
    struct assay_model read = {0};
    struct assay_error err = {0};
    test_fail_allocation(0);
    size_t before = test_allocations();
    enum assay_status status = assay_model_read(model_path, &read, &err);
    size_t n = test_allocations() - before;
    assay_model_clear(&read);
    ck_assert_msg(status == ASSAY_OK, "%s", err.message);
    return n;
}

START_TEST(every_allocation_may_fail)
{
    char data[PATH], scores[PATH], output[PATH];
    char *theirs = scores_of(HEADER "a,2025-03-31,Basic,8,5,3,,0.5,30,yearly\n"
                                    "z,2025-03-31,Team,30,40,1,2,0.4,20,monthly\n",
                             true);
    put_file(data, TWO);
    put_file(scores, theirs);
    put_file(output, "");
    struct assay_verify_options options = {.model_path = model_path,
                                           .output_path = output,
                                           .data = assay_intake_options_default(),
                                           .theirs = {.path = scores},
                                           .tolerance = 1e-9,
                                           .decimals = ASSAY_NOT_ROUNDED,
                                           .probability_decimals = ASSAY_NOT_ROUNDED,
                                           .show = 10};
    options.data.path = data;
    options.data.quiet = true;
    /* Those of the model's reader are its own tests' business. Some failures are borne: libcsv asks again
     * for less, a folder may be left unsynced. */
    size_t n = allocations_of_reading(), made;
    do {
        struct assay_verify_run run = {0};
        struct assay_error err = {0};
        test_fail_allocation(n);
        enum assay_status status = assay_verify(&options, &run, &err);
        made = test_allocations();
        test_fail_allocation(0);
        ck_assert_msg(status == ASSAY_ENOMEM || (status == ASSAY_OK && run.ready), "%zu: %s", n,
                      err.message);
        assay_verify_clear(&run);
    } while (made >= n++);
    ck_assert_uint_gt(made, 500);
    unlink(data);
    unlink(scores);
    unlink(output);
    free(theirs);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_unchecked_fixture(tc, make_model, drop_model);
    tcase_add_loop_test(tc, our_own_scores_agree_to_the_last_bit, 0, 2);
    tcase_add_loop_test(tc, a_difference_is_allowed_up_to_the_tolerance, 0, COUNT(gaps));
    tcase_add_test(tc, what_is_rounded_is_given_half_a_unit_and_the_zones_within_it);
    tcase_add_test(tc, a_zone_near_an_edge_is_right_when_a_score_within_half_a_unit_has_it);
    tcase_add_test(tc, rows_are_found_by_account_and_date_whatever_their_order);
    tcase_add_test(tc, rows_of_the_same_account_and_date_are_matched_in_their_order);
    tcase_add_test(tc, without_dates_rows_are_found_by_account);
    tcase_add_test(tc, accounts_of_one_file_alone_are_counted_and_the_first_is_named);
    tcase_add_test(tc, accounts_that_they_leave_out_may_be_allowed);
    tcase_add_test(tc, an_account_without_a_score_need_not_be_there);
    tcase_add_test(tc, a_window_of_dates_takes_rows_out_of_both_files);
    tcase_add_test(tc, columns_are_named_by_options);
    tcase_add_test(tc, json_has_the_same_findings);
    tcase_add_test(tc, every_disagreement_can_be_written);
    tcase_add_loop_test(tc, bad_scores_are_refused_with_their_place, 0, COUNT(bad));
    tcase_add_loop_test(tc, a_file_that_is_not_named_is_asked_for, 0, 3);
    tcase_add_test(tc, every_allocation_may_fail);
}

ASSAY_SUITE("score/verify_scores", add_tests)
