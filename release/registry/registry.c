#include "release/registry/registry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/memory.h"
#include "release/registry/listing.h"
#include "release/registry/lock.h"
#include "release/registry/recover.h"
#include "release/registry/store.h"
#include "release/registry/survey.h"

void assay_registry_close(struct assay_registry *registry)
{
    if (registry->path != NULL && registry->lock >= 0)
        close(registry->lock);
    if (registry->current != NULL)
        assay_listing_clear(registry->current);
    free(registry->current);
    free(registry->path);
    free(registry->name);
    assay_ledger_clear(&registry->ledger);
    *registry = (struct assay_registry){.lock = -1};
}

/* A registry that nothing was read of. */
static enum assay_status begin(const char *path, struct assay_registry *registry,
                               struct assay_error *err)
{
    *registry = (struct assay_registry){.lock = -1};
    return assay_store_root(path, &registry->path, err);
}

/* ---- reading ---- */

static enum assay_status place_of(const struct assay_registry *registry, const char *file,
                                  struct assay_text *place, struct assay_error *err)
{
    assay_text_printf(place, "%s/%s", registry->path, file);
    return place->failed ? assay_fail_memory(err, "opening a registry") : ASSAY_OK;
}

/* Nothing here can make "current" again: what it says is the change that counts. */
static void hint_copy(struct assay_error *err)
{
    assay_hint(err, "Get \"" ASSAY_CURRENT_FILE "\" back from a copy: git, a backup.");
}

/* A directory without "current" must not have anything else of a registry: it would be taken for a
 * new one. */
static enum assay_status read_nothing(const struct assay_registry *registry,
                                      struct assay_error *err)
{
    struct assay_survey survey = {0};
    enum assay_status status =
        assay_survey_take(registry->path, NULL, &registry->ledger, &survey, err);
    const char *name = assay_survey_first(&survey, ASSAY_LEFT_UNLISTED);
    if (status == ASSAY_OK && name != NULL) {
        status = assay_fail(err, ASSAY_EDATA,
                            "%s: has \"%s\" but no \"" ASSAY_CURRENT_FILE "\"; "
                            "expected a whole registry, or a directory without "
                            "anything of one",
                            registry->path, name);
        hint_copy(err);
    }
    assay_survey_clear(&survey);
    return status;
}

static enum assay_status read_current(struct assay_registry *registry,
                                      const struct assay_text *bytes, struct assay_error *err)
{
    struct assay_text place = {0};
    struct assay_listing read = {0};
    enum assay_status status = place_of(registry, ASSAY_CURRENT_FILE, &place, err);
    if (status == ASSAY_OK)
        status = assay_listing_read(place.data, bytes->data, bytes->length, &read, err);
    assay_text_clear(&place);
    if (status == ASSAY_EFORMAT || status == ASSAY_EDATA)
        hint_copy(err);
    if (status != ASSAY_OK)
        return status;
    registry->current = assay_alloc(1, sizeof *registry->current);
    registry->name = assay_copy_string(read.name);
    if (registry->current != NULL)
        *registry->current = read;
    else
        assay_listing_clear(&read);
    return registry->current != NULL && registry->name != NULL
               ? ASSAY_OK
               : assay_fail_memory(err, "opening a registry");
}

static enum assay_status read_ledger(struct assay_registry *registry, struct assay_error *err)
{
    struct assay_text text = {0}, place = {0}, current = {0};
    enum assay_status status =
        assay_listed_read(registry->path, registry->current, ASSAY_LEDGER_FILE, &text, err);
    if (status == ASSAY_OK)
        status = place_of(registry, ASSAY_LEDGER_FILE, &place, err);
    if (status == ASSAY_OK)
        status = place_of(registry, ASSAY_CURRENT_FILE, &current, err);
    if (status == ASSAY_OK)
        status = assay_ledger_read(place.data, text.data, text.length, &registry->ledger, err);
    if (status == ASSAY_OK)
        status = assay_listing_check(current.data, registry->current, &registry->ledger, err);
    assay_text_clear(&current);
    assay_text_clear(&place);
    assay_text_clear(&text);
    return status;
}

/* Reads what bytes (those of "current", where it was found) lead to. */
static enum assay_status read_state(struct assay_registry *registry, const struct assay_text *bytes,
                                    bool found, struct assay_error *err)
{
    if (!found)
        return read_nothing(registry, err);
    enum assay_status status = read_current(registry, bytes, err);
    return status == ASSAY_OK ? read_ledger(registry, err) : status;
}

/* What was read of it is forgotten; path and lock stay. */
static void forget(struct assay_registry *registry)
{
    struct assay_registry again = {.path = registry->path, .lock = registry->lock};
    registry->path = NULL;
    assay_registry_close(registry);
    *registry = again;
}

static bool is_being_written(const struct assay_registry *registry)
{
    int fd;
    bool busy = assay_lock_to_read(registry->path, 0, &fd, NULL) != ASSAY_OK;
    if (fd >= 0)
        close(fd);
    return busy;
}

/* Whether another command may have moved files under the reader: it is at work, or it was. */
static bool is_in_motion(const struct assay_registry *registry, const struct assay_text *bytes,
                         bool found)
{
    struct assay_text now = {0};
    bool found_now;
    if (is_being_written(registry))
        return true;
    bool same =
        assay_store_read(registry->path, ASSAY_CURRENT_FILE, &now, &found_now, NULL) == ASSAY_OK &&
        found == found_now &&
        (!found || (now.length == bytes->length && memcmp(now.data, bytes->data, now.length) == 0));
    assay_text_clear(&now);
    return !same;
}

static enum assay_status see_leftovers(struct assay_registry *registry,
                                       const struct assay_text *bytes, bool found,
                                       struct assay_error *err)
{
    struct assay_survey survey = {0};
    enum assay_status status =
        assay_survey_take(registry->path, registry->current, &registry->ledger, &survey, err);
    if (status != ASSAY_OK)
        return status;
    registry->unfinished = assay_survey_unfinished(&survey);
    registry->remains = assay_survey_remains(&survey);
    assay_survey_clear(&survey);
    /* A change that is being made was not interrupted. */
    if ((registry->unfinished || registry->remains) && is_in_motion(registry, bytes, found))
        registry->unfinished = registry->remains = false;
    return ASSAY_OK;
}

/* Reads without the lock: what does not fit together is read again for as long as somebody writes.
 */
static enum assay_status read_in_motion(struct assay_registry *registry, struct assay_error *err)
{
    enum { ATTEMPTS = 500 };
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    for (int attempt = 1;; attempt++) {
        struct assay_text bytes = {0};
        bool found = false, again = false;
        enum assay_status status =
            assay_store_read(registry->path, ASSAY_CURRENT_FILE, &bytes, &found, err);
        if (status == ASSAY_OK) {
            status = read_state(registry, &bytes, found, err);
            if (status == ASSAY_OK)
                status = see_leftovers(registry, &bytes, found, err);
            again = (status == ASSAY_EDATA || status == ASSAY_EIO) && attempt < ATTEMPTS &&
                    is_in_motion(registry, &bytes, found);
        }
        assay_text_clear(&bytes);
        if (!again)
            return status;
        forget(registry);
        nanosleep(&pause, NULL);
    }
}

enum assay_status assay_registry_open(const char *path, struct assay_registry *registry,
                                      struct assay_error *err)
{
    struct assay_registry made;
    enum assay_status status = begin(path, &made, err);
    if (status == ASSAY_OK)
        status = read_in_motion(&made, err);
    if (status != ASSAY_OK) {
        assay_registry_close(&made);
        return status;
    }
    *registry = made;
    return ASSAY_OK;
}

/* ---- to write ---- */

/* The directory's own name must be durable before anything in it counts; whoever made it may have
 * been killed since. */
static enum assay_status read_locked(struct assay_registry *registry, struct assay_error *err)
{
    struct assay_text bytes = {0};
    bool found;
    enum assay_status status =
        assay_store_read(registry->path, ASSAY_CURRENT_FILE, &bytes, &found, err);
    if (status == ASSAY_OK && !found)
        status = assay_store_sync(registry->path, "..", err);
    if (status == ASSAY_OK)
        status = read_state(registry, &bytes, found, err);
    assay_text_clear(&bytes);
    return status;
}

static enum assay_status check_there(const char *path, struct assay_error *err)
{
    if (access(path, F_OK) == 0 || errno != ENOENT)
        return ASSAY_OK; /* whoever opens it says what else is wrong */
    return assay_fail(err, ASSAY_EIO,
                      "%s: no registry there; expected one that \"assay release add\" has made",
                      path);
}

static enum assay_status open_locked(const char *path, bool make, double wait_seconds,
                                     void (*waiting)(void *context), void *context,
                                     struct assay_registry *registry, struct assay_error *err)
{
    struct assay_registry made;
    enum assay_status status = begin(path, &made, err);
    if (status == ASSAY_OK)
        status =
            make ? assay_store_make_directory(made.path, "", err) : check_there(made.path, err);
    if (status == ASSAY_OK)
        status = assay_lock_to_write(made.path, wait_seconds, waiting, context, &made.lock, err);
    if (status == ASSAY_OK)
        status = read_locked(&made, err);
    if (status == ASSAY_OK)
        status = assay_recover(made.path, made.current, &made.ledger, err);
    if (status != ASSAY_OK) {
        assay_registry_close(&made);
        return status;
    }
    *registry = made;
    return ASSAY_OK;
}

enum assay_status assay_registry_open_to_write(const char *path, double wait_seconds,
                                               void (*waiting)(void *context), void *context,
                                               struct assay_registry *registry,
                                               struct assay_error *err)
{
    return open_locked(path, false, wait_seconds, waiting, context, registry, err);
}

enum assay_status assay_registry_make(const char *path, double wait_seconds,
                                      void (*waiting)(void *context), void *context,
                                      struct assay_registry *registry, struct assay_error *err)
{
    return open_locked(path, true, wait_seconds, waiting, context, registry, err);
}

/* ---- files of versions ---- */

void assay_registry_path(const struct assay_registry *registry, const char *version,
                         const char *file, struct assay_text *text)
{
    assay_text_printf(text, "%s/" ASSAY_VERSIONS "/%s/%s", registry->path, version, file);
}

enum assay_status assay_registry_read(const struct assay_registry *registry, const char *version,
                                      const char *file, struct assay_text *text,
                                      struct assay_error *err)
{
    struct assay_text name = {0};
    assay_text_printf(&name, ASSAY_VERSIONS "/%s/%s", version, file);
    enum assay_status status = name.failed
                                   ? assay_fail_memory(err, "reading a registry")
                                   : assay_store_read(registry->path, name.data, text, NULL, err);
    assay_text_clear(&name);
    return status;
}
