#include "validate/people/person.h"

#include <math.h>

#include "validate/audit/output.h"

const char *assay_person_account(const struct assay_people *people, size_t i)
{
    const struct assay_audit_input *input = people->input;
    return assay_audit_text(input->accounts,
                            input->used.account != NULL ? input->used.account[i] : ASSAY_NO_CODE);
}

const char *assay_person_owner(const struct assay_people *people, size_t i)
{
    const struct assay_audit_input *input = people->input;
    return assay_audit_text(input->owners,
                            input->used.owner != NULL ? input->used.owner[i] : ASSAY_NO_CODE);
}

void assay_person_put_text(struct assay_json_writer *json, const char *key, const char *text)
{
    if (text != NULL && *text != '\0')
        assay_json_put_string(json, key, text);
    else
        assay_json_put_null(json, key);
}

void assay_person_put_who(struct assay_json_writer *json, const struct assay_people *people, size_t i)
{
    const struct assay_audit_input *input = people->input;
    const struct assay_audit_set *used = &input->used;
    assay_person_put_text(json, "account", assay_person_account(people, i));
    assay_json_put_count(json, "line", assay_table_line(&input->intake->table, assay_audit_row(used, i)));
    assay_put_date(json, "as_of", used->as_of != NULL ? used->as_of[i] : ASSAY_NO_DATE);
}

void assay_person_put_standing(struct assay_json_writer *json, const struct assay_people *people,
                               size_t i)
{
    const struct assay_audit_set *used = &people->input->used;
    assay_json_put_number(json, "score", used->score[i]);
    assay_json_put_optional(json, "probability", used->prob != NULL ? used->prob[i] : (double)NAN);
    assay_person_put_text(json, "zone", assay_people_zone(people, i));
    assay_json_put_optional(json, "value", assay_people_value(people, i));
    assay_person_put_text(json, "owner", assay_person_owner(people, i));
}
