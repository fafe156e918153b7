"""The table of contents of the partner API."""
from __future__ import annotations

from django.urls import URLPattern, path, re_path

from denimhub.dp.call import Method
from denimhub.dp.get_file import GetFile
from denimhub.dp.methods import (
    cancel,
    check_sms_code,
    confirm_contract,
    confirm_offer,
    create_form,
    get_contract,
    get_issue_status,
    get_offers,
    get_payment_status,
    get_scans_status,
    get_signing_status,
    resend_sms_code,
    save_scans,
    send_sms_link,
)
from denimhub.dp.parser import FORM_LIMIT_BYTES, SMALL_LIMIT_BYTES
from denimhub.dp.view import MethodView, NothingHere

METHODS = (
    Method('create_form', create_form, FORM_LIMIT_BYTES, is_upload=True),
    Method('get_offers', get_offers, SMALL_LIMIT_BYTES),
    Method('confirm_offer', confirm_offer, SMALL_LIMIT_BYTES),
    Method('get_contract', get_contract, SMALL_LIMIT_BYTES),
    Method('send_sms_link', send_sms_link, SMALL_LIMIT_BYTES),
    Method('resend_sms_code', resend_sms_code, SMALL_LIMIT_BYTES),
    Method('check_sms_code', check_sms_code, SMALL_LIMIT_BYTES),
    Method('save_scans', save_scans, FORM_LIMIT_BYTES, is_upload=True),
    Method('get_scans_status', get_scans_status, SMALL_LIMIT_BYTES),
    Method('confirm_contract', confirm_contract, SMALL_LIMIT_BYTES),
    Method('get_signing_status', get_signing_status, SMALL_LIMIT_BYTES),
    Method('get_payment_status', get_payment_status, SMALL_LIMIT_BYTES),
    Method('get_issue_status', get_issue_status, SMALL_LIMIT_BYTES),
    Method('cancel', cancel, SMALL_LIMIT_BYTES),
)

urlpatterns: list[URLPattern] = [
    *(path(method.name, MethodView.as_view(method=method), name=f'dp-{method.name}') for method in METHODS),
    path('get_file', GetFile.as_view(), name='dp-get_file'),
    re_path('', NothingHere.as_view()),
]
