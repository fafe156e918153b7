"""What processes cost: CPU seconds and memory, read from the kernel."""
from __future__ import annotations

import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

MIB = 1024 * 1024
SAMPLE_SECONDS = 0.005


def cpu_seconds(pid: int) -> float:
    """CPU seconds of a process and all its children, those that have ended included."""
    total = 0.0
    for process in _family(pid):
        try:
            spent = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += spent.user + spent.system + spent.children_user + spent.children_system
    return total


def workers_of(pid: int) -> list[psutil.Process]:
    """The direct children of a server: its worker processes."""
    return psutil.Process(pid).children()


def _family(pid: int) -> list[psutil.Process]:
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


class Peak:
    """The most memory a process holds while the block runs, above what it held before, in bytes.

    Exact where the kernel lets us reset its own high-water mark (Linux), else sampled every 5 ms.
    """

    def __init__(self, process: psutil.Process) -> None:
        self.process = process
        self.before_bytes = 0
        self.added_bytes = 0
        self._highest = 0
        self._done = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self.before_bytes = self.process.memory_info().rss
        self._kernel_counts = _reset_high_water(self.process.pid)
        if not self._kernel_counts:
            self._sampler.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, trouble: BaseException | None, trace: TracebackType | None
                 ) -> None:
        self._done.set()
        highest = _high_water_bytes(self.process.pid) if self._kernel_counts else self._highest
        self.added_bytes = max(0, highest - self.before_bytes)

    def _sample(self) -> None:
        while not self._done.is_set():
            self._highest = max(self._highest, self.process.memory_info().rss)
            time.sleep(SAMPLE_SECONDS)


def _reset_high_water(pid: int) -> bool:
    try:
        Path(f'/proc/{pid}/clear_refs').write_text('5', encoding='ascii')
    except OSError:
        return False
    return True


def _high_water_bytes(pid: int) -> int:
    for line in Path(f'/proc/{pid}/status').read_text(encoding='ascii').splitlines():
        if line.startswith('VmHWM:'):
            return int(line.split()[1]) * 1024
    return 0
