"""Two realistic PDF forms as a lender's designer would hand them over: a contract of two pages and a consent."""
from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, cast

import pikepdf
from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from contracts.forms.sheet import BOLD, REGULAR

WIDTH, HEIGHT = A4
LEFT, RIGHT = 50.0, WIDTH - 42.0
INK = Color(0.08, 0.16, 0.33)
PALE = Color(0.93, 0.95, 0.985)
GREY = Color(0.45, 0.48, 0.55)
RULE = Color(0.72, 0.77, 0.86)


_CONSENT = (
    'свободно, своей волей и в своём интересе даю согласие на обработку моих персональных данных: фамилии,',
    'имени, отчества, даты и места рождения, данных документа, удостоверяющего личность, адресов, телефона,',
    'адреса электронной почты, сведений о занятости и доходах.', '',
    '1. Цель обработки: рассмотрение заявки на кредит, заключение и исполнение договора.',
    '2. Действия: сбор, запись, систематизация, накопление, хранение, уточнение, извлечение, использование,',
    'передача, блокирование, удаление и уничтожение, с использованием средств автоматизации и без них.',
    '3. Срок: пять лет со дня подписания, а если договор заключён — до исполнения обязательств по нему.',
    '4. Отзыв: письменным заявлением по адресу кредитора.',
)


class Form:
    """A canvas that goes down the page, printing labels and placing fields."""

    def __init__(self) -> None:
        self.out = io.BytesIO()
        self.canvas: Any = Canvas(self.out, pagesize=A4, initialFontName=REGULAR, invariant=1)
        self.y = HEIGHT
        self.right: set[str] = set()

    def words(self, x: float, y: float, text: str, size: float = 9.0, font: str = REGULAR, color: Color = INK) -> None:
        self.canvas.setFillColor(color)
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, y, text)

    def field(self, name: str, x: float, y: float, width: float, height: float, **looks: Any) -> None:
        flags = ' '.join(flag for flag in ('multiline', 'comb') if looks.pop(flag, False))
        self.canvas.acroForm.textfield(
            name=name, x=x, y=y, width=width, height=height, borderWidth=0, fillColor=None, borderColor=None,
            fontSize=looks.pop('size', 9), fieldFlags=flags, **looks)

    def head(self, title: str, under: str) -> None:
        self.canvas.setFillColor(INK)
        self.canvas.rect(0, HEIGHT - 58, WIDTH, 58, stroke=0, fill=1)
        self.words(LEFT, HEIGHT - 32, title, 15, BOLD, Color(1, 1, 1))
        self.words(LEFT, HEIGHT - 48, under, 8.5, REGULAR, Color(0.8, 0.86, 0.96))
        self.y = HEIGHT - 84

    def section(self, title: str) -> None:
        self.y -= 14
        self.words(LEFT, self.y, title, 10.5, BOLD)
        self.canvas.setStrokeColor(INK)
        self.canvas.setLineWidth(0.8)
        self.canvas.line(LEFT, self.y - 4, RIGHT, self.y - 4)
        self.y -= 10

    def line(self, *cells: tuple[str, str, float], height: float = 15.0, **looks: Any) -> None:
        """Cells side by side: label, name of the field, part of the width."""
        x, room = LEFT, RIGHT - LEFT
        for label, name, part in cells:
            width = room * part - 8
            self.words(x, self.y - 8, label, 7, color=GREY)
            self.canvas.setFillColor(PALE)
            self.canvas.roundRect(x, self.y - 12 - height, width, height, 2, stroke=0, fill=1)
            self.field(name, x, self.y - 12 - height, width, height, **looks)
            x += room * part
        self.y -= height + 15

    def foot(self, number: int, total: int) -> None:
        self.canvas.setStrokeColor(RULE)
        self.canvas.setLineWidth(0.5)
        self.canvas.line(LEFT, 40, RIGHT, 40)
        self.words(LEFT, 28, 'АО «Образцовый банк» · форма К-17 · редакция 3', 7, color=GREY)
        self.canvas.setFont(REGULAR, 7)
        self.canvas.drawRightString(RIGHT, 28, f'Страница {number} из {total}')
        self.canvas.showPage()

    def table(
        self, heads: list[tuple[str, float]], rows: int, name: Callable[[int, int], str], right: set[int],
    ) -> None:
        """A ruled table with a field in each cell."""
        room, height = RIGHT - LEFT, 15.5
        self.y -= 4
        top = self.y
        self.canvas.setFillColor(INK)
        self.canvas.rect(LEFT, top - height, room, height, stroke=0, fill=1)
        x = LEFT
        for column, (title, part) in enumerate(heads):
            if column in right:
                self.canvas.setFillColor(Color(1, 1, 1))
                self.canvas.setFont(BOLD, 8)
                self.canvas.drawRightString(x + room * part - 4, top - 10.5, title)
            else:
                self.words(x + 4, top - 10.5, title, 8, BOLD, Color(1, 1, 1))
            for row in range(rows):
                bottom = top - height * (row + 2)
                self.field(name(row, column), x + 1, bottom, room * part - 2, height, size=8.5)
                if column in right:
                    self.right.add(name(row, column))
            x += room * part
        self.canvas.setStrokeColor(RULE)
        self.canvas.setLineWidth(0.4)
        for row in range(rows + 1):
            self.canvas.line(LEFT, top - height * (row + 1), RIGHT, top - height * (row + 1))
        self.y = top - height * (rows + 1) - 6

    def done(self) -> bytes:
        self.canvas.save()
        out = io.BytesIO()
        with pikepdf.open(self.out) as document:
            for page in document.pages:
                for widget in cast(Any, page.obj.Annots):
                    if str(widget.T) in self.right:
                        widget.Q = 2
            document.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue()


def contract_form() -> bytes:
    form = Form()
    form.head('ДОГОВОР ПОТРЕБИТЕЛЬСКОГО КРЕДИТА', 'Индивидуальные условия')
    form.words(LEFT, form.y, '№', 10, BOLD)
    form.field('contract.number', LEFT + 14, form.y - 5, 180, 16, size=11)
    form.field('contract.made_on_words', RIGHT - 200, form.y - 5, 120, 16)
    form.field('qr', RIGHT - 62, form.y - 50, 62, 62)
    form.y -= 10
    form.section('Заёмщик')
    form.line(('Фамилия, имя, отчество', 'client.full_name', 0.62), ('Дата рождения', 'client.birth_date', 0.24))
    form.line(('Серия паспорта', 'client.passport_series', 0.16), ('Номер', 'client.passport_number', 0.22),
              ('Выдан', 'client.passport_issue_date', 0.2),
              ('Код подразделения', 'client.passport_division_code', 0.42),
              size=10)
    form.line(('Кем выдан', 'client.passport_issued_by', 1))
    form.line(('Адрес регистрации', 'client.registration_address', 1), height=26, multiline=True, size=9)
    form.line(('Мобильный телефон', 'client.phone', 0.4), ('Электронная почта', 'client.email', 0.6))
    form.section('Условия')
    form.line(('Сумма кредита', 'contract.amount_full', 1), height=26, multiline=True)
    form.line(('Ставка, % годовых', 'contract.rate', 0.25),
              ('Полная стоимость, % годовых', 'contract.effective_rate', 0.3),
              ('Полная стоимость в деньгах, руб.', 'contract.full_cost', 0.45))
    form.line(('Срок', 'contract.term', 0.25), ('Первый платёж', 'contract.first_payment_date', 0.3),
              ('Регулярный платёж, руб.', 'contract.regular_payment', 0.45))
    for at, (name, label) in enumerate((
            ('contract.has_life_insurance', 'Страхование жизни'),
            ('contract.has_work_insurance', 'Страхование от потери работы'))):
        x = LEFT + at * 180
        form.canvas.acroForm.checkbox(
            name=name, x=x, y=form.y - 16, size=12, borderColor=INK, fillColor=None, textColor=INK, borderWidth=1,
            buttonStyle='check')
        form.words(x + 18, form.y - 13, label)
    form.y -= 24
    form.section('Товары')
    columns = ('number', 'name', 'category', 'price')
    form.table([('№', 0.06), ('Товар', 0.5), ('Категория', 0.24), ('Цена, руб.', 0.2)], 5,
               lambda row, column: f'goods[{row}].{columns[column]}', {3})
    form.words(LEFT, form.y - 10, 'Итого, руб.', 9, BOLD)
    form.field('goods_total', RIGHT - 101, form.y - 14, 100, 15)
    form.right.add('goods_total')
    form.y -= 34
    form.section('Подписи сторон')
    form.line(('Кредитор', 'lender.legal_name', 0.5), ('Заёмщик', 'client.short_name#2', 0.5))
    form.line(('Адрес и реквизиты кредитора', 'lender.address', 0.5), ('Телефон заёмщика', 'client.phone#2', 0.5))
    form.line(('', 'lender.details', 0.5), height=22, multiline=True, size=8)
    for x in (LEFT, LEFT + (RIGHT - LEFT) / 2):
        form.canvas.setStrokeColor(INK)
        form.canvas.setLineWidth(0.6)
        form.canvas.line(x, form.y - 24, x + 200, form.y - 24)
        form.words(x, form.y - 33, 'подпись', 7, color=GREY)
    form.foot(1, 2)

    form.head('ГРАФИК ПЛАТЕЖЕЙ', 'Приложение к договору потребительского кредита')
    form.line(('Договор', 'contract.number#2', 0.35), ('Заёмщик', 'client.full_name#2', 0.65))
    parts = ('number', 'date', 'payment', 'principal', 'interest', 'balance')
    form.table([('№', 0.08), ('Дата', 0.16), ('Платёж, руб.', 0.2), ('Основной долг', 0.2), ('Проценты', 0.16),
                ('Остаток', 0.2)], 24, lambda row, column: f'schedule[{row}].{parts[column]}', {2, 3, 4, 5})
    form.words(LEFT, form.y - 10, 'Всего к уплате:', 9, BOLD)
    form.field('schedule_total.payment_words', LEFT + 80, form.y - 15, 390, 16)
    form.y -= 60
    form.words(LEFT, form.y, 'Подпись заёмщика', 8, color=GREY)
    form.canvas.setStrokeColor(INK)
    form.canvas.line(LEFT + 80, form.y - 2, LEFT + 230, form.y - 2)
    form.field('client.short_name', LEFT + 245, form.y - 6, 160, 16)
    form.foot(2, 2)
    return form.done()


def consent_form() -> bytes:
    form = Form()
    form.head('СОГЛАСИЕ НА ОБРАБОТКУ ПЕРСОНАЛЬНЫХ ДАННЫХ', 'Федеральный закон от 27.07.2006 № 152-ФЗ, статья 9')
    form.line(('Я,', 'client.full_name', 0.7), ('дата рождения', 'client.birth_date', 0.3), size=10)
    form.line(('Паспорт', 'client.passport', 1), height=26, multiline=True)
    form.line(('Адрес', 'client.registration_address', 1), height=26, multiline=True)
    form.words(LEFT, form.y - 14, 'Пол:')
    for at, (name, label) in enumerate((('client.is_male', 'мужской'), ('client.is_female', 'женский'))):
        x = LEFT + 40 + at * 90
        form.canvas.acroForm.checkbox(
            name=name, x=x, y=form.y - 17, size=12, borderColor=INK, fillColor=None, textColor=INK, borderWidth=1,
            buttonStyle='cross')
        form.words(x + 17, form.y - 14, label)
    form.y -= 36
    for text in _CONSENT:
        form.words(LEFT, form.y, text, 10)
        form.y -= 15 if text else 6
    form.section('Кому даётся согласие')
    form.line(('Наименование', 'lender.legal_name', 1), height=16)
    form.line(('Адрес', 'lender.address', 1), height=16)
    form.line(('Реквизиты', 'lender.details', 1), height=16)
    form.section('Подпись')
    form.line(('Дата', 'request.made_on_words', 0.3), ('Фамилия и инициалы', 'client.short_name', 0.35),
              ('Телефон', 'client.phone', 0.35))
    form.canvas.setStrokeColor(INK)
    form.canvas.line(LEFT, form.y - 34, LEFT + 200, form.y - 34)
    form.words(LEFT, form.y - 43, 'подпись', 7, color=GREY)
    form.foot(1, 1)
    return form.done()
