"""Operations: priorities under pressure, safety and standards, putting processes right, handing over."""

from __future__ import annotations

from domain.library.shape import WELCOME, Starter, ask, look_for

STARTER = Starter(
    key="operations",
    name="Operations",
    summary="Sets priorities, keeps to standards, removes causes, hands over so that others can go on.",
    title="Operations screen",
    opening="Operations coordinator",
    welcome=WELCOME,
    questions=(
        ask(
            "Tell us about a day when several things went wrong at once.",
            "Say in which order you dealt with them, and why in that order.",
        ),
        ask(
            "Describe something you changed so that a mistake could not happen again.",
            "At work or elsewhere. Say what the cause was and how you know that the change worked.",
        ),
        ask(
            "A colleague skips a safety check to save time. What do you do?",
            "Say what you would do in the first minute, and what afterwards.",
            90,
        ),
        ask(
            "You hand your shift over to somebody who has been away for a week. What do you tell them?",
            "Choose any work you know well.",
            90,
        ),
    ),
    criteria=(
        look_for(
            "Sets priorities",
            "Deals with things in an order that can be justified.",
            30,
            [1],
            (
                "No order, or simply the order of arrival.",
                "Names an order without a reason.",
                "Gives a reason for the order: danger, customers, cost or time.",
                "Gives reasons, and says what was put off, or passed to others, and who was told.",
                "Does all of that, and changed the order when a new fact arrived, or says what would have changed it.",
            ),
        ),
        look_for(
            "Removes causes",
            "Finds why something went wrong and changes the process.",
            30,
            [2],
            (
                "Blames a person, or only repairs the damage.",
                "Names a cause but no change, or a change such as “be more careful”.",
                "Names a cause and one change to the process.",
                "Shows how the cause was found, and names a change and who agreed to it.",
                "Does all of that and reports before and after, with a count, a time or an example.",
            ),
        ),
        look_for(
            "Keeps to standards",
            "Stops unsafe work and puts it right with the people concerned.",
            20,
            [3],
            (
                "Lets it pass.",
                "Only reports it later; the work goes on.",
                "Stops the work or asks for the check to be made.",
                "Stops it, says why to the colleague, and sees the check made.",
                "Does all of that, asks what led to the shortcut, and takes the answer to whoever can change it.",
            ),
        ),
        look_for(
            "Hands over",
            "The next person can go on without asking.",
            20,
            [4],
            (
                "Nothing that could be acted on.",
                "Lists what was done, not what is open.",
                "Says what is open and what comes next.",
                "Says what is open, what comes next, by when, and where it is written down.",
                "Does all of that, names risks to watch for, and has the other person say it back.",
            ),
        ),
    ),
)
