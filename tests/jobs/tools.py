"""Small tools for tests of jobs."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from threading import Barrier, Thread
from typing import Any

from django.db import connection, transaction

from jobs.models import Job
from jobs.services import enqueue


def ask(kind: str, subject: str = 's', **how: Any) -> None:
    """enqueue() in a transaction of its own."""
    with transaction.atomic():
        enqueue(kind, subject, **how)


def only_job() -> Job:
    """The one job there is."""
    return Job.objects.get()


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work(number)` in so many threads, each with its own connection, all starting together."""
    barrier = Barrier(count)
    results: list[Any] = [None] * count

    def thread(number: int) -> None:
        try:
            barrier.wait(10)
            results[number] = work(number)
        except Exception as error:  # noqa: BLE001 - the test looks at what each thread met
            results[number] = error
        finally:
            connection.close()

    threads = [Thread(target=thread, args=(number,)) for number in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
        assert not each.is_alive()
    return results


class Steps:
    """Steps that note what they were given."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, int, Mapping[str, int | str]]] = []


Within = Callable[..., AbstractContextManager[None]]
