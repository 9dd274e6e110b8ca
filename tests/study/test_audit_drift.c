/* A slice of the study of docs/audit-evidence.md: does an audit name what has not moved? */
#include "tests/drift/population.h"
#include "tests/support/suite.h"
#include "validate/drift/drift_count.h"
#include "validate/drift/drift_test.h"

/* How many of `audits` without any change say that something has drifted. */
static size_t count_named(size_t audits, size_t accounts, uint64_t seed)
{
    struct pop_change none = {.shift = 0};
    struct assay_error err = {0};
    size_t named = 0;
    for (size_t k = 0; k < audits; k++) {
        struct assay_drift_variable variables[POP_VARIABLES];
        struct assay_drift_weights weights = {1, 1};
        struct drifting *d = drifting_new(pop_draw(300, 1, 0.9, none, seed + 2 * k),
                                          pop_draw(accounts, 1, 0.9, none, seed + 2 * k + 1));
        size_t n, found = 0;
        ck_assay_ok(assay_drift_count(&d->input, &d->input.used, weights, variables, &n, &err));
        ck_assay_ok(assay_drift_test(variables, n, weights, 1, &err));
        for (size_t v = 0; v < n; v++)
            found += variables[v].drifted;
        named += found > 0;
        drifting_free(d);
    }
    return named;
}

/* Of 15 audits that name something in 5% of cases, 5 or more do so with probability 0.06%. */
START_TEST(audits_without_change_seldom_name_anything)
{
    static const size_t accounts[] = {50, 200};
    ck_assert_uint_lt(count_named(15, accounts[_i], 1000), 5);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, audits_without_change_seldom_name_anything, 0, 2);
}

ASSAY_SUITE("study/audit_drift", add_tests)
