"""Dictionaries to the letter of the document, its misspellings included."""
from __future__ import annotations

from django.db.models import TextChoices

from applications import vocabulary
from applications.vocabulary import (
    CATEGORIES_BY_GROUP,
    BankCardPresence,
    CardIssuingBank,
    ClientEvaluationGroup,
    CreditOrganization,
    Gender,
    ItemCategory,
    ItemGroup,
    ScansStatus,
    ScanStatus,
    ScanType,
)

SIZES = {
    'BankCardPresence': 4, 'BankCardType': 2, 'CarPresence': 3, 'CardIssuingBank': 27, 'ClientEvaluationGroup': 5,
    'ClientEvaluationLevel': 23, 'CommunicationType': 3, 'ContractStatus': 4, 'CreditCount': 4,
    'CreditOrganization': 27, 'Education': 7, 'EmployerCompanyStatus': 4, 'EmployerScope': 34, 'Employment': 8,
    'EmploymentPositionType': 7,
    'Gender': 2, 'HousingStatus': 5, 'IssueStatus': 6, 'ItemCategory': 80, 'ItemGroup': 14, 'MaritalStatus': 5,
    'MobileContractType': 2, 'MobileOperator': 9, 'OfferStatus': 4, 'OtherIncomeType': 13, 'PaymentState': 3,
    'PaymentStatus': 4, 'PreviousCreditType': 4, 'RelationType': 11, 'ScanStatus': 5, 'ScanType': 56, 'ScansStatus': 7,
    'SigningStatus': 5, 'TermUnit': 3,
}


def test_every_dictionary_has_all_its_words_each_with_a_name() -> None:
    found = {name: choices for name, choices in vars(vocabulary).items()
             if isinstance(choices, type) and issubclass(choices, TextChoices)}
    assert {name: len(choices.values) for name, choices in found.items()} == SIZES
    for choices in found.values():
        for word, label in choices.choices:
            assert word == word.strip()
            assert label


def test_the_misspellings_of_the_document_are_kept() -> None:
    assert 'EMBOSSSED_CARD' in BankCardPresence.values
    assert 'UNEMBOSSSED_CARD' in BankCardPresence.values
    assert 'JEWELERY' in ItemGroup.values
    assert 'CAMCODER' in ItemCategory.values
    assert 'VNESHTEORGBANK' in CardIssuingBank.values
    assert 'VNESHTORGBANK' in CreditOrganization.values
    assert set(CardIssuingBank.values) ^ set(CreditOrganization.values) == {'VNESHTEORGBANK', 'VNESHTORGBANK'}
    assert 'SUSPICIOUS_LOOKS_CLIENT' in ClientEvaluationGroup.values
    assert Gender.values == ['M', 'F']
    assert Gender.M.value.isascii()


def test_the_80_categories_are_shared_out_among_the_14_groups() -> None:
    assert set(CATEGORIES_BY_GROUP) == set(ItemGroup)
    shared = [category for several in CATEGORIES_BY_GROUP.values() for category in several]
    assert len(shared) == len(set(shared)) == 80
    assert set(shared) == set(ItemCategory)
    assert ItemCategory.OTHER_SERVICES in CATEGORIES_BY_GROUP[ItemGroup.OTHER]


def test_the_status_of_a_scan_and_of_all_scans_end_in_different_words() -> None:
    assert 'CONFIRMED' in ScanStatus.values
    assert 'CONFIRMED' not in ScansStatus.values
    assert 'ACCEPTED' in ScansStatus.values
    assert ScanType.PAYMENT_PLAN_10.value == 'PAYMENT_PLAN_10'
