#include "core/base/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/base/rows_spare.h"
#include "core/base/thread.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { MB = 1 << 20 };

/* ---- a disk that can be full: these stand before the C library's ---- */

static int room_error; /* what taking room answers; 0: the truth */

int posix_fallocate(int fd, off_t offset, off_t length)
{
    if (room_error != 0)
        return room_error;
    return syscall(SYS_fallocate, fd, 0, offset, length) == 0 ? 0 : errno;
}

int statvfs(const char *restrict path, struct statvfs *restrict disk)
{
    (void)path;
    *disk = (struct statvfs){.f_bavail = 3000000, .f_frsize = 1000};
    return 0;
}

/* ---- arrays ---- */

static bool is_zero(const char *bytes, size_t n)
{
    return n == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, n - 1) == 0);
}

static void fill(unsigned char *bytes, size_t from, size_t n, unsigned seed)
{
    for (size_t i = from; i < n; i++)
        bytes[i] = (unsigned char)((i * 2654435761u + seed) >> 7);
}

static bool is_filled(const unsigned char *bytes, size_t n, unsigned seed)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != (unsigned char)((i * 2654435761u + seed) >> 7))
            return false;
    return true;
}

static const size_t sizes[] = {0, 1, 63, 64, 4000, 4096, 70000, MB - 1, MB, MB + 1, 9 * MB + 5};

START_TEST(arrays_are_zeroed_and_aligned_wherever_they_lie)
{
    assay_rows_budget(_i == 0 ? 0 : 1);
    for (size_t k = 0; k < COUNT(sizes); k++)
        for (int round = 0; round < 3; round++) {
            char *array = assay_rows_alloc(sizes[k], 1);
            ck_assert_ptr_nonnull(array);
            ck_assert_uint_eq((uintptr_t)array % 64, 0);
            ck_assert(is_zero(array, sizes[k]));
            memset(array, 7, sizes[k]);
            ck_assert((assay_rows_spilled() > 0) == (_i == 1 && sizes[k] >= MB));
            assay_rows_free(array);
            ck_assert_uint_eq(assay_rows_spilled(), 0);
        }
    assay_rows_free(NULL);
}
END_TEST

/* One array stays, so that what the others give back is kept: a part of it, all of it, more than it. */
START_TEST(memory_that_is_used_again_is_zeroed)
{
    static const size_t again[] = {MB, 5 * MB + 1, 9 * MB, 21 * MB};
    char *stays = assay_rows_alloc(2 * MB, 1);
    memset(stays, 5, 2 * MB);
    for (size_t k = 0; k < COUNT(again); k++) {
        char *first = assay_rows_alloc(9 * MB, 1);
        memset(first, 7, 9 * MB);
        assay_rows_free(first);
        ck_assert_uint_ge(assay_spare_bytes(), 9 * MB);
        char *second = assay_rows_alloc(again[k], 1);
        ck_assert_ptr_nonnull(second);
        ck_assert_uint_eq((uintptr_t)second % 4096, 0);
        ck_assert(is_zero(second, again[k]));
        memset(second, 9, again[k]);
        char *third = assay_rows_alloc(9 * MB, 1);
        ck_assert(is_zero(third, 9 * MB));
        assay_rows_free(second);
        assay_rows_free(third);
    }
    for (size_t i = 0; i < 2 * MB; i++)
        ck_assert_int_eq(stays[i], 5);
    assay_rows_free(stays);
    ck_assert_uint_eq(assay_spare_bytes(), 0);
}
END_TEST

START_TEST(what_is_kept_adds_nothing_to_the_most_there_has_been)
{
    char *stays = assay_rows_alloc(2 * MB, 1), *arrays[40] = {NULL};
    size_t bytes[COUNT(arrays)] = {0}, now = 2 * MB, most = now;
    struct test_random random = {7};
    for (int step = 0; step < 400; step++) {
        size_t k = test_below(&random, COUNT(arrays));
        size_t wanted = MB + test_below(&random, 64) * 4096 * 40;
        now -= bytes[k];
        bytes[k] = 0;
        assay_rows_free(arrays[k]);
        arrays[k] = NULL;
        if (step % 3 > 0) {
            arrays[k] = assay_rows_alloc(wanted, 1);
            ck_assert_ptr_nonnull(arrays[k]);
            ck_assert_int_eq(arrays[k][wanted - 1], 0);
            arrays[k][wanted - 1] = 1;
            now += bytes[k] = wanted;
        }
        if (now > most)
            most = now;
        ck_assert_uint_le(now + assay_spare_bytes(), most);
    }
    for (size_t k = 0; k < COUNT(arrays); k++)
        assay_rows_free(arrays[k]);
    assay_rows_free(stays);
    ck_assert_uint_eq(assay_spare_bytes(), 0);
}
END_TEST

/* Nothing is touched: what is taken is room, not memory. */
START_TEST(three_eighths_of_the_budget_are_for_plain_memory)
{
    assay_rows_budget(128 * MB);
    char *first = assay_rows_alloc(36, MB), *second = assay_rows_alloc(20, MB);
    ck_assert_uint_eq(assay_rows_spilled(), 20 * MB);
    char *third = assay_rows_alloc(12 * MB, 1);
    ck_assert_uint_eq(assay_rows_spilled(), 20 * MB);
    assay_rows_free(first);
    char *fourth = assay_rows_alloc(36 * MB, 1); /* what was given back is there again */
    ck_assert_uint_eq(assay_rows_spilled(), 20 * MB);
    assay_rows_free(second);
    ck_assert_uint_eq(assay_rows_spilled(), 0);
    assay_rows_free(third);
    assay_rows_free(fourth);
}
END_TEST

START_TEST(a_small_budget_leaves_files_enough_to_work_in)
{
    assay_rows_budget(36 * MB);
    char *first = assay_rows_alloc(6, MB), *second = assay_rows_alloc(1, MB);
    ck_assert_uint_eq(assay_rows_spilled(), MB);
    assay_rows_free(first);
    assay_rows_free(second);
}
END_TEST

START_TEST(sizes_that_cannot_be_are_no_room)
{
    ck_assert_ptr_null(assay_rows_alloc(SIZE_MAX / 2, 8));
    ck_assert_ptr_null(assay_rows_alloc(SIZE_MAX, 1));
    uint64_t *array = assay_rows_alloc(4, sizeof *array);
    size_t capacity = 4;
    array[3] = 5;
    ck_assert(!assay_rows_grow(&array, &capacity, SIZE_MAX / 4, sizeof *array));
    ck_assert_uint_eq(capacity, 4);
    ck_assert_uint_eq(array[3], 5);
    assay_rows_free(array);
}
END_TEST

/* From malloc to memory of its own to a file, in steps of any size. */
START_TEST(growth_keeps_what_was_there_and_zeroes_the_rest)
{
    static const size_t budgets[] = {0, 1, 26 * MB, 30 * MB};
    struct test_random random = {77 + (uint64_t)_i};
    assay_rows_budget(budgets[_i % (int)COUNT(budgets)]);
    unsigned char *array = NULL;
    size_t capacity = 0, most = 1 + test_below(&random, 5 * MB);
    while (capacity < most) {
        size_t before = capacity;
        ck_assert(
            assay_rows_grow(&array, &capacity, before + 1 + test_below(&random, most / 4), 1));
        ck_assert_uint_gt(capacity, before);
        ck_assert_uint_eq((uintptr_t)array % 64, 0);
        ck_assert(is_zero((const char *)array + before, capacity - before));
        ck_assert(is_filled(array, before, 3));
        fill(array, before, capacity, 3);
        const unsigned char *same = array;
        ck_assert(assay_rows_grow(&array, &capacity, capacity / 2, 1));
        ck_assert_ptr_eq(array, same);
    }
    assay_rows_free(array);
    ck_assert_uint_eq(assay_rows_spilled(), 0);
}
END_TEST

/* ---- the governor ---- */

static size_t mapped_pages(void)
{
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL && fscanf(file, "%*u %*u %zu", &pages) != 1)
        pages = 0;
    if (file != NULL)
        fclose(file);
    return pages;
}

START_TEST(pages_over_the_budget_are_dropped_and_what_was_written_stays)
{
    enum { SIZE = 40 * MB };
    if (mapped_pages() == 0) {
        test_skip("there is no /proc/self/statm");
        return;
    }
    size_t page = (size_t)sysconf(_SC_PAGESIZE), before = mapped_pages();
    assay_rows_budget(1);
    unsigned char *array = assay_rows_alloc(SIZE, 1);
    for (size_t i = 0; i < SIZE; i += page)
        array[i] = (unsigned char)(i / page % 251);
    const struct timespec pause = {.tv_nsec = 2000000};
    size_t left = mapped_pages();
    for (int wait = 0; wait < 2000 && left > before + 9 * MB / page; wait++) {
        nanosleep(&pause, NULL);
        left = mapped_pages();
    }
    ck_assert_uint_le(left, before + 9 * MB / page);
    for (size_t i = 0; i < SIZE; i += page)
        if (array[i] != i / page % 251)
            ck_abort_msg("byte %zu is %d", i, array[i]);
    assay_rows_free(array);
}
END_TEST

/* Linux maps what its page cache holds in one piece, and there is a place like these in each of a dozen columns. Twice
 * what 64 kB a place come to is allowed: the kernel counts in lots. */
START_TEST(a_look_at_one_byte_maps_little_of_a_file)
{
    enum { SIZE = 16 * MB, PLACES = 16 };
    if (mapped_pages() == 0) {
        test_skip("there is no /proc/self/statm");
        return;
    }
    size_t page = (size_t)sysconf(_SC_PAGESIZE), capacity = MB;
    assay_rows_budget(_i == 0 ? 1 : 31 * MB); /* a file from the beginning, and one that memory moves to */
    unsigned char *array = assay_rows_alloc(capacity, 1);
    ck_assert(assay_rows_grow(&array, &capacity, SIZE, 1));
    fill(array, 0, SIZE, 3);
    ck_assert_int_eq(madvise(array, SIZE, MADV_DONTNEED), 0);
    size_t before = mapped_pages();
    for (size_t k = 0; k < PLACES; k++)
        (void)*(volatile const unsigned char *)&array[SIZE / PLACES * k + 12345];
    size_t after = mapped_pages();
    ck_assert_uint_le(after, before + 2 * PLACES * 65536 / page);
    ck_assert(is_filled(array, SIZE, 3));
    assay_rows_free(array);
}
END_TEST

struct crowd {
    unsigned char wrong[64];
};

/* Each has arrays of its own, and gives back and takes again what others had. */
static void live(void *state, size_t task)
{
    struct crowd *crowd = state;
    struct test_random random = {1000 + task};
    for (int round = 0; round < 3; round++) {
        size_t capacity = 0, most = MB + test_below(&random, MB);
        unsigned char *array = NULL;
        while (capacity < most && crowd->wrong[task] == 0) {
            size_t filled = capacity;
            if (!assay_rows_grow(&array, &capacity, filled + 1 + most / 3, 1))
                crowd->wrong[task] = 1;
            else
                fill(array, filled, capacity, (unsigned)task);
        }
        if (array != NULL && !is_filled(array, capacity, (unsigned)task))
            crowd->wrong[task] = 2;
        assay_rows_free(array);
    }
}

START_TEST(threads_do_not_disturb_each_other)
{
    struct crowd crowd = {{0}};
    assay_rows_budget(_i == 0 ? 1 : 34 * MB);
    assay_parallel(6, 3, live, &crowd);
    for (size_t k = 0; k < 8; k++)
        ck_assert_int_eq(crowd.wrong[k], 0);
    ck_assert_uint_eq(assay_rows_spilled(), 0);
}
END_TEST

struct long_table {
    uint32_t *columns[20];
    atomic_size_t wrong;
};

enum { COLUMN = 4 * MB, PIECE = 1 << 16 };

/* Writes a piece of every column, and reads it again. */
static void go_over(void *state, size_t task)
{
    struct long_table *table = state;
    size_t n = PIECE / sizeof(uint32_t), first = task * n;
    for (size_t c = 0; c < COUNT(table->columns); c++)
        for (size_t i = first; i < first + n; i++)
            table->columns[c][i] = (uint32_t)(i * 31 + c);
    assay_parallel_step();
    for (size_t c = 0; c < COUNT(table->columns); c++)
        for (size_t i = first; i < first + n; i++)
            if (table->columns[c][i] != (uint32_t)(i * 31 + c))
                atomic_fetch_add(&table->wrong, 1);
}

/* Twice, so that the governor ends and begins again while tasks are looking too. */
START_TEST(threads_that_write_rows_find_them_however_often_they_are_dropped)
{
    struct long_table table = {.wrong = 0};
    assay_rows_budget(1);
    for (int round = 0; round < 2; round++) {
        for (size_t c = 0; c < COUNT(table.columns); c++)
            ck_assert_ptr_nonnull(table.columns[c] = assay_rows_alloc(COLUMN, 1));
        assay_parallel(COLUMN / PIECE, 3, go_over, &table);
        for (size_t c = 0; c < COUNT(table.columns); c++)
            for (size_t i = 0; i < COLUMN / sizeof(uint32_t); i++)
                table.wrong += table.columns[c][i] != (uint32_t)(i * 31 + c);
        ck_assert_uint_eq(atomic_load(&table.wrong), 0);
        for (size_t c = 0; c < COUNT(table.columns); c++)
            assay_rows_free(table.columns[c]);
    }
}
END_TEST

/* ---- no room ---- */

static const struct {
    const char *directory;
    int error;
    size_t bytes;
    const char *problem;
} full[] = {
    {"/tmp", ENOSPC, 12 * (size_t)MB, "13 MB more in \"/tmp\", which has 3.0 GB free"},
    {"/tmp", ENOSPC, MB, "1.0 MB more in \"/tmp\", which has 3.0 GB free"},
    {"/tmp", ENOSPC, (size_t)12000000000, "12 GB more in \"/tmp\", which has 3.0 GB free"},
    {"/tmp", EFBIG, 2 * (size_t)MB, "2.1 MB more in \"/tmp\", which says: File too large"},
    {"/no/such/place", 0, 5 * (size_t)MB,
     "5.2 MB more in \"/no/such/place\", which says: No such file or directory"},
};

START_TEST(disk_without_room_is_an_allocation_that_fails_and_says_so)
{
    struct assay_error err = {0};
    char message[512];
    assay_rows_budget(1);
    setenv("TMPDIR", full[_i].directory, 1);
    room_error = full[_i].error;
    ck_assert_ptr_null(assay_rows_alloc(full[_i].bytes, 1));
    ck_assert_str_eq(assay_rows_problem(), full[_i].problem);
    ck_assert_int_eq(assay_fail_memory(&err, "reading rows"), ASSAY_ENOMEM);
    snprintf(message, sizeof message, "out of room reading rows: it takes %s", full[_i].problem);
    ck_assert_str_eq(err.message, message);
    ck_assert_str_eq(err.hint, "Let TMPDIR name a disk with more room, or allow more --memory.");
    room_error = 0;
    setenv("TMPDIR", "/tmp", 1);
    void *array = assay_rows_alloc(MB, 1);
    ck_assert_ptr_nonnull(array);
    ck_assert_ptr_null(assay_rows_problem());
    ck_assert_int_eq(assay_fail_memory(&err, "reading rows"), ASSAY_ENOMEM);
    ck_assert_str_eq(err.message, "out of memory reading rows");
    ck_assert_str_eq(err.hint, "");
    assay_rows_free(array);
}
END_TEST

/* Also when it would have to leave memory for a file. */
START_TEST(growth_without_room_changes_nothing)
{
    assay_rows_budget(_i == 0 ? 1 : 31 * MB);
    unsigned char *array = assay_rows_alloc(MB, 1);
    size_t capacity = MB;
    fill(array, 0, capacity, 9);
    size_t spilled = assay_rows_spilled();
    const unsigned char *same = array;
    room_error = ENOSPC;
    ck_assert(!assay_rows_grow(&array, &capacity, 2 * MB, 1));
    ck_assert_str_eq(assay_rows_problem(), _i == 0
                                               ? "1.0 MB more in \"/tmp\", which has 3.0 GB free"
                                               : "2.1 MB more in \"/tmp\", which has 3.0 GB free");
    room_error = 0;
    ck_assert_ptr_eq(array, same);
    ck_assert_uint_eq(capacity, MB);
    ck_assert_uint_eq(assay_rows_spilled(), spilled);
    ck_assert(is_filled(array, capacity, 9));
    ck_assert(assay_rows_grow(&array, &capacity, 2 * MB, 1));
    ck_assert(is_filled(array, MB, 9));
    assay_rows_free(array);
}
END_TEST

static bool use_all_kinds(void)
{
    char *small = assay_rows_alloc(100, 1), *large = assay_rows_alloc(2, MB);
    size_t capacity = 100;
    bool made = small != NULL && large != NULL && assay_rows_grow(&small, &capacity, 3 * MB, 1);
    assay_rows_free(small);
    assay_rows_free(large);
    return made;
}

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    bool reached = true;
    assay_rows_budget(64 * MB);
    for (size_t n = 1; reached; n++) {
        test_fail_allocation(n);
        bool made = use_all_kinds();
        reached = test_allocations() >= n;
        test_fail_allocation(0);
        ck_assert(made == !reached);
        ck_assert_uint_lt(n, 100);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, arrays_are_zeroed_and_aligned_wherever_they_lie, 0, 2);
    tcase_add_test(tc, memory_that_is_used_again_is_zeroed);
    tcase_add_test(tc, what_is_kept_adds_nothing_to_the_most_there_has_been);
    tcase_add_test(tc, three_eighths_of_the_budget_are_for_plain_memory);
    tcase_add_test(tc, a_small_budget_leaves_files_enough_to_work_in);
    tcase_add_test(tc, sizes_that_cannot_be_are_no_room);
    tcase_add_loop_test(tc, growth_keeps_what_was_there_and_zeroes_the_rest, 0, 8);
    tcase_add_test(tc, pages_over_the_budget_are_dropped_and_what_was_written_stays);
    tcase_add_loop_test(tc, a_look_at_one_byte_maps_little_of_a_file, 0, 2);
    tcase_add_loop_test(tc, threads_do_not_disturb_each_other, 0, 2);
    tcase_add_test(tc, threads_that_write_rows_find_them_however_often_they_are_dropped);
    tcase_add_loop_test(tc, disk_without_room_is_an_allocation_that_fails_and_says_so, 0,
                        COUNT(full));
    tcase_add_loop_test(tc, growth_without_room_changes_nothing, 0, 2);
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
}

ASSAY_SUITE("base/rows", add_tests)
