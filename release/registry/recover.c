#include "release/registry/recover.h"

#include <string.h>

#include "release/registry/store.h"
#include "release/registry/survey.h"

/* ---- forwards ---- */

/* ".NAME.next" to NAME. */
static enum assay_status put_in_place(const char *root, const char *next, struct assay_error *err)
{
    struct assay_text place = {0};
    assay_text_add(&place, next + 1, strlen(next) - strlen(".") - strlen(".next"));
    enum assay_status status = place.failed ? assay_fail_memory(err, "finishing a change")
                                            : assay_store_rename(root, next, place.data, err);
    assay_text_clear(&place);
    return status;
}

/* "current" must be on disk before any file that it replaces goes; the old signature must be gone
 * before any file has its place, because it is known as old by those that have not. */
static enum assay_status finish(const char *root, const struct assay_survey *survey,
                                struct assay_error *err)
{
    enum assay_status status = assay_store_sync(root, "", err);
    if (status == ASSAY_OK && assay_survey_first(survey, ASSAY_LEFT_STALE) != NULL) {
        status = assay_store_remove(root, assay_survey_first(survey, ASSAY_LEFT_STALE), err);
        if (status == ASSAY_OK)
            status = assay_store_sync(root, "", err);
    }
    for (size_t k = 0; status == ASSAY_OK && k < survey->n; k++)
        if (survey->items[k].kind == ASSAY_LEFT_AWAITED)
            status = put_in_place(root, survey->items[k].name, err);
    return status == ASSAY_OK ? assay_store_sync(root, "", err) : status;
}

/* ---- back ---- */

static enum assay_status remove_folders(const char *root, const struct assay_survey *survey,
                                        struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; status == ASSAY_OK && k < survey->n; k++)
        if (survey->items[k].kind == ASSAY_LEFT_FOLDER)
            status = assay_store_remove_folder(root, survey->items[k].name, err);
    return status;
}

/* versions/V loses its name in one step, before any of its files goes. */
static enum assay_status remove_version(const char *root, const char *name, struct assay_error *err)
{
    struct assay_text next = {0};
    assay_text_printf(&next, ASSAY_VERSIONS "/.%s.next", name + strlen(ASSAY_VERSIONS "/"));
    enum assay_status status = next.failed ? assay_fail_memory(err, "clearing a registry")
                                           : assay_store_rename(root, name, next.data, err);
    if (status == ASSAY_OK)
        status = assay_store_sync(root, ASSAY_VERSIONS, err);
    if (status == ASSAY_OK)
        status = assay_store_remove_folder(root, next.data, err);
    assay_text_clear(&next);
    return status;
}

static enum assay_status remove_files(const char *root, const struct assay_survey *survey,
                                      struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; status == ASSAY_OK && k < survey->n; k++)
        if (survey->items[k].kind == ASSAY_LEFT_FILE)
            status = assay_store_remove(root, survey->items[k].name, err);
    return status == ASSAY_OK ? assay_store_sync(root, "", err) : status;
}

/* ".ledger.jsonl.next", by which a version is known as remains, goes after it. */
static enum assay_status undo(const char *root, const struct assay_survey *survey,
                              struct assay_error *err)
{
    const char *version = assay_survey_first(survey, ASSAY_LEFT_VERSION);
    bool folders = version != NULL || assay_survey_first(survey, ASSAY_LEFT_FOLDER) != NULL;
    enum assay_status status = remove_folders(root, survey, err);
    if (status == ASSAY_OK && version != NULL)
        status = remove_version(root, version, err);
    if (status == ASSAY_OK && folders)
        status = assay_store_sync(root, ASSAY_VERSIONS, err);
    return status == ASSAY_OK ? remove_files(root, survey, err) : status;
}

enum assay_status assay_recover(const char *root, const struct assay_listing *current,
                                const struct assay_ledger *ledger, struct assay_error *err)
{
    struct assay_survey survey = {0};
    enum assay_status status = assay_survey_take(root, current, ledger, &survey, err);
    if (status == ASSAY_OK)
        status = assay_survey_check(root, &survey, err);
    if (status == ASSAY_OK && assay_survey_unfinished(&survey))
        status = finish(root, &survey, err);
    if (status == ASSAY_OK && assay_survey_remains(&survey))
        status = undo(root, &survey, err);
    assay_survey_clear(&survey);
    return status;
}
