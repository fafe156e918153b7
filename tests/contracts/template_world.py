"""Operators and templates in tests, made through the services."""
from __future__ import annotations

import io
import itertools
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission, User
from django.db import connection
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from contracts.models_templates import PrintTemplate, TemplateStage, TemplateVersion
from contracts.services_templates import add_template, publish, submit, upload_version
from tests.world import a_lender

_numbers = itertools.count(1)
PAGE = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"></head><body><h1>{title}</h1>'
    '<p>{{{{ client.full_name }}}}</p>{more}</body></html>')


def html(title: str = 'Договор', more: str = '') -> bytes:
    """A page that prints the client's name."""
    return PAGE.format(title=title, more=more).encode()


def pdf(*names: str) -> bytes:
    """A PDF form with text fields of these names."""
    out = io.BytesIO()
    sheet = canvas.Canvas(out, A4, invariant=1)
    sheet.drawString(50, 800, 'FORM')
    for number, name in enumerate(names or ('client.full_name',)):
        sheet.acroForm.textfield(name=name, x=50, y=760 - 40 * number, width=400, height=20)
    sheet.save()
    return out.getvalue()


def an_operator(*permissions: str, **fields: Any) -> User:
    """A member of staff with these rights of the contracts room (`add_templateversion`, …)."""
    values: dict[str, Any] = {'username': f'operator-{next(_numbers)}', 'is_staff': True, **fields}
    user: User = get_user_model().objects.create_user(**values)
    user.user_permissions.set(Permission.objects.filter(
        content_type__app_label='contracts', codename__in=permissions))
    return user


def a_draft(content: bytes | None = None, **fields: Any) -> TemplateVersion:
    """The first version of a form of a lender of its own, for POS contracts."""
    values: dict[str, Any] = {
        'lender': fields.get('lender') or a_lender(), 'kind': 'pos', 'stage': TemplateStage.CONTRACT,
        'document': 'contract', 'title': 'Договор', 'file_name': 'Договор № {number}.pdf',
        'content': html() if content is None else content, 'source_name': 'contract.html',
        'author': fields.get('author') or an_operator(), **fields}
    return add_template(**values)


def a_waiting(content: bytes | None = None, **fields: Any) -> TemplateVersion:
    """The same, given to review."""
    version = a_draft(content, **fields)
    submit(version=version, actor=version.author)
    version.refresh_from_db()
    return version


def a_published(content: bytes | None = None, **fields: Any) -> TemplateVersion:
    """The same, published by a second person."""
    return published(a_waiting(content, **fields))


def published(version: TemplateVersion) -> TemplateVersion:
    """Publish a waiting version."""
    publish(version=version, reviewer=an_operator())
    version.refresh_from_db()
    return version


def the_next(template: PrintTemplate, content: bytes, **fields: Any) -> TemplateVersion:
    """A further version, given to review."""
    author = fields.get('author') or an_operator()
    version = upload_version(template=template, content=content, source_name='next.html', author=author)
    submit(version=version, actor=author)
    version.refresh_from_db()
    return version


def all_rows() -> dict[str, list[Any]]:
    """Every row of templates and files: equal before and after a refusal."""
    tables = ('contracts_printtemplate', 'contracts_templateversion', 'contracts_templateevent', 'vault_storedfile')
    with connection.cursor() as cursor:
        rows = {}
        for table in tables:
            cursor.execute(f'SELECT row_to_json(t)::text FROM {table} t ORDER BY 1')
            rows[table] = cursor.fetchall()
    return rows
