"""manage.py jobs: see, start again and park jobs."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobs import services
from jobs.models import Job
from jobs.selectors import find_jobs


class Command(BaseCommand):
    """Verbs: list, retry, park."""

    help = 'List jobs, start them again at once, or park them.'

    def add_arguments(self, parser: CommandParser) -> None:
        """Verb, ids, and a choice by kind, state and subject."""
        parser.add_argument('verb', choices=('list', 'retry', 'park'))
        parser.add_argument('ids', nargs='*', type=int)
        parser.add_argument('--kind', default='')
        parser.add_argument('--state', default='', choices=('', *Job.State.values))
        parser.add_argument('--subject', default='')
        parser.add_argument('--limit', type=int, default=100, help='how many to list')
        parser.add_argument('--reason', default='parked by hand')
        parser.add_argument('--json', action='store_true', help='JSON lines and nothing else')

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        found = find_jobs(kind=options['kind'], state=options['state'], subject=options['subject'])
        if options['ids']:
            found = found.filter(id__in=options['ids'])
        if options['verb'] == 'list':
            for job in found[:options['limit']]:
                self._show(job, as_json=options['json'])
            return
        if not any(options[name] for name in ('ids', 'kind', 'state', 'subject')):
            raise CommandError('Say which jobs: ids, --kind, --state or --subject.')
        ids = list(found.values_list('id', flat=True))
        if options['verb'] == 'retry':
            count = services.retry(job_ids=ids)
        else:
            count = services.park(job_ids=ids, reason=options['reason'])
        self.stdout.write(json.dumps({'changed': count}) if options['json'] else f'{count} changed')

    def _show(self, job: Job, *, as_json: bool) -> None:
        shown = {
            'id': job.pk, 'kind': job.kind, 'subject': job.subject, 'state': job.state, 'queue': job.queue,
            'attempts': job.attempts, 'due_at': job.due_at.isoformat(),
            'lease_until': job.lease_until and job.lease_until.isoformat(), 'last_error': job.last_error,
        }
        self.stdout.write(json.dumps(shown, ensure_ascii=False) if as_json else ' '.join(
            f'{name}={value}' for name, value in shown.items() if value not in {None, ''}))
