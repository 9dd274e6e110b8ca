#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "validate/summary/say.h"
#include "validate/summary/summary_parts.h"

enum { LISTED = 5 };

/* Who it is: the account, or the line of the file. */
static const char *who(const struct cJSON *person, char out[ASSAY_QUOTE_SIZE])
{
    const char *account = say_text(person, "account");
    if (*account != '\0')
        return assay_quote_value(account, strlen(account), out);
    snprintf(out, ASSAY_QUOTE_SIZE, "line %s", say_grouped(say_number(person, "line")));
    return out;
}

/* Of a probability column the score is the probability. */
static void say_person(FILE *out, const struct cJSON *person, bool has_score)
{
    char quoted[ASSAY_QUOTE_SIZE];
    double value = say_number(person, "value");
    if (has_score)
        fprintf(out, "  %-16s score %5.1f", who(person, quoted), say_number(person, "score"));
    else
        fprintf(out, "  %-16s probability %5.1f%%", who(person, quoted),
                100 * say_number(person, "probability"));
    if (!isnan(value))
        fprintf(out, "  value %11s", say_grouped(value));
    fprintf(out, "\n");
}

void assay_say_misses(FILE *out, const struct cJSON *audit)
{
    const struct cJSON *summary = say_get(audit, "miss_summary"), *misses = say_get(audit, "misses");
    double n = say_number(summary, "n"), value = say_number(summary, "value");
    bool has_score = say_get(audit, "model") != NULL ||
                     isnan(say_number(say_get(audit, "line"), "probability"));
    if (!(n > 0))
        return;
    fprintf(out, "\nMissed: %s", say_grouped(n));
    if (!isnan(value))
        fprintf(out, ", worth %s", say_grouped(value));
    const char *comma = " (";
    const struct cJSON *types = say_get(summary, "types");
    for (const struct cJSON *type = types != NULL ? assay_json_first(types) : NULL; type != NULL;
         type = assay_json_next(type))
        if (say_number(type, "n") > 0) {
            fprintf(out, "%s%s %s", comma, say_grouped(say_number(type, "n")),
                    say_text(type, "type"));
            comma = ", ";
        }
    fprintf(out, "%s\n", *comma == ',' ? ")" : "");
    const struct cJSON *miss = misses != NULL ? assay_json_first(misses) : NULL;
    for (size_t k = 0; k < LISTED && miss != NULL; k++, miss = assay_json_next(miss)) {
        say_person(out, miss, has_score);
        if (*say_text(miss, "why") != '\0')
            say_wrapped(out, "      ", say_text(miss, "why"));
    }
    if (n > LISTED)
        fprintf(out, "  ... and %s more: the audit's file has them, and --errors FILE.csv\n",
                say_grouped(n - LISTED));
}

static void say_load(FILE *out, const struct cJSON *summary)
{
    const struct cJSON *repeated = say_get(summary, "repeated"), *week = say_get(summary, "per_week");
    const struct cJSON *cost = say_get(summary, "contact_cost");
    double again = say_number(repeated, "accounts");
    if (!isnan(say_number(week, "value")))
        fprintf(out, "  %.1f flagged accounts a week", say_number(week, "value"));
    else
        fprintf(out, "  %s flagged in all", say_grouped(say_number(summary, "flagged")));
    if (again > 0)
        fprintf(out, "; %s account%s flagged in vain more than once", say_grouped(again),
                again == 1 ? " was" : "s were");
    if (!isnan(say_number(cost, "value")))
        fprintf(out, "; contacts in vain cost %s", say_grouped(say_number(cost, "value")));
    fprintf(out, ".\n");
}

static void say_owners(FILE *out, const struct cJSON *owners)
{
    const struct cJSON *owner = owners != NULL ? assay_json_first(owners) : NULL;
    if (owner == NULL)
        return;
    say_name(out, "owner");
    fprintf(out, "%8s %9s %8s   %s\n", "flagged", "rightly", "in vain", "precision, %");
    for (size_t k = 0; k < 2 * LISTED && owner != NULL; k++, owner = assay_json_next(owner)) {
        const char *name = say_text(owner, "owner");
        char quoted[ASSAY_QUOTE_SIZE];
        say_name(out, *name != '\0' ? assay_quote_value(name, strlen(name), quoted) : "(nobody)");
        fprintf(out, "%8s %9s %8s   %s\n", say_grouped(say_number(owner, "flagged")),
                say_grouped(say_number(owner, "right")), say_grouped(say_number(owner, "vain")),
                say_estimate(say_get(owner, "precision"), 100, 0));
    }
    if (owner != NULL)
        fprintf(out, "  ... more owners in the audit's file\n");
}

void assay_say_false_alarms(FILE *out, const struct cJSON *audit)
{
    const struct cJSON *summary = say_get(audit, "false_alarm_summary");
    double n = say_number(summary, "n"), value = say_number(summary, "value");
    if (!(n > 0))
        return;
    fprintf(out, "\nFlagged in vain: %s", say_grouped(n));
    if (!isnan(value))
        fprintf(out, ", worth %s", say_grouped(value));
    fprintf(out, "\n");
    say_load(out, summary);
    say_owners(out, say_get(summary, "by_owner"));
}

void assay_say_unused_columns(FILE *out, const struct cJSON *audit)
{
    const struct cJSON *unused = say_get(audit, "unused_columns");
    const struct cJSON *columns = say_get(unused, "columns");
    bool any = false;
    size_t shown = 0;
    for (const struct cJSON *column = columns != NULL ? assay_json_first(columns) : NULL;
         column != NULL && shown < LISTED; column = assay_json_next(column)) {
        if (!(say_number(column, "q_value") <= 0.05))
            continue;
        if (!any)
            say_title(out, "Columns that the model does not use and that would add something");
        any = true;
        say_wrapped(out, "  - ", say_text(column, "words"));
        shown++;
    }
}
