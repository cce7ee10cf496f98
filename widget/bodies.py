"""JSON bodies of the candidate's door: their shapes, their limits, and the sentence that says what is wrong with one."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, Literal, TypeVar

from flask import request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from domain.errors import Refused

LARGEST = 256 << 10


def _printable(text: str) -> str:
    """One line that cannot break a log, a mail header or a page."""
    if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in text):
        raise ValueError("holds characters that cannot be written")
    return text


def _storable(text: str) -> str:
    """PostgreSQL cannot keep a zero character, and half a surrogate pair is no character."""
    if any(c == "\0" or unicodedata.category(c) == "Cs" for c in text):
        raise ValueError("holds characters that cannot be stored")
    return text


Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_printable)]
Prose = Annotated[str, StringConstraints(max_length=4000), AfterValidator(_storable)]
Id = Annotated[str, StringConstraints(pattern="^[0-9A-Za-z_-]{1,64}$")]
Code = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_.-]{1,40}$")]
Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Size = Annotated[int, Field(ge=0, le=1 << 50, strict=True)]


class Body(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Open(Body):
    token: str = ""
    host_origin: Annotated[str, StringConstraints(max_length=300)] | None = None
    locale: Line = ""


class ConsentGiven(Body):
    recording: Annotated[bool, Field(strict=True)] = False
    ai: Annotated[bool, Field(strict=True)] = False


class Device(Body):
    kind: Literal["phone", "tablet", "computer"] | None = None
    engine: Code | None = None


class Accommodation(Body):
    more_time: bool = False
    other_kinds: bool = False
    more_retakes: bool = False
    message: Prose = ""


class Inquiry(Open):
    kind: Code
    message: Prose = ""
    name: Line = ""
    email: Line = ""


class Correction(Body):
    number: Annotated[int, Field(ge=1, le=10_000, strict=True)]
    text: Annotated[str, AfterValidator(_storable)]


class Start(Open):
    notice_hash: str = ""
    consent: ConsentGiven = ConsentGiven()
    name: Line = ""
    email: Annotated[Line, StringConstraints(max_length=200)] = ""
    time_zone: Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_+/-]{1,60}$")] = "UTC"
    device: Device = Device()
    accommodation: Accommodation = Accommodation()


class Close(Body):
    bytes: Size
    sha256: Sha256 | None = None
    seconds: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None = None
    reason: Literal["stopped", "limit", "interrupted", "recovered"]


class AnswerGiven(Body):
    take_id: Id | None = None
    text: Annotated[str, AfterValidator(_storable)] | None = None


class AnswerClaimed(Body):
    question_id: Id
    sha256: Sha256 | None = None
    bytes: Size | None = None


class Submit(Body):
    answers: Annotated[list[AnswerClaimed], Field(max_length=100)] = []


class AiConsent(Body):
    ai: Annotated[bool, Field(strict=True)]


class Event(Body):
    step: Literal["notice", "devices", "question", "review", "submitted"]
    position: Annotated[int, Field(ge=1, le=100)] | None = None
    trouble: Code | None = None


T = TypeVar("T", bound=BaseModel)


def read(shape: type[T]) -> T:
    """The request's body in this shape. Raises Refused with the field that is missing or wrong."""
    request.max_content_length = LARGEST
    try:
        return shape.model_validate_json(request.get_data(cache=False) or b"{}")
    except ValidationError as wrong:
        first: Any = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        text = f"The field “{field}” is missing or wrong." if field else "The request's body is not the JSON this address expects."
        raise Refused(text, "Reload the page and try again.", field=field) from None
