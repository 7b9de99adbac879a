/* SPDX-License-Identifier: MIT */
/* Keys from a terminal. */
#ifndef SH_KEYS_H
#define SH_KEYS_H

#define CTRL(letter) ((letter)&31)
#define KEY_DELETE 127
#define KEY_ESCAPE 27

/* Keys that arrive as several bytes. */
enum {
    KEY_LEFT = 256,
    KEY_RIGHT,
    KEY_UP,
    KEY_DOWN,
    KEY_HOME,
    KEY_END,
    KEY_FORWARD_DELETE,
    KEY_WORD_LEFT,
    KEY_WORD_RIGHT,
    KEY_NONE,   /* one without a meaning here */
    KEY_CLOSED, /* the terminal is gone */
};

/* The next key: a byte, or one of those above. ^C if a signal interrupts. */
int keys_read(int fd);

#endif
