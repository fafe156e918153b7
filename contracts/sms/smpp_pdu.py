"""The few PDUs of SMPP 3.4 that sending messages needs, as bytes. Pure; numbers in brackets are sections of the
specification (Issue 1.2).

Our own and not a library: smpplib is LGPL and not safe between threads, smpp34 confirms a delivery report before it can
have been stored, aiosmpplib wants an event loop. The tests read what is written here with smpp34.
"""
from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

HEADER: Final = struct.Struct('>IIII')
MOST_BYTES: Final = 64 * 1024
RESPONSE: Final = 0x80000000

GENERIC_NACK: Final = 0x80000000
QUERY_SM: Final = 0x03
SUBMIT_SM: Final = 0x04
DELIVER_SM: Final = 0x05
UNBIND: Final = 0x06
BIND_TRANSCEIVER: Final = 0x09
ENQUIRE_LINK: Final = 0x15

ROK, RINVCMDID, RSYSERR, RINVSRCADR, RINVDSTADR = 0x00, 0x03, 0x08, 0x0A, 0x0B
RBINDFAIL, RINVPASWD, RINVSYSID, RMSGQFUL, RTHROTTLED, RX_T_APPN = 0x0D, 0x0E, 0x0F, 0x14, 0x58, 0x64
"""command_status [5.1.3]."""

RECEIPTED_MESSAGE_ID: Final = 0x001E
SAR_MSG_REF_NUM: Final = 0x020C
SAR_TOTAL_SEGMENTS: Final = 0x020E
SAR_SEGMENT_SEQNUM: Final = 0x020F
MESSAGE_PAYLOAD: Final = 0x0424
MESSAGE_STATE: Final = 0x0427

VERSION_34: Final = 0x34
UCS2: Final = 0x08
WITH_UDH: Final = 0x40
RECEIPT_WANTED: Final = 0x01
_RECEIPT_TYPES: Final = 0x3C
_IS_RECEIPT: Final = 0x04
TON_INTERNATIONAL, NPI_ISDN = 1, 1
TON_NETWORK, TON_ALPHANUMERIC, NPI_UNKNOWN = 3, 5, 0
SHORT_NUMBER_DIGITS: Final = 8


class BadPdu(ValueError):
    """The peer does not speak SMPP: the connection is of no more use."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One PDU: header fields and the raw body."""

    command: int
    status: int
    sequence: int
    body: bytes = b''

    def encode(self) -> bytes:
        """The whole PDU."""
        return HEADER.pack(HEADER.size + len(self.body), self.command, self.status, self.sequence) + self.body


def length_of(header: bytes) -> int:
    """The whole length of the PDU that begins with this header. Raises BadPdu."""
    length: int = HEADER.unpack(header)[0]
    if not HEADER.size <= length <= MOST_BYTES:
        raise BadPdu('a PDU of impossible length')
    return length


def decode(data: bytes) -> Pdu:
    """A whole PDU. Raises BadPdu."""
    if len(data) < HEADER.size or length_of(data[:HEADER.size]) != len(data):
        raise BadPdu('a PDU is not as long as it says')
    _length, command, status, sequence = HEADER.unpack_from(data)
    return Pdu(command, status, sequence, data[HEADER.size:])


def c_string(text: str) -> bytes:
    """A C-octet string; what is not ASCII or holds NUL raises ValueError."""
    if '\0' in text:
        raise ValueError('NUL in a text of SMPP')
    return text.encode('ascii') + b'\0'


def tlv(tag: int, value: bytes) -> bytes:
    """An optional parameter [5.3]."""
    return struct.pack('>HH', tag, len(value)) + value


@dataclass(frozen=True, slots=True)
class Address:
    """Type of number, plan, digits or letters."""

    ton: int
    npi: int
    value: str

    def encode(self) -> bytes:
        """As it stands in a body."""
        return bytes((self.ton, self.npi)) + c_string(self.value)


def sender_address(sender: str) -> Address:
    """How a sender's name or number is written: letters, a short number, or a whole number."""
    digits = sender.removeprefix('+')
    if not digits.isascii() or not digits.isdigit():
        return Address(TON_ALPHANUMERIC, NPI_UNKNOWN, sender)
    if len(digits) <= SHORT_NUMBER_DIGITS:
        return Address(TON_NETWORK, NPI_UNKNOWN, digits)
    return Address(TON_INTERNATIONAL, NPI_ISDN, digits)


def phone_address(phone: str) -> Address:
    """A phone in E.164."""
    return Address(TON_INTERNATIONAL, NPI_ISDN, phone.removeprefix('+'))


def bind_body(system_id: str, password: str, system_type: str) -> bytes:
    """bind_transceiver [4.1.5]."""
    return c_string(system_id) + c_string(password) + c_string(system_type) + bytes((VERSION_34, 0, 0)) + b'\0'


@dataclass(frozen=True, slots=True)
class Segment:
    """One submit_sm: its bytes in UCS-2 (with the header of a part, if it has one), flags, optional parameters."""

    content: bytes
    esm_class: int = 0
    options: bytes = b''


def segments(parts: list[str], *, reference: int, way: str) -> list[Segment]:
    """How a text goes out: whole, or in parts joined by `udh` (a header in each), `sar` (parameters) or as one
    `payload`, which the gateway cuts itself. The same reference for a repeat lets a phone join what came before."""
    coded = [part.encode('utf-16-be') for part in parts]
    if len(coded) == 1:
        return [Segment(coded[0])]
    if way == 'payload':
        return [Segment(b'', options=tlv(MESSAGE_PAYLOAD, b''.join(coded)))]
    total = len(coded)
    if way == 'sar':
        return [
            Segment(content, options=tlv(SAR_MSG_REF_NUM, struct.pack('>H', reference)) + tlv(
                SAR_TOTAL_SEGMENTS, bytes((total,))) + tlv(SAR_SEGMENT_SEQNUM, bytes((number,))))
            for number, content in enumerate(coded, 1)]
    return [
        Segment(bytes((5, 0, 3, reference & 0xFF, total, number)) + content, esm_class=WITH_UDH)
        for number, content in enumerate(coded, 1)]


def submit_body(sender: Address, phone: Address, segment: Segment, *, life: str) -> bytes:
    """submit_sm [4.4.1] with a receipt wanted; `life` is a relative validity period [7.1.1] or empty."""
    return b''.join((
        c_string(''), sender.encode(), phone.encode(), bytes((segment.esm_class, 0, 0)), c_string(''), c_string(life),
        bytes((RECEIPT_WANTED, 0, UCS2, 0, len(segment.content))), segment.content, segment.options))


def relative_life(seconds: float) -> str:
    """A validity period `YYMMDDhhmmss000R`, at least a minute, at most 24 hours."""
    whole = min(max(int(seconds), 60), 24 * 3600)
    days, rest = divmod(whole, 24 * 3600)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    return f'0000{days:02d}{hours:02d}{minutes:02d}{left:02d}000R'


def query_body(message_id: str, sender: Address) -> bytes:
    """query_sm [4.8.1]."""
    return c_string(message_id) + sender.encode()


class Reader:
    """Takes a body apart from its beginning. Raises BadPdu at its end."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def byte(self) -> int:
        """One octet."""
        return self.octets(1)[0]

    def octets(self, length: int) -> bytes:
        """So many octets."""
        found = self._body[self._at:self._at + length]
        if len(found) != length:
            raise BadPdu('a PDU ends too soon')
        self._at += length
        return found

    def c_string(self) -> str:
        """Up to the next NUL."""
        end = self._body.find(b'\0', self._at)
        if end < 0:
            raise BadPdu('a text without an end')
        found = self._body[self._at:end]
        self._at = end + 1
        return found.decode('latin-1')

    def options(self) -> Mapping[int, bytes]:
        """The optional parameters that are left; the last of equal ones wins."""
        found = {}
        while self._at < len(self._body):
            tag, length = struct.unpack('>HH', self.octets(4))
            found[tag] = self.octets(length)
        return found


@dataclass(frozen=True, slots=True)
class Delivered:
    """A deliver_sm [4.6.1], as far as it matters here."""

    is_receipt: bool
    message: bytes = b''
    options: Mapping[int, bytes] = field(default_factory=dict)


def read_deliver(body: bytes) -> Delivered:
    """What came with a deliver_sm. Raises BadPdu."""
    reader = Reader(body)
    reader.c_string()
    for _address in range(2):
        reader.octets(2)
        reader.c_string()
    esm_class = reader.octets(3)[0]
    reader.c_string()
    reader.c_string()
    reader.octets(4)
    message = reader.octets(reader.byte())
    options = reader.options()
    return Delivered(
        esm_class & _RECEIPT_TYPES == _IS_RECEIPT, message or options.get(MESSAGE_PAYLOAD, b''), options)
