#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "tests/data/csv_reading.h"

#define QUOTE_MESSAGE \
    "a quote stands inside an unquoted field or text behind a closing quote; expected quotes " \
    "around the whole field and doubled inside it"
#define FLAG_EXPECTED "expected 0 or 1, yes or no, true or false"
#define NUMBER_OR_EMPTY "expected a number or an empty cell"
#define EXCEL "(in Excel: save as \"CSV UTF-8\")"
#define BYTES(text) text, sizeof(text) - 1

/* ---- files with exactly one bad row ---- */

static const struct {
    const char *wanted, *csv;
    size_t length;
    enum assay_reject_reason reason;
    const char *message;
} bad_rows[] = {
    /* numbers */
    {"tickets_30d", BYTES("a,b,c,tickets_30d\n1,2,3,4\n1,2,3,n.a.\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:3:4: signal \"tickets_30d\" is \"n.a.\"; " NUMBER_OR_EMPTY
     " (missing? leave the cell empty)"},
    {"tickets_30d", BYTES("tickets_30d\n0x10\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: signal \"tickets_30d\" is \"0x10\"; " NUMBER_OR_EMPTY},
    {"tickets_30d", BYTES("tickets_30d\ninf\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: signal \"tickets_30d\" is \"inf\"; " NUMBER_OR_EMPTY},
    {"tickets_30d", BYTES("tickets_30d\n1e999\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: signal \"tickets_30d\" is \"1e999\"; " NUMBER_OR_EMPTY},
    {"tickets_30d", BYTES("tickets_30d\n-\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: signal \"tickets_30d\" is \"-\"; " NUMBER_OR_EMPTY
     " (missing? leave the cell empty)"},
    {"tickets_30d", BYTES("tickets_30d\n\" 5\"\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: signal \"tickets_30d\" is \" 5\"; " NUMBER_OR_EMPTY
     " (write it as a plain number)"},
    {"tickets_30d", BYTES("tickets_30d\n1\0002\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: signal \"tickets_30d\" is \"1\\x002\"; " NUMBER_OR_EMPTY},
    {"tickets_30d", BYTES("tickets_30d\n\"1\n2\"\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: signal \"tickets_30d\" is \"1\\x0a2\"; " NUMBER_OR_EMPTY},
    {"tickets_30d", BYTES("tickets_30d\n1234567890123456789012345678901234567890x\n"),
     ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: signal \"tickets_30d\" is \"1234567890123456789012345678901234567890...\"; "
     NUMBER_OR_EMPTY},
    {"logins_30d", BYTES("logins_30d\nmany\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: signal \"logins\" (column \"logins_30d\") is \"many\"; " NUMBER_OR_EMPTY},
    {"arr", BYTES("arr\nmuch\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: value \"arr\" is \"much\"; expected a number"},
    /* numbers as people write them */
    {"tickets_30d", BYTES("tickets_30d\n\"1,5\"\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: signal \"tickets_30d\" is \"1,5\"; " NUMBER_OR_EMPTY
     " (a decimal comma? write 1.5)"},
    {"tickets_30d", BYTES("tickets_30d;x\n-0,125;1\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: signal \"tickets_30d\" is \"-0,125\"; " NUMBER_OR_EMPTY
     " (a decimal comma? write -0.125)"},
    {"tickets_30d", BYTES("tickets_30d;x\n1,25e3;1\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: signal \"tickets_30d\" is \"1,25e3\"; " NUMBER_OR_EMPTY
     " (a decimal comma? write 1.25e3)"},
    {"tickets_30d", BYTES("tickets_30d;x\n1,200;1\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: signal \"tickets_30d\" is \"1,200\"; " NUMBER_OR_EMPTY
     " (write it as a plain number)"},
    {"tickets_30d", BYTES("tickets_30d;x\n-12,345;1\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: signal \"tickets_30d\" is \"-12,345\"; " NUMBER_OR_EMPTY
     " (write it as a plain number)"},
    {"arr", BYTES("arr\n\"$1,200\"\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: value \"arr\" is \"$1,200\"; expected a number (write it as a plain number)"},
    {"arr", BYTES("arr\n45%\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: value \"arr\" is \"45%\"; expected a number (write it as a plain number)"},
    {"arr", BYTES("arr\n1 200\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: value \"arr\" is \"1 200\"; expected a number (write it as a plain number)"},
    {"arr", BYTES("arr\n1'200.50\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: value \"arr\" is \"1'200.50\"; expected a number (write it as a plain number)"},
    {"arr", BYTES("arr\n\"1,234,567\"\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: value \"arr\" is \"1,234,567\"; expected a number (write it as a plain number)"},
    {"arr", BYTES("arr;x\n1.234,56;1\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: value \"arr\" is \"1.234,56\"; expected a number (write it as a plain number)"},
    {"arr", BYTES("arr\n\u20ac\u00a05\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: value \"arr\" is \"\u20ac\u00a05\"; expected a number "
     "(write it as a plain number)"},
    {"arr", BYTES("arr\n$\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: value \"arr\" is \"$\"; expected a number"},
    {"arr", BYTES("arr;x\n,5x;1\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: value \"arr\" is \",5x\"; expected a number"},
    /* dates */
    {"as_of", BYTES("id,as_of\n1,31/12/2025\n"), ASSAY_REJECT_DATE,
     "q3.csv:2:2: as_of \"as_of\" is \"31/12/2025\"; expected a date as 2025-12-31"},
    {"as_of", BYTES("as_of\n2025-02-29\n"), ASSAY_REJECT_DATE,
     "q3.csv:2:1: as_of \"as_of\" is \"2025-02-29\"; expected a date as 2025-12-31"},
    {"as_of", BYTES("as_of\n20251231\n"), ASSAY_REJECT_DATE,
     "q3.csv:2:1: as_of \"as_of\" is \"20251231\"; expected a date as 2025-12-31"},
    {"as_of", BYTES("as_of\n2025-12-31x\n"), ASSAY_REJECT_DATE,
     "q3.csv:2:1: as_of \"as_of\" is \"2025-12-31x\"; expected a date as 2025-12-31"},
    {"as_of", BYTES("as_of\n46022\n"), ASSAY_REJECT_DATE,
     "q3.csv:2:1: as_of \"as_of\" is \"46022\"; expected a date as 2025-12-31"},
    {"churned_on", BYTES("churned_on\nnever\n"), ASSAY_REJECT_DATE,
     "q3.csv:2:1: outcome \"churned_on\" is \"never\"; expected a date as 2025-12-31"},
    /* flags */
    {"churned", BYTES("a,b,churned\n1,2,maybe\n"), ASSAY_REJECT_OUTCOME,
     "q3.csv:2:3: outcome \"churned\" is \"maybe\"; " FLAG_EXPECTED},
    {"churned", BYTES("churned\n0.00\n"), ASSAY_REJECT_OUTCOME,
     "q3.csv:2:1: outcome \"churned\" is \"0.00\"; " FLAG_EXPECTED},
    {"churned", BYTES("churned\n2\n"), ASSAY_REJECT_OUTCOME,
     "q3.csv:2:1: outcome \"churned\" is \"2\"; " FLAG_EXPECTED},
    {"churned", BYTES("churned\nyess\n"), ASSAY_REJECT_OUTCOME,
     "q3.csv:2:1: outcome \"churned\" is \"yess\"; " FLAG_EXPECTED},
    {"churned", BYTES("churned\n-1\n"), ASSAY_REJECT_OUTCOME,
     "q3.csv:2:1: outcome \"churned\" is \"-1\"; " FLAG_EXPECTED},
    /* empty where it must not be */
    {"account_id", BYTES("account_id,x\n,1\n"), ASSAY_REJECT_EMPTY,
     "q3.csv:2:1: id \"account_id\" is empty; expected a value"},
    {"account_id", BYTES("account_id,x\n\"\",1\n"), ASSAY_REJECT_EMPTY,
     "q3.csv:2:1: id \"account_id\" is empty; expected a value"},
    {"account_id", BYTES("account_id,x\nN/A,1\n"), ASSAY_REJECT_EMPTY,
     "q3.csv:2:1: id \"account_id\" is \"N/A\"; expected a value"},
    {"churned", BYTES("churned,x\nNULL,1\n"), ASSAY_REJECT_EMPTY,
     "q3.csv:2:1: outcome \"churned\" is \"NULL\"; expected a value"},
    {"as_of", BYTES("x,as_of\n1, \n"), ASSAY_REJECT_EMPTY,
     "q3.csv:2:2: as_of \"as_of\" is empty; expected a value"},
    {"arr", BYTES("x,arr\n1,nan\n"), ASSAY_REJECT_EMPTY,
     "q3.csv:2:2: value \"arr\" is \"nan\"; expected a value"},
    /* text */
    {"plan", BYTES("plan\nCaf\xe9\n"), ASSAY_REJECT_TEXT,
     "q3.csv:2:1: plan \"plan\" is \"Caf\\xe9\"; expected text in UTF-8 " EXCEL},
    {"plan", BYTES("plan\n\xed\xa0\x80\n"), ASSAY_REJECT_TEXT,
     "q3.csv:2:1: plan \"plan\" is \"\\xed\\xa0\\x80\"; expected text in UTF-8 " EXCEL},
    {"plan", BYTES("plan\npr\0o\n"), ASSAY_REJECT_TEXT,
     "q3.csv:2:1: plan \"plan\" is \"pr\\x00o\"; expected text without NUL bytes"},
    /* width */
    {"plan", BYTES("a,b,plan\n1,2\n"), ASSAY_REJECT_WIDTH,
     "q3.csv:2: row has 2 fields; the header has 3"},
    {"plan", BYTES("a,b,plan\n1,2,3,4\n"), ASSAY_REJECT_WIDTH,
     "q3.csv:2: row has 4 fields; the header has 3"},
    {"plan", BYTES("a,b,plan\nx\n"), ASSAY_REJECT_WIDTH,
     "q3.csv:2: row has 1 field; the header has 3"},
    {"plan", BYTES("a,b,plan\n1,2,3,\n"), ASSAY_REJECT_WIDTH,
     "q3.csv:2: row has 4 fields; the header has 3"},
    {"arr", BYTES("arr,b\nx\n"), ASSAY_REJECT_WIDTH, /* not its bad cell: cells may have moved */
     "q3.csv:2: row has 1 field; the header has 2"},
    {"plan", BYTES("a,b,plan\n1;2;3\n"), ASSAY_REJECT_WIDTH,
     "q3.csv:2: row has 1 field; the header has 3"},
    /* quotes */
    {"plan", BYTES("a,plan\n1,pr\"o\n"), ASSAY_REJECT_QUOTE, "q3.csv:2: " QUOTE_MESSAGE},
    {"plan", BYTES("a,plan\n1,\"pro\"x\n"), ASSAY_REJECT_QUOTE, "q3.csv:2: " QUOTE_MESSAGE},
    {"plan", BYTES("a,plan\n1,\"pro\" \"x\"\n"), ASSAY_REJECT_QUOTE, "q3.csv:2: " QUOTE_MESSAGE},
    {"plan", BYTES("a,plan\n12\" screen,pro\n"), ASSAY_REJECT_QUOTE, "q3.csv:2: " QUOTE_MESSAGE},
    {"plan", BYTES("a,plan\n\"12\nor 13\"\" \" x,pro\n"), ASSAY_REJECT_QUOTE,
     "q3.csv:2: " QUOTE_MESSAGE},
    /* the place: first bad cell in the file's order; lines counted through blanks and quotes */
    {"arr churned tickets_30d", BYTES("tickets_30d,churned,arr\nx,y,z\n"), ASSAY_REJECT_NUMBER,
     "q3.csv:2:1: signal \"tickets_30d\" is \"x\"; " NUMBER_OR_EMPTY},
    {"plan churned", BYTES("plan,churned\r\n\r\n\"a\r\nb\",1\r\n\r\nc,2\r\n"), ASSAY_REJECT_OUTCOME,
     "q3.csv:6:2: outcome \"churned\" is \"2\"; " FLAG_EXPECTED},
    {"plan churned", BYTES("plan,churned\r\"a\rb\",1\r\r\"c\r\",2\r"), ASSAY_REJECT_OUTCOME,
     "q3.csv:5:2: outcome \"churned\" is \"2\"; " FLAG_EXPECTED},
    {"plan churned", BYTES("plan,churned\n\"\n\n\n\",1\n\"\n\",2\n"), ASSAY_REJECT_OUTCOME,
     "q3.csv:6:2: outcome \"churned\" is \"2\"; " FLAG_EXPECTED},
    {"churned", BYTES("\xef\xbb\xbf\n\nchurned\n\n?"), ASSAY_REJECT_OUTCOME,
     "q3.csv:5:1: outcome \"churned\" is \"?\"; " FLAG_EXPECTED},
};

START_TEST(a_bad_row_is_named_by_place_value_and_expectation)
{
    struct reading r =
        read_memory("q3.csv", bad_rows[_i].csv, bad_rows[_i].length, bad_rows[_i].wanted, NULL);
    ck_assert_msg(r.status == ASSAY_OK, "%s", r.err.message);
    ck_assert_uint_eq(assay_csv_reject_count(r.csv), 1);
    ck_assert_str_eq(assay_csv_reject_message(r.csv, 0), bad_rows[_i].message);
    ck_assert_uint_eq(assay_csv_rejects_by_reason(r.csv)[bad_rows[_i].reason], 1);
    ck_assert_uint_eq(assay_csv_record_count(r.csv), r.table.n_row + 1);
    reading_clear(&r);
}
END_TEST

/* ---- files that cannot be read at all ---- */

static const struct {
    const char *wanted, *csv;
    size_t length;
    enum assay_status status;
    const char *message, *hint;
} bad_files[] = {
    {"", BYTES(""), ASSAY_EFORMAT, "q3.csv: empty; expected a header line", ""},
    {"", BYTES("\xef\xbb\xbf"), ASSAY_EFORMAT, "q3.csv: empty; expected a header line", ""},
    {"", BYTES("\n \r\n\t\n"), ASSAY_EFORMAT, "q3.csv: empty; expected a header line", ""},
    {"", BYTES("\n,,\n1,2,3\n"), ASSAY_EFORMAT,
     "q3.csv:2: every column name is empty; expected a header line", ""},
    {"", BYTES("\"\"\n1\n"), ASSAY_EFORMAT,
     "q3.csv:1: every column name is empty; expected a header line", ""},
    {"", BYTES("\xff\xfei\0d\0\n\0"), ASSAY_EFORMAT,
     "q3.csv: the file is UTF-16; expected UTF-8 " EXCEL, ""},
    {"", BYTES("\xfe\xff\0i\0d\0\n"), ASSAY_EFORMAT,
     "q3.csv: the file is UTF-16; expected UTF-8 " EXCEL, ""},
    {"", BYTES("i\0d\0\n\0"), ASSAY_EFORMAT,
     "q3.csv: the file is UTF-16; expected UTF-8 " EXCEL, ""},
    {"", BYTES("\0i\0d\0\n"), ASSAY_EFORMAT,
     "q3.csv: the file is UTF-16; expected UTF-8 " EXCEL, ""},
    {"", BYTES("PK\3\4\24\0\6\0"), ASSAY_EFORMAT,
     "q3.csv: is a spreadsheet or zip file; expected CSV text", ""},
    {"", BYTES("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), ASSAY_EFORMAT,
     "q3.csv: is a spreadsheet or zip file; expected CSV text", ""},
    {"", BYTES("\x1f\x8b\x08\0\0\0\0\0"), ASSAY_EFORMAT,
     "q3.csv: is packed with gzip; expected CSV text",
     "Unpack it with gunzip, or let its name end in .gz."},
    {"", BYTES("id,Gr\xf6\xdf" "e\n1,2\n"), ASSAY_EFORMAT,
     "q3.csv:1:2: column name \"Gr\\xf6\\xdfe\" is not text in UTF-8; expected UTF-8 " EXCEL, ""},
    {"", BYTES("id,a\0b\n1,2\n"), ASSAY_EFORMAT,
     "q3.csv:1:2: column name \"a\\x00b\" is not text in UTF-8; expected UTF-8 " EXCEL, ""},
    {"", BYTES("id,5\" nails\n1,2\n"), ASSAY_EFORMAT, "q3.csv:1: " QUOTE_MESSAGE, ""},
    {"", BYTES("\n\n\"id\"x,b\n1,2\n"), ASSAY_EFORMAT, "q3.csv:3: " QUOTE_MESSAGE, ""},
    {"", BYTES("id,\"b\n1,2\n3,4\n"), ASSAY_EFORMAT,
     "q3.csv:1: a quote is still open at the end of the file; expected a closing quote in the "
     "record that begins on this line", ""},
    {"plan", BYTES("id,plan\n1,pro\n2,\"pro\n3,basic\n4,pro\n"), ASSAY_EFORMAT,
     "q3.csv:3: a quote is still open at the end of the file; expected a closing quote in the "
     "record that begins on this line", ""},
    {"churned", BYTES("account_id,churnd\n1,2\n"), ASSAY_EDATA,
     "q3.csv: no column \"churned\"; expected it as the outcome", "Did you mean \"churnd\"?"},
    {"logins_30d", BYTES("Logins_30D,x\n1,2\n"), ASSAY_EDATA,
     "q3.csv: no column \"logins_30d\"; expected it as the signal \"logins\"",
     "Did you mean \"Logins_30D\"?"},
    {"churned", BYTES("a,b\n1,2\n"), ASSAY_EDATA,
     "q3.csv: no column \"churned\"; expected it as the outcome", "The header has \"a\", \"b\"."},
    {"plan arr", BYTES("plan,h2,h3,h4,h5,h6,h7,h8\n"), ASSAY_EDATA,
     "q3.csv: no column \"arr\"; expected it as the value",
     "The header has \"plan\", \"h2\", \"h3\", \"h4\", \"h5\", \"h6\" and 2 more."},
    {"churned", BYTES("a,churned,b,churned,churned\n1,2,3,4,5\n"), ASSAY_EDATA,
     "q3.csv:1: fields 2 and 4 are both called \"churned\"; expected one such column as the "
     "outcome", ""},
    {"logins_30d", BYTES("\n\nlogins_30d,logins_30d\n"), ASSAY_EDATA,
     "q3.csv:3: fields 1 and 2 are both called \"logins_30d\"; expected one such column as the "
     "signal \"logins\"", ""},
};

START_TEST(a_file_that_cannot_be_read_says_why)
{
    struct reading r = read_memory("q3.csv", bad_files[_i].csv, bad_files[_i].length,
                                   bad_files[_i].wanted, NULL);
    ck_assert_int_eq(r.status, bad_files[_i].status);
    ck_assert_str_eq(r.err.message, bad_files[_i].message);
    ck_assert_str_eq(r.err.hint, bad_files[_i].hint);
    ck_assert_int_eq(r.err.status, bad_files[_i].status);
    reading_clear(&r);
}
END_TEST

START_TEST(rows_before_a_fatal_error_stay_in_the_table)
{
    struct reading r = read_text("plan\npro\nbasic\n\"open\n", "plan");
    ck_assert_int_eq(r.status, ASSAY_EFORMAT);
    ck_assert_uint_eq(r.table.n_row, 2);
    ck_assert_str_eq(cell_text(&r, 0, 1), "basic");
    reading_clear(&r);
}
END_TEST

START_TEST(a_failed_selection_leaves_the_table_empty)
{
    struct reading r = read_text("plan,arr\npro,1\n", "plan arr churned");
    ck_assert_int_eq(r.status, ASSAY_EDATA);
    ck_assert_uint_eq(r.table.n_column, 0);
    ck_assert_ptr_null(r.table.columns);
    reading_clear(&r);
}
END_TEST

START_TEST(files_that_are_not_there_are_named)
{
    struct reading r = read_path("no-such.csv", "");
    ck_assert_int_eq(r.status, ASSAY_EIO);
    ck_assert_str_eq(r.err.message, "could not open \"no-such.csv\": No such file or directory");
    ck_assert_ptr_null(r.csv);
    r = read_path("/tmp", "");
    ck_assert_int_eq(r.status, ASSAY_EIO);
    ck_assert_str_eq(r.err.message,
                     "could not open \"/tmp\": it is a directory; expected a CSV file");
}
END_TEST

/* ---- long fields ---- */

/* A header of three, and a row whose second field is `length` bytes long. */
static void make_long(struct assay_text *csv, size_t length)
{
    char *field = malloc(length);
    memset(field, 'x', length);
    assay_text_puts(csv, "plan,note,churned\n");
    assay_text_puts(csv, "\npro,\"");
    assay_text_add(csv, field, length);
    assay_text_puts(csv, "\",1\n");
    free(field);
}

START_TEST(a_field_of_10_megabytes_is_read)
{
    size_t length = 10 << 20;
    static const struct assay_column_request requests[] = {
        {"note", ASSAY_TEXT, "note \"note\"", true, false}, {"churned", ASSAY_FLAG, "outcome", true, false}};
    struct assay_text csv = {0};
    make_long(&csv, length);
    struct reading r = {0};
    struct assay_csv_options options = assay_csv_options_default();
    struct assay_error err = {0};
    bool more;
    ck_assay_ok(assay_csv_open_memory("q3.csv", csv.data, csv.length, &options, &r.csv, &err));
    ck_assay_ok(assay_csv_select(r.csv, requests, 2, &r.table, &err));
    ck_assay_ok(assay_csv_read(r.csv, &r.table, 10, &more, &err));
    ck_assert_uint_eq(r.table.n_row, 1);
    ck_assert_int_eq(r.table.columns[1].flags[0], 1);
    const char *text = cell_text(&r, 0, 0);
    ck_assert_uint_eq(strlen(text), length);
    ck_assert_uint_eq(strspn(text, "x"), length);
    reading_clear(&r);
    assay_text_clear(&csv);
}
END_TEST

START_TEST(a_field_of_70_megabytes_is_refused_by_name)
{
    struct assay_text csv = {0};
    make_long(&csv, 70 << 20);
    struct reading r = read_memory("q3.csv", csv.data, csv.length, "plan churned", NULL);
    ck_assert_int_eq(r.status, ASSAY_EFORMAT);
    ck_assert_str_eq(r.err.message, "q3.csv:3:2: field \"note\" is longer than 67108864 bytes; "
                                    "expected a shorter one, or a closing quote");
    reading_clear(&r);
    assay_text_clear(&csv);
}
END_TEST

START_TEST(the_limit_of_a_field_is_exact)
{
    struct assay_csv_options options = assay_csv_options_default();
    options.max_field = 7;
    for (size_t length = 5; length <= 9; length++) {
        struct assay_text csv = {0};
        make_long(&csv, length);
        struct reading r = read_memory("q3.csv", csv.data, csv.length, "plan", &options);
        ck_assert_int_eq(r.status, length <= 7 ? ASSAY_OK : ASSAY_EFORMAT);
        reading_clear(&r);
        assay_text_clear(&csv);
    }
    struct reading r = read_memory("q3.csv", "muchlonger,b\n", 13, "", &options);
    ck_assert_int_eq(r.status, ASSAY_EFORMAT);
    ck_assert_str_eq(r.err.message, "q3.csv:1:1: the field is longer than 7 bytes; expected a "
                                    "shorter one, or a closing quote");
    reading_clear(&r);
}
END_TEST

START_TEST(a_header_that_never_closes_its_quote_is_cut_short)
{
    struct assay_text csv = {0};
    assay_text_puts(&csv, "id,\"name\n");
    while (csv.length < (size_t)67 << 20)
        assay_text_puts(&csv, "1,a row of some length that goes on and on and on and on and on\n");
    struct reading r = read_memory("q3.csv", csv.data, csv.length, "", NULL);
    ck_assert_int_eq(r.status, ASSAY_EFORMAT);
    ck_assert_str_eq(r.err.message, "q3.csv:1: the header is longer than 67108864 bytes; expected "
                                    "a header line, or a closing quote");
    assay_text_clear(&csv);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, a_bad_row_is_named_by_place_value_and_expectation, 0, COUNT(bad_rows));
    tcase_add_loop_test(tc, a_file_that_cannot_be_read_says_why, 0, COUNT(bad_files));
    tcase_add_test(tc, rows_before_a_fatal_error_stay_in_the_table);
    tcase_add_test(tc, a_failed_selection_leaves_the_table_empty);
    tcase_add_test(tc, files_that_are_not_there_are_named);
    tcase_add_test(tc, a_field_of_10_megabytes_is_read);
    tcase_add_test(tc, a_field_of_70_megabytes_is_refused_by_name);
    tcase_add_test(tc, the_limit_of_a_field_is_exact);
    tcase_add_test(tc, a_header_that_never_closes_its_quote_is_cut_short);
}

ASSAY_SUITE("data/csv_bad", add_tests)
