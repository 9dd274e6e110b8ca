#include "core/data/source.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "core/base/file.h"
#include "tests/support/suite.h"

/* Packs text[length] as one gzip member behind what out holds already. */
static void add_member(struct assay_text *out, const char *text, size_t length)
{
    z_stream z = {0};
    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t bound = deflateBound(&z, length);
    unsigned char *packed = malloc(bound);
    z.next_in = (unsigned char *)(uintptr_t)text;
    z.avail_in = (unsigned)length;
    z.next_out = packed;
    z.avail_out = (unsigned)bound;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    assay_text_add(out, (char *)packed, z.total_out);
    deflateEnd(&z);
    free(packed);
}

/* Reads everything, `step` bytes at a time. */
static enum assay_status read_all(struct assay_source *source, size_t step,
                                  struct assay_text *out, struct assay_error *err)
{
    char buffer[1 << 16];
    size_t got;
    do {
        enum assay_status status = assay_source_read(source, buffer, step, &got, err);
        if (status != ASSAY_OK)
            return status;
        assay_text_add(out, buffer, got);
    } while (got == step);
    return ASSAY_OK;
}

static enum assay_status read_named(const char *name, const struct assay_text *bytes, size_t step,
                                    struct assay_text *out, struct assay_error *err)
{
    struct assay_source *source;
    enum assay_status status =
        assay_source_open_memory(name, bytes->data, bytes->length, &source, err);
    ck_assert_int_eq(status, ASSAY_OK);
    status = read_all(source, step, out, err);
    if (status == ASSAY_OK)
        ck_assert_uint_eq(assay_source_bytes(source), bytes->length);
    assay_source_close(source);
    return status;
}

START_TEST(fingerprint_is_that_of_the_bytes_on_disk)
{
    struct assay_source *source;
    struct assay_error err = {0};
    struct assay_text text = {0};
    ck_assay_ok(assay_source_open_memory("abc", "abc", 3, &source, &err));
    ck_assert_str_eq(assay_source_sha256(source), "");
    ck_assert_uint_eq(assay_source_size(source), 3);
    ck_assay_ok(read_all(source, 10, &text, &err));
    ck_assert_str_eq(text.data, "abc");
    /* FIPS 180-4's own example */
    ck_assert_str_eq(assay_source_sha256(source),
                     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assay_text_clear(&text);
    assay_source_close(source);
}
END_TEST

START_TEST(a_fingerprint_that_nobody_asks_for_stays_empty)
{
    struct assay_source *source;
    struct assay_error err = {0};
    struct assay_text text = {0};
    ck_assay_ok(assay_source_open_memory("abc", "abc", 3, &source, &err));
    assay_source_skip_sha256(source);
    ck_assay_ok(read_all(source, 10, &text, &err));
    ck_assert_str_eq(text.data, "abc");
    ck_assert_uint_eq(assay_source_bytes(source), 3);
    ck_assert_str_eq(assay_source_sha256(source), "");
    assay_text_clear(&text);
    assay_source_close(source);
}
END_TEST

/* Long enough for several refills; the step decides where members and buffers meet. */
START_TEST(gzip_members_are_joined_whatever_the_buffer)
{
    static const size_t steps[] = {1, 3, 1000, 65536};
    struct assay_text plain = {0}, packed = {0}, out = {0};
    struct assay_error err = {0};
    unsigned noise = 1;
    for (int k = 0; k < 150000; k++) {
        noise = noise * 1103515245u + 12345u;
        assay_text_putc(&plain, (char)(noise >> 16));
    }
    add_member(&packed, plain.data, 1000);
    add_member(&packed, "", 0);
    add_member(&packed, plain.data + 1000, plain.length - 1000);
    ck_assert_uint_gt(packed.length, 2 * 65536);
    ck_assay_ok(read_named("Q3.CSV.GZ", &packed, steps[_i], &out, &err));
    ck_assert_uint_eq(out.length, plain.length);
    ck_assert_int_eq(memcmp(out.data, plain.data, plain.length), 0);
    assay_text_clear(&plain);
    assay_text_clear(&packed);
    assay_text_clear(&out);
}
END_TEST

START_TEST(zeros_behind_gzip_are_padding)
{
    struct assay_text packed = {0}, out = {0};
    struct assay_error err = {0};
    add_member(&packed, "a,b\n", 4);
    for (int k = 0; k < 100000; k++)
        assay_text_putc(&packed, '\0');
    ck_assay_ok(read_named("a.gz", &packed, 4096, &out, &err));
    ck_assert_str_eq(out.data, "a,b\n");
    assay_text_clear(&packed);
    assay_text_clear(&out);
}
END_TEST

START_TEST(gzip_cut_off_anywhere_is_an_error)
{
    static const char text[] = "id,churned\n1,0\n2,1\n";
    struct assay_text packed = {0};
    add_member(&packed, text, strlen(text));
    for (size_t length = 1; length < packed.length; length++) {
        struct assay_text cut = {.data = packed.data, .length = length}, out = {0};
        struct assay_error err = {0};
        char wanted[128];
        snprintf(wanted, sizeof wanted, "q3.csv.gz: the gzip data is cut off after %zu bytes; "
                 "expected the whole file", length);
        ck_assert_int_eq(read_named("q3.csv.gz", &cut, 4096, &out, &err), ASSAY_EFORMAT);
        ck_assert_str_eq(err.message, wanted);
        assay_text_clear(&out);
    }
    assay_text_clear(&packed);
}
END_TEST

/* The lowest bit of every byte is guarded: by the header's form, the code, or the checksum. Only
 * bytes 3 to 9 of the header (hints, a time, a system) are passed over by unpacking. */
START_TEST(gzip_with_a_changed_byte_is_an_error)
{
    static const char text[] = "id,churned\n1,0\n2,1\n";
    struct assay_text packed = {0};
    add_member(&packed, text, strlen(text));
    for (size_t at = 0; at < packed.length; at++) {
        if (at >= 3 && at < 10)
            continue;
        struct assay_text out = {0};
        struct assay_error err = {0};
        packed.data[at] ^= 1;
        ck_assert_msg(read_named("q3.csv.gz", &packed, 4096, &out, &err) == ASSAY_EFORMAT,
                      "byte %zu", at);
        packed.data[at] ^= 1;
        assay_text_clear(&out);
    }
    assay_text_clear(&packed);
}
END_TEST

START_TEST(gzip_by_name_alone_is_an_error)
{
    struct assay_text plain = {0}, out = {0};
    struct assay_error err = {0};
    assay_text_puts(&plain, "id,churned\n1,0\n");
    ck_assert_int_eq(read_named("q3.csv.gz", &plain, 4096, &out, &err), ASSAY_EFORMAT);
    ck_assert_str_eq(err.message,
                     "q3.csv.gz: not gzip data; expected gzip behind a name that ends in .gz");
    assay_text_clear(&plain);
    assay_text_clear(&out);
}
END_TEST

START_TEST(text_behind_gzip_is_damage)
{
    struct assay_text packed = {0}, out = {0};
    struct assay_error err = {0};
    add_member(&packed, "a,b\n", 4);
    size_t length = packed.length;
    char wanted[128];
    assay_text_puts(&packed, "more text");
    ck_assert_int_eq(read_named("a.gz", &packed, 4096, &out, &err), ASSAY_EFORMAT);
    snprintf(wanted, sizeof wanted,
             "a.gz: the gzip data is damaged before byte %zu (incorrect header check)", length + 3);
    ck_assert_str_eq(err.message, wanted);
    assay_text_clear(&packed);
    assay_text_clear(&out);
}
END_TEST

START_TEST(what_is_not_a_file_says_so)
{
    struct assay_source *source = NULL;
    struct assay_error err = {0};
    ck_assert_int_eq(assay_source_open("no/such.csv", &source, &err), ASSAY_EIO);
    ck_assert_str_eq(err.message, "could not open \"no/such.csv\": No such file or directory");
    ck_assert_int_eq(assay_source_open("/", &source, &err), ASSAY_EIO);
    ck_assert_str_eq(err.message,
                     "could not open \"/\": it is a directory; expected a CSV file");
    ck_assert_ptr_null(source);
}
END_TEST

START_TEST(read_error_is_reported)
{
    struct assay_source *source = NULL;
    struct assay_error err = {0};
    char buffer[16];
    size_t got;
    /* A process's memory can be opened, and never read at address 0. */
    ck_assay_ok(assay_source_open("/proc/self/mem", &source, &err));
    ck_assert_int_eq(assay_source_read(source, buffer, sizeof buffer, &got, &err), ASSAY_EIO);
    ck_assert_str_eq(err.message, "could not read \"/proc/self/mem\": Input/output error");
    assay_source_close(source);
}
END_TEST

START_TEST(failing_allocations_are_reported)
{
    struct assay_text packed = {0};
    add_member(&packed, "id,churned\n1,0\n2,1\n", 19);
    for (size_t n = 1;; n++) {
        struct assay_source *source = NULL;
        struct assay_error err = {0};
        char buffer[64];
        size_t got;
        test_fail_allocation(n);
        enum assay_status status =
            assay_source_open_memory("a.gz", packed.data, packed.length, &source, &err);
        if (status == ASSAY_OK)
            status = assay_source_read(source, buffer, sizeof buffer, &got, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        assay_source_close(source);
        if (!reached)
            break;
        ck_assert_int_eq(status, ASSAY_ENOMEM);
    }
    assay_text_clear(&packed);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, fingerprint_is_that_of_the_bytes_on_disk);
    tcase_add_test(tc, a_fingerprint_that_nobody_asks_for_stays_empty);
    tcase_add_loop_test(tc, gzip_members_are_joined_whatever_the_buffer, 0, 4);
    tcase_add_test(tc, zeros_behind_gzip_are_padding);
    tcase_add_test(tc, gzip_cut_off_anywhere_is_an_error);
    tcase_add_test(tc, gzip_with_a_changed_byte_is_an_error);
    tcase_add_test(tc, gzip_by_name_alone_is_an_error);
    tcase_add_test(tc, text_behind_gzip_is_damage);
    tcase_add_test(tc, what_is_not_a_file_says_so);
    tcase_add_test(tc, read_error_is_reported);
    tcase_add_test(tc, failing_allocations_are_reported);
}

ASSAY_SUITE("data/source", add_tests)
