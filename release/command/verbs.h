/* verbs.h - assay release VERB: each parses its own options, prints, and returns its exit status */
#ifndef ASSAY_RELEASE_COMMAND_VERBS_H
#define ASSAY_RELEASE_COMMAND_VERBS_H

int assay_release_add(int argc, char **argv);
int assay_release_list(int argc, char **argv);
int assay_release_show(int argc, char **argv);
int assay_release_diff(int argc, char **argv);
int assay_release_verify(int argc, char **argv);
int assay_release_at(int argc, char **argv);
int assay_release_rollback(int argc, char **argv);
int assay_release_withdraw(int argc, char **argv);
int assay_release_keygen(int argc, char **argv);

#endif
