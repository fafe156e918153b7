"""What an HTML template may say in Jinja: statements, expressions, names, all looked through before anything runs."""
from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from difflib import get_close_matches
from functools import lru_cache
from typing import Final, Literal

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError

from contracts.templates.findings import MAX_FINDINGS, Fault, Trouble, at_line
from contracts.templates.sandbox import FILTERS, FUNCTIONS, LOOP_NAMES, PAGE_NAMES, TESTS, Sandbox
from contracts.templates.variables import VARIABLES, Stage, Type, Variable

MAX_LOOPS: Final = 2
MAX_BLOCKS: Final = 12
MAX_EXPRESSION_DEPTH: Final = 40
MAX_NODES: Final = 50_000
MAX_TEXT: Final = 2_000
_STATEMENTS: Final[dict[type[nodes.Node], str]] = {
    nodes.Include: 'include', nodes.Import: 'import', nodes.FromImport: 'from … import', nodes.Extends: 'extends',
    nodes.Macro: 'macro', nodes.CallBlock: 'call', nodes.FilterBlock: 'filter', nodes.Block: 'block',
    nodes.With: 'with', nodes.AssignBlock: 'set … endset',
    nodes.ScopedEvalContextModifier: 'autoescape', nodes.EvalContextModifier: 'autoescape', nodes.ExprStmt: 'do',
}
_LEAVES: Final[dict[str, Variable]] = {found.path: found for found in VARIABLES if found.path != 'qr'}
Shape = str | None
"""The path of a variable, or None: a text or number with nothing inside."""
_LOOP: Final = '(loop)'
_ANY: Final = '(any)'
"""What comes out of something already said to be wrong."""


def _prefixes() -> dict[str, set[Stage]]:
    """Every group, list and variable, with the stages at which something is in it."""
    found: dict[str, set[Stage]] = {}
    for path, variable in _LEAVES.items():
        parts = path.replace('[]', '.[]').split('.')
        for count in range(1, len(parts) + 1):
            found.setdefault('.'.join(parts[:count]).replace('.[]', '[]'), set()).update(variable.stages)
    return found


_KNOWN: Final = _prefixes()


def check_jinja(source: str, stage: Stage) -> list[Fault]:
    """Every fault of the Jinja part; a syntax error hides the rest."""
    try:
        tree = Sandbox().parse(source)
        check = _Check(stage)
        with suppress(_Enough):
            check.run(tree)
        return check.faults
    except TemplateSyntaxError as error:
        return [at_line(error.lineno, Trouble.SYNTAX, reason=(error.message or '')[:200])]
    except (RecursionError, MemoryError):
        return [at_line(1, Trouble.TOO_DEEP)]


class _Enough(Exception):
    """More need not be said."""


class _Check:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.faults: list[Fault] = []
        self.seen = 0

    def run(self, tree: nodes.Template) -> None:
        self.body(tree.body, dict.fromkeys(PAGE_NAMES), loops=0, blocks=0)

    def say(self, node: nodes.Node, trouble: Trouble, **words: str) -> None:
        fault = at_line(node.lineno or 1, trouble, **{name: word[:100] for name, word in words.items()})
        if fault not in self.faults:
            self.faults.append(fault)
        if len(self.faults) >= MAX_FINDINGS:
            raise _Enough

    def body(self, body: Iterable[nodes.Node], scope: dict[str, Shape], *, loops: int, blocks: int) -> None:
        for node in body:
            self.statement(node, scope, loops, blocks)

    def statement(self, node: nodes.Node, scope: dict[str, Shape], loops: int, blocks: int) -> None:
        if isinstance(node, nodes.Scope):
            # What Jinja wraps around {% autoescape %}.
            self.body(node.body, scope, loops=loops, blocks=blocks)
        elif blocks > MAX_BLOCKS:
            self.say(node, Trouble.TOO_DEEP)
        elif isinstance(node, nodes.Output):
            for part in node.nodes:
                if not isinstance(part, nodes.TemplateData):
                    self.printed(part, scope)
        elif isinstance(node, nodes.If):
            self.value(node.test, scope)
            for branch in (node.body, node.elif_, node.else_):
                self.body(branch, scope, loops=loops, blocks=blocks + 1)
        elif isinstance(node, nodes.For):
            self.loop(node, scope, loops, blocks)
        elif isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            self.assign(node, node.target, scope)
        else:
            self.say(node, Trouble.FORBIDDEN_STATEMENT, name=_STATEMENTS.get(type(node), type(node).__name__.lower()))

    def assign(self, node: nodes.Assign, target: nodes.Name, scope: dict[str, Shape]) -> None:
        shape = self.value(node.node, scope)
        if self.taken(target.name):
            self.say(node, Trouble.NAME_TAKEN, name=target.name)
        else:
            scope[target.name] = shape

    def loop(self, node: nodes.For, scope: dict[str, Shape], loops: int, blocks: int) -> None:
        if node.recursive:
            self.say(node, Trouble.FORBIDDEN_STATEMENT, name='for … recursive')
            return
        if loops >= MAX_LOOPS:
            self.say(node, Trouble.TOO_DEEP)
            return
        shape = self.value(node.iter, scope)
        if shape is None or (shape != _ANY and f'{shape}[]' not in _KNOWN):
            self.say(node.iter, Trouble.NOT_A_LIST)
            shape = _ANY
        item = f'{shape}[]'
        if not isinstance(node.target, nodes.Name):
            self.say(node.target, Trouble.FORBIDDEN_EXPRESSION, name='for a, b')
            return
        if self.taken(node.target.name) or node.target.name == 'loop':
            self.say(node.target, Trouble.NAME_TAKEN, name=node.target.name)
            return
        inner = {**scope, node.target.name: item, 'loop': _LOOP}
        if node.test is not None:
            self.value(node.test, {**scope, node.target.name: item})
        self.body(node.body, inner, loops=loops + 1, blocks=blocks + 1)
        self.body(node.else_, dict(scope), loops=loops, blocks=blocks + 1)

    @staticmethod
    def taken(name: str) -> bool:
        return name in _KNOWN or name in FUNCTIONS or name in PAGE_NAMES

    def printed(self, node: nodes.Expr, scope: dict[str, Shape]) -> None:
        shape = self.value(node, scope)
        leaf = _LEAVES.get(shape) if shape is not None else None
        if shape in _KNOWN and (leaf is None or leaf.type in {Type.LIST, Type.FLAG}):
            self.say(node, Trouble.NOT_PRINTABLE, name=_shown(shape or ''))
        elif isinstance(node, nodes.Compare | nodes.Not | nodes.Test):
            self.say(node, Trouble.NOT_PRINTABLE, name='==, not, is')

    def value(self, node: nodes.Node, scope: dict[str, Shape], depth: int = 0) -> Shape:
        """Look through an expression; where it is a variable, its path."""
        self.seen += 1
        if depth > MAX_EXPRESSION_DEPTH or self.seen > MAX_NODES:
            self.say(node, Trouble.TOO_DEEP)
            raise _Enough
        if isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
            return self.variable(node, scope, depth)
        if isinstance(node, nodes.Const):
            if isinstance(node.value, str) and len(node.value) > MAX_TEXT:
                self.say(node, Trouble.TOO_LONG_TEXT)
            return None
        if isinstance(node, nodes.Filter):
            return self.filter(node, scope, depth)
        if isinstance(node, nodes.Test):
            if node.name not in TESTS:
                self.say(node, Trouble.UNKNOWN_TEST, name=node.name)
            self.each([node.node, *node.args], scope, depth)
            self.no_more(node, node.kwargs, node.dyn_args, node.dyn_kwargs)
        elif isinstance(node, nodes.Call):
            self.call(node, scope, depth)
        elif isinstance(node, _PLAIN):
            self.each(node.iter_child_nodes(), scope, depth)
        else:
            self.say(node, Trouble.FORBIDDEN_EXPRESSION, name=_EXPRESSIONS.get(type(node), type(node).__name__.lower()))
        return None

    def each(self, found: Iterable[nodes.Node | None], scope: dict[str, Shape], depth: int) -> None:
        for node in found:
            if isinstance(node, nodes.Operand):
                self.value(node.expr, scope, depth + 1)
            elif node is not None:
                self.value(node, scope, depth + 1)

    def filter(self, node: nodes.Filter, scope: dict[str, Shape], depth: int) -> Shape:
        if node.name not in FILTERS:
            near = _near(node.name, 'filters')
            self.say(node, Trouble.UNKNOWN_FILTER, name=node.name, near=near)
        shape = None if node.node is None else self.value(node.node, scope, depth + 1)
        self.each(node.args, scope, depth)
        self.no_more(node, node.kwargs, node.dyn_args, node.dyn_kwargs)
        return f'{shape}[]' if node.name in {'first', 'last'} and f'{shape}[]' in _KNOWN else None

    def call(self, node: nodes.Call, scope: dict[str, Shape], depth: int) -> None:
        name = node.node.name if isinstance(node.node, nodes.Name) else ''
        if not name:
            self.say(node, Trouble.FORBIDDEN_EXPRESSION, name='( )')
            self.value(node.node, scope, depth + 1)
        elif name not in FUNCTIONS:
            self.say(node, Trouble.UNKNOWN_FUNCTION, name=name, near=_near(name, 'functions'))
        elif self.stage not in FUNCTIONS[name].stages:
            self.say(node, Trouble.NOT_AT_THIS_STAGE, name=name)
        self.each(node.args, scope, depth)
        self.no_more(node, node.kwargs, node.dyn_args, node.dyn_kwargs)

    def no_more(self, node: nodes.Node, *more: object) -> None:
        if any(more):
            self.say(node, Trouble.FORBIDDEN_EXPRESSION, name='name=…, *, **')

    def variable(self, node: nodes.Name | nodes.Getattr | nodes.Getitem, scope: dict[str, Shape], depth: int) -> Shape:
        """The path of a chain of names, said to be wrong once and as a whole."""
        chain: list[str] = []
        inner: nodes.Node = node
        while isinstance(inner, nodes.Getattr | nodes.Getitem):
            step = self.step(inner)
            if step is None:
                self.say(node, Trouble.FORBIDDEN_EXPRESSION, name='[ ]')
                return _ANY
            chain.append(step)
            inner = inner.node
        chain.reverse()
        if isinstance(inner, nodes.Name):
            if inner.name in FUNCTIONS and inner.name not in scope:
                self.say(node, Trouble.FUNCTION_WITHOUT_CALL, name=inner.name)
                return None
            root = scope.get(inner.name, inner.name)
            said = inner.name
        else:
            root, said = self.value(inner, scope, depth + 1), '…'
        if root is None:
            if chain:
                self.say(node, Trouble.UNKNOWN_VARIABLE, name=said + ''.join(chain), near='')
            return None
        return self.known(node, root + ''.join(chain), said + ''.join(chain))

    @staticmethod
    def step(node: nodes.Getattr | nodes.Getitem) -> str | None:
        if isinstance(node, nodes.Getattr):
            return f'.{node.attr}'
        if isinstance(node.arg, nodes.Const):
            value = node.arg.value
            if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1000:
                return '[]'
            if isinstance(value, str) and value.isidentifier():
                return f'.{value}'
        return None

    def known(self, node: nodes.Node, path: str, said: str) -> Shape:
        if path.startswith(_ANY):
            return _ANY
        if path == _LOOP or path.startswith(f'{_LOOP}.'):
            if path.removeprefix(f'{_LOOP}.') not in LOOP_NAMES:
                self.say(node, Trouble.UNKNOWN_VARIABLE, name=said, near='loop.index')
            return None
        stages = _KNOWN.get(path)
        if stages is None:
            self.say(node, Trouble.UNKNOWN_VARIABLE, name=said, near=_near(path, 'variables'))
            return _ANY
        if self.stage not in stages:
            self.say(node, Trouble.NOT_AT_THIS_STAGE, name=said)
            return _ANY
        return path


_PLAIN: Final = (
    nodes.Compare, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Concat, nodes.Add, nodes.Sub, nodes.Neg,
    nodes.Pos, nodes.Tuple, nodes.List)
_EXPRESSIONS: Final[dict[type[nodes.Node], str]] = {
    nodes.Mul: '*', nodes.Pow: '**', nodes.Div: '/', nodes.FloorDiv: '//', nodes.Mod: '%', nodes.Dict: '{ }',
    nodes.Slice: '[:]',
}


@lru_cache(maxsize=1000)
def _near(name: str, known: Literal['variables', 'filters', 'functions']) -> str:
    """The name of ours that a misprint most likely means, or nothing."""
    names = {'variables': _KNOWN, 'filters': FILTERS, 'functions': FUNCTIONS}[known]
    # Longer names than any of ours are no misprint, and comparing them is slow.
    found = get_close_matches(name, list(names), n=1, cutoff=0.7) if len(name) <= 80 else []
    return found[0].replace('[]', '[0]') if found else ''


def _shown(path: str) -> str:
    return path.replace('[]', '[0]')
