#include "tests/calibrate/drafting.h"

/* ---- roles and signals ---- */

START_TEST(roles_come_from_names_and_values)
{
    struct drafted d = {0};
    draft_world((uint64_t)_i + 1, NULL, 0, &d);
    ck_assert_str_eq(d.spec.name, "t");
    ck_assert_str_eq(d.spec.id, "account_id");
    ck_assert_ptr_null(d.spec.as_of);
    ck_assert_str_eq(d.spec.value, "arr");
    ck_assert_str_eq(d.spec.outcome.column, "churned");
    ck_assert_str_eq(d.spec.cohort.plan, "plan");
    ck_assert_str_eq(d.spec.cohort.tenure, "tenure_months");
    ck_assert_uint_eq(d.spec.cohort.n_band, 3);
    for (size_t k = 0; k < 3; k++) /* quartiles of 0..47: an edge may fall one step away */
        ck_assert_double_le(fabs(d.spec.cohort.bands[k] - 12 * (double)(k + 1)), 6);
    ck_assert_uint_eq(d.spec.n_segment, 1);
    ck_assert_str_eq(d.spec.segments[0], "region");
    clear(&d);
}
END_TEST

START_TEST(directions_come_from_the_outcome)
{
    struct drafted d = {0};
    draft_world((uint64_t)_i + 1, NULL, 0, &d);
    const struct assay_signal_spec *logins = signal_named(&d.spec, "logins_30d");
    const struct assay_signal_spec *tickets = signal_named(&d.spec, "open_tickets");
    const struct assay_signal_spec *nps = signal_named(&d.spec, "nps");
    const struct assay_signal_spec *onboarded = signal_named(&d.spec, "onboarded");
    ck_assert(logins != NULL && tickets != NULL && nps != NULL && onboarded != NULL);
    ck_assert_int_eq(logins->better, ASSAY_HIGHER);
    ck_assert_int_eq(logins->normalise.method, ASSAY_PERCENTILE);
    ck_assert_int_eq(tickets->better, ASSAY_LOWER);
    ck_assert_str_eq(tickets->dimension, "support");
    ck_assert_str_eq(nps->dimension, "sentiment");
    ck_assert_int_eq(nps->missing, ASSAY_INDICATOR);
    ck_assert_int_eq(onboarded->normalise.method, ASSAY_STEPS);
    ck_assert_uint_eq(onboarded->normalise.n_step, 2);
    for (size_t k = 0; k < 2; k++)
        ck_assert_double_eq(onboarded->normalise.steps[k].points,
                            strcmp(onboarded->normalise.steps[k].category, "yes") == 0 ? 100 : 0);
    clear(&d);
}
END_TEST

START_TEST(categories_whose_rates_differ_become_steps_and_the_data_overrule_names)
{
    static const struct extra extras[] = {{"health_class", put_segmented},
                                          {"industry", put_segmented},
                                          {"usage_minutes", put_flipped},
                                          {"invoices", put_noise}};
    struct drafted d = {0};
    draft_world(11, extras, COUNT(extras), &d);
    const struct assay_signal_spec *class = signal_named(&d.spec, "health_class");
    ck_assert_ptr_nonnull(class);
    ck_assert_int_eq(class->normalise.method, ASSAY_STEPS);
    ck_assert_uint_eq(class->normalise.n_step, 3);
    for (size_t k = 0; k < 3; k++) {
        const struct assay_step *step = &class->normalise.steps[k];
        if (strcmp(step->category, "gold") == 0)
            ck_assert_double_eq(step->points, 100);
        if (strcmp(step->category, "lead") == 0)
            ck_assert_double_eq(step->points, 0);
        ck_assert_double_eq(fmod(step->points, 5), 0);
    }
    ck_assert_ptr_null(signal_named(&d.spec, "industry")); /* says who they are: audited instead */
    ck_assert_uint_eq(d.spec.n_segment, 2);
    ck_assert_int_eq(signal_named(&d.spec, "usage_minutes")->better, ASSAY_LOWER);
    ck_assert_ptr_nonnull(strstr(d.text.data, "against what \"usage\" in its name suggests"));
    ck_assert_int_eq(signal_named(&d.spec, "invoices")->better, ASSAY_LOWER);
    ck_assert_ptr_nonnull(
        strstr(d.text.data, "not clear: lower is better by its name (\"invoice\")"));
    clear(&d);
}
END_TEST

/* ---- what is left out ---- */

START_TEST(columns_that_cannot_be_signals_are_left_out_with_the_reason)
{
    struct drafted d = {0};
    draft_world(3, &outs[_i].extra, 1, &d);
    const char *name = outs[_i].extra.header;
    const struct assay_left_out *left = left_named(&d, name);
    ck_assert_msg(left != NULL, "%s was not left out", name);
    ck_assert_int_eq(left->reason, outs[_i].reason);
    ck_assert_msg(strncmp(left->note, outs[_i].note, strlen(outs[_i].note)) == 0, "%s", left->note);
    ck_assert_ptr_null(signal_named(&d.spec, name));
    ck_assert_ptr_nonnull(strstr(d.text.data, name)); /* and said */
    clear(&d);
}
END_TEST

START_TEST(copies_and_products_are_left_out)
{
    static const struct extra extras[] = {{"minutes", put_noise},
                                          {"seconds", put_twice},
                                          {"per_day", put_rate},
                                          {"total", put_product}};
    struct drafted d = {0};
    draft_world(21, extras, COUNT(extras), &d);
    ck_assert_ptr_nonnull(signal_named(&d.spec, "per_day"));
    const struct assay_left_out *total = left_named(&d, "total");
    ck_assert_ptr_nonnull(total);
    ck_assert_ptr_nonnull(strstr(total->note, "as good as a product or ratio of other signals"));
    ck_assert((signal_named(&d.spec, "minutes") == NULL) !=
              (signal_named(&d.spec, "seconds") == NULL));
    clear(&d);
}
END_TEST

START_TEST(signals_with_the_same_gaps_have_one_indicator)
{
    struct assay_text csv = {0};
    struct drafted d = {0};
    uint64_t state = 8;
    assay_text_puts(&csv, "account_id,nps,csat,churned\n");
    for (int i = 0; i < 400; i++) {
        int churned = draw(&state) < 0.3;
        assay_text_printf(&csv, "A%d,", i);
        if (draw(&state) < (churned ? 0.3 : 0.8))
            assay_text_printf(&csv, "%d,%.4f", (int)(11 * draw(&state)), draw(&state));
        else
            assay_text_puts(&csv, ",");
        assay_text_printf(&csv, ",%d\n", churned);
    }
    draft_text(csv.data, &by_flag, &d);
    size_t n_indicator = 0;
    ck_assert_uint_eq(d.spec.n_signal, 2);
    for (size_t j = 0; j < 2; j++)
        n_indicator += d.spec.signals[j].missing == ASSAY_INDICATOR;
    ck_assert_uint_eq(n_indicator, 1);
    ck_assert_ptr_nonnull(strstr(d.text.data, "where another signal that is in already tells it"));
    assay_text_clear(&csv);
    clear(&d);
}
END_TEST

/* 50 events carry 10 signals. */
START_TEST(few_events_carry_few_signals)
{
    enum { N = 500, N_EVENT = 50, WIDE = 30 };
    struct assay_text csv = {0};
    struct drafted d = {0};
    uint64_t state = 77;
    assay_text_puts(&csv, "id,churned");
    for (int k = 0; k < WIDE; k++)
        assay_text_printf(&csv, ",x%d", k);
    for (int i = 0; i < N; i++) {
        assay_text_printf(&csv, "\nA%d,%d", i, i < N_EVENT);
        for (int k = 0; k < WIDE; k++)
            assay_text_printf(&csv, ",%.5f", draw(&state));
    }
    draft_text(csv.data, &by_flag, &d);
    ck_assert_uint_eq(d.spec.n_signal, N_EVENT / ASSAY_EVENTS_PER_SIGNAL);
    ck_assert_uint_eq(d.draft.n_left, WIDE - N_EVENT / ASSAY_EVENTS_PER_SIGNAL);
    double weakest = 1, strongest_left = 0;
    for (size_t j = 0; j < d.draft.n_signal; j++)
        weakest = fmin(weakest, assay_evidence_strength(&d.draft.signals[j].evidence));
    for (size_t k = 0; k < d.draft.n_left; k++) {
        double value[N];
        unsigned char outcome[N];
        struct assay_evidence evidence;
        struct assay_error err = {0};
        ck_assay_ok(assay_profile_numbers(&d.profile, d.draft.left[k].column, value, &err));
        for (int i = 0; i < N; i++)
            outcome[i] = i < N_EVENT;
        ck_assay_ok(assay_evidence_measure(value, outcome, N, &evidence, &err));
        strongest_left = fmax(strongest_left, assay_evidence_strength(&evidence));
    }
    ck_assert(weakest >= strongest_left);
    assay_text_clear(&csv);
    clear(&d);
}
END_TEST

/* ---- values that the reader does not take ---- */

static const struct {
    const char *values[4]; /* over and over again */
    enum assay_left_reason reason;
    const char *note;
} unread[] = {
    {{"\xe2\x82\xac 4.850,27", "\xe2\x82\xac 12,5", "300", "1.000"}, ASSAY_LEFT_FORMAT,
     "numbers written as \"\xe2\x82\xac 4.850,27\"; write 4850.27 to use it"},
    {{"45%", "9%", "100%", "7%"}, ASSAY_LEFT_FORMAT,
     "numbers written as \"45%\"; write 45 to use it"},
    {{"$12,345.00", "$9.50", "$1.00", "-"}, ASSAY_LEFT_FORMAT,
     "numbers written as \"$12,345.00\"; write 12345.00, and empty the 50 cells such as \"-\", to "
     "use it"},
    {{"1,250", "980", "2,000", "lots"}, ASSAY_LEFT_FORMAT,
     "numbers written as \"1,250\"; write 1250, and mend 50 others, to use it"},
    {{"0,3", "0,25", "1", "0"}, ASSAY_LEFT_FORMAT,
     "numbers written as \"0,3\"; write 0.3 to use it"},
    {{"1,234", "0,5", "0,25", "1"}, ASSAY_LEFT_FORMAT,
     "numbers written as \"1,234\"; write 1.234 to use it"},
    {{"05.07.2025", "31.12.2024", "01.01.2025", "2.2.2025"}, ASSAY_LEFT_FORMAT,
     "dates written as \"05.07.2025\"; write 2025-07-05 to use it"},
    {{"7/5/2025", "12/31/2024", "1/1/2025", "2/2/2025"}, ASSAY_LEFT_FORMAT,
     "dates written as \"7/5/2025\"; write 2025-07-05 to use it"},
    {{"7/5/2025", "31/12/2024", "1/1/2025", "2/2/2025"}, ASSAY_LEFT_FORMAT,
     "dates written as \"7/5/2025\"; write 2025-05-07 to use it"},
    {{"7/5/2025", "11/12/2024", "1/1/2025", "2/2/2025"}, ASSAY_LEFT_FORMAT,
     "dates written as \"7/5/2025\"; write 2025-05-07 or 2025-07-05 to use it"},
    {{"3", "#N/A", "4", "5"}, ASSAY_LEFT_MIXED,
     "50 of its values are not a number, such as \"#N/A\"; empty those cells to use it"},
    {{"9", "-", "-", "-"}, ASSAY_LEFT_MIXED,
     "150 of its values are not a number, such as \"-\"; empty those cells to use it"},
    {{"3", "five", "4", "six"}, ASSAY_LEFT_TEXT, ""},
    {{"3", "five", "4", "5"}, ASSAY_LEFT_MIXED,
     "50 of its values are not a number, such as \"five\"; mend or empty those cells to use it"},
    {{"2025-01-01", "n.a.", "2025-01-02", "2025-01-03"}, ASSAY_LEFT_MIXED,
     "50 of its values are not a date, such as \"n.a.\"; empty those cells to use it"},
};
START_TEST(unread_values_are_shown_with_what_to_write)
{
    struct assay_text csv = {0};
    struct drafted d = {0};
    assay_text_puts(&csv, "account_id,ARR,logins,churned\n");
    for (int i = 0; i < 200; i++)
        assay_text_printf(&csv, "A%d,\"%s\",%d,%d\n", i, unread[_i].values[i % 4], i * 37 % 101,
                          i % 7 < 3);
    draft_text(csv.data, &by_flag, &d);
    const struct assay_left_out *left = left_named(&d, "ARR");
    if (unread[_i].reason == ASSAY_LEFT_TEXT) {
        ck_assert_ptr_null(left); /* half of it are numbers: it may be anything */
        ck_assert_uint_eq(d.spec.n_segment, 1);
    } else {
        ck_assert_ptr_nonnull(left);
        ck_assert_int_eq(left->reason, unread[_i].reason);
        ck_assert_str_eq(left->note, unread[_i].note);
    }
    if (unread[_i].reason == ASSAY_LEFT_FORMAT)
        ck_assert_ptr_nonnull(strstr(d.text.data, "//   ARR: "));
    assay_text_clear(&csv);
    clear(&d);
}
END_TEST

/* ---- names against data ---- */

/* 200 rows with the event and 200 without; `ones` of the former and 100 of the latter are 1, so that
 * the AUC is 1/2 + (ones - 100) / 400, and z = 2 (p1 - p0) / (2 sqrt((p1 q1 + p0 q0) / 200)). */
static const struct {
    int ones;
    enum assay_better better;
    const char *words;
} leaning[] = {
    {92, ASSAY_LOWER, "AUC 0.480, not clear: lower is better by its name (\"invoice\")"}, /* z -0.8 */
    {76, ASSAY_LOWER, "AUC 0.440, too little to go against its name: lower is better by it "
                      "(\"invoice\")"},                                                 /* z -2.4 */
    {60, ASSAY_HIGHER, "AUC 0.600, lower goes with the event, against what \"invoice\" in its name "
                       "suggests"},                                                     /* z -4.2 */
    {124, ASSAY_LOWER, "AUC 0.560, higher goes with the event\n"},                       /* z 2.4 */
};
START_TEST(a_name_gives_way_to_strong_evidence_alone)
{
    struct assay_text csv = {0};
    struct drafted d = {0};
    assay_text_puts(&csv, "account_id,late_invoices,churned\n");
    for (int i = 0; i < 400; i++)
        assay_text_printf(&csv, "A%d,%d,%d\n", i, i % 200 < (i < 200 ? leaning[_i].ones : 100),
                          i < 200);
    draft_text(csv.data, &by_flag, &d);
    ck_assert_int_eq(d.spec.signals[0].better, leaning[_i].better);
    ck_assert_msg(strstr(d.text.data, leaning[_i].words) != NULL, "%s", d.text.data);
    assay_text_clear(&csv);
    clear(&d);
}
END_TEST

/* Of 0..9, each as often, with `shift` more in rows with the event: the AUC is
 * 1 - (P(U - V > shift) + P(U - V = shift) / 2), 0.68 for 2 and 0.875 for 5. */
START_TEST(a_name_alone_makes_no_leak_of_a_number)
{
    static const char remark[] =
        "; the name suggests that it may be recorded after the event: check it";
    for (int shift = 2; shift <= 5; shift += 3) {
        struct assay_text csv = {0};
        struct drafted d = {0};
        assay_text_puts(&csv, "account_id,logins,churn_risk_vendor,cancelled_calls,churned\n");
        for (int i = 0; i < 400; i++)
            assay_text_printf(&csv, "A%d,%d,%d,%s,%d\n", i, i * 37 % 101,
                              i % 10 + shift * (i < 200), i % 3 == 0 ? "yes" : "no", i < 200);
        draft_text(csv.data, &by_flag, &d);
        ck_assert_ptr_nonnull(signal_named(&d.spec, "cancelled_calls"));
        ck_assert_ptr_nonnull(strstr(d.text.data, remark));
        const struct assay_left_out *left = left_named(&d, "churn_risk_vendor");
        ck_assert_int_eq(left == NULL, signal_named(&d.spec, "churn_risk_vendor") != NULL);
        ck_assert_int_eq(left == NULL, shift == 2);
        if (left != NULL)
            ck_assert_str_eq(left->note, "by its name it may be recorded after the event, and alone "
                                         "it has an AUC of 0.875");
        assay_text_clear(&csv);
        clear(&d);
    }
}
END_TEST

START_TEST(tables_of_words_give_points_to_health)
{
    struct assay_text csv = {0};
    struct drafted d = {0};
    assay_text_puts(&csv, "account_id,paperless,churned\n");
    for (int i = 0; i < 400; i++)
        assay_text_printf(&csv, "A%d,%s,%d\n", i, i % 200 < (i < 200 ? 120 : 60) ? "Yes" : "No",
                          i < 200);
    draft_text(csv.data, &by_flag, &d);
    const struct assay_signal_spec *signal = signal_named(&d.spec, "paperless");
    ck_assert_int_eq(signal->better, ASSAY_HIGHER);
    for (size_t k = 0; k < 2; k++)
        ck_assert_double_eq(signal->normalise.steps[k].points,
                            strcmp(signal->normalise.steps[k].category, "No") == 0 ? 100 : 0);
    ck_assert_ptr_nonnull(strstr(d.text.data, "AUC 0.650, \"Yes\" goes with the event"));
    assay_text_clear(&csv);
    clear(&d);
}
END_TEST

/* ---- ids with gaps, names with accents ---- */

START_TEST(an_empty_id_does_not_hide_the_column)
{
    static const char *const headers[] = {"account_id", "Kundennummer"}; /* by name, by values */
    struct assay_text csv = {0};
    struct drafted d = {0};
    assay_text_printf(&csv, "%s,logins,churned\n", headers[_i]);
    for (int i = 0; i < 200; i++) {
        if (i % 100 != 50)
            assay_text_printf(&csv, "A%d", i);
        assay_text_printf(&csv, ",%d,%d\n", i * 37 % 101, i % 7 < 3);
    }
    draft_text(csv.data, &by_flag, &d);
    ck_assert_str_eq(d.spec.id, headers[_i]);
    ck_assert_uint_eq(d.draft.n_repeated, 0);
    ck_assert_uint_eq(d.draft.n_used, 198);
    ck_assert_ptr_nonnull(strstr(
        d.text.data, "; 2 rows have none: fill it in, or calibrate with --max-rejects=2\n"));
    assay_text_clear(&csv);
    clear(&d);
}
END_TEST

START_TEST(the_summary_is_aligned_as_it_is_seen)
{
    struct assay_text csv = {0}, summary = {0};
    struct drafted d = {0};
    assay_text_puts(&csv, "account_id,Gr\xc3\xb6\xc3\x9f" "e,\xe6\xbb\xbf\xe8\xb6\xb3,churned\n");
    for (int i = 0; i < 400; i++)
        assay_text_printf(&csv, "A%d,%d,%d,%d\n", i, i * 37 % 101, i * 59 % 103, i % 7 < 3);
    draft_text(csv.data, &by_flag, &d);
    assay_draft_print_summary(&d.draft, &summary);
    ck_assert_ptr_nonnull(strstr(summary.data, "\n    Gr\xc3\xb6\xc3\x9f"
                                               "e                  product   AUC"));
    ck_assert_ptr_nonnull(strstr(summary.data, "\n    \xe6\xbb\xbf\xe8\xb6\xb3"
                                               "                   product   AUC"));
    assay_text_clear(&summary);
    assay_text_clear(&csv);
    clear(&d);
}
END_TEST

/* ---- outcomes by date ---- */

static void dated_csv(struct assay_text *csv)
{
    uint64_t state = 4;
    assay_text_puts(csv, "customer,snapshot_date,renews_on,logins,left_day\n");
    for (int i = 0; i < 300; i++)
        for (int q = 0; q < 3; q++) {
            static const char *const days[] = {"2025-03-31", "2025-06-30", "2025-09-30"};
            double risk = draw(&state);
            assay_text_printf(csv, "C%d,%s,2025-12-01,%d,", i, days[q], (int)(50 * (1 - risk)));
            if (draw(&state) < 0.5 * risk)
                assay_text_printf(csv, "2025-%02d-15", 3 * q + 4 + (int)(3 * draw(&state)));
            assay_text_putc(csv, '\n');
        }
}

START_TEST(an_outcome_by_date_gets_a_horizon_and_an_end)
{
    struct assay_text csv = {0};
    struct drafted d = {0};
    struct assay_draft_options options = {
        .outcome = "left_day", .horizon_days = 60, .observed_until = ASSAY_NO_DATE};
    char day[ASSAY_DATE_SIZE];
    dated_csv(&csv);
    draft_text(csv.data, &options, &d);
    ck_assert_str_eq(d.spec.outcome.date, "left_day");
    ck_assert_int_eq(d.spec.outcome.horizon_days, 60);
    ck_assert_str_eq(assay_date_print(d.spec.outcome.observed_until, day), "2025-12-15");
    ck_assert_str_eq(d.spec.as_of, "snapshot_date");
    ck_assert_str_eq(d.spec.id, "customer");
    ck_assert_uint_eq(d.draft.n_repeated, 0);
    const struct assay_left_out *left = left_named(&d, "renews_on");
    ck_assert_ptr_nonnull(left);
    ck_assert_str_eq(left->note, "later than snapshot_date in 900 of 900 rows: recorded after the "
                                 "snapshot, or planned ahead");
    clear(&d);
    ck_assert(assay_date_parse("2025-10-31", 10, &options.observed_until));
    draft_text(csv.data, &options, &d);
    ck_assert_str_eq(assay_date_print(d.spec.outcome.observed_until, day), "2025-10-31");
    ck_assert_uint_gt(d.draft.count[ASSAY_ROW_NOT_MATURED], 0);
    clear(&d);
    assay_text_clear(&csv);
}
END_TEST

/* Events are dated up to 2026-03-20, in the midst of the newest snapshots' horizon. */
START_TEST(a_guessed_end_that_leaves_events_alone_is_said)
{
    static const char advice[] =
        "of the snapshots dated 2026-01-31 to 2026-02-28 only those with the event count; if the "
        "export was made on or after 2026-05-29, say --observed-until=2026-05-29\n";
    static const char *const days[] = {"2025-10-31", "2026-01-31", "2026-02-28"};
    struct assay_text csv = {0}, summary = {0};
    struct drafted d = {0};
    struct assay_draft_options options = {
        .outcome = "gone", .horizon_days = 90, .observed_until = ASSAY_NO_DATE};
    assay_text_puts(&csv, "account_id,as_of,logins,gone\n");
    for (int i = 0; i < 300; i++)
        assay_text_printf(&csv, "A%d,%s,%d,%s\n", i / 3, days[i % 3], i * 37 % 101,
                          i / 3 % 4 > 0 ? "" : i % 3 == 0 ? "2025-12-24" : "2026-03-20");
    draft_text(csv.data, &options, &d);
    assay_draft_print_summary(&d.draft, &summary);
    ck_assert_ptr_nonnull(strstr(d.text.data, advice));
    ck_assert_ptr_nonnull(strstr(summary.data, advice));
    clear(&d);
    ck_assert(assay_date_parse("2026-05-29", 10, &options.observed_until));
    draft_text(csv.data, &options, &d);
    ck_assert_ptr_null(strstr(d.text.data, "only those with the event count"));
    ck_assert_uint_eq(d.draft.n_used, 300);
    assay_text_clear(&summary);
    assay_text_clear(&csv);
    clear(&d);
}
END_TEST

/* ---- awkward names ---- */

START_TEST(any_column_name_survives_into_the_spec)
{
    static const char text[] = "account_id,\"a \"\"b\"\" \\ // c\nd\",\"k\xc3\xb6ln, x\",churned\n";
    struct assay_text csv = {0};
    struct drafted d = {0};
    uint64_t state = 9;
    assay_text_puts(&csv, text);
    for (int i = 0; i < 200; i++) {
        int churned = draw(&state) < 0.4;
        assay_text_printf(&csv, "A%d,%.3f,\"%s\",%d\n", i, draw(&state) + 0.4 * churned,
                          draw(&state) < 0.3 + 0.4 * churned ? "\"\"q\"\"" : "w\\", churned);
    }
    draft_text(csv.data, &by_flag, &d);
    ck_assert_ptr_nonnull(signal_named(&d.spec, "a \"b\" \\ // c\nd"));
    const struct assay_signal_spec *words = signal_named(&d.spec, "k\xc3\xb6ln, x");
    ck_assert_ptr_nonnull(words);
    ck_assert_str_eq(words->normalise.steps[0].category,
                     strchr(words->normalise.steps[0].category, 'q') != NULL ? "\"q\"" : "w\\");
    assay_text_clear(&csv);
    clear(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, roles_come_from_names_and_values, 0, 10);
    tcase_add_loop_test(tc, directions_come_from_the_outcome, 0, 10);
    tcase_add_test(tc, categories_whose_rates_differ_become_steps_and_the_data_overrule_names);
    tcase_add_loop_test(tc, columns_that_cannot_be_signals_are_left_out_with_the_reason, 0,
                        COUNT(outs));
    tcase_add_test(tc, copies_and_products_are_left_out);
    tcase_add_test(tc, signals_with_the_same_gaps_have_one_indicator);
    tcase_add_test(tc, few_events_carry_few_signals);
    tcase_add_loop_test(tc, unread_values_are_shown_with_what_to_write, 0, COUNT(unread));
    tcase_add_loop_test(tc, a_name_gives_way_to_strong_evidence_alone, 0, COUNT(leaning));
    tcase_add_test(tc, a_name_alone_makes_no_leak_of_a_number);
    tcase_add_test(tc, tables_of_words_give_points_to_health);
    tcase_add_loop_test(tc, an_empty_id_does_not_hide_the_column, 0, 2);
    tcase_add_test(tc, the_summary_is_aligned_as_it_is_seen);
    tcase_add_test(tc, a_guessed_end_that_leaves_events_alone_is_said);
    tcase_add_test(tc, an_outcome_by_date_gets_a_horizon_and_an_end);
    tcase_add_test(tc, any_column_name_survives_into_the_spec);
}

ASSAY_SUITE("calibrate/draft", add_tests)
