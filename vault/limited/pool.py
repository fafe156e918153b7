"""A warm pool of limited children that do what strangers' bytes make dangerous; safe from any number of threads."""
from __future__ import annotations

import itertools
import json
import os
import queue
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

CHILDREN: Final = 2
START_SECONDS: Final = 15.0
_ROOT = Path(__file__).resolve().parents[2]
_HEADER = struct.Struct('!cBI')
_ANSWER = struct.Struct('!II')


class TooSlow(Exception):
    """No child was free, or the work took too long: nothing is known of it."""


class ChildDied(Exception):
    """The child did not survive the work."""


class Child:
    """One child process that serves a module (see `serving`), and the socket to it; replaced by `Pool` when lost."""

    def __init__(self, module: str) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, '-E', '-s', '-m', module], cwd=_ROOT, stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
                env={'PATH': os.defpath, 'LC_ALL': 'C.UTF-8'})
        self.socket = ours
        try:
            self._read(time.monotonic() + START_SECONDS)
        except (TooSlow, ChildDied):
            self.close()
            raise

    def ask(self, verb: bytes, name: str, content: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        """Send bytes under a verb and a name, wait for the answer.

        Raises TooSlow or ChildDied: the child is of no more use then.
        """
        deadline = time.monotonic() + seconds
        encoded = name.encode()[:255]
        try:
            self.socket.settimeout(seconds)
            self.socket.sendall(_HEADER.pack(verb, len(encoded), len(content)) + encoded)
            self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
            self.socket.sendall(content)
        except TimeoutError:
            raise TooSlow from None
        except OSError:
            raise ChildDied from None
        return self._read(deadline)

    def close(self) -> None:
        """End the child whatever it does."""
        self.socket.close()
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()

    def _read(self, deadline: float) -> tuple[dict[str, Any], bytes]:
        head_length, length = _ANSWER.unpack(self._exactly(_ANSWER.size, deadline))
        head: dict[str, Any] = json.loads(self._exactly(head_length, deadline))
        return head, self._exactly(length, deadline)

    def _exactly(self, length: int, deadline: float) -> bytes:
        parts = bytearray()
        while len(parts) < length:
            self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                part = self.socket.recv(min(length - len(parts), 1 << 20))
            except TimeoutError:
                raise TooSlow from None
            except OSError:
                raise ChildDied from None
            if not part:
                raise ChildDied
            parts += part
        return bytes(parts)


class Pool:
    """Children by turns. A place is a child, or None where one has to be started; running ones are taken first."""

    def __init__(self, module: str, size: int = CHILDREN) -> None:
        self._module = module
        self._places: queue.PriorityQueue[tuple[bool, int, Child | None]] = queue.PriorityQueue()
        self._turns = itertools.count()
        for _ in range(size):
            self._put(None)

    @property
    def idle(self) -> list[Child]:
        """Running children that no thread is using."""
        return [child for _none, _turn, child in list(self._places.queue) if child is not None]

    def _put(self, child: Child | None) -> None:
        self._places.put((child is None, next(self._turns), child))

    def ask(self, verb: bytes, name: str, content: bytes, *, seconds: float) -> tuple[dict[str, Any], bytes]:
        """One piece of work through any free child. Raises TooSlow or ChildDied."""
        try:
            child = self._places.get(timeout=seconds)[2]
        except queue.Empty:
            raise TooSlow from None
        try:
            if child is None or child.process.poll() is not None:
                _forget(child)
                child = None
                child = Child(self._module)
            return child.ask(verb, name, content, seconds)
        except BaseException:
            _forget(child)
            child = None
            raise
        finally:
            self._put(child)

    def warm_up(self) -> None:
        """Start, in the background, every child that is not running yet; each is there for callers at once."""
        for _ in range(self._places.qsize()):
            child = self._places.get()[2]
            if child is None:
                threading.Thread(target=self._start_one, daemon=True).start()
            else:
                self._put(child)

    def _start_one(self) -> None:
        child = None
        with suppress(TooSlow, ChildDied, OSError):
            child = Child(self._module)
        self._put(child)

    def close(self) -> None:
        """End the children that are idle; the next question starts new ones."""
        for _ in range(self._places.qsize()):
            _forget(self._places.get()[2])
            self._put(None)


_lock = threading.Lock()
_pools: dict[tuple[int, str], Pool] = {}


def pool_of(module: str) -> Pool:
    """The pool of this process for a module: a forked process does not share the sockets of its parent."""
    key = (os.getpid(), module)
    with _lock:
        for other in [known for known in _pools if known[0] != key[0]]:
            del _pools[other]
        found = _pools.get(key)
        if found is None:
            found = _pools[key] = Pool(module)
        return found


def _forget(child: Child | None) -> None:
    if child is not None:
        child.close()
