#include "calibrate/init/draft_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/date.h"
#include "core/base/memory.h"
#include "core/base/number.h"

/* ---- parts of a text ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Moves *text behind the first of words (which ends with NULL) that it starts with. */
static bool skip_any(const char **text, const char *const words[])
{
    for (size_t k = 0; words[k] != NULL; k++) {
        size_t length = strlen(words[k]);
        if (strncasecmp(*text, words[k], length) == 0) {
            *text += length;
            return true;
        }
    }
    return false;
}

/* Blank, tab, and in UTF-8 the no-break, thin and narrow no-break spaces that spreadsheets write. */
static const char *const blanks[] = {" ", "\t", "\xc2\xa0", "\xe2\x80\x89", "\xe2\x80\xaf", NULL};

static const char *skip_blanks(const char *text)
{
    while (skip_any(&text, blanks))
        continue;
    return text;
}

/* ---- numbers ---- */

static const char *skip_unit(const char *text)
{
    static const char *const units[] = {
        "\xe2\x82\xac" /* euro */, "\xc2\xa3" /* pound */, "\xc2\xa5" /* yen */, "US$", "$", "%",
        "EUR", "USD", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "CZK", "INR",
        "Fr.", "kr", NULL};
    text = skip_blanks(text);
    skip_any(&text, units);
    return skip_blanks(text);
}

static const char *skip_sign(const char *text, bool *minus)
{
    static const char *const down[] = {"-", "\xe2\x88\x92" /* the typographer's */, NULL};
    static const char *const up[] = {"+", NULL};
    if (skip_any(&text, down))
        *minus = true;
    else
        skip_any(&text, up);
    return text;
}

/* Copies the digits at text; false when there is no room for them. */
static bool take_digits(const char **text, char plain[ASSAY_PLAIN_SIZE], size_t *used)
{
    for (; is_digit(**text); (*text)++) {
        if (*used + 2 >= ASSAY_PLAIN_SIZE)
            return false;
        plain[(*used)++] = **text;
    }
    return true;
}

/* Digits, those before the decimal mark perhaps in groups of three behind one to three others, none
 * of which is a leading 0: "0,345" is a fraction. All groups are parted alike. */
static bool take_number(const char **text, char decimal, char plain[ASSAY_PLAIN_SIZE], size_t *used)
{
    const char *const groups[] = {decimal == '.' ? "," : ".", "'", "\xe2\x80\x99", blanks[0],
                                  blanks[2],                  blanks[3], blanks[4], NULL};
    const char *from = *text, *parted = NULL;
    if (!take_digits(text, plain, used))
        return false;
    for (size_t length = (size_t)(*text - from); length > 0;) {
        const char *next = *text;
        if (!skip_any(&next, groups) || !is_digit(*next))
            break;
        size_t width = (size_t)(next - *text);
        bool alike = parted == NULL ? length <= 3 && *from != '0'
                                    : strncmp(parted, *text, width) == 0;
        if (!alike || !is_digit(next[1]) || !is_digit(next[2]) || is_digit(next[3]))
            return false;
        parted = *text;
        *text = next;
        if (!take_digits(text, plain, used))
            return false;
    }
    if (**text != decimal)
        return *text > from;
    (*text)++;
    plain[(*used)++] = '.';
    return is_digit(**text) && take_digits(text, plain, used);
}

bool assay_number_in_plain(const char *text, char decimal, char plain[ASSAY_PLAIN_SIZE])
{
    char made[ASSAY_PLAIN_SIZE];
    size_t used = 1; /* made[0] is for the sign */
    bool minus = false;
    double value;
    const char *at = skip_blanks(text);
    bool bracket = *at == '(';
    at = skip_blanks(skip_sign(at + bracket, &minus));
    at = skip_sign(skip_unit(at), &minus);
    if (!take_number(&at, decimal, made, &used))
        return false;
    at = skip_unit(skip_sign(skip_blanks(at), &minus));
    if (bracket != (*at == ')') || *skip_blanks(at + bracket) != '\0')
        return false;
    made[used] = '\0';
    made[0] = '-';
    const char *first = minus || bracket ? made : made + 1;
    if (!assay_number_parse(first, strlen(first), &value))
        return false;
    memcpy(plain, first, strlen(first) + 1);
    return true;
}

/* ---- dates ---- */

/* One to four digits. */
static bool take_part(const char **text, int *value, size_t *n_digit)
{
    *value = 0;
    for (*n_digit = 0; is_digit(**text) && *n_digit < 5; ++*n_digit)
        *value = *value * 10 + (*(*text)++ - '0');
    return *n_digit > 0 && *n_digit < 5;
}

bool assay_date_in_plain(const char *text, bool day_first, char plain[ASSAY_PLAIN_SIZE])
{
    int part[3];
    size_t n_digit[3];
    char made[ASSAY_PLAIN_SIZE], separator = '\0';
    int32_t day;
    const char *at = skip_blanks(text);
    for (size_t k = 0; k < 3; k++) {
        if (!take_part(&at, &part[k], &n_digit[k]))
            return false;
        if (k == 0)
            separator = *at;
        if (k < 2 && (*at == '\0' || *at++ != separator || strchr("./-", separator) == NULL))
            return false;
    }
    bool year_first = n_digit[0] == 4;
    size_t year = year_first ? 0 : 2, middle = 1, other = 2 - year;
    if ((n_digit[year] != 4 && n_digit[year] != 2) || n_digit[middle] > 2 || n_digit[other] > 2)
        return false;
    bool month_in_middle = year_first || separator == '.' || day_first;
    /* A time of day may stand behind, which the reader's own rule for it judges. */
    snprintf(made, sizeof made, "%04d-%02d-%02d", part[year] + (n_digit[year] == 2 ? 2000 : 0),
             part[month_in_middle ? middle : other], part[month_in_middle ? other : middle]);
    char whole[ASSAY_PLAIN_SIZE + 32];
    snprintf(whole, sizeof whole, "%s%.31s", made, at);
    if (!assay_date_parse(whole, strlen(whole), &day))
        return false;
    memcpy(plain, made, strlen(made) + 1);
    return true;
}

/* ---- marks ---- */

bool assay_is_mark(const char *text)
{
    static const char *const marks[] = {
        "-", "--", "---", "\xe2\x80\x93" /* en dash */, "\xe2\x80\x94" /* em dash */, "?", ".", "/",
        "n.a.", "n.a", "n/a.", "#n/a", "#na", "none", "nil", "unknown", "missing", "not available",
        "not applicable", "k.a.", "k. a.", "#value!", "#ref!", "#div/0!", "#name?", "#num!", "#null!",
        "undefined", "blank", "empty", "tbd", NULL};
    const char *at = skip_blanks(text);
    for (size_t k = 0; marks[k] != NULL; k++) {
        size_t length = strlen(marks[k]);
        if (strncasecmp(at, marks[k], length) == 0 && *skip_blanks(at + length) == '\0')
            return true;
    }
    return *at == '\0';
}

/* ---- a column ---- */

enum reading { POINT, COMMA, DAY_FIRST, MONTH_FIRST, READINGS };

/* What becomes of a column when its odd values are read one way. */
struct attempt {
    size_t n_row, n_fraction;
    const char *first; /* value that can be read so */
    char plain[ASSAY_PLAIN_SIZE];
};

static bool read_as(enum reading reading, const char *text, char plain[ASSAY_PLAIN_SIZE])
{
    return reading == POINT || reading == COMMA
               ? assay_number_in_plain(text, reading == POINT ? '.' : ',', plain)
               : assay_date_in_plain(text, reading == DAY_FIRST, plain);
}

static void examine_odd(const char *text, size_t rows, struct attempt attempts[READINGS])
{
    char plain[ASSAY_PLAIN_SIZE] = "";
    for (enum reading k = 0; k < READINGS; k++) {
        struct attempt *attempt = &attempts[k];
        if (!read_as(k, text, plain))
            continue;
        if (attempt->first == NULL) {
            attempt->first = text;
            memcpy(attempt->plain, plain, sizeof plain);
        }
        attempt->n_row += rows;
        attempt->n_fraction += strchr(plain, '.') != NULL ? rows : 0;
    }
}

/* Readings that take as many rows: the one with fewer fractions, since groups of three in every
 * value are thousands. */
static void settle(const struct attempt attempts[READINGS], struct assay_format *format)
{
    const struct attempt *point = &attempts[POINT], *comma = &attempts[COMMA];
    const struct attempt *day = &attempts[DAY_FIRST], *month = &attempts[MONTH_FIRST];
    bool by_comma = comma->n_row != point->n_row ? comma->n_row > point->n_row
                                                 : comma->n_fraction < point->n_fraction;
    const struct attempt *number = by_comma ? comma : point;
    const struct attempt *date = month->n_row > day->n_row ? month : day;
    format->n_odd_number = number->n_row;
    format->number = number->first;
    memcpy(format->plain_number, number->plain, sizeof number->plain);
    format->n_odd_date = date->n_row;
    format->date = date->first;
    memcpy(format->plain_date, date->plain, sizeof date->plain);
    if (day->n_row == month->n_row && day->first == month->first &&
        strcmp(day->plain, month->plain) != 0)
        snprintf(format->plain_date, sizeof format->plain_date, "%.10s or %.10s", day->plain,
                 month->plain);
}

static void examine_text(const char *text, size_t rows, struct assay_format *format,
                         struct attempt attempts[READINGS])
{
    size_t length = strlen(text);
    double number;
    int32_t day;
    if (assay_number_parse(text, length, &number)) {
        format->n_number += rows;
    } else if (assay_date_parse(text, length, &day)) {
        format->n_date += rows;
    } else if (assay_is_mark(text)) {
        format->n_mark += rows;
        format->mark = format->mark == NULL ? text : format->mark;
    } else {
        examine_odd(text, rows, attempts);
    }
}

enum assay_status assay_format_examine(const struct assay_column *column, size_t n_row,
                                       struct assay_format *format, struct assay_error *err)
{
    size_t n_code = assay_dictionary_count(column->dictionary);
    size_t *rows = assay_alloc(n_code, sizeof *rows);
    struct assay_format made = {0};
    struct attempt attempts[READINGS] = {{0}};
    if (rows == NULL)
        return assay_fail_memory(err, "examining a column");
    for (size_t i = 0; i < n_row; i++)
        if (column->codes[i] != ASSAY_NO_CODE)
            rows[column->codes[i]]++;
    for (size_t k = 0; k < n_code; k++)
        examine_text(assay_dictionary_text(column->dictionary, (int32_t)k), rows[k], &made,
                     attempts);
    settle(attempts, &made);
    *format = made;
    free(rows);
    return ASSAY_OK;
}
