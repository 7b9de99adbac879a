/* SPDX-License-Identifier: MIT */
/* clear: clear the screen, and the cursor to its corner. */
#include <stdio.h>

int main(void)
{
    fputs("\033[H\033[2J", stdout);
    return fflush(stdout) != 0;
}
