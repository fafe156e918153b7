"""The one view of the partner API: from a request to the envelope."""
from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language, override
from rest_framework.request import Request
from rest_framework.views import APIView
from structlog.contextvars import bind_contextvars

from applications.refusals import Refusal
from denimhub.dp import envelope
from denimhub.dp.admission import admitted_guid
from denimhub.dp.call import Call, Method
from denimhub.dp.errors import Fault, UnknownMethod, WrongVerb, as_fault
from denimhub.dp.language import RUSSIAN, language_for
from denimhub.dp.limits import check_rate
from denimhub.dp.openapi import MethodSchema
from denimhub.dp.parser import check_media_type, drop_body, read_document, upload_slot
from partners.calls import CALL, Noted, likely_guid
from vault.address import from_meta


class PartnerView(APIView):
    """What all addresses under /dp/ share: no authentication classes, no negotiation, one verb, one envelope."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    parser_classes = ()
    schema: Any = None
    verb = 'POST'

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Replaces the framework's own round of negotiation and wrapping, which a till has no use for."""
        try:
            if request.method != self.verb:
                drop_body(request)
                raise WrongVerb(self.verb)
            return self.answer(request, *args, **kwargs)
        except Exception as trouble:  # noqa: BLE001  # never HTML, never a traceback
            return self.say(as_fault(trouble))

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        raise UnknownMethod

    @staticmethod
    def say(trouble: Fault, language: str = RUSSIAN) -> HttpResponse:
        """A protocol fault on the wire and in the line of the request log."""
        bind_contextvars(code=int(trouble.status))
        return envelope.fault(trouble, language)


class MethodView(PartnerView):
    """One POST method of the API."""

    schema = MethodSchema()
    method: Method = None  # type: ignore[assignment]  # given to as_view()

    def post(self, request: Request) -> None:
        """Only declares the verb: the work is in answer()."""

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        check_media_type(request)
        with upload_slot(request) if self.method.is_upload else nullcontext():
            document = read_document(request, self.method.limit_bytes)
            return self.answer_document(request, document)

    def answer_document(self, request: HttpRequest, document: dict[str, Any]) -> HttpResponse:
        language = language_for(request.META.get('HTTP_ACCEPT_LANGUAGE', ''), document.get('partner_guid'))
        call = Call(request.META.get('HTTP_X_REQUEST_ID', ''), language, from_meta(request.META))
        noted = _noted(request, self.method.name, document)
        with nullcontext() if get_language() == language else override(language):
            try:
                check_rate(document.get('partner_guid'))
                if 'partner_guid' in document:
                    document['partner_guid'] = admitted_guid(document['partner_guid'], request.META)
                answer = self.method.perform(call, document)
                if noted.form_guid is None:
                    noted.form_guid = likely_guid(answer.get('form_guid'))
                return envelope.success(answer)
            except Refusal as refused:
                bind_contextvars(code=refused.code)
                noted.code, noted.fields = refused.code, ','.join(refused.data)
                return envelope.refusal(refused, language)
            except Exception as trouble:  # noqa: BLE001
                return self.say(as_fault(trouble), language)


def _noted(request: HttpRequest, method: str, document: dict[str, Any]) -> Noted:
    """What goes to the log of calls, with the request so that its last layer finds it."""
    noted = request.META[CALL] = Noted(
        likely_guid(document.get('partner_guid')) or '', method, likely_guid(document.get('form_guid')))
    return noted


class NothingHere(PartnerView):
    """Every other address under /dp/, those with a slash at the end included."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        drop_body(request)
        return self.say(UnknownMethod())
