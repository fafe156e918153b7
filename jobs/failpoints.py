"""Points at which a test may end the process at once, as a power cut would."""

import os
from pathlib import Path
from typing import Final

_KILLED: Final = 137


def failpoint(name: str) -> None:
    """End this process (exit 137) when DENIMHUB_FAILPOINT names this point; nothing otherwise.

    With DENIMHUB_FAILPOINT_FLAG it happens once: the file is made first, and while it exists nothing happens, so that
    the process started in place of the dead one goes on.
    """
    if os.environ.get('DENIMHUB_FAILPOINT') != name:
        return
    flag = os.environ.get('DENIMHUB_FAILPOINT_FLAG')
    if flag:
        try:
            Path(flag).touch(exist_ok=False)
        except FileExistsError:
            return
    os._exit(_KILLED)
