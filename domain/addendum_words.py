"""What a candidate who is asked back reads first, in six languages."""

from __future__ import annotations

from typing import Final

WELCOME: Final[dict[str, str]] = {
    "en": "Thank you for your interview. After looking at your answers, a person has one more question for you. "
    "Answer it when it suits you; it joins what you have already sent.",
    "de": "Danke für Ihr Interview. Nach dem Ansehen Ihrer Antworten hat eine Person noch eine Frage an Sie. "
    "Antworten Sie, wann es Ihnen passt; die Antwort kommt zu dem, was Sie schon geschickt haben.",
    "fr": "Merci pour votre entretien. Après avoir vu vos réponses, une personne a encore une question à vous poser. "
    "Répondez quand vous le souhaitez ; votre réponse s’ajoute à ce que vous avez déjà envoyé.",
    "es": "Gracias por tu entrevista. Después de ver tus respuestas, una persona tiene una pregunta más. "
    "Responde cuando te venga bien; se añade a lo que ya enviaste.",
    "hi": "आपके साक्षात्कार के लिए धन्यवाद। आपके उत्तर देखने के बाद एक व्यक्ति का आपसे एक और प्रश्न है। "
    "अपनी सुविधा से उत्तर दें; यह आपके पहले भेजे उत्तरों के साथ जुड़ जाएगा।",
    "ja": "面接にお答えいただきありがとうございました。回答を拝見した担当者から、もう一つ質問があります。"
    "ご都合のよいときにお答えください。すでにお送りいただいた回答に加えられます。",
}
