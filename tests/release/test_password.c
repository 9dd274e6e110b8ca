#include "release/sign/password.h"

#include <poll.h>
#include <signal.h>
#include <termios.h>

#include "tests/release/signing.h"

/* ---- a file ---- */

static const struct {
    const char *content, *password;
} good[] = {
    {"birch\n", "birch"},
    {"birch", "birch"},
    {"birch\r\n", "birch"},
    {"birch\noak\n", "birch"},
    {" two  words \n", " two  words "},
    {"\xe6\n", "\xe6"},
};

START_TEST(the_password_is_the_first_line)
{
    struct assay_error err = {0};
    struct signing_directory directory = signing_directory();
    struct signing_path path = signing_file(&directory, "pw", good[_i].content, 0600);
    char password[ASSAY_PASSWORD_SIZE];
    ck_assay_ok(assay_password_read(path.text, password, sizeof password, &err));
    ck_assert_str_eq(password, good[_i].password);
    signing_directory_remove(&directory);
}
END_TEST

static enum assay_status read_content(const struct signing_directory *directory,
                                      const char *content, size_t length, mode_t mode,
                                      char password[ASSAY_PASSWORD_SIZE], struct assay_error *err)
{
    struct signing_path path = signing_path(directory, "pw");
    enum assay_status status = assay_file_write(path.text, content, length, err);
    ck_assert_int_eq(status, ASSAY_OK);
    ck_assert_int_eq(chmod(path.text, mode), 0);
    return assay_password_read(path.text, password, ASSAY_PASSWORD_SIZE, err);
}

static const struct {
    const char *content;
    size_t length;
    mode_t mode;
    enum assay_status status;
    const char *message; /* behind the path */
} bad[] = {
    {"", 0, 0600, ASSAY_EDATA, ":1: password of 0 bytes; expected 1 to 1023"},
    {"\nbirch\n", 7, 0600, ASSAY_EDATA, ":1: password of 0 bytes; expected 1 to 1023"},
    {"\r\n", 2, 0600, ASSAY_EDATA, ":1: password of 0 bytes; expected 1 to 1023"},
    {"bir\0ch\n", 7, 0600, ASSAY_EDATA, ": holds a zero byte; expected a password"},
    {"birch\n", 6, 0644, ASSAY_EDATA, ": mode 0644 lets others at a secret; expected 0600"},
};

START_TEST(a_bad_password_file_says_what_is_wrong)
{
    struct assay_error err = {0};
    struct signing_directory directory = signing_directory();
    struct signing_path path = signing_path(&directory, "pw");
    char password[ASSAY_PASSWORD_SIZE], want[200];
    ck_assert_int_eq(
        read_content(&directory, bad[_i].content, bad[_i].length, bad[_i].mode, password, &err),
        bad[_i].status);
    snprintf(want, sizeof want, "%s%s", path.text, bad[_i].message);
    ck_assert_str_eq(err.message, want);
    signing_directory_remove(&directory);
}
END_TEST

START_TEST(a_password_of_1023_bytes_is_the_longest)
{
    struct assay_error err = {0};
    struct signing_directory directory = signing_directory();
    char password[ASSAY_PASSWORD_SIZE], content[5000], want[200];
    memset(content, 'p', sizeof content);
    content[1023] = '\n';
    ck_assay_ok(read_content(&directory, content, 1024, 0600, password, &err));
    ck_assert_uint_eq(strlen(password), 1023);
    content[1023] = 'p';
    ck_assert_int_eq(read_content(&directory, content, 1024, 0600, password, &err), ASSAY_EDATA);
    snprintf(want, sizeof want, "%s/pw:1: password of 1024 bytes; expected 1 to 1023",
             directory.path);
    ck_assert_str_eq(err.message, want);
    ck_assert_int_eq(read_content(&directory, content, sizeof content, 0600, password, &err),
                     ASSAY_EFORMAT);
    snprintf(want, sizeof want, "%s/pw: longer than 4095 bytes; expected a smaller file",
             directory.path);
    ck_assert_str_eq(err.message, want);
    signing_directory_remove(&directory);
}
END_TEST

/* As "--password-file <(pass show assay)" gives it. */
START_TEST(a_password_may_come_through_a_pipe)
{
    struct assay_error err = {0};
    int ends[2];
    char path[32], password[ASSAY_PASSWORD_SIZE];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], "birch\n", 6), 6);
    close(ends[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    ck_assay_ok(assay_password_read(path, password, sizeof password, &err));
    ck_assert_str_eq(password, "birch");
    close(ends[0]);
}
END_TEST

START_TEST(a_source_keeps_why_there_was_no_password)
{
    struct assay_password_source source = {.file = "/nonexistent/pw"};
    char password[ASSAY_PASSWORD_SIZE];
    ck_assert(!assay_password_give(&source, password, sizeof password));
    ck_assert_int_eq(source.err.status, ASSAY_EIO);
    ck_assert_str_eq(source.err.message,
                     "could not open \"/nonexistent/pw\": No such file or directory");
}
END_TEST

START_TEST(reading_a_password_without_memory_says_so)
{
    struct assay_error err = {0};
    char password[ASSAY_PASSWORD_SIZE];
    test_fail_allocation(1);
    enum assay_status status = assay_password_read("/dev/null", password, sizeof password, &err);
    test_fail_allocation(0);
    ck_assert_int_eq(status, ASSAY_ENOMEM);
    ck_assert_str_eq(err.message, "out of memory reading a password");
}
END_TEST

/* ---- a terminal ----
 * A child has a pseudo-terminal of its own; the test sits at its other side. */

struct answer {
    enum assay_status status;
    char password[64];
    struct assay_error err;
};

struct session {
    pid_t child;
    int terminal, result; /* our sides */
    char shown[4096];     /* on the screen, so far */
    size_t n_shown;
};

static const int deadly[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static void (*child_handler)(int); /* of SIGINT in the child; NULL: none */

static void child_main(const char *slave, int result, bool twice)
{
    struct answer answer = {0};
    setsid();
    if (slave != NULL && open(slave, O_RDWR) < 0) /* becomes the controlling terminal */
        _exit(99);
    for (size_t k = 0; k < COUNT(deadly); k++)
        signal(deadly[k], SIG_DFL); /* not Check's */
    if (child_handler != NULL)
        signal(SIGINT, child_handler);
    answer.status = assay_password_ask("Password of team.key", twice, answer.password,
                                       sizeof answer.password, &answer.err);
    if (write(result, &answer, sizeof answer) != sizeof answer)
        _exit(98);
    _exit(0);
}

static struct session start(bool twice)
{
    struct session session = {0};
    int ends[2];
    char slave[64];
    session.terminal = posix_openpt(O_RDWR | O_NOCTTY);
    ck_assert_int_ge(session.terminal, 0);
    ck_assert(grantpt(session.terminal) == 0 && unlockpt(session.terminal) == 0);
    ck_assert_int_eq(ptsname_r(session.terminal, slave, sizeof slave), 0);
    ck_assert_int_eq(pipe(ends), 0);
    session.child = fork();
    ck_assert_int_ge(session.child, 0);
    if (session.child == 0)
        child_main(slave, ends[1], twice);
    close(ends[1]);
    session.result = ends[0];
    return session;
}

static bool echoes(const struct session *session)
{
    struct termios mode;
    ck_assert_int_eq(tcgetattr(session->terminal, &mode), 0);
    return (mode.c_lflag & ECHO) != 0;
}

/* Waits until the screen shows text n times. */
static void see(struct session *session, const char *text, size_t n)
{
    for (;;) {
        size_t found = 0;
        for (const char *at = session->shown; (at = strstr(at, text)) != NULL; at++)
            found++;
        if (found >= n)
            return;
        struct pollfd ready = {.fd = session->terminal, .events = POLLIN};
        ck_assert_msg(poll(&ready, 1, 20000) == 1, "the screen shows only \"%s\"", session->shown);
        ssize_t got = read(session->terminal, session->shown + session->n_shown,
                           sizeof session->shown - 1 - session->n_shown);
        ck_assert_msg(got > 0, "the screen shows only \"%s\"", session->shown);
        session->n_shown += (size_t)got;
    }
}

static void type(const struct session *session, const char *text)
{
    ck_assert(!echoes(session));
    ck_assert_int_eq(write(session->terminal, text, strlen(text)), (ssize_t)strlen(text));
}

/* What the child answered; its wait status. */
static int finish(struct session *session, struct answer *answer)
{
    int status;
    memset(answer, 0, sizeof *answer);
    ssize_t got = read(session->result, answer, sizeof *answer);
    ck_assert(got == 0 || got == sizeof *answer);
    ck_assert(echoes(session));
    ck_assert_int_eq(waitpid(session->child, &status, 0), session->child);
    close(session->terminal);
    close(session->result);
    return status;
}

#define PROMPT "Password of team.key: "
#define AGAIN  "The same once more: "

START_TEST(what_is_typed_is_the_password_and_is_not_shown)
{
    struct answer answer;
    struct session session = start(false);
    see(&session, PROMPT, 1);
    type(&session, "seven birches\n");
    see(&session, "\n", 1);
    ck_assert_int_eq(finish(&session, &answer), 0);
    ck_assert_int_eq(answer.status, ASSAY_OK);
    ck_assert_str_eq(answer.password, "seven birches");
    ck_assert_str_eq(session.shown, PROMPT "\r\n");
}
END_TEST

START_TEST(a_new_password_is_asked_twice)
{
    struct answer answer;
    struct session session = start(true);
    see(&session, PROMPT, 1);
    type(&session, "birch\n");
    see(&session, AGAIN, 1);
    type(&session, _i == 0 ? "birch\n" : "beech\n");
    see(&session, "\n", 2);
    ck_assert_int_eq(finish(&session, &answer), 0);
    if (_i == 0) {
        ck_assert_int_eq(answer.status, ASSAY_OK);
        ck_assert_str_eq(answer.password, "birch");
    } else {
        ck_assert_int_eq(answer.status, ASSAY_EDATA);
        ck_assert_str_eq(answer.err.message, "the two passwords differ; expected the same twice");
        ck_assert_str_eq(answer.password, "");
    }
}
END_TEST

static const struct {
    const char *typed;
    enum assay_status status;
    const char *message;
} typed[] = {
    {"\n", ASSAY_EDATA, "the password is empty; expected one"},
    {"\x04", ASSAY_EIO, "could not read a password from the terminal: it was closed"},
    {"0123456789012345678901234567890123456789012345678901234567890123\n", ASSAY_EDATA,
     "password over 63 bytes; expected a shorter one"},
};

START_TEST(no_password_and_too_much_of_one_are_refused)
{
    struct answer answer;
    struct session session = start(false);
    see(&session, PROMPT, 1);
    type(&session, typed[_i].typed);
    ck_assert_int_eq(finish(&session, &answer), 0);
    ck_assert_int_eq(answer.status, typed[_i].status);
    ck_assert_str_eq(answer.err.message, typed[_i].message);
    ck_assert_str_eq(answer.password, "");
}
END_TEST

START_TEST(a_signal_ends_the_program_after_the_terminal_is_put_right)
{
    struct answer answer;
    struct session session = start(false);
    see(&session, PROMPT, 1);
    ck_assert(!echoes(&session));
    ck_assert_int_eq(kill(session.child, deadly[_i]), 0);
    int status = finish(&session, &answer);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), deadly[_i]);
}
END_TEST

static void go_on(int number)
{
    (void)number;
}

START_TEST(a_signal_that_the_program_handles_ends_the_question)
{
    child_handler = go_on;
    struct answer answer;
    struct session session = start(false);
    see(&session, PROMPT, 1);
    type(&session, "bir\x03"); /* Control-C */
    ck_assert_int_eq(finish(&session, &answer), 0);
    ck_assert_int_eq(answer.status, ASSAY_EIO);
    ck_assert_str_eq(answer.err.message,
                     "could not read a password from the terminal: Interrupted system call");
}
END_TEST

/* The child is alone in its session, so the system does not let it stop: it goes on at once, as if
 * continued. */
START_TEST(a_program_that_was_stopped_asks_again)
{
    struct answer answer;
    struct session session = start(false);
    see(&session, PROMPT, 1);
    type(&session, "bir\x1a"); /* Control-Z */
    see(&session, PROMPT, 2);
    type(&session, "oak\n");
    ck_assert_int_eq(finish(&session, &answer), 0);
    ck_assert_int_eq(answer.status, ASSAY_OK);
    ck_assert_str_eq(answer.password, "oak");
}
END_TEST

START_TEST(without_a_terminal_the_other_way_is_named)
{
    struct answer answer;
    int ends[2], status;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        child_main(NULL, ends[1], false);
    ck_assert_int_eq(read(ends[0], &answer, sizeof answer), sizeof answer);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(answer.status, ASSAY_EIO);
    ck_assert_str_eq(answer.err.message, "there is no terminal to ask for a password on");
    ck_assert_str_eq(answer.err.hint, "Give the password in a file, with --password-file.");
    close(ends[0]);
    close(ends[1]);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, the_password_is_the_first_line, 0, COUNT(good));
    tcase_add_loop_test(tc, a_bad_password_file_says_what_is_wrong, 0, COUNT(bad));
    tcase_add_test(tc, a_password_of_1023_bytes_is_the_longest);
    tcase_add_test(tc, a_password_may_come_through_a_pipe);
    tcase_add_test(tc, a_source_keeps_why_there_was_no_password);
    tcase_add_test(tc, reading_a_password_without_memory_says_so);
    tcase_add_test(tc, what_is_typed_is_the_password_and_is_not_shown);
    tcase_add_loop_test(tc, a_new_password_is_asked_twice, 0, 2);
    tcase_add_loop_test(tc, no_password_and_too_much_of_one_are_refused, 0, COUNT(typed));
    tcase_add_loop_test(tc, a_signal_ends_the_program_after_the_terminal_is_put_right, 0,
                        COUNT(deadly));
    tcase_add_test(tc, a_signal_that_the_program_handles_ends_the_question);
    tcase_add_test(tc, a_program_that_was_stopped_asks_again);
    tcase_add_test(tc, without_a_terminal_the_other_way_is_named);
}

ASSAY_SUITE("release/password", add_tests)
