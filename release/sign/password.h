/* password.h - the password of a secret key, from the terminal or from a file
 *
 * Passwords are in password[size], NUL-terminated, 1 to size - 1 bytes; whoever asked wipes it.
 * Where a function fails it has wiped what it had. Neither touches standard input, which may be
 * data.
 */
#ifndef ASSAY_RELEASE_SIGN_PASSWORD_H
#define ASSAY_RELEASE_SIGN_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "release/sign/secret_key.h"

/* Asks on the process's terminal (/dev/tty) without showing what is typed; twice, for a new
 * password, and the two must be the same. prompt is shown with ": " behind it. The terminal is as
 * before on every way out: a signal that ends the program does so after that, one that stops it
 * lets it ask again afterwards.
 *   ASSAY_EIO    there is no terminal, or it was closed
 *   ASSAY_EDATA  nothing was typed, or too much, or two different passwords */
ASSAY_MUST_CHECK enum assay_status assay_password_ask(const char *prompt, bool twice,
                                                      char password[], size_t size,
                                                      struct assay_error *err);

/* The first line of a file, without its line end.
 *   ASSAY_EIO      could not be opened or read
 *   ASSAY_EFORMAT  longer than any password
 *   ASSAY_EDATA    group or others have a right on it; the line is empty or too long */
ASSAY_MUST_CHECK enum assay_status assay_password_read(const char *path, char password[],
                                                       size_t size, struct assay_error *err);

/* Where the password of an existing key comes from, as assay_secret_key_read() asks for it: */
struct assay_password_source {
    const char *file;       /* --password-file, or NULL: the terminal */
    const char *prompt;     /* what the terminal shows */
    struct assay_error err; /* why there was none; status ASSAY_OK: there was, or nobody asked */
};
/* context is a struct assay_password_source. */
bool assay_password_give(void *context, char *password, size_t size);

#endif
