from collections.abc import Callable, Iterable
from typing import Any, TypeVar

_F = TypeVar('_F', bound=Callable[..., Any])

def action(
    *, permissions: Iterable[str] | None = ..., description: Any = ..., url_path: str | None = ...,
    attrs: dict[str, Any] | None = ..., icon: str | None = ..., variant: Any = ..., dialog: Any = ...,
) -> Callable[[_F], _F]: ...
def display(
    *, boolean: bool | None = ..., image: bool | None = ..., ordering: Any = ..., description: Any = ...,
    empty_value: str | None = ..., dropdown: bool | None = ..., label: Any = ..., header: bool | None = ...,
) -> Callable[[_F], _F]: ...
