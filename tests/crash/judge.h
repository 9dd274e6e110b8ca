/* judge.h - is what an interruption left the old registry or the new one, and nothing between?
 *
 * A case is a command that changes a registry, run in a room: a directory with the files that it
 * reads, and "store", which holds the registry "models" and nothing else. before and after are
 * store's trees when the command has not begun and when it was not interrupted.
 *
 * A state of the store is sound when
 *   - "current" is byte for byte the one of before (the old state) or of after (the new one), and
 *   what stands
 *     under versions/ then is all there, each byte;
 *   - the ledger is the one of before or of after;
 *   - `assay release verify` leaves with 0 and says the same; `assay release list` can read it;
 *   - the same command, given again, succeeds (in the new state it may refuse: it was done
 *   already); - the store is then the tree of after, byte for byte, of which `assay release verify`
 *   has said that it is whole.
 * What follows from a state depends on nothing but the state, so each is judged once, however many
 * ways lead there.
 */
#ifndef ASSAY_TESTS_CRASH_JUDGE_H
#define ASSAY_TESTS_CRASH_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/sha256.h"
#include "core/base/text.h"
#include "tests/crash/tree.h"

#define STORE    "store"
#define REGISTRY STORE "/models"

struct verdict {
    char digest[ASSAY_SHA256_TEXT_SIZE];
    bool judged;  /* false: it waits */
    bool changed; /* the new state */
    bool sound;
};

struct judge {
    const char *name;    /* of the case, for messages */
    const char *program; /* assay */
    const char *room;
    char *const *command; /* argv */
    struct tree before, after;

    char store[4096], output[4096]; /* paths: of the store; of what commands say */
    struct verdict *verdicts;
    size_t n_verdict, verdict_capacity;
    size_t n_judged;      /* of them */
    struct tree *waiting; /* states that the second runs came through, when asked to be kept */
    size_t n_waiting, waiting_capacity;
    bool keep;
    size_t n_told, most_told; /* failures that were, and that may be, told one by one */
};

/* "FAILED NAME, HOW: ...", for the first most_told of them, ten unless changed. */
void judge_tell(struct judge *judge, const char *how, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Takes before from the store as it is, runs the command, takes after; false, with a message, where
 * the command fails, or verify does not call after whole. */
bool judge_init(struct judge *judge, const char *name, const char *program, const char *room,
                char *const command[]);
void judge_clear(struct judge *judge);

/* Judges a state; `how` says in messages what led there. The store is left as something else. */
struct verdict judge_state(struct judge *judge, const struct tree *state, const char *how);

/* Judges, with keep set, every state that a second run, itself interrupted, can leave, and every
 * one that a third can, until there are no new ones. Returns how many of them are unsound. */
size_t judge_waiting(struct judge *judge);

/* Whether a state is the tree of after, but for the lock. */
bool judge_is_done(const struct judge *judge, const struct tree *state);

/* What the last command said. */
void judge_output(const struct judge *judge, struct assay_text *text);

#endif
