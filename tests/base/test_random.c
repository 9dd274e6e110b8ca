#include "tests/support/suite.h"

#include "core/base/random.h"

/* The four words after which xoshiro256** starts are SplitMix64's own first outputs; those for seed
 * 1234567 are the ones its implementations are commonly checked with. */
START_TEST(stream_0_is_seeded_by_splitmix64)
{
    static const uint64_t expected[4] = {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
                                         UINT64_C(9817491932198370423),
                                         UINT64_C(4593380528125082431)};
    struct assay_random random;
    assay_random_init(&random, 1234567, 0);
    for (size_t k = 0; k < 4; k++)
        ck_assert_uint_eq(random.state[k], expected[k]);
}
END_TEST

/* From state 1, 2, 3, 4, by the authors' reference code; the first three follow by hand:
 * 9 rotl(10, 7), then s[1] = 0, then 9 rotl(5 * 262149, 7). */
START_TEST(bits_are_those_of_xoshiro256)
{
    static const uint64_t expected[10] = {UINT64_C(11520),
                                          UINT64_C(0),
                                          UINT64_C(1509978240),
                                          UINT64_C(1215971899390074240),
                                          UINT64_C(1216172134540287360),
                                          UINT64_C(607988272756665600),
                                          UINT64_C(16172922978634559625),
                                          UINT64_C(8476171486693032832),
                                          UINT64_C(10595114339597558777),
                                          UINT64_C(2904607092377533576)};
    struct assay_random random = {{1, 2, 3, 4}};
    for (size_t k = 0; k < COUNT(expected); k++)
        ck_assert_uint_eq(assay_random_bits(&random), expected[k]);
}
END_TEST

START_TEST(a_seed_and_a_stream_give_the_same_draws_again)
{
    struct assay_random a, b;
    assay_random_init(&a, 7, 3);
    assay_random_init(&b, 7, 3);
    for (size_t k = 0; k < 1000; k++)
        ck_assert_uint_eq(assay_random_bits(&a), assay_random_bits(&b));
}
END_TEST

/* 0 included, on both sides: neither is a seed that stands still. */
START_TEST(seeds_and_streams_differ_from_their_first_draw)
{
    enum { N = 40 };
    uint64_t first[N * N];
    for (size_t seed = 0; seed < N; seed++)
        for (size_t stream = 0; stream < N; stream++) {
            struct assay_random random;
            assay_random_init(&random, seed, stream);
            first[seed * N + stream] = assay_random_bits(&random);
        }
    for (size_t a = 0; a < N * N; a++)
        for (size_t b = 0; b < a; b++)
            ck_assert_uint_ne(first[a], first[b]);
}
END_TEST

/* Chi-squared with n - 1 degrees has mean n - 1 and variance 2 (n - 1). The seeds are fixed, so the
 * test cannot fail by chance; six standard deviations are what a sound generator keeps to. */
static const size_t bounds[] = {1, 2, 3, 10, 97, 1000};
START_TEST(below_hits_every_number_equally_often)
{
    size_t n = bounds[_i], draws = 1000 * n, count[1000] = {0};
    struct assay_random random;
    assay_random_init(&random, 20, n);
    for (size_t k = 0; k < draws; k++) {
        size_t at = assay_random_below(&random, n);
        ck_assert_uint_lt(at, n);
        count[at]++;
    }
    double chi2 = 0, degrees = (double)n - 1;
    for (size_t k = 0; k < n; k++)
        chi2 += ((double)count[k] - 1000.0) * ((double)count[k] - 1000.0) / 1000.0;
    ck_assert_double_le((chi2 - degrees) * (chi2 - degrees), 36.0 * 2.0 * degrees);
}
END_TEST

/* For n = 3 * 2^62 the remainder alone would give 0 .. 2^62 - 1 twice the share of the rest: half of
 * all draws instead of a third. 10,000 draws: standard deviation of the share 0.0047. */
START_TEST(below_has_no_bias_where_the_remainder_would)
{
    size_t n = (size_t)3 << 62, third = 0;
    struct assay_random random;
    assay_random_init(&random, 1, 0);
    for (size_t k = 0; k < 10000; k++)
        third += assay_random_below(&random, n) < n / 3;
    test_close("share of the lowest third", (double)third / 10000.0, 1.0 / 3.0, 0.0282, 1.0);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, stream_0_is_seeded_by_splitmix64);
    tcase_add_test(tc, bits_are_those_of_xoshiro256);
    tcase_add_test(tc, a_seed_and_a_stream_give_the_same_draws_again);
    tcase_add_test(tc, seeds_and_streams_differ_from_their_first_draw);
    tcase_add_loop_test(tc, below_hits_every_number_equally_often, 0, COUNT(bounds));
    tcase_add_test(tc, below_has_no_bias_where_the_remainder_would);
}

ASSAY_SUITE("base/random", add_tests)
