"""Reads of lenders' templates: what is published, the content of a version, its journal."""
from __future__ import annotations

from collections.abc import Collection

from contracts.models_templates import PrintTemplate, TemplateEvent, TemplateStage, TemplateVersion
from contracts.statuses import TemplateStatus
from vault.files import BlobDamaged, read_file


def published_versions(lender_ids: Collection[int], *, kind: str, stage: TemplateStage) -> list[TemplateVersion]:
    """What these lenders' forms are printed from, in the order in which a client is shown the forms."""
    rows = TemplateVersion.objects.select_related('template__lender', 'file').filter(
        template__lender_id__in=lender_ids, template__kind=kind, template__stage=stage,
        status=TemplateStatus.PUBLISHED)
    return list(rows.order_by('template__lender__code', 'template__position', 'template_id'))


def published_version(template: PrintTemplate) -> TemplateVersion | None:
    """The version that is printed now."""
    return TemplateVersion.objects.select_related('file').filter(
        template=template, status=TemplateStatus.PUBLISHED).first()


def content_of(version: TemplateVersion) -> bytes:
    """The file as it was uploaded. Raises BlobDamaged when it is not what was checked and reviewed."""
    if version.file.sha256 != version.sha256:
        raise BlobDamaged(f'template version {version.guid} names another file')
    return read_file(version.file)


def events_of(template: PrintTemplate, version: TemplateVersion | None = None) -> list[TemplateEvent]:
    """The journal of a template, or of one of its versions, oldest first."""
    rows = TemplateEvent.objects.filter(template=template).select_related('version').order_by('id')
    return list(rows if version is None else rows.filter(version=version))


def version_before(version: TemplateVersion) -> TemplateVersion | None:
    """What a reviewer compares a version with: the published one, or else the version uploaded before it."""
    published = published_version(version.template)
    if published is not None and published.pk != version.pk:
        return published
    return TemplateVersion.objects.select_related('file').filter(
        template_id=version.template_id, number__lt=version.number).order_by('-number').first()
