"""The matrix of rights, read from `matrix.toml`: groups, models, named actions, pages and buttons."""
from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name('matrix.toml')
PARTNER: Final = 'partner'
VERBS: Final = ('view', 'add', 'change', 'delete')


class BadMatrix(ValueError):
    """The data file contradicts itself; the text names the line's key."""


class UnknownAction(LookupError):
    """A name that is not in the data file: a mistake of the caller, never of a user."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of people; sessions of its people end after so many minutes without a click."""

    name: str
    title: str
    idle_minutes: int


@dataclass(frozen=True, slots=True)
class ModelRule:
    """Which groups may do what with rows of a model, and how a row leads to its partner ('' for no way)."""

    label: str
    groups: Mapping[str, frozenset[str]]
    partner: str


@dataclass(frozen=True, slots=True)
class Action:
    """A named action, the permission that stands for it, and what it asks for besides."""

    name: str
    permission: str
    groups: frozenset[str]
    is_fresh: bool
    is_for_two: bool


@dataclass(frozen=True, slots=True)
class Page:
    """What a page demands: one of these permissions, a fresh password, and of a partner's staff an own row."""

    name: str
    permissions: frozenset[str]
    is_for_everybody: bool
    is_fresh: bool
    object: str
    by: str
    field: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """All of the data file."""

    groups: Mapping[str, Group]
    models: Mapping[str, ModelRule]
    actions: Mapping[str, Action]
    pages: Mapping[str, Page]
    buttons: Mapping[str, str]

    def permissions_of(self, groups: Iterable[str]) -> frozenset[str]:
        """All permissions ('app.codename') of somebody in these groups."""
        names = frozenset(groups)
        found = {action.permission for action in self.actions.values() if action.groups & names}
        for rule in self.models.values():
            found |= {model_permission(verb, rule.label) for verb in VERBS if rule.groups[verb] & names}
        return frozenset(found)


def model_permission(verb: str, label: str) -> str:
    """Django's name: view, applications.application -> applications.view_application."""
    app, name = label.split('.')
    return f'{app}.{verb}_{name}'


@cache
def matrix() -> Matrix:
    """The data file, read once in the life of a process."""
    return parse(tomllib.loads(FILE.read_text(encoding='utf-8')))


def parse(data: Mapping[str, Any]) -> Matrix:
    """Raises BadMatrix when a group, an action or a way to the partner is named that is not there."""
    groups = {name: Group(name, value['title'], value['idle_minutes']) for name, value in data['groups'].items()}
    models = {label: _model(label, value, groups) for label, value in data['models'].items()}
    actions = {name: _action(name, value, groups) for name, value in data['actions'].items()}
    pages = {name: _page(name, value, models, actions) for name, value in data['pages'].items()}
    for button, action in data['buttons'].items():
        if action not in actions:
            raise BadMatrix(f'buttons.{button}: no action {action}')
    return Matrix(groups, models, actions, pages, dict(data['buttons']))


def _known(where: str, names: Iterable[str], groups: Mapping[str, Group]) -> frozenset[str]:
    found = frozenset(names)
    if not found <= groups.keys():
        raise BadMatrix(f'{where}: no group {", ".join(sorted(found - groups.keys()))}')
    return found


def _model(label: str, value: Mapping[str, Any], groups: Mapping[str, Group]) -> ModelRule:
    if label != label.lower() or unknown_keys(value, {*VERBS, 'partner'}):
        raise BadMatrix(f'models.{label}: lower case, and the keys {", ".join(VERBS)}, partner')
    verbs = {verb: _known(f'models.{label}', value.get(verb, ()), groups) for verb in VERBS}
    if any(PARTNER in names for names in verbs.values()) and not value.get('partner'):
        raise BadMatrix(f'models.{label}: open to staff of partners, so `partner`, the path to a partner, is needed')
    return ModelRule(label, verbs, value.get('partner', ''))


def _action(name: str, value: Mapping[str, Any], groups: Mapping[str, Group]) -> Action:
    if unknown_keys(value, {'groups', 'permission', 'fresh', 'two_persons'}):
        raise BadMatrix(f'actions.{name}: the keys are groups, permission, fresh, two_persons')
    return Action(name, value.get('permission', name), _known(f'actions.{name}', value['groups'], groups),
                  bool(value.get('fresh')), bool(value.get('two_persons')))


def _page(
    name: str, value: Mapping[str, Any], models: Mapping[str, ModelRule], actions: Mapping[str, Action],
) -> Page:
    if unknown_keys(value, {'view', 'action', 'any', 'everybody', 'nobody', 'object', 'by', 'field', 'own'}):
        raise BadMatrix(f'pages.{name}: an unknown key')
    named = [value['action']] if 'action' in value else list(value.get('any', ()))
    unknown = [one for one in named if one not in actions] + [
        one for one in (value.get('view'), value.get('object')) if one is not None and one not in models]
    if unknown:
        raise BadMatrix(f'pages.{name}: not in the matrix: {", ".join(unknown)}')
    needed = {actions[one].permission for one in named}
    open_to = {group for one in named for group in actions[one].groups}
    if 'view' in value:
        needed.add(model_permission('view', value['view']))
        open_to |= models[value['view']].groups['view']
    if not needed and not value.get('everybody') and not value.get('nobody'):
        raise BadMatrix(f'pages.{name}: say what it demands: view, action, any, everybody or nobody')
    if PARTNER in open_to and not value.get('own') and not models.get(
            value.get('object', ''), ModelRule('', {}, '')).partner:
        raise BadMatrix(f'pages.{name}: staff of partners may open it: name its `object`, or promise `own = true`')
    return Page(name, frozenset(needed), bool(value.get('everybody')), bool(named) and any(
        actions[one].is_fresh for one in named), value.get('object', ''), value.get('by', 'pk'),
        value.get('field', 'pk'))


def unknown_keys(value: Mapping[str, Any], known: set[str]) -> set[str]:
    """Keys that mean nothing: a slip of the pen must not open or close a page."""
    return set(value) - known
