/* What would explain a disagreement. Another scorer's mistakes are made with "assay score" itself, on
 * rows that were changed as that scorer would misread them, or by hand from the formulas. */
#include "score/verify_causes.h"

#include "tests/score/verify_desk.h"

/* A row as it is, the same row as their scorer reads it, and what is said of it. */
static const struct {
    const char *row, *read_as, *said;
} misread[] = {
    {"Basic,8,5,3,7,0.5,,yearly", "Basic,8,5,3,7,0.5,0,yearly",
     "use, missing, were taken for the value 0"},
    {"Basic,8,5,3,7,0.5,,yearly", "Basic,8,5,3,7,0.5,100,yearly", "use, missing, had 100 points"},
    {"Basic,8,5,,7,0.5,50,yearly", "Basic,8,5,0,7,0.5,50,yearly",
     "tickets, missing, were taken for the value 0"},
    {"Basic,8,5,3,7,0.5,30,yearly", "Basic,8,5,3,7,0.5,,yearly", "use were treated as missing"},
    {"Basic,8,5,3,7,0.5,50,yearly", "Basic,8,,3,7,0.5,50,yearly", "logins were treated as missing"},
    {"Basic,8,5,3,7,0.5,50,yearly", "Nowhere,8,5,3,7,0.5,50,yearly",
     "the account were compared with all accounts"},
    {"Basic,8,5,3,7,0.5,50,yearly", "Basic,,5,3,7,0.5,50,yearly",
     "the account were compared with the cohort above its own"},
    {"Basic,12,5,3,7,0.5,50,yearly", "Basic,11.5,5,3,7,0.5,50,yearly",
     "a tenure on the edge of a band belonged to the band below"},
    {"Basic,11.9999999999999999,5,3,7,0.5,50,yearly", "Basic,11.5,5,3,7,0.5,50,yearly",
     "a tenure on the edge of a band belonged to the band below"},
    {"Basic,11.999999999999998,5,3,7,0.5,50,yearly", "Basic,12,5,3,7,0.5,50,yearly",
     "the tenure had 15 digits, as spreadsheets compare"},
    {"Basic,8,5,3,3,0.5,50,yearly", "Basic,8,5,3,2.5,0.5,50,yearly",
     "nps, on the edge of a step, had the points of the step below"},
    {"Basic,8,5,3,6.9999999999999991,0.5,50,yearly", "Basic,8,5,3,7,0.5,50,yearly",
     "the value of nps were rounded to a whole number"},
    {"Basic,8,5,3,7,0.62,50,yearly", "Basic,8,5,3,7,1,50,yearly",
     "the value of seats were rounded to a whole number"},
    {"Basic,8,5,3,7,0.62,50,yearly", "Basic,8,5,3,7,0,50,yearly",
     "the value of seats lost its decimals"},
    {"Basic,8,5,3,7,0.5,30,yearly", "Basic,8,5,3,7,0.5,70,yearly", "use were turned round"},
    {"Basic,8,5,3,,0.5,50,yearly", "Basic,8,5,3,,0.5,50,", "an account without nps had no score"},
    {"Basic,8,5,3,7,0.5,50,", "Basic,8,5,3,7,0.5,50,monthly", "contract, missing, had 0 points"},
    {"Basic,8,5,3,7,0.5,50,", "Basic,8,5,3,7,0.5,50,multi-year",
     "contract, missing, had 100 points"},
};

START_TEST(what_their_scorer_misread_is_found)
{
    struct desk desk;
    char data[300], theirs[300], said[200];
    snprintf(data, sizeof data, HEADER "a,2025-03-31,%s\n", misread[_i].row);
    snprintf(theirs, sizeof theirs, HEADER "a,2025-03-31,%s\n", misread[_i].read_as);
    snprintf(said, sizeof said, "would agree if %s", misread[_i].said);
    char *scores = scores_of(theirs, false);
    verify(&desk, data, scores, nothing);
    ck_assert_int_eq(desk.run.status, 1);
    ck_says(desk.run.out, said);
    desk_clear(&desk);
    free(scores);
}
END_TEST

/* The score moves by (points / ln 2) u_j ds / 100, and 1/P - 1 is e^-logit. */
static struct assay_score moved(struct assay_score score, size_t j, double ds, double term)
{
    double log_odds =
        log(score.probability / (1 - score.probability)) - model.slope[j] * ds / 100 + term;
    double line = log(model.at_risk_probability / (1 - model.at_risk_probability));
    score.score = 50 + model.spec.points_to_halve_odds / log(2) * (line - log_odds);
    score.probability = 1 / (1 + exp(-log_odds));
    score.composite += model.weight[j] * ds;
    score.zone = assay_zone_of_score(&model, score.score);
    return score;
}

/* Theirs is put down by hand; 1e-7 allows for the logarithm of a printed probability. */
static void check_said(const char *row, struct assay_score theirs, const char *said)
{
    struct desk desk;
    char data[300], scores[300];
    snprintf(data, sizeof data, HEADER "%s\n", row);
    snprintf(scores, sizeof scores, "id,composite,score,probability,zone\na,%.17g,%.17g,%.17g,%s\n",
             theirs.composite, theirs.score, theirs.probability,
             model.spec.zones[theirs.zone].name);
    verify(&desk, data, scores, (const char *const[]){"--tolerance", "1e-7", NULL});
    ck_assert_int_eq(desk.run.status, 1);
    ck_says(desk.run.out, said);
    desk_clear(&desk);
}

START_TEST(what_they_compute_otherwise_is_found)
{
    const char *plain = "a,2025-03-31,Basic,8,5,3,7,0.5,50,yearly";
    struct assay_score score = score_of(plain), theirs = score;
    /* seats: range from 0.1 to 0.9; 1.1 is 125 when nothing stops it at 100 */
    check_said("a,2025-03-31,Basic,8,5,3,7,1.1,50,yearly",
               moved(score_of("a,2025-03-31,Basic,8,5,3,7,1.1,50,yearly"), 3, 25, 0),
               "would agree if seats were not clamped");
    /* nps: an indicator's neutral 50 without its term */
    check_said(
        "a,2025-03-31,Basic,8,5,3,,0.5,50,yearly",
        moved(score_of("a,2025-03-31,Basic,8,5,3,,0.5,50,yearly"), 2, 0, -model.missing_term[2]),
        "would agree if nps, missing, had 50 points");
    theirs.score = score.score / 100;
    check_said(plain, theirs, "would agree if the score were divided by 100");
    theirs.score = 100 - score.score;
    check_said(plain, theirs, "would agree if the score were 100 less itself");
    theirs = score;
    theirs.probability = 1 - score.probability;
    check_said(plain, theirs, "would agree if the probability were that of no event");
    theirs.probability = 100 * score.probability;
    check_said(plain, theirs, "would agree if the probability were in percent");
    theirs = score;
    theirs.score = floor(score.score * 10 + 0.5) / 10;
    check_said(plain, theirs, "would agree if figures were rounded to 1 decimal (--rounded 1)");
}
END_TEST

START_TEST(what_nothing_explains_is_not_explained)
{
    struct desk desk;
    verify(&desk, TWO, "id,score\na,12.345678\nb,87.654321\n", nothing);
    ck_assert_int_eq(desk.run.status, 1);
    ck_silent(desk.run.out, "would agree if");
    ck_silent(desk.run.out, "What they have in common");
    desk_clear(&desk);
}
END_TEST

/* Accounts that differ in more than their nps. */
static void put_account(struct assay_text *csv, int i, const char *nps)
{
    assay_text_printf(csv, "%d,2025-03-31,Team,30,%d,1,%s,0.4,%d,monthly\n", i, i % 37, nps,
                      i % 89);
}

/* Every second account has no nps, and there they take 0. */
START_TEST(what_all_disagreements_share_is_said_once)
{
    struct desk desk;
    struct assay_text data = {0}, read_as = {0};
    assay_text_puts(&data, HEADER);
    assay_text_puts(&read_as, HEADER);
    for (int i = 0; i < 600; i++) {
        put_account(&data, i, i % 2 ? "" : "8");
        put_account(&read_as, i, i % 2 ? "0" : "8");
    }
    char *scores = scores_of(read_as.data, false);
    verify(&desk, data.data, scores, (const char *const[]){"--show", "2", NULL});
    ck_assert_int_eq(desk.run.status, 1);
    ck_says(desk.run.out, "\n300 of 600 snapshots agree, 300 do not.\n");
    ck_says(desk.run.out, "\n  all 300 would agree if nps, missing, were taken for the value 0\n");
    ck_says(desk.run.out, "\n  all 300 have nps missing; of the 300 that agree 0 have\n");
    ck_says(desk.run.out, "\n  1 of 2025-03-31\n");
    ck_says(desk.run.out, "\n  3 of 2025-03-31\n");
    ck_silent(desk.run.out, "\n  5 of 2025-03-31\n");
    desk_clear(&desk);
    free(scores);
    assay_text_clear(&data);
    assay_text_clear(&read_as);
}
END_TEST

/* More disagreements than are searched with everything: the cause is counted in all of them. */
START_TEST(a_cause_is_counted_beyond_what_is_searched)
{
    struct desk desk;
    struct assay_text data = {0}, read_as = {0};
    assay_text_puts(&data, HEADER);
    assay_text_puts(&read_as, HEADER);
    for (int i = 0; i < ASSAY_CAUSES_SEARCHED + 300; i++) {
        put_account(&data, i, "");
        put_account(&read_as, i, "0");
    }
    char *scores = scores_of(read_as.data, false);
    verify(&desk, data.data, scores, nothing);
    ck_says(desk.run.out, "\n  all 812 would agree if nps, missing, were taken for the value 0\n");
    desk_clear(&desk);
    free(scores);
    assay_text_clear(&data);
    assay_text_clear(&read_as);
}
END_TEST

START_TEST(their_points_show_the_signal_where_they_part)
{
    struct desk desk;
    struct assay_score score = score_of("a,2025-03-31,Basic,8,5,3,7,0.5,50,yearly");
    char scores[300];
    snprintf(scores, sizeof scores, "id,score,logins,seats,points:use\na,%.17g,,%s,0\n",
             score.score + 1, _i == 0 ? "50" : "50.5");
    verify(&desk, HEADER "a,2025-03-31,Basic,8,5,3,7,0.5,50,yearly\n", scores, nothing);
    ck_assert_int_eq(desk.run.status, 1);
    if (_i == 0)
        ck_silent(desk.run.out, "parts at");
    else
        ck_says(desk.run.out, "    parts at seats: ours 50, theirs 50.5\n");
    desk_clear(&desk);
}
END_TEST

/* Their column "seats" holds the raw value: it differs although the scores agree. */
START_TEST(a_column_that_is_no_normalised_signal_is_told)
{
    struct desk desk;
    struct assay_score score = score_of("a,2025-03-31,Basic,8,5,3,7,0.5,50,yearly");
    char scores[300];
    snprintf(scores, sizeof scores, "id,score,seats\na,%.17g,0.5\nb,1,0.4\n", score.score);
    verify(&desk, TWO, scores, nothing);
    ck_says(desk.run.out, "their seats differs from ours in 1 snapshots that agree");
    desk_clear(&desk);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_unchecked_fixture(tc, make_model, drop_model);
    tcase_add_loop_test(tc, what_their_scorer_misread_is_found, 0, COUNT(misread));
    tcase_add_test(tc, what_they_compute_otherwise_is_found);
    tcase_add_test(tc, what_nothing_explains_is_not_explained);
    tcase_add_test(tc, what_all_disagreements_share_is_said_once);
    tcase_add_test(tc, a_cause_is_counted_beyond_what_is_searched);
    tcase_add_loop_test(tc, their_points_show_the_signal_where_they_part, 0, 2);
    tcase_add_test(tc, a_column_that_is_no_normalised_signal_is_told);
}

ASSAY_SUITE("score/verify_causes", add_tests)
