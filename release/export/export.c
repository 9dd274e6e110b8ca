#include "release/export/export.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/json_write.h"
#include "core/base/options.h"
#include "core/base/sha256.h"
#include "release/export/target.h"

#define NOT_GIVEN ((size_t)-1)

enum { DEFAULT_ROWS = 1000, MAX_ROWS = 1048000 };

enum { TAKES_DIALECT = 1, TAKES_TABLE = 2, TAKES_ACCOUNTS = 4, TAKES_OBJECT = 8, IS_BINARY = 16 };

static const struct {
    assay_export_target *make;
    unsigned takes; /* options that mean something to it */
    const char *what, *self_test;
} targets[] = {
    {assay_export_c, 0, "a C99 header without dependencies",
     "compile it with -DNAME_SELF_TEST -x c; exit status"},
    {assay_export_python, 0, "a Python module, standard library only",
     "python3 FILE --self-test; exit status"},
    {assay_export_js, 0, "an ES module with types", "node FILE --self-test; exit status"},
    {assay_export_sql, TAKES_DIALECT | TAKES_TABLE, "a SELECT", "the query gives no rows"},
    {assay_export_dbt, 0, "a dbt macro", "a singular test: the query gives no rows"},
    {assay_export_onnx, IS_BINARY, "an ONNX graph of doubles",
     "run without inputs; \"disagreements\" is 0"},
    {assay_export_xlsx, TAKES_ACCOUNTS | IS_BINARY, "a workbook with live formulas",
     "the sheet Self-test"},
    {assay_export_salesforce, TAKES_OBJECT, "formula fields, as metadata",
     "an anonymous Apex script"},
};
enum { N_TARGET = sizeof targets / sizeof targets[0] };
static const char *const target_names[N_TARGET + 1] = {"c",    "python", "js",         "sql", "dbt",
                                                       "onnx", "xlsx",   "salesforce", NULL};

struct exporting {
    const char *model_path, *output_path;
    size_t target, dialect;
    bool json;
    struct assay_export_request request;

    struct assay_model model;
    struct assay_text file;
};

/* ---- options that the target does not have ---- */

static int refuse_option(const struct assay_command *command, const struct exporting *e,
                         const char *option, const char *where)
{
    return assay_misuse(command, "--%s means nothing to %s; expected it with --to %s", option,
                        target_names[e->target], where);
}

static int check(const struct assay_command *command, const struct exporting *e)
{
    const struct assay_export_request *request = &e->request;
    if (e->target == N_TARGET)
        return assay_misuse(
            command, "no target; expected --to c, python, js, sql, dbt, onnx, xlsx or salesforce");
    unsigned takes = targets[e->target].takes;
    if (e->dialect != ASSAY_SQL_DIALECTS && !(takes & TAKES_DIALECT))
        return refuse_option(command, e, "dialect", "sql");
    if (e->dialect == ASSAY_SQL_DIALECTS && (takes & TAKES_DIALECT))
        return assay_misuse(
            command,
            "no dialect; expected --dialect postgresql, sqlite, duckdb, bigquery or snowflake");
    if (request->table != NULL && !(takes & TAKES_TABLE))
        return refuse_option(command, e, "table", "sql");
    if (request->data_path != NULL && !(takes & TAKES_ACCOUNTS))
        return refuse_option(command, e, "data", "xlsx");
    if (request->rows != NOT_GIVEN && !(takes & TAKES_ACCOUNTS))
        return refuse_option(command, e, "rows", "xlsx");
    if (request->rows != NOT_GIVEN && request->data_path != NULL)
        return assay_misuse(command, "--rows beside --data: the rows are those of the data");
    if (request->object != NULL && !(takes & TAKES_OBJECT))
        return refuse_option(command, e, "object", "salesforce");
    bool to_stdout = e->output_path == NULL || strcmp(e->output_path, "-") == 0;
    if ((takes & IS_BINARY) && e->output_path == NULL && isatty(STDOUT_FILENO))
        return assay_misuse(command, "%s is no text for a terminal; expected --output FILE",
                            target_names[e->target]);
    if (e->json && to_stdout)
        return assay_misuse(command, "--json without --output FILE: the export would mix with it");
    return ASSAY_GO_ON;
}

static void fill_defaults(struct exporting *e)
{
    unsigned takes = targets[e->target].takes;
    e->request.model = &e->model;
    if (takes & TAKES_DIALECT)
        e->request.dialect = (enum assay_sql_dialect)e->dialect;
    if ((takes & TAKES_TABLE) && e->request.table == NULL)
        e->request.table = "accounts";
    if ((takes & TAKES_ACCOUNTS) && e->request.rows == NOT_GIVEN)
        e->request.rows = DEFAULT_ROWS;
    if ((takes & TAKES_OBJECT) && e->request.object == NULL)
        e->request.object = "Account";
}

static enum assay_status run(struct exporting *e, struct assay_error *err)
{
    enum assay_status status = assay_model_read(e->model_path, &e->model, err);
    if (status == ASSAY_OK)
        status = targets[e->target].make(&e->request, &e->file, err);
    if (status == ASSAY_OK && e->file.failed)
        status = assay_fail_memory(err, "exporting");
    return status != ASSAY_OK ? status
                              : assay_file_write(e->output_path != NULL ? e->output_path : "-",
                                                 e->file.data, e->file.length, err);
}

/* ---- what was done ---- */

static void say(const struct exporting *e)
{
    fprintf(stderr, "%s %s as %s, %s: %s, %zu bytes\n", e->model.spec.name, e->model.version,
            target_names[e->target], targets[e->target].what,
            e->output_path != NULL ? e->output_path : "standard output", e->file.length);
    if (e->request.self_test)
        fprintf(stderr, "  with its self-test: %zu examples; %s\n", e->model.n_example,
                targets[e->target].self_test);
}

static enum assay_status print_json(const struct exporting *e, struct assay_error *err)
{
    char digest[ASSAY_SHA256_TEXT_SIZE];
    struct assay_sha256 hash;
    assay_sha256_init(&hash);
    assay_sha256_add(&hash, e->file.data, e->file.length);
    assay_sha256_finish(&hash, digest);
    struct assay_json_writer json = {0};
    assay_json_open(&json, NULL, '{');
    assay_json_put_string(&json, "format", "assay-export/1");
    assay_json_open(&json, "model", '{');
    assay_json_put_string(&json, "name", e->model.spec.name);
    assay_json_put_string(&json, "version", e->model.version);
    assay_json_put_string(&json, "digest", e->model.digest);
    assay_json_close(&json);
    assay_json_put_string(&json, "to", target_names[e->target]);
    if (targets[e->target].takes & TAKES_DIALECT)
        assay_json_put_string(&json, "dialect", assay_sql_dialect_names[e->dialect]);
    assay_json_put_bool(&json, "self_test", e->request.self_test);
    assay_json_put_string(&json, "file", e->output_path);
    assay_json_put_count(&json, "bytes", e->file.length);
    assay_json_put_string(&json, "sha256", digest);
    assay_json_close(&json);
    enum assay_status status = json.out.failed
                                   ? assay_fail_memory(err, "writing JSON")
                                   : assay_file_write("-", json.out.data, json.out.length, err);
    assay_text_clear(&json.out);
    return status;
}

static int finish(struct exporting *e)
{
    struct assay_error err = {0};
    enum assay_status status = run(e, &err);
    if (status == ASSAY_OK && e->json)
        status = print_json(e, &err);
    else if (status == ASSAY_OK)
        say(e);
    assay_text_clear(&e->file);
    assay_model_clear(&e->model);
    return status == ASSAY_OK ? 0 : assay_complain(&err);
}

int assay_export_main(int argc, char **argv)
{
    struct exporting e = {
        .target = N_TARGET, .dialect = ASSAY_SQL_DIALECTS, .request = {.rows = NOT_GIVEN}};
    const struct assay_option options[] = {
        {"to", 't', ASSAY_OPTION_CHOICE, "TARGET",
         "what to write: c, python, js, sql, dbt, onnx, xlsx or salesforce", &e.target, 0, 0,
         target_names},
        {"output", 'o', ASSAY_OPTION_TEXT, "FILE", "where to; standard output without it",
         &e.output_path, 0, 0, NULL},
        {"self-test", 0, ASSAY_OPTION_FLAG, NULL,
         "the model's examples travel along, and the file tells whether it gets them right; sql, "
         "dbt, "
         "onnx and salesforce: in place of what scores accounts",
         &e.request.self_test, 0, 0, NULL},
        {"dialect", 0, ASSAY_OPTION_CHOICE, "NAME",
         "sql: postgresql, sqlite, duckdb, bigquery or snowflake", &e.dialect, 0, 0,
         assay_sql_dialect_names},
        {"table", 0, ASSAY_OPTION_TEXT, "NAME", "sql: what is read from; accounts without it",
         &e.request.table, 0, 0, NULL},
        {"data", 'd', ASSAY_OPTION_TEXT, "FILE", "xlsx: accounts to fill in, CSV",
         &e.request.data_path, 0, 0, NULL},
        {"rows", 0, ASSAY_OPTION_COUNT, "N",
         "xlsx: rows with formulas where there is no data; 1000 without it", &e.request.rows, 1,
         MAX_ROWS, NULL},
        {"object", 0, ASSAY_OPTION_TEXT, "NAME",
         "salesforce: the object that gets the fields; Account without it", &e.request.object, 0, 0,
         NULL},
        {"json", 0, ASSAY_OPTION_FLAG, NULL, "print what was written as JSON", &e.json, 0, 0, NULL},
    };
    const struct assay_command command = {
        .name = "export",
        .operands = "MODEL",
        .summary = "Write a model as code, a query, a graph or a workbook that scores as \"assay "
                   "score\" does.",
        .options = options,
        .n_option = sizeof options / sizeof options[0],
        .min_operand = 1,
        .max_operand = 1,
        .notes = "c, python, js and sql give the same bits but for exp(), where libraries differ "
                 "in the last "
                 "digit.\nWhat a target cannot express is refused, never approximated. MODEL may "
                 "be a registry "
                 "of versions\n(\"models\"). What is written is yours: the licence of this program "
                 "does not "
                 "cover it."};
    int exit_status = assay_options_parse(&command, argc, argv, &e.model_path);
    if (exit_status == ASSAY_GO_ON)
        exit_status = check(&command, &e);
    if (exit_status != ASSAY_GO_ON)
        return exit_status;
    fill_defaults(&e);
    return finish(&e);
}
