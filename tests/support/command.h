/* command.h - a command's main() run in process, and what it said
 *
 * Commands write to the standard streams, which Check uses too: they are turned to files for the
 * length of the call, and back.
 */
#ifndef ASSAY_TESTS_SUPPORT_COMMAND_H
#define ASSAY_TESTS_SUPPORT_COMMAND_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/suite.h"

struct test_run {
    int status;
    char *out, *err; /* standard output and error, NUL-terminated */
};

static inline char *test_content(FILE *file)
{
    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    long length = ftell(file);
    ck_assert_int_ge(length, 0);
    rewind(file);
    char *text = calloc((size_t)length + 1, 1);
    ck_assert_uint_eq(fread(text, 1, (size_t)length, file), (size_t)length);
    fclose(file);
    return text;
}

/* argv[0] is the command's name; argv ends with NULL. */
static inline struct test_run test_command(int (*command)(int argc, char **argv), char **argv)
{
    struct test_run run = {0};
    FILE *out = tmpfile(), *err = tmpfile();
    int argc = 0, kept_out = dup(STDOUT_FILENO), kept_err = dup(STDERR_FILENO);
    ck_assert(out != NULL && err != NULL && kept_out >= 0 && kept_err >= 0);
    while (argv[argc] != NULL)
        argc++;
    fflush(NULL);
    dup2(fileno(out), STDOUT_FILENO);
    dup2(fileno(err), STDERR_FILENO);
    run.status = command(argc, argv);
    fflush(NULL);
    dup2(kept_out, STDOUT_FILENO);
    dup2(kept_err, STDERR_FILENO);
    close(kept_out);
    close(kept_err);
    run.out = test_content(out);
    run.err = test_content(err);
    return run;
}

static inline void test_run_clear(struct test_run *run)
{
    free(run->out);
    free(run->err);
}

#endif
