/* Pairs of keys in files: made whole, private, and as minisign itself uses them. */
#include <signal.h>
#include <sys/resource.h>

#include "tests/release/key_text.h"

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

ASSAY_SUITE("release/key_files", add_tests)
