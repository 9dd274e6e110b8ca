/* Misses and their types, false alarms and the work they make, the errors file. */
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "tests/validate/village.h"
#include "validate/people/people.h"
#include "validate/people/why.h"

#define AVERAGE VILLAGE_SPEC("weighted-average")
static const struct assay_window no_window = {0, 0};

static const struct cJSON *run(struct village *village, const char *rows)
{
    village_open(village, AVERAGE, "", rows, no_window);
    return village_run(village, assay_audit_people);
}

/* Five flagged churners who stand at 20 with every signal: so does the typical one, and who is missed
 * besides does not move the median. */
#define TYPICAL \
    "t1,2026-03-31,20,20,20,20,2026-03-30,1,Ann,EU,,2026-05-01\n" \
    "t2,2026-03-31,20,20,20,20,2026-03-30,1,Ann,EU,,2026-05-01\n" \
    "t3,2026-03-31,20,20,20,20,2026-03-30,1,Ann,EU,,2026-05-01\n" \
    "t4,2026-03-31,20,20,20,20,2026-03-30,1,Ann,EU,,2026-05-01\n" \
    "t5,2026-03-31,20,20,20,20,2026-03-30,1,Ann,EU,,2026-05-01\n" \
    "stay,2026-03-31,80,80,80,80,2026-03-30,1,Ann,EU,,\n"

/* ---- types ---- */

/* Ten accounts with lively logins, so that standing still means something. */
static const char *lively(void)
{
    static char rows[4096];
    size_t length = 0;
    for (int account = 0; account < 10; account++)
        for (int month = 1; month <= 3; month++)
            length += (size_t)snprintf(rows + length, sizeof rows - length,
                                       "v%d,2026-0%d-28,%d,40,40,40,2026-01-01,1,Ann,EU,,\n", account,
                                       month, 10 + account + 3 * month);
    return rows;
}

static const struct type_case {
    const char *rows, *type, *why;
    bool lively;
} types[] = {
    /* 0.4*50 + 0.1*90 + 0.3*60 + 0.2*60 = 59; logins at 20: 47 */
    {"a,2026-03-31,,90,60,60,2026-03-30,9,Ann,EU,,2026-05-01\n", "signal missing",
     "logins was missing (40% of the weight); at the level of the typical churner the score would have "
     "been 47.0, below the line of 50.0", false},
    /* seats alone are worth too little: 0.4*60 + 5 + 0.3*60 + 0.2*60 = 59; 56 */
    {"a,2026-03-31,60,,60,60,2026-03-30,9,Ann,EU,,2026-05-01\n", "looked normal",
     "no warning stood out; the score was 59.0, 9.0 above the line of 50.0", false},
    {"a,2026-03-31,60,,,60,2026-03-30,9,Ann,EU,,2026-05-01\n", "signal missing",
     "seats and tickets were missing (40% of the weight); at the level of the typical churner the score "
     "would have been 44.0, below the line of 50.0", false},
    /* 0.4*50 + 0.1*50 + 0.3*50 + 0.2*80 = 56; nps at 20: 44. 91 days are too many, 90 are not */
    {"a,2026-03-31,50,50,50,80,2025-12-30,9,Ann,EU,,2026-05-01\n", "stale",
     "nps (recorded 91 days before) was out of date (20% of the weight); at the level of the typical "
     "churner the score would have been 44.0, below the line of 50.0", false},
    {"a,2026-03-31,50,50,50,80,2025-12-31,9,Ann,EU,,2026-05-01\n", "looked normal",
     "no warning stood out; the score was 56.0, 6.0 above the line of 50.0", false},
    /* logins the same in three snapshots */
    {"a,2026-01-28,70,50,50,50,2026-01-28,9,Ann,EU,,2026-08-01\n"
     "a,2026-02-28,70,51,50,50,2026-02-28,9,Ann,EU,,2026-08-01\n"
     "a,2026-03-31,70,52,50,50,2026-03-30,9,Ann,EU,,2026-05-01\n", "stale",
     "logins (the same in 3 snapshots) was out of date (40% of the weight); at the level of the typical "
     "churner the score would have been 38.2, below the line of 50.0", true},
    /* in two only */
    {"a,2026-01-28,71,50,50,50,2026-01-28,9,Ann,EU,,2026-08-01\n"
     "a,2026-02-28,70,51,50,50,2026-02-28,9,Ann,EU,,2026-08-01\n"
     "a,2026-03-31,70,52,50,50,2026-03-30,9,Ann,EU,,2026-05-01\n", "looked normal",
     "no warning stood out; the score was 58.2, 8.2 above the line of 50.0", true},
    {"a,2026-03-31,60,60,60,60,2026-03-30,9,Ann,EU,,2026-05-01\n"
     "a,2026-04-10,40,40,40,40,2026-04-10,9,Ann,EU,,2026-05-01\n", "late collapse",
     "flagged later, on 2026-04-10, with a score of 40.0, 21 days before the event", false},
    {"a,2026-02-28,75,75,75,75,2026-02-28,9,Ann,EU,,2026-08-01\n"
     "a,2026-03-31,60,60,60,60,2026-03-30,9,Ann,EU,,2026-05-01\n", "late collapse",
     "the score had fallen by 15.0 points since 2026-02-28, to 60.0, and was not yet below the line of "
     "50.0", false},
    {"a,2026-02-28,74,75,75,75,2026-02-28,9,Ann,EU,,2026-08-01\n"
     "a,2026-03-31,60,60,60,60,2026-03-30,9,Ann,EU,,2026-05-01\n", "looked normal",
     "no warning stood out; the score was 60.0, 10.0 above the line of 50.0", false},
    /* product (0.4*90 + 0.1*80) / 0.5 = 88, support 10: 44 + 3 + 12 = 59 */
    {"a,2026-03-31,90,80,10,60,2026-03-30,9,Ann,EU,,2026-05-01\n", "contradictory",
     "support stood at 10 of 100 and product at 88, and they cancelled out", false},
    {"a,2026-03-31,90,80,25,60,2026-03-30,9,Ann,EU,,2026-05-01\n", "looked normal",
     "no warning stood out; the score was 63.5, 13.5 above the line of 50.0", false},
    /* data first, then facts, then readings */
    {"a,2026-03-31,,90,10,95,2026-03-30,9,Ann,EU,,2026-05-01\n"
     "a,2026-04-10,40,40,40,40,2026-04-10,9,Ann,EU,,2026-05-01\n", "signal missing",
     "logins was missing (40% of the weight); at the level of the typical churner the score would have "
     "been 39.0, below the line of 50.0", false},
    {"a,2026-03-31,90,80,10,60,2026-03-30,9,Ann,EU,,2026-05-01\n"
     "a,2026-04-10,40,40,40,40,2026-04-10,9,Ann,EU,,2026-05-01\n", "late collapse",
     "flagged later, on 2026-04-10, with a score of 40.0, 21 days before the event", false},
};

START_TEST(a_miss_is_put_down_to_the_first_reason_that_holds)
{
    struct village village;
    char rows[8192];
    snprintf(rows, sizeof rows, "%s%s%s", TYPICAL, types[_i].rows, types[_i].lively ? lively() : "");
    const struct cJSON *misses = assay_json_get(run(&village, rows), "misses"), *found = NULL;
    for (const struct cJSON *at = assay_json_first(misses); at != NULL; at = assay_json_next(at))
        if (strcmp(village_text(at, "as_of"), "2026-03-31") == 0)
            found = at;
    ck_assert_ptr_nonnull(found);
    ck_assert_str_eq(village_text(found, "type"), types[_i].type);
    ck_assert_str_eq(village_text(found, "why"), types[_i].why);
    village_close(&village);
}
END_TEST

/* On the log-odds scale a signal of weight w moves the score by 10 / ln 2 * 4 w (s - 50) / 100. */
START_TEST(points_are_points_of_the_score_on_either_scale)
{
    static const char rows[] = TYPICAL "a,2026-03-31,90,50,40,60,2026-03-30,9,Ann,EU,,2026-05-01\n";
    for (size_t k = 0; k < 2; k++) {
        struct village village;
        double factor = k == 0 ? 1.0 : 0.4 / M_LN2;
        village_open(&village, k == 0 ? AVERAGE : VILLAGE_SPEC("log-odds"), "", rows, no_window);
        const struct cJSON *miss =
            village_item(assay_json_get(village_run(&village, assay_audit_people), "misses"), 0);
        const struct cJSON *up = assay_json_get(miss, "looked_healthy"),
                           *down = assay_json_get(miss, "warned");
        ck_assert_uint_eq(assay_json_count(up), 2); /* seats stand at 50 and did nothing */
        ck_assert_uint_eq(assay_json_count(down), 1);
        ck_assert_str_eq(village_text(village_item(up, 0), "signal"), "logins");
        ck_assert_double_eq_tol(village_number(village_item(up, 0), "points"), 16 * factor, 1e-9);
        ck_assert_double_eq_tol(village_number(village_item(up, 1), "points"), 2 * factor, 1e-9);
        ck_assert_double_eq_tol(village_number(village_item(down, 0), "points"), -3 * factor, 1e-9);
        ck_assert_double_eq(village_number(village_item(down, 0), "weight"), 0.3);
        /* they add up to the distance from the line, where everything is neutral */
        ck_assert_double_eq_tol(village_number(miss, "score"), 50 + 15 * factor, 1e-9);
        ck_assert_str_eq(village_text(miss, "zone"), "Green");
        village_close(&village);
    }
}
END_TEST

START_TEST(misses_come_by_value_then_probability_and_accounts_are_worth_what_they_are_once)
{
    struct village village;
    const struct cJSON *root = run(
        &village, TYPICAL
        "a,2026-03-31,70,70,70,70,2026-03-30,500,Ann,EU,,2026-05-01\n"
        "b,2026-03-31,70,70,70,70,2026-03-30,,Ann,EU,,2026-05-01\n"
        "c,2026-03-31,60,60,60,60,2026-03-30,500,Ann,EU,,2026-05-01\n"
        "d,2026-03-31,90,90,90,90,2026-03-30,900,Ann,EU,,2026-05-01\n"
        "d,2026-03-30,90,90,90,90,2026-03-29,800,Ann,EU,,2026-05-01\n");
    static const char *const order[] = {"d", "d", "c", "a", "b"};
    const struct cJSON *summary = assay_json_get(root, "miss_summary");
    for (size_t k = 0; k < COUNT(order); k++)
        ck_assert_str_eq(village_text(village_item(assay_json_get(root, "misses"), k), "account"),
                         order[k]);
    const struct cJSON *first = village_item(assay_json_get(root, "misses"), 0);
    ck_assert_str_eq(village_text(first, "event_date"), "2026-05-01");
    ck_assert_double_eq(village_number(first, "days"), 31);
    ck_assert_double_eq(village_number(first, "line"), 11);
    ck_assert_double_eq(village_number(summary, "n"), 5);
    ck_assert_double_eq(village_number(summary, "listed"), 5);
    ck_assert_double_eq(village_number(summary, "value"), 1900);
    const struct cJSON *normal = village_item(assay_json_get(summary, "types"), ASSAY_MISS_NORMAL);
    ck_assert_str_eq(village_text(normal, "type"), "looked normal");
    ck_assert_double_eq(village_number(normal, "n"), 5);
    ck_assert_double_eq(village_number(normal, "value"), 1900);
    village_close(&village);
}
END_TEST

/* ---- false alarms ---- */

/* b is flagged in January and February (in the window's quarter) and in November, outside it. */
#define ALARMS \
    "a,2026-01-31,20,20,20,20,2026-01-30,10,Ann,EU,,2026-03-01\n" \
    "b,2025-11-30,30,30,30,30,2025-11-30,70,Ann,EU,,\n" \
    "b,2026-01-31,30,30,30,30,2026-01-30,70,Ann,EU,2026-02-03,\n" \
    "b,2026-02-28,40,30,30,30,2026-02-28,80,Bob,EU,,\n" \
    "c,2026-01-31,40,50,30,30,2026-01-30,5,Bob,US,,\n" \
    "c,2026-02-28,60,60,60,60,2026-01-30,5,Bob,US,,\n" \
    "d,2026-05-31,10,10,10,10,2026-05-30,4,,US,,\n" \
    "e,2026-05-31,80,80,80,80,2026-05-30,4,Bob,US,,\n"
static const struct assay_window alarm_window = {20454, 20630}; /* 2026-01-01 .. 2026-06-26 */

START_TEST(false_alarms_count_their_accounts_earlier_ones)
{
    struct village village;
    village_open(&village, AVERAGE, "", ALARMS, alarm_window);
    const struct cJSON *root = village_run(&village, assay_audit_people);
    const struct cJSON *list = assay_json_get(root, "false_alarms");
    static const struct { const char *account, *as_of, *owner; double alarms; int acted; } want[] = {
        {"b", "2026-02-28", "Bob", 3, 0}, {"b", "2026-01-31", "Ann", 2, 1},
        {"c", "2026-01-31", "Bob", 1, 0}, {"d", "2026-05-31", "(null)", 1, 0}};
    ck_assert_uint_eq(assay_json_count(list), COUNT(want));
    for (size_t k = 0; k < COUNT(want); k++) {
        const struct cJSON *at = village_item(list, k);
        ck_assert_str_eq(village_text(at, "account"), want[k].account);
        ck_assert_str_eq(village_text(at, "as_of"), want[k].as_of);
        ck_assert_str_eq(village_text(at, "owner"), want[k].owner);
        ck_assert_double_eq(village_number(at, "alarms"), want[k].alarms);
        ck_assert_int_eq(assay_json_bool(assay_json_get(at, "acted")), want[k].acted);
    }
    const struct cJSON *down = assay_json_get(village_item(list, 2), "pulled_down");
    ck_assert_str_eq(village_text(village_item(down, 0), "signal"), "tickets"); /* -6, then -4 twice */
    ck_assert_str_eq(village_text(village_item(down, 1), "signal"), "logins");
    ck_assert_str_eq(village_text(village_item(down, 2), "signal"), "nps");
    village_close(&village);
}
END_TEST

START_TEST(outreach_is_counted_by_account_and_quarter)
{
    struct village village;
    village_open(&village, AVERAGE, "", ALARMS, alarm_window);
    const struct cJSON *root = village_run(&village, assay_audit_people);
    const struct cJSON *summary = assay_json_get(root, "false_alarm_summary");
    const struct cJSON *owners = assay_json_get(summary, "by_owner");
    /* contacts: a, b and c in the first quarter, d in the second; b is worth 80 */
    ck_assert_double_eq(village_number(summary, "n"), 4);
    ck_assert_double_eq(village_number(summary, "value"), 89);
    ck_assert_double_eq(village_number(summary, "flagged"), 5);
    ck_assert_double_eq(village_number(summary, "contacts"), 4);
    ck_assert_double_eq(village_number(summary, "contacts_in_vain"), 3);
    ck_assert_double_eq(test_number(summary, "contact_cost", "low", NULL), 150);
    ck_assert_double_eq(test_number(summary, "contact_cost", "value", NULL), 300);
    ck_assert_double_eq(test_number(summary, "contact_cost", "high", NULL), 600);
    ck_assert_double_eq(village_number(summary, "periods"), 2);
    ck_assert_double_eq_tol(test_number(summary, "per_week", "value", NULL), 4.0 / 26, 1e-12);
    /* Garwood (1936): 4 events, 1.0899 to 10.2416 */
    const struct cJSON *interval = test_at(summary, "per_week", "interval", NULL);
    ck_assert_double_eq_tol(assay_json_number(village_item(interval, 0)) * 26, 1.0899, 1e-4);
    ck_assert_double_eq_tol(assay_json_number(village_item(interval, 1)) * 26, 10.2416, 1e-4);
    /* Ann: a and b (when first flagged), Bob: c, nobody: d */
    ck_assert_uint_eq(assay_json_count(owners), 3);
    ck_assert_str_eq(village_text(village_item(owners, 0), "owner"), "Ann");
    ck_assert_double_eq(village_number(village_item(owners, 0), "flagged"), 2);
    ck_assert_double_eq(village_number(village_item(owners, 0), "right"), 1);
    ck_assert_double_eq(village_number(village_item(owners, 0), "vain"), 1);
    ck_assert_double_eq_tol(village_number(village_item(owners, 0), "flagged_per_week"), 2.0 / 26, 1e-12);
    ck_assert_double_eq(test_number(village_item(owners, 0), "precision", "value", NULL), 0.5);
    ck_assert_str_eq(village_text(village_item(owners, 1), "owner"), "(null)");
    ck_assert_str_eq(village_text(village_item(owners, 2), "owner"), "Bob");
    /* repeated: b, three alarms */
    ck_assert_double_eq(test_number(summary, "repeated", "accounts", NULL), 1);
    ck_assert_double_eq(test_number(summary, "repeated", "alarms", NULL), 3);
    ck_assert_str_eq(village_text(test_at(summary, "repeated", "most", NULL), "account"), "b");
    /* zones: Red a (20) and d (10), Amber b twice (30, 34) and c (37) */
    const struct cJSON *zones = assay_json_get(summary, "zones");
    ck_assert_uint_eq(assay_json_count(zones), 2);
    ck_assert_str_eq(village_text(village_item(zones, 0), "zone"), "Red");
    ck_assert_double_eq(village_number(village_item(zones, 0), "flagged"), 2);
    ck_assert_double_eq(village_number(village_item(zones, 0), "precision"), 0.5);
    ck_assert_double_eq(village_number(village_item(zones, 1), "flagged"), 3);
    village_close(&village);
}
END_TEST

/* From a thousand contacts on the limits are Byar's: the Poisson probability beyond each is 2.5%, to four
 * digits. */
START_TEST(many_contacts_have_poisson_limits_too)
{
    enum { CONTACTS = 1500 };
    struct village village;
    size_t size = CONTACTS * 64, length = 0;
    char *rows = calloc(size, 1);
    for (int k = 0; k < CONTACTS; k++)
        length += (size_t)snprintf(rows + length, size - length,
                                   "a%d,2026-03-31,20,20,20,20,2026-03-30,1,Ann,EU,,\n", k);
    const struct cJSON *week = test_at(run(&village, rows), "false_alarm_summary", "per_week", NULL);
    const struct cJSON *interval = assay_json_get(week, "interval");
    double low = 13 * assay_json_number(village_item(interval, 0));
    double high = 13 * assay_json_number(village_item(interval, 1));
    ck_assert_double_eq_tol(13 * village_number(week, "value"), CONTACTS, 1e-9);
    ck_assert_double_eq_tol(gsl_cdf_poisson_Q(CONTACTS - 1, low), 0.025, 1e-5);
    ck_assert_double_eq_tol(gsl_cdf_poisson_P(CONTACTS, high), 0.025, 1e-5);
    ck_assert_uint_eq(assay_json_count(assay_json_get(assay_json_root(village.doc), "false_alarms")),
                      ASSAY_LISTED);
    village_close(&village);
    free(rows);
}
END_TEST

/* ---- what nobody knows ---- */

START_TEST(a_bare_score_has_misses_and_false_alarms_without_reasons)
{
    struct village village;
    village_open_bare(&village, "id,score,y", "a,70,1\nb,30,0\nc,20,1\nd,90,0\na,60,1\n");
    const struct cJSON *root = village_run(&village, assay_audit_people);
    const struct cJSON *misses = assay_json_get(root, "misses"), *miss = village_item(misses, 0);
    const struct cJSON *alarm = village_item(assay_json_get(root, "false_alarms"), 0);
    const struct cJSON *summary = assay_json_get(root, "false_alarm_summary");
    ck_assert_double_eq(village_number(miss, "score"), 60); /* the riskier one first */
    static const char *const unknown[] = {"type", "why", "value", "probability", "as_of", "event_date",
                                          "days", "owner"};
    for (size_t k = 0; k < COUNT(unknown); k++)
        ck_assert_msg(assay_json_is_null(assay_json_get(miss, unknown[k])), "%s", unknown[k]);
    ck_assert_uint_eq(assay_json_count(assay_json_get(miss, "looked_healthy")), 0);
    ck_assert_double_eq(test_number(root, "miss_summary", "n", NULL), 2);
    ck_assert_double_eq(test_number(root, "miss_summary", "typed", NULL), 0);
    ck_assert(assay_json_is_null(assay_json_get(alarm, "acted")));
    ck_assert(assay_json_is_null(assay_json_get(summary, "per_week")));
    ck_assert(assay_json_is_null(assay_json_get(summary, "contact_cost")));
    ck_assert_double_eq(village_number(summary, "periods"), 0);
    ck_assert_uint_eq(assay_json_count(assay_json_get(summary, "by_owner")), 0);
    village_close(&village);
}
END_TEST

START_TEST(no_misses_and_no_false_alarms_make_empty_lists)
{
    struct village village;
    const struct cJSON *root = run(&village, TYPICAL);
    ck_assert_uint_eq(assay_json_count(assay_json_get(root, "misses")), 0);
    ck_assert_uint_eq(assay_json_count(assay_json_get(root, "false_alarms")), 0);
    ck_assert_double_eq(test_number(root, "miss_summary", "n", NULL), 0);
    ck_assert_double_eq(test_number(root, "miss_summary", "value", NULL), 0);
    ck_assert_uint_eq(village.out.advice.n, 0);
    village_close(&village);
}
END_TEST

START_TEST(frequent_types_and_repeated_alarms_become_advice)
{
    struct village village;
    const struct cJSON *root = run(
        &village, TYPICAL "a,2026-03-31,,90,60,60,2026-03-30,9,Ann,EU,,2026-05-01\n"
                          "b,2026-03-31,,90,60,60,2026-03-30,9,Ann,EU,,2026-05-01\n"
                          "c,2026-03-31,,90,60,60,2026-03-30,9,Ann,EU,,2026-05-01\n"
                          "d,2026-03-31,60,60,60,60,2026-03-30,9,Ann,EU,,2026-05-01\n");
    ck_assert_double_eq(test_number(root, "miss_summary", "n", NULL), 4);
    ck_assert_uint_eq(village.out.advice.n, 1);
    ck_assert_str_eq(village.out.advice.line[0].text,
                     "Fill in the signals that are missing: 3 of 4 missed churners would have been "
                     "flagged with them at the level of the typical churner");
    village_close(&village);
}
END_TEST

/* ---- the errors file ---- */

START_TEST(the_errors_file_has_every_miss_and_false_alarm_and_no_formula)
{
    struct village village;
    village_open(&village, AVERAGE, "",
                 TYPICAL "\"=cmd|'/c calc'!A1\",2026-03-31,90,80,25,60,2026-03-30,9.5,-Ann,@EU,,"
                         "2026-05-01\n"
                         "\"x, \"\"y\"\"\",2026-03-31,10,80,25,60,2026-03-30,-3.5,+Bob,"
                         "\"a;=1+1\",2026-04-02,\n",
                 no_window);
    village.out.want_errors = true;
    village_run(&village, assay_audit_people);
    ck_assert_str_eq(
        village.out.errors.data,
        "kind,account,as_of,score,probability,zone,value,owner,region,type,why,signal_1,points_1,"
        "signal_2,points_2,signal_3,points_3,event_date,acted_on\n"
        "miss,'=cmd|'/c calc'!A1,2026-03-31,63.5,0.3682,Green,9.5,'-Ann,'@EU,looked normal,\"no warning "
        "stood out; the score was 63.5, 13.5 above the line of 50.0\",logins,16.0,seats,3.0,nps,2.0,"
        "2026-05-01,\n"
        "false alarm,\"x, \"\"y\"\"\",2026-03-31,31.5,0.6770,Amber,-3.5,'+Bob,a;'=1+1,acted on,alarm 1 "
        "of this account; pulled down most by logins (-16.0 points) and tickets (-7.5 points),logins,"
        "-16.0,tickets,-7.5,,,,2026-04-02\n");
    village_close(&village);
}
END_TEST

/* A column may run from 0 to 1, where one decimal would say nothing. */
START_TEST(a_bare_score_stands_in_the_errors_file_as_it_was_given)
{
    struct village village;
    village_open_bare(&village, "id,score,y", "a,70.125,1\nb,0.034,0\n");
    village.out.want_errors = true;
    village_run(&village, assay_audit_people);
    ck_assert_ptr_nonnull(strstr(village.out.errors.data, "\nmiss,a,,70.125,,"));
    ck_assert_ptr_nonnull(strstr(village.out.errors.data, "\nfalse alarm,b,,0.034,,"));
    village_close(&village);
}
END_TEST

START_TEST(the_errors_file_is_written_only_when_it_is_wanted)
{
    struct village village;
    village_open(&village, AVERAGE, "", ALARMS, alarm_window);
    village_run(&village, assay_audit_people);
    ck_assert_uint_eq(village.out.errors.length, 0);
    village_close(&village);
}
END_TEST

/* ---- invariance, memory ---- */

/* Rows in another order: the same file. Values differ, so that there are no ties. */
START_TEST(the_order_of_the_rows_does_not_matter)
{
    static const char forward[] =
        "a,2026-01-31,60,60,60,60,2026-01-30,10,Ann,EU,,2026-03-01\n"
        "b,2026-01-31,30,30,30,30,2026-01-30,70,Bob,EU,,\n"
        "b,2026-02-28,40,30,30,30,2026-02-28,80,Bob,EU,,\n"
        "c,2026-01-31,80,10,70,,2026-01-30,30,Ann,EU,,2026-03-01\n";
    static const char backward[] =
        "c,2026-01-31,80,10,70,,2026-01-30,30,Ann,EU,,2026-03-01\n"
        "b,2026-02-28,40,30,30,30,2026-02-28,80,Bob,EU,,\n"
        "b,2026-01-31,30,30,30,30,2026-01-30,70,Bob,EU,,\n"
        "a,2026-01-31,60,60,60,60,2026-01-30,10,Ann,EU,,2026-03-01\n";
    struct village one, two;
    village_open(&one, AVERAGE, "", forward, no_window);
    village_open(&two, AVERAGE, "", backward, no_window);
    one.out.want_errors = two.out.want_errors = true;
    village_run(&one, assay_audit_people);
    village_run(&two, assay_audit_people);
    ck_assert_str_eq(one.out.errors.data, two.out.errors.data);
    village_close(&one);
    village_close(&two);
}
END_TEST

START_TEST(every_failed_allocation_is_reported)
{
    struct village village;
    struct assay_error err = {0};
    village_open(&village, AVERAGE, "", ALARMS, alarm_window);
    size_t failures = 0;
    for (size_t nth = 1;; nth++) {
        struct assay_audit_output out = {.want_errors = true};
        assay_json_open(&out.json, NULL, '{');
        test_fail_allocation(nth);
        enum assay_status status = assay_audit_people(&village.reading.input, &out, &err);
        test_fail_allocation(0);
        bool failed = status != ASSAY_OK || out.json.out.failed;
        assay_text_clear(&out.json.out);
        assay_text_clear(&out.errors);
        if (!failed)
            break;
        ck_assert(status == ASSAY_OK || status == ASSAY_ENOMEM);
        failures++;
    }
    ck_assert_uint_ge(failures, 30);
    village_close(&village);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, a_miss_is_put_down_to_the_first_reason_that_holds, 0, COUNT(types));
    tcase_add_test(tc, points_are_points_of_the_score_on_either_scale);
    tcase_add_test(tc, misses_come_by_value_then_probability_and_accounts_are_worth_what_they_are_once);
    tcase_add_test(tc, false_alarms_count_their_accounts_earlier_ones);
    tcase_add_test(tc, outreach_is_counted_by_account_and_quarter);
    tcase_add_test(tc, many_contacts_have_poisson_limits_too);
    tcase_add_test(tc, a_bare_score_has_misses_and_false_alarms_without_reasons);
    tcase_add_test(tc, no_misses_and_no_false_alarms_make_empty_lists);
    tcase_add_test(tc, frequent_types_and_repeated_alarms_become_advice);
    tcase_add_test(tc, the_errors_file_has_every_miss_and_false_alarm_and_no_formula);
    tcase_add_test(tc, a_bare_score_stands_in_the_errors_file_as_it_was_given);
    tcase_add_test(tc, the_errors_file_is_written_only_when_it_is_wanted);
    tcase_add_test(tc, the_order_of_the_rows_does_not_matter);
    tcase_add_test(tc, every_failed_allocation_is_reported);
}

ASSAY_SUITE("validate/people", add_tests)
