"""The forms by which an operator hands in a lender's template; what is wrong with the file stands beside the file."""
from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from contracts.models_templates import PrintTemplate, TemplateStage, TemplateVersion
from contracts.services_templates import (
    MOST_BYTES,
    TemplateRefused,
    add_template,
    check_file_name,
    upload_version,
)
from lenders.models import Lender
from partners.models import Kind

_SUGGESTED = ('contract', 'schedule', 'personal_data', 'credit_bureau', 'insurance')


class VersionForm(forms.Form):
    """A file and what is new in it. `save()` is the upload itself: False when the form shows why it was refused."""

    content = forms.FileField(
        label=_('File'), help_text=_('HTML in UTF-8 up to 1 MiB, or a PDF with form fields up to 10 MiB and 50 pages'))
    comment = forms.CharField(label=_('What is new'), max_length=500, required=False)
    uploaded: TemplateVersion

    def __init__(self, *args: Any, author: User, template: PrintTemplate | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.author = author
        self.template = template

    def clean_content(self) -> UploadedFile[bytes]:
        """Refused by its size before it is read."""
        file: UploadedFile[bytes] = self.cleaned_data['content']
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_('The file is longer than 10 MiB'))
        return file

    def save(self) -> bool:
        """Upload; everything that is wrong with the file becomes an error of its field."""
        file: UploadedFile[bytes] = self.cleaned_data['content']
        try:
            self.uploaded = self._upload(file.read(), file.name or '')
        except TemplateRefused as refused:
            self.add_error(refused.about if refused.about in self.fields else 'content', list(refused.messages))
            return False
        return True

    def _upload(self, content: bytes, source_name: str) -> TemplateVersion:
        if self.template is None:
            raise ValueError('a new version belongs to a template')
        return upload_version(
            template=self.template, content=content, source_name=source_name, author=self.author,
            comment=self.cleaned_data['comment'])


class NewTemplateForm(VersionForm):
    """The same for a form that the lender had no template of."""

    lender = forms.ModelChoiceField(Lender.objects.order_by('name'), label=_('Lender'))
    kind = forms.ChoiceField(label=_('Kind of credit'), choices=Kind.choices)
    stage = forms.ChoiceField(
        label=_('Stage'), choices=TemplateStage.choices,
        help_text=_('Consents are shown with the offers; the rest is printed with the contract'))
    document = forms.SlugField(
        label=_('Kind of document'), max_length=30, widget=forms.TextInput(attrs={'list': 'document-kinds'}),
        help_text=_('contract, schedule, personal_data, credit_bureau, insurance or a word of your own'))
    title = forms.CharField(label=_('Title'), max_length=200, help_text=_('For operators'))
    file_name = forms.CharField(
        label=_('File name for the client'), max_length=194,
        help_text=_('Ends with .pdf; {number} stands for the number of the contract'))
    position = forms.IntegerField(
        label=_('Position'), min_value=0, max_value=1000, initial=10, help_text=_('Lower ones are shown first'))
    field_order = ('lender', 'kind', 'stage', 'document', 'title', 'file_name', 'position', 'content', 'comment')
    suggested = _SUGGESTED

    def _upload(self, content: bytes, source_name: str) -> TemplateVersion:
        values = dict(self.cleaned_data)
        del values['content']
        values['stage'] = TemplateStage(values['stage'])
        return add_template(**values, content=content, source_name=source_name, author=self.author)


class DescriptionForm(forms.ModelForm[PrintTemplate]):
    """How a form is called and where it stands."""

    class Meta:
        model = PrintTemplate
        fields = ('title', 'file_name', 'position')

    def clean_file_name(self) -> str:
        """As the service wants it."""
        file_name: str = self.cleaned_data['file_name']
        try:
            check_file_name(file_name, self.instance.kind, self.instance.stage)
        except TemplateRefused as refused:
            raise forms.ValidationError(list(refused.messages)) from refused
        return file_name
