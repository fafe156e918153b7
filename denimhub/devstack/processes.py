"""Starting processes that do not outlive their parent."""
import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == 'linux' else None


def die_with_parent(with_signal: signal.Signals) -> None:
    """Ask the kernel to signal this process when the thread that started it is gone (Linux only)."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(with_signal))


def child_setup(with_signal: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn`: own process group, so that Ctrl-C reaches only the supervisor, and an end with the parent.

    CPython calls it after changing the user, which would otherwise clear the parent death signal.
    """
    parent = os.getpid()

    def setup() -> None:
        os.setpgid(0, 0)
        die_with_parent(with_signal)
        if os.getppid() != parent:  # it died before the kernel knew
            os._exit(1)

    return setup


def kill_group(pid: int, with_signal: signal.Signals = signal.SIGKILL) -> None:
    """Signal whatever is left of the process group a child led."""
    try:
        os.killpg(pid, with_signal)
    except (ProcessLookupError, PermissionError):
        return
