"""`.env.example` is complete, and names nothing that is not read."""
import re

from denimhub.conf.environment import ROOT

# Read by the process manager's lines and by processes of their own.
OUTSIDE_SETTINGS = {'WEB_THREADS', 'LENDER_THREADS', 'DOCUMENT_PROCESSES'}


def test_every_setting_is_explained_and_every_explained_one_is_read() -> None:
    settings = (ROOT / 'denimhub' / 'settings.py').read_text(encoding='utf-8')
    read = set(re.findall(r"env\.\w+\(\s*'([A-Z_]+)'", settings))
    explained = set(re.findall(r'^([A-Z_]+)=', (ROOT / '.env.example').read_text(encoding='utf-8'), re.MULTILINE))
    assert explained - OUTSIDE_SETTINGS == read
    procfile = (ROOT / 'Procfile').read_text(encoding='utf-8')
    assert all(f'${{{name}:-' in procfile for name in OUTSIDE_SETTINGS)
