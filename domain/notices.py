"""What the candidate is told before the first record button, generated from the configuration that runs now.

The notice cannot lie: who reviews, what is automated, what is transcribed and how long things are kept are read
from the interview and the installation, never typed by hand. A changed fact makes a new row with a new hash.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.designs import InterviewDesign
from domain.notice_words import WORDS
from models import Employer, Interview, InterviewVersion, Notice

MEDIA_ORDER = ("video", "audio", "text")


@dataclass(frozen=True)
class Circumstances:
    """What runs now. `proposals`: software may propose ratings. `transcripts`: speech is turned into text on this installation."""

    proposals: bool
    transcripts: bool


def pick_locale(wanted: str, fallback: str) -> str:
    """`de-AT` becomes `de`; a language we do not speak becomes the interview's own."""
    primary = wanted.replace("_", "-").split("-")[0].lower()
    return primary if primary in WORDS else fallback


def circumstances(db: Session, version: InterviewVersion, speech_is_on: bool) -> Circumstances:
    """Reads the interview's switch, the employer's stop switch and the design; without a rubric nothing is proposed.

    `speech_is_on`: this installation transcribes.
    """
    employer = db.get_one(Employer, version.employer_id)
    proposals = version.interview.proposals_on and employer.proposals_stopped_at is None and bool(version.criteria)
    return Circumstances(proposals, speech_is_on and bool(version.design.get("transcribe", True)))


def current(db: Session, version: InterviewVersion, locale: str, speech_is_on: bool, now: datetime) -> Notice:
    """The notice that stands now in this language; a new row when its text has never been shown before."""
    notice = standing(db, version, locale, speech_is_on, now)
    if not sa.inspect(notice).transient:
        return notice
    try:
        with db.begin_nested():
            db.add(notice)
            db.flush()
            return notice
    except IntegrityError:  # somebody else opened the same new notice at the same moment
        return db.scalars(_known(version, locale, notice.sha256)).one()


def standing(db: Session, version: InterviewVersion, locale: str, speech_is_on: bool, now: datetime) -> Notice:
    """The same, only to be read: a notice never shown before is no row yet. Whoever agrees to it makes it one."""
    running = circumstances(db, version, speech_is_on)
    facts = write_facts(db.get_one(Employer, version.employer_id), version, running, locale)
    sha256 = digest(locale, facts)
    found = db.scalar(_known(version, locale, sha256))
    if found is not None:
        return found
    before = db.scalar(sa.select(sa.func.count()).select_from(Notice).where(Notice.version_id == version.id, Notice.locale == locale))
    return Notice(
        employer_id=version.employer_id,
        version_id=version.id,
        locale=locale,
        number=(before or 0) + 1,
        facts=facts,
        asks_ai=running.proposals,
        transcribes=running.transcripts,
        sha256=sha256,
        created_at=now,
    )


def _known(version: InterviewVersion, locale: str, sha256: str) -> sa.Select[Notice]:
    return sa.select(Notice).where(Notice.version_id == version.id, Notice.locale == locale, Notice.sha256 == sha256)


def digest(locale: str, facts: list[dict[str, str]]) -> str:
    """SHA-256 over exactly what is shown."""
    return hashlib.sha256(json.dumps([locale, facts], ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def contact(employer: Employer, design: InterviewDesign) -> tuple[str, str]:
    """Name and e-mail of the person a candidate may write to: the interview's own, else the employer's."""
    if design.contact_email:
        return design.contact_name or employer.name, design.contact_email
    return employer.contact_name or employer.name, employer.contact_email


def of_draft(db: Session, interview: Interview, design: InterviewDesign, speech_is_on: bool) -> list[dict[str, str]]:
    """What candidates would be told if this design were published now, in the interview's own language; nothing is kept."""
    employer = db.get_one(Employer, interview.employer_id)
    running = Circumstances(interview.proposals_on and employer.proposals_stopped_at is None, speech_is_on and design.transcribe)
    return write_facts(employer, InterviewVersion(design=design.model_dump()), running, design.language)


def write_facts(employer: Employer, version: InterviewVersion, running: Circumstances, locale: str) -> list[dict[str, str]]:
    """The facts in order, as `{"question", "answer"}` in the language `locale`."""
    words, design = WORDS[locale], InterviewDesign.model_validate(version.design)
    name, email = contact(employer, design)
    filling = {"employer": employer.name, "name": name, "email": email, "opening": design.opening, "days": design.media_days}
    kinds = {kind for question in design.questions for kind in question.kinds}
    answers = {
        "who": words["who_a"],
        "why": words["why_a"],
        "recorded": words["joint"].join(words[f"recorded_{kind}"] for kind in MEDIA_ORDER if kind in kinds)
        + words["joint"]
        + words["recorded_a"],
        "seen": words["seen_a"],
        "person": words["person_a"],
        "automated": words["automated_on" if running.proposals else "automated_off"],
        "never": words["never_a"],
        "transcript": words[_transcript_key(design, running)],
        "kept": words["kept_a"],
        "another": words["another_a"],
        "rights": words["rights_a"],
        "complaint": words["complaint_a"],
    }
    return [{"question": words[f"{key}_q"].format(**filling), "answer": text.format(**filling)} for key, text in answers.items()]


def _transcript_key(design: InterviewDesign, running: Circumstances) -> str:
    if not running.transcripts:
        return "transcript_off"
    return "transcript_any" if design.any_language else "transcript_on"
