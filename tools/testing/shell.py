# SPDX-License-Identifier: MIT
"""The shell and the small programs, driven as a person drives them by pipe:
commands in, output out."""
from testing.suite import add_test, test

# name: (script, what it prints)
SCRIPTS = {
    "echo": ("echo hello world\n", "hello world\n"),
    "no-newline": ("echo -n no newline at the end", "no newline at the end"),
    "quotes": ("""echo 'a  b' "c  d" e\\ \\ f\n""", "a  b c  d e  f\n"),
    "status": ("true; echo $?; false; echo $?; /nowhere 2>/dev/null; "
               "echo $?\n", "0\n1\n127\n"),
    "pipe": ("echo one two three | wc -w | cat\n", "3\n"),
    "long-pipe": ("seq 1 20000 | cat | cat | cat | tail -n 1\n", "20000\n"),
    "redirect": ("echo first > /tmp/f; echo second >> /tmp/f; cat < /tmp/f; "
                 "ls /tmp\n", "first\nsecond\nf\n"),
    "stderr": ("ls /nowhere 2>/dev/null || echo failed\n", "failed\n"),
    "background": ("sleep 0 & wait; echo done\n", "done\n"),
    "cd": ("cd /bin; pwd; cd ..; pwd\n", "/bin\n/\n"),
    "and-or": ("true && echo yes; false || echo no; false && echo wrong; "
               "true\n",
               "yes\nno\n"),
    "variables": ("x=5; y=$((x * 8 + 2)); echo $x $y \"$x$y\"\n",
                  "5 42 542\n"),
    "for": ("for i in a b c; do echo $i; done\n", "a\nb\nc\n"),
    "while": ("i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done\n",
              "0\n1\n2\n"),
    "if": ("if [ -d /bin ]; then echo dir; else echo none; fi\n", "dir\n"),
    "substitution": ("echo $(echo inner | cat) $(pwd)\n", "inner /\n"),
    "glob": ("cd /tmp; echo > a1; echo > a2; echo > b1; echo a*\n",
             "a1 a2\n"),
    "script-file": ("printf '#!/bin/sh\\necho script $1\\n' > /tmp/s 2>&1 || "
                    "{ echo '#!/bin/sh'; echo 'echo script $1'; } > /tmp/s\n"
                    "chmod +x /tmp/s 2>/dev/null; sh /tmp/s arg\n",
                    "script arg\n"),
    "large-file": ("seq 1 100000 > /tmp/n; wc -c < /tmp/n; tail -n 1 /tmp/n\n",
                   "588895\n100000\n"),
    "yes-head": ("yes | head -n 3\n", "y\ny\ny\n"),
    "subshell": ("(cd /bin; pwd); pwd\n", "/bin\n/\n"),
}


def run_script(context, script, expected):
    """The script prints what it should and ends well."""
    result = context.succeeded(context.shell(script))
    context.equal(result.text(), expected, "output")


def register():
    """One test for each script."""
    for name, (script, expected) in SCRIPTS.items():
        add_test(f"shell-{name}",
                 lambda context, script=script, expected=expected:
                 run_script(context, script, expected))


register()


@test("shell-exit-status")
def shell_exit_status(context):
    """The shell's exit status is the machine's."""
    context.equal(context.shell("exit 42\n").status, 42, "status")


@test("shell-killed-status")
def shell_killed_status(context):
    """A shell that is killed: 128 + signal."""
    context.equal(context.shell("kill -9 $$\n").status, 128 + 9, "status")


@test("shell-ls")
def shell_ls(context):
    """The root folder has what it should."""
    text = context.succeeded(context.shell("ls /\n")).text()
    for name in ("bin", "dev", "init", "proc", "test", "tmp"):
        context.contains(text, rf"\b{name}\b", "ls /")


@test("shell-ps")
def shell_ps(context):
    """ps shows init and the shell."""
    text = context.succeeded(context.shell("ps\n")).text()
    context.contains(text, r"\binit\b", "ps")
    context.contains(text, r"\bsh\b", "ps")


@test("shell-demos")
def shell_demos(context):
    """The demonstrations run, and count what they show."""
    result = context.shell("brkdemo && mmapdemo && cowdemo && vmmap $$\n")
    context.succeeded(result)
    context.contains(result.text(), r"\[heap\]", "the drawings")
    context.contains(result.text(), r"\[stack\]", "the drawings")


@test("shell-poweroff")
def shell_poweroff(context):
    """poweroff ends the machine before the script's end."""
    result = context.succeeded(context.shell("echo on\npoweroff\nsleep 60\n"))
    context.contains(result.text(), "^on$", "output")
