"""What a rubric must not judge, as patterns in the six languages, each with what to ask for instead.

Patterns are matched without regard to case, between word boundaries. Phrases in `EVERYDAY` are struck out first: they use
the same words and judge nobody (a race condition, the voice of the customer), or judge what was made and not who made it
(the tone of a brand's text). There is no switch that lets a word through: whoever means the work names the work.
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


_OTHERS = (
    "customers?|clients?|users?|callers?|patients?|guests?|passengers?|visitors?|colleagues?|people|parents?|child(?:ren)?|buyers?|readers?"
)
_FELT = "emotions?|moods?|excitement|enthusiasm|confidence|anxiety|motivations?|age|tone|voice|appearance|personality"
# What is made at work may have a tone or an age; whoever made it may not be judged by theirs.
_THINGS = (
    "brands?|texts?|copy|e-?mails?|letters?|messages?|repl(?:y|ies)|campaigns?|articles?|documents?|pages?|"
    "products?|packages?|offers?|designs?|"
    "layouts?|interfaces?|apps?|software|systems?|networks?|code|apis?|models?|data|records?|style ?guides?|"
    "guides?|stor(?:y|ies)|films?|scenes?|pieces?"
)
_TOLD = "tones?(?: of voice)?|voice|mood|emotions?|emotional (?:content|effect)|warmth|personality|ages?|posture|attractiveness|fit"
EVERYDAY = (
    rf"(?:{_TOLD}) (?:of|in) (?:(?:the|a|an|our|your|their|this|each) )?(?:[\w-]+ )?(?:{_THINGS})",
    rf"(?:{_THINGS})(?:'s|’s|'|’)? (?:{_TOLD})",
    rf"attractive (?:{_THINGS}|pric(?:es?|ing)|deals?|terms)",
    r"face[ -]to[ -]face|face value|typefaces?",
    r"(?:smile|emotion|face|facial|voice|gesture) (?:detection|recognition)|smil(?:ey|ing) emojis?",
    r"(?:to|they|we|you|might|will|can|may|people|customers) face",
    r"in the face of|on the face(?: of it)?|faces? (?:up to|of|a|an|the|these|those|this|any|such|when|with|many|several)",
    r"voice (?:of the|calls?|mail|channels?|messages?|menus?|interfaces?|assistants?|recordings?)|(?:dial|skin|colou?r) tones?",
    r"accent colou?rs?|accented (?:characters?|letters?)|pronunciation dictionar(?:y|ies)",
    r"fluent (?:apis?|interfaces?)|(?:security|swipe) (?:posture|gestures?)",
    rf"(?:emotional|anxious|nervous|excited|confident|passionate|elderly|married|pregnant|religious|disabled|"
    rf"stressed) (?:{_OTHERS}|couples?|care)",
    rf"(?:{_OTHERS})(?:'s|’s|'|’)? (?:{_FELT})",
    r"confidence (?:intervals?|levels?|bounds?|scores?|limits?)|\d+ ?(?:%|percent) confidence",
    r"race (?:conditions?|to)|age of (?:the|a|an)",
    r"(?:retirement|minimum|legal|working) age|age (?:verification|checks?|limits?)|passion fruit|mood ?boards?|good faith",
    r"eager (?:loading|evaluation)|excited states?|high[ -]energy physics|anxiety disorders?|emotional support",
    r"fill?er words? in (?:the|a) text|personality rights|nationality law|religious holidays?|religion teachers?|sex education",
    r"(?:gender|disability|religion|age|sex|race)[ -](?:neutral|law|discrimination|equality|bias|gap|access)",
    r"voz del cliente|cara a cara|voz de la marca|tono de (?:la marca|un texto|el texto)|oferta atractiva|genre (?:littéraire|musical)",
    r"im ton (?:der|des)|ton der marke|stimme (?:des kunden|der marke|zu)|akzente setz\w*|setzt akzente|herkunft der (?:daten|ware)",
    r"voix (?:du client|de la marque)|ton (?:de la marque|d'un texte|du texte)|image de marque",
)
EVERYDAY_SCRIPT = (
    "表情認識", "ブランドのトーン", "文章のトーン", "トーン&マナー", "トーンアンドマナー", "年齢確認", "性別欄",
    "お客様の声", "顧客の声", "ユーザーの声", "ग्राहक की आवाज़", "ब्रांड की आवाज़",
)  # fmt: skip
FACE = Rule(
    "face",
    "A face says nothing about the work, and judging it is unlawful in much of the world.",
    "Describe what the person says they did: “Names the customer's problem in own words before offering a remedy.”",
    (
        r"faces?|facial(?: expressions?)?|smil(?:e[ysd]?|ing)|eye[ -]?contact|looks? (?:at|into) the camera",
        r"body[ -]language|posture|gestures?|gaze",
        r"rostros?|(?:su|la|buena|mala)s? caras?|miradas?|sonri(?:e|sas?|entes?)|contacto visual|lenguaje corporal",
        r"gestos?|expresi[oó]n facial",
        r"gesicht(?:s|er|sausdr[uü]cke?)?|mimik|gestik|blickkontakt|k[oö]rpersprache|k[oö]rperhaltung|l[aä]cheln|l[aä]chelt",
        r"visages?|sourires?|sourit|souriante?s?|contact visuel|(?:son|le) regard|regard (?:franc|direct|fuyant)",
        r"langage corporel|mimiques?",
    ),
    ("चेहर", "मुस्कान", "मुस्कुरा", "आँख", "आंखों", "हाव-भाव", "表情", "笑顔", "アイコンタクト", "目線", "視線", "顔つき", "ジェスチャー", "身振り"),
)
VOICE = Rule(
    "voice",
    "How a voice sounds is read from gender, age, origin and health, not from ability.",
    "Describe the words: “Says back the complaint and agrees the next step with the customer.”",
    (
        r"tones?(?: of voice)?|voices?|vocal(?:ly)?|intonation|speaking (?:pace|speed)|monoton(?:e|ous)|hesitat\w+|fill?er words?",
        r"(?:says?|saying) (?:um+|uh+|er+m?)|ums? and (?:ah|er)s?|mumbl\w+|stammer\w*|stutter\w*|lisps?|speech impediments?",
        r"tonos?(?: de voz)?|voz|voces|tartamud\w+|entonaci[oó]n|titubeos?",
        r"tonf[aä]lle?s?|stimm(?:e|lagen?)|stotter\w+|nuschel\w+|tonlage|im ton|sprechtempo|stockend(?:e|er|es)?",
        r"b[eé]gai\w+|ton de (?:la )?voix|tonalit[eé]|voix|le ton|son ton|d[eé]bit de parole",
    ),
    ("लहज़", "लहजे", "लहजा", "आवाज़", "आवाज", "स्वर", "口調", "声の", "声が", "声質", "話し方", "抑揚", "トーン"),
)
ACCENT = Rule(
    "accent",
    "An accent shows where somebody learnt to speak. Judging it is indirect discrimination by origin.",
    "If the work needs a language, say what must be understood: “A customer could repeat the steps after hearing them once.”",
    (
        r"accent(?:s|ed)?|native[ -](?:speaker|level|english|german|french|spanish)s?|mother tongue|pronunciation|diction",
        r"fluen(?:t|tly|cy)|(?:broken|good|perfect|flawless) english",
        r"acentos?|pronunciaci[oó]n|hablante nativ[oa]|lengua materna|fluidez",
        r"akzent(?:e|s|frei\w*)?|aussprache|muttersprachler(?:in)?|muttersprache|dialekt",
        r"prononciation|langue maternelle|locut(?:eur|rice) nati(?:f|ve)|[eé]locution",
    ),
    ("उच्चारण", "मातृभाषा", "訛り", "なまり", "アクセント", "発音", "ネイティブ", "流暢"),
)
EMOTION = Rule(
    "emotion",
    "A recording does not show what somebody feels, and inferring it at work is banned in the EU.",
    "Ask for an act: “Gives a reason for wanting this work and links it to one task in the opening.”",
    (
        r"emotion(?:s|al|ally)?|moods?|cheerful(?:ly|ness)?|nervous(?:ly|ness)?|anxious(?:ly)?|anxiety|warmth|joyful|vibes?|sincerity",
        r"enthus(?:e[sd]?|ias\w+)|passion(?:s|ate|ately)?|excited(?:ly)?|excitement|energetic(?:ally)?|(?:high|good|positive)[ -]energy",
        r"eager(?:ly|ness)?|keenness|upbeat|positivity|(?:positive|right|good|can[ -]do|winning) attitude|motivation",
        r"(?:self|highly|well)[ -]motivated",
        r"(?:seems?|sounds?|appears?|comes? across as|looks?) (?:\w+ly )?(?:friendly|warm|nice|pleasant|honest|sincere|"
        r"genuine|calm|relaxed|happy|"
        r"stressed|interested|motivated|trustworthy|convincing|sure|bored|tired|natural)",
        r"emoci[oó]n(?:es)?|emocional(?:es|mente)?|entusias\w+|pasi[oó]n|apasionad[oa]s?|nervios(?:[oa]s?|ismo)",
        r"alegr[ií]a|estado de [aá]nimo",
        r"emotion(?:en|al\w*)?|gef[uü]hle?|stimmung|begeister\w+|enthusias\w+",
        r"leidenschaft(?:lich\w*)?|nerv[oö]s(?:it[aä]t|e[rsn]?)?|fr[oö]hlich(?:e[rsn]?|keit)?",
        r"[eé]motions?|[eé]motionnel(?:le)?|humeur|enthousias\w+|passionn[eé]e?s?|nerveu(?:x|ses?)|nervosit[eé]|joyeu(?:x|se)",
    ),
    (
        "भावना",
        "भावुक",
        "उत्साह",
        "जोश",
        "जुनून",
        "घबराहट",
        "感情",
        "熱意",
        "情熱",
        "やる気",
        "緊張",
        "気分",
        "意欲",
        "元気",
        "明るい",
        "明るさ",
        "熱心",
        "雰囲気",
    ),
)
CONFIDENCE = Rule(
    "confidence",
    "Seeming sure is not being right; it is judged by manner, and manner differs by culture, gender and disability.",
    "Ask for the grounds: “Gives a reason or a figure for each choice and names one thing they were unsure of.”",
    (
        r"(?:(?:self|over|un|under)[ -]?)?confiden(?:ces?|t|tly)|self[ -]assured|assertive(?:ly|ness)?|charisma(?:tic)?",
        r"(?:executive|stage|personal|strong) presence|gravitas|poise|composure|demeanou?r|presentation style",
        r"(?:con|muestra|tiene) confianza|confianza en s[ií] mism[oa]",
        r"segur[oa]s? de s[ií] mism[oa]s?|seguridad en s[ií]|carisma|carism[aá]tic[oa]",
        r"selbstbewusst\w*|selbstvertrauen|selbstsicher\w*|souver[aä]n(?:es|er)? auftreten|sicheres auftreten|charismatisch|ausstrahlung",
        r"confiance en (?:soi|lui|elle)|(?:avec|de l'|d'|d’) ?assurance|s[uû]re? de (?:soi|lui|elle)|confiante?s?",
        r"charisme|charismatiques?|prestance",
    ),
    ("आत्मविश्वास", "करिश्मा", "自信", "カリスマ", "堂々"),
)
FIT = Rule(
    "culture fit",
    "“Fit” favours people like those already there.",
    "Name the practice: “Describes how they raised a disagreement and what was agreed.”",
    (
        r"cultur(?:e|al)[ -]?(?:fit|match|add|alignment)|(?:team|company|personal)[ -]fit|good fit(?! of)|one of us|team player",
        r"fits? (?:(?:in|into|with|for) )?(?:with )?(?:our|the) (?:culture|team|company)(?!['’])",
        r"encaj(?:e|a) (?:cultural|con (?:el equipo|la cultura|nuestra cultura))|afinidad cultural",
        r"kulturelle passung|passt kulturell|passt (?:gut )?(?:ins|in das|zum|in unser) team|passt zu uns|teamfit",
        r"ad[eé]quation culturelle|fit culturel|s'int[eè]gre (?:bien )?(?:dans|[aà]) (?:l'[eé]quipe|la culture|notre culture)",
    ),
    ("संस्कृति के अनुरूप", "सांस्कृतिक मेल", "सांस्कृतिक अनुकूलता", "カルチャーフィット", "社風", "カルチャーマッチ"),
)
PERSONALITY = Rule(
    "personality",
    "Personality cannot be read from a few minutes of answers, and no opening needs a type of person.",
    "Name the act you need: “Asks two colleagues before changing a shared document.”",
    (
        r"personalit(?:y|ies)|introver\w+|extr[ao]ver\w+|like?ab(?:le|ility)|bubbly|outgoing|charm(?:ing)?",
        r"emotional intelligence|sense of humou?r",
        r"people person|neurotic(?:ism)?|agreeableness|friendliness",
        r"personalidad(?:es)?|introvertid[oa]s?|extrovertid[oa]s?|simpat[ií]a|simp[aá]tic[oa]s?",
        r"pers[oö]nlichkeit(?:en)?|introver\w+|extr[ao]ver\w+|sympathi\w+|teamf[aä]hig\w*",
        r"personnalit[eé]s?|introvertie?s?|extravertie?s?|sympathi(?:e|ques?)",
    ),
    ("व्यक्तित्व", "मिलनसार", "性格", "人柄", "内向的", "外向的", "愛想", "感じが良い", "感じのいい"),
)
LOOKS = Rule(
    "appearance",
    "Looks, dress and surroundings say what somebody has, not what they can do.",
    "Leave it out. If the work has a dress or hygiene rule, tell everybody the rule in the welcome text.",
    (
        r"appearance|attractive(?:ness)?|handsome|overweight|tattoos?|(?:neat|smart|proper|tidy) cloth(?:es|ing)",
        r"good[ -]looking|well[ -]dressed|dress(?:es|ed) (?:professionally|smartly|well)|attire|groom(?:ed|ing)",
        r"presentable|looks? (?:professional|smart|tidy|good)|tidy background",
        r"apariencias?|aspecto f[ií]sico|atractiv[oa]s?|vestimenta|buena presencia",
        r"aussehen|erscheinungsbild|attraktiv(?:e|er|es)?|gepflegt(?:e|er|es)?|kleidung",
        r"apparences?|attirante?s?|tenue vestimentaire|bonne pr[eé]sentation|physique agr[eé]able",
    ),
    ("दिखावट", "रूप-रंग", "पहनावा", "पोशाक", "外見", "見た目", "容姿", "服装", "身だしなみ"),
)
WHO = Rule(
    "who somebody is",
    "Age, origin, belief, family, health and the like may not be judged.",
    "Ask for the ability itself: “Describes two situations in which they did this task, and the result.”",
    (
        r"ages?|youthful|young (?:and|team|person|candidate|talent)|too (?:old|young)|elderly|digital native",
        r"gender(?:s| identity)?|sex(?:ualit\w+|ual orientation)?|ethnic(?:ity)?|races?|nationalit(?:y|ies)|religio(?:ns?|us)|faith",
        r"pregnan(?:t|cy)|marital status|married|political (?:views?|opinions?)|family (?:status|situation|plans?|life)",
        r"children at home|disabilit(?:y|ies)|skin colou?r",
        r"edad(?:es)?|raza|etnia|nacionalidad|religi[oó]n|embaraz(?:o|ada)|estado civil|discapacidad",
        r"lebensalter|altersgruppe|das alter|vom alter|jugendlich(?:e|er|es)?|geschlecht|herkunft|nationalit[aä]t",
        r"schwanger(?:schaft)?|familienstand|behinderung",
        r"l'[aâ]ge|son [aâ]ge|âges?|âgée?s?|ethnie|nationalit[eé]|enceinte|grossesse|situation familiale|handicap",
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
        "若い",
        "若々し",
    ),
)
RULES = (FACE, VOICE, ACCENT, EMOTION, CONFIDENCE, FIT, PERSONALITY, LOOKS, WHO)
