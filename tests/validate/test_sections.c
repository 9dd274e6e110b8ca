/* The audit as a whole: what no section can reckon with ends it before any is begun. */
#include "validate/sections.h"

#include "tests/validate/taken_in.h"

#define VALUE_SPEC COLUMN_SPEC("\"outcome\": {\"column\": \"y\"}, \"value\": \"arr\", ")
#define ROWS(arr) "id,p,arr,y\na,0.9," arr ",1\nb,0.1," arr ",1\nc,0," arr ",0\nd,1," arr ",0\ne,0.8,,0\n"

static enum assay_status sections_of(const char *csv, struct assay_error *err)
{
    struct reading r = {0};
    struct assay_audit_output out = {0};
    enum assay_verdict verdict;
    ck_assert_int_eq(reading_of_column(&r, VALUE_SPEC, false, NULL, csv, err), ASSAY_OK);
    enum assay_status status = assay_audit_sections(&r.data.input, &out, &verdict, err);
    assay_text_clear(&out.json.out);
    assay_text_clear(&out.errors);
    reading_clear(&r);
    return status;
}

/* Zones, misses, segments and blind spots add values up as well, at the same time. */
START_TEST(values_that_add_up_to_more_than_a_number_holds_end_the_audit)
{
    static const char *const beyond[] = {ROWS("1e308"), ROWS("-1e308"), ROWS("1e300")};
    for (size_t k = 0; k < COUNT(beyond); k++) {
        struct assay_error err = {0};
        ck_assert_int_eq(sections_of(beyond[k], &err), ASSAY_EDATA);
        const char *said = strstr(err.message, ": ");
        ck_assert_msg(said != NULL && strcmp(said, ": the values of the accounts add up to more than a number "
                                                   "can hold; expected amounts of money") == 0,
                      "%s", err.message);
    }
}
END_TEST

START_TEST(values_just_below_that_are_reckoned_with)
{
    struct assay_error err = {0};
    ck_assay_ok(sections_of(ROWS("2e299"), &err));
    ck_assay_ok(sections_of(ROWS("-2e299"), &err));
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, values_that_add_up_to_more_than_a_number_holds_end_the_audit);
    tcase_add_test(tc, values_just_below_that_are_reckoned_with);
}

ASSAY_SUITE("validate/sections", add_tests)
