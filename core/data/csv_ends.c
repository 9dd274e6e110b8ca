#include "core/data/csv_ends.h"

#include <string.h>

#include "core/data/csv_index.h"

static size_t find(const char *bytes, size_t at, size_t n, char c)
{
    const char *hit = at < n ? memchr(bytes + at, c, n - at) : NULL;
    return hit != NULL ? (size_t)(hit - bytes) : n;
}

static bool is_blank(char c, char delimiter)
{
    return (c == ' ' || c == '\t') && c != delimiter;
}

/* Behind the last line end in bytes[at .. stop), of the n that there are; 0: none. */
static size_t last_line_end(const char *bytes, size_t at, size_t stop, size_t n)
{
    const char *lf = at < stop ? memrchr(bytes + at, '\n', stop - at) : NULL;
    size_t end = lf != NULL ? (size_t)(lf - bytes) + 1 : 0;
    size_t from = end > 0 ? end : at;
    while (from < stop) {
        const char *cr = memrchr(bytes + from, '\r', stop - from);
        if (cr == NULL)
            break;
        stop = (size_t)(cr - bytes);
        if (stop + 1 < n && bytes[stop + 1] != '\n')
            return stop + 1;
    }
    return end;
}

/* From outside quotes up to the next quote and past it; bytes[at .. quote) have none. */
static void go_outside(struct assay_ends *ends, const char *bytes, size_t at, size_t quote,
                       size_t n, char delimiter)
{
    size_t last = quote;
    while (last > at && is_blank(bytes[last - 1], delimiter))
        last--;
    if (last > at) {
        char c = bytes[last - 1];
        ends->begun = c != delimiter && c != '\n' && c != '\r';
    }
    if (quote < n)
        ends->state = ends->begun ? ASSAY_GIVEN_UP : ASSAY_INSIDE;
}

/* What follows a quote that may have closed its field; returns the next byte to look at. */
static size_t go_behind_quote(struct assay_ends *ends, const char *bytes, size_t at, char delimiter)
{
    char c = bytes[at];
    if (c == delimiter || c == '\n' || c == '\r') {
        *ends = (struct assay_ends){.state = ASSAY_OUTSIDE};
        return at;
    }
    if (is_blank(c, delimiter))
        ends->state = ASSAY_BEHIND_CLOSING;
    else if (c == '"' && ends->state == ASSAY_BEHIND_QUOTE)
        ends->state = ASSAY_INSIDE;
    else
        ends->state = ASSAY_GIVEN_UP;
    return at + 1;
}

size_t assay_ends_find(struct assay_ends *ends, const char *bytes, size_t n, char delimiter)
{
    size_t at = 0, found = 0;
    while (at < n) {
        size_t stop;
        switch (ends->state) {
        case ASSAY_OUTSIDE:
            stop = find(bytes, at, n, '"');
            size_t end = last_line_end(bytes, at, stop, n);
            if (end > 0)
                found = end;
            go_outside(ends, bytes, at, stop, n, delimiter);
            at = stop + 1;
            break;
        case ASSAY_INSIDE:
            stop = find(bytes, at, n, '"');
            if (stop < n)
                ends->state = ASSAY_BEHIND_QUOTE;
            at = stop + 1;
            break;
        case ASSAY_BEHIND_QUOTE:
        case ASSAY_BEHIND_CLOSING:
            at = go_behind_quote(ends, bytes, at, delimiter);
            break;
        case ASSAY_GIVEN_UP:
            stop = find(bytes, at, n, '\n');
            stop = find(bytes, at, stop, '\r');
            if (stop < n)
                *ends = (struct assay_ends){.state = ASSAY_OUTSIDE};
            at = stop;
            break;
        }
    }
    return found;
}

size_t assay_ends_count_lines(const char *bytes, size_t n)
{
    size_t lines = assay_index_count(bytes, n, '\n');
    for (size_t at = find(bytes, 0, n, '\r'); at < n; at = find(bytes, at + 1, n, '\r'))
        lines += at + 1 == n || bytes[at + 1] != '\n';
    return lines;
}
