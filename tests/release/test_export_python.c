/* The module that is written runs without a warning, scores as the program does, reads CSV as it does, and
 * its self-test can fail. */
#include "release/export/target_python.h"
#include "tests/release/exported_program.h"

/* ---- what a module has ---- */

/* What only some models need, by their place in tests/model/specs.h. */
static const struct {
    size_t spec;
    const char *there[4], *not_there[4];
} pieces[] = {
    {0,
     {"class Range(", "class Plain(", "\nPLAN: Optional[str] = None\n", "clamp(50 + FACTOR"},
     {"class Percentile(", "class Steps(", "round_half_up"}},
    {1,
     {"class Percentile(", "    None: [1, 2, 0],\n", "BANDS: List[float] = [12.0]\n"},
     {"class Range("}},
    {3,
     {"Categories({\n", "missing=\"all\"", "REQUIRED: List[int] = [5]\n", "Steps([\n"},
     {"missing=\"dimension\""}},
    {7, {"points = clamp(points)"}, {"FACTOR *", "round_half_up"}},
    {COUNT(model_specs) - 2,
     {"rounded_composite(s, weights.weight, left, composite)", "clamp(round_half_up(points))",
      "missing=\"dimension\"", "fill=12.5"},
     {"FACTOR *"}},
    {COUNT(model_specs) - 1,
     {"SEGMENT_WEIGHTS: Dict[str, Weights] = {\n    \"Basic\": Weights(",
      "LINE_BY: Optional[str] = "
      "\"contract\"\n"},
     {"round_half_up"}},
};

START_TEST(the_module_has_the_machinery_that_the_model_needs_and_no_other)
{
    struct lab lab = {0};
    exported_model(&lab, pieces[_i].spec);
    struct assay_text text = exported_text(assay_export_python, &lab.model, false);
    for (size_t k = 0; k < 4 && pieces[_i].there[k] != NULL; k++)
        ck_assert_msg(strstr(text.data, pieces[_i].there[k]) != NULL, "%s", pieces[_i].there[k]);
    for (size_t k = 0; k < 4 && pieces[_i].not_there[k] != NULL; k++)
        ck_assert_msg(strstr(text.data, pieces[_i].not_there[k]) == NULL, "%s",
                      pieces[_i].not_there[k]);
    ck_assert_ptr_nonnull(strstr(text.data, "\nEXAMPLES: List[Tuple[Any, ...]] = []\n"));
    assay_text_clear(&text);
    lab_clear(&lab);
}
END_TEST

START_TEST(the_module_begins_with_whose_it_is_and_is_the_same_every_time)
{
    struct lab lab = {0};
    exported_model(&lab, 3);
    struct assay_text first = exported_text(assay_export_python, &lab.model, true);
    struct assay_text second = exported_text(assay_export_python, &lab.model, true);
    ck_assert_str_eq(first.data, second.data);
    ck_assert_int_eq(strncmp(first.data, "#!/usr/bin/env python3\n# Model made-up\n", 38), 0);
    ck_assert_ptr_nonnull(strstr(first.data, lab.model.digest));
    ck_assert_ptr_nonnull(
        strstr(first.data, "# This generated text is not covered by the licence"));
    assay_text_clear(&first);
    assay_text_clear(&second);
    lab_clear(&lab);
}
END_TEST

START_TEST(running_out_of_memory_is_said_and_nothing_leaks)
{
    struct lab lab = {0};
    exported_model(&lab, 3);
    struct assay_export_request request = {.model = &lab.model, .self_test = true};
    enum assay_status status = ASSAY_ENOMEM;
    size_t n = 1;
    for (; status != ASSAY_OK; n++) {
        struct assay_error err = {0};
        struct assay_text text = {0};
        test_fail_allocation(n);
        status = assay_export_python(&request, &text, &err);
        test_fail_allocation(0);
        assay_text_clear(&text);
        ck_assert(status == ASSAY_OK || strcmp(err.message, "out of memory exporting") == 0);
    }
    ck_assert_uint_gt(n, 10);
    lab_clear(&lab);
}
END_TEST

/* ---- run ---- */

static void write_module(const char *folder, const struct assay_model *model, const char *name,
                         bool self_test)
{
    struct assay_text text = exported_text(assay_export_python, model, self_test);
    exported_write(folder, name, text.data, text.length);
    assay_text_clear(&text);
}

START_TEST(every_module_passes_its_self_test_without_a_warning)
{
    char folder[] = "/tmp/assay-py-XXXXXX", name[16];
    struct assay_text said = {0}, script = {0};
    if (!exported_has("python3"))
        return;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    for (size_t m = 0; m < COUNT(exported_tried); m++) {
        struct lab lab = {0};
        size_t k = exported_tried[m];
        exported_model(&lab, k);
        if (k % 2 == 1)
            exported_mix(&lab.model, k);
        if (k + 3 >= N_EXPORTED || k == 3)
            exported_odd_names(&lab.model);
        snprintf(name, sizeof name, "m%zu.py", k);
        write_module(folder, &lab.model, name, true);
        assay_text_printf(&script, "import m%zu\nassert m%zu.self_test() == 0\n", k, k);
        lab_clear(&lab);
    }
    exported_write(folder, "all.py", script.data, script.length);
    int status = exported_run(folder, "python3 -B -W error all.py", &said);
    ck_assert_msg(status == 0, "%s", said.data);
    ck_assert_ptr_nonnull(strstr(said.data, "32 examples agree\n"));
    assay_text_clear(&said);
    assay_text_clear(&script);
    exported_remove(folder);
}
END_TEST

/* What a caller may give for a value, and what is refused. */
static const char cells[] =
    "import math, spoilt\n"
    "from decimal import Decimal\n"
    "from made_up import BadValue, score, score_rows\n"
    "def of(use):\n"
    "    return score({'use': use, 'seats': 0.5})\n"
    "for cell in ('30.5', '+30.5', '3.05e1', '.305E+2', Decimal('30.5')):\n"
    "    assert of(cell) == of(30.5), cell\n"
    "assert of(True) == of(1)\n"
    "for cell in (math.nan, '', 'NA', 'n/a', 'NaN', 'NULL'):\n"
    "    assert of(cell) == of(None) and of(cell)['note'] == '1 missing', cell\n"
    "for cell in (' 30', '0x1e', '1_000', '\\u0663', 'inf', '1e999', 'thirty', math.inf, [], "
    "10**400):\n"
    "    try:\n"
    "        of(cell)\n"
    "    except BadValue as bad:\n"
    "        assert str(bad) == f'signal \"use\" is \"{cell}\"; expected a number or an empty "
    "cell', bad\n"
    "    else:\n"
    "        raise AssertionError(cell)\n"
    "try:\n"
    "    score({'use': 1})\n"
    "except BadValue as bad:\n"
    "    assert str(bad) == 'no \"seats\"; expected the signal there, None where it is missing', "
    "bad\n"
    "assert list(score_rows([{'use': 1, 'seats': 1}] * 2)) == [score({'use': 1, 'seats': 1})] * 2\n"
    "assert spoilt.self_test() == 1\n";

START_TEST(a_value_is_a_number_or_its_text_and_nothing_else)
{
    char folder[] = "/tmp/assay-py-XXXXXX";
    struct assay_text said = {0};
    struct lab lab = {0};
    if (!exported_has("python3"))
        return;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    exported_model(&lab, 0);
    write_module(folder, &lab.model, "made_up.py", false);
    lab.model.examples[1].score = 101;
    write_module(folder, &lab.model, "spoilt.py", true);
    exported_write(folder, "cells.py", cells, strlen(cells));
    int status = exported_run(folder, "python3 -B -W error cells.py", &said);
    ck_assert_msg(status == 0, "%s", said.data);
    ck_assert_int_eq(strncmp(said.data, "example 2: score is ", 20), 0);
    ck_assert_ptr_nonnull(strstr(said.data, "; expected 101.0\n"));
    ck_assert_int_eq(exported_run(folder, "python3 -B made_up.py --self-test", &said), 2);
    ck_assert_str_eq(said.data,
                     "exported without its examples; expected: assay export --self-test\n");
    assay_text_clear(&said);
    lab_clear(&lab);
    exported_remove(folder);
}
END_TEST

/* ---- files ---- */

static const struct {
    const char *csv, *said;
    int status;
} files[] = {
    /* a delimiter of its own, quotes, blanks, a byte order mark, CRLF, an empty line, a missing value */
    {"\xef\xbb\xbfuse;id;seats\r\n30;\"a;\"\"b\"\"\";0.5\r\n\r\n NA ; c\t; 0.5\r\n",
     "id,as_of,composite,score,probability,zone,note\n\"a;\"\"b\"\"\",,", 0},
    {"id,use,seats\n\"two\nlines\",1,1\n", "\n\"two\nlines\",,", 0},
    {"id,use,seats\n", "id,as_of,composite,score,probability,zone,note\n", 0},
    {"id,use\n", "3.csv: no column \"seats\"; expected it as the signal\n", 2},
    {"use,seats\n", "4.csv: no column \"id\"; expected it as the id\n", 2},
    {"id,use,use,seats\n", "5.csv: several columns \"use\"; expected one as the signal\n", 2},
    {"id,use,seats\nx,1,1\ny,1\n", "6.csv:3: row has 2 fields; the header has 3\n", 2},
    {"id,use,seats\nx,1,ten\n",
     "7.csv:2:3: signal \"seats\" is \"ten\"; expected a number or an empty cell\n", 2},
    {"id,use,seats\nNA,1,1\n", "8.csv:2:1: id \"id\" is empty; expected a value\n", 2},
    {"id,use,seats\nx,1\"2,1\"\n",
     "9.csv:2: a quote stands inside an unquoted field or text behind a closing "
     "quote; expected quotes around the whole field and doubled inside it\n",
     2},
    {"id,use,seats\nx,\"1,1\n",
     "10.csv:2: a quote is still open at the end; expected a closing one\n", 2},
    {"id,use,seats\n\xff,1,1\n", "11.csv: not text in UTF-8; expected UTF-8\n", 2},
};

/* Runs the module's main() on 0.csv, 1.csv ... and prints the status and all that it said of each: an
 * interpreter for each would take ten times as long. */
static const char on_files[] = "import io, sys, made_up\n"
                               "for k in range(int(sys.argv[1])):\n"
                               "    kept = sys.stdout, sys.stderr\n"
                               "    sys.stdout = sys.stderr = io.TextIOWrapper(io.BytesIO())\n"
                               "    status = made_up.main([f'{k}.csv'])\n"
                               "    sys.stdout.flush()\n"
                               "    said = sys.stdout.buffer.getvalue().decode()\n"
                               "    sys.stdout, sys.stderr = kept\n"
                               "    print(f'== {k}: {status}\\n{said}')\n";

/* What is between "== k: " and "== k + 1: ". */
static char *part_of(const char *said, size_t k)
{
    char head[16];
    snprintf(head, sizeof head, "== %zu: ", k);
    const char *start = strstr(said, head);
    ck_assert_msg(start != NULL, "%s", said);
    start += strlen(head);
    const char *end = strstr(start, "\n== ");
    char *part = assay_copy_text(start, end != NULL ? (size_t)(end - start) : strlen(start));
    ck_assert_ptr_nonnull(part);
    return part;
}

START_TEST(files_are_read_as_the_program_reads_them)
{
    char folder[] = "/tmp/assay-py-XXXXXX", text[64];
    struct assay_text said = {0};
    struct lab lab = {0};
    if (!exported_has("python3"))
        return;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    exported_model(&lab, 0);
    write_module(folder, &lab.model, "made_up.py", false);
    exported_write(folder, "files.py", on_files, strlen(on_files));
    for (size_t k = 0; k < COUNT(files); k++) {
        snprintf(text, sizeof text, "%zu.csv", k);
        exported_write(folder, text, files[k].csv, strlen(files[k].csv));
    }
    snprintf(text, sizeof text, "python3 -B -W error files.py %zu", COUNT(files));
    int status = exported_run(folder, text, &said);
    ck_assert_msg(status == 0, "%s", said.data);
    for (size_t k = 0; k < COUNT(files); k++) {
        char *part = part_of(said.data, k);
        ck_assert_msg(part[0] - '0' == files[k].status, "%zu: %s", k, part);
        ck_assert_msg(strstr(part, files[k].said) != NULL, "%zu: %s", k, part);
        free(part);
    }
    assay_text_clear(&said);
    lab_clear(&lab);
    exported_remove(folder);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, the_module_has_the_machinery_that_the_model_needs_and_no_other, 0,
                        COUNT(pieces));
    tcase_add_test(tc, the_module_begins_with_whose_it_is_and_is_the_same_every_time);
    tcase_add_test(tc, running_out_of_memory_is_said_and_nothing_leaks);
    tcase_add_test(tc, every_module_passes_its_self_test_without_a_warning);
    tcase_add_test(tc, a_value_is_a_number_or_its_text_and_nothing_else);
    tcase_add_test(tc, files_are_read_as_the_program_reads_them);
}

ASSAY_SUITE("release/export_python", add_tests)
