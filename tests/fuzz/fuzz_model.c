/* Any bytes as a model file, its digest put right so that the reader looks further: refused with a
 * sentence, or a model that can be written, read back and written again to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "core/model/model.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* The bytes without their digest's line, if they have one, and then a true one. */
static void digest_anew(const unsigned char *bytes, size_t length, struct assay_text *text)
{
    static const char head[] = "  \"digest\": \"sha256:";
    size_t line = sizeof head - 1 + 64 + strlen("\"\n}\n");
    struct assay_sha256 hash;
    char hex[ASSAY_SHA256_TEXT_SIZE];
    if (length >= line && memcmp(bytes + length - line, head, sizeof head - 1) == 0)
        length -= line;
    assay_sha256_init(&hash);
    assay_sha256_add(&hash, bytes, length);
    assay_sha256_finish(&hash, hex);
    assay_text_add(text, (const char *)bytes, length);
    assay_text_printf(text, "%s%s\"\n}\n", head, hex);
    must(!text->failed);
}

static void write_and_read_back(struct assay_model *model)
{
    struct assay_error err = {0};
    struct assay_text once = {0}, twice = {0};
    struct assay_model again;
    must(assay_model_write(model, &once, &err) == ASSAY_OK);
    must(assay_model_read_text("again.json", once.data, once.length, &again, &err) == ASSAY_OK);
    must(strcmp(again.digest, model->digest) == 0);
    must(assay_model_write(&again, &twice, &err) == ASSAY_OK);
    must(once.length == twice.length && memcmp(once.data, twice.data, once.length) == 0);
    assay_text_clear(&once);
    assay_text_clear(&twice);
    assay_model_clear(&again);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    struct assay_error err = {0};
    struct assay_model model, untouched;
    struct assay_text text = {0};
    memset(&model, 0x5a, sizeof model);
    untouched = model;
    digest_anew(bytes, length, &text);
    enum assay_status status =
        assay_model_read_text("model.json", text.data, text.length, &model, &err);
    must((status == ASSAY_OK) == (err.message[0] == '\0'));
    must(strchr(err.message, '\n') == NULL);
    if (status == ASSAY_OK) {
        write_and_read_back(&model);
        assay_model_clear(&model);
    } else {
        must(memcmp(&model, &untouched, sizeof model) == 0);
    }
    assay_text_clear(&text);
    return 0;
}
