"""A lender's own form: a published version of its template, filled with the values of a deal."""
from __future__ import annotations

from contracts.forms.contract import safe_in_name
from contracts.forms.data import FormKind
from contracts.models_templates import TemplateVersion
from contracts.selectors_templates import content_of
from contracts.templates.engine import TemplateFailed, render_template
from contracts.templates.samples import sample_values
from contracts.templates.values import Values
from contracts.templates.variables import Stage
from vault.files import BlobDamaged


class FormNotPrinted(Exception):
    """A form cannot be made from its template; the reason names the version and holds nothing of the client."""


def origin_of(version: TemplateVersion) -> str:
    """How a document remembers what it was made from: `template 7 version 3`."""
    return f'template {version.template_id} version {version.number}'


def print_version(version: TemplateVersion, values: Values) -> bytes:
    """The PDF of a version filled with values. Raises FormNotPrinted."""
    try:
        return render_template(version.format, content_of(version), values)
    except (TemplateFailed, BlobDamaged) as failed:
        raise FormNotPrinted(f'{origin_of(version)}: {failed}') from failed


def preview(version: TemplateVersion) -> bytes:
    """The PDF of any version, published or not, filled with invented people. Raises FormNotPrinted."""
    template = version.template
    return print_version(version, sample_values(FormKind(template.kind), Stage(template.stage)))


def client_file_name(version: TemplateVersion, number: str) -> str:
    """What the client's file is called, with the contract's number where the template asks for it."""
    return version.template.file_name.replace('{number}', safe_in_name(number))
