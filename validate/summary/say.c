#include "validate/summary/say.h"

#include <math.h>
#include <string.h>

#include "core/base/number.h"
#include "core/base/text.h"

const struct cJSON *say_get(const struct cJSON *object, const char *key)
{
    const struct cJSON *value = object != NULL ? assay_json_get(object, key) : NULL;
    return value != NULL && !assay_json_is_null(value) ? value : NULL;
}

static double number_of(const struct cJSON *value)
{
    return value != NULL && assay_json_is_number(value) ? assay_json_number(value) : (double)NAN;
}

double say_number(const struct cJSON *object, const char *key)
{
    return number_of(say_get(object, key));
}

const char *say_text(const struct cJSON *object, const char *key)
{
    const struct cJSON *value = say_get(object, key);
    return value != NULL && assay_json_is_string(value) ? assay_json_string(value) : "";
}

bool say_is_true(const struct cJSON *object, const char *key)
{
    const struct cJSON *value = say_get(object, key);
    return value != NULL && assay_json_is_bool(value) && assay_json_bool(value);
}

double say_low(const struct cJSON *object)
{
    const struct cJSON *interval = say_get(object, "interval");
    return number_of(interval != NULL ? assay_json_first(interval) : NULL);
}

double say_high(const struct cJSON *object)
{
    const struct cJSON *interval = say_get(object, "interval");
    const struct cJSON *low = interval != NULL ? assay_json_first(interval) : NULL;
    return number_of(low != NULL ? assay_json_next(low) : NULL);
}

const char *say_grouped(double value)
{
    static char buffers[8][ASSAY_GROUPED_SIZE];
    static unsigned next;
    return isnan(value) ? "-" : assay_number_group(value, buffers[next++ % 8]);
}

const char *say_estimate(const struct cJSON *estimate, double unit, int digits)
{
    static char buffers[8][96];
    static unsigned next;
    char *out = buffers[next++ % 8];
    double value = say_number(estimate, "value"), low = say_low(estimate), high = say_high(estimate);
    if (isnan(value))
        return "-";
    int used = snprintf(out, sizeof buffers[0], "%.*f", digits,
                        assay_number_unsigned_zero(unit * value, digits));
    if (!isnan(low) && used > 0 && (size_t)used < sizeof buffers[0])
        snprintf(out + used, sizeof buffers[0] - (size_t)used, " [%.*f, %.*f]", digits,
                 assay_number_unsigned_zero(unit * low, digits), digits,
                 assay_number_unsigned_zero(unit * high, digits));
    return out;
}

void say_name(FILE *out, const char *name)
{
    int shown = assay_display_width(name);
    fprintf(out, "  %s%*s", name, shown < SAY_NAME_WIDTH ? SAY_NAME_WIDTH - shown : 1, "");
}

void say_wrapped(FILE *out, const char *lead, const char *text)
{
    int column = assay_display_width(lead), indent = column <= SAY_LEAD_WIDTH ? column : 2;
    int begin = column;
    fputs(lead, out);
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        char word[512];
        snprintf(word, sizeof word, "%.*s", (int)(length < sizeof word ? length : sizeof word - 1), text);
        int width = assay_display_width(word);
        if (column > begin && column + 1 + width > SAY_TEXT_WIDTH) {
            fprintf(out, "\n%*s", indent, "");
            column = begin = indent;
        } else if (column > begin) {
            fputc(' ', out);
            column++;
        }
        fputs(word, out);
        column += width;
        text += length;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

void say_title(FILE *out, const char *title)
{
    fprintf(out, "\n%s\n", title);
}
