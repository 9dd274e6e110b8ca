/* The same bytes through plain records, slabs and threads, and through libcsv alone: nothing may differ. */
#include <stdint.h>
#include <unistd.h>
#include <zlib.h>

#include "core/base/cpu.h"
#include "core/base/text.h"
#include "core/data/csv_slab.h"
#include "tests/data/csv_outcome.h"
#include "tests/support/suite.h"

/* SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t draw(uint64_t *state, uint64_t below)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % below;
}

/* ---- bytes ---- */

static const char *const plain_cells[] = {
    "a-17",
    "basic",
    "Enterprise Plus",
    "a text of more than sixteen bytes",
    "",
    "3",
    "-0.25",
    ".5",
    "12.",
    "123456789012",
    "1e5",
    "-0",
    "99999999",
    "2025-12-31",
    "2024-02-29T10:00:00Z",
    "0",
    "1",
    "yes",
    "False",
};
static const char *const odd_cells[] = {
    "\"q\"",
    "\"a,b\"",
    "\"a\"\"b\"",
    "\"two\nlines\"",
    "\"two\r\nlines\"",
    "\"\"",
    "\" \"",
    "a\"b",
    "\"a\"b",
    "\"",
    " 7 ",
    "\t8",
    "NA",
    "n/a",
    "null",
    "NaN",
    "1,5",
    "2025-02-30",
    "x",
    "-",
    ".",
    "\xc3\xa9t\xc3\xa9",
    "\xff",
    "\xed\xa0\x80",
    "\r",
    "inf",
    "0x10",
    "1e999",
    "2025-12-31 ",
    "  ",
    "\"\t\" ",
    "a field that is a good deal longer than the limit which some of the readings have",
};
enum { N_PLAIN = COUNT(plain_cells), N_ODD = COUNT(odd_cells) };

/* Cell k of a row, mostly what its column wants (csv_outcome.h). */
static void add_cell(struct assay_text *csv, uint64_t *state, size_t k, uint64_t oddity)
{
    static const char *const wanted[][4] = {{"a-17", "a-18", "b", ""},
                                            {"3", "0.25", "", "-17"},
                                            {"2025-12-31", "2026-03-31", "", "1999-01-01"},
                                            {"0", "1", "yes", "F"},
                                            {"7", "8.125", "9", ""},
                                            {"pro", "basic", "Enterprise Plus", "free"}};
    if (oddity > 0 && draw(state, 100) < oddity)
        assay_text_puts(csv, odd_cells[draw(state, N_ODD)]);
    else if (draw(state, 20) == 0)
        assay_text_puts(csv, plain_cells[draw(state, N_PLAIN)]);
    else
        assay_text_puts(csv, wanted[k % 6][draw(state, 4)]);
}

static void add_row(struct assay_text *csv, uint64_t *state, size_t n_field, char delimiter,
                    uint64_t oddity, const char *line_end)
{
    static const char *const ends[] = {"\n", "\r\n", "\r", "\n\n", "\r\r\n", "  \n"};
    size_t n = oddity > 0 && draw(state, 60) == 0 ? draw(state, 9) : n_field;
    for (size_t k = 0; k < n; k++) {
        if (k > 0)
            assay_text_putc(csv, delimiter);
        add_cell(csv, state, k, oddity);
    }
    bool odd_end = oddity > 0 && draw(state, 40) == 0;
    assay_text_puts(csv, odd_end ? ends[draw(state, COUNT(ends))] : line_end);
}

/* From plain throughout to nothing but oddities; then some bytes are changed. */
static void draw_csv(uint64_t seed, struct assay_text *csv)
{
    static const char bytes[] = "\n\r\",;\t |a0.-\xc3\xff\0";
    static const char *const line_ends[] = {"\n", "\n", "\r\n", "\r"};
    uint64_t state = seed, oddity = (uint64_t[]){0, 1, 5, 30}[draw(&state, 4)];
    size_t n_field = 1 + draw(&state, 7), n_row = draw(&state, 50);
    char delimiter = ",,;\t"[draw(&state, 4)];
    const char *line_end = line_ends[draw(&state, COUNT(line_ends))];
    assay_text_puts(csv, draw(&state, 8) == 0 ? "\xef\xbb\xbf" : "");
    for (size_t k = 0; k < n_field; k++)
        assay_text_printf(csv, "%.*sname%zu", k > 0, &delimiter, k);
    assay_text_puts(csv, line_end);
    for (size_t i = 0; i < n_row; i++)
        add_row(csv, &state, n_field, delimiter, oddity, line_end);
    if (csv->length > 0 && draw(&state, 3) == 0) /* the last line has no end, or less than that */
        csv->length -= 1 + draw(&state, csv->length < 5 ? csv->length : 5);
    for (size_t n = oddity > 0 ? draw(&state, 4) : 0; n > 0 && csv->length > 0; n--)
        csv->data[draw(&state, csv->length)] = bytes[draw(&state, sizeof bytes)];
}

/* ---- ways ---- */

static struct way plain_way(void)
{
    struct way way = {.tuning = assay_csv_tuning_default(), .n_thread = 1, .step = SIZE_MAX};
    way.max_field = 1 << 20;
    return way;
}

/* Slabs from one byte up, all threads, small and large steps. */
static struct way draw_way(uint64_t *state)
{
    struct way way = plain_way();
    way.tuning.slab_size =
        draw(state, 5) == 0 ? ASSAY_SLAB_SIZE : 1 + draw(state, 1 << draw(state, 10));
    way.tuning.libcsv_alone = draw(state, 8) == 0;
    way.n_thread = 1 + draw(state, 4);
    way.step = draw(state, 3) == 0 ? 1 + draw(state, 9) : SIZE_MAX;
    return way;
}

static char *read_back(const char *path, size_t *length)
{
    static char bytes[1 << 16];
    FILE *file = fopen(path, "rb");
    *length = file != NULL ? fread(bytes, 1, sizeof bytes, file) : 0;
    if (file != NULL)
        fclose(file);
    return bytes;
}

static void compare(const char *name, const struct assay_text *csv, uint64_t seed, size_t n_way)
{
    uint64_t state = seed * 31 + 7;
    struct way authority = plain_way();
    authority.tuning.libcsv_alone = true;
    if (draw(&state, 3) == 0)
        authority.max_field = 1 + draw(&state, 60);
    struct outcome truth, other;
    outcome_read(name, csv->data, csv->length, &authority, &truth);
    for (size_t k = 0; k < n_way; k++) {
        struct way way = draw_way(&state);
        way.max_field = authority.max_field;
        outcome_read(name, csv->data, csv->length, &way, &other);
        const char *difference = outcome_difference(&truth, &other);
        ck_assert_msg(
            difference == NULL,
            "seed %u, slabs of %zu, %zu threads, step %zu, alone %d: %s differs (\"%s\", \"%s\")",
            (unsigned)seed, way.tuning.slab_size, way.n_thread, way.step, way.tuning.libcsv_alone,
            difference, truth.err.message, other.err.message);
        outcome_clear(&other);
    }
    outcome_clear(&truth);
}

START_TEST(generated_and_changed_bytes_read_the_same_in_every_way)
{
    enum { N_SEED = 250, N_WAY = 4 };
    for (uint64_t seed = 1; seed <= N_SEED; seed++) {
        struct assay_text csv = {0};
        draw_csv(seed + 1000000 * (uint64_t)_i, &csv);
        compare("q3.csv", &csv, seed, N_WAY);
        assay_text_clear(&csv);
    }
}
END_TEST

/* Whoever stops behind a row sees the bad rows before it, and none behind it. */
START_TEST(a_stop_shows_the_same_counts_however_far_was_read_ahead)
{
    for (uint64_t seed = 1; seed <= 80; seed++) {
        struct assay_text csv = {0};
        uint64_t state = seed;
        struct way way = plain_way(), other = draw_way(&state);
        struct outcome truth, out;
        draw_csv(seed, &csv);
        way.tuning.libcsv_alone = true;
        way.tuning.slab_size = 1;
        way.step = other.step = 1 + seed % 4;
        outcome_read("q3.csv", csv.data, csv.length, &way, &truth);
        outcome_read("q3.csv", csv.data, csv.length, &other, &out);
        ck_assert_msg(truth.trace == out.trace, "seed %u", (unsigned)seed);
        outcome_clear(&truth);
        outcome_clear(&out);
        assay_text_clear(&csv);
    }
}
END_TEST

START_TEST(every_instruction_set_reads_the_same)
{
    static const char *const sets[] = {"baseline", "avx2", "avx512"};
    struct assay_error err = {0};
    if (assay_cpu_choose(sets[_i], &err) != ASSAY_OK) {
        test_skip(err.message);
        return;
    }
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct assay_text csv = {0};
        draw_csv(seed, &csv);
        compare("q3.csv", &csv, seed, 2);
        assay_text_clear(&csv);
    }
}
END_TEST

/* As gzip has it; cut short for some seeds. */
static void pack(const struct assay_text *csv, struct assay_text *packed)
{
    static unsigned char bytes[1 << 16];
    z_stream z = {0};
    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)csv->data;
    z.avail_in = (unsigned)csv->length;
    z.next_out = bytes;
    z.avail_out = sizeof bytes;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    assay_text_add(packed, (char *)bytes, z.total_out);
    deflateEnd(&z);
}

START_TEST(gzip_reads_the_same_whole_and_cut_short)
{
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct assay_text csv = {0}, packed = {0};
        draw_csv(seed, &csv);
        pack(&csv, &packed);
        if (seed % 3 == 0)
            packed.length -= packed.length / 3;
        compare("q3.csv.gz", &packed, seed, 3);
        assay_text_clear(&csv);
        assay_text_clear(&packed);
    }
}
END_TEST

START_TEST(the_rejects_file_is_the_same_to_the_byte)
{
    char path[] = "/tmp/assay-rejects-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct assay_text csv = {0}, truth = {0};
        uint64_t state = seed;
        struct way way = plain_way();
        way.rejects = path;
        way.tuning.libcsv_alone = true;
        draw_csv(seed, &csv);
        for (int k = 0; k < 3; k++) {
            struct outcome out;
            size_t length;
            ck_assert(truncate(path, 0) == 0);
            outcome_read("q3.csv", csv.data, csv.length, &way, &out);
            const char *bytes = read_back(path, &length);
            ck_assert_uint_lt(length, 1 << 16);
            if (k == 0)
                assay_text_add(&truth, bytes, length);
            ck_assert_msg(length == truth.length && memcmp(bytes, truth.data, length) == 0,
                          "seed %u", (unsigned)seed);
            outcome_clear(&out);
            way = draw_way(&state);
            way.rejects = path;
        }
        assay_text_clear(&csv);
        assay_text_clear(&truth);
    }
    unlink(path);
}
END_TEST

/* ---- what repeats ---- */

/* Texts of 1 to 19 bytes, equal but for their ends, with blanks around them, missing, or those of the row before, in
 * the column that is not read as a number as well; numbers of which none, all or some of eight rows have a point. */
static void add_repeating_rows(struct assay_text *csv, uint64_t *state, size_t n_row)
{
    static const char *const missing[] = {"", "NA", " "};
    size_t length = 1, end = 0;
    assay_text_puts(csv, "name0,name1,name2,name3,name4,name5\n");
    for (size_t i = 0; i < n_row; i++) {
        length = draw(state, 3) == 0 ? 1 + draw(state, 19) : length;
        end = draw(state, 3) == 0 ? draw(state, 2) : end;
        bool point = i / 64 % 3 == 1 || (i / 64 % 3 == 2 && draw(state, 8) == 0);
        assay_text_printf(csv, "%d,%s%d%s,2025-12-31,1,%d,", (int)draw(state, 9), i % 5 == 0 ? "-" : "",
                          (int)draw(state, 10000), point ? ".5" : "", (int)draw(state, 9));
        if (draw(state, 50) == 0)
            assay_text_puts(csv, missing[draw(state, 3)]);
        else
            assay_text_printf(csv, "%s%.*s%c%s", draw(state, 9) == 0 ? " " : "", (int)length - 1,
                              "proprietary edition", "?!"[end], draw(state, 9) == 0 ? " " : "");
        assay_text_putc(csv, '\n');
    }
}

START_TEST(repeated_texts_and_rows_of_whole_numbers_read_the_same)
{
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct assay_text csv = {0};
        uint64_t state = seed;
        add_repeating_rows(&csv, &state, 1500);
        compare("q3.csv", &csv, seed, 3);
        assay_text_clear(&csv);
    }
}
END_TEST

/* ---- what is long ---- */

/* Rows whose numbers tell where they are, so that any slip shows. */
static void add_numbered_rows(struct assay_text *csv, size_t n_row)
{
    assay_text_puts(csv, "name0,name1,name2,name3,name4,name5\n");
    for (size_t i = 0; i < n_row; i++)
        assay_text_printf(csv, "a-%zu,%zu.%02zu,2025-%02zu-28,%zu,%zu,pro\n", i / 7, i, i % 100,
                          1 + i % 12, i % 2, i * 7 % 1000);
}

START_TEST(many_slabs_and_threads_keep_every_row_in_its_place)
{
    enum { N_ROW = 40000 };
    struct assay_text csv = {0};
    add_numbered_rows(&csv, N_ROW);
    struct way way = plain_way();
    way.n_thread = (size_t)_i;
    way.step = 4096;
    struct outcome out;
    outcome_read("q3.csv", csv.data, csv.length, &way, &out);
    ck_assert_int_eq(out.status, ASSAY_OK);
    ck_assert_uint_eq(out.table.n_row, N_ROW);
    for (size_t i = 0; i < N_ROW; i++) {
        const struct assay_column *c = out.table.columns;
        char id[32];
        snprintf(id, sizeof id, "a-%zu", i / 7);
        if (assay_column_number(&c[1], i) != (double)(i * 100 + i % 100) / 100 ||
            c[3].flags[i] != (int8_t)(i % 2) || assay_table_line(&out.table, i) != i + 2 ||
            strcmp(assay_dictionary_text(c[0].dictionary, c[0].codes[i]), id) != 0)
            ck_abort_msg("row %zu is not what it was", i);
    }
    outcome_clear(&out);
    assay_text_clear(&csv);
}
END_TEST

/* Slabs of 16 bytes are 8 rows each. */
START_TEST(whole_slabs_are_not_cut_but_where_they_are_too_long)
{
    static const struct {
        size_t max_row, given[5];
    } ways[] = {{10, {8, 8, 8}}, {16, {16, 8}}, {8, {8, 8, 8}}, {3, {3, 3, 2, 3, 3}}};
    struct assay_error err = {0};
    struct assay_csv *csv;
    struct assay_table table = {0};
    struct assay_csv_options options = assay_csv_options_default();
    struct assay_csv_tuning tuning = assay_csv_tuning_default();
    const struct assay_column_request request = {"n", ASSAY_NUMBER, "n", true, false};
    tuning.slab_size = 16;
    options.n_thread = 1;
    const char *bytes = "n\n0\n1\n2\n3\n4\n5\n6\n7\n0\n1\n2\n3\n4\n5\n6\n7\n0\n1\n2\n3\n4\n5\n6\n7\n";
    ck_assay_ok(assay_csv_open_memory("n.csv", bytes, strlen(bytes), &options, &csv, &err));
    assay_csv_tune(csv, &tuning);
    ck_assay_ok(assay_csv_select(csv, &request, 1, &table, &err));
    bool more = true;
    for (size_t k = 0; k < 5 && ways[_i].given[k] > 0; k++) {
        size_t first = table.n_row;
        ck_assay_ok(assay_csv_read_whole(csv, &table, ways[_i].max_row, &more, &err));
        ck_assert_uint_eq(table.n_row - first, ways[_i].given[k]);
    }
    while (more)
        ck_assay_ok(assay_csv_read_whole(csv, &table, ways[_i].max_row, &more, &err));
    ck_assert_uint_eq(table.n_row, 24);
    for (size_t i = 0; i < table.n_row; i++)
        ck_assert_double_eq(table.columns[0].numbers[i], (double)(i % 8));
    assay_csv_close(csv);
    assay_table_clear(&table);
}
END_TEST

START_TEST(a_record_of_many_slabs_is_read)
{
    struct assay_text csv = {0};
    assay_text_puts(&csv, "name0,name1,name2\nx,1,2025-01-31\n\"");
    for (size_t k = 0; k < (1 << 20); k += 16)
        assay_text_puts(&csv, "sixteen \"\" bytes\n");
    assay_text_puts(&csv, "\",2,2025-02-28\ny,3,\n");
    struct way way = plain_way();
    way.n_thread = (size_t)_i;
    way.max_field = 1 << 22;
    struct outcome out;
    outcome_read("q3.csv", csv.data, csv.length, &way, &out);
    ck_assert_int_eq(out.status, ASSAY_OK);
    ck_assert_uint_eq(out.table.n_row, 3);
    ck_assert(out.table.columns[1].numbers[1] == 2.0 && out.table.columns[1].numbers[2] == 3.0);
    ck_assert_uint_eq(strlen(assay_dictionary_text(out.table.columns[0].dictionary, 1)),
                      (1 << 16) * 16);
    ck_assert_uint_eq(assay_table_line(&out.table, 2), 4 + (1 << 16));
    outcome_clear(&out);
    assay_text_clear(&csv);
}
END_TEST

/* ---- memory ---- */

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    static const char csv[] =
        "name0,name1,name2,name3,name4,name5\na-1,1,2025-12-31,1,2,pro\n"
        "a-2,x,2025-12-31,1,2,pro\n\"a record that is longer than its slab\",3,,0,y,free\n"
        "a-4,12345678901,2025-12-31T10:00,yes,NA,a plan of more than sixteen bytes\n"
        "short\na-5,,,1,,pro\n\"a\"b\na-6,1,,0,,pro";
    struct way way = plain_way();
    size_t n_failed = 0;
    way.tuning.slab_size = (size_t[]){7, 120, ASSAY_SLAB_SIZE}[_i];
    way.step = 2;
    for (size_t n = 1, reached = true; reached; n++) {
        struct outcome out;
        test_fail_allocation(n);
        outcome_read("q3.csv", csv, sizeof csv - 1, &way, &out);
        reached = test_allocations() >= n;
        test_fail_allocation(0);
        if (out.status == ASSAY_OK) { /* libcsv asks again, for less, when it is refused */
            ck_assert_uint_eq(out.table.n_row, 5);
            ck_assert_uint_eq(assay_csv_reject_count(out.csv), 3);
        } else {
            ck_assert_int_eq(out.status, ASSAY_ENOMEM);
            ck_assert_int_eq(strncmp(out.err.message, "out of memory ", 14), 0);
            n_failed++;
        }
        outcome_clear(&out);
    }
    ck_assert_uint_ge(n_failed, 40);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, generated_and_changed_bytes_read_the_same_in_every_way, 0, 2);
    tcase_add_test(tc, a_stop_shows_the_same_counts_however_far_was_read_ahead);
    tcase_add_loop_test(tc, every_instruction_set_reads_the_same, 0, 3);
    tcase_add_test(tc, gzip_reads_the_same_whole_and_cut_short);
    tcase_add_test(tc, the_rejects_file_is_the_same_to_the_byte);
    tcase_add_test(tc, repeated_texts_and_rows_of_whole_numbers_read_the_same);
    tcase_add_loop_test(tc, many_slabs_and_threads_keep_every_row_in_its_place, 1, 5);
    tcase_add_loop_test(tc, whole_slabs_are_not_cut_but_where_they_are_too_long, 0, 4);
    tcase_add_loop_test(tc, a_record_of_many_slabs_is_read, 1, 3);
    tcase_add_loop_test(tc, every_failing_allocation_is_reported_and_leaks_nothing, 0, 3);
}

ASSAY_SUITE("data/csv_fast", add_tests)
