"""Which formats there are. A new one is a module and a line here."""
from __future__ import annotations

from typing import Final

from registries.formats.base import Format
from registries.formats.csv_file import CSV
from registries.formats.pdf_file import PDF
from registries.formats.xlsx_file import XLSX
from registries.formats.xml_file import XML

FORMATS: Final[dict[str, Format]] = {one.name: one for one in (CSV, XLSX, XML, PDF)}
