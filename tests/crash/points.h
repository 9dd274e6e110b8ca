/* points.h - a command interrupted at every point, and what each leaves judged
 *
 * Every function begins each of its runs with the store as it was before the command, adds to the
 * tally one pass or failure a point, prints a line of counts, and a line for each failure.
 */
#ifndef ASSAY_TESTS_CRASH_POINTS_H
#define ASSAY_TESTS_CRASH_POINTS_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/crash/judge.h"
#include "tests/crash/trace.h"

struct tally {
    size_t passed, failed, skipped;
};

struct points {
    struct judge *judge; /* borrowed, as is the tally */
    struct tally *tally;
    const char *from; /* calls count from the first that names this; NULL: from the start */
    size_t every;     /* 7: each seventh point only; 1: each */
    bool thorough;    /* false: fewer of those that other points speak for, where time is short */
    bool all;         /* thorough, and reading calls as often as those that write */
    /* filled by points_init() */
    struct trace_call *calls; /* [n] of the uninterrupted run */
    size_t n, capacity;
};

/* Runs the command once and keeps its calls. */
void points_init(struct points *points);
void points_clear(struct points *points);

/* SIGKILL before and after each call; not thorough: after each that changes something. */
void points_kill(struct points *points);

/* Each call that may fail does: once, with each errno that fits it, and from then on, as on a disk
 * that stays full or a mount that went read-only. The command leaves with 0 and the new state, or
 * with 2 and the reason. Not thorough: by turns a third of the calls that change something. */
void points_fail(struct points *points);

/* Each call that a signal can interrupt is interrupted, and writes take half: the command succeeds
 * nevertheless. */
void points_disturb(struct points *points);

/* The command is stopped with the lock in its hands while another, the same, waits; then it is
 * killed, and the other finishes. */
void points_hold(struct points *points);

/* Power fails after each call (disk.h); not thorough: every twentieth state that may leave. */
void points_cut_power(struct points *points);

#endif
