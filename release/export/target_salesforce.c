#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "release/export/digits.h"
#include "release/export/salesforce_fields.h"
#include "release/export/target.h"

/* ---- metadata ---- */

/* The notice, within a comment: "--" may not stand in one. */
static void put_comment(struct assay_text *out, const struct assay_export_request *request,
                        const struct assay_salesforce *made)
{
    const struct assay_model *model = request->model;
    struct assay_text notice = {0};
    assay_export_notice(&notice, model, "  ");
    assay_text_puts(out, "<!--\n");
    for (size_t k = 0; k < notice.length; k++) {
        assay_text_putc(out, notice.data[k]);
        if (notice.data[k] == '-' && (notice.data[k + 1] == '-' || notice.data[k + 1] == '>'))
            assay_text_putc(out, ' ');
    }
    assay_text_printf(
        out, "\n  Formula fields of %s. They refer to these fields, which have to be there:\n",
        request->object);
    for (size_t k = 0; k < model->n_input; k++)
        assay_text_printf(out, "    %-44s %s\n", made->inputs[k],
                          model->inputs[k].is_text ? "Text or Picklist" : "Number");
    assay_text_puts(
        out,
        "  Salesforce calculates in decimals, 15 of them in a field: the last digits differ from "
        "the program's.\n-->\n");
    out->failed = out->failed || notice.failed;
    assay_text_clear(&notice);
}

static void put_element(struct assay_text *out, const char *name, const char *text, size_t length)
{
    assay_text_printf(out, "        <%s>", name);
    assay_salesforce_xml(out, text, length);
    assay_text_printf(out, "</%s>\n", name);
}

/* A description has room for 1000 characters, and these have at most a signal's name in them. */
static void put_field(struct assay_text *out, const struct assay_salesforce_field *field)
{
    assay_text_puts(out, "    <fields>\n");
    put_element(out, "fullName", field->name, strlen(field->name));
    put_element(out, "description", field->about.data, field->about.length);
    put_element(out, "externalId", "false", 5);
    put_element(out, "formula", field->formula.data, field->formula.length);
    put_element(out, "formulaTreatBlanksAs", "BlankAsBlank", 12);
    put_element(out, "label", field->label, strlen(field->label));
    if (!field->is_text) {
        put_element(out, "precision", "18", 2);
        put_element(out, "required", "false", 5);
        put_element(out, "scale", field->is_whole ? "0" : "15", field->is_whole ? 1 : 2);
    }
    put_element(out, "type", field->is_text ? "Text" : "Number", field->is_text ? 4 : 6);
    put_element(out, "unique", "false", 5);
    assay_text_puts(out, "    </fields>\n");
}

static void put_metadata(struct assay_text *out, const struct assay_export_request *request,
                         const struct assay_salesforce *made)
{
    assay_text_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    put_comment(out, request, made);
    assay_text_puts(out, "<CustomObject xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n");
    for (size_t k = 0; k < made->n_field; k++)
        put_field(out, &made->fields[k]);
    assay_text_puts(out, "</CustomObject>\n");
}

/* ---- the self-test, in Apex ---- */

static void put_apex_text(struct assay_text *out, const char *text)
{
    assay_text_putc(out, '\'');
    for (; *text != '\0'; text++) {
        bool escaped = *text == '\'' || *text == '\\';
        if ((unsigned char)*text < 0x20) {
            assay_text_printf(out, "\\u%04x", (unsigned)(unsigned char)*text);
            continue;
        }
        if (escaped)
            assay_text_putc(out, '\\');
        assay_text_putc(out, *text);
    }
    assay_text_putc(out, '\'');
}

/* A Decimal: with a point, since a whole number would be an Integer, which ends at 2147483647. */
static void put_apex_number(struct assay_text *out, double value)
{
    size_t start = out->length;
    assay_salesforce_number(out, value);
    if (!out->failed && memchr(out->data + start, '.', out->length - start) == NULL)
        assay_text_puts(out, ".0");
}

static bool has_name_of_its_own(const char *object)
{
    size_t length = strlen(object);
    return length < 3 || strcmp(object + length - 3, "__c") != 0;
}

static void put_example(struct assay_text *out, const struct assay_export_request *request,
                        const struct assay_salesforce *made, size_t k)
{
    const struct assay_model *model = request->model;
    const struct assay_example *example = &model->examples[k];
    const char *comma = "";
    assay_text_printf(out, "rows.add(new %s(", request->object);
    if (has_name_of_its_own(request->object)) {
        assay_text_printf(out, "Name = 'example %zu'", k + 1);
        comma = ", ";
    }
    for (size_t i = 0; i < model->n_input; i++) {
        const struct assay_example_input *input = &example->inputs[i];
        if (input->text == NULL && isnan(input->number))
            continue;
        assay_text_printf(out, "%s%s = ", comma, made->inputs[i]);
        if (input->text != NULL)
            put_apex_text(out, input->text);
        else
            put_apex_number(out, input->number);
        comma = ", ";
    }
    assay_text_puts(out, "));\nexpected.add(");
    if (example->dropped) {
        assay_text_puts(out, "new List<Object>{null, null, null, null});\n");
        return;
    }
    assay_text_puts(out, "new List<Object>{");
    put_apex_number(out, example->composite);
    assay_text_puts(out, ", ");
    put_apex_number(out, example->score);
    assay_text_puts(out, ", ");
    put_apex_number(out, example->probability);
    assay_text_puts(out, ", ");
    put_apex_text(out, model->spec.zones[example->zone].name);
    assay_text_puts(out, "});\n");
}

static void put_check(struct assay_text *out, const char *object)
{
    assay_text_puts(out, "\nSavepoint before = Database.setSavepoint();\n"
                         "List<String> wrong = new List<String>();\n"
                         "try {\n"
                         "    insert rows;\n");
    assay_text_printf(out, "    Map<Id, %s> made = new Map<Id, %s>([\n", object, object);
    assay_text_printf(out,
                      "        SELECT Health_Composite__c, Health_Score__c, Health_Probability__c, "
                      "Health_Zone__c\n"
                      "        FROM %s WHERE Id IN :rows]);\n",
                      object);
    assay_text_puts(
        out, "    for (Integer k = 0; k < rows.size(); k++) {\n"
             "        SObject row = made.get(rows[k].Id);\n"
             "        List<Object> got = new List<Object>{row.get('Health_Composite__c'),\n"
             "            row.get('Health_Score__c'), row.get('Health_Probability__c'),\n"
             "            row.get('Health_Zone__c')};\n"
             "        for (Integer f = 0; f < 4; f++) {\n"
             "            Boolean same;\n"
             "            if (f == 3 || got[f] == null || expected[k][f] == null)\n"
             "                same = got[f] == expected[k][f];\n"
             "            else\n"
             "                same = Math.abs((Decimal) got[f] - (Decimal) expected[k][f])\n"
             "                    <= (f == 2 ? 0.00000000001 : 0.000000001);\n"
             "            if (!same)\n"
             "                wrong.add('example ' + (k + 1) + ': ' + fields[f] + ' is ' + got[f]\n"
             "                    + '; expected ' + expected[k][f]);\n"
             "        }\n"
             "    }\n"
             "} finally {\n"
             "    Database.rollback(before);\n"
             "}\n"
             "System.assertEquals(0, wrong.size(), String.join(wrong, '\\n'));\n");
}

static void put_self_test(struct assay_text *out, const struct assay_export_request *request,
                          const struct assay_salesforce *made, const size_t kept[], size_t n_kept)
{
    assay_export_notice(out, request->model, "// ");
    assay_text_printf(
        out,
        "//\n// Anonymous Apex: inserts examples of the model as rows of %s, reads the formula "
        "fields "
        "back,\n// compares, takes everything back, and throws where one disagrees.\n"
        "// %zu of the model's %zu examples; the others need more than 15 digits of a number.\n\n",
        request->object, n_kept, request->model->n_example);
    assay_text_printf(out, "List<%s> rows = new List<%s>();\n", request->object, request->object);
    assay_text_puts(out,
                    "List<List<Object>> expected = new List<List<Object>>();\n"
                    "List<String> fields = new List<String>{'composite', 'score', 'probability', "
                    "'zone'};\n\n");
    for (size_t k = 0; k < n_kept; k++)
        put_example(out, request, made, kept[k]);
    put_check(out, request->object);
}

static enum assay_status write_self_test(struct assay_text *out,
                                         const struct assay_export_request *request,
                                         const struct assay_salesforce *made,
                                         struct assay_error *err)
{
    size_t *kept = assay_alloc(request->model->n_example, sizeof *kept), n = 0;
    if (kept == NULL)
        return assay_fail_memory(err, "choosing examples");
    enum assay_status status =
        assay_export_examples_of_15_digits(request->model, "salesforce", kept, &n, err);
    if (status == ASSAY_OK)
        put_self_test(out, request, made, kept, n);
    free(kept);
    return status;
}

/* ---- the door ---- */

static enum assay_status check_object(const char *object, struct assay_error *err)
{
    size_t n = strspn(object, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    if (n > 0 && object[n] == '\0')
        return ASSAY_OK;
    char quoted[ASSAY_QUOTE_SIZE];
    return assay_fail(err, ASSAY_EDATA,
                      "object \"%s\": expected the API name of a Salesforce object, as Account",
                      assay_quote_value(object, strlen(object), quoted));
}

enum assay_status assay_export_salesforce(const struct assay_export_request *request,
                                          struct assay_text *out, struct assay_error *err)
{
    struct assay_salesforce made = {0};
    enum assay_status status = check_object(request->object, err);
    if (status == ASSAY_OK)
        status = assay_salesforce_init(request->model, &made, err);
    if (status != ASSAY_OK)
        return status;
    if (request->self_test)
        status = write_self_test(out, request, &made, err);
    else
        put_metadata(out, request, &made);
    assay_salesforce_clear(&made);
    if (status == ASSAY_OK && out->failed)
        status = assay_fail_memory(err, "writing Salesforce metadata");
    return status;
}
