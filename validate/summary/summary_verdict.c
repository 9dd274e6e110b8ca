#include <ctype.h>
#include <math.h>
#include <string.h>

#include "core/signal/outcome.h"
#include "validate/summary/say.h"
#include "validate/summary/summary_parts.h"

/* ---- head ---- */

/* On the score every segment's line is at the same place. */
static void say_segment_lines(FILE *out, const struct cJSON *line)
{
    const struct cJSON *segments = say_get(line, "segments");
    const struct cJSON *segment = segments != NULL ? assay_json_first(segments) : NULL;
    if (segment == NULL)
        return;
    fprintf(out, "By %s:", say_text(line, "by"));
    for (const char *comma = ""; segment != NULL; segment = assay_json_next(segment), comma = ",")
        fprintf(out, "%s %s %.1f%%", comma, say_text(segment, "segment"),
                100 * say_number(segment, "probability"));
    fprintf(out, ".\n");
}

static void say_subject(FILE *out, const struct cJSON *audit)
{
    const struct cJSON *model = say_get(audit, "model");
    if (model != NULL)
        fprintf(out, "Audit of %s %s (%.19s...)", say_text(model, "name"),
                say_text(model, "version"), say_text(model, "digest"));
    else
        fprintf(out, "Audit of %s column \"%s\"",
                isnan(say_number(say_get(audit, "line"), "probability")) ? "score" : "probability",
                say_text(audit, "score_column"));
}

static void say_rows(FILE *out, const struct cJSON *data)
{
    double used = say_number(data, "used"), events = say_number(data, "events");
    double accounts = say_number(data, "accounts");
    const char *from = say_text(data, "from"), *to = say_text(data, "to");
    fprintf(out, " on %s: %s snapshot%s", say_text(data, "name"), say_grouped(used),
            used == 1 ? "" : "s");
    if (accounts < used)
        fprintf(out, " of %s account%s", say_grouped(accounts), accounts == 1 ? "" : "s");
    if (used > 0)
        fprintf(out, ", %s with the event (%.1f%%)", say_grouped(events), 100.0 * events / used);
    if (*from != '\0' && strcmp(from, to) == 0)
        fprintf(out, ", all of %s", from);
    else if (*from != '\0')
        fprintf(out, ", %s to %s", from, to);
    fprintf(out, ".\n");
}

/* A score column has no signals: what is missing there is the score. */
static const char *left_out_words(enum assay_row_state state, bool has_model)
{
    return state == ASSAY_ROW_MISSING_SIGNAL && !has_model ? "without a score"
                                                           : assay_row_state_words(state);
}

static void say_left_out(FILE *out, const struct cJSON *data, bool has_model)
{
    const struct cJSON *dropped = say_get(data, "dropped");
    const char *comma = "Left out: ";
    double bad = 0;
    if (dropped == NULL)
        return;
    for (size_t k = ASSAY_ROW_USED + 1; k < ASSAY_ROW_STATES; k++) {
        double n = say_number(dropped, assay_row_state_name((enum assay_row_state)k));
        if (!(n > 0))
            continue;
        fprintf(out, "%s%s %s", comma, say_grouped(n),
                left_out_words((enum assay_row_state)k, has_model));
        comma = ", ";
    }
    for (const struct cJSON *member = assay_json_first(dropped); member != NULL;
         member = assay_json_next(member))
        if (strncmp(assay_json_key(member), "bad_", 4) == 0)
            bad += assay_json_number(member);
    if (bad > 0)
        fprintf(out, "%s%s bad row%s", comma, say_grouped(bad), bad == 1 ? "" : "s");
    if (bad > 0 || *comma == ',')
        fprintf(out, ".\n");
}

void assay_say_head(FILE *out, const struct cJSON *audit)
{
    const struct cJSON *data = say_get(audit, "data"), *line = say_get(audit, "line");
    bool has_model = say_get(audit, "model") != NULL;
    bool health = has_model || strcmp(say_text(audit, "higher_is"), "health") == 0;
    double probability = say_number(line, "probability");
    say_subject(out, audit);
    say_rows(out, data);
    say_left_out(out, data, has_model);
    fprintf(out, "Flagged is %s %s %g", has_model ? "score" : say_text(audit, "score_column"),
            health ? "<" : ">=", say_number(line, "score"));
    if (has_model && !isnan(probability))
        fprintf(out, ", a probability of %.1f%%", 100 * probability);
    fprintf(out, ".\n");
    say_segment_lines(out, line);
}

/* ---- verdict ---- */

static void say_list(FILE *out, const struct cJSON *list, const char *lead)
{
    for (const struct cJSON *item = list != NULL ? assay_json_first(list) : NULL; item != NULL;
         item = assay_json_next(item))
        say_wrapped(out, lead, assay_json_string(item));
}

static void say_floors(FILE *out, const struct cJSON *floors)
{
    if (floors == NULL)
        return;
    fprintf(out, "  What practitioners hold a score to:\n");
    for (const struct cJSON *floor = assay_json_first(floors); floor != NULL;
         floor = assay_json_next(floor)) {
        char lead[32];
        snprintf(lead, sizeof lead, "    %-13.16s", say_text(floor, "result"));
        say_wrapped(out, lead, say_text(floor, "words"));
    }
}

void assay_say_verdict(FILE *out, const struct cJSON *audit)
{
    const struct cJSON *verdict = say_get(audit, "verdict");
    char loud[32];
    size_t n = 0;
    for (const char *c = say_text(verdict, "result"); *c != '\0' && n + 1 < sizeof loud; c++)
        loud[n++] = (char)toupper((unsigned char)*c);
    loud[n] = '\0';
    fprintf(out, "\nVerdict: %s\n", loud);
    if (*say_text(verdict, "headline") != '\0')
        say_wrapped(out, "  ", say_text(verdict, "headline"));
    say_list(out, say_get(verdict, "reasons"), "  - ");
    if (*say_text(say_get(verdict, "power"), "words") != '\0')
        say_wrapped(out, "  ", say_text(say_get(verdict, "power"), "words"));
    if (*say_text(say_get(verdict, "pooled"), "words") != '\0')
        say_wrapped(out, "  ", say_text(say_get(verdict, "pooled"), "words"));
    say_floors(out, say_get(verdict, "floors"));
}

void assay_say_advice(FILE *out, const struct cJSON *audit)
{
    enum { SHOWN = 6 };
    const struct cJSON *advice = say_get(audit, "what_to_do");
    const struct cJSON *notes = say_get(say_get(audit, "quality"), "notes");
    const struct cJSON *line = advice != NULL ? assay_json_first(advice) : NULL;
    if (line != NULL)
        say_title(out, "What to do about it");
    for (size_t k = 0; k < SHOWN && line != NULL; k++, line = assay_json_next(line)) {
        char lead[16];
        snprintf(lead, sizeof lead, "  %zu. ", k + 1);
        say_wrapped(out, lead, assay_json_string(line));
    }
    if (notes != NULL && assay_json_first(notes) != NULL)
        say_title(out, "To bear in mind");
    say_list(out, notes, "  - ");
}
