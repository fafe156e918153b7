"""Letters, each as a job that knows ids only: the token is made when the letter is, and only its hash is kept."""
from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone

from denimhub.registration import letters
from denimhub.registration.services import LINK_HOURS
from denimhub.registration.services_team import INVITATION_HOURS
from denimhub.registration.tokens import new_token
from jobs.registry import Run, job
from partners.models_company import Company, Invitation, LiveStatus, Registration
from partners.models_staff import PartnerStaff, Role

LETTERS_PER_DAY: Final = 3
"""To one address in 24 hours: nobody fills a stranger's mailbox through us."""
_BACKOFF: Final = (5, 15, 60, 300, 900)


@job('registration.send_confirmation', queue='lenders', backoff_seconds=_BACKOFF)
def send_confirmation(run: Run) -> None:
    """The link that confirms an e-mail; for a known one the news that it is known. The subject is the registration."""
    row = Registration.objects.filter(pk=run.subject, confirmed_at__isnull=True).first()
    if row is None or _letters_today(row) > LETTERS_PER_DAY:
        return
    contact: dict[str, Any] = row.contact
    context: dict[str, Any] = {'name': contact['name'], 'company': row.company_name, 'hours': LINK_HOURS}
    if get_user_model().objects.filter(username=contact['email']).exists():
        letters.send(to=contact['email'], subject='DenimHub: вы уже зарегистрированы', template='known',
                     context=context, message_id=f'known-{row.guid}-{run.attempt}')
        return
    token, token_hash = new_token()
    with run.note():
        Registration.objects.filter(pk=row.pk).update(
            token_hash=token_hash, token_expires_at=timezone.now() + timedelta(hours=LINK_HOURS))
    letters.send(to=contact['email'], subject='DenimHub: подтвердите адрес', template='confirm',
                 context=context | {'link': f'{settings.PUBLIC_URL}/registration/confirm/{token}/'},
                 message_id=f'confirm-{row.guid}-{run.attempt}')


@job('registration.send_decision', queue='lenders', backoff_seconds=_BACKOFF)
def send_decision(run: Run) -> None:
    """Approved or refused, to all owners; no guid in it. The subject is the company."""
    company = Company.objects.select_related('sandbox').get(pk=run.subject)
    if company.live_status == LiveStatus.PENDING:
        return
    is_approved = company.live_status == LiveStatus.APPROVED
    partners = [one for one in (company.sandbox_id, company.live_id) if one is not None]
    owners = PartnerStaff.objects.select_related('user').filter(
        partner_id__in=partners, role=Role.OWNER, user__is_active=True).order_by('pk')
    for staff in owners:
        letters.send(
            to=staff.user.email, template='approved' if is_approved else 'refused',
            subject=f'DenimHub: {"боевая работа одобрена" if is_approved else "заявка на боевую работу отклонена"}',
            context={'name': staff.user.first_name, 'company': company.name, 'reason': company.reason},
            message_id=f'decision-{company.guid}-{staff.pk}-{company.live_status}')


@job('registration.send_invitation', queue='lenders', backoff_seconds=_BACKOFF)
def send_invitation(run: Run) -> None:
    """The link by which a person joins the team of a partner. The subject is the invitation."""
    row = Invitation.objects.select_related('partner').filter(
        pk=run.subject, used_at__isnull=True, withdrawn_at__isnull=True).first()
    if row is None:
        return
    contact: dict[str, Any] = row.contact
    context: dict[str, Any] = {'name': contact['name'], 'company': row.partner.name, 'hours': INVITATION_HOURS}
    if get_user_model().objects.filter(username=contact['email'], is_active=True).exists():
        letters.send(to=contact['email'], subject='DenimHub: у вас уже есть вход', template='invited_known',
                     context=context, message_id=f'invited-{row.guid}-{run.attempt}')
        return
    token, token_hash = new_token()
    with run.note():
        Invitation.objects.filter(pk=row.pk).update(token_hash=token_hash)
    letters.send(to=contact['email'], subject='DenimHub: приглашение', template='invitation',
                 context=context | {'link': f'{settings.PUBLIC_URL}/partner/join/{token}/'},
                 message_id=f'invitation-{row.guid}-{run.attempt}')


def _letters_today(row: Registration) -> int:
    """Which letter to this address in 24 hours it would be."""
    since = row.created_at - timedelta(days=1)
    return Registration.objects.filter(
        email_index=row.email_index, created_at__gt=since, pk__lte=row.pk).count()
