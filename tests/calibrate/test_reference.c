/* What the model keeps of its training data is what the table says. */
#include "calibrate/evidence/reference.h"
#include "core/model/scorer.h"
#include "tests/calibrate/lab.h"

static void calibrate(struct lab *lab, const struct made_up *how)
{
    struct assay_error err = {0};
    struct assay_text csv = made_up_csv(how);
    ck_assay_ok(lab_read(lab, ALL_POLICIES, csv.data, &err));
    assay_text_clear(&csv);
    ck_assay_ok(lab_model(lab, &err));
}

static const struct assay_reference_variable *find(const struct lab *lab,
                                                   enum assay_reference_kind kind, const char *name)
{
    const struct assay_model_reference *reference = &lab->model.training.reference;
    for (size_t v = 0; v < reference->n_variable; v++)
        if (reference->variables[v].kind == kind &&
            strcmp(reference->variables[v].name, name) == 0)
            return &reference->variables[v];
    ck_abort_msg("no %s", name);
    return NULL;
}

START_TEST(signals_score_segments_and_plan_are_there_in_order)
{
    static const char *const names[] = {"logins", "tickets", "nps",   "seats", "use",
                                        "contract", "score", "plan", "plan"};
    struct lab lab = {0};
    calibrate(&lab, &(struct made_up){.seed = 3, .n_row = 400});
    const struct assay_model_reference *reference = &lab.model.training.reference;
    ck_assert_uint_eq(reference->n_variable, COUNT(names));
    for (size_t v = 0; v < COUNT(names); v++) {
        ck_assert_str_eq(reference->variables[v].name, names[v]);
        ck_assert_int_eq(reference->variables[v].kind, v < 6    ? ASSAY_OF_SIGNAL
                                                       : v == 6 ? ASSAY_OF_SCORE
                                                       : v == 7 ? ASSAY_OF_SEGMENT
                                                                : ASSAY_OF_PLAN);
        ck_assert_int_eq(reference->variables[v].numbers == NULL, v == 5 || v > 6);
    }
    lab_clear(&lab);
}
END_TEST

START_TEST(rows_accounts_and_their_worth_are_counted)
{
    struct lab lab = {0};
    calibrate(&lab, &(struct made_up){.seed = 4, .n_row = 401});
    const struct assay_history *history = &lab.calibration.history;
    const struct assay_model_reference *reference = &lab.model.training.reference;
    const struct assay_column *id = &history->table->columns[history->columns->id];
    double squares = 0;
    for (size_t i = 0; i < history->n_row; i++)
        for (size_t k = 0; k < history->n_row; k++)
            squares += history->used[i] && history->used[k] && id->codes[i] == id->codes[k];
    ck_assert_uint_eq(reference->rows, lab.model.fit.rows);
    ck_assert_uint_eq(reference->accounts, lab.model.fit.accounts);
    test_close("effective", reference->effective,
               (double)reference->rows * (double)reference->rows / squares, 1e-14, 0);
    ck_assert_double_lt(reference->effective, (double)reference->accounts); /* some once, some twice */
    lab_clear(&lab);
}
END_TEST

START_TEST(numbers_are_those_of_the_rows_that_count)
{
    struct lab lab = {0};
    calibrate(&lab, &(struct made_up){.seed = 5, .n_row = 600});
    const struct assay_history *history = &lab.calibration.history;
    const struct assay_reference_variable *nps = find(&lab, ASSAY_OF_SIGNAL, "nps");
    const double *value = history->table->columns[history->columns->signals[2]].numbers;
    size_t present = 0, up_to[ASSAY_PERCENTILES] = {0};
    for (size_t i = 0; i < history->n_row; i++)
        if (history->used[i] && !isnan(value[i])) {
            present++;
            for (size_t k = 0; k < ASSAY_PERCENTILES; k++)
                up_to[k] += value[i] <= nps->numbers->at[k];
        }
    ck_assert_uint_eq(nps->numbers->n, present);
    ck_assert_uint_eq(nps->missing, lab.model.fit.rows - present);
    ck_assert_uint_gt(nps->missing, 0);
    ck_assert_mem_eq(up_to, nps->numbers->up_to, sizeof up_to);
    lab_clear(&lab);
}
END_TEST

START_TEST(texts_come_by_frequency_with_their_rows)
{
    struct lab lab = {0};
    calibrate(&lab, &(struct made_up){.seed = 6, .n_row = 600});
    const struct assay_history *history = &lab.calibration.history;
    const struct assay_reference_variable *plan = find(&lab, ASSAY_OF_PLAN, "plan");
    const struct assay_column *column = &history->table->columns[history->columns->plan];
    ck_assert_uint_eq(plan->n_value, 3);
    ck_assert_uint_eq(plan->others, 0);
    size_t total = plan->missing;
    for (size_t k = 0; k < 3; k++) {
        size_t rows = 0;
        for (size_t i = 0; i < history->n_row; i++)
            rows += history->used[i] && column->codes[i] != ASSAY_NO_CODE &&
                    strcmp(assay_dictionary_text(column->dictionary, column->codes[i]),
                           plan->values[k]) == 0;
        ck_assert_uint_eq(plan->counts[k], rows);
        ck_assert(k == 0 || plan->counts[k] <= plan->counts[k - 1]);
        total += rows;
    }
    ck_assert_uint_eq(total, lab.model.fit.rows);
    ck_assert_uint_gt(plan->missing, 0);
    lab_clear(&lab);
}
END_TEST

START_TEST(zones_are_those_that_the_model_scores)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_scorer scorer;
    calibrate(&lab, &(struct made_up){.seed = 7, .n_row = 500});
    const struct assay_history *history = &lab.calibration.history;
    const struct assay_model_reference *reference = &lab.model.training.reference;
    size_t rows[ASSAY_MAX_ZONES] = {0}, events[ASSAY_MAX_ZONES] = {0};
    double s[ASSAY_MAX_SIGNALS], lowest = 100;
    bool missing[ASSAY_MAX_SIGNALS];
    ck_assay_ok(assay_scorer_init(&lab.model, history->table, &scorer, &err));
    for (size_t i = 0; i < history->n_row; i++) {
        struct assay_score score;
        if (!history->used[i])
            continue;
        assay_scorer_row(&scorer, history->table, i, s, missing, &score);
        rows[score.zone]++;
        events[score.zone] += history->outcome[i];
        lowest = fmin(lowest, score.score);
    }
    ck_assert_mem_eq(rows, reference->zone_rows, sizeof rows);
    ck_assert_mem_eq(events, reference->zone_events, sizeof events);
    ck_assert_double_eq(find(&lab, ASSAY_OF_SCORE, "score")->numbers->lowest, lowest);
    assay_scorer_clear(&scorer);
    lab_clear(&lab);
}
END_TEST

/* The part of a model's file that tells of its data, as text. */
static struct assay_text reference_text(struct lab *lab)
{
    struct assay_error err = {0};
    struct assay_text text = {0}, part = {0};
    ck_assay_ok(assay_model_write(&lab->model, &text, &err));
    const char *from = strstr(text.data, "\"reference\""), *to = strstr(from, "\"changes\"");
    assay_text_add(&part, from, (size_t)(to - from));
    assay_text_clear(&text);
    return part;
}

START_TEST(neither_row_order_nor_threads_matter)
{
    struct lab plain = {0}, shuffled = {.n_thread = 4};
    calibrate(&plain, &(struct made_up){.seed = 8, .n_row = 500});
    calibrate(&shuffled, &(struct made_up){.seed = 8, .n_row = 500, .shuffled = true});
    struct assay_text a = reference_text(&plain), b = reference_text(&shuffled);
    /* The score's last digits depend on the order in which the fit adds up; its line is left out. */
    char *a_score = strstr(a.data, "\"name\": \"score\""), *b_score = strstr(b.data, "\"name\": \"score\"");
    ck_assert_uint_eq((size_t)(a_score - a.data), (size_t)(b_score - b.data));
    ck_assert_int_eq(strncmp(a.data, b.data, (size_t)(a_score - a.data)), 0);
    ck_assert_str_eq(strstr(a_score, "\"kind\": \"segment\""), strstr(b_score, "\"kind\": \"segment\""));
    assay_text_clear(&a);
    assay_text_clear(&b);
    lab_clear(&plain);
    lab_clear(&shuffled);
}
END_TEST

START_TEST(more_than_fifty_values_are_pooled)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_text csv = {0};
    static const char spec[] =
        SPEC_HEAD "\"segments\": [\"city\"], \"signals\": ["
        SIGNAL("use", "use", "higher", METHOD("\"none\"")) "]}";
    assay_text_puts(&csv, "id,use,city,churned\n");
    for (int i = 0; i < 180; i++) /* cities 0 to 59, three rows each */
        assay_text_printf(&csv, "A%d,%d,c%d,%d\n", i, i % 100, i % 60, i % 100 < 30 || i % 11 == 0);
    ck_assay_ok(lab_read(&lab, spec, csv.data, &err));
    assay_text_clear(&csv);
    ck_assay_ok(lab_model(&lab, &err));
    const struct assay_reference_variable *city = find(&lab, ASSAY_OF_SEGMENT, "city");
    ck_assert_uint_eq(city->n_value, ASSAY_REFERENCE_VALUES);
    size_t listed = 0;
    for (size_t k = 0; k < city->n_value; k++)
        listed += city->counts[k];
    ck_assert_uint_eq(listed + city->others, 180);
    ck_assert_str_eq(city->values[0], "c0"); /* equal counts in byte order */
    ck_assert_str_eq(city->values[2], "c10");
    lab_clear(&lab);
}
END_TEST

/* A column as codes, and what is counted of it. The caller frees its codes and values. */
static struct assay_column coded(const struct assay_column *plain, size_t n_row)
{
    struct assay_column column = {.type = ASSAY_NUMBER,
                                  .values = calloc(n_row, sizeof(double)),
                                  .number_codes = calloc(n_row, sizeof(uint16_t))};
    for (size_t i = 0; i < n_row; i++) {
        size_t code = 0;
        while (code < column.n_value &&
               memcmp(&column.values[code], &plain->numbers[i], sizeof(double)) != 0)
            code++;
        column.values[code] = plain->numbers[i];
        column.n_value += code == column.n_value;
        column.number_codes[i] = (uint16_t)code;
    }
    return column;
}

START_TEST(values_that_have_been_counted_are_described_as_if_counted_anew)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_levels levels[6] = {0};
    struct assay_events events = {0};
    bool known;
    calibrate(&lab, &(struct made_up){.seed = 10, .n_row = 400});
    struct assay_text want = reference_text(&lab);
    const struct assay_history *history = &lab.calibration.history;
    double *score = calloc(history->n_row, sizeof *score);
    ck_assay_ok(assay_events_find(history, &events, &err));
    for (size_t j = 0; j < 5; j++) { /* the sixth is a category */
        struct assay_column column =
            coded(&history->table->columns[history->columns->signals[j]], history->n_row);
        struct assay_eye eye = {.history = history, .column = &column};
        ck_assay_ok(assay_levels_count(&eye, &events, &known, &levels[j], &err));
        ck_assert(known);
        free(column.values);
        free(column.number_codes);
    }
    assay_events_clear(&events);
    assay_model_reference_clear(&lab.model.training.reference);
    ck_assay_ok(assay_reference_make_scored(&lab.model, history, levels, score, &err));
    struct assay_text found = reference_text(&lab);
    ck_assert_str_eq(found.data, want.data);
    for (size_t j = 0; j < 5; j++)
        assay_levels_clear(&levels[j]);
    assay_text_clear(&want);
    assay_text_clear(&found);
    free(score);
    lab_clear(&lab);
}
END_TEST

START_TEST(running_out_of_memory_is_an_error)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    size_t failures = 0;
    enum assay_status status;
    calibrate(&lab, &(struct made_up){.seed = 9, .n_row = 200});
    assay_model_reference_clear(&lab.model.training.reference);
    do {
        test_fail_allocation(failures + 1);
        status = assay_reference_make(&lab.model, &lab.calibration.history, &err);
        test_fail_allocation(0);
        failures += status == ASSAY_ENOMEM;
    } while (status == ASSAY_ENOMEM);
    ck_assay_ok(status);
    ck_assert_uint_gt(failures, 20);
    lab_clear(&lab);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, signals_score_segments_and_plan_are_there_in_order);
    tcase_add_test(tc, rows_accounts_and_their_worth_are_counted);
    tcase_add_test(tc, numbers_are_those_of_the_rows_that_count);
    tcase_add_test(tc, texts_come_by_frequency_with_their_rows);
    tcase_add_test(tc, zones_are_those_that_the_model_scores);
    tcase_add_test(tc, neither_row_order_nor_threads_matter);
    tcase_add_test(tc, more_than_fifty_values_are_pooled);
    tcase_add_test(tc, values_that_have_been_counted_are_described_as_if_counted_anew);
    tcase_add_test(tc, running_out_of_memory_is_an_error);
}

ASSAY_SUITE("calibrate/reference", add_tests)
