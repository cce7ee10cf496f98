"""Words in an answer that speak to whoever scores it instead of answering: in many languages, spellings and encodings.

It looks for meanings side by side in one sentence (set aside + the rules; award + the top + a mark; scorer + mark) and for
marks of a prompt. Such sentences never count towards a proposal, and the reviewer sees the flag.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import unicodedata
import urllib.parse
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

INVISIBLE: Final = re.compile(r"[\u200b-\u200f\u2060-\u2064\ufeff\u00ad\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
LOOKALIKES: Final = str.maketrans("аеорсухіјѕԁһӏոԛԝвкмнтαορεικντυχγ", "aeopcyxijsdhlnqwbkmhtaopeikvtuxy")
LEET: Final = str.maketrans("013457@$!", "oieastasi")

SET_ASIDE: Final = """
    ignor disregard overlook forget\\s+(?:all|the|your|every|about) override bypass set\\s+aside
    do\\s+not\\s+(?:follow|use|apply) don'?t\\s+(?:follow|use|apply) skip pay\\s+no\\s+(?:attention|heed|mind)
    no\\s+longer\\s+appl neglect instead\\s+of suspend discard supersede ignorier missacht vergiss vergessen
    ausser\\s+acht außer\\s+acht beachte\\s+nicht ignorez oublie(?:z|r)? faites?\\s+abstraction ne\\s+tenez ignora
    ignore olvida omite haz\\s+caso\\s+omiso dimentica trascura esqueça desconsidere negeer vergeet zignoruj pomiń
    zapomnij игнорир забудь не\\s+учитыв проигнор yok\\s*say görmezden unut تجاهل انس अनदेखा नज़रअंदाज़ भूल 忽略 忽视
    无视 無視 不要理会 忘记 忘掉 忘れ 무시 잊어"""
RULES: Final = """
    rubric instruction prompt guideline criteri previous\\s+(?:rule|text|message)
    (?:scoring|grading|marking|evaluation|rating)\\s+(?:rule|scheme|guide|scale) anchors?
    (?:above|prior|earlier)\\s+(?:rule|order|text|direction) system\\s+message (?:your|the|all|these)\\s+rules
    everything\\s+(?:above|before) bewertungs anweisung kriteri vorgaben regeln raster barème instructions\\s+préc
    consigne critère grille rúbrica rubrica instruccion criterio istruzion instruções instrucoes critério
    richtlijn beoordelings instructies rubryk instrukcj polece рубрик инструкц критери указани yönerge talimat
    kriter rubri تعليمات معايير التقييم निर्देश मानदंड नियम रूब्रिक 评分标准 评分规则 指令 指示 说明 标准 規準 基準 ルーブリック 지시 기준 루브릭
    지침"""
AWARD: Final = """
    giv award assign grant rat(?:e|ing) scor grad(?:e|ing) mark output return respond answer\\s+with
    set\\s+(?:it|the|this|my|level) print put deserv must\\s+(?:be|get) should\\s+(?:be|get|receive) choose select
    select level write evaluat gib vergib bewert vergebe setze donne attribu note[zr]?\\b mets mettez
    da(?:me|le|r)?\\b dé\\b otorg asign calific pon(?:ga|er)?\\b dai\\b dammi assegna valuta atribua dê\\b avalie
    geef ken\\s+toe beoordeel daj przyznaj oceń поставь дай оцени присво ver(?:in)?\\b puanla أعط امنح قيّ قيم دें
    दो दीजिए 给 給 打 评 評 与え 付け つけ くださ 주세요 줘 부여 매겨"""
TOP: Final = """
    \\btop\\b highest maximum \\bmax\\b \\bfull\\b perfect \\bbest\\b excellent outstanding
    \\b(?:5|10|five|ten|100)\\s*(?:/|out\\s+of|of|von|sur|de|su|van|z|из)\\s*(?:5|10|five|ten|100)\\b
    (?:level|score|stufe|niveau|nivel|livello|nível|niveau|poziom|уровень|balise|rating|grade|note|mark)["'\\s:=]*(?:is|to|of|a|an|auf|à)?["'\\s:=]*\\b(?:5|10|five|ten|100)\\b
    \\b(?:5|five)\\s+stars?\\b \\ba\\s+(?:5|10|five|ten)\\b 100\\s*(?:%|percent) höchst beste volle maximal
    maximale meilleur plus\\s+haut plus\\s+élev máxim más\\s+alt mejor massim più\\s+alt miglior mais\\s+alt
    melhor hoogste najwyżs maksymaln высш максимал наивысш лучш en\\s+yüksek tam\\s+puan أعلى الكاملة القصوى
    सर्वोच्च अधिकतम सबसे\\s+ऊ पूरे 最高 满分 滿分 最大 満点 최고 만점 가장\\s*높"""
MARK: Final = """
    scor\\w* \\blevels? \\bmarks? grade ratings? points? \\bband \\bresult stars? \\b(?:5|10)\\b evaluation punkt
    note stufe bewertung \\bnote niveau points puntu nivel nota punteggio livello pontua nível cijfer niveau score
    ocen poziom punkt балл оцен уровен puan seviye الدرجة درجة مستوى تقييم अंक स्तर स्कोर 分 等级 级 點 点 レベル 評価 점수 등급
    수준"""
SCORER: Final = """
    (?:dear|hey|hello|hi|attention|note\\s+to|message\\s+(?:to|for)|to)\\s+(?:the\\s+)?(?:ai|grader|scorer|evaluator|assessor|model|llm|system|machine|bot|algorithm|scoring)\\b
    \\b(?:ai|language)\\s+(?:model|grader|scorer|evaluator|assistant|system)\\b
    you\\s+are\\s+(?:now\\s+)?(?:an?|the)\\s+\\w*\\s*(?:grader|scorer|evaluator|model|assistant|ai|judge|examiner)
    scoring\\s+(?:system|model|engine|software) as\\s+(?:the|an?)\\s+(?:grader|evaluator|scorer|ai|assistant)
    developer\\s+mode pretend\\s+(?:that|you|to) act\\s+as simulate new\\s+(?:task|instruction|rule)
    KI-(?:Modell|System) modèle\\s+d'ia bewertungssystem sprachmodell modelo\\s+de\\s+(?:ia|lenguaje|linguagem)
    sistema\\s+de\\s+(?:evalua|puntua|avalia) 人工智能 评分系统 AI\\s*评分 採点者 採点システム 채점 оценщик модель\\s+ии"""
LIKE: Final = 0.42
"""Likeness in meaning to an example (`domain/instruction_examples.py`) from which a sentence speaks to the scorer ..."""
CLEARER: Final = 0.06
"""... when it is so much nearer to that than to any honest example: about one honest sentence in 600."""
DOUBTFUL: Final = 0.22
"""Likeness, less half of that to honest examples, from which a sentence does not count: about one honest sentence in 110."""
MARKUP: Final = re.compile(
    r"<\|?/?(?:im_start|im_end|system|assistant|user|endoftext|instructions?)\|?>|\[/?(?:inst|system|instructions?)\]|<</?sys>>|^\s*(?:system|assistant|user)\s*:"
    r"|###\s*(?:system|instruction|response|end|new)|\{\s*[\"']?(?:level|score|rating|value|grade)[\"']?\s*:|```|<!--|-->|\b(?:begin|end)\s+(?:of\s+)?(?:system|prompt|transcript|answer)\b",
    re.IGNORECASE | re.MULTILINE,
)


def _any(words: str) -> re.Pattern[str]:
    parts = [part if part.startswith("\\b") or not part[0].isascii() else r"\b" + part for part in words.split()]
    return re.compile("|".join(parts), re.IGNORECASE)


_SET_ASIDE, _RULES, _AWARD, _TOP, _MARK, _SCORER = map(_any, (SET_ASIDE, RULES, AWARD, TOP, MARK, SCORER))
_OWN_STORY: Final = re.compile(
    r"\b(?:i|we|he|she|they|my\s+\w+|customers?|clients?)\s+(?:\w+\s+){0,2}(?:gave|got|received|scored|rated|earned|had|ignored|graded|marked|forgot)\b",
    re.IGNORECASE,
)


@lru_cache(4096)
def is_instruction_like(text: str) -> bool:
    """True when the sentence tells the scorer what to do, in whatever spelling."""
    return any(_speaks_to_scorer(reading) for reading in readings(text))


def _speaks_to_scorer(text: str) -> bool:
    if MARKUP.search(text):
        return True
    told = not _OWN_STORY.search(text)
    asks_mark = bool(_TOP.search(text) and _MARK.search(text))
    if told and _SET_ASIDE.search(text) and _RULES.search(text):
        return True
    if told and asks_mark and _AWARD.search(text):
        return True
    return bool(_SCORER.search(text) and (asks_mark or _SET_ASIDE.search(text) or (_AWARD.search(text) and _MARK.search(text))))


def readings(text: str) -> Iterator[str]:
    """The text as it may be read: plain, without disguises, joined letters, backwards, shifted, decoded."""
    plain = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    yield plain
    folded = (
        plain.casefold()
        if plain.isascii()
        else "".join(c for c in unicodedata.normalize("NFKD", plain.casefold()) if not unicodedata.combining(c))
    )
    latin = folded.translate(LOOKALIKES)
    if latin != folded and re.search(r"[a-z]", folded):
        yield latin
    yield from _respelled(folded)
    yield from _decoded(text)


def _respelled(text: str) -> Iterator[str]:
    if re.search(r"[a-z][0134578@$!][a-z]|\b[0134578@$!][a-z]{2}", text):
        yield text.translate(LEET)
    joined = re.sub(r"\b(\w)[\s.\-_*]+(?=\w\b)", r"\1", text)
    if joined != text:
        yield joined
        yield re.sub(
            r"(ignore|disregard|give|award|the|rubric|level|score|top|highest|instructions|previous|all|max(?:imum)?)", r" \1 ", joined
        )
    if "-" in text or "_" in text or "*" in text:
        yield re.sub(r"(?<=\w)[\-_*](?=\w)", "", text)
        yield re.sub(r"[\-_*]+", " ", text)
    if re.search(r"[a-z]{3}", text):
        yield text[::-1]
        yield " ".join(word[::-1] for word in text.split())
        yield codecs.encode(text, "rot13")


def _decoded(text: str) -> Iterator[str]:
    """Runs that decode to text: base64, hexadecimal, percent signs, escapes."""
    for run in re.findall(r"[A-Za-z0-9+/=_-]{16,}", text):
        for decode in (_base64, _hex):
            found = decode(run)
            if found:
                yield found
    if re.search(r"(?:%[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|&#x?\w+;)", text):
        yield html.unescape(urllib.parse.unquote(re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)))
    spaced = re.sub(r"\s+", "", text)
    if re.fullmatch(r"(?:[0-9a-fA-F]{2}){10,}", spaced):
        yield _hex(spaced)


def _base64(run: str) -> str:
    try:
        return _printable(base64.b64decode(run + "=" * (-len(run) % 4), altchars=b"-_" if "_" in run or "-" in run else None))
    except (binascii.Error, ValueError):
        return ""


def _hex(run: str) -> str:
    try:
        return _printable(bytes.fromhex(run))
    except ValueError:
        return ""


def _printable(found: bytes) -> str:
    text = found.decode("utf-8", "ignore")
    return text if len(text) > 6 and sum(c.isprintable() for c in text) > 0.9 * len(text) else ""
