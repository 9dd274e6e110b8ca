/* machine.h - how much memory there is to use
 */
#ifndef ASSAY_CORE_BASE_MACHINE_H
#define ASSAY_CORE_BASE_MACHINE_H

#include <stddef.h>

/* Bytes: what the machine has, or what the control groups of this process leave it where that is less. */
size_t assay_machine_memory(void);

/* The least limit that control groups (version 2, and 1 as containers see it) set, or SIZE_MAX. `membership` is
 * the file /proc/self/cgroup and `mounted` the directory /sys/fs/cgroup, or what stands for them in a test. */
size_t assay_cgroup_memory(const char *membership, const char *mounted);

#endif
