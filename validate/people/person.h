/* person.h - what the lists of misses and of false alarms say alike of a row */
#ifndef ASSAY_VALIDATE_PEOPLE_PERSON_H
#define ASSAY_VALIDATE_PEOPLE_PERSON_H

#include <stddef.h>

#include "core/base/json_write.h"
#include "validate/people/context.h"

/* Members "account", "line" (of the source), "as_of". Of row i of input->used, as the others. */
void assay_person_put_who(struct assay_json_writer *json, const struct assay_people *people, size_t i);
/* Members "score", "probability", "zone", "value", "owner"; null where the source has no such thing. */
void assay_person_put_standing(struct assay_json_writer *json, const struct assay_people *people,
                               size_t i);

/* A text, null where it is NULL or empty. */
void assay_person_put_text(struct assay_json_writer *json, const char *key, const char *text);

/* Texts of the row's account and owner; "" where there is none. */
const char *assay_person_account(const struct assay_people *people, size_t i);
const char *assay_person_owner(const struct assay_people *people, size_t i);

#endif
