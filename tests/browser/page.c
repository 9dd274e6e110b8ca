/* Writes the report of the JSON on standard input to standard output, as `--report` does; the first
 * argument is the title. With --has-charts it tells by its exit status whether there are charts. */
#include <stdio.h>
#include <string.h>

#include "core/base/file.h"
#include "core/report/page.h"

enum { MOST = 1 << 28 };

static int fail(const struct assay_error *err)
{
    fprintf(stderr, "page: %s\n", err->message);
    return 2;
}

int main(int argc, char **argv)
{
    struct assay_error err = {0};
    struct assay_text json = {0}, html = {0};
    if (argc == 2 && strcmp(argv[1], "--has-charts") == 0)
        return assay_report_has_charts() ? 0 : 1;
    if (assay_file_read("-", MOST, &json, &err) != ASSAY_OK)
        return fail(&err);
    enum assay_status status =
        assay_report_page(json.data, json.length, argc > 1 ? argv[1] : NULL, &html, &err);
    if (status == ASSAY_OK)
        fwrite(html.data, 1, html.length, stdout);
    assay_text_clear(&json);
    assay_text_clear(&html);
    return status == ASSAY_OK && fflush(stdout) == 0 ? 0 : fail(&err);
}
