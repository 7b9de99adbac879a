# SPDX-License-Identifier: MIT
def command_bench(args): pass
