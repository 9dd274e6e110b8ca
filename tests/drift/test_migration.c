#include "tests/drift/timeline.h"
#include "validate/drift/migration.h"

static double count(const struct assay_json *doc, size_t from, size_t to)
{
    const struct cJSON *row = assay_json_first(
        test_at(assay_json_root(doc), "migration", "counts", NULL));
    while (from-- > 0)
        row = assay_json_next(row);
    const struct cJSON *cell = assay_json_first(row);
    while (to-- > 0)
        cell = assay_json_next(cell);
    return assay_json_number(cell);
}

/* 0: healthy to risk, over all three sets; 1: a single day; 2: its latest earlier one is outside the
 * window; 3: what lies behind the latest does not count. */
static struct timeline *made(void)
{
    struct timeline *t = timeline_new();
    add_used(t, (struct snapshot){0, "2026-01-01", 90, 0, 0});
    add_used(t, (struct snapshot){0, "2026-03-01", 60, 0, 0});
    timeline_add(t, &t->waiting, &t->input.waiting, (struct snapshot){0, "2026-06-01", 30, 0, 0});
    add_used(t, (struct snapshot){1, "2026-03-01", 10, 0, 0});
    timeline_add(t, &t->other, &t->input.other, (struct snapshot){2, "2025-11-01", 24.999, 0, 0});
    timeline_add(t, &t->other, &t->input.other, (struct snapshot){2, "2025-12-01", 25, 0, 0});
    add_used(t, (struct snapshot){2, "2026-03-01", 80, 0, 0});
    add_used(t, (struct snapshot){3, "2026-03-01", 75, 0, 0});
    add_used(t, (struct snapshot){3, "2026-02-01", 100, 0, 0});
    timeline_add(t, &t->other, &t->input.other, (struct snapshot){3, "2026-09-01", 0, 0, 0});
    return t;
}

START_TEST(each_account_moves_from_its_latest_earlier_snapshot)
{
    struct timeline *t = made();
    struct assay_json *doc = section_read(assay_audit_migration, &t->input, NULL);
    const struct cJSON *m = test_at(assay_json_root(doc), "migration", NULL);
    ck_assert_double_eq(test_number(m, "n", NULL), 3);
    ck_assert_double_eq(count(doc, 2, 1), 1); /* account 0 */
    ck_assert_double_eq(count(doc, 1, 3), 1); /* account 2 */
    ck_assert_double_eq(count(doc, 3, 3), 1); /* account 3 */
    double sum = 0;
    for (size_t r = 0; r < 4; r++)
        for (size_t c = 0; c < 4; c++)
            sum += count(doc, r, c);
    ck_assert_double_eq(sum, 3);
    ck_assert_double_eq(test_number(m, "healthier", NULL), 1);
    ck_assert_double_eq(test_number(m, "riskier", NULL), 1);
    ck_assert_double_eq(test_number(m, "same", NULL), 1);
    ck_assert_double_eq(test_number(m, "p_value", NULL), 1);
    /* (92 + 90 + 28) / 3 */
    ck_assert_str_eq(assay_json_string(assay_json_get(m, "from_words")),
                     "zone at the account's previous snapshot, on average 70 days earlier");
    assay_json_free(doc);
    free(t);
}
END_TEST

/* Ten of ten towards risk: two-sided 2 / 2^10. */
START_TEST(moves_that_go_one_way_are_said_to)
{
    struct timeline *t = timeline_new();
    for (int32_t a = 0; a < 10; a++) {
        add_used(t, (struct snapshot){a, "2026-01-01", 90, 0, 0});
        add_used(t, (struct snapshot){a, "2026-04-01", 10, 0, 0});
    }
    struct assay_json *doc = section_read(assay_audit_migration, &t->input, NULL);
    const struct cJSON *m = test_at(assay_json_root(doc), "migration", NULL);
    ck_assert_double_eq_tol(test_number(m, "p_value", NULL), 2.0 / 1024, 1e-12);
    ck_assert_str_eq(assay_json_string(assay_json_get(m, "words")),
                     "Of 10 accounts 0 now stand in a healthier zone and 10 in a riskier one than at "
                     "their previous snapshot: more towards risk than chance would have it");
    assay_json_free(doc);
    free(t);
}
END_TEST

static bool is_null(const struct timeline *t)
{
    struct assay_json *doc = section_read(assay_audit_migration, &t->input, NULL);
    bool null = assay_json_is_null(assay_json_get(assay_json_root(doc), "migration"));
    assay_json_free(doc);
    return null;
}

START_TEST(without_zones_dates_accounts_or_a_past_there_is_none)
{
    struct timeline *t = made();
    ck_assert(!is_null(t));
    t->input.higher_is = ASSAY_HIGHER_IS_RISK;
    ck_assert(is_null(t));
    t->input.higher_is = ASSAY_HIGHER_IS_HEALTH;
    t->model.spec.n_zone = 0;
    ck_assert(is_null(t));
    t->model.spec.n_zone = 4;
    t->input.used.as_of = t->input.waiting.as_of = NULL;
    ck_assert(is_null(t));
    t->input.used.as_of = t->used.as_of;
    for (size_t i = 0; i < t->input.used.n; i++)
        t->used.as_of[i] = ASSAY_NO_DATE;
    ck_assert(is_null(t));
    t->input.used.account = t->input.waiting.account = t->input.other.account = NULL;
    t->input.n_account = 0;
    ck_assert(is_null(t));
    free(t);
}
END_TEST

START_TEST(running_out_of_memory_is_an_error)
{
    struct timeline *t = made();
    ck_assert_uint_gt(section_starve(assay_audit_migration, &t->input), 1);
    free(t);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, each_account_moves_from_its_latest_earlier_snapshot);
    tcase_add_test(tc, moves_that_go_one_way_are_said_to);
    tcase_add_test(tc, without_zones_dates_accounts_or_a_past_there_is_none);
    tcase_add_test(tc, running_out_of_memory_is_an_error);
}

ASSAY_SUITE("drift/migration", add_tests)
