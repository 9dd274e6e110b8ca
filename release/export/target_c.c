#include "release/export/target_c.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"

/* Words of C and C++ that may not be members of a structure, and macros of common compilers and of the
 * headers included. */
static const char *const reserved[] = {"alignas",
                                       "alignof",
                                       "and",
                                       "and_eq",
                                       "asm",
                                       "auto",
                                       "bitand",
                                       "bitor",
                                       "bool",
                                       "break",
                                       "case",
                                       "catch",
                                       "char",
                                       "char8_t",
                                       "char16_t",
                                       "char32_t",
                                       "class",
                                       "co_await",
                                       "co_return",
                                       "co_yield",
                                       "compl",
                                       "concept",
                                       "const",
                                       "const_cast",
                                       "consteval",
                                       "constexpr",
                                       "constinit",
                                       "continue",
                                       "decltype",
                                       "default",
                                       "delete",
                                       "do",
                                       "double",
                                       "dynamic_cast",
                                       "else",
                                       "enum",
                                       "errno",
                                       "explicit",
                                       "export",
                                       "extern",
                                       "false",
                                       "far",
                                       "float",
                                       "for",
                                       "friend",
                                       "goto",
                                       "i386",
                                       "if",
                                       "inline",
                                       "int",
                                       "linux",
                                       "long",
                                       "math_errhandling",
                                       "mutable",
                                       "namespace",
                                       "near",
                                       "new",
                                       "noexcept",
                                       "not",
                                       "not_eq",
                                       "nullptr",
                                       "operator",
                                       "or",
                                       "or_eq",
                                       "private",
                                       "protected",
                                       "public",
                                       "register",
                                       "reinterpret_cast",
                                       "requires",
                                       "restrict",
                                       "return",
                                       "short",
                                       "signed",
                                       "signgam",
                                       "sizeof",
                                       "static",
                                       "static_assert",
                                       "static_cast",
                                       "stderr",
                                       "stdin",
                                       "stdout",
                                       "struct",
                                       "switch",
                                       "template",
                                       "this",
                                       "thread_local",
                                       "throw",
                                       "true",
                                       "try",
                                       "typedef",
                                       "typeid",
                                       "typename",
                                       "typeof",
                                       "union",
                                       "unix",
                                       "unsigned",
                                       "using",
                                       "virtual",
                                       "void",
                                       "volatile",
                                       "wchar_t",
                                       "while",
                                       "xor",
                                       "xor_eq",
                                       NULL};

/* ---- the beginning ---- */

static const char usage[] =
    " *\n"
    " * To score one account:\n"
    " *\n"
    " *     struct @_input account = @_nothing_known();\n"
    " *     struct @_result result;\n"
    " *     account.%s = %s;\n"
    " *     @_score(&account, &result);\n"
    " *     if (!result.no_score)\n"
    " *         printf(\"%%.1f %%s\\n\", result.score, @_zone_names[result.zone]);\n"
    " *\n"
    " * @_score_batch() scores columns of many. All functions are static, keep nothing and\n"
    " * may be called from any thread. C99 and C++, IEEE 754 doubles; link with -lm. The\n"
    " * self-test of a file that was exported with its examples exits with 0 where all agree,\n"
    " * 1 where one does not:\n"
    " *\n"
    " *     cc -D^_SELF_TEST -x c FILE -lm && ./a.out\n"
    " */\n";

static const char beginning[] =
    "#ifndef ^_H\n"
    "#define ^_H\n\n"
    "#include <math.h>\n"
    "#include <stddef.h>\n"
    "#include <string.h>\n\n"
    "#ifdef __FAST_MATH__\n"
    "#error \"scores need IEEE arithmetic and NaN: compile without -ffast-math\"\n"
    "#endif\n\n";

/* Fused multiply-add rounds once where the program rounds twice. */
static const char exactness[] =
    "\n/* No product is fused with the sum it goes into, so that figures are the same to the\n"
    " * last bit wherever exp() is. */\n"
    "#if defined(__clang__)\n"
    "#define ^_EXACT _Pragma(\"clang fp contract(off)\")\n"
    "#else\n"
    "#define ^_EXACT\n"
    "#endif\n"
    "#if defined(__GNUC__) && !defined(__clang__)\n"
    "#pragma GCC push_options\n"
    "#pragma GCC optimize(\"fp-contract=off\")\n"
    "#endif\n\n";

static const char ending[] = "\n#if defined(__GNUC__) && !defined(__clang__)\n"
                             "#pragma GCC pop_options\n"
                             "#endif\n";

static void put_file(struct assay_c_export *e, bool self_test)
{
    const struct assay_input *first = &e->model->inputs[0];
    assay_text_puts(e->out, "/*\n");
    assay_export_notice(e->out, e->model, " * ");
    assay_c_printf(e, usage, e->names.input[0], first->is_text ? "\"...\"" : "12");
    assay_c_put(e, beginning);
    assay_c_layout(e);
    assay_c_put(e, exactness);
    assay_c_texts(e);
    assay_c_signals(e);
    assay_c_figures(e);
    assay_c_scoring(e);
    assay_c_put(e, ending);
    assay_c_self_test(e, self_test);
    assay_c_put(e, "\n#endif\n");
}

/* ---- what it is made with ---- */

static char *capitals_of(const char *name)
{
    char *capitals = assay_copy_string(name);
    for (char *c = capitals; c != NULL && *c != '\0'; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    return capitals;
}

static bool is_member(const struct assay_c_export *e, const char *name)
{
    for (size_t k = 0; k < e->model->n_input; k++)
        if (strcmp(e->names.input[k], name) == 0 ||
            (e->number[k] != NULL && strcmp(e->number[k], name) == 0))
            return true;
    return false;
}

/* An input that serves as text has a second member where it serves as a number too. */
static enum assay_status name_numbers(struct assay_c_export *e, struct assay_error *err)
{
    for (size_t k = 0; k < e->model->n_input; k++) {
        if (!e->model->inputs[k].is_text ||
            assay_c_number_member(e, e->model->inputs[k].column) == NULL)
            continue;
        struct assay_text name = {0};
        assay_text_printf(&name, "%s_number", e->names.input[k]);
        while (!name.failed && is_member(e, name.data))
            assay_text_putc(&name, '_');
        if (name.failed) {
            assay_text_clear(&name);
            return assay_fail_memory(err, "naming what is exported");
        }
        e->number[k] = name.data;
    }
    return ASSAY_OK;
}

static enum assay_status init(struct assay_c_export *e, struct assay_error *err)
{
    const struct assay_model *model = e->model;
    e->capitals = capitals_of(e->names.model);
    e->number = assay_alloc(model->n_input, sizeof *e->number);
    e->words = assay_alloc(model->n_input, sizeof *e->words);
    if (e->capitals == NULL || e->number == NULL || e->words == NULL)
        return assay_fail_memory(err, "naming what is exported");
    enum assay_status status = name_numbers(e, err);
    for (size_t k = 0; k < model->n_input && status == ASSAY_OK; k++)
        status = assay_c_words_init(model, k, &e->words[k], err);
    return status;
}

static void clear(struct assay_c_export *e)
{
    for (size_t k = 0; k < e->model->n_input; k++) {
        if (e->number != NULL)
            free(e->number[k]);
        if (e->words != NULL)
            assay_c_words_clear(&e->words[k]);
    }
    free(e->capitals);
    free(e->number);
    free(e->words);
    assay_export_names_clear(&e->names);
}

enum assay_status assay_export_c(const struct assay_export_request *request, struct assay_text *out,
                                 struct assay_error *err)
{
    struct assay_c_export e = {.model = request->model, .out = out};
    enum assay_status status = assay_export_names_init(request->model, reserved, &e.names, err);
    if (status != ASSAY_OK)
        return status;
    status = init(&e, err);
    if (status == ASSAY_OK)
        put_file(&e, request->self_test);
    clear(&e);
    if (status == ASSAY_OK && out->failed)
        status = assay_fail_memory(err, "exporting");
    return status;
}
