"""The package of evidence of one form: records, documents, a protocol for people, signed and verifiable offline."""
from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from applications.models import Application
from contracts.evidence_check import Broken, check_hashes, files_of
from contracts.evidence_links import link, sha256_of
from contracts.evidence_protocol import Entry, render_protocol
from contracts.models_evidence import EvidenceRecord
from vault import signing
from vault.files import read_file
from vault.models import StoredFile

FORMAT: Final = 'denimhub-evidence-package/1'
_OFFLINE: Final = Path(__file__).parent / 'evidence_offline'
_ENDINGS: Final = {'application/pdf': 'pdf', 'image/jpeg': 'jpg', 'image/png': 'png'}
_ZIP_MOMENT: Final = (1980, 1, 1, 0, 0, 0)


class NoEvidence(Exception):
    """Nothing of this form was signed."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package by the names of its files; the same records, documents and key give the same bytes."""

    name: str
    files: Mapping[str, bytes]

    def zipped(self) -> bytes:
        """The ZIP: all files in one folder, no times, the same bytes every time."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name, content in sorted(self.files.items()):
                entry = zipfile.ZipInfo(f'{self.name}/{name}', _ZIP_MOMENT)
                entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
                archive.writestr(entry, content)
        return out.getvalue()


def build_package(application: Application) -> Package:
    """Put together and sign everything that proves the signatures of a form.

    Raises NoEvidence; Broken or BlobDamaged when a record or a document is not what it was.
    """
    records = list(EvidenceRecord.objects.filter(signature__application=application).order_by('number'))
    if not records:
        raise NoEvidence(f'form {application.guid} has no signature')
    bodies = [check_hashes(record) for record in records]
    key = signing.signing_key()
    names, documents = _documents(bodies)
    files: dict[str, bytes] = {
        **documents,
        'evidence.json': _pretty({
            'format': FORMAT, 'form_guid': str(application.guid), 'files': names,
            'records': [{**_shown(row), 'body': body} for row, body in zip(records, bodies, strict=True)],
            'neighbours': [_shown(row) for row in _neighbours(records)]}),
        'evidence.pdf': render_protocol(
            [Entry(row.number, row.sha256, body) for row, body in zip(records, bodies, strict=True)], names,
            fingerprint=key.fingerprint),
        'public_key.pem': key.pem.encode(),
        **{name: (_OFFLINE / name).read_bytes() for name in ('verify.py', 'README.txt')},
    }
    manifest = _pretty({
        'format': FORMAT, 'form_guid': str(application.guid), 'key_sha256': key.fingerprint,
        'files': {
            name: {'sha256': sha256_of(content), 'size_bytes': len(content)} for name, content in files.items()}})
    files |= {'manifest.json': manifest, 'manifest.sig': signing.sign(manifest)}
    return Package(f'evidence-{application.guid}', files)


def _shown(record: EvidenceRecord) -> dict[str, Any]:
    """A link without its body: nothing about the person it is of can be told from it."""
    return {'sha256': record.sha256, 'link': link(
        number=record.number, previous_sha256=record.previous_sha256, body_sha256=record.body_sha256)}


def _neighbours(records: Iterable[EvidenceRecord]) -> list[EvidenceRecord]:
    own = {record.number for record in records}
    wanted = {number + step for number in own for step in (-1, 1)} - own
    return list(EvidenceRecord.objects.defer('body').filter(number__in=wanted).order_by('number'))


def _documents(bodies: Iterable[Mapping[str, Any]]) -> tuple[dict[str, str], dict[str, bytes]]:
    """Names in the package by guid of the stored file, and the content by these names."""
    told: dict[str, dict[str, Any]] = {}
    for body in bodies:
        for file in files_of(body):
            told.setdefault(file['stored_guid'], file)
    stored = {str(guid): row for guid, row in StoredFile.objects.in_bulk(list(told)).items()}
    names: dict[str, str] = {}
    contents: dict[str, bytes] = {}
    for number, (guid, file) in enumerate(told.items(), 1):
        kind = re.sub('[^a-z0-9]+', '_', str(file.get('kind') or file['type']).lower()).strip('_') or 'document'
        name = f'documents/{number:02}-{kind}.{_ENDINGS.get(file["content_type"], "bin")}'
        names[guid] = name
        row = stored.get(guid)
        if row is None:
            raise Broken(None, f'file {guid} is gone')
        contents[name] = read_file(row)
        if sha256_of(contents[name]) != file['sha256']:
            raise Broken(None, f'file {guid} is another one')
    return names, contents


def _pretty(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + '\n').encode()
