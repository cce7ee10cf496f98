"""The candidate's session: opening the door, starting, looking, consenting, asking for another way, submitting, leaving."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from adapters import clock
from domain import accommodations, answers, arrivals, candidates, consents, inquiries, receipts, steps
from domain.accommodations import Wishes
from domain.answers import Claimed
from domain.arrivals import Arrival
from domain.inquiries import Asked
from domain.tokens import kind_of
from models import EVERY_EMPLOYER, db, serve
from widget import bodies, notices, shapes
from widget.guards import actor, anyone, candidate_session, candidates_only, is_newest_tab, newest_tab, queues, tokens
from widget.limits import limiter

entrance = Blueprint("entrance", __name__, url_prefix="/c")
anyone(entrance)
blueprint = Blueprint("candidates", __name__, url_prefix="/c")
candidates_only(blueprint)
proof = Blueprint("receipts", __name__, url_prefix="/c")
candidates_only(proof, ("candidate", "receipt"))


@entrance.post("/open")
@limiter.limit("240/minute")
def open_door() -> Response:
    """What a token leads to: the interview, the notice that stands now, and the session if there is one."""
    now, body = clock.now(), bodies.read(bodies.Open)
    kind, arrival = _arrive(body, arrivals.KINDS)
    notice = notices.current(arrival.version, body.locale)
    arrivals.go_on(db.session(), kind, arrival, now)
    db.session().commit()
    return jsonify(shapes.opened(arrival, notice, now))


@entrance.post("/start")
@limiter.limit("60/minute")
def start() -> tuple[Response, int]:
    """Begins the session, after notice and consent."""
    now, body = clock.now(), bodies.read(bodies.Start)
    _, arrival = _arrive(body, ("embed", "invite"))
    notice = notices.current(arrival.version, body.locale)
    wish = arrivals.Start(
        notice_hash=body.notice_hash,
        recording=body.consent.recording,
        ai=body.consent.ai,
        name=body.name,
        email=body.email,
        locale=notice.locale,
        time_zone=body.time_zone,
        device=body.device.model_dump(),
        wishes=Wishes(**body.accommodation.model_dump()),
    )
    session = arrivals.start(db.session(), arrival, notice, wish, now)
    db.session().commit()
    queues().nudge("mail")
    return jsonify(shapes.started(arrival, session, now)), 201


def _arrive(body: bodies.Open, kinds: tuple[str, ...]) -> tuple[str, Arrival]:
    """Until the token has said for whom it speaks, every employer's rows may be looked at; after that only theirs."""
    kind, claims = kind_of(tokens(), body.token, kinds, clock.now())
    serve(db.session(), EVERY_EMPLOYER)
    arrival = arrivals.arrive(db.session(), kind, claims, body.host_origin, clock.now())
    serve(db.session(), arrival.employer_id)
    return kind, arrival


@entrance.post("/inquiries")
@limiter.limit("20/hour")
def inquire() -> tuple[Response, int]:
    """Something for the contact person: before, during and after the interview."""
    body = bodies.read(bodies.Inquiry)
    _, arrival = _arrive(body, arrivals.KINDS)
    asked = Asked(body.kind, body.message, body.name, body.email)
    made = inquiries.ask(db.session(), arrival.version, arrival.session, asked, clock.now())
    db.session().commit()
    queues().nudge("mail")
    return jsonify(shapes.shown_inquiry(made)), 201


@blueprint.get("/session")
def show() -> Response:
    """How the session stands, and whether this tab is the one that may change it."""
    answer = shapes.shown_session(candidate_session(), clock.now())
    return jsonify(answer | {"newest_tab": is_newest_tab()})


@blueprint.post("/submit")
def submit() -> Response:
    """Ends the interview once every answer is held whole. A second time gives the same receipt."""
    body, session = bodies.read(bodies.Submit), newest_tab()
    claims = {one.question_id: Claimed(one.sha256, one.bytes) for one in body.answers}
    answers.submit(db.session(), session, claims, clock.now())
    receipt = receipts.write(db.session(), session)
    db.session().commit()
    return jsonify(shapes.shown_receipt(receipt, clock.now()))


@blueprint.post("/withdraw")
def withdraw() -> Response:
    """The candidate takes back their application."""
    candidates.withdraw(db.session(), actor(), newest_tab(), clock.now())
    db.session().commit()
    return _session()


@blueprint.post("/consent")
def consent() -> Response:
    """Agreement to proposals given or taken back, also after submitting."""
    body, session = bodies.read(bodies.AiConsent), newest_tab()
    notice = notices.current(session.version, session.locale)
    consents.change_ai(db.session(), session, notice, body.ai, clock.now())
    db.session().commit()
    return _session()


@blueprint.post("/accommodation")
def accommodate() -> Response:
    """Another way to answer: granted at once."""
    body = bodies.read(bodies.Accommodation)
    accommodations.grant(db.session(), newest_tab(), Wishes(**body.model_dump()), clock.now())
    db.session().commit()
    queues().nudge("mail")
    return _session()


@blueprint.post("/extend")
def extend() -> Response:
    """A quarter of an hour more for somebody who is answering when the deadline comes near."""
    candidates.extend(db.session(), newest_tab(), clock.now())
    db.session().commit()
    return _session()


@blueprint.post("/events")
def event() -> Response:
    """How far somebody got, and what went wrong: for the funnel."""
    body = bodies.read(bodies.Event)
    steps.record(db.session(), newest_tab(), body.step, body.position, body.trouble, clock.now())
    db.session().commit()
    return Response(status=204)


@proof.get("/receipt")
def receipt() -> Response:
    """The candidate's proof, for as long as the receipt lives."""
    return jsonify(shapes.shown_receipt(receipts.write(db.session(), candidate_session()), clock.now()))


def _session() -> Response:
    return jsonify(shapes.shown_session(candidate_session(), clock.now()))
