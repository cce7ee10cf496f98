"""Sales: learning the need, matching it honestly, agreeing the next step, learning from losses."""

from __future__ import annotations

from domain.library.shape import WELCOME, Starter, ask, look_for

STARTER = Starter(
    key="sales",
    name="Sales",
    summary="Learns the need before offering, is honest about limits, agrees a next step.",
    title="Sales screen",
    opening="Sales representative",
    welcome=WELCOME,
    questions=(
        ask(
            "Tell us about a time you persuaded somebody to try something new.",
            "A sale, an idea at work or in a club: anything counts. Say what mattered to them and what you said.",
        ),
        ask(
            "You have ten minutes with a buyer you have never met. What do you want to know by the end?",
            "Pick any product you know. Say how you would find each thing out.",
            90,
        ),
        ask(
            "A buyer says: “Your competitor is cheaper.” What do you say?",
            "Speak as you would to the buyer.",
            90,
        ),
        ask(
            "Describe a deal or a goal you did not reach.",
            "Say what you would look at first if you could do it again, and what you changed since.",
        ),
    ),
    criteria=(
        look_for(
            "Learns the need first",
            "Finds out what the buyer needs, who decides and by when, before offering.",
            30,
            [1, 2],
            (
                "Starts with the offer; nothing about what the other side needed.",
                "Names a need that was assumed, not asked about.",
                "Asks at least one open question about the need and uses the reply.",
                "Asks about the need and about how a decision is made (who, budget or date).",
                "Does all of that, and says what a reply would change in the offer, including not offering at all.",
            ),
        ),
        look_for(
            "Matches offer to need",
            "Links what is offered to what was learnt.",
            25,
            [1, 3],
            (
                "Lists features or lowers the price, with no link to the buyer.",
                "Makes one general claim of benefit (“better quality”) without support.",
                "Links one feature to one stated need.",
                "Links several features to stated needs and gives an example or a figure.",
                "Does all of that and compares costs and benefits over time as the buyer would see them.",
            ),
        ),
        look_for(
            "Honest about limits",
            "Says what the offer does not do.",
            20,
            [1, 3],
            (
                "Claims something untrue, or speaks ill of a competitor without facts.",
                "Avoids the objection.",
                "Accepts that the objection is true or asks what lies behind it.",
                "Accepts it and states a limit of the own offer in plain words.",
                "Does all of that and says when the competitor's offer would be the better choice.",
            ),
        ),
        look_for(
            "Agrees the next step, learns from losses",
            "Ends with something agreed; changes practice after a miss.",
            25,
            [2, 4],
            (
                "No next step; a miss is put down to others only.",
                "A vague next step (“stay in touch”); names a cause for a miss but no change.",
                "A specific next step, or a specific change after a miss.",
                "A next step with a date and a person; a cause within own reach and a change that followed.",
                "Does all of that and reports, with a figure or an example, what the change led to.",
            ),
        ),
    ),
)
