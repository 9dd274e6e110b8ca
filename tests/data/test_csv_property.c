/* Random files written here and read back, read in pieces, and read without memory. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/number.h"
#include "core/base/text.h"
#include "tests/data/csv_reading.h"

/* SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t draw(uint64_t *state, uint64_t below)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % below;
}

/* ---- a random file, and what must be read from it ---- */

enum { MAX_ROWS = 60, TEXT_SIZE = 64, N_SEED = 200 };

struct row {
    char text[TEXT_SIZE]; /* "": empty */
    double number;        /* NaN: empty */
    int32_t date;
    int8_t flag;
    bool bad;
    size_t line;
};

struct sample {
    struct assay_text csv;
    struct row rows[MAX_ROWS];
    size_t n_row;
    char delimiter;
    const char *line_end;
};

static const struct assay_column_request sample_requests[] = {
    {"plan", ASSAY_TEXT, "plan \"plan\"", false, false},
    {"tickets_30d", ASSAY_NUMBER, "signal \"tickets_30d\"", false, false},
    {"churned_on", ASSAY_DATE, "outcome \"churned_on\"", false, false},
    {"renewed", ASSAY_FLAG, "renewal \"renewed\"", false, false},
};

static void draw_text(uint64_t *state, char out[TEXT_SIZE])
{
    static const char *const bits[] = {"a", "B", "7", ",", ";", "|", "\t", " ", "\"", "\n", "\r",
                                       "\r\n", "\u00e9", "\u20ac", "\U0001f600", "'", "\"\"", "."};
    out[0] = '\0';
    for (uint64_t n = draw(state, 10); n > 0; n--)
        strcat(out, bits[draw(state, COUNT(bits))]);
}

/* Quoted when it must be, and often when it need not be. */
static void add_field(struct sample *s, uint64_t *state, const char *text)
{
    size_t length = strlen(text);
    bool must = length > 0 && (strpbrk(text, "\"\r\n") != NULL || strchr(text, s->delimiter) ||
                               strchr(" \t", text[0]) || strchr(" \t", text[length - 1]));
    if (!must && draw(state, 3) > 0) {
        assay_text_puts(&s->csv, text);
        return;
    }
    assay_text_putc(&s->csv, '"');
    for (size_t k = 0; k < length; k++) {
        if (text[k] == '"')
            assay_text_putc(&s->csv, '"');
        assay_text_putc(&s->csv, text[k]);
    }
    assay_text_putc(&s->csv, '"');
}

static void add_blank_lines(struct sample *s, uint64_t *state)
{
    while (draw(state, 6) == 0) {
        assay_text_puts(&s->csv, draw(state, 2) ? "  " : "");
        assay_text_puts(&s->csv, s->line_end);
    }
}

/* Lines that begin before the end of text, by the rule of lines.h. */
static size_t line_at_end(const struct assay_text *text)
{
    size_t line = 1;
    for (size_t k = 0; k < text->length; k++)
        line += text->data[k] == '\n' || (text->data[k] == '\r' && text->data[k + 1] != '\n');
    return line;
}

static void draw_row(struct sample *s, uint64_t *state, struct row *row)
{
    static const char *const flags[] = {"", "0", "1", "no", "YES", "False", "true", "N", "y"};
    static const int8_t flag_values[] = {ASSAY_NO_FLAG, 0, 1, 0, 1, 0, 1, 0, 1};
    char number[ASSAY_NUMBER_SIZE] = "", date[ASSAY_DATE_SIZE] = "", noise[TEXT_SIZE];
    *row = (struct row){.number = NAN, .date = ASSAY_NO_DATE};
    draw_text(state, row->text);
    draw_text(state, noise);
    if (draw(state, 5) > 0) {
        row->number = ((double)draw(state, UINT64_C(1) << 53) - 4e15) *
                      pow(10.0, (double)draw(state, 40) - 30.0);
        assay_number_print(row->number, number);
    }
    if (draw(state, 5) > 0) {
        row->date = (int32_t)draw(state, 40000) - 10000;
        assay_date_print(row->date, date);
    }
    size_t flag = draw(state, COUNT(flags));
    row->flag = flag_values[flag];
    row->bad = draw(state, 8) == 0;
    add_blank_lines(s, state);
    row->line = line_at_end(&s->csv);
    add_field(s, state, noise);
    assay_text_putc(&s->csv, s->delimiter);
    add_field(s, state, row->text);
    assay_text_putc(&s->csv, s->delimiter);
    add_field(s, state, row->bad && draw(state, 2) ? "bad" : number);
    assay_text_putc(&s->csv, s->delimiter);
    add_field(s, state, row->bad ? "2025-13-01" : date);
    assay_text_putc(&s->csv, s->delimiter);
    add_field(s, state, flags[flag]);
}

static void draw_sample(uint64_t seed, struct sample *s)
{
    static const char *const line_ends[] = {"\n", "\r\n", "\r"};
    uint64_t state = seed;
    *s = (struct sample){0};
    s->delimiter = ",;\t|"[draw(&state, 4)];
    s->line_end = line_ends[draw(&state, 3)];
    const char *names[] = {"note", "plan", "tickets_30d", "churned_on", "renewed"};
    assay_text_puts(&s->csv, draw(&state, 2) ? "\xef\xbb\xbf" : "");
    add_blank_lines(s, &state);
    for (size_t k = 0; k < COUNT(names); k++) {
        if (k > 0)
            assay_text_putc(&s->csv, s->delimiter);
        add_field(s, &state, names[k]);
    }
    s->n_row = draw(&state, MAX_ROWS);
    for (size_t i = 0; i < s->n_row; i++) {
        assay_text_puts(&s->csv, s->line_end);
        draw_row(s, &state, &s->rows[i]);
    }
    assay_text_puts(&s->csv, draw(&state, 2) ? s->line_end : "");
}

static void check_row(const struct reading *r, size_t at, const struct row *row, uint64_t seed)
{
    const struct assay_column *c = r->table.columns;
    const char *text = cell_text(r, 0, at);
    ck_assert_msg(strcmp(text != NULL ? text : "", row->text) == 0, "seed %u row %zu: \"%s\"",
                  (unsigned)seed, at, text);
    double number = c[1].numbers[at];
    ck_assert(isnan(row->number) ? isnan(number) : number == row->number);
    ck_assert_int_eq(c[2].dates[at], row->date);
    ck_assert_int_eq(c[3].flags[at], row->flag);
    ck_assert_uint_eq(r->table.lines[at], row->line);
}

START_TEST(a_random_file_reads_back_equal_whatever_the_step)
{
    static const size_t steps[] = {1, 7, 1000};
    for (uint64_t seed = 1; seed <= N_SEED; seed++) {
        struct sample *s = malloc(sizeof *s);
        draw_sample(seed, s);
        struct reading r = {0};
        struct assay_csv_options options = assay_csv_options_default();
        r.status = assay_csv_open_memory("q3.csv", s->csv.data, s->csv.length, &options, &r.csv,
                                         &r.err);
        reading_go_on(&r, sample_requests, COUNT(sample_requests), steps[_i]);
        ck_assert_msg(r.status == ASSAY_OK, "seed %u: %s", (unsigned)seed, r.err.message);
        ck_assert_uint_eq(assay_csv_record_count(r.csv), s->n_row);
        ck_assert_int_eq(assay_csv_delimiter(r.csv), s->delimiter);
        size_t at = 0, n_bad = 0;
        for (size_t i = 0; i < s->n_row; i++) {
            if (s->rows[i].bad) {
                char place[32];
                snprintf(place, sizeof place, "q3.csv:%zu:", s->rows[i].line);
                const char *message = assay_csv_reject_message(r.csv, n_bad++);
                ck_assert(message == NULL || strncmp(message, place, strlen(place)) == 0);
            } else {
                check_row(&r, at++, &s->rows[i], seed);
            }
        }
        ck_assert_uint_eq(r.table.n_row, at);
        ck_assert_uint_eq(assay_csv_reject_count(r.csv), n_bad);
        reading_clear(&r);
        assay_text_clear(&s->csv);
        free(s);
    }
}
END_TEST

START_TEST(a_read_stops_at_the_asked_row_and_goes_on_from_there)
{
    struct reading r = {0};
    struct assay_error err = {0};
    struct assay_csv_options options = assay_csv_options_default();
    static const char csv[] = "arr\n1\n2\nx\n3\n4\n";
    static const struct assay_column_request request = {"arr", ASSAY_NUMBER, "value", false, false};
    bool more = false;
    ck_assay_ok(assay_csv_open_memory("q3.csv", csv, strlen(csv), &options, &r.csv, &err));
    ck_assay_ok(assay_csv_select(r.csv, &request, 1, &r.table, &err));
    ck_assay_ok(assay_csv_read(r.csv, &r.table, 0, &more, &err));
    ck_assert(more && r.table.n_row == 0);
    ck_assay_ok(assay_csv_read(r.csv, &r.table, 3, &more, &err));
    ck_assert(more && r.table.n_row == 3);
    ck_assert_uint_eq(assay_csv_record_count(r.csv), 4);
    assay_table_reset(&r.table);
    ck_assay_ok(assay_csv_read(r.csv, &r.table, 3, &more, &err));
    ck_assert(!more && r.table.n_row == 1);
    ck_assert(r.table.columns[0].numbers[0] == 4.0);
    ck_assay_ok(assay_csv_read(r.csv, &r.table, 3, &more, &err));
    ck_assert(!more && r.table.n_row == 1);
    reading_clear(&r);
}
END_TEST

#define GOOD_ROW "\"x\r\ny\",1.5,\" \"\"\"\r\n"
#define BAD_RECORD "\"pro\",\"a\"b,\"1\"" /* broken at the b, in the middle of its line */

/* Six good rows and a bad one, over and over, behind a header of `pad` bytes more, until the
 * reader's buffer of 2^18 bytes has been left behind. Returns the number of records. */
static size_t make_padded(struct assay_text *csv, size_t pad)
{
    size_t n = 0;
    assay_text_puts(csv, "plan,arr,p");
    while (pad-- > 0)
        assay_text_putc(csv, 'p');
    assay_text_puts(csv, "\r\n");
    for (; csv->length < (1 << 18) + 200; n++)
        assay_text_puts(csv, n % 7 == 6 ? BAD_RECORD "\r\n" : GOOD_ROW);
    return n;
}

static void check_padded(const struct reading *r, size_t n, size_t pad)
{
    ck_assert_msg(r->status == ASSAY_OK, "pad %zu: %s", pad, r->err.message);
    ck_assert_uint_eq(assay_csv_record_count(r->csv), n);
    ck_assert_uint_eq(assay_csv_rejects_by_reason(r->csv)[ASSAY_REJECT_QUOTE], n / 7);
    ck_assert_uint_eq(r->table.n_row, n - n / 7);
    ck_assert_uint_eq(assay_dictionary_count(r->table.columns[0].dictionary), 1);
    ck_assert_str_eq(cell_text(r, 0, 0), "x\r\ny");
    for (size_t i = 0; i < r->table.n_row; i++)
        if (r->table.lines[i] != 2 + 2 * i + i / 6 || r->table.columns[1].numbers[i] != 1.5)
            ck_abort_msg("pad %zu: row %zu on line %zu", pad, i, r->table.lines[i]);
}

static void check_records(const char *path, size_t n)
{
    static const struct assay_column_request request = {"record", ASSAY_TEXT, "record", true, false};
    struct reading r = {0};
    struct assay_csv_options options = assay_csv_options_default();
    r.status = assay_csv_open(path, &options, &r.csv, &r.err);
    reading_go_on(&r, &request, 1, 1000);
    ck_assert_int_eq(r.status, ASSAY_OK);
    ck_assert_uint_eq(r.table.n_row, n);
    ck_assert_uint_eq(assay_dictionary_count(r.table.columns[0].dictionary), 1);
    ck_assert_str_eq(cell_text(&r, 0, 0), BAD_RECORD);
    reading_clear(&r);
}

/* Records, quoted line ends and CRLFs lie across the end of the reader's buffer in every way: one
 * pad byte more moves all by one, and the pads go once round the seven rows. */
START_TEST(where_the_buffer_ends_does_not_matter)
{
    size_t cycle = 6 * strlen(GOOD_ROW) + strlen(BAD_RECORD) + 2;
    char path[] = "/tmp/assay-rejects-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    struct assay_csv_options options = assay_csv_options_default();
    options.rejects = path;
    for (size_t pad = 0; pad < cycle; pad++) {
        struct assay_text csv = {0};
        size_t n = make_padded(&csv, pad);
        struct reading r = read_memory("q3.csv", csv.data, csv.length, "plan arr", &options);
        check_padded(&r, n, pad);
        check_records(path, n / 7);
        reading_clear(&r);
        assay_text_clear(&csv);
    }
    unlink(path);
}
END_TEST

/* ---- wide ---- */

START_TEST(a_header_of_100000_columns_is_selected_and_read)
{
    enum { N = 100000 };
    struct assay_text csv = {0};
    for (int k = 0; k < N; k++)
        assay_text_printf(&csv, "%s\"column %d\"", k > 0 ? "," : "", k);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < N; k++)
            assay_text_printf(&csv, "%c%d", k > 0 ? ',' : '\n', k + i);
    struct reading r = {0};
    struct assay_error err = {0};
    struct assay_csv_options options = assay_csv_options_default();
    ck_assay_ok(assay_csv_open_memory("q3.csv", csv.data, csv.length, &options, &r.csv, &err));
    ck_assert_uint_eq(assay_csv_header_count(r.csv), N);
    struct assay_column_request *requests = calloc(N, sizeof *requests);
    for (size_t k = 0; k < N; k++) /* backwards, so that no order helps */
        requests[k] = (struct assay_column_request){assay_csv_header(r.csv, N - 1 - k),
                                                    ASSAY_NUMBER, "signal", true, false};
    bool more;
    ck_assay_ok(assay_csv_select(r.csv, requests, N, &r.table, &err));
    ck_assay_ok(assay_csv_read(r.csv, &r.table, 10, &more, &err));
    ck_assert_uint_eq(r.table.n_row, 3);
    for (size_t k = 0; k < N; k++)
        ck_assert(r.table.columns[k].numbers[2] == (double)(N - 1 - k + 2));
    free(requests);
    reading_clear(&r);
    assay_text_clear(&csv);
}
END_TEST

/* ---- memory ---- */

/* Opens, selects and reads with the n-th allocation failing; true while there is an n-th. */
static bool read_without_memory(size_t n, const char *csv, const struct assay_csv_options *options,
                                const char *wanted, struct reading *r)
{
    struct assay_column_request requests[8];
    size_t n_request = requests_of(wanted, requests, COUNT(requests));
    *r = (struct reading){0};
    test_fail_allocation(n);
    r->status = assay_csv_open_memory("q3.csv", csv, strlen(csv), options, &r->csv, &r->err);
    reading_go_on(r, requests, n_request, 1000);
    bool reached = test_allocations() >= n;
    test_fail_allocation(0);
    return reached;
}

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    static const char csv[] = "account_id;as_of;churned;tickets_30d;\"pl\"\"an\"\n"
                              "a-1;2025-12-31;1;3;pro\na-2;2025-13-31;1;3;pro\nshort\n"
                              "\"a\n3\";2025-12-31;0;;\na-4;2025-12-31;0;\"1\"2;\n"
                              "a-5;2025-12-31;0;4,5;basic";
    char path[] = "/tmp/assay-rejects-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    struct assay_csv_options options = assay_csv_options_default();
    options.rejects = path;
    size_t n_failed = 0;
    bool reached = true;
    for (size_t n = 1; reached; n++) {
        struct reading r;
        reached = read_without_memory(n, csv, &options, "account_id as_of churned tickets_30d", &r);
        if (r.status == ASSAY_OK) { /* libcsv asks again, for less, when it is refused */
            ck_assert_uint_eq(r.table.n_row, 2);
            ck_assert_uint_eq(assay_csv_reject_count(r.csv), 4);
        } else {
            ck_assert_int_eq(r.status, ASSAY_ENOMEM);
            ck_assert_int_eq(strncmp(r.err.message, "out of memory ", 14), 0);
            n_failed++;
        }
        reading_clear(&r);
    }
    ck_assert_uint_ge(n_failed, 30);
    unlink(path);
}
END_TEST

START_TEST(a_missing_column_survives_failing_allocations)
{
    static const char csv[] = "account_id,churnd\n1,0\n";
    struct assay_csv_options options = assay_csv_options_default();
    bool reached = true;
    for (size_t n = 1; reached; n++) {
        struct reading r;
        reached = read_without_memory(n, csv, &options, "account_id churned", &r);
        ck_assert(r.status == ASSAY_ENOMEM || r.status == ASSAY_EDATA);
        ck_assert_int_eq(r.status, r.err.status);
        reading_clear(&r);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, a_random_file_reads_back_equal_whatever_the_step, 0, 3);
    tcase_add_test(tc, a_read_stops_at_the_asked_row_and_goes_on_from_there);
    tcase_add_test(tc, where_the_buffer_ends_does_not_matter);
    tcase_add_test(tc, a_header_of_100000_columns_is_selected_and_read);
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
    tcase_add_test(tc, a_missing_column_survives_failing_allocations);
}

ASSAY_SUITE("data/csv_property", add_tests)
