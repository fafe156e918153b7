"""A mail server that speaks as much IMAP over TLS as a picker-up needs, in a thread."""
from __future__ import annotations

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = 'registries@example.ru', 'secret'


class MailStore:
    """Folders of letters with their flags; UIDs count from 1."""

    def __init__(self) -> None:
        self.folders: dict[str, dict[int, tuple[bytes, set[str]]]] = {'INBOX': {}}
        self.last_uid = 0
        self.drop_at = ''

    def add(self, letter: EmailMessage, folder: str = 'INBOX') -> None:
        """A letter comes."""
        self.last_uid += 1
        self.folders.setdefault(folder, {})[self.last_uid] = (letter.as_bytes(), set())


def a_letter(sender: str, *files: tuple[str, bytes]) -> EmailMessage:
    """A letter with attachments."""
    letter = EmailMessage()
    letter['From'], letter['To'], letter['Subject'] = sender, USER, 'Реестр'
    letter.set_content('Во вложении')
    for name, content in files:
        letter.add_attachment(content, maintype='application', subtype='octet-stream', filename=name)
    return letter


class _Talk(socketserver.StreamRequestHandler):
    store: MailStore

    def handle(self) -> None:
        self._say(b'* OK ready')
        folder = 'INBOX'
        while raw := self.rfile.readline():
            tag, _space, command = raw.decode().strip().partition(' ')
            if self.store.drop_at and self.store.drop_at in command:
                return
            words = command.split(' ')
            verb = ' '.join(words[:2]).upper() if words[0].upper() == 'UID' else words[0].upper()
            if verb == 'CAPABILITY':
                self._say(b'* CAPABILITY IMAP4rev1')
            elif verb == 'LOGIN' and words[1:] != [USER, f'"{PASSWORD}"']:
                self._say(f'{tag} NO wrong'.encode())
                continue
            elif verb == 'SELECT':
                folder = words[1].strip('"')
                if folder not in self.store.folders:
                    self._say(f'{tag} NO no such folder'.encode())
                    continue
                self._say(f'* {len(self.store.folders[folder])} EXISTS'.encode())
            elif verb == 'LOGOUT':
                self._say(b'* BYE')
                self._say(f'{tag} OK'.encode())
                return
            else:
                self._mail(verb, words, command, folder)
            self._say(f'{tag} OK done'.encode())

    def _mail(self, verb: str, words: list[str], command: str, folder: str) -> None:
        letters = self.store.folders[folder]
        if verb == 'CREATE':
            self.store.folders.setdefault(words[1].strip('"'), {})
        elif verb == 'UID SEARCH':
            found = [str(uid) for uid, (_body, flags) in letters.items() if not flags & {r'\Flagged', r'\Deleted'}]
            self._say(f'* SEARCH {" ".join(found)}'.encode())
        elif verb == 'UID FETCH':
            body, uid = letters[int(words[2])][0], words[2]
            if 'SIZE' in command:
                self._say(f'* 1 FETCH (UID {uid} RFC822.SIZE {len(body)})'.encode())
            else:
                self._say(f'* 1 FETCH (UID {uid} BODY[] {{{len(body)}}}'.encode())
                self.wfile.write(body + b')\r\n')
        elif verb == 'UID STORE':
            letters[int(words[2])][1].update(re.findall(r'\\\w+', command))
        elif verb == 'UID COPY':
            self.store.folders[words[3].strip('"')][int(words[2])] = (letters[int(words[2])][0], set())
        elif verb == 'EXPUNGE':
            for gone in [one for one, (_body, flags) in letters.items() if r'\Deleted' in flags]:
                del letters[gone]

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b'\r\n')


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    context: ssl.SSLContext

    def get_request(self) -> tuple[Any, Any]:
        sock, address = super().get_request()
        return self.context.wrap_socket(sock, server_side=True), address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not trust us goes away: that is what the test wants."""


@contextmanager
def imap_server(store: MailStore, folder: Path) -> Iterator[tuple[int, Path]]:
    """A server with a certificate of its own for localhost; gives its port and the certificate."""
    certificate, key = _certificate(folder)
    handler = type('Talk', (_Talk,), {'store': store})
    with _Server(('127.0.0.1', 0), handler) as server:
        server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.context.load_cert_chain(certificate, key)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1], certificate
        finally:
            server.shutdown()
            thread.join(10)


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, 'localhost')])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName('localhost')]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256()))
    paths = folder / 'certificate.pem', folder / 'key.pem'
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return paths
