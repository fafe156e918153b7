"""What the partner is told of a scan that comes back: what is wrong, and what to do."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from scans.quality import Flaw, Verdict

UNREADABLE: Final = gettext_noop('The file could not be processed: scan the document again')
SAME_PICTURE: Final = gettext_noop('The same picture was sent as {type}: send the picture of this document')
TOO_MANY_PAGES: Final = gettext_noop(
    'The lender takes at most {most} pages of this document, there are {pages}: send fewer')
NOT_SMALLER: Final = gettext_noop(
    'The picture cannot be made as small as the lender takes it: scan in fewer dots per inch or fewer pages')
_FLAWS: Final[Mapping[Flaw, str]] = {
    Flaw.DARK: gettext_noop('The picture is too dark: scan again in good light'),
    Flaw.BLANK: gettext_noop('Nothing is to be seen on the picture: scan the document again'),
    Flaw.SMALL: gettext_noop(
        'The picture is too small: its short side has {side} pixels, at least {least_side} are needed. '
        'Scan with 200 dots per inch or more'),
    Flaw.PALE: gettext_noop('The picture is too light, nothing can be read: scan again, darker or without flash'),
    Flaw.BLURRED: gettext_noop('The picture is blurred: hold the camera still, focus on the document and scan again'),
}
_PAGE: Final = gettext_noop('Page {page}. {reason}')


def russian(msgid: str, **values: object) -> str:
    """A text that is stored for the partner: jobs have no language of their own."""
    with override('ru'):
        return _(msgid).format(**values)


def reason_of_flaw(verdict: Verdict) -> str:
    """The text for a flaw, with the page where there are several."""
    reason = russian(_FLAWS[verdict.flaw], side=verdict.side, least_side=verdict.least_side)
    return russian(_PAGE, page=verdict.page, reason=reason) if verdict.page else reason
