/* SPDX-License-Identifier: MIT */
/* yes [TEXT]: print it over and over, until nobody listens. */
#include <stdio.h>

int main(int argc, char **argv)
{
    const char *text = argc > 1 ? argv[1] : "y";

    while (puts(text) >= 0)
        ;
    return 1;
}
