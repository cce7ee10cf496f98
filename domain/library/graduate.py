"""Graduates and first jobs: what somebody did with the chances they had, not which chances they had."""

from __future__ import annotations

from domain.library.shape import WELCOME, Starter, ask, look_for

STARTER = Starter(
    key="graduate",
    name="Graduate and first job",
    summary="Own part in shared work, learning something hard, reasoning with incomplete facts.",
    title="Graduate screen",
    opening="Graduate trainee",
    welcome=WELCOME,
    questions=(
        ask(
            "Tell us about something you achieved together with other people.",
            "Studies, work, family, sport, volunteering: all count the same. Say clearly which part was yours.",
        ),
        ask(
            "Describe something difficult that you taught yourself.",
            "Say how you went about it and how you knew that you had learnt it.",
        ),
        ask(
            "You are given two tasks that are both due tomorrow and you can finish only one. How do you decide?",
            "Say what you would want to know and what you would do in the next hour.",
            90,
        ),
        ask(
            "What do you want to learn in your first year with us?",
            "Connect it to the opening as you understand it.",
            90,
        ),
    ),
    criteria=(
        look_for(
            "Own part in shared work",
            "Says what they did themselves, and how the others were involved.",
            30,
            [1],
            (
                "Only “we”, or no example.",
                "Names a role, but no action of their own.",
                "Names at least one action of their own and its result.",
                "Names own actions, how work was divided, and the result.",
                "Does all of that, and describes a disagreement or a setback in the group and what they did about it.",
            ),
        ),
        look_for(
            "Learns by method",
            "Goes about a difficult subject with a plan and checks.",
            30,
            [2, 4],
            (
                "No example, or only that it was difficult.",
                "Names a subject and a source (a course, a video), not how they worked with it.",
                "Describes steps taken and one obstacle.",
                "Describes steps, an obstacle and what was changed because of it.",
                "Does all of that and gives a test of the result: something made, measured or used by others.",
            ),
        ),
        look_for(
            "Reasons with incomplete facts",
            "Makes a choice, says on what grounds, and tells those it concerns.",
            25,
            [3],
            (
                "No choice, or a choice without a reason.",
                "Chooses by a general rule (“the boss's first”) only.",
                "Weighs effect or effort of both tasks and chooses.",
                "Weighs both, names a fact that is missing and how to get it.",
                "Does all of that and says whom they tell, when, and what is offered for the other task.",
            ),
        ),
        look_for(
            "Knows what the work is",
            "Links own goals to what the opening says.",
            15,
            [4],
            (
                "Nothing about the work.",
                "General goals that would suit any opening.",
                "One goal linked to one task of the opening.",
                "Several goals linked to tasks, with a first step.",
                "Does all of that, and says what they bring and what they lack for it.",
            ),
        ),
    ),
)
