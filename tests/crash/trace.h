/* trace.h - a program under ptrace(2): stopped at each of its system calls, killed or lied to at
 * one
 *
 * Calls are counted from 1, those of the program alone: from its first one after execve(2), or from
 * the first that names a path beginning with `from`. What address space layout is drawn does not
 * change how many there are: it is not randomised. The program may start no thread and no process
 * from there on.
 *
 * Killed before call n, the call has no effect; killed after it, it has, and nothing later has. A
 * call that is made to fail is not made: the program sees the error only (x86_64; elsewhere
 * trace_can_fail()).
 */
#ifndef ASSAY_TESTS_CRASH_TRACE_H
#define ASSAY_TESTS_CRASH_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What a call does to the file system, as far as it can go wrong. */
enum trace_kind {
    TRACE_OTHER,
    TRACE_OPEN_TO_WRITE, /* that may create, too */
    TRACE_WRITE,
    TRACE_SYNC,
    TRACE_RENAME,
    TRACE_MKDIR,
    TRACE_LINK,
    TRACE_UNLINK, /* rmdir, too */
    TRACE_TRUNCATE,
    TRACE_CHMOD,
    TRACE_CLOSE,
    TRACE_LOCK,
    TRACE_OPEN_TO_READ,
    TRACE_READ,
    TRACE_KINDS
};
extern const char *const trace_kind_names[TRACE_KINDS];

/* Whether it changes what a directory or a file holds. */
bool trace_changes(enum trace_kind kind);

struct trace_call {
    size_t n;
    enum trace_kind kind;
    pid_t pid;
    long long number; /* of the system call */
    unsigned long long args[6];
    bool done;        /* false: about to be made */
    long long result; /* once done: below 0, less an errno */
};

/* Whether it writes to standard output or error. */
bool trace_speaks(const struct trace_call *call);

enum trace_act {
    TRACE_WATCH,
    TRACE_KILL_BEFORE,
    TRACE_KILL_AFTER,
    TRACE_FAIL, /* call `at` alone */
    TRACE_FAIL_FROM, /* call `at` and every later one of a kind in `kinds`, but for what the program says */
    TRACE_SHORTEN, /* writes write half of what they were given, one byte at least */
    TRACE_HOLD,    /* leaves the program stopped after the call; trace_let_go() ends it */
};

struct trace_plan {
    char *const *argv;  /* argv[0]: the path of the program; ends with NULL */
    const char *room;   /* it runs there */
    const char *output; /* what it says on both streams goes to that file */
    const char *from;   /* NULL: counts from the start */
    enum trace_act act;
    size_t at;
    int errnum;
    unsigned kinds; /* bits, 1u << kind */
    /* Told of every counted call, before and after it; may be NULL. */
    void (*seen)(void *context, const struct trace_call *call);
    void *context;
};

struct trace_result {
    size_t n_call; /* counted */
    int status;    /* exit status; -1: it was killed, or is held */
    int signal;    /* that ended it, or 0 */
    pid_t held;
};

/* Whether a process can be traced here, and a call made to fail. */
bool trace_can_watch(void);
bool trace_can_fail(void);

/* Runs to the end of the plan; exits with a message when tracing itself goes wrong. */
void trace_run(const struct trace_plan *plan, struct trace_result *result);
void trace_let_go(struct trace_result *result); /* kills what TRACE_HOLD left */

/* Runs without a trace; the exit status, or 128 and the signal. */
int trace_run_freely(char *const argv[], const char *room, const char *output);
/* Likewise in the background; waitpid(2) has the status. */
pid_t trace_start(char *const argv[], const char *room, const char *output);

/* A string of the traced program's; false where it is not readable or too long. */
bool trace_read_string(pid_t pid, unsigned long long address, char *out, size_t size);

/* What went wrong with the harness itself: "crash: ...", exit 2. */
_Noreturn void trace_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
