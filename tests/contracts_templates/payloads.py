"""What somebody who means ill could put into a template, and what has to become of it.

Each payload stands on line 3 of a page. It is refused there with a trouble, or printed without effect (INERT), or
stopped (BOMB: whatever the finding says, the process that asked lives on and so does its pool).
"""
from __future__ import annotations

from dataclasses import dataclass

from contracts.templates.findings import Trouble

INERT, BOMB = 'inert', 'bomb'
BEFORE, AFTER = '<html><head><title>t</title></head><body>\n<p>перед</p>\n', '\n<p>после</p></body></html>'


@dataclass(frozen=True, slots=True)
class Payload:
    """A piece of template and what has to become of it; `whole` ones are a file of their own, line 1."""

    name: str
    text: str | bytes
    becomes: Trouble | str
    whole: bool = False

    @property
    def source(self) -> bytes:
        if isinstance(self.text, bytes):
            return self.text
        return (self.text if self.whole else f'{BEFORE}{self.text}{AFTER}').encode()

    @property
    def line(self) -> str:
        return '1' if self.whole else '3'


_VARIABLE, _EXPRESSION, _FILTER = Trouble.UNKNOWN_VARIABLE, Trouble.FORBIDDEN_EXPRESSION, Trouble.UNKNOWN_FILTER
_FUNCTION, _STATEMENT, _TAG = Trouble.UNKNOWN_FUNCTION, Trouble.FORBIDDEN_STATEMENT, Trouble.FORBIDDEN_TAG
_ATTRIBUTE, _VALUE, _CSS = Trouble.FORBIDDEN_ATTRIBUTE, Trouble.FORBIDDEN_VALUE, Trouble.FORBIDDEN_CSS
_EXTERNAL, _MARKUP, _INSIDE = Trouble.EXTERNAL_REFERENCE, Trouble.FORBIDDEN_MARKUP, Trouble.VARIABLE_IN_MARKUP

EXPRESSIONS: tuple[tuple[str, Trouble | str], ...] = (
    ('{{ 7*7 }}', _EXPRESSION), ('{{7*"7"}}', _EXPRESSION), ('{{ 7//2 }}', _EXPRESSION), ('{{ 7/0 }}', _EXPRESSION),
    ('{{ 7%3 }}', _EXPRESSION), ('{{ 2**1000000 }}', _EXPRESSION), ('{{ 9**9**9**9 }}', _EXPRESSION),
    ("{{ 'a'*10**9 }}", _EXPRESSION), ('{{ [0]*10**9 }}', _EXPRESSION), ('{{ 1+6 }}', INERT),
    ('{{ client.__class__ }}', _VARIABLE), ('{{ client.__class__.__mro__ }}', _VARIABLE),
    ("{{ ''.__class__ }}", _VARIABLE), ("{{ ''.__class__.__mro__[1].__subclasses__() }}", _EXPRESSION),
    ("{{ ''['__class__'] }}", _VARIABLE), ("{{ ()['__class__']['__base__'] }}", _VARIABLE),
    ('{{ [].__class__ }}', _VARIABLE), ('{{ {}.__class__ }}', _EXPRESSION), ('{{ client["__class__"] }}', _VARIABLE),
    ('{{ client["__cla"~"ss__"] }}', _EXPRESSION), ('{{ client["\\x5f\\x5fclass\\x5f\\x5f"] }}', _VARIABLE),
    ('{{ client[client.last_name] }}', _EXPRESSION), ('{{ client.keys() }}', _EXPRESSION),
    ('{{ client.items }}', _VARIABLE), ('{{ client.get("x") }}', _EXPRESSION), ('{{ client.pop("x") }}', _EXPRESSION),
    ('{{ client.update }}', _VARIABLE), ('{{ goods.append(1) }}', _EXPRESSION), ('{{ goods.clear }}', _VARIABLE),
    ('{{ goods[0].__init__.__globals__ }}', _VARIABLE), ('{{ goods[-1].name }}', _EXPRESSION),
    ('{{ goods[99999].name }}', _EXPRESSION), ('{{ goods[0:2] }}', _EXPRESSION), ('{{ goods[0].x }}', _VARIABLE),
    ('{{ client.full_name.format() }}', _EXPRESSION), ("{{ '{0.__class__}'.format(client) }}", _EXPRESSION),
    ("{{ '%s'.__mod__ }}", _VARIABLE), ("{{ '%1000000000d' % 1 }}", _EXPRESSION),
    ("{{ '{:>1000000000}'.format(1) }}", _EXPRESSION), ('{{ client.full_name.center(10) }}', _EXPRESSION),
    ('{{ client | attr("__class__") }}', _FILTER), ('{{ goods | map(attribute="__class__") }}', _FILTER),
    ('{{ goods | map("upper") }}', _FILTER), ('{{ goods | selectattr("name") }}', _FILTER),
    ('{{ goods | groupby("name") }}', _FILTER), ("{{ '%s' | format(1) }}", _FILTER), ('{{ "<b>" | safe }}', _FILTER),
    ('{{ client | tojson }}', _FILTER), ('{{ client | pprint }}', _FILTER), ('{{ client | xmlattr }}', _FILTER),
    ('{{ client | string }}', _FILTER), ('{{ client | list }}', _FILTER), ('{{ goods | batch(1) }}', _FILTER),
    ("{{ 'x' | center(1000000000) }}", _FILTER), ("{{ 'x' | indent(100000000) }}", _FILTER),
    ("{{ 'http://a.b' | urlize }}", _FILTER), ("{{ 'x' | replace('x', 'y') }}", _FILTER),
    ('{{ goods | sum }}', _FILTER), ('{{ goods | random }}', _FILTER), ('{{ "x" | e }}', _FILTER),
    ('{{ config }}', _VARIABLE), ('{{ request.application }}', _VARIABLE), ('{{ settings.SECRET_KEY }}', _VARIABLE),
    ('{{ self }}', _VARIABLE), ('{{ self._TemplateReference__context }}', _VARIABLE), ('{{ this }}', _VARIABLE),
    ('{{ _context }}', _VARIABLE), ('{{ context }}', _VARIABLE), ('{{ environment }}', _VARIABLE),
    ('{{ None.__class__ }}', _VARIABLE), ('{{ true.__class__ }}', _VARIABLE), ('{{ 1.0.__class__ }}', _VARIABLE),
    ('{{ loop }}', _VARIABLE), ('{{ loop.index }}', _VARIABLE), ('{{ varargs }}', _VARIABLE),
    ('{{ kwargs }}', _VARIABLE), ('{{ range(10**9) }}', _FUNCTION), ('{{ lipsum(n=100000) }}', _FUNCTION),
    ('{{ dict(a=1) }}', _FUNCTION), ('{{ cycler("a") }}', _FUNCTION), ('{{ joiner(",") }}', _FUNCTION),
    ('{{ namespace() }}', _FUNCTION), ('{{ open("/etc/passwd").read() }}', _EXPRESSION),
    ('{{ __import__("os") }}', _FUNCTION), ('{{ get_flashed_messages() }}', _FUNCTION),
    ('{{ url_for("x") }}', _FUNCTION), ('{{ eval("1") }}', _FUNCTION), ('{{ lipsum.__globals__ }}', _VARIABLE),
    ('{{ cycler.__init__.__globals__.os }}', _VARIABLE), ('{{ qr.__call__ }}', Trouble.FUNCTION_WITHOUT_CALL),
    ('{{ qr }}', Trouble.FUNCTION_WITHOUT_CALL), ('{{ qr.__globals__ }}', Trouble.FUNCTION_WITHOUT_CALL),
    ('{{ goods_table.__init__ }}', Trouble.FUNCTION_WITHOUT_CALL), ('{{ qr("x").__class__ }}', _VARIABLE),
    ('{{ qr(*goods) }}', _EXPRESSION), ('{{ qr(**client) }}', _EXPRESSION),
    ("{{ qr('" + 'x' * 300 + "') }}", Trouble.FAILED_AT_PRINTING), ('{{ qr(goods) }}', Trouble.FAILED_AT_PRINTING),
    ("{{ qr('x', 1000000) }}", Trouble.FAILED_AT_PRINTING), ("{{ qr('x', '25') }}", Trouble.FAILED_AT_PRINTING),
    ('{{ qr("file:///etc/passwd") }}', INERT), ('{{ (qr)("x") }}', INERT),
    ('{{ client is mapping }}', Trouble.UNKNOWN_TEST), ('{{ client is defined }}', Trouble.UNKNOWN_TEST),
    ('{{ 1 is divisibleby 0 }}', Trouble.UNKNOWN_TEST), ('{{ client is callable }}', Trouble.UNKNOWN_TEST),
    ('{{ client }}', Trouble.NOT_PRINTABLE), ('{{ goods }}', Trouble.NOT_PRINTABLE),
    ('{{ client.is_male }}', Trouble.NOT_PRINTABLE), ('{{ 1 == 1 }}', Trouble.NOT_PRINTABLE),
    ('{{ -1 | words }}', Trouble.FAILED_AT_PRINTING),
    ('{{ 99999999999999999999 | words }}', Trouble.FAILED_AT_PRINTING),
    ("{{ 'x' | words }}", Trouble.FAILED_AT_PRINTING), ("{{ '1.1' | date_words }}", Trouble.FAILED_AT_PRINTING),
    ("{{ 'Иванов' | decline('__class__') }}", Trouble.FAILED_AT_PRINTING),
    ('{{ 1 | plural }}', Trouble.FAILED_AT_PRINTING), ("{{ 'a' + 1 }}", Trouble.FAILED_AT_PRINTING),
    ('{{ client.nmae }}', _VARIABLE), ('{{ nobody.at_all }}', _VARIABLE), ("{{ '<script>alert(1)</script>' }}", INERT),
    ("{{ '<img src=http://127.0.0.1/>' }}", INERT), ("{{ '<pdf:font src=/etc/passwd>' }}", INERT),
    ("{{ '&lt;img src=x&gt;' }}", INERT), ("{{ '{{ 7*7 }}' }}", INERT), ("{{ '\\ue003zz:00\\ue004' }}", INERT),
    ("{{ '\\ue00110\\ue002' }}", INERT), ('{{ "\\u0000" }}', INERT), ('{{ lambda: 1 }}', Trouble.SYNTAX),
    ('{{ client.. }}', Trouble.SYNTAX), ('{{ ? }}', Trouble.SYNTAX), ('{% if %}', Trouble.SYNTAX),
    ('{{ }}', Trouble.SYNTAX), ('{{ x := 1 }}', Trouble.SYNTAX),
)
STATEMENTS: tuple[tuple[str, Trouble | str], ...] = (
    ("{% include 'x' %}", _STATEMENT), ("{% include '/etc/passwd' %}", _STATEMENT),
    ('{% include client.full_name ignore missing %}', _STATEMENT), ("{% import 'os' as os %}", _STATEMENT),
    ("{% from 'os' import system %}", _STATEMENT), ("{% extends 'base' %}", _STATEMENT),
    ('{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}', _STATEMENT), ('{% call qr() %}x{% endcall %}', _STATEMENT),
    ('{% filter upper %}x{% endfilter %}', _STATEMENT), ('{% block b %}x{% endblock %}', _STATEMENT),
    ('{% with a = 1 %}{{ a }}{% endwith %}', _STATEMENT), ('{% autoescape false %}<b>{% endautoescape %}', _STATEMENT),
    ('{% set x %}<b>{% endset %}', _STATEMENT), ('{% set client = 1 %}', Trouble.NAME_TAKEN),
    ('{% set client.x = 1 %}', _STATEMENT), ('{% set a, b = 1, 2 %}', _STATEMENT),
    ('{% set qr = 1 %}', Trouble.NAME_TAKEN), ('{% do client.clear() %}', Trouble.SYNTAX),
    ('{% debug %}', Trouble.SYNTAX), ('{% trans %}x{% endtrans %}', Trouble.SYNTAX),
    ('{% for a in range(10**9) %}x{% endfor %}', _FUNCTION),
    ('{% for a in client %}x{% endfor %}', Trouble.NOT_A_LIST),
    ('{% for a in "abc" %}x{% endfor %}', Trouble.NOT_A_LIST), ('{% for a, b in goods %}x{% endfor %}', _EXPRESSION),
    ('{% for g in goods recursive %}{{ loop(goods) }}{% endfor %}', _STATEMENT),
    ('{% for g in goods %}{{ loop(goods) }}{% endfor %}', _FUNCTION),
    ('{% for g in goods %}{{ loop.__class__ }}{% endfor %}', _VARIABLE),
    ('{% for g in goods %}{{ loop.cycle(1, 2) }}{% endfor %}', _EXPRESSION),
    ('{% for g in goods %}{{ loop._iterable }}{% endfor %}', _VARIABLE),
    ('{% for g in goods %}{{ loop.changed(g) }}{% endfor %}', _EXPRESSION),
    ('{% for g in goods %}{{ g.__dict__ }}{% endfor %}', _VARIABLE),
    ('{% for g in goods %}{{ g }}{% endfor %}', Trouble.NOT_PRINTABLE),
    ('{% for loop in goods %}x{% endfor %}', Trouble.NAME_TAKEN),
    ('{% for g in goods[0].name %}x{% endfor %}', Trouble.NOT_A_LIST), ('{% raw %}{{ 7*7 }}{% endraw %}', INERT),
    ('{# {{ 7*7 }} #}', INERT), ('{% if client.__class__ %}x{% endif %}', _VARIABLE),
    ('{% if goods | attr("x") %}{% endif %}', _FILTER),
    ('{% for a in goods %}' + '{% for b in goods %}' * 2 + 'x' + '{% endfor %}' * 3, Trouble.TOO_DEEP),
)
TAGS: tuple[tuple[str, Trouble | str], ...] = (
    ('<script>alert(1)</script>', _TAG), ('<SCRIPT SRC=http://a.b/x.js></SCRIPT>', _TAG), ('<scr<script>ipt>', _TAG),
    ('<img src="http://127.0.0.1:1/x.png">', _EXTERNAL), ('<img src="file:///etc/passwd">', _EXTERNAL),
    ('<img src="/etc/passwd">', _EXTERNAL), ('<img src="../../.env">', _EXTERNAL), ('<img src=//a.b/x>', _EXTERNAL),
    ('<img src="data:image/png;base64,AAAA">', _EXTERNAL), ('<img src="data:image/svg+xml,%3Csvg%3E">', _EXTERNAL),
    ('<img/src="x"/onerror=alert(1)>', _EXTERNAL), ('<img>', _TAG), ('<image href="http://a.b/">', _EXTERNAL),
    ('<link rel="stylesheet" href="http://a.b/x.css">', _EXTERNAL),
    ('<link rel=stylesheet href=file:///x>', _EXTERNAL), ('<base href="http://a.b/">', _EXTERNAL),
    ('<iframe src="http://a.b/"></iframe>', _TAG), ('<object data="file:///etc/passwd"></object>', _TAG),
    ('<embed src="x">', _TAG), ('<applet code=x></applet>', _TAG), ('<svg onload=alert(1)></svg>', _TAG),
    ('<svg><image href="file:///etc/passwd"/></svg>', _TAG), ('<svg><script>1</script></svg>', _TAG),
    ('<math><mi>x</mi></math>', _TAG), ('<video src=x></video>', _TAG), ('<audio src=x></audio>', _TAG),
    ('<a href="javascript:alert(1)">x</a>', _TAG), ('<a href="http://a.b">x</a>', _TAG),
    ('<form action="http://a.b"><input></form>', _TAG), ('<input type="text" name="x">', _TAG),
    ('<textarea></textarea>', _TAG), ('<select><option>x</option></select>', _TAG), ('<button>x</button>', _TAG),
    ('<canvas type="graph">{}</canvas>', _TAG), ('<font face="x">x</font>', _TAG),
    ('<frameset><frame src=x></frameset>', _TAG), ('<noscript>x</noscript>', _TAG),
    ('<template><script>1</script></template>', _TAG), ('<xmp><script></xmp>', _TAG), ('<plaintext>', _TAG),
    ('<pdf:barcode value="x" type="qr"></pdf:barcode>', _TAG), ('<pdf:font name="x" src="/etc/passwd">', _EXTERNAL),
    ('<pdf:insertpdf src="file:///etc/passwd">', _EXTERNAL), ('<pdf:include src="x">', _EXTERNAL),
    ('<pdf:language name="arabic">', _TAG), ('<pdf:toc>', _TAG), ('<pdf:nextpage>', _TAG),
    ('<pdf:spacer height="9999">', _TAG), ('<pdf:template name="x" background="/etc/passwd"></pdf:template>', _TAG),
    ('<pdf:frame name="x" box="0 0 1 1">', _TAG), ('<pdf:pagenumber>', _TAG),
    ('<pdf:resetpagenumber value="x">', _TAG), ('<pdfinsertpdf src="/etc/passwd">', _TAG),
    ('<pdffont src="/etc/passwd" name="x">', _TAG), ('<pdfbarcode value="x">', _TAG), ('<x:y>', _TAG),
    ('<meta http-equiv="refresh" content="0;url=http://a.b">', _EXTERNAL), ('<meta charset="utf-16">', _VALUE),
    ('<!ENTITY a "b">', INERT), ('<!DOCTYPE html SYSTEM "http://a.b/x.dtd">', _MARKUP),
    ('<![CDATA[<script>]]>', _MARKUP), ('<?xml version="1.0"?>', _MARKUP), ('<?php system("x") ?>', _MARKUP),
    ('<?xml-stylesheet href="http://a.b"?>', _MARKUP), ('<!-- <img src="http://a.b"> -->', INERT),
    ('<!--[if IE]><script>1</script><![endif]-->', INERT), ('<{{ "script" }}>x</{{ "script" }}>', _INSIDE),
    ('<p{{ client.last_name }}>x</p>', _INSIDE), ('<p {{ "onclick=1" }}>x</p>', _INSIDE),
    ('<p {% if client.is_male %}class="a"{% endif %}>x</p>', _INSIDE),
    ('<td colspan="{{ goods_count }}">x</td>', _INSIDE), ('<p style="color: {{ client.last_name }}">x</p>', _INSIDE),
    ('<p id="{{ client.last_name }}">x</p>', _INSIDE), ('<p class="{{ \'" onclick="x\' }}">x</p>', _VALUE),
    ("<p class='{{ client.last_name }}'>x</p>", INERT), ('&lt;img src="http://a.b"&gt;', INERT),
    ('&#60;img src=http://a.b&#62;', INERT), ('&unknown; &#x110000; &#0;', INERT),
    ('<style>{{ client.last_name }}</style>', _INSIDE),
    ('<style>{% if client.is_male %}p{}{% endif %}</style>', _INSIDE),
)
ATTRIBUTES: tuple[tuple[str, Trouble | str], ...] = tuple(
    (f'<p {text}>x</p>', becomes) for text, becomes in (
        ('onclick="alert(1)"', _ATTRIBUTE), ('ONLOAD=x', _ATTRIBUTE), ('onerror', _ATTRIBUTE),
        ('on\x0bclick="x"', Trouble.CONTROL_CHARACTER), ('src="http://a.b"', _EXTERNAL),
        ('href="javascript:1"', _EXTERNAL), ('background="http://a.b/x.png"', _EXTERNAL),
        ('xlink:href="file:///x"', _EXTERNAL), ('formaction="x"', _EXTERNAL), ('srcdoc="<script>"', _ATTRIBUTE),
        ('data-x="1"', _ATTRIBUTE), ('name="x"', _ATTRIBUTE), ('dir="rtl"', _ATTRIBUTE), ('xmlns="x"', _ATTRIBUTE),
        ('align="expression(1)"', _VALUE), ('id="1; drop"', _VALUE), ('class="{}"', _VALUE),
        ('lang="../../x"', _VALUE),
    ))
TABLES: tuple[tuple[str, Trouble | str], ...] = tuple(
    (f'<table><tr><td {text}>x</td></tr></table>', becomes) for text, becomes in (
        ('colspan="1000000000"', _VALUE), ('rowspan="100000"', _VALUE), ('colspan="-1"', _VALUE),
        ('colspan="0"', _VALUE), ('width="1e9"', _VALUE), ('height="99999999"', _VALUE),
        ('width="expression(1)"', _VALUE), ('bgcolor="url(http://a.b)"', _VALUE), ('bgcolor="rl_config"', _VALUE),
        ('background="x.png"', _EXTERNAL),
    ))
STYLES: tuple[tuple[str, Trouble | str], ...] = (
    ('@import "http://a.b/x.css";', _EXTERNAL), ('@import url(file:///etc/passwd);', _EXTERNAL),
    ('@IMPORT "x";', _EXTERNAL), ('@\\69mport "x";', _EXTERNAL),
    ('@font-face { font-family: x; src: url(http://a.b/x.ttf) }', _EXTERNAL),
    ('@font-face { font-family: x; src: url(/etc/passwd) }', _EXTERNAL), ('@namespace x "http://a.b";', _EXTERNAL),
    ('@charset "utf-16";', _EXTERNAL), ('@media print { p { color: red } }', _CSS),
    ('@supports (x: y) { p { } }', _CSS), ('@page x { size: a4 }', _CSS), ('@page :left { margin: 1cm }', _CSS),
    ('@page { background-image: url(/etc/passwd) }', _EXTERNAL),
    ('@page { @frame f { -pdf-frame-content: x } }', _CSS),
    ('@page { size: 1000000mm 1mm; background: url(x) }', _CSS), ('@page { margin: -100mm }', _CSS),
    ('@page { -pdf-frame-border: 1 }', _CSS), ('@frame x { width: 1 }', _CSS),
    ('@frame x { background-image: url(x) }', _CSS), ('p { background: url(http://a.b/x.png) }', _EXTERNAL),
    ('p { background-image: url("file:///etc/passwd") }', _EXTERNAL), ('p { background-image: URL(x) }', _EXTERNAL),
    ('p { background-image: \\75rl(x) }', _EXTERNAL), ('p { list-style-image: url(x) }', _EXTERNAL),
    ('li { list-style: url(x) }', _EXTERNAL), ('p { content: url(x) }', _EXTERNAL),
    ('p::before { content: "x" }', _CSS), ('p { behavior: url(x.htc) }', _EXTERNAL),
    ('p { -moz-binding: url(x) }', _EXTERNAL), ('p { width: expression(alert(1)) }', _CSS),
    ('p { width: calc(1px*1e9) }', _CSS), ('p { --x: url(x); color: var(--x) }', _EXTERNAL),
    ('p { color: var(--x) }', _CSS), ('p { width: attr(x) }', _CSS), ('p { font-size: 1e9pt }', _CSS),
    ('p { font-size: 100000pt }', _CSS), ('p { line-height: -5 }', _CSS), ('p { padding: 1e300mm }', _CSS),
    ('p { margin: -9999px }', _CSS), ('p { position: absolute }', _CSS), ('p { display: flex }', _CSS),
    ('p { float: left }', _CSS), ('p { zoom: 1000 }', _CSS), ('p { width: 1e9px }', _CSS),
    ('p { -pdf-frame-break: before }', _CSS), ('p { -pdf-outline: true }', _CSS), ('p { -pdf-word-wrap: CJK }', _CSS),
    ('p { -pdf-next-page: x }', _CSS), ('p { counter-increment: x 999999999 }', _CSS),
    ('p { font-family: "x;y" }', _CSS), ('p { color: rgb(eval(1)) }', _CSS), ('p { color: "red" }', _CSS),
    ('p { color: rgb(1,2 }', _CSS), ('p:not(' * 20 + 'p' + ')' * 20 + ' { }', _CSS), ('p[style*="x"] { }', _CSS),
    ('p:has(p) { }', _CSS), ('p:nth-child(999999n) { }', _CSS), ('p { color: red !important; x }', _CSS),
    ('} p { color: red }', _CSS), ('p { color: red', INERT), ('</style><script>1</script>', _TAG),
    ('<!-- p { color: red } -->', INERT), ('p { color: re\\64  }', INERT), ('p { color: \\22 red }', _CSS),
    ('/* @import "x"; */', INERT), ('p { ' + 'color: red; ' * 5000 + '}', INERT), ('p, ' * 100_000 + 'p { }', _CSS),
    ('p { x: ' + '(' * 100_000 + ' }', _CSS),
)


_LOOPS, _ENDS = '{% for a in schedule %}{% for b in schedule %}', '{% endfor %}' * 2


def _bombs() -> dict[str, str]:
    table = '<table><tr><td>'
    return {
        'nested loops': '{% for a in schedule %}{% for b in schedule %}' + 'x' * 60_000 + '{% endfor %}{% endfor %}',
        'doubling text': "{% set x = 'xxxxxxxxxx' %}" + '{% set x = x ~ x %}' * 40 + '{{ x }}',
        'doubling text unprinted': "{% set x = 'xxxxxxxxxx' %}" + '{% set x = x ~ x %}' * 40,
        'doubling number': '{% set x = 9 %}' + '{% set x = x + x %}' * 5_000 + '{{ x }}',
        'million cells': '<table>' + '<tr>' + '<td>' * 100_000 + '</tr></table>',
        'cells by loops': f'<table>{_LOOPS}<tr>' + '<td>x</td>' * 250 + f'</tr>{_ENDS}</table>',
        'thousands of cells': '<table>' + ('<tr>' + '<td>x</td>' * 40 + '</tr>') * 600 + '</table>',
        'nested tables': table * 60, 'nested tables closed': table * 30 + '</td></tr></table>' * 30,
        'deep div': '<div>' * 100_000, 'deep bold': '<b>' * 100_000,
        'deep span closed': '<span>' * 5_000 + '</span>' * 5_000, 'misnested': '<b><i><p>' * 10_000,
        'misnested links': '<table><b>' * 5_000, 'deep list': '<ul><li>' * 20_000,
        'deep brackets': '{{ ' + '(' * 50_000 + '1' + ')' * 50_000 + ' }}',
        'deep not': '{{ ' + 'not ' * 100_000 + '1 }}', 'long sum': '{{ ' + '1+' * 100_000 + '1 }}',
        'long concat': '{{ ' + "'a'~" * 100_000 + "'a' }}", 'deep attributes': '{{ client' + '.x' * 200_000 + ' }}',
        'deep minus': '{{ ' + '- ' * 100_000 + '1 }}',
        'deep ifs': '{% if client.is_male %}' * 3_000 + '{% endif %}' * 3_000,
        'long elif': '{% if client.is_male %}' + '{% elif client.is_male %}x' * 20_000 + '{% endif %}',
        'deep filters': "{{ 'x'" + ' | upper' * 50_000 + ' }}', 'many variables': '{{ nope }}' * 50_000,
        'many unknown names': ''.join(f'{{{{ clent.nam{number} }}}}' for number in range(20_000)),
        'many sets': ''.join(f'{{% set a{number} = 1 %}}' for number in range(30_000)),
        'many rules': '<style>' + 'p { color: red }' * 30_000 + '</style>',
        'huge page': '<p>слово ' + 'слово ' * 80_000 + '</p>', 'one huge word': '<p>' + 'щ' * 400_000 + '</p>',
        'many breaks': '<br>' * 100_000, 'many lines': '<hr>' * 20_000, 'entities': '&amp;' * 200_000,
        'many attributes': '<p ' + 'class="a" ' * 50_000 + '>x</p>',
        'long attribute': f'<p class="{"a " * 200_000}">x</p>', 'open tag': '<' * 500_000,
        'open comment': '<!--' * 200_000, 'many pages': '<p style="page-break-after: always">x</p>' * 200,
        'large letters': '<p style="font-size: 200pt">Ж</p>' * 400,
        'many pictures': _LOOPS + '{{ qr(client.full_name, 60) }}' + _ENDS,
        'cell higher than a page': '<table><tr><td>' + '<p>строка</p>' * 3_000 + '</td></tr></table>',
        'spans': '<table>' + ('<tr>' + '<td colspan="99" rowspan="99">x</td>' * 40 + '</tr>') * 60 + '</table>',
        'narrow cells': '<table><tr>' + '<td width="1">Константинопольский</td>' * 300 + '</tr></table>',
        'wide padding': '<div style="padding: 1000pt">x</div>' * 50,
        'deep margins': '<div style="margin-left: 500pt">' * 50,
    }


def _files() -> dict[str, tuple[bytes, Trouble]]:
    return {
        'not utf-8': ('<p>Привет</p>'.encode('cp1251'), Trouble.NOT_UTF8),
        'utf-16': ('<p>x'.encode('utf-16'), Trouble.NOT_UTF8),
        'a picture': (b'\x89PNG\r\n\x1a\n\x00', Trouble.NOT_UTF8), 'surrogates': (b'\xed\xa0\x80', Trouble.NOT_UTF8),
        'overlong': (b'\xc0\xaf', Trouble.NOT_UTF8), 'nothing': (b' \n ', Trouble.EMPTY),
        'only a mark': (b'\xef\xbb\xbf', Trouble.EMPTY), 'nul': (b'<p>\x00</p>', Trouble.CONTROL_CHARACTER),
        'escape': (b'\x1b[2J', Trouble.CONTROL_CHARACTER),
        'our own marks': ('<p>\ue00312:00\ue004</p>'.encode(), Trouble.CONTROL_CHARACTER),
        'too large': (b'x' * (1024 * 1024 + 1), Trouble.TOO_LARGE),
        'pdf in html': (b'%PDF-1.7 %\xe2\xe3\xcf\xd3', Trouble.NOT_UTF8),
    }


def _payloads() -> tuple[Payload, ...]:
    groups = {
        'expression': EXPRESSIONS, 'statement': STATEMENTS, 'tag': TAGS, 'attribute': ATTRIBUTES, 'table': TABLES,
        'style': tuple((f'<style>{text}</style>', becomes) for text, becomes in STYLES)}
    found = [
        Payload(f'{group} {number} {text[:40]!a}', text, becomes)
        for group, lines in groups.items() for number, (text, becomes) in enumerate(lines, 1)]
    found += [Payload(f'bomb {name}', text, BOMB) for name, text in _bombs().items()]
    found += [Payload(f'file {name}', content, becomes, whole=True) for name, (content, becomes) in _files().items()]
    return tuple(found)


PAYLOADS = _payloads()
