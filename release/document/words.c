#include "release/document/words.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/number.h"
#include "release/record/look.h"

enum { N_BUFFER = 32, BUFFER_SIZE = 128, NUMBER_SIZE = 40 };

static char *next_buffer(void)
{
    static _Thread_local char buffers[N_BUFFER][BUFFER_SIZE];
    static _Thread_local size_t next;
    next = (next + 1) % N_BUFFER;
    return buffers[next];
}

/* ---- numbers ---- */

const char *assay_say_count(size_t n)
{
    return assay_say_amount((double)n);
}

const char *assay_say_amount(double value)
{
    return isfinite(value) ? assay_number_group(value, next_buffer()) : "-";
}

/* change: with its sign, but for 0. Beyond 1e15 in magnitude digits mean nothing. */
static void print_number(double value, int decimals, bool change, char out[NUMBER_SIZE])
{
    double shown = assay_number_unsigned_zero(value, decimals);
    if (!isfinite(value))
        snprintf(out, NUMBER_SIZE, "-");
    else if (fabs(value) >= 1e15)
        snprintf(out, NUMBER_SIZE, "%.3e", value);
    else
        snprintf(out, NUMBER_SIZE, change && shown != 0 ? "%+.*f" : "%.*f", decimals, shown);
}

const char *assay_say_number(double value, int decimals)
{
    char *out = next_buffer();
    print_number(value, decimals, false, out);
    return out;
}

const char *assay_say_change(double value, int decimals)
{
    char *out = next_buffer();
    print_number(value, decimals, true, out);
    return out;
}

const char *assay_say_short(double value)
{
    char *out = next_buffer();
    if (!isfinite(value))
        return "-";
    snprintf(out, BUFFER_SIZE, "%.6g", value == 0 ? 0 : value);
    return out;
}

const char *assay_say_raw(double value)
{
    char *out = next_buffer();
    if (!isfinite(value) || fabs(value) >= 1000)
        return assay_say_amount(value);
    snprintf(out, BUFFER_SIZE, "%.4g", value == 0 ? 0 : value);
    return out;
}

const char *assay_say_percent(double share)
{
    char *out = next_buffer();
    if (!isfinite(share))
        return "-";
    snprintf(out, BUFFER_SIZE, "%.1f%%", assay_number_unsigned_zero(100 * share, 1));
    return out;
}

const char *assay_say_percentage(size_t x, size_t n)
{
    return assay_say_percent(n == 0 ? (double)NAN : (double)x / (double)n);
}

const char *assay_say_day(double days)
{
    int32_t day = (int32_t)days;
    return !isfinite(days) || day == ASSAY_NO_DATE ? "-" : assay_date_print(day, next_buffer());
}

/* value times unit with these words behind it, and the interval; change: with signs. */
static const char *with_interval(struct assay_estimate e, double unit, int decimals, bool change,
                                 const char *behind)
{
    char *out = next_buffer(), text[3][NUMBER_SIZE];
    const double numbers[] = {unit * e.value, unit * e.low, unit * e.high};
    if (!isfinite(e.value))
        return "-";
    for (size_t k = 0; k < 3; k++)
        print_number(numbers[k], decimals, change, text[k]);
    if (!isfinite(e.low) || !isfinite(e.high))
        snprintf(out, BUFFER_SIZE, "%s%s", text[0], behind);
    else
        snprintf(out, BUFFER_SIZE, "%s%s [%s, %s]", text[0], behind, text[1], text[2]);
    return out;
}

const char *assay_say_estimate(struct assay_estimate estimate, int decimals)
{
    return with_interval(estimate, 1, decimals, false, "");
}

const char *assay_say_difference(struct assay_estimate estimate, int decimals)
{
    return with_interval(estimate, 1, decimals, true, "");
}

const char *assay_say_rate(struct assay_estimate share)
{
    return with_interval(share, 100, 1, false, "%");
}

const char *assay_say_points(struct assay_estimate share)
{
    return with_interval(share, 100, 1, false, "");
}

const char *assay_say_interval_points(struct assay_estimate share)
{
    char *out = next_buffer(), low[NUMBER_SIZE], high[NUMBER_SIZE];
    if (!isfinite(share.low) || !isfinite(share.high))
        return "-";
    print_number(100 * share.low, 1, false, low);
    print_number(100 * share.high, 1, false, high);
    snprintf(out, BUFFER_SIZE, "[%s, %s]", low, high);
    return out;
}

/* ---- metrics ---- */

enum unit { PERCENT, THREE, FOUR, TWO, WHOLE };
static const struct {
    const char *name, *words;
    enum unit unit;
} metrics[] = {{"sensitivity", "sensitivity", PERCENT},
               {"specificity", "specificity", PERCENT},
               {"ppv", "precision (PPV)", PERCENT},
               {"npv", "NPV", PERCENT},
               {"prevalence", "share with the event", PERCENT},
               {"accuracy", "accuracy", PERCENT},
               {"flagged_share", "share flagged", PERCENT},
               {"balanced_accuracy", "balanced accuracy", PERCENT},
               {"f1", "F1", THREE},
               {"mcc", "Matthews correlation", THREE},
               {"auc", "AUC", THREE},
               {"auc_logit", "AUC, interval on the logit scale", THREE},
               {"gini", "Gini", THREE},
               {"ks", "KS", THREE},
               {"average_precision", "average precision", THREE},
               {"lift_top_decile", "lift of the riskiest tenth", TWO},
               {"brier", "Brier score", FOUR},
               {"brier_scaled", "Brier score, scaled", THREE},
               {"log_loss", "log loss", FOUR},
               {"calibration_intercept", "calibration intercept", THREE},
               {"calibration_slope", "calibration slope", THREE},
               {"oe_ratio", "observed / expected", THREE},
               {"ici", "calibration error (ICI)", PERCENT},
               {"e50", "calibration error, median (E50)", PERCENT},
               {"e90", "calibration error, 90th percentile (E90)", PERCENT},
               {"emax", "calibration error, largest (Emax)", PERCENT},
               {"spiegelhalter_z", "Spiegelhalter's z", TWO},
               {"net_benefit", "net benefit at the line", FOUR},
               {"flagged", "snapshots flagged", WHOLE}};
enum { N_METRIC = sizeof metrics / sizeof metrics[0] };

static size_t find_metric(const char *name)
{
    size_t m = 0;
    while (m < N_METRIC && strcmp(metrics[m].name, name) != 0)
        m++;
    return m;
}

static enum unit unit_of(const char *name)
{
    size_t m = find_metric(name);
    return m < N_METRIC ? metrics[m].unit : THREE;
}

const char *assay_metric_words(const char *name)
{
    size_t m = find_metric(name);
    return m < N_METRIC ? metrics[m].words : name;
}

const char *assay_say_metric(const char *name, struct assay_estimate estimate)
{
    switch (unit_of(name)) {
    case PERCENT:
        return assay_say_rate(estimate);
    case TWO:
        return assay_say_estimate(estimate, 2);
    case FOUR:
        return assay_say_estimate(estimate, 4);
    case WHOLE:
        return assay_say_amount(estimate.value);
    case THREE:
        break;
    }
    return assay_say_estimate(estimate, 3);
}

const char *assay_say_metric_difference(const char *name, struct assay_estimate difference)
{
    return unit_of(name) == PERCENT ? with_interval(difference, 100, 1, true, " points")
                                    : with_interval(difference, 1, 4, true, "");
}

const char *assay_say_margin(const char *name, double margin)
{
    char *out = next_buffer();
    if (unit_of(name) != PERCENT || !isfinite(margin))
        return assay_say_short(margin);
    snprintf(out, BUFFER_SIZE, "%.6g points", 100 * margin);
    return out;
}

/* ---- JSON ---- */

const struct cJSON *assay_path_value(const struct cJSON *from, const char *path)
{
    while (from != NULL && *path != '\0') {
        char key[64];
        size_t length = strcspn(path, ".");
        assert(length < sizeof key);
        memcpy(key, path, length);
        key[length] = '\0';
        from = assay_look_at(from, key);
        path += length + (path[length] == '.');
    }
    return from;
}

double assay_path_number(const struct cJSON *from, const char *path)
{
    const struct cJSON *value = assay_path_value(from, path);
    return value != NULL && assay_json_is_number(value) ? assay_json_number(value) : (double)NAN;
}

const char *assay_path_text(const struct cJSON *from, const char *path)
{
    const struct cJSON *value = assay_path_value(from, path);
    return value != NULL && assay_json_is_string(value) ? assay_json_string(value) : NULL;
}

bool assay_path_true(const struct cJSON *from, const char *path)
{
    const struct cJSON *value = assay_path_value(from, path);
    return value != NULL && assay_json_is_bool(value) && assay_json_bool(value);
}

const struct cJSON *assay_path_first(const struct cJSON *from, const char *path)
{
    return assay_look_first(assay_path_value(from, path));
}

struct assay_estimate assay_path_estimate(const struct cJSON *from, const char *path)
{
    const struct cJSON *found = assay_path_value(from, path);
    return found != NULL && assay_json_is_number(found)
               ? assay_estimate_without_interval(assay_json_number(found))
               : assay_look_estimate(found);
}

struct assay_estimate assay_path_pair(const struct cJSON *from, const char *value,
                                      const char *interval)
{
    const struct cJSON *low = assay_path_first(from, interval);
    const struct cJSON *high = low != NULL ? assay_json_next(low) : NULL;
    struct assay_estimate estimate = {assay_path_number(from, value), NAN, NAN};
    if (high != NULL && assay_json_is_number(low) && assay_json_is_number(high)) {
        estimate.low = assay_json_number(low);
        estimate.high = assay_json_number(high);
    }
    return estimate;
}

const char *assay_path_count(const struct cJSON *from, const char *path)
{
    return assay_say_amount(assay_path_number(from, path));
}
