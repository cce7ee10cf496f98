"""What the frame is told, as the JSON of docs/candidate-api.md. Reads rows, decides nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from domain import accommodations, answers, clips, consents, designs, inquiries, logos, media, notices, receipts, uploads
from domain.arrivals import Arrival
from domain.designs import InterviewDesign
from domain.receipts import Receipt, Recording, Words
from models import Answer, CandidateSession, Employer, Inquiry, InterviewVersion, Notice, Question, Take, db
from models.candidate import ENDED
from widget.guards import settings, tokens

Json = dict[str, Any]


def moment(at: datetime | None) -> str | None:
    """ISO 8601 in UTC, or None."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def opened(arrival: Arrival, notice: Notice, now: datetime) -> Json:
    """The answer to `POST /c/open`."""
    session = arrival.session
    is_begun = session is not None and session.state != "invited"
    employer = db.session().get_one(Employer, arrival.employer_id)
    shown: Json = {
        "state": session.state if session is not None and is_begun else "new",
        "employer": {"name": employer.name, "logo_url": _logo(employer, now)},
        "interview": interview(arrival, employer, is_begun, now),
        "notice": told(notice),
        "person": {"name": session.candidate.name, "email": session.candidate.email} if session else None,
    }
    return shown | (entry(session, now) if session is not None and is_begun else {"token": None, "resume": None, "session": None})


def entry(session: CandidateSession, now: datetime) -> Json:
    """The tokens with which this tab goes on, and the session."""
    claims: dict[str, str | int | list[str]] = {"session": session.id, "version": session.resume_version}
    token = tokens().mint("candidate", claims | {"tab": session.tab}, now)
    return {"token": token, "resume": tokens().mint("resume", claims, now), "session": shown_session(session, now)}


def started(arrival: Arrival, session: CandidateSession, now: datetime) -> Json:
    """The answer to `POST /c/start`: with the interview, since every question may be shown now."""
    employer = db.session().get_one(Employer, arrival.employer_id)
    return entry(session, now) | {"interview": interview(replace(arrival, session=session), employer, True, now)}


def interview(arrival: Arrival, employer: Employer, is_begun: bool, now: datetime) -> Json:
    """INTERVIEW; questions the employer keeps back stay empty until the session has begun."""
    version, session = arrival.version, arrival.session
    design = InterviewDesign.model_validate(version.design)
    name, email = notices.contact(employer, design)
    return {
        "title": design.title,
        "opening": design.opening,
        "welcome": design.welcome,
        "welcome_clip": _clip(design.welcome_clip_id, now),
        "locale": design.language,
        "deadline": moment(session.deadline) if session else None,
        "days_open": design.days_open,
        "minutes": designs.minutes(design),
        "is_test": session.is_test if session else arrival.embed is not None and arrival.embed.is_test,
        "contact": {"name": name, "email": email},
        "accent": design.look.accent,
        "criteria": _criteria(version),
        "limits": {"slice_seconds": 1, "upload_bytes": settings().upload_bytes},
        "questions": [_question(question, is_begun, now) for question in version.questions],
    }


def _criteria(version: InterviewVersion) -> list[Json]:
    return [{"name": one.name, "description": one.description, "questions": one.question_positions} for one in version.criteria]


def _logo(employer: Employer, now: datetime) -> str | None:
    token = logos.mint(tokens(), employer, now)
    return f"{settings().public_url}/media/logo/{token}" if token else None


def _clip(clip_id: str | None, now: datetime) -> Json | None:
    """A clip of the employer's with its captions, or None where there is none."""
    clip = clips.find_clip(db.session(), clip_id)
    if clip is None:
        return None
    address = f"{settings().public_url}/media/clips/"
    return {
        "url": address + clips.mint(tokens(), clip.id, "playback", now),
        "captions_url": address + clips.mint(tokens(), clip.id, "captions", now),
        "seconds": clip.seconds,
        "kind": "video" if clip.has_video else "audio",
    }


def _question(question: Question, is_begun: bool, now: datetime) -> Json:
    names = ("id", "position", "kinds", "thinking_seconds", "answer_seconds", "hard_seconds", "retakes", "preview", "characters")
    is_shown = is_begun or question.preview
    words = {"prompt": question.prompt if is_shown else "", "meaning": question.meaning if is_shown else ""}
    return {name: getattr(question, name) for name in names} | words | {"clip": _clip(question.clip_id, now) if is_shown else None}


def told(notice: Notice) -> Json:
    """NOTICE."""
    return {
        "hash": notice.sha256,
        "version": notice.number,
        "locale": notice.locale,
        "facts": notice.facts,
        "ai_consent_asked": notice.asks_ai,
    }


def shown_session(session: CandidateSession, now: datetime) -> Json:
    """SESSION."""
    granted = accommodations.find(db.session(), session.id)
    chosen = answers.list_answers(db.session(), session)
    return {
        "id": session.id,
        "state": session.state,
        "locale": session.locale,
        "deadline": moment(session.deadline),
        "time_factor": accommodations.time_factor(granted),
        "extra_retakes": accommodations.extra_retakes(granted),
        "other_kinds": granted is not None and granted.other_kinds,
        "more_retakes": granted is not None and granted.more_retakes,
        "consent": consents.standing(db.session(), session.id),
        "answers": [shown_answer(answer) for answer in chosen.values()],
        "takes": [_recording(one, session, now) for one in receipts.list_recordings(db.session(), session)],
    }


def shown_answer(answer: Answer) -> Json:
    """ANSWER."""
    take = answer.take
    return {
        "question_id": answer.question_id,
        "take_id": take.id if take else None,
        "kind": take.kind if take else None,
        "text": take.text if take else None,
    }


def shown_take(take: Take, session: CandidateSession, now: datetime) -> Json:
    """TAKE."""
    found = next(one for one in receipts.list_recordings(db.session(), session) if one.take.id == take.id)
    return _recording(found, session, now)


def _recording(one: Recording, session: CandidateSession, now: datetime) -> Json:
    take, upload = one.take, one.upload
    is_open = upload is not None and take.state == "recording" and upload.terminated_at is None and now < uploads.expiry(upload, session)
    return {
        "id": take.id,
        "client_id": take.client_id,
        "question_id": take.question_id,
        "kind": take.kind,
        "technical": take.technical,
        "state": take.state,
        "offset": upload.offset if upload else 0,
        "bytes": take.bytes,
        "seconds": take.seconds,
        "upload_url": upload_url(upload.id) if is_open and upload else None,
        "media_url": media_url(take.id, now) if one.is_playable and take.state == "verified" else None,
    }


def upload_url(upload_id: str) -> str:
    """Where an upload is found."""
    return f"{settings().public_url}/c/uploads/{upload_id}"


def media_url(take_id: str, now: datetime) -> str:
    """An address that plays the take for a few minutes."""
    return f"{settings().public_url}/media/{media.mint(tokens(), take_id, 'playback', now)}"


def shown_receipt(receipt: Receipt, now: datetime) -> Json:
    """RECEIPT."""
    session = receipt.session
    return {
        "reference": receipt.reference,
        "state": session.state,
        "submitted_at": moment(session.submitted_at),
        "receipt_token": tokens().mint("receipt", {"session": session.id}, now) if session.state in ENDED else None,
        "answers": [vars(line) for line in receipt.lines],
        "facts": receipt.facts,
        "promise_at": moment(session.promise_at),
        "transcribed": receipt.work.transcribed,
        "proposed_at": moment(receipt.work.proposed_at),
        "reviewed_at": moment(receipt.work.reviewed_at),
        "inquiries": [shown_inquiry(one) for one in inquiries.list_of(db.session(), session.id)],
    }


def shown_inquiry(inquiry: Inquiry) -> Json:
    """INQUIRY."""
    return {"kind": inquiry.kind, "asked_at": moment(inquiry.asked_at), "done_at": moment(inquiry.done_at)}


def shown_words(words: Words) -> Json:
    """WORDS: what was heard in one answer, as it stands."""
    transcript = words.transcript
    return {
        "take_id": transcript.take_id,
        "position": words.position,
        "number": transcript.number,
        "author": transcript.author,
        "language": transcript.language,
        "text": transcript.text,
    }
