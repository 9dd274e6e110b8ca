#include "calibrate/init/column_name.h"

#include <string.h>

/* ASCII alone, whatever the locale. */
static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_word(char c)
{
    return is_upper(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

/* "customerID" parts before the I, "NPSScore" before the second S. */
static bool starts_word(const char *name, size_t at)
{
    if (at == 0 || !is_upper(name[at]))
        return false;
    bool after_lower = is_word(name[at - 1]) && !is_upper(name[at - 1]);
    bool before_lower = name[at + 1] >= 'a' && name[at + 1] <= 'z';
    return after_lower || (is_upper(name[at - 1]) && before_lower);
}

const char *assay_name_words(const char *name, char words[ASSAY_NAME_WORDS_SIZE])
{
    size_t used = 0;
    words[used++] = '_';
    for (size_t at = 0; name[at] != '\0' && used + 3 < ASSAY_NAME_WORDS_SIZE; at++) {
        if ((!is_word(name[at]) || starts_word(name, at)) && words[used - 1] != '_')
            words[used++] = '_';
        if (is_word(name[at]))
            words[used++] = (char)(is_upper(name[at]) ? name[at] + ('a' - 'A') : name[at]);
    }
    if (words[used - 1] != '_')
        words[used++] = '_';
    words[used] = '\0';
    return words;
}

/* "=..." stands for the whole name. */
static size_t find_keyword(const char *words, const char *const keywords[])
{
    for (size_t k = 0; keywords[k] != NULL; k++)
        if (keywords[k][0] == '=' ? strcmp(words, keywords[k] + 1) == 0
                                  : strstr(words, keywords[k]) != NULL)
            return k;
    return ASSAY_NOT_NAMED;
}

/* Best first; each list ends with NULL. */
static const char *const role_keywords[ASSAY_NAMED_ROLES][32] = {
    [ASSAY_NAMED_ID] = {"_account_id_", "_customer_id_", "_client_id_", "_company_id_",
                        "_organization_id_", "_organisation_id_", "_org_id_", "_tenant_id_",
                        "_workspace_id_", "_subscriber_id_", "_subscription_id_", "_user_id_",
                        "_account_number_", "_account_no_", "_customer_number_", "_account_key_",
                        "_customer_key_", "=_account_", "=_customer_", "=_client_", "=_company_",
                        "=_id_", NULL},
    [ASSAY_NAMED_AS_OF] = {"_as_of_", "_asof_", "_snapshot", "_observation_date_", "_observed_on_",
                           "_reference_date_", "_report_date_", "_reporting_date_", "_period_end_",
                           "_month_end_", "_quarter_end_", "_week_end_", "=_period_",
                           "=_quarter_", "=_month_", "=_week_", "=_date_", NULL},
    [ASSAY_NAMED_VALUE] = {"_arr_", "_acv_", "_mrr_", "_contract_value_", "_annual_value_",
                           "_annual_recurring_revenue_", "_monthly_recurring_revenue_",
                           "_recurring_revenue_", "_annual_revenue_", "_revenue_", NULL},
    [ASSAY_NAMED_PLAN] = {"_plan_", "_plan_name_", "_plan_type_", "_tier_", "_edition_",
                          "_package_", "_subscription_type_", "_contract_", NULL},
    [ASSAY_NAMED_TENURE] = {"_tenure", "_since_signup_", "_since_sign_up_", "_since_start_",
                            "_since_onboard", "_since_creat", "_since_join", "_since_activation_",
                            "_since_first_", "_account_age_", "_customer_age_", "=_age_", NULL},
    [ASSAY_NAMED_SEGMENT] = {"_segment", "_region", "_industry", "_sector_", "_vertical_",
                             "_country", "_state_", "_city_", "_market_", "_territory_", "_geo",
                             "_language_", "_gender_", "_sex_", "_company_size_", "_size_band_",
                             "_channel_", NULL},
    [ASSAY_NAMED_OWNER] = {"_owner", "_csm_", "_manager", "_rep_", "_assigned", "_assignee_",
                           "_account_executive_", NULL},
    [ASSAY_NAMED_INTERVENTION] = {"_acted_", "_playbook", "_intervention", "_intervened_",
                                  "_treated_", "_treatment_", "_outreach_", "_saved_",
                                  "_save_offer", "_retention_offer", "_holdout_", NULL},
    [ASSAY_NAMED_LEAK] = {"_churn", "_cancel", "_closed_on_", "_closed_at_", "_closed_date_",
                          "_close_date_", "_date_closed_", "_closure_", "_terminat", "_offboard",
                          "_lost_reason_", "_lost_on_", "_loss_reason_", "_exit_", "_win_back_",
                          "_winback_", "_reason_for_leaving_", "_left_on_", NULL},
    [ASSAY_NAMED_ROW] = {"=_row_", "=_row_number_", "=_row_id_", "=_index_", "_unnamed_", NULL},
    [ASSAY_NAMED_KEY] = {"_id_", "_uuid_", "_guid_", "_key_", "_zip_", "_postcode_", "_phone_number_",
                         NULL},
};

/* "csm_sentiment": what a person measures is not the person. Some of these words are in titles as
 * well, and then stand before the person: "engagement_manager". */
static bool is_measure(const char *words, const char *person)
{
    static const char *const anywhere[] = {"_sentiment", "_nps_",   "_csat_",  "_ces_", "_score",
                                           "_rating",    "_satisf", "_pulse_", "_mood", NULL};
    static const char *const behind[] = {"_health", "_risk",    "_confidence", "_engage", "_survey",
                                         "_review", "_feedback", "_touch",     "_meeting", "_call",
                                         NULL};
    return find_keyword(words, anywhere) != ASSAY_NOT_NAMED ||
           find_keyword(strstr(words, person) + 1, behind) != ASSAY_NOT_NAMED;
}

size_t assay_name_rank(const char *words, enum assay_name_role role)
{
    /* A change or a share of the money is not the money. */
    static const char *const not_money[] = {"_growth", "_change", "_pct_", "_percent", "_ratio_",
                                            "_rate_",  "_share_", "_delta_", "_trend", NULL};
    size_t rank = find_keyword(words, role_keywords[role]);
    if (rank == ASSAY_NOT_NAMED)
        return rank;
    if (role == ASSAY_NAMED_VALUE && find_keyword(words, not_money) != ASSAY_NOT_NAMED)
        return ASSAY_NOT_NAMED;
    if (role == ASSAY_NAMED_OWNER && is_measure(words, role_keywords[role][rank]))
        return ASSAY_NOT_NAMED;
    return rank;
}

const char *assay_name_dimension(const char *words)
{
    static const char *const support[] = {"_ticket", "_support", "_escalat", "_repl", "_sla_",
                                          "_incident", "_bug", "_outage", "_case", "_resolution",
                                          "_complaint", NULL};
    static const char *const sentiment[] = {"_nps_", "_csat_", "_ces_", "_survey", "_sentiment",
                                            "_satisf", "_touch", "_sponsor", "_champion",
                                            "_feedback", "_rating", "_review", "_referral", NULL};
    static const char *const financial[] = {
        "_past_due_", "_overdue_", "_invoice", "_pay", "_auto_pay_", "_billing", "_bill", "_dispute",
        "_discount", "_price", "_charge", "_revenue", "_spend", "_credit", "_arr_", "_mrr_",
        "_acv_", "_growth", "_contract", "_renew", "_plan_", "_tier_", "_edition_", "_package_",
        "_downgrade", "_upgrade", NULL};
    if (find_keyword(words, support) != ASSAY_NOT_NAMED)
        return "support";
    if (find_keyword(words, sentiment) != ASSAY_NOT_NAMED)
        return "sentiment";
    return find_keyword(words, financial) != ASSAY_NOT_NAMED ? "financial" : "product";
}

bool assay_name_better(const char *words, enum assay_better *better,
                       char keyword[ASSAY_KEYWORD_SIZE])
{
    static const char *const lower[] = {
        "_ticket", "_escalat", "_overdue", "_past_due", "_days_since", "_idle", "_invoice",
        "_dispute", "_discount", "_complaint", "_bug", "_error", "_outage", "_incident", "_late_",
        "_failed_", "_downgrade", "_reply", "_response_time", "_resolution", "_inactive", "_cancel",
        "_risk", NULL};
    static const char *const higher[] = {
        "_login", "_usage", "_seat", "_nps_", "_csat_", "_ces_", "_adopt", "_active", "_feature",
        "_session", "_satisf", "_growth", "_touch", "_rating", "_tenure", "_renew", NULL};
    size_t low = find_keyword(words, lower), high = find_keyword(words, higher);
    if (low == ASSAY_NOT_NAMED && high == ASSAY_NOT_NAMED)
        return false;
    /* "days_since_last_login": the delay outweighs what it is the delay of. */
    *better = low != ASSAY_NOT_NAMED ? ASSAY_LOWER : ASSAY_HIGHER;
    const char *found = low != ASSAY_NOT_NAMED ? lower[low] : higher[high];
    size_t length = strlen(found + 1);
    length -= found[length] == '_';
    memcpy(keyword, found + 1, length);
    keyword[length] = '\0';
    return true;
}

char assay_name_unit(const char *words)
{
    static const char *const units[] = {"_day", "_week", "_month", "_year", NULL};
    size_t k = find_keyword(words, units);
    return k == ASSAY_NOT_NAMED ? '\0' : units[k][1];
}
