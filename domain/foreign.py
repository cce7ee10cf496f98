"""Whether an answer changes language on the way: what the machine learned from one language says nothing about another."""

from __future__ import annotations

from typing import Final

from domain import wording

COMMON: Final[dict[str, frozenset[str]]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the and of to was were is it that i my we you he she they with for this had have what when which from but not so about",
        "de": "der das und ist nicht mit auf für von ich wir sie habe hatte dann auch eine einen dem den wenn aber weil wurde",
        "es": "el los las y que es por para con pero muy yo mi una fue había cuando entonces porque nosotros también cliente",
        "fr": "le les des et est une du je nous vous il elle pas pour dans avec sur ce cette qui était mais alors parce aussi",
        "it": "il gli che di è per con non sono una ho abbiamo quando poi perché anche della nel più questo",
        "pt": "o os as que é não com para uma eu nós mas foi quando então porque também meu minha ele ela",
        "nl": "het een en van ik wij niet met voor op dat die was heb hadden maar toen ook omdat naar",
    }.items()
}
FEWEST: Final = 5
"""Words of a sentence from which its language can be told."""


def share(transcript: str, expected: str) -> float:
    """Share of the words (0-1) that stand in sentences plainly of another language. Nought where `expected` is not one we can tell."""
    own = COMMON.get(expected.split("-")[0])
    if own is None:
        return 0.0
    counted = [(wording.tokens(sentence.of(transcript)), sentence.of(transcript)) for sentence in wording.sentences(transcript)]
    foreign = sum(len(words) for words, text in counted if _is_foreign(words, text, own))
    return foreign / max(1, sum(len(words) for words, _ in counted))


def _is_foreign(words: list[str], text: str, own: frozenset[str]) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    if sum(ord(sign) > 0x24F for sign in letters) > len(letters) / 2:
        return True
    if len(words) < FEWEST:
        return False
    known = sum(word in own for word in words)
    return any(found >= 2 and found > 2 * known for found in (sum(word in other - own for word in words) for other in COMMON.values()))
