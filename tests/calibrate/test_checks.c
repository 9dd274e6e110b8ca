/* Leaks and dead sources: named where they are, and not where they are not. */
#include "calibrate/evidence/checks.h"

#include "core/metric/roc.h"
#include "tests/calibrate/lab.h"

/* ---- a history to look at ---- */

enum flaw {
    CLEAN,
    PERFECT,    /* "logins" knows the outcome */
    NEARLY,     /* ... but for one snapshot in fifty */
    FLAGGED,    /* "tickets" has a value of its own for half of those who left */
    LATE,       /* "nps" was taken after the snapshot from those who left */
    MISSING,    /* "nps" is missing twice as often from those who leave */
    SPARSE,     /* "use" is empty from the third last date on */
    CONSTANT,   /* "use" is 50 from then on */
    SETTLED,    /* "contract" is "yearly" from then on */
    FROZEN      /* "use" stays as it was */
};

enum { DATES = 6, QUIET_FROM = 3 };

struct history {
    enum flaw flaw;
    uint64_t seed;
    size_t n_account;
};

static const char *const dates[DATES] = {"2024-03-31", "2024-06-30", "2024-09-30",
                                         "2024-12-31", "2025-03-31", "2025-06-30"};

/* What an account keeps: whether it answers surveys, and how likely it is to leave. */
struct nature {
    double risk;
    bool silent;
    double use; /* on the latest date */
};

static void put_contract(const struct history *how, size_t date, struct test_random *random,
                         struct assay_text *csv)
{
    static const char *const contracts[] = {"monthly", "yearly", "multi-year"};
    const char *contract = contracts[test_below(random, 3)];
    assay_text_printf(csv, ",%s",
                      how->flaw == SETTLED && date >= QUIET_FROM ? "yearly" : contract);
}

static void put_use(const struct history *how, size_t date, struct nature *nature,
                    struct test_random *random, struct assay_text *csv)
{
    double now = (double)test_below(random, 101);
    if (date < QUIET_FROM || how->flaw != FROZEN)
        nature->use = how->flaw == CONSTANT && date >= QUIET_FROM ? 50 : now;
    if (how->flaw == SPARSE && date >= QUIET_FROM)
        assay_text_puts(csv, ",");
    else
        assay_text_printf(csv, ",%g", nature->use);
}

static void put_snapshot(const struct history *how, size_t account, size_t date,
                         struct nature *nature, struct test_random *random, struct assay_text *csv)
{
    double logins = test_uniform(random);
    bool churned = test_uniform(random) < nature->risk * (1.5 - logins);
    bool missing = nature->silent ? test_uniform(random) < 0.8 : test_uniform(random) < 0.1;
    size_t tickets = test_uniform(random) < 0.8 ? 0 : test_below(random, 9);
    double slip = test_uniform(random), mark = test_uniform(random);
    if (how->flaw == PERFECT || how->flaw == NEARLY)
        logins = (churned != (how->flaw == NEARLY && slip < 0.02) ? 0 : 0.5) + logins / 2.1;
    if (how->flaw == FLAGGED && churned && mark < 0.5)
        tickets = 20;
    if (how->flaw == MISSING)
        missing = mark < (churned ? 0.6 : 0.3);
    assay_text_printf(csv, "A%zu,%s,%d,%.4f,%zu", account, dates[date], churned, logins, tickets);
    if (missing)
        assay_text_puts(csv, ",,");
    else
        assay_text_printf(csv, ",%zu,%s", test_below(random, 11),
                          how->flaw == LATE && churned && mark < 0.5 ? "2025-12-31" : dates[date]);
    put_use(how, date, nature, random, csv);
    put_contract(how, date, random, csv);
    assay_text_putc(csv, '\n');
}

static struct assay_text make_csv(const struct history *how)
{
    struct test_random random = {how->seed * 1000003 + how->n_account};
    struct assay_text csv = {0};
    assay_text_puts(&csv, "id,as_of,churned,logins,tickets,nps,nps_on,use,contract\n");
    for (size_t a = 0; a < how->n_account; a++) {
        struct nature nature = {.risk = 0.05 + 0.2 * test_uniform(&random),
                                .silent = test_uniform(&random) < 0.3};
        for (size_t d = 0; d < DATES; d++)
            put_snapshot(how, a, d, &nature, &random, &csv);
    }
    ck_assert(!csv.failed);
    return csv;
}

#define SIGNALS(nps_missing) \
    SPEC_HEAD "\"as_of\": \"as_of\", \"signals\": [" \
    SIGNAL("logins", "logins", "higher", "") "," \
    SIGNAL("tickets", "tickets", "lower", "") "," \
    SIGNAL("nps", "nps", "higher", ", \"recorded\": \"nps_on\"" MISSING(nps_missing)) "," \
    SIGNAL("use", "use", "higher", METHOD("\"none\"")) "," \
    SIGNAL("contract", "contract", "higher", BY_CATEGORY) "]}"

static const struct assay_window whole = {ASSAY_NO_DATE, ASSAY_NO_DATE};

static void look(struct lab *lab, const char *spec, struct history how,
                 struct assay_findings *findings)
{
    struct assay_error err = {0};
    struct assay_text csv = make_csv(&how);
    ck_assay_ok(lab_read(lab, spec, csv.data, &err));
    ck_assay_ok(assay_findings_look(&lab->history, whole, findings, &err));
    assay_text_clear(&csv);
}

/* Everything that is said, a line each. */
static struct assay_text sentences(const char *spec, struct history how)
{
    struct lab lab = {0};
    struct assay_findings findings = {0};
    struct assay_text text = {0};
    look(&lab, spec, how, &findings);
    for (size_t k = 0; k < findings.n; k++) {
        assay_finding_say(&findings.items[k], &lab.history, &text);
        assay_text_putc(&text, '\n');
    }
    assay_text_puts(&text, "");
    assay_findings_clear(&findings);
    lab_clear(&lab);
    return text;
}

/* ---- what is said ---- */

static const struct {
    enum flaw flaw;
    const char *spec, *says;
} flaws[] = {
    {CLEAN, SIGNALS("neutral"), ""},
    {PERFECT, SIGNALS("neutral"),
     "signal \"logins\" alone separates the outcomes: all 266 events of the 1800 snapshots "
     "with a value lie on one side; a signal this good is often recorded after the event\n"},
    {NEARLY, SIGNALS("neutral"),
     "signal \"logins\" alone tells the outcomes apart with an AUC of 0.990 [0.982, 0.994]; a "
     "signal this good is often recorded after the event\n"},
    {FLAGGED, SIGNALS("neutral"),
     "signal \"tickets\": all 136 snapshots at 20 or more have the event, 51.1% of all "
     "events; no sign of what is to come is that sure: is it recorded after the event?\n"},
    {LATE, SIGNALS("neutral"),
     "signal \"nps\": 104 of 1264 values were recorded after the date of their snapshot; "
     "100.0% of these snapshots have the event, 7.2% of the others: take values as they stood "
     "on the day\n"},
    {MISSING, SIGNALS("neutral"),
     "signal \"nps\": 26.0% of the 643 snapshots without a value have the event, 8.3% of the "
     "1157 with one (p < 1e-15): being missing says something; \"missing\": \"indicator\" "
     "would give it a term\n"},
    {MISSING, SIGNALS("renormalise"),
     "signal \"nps\": 26.0% of the 643 snapshots without a value have the event, 8.3% of the "
     "1157 with one (p < 1e-15): being missing says something; \"missing\": \"indicator\" "
     "would give it a term\n"},
    {MISSING, SIGNALS("renormalise-dimension"),
     "signal \"nps\": 26.0% of the 643 snapshots without a value have the event, 8.3% of the "
     "1157 with one (p < 1e-15): being missing says something; \"missing\": \"indicator\" "
     "would give it a term\n"},
    {MISSING, SIGNALS("indicator"),
     "signal \"nps\": 26.0% of the 643 snapshots without a value have the event, 8.3% of the "
     "1157 with one (p < 1e-15): being missing says something; its indicator weighs that; "
     "see that values do not go missing because of the event\n"},
    {MISSING, SIGNALS("drop"),
     "signal \"nps\": 26.0% of the 643 snapshots without a value have the event, 8.3% of the "
     "1157 with one (p < 1e-15): being missing says something; \"missing\": \"drop\" leaves "
     "these snapshots out, \"indicator\" would give them a term\n"},
    {SPARSE, SIGNALS("neutral"),
     "signal \"use\" is empty in all 900 snapshots since 2024-12-31; before, 100.0% had a "
     "value: is its source still fed?\n"},
    {CONSTANT, SIGNALS("neutral"),
     "signal \"use\" is 50 in all 900 snapshots with a value since 2024-12-31; before, 98.1% "
     "had another: is its source still fed?\n"},
    {SETTLED, SIGNALS("neutral"),
     "signal \"contract\" is \"yearly\" in all 900 snapshots with a value since 2024-12-31; "
     "before, 66.4% had another: is its source still fed?\n"},
    {FROZEN, SIGNALS("neutral"),
     "signal \"use\" has changed in none of 300 accounts since 2024-12-31; before, 99.2% of "
     "its values differed from the account's last: is its source still fed?\n"},
};

START_TEST(each_flaw_is_named_and_nothing_else)
{
    struct assay_text said =
        sentences(flaws[_i].spec, (struct history){flaws[_i].flaw, 1, 300});
    ck_assert_str_eq(said.data != NULL ? said.data : "", flaws[_i].says);
    assay_text_clear(&said);
}
END_TEST

/* ---- who is accused in vain ---- */

/* Levels of 1% and 0.1% over all signals: 5.5 of 500 on average. Silence is an account's nature here,
 * and so is its risk; a test that took snapshots as independent would accuse more. */
START_TEST(clean_histories_are_hardly_ever_accused)
{
    enum { SEEDS = 500 };
    size_t accused = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct assay_text said =
            sentences(SIGNALS("neutral"), (struct history){CLEAN, seed, 300});
        accused += said.length > 0;
        assay_text_clear(&said);
    }
    printf("clean histories accused: %zu of %d\n", accused, (int)SEEDS);
    ck_assert_uint_le(accused, SEEDS * 2 / 100);
}
END_TEST

START_TEST(every_flaw_is_found_on_every_seed)
{
    for (size_t k = 1; k < COUNT(flaws); k++) {
        struct assay_text said =
            sentences(flaws[k].spec, (struct history){flaws[k].flaw, (uint64_t)_i, 300});
        ck_assert_msg(said.length > 0, "flaw %d, seed %d", (int)flaws[k].flaw, _i);
        assay_text_clear(&said);
    }
}
END_TEST

/* ---- which rows are looked at ---- */

#define DATED_SPEC \
    "{\"name\": \"dated\", \"id\": \"id\", \"as_of\": \"as_of\"," \
    "\"outcome\": {\"date\": \"left\", \"horizon_days\": 90, \"observed_until\": \"2025-03-31\"}," \
    "\"signals\": [" SIGNAL("use", "use", "higher", METHOD("\"none\"")) "]}"

/* The last two dates, on which the feed is dead, have no outcome yet. */
START_TEST(a_source_that_died_lately_shows_before_outcomes_are_known)
{
    struct test_random random = {11};
    struct assay_error err = {0};
    struct assay_text csv = {0}, said = {0};
    struct assay_findings findings = {0};
    struct lab lab = {0};
    assay_text_puts(&csv, "id,as_of,left,use\n");
    for (size_t a = 0; a < 50; a++)
        for (size_t d = 0; d < DATES; d++) {
            assay_text_printf(&csv, "A%zu,%s,%s,", a, dates[d], a % 5 == d ? "2025-01-15" : "");
            if (d < 4)
                assay_text_printf(&csv, "%zu", test_below(&random, 101));
            assay_text_putc(&csv, '\n');
        }
    ck_assay_ok(lab_read(&lab, DATED_SPEC, csv.data, &err));
    ck_assay_ok(assay_findings_look(&lab.history, whole, &findings, &err));
    ck_assert_uint_eq(findings.n, 1);
    assay_finding_say(&findings.items[0], &lab.history, &said);
    ck_assert_str_eq(said.data, "signal \"use\" is empty in all 90 snapshots since 2025-03-31; before, "
                                "100.0% had a value: is its source still fed?");
    assay_findings_clear(&findings);
    const struct assay_window until = {ASSAY_NO_DATE, lab.history.to};
    ck_assay_ok(assay_findings_look(&lab.history, until, &findings, &err));
    ck_assert_uint_eq(findings.n, 0);
    assay_findings_clear(&findings);
    assay_text_clear(&said);
    assay_text_clear(&csv);
    lab_clear(&lab);
}
END_TEST

/* Accounts have one snapshot each: the clustered error is then DeLong's but for the divisors, which
 * allow for 1,000 accounts where his allow for 40 events and 960 others. */
START_TEST(the_interval_of_an_alarming_auc_is_delongs_on_the_logit_scale)
{
    struct lab lab = {0};
    struct assay_findings findings = {0};
    struct assay_error err = {0};
    struct assay_text csv = {0};
    struct assay_auc auc;
    struct test_random random = {5};
    enum { N = 1000, EVENTS = 40 };
    double *value = malloc(N * sizeof *value);
    unsigned char outcome[N];
    ck_assert_ptr_nonnull(value);
    assay_text_puts(&csv, "id,churned,logins\n");
    for (size_t i = 0; i < N; i++) {
        outcome[i] = i < EVENTS;
        value[i] = (double)test_below(&random, 1000) + (outcome[i] ? 0 : 900);
        assay_text_printf(&csv, "A%zu,%d,%g\n", i, outcome[i], value[i]);
    }
    ck_assay_ok(lab_read(&lab, SPEC_HEAD "\"signals\": [" SIGNAL("logins", "logins", "higher", "") "]}",
                         csv.data, &err));
    ck_assay_ok(assay_findings_look(&lab.history, whole, &findings, &err));
    ck_assay_ok(assay_auc_measure(value, outcome, N, ASSAY_HIGHER_IS_HEALTH, &auc, &err));
    ck_assert_uint_eq(findings.n, 1);
    ck_assert_int_eq(findings.items[0].kind, ASSAY_FOUND_ALONE);
    test_close("auc", findings.items[0].auc.value, auc.wald.value, 1e-14, 1);
    double logit = log(auc.wald.value / (1 - auc.wald.value)), low = findings.items[0].auc.low;
    double ratio = (logit - log(low / (1 - low))) /
                   (logit - log(auc.logit.low / (1 - auc.logit.low)));
    ck_assert_msg(ratio > sqrt(1 - 1.0 / EVENTS) && ratio < 1, "ratio of errors %.6f", ratio);
    double high = findings.items[0].auc.high;
    test_close("high", log(high / (1 - high)) - logit, logit - log(low / (1 - low)), 1e-9, 1);
    assay_findings_clear(&findings);
    assay_text_clear(&csv);
    lab_clear(&lab);
    free(value);
}
END_TEST

START_TEST(a_failing_allocation_is_said_and_leaks_nothing)
{
    struct lab lab = {0};
    struct assay_findings findings = {0}, again = {0};
    struct assay_error err = {0};
    look(&lab, SIGNALS("drop"), (struct history){MISSING, 1, 60}, &findings);
    test_fail_allocation(0);
    enum assay_status status = assay_findings_look(&lab.history, whole, &again, &err);
    size_t n = test_allocations();
    ck_assert_int_eq(status, ASSAY_OK);
    assay_findings_clear(&again);
    ck_assert_uint_gt(n, 12);
    for (size_t k = 1; k <= n; k++) {
        test_fail_allocation(k);
        status = assay_findings_look(&lab.history, whole, &again, &err);
        test_fail_allocation(0);
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_ptr_null(again.items);
    }
    assay_findings_clear(&findings);
    lab_clear(&lab);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, each_flaw_is_named_and_nothing_else, 0, COUNT(flaws));
    tcase_add_test(tc, clean_histories_are_hardly_ever_accused);
    tcase_add_loop_test(tc, every_flaw_is_found_on_every_seed, 2, 12);
    tcase_add_test(tc, a_source_that_died_lately_shows_before_outcomes_are_known);
    tcase_add_test(tc, the_interval_of_an_alarming_auc_is_delongs_on_the_logit_scale);
    tcase_add_test(tc, a_failing_allocation_is_said_and_leaks_nothing);
}

ASSAY_SUITE("calibrate/checks", add_tests)
