#include "core/base/date.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Days since 1970-01-01 (Hinnant 2013, "chrono-compatible low-level date algorithms"). */
static int32_t days_from_civil(int year, int month, int day)
{
    year -= month <= 2;
    int era = (year >= 0 ? year : year - 399) / 400;
    int yoe = year - era * 400;
    int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static void civil_from_days(int32_t days, int *year, int *month, int *day)
{
    int z = days + 719468;
    int era = (z >= 0 ? z : z - 146096) / 146097;
    int doe = z - era * 146097;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    *day = doy - (153 * mp + 2) / 5 + 1;
    *month = mp < 10 ? mp + 3 : mp - 9;
    *year = yoe + era * 400 + (*month <= 2);
}

static bool take_number(const char *text, size_t n, int *value)
{
    *value = 0;
    for (size_t k = 0; k < n; k++) {
        if (text[k] < '0' || text[k] > '9')
            return false;
        *value = *value * 10 + (text[k] - '0');
    }
    return true;
}

static bool is_time_tail(const char *text, size_t length)
{
    if (length == 0)
        return true;
    if ((text[0] != 'T' && text[0] != ' ') || length < 3)
        return false;
    for (size_t k = 1; k < length; k++) {
        char c = text[k];
        bool known = (c >= '0' && c <= '9') || c == ':' || c == '.' || c == 'Z' || c == '+' ||
                     c == '-' || (c == ' ' && k > 2) || (k > 5 && (c == 'U' || c == 'T' || c == 'C'));
        if (!known)
            return false;
    }
    return text[1] >= '0' && text[1] <= '9';
}

bool assay_date_parse(const char *text, size_t length, int32_t *days)
{
    int year, month, day;
    if (length < 10 || text[4] != '-' || text[7] != '-' || !take_number(text, 4, &year) ||
        !take_number(text + 5, 2, &month) || !take_number(text + 8, 2, &day) ||
        !is_time_tail(text + 10, length - 10))
        return false;
    static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (year < 1000 || month < 1 || month > 12 || day < 1 ||
        day > month_days[month - 1] + (leap && month == 2))
        return false;
    *days = days_from_civil(year, month, day);
    return true;
}

static void put_two(int value, char out[2])
{
    out[0] = (char)('0' + value / 10 % 10);
    out[1] = (char)('0' + value % 10);
}

/* By hand: snprintf() would be most of the time that a line of scores takes. */
const char *assay_date_print(int32_t days, char out[ASSAY_DATE_SIZE])
{
    int year, month, day;
    civil_from_days(days, &year, &month, &day);
    memcpy(out, "0000-00-00", 11);
    put_two(abs(year / 100), out);
    put_two(abs(year % 100), out + 2);
    put_two(month, out + 5);
    put_two(day, out + 8);
    return out;
}

int32_t assay_date_quarter(int32_t days)
{
    int year, month, day;
    civil_from_days(days, &year, &month, &day);
    return (year - 1970) * 4 + (month - 1) / 3;
}

/* Seconds since 1970: the first of a day that is given, else those of SOURCE_DATE_EPOCH, else now. */
static enum assay_status second_of_run(int32_t given, long long *seconds, struct assay_error *err)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    if (given != ASSAY_NO_DATE) {
        *seconds = (long long)given * 86400;
        return ASSAY_OK;
    }
    *seconds = (long long)time(NULL);
    if (epoch == NULL || *epoch == '\0')
        return ASSAY_OK;
    char *end;
    errno = 0;
    *seconds = strtoll(epoch, &end, 10);
    if (errno != 0 || *end != '\0' || *seconds < 0 || *seconds > 253402300799)
        return assay_fail(err, ASSAY_EDATA, "SOURCE_DATE_EPOCH is \"%.40s\"; expected seconds "
                                            "since 1970", epoch);
    return ASSAY_OK;
}

enum assay_status assay_date_of_run(int32_t given, int32_t *day, struct assay_error *err)
{
    long long seconds;
    enum assay_status status = second_of_run(given, &seconds, err);
    if (status != ASSAY_OK)
        return status;
    *day = given != ASSAY_NO_DATE ? given : (int32_t)(seconds / 86400);
    return ASSAY_OK;
}

enum assay_status assay_time_of_run(int32_t given, char out[ASSAY_TIME_SIZE],
                                    struct assay_error *err)
{
    long long seconds;
    char date[ASSAY_DATE_SIZE];
    enum assay_status status = second_of_run(given, &seconds, err);
    if (status != ASSAY_OK)
        return status;
    long long day = seconds / 86400 - (seconds % 86400 < 0);
    unsigned rest = (unsigned)(seconds - day * 86400);
    snprintf(out, ASSAY_TIME_SIZE, "%.10sT%02u:%02u:%02uZ", assay_date_print((int32_t)day, date),
             rest / 3600 % 24, rest / 60 % 60, rest % 60);
    return ASSAY_OK;
}

bool assay_time_parse(const char *text)
{
    static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
    int32_t day;
    for (size_t k = 0; k < sizeof form; k++) /* the NUL too */
        if (form[k] == 'd' ? text[k] < '0' || text[k] > '9' : text[k] != form[k])
            return false;
    return assay_date_parse(text, 10, &day) && memcmp(text + 11, "24", 2) < 0 &&
           text[14] < '6' && text[17] < '6';
}
