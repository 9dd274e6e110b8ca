#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/library/library_parts.h"

const char *libassay_version(void)
{
    return LIBASSAY_VERSION;
}

/* ---- errors ---- */

enum libassay_status assay_library_fail(struct libassay_error *error, enum assay_status status,
                                        const struct assay_error *err)
{
    static const enum libassay_status of[] = {
        [ASSAY_OK] = LIBASSAY_OK,           [ASSAY_EIO] = LIBASSAY_EIO,
        [ASSAY_EFORMAT] = LIBASSAY_EFORMAT, [ASSAY_EDATA] = LIBASSAY_EDATA,
        [ASSAY_ENUMERIC] = LIBASSAY_EDATA,  [ASSAY_ENOMEM] = LIBASSAY_ENOMEM};
    _Static_assert(sizeof error->message == sizeof err->message &&
                       sizeof error->hint == sizeof err->hint,
                   "a sentence fits as it is");
    if (error != NULL) {
        error->status = (int32_t)of[status];
        memcpy(error->message, err->message, sizeof error->message);
        memcpy(error->hint, err->hint, sizeof error->hint);
    }
    return of[status];
}

enum libassay_status assay_library_misused(struct libassay_error *error, const char *format, ...)
{
    if (error != NULL) {
        va_list args;
        va_start(args, format);
        vsnprintf(error->message, sizeof error->message, format, args);
        va_end(args);
        error->status = LIBASSAY_EUSE;
        error->hint[0] = '\0';
    }
    return LIBASSAY_EUSE;
}

enum libassay_status assay_library_check_given(const void *argument, const char *name,
                                               struct libassay_error *error)
{
    return argument != NULL ? LIBASSAY_OK
                            : assay_library_misused(error, "%s: NULL; expected a pointer", name);
}

/* ---- structs that may grow ---- */

enum libassay_status assay_library_check_size(const void *out, size_t size, const char *name,
                                              struct libassay_error *error)
{
    size_t said;
    if (out == NULL)
        return assay_library_misused(error, "struct %s: NULL; expected a pointer", name);
    memcpy(&said, out, sizeof said);
    if (said >= size)
        return LIBASSAY_OK;
    return assay_library_misused(error, "struct %s: size is %zu; expected %zu, its sizeof", name,
                                 said, size);
}

void assay_library_hand_over(const void *made, size_t size, void *out)
{
    size_t said;
    memcpy(&said, out, sizeof said);
    memcpy((char *)out + sizeof said, (const char *)made + sizeof said,
           (said < size ? said : size) - sizeof said);
}

/* ---- texts ---- */

const char *assay_library_text(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : NULL;
}

double assay_library_number(const struct libassay_model *model, const char *text)
{
    double value = NAN;
    if (text == NULL)
        return value;
    locale_t theirs = uselocale(model->plain); /* of this thread alone */
    if (!assay_number_parse(text, strlen(text), &value))
        value = NAN;
    uselocale(theirs);
    return value;
}

/* ---- loading ---- */

void libassay_free(struct libassay_model *model)
{
    if (model == NULL)
        return;
    assay_compiled_free(model->compiled);
    assay_model_clear(&model->model);
    if (model->plain != (locale_t)0)
        freelocale(model->plain);
    free(model);
}

/* path, or name and bytes. */
struct source {
    const char *path, *name;
    const void *bytes;
    size_t length;
};

static enum assay_status load(const struct source *source, struct libassay_model *made,
                              struct assay_error *err)
{
    enum assay_status status;
    if (source->path != NULL)
        status = assay_model_read(source->path, &made->model, err);
    else if (source->length > ASSAY_MODEL_LIMIT)
        status =
            assay_fail(err, ASSAY_EFORMAT, "%s: longer than %zu bytes; expected a smaller file",
                       source->name, ASSAY_MODEL_LIMIT);
    else
        status =
            assay_model_read_text(source->name, source->bytes, source->length, &made->model, err);
    return status != ASSAY_OK ? status : assay_compiled_new(&made->model, &made->compiled, err);
}

static enum libassay_status load_model(const struct source *source, struct libassay_model **model,
                                       struct libassay_error *error)
{
    struct assay_error err = {0};
    enum libassay_status given = assay_library_check_given(model, "model", error);
    if (given != LIBASSAY_OK)
        return given;
    struct libassay_model *made = assay_alloc(1, sizeof *made);
    if (made == NULL || (made->plain = newlocale(LC_ALL_MASK, "C", (locale_t)0)) == (locale_t)0) {
        libassay_free(made);
        return assay_library_fail(error, assay_fail_memory(&err, "loading a model"), &err);
    }
    locale_t theirs = uselocale(made->plain);
    enum assay_status status = load(source, made, &err);
    uselocale(theirs);
    if (status != ASSAY_OK) {
        libassay_free(made);
        return assay_library_fail(error, status, &err);
    }
    *model = made;
    return LIBASSAY_OK;
}

enum libassay_status libassay_load_file(const char *path, struct libassay_model **model,
                                        struct libassay_error *error)
{
    enum libassay_status status = assay_library_check_given(path, "path", error);
    if (status != LIBASSAY_OK)
        return status;
    /* "-" is a name like any other: the program's standard input is not ours to read. */
    return load_model(&(struct source){.path = strcmp(path, "-") == 0 ? "./-" : path}, model,
                      error);
}

enum libassay_status libassay_load_memory(const char *name, const void *bytes, size_t length,
                                          struct libassay_model **model,
                                          struct libassay_error *error)
{
    enum libassay_status status = assay_library_check_given(name, "name", error);
    if (status == LIBASSAY_OK)
        status = assay_library_check_given(bytes, "bytes", error);
    if (status != LIBASSAY_OK)
        return status;
    return load_model(&(struct source){.name = name, .bytes = bytes, .length = length}, model,
                      error);
}
