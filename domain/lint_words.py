"""What a rubric must not judge, as patterns in the six languages, each with what to ask for instead.

Patterns are matched without regard to case, between word boundaries. Phrases in `EVERYDAY` are struck out first: they use
the same words and judge nobody (a race condition, meeting face to face, the voice of the customer).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """`words` are regular expressions that need a word boundary on both sides; `script` are those that take none (Hindi, Japanese)."""

    key: str
    why: str
    rewrite: str
    words: tuple[str, ...]
    script: tuple[str, ...] = ()


_OTHERS = "customers?|clients?|users?|callers?|patients?|guests?|passengers?|visitors?|colleagues?|people|parents?|child(?:ren)?|buyers?"
EVERYDAY = (
    r"face[ -]to[ -]face",
    r"(?:to|they|we|you|might|will|can|may|people|customers) face",
    r"in the face of|on the face of it|faces? (?:up to|a|an|the|these|those|this|any|such|when|with|many|several)",
    r"voice (?:of the|calls?|mail|channels?|messages?|menus?)|tone of the (?:e-?mail|text|letter|reply)|(?:dial|skin|colou?r) tones?",
    r"accent colou?rs?",
    rf"(?:emotional|anxious|nervous|excited|confident|passionate|elderly|married|pregnant|religious) (?:{_OTHERS})",
    rf"(?:{_OTHERS})(?:'s|’s|'|’)? (?:emotions?|mood|excitement|enthusiasm|confidence|anxiety|age|tone|voice|appearance|personality)",
    r"confidence (?:intervals?|levels?|bounds?)|race (?:conditions?|to)|age of (?:the|a|an)|attractive (?:offers?|prices?|deals?|terms)",
    r"fill?er words? in (?:the|a) text|(?:gender|disability|religion|age)[ -](?:neutral|law|discrimination|bias|gap)",
    r"voz del cliente|cara a cara|genre (?:littéraire|musical)|im ton der|stimme des kunden|voix du client",
)
FACE = Rule(
    "face",
    "A face says nothing about the work, and judging it is unlawful in much of the world.",
    "Describe what the person says they did: “Names the customer's problem in own words before offering a remedy.”",
    (
        r"faces?|facial(?: expressions?)?|smil(?:e|es|ing)|eye[ -]contact|body language|posture|gestures?|gaze",
        r"rostro|(?:su|la|buena|mala) cara|mirada|sonri(?:e|sa)|contacto visual|lenguaje corporal|gestos?|expresi[oó]n facial",
        r"gesicht(?:sausdruck)?|mimik|gestik|blickkontakt|k[oö]rpersprache|k[oö]rperhaltung|l[aä]cheln|l[aä]chelt",
        r"visage|sourires?|sourit|contact visuel|(?:son|le) regard|regard (?:franc|direct|fuyant)|langage corporel|mimiques?",
    ),
    ("चेहर", "मुस्कान", "मुस्कुरा", "आँख", "आंखों", "हाव-भाव", "表情", "笑顔", "アイコンタクト", "目線", "視線", "顔つき", "ジェスチャー", "身振り"),
)
VOICE = Rule(
    "voice",
    "How a voice sounds is read from gender, age, origin and health, not from ability.",
    "Describe the words: “Says back the complaint and agrees the next step with the customer.”",
    (
        r"tones?(?: of voice)?|voice|vocal|intonation|speaking (?:pace|speed)|monotone|hesitates?|hesitations?|fill?er words?",
        r"tono(?: de voz)?|voz|entonaci[oó]n|titubeos?",
        r"tonfall|stimm(?:e|lage)|tonlage|im ton|sprechtempo|stockend(?:e|er|es)?",
        r"ton de (?:la )?voix|tonalit[eé]|voix|le ton|son ton|d[eé]bit de parole",
    ),
    ("लहज़", "लहजे", "लहजा", "आवाज़", "आवाज", "स्वर", "口調", "声の", "声が", "声質", "話し方", "抑揚", "トーン"),
)
ACCENT = Rule(
    "accent",
    "An accent shows where somebody learnt to speak. Judging it is indirect discrimination by origin.",
    "If the work needs a language, say what must be understood: “A customer could repeat the steps after hearing them once.”",
    (
        r"accent(?:s|ed)?|native[ -](?:speaker|level|english|german|french|spanish)s?|mother tongue|pronunciation|diction",
        r"fluen(?:t|tly|cy)|broken english",
        r"acento|pronunciaci[oó]n|hablante nativ[oa]|lengua materna|fluidez",
        r"akzent(?:frei)?|aussprache|muttersprachler(?:in)?|muttersprache|dialekt",
        r"prononciation|langue maternelle|locut(?:eur|rice) nati(?:f|ve)|[eé]locution",
    ),
    ("उच्चारण", "मातृभाषा", "訛り", "なまり", "アクセント", "発音", "ネイティブ", "流暢"),
)
EMOTION = Rule(
    "emotion",
    "A recording does not show what somebody feels, and inferring it at work is banned in the EU.",
    "Ask for an act: “Gives a reason for wanting this work and links it to one task in the opening.”",
    (
        r"emotion(?:s|al|ally)?|mood|cheerful(?:ly|ness)?|nervous(?:ly|ness)?|anxious(?:ly)?|anxiety|warmth|joyful",
        r"enthusias(?:m|tic|tically)|passion(?:ate|ately)?|excited|excitement|energetic(?:ally)?|high[ -]energy|eager(?:ly|ness)?|keenness",
        r"emoci[oó]n(?:es)?|emocional|entusiasmo|entusiasta|pasi[oó]n|apasionad[oa]|nervios(?:o|a|ismo)|alegr[ií]a|estado de [aá]nimo",
        r"emotion(?:en|al|ale|aler|ales)?|gef[uü]hle?|stimmung|begeister(?:t|ung)|enthusiasmus|enthusiastisch",
        r"leidenschaft(?:lich)?|nerv[oö]s(?:it[aä]t)?|fr[oö]hlich",
        r"[eé]motions?|[eé]motionnel(?:le)?|humeur|enthousiasme|enthousiaste|passionn[eé]e?|nerveu(?:x|se)|nervosit[eé]|joyeu(?:x|se)",
    ),
    ("भावना", "भावुक", "उत्साह", "जोश", "जुनून", "घबराहट", "感情", "熱意", "情熱", "やる気", "緊張", "気分", "意欲"),
)
CONFIDENCE = Rule(
    "confidence",
    "Seeming sure is not being right; it is judged by manner, and manner differs by culture, gender and disability.",
    "Ask for the grounds: “Gives a reason or a figure for each choice and names one thing they were unsure of.”",
    (
        r"(?:self[ -])?confidence|confident(?:ly)?|self[ -]assured|assertive(?:ly|ness)?|charisma(?:tic)?",
        r"(?:executive|stage|personal|strong) presence|gravitas",
        r"(?:con|muestra|tiene) confianza|confianza en s[ií] mism[oa]",
        r"segur[oa] de s[ií] mism[oa]|seguridad en s[ií]|carisma|carism[aá]tic[oa]",
        r"selbstbewusst(?:sein)?|selbstsicher(?:heit)?|souver[aä]n(?:es|er)? auftreten|sicheres auftreten|charismatisch|ausstrahlung",
        r"confiance en (?:soi|lui|elle)|(?:avec|de l'|d'|d’) ?assurance|s[uû]re? de (?:soi|lui|elle)|charisme|charismatique|prestance",
    ),
    ("आत्मविश्वास", "करिश्मा", "自信", "カリスマ", "堂々"),
)
FIT = Rule(
    "culture fit",
    "“Fit” favours people like those already there.",
    "Name the practice: “Describes how they raised a disagreement and what was agreed.”",
    (
        r"cultur(?:e|al)[ -](?:fit|match|add)|(?:team|company|personal)[ -]fit|good fit|one of us",
        r"fits? (?:in|into|with) (?:with )?(?:our|the) (?:culture|team|company)",
        r"encaj(?:e|a) (?:cultural|con (?:el equipo|la cultura|nuestra cultura))|afinidad cultural",
        r"kulturelle passung|passt (?:gut )?(?:ins|in das|zum|in unser) team|passt zu uns|teamfit",
        r"ad[eé]quation culturelle|fit culturel|s'int[eè]gre (?:bien )?(?:dans|[aà]) (?:l'[eé]quipe|la culture|notre culture)",
    ),
    ("संस्कृति के अनुरूप", "सांस्कृतिक मेल", "सांस्कृतिक अनुकूलता", "カルチャーフィット", "社風", "カルチャーマッチ"),
)
PERSONALITY = Rule(
    "personality",
    "Personality cannot be read from a few minutes of answers, and no opening needs a type of person.",
    "Name the act you need: “Asks two colleagues before changing a shared document.”",
    (
        r"personalit(?:y|ies)|introvert(?:ed)?|extrovert(?:ed)?|extravert(?:ed)?|like?ab(?:le|ility)|bubbly|outgoing|charming",
        r"people person|neurotic(?:ism)?|agreeableness|friendliness",
        r"personalidad|introvertid[oa]|extrovertid[oa]|simpat[ií]a|simp[aá]tic[oa]",
        r"pers[oö]nlichkeit|introvertiert|extrovertiert|extravertiert|sympathisch|sympathie",
        r"personnalit[eé]|introvertie?|extravertie?|sympathique",
    ),
    ("व्यक्तित्व", "मिलनसार", "性格", "人柄", "内向的", "外向的", "愛想"),
)
LOOKS = Rule(
    "appearance",
    "Looks, dress and surroundings say what somebody has, not what they can do.",
    "Leave it out. If the work has a dress or hygiene rule, tell everybody the rule in the welcome text.",
    (
        r"appearance|attractive|good[ -]looking|well[ -]dressed|dress(?:es|ed) (?:professionally|smartly|well)|attire|groom(?:ed|ing)",
        r"presentable|looks? (?:professional|smart|tidy|good)|tidy background",
        r"apariencia|aspecto f[ií]sico|atractiv[oa]|vestimenta|buena presencia",
        r"aussehen|erscheinungsbild|attraktiv(?:e|er|es)?|gepflegt(?:e|er|es)?|kleidung",
        r"apparence|attirante?|tenue vestimentaire|bonne pr[eé]sentation|physique agr[eé]able",
    ),
    ("दिखावट", "रूप-रंग", "पहनावा", "पोशाक", "外見", "見た目", "容姿", "服装", "身だしなみ"),
)
WHO = Rule(
    "who somebody is",
    "Age, origin, belief, family, health and the like may not be judged.",
    "Ask for the ability itself: “Describes two situations in which they did this task, and the result.”",
    (
        r"age|youthful|young (?:and|team|person|candidate|talent)|too (?:old|young)|elderly|digital native",
        r"gender|sex(?:ual orientation)?|ethnic(?:ity)?|race|nationality|religio(?:n|us)|pregnan(?:t|cy)|marital status|married",
        r"family status|disabilit(?:y|ies)|skin colou?r",
        r"edad|raza|etnia|nacionalidad|religi[oó]n|embaraz(?:o|ada)|estado civil|discapacidad",
        r"lebensalter|altersgruppe|das alter|vom alter|jugendlich(?:e|er|es)?|geschlecht|herkunft|nationalit[aä]t",
        r"schwanger(?:schaft)?|familienstand|behinderung",
        r"l'[aâ]ge|son [aâ]ge|âgée?s?|ethnie|nationalit[eé]|enceinte|grossesse|situation familiale|handicap",
    ),
    (
        "उम्र",
        "आयु",
        "लिंग",
        "धर्म",
        "जाति",
        "गर्भवती",
        "वैवाहिक",
        "विकलांग",
        "年齢",
        "性別",
        "国籍",
        "宗教",
        "人種",
        "妊娠",
        "既婚",
        "若さ",
        "若々し",
    ),
)
RULES = (FACE, VOICE, ACCENT, EMOTION, CONFIDENCE, FIT, PERSONALITY, LOOKS, WHO)
