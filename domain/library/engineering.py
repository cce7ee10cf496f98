"""Engineering: finding faults, weighing options, working with others' code, explaining."""

from __future__ import annotations

from domain.library.shape import WELCOME, Starter, ask, look_for

STARTER = Starter(
    key="engineering",
    name="Engineering",
    summary="Finds faults by evidence, weighs options, improves shared work, explains to others.",
    title="Engineering screen",
    opening="Software engineer",
    welcome=WELCOME,
    questions=(
        ask(
            "Walk us through a fault that took you long to find.",
            "Say what you saw, what you suspected, how you tested it, and what it turned out to be.",
            150,
        ),
        ask(
            "Tell us about a design choice you made that you would make differently today.",
            "Say what the options were then, and what you know now.",
            150,
        ),
        ask(
            "Describe a change you asked for when you reviewed somebody else's work.",
            "Say what you wrote or said, and what happened.",
        ),
        ask(
            "Explain to somebody outside engineering what happens when a web page is slow.",
            "Speak as you would to that person.",
            90,
        ),
    ),
    criteria=(
        look_for(
            "Finds faults by evidence",
            "Forms suspicions and tests them.",
            30,
            [1],
            (
                "No method: changes things until it works, or another person finds it.",
                "Names the fault and the repair, not how it was found.",
                "Names at least one suspicion and how it was tested.",
                "Describes several suspicions, how each was ruled in or out, and the cause.",
                "Does all of that, explains why the cause had those symptoms, and what was added so that it is seen sooner next time.",
            ),
        ),
        look_for(
            "Weighs options",
            "Knows what a choice costs.",
            30,
            [2],
            (
                "One option only, or a preference without a reason.",
                "Two options, with a general reason (“modern”, “best practice”).",
                "Two options with one advantage and one cost each.",
                "Options, costs and the constraint that decided (load, time, people, data).",
                "Does all of that, says which assumption proved wrong and how that showed, with a figure or an incident.",
            ),
        ),
        look_for(
            "Improves shared work",
            "Gives and takes criticism of work so that the work gets better.",
            20,
            [3],
            (
                "No example, or criticism of the person.",
                "A remark on style only, or no reason given.",
                "A specific remark with the reason for it.",
                "A specific remark with the reason and a proposal, and what became of it.",
                "Does all of that, and says what they learnt from the other's reply or changed in their own view.",
            ),
        ),
        look_for(
            "Explains to others",
            "Somebody outside the field could repeat the point.",
            20,
            [4],
            (
                "Only technical terms, or a wrong account.",
                "Right in part, with key terms left unexplained.",
                "A right account in mostly everyday words.",
                "A right account with a comparison or example that fits.",
                "Does all of that, and says what the listener can do or ask next.",
            ),
        ),
    ),
)
