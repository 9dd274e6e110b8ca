/* Signals of an audit's rows are what the row scorer makes of them, wherever they lie. */
#include "validate/audit/signals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/compiled_table.h"
#include "core/model/scorer.h"
#include "tests/model/random_model.h"
#include "tests/support/suite.h"
#include "validate/audit/set.h"

enum { ROWS = 6000, VALUES = 9, STRIP = ASSAY_COMPILED_ROWS };

struct fixture {
    struct assay_model model;
    struct assay_compiled *compiled;
    struct assay_table part;
    struct assay_intake intake; /* its table has what part has, coded where that is wanted */
    size_t signals[ASSAY_MAX_SIGNALS];
    struct assay_compiled_table tied;
    struct assay_audit_input input;
    struct assay_audit_set set;
    double score[STRIP];
    unsigned char outcome[STRIP];
    bool left_out[STRIP];
};

static void add_columns(const struct assay_model *model, struct assay_table *table)
{
    struct assay_error err = {0};
    size_t column;
    for (size_t k = 0; k < model->n_input; k++) {
        const char *name = model->inputs[k].column;
        if (model->inputs[k].is_text)
            ck_assay_ok(assay_table_add_column(table, name, ASSAY_TEXT, &column, &err));
        ck_assay_ok(assay_table_add_column(table, name, ASSAY_NUMBER, &column, &err));
    }
}

static void draw_column(const struct assay_model *model, struct test_random *random,
                        struct assay_column *column)
{
    double value[VALUES];
    char text[32];
    for (size_t k = 0; k < VALUES; k++)
        value[k] = random_raw(random, model);
    for (size_t i = 0; i < ROWS; i++) {
        if (column->type == ASSAY_NUMBER) {
            column->numbers[i] = value[test_below(random, VALUES)];
            continue;
        }
        const char *drawn = random_text(random, text);
        column->codes[i] = drawn == NULL
                               ? ASSAY_NO_CODE
                               : assay_dictionary_enter(column->dictionary, drawn, strlen(drawn));
    }
}

static void find_columns(struct fixture *f)
{
    const struct assay_spec *spec = &f->model.spec;
    struct assay_columns *columns = &f->intake.columns;
    *columns = (struct assay_columns){.id = ASSAY_NO_COLUMN, .as_of = ASSAY_NO_COLUMN,
                                      .value = ASSAY_NO_COLUMN, .outcome = ASSAY_NO_COLUMN,
                                      .plan = ASSAY_NO_COLUMN, .tenure = ASSAY_NO_COLUMN,
                                      .owner = ASSAY_NO_COLUMN, .acted_on = ASSAY_NO_COLUMN,
                                      .signals = f->signals, .n_signal = spec->n_signal};
    for (size_t j = 0; j < spec->n_signal; j++)
        f->signals[j] = assay_table_find(&f->intake.table, spec->signals[j].column,
                                         assay_signal_type(&spec->signals[j]));
}

static void fixture_init(struct fixture *f, uint64_t seed, bool coded)
{
    struct assay_error err = {0};
    struct test_random random = {seed};
    memset(f, 0, sizeof *f);
    random_model(seed, &f->model);
    ck_assay_ok(assay_compiled_new(&f->model, &f->compiled, &err));
    add_columns(&f->model, &f->part);
    ck_assay_ok(assay_table_reserve(&f->part, ROWS, &err));
    for (size_t k = 0; k < f->part.n_column; k++)
        draw_column(&f->model, &random, &f->part.columns[k]);
    f->part.n_row = ROWS;
    f->intake.table.long_from = coded ? 1 : 2 * ROWS;
    add_columns(&f->model, &f->intake.table);
    ck_assay_ok(assay_table_append(&f->intake.table, &f->part, &err));
    ck_assay_ok(assay_compiled_table_init(f->compiled, &f->model, &f->intake.table, &f->tied, &err));
    find_columns(f);
    f->input = (struct assay_audit_input){.model = &f->model,
                                          .spec = &f->model.spec,
                                          .intake = &f->intake,
                                          .n_signal = f->model.n_signal};
}

static void fixture_clear(struct fixture *f)
{
    assay_audit_set_clear(&f->set, 0, f->model.n_signal);
    assay_compiled_table_clear(&f->tied);
    assay_table_clear(&f->intake.table);
    assay_table_clear(&f->part);
    assay_compiled_free(f->compiled);
    assay_model_clear(&f->model);
}

/* Takes every `each`th row into the set; every fifth of them is left out where some are. */
static void fill(struct fixture *f, size_t each, bool some_left_out)
{
    struct assay_error err = {0};
    struct assay_compiled_work work;
    struct assay_audit_shape shape = {.n_signal = f->model.n_signal};
    size_t n = (ROWS + each - 1) / each;
    ck_assay_ok(assay_audit_set_init(&f->input, &shape, n, &f->set, &err));
    ck_assay_ok(assay_compiled_work_init(&f->tied, STRIP, &work, &err));
    for (size_t first = 0; first < ROWS; first += STRIP) {
        uint32_t pick[STRIP];
        struct assay_audit_rows rows = {.first = first, .pick = pick, .outcome = f->outcome,
                                        .score = f->score, .s = work.block.s,
                                        .missing = work.block.missing, .stride = STRIP,
                                        .cohort = work.block.cohort, .left_out = f->left_out};
        size_t left = ROWS - first, strip = left < STRIP ? left : STRIP;
        assay_compiled_table_score(&f->tied, &f->intake.table, first, strip, &work);
        for (size_t i = 0; i < strip; i++) {
            f->left_out[i] = some_left_out && (first + i) % 5 == 0;
            if ((first + i) % each == 0)
                pick[rows.n++] = (uint32_t)i;
        }
        (void)assay_audit_set_put(&f->input, &rows, (first + each - 1) / each, &f->set);
    }
    f->set.n = n;
    ck_assay_ok(assay_audit_set_close_up(&f->set, 0, f->model.n_signal, &err));
    assay_compiled_work_clear(&work);
}

static void check_entry(const struct fixture *f, size_t i, const double s[], const bool missing[])
{
    for (size_t j = 0; j < f->model.n_signal; j++) {
        float strip;
        unsigned char gap;
        assay_audit_signals(&f->set, j, i, 1, &strip, &gap);
        double one = assay_audit_signal(&f->set, j, i), right = (double)(float)s[j];
        ck_assert((double)strip == one || (isnan(strip) && isnan(one)));
        ck_assert(one == right || (isnan(one) && isnan(right)));
        ck_assert_int_eq(assay_audit_missing(&f->set, j, i), missing[j]);
        ck_assert_int_eq(gap, missing[j]);
    }
}

static void check_strips(const struct fixture *f)
{
    float s[STRIP];
    unsigned char missing[STRIP];
    for (size_t j = 0; j < f->model.n_signal; j++)
        for (size_t first = 0; first < f->set.n; first += STRIP) {
            size_t left = f->set.n - first, n = left < STRIP ? left : STRIP;
            assay_audit_signals(&f->set, j, first, n, s, missing);
            for (size_t k = 0; k < n; k++) {
                double one = assay_audit_signal(&f->set, j, first + k);
                ck_assert((double)s[k] == one || (isnan(s[k]) && isnan(one)));
                ck_assert_int_eq(missing[k], assay_audit_missing(&f->set, j, first + k));
            }
        }
}

/* Returns how many signals lie by value and cohort. */
static size_t check(const struct fixture *f)
{
    struct assay_error err = {0};
    struct assay_scorer scorer;
    size_t coded = 0;
    ck_assay_ok(assay_scorer_init(&f->model, &f->intake.table, &scorer, &err));
    for (size_t i = 0; i < f->set.n; i++) {
        double s[ASSAY_MAX_SIGNALS];
        bool missing[ASSAY_MAX_SIGNALS];
        struct assay_score score;
        assay_scorer_row(&scorer, &f->intake.table, assay_audit_row(&f->set, i), s, missing, &score);
        check_entry(f, i, s, missing);
    }
    check_strips(f);
    for (size_t j = 0; j < f->model.n_signal; j++)
        coded += !assay_audit_signal_is_plain(&f->set, j);
    assay_scorer_clear(&scorer);
    return coded;
}

START_TEST(signals_are_what_the_row_scorer_says)
{
    static const size_t each[] = {1, 1, 3};
    size_t coded = 0;
    for (size_t way = 0; way < COUNT(each); way++) {
        struct fixture f;
        fixture_init(&f, 700 + (uint64_t)_i, true);
        fill(&f, each[way], way > 0);
        coded += check(&f);
        fixture_clear(&f);
        fixture_init(&f, 700 + (uint64_t)_i, false);
        fill(&f, each[way], way > 0);
        ck_assert_uint_eq(check(&f), 0);
        fixture_clear(&f);
    }
    ck_assert_uint_gt(coded, 0);
}
END_TEST

START_TEST(a_failing_allocation_is_an_error_and_leaks_nothing)
{
    struct fixture f;
    size_t n_failed = 0;
    fixture_init(&f, 703, true);
    for (size_t n = 1;; n++) {
        struct assay_error err = {0};
        struct assay_audit_shape shape = {.n_signal = f.model.n_signal};
        test_fail_allocation(n);
        enum assay_status status = assay_audit_set_init(&f.input, &shape, ROWS, &f.set, &err);
        test_fail_allocation(0);
        if (status == ASSAY_OK)
            break;
        assay_audit_set_clear(&f.set, 0, f.model.n_signal);
        n_failed++;
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_ptr_nonnull(strstr(err.message, "out of memory "));
    }
    ck_assert_uint_ge(n_failed, 4);
    fixture_clear(&f);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, signals_are_what_the_row_scorer_says, 0, 12);
    tcase_add_test(tc, a_failing_allocation_is_an_error_and_leaks_nothing);
}

ASSAY_SUITE("validate/signals", add_tests)
