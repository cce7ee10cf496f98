"""The employer's door: pages, fragments and addresses for people who work for the employer."""

from __future__ import annotations

from flask import Flask

from views import (
    addenda,
    assets,
    auth,
    clips,
    embeds,
    factors,
    figures,
    guests,
    health,
    inbox,
    inquiries,
    interviews,
    invites,
    media,
    members,
    oidc,
    packets,
    pages,
    passwords,
    proposals,
    questions,
    reveals,
    review,
    rubrics,
    settings,
    shortlist,
)


def init_app(app: Flask) -> None:
    """Registers the blueprints, in the order they are met."""
    pages.init_app(app)
    assets.init_app(app)
    auth.init_app(app)
    app.register_blueprint(inbox.own)
    for room in (inbox, review, reveals, addenda, packets, guests, questions, shortlist, figures, proposals, health):
        app.register_blueprint(room.door)
    app.register_blueprint(review.open_door)
    app.register_blueprint(media.door)
    for room in (interviews, clips, rubrics, embeds, invites, members, inquiries, settings, factors, passwords, oidc):
        app.register_blueprint(room.door)
    app.register_blueprint(factors.half_door)
