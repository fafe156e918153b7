"""What bodies of 20 MB add to the memory of one web worker."""
from __future__ import annotations

import threading

from tests.bench.cost import Peak, workers_of
from tests.bench.load import Answer, converse

AT_ONCE = 6


def measure(pid: int, port: int, bodies: list[bytes]) -> dict[str, float]:
    """Peak over the resting memory of the only worker: for the first body, then for all the others at once."""
    worker = max(workers_of(pid), key=lambda process: process.memory_info().rss)
    first, *others = bodies
    with Peak(worker) as alone:
        answers = [converse(port, first)]
    with Peak(worker) as together:
        answers += _at_once(port, others)
    return {
        'body_mb': len(first) / 1e6, 'at_rest_mb': alone.before_bytes / 1e6, 'one_mb': alone.added_bytes / 1e6,
        'ratio': alone.added_bytes / len(first), 'at_once': len(others),
        'many_mb': (together.before_bytes - alone.before_bytes + together.added_bytes) / 1e6,
        'taken': sum(answer.status == 200 for answer in answers),
        'put_off': sum(answer.status == 503 for answer in answers),
        'refused': sum(answer.status not in (200, 503) or b'"error"' in answer.body for answer in answers),
    }


def _at_once(port: int, requests: list[bytes]) -> list[Answer]:
    answers: list[Answer] = []
    threads = [
        threading.Thread(target=lambda request: answers.append(converse(port, request)), args=(request,))
        for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
