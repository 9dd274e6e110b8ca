/* Why an account's score was what it was. */
#include "core/base/json.h"
#include "core/spec/spec_parts.h"
#include "tests/model/specs.h"
#include "tests/release/asked.h"

static void check_words(const char *spec, const char *csv, const char *account, const char *day,
                        const char *words)
{
    struct world w;
    world_init(&w, spec);
    struct answer answer = ask(&w, csv, account, day);
    ck_assert_msg(answer.status == ASSAY_OK, "%s", answer.err.message);
    ck_assert_str_eq(answer.words.data, words);
    answer_clear(&answer);
    assay_spec_clear(&w.model.spec);
}

/* ---- in words ---- */

START_TEST(the_points_are_put_from_least_to_most_and_add_up)
{
    check_words(WORLD("", "neutral"),
                "id,day,use,nps,contract\n"
                "A-1,2026-03-31,30,8,monthly\n"
                "B-2,2026-03-31,90,8,monthly\n",
                "A-1", "2026-03-31",
                "A-1, snapshot of 2026-03-31: score 35.0, At Risk; probability of the event 73.9%\n"
                "Flagged: accounts are at risk below a score of 50.0, a probability of 50.0%.\n"
                "By b2b 1.2.0 (sha256:0123456789ab...), from line 2 of why.csv.\n"
                "\n"
                "signal      raw  normalised  weight      95% interval   points\n"
                "terms   monthly         0.0    25.0      [12.5, 50.0]   -12.50\n"
                "use          30        30.0    50.0      [37.5, 62.5]   -10.00\n"
                "nps           8        80.0    25.0                      +7.50\n"
                "all signals                                             -15.00\n"
                "\n"
                "With every signal at 50 the score would be 50.00; the points take off 15.00, to "
                "35.00, which is the\n"
                "score.\n");
}
END_TEST

START_TEST(a_score_that_stops_at_0_or_100_says_so)
{
    struct world w;
    world_init(&w, WORLD("", "neutral"));
    for (size_t j = 0; j < N_SIGNAL; j++)
        w.slope[j] *= 4; /* four points of score a point of the composite; neutral stays at 50 */
    w.model.intercept *= 4;
    struct answer low = ask(&w, "id,day,use,nps,contract\nA,2026-03-31,0,5,monthly\n", "A", NULL);
    struct answer high = ask(&w, "id,day,use,nps,contract\nA,2026-03-31,100,5,yearly\n", "A", NULL);
    ck_assert_ptr_nonnull(strstr(low.words.data, "score 0.0, Critical;"));
    ck_assert_ptr_nonnull(strstr(low.words.data, "probability of the event above 99.9%\n"));
    ck_assert_ptr_nonnull(strstr(low.words.data, "the points take off 150.00, to -100.00. Scores\n"
                                                 "stop at 0.\n"));
    ck_assert_ptr_nonnull(strstr(high.words.data, "score 100.0, Healthy;"));
    ck_assert_ptr_nonnull(strstr(high.words.data, "probability of the event below 0.1%\n"));
    ck_assert_ptr_nonnull(strstr(high.words.data,
                                 "the points add 150.00, to 200.00. Scores stop at\n"
                                 "100.\n"));
    ck_assert_ptr_nonnull(strstr(high.json.data, "\"unclamped\": 200,"));
    answer_clear(&low);
    answer_clear(&high);
    assay_spec_clear(&w.model.spec);
}
END_TEST

static const struct {
    const char *policy, *row;
    const char *table, *said;
} gaps[] = {
    {"neutral", "70,,yearly", "nps     missing        50.0    25.0                      +0.00\n",
     "nps is missing, and a neutral 50 stands in.\n"},
    {"indicator", "70,,yearly", "nps     missing        50.0    25.0                     -10.00\n",
     "nps is missing, and its points are those that the model gives to a missing value.\n"},
    /* (70/2 + 100/4) / (3/4) = 80, as if the weights of the others added up to 1 */
    {"renormalise", "70,NA,yearly",
     "nps     missing        80.0    25.0                      +7.50\n",
     "nps is missing, and 80.0, the weighted mean of the signals that are there, stands in.\n"},
    {"neutral", "70,5,weekly", "terms   weekly        50.0    25.0      [12.5, 50.0]    +0.00\n",
     "terms is \"weekly\", for which the model has no points: it counts as missing, and a neutral "
     "50 stands\n"
     "in.\n"},
};

START_TEST(what_stands_in_for_a_missing_value_is_said)
{
    char csv[128], spec[1024];
    struct world w;
    snprintf(csv, sizeof csv, "id,day,use,nps,contract\nA,2026-03-31,%s\n", gaps[_i].row);
    snprintf(spec, sizeof spec, WORLD("", "%s"), gaps[_i].policy);
    world_init(&w, spec);
    if (strcmp(gaps[_i].policy, "indicator") == 0)
        w.missing_term[1] = M_LN2; /* twice the odds: ten points */
    struct answer answer = ask(&w, csv, "A", NULL);
    ck_assert_msg(answer.status == ASSAY_OK, "%s", answer.err.message);
    ck_assert_msg(strstr(answer.words.data, gaps[_i].table) != NULL, "%s", answer.words.data);
    ck_assert_msg(strstr(answer.words.data, gaps[_i].said) != NULL, "%s", answer.words.data);
    answer_clear(&answer);
    assay_spec_clear(&w.model.spec);
}
END_TEST

/* use 70 with weight 1/2, "yearly" 100 with 1/4, and a gap in nps. */
static const struct {
    enum assay_missing_policy policy;
    const char *dimension; /* of nps */
    const char *table, *said;
} vendors[] = {
    {ASSAY_POINTS, "sentiment", "nps     missing        20.0    25.0                      -7.50\n",
     "nps is missing, and the declared 20 stands in.\n"},
    {ASSAY_RENORMALISE_DIMENSION, "product",
     "nps     missing        70.0    25.0                      +5.00\n",
     "nps is missing, and 70.0, the weighted mean of the product signals that are there, stands in.\n"},
    {ASSAY_RENORMALISE_DIMENSION, "sentiment", /* nobody there: (70/2 + 100/4) / (3/4) */
     "nps     missing        80.0    25.0                      +7.50\n",
     "nps is missing, and 80.0, the weighted mean of the signals that are there, stands in.\n"},
};

START_TEST(what_vendors_put_for_a_missing_value_is_said)
{
    struct world w;
    struct assay_error err = {0};
    world_init(&w, WORLD("", "neutral"));
    struct assay_signal_spec *nps = &w.model.spec.signals[1];
    nps->missing = vendors[_i].policy;
    nps->missing_points = 20;
    ck_assay_ok(assay_spec_text(vendors[_i].dimension, &nps->dimension, &err));
    struct answer answer = ask(&w, "id,day,use,nps,contract\nA,2026-03-31,70,,yearly\n", "A", NULL);
    ck_assert_msg(strstr(answer.words.data, vendors[_i].table) != NULL, "%s", answer.words.data);
    ck_assert_msg(strstr(answer.words.data, vendors[_i].said) != NULL, "%s", answer.words.data);
    answer_clear(&answer);
    assay_spec_clear(&w.model.spec);
}
END_TEST

/* 70.5, 80 and 0 average 55.25: 71, 80 and 0 come to 55.5. */
static const struct {
    struct assay_rounding_spec rounding;
    const char *said;
} roundings[] = {
    {{false, true}, "the points add 5.25, to 55.25. Rounded to a whole\nnumber, the score is 55.00.\n"},
    {{true, false}, "the points add 5.25, to 55.25. With the averages\nof dimensions rounded first, "
                    "the score is 55.50.\n"},
    {{true, true}, "the points add 5.25, to 55.25. With the averages\nof dimensions rounded first, and "
                   "rounded to a whole number, the score is 56.00.\n"},
};

START_TEST(a_score_that_was_rounded_says_so)
{
    struct world w;
    world_init(&w, WORLD("\"scale\": \"weighted-average\",", "neutral"));
    w.model.spec.rounding = roundings[_i].rounding;
    struct answer answer =
        ask(&w, "id,day,use,nps,contract\nA,2026-03-31,70.5,8,monthly\n", "A", NULL);
    ck_assert_msg(strstr(answer.words.data, roundings[_i].said) != NULL, "%s", answer.words.data);
    ck_assert_ptr_nonnull(strstr(answer.json.data, "\"unclamped\": 55.25,"));
    ck_assert_ptr_nonnull(strstr(answer.json.data, "\"composite\": 55.25,"));
    answer_clear(&answer);
    assay_spec_clear(&w.model.spec);
}
END_TEST

START_TEST(without_a_required_signal_there_is_no_score_and_no_table)
{
    check_words(WORLD("", "drop"), "id,day,use,nps,contract\nA-1,2026-03-31,,,weekly\n", "A-1",
                "2026-04-30",
                "A-1, snapshot of 2026-03-31: no score\n"
                "By b2b 1.2.0 (sha256:0123456789ab...), from line 2 of why.csv.\n"
                "nps is missing, and without it the model gives no score.\n");
}
END_TEST

START_TEST(an_outcome_by_date_names_its_horizon)
{
    struct world w;
    world_init(&w, "{\"id\": \"id\", \"as_of\": \"day\", \"outcome\": {\"date\": \"left\", "
                   "\"horizon_days\": 90,"
                   "\"observed_until\": \"2026-06-30\"}, \"signals\": [" SIGNALS("neutral") "]}");
    struct answer answer = ask(&w, "id,day,use,nps,contract\nA,2026-03-31,50,5,\n", "A", NULL);
    ck_assert_ptr_nonnull(strstr(answer.words.data,
                                 "A, snapshot of 2026-03-31: score 50.0, Neutral; "
                                 "probability of the event within 90 days 50.0%\n"
                                 "Not flagged: "));
    answer_clear(&answer);
    assay_spec_clear(&w.model.spec);
}
END_TEST

/* ---- whom it is compared with ---- */

#define BY "\"fit\": {\"models_by\": \"region\"}, \"line\": {\"by\": \"size\"},"

static const struct {
    const char *region, *size, *score, *said;
} segments[] = {
    {"", "", "score 60.0, Neutral", NULL},
    {"west", "", "score 90.0, Healthy", "The weights are those of region \"west\".\n"},
    {"south", "", "score 60.0, Neutral",
     "The weights are the common ones: region \"south\" was not in the history of the model.\n"},
    {"", "big", "score 40.0, At Risk", "The at-risk line is that of size \"big\".\n"},
    {"", "small", "score 60.0, Neutral",
     "The at-risk line is the common one: size \"small\" had too few events for one of its own.\n"},
    {"", "huge", "score 60.0, Neutral",
     "The at-risk line is the common one: size \"huge\" was not in the history of the model.\n"},
    {"west", "big", "score 70.0, Neutral",
     "The weights are those of region \"west\".\nThe at-risk line is that of size \"big\".\n"},
};

START_TEST(a_segments_own_weights_and_line_are_named)
{
    char csv[160];
    struct world w;
    world_init(&w, WORLD(BY, "neutral"));
    snprintf(csv, sizeof csv, "id,day,use,nps,contract,region,size\nA,2026-03-31,70,5,,%s,%s\n",
             segments[_i].region, segments[_i].size);
    struct answer answer = ask(&w, csv, "A", NULL);
    ck_assert_msg(answer.status == ASSAY_OK, "%s", answer.err.message);
    ck_assert_msg(strstr(answer.words.data, segments[_i].score) != NULL, "%s", answer.words.data);
    if (segments[_i].said != NULL)
        ck_assert_msg(strstr(answer.words.data, segments[_i].said) != NULL, "%s",
                      answer.words.data);
    ck_assert_int_eq(strstr(answer.words.data, "in the history") != NULL,
                     strstr(answer.json.data, "\"new_segment\": true") != NULL);
    ck_assert_int_eq(strstr(answer.words.data, "95% interval") == NULL, /* of the common weights */
                     strcmp(segments[_i].region, "west") == 0);
    answer_clear(&answer);
    assay_spec_clear(&w.model.spec);
}
END_TEST

static const struct {
    const char *plan, *said, *new_plan;
} plans[] = {
    {"Team", "of why.csv; compared with Team.\n", "\"new_plan\": false"},
    {"", "of why.csv; compared with all accounts.\n", "\"new_plan\": false"},
    {"Nano", "of why.csv; compared with all accounts.\n", "\"new_plan\": true"},
};

START_TEST(the_cohort_is_named_and_a_new_plan_told)
{
    char csv[128];
    struct world w;
    world_init(&w, WORLD("\"cohort\": {\"plan\": \"plan\"},", "neutral"));
    snprintf(csv, sizeof csv, "id,day,use,nps,contract,plan\nA,2026-03-31,70,5,,%s\n",
             plans[_i].plan);
    struct answer answer = ask(&w, csv, "A", NULL);
    ck_assert_msg(strstr(answer.words.data, plans[_i].said) != NULL, "%s", answer.words.data);
    ck_assert_ptr_nonnull(strstr(answer.json.data, plans[_i].new_plan));
    ck_assert_int_eq(strstr(answer.words.data,
                            "\nThe plan \"Nano\" was not in the history of the model.\n") != NULL,
                     strcmp(plans[_i].plan, "Nano") == 0);
    answer_clear(&answer);
    assay_spec_clear(&w.model.spec);
}
END_TEST

/* ---- which snapshot ---- */

static const char history[] = "id,day,use,nps,contract\n"
                              "A,2026-06-30,10,5,\n"
                              "B,2026-03-31,99,5,\n"
                              "A,2025-12-31,20,5,\n"
                              "A,2026-03-31,30,5,\n"
                              "A,2026-03-31,60,5,\n";

static const struct {
    const char *day, *from, *until, *line;
} days[] = {
    {"2026-03-31", NULL, NULL,
     "from line 6 of why.csv, the last of 2 rows of the account on\nthat day.\n"},
    {"2026-06-29", NULL, NULL,
     "from line 6 of why.csv, the last of 2 rows of the account on\nthat day.\n"},
    {"2026-03-30", NULL, NULL, "from line 4 of why.csv."},
    {"2025-12-31", NULL, NULL, "from line 4 of why.csv."},
    {"2026-06-30", NULL, NULL, "from line 2 of why.csv."},
    {"2030-01-01", NULL, NULL, "from line 2 of why.csv."},
    {NULL, NULL, NULL, "from line 2 of why.csv."},
    {"2030-01-01", NULL, "2026-02-28", "from line 4 of why.csv."}, /* the caller's window */
    {"2026-06-30", "2026-06-01", NULL, "from line 2 of why.csv."},
};

START_TEST(the_last_snapshot_on_or_before_the_day_is_explained)
{
    struct world w;
    struct assay_error err = {0};
    struct assay_text words = {0};
    world_init(&w, WORLD("", "neutral"));
    struct table table = put_table(history);
    struct assay_why_options options = options_of(&table, "A", days[_i].day);
    options.intake.window = (struct assay_window){day_of(days[_i].from), day_of(days[_i].until)};
    ck_assay_ok(assay_why(&w.model, &options, &words, NULL, &err));
    ck_assert_msg(strstr(words.data, days[_i].line) != NULL, "%s", words.data);
    assay_text_clear(&words);
    remove_table(&table);
    assay_spec_clear(&w.model.spec);
}
END_TEST

START_TEST(data_without_dates_has_one_row_an_account)
{
    struct world w;
    world_init(&w, WORLD("", "neutral"));
    struct answer answer =
        ask(&w, "id,use,nps,contract\nA,10,5,\nB,70,5,\nB,80,5,\n", "A", "2026-03-31");
    ck_assert_msg(answer.status == ASSAY_OK, "%s", answer.err.message);
    ck_assert_int_eq(strncmp(answer.words.data, "A: score 30.0, At Risk; ", 24), 0);
    ck_assert_ptr_nonnull(strstr(answer.json.data, "\"as_of\": null,\n  \"rows_of_day\": 1,"));
    answer_clear(&answer);
    assay_spec_clear(&w.model.spec);
}
END_TEST

/* ---- what is refused ---- */

static const struct {
    const char *csv, *account, *day, *from, *message;
} bad[] = {
    {history, "a", NULL, NULL, "no account \"a\"; expected one that column \"id\" has"},
    {history, "monthly", NULL, NULL, "no account \"monthly\"; expected one that column \"id\" has"},
    {"id,day,use,nps,contract\n", "A", NULL, NULL,
     "no account \"A\"; expected one that column \"id\" has"},
    {history, "A", "2025-12-30", NULL,
     "account \"A\" has no snapshot on or before 2025-12-30; its first is of 2025-12-31, its last "
     "of "
     "2026-06-30"},
    {history, "B", "2026-03-30", NULL,
     "account \"B\" has no snapshot on or before 2026-03-30; its only day is 2026-03-31"},
    {history, "B", "2026-06-30", "2026-04-01",
     "account \"B\" has no snapshot from 2026-04-01 on and up to 2026-06-30; its only day is "
     "2026-03-31"},
    {history, "B", NULL, "2026-04-01",
     "account \"B\" has no snapshot from 2026-04-01 on; its only day is 2026-03-31"},
    {"id,day,use,nps,contract\nA,,10,5,\n", "A", "2026-06-30", NULL,
     "account \"A\" has no dated snapshot; expected one on or before 2026-06-30"},
    {"id,day,use,nps,contract\nA,,10,5,\n", "A", NULL, NULL,
     "account \"A\" has no dated snapshot; expected one"},
    {"id,use,nps,contract\nA,10,5,\nA,20,5,\n", "A", NULL, NULL,
     "account \"A\" has 2 rows and the data no date of the snapshot; expected a date to tell them "
     "apart"},
    {"id,day,use,contract\nA,2026-03-31,10,\n", "A", NULL, NULL,
     "no column \"nps\"; expected it as the signal"},
};

START_TEST(a_question_without_an_answer_says_why)
{
    struct world w;
    struct assay_error err = {0};
    struct assay_text words = {0}, json = {0};
    world_init(&w, WORLD("", "neutral"));
    struct table table = put_table(bad[_i].csv);
    struct assay_why_options options = options_of(&table, bad[_i].account, bad[_i].day);
    options.intake.window.from = day_of(bad[_i].from);
    ck_assert_int_eq(assay_why(&w.model, &options, &words, &json, &err), ASSAY_EDATA);
    ck_assert_int_eq(strncmp(err.message, table.path, strlen(table.path)), 0);
    ck_assert_str_eq(err.message + strlen(table.path) + 2, bad[_i].message);
    ck_assert(words.data == NULL && json.data == NULL);
    remove_table(&table);
    assay_spec_clear(&w.model.spec);
}
END_TEST

START_TEST(bad_rows_are_noted_whether_or_not_they_end_the_run)
{
    struct world w;
    struct assay_error err = {0};
    struct assay_text words = {0}, notes = {0};
    world_init(&w, WORLD("", "neutral"));
    struct table table =
        put_table("id,day,use,nps,contract\nA,2026-03-31,ten,5,\nA,2025-12-31,70,5,\n");
    struct assay_why_options options = options_of(&table, "A", NULL);
    options.notes = &notes;
    ck_assert_int_eq(assay_why(&w.model, &options, &words, NULL, &err), ASSAY_EDATA);
    ck_assert_ptr_nonnull(strstr(err.message, ": 1 bad row among 2; expected at most 0"));
    ck_assert_ptr_nonnull(strstr(notes.data, "why.csv:2:3: signal \"use\" is \"ten\"; expected a "
                                             "number"));
    assay_text_reset(&notes);
    options.intake.max_rejects = 1;
    ck_assay_ok(assay_why(&w.model, &options, &words, NULL, &err));
    ck_assert_ptr_nonnull(strstr(notes.data, "why.csv:2:3: "));
    ck_assert_ptr_nonnull(strstr(words.data, "A, snapshot of 2025-12-31: score 60.0"));
    assay_text_clear(&words);
    assay_text_clear(&notes);
    remove_table(&table);
    assay_spec_clear(&w.model.spec);
}
END_TEST

/* ---- as JSON, and long texts ---- */

static struct assay_json *parse(const struct assay_text *text)
{
    struct assay_error err = {0};
    struct assay_json *doc;
    ck_assay_ok(assay_json_parse("why", text->data, text->length, ASSAY_JSON_STRICT, &doc, &err));
    return doc;
}

START_TEST(the_json_has_all_digits_and_whole_texts)
{
    struct world w;
    world_init(&w, WORLD("", "neutral"));
    struct answer answer =
        ask(&w,
            "id,day,use,nps,contract\n"
            "\"A \"\"one\"\", whose name goes on for longer than any line\",2026-03-31,"
            "33.333333333333336,,weekly\n",
            "A \"one\", whose name goes on for longer than any line", NULL);
    ck_assert_msg(answer.status == ASSAY_OK, "%s", answer.err.message);
    struct assay_json *doc = parse(&answer.json);
    const struct cJSON *root = assay_json_root(doc);
    const struct cJSON *signal = assay_json_first(assay_json_get(root, "signals"));
    ck_assert_str_eq(assay_json_string(test_at(root, "format", NULL)), "assay-why/1");
    ck_assert_str_eq(assay_json_string(test_at(root, "account", NULL)),
                     "A \"one\", whose name goes on for longer than any line");
    ck_assert_str_eq(assay_json_string(test_at(root, "as_of", NULL)), "2026-03-31");
    ck_assert(assay_json_bool(test_at(root, "flagged", NULL)));
    ck_assert_str_eq(assay_json_string(test_at(signal, "name", NULL)), "use"); /* pulls down most */
    ck_assert_double_eq(test_number(signal, "raw", NULL), 33.333333333333336);
    ck_assert(assay_json_is_null(test_at(signal, "missing", NULL)));
    signal = assay_json_next(signal);
    ck_assert(assay_json_is_null(test_at(signal, "raw", NULL)));
    ck_assert_str_eq(assay_json_string(test_at(signal, "missing", NULL)), "neutral");
    ck_assert(!assay_json_bool(test_at(signal, "new_category", NULL)));
    signal = assay_json_next(signal);
    ck_assert_str_eq(assay_json_string(test_at(signal, "raw", NULL)), "weekly");
    ck_assert(assay_json_bool(test_at(signal, "new_category", NULL)));
    ck_assert_int_eq(
        strncmp(answer.words.data, "A \"one\", whose name goes on for longer t..., ", 45), 0);
    assay_json_free(doc);
    answer_clear(&answer);
    assay_spec_clear(&w.model.spec);
}
END_TEST

START_TEST(without_a_score_its_figures_are_null)
{
    static const char *const keys[] = {"score", "unclamped", "probability",   "composite",
                                       "zone",  "flagged",   "neutral_score", "points"};
    struct world w;
    world_init(&w, WORLD("", "drop"));
    struct answer answer = ask(&w, "id,day,use,nps,contract\nA,2026-03-31,30,,\n", "A", NULL);
    struct assay_json *doc = parse(&answer.json);
    for (size_t k = 0; k < COUNT(keys); k++)
        ck_assert(assay_json_is_null(test_at(assay_json_root(doc), keys[k], NULL)));
    const struct cJSON *signals = test_at(assay_json_root(doc), "signals", NULL);
    for (const struct cJSON *signal = assay_json_first(signals); signal != NULL;
         signal = assay_json_next(signal))
        ck_assert(assay_json_is_null(test_at(signal, "points", NULL)));
    assay_json_free(doc);
    answer_clear(&answer);
    assay_spec_clear(&w.model.spec);
}
END_TEST

/* ---- of models that were calibrated ---- */

static double sum_of_points(const struct cJSON *root, size_t n_signal)
{
    double sum = 0, before = -HUGE_VAL;
    const struct cJSON *signals = test_at(root, "signals", NULL);
    ck_assert_uint_eq(assay_json_count(signals), n_signal);
    for (const struct cJSON *signal = assay_json_first(signals); signal != NULL;
         signal = assay_json_next(signal)) {
        double points = test_number(signal, "points", NULL);
        ck_assert_double_ge(points, before);
        before = points;
        sum += points;
    }
    return sum;
}

static void check_answer(const struct assay_model *model, const struct assay_text *words,
                         const struct assay_text *json)
{
    struct assay_json *doc = parse(json);
    const struct cJSON *root = assay_json_root(doc);
    for (const char *line = words->data; *line != '\0'; line = strchr(line, '\n') + 1)
        ck_assert_uint_le(strcspn(line, "\n"), 150); /* bytes: names may have two a column */
    if (!assay_json_is_null(test_at(root, "score", NULL))) {
        double sum = sum_of_points(root, model->n_signal), score = test_number(root, "score", NULL);
        double unclamped = test_number(root, "unclamped", NULL);
        double p = test_number(root, "probability", NULL);
        double line = test_number(root, "at_risk", "probability", NULL);
        test_close("the sum", test_number(root, "neutral_score", NULL) + sum, unclamped, 1e-11, 50);
        if (model->spec.rounding.score) { /* what is not rounded is the composite */
            ck_assert_double_eq(score, floor(score));
            ck_assert_double_eq(unclamped, test_number(root, "composite", NULL));
        } else {
            test_close("the score", fmin(fmax(unclamped, 0), 100), score, 1e-12, 50);
            ck_assert_int_eq(assay_json_bool(test_at(root, "flagged", NULL)), p > line);
        }
    }
    assay_json_free(doc);
}

/* Most of the specs have no date that could tell two rows apart. */
static struct assay_text one_row_an_account(void)
{
    struct assay_text csv = {0}, all = made_up_csv(&(struct made_up){.seed = 77, .n_row = 60});
    size_t k = 0;
    for (const char *row = all.data; *row != '\0'; row = strchr(row, '\n') + 1, k++)
        if (k == 0 || k % 2 == 1)
            assay_text_add(&csv, row, strcspn(row, "\n") + 1);
    ck_assert(!csv.failed);
    assay_text_clear(&all);
    return csv;
}

START_TEST(the_points_of_every_kind_of_model_add_up)
{
    struct lab lab = {0};
    char id[16];
    struct assay_error err = {0};
    struct assay_text csv = one_row_an_account();
    lab_of_spec(&lab, (size_t)_i);
    struct table table = put_table(csv.data);
    for (const char *row = strchr(csv.data, '\n') + 1; *row != '\0'; row = strchr(row, '\n') + 1) {
        struct assay_text words = {0}, json = {0};
        snprintf(id, sizeof id, "%.*s", (int)strcspn(row, ","), row);
        struct assay_why_options options = options_of(&table, id, NULL);
        ck_assay_ok(assay_why(&lab.model, &options, &words, &json, &err));
        check_answer(&lab.model, &words, &json);
        assay_text_clear(&words);
        assay_text_clear(&json);
    }
    remove_table(&table);
    assay_text_clear(&csv);
    lab_clear(&lab);
}
END_TEST

/* But for libcsv's, of its field buffer, which it asks for again in a smaller size. */
START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    struct world w;
    world_init(&w, WORLD(BY "\"cohort\": {\"plan\": \"plan\"},", "neutral"));
    struct table table = put_table("id,day,use,nps,contract,plan,region,size\n"
                                   "A,2026-03-31,70,5,weekly,Nano,west,big\n");
    struct assay_why_options options = options_of(&table, "A", NULL);
    struct assay_error err = {0};
    struct assay_text whole = {0};
    ck_assay_ok(assay_why(&w.model, &options, &whole, NULL, &err));
    size_t n = 1, unharmed = 0;
    for (bool reached = true; reached; n++) {
        struct assay_text words = {0}, json = {0};
        test_fail_allocation(n);
        enum assay_status status = assay_why(&w.model, &options, &words, &json, &err);
        reached = test_allocations() >= n;
        test_fail_allocation(0);
        if (status == ASSAY_OK)
            ck_assert_str_eq(words.data, whole.data);
        else
            ck_assert_int_eq(status, ASSAY_ENOMEM);
        unharmed += status == ASSAY_OK && reached;
        assay_text_clear(&words);
        assay_text_clear(&json);
    }
    ck_assert_uint_gt(n, 60); /* the intake, the scorer, words and JSON */
    ck_assert_uint_le(unharmed, 1);
    assay_text_clear(&whole);
    remove_table(&table);
    assay_spec_clear(&w.model.spec);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, the_points_are_put_from_least_to_most_and_add_up);
    tcase_add_test(tc, a_score_that_stops_at_0_or_100_says_so);
    tcase_add_loop_test(tc, what_stands_in_for_a_missing_value_is_said, 0, COUNT(gaps));
    tcase_add_loop_test(tc, what_vendors_put_for_a_missing_value_is_said, 0, COUNT(vendors));
    tcase_add_loop_test(tc, a_score_that_was_rounded_says_so, 0, COUNT(roundings));
    tcase_add_test(tc, without_a_required_signal_there_is_no_score_and_no_table);
    tcase_add_test(tc, an_outcome_by_date_names_its_horizon);
    tcase_add_loop_test(tc, a_segments_own_weights_and_line_are_named, 0, COUNT(segments));
    tcase_add_loop_test(tc, the_cohort_is_named_and_a_new_plan_told, 0, COUNT(plans));
    tcase_add_loop_test(tc, the_last_snapshot_on_or_before_the_day_is_explained, 0, COUNT(days));
    tcase_add_test(tc, data_without_dates_has_one_row_an_account);
    tcase_add_loop_test(tc, a_question_without_an_answer_says_why, 0, COUNT(bad));
    tcase_add_test(tc, bad_rows_are_noted_whether_or_not_they_end_the_run);
    tcase_add_test(tc, the_json_has_all_digits_and_whole_texts);
    tcase_add_test(tc, without_a_score_its_figures_are_null);
    tcase_add_loop_test(tc, the_points_of_every_kind_of_model_add_up, 0, COUNT(model_specs));
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
}

ASSAY_SUITE("release/why", add_tests)
