#include "tests/crash/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

const char *const trace_kind_names[TRACE_KINDS] = {
    "other",  "open to write", "write", "sync",  "rename", "mkdir",        "link",
    "unlink", "truncate",      "chmod", "close", "lock",   "open to read", "read",
};

/* Which argument holds a path (-1: none), which the flags of open. Older calls are absent from
 * newer machines. */
static const struct {
    long long number;
    enum trace_kind kind;
    int path, flags;
} known[] = {
#ifdef SYS_open
    {SYS_open, TRACE_OPEN_TO_READ, 0, 1},
    {SYS_creat, TRACE_OPEN_TO_WRITE, 0, -1},
    {SYS_rename, TRACE_RENAME, 0, -1},
    {SYS_mkdir, TRACE_MKDIR, 0, -1},
    {SYS_rmdir, TRACE_UNLINK, 0, -1},
    {SYS_link, TRACE_LINK, 0, -1},
    {SYS_symlink, TRACE_LINK, 1, -1},
    {SYS_unlink, TRACE_UNLINK, 0, -1},
    {SYS_chmod, TRACE_CHMOD, 0, -1},
    {SYS_stat, TRACE_OTHER, 0, -1},
    {SYS_lstat, TRACE_OTHER, 0, -1},
    {SYS_access, TRACE_OTHER, 0, -1},
#endif
    {SYS_openat, TRACE_OPEN_TO_READ, 1, 2},
    {SYS_write, TRACE_WRITE, -1, -1},
    {SYS_pwrite64, TRACE_WRITE, -1, -1},
    {SYS_writev, TRACE_WRITE, -1, -1},
    {SYS_copy_file_range, TRACE_WRITE, -1, -1},
    {SYS_sendfile, TRACE_WRITE, -1, -1},
    {SYS_fsync, TRACE_SYNC, -1, -1},
    {SYS_fdatasync, TRACE_SYNC, -1, -1},
    {SYS_syncfs, TRACE_SYNC, -1, -1},
#ifdef SYS_renameat
    {SYS_renameat, TRACE_RENAME, 1, -1},
#endif
    {SYS_renameat2, TRACE_RENAME, 1, -1},
    {SYS_mkdirat, TRACE_MKDIR, 1, -1},
    {SYS_linkat, TRACE_LINK, 1, -1},
    {SYS_symlinkat, TRACE_LINK, 2, -1},
    {SYS_unlinkat, TRACE_UNLINK, 1, -1},
    {SYS_truncate, TRACE_TRUNCATE, 0, -1},
    {SYS_ftruncate, TRACE_TRUNCATE, -1, -1},
    {SYS_fchmod, TRACE_CHMOD, -1, -1},
    {SYS_fchmodat, TRACE_CHMOD, 1, -1},
    {SYS_close, TRACE_CLOSE, -1, -1},
    {SYS_flock, TRACE_LOCK, -1, -1},
    {SYS_read, TRACE_READ, -1, -1},
    {SYS_pread64, TRACE_READ, -1, -1},
    {SYS_newfstatat, TRACE_OTHER, 1, -1},
    {SYS_faccessat, TRACE_OTHER, 1, -1},
    {SYS_statx, TRACE_OTHER, 1, -1},
};
enum { N_KNOWN = sizeof known / sizeof known[0] };

bool trace_changes(enum trace_kind kind)
{
    return kind >= TRACE_OPEN_TO_WRITE && kind <= TRACE_CHMOD && kind != TRACE_SYNC;
}

bool trace_speaks(const struct trace_call *call)
{
    return call->kind == TRACE_WRITE && call->args[0] <= STDERR_FILENO;
}

_Noreturn void trace_die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "crash: ");
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    va_end(args);
    exit(2);
}

bool trace_read_string(pid_t pid, unsigned long long address, char *out, size_t size)
{
    /* To the end of a page at a time: the next one may not be there. */
    size_t got = 0;
    while (got < size) {
        size_t step = 4096 - (size_t)((address + got) % 4096);
        struct iovec here = {out + got, step < size - got ? step : size - got};
        struct iovec there = {(void *)(uintptr_t)(address + got), here.iov_len};
        ssize_t n = process_vm_readv(pid, &here, 1, &there, 1, 0);
        if (n <= 0)
            return false;
        if (memchr(out + got, '\0', (size_t)n) != NULL)
            return true;
        got += (size_t)n;
    }
    return false;
}

/* ---- the program's side ---- */

static _Noreturn void become(char *const argv[], const char *room, const char *output)
{
    int fd = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int none = open("/dev/null", O_RDONLY);
    if (fd < 0 || none < 0 || dup2(none, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0 ||
        chdir(room) != 0)
        _exit(126);
    close(none);
    close(fd);
    execv(argv[0], argv);
    _exit(127);
}

pid_t trace_start(char *const argv[], const char *room, const char *output)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        trace_die("fork: %s", strerror(errno));
    if (pid == 0)
        become(argv, room, output);
    return pid;
}

int trace_run_freely(char *const argv[], const char *room, const char *output)
{
    int status;
    pid_t pid = trace_start(argv, room, output);
    if (waitpid(pid, &status, 0) != pid)
        trace_die("waitpid: %s", strerror(errno));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Until a call names the path from which on calls are counted, only those that name any path stop
 * the program: the many that its loader makes go by at full speed. */
static bool stop_at_paths_only(void)
{
    struct sock_filter filter[2 * N_KNOWN + 2];
    unsigned short n = 0;
    filter[n++] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t k = 0; k < N_KNOWN; k++) {
        if (known[k].path < 0)
            continue;
        filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                                                   (unsigned)known[k].number, 0, 1);
        filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
    }
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {n, filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static pid_t start_traced(const struct trace_plan *plan)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        trace_die("fork: %s", strerror(errno));
    if (pid > 0)
        return pid;
    int old = personality(0xffffffff);
    if (old >= 0)
        (void)personality((unsigned long)old | ADDR_NO_RANDOMIZE);
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 || raise(SIGSTOP) != 0 ||
        (plan->from != NULL && !stop_at_paths_only()))
        _exit(125);
    become(plan->argv, plan->room, plan->output);
}

/* ---- the tracer's side ---- */

struct tracing {
    const struct trace_plan *plan;
    struct trace_result *result;
    struct trace_call call;
    bool running; /* execve is behind us */
    bool counting;
    bool counted; /* the present call */
    bool lying;   /* the present call is not made */
    bool done;    /* what remains is to wait for the end */
    pid_t pid;
    int status;
};

static void identify(struct trace_call *call, int *path)
{
    call->kind = TRACE_OTHER;
    *path = -1;
    for (size_t k = 0; k < N_KNOWN; k++)
        if (known[k].number == call->number) {
            call->kind = known[k].kind;
            *path = known[k].path;
            if (known[k].flags >= 0 &&
                (call->args[known[k].flags] & (O_WRONLY | O_RDWR | O_CREAT)) != 0)
                call->kind = TRACE_OPEN_TO_WRITE;
        }
}

/* Whether the counting begins with this call. */
static bool begins(const struct tracing *t, int path)
{
    char name[4096];
    if (t->plan->from == NULL)
        return true;
    return path >= 0 && trace_read_string(t->pid, t->call.args[path], name, sizeof name) &&
           strncmp(name, t->plan->from, strlen(t->plan->from)) == 0;
}

#ifdef __x86_64__
bool trace_can_fail(void)
{
    return true;
}

static void change_registers(struct tracing *t,
                             void (*change)(struct tracing *t, struct user_regs_struct *r))
{
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, t->pid, NULL, &registers) != 0)
        trace_die("reading registers: %s", strerror(errno));
    change(t, &registers);
    if (ptrace(PTRACE_SETREGS, t->pid, NULL, &registers) != 0)
        trace_die("writing registers: %s", strerror(errno));
}

static void no_call(struct tracing *t, struct user_regs_struct *registers)
{
    (void)t;
    registers->orig_rax = (unsigned long long)-1; /* no system call has that number */
}

static void lie(struct tracing *t, struct user_regs_struct *registers)
{
    registers->rax = (unsigned long long)-t->plan->errnum;
    t->call.result = -t->plan->errnum;
}

static void halve(struct tracing *t, struct user_regs_struct *registers)
{
    if (t->call.number == SYS_write || t->call.number == SYS_pwrite64)
        registers->rdx = (registers->rdx + 1) / 2;
}
#else
bool trace_can_fail(void)
{
    return false;
}
#define change_registers(t, change) trace_die("system calls cannot be changed on this machine")
#endif

static bool to_fail(const struct tracing *t)
{
    const struct trace_plan *plan = t->plan;
    if (plan->act == TRACE_FAIL)
        return t->call.n == plan->at;
    return plan->act == TRACE_FAIL_FROM && t->call.n >= plan->at &&
           (plan->kinds >> t->call.kind & 1u) != 0 && !trace_speaks(&t->call);
}

static bool starts_another(long long number)
{
#ifdef SYS_fork
    if (number == SYS_fork || number == SYS_vfork)
        return true;
#endif
    return number == SYS_clone || number == SYS_clone3;
}

/* Whether the call that begins is counted. */
static bool count(struct tracing *t, int path)
{
    t->counting = t->counting || (t->running && begins(t, path));
    t->counted = t->counting;
    if (t->counted && starts_another(t->call.number))
        trace_die("the program starts a process or a thread; that is not followed");
    return t->counted;
}

/* At the entry of a call; false: the program is to be killed. */
static bool enter(struct tracing *t, unsigned long long number, const void *args)
{
    const struct trace_plan *plan = t->plan;
    int path;
    t->call.number = (long long)number;
    memcpy(t->call.args, args, sizeof t->call.args);
    t->call.done = t->lying = false;
    identify(&t->call, &path);
    if (!count(t, path))
        return true;
    t->call.n = ++t->result->n_call;
    if (plan->seen != NULL)
        plan->seen(plan->context, &t->call);
    if (plan->act == TRACE_KILL_BEFORE && t->call.n == plan->at)
        return false;
    t->lying = to_fail(t);
    if (t->lying)
        change_registers(t, no_call);
    else if (plan->act == TRACE_SHORTEN && t->call.kind == TRACE_WRITE)
        change_registers(t, halve);
    return true;
}

/* At the exit of a call; false: the program is to be killed or held. */
static bool leave(struct tracing *t, long long result)
{
    if (!t->counted)
        return true;
    t->call.done = true;
    t->call.result = result;
    if (t->lying)
        change_registers(t, lie);
    if (t->plan->seen != NULL)
        t->plan->seen(t->plan->context, &t->call);
    t->done = t->plan->act == TRACE_FAIL && t->call.n == t->plan->at;
    return t->call.n != t->plan->at ||
           (t->plan->act != TRACE_KILL_AFTER && t->plan->act != TRACE_HOLD);
}

static void end(struct tracing *t)
{
    struct trace_result *result = t->result;
    result->status = WIFEXITED(t->status) ? WEXITSTATUS(t->status) : -1;
    result->signal = WIFSIGNALED(t->status) ? WTERMSIG(t->status) : 0;
    if (result->status >= 125)
        trace_die("could not run %s under trace (%d)", t->plan->argv[0], result->status);
}

static void wait_for(struct tracing *t)
{
    if (waitpid(t->pid, &t->status, __WALL) != t->pid)
        trace_die("waitpid: %s", strerror(errno));
}

static void finish(struct tracing *t)
{
    if (t->plan->act == TRACE_HOLD) {
        t->result->held = t->pid;
        t->result->status = -1;
        return;
    }
    kill(t->pid, SIGKILL);
    do
        wait_for(t);
    while (!WIFEXITED(t->status) && !WIFSIGNALED(t->status));
    end(t);
}

/* One stop; false: the program is to be killed or held. */
static bool stop(struct tracing *t, int *signal)
{
    struct __ptrace_syscall_info info;
    bool at_path = t->status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8);
    *signal = 0;
    if (at_path && t->counting)
        return true; /* its entry was seen */
    if (!at_path && WSTOPSIG(t->status) != (SIGTRAP | 0x80)) {
        /* The first SIGTRAP is execve's, for us. */
        *signal = WSTOPSIG(t->status) == SIGTRAP && !t->running ? 0 : WSTOPSIG(t->status);
        t->running = t->running || WSTOPSIG(t->status) == SIGTRAP;
        return true;
    }
    if (ptrace(PTRACE_GET_SYSCALL_INFO, t->pid, sizeof info, &info) <= 0)
        trace_die("reading a system call: %s", strerror(errno));
    if (info.op == PTRACE_SYSCALL_INFO_SECCOMP)
        return enter(t, info.seccomp.nr, info.seccomp.args);
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
        return enter(t, info.entry.nr, info.entry.args);
    return info.op != PTRACE_SYSCALL_INFO_EXIT || leave(t, info.exit.rval);
}

static void go_on(const struct tracing *t, int signal)
{
    bool all = t->counting || t->plan->from == NULL;
    if (ptrace(all && !t->done ? PTRACE_SYSCALL : PTRACE_CONT, t->pid, NULL,
               (void *)(intptr_t)signal) != 0)
        trace_die("going on: %s", strerror(errno));
}

void trace_run(const struct trace_plan *plan, struct trace_result *result)
{
    const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP;
    *result = (struct trace_result){0};
    struct tracing t = {.plan = plan, .result = result, .pid = start_traced(plan)};
    int signal = 0;
    t.call.pid = t.pid;
    wait_for(&t);
    if (!WIFSTOPPED(t.status) || ptrace(PTRACE_SETOPTIONS, t.pid, NULL, options) != 0)
        trace_die("could not trace %s", plan->argv[0]);
    for (;;) {
        go_on(&t, signal);
        wait_for(&t);
        if (!WIFSTOPPED(t.status))
            break;
        if (!stop(&t, &signal)) {
            finish(&t);
            return;
        }
    }
    end(&t);
}

void trace_let_go(struct trace_result *result)
{
    kill(result->held, SIGKILL);
    (void)waitpid(result->held, NULL, __WALL);
    result->held = 0;
}

bool trace_can_watch(void)
{
    int status;
    pid_t pid = fork();
    if (pid == 0)
        _exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 && raise(SIGSTOP) == 0 ? 0 : 1);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
        return false;
    struct __ptrace_syscall_info info;
    bool can = ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) > 0;
    kill(pid, SIGKILL);
    (void)waitpid(pid, &status, 0);
    return can;
}
