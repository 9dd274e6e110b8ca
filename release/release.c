#include "release/release.h"

#include "core/base/options_page.h"
#include "release/command/verbs.h"

static const struct assay_verb verbs[] = {
    {"add", assay_release_add, "make a candidate the next version, when its gates are open"},
    {"list", assay_release_list, "versions, and what is in force"},
    {"show", assay_release_show, "one version: its release notes, its model document, its files"},
    {"diff", assay_release_diff, "what changed between two versions, or would with a candidate"},
    {"verify", assay_release_verify, "is every byte what the ledger says it is?"},
    {"at", assay_release_at, "the version in force on a day, and why an account scored what it did"},
    {"rollback", assay_release_rollback, "back to an earlier version"},
    {"withdraw", assay_release_withdraw, "mark a version as not to be used"},
    {"keygen", assay_release_keygen, "a pair of keys to sign with"},
};

int assay_release_main(int argc, char **argv)
{
    static const struct assay_front front = {
        .name = "assay release",
        .kind = "verb",
        .summary = "Keep the versions of a model in a registry, a directory of plain files.",
        .verbs = verbs,
        .n_verb = sizeof verbs / sizeof verbs[0],
        .notes = "\"assay release VERB --help\" tells more of each; docs/release.md of all of it.\n"
                 "Exit status: 0 done or yes, 1 the check says no (a gate is closed, damage was found), "
                 "2 could\nnot do it.",
    };
    return assay_front_main(&front, argc, argv);
}
