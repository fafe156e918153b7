"""`python -m sandbox --port 8100 --db sandbox.sqlite3`: the stand's process."""
from __future__ import annotations

import argparse
import os
import signal
import sys

from sandbox.api import Api
from sandbox.callbacks import CallbackSender
from sandbox.files import Files
from sandbox.operations import Thinking
from sandbox.server import Server, log_line
from sandbox.store import Store

DEFAULT_SECRET = 'denimhub-sandbox'  # noqa: S105
"""The stand moves no money and keeps no client's data; a public stand sets its own SANDBOX_SECRET."""


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line; the secret comes from the environment only."""
    parser = argparse.ArgumentParser(prog='sandbox', description='Sandbox lenders for DenimHub.')
    parser.add_argument('--host', default='127.0.0.1')
    parser.add_argument('--port', type=int, default=8100, help='0 takes a free port and prints it')
    parser.add_argument('--db', required=True, help='path of the SQLite file')
    parser.add_argument('--public-url', default='', help='address of the payment page for browsers')
    parser.add_argument('--callback-url', default='', help='the lender code is appended, e.g. …/lenders/callback')
    parser.add_argument('--pace', type=float, default=1.0, help='multiplies every thinking time')
    return parser.parse_args(argv)


def main() -> None:
    """Serve until told to stop; nothing needs to be saved, every change is committed before its answer."""
    options = arguments()
    secret = os.environ.get('SANDBOX_SECRET') or DEFAULT_SECRET
    store = Store(options.db)
    api = Api(
        store, Thinking(options.pace), options.public_url, Files(secret), sends_callbacks=bool(options.callback_url))
    server = Server((options.host, options.port), api, secret)
    port = server.server_address[1]
    api.public_url = api.public_url or f'http://{options.host}:{port}'
    if options.callback_url:
        CallbackSender(store, options.callback_url, secret).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    log_line({'event': 'listening', 'host': options.host, 'port': port})
    server.serve_forever(poll_interval=0.5)


if __name__ == '__main__':
    main()
