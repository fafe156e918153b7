"""The front page of the stand: what it plays, for integrators."""
from __future__ import annotations

import html

from sandbox.api import Reply
from sandbox.profiles import PROFILES
from sandbox.scenarios import TITLES

_STYLE = """
body { margin: 0; background: #f3f4f6; color: #1f2937; font: 16px/1.5 -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 760px; margin: 0 auto; padding: 32px 16px; }
table { width: 100%; border-collapse: collapse; background: #fff; }
th, td { padding: 8px 12px; border: 1px solid #e5e7eb; text-align: left; vertical-align: top; }
code { font-size: 15px; }
"""


def show() -> Reply:
    """The list of lenders and scenarios."""
    rows = ''.join(
        f'<tr><td><code>{scenario.value}</code></td><td>{html.escape(title)}</td></tr>'
        for scenario, title in TITLES.items())
    lenders = ''.join(
        f'<li>{html.escape(profile.name)} (<code>{profile.code}</code>): {", ".join(profile.kinds)}, '
        f'до {profile.max_amount // 100:,} ₽</li>'.replace(',0', '\u00a00') for profile in PROFILES)
    text = (
        '<!doctype html><html lang="ru"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>Тестовые кредиторы DenimHub</title><style>{_STYLE}</style></head><body><main>'
        f'<h1>Тестовые кредиторы DenimHub</h1><ul>{lenders}</ul>'
        '<p>Сценарий выбирают четыре последние цифры мобильного телефона клиента; при других цифрах всё одобряется.</p>'
        f'<table><tr><th>Цифры</th><th>Что происходит</th></tr>{rows}</table>'
        '<p>Журнал вызовов по анкете: <code>/journal?form_guid=…</code></p>'
        '<p>Книга кредитора для сверки (CSV): <code>/registry?lender=sandbox-bank&amp;date=ГГГГ-ММ-ДД</code></p>'
        '<p>Поддержка: support@denumtech.ru</p></main></body></html>')
    return Reply(200, text.encode(), 'text/html; charset=utf-8', headers={
        'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
        'X-Content-Type-Options': 'nosniff'})
