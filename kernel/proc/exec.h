/* SPDX-License-Identifier: MIT */
/*
 * execve(2): the current process becomes another program.
 */
#ifndef KERNEL_PROC_EXEC_H
#define KERNEL_PROC_EXEC_H

#include "kernel/lib/types.h"

/*
 * Runs the program at `path`, in kernel memory, with the string arrays argv
 * and envp from user memory (NULL: none, as Linux has it).
 *   => current is a user thread of any process
 *   => 0: the current thread's trap frame, registers and address space are the
 *      new program's; the system call's return value must be 0
 *   => a negative errno: nothing has changed; or, where the old program was
 *      gone already, the process has been told to end and does not go back
 *      to user mode
 */
__must_check int process_exec(const char *path, char __user *const __user *argv,
                              char __user *const __user *envp);

#endif
