#include "calibrate/init/profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calibrate/init/column_name.h"
#include "calibrate/init/draft_format.h"
#include "calibrate/init/evidence.h"
#include "calibrate/init/overlap.h"
#include "core/base/file.h"
#include "tests/support/suite.h"

static const struct assay_profile_options quiet = {.quiet = true};

/* Reads text from a file called t.csv, from where it stands, so that messages have no folder. */
static enum assay_status read_text(const char *text, const char *outcome,
                                   struct assay_profile *profile, struct assay_error *err)
{
    char folder[] = "/tmp/assay-profile-XXXXXX", here[4096];
    ck_assert_ptr_nonnull(getcwd(here, sizeof here));
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    struct assay_wanted_column wanted = {outcome, "outcome"};
    ck_assert_int_eq(assay_file_write("t.csv", text, strlen(text), err), ASSAY_OK);
    enum assay_status status = assay_profile_read("t.csv", &quiet, &wanted, 1, profile, err);
    unlink("t.csv");
    ck_assert_int_eq(chdir(here), 0);
    rmdir(folder);
    return status;
}

/* ---- profile ---- */

START_TEST(columns_are_told_by_what_every_value_can_be)
{
    static const char text[] = "id,n,flag,word,day,mixed,none,x\n"
                               "a,3,1,Yes,2026-01-31,4,,1.0\n"
                               "b,1,0,no,2025-12-31,n/a,NA,1\n"
                               "c,,1,YES,2026-03-01,five,null,\n"
                               "a,2,0,,2026-02-28,6,,2.5\n";
    static const enum assay_column_kind kinds[] = {
        ASSAY_KIND_TEXT, ASSAY_KIND_NUMBER, ASSAY_KIND_NUMBER, ASSAY_KIND_FLAG,
        ASSAY_KIND_DATE, ASSAY_KIND_TEXT,   ASSAY_KIND_EMPTY,  ASSAY_KIND_NUMBER};
    static const size_t missing[] = {0, 1, 0, 1, 0, 1, 4, 1};
    static const size_t distinct[] = {3, 3, 2, 3, 4, 3, 0, 3};
    struct assay_profile profile = {0};
    struct assay_error err = {0};
    ck_assay_ok(read_text(text, "flag", &profile, &err));
    ck_assert_uint_eq(profile.table.n_column, 8);
    ck_assert_uint_eq(profile.table.n_row, 4);
    for (size_t k = 0; k < 8; k++) {
        ck_assert_int_eq(profile.columns[k].kind, kinds[k]);
        ck_assert_uint_eq(profile.columns[k].n_missing, missing[k]);
        ck_assert_uint_eq(profile.columns[k].n_distinct, distinct[k]);
        ck_assert_uint_eq(profile.columns[k].field, k + 1);
    }
    ck_assert(assay_column_is_flag(&profile.columns[2]));
    ck_assert(assay_column_is_flag(&profile.columns[3]));
    ck_assert(!assay_column_is_flag(&profile.columns[1]));
    ck_assert(!assay_column_is_flag(&profile.columns[6]));
    ck_assert_uint_eq(profile.columns[5].n_number, 2);
    ck_assert_uint_eq(profile.columns[7].n_level, 2); /* 1.0 and 1 are one number */
    ck_assert(!profile.columns[7].whole);
    char day[ASSAY_DATE_SIZE];
    ck_assert_str_eq(assay_date_print(profile.columns[4].first_date, day), "2025-12-31");
    ck_assert_str_eq(assay_date_print(profile.columns[4].last_date, day), "2026-03-01");
    assay_profile_clear(&profile);
}
END_TEST

/* Of 1..n, each i times, the type-1 quantile is the smallest k with k (k + 1) / 2 >= p N. */
START_TEST(quantiles_are_the_nearest_ranks)
{
    enum { HIGHEST = 20, N = HIGHEST * (HIGHEST + 1) / 2 };
    struct assay_text text = {0};
    struct assay_profile profile = {0};
    struct assay_error err = {0};
    assay_text_puts(&text, "v\n");
    for (int k = HIGHEST; k >= 1; k--)
        for (int times = 0; times < k; times++)
            assay_text_printf(&text, "%d\n", k);
    ck_assay_ok(read_text(text.data, "v", &profile, &err));
    const struct assay_column_profile *p = &profile.columns[0];
    const double share[] = {0.01, 0.25, 0.5, 0.75, 0.99};
    const double got[] = {p->percentile_1, p->quartile_1, p->median, p->quartile_3,
                          p->percentile_99};
    for (size_t q = 0; q < COUNT(share); q++) {
        int k = 1;
        while (k * (k + 1) / 2 < share[q] * N)
            k++;
        ck_assert_double_eq(got[q], k);
    }
    ck_assert_double_eq(p->min, 1);
    ck_assert_double_eq(p->max, HIGHEST);
    ck_assert_uint_eq(p->n_level, HIGHEST);
    ck_assert(p->whole);
    assay_text_clear(&text);
    assay_profile_clear(&profile);
}
END_TEST

START_TEST(values_come_back_by_row)
{
    struct assay_profile profile = {0};
    struct assay_error err = {0};
    double number[3];
    int32_t day[3];
    int8_t flag[3];
    ck_assay_ok(read_text("n,d,f\n2,2026-01-02,y\nx,,\n-1.5,soon,False\n", "f", &profile, &err));
    ck_assay_ok(assay_profile_numbers(&profile, 0, number, &err));
    ck_assay_ok(assay_profile_dates(&profile, 1, day, &err));
    ck_assay_ok(assay_profile_flags(&profile, 2, flag, &err));
    ck_assert_double_eq(number[0], 2);
    ck_assert(isnan(number[1]));
    ck_assert_double_eq(number[2], -1.5);
    int32_t expected;
    ck_assert(assay_date_parse("2026-01-02", 10, &expected));
    ck_assert_int_eq(day[0], expected);
    ck_assert_int_eq(day[1], ASSAY_NO_DATE);
    ck_assert_int_eq(day[2], ASSAY_NO_DATE);
    ck_assert_int_eq(flag[0], 1);
    ck_assert_int_eq(flag[1], ASSAY_NO_FLAG);
    ck_assert_int_eq(flag[2], 0);
    assay_profile_clear(&profile);
}
END_TEST

START_TEST(names_that_are_shared_or_empty_are_passed_over)
{
    struct assay_profile profile = {0};
    struct assay_error err = {0};
    ck_assay_ok(read_text("a,x,,b,x,y,y\n1,2,3,4,5,6,7\n", "a", &profile, &err));
    ck_assert_uint_eq(profile.table.n_column, 2);
    ck_assert_uint_eq(profile.n_header, 7);
    ck_assert_uint_eq(profile.columns[1].field, 4);
    ck_assert_uint_eq(profile.n_unnamed, 1);
    ck_assert_uint_eq(profile.n_repeated, 2);
    ck_assert_str_eq(profile.repeated.data, "\"x\", \"y\"");
    assay_profile_clear(&profile);
}
END_TEST

START_TEST(bad_rows_are_left_out_and_said)
{
    struct assay_profile profile = {0};
    struct assay_error err = {0};
    ck_assay_ok(read_text("a;b\n1;2\n3\n", "a", &profile, &err));
    ck_assert_uint_eq(profile.table.n_row, 1);
    ck_assert_uint_eq(profile.n_bad, 1);
    ck_assert_str_eq(profile.complaints.data,
                     "t.csv: fields are separated by \";\", as the header line suggests\n"
                     "t.csv:3: row has 1 field; the header has 2\n"
                     "t.csv: 1 bad row left out; mend them, or calibrate with --max-rejects=1\n");
    assay_profile_clear(&profile);
}
END_TEST

static const struct {
    const char *text, *message, *hint;
} bad[] = {
    {"id,churned\na,1\n", "t.csv: no column \"churnd\"; expected it as the outcome",
     "Did you mean \"churned\"?"},
    {"churnd,churnd\n1,1\n",
     "t.csv:1: fields 1 and 2 are both called \"churnd\"; expected one such column as the outcome",
     ""},
    {"churnd\n", "t.csv: no rows that can be read; expected snapshots below the header line", ""},
};
START_TEST(a_file_without_the_outcome_is_refused)
{
    struct assay_profile profile = {0};
    struct assay_error err = {0};
    ck_assert_int_eq(read_text(bad[_i].text, "churnd", &profile, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_str_eq(err.hint, bad[_i].hint);
    ck_assert_ptr_null(profile.columns);
}
END_TEST

/* ---- names ---- */

START_TEST(names_come_apart_into_words)
{
    static const struct {
        const char *name, *words;
    } cases[] = {
        {"days_since_login", "_days_since_login_"}, {"DaysSinceLogin", "_days_since_login_"},
        {"customerID", "_customer_id_"},            {"NPSScore", "_nps_score_"},
        {"  Days - since login ", "_days_since_login_"}, {"logins30d", "_logins30d_"},
        {"ARR ($)", "_arr_"},                       {"", "_"},
        {"über Maß", "_über_maß_"},
    };
    char words[ASSAY_NAME_WORDS_SIZE];
    for (size_t k = 0; k < COUNT(cases); k++)
        ck_assert_str_eq(assay_name_words(cases[k].name, words), cases[k].words);
    char endless[4 * ASSAY_NAME_WORDS_SIZE];
    memset(endless, 'a', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    ck_assert_uint_lt(strlen(assay_name_words(endless, words)), ASSAY_NAME_WORDS_SIZE);
}
END_TEST

START_TEST(names_suggest_roles)
{
    static const struct {
        const char *name;
        enum assay_name_role role;
        bool fits;
    } cases[] = {
        {"AccountId", ASSAY_NAMED_ID, true},        {"account", ASSAY_NAMED_ID, true},
        {"account_manager", ASSAY_NAMED_ID, false}, {"snapshot_date", ASSAY_NAMED_AS_OF, true},
        {"date_of_birth", ASSAY_NAMED_AS_OF, false}, {"ARR", ASSAY_NAMED_VALUE, true},
        {"array_size", ASSAY_NAMED_VALUE, false},   {"revenue_growth_pct", ASSAY_NAMED_VALUE, false},
        {"Plan Name", ASSAY_NAMED_PLAN, true},      {"planned_calls", ASSAY_NAMED_PLAN, false},
        {"tenure_months", ASSAY_NAMED_TENURE, true}, {"days_since_signup", ASSAY_NAMED_TENURE, true},
        {"days_since_login", ASSAY_NAMED_TENURE, false}, {"usage", ASSAY_NAMED_TENURE, false},
        {"csm_name", ASSAY_NAMED_OWNER, true},      {"playbook_id", ASSAY_NAMED_INTERVENTION, true},
        {"CSM Sentiment", ASSAY_NAMED_OWNER, false}, {"csm_nps", ASSAY_NAMED_OWNER, false},
        {"nps_by_csm", ASSAY_NAMED_OWNER, false},   {"csm_engagement", ASSAY_NAMED_OWNER, false},
        {"engagement_manager", ASSAY_NAMED_OWNER, true}, {"call_owner", ASSAY_NAMED_OWNER, true},
        {"churnReason", ASSAY_NAMED_LEAK, true},    {"tickets_closed", ASSAY_NAMED_LEAK, false},
        {"Unnamed: 0", ASSAY_NAMED_ROW, true},      {"rows_exported", ASSAY_NAMED_ROW, false},
    };
    char words[ASSAY_NAME_WORDS_SIZE];
    for (size_t k = 0; k < COUNT(cases); k++) {
        bool fits = assay_name_rank(assay_name_words(cases[k].name, words), cases[k].role) !=
                    ASSAY_NOT_NAMED;
        ck_assert_msg(fits == cases[k].fits, "%s", cases[k].name);
    }
}
END_TEST

START_TEST(names_suggest_dimension_and_direction)
{
    static const struct {
        const char *name, *dimension, *keyword;
        enum assay_better better;
    } cases[] = {
        {"open_tickets", "support", "ticket", ASSAY_LOWER},
        {"nps", "sentiment", "nps", ASSAY_HIGHER},
        {"DaysPastDue", "financial", "past_due", ASSAY_LOWER},
        {"logins_30d", "product", "login", ASSAY_HIGHER},
        {"days_since_last_login", "product", "days_since", ASSAY_LOWER},
        {"weight", "product", NULL, ASSAY_HIGHER},
    };
    char words[ASSAY_NAME_WORDS_SIZE], keyword[ASSAY_KEYWORD_SIZE];
    for (size_t k = 0; k < COUNT(cases); k++) {
        enum assay_better better = ASSAY_HIGHER;
        assay_name_words(cases[k].name, words);
        ck_assert_str_eq(assay_name_dimension(words), cases[k].dimension);
        ck_assert_int_eq(assay_name_better(words, &better, keyword), cases[k].keyword != NULL);
        ck_assert_int_eq(better, cases[k].better);
        if (cases[k].keyword != NULL)
            ck_assert_str_eq(keyword, cases[k].keyword);
    }
    ck_assert_int_eq(assay_name_unit("_tenure_months_"), 'm');
    ck_assert_int_eq(assay_name_unit("_tenure_"), '\0');
}
END_TEST

/* ---- evidence ---- */

/* By the definition: pairs of an event and another row, ties counting one half. */
START_TEST(auc_and_presence_are_what_counting_gives)
{
    const double value[] = {1, 2, 3, 5, 4, 5, 6, 2.5, NAN, NAN};
    const unsigned char outcome[] = {0, 0, 0, 0, 1, 1, 1, 1, 1, 0};
    double pairs = 0;
    for (size_t a = 0; a < 8; a++)
        for (size_t b = 0; b < 8; b++)
            if (outcome[a] == 1 && outcome[b] == 0)
                pairs += value[a] > value[b] ? 1 : value[a] == value[b] ? 0.5 : 0;
    struct assay_evidence e;
    struct assay_error err = {0};
    ck_assay_ok(assay_evidence_measure(value, outcome, 10, &e, &err));
    ck_assert_uint_eq(e.n, 10);
    ck_assert_uint_eq(e.n_present, 8);
    test_close("auc", e.auc, pairs / 16, 1e-15, 1);
    ck_assert(e.z > 0);
    ck_assert_double_eq(e.presence_auc, 0.5); /* one of five is missing on either side */
    ck_assert_double_eq(e.missing_p_value, 1);
    ck_assert(!e.missing_weighable);
    test_close("strength", assay_evidence_strength(&e), (pairs / 16 - 0.5) * 0.8, 1e-15, 1);
}
END_TEST

START_TEST(a_column_filled_in_with_the_outcome_is_seen_by_its_gaps)
{
    double value[40];
    unsigned char outcome[40];
    struct assay_evidence e;
    struct assay_error err = {0};
    for (size_t i = 0; i < 40; i++) {
        outcome[i] = i % 4 == 0;
        value[i] = outcome[i] ? (double)i : NAN;
    }
    ck_assay_ok(assay_evidence_measure(value, outcome, 40, &e, &err));
    ck_assert_double_eq(e.presence_auc, 1);
    ck_assert_double_eq(e.auc, 0.5); /* no two to compare */
    ck_assert_double_eq(e.z, 0);
}
END_TEST

/* With two groups the chi-square is the square of a normal, so that its tail is erfc(sqrt(x / 2)). */
START_TEST(chi_square_of_two_rates)
{
    const size_t counts[] = {50, 0, 50}, events[] = {10, 0, 30};
    double chi2 = 100.0 * 1000 * 1000 / (50.0 * 50 * 40 * 60);
    test_close("p", assay_rates_p_value(counts, events, 3), erfc(sqrt(chi2 / 2)), 1e-12, 0);
    ck_assert_double_eq(assay_rates_p_value(counts, events, 2), 1);
}
END_TEST

START_TEST(points_spread_as_retention_does)
{
    /* Overall retention 0.6; drawn towards it: 926/1010, 406/1010, 606/1010 -> spread 0.515. */
    const size_t counts[] = {1000, 1000, 1000}, events[] = {80, 600, 520};
    double points[3];
    assay_points_from_rates(counts, events, 3, points);
    ck_assert_double_eq(points[0], 100);
    ck_assert_double_eq(points[1], 0);
    ck_assert_double_eq(points[2], 15); /* 100 (486 - 406) / 520 = 15.4 */
    const size_t even[] = {5, 5};
    const size_t same[] = {2, 2};
    assay_points_from_rates(even, same, 2, points);
    ck_assert_double_eq(points[0], 50);
    ck_assert_double_eq(points[1], 50);
}
END_TEST

START_TEST(categories_want_two_levels_with_both_outcomes)
{
    enum { N = 60 };
    double flag[N], rare[N];
    unsigned char outcome[N];
    for (size_t i = 0; i < N; i++) {
        outcome[i] = i >= 40;
        flag[i] = i % 2 == 0;
        rare[i] = i < 45 && i >= 36; /* four without the event, five with it */
    }
    ck_assert(assay_is_weighable(flag, outcome, N));
    ck_assert(!assay_is_weighable(rare, outcome, N));
}
END_TEST

/* A congruential generator (Knuth's MMIX constants), uniform in (0, 1). */
static double draw(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return ((double)(*state >> 11) + 0.5) / 9007199254740992.0;
}

/* Whether the rows that are kept part by one value, ties at it allowed. */
static bool parts(const double value[], const unsigned char outcome[], size_t n, unsigned kept)
{
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    for (size_t i = 0; i < n; i++) {
        if (isnan(value[i]) || (kept >> i & 1) == 0)
            continue;
        low[outcome[i]] = fmin(low[outcome[i]], value[i]);
        high[outcome[i]] = fmax(high[outcome[i]], value[i]);
    }
    return high[0] <= low[1] || high[1] <= low[0];
}

/* By trying every set of rows that may be left out. */
START_TEST(a_border_leaves_out_as_few_rows_as_can_be)
{
    enum { N = 9 };
    uint64_t state = (uint64_t)_i + 1;
    double value[N];
    unsigned char outcome[N];
    size_t fewest = N, with[2] = {0};
    for (size_t i = 0; i < N; i++) {
        value[i] = draw(&state) < 0.1 ? NAN : floor(5 * draw(&state));
        outcome[i] = draw(&state) < 0.4;
        with[outcome[i]] += isnan(value[i]) ? 0 : 1;
    }
    for (unsigned kept = 0; kept < 1u << N; kept++) {
        size_t n_left = 0;
        for (size_t i = 0; i < N; i++)
            n_left += (kept >> i & 1) == 0;
        if (n_left < fewest && parts(value, outcome, N, kept))
            fewest = n_left;
    }
    struct assay_border border;
    struct assay_error err = {0};
    ck_assay_ok(assay_border_find(value, outcome, N, &border, &err));
    ck_assert_uint_eq(border.n_row, fewest);
    ck_assert_int_eq(isnan(border.at), with[0] == 0 || with[1] == 0);
}
END_TEST

/* ---- numbers and dates as people write them ---- */

static const struct {
    const char *text;
    char decimal;
    const char *plain; /* NULL: no number */
} written[] = {
    {"\xe2\x82\xac 4.850,27", ',', "4850.27"}, {"$12,345.00", '.', "12345.00"},
    {"45%", '.', "45"},                        {"0,3", ',', "0.3"},
    {"0,3", '.', NULL},                        {"0,345", '.', NULL},
    {"12,345", '.', "12345"},                  {"12,345", ',', "12.345"},
    {"12,345.00", ',', NULL},                  {"1 234 567", '.', "1234567"},
    {"1\xc2\xa0" "234,5", ',', "1234.5"},      {"4'850.27", '.', "4850.27"},
    {"(1,234.50)", '.', "-1234.50"},           {"-$5.00", '.', "-5.00"},
    {"$-5.00", '.', "-5.00"},                  {"100-", '.', "-100"},
    {"1,234,567 EUR", '.', "1234567"},         {"1,234.567,8", '.', NULL},
    {"1,2345", '.', NULL},                     {"1,23,456", '.', NULL},
    {"1,234'567", '.', NULL},                  {"(5", '.', NULL},
    {"5)", '.', NULL},                         {"12 apples", '.', NULL},
    {"10.0.0.1", '.', NULL},                   {"1-10", '.', NULL},
    {"", '.', NULL},                           {"$", '.', NULL},
    {"5.", '.', NULL},                         {"05.07.2025", ',', NULL},
    {"12345678901234567890123456789012345678901234567890", '.', NULL},
};
START_TEST(numbers_are_read_as_people_write_them)
{
    char plain[ASSAY_PLAIN_SIZE] = "untouched";
    bool read = assay_number_in_plain(written[_i].text, written[_i].decimal, plain);
    ck_assert_msg(read == (written[_i].plain != NULL), "%s", written[_i].text);
    ck_assert_str_eq(plain, read ? written[_i].plain : "untouched");
}
END_TEST

static const struct {
    const char *text;
    bool day_first;
    const char *plain;
} dated[] = {
    {"05.07.2025", false, "2025-07-05"},   {"5.7.25", true, "2025-07-05"},
    {"7/5/2025", false, "2025-07-05"},     {"7/5/2025", true, "2025-05-07"},
    {"31/12/2025", true, "2025-12-31"},    {"31/12/2025", false, NULL},
    {"2025/07/05", true, "2025-07-05"},    {"05-07-2025 10:30", true, "2025-07-05"},
    {"29.02.2025", true, NULL},            {"7/5-2025", false, NULL},
    {"7/5", false, NULL},                  {"1.2.3", true, NULL},
    {"7/5/20255", false, NULL},            {"5.7.2025 approx", true, NULL},
    {"", true, NULL},                      {"007/5/2025", false, NULL},
};
START_TEST(dates_are_read_as_people_write_them)
{
    char plain[ASSAY_PLAIN_SIZE] = "untouched";
    bool read = assay_date_in_plain(dated[_i].text, dated[_i].day_first, plain);
    ck_assert_msg(read == (dated[_i].plain != NULL), "%s", dated[_i].text);
    ck_assert_str_eq(plain, read ? dated[_i].plain : "untouched");
}
END_TEST

START_TEST(marks_stand_for_empty_cells)
{
    static const char *const marks[] = {"-", "--", " None ", "#N/A", "n.a.", "\xe2\x80\x93", " "};
    static const char *const words[] = {"none of these", "-5", "ok", "no"};
    for (size_t k = 0; k < COUNT(marks); k++)
        ck_assert_msg(assay_is_mark(marks[k]), "%s", marks[k]);
    for (size_t k = 0; k < COUNT(words); k++)
        ck_assert_msg(!assay_is_mark(words[k]), "%s", words[k]);
}
END_TEST

/* ---- overlap ---- */

enum { ROWS = 500 };

static enum assay_overlap_verdict take(struct assay_overlap *overlap, const double value[],
                                       const int32_t codes[], bool categorical,
                                       struct assay_overlap_finding *finding)
{
    struct assay_error err = {0};
    struct assay_overlap_column column = {value, codes, categorical};
    ck_assay_ok(assay_overlap_take(overlap, &column, finding, &err));
    return finding->verdict;
}

START_TEST(overlap_sees_copies_sums_and_monotone_maps)
{
    static double a[ROWS], b[ROWS], x[ROWS];
    static size_t rows[ROWS];
    uint64_t state = (uint64_t)_i + 1;
    for (size_t i = 0; i < ROWS; i++) {
        rows[i] = i;
        a[i] = draw(&state);
        b[i] = i % 50 == 0 ? NAN : 10 * draw(&state);
    }
    struct assay_overlap *overlap = assay_overlap_new(rows, ROWS, true);
    struct assay_overlap_finding found;
    ck_assert_int_eq(take(overlap, a, NULL, false, &found), ASSAY_OVERLAP_NONE);
    ck_assert_int_eq(take(overlap, b, NULL, false, &found), ASSAY_OVERLAP_NONE);
    for (size_t i = 0; i < ROWS; i++)
        x[i] = 7 - 3 * a[i];
    ck_assert_int_eq(take(overlap, x, NULL, false, &found), ASSAY_OVERLAP_COPY);
    ck_assert_uint_eq(found.of, 0);
    test_close("r", found.r, -1, 1e-12, 1);
    for (size_t i = 0; i < ROWS; i++)
        x[i] = exp(20 * a[i]); /* hardly correlated, but of the same ranks */
    ck_assert_int_eq(take(overlap, x, NULL, false, &found), ASSAY_OVERLAP_COPY);
    for (size_t i = 0; i < ROWS; i++)
        x[i] = isnan(b[i]) ? NAN : 20 * a[i] + b[i];
    ck_assert_int_eq(take(overlap, x, NULL, false, &found), ASSAY_OVERLAP_NONE); /* a's at the gaps */
    for (size_t i = 0; i < ROWS; i++)
        x[i] = 4;
    ck_assert_int_eq(take(overlap, x, NULL, false, &found), ASSAY_OVERLAP_CONSTANT);
    assay_overlap_free(overlap);
}
END_TEST

START_TEST(overlap_sees_exact_sums)
{
    static double part[4][ROWS], sum[ROWS];
    static size_t rows[ROWS];
    uint64_t state = (uint64_t)_i + 100;
    struct assay_overlap_finding found;
    for (size_t i = 0; i < ROWS; i++) {
        rows[i] = i;
        sum[i] = 0;
        for (size_t k = 0; k < 4; k++)
            sum[i] += part[k][i] = draw(&state) < 0.4;
    }
    struct assay_overlap *overlap = assay_overlap_new(rows, ROWS, true);
    ck_assert_int_eq(take(overlap, sum, NULL, false, &found), ASSAY_OVERLAP_NONE);
    for (size_t k = 0; k < 3; k++)
        ck_assert_int_eq(take(overlap, part[k], NULL, false, &found), ASSAY_OVERLAP_NONE);
    ck_assert_int_eq(take(overlap, part[3], NULL, false, &found), ASSAY_OVERLAP_COMBINATION);
    test_close("R", found.r, 1, 1e-12, 1);
    assay_overlap_free(overlap);
}
END_TEST

START_TEST(overlap_sees_what_categories_decide)
{
    static double points[ROWS], flag[ROWS], other[ROWS];
    static int32_t category[ROWS], flag_code[ROWS], other_code[ROWS];
    static size_t rows[ROWS];
    uint64_t state = 5;
    for (size_t i = 0; i < ROWS; i++) {
        rows[i] = i;
        category[i] = (int32_t)(4 * draw(&state));
        points[i] = (double[]){0, 85, 95, 100}[category[i]];
        flag_code[i] = category[i] == 1 || category[i] == 3;
        flag[i] = flag_code[i];
        other_code[i] = draw(&state) < 0.5;
        other[i] = other_code[i];
    }
    struct assay_overlap *overlap = assay_overlap_new(rows, ROWS, true);
    struct assay_overlap_finding found;
    ck_assert_int_eq(take(overlap, points, category, true, &found), ASSAY_OVERLAP_NONE);
    ck_assert_int_eq(take(overlap, flag, flag_code, false, &found), ASSAY_OVERLAP_DECIDED);
    ck_assert_int_eq(take(overlap, other, other_code, false, &found), ASSAY_OVERLAP_NONE);
    assay_overlap_free(overlap);
    overlap = assay_overlap_new(rows, ROWS, true);
    ck_assert_int_eq(take(overlap, flag, flag_code, false, &found), ASSAY_OVERLAP_NONE);
    ck_assert_int_eq(take(overlap, points, category, true, &found), ASSAY_OVERLAP_DECIDES);
    assay_overlap_free(overlap);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, columns_are_told_by_what_every_value_can_be);
    tcase_add_test(tc, quantiles_are_the_nearest_ranks);
    tcase_add_test(tc, values_come_back_by_row);
    tcase_add_test(tc, names_that_are_shared_or_empty_are_passed_over);
    tcase_add_test(tc, bad_rows_are_left_out_and_said);
    tcase_add_loop_test(tc, a_file_without_the_outcome_is_refused, 0, COUNT(bad));
    tcase_add_test(tc, names_come_apart_into_words);
    tcase_add_test(tc, names_suggest_roles);
    tcase_add_test(tc, names_suggest_dimension_and_direction);
    tcase_add_test(tc, auc_and_presence_are_what_counting_gives);
    tcase_add_test(tc, a_column_filled_in_with_the_outcome_is_seen_by_its_gaps);
    tcase_add_test(tc, chi_square_of_two_rates);
    tcase_add_test(tc, points_spread_as_retention_does);
    tcase_add_test(tc, categories_want_two_levels_with_both_outcomes);
    tcase_add_loop_test(tc, a_border_leaves_out_as_few_rows_as_can_be, 0, 200);
    tcase_add_loop_test(tc, numbers_are_read_as_people_write_them, 0, COUNT(written));
    tcase_add_loop_test(tc, dates_are_read_as_people_write_them, 0, COUNT(dated));
    tcase_add_test(tc, marks_stand_for_empty_cells);
    tcase_add_loop_test(tc, overlap_sees_copies_sums_and_monotone_maps, 0, 10);
    tcase_add_loop_test(tc, overlap_sees_exact_sums, 0, 10);
    tcase_add_test(tc, overlap_sees_what_categories_decide);
}

ASSAY_SUITE("calibrate/profile", add_tests)
