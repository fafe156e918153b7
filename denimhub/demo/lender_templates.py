"""The sandbox microfinance company's templates, uploaded and published as operators do it. Development only."""
from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from contracts.models_templates import PrintTemplate, TemplateStage, TemplateVersion
from contracts.selectors_templates import published_version
from contracts.services_templates import add_template, publish, submit, upload_version
from denimhub.demo.consent_form import consent_form
from lenders.models import Lender
from partners.models import Kind

LENDER_CODE: Final = 'sandbox-mfo'
AUTHOR_NAME, REVIEWER_NAME = 'demo-template-author', 'demo-template-reviewer'
_FILES: Final = Path(__file__).resolve().parent / 'templates'


@dataclass(frozen=True, slots=True)
class DemoTemplate:
    """One form of the lender and where its content comes from."""

    kind: Kind
    stage: TemplateStage
    document: str
    title: str
    file_name: str
    position: int
    source_name: str
    content: Callable[[], bytes]


def _page(name: str) -> Callable[[], bytes]:
    return (_FILES / name).read_bytes


def _forms(kind: Kind, contract_name: str) -> tuple[DemoTemplate, ...]:
    """The same two pages and the same PDF form serve both kinds: the pages ask which one it is."""
    return (
        DemoTemplate(kind, TemplateStage.CONTRACT, 'contract', 'Договор', contract_name, 10, 'contract.html',
                     _page('contract.html')),
        DemoTemplate(kind, TemplateStage.CONTRACT, 'schedule', 'График платежей', 'График платежей.pdf', 20,
                     'schedule.html', _page('schedule.html')),
        DemoTemplate(kind, TemplateStage.OFFER, 'personal_data', 'Согласие на обработку персональных данных',
                     'Согласие на обработку персональных данных (Тестовая МФО).pdf', 10, 'consent.pdf', consent_form))


DEMO_TEMPLATES: Final = (
    *_forms(Kind.POS, 'Договор № {number}.pdf'), *_forms(Kind.BNPL, 'Договор об оплате товара частями.pdf'))


def seed_templates() -> None:
    """Publish what is missing, and what has changed in the demonstration; what operators did themselves stays."""
    lender = Lender.objects.get(code=LENDER_CODE)
    author, reviewer = _user(AUTHOR_NAME), _user(REVIEWER_NAME)
    for form in DEMO_TEMPLATES:
        version = _upload(lender, form, author)
        if version is not None:
            submit(version=version, actor=author)
            publish(version=version, reviewer=reviewer)


def _upload(lender: Lender, form: DemoTemplate, author: User) -> TemplateVersion | None:
    template = PrintTemplate.objects.filter(
        lender=lender, kind=form.kind, stage=form.stage, document=form.document).first()
    content = form.content()
    if template is None:
        return add_template(
            lender=lender, kind=form.kind, stage=form.stage, document=form.document, title=form.title,
            file_name=form.file_name, position=form.position, content=content, source_name=form.source_name,
            author=author)
    published = published_version(template)
    is_ours = published is not None and published.author_id == author.pk
    if published is None or not is_ours or published.sha256 == hashlib.sha256(content).hexdigest():
        return None
    return upload_version(template=template, content=content, source_name=form.source_name, author=author)


def _user(name: str) -> User:
    """Nobody can log in as them."""
    users = get_user_model()
    user, is_new = users.objects.get_or_create(username=name)
    if is_new:
        user.set_unusable_password()
        user.save()
    return user
