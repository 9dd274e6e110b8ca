/* The command on temporary files. Another scorer's mistakes are made with "assay score" itself, on rows that
 * were changed as that scorer would misread them, or by hand from the formulas. */
#include "score/verify_scores.h"

#include "core/base/json.h"
#include "score/score.h"
#include "score/verify_run.h"
#include "tests/calibrate/lab.h"
#include "tests/support/command.h"

#define HEADER "id,as_of,plan,months,logins,tickets,nps,seats,use,contract\n"
#define TWO                                                                                        \
    HEADER "a,2025-03-31,Basic,8,5,3,7,0.5,50,yearly\n"                                            \
           "b,2025-03-31,Team,30,40,1,2,0.4,20,monthly\n"

/* ---- files ---- */

enum { PATH = sizeof "/tmp/assay-verify-XXXXXX" };

static char model_path[] = "/tmp/assay-verify-model-XXXXXX";
static struct assay_model model;

static void make_model(void)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_text text = {0}, csv = made_up_csv(&(struct made_up){.seed = 21, .n_row = 400});
    ck_assay_ok(lab_read(&lab, ALL_POLICIES, csv.data, &err));
    ck_assay_ok(lab_model(&lab, &err));
    ck_assay_ok(assay_model_write(&lab.model, &text, &err));
    lab_write_file(model_path, text.data, text.length);
    ck_assay_ok(assay_model_read(model_path, &model, &err));
    assay_text_clear(&text);
    assay_text_clear(&csv);
    lab_clear(&lab);
}

static void drop_model(void)
{
    unlink(model_path);
    assay_model_clear(&model);
}

struct desk {
    char data[PATH], scores[PATH], output[PATH];
    struct test_run run;
};

static void put_file(char path[PATH], const char *text)
{
    memcpy(path, "/tmp/assay-verify-XXXXXX", PATH);
    lab_write_file(path, text, strlen(text));
}

/* Runs the command on a model; more: further arguments, ending with NULL. */
static void verify(struct desk *desk, const char *data, const char *scores,
                   const char *const more[])
{
    char *argv[24] = {"verify-scores", model_path, "--data", desk->data, "--scores", desk->scores};
    put_file(desk->data, data);
    put_file(desk->scores, scores);
    put_file(desk->output, "");
    for (size_t n = 6, k = 0; more[k] != NULL; k++)
        argv[n++] = strcmp(more[k], "OUTPUT") == 0 ? desk->output : (char *)more[k];
    desk->run = test_command(assay_verify_scores_main, argv);
}

static void desk_clear(struct desk *desk)
{
    unlink(desk->data);
    unlink(desk->scores);
    unlink(desk->output);
    test_run_clear(&desk->run);
}

static const char *const nothing[] = {NULL};

/* What "assay score" says of these rows; the caller frees it. */
static char *scores_of(const char *data, bool explain)
{
    char path[PATH];
    put_file(path, data);
    char *argv[] = {"score", model_path, "--data", path, explain ? "--explain" : NULL, NULL};
    struct test_run run = test_command(assay_score_main, argv);
    ck_assert_msg(run.status == 0, "%s", run.err);
    char *out = strdup(run.out);
    unlink(path);
    test_run_clear(&run);
    return out;
}

/* Figures of the one account of a table. */
static struct assay_score score_of(const char *row)
{
    struct assay_score score = {0};
    char text[512], zone[32] = "";
    snprintf(text, sizeof text, HEADER "%s\n", row);
    char *scores = scores_of(text, false), *line = strchr(scores, '\n') + 1;
    for (int comma = 0; comma < 2; line++)
        comma += *line == ',';
    ck_assert_int_eq(sscanf(line, "%lf,%lf,%lf,%31[^,]", &score.composite, &score.score,
                            &score.probability, zone),
                     4);
    while (strcmp(model.spec.zones[score.zone].name, zone) != 0)
        score.zone++;
    free(scores);
    return score;
}

static void ck_says(const char *said, const char *what)
{
    ck_assert_msg(strstr(said, what) != NULL, "\"%s\" is not in:\n%s", what, said);
}

static void ck_silent(const char *said, const char *what)
{
    ck_assert_msg(strstr(said, what) == NULL, "\"%s\" is in:\n%s", what, said);
}

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

/* ---- what would explain it ---- */

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
    tcase_add_loop_test(tc, what_their_scorer_misread_is_found, 0, COUNT(misread));
    tcase_add_test(tc, what_they_compute_otherwise_is_found);
    tcase_add_test(tc, what_nothing_explains_is_not_explained);
    tcase_add_test(tc, what_all_disagreements_share_is_said_once);
    tcase_add_test(tc, a_cause_is_counted_beyond_what_is_searched);
    tcase_add_loop_test(tc, their_points_show_the_signal_where_they_part, 0, 2);
    tcase_add_test(tc, a_column_that_is_no_normalised_signal_is_told);
    tcase_add_test(tc, json_has_the_same_findings);
    tcase_add_test(tc, every_disagreement_can_be_written);
    tcase_add_loop_test(tc, bad_scores_are_refused_with_their_place, 0, COUNT(bad));
    tcase_add_loop_test(tc, a_file_that_is_not_named_is_asked_for, 0, 3);
    tcase_add_test(tc, every_allocation_may_fail);
}

ASSAY_SUITE("score/verify_scores", add_tests)
