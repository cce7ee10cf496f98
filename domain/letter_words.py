"""What letters to candidates say, in six languages. `{…}` is filled in when a letter is written."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "hello": "Hello {name},",
        "invite_subject": "Your interview with {employer}: {opening}",
        "invite": "{employer} invites you to a recorded interview for “{opening}”. You answer when it suits "
        "you, in about {minutes} minutes.",
        "next_stage_subject": "The next step with {employer}: {opening}",
        "next_stage": "You have been chosen for the next step for “{opening}” at {employer}: "
        "a recorded interview of about {minutes} minutes.",
        "reminder_subject": "A reminder: your interview with {employer}",
        "reminder": "Your recorded interview for “{opening}” at {employer} is still open. What you have recorded so far is kept.",
        "extended_subject": "More time for your interview with {employer}",
        "extended": "You have more time for your recorded interview for “{opening}” at {employer}.",
        "follow_up_subject": "A question about your interview with {employer}",
        "follow_up": "Thank you for your interview for “{opening}”. After looking at your answers, a person at {employer} has "
        "one more question: “{question}” You answer it when it suits you, in the same way as before.",
        "button": "Open the interview",
        "until": "Open until {deadline}. You may stop and come back on the same device.",
        "another": "Need more time, no camera, or another way to answer? Choose “Need another way to answer?” "
        "on any screen, or write to {contact}.",
        "personal": "The link is yours alone; please do not pass it on.",
    },
    "de": {
        "hello": "Guten Tag {name},",
        "invite_subject": "Ihr Interview bei {employer}: {opening}",
        "invite": "{employer} lädt Sie zu einem aufgezeichneten Interview für „{opening}“ ein. Sie antworten, wann es Ihnen passt, "
        "in etwa {minutes} Minuten.",
        "next_stage_subject": "Der nächste Schritt bei {employer}: {opening}",
        "next_stage": "Sie sind für „{opening}“ bei {employer} einen Schritt weiter: ein aufgezeichnetes "
        "Interview von etwa {minutes} Minuten.",
        "reminder_subject": "Erinnerung: Ihr Interview bei {employer}",
        "reminder": "Ihr aufgezeichnetes Interview für „{opening}“ bei {employer} ist noch offen. Was Sie "
        "schon aufgenommen haben, bleibt erhalten.",
        "extended_subject": "Mehr Zeit für Ihr Interview bei {employer}",
        "extended": "Sie haben mehr Zeit für Ihr aufgezeichnetes Interview für „{opening}“ bei {employer}.",
        "follow_up_subject": "Eine Frage zu Ihrem Interview bei {employer}",
        "follow_up": "Danke für Ihr Interview für „{opening}“. Nach dem Ansehen Ihrer Antworten hat eine Person bei {employer} "
        "noch eine Frage: „{question}“ Sie antworten, wann es Ihnen passt, auf dieselbe Weise wie zuvor.",
        "button": "Interview öffnen",
        "until": "Offen bis {deadline}. Sie können unterbrechen und auf demselben Gerät weitermachen.",
        "another": "Mehr Zeit, keine Kamera, anders antworten? Wählen Sie auf jeder Seite den Hilfe-Link oder schreiben Sie an {contact}.",
        "personal": "Der Link gilt nur für Sie; bitte geben Sie ihn nicht weiter.",
    },
    "fr": {
        "hello": "Bonjour {name},",
        "invite_subject": "Votre entretien avec {employer} : {opening}",
        "invite": "{employer} vous invite à un entretien enregistré pour « {opening} ». Vous répondez quand vous le souhaitez, "
        "en {minutes} minutes environ.",
        "next_stage_subject": "L’étape suivante avec {employer} : {opening}",
        "next_stage": "Vous passez à l’étape suivante pour « {opening} » chez {employer} : un entretien "
        "enregistré de {minutes} minutes environ.",
        "reminder_subject": "Rappel : votre entretien avec {employer}",
        "reminder": "Votre entretien enregistré pour « {opening} » chez {employer} est encore ouvert. Ce que "
        "vous avez enregistré est conservé.",
        "extended_subject": "Plus de temps pour votre entretien avec {employer}",
        "extended": "Vous avez plus de temps pour votre entretien enregistré pour « {opening} » chez {employer}.",
        "follow_up_subject": "Une question sur votre entretien avec {employer}",
        "follow_up": "Merci pour votre entretien pour « {opening} ». Après avoir vu vos réponses, une personne chez {employer} "
        "a encore une question : « {question} » Vous répondez quand vous le souhaitez, de la même façon.",
        "button": "Ouvrir l’entretien",
        "until": "Ouvert jusqu’au {deadline}. Vous pouvez vous arrêter et reprendre sur le même appareil.",
        "another": "Besoin de temps, pas de caméra, une autre façon de répondre ? Utilisez le lien d’aide de "
        "chaque écran ou écrivez à {contact}.",
        "personal": "Ce lien est personnel ; ne le transmettez pas.",
    },
    "es": {
        "hello": "Hola, {name}:",
        "invite_subject": "Tu entrevista con {employer}: {opening}",
        "invite": "{employer} te invita a una entrevista grabada para «{opening}». Respondes cuando te venga "
        "bien, en unos {minutes} minutos.",
        "next_stage_subject": "El siguiente paso con {employer}: {opening}",
        "next_stage": "Pasas al siguiente paso para «{opening}» en {employer}: una entrevista grabada de unos {minutes} minutos.",
        "reminder_subject": "Recordatorio: tu entrevista con {employer}",
        "reminder": "Tu entrevista grabada para «{opening}» en {employer} sigue abierta. Lo que ya grabaste se conserva.",
        "extended_subject": "Más tiempo para tu entrevista con {employer}",
        "extended": "Tienes más tiempo para tu entrevista grabada para «{opening}» en {employer}.",
        "follow_up_subject": "Una pregunta sobre tu entrevista con {employer}",
        "follow_up": "Gracias por tu entrevista para «{opening}». Después de ver tus respuestas, una persona de {employer} "
        "tiene una pregunta más: «{question}» Respondes cuando te venga bien, igual que antes.",
        "button": "Abrir la entrevista",
        "until": "Abierta hasta el {deadline}. Puedes parar y seguir en el mismo dispositivo.",
        "another": "¿Más tiempo, sin cámara u otra forma de responder? Usa el enlace de ayuda de cada pantalla o escribe a {contact}.",
        "personal": "El enlace es solo para ti; no lo compartas.",
    },
    "hi": {
        "hello": "नमस्ते {name},",
        "invite_subject": "{employer} के साथ आपका साक्षात्कार: {opening}",
        "invite": "{employer} आपको “{opening}” के लिए रिकॉर्ड किए जाने वाले साक्षात्कार में आमंत्रित करता है। "
        "अपनी सुविधा से उत्तर दें, लगभग {minutes} मिनट में।",
        "next_stage_subject": "{employer} के साथ अगला चरण: {opening}",
        "next_stage": "{employer} में “{opening}” के लिए आप अगले चरण में हैं: लगभग {minutes} मिनट का रिकॉर्ड किया जाने वाला साक्षात्कार।",
        "reminder_subject": "याद दिलाना: {employer} के साथ आपका साक्षात्कार",
        "reminder": "{employer} में “{opening}” के लिए आपका साक्षात्कार अभी खुला है। जो आपने रिकॉर्ड किया है वह सुरक्षित है।",
        "extended_subject": "{employer} के साथ साक्षात्कार के लिए अधिक समय",
        "extended": "{employer} में “{opening}” के साक्षात्कार के लिए आपको अधिक समय मिला है।",
        "follow_up_subject": "{employer} के साथ आपके साक्षात्कार पर एक प्रश्न",
        "follow_up": "“{opening}” के साक्षात्कार के लिए धन्यवाद। आपके उत्तर देखने के बाद {employer} के एक व्यक्ति का एक और "
        "प्रश्न है: “{question}” पहले की तरह, अपनी सुविधा से उत्तर दें।",
        "button": "साक्षात्कार खोलें",
        "until": "{deadline} तक खुला। आप रुककर उसी डिवाइस पर वापस आ सकते हैं।",
        "another": "अधिक समय, बिना कैमरे या किसी और तरीके से उत्तर चाहिए? हर स्क्रीन पर सहायता का लिंक चुनें या {contact} को लिखें।",
        "personal": "यह लिंक केवल आपके लिए है; कृपया इसे किसी को न दें।",
    },
    "ja": {
        "hello": "{name} 様",
        "invite_subject": "{employer} の面接のご案内：{opening}",
        "invite": "{employer} より「{opening}」の録画面接にご招待します。ご都合のよいときに、約{minutes}分でお答えいただけます。",
        "next_stage_subject": "{employer} の次の段階：{opening}",
        "next_stage": "{employer}「{opening}」の次の段階にお進みいただきます。約{minutes}分の録画面接です。",
        "reminder_subject": "ご確認：{employer} の面接",
        "reminder": "{employer}「{opening}」の録画面接はまだ受け付けています。これまでの録画は保存されています。",
        "extended_subject": "{employer} の面接の期限延長",
        "extended": "{employer}「{opening}」の録画面接の期限が延びました。",
        "follow_up_subject": "{employer} の面接について、もう一つ質問があります",
        "follow_up": "「{opening}」の面接にお答えいただきありがとうございました。回答を拝見した {employer} "
        "の担当者から、もう一つ質問があります：「{question}」これまでと同じ方法で、ご都合のよいときにお答えください。",
        "button": "面接を開く",
        "until": "期限：{deadline}。途中でやめて、同じ端末で続けられます。",
        "another": "時間の延長、カメラなし、別の回答方法をご希望の場合は、各画面のリンクか {contact} までご連絡ください。",
        "personal": "このリンクはご本人専用です。転送しないでください。",
    },
}
