#include "release/sign/password.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sodium/utils.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "release/sign/secret_file.h"

/* ---- signals ----
 * While echo is off a signal must not end or stop the program: it is noted, the terminal is put
 * right, and it is sent again. They are blocked but for the wait itself, so none slips in between
 * asking and waiting. */

static const int caught_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
enum { N_CAUGHT = sizeof caught_signals / sizeof caught_signals[0] };

static volatile sig_atomic_t caught;

static void note_signal(int number)
{
    caught = number;
}

struct signals {
    struct sigaction before[N_CAUGHT];
    sigset_t mask; /* before */
};

static void hold_signals(struct signals *signals)
{
    struct sigaction note = {.sa_handler = note_signal};
    sigset_t blocked;
    caught = 0;
    sigemptyset(&note.sa_mask);
    sigemptyset(&blocked);
    for (size_t k = 0; k < N_CAUGHT; k++)
        sigaddset(&blocked, caught_signals[k]);
    sigprocmask(SIG_BLOCK, &blocked, &signals->mask);
    for (size_t k = 0; k < N_CAUGHT; k++) {
        sigaction(caught_signals[k], NULL, &signals->before[k]);
        if (signals->before[k].sa_handler != SIG_IGN)
            sigaction(caught_signals[k], &note, NULL);
    }
}

static void release_signals(const struct signals *signals)
{
    for (size_t k = 0; k < N_CAUGHT; k++)
        sigaction(caught_signals[k], &signals->before[k], NULL);
    sigprocmask(SIG_SETMASK, &signals->mask, NULL);
}

/* ---- the terminal ---- */

static enum assay_status fail_terminal(int reason, struct assay_error *err)
{
    return assay_fail(err, ASSAY_EIO, "could not read a password from the terminal: %s",
                      strerror(reason));
}

static void show(int fd, const char *text)
{
    /* A terminal that shows no prompt can still be typed on. */
    (void)!write(fd, text, strlen(text));
}

/* Waits for a line; false with errno EINTR when a signal was noted. */
static bool wait_for_line(int fd, const sigset_t *mask)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    for (;;) {
        int n = ppoll(&ready, 1, NULL, mask);
        if (n > 0)
            return true;
        if (n < 0 && (errno != EINTR || caught != 0))
            return false;
    }
}

/* One line into line[size], without its LF. */
static enum assay_status read_line(int fd, const sigset_t *mask, char line[], size_t size,
                                   struct assay_error *err)
{
    size_t length = 0;
    while (length < size) {
        if (!wait_for_line(fd, mask))
            return fail_terminal(errno, err);
        ssize_t got = read(fd, line + length, size - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_terminal(errno, err);
        if (got == 0)
            break;
        length += (size_t)got;
        if (line[length - 1] == '\n') {
            line[length - 1] = '\0';
            return ASSAY_OK;
        }
    }
    if (length == size)
        return assay_fail(err, ASSAY_EDATA, "password over %zu bytes; expected a shorter one",
                          size - 1);
    return assay_fail(err, ASSAY_EIO, "could not read a password from the terminal: it was closed");
}

static enum assay_status ask_line(int fd, const char *prompt, const sigset_t *mask, char line[],
                                  size_t size, struct assay_error *err)
{
    show(fd, prompt);
    show(fd, ": ");
    enum assay_status status = read_line(fd, mask, line, size, err);
    show(fd, "\n"); /* the one that was typed was not shown */
    if (status == ASSAY_OK && line[0] == '\0')
        status = assay_fail(err, ASSAY_EDATA, "the password is empty; expected one");
    return status;
}

static enum assay_status ask_quietly(int fd, const char *prompt, bool twice, const sigset_t *mask,
                                     char password[], size_t size, struct assay_error *err)
{
    enum assay_status status = ask_line(fd, prompt, mask, password, size, err);
    if (status != ASSAY_OK || !twice)
        return status;
    char *again = assay_secret_alloc(size);
    if (again == NULL)
        return assay_fail_memory(err, "asking for a password");
    status = ask_line(fd, "The same once more", mask, again, size, err);
    if (status == ASSAY_OK && strcmp(password, again) != 0)
        status = assay_fail(err, ASSAY_EDATA, "the two passwords differ; expected the same twice");
    assay_secret_free(again, size);
    return status;
}

/* Turns echo off. From the background this stops the program until it is in front; from then on the
 * terminal can be put right from anywhere. */
static bool hush(int fd, struct termios quiet)
{
    sigset_t output;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    if (tcsetattr(fd, TCSAFLUSH, &quiet) != 0)
        return false;
    sigemptyset(&output);
    sigaddset(&output, SIGTTOU);
    sigprocmask(SIG_BLOCK, &output, NULL);
    return true;
}

/* Asks with echo off; *number is the signal that came meanwhile, or 0. */
static enum assay_status ask_once(int fd, const char *prompt, bool twice, char password[],
                                  size_t size, int *number, struct assay_error *err)
{
    struct signals signals;
    struct termios before;
    if (tcgetattr(fd, &before) != 0)
        return fail_terminal(errno, err);
    hold_signals(&signals);
    enum assay_status status;
    if (hush(fd, before)) {
        status = ask_quietly(fd, prompt, twice, &signals.mask, password, size, err);
        while (tcsetattr(fd, TCSAFLUSH, &before) != 0 && errno == EINTR)
            continue;
    } else {
        status = fail_terminal(errno, err);
    }
    *number = caught;
    release_signals(&signals);
    return status;
}

enum assay_status assay_password_ask(const char *prompt, bool twice, char password[], size_t size,
                                     struct assay_error *err)
{
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        enum assay_status status =
            assay_fail(err, ASSAY_EIO, "there is no terminal to ask for a password on");
        assay_hint(err, "Give the password in a file, with --password-file.");
        return status;
    }
    enum assay_status status;
    int number;
    do {
        number = 0;
        status = ask_once(fd, prompt, twice, password, size, &number, err);
        if (number != 0)
            raise(number); /* as if it came now; ends the program, or stops it until it goes on */
    } while (number == SIGTSTP && status != ASSAY_OK);
    close(fd);
    if (status != ASSAY_OK)
        sodium_memzero(password, size);
    return status;
}

/* ---- a file ---- */

enum { FILE_SIZE = 4096 };

static enum assay_status first_line(const char *path, const char *text, char password[],
                                    size_t size, struct assay_error *err)
{
    size_t length = strcspn(text, "\n");
    if (length > 0 && text[length - 1] == '\r')
        length--;
    if (length == 0 || length >= size)
        return assay_fail(err, ASSAY_EDATA, "%s:1: password of %zu bytes; expected 1 to %zu", path,
                          length, size - 1);
    memcpy(password, text, length);
    password[length] = '\0';
    return ASSAY_OK;
}

enum assay_status assay_password_read(const char *path, char password[], size_t size,
                                      struct assay_error *err)
{
    size_t length = 0;
    char *text = assay_secret_alloc(FILE_SIZE);
    if (text == NULL)
        return assay_fail_memory(err, "reading a password");
    enum assay_status status = assay_secret_file_read(path, NULL, text, FILE_SIZE, &length, err);
    if (status == ASSAY_OK && strlen(text) != length)
        status = assay_fail(err, ASSAY_EDATA, "%s: holds a zero byte; expected a password", path);
    if (status == ASSAY_OK)
        status = first_line(path, text, password, size, err);
    assay_secret_free(text, FILE_SIZE);
    return status;
}

bool assay_password_give(void *context, char *password, size_t size)
{
    struct assay_password_source *source = context;
    enum assay_status status =
        source->file != NULL
            ? assay_password_read(source->file, password, size, &source->err)
            : assay_password_ask(source->prompt, false, password, size, &source->err);
    return status == ASSAY_OK;
}
