/* version.h - what this program is */
#ifndef ASSAY_CORE_BASE_VERSION_H
#define ASSAY_CORE_BASE_VERSION_H

#define ASSAY_VERSION "0.1.0"

#endif
