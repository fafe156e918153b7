"""The documents name only what there is: links, commands with their flags, make targets, settings, jobs, states."""
from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class

from applications.statuses import APPLICATION_MOVES, MoveTable
from contracts.statuses import CONTRACT_MOVES, TEMPLATE_MOVES
from denimhub.conf.environment import ROOT
from jobs import registry
from offers.statuses import OFFER_MOVES, SUBMISSION_MOVES
from tests.denimhub.documents import ARCHITECTURE, DOCS, OPERATIONS, anchors_of, links_of, text_of

ENV_EXAMPLE = text_of(ROOT / '.env.example')
OUR_APPS = (
    'vault', 'jobs', 'partners', 'applications', 'lenders', 'offers', 'contracts', 'scans', 'registries', 'denimhub')
_COMMAND = re.compile(r'manage\.py ([a-z_]+)((?: --?[a-z][a-z-]*(?:[= ][^\s`|]+)?| [a-z]+)*)')
_SETTING_READ = re.compile(
    r"""env\.\w+\(\s*'([A-Z_]+)'|environ(?:\.get)?[\[(]'([A-Z_]+)'|given\.get\('([A-Z_]+)'""")
# Read by the development stack and by tests only; told in operations, not in the example of a production environment.
_NOT_OF_PRODUCTION = {
    'HOST', 'SANDBOX_PORT', 'MAKELEVEL', 'DENIMHUB_STACK', 'DENIMHUB_FAILPOINT', 'DENIMHUB_FAILPOINT_FLAG'}
_INNER = {'MAKELEVEL', 'DENIMHUB_STACK'}


@pytest.mark.parametrize('path', DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    broken = []
    for target in links_of(path):
        if re.match(r'[a-z]+:', target):
            continue
        name, _, anchor = target.partition('#')
        file = (path.parent / name).resolve() if name else path
        if not file.exists() or (anchor and anchor not in anchors_of(file)):
            broken.append(target)
    assert broken == []


def _mentioned_commands() -> Iterator[tuple[str, str, str]]:
    for path in DOCS:
        for name, rest in _COMMAND.findall(text_of(path)):
            yield str(path.relative_to(ROOT)), name, rest


def test_every_command_named_in_the_documents_exists_with_its_flags() -> None:
    wrong = []
    for place, name, rest in _mentioned_commands():
        app = get_commands().get(name)
        if app is None:
            wrong.append(f'{place}: {name}')
            continue
        known = _flags(app if not isinstance(app, str) else load_command_class(app, name), name)
        wrong += [f'{place}: {name} {flag}' for flag in re.findall(r'(?<= )--[a-z-]+', rest) if flag not in known]
    assert wrong == []


def _flags(command: Any, name: str) -> set[str]:
    """All flags of a command, those of its verbs included."""
    parser = command.create_parser('manage.py', name)
    found = set(re.findall(r'--[a-z][a-z-]*', parser.format_help()))
    for action in parser._actions:
        if hasattr(action, 'add_parser'):
            for verb in action.choices.values():
                found |= set(re.findall(r'--[a-z][a-z-]*', verb.format_help()))
    return found


def test_every_command_of_ours_is_in_operations() -> None:
    ours = {name for name, app in get_commands().items() if app in OUR_APPS}
    assert {name for name in ours if f'manage.py {name}' not in OPERATIONS} == set()


def test_every_make_target_named_exists() -> None:
    targets = set(re.findall(r'^([a-z]+):', text_of(ROOT / 'Makefile'), re.MULTILINE))
    named = {name for path in DOCS for name in re.findall(r'`(?:[A-Z_]+=\S+ )*make ([a-z]+)', text_of(path))}
    assert named - targets == set()


def _settings_read() -> set[str]:
    names: set[str] = set()
    for app in (*OUR_APPS, 'sandbox'):
        for path in (ROOT / app).rglob('*.py'):
            for groups in _SETTING_READ.findall(text_of(path)):
                names |= {name for name in groups if name}
    names |= set(re.findall(r'\$\{([A-Z_]+)', text_of(ROOT / 'Procfile')))
    # The last three belong to WSGI's environ (PEP 3333), which is another thing of that name.
    return names - {'DJANGO_SETTINGS_MODULE', 'PATH', 'HOME', 'PATH_INFO', 'REQUEST_METHOD', 'SCRIPT_NAME'}


def _settings_explained() -> set[str]:
    return set(re.findall(r'^([A-Z_]+)=', ENV_EXAMPLE, re.MULTILINE))


def test_every_setting_is_in_the_example_and_in_operations() -> None:
    names = _settings_read()
    assert names - _settings_explained() - _NOT_OF_PRODUCTION == set()
    assert {name for name in names - _INNER if f'`{name}`' not in OPERATIONS} == set()


def test_the_example_and_operations_name_no_setting_that_nobody_reads() -> None:
    assert _settings_explained() - _settings_read() == set()
    section = OPERATIONS.split('## Environment', 1)[1].split('\n## ', 1)[0]
    assert set(re.findall(r'^\| `([A-Z_]+)`', section, re.MULTILINE)) - _settings_read() == set()


def _drawn(title: str) -> MoveTable:
    block = ARCHITECTURE.split(f'%% {title}\n', 1)[1].split('```', 1)[0]
    moves: dict[str, set[str]] = {}
    for source, target in re.findall(r'(\w+|\[\*\]) --> (\w+|\[\*\])', block):
        moves.setdefault(source, set()).add(target)
    del moves['[*]']
    return {source: frozenset(targets - {'[*]'}) for source, targets in moves.items()}


@pytest.mark.parametrize(('title', 'declared'), [
    ('Application', APPLICATION_MOVES), ('Submission', SUBMISSION_MOVES), ('Offer', OFFER_MOVES),
    ('Contract', CONTRACT_MOVES), ('Version of a template', TEMPLATE_MOVES)])
def test_the_drawn_states_are_the_declared_ones(title: str, declared: MoveTable) -> None:
    assert _drawn(title) == {str(source): frozenset(map(str, targets)) for source, targets in declared.items()}


def test_every_job_named_in_the_documents_exists() -> None:
    kinds = {kind.name for kind in registry.kinds()}
    rooms = '|'.join(sorted({kind.partition('.')[0] for kind in kinds}))
    named = {name for path in DOCS for name in re.findall(rf'`((?:{rooms})\.[a-z_]+)`', text_of(path))}
    modules = {path.stem for app in OUR_APPS for path in (ROOT / app).iterdir()}
    assert {name for name in named if name.partition('.')[2] not in modules} - kinds == set()
