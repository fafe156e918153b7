"""The payment page: one form with three buttons; in plain CSS, for a phone and for Safari 11 alike."""
from __future__ import annotations

import html
import time
from urllib.parse import parse_qs, urlsplit

from sandbox import operations, views
from sandbox.api import Api, Reply
from sandbox.deal import Deal, settle
from sandbox.profiles import PROFILES

SIGNATURE_WAIT_SECONDS = 8.0
_LOOK_SECONDS = 0.1
_STYLE = """
body { margin: 0; background: #f3f4f6; color: #1f2937; font: 16px/1.5 -apple-system, "Segoe UI", Roboto, sans-serif; }
main { box-sizing: border-box; max-width: 420px; margin: 0 auto; padding: 24px 16px 40px; }
.card { background: #fff; border: 1px solid #e5e7eb; border-radius: 16px; padding: 24px 20px; }
.lender { margin: 0 0 16px; color: #6b7280; font-size: 14px; }
h1 { margin: 0; font-size: 20px; line-height: 1.3; }
.sum { margin: 8px 0 20px; font-size: 34px; font-weight: 700; line-height: 1.2; white-space: nowrap; }
.note { margin: 0 0 20px; padding: 12px 14px; border-radius: 10px; background: #fef3c7; color: #78350f; }
button { display: block; box-sizing: border-box; width: 100%; min-height: 52px; margin: 0 0 12px; padding: 12px;
  border: 1px solid #d1d5db; border-radius: 12px; background: #fff; color: #1f2937; font: inherit; cursor: pointer;
  -webkit-appearance: none; appearance: none; }
button.main { border-color: #1d4ed8; background: #1d4ed8; color: #fff; font-weight: 600; }
button.danger { border-color: #fca5a5; color: #b91c1c; }
button:focus { outline: 3px solid #93c5fd; }
.small { margin: 16px 0 0; color: #6b7280; font-size: 13px; }
"""
_CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"


def rubles(kopecks: int) -> str:
    """Kopecks as people read them: `12 345,67 ₽`."""
    whole, rest = divmod(kopecks, 100)
    return f'{whole:,}'.replace(',', '\u00a0') + f',{rest:02d}\u00a0₽'


def page(title: str, body: str, status: int = 200) -> Reply:
    """A small page of ours."""
    text = (
        '<!doctype html><html lang="ru"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{html.escape(title)}</title><style>{_STYLE}</style></head>'
        f'<body><main><div class="card">{body}</div>'
        '<p class="small">Учебный стенд: деньги не списываются. Поддержка: support@denumtech.ru</p>'
        '</main></body></html>')
    return Reply(status, text.encode(), 'text/html; charset=utf-8', headers={
        'Content-Security-Policy': _CSP, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer',
        'X-Content-Type-Options': 'nosniff'})


def _message(title: str, text: str, status: int = 200) -> Reply:
    return page(title, f'<h1>{html.escape(title)}</h1><p>{html.escape(text)}</p>', status)


def _form(deal: Deal, note: str = '', status: int = 200) -> Reply:
    lender = next(profile.name for profile in PROFILES if profile.code == deal.lender)
    due = deal.first_payment - deal.paid
    shown = f'<p class="note" role="alert">{html.escape(note)}</p>' if note else ''
    return page('Оплата первого платежа', (
        f'<p class="lender">{html.escape(lender)} · заявка {html.escape(deal.lender_id)}</p>'
        f'<h1>Первый платёж</h1><p class="sum">{rubles(due)}</p>{shown}'
        '<form method="post">'
        f'<input type="hidden" name="attempt" value="{operations.attempts(deal)}">'
        '<button class="main" name="result" value="pay">Оплатить</button>'
        '<button name="result" value="part">Оплатить часть</button>'
        '<button class="danger" name="result" value="decline">Отклонить оплату</button>'
        '</form>'), status)


def _closed(deal: Deal | None) -> Reply | None:
    if deal is None or not deal.first_payment:
        return _message('Страница не найдена', 'Проверьте ссылку из сообщения.', 404)
    if deal.cancelled_at is not None:
        return _message('Заявка отменена', 'Оплата не требуется.', 410)
    return None


def show(api: Api, token: str) -> Reply:
    """The page as it is asked for by a browser."""
    with api.store.transaction() as store:
        deal = store.deal_by_token(token)
    closed = _closed(deal)
    if closed is not None or deal is None:
        return closed or _message('Страница не найдена', '', 404)
    stage = views.payment_stage(deal)
    if stage == 'paid':
        return _message('Оплачено', 'Первый платёж получен, страницу можно закрыть.')
    if stage == 'partially_paid':
        return _form(deal, f'Внесено {rubles(deal.paid)}, осталось доплатить.')
    return _form(deal, 'Оплата отклонена, попробуйте ещё раз.' if stage == 'declined' else '')


def submit(api: Api, token: str, raw: bytes) -> Reply:
    """A button was pressed: paying waits a little for the signature, then the client goes back to the shop."""
    try:
        fields = parse_qs(raw.decode(), max_num_fields=10)
    except ValueError:
        fields = {}
    result = fields.get('result', [''])[0]
    attempt = fields.get('attempt', [''])[0]
    if result not in ('pay', 'part', 'decline'):
        return _message('Неизвестное действие', 'Вернитесь на страницу оплаты и нажмите одну из кнопок.', 400)
    deadline = time.monotonic() + SIGNATURE_WAIT_SECONDS
    while True:
        reply = _press(api, token, result, int(attempt) if attempt.isascii() and attempt.isdigit() else None)
        if reply.status != 409 or time.monotonic() >= deadline:
            return reply
        time.sleep(_LOOK_SECONDS)


def _press(api: Api, token: str, result: str, attempt: int | None) -> Reply:
    now = time.time()
    with api.store.transaction() as store:
        deal = store.deal_by_token(token)
        closed = _closed(deal)
        if closed is not None or deal is None:
            return closed or _message('Страница не найдена', '', 404)
        settle(deal, now)
        if deal.signed_at is None:
            return _form(deal, 'Договор ещё не подписан. Подпишите его и повторите оплату.', 409)
        stage = operations.pay(deal, result, attempt, now)
        store.save(deal)
        api.note_payment(deal, now)
    return _back(deal, stage)


def _back(deal: Deal, stage: str) -> Reply:
    is_paid = stage in ('paid', 'partially_paid')
    url = deal.success_url if is_paid else deal.failed_url
    if urlsplit(url).scheme in ('https', 'http'):
        return Reply(303, b'', 'text/plain', headers={'Location': url, 'Cache-Control': 'no-store'})
    if stage == 'paid':
        return _message('Оплачено', 'Первый платёж получен, страницу можно закрыть.')
    if stage == 'partially_paid':
        return _form(deal, f'Внесено {rubles(deal.paid)}, осталось доплатить.')
    return _form(deal, 'Оплата отклонена, попробуйте ещё раз.')
