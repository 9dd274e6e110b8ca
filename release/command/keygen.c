/* keygen.c - assay release keygen: a pair of keys to sign with */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "release/command/common.h"
#include "release/command/verbs.h"
#include "release/sign/password.h"

enum { PASSWORD_SIZE = 1025 };

struct making {
    const char *secret_path, *public_path, *password_path;
    bool no_password;
};

static enum assay_status get_password(const struct making *m, char password[PASSWORD_SIZE],
                                      struct assay_error *err)
{
    if (m->password_path != NULL)
        return assay_password_read(m->password_path, password, PASSWORD_SIZE, err);
    enum assay_status status =
        assay_password_ask("Password for the new key", true, password, PASSWORD_SIZE, err);
    if (status == ASSAY_EIO)
        assay_hint(err, "--password-file FILE takes it from a file; --no-password leaves the key open.");
    return status;
}

/* A key beside what it signs is no key. */
static enum assay_status check_outside(const char *path, struct assay_error *err)
{
    const char *slash = strrchr(path, '/');
    struct assay_text ledger = {0};
    assay_text_add(&ledger, path, slash != NULL ? (size_t)(slash - path) + 1 : 0);
    assay_text_puts(&ledger, "ledger.jsonl");
    bool inside = !ledger.failed && access(ledger.data, F_OK) == 0;
    bool failed = ledger.failed;
    assay_text_clear(&ledger);
    if (failed)
        return assay_fail_memory(err, "making keys");
    return inside ? assay_fail(err, ASSAY_EDATA, "%s: lies in a registry; expected the secret key elsewhere",
                               path)
                  : ASSAY_OK;
}

static enum assay_status make(const struct making *m, struct assay_error *err)
{
    char password[PASSWORD_SIZE] = "";
    struct assay_public_key made;
    enum assay_status status = check_outside(m->secret_path, err);
    if (status == ASSAY_OK && !m->no_password)
        status = get_password(m, password, err);
    if (status == ASSAY_OK && !m->no_password)
        fprintf(stderr, "Encrypting; this takes a second and a gigabyte of memory, so that guessing does.\n");
    if (status == ASSAY_OK)
        status = assay_keys_make(m->secret_path, m->public_path, m->no_password ? NULL : password,
                                 &made, err);
    explicit_bzero(password, sizeof password);
    if (status != ASSAY_OK)
        return status;
    printf("Key %s\n"
           "  secret  %s   keep it outside registries, and a copy of it safe\n"
           "  public  %s   give it to whoever verifies: assay release verify --public-key %s\n",
           made.id, m->secret_path, m->public_path, m->public_path);
    return assay_flush_stdout(err);
}

int assay_release_keygen(int argc, char **argv)
{
    struct making m = {.secret_path = "assay.key", .public_path = "assay.pub"};
    const struct assay_option options[] = {
        {"secret", 0, ASSAY_OPTION_TEXT, "FILE", "the secret key, mode 0600", &m.secret_path, 0, 0, NULL},
        {"public", 0, ASSAY_OPTION_TEXT, "FILE", "the public key", &m.public_path, 0, 0, NULL},
        {"password-file", 0, ASSAY_OPTION_TEXT, "FILE",
         "the password, first line; asked for on the terminal without it", &m.password_path, 0, 0, NULL},
        {"no-password", 0, ASSAY_OPTION_FLAG, NULL,
         "leave the secret key unencrypted, for machines that sign by themselves", &m.no_password, 0,
         0, NULL},
    };
    const struct assay_command command = {
        .name = "release keygen",
        .operands = "",
        .summary = "Make a pair of Ed25519 keys, as minisign makes and reads them.",
        .options = options,
        .n_option = sizeof options / sizeof options[0],
        .notes = "Neither file may exist. minisign's own keys serve as well."};
    int exit_status = assay_options_parse(&command, argc, argv, NULL);
    if (exit_status != ASSAY_GO_ON)
        return exit_status;
    if (m.no_password && m.password_path != NULL)
        return assay_misuse(&command, "--no-password beside --password-file; expected one of them");
    struct assay_error err = {0};
    return make(&m, &err) == ASSAY_OK ? 0 : assay_complain(&err);
}
