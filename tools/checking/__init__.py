# SPDX-License-Identifier: MIT
"""What tools/check checks."""
