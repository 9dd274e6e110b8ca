/* Which rows count and why, asked a second time. */
#include "calibrate/evidence/labels.h"

#include "core/signal/outcome.h"
#include "tests/calibrate/lab.h"

/* Where every row counts; where a missing signal takes rows out. */
static const char *const specs[] = {
    SPEC_HEAD "\"signals\": [" SIGNAL("seats", "seats", "higher", ", \"missing\": \"neutral\"") "]}",
    SPEC_HEAD "\"signals\": [" SIGNAL("nps", "nps", "higher", ", \"missing\": \"drop\"") "]}",
};

static void label(const struct assay_history *history, unsigned char state[], unsigned char outcome[])
{
    struct assay_window all = {ASSAY_NO_DATE, ASSAY_NO_DATE};
    size_t count[ASSAY_ROW_STATES] = {0}, early = 0;
    assay_outcome_label_rows(history->spec, history->columns, history->table, all, 0, history->n_row,
                             state, outcome, count, &early);
}

START_TEST(labels_are_those_of_the_rows)
{
    struct made_up how = {.seed = 3, .n_row = 400};
    struct assay_text csv = made_up_csv(&how);
    struct lab lab = {.n_thread = 2};
    struct assay_labels labels;
    struct assay_error err = {0};
    unsigned char state[400], outcome[400];
    ck_assay_ok(lab_read(&lab, specs[_i], csv.data, &err));
    ck_assert((lab.history.n_used == lab.history.n_row) == (_i == 0));
    label(&lab.history, state, outcome);
    ck_assay_ok(assay_labels_init(&lab.history, (struct assay_window){ASSAY_NO_DATE, ASSAY_NO_DATE},
                                  &labels, &err));
    ck_assert((labels.state == NULL) == (_i == 0));
    for (size_t i = 0; i < lab.history.n_row; i++) {
        ck_assert_int_eq(labels.state != NULL ? labels.state[i] : ASSAY_ROW_USED, state[i]);
        ck_assert_int_eq(labels.outcome[i], outcome[i]);
        ck_assert_int_eq(labels.wanted[i], 1); /* no window, no date of the event */
    }
    assay_labels_clear(&labels);
    lab_clear(&lab);
    assay_text_clear(&csv);
}
END_TEST

START_TEST(a_lack_of_memory_is_reported)
{
    struct made_up how = {.seed = 3, .n_row = 400};
    struct assay_text csv = made_up_csv(&how);
    struct lab lab = {.n_thread = 1};
    struct assay_labels labels;
    struct assay_error err = {0};
    ck_assay_ok(lab_read(&lab, specs[1], csv.data, &err));
    test_fail_allocation(1);
    enum assay_status status = assay_labels_init(
        &lab.history, (struct assay_window){ASSAY_NO_DATE, ASSAY_NO_DATE}, &labels, &err);
    test_fail_allocation(0);
    ck_assert_int_eq(status, ASSAY_ENOMEM);
    ck_assert_str_eq(err.message, "out of memory checking signals");
    assay_labels_clear(&labels);
    lab_clear(&lab);
    assay_text_clear(&csv);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, labels_are_those_of_the_rows, 0, COUNT(specs));
    tcase_add_test(tc, a_lack_of_memory_is_reported);
}

ASSAY_SUITE("calibrate/labels", add_tests)
