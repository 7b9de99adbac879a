/* SPDX-License-Identifier: MIT */
/*
 * Terminals, over ioctl_tty(2).
 */
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "user/lib/syscall.h"

int tcgetattr(int fd, struct termios *out)
{
    return ioctl(fd, TCGETS, out);
}

int tcsetattr(int fd, int when, const struct termios *in)
{
    if (when < TCSANOW || when > TCSAFLUSH) {
        errno = EINVAL;
        return -1;
    }
    return ioctl(fd, TCSETS + (unsigned long)when, in);
}

int tcflush(int fd, int queue)
{
    return ioctl(fd, TCFLSH, queue);
}

int tcdrain(int fd)
{
    return ioctl(fd, TCSBRK, 1);
}

int isatty(int fd)
{
    struct termios tio;

    return tcgetattr(fd, &tio) == 0;
}

pid_t tcgetpgrp(int fd)
{
    pid_t group;

    return ioctl(fd, TIOCGPGRP, &group) == 0 ? group : -1;
}

int tcsetpgrp(int fd, pid_t group)
{
    return ioctl(fd, TIOCSPGRP, &group);
}

pid_t tcgetsid(int fd)
{
    pid_t session;

    return ioctl(fd, TIOCGSID, &session) == 0 ? session : -1;
}

speed_t cfgetospeed(const struct termios *tio)
{
    return tio->c_cflag & CBAUD;
}

void cfmakeraw(struct termios *tio)
{
    tio->c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR |
                                IGNCR | ICRNL | IXON);
    tio->c_oflag &= ~(tcflag_t)OPOST;
    tio->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    tio->c_cflag &= ~(tcflag_t)(CSIZE | PARENB);
    tio->c_cflag |= CS8;
    tio->c_cc[VMIN] = 1;
    tio->c_cc[VTIME] = 0;
}
