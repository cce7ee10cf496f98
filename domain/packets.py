"""The hand-off packet: what the person who meets the candidate next should read and ask. From people's scores alone; no proposal in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from domain import addenda, decisions, notes, reliability, reviews, scorecards
from domain.addenda import Asked
from domain.reviews import Reply
from domain.scorecards import Given, on_scale
from models import CandidateSession, Criterion, Decision, Member, Note

LOW: Final = 5.0
FAR: Final = 2
TABLE: Final = ("part", "about", "by", "value", "weight or second")
NO_WORDS: Final = "There is no transcript of this answer."


@dataclass(frozen=True)
class Probe:
    """A criterion worth another question, with why."""

    criterion: Criterion
    why: str


@dataclass(frozen=True)
class Packet:
    """Everything the packet shows. `cards` and `notes` are those its reader may see."""

    session: CandidateSession
    rubric: Sequence[Criterion]
    cards: Sequence[Given]
    notes: Sequence[Note]
    probes: Sequence[Probe]
    replies: Sequence[Reply]
    asked: Sequence[Asked]
    standing: Decision | None

    @property
    def answers(self) -> Iterator[tuple[CandidateSession, Reply, str]]:
        """Every answer with the session it belongs to and its heading; what was asked back comes last."""
        yield from ((self.session, reply, f"{reply.question.position}. {reply.question.prompt}") for reply in self.replies)
        answered = [one for one in self.asked if one.reply is not None]
        yield from ((one.addendum.session, one.reply, f"Asked back: {one.addendum.prompt}") for one in answered if one.reply)


def for_member(db: Session, session: CandidateSession, member: Member) -> Packet:
    """The packet as this member may see it: others' scores and notes only once their own scores are in."""
    return _build(db, session, scorecards.visible(db, session, member), notes.visible(db, session, member), member)


def for_guest(db: Session, session: CandidateSession) -> Packet:
    """The packet for somebody who was given a link to it: all scores and notes; whoever made the link could see them."""
    return _build(db, session, scorecards.submitted(db, [session.id]), notes.of_session(db, session.id), None)


def _build(db: Session, session: CandidateSession, cards: Sequence[Given], remarks: Sequence[Note], member: Member | None) -> Packet:
    rubric = reviews.criteria(db, session.version_id)
    return Packet(
        session=session,
        rubric=rubric,
        cards=cards,
        notes=remarks,
        probes=probes(rubric, cards),
        replies=reviews.replies(db, session, member),
        asked=addenda.with_replies(db, session, member),
        standing=_standing(db, session, member),
    )


def _standing(db: Session, session: CandidateSession, member: Member | None) -> Decision | None:
    may_read = member is None or scorecards.may_see_outcome(db, session, member)
    return decisions.standing(decisions.history(db, session.id)) if may_read else None


def probes(rubric: Sequence[Criterion], cards: Sequence[Given]) -> list[Probe]:
    """Criteria on which reviewers differ by two levels or more, or whose mean is below the middle; in the rubric's order."""
    found = []
    for criterion in rubric:
        levels = [card.scores[criterion.id].level for card in cards if criterion.id in card.scores]
        apart = reliability.spread(cards, criterion.id)
        if apart >= FAR:
            found.append(Probe(criterion, f"reviewers are {apart} levels apart"))
        elif levels and on_scale(criterion, sum(levels) / len(levels)) < LOW:
            found.append(Probe(criterion, "scored low so far"))
    return found


def plain(packet: Packet, now: datetime) -> dict[str, Any]:
    """The packet as plain values: for the PDF and for scripts."""
    session, names = packet.session, {criterion.id: criterion.name for criterion in packet.rubric}
    return {
        "name": session.candidate.name,
        "interview": session.version.design["title"],
        "language": session.version.design.get("language", "en"),
        "submitted": _day(session.submitted_at),
        "made": _day(now),
        "people": [card.card.member.name for card in packet.cards],
        "scores": [_scores(criterion, packet.cards) for criterion in packet.rubric],
        "overalls": [card.card.overall for card in packet.cards],
        "decision": _decision(packet.standing),
        "probes": [{"criterion": p.criterion.name, "why": p.why, "listen_for": p.criterion.anchors[-1]["text"]} for p in packet.probes],
        "notes": [_note(note, names) for note in packet.notes],
        "answers": [_answer(reply, heading) for _, reply, heading in packet.answers],
    }


def table(packet: Packet) -> list[list[Any]]:
    """The packet as rows of `TABLE`: one for each score, overall, decision, probe, note and answer."""
    said, rows = plain(packet, packet.session.created_at), list[list[Any]]()
    for row in said["scores"]:
        rows += [["score", row["criterion"], who, level, row["weight"]] for who, level in zip(said["people"], row["levels"], strict=True)]
    rows += [["overall", "", who, overall, None] for who, overall in zip(said["people"], said["overalls"], strict=True)]
    if decided := said["decision"]:
        rows.append(["decision", decided["verdict"], decided["by"], decided["reason"], None])
    rows += [["ask next", probe["criterion"], "", f"{probe['why']}; listen for: {probe['listen_for']}", None] for probe in said["probes"]]
    for note in said["notes"]:
        rows.append(["note", note["criterion"], note["by"], "\n".join(filter(None, (note["quote"], note["text"]))), note["at_seconds"]])
    return [*rows, *(["answer", answer["heading"], said["name"], answer["words"], None] for answer in said["answers"])]


def _scores(criterion: Criterion, cards: Sequence[Given]) -> dict[str, Any]:
    return {"criterion": criterion.name, "weight": criterion.weight, "levels": [card.level(criterion.id) for card in cards]}


def _decision(standing: Decision | None) -> dict[str, str] | None:
    if standing is None:
        return None
    return {"verdict": standing.verdict, "by": standing.member.name, "at": _day(standing.at), "reason": standing.reason}


def _note(note: Note, names: dict[str, str]) -> dict[str, Any]:
    return {
        "by": note.member.name,
        "criterion": names.get(note.criterion_id or "", ""),
        "quote": note.quote,
        "text": note.text,
        "at_seconds": note.at_seconds,
    }


def _answer(reply: Reply, heading: str) -> dict[str, str]:
    return {"heading": heading, "kind": reply.take.kind if reply.take else "", "words": words_of(reply)}


def words_of(reply: Reply) -> str:
    """What was said or written, or a sentence that says why there is nothing to read."""
    if reply.take is None:
        return "Not answered."
    if reply.take.state == "erased":
        return "Removed: the time it was to be kept is over, or the candidate asked for it."
    if reply.take.kind == "text":
        return reply.take.text or ""
    return reply.transcript.text if reply.transcript and reply.transcript.text else NO_WORDS


def _day(at: datetime | None) -> str:
    return f"{at.day} {at:%B %Y}" if at else ""
