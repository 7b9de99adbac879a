/* SPDX-License-Identifier: MIT */
/*
 * Breaks a rule, as the argument says, and is killed for it.
 */
#include <stdio.h>
#include <string.h>

static const int constant = 1;

static void write_constant(void)
{
    *(volatile int *)&constant = 2;
}

static int read_unmapped(void)
{
    return *(volatile int *)0x1234567000;
}

static int divide(void)
{
    volatile int seven = 7, zero = 0;

    return seven / zero;
}

static void jump_to_kernel(void)
{
    void (*volatile kernel)(void) = (void (*)(void))0xffffffff80100000;

    kernel();
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "";

    if (strcmp(how, "constant") == 0)
        write_constant();
    if (strcmp(how, "unmapped") == 0)
        return read_unmapped();
    if (strcmp(how, "divide") == 0)
        return divide();
    if (strcmp(how, "kernel") == 0)
        jump_to_kernel();
    printf("nothing happened\n");
    return 0;
}
