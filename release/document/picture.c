/* Pictures of estimates: a dot with its interval, and a second mark beside it, on one scale. */
#include <math.h>

#include "core/base/number.h"
#include "release/document/render_html.h"

enum { MIDDLE = 13, LINE_HEIGHT = 26 };

/* Where a value stands between the ends of the scale, in percent of the width. */
static double place(const struct assay_picture *picture, double value)
{
    double share = (value - picture->low) / (picture->high - picture->low);
    return 100 * fmin(fmax(share, 0), 1);
}

static int count_steps(const struct assay_picture *picture)
{
    return (int)lround((picture->high - picture->low) / picture->step);
}

static void put_grid(struct assay_text *out, const struct assay_picture *picture)
{
    int n = count_steps(picture);
    for (int k = 0; k <= n; k++)
        assay_text_printf(out,
                          "<line class=\"grid\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" y2=\"%d\"/>",
                          100.0 * k / n, 100.0 * k / n, LINE_HEIGHT);
}

static void put_marks(struct assay_text *out, const struct assay_picture *picture,
                      const struct assay_picture_row *row)
{
    const struct assay_estimate *value = &row->value;
    if (isfinite(value->low) && isfinite(value->high))
        assay_text_printf(out,
                          "<line class=\"range\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>",
                          place(picture, value->low), place(picture, value->high), MIDDLE, MIDDLE);
    if (isfinite(row->beside) && picture->mark == ASSAY_MARK_TICK)
        assay_text_printf(
            out, "<line class=\"tick\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"3\" y2=\"%d\"/>",
            place(picture, row->beside), place(picture, row->beside), LINE_HEIGHT - 3);
    else if (isfinite(row->beside))
        assay_text_printf(out, "<circle class=\"ring\" cx=\"%.2f%%\" cy=\"%d\" r=\"6\"/>",
                          place(picture, row->beside), MIDDLE);
    if (isfinite(value->value))
        assay_text_printf(out, "<circle class=\"dot\" cx=\"%.2f%%\" cy=\"%d\" r=\"4.5\"/>",
                          place(picture, value->value), MIDDLE);
}

static void put_row(struct assay_text *out, const struct assay_picture *picture,
                    const struct assay_picture_row *row)
{
    assay_text_puts(out, "<li><span class=\"name\">");
    assay_html_escape(out, row->label);
    assay_text_printf(out, "</span><svg role=\"img\" width=\"100%%\" height=\"%d\"><title>",
                      LINE_HEIGHT);
    assay_html_escape(out, row->label);
    assay_text_puts(out, ": ");
    assay_html_escape(out, row->words);
    assay_text_puts(out, "</title>");
    put_grid(out, picture);
    put_marks(out, picture, row);
    assay_text_puts(out, "</svg><span class=\"value\">");
    assay_html_escape(out, row->words);
    assay_text_puts(out, "</span></li>\n");
}

static void put_scale(struct assay_text *out, const struct assay_picture *picture)
{
    assay_text_puts(out, "<li class=\"scale\" aria-hidden=\"true\"><span></span>"
                         "<svg width=\"100%\" height=\"18\">");
    for (int k = 0, n = count_steps(picture); k <= n; k++) {
        double at = assay_number_unsigned_zero(picture->low + picture->step * k, 9);
        assay_text_printf(out, "<text x=\"%.2f%%\" y=\"13\" text-anchor=\"%s\">", 100.0 * k / n,
                          k == 0   ? "start"
                          : k == n ? "end"
                                   : "middle");
        assay_text_printf(out, "%.4g%s</text>", picture->percent ? 100 * at : at,
                          picture->percent ? "%" : "");
    }
    assay_text_puts(out, "</svg><span></span></li>\n");
}

static void put_key(struct assay_text *out, const struct assay_picture *picture)
{
    const char *mark = picture->mark == ASSAY_MARK_TICK
                           ? "<line class=\"tick\" x1=\"8\" x2=\"8\" y1=\"1\" y2=\"15\"/>"
                           : "<circle class=\"ring\" cx=\"8\" cy=\"8\" r=\"6\"/>";
    assay_text_puts(out,
                    "<p class=\"key\"><span><svg width=\"26\" height=\"16\" aria-hidden=\"true\">"
                    "<line class=\"range\" x1=\"3\" x2=\"23\" y1=\"8\" y2=\"8\"/>"
                    "<circle class=\"dot\" cx=\"13\" cy=\"8\" r=\"4.5\"/></svg> ");
    assay_html_escape(out, picture->first);
    assay_text_puts(out, "</span>");
    if (picture->second != NULL) {
        assay_text_printf(
            out, "<span><svg width=\"16\" height=\"16\" aria-hidden=\"true\">%s</svg> ", mark);
        assay_html_escape(out, picture->second);
        assay_text_puts(out, "</span>");
    }
    assay_text_puts(out, "</p>\n");
}

void assay_html_picture(struct assay_text *out, const struct assay_picture *picture)
{
    assay_text_puts(out, "<figure class=\"card picture\"><figcaption>");
    assay_html_escape(out, picture->title);
    assay_text_puts(out, "</figcaption>\n");
    put_key(out, picture);
    assay_text_puts(out, "<ul>\n");
    for (size_t r = 0; r < picture->n_row; r++)
        put_row(out, picture, &picture->rows[r]);
    put_scale(out, picture);
    assay_text_puts(out, "</ul></figure>\n");
}
