"""Forms of registration and of a partner's own pages. Texts in Russian straight away, as in their templates."""
from __future__ import annotations

from typing import Any, Final

import phonenumbers
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.validators import URLValidator

from partners.models_staff import Role
from partners.rules import clean_inn

LONGEST_PASSWORD: Final = 128
_INN: Final = {'inputmode': 'numeric', 'autocomplete': 'off'}


class _PlainForm(forms.Form):
    """Marks wrong fields for screen readers and ties their help to them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ''
        for name, field in self.fields.items():
            if field.help_text:
                field.widget.attrs.setdefault('aria-describedby', f'id_{name}_help')


class RegistrationForm(_PlainForm):
    """A partner's representative signs up."""

    company_name = forms.CharField(
        label='Компания', max_length=200, min_length=2,
        help_text='Как в уставе, например ООО «Ромашка» или ИП Ромашкин А. А.',
        widget=forms.TextInput(attrs={'autocomplete': 'organization'}))
    inn = forms.CharField(
        label='ИНН', max_length=20, help_text='10 цифр у компании, 12 – у предпринимателя',
        widget=forms.TextInput(attrs=_INN))
    contact_name = forms.CharField(
        label='Как к вам обращаться', max_length=150, widget=forms.TextInput(attrs={'autocomplete': 'name'}))
    email = forms.EmailField(
        label='Электронная почта', max_length=150,
        help_text='Станет именем для входа. На неё придёт ссылка подтверждения',
        widget=forms.EmailInput(attrs={'autocomplete': 'email'}))
    phone = forms.CharField(
        label='Телефон', max_length=30, widget=forms.TextInput(attrs={'autocomplete': 'tel', 'type': 'tel'}))
    site = forms.CharField(
        label='Сайт', max_length=200, required=False, help_text='Если есть: https://shop.example.ru',
        widget=forms.TextInput(attrs={'autocomplete': 'url', 'inputmode': 'url'}))
    password = forms.CharField(
        label='Пароль', max_length=LONGEST_PASSWORD, strip=False,
        help_text='Не короче 15 знаков. Проще всего запомнить фразу из нескольких слов',
        widget=forms.PasswordInput(attrs={'autocomplete': 'new-password'}))
    consent = forms.BooleanField(
        label='Я согласен на обработку указанных здесь персональных данных для подключения компании к DenimHub',
        error_messages={'required': 'Без согласия зарегистрировать нельзя'})
    fax = forms.CharField(
        label='Не заполняйте это поле', required=False, max_length=200,
        widget=forms.TextInput(attrs={'autocomplete': 'off', 'tabindex': '-1'}))

    @property
    def is_by_a_robot(self) -> bool:
        """A field that people do not see was filled in."""
        return bool(self.cleaned_data.get('fax'))

    def clean_inn(self) -> str:
        """With right check digits."""
        try:
            return clean_inn(self.cleaned_data['inn'])
        except ValueError as wrong:
            raise forms.ValidationError(str(wrong)) from wrong

    def clean_email(self) -> str:
        """In lower case: it becomes the user name."""
        return str(self.cleaned_data['email']).lower()

    def clean_phone(self) -> str:
        """Any real number, as E.164."""
        try:
            number = phonenumbers.parse(self.cleaned_data['phone'], 'RU')
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_valid_number(number):
            raise forms.ValidationError('Проверьте номер: например +7 495 123-45-67')
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def clean_site(self) -> str:
        """A web address; the scheme may be left out."""
        site = str(self.cleaned_data['site']).strip()
        if not site:
            return ''
        if '://' not in site:
            site = f'https://{site}'
        URLValidator(schemes=['http', 'https'], message='Проверьте адрес: например https://shop.example.ru')(site)
        return site

    def clean(self) -> dict[str, Any]:
        """The password is judged with what was said about its owner."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if 'password' in values:
            email = values.get('email', '')
            person = get_user_model()(
                username=email, email=email, first_name=values.get('contact_name', ''),
                last_name=values.get('company_name', ''))
            try:
                validate_password(values['password'], person)
            except forms.ValidationError as weak:
                self.add_error('password', weak)
        return values


class PasswordForm(_PlainForm):
    """An invited person chooses a password."""

    password = forms.CharField(
        label='Пароль', max_length=LONGEST_PASSWORD, strip=False,
        help_text='Не короче 15 знаков. Проще всего запомнить фразу из нескольких слов',
        widget=forms.PasswordInput(attrs={'autocomplete': 'new-password'}))

    def __init__(self, *args: Any, email: str, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = get_user_model()(username=email, email=email, first_name=name)

    def clean_password(self) -> str:
        """Long and uncommon enough."""
        password: str = self.cleaned_data['password']
        validate_password(password, self.person)
        return password


class InvitationForm(_PlainForm):
    """An owner calls a person into the team."""

    name = forms.CharField(label='Имя', max_length=150)
    email = forms.EmailField(label='Электронная почта', max_length=150)
    role = forms.ChoiceField(label='Роль', choices=[
        (Role.EMPLOYEE, 'Сотрудник: видит заявки, вызовы, точки'),
        (Role.OWNER, 'Владелец: ещё приглашает людей и выпускает ключи')])

    def clean_email(self) -> str:
        """In lower case: it becomes the user name."""
        return str(self.cleaned_data['email']).lower()
