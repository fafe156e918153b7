"""The limited child that checks and prints templates."""
from __future__ import annotations

import json
from typing import Any

from contracts.forms.data import FormKind
from contracts.templates import pdf_form
from contracts.templates.findings import Fault, Trouble, Unfit, in_file
from contracts.templates.html import check_html, render_html
from contracts.templates.paper import set_up
from contracts.templates.rules_html import PARTS, TAGS, VOID
from contracts.templates.samples import sample_values
from contracts.templates.variables import Stage
from vault.limited.serving import serve

MAX_WORK_BYTES = 16 * 1024 * 1024
"""The largest template and the values of the longest form together."""
_WARM_UP = (
    '<html><head><meta charset="utf-8"><title>{{ contract.number }}</title>'
    '<style>@page { size: a4; margin: 20mm } p { color: #123; width: 50% }</style></head><body>'
    '<header>№ {{ page_number }}</header>' + ''.join(
        f'<{tag}>Ж</{tag}>' for tag in sorted(TAGS - VOID - PARTS)) + '<hr><br>'
    '<ul><li>1</li></ul><ol><li>1</li></ol><table><tr><td colspan="2"><b>ж</b><i>ж</i><b><i>ж</i></b></td></tr></table>'
    '{{ contract.amount_kopecks | words }} {{ "ж\u2116" | upper }} {{ seller.operator | decline("dative") }}'
    '{{ goods_count | number_words }} {{ qr(contract.number) }} {{ qr("ж") }}{{ goods_table() }}{{ schedule_table() }}'
    '<p style="page-break-after: always">1</p><p>2</p>'
    '<footer>{{ page_number }} из {{ page_count }}</footer></body></html>')
"""One of everything that a template may hold: no module, codec or font is loaded later."""


def _answer(verb: bytes, name: str, content: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        if verb == b'c':
            return {'faults': [fault.as_json() for fault in _check(name, content)]}, b''
        return {}, _render(name, content)
    except Unfit as unfit:
        return {'failed': unfit.fault.as_json()}, b''
    except MemoryError:
        return {'failed': in_file(Trouble.TOO_HEAVY).as_json()}, b''
    except Exception:  # noqa: BLE001 - a parser fails in any way it likes
        return {'failed': in_file(Trouble.BROKEN).as_json()}, b''


def _check(name: str, content: bytes) -> list[Fault]:
    format_, kind, stage = name.split(':')
    check = pdf_form.check_pdf if format_ == 'pdf' else check_html
    return check(content, FormKind(kind), Stage(stage))


def _render(format_: str, content: bytes) -> bytes:
    """The work is the values as JSON behind their length in four bytes, then the template."""
    length = int.from_bytes(content[:4], 'big')
    values = json.loads(content[4:4 + length])
    render = pdf_form.render_pdf if format_ == 'pdf' else render_html
    return render(content[4 + length:], values)


def _warm_up() -> None:
    """Load whatever is loaded late, while files may still be opened."""
    set_up()
    for kind in FormKind:
        check_html(_WARM_UP.encode(), kind, Stage.CONTRACT)
        sample_values(kind, Stage.OFFER)
    check_html(b'<img src="x">{% if', FormKind.POS, Stage.OFFER)
    check_html(b'{{ client.nmae }}<p style="x: url(y)">', FormKind.POS, Stage.OFFER)
    render_html(b'<p>1', sample_values(FormKind.POS, Stage.CONTRACT))
    pdf_form.warm_up()


if __name__ == '__main__':
    serve(_answer, _warm_up, most_bytes=MAX_WORK_BYTES)
