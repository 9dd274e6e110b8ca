#include "core/data/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "core/base/file.h"
#include "tests/data/csv_reading.h"

/* ---- forms that must all give the same three rows ---- */

#define BOM "\xef\xbb\xbf"

static const struct {
    const char *csv;
    char delimiter;
    bool guessed;
    size_t lines[3]; /* where the rows begin */
} forms[] = {
    {"account_id,tickets_30d,churned,plan\na-1,3,0,pro\na-2,,1,\"x,\ny\"\na-3,-1.5e1,yes,\n",
     ',', false, {2, 3, 5}},
    {BOM "account_id,tickets_30d,churned,plan\na-1,3,0,pro\na-2,,1,\"x,\ny\"\na-3,-1.5e1,yes,\n",
     ',', false, {2, 3, 5}},
    {BOM "\"account_id\",\"tickets_30d\",\"churned\",\"plan\"\n\"a-1\",\"3\",\"0\",\"pro\"\n"
         "\"a-2\",\"\",\"1\",\"x,\ny\"\n\"a-3\",\"-1.5e1\",\"yes\",\"\"",
     ',', false, {2, 3, 5}},
    {"account_id,tickets_30d,churned,plan\r\na-1,3,0,pro\r\na-2,NA,1,\"x,\ny\"\r\n"
     "a-3,-15,TRUE,null\r\n",
     ',', false, {2, 3, 5}},
    {"account_id,tickets_30d,churned,plan\ra-1,3,0,pro\ra-2,n/a,1,\"x,\ny\"\ra-3,-15,T,NaN\r",
     ',', false, {2, 3, 5}},
    {"account_id;tickets_30d;churned;plan\na-1;3;No;pro\na-2;;1;\"x,\ny\"\na-3;-15;Y;\n",
     ';', true, {2, 3, 5}},
    {"account_id\ttickets_30d\tchurned\tplan\na-1\t3\tn\tpro\na-2\t\tt\t\"x,\ny\"\na-3\t-15\t1\t",
     '\t', true, {2, 3, 5}},
    {"account_id|tickets_30d|churned|plan\na-1|3|f|pro\na-2||1|\"x,\ny\"\na-3|-15|1|\n",
     '|', true, {2, 3, 5}},
    {"\n\r\n   \naccount_id,tickets_30d,churned,plan\n\n\na-1,3,0,pro\n \t \n"
     "a-2,,1,\"x,\ny\"\n\r\r\na-3,-15,1,\n\n\n",
     ',', false, {7, 9, 13}},
    {"  account_id , tickets_30d,churned ,\tplan\n a-1\t, 3 , 0 ,pro  \n"
     " \"a-2\" ,  ,1, \"x,\ny\" \na-3,-15,1, \n",
     ',', false, {2, 3, 5}},
};

static void check_three_rows(const struct reading *r)
{
    ck_assert_msg(r->status == ASSAY_OK, "%s", r->err.message);
    ck_assert_msg(assay_csv_reject_count(r->csv) == 0, "%s",
                  assay_csv_reject_message(r->csv, 0));
    const struct assay_column *c = r->table.columns;
    ck_assert_uint_eq(r->table.n_row, 3);
    ck_assert_uint_eq(assay_csv_record_count(r->csv), 3);
    ck_assert_str_eq(cell_text(r, 0, 0), "a-1");
    ck_assert_str_eq(cell_text(r, 0, 1), "a-2");
    ck_assert_str_eq(cell_text(r, 0, 2), "a-3");
    ck_assert(c[1].numbers[0] == 3.0 && isnan(c[1].numbers[1]) && c[1].numbers[2] == -15.0);
    ck_assert(c[2].flags[0] == 0 && c[2].flags[1] == 1 && c[2].flags[2] == 1);
    ck_assert_str_eq(cell_text(r, 3, 0), "pro");
    ck_assert_str_eq(cell_text(r, 3, 1), "x,\ny");
    ck_assert_ptr_null(cell_text(r, 3, 2));
}

static const char wanted[] = "account_id tickets_30d churned plan";

START_TEST(every_form_of_csv_gives_the_same_rows)
{
    struct reading r = read_text(forms[_i].csv, wanted);
    check_three_rows(&r);
    ck_assert_int_eq(assay_csv_delimiter(r.csv), forms[_i].delimiter);
    ck_assert(assay_csv_delimiter_guessed(r.csv) == forms[_i].guessed);
    for (size_t i = 0; i < 3; i++)
        ck_assert_uint_eq(r.table.lines[i], forms[_i].lines[i]);
    reading_clear(&r);
}
END_TEST

START_TEST(last_record_needs_no_line_end)
{
    static const char *const files[] = {"account_id,plan\na,b", "account_id,plan\na,\"b\"",
                                        "account_id,plan\na,b\r", "account_id,plan\na,b\n  "};
    struct reading r = read_text(files[_i], "account_id plan");
    ck_assert_int_eq(r.status, ASSAY_OK);
    ck_assert_uint_eq(r.table.n_row, 1);
    ck_assert_str_eq(cell_text(&r, 1, 0), "b");
    reading_clear(&r);
}
END_TEST

START_TEST(quoted_delimiters_do_not_count_for_the_guess)
{
    struct reading r = read_text("\"a,b,c\";\"say \"\",,,\"\" twice\";plan\n1;2;pro\n", "plan");
    ck_assert_int_eq(r.status, ASSAY_OK);
    ck_assert_int_eq(assay_csv_delimiter(r.csv), ';');
    ck_assert_uint_eq(assay_csv_header_count(r.csv), 3);
    ck_assert_str_eq(assay_csv_header(r.csv, 1), "say \",,,\" twice");
    ck_assert_str_eq(cell_text(&r, 0, 0), "pro");
    reading_clear(&r);
}
END_TEST

START_TEST(comma_wins_a_tie_and_is_the_default)
{
    struct reading r = read_text("a;b,plan\n1,x\n", "plan");
    ck_assert_int_eq(r.status, ASSAY_OK);
    ck_assert_int_eq(assay_csv_delimiter(r.csv), ',');
    ck_assert(!assay_csv_delimiter_guessed(r.csv));
    reading_clear(&r);
    r = read_text("plan\npro\n", "plan");
    ck_assert_int_eq(assay_csv_delimiter(r.csv), ',');
    ck_assert_uint_eq(r.table.n_row, 1);
    reading_clear(&r);
}
END_TEST

START_TEST(given_delimiter_is_taken_at_its_word)
{
    struct assay_csv_options options = assay_csv_options_default();
    options.delimiter = ':';
    static const char csv[] = "\"a,b\nc\":plan:\"x;\"\n1,2:pro:3\n";
    struct reading r = read_memory("q3.csv", csv, strlen(csv), "plan", &options);
    ck_assert_int_eq(r.status, ASSAY_OK);
    ck_assert_int_eq(assay_csv_delimiter(r.csv), ':');
    ck_assert(!assay_csv_delimiter_guessed(r.csv));
    ck_assert_str_eq(assay_csv_header(r.csv, 0), "a,b\nc");
    ck_assert_str_eq(cell_text(&r, 0, 0), "pro");
    ck_assert_uint_eq(r.table.lines[0], 3);
    reading_clear(&r);
    options.delimiter = '\t'; /* a blank when it parts nothing, a field's end when it does */
    static const char tabs[] = "\t\tplan\n\t\tpro\n\t\t\n";
    r = read_memory("q3.csv", tabs, strlen(tabs), "plan", &options);
    ck_assert_int_eq(r.status, ASSAY_OK);
    ck_assert_uint_eq(r.table.n_row, 2);
    ck_assert_str_eq(cell_text(&r, 0, 0), "pro");
    reading_clear(&r);
}
END_TEST

START_TEST(unusable_delimiters_are_refused)
{
    static const char bad[] = {'"', '\n', '\r', ' ', '\xa7'};
    struct assay_csv_options options = assay_csv_options_default();
    options.delimiter = bad[_i];
    struct reading r = read_memory("q3.csv", "a\n", 2, "", &options);
    ck_assert_int_eq(r.status, ASSAY_EDATA);
    ck_assert_str_eq(r.err.message, "the delimiter is a quote, a blank, a line end or not ASCII; "
                                    "expected one character such as , or ;");
    ck_assert_ptr_null(r.csv);
}
END_TEST

START_TEST(header_alone_gives_no_rows)
{
    static const char *const files[] = {"plan,arr\n", "plan,arr", "plan,arr\r\n\r\n",
                                        BOM "plan,arr"};
    struct reading r = read_text(files[_i], "plan arr");
    ck_assert_int_eq(r.status, ASSAY_OK);
    ck_assert_uint_eq(r.table.n_row, 0);
    ck_assert_uint_eq(assay_csv_record_count(r.csv), 0);
    reading_clear(&r);
}
END_TEST

START_TEST(names_that_nobody_asks_for_may_be_empty_or_repeated)
{
    struct reading r = read_text(",x,x,plan,\n1,2,3,pro,4\n", "plan");
    ck_assert_int_eq(r.status, ASSAY_OK);
    ck_assert_str_eq(cell_text(&r, 0, 0), "pro");
    ck_assert_str_eq(assay_csv_header(r.csv, 0), "");
    ck_assert_str_eq(assay_csv_header(r.csv, 2), "x");
    reading_clear(&r);
}
END_TEST

/* Cells that nobody asked for may hold anything that libcsv takes. */
START_TEST(unselected_cells_are_not_looked_at)
{
    static const char csv[] = "junk,plan\n\xff\xfe\x00x,pro\n";
    struct reading r = read_memory("q3.csv", csv, sizeof csv - 1, "plan", NULL);
    ck_assert_int_eq(r.status, ASSAY_OK);
    ck_assert_uint_eq(assay_csv_reject_count(r.csv), 0);
    ck_assert_str_eq(cell_text(&r, 0, 0), "pro");
    reading_clear(&r);
}
END_TEST

START_TEST(nothing_selected_counts_rows)
{
    struct reading r = read_text("a,b\n1,2\n3,4\n5\n", "");
    ck_assert_int_eq(r.status, ASSAY_OK);
    ck_assert_uint_eq(r.table.n_row, 2);
    ck_assert_uint_eq(assay_csv_record_count(r.csv), 3);
    ck_assert_uint_eq(assay_csv_reject_count(r.csv), 1);
    reading_clear(&r);
}
END_TEST

/* A column may be wanted twice: as the same thing it is shared, as another it is read again. */
START_TEST(requests_of_one_column_are_shared_by_type)
{
    static const struct assay_column_request requests[] = {
        {"tenure", ASSAY_NUMBER, "signal \"tenure\"", false, false},
        {"plan", ASSAY_TEXT, "plan \"plan\"", false, false},
        {"tenure", ASSAY_TEXT, "segment \"tenure\"", false, false},
        {"tenure", ASSAY_NUMBER, "cohort \"tenure\"", true, false},
    };
    static const char csv[] = "tenure,plan\n12,pro\nNA,pro\nx,pro\n";
    struct reading r = {0};
    struct assay_csv_options options = assay_csv_options_default();
    r.status = assay_csv_open_memory("q3.csv", csv, strlen(csv), &options, &r.csv, &r.err);
    ck_assert_int_eq(r.status, ASSAY_OK);
    r.status = assay_csv_select(r.csv, requests, COUNT(requests), &r.table, &r.err);
    ck_assert_int_eq(r.status, ASSAY_OK);
    ck_assert_uint_eq(r.table.n_column, 3);
    ck_assert_uint_eq(assay_table_find(&r.table, "tenure", ASSAY_NUMBER), 0);
    ck_assert_uint_eq(assay_table_find(&r.table, "plan", ASSAY_TEXT), 1);
    ck_assert_uint_eq(assay_table_find(&r.table, "tenure", ASSAY_TEXT), 2);
    bool more;
    r.status = assay_csv_read(r.csv, &r.table, 100, &more, &r.err);
    ck_assert_int_eq(r.status, ASSAY_OK);
    ck_assert_uint_eq(r.table.n_row, 1);
    ck_assert(r.table.columns[0].numbers[0] == 12.0);
    ck_assert_str_eq(cell_text(&r, 2, 0), "12");
    ck_assert_uint_eq(assay_csv_reject_count(r.csv), 2);
    ck_assert_str_eq(assay_csv_reject_message(r.csv, 0),
                     "q3.csv:3:1: signal \"tenure\" is \"NA\"; expected a value");
    ck_assert_str_eq(assay_csv_reject_message(r.csv, 1),
                     "q3.csv:4:1: signal \"tenure\" is \"x\"; expected a number");
    reading_clear(&r);
}
END_TEST

START_TEST(dates_and_flags_are_read)
{
    struct reading r = read_text("as_of,churned_on,renewed\n2025-12-31,2026-01-01,yes\n"
                                 "1970-01-02T10:00:00Z,,\n2024-02-29 10:00,NULL,N/A\n",
                                 "as_of churned_on renewed");
    ck_assert_int_eq(r.status, ASSAY_OK);
    const struct assay_column *c = r.table.columns;
    ck_assert_uint_eq(r.table.n_row, 3);
    ck_assert_int_eq(c[1].dates[0], c[0].dates[0] + 1);
    ck_assert_int_eq(c[0].dates[1], 1);
    ck_assert_int_eq(c[1].dates[1], ASSAY_NO_DATE);
    ck_assert_int_eq(c[1].dates[2], ASSAY_NO_DATE);
    ck_assert_int_eq(c[2].flags[0], 1);
    ck_assert_int_eq(c[2].flags[1], ASSAY_NO_FLAG);
    ck_assert_int_eq(c[2].flags[2], ASSAY_NO_FLAG);
    reading_clear(&r);
}
END_TEST

/* The dictionary is what cohorts and segments are made from. */
START_TEST(bad_rows_leave_nothing_in_the_dictionary)
{
    struct reading r = read_text("plan,tickets_30d\nghost,x\npro,1\nphantom\nbasic,2\n",
                                 "plan tickets_30d");
    ck_assert_int_eq(r.status, ASSAY_OK);
    ck_assert_uint_eq(assay_csv_reject_count(r.csv), 2);
    const struct assay_dictionary *d = r.table.columns[0].dictionary;
    ck_assert_uint_eq(assay_dictionary_count(d), 2);
    ck_assert_int_eq(assay_dictionary_find(d, "pro"), 0);
    ck_assert_int_eq(assay_dictionary_find(d, "basic"), 1);
    reading_clear(&r);
}
END_TEST

START_TEST(reading_goes_on_behind_a_misplaced_quote)
{
    struct reading r = read_text("plan,arr\npro,1\nba\"sic,2\n\"x\"y,3\n\"a\nb\"c,3\nend,4\nx\"",
                                 "plan arr");
    ck_assert_int_eq(r.status, ASSAY_OK);
    ck_assert_uint_eq(r.table.n_row, 2);
    ck_assert_str_eq(cell_text(&r, 0, 1), "end");
    ck_assert_uint_eq(r.table.lines[1], 7);
    ck_assert_uint_eq(assay_csv_rejects_by_reason(r.csv)[ASSAY_REJECT_QUOTE], 4);
    ck_assert_uint_eq(assay_csv_record_count(r.csv), 6);
    static const char *const places[] = {"q3.csv:3: ", "q3.csv:4: ", "q3.csv:5: ", "q3.csv:8: "};
    for (size_t k = 0; k < COUNT(places); k++)
        ck_assert_int_eq(strncmp(assay_csv_reject_message(r.csv, k), places[k], strlen(places[k])),
                         0);
    reading_clear(&r);
}
END_TEST

START_TEST(first_bad_rows_are_worded_and_all_are_counted)
{
    struct assay_text csv = {0};
    assay_text_puts(&csv, "plan,arr\n");
    for (int k = 0; k < 1000; k++)
        assay_text_puts(&csv, k % 2 ? "pro,x\n" : "pro\n");
    struct reading r = read_text(csv.data, "plan arr");
    ck_assert_int_eq(r.status, ASSAY_OK);
    ck_assert_uint_eq(assay_csv_reject_count(r.csv), 1000);
    ck_assert_uint_eq(assay_csv_record_count(r.csv), 1000);
    ck_assert_uint_eq(assay_csv_rejects_by_reason(r.csv)[ASSAY_REJECT_WIDTH], 500);
    ck_assert_uint_eq(assay_csv_rejects_by_reason(r.csv)[ASSAY_REJECT_NUMBER], 500);
    ck_assert_str_eq(assay_csv_reject_message(r.csv, ASSAY_REJECTS_SHOWN - 1),
                     "q3.csv:21:2: value \"arr\" is \"x\"; expected a number");
    ck_assert_ptr_null(assay_csv_reject_message(r.csv, ASSAY_REJECTS_SHOWN));
    reading_clear(&r);
    assay_text_clear(&csv);
}
END_TEST

START_TEST(reasons_have_names)
{
    static const char *const names[] = {"width", "quote", "number", "date",
                                        "outcome", "text", "empty"};
    ck_assert_uint_eq(COUNT(names), ASSAY_REJECT_REASONS);
    for (int k = 0; k < ASSAY_REJECT_REASONS; k++)
        ck_assert_str_eq(assay_reject_reason_name((enum assay_reject_reason)k), names[k]);
}
END_TEST

/* ---- files ---- */

static char folder[] = "/tmp/assay-csv-XXXXXX";

static void make_folder(void)
{
    memcpy(folder, "/tmp/assay-csv-XXXXXX", sizeof folder);
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void remove_folder(void)
{
    static const char *const names[] = {"q3.csv", "q3.csv.gz", "rejects.csv"};
    for (size_t k = 0; k < COUNT(names); k++)
        unlink(path_of(names[k]));
    ck_assert_int_eq(rmdir(folder), 0); /* so nothing else was left behind */
}

START_TEST(a_file_is_read_and_fingerprinted)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_file_write(path_of("q3.csv"), forms[1].csv, strlen(forms[1].csv), &err));
    struct reading r = read_path(path_of("q3.csv"), wanted);
    check_three_rows(&r);
    ck_assert_str_eq(assay_csv_name(r.csv), path_of("q3.csv"));
    ck_assert_uint_eq(assay_csv_bytes(r.csv), strlen(forms[1].csv));
    ck_assert_uint_eq(assay_csv_size(r.csv), strlen(forms[1].csv));
    struct assay_sha256 hash;
    char want[ASSAY_SHA256_TEXT_SIZE], got[ASSAY_SHA256_TEXT_SIZE];
    assay_sha256_init(&hash);
    assay_sha256_add(&hash, forms[1].csv, strlen(forms[1].csv));
    assay_sha256_finish(&hash, want);
    assay_csv_sha256(r.csv, got);
    ck_assert_str_eq(got, want);
    reading_clear(&r);
}
END_TEST

START_TEST(a_gzip_file_of_two_members_is_read)
{
    for (int member = 0; member < 2; member++) {
        gzFile gz = gzopen(path_of("q3.csv.gz"), member == 0 ? "wb" : "ab");
        size_t half = strlen(forms[0].csv) / 2;
        const char *part = member == 0 ? forms[0].csv : forms[0].csv + half;
        size_t length = member == 0 ? half : strlen(forms[0].csv) - half;
        ck_assert_int_eq(gzwrite(gz, part, (unsigned)length), (int)length);
        ck_assert_int_eq(gzclose(gz), Z_OK);
    }
    struct reading r = read_path(path_of("q3.csv.gz"), wanted);
    check_three_rows(&r);
    ck_assert_uint_eq(assay_csv_bytes(r.csv), assay_csv_size(r.csv));
    reading_clear(&r);
}
END_TEST

/* Written slowly, so that reads come up short. */
START_TEST(standard_input_is_read_from_a_pipe)
{
    int ends[2], saved = dup(STDIN_FILENO);
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        const char *csv = forms[0].csv;
        for (size_t k = 0; k < strlen(csv); k++)
            if (write(ends[1], csv + k, 1) != 1)
                _exit(1);
        _exit(0);
    }
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    struct reading r = read_path("-", wanted);
    check_three_rows(&r);
    ck_assert_str_eq(assay_csv_name(r.csv), "standard input");
    ck_assert_uint_eq(assay_csv_size(r.csv), 0);
    reading_clear(&r);
    int result;
    ck_assert_int_eq(waitpid(child, &result, 0), child);
    ck_assert_int_eq(result, 0);
    dup2(saved, STDIN_FILENO);
    close(saved);
}
END_TEST

/* Every column as what its first cell looks like, against a reading that shares no code. */
START_TEST(real_data_agrees_with_a_plain_reading)
{
    static const char name[] = "datasets/telco_signals.csv";
    if (!test_needs_shared(name))
        return;
    struct test_frame *frame = test_frame_read(name);
    struct assay_column_request requests[64] = {0};
    ck_assert_uint_le(frame->n_column, COUNT(requests));
    for (size_t k = 0; k < frame->n_column; k++)
        requests[k] = (struct assay_column_request){
            frame->names[k], isnan(frame->values[k][0]) ? ASSAY_TEXT : ASSAY_NUMBER, "signal",
            false, false};
    struct reading r = {0};
    struct assay_csv_options options = assay_csv_options_default();
    r.status = assay_csv_open(test_shared(name), &options, &r.csv, &r.err);
    reading_go_on(&r, requests, frame->n_column, 1000);
    ck_assert_msg(r.status == ASSAY_OK, "%s", r.err.message);
    ck_assert_uint_eq(assay_csv_reject_count(r.csv), 0);
    ck_assert_uint_eq(r.table.n_row, frame->n_row);
    for (size_t k = 0; k < frame->n_column; k++)
        for (size_t i = 0; i < frame->n_row; i++) {
            if (requests[k].type == ASSAY_TEXT) {
                ck_assert_str_eq(cell_text(&r, k, i), frame->text[k][i]);
            } else {
                double got = r.table.columns[k].numbers[i], want = frame->values[k][i];
                ck_assert(got == want || (isnan(got) && isnan(want)));
            }
        }
    reading_clear(&r);
    test_frame_free(frame);
}
END_TEST

static struct reading read_with_rejects(const char *csv)
{
    struct assay_csv_options options = assay_csv_options_default();
    options.rejects = path_of("rejects.csv");
    return read_memory("q3.csv", csv, strlen(csv), "account_id arr churned", &options);
}

START_TEST(rejects_file_keeps_bad_rows_as_they_stood)
{
    struct reading r = read_with_rejects("account_id,arr,churned\r\na-1,1,0\r\n"
                                         "a-2,\"1,5\",0\r\n\"a\n3\",1\r\na\"4,1,0\r\n,5,1\r\n"
                                         "a-6,1,\"say \"\"no\"\"\"");
    ck_assert_msg(r.status == ASSAY_OK, "%s", r.err.message);
    ck_assert_uint_eq(r.table.n_row, 1);
    reading_clear(&r);
    struct assay_text text = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_file_read(path_of("rejects.csv"), 10000, &text, &err));
    ck_assert_str_eq(text.data,
                     "line,column,name,reason,value,expected,record\n"
                     "3,2,arr,number,\"1,5\",a number (a decimal comma? write 1.5),"
                     "\"a-2,\"\"1,5\"\",0\"\n"
                     "4,,,width,2 fields,3 fields,\"\"\"a\n3\"\",1\"\n"
                     "6,,,quote,,quotes around the whole field and doubled inside it,"
                     "\"a\"\"4,1,0\"\n"
                     "7,1,account_id,empty,,a value,\",5,1\"\n"
                     "8,3,churned,outcome,\"say \"\"no\"\"\",\"0 or 1, yes or no, true or false\","
                     "\"a-6,1,\"\"say \"\"\"\"no\"\"\"\"\"\"\"\n");
    assay_text_clear(&text);
}
END_TEST

START_TEST(rejects_can_be_read_back)
{
    struct reading r = read_with_rejects("account_id,arr,churned\na,x,\"q\"\"\n;\"\n");
    reading_clear(&r);
    r = read_path(path_of("rejects.csv"), "");
    ck_assert_int_eq(r.status, ASSAY_OK);
    ck_assert_uint_eq(r.table.n_row, 1);
    ck_assert_uint_eq(assay_csv_header_count(r.csv), 7);
    reading_clear(&r);
}
END_TEST

START_TEST(rejects_file_appears_at_the_end_or_not_at_all)
{
    struct reading r = read_with_rejects("account_id,arr,churned\na,x,0\nb,\"");
    ck_assert_int_eq(r.status, ASSAY_EFORMAT);
    reading_clear(&r);
    ck_assert_int_ne(access(path_of("rejects.csv"), F_OK), 0);
}
END_TEST

START_TEST(rejects_that_cannot_be_written_are_an_error)
{
    struct assay_csv_options options = assay_csv_options_default();
    options.rejects = "no/such/folder.csv";
    struct reading r = read_memory("q3.csv", "a\n1\n", 4, "", &options);
    ck_assert_int_eq(r.status, ASSAY_EIO);
    ck_assert_str_eq(r.err.message,
                     "could not write \"no/such/folder.csv\": No such file or directory");
    ck_assert_ptr_null(r.csv);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_checked_fixture(tc, make_folder, remove_folder);
    tcase_add_loop_test(tc, every_form_of_csv_gives_the_same_rows, 0, COUNT(forms));
    tcase_add_loop_test(tc, last_record_needs_no_line_end, 0, 4);
    tcase_add_test(tc, quoted_delimiters_do_not_count_for_the_guess);
    tcase_add_test(tc, comma_wins_a_tie_and_is_the_default);
    tcase_add_test(tc, given_delimiter_is_taken_at_its_word);
    tcase_add_loop_test(tc, unusable_delimiters_are_refused, 0, 5);
    tcase_add_loop_test(tc, header_alone_gives_no_rows, 0, 4);
    tcase_add_test(tc, names_that_nobody_asks_for_may_be_empty_or_repeated);
    tcase_add_test(tc, unselected_cells_are_not_looked_at);
    tcase_add_test(tc, nothing_selected_counts_rows);
    tcase_add_test(tc, requests_of_one_column_are_shared_by_type);
    tcase_add_test(tc, dates_and_flags_are_read);
    tcase_add_test(tc, bad_rows_leave_nothing_in_the_dictionary);
    tcase_add_test(tc, reading_goes_on_behind_a_misplaced_quote);
    tcase_add_test(tc, first_bad_rows_are_worded_and_all_are_counted);
    tcase_add_test(tc, reasons_have_names);
    tcase_add_test(tc, a_file_is_read_and_fingerprinted);
    tcase_add_test(tc, a_gzip_file_of_two_members_is_read);
    tcase_add_test(tc, standard_input_is_read_from_a_pipe);
    tcase_add_test(tc, real_data_agrees_with_a_plain_reading);
    tcase_add_test(tc, rejects_file_keeps_bad_rows_as_they_stood);
    tcase_add_test(tc, rejects_can_be_read_back);
    tcase_add_test(tc, rejects_file_appears_at_the_end_or_not_at_all);
    tcase_add_test(tc, rejects_that_cannot_be_written_are_an_error);
}

ASSAY_SUITE("data/csv", add_tests)
