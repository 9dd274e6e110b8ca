/* page.h - one self-contained HTML page that shows an audit or a candidate
 *
 * The page itself (validate/report/: markup, style, script, charts and the libraries that draw
 * them) is made at build time and embedded; all that is done here is to put the document it shows
 * into it.
 */
#ifndef ASSAY_CORE_REPORT_PAGE_H
#define ASSAY_CORE_REPORT_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/text.h"

/* Appends the page that shows json[length] to html, a zeroed or used text that the caller clears.
 *
 *   json    one finished document, "assay-audit/1" or "assay-candidate/1", valid UTF-8, as
 *           assay_json_writer makes it. It is embedded without the blanks between its tokens, its
 *           fractions with seven digits, and with every '<', U+2028 and U+2029 escaped: these occur in
 *           strings only, where the escape means the same, and nothing in the document can then end
 *           its script element
 *   title   of the window, plain text; NULL: the page's own
 *   ASSAY_ENOMEM   html has what it had, and is marked failed */
ASSAY_MUST_CHECK enum assay_status assay_report_page(const char *json, size_t length,
                                                     const char *title, struct assay_text *html,
                                                     struct assay_error *err);

/* Whether this program was built with the libraries that draw charts; without, the page says so and
 * shows every table. */
bool assay_report_has_charts(void);

#endif
