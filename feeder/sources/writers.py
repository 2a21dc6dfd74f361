"""Whether a file is still open for writing, from the kernel, which knows."""

from __future__ import annotations

import errno
import fcntl
import signal


def written_to(descriptor: int) -> bool:
    """Whether somebody has the file behind this read-only descriptor open for writing.

    False also where the kernel cannot say: other systems than Linux, network drives, files of other users. Linux grants
    a read lease only while there is no writer (fcntl(2), "Leases"); it is given back at once. A writer that comes in
    between waits for that long, and its signal is one that nobody listens to: the usual one would end the process.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False
