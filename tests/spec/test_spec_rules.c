#include "core/spec/spec_rules.h"

#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "tests/support/suite.h"

/* Two signals, a of dimension d and b of e, with more of their own and of the spec behind them; one
 * line, so that the byte alone is the place. */
#define TWO(of_a, of_b, rest) \
    "{\"id\":\"i\",\"outcome\":{\"column\":\"c\"}," \
    "\"signals\":[{\"name\":\"a\",\"dimension\":\"d\",\"better\":\"higher\"" of_a "}," \
    "{\"name\":\"b\",\"dimension\":\"e\",\"better\":\"lower\"" of_b "}]" rest "}"

static const struct {
    const char *text, *message, *hint;
} bad[] = {
    {TWO(",\"expert\":1", "", ""),
     "s.json:1:105: signal \"b\" has no \"expert\" weight, and others have; expected all of them "
     "to have one, or none",
     "Say \"expert\": 0 where the team gives no weight."},
    {TWO("", ",\"expert\":1", ""),
     "s.json:1:47: signal \"a\" has no \"expert\" weight, and others have; expected all of them to "
     "have one, or none",
     "Say \"expert\": 0 where the team gives no weight."},
    {TWO(",\"expert\":0", ",\"expert\":0", ""),
     "s.json:1:93: \"expert\" is 0; expected a weight above 0 in at least one signal", ""},
    {TWO(",\"sign\":\"free\",\"weight\":0.3", "", ""),
     "s.json:1:107: \"weight\" is 0.3; expected no fixed weight where the sign is free",
     "Say \"sign\": \"constrained\" for this signal, or give an upper limit alone, as [0, 0.3]."},
    {TWO(",\"weight\":0", "", ",\"fit\":{\"signs\":\"free\"}"),
     "s.json:1:93: \"weight\" is 0; expected no fixed weight where the sign is free",
     "Say \"sign\": \"constrained\" for this signal, or give an upper limit alone, as [0, 0.3]."},
    {TWO("", ",\"weight\":[0.1,0.4],\"sign\":\"free\"", ""),
     "s.json:1:139: \"weight\" is a list; expected no lower limit where the sign is free",
     "Say \"sign\": \"constrained\" for this signal, or give an upper limit alone, as [0, 0.3]."},
    {TWO(",\"missing\":\"indicator\"", "", ",\"scale\":\"weighted-average\""),
     "s.json:1:163: \"scale\" is \"weighted-average\"; expected \"log-odds\" where a signal's "
     "missing policy is \"indicator\", as \"a\" has",
     "The weighted average cannot carry the indicator's term; use another policy, or the points that "
     "stand for a missing value."},
    {TWO("", "", ",\"scale\":\"weighted-average\",\"fit\":{\"models_by\":\"r\"}"),
     "s.json:1:141: \"scale\" is \"weighted-average\"; expected \"log-odds\" with \"models_by\"",
     "The weighted average cannot carry intercepts of the segments' own."},
    {TWO("", "", ",\"scale\":\"weighted-average\",\"line\":{\"by\":\"r\"}"),
     "s.json:1:141: \"scale\" is \"weighted-average\"; expected \"log-odds\" with a line \"by\" "
     "segment",
     "The weighted average cannot carry lines of the segments' own."},
    {TWO("", "", ",\"rounding\":{\"score\":true}"),
     "s.json:1:141: \"rounding\" is an object; expected no rounding where \"scale\" is "
     "\"log-odds\"",
     "Say \"scale\": \"weighted-average\", or leave the rounding out."},
    {TWO("", "", ",\"scale\":\"log-odds\",\"rounding\":{\"dimensions\":true}"),
     "s.json:1:160: \"rounding\" is an object; expected no rounding where \"scale\" is "
     "\"log-odds\"",
     "Say \"scale\": \"weighted-average\", or leave the rounding out."},
    {TWO("", ",\"sign\":\"free\"",
         ",\"scale\":\"weighted-average\",\"rounding\":{\"score\":true}"),
     "s.json:1:182: \"rounding\" is an object; expected no rounding where a signal's sign is free, as "
     "that of \"b\" is",
     "Weights of both signs make no average; constrain the sign, or leave the rounding out."},
    {TWO("", "", ",\"rounding\":{\"dimensions\":true},\"fit\":{\"signs\":\"free\"},"
                 "\"scale\":\"weighted-average\""),
     "s.json:1:141: \"rounding\" is an object; expected no rounding where a signal's sign is free, as "
     "that of \"a\" is",
     "Weights of both signs make no average; constrain the sign, or leave the rounding out."},
    {TWO("", "", ",\"at_risk_probability\":0.2,\"line\":\"youden\""),
     "s.json:1:167: \"line\" is \"youden\"; expected no rule beside \"at_risk_probability\": one "
     "of the two decides",
     "Leave out the probability, and the rule finds it; or the rule."},
    {TWO("", "", ",\"line\":{\"rule\":\"capacity\",\"accounts\":9},\"at_risk_probability\":0.2"),
     "s.json:1:149: \"rule\" is \"capacity\"; expected no rule beside \"at_risk_probability\": one "
     "of the two decides",
     "Leave out the probability, and the rule finds it; or the rule."},
    {TWO("", "", ",\"line\":{\"by\":\"r\"},\"at_risk_probability\":0.2"),
     "s.json:1:149: \"by\" is \"r\"; expected no lines by segment beside \"at_risk_probability\", "
     "one for all",
     "Leave out the probability, and each segment's line is found."},
    {TWO("", "", ",\"fit\":{\"method\":\"firth\",\"anchor\":\"equal\"}"),
     "s.json:1:165: \"anchor\" is \"equal\"; expected \"auto\" or \"none\" with method \"firth\"",
     "Firth's method is a penalty of its own; leave this out, or let \"method\" be "
     "\"maximum-likelihood\"."},
    {TWO("", "", ",\"fit\":{\"method\":\"firth\",\"anchor\":\"champion\"}"),
     "s.json:1:165: \"anchor\" is \"champion\"; expected \"auto\" or \"none\" with method "
     "\"firth\"",
     "Firth's method is a penalty of its own; leave this out, or let \"method\" be "
     "\"maximum-likelihood\"."},
    {TWO("", "", ",\"fit\":{\"method\":\"firth\",\"strength\":2}"),
     "s.json:1:165: \"strength\" is 2; expected no strength with method \"firth\", which takes no "
     "anchor",
     "Firth's method is a penalty of its own; leave this out, or let \"method\" be "
     "\"maximum-likelihood\"."},
    {TWO("", "", ",\"fit\":{\"method\":\"firth\",\"penalty\":\"ridge\"}"),
     "s.json:1:165: \"penalty\" is \"ridge\"; expected \"none\" with method \"firth\"",
     "Firth's method is a penalty of its own; leave this out, or let \"method\" be "
     "\"maximum-likelihood\"."},
    {TWO("", "", ",\"fit\":{\"method\":\"firth\",\"penalty\":{\"method\":\"lasso\"}}"),
     "s.json:1:165: \"penalty\" is an object; expected \"none\" with method \"firth\"",
     "Firth's method is a penalty of its own; leave this out, or let \"method\" be "
     "\"maximum-likelihood\"."},
    {TWO("", "", ",\"fit\":{\"method\":\"firth\",\"models_by\":\"r\"}"),
     "s.json:1:165: \"models_by\" is \"r\"; expected no weights by segment with method \"firth\"",
     "Firth's method is a penalty of its own; leave this out, or let \"method\" be "
     "\"maximum-likelihood\"."},
    {TWO("", ",\"weight\":[0,0.5]", ",\"fit\":{\"method\":\"firth\"}"),
     "s.json:1:139: \"weight\" is a list; expected no limits on weights with method \"firth\"",
     "Firth's method is a penalty of its own; leave this out, or let \"method\" be "
     "\"maximum-likelihood\"."},
    {TWO("", "", ",\"fit\":{\"method\":\"firth\"},\"dimensions\":{\"e\":{\"share\":0.5}}"),
     "s.json:1:185: \"share\" is 0.5; expected no limits on shares with method \"firth\"",
     "Firth's method is a penalty of its own; leave this out, or let \"method\" be "
     "\"maximum-likelihood\"."},
    {TWO("", "", ",\"fit\":{\"penalty\":\"ridge\",\"anchor\":\"expert\"}"),
     "s.json:1:166: \"anchor\" is \"expert\"; expected \"auto\" or \"none\" with penalty \"ridge\"",
     "A penalty pulls the weights by itself; leave this out, or let \"penalty\" be \"none\"."},
    {TWO("", "", ",\"fit\":{\"penalty\":\"lasso\",\"strength\":\"infinite\"}"),
     "s.json:1:166: \"strength\" is \"infinite\"; expected no strength with penalty \"lasso\", "
     "which takes no anchor",
     "A penalty pulls the weights by itself; leave this out, or let \"penalty\" be \"none\"."},
    {TWO("", "", ",\"fit\":{\"penalty\":{\"method\":\"elastic-net\"},\"models_by\":\"r\"}"),
     "s.json:1:183: \"models_by\" is \"r\"; expected no weights by segment with penalty "
     "\"elastic-net\"",
     "A penalty pulls the weights by itself; leave this out, or let \"penalty\" be \"none\"."},
    {TWO("", ",\"weight\":0.2", ",\"fit\":{\"penalty\":\"ridge\"}"),
     "s.json:1:139: \"weight\" is 0.2; expected no limits on weights with penalty \"ridge\"",
     "A penalty pulls the weights by itself; leave this out, or let \"penalty\" be \"none\"."},
    {TWO("", "", ",\"fit\":{\"penalty\":\"ridge\"},\"dimensions\":{\"d\":{\"share\":[0.1,0.5]}}"),
     "s.json:1:186: \"share\" is a list; expected no limits on shares with penalty \"ridge\"",
     "A penalty pulls the weights by itself; leave this out, or let \"penalty\" be \"none\"."},
    {TWO("", "", ",\"fit\":{\"anchor\":\"none\",\"strength\":4}"),
     "s.json:1:164: \"strength\" is 4; expected no strength where the anchor is \"none\"",
     "Name the anchor, \"equal\", \"expert\" or \"champion\", or leave the strength out."},
    {TWO("", "", ",\"fit\":{\"anchor\":\"expert\"}"),
     "s.json:1:148: \"anchor\" is \"expert\"; expected another where the signals have no "
     "\"expert\" weights",
     "Give each signal the team's own weight, in any unit: \"expert\": 3."},
    {TWO("", "", ",\"fit\":{\"pooling\":3}"),
     "s.json:1:148: \"pooling\" is 3; expected no pooling without \"models_by\"",
     "Name the column whose values have weights of their own, or leave the pooling out."},
    {TWO("", "", ",\"fit\":{\"pooling\":\"infinite\"}"),
     "s.json:1:148: \"pooling\" is \"infinite\"; expected no pooling without \"models_by\"",
     "Name the column whose values have weights of their own, or leave the pooling out."},
    {TWO("", "", ",\"fit\":{\"penalty\":\"lasso\",\"round_to\":0.01}"),
     "s.json:1:166: \"round_to\" is 0.01; expected no rounding with penalty \"lasso\", which the refit to "
     "rounded weights would undo",
     "A penalty pulls the weights by itself; leave this out, or let \"penalty\" be \"none\"."},
    {TWO("", "", ",\"fit\":{\"models_by\":\"r\",\"round_to\":0.01}"),
     "s.json:1:164: \"round_to\" is 0.01; expected no rounding with \"models_by\"",
     "Rounded weights are one list for all; leave one of the two out."},
    {TWO(",\"weight\":0.6", ",\"weight\":[0.5,0.9]", ""),
     "s.json:1:36: the lower limits of the weights add up to 1.1; expected at most 1",
     "Lower limits: \"a\" 0.6, \"b\" 0.5."},
    {TWO(",\"weight\":[0,0.4]", ",\"weight\":0.5", ""),
     "s.json:1:36: the upper limits of the weights add up to 0.9; expected at least 1",
     "Upper limits: \"a\" 0.4, \"b\" 0.5."},
    {TWO(",\"weight\":[0,0.4]", ",\"weight\":[0,0.5],\"sign\":\"free\"", ""),
     "s.json:1:36: the upper limits of the weights add up to 0.9; expected at least 1",
     "Upper limits: \"a\" 0.4, \"b\" 0.5."},
    {TWO("", "", ",\"dimensions\":{\"d\":{\"share\":0.6},\"e\":{\"share\":[0.5,0.9]}}"),
     "s.json:1:141: the lower limits of the shares add up to 1.1; expected at most 1",
     "Lower limits: \"d\" 0.6, \"e\" 0.5."},
    {TWO("", "", ",\"dimensions\":{\"d\":{\"share\":[0,0.4]},\"e\":{\"share\":0.5}}"),
     "s.json:1:141: the upper limits of the shares add up to 0.9, and every dimension has one; "
     "expected at least 1",
     "Upper limits: \"d\" 0.4, \"e\" 0.5."},
    {TWO(",\"weight\":[0,0.3]", "", ",\"dimensions\":{\"d\":{\"share\":[0.35,0.45]}}"),
     "s.json:1:177: the share of \"d\" is at least 0.35, and its signals' limits add up to 0.3; "
     "expected limits that can be met",
     "Upper limits: \"a\" 0.3."},
    {TWO(",\"weight\":[0.5,0.8]", "",
         ",\"dimensions\":{\"e\":{\"share\":[0,1]},\"d\":{\"share\":0.4}}"),
     "s.json:1:199: the share of \"d\" is at most 0.4, and its signals' limits add up to 0.5; "
     "expected limits that can be met",
     "Lower limits: \"a\" 0.5."},
};

START_TEST(declarations_that_do_not_go_together_are_refused)
{
    struct assay_error err = {0};
    struct assay_spec spec = {.seed = 77};
    const char *text = bad[_i].text;
    ck_assert_int_eq(assay_spec_read_text("s.json", text, strlen(text), &spec, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_str_eq(err.hint, bad[_i].hint);
    ck_assert_uint_eq(spec.seed, 77); /* untouched */
}
END_TEST

/* Another signal behind the one it is given to. */
#define FREE(dimension) \
    "},{\"name\":\"c\",\"dimension\":\"" dimension "\",\"better\":\"lower\",\"sign\":\"free\""

/* Next to what is refused, and taken. */
static const char *const good[] = {
    TWO(",\"expert\":0", ",\"expert\":3", ",\"fit\":{\"anchor\":\"expert\",\"strength\":0}"),
    TWO(",\"sign\":\"free\",\"weight\":[0,0.3]", "", ""),
    TWO(",\"sign\":\"free\"", "", ",\"scale\":\"weighted-average\""),
    TWO(",\"missing\":0", ",\"missing\":\"renormalise-dimension\"",
        ",\"scale\":\"weighted-average\",\"rounding\":{\"dimensions\":true,\"score\":true}"),
    TWO("", "", ",\"rounding\":{\"dimensions\":false,\"score\":false}"), /* none, on any scale */
    TWO(",\"sign\":\"free\",\"missing\":\"renormalise-dimension\"", ",\"missing\":20", ""),
    TWO(",\"missing\":\"indicator\"", "", ",\"fit\":{\"models_by\":\"r\"}"),
    TWO("", "", ",\"line\":\"targets\",\"at_risk_probability\":0.2"),
    TWO("", "", ",\"line\":\"youden\",\"scale\":\"weighted-average\""),
    TWO("", "", ",\"fit\":{\"method\":\"firth\",\"anchor\":\"none\",\"strength\":\"auto\","
                "\"signs\":\"free\"}"),
    TWO("", "", ",\"fit\":{\"penalty\":\"ridge\",\"anchor\":\"none\"}"),
    TWO(",\"weight\":0.3", "", ",\"fit\":{\"anchor\":\"none\",\"round_to\":0.05},"
                               "\"dimensions\":{\"e\":{\"share\":[0.5,0.9]}}"),
    TWO("", "", ",\"fit\":{\"anchor\":\"champion\",\"strength\":\"infinite\"}"),
    TWO("", "", ",\"fit\":{\"models_by\":\"r\",\"pooling\":0},\"line\":{\"by\":\"r\"}"),
    /* limits that just meet */
    TWO(",\"weight\":0.6", ",\"weight\":0.4", ""),
    TWO(",\"weight\":[0.6,1]", ",\"weight\":[0.4,1]", ""),
    TWO(",\"weight\":[0,0.6]", ",\"weight\":[0,0.4]", ""),
    TWO("", "", ",\"dimensions\":{\"d\":{\"share\":0.7},\"e\":{\"share\":0.3}}"),
    TWO("", "", ",\"dimensions\":{\"d\":{\"share\":[0,0.2]}}"), /* e has the rest */
    TWO(",\"weight\":[0,0.35]", "", ",\"dimensions\":{\"d\":{\"share\":[0.35,0.45]}}"),
    TWO(",\"weight\":[0.45,1]", "", ",\"dimensions\":{\"d\":{\"share\":[0.35,0.45]}}"),
    /* 0.7 and 0.6, and a negative weight behind them */
    TWO(",\"weight\":0.7", ",\"weight\":0.6" FREE("e"), ""),
    TWO("", FREE("f"), ",\"dimensions\":{\"d\":{\"share\":0.7},\"e\":{\"share\":0.6}}"),
    TWO(",\"weight\":0.7" FREE("d"), "", ",\"dimensions\":{\"d\":{\"share\":[0,0.2]}}"),
};

START_TEST(declarations_that_go_together_are_taken)
{
    struct assay_error err = {0};
    struct assay_spec spec = {0};
    ck_assay_ok(assay_spec_read_text("s.json", good[_i], strlen(good[_i]), &spec, &err));
    assay_spec_clear(&spec);
}
END_TEST

/* n signals with `members` each, and `rest` behind them. */
static enum assay_status read_many(size_t n, const char *members, const char *rest,
                                   struct assay_error *err)
{
    struct assay_text text = {0};
    struct assay_spec spec = {0};
    assay_text_puts(&text, "{\"id\": \"id\", \"outcome\": {\"column\": \"c\"}, \"signals\": [");
    for (size_t j = 0; j < n; j++)
        assay_text_printf(&text,
                          "%s{\"name\": \"signal %zu\", \"dimension\": \"d%zu\","
                          " \"better\": \"lower\"%s}",
                          j > 0 ? "," : "", j, j % 2, members);
    assay_text_printf(&text, "]%s}", rest);
    ck_assert(!text.failed);
    enum assay_status status = assay_spec_read_text("s.json", text.data, text.length, &spec, err);
    assay_spec_clear(&spec);
    assay_text_clear(&text);
    return status;
}

/* 10 * 0.1 and 49 * (1 / 49) are not 1 in binary; people write them all the same. */
START_TEST(limits_that_add_up_to_one_do_so_in_spite_of_rounding)
{
    struct assay_error err = {0};
    ck_assay_ok(read_many(10, ", \"weight\": 0.1",
                          ", \"dimensions\": {\"d0\": {\"share\": 0.5}, \"d1\": {\"share\": 0.5}}",
                          &err));
    for (size_t n = 2; n <= 200; n++) {
        char weight[64];
        snprintf(weight, sizeof weight, ", \"weight\": %.17g", 1 / (double)n);
        ck_assay_ok(read_many(n, weight, "", &err));
    }
}
END_TEST

START_TEST(a_long_list_of_limits_is_cut)
{
    struct assay_error err = {0};
    ck_assert_int_eq(read_many(200, ", \"weight\": 0.25", "", &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "s.json:1:42: the lower limits of the weights add up to 50; "
                                  "expected at most 1");
    ck_assert_str_eq(err.hint,
                     "Lower limits: \"signal 0\" 0.25, \"signal 1\" 0.25, \"signal 2\" 0.25, "
                     "\"signal 3\" 0.25, \"signal 4\" 0.25, \"signal 5\" 0.25, \"signal 6\" 0.25, "
                     "\"signal 7\" 0.25, \"signal 8\" 0.25, \"signal 9\" 0.25, "
                     "\"signal 10\" 0.25, \"signal 11\" 0.25 and more.");
}
END_TEST

/* Where the message is made memory may run out: the hint is lost then, the message never. */
START_TEST(a_message_needs_no_memory)
{
    const char *text = bad[COUNT(bad) - 1].text;
    struct assay_error err = {0};
    struct assay_spec spec = {0};
    size_t n = 1, hints = 0, refusals = 0;
    for (bool reached = true; reached; n++) {
        err = (struct assay_error){0};
        test_fail_allocation(n);
        enum assay_status status = assay_spec_read_text("s.json", text, strlen(text), &spec, &err);
        reached = test_allocations() >= n;
        test_fail_allocation(0);
        ck_assert(status == ASSAY_ENOMEM || status == ASSAY_EDATA);
        if (status != ASSAY_EDATA)
            continue;
        ck_assert_str_eq(err.message, bad[COUNT(bad) - 1].message);
        refusals++;
        hints += err.hint[0] != '\0';
    }
    ck_assert_uint_eq(hints, 1); /* when nothing failed */
    ck_assert_uint_eq(refusals, 2);
}
END_TEST

/* A name may hold anything; a message is one line. */
START_TEST(names_are_quoted_in_messages)
{
    static const char text[] =
        "{\"id\":\"i\",\"outcome\":{\"column\":\"c\"},\"scale\":\"weighted-average\",\"signals\":["
        "{\"name\":\"a\\nb\",\"dimension\":\"d\",\"better\":\"lower\",\"missing\":\"indicator\"}]}";
    struct assay_error err = {0};
    struct assay_spec spec;
    ck_assert_int_eq(assay_spec_read_text("s.json", text, strlen(text), &spec, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message,
                     "s.json:1:36: \"scale\" is \"weighted-average\"; expected \"log-odds\" where a "
                     "signal's missing policy is \"indicator\", as \"a\\x0ab\" has");
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, declarations_that_do_not_go_together_are_refused, 0, COUNT(bad));
    tcase_add_loop_test(tc, declarations_that_go_together_are_taken, 0, COUNT(good));
    tcase_add_test(tc, limits_that_add_up_to_one_do_so_in_spite_of_rounding);
    tcase_add_test(tc, a_long_list_of_limits_is_cut);
    tcase_add_test(tc, a_message_needs_no_memory);
    tcase_add_test(tc, names_are_quoted_in_messages);
}

ASSAY_SUITE("spec/spec_rules", add_tests)
