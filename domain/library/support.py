"""Customer support: finding the problem, explaining it, owning it to the end."""

from __future__ import annotations

from domain.library.shape import WELCOME, Starter, ask, look_for

STARTER = Starter(
    key="support",
    name="Customer support",
    summary="Finds the real problem, explains in plain words, owns it to the end.",
    title="Support screen",
    opening="Customer support agent",
    welcome=WELCOME,
    questions=(
        ask(
            "Tell us about a time you helped somebody who was upset about a product or service.",
            "It need not be from a job. Say what had happened, what you said and did, and how it ended.",
        ),
        ask(
            "A customer writes: “It does not work.” What are your first three questions to them?",
            "Choose any product you know. Say why you would ask each question.",
            90,
        ),
        ask(
            "Explain to a first-time user how to set a strong password and keep it safe.",
            "Speak as you would to the customer. There is no single right answer.",
            90,
        ),
        ask(
            "Describe a time you could not solve a problem on your own.",
            "Say what you tried, whom you asked, and what the other person was told in the meantime.",
        ),
    ),
    criteria=(
        look_for(
            "Finds the problem",
            "Narrows down what is wrong before offering a remedy.",
            30,
            [1, 2],
            (
                "Offers a remedy without asking or checking anything.",
                "Asks only general questions, such as “what is wrong?”, and does not use the replies.",
                "Asks at least one specific question (what, when, since when, what changed) before suggesting a remedy.",
                "Asks several specific questions and says what each would rule in or out.",
                "Asks in an order that narrows the cause, says what each reply would mean, and confirms the problem back in own words.",
            ),
        ),
        look_for(
            "Explains in plain words",
            "A first-time user could follow what is said.",
            25,
            [2, 3],
            (
                "Gives no usable explanation, or one that is wrong.",
                "Gives steps, but skips one that a beginner needs or leaves terms unexplained.",
                "Gives all the steps in a workable order; most terms are everyday words or explained.",
                "Orders the steps, explains every term, and gives a reason or an example.",
                "Does all of that and builds in a check that the customer has followed, such as asking what they see now.",
            ),
        ),
        look_for(
            "Answers the person",
            "Replies to what the customer said they needed, also when they are upset.",
            20,
            [1],
            (
                "Blames the customer, or does not say how the person was answered.",
                "Mentions that the person was upset but goes straight to rules or excuses.",
                "Says back what the customer's complaint was and addresses it.",
                "Says back the complaint and its effect on the customer, then agrees the next step with them.",
                "Does all of that, offers a choice where there was one, and reports what the customer replied.",
            ),
        ),
        look_for(
            "Owns it to the end",
            "Keeps hold of a problem until it is solved or handed over properly.",
            25,
            [1, 4],
            (
                "Leaves the problem with the customer or a colleague, with no follow-up.",
                "Passes it on, without saying what information went with it.",
                "Passes it on or solves it, and tells the customer what happens next.",
                "Hands over with the facts gathered so far, and tells the customer what happens next and when.",
                "Does all of that, checks afterwards that it was solved, and names one change that prevents a repeat.",
            ),
        ),
    ),
)
