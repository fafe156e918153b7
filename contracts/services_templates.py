"""What may be done with lenders' templates: upload, give to review, publish by a second person, reject, retire.

Every verb raises TemplateRefused and changes nothing when it may not be.
"""
from __future__ import annotations

import re
import uuid
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.forms.data import FormKind
from contracts.models_templates import PrintTemplate, TemplateEvent, TemplateFormat, TemplateStage, TemplateVersion
from contracts.selectors_templates import content_of, published_version
from contracts.statuses import TEMPLATE_MOVES, TemplateStatus
from contracts.templates.engine import check_template
from contracts.templates.variables import Stage
from jobs.registry import assert_no_transaction
from lenders.models import Lender
from vault.files import store_file

MOST_BYTES = 10 * 1024 * 1024
"""No file of either format is longer; HTML has a lower bound of its own."""
CONTENT_TYPES = {TemplateFormat.HTML: 'text/html; charset=utf-8', TemplateFormat.PDF: 'application/pdf'}
_DOCUMENT = re.compile(r'[a-z][a-z0-9_]{1,29}')
_FILE_NAME = re.compile(r'[^\x00-\x1f\x7f/\\<>:"|?*]{1,190}\.pdf')
_OPEN = (TemplateStatus.DRAFT, TemplateStatus.WAITING, TemplateStatus.PUBLISHED)


class TemplateRefused(Exception):
    """It may not be; `messages` say in the reader's language what is wrong and what to do.

    `about` names what was given wrong: an argument of the verb, `content` unless it says otherwise.
    """

    def __init__(self, *messages: str, about: str = 'content') -> None:
        super().__init__(*messages)
        self.messages = messages
        self.about = about


def format_of(content: bytes) -> TemplateFormat:
    """The format by content: the name of a file says nothing. Raises TemplateRefused."""
    if content.startswith(b'%PDF-'):
        return TemplateFormat.PDF
    if b'\x00' not in content and b'<' in content:
        return TemplateFormat.HTML
    raise TemplateRefused(_('The file is neither HTML nor PDF: upload a page in UTF-8 or a PDF with form fields'))


def add_template(
    *, lender: Lender, kind: str, stage: TemplateStage, document: str, title: str, file_name: str, position: int = 10,
    content: bytes, source_name: str, author: User, comment: str = '',
) -> TemplateVersion:
    """Take the first version of a form that this lender had none of."""
    if kind not in lender.kinds:
        raise TemplateRefused(_('This lender does not work with this kind of credit'), about='kind')
    if not _DOCUMENT.fullmatch(document):
        raise TemplateRefused(
            _('The kind of document is 2 to 30 Latin letters, digits and underscores'), about='document')
    check_file_name(file_name, kind, stage)
    place = {'lender': lender, 'kind': kind, 'stage': stage, 'document': document}
    taken = TemplateRefused(_('This lender has this form already: upload a new version of it'), about='document')
    if PrintTemplate.objects.filter(**place).exists():
        raise taken
    format_ = _checked(content, kind, stage)
    with transaction.atomic():
        template, is_new = PrintTemplate.objects.get_or_create(
            **place, defaults={'title': title[:200], 'file_name': file_name, 'position': position})
        if not is_new:
            raise taken
        return _add(template, format_, content, source_name, author, comment)


def upload_version(
    *, template: PrintTemplate, content: bytes, source_name: str, author: User, comment: str = '',
) -> TemplateVersion:
    """Take a new version of a form: a draft that nothing is printed from."""
    format_ = _checked(content, template.kind, template.stage)
    with transaction.atomic():
        return _add(_locked(template.pk), format_, content, source_name, author, comment)


def submit(*, version: TemplateVersion, actor: User) -> None:
    """Give a draft to a second person."""
    with transaction.atomic():
        _move(_lock(version), TemplateStatus.WAITING, actor)


def publish(*, version: TemplateVersion, reviewer: User) -> None:
    """Print from this version from now on; the one before it retires in the same transaction.

    Never by its author, whatever their rights. The content is checked once more: rules may have become stricter.
    """
    _second_person(version, reviewer)
    template = version.template
    _check(TemplateFormat(version.format), content_of(version), template.kind, template.stage)
    with transaction.atomic():
        row = _lock(version)
        former = published_version(row.template)
        if former is not None and former.number > row.number:
            raise TemplateRefused(_('A newer version is published already: upload this file as a new version'))
        if former is not None:
            _move(former, TemplateStatus.RETIRED, reviewer, f'replaced by version {row.number}')
        _move(row, TemplateStatus.PUBLISHED, reviewer, reviewer=reviewer)


def reject(*, version: TemplateVersion, reviewer: User, reason: str) -> None:
    """Send a version back to its author, with a reason; nothing is ever printed from it."""
    _second_person(version, reviewer)
    why = _reason(reason)
    with transaction.atomic():
        _move(_lock(version), TemplateStatus.REJECTED, reviewer, why, reviewer=reviewer, reason=why)


def retire(*, version: TemplateVersion, actor: User, reason: str) -> None:
    """Stop printing from a version without another in its place: the platform's own form comes back.

    One person is enough, its author too: stopping a wrong form may not wait.
    """
    why = _reason(reason)
    with transaction.atomic():
        _move(_lock(version), TemplateStatus.RETIRED, actor, why, reason=why)


def describe_template(
    *, template: PrintTemplate, title: str, file_name: str, position: int, actor: User,
) -> None:
    """Change how a form is called and where it stands; what it is never changes."""
    check_file_name(file_name, template.kind, template.stage)
    with transaction.atomic():
        row = _locked(template.pk)
        was, now = (row.title, row.file_name, row.position), (title[:200], file_name, position)
        if was != now:
            row.title, row.file_name, row.position = now
            row.save(update_fields=['title', 'file_name', 'position'])
            _record(row, None, actor, why=f'{_told(was)} → {_told(now)}')


def _told(values: tuple[str, str, int]) -> str:
    return ' · '.join(str(value) for value in values)


def _checked(content: bytes, kind: str, stage: str) -> TemplateFormat:
    """The format of content that has passed every check."""
    if len(content) > MOST_BYTES:
        raise TemplateRefused(_('The file is longer than 10 MiB'))
    format_ = format_of(content)
    _check(format_, content, kind, stage)
    return format_


def _check(format_: TemplateFormat, content: bytes, kind: str, stage: str) -> None:
    """Refuse with everything that is wrong, naming line, field or page; a child looks, no transaction waits."""
    assert_no_transaction()
    findings = check_template(format_.value, content, kind=FormKind(kind), stage=Stage(stage))
    if findings:
        raise TemplateRefused(*(f'{finding.where}: {finding.message}' for finding in findings))


def check_file_name(file_name: str, kind: str, stage: str) -> None:
    """Refuse what no file may be called, and a number where there is none."""
    if '{number}' in file_name and (kind == FormKind.BNPL or stage == TemplateStage.OFFER):
        raise TemplateRefused(
            _('There is no number of a contract here: take {number} out of the file name'), about='file_name')
    if not _FILE_NAME.fullmatch(file_name):
        raise TemplateRefused(
            _('The file name for the client ends with .pdf and has none of / \\ < > : " | ? *'), about='file_name')


def _second_person(version: TemplateVersion, reviewer: User) -> None:
    if version.author_id == reviewer.pk:
        raise TemplateRefused(_('A second person decides: you have uploaded this version yourself'))


def _reason(text: str) -> str:
    why = text.strip()[:500]
    if not why:
        raise TemplateRefused(_('Give a reason'), about='reason')
    return why


def _add(
    template: PrintTemplate, format_: TemplateFormat, content: bytes, source_name: str, author: User, comment: str,
) -> TemplateVersion:
    """A draft with the next number; the row of the template is locked."""
    guid, now = uuid.uuid4(), timezone.now()
    file = store_file(content, content_type=CONTENT_TYPES[format_], kind='template', context=str(guid))
    same = TemplateVersion.objects.filter(template=template, sha256=file.sha256, status__in=_OPEN).first()
    if same is not None:
        raise TemplateRefused(_('This very file is version %(number)d already') % {'number': same.number})
    last = TemplateVersion.objects.filter(template=template).order_by('-number').first()
    version = TemplateVersion.objects.create(
        guid=guid, template=template, number=1 if last is None else last.number + 1, format=format_, file=file,
        sha256=file.sha256, source_name=source_name[:200], comment=comment[:500], author=author, created_at=now,
        status_at=now)
    _record(template, version, author, moved_to=TemplateStatus.DRAFT, why=comment)
    return version


def _locked(template_id: int) -> PrintTemplate:
    return PrintTemplate.objects.select_for_update(of=('self',)).select_related('lender').get(pk=template_id)


def _lock(version: TemplateVersion) -> TemplateVersion:
    """The version as it is now, its template locked: moves of one template wait for each other."""
    template = _locked(version.template_id)
    row = TemplateVersion.objects.select_for_update(of=('self',)).select_related('file').get(pk=version.pk)
    row.template = template
    return row


def _move(version: TemplateVersion, to: TemplateStatus, actor: User, why: str = '', **changes: Any) -> None:
    """The one place that changes the status of a version, with its line in the journal (template locked)."""
    moved_from = TemplateStatus(version.status)
    if to not in TEMPLATE_MOVES[moved_from]:
        raise TemplateRefused(
            _('The version is %(status)s: this cannot be done any more') % {'status': moved_from.label})
    changes |= {'status': to, 'status_at': timezone.now()}
    for name, value in changes.items():
        setattr(version, name, value)
    version.save(update_fields=list(changes))
    _record(version.template, version, actor, moved_from=moved_from, moved_to=to, why=why)


def _record(
    template: PrintTemplate, version: TemplateVersion | None, actor: User, *, moved_from: str = '', moved_to: str = '',
    why: str = '',
) -> None:
    TemplateEvent.objects.create(
        template=template, version=version, at=timezone.now(), moved_from=moved_from, moved_to=moved_to,
        actor=actor.get_username(), why=why[:500])
