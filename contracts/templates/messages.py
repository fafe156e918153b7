"""The texts of findings for operators: what is wrong and what to do. The only room of templates that knows Django."""
from __future__ import annotations

from collections import defaultdict
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from contracts.templates.findings import Fault, Finding, Place, Trouble

_PLACES: Final = {
    Place.LINE: gettext_noop('line %(at)s'), Place.FIELD: gettext_noop('field %(at)s'),
    Place.PAGE: gettext_noop('page %(at)s'), Place.FILE: gettext_noop('file'),
}
_NEAR: Final = gettext_noop('Did you mean %(near)s?')
MESSAGES: Final[dict[Trouble, str]] = {
    Trouble.EMPTY: gettext_noop('The file is empty: choose the file of the template.'),
    Trouble.TOO_LARGE: gettext_noop('The file is larger than %(most)s: make it smaller.'),
    Trouble.TOO_MANY_PAGES: gettext_noop('More than %(most)s pages come out: shorten the template.'),
    Trouble.TOO_LARGE_OUTPUT: gettext_noop('The form comes out too large: shorten the template.'),
    Trouble.TOO_SLOW: gettext_noop(
        'The check or the printing takes longer than 10 seconds: make the template simpler, or try again.'),
    Trouble.TOO_HEAVY: gettext_noop('The template takes too much time or memory: make it simpler.'),
    Trouble.BROKEN: gettext_noop('The file cannot be read: save it again in the program that made it.'),
    Trouble.UNKNOWN_VARIABLE: gettext_noop('There is no variable %(name)s: take a name from the list of variables.'),
    Trouble.NOT_AT_THIS_STAGE: gettext_noop('%(name)s is not known at this stage: take it out of the template.'),
    Trouble.NOT_UTF8: gettext_noop('The file is not in UTF-8: save it in this encoding.'),
    Trouble.CONTROL_CHARACTER: gettext_noop('There is a character %(code)s that cannot be printed: delete it.'),
    Trouble.SYNTAX: gettext_noop('The template cannot be read here: check brackets and endings (%(reason)s).'),
    Trouble.UNKNOWN_FILTER: gettext_noop('There is no filter %(name)s: take a name from the list of filters.'),
    Trouble.UNKNOWN_TEST: gettext_noop('There is no test “is %(name)s”: compare with ==, <, > or take odd, even.'),
    Trouble.UNKNOWN_FUNCTION: gettext_noop('There is no function %(name)s: take a name from the list of functions.'),
    Trouble.FUNCTION_WITHOUT_CALL: gettext_noop('%(name)s is a function: write it with brackets, %(name)s(…).'),
    Trouble.FAILED_AT_PRINTING: gettext_noop(
        'The template cannot be printed on the sample: check values and sizes here (%(reason)s).'),
    Trouble.NAME_TAKEN: gettext_noop('%(name)s is a name of ours: give your variable another one.'),
    Trouble.NOT_A_LIST: gettext_noop('A loop goes over a list only: goods or schedule.'),
    Trouble.FORBIDDEN_STATEMENT: gettext_noop('{%% %(name)s %%} is not allowed: only if, for and set are.'),
    Trouble.FORBIDDEN_EXPRESSION: gettext_noop(
        '“%(name)s” is not allowed in an expression: take a variable, a filter, a comparison or a sum.'),
    Trouble.TOO_DEEP: gettext_noop('Too much is nested here: at most two loops, three tables and 60 tags.'),
    Trouble.TOO_LONG_TEXT: gettext_noop('The text in quotation marks is too long: write it outside of {{ }}.'),
    Trouble.FORBIDDEN_TAG: gettext_noop('The tag <%(name)s> is not allowed: delete it.'),
    Trouble.FORBIDDEN_ATTRIBUTE: gettext_noop('The attribute %(name)s is not allowed here: delete it.'),
    Trouble.FORBIDDEN_VALUE: gettext_noop('The value of an attribute is not allowed: %(name)s.'),
    Trouble.FORBIDDEN_CSS: gettext_noop('The style “%(name)s” is not allowed: delete it or write it more simply.'),
    Trouble.FORBIDDEN_MARKUP: gettext_noop('The markup “%(name)s” is not allowed: delete it.'),
    Trouble.TOO_MANY_TAGS: gettext_noop('There are too many tags: shorten the template.'),
    Trouble.TOO_MANY_RULES: gettext_noop('There are too many styles: leave those that are used.'),
    Trouble.EXTERNAL_REFERENCE: gettext_noop(
        '%(name)s refers to something outside of the template: nothing is loaded, delete the reference.'),
    Trouble.VARIABLE_IN_MARKUP: gettext_noop(
        'A variable or statement stands inside of a tag or style (%(name)s): it may stand in text and in class only.'),
    Trouble.NOT_PRINTABLE: gettext_noop(
        '%(name)s is a group, a list or yes/no: print one of its variables, or use it in {%% if %%} or {%% for %%}.'),
    Trouble.ENCRYPTED: gettext_noop('The file has a password: save it without one.'),
    Trouble.ACTIVE: gettext_noop('The file holds scripts, actions or attachments: save it without them.'),
    Trouble.NO_PAGES: gettext_noop('The file has no pages.'),
    Trouble.NO_FIELDS: gettext_noop('The file has no form fields: add fields named as variables.'),
    Trouble.DYNAMIC_FORM: gettext_noop('This is a dynamic XFA form: save it as a usual PDF form (AcroForm).'),
    Trouble.EXPANDS: gettext_noop('The file expands to too much: save it again, with smaller pictures.'),
    Trouble.WRONG_FIELD_KIND: gettext_noop('The kind of the field does not fit %(name)s: text, or a check box.'),
    Trouble.FIELD_WITHOUT_PLACE: gettext_noop('The field lies on no page: delete it or put it on one.'),
    Trouble.FIELD_TOO_SMALL: gettext_noop(
        'Even at %(least)s pt only %(fits)s of %(length)s characters fit: make the field larger, or let it have '
        'several lines.'),
    Trouble.FIELD_OUTSIDE_PAGE: gettext_noop('The field lies outside of page %(page)s: move it onto the page.'),
    Trouble.FIELD_WITHOUT_SIZE: gettext_noop('The field on page %(page)s has no size: draw it anew or delete it.'),
    Trouble.FIELD_WITHOUT_NAME: gettext_noop('There is a field without a name: name it after a variable.'),
    Trouble.FIELD_HIDDEN: gettext_noop('The field on page %(page)s is hidden: show it or delete it.'),
    Trouble.FIELD_NOT_DRAWABLE: gettext_noop(
        'A field of this kind is not filled in (%(name)s): make it a text field or a check box.'),
    Trouble.BUTTON_UNCLEAR: gettext_noop(
        'The export value “%(name)s” of a radio button says neither yes nor no: write Yes or No.'),
    Trouble.WHOLE_LIST: gettext_noop('%(name)s is a whole list: name the field after a part of one line.'),
    Trouble.QR_TOO_SMALL: gettext_noop('The QR code cannot be read at this size: make the field at least %(most)s.'),
    Trouble.ROW_MISSING: gettext_noop(
        'Line %(row)s of the list %(name)s has no field though later lines have: add it (numbers begin with 0).'),
    Trouble.TOO_FEW_ROWS: gettext_noop(
        '%(name)s: %(length)s lines are to be printed, %(fits)s have fields. Add fields for the other lines, or one '
        'field %(rest)s of several lines for all of them.'),
    Trouble.SIGNED: gettext_noop('The file is signed and would not stay so: take it without signatures.'),
    Trouble.FOREIGN_NOTE: gettext_noop('There is a note or another addition (%(name)s): delete it from the page.'),
    Trouble.TOO_MANY_FIELDS: gettext_noop('There are more than %(most)s fields: make the form shorter.'),
}


def told(fault: Fault) -> Finding:
    """A fault in the words of the current language."""
    words: defaultdict[str, str] = defaultdict(str, fault.words)
    message = _(MESSAGES[fault.trouble]) % words
    if words['near']:
        message = f'{message} {_(_NEAR) % words}'
    return Finding(_(_PLACES[fault.place]) % {'at': fault.at}, message.replace(' ()', ''))
