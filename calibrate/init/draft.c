#include "calibrate/init/draft.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/init/draft_parts.h"
#include "core/base/memory.h"

const char *assay_draft_name(const struct assay_draft *draft, size_t column)
{
    return draft->profile->table.columns[column].name;
}

const char *assay_draft_words(const struct assay_draft *draft, size_t column,
                              char words[ASSAY_NAME_WORDS_SIZE])
{
    return assay_name_words(assay_draft_name(draft, column), words);
}

const char *assay_draft_shown(const struct assay_draft *draft, size_t column,
                              struct assay_shown_name *shown)
{
    const char *name = assay_draft_name(draft, column);
    return assay_quote_value(name, strlen(name), shown->text);
}

enum assay_status assay_draft_leave(struct assay_draft *draft, size_t column,
                                    enum assay_left_reason reason, struct assay_error *err,
                                    const char *format, ...)
{
    if (!assay_grow(&draft->left, &draft->left_capacity, draft->n_left + 1, sizeof *draft->left))
        return assay_fail_memory(err, "drafting a spec");
    struct assay_left_out *left = &draft->left[draft->n_left++];
    left->column = column;
    left->reason = reason;
    left->note[0] = '\0';
    if (format != NULL) {
        va_list args;
        va_start(args, format);
        vsnprintf(left->note, sizeof left->note, format, args);
        va_end(args);
    }
    return ASSAY_OK;
}

enum assay_status assay_draft_values(const struct assay_draft *draft,
                                     const struct assay_draft_signal *signal, double value[],
                                     struct assay_error *err)
{
    const struct assay_profile *profile = draft->profile;
    const int32_t *codes = profile->table.columns[signal->column].codes;
    if (signal->method == ASSAY_STEPS) {
        for (size_t i = 0; i < draft->n_used; i++) {
            int32_t code = codes[draft->rows[i]];
            value[i] = code == ASSAY_NO_CODE ? NAN : signal->points[code];
        }
        return ASSAY_OK;
    }
    double *all = assay_alloc(profile->table.n_row, sizeof *all);
    if (all == NULL)
        return assay_fail_memory(err, "reading numbers");
    enum assay_status status = assay_profile_numbers(profile, signal->column, all, err);
    for (size_t i = 0; status == ASSAY_OK && i < draft->n_used; i++)
        value[i] = all[draft->rows[i]];
    free(all);
    return status;
}

enum assay_status assay_draft_make(const struct assay_profile *profile,
                                   const struct assay_draft_options *options,
                                   struct assay_draft *draft, struct assay_error *err)
{
    struct assay_draft made = {.profile = profile};
    enum assay_status status = assay_draft_roles(options, &made, err);
    if (status == ASSAY_OK)
        status = assay_draft_outcome(options, &made, err);
    if (status == ASSAY_OK)
        status = assay_draft_columns(&made, err);
    if (status == ASSAY_OK)
        status = assay_draft_choose(&made, err);
    if (status != ASSAY_OK)
        assay_draft_clear(&made);
    else
        *draft = made;
    return status;
}

void assay_draft_clear(struct assay_draft *draft)
{
    for (size_t j = 0; j < draft->n_signal; j++)
        free(draft->signals[j].points);
    free(draft->signals);
    free(draft->segments);
    free(draft->left);
    free(draft->rows);
    free(draft->events);
    *draft = (struct assay_draft){0};
}
