# SPDX-License-Identifier: MIT
"""The tests behind `make test`. suite.py is the frame; every other module
holds tests of one kind."""
