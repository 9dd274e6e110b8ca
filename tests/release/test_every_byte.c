/* Every byte and every file of small registries, changed, lost or exchanged: verification finds
 * each. */
#include "release/registry/verify.h"

#include <fcntl.h>
#include <time.h>

#include "tests/release/shelf.h"
#include "tests/support/random.h"

static struct shelf shelf;

static void set_up(void)
{
    shelf_init(&shelf);
}

static void tear_down(void)
{
    shelf_clear(&shelf);
}

/* Paths of all files of the shelf, relative to it. */
struct file_list {
    char names[64][128];
    size_t n;
    size_t root; /* length of the path of the shelf, slash included */
};

static void list_file(const char *directory, const char *name, void *context)
{
    struct file_list *list = context;
    struct tree_path path = tree_path(directory, name);
    if (tree_is_directory(path.text)) {
        tree_each(path.text, list_file, list);
        return;
    }
    ck_assert_uint_lt(list->n, COUNT(list->names));
    snprintf(list->names[list->n++], sizeof list->names[0], "%s", path.text + list->root);
}

static struct file_list list_files(void)
{
    struct file_list list = {.root = strlen(shelf.models) + 1};
    tree_each(shelf.models, list_file, &list);
    return list;
}

/* Changes byte k of an open file by a mask, verifies, and puts it back. */
static void try_byte(int fd, const char *name, const struct assay_text *text, size_t k,
                     unsigned char mask)
{
    struct assay_error err = {0};
    struct assay_verification result = {0};
    static const struct assay_verify_options none;
    unsigned char changed = (unsigned char)(text->data[k] ^ mask);
    ck_assert_int_eq(pwrite(fd, &changed, 1, (off_t)k), 1);
    enum assay_status status = assay_registry_verify(shelf.models, &none, &result, &err);
    ck_assert_msg(status == ASSAY_OK && result.state == ASSAY_REGISTRY_DAMAGED,
                  "%s: byte %zu, mask %02x was not found", name, k, mask);
    ck_assert_msg(strstr(result.defects[0], shelf.models) != NULL, "%s", result.defects[0]);
    assay_verification_clear(&result);
    ck_assert_int_eq(pwrite(fd, text->data + k, 1, (off_t)k), 1);
}

/* Tries each byte of a file in one of its bits, another from byte to byte; of keys and signatures,
 * whose last digits of base64 have bits that count for nothing, in its lowest bit too. Returns how
 * many changes that were. */
static size_t try_file(const char *name)
{
    struct assay_text text = shelf_read(&shelf, name);
    bool lowest = strstr(name, ".minisig") != NULL || strstr(name, ".pub") != NULL;
    size_t n = 0;
    ck_assert_int_eq(chmod(shelf_path(&shelf, name), 0644), 0);
    int fd = open(shelf_path(&shelf, name), O_WRONLY);
    ck_assert_int_ge(fd, 0);
    for (size_t k = 0; k < text.length; k++)
        for (unsigned bit = 0; bit < 8; bit++)
            if (bit == k % 8 || (lowest && bit == 0)) {
                try_byte(fd, name, &text, k, (unsigned char)(1u << bit));
                n++;
            }
    close(fd);
    assay_text_clear(&text);
    return n;
}

static double seconds_since(clock_t start)
{
    return (double)(clock() - start) / CLOCKS_PER_SEC;
}

START_TEST(a_changed_byte_in_any_file_is_found)
{
    size_t n = 0;
    clock_t start = clock();
    shelf_release(&shelf, "1.0.0", 1, "2026-07-01T00:00:00Z", &shelf.key);
    struct file_list list = list_files();
    ck_assert_uint_eq(list.n, 13);
    for (size_t f = 0; f < list.n; f++)
        n += try_file(list.names[f]);
    shelf_is(&shelf, ASSAY_REGISTRY_WHOLE); /* all is as it was */
    ck_assert_uint_gt(n, 10000);
    printf("%zu files, %zu changed bytes, all found; %.1f seconds\n", list.n, n,
           seconds_since(start));
}
END_TEST

/* With several entries and versions, the files that tell of all of them. */
START_TEST(a_changed_byte_at_the_top_of_a_longer_registry_is_found)
{
    static const char *const top[] = {"current",        "ledger.jsonl",
                                      ".gitattributes", "CHANGELOG.md",
                                      "CHANGELOG.json", "versions/1.1.0/release.json"};
    size_t n = 0;
    clock_t start = clock();
    shelf_fill(&shelf, false);
    for (size_t f = 0; f < COUNT(top); f++)
        n += try_file(top[f]);
    shelf_is(&shelf, ASSAY_REGISTRY_WHOLE);
    printf("%zu changed bytes at the top, all found; %.1f seconds\n", n, seconds_since(start));
}
END_TEST

/* Other changes than of one bit, in any files of a longer registry. */
START_TEST(a_byte_exchanged_for_any_other_is_found)
{
    enum { TRIES = 800 };
    struct test_random random = {20};
    shelf_fill(&shelf, true);
    struct file_list list = list_files();
    for (int t = 0; t < TRIES; t++) {
        const char *name = list.names[test_below(&random, list.n)];
        struct assay_text text = shelf_read(&shelf, name);
        ck_assert_int_eq(chmod(shelf_path(&shelf, name), 0644), 0);
        int fd = open(shelf_path(&shelf, name), O_WRONLY);
        ck_assert_int_ge(fd, 0);
        if (text.length > 0)
            try_byte(fd, name, &text, test_below(&random, text.length),
                     (unsigned char)(1 + test_below(&random, 255)));
        close(fd);
        assay_text_clear(&text);
    }
}
END_TEST

/* ---- every file ---- */

START_TEST(a_file_that_is_missing_cut_short_or_another_is_found)
{
    shelf_fill(&shelf, true);
    struct file_list list = list_files();
    ck_assert_uint_eq(list.n, 18);
    for (size_t f = 0; f < list.n; f++) {
        const char *name = list.names[f];
        struct assay_text text = shelf_read(&shelf, name);
        const char *path = shelf_path(&shelf, name);
        bool lock = strcmp(name, ".lock") == 0;
        tree_remove(path);
        shelf_is(&shelf, lock ? ASSAY_REGISTRY_WHOLE : ASSAY_REGISTRY_DAMAGED);
        ck_assert_int_eq(mkdir(path, 0777), 0);
        shelf_is(&shelf, ASSAY_REGISTRY_DAMAGED);
        tree_remove(path);
        ck_assert_int_eq(symlink("elsewhere", path), 0);
        shelf_is(&shelf, ASSAY_REGISTRY_DAMAGED);
        tree_remove(path);
        for (size_t n = 0; !lock && n < 3; n++) { /* empty, half, less its last byte */
            tree_write(path, text.data, n == 0 ? 0 : n == 1 ? text.length / 2 : text.length - 1);
            shelf_is(&shelf, ASSAY_REGISTRY_DAMAGED);
        }
        assay_text_putc(&text, '\n');
        tree_write(path, text.data, text.length);
        shelf_is(&shelf, ASSAY_REGISTRY_DAMAGED);
        tree_write(path, text.data, text.length - 1);
        assay_text_clear(&text);
    }
    shelf_is(&shelf, ASSAY_REGISTRY_WHOLE);
}
END_TEST

START_TEST(two_files_that_changed_places_are_found)
{
    shelf_fill(&shelf, true);
    struct file_list list = list_files();
    for (size_t a = 0; a < list.n; a++)
        for (size_t b = 0; b < a; b++) {
            struct assay_text one = shelf_read(&shelf, list.names[a]),
                              two = shelf_read(&shelf, list.names[b]);
            bool same = one.length == two.length && memcmp(one.data, two.data, one.length) == 0;
            tree_remove(shelf_path(&shelf, list.names[a]));
            tree_remove(shelf_path(&shelf, list.names[b]));
            tree_write(shelf_path(&shelf, list.names[a]), two.data, two.length);
            tree_write(shelf_path(&shelf, list.names[b]), one.data, one.length);
            shelf_is(&shelf, same ? ASSAY_REGISTRY_WHOLE : ASSAY_REGISTRY_DAMAGED);
            tree_write(shelf_path(&shelf, list.names[a]), one.data, one.length);
            tree_write(shelf_path(&shelf, list.names[b]), two.data, two.length);
            assay_text_clear(&one);
            assay_text_clear(&two);
        }
    shelf_is(&shelf, ASSAY_REGISTRY_WHOLE);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, a_changed_byte_in_any_file_is_found);
    tcase_add_test(tc, a_changed_byte_at_the_top_of_a_longer_registry_is_found);
    tcase_add_test(tc, a_byte_exchanged_for_any_other_is_found);
    tcase_add_test(tc, a_file_that_is_missing_cut_short_or_another_is_found);
    tcase_add_test(tc, two_files_that_changed_places_are_found);
}

ASSAY_SUITE("release/every_byte", add_tests)
