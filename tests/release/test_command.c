/* Allocations of the verbs made to fail: the command says "out of memory" and exits with 2, and the
 * registry is the old one or the new one. Leaks are the sanitizer's to find. */
#include "release/release.h"
#include "tests/release/shelf.h"
#include "tests/support/command.h"

static size_t fail_at, made;

static int failing_main(int argc, char **argv)
{
    test_fail_allocation(fail_at);
    int status = assay_release_main(argc, argv);
    made = test_allocations();
    test_fail_allocation(0);
    return status;
}

/* Runs it with allocation n failing (0: none). */
static struct test_run run(char **argv, size_t n)
{
    fail_at = n;
    return test_command(failing_main, argv);
}

/* A candidate beside the registry. */
static void put_candidate(const struct shelf *shelf, const char *name, double intercept)
{
    char path[96], digest[ASSAY_DIGEST_SIZE];
    struct assay_text text = shelf_model("candidate", intercept, digest);
    snprintf(path, sizeof path, "%s/%s", shelf->folder, name);
    tree_write(path, text.data, text.length);
    assay_text_clear(&text);
}

static void check_outcome(const struct shelf *shelf, const struct test_run *said, size_t n)
{
    struct assay_verification found = shelf_verify(shelf, NULL);
    ck_assert_msg(said->status == 0 ||
                      (said->status == 2 && strstr(said->err, "out of memory") != NULL),
                  "allocation %zu: status %d, said: %s", n, said->status, said->err);
    ck_assert_msg(found.state != ASSAY_REGISTRY_DAMAGED, "allocation %zu: %s", n,
                  found.n_defect > 0 ? found.defects[0] : "damaged");
    assay_verification_clear(&found);
}

enum { RUNS = 120 };

/* About RUNS of the verb's allocations, spread over all of them. */
static void sweep(const struct shelf *shelf, char **argv)
{
    char kept[64];
    snprintf(kept, sizeof kept, "%s/kept", shelf->folder);
    tree_copy(shelf->models, kept);
    struct test_run whole = run(argv, 0);
    ck_assert_msg(whole.status == 0, "%s", whole.err);
    size_t total = made, failed = 0;
    test_run_clear(&whole);
    for (size_t k = 0; k < RUNS; k++) {
        size_t n = 1 + k * total / RUNS;
        tree_remove(shelf->models);
        tree_copy(kept, shelf->models);
        struct test_run said = run(argv, n);
        check_outcome(shelf, &said, n);
        failed += said.status == 2;
        test_run_clear(&said);
    }
    ck_assert_uint_gt(failed, RUNS / 2);
    tree_remove(kept);
}

START_TEST(without_memory_a_verb_fails_and_the_registry_does_not)
{
    struct shelf shelf;
    char one[96], two[96], audited[96];
    shelf_init(&shelf);
    put_candidate(&shelf, "one.json", -1.0);
    put_candidate(&shelf, "two.json", -1.1);
    snprintf(one, sizeof one, "%s/one.json", shelf.folder);
    snprintf(two, sizeof two, "%s/two.json", shelf.folder);
    snprintf(audited, sizeof audited, "--registry=%s", shelf.models);
    char *first[] = {"release", "add", one, audited, "--override=none yet", "--notes=First.", NULL};
    char *add[] = {"release", "add", two, audited, "--override=none yet", NULL};
    char *rollback[] = {"release", "rollback", "1.0.0", audited, "--reason=back", NULL};
    char *show[] = {"release", "show", audited, "--format=html", NULL};
    char *list[] = {"release", "list", audited, "--events", NULL};
    char *diff[] = {"release", "diff", audited, "1.0.0", "1.1.0", NULL};
    char *verify[] = {"release", "verify", audited, NULL};
    char *at[] = {"release", "at", audited, "2100-01-01", "--json", NULL};
    char **verbs[] = {add, rollback, show, list, diff, verify, at};
    struct test_run said = run(first, 0);
    ck_assert_msg(said.status == 0, "%s", said.err);
    test_run_clear(&said);
    if (_i > 0) {
        said = run(add, 0);
        ck_assert_msg(said.status == 0, "%s", said.err);
        test_run_clear(&said);
    }
    sweep(&shelf, verbs[_i]);
    shelf_clear(&shelf);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, without_memory_a_verb_fails_and_the_registry_does_not, 0, 7);
}

ASSAY_SUITE("release/command", add_tests)
