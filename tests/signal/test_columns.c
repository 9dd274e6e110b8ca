#include "core/signal/columns.h"

#include <string.h>

#include "core/base/text.h"
#include "tests/signal/history.h"
#include "tests/support/suite.h"

static const char text[] =
    "{\"id\": \"account\", \"as_of\": \"day\", \"value\": \"arr\", \"outcome\": {\"column\": \"left\"},"
    " \"cohort\": {\"plan\": \"plan\"}, \"segments\": [\"region\", \"size\"],"
    " \"fit\": {\"models_by\": \"size\"}, \"line\": {\"by\": \"market\"}, \"signals\": ["
    "{\"name\": \"use\", \"column\": \"use_30d\", \"dimension\": \"d\", \"better\": \"higher\","
    " \"recorded\": \"use_day\"},"
    "{\"name\": \"nps\", \"dimension\": \"d\", \"better\": \"higher\"},"
    "{\"name\": \"mood\", \"dimension\": \"d\", \"better\": \"higher\", \"recorded\": \"use_day\"}]}";

static struct assay_spec read_spec(void)
{
    struct assay_error err = {0};
    struct assay_spec spec = {0};
    ck_assay_ok(assay_spec_read_text("s.json", text, strlen(text), &spec, &err));
    return spec;
}

/* state: the names of the source's columns, each in blanks. */
static bool in_list(void *state, const char *name)
{
    const char *at = strstr(state, name);
    return at != NULL && at[-1] == ' ' && at[strlen(name)] == ' ';
}

static const struct {
    enum assay_purpose purpose;
    const char *source, *wanted; /* the requests in order: WHAT=COLUMN */
} requests[] = {
    /* weights and line depend on two columns, which a score cannot do without */
    {ASSAY_TO_SCORE, " day arr region size ",
     "id \"account\"=account, as_of \"day\"=day, plan \"plan\"=plan, segment \"size\"=size, "
     "segment \"market\"=market, signal \"use\"=use_30d, signal \"nps\"=nps, signal \"mood\"=mood"},
    {ASSAY_TO_SCORE, " ",
     "id \"account\"=account, plan \"plan\"=plan, segment \"size\"=size, segment \"market\"=market, "
     "signal \"use\"=use_30d, signal \"nps\"=nps, signal \"mood\"=mood"},
    /* a calibration reports by value and segment where it can */
    {ASSAY_TO_CALIBRATE, " arr region ",
     "id \"account\"=account, outcome \"left\"=left, plan \"plan\"=plan, segment \"size\"=size, "
     "segment \"market\"=market, value \"arr\"=arr, segment \"region\"=region, "
     "signal \"use\"=use_30d, recording date of signal \"use\"=use_day, signal \"nps\"=nps, "
     "signal \"mood\"=mood, recording date of signal \"mood\"=use_day"},
    {ASSAY_TO_CALIBRATE, " ",
     "id \"account\"=account, outcome \"left\"=left, plan \"plan\"=plan, segment \"size\"=size, "
     "segment \"market\"=market, signal \"use\"=use_30d, recording date of signal \"use\"=use_day, "
     "signal \"nps\"=nps, signal \"mood\"=mood, recording date of signal \"mood\"=use_day"},
    /* an audit must */
    {ASSAY_TO_AUDIT, " ",
     "id \"account\"=account, outcome \"left\"=left, plan \"plan\"=plan, segment \"size\"=size, "
     "segment \"market\"=market, value \"arr\"=arr, segment \"region\"=region, "
     "segment \"size\"=size, signal \"use\"=use_30d, signal \"nps\"=nps, signal \"mood\"=mood"},
};

START_TEST(each_purpose_asks_for_what_it_needs)
{
    struct assay_error err = {0};
    struct assay_spec spec = read_spec();
    struct assay_request_list list = {0};
    struct assay_text got = {0};
    char source[64];
    strcpy(source, requests[_i].source);
    ck_assay_ok(assay_requests_build(&spec, requests[_i].purpose, false, in_list, source, &list,
                                     &err));
    for (size_t k = 0; k < list.n; k++)
        assay_text_printf(&got, "%s%s=%s", k > 0 ? ", " : "", list.requests[k].what,
                          list.requests[k].column);
    ck_assert_str_eq(got.data, requests[_i].wanted);
    ck_assert(list.requests[0].required); /* no account, no row; any other cell may be empty */
    for (size_t k = 1; k < list.n; k++)
        ck_assert(!list.requests[k].required);
    assay_text_clear(&got);
    assay_requests_clear(&list);
    assay_spec_clear(&spec);
}
END_TEST

START_TEST(columns_are_found_by_name_and_type)
{
    struct assay_table table = {0};
    struct assay_spec spec = read_spec();
    size_t size = history_column(&table, "size", ASSAY_TEXT);
    size_t day = history_column(&table, "use_day", ASSAY_DATE);
    size_t nps = history_column(&table, "nps", ASSAY_NUMBER);
    history_column(&table, "market", ASSAY_NUMBER); /* no text: not the line's */
    struct assay_columns columns = history_columns(&spec, &table);
    ck_assert_uint_eq(columns.models_by, size);
    ck_assert_uint_eq(columns.line_by, ASSAY_NO_COLUMN);
    ck_assert_uint_eq(columns.segments[0], ASSAY_NO_COLUMN);
    ck_assert_uint_eq(columns.segments[1], size);
    ck_assert_uint_eq(columns.value, ASSAY_NO_COLUMN);
    ck_assert_uint_eq(columns.signals[0], ASSAY_NO_COLUMN);
    ck_assert_uint_eq(columns.signals[1], nps);
    ck_assert_uint_eq(columns.recorded[0], day);
    ck_assert_uint_eq(columns.recorded[1], ASSAY_NO_COLUMN);
    ck_assert_uint_eq(columns.recorded[2], day);
    assay_columns_clear(&columns);
    assay_columns_clear(&columns);
    assay_table_clear(&table);
    assay_spec_clear(&spec);
}
END_TEST

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    struct assay_spec spec = read_spec();
    char source[] = " day arr region ";
    size_t n = 1;
    for (;; n++) {
        struct assay_error err = {0};
        struct assay_request_list list = {0};
        struct assay_columns columns = {0};
        struct assay_table table = {0};
        test_fail_allocation(n);
        enum assay_status status = assay_requests_build(&spec, ASSAY_TO_CALIBRATE, false, in_list,
                                                        source, &list, &err);
        if (status == ASSAY_OK)
            status = assay_columns_find(&spec, &table, &columns, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        assay_requests_clear(&list);
        assay_columns_clear(&columns);
        if (!reached) {
            ck_assay_ok(status);
            break;
        }
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_str_eq(err.message, "out of memory choosing columns");
    }
    ck_assert_uint_gt(n, 15); /* a text for each of 13 requests, 3 lists of columns */
    assay_spec_clear(&spec);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, each_purpose_asks_for_what_it_needs, 0, COUNT(requests));
    tcase_add_test(tc, columns_are_found_by_name_and_type);
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
}

ASSAY_SUITE("signal/columns", add_tests)
