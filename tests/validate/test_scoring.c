/* An audit's sets hold what the scorer says row by row, also where rows are left out. */
#include "validate/audit/scoring.h"

#include <math.h>

#include "core/base/text.h"
#include "core/model/scorer.h"
#include "tests/support/random.h"
#include "tests/validate/village.h"
#include "validate/audit/signals.h"

enum { ROWS = 90000 }; /* several tasks, the last of them not full; a long table, whose numbers are coded */

#define DROPPING_SPEC                                                                                            \
    "{\"name\": \"village\", \"id\": \"id\", \"as_of\": \"as_of\", \"value\": \"arr\","                          \
    "\"outcome\": {\"date\": \"left\", \"horizon_days\": 90, \"observed_until\": \"2026-12-31\"},"               \
    "\"segments\": [\"region\"], \"scale\": \"weighted-average\", \"signals\": [" VILLAGE_SIGNAL(                \
        "logins", "product",                                                                                     \
        ", \"missing\": \"drop\"") "," VILLAGE_SIGNAL("seats", "product",                                        \
                                                      "") "," VILLAGE_SIGNAL("tickets", "support",               \
                                                                             "") "," VILLAGE_SIGNAL("nps",       \
                                                                                                    "sentiment", \
                                                                                                    "") "],"     \
                                                                                                        "\"zones\": [{\"name\": \"Red\", \"from\": 0}, {\"name\": \"Green\", \"from\": 50}]}"

/* Every 7th row has no logins, every 5th no nps, every 11th is dated too late to have matured; every 3rd has the
 * event. */
static void write_rows(struct assay_text *csv)
{
    struct test_random random = {3};
    for (size_t i = 0; i < ROWS; i++) {
        char logins[32] = "", nps[32] = "";
        if (i % 7 != 0)
            snprintf(logins, sizeof logins, "%.4g", 100 * test_uniform(&random));
        if (i % 5 != 0)
            snprintf(nps, sizeof nps, "%.3g", 100 * test_uniform(&random));
        assay_text_printf(csv, "a%zu,2026-%s,%s,%.3g,%.3g,%s,,%zu,Ann,%s,,%s\n", i % 9973,
                          i % 11 == 0 ? "12-01" : "03-01", logins, 100 * test_uniform(&random),
                          100 * test_uniform(&random), nps, 1000 + i % 77, i % 2 ? "EU" : "US",
                          i % 3 == 0 ? "2026-04-01" : "");
    }
    ck_assert(!csv->failed);
}

/* Compares a set with the scorer; returns how many rows of the table it holds. */
static size_t check_set(const struct assay_audit_input *input, const struct assay_audit_set *set,
                        bool with_signals)
{
    const struct assay_table *table = &input->intake->table;
    struct assay_scorer scorer;
    struct assay_error err = {0};
    size_t n_event = 0, wrong = 0;
    ck_assay_ok(assay_scorer_init(input->model, table, &scorer, &err));
    for (size_t i = 0; i < set->n; i++) {
        double s[VILLAGE_SIGNALS];
        bool missing[VILLAGE_SIGNALS];
        struct assay_score score;
        size_t row = assay_audit_row(set, i);
        assay_scorer_row(&scorer, table, row, s, missing, &score);
        bool same = score.score == set->score[i] && score.probability == set->prob[i] &&
                    set->flagged[i] == (score.score < 50) && !score.dropped &&
                    set->value[i] == (double)(1000 + row % 77) && (i == 0 || row > assay_audit_row(set, i - 1));
        for (size_t j = 0; j < VILLAGE_SIGNALS; j++)
            same = same && (!with_signals || (assay_audit_signal(set, j, i) == (double)(float)s[j] &&
                                              assay_audit_missing(set, j, i) == missing[j]));
        wrong += !same;
        n_event += set->outcome[i];
    }
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_eq(set->n_event, n_event);
    assay_scorer_clear(&scorer);
    return set->n;
}

START_TEST(sets_hold_what_the_scorer_says_and_close_up_where_rows_are_left_out)
{
    struct village *v = malloc(sizeof *v); /* the reading points into it */
    ck_assert_ptr_nonnull(v);
    struct assay_text csv = {0};
    write_rows(&csv);
    village_open(v, DROPPING_SPEC, "", csv.data, (struct assay_window){0});
    const struct assay_audit_input *input = &v->reading.input;
    size_t used = 0, waiting = 0, dropped = 0;
    for (size_t i = 0; i < ROWS; i++) {
        bool late = i % 11 == 0, after = late && i % 3 == 0;
        used += !late && i % 7 != 0;
        dropped += !late && i % 7 == 0;
        waiting += late && !after && i % 7 != 0;
    }
    ck_assert_uint_eq(check_set(input, &input->used, true), used);
    ck_assert_uint_eq(check_set(input, &input->waiting, false), waiting);
    ck_assert_uint_eq(input->count[ASSAY_ROW_USED], used);
    ck_assert_uint_eq(input->count[ASSAY_ROW_MISSING_SIGNAL], dropped);
    assay_text_clear(&csv);
    village_close(v);
    free(v);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, sets_hold_what_the_scorer_says_and_close_up_where_rows_are_left_out);
}

ASSAY_SUITE("validate/scoring", add_tests)
