/* The accounts of a history. */
#include "calibrate/fit/accounts.h"

#include "tests/calibrate/past.h"

/* Rows 0 .. n - 1 are accounts A0, A1, ... of past.h; these take another's place. */
static void give_to(struct past *p, size_t row, size_t account)
{
    p->table.columns[0].codes[row] = p->table.columns[0].codes[account];
}

/* A0 A1 A10 A11 A2 ... in byte order. */
START_TEST(accounts_are_numbered_in_byte_order_of_their_ids)
{
    static const int32_t expected[12] = {0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 2, 3};
    struct past p;
    struct assay_accounts accounts = {0};
    struct assay_error err = {0};
    past_init(&p, 12, 2);
    ck_assay_ok(assay_accounts_init(&p.history, &accounts, &err));
    ck_assert_uint_eq(accounts.n, 12);
    for (size_t i = 0; i < 12; i++) {
        ck_assert_int_eq(accounts.account[i], expected[i]);
        ck_assert_uint_eq(accounts.rows[i], 1);
    }
    assay_accounts_clear(&accounts);
    past_clear(&p);
}
END_TEST

START_TEST(rows_that_do_not_count_are_nobodys)
{
    struct past p;
    struct assay_accounts accounts = {0};
    struct assay_error err = {0};
    past_init(&p, 6, 2);
    give_to(&p, 3, 1);
    give_to(&p, 5, 1);
    p.history.used[0] = p.history.used[5] = 0; /* A0 has no row left, A1 has two of three */
    ck_assay_ok(assay_accounts_init(&p.history, &accounts, &err));
    static const int32_t account[] = {-1, 0, 1, 0, 2, -1};
    static const size_t rows[] = {2, 1, 1};
    ck_assert_uint_eq(accounts.n, 3);
    ck_assert_mem_eq(accounts.account, account, sizeof account);
    ck_assert_mem_eq(accounts.rows, rows, sizeof rows);
    assay_accounts_clear(&accounts);
    past_clear(&p);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    struct past p;
    struct assay_accounts accounts = {0};
    struct assay_error err = {0};
    enum assay_status status;
    size_t n = 0;
    past_init(&p, 6, 2);
    do {
        test_fail_allocation(++n);
        status = assay_accounts_init(&p.history, &accounts, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && accounts.account == NULL));
    } while (status != ASSAY_OK);
    ck_assert_uint_ge(n, 5);
    assay_accounts_clear(&accounts);
    past_clear(&p);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, accounts_are_numbered_in_byte_order_of_their_ids);
    tcase_add_test(tc, rows_that_do_not_count_are_nobodys);
    tcase_add_test(tc, every_allocation_may_fail);
}

ASSAY_SUITE("calibrate/accounts", add_tests)
