#include "tests/crash/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/memory.h"
#include "tests/crash/trace.h"

enum { MOST_OUTPUT = 1 << 20 };

static const char versions[] = "models/versions";

/* ---- running ---- */

void judge_output(const struct judge *judge, struct assay_text *text)
{
    struct assay_error err;
    assay_text_clear(text);
    if (assay_file_read(judge->output, MOST_OUTPUT, text, &err) != ASSAY_OK)
        trace_die("%s", err.message);
}

/* `assay release verify`: its exit status, and the word for the state. */
static int verify(struct judge *judge, char word[16])
{
    char *argv[] = {(char *)(uintptr_t)judge->program,
                    "release",
                    "verify",
                    "--registry",
                    REGISTRY,
                    "--json",
                    NULL};
    int status = trace_run_freely(argv, judge->room, judge->output);
    struct assay_text text = {0};
    judge_output(judge, &text);
    const char *at = strstr(text.data, "\"state\": \"");
    word[0] = '\0';
    if (at != NULL)
        snprintf(word, 16, "%.*s", (int)strcspn(at + 10, "\"") % 16, at + 10);
    assay_text_clear(&text);
    return status;
}

void judge_tell(struct judge *judge, const char *how, const char *format, ...)
{
    va_list args;
    if (judge->n_told++ >= judge->most_told)
        return;
    va_start(args, format);
    printf("FAILED %s, %s: ", judge->name, how);
    vprintf(format, args);
    printf("\n");
    va_end(args);
}

bool judge_init(struct judge *judge, const char *name, const char *program, const char *room,
                char *const command[])
{
    *judge = (struct judge){
        .name = name, .program = program, .room = room, .command = command, .most_told = 10};
    snprintf(judge->store, sizeof judge->store, "%s/" STORE, room);
    snprintf(judge->output, sizeof judge->output, "%s/output", room);
    tree_take(judge->store, &judge->before);
    char word[16] = "";
    int status = trace_run_freely(command, room, judge->output);
    tree_take(judge->store, &judge->after);
    if (status == 0)
        status = verify(judge, word);
    if (status == 0 && strcmp(word, "whole") == 0)
        return true;
    struct assay_text text = {0};
    judge_output(judge, &text);
    judge_tell(judge, "not interrupted", "the command or verify leaves with %d\n%.300s", status,
               text.data);
    assay_text_clear(&text);
    return false;
}

void judge_clear(struct judge *judge)
{
    for (size_t k = 0; k < judge->n_waiting; k++)
        tree_clear(&judge->waiting[k]);
    free(judge->waiting);
    free(judge->verdicts);
    tree_clear(&judge->before);
    tree_clear(&judge->after);
}

/* ---- the rules ---- */

struct judging {
    struct judge *judge;
    const struct tree *state;
    const char *how;
    struct verdict verdict;
};

#define unsound(j, ...)                                                                            \
    (judge_tell((j)->judge, (j)->how, __VA_ARGS__), (void)((j)->verdict.sound = false))

/* Every file of the versions that count is there. */
static void check_versions(struct judging *j)
{
    const struct tree *want = j->verdict.changed ? &j->judge->after : &j->judge->before;
    for (size_t k = 0; k < want->n; k++)
        if (strncmp(want->nodes[k].path, versions, strlen(versions)) == 0 &&
            !tree_same_file(want, j->state, want->nodes[k].path))
            unsound(j, "\"%s\" is lost, or another", want->nodes[k].path);
}

static void check_files(struct judging *j)
{
    const struct tree *before = &j->judge->before, *after = &j->judge->after;
    bool is_old = tree_same_file(before, j->state, "models/current");
    j->verdict.changed = !is_old && tree_same_file(after, j->state, "models/current");
    if (!is_old && !j->verdict.changed)
        unsound(j, "\"current\" is neither the old one nor the new one");
    if (!tree_same_file(before, j->state, "models/ledger.jsonl") &&
        !tree_same_file(after, j->state, "models/ledger.jsonl"))
        unsound(j, "\"ledger.jsonl\" is neither the old one nor the new one");
    check_versions(j);
}

/* Whether a state is before or after, but for the lock, which means nothing. */
static bool is_like(const struct tree *state, const struct tree *want)
{
    for (size_t k = 0; k < want->n; k++)
        if (!tree_same_file(want, state, want->nodes[k].path) &&
            strcmp(want->nodes[k].path, "models/.lock") != 0)
            return false;
    for (size_t k = 0; k < state->n; k++)
        if (tree_find(want, state->nodes[k].path) == NULL &&
            strcmp(state->nodes[k].path, "models/.lock") != 0)
            return false;
    return true;
}

bool judge_is_done(const struct judge *judge, const struct tree *state)
{
    return is_like(state, &judge->after);
}

/* What verify says of an interrupted registry. Of one that is not there yet it has nothing to say. */
static void check_word(struct judging *j)
{
    const struct judge *judge = j->judge;
    char word[16];
    if (tree_find(j->state, "models") == NULL)
        return;
    int status = verify(j->judge, word);
    bool none = tree_find(&judge->before, "models/current") == NULL && !j->verdict.changed;
    bool finished = is_like(j->state, j->verdict.changed ? &judge->after : &judge->before);
    const char *want = j->verdict.changed ? "new" : "old";
    if (finished || (none && strcmp(word, "empty") == 0))
        want = none ? "empty" : "whole";
    if (status != 0 || strcmp(word, want) != 0)
        unsound(j, "verify leaves with %d and says \"%s\"; expected 0 and \"%s\"", status, word,
                want);
}

/* Whoever only looks finds it readable. */
static void check_reader(struct judging *j)
{
    const struct judge *judge = j->judge;
    char *argv[] = {
        (char *)(uintptr_t)judge->program, "release", "list", "--registry", REGISTRY, NULL};
    if (tree_find(j->state, "models") == NULL)
        return;
    int status = trace_run_freely(argv, judge->room, judge->output);
    if (status != 0)
        unsound(j, "list leaves with %d", status);
}

/* ---- the second run ---- */

static struct verdict *find(const struct judge *judge, const char digest[])
{
    for (size_t k = 0; k < judge->n_verdict; k++)
        if (strcmp(judge->verdicts[k].digest, digest) == 0)
            return &judge->verdicts[k];
    return NULL;
}

/* Room for a state's verdict, before there is one: so a state waits once, and not while it is
 * judged. */
static void note(struct judge *judge, const char digest[])
{
    if (!assay_grow(&judge->verdicts, &judge->verdict_capacity, judge->n_verdict + 1,
                    sizeof *judge->verdicts))
        trace_die("out of memory");
    struct verdict *verdict = &judge->verdicts[judge->n_verdict++];
    *verdict = (struct verdict){.judged = false};
    memcpy(verdict->digest, digest, sizeof verdict->digest);
}

static void keep_state(void *context, const struct trace_call *call)
{
    struct judge *judge = context;
    struct tree tree;
    char digest[ASSAY_SHA256_TEXT_SIZE];
    if (!call->done || !trace_changes(call->kind))
        return;
    tree_take(judge->store, &tree);
    tree_digest(&tree, digest);
    if (find(judge, digest) != NULL) {
        tree_clear(&tree);
        return;
    }
    note(judge, digest);
    if (!assay_grow(&judge->waiting, &judge->waiting_capacity, judge->n_waiting + 1,
                    sizeof *judge->waiting))
        trace_die("out of memory");
    judge->waiting[judge->n_waiting++] = tree;
}

static int run_again(struct judge *judge)
{
    if (!judge->keep)
        return trace_run_freely(judge->command, judge->room, judge->output);
    const struct trace_plan plan = {.argv = judge->command,
                                    .room = judge->room,
                                    .output = judge->output,
                                    .from = REGISTRY,
                                    .seen = keep_state,
                                    .context = judge};
    struct trace_result result;
    trace_run(&plan, &result);
    return result.signal != 0 ? 128 + result.signal : result.status;
}

static void check_second_run(struct judging *j)
{
    struct judge *judge = j->judge;
    struct tree end;
    int status = run_again(judge);
    if (status != 0 && !(j->verdict.changed && status <= 2)) {
        struct assay_text text = {0};
        judge_output(judge, &text);
        unsound(j, "the command, given again, leaves with %d\n%.300s", status, text.data);
        assay_text_clear(&text);
    }
    tree_take(judge->store, &end);
    if (!is_like(&end, &judge->after)) {
        const char *path = tree_difference(&judge->after, &end);
        unsound(j, "after the second run \"%s\" is not what it should be", path);
    }
    tree_clear(&end);
}

struct verdict judge_state(struct judge *judge, const struct tree *state, const char *how)
{
    struct judging j = {.judge = judge, .state = state, .how = how, .verdict = {.sound = true}};
    char *digest = j.verdict.digest;
    tree_digest(state, digest);
    const struct verdict *known = find(judge, digest);
    if (known == NULL)
        note(judge, digest);
    else if (known->judged)
        return *known;
    tree_put(state, judge->store);
    check_files(&j);
    check_word(&j);
    check_reader(&j);
    check_second_run(&j);
    j.verdict.judged = true;
    judge->n_judged++;
    *find(judge, digest) = j.verdict;
    return j.verdict;
}

size_t judge_waiting(struct judge *judge)
{
    size_t n_unsound = 0;
    while (judge->n_waiting > 0) {
        struct tree state = judge->waiting[--judge->n_waiting];
        if (!judge_state(judge, &state, "a second run that was interrupted, too").sound)
            n_unsound++;
        tree_clear(&state);
    }
    return n_unsound;
}
