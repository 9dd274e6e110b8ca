/* bench-run.c - runs a command and says what it took
 *
 *   bench-run FILE COMMAND [ARGUMENT]...
 *
 * FILE gets one line: seconds on the clock, seconds of processor time, peak resident memory in bytes, exit status
 * (128 and the signal's number where one ended it). A small program of its own, because a child's peak begins with
 * what its parent had.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: bench-run FILE COMMAND [ARGUMENT]...\n", stderr);
        return 2;
    }
    double start = now();
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    int status;
    struct rusage used;
    if (child < 0 || wait4(child, &status, 0, &used) != child) {
        perror("bench-run");
        return 2;
    }
    double took = now() - start;
    FILE *file = fopen(argv[1], "w");
    if (file == NULL) {
        perror(argv[1]);
        return 2;
    }
    fprintf(file, "%.6f %.6f %lld %d\n", took, seconds(used.ru_utime) + seconds(used.ru_stime),
            1024 * (long long)used.ru_maxrss,
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return fclose(file) == 0 ? 0 : 2;
}
