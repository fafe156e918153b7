"""The sandbox lender's consent as a PDF with form fields: what a lender's own designer would hand over."""
from __future__ import annotations

import io
from typing import Final

from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from contracts.forms.sheet import BOLD, REGULAR

WIDTH, HEIGHT = A4
LEFT, RIGHT = 51.0, WIDTH - 42.5
TEAL, DARK, PALE, GREY = HexColor('#0f766e'), HexColor('#0b3b38'), HexColor('#e9f5f3'), HexColor('#5b6b70')
STEP: Final = 50.0
"""From one row of fields to the next."""
_TEXT = ParagraphStyle('text', fontName=REGULAR, fontSize=10, leading=14, textColor=HexColor('#1d2b33'))
_CLAUSES: Final = (
    ('даю Кредитору согласие на обработку моих персональных данных: сбор, запись, систематизацию, хранение, уточнение, '
    'использование, передачу в указанных ниже пределах, обезличивание и уничтожение, с помощью средств автоматизации '
    'и без них.'),
    ('<b>Цель</b> – принять решение о займе, заключить и исполнить договор. <b>Перечень данных</b> – сведения анкеты, '
    'паспорта и приложенных к ним изображений.'),
    ('<b>Кому могут быть переданы</b> – бюро кредитных историй, оператору связи для СМС и продавцу товаров в пределах '
    'покупки. Иным лицам – только с моего отдельного согласия или по закону.'),
    ('<b>Срок</b> – один год, а если договор заключён – до истечения пяти лет после его исполнения. Согласие можно '
    'отозвать в любой день письменным заявлением Кредитору.'),
)


def consent_form() -> bytes:
    """One page of A4, the same bytes each time; the names of its fields are variables of templates."""
    out = io.BytesIO()
    sheet = Canvas(out, A4, invariant=1)
    sheet.setTitle('Согласие на обработку персональных данных')
    _head(sheet)
    y = HEIGHT - 152
    _field(sheet, 'client.full_name', 'Я, фамилия, имя, отчество', LEFT, y, RIGHT - LEFT)
    y -= STEP
    _field(sheet, 'client.birth_date', 'Дата рождения', LEFT, y, 110)
    _field(sheet, 'client.phone', 'Телефон', LEFT + 122, y, 140)
    _field(sheet, 'client.email', 'Электронная почта', LEFT + 274, y, RIGHT - LEFT - 274)
    y -= STEP
    _field(sheet, 'client.passport', 'Паспорт', LEFT, y, RIGHT - LEFT, height=38)
    y -= STEP + 18
    _field(sheet, 'client.registration_address', 'Адрес регистрации', LEFT, y, RIGHT - LEFT, height=38)
    y = _clauses(sheet, y - 40) - 52
    _field(sheet, 'lender.legal_name', 'Кредитор', LEFT, y, RIGHT - LEFT)
    y -= STEP
    _field(sheet, 'seller.name', 'Продавец товаров', LEFT, y, 250)
    _field(sheet, 'request.amount', 'Запрошенная сумма, руб.', LEFT + 262, y, 110)
    _field(sheet, 'request.made_on', 'Дата', LEFT + 384, y, RIGHT - LEFT - 384)
    _signature(sheet, y - 48)
    sheet.save()
    return out.getvalue()


def _head(sheet: Canvas) -> None:
    sheet.setFillColor(TEAL)
    sheet.rect(0, HEIGHT - 64, WIDTH, 64, stroke=0, fill=1)
    sheet.setFillColor(white)
    sheet.setFont(BOLD, 17)
    sheet.drawString(LEFT, HEIGHT - 41, 'Тестовая МФО')
    sheet.setFont(REGULAR, 9)
    sheet.drawRightString(RIGHT, HEIGHT - 39, 'форма согласия 1')
    sheet.setFillColor(DARK)
    sheet.setFont(BOLD, 14)
    sheet.drawString(LEFT, HEIGHT - 98, 'Согласие на обработку персональных данных')


def _field(sheet: Canvas, name: str, label: str, x: float, y: float, width: float, height: float = 20) -> None:
    """A label over a pale box, and the field inside the box."""
    sheet.setFillColor(GREY)
    sheet.setFont(REGULAR, 8)
    sheet.drawString(x, y + 23, label)
    sheet.setFillColor(PALE)
    sheet.rect(x, y + 20 - height, width, height, stroke=0, fill=1)
    air = 4 if height > 20 else 1
    sheet.acroForm.textfield(
        name=name, x=x + 4, y=y + 20 - height + air, width=width - 8, height=height - 2 * air, fontSize=10,
        borderWidth=0, fillColor=PALE, borderColor=PALE, fieldFlags='multiline' if height > 20 else '')


def _clauses(sheet: Canvas, y: float) -> float:
    """The text of the consent; where it ends."""
    for clause in _CLAUSES:
        paragraph = Paragraph(clause, _TEXT)
        _, height = paragraph.wrap(RIGHT - LEFT, HEIGHT)
        y -= height + 6
        paragraph.drawOn(sheet, LEFT, y)
    return y


def _signature(sheet: Canvas, y: float) -> None:
    for number, (name, label) in enumerate((
        ('signing.by_sms', 'подписано кодом из СМС (простая электронная подпись)'),
        ('signing.on_paper', 'подписано собственноручно: ______________________'),
    )):
        at = y - number * 22
        sheet.acroForm.checkbox(
            name=name, x=LEFT, y=at - 3, size=13, borderWidth=0.8, borderColor=TEAL, fillColor=white, textColor=DARK)
        sheet.setFillColor(DARK)
        sheet.setFont(REGULAR, 9.5)
        sheet.drawString(LEFT + 20, at, label)
