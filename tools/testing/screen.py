# SPDX-License-Identifier: MIT
"""The frame buffer: what programs draw through /dev/fb0 is on the screen, as
QEMU's screendump shows it."""
import os

from testing.suite import test
from testing.terminal import PROMPT, Terminal, monitor_command

# The picture of user/bin/fbdemo.c.
SIDE, MARGIN, TOP, RADIUS = 256, 16, 32, 64


class Picture:
    """A screendump."""

    def __init__(self, context, path):
        with open(path, "rb") as file:
            data = file.read()
        header = context.contains(data[:32].decode("latin-1"),
                                  r"^P6\s+(\d+) (\d+)\s+255\s", "screendump")
        self.width, self.height = int(header.group(1)), int(header.group(2))
        self.pixels = data[header.end():]

    def pixel(self, x, y):
        """(red, green, blue)"""
        at = (y * self.width + x) * 3
        return tuple(self.pixels[at:at + 3])


def expected(x, y):
    """What fbdemo draws at x, y of its picture."""
    from_middle = (x - SIDE // 2) ** 2 + (y - SIDE // 2) ** 2
    return (255, 255, 255) if from_middle <= RADIUS ** 2 else (x, y, 255 - x)


@test("screen-fbdemo")
def screen_fbdemo(context):
    """fbdemo's picture is on the screen, pixel by pixel."""
    monitor = os.path.join(context.scratch, "monitor")
    dump = os.path.join(context.scratch, "screen.ppm")
    with Terminal(context, "--vga", "std", "--kernel-args", "vmck lockck",
                  "--qemu-args",
                  f"-monitor unix:{monitor},server=on,wait=off") as terminal:
        terminal.expect(PROMPT)
        text = terminal.command("fbdemo; echo status=$?")
        context.contains(text, "status=0", "fbdemo")
        monitor_command(monitor, f"screendump {dump}")
    picture = Picture(context, dump)
    left = picture.width - MARGIN - SIDE
    wrong = [(x, y) for y in range(SIDE) for x in range(SIDE)
             if picture.pixel(left + x, TOP + y) != expected(x, y)]
    context.equal(wrong[:5], [], "pixels that differ")
    context.equal([picture.pixel(left - 1, TOP), picture.pixel(left, TOP - 1)],
                  [(0, 0, 0)] * 2, "pixels around the picture")


@test("screen-none")
def screen_none(context):
    """In text mode, and without a card, there is no /dev/fb0."""
    result = context.shell("test -e /dev/fb0; echo $?; fbdemo; echo $?\n")
    context.contains(result.text(), "^1$\n^1$", "statuses")
    result = context.quire("/test/framebuffer")
    context.succeeded(result)
