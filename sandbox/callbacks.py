"""Callbacks to the platform, signed as Standard Webhooks: they name a form and an event, nothing else."""
from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request

from sandbox.profiles import callback_secret
from sandbox.store import Store

LOOK_SECONDS = 0.1
TIMEOUT_SECONDS = 3.0
TRIES = 6
STEP_SECONDS = 2.0


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """A callback goes where it was configured to go."""


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())


def signed_headers(secret: str, event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks."""
    key = base64.b64decode(secret.removeprefix('whsec_'))
    text = f'{event_id}.{timestamp}.'.encode() + body
    signature = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return {'Content-Type': 'application/json', 'webhook-id': event_id, 'webhook-timestamp': str(timestamp),
            'webhook-signature': f'v1,{signature}'}


class CallbackSender(threading.Thread):
    """Sends what is due, some times; the rows survive a restart, the event id stays the same."""

    def __init__(self, store: Store, base_url: str, secret: str) -> None:
        super().__init__(name='callbacks', daemon=True)
        self._store = store
        self._base_url = base_url.rstrip('/')
        self._secret = secret

    def run(self) -> None:
        """For ever."""
        while True:
            with self._store.transaction() as store:
                due = store.due_callbacks(time.time())
            for event_id, lender, form_guid, event, tries in due:
                taken = self._send(event_id, lender, form_guid, event)
                with self._store.transaction() as store:
                    if taken or tries + 1 >= TRIES:
                        store.drop_callback(event_id)
                    else:
                        store.postpone_callback(event_id, time.time() + STEP_SECONDS * 2 ** tries)
            time.sleep(LOOK_SECONDS)

    def _send(self, event_id: str, lender: str, form_guid: str, event: str) -> bool:
        body = json.dumps({'form_guid': form_guid, 'event': event}).encode()
        headers = signed_headers(callback_secret(self._secret, lender), event_id, int(time.time()), body)
        url = f'{self._base_url}/{lender}'
        request = urllib.request.Request(url, data=body, headers=headers, method='POST')  # noqa: S310
        try:
            with _OPENER.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return 200 <= int(answer.status) < 300
        except (OSError, urllib.error.URLError, ValueError):
            return False
