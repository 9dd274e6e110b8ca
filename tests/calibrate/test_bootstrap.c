#include "tests/calibrate/trial.h"

/* ---- against the definition: every resample as a history of its own, read from a file ---- */

static double line_by_hand(const double log_odds[], const struct assay_history *h)
{
    struct assay_error err = {0};
    struct assay_line_question question = {.by = ASSAY_BY_TARGETS,
                                           .sensitivity = h->spec->target_sensitivity,
                                           .specificity = h->spec->target_specificity};
    struct assay_line line;
    double prob[2 * TRIAL_MOST_ROWS];
    for (size_t i = 0; i < h->n_row; i++)
        prob[i] = 1 / (1 + exp(-log_odds[i]));
    ck_assay_ok(assay_line_choose(prob, h->outcome, h->n_row, &question, &line, &err));
    return line.line;
}

/* The rows drawn, as a file that is read and fitted anew. */
static struct assay_resample resample_by_hand(const struct trial *trial,
                                              const struct trial_table *table,
                                              const unsigned char times[], double weight[])
{
    struct trial again = {0};
    struct assay_text csv = trial_csv(table, NULL, times);
    double log_odds[2 * TRIAL_MOST_ROWS];
    struct assay_resample made = {.weight = weight};
    trial_fit(&again, TRIAL_SPEC, &csv, 1);
    assay_text_clear(&csv);
    memcpy(weight, again.pipeline.weight, TRIAL_SIGNALS * sizeof *weight);
    trial_score(&again, &again.pipeline, log_odds);
    made.line = line_by_hand(log_odds, &again.history);
    made.own = trial_measure(log_odds, again.history.outcome, again.history.n_row, made.line,
                               &again.spec);
    trial_score(trial, &again.pipeline, log_odds);
    made.original = trial_measure(log_odds, trial->history.outcome, trial->history.n_row,
                                    made.line, &trial->spec);
    trial_clear(&again);
    return made;
}

static int ascending(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

/* Hyndman and Fan's type 6. */
static double quantile(double value[], size_t n, double share)
{
    qsort(value, n, sizeof *value, ascending);
    double at = (double)(n + 1) * share, whole = floor(at);
    size_t k = (size_t)whole; /* the k-th, from 1 */
    return value[k - 1] + (at - whole) * (value[k] - value[k - 1]);
}

static void check_percentile(const char *what, struct assay_estimate got, double value,
                             double draws[], size_t n)
{
    ck_assert_double_eq(got.value, value);
    test_close(what, got.low, fmin(value, quantile(draws, n, 0.025)), 1e-8, 1);
    test_close(what, got.high, fmax(value, quantile(draws, n, 0.975)), 1e-8, 1);
}

enum { BRUTE = 60 };

/* What bootstrap.h says of figures, word for word. */
static void check_corrected(const char *what, struct assay_estimate got, size_t measured,
                            const struct assay_measurement *apparent,
                            const struct assay_resample resample[])
{
    bool loss = measured == ASSAY_FIG_BRIER || measured == ASSAY_FIG_LOG_LOSS ||
                measured == ASSAY_FIG_OE_RATIO;
    bool plain = measured == ASSAY_FIG_CALIBRATION_INTERCEPT ||
                 measured == ASSAY_FIG_CALIBRATION_SLOPE;
    double a = apparent->value[measured], mean = 0, optimism = 0, square = 0, moved[BRUTE];
    for (size_t b = 0; b < BRUTE; b++) {
        double own = resample[b].own.value[measured], all = resample[b].original.value[measured];
        moved[b] = plain  ? own - all
                   : loss ? log(own / all)
                          : asin(sqrt(own)) - asin(sqrt(all));
        optimism += (own - all) / BRUTE;
        mean += moved[b] / BRUTE;
    }
    for (size_t b = 0; b < BRUTE; b++)
        square += (moved[b] - mean) * (moved[b] - mean);
    double half = 1.959963984540054 * sqrt(square / (BRUTE - 1));
    double middle = (plain ? a : loss ? log(a) : asin(sqrt(a))) - mean;
    double low = middle - half, high = middle + half, right = acos(-1) / 2; /* all of the arc */
    test_close(what, got.value, a - optimism, 1e-8, 1);
    test_close(what, got.low, plain ? low : loss ? exp(low) : pow(sin(fmax(low, 0)), 2), 1e-8, 1);
    test_close(what, got.high, plain ? high : loss ? exp(high) : pow(sin(fmin(high, right)), 2), 1e-8,
               1);
}

/* Fits stop when a step moves no log-odds by more than 1e-6, and the error is then its square; what is
 * measured depends on it smoothly: 1e-8. */
START_TEST(intervals_are_those_of_resamples_written_to_files_and_calibrated_anew)
{
    struct assay_error err = {0};
    struct trial_table *table = trial_draw(3, 250, -2);
    struct trial trial = {0};
    struct trial_result result = {0};
    trial_make(&trial, TRIAL_SPEC, table, 2);
    struct assay_bootstrap_question question = trial_question(&trial, BRUTE);
    ck_assay_ok(trial_run(&question, &result, &err));
    struct assay_resampling resampling = trial_resampling(&trial);
    static struct assay_resample resample[BRUTE];
    double weight[BRUTE][TRIAL_SIGNALS], draws[BRUTE], log_odds[TRIAL_MOST_ROWS];
    for (size_t b = 0; b < BRUTE; b++) {
        unsigned char times[TRIAL_MOST_ROWS];
        ck_assay_ok(assay_resample_draw(&resampling, b, times, &err));
        resample[b] = resample_by_hand(&trial, table, times, weight[b]);
    }
    const struct assay_model_bootstrap *got = &result.bootstrap;
    ck_assert_uint_eq(got->resamples, BRUTE);
    ck_assert_uint_eq(got->failed, 0);
    for (size_t j = 0; j < TRIAL_SIGNALS; j++) {
        for (size_t b = 0; b < BRUTE; b++)
            draws[b] = weight[b][j];
        check_percentile("weight", got->weight[j], trial.pipeline.weight[j], draws, BRUTE);
        ck_assert_double_lt(got->weight[j].low, got->weight[j].high);
    }
    for (size_t b = 0; b < BRUTE; b++)
        draws[b] = resample[b].line;
    check_percentile("line", got->line, 0.2, draws, BRUTE);
    trial_score(&trial, &trial.pipeline, log_odds);
    struct assay_measurement apparent = trial_measure(log_odds, trial.history.outcome,
                                                        trial.history.n_row, 0.2, &trial.spec);
    for (size_t f = 0; f < ASSAY_FIGURES; f++)
        check_corrected(assay_figure_name((enum assay_figure_name)f), got->figures[f], f, &apparent,
                        resample);
    for (size_t z = 0; z < trial.spec.n_zone; z++) {
        check_corrected("share", got->zone_share[z], ASSAY_MEASURED_SHARE + z, &apparent, resample);
        check_corrected("rate", got->zone_rate[z], ASSAY_MEASURED_RATE + z, &apparent, resample);
    }
    ck_assert_mem_eq(result.corrected.figures, got->figures, sizeof got->figures);
    ck_assert_uint_eq(result.corrected.n, table->n);
    ck_assert_uint_eq(result.corrected.events, trial.history.n_event);
    assay_resampling_clear(&resampling);
    trial_result_clear(&result);
    trial_clear(&trial);
    free(table);
}
END_TEST

/* ---- what must not matter ---- */

/* A zone that nobody is in has no rate. */
static void check_near(const char *what, double a, double b)
{
    ck_assert(isnan(a) == isnan(b));
    if (!isnan(a))
        test_close(what, a, b, 1e-9, 1);
}

static void check_same(const struct assay_estimate *a, const struct assay_estimate *b, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        check_near("value", a[k].value, b[k].value);
        check_near("low", a[k].low, b[k].low);
        check_near("high", a[k].high, b[k].high);
    }
}

START_TEST(the_order_of_the_rows_does_not_matter)
{
    struct assay_error err = {0};
    struct trial_table *table = trial_draw(4, 300, -2);
    struct trial trial[2] = {{.given = {0}}};
    struct trial_result result[2] = {{.corrected = {0}}};
    size_t order[TRIAL_MOST_ROWS];
    struct test_random random = {9};
    for (size_t k = 0; k < table->n; k++) { /* Fisher and Yates, from the inside out */
        size_t other = test_below(&random, k + 1);
        order[k] = order[other];
        order[other] = k;
    }
    for (size_t t = 0; t < 2; t++) {
        struct assay_text csv = trial_csv(table, t == 0 ? NULL : order, NULL);
        trial_fit(&trial[t], TRIAL_SPEC, &csv, 1);
        assay_text_clear(&csv);
        struct assay_bootstrap_question question = trial_question(&trial[t], 40);
        ck_assay_ok(trial_run(&question, &result[t], &err));
    }
    const struct assay_model_bootstrap *a = &result[0].bootstrap, *b = &result[1].bootstrap;
    check_same(a->weight, b->weight, TRIAL_SIGNALS);
    check_same(&a->line, &b->line, 1);
    check_same(a->figures, b->figures, ASSAY_FIGURES);
    check_same(a->zone_share, b->zone_share, trial[0].spec.n_zone);
    check_same(a->zone_rate, b->zone_rate, trial[0].spec.n_zone);
    for (size_t t = 0; t < 2; t++) {
        trial_result_clear(&result[t]);
        trial_clear(&trial[t]);
    }
    free(table);
}
END_TEST

START_TEST(any_number_of_threads_gives_the_same_bytes)
{
    struct assay_error err = {0};
    struct trial_table *table = trial_draw(5, 200, -2);
    struct trial trial = {0};
    struct trial_result one = {0}, many = {0};
    trial_make(&trial, TRIAL_SPEC, table, 1);
    struct assay_bootstrap_question question = trial_question(&trial, 70); /* two batches, and some */
    ck_assay_ok(trial_run(&question, &one, &err));
    for (size_t n_thread = 2; n_thread <= 5; n_thread += 3) {
        trial.history.n_thread = n_thread;
        ck_assay_ok(trial_run(&question, &many, &err));
        size_t zones = trial.spec.n_zone * sizeof(struct assay_estimate);
        ck_assert_mem_eq(one.bootstrap.weight, many.bootstrap.weight,
                         TRIAL_SIGNALS * sizeof *one.bootstrap.weight);
        ck_assert_mem_eq(&one.bootstrap.line, &many.bootstrap.line, sizeof one.bootstrap.line);
        ck_assert_mem_eq(&one.corrected, &many.corrected, sizeof one.corrected);
        ck_assert_mem_eq(one.bootstrap.zone_share, many.bootstrap.zone_share, zones);
        ck_assert_mem_eq(one.bootstrap.zone_rate, many.bootstrap.zone_rate, zones);
        trial_result_clear(&many);
    }
    trial_result_clear(&one);
    trial_clear(&trial);
    free(table);
}
END_TEST

/* ---- accounts with many rows ---- */

/* Every other row without the event is one account's: how often it is drawn moves the share of events,
 * and with it the calibration, far more than if the rows were of as many accounts. */
START_TEST(an_account_with_many_rows_widens_the_intervals)
{
    struct assay_error err = {0};
    struct trial_table *table = trial_draw(7, 300, -2);
    double width[2];
    for (size_t t = 0; t < 2; t++) {
        struct trial trial = {0};
        struct trial_result result = {0};
        for (size_t i = 0; t == 1 && i < table->n; i += 2)
            if (!trial_has_event(&table->row[i]))
                table->row[i].account = 0;
        trial_make(&trial, TRIAL_SPEC, table, 1);
        struct assay_bootstrap_question question = trial_question(&trial, 100);
        ck_assay_ok(trial_run(&question, &result, &err));
        ck_assert_uint_le(result.bootstrap.failed, 5);
        const struct assay_estimate *intercept =
            &result.bootstrap.figures[ASSAY_FIG_CALIBRATION_INTERCEPT];
        width[t] = intercept->high - intercept->low;
        trial_result_clear(&result);
        trial_clear(&trial);
    }
    ck_assert_double_gt(width[1], 1.5 * width[0]);
    free(table);
}
END_TEST

/* ---- optimism ---- */

/* 60 accounts, some 120 rows and 30 events for four coefficients: the apparent log loss lies some
 * p / n = 0.03 below that on 4,000 new rows. One sample's difference has a deviation of some 0.05, the
 * mean of 60 one of 0.007. */
START_TEST(corrected_figures_are_nearer_to_those_on_new_rows_than_apparent_ones)
{
    enum { SAMPLES = 60 };
    static const struct {
        enum assay_figure_name figure;
        double sign; /* 1: more flatters */
    } figures[] = {{ASSAY_FIG_LOG_LOSS, -1}, {ASSAY_FIG_BRIER, -1}, {ASSAY_FIG_AUC, 1},
                   {ASSAY_FIG_CALIBRATION_SLOPE, 1}};
    double flattery[COUNT(figures)] = {0}, left[COUNT(figures)] = {0}, log_odds[TRIAL_MOST_ROWS];
    struct assay_error err = {0};
    struct trial_table *population = trial_draw(1000, 1900, -1);
    struct trial fresh = {0};
    trial_make(&fresh, TRIAL_SPEC, population, 2);
    for (uint64_t seed = 0; seed < SAMPLES; seed++) {
        struct trial_table *table = trial_draw(2000 + seed, 60, -1);
        struct trial trial = {0};
        struct trial_result result = {0};
        trial_make(&trial, TRIAL_SPEC, table, 2);
        struct assay_bootstrap_question question = trial_question(&trial, 50);
        ck_assay_ok(trial_run(&question, &result, &err));
        trial_score(&trial, &trial.pipeline, log_odds);
        struct assay_measurement apparent = trial_measure(
            log_odds, trial.history.outcome, trial.history.n_row, 0.2, &trial.spec);
        trial_score(&fresh, &trial.pipeline, log_odds);
        struct assay_measurement truth = trial_measure(
            log_odds, fresh.history.outcome, fresh.history.n_row, 0.2, &trial.spec);
        for (size_t f = 0; f < COUNT(figures); f++) {
            double want = truth.value[figures[f].figure];
            double sign = figures[f].sign / SAMPLES;
            flattery[f] += sign * (apparent.value[figures[f].figure] - want);
            left[f] += sign * (result.corrected.figures[figures[f].figure].value - want);
        }
        trial_result_clear(&result);
        trial_clear(&trial);
        free(table);
    }
    for (size_t f = 0; f < COUNT(figures); f++) {
        const char *name = assay_figure_name(figures[f].figure);
        printf("%s: apparent %+.4f, corrected %+.4f off\n", name, flattery[f], left[f]);
        ck_assert_msg(flattery[f] > 0, "%s: %.4f", name, flattery[f]);
        ck_assert_msg(fabs(left[f]) < flattery[f], "%s: %.4f of %.4f", name, left[f], flattery[f]);
    }
    trial_clear(&fresh);
    free(population);
}
END_TEST

/* ---- lines ---- */

START_TEST(a_line_that_is_given_has_no_interval)
{
    struct assay_error err = {0};
    struct trial_table *table = trial_draw(8, 150, -2);
    struct trial trial = {0};
    struct trial_result result = {0};
    trial_make(&trial, TRIAL_SPEC, table, 1);
    trial.given.probability = 0.3;
    struct assay_bootstrap_question question = trial_question(&trial, 40);
    ck_assay_ok(trial_run(&question, &result, &err));
    ck_assert_double_nan(result.bootstrap.line.value);
    ck_assert_double_nan(result.bootstrap.line.low);
    ck_assert_double_nan(result.bootstrap.line.high);
    ck_assert_double_gt(result.bootstrap.figures[ASSAY_FIG_SENSITIVITY].low, 0);
    trial_result_clear(&result);
    trial_clear(&trial);
    free(table);
}
END_TEST

/* A team for 10 accounts a quarter flags 10 in every resample too, though a third of the accounts are
 * not in it: copies count. Lines on the accounts left over would be far lower. */
START_TEST(capacity_is_for_as_many_accounts_as_the_history_has)
{
    struct assay_error err = {0};
    struct trial_table *table = trial_draw(9, 300, -2);
    struct trial trial = {0};
    struct trial_result result = {0};
    trial_make(&trial, TRIAL_SPEC_WITH("\"line\": {\"rule\": \"capacity\", \"accounts\": 10},"), table,
               1);
    double log_odds[TRIAL_MOST_ROWS], prob[TRIAL_MOST_ROWS];
    trial_score(&trial, &trial.pipeline, log_odds);
    for (size_t i = 0; i < table->n; i++)
        prob[i] = 1 / (1 + exp(-log_odds[i]));
    struct assay_line_choice choice = {0};
    ck_assay_ok(assay_line_settle(&trial.history, prob, &trial.given, &choice, &err));
    struct assay_bootstrap_question question = trial_question(&trial, 100);
    question.line = choice.probability;
    ck_assay_ok(trial_run(&question, &result, &err));
    ck_assert_double_lt(result.bootstrap.line.low, choice.probability);
    ck_assert_double_gt(result.bootstrap.line.high, choice.probability);
    assay_line_choice_clear(&choice);
    trial_result_clear(&result);
    trial_clear(&trial);
    free(table);
}
END_TEST

/* Both plans the same line by the spec: as with one; each its own: other rows are flagged, and the
 * figures that do not depend on a line stay as they were. */
START_TEST(rows_are_flagged_by_their_own_lines)
{
    struct assay_error err = {0};
    struct trial_table *table = trial_draw(10, 400, -1);
    struct trial_result result[3] = {{.corrected = {0}}};
    static const double lines[3][2] = {{0.25, 0.25}, {0.25, 0.25}, {0.1, 0.5}};
    for (size_t t = 0; t < 3; t++) {
        struct trial trial = {0};
        double row_line[TRIAL_MOST_ROWS];
        struct assay_model_segment_line by_plan[2] = {
            {.segment = (char *)"Basic", .probability = lines[t][0]},
            {.segment = (char *)"Team", .probability = lines[t][1]}};
        trial_make(&trial,
                   t == 0 ? TRIAL_SPEC
                          : TRIAL_SPEC_WITH("\"line\": {\"rule\": \"targets\", \"by\": \"plan\"},"),
                   table, 1);
        for (size_t i = 0; i < table->n; i++)
            row_line[i] = lines[t][strstr(table->row[i].rest, "Team") != NULL];
        trial.given.probability = 0.25;
        struct assay_bootstrap_question question = trial_question(&trial, 30);
        if (t > 0) {
            trial.given.segments = by_plan;
            trial.given.n_segment = 2;
            question.row_line = row_line;
        }
        ck_assay_ok(trial_run(&question, &result[t], &err));
        trial_clear(&trial);
    }
    const size_t size = sizeof result[0].corrected.figures;
    ck_assert_mem_eq(result[0].corrected.figures, result[1].corrected.figures, size);
    for (size_t f = 0; f < ASSAY_FIGURES; f++) {
        double one = result[1].corrected.figures[f].value, own = result[2].corrected.figures[f].value;
        ck_assert_msg((one == own) == (f < ASSAY_FIG_SENSITIVITY), "figure %zu: %g, %g", f, one, own);
    }
    for (size_t t = 0; t < 3; t++)
        trial_result_clear(&result[t]);
    free(table);
}
END_TEST

/* ---- failures ---- */

/* So many of 60 accounts have the event, and worse signals than most others. */
static struct trial_table *few_events(size_t n_event)
{
    struct trial_table *table = trial_draw(12, 60, -2);
    for (size_t i = 0; i < table->n; i++) {
        struct trial_row *row = &table->row[i];
        row->rest[strlen(row->rest) - 1] = '0';
        if (row->account < n_event)
            snprintf(row->rest, sizeof row->rest, "2025-01-31,Basic,7.%03zu,5.%03zu,35.%03zu,1",
                     91 * i % 1000, 37 * i % 1000, 53 * i % 1000);
    }
    return table;
}

/* Draws in which nobody has the event, and the rows of the first of them. */
static size_t count_empty(const struct assay_resampling *resampling, size_t n_event, size_t n,
                          const struct trial_table *table, size_t *first_rows)
{
    size_t empty = 0;
    for (size_t b = 0; b < n; b++) {
        struct assay_error err = {0};
        unsigned char times[TRIAL_MOST_ROWS];
        size_t events = 0, rows = 0;
        ck_assay_ok(assay_resample_draw(resampling, b, times, &err));
        for (size_t i = 0; i < table->n; i++) {
            rows += times[i];
            events += table->row[i].account < n_event ? times[i] : 0;
        }
        if (events == 0 && empty++ == 0)
            *first_rows = rows;
    }
    return empty;
}

/* An anchor has an answer for few events, so that the resamples without any are those that fail: with
 * two accounts that have it some 13 in 100, with four some 2. */
START_TEST(more_than_one_resample_in_twenty_failing_is_an_error)
{
    static const size_t with_event[] = {2, 4};
    size_t n_event = with_event[_i], rows = 0;
    struct assay_error err = {0};
    struct trial_table *table = few_events(n_event);
    struct trial trial = {0};
    struct trial_result result = {0};
    char want[512];
    trial_make_anchored(&trial, TRIAL_SPEC, table, 2, 1e4);
    struct assay_resampling resampling = trial_resampling(&trial);
    struct assay_bootstrap_question question = trial_question(&trial, 200);
    size_t empty = count_empty(&resampling, n_event, 200, table, &rows);
    ck_assert_uint_gt(empty, 0);
    ck_assert((empty > 10) == (n_event == 2));
    enum assay_status status = trial_run(&question, &result, &err);
    if (empty > 10) {
        snprintf(want, sizeof want, "%zu of 200 resamples of the bootstrap could not be fitted, the "
                 "first because: 0 of the %zu snapshots that count have the event; expected some with "
                 "it and some without", empty, rows);
        ck_assert_int_eq(status, ASSAY_ENUMERIC);
        ck_assert_str_eq(err.message, want);
        ck_assert_str_eq(err.hint, "Weights that hang on a few accounts: use fewer signals, a "
                                   "stronger anchor or a longer history; \"bootstrap\": 0 goes "
                                   "without.");
        ck_assert_ptr_null(result.bootstrap.weight);
    } else {
        ck_assert_int_eq(status, ASSAY_OK);
        ck_assert_uint_eq(result.bootstrap.failed, empty);
        ck_assert_double_lt(result.bootstrap.figures[ASSAY_FIG_AUC].low,
                            result.bootstrap.figures[ASSAY_FIG_AUC].high);
    }
    trial_result_clear(&result);
    assay_resampling_clear(&resampling);
    trial_clear(&trial);
    free(table);
}
END_TEST

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    struct trial_table *table = trial_draw(13, 40, 0);
    struct trial trial = {0};
    trial_make(&trial, TRIAL_SPEC_WITH("\"line\": {\"rule\": \"targets\", \"by\": \"plan\"},"), table,
               1);
    struct assay_bootstrap_question question = trial_question(&trial, 2);
    size_t n = 1;
    for (;; n++) {
        struct assay_error err = {0};
        struct trial_result result = {0};
        test_fail_allocation(n);
        enum assay_status status = trial_run(&question, &result, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        ck_assert_msg(status == (reached ? ASSAY_ENOMEM : ASSAY_OK), "allocation %zu: %d, %s", n,
                      status, err.message);
        ck_assert_int_eq(result.bootstrap.weight == NULL, reached);
        trial_result_clear(&result);
        if (!reached)
            break;
    }
    ck_assert_uint_gt(n, 100);
    trial_clear(&trial);
    free(table);
}
END_TEST

START_TEST(without_a_word_in_the_spec_the_size_of_the_history_decides)
{
    struct assay_spec spec = {.fit = {.resamples_given = false}};
    struct assay_history history = {.spec = &spec, .n_used = 20000};
    ck_assert_uint_eq(assay_bootstrap_resamples(&history), 200);
    history.n_used = 20001;
    ck_assert_uint_eq(assay_bootstrap_resamples(&history), 0);
    spec.fit.resamples_given = true;
    spec.fit.resamples = 1000;
    ck_assert_uint_eq(assay_bootstrap_resamples(&history), 1000);
    history.n_used = 10;
    spec.fit.resamples = 0;
    ck_assert_uint_eq(assay_bootstrap_resamples(&history), 0);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, intervals_are_those_of_resamples_written_to_files_and_calibrated_anew);
    tcase_add_test(tc, the_order_of_the_rows_does_not_matter);
    tcase_add_test(tc, any_number_of_threads_gives_the_same_bytes);
    tcase_add_test(tc, an_account_with_many_rows_widens_the_intervals);
    tcase_add_test(tc, corrected_figures_are_nearer_to_those_on_new_rows_than_apparent_ones);
    tcase_add_test(tc, a_line_that_is_given_has_no_interval);
    tcase_add_test(tc, capacity_is_for_as_many_accounts_as_the_history_has);
    tcase_add_test(tc, rows_are_flagged_by_their_own_lines);
    tcase_add_loop_test(tc, more_than_one_resample_in_twenty_failing_is_an_error, 0, 2);
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
    tcase_add_test(tc, without_a_word_in_the_spec_the_size_of_the_history_decides);
}

ASSAY_SUITE("calibrate/bootstrap", add_tests)
