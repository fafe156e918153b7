"""Staff of a partner: own rows in lists, choices and filters, and nothing at all where no way leads to the partner."""
from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.db.models import Model
from django.test import RequestFactory

from applications.models import Application
from denimhub.people.access import own_rows
from denimhub.people.matrix import matrix
from partners.models import Partner, Point
from tests.people.people import a_person, browser, staff_of
from tests.world import a_lender, a_partner, a_point, an_application

pytestmark = pytest.mark.django_db
MODELS = sorted((model for model in apps.get_models() if model._meta.managed), key=lambda model: model._meta.label)


def asked_by(user: Any) -> Any:
    request: Any = RequestFactory().get('/')
    request.user = user
    return request


def page_of(model: type[Model]) -> ModelAdmin[Any]:
    return admin.site._registry[model]


@pytest.mark.parametrize('model', MODELS, ids=lambda model: model._meta.label)
def test_a_model_without_a_way_to_a_partner_shows_them_nothing(model: type[Model]) -> None:
    partner = a_partner()
    an_application(a_point(partner))
    a_lender()
    mine, other = staff_of(partner), staff_of(a_partner())
    rule = matrix().models.get(model._meta.label_lower)
    everything = model._default_manager.all()
    if rule is None or not rule.partner:
        assert not own_rows(everything, mine).exists()
    else:
        assert not own_rows(everything, mine).filter(pk__in=own_rows(everything, other)).exists()
    assert own_rows(everything, a_person('supervisor')).count() == everything.count()


def test_lists_histories_and_searches_begin_with_own_rows() -> None:
    partner, stranger = a_partner(), a_partner()
    mine, foreign = an_application(a_point(partner)), an_application(a_point(stranger))
    page, user = page_of(Application), staff_of(partner)
    assert list(page.get_queryset(asked_by(user))) == [mine]
    client = browser(user)
    for part in ('change', 'history'):
        assert client.get(f'/admin/applications/application/{mine.pk}/{part}/').status_code == 200
        assert client.get(f'/admin/applications/application/{foreign.pk}/{part}/').status_code in {302, 404}
    for query in (f'?q={foreign.guid}', f'?partner__id__exact={stranger.pk}', f'?partner={stranger.pk}'):
        text = client.get(f'/admin/applications/application/{query}').content.decode()
        assert str(foreign.guid) not in text.replace(f'value="{foreign.guid}"', '')
        assert stranger.name not in text


def test_choices_of_a_form_are_own_rows() -> None:
    partner = a_partner()
    own, _foreign = a_point(partner), a_point(a_partner())
    field: Any = Application._meta.get_field('point')
    page = page_of(Application)
    offered: Any = page.formfield_for_foreignkey(field, asked_by(staff_of(partner)))
    assert list(offered.queryset) == [own]
    everything: Any = page.formfield_for_foreignkey(field, asked_by(a_person('supervisor')))
    assert everything.queryset.count() == Point.objects.count() == 2


def test_no_filter_lists_what_others_have() -> None:
    partner: Partner = a_partner()
    user = staff_of(partner)
    for page in admin.site._registry.values():
        for one in page.get_list_filter(asked_by(user)):
            name = one[0] if isinstance(one, (list, tuple)) else one
            if isinstance(name, str):
                assert not page.opts.get_field(name).is_relation, f'{page.opts.label}: {one}'
            else:
                assert getattr(one, 'is_for_partners', False), f'{page.opts.label}: {one}'
