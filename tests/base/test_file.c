#include "core/base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/suite.h"

static char directory[] = "/tmp/assay-file-XXXXXX";

static void make_directory(void)
{
    strcpy(directory, "/tmp/assay-file-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
}

static const char *in_directory(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static size_t count_files(void)
{
    size_t n = 0;
    DIR *listing = opendir(directory);
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;)
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(listing);
    return n;
}

static void remove_directory(void)
{
    struct dirent *entry;
    DIR *listing = opendir(directory);
    while ((entry = readdir(listing)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            ck_assert_int_eq(unlinkat(dirfd(listing), entry->d_name, 0), 0);
    closedir(listing);
    ck_assert_int_eq(rmdir(directory), 0);
}

static void check_content(const char *path, const char *want)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    ck_assay_ok(assay_file_read(path, 1 << 20, &text, &err));
    ck_assert_str_eq(text.data, want);
    assay_text_clear(&text);
}

static void put(const char *path, const char *content)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_file_write(path, content, strlen(content), &err));
}

/* ---- writing ---- */

START_TEST(a_file_appears_at_finish_and_not_before)
{
    struct assay_error err = {0};
    struct assay_output out;
    const char *path = in_directory("model.json");
    put(path, "old");
    ck_assay_ok(assay_output_open(path, &out, &err));
    fputs("new and longer", out.stream);
    fflush(out.stream);
    check_content(path, "old");
    ck_assay_ok(assay_output_finish(&out, &err));
    check_content(path, "new and longer");
    ck_assert_uint_eq(count_files(), 1);
    assay_output_abort(&out); /* allowed, and does nothing */
    check_content(path, "new and longer");
}
END_TEST

START_TEST(abort_leaves_nothing_behind)
{
    struct assay_error err = {0};
    struct assay_output out;
    ck_assay_ok(assay_output_open(in_directory("new.json"), &out, &err));
    fputs("half", out.stream);
    fflush(out.stream);
    assay_output_abort(&out);
    ck_assert_uint_eq(count_files(), 0);
    assay_output_abort(&out);
    assay_output_abort(&(struct assay_output){0});
    put(in_directory("old.json"), "old");
    ck_assay_ok(assay_output_open(in_directory("old.json"), &out, &err));
    fputs("half", out.stream);
    assay_output_abort(&out);
    check_content(in_directory("old.json"), "old");
    ck_assert_uint_eq(count_files(), 1);
}
END_TEST

START_TEST(a_directory_that_is_not_there_is_an_error_at_once)
{
    struct assay_error err = {0};
    struct assay_output out;
    char want[256];
    const char *path = in_directory("none/model.json");
    snprintf(want, sizeof want, "could not write \"%s\": No such file or directory", path);
    ck_assert_int_eq(assay_output_open(path, &out, &err), ASSAY_EIO);
    ck_assert_str_eq(err.message, want);
    ck_assert_int_eq(assay_file_write(path, "x", 1, &err), ASSAY_EIO);
    ck_assert_uint_eq(count_files(), 0);
}
END_TEST

START_TEST(a_directory_is_not_written_over)
{
    struct assay_error err = {0};
    char want[256];
    snprintf(want, sizeof want, "could not write \"%s\": Is a directory", directory);
    ck_assert_int_eq(assay_file_write(directory, "x", 1, &err), ASSAY_EIO);
    ck_assert_str_eq(err.message, want);
    ck_assert_uint_eq(count_files(), 0);
}
END_TEST

START_TEST(permissions_follow_the_umask)
{
    static const struct {
        mode_t mask, mode;
    } cases[] = {{0022, 0644}, {0027, 0640}, {0077, 0600}, {0, 0666}};
    mode_t before = umask(0);
    for (size_t k = 0; k < COUNT(cases); k++) {
        struct stat info;
        umask(cases[k].mask);
        put(in_directory("model.json"), "{}");
        ck_assert_int_eq(stat(in_directory("model.json"), &info), 0);
        ck_assert_int_eq(info.st_mode & 07777, cases[k].mode);
        ck_assert_int_eq(umask(0), cases[k].mask); /* left as it was found */
    }
    umask(before);
}
END_TEST

START_TEST(a_failed_write_keeps_the_old_file)
{
    struct assay_error err = {0};
    struct rlimit before, small;
    char want[256], big[8192];
    const char *path = in_directory("model.json");
    memset(big, 'x', sizeof big);
    put(path, "old");
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){.rlim_cur = 1000, .rlim_max = before.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum assay_status status = assay_file_write(path, big, sizeof big, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    snprintf(want, sizeof want, "could not write \"%s\": File too large", path);
    ck_assert_int_eq(status, ASSAY_EIO);
    ck_assert_str_eq(err.message, want);
    check_content(path, "old");
    ck_assert_uint_eq(count_files(), 1);
}
END_TEST

/* Renaming onto a device would replace it, for whoever runs with the rights to do so. */
START_TEST(a_device_is_written_to_and_stays_a_device)
{
    struct assay_error err = {0};
    struct stat info;
    ck_assay_ok(assay_file_write("/dev/null", "x", 1, &err));
    ck_assert_int_eq(stat("/dev/null", &info), 0);
    ck_assert(S_ISCHR(info.st_mode));
    ck_assert_int_eq(assay_file_write("/dev/full", "x", 1, &err), ASSAY_EIO);
    ck_assert_str_eq(err.message, "could not write \"/dev/full\": No space left on device");
    ck_assert_int_eq(stat("/dev/full", &info), 0);
    ck_assert(S_ISCHR(info.st_mode));
}
END_TEST

START_TEST(a_pipe_is_written_to_as_it_is)
{
    struct assay_error err = {0};
    const char *path = in_directory("pipe");
    char got[8] = "";
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    int fd = open(path, O_RDWR);
    ck_assay_ok(assay_file_write(path, "hello", 5, &err));
    ck_assert_int_eq(read(fd, got, sizeof got), 5);
    ck_assert_str_eq(got, "hello");
    close(fd);
    ck_assert_uint_eq(count_files(), 1);
}
END_TEST

/* What a stretch of test writes to standard output goes to `path` instead. */
static int divert(int target, const char *path, int flags)
{
    fflush(stdout);
    int saved = dup(target), fd = open(path, flags, 0600);
    ck_assert_int_ge(fd, 0);
    dup2(fd, target);
    close(fd);
    return saved;
}

static void restore(int target, int saved)
{
    dup2(saved, target);
    close(saved);
}

START_TEST(standard_output_takes_the_place_of_a_file)
{
    static const char *const names[] = {NULL, "-"};
    for (size_t k = 0; k < COUNT(names); k++) {
        struct assay_error err = {0};
        struct assay_output out;
        int saved = divert(STDOUT_FILENO, in_directory("out"), O_WRONLY | O_CREAT | O_TRUNC);
        enum assay_status status = assay_output_open(names[k], &out, &err);
        bool standard = out.stream == stdout;
        fputs("result", out.stream);
        if (status == ASSAY_OK)
            status = assay_output_finish(&out, &err);
        assay_output_abort(&out);
        bool open_still = fcntl(STDOUT_FILENO, F_GETFD) >= 0;
        restore(STDOUT_FILENO, saved);
        ck_assay_ok(status);
        ck_assert(standard);
        ck_assert(open_still);
        check_content(in_directory("out"), "result");
    }
}
END_TEST

START_TEST(a_full_standard_output_is_an_error)
{
    static const size_t sizes[] = {1, 100000}; /* below and above what stdio keeps back */
    for (size_t k = 0; k < COUNT(sizes); k++) {
        struct assay_error err = {0};
        struct assay_output out;
        int saved = divert(STDOUT_FILENO, "/dev/full", O_WRONLY);
        enum assay_status status = assay_output_open("-", &out, &err);
        for (size_t b = 0; b < sizes[k]; b++)
            putc('x', out.stream);
        if (status == ASSAY_OK)
            status = assay_output_finish(&out, &err);
        restore(STDOUT_FILENO, saved);
        clearerr(stdout);
        fflush(stdout);
        ck_assert_int_eq(status, ASSAY_EIO);
        ck_assert_str_eq(err.message,
                         "could not write \"standard output\": No space left on device");
    }
}
END_TEST

START_TEST(bytes_of_any_value_are_written)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    char bytes[256];
    for (int k = 0; k < 256; k++)
        bytes[k] = (char)k;
    ck_assay_ok(assay_file_write(in_directory("bytes"), bytes, sizeof bytes, &err));
    ck_assay_ok(assay_file_read(in_directory("bytes"), sizeof bytes, &text, &err));
    ck_assert_uint_eq(text.length, sizeof bytes);
    ck_assert_mem_eq(text.data, bytes, sizeof bytes);
    assay_text_clear(&text);
    ck_assay_ok(assay_file_write(in_directory("bytes"), "", 0, &err));
    check_content(in_directory("bytes"), "");
}
END_TEST

/* ---- reading ---- */

START_TEST(a_file_of_the_limit_is_read_and_one_byte_more_is_not)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    char want[256];
    const char *path = in_directory("ten");
    put(path, "0123456789");
    ck_assay_ok(assay_file_read(path, 10, &text, &err));
    ck_assert_uint_eq(text.length, 10);
    assay_text_clear(&text);
    snprintf(want, sizeof want, "%s: longer than 9 bytes; expected a smaller file", path);
    ck_assert_int_eq(assay_file_read(path, 9, &text, &err), ASSAY_EFORMAT);
    ck_assert_str_eq(err.message, want);
    ck_assert_ptr_null(text.data);
}
END_TEST

START_TEST(what_cannot_be_read_is_named_with_the_reason)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    char want[256];
    snprintf(want, sizeof want, "could not open \"%s\": No such file or directory",
             in_directory("none"));
    ck_assert_int_eq(assay_file_read(in_directory("none"), 10, &text, &err), ASSAY_EIO);
    ck_assert_str_eq(err.message, want);
    snprintf(want, sizeof want, "could not read \"%s\": Is a directory", directory);
    ck_assert_int_eq(assay_file_read(directory, 10, &text, &err), ASSAY_EIO);
    ck_assert_str_eq(err.message, want);
    ck_assert_ptr_null(text.data);
}
END_TEST

START_TEST(a_dash_reads_standard_input)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    put(in_directory("in"), "from elsewhere");
    int saved = divert(STDIN_FILENO, in_directory("in"), O_RDONLY);
    enum assay_status status = assay_file_read("-", 100, &text, &err);
    lseek(STDIN_FILENO, 0, SEEK_SET);
    enum assay_status again = assay_file_read("-", 5, &(struct assay_text){0}, &err);
    bool open_still = fcntl(STDIN_FILENO, F_GETFD) >= 0;
    restore(STDIN_FILENO, saved);
    ck_assert_int_eq(status, ASSAY_OK);
    ck_assert_str_eq(text.data, "from elsewhere");
    ck_assert(open_still);
    ck_assert_int_eq(again, ASSAY_EFORMAT);
    ck_assert_str_eq(err.message, "standard input: longer than 5 bytes; expected a smaller file");
    assay_text_clear(&text);
}
END_TEST

/* ---- out of memory ---- */

START_TEST(reading_and_writing_report_every_failing_allocation)
{
    put(in_directory("old"), "old");
    for (size_t n = 1; n <= 2; n++) {
        struct assay_error err = {0};
        struct assay_output out = {0};
        test_fail_allocation(n);
        enum assay_status status = assay_output_open(in_directory("old"), &out, &err);
        test_fail_allocation(0);
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_str_eq(err.message, "out of memory opening an output file");
    }
    struct assay_error err = {0};
    struct assay_text text = {0};
    test_fail_allocation(1);
    enum assay_status status = assay_file_read(in_directory("old"), 10, &text, &err);
    test_fail_allocation(0);
    ck_assert_int_eq(status, ASSAY_ENOMEM);
    ck_assert_str_eq(err.message, "out of memory reading a file");
    check_content(in_directory("old"), "old");
    ck_assert_uint_eq(count_files(), 1);
}
END_TEST

/* A source without an end is given up when there is no memory to keep it in. */
START_TEST(an_endless_source_ends_with_the_memory)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    test_fail_allocation(1);
    enum assay_status status = assay_file_read("/dev/zero", (size_t)1 << 40, &text, &err);
    test_fail_allocation(0);
    ck_assert_int_eq(status, ASSAY_ENOMEM);
}
END_TEST

/* What is stored on the way is neither there before _finish nor lost by it; a failed write is still found. */
START_TEST(storing_on_the_way_changes_nothing)
{
    struct assay_error err = {0};
    struct assay_output out, full;
    const char *path = in_directory("long");
    ck_assay_ok(assay_output_open(path, &out, &err));
    assay_output_store(&out); /* nothing yet */
    for (size_t k = 0; k < 3; k++) {
        fprintf(out.stream, "part %zu\n", k);
        assay_output_store(&out);
        ck_assert_int_eq((long)out.begun, 7 * ((long)k + 1));
        ck_assert_int_ne(access(path, F_OK), 0);
    }
    fputs("end\n", out.stream);
    ck_assay_ok(assay_output_finish(&out, &err));
    check_content(path, "part 0\npart 1\npart 2\nend\n");
    ck_assay_ok(assay_output_open("/dev/full", &full, &err));
    fputs("lost", full.stream);
    assay_output_store(&full);
    ck_assert_int_eq(assay_output_finish(&full, &err), ASSAY_EIO);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, storing_on_the_way_changes_nothing);
    tcase_add_checked_fixture(tc, make_directory, remove_directory);
    tcase_add_test(tc, a_file_appears_at_finish_and_not_before);
    tcase_add_test(tc, abort_leaves_nothing_behind);
    tcase_add_test(tc, a_directory_that_is_not_there_is_an_error_at_once);
    tcase_add_test(tc, a_directory_is_not_written_over);
    tcase_add_test(tc, permissions_follow_the_umask);
    tcase_add_test(tc, a_failed_write_keeps_the_old_file);
    tcase_add_test(tc, a_device_is_written_to_and_stays_a_device);
    tcase_add_test(tc, a_pipe_is_written_to_as_it_is);
    tcase_add_test(tc, standard_output_takes_the_place_of_a_file);
    tcase_add_test(tc, a_full_standard_output_is_an_error);
    tcase_add_test(tc, bytes_of_any_value_are_written);
    tcase_add_test(tc, a_file_of_the_limit_is_read_and_one_byte_more_is_not);
    tcase_add_test(tc, what_cannot_be_read_is_named_with_the_reason);
    tcase_add_test(tc, a_dash_reads_standard_input);
    tcase_add_test(tc, reading_and_writing_report_every_failing_allocation);
    tcase_add_test(tc, an_endless_source_ends_with_the_memory);
}

ASSAY_SUITE("base/file", add_tests)
