/* Secret keys as text: minisign's and ours, changed and damaged. */
#include "release/sign/secret_key.h"

#include <sodium/utils.h>

#include "tests/release/key_text.h"

static bool give_nothing(void *context, char *password, size_t size)
{
    (void)context;
    memset(password, 'x', size); /* of no account */
    return false;
}

static void check_public(const struct assay_public_key *key, const char *text)
{
    struct assay_error err = {0};
    struct assay_public_key want;
    ck_assay_ok(assay_public_key_parse("p.pub", text, strlen(text), &want, &err));
    ck_assert_mem_eq(key, &want, sizeof want);
}

/* ---- keys of minisign ---- */

static const struct {
    const char *secret, *public_key;
} open_keys[] = {{PLAIN_SECRET, PLAIN_PUBLIC_KEY}, {UNSEALED_SECRET, SEALED_PUBLIC_KEY}};

START_TEST(a_key_without_a_password_reads_with_its_checksum_or_none)
{
    struct assay_error err = {0};
    struct assay_secret_key key;
    ck_assay_ok(decode(open_keys[_i].secret, NULL, &key, &err));
    check_public(&key.public_key, open_keys[_i].public_key);
}
END_TEST

/* minisign's own limits: a second and a gigabyte. */
START_TEST(an_encrypted_key_of_minisign_reads_with_its_password)
{
    struct assay_error err = {0};
    struct assay_secret_key key, want;
    char password[] = SEALED_PASSWORD;
    ck_assay_ok(decode(SEALED_SECRET, password, &key, &err));
    ck_assay_ok(decode(UNSEALED_SECRET, NULL, &want, &err));
    ck_assert_mem_eq(&key, &want, sizeof key);
}
END_TEST

/* ---- keys of ours ---- */

START_TEST(a_key_reads_back_with_its_password_and_no_other)
{
    struct assay_error err = {0};
    struct assay_secret_key key = new_key(), read, untouched;
    char text[ASSAY_SECRET_KEY_TEXT_SIZE], right[] = "p\xc3\xa4ss w\xf6rd",
                                           wrong[] = "p\xc3\xa4ss word";
    ck_assay_ok(assay_secret_key_encode(&key, right, cheap, text, &err));
    ck_assay_ok(decode(text, right, &read, &err));
    ck_assert_mem_eq(&read, &key, sizeof key);
    memset(&read, 0x5a, sizeof read);
    untouched = read;
    ck_assert_int_eq(decode(text, wrong, &read, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "s.key: wrong password, or the file was changed");
    ck_assert_mem_eq(&read, &untouched, sizeof read);
}
END_TEST

START_TEST(an_encrypted_key_without_a_password_stays_closed)
{
    struct assay_error err = {0};
    struct assay_secret_key key;
    ck_assert_int_eq(decode(SEALED_SECRET, NULL, &key, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "s.key: the key is encrypted; expected its password");
    ck_assert_int_eq(assay_secret_key_decode("s.key", SEALED_SECRET, strlen(SEALED_SECRET),
                                             give_nothing, NULL, &key, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, "s.key: the key is encrypted; expected its password");
}
END_TEST

START_TEST(the_text_of_a_key_says_whose_it_is)
{
    struct assay_error err = {0};
    struct assay_secret_key key = new_key();
    char text[ASSAY_SECRET_KEY_TEXT_SIZE], want[128];
    ck_assay_ok(assay_secret_key_encode(&key, NULL, cheap, text, &err));
    snprintf(want, sizeof want, "untrusted comment: assay secret key %s, not encrypted\n",
             key.public_key.id);
    ck_assert_msg(strncmp(text, want, strlen(want)) == 0, "%s", text);
    ck_assay_ok(assay_secret_key_encode(&key, "x", cheap, text, &err));
    snprintf(want, sizeof want, "untrusted comment: assay secret key %s, encrypted\n",
             key.public_key.id);
    ck_assert_msg(strncmp(text, want, strlen(want)) == 0, "%s", text);
}
END_TEST

START_TEST(the_same_key_is_never_encrypted_twice_the_same_way)
{
    struct assay_error err = {0};
    struct assay_secret_key key = new_key();
    char first[ASSAY_SECRET_KEY_TEXT_SIZE], second[ASSAY_SECRET_KEY_TEXT_SIZE];
    ck_assay_ok(assay_secret_key_encode(&key, "x", cheap, first, &err));
    ck_assay_ok(assay_secret_key_encode(&key, "x", cheap, second, &err));
    ck_assert_str_ne(first, second);
}
END_TEST

START_TEST(passwords_are_1_to_1023_bytes)
{
    struct assay_error err = {0};
    struct assay_secret_key key = new_key(), read;
    char text[ASSAY_SECRET_KEY_TEXT_SIZE], password[1025];
    memset(password, 'p', 1024);
    password[1024] = '\0';
    ck_assert_int_eq(assay_secret_key_encode(&key, "", cheap, text, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "password of 0 bytes; expected 1 to 1023");
    ck_assert_int_eq(assay_secret_key_encode(&key, password, cheap, text, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "password of 1024 bytes; expected 1 to 1023");
    password[1023] = '\0';
    ck_assay_ok(assay_secret_key_encode(&key, password, cheap, text, &err));
    ck_assay_ok(decode(text, password, &read, &err));
    ck_assert_mem_eq(&read, &key, sizeof key);
}
END_TEST

START_TEST(clearing_a_key_wipes_it)
{
    struct assay_secret_key key = new_key();
    assay_secret_key_clear(&key);
    ck_assert(sodium_is_zero((const unsigned char *)&key, sizeof key));
    assay_secret_key_clear(&key);
    assay_secret_key_clear(NULL);
}
END_TEST

/* ---- changed files ---- */

/* Salt and limits (6 to 53) have no part in a key that is not encrypted. */
START_TEST(every_changed_bit_of_an_open_key_is_found)
{
    struct assay_error err = {0};
    struct assay_secret_key key;
    unsigned char bytes[ASSAY_SECRET_KEY_BYTES];
    char text[ASSAY_SECRET_KEY_TEXT_SIZE];
    take_apart(UNSEALED_SECRET, bytes);
    for (size_t k = 0; k < sizeof bytes; k = k == 5 ? 54 : k + 1)
        for (unsigned bit = 0; bit < 8; bit++) {
            bytes[k] ^= (unsigned char)(1u << bit);
            put_together(bytes, text);
            ck_assert_msg(decode(text, NULL, &key, &err) == ASSAY_EFORMAT, "byte %zu, bit %u", k,
                          bit);
            bytes[k] ^= (unsigned char)(1u << bit);
        }
    put_together(bytes, text);
    ck_assay_ok(decode(text, NULL, &key, &err));
}
END_TEST

START_TEST(every_changed_byte_of_an_encrypted_key_is_found)
{
    struct assay_error err = {0};
    struct assay_secret_key key = new_key();
    unsigned char bytes[ASSAY_SECRET_KEY_BYTES];
    char text[ASSAY_SECRET_KEY_TEXT_SIZE], password[] = "x";
    ck_assay_ok(assay_secret_key_encode(&key, password, cheap, text, &err));
    take_apart(text, bytes);
    for (size_t k = 0; k < sizeof bytes; k++) {
        if (k == 38)
            k = 54; /* scrypt's cost is a power of two, which a limit a little off leaves as it is
                     */
        bytes[k] ^= 1;
        put_together(bytes, text);
        ck_assert_msg(decode(text, password, &key, &err) != ASSAY_OK, "byte %zu", k);
        bytes[k] ^= 1;
    }
    put_together(bytes, text);
    ck_assay_ok(decode(text, password, &key, &err));
}
END_TEST

static const struct {
    size_t at; /* 38 operations, 46 memory */
    uint64_t value;
    const char *message;
} limits[] = {
    {38, 32767, "s.key: its password takes 32767 operations to check; expected 32768 to 134217728"},
    {38, 134217729,
     "s.key: its password takes 134217729 operations to check; expected 32768 to 134217728"},
    {38, UINT64_MAX,
     "s.key: its password takes 18446744073709551615 operations to check; expected 32768 to "
     "134217728"},
    {46, 16777215,
     "s.key: its password takes 16777215 bytes of memory to check; expected 16777216 to "
     "4294967296"},
    {46, 4294967297,
     "s.key: its password takes 4294967297 bytes of memory to check; expected 16777216 to "
     "4294967296"},
};

START_TEST(work_that_no_key_needs_is_not_begun)
{
    struct assay_error err = {0};
    struct assay_secret_key key;
    unsigned char bytes[ASSAY_SECRET_KEY_BYTES];
    char text[ASSAY_SECRET_KEY_TEXT_SIZE], password[] = SEALED_PASSWORD;
    take_apart(SEALED_SECRET, bytes);
    for (size_t k = 0; k < 8; k++)
        bytes[limits[_i].at + k] = (unsigned char)(limits[_i].value >> 8 * k & 0xff);
    put_together(bytes, text);
    ck_assert_int_eq(decode(text, password, &key, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, limits[_i].message);
}
END_TEST

#define EXPECTED "; expected a secret key as minisign writes it"
static const struct {
    const char *text, *message;
} bad[] = {
    {"", "s.key: no comment in the first line" EXPECTED},
    {"untrusted comment: x", "s.key: no comment in the first line" EXPECTED},
    {"secret\nsecret\n", "s.key: no comment in the first line" EXPECTED},
    {"untrusted comment: x\n", "s.key: the second line is not 212 characters of base64" EXPECTED},
    {"untrusted comment: x\nsecret\n",
     "s.key: the second line is not 212 characters of base64" EXPECTED},
    {UNSEALED_SECRET "\n", "s.key: the second line is not 212 characters of base64" EXPECTED},
    {PLAIN_PUBLIC, "s.key: holds a public key; expected a secret one"},
};

START_TEST(a_bad_secret_key_is_told_without_quoting_it)
{
    struct assay_error err = {0};
    struct assay_secret_key key;
    ck_assert_int_eq(decode(bad[_i].text, NULL, &key, &err), ASSAY_EFORMAT);
    ck_assert_str_eq(err.message, bad[_i].message);
}
END_TEST

static const struct {
    size_t at;
    const char *message;
} parts[] = {
    {0, "s.key: not a key for Ed25519" EXPECTED},
    {2, "s.key: encrypted by something other than scrypt" EXPECTED},
    {4, "s.key: a checksum other than BLAKE2b" EXPECTED},
    {54, "s.key: its checksum does not hold" EXPECTED},
};

START_TEST(a_changed_part_of_an_open_key_is_named)
{
    struct assay_error err = {0};
    struct assay_secret_key key;
    unsigned char bytes[ASSAY_SECRET_KEY_BYTES];
    char text[ASSAY_SECRET_KEY_TEXT_SIZE];
    take_apart(UNSEALED_SECRET, bytes);
    bytes[parts[_i].at] ^= 1;
    put_together(bytes, text);
    ck_assert_int_eq(decode(text, NULL, &key, &err), ASSAY_EFORMAT);
    ck_assert_str_eq(err.message, parts[_i].message);
}
END_TEST

/* minisign -G -W leaves no checksum, so the two halves must tell. */
START_TEST(halves_of_two_keys_are_refused)
{
    struct assay_error err = {0};
    struct assay_secret_key key;
    unsigned char bytes[ASSAY_SECRET_KEY_BYTES];
    char text[ASSAY_SECRET_KEY_TEXT_SIZE];
    take_apart(PLAIN_SECRET, bytes);
    bytes[94] ^= 1; /* the public half */
    put_together(bytes, text);
    ck_assert_int_eq(decode(text, NULL, &key, &err), ASSAY_EFORMAT);
    ck_assert_str_eq(err.message, "s.key: its two halves are not of one key" EXPECTED);
}
END_TEST

START_TEST(a_secret_key_may_end_without_a_line_feed)
{
    struct assay_error err = {0};
    struct assay_secret_key key;
    ck_assay_ok(assay_secret_key_decode("s.key", PLAIN_SECRET, strlen(PLAIN_SECRET) - 1, NULL, NULL,
                                        &key, &err));
    check_public(&key.public_key, PLAIN_PUBLIC_KEY);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, a_key_without_a_password_reads_with_its_checksum_or_none, 0,
                        COUNT(open_keys));
    tcase_add_test(tc, an_encrypted_key_of_minisign_reads_with_its_password);
    tcase_add_test(tc, a_key_reads_back_with_its_password_and_no_other);
    tcase_add_test(tc, an_encrypted_key_without_a_password_stays_closed);
    tcase_add_test(tc, the_text_of_a_key_says_whose_it_is);
    tcase_add_test(tc, the_same_key_is_never_encrypted_twice_the_same_way);
    tcase_add_test(tc, passwords_are_1_to_1023_bytes);
    tcase_add_test(tc, clearing_a_key_wipes_it);
    tcase_add_test(tc, every_changed_bit_of_an_open_key_is_found);
    tcase_add_test(tc, every_changed_byte_of_an_encrypted_key_is_found);
    tcase_add_loop_test(tc, work_that_no_key_needs_is_not_begun, 0, COUNT(limits));
    tcase_add_loop_test(tc, a_bad_secret_key_is_told_without_quoting_it, 0, COUNT(bad));
    tcase_add_loop_test(tc, a_changed_part_of_an_open_key_is_named, 0, COUNT(parts));
    tcase_add_test(tc, halves_of_two_keys_are_refused);
    tcase_add_test(tc, a_secret_key_may_end_without_a_line_feed);
}

ASSAY_SUITE("release/secret_key", add_tests)
