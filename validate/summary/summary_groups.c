#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "validate/summary/say.h"
#include "validate/summary/summary_parts.h"

enum { LISTED = 5 };

/* Text of at most `most` columns: a longer one is cut between characters and ends in "...". */
static void cut_label(char *text, int most)
{
    static const char dots[] = "...";
    if (assay_display_width(text) <= most)
        return;
    size_t kept = strlen(text);
    do {
        while (kept > 0 && ((unsigned char)text[--kept] & 0xC0) == 0x80)
            continue; /* within a character */
        text[kept] = '\0';
    } while (kept > 0 && assay_display_width(text) > most - (int)strlen(dots));
    memcpy(text + kept, dots, sizeof dots);
}

static void say_segment(FILE *out, const struct cJSON *segment)
{
    const char *value = say_text(segment, "value");
    char label[ASSAY_QUOTE_SIZE + 256], quoted[ASSAY_QUOTE_SIZE], auc[16] = "-";
    double area = say_number(say_get(segment, "auc"), "value");
    snprintf(label, sizeof label, "%.200s: %s", say_text(segment, "column"),
             *value != '\0' ? assay_quote_value(value, strlen(value), quoted) : "(missing)");
    if (!isnan(area))
        snprintf(auc, sizeof auc, "%.3f", area);
    cut_label(label, SAY_NAME_WIDTH - 1);
    say_name(out, label);
    fprintf(out, "%9s %7s  %6s  %-14s %s%s\n", say_grouped(say_number(segment, "n")),
            say_grouped(say_number(segment, "events")), auc,
            say_estimate(say_get(segment, "sensitivity"), 100, 0),
            say_estimate(say_get(segment, "specificity"), 100, 0),
            say_is_true(segment, "small") ? "  (few: read with care)" : "");
}

void assay_say_segments(FILE *out, const struct cJSON *audit)
{
    const struct cJSON *segments = say_get(audit, "segments"), *gaps = say_get(audit, "segment_gaps");
    const struct cJSON *segment = segments != NULL ? assay_json_first(segments) : NULL;
    if (segment == NULL)
        return;
    fprintf(out, "\n");
    say_name(out, "segment");
    fprintf(out, "%9s %7s  %6s  %-14s %s\n", "snapshots", "events", "AUC", "sensitivity, %",
            "specificity, %");
    for (; segment != NULL; segment = assay_json_next(segment))
        say_segment(out, segment);
    size_t found = 0;
    for (const struct cJSON *gap = gaps != NULL ? assay_json_first(gaps) : NULL; gap != NULL;
         gap = assay_json_next(gap))
        if (say_is_true(gap, "found") && found++ < LISTED)
            say_wrapped(out, "  - ", say_text(gap, "words"));
    if (gaps != NULL && found == 0)
        fprintf(out, "  No segment differs from the rest by more than chance allows (false discovery "
                     "rate 5%%).\n");
}

void assay_say_blind_spots(FILE *out, const struct cJSON *audit)
{
    const struct cJSON *spots = say_get(audit, "blind_spots");
    const struct cJSON *search = say_get(audit, "blind_spot_search");
    const struct cJSON *spot = spots != NULL ? assay_json_first(spots) : NULL;
    const char *words = say_text(search, "words");
    if (*words == '\0' && spot == NULL)
        return;
    say_title(out, "Blind spots");
    if (spots != NULL && spot == NULL)
        fprintf(out, "  None found.\n");
    for (size_t k = 0; k < LISTED && spot != NULL; k++, spot = assay_json_next(spot))
        say_wrapped(out, "  - ", say_text(spot, "words"));
    if (*words != '\0')
        say_wrapped(out, "  ", words);
}
