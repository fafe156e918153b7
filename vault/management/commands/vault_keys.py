"""manage.py vault_keys: make, extend and show key sets. It prints lines for the environment and stores nothing."""

import json
from dataclasses import asdict
from typing import Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser

from vault import keys, keysets, signing
from vault.keysets import BadKeySet, Purpose


class Command(BaseCommand):
    """Verbs: new, add, promote, drop, list, public."""

    help = 'Make and change key sets. Prints environment lines; keep them in a secret store.'

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-command per verb."""
        verbs = parser.add_subparsers(dest='verb', required=True)
        new = verbs.add_parser('new', help='five fresh key sets')
        new.add_argument('--development', action='store_true', help='marked so that production refuses them')
        add = verbs.add_parser('add', help='a fresh key in a set: the primary one, unless --reader')
        add.add_argument('purpose', choices=keysets.PURPOSES)
        add.add_argument('--reader', action='store_true', help='reads only, until promoted (roll out in two steps)')
        add.add_argument('--development', action='store_true', help='marked so that production refuses it')
        for verb, told in (('promote', 'make a key of a set the primary one'), ('drop', 'take a key out of a set')):
            other = verbs.add_parser(verb, help=told)
            other.add_argument('purpose', choices=keysets.PURPOSES)
            other.add_argument('key_id', type=int)
        shown = verbs.add_parser('list', help='ids of the keys of this environment')
        shown.add_argument('--json', action='store_true')
        public = verbs.add_parser('public', help='public keys (PEM) that packages of evidence are verified with')
        public.add_argument('--json', action='store_true')

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the new lines."""
        try:
            if options['verb'] == 'new':
                for purpose in keysets.PURPOSES:
                    self._print(purpose, keysets.new_key_set(purpose, development=options['development']))
            elif options['verb'] == 'list':
                self._list(as_json=options['json'])
            elif options['verb'] == 'public':
                self._public(as_json=options['json'])
            else:
                purpose = cast(Purpose, options['purpose'])
                self._print(purpose, self._changed(purpose, options))
        except BadKeySet as error:
            raise CommandError(str(error)) from error

    def _changed(self, purpose: Purpose, options: dict[str, Any]) -> str:
        present = keys.key_set(purpose)
        if not present:
            raise BadKeySet(f'{keys.SETTINGS[purpose]} is not set')
        if options['verb'] == 'promote':
            return keysets.promote(present, options['key_id'])
        if options['verb'] == 'drop':
            return keysets.drop_key(present, options['key_id'])
        add = keysets.add_reader if options['reader'] else keysets.add_key
        return add(present, purpose, development=options['development'])

    def _print(self, purpose: Purpose, key_set: str) -> None:
        self.stdout.write(f"{keys.SETTINGS[purpose]}='{key_set}'")

    def _list(self, *, as_json: bool) -> None:
        infos = {keys.SETTINGS[purpose]: keys.info(purpose) for purpose in keysets.PURPOSES if keys.key_set(purpose)}
        if as_json:
            self.stdout.write(json.dumps({
                name: {'primary': info.primary_key_id, 'keys': info.key_ids, 'development': info.is_development}
                for name, info in infos.items()}))
            return
        for name, info in infos.items():
            for key_id in info.key_ids:
                marks = [' primary'] * (key_id == info.primary_key_id)
                marks += [' development'] * keysets.is_development_key(key_id)
                self.stdout.write(f'{name} {key_id}{"".join(marks)}')

    def _public(self, *, as_json: bool) -> None:
        """All public keys of VAULT_SIGN_KEYS, to be given away: the file is what `verify.py --key` takes."""
        found = signing.public_keys()
        if as_json:
            self.stdout.write(json.dumps([asdict(key) for key in found]))
            return
        for key in found:
            self.stdout.write(f'# key {key.key_id}{" (signs now)" * key.is_primary}, SHA-256 {key.fingerprint}')
            self.stdout.write(key.pem, ending='')
