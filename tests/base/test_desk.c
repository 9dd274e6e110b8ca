#include "core/base/desk.h"

#include <stdint.h>

#include "core/base/thread.h"
#include "tests/support/suite.h"

START_TEST(desks_are_apart_and_come_back)
{
    struct assay_desks desks;
    ck_assert(assay_desks_init(&desks, 3, 10));
    double *a = assay_desk_take(&desks), *b = assay_desk_take(&desks), *c = assay_desk_take(&desks);
    ck_assert_int_ge(b - a, 16); /* whole cache lines, and never the same one */
    ck_assert_int_ge(c - b, 16);
    assay_desk_leave(&desks, b);
    ck_assert_ptr_eq(assay_desk_take(&desks), b);
    assay_desks_clear(&desks);
    assay_desks_clear(&desks); /* nothing is left to give back */
}
END_TEST

struct users {
    struct assay_desks desks;
    unsigned char clash[1000];
};

/* Writes its number, works a while, and looks whether anybody else has been there. */
static void use(void *state, size_t task)
{
    struct users *users = state;
    volatile double *desk = assay_desk_take(&users->desks);
    desk[0] = (double)task;
    for (size_t k = 0; k < 300; k++)
        desk[1] = desk[0] + (double)k;
    users->clash[task] = desk[0] != (double)task;
    assay_desk_leave(&users->desks, (const double *)desk);
}

START_TEST(no_two_tasks_share_a_desk)
{
    struct users users = {0};
    ck_assert(assay_desks_init(&users.desks, 4, 2));
    assay_parallel(COUNT(users.clash), 4, use, &users);
    for (size_t k = 0; k < COUNT(users.clash); k++)
        ck_assert(!users.clash[k]);
    assay_desks_clear(&users.desks);
}
END_TEST

START_TEST(no_memory_is_said)
{
    struct assay_desks desks;
    test_fail_allocation(1);
    bool ready = assay_desks_init(&desks, 2, 10);
    test_fail_allocation(0);
    ck_assert(!ready);
    ck_assert(!assay_desks_init(&desks, 64, SIZE_MAX / 64));
    assay_desks_clear(&desks);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, desks_are_apart_and_come_back);
    tcase_add_test(tc, no_two_tasks_share_a_desk);
    tcase_add_test(tc, no_memory_is_said);
}

ASSAY_SUITE("base/desk", add_tests)
