"""Send.php and status.php as the published API of smsc.ru has them.

Run as `python -m tests.contracts.gates.smsc_gate PORT CONTROL_PORT JOURNAL`.

Orders, one for each send: `lose` (takes the message, answers nothing), `drop` (answers nothing, takes nothing),
`error N`, `http N`, `garbage`, `slow`, `huge`. `{"states": {"*": 1}}` says what became of the messages.
"""
from __future__ import annotations

import json
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from tests.contracts.gates.desk import Journal, Orders, serve_orders

KEY, LOGIN, PASSWORD = 'key-of-the-account', 'denimhub', 'password-of-the-account'
PRICE = 3.8
_ID = re.compile(r'[A-Za-z0-9._-]{1,40}')
_VALID = re.compile(r'([01]?\d|2[0-4]):[0-5]\d')
_ERRORS = {
    1: 'parameters error', 2: 'authorise error', 3: 'no money', 4: 'ip is blocked', 5: 'invalid date',
    6: 'message is denied', 7: 'invalid number', 8: "message can't be delivered to this number",
    9: 'duplicate request, wait a minute'}


class Gate:
    """Messages under (id, phone): the last of equal ones is the one that status.php tells of."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.orders = Orders()
        self.lock = threading.Lock()
        self.messages: dict[tuple[str, str], dict[str, Any]] = {}
        self.recent: dict[tuple[str, str, str], float] = {}
        self.states: dict[str, int] = {}
        self.minute_seconds = 60.0

    def obey(self, order: dict[str, Any]) -> Any:
        self.orders.give(order.get('next', []))
        self.states |= order.get('states', {})
        self.minute_seconds = order.get('minute_seconds', self.minute_seconds)
        return {}

    def send(self, form: dict[str, str]) -> dict[str, Any]:
        error = self.error_of(form)
        if error:
            return self.refuse(error)
        same = (form['phones'], form['mes'], form['id'])
        with self.lock:
            if time.monotonic() - self.recent.get(same, -1e9) < self.minute_seconds:
                return self.refuse(9)
            self.recent[same] = time.monotonic()
            count = parts_of(form['mes'])
            cost = f'{count * PRICE:.2f}'.rstrip('0').rstrip('.')
            self.messages[form['id'], digits(form['phones'])] = {**form, 'at': int(time.time()), 'cost': cost}
        self.journal.write(
            event='accepted', id=form['id'], phone=form['phones'], text=form['mes'], sender=form['sender'],
            valid=form.get('valid', ''), cost=form.get('cost', ''))
        answer: dict[str, Any] = {'id': form['id'], 'cnt': count}
        return answer | ({'cost': cost, 'balance': '286.55'} if form.get('cost') == '3' else {})

    def status(self, form: dict[str, str]) -> dict[str, Any]:
        error = 2 if not is_known(form) else 0 if form.get('id') and form.get('phone') else 1
        if error:
            return self.refuse(error)
        self.journal.write(event='asked', id=form['id'])
        message = self.messages.get((form['id'], digits(form['phone'])))
        if message is None:
            return {'status': -3, 'last_date': '', 'last_timestamp': 0, 'err': 0}
        state = self.states.get(form['id'], self.states.get('*', 0))
        now = int(time.time())
        answer = {'status': state, 'last_date': time.strftime('%d.%m.%Y %H:%M:%S'), 'last_timestamp': now}
        if state in (3, 20, 22, 23, 24, 25):
            answer['err'] = 1
        if form.get('all'):
            answer |= {
                'send_date': time.strftime('%d.%m.%Y %H:%M:%S'), 'send_timestamp': message['at'],
                'phone': digits(form['phone']), 'cost': message['cost'], 'sender_id': message['sender'],
                'status_name': 'state', 'message': message['mes']}
        return answer

    def error_of(self, form: dict[str, str]) -> int:
        if not is_known(form):
            return 2
        if form.get('charset') != 'utf-8' or not form.get('mes') or not _ID.fullmatch(form.get('id', '')):
            return 1
        if 'valid' in form and (_VALID.fullmatch(form['valid']) is None or form['valid'] == '00:00'):
            return 1
        return 0 if re.fullmatch(r'\+79\d{9}', form.get('phones', '')) else 7

    def refuse(self, code: int) -> dict[str, Any]:
        self.journal.write(event='refused', code=code)
        return {'error': _ERRORS[code], 'error_code': code}


def is_known(form: dict[str, str]) -> bool:
    return form.get('apikey') == KEY or (form.get('login'), form.get('psw')) == (LOGIN, PASSWORD)


def digits(phone: str) -> str:
    return phone.lstrip('+')


def parts_of(text: str) -> int:
    size = len(text.encode('utf-16-be')) // 2
    return 1 if size <= 70 else -(-size // 67)


class Handler(BaseHTTPRequestHandler):
    """POST of a form; secrets must not stand in the address."""

    protocol_version = 'HTTP/1.1'
    gate: Gate

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers['Content-Length'])).decode()
        form = {name: values[-1] for name, values in parse_qs(body, keep_blank_values=True).items()}
        if form.get('fmt') != '3' or '?' in self.path:
            self.say(200, b'ERROR = 1 (parameters error)')
        elif self.path == '/sys/status.php':
            self.say(200, json.dumps(self.gate.status(form)).encode())
        elif self.path == '/sys/send.php':
            self.take(form)
        else:
            self.say(404, b'not found')

    def take(self, form: dict[str, str]) -> None:
        order, _, number = self.gate.orders.take().partition(' ')
        if order == 'error':
            self.say(200, json.dumps(self.gate.refuse(int(number))).encode())
        elif order == 'http':
            self.say(int(number), b'<html>down</html>')
        elif order == 'drop':
            self.close_connection = True
            self.connection.close()
        else:
            self.answer(order, json.dumps(self.gate.send(form)).encode())

    def answer(self, order: str, answer: bytes) -> None:
        if order == 'lose':
            self.close_connection = True
            self.connection.close()
        elif order == 'redirect':
            self.send_response(302)
            self.send_header('Location', '/sys/other.php')
            self.send_header('Content-Length', '0')
            self.end_headers()
        else:
            self.say(200, {'garbage': b'\xff<html>', 'huge': b'[' * 200_000}.get(order, answer))

    def say(self, status: int, answer: bytes) -> None:
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        pass


def main(port: int, control_port: int, journal: Path) -> None:
    gate = Handler.gate = Gate(Journal(journal))
    serve_orders(control_port, gate.obey)
    ThreadingHTTPServer(('127.0.0.1', port), Handler).serve_forever()


if __name__ == '__main__':
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
