/* diff.c - assay release diff: what changed between two versions, or would with a candidate */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "release/command/common.h"
#include "release/command/verbs.h"
#include "release/version/change.h"

struct comparing {
    const char *registry_path;
    const char *operands[2];
    bool json;
    struct assay_registry registry;
    struct assay_model models[2];
    struct assay_change change;
};

/* A word that is a version of the registry, else a file. */
static enum assay_status read_side(struct comparing *c, const char *word, struct assay_model *model,
                                   struct assay_error *err)
{
    const struct assay_entry *release;
    bool file = strchr(word, '/') != NULL || access(word, F_OK) == 0;
    if (file)
        return assay_model_read(word, model, err);
    enum assay_status status = ASSAY_OK;
    if (c->registry.path == NULL)
        status = assay_reading_open(c->registry_path, &c->registry, err);
    if (status == ASSAY_OK)
        status = assay_version_find(&c->registry, word, &release, err);
    return status != ASSAY_OK ? status
                              : assay_version_model(&c->registry, release, model, err);
}

static enum assay_status compare(struct comparing *c, struct assay_error *err)
{
    const char *before = c->operands[1] != NULL ? c->operands[0] : "current";
    const char *after = c->operands[1] != NULL ? c->operands[1] : c->operands[0];
    enum assay_status status = read_side(c, before, &c->models[0], err);
    if (status == ASSAY_OK)
        status = read_side(c, after, &c->models[1], err);
    if (status == ASSAY_OK)
        status = assay_change_find(&c->models[0], &c->models[1], &c->change, err);
    return status;
}

/* The words come from the JSON, as those of the changelog do. */
static enum assay_status say(const struct comparing *c, struct assay_json_writer *json,
                             struct assay_error *err)
{
    struct assay_json *doc = NULL;
    struct assay_text text = {0};
    assay_text_printf(&text, "%s: from %s (%.19s...) to %s (%.19s...)\n\n", c->models[1].spec.name,
                      c->models[0].version, c->models[0].digest, c->models[1].version,
                      c->models[1].digest);
    enum assay_status status =
        assay_json_parse("changes", json->out.data, json->out.length, ASSAY_JSON_STRICT, &doc, err);
    if (status == ASSAY_OK && strcmp(c->models[0].digest, c->models[1].digest) == 0)
        assay_text_puts(&text, "They are the same file.\n");
    else if (status == ASSAY_OK && c->change.level == ASSAY_LEVEL_NONE)
        assay_text_puts(&text, "Nothing changed but version, parent or date.\n");
    else if (status == ASSAY_OK)
        status = assay_change_words(doc, assay_json_root(doc), &text, err);
    if (status == ASSAY_OK)
        status = assay_deliver(&text, NULL, err);
    assay_text_clear(&text);
    assay_json_free(doc);
    return status;
}

int assay_release_diff(int argc, char **argv)
{
    struct comparing c = {.registry_path = ASSAY_DEFAULT_REGISTRY, .registry = {.lock = -1}};
    const struct assay_option options[] = {
        ASSAY_REGISTRY_OPTION(c.registry_path),
        {"json", 0, ASSAY_OPTION_FLAG, NULL, "print the changes as JSON", &c.json, 0, 0, NULL},
    };
    const struct assay_command command = {
        .name = "release diff",
        .operands = "[BEFORE] AFTER",
        .summary = "What changed between two versions, or would with a candidate.",
        .options = options,
        .n_option = sizeof options / sizeof options[0],
        .min_operand = 1,
        .max_operand = 2,
        .notes = "Each is a version number, \"current\", the beginning of a digest, or a model file. "
                 "BEFORE is what is in\nforce without it."};
    int exit_status = assay_options_parse(&command, argc, argv, c.operands);
    if (exit_status != ASSAY_GO_ON)
        return exit_status;
    struct assay_error err = {0};
    struct assay_json_writer json = {0};
    enum assay_status status = compare(&c, &err);
    if (status == ASSAY_OK) {
        assay_change_write(&json, NULL, &c.models[0], &c.models[1], &c.change);
        if (json.out.failed)
            status = assay_fail_memory(&err, "writing the changes");
        else
            status = c.json ? assay_deliver_json(&json, NULL, &err) : say(&c, &json, &err);
    }
    assay_text_clear(&json.out);
    assay_change_clear(&c.change);
    assay_model_clear(&c.models[0]);
    assay_model_clear(&c.models[1]);
    if (c.registry.path != NULL)
        assay_registry_close(&c.registry);
    return status == ASSAY_OK ? 0 : assay_complain(&err);
}
