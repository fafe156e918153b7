"""dp method get_contract."""
from __future__ import annotations

from typing import Any

from pydantic import Field

from applications.selectors import current_documents
from applications.vocabulary import ContractStatus
from contracts import wire
from contracts.rules import Method
from contracts.selectors import find_case
from denimhub.dp.call import Call
from denimhub.dp.objects import Contract, File, Shape
from denimhub.dp.schemas import OfferCall

SUMMARY = 'get_contract – получение договора'
DESCRIPTION = """\
Пока договор готовится, `contract_status` равен `pending`. При `done` приходят условия (`contract`) и печатные
формы (`files`), которые нужно показать клиенту. У BNPL в договоре нет `number` и `effective_rate`.
"""
ERRORS = (2000, 3102, 3103, 6011, 6009, 6010, 3104)


class Request(OfferCall):
    """Who asks and about what."""


class Answer(Shape):
    contract_status: ContractStatus = Field(description='Статус готовности договора')
    contract: Contract | None = Field(None, description='Информация по договору. Только при contract_status = done')
    files: list[File] | None = Field(
        None, description='Файлы, которые необходимо показать клиенту. Только при contract_status = done')


def handle(call: Call, body: Request) -> dict[str, Any]:
    """The contract and its printed forms once they are ready; reads only our own database."""
    case = find_case(body.partner_guid, body.form_guid, body.offer_guid)
    status = case.answer(Method.GET_CONTRACT)
    if status != ContractStatus.DONE:
        return {'contract_status': status}
    return {
        'contract_status': status,
        'contract': wire.contract_object(case.deal, case.application.kind),
        'files': wire.file_objects(current_documents(case.application.pk, 'contract')),
    }
