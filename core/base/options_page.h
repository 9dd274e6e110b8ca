/* options_page.h - the same table of options as a manual page, and as words for completion
 *
 * Both go to standard output. A page is in the man macros that every system has; the words are one
 * line a thing, fields parted by a tab:
 *
 *   option  NAME  LETTER or -  KIND  ARGUMENT or -  HELP     KIND: flag, value, file or choice
 *   choice  NAME  WORD                                        each word that option NAME takes
 *   operand NAME                                              as usage shows them, where there are some
 *   command NAME  SUMMARY                                     of a program or command that hands over
 */
#ifndef ASSAY_CORE_BASE_OPTIONS_PAGE_H
#define ASSAY_CORE_BASE_OPTIONS_PAGE_H

#include <stddef.h>

#include "core/base/options.h"

void assay_page_print(const struct assay_command *command);
void assay_words_print(const struct assay_command *command);

/* A program or command whose first word names what it hands over to. */
struct assay_verb {
    const char *name;
    int (*run)(int argc, char **argv); /* argv[0] is the verb */
    const char *summary;
};
struct assay_front {
    const char *name;    /* "assay" or "assay release" */
    const char *kind;    /* what its verbs are called: "command", "verb" */
    const char *summary; /* one line */
    const struct assay_verb *verbs;
    size_t n_verb;
    const char *notes; /* below the list */
};

/* Hands over; answers --help, -h, help, --help=man and --help=words itself. Returns the exit status; no word, or
 * an unknown one: 2, with the nearest verb named. */
int assay_front_main(const struct assay_front *front, int argc, char **argv);

#endif
