/* validate.h - the command: model (or a score column) + outcomes -> audit */
#ifndef ASSAY_VALIDATE_VALIDATE_H
#define ASSAY_VALIDATE_VALIDATE_H

int assay_validate_main(int argc, char **argv);

#endif
