"""People of the back office in the workstation: who they are, what groups they are in, and the journal of changes."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from denimhub.people.access import demand
from denimhub.people.matrix import PARTNER, matrix
from denimhub.people.second_step import has_second_step
from denimhub.people.services import hire, password_link, reset_second_step, save_person
from partners.staff import partner_of
from vault.admin_pages import ReadOnly

CHANGE, LINK, RESET = 'users.change', 'users.password_link', 'users.reset_totp'


class PersonForm(forms.ModelForm[User]):
    """Names, groups and whether the account is open; rights come from groups only."""

    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), label=_('groups'), required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = User
        fields = ('username', 'last_name', 'first_name', 'email', 'is_active', 'groups')

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if 'groups' in self.fields:
            names = [name for name in matrix().groups if name != PARTNER]
            field: Any = self.fields['groups']
            field.queryset = Group.objects.filter(name__in=names).order_by('pk')
            field.label_from_instance = group_title

    def clean_username(self) -> str:
        """An e-mail is the same in any case."""
        name: str = self.cleaned_data['username']
        return name.lower() if '@' in name else name


def group_title(group: Group) -> str:
    """What people call it."""
    found = matrix().groups.get(group.name)
    return group.name if found is None else found.title


# Django's own pages of people, and allauth's, of which one would show the secrets of the second step.
_OF_OTHERS = (User, Group, EmailAddress, EmailConfirmation, Authenticator)
admin.site.unregister([model for model in _OF_OTHERS if admin.site.is_registered(model)])


@admin.register(User)
class PersonAdmin(ModelAdmin[User]):
    """Made by the security administrator, who changes anybody but the superuser and themselves."""

    form = PersonForm
    list_display = ('username', 'last_name', 'first_name', 'shown_groups', 'is_active', 'second_step', 'last_login')
    list_filter = ('is_active', 'groups', 'is_superuser')
    search_fields = ('=username', '=last_name', '=email')
    ordering = ('username',)
    fields = ('username', 'last_name', 'first_name', 'email', 'is_active', 'groups', 'last_login', 'date_joined',
              'second_step', 'works_for')
    readonly_fields = ('last_login', 'date_joined', 'second_step', 'works_for')
    actions = None
    change_form_template = 'admin/people/person.html'

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With their groups."""
        return super().get_queryset(request).prefetch_related('groups')

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """A new person has no history yet; groups of a partner's staff are not changed here."""
        if obj is None:
            return self.fields[:6]
        hidden = {'groups'} if partner_of(obj) is not None else {'works_for'}
        return [name for name in self.fields if name not in hidden]

    @admin.display(description=_('groups'))
    def shown_groups(self, obj: User) -> str:
        """Titles."""
        return ', '.join(group_title(group) for group in obj.groups.all())

    @admin.display(description=_('second step of the log-in'), boolean=True)
    def second_step(self, obj: User) -> bool:
        """Whether it is set up."""
        return has_second_step(obj)

    @admin.display(description=_('works for'))
    def works_for(self, obj: User) -> str:
        """The partner."""
        return str(partner_of(obj) or '')

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody changes their own account or a superuser's; a superuser may."""
        return super().has_change_permission(request, obj) and (obj is None or may_touch(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Accounts are closed, never deleted: journals name them."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """By the services."""
        if change:
            save_person(person=obj, changed=form.changed_data, by=request.user)
        else:
            hire(person=obj, by=request.user)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = '', extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """With the buttons of this person's rights."""
        person = self.get_object(request, object_id)
        is_open = person is not None and may_touch(request, person) and request.user.has_perm('auth.change_user')
        return super().change_view(request, object_id, form_url, {
            **(extra_context or {}), 'may_act': is_open, 'show_save_and_add_another': False})

    def get_urls(self) -> list[URLPattern]:
        """With the two pages of acts."""
        view = self.admin_site.admin_view
        return [
            path('<int:pk>/password-link/', view(self.link), name='people_password_link'),
            path('<int:pk>/reset-second-step/', view(self.reset), name='people_reset_second_step'),
            *super().get_urls()]

    def link(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Shows a link by which the person sets a password; the old one stops working."""
        def act(person: User) -> HttpResponseBase:
            url = request.build_absolute_uri(password_link(person=person, by=request.user))
            return self._page(request, person, _('Link for a new password'), lines=[(_('Give it to the person'), url)])

        return self._ask(request, pk, LINK, _('Link for a new password'), act)

    def reset(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Takes the second step off, for who has lost the telephone."""
        def act(person: User) -> HttpResponseBase:
            reset_second_step(person=person, by=request.user)
            messages.success(request, gettext('The person sets the second step up anew at the next log-in'))
            return HttpResponseRedirect(reverse('admin:auth_user_change', args=[person.pk]))

        return self._ask(request, pk, RESET, _('Take off the second step'), act)

    def _ask(
        self, request: HttpRequest, pk: int, action: str, title: Any, act: Callable[[User], HttpResponseBase],
    ) -> HttpResponseBase:
        demand(request.user, action)
        person = get_object_or_404(User, pk=pk)
        if not may_touch(request, person):
            raise PermissionDenied(gettext('Not for this account'))
        return act(person) if request.method == 'POST' else self._page(request, person, title, submit=title)

    def _page(
        self, request: HttpRequest, person: User, title: Any, *, lines: Any = (), submit: Any = '',
    ) -> HttpResponseBase:
        return TemplateResponse(request, 'admin/people/ask.html', {
            **self.admin_site.each_context(request), 'title': title, 'opts': self.opts, 'submit': submit,
            'lines': [(_('user'), person.get_username()), *lines],
            'back': reverse('admin:auth_user_change', args=[person.pk])})


def may_touch(request: HttpRequest, person: User) -> bool:
    """Not oneself, and not a superuser unless one is a superuser."""
    user: Any = request.user
    return bool(user.is_superuser) or (person.pk != user.pk and not person.is_superuser)


@admin.register(Group)
class GroupAdmin(ReadOnly, ModelAdmin[Group]):
    """What a group may do, as the data file says; nothing is ticked here."""

    list_display = ('title', 'name')
    fields = readonly_fields = ('title', 'name', 'rights')
    ordering = ('pk',)
    actions = None

    @admin.display(description=_('title'))
    def title(self, obj: Group) -> str:
        """In Russian."""
        return group_title(obj)

    @admin.display(description=_('rights'))
    def rights(self, obj: Group) -> SafeString:
        """Permissions, one a line."""
        return format_html_join(SafeString('<br>'), '{}', ((one,) for one in sorted(
            matrix().permissions_of([obj.name]))))


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnly, ModelAdmin[LogEntry]):
    """What was changed by hand, by whom."""

    list_display = ('action_time', 'user', 'content_type', 'object_repr', 'action_flag')
    list_filter = ('action_flag', 'content_type')
    list_select_related = ('user', 'content_type')
    search_fields = ('=object_id', '=user__username')
    ordering = ('-id',)
    show_full_result_count = False
    fields = readonly_fields = (
        'action_time', 'user', 'content_type', 'object_id', 'object_repr', 'action_flag', 'get_change_message')
    actions = None
