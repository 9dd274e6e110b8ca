#include <stdio.h>

#include "validate/summary/say.h"
#include "validate/summary/summary_parts.h"

/* The sentences of a list, or the one sentence. */
static void say_words(FILE *out, const struct cJSON *section)
{
    const struct cJSON *words = say_get(section, "words");
    if (words == NULL)
        return;
    if (assay_json_is_string(words)) {
        say_wrapped(out, "  ", assay_json_string(words));
        return;
    }
    for (const struct cJSON *line = assay_json_first(words); line != NULL; line = assay_json_next(line))
        say_wrapped(out, "  ", assay_json_string(line));
}

void assay_say_acted_on(FILE *out, const struct cJSON *audit)
{
    const struct cJSON *acted = say_get(audit, "acted_on"), *effect = say_get(acted, "effect");
    if (acted == NULL)
        return;
    say_title(out, "Accounts that were acted on");
    double flagged_acted = say_number(acted, "flagged_acted");
    double flagged = flagged_acted + say_number(acted, "flagged_not_acted");
    if (flagged > 0)
        fprintf(out, "  %s of %s flagged account%s acted on.\n", say_grouped(flagged_acted),
                say_grouped(flagged), flagged == 1 ? " was" : "s were");
    say_words(out, say_get(acted, "bounds"));
    say_words(out, effect);
    if (*say_text(effect, "refused") != '\0')
        say_wrapped(out, "  No estimate of the effect: ", say_text(effect, "refused"));
}

void assay_say_lead_time(FILE *out, const struct cJSON *audit)
{
    const struct cJSON *lead = say_get(audit, "lead_time");
    if (lead == NULL)
        return;
    say_title(out, "How early churners were flagged");
    if (*say_text(lead, "refused") != '\0')
        say_wrapped(out, "  ", say_text(lead, "refused"));
    say_words(out, lead);
}

static void say_value(FILE *out, const struct cJSON *value)
{
    if (value == NULL)
        return;
    say_wrapped(out, "  ", say_text(value, "words"));
}

void assay_say_impact(FILE *out, const struct cJSON *audit)
{
    const struct cJSON *impact = say_get(audit, "impact");
    if (impact == NULL)
        return;
    say_title(out, "What it is worth");
    say_value(out, say_get(audit, "value"));
    say_words(out, impact);
}
