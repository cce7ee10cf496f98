"""Every refusal the product makes, with the sentence a person reads and what they can do about it.

Doors turn a `Refused` into a page or a JSON body; nothing else of an exception ever reaches a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class Refused(Exception):
    """A request that is not allowed or cannot work as it stands."""

    code: ClassVar[str] = "bad_request"
    status: ClassVar[int] = 400
    message: ClassVar[str] = "That request could not be understood."
    action: ClassVar[str] = "Go back, reload the page and try again."

    def __init__(self, message: str | None = None, action: str | None = None, **details: Any) -> None:
        self.text = message or self.message
        self.remedy = action or self.action
        self.details: Mapping[str, Any] = details
        super().__init__(self.text)


class NotFound(Refused):
    code, status = "not_found", 404
    message = "This does not exist, or it is not yours to see."
    action = "Check the address, or go back to the inbox."


class Invalid(Refused):
    """`fields` maps a form field to what is wrong with it."""

    code, status = "invalid", 422
    message = "Something in the form needs your attention."
    action = "Correct the marked fields; nothing you typed is lost."

    def __init__(self, message: str | None = None, fields: Mapping[str, str] | None = None) -> None:
        self.fields: Mapping[str, str] = fields or {}
        super().__init__(message)
        self.details = {"fields": dict(self.fields)} if self.fields else {}


class Conflict(Refused):
    code, status = "conflict", 409
    message = "Somebody, or another tab, changed this in the meantime."
    action = "Reload to see the newest state; what you typed is still on your screen."


class TooLarge(Refused):
    code, status = "too_large", 413
    message = "This is larger than allowed."
    action = "Send something smaller."


class TooMany(Refused):
    code, status = "too_many", 429
    message = "That was too often in a short time."
    action = "Wait a moment, then try again."


class StorageFull(Refused):
    code, status = "storage_full", 507
    message = "Our storage is full at the moment. Nothing you recorded is lost: it stays in this browser."
    action = "Keep this page open. We try again by ourselves."


class Forbidden(Refused):
    code, status = "forbidden", 403
    message = "Your role does not allow this."
    action = "Ask an owner of this account to do it or to change your role."


class CrossSite(Refused):
    code, status = "cross_site", 403
    message = "This request came from another website and was refused."
    action = "Open the page here and try again."


class TokenRefused(Refused):
    status = 401
    code = "token_invalid"
    message = "This link is damaged or incomplete."
    action = "Open the link again from the original message or page."


class TokenMissing(TokenRefused):
    code = "token_missing"
    message = "A link or key is missing."


class TokenWrongKind(TokenRefused):
    code = "token_wrong_kind"
    message = "This link is meant for something else."


class TokenExpired(TokenRefused):
    code = "token_expired"
    message = "This link has expired."
    action = "Ask the employer for a new one. If you had started, come back through the page you started on."


class TokenRetired(TokenRefused):
    code = "token_retired"
    message = "This link was made with a key that is no longer in use."
    action = "Ask the employer for a new link or snippet."


class TokenRevoked(TokenRefused):
    code = "token_revoked"
    message = "This link was withdrawn by the employer."
    action = "Ask the employer for a new one."


class OriginRefused(Refused):
    code, status = "origin_refused", 403
    message = "This interview may not be shown on this website."
    action = "Open it from the employer's own careers page. If you are the employer, add this address to the snippet's allowed origins."


class SessionEnded(Refused):
    code, status = "session_ended", 409
    message = "This interview has ended and can no longer be changed."
    action = "Your receipt shows what was kept."


class OtherTab(Refused):
    code, status = "other_tab", 409
    message = "This interview is open in another tab or on another device."
    action = "Go on there, or choose to use this one instead."


class NoticeChanged(Refused):
    code, status = "notice_changed", 409
    message = "The information about this interview has changed since you opened it."
    action = "Please read it again; then you can go on."


class ConsentNeeded(Refused):
    code, status = "consent_needed", 422
    message = "We may only record after you agree to it."
    action = "Tick the box to agree, or ask for another way to answer."


class NotComplete(Refused):
    """`missing` lists `{"question_id", "reason"}` for each answer the server does not fully hold."""

    code, status = "not_complete", 409
    message = "Not every answer has arrived yet."
    action = "Keep this page open: the rest is being sent. Then submit again."


class Gone(Refused):
    code, status = "gone", 410
    message = "This recording was removed, or was left unfinished for too long."
    action = "Reload the page. If this browser still holds the recording, it is sent again."


class ChecksumMismatch(Refused):
    code, status = "checksum_mismatch", 460
    message = "A piece of the recording was damaged on its way and was not stored."
    action = "Send the same piece again."


class ProtocolVersion(Refused):
    code, status = "protocol_version", 412
    message = "This server speaks tus 1.0.0."
    action = "Send the header Tus-Resumable: 1.0.0."


class UnsupportedType(Refused):
    code, status = "unsupported_type", 415
    message = "This type of file or body cannot be taken here."
    action = "Send video or audio, in a body of type application/offset+octet-stream."


class Unavailable(Refused):
    code, status = "unavailable", 503
    message = "Our storage does not answer at the moment. Nothing you recorded is lost: it stays in this browser."
    action = "Keep this page open. We try again by ourselves."


class Unstorable(Refused):
    message = "What was sent holds characters that cannot be stored. Nothing was changed."
    action = "Go back, type it anew and send it again."
