/* Whose weights and whose line an account goes by. */
#include "core/model/segments.h"

#include <math.h>
#include <string.h>

#include "core/model/scorer.h"
#include "tests/support/suite.h"

enum { N_SIGNAL = 2 };

/* Two signals, `none`. A point of the composite is a point of score (a tenth of a halving) for everybody
 * and in "east", which has all its weight on the first signal; in "west", with all of it on the
 * second, it is two points. The line of "big" is at odds of 1/4, two halvings below the common one:
 * 20 points. */
struct world {
    struct assay_signal_spec signals[N_SIGNAL];
    struct assay_zone zones[2];
    double slope[N_SIGNAL], weight[N_SIGNAL], missing_term[N_SIGNAL];
    double east_slope[N_SIGNAL], east_weight[N_SIGNAL], west_slope[N_SIGNAL], west_weight[N_SIGNAL];
    struct assay_model_segment models[2];
    struct assay_model_segment_line lines[2];
    struct assay_model model;
};

static void world_init(struct world *w)
{
    const double unit = 10 * M_LN2;
    *w = (struct world){
        .signals = {{.name = "a", .column = "a", .normalise = {.method = ASSAY_NONE},
                     .missing = ASSAY_RENORMALISE},
                    {.name = "b", .column = "b", .normalise = {.method = ASSAY_NONE}}},
        .zones = {{"Low", 0}, {"High", 50}},
        .slope = {unit / 2, unit / 2},
        .weight = {0.5, 0.5},
        .missing_term = {0, 0.25},
        .east_slope = {unit, 0},
        .east_weight = {1, 0},
        .west_slope = {0, 2 * unit},
        .west_weight = {0, 1}};
    w->models[0] = (struct assay_model_segment){.segment = (char *)"east", .intercept = 0.5 * unit,
                                                .slope = w->east_slope, .weight = w->east_weight};
    w->models[1] = (struct assay_model_segment){.segment = (char *)"west", .intercept = unit,
                                                .slope = w->west_slope, .weight = w->west_weight};
    w->lines[0] = (struct assay_model_segment_line){.segment = (char *)"big", .probability = 0.2};
    w->lines[1] = (struct assay_model_segment_line){.segment = (char *)"small", .probability = 0.5,
                                                    .common = true};
    w->model = (struct assay_model){
        .spec = {.signals = w->signals,
                 .n_signal = N_SIGNAL,
                 .zones = w->zones,
                 .n_zone = 2,
                 .points_to_halve_odds = 10,
                 .fit = {.models_by = (char *)"region"},
                 .line = {.by = (char *)"size"}},
        .n_signal = N_SIGNAL,
        .n_coef = 3,
        .intercept = 0.5 * unit,
        .slope = w->slope,
        .weight = w->weight,
        .missing_term = w->missing_term,
        .at_risk_probability = 0.5,
        .at_risk_score = 50,
        .segment_models = w->models,
        .n_segment_model = 2,
        .segment_lines = w->lines,
        .n_segment_line = 2};
}

static struct assay_score score_of(const struct world *w, const char *region, const char *size,
                                   double a, double b)
{
    double s[N_SIGNAL] = {a, b};
    bool missing[N_SIGNAL];
    struct assay_score score;
    assay_score_normalised(&w->model, assay_terms_find(&w->model, region, size), s, missing, &score);
    return score;
}

/* region and size; NULL: missing */
static const struct {
    const char *region, *size;
    double composite, score; /* at a = 60, b = 40, all by hand */
    bool unseen;
} cases[] = {
    {NULL, NULL, 50, 50, false},
    {"east", NULL, 60, 60, false},    /* its own weights, the common line */
    {"west", NULL, 40, 30, false},    /* log-odds 10 ln 2 (1 - 2 x 0.4): two halvings */
    {NULL, "big", 50, 30, false},     /* the line lies 20 points of risk lower */
    {"east", "big", 60, 40, false},
    {"east", "small", 60, 60, false}, /* seen, with too few events: the common line */
    {"south", NULL, 50, 50, true},
    {"south", "big", 50, 30, true},   /* nobody's weights, its own line */
    {"east", "middling", 60, 60, true},
    {"big", "east", 50, 50, true},    /* values of the other column */
};

START_TEST(an_account_goes_by_its_segments_weights_and_line)
{
    struct world w;
    world_init(&w);
    struct assay_score score = score_of(&w, cases[_i].region, cases[_i].size, 60, 40);
    test_close("composite", score.composite, cases[_i].composite, 1e-13, 1);
    test_close("score", score.score, cases[_i].score, 1e-13, 1);
    ck_assert_int_eq(score.terms.unseen, cases[_i].unseen);
    ck_assert_uint_eq(score.zone, score.score >= 50);
}
END_TEST

START_TEST(the_score_of_every_line_is_50)
{
    struct world w;
    world_init(&w);
    for (size_t k = 0; k < 3; k++) {
        const char *size = k < 2 ? w.lines[k].segment : NULL;
        double line = k < 2 ? w.lines[k].probability : w.model.at_risk_probability;
        struct assay_score score = {.log_odds = log(line / (1 - line)),
                                    .terms = assay_terms_find(&w.model, "east", size)};
        assay_score_finish(&w.model, &score);
        ck_assert_double_eq(score.score, 50);
        ck_assert_double_eq(assay_terms_line(&w.model, score.terms), line);
    }
}
END_TEST

/* renormalise puts the composite of the others, by the segment's weights: 40 of "b" for "west", and
 * 50, there being no other weight, for "east". */
START_TEST(gaps_are_filled_by_the_segments_weights)
{
    struct world w;
    world_init(&w);
    ck_assert_double_eq(score_of(&w, "west", NULL, NAN, 40).composite, 40);
    ck_assert_double_eq(score_of(&w, "east", NULL, NAN, 40).composite, 50);
    ck_assert_double_eq(score_of(&w, NULL, NULL, NAN, 40).composite, 40);
    double filled = score_of(&w, "west", NULL, 0, NAN).log_odds;
    test_close("indicator", filled, score_of(&w, "west", NULL, 0, 50).log_odds + 0.25, 1e-14, 1);
}
END_TEST

START_TEST(without_weights_of_their_own_no_segment_is_unheard_of)
{
    struct world w;
    world_init(&w);
    w.model.n_segment_model = 0;
    w.model.n_segment_line = 0;
    ck_assert(!score_of(&w, "south", "middling", 60, 40).terms.unseen);
    ck_assert_double_eq(score_of(&w, "east", "big", 60, 40).composite, 50);
    ck_assert_ptr_eq(assay_terms_slope(&w.model, (struct assay_terms){0}), w.slope);
    ck_assert_ptr_eq(assay_terms_weight(&w.model, (struct assay_terms){0}), w.weight);
    ck_assert_double_eq(assay_terms_intercept(&w.model, (struct assay_terms){0}), w.model.intercept);
}
END_TEST

/* ---- rows ---- */

struct rows {
    struct assay_table table;
    size_t column[4]; /* region, size, a, b */
};

static void rows_init(struct rows *r)
{
    static const char *const names[] = {"region", "size", "a", "b"};
    struct assay_error err = {0};
    *r = (struct rows){0};
    for (size_t k = 0; k < 4; k++)
        ck_assay_ok(assay_table_add_column(&r->table, names[k], k < 2 ? ASSAY_TEXT : ASSAY_NUMBER,
                                           &r->column[k], &err));
}

static void rows_add(struct rows *r, const char *region, const char *size, double a, double b)
{
    const char *texts[] = {region, size};
    struct assay_error err = {0};
    size_t i = r->table.n_row;
    ck_assay_ok(assay_table_reserve(&r->table, i + 1, &err));
    for (size_t k = 0; k < 2; k++) {
        struct assay_column *column = &r->table.columns[r->column[k]];
        column->codes[i] = texts[k] != NULL ? assay_dictionary_enter(column->dictionary, texts[k],
                                                                     strlen(texts[k]))
                                            : ASSAY_NO_CODE;
    }
    r->table.columns[r->column[2]].numbers[i] = a;
    r->table.columns[r->column[3]].numbers[i] = b;
    r->table.n_row++;
}

START_TEST(rows_of_a_stream_score_as_loose_accounts_do)
{
    struct world w;
    struct rows r;
    struct assay_error err = {0};
    struct assay_scorer scorer;
    struct assay_cohort_node everybody = {0};
    world_init(&w);
    w.model.cohorts = (struct assay_cohorts){&everybody, 1, &w.model.spec.cohort};
    rows_init(&r);
    ck_assay_ok(assay_scorer_init(&w.model, &r.table, &scorer, &err));
    for (size_t block = 0; block < 2; block++) { /* codes of the first stay good in the second */
        assay_table_reset(&r.table);
        for (size_t k = 0; k < COUNT(cases); k++)
            if (k % 2 == block || k < 4)
                rows_add(&r, cases[k].region, cases[k].size, 60, 40);
        ck_assay_ok(assay_scorer_extend(&scorer, &r.table, &err));
        for (size_t k = 0, i = 0; k < COUNT(cases); k++) {
            double s[N_SIGNAL];
            bool missing[N_SIGNAL];
            struct assay_score score;
            if (k % 2 != block && k >= 4)
                continue;
            assay_scorer_row(&scorer, &r.table, i++, s, missing, &score);
            test_close("score", score.score, cases[k].score, 1e-13, 1);
            ck_assert_int_eq(score.terms.unseen, cases[k].unseen);
        }
    }
    assay_scorer_clear(&scorer);
    assay_table_clear(&r.table);
}
END_TEST

START_TEST(examples_score_by_the_inputs_of_their_segment)
{
    struct world w;
    struct assay_error err = {0};
    struct assay_cohort_node everybody = {0};
    world_init(&w);
    w.model.cohorts = (struct assay_cohorts){&everybody, 1, &w.model.spec.cohort};
    ck_assay_ok(assay_model_find_inputs(&w.model, &err));
    ck_assert_uint_eq(w.model.n_input, 4);
    for (size_t k = 0; k < 4; k++)
        ck_assert_int_eq(w.model.inputs[k].is_text, k < 2);
    ck_assert_str_eq(w.model.inputs[0].column, "region");
    ck_assert_str_eq(w.model.inputs[1].column, "size");
    for (size_t k = 0; k < COUNT(cases); k++) {
        struct assay_example_input inputs[] = {{.text = (char *)cases[k].region, .number = NAN},
                                               {.text = (char *)cases[k].size, .number = NAN},
                                               {.number = 60},
                                               {.number = 40}};
        double s[N_SIGNAL];
        bool missing[N_SIGNAL];
        struct assay_score score;
        assay_score_inputs(&w.model, inputs, s, missing, &score);
        test_close("score", score.score, cases[k].score, 1e-13, 1);
        ck_assert_int_eq(score.terms.unseen, cases[k].unseen);
    }
    for (size_t k = 0; k < 4; k++)
        free(w.model.inputs[k].column);
    free(w.model.inputs);
}
END_TEST

START_TEST(any_allocation_may_fail)
{
    struct world w;
    struct rows r;
    struct assay_error err = {0};
    enum assay_status status = ASSAY_ENOMEM;
    world_init(&w);
    rows_init(&r);
    rows_add(&r, "east", "big", 60, 40);
    struct assay_columns columns = {.models_by = r.column[0], .line_by = r.column[1]};
    size_t n = 0;
    while (status == ASSAY_ENOMEM) {
        struct assay_terms_lookup lookup = {0};
        test_fail_allocation(++n);
        status = assay_terms_lookup_extend(&lookup, &w.model, &columns, &r.table, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || status == ASSAY_ENOMEM);
        assay_terms_lookup_clear(&lookup);
    }
    ck_assert_uint_eq(n, 3);
    assay_table_clear(&r.table);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, an_account_goes_by_its_segments_weights_and_line, 0, COUNT(cases));
    tcase_add_test(tc, the_score_of_every_line_is_50);
    tcase_add_test(tc, gaps_are_filled_by_the_segments_weights);
    tcase_add_test(tc, without_weights_of_their_own_no_segment_is_unheard_of);
    tcase_add_test(tc, rows_of_a_stream_score_as_loose_accounts_do);
    tcase_add_test(tc, examples_score_by_the_inputs_of_their_segment);
    tcase_add_test(tc, any_allocation_may_fail);
}

ASSAY_SUITE("model/segments", add_tests)
