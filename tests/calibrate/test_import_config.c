/* What is wrong with a scorecard's file is said in one line, with its place. */
#include "tests/calibrate/imported.h"

#define ZONES "zone,,,Low,,,0,50,,,,\nzone,,,High,,,50,100,,,,\n"
#define HEAD                                                                                       \
    "kind,group,group_weight,measure,column,weight,from,to,value,points,points_to,missing\n"

static const struct {
    const char *vendor, *card, *message, *hint;
} bad[] = {
    /* cells */
    {"gainsight", "measure,wieght\na,1\n",
     "card.csv:1:2: column \"wieght\"; expected kind, group, group_weight, measure, column, "
     "weight, "
     "from, to, value, points, points_to or missing",
     "Did you mean \"weight\"?"},
    {"gainsight", "weight,points\n1,2\n",
     "card.csv: no column \"measure\"; expected the columns of a scorecard, as docs/import.md has "
     "them",
     ""},
    {"gainsight", "measure,weight\n", "card.csv: no rows; expected the measures of a scorecard",
     ""},
    {"gainsight", "measure,weight\na,1,2\n", "card.csv:2: row has 3 fields; the header has 2", ""},
    {"gainsight", HEAD "band,g,,a,,abc,0,5,,10,,\n",
     "card.csv:2:6: weight is \"abc\"; expected a number from 0 to 999999", ""},
    {"gainsight", HEAD "band,g,,a,,-1,0,5,,10,,\n",
     "card.csv:2:6: weight is \"-1\"; expected a number from 0 to 999999", ""},
    {"gainsight", HEAD "bnad,g,,a,,1,0,5,,10,,\n",
     "card.csv:2:1: kind is \"bnad\"; expected band, category, other, linear, score, zone or "
     "option",
     "Did you mean \"band\"?"},
    {"gainsight", HEAD "band,g,,a,,1,0,five,,10,,\n",
     "card.csv:2:8: to is \"five\"; expected a number, or one behind \"<=\" or \"<\"", ""},
    {"gainsight", HEAD "band,g,,a,,1,-1e308,5,,10,,\n",
     "card.csv:2:7: from is \"-1e308\"; expected a number, or one behind \">=\" or \">\"", ""},
    {"gainsight", HEAD "band,g,,a,,1,>5,5,,10,,\n",
     "card.csv:2:8: to is \"5\"; expected more than `from`, 5", ""},
    {"gainsight", HEAD "band,g,,a,,1,<5,9,,10,,\n",
     "card.csv:2:7: from is \"<5\"; expected a number, or one behind \">=\" or \">\"", ""},
    {"gainsight", HEAD "band,g,,a,,1,9,5,,10,,\n",
     "card.csv:2:8: to is \"5\"; expected no less than `from`, 9", ""},
    {"gainsight", HEAD "band,g,,a,,1,0,5,,,,\n",
     "card.csv:2:10: points is empty; expected its points", ""},
    {"gainsight", HEAD "band,g,,a,,1,0,5,,110,,\n",
     "card.csv:2:10: points is \"110\"; expected a number from 0 to 100", ""},
    {"gainsight", "measure,weight,from\na,1,5\n",
     "card.csv:2: there is no column \"points\"; expected its points", ""},
    {"gainsight", HEAD "band,g,,a,,1,0,5,x,10,,\n",
     "card.csv:2:9: value is \"x\"; expected an empty cell in a row of kind \"band\"", ""},
    {"gainsight", HEAD "score,g,,a,,1,,,,10,,\n",
     "card.csv:2:10: points is \"10\"; expected an empty cell in a row of kind \"score\"", ""},
    {"gainsight", HEAD ",g,,,,1,0,5,,10,,\n",
     "card.csv:2:4: measure is empty; expected the name of the first measure", ""},
    {"gainsight", HEAD "category,g,,a,,1,,,,10,,\n",
     "card.csv:2:9: value is empty; expected the text that gets the points", ""},
    {"gainsight", HEAD "category,g,,a,,1,,,x,10,,\n,,,,,,,,x,20,,\n",
     "card.csv:3:9: value is \"x\"; expected each value once: line 2 has it", ""},
    {"gainsight", HEAD "linear,g,,a,,1,3,3,,0,100,\n",
     "card.csv:2:8: to is \"3\"; expected a line between two different numbers, `from` and `to`",
     ""},
    {"gainsight", HEAD "linear bounded,g,,a,,1,3,5,,0,100,\n",
     "card.csv:2:1: kind is \"linear bounded\"; expected a kind that a model has",
     "Values beyond the ends of a bounded line have no impact; a model holds the ends. Write the "
     "measure "
     "as bands, with a row \"other\"."},
    {"gainsight", HEAD "score,g,,a,,1,,,,,,often\n",
     "card.csv:2:12: missing is \"often\"; expected \"excluded\", \"excluded in group\", "
     "\"neutral\", \"no "
     "score\" or points from 0 to 100",
     ""},
    {"planhat", HEAD "band,g,,a,,,>5,,,1,,excluded\n",
     "card.csv:2:12: missing is \"excluded\"; expected points or \"no score\": points of Planhat "
     "add up, and "
     "nothing takes the place of what is missing",
     ""},
    {"planhat", HEAD ",g,,a,,,,,,,,\n",
     "card.csv:2:1: kind is empty; expected band, category or linear: points of Planhat add up, and "
     "a score from 0 to 100 does not say how many it gives",
     ""},
    {"planhat", HEAD "band,g,,a,,3,>5,,,1,,\n",
     "card.csv:2:6: weight is \"3\"; expected an empty cell: Planhat has no such weights", ""},
    {"totango", HEAD "band,g,100,a,,100,>5,,,great,,\n",
     "card.csv:2:10: points is \"great\"; expected a number from 0 to 100", ""},
    {"gainsight", HEAD "option,,,rounding,,,,,up,,,\n",
     "card.csv:2:9: value is \"up\"; expected none, score, groups, or groups and score", ""},
    {"gainsight", HEAD "option,,,scheme,,,,,none,,,\n",
     "card.csv:2:4: measure is \"scheme\"; expected \"rounding\", the one option", ""},
    {"hubspot", HEAD "option,,,rounding,,,,,score,,,\n",
     "card.csv:2:9: value is \"score\"; expected \"none\"",
     "A model rounds weighted averages to whole numbers, and points of HubSpot add up."},
    /* rows of a measure */
    {"gainsight", HEAD "band,g,,a,,1,0,5,,10,,\nscore,g,,b,,1,,,,,,\nband,g,,a,,1,5,9,,20,,\n",
     "card.csv:4:4: measure is \"a\"; expected its rows together: it began on line 2", ""},
    {"gainsight", HEAD "band,g,,a,,1,0,5,,10,,\n,,,,,2,5,9,,20,,\n",
     "card.csv:3:6: weight is \"2\"; expected 1, as an earlier row says, or an empty cell", ""},
    {"gainsight", HEAD "band,g,,a,x,1,0,5,,10,,\n,,,,y,,5,9,,20,,\n",
     "card.csv:3:5: column is \"y\"; expected the measure's column \"x\", or an empty cell", ""},
    {"gainsight", HEAD "band,g,,a,,1,0,5,,10,,\n,h,,,,,5,9,,20,,\n",
     "card.csv:3:2: group is \"h\"; expected the measure's group \"g\", or an empty cell", ""},
    {"gainsight", HEAD "band,g,,a,,1,0,5,,10,,5\n,,,,,,5,9,,20,,6\n",
     "card.csv:3:12: missing is \"6\"; expected what line 2 says, or an empty cell", ""},
    {"gainsight", HEAD "band,g,,a,,1,0,5,,10,,\ncategory,,,,,,,,x,20,,\n",
     "card.csv:3:4: measure is empty; expected one kind of rows: line 2 begins it with bands", ""},
    {"gainsight", HEAD "score,g,,a,,1,,,,,,\nscore,,,,,,,,,,,\n",
     "card.csv:3:4: measure is empty; expected one row for scores", ""},
    {"gainsight", HEAD "other,g,,a,,1,,,,10,,\n",
     "card.csv:2:1: kind is \"other\"; expected the measure's bands first", ""},
    {"gainsight", HEAD "band,g,,a,,1,0,5,,10,,\nother,,,,,,,,,1,,\nother,,,,,,,,,2,,\n",
     "card.csv:4:1: kind is \"other\"; expected one row \"other\": line 3 has it", ""},
    /* bands */
    {"gainsight", HEAD "band,g,,a,,1,0,5,,10,,\n,,,,,,4,9,,20,,\n" ZONES,
     "card.csv:3: the band from 4 of measure \"a\" overlaps that of line 2, which ends at 5; "
     "expected bands "
     "that meet",
     ""},
    {"gainsight", HEAD "band,g,,a,,1,0,5,,10,,\n,,,,,,7,9,,20,,\n" ZONES,
     "card.csv:3: between 5 (line 2) and 7 measure \"a\" has no band; expected bands that meet",
     "Add a row of kind \"other\" with the points of numbers in no band."},
    {"gainsight", HEAD "band,g,,a,,1,0.5,1.5,,10,,\n,,,,,,2.5,9,,20,,\n" ZONES,
     "card.csv:3: between 1.5 (line 2) and 2.5 measure \"a\" has no band; expected bands that meet",
     "Add a row of kind \"other\" with the points of numbers in no band."},
    {"gainsight", HEAD "band,g,,a,,1,,,,10,,\n,,,,,,,,,20,,\n" ZONES,
     "card.csv:3: measure \"a\" has all numbers in the band of line 2 already; expected bands that "
     "meet",
     ""},
    {"gainsight", HEAD "band,g,,a,,1,0,5,,10,,\n,,,,,,5,9,,10,,\n" ZONES,
     "card.csv:2: measure \"a\" gives 10 points to every number; expected at least two bands", ""},
    {"gainsight", HEAD "category,g,,a,,1,,,x,10,,\n" ZONES,
     "card.csv:2: measure \"a\" has one category; expected at least two", ""},
    {"gainsight", HEAD "category,g,,a,,1,,,x,10,,\nother,,,,,,,,,5,,\n" ZONES,
     "card.csv:3: measure \"a\" is of categories and has a row \"other\"; expected it with bands "
     "alone",
     "A model treats a text that it does not know as missing: list every value, or let `missing` "
     "give the "
     "same points."},
    {"gainsight", HEAD "linear,g,,a,,1,0,10,,20,100,\n" ZONES,
     "card.csv:2: the line of measure \"a\" goes from 20 to 100 points; expected 0 and 100, the "
     "least and "
     "the most that it gives",
     "A model's line runs over the whole of its measure: write bands instead."},
    {"planhat", HEAD "linear,g,,a,,,0,10,,1,5,\nzone,,,Low,,,0,5,,,,\nzone,,,High,,,5,10,,,,\n",
     "card.csv:2: the line of measure \"a\" goes from 1 to 5 points; expected 0 and 5, the least "
     "and the "
     "most that it gives",
     "A model's line runs over the whole of its measure: write bands instead, or let a missing "
     "value give "
     "the points of one of its ends."},
    /* weights */
    {"gainsight", HEAD "score,g,,a,,,,,,,,\n" ZONES,
     "card.csv:2: measure \"a\" has no weight; expected a number from 0 to 999999", ""},
    {"gainsight", HEAD "score,g,,a,,0,,,,,,\n" ZONES,
     "card.csv: weights add up to 0; expected more than 0", ""},
    {"gainsight", HEAD "score,g,50,a,,1,,,,,,\nscore,h,,b,,1,,,,,,\n" ZONES,
     "card.csv:3: group \"h\" has no group_weight, and others have; expected one for each group",
     ""},
    {"gainsight", HEAD "score,g,50,a,,0,,,,,,\nscore,h,50,b,,1,,,,,,\n" ZONES,
     "card.csv:2: weights of group \"g\" add up to 0; expected more than 0", ""},
    {"churnzero", HEAD "score,g,,a,,50,,,,,,\nscore,,,b,,40,,,,,,\n" ZONES,
     "card.csv: weights add up to 90; expected 100", ""},
    {"totango", HEAD "score,g,100,a,,90,,,,,,0\n" ZONES,
     "card.csv:2: weights of group \"g\" add up to 90; expected 100", ""},
    {"totango", HEAD "score,g,90,a,,100,,,,,,0\n" ZONES,
     "card.csv: group weights add up to 90; expected 100", ""},
    {"totango", HEAD "score,g,100,a,,100,,,,,,\n" ZONES,
     "card.csv:2: measure \"a\" does not say what a missing value does; expected \"excluded in "
     "group\", "
     "\"excluded\", \"no score\" or points in the column \"missing\"",
     "Totango lets its users choose: see its health settings."},
    {"hubspot", HEAD "band,g,100,a,,,>5,,,60,,\nband,,,b,,,>5,,,60,,\n" ZONES,
     "card.csv:2: measures of group \"g\" can give 120 points; expected no more than its maximum, "
     "100",
     "A model has no maximum over several measures: lower their points until they add up to it, or "
     "make one "
     "measure of them."},
    {"hubspot", HEAD "band,g,,a,,,>5,,,60,,\n" ZONES,
     "card.csv:2: group \"g\" has no group_weight; expected one for each group", ""},
    {"planhat", HEAD "band,g,,a,,,>5,,,0,,\nzone,,,Low,,,0,5,,,,\nzone,,,High,,,5,10,,,,\n",
     "card.csv: no measure ever changes the score; expected points that differ", ""},
    /* zones */
    {"gainsight", HEAD ZONES, "card.csv: no measures; expected at least one row with points", ""},
    {"gainsight", HEAD "score,g,,a,,1,,,,,,\n",
     "card.csv: 0 rows of kind \"zone\"; expected at least two, the colours or statuses of the "
     "score",
     ""},
    {"gainsight", HEAD "score,g,,a,,1,,,,,,\nzone,,,Low,,,0,50,,,,\nzone,,,Low,,,50,100,,,,\n",
     "card.csv:4:4: measure is \"Low\"; expected each zone once: line 3 has it", ""},
    {"gainsight", HEAD "score,g,,a,,1,,,,,,\nzone,,,Low,,,10,50,,,,\nzone,,,High,,,50,100,,,,\n",
     "card.csv:3: zone \"Low\" starts at 10; expected 0, the lowest score", ""},
    {"gainsight", HEAD "score,g,,a,,1,,,,,,\nzone,,,Low,,,0,50,,,,\nzone,,,High,,,50,90,,,,\n",
     "card.csv:4: zone \"High\" ends at 90; expected 100, the highest score", ""},
    {"gainsight", HEAD "score,g,,a,,1,,,,,,\nzone,,,Low,,,0,50,,,,\nzone,,,High,,,53,100,,,,\n",
     "card.csv:4: zone \"High\" starts at 53 and the one below it ends at 50 (line 3); expected "
     "zones that "
     "meet",
     ""},
    {"churnzero", HEAD "score,g,,a,,100,,,,,,\nzone,,,Low,,,0,50,,,,\nzone,,,High,,,51,100,,,,\n",
     "card.csv:4: zone \"High\" starts at 51 and the one below it ends at 50 (line 3); expected "
     "zones that "
     "meet",
     "The score is not rounded to whole numbers: let both name the same number."},
};

START_TEST(a_bad_file_gets_one_line)
{
    struct assay_error err = {0};
    struct imported made;
    struct assay_import_wishes wishes = plain_wishes();
    ck_assert_int_eq(import_text(bad[_i].vendor, bad[_i].card, &wishes, &made, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_str_eq(err.hint, bad[_i].hint);
    imported_clear(&made);
}
END_TEST

/* An empty group or measure is that of the row above, and the first group is "all"; an empty row is none. */
START_TEST(empty_cells_take_what_stands_above)
{
    static const char card[] =
        HEAD "band,,,a,col_a,2,0,5,,10,,\n,,,,,,,,,,,\n,,,a,,,5,9,,20,,\nscore,h,,b,,3,,,,,,no score\n"
             "score,,,c,,5,,,,,,\n" ZONES ",,,,,,,,,,,\n";
    struct assay_error err = {0};
    struct imported made;
    struct assay_import_wishes wishes = plain_wishes();
    ck_assay_ok(import_text("gainsight", card, &wishes, &made, &err));
    const struct assay_signal_spec *signals = made.model.spec.signals;
    static const char *const names[] = {"a", "b", "c"}, *const columns[] = {"col_a", "b", "c"};
    static const char *const dimensions[] = {"all", "h", "h"};
    static const double weights[] = {0.2, 0.3, 0.5};
    ck_assert_uint_eq(made.model.n_signal, 3);
    for (size_t j = 0; j < 3; j++) {
        ck_assert_str_eq(signals[j].name, names[j]);
        ck_assert_str_eq(signals[j].column, columns[j]);
        ck_assert_str_eq(signals[j].dimension, dimensions[j]);
        ck_assert_double_eq(made.model.weight[j], weights[j]);
    }
    ck_assert_int_eq(signals[0].missing, ASSAY_RENORMALISE);
    ck_assert_int_eq(signals[1].missing, ASSAY_DROP);
    imported_clear(&made);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, a_bad_file_gets_one_line, 0, COUNT(bad));
    tcase_add_test(tc, empty_cells_take_what_stands_above);
}

ASSAY_SUITE("calibrate/import_config", add_tests)
