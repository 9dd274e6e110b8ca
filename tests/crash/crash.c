/* crash.c - every change of a registry interrupted at every point
 *
 *   crash PROGRAM ROOM [--every N] [--all] [--deep] [--from-registry] [CASE]...
 *
 * PROGRAM is assay; ROOM a directory with 1.json, 1.audit.json, 2.json, 2.audit.json (candidates)
 * and key.sec. CASE names some of the cases below; without, all.
 *
 *   --every N         tries each N-th point only
 *   --all             tries in every case all that is tried in "add", and more; else a part stands
 *                     for the whole there (points.h)
 *   --deep            goes on to the states that several interruptions in a row leave
 *   --from-registry   leaves out what the program does before it touches the registry
 *
 * Ends with "points: N passed, N failed, N skipped".
 */
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/crash/points.h"

enum { MAX_WORDS = 24, MAX_BEFORE = 3 };

#define ADD(k) "add", k ".json", "--audit", k ".audit.json", "--override", "made for this"
#define SIGNED "--key", "key.sec"

/* What is done before, without interruption, and what is then interrupted; "assay release" and the
 * registry are added. */
static const struct scenario {
    const char *name, *what;
    const char *before[MAX_BEFORE][MAX_WORDS];
    const char *command[MAX_WORDS];
    enum { BRIEFLY, PARTLY, THOROUGHLY } care; /* how much is tried where time is short; points.h */
} scenarios[] = {
    {"first", "a registry made from nothing", {{NULL}}, {ADD("1")}, PARTLY},
    {"add", "a second version", {{ADD("1")}}, {ADD("2")}, THOROUGHLY},
    {"signed",
     "a second version, signed as the first was",
     {{ADD("1"), SIGNED}},
     {ADD("2"), SIGNED},
     PARTLY},
    {"first-key", "the first signature", {{ADD("1")}}, {ADD("2"), SIGNED}, BRIEFLY},
    {"unsigned",
     "no signature after a signed version",
     {{ADD("1"), SIGNED}},
     {ADD("2"), "--unsigned"},
     BRIEFLY},
    {"rollback",
     "back to the first version",
     {{ADD("1")}, {ADD("2")}},
     {"rollback", "1.0.0", "--reason", "tickets doubled"},
     PARTLY},
    {"withdraw",
     "the first version withdrawn, signed",
     {{ADD("1"), SIGNED}, {ADD("2"), SIGNED}},
     {"withdraw", "1.0.0", "--reason", "wrong data", SIGNED},
     PARTLY},
};
enum { N_SCENARIO = sizeof scenarios / sizeof scenarios[0] };

struct run {
    char program[PATH_MAX], room[PATH_MAX];
    size_t every;
    bool all, deep, from_registry;
    const char *wanted[N_SCENARIO]; /* [n_wanted] none: all */
    size_t n_wanted;
    struct tally tally;
};

/* argv[MAX_WORDS + 5] for words. */
static void make_argv(struct run *run, const char *const words[], char *argv[])
{
    size_t n = 0;
    argv[n++] = run->program;
    argv[n++] = "release";
    for (size_t k = 0; k < MAX_WORDS && words[k] != NULL; k++)
        argv[n++] = (char *)(uintptr_t)words[k];
    argv[n++] = "--registry";
    argv[n++] = REGISTRY;
    argv[n] = NULL;
}

static bool prepare(struct run *run, const struct scenario *scenario)
{
    char store[PATH_MAX + 16], output[PATH_MAX + 16], *argv[MAX_WORDS + 5];
    snprintf(store, sizeof store, "%s/" STORE, run->room);
    snprintf(output, sizeof output, "%s/output", run->room);
    tree_remove(store);
    if (mkdir(store, 0777) != 0)
        trace_die("could not make %s", store);
    for (size_t k = 0; k < MAX_BEFORE && scenario->before[k][0] != NULL; k++) {
        make_argv(run, scenario->before[k], argv);
        int status = trace_run_freely(argv, run->room, output);
        if (status != 0) {
            printf("FAILED %s: what goes before it leaves with %d\n", scenario->name, status);
            run->tally.failed++;
            return false;
        }
    }
    return true;
}

static struct points points_of(struct run *run, const struct scenario *scenario,
                               struct judge *judge)
{
    return (struct points){.judge = judge,
                           .tally = &run->tally,
                           .from = REGISTRY,
                           .every = run->every,
                           .thorough = scenario->care == THOROUGHLY || run->all,
                           .all = run->all};
}

/* What the loader and the reading of the candidate do is not made to fail: that is not about
 * registries. */
static void kill_everywhere(struct run *run, const struct scenario *scenario, struct judge *judge)
{
    struct points points = points_of(run, scenario, judge);
    if (points.thorough && !run->from_registry)
        points.from = NULL;
    points_init(&points);
    printf("%s: %s; %zu system calls\n", scenario->name, scenario->what, points.n);
    points_kill(&points);
    points_clear(&points);
}

static void go_deeper(struct run *run, struct judge *judge)
{
    size_t before = judge->n_judged, failed = judge_waiting(judge), n = judge->n_judged - before;
    run->tally.passed += n - failed;
    run->tally.failed += failed;
    printf("  %-28s %5zu states, %zu unsound\n", "several in a row", n, failed);
}

static void interrupt(struct run *run, const struct scenario *scenario, struct judge *judge)
{
    judge->keep = run->deep;
    kill_everywhere(run, scenario, judge);
    struct points points = points_of(run, scenario, judge);
    points_init(&points);
    points_cut_power(&points);
    if (scenario->care > BRIEFLY || run->all) {
        points_fail(&points);
        points_disturb(&points);
        points_hold(&points);
    }
    if (run->deep)
        go_deeper(run, judge);
    points_clear(&points);
}

static void run_scenario(struct run *run, const struct scenario *scenario)
{
    struct judge judge;
    char *argv[MAX_WORDS + 5];
    if (!prepare(run, scenario))
        return;
    make_argv(run, scenario->command, argv);
    if (judge_init(&judge, scenario->name, run->program, run->room, argv))
        interrupt(run, scenario, &judge);
    else
        run->tally.failed++;
    judge_clear(&judge);
    fflush(stdout);
}

/* A registry in which all of a second version has its place, but "current" names the first: what a
 * careless program would leave to be done. */
static bool prepare_control(struct run *run)
{
    struct judge judge;
    char path[PATH_MAX + 16], *release[MAX_WORDS + 5];
    char *back[] = {"/bin/cp", "old/models/current", REGISTRY "/current", NULL};
    if (!prepare(run, &scenarios[1]))
        return false;
    make_argv(run, scenarios[1].command, release);
    bool good = judge_init(&judge, "control", run->program, run->room, release);
    snprintf(path, sizeof path, "%s/old", run->room);
    tree_put(&judge.before, path);
    snprintf(path, sizeof path, "%s/new", run->room);
    tree_put(&judge.after, path);
    good = good && trace_run_freely(back, run->room, judge.output) == 0;
    judge_clear(&judge);
    return good;
}

/* That what is looked for is found where it is: cp(1) writes over "current", so that it can be
 * killed half-way, and syncs nothing. */
static void run_control(struct run *run)
{
    struct judge judge = {0};
    struct tally killed = {0}, cut = {0};
    char *copy[] = {"/bin/cp", "new/models/current", REGISTRY "/current", NULL};
    bool good =
        prepare_control(run) && judge_init(&judge, "control", run->program, run->room, copy);
    judge.most_told = 0;
    if (good) {
        struct points points = {.judge = &judge, .tally = &killed, .from = REGISTRY, .every = 1};
        points_init(&points);
        printf("control: a careless program; %zu system calls, and there must be unsound states\n",
               points.n);
        points_kill(&points);
        points.tally = &cut;
        points_cut_power(&points);
        points_clear(&points);
    }
    good = good && killed.failed > 0 && cut.failed > 0;
    run->tally.passed += good;
    run->tally.failed += !good;
    judge_clear(&judge);
}

static bool is_wanted(const struct run *run, const struct scenario *scenario)
{
    for (size_t k = 0; k < run->n_wanted; k++)
        if (strcmp(run->wanted[k], scenario->name) == 0)
            return true;
    return run->n_wanted == 0;
}

/* The same time, the same bytes; and leaks cannot be looked for under ptrace, where a sanitizer is
 * built in. */
static void set_environment(void)
{
    char options[4096];
    const char *given = getenv("ASAN_OPTIONS");
    snprintf(options, sizeof options, "%s%sdetect_leaks=0", given != NULL ? given : "",
             given != NULL ? ":" : "");
    if (setenv("ASAN_OPTIONS", options, 1) != 0 ||
        setenv("SOURCE_DATE_EPOCH", "1782864000", 1) != 0)
        trace_die("could not set the environment");
}

/* Tracer and program take turns: on one processor that costs less than to wake another. */
static void stay_here(void)
{
    cpu_set_t here;
    int cpu = sched_getcpu();
    CPU_ZERO(&here);
    if (cpu < 0)
        return;
    CPU_SET((size_t)cpu, &here);
    (void)sched_setaffinity(0, sizeof here, &here);
}

static bool read_options(struct run *run, int argc, char **argv)
{
    if (argc < 3 || realpath(argv[1], run->program) == NULL || realpath(argv[2], run->room) == NULL)
        return false;
    for (int k = 3; k < argc; k++) {
        if (strcmp(argv[k], "--all") == 0)
            run->all = true;
        else if (strcmp(argv[k], "--deep") == 0)
            run->deep = true;
        else if (strcmp(argv[k], "--from-registry") == 0)
            run->from_registry = true;
        else if (strcmp(argv[k], "--every") == 0 && k + 1 < argc)
            run->every = (size_t)strtoul(argv[++k], NULL, 10);
        else if (argv[k][0] != '-' && run->n_wanted < N_SCENARIO)
            run->wanted[run->n_wanted++] = argv[k];
        else
            return false;
    }
    return run->every > 0;
}

int main(int argc, char **argv)
{
    struct run run = {.every = 1};
    if (!read_options(&run, argc, argv))
        trace_die(
            "usage: crash PROGRAM ROOM [--every N] [--all] [--deep] [--from-registry] [CASE]...");
    set_environment();
    if (trace_can_watch()) {
        stay_here();
        for (size_t s = 0; s < N_SCENARIO; s++)
            if (is_wanted(&run, &scenarios[s]))
                run_scenario(&run, &scenarios[s]);
        run_control(&run);
    } else {
        printf("skipped: processes cannot be traced here\n");
        run.tally.skipped++;
    }
    printf("points: %zu passed, %zu failed, %zu skipped\n", run.tally.passed, run.tally.failed,
           run.tally.skipped);
    return run.tally.failed == 0 ? 0 : 1;
}
