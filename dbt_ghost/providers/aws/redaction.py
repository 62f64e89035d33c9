"""What may be written of a call to AWS: everything but secrets and data. Pure.

botocore's service models say which values are sensitive and botocore makes no use of it. What they do not mark (signed
URLs, temporary credentials, payloads, messages) is listed here. A secret leaves one fixed word: no length, no digest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from botocore.model import OperationModel, Shape

HIDDEN = "(hidden)"

SECRETS = frozenset(
    "SecretAccessKey SessionToken WebIdentityToken SAMLAssertion TokenCode authorizationToken CiphertextBlob Plaintext"
    " Payload LogResult ClientContext ZipFile MessageBody GrantTokens GrantToken EventSourceToken".split()
)
"""Members that are credentials or data in whatever they are part of."""

DATA = frozenset(
    {
        *(("Message", "Body"), ("MessageAttributeValue", "StringValue"), ("MessageAttributeValue", "StringListValues")),
        *((entry, part) for entry in ("PublishInput", "PublishBatchRequestEntry") for part in ("Message", "Subject")),
        *((event, "message") for event in ("FilteredLogEvent", "OutputLogEvent", "InputLogEvent")),
        *(("Target", "Input"), ("InputTransformer", "InputTemplate"), ("PutEventsRequestEntry", "Detail")),
    }
)
"""(structure, member) that is what flows through a system, not how it is set up."""

SIGNED = frozenset(
    {
        ("FunctionCodeLocation", "Location"),
        ("LayerVersionContentOutput", "Location"),
        ("GetDownloadUrlForLayerResponse", "downloadUrl"),
    }
)
"""(structure, member) that is a URL which whoever has it can fetch."""

SECRET_HEADERS = frozenset(
    "authorization proxy-authorization cookie set-cookie x-amz-security-token x-amz-client-context x-amz-log-result"
    " x-amz-server-side-encryption-customer-key x-amz-copy-source-server-side-encryption-customer-key".split()
)

Hide = Callable[[object], object]
"""What stands in a secret's place."""

_TEXT = ("string", "char")
_PLAIN = ("boolean", "integer", "long", "float", "double", "timestamp")

_SHORTEST_ECHO = 4
"""Characters. Shorter values are in most texts by accident."""

_SECRET_QUERY = r"x-amz-|signature|credential|token|secret|passw|pwd|awsaccesskeyid|sig="


def _asked(found: re.Match[str]) -> str:
    """A URL with its query, unless that lets somebody in."""
    secret = re.search(_SECRET_QUERY, found[2], re.IGNORECASE)
    return f"{found[1]}?{HIDDEN}" if secret else found[0]


_TEXTS: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"(?s)-----BEGIN [A-Z0-9 ]+-----.*?(-----END [A-Z0-9 ]+-----|\Z)", HIDDEN),
    (r"\b([a-z][a-z0-9+.-]*://)\S*@", rf"\1{HIDDEN}@"),
    (r"\b([a-z][a-z0-9+.-]*://[^\s?\"'<>]+)\?([^\s\"'<>]+)", _asked),
    (r"\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?", HIDDEN),
    (r"\b(AKIA|ASIA)[A-Z0-9]{12,}\b", HIDDEN),
    (r"\b((?:proxy-)?authorization\b\W{1,4})[^\r\n]+", rf"\1{HIDDEN}"),
    (r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}", rf"\1 {HIDDEN}"),
    (
        r"((?:secret_?access_?key|session_?token|x-amz-security-token|securitytoken|passw(?:or)?d|pwd)"
        r"[\"']?\s*(?:=|:|>)\s*)(\"[^\"]*\"|'[^']*'|[^\s\"'<,;&]+)",
        rf"\1{HIDDEN}",
    ),
    (r"(Credential=|Signature=)[^\s,&\"']+", rf"\1{HIDDEN}"),
    # Lambda says the whole environment of a function whose environment is too large.
    (r"(?s)(String measured: ).*", rf"\1{HIDDEN}"),
    (r"(?s)(\bValue )'.*'( at ')", rf"\1{HIDDEN}\2"),
    # botocore's words for a wrong parameter.
    (r"(?s)(\bparameter [^\n]*?, value: ).*?(, (?:type: <class|valid min (?:value|length): )|\Z)", rf"\1{HIDDEN}\2"),
    (r"(?s)(\bInvalid (?:bucket name|ARN:?|length for) ).*?(: |\Z)", rf"\1{HIDDEN}\2"),
)
"""(pattern, what takes its place), in this order."""

_PARAMETER = (
    r"(?m)^(?:Missing required parameter in|Unknown parameter in|Invalid parameter"
    r"|Invalid (?:type|value|length) for(?: document)? parameter) "
    r"([A-Za-z][\w.\[\]]*)(?:: \"([A-Za-z]\w*)\")?"
)
"""In botocore's report, a line each: what is wrong with which parameter, and which one of its parts."""


def redacted_params(operation: OperationModel, params: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of what an operation is asked with. What its model does not know is hidden."""
    return _part(operation.input_shape, params)


def redacted_answer(operation: OperationModel, answer: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of what an operation answered, an error too."""
    return _part(operation.output_shape, answer)


def redacted_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: HIDDEN if name.lower() in SECRET_HEADERS else redacted_text(str(value)) for name, value in headers.items()
    }


def redacted_text(text: str) -> str:
    """Free text, an exception's say, without what looks like a credential, and without botocore's and Lambda's echoes
    of parameters. It cannot know a secret that looks like nothing: see `without`.
    """
    for pattern, instead in _TEXTS:
        text = re.sub(pattern, instead, text, flags=re.IGNORECASE)
    return text


def without(text: str, values: Iterable[str]) -> str:
    """The text without these values, plain or as JSON has them."""
    forms = {form for value in values for form in (value, *(_json(value, ascii) for ascii in (True, False)))}
    for form in sorted(forms, key=len, reverse=True):
        if len(form) >= _SHORTEST_ECHO:
            text = text.replace(form, HIDDEN)
    return text


def secrets_in(operation: OperationModel, params: Mapping[str, Any]) -> frozenset[str]:
    """The texts among the parameters that are hidden; not those of packages and objects, which nothing echoes."""
    found: set[str] = set()

    def keep(value: object) -> object:
        found.update(_texts(value))
        return HIDDEN

    if operation.input_shape is not None:
        _walk(operation.input_shape, params, keep)
    return frozenset(found)


def wrong_parameters(report: str) -> tuple[str, ...]:
    """The names, as `Environment.Variables.STAGE`, that botocore's report of wrong parameters is about; no values."""
    found = (".".join(filter(None, match.groups())).removeprefix("input.") for match in re.finditer(_PARAMETER, report))
    return tuple(dict.fromkeys(found))


def _part(shape: Shape | None, value: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: _about(name, inner) for name, inner in value.items() if shape is None or name not in shape.members}
    known = {name: inner for name, inner in value.items() if name not in found}
    return found | (_walk(shape, known, lambda _: HIDDEN) if shape is not None else {})


def _about(name: str, value: Any) -> Any:
    """What every answer has beside what its model says."""
    if name == "ResponseMetadata" and isinstance(value, Mapping):
        plain = {key: value[key] for key in ("RequestId", "HostId", "HTTPStatusCode", "RetryAttempts") if key in value}
        return plain | {"HTTPHeaders": redacted_headers(value.get("HTTPHeaders", {}))}
    if name == "Error" and isinstance(value, Mapping):
        return {key: redacted_text(str(value[key])) for key in ("Code", "Message", "Type") if key in value}
    return HIDDEN


def _walk(shape: Shape, value: Any, hide: Hide) -> Any:
    """Hidden is also what is no text, number or time (bodies, packages), or not what its model says that it is."""
    kind = shape.type_name
    if not _is_secret(shape):
        if kind == "structure" and isinstance(value, Mapping):
            return {name: _member(shape, name, inner, hide) for name, inner in value.items()}
        if kind == "map" and isinstance(value, Mapping):
            return {_walk(shape.key, name, hide): _walk(shape.value, inner, hide) for name, inner in value.items()}
        if kind == "list" and isinstance(value, list | tuple):
            return [_walk(shape.member, inner, hide) for inner in value]
        if kind in _TEXT and isinstance(value, str):
            return redacted_text(value)
        if kind in _PLAIN and isinstance(value, bool | int | float | datetime):
            return value
    return hide(value)


def _member(shape: Shape, name: str, value: Any, hide: Hide) -> Any:
    if name not in shape.members or name in SECRETS or (shape.name, name) in DATA:
        return hide(value)
    if (shape.name, name) in SIGNED and isinstance(value, str):
        return value.partition("?")[0] + (f"?{HIDDEN}" if "?" in value else "")
    return _walk(shape.members[name], value, hide)


def _is_secret(shape: Shape) -> bool:
    """A document may hold anything."""
    return bool(shape.metadata.get("sensitive") or getattr(shape, "is_document_type", False))


def _json(text: str, ascii: bool) -> str:
    return json.dumps(text, ensure_ascii=ascii)[1:-1]


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    for each in inner:
        yield from _texts(each)
