#include "release/release.h"

#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "release/command/verbs.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} verbs[] = {
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
enum { N_VERB = sizeof verbs / sizeof verbs[0] };

static int print_usage(void)
{
    printf("Usage: assay release VERB [OPTION]...\n"
           "Keep the versions of a model in a registry, a directory of plain files.\n\n");
    for (size_t k = 0; k < N_VERB; k++)
        printf("  %-10s %s\n", verbs[k].name, verbs[k].summary);
    printf("\n\"assay release VERB --help\" tells more of each; docs/release.md of all of it.\n"
           "Exit status: 0 done or yes, 1 the check says no (a gate is closed, damage was found), "
           "2 could\nnot do it.\n");
    return fflush(stdout) == 0 ? 0 : 2;
}

static int unknown_verb(const char *word)
{
    const char *names[N_VERB];
    char quoted[ASSAY_QUOTE_SIZE];
    for (size_t k = 0; k < N_VERB; k++)
        names[k] = verbs[k].name;
    const char *nearest = assay_nearest_word(word, names, N_VERB);
    fprintf(stderr, "assay release: unknown verb \"%s\"\n",
            assay_quote_value(word, strlen(word), quoted));
    if (nearest != NULL)
        fprintf(stderr, "  hint: Did you mean \"%s\"?\n", nearest);
    else
        fprintf(stderr, "  hint: \"assay release --help\" lists the verbs.\n");
    return 2;
}

int assay_release_main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "assay release: expected a verb\n"
                        "  hint: \"assay release --help\" lists them.\n");
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return print_usage();
    for (size_t k = 0; k < N_VERB; k++)
        if (strcmp(argv[1], verbs[k].name) == 0)
            return verbs[k].run(argc - 1, argv + 1);
    return unknown_verb(argv[1]);
}
