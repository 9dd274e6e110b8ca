#include "core/base/machine.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/suite.h"

/* ---- control groups as the kernel shows them, in a directory of ours ---- */

struct groups {
    char root[64], membership[128];
};

static void put(const struct groups *g, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", g->root, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void make(const struct groups *g, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", g->root, name);
    ck_assert_int_eq(mkdir(path, 0700), 0);
}

static struct groups start(const char *membership)
{
    struct groups g = {.root = "/tmp/assay-groups-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(g.root));
    snprintf(g.membership, sizeof g.membership, "%s/membership", g.root);
    put(&g, "membership", membership);
    make(&g, "a");
    make(&g, "a/b");
    make(&g, "memory");
    return g;
}

static void finish(const struct groups *g)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", g->root);
    ck_assert_int_eq(system(command), 0);
}

static const struct {
    const char *membership, *top, *middle, *own, *first; /* what the files say; NULL: no file */
    size_t limit;
} cases[] = {
    {"0::/a/b\n", NULL, "max\n", "500000000\n", NULL, 500000000},
    {"0::/a/b\n", NULL, "300000000\n", "500000000\n", NULL, 300000000},
    {"0::/a/b\n", "200000000\n", "max\n", NULL, NULL, 200000000},
    {"0::/a\n", NULL, NULL, "77\n", NULL, SIZE_MAX}, /* of a group that we are not in */
    {"0::/\n", "12345\n", NULL, "77\n", NULL, 12345},
    {"12:cpu:/x\n4:memory:/y\n", NULL, NULL, NULL, "9223372036854771712\n", 9223372036854771712u},
    {"12:cpu:/x\n0::/a\n", NULL, "max\n", NULL, "1000\n", 1000},
    {"", NULL, NULL, NULL, NULL, SIZE_MAX},
    {"0::/a/b\n", NULL, "nonsense\n", NULL, NULL, SIZE_MAX},
};

START_TEST(least_limit_of_the_groups_around_us_counts)
{
    struct groups g = start(cases[_i].membership);
    if (cases[_i].top != NULL)
        put(&g, "memory.max", cases[_i].top);
    if (cases[_i].middle != NULL)
        put(&g, "a/memory.max", cases[_i].middle);
    if (cases[_i].own != NULL)
        put(&g, "a/b/memory.max", cases[_i].own);
    if (cases[_i].first != NULL)
        put(&g, "memory/memory.limit_in_bytes", cases[_i].first);
    ck_assert_uint_eq(assay_cgroup_memory(g.membership, g.root), cases[_i].limit);
    finish(&g);
}
END_TEST

START_TEST(no_groups_are_no_limit)
{
    ck_assert_uint_eq(assay_cgroup_memory("/no/such/file", "/no/such/place"), SIZE_MAX);
}
END_TEST

START_TEST(machine_has_no_more_than_it_has)
{
    size_t all = (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
    size_t memory = assay_machine_memory();
    ck_assert_uint_le(memory, all);
    ck_assert_uint_gt(memory, 1 << 20);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, least_limit_of_the_groups_around_us_counts, 0, COUNT(cases));
    tcase_add_test(tc, no_groups_are_no_limit);
    tcase_add_test(tc, machine_has_no_more_than_it_has);
}

ASSAY_SUITE("base/machine", add_tests)
