"""Gives an exported graph another number of labels: its bytes are changed where that is said.

An ONNX file is a protocol buffer: fields, each a number, a kind and a value. Those that matter here
have their numbers from the published ``onnx.proto``; all others are kept as they are, so no package
is needed that knows them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from har_live.errors import WeightsError
from har_live.lessons.tensors_file import Place

_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_GRAPH = 7  # of ModelProto
_INITIALIZER, _OUTPUT = 5, 12  # of GraphProto
_DIMS, _EXTERNAL_DATA = 1, 13  # of TensorProto
_KEY, _VALUE = 1, 2  # of StringStringEntryProto
_TO_LAST_SIZE = (2, 1, 2)  # ValueInfoProto.type, .tensor_type, .shape
_DIM, _DIM_VALUE = 1, 1  # of TensorShapeProto, and of its Dimension


class _Field(NamedTuple):
    number: int
    kind: int
    value: int | bytes


def with_tensors_at(
    model: bytes,
    before: Mapping[str, Place],
    after: Mapping[str, Place],
    num_labels: int,
) -> bytes:
    """Let a graph of ours find its numbers in another tensors file.

    Args:
        model: an ONNX file whose numbers lie in a tensors file.
        before: where each tensor lies in that.
        after: where each lies in the other one; shapes may differ.
        num_labels: sizes of the first output: its last one.

    Raises:
        WeightsError: it is no such file.
    """
    name_at = {place.offset: name for name, place in before.items()}
    found: set[str] = set()

    def tensor(data: bytes) -> bytes:
        fields = _fields(data)
        entries = {}
        for field in fields:
            if field.number == _EXTERNAL_DATA:
                entry = {part.number: part.value for part in _fields(_bytes(field))}
                entries[entry[_KEY]] = entry[_VALUE]
        if not entries:
            return data
        name = name_at[int(entries[b"offset"])]
        rest = [field for field in fields if field.number not in (_DIMS, _EXTERNAL_DATA)]
        found.add(name)
        place = after[name]
        told = {b"offset": place.offset, b"length": place.length}
        entries |= {key: str(value).encode() for key, value in told.items()}
        sizes = [_Field(_DIMS, _VARINT, size) for size in place.shape]
        where = [
            _Field(
                _EXTERNAL_DATA,
                _BYTES,
                _message([_Field(_KEY, _BYTES, key), _Field(_VALUE, _BYTES, value)]),
            )
            for key, value in entries.items()
        ]
        return _message([*sizes, *rest, *where])

    def graph(data: bytes) -> bytes:
        fields = _changed(_fields(data), _INITIALIZER, tensor)
        first = next(number for number, field in enumerate(fields) if field.number == _OUTPUT)
        fields[first] = fields[first]._replace(
            value=_with_last_size(_bytes(fields[first]), num_labels)
        )
        return _message(fields)

    try:
        changed = _message(_changed(_fields(model), _GRAPH, graph))
    except (IndexError, KeyError, ValueError, StopIteration) as error:
        raise WeightsError(f"the ONNX file is none of har-live's own: {error!r}") from error
    # A number alone may be part of another constant, where it is equal.
    whole = {name for name, place in after.items() if place.shape}
    if missing := sorted(whole - found):
        raise WeightsError(f"the ONNX file does not read {', '.join(missing)} from its tensors")
    return changed


def _with_last_size(output: bytes, size: int) -> bytes:
    def shape(data: bytes) -> bytes:
        fields = _fields(data)
        last = max(number for number, field in enumerate(fields) if field.number == _DIM)
        value = _message([_Field(_DIM_VALUE, _VARINT, size)])
        fields[last] = _Field(_DIM, _BYTES, value)
        return _message(fields)

    def inside(data: bytes, path: tuple[int, ...]) -> bytes:
        if not path:
            return shape(data)
        return _message(_changed(_fields(data), path[0], lambda part: inside(part, path[1:])))

    return inside(output, _TO_LAST_SIZE)


def _changed(
    fields: Iterable[_Field], number: int, change: Callable[[bytes], bytes]
) -> list[_Field]:
    return [
        field._replace(value=change(_bytes(field))) if field.number == number else field
        for field in fields
    ]


def _bytes(field: _Field) -> bytes:
    if not isinstance(field.value, bytes):
        raise ValueError(f"field {field.number} is a number")
    return field.value


def _fields(data: bytes) -> list[_Field]:
    fields, at = [], 0
    while at < len(data):
        key, at = _read_number(data, at)
        number, kind = key >> 3, key & 7
        value: int | bytes
        if kind == _VARINT:
            value, at = _read_number(data, at)
        else:
            length = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}.get(kind)
            if length is None:
                if kind != _BYTES:
                    raise ValueError(f"field {number} is of kind {kind}")
                length, at = _read_number(data, at)
            if at + length > len(data):
                raise ValueError("it ends too early")
            value, at = data[at : at + length], at + length
        fields.append(_Field(number, kind, value))
    return fields


def _message(fields: Iterable[_Field]) -> bytes:
    parts = []
    for number, kind, value in fields:
        parts.append(_number(number << 3 | kind))
        if isinstance(value, int):
            parts.append(_number(value))
        else:
            parts += [_number(len(value)), value] if kind == _BYTES else [value]
    return b"".join(parts)


def _read_number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _number(value: int) -> bytes:
    parts = []
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])
