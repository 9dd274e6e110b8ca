#include <signal.h>
#include <sodium/utils.h>
#include <sys/resource.h>

#include "release/sign/encoding.h"
#include "release/sign/secret_key.h"
#include "tests/release/signing.h"

/* The least that is allowed: a guess takes milliseconds, not a second. */
static const struct assay_scrypt_limits cheap = {1 << 15, 1 << 24};

static bool give(void *context, char *password, size_t size)
{
    snprintf(password, size, "%s", (const char *)context);
    return true;
}

static bool give_nothing(void *context, char *password, size_t size)
{
    (void)context;
    memset(password, 'x', size); /* of no account */
    return false;
}

static enum assay_status decode(const char *text, char *password, struct assay_secret_key *key,
                                struct assay_error *err)
{
    return assay_secret_key_decode("s.key", text, strlen(text), password != NULL ? give : NULL,
                                   password, key, err);
}

static struct assay_secret_key new_key(void)
{
    struct assay_error err = {0};
    struct assay_secret_key key;
    ck_assay_ok(assay_secret_key_make(&key, &err));
    return key;
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

/* The bytes of a key's second line, and back. */
static void take_apart(const char *text, unsigned char bytes[ASSAY_SECRET_KEY_BYTES])
{
    const char *line = strchr(text, '\n') + 1;
    ck_assert(assay_base64_read((struct assay_line){line, strcspn(line, "\n")}, bytes,
                                ASSAY_SECRET_KEY_BYTES));
}

static void put_together(const unsigned char bytes[ASSAY_SECRET_KEY_BYTES],
                         char text[ASSAY_SECRET_KEY_TEXT_SIZE])
{
    strcpy(text, "untrusted comment: changed\n");
    assay_base64_write(bytes, ASSAY_SECRET_KEY_BYTES, text + strlen(text));
    strcat(text, "\n");
}

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

/* ---- files ---- */

static mode_t mode_of(const char *path)
{
    struct stat info;
    ck_assert_int_eq(stat(path, &info), 0);
    return info.st_mode & 07777;
}

START_TEST(a_new_pair_reads_back_and_its_secret_is_private)
{
    struct assay_error err = {0};
    struct signing_directory directory = signing_directory();
    struct signing_path secret = signing_path(&directory, "s.key"),
                        open = signing_path(&directory, "p.pub");
    struct assay_public_key made, read;
    struct assay_secret_key key;
    umask(0);
    ck_assay_ok(assay_keys_make(secret.text, open.text, NULL, &made, &err));
    ck_assert_uint_eq(mode_of(secret.text), 0600);
    ck_assert_uint_eq(mode_of(open.text), 0666);
    ck_assay_ok(assay_secret_key_read(secret.text, NULL, NULL, &key, &err));
    ck_assay_ok(assay_public_key_read(open.text, &read, &err));
    ck_assert_mem_eq(&read, &made, sizeof read);
    ck_assert_mem_eq(&key.public_key, &made, sizeof made);
    signing_directory_remove(&directory);
}
END_TEST

/* A second and a gigabyte: what minisign itself asks of who guesses at the password. */
START_TEST(a_new_encrypted_pair_has_minisigns_limits)
{
    struct assay_error err = {0};
    struct signing_directory directory = signing_directory();
    struct signing_path secret = signing_path(&directory, "s.key"),
                        open = signing_path(&directory, "p.pub");
    struct assay_public_key made;
    struct assay_text text = {0};
    unsigned char ours[ASSAY_SECRET_KEY_BYTES], theirs[ASSAY_SECRET_KEY_BYTES];
    ck_assay_ok(assay_keys_make(secret.text, open.text, SEALED_PASSWORD, &made, &err));
    ck_assay_ok(assay_file_read(secret.text, 4096, &text, &err));
    take_apart(text.data, ours);
    take_apart(SEALED_SECRET, theirs);
    ck_assert_mem_eq(ours, theirs, 6);
    ck_assert_mem_eq(ours + 38, theirs + 38, 16);
    assay_text_clear(&text);
    signing_directory_remove(&directory);
}
END_TEST

START_TEST(a_key_that_is_there_is_not_overwritten)
{
    struct assay_error err = {0};
    struct signing_directory directory = signing_directory();
    struct signing_path there = signing_file(&directory, "there", "kept", 0600);
    struct signing_path other = signing_path(&directory, "other");
    struct assay_text text = {0};
    struct assay_public_key made;
    char want[200];
    snprintf(want, sizeof want, "%s: is there already; expected the name of a new file",
             there.text);
    ck_assert_int_eq(assay_keys_make(there.text, other.text, NULL, &made, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, want);
    ck_assert_int_eq(assay_keys_make(other.text, there.text, NULL, &made, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, want);
    ck_assert_int_ne(access(other.text, F_OK), 0);
    ck_assay_ok(assay_file_read(there.text, 100, &text, &err));
    ck_assert_str_eq(text.data, "kept");
    assay_text_clear(&text);
    signing_directory_remove(&directory);
}
END_TEST

START_TEST(a_pair_is_made_whole_or_not_at_all)
{
    struct assay_error err = {0};
    struct signing_directory directory = signing_directory();
    struct signing_path secret = signing_path(&directory, "s.key"),
                        absent = signing_path(&directory, "no/p.pub");
    struct assay_public_key made;
    char want[200];
    ck_assert_int_eq(assay_keys_make(secret.text, absent.text, NULL, &made, &err), ASSAY_EIO);
    snprintf(want, sizeof want, "could not write \"%s\": No such file or directory", absent.text);
    ck_assert_str_eq(err.message, want);
    ck_assert_int_ne(access(secret.text, F_OK), 0);
    ck_assert_int_eq(assay_keys_make(secret.text, secret.text, NULL, &made, &err), ASSAY_EDATA);
    ck_assert_int_ne(access(secret.text, F_OK), 0);
    signing_directory_remove(&directory);
}
END_TEST

/* A limit on the size of files, in place of a full disk. */
START_TEST(a_full_disk_leaves_no_part_of_a_pair)
{
    struct assay_error err = {0};
    struct signing_directory directory = signing_directory();
    struct signing_path secret = signing_path(&directory, "s.key");
    struct signing_path open = signing_path(&directory, "p.pub");
    struct assay_public_key made;
    struct rlimit before, small;
    char want[200];
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){100, before.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum assay_status status = assay_keys_make(secret.text, open.text, NULL, &made, &err);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    ck_assert_int_eq(status, ASSAY_EIO);
    snprintf(want, sizeof want, "could not write \"%s\": File too large", secret.text);
    ck_assert_str_eq(err.message, want);
    ck_assert_int_ne(access(secret.text, F_OK), 0);
    ck_assert_int_ne(access(open.text, F_OK), 0);
    signing_directory_remove(&directory);
}
END_TEST

static const mode_t open_modes[] = {0644, 0640, 0604, 0620, 0602, 0610, 0601, 0777};

START_TEST(a_secret_key_that_others_may_touch_is_not_used)
{
    struct assay_error err = {0};
    struct signing_directory directory = signing_directory();
    struct signing_path path = signing_file(&directory, "s.key", PLAIN_SECRET, open_modes[_i]);
    struct assay_secret_key key;
    char want[200];
    ck_assert_int_eq(assay_secret_key_read(path.text, NULL, NULL, &key, &err), ASSAY_EDATA);
    snprintf(want, sizeof want, "%s: mode %04o lets others at a secret; expected 0600", path.text,
             (unsigned)open_modes[_i]);
    ck_assert_str_eq(err.message, want);
    snprintf(want, sizeof want, "If nobody else has read it: chmod 600 %s", path.text);
    ck_assert_str_eq(err.hint, want);
    ck_assert_int_eq(chmod(path.text, 0400), 0);
    ck_assay_ok(assay_secret_key_read(path.text, NULL, NULL, &key, &err));
    signing_directory_remove(&directory);
}
END_TEST

/* Whoever took the wrong file is not told to hide it. */
START_TEST(what_is_no_secret_key_is_named_whatever_its_mode_is)
{
    static const struct {
        const char *text, *said;
    } files[] = {
        {PLAIN_PUBLIC, "holds a public key; expected a secret one"},
        {"{}\n", "no comment in the first line; expected a secret key as minisign writes it"},
        {"", "no comment in the first line; expected a secret key as minisign writes it"},
    };
    static const mode_t modes[] = {0644, 0600};
    for (size_t k = 0; k < 6; k++) {
        struct assay_error err = {0};
        struct signing_directory directory = signing_directory();
        struct signing_path path = signing_file(&directory, "p", files[k / 2].text, modes[k % 2]);
        struct assay_secret_key key;
        char want[200];
        ck_assert_int_eq(assay_secret_key_read(path.text, NULL, NULL, &key, &err), ASSAY_EFORMAT);
        snprintf(want, sizeof want, "%s: %s", path.text, files[k / 2].said);
        ck_assert_str_eq(err.message, want);
        ck_assert_str_eq(err.hint, "");
        signing_directory_remove(&directory);
    }
}
END_TEST

START_TEST(what_is_no_file_of_a_key_is_refused)
{
    struct assay_error err = {0};
    struct signing_directory directory = signing_directory();
    struct signing_path path = signing_path(&directory, "long");
    struct assay_secret_key key;
    char want[200], longer[5000];
    ck_assert_int_eq(assay_secret_key_read("/nonexistent/s.key", NULL, NULL, &key, &err),
                     ASSAY_EIO);
    ck_assert_str_eq(err.message,
                     "could not open \"/nonexistent/s.key\": No such file or directory");
    ck_assert_int_eq(assay_secret_key_read(directory.path, NULL, NULL, &key, &err), ASSAY_EIO);
    snprintf(want, sizeof want, "could not read \"%s\": Is a directory", directory.path);
    ck_assert_str_eq(err.message, want);
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    signing_file(&directory, "long", longer, 0600);
    ck_assert_int_eq(assay_secret_key_read(path.text, NULL, NULL, &key, &err), ASSAY_EFORMAT);
    snprintf(want, sizeof want, "%s: longer than 4095 bytes; expected a smaller file", path.text);
    ck_assert_str_eq(err.message, want);
    signing_directory_remove(&directory);
}
END_TEST

/* ---- the real minisign ---- */

/* Encrypted, with limits that are not its own, and not encrypted. */
START_TEST(minisign_signs_with_a_key_of_ours)
{
    if (!needs_minisign())
        return;
    struct assay_error err = {0};
    struct signing_directory directory = signing_directory();
    struct assay_secret_key key = new_key();
    struct assay_signature signature;
    struct assay_text public_text = {0}, text = {0};
    char secret[ASSAY_SECRET_KEY_TEXT_SIZE];
    ck_assay_ok(assay_secret_key_encode(&key, _i == 0 ? "x y" : NULL, cheap, secret, &err));
    assay_public_key_write(&key.public_key, &public_text);
    signing_file(&directory, "s.key", secret, 0600);
    signing_file(&directory, "p.pub", public_text.data, 0644);
    signing_file(&directory, "f", SIGNED_BYTES, 0644);
    ck_assert_int_eq(signing_run(&directory, "echo 'x y' | minisign -S -s s.key -m f"), 0);
    ck_assert_int_eq(signing_run(&directory, "minisign -V -p p.pub -m f"), 0);
    ck_assay_ok(assay_file_read(signing_path(&directory, "f.minisig").text, 4096, &text, &err));
    ck_assay_ok(assay_signature_read("m", text.data, text.length, &signature, &err));
    ck_assay_ok(assay_signature_check("m", "f", &signature, &key.public_key, SIGNED_BYTES,
                                      strlen(SIGNED_BYTES), &err));
    assay_text_clear(&text);
    assay_text_clear(&public_text);
    signing_directory_remove(&directory);
}
END_TEST

/* ---- memory ---- */

START_TEST(making_keys_survives_every_failing_allocation)
{
    struct assay_error err = {0};
    struct signing_directory directory = signing_directory();
    struct signing_path secret = signing_path(&directory, "s.key"),
                        open = signing_path(&directory, "p.pub");
    enum assay_status status = ASSAY_ENOMEM;
    size_t n = 0;
    while (status == ASSAY_ENOMEM && n < 20) {
        struct assay_public_key key;
        test_fail_allocation(++n);
        status = assay_keys_make(secret.text, open.text, NULL, &key, &err);
        test_fail_allocation(0);
        bool made = access(secret.text, F_OK) == 0 || access(open.text, F_OK) == 0;
        ck_assert_int_eq(made, status == ASSAY_OK);
    }
    ck_assert_int_eq(status, ASSAY_OK);
    ck_assert_uint_gt(n, 3);
    signing_directory_remove(&directory);
}
END_TEST

START_TEST(reading_a_key_survives_every_failing_allocation)
{
    struct assay_error err = {0};
    struct signing_directory directory = signing_directory();
    struct assay_secret_key key = new_key();
    char secret[ASSAY_SECRET_KEY_TEXT_SIZE], password[] = "x";
    ck_assay_ok(assay_secret_key_encode(&key, password, cheap, secret, &err));
    struct signing_path path = signing_file(&directory, "s.key", secret, 0600);
    enum assay_status status = ASSAY_ENOMEM;
    size_t n = 0;
    while (status == ASSAY_ENOMEM && n < 20) {
        test_fail_allocation(++n);
        status = assay_secret_key_read(path.text, give, password, &key, &err);
        test_fail_allocation(0);
    }
    ck_assert_int_eq(status, ASSAY_OK);
    ck_assert_uint_eq(n, 4);
    signing_directory_remove(&directory);
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
    tcase_add_test(tc, a_new_pair_reads_back_and_its_secret_is_private);
    tcase_add_test(tc, a_new_encrypted_pair_has_minisigns_limits);
    tcase_add_test(tc, a_key_that_is_there_is_not_overwritten);
    tcase_add_test(tc, a_pair_is_made_whole_or_not_at_all);
    tcase_add_test(tc, a_full_disk_leaves_no_part_of_a_pair);
    tcase_add_loop_test(tc, a_secret_key_that_others_may_touch_is_not_used, 0, COUNT(open_modes));
    tcase_add_test(tc, what_is_no_secret_key_is_named_whatever_its_mode_is);
    tcase_add_test(tc, what_is_no_file_of_a_key_is_refused);
    tcase_add_loop_test(tc, minisign_signs_with_a_key_of_ours, 0, 2);
    tcase_add_test(tc, making_keys_survives_every_failing_allocation);
    tcase_add_test(tc, reading_a_key_survives_every_failing_allocation);
}

ASSAY_SUITE("release/keys", add_tests)
