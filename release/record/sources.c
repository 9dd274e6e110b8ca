#include "release/record/sources.h"

#include <string.h>

#include "release/record/look.h"

static bool is_either(const char *digest, const char *own, const char *candidate)
{
    return digest != NULL && ((own != NULL && strcmp(digest, own) == 0) ||
                              (candidate != NULL && strcmp(digest, candidate) == 0));
}

static bool is_previous(const struct assay_release_facts *facts, const char *digest)
{
    return facts->previous != NULL &&
           is_either(digest, facts->previous->digest, facts->previous_candidate);
}

const struct cJSON *assay_record_audit(const struct assay_release_facts *facts)
{
    if (facts->audit == NULL)
        return NULL;
    const struct cJSON *root = assay_json_root(facts->audit);
    const char *digest = assay_look_text(assay_look_at(root, "model"), "digest");
    return is_either(digest, facts->model->digest, facts->candidate) ? root : NULL;
}

const struct cJSON *assay_record_comparison(const struct assay_release_facts *facts)
{
    const struct cJSON *audit = assay_record_audit(facts);
    const char *champion = assay_look_text(assay_look_at(audit, "champion"), "digest");
    return is_previous(facts, champion) ? assay_look_at(audit, "comparison") : NULL;
}

bool assay_record_parent_is_previous(const struct assay_release_facts *facts)
{
    return is_previous(facts, facts->model->parent_digest);
}
