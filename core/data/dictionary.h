/* dictionary.h - distinct texts as small integers
 *
 * Texts are numbered 0, 1, 2, ... in order of first appearance. They lie in an arena of blocks
 * that never moves, so a text's address stays good until its dictionary is freed or reset.
 */
#ifndef ASSAY_CORE_DATA_DICTIONARY_H
#define ASSAY_CORE_DATA_DICTIONARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASSAY_NO_CODE (-1)

struct assay_dictionary;

/* An empty dictionary, or NULL when there is no memory. */
struct assay_dictionary *assay_dictionary_new(void);
void assay_dictionary_free(struct assay_dictionary *dictionary);

/* Code of text[length] (no NUL bytes), entered when it is new; ASSAY_NO_CODE when there is no
 * memory, and then nothing has changed. */
int32_t assay_dictionary_enter(struct assay_dictionary *dictionary, const char *text,
                               size_t length);
/* Enters all texts of another dictionary, in the order of their codes: codes[c] is the code here of its text c.
 * false when there is no memory; those before have been entered then. */
bool assay_dictionary_enter_all(struct assay_dictionary *dictionary,
                                const struct assay_dictionary *other, int32_t codes[]);
/* Code of text, or ASSAY_NO_CODE when it has not been entered. */
int32_t assay_dictionary_find(const struct assay_dictionary *dictionary, const char *text);
size_t assay_dictionary_count(const struct assay_dictionary *dictionary);
/* The text of a code, NUL-terminated; it never moves. */
const char *assay_dictionary_text(const struct assay_dictionary *dictionary, int32_t code);

/* Forgets all texts, so that codes start from 0 again, and keeps memory for the next ones: for a
 * stream whose texts (ids) are of no use beyond their block of rows. */
void assay_dictionary_reset(struct assay_dictionary *dictionary);

#endif
