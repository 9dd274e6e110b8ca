/* score.h - the command: model + snapshots -> scores */
#ifndef ASSAY_SCORE_SCORE_H
#define ASSAY_SCORE_SCORE_H

int assay_score_main(int argc, char **argv);

#endif
