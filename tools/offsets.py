#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Turns the compiled kernel/cpu/offsets.c into definitions for NASM.

Usage: offsets.py OFFSETS.s > offsets.inc

Each '->NAME value' in a string of the assembly becomes '%define NAME value'.
"""
import re
import sys


def main():
    text = open(sys.argv[1], encoding="utf-8").read()
    pairs = re.findall(r'"->(\w+) (-?\d+)"', text)
    if not pairs:
        sys.exit("offsets.py: no definitions in " + sys.argv[1])
    for name, value in pairs:
        print(f"%define {name} {value}")


main()
