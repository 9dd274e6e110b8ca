#include "calibrate/evidence/line.h"
#include "tests/calibrate/past.h"

static const struct assay_line_given choose = {.probability = NAN};

/* Calibrated predictions with three decimals; the caller frees them. */
static double *draw(struct past *p, uint64_t seed)
{
    struct test_random random = {seed};
    double *prob = calloc(p->history.n_row, sizeof *prob);
    for (size_t i = 0; i < p->history.n_row; i++) {
        double u = test_uniform(&random);
        prob[i] = (1 + floor(998 * u * u)) / 1000;
        p->history.outcome[i] = test_uniform(&random) < prob[i];
    }
    return prob;
}

/* ---- the common line ---- */

static const struct assay_line_spec specs[] = {
    {.rule = ASSAY_LINE_TARGETS},
    {.rule = ASSAY_LINE_YOUDEN},
    {.rule = ASSAY_LINE_COST, .miss = 4, .false_alarm = 1},
    {.rule = ASSAY_LINE_CAPACITY, .accounts = 30},
};
static const enum assay_line_by rules[] = {ASSAY_BY_TARGETS, ASSAY_BY_YOUDEN, ASSAY_BY_COST,
                                           ASSAY_BY_CAPACITY};

START_TEST(the_line_is_that_of_the_specs_rule)
{
    struct assay_error err = {0};
    struct past p;
    struct assay_line_choice choice;
    struct assay_line line;
    past_init(&p, 400, 5);
    double *prob = draw(&p, 1);
    int32_t *period = calloc(400, sizeof *period);
    prob[7] = NAN;
    p.spec.line = specs[_i];
    struct assay_line_question q = {.by = rules[_i], .sensitivity = 0.75, .specificity = 0.7,
                                    .miss = 4, .false_alarm = 1, .accounts = 30,
                                    .account = p.table.columns[0].codes, .period = period};
    ck_assay_ok(assay_line_choose(prob, p.history.outcome, 400, &q, &line, &err));
    ck_assay_ok(assay_line_settle(&p.history, prob, &choose, &choice, &err));
    ck_assert_double_eq(choice.probability, line.line);
    ck_assert_uint_eq(choice.answer.n, 399);
    ck_assert_int_eq(choice.how.rule, specs[_i].rule);
    ck_assert(!choice.how.given);
    ck_assert_int_eq(choice.how.feasible, line.feasible);
    ck_assert_int_eq(isnan(choice.how.low), _i != 0);
    ck_assert_int_eq(isnan(choice.how.cost), _i != 2);
    ck_assert_int_eq(isnan(choice.how.caught) || isnan(choice.how.caught_low), _i != 3);
    ck_assert_uint_eq(choice.n_segment, 0);
    assay_line_choice_clear(&choice);
    free(prob);
    free(period);
    past_clear(&p);
}
END_TEST

START_TEST(a_line_that_is_given_is_taken_as_it_is)
{
    struct assay_error err = {0};
    struct past p;
    struct assay_line_choice choice;
    struct assay_line_given given = {.probability = 0.123};
    double prob[3] = {0.2, 0.2, 0.2}; /* no rule would find a line */
    past_init(&p, 3, 2);
    ck_assay_ok(assay_line_settle(&p.history, prob, &given, &choice, &err));
    ck_assert_double_eq(choice.probability, 0.123);
    ck_assert(choice.how.given);
    ck_assert_double_nan(choice.how.low);
    ck_assert_double_nan(choice.how.caught);
    ck_assert_uint_eq(choice.answer.n, 0);
    assay_line_choice_clear(&choice);
    past_clear(&p);
}
END_TEST

/* Quarters end in March, June, September and December whatever the snapshots' days; who has no date is
 * in none, and a quarter of which the window holds but a few snapshots is none. Nine accounts over three
 * quarters, so that three each may be flagged; the two on top are of a quarter that was cut. */
START_TEST(capacity_counts_accounts_by_calendar_quarter)
{
    static const char *const days[] = {"2025-03-31", "2025-02-01", "2025-01-01",
                                       "2025-04-01", "2025-05-15", "2025-06-30",
                                       "2025-10-01", "2025-11-11", "2025-12-31"};
    struct assay_error err = {0};
    struct past p;
    struct assay_line_choice choice;
    double prob[32];
    past_init(&p, 32, 2);
    for (size_t i = 0; i < 32; i++) {
        prob[i] = 0.95 - 0.025 * (double)i;
        p.history.outcome[i] = i % 2 == 0;
        if (i < 9)
            past_date(&p, i, days[i]);
        else if (i > 9 && i < 30)
            past_date(&p, i, days[i % 9]);
        else if (i >= 30)
            past_date(&p, i, "2024-12-31");
    }
    prob[9] = 0.99; /* no date: however high, it is nobody's quarter */
    prob[30] = prob[31] = 0.98; /* nor is a quarter's last day */
    p.spec.line = (struct assay_line_spec){.rule = ASSAY_LINE_CAPACITY, .accounts = 3};
    ck_assay_ok(assay_line_settle(&p.history, prob, &choose, &choice, &err));
    ck_assert_uint_eq(choice.answer.n, 29);
    ck_assert_uint_eq(choice.answer.n_period, 3);
    ck_assert_double_eq(choice.answer.flagged, 3);
    ck_assert_double_lt(choice.probability, prob[8]);
    ck_assert_double_gt(choice.probability, prob[10]);
    test_close("caught", choice.how.caught, 5.0 / 3, 1e-15, 0);
    ck_assert(choice.how.caught_low < 5.0 / 3 && 5.0 / 3 < choice.how.caught_high);
    assay_line_choice_clear(&choice);
    past_clear(&p);
}
END_TEST

/* ---- segments ---- */

enum { MANY = 600 };

/* Three of four rows are of "Small", others of "Large", a dozen of "Tiny", one of none. */
static double *divide(struct past *p)
{
    past_init(p, MANY, 5);
    double *prob = draw(p, 9);
    for (size_t i = 0; i + 1 < MANY; i++)
        past_segment(p, i, i < 12 ? "Tiny" : i % 4 != 0 ? "Small" : "Large");
    return prob;
}

static const struct assay_model_segment_line *find(const struct assay_line_choice *choice,
                                                   const char *name)
{
    for (size_t k = 0; k < choice->n_segment; k++)
        if (strcmp(choice->segments[k].segment, name) == 0)
            return &choice->segments[k];
    ck_abort_msg("no segment \"%s\"", name);
    return NULL;
}

static double line_of_part(const struct past *p, const double prob[], const char *segment,
                           struct assay_line_question *q)
{
    struct assay_error err = {0};
    struct assay_line line;
    int32_t code = assay_dictionary_find(p->table.columns[2].dictionary, segment);
    double *part = calloc(MANY, sizeof *part);
    int32_t *period = calloc(MANY, sizeof *period);
    q->account = p->table.columns[0].codes;
    q->period = period;
    for (size_t i = 0; i < MANY; i++)
        part[i] = p->table.columns[2].codes[i] == code ? prob[i] : NAN;
    ck_assay_ok(assay_line_choose(part, p->history.outcome, MANY, q, &line, &err));
    free(part);
    free(period);
    return line.line;
}

START_TEST(a_segment_has_the_line_of_its_own_rows_or_the_common_one)
{
    struct assay_error err = {0};
    struct past p;
    struct assay_line_choice choice;
    struct assay_line_question q = {.by = ASSAY_BY_TARGETS, .sensitivity = 0.75, .specificity = 0.7};
    double *prob = divide(&p);
    ck_assay_ok(assay_line_settle(&p.history, prob, &choose, &choice, &err));
    ck_assert_uint_eq(choice.n_segment, 3);
    ck_assert_str_eq(choice.segments[0].segment, "Large"); /* by name, not as they come */
    ck_assert_str_eq(choice.segments[2].segment, "Tiny");
    const struct assay_model_segment_line *large = find(&choice, "Large");
    ck_assert(!large->common);
    ck_assert_double_eq(large->probability, line_of_part(&p, prob, "Large", &q));
    ck_assert_double_eq(find(&choice, "Small")->probability, line_of_part(&p, prob, "Small", &q));
    ck_assert(find(&choice, "Tiny")->common);
    ck_assert_double_eq(find(&choice, "Tiny")->probability, choice.probability);
    ck_assert_uint_eq(find(&choice, "Tiny")->rows, 12);
    size_t events = 0;
    for (size_t k = 0; k < 3; k++)
        events += choice.segments[k].events;
    ck_assert_uint_eq(events + p.history.outcome[MANY - 1], choice.answer.n_event);
    assay_line_choice_clear(&choice);
    free(prob);
    past_clear(&p);
}
END_TEST

START_TEST(segments_share_the_teams_time_by_their_snapshots)
{
    struct assay_error err = {0};
    struct past p;
    struct assay_line_choice choice;
    double *prob = divide(&p);
    p.spec.line = (struct assay_line_spec){.rule = ASSAY_LINE_CAPACITY, .accounts = 90};
    ck_assay_ok(assay_line_settle(&p.history, prob, &choose, &choice, &err));
    for (size_t k = 0; k < 2; k++) {
        const struct assay_model_segment_line *line = &choice.segments[k];
        struct assay_line_question q = {.by = ASSAY_BY_CAPACITY,
                                        .accounts = 90 * (double)line->rows / MANY};
        ck_assert(!line->common);
        ck_assert_double_eq(line->probability, line_of_part(&p, prob, line->segment, &q));
    }
    assay_line_choice_clear(&choice);
    free(prob);
    past_clear(&p);
}
END_TEST

START_TEST(nineteen_events_or_others_are_too_few_and_twenty_are_not)
{
    struct assay_error err = {0};
    struct past p;
    struct assay_line_choice choice;
    double prob[200];
    past_init(&p, 200, 5);
    for (size_t i = 0; i < 200; i++) { /* a: 20 and 80; b: 81 and 19 */
        prob[i] = 0.001 + 0.9 * (double)(i * 7 % 200) / 200;
        p.history.outcome[i] = i < 20 || i >= 119;
        past_segment(&p, i, i < 100 ? "a" : "b");
    }
    ck_assay_ok(assay_line_settle(&p.history, prob, &choose, &choice, &err));
    ck_assert(!choice.segments[0].common);
    ck_assert(choice.segments[1].common);
    assay_line_choice_clear(&choice);
    p.history.outcome[19] = 0; /* 19 events in a */
    p.history.outcome[119] = 0; /* 20 others in b */
    ck_assay_ok(assay_line_settle(&p.history, prob, &choose, &choice, &err));
    ck_assert(choice.segments[0].common);
    ck_assert(!choice.segments[1].common);
    for (size_t i = 100; i < 200; i++) /* nothing tells b's accounts apart */
        prob[i] = 0.4;
    assay_line_choice_clear(&choice);
    ck_assay_ok(assay_line_settle(&p.history, prob, &choose, &choice, &err));
    ck_assert(choice.segments[1].common);
    ck_assert_double_eq(choice.segments[1].probability, choice.probability);
    assay_line_choice_clear(&choice);
    past_clear(&p);
}
END_TEST

START_TEST(segments_keep_the_lines_that_are_given)
{
    struct assay_error err = {0};
    struct past p;
    struct assay_line_choice choice;
    char small[] = "Small", tiny[] = "Tiny";
    struct assay_model_segment_line kept[] = {{.segment = small, .probability = 0.3},
                                              {.segment = tiny, .probability = 0.7, .common = true}};
    struct assay_line_given given = {.probability = 0.2, .segments = kept, .n_segment = 2};
    struct assay_line_question q = {.by = ASSAY_BY_TARGETS, .sensitivity = 0.75, .specificity = 0.7};
    double *prob = divide(&p);
    ck_assay_ok(assay_line_settle(&p.history, prob, &given, &choice, &err));
    ck_assert_double_eq(find(&choice, "Small")->probability, 0.3);
    ck_assert(!find(&choice, "Small")->common);
    ck_assert_double_eq(find(&choice, "Tiny")->probability, 0.2); /* the common line, as it is now */
    ck_assert(find(&choice, "Tiny")->common);
    ck_assert_double_eq(find(&choice, "Large")->probability, line_of_part(&p, prob, "Large", &q));
    assay_line_choice_clear(&choice);
    free(prob);
    past_clear(&p);
}
END_TEST

/* ---- refusals ---- */

START_TEST(there_is_no_line_where_one_cannot_be_drawn)
{
    struct assay_error err = {0};
    struct past p;
    struct assay_line_choice choice = {.probability = -7};
    double spread[] = {0.1, 0.2, 0.3}, flat[] = {0.2, 0.2, 0.2}, tied[] = {0.1, 0.3, 0.3};
    past_init(&p, 3, 2);
    memset(p.history.outcome, 1, 3);
    ck_assert_int_eq(assay_line_settle(&p.history, spread, &choose, &choice, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "3 of 3 held-out snapshots have the event; expected some with it "
                                  "and some without");
    p.history.outcome[0] = 0;
    ck_assert_int_eq(assay_line_settle(&p.history, flat, &choose, &choice, &err), ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message, "every held-out snapshot gets the same prediction; expected "
                                  "weights that tell accounts apart");
    p.spec.line = (struct assay_line_spec){.rule = ASSAY_LINE_CAPACITY, .accounts = 1};
    ck_assert_int_eq(assay_line_settle(&p.history, tied, &choose, &choice, &err), ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message, "line: the highest prediction is shared by 2 accounts a period; "
                                  "expected at most 1");
    ck_assert_str_eq(err.hint, "Give the team room for more accounts, or use signals that tell "
                               "accounts apart.");
    ck_assert_double_eq(choice.probability, -7);
    past_clear(&p);
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    struct past p;
    struct assay_line_choice choice = {0};
    double *prob = divide(&p);
    p.spec.line = (struct assay_line_spec){.rule = ASSAY_LINE_CAPACITY, .accounts = 90};
    test_fail_allocation(0);
    enum assay_status status = assay_line_settle(&p.history, prob, &choose, &choice, NULL);
    size_t made = test_allocations();
    ck_assert_int_eq(status, ASSAY_OK);
    ck_assert_uint_ge(made, 30);
    assay_line_choice_clear(&choice);
    for (size_t n = 1; n <= made; n++) {
        test_fail_allocation(n);
        status = assay_line_settle(&p.history, prob, &choose, &choice, NULL);
        test_fail_allocation(0);
        ck_assert_msg(status == ASSAY_ENOMEM, "allocation %zu of %zu", n, made);
        ck_assert_ptr_null(choice.segments);
    }
    free(prob);
    past_clear(&p);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, the_line_is_that_of_the_specs_rule, 0, COUNT(specs));
    tcase_add_test(tc, a_line_that_is_given_is_taken_as_it_is);
    tcase_add_test(tc, capacity_counts_accounts_by_calendar_quarter);
    tcase_add_test(tc, a_segment_has_the_line_of_its_own_rows_or_the_common_one);
    tcase_add_test(tc, segments_share_the_teams_time_by_their_snapshots);
    tcase_add_test(tc, nineteen_events_or_others_are_too_few_and_twenty_are_not);
    tcase_add_test(tc, segments_keep_the_lines_that_are_given);
    tcase_add_test(tc, there_is_no_line_where_one_cannot_be_drawn);
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("calibrate/line", add_tests)
