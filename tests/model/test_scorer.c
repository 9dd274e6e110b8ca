/* The scorer gives what the fit had, and behaves at the edges: zones, clamps, gaps, the unheard of. */
#include "core/model/scorer.h"
#include "core/base/number.h"
#include "tests/model/specs.h"

static const struct assay_terms common = {0}; /* everybody's weights and line */

/* ---- one mathematics ---- */

/* The log-odds that the fit, or those by segment, give the rows of the history; the caller frees them. */
static double *fitted_log_odds(const struct assay_calibration *c)
{
    struct assay_error err = {0};
    double *log_odds = malloc(c->history.n_row * sizeof *log_odds);
    ck_assert_ptr_nonnull(log_odds);
    ck_assert(assay_pipeline_log_odds(&c->pipeline, log_odds));
    if (c->segmentation.column != NULL && isfinite(c->segmentation.strength))
        ck_assay_ok(assay_segments_log_odds(&c->pipeline, &c->segmentation.segments,
                                            &c->segmentation.fits,
                                            c->settlement.estimation.sign_free, log_odds, &err));
    return log_odds;
}

static void assert_scores_as_fitted(const struct lab *lab)
{
    const struct assay_table *table = &lab->intake.table;
    struct assay_error err = {0};
    struct assay_scorer scorer;
    size_t n_scored = 0;
    double *fitted = fitted_log_odds(&lab->calibration);
    ck_assay_ok(assay_scorer_init(&lab->model, table, &scorer, &err));
    for (size_t i = 0; i < table->n_row; i++) {
        double s[ASSAY_MAX_SIGNALS];
        bool missing[ASSAY_MAX_SIGNALS];
        struct assay_score score;
        assay_scorer_row(&scorer, table, i, s, missing, &score);
        if (!lab->calibration.history.used[i])
            continue;
        n_scored++;
        ck_assert(!score.dropped && !score.unseen_plan && !score.terms.unseen);
        ck_assert_uint_eq(score.cohort, lab->calibration.history.leaf[i]);
        test_close("probability", score.probability, assay_expit(fitted[i]), 1e-12, 1);
        /* the composite carries the model: logit P = alpha - B H / 100, and nothing is lost */
        const double *slope = assay_terms_slope(&lab->model, score.terms);
        double log_odds = assay_terms_intercept(&lab->model, score.terms), total = 0;
        for (size_t j = 0; j < lab->model.n_signal; j++) {
            log_odds += missing[j] ? lab->model.missing_term[j] : 0;
            total += slope[j];
        }
        log_odds -= total * score.composite / 100;
        test_close("log-odds", score.log_odds, log_odds, 1e-12, 1);
    }
    ck_assert_uint_eq(n_scored, lab->calibration.history.n_used);
    free(fitted);
    assay_scorer_clear(&scorer);
}

START_TEST(training_rows_score_as_the_fit_had_them)
{
    struct lab lab = {0};
    lab_of_spec(&lab, (size_t)_i);
    assert_scores_as_fitted(&lab);
    lab_clear(&lab);
}
END_TEST

/* The last of the specs has weights by plan and lines by contract. */
START_TEST(segments_have_weights_lines_and_examples_of_their_own)
{
    struct lab lab = {0};
    lab_of_spec(&lab, COUNT(model_specs) - 1);
    const struct assay_model *model = &lab.model;
    ck_assert_uint_eq(model->n_segment_model, 3);
    ck_assert_uint_eq(model->n_segment_line, 3);
    for (size_t k = 0; k < 3; k++) {
        size_t n_model = 0, n_line = 0;
        for (size_t e = 0; e < model->n_example; e++)
            for (size_t i = 0; i < model->n_input; i++) {
                const char *column = model->inputs[i].column, *text = model->examples[e].inputs[i].text;
                if (text == NULL)
                    continue;
                n_model += strcmp(column, model->spec.fit.models_by) == 0 &&
                           strcmp(text, model->segment_models[k].segment) == 0;
                n_line += strcmp(column, model->spec.line.by) == 0 &&
                          strcmp(text, model->segment_lines[k].segment) == 0;
            }
        ck_assert(n_model > 0 && n_line > 0);
        ck_assert(model->segment_models[k].borrowed > 0 && model->segment_models[k].borrowed < 1);
        ck_assert_double_ne(model->segment_models[k].intercept, model->intercept);
    }
    lab_clear(&lab);
}
END_TEST

START_TEST(demo_rows_score_as_the_fit_had_them)
{
    struct lab lab = {0};
    lab_demo(&lab);
    assert_scores_as_fitted(&lab);
    lab_clear(&lab);
}
END_TEST

/* ---- a model small enough to work out by hand ---- */

/* One signal, `none`, slope 10 ln 2: a point of s is a tenth of a halving, so that on the default
 * scale a point of s is a point of score; the line is where s is 50. */
struct tiny {
    struct assay_signal_spec signal;
    struct assay_zone zones[3];
    double slope, weight, missing_term;
    struct assay_model model;
};

static void tiny_init(struct tiny *tiny)
{
    *tiny = (struct tiny){
        .signal = {.name = "s", .column = "s", .normalise = {.method = ASSAY_NONE}},
        .zones = {{"Low", 0}, {"Middle", 30.1}, {"High", 70}},
        .slope = 10 * M_LN2,
        .weight = 1};
    tiny->model = (struct assay_model){.spec = {.signals = &tiny->signal,
                                                .n_signal = 1,
                                                .zones = tiny->zones,
                                                .n_zone = 3,
                                                .points_to_halve_odds = 10},
                                       .n_signal = 1,
                                       .n_coef = 2,
                                       .intercept = 5 * M_LN2,
                                       .slope = &tiny->slope,
                                       .weight = &tiny->weight,
                                       .missing_term = &tiny->missing_term,
                                       .at_risk_probability = 0.5,
                                       .at_risk_score = 50};
}

static struct assay_score finish(const struct assay_model *model, double log_odds)
{
    struct assay_score score = {.log_odds = log_odds};
    assay_score_finish(model, &score);
    return score;
}

START_TEST(every_ten_points_halve_the_odds_and_50_is_the_line)
{
    struct tiny tiny;
    tiny_init(&tiny);
    for (double points = 1; points < 100; points += 7) {
        double s[] = {points};
        bool missing[1];
        struct assay_score score;
        assay_score_normalised(&tiny.model, common, s, missing, &score);
        test_close("score", score.score, points, 1e-14, 100);
        test_close("odds", score.probability / (1 - score.probability),
                   exp2((50 - points) / 10), 1e-13, 0);
        ck_assert_double_eq(score.composite, points);
    }
    ck_assert_double_eq(finish(&tiny.model, 0).score, 50);
    ck_assert_double_eq(finish(&tiny.model, 0).probability, 0.5);
}
END_TEST

START_TEST(scores_stay_between_0_and_100_and_probabilities_between_0_and_1)
{
    static const double far[] = {-1e308, -800, -40, 40, 800, 1e308};
    struct tiny tiny;
    tiny_init(&tiny);
    for (size_t k = 0; k < COUNT(far); k++) {
        struct assay_score score = finish(&tiny.model, far[k]);
        ck_assert_double_eq(score.score, far[k] > 0 ? 0 : 100);
        ck_assert(score.probability >= 0 && score.probability <= 1);
        ck_assert_uint_eq(score.zone, far[k] > 0 ? 0 : 2);
    }
}
END_TEST

/* On the scale where the score is the composite, the bound itself can be hit exactly. */
START_TEST(a_zone_begins_at_its_bound_to_the_last_bit)
{
    struct tiny tiny;
    tiny_init(&tiny);
    tiny.model.spec.scale = ASSAY_WEIGHTED_AVERAGE;
    for (size_t z = 1; z < 3; z++) {
        double from = tiny.zones[z].from;
        struct assay_score on = {.rounded = from}, below = {.rounded = nextafter(from, 0)},
                           above = {.rounded = nextafter(from, 100)};
        assay_score_finish(&tiny.model, &on);
        assay_score_finish(&tiny.model, &below);
        assay_score_finish(&tiny.model, &above);
        ck_assert_uint_eq(on.zone, z);
        ck_assert_uint_eq(below.zone, z - 1); /* prints as 30.1 at any sensible width */
        ck_assert_uint_eq(above.zone, z);
    }
}
END_TEST

START_TEST(the_log_odds_scale_decides_zones_on_the_unrounded_score_too)
{
    struct tiny tiny;
    tiny_init(&tiny);
    /* 3e-12 of a point below the bound is below it, though 12 digits show no difference */
    ck_assert_uint_eq(finish(&tiny.model, (50 - 30.1 + 3e-12) / 10 * M_LN2).zone, 0);
    ck_assert_uint_eq(finish(&tiny.model, (50 - 30.1 - 3e-12) / 10 * M_LN2).zone, 1);
}
END_TEST

/* ---- rounding ---- */

/* "product" with weights 0.1 and 0.3, "support" with 0.2 and 0.4; slopes 2 w. */
struct scorecard {
    struct assay_signal_spec signals[4];
    struct assay_zone zones[2];
    double slope[4], weight[4], missing_term[4];
    struct assay_model model;
};

static void scorecard_init(struct scorecard *card, bool dimensions, bool score)
{
    *card = (struct scorecard){.zones = {{"Low", 0}, {"High", 8}},
                               .slope = {0.2, 0.6, 0.4, 0.8},
                               .weight = {0.1, 0.3, 0.2, 0.4}};
    for (size_t j = 0; j < 4; j++)
        card->signals[j] = (struct assay_signal_spec){
            .dimension = (char *)(j < 2 ? "product" : "support"),
            .normalise = {.method = ASSAY_NONE},
            .missing = j == 1 ? ASSAY_RENORMALISE_DIMENSION : ASSAY_POINTS,
            .missing_points = j == 3 ? 13 : 0};
    card->model = (struct assay_model){.spec = {.signals = card->signals,
                                                .n_signal = 4,
                                                .zones = card->zones,
                                                .n_zone = 2,
                                                .scale = ASSAY_WEIGHTED_AVERAGE,
                                                .rounding = {dimensions, score},
                                                .points_to_halve_odds = 10},
                                       .n_signal = 4,
                                       .n_coef = 5,
                                       .intercept = 0.5,
                                       .slope = card->slope,
                                       .weight = card->weight,
                                       .missing_term = card->missing_term,
                                       .at_risk_probability = 0.5};
}

/* Product (0.1 * 0 + 0.3 * 2) / 0.4 = 1.5, support (0.2 * 10 + 0.4 * 13) / 0.6 = 12, together 7.8; with
 * product at 2, 0.4 * 2 + 0.6 * 12 = 8. A second row: product 1 and, for its gap, 1; support 10 and
 * declared 12.25: 1 and 11.5, together 7.3; with support at 12, 7.6. */
START_TEST(scores_are_rounded_where_the_model_says_so_and_nothing_else_is)
{
    static const struct {
        bool dimensions, score;
        double first, second;
        size_t zone[2];
    } rounds[] = {{false, false, 7.8, 7.3, {0, 0}},
                  {true, false, 8, 7.6, {1, 0}},
                  {false, true, 8, 7, {1, 0}},
                  {true, true, 8, 8, {1, 1}}};
    struct scorecard card;
    for (size_t k = 0; k < COUNT(rounds); k++) {
        double s[2][4] = {{0, 2, 10, (double)NAN}, {1, (double)NAN, 10, (double)NAN}};
        bool missing[4];
        struct assay_score first, second;
        scorecard_init(&card, rounds[k].dimensions, rounds[k].score);
        assay_score_normalised(&card.model, common, s[0], missing, &first);
        card.signals[3].missing_points = 12.25;
        assay_score_normalised(&card.model, common, s[1], missing, &second);
        test_close("score", first.score, rounds[k].first, 1e-14, 10);
        test_close("score", second.score, rounds[k].second, 1e-14, 10);
        ck_assert_uint_eq(first.zone, rounds[k].zone[0]);
        ck_assert_uint_eq(second.zone, rounds[k].zone[1]);
        test_close("composite", first.composite, 7.8, 1e-14, 10);
        test_close("composite", second.composite, 7.3, 1e-14, 10);
        test_close("log-odds", second.log_odds, 0.5 - 2 * 0.073, 1e-14, 1);
        test_close("probability", second.probability, 1 / (1 + exp(-0.354)), 1e-14, 1);
    }
}
END_TEST

START_TEST(a_model_that_rounds_has_whole_scores_in_its_examples)
{
    struct lab lab = {0};
    size_t k = 0, n_whole = 0, n_moved = 0;
    while (strstr(model_specs[k].spec, "\"rounding\": {\"dimensions\"") == NULL)
        k++;
    lab_of_spec(&lab, k);
    for (size_t e = 0; e < lab.model.n_example; e++) {
        const struct assay_example *example = &lab.model.examples[e];
        double s[ASSAY_MAX_SIGNALS];
        bool missing[ASSAY_MAX_SIGNALS];
        struct assay_score score;
        assay_score_inputs(&lab.model, example->inputs, s, missing, &score);
        ck_assert_double_eq(example->score, floor(example->score));
        if (score.n_missing > 0) /* then dimensions may have other shares in it, too */
            continue;
        n_whole++;
        n_moved += fabs(example->score - example->composite) > 0.5;
        ck_assert_double_le(fabs(example->score - example->composite), 1 + 1e-9); /* two halves */
    }
    ck_assert_uint_gt(n_whole, 10);
    ck_assert_uint_gt(n_moved, 0); /* more than rounding the score alone could do */
    lab_clear(&lab);
}
END_TEST

/* ---- the weighted average ---- */

START_TEST(zones_of_a_weighted_average_mean_the_same_risks)
{
    static const double bounds[] = {0, 47, 53}; /* as the spec declares them */
    struct lab lab = {0};
    lab_of_spec(&lab, 7);
    const struct assay_model *model = &lab.model;
    double line = log(model->at_risk_probability / (1 - model->at_risk_probability));
    ck_assert_int_eq(model->spec.scale, ASSAY_WEIGHTED_AVERAGE);
    ck_assert_double_eq(model->spec.zones[0].from, 0);
    for (size_t z = 1; z < 3; z++) {
        double at_bound =
            model->intercept - lab.calibration.pipeline.slope_total * model->spec.zones[z].from / 100;
        test_close("log-odds at the zone's bound", at_bound,
                   line - (bounds[z] - 50) / 10 * M_LN2, 1e-12, 1);
    }
    double at_line = model->intercept - lab.calibration.pipeline.slope_total * model->at_risk_score / 100;
    test_close("log-odds at the at-risk score", at_line, line, 1e-12, 1);
    lab_clear(&lab);
}
END_TEST

START_TEST(a_weighted_average_too_narrow_for_its_zones_is_refused)
{
    static const char spec[] = SPEC_HEAD "\"scale\": \"weighted-average\", \"zones\": ["
        "{\"name\": \"Red\", \"from\": 0}, {\"name\": \"Amber\", \"from\": 1},"
        "{\"name\": \"Green\", \"from\": 2}]," PLAIN "}";
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_text csv = made_up_csv(&(struct made_up){.seed = 21, .n_row = 400});
    ck_assay_ok(lab_read(&lab, spec, csv.data, &err));
    ck_assert_int_eq(lab_model(&lab, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "zone \"Amber\" would start at 0 on the weighted average, no "
                                  "higher than the zone before it");
    ck_assert_str_eq(err.hint, "The weighted average spans fewer risks than the zones ask for: use "
                               "\"scale\": \"log-odds\", or zones nearer to 50.");
    assay_text_clear(&csv);
    lab_clear(&lab);
}
END_TEST

/* ---- what calibration did not see ---- */

/* The every-method model on one line of the made-up table's columns. */
static struct assay_score score_line(const struct lab *lab, const char *line, double s[],
                                     bool missing[])
{
    struct assay_error err = {0};
    struct assay_intake intake = {0};
    struct assay_intake_options options = assay_intake_options_default();
    struct assay_scorer scorer;
    struct assay_score score;
    struct assay_text csv = {0};
    char path[] = "/tmp/assay-score-XXXXXX";
    assay_text_printf(&csv, "id,plan,months,logins,tickets,nps,seats,use,contract\n%s\n", line);
    lab_write_file(path, csv.data, csv.length);
    options.path = path;
    options.quiet = true;
    ck_assay_ok(assay_intake_open(&lab->model.spec, ASSAY_TO_SCORE, &options, &intake, &err));
    ck_assay_ok(assay_intake_read_all(&intake, &err));
    unlink(path);
    ck_assert_uint_eq(intake.table.n_row, 1);
    ck_assay_ok(assay_scorer_init(&lab->model, &intake.table, &scorer, &err));
    assay_scorer_row(&scorer, &intake.table, 0, s, missing, &score);
    assay_scorer_clear(&scorer);
    assay_intake_close(&intake);
    assay_text_clear(&csv);
    return score;
}

START_TEST(a_plan_that_nobody_knows_is_compared_with_everybody_and_marked)
{
    struct lab lab = {0};
    double s[6], everybody[6];
    bool missing[6];
    lab_of_spec(&lab, 3);
    struct assay_score known = score_line(&lab, "x,Team,5,20,1,7,0.5,50,yearly", s, missing);
    ck_assert(!known.unseen_plan);
    ck_assert_uint_ne(known.cohort, 0);
    ck_assert_str_eq(lab.model.cohorts.nodes[known.cohort].plan, "Team");
    ck_assert_uint_eq(lab.model.cohorts.nodes[known.cohort].band, 1);
    struct assay_score unseen = score_line(&lab, "x,Galaxy,5,20,1,7,0.5,50,yearly", everybody, missing);
    ck_assert(unseen.unseen_plan);
    ck_assert_uint_eq(unseen.cohort, 0);
    ck_assert_double_ne(everybody[0], s[0]); /* its logins stand against all plans now */
    ck_assert_double_eq(everybody[3], s[3]); /* a range has no cohorts */
    struct assay_score none = score_line(&lab, "x,,5,20,1,7,0.5,50,yearly", s, missing);
    ck_assert(!none.unseen_plan);
    struct assay_score no_tenure = score_line(&lab, "x,Team,,20,1,7,0.5,50,yearly", s, missing);
    ck_assert_uint_eq(no_tenure.cohort, lab.model.cohorts.nodes[known.cohort].parent);
    ck_assert_uint_eq(none.n_missing + no_tenure.n_missing, 0);
    lab_clear(&lab);
}
END_TEST

START_TEST(an_unknown_category_is_missing_and_a_drop_signal_without_a_value_has_no_score)
{
    struct lab lab = {0};
    double s[6];
    bool missing[6];
    lab_of_spec(&lab, 3);
    struct assay_score whole = score_line(&lab, "x,Team,5,20,1,7,0.5,50,yearly", s, missing);
    ck_assert_uint_eq(whole.n_missing + whole.n_unknown, 0);
    ck_assert(!whole.dropped);
    struct assay_score unknown = score_line(&lab, "x,Team,5,20,1,7,0.5,50,weekly", s, missing);
    ck_assert(unknown.dropped && missing[5]);
    ck_assert_uint_eq(unknown.n_unknown, 1);
    struct assay_score empty = score_line(&lab, "x,Team,5,20,1,7,0.5,50,", s, missing);
    ck_assert(empty.dropped && missing[5]);
    ck_assert_uint_eq(empty.n_unknown, 0);
    lab_clear(&lab);
}
END_TEST

START_TEST(missing_signals_follow_their_policies)
{
    struct lab lab = {0};
    double s[6];
    bool missing[6];
    lab_of_spec(&lab, 3);
    struct assay_score score = score_line(&lab, "x,Team,5,20,,,0.5,,yearly", s, missing);
    const double *w = lab.model.weight;
    ck_assert_uint_eq(score.n_missing, 3);
    ck_assert_double_eq(s[2], 50); /* indicator */
    ck_assert_double_eq(s[4], 50); /* neutral */
    /* renormalise: the mean of the others, by their weights */
    double sum = 0, total = 0;
    for (size_t j = 0; j < 6; j++)
        if (j != 1) {
            sum += w[j] * s[j];
            total += w[j];
        }
    test_close("renormalised", s[1], sum / total, 1e-14, 1);
    test_close("composite", score.composite, sum / total, 1e-14, 1);
    double log_odds = lab.model.intercept - lab.calibration.pipeline.slope_total * score.composite / 100 +
                      lab.model.missing_term[2];
    test_close("log-odds", score.log_odds, log_odds, 1e-13, 1);
    lab_clear(&lab);
}
END_TEST

/* ---- monotone ---- */

START_TEST(raising_a_signal_never_lowers_the_score)
{
    struct lab lab = {0};
    struct test_random random = {77};
    lab_demo(&lab);
    size_t n = lab.model.n_signal;
    for (size_t draw = 0; draw < 2000; draw++) {
        double s[ASSAY_MAX_SIGNALS], raised[ASSAY_MAX_SIGNALS];
        bool missing[ASSAY_MAX_SIGNALS];
        struct assay_score before, after;
        for (size_t j = 0; j < n; j++)
            s[j] = test_below(&random, 6) == 0 ? (double)NAN : 100 * test_uniform(&random);
        size_t which = test_below(&random, n);
        s[which] = 100 * test_uniform(&random);
        memcpy(raised, s, sizeof raised);
        raised[which] += (100 - s[which]) * test_uniform(&random);
        assay_score_normalised(&lab.model, common, s, missing, &before);
        assay_score_normalised(&lab.model, common, raised, missing, &after);
        ck_assert_double_ge(after.score, before.score);
        ck_assert_double_ge(after.composite, before.composite);
        ck_assert_double_le(after.probability, before.probability);
        ck_assert_uint_ge(after.zone, before.zone);
    }
    lab_clear(&lab);
}
END_TEST

/* Raw values too, through every method, in either direction. */
START_TEST(a_healthier_raw_value_never_lowers_the_score)
{
    struct lab lab = {0};
    double s[6];
    bool missing[6];
    lab_of_spec(&lab, 3);
    double last = -1;
    for (int step = 0; step <= 24; step++) {
        char line[160];
        snprintf(line, sizeof line, "x,Team,5,%d,%d,%d,%g,%d,yearly", 3 * step, 24 - step, step / 2,
                 step / 20.0, 5 * step);
        struct assay_score score = score_line(&lab, line, s, missing);
        ck_assert_double_ge(score.score, last);
        last = score.score;
    }
    ck_assert_double_gt(last, 50);
    lab_clear(&lab);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, training_rows_score_as_the_fit_had_them, 0, COUNT(model_specs));
    tcase_add_test(tc, segments_have_weights_lines_and_examples_of_their_own);
    tcase_add_test(tc, demo_rows_score_as_the_fit_had_them);
    tcase_add_test(tc, every_ten_points_halve_the_odds_and_50_is_the_line);
    tcase_add_test(tc, scores_stay_between_0_and_100_and_probabilities_between_0_and_1);
    tcase_add_test(tc, a_zone_begins_at_its_bound_to_the_last_bit);
    tcase_add_test(tc, the_log_odds_scale_decides_zones_on_the_unrounded_score_too);
    tcase_add_test(tc, scores_are_rounded_where_the_model_says_so_and_nothing_else_is);
    tcase_add_test(tc, a_model_that_rounds_has_whole_scores_in_its_examples);
    tcase_add_test(tc, zones_of_a_weighted_average_mean_the_same_risks);
    tcase_add_test(tc, a_weighted_average_too_narrow_for_its_zones_is_refused);
    tcase_add_test(tc, a_plan_that_nobody_knows_is_compared_with_everybody_and_marked);
    tcase_add_test(
        tc, an_unknown_category_is_missing_and_a_drop_signal_without_a_value_has_no_score);
    tcase_add_test(tc, missing_signals_follow_their_policies);
    tcase_add_test(tc, raising_a_signal_never_lowers_the_score);
    tcase_add_test(tc, a_healthier_raw_value_never_lowers_the_score);
}

ASSAY_SUITE("model/scorer", add_tests)
