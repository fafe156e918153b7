"""The evidence of a signature from the workstation: a reason is asked, written down, and the package is given."""
from __future__ import annotations

from typing import Any

import structlog
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.downloads import file_response
from contracts.evidence_check import Broken
from contracts.evidence_package import NoEvidence
from contracts.models import Contract, Signature
from contracts.services_evidence import export_evidence
from vault.address import client_ip
from vault.files import BlobDamaged

log = structlog.get_logger(__name__)
EXPORT = 'contracts.export_evidence'
LEAST_REASON = 5


class ReasonForm(forms.Form):
    """Why the personal data of a client leave the system."""

    reason = forms.CharField(
        label=gettext_lazy('reason'), min_length=LEAST_REASON, max_length=500, strip=True,
        widget=forms.Textarea(attrs={'rows': 3, 'cols': 70}))


def evidence_urls(model_admin: admin.ModelAdmin[Contract]) -> list[URLPattern]:
    """The address of the page, to stand before those of the model."""

    def page(request: HttpRequest, pk: int) -> HttpResponse:
        return evidence_page(model_admin, request, pk)

    return [path('<int:pk>/evidence/', model_admin.admin_site.admin_view(page), name='contracts_contract_evidence')]


def evidence_page(model_admin: admin.ModelAdmin[Contract], request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the reason; with one, note it and give the ZIP."""
    if not request.user.has_perm(EXPORT):
        raise PermissionDenied
    contract = get_object_or_404(Contract.objects.select_related('application', 'lender'), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == 'POST' and form.is_valid():
        return _give(request, contract, form.cleaned_data['reason'])
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request), 'opts': Contract._meta, 'title': _('Evidence of signing'),
        'contract': contract, 'form': form,
        'signatures': Signature.objects.filter(contract=contract).prefetch_related('records').order_by('id')}
    return TemplateResponse(request, 'admin/contracts/contract/evidence.html', context)


def _give(request: HttpRequest, contract: Contract, reason: str) -> HttpResponse:
    try:
        package = export_evidence(
            form_guid=str(contract.application.guid), actor=f'operator {request.user.get_username()}', reason=reason,
            ip=client_ip(request) or None)
    except NoEvidence:
        messages.error(request, _('Nothing of this form was signed'))
    except (Broken, BlobDamaged) as damage:
        log.error('evidence.damaged', contract=str(contract.guid), why=str(damage))
        messages.error(request, _('The evidence is damaged and was not given out: call those who run the system'))
    else:
        return file_response(package.zipped(), 'application/zip', f'{package.name}.zip', inline=False)
    return HttpResponseRedirect(reverse('admin:contracts_contract_change', args=[contract.pk]))
