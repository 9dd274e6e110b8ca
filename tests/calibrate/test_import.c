/* Scorecards worked by hand from the vendors' rules (docs/import.md says where each is documented). */
#include "tests/calibrate/imported.h"

/* Scores are exact on paper; doubles and the log-odds scale leave some 1e-14, and where the scale is the
 * log-odds the half of ASSAY_EDGE_SLACK by which it is raised. */
static const double tolerance = 1e-9;

struct account {
    double numbers[4]; /* by input */
    double score;      /* on the 0-100 scale */
    const char *zone;
};

static void check_accounts(const char *vendor, const char *card, const struct account accounts[],
                           size_t n)
{
    struct assay_error err = {0};
    struct imported made;
    struct assay_import_wishes wishes = plain_wishes();
    ck_assay_ok(import_text(vendor, card, &wishes, &made, &err));
    for (size_t a = 0; a < n; a++) {
        struct assay_score score = score_numbers(&made.model, accounts[a].numbers);
        ck_assert_msg(fabs(score.score - accounts[a].score) <= tolerance,
                      "account %zu scores %.17g, not %g", a, score.score, accounts[a].score);
        ck_assert_str_eq(made.model.spec.zones[score.zone].name, accounts[a].zone);
    }
    imported_clear(&made);
}

/* ---- Gainsight ---- */

/* The page's own example: (20 x 47 + 15 x 59 + 22 x 21) / 57 = 2287 / 57 = 40.12, shown as 40.
 * Without the second: (940 + 462) / 42 = 33.38. Bands: "From" is excluded, so that 50 is red and 51 yellow;
 * 50.5 is shown as 51. */
START_TEST(gainsight_averages_by_weights_and_leaves_the_missing_out)
{
    static const char card[] = "kind,measure,weight,from,to\n"
                               "score,tickets,20,,\n"
                               "score,time,15,,\n"
                               "score,frequency,22,,\n"
                               "zone,Red,,0,50\n"
                               "zone,Yellow,,50,75\n"
                               "zone,Green,,75,100\n";
    static const struct account accounts[] = {
        {{47, 59, 21}, 40, "Red"},
        {{47, NAN, 21}, 33, "Red"},
        {{50, 50, 50}, 50, "Red"},
        {{50.4, NAN, NAN}, 50, "Red"},
        {{50.5, NAN, NAN}, 51, "Yellow"},
        {{75.4, NAN, NAN}, 75, "Yellow"},
        {{75.5, NAN, NAN}, 76, "Green"},
        {{140, 100, 100}, 100, "Green"}, /* a column of scores beyond 100 counts as 100 */
        {{NAN, NAN, NAN}, 50, "Red"}};   /* nothing known: halfway */
    check_accounts("gainsight", card, accounts, COUNT(accounts));
}
END_TEST

/* Usage 60% of two measures of 50% each, sentiment 40%. With B missing, A speaks for usage:
 * 0.6 x 80 + 0.4 x 20 = 56. With usage missing altogether only sentiment is left. */
START_TEST(gainsight_group_weights_keep_a_group_whole)
{
    static const char card[] = "kind,group,group_weight,measure,weight,from,to\n"
                               "score,Usage,60%,A,50%,,\n"
                               "score,,,B,50%,,\n"
                               "score,Sentiment,40%,N,100%,,\n"
                               "zone,,,Red,,0,50\n"
                               "zone,,,Green,,51,100\n";
    static const struct account accounts[] = {{{80, 40, 20}, 44, "Red"},
                                              {{80, NAN, 20}, 56, "Green"},
                                              {{NAN, NAN, 20}, 20, "Red"},
                                              {{80, NAN, NAN}, 80, "Green"},
                                              {{70, 40, NAN}, 55, "Green"}};
    check_accounts("gainsight", card, accounts, COUNT(accounts));
}
END_TEST

/* "excluded" in the column: the weights of all others grow. A 0.3, N 0.4: (0.3 x 80 + 0.4 x 20) / 0.7 =
 * 32 / 0.7 = 45.7. */
START_TEST(the_missing_rule_of_a_measure_is_its_own)
{
    static const char card[] = "kind,group,group_weight,measure,weight,missing,from,to\n"
                               "score,Usage,60,A,50,,,\n"
                               "score,,,B,50,excluded,,\n"
                               "score,Sentiment,40,N,100,neutral,,\n"
                               "zone,,,Red,,,0,50\n"
                               "zone,,,Green,,,50,100\n";
    static const struct account accounts[] = {
        {{80, NAN, 20}, 46, "Red"}, {{80, 40, NAN}, 56, "Green"}}; /* 0.6 x 60 + 0.4 x 50 */
    check_accounts("gainsight", card, accounts, COUNT(accounts));
}
END_TEST

/* ---- ChurnZero ---- */

/* 50, 30 and 20 points. The top of a tier is inclusive, the bottom is not, and 0 belongs to the lowest:
 * 5 logins are in "0 to 5", 10 in "5 to 10". 50 x 50% + 30 x 100% + 20 x 0% = 55. A factor without a value
 * gives nothing. Zones are tiers of the score: 40 is red still. */
START_TEST(churnzero_tiers_are_top_inclusive)
{
    static const char card[] = "kind,measure,weight,from,to,points,points_to\n"
                               "band,logins,50,0,5,0,\n"
                               ",,,5,10,50,\n"
                               ",,,10,,100,\n"
                               "band,nps,30,0,6,0,\n"
                               ",,,6,10,100,\n"
                               "linear,seats,20,0,1,0,100\n"
                               "zone,Red,,0,40,,\n"
                               "zone,Yellow,,40,70,,\n"
                               "zone,Green,,70,100,,\n";
    static const struct account accounts[] = {
        {{10, 9, 0}, 55, "Yellow"},     {{5, 9, 0}, 30, "Red"},
        {{0, 6, 0}, 0, "Red"},          {{10.5, 6, 0}, 50, "Yellow"},
        {{11, 9, 1}, 100, "Green"},     {{11, NAN, 1}, 70, "Yellow"},
        {{11, NAN, 1.5}, 70, "Yellow"}, {{NAN, NAN, NAN}, 0, "Red"},
        {{5, 9, 0.5}, 40, "Red"},       {{5, 9, 0.500001}, 40.00002, "Yellow"}};
    check_accounts("churnzero", card, accounts, COUNT(accounts));
}
END_TEST

/* ---- Totango ---- */

/* Good 100, average 60, poor 0. Usage: logins 62.5%, features 37.5%; good and poor give 62.5, rounded up to
 * 63; support average gives 60; half of each is 61.5, rounded up to 62 (61.25, were dimensions not rounded,
 * would give 61). Dimensions without values are ignored. */
START_TEST(totango_rounds_each_dimension_and_then_the_score)
{
    static const char card[] = "kind,group,group_weight,measure,weight,from,to,points,missing\n"
                               "band,Usage,50,logins,62.5,>=20,,good,excluded in group\n"
                               ",,,,,,<5,poor,\n"
                               "band,,,features,37.5,>=6,,good,excluded in group\n"
                               ",,,,,,<3,poor,\n"
                               "band,Support,50,tickets,100,,<=1,good,excluded in group\n"
                               ",,,,,>4,,poor,\n"
                               "zone,,,Poor,,0,49,,\n"
                               "zone,,,Average,,50,79,,\n"
                               "zone,,,Good,,80,100,,\n";
    static const struct account accounts[] = {
        {{20, 2, 3}, 62, "Average"},    /* 63 and 60 */
        {{19.9, 2, 3}, 49, "Poor"},     /* 37.5 -> 38 and 60: exactly 49 */
        {{4, 6, 1}, 69, "Average"},     /* 37.5 -> 38 and 100 */
        {{5, 5, 1}, 80, "Good"},        /* 60 and 100 */
        {{20, NAN, 5}, 50, "Average"},  /* 100 and 0 */
        {{NAN, NAN, 3}, 60, "Average"}, /* support alone */
        {{20, 2, NAN}, 63, "Average"}}; /* usage alone, rounded */
    check_accounts("totango", card, accounts, COUNT(accounts));
}
END_TEST

/* ---- Planhat ---- */

/* The page's example: NPS 0 to 10 gives -5 to +5, so 7 gives +2 and the health is 5 + 2 = 7; beyond the ends
 * the line holds them; the sum is cut at 0 and 10. */
START_TEST(planhat_adds_impacts_to_five_and_cuts_at_the_ends)
{
    static const char card[] = "kind,measure,from,to,points,points_to\n"
                               "linear,nps,0,10,-5,5\n"
                               "linear,logins,0,100,-3,3\n"
                               "band,overdue,>30,,-2,\n"
                               "zone,Poor,0,4,,\n"
                               "zone,OK,4,7,,\n"
                               "zone,Good,7,10,,\n";
    static const struct account accounts[] = {
        {{7, NAN, 0}, 70, "Good"},    {{7, 50, 30}, 70, "Good"}, {{6.999, 50, 0}, 69.99, "OK"},
        {{10, 100, 0}, 100, "Good"},  {{0, 0, 31}, 0, "Poor"},   {{12, 50, 0}, 100, "Good"},
        {{2, 75, 0}, 35, "Poor"},     {{4, 50, 0}, 40, "OK"},    {{NAN, NAN, NAN}, 50, "OK"},
        {{10, 100, 31}, 100, "Good"}, /* 5 + 5 + 3 - 2 = 11 */
        {{5, 0, 31}, 0, "Poor"},      /* 5 + 0 - 3 - 2 = 0, not cut */
        {{6, 0, 31}, 10, "Poor"}};
    check_accounts("planhat", card, accounts, COUNT(accounts));
}
END_TEST

/* ---- HubSpot ---- */

/* Groups of 40, 30 and 30 points. Criteria that are not met give nothing; points may be taken away. */
START_TEST(hubspot_adds_the_points_of_criteria_that_are_met)
{
    static const char card[] = "kind,group,group_weight,measure,from,to,points\n"
                               "band,Use,40,logins,>=20,,25\n"
                               ",,,,>=5,<20,15\n"
                               "band,,,features,>=6,,15\n"
                               "band,Support,30,tickets,,<=1,30\n"
                               "band,NPS,30,nps,>=9,,30\n"
                               ",,,,>=7,<9,20\n"
                               "zone,,,At-risk,0,40,\n"
                               "zone,,,Neutral,40,70,\n"
                               "zone,,,Healthy,70,100,\n";
    static const struct account accounts[] = {
        {{20, 6, 1, 9}, 100, "Healthy"},   {{5, 6, 2, 7}, 50, "Neutral"},
        {{4, 6, 2, 7}, 35, "At-risk"},     {{20, 6, NAN, NAN}, 40, "Neutral"},
        {{20, 5, 1, 8.99}, 75, "Healthy"}, {{NAN, NAN, NAN, NAN}, 0, "At-risk"}};
    check_accounts("hubspot", card, accounts, COUNT(accounts));
}
END_TEST

/* -20 for tickets: 40 + 30 - 20 at best and -20 at worst, which is cut at 0. The line then stands at 50. */
START_TEST(hubspot_points_taken_away_stop_at_zero)
{
    static const char card[] = "kind,group,group_weight,measure,from,to,points\n"
                               "band,Use,60,logins,>=20,,60\n"
                               "band,Support,40,tickets,>5,,-20\n"
                               ",,,,,<=1,40\n"
                               "zone,,,At-risk,0,50,\n"
                               "zone,,,Healthy,50,100,\n";
    static const struct account accounts[] = {
        {{20, 1}, 100, "Healthy"}, {{20, 6}, 40, "At-risk"}, {{0, 6}, 0, "At-risk"},
        {{20, 3}, 60, "Healthy"},  {{0, 1}, 40, "At-risk"},  {{NAN, NAN}, 0, "At-risk"}};
    check_accounts("hubspot", card, accounts, COUNT(accounts));
}
END_TEST

/* 5 - 1.5 at worst and 5 + 2 at best: nothing is ever cut. A weighted average is the score then, and its line
 * stands where the second zone starts. */
START_TEST(points_that_are_never_cut_keep_the_line_of_their_zones)
{
    static const char card[] = "kind,measure,from,to,points\n"
                               "band,logins,>20,,2\n"
                               ",,>10,<=20,0.5\n"
                               "band,tickets,>5,,-1.5\n"
                               "zone,Poor,0,4,\n"
                               "zone,Good,4,10,\n";
    static const struct account accounts[] = {
        {{21, 5}, 70, "Good"}, {{21, 6}, 55, "Good"},   {{20, 6}, 40, "Good"},
        {{10, 6}, 35, "Poor"}, {{NAN, 6}, 35, "Poor"}, {{NAN, NAN}, 50, "Good"}};
    struct assay_error err = {0};
    struct assay_import_wishes wishes = plain_wishes();
    struct imported made;
    check_accounts("planhat", card, accounts, COUNT(accounts));
    ck_assay_ok(import_text("planhat", card, &wishes, &made, &err));
    ck_assert_int_eq(made.model.spec.scale, ASSAY_WEIGHTED_AVERAGE);
    ck_assert_double_eq_tol(made.model.at_risk_score, 40, 1e-10);
    ck_assert_double_eq_tol(made.model.weight[0], 2 / 3.5, 1e-15);
    ck_assert_double_eq_tol(made.model.weight[1], 1.5 / 3.5, 1e-15);
    imported_clear(&made);
}
END_TEST

/* ---- texts ---- */

START_TEST(categories_have_points_and_unknown_ones_count_as_missing)
{
    static const char card[] = "kind,group,group_weight,measure,column,value,points,from,to\n"
                               "category,Mood,40,sentiment,csm_sentiment,healthy,40,,\n"
                               "band,NPS,60,nps,nps,,60,>=9,\n"
                               "zone,,,Low,,,,0,50\n"
                               "zone,,,High,,,,50,100\n";
    struct assay_error err = {0};
    struct imported made;
    struct assay_import_wishes wishes = plain_wishes();
    struct assay_score score;
    double s[2];
    bool missing[2];
    ck_assay_ok(import_text("hubspot", card, &wishes, &made, &err));
    ck_assert_str_eq(made.model.inputs[0].column, "csm_sentiment");
    ck_assert(made.model.inputs[0].is_text);
    static const struct {
        const char *text;
        double score;
    } accounts[] = {{"healthy", 100}, {"at risk", 60}, {NULL, 60}};
    for (size_t a = 0; a < COUNT(accounts); a++) {
        struct assay_example_input inputs[] = {{(char *)accounts[a].text, NAN}, {NULL, 9}};
        assay_score_inputs(&made.model, inputs, s, missing, &score);
        ck_assert_double_eq_tol(score.score, accounts[a].score, tolerance);
    }
    imported_clear(&made);
}
END_TEST

/* ---- bands ---- */

/* What follows another: steps begin where the points do, to the last bit. */
START_TEST(bands_meet_as_they_are_written)
{
    static const struct {
        const char *vendor, *bands; /* after the measure's name and weight */
        double at[4], points[4];
    } cases[] = {
        {"gainsight", "0,50,10\n,,,50,75,20\n,,,75,,30", {50, 50.000001, 75, 76}, {10, 20, 20, 30}},
        {"gainsight", "0,50,10\n,,,51,75,20\n,,,76,100,30", {50, 50.5, 51, 76}, {10, 10, 20, 30}},
        {"gainsight", ",<50,10\n,,,>=50,,20", {49.999, 50, 51, 1e9}, {10, 20, 20, 20}},
        {"gainsight", ",50,10\n,,,,75,20\n,,,,100,30", {50, 51, 75, 76}, {10, 20, 20, 30}},
        {"gainsight", "75,100,30\n,,,50,75,20\n,,,0,50,10", {0, 50, 75, 76}, {10, 10, 20, 30}},
        {"gainsight", "0,5,10\n,,,5,5,90\n,,,5,9,20", {4.999, 5, 5.001, 9}, {10, 90, 20, 20}},
        {"gainsight", "0,5,10\n,,,8,9,20\nother,a,,,,70", {5, 5.001, 8.5, 10}, {10, 70, 20, 70}},
        {"gainsight", "0,5,10\n,,,5,9,20\nother,a,,,,70", {-0.5, 0, 9, 9.1}, {70, 10, 20, 70}}};
    struct assay_import_wishes wishes = plain_wishes();
    for (size_t k = 0; k < COUNT(cases); k++) {
        struct assay_error err = {0};
        struct imported made;
        char text[512];
        snprintf(text, sizeof text,
                 "kind,measure,weight,from,to,points\nband,a,1,%s\nzone,Low,,0,50,\nzone,High,,50,"
                 "100,\n",
                 cases[k].bands);
        ck_assay_ok(import_text(cases[k].vendor, text, &wishes, &made, &err));
        for (size_t a = 0; a < 4; a++) {
            struct assay_score score = score_numbers(&made.model, &cases[k].at[a]);
            ck_assert_msg(score.composite == cases[k].points[a], "case %zu: %g gives %g, not %g", k,
                          cases[k].at[a], score.composite, cases[k].points[a]);
        }
        imported_clear(&made);
    }
}
END_TEST

/* A tenth, three tenths and six tenths of numbers that average 70 on paper, and miss it by a last digit in
 * doubles. */
START_TEST(an_edge_that_is_met_on_paper_is_met)
{
    static const char card[] = "kind,measure,weight,from,to\n"
                               "score,a,10,,\nscore,b,30,,\nscore,c,60,,\n"
                               "zone,Low,,0,<70\nzone,High,,>=70,100\n";
    static const char below[] = "kind,measure,weight,from,to\n"
                                "score,a,10,,\nscore,b,30,,\nscore,c,60,,\n"
                                "zone,Low,,0,<=70\nzone,High,,>70,100\n";
    for (double p = 0; p <= 70; p += 7) {
        double a = 70 + 3 * (70 - p) / 7, rest = (7000 - 10 * a) / 90; /* 0.1 a + 0.9 rest = 70 */
        struct account on = {{a, rest, rest}, 70, "High"}, off = {{a, rest, rest}, 70, "Low"};
        check_accounts("churnzero", card, &on, 1);
        check_accounts("churnzero", below, &off, 1);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, gainsight_averages_by_weights_and_leaves_the_missing_out);
    tcase_add_test(tc, gainsight_group_weights_keep_a_group_whole);
    tcase_add_test(tc, the_missing_rule_of_a_measure_is_its_own);
    tcase_add_test(tc, churnzero_tiers_are_top_inclusive);
    tcase_add_test(tc, totango_rounds_each_dimension_and_then_the_score);
    tcase_add_test(tc, planhat_adds_impacts_to_five_and_cuts_at_the_ends);
    tcase_add_test(tc, hubspot_adds_the_points_of_criteria_that_are_met);
    tcase_add_test(tc, hubspot_points_taken_away_stop_at_zero);
    tcase_add_test(tc, points_that_are_never_cut_keep_the_line_of_their_zones);
    tcase_add_test(tc, categories_have_points_and_unknown_ones_count_as_missing);
    tcase_add_test(tc, bands_meet_as_they_are_written);
    tcase_add_test(tc, an_edge_that_is_met_on_paper_is_met);
}

ASSAY_SUITE("calibrate/import", add_tests)
