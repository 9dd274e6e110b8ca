/* Where fields end, by each instruction set: what one look at each byte says. */
#include <string.h>

#include "core/base/cpu.h"
#include "core/data/csv_index.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { MARGIN = ASSAY_INDEX_BLOCK, MOST = 1000 };

static const char *const sets[] = {"baseline", "avx2", "avx512"};

static bool choose(size_t k)
{
    struct assay_error err = {0};
    bool has = assay_cpu_choose(sets[k], &err) == ASSAY_OK;
    if (!has)
        test_skip(err.message);
    return has;
}

/* Indexes bytes[first .. first + n), and looks at them one by one. */
static void check(const char *bytes, size_t first, size_t n, char delimiter)
{
    static uint32_t room[MOST + ASSAY_INDEX_BLOCK];
    struct assay_index got = {.ends = room}, want = {.ends = NULL};
    assay_index_fill(&got, bytes, first, n, delimiter);
    ck_assert_ptr_eq(got.ends, room);
    for (size_t at = first; at < first + n; at++) {
        char c = bytes[at];
        bool odd = c == '\r' || c == '"';
        want.n_lf += c == '\n';
        want.odd = want.odd || odd;
        want.high = want.high || (unsigned char)c >= 0x80;
        want.nul = want.nul || c == '\0';
        if (c == '\n' || odd || c == delimiter) {
            ck_assert_uint_lt(want.n_end, got.n_end);
            ck_assert_uint_eq(got.ends[want.n_end++], at);
        }
    }
    ck_assert_uint_eq(got.n_end, want.n_end);
    ck_assert_uint_eq(got.n_lf, want.n_lf);
    ck_assert(got.odd == want.odd && got.high == want.high && got.nul == want.nul);
    ck_assert_uint_eq(assay_index_count(bytes + first, n, '\n'), want.n_lf);
}

/* Few or many ends, up to nothing else; what stands before and behind the bytes does not count. */
START_TEST(ends_and_kinds_are_those_of_the_bytes)
{
    static const char marks[] = ",,,,,\n\n;\t\r\"";
    char bytes[MARGIN + MOST + MARGIN];
    if (!choose((size_t)_i))
        return;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct test_random random = {seed};
        size_t apart = 1 + test_below(&random, 12);
        size_t n_mark = seed % 2 == 0 ? sizeof marks - 3 : sizeof marks - 1;
        size_t first = test_below(&random, 3 * ASSAY_INDEX_BLOCK),
               n = test_below(&random, MOST - first);
        for (size_t at = 0; at < sizeof bytes; at++)
            bytes[at] = test_below(&random, apart) == 0 ? marks[test_below(&random, n_mark)] : 'x';
        if (seed % 5 == 0) /* in the bytes or not */
            bytes[test_below(&random, sizeof bytes)] = (char)(0x80 + test_below(&random, 128));
        if (seed % 7 == 0)
            bytes[test_below(&random, sizeof bytes)] = '\0';
        check(bytes, first, n, seed % 3 == 0 ? ';' : seed % 11 == 0 ? ' ' : ',');
    }
}
END_TEST

/* One byte of each kind at each place of some blocks, the last of which is not whole. */
START_TEST(a_single_byte_is_seen_wherever_it_is)
{
    enum { LENGTH = 3 * ASSAY_INDEX_BLOCK - 5 };
    char bytes[LENGTH + MARGIN];
    if (!choose((size_t)_i))
        return;
    for (int c = 0; c < 256; c++)
        for (size_t at = 0; at < LENGTH + 5; at++) {
            memset(bytes, 'x', sizeof bytes);
            bytes[at] = (char)c;
            check(bytes, 0, LENGTH, ',');
        }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, ends_and_kinds_are_those_of_the_bytes, 0, COUNT(sets));
    tcase_add_loop_test(tc, a_single_byte_is_seen_wherever_it_is, 0, COUNT(sets));
}

ASSAY_SUITE("data/csv_index", add_tests)
