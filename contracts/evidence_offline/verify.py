"""Проверка пакета доказательств подписания без сети и без базы данных.
Verifies a package of evidence of signing, offline and without any database.

    python verify.py [PACKAGE] --key public_keys.pem

PACKAGE is the folder or the ZIP (by default the folder this file lies in). The key is the public key of the platform,
taken from the platform itself and not from the package. Exit status 0: genuine; 1: not genuine, or not checked whole.
Needs Python 3.9 or newer and the package `cryptography`; imports nothing else.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
import zipfile
from pathlib import Path
from typing import Any, NoReturn

try:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
    HAS_CRYPTOGRAPHY = True
except ImportError:
    HAS_CRYPTOGRAPHY = False

PACKAGE_FORMAT, RECORD_FORMAT = 'denimhub-evidence-package/1', 'denimhub-evidence/1'
UNLISTED = {'manifest.json', 'manifest.sig'}  # the manifest cannot list itself nor what signs it
GENESIS = '0' * 64
MOST_BYTES = 1 << 30
PEM = re.compile(rb'-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----', re.DOTALL)
OPENSSL = 'openssl pkeyutl -verify -pubin -inkey public_key.pem -rawin -in manifest.json -sigfile manifest.sig'
Files = dict[str, bytes]
Check = tuple[str, str]


class Refused(Exception):
    """The package is not what the platform has signed, or contradicts itself."""


def refuse(russian: str, english: str) -> NoReturn:
    raise Refused(f'{russian} / {english}')


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read_package(path: Path) -> Files:
    """All files by their names inside the package."""
    try:
        files = _unzipped(path) if path.is_file() else {
            str(file.relative_to(path)).replace(os.sep, '/'): file.read_bytes()
            for file in sorted(path.rglob('*')) if not file.is_dir()}
    except (Refused, OSError):
        raise
    except Exception:  # noqa: BLE001 - a damaged archive may do anything to the library that reads it
        refuse('архив не читается', 'the archive does not read')
    if not files.keys() >= UNLISTED:
        refuse('это не пакет доказательств: нет manifest.json или manifest.sig',
               'not a package of evidence: manifest.json or manifest.sig is missing')
    return files


def _unzipped(path: Path) -> Files:
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len({entry.filename for entry in entries}) != len(entries):
            refuse('в архиве два файла с одним именем', 'two files of one name in the archive')
        if sum(entry.file_size for entry in entries) > MOST_BYTES:
            refuse('архив слишком велик', 'the archive is too large')
        folders = {entry.filename.partition('/')[0] + '/' for entry in entries}
        folder = folders.pop() if len(folders) == 1 else ''
        if not all(entry.filename.startswith(folder) for entry in entries):
            folder = ''
        return {entry.filename[len(folder):]: archive.read(entry) for entry in entries}


def read_json(data: bytes) -> Any:
    """JSON of one meaning only: no name twice, no fractions."""
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _value in pairs}) != len(pairs):
            raise ValueError('a name stands twice')
        return dict(pairs)

    def never(text: str) -> NoReturn:
        raise ValueError(f'{text} is not a whole number')

    return json.loads(data.decode('utf-8'), object_pairs_hook=unique, parse_float=never, parse_constant=never)


def canonical(value: Any) -> bytes:
    """RFC 8785, for values without fractions and with ASCII names."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(',', ':')).encode('utf-8')


def fingerprint(pem: bytes) -> str:
    """SHA-256 of a public key, by which people compare it with the published one."""
    return sha256(_load(pem).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _load(pem: bytes) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        refuse('открытый ключ не читается или не Ed25519', 'the public key does not read or is not Ed25519')
    return key


def check_signature(files: Files, keys: bytes) -> Check:
    """The manifest is signed by one of these keys."""
    pems = PEM.findall(keys)
    if not pems:
        refuse('в файле ключей нет открытого ключа PEM', 'the file of keys holds no public key in PEM')
    for pem in pems:
        key = _load(pem)
        try:
            key.verify(files['manifest.sig'], files['manifest.json'])
        except InvalidSignature:
            continue
        mark = fingerprint(pem)
        return (f'Подпись Ed25519 под manifest.json верна; ключ SHA-256 {mark}',
                f'the Ed25519 signature of manifest.json is right; key SHA-256 {mark}')
    refuse('подпись под manifest.json неверна или сделана другим ключом',
           'the signature of manifest.json is wrong or made by another key')


def check_manifest(files: Files, manifest: dict[str, Any]) -> Check:
    """The package holds exactly the files that were signed, byte for byte."""
    if manifest['format'] != PACKAGE_FORMAT:
        refuse(f'неизвестный формат пакета {manifest["format"]!r}', 'unknown format of the package')
    listed = manifest['files']
    for name in sorted(listed.keys() | (files.keys() - UNLISTED)):
        if name not in files:
            refuse(f'нет файла {name}', f'file {name} is missing')
        if name not in listed:
            refuse(f'посторонний файл {name}', f'file {name} does not belong here')
        if len(files[name]) != listed[name]['size_bytes'] or sha256(files[name]) != listed[name]['sha256']:
            refuse(f'файл {name} изменён', f'file {name} was changed')
    return (f'Состав пакета и хэши SHA-256: файлов {len(listed)}, все без изменений',
            f'contents and SHA-256 of {len(listed)} files are as signed')


def links_of(evidence: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """The links by number, each with its own hash proven, each continuing the one before where that is here."""
    links: dict[int, dict[str, Any]] = {}
    for entry in (*evidence['records'], *evidence['neighbours']):
        link = entry['link']
        number = link['number']
        if link['format'] != RECORD_FORMAT or number < 1 or number in links:
            refuse(f'запись {number}: неизвестный формат или номер', f'record {number}: unknown format or number')
        if sha256(canonical(link)) != entry['sha256']:
            refuse(f'запись {number}: хэш неверен', f'record {number}: wrong hash')
        links[number] = entry
    for number, entry in links.items():
        before = links.get(number - 1)
        expected = GENESIS if number == 1 else before['sha256'] if before else None
        if expected is not None and entry['link']['previous_sha256'] != expected:
            refuse(f'запись {number}: цепочка разорвана', f'record {number}: the chain is broken')
    return links


def check_records(evidence: dict[str, Any], form_guid: str) -> Check:
    """Each record has its own hash, continues the one before, and is about this form."""
    if evidence['format'] != PACKAGE_FORMAT or evidence['form_guid'] != form_guid or not evidence['records']:
        refuse('evidence.json не от этого пакета', 'evidence.json is not of this package')
    links, signatures = links_of(evidence), set()
    for entry in evidence['records']:
        number, body = entry['link']['number'], entry['body']
        if sha256(canonical(body)) != entry['link']['body_sha256']:
            refuse(f'запись {number}: содержание изменено', f'record {number}: the body was changed')
        if body['form_guid'] != form_guid:
            refuse(f'запись {number}: о другой анкете', f'record {number}: about another form')
        if body['kind'] == 'signature':
            signatures.add(body['signature_guid'])
        elif body['signature_guid'] not in signatures:
            refuse(f'запись {number}: нет подписи, о которой она', f'record {number}: its signature is missing')
        if number > 1 and number - 1 not in links:
            refuse(f'нет записи {number - 1}', f'record {number - 1} is missing')
    numbers = ', '.join(str(entry['link']['number']) for entry in evidence['records'])
    return (f'Записи {numbers}: хэши содержания и связь с соседними записями верны',
            f'records {numbers}: hashes and links to their neighbours are right')


def check_documents(files: Files, evidence: dict[str, Any]) -> Check:
    """Each signed file is there and is the one whose hash was recorded when it was signed."""
    names, used = evidence['files'], set()
    for entry in evidence['records']:
        for told in (*entry['body'].get('documents', ()), *entry['body'].get('pages', ())):
            name = names.get(told['stored_guid'])
            if name is None or name not in files:
                refuse(f'нет документа {told["stored_guid"]}', 'a document is missing')
            if sha256(files[name]) != told['sha256'] or len(files[name]) != told['size_bytes']:
                refuse(f'{name} – не тот документ, который подписан', f'{name} is not the document that was signed')
            used.add(name)
    strange = {name for name in files if name.startswith('documents/')} - used
    if strange:
        refuse(f'лишние документы: {sorted(strange)}', 'documents that no record names')
    return (f'Документы: {len(used)}, SHA-256 каждого совпадает с записью о подписании',
            f'{len(used)} documents have the SHA-256 that the records of signing name')


def verify(files: Files, keys: bytes) -> list[Check]:
    """Everything that was checked, in order. Raises Refused at the first thing that is wrong."""
    checks = [check_signature(files, keys)] if HAS_CRYPTOGRAPHY else []
    try:
        manifest = read_json(files['manifest.json'])
        checks.append(check_manifest(files, manifest))
        evidence = read_json(files['evidence.json'])
        checks.append(check_records(evidence, manifest['form_guid']))
        checks.append(check_documents(files, evidence))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        refuse(f'файлы пакета не читаются ({type(error).__name__})', 'the files of the package do not read')
    return checks


def describe(files: Files) -> list[str]:
    """What the package is about, for the reader of the verdict."""
    lines = []
    for entry in read_json(files['evidence.json'])['records']:
        body = entry['body']
        if body['kind'] == 'signature':
            lines.append(f'  {body["signed_at"]}  {body["mode"]}  {body["contract"]["lender"]["name"]}'
                         f'  № {body["contract"]["number"] or "–"}  form {body["form_guid"]}')
    return lines


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description='Проверка пакета доказательств / verifies a package of evidence')
    parser.add_argument('package', nargs='?', type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument('--key', type=Path, help='доверенный открытый ключ (PEM) / trusted public key or keys')
    options = parser.parse_args(arguments)
    try:
        files = read_package(options.package)
        keys = options.key.read_bytes() if options.key else files.get('public_key.pem', b'')
        checks = verify(files, keys)
        about = describe(files)
    except (Refused, OSError) as trouble:
        say(f'[!!] {trouble}', '', 'ВЕРДИКТ: НЕ ПОДТВЕРЖДЕНО. Пакету нельзя доверять.',
            'VERDICT: REFUSED. The package must not be trusted.')
        return 1
    say(*[f'[OK] {russian} / {english}' for russian, english in checks], '', *about, '')
    if not HAS_CRYPTOGRAPHY:
        say('[!!] Подпись не проверена: нет библиотеки cryptography (pip install cryptography). Без неё:',
            '[!!] The signature was not checked: cryptography is not installed. Without it:', f'     {OPENSSL}',
            'ВЕРДИКТ: ПРОВЕРЕНО НЕ ВСЁ. / VERDICT: NOT CHECKED WHOLE.')
        return 1
    if not options.key:
        say('[!!] ВНИМАНИЕ: ключ взят из самого пакета. Так видно лишь, что пакет не повреждён, но не кто его сделал.',
            '     Возьмите ключ у платформы (или сравните отпечаток SHA-256 выше) и повторите с --key.',
            '[!!] WARNING: the key came from the package itself. This shows that nothing is damaged, not who made it.',
            '     Get the key from the platform (or compare the SHA-256 above) and run again with --key.', '')
    say('ВЕРДИКТ: ПОДТВЕРЖДЕНО.' if options.key else 'ВЕРДИКТ: ПАКЕТ ЦЕЛ; чей он – не проверено.',
        'VERDICT: GENUINE.' if options.key else 'VERDICT: UNDAMAGED; whose it is was not checked.')
    return 0


def say(*lines: str) -> None:
    sys.stdout.write('\n'.join(lines) + '\n')


if __name__ == '__main__':
    for stream in (sys.stdout, sys.stderr):
        getattr(stream, 'reconfigure', lambda **_: None)(errors='replace')
    sys.exit(main(sys.argv[1:]))
