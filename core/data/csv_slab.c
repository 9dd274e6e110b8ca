#include "core/data/csv_slab.h"

#include <stdlib.h>
#include <string.h>

void assay_slab_clear(struct assay_slab *slab)
{
    free(slab->room);
    *slab = (struct assay_slab){0};
}

/* The memory stays where it is from one filling to the next. */
static bool make_room(struct assay_slab *slab, size_t capacity)
{
    if (slab->capacity >= capacity)
        return true;
    char *room = malloc(capacity + 2 * ASSAY_SLAB_MARGIN);
    if (room == NULL)
        return false;
    free(slab->room);
    slab->room = room;
    slab->bytes = room + ASSAY_SLAB_MARGIN;
    slab->capacity = capacity;
    memset(room, 0, ASSAY_SLAB_MARGIN);
    return true;
}

enum assay_status assay_feed_init(struct assay_feed *feed, struct assay_source *source,
                                  struct assay_error *err)
{
    *feed = (struct assay_feed){
        .source = source, .slab_size = ASSAY_SLAB_SIZE, .capacity = ASSAY_SLAB_SIZE, .line = 1};
    feed->bytes = malloc(feed->capacity);
    if (feed->bytes == NULL)
        return assay_fail_memory(err, "opening a data file");
    enum assay_status status = assay_feed_more(feed, err);
    if (status != ASSAY_OK)
        assay_feed_clear(feed);
    return status;
}

void assay_feed_clear(struct assay_feed *feed)
{
    free(feed->bytes);
    *feed = (struct assay_feed){0};
}

enum assay_status assay_feed_more(struct assay_feed *feed, struct assay_error *err)
{
    feed->at = feed->length = 0;
    enum assay_status status =
        assay_source_read(feed->source, feed->bytes, feed->capacity, &feed->length, err);
    feed->ended = feed->length < feed->capacity;
    return status;
}

/* What waits comes first, then the source. */
static void take_bytes(struct assay_feed *feed, struct assay_slab *slab)
{
    size_t waiting = feed->length - feed->at;
    size_t n = waiting < slab->capacity ? waiting : slab->capacity;
    memcpy(slab->bytes, feed->bytes + feed->at, n);
    feed->at += n;
    if (n < slab->capacity && !feed->ended) {
        size_t more = 0;
        feed->status =
            assay_source_read(feed->source, slab->bytes + n, slab->capacity - n, &more, &feed->err);
        feed->ended = n + more < slab->capacity;
        n += more;
    }
    slab->length = n;
    memset(slab->bytes + n, 0, ASSAY_SLAB_MARGIN);
}

/* Gives the bytes behind the cut back. When the slab could not take all that waited they are still there. */
static void cut_at(struct assay_feed *feed, struct assay_slab *slab, size_t cut)
{
    size_t n = slab->length - cut;
    if (feed->at < feed->length) {
        feed->at -= n;
    } else {
        memcpy(feed->bytes, slab->bytes + cut, n);
        feed->at = 0;
        feed->length = n;
    }
    slab->length = cut;
    memset(slab->bytes + cut, 0, ASSAY_SLAB_MARGIN);
}

static void count_lines(struct assay_feed *feed, const struct assay_slab *slab)
{
    const char *bytes = slab->bytes;
    size_t n = slab->length;
    feed->line += assay_ends_count_lines(bytes, n);
    if (n > 0 && feed->after_cr && bytes[0] == '\n')
        feed->line--;
    feed->after_cr = n > 0 && bytes[n - 1] == '\r';
}

void assay_feed_fill(struct assay_feed *feed, struct assay_slab *slab)
{
    slab->status = ASSAY_OK;
    slab->length = 0;
    slab->last = true;
    slab->begun = feed->open;
    slab->first_line = feed->line;
    if (!make_room(slab, feed->slab_size)) {
        slab->status = assay_fail_memory(&slab->err, "reading a data file");
        return;
    }
    take_bytes(feed, slab);
    slab->last = feed->ended && feed->at == feed->length;
    size_t cut = assay_ends_find(&feed->ends, slab->bytes, slab->length, feed->delimiter);
    bool whole = slab->last && feed->status == ASSAY_OK;
    slab->open = !whole && cut == 0;
    if (!whole && cut > 0) {
        cut_at(feed, slab, cut);
        feed->ends = (struct assay_ends){0};
    }
    feed->open = slab->open;
    count_lines(feed, slab);
    slab->on_disk = assay_source_bytes(feed->source);
    if (slab->last && feed->status != ASSAY_OK) {
        slab->status = feed->status;
        slab->err = feed->err;
    }
}
