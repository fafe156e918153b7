"""The templates of the demonstration: published as operators would, and left alone where operators were at work."""
from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from contracts.models_templates import PrintTemplate, TemplateEvent, TemplateVersion
from contracts.services_templates import publish, retire, submit, upload_version
from denimhub.demo.consent_form import consent_form
from denimhub.demo.lender_templates import AUTHOR_NAME, DEMO_TEMPLATES, LENDER_CODE, REVIEWER_NAME, seed_templates
from lenders.seed import ensure_sandbox_lenders
from tests.contracts.template_world import an_operator, html

pytestmark = pytest.mark.django_db


@pytest.fixture
def _lenders(db: None) -> None:
    ensure_sandbox_lenders('http://127.0.0.1:9')


@pytest.mark.usefixtures('_lenders')
def test_every_form_is_published_by_a_second_person_who_cannot_log_in() -> None:
    seed_templates()
    versions = TemplateVersion.objects.select_related('author', 'reviewer', 'template__lender')
    assert len(versions) == len(DEMO_TEMPLATES) == 6
    for version in versions:
        assert (version.status, version.number, version.template.lender.code) == ('PUBLISHED', 1, LENDER_CODE)
        assert version.reviewer is not None
        assert (version.author.username, version.reviewer.username) == (AUTHOR_NAME, REVIEWER_NAME)
    users = get_user_model().objects.filter(username__in=(AUTHOR_NAME, REVIEWER_NAME))
    assert [(user.has_usable_password(), user.is_staff) for user in users] == [(False, False)] * 2


@pytest.mark.usefixtures('_lenders')
def test_a_second_time_changes_nothing() -> None:
    seed_templates()
    before = list(TemplateEvent.objects.values())
    seed_templates()
    assert list(TemplateEvent.objects.values()) == before


@pytest.mark.usefixtures('_lenders')
def test_what_operators_published_or_retired_stays() -> None:
    seed_templates()
    mine, gone = PrintTemplate.objects.filter(document='contract').order_by('id')
    author = an_operator()
    version = upload_version(template=mine, content=html(), source_name='mine.html', author=author)
    submit(version=version, actor=author)
    publish(version=version, reviewer=an_operator())
    retire(version=gone.versions.get(), actor=author, reason='проба')
    before = list(TemplateEvent.objects.values())
    seed_templates()
    assert list(TemplateEvent.objects.values()) == before


def test_the_consent_is_the_same_file_each_time() -> None:
    assert consent_form() == consent_form()
