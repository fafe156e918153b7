"""A small SMSC of SMPP 3.4, with bytes of its own reading.

Run as `python -m tests.contracts.gates.smpp_gate PORT CONTROL_PORT JOURNAL`.

Orders, one for each submit_sm: `lose` (takes it, then hangs up), `drop` (hangs up), `throttle`, `full`, `refuse`.
`{"report": "DELIVRD", "as": "text" | "options"}` sends a report for every message taken so far (twice with `"twice"`);
`{"early": "DELIVRD"}` sends it before the answer to submit_sm; `{"enquire": true}` asks each client for a sign of life.
Answers of clients are written down.
"""
from __future__ import annotations

import itertools
import socket
import struct
import sys
import threading
from pathlib import Path
from typing import Any

from tests.contracts.gates.desk import Journal, Orders, serve_orders

SYSTEM_ID, PASSWORD = 'denimhub', 'secret'
_STATES = {'DELIVRD': 2, 'EXPIRED': 3, 'DELETED': 4, 'UNDELIV': 5, 'REJECTD': 8, 'ENROUTE': 1}


class Gate:
    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.orders = Orders()
        self.clients: list[Client] = []
        self.taken: list[str] = []
        self.states: dict[str, int] = {}
        self.early = ''
        self.knows_queries = True
        self.numbers = itertools.count(1)

    def obey(self, order: dict[str, Any]) -> Any:
        if 'next' in order:
            self.orders.give(order['next'])
        self.early = order.get('early', self.early)
        self.knows_queries = order.get('queries', self.knows_queries)
        if 'state' in order:
            self.states.update(dict.fromkeys(self.taken, _STATES[order['state']]))
        alive = [client for client in self.clients if client.is_bound]
        if 'report' in order and alive:
            for message_id in self.taken:
                for _time in range(2 if order.get('twice') else 1):
                    alive[-1].report(message_id, order['report'], order.get('as', 'text'))
        if order.get('enquire'):
            for client in alive:
                client.send(0x15, 0, next(self.numbers))
        if order.get('chat') and alive:
            alive[-1].deliver(b'hello', 0)
        if order.get('nonsense') and alive:
            alive[-1].connection.sendall(b'\xff' * 64)
        return {'bound': len(alive), 'taken': len(self.taken)}


class Client:
    """One connection."""

    def __init__(self, gate: Gate, connection: socket.socket) -> None:
        self.gate = gate
        self.connection = connection
        self.lock = threading.Lock()
        self.is_bound = False

    def serve(self) -> None:
        try:
            while True:
                header = self.octets(16)
                length, command, status, sequence = struct.unpack('>IIII', header)
                self.perform(command, status, sequence, self.octets(length - 16))
        except (OSError, EOFError):
            pass
        finally:
            self.is_bound = False
            self.connection.close()
            self.gate.journal.write(event='gone')

    def octets(self, length: int) -> bytes:
        got = b''
        while len(got) < length:
            piece = self.connection.recv(length - len(got))
            if not piece:
                raise EOFError
            got += piece
        return got

    def send(self, command: int, status: int, sequence: int, body: bytes = b'') -> None:
        with self.lock:
            self.connection.sendall(struct.pack('>IIII', 16 + len(body), command, status, sequence) + body)

    def perform(self, command: int, status: int, sequence: int, body: bytes) -> None:
        if command == 0x09:
            self.bind(sequence, body)
        elif command & 0x80000000:
            self.gate.journal.write(event='answer', command=command & 0xFFFF, status=status)
        elif command == 0x15:
            self.send(0x80000015, 0, sequence)
        elif command == 0x06:
            self.send(0x80000006, 0, sequence)
            raise EOFError
        elif not self.is_bound:
            self.send(command | 0x80000000, 0x04, sequence)
        elif command == 0x04:
            self.submit(sequence, body)
        elif command == 0x03:
            self.query(sequence, body)
        else:
            self.send(0x80000000, 0x03, sequence)

    def bind(self, sequence: int, body: bytes) -> None:
        system_id, password, _type, rest = body.split(b'\0', 3)
        if (system_id, password) != (SYSTEM_ID.encode(), PASSWORD.encode()):
            self.send(0x80000009, 0x0E, sequence)
            raise EOFError
        assert rest[0] == 0x34, 'version 3.4 is spoken here'
        self.is_bound = True
        self.gate.clients.append(self)
        self.gate.journal.write(event='bound')
        self.send(0x80000009, 0, sequence, b'gate\0' + struct.pack('>HHB', 0x0210, 1, 0x34))

    def submit(self, sequence: int, body: bytes) -> None:
        order = self.gate.orders.take()
        refusal = {'throttle': 0x58, 'full': 0x14, 'refuse': 0x0B, 'sender': 0x0A}.get(order)
        if refusal:
            self.gate.journal.write(event='refused', status=refusal)
            self.send(0x80000004, refusal, sequence, b'\0')
            return
        if order == 'drop':
            raise EOFError
        message_id = f'M{next(self.gate.numbers):06X}'
        self.gate.taken.append(message_id)
        self.gate.journal.write(event='accepted', id=message_id, pdu=body.hex(), **read_submit(body))
        if order == 'lose':
            raise EOFError
        if self.gate.early:
            self.report(message_id, self.gate.early, 'text')
        self.send(0x80000004, 0, sequence, message_id.encode() + b'\0')

    def query(self, sequence: int, body: bytes) -> None:
        message_id = body.split(b'\0')[0].decode()
        self.gate.journal.write(event='asked', id=message_id)
        state = self.gate.states.get(message_id, 1)
        if not self.gate.knows_queries or message_id not in self.gate.taken:
            self.send(0x80000003, 0x67, sequence, b'')
            return
        self.send(0x80000003, 0, sequence, message_id.encode() + b'\0' + b'\0' + bytes((state, 0)))

    def report(self, message_id: str, state: str, way: str) -> None:
        if way == 'options':
            options = struct.pack('>HH', 0x001E, len(message_id) + 1) + message_id.encode() + b'\0'
            self.deliver(b'', 0x04, options + struct.pack('>HHB', 0x0427, 1, _STATES[state]))
            return
        text = (f'id:{message_id} sub:001 dlvrd:001 submit date:2611240930 done date:2611240931 '
                f'stat:{state} err:000 text:hidden')
        self.deliver(text.encode(), 0x04)

    def deliver(self, text: bytes, esm_class: int, options: bytes = b'') -> None:
        body = (b'\0' + b'\1\1' + b'79160000000\0' + b'\5\0' + b'DenimHub\0' + bytes((esm_class, 0, 0)) + b'\0\0'
                + bytes((0, 0, 0, 0, len(text))) + text + options)
        self.send(0x05, 0, next(self.gate.numbers), body)


def read_submit(body: bytes) -> dict[str, Any]:
    """The fields of a submit_sm."""
    _service, rest = body.split(b'\0', 1)
    source_ton, rest = rest[0], rest[2:]
    source, rest = rest.split(b'\0', 1)
    rest = rest[2:]
    phone, rest = rest.split(b'\0', 1)
    esm_class, rest = rest[0], rest[3:]
    schedule, life, rest = rest.split(b'\0', 2)
    registered, coding, length, rest = rest[0], rest[2], rest[4], rest[5:]
    content, options = rest[:length], rest[length:]
    header = content[:content[0] + 1] if esm_class & 0x40 else b''
    found = {}
    while options:
        tag, size = struct.unpack('>HH', options[:4])
        found[f'{tag:04x}'] = options[4:4 + size].hex()
        options = options[4 + size:]
    text = content[len(header):] or bytes.fromhex(found.get('0424', ''))
    return {
        'source': source.decode(), 'source_ton': source_ton, 'phone': phone.decode(), 'esm_class': esm_class,
        'life': life.decode(), 'schedule': schedule.decode(), 'registered': registered, 'coding': coding,
        'header': header.hex(), 'options': found, 'bytes': length, 'text': text.decode('utf-16-be')}


def main(port: int, control_port: int, journal: Path) -> None:
    gate = Gate(Journal(journal))
    serve_orders(control_port, gate.obey)
    server = socket.create_server(('127.0.0.1', port))
    while True:
        connection, _address = server.accept()
        threading.Thread(target=Client(gate, connection).serve, daemon=True).start()


if __name__ == '__main__':
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
