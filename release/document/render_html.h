/* render_html.h - the parts of the page that stand in files of their own */
#ifndef ASSAY_RELEASE_DOCUMENT_RENDER_HTML_H
#define ASSAY_RELEASE_DOCUMENT_RENDER_HTML_H

#include "core/base/text.h"
#include "release/document/content.h"

/* The style sheet: light and dark, phone, paper. */
extern const char assay_document_style[];

/* text as HTML text or attribute value. Control characters, which HTML cannot hold, are blanks. */
void assay_html_escape(struct assay_text *out, const char *text);

/* A picture as a figure: a line of SVG for each row, so that marks keep their size at any width. */
void assay_html_picture(struct assay_text *out, const struct assay_picture *picture);

#endif
