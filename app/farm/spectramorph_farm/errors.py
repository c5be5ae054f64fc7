# SPDX-License-Identifier: Apache-2.0
"""What ends the program with a message and no traceback."""


class FarmError(Exception):
    """A sentence for the user: what was found, and what was expected."""


class NotDone(FarmError):
    """The command was right, but something of it is not done."""
