#include "release/version/change.h"

#include <stdlib.h>
#include <string.h>

#include "release/version/change_parts.h"

bool assay_same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void free_sentences(char **sentences, size_t n)
{
    for (size_t k = 0; k < n; k++)
        free(sentences[k]);
    free(sentences);
}

void assay_change_clear(struct assay_change *change)
{
    free(change->signals);
    free(change->baselines);
    free_sentences(change->major, change->n_major);
    free_sentences(change->minor, change->n_minor);
    free_sentences(change->patch, change->n_patch);
    *change = (struct assay_change){0};
}

static enum assay_level level_of(const struct assay_change *change)
{
    return change->n_major > 0   ? ASSAY_LEVEL_MAJOR
           : change->n_minor > 0 ? ASSAY_LEVEL_MINOR
           : change->n_patch > 0 ? ASSAY_LEVEL_PATCH
                                 : ASSAY_LEVEL_NONE;
}

enum assay_status assay_change_find(const struct assay_model *before,
                                    const struct assay_model *after, struct assay_change *change,
                                    struct assay_error *err)
{
    struct assay_change found = {0};
    struct assay_diff diff = {.before = before, .after = after, .change = &found};
    assay_diff_declared(&diff);
    assay_diff_signals(&diff);
    if (!diff.failed)
        assay_diff_scoring(&diff);
    if (!diff.failed)
        assay_diff_baselines(&diff);
    enum assay_status status =
        diff.failed ? assay_fail_memory(err, "comparing models") : assay_diff_evidence(&diff, err);
    if (status == ASSAY_OK && diff.failed)
        status = assay_fail_memory(err, "comparing models");
    assay_text_clear(&diff.subject);
    assay_text_clear(&diff.sentence);
    assay_text_clear(&diff.was);
    assay_text_clear(&diff.is);
    if (status != ASSAY_OK) {
        assay_change_clear(&found);
        return status;
    }
    found.level = level_of(&found);
    *change = found;
    return ASSAY_OK;
}
