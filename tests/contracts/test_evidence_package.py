"""The package of evidence: what is in it, that it never differs, and that the offline verifier finds every change."""
from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from applications.models import Document
from contracts import evidence_package
from contracts.evidence_package import build_package
from contracts.models import Signature
from contracts.models_evidence import EvidenceRecord
from tests.contracts.fakes import FakeLender
from tests.contracts.test_evidence import forms_changed
from tests.contracts.till import Till, a_guid
from vault import keysets, signing
from vault.models import AccessNote

pytestmark = pytest.mark.django_db
VERIFIER = Path(evidence_package.__file__).parent / 'evidence_offline' / 'verify.py'


@pytest.fixture(scope='module')
def verifier() -> ModuleType:
    """The script as a module of nobody's, as strangers have it."""
    spec = importlib.util.spec_from_file_location('offline_verifier', VERIFIER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def files(till: Till) -> dict[str, bytes]:
    """The package of a signed deal."""
    return dict(build_package(till.signed().application).files)


def trusted() -> bytes:
    """What `manage.py vault_keys public` gives away."""
    out = StringIO()
    call_command('vault_keys', 'public', stdout=out)
    return out.getvalue().encode()


def run(place: Path, *arguments: str, script: Path = VERIFIER) -> tuple[int, str]:
    """Exit status and output of the verifier in an empty folder, isolated from our code and environment."""
    empty = place / 'empty'
    empty.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, '-I', str(script), *arguments], cwd=empty, env={'PYTHONIOENCODING': 'utf-8'}, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding='utf-8')
    assert 'Traceback' not in done.stdout, done.stdout
    return done.returncode, done.stdout


def export(till: Till, out: Path) -> dict[str, Any]:
    """What the command tells."""
    told = StringIO()
    call_command('evidence', str(till.application.guid), '--out', str(out), '--json', '--reason', 'court', stdout=told)
    answer: dict[str, Any] = json.loads(told.getvalue())
    return answer


# --- what is in it --------------------------------------------------------------------------------------------------


def test_the_package_holds_the_documents_byte_for_byte(till: Till, files: dict[str, bytes]) -> None:
    documents = {name: content for name, content in files.items() if name.startswith('documents/')}
    assert list(documents) == [
        'documents/01-personal_data.pdf', 'documents/02-contract.pdf', 'documents/03-schedule.pdf']
    stored = Document.objects.select_related('file').order_by('id')
    assert [hashlib.sha256(content).hexdigest() for content in documents.values()] == [
        row.file.sha256 for row in stored]
    assert set(files) - set(documents) == {
        'evidence.json', 'evidence.pdf', 'manifest.json', 'manifest.sig', 'public_key.pem', 'verify.py', 'README.txt'}
    assert files['evidence.pdf'].startswith(b'%PDF-')
    assert files['verify.py'] == VERIFIER.read_bytes()


def test_the_same_evidence_gives_the_same_bytes(till: Till, files: dict[str, bytes]) -> None:
    first, second = build_package(till.application), build_package(till.application)
    assert dict(first.files) == dict(second.files) == files
    assert first.zipped() == second.zipped()
    with zipfile.ZipFile(BytesIO(first.zipped())) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.filename.partition('/')[0] for entry in archive.infolist()} == {first.name}


def test_of_other_people_only_links_are_shown(lender: FakeLender) -> None:
    tills = [Till(lender, phone=f'+7916000000{number}').signed() for number in range(3)]
    package = build_package(tills[1].application)
    evidence = json.loads(package.files['evidence.json'])
    assert [entry['link']['number'] for entry in evidence['records']] == [3, 4]
    assert [set(entry) for entry in evidence['neighbours']] == [{'sha256', 'link'}] * 2
    assert [entry['link']['number'] for entry in evidence['neighbours']] == [2, 5]
    for content in package.files.values():
        for other in (tills[0], tills[2]):
            assert str(other.application.guid).encode() not in content
            assert other.phone.encode() not in content


def test_taking_it_is_written_down(till: Till, tmp_path: Path) -> None:
    till.signed()
    export(till, tmp_path)
    note = AccessNote.objects.get()
    assert (note.reason, note.subject, note.ip) == ('court', str(till.application.guid), None)
    assert note.actor.startswith('command ')
    assert set(note.fields) == {'last_name', 'first_name', 'middle_name', 'mobile_phone', 'sms', 'documents'}


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_command_writes_a_folder_and_a_zip_of_the_same_files(till: Till, tmp_path: Path) -> None:
    told = export(till.signed(), tmp_path / 'new' / 'place')
    folder, archive = Path(told['folder']), Path(told['zip'])
    assert (folder.parent, archive.parent) == (tmp_path / 'new' / 'place',) * 2
    written = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob('*') if file.is_file()}
    with zipfile.ZipFile(archive) as zipped:
        assert {name.partition('/')[2]: zipped.read(name) for name in zipped.namelist()} == written
    assert sorted(written) == told['files']
    assert (folder.stat().st_mode & 0o777, archive.stat().st_mode & 0o777) == (0o700, 0o600)


def test_a_second_export_replaces_the_first_as_a_whole(till: Till, tmp_path: Path) -> None:
    folder = Path(export(till.signed(), tmp_path)['folder'])
    (folder / 'documents' / '09-old.pdf').write_bytes(b'left over')
    export(till, tmp_path)
    assert not (folder / 'documents' / '09-old.pdf').exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [folder.name, f'{folder.name}.zip']


def test_a_folder_that_is_no_package_is_left_alone(till: Till, tmp_path: Path) -> None:
    foreign = tmp_path / f'evidence-{till.signed().application.guid}'
    foreign.mkdir()
    (foreign / 'mine.txt').write_text('mine')
    with pytest.raises(CommandError, match='is no package of evidence'):
        export(till, tmp_path)
    assert [path.name for path in tmp_path.rglob('*')] == [foreign.name, 'mine.txt']


def test_unknown_forms_and_forms_nobody_signed_are_told_apart_and_leave_nothing(till: Till, tmp_path: Path) -> None:
    till.ready()
    for guid, words in (
        (str(till.application.guid), 'has no signature'), (a_guid(), 'there is no form'), ('x', 'there is no form x'),
    ):
        with pytest.raises(CommandError, match=words):
            call_command('evidence', guid, '--out', str(tmp_path / 'out'))
    assert not (tmp_path / 'out').exists()
    assert AccessNote.objects.count() == 0


def test_a_damaged_document_is_not_exported(till: Till, tmp_path: Path, settings: Settings) -> None:
    document = Document.objects.select_related('file').filter(application=till.signed().application).last()
    assert document is not None
    (Path(str(settings.VAULT_FILES_DIR)) / document.file.storage_name).write_bytes(b'rot')
    with pytest.raises(CommandError, match='damaged and was not exported'):
        export(till, tmp_path / 'out')
    assert not (tmp_path / 'out').exists()


# --- the verifier ---------------------------------------------------------------------------------------------------


def test_a_stranger_verifies_folder_and_zip_from_an_empty_directory(till: Till, tmp_path: Path) -> None:
    till.signed()
    forms_changed(till, 2)
    till.work()
    till.ok('check_sms_code', code=till.newest_code())
    told = export(till, tmp_path)
    key = tmp_path / 'keys.pem'
    key.write_bytes(trusted())
    for place in (told['folder'], told['zip']):
        status, output = run(tmp_path, place, '--key', str(key))
        assert status == 0, output
        assert 'VERDICT: GENUINE' in output
        assert output.count('[OK]') == 4
        assert signing.signing_key().fingerprint in output
    inside = Path(told['folder']) / 'verify.py'
    assert run(tmp_path, '--key', str(key), script=inside)[0] == 0
    assert not list(Path(told['folder']).rglob('__pycache__'))


def test_with_the_key_of_the_package_alone_it_warns_loudly(till: Till, tmp_path: Path) -> None:
    told = export(till.signed(), tmp_path)
    status, output = run(tmp_path, told['folder'])
    assert status == 0
    assert 'WARNING: the key came from the package itself' in output
    assert 'VERDICT: UNDAMAGED' in output
    assert 'GENUINE' not in output


def test_another_key_is_refused(till: Till, tmp_path: Path, settings: Settings) -> None:
    told = export(till.signed(), tmp_path)
    settings.VAULT_SIGN_KEYS = keysets.new_key_set('SIGN', development=True)
    key = tmp_path / 'other.pem'
    key.write_bytes(trusted())
    status, output = run(tmp_path, told['folder'], '--key', str(key))
    assert (status, 'VERDICT: REFUSED' in output, 'wrong or made by another key' in output) == (1, True, True)


def test_a_package_signed_anew_by_somebody_else_is_refused(
    till: Till, verifier: ModuleType, settings: Settings,
) -> None:
    keys = trusted()
    settings.VAULT_SIGN_KEYS = keysets.new_key_set('SIGN', development=True)
    forged = dict(build_package(till.signed().application).files)
    verifier.verify(forged, forged['public_key.pem'])
    with pytest.raises(verifier.Refused, match='another key'):
        verifier.verify(forged, keys)


def test_packages_of_an_older_key_go_on_being_verified(
    till: Till, files: dict[str, bytes], verifier: ModuleType, settings: Settings,
) -> None:
    settings.VAULT_SIGN_KEYS = keysets.add_key(settings.VAULT_SIGN_KEYS, 'SIGN', development=True)
    newer = dict(build_package(till.application).files)
    assert newer['manifest.sig'] != files['manifest.sig']
    for package in (files, newer):
        assert len(verifier.verify(package, trusted())) == 4


def test_any_changed_byte_of_any_file_is_found(files: dict[str, bytes], verifier: ModuleType) -> None:
    keys = trusted()
    verifier.verify(files, keys)

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(sorted(files)), st.floats(0, 1, exclude_max=True), st.integers(1, 255))
    def flip(name: str, where: float, mask: int) -> None:
        changed = bytearray(files[name])
        changed[int(len(changed) * where)] ^= mask
        with pytest.raises(verifier.Refused):
            verifier.verify(files | {name: bytes(changed)}, keys)

    flip()


@pytest.mark.parametrize('change', [
    lambda files: files.pop('documents/02-contract.pdf'), lambda files: files.pop('README.txt'),
    lambda files: files.pop('public_key.pem'), lambda files: files.update({'documents/99-more.pdf': b'%PDF'}),
    lambda files: files.update({'more.txt': b''}), lambda files: files.update({'evidence.pdf': b''}),
    lambda files: files.update({'manifest.json': files['manifest.json'] + b'\n'}),
    lambda files: files.update({'manifest.sig': b''}),
], ids=['document gone', 'file gone', 'key gone', 'document more', 'file more', 'emptied', 'longer', 'no signature'])
def test_files_added_taken_or_replaced_are_found(
    files: dict[str, bytes], verifier: ModuleType, change: Callable[[dict[str, bytes]], Any],
) -> None:
    change(files)
    with pytest.raises(verifier.Refused):
        verifier.verify(files, trusted())


def _signed_again(files: dict[str, bytes], evidence: dict[str, Any]) -> dict[str, bytes]:
    """The package with other records, signed by the true key: what only the records themselves can give away."""
    files = files | {'evidence.json': json.dumps(evidence).encode()}
    manifest = json.loads(files['manifest.json'])
    manifest['files']['evidence.json'] = {
        'sha256': hashlib.sha256(files['evidence.json']).hexdigest(), 'size_bytes': len(files['evidence.json'])}
    text = json.dumps(manifest).encode()
    return files | {'manifest.json': text, 'manifest.sig': signing.sign(text)}


@pytest.mark.parametrize(('change', 'words'), [
    (lambda it: it['records'][0]['body']['client'].update(mobile_phone='+79990000000'), 'the body was changed'),
    (lambda it: it['records'][0]['link'].update(number=9), 'wrong hash'),
    (lambda it: it['records'][0].update(sha256='0' * 64), 'wrong hash'),
    (lambda it: it['records'].pop(0), 'its signature is missing'),
    (lambda it: it['records'].clear(), 'not of this package'),
    (lambda it: it.update(form_guid='x'), 'not of this package'),
    (lambda it: it['files'].clear(), 'a document is missing'),
    (lambda it: it['files'].update(dict.fromkeys(it['files'], 'evidence.pdf')), 'is not the document that was signed'),
    (lambda it: it['records'][0]['body']['documents'].append(1.5), 'do not read'),
    (lambda it: it.pop('neighbours'), 'do not read'),
], ids=['body', 'number', 'hash', 'signature gone', 'all gone', 'form', 'names', 'other files', 'fraction',
        'part gone'])
def test_records_that_contradict_themselves_are_found_even_under_a_true_signature(
    files: dict[str, bytes], verifier: ModuleType, change: Callable[[dict[str, Any]], Any], words: str,
) -> None:
    evidence = json.loads(files['evidence.json'])
    verifier.verify(_signed_again(files, evidence), trusted())
    change(evidence)
    with pytest.raises(verifier.Refused, match=words):
        verifier.verify(_signed_again(files, evidence), trusted())


def test_a_link_that_does_not_continue_the_one_before_is_found(
    lender: FakeLender, verifier: ModuleType,
) -> None:
    Till(lender).signed()
    files = dict(build_package(Till(lender).signed().application).files)
    evidence = json.loads(files['evidence.json'])
    before = evidence['neighbours'][0]
    before['link']['body_sha256'] = '1' * 64
    before['sha256'] = hashlib.sha256(verifier.canonical(before['link'])).hexdigest()
    with pytest.raises(verifier.Refused, match='the chain is broken'):
        verifier.verify(_signed_again(files, evidence), trusted())
    evidence['neighbours'].pop(0)
    with pytest.raises(verifier.Refused, match='record 2 is missing'):
        verifier.verify(_signed_again(files, evidence), trusted())


@given(st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_what_is_no_package_is_refused_without_a_traceback(verifier: ModuleType, data: bytes) -> None:
    with pytest.raises(verifier.Refused):
        verifier.verify({'manifest.json': data, 'manifest.sig': data, 'evidence.json': data}, trusted())


def test_broken_archives_and_missing_places_are_refused(till: Till, tmp_path: Path) -> None:
    archive = Path(export(till.signed(), tmp_path)['zip'])
    whole = archive.read_bytes()
    for name, content in (
        ('cut.zip', whole[:len(whole) // 2]), ('rot.zip', whole[:300] + b'\0' * 200 + whole[500:]), ('text.zip', b'no'),
        ('empty.zip', b''),
    ):
        (tmp_path / name).write_bytes(content)
        status, output = run(tmp_path, str(tmp_path / name))
        assert (status, 'VERDICT: REFUSED' in output) == (1, True), output
    assert run(tmp_path, str(tmp_path / 'nowhere'))[0] == 1


def test_openssl_verifies_the_signature_too(till: Till, tmp_path: Path, verifier: ModuleType) -> None:
    if shutil.which('openssl') is None:
        pytest.skip('openssl is not installed')
    folder = Path(export(till.signed(), tmp_path)['folder'])
    assert subprocess.run(verifier.OPENSSL.split(), cwd=folder, check=False, stdout=subprocess.PIPE).returncode == 0
    (folder / 'manifest.json').write_bytes((folder / 'manifest.json').read_bytes() + b' ')
    assert subprocess.run(verifier.OPENSSL.split(), cwd=folder, check=False, stdout=subprocess.PIPE).returncode == 1


def test_without_cryptography_it_checks_the_rest_and_does_not_call_it_genuine(
    till: Till, tmp_path: Path, verifier: ModuleType,
) -> None:
    told = export(till.signed(), tmp_path)
    bare = tmp_path / 'bare.py'
    bare.write_text(
        'import sys\nsys.modules["cryptography"] = None\nsys.argv = sys.argv[1:]\n'
        'exec(compile(open(sys.argv[0]).read(), sys.argv[0], "exec"))\n')
    status, output = run(tmp_path, str(VERIFIER), told['folder'], script=bare)
    assert status == 1
    assert output.count('[OK]') == 3
    assert verifier.OPENSSL in output
    assert 'NOT CHECKED WHOLE' in output


def test_the_script_imports_nothing_of_ours() -> None:
    lines = [line for line in VERIFIER.read_text().splitlines() if line.lstrip().startswith(('import ', 'from '))]
    roots = {line.split()[1].partition('.')[0] for line in lines}
    assert roots - set(sys.stdlib_module_names) == {'cryptography'}


def test_the_signature_of_a_form_is_not_in_the_package_of_another(lender: FakeLender) -> None:
    first, second = Till(lender).signed(), Till(lender).signed()
    own = json.loads(build_package(second.application).files['evidence.json'])
    with transaction.atomic():
        theirs = {str(row.guid) for row in Signature.objects.filter(application=first.application)}
    assert not theirs & {entry['body']['signature_guid'] for entry in own['records']}
    assert EvidenceRecord.objects.count() == 4
