/* SPDX-License-Identifier: MIT */
/* reboot(2), with the magic numbers left out as in glibc. */
#ifndef LIB_SYS_REBOOT_H
#define LIB_SYS_REBOOT_H

#include "kernel/abi/reboot.h"

#define RB_AUTOBOOT LINUX_REBOOT_CMD_RESTART
#define RB_HALT_SYSTEM LINUX_REBOOT_CMD_HALT
#define RB_POWER_OFF LINUX_REBOOT_CMD_POWER_OFF
#define RB_ENABLE_CAD LINUX_REBOOT_CMD_CAD_ON
#define RB_DISABLE_CAD LINUX_REBOOT_CMD_CAD_OFF

int reboot(int cmd);

#endif
