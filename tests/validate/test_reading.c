/* From a CSV to the rows of an audit: which rows count, why the others do not, and their scores. */
#include "core/model/scorer.h"
#include "tests/validate/taken_in.h"

static int32_t day(const char *text)
{
    int32_t days = ASSAY_NO_DATE;
    ck_assert(text == NULL || assay_date_parse(text, strlen(text), &days));
    return days;
}

static struct assay_intake_options window(const char *from, const char *until)
{
    struct assay_intake_options options = assay_intake_options_default();
    options.window = (struct assay_window){day(from), day(until)};
    return options;
}

/* ---- which rows count ---- */

/* Horizon of 90 days, seen until 2026-06-30, taken from 2025-07-01 to 2026-05-15. The first and the
 * last day of the window belong to rows that are left out. */
#define DATED_SPEC \
    COLUMN_SPEC("\"as_of\": \"as_of\", \"value\": \"arr\", \"segments\": [\"region\"], " \
                "\"outcome\": {\"date\": \"gone\", \"horizon_days\": 90, " \
                "\"observed_until\": \"2026-06-30\"}, ")

static const struct {
    const char *as_of, *gone, *p, *region, *arr;
    enum assay_row_state state;
    unsigned char outcome;
} dated[] = {
    {"2025-06-30", "", "1", "EMEA", "10", ASSAY_ROW_OUTSIDE_WINDOW, 0},
    {"2025-07-01", "", "", "EMEA", "20", ASSAY_ROW_MISSING_SIGNAL, 0},
    {"2026-04-01", "", "0.25", "APAC", "30", ASSAY_ROW_USED, 0}, /* 90 days to the last one seen */
    {"2025-08-01", "2025-08-02", "-7", "", "40", ASSAY_ROW_USED, 1},
    {"2025-08-01", "2025-10-31", "8", "EMEA", "", ASSAY_ROW_USED, 0}, /* 91 days later */
    {"2025-08-01", "2025-08-01", "9", "EMEA", "50", ASSAY_ROW_AFTER_EVENT, 0},
    {"2026-04-02", "", "10", "EMEA", "60", ASSAY_ROW_NOT_MATURED, 0},
    {"2026-04-02", "2026-05-02", "11", "EMEA", "70", ASSAY_ROW_USED, 1}, /* early */
    {"2026-05-15", "", "12", "EMEA", "80", ASSAY_ROW_NOT_MATURED, 0},
    {"2026-05-16", "2026-05-17", "13", "EMEA", "90", ASSAY_ROW_OUTSIDE_WINDOW, 0},
    {"2025-12-31", "", "1e300", "Americas", "-1.5", ASSAY_ROW_USED, 0},
};

static struct assay_text dated_csv(void)
{
    struct assay_text csv = {0};
    assay_text_puts(&csv, "id,as_of,gone,p,region,arr\n");
    for (size_t i = 0; i < COUNT(dated); i++)
        assay_text_printf(&csv, "A%zu,%s,%s,%s,%s,%s\n", i, dated[i].as_of, dated[i].gone,
                          dated[i].p, dated[i].region, dated[i].arr);
    return csv;
}

static void check_row(const struct assay_audit_input *input, size_t at, size_t i)
{
    int32_t code = input->used.segment[0][at];
    ck_assert_double_eq(input->used.score[at], strtod(dated[i].p, NULL));
    ck_assert_uint_eq(input->used.outcome[at], dated[i].outcome);
    if (code == ASSAY_NO_CODE)
        ck_assert_str_eq(dated[i].region, "");
    else
        ck_assert_str_eq(assay_dictionary_text(input->segment_values[0], code),
                         dated[i].region);
    if (dated[i].arr[0] == '\0')
        ck_assert(isnan(input->used.value[at]));
    else
        ck_assert_double_eq(input->used.value[at], strtod(dated[i].arr, NULL));
}

START_TEST(every_row_is_used_or_left_out_for_a_reason)
{
    struct reading r = {0};
    struct assay_error err = {0};
    struct assay_text csv = dated_csv();
    struct assay_intake_options options = window("2025-07-01", "2026-05-15");
    size_t count[ASSAY_ROW_STATES] = {0}, at = 0;
    ck_assay_ok(reading_of_column(&r, DATED_SPEC, false, &options, csv.data, &err));
    for (size_t i = 0; i < COUNT(dated); i++) {
        count[dated[i].state]++;
        if (dated[i].state == ASSAY_ROW_USED) {
            ck_assert_uint_lt(at, r.data.input.used.n);
            check_row(&r.data.input, at++, i);
        }
    }
    ck_assert_uint_eq(r.data.input.used.n, at);
    ck_assert_mem_eq(r.data.input.count, count, sizeof count);
    ck_assert_uint_eq(r.data.input.early_events, 1);
    ck_assert_ptr_null(r.data.input.used.prob);
    ck_assert_int_eq(r.data.input.from, day("2025-08-01"));
    ck_assert_int_eq(r.data.input.to, day("2026-04-02"));
    assay_text_clear(&csv);
    reading_clear(&r);
}
END_TEST

START_TEST(a_flag_decides_without_dates_and_an_empty_one_is_no_outcome)
{
    static const char csv[] = "id,y,p\na,1,0.1\nb,,0.2\nc,no,0.3\nd,TRUE,\ne,NA,\nf,0.0,0\n";
    static const double score[] = {0.1, 0.3, 0};
    static const unsigned char outcome[] = {1, 0, 0};
    struct reading r = {0};
    struct assay_error err = {0};
    ck_assay_ok(reading_of_column(&r, FLAG_SPEC, true, NULL, csv, &err));
    ck_assert_uint_eq(r.data.input.used.n, 3);
    ck_assert_mem_eq(r.data.input.used.score, score, sizeof score);
    ck_assert_mem_eq(r.data.input.used.prob, score, sizeof score);
    ck_assert_mem_eq(r.data.input.used.outcome, outcome, sizeof outcome);
    ck_assert_uint_eq(r.data.input.count[ASSAY_ROW_USED], 3);
    ck_assert_uint_eq(r.data.input.count[ASSAY_ROW_NO_OUTCOME], 2);
    ck_assert_uint_eq(r.data.input.count[ASSAY_ROW_MISSING_SIGNAL], 1);
    ck_assert(r.data.input.from == ASSAY_NO_DATE && r.data.input.to == ASSAY_NO_DATE);
    ck_assert_ptr_null(r.data.input.used.value);
    reading_clear(&r);
}
END_TEST

/* The third row has no score, or has one: it leaves, and those behind it close up, or nothing is copied. */
START_TEST(cells_are_the_tables_own_while_no_row_is_left_out)
{
    static const char *const csv[] = {"id,as_of,y,p,arr,region\n"
                                      "a,2026-01-01,1,1,10,N\nb,2026-01-02,0,2,20,S\n"
                                      "c,2026-01-03,0,,30,N\nb,2026-01-04,1,4,40,W\n",
                                      "id,as_of,y,p,arr,region\n"
                                      "a,2026-01-01,1,1,10,N\nb,2026-01-02,0,2,20,S\n"
                                      "c,2026-01-03,0,3,30,N\nb,2026-01-04,1,4,40,W\n"};
    struct reading r = {0};
    struct assay_error err = {0};
    ck_assay_ok(reading_of_column(&r,
                                  COLUMN_SPEC("\"as_of\": \"as_of\", \"value\": \"arr\", "
                                              "\"segments\": [\"region\"], \"outcome\": {\"column\": \"y\"}, "),
                                  false, NULL, csv[_i], &err));
    const struct assay_audit_set *used = &r.data.input.used;
    const struct assay_table *table = &r.data.intake.table;
    const struct assay_columns *columns = &r.data.intake.columns;
    bool all = _i == 1;
    ck_assert_uint_eq(used->n, all ? 4 : 3);
    ck_assert_uint_eq(used->n_event, 2);
    ck_assert(all == (used->row == NULL));
    ck_assert(all == (used->account == table->columns[columns->id].codes));
    ck_assert(all == (used->segment[0] == table->columns[columns->segments[0]].codes));
    for (size_t i = 0; i < used->n; i++) {
        size_t row = !all && i == 2 ? 3 : i;
        ck_assert_uint_eq(assay_audit_row(used, i), row);
        ck_assert_double_eq(used->score[i], (double)row + 1);
        ck_assert_double_eq(used->value[i], 10.0 * ((double)row + 1));
        ck_assert_int_eq(used->as_of[i], day("2026-01-01") + (int32_t)row);
        ck_assert_int_eq(used->account[i], table->columns[columns->id].codes[row]);
        ck_assert_int_eq(used->segment[0][i], table->columns[columns->segments[0]].codes[row]);
        ck_assert_int_eq(used->outcome[i], row % 3 == 0);
    }
    reading_clear(&r);
}
END_TEST

START_TEST(an_audit_knows_the_fingerprint_of_its_file)
{
    struct reading r = {0};
    struct assay_error err = {0};
    char sha256[ASSAY_SHA256_TEXT_SIZE];
    ck_assay_ok(reading_of_column(&r, FLAG_SPEC, true, NULL, "id,y,p\na,1,0.1\nb,0,0.2\n", &err));
    assay_csv_sha256(r.data.intake.csv, sha256);
    ck_assert_uint_eq(strlen(sha256), ASSAY_SHA256_TEXT_SIZE - 1);
    reading_clear(&r);
}
END_TEST

START_TEST(bad_rows_are_no_rows_as_long_as_they_are_allowed)
{
    static const char csv[] = "id,y,p\na,1,0.1\nb,maybe,0.2\nc,0,low\nd,0,0.4\n";
    struct reading good = {0}, bad = {0};
    struct assay_error err = {0};
    struct assay_intake_options options = assay_intake_options_default();
    char message[128];
    options.max_rejects = 2;
    ck_assay_ok(reading_of_column(&good, FLAG_SPEC, true, &options, csv, &err));
    ck_assert_uint_eq(good.data.input.used.n, 2);
    ck_assert(good.data.input.used.score[0] == 0.1 && good.data.input.used.score[1] == 0.4);
    ck_assert_uint_eq(assay_csv_reject_count(good.data.intake.csv), 2);
    options.max_rejects = 1;
    ck_assert_int_eq(reading_of_column(&bad, FLAG_SPEC, true, &options, csv, &err), ASSAY_EDATA);
    snprintf(message, sizeof message, "%s: 2 bad rows among 4; expected at most 1", bad.path);
    ck_assert_str_eq(err.message, message);
    reading_clear(&good);
    reading_clear(&bad);
}
END_TEST

/* ---- what is refused ---- */

static const struct {
    const char *spec, *csv;
    const char *from, *until;
    bool probabilities;
    const char *message, *hint; /* behind the source's name */
} bad[] = {
    {FLAG_SPEC, "id,y,p\na,0,0.5\nb,1,1.5\n", NULL, NULL, true,
     ":3: probability \"p\" is 1.5; expected 0 to 1", ""},
    {FLAG_SPEC, "id,y,p\na,0,-0.25\n", NULL, NULL, true,
     ":2: probability \"p\" is -0.25; expected 0 to 1", ""},
    {FLAG_SPEC, "id,y,p\na,0,1.0000001\n", NULL, NULL, true,
     ":2: probability \"p\" is 1.0000001; expected 0 to 1", ""},
    {FLAG_SPEC, "id,y,p\na,0,-1e-300\n", NULL, NULL, true,
     ":2: probability \"p\" is -1e-300; expected 0 to 1", ""},
    /* a line is counted in the file, where the id before it takes three */
    {FLAG_SPEC, "id,y,p\n\"a\nb\nc\",0,0.5\nd,0,2\ne,0,3\n", NULL, NULL, true,
     ":5: probability \"p\" is 2; expected 0 to 1", ""},
    {FLAG_SPEC, "id,y,p\n", NULL, NULL, false,
     ": no snapshot counts (there are no rows); expected some with a known outcome", ""},
    {FLAG_SPEC, "id,y,p\na,,1\nb,,2\nc,1,\n", NULL, NULL, false,
     ": no snapshot counts (2 without an outcome, 1 with a required signal missing); expected some "
     "with a known outcome", ""},
    {DATED_SPEC,
     "id,as_of,gone,p,region,arr\na,2026-06-01,,1,x,1\nb,2026-06-01,2026-06-01,1,x,1\n"
     "c,2026-07-01,,1,x,1\n", NULL, "2026-06-30", false,
     ": no snapshot counts (1 not matured yet, 1 dated on or after their own event, 1 outside the "
     "window of dates); expected some with a known outcome",
     "Events were observed until 2026-06-30; if later ones are in the file, say so with "
     "--observed-until DATE."},
    {DATED_SPEC, "id,as_of,gone,p,region,arr\na,2025-06-01,,1,x,1\n", "2025-06-02", NULL, false,
     ": no snapshot counts (1 outside the window of dates); expected some with a known outcome",
     "Check --from and --until against the dates in the file."},
};

START_TEST(what_cannot_be_audited_is_refused_with_its_place)
{
    struct reading r = {0};
    struct assay_error err = {0};
    struct assay_intake_options options = window(bad[_i].from, bad[_i].until);
    char message[256];
    ck_assert_int_eq(reading_of_column(&r, bad[_i].spec, bad[_i].probabilities, &options,
                                       bad[_i].csv, &err),
                     ASSAY_EDATA);
    snprintf(message, sizeof message, "%s%s", r.path, bad[_i].message);
    ck_assert_str_eq(err.message, message);
    ck_assert_str_eq(err.hint, bad[_i].hint);
    reading_clear(&r);
}
END_TEST

/* 0 and 1 are probabilities; a bare score may be anything; rows left out are not looked at. */
START_TEST(what_only_looks_like_a_bad_probability_is_taken)
{
    static const char csv[] = "id,y,p\na,0,0\nb,1,1\nc,,7\nd,0,-0\n", wild[] = "id,y,p\na,0,-1e9\n";
    struct reading probabilities = {0}, scores = {0};
    struct assay_error err = {0};
    ck_assay_ok(reading_of_column(&probabilities, FLAG_SPEC, true, NULL, csv, &err));
    ck_assert_uint_eq(probabilities.data.input.used.n, 3);
    ck_assay_ok(reading_of_column(&scores, FLAG_SPEC, false, NULL, wild, &err));
    ck_assert_double_eq(scores.data.input.used.score[0], -1e9);
    reading_clear(&probabilities);
    reading_clear(&scores);
}
END_TEST

/* ---- with a model ---- */

START_TEST(rows_of_a_model_score_as_its_scorer_scores_them)
{
    struct assay_model model = {0};
    struct reading r = {0};
    struct assay_error err = {0};
    struct assay_scorer scorer;
    size_t at = 0;
    reading_model(_i == 1 ? ALL_POLICIES : _i == 2 ? BY_SEGMENT : GENTLE_SPEC, &model);
    struct assay_text csv = made_up_csv(&(struct made_up){.seed = 5, .n_row = 500});
    ck_assay_ok(reading_of(&r, &model.spec, &model, false, NULL, csv.data, &err));
    const struct assay_table *table = &r.data.intake.table;
    ck_assay_ok(assay_scorer_init(&model, table, &scorer, &err));
    for (size_t i = 0; i < table->n_row; i++) {
        double s[ASSAY_MAX_SIGNALS];
        bool missing[ASSAY_MAX_SIGNALS];
        struct assay_score score;
        assay_scorer_row(&scorer, table, i, s, missing, &score);
        if (score.dropped)
            continue;
        ck_assert_uint_lt(at, r.data.input.used.n);
        ck_assert(r.data.input.used.score[at] == score.score && r.data.input.used.prob[at] == score.probability);
        double line = assay_terms_line(&model, score.terms); /* below 50 is above one's own line */
        ck_assert_int_eq(r.data.input.used.score[at] < 50, r.data.input.used.prob[at] > line);
        ck_assert_int_eq(r.data.input.used.outcome[at],
                         table->columns[r.data.intake.columns.outcome].flags[i]);
        at++;
    }
    ck_assert_uint_eq(at, r.data.input.used.n);
    ck_assert_uint_eq(r.data.input.count[ASSAY_ROW_USED], at);
    ck_assert_uint_eq(r.data.input.count[ASSAY_ROW_MISSING_SIGNAL], 500 - at);
    ck_assert_int_eq(at < 500, _i == 1); /* one in twenty has no contract, which one of the two needs */
    ck_assert(r.data.input.n_unseen == 0 && r.data.input.n_new_segment == 0 && r.data.input.n_unknown == 0);
    assay_scorer_clear(&scorer);
    assay_text_clear(&csv);
    reading_clear(&r);
    assay_model_clear(&model);
}
END_TEST

/* Rows of one day; what each is for stands in its id. */
static const char odd_rows[] = MADE_UP_HEADER
    "plain,2026-03-31,Basic,10,5,1,7,0.5,50,yearly,100,0\n"
    "new plan,2026-03-31,Galaxy,10,5,1,7,0.5,50,yearly,100,1\n"
    "no plan,2026-03-31,,10,5,1,7,0.5,50,yearly,100,0\n"
    "new category,2026-03-31,Team,10,5,1,7,0.5,50,weekly,100,1\n"
    "no category,2026-03-31,Team,10,5,1,7,0.5,50,,100,0\n"
    "new plan and category,2026-03-31,Galaxy,10,5,1,7,0.5,50,daily,,1\n"
    "nothing but a contract,2026-03-31,,,,,,,,yearly,100,0\n"
    "new but later,2026-04-01,Galaxy,10,5,1,7,0.5,50,weekly,100,1\n"
    "new but unknown,2026-03-31,Galaxy,10,5,1,7,0.5,50,weekly,100,\n";

static const struct {
    const char *spec;
    size_t n, missing, unseen, new_segment, unknown;
} policies[] = {
    {ALL_POLICIES, 4, 3, 1, 0, 2}, /* the contract is required: three go, one of them on a new plan */
    {GENTLE_SPEC, 7, 0, 2, 0, 2},
    {BY_SEGMENT, 7, 0, 2, 3, 0}, /* plan and contract are segments, and one row has both new */
};

START_TEST(a_required_signal_drops_a_row_and_the_unheard_of_is_counted)
{
    struct assay_model model = {0};
    struct reading r = {0};
    struct assay_error err = {0};
    struct assay_intake_options options = window(NULL, "2026-03-31");
    reading_model(policies[_i].spec, &model);
    ck_assay_ok(reading_of(&r, &model.spec, &model, false, &options, odd_rows, &err));
    ck_assert_uint_eq(r.data.input.used.n, policies[_i].n);
    ck_assert_uint_eq(r.data.input.count[ASSAY_ROW_USED], policies[_i].n);
    ck_assert_uint_eq(r.data.input.count[ASSAY_ROW_MISSING_SIGNAL], policies[_i].missing);
    ck_assert_uint_eq(r.data.input.count[ASSAY_ROW_OUTSIDE_WINDOW], 1);
    ck_assert_uint_eq(r.data.input.count[ASSAY_ROW_NO_OUTCOME], 1);
    ck_assert_uint_eq(r.data.input.n_unseen, policies[_i].unseen);
    ck_assert_uint_eq(r.data.input.n_new_segment, policies[_i].new_segment);
    ck_assert_uint_eq(r.data.input.n_unknown, policies[_i].unknown);
    ck_assert(r.data.input.from == day("2026-03-31") && r.data.input.to == day("2026-03-31"));
    reading_clear(&r);
    assay_model_clear(&model);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, every_row_is_used_or_left_out_for_a_reason);
    tcase_add_test(tc, a_flag_decides_without_dates_and_an_empty_one_is_no_outcome);
    tcase_add_loop_test(tc, cells_are_the_tables_own_while_no_row_is_left_out, 0, 2);
    tcase_add_test(tc, an_audit_knows_the_fingerprint_of_its_file);
    tcase_add_test(tc, bad_rows_are_no_rows_as_long_as_they_are_allowed);
    tcase_add_loop_test(tc, what_cannot_be_audited_is_refused_with_its_place, 0, COUNT(bad));
    tcase_add_test(tc, what_only_looks_like_a_bad_probability_is_taken);
    tcase_add_loop_test(tc, rows_of_a_model_score_as_its_scorer_scores_them, 0, 3);
    tcase_add_loop_test(tc, a_required_signal_drops_a_row_and_the_unheard_of_is_counted, 0,
                        COUNT(policies));
}

ASSAY_SUITE("validate/reading", add_tests)
