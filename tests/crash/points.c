#include "tests/crash/points.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/memory.h"
#include "tests/crash/disk.h"

/* ---- what all of them do ---- */

static struct trace_plan plan_of(const struct points *points, enum trace_act act, size_t at)
{
    const struct judge *judge = points->judge;
    return (struct trace_plan){.argv = judge->command,
                               .room = judge->room,
                               .output = judge->output,
                               .from = points->from,
                               .act = act,
                               .at = at};
}

static void keep_call(void *context, const struct trace_call *call)
{
    struct points *points = context;
    if (!call->done)
        return;
    if (!assay_grow(&points->calls, &points->capacity, points->n + 1, sizeof *points->calls))
        trace_die("out of memory");
    points->calls[points->n++] = *call;
}

void points_init(struct points *points)
{
    struct judge *judge = points->judge;
    struct trace_plan plan = plan_of(points, TRACE_WATCH, 0);
    struct trace_result result;
    plan.seen = keep_call;
    plan.context = points;
    tree_put(&judge->before, judge->store);
    trace_run(&plan, &result);
    if (points->n == 0)
        trace_die("%s: no system call names %s", judge->name, points->from);
}

void points_clear(struct points *points)
{
    free(points->calls);
    points->calls = NULL;
    points->n = points->capacity = 0;
}

static bool changes(const struct points *points, size_t n)
{
    enum trace_kind kind = points->calls[n - 1].kind;
    return trace_changes(kind) || kind == TRACE_SYNC;
}

/* Where time is short: every third call that changes something, every twelfth of the others (which
 * find what the call before left); of those that only read a sixth at best. What is left out at one
 * turn is tried at another. */
static bool is_tried(const struct points *points, size_t n, size_t turn)
{
    enum trace_kind kind = points->calls[n - 1].kind;
    bool reads = kind == TRACE_READ || kind == TRACE_OPEN_TO_READ;
    size_t step = points->thorough ? (reads && !points->all ? 6 : 1) : changes(points, n) ? 3 : 12;
    return (n + turn) % (step * points->every) == 0;
}

/* What one kind of interruption came to. */
struct count {
    size_t points, states, old, new, failed;
};

static void add_verdict(struct count *count, const struct verdict *verdict, bool is_new_state)
{
    count->points++;
    count->states += is_new_state;
    if (verdict->changed)
        count->new ++;
    else
        count->old++;
    count->failed += !verdict->sound;
}

/* Judges the store as it lies. */
static struct verdict judge_store(struct points *points, const char *how, struct count *count)
{
    struct judge *judge = points->judge;
    struct tree state;
    size_t known = judge->n_judged;
    tree_take(judge->store, &state);
    struct verdict verdict = judge_state(judge, &state, how);
    add_verdict(count, &verdict, judge->n_judged > known);
    tree_clear(&state);
    return verdict;
}

static void report(struct points *points, const struct count *count, const char *what)
{
    points->tally->passed += count->points - count->failed;
    points->tally->failed += count->failed;
    printf("  %-28s %5zu points, %4zu new states; %4zu old, %4zu new, %zu unsound\n", what,
           count->points, count->states, count->old, count->new, count->failed);
}

static const char *say_point(const struct points *points, const char *what, size_t n, char out[],
                             size_t size)
{
    enum trace_kind kind = n <= points->n ? points->calls[n - 1].kind : TRACE_OTHER;
    snprintf(out, size, "%s call %zu of %zu (%s)", what, n, points->n, trace_kind_names[kind]);
    return out;
}

/* ---- killed ---- */

static void kill_at(struct points *points, enum trace_act act, size_t n, struct count *count)
{
    char how[128];
    struct trace_plan plan = plan_of(points, act, n);
    struct trace_result result;
    tree_put(&points->judge->before, points->judge->store);
    trace_run(&plan, &result);
    if (result.signal != SIGKILL)
        trace_die(
            "%s: call %zu was not reached; the program does not make the same calls each time",
            points->judge->name, n);
    say_point(points, act == TRACE_KILL_BEFORE ? "killed before" : "killed after", n, how,
              sizeof how);
    judge_store(points, how, count);
}

void points_kill(struct points *points)
{
    struct count count = {0};
    for (size_t n = 1; n <= points->n; n++) {
        if (n % points->every != 0)
            continue;
        if (points->thorough)
            kill_at(points, TRACE_KILL_BEFORE, n, &count);
        if (points->thorough || changes(points, n))
            kill_at(points, TRACE_KILL_AFTER, n, &count);
    }
    report(points, &count, "killed");
}

/* ---- failing ---- */

enum {
    READING = 1u << TRACE_OPEN_TO_READ | 1u << TRACE_READ,
    FILLING = 1u << TRACE_OPEN_TO_WRITE | 1u << TRACE_WRITE | 1u << TRACE_MKDIR | 1u << TRACE_LINK |
              1u << TRACE_SYNC,
    CHANGING = 1u << TRACE_OPEN_TO_WRITE | 1u << TRACE_WRITE | 1u << TRACE_RENAME |
               1u << TRACE_MKDIR | 1u << TRACE_LINK | 1u << TRACE_UNLINK | 1u << TRACE_TRUNCATE |
               1u << TRACE_CHMOD,
};

/* Which calls fail with which errno, and which of them go on failing. */
static const struct {
    const char *what;
    int errnum;
    unsigned kinds;
    bool on;
} faults[] = {
    {"ENOSPC once", ENOSPC, CHANGING | 1u << TRACE_SYNC | 1u << TRACE_CLOSE, false},
    {"EIO once", EIO, CHANGING | READING | 1u << TRACE_SYNC | 1u << TRACE_CLOSE | 1u << TRACE_LOCK,
     false},
    {"EACCES once", EACCES, CHANGING | 1u << TRACE_OPEN_TO_READ, false},
    {"ENOSPC from then on", ENOSPC, FILLING, true},
    {"EROFS from then on", EROFS, CHANGING, true},
    {"EIO from then on", EIO, CHANGING | READING | 1u << TRACE_SYNC, true},
};
enum { N_FAULT = sizeof faults / sizeof faults[0] };

/* The command leaves with 0 and the new state, or with 2 and the reason; in the new state it says,
 * too, that the change counts, or that only the answer could not be written. */
static bool is_honest(const struct trace_result *result, int errnum, const char *said, bool changed)
{
    if (result->status == 0)
        return changed;
    return result->status == 2 && strstr(said, strerror(errnum)) != NULL &&
           (!changed || strstr(said, "counts") != NULL || strstr(said, "standard output") != NULL);
}

static void fail_at(struct points *points, size_t f, size_t n, struct count *count)
{
    char how[160], what[64];
    struct judge *judge = points->judge;
    struct trace_plan plan = plan_of(points, faults[f].on ? TRACE_FAIL_FROM : TRACE_FAIL, n);
    struct trace_result result;
    struct assay_text said = {0};
    plan.errnum = faults[f].errnum;
    plan.kinds = faults[f].kinds;
    tree_put(&judge->before, judge->store);
    trace_run(&plan, &result);
    judge_output(judge, &said); /* before other commands say something */
    snprintf(what, sizeof what, "%s at", faults[f].what);
    say_point(points, what, n, how, sizeof how);
    struct verdict verdict = judge_store(points, how, count);
    if (!is_honest(&result, plan.errnum, said.data, verdict.changed)) {
        judge_tell(judge, how,
                   "exit status %d, signal %d, in the %s state; the command says\n%.300s",
                   result.status, result.signal, verdict.changed ? "new" : "old", said.data);
        count->failed += verdict.sound;
    }
    assay_text_clear(&said);
}

void points_fail(struct points *points)
{
    for (size_t f = 0; f < N_FAULT; f++) {
        struct count count = {0};
        for (size_t n = 1; n <= points->n; n++) {
            const struct trace_call *call = &points->calls[n - 1];
            if ((faults[f].kinds >> call->kind & 1u) == 0 || !is_tried(points, n, f) ||
                (faults[f].on && trace_speaks(call)))
                continue;
            if (trace_can_fail())
                fail_at(points, f, n, &count);
            else
                points->tally->skipped++;
        }
        report(points, &count, faults[f].what);
    }
}

/* ---- disturbed ---- */

static void disturb(struct points *points, const struct trace_plan *plan, const char *how,
                    struct count *count)
{
    struct judge *judge = points->judge;
    struct trace_result result;
    tree_put(&judge->before, judge->store);
    trace_run(plan, &result);
    struct verdict verdict = judge_store(points, how, count);
    if ((result.status != 0 || !verdict.changed) && verdict.sound) {
        judge_tell(judge, how, "exit status %d, signal %d", result.status, result.signal);
        count->failed++;
    }
}

void points_disturb(struct points *points)
{
    const unsigned kinds = 1u << TRACE_OPEN_TO_WRITE | 1u << TRACE_WRITE | 1u << TRACE_SYNC |
                           1u << TRACE_LOCK | 1u << TRACE_READ | 1u << TRACE_CLOSE;
    struct count count = {0};
    char how[128];
    for (size_t n = 1; trace_can_fail() && n <= points->n; n++) {
        const struct trace_call *call = &points->calls[n - 1];
        struct trace_plan plan = plan_of(points, TRACE_FAIL, n);
        plan.errnum = EINTR;
        /* What the command says is stdio's to write, which gives up; no signal that the program handles does that. */
        if ((kinds >> call->kind & 1u) != 0 && is_tried(points, n, 0) && !trace_speaks(call))
            disturb(points, &plan, say_point(points, "EINTR at", n, how, sizeof how), &count);
    }
    struct trace_plan plan = plan_of(points, TRACE_SHORTEN, 0);
    if (trace_can_fail())
        disturb(points, &plan, "each write cut in half", &count);
    else
        points->tally->skipped++;
    report(points, &count, "EINTR, short writes");
}

/* ---- held ---- */

static void sleep_ms(long ms)
{
    struct timespec time = {0, ms * 1000000};
    nanosleep(&time, NULL);
}

/* Waits, up to five seconds, until the file says the word. */
static bool wait_for_word(const char *path, const char *word)
{
    char text[4096];
    for (int k = 0; k < 2500; k++) {
        FILE *file = fopen(path, "r");
        size_t n = file != NULL ? fread(text, 1, sizeof text - 1, file) : 0;
        if (file != NULL)
            fclose(file);
        text[n] = '\0';
        if (strstr(text, word) != NULL)
            return true;
        sleep_ms(2);
    }
    return false;
}

/* Another that does not wait is refused, and changes nothing. */
static bool is_refused(struct points *points)
{
    struct judge *judge = points->judge;
    char *argv[64];
    size_t n = 0;
    struct tree before, after;
    struct assay_text text = {0};
    while (judge->command[n] != NULL && n < 60) {
        argv[n] = judge->command[n];
        n++;
    }
    argv[n++] = "--wait";
    argv[n++] = "0";
    argv[n] = NULL;
    tree_take(judge->store, &before);
    int status = trace_run_freely(argv, judge->room, judge->output);
    tree_take(judge->store, &after);
    char one[ASSAY_SHA256_TEXT_SIZE], two[ASSAY_SHA256_TEXT_SIZE];
    tree_digest(&before, one);
    tree_digest(&after, two);
    judge_output(judge, &text);
    bool good = status == 2 && strcmp(one, two) == 0 && strstr(text.data, "holds the lock") != NULL;
    if (!good)
        judge_tell(judge, "the lock held", "another leaves with %d\n%.300s", status, text.data);
    assay_text_clear(&text);
    tree_clear(&before);
    tree_clear(&after);
    return good;
}

static bool goes_on(struct points *points, struct trace_result *held)
{
    struct judge *judge = points->judge;
    char other[4200];
    int status = -1;
    struct tree state;
    snprintf(other, sizeof other, "%s/other", judge->room);
    pid_t pid = trace_start(judge->command, judge->room, other);
    bool waited = wait_for_word(other, "waiting for another release");
    trace_let_go(held);
    if (waitpid(pid, &status, 0) != pid)
        trace_die("waitpid: %s", strerror(errno));
    tree_take(judge->store, &state);
    bool good =
        waited && WIFEXITED(status) && WEXITSTATUS(status) <= 2 && judge_is_done(judge, &state);
    tree_clear(&state);
    return good;
}

void points_hold(struct points *points)
{
    struct judge *judge = points->judge;
    size_t n_held = 0, n_failed = 0, lock = 1;
    while (lock <= points->n && points->calls[lock - 1].kind != TRACE_LOCK)
        lock++;
    size_t step = (points->n - lock) / 4 + points->every;
    for (size_t n = lock; n + 5 < points->n; n += step, n_held++) {
        struct trace_plan plan = plan_of(points, TRACE_HOLD, n);
        struct trace_result held;
        char how[128];
        tree_put(&judge->before, judge->store);
        trace_run(&plan, &held);
        bool refused = is_refused(points);
        bool good = goes_on(points, &held) && refused;
        if (!good)
            judge_tell(
                judge,
                say_point(points, "killed, the lock in its hands, after", n, how, sizeof how),
                "another did not go on");
        n_failed += !good;
    }
    points->tally->passed += n_held - n_failed;
    points->tally->failed += n_failed;
    printf("  %-28s %5zu points, %zu in which the other did not go on\n", "killed holding the lock",
           n_held, n_failed);
}

/* ---- without power ---- */

enum { MOST_CUT = 2000 }; /* states; a careful program leaves some hundred */

struct cut {
    struct points *points;
    struct disk *disk;
    struct tree *states; /* [n] different ones; digests[n] theirs */
    char (*digests)[ASSAY_SHA256_TEXT_SIZE];
    size_t n, capacity, digest_capacity;
    bool too_many;
};

static void keep_state(void *context, const struct tree *state)
{
    struct cut *cut = context;
    char digest[ASSAY_SHA256_TEXT_SIZE];
    tree_digest(state, digest);
    for (size_t k = 0; k < cut->n; k++)
        if (strcmp(cut->digests[k], digest) == 0)
            return;
    if (!assay_grow(&cut->states, &cut->capacity, cut->n + 1, sizeof *cut->states) ||
        !assay_grow(&cut->digests, &cut->digest_capacity, cut->n + 1, sizeof *cut->digests))
        trace_die("out of memory");
    memcpy(cut->digests[cut->n], digest, sizeof digest);
    tree_copy(state, &cut->states[cut->n++]);
}

static void follow(void *context, const struct trace_call *call)
{
    struct cut *cut = context;
    if (!call->done || cut->too_many || (!trace_changes(call->kind) && call->kind != TRACE_SYNC))
        return;
    disk_follow(cut->disk, call);
    cut->too_many = disk_states(cut->disk, keep_state, cut) >= DISK_MOST || cut->n > MOST_CUT;
}

/* The command has said that it is done: then the disk must have it. */
static size_t check_durable(struct cut *cut)
{
    struct judge *judge = cut->points->judge;
    struct cut last = {.points = cut->points};
    size_t n_failed = 0;
    if (cut->too_many) {
        judge_tell(judge, "the power failed", "too much was changed and not synced");
        return 1;
    }
    disk_states(cut->disk, keep_state, &last);
    for (size_t k = 0; k < last.n; k++) {
        if (!tree_same_file(&last.states[k], &judge->after, "models/current")) {
            judge_tell(judge, "the power failed", "the command was done, and that undoes it");
            n_failed++;
        }
        tree_clear(&last.states[k]);
    }
    free(last.states);
    free(last.digests);
    return n_failed;
}

void points_cut_power(struct points *points)
{
    struct judge *judge = points->judge;
    struct cut cut = {.points = points};
    struct trace_plan plan = plan_of(points, TRACE_WATCH, 0);
    struct trace_result result;
    struct count count = {0};
    plan.seen = follow;
    plan.context = &cut;
    tree_put(&judge->before, judge->store);
    cut.disk = disk_new(judge->store);
    trace_run(&plan, &result);
    count.failed = check_durable(&cut);
    count.points = count.failed;
    for (size_t k = 0; k < cut.n; k++) {
        size_t known = judge->n_judged;
        if (k % (points->every * (points->thorough ? 1 : 20)) == 0) {
            struct verdict verdict = judge_state(judge, &cut.states[k], "the power failed");
            add_verdict(&count, &verdict, judge->n_judged > known);
        }
        tree_clear(&cut.states[k]);
    }
    report(points, &count, "power failed");
    disk_free(cut.disk);
    free(cut.states);
    free(cut.digests);
}
