"""Model fields whose column holds sealed bytes only: decrypted at the first access, sealed again at save."""

from typing import TYPE_CHECKING, Any, NamedTuple

import pydantic_core
from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query_utils import DeferredAttribute

from vault import sealing

if TYPE_CHECKING:
    _JSONBase = models.Field[Any, Any]
    _TextBase = models.Field[str, str]
else:
    _JSONBase = _TextBase = models.Field


class Sealed(NamedTuple):
    """Bytes as they lie in the column: not yet opened."""

    data: bytes


class _SealedAttribute(DeferredAttribute):
    """Opens the value at its first access and keeps the plain one on the instance."""

    field: 'EncryptedField'

    def __get__(self, instance: models.Model | None, owner: Any = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            # The loader of deferred values answers with the plain value already.
            super().__get__(instance, owner)
        value = instance.__dict__[name]
        if isinstance(value, Sealed):
            value = self.field.open(value, instance)
            instance.__dict__[name] = value
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        # A data descriptor: without this method Python would not ask __get__ at all.
        instance.__dict__[self.field.attname] = value


class EncryptedField(_JSONBase):
    """A column of sealed bytes, bound to its table, column and the `context` attribute of its row."""

    descriptor_class = _SealedAttribute

    def __init__(self, *args: Any, context: str = 'guid', **kwargs: Any) -> None:
        self.context = context
        kwargs.setdefault('editable', False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Keep the context in migrations."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, 'context': self.context, 'editable': self.editable}

    def get_internal_type(self) -> str:
        """The column is bytea."""
        return 'BinaryField'

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Refuse what cannot work on sealed bytes."""
        errors = super().check(**kwargs)
        if self.unique or self.db_index or self.primary_key:  # type: ignore[attr-defined]
            errors.append(checks.Error(
                'An encrypted column cannot be indexed: equal values have different bytes.',
                hint='Keep a blind index (vault.blind) beside it.', obj=self, id='vault.E001'))
        if not hasattr(self.model, self.context) and not self._is_field(self.context):
            errors.append(checks.Error(
                f'The context attribute {self.context!r} does not exist.', obj=self, id='vault.E002'))
        return errors

    def encode(self, value: Any) -> bytes:
        """Plain value to plain bytes."""
        raise TypeError('use EncryptedJSONField or EncryptedTextField')

    def decode(self, data: bytes) -> Any:
        """Plain bytes to plain value."""
        raise TypeError('use EncryptedJSONField or EncryptedTextField')

    def seal(self, value: Any, instance: models.Model) -> Sealed:
        """Seal a plain value for this instance."""
        return Sealed(sealing.seal(
            self.encode(value), table=self.model._meta.db_table, column=self.column_name, row=self.row_of(instance)))

    def open(self, sealed: Sealed, instance: models.Model) -> Any:
        """Open the value this instance was loaded with."""
        return self.decode(sealing.unseal(
            sealed.data, table=self.model._meta.db_table, column=self.column_name, row=self.row_of(instance)))

    @property
    def column_name(self) -> str:
        """The column, as it stands in the associated data."""
        return str(self.column)

    def row_of(self, instance: models.Model) -> str:
        """The text that names the row in the associated data, the same before the first save and after a load."""
        value = getattr(instance, self.context)
        if isinstance(value, str) and self._is_field(self.context):
            value = self.model._meta.get_field(self.context).to_python(value)  # type: ignore[union-attr]
        if value is None or value == '':
            raise ValueError(f'{self.model.__name__}.{self.context} must be set before {self.name} is sealed')
        return str(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """What goes into the column: the stored bytes when nobody opened them, else freshly sealed ones."""
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, Sealed):
            # Proves that they still belong to this row: a copied instance under a new guid must not save them.
            self.open(value, model_instance)
            return value
        if value is None or hasattr(value, 'resolve_expression'):
            return value
        return self.seal(value, model_instance)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Sealed | None:
        """Keep the bytes as they are until somebody asks for them."""
        return None if value is None else Sealed(bytes(value))

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        """Only sealed bytes reach the database."""
        if value is None:
            return None
        if isinstance(value, Sealed):
            return connection.Database.Binary(value.data)  # type: ignore[attr-defined]
        raise TypeError(
            f'{self.model.__name__}.{self.name} is encrypted for its row: set it on an instance and save() it, '
            'or pass vault.fields.Sealed(vault.sealing.seal(...))')

    def get_lookup(self, lookup_name: str) -> Any:
        """Nothing but isnull can be asked of sealed bytes."""
        return super().get_lookup(lookup_name) if lookup_name == 'isnull' else None

    def get_transform(self, lookup_name: str) -> Any:
        """No transforms on sealed bytes."""
        return None

    def value_to_string(self, obj: models.Model) -> str:
        """Refuse to be dumped: a fixture would hold the secret in the clear."""
        raise TypeError(f'{self.model.__name__}.{self.name} is encrypted and is not dumped')

    def _is_field(self, name: str) -> bool:
        try:
            self.model._meta.get_field(name)
        except FieldDoesNotExist:
            return False
        return True


class EncryptedJSONField(EncryptedField):
    """A JSON value (dict, list, str, int, float, bool) in one sealed column; None is NULL."""

    def encode(self, value: Any) -> bytes:
        """JSON in UTF-8."""
        return pydantic_core.to_json(value)

    def decode(self, data: bytes) -> Any:
        """JSON from UTF-8."""
        return pydantic_core.from_json(data)


class EncryptedTextField(EncryptedField):
    """A text in one sealed column; None is NULL."""

    if TYPE_CHECKING:
        _pyi_private_set_type: str
        _pyi_private_get_type: str

    def encode(self, value: Any) -> bytes:
        """UTF-8; anything but a str is a mistake of the caller."""
        if not isinstance(value, str):
            raise TypeError(f'{self.name} must be a str, not {type(value).__name__}')
        return value.encode()

    def decode(self, data: bytes) -> str:
        """Text from UTF-8."""
        return data.decode()
