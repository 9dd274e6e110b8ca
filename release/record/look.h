/* look.h - values of a JSON document that may not be there
 *
 * A place that is absent, null or of another type reads as "nothing": NAN, NULL, an empty interval.
 * Objects may be NULL. Texts are borrowed from the document.
 */
#ifndef ASSAY_RELEASE_RECORD_LOOK_H
#define ASSAY_RELEASE_RECORD_LOOK_H

#include "core/base/json.h"
#include "core/metric/interval.h"

const struct cJSON *assay_look_at(const struct cJSON *object,
                                  const char *key);                       /* or NULL; null too */
double assay_look_number(const struct cJSON *object, const char *key);    /* or NAN */
const char *assay_look_text(const struct cJSON *object, const char *key); /* or NULL */

/* object {value, interval}; without the one or the other NAN stands for it. */
struct assay_estimate assay_look_estimate(const struct cJSON *object);

/* The element of list whose member `key` is this text, or NULL. */
const struct cJSON *assay_look_for(const struct cJSON *list, const char *key, const char *text);

/* The elements of a list, or members of an object, in order; nothing where it is neither. */
const struct cJSON *assay_look_first(const struct cJSON *container);

#endif
