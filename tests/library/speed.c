/* speed.c - how many accounts a second libassay scores on one core
 *
 *   speed MODEL DATA.csv [ROUNDS]
 *
 * Reads the accounts first (plain cells, no quotes) and times scoring alone, in processor time: the median of
 * ROUNDS passes, by columns with codes, by columns with texts, and a row at a time. Used by scripts/bench.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/library/assay.h"

enum { MAX_COLUMNS = 256, MAX_ROUNDS = 99 };

/* The accounts as a caller might hold them. */
struct accounts {
    size_t n_row, n_input, capacity;
    double *numbers[MAX_COLUMNS];
    const char **texts[MAX_COLUMNS];
    int32_t *codes[MAX_COLUMNS];
    const char **dictionary[MAX_COLUMNS];
    size_t n_dictionary[MAX_COLUMNS];
    size_t cell[MAX_COLUMNS]; /* of the file's line, for each input */
    int kind[MAX_COLUMNS];
};

static void fail(const char *message)
{
    fprintf(stderr, "speed: %s\n", message);
    exit(2);
}

static void *resized(void *memory, size_t n, size_t size)
{
    memory = realloc(memory, (n > 0 ? n : 1) * size);
    if (memory == NULL)
        fail("out of memory");
    return memory;
}

static size_t split(char *line, char *cells[])
{
    size_t n = 0;
    line[strcspn(line, "\r\n")] = '\0';
    for (char *at = line; at != NULL && n < MAX_COLUMNS; n++) {
        cells[n] = at;
        at = strchr(at, ',');
        if (at != NULL)
            *at++ = '\0';
    }
    return n;
}

static int32_t code_of(struct accounts *a, size_t k, const char *text)
{
    if (*text == '\0')
        return -1;
    for (size_t c = 0; c < a->n_dictionary[k]; c++)
        if (strcmp(a->dictionary[k][c], text) == 0)
            return (int32_t)c;
    a->dictionary[k] = resized(a->dictionary[k], a->n_dictionary[k] + 1, sizeof(char *));
    a->dictionary[k][a->n_dictionary[k]] = strdup(text);
    return (int32_t)a->n_dictionary[k]++;
}

static void grow(struct accounts *a)
{
    if (a->n_row < a->capacity)
        return;
    a->capacity = a->capacity > 0 ? 2 * a->capacity : 1024;
    for (size_t k = 0; k < a->n_input; k++) {
        a->numbers[k] = resized(a->numbers[k], a->capacity, sizeof(double));
        a->codes[k] = resized(a->codes[k], a->capacity, sizeof(int32_t));
        a->texts[k] = resized(a->texts[k], a->capacity, sizeof(char *));
    }
}

static void read_accounts(const struct libassay_model *model, const char *path, struct accounts *a)
{
    static char line[1 << 16];
    char *cells[MAX_COLUMNS];
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL)
        fail("cannot read the data");
    size_t n_cell = split(line, cells);
    for (size_t k = 0; k < a->n_input; k++) {
        struct libassay_input input = {.size = sizeof input};
        if (libassay_describe_input(model, k, &input, NULL) != LIBASSAY_OK)
            fail("cannot describe an input");
        while (a->cell[k] < n_cell && strcmp(cells[a->cell[k]], input.column) != 0)
            a->cell[k]++;
        if (a->cell[k] == n_cell)
            fail("a column is missing");
        a->kind[k] = input.kind;
    }
    while (fgets(line, sizeof line, file) != NULL) {
        if (split(line, cells) != n_cell)
            fail("a line has another number of cells");
        grow(a);
        for (size_t k = 0; k < a->n_input; k++) {
            const char *cell = cells[a->cell[k]];
            int32_t code = a->kind[k] == LIBASSAY_TEXT ? code_of(a, k, cell) : -1;
            a->numbers[k][a->n_row] = *cell != '\0' ? strtod(cell, NULL) : (double)NAN;
            a->codes[k][a->n_row] = code;
            a->texts[k][a->n_row] = code >= 0 ? a->dictionary[k][code] : NULL;
        }
        a->n_row++;
    }
    fclose(file);
}

/* ---- ways to score ---- */

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec + 1e-9 * (double)at.tv_nsec;
}

static void by_columns(const struct libassay_model *model, const struct accounts *a, int codes,
                       double score[], double probability[])
{
    struct libassay_column columns[MAX_COLUMNS];
    struct libassay_results out;
    memset(columns, 0, sizeof columns);
    memset(&out, 0, sizeof out);
    out.size = sizeof out;
    out.score = score;
    out.probability = probability;
    for (size_t k = 0; k < a->n_input; k++) {
        if (a->kind[k] == LIBASSAY_NUMBER) {
            columns[k].numbers = a->numbers[k];
        } else if (codes) {
            columns[k].codes = a->codes[k];
            columns[k].dictionary = a->dictionary[k];
            columns[k].n_dictionary = a->n_dictionary[k];
        } else {
            columns[k].texts = a->texts[k];
        }
    }
    if (libassay_score_columns(model, columns, a->n_input, a->n_row, &out, NULL) != LIBASSAY_OK)
        fail("cannot score");
}

static void by_rows(const struct libassay_model *model, const struct accounts *a, double score[],
                    double probability[])
{
    struct libassay_value values[MAX_COLUMNS];
    struct libassay_score out;
    out.size = sizeof out;
    for (size_t i = 0; i < a->n_row; i++) {
        for (size_t k = 0; k < a->n_input; k++) {
            values[k].number = a->numbers[k][i];
            values[k].text = a->texts[k][i];
        }
        if (libassay_score_row(model, values, a->n_input, &out, NULL) != LIBASSAY_OK)
            fail("cannot score");
        score[i] = out.score;
        probability[i] = out.probability;
    }
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static const char *const ways[] = {"columns, codes", "columns, texts", "rows"};
    struct libassay_error error;
    struct libassay_model *model;
    struct libassay_about about;
    struct accounts a;
    int rounds = argc > 3 ? atoi(argv[3]) : 5;
    double seconds[MAX_ROUNDS];
    memset(&a, 0, sizeof a);
    about.size = sizeof about;
    if (argc < 3 || rounds < 1 || rounds > MAX_ROUNDS)
        fail("usage: speed MODEL DATA.csv [ROUNDS], 1 to 99");
    if (libassay_load_file(argv[1], &model, &error) != LIBASSAY_OK)
        fail(error.message);
    if (libassay_describe(model, &about, &error) != LIBASSAY_OK || about.n_input > MAX_COLUMNS)
        fail("cannot describe the model");
    a.n_input = about.n_input;
    read_accounts(model, argv[2], &a);
    double *figures = resized(NULL, 4 * a.n_row, sizeof *figures);
    for (int way = 0; way < 3; way++) {
        double *score = figures + (way == 0 ? 0 : 2 * a.n_row), *prob = score + a.n_row;
        for (int r = 0; r < rounds; r++) {
            double start = now();
            if (way < 2)
                by_columns(model, &a, way == 0, score, prob);
            else
                by_rows(model, &a, score, prob);
            seconds[r] = now() - start;
        }
        qsort(seconds, (size_t)rounds, sizeof *seconds, ascending);
        if (way > 0 && memcmp(figures, score, 2 * a.n_row * sizeof *figures) != 0)
            fail("the ways to score do not agree");
        printf("libassay, %-15s %6.1f million accounts a second (%zu signals)\n", ways[way],
               (double)a.n_row / seconds[rounds / 2] / 1e6, about.n_signal);
    }
    libassay_free(model);
    return 0;
}
