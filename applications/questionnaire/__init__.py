"""The form of create_form: one table of fields, the models made from it, the rules between fields."""
from applications.questionnaire.canonical import FORM_VERSION, canonical
from applications.questionnaire.first_look import NotAForm, first_look
from applications.questionnaire.marks import Mode
from applications.questionnaire.reading import Peek, Profile, Questionnaire, mode_of, peek, read_form
from applications.questionnaire.redirects import redirect_problem
from applications.questionnaire.scans import ScanIn

__all__ = [
    'FORM_VERSION', 'Mode', 'NotAForm', 'Peek', 'Profile', 'Questionnaire', 'ScanIn', 'canonical', 'first_look',
    'mode_of', 'peek', 'read_form', 'redirect_problem',
]
