# SPDX-License-Identifier: MIT
"""Programs that this project's C library has no part in: compiled with musl
and glibc, unmodified, they do on Quire what they do on Linux."""
import os
import platform

from machine import ROOT
from testing.oracle import linux_prefix
from testing.suite import Failure, add_test, test

PROGRAMS = os.path.join(ROOT, "tools", "testing", "programs")
GLIBC = ("x86_64-linux-gnu-gcc", "-static")
MUSL = ("musl-gcc", "-static")
# What tests use that need some C library: on other machines musl-gcc makes
# programs for those.
ANY_LIBC = MUSL if platform.machine() == "x86_64" else GLIBC


def compile_program(context, name, compiler):
    """Compiles programs/NAME.c into a folder for --extra. => the folder"""
    folder = os.path.join(context.scratch, "extra")
    os.makedirs(folder, exist_ok=True)
    context.build(*compiler, "-O2", "-Wall", "-o",
                  os.path.join(folder, name),
                  os.path.join(PROGRAMS, name + ".c"))
    return folder


def same_on_both(context, name, compiler, *arguments, machines=({},)):
    """The program's output and status here and on Quire are the same, on each
    of these machines."""
    prefix = linux_prefix()
    if prefix is None or (compiler[0] == MUSL[0] and ANY_LIBC != MUSL):
        raise Failure("this machine cannot make or run the program")
    folder = compile_program(context, name, compiler)
    here = context.host(*prefix, os.path.join(folder, name), *arguments,
                        cwd=context.scratch)
    context.succeeded(here)
    for machine in machines:
        there = context.quire("/" + name, *arguments, extra=[folder],
                              **machine)
        context.equal(there.status, here.status, "status")
        context.equal(there.text(), here.text(), "output")


@test("foreign-musl")
def foreign_musl(context):
    """printf, malloc, files, with musl."""
    same_on_both(context, "files", MUSL, "one", "two words")


@test("foreign-glibc")
def foreign_glibc(context):
    """The same with glibc."""
    same_on_both(context, "files", GLIBC, "one", "two words")


@test("foreign-musl-pie")
def foreign_musl_pie(context):
    """A position-independent static program."""
    same_on_both(context, "files", MUSL + ("-static-pie", "-fPIE"), "x")


@test("foreign-glibc-pie")
def foreign_glibc_pie(context):
    """The same with glibc."""
    same_on_both(context, "files",
                 ("x86_64-linux-gnu-gcc", "-static-pie", "-fPIE"), "x")


# Programs of several threads: with one CPU and with more.
THREADED = {"pthreads": "mutexes, condition variables, keys and the rest",
            "cancel": "cancelling, and signals among threads",
            "spawn": "posix_spawn, system, popen"}
MACHINES = ({"cpus": 1, "cpu": "qemu64"}, {"cpus": 2}, {"cpus": 4})


def register():
    """Each with both C libraries."""
    for name in THREADED:
        for libc, compiler in (("musl", MUSL), ("glibc", GLIBC)):
            add_test(f"foreign-{name}-{libc}",
                     lambda context, name=name, compiler=compiler:
                     same_on_both(context, name, compiler + ("-pthread",),
                                  machines=MACHINES))


register()
