/* SPDX-License-Identifier: MIT */
/*
 * The US layout.
 *
 *     0xe0 ------> the next byte is one of the keys added later
 *     0xe1 ------> Pause: the next two bytes mean nothing
 *     high bit --> a key is let go: of interest for shift, ctrl, alt only
 *
 * Alt puts ESC before a key's bytes.
 *
 * Locks: none; see keyboard.c.
 */
#include "kernel/dev/keymap.h"
#include "kernel/dev/dev.h"
#include "kernel/lib/string.h"

#define RELEASED 0x80
#define PREFIX_EXTENDED 0xe0
#define PREFIX_PAUSE 0xe1
#define PAUSE_BYTES 2

#define ESC "\x1b"
#define CONTROL_MASK 0x1f

enum {
    KEY_TAB = 0x0f,
    KEY_CTRL = 0x1d, /* extended: the right one; so with alt */
    KEY_LEFT_SHIFT = 0x2a,
    KEY_SLASH = 0x35, /* extended: the keypad's */
    KEY_RIGHT_SHIFT = 0x36,
    KEY_ALT = 0x38,
    KEY_CAPS_LOCK = 0x3a,
    KEY_F1 = 0x3b,
    KEY_F10 = 0x44,
    KEY_NUM_LOCK = 0x45,
    KEY_KEYPAD_7 = 0x47, /* extended, or without num lock: Home … Delete */
    KEY_KEYPAD_DOT = 0x53,
    KEY_F11 = 0x57,
    KEY_F12 = 0x58,
    KEYS = 0x59,
};

/* By scancode; 0: no character. */
static const char plain[KEYS] = "\0\x1b"
                                "1234567890-=\x7f\t"
                                "qwertyuiop[]\r\0"
                                "asdfghjkl;'`\0\\"
                                "zxcvbnm,./\0*\0 ";
static const char shifted[KEYS] = "\0\x1b"
                                  "!@#$%^&*()_+\x7f\t"
                                  "QWERTYUIOP{}\r\0"
                                  "ASDFGHJKL:\"~\0|"
                                  "ZXCVBNM<>?\0*\0 ";

/* From KEY_KEYPAD_7 on. */
static const char keypad_digits[] = "789-456+1230.";
static const char *const keypad_moves[] = {
    ESC "[1~", ESC "[A",  ESC "[5~", "-",       ESC "[D",  ESC "[G",  ESC "[C",
    "+",       ESC "[4~", ESC "[B",  ESC "[6~", ESC "[2~", ESC "[3~",
};
_Static_assert(ARRAY_SIZE(keypad_moves) == KEY_KEYPAD_DOT - KEY_KEYPAD_7 + 1,
               "a sequence for each key of the keypad");

/* F1 to F12. */
static const char *const function_keys[] = {
    ESC "[[A",  ESC "[[B",  ESC "[[C",  ESC "[[D",  ESC "[[E",  ESC "[17~",
    ESC "[18~", ESC "[19~", ESC "[20~", ESC "[21~", ESC "[23~", ESC "[24~",
};

static struct {
    bool left_shift, right_shift, left_ctrl, right_ctrl, left_alt, right_alt;
    bool caps_lock, num_lock;
    bool extended;        /* 0xe0 has come */
    unsigned meaningless; /* bytes to leave out */
} state;

static bool has_shift(void)
{
    return state.left_shift || state.right_shift;
}

static bool has_ctrl(void)
{
    return state.left_ctrl || state.right_ctrl;
}

static void type(const char *bytes, size_t len)
{
    if (state.left_alt || state.right_alt)
        tty_input(&console_tty, (uint8_t)ESC[0]);
    for (size_t i = 0; i < len; i++)
        tty_input(&console_tty, (uint8_t)bytes[i]);
}

static void type_sequence(const char *text)
{
    type(text, strlen(text));
}

/* Shift, ctrl, alt. False: another key. */
static bool modifier(uint8_t key, bool extended, bool pressed)
{
    switch (key) {
    case KEY_LEFT_SHIFT:
    case KEY_RIGHT_SHIFT:
        /* After 0xe0 it is not the key: some keyboards put it around an arrow
         * so that num lock does not change its meaning. */
        if (extended)
            return true;
        if (key == KEY_LEFT_SHIFT)
            state.left_shift = pressed;
        else
            state.right_shift = pressed;
        return true;
    case KEY_CTRL:
        if (extended)
            state.right_ctrl = pressed;
        else
            state.left_ctrl = pressed;
        return true;
    case KEY_ALT:
        if (extended)
            state.right_alt = pressed;
        else
            state.left_alt = pressed;
        return true;
    default: return false;
    }
}

/* What ctrl makes of a character: ^@ … ^_, and ^? */
static char with_ctrl(char c)
{
    if (c == '\x7f')
        return '\b';
    if (c == ' ' || c == '2')
        return '\0';
    if (c == '/' || c == '-')
        return '_' & CONTROL_MASK;
    if (c == '?')
        return '\x7f';
    if (c >= '@' && c <= '~' && c != '`')
        return c & CONTROL_MASK;
    return c;
}

static void type_character(uint8_t key)
{
    const bool letter = plain[key] >= 'a' && plain[key] <= 'z';
    const bool shift = has_shift() != (letter && state.caps_lock);
    char c = shift ? shifted[key] : plain[key];

    if (c == 0)
        return;
    if (has_ctrl())
        c = with_ctrl(c);
    type(&c, 1);
}

static bool is_keypad(uint8_t key)
{
    return key >= KEY_KEYPAD_7 && key <= KEY_KEYPAD_DOT;
}

static void press_keypad(uint8_t key, bool extended)
{
    const unsigned i = key - KEY_KEYPAD_7;

    if (!extended && state.num_lock != has_shift())
        type(&keypad_digits[i], 1);
    else
        type_sequence(keypad_moves[i]);
}

static void press_extended(uint8_t key)
{
    if (is_keypad(key))
        press_keypad(key, true);
    else if (key == KEY_SLASH || plain[key] == '\r')
        type(&plain[key], 1); /* the keypad's */
}

static void press(uint8_t key)
{
    if (key == KEY_CAPS_LOCK)
        state.caps_lock = !state.caps_lock;
    else if (key == KEY_NUM_LOCK)
        state.num_lock = !state.num_lock;
    else if (is_keypad(key))
        press_keypad(key, false);
    else if (key >= KEY_F1 && key <= KEY_F10)
        type_sequence(function_keys[key - KEY_F1]);
    else if (key == KEY_F11 || key == KEY_F12)
        type_sequence(function_keys[key - KEY_F11 + 10]);
    else if (key == KEY_TAB && has_shift())
        type_sequence(ESC "[Z");
    else
        type_character(key);
}

void keymap_scancode(uint8_t code)
{
    const uint8_t key = code & (RELEASED - 1);
    const bool pressed = (code & RELEASED) == 0;
    const bool extended = state.extended;

    if (state.meaningless > 0) {
        state.meaningless--;
        return;
    }
    if (code == PREFIX_PAUSE)
        state.meaningless = PAUSE_BYTES;
    state.extended = code == PREFIX_EXTENDED;
    if (code == PREFIX_PAUSE || code == PREFIX_EXTENDED)
        return;
    if (modifier(key, extended, pressed) || !pressed || key >= KEYS)
        return;
    if (extended)
        press_extended(key);
    else
        press(key);
}
