/* SPDX-License-Identifier: MIT */
/* reboot: start the machine anew. */
#include <err.h>
#include <sys/reboot.h>
#include <unistd.h>

int main(void)
{
    sync();
    reboot(RB_AUTOBOOT);
    err(1, "reboot");
}
