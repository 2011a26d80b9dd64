"""The keys that pydantic models accept at a path, to suggest one for a misspelt key."""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

Place = tuple[str | int, ...]


def keys_at(annotation: Any, path: Place, loc: Place) -> set[str]:
    """The keys that a model accepts at a path; `loc`, of pydantic's error, selects the member of a union."""
    for model in _models_in(annotation, loc):
        if not path:
            return set(model.model_fields)
        field = model.model_fields.get(str(path[0]))
        return keys_at(field.annotation, path[1:], loc) if field else set()
    inner = _content_of(annotation)
    return keys_at(inner, path[1:], loc) if inner is not None and path else set()


def _models_in(annotation: Any, loc: Place) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) is Annotated:
        yield from _models_in(get_args(annotation)[0], loc)
    elif get_origin(annotation) in {Union, UnionType}:
        for member in get_args(annotation):
            yield from (model for model in _models_in(member, loc) if _is_meant(model, loc))


def _is_meant(model: type[BaseModel], loc: Place) -> bool:
    tag = model.model_fields.get("type")
    is_tagged = tag is not None and get_origin(tag.annotation) is Literal
    return not is_tagged or tag is None or get_args(tag.annotation)[0] in loc


def _content_of(annotation: Any) -> Any:
    """The type of a list's, tuple's or dictionary's values."""
    if get_origin(annotation) is Annotated:
        return _content_of(get_args(annotation)[0])
    arguments = [one for one in get_args(annotation) if one not in {Ellipsis, type(None)}]
    if get_origin(annotation) is dict:
        return arguments[1]
    return arguments[0] if get_origin(annotation) is tuple else None
