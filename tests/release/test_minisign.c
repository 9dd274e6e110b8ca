#include "release/sign/minisign.h"

#include "release/sign/secret_key.h"
#include "tests/release/signing.h"
#include "tests/support/random.h"

static struct assay_public_key public_key(const char *text)
{
    struct assay_error err = {0};
    struct assay_public_key key;
    ck_assay_ok(assay_public_key_parse("key", text, strlen(text), &key, &err));
    return key;
}

static struct assay_secret_key plain_key(void)
{
    struct assay_error err = {0};
    struct assay_secret_key key;
    ck_assay_ok(
        assay_secret_key_decode("key", PLAIN_SECRET, strlen(PLAIN_SECRET), NULL, NULL, &key, &err));
    return key;
}

static struct assay_secret_key new_key(void)
{
    struct assay_error err = {0};
    struct assay_secret_key key;
    ck_assay_ok(assay_secret_key_make(&key, &err));
    return key;
}

static struct assay_signature signature_of(const char *text)
{
    struct assay_error err = {0};
    struct assay_signature signature;
    ck_assay_ok(assay_signature_read("f.minisig", text, strlen(text), &signature, &err));
    return signature;
}

static enum assay_status check(const struct assay_signature *signature,
                               const struct assay_public_key *key, const char *bytes,
                               struct assay_error *err)
{
    return assay_signature_check("f.minisig", "f.txt", signature, key, bytes, strlen(bytes), err);
}

/* ---- public keys ---- */

START_TEST(a_public_key_of_minisign_reads_and_writes_back)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    struct assay_public_key key;
    ck_assay_ok(assay_public_key_parse("p.pub", PLAIN_PUBLIC, strlen(PLAIN_PUBLIC), &key, &err));
    ck_assert_str_eq(key.id, PLAIN_ID);
    assay_public_key_write(&key, &text);
    ck_assert_str_eq(text.data, PLAIN_PUBLIC);
    assay_text_clear(&text);
}
END_TEST

static const char *const same_key[] = {
    PLAIN_PUBLIC_KEY,
    PLAIN_PUBLIC_KEY "\n",
    PLAIN_PUBLIC_KEY "\r\n",
    "untrusted comment: \n" PLAIN_PUBLIC_KEY,
    "untrusted comment: ours\r\n" PLAIN_PUBLIC_KEY "\r\n",
};

START_TEST(a_pasted_public_key_is_the_same_key)
{
    struct assay_public_key key = public_key(same_key[_i]), want = public_key(PLAIN_PUBLIC);
    ck_assert_mem_eq(&key, &want, sizeof key);
}
END_TEST

/* "Ed", an ID, and a point of order 1; minisign takes it, and nothing can be signed with it. */
#define NO_POINT "RWTkqOXpwbwILwEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const struct {
    const char *text, *message;
} bad_public[] = {
    {"", "p.pub: public key \"\"; expected the 56 characters that minisign writes"},
    {"untrusted comment: a key\n",
     "p.pub: public key \"\"; expected the 56 characters that minisign writes"},
    {"RWTkqOXpwbwIL6uN",
     "p.pub: public key \"RWTkqOXpwbwIL6uN\"; expected the 56 characters that minisign writes"},
    {PLAIN_PUBLIC_KEY " ", "p.pub: public key \"RWTkqOXpwbwIL6uNss9o7o432mRKxMDgnxkhaYGl...\"; "
                           "expected the 56 characters that minisign writes"},
    {PLAIN_PUBLIC_KEY "\n\n", "p.pub: public key \"RWTkqOXpwbwIL6uNss9o7o432mRKxMDgnxkhaYGl...\"; "
                              "expected the 56 characters that minisign writes"},
    {"comment\n" PLAIN_PUBLIC_KEY "\n",
     "p.pub: public key \"comment\\x0aRWTkqOXpwbwIL6uNss9o7o432mRKxMDg...\"; "
     "expected the 56 characters that minisign writes"},
    {"RUTkqOXpwbwIL6uNss9o7o432mRKxMDgnxkhaYGlR0wUH6ks9q2A8Oe5",
     "p.pub: public key of algorithm \"ED\"; expected \"Ed\""},
    {NO_POINT, "p.pub: public key is no point of Ed25519"},
    {PLAIN_SECRET, "p.pub: holds a secret key; expected a public key"},
};

START_TEST(a_bad_public_key_says_what_is_wrong)
{
    struct assay_error err = {0};
    struct assay_public_key key;
    memset(&key, 0x5a, sizeof key);
    struct assay_public_key untouched = key;
    const char *text = bad_public[_i].text;
    ck_assert_int_eq(assay_public_key_parse("p.pub", text, strlen(text), &key, &err),
                     ASSAY_EFORMAT);
    ck_assert_str_eq(err.message, bad_public[_i].message);
    ck_assert_mem_eq(&key, &untouched, sizeof key);
}
END_TEST

START_TEST(a_public_key_file_that_is_absent_or_huge_is_refused)
{
    struct assay_error err = {0};
    struct assay_public_key key;
    ck_assert_int_eq(assay_public_key_read("/nonexistent/p.pub", &key, &err), ASSAY_EIO);
    ck_assert_str_eq(err.message,
                     "could not open \"/nonexistent/p.pub\": No such file or directory");
    ck_assert_int_eq(assay_public_key_read("/dev/zero", &key, &err), ASSAY_EFORMAT);
    ck_assert_str_eq(err.message, "/dev/zero: longer than 4096 bytes; expected a smaller file");
}
END_TEST

/* ---- signatures of minisign ---- */

static const struct {
    const char *text, *comment;
    bool prehashed;
} theirs[] = {
    {HASHED_SIGNATURE, "released by hand", true},
    {TABBED_SIGNATURE, "timestamp:1795382475\tfile:f.txt\thashed", true},
    {LEGACY_SIGNATURE, "the older kind", false},
};

START_TEST(a_signature_of_minisign_verifies)
{
    struct assay_error err = {0};
    struct assay_public_key key = public_key(PLAIN_PUBLIC_KEY);
    struct assay_signature signature = signature_of(theirs[_i].text);
    ck_assert_str_eq(signature.key_id, PLAIN_ID);
    ck_assert_str_eq(signature.trusted_comment, theirs[_i].comment);
    ck_assert_int_eq(signature.prehashed, theirs[_i].prehashed);
    ck_assert(!signature.ours);
    ck_assay_ok(check(&signature, &key, SIGNED_BYTES, &err));
    ck_assert_int_eq(check(&signature, &key, "health score", &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "f.minisig: the signature is not of \"f.txt\" as it is");
}
END_TEST

/* Ed25519 is deterministic, so minisign's bytes are the reference for ours, whatever the comments
 * around them. */
START_TEST(the_same_key_bytes_and_comment_give_minisigns_signature)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    struct assay_secret_key key = plain_key();
    ck_assay_ok(
        assay_sign(&key, SIGNED_BYTES, strlen(SIGNED_BYTES), "released by hand", &text, &err));
    ck_assert_str_eq(text.data,
                     "untrusted comment: signature by assay with key " PLAIN_ID "\n" HASHED_LINES);
    assay_text_clear(&text);
}
END_TEST

START_TEST(a_signature_by_another_key_names_both)
{
    struct assay_error err = {0};
    struct assay_public_key key = public_key(SEALED_PUBLIC_KEY);
    struct assay_signature signature = signature_of(HASHED_SIGNATURE);
    ck_assert_int_eq(check(&signature, &key, SIGNED_BYTES, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message,
                     "f.minisig: signed with key " PLAIN_ID "; expected key " SEALED_ID);
}
END_TEST

/* The ID is only a name: who takes another's is found out. */
START_TEST(a_key_that_borrows_the_id_of_another_does_not_verify)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    struct assay_secret_key forger = new_key();
    struct assay_public_key key = public_key(PLAIN_PUBLIC_KEY);
    memcpy(forger.public_key.id_bytes, key.id_bytes, sizeof key.id_bytes);
    memcpy(forger.public_key.id, key.id, sizeof key.id);
    ck_assay_ok(assay_sign(&forger, SIGNED_BYTES, strlen(SIGNED_BYTES), "", &text, &err));
    struct assay_signature signature = signature_of(text.data);
    ck_assert(signature.ours);
    ck_assert_int_eq(check(&signature, &key, SIGNED_BYTES, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "f.minisig: the signature is not of \"f.txt\" as it is");
    assay_text_clear(&text);
}
END_TEST

START_TEST(a_trusted_comment_that_was_changed_is_found)
{
    struct assay_error err = {0};
    struct assay_public_key key = public_key(PLAIN_PUBLIC_KEY);
    struct assay_signature signature = signature_of(HASHED_SIGNATURE);
    strcpy(signature.trusted_comment, "released by Dana");
    ck_assert_int_eq(check(&signature, &key, SIGNED_BYTES, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "f.minisig: the trusted comment is not as it was signed");
}
END_TEST

/* ---- bad signature files ---- */

#define FIRST "untrusted comment: c\n"
#define SECOND                                                                                     \
    "RUTkqOXpwbwIL9YvJeidy+Ohz6P5Dncn6nBf+"                                                        \
    "OMWT6NJvxmNEM6WjeAG9UtEj7JbrBX2UxZGIQObeSDHxpruONCc3btfDSSRIAM=\n"
#define THIRD "trusted comment: t\n"
#define FOURTH                                                                                     \
    "S2yh3C4MDhJF+lF0KL34iFypXcI/wTF5jed4KkBw+036kfk6QICITt31s1nPVqy1p1bNqGevXc7SirwXChMkAA==\n"
#define ENDS_IN(line)                                                                              \
    "m: ends in line " line "; expected a signature of four lines, each with a line feed at its "  \
    "end"

static const struct {
    const char *text, *message;
} bad_signatures[] = {
    {"", ENDS_IN("1")},
    {FIRST SECOND THIRD, ENDS_IN("4")},
    {FIRST SECOND THIRD "S2yh", ENDS_IN("4")},
    {FIRST SECOND THIRD FOURTH "\n", "m:5: more text; expected a signature of four lines"},
    {"untrusted comment: c\r\n" SECOND THIRD FOURTH,
     "m:1: ends in CR LF; expected LF alone, as it was signed"},
    {"comment\n" SECOND THIRD FOURTH, "m:1: \"comment\"; expected \"untrusted comment: ...\""},
    {FIRST "RUTk\n" THIRD FOURTH,
     "m:2: \"RUTk\"; expected 100 characters of base64: algorithm, key ID and signature"},
    {FIRST FOURTH THIRD FOURTH,
     "m:2: \"S2yh3C4MDhJF+lF0KL34iFypXcI/wTF5jed4KkBw...\"; "
     "expected 100 characters of base64: algorithm, key ID and signature"},
    {FIRST "RlTkqOXpwbwIL9YvJeidy+Ohz6P5Dncn6nBf+"
           "OMWT6NJvxmNEM6WjeAG9UtEj7JbrBX2UxZGIQObeSDHxpruONCc3btfDSSRIAM=\n" THIRD FOURTH,
     "m:2: algorithm \"FT\"; expected \"ED\" or \"Ed\""},
    {FIRST SECOND "comment: t\n" FOURTH, "m:3: \"comment: t\"; expected \"trusted comment: ...\""},
    {FIRST SECOND "trusted comment: \x1b[2J\n" FOURTH,
     "m:3: \"\\x1b[2J\"; expected UTF-8 without control characters"},
    {FIRST SECOND "trusted comment: \xff\n" FOURTH,
     "m:3: \"\\xff\"; expected UTF-8 without control characters"},
    {FIRST SECOND THIRD SECOND, "m:4: \"RUTkqOXpwbwIL9YvJeidy+Ohz6P5Dncn6nBf+OMW...\"; "
                                "expected 88 characters of base64: a signature"},
    /* The last four bits before the padding belong to no byte: A would be B, C or P in a looser
       reader. */
    {FIRST SECOND THIRD
     "S2yh3C4MDhJF+lF0KL34iFypXcI/wTF5jed4KkBw+036kfk6QICITt31s1nPVqy1p1bNqGevXc7SirwXChMkAB==\n",
     "m:4: \"S2yh3C4MDhJF+lF0KL34iFypXcI/wTF5jed4KkBw...\"; expected 88 characters of base64: a "
     "signature"},
    /* A byte beyond ASCII in the place of the '/'. */
    {FIRST SECOND THIRD "S2yh3C4MDhJF+lF0KL34iFypXcI\xaf"
                        "wTF5jed4KkBw+036kfk6QICITt31s1nPVqy1p1bNqGevXc7SirwXChMkAA==\n",
     "m:4: \"S2yh3C4MDhJF+lF0KL34iFypXcI\\xafwTF5jed4KkBw...\"; "
     "expected 88 characters of base64: a signature"},
};

START_TEST(a_bad_signature_file_says_where)
{
    struct assay_error err = {0};
    struct assay_signature signature;
    memset(&signature, 0x5a, sizeof signature);
    struct assay_signature untouched = signature;
    const char *text = bad_signatures[_i].text;
    ck_assert_int_eq(assay_signature_read("m", text, strlen(text), &signature, &err),
                     ASSAY_EFORMAT);
    ck_assert_str_eq(err.message, bad_signatures[_i].message);
    ck_assert_mem_eq(&signature, &untouched, sizeof signature);
}
END_TEST

START_TEST(trusted_comments_are_1024_bytes_at_most)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    struct assay_secret_key key = plain_key();
    char comment[1026];
    memset(comment, 'x', sizeof comment - 1);
    comment[1025] = '\0';
    ck_assert_int_eq(assay_sign(&key, "", 0, comment, &text, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "trusted comment of 1025 bytes; expected 1024 at most");
    ck_assert_uint_eq(text.length, 0);
    comment[1024] = '\0';
    ck_assay_ok(assay_sign(&key, "", 0, comment, &text, &err));
    struct assay_signature signature = signature_of(text.data);
    ck_assay_ok(check(&signature, &key.public_key, "", &err));
    char *longer = malloc(text.length + 2), *at = strstr(text.data, "xxx");
    ck_assert_ptr_nonnull(at);
    size_t before = (size_t)(at - text.data);
    memcpy(longer, text.data, before);
    longer[before] = 'x';
    memcpy(longer + before + 1, at, text.length - before + 1);
    ck_assert_int_eq(assay_signature_read("m", longer, text.length + 1, &signature, &err),
                     ASSAY_EFORMAT);
    ck_assert_str_eq(err.message, "m:3: trusted comment of 1025 bytes; expected 1024 at most");
    free(longer);
    assay_text_clear(&text);
}
END_TEST

static const struct {
    const char *comment, *message;
} bad_comments[] = {
    {"two\nlines",
     "trusted comment \"two\\x0alines\"; expected one line of UTF-8 without control characters"},
    {"a\ttab",
     "trusted comment \"a\\x09tab\"; expected one line of UTF-8 without control characters"},
    {"\x7f", "trusted comment \"\\x7f\"; expected one line of UTF-8 without control characters"},
    {"caf\xe9",
     "trusted comment \"caf\\xe9\"; expected one line of UTF-8 without control characters"},
};

START_TEST(a_comment_that_is_not_one_line_is_not_signed)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    struct assay_secret_key key = plain_key();
    ck_assert_int_eq(assay_sign(&key, "", 0, bad_comments[_i].comment, &text, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad_comments[_i].message);
    ck_assert_uint_eq(text.length, 0);
}
END_TEST

/* ---- any file ---- */

/* Bytes of any kind, 0 to 4,095 of them. */
static size_t draw_bytes(struct test_random *random, char bytes[4096])
{
    size_t length = test_below(random, 4096);
    for (size_t k = 0; k < length; k++)
        bytes[k] = (char)test_bits(random);
    return length;
}

START_TEST(what_is_signed_verifies_and_nothing_near_it_does)
{
    struct assay_error err = {0};
    struct test_random random = {(uint64_t)_i};
    struct assay_text text = {0};
    struct assay_secret_key key = new_key(), other = new_key();
    char bytes[4096];
    size_t length = draw_bytes(&random, bytes);
    ck_assay_ok(assay_sign(&key, bytes, length, "version 1.2.0", &text, &err));
    struct assay_signature signature = signature_of(text.data);
    ck_assert(signature.ours && signature.prehashed);
    ck_assay_ok(assay_signature_check("m", "f", &signature, &key.public_key, bytes, length, &err));
    ck_assert_int_eq(
        assay_signature_check("m", "f", &signature, &other.public_key, bytes, length, &err),
        ASSAY_EDATA);
    bytes[length] = 0;
    ck_assert_int_eq(
        assay_signature_check("m", "f", &signature, &key.public_key, bytes, length + 1, &err),
        ASSAY_EDATA);
    if (length > 0) {
        bytes[test_below(&random, length)] ^= (char)(1u << test_below(&random, 8));
        ck_assert_int_eq(
            assay_signature_check("m", "f", &signature, &key.public_key, bytes, length, &err),
            ASSAY_EDATA);
    }
    assay_text_clear(&text);
}
END_TEST

/* Whether a file that assay wrote, changed, can still pass for what assay wrote. */
static bool passes(const char *text, size_t length, const struct assay_public_key *key)
{
    struct assay_error err = {0};
    struct assay_signature signature;
    return assay_signature_read("m", text, length, &signature, &err) == ASSAY_OK &&
           check(&signature, key, SIGNED_BYTES, &err) == ASSAY_OK && signature.ours;
}

static struct assay_text sample(const struct assay_secret_key *key)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    ck_assay_ok(assay_sign(key, SIGNED_BYTES, strlen(SIGNED_BYTES), "version 1.2.0", &text, &err));
    ck_assert(passes(text.data, text.length, &key->public_key));
    return text;
}

START_TEST(every_changed_bit_of_a_signature_file_shows)
{
    struct assay_secret_key key = plain_key();
    struct assay_text text = sample(&key);
    for (size_t k = 0; k < text.length; k++)
        for (unsigned bit = 0; bit < 8; bit++) {
            text.data[k] ^= (char)(1u << bit);
            ck_assert_msg(!passes(text.data, text.length, &key.public_key), "byte %zu, bit %u", k,
                          bit);
            text.data[k] ^= (char)(1u << bit);
        }
    assay_text_clear(&text);
}
END_TEST

START_TEST(every_cut_and_every_added_byte_shows)
{
    struct assay_secret_key key = plain_key();
    struct assay_text text = sample(&key);
    for (size_t length = 0; length < text.length; length++)
        ck_assert_msg(!passes(text.data, length, &key.public_key), "cut at %zu", length);
    for (unsigned c = 0; c < 256; c++) {
        assay_text_putc(&text, (char)c);
        ck_assert_msg(!passes(text.data, text.length, &key.public_key), "byte %u behind it", c);
        text.length--;
    }
    assay_text_clear(&text);
}
END_TEST

START_TEST(another_first_line_verifies_but_is_not_ours)
{
    struct assay_error err = {0};
    struct assay_public_key key = public_key(PLAIN_PUBLIC_KEY);
    struct assay_signature signature = signature_of("untrusted comment: \n" HASHED_LINES);
    ck_assay_ok(check(&signature, &key, SIGNED_BYTES, &err));
    ck_assert(!signature.ours);
    signature =
        signature_of("untrusted comment: signature by assay with key " SEALED_ID "\n" HASHED_LINES);
    ck_assert(!signature.ours);
}
END_TEST

/* ---- the real minisign ---- */

START_TEST(minisign_verifies_what_assay_signs)
{
    if (!needs_minisign())
        return;
    struct assay_error err = {0};
    struct test_random random = {(uint64_t)_i};
    struct signing_directory directory = signing_directory();
    struct assay_secret_key key = new_key();
    struct assay_text signature = {0}, public_text = {0};
    char bytes[4096];
    size_t length = _i == 0 ? 0 : draw_bytes(&random, bytes);
    ck_assay_ok(assay_sign(&key, bytes, length, "version 1.2.0, Zürich ", &signature, &err));
    assay_public_key_write(&key.public_key, &public_text);
    ck_assay_ok(assay_file_write(signing_path(&directory, "f").text, bytes, length, &err));
    signing_file(&directory, "f.minisig", signature.data, 0644);
    signing_file(&directory, "p.pub", public_text.data, 0644);
    ck_assert_int_eq(signing_run(&directory, "minisign -V -H -p p.pub -m f"), 0);
    ck_assert_int_eq(signing_run(&directory, "minisign -V -Q -p p.pub -m f >said && "
                                             "printf 'version 1.2.0, Zürich \\n' | cmp - said"),
                     0);
    ck_assert_int_eq(signing_run(&directory, "printf x >>f && minisign -V -p p.pub -m f"), 1);
    signing_directory_remove(&directory);
    assay_text_clear(&signature);
    assay_text_clear(&public_text);
}
END_TEST

START_TEST(assay_verifies_what_minisign_signs)
{
    if (!needs_minisign())
        return;
    struct assay_error err = {0};
    struct test_random random = {(uint64_t)_i};
    struct signing_directory directory = signing_directory();
    struct assay_text text = {0};
    struct assay_public_key key;
    struct assay_signature signature;
    char bytes[4096];
    size_t length = draw_bytes(&random, bytes);
    ck_assay_ok(assay_file_write(signing_path(&directory, "f").text, bytes, length, &err));
    ck_assert_int_eq(signing_run(&directory, "minisign -G -W -p p.pub -s s.key </dev/null"), 0);
    ck_assert_int_eq(
        signing_run(&directory, "minisign -S %s -s s.key -m f", _i % 2 == 0 ? "" : "-l"), 0);
    ck_assay_ok(assay_public_key_read(signing_path(&directory, "p.pub").text, &key, &err));
    ck_assay_ok(assay_file_read(signing_path(&directory, "f.minisig").text, 4096, &text, &err));
    ck_assay_ok(assay_signature_read("m", text.data, text.length, &signature, &err));
    ck_assert_int_eq(signature.prehashed, _i % 2 == 0);
    ck_assay_ok(assay_signature_check("m", "f", &signature, &key, bytes, length, &err));
    signing_directory_remove(&directory);
    assay_text_clear(&text);
}
END_TEST

/* ---- memory ---- */

START_TEST(signing_without_memory_leaves_the_text_as_it_was)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    struct assay_secret_key key = plain_key();
    test_fail_allocation(1);
    enum assay_status status = assay_sign(&key, "x", 1, "", &text, &err);
    size_t n = test_allocations();
    test_fail_allocation(0);
    ck_assert_int_eq(status, ASSAY_ENOMEM);
    ck_assert_str_eq(err.message, "out of memory signing");
    ck_assert_uint_eq(n, 1);
    ck_assert_uint_eq(text.length, 0);
    assay_text_clear(&text);
    ck_assay_ok(assay_sign(&key, "x", 1, "", &text, &err));
    assay_text_clear(&text);
}
END_TEST

START_TEST(reading_a_public_key_survives_every_failing_allocation)
{
    struct assay_error err = {0};
    struct signing_directory directory = signing_directory();
    struct signing_path path = signing_file(&directory, "p.pub", PLAIN_PUBLIC, 0644);
    enum assay_status status = ASSAY_ENOMEM;
    size_t n = 0;
    while (status == ASSAY_ENOMEM && n < 20) {
        struct assay_public_key key;
        test_fail_allocation(++n);
        status = assay_public_key_read(path.text, &key, &err);
        test_fail_allocation(0);
    }
    ck_assert_int_eq(status, ASSAY_OK);
    ck_assert_uint_gt(n, 1);
    signing_directory_remove(&directory);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, a_public_key_of_minisign_reads_and_writes_back);
    tcase_add_loop_test(tc, a_pasted_public_key_is_the_same_key, 0, COUNT(same_key));
    tcase_add_loop_test(tc, a_bad_public_key_says_what_is_wrong, 0, COUNT(bad_public));
    tcase_add_test(tc, a_public_key_file_that_is_absent_or_huge_is_refused);
    tcase_add_loop_test(tc, a_signature_of_minisign_verifies, 0, COUNT(theirs));
    tcase_add_test(tc, the_same_key_bytes_and_comment_give_minisigns_signature);
    tcase_add_test(tc, a_signature_by_another_key_names_both);
    tcase_add_test(tc, a_key_that_borrows_the_id_of_another_does_not_verify);
    tcase_add_test(tc, a_trusted_comment_that_was_changed_is_found);
    tcase_add_loop_test(tc, a_bad_signature_file_says_where, 0, COUNT(bad_signatures));
    tcase_add_test(tc, trusted_comments_are_1024_bytes_at_most);
    tcase_add_loop_test(tc, a_comment_that_is_not_one_line_is_not_signed, 0, COUNT(bad_comments));
    tcase_add_loop_test(tc, what_is_signed_verifies_and_nothing_near_it_does, 0, 50);
    tcase_add_test(tc, every_changed_bit_of_a_signature_file_shows);
    tcase_add_test(tc, every_cut_and_every_added_byte_shows);
    tcase_add_test(tc, another_first_line_verifies_but_is_not_ours);
    tcase_add_loop_test(tc, minisign_verifies_what_assay_signs, 0, 6);
    tcase_add_loop_test(tc, assay_verifies_what_minisign_signs, 0, 6);
    tcase_add_test(tc, signing_without_memory_leaves_the_text_as_it_was);
    tcase_add_test(tc, reading_a_public_key_survives_every_failing_allocation);
}

ASSAY_SUITE("release/minisign", add_tests)
