/* bench-data.c - a table of accounts whose truth is known, for scripts/bench: fast, and the same on every run
 *
 *   bench-data ROWS SIGNALS   the table, CSV, on standard output
 *   bench-data truth SIGNALS  the coefficients it is drawn with, "name value" lines, the intercept first
 *
 * Five quarterly snapshots an account: id, date, plan, segment, tenure, the signals and whether the account churned.
 * Signals take turns in four kinds: logins (whole, 0 to 999, more is better; larger plans log in more), a share
 * (two decimals, 0 to 1, more is better), hours (one decimal, 0 to 240, less is better) and days
 * (whole, 0 to 180, less is better). Two in twelve are missing in 2% of the rows. The log-odds of churn are linear in
 * the points that datasets/bench-range.spec.json makes of the signals, a missing one at neutral, so that a fit with
 * that spec estimates the very coefficients that are printed as the truth. Each signal but every twelfth lowers
 * the risk; that one raises it a little, so that a constraint on signs has something to do.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SNAPSHOTS = 5, MOST_SIGNALS = 200, KINDS = 4, BUFFER = 1 << 20, LONGEST_ROW = 4096 };

/* A raw value is a whole number of units of 10^-decimals, 0..highest. */
static const struct {
    uint32_t highest;
    int decimals;
    bool higher_is_better;
} kinds[KINDS] = {{999, 0, true}, {100, 2, true}, {2400, 1, false}, {180, 0, false}};

static const char *const plans[] = {"Starter", "Team", "Business", "Enterprise"};
static const char *const segments[] = {"Retail", "Health", "Finance", "Public"};
static const char *const quarters[SNAPSHOTS] = {"2025-03-31", "2025-06-30", "2025-09-30",
                                                "2025-12-31", "2026-03-31"};

/* ---- draws ---- */

/* SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t draw(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static double uniform(uint64_t *state)
{
    return (double)(draw(state) >> 11) * 0x1p-53;
}

static uint32_t below(uint64_t *state, uint32_t n)
{
    return (uint32_t)((draw(state) >> 32) * n >> 32);
}

/* ---- the truth ---- */

/* Per 100 points, weaker the more there are, so that the risk is spread alike. */
static double coefficient(int j, int n_signal)
{
    double strength = j % 12 == 11 ? 0.15 : -(0.4 + 0.3 * (5 * j % 7));
    return strength * sqrt(12.0 / n_signal);
}

/* About 8% of the snapshots churn. */
static double intercept(int n_signal)
{
    double sum = -2.9;
    for (int j = 0; j < n_signal; j++)
        sum -= 0.5 * coefficient(j, n_signal);
    return sum;
}

static void print_truth(int n_signal)
{
    printf("(intercept) %.17g\n", intercept(n_signal));
    for (int j = 0; j < n_signal; j++)
        printf("signal_%02d %.17g\n", j + 1, coefficient(j, n_signal));
}

/* ---- text ---- */

static char *put_text(char *at, const char *text)
{
    size_t length = strlen(text);
    memcpy(at, text, length);
    return at + length;
}

/* units / 10^decimals with all its decimals. */
static char *put_number(char *at, uint32_t units, int decimals)
{
    char digits[16], *first = digits + sizeof digits;
    int n = 0;
    do {
        if (n == decimals && n > 0)
            *--first = '.';
        *--first = (char)('0' + units % 10);
        units /= 10;
        n++;
    } while (units > 0 || n <= decimals);
    size_t length = (size_t)(digits + sizeof digits - first);
    memcpy(at, first, length);
    return at + length;
}

static char *put_account(char *at, uint32_t number)
{
    *at++ = 'A';
    for (uint32_t power = 1000000; power > 1 && number < power; power /= 10)
        *at++ = '0';
    return put_number(at, number, 0);
}

/* ---- rows ---- */

struct account {
    uint32_t number, plan, segment, tenure;
    double level[MOST_SIGNALS]; /* what its snapshots share, in [0, 1) */
};

static void draw_account(uint64_t *random, int n_signal, struct account *account)
{
    account->number++;
    account->plan = below(random, 4);
    account->segment = below(random, 4);
    account->tenure = below(random, 108);
    for (int j = 0; j < n_signal; j++)
        account->level[j] = uniform(random);
}

static char *put_row(char *at, const struct account *account, int snapshot, int n_signal,
                     double log_odds, uint64_t *random)
{
    at = put_account(at, account->number);
    *at++ = ',';
    at = put_text(at, quarters[snapshot]);
    *at++ = ',';
    at = put_text(at, plans[account->plan]);
    *at++ = ',';
    at = put_text(at, segments[account->segment]);
    *at++ = ',';
    at = put_number(at, account->tenure + 3 * (uint32_t)snapshot, 0);
    for (int j = 0; j < n_signal; j++) {
        *at++ = ',';
        int kind = j % KINDS;
        double level = 0.6 * account->level[j] + 0.4 * uniform(random), points = 0.5;
        if (kind == 0)
            level *= 0.7 + 0.1 * account->plan;
        if (j % 12 % 5 != 4 || uniform(random) >= 0.02) {
            uint32_t units = (uint32_t)(level * (kinds[kind].highest + 1));
            points = (double)units / kinds[kind].highest;
            at = put_number(at, units, kinds[kind].decimals);
        }
        log_odds += coefficient(j, n_signal) * (kinds[kind].higher_is_better ? points : 1 - points);
    }
    *at++ = ',';
    *at++ = uniform(random) * (1 + exp(-log_odds)) < 1 ? '1' : '0';
    *at++ = '\n';
    return at;
}

static bool print_table(uint64_t n_row, int n_signal)
{
    static char buffer[BUFFER + LONGEST_ROW];
    static struct account account;
    uint64_t random = 20260331;
    double start = intercept(n_signal);
    fputs("account_id,as_of,plan,segment,tenure_months", stdout);
    for (int j = 0; j < n_signal; j++)
        printf(",signal_%02d", j + 1);
    puts(",churned");
    char *at = buffer;
    for (uint64_t i = 0; i < n_row; i++) {
        if (i % SNAPSHOTS == 0)
            draw_account(&random, n_signal, &account);
        at = put_row(at, &account, (int)(i % SNAPSHOTS), n_signal, start, &random);
        if (at >= buffer + BUFFER || i + 1 == n_row) {
            fwrite(buffer, 1, (size_t)(at - buffer), stdout);
            at = buffer;
        }
    }
    return fflush(stdout) == 0 && !ferror(stdout);
}

int main(int argc, char **argv)
{
    int n_signal = argc == 3 ? atoi(argv[2]) : 0;
    if (n_signal < 1 || n_signal > MOST_SIGNALS) {
        fputs("usage: bench-data ROWS|truth SIGNALS (1 to 200)\n", stderr);
        return 2;
    }
    if (strcmp(argv[1], "truth") == 0) {
        print_truth(n_signal);
        return 0;
    }
    return print_table(strtoull(argv[1], NULL, 10), n_signal) ? 0 : 2;
}
