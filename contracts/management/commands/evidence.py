"""manage.py evidence: the signed package of evidence of one form, as a folder and a ZIP."""
from __future__ import annotations

import getpass
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contracts.evidence_check import Broken
from contracts.evidence_package import NoEvidence, Package
from contracts.services_evidence import export_evidence
from vault.files import BlobDamaged


class Command(BaseCommand):
    """Whoever runs it stands in the log of access to personal data. Exit 1 when there is nothing whole to give."""

    help = 'Export the evidence of the signatures of a form: DIR/evidence-<guid>/ and DIR/evidence-<guid>.zip.'

    def add_arguments(self, parser: CommandParser) -> None:
        """Which form, where to, why."""
        parser.add_argument('form_guid', help='guid of the form')
        parser.add_argument('--out', required=True, type=Path, help='folder for the package; made when it is not there')
        parser.add_argument('--reason', default='manage.py evidence', help='why, for the log of access')
        parser.add_argument('--json', action='store_true', help='print one JSON document and nothing else')

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the package and tell where it lies."""
        try:
            package = export_evidence(
                form_guid=options['form_guid'], actor=f'command {getpass.getuser()}', reason=options['reason'], ip=None)
        except NoEvidence as nothing:
            raise CommandError(f'No evidence: {nothing}.') from nothing
        except (Broken, BlobDamaged) as damage:
            raise CommandError(f'The evidence is damaged and was not exported: {damage}.') from damage
        folder, archive = _write(package, options['out'])
        if options['json']:
            self.stdout.write(json.dumps({
                'folder': str(folder), 'zip': str(archive), 'files': sorted(package.files)}))
        else:
            self.stdout.write(f'{folder}\n{archive}')


def _write(package: Package, out: Path) -> tuple[Path, Path]:
    """A former export of the same form is replaced as a whole; anything else under its name is left alone."""
    out.mkdir(parents=True, exist_ok=True)
    folder, archive = out / package.name, out / f'{package.name}.zip'
    if folder.exists() and not (folder / 'manifest.sig').is_file():
        raise CommandError(f'{folder} is there already and is no package of evidence.')
    fresh = Path(tempfile.mkdtemp(prefix='.evidence-', dir=out))
    try:
        for name, content in package.files.items():
            (fresh / name).parent.mkdir(exist_ok=True)
            (fresh / name).write_bytes(content)
        if folder.exists():
            shutil.rmtree(folder)
        fresh.rename(folder)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    part = archive.with_suffix('.part')
    part.write_bytes(package.zipped())
    part.chmod(0o600)
    part.replace(archive)
    return folder, archive
