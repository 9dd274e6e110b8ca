/* The workbook holds the scorer's results beside its formulas, and refuses what a spreadsheet cannot hold.
 * That the formulas themselves give these results is for LibreOffice to say: tests/engines/engine_xlsx. */
#include <dirent.h>
#include <math.h>
#include <unistd.h>

#include "release/export/digits.h"
#include "release/export/xlsx_formula.h"
#include "tests/release/exported.h"
#include "tests/release/workbook.h"

enum { HEADS = 3 }; /* rows above those of the columns' names */

/* Models, by their place in tests/model/specs.h, that together have every kind of column. */
static const size_t varied[] = {3, 7, 12, 13};

static const char accounts_part[] = "xl/worksheets/sheet2.xml";
static const char self_test_part[] = "xl/worksheets/sheet7.xml";

static struct assay_text export_rows(const struct assay_model *model, size_t rows,
                                     const char *data_path)
{
    struct assay_error err = {0};
    struct assay_text file = {0};
    struct assay_export_request request = {
        .model = model, .self_test = true, .rows = rows, .data_path = data_path};
    ck_assay_ok(assay_export_xlsx(&request, &file, &err));
    return file;
}

/* Column of the last head that says this, as letters. */
static const char *column_named(const char *sheet, const char *head, char name[8])
{
    char cell[16], text[64];
    name[0] = '\0';
    for (size_t k = 0; k < 200; k++) {
        struct assay_text letters = {0};
        assay_xlsx_put_column(&letters, k);
        snprintf(cell, sizeof cell, "%s%d", letters.data, HEADS + 1);
        if (strcmp(workbook_cell(sheet, cell, "<t>", text, sizeof text), head) == 0)
            snprintf(name, 8, "%s", letters.data);
        assay_text_clear(&letters);
    }
    ck_assert_msg(name[0] != '\0', "no column %s", head);
    return name;
}

static double stored_number(const char *sheet, const char *column, size_t row)
{
    char cell[32], text[64];
    snprintf(cell, sizeof cell, "%s%zu", column, HEADS + 2 + row);
    return strtod(workbook_cell(sheet, cell, "<v>", text, sizeof text), NULL);
}

/* ---- references and formulas ---- */

static const struct {
    size_t column;
    const char *name;
} columns[] = {{0, "A"},    {25, "Z"},    {26, "AA"},   {51, "AZ"},    {52, "BA"},
               {701, "ZZ"}, {702, "AAA"}, {703, "AAB"}, {16383, "XFD"}};

START_TEST(columns_are_named_as_spreadsheets_do)
{
    struct assay_text text = {0};
    assay_xlsx_put_column(&text, columns[_i].column);
    ck_assert_str_eq(text.data, columns[_i].name);
    assay_text_clear(&text);
}
END_TEST

START_TEST(a_formula_is_expanded_for_its_row_wherever_it_is_marked)
{
    struct assay_text text = {0};
    assay_xlsx_expand(&text, "IF(A\1=\"\",\"\",$B$2*A\1)", 9);
    ck_assert_str_eq(text.data, "IF(A10=\"\",\"\",$B$2*A10)");
    assay_xlsx_expand(&text, "1", 0);
    ck_assert_str_eq(text.data, "1");
    assay_text_clear(&text);
}
END_TEST

START_TEST(parentheses_of_every_formula_are_closed)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_xlsx_plan plan = {0};
    struct assay_xlsx_formulas formulas = {0};
    exported_model(&lab, varied[_i]);
    ck_assay_ok(assay_xlsx_plan_init(&lab.model, 10, &plan, &err));
    ck_assay_ok(assay_xlsx_formulas_init(&plan, &formulas, &err));
    for (size_t k = 0; k < formulas.n; k++) {
        const char *formula = formulas.of_column[k];
        int depth = 0;
        ck_assert_int_eq(formula == NULL, k < plan.at.inputs + plan.n_input);
        for (const char *c = formula != NULL ? formula : ""; *c != '\0'; c++) {
            depth += (*c == '(') - (*c == ')');
            ck_assert_int_ge(depth, 0);
        }
        ck_assert_int_eq(depth, 0);
        ck_assert(formula == NULL || formula[0] != '\0');
    }
    assay_xlsx_formulas_clear(&formulas);
    assay_xlsx_plan_clear(&plan);
    lab_clear(&lab);
}
END_TEST

/* ---- edges that spreadsheets do not tell from what is below them ---- */

static const struct {
    double edge, below;
    bool above;
} edges[] = {{5, 5, false},
             {1.0000000000000002, 1, true},
             {4.000000000000001, 4, true},
             {0.1 + 0.2, 0.3, true},
             {-0.99999999999999989, -1, true},
             {4.9999999999999991, 4.9999999999999991, false},
             {39.47275326849622, 39.47275326849622, false},
             {0, 0, false}};

START_TEST(the_next_double_above_a_number_of_15_digits_is_told)
{
    double below = NAN;
    ck_assert_int_eq(assay_export_is_above(edges[_i].edge, &below), edges[_i].above);
    ck_assert(below == edges[_i].below);
}
END_TEST

START_TEST(an_edge_above_a_number_is_stored_as_the_number_and_the_word)
{
    struct lab lab = {0};
    char text[400];
    exported_model(&lab, 6);
    lab.model.spec.signals[0].normalise.steps[1].from = 3.0000000000000004;
    lab.model.spec.zones[1].from = 25.000000000000004;
    struct assay_error err = {0};
    struct assay_text file = {0};
    struct assay_export_request request = {.model = &lab.model, .rows = 1};
    ck_assay_ok(assay_export_xlsx(&request, &file, &err));
    char *baselines = workbook_part(&file, "xl/worksheets/sheet4.xml");
    char *zones = workbook_part(&file, "xl/worksheets/sheet5.xml");
    ck_assert_str_eq(workbook_cell(baselines, "B6", "<t>", text, sizeof text), "above");
    ck_assert_str_eq(workbook_cell(baselines, "D6", "<v>", text, sizeof text), "3");
    ck_assert_str_eq(workbook_cell(baselines, "B7", "<t>", text, sizeof text), "from");
    ck_assert_str_eq(workbook_cell(zones, "B6", "<v>", text, sizeof text), "25");
    ck_assert_str_eq(workbook_cell(zones, "C6", "<t>", text, sizeof text), "above");
    ck_assert_str_eq(workbook_cell(zones, "C7", "<t>", text, sizeof text), "from");
    free(baselines);
    free(zones);
    assay_text_clear(&file);
    lab_clear(&lab);
}
END_TEST

/* ---- what is stored ---- */

START_TEST(the_stored_self_test_agrees_for_every_model)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    char text[64], agrees[8];
    size_t kept[200], n_kept = 0, n_yes = 0;
    exported_model(&lab, (size_t)_i);
    struct assay_text file = export_rows(&lab.model, 2, NULL);
    char *sheet = workbook_part(&file, self_test_part);
    ck_assert_ptr_nonnull(sheet);
    ck_assay_ok(assay_export_examples_of_15_digits(&lab.model, "xlsx", kept, &n_kept, &err));
    column_named(sheet, "agrees", agrees);
    for (size_t k = 0; k < n_kept; k++) {
        char cell[32];
        snprintf(cell, sizeof cell, "%s%zu", agrees, HEADS + 2 + k);
        n_yes += strcmp(workbook_cell(sheet, cell, "<v>", text, sizeof text), "yes") == 0;
    }
    ck_assert_uint_ge(n_kept, 16);
    ck_assert_uint_eq(n_yes, n_kept);
    ck_assert_str_eq(workbook_cell(sheet, "B2", "<v>", text, sizeof text), "0");
    free(sheet);
    assay_text_clear(&file);
    lab_clear(&lab);
}
END_TEST

/* What the program says of the accounts in a file, by score's own way in. */
static void score_file(const struct assay_model *model, const char *path, double composite[],
                       double score[], double prob[], size_t n)
{
    struct assay_error err = {0};
    struct assay_intake_options options = assay_intake_options_default();
    struct assay_intake intake = {0};
    struct assay_scorer scorer = {0};
    options.path = path;
    options.quiet = true;
    ck_assay_ok(assay_intake_open(&model->spec, ASSAY_TO_SCORE, &options, &intake, &err));
    ck_assay_ok(assay_intake_read_all(&intake, &err));
    ck_assay_ok(assay_scorer_init(model, &intake.table, &scorer, &err));
    ck_assert_uint_eq(intake.table.n_row, n);
    for (size_t i = 0; i < n; i++) {
        double s[ASSAY_MAX_SIGNALS];
        bool missing[ASSAY_MAX_SIGNALS];
        struct assay_score result;
        assay_scorer_row(&scorer, &intake.table, i, s, missing, &result);
        composite[i] = result.dropped ? 0 : result.composite;
        score[i] = result.dropped ? 0 : result.score;
        prob[i] = result.dropped ? 0 : result.probability;
    }
    assay_scorer_clear(&scorer);
    assay_intake_close(&intake);
}

START_TEST(accounts_of_a_file_have_the_scorers_results_stored)
{
    enum { ROWS = 40 };
    struct lab lab = {0};
    double composite[ROWS], score[ROWS], prob[ROWS];
    char path[] = "/tmp/assay-accounts-XXXXXX", at_composite[8], at_score[8], at_prob[8];
    struct assay_text csv = made_up_csv(&(struct made_up){.seed = 5, .n_row = ROWS});
    exported_model(&lab, varied[_i]);
    lab_write_file(path, csv.data, csv.length);
    score_file(&lab.model, path, composite, score, prob, ROWS);
    struct assay_text file = export_rows(&lab.model, 0, path);
    char *sheet = workbook_part(&file, accounts_part);
    column_named(sheet, "composite", at_composite);
    column_named(sheet, "score", at_score);
    column_named(sheet, "probability", at_prob);
    for (size_t i = 0; i < ROWS; i++) { /* 16 digits are stored */
        ck_assert_double_eq_tol(stored_number(sheet, at_composite, i), composite[i], 1e-13);
        ck_assert_double_eq_tol(stored_number(sheet, at_score, i), score[i], 1e-13);
        ck_assert_double_eq_tol(stored_number(sheet, at_prob, i), prob[i], 1e-15);
    }
    free(sheet);
    unlink(path);
    assay_text_clear(&file);
    assay_text_clear(&csv);
    lab_clear(&lab);
}
END_TEST

START_TEST(rows_without_an_account_show_nothing)
{
    struct lab lab = {0};
    char text[64], cell[16], name[8];
    static const char *const results[] = {"composite", "score", "probability", "zone", "note"};
    exported_model(&lab, 3);
    struct assay_text file = export_rows(&lab.model, 2, NULL);
    char *sheet = workbook_part(&file, accounts_part);
    for (size_t k = 0; k < COUNT(results); k++) {
        snprintf(cell, sizeof cell, "%s%d", column_named(sheet, results[k], name), HEADS + 3);
        ck_assert_str_ne(workbook_cell(sheet, cell, "<f>", text, sizeof text), "");
        ck_assert_str_eq(workbook_cell(sheet, cell, "<v>", text, sizeof text), "");
        snprintf(cell, sizeof cell, "%s%d", name, HEADS + 4); /* two rows were asked for */
        ck_assert_str_eq(workbook_cell(sheet, cell, "<f>", text, sizeof text), "");
    }
    free(sheet);
    assay_text_clear(&file);
    lab_clear(&lab);
}
END_TEST

START_TEST(the_same_model_gives_the_same_bytes_dated_as_the_model)
{
    struct lab lab = {0};
    char want[80];
    exported_model(&lab, 0);
    struct assay_text first = export_rows(&lab.model, 5, NULL);
    struct assay_text second = export_rows(&lab.model, 5, NULL);
    ck_assert_uint_eq(first.length, second.length);
    ck_assert_int_eq(memcmp(first.data, second.data, first.length), 0);
    char *core = workbook_part(&first, "docProps/core.xml");
    snprintf(want, sizeof want, ">%sT00:00:00Z<", lab.model.created);
    ck_assert_ptr_nonnull(strstr(core, want));
    ck_assert_ptr_nonnull(strstr(core, lab.model.digest));
    ck_assert_ptr_nonnull(strstr(core, "not covered by the licence"));
    free(core);
    assay_text_clear(&first);
    assay_text_clear(&second);
    lab_clear(&lab);
}
END_TEST

START_TEST(without_a_self_test_there_is_no_sheet_of_it)
{
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_text file = {0};
    exported_model(&lab, 0);
    struct assay_export_request request = {.model = &lab.model, .rows = 1};
    ck_assay_ok(assay_export_xlsx(&request, &file, &err));
    ck_assert_ptr_null(workbook_part(&file, self_test_part));
    char *book = workbook_part(&file, "xl/workbook.xml");
    ck_assert_ptr_null(strstr(book, "Self-test"));
    ck_assert_ptr_nonnull(strstr(book, "Lookup"));
    free(book);
    assay_text_clear(&file);
    lab_clear(&lab);
}
END_TEST

/* ---- what cannot be held ---- */

static void check_refusal(const struct assay_export_request *request, const char *message)
{
    struct assay_error err = {0};
    struct assay_text file = {0};
    ck_assert_int_eq(assay_export_xlsx(request, &file, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, message);
    assay_text_clear(&file);
}

START_TEST(more_accounts_than_a_sheet_has_rows_are_refused_with_the_count)
{
    struct lab lab = {0};
    exported_model(&lab, 0);
    check_refusal(&(struct assay_export_request){.model = &lab.model, .rows = 1048573},
                  "xlsx cannot hold this model: 1048573 accounts; a sheet has room for 1048572");
    lab_clear(&lab);
}
END_TEST

START_TEST(a_tenure_band_above_a_number_is_refused_by_name)
{
    struct lab lab = {0};
    exported_model(&lab, 1);
    lab.model.spec.cohort.bands[0] = 12.000000000000002;
    check_refusal(
        &(struct assay_export_request){.model = &lab.model, .rows = 1},
        "xlsx cannot hold this model: a band of \"months\" begins at 12.000000000000002; a "
        "spreadsheet tells 15 digits apart");
    lab_clear(&lab);
}
END_TEST

START_TEST(a_text_longer_than_a_cell_holds_is_refused_with_its_length)
{
    struct lab lab = {0};
    char path[] = "/tmp/assay-accounts-XXXXXX";
    struct assay_text csv = {0};
    exported_model(&lab, 0);
    assay_text_puts(&csv, "id,use,seats\n");
    for (size_t k = 0; k < 32768; k++)
        assay_text_putc(&csv, 'a');
    assay_text_puts(&csv, ",1,0.5\n");
    lab_write_file(path, csv.data, csv.length);
    check_refusal(&(struct assay_export_request){.model = &lab.model, .data_path = path},
                  "xlsx cannot hold this model: a text of 32768 bytes; a cell has room for 32767");
    unlink(path);
    assay_text_clear(&csv);
    lab_clear(&lab);
}
END_TEST

/* A formula adds up the new categories of 200 signals: with their columns' names it is the longest. */
START_TEST(the_largest_model_stays_within_the_length_of_a_formula)
{
    struct assay_model model = {.spec = {.id = (char[]){"id"}, .n_zone = 1}};
    struct assay_signal_spec signals[ASSAY_MAX_SIGNALS] = {{0}};
    struct assay_step step = {.category = (char[]){"a"}};
    struct assay_baseline baselines[ASSAY_MAX_SIGNALS] = {{0}};
    struct assay_input inputs[ASSAY_MAX_SIGNALS];
    struct assay_cohort_node node = {.band = ASSAY_ANY_BAND};
    double zeros[ASSAY_MAX_SIGNALS] = {0};
    char names[ASSAY_MAX_SIGNALS][8];
    struct assay_xlsx_plan plan = {0};
    struct assay_xlsx_formulas formulas = {0};
    struct assay_error err = {0};
    for (size_t j = 0; j < ASSAY_MAX_SIGNALS; j++) {
        snprintf(names[j], sizeof names[j], "s%zu", j);
        signals[j] = (struct assay_signal_spec){
            .name = names[j],
            .column = names[j],
            .dimension = names[j],
            .missing = ASSAY_RENORMALISE_DIMENSION,
            .normalise = {.method = ASSAY_STEPS, .steps = &step, .n_step = 1, .by_category = true}};
        inputs[j] = (struct assay_input){names[j], true};
    }
    model.spec.signals = signals;
    model.spec.n_signal = model.n_signal = model.n_input = ASSAY_MAX_SIGNALS;
    model.slope = model.weight = model.missing_term = zeros;
    model.baselines = baselines;
    model.inputs = inputs;
    model.cohorts = (struct assay_cohorts){&node, 1, &model.spec.cohort};
    ck_assay_ok(assay_xlsx_plan_init(&model, 1, &plan, &err));
    ck_assay_ok(assay_xlsx_formulas_init(&plan, &formulas, &err));
    ck_assert_uint_gt(strlen(formulas.of_column[plan.at.unknown]), 3500);
    assay_xlsx_formulas_clear(&formulas);
    assay_xlsx_plan_clear(&plan);
}
END_TEST

/* ---- failures ---- */

static size_t files_in(const char *folder)
{
    size_t n = 0;
    DIR *directory = opendir(folder);
    ck_assert_ptr_nonnull(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        n += entry->d_name[0] != '.';
    closedir(directory);
    return n;
}

START_TEST(no_temporary_file_is_left_whatever_happens)
{
    struct lab lab = {0};
    char folder[] = "/tmp/assay-book-XXXXXX", missing[64];
    struct assay_error err = {0};
    struct assay_text file = {0};
    exported_model(&lab, 0);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    setenv("TMPDIR", folder, 1);
    file = export_rows(&lab.model, 3, NULL);
    ck_assert_uint_eq(files_in(folder), 0);
    assay_text_clear(&file);
    snprintf(missing, sizeof missing, "%s/none.csv", folder);
    struct assay_export_request request = {.model = &lab.model, .data_path = missing};
    ck_assert_int_eq(assay_export_xlsx(&request, &file, &err), ASSAY_EIO);
    ck_assert_uint_eq(files_in(folder), 0);
    rmdir(folder);
    request = (struct assay_export_request){.model = &lab.model, .rows = 1};
    ck_assert_int_eq(assay_export_xlsx(&request, &file, &err), ASSAY_EIO);
    ck_assert_ptr_nonnull(strstr(err.message, "could not make a file in \"/tmp/assay-book-"));
    unsetenv("TMPDIR");
    assay_text_clear(&file);
    lab_clear(&lab);
}
END_TEST

START_TEST(running_out_of_memory_is_said_and_nothing_leaks)
{
    struct lab lab = {0};
    exported_model(&lab, COUNT(model_specs) - 3);
    struct assay_export_request request = {.model = &lab.model, .self_test = true, .rows = 2};
    enum assay_status status = ASSAY_ENOMEM;
    size_t n = 1;
    for (; status != ASSAY_OK; n++) {
        struct assay_error err = {0};
        struct assay_text text = {0};
        test_fail_allocation(n);
        status = assay_export_xlsx(&request, &text, &err);
        test_fail_allocation(0);
        assay_text_clear(&text);
        ck_assert_msg(status == ASSAY_OK || status == ASSAY_ENOMEM, "%zu: %s", n, err.message);
        ck_assert(status == ASSAY_OK || strncmp(err.message, "out of memory ", 14) == 0);
    }
    ck_assert_uint_gt(n, 50);
    lab_clear(&lab);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, columns_are_named_as_spreadsheets_do, 0, COUNT(columns));
    tcase_add_test(tc, a_formula_is_expanded_for_its_row_wherever_it_is_marked);
    tcase_add_loop_test(tc, parentheses_of_every_formula_are_closed, 0, COUNT(varied));
    tcase_add_loop_test(tc, the_next_double_above_a_number_of_15_digits_is_told, 0, COUNT(edges));
    tcase_add_test(tc, an_edge_above_a_number_is_stored_as_the_number_and_the_word);
    tcase_add_loop_test(tc, the_stored_self_test_agrees_for_every_model, 0, N_EXPORTED);
    tcase_add_loop_test(tc, accounts_of_a_file_have_the_scorers_results_stored, 0, COUNT(varied));
    tcase_add_test(tc, rows_without_an_account_show_nothing);
    tcase_add_test(tc, the_same_model_gives_the_same_bytes_dated_as_the_model);
    tcase_add_test(tc, without_a_self_test_there_is_no_sheet_of_it);
    tcase_add_test(tc, more_accounts_than_a_sheet_has_rows_are_refused_with_the_count);
    tcase_add_test(tc, a_tenure_band_above_a_number_is_refused_by_name);
    tcase_add_test(tc, a_text_longer_than_a_cell_holds_is_refused_with_its_length);
    tcase_add_test(tc, the_largest_model_stays_within_the_length_of_a_formula);
    tcase_add_test(tc, no_temporary_file_is_left_whatever_happens);
    tcase_add_test(tc, running_out_of_memory_is_said_and_nothing_leaks);
}

ASSAY_SUITE("release/export_xlsx", add_tests)
