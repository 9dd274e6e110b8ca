/* The audit as JSON: it parses, and every figure in it is the struct's, to the bit. */
#include "validate/audit_write.h"

#include "core/base/json.h"
#include "core/base/sha256.h"
#include "tests/validate/reading.h"
#include "validate/notes.h"

/* ---- comparing ---- */

static void check_number(const struct cJSON *object, const char *key, double value)
{
    const struct cJSON *found = test_at(object, key, NULL);
    if (isnan(value))
        ck_assert_msg(assay_json_is_null(found), "\"%s\" is a figure that is not defined", key);
    else
        ck_assert_msg(assay_json_is_number(found) && assay_json_number(found) == value,
                      "\"%s\" is not %.17g", key, value);
}

static void check_count(const struct cJSON *object, const char *key, size_t n)
{
    check_number(object, key, (double)n);
}

static void check_text(const struct cJSON *object, const char *key, const char *text)
{
    const struct cJSON *found = test_at(object, key, NULL);
    ck_assert_int_eq(assay_json_is_null(found), text == NULL);
    if (text != NULL)
        ck_assert_str_eq(assay_json_string(found), text);
}

static void check_interval(const struct cJSON *object, const char *key, double low, double high)
{
    const struct cJSON *found = test_at(object, key, NULL);
    ck_assert_int_eq(assay_json_is_null(found), isnan(low));
    if (isnan(low))
        return;
    ck_assert_uint_eq(assay_json_count(found), 2);
    ck_assert(assay_json_number(assay_json_first(found)) == low);
    ck_assert(assay_json_number(assay_json_next(assay_json_first(found))) == high);
}

static void check_estimate(const struct cJSON *object, const char *key,
                           const struct assay_estimate *e)
{
    const struct cJSON *found = test_at(object, key, NULL);
    check_number(found, "value", e->value);
    check_interval(found, "interval", e->low, e->high);
}

static void check_counts(const struct cJSON *object, const struct assay_confusion *counts)
{
    const struct cJSON *found = test_at(object, "counts", NULL);
    ck_assert_uint_eq(assay_json_count(found), 4);
    check_count(found, "tp", counts->tp);
    check_count(found, "fp", counts->fp);
    check_count(found, "fn", counts->fn);
    check_count(found, "tn", counts->tn);
}

/* What was audited, and the text that it came from. */
struct whole {
    const char *csv;
    struct reading r;
    struct assay_audit_rules rules;
    struct assay_audit_subject subject;
    struct assay_audit audit;
};

static void check_data(const struct cJSON *root, const struct whole *w)
{
    const struct cJSON *data = test_at(root, "data", NULL);
    const struct cJSON *dropped = test_at(data, "dropped", NULL);
    struct assay_sha256 hash;
    char sha256[ASSAY_SHA256_TEXT_SIZE], day[ASSAY_DATE_SIZE];
    size_t n_line = 0, left_out = 0;
    for (const char *at = w->csv; *at != '\0'; at++)
        n_line += *at == '\n';
    assay_sha256_init(&hash);
    assay_sha256_add(&hash, w->csv, strlen(w->csv));
    assay_sha256_finish(&hash, sha256);
    check_count(data, "rows", n_line - 1);
    check_count(data, "used", w->audit.n);
    check_count(data, "events", w->audit.n_event);
    for (const struct cJSON *k = assay_json_first(dropped); k != NULL; k = assay_json_next(k))
        left_out += (size_t)assay_json_number(k);
    ck_assert_uint_eq(w->audit.n + left_out, n_line - 1);
    for (size_t k = ASSAY_ROW_USED + 1; k < ASSAY_ROW_STATES; k++)
        check_count(dropped, assay_row_state_name((enum assay_row_state)k), w->r.data.count[k]);
    check_count(data, "early_events", w->r.data.early_events);
    check_count(data, "unseen_plan", w->r.data.n_unseen);
    check_count(data, "unseen_segment", w->r.data.n_new_segment);
    check_count(data, "unknown_category", w->r.data.n_unknown);
    check_text(data, "sha256", sha256);
    bool dated = w->r.data.from != ASSAY_NO_DATE;
    check_text(data, "from", dated ? assay_date_print(w->r.data.from, day) : NULL);
    check_text(data, "to", dated ? assay_date_print(w->r.data.to, day) : NULL);
}

static void check_verdict(const struct cJSON *root, const struct whole *w)
{
    static const char *const names[] = {
        [ASSAY_PASS] = "pass", [ASSAY_FAIL] = "fail", [ASSAY_INCONCLUSIVE] = "inconclusive"};
    const struct cJSON *metrics = test_at(root, "metrics", NULL);
    const struct cJSON *reasons = test_at(root, "verdict", "reasons", NULL);
    ck_assert_uint_eq(assay_json_count(reasons), 2);
    ck_assert_ptr_eq(strstr(assay_json_string(assay_json_first(reasons)), "sensitivity "),
                     assay_json_string(assay_json_first(reasons)));
    check_text(test_at(root, "verdict", NULL), "result", names[w->audit.verdict]);
    check_text(test_at(metrics, "sensitivity", NULL), "result", names[w->audit.sensitivity_result]);
    check_text(test_at(metrics, "specificity", NULL), "result", names[w->audit.specificity_result]);
    check_number(test_at(metrics, "sensitivity", NULL), "target", w->rules.target_sensitivity);
    check_number(test_at(metrics, "specificity", NULL), "target", w->rules.target_specificity);
}

static void check_metrics(const struct cJSON *root, const struct assay_audit *audit)
{
    const struct cJSON *metrics = test_at(root, "metrics", NULL);
    const struct assay_confusion_rates *rates = &audit->rates;
    const struct {
        const char *name;
        const struct assay_rate *rate;
    } shares[] = {{"sensitivity", &rates->sensitivity}, {"specificity", &rates->specificity},
                  {"ppv", &rates->ppv},                 {"npv", &rates->npv},
                  {"prevalence", &rates->prevalence},   {"accuracy", &rates->accuracy},
                  {"flagged_share", &rates->flagged_share}};
    const struct {
        const char *name;
        const struct assay_estimate *estimate;
    } others[] = {{"auc", &audit->auc.wald},
                  {"auc_logit", &audit->auc.logit},
                  {"brier", &audit->performance.brier},
                  {"log_loss", &audit->performance.log_loss},
                  {"calibration_intercept", &audit->performance.calibration_intercept},
                  {"calibration_slope", &audit->performance.calibration_slope},
                  {"oe_ratio", &audit->performance.oe_ratio}};
    ck_assert_uint_eq(assay_json_count(metrics), COUNT(shares) + COUNT(others));
    for (size_t k = 0; k < COUNT(shares); k++) {
        const struct cJSON *metric = test_at(metrics, shares[k].name, NULL);
        const struct assay_estimate *exact = &shares[k].rate->clopper_pearson;
        check_estimate(metrics, shares[k].name, &shares[k].rate->wilson);
        check_interval(metric, "clopper_pearson", exact->low, exact->high);
        check_count(metric, "of", shares[k].rate->n);
        ck_assert_int_eq(assay_json_is_null(test_at(metric, "target", NULL)), k > 1);
        ck_assert_int_eq(assay_json_is_null(test_at(metric, "result", NULL)), k > 1);
    }
    for (size_t k = 0; k < COUNT(others); k++)
        check_estimate(metrics, others[k].name, others[k].estimate);
}

static void check_zones(const struct cJSON *root, const struct whole *w)
{
    const struct cJSON *zones = test_at(root, "zones", NULL), *zone = assay_json_first(zones);
    ck_assert_uint_eq(assay_json_count(zones), w->rules.n_zone);
    for (size_t z = 0; z < w->rules.n_zone; z++, zone = assay_json_next(zone)) {
        const struct assay_zone_result *result = &w->audit.zones[z];
        const struct assay_estimate *rate = &result->rate.wilson;
        check_text(zone, "name", w->rules.zones[z].name);
        check_number(zone, "from", w->rules.zones[z].from);
        check_count(zone, "n", result->n);
        check_count(zone, "events", result->n_event);
        check_number(zone, "rate", rate->value);
        check_interval(zone, "interval", rate->low, rate->high);
    }
}

static void check_segments(const struct cJSON *root, const struct assay_audit *audit)
{
    const struct cJSON *segments = test_at(root, "segments", NULL);
    const struct cJSON *at = assay_json_first(segments);
    ck_assert_uint_eq(assay_json_count(segments), audit->n_segment);
    for (size_t k = 0; k < audit->n_segment; k++, at = assay_json_next(at)) {
        const struct assay_audit_segment *segment = &audit->segments[k];
        check_text(at, "column", segment->column);
        check_text(at, "value", segment->value);
        check_count(at, "n", segment->n);
        check_count(at, "events", segment->n_event);
        check_counts(at, &segment->counts);
        check_estimate(at, "auc", &segment->auc);
        check_estimate(at, "sensitivity", &segment->rates.sensitivity.wilson);
        check_estimate(at, "specificity", &segment->rates.specificity.wilson);
    }
}

static void check_value(const struct cJSON *root, const struct assay_audit *audit)
{
    const struct cJSON *impact = test_at(root, "impact", NULL);
    ck_assert_int_eq(assay_json_is_null(impact), isnan(audit->value_churned));
    if (isnan(audit->value_churned))
        return;
    ck_assert_uint_eq(assay_json_count(impact), 5);
    check_number(impact, "value_lost", audit->value_churned);
    check_number(impact, "value_lost_flagged", audit->value_caught);
    check_number(impact, "value_lost_missed", audit->value_missed);
    check_number(impact, "value_flagged_in_vain", audit->value_in_vain);
    check_count(impact, "without_value", audit->n_value_missing);
}

static void check_quality(const struct cJSON *root, const struct whole *w)
{
    const struct cJSON *quality = test_at(root, "quality", NULL);
    const struct cJSON *in_sample = test_at(quality, "in_sample", NULL);
    const struct cJSON *note = assay_json_first(test_at(quality, "notes", NULL));
    struct assay_notes notes;
    assay_notes_gather(&w->audit, &w->r.data, &w->rules, w->subject.model, &notes);
    for (size_t k = 0; k < notes.n; k++, note = assay_json_next(note)) {
        ck_assert_ptr_nonnull(note);
        ck_assert_str_eq(assay_json_string(note), notes.text[k]);
    }
    ck_assert_ptr_null(note);
    if (w->subject.model == NULL)
        ck_assert(assay_json_is_null(in_sample));
    else
        ck_assert_int_eq(assay_json_bool(in_sample),
                         assay_audit_in_sample(&w->r.data, w->subject.model));
}

/* model: NULL for a column. */
static void check_lines(const struct cJSON *line, const struct assay_model *model)
{
    const struct cJSON *segment = assay_json_first(test_at(line, "segments", NULL));
    if (model != NULL && model->n_segment_line > 0)
        check_text(line, "by", model->spec.line.by);
    else
        ck_assert(assay_json_is_null(test_at(line, "by", NULL)));
    for (size_t k = 0; model != NULL && k < model->n_segment_line; k++) {
        ck_assert_ptr_nonnull(segment);
        check_text(segment, "segment", model->segment_lines[k].segment);
        check_number(segment, "probability", model->segment_lines[k].probability);
        segment = assay_json_next(segment);
    }
    ck_assert_ptr_null(segment);
}

static void check_subject(const struct cJSON *root, const struct whole *w)
{
    const struct assay_model *model = w->subject.model;
    check_text(root, "format", "assay-audit/1");
    check_number(test_at(root, "line", NULL), "score", w->rules.line);
    check_number(test_at(root, "line", NULL), "probability", w->subject.line_probability);
    check_lines(test_at(root, "line", NULL), model);
    if (model == NULL) {
        check_text(root, "score_column", w->subject.score_column);
        check_text(root, "higher_is",
                   w->rules.higher_is == ASSAY_HIGHER_IS_HEALTH ? "health" : "risk");
        ck_assert_ptr_null(assay_json_get(root, "model"));
        return;
    }
    check_text(test_at(root, "model", NULL), "name", model->spec.name);
    check_text(test_at(root, "model", NULL), "version", model->version);
    check_text(test_at(root, "model", NULL), "digest", model->digest);
    ck_assert_ptr_null(assay_json_get(root, "score_column"));
}

/* Measures what has been read, writes it, and looks at all that was written. */
static void check_whole(struct whole *w)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    struct assay_json *doc = NULL;
    const struct assay_audit_data *data = &w->r.data;
    struct assay_audit_rows rows = {
        .n = data->n,
        .score = data->score,
        .prob = data->prob,
        .outcome = data->outcome,
        .value = data->value,
        .n_segment = data->spec->n_segment,
        .segment_codes = (const int32_t *const *)data->segment_codes,
        .segment_dictionary = (const struct assay_dictionary *const *)data->segment_dictionary};
    w->rules.segments = (const char *const *)data->spec->segments;
    w->rules.target_sensitivity = 0.75;
    w->rules.target_specificity = 0.7;
    ck_assay_ok(assay_audit_measure(&rows, &w->rules, &w->audit, &err));
    ck_assay_ok(assay_audit_write(&w->audit, data, &w->rules, &w->subject, &text, &err));
    ck_assay_ok(assay_json_parse("audit", text.data, text.length, ASSAY_JSON_STRICT, &doc, &err));
    const struct cJSON *root = assay_json_root(doc);
    check_subject(root, w);
    check_data(root, w);
    check_verdict(root, w);
    check_counts(root, &w->audit.counts);
    check_metrics(root, &w->audit);
    check_zones(root, w);
    check_segments(root, &w->audit);
    check_value(root, &w->audit);
    check_quality(root, w);
    /* format, data, line, verdict, counts, metrics, zones, segments, impact, quality; and the
     * model, or the column and its direction */
    ck_assert_uint_eq(assay_json_count(root), w->subject.model != NULL ? 11 : 12);
    assay_json_free(doc);
    assay_text_clear(&text);
    assay_audit_clear(&w->audit);
    reading_clear(&w->r);
}

/* ---- a model ---- */

START_TEST(an_audit_of_a_model_says_what_was_measured)
{
    struct assay_model model = {0};
    struct assay_error err = {0};
    struct assay_text csv = made_up_csv(&(struct made_up){.seed = 40 + (uint64_t)_i, .n_row = 300});
    reading_model(_i == 0 ? BY_SEGMENT : _i % 2 ? ALL_POLICIES : GENTLE_SPEC, &model);
    /* a bad row, an unheard-of plan and category, and an account without a value */
    assay_text_puts(&csv, "B,2025-12-31,Basic,many,1,1,1,1,1,yearly,1,0\n"
                          "C,2025-12-31,Galaxy,1,1,1,1,1,1,weekly,,1\n"
                          "D,2025-12-31,Galaxy,1,1,1,1,1,1,yearly,,1\n");
    struct whole w = {.csv = csv.data,
                      .rules = {.line = model.at_risk_score,
                                .higher_is = ASSAY_HIGHER_IS_HEALTH,
                                .zones = model.spec.zones,
                                .n_zone = model.spec.n_zone},
                      .subject = {.model = &model, .line_probability = model.at_risk_probability}};
    struct assay_intake_options options = assay_intake_options_default();
    options.max_rejects = 1;
    ck_assay_ok(reading_of(&w.r, &model.spec, &model, false, &options, csv.data, &err));
    ck_assert(w.r.data.n_unseen > 0 && (w.r.data.n_unknown > 0) == (_i > 0));
    ck_assert_int_eq(w.r.data.n_new_segment > 0, _i == 0);
    check_whole(&w);
    assay_text_clear(&csv);
    assay_model_clear(&model);
}
END_TEST

/* ---- columns, down to those that define next to nothing ---- */

static const struct {
    const char *csv;
    bool probabilities;
    enum assay_higher_is higher_is;
    double line;
} columns[] = {
    {"id,y,p\na,0,70\nb,1,20\nc,1,60\nd,0,40\ne,0,90\n", false, ASSAY_HIGHER_IS_HEALTH, 50},
    {"id,y,p\na,0,70\nb,1,20\nc,1,60\nd,,40\ne,0,\n", false, ASSAY_HIGHER_IS_RISK, 1e-300},
    {"id,y,p\na,0,0.1\nb,1,0.7\nc,1,0.3\nd,0,0.4\n", true, ASSAY_HIGHER_IS_RISK, 0.3},
    /* nobody, and everybody, had the event */
    {"id,y,p\na,0,0.1\nb,0,0.7\n", true, ASSAY_HIGHER_IS_RISK, 0.5},
    {"id,y,p\na,1,0.1\nb,1,0.7\n", true, ASSAY_HIGHER_IS_RISK, 0.5},
    /* a single account */
    {"id,y,p\na,1,0.1\n", true, ASSAY_HIGHER_IS_RISK, 0.5},
    {"id,y,p\na,0,0.1\n", false, ASSAY_HIGHER_IS_HEALTH, 0.1},
    /* all flagged, none flagged */
    {"id,y,p\na,0,0.1\nb,1,0.7\nc,1,0.3\n", true, ASSAY_HIGHER_IS_RISK, 0.1},
    {"id,y,p\na,0,0.1\nb,1,0.7\nc,1,0.3\n", true, ASSAY_HIGHER_IS_RISK, 0.8},
    /* perfect order, all the same, an infinite loss, an infinite ratio, no expected event at all */
    {"id,y,p\na,0,0.1\nb,1,0.7\nc,1,0.3\n", true, ASSAY_HIGHER_IS_RISK, 0.2},
    {"id,y,p\na,0,0.5\nb,1,0.5\nc,1,0.5\n", true, ASSAY_HIGHER_IS_RISK, 0.5},
    {"id,y,p\na,0,1\nb,1,0\nc,1,0.5\n", true, ASSAY_HIGHER_IS_RISK, 0.5},
    {"id,y,p\na,0,1e-320\nb,1,2e-320\nc,1,0\n", true, ASSAY_HIGHER_IS_RISK, 0.5},
    {"id,y,p\na,0,0\nb,1,0\nc,1,0\n", true, ASSAY_HIGHER_IS_RISK, 0.5},
    /* as far apart as numbers go */
    {"id,y,p\na,0,-1.7e308\nb,1,1.7e308\nc,1,5e-324\n", false, ASSAY_HIGHER_IS_HEALTH, -1e300},
};

START_TEST(an_audit_of_a_column_says_what_was_measured)
{
    struct assay_error err = {0};
    struct whole w = {
        .csv = columns[_i].csv,
        .rules = {.line = columns[_i].line, .higher_is = columns[_i].higher_is},
        .subject = {.score_column = "p",
                    .line_probability =
                        columns[_i].probabilities ? columns[_i].line : (double)NAN}};
    ck_assay_ok(reading_of_column(&w.r, FLAG_SPEC, columns[_i].probabilities, NULL, w.csv, &err));
    check_whole(&w);
}
END_TEST

/* Names come from people: their quotes and line ends are escaped, their letters left alone. */
START_TEST(names_stand_in_the_file_as_they_are)
{
    static const char csv[] = "id,y,p,area,worth\n"
                              "a,0,0.1,\"say \"\"hi\"\"\",1\nb,1,0.7,a\\b,\nc,1,0.3,caf\xc3\xa9,2.5\n"
                              "d,1,0.9,a\tb,4\ne,0,0.2,,8\n";
    struct assay_error err = {0};
    struct whole w = {.csv = csv,
                      .rules = {.line = 0.5, .higher_is = ASSAY_HIGHER_IS_RISK},
                      .subject = {.score_column = "p \"quoted\"\n", .line_probability = 0.5}};
    ck_assay_ok(reading_of_column(&w.r,
                                  COLUMN_SPEC("\"outcome\": {\"column\": \"y\"}, "
                                              "\"segments\": [\"area\"], \"value\": \"worth\", "),
                                  true, NULL, csv, &err));
    check_whole(&w);
}
END_TEST

/* ---- the verdict in words ---- */

static const struct {
    struct assay_estimate estimate;
    double target;
    enum assay_verdict result;
    const char *reason;
} reasons[] = {
    {{0.8125, 0.76, 0.86}, 0.75, ASSAY_PASS,
     "ppv 81.2% [76.0, 86.0] of 96 against a target of 75%: met"},
    {{0.5, 0.4004, 0.5996}, 0.625, ASSAY_FAIL,
     "ppv 50.0% [40.0, 60.0] of 96 against a target of 62.5%: missed"},
    {{1, 0.7, 1}, 0.75, ASSAY_INCONCLUSIVE,
     "ppv 100.0% [70.0, 100.0] of 96 against a target of 75%: the interval straddles it"},
    {{NAN, NAN, NAN}, 0.75, ASSAY_INCONCLUSIVE, "ppv is not defined: no snapshot to take it from"},
};

START_TEST(a_reason_says_figure_interval_target_and_result)
{
    char said[200];
    assay_audit_reason("ppv", &reasons[_i].estimate, reasons[_i].target, reasons[_i].result, 96,
                       said, sizeof said);
    ck_assert_str_eq(said, reasons[_i].reason);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, an_audit_of_a_model_says_what_was_measured, 0, 6);
    tcase_add_loop_test(tc, an_audit_of_a_column_says_what_was_measured, 0, COUNT(columns));
    tcase_add_test(tc, names_stand_in_the_file_as_they_are);
    tcase_add_loop_test(tc, a_reason_says_figure_interval_target_and_result, 0, COUNT(reasons));
}

ASSAY_SUITE("validate/audit_write", add_tests)
