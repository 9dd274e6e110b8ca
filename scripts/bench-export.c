/* bench-export.c - what scripts/bench-export runs: rows a second of the exported C scorer, and of libassay
 *
 *   bench-export ACCOUNTS ROWS ROUNDS [MODEL]
 *
 * bench.h is the export of a model named "bench" whose inputs are a plan, then NUMBERS numbers; ACCOUNTS has
 * these as comma-separated lines. ROWS accounts are drawn from them, with repetition, into memory. A round
 * scores all of them; what is printed is the median round, and the slowest and fastest. All ways must give
 * the same scores to the last bit, or the exit status is 1.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <bench.h>
#ifdef WITH_LIBASSAY
#include <assay.h>
#endif

enum { NUMBERS = 13, TEXT = 16, MOST_ACCOUNTS = 1 << 18, MOST_PLANS = 64 };

struct account {
    char plan[TEXT];
    double number[NUMBERS];
};

/* The drawn rows, once as columns and once as records. */
struct data {
    size_t rows;
    const char **plan; /* each text in a place of its own, as a reader of files leaves them */
    int32_t *code;     /* the same as places in a dictionary */
    const char *dictionary[MOST_PLANS];
    size_t n_plan;
    double *number[NUMBERS];
    struct bench_input *inputs;
    double *composite, *score, *probability;
    int *zone;
};

static void *get(size_t n, size_t size)
{
    void *memory = calloc(n, size);
    if (memory == NULL) {
        fprintf(stderr, "bench-export: out of memory for %zu rows\n", n);
        exit(2);
    }
    return memory;
}

static size_t read_accounts(const char *path, struct account **accounts)
{
    FILE *file = fopen(path, "r");
    char line[1000];
    size_t n = 0;
    *accounts = get(MOST_ACCOUNTS, sizeof **accounts);
    while (file != NULL && n < MOST_ACCOUNTS && fgets(line, sizeof line, file) != NULL) {
        struct account *account = &(*accounts)[n++];
        char *at = strchr(line, ',');
        *at++ = '\0';
        snprintf(account->plan, TEXT, "%s", line);
        for (size_t k = 0; k < NUMBERS; k++) {
            char *end;
            account->number[k] = strtod(at, &end);
            if (end == at)
                account->number[k] = NAN;
            at = end + 1;
        }
    }
    if (file != NULL)
        fclose(file);
    return n;
}

/* ---- the rows ---- */

static size_t draw(size_t n)
{
    static uint64_t state = 1;
    state =
        state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407); /* Knuth's MMIX */
    return (size_t)(state >> 33) % n;
}

static int32_t code_of(struct data *data, const char *plan)
{
    size_t k = 0;
    while (k < data->n_plan && strcmp(data->dictionary[k], plan) != 0)
        k++;
    if (k == data->n_plan && k < MOST_PLANS)
        data->dictionary[data->n_plan++] = plan;
    return (int32_t)k;
}

static void fill(struct data *data, const struct account accounts[], size_t n)
{
    size_t rows = data->rows;
    char *texts = get(rows, TEXT);
    data->plan = get(rows, sizeof *data->plan);
    data->code = get(rows, sizeof *data->code);
    data->inputs = get(rows, sizeof *data->inputs);
    for (size_t k = 0; k < NUMBERS; k++)
        data->number[k] = get(rows, sizeof *data->number[k]);
    for (size_t i = 0; i < rows; i++) {
        const struct account *account = &accounts[draw(n)];
        data->plan[i] = memcpy(texts + i * TEXT, account->plan, TEXT);
        data->code[i] = code_of(data, account->plan);
        for (size_t k = 0; k < NUMBERS; k++)
            data->number[k][i] = account->number[k];
        data->inputs[i].plan = data->plan[i];
        memcpy(&data->inputs[i].tenure_months, account->number, sizeof account->number);
    }
    data->composite = get(rows, sizeof *data->composite);
    data->score = get(rows, sizeof *data->score);
    data->probability = get(rows, sizeof *data->probability);
    data->zone = get(rows, sizeof *data->zone);
}

/* ---- the ways to score them ---- */

static void one_by_one(struct data *data)
{
    struct bench_result result;
    for (size_t i = 0; i < data->rows; i++) {
        bench_score(&data->inputs[i], &result);
        data->composite[i] = result.composite;
        data->score[i] = result.score;
        data->probability[i] = result.probability;
        data->zone[i] = result.zone;
    }
}

static void in_a_batch(struct data *data)
{
    double **x = data->number;
    struct bench_columns columns = {data->plan, x[0], x[1], x[2], x[3],  x[4],  x[5],
                                    x[6],       x[7], x[8], x[9], x[10], x[11], x[12]};
    struct bench_scores scores = {data->composite, data->score, data->probability, data->zone};
    bench_score_batch(&columns, data->rows, &scores);
}

#ifdef WITH_LIBASSAY
static struct libassay_model *model;

static void by_libassay(struct data *data, int by_code)
{
    struct libassay_column columns[1 + NUMBERS] = {{NULL}};
    struct libassay_results results = {.size = sizeof results};
    struct libassay_error error;
    if (by_code) {
        columns[0].codes = data->code;
        columns[0].dictionary = data->dictionary;
        columns[0].n_dictionary = data->n_plan;
    } else {
        columns[0].texts = data->plan;
    }
    for (size_t k = 0; k < NUMBERS; k++)
        columns[1 + k].numbers = data->number[k];
    results.composite = data->composite;
    results.score = data->score;
    results.probability = data->probability;
    results.zone = data->zone;
    if (libassay_score_columns(model, columns, 1 + NUMBERS, data->rows, &results, &error) !=
        LIBASSAY_OK) {
        fprintf(stderr, "bench-export: %s\n", error.message);
        exit(2);
    }
}

static void by_libassay_texts(struct data *data)
{
    by_libassay(data, 0);
}

static void by_libassay_codes(struct data *data)
{
    by_libassay(data, 1);
}
#endif

/* ---- time ---- */

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* What all scores of a way come to; NaN is none's. */
static double sum_of(const struct data *data)
{
    double sum = 0;
    for (size_t i = 0; i < data->rows; i++)
        sum += data->composite[i] + data->score[i] + data->probability[i] + data->zone[i];
    return sum;
}

static double run(const char *what, void (*way)(struct data *data), struct data *data,
                  size_t rounds)
{
    double *took = get(rounds, sizeof *took), millions = 1e-6 * (double)data->rows;
    for (size_t round = 0; round < rounds; round++) {
        double start = seconds();
        way(data);
        took[round] = seconds() - start;
    }
    qsort(took, rounds, sizeof *took, ascending);
    printf("%-36s %6.1f million rows a second (%.1f to %.1f)\n", what, millions / took[rounds / 2],
           millions / took[rounds - 1], millions / took[0]);
    fflush(stdout);
    free(took);
    return sum_of(data);
}

int main(int argc, char **argv)
{
    struct data data = {.rows = argc > 3 ? strtoul(argv[2], NULL, 10) : 0};
    size_t rounds = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
    struct account *accounts;
    size_t n = argc > 3 ? read_accounts(argv[1], &accounts) : 0;
    if (n == 0 || data.rows == 0 || rounds == 0) {
        fprintf(stderr, "usage: bench-export ACCOUNTS ROWS ROUNDS [MODEL]\n");
        return 2;
    }
    fill(&data, accounts, n);
    in_a_batch(&data); /* touches all the memory */
    double sum = run("generated C, one by one", one_by_one, &data, rounds);
    int same = run("generated C, in a batch", in_a_batch, &data, rounds) == sum;
#ifdef WITH_LIBASSAY
    struct libassay_error error;
    if (argc < 5 || libassay_load_file(argv[4], &model, &error) != LIBASSAY_OK) {
        fprintf(stderr, "bench-export: %s\n", argc < 5 ? "no model for libassay" : error.message);
        return 2;
    }
    same &= run("libassay, columns with texts", by_libassay_texts, &data, rounds) == sum;
    same &= run("libassay, columns with a dictionary", by_libassay_codes, &data, rounds) == sum;
#endif
    if (!same)
        fprintf(stderr, "bench-export: scores differ between the ways\n");
    return !same;
}
