/* Known digests, and the processor's instructions against libsodium at every length and cut. */
#include "core/base/sha256.h"

#include <string.h>

#include "core/base/sha256_blocks.h"
#include "tests/support/suite.h"

static void digest(const unsigned char *bytes, size_t length, size_t cut, bool plain,
                   char out[ASSAY_SHA256_TEXT_SIZE])
{
    struct assay_sha256 hash;
    assay_sha256_init(&hash);
    hash.ours = hash.ours && !plain;
    assay_sha256_add(&hash, bytes, cut);
    assay_sha256_add(&hash, bytes + cut, length - cut);
    assay_sha256_finish(&hash, out);
}

/* From the examples of FIPS 180-4 that NIST publishes. */
static const struct {
    const char *text, *hex;
} known[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

START_TEST(known_digests_come_out)
{
    char hex[ASSAY_SHA256_TEXT_SIZE];
    for (int plain = 0; plain <= 1; plain++) {
        digest((const unsigned char *)known[_i].text, strlen(known[_i].text), 0, plain, hex);
        ck_assert_str_eq(hex, known[_i].hex);
    }
}
END_TEST

START_TEST(every_length_and_cut_agrees_with_libsodium)
{
    enum { LONGEST = 300 };
    unsigned char bytes[LONGEST];
    char fast[ASSAY_SHA256_TEXT_SIZE], plain[ASSAY_SHA256_TEXT_SIZE];
    if (!assay_sha256_blocks_here()) {
        test_skip("the processor has no SHA instructions");
        return;
    }
    for (size_t k = 0; k < LONGEST; k++)
        bytes[k] = (unsigned char)(k * 151 + k / 7);
    for (size_t length = 0; length <= LONGEST; length++) {
        digest(bytes, length, 0, true, plain);
        for (size_t cut = 0; cut <= length; cut += 1 + length / 40) {
            digest(bytes, length, cut, false, fast);
            ck_assert_str_eq(fast, plain);
        }
    }
}
END_TEST

START_TEST(a_long_input_in_many_pieces_agrees_with_one_piece)
{
    static unsigned char bytes[1 << 17];
    char pieces[ASSAY_SHA256_TEXT_SIZE], whole[ASSAY_SHA256_TEXT_SIZE];
    struct assay_sha256 hash;
    for (size_t k = 0; k < sizeof bytes; k++)
        bytes[k] = (unsigned char)(k >> 3);
    assay_sha256_init(&hash);
    for (size_t at = 0, step = 1; at < sizeof bytes; step = step * 7 % 1009) {
        size_t n = step < sizeof bytes - at ? step : sizeof bytes - at;
        assay_sha256_add(&hash, bytes + at, n);
        at += n;
    }
    assay_sha256_finish(&hash, pieces);
    digest(bytes, sizeof bytes, 0, true, whole);
    ck_assert_str_eq(pieces, whole);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, known_digests_come_out, 0, COUNT(known));
    tcase_add_test(tc, every_length_and_cut_agrees_with_libsodium);
    tcase_add_test(tc, a_long_input_in_many_pieces_agrees_with_one_piece);
}

ASSAY_SUITE("base/sha256", add_tests)
