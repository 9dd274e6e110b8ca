/* verify_scores.h - the command: another scorer's output against ours
 *
 * The data is scored block by block and held against their scores, which are in memory (verify_theirs.h).
 * What disagrees is looked into: where their points part from ours, what treating a signal otherwise
 * would explain (verify_whatif.h), what the disagreements share (verify_causes.h).
 */
#ifndef ASSAY_SCORE_VERIFY_SCORES_H
#define ASSAY_SCORE_VERIFY_SCORES_H

int assay_verify_scores_main(int argc, char **argv);

#endif
