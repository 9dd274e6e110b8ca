#include "core/base/progress_meter.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/number.h"
#include "core/base/text.h"

#define BEFORE_TIME_LEFT 2.0 /* seconds */

/* ---- rates ---- */

void assay_progress_meter_start(struct assay_progress_meter *meter, enum assay_progress_unit unit,
                                const char *piece, double now)
{
    *meter = (struct assay_progress_meter){
        .unit = unit, .piece = piece, .started = now, .taken_at = now};
}

static void expect_end(struct assay_progress_meter *meter, double now)
{
    if (meter->total == 0 || meter->done > meter->total || !(meter->recent_done > 0)) {
        meter->ends = 0;
        return;
    }
    double left = (double)(meter->total - meter->done) * meter->recent_time / meter->recent_done;
    double ends = now + left;
    if (meter->ends == 0 || fabs(ends - meter->ends) > 0.5 + left / 6)
        meter->ends = ends;
}

void assay_progress_meter_take(struct assay_progress_meter *meter, size_t done, size_t total,
                               size_t n_row, double now)
{
    double passed = now - meter->taken_at;
    double fading = exp(-passed / (2 + (now - meter->started) / 4));
    meter->recent_done = fading * meter->recent_done + ((double)done - (double)meter->done);
    meter->recent_rows = fading * meter->recent_rows + ((double)n_row - (double)meter->n_row);
    meter->recent_time = fading * meter->recent_time + passed;
    meter->done = done;
    meter->total = total;
    meter->n_row = n_row;
    meter->taken_at = now;
    expect_end(meter, now);
}

/* ---- words ---- */

struct words {
    char *out;
    size_t used;
};

static void say(struct words *words, const char *format, ...) ASSAY_PRINTF(2, 3);
static void say(struct words *words, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length =
        vsnprintf(words->out + words->used, ASSAY_PROGRESS_SIZE - words->used, format, args);
    va_end(args);
    if (length > 0)
        words->used += (size_t)length;
    if (words->used >= ASSAY_PROGRESS_SIZE)
        words->used = ASSAY_PROGRESS_SIZE - 1;
}

static void say_span(struct words *words, double seconds)
{
    long long s = (long long)ceil(fmin(fmax(seconds, 1), 1e9));
    if (s < 60)
        say(words, "%lld s", s);
    else if (s < 600)
        say(words, "%lld min %lld s", s / 60, s % 60);
    else if (s < 3600)
        say(words, "%lld min", (s + 59) / 60);
    else
        say(words, "%lld h %lld min", s / 3600, s % 3600 / 60);
}

/* Two or three digits say enough of what changes all the time. */
static void say_rows(struct words *words, double rate)
{
    char grouped[ASSAY_GROUPED_SIZE];
    if (rate >= 999500)
        say(words, ", %.1f million rows/s", rate / 1e6);
    else if (rate >= 1)
        say(words, ", %s rows/s",
            assay_number_group(rate < 1000 ? round(rate) : 1000 * round(rate / 1000), grouped));
}

static void say_bytes(struct words *words, const struct assay_progress_meter *meter)
{
    char grouped[ASSAY_GROUPED_SIZE];
    if (meter->total > 0 && meter->done <= meter->total)
        say(words, "%.0f%%", floor(100 * (double)meter->done / (double)meter->total));
    else
        say(words, "%s MB", assay_number_group(floor((double)meter->done / 1e6), grouped));
    if (!(meter->recent_time > 0))
        return;
    double rate = meter->recent_done / meter->recent_time / 1e6;
    say(words, rate < 9.95 ? ", %.1f MB/s" : ", %.0f MB/s", rate);
    say_rows(words, meter->recent_rows / meter->recent_time);
}

static void say_pieces(struct words *words, const struct assay_progress_meter *meter)
{
    char grouped[ASSAY_GROUPED_SIZE];
    size_t at = meter->total == 0 || meter->done < meter->total ? meter->done + 1 : meter->total;
    say(words, "%s %s", meter->piece, assay_number_group((double)at, grouped));
    if (meter->total > 0)
        say(words, " of %s", assay_number_group((double)meter->total, grouped));
}

const char *assay_progress_meter_print(const struct assay_progress_meter *meter, double now,
                                       char out[ASSAY_PROGRESS_SIZE])
{
    struct words words = {.out = out};
    out[0] = '\0';
    switch (meter->unit) {
    case ASSAY_PROGRESS_BYTES:
        say_bytes(&words, meter);
        break;
    case ASSAY_PROGRESS_PIECES:
        say_pieces(&words, meter);
        break;
    case ASSAY_PROGRESS_TIME:
        say_span(&words, now - meter->started);
        break;
    }
    if (now - meter->started < BEFORE_TIME_LEFT || meter->ends == 0)
        return out;
    say(&words, ", ");
    say_span(&words, meter->ends - now);
    say(&words, " left");
    return out;
}

/* ---- a line ---- */

/* Bytes of the first so many characters. */
static size_t bytes_of(const char *text, size_t n)
{
    size_t at = 0, length = strlen(text);
    for (size_t k = 0; k < n && at < length; k++) {
        size_t step = assay_utf8_length(text + at, length - at);
        at += step > 0 ? step : 1;
    }
    return at;
}

const char *assay_progress_line(const char *what, const char *figures, size_t width,
                                char out[ASSAY_PROGRESS_LINE_SIZE])
{
    enum { LONGEST = 200, SHORTEST = 40 };
    size_t room = width < SHORTEST ? SHORTEST : width > LONGEST ? LONGEST : width;
    size_t taken = strlen(figures) + 2, length = strlen(what);
    room = room > taken + 10 ? room - taken : 10;
    bool cut = (size_t)assay_display_width(what) > room;
    if (cut)
        length = bytes_of(what, room - 3);
    snprintf(out, ASSAY_PROGRESS_LINE_SIZE, "%.*s%s: %s", (int)(length < 300 ? length : 300), what,
             cut ? "..." : "", figures);
    return out;
}
