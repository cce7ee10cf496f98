"""The notice in Spanish."""

WORDS = {
    "joint": " ",
    "who_q": "¿Quién es responsable de mis datos?",
    "who_a": "{employer}. Si tiene preguntas sobre esta entrevista o sobre sus datos, escriba a {name}, {email}.",
    "why_q": "¿Para qué se usan?",
    "why_a": "Solo para decidir sobre su candidatura a «{opening}». "
    "Se le graba porque usted lo acepta; puede retirar ese consentimiento en cualquier momento.",
    "recorded_q": "¿Qué se graba?",
    "recorded_video": "En una respuesta en vídeo: imagen y sonido.",
    "recorded_audio": "En una respuesta hablada: solo el sonido.",
    "recorded_text": "En una respuesta escrita: su texto.",
    "recorded_a": "No se graba nada hasta que usted pulsa el botón de grabar, y la práctica nunca se guarda. "
    "También guardamos su nombre y su correo electrónico, la hora de cada paso, su zona horaria y el tipo de dispositivo.",
    "seen_q": "¿Quién ve mis respuestas?",
    "seen_a": "Las personas de {employer} que trabajan en esta candidatura. Sus respuestas están en sistemas que {employer} gestiona o ha "
    "elegido para ello; no se venden, no se publican ni se ceden.",
    "person_q": "¿Revisa una persona mis respuestas?",
    "person_a": "Sí, siempre. No se toma ninguna decisión sobre usted sin que una persona, identificada por su nombre, haya puntuado sus "
    "respuestas y escrito el motivo.",
    "automated_q": "¿Hay alguna puntuación automática?",
    "automated_off": "No. Todas las puntuaciones las pone una persona. Ninguna IA valora sus respuestas.",
    "automated_on": "No. Todas las puntuaciones las pone una persona. Si usted lo acepta por separado, un programa propone además "
    "valoraciones a partir solo del texto de sus respuestas. Una persona puntúa primero y ve la propuesta después; "
    "la propuesta no decide nada. Si no lo acepta, nada más cambia para usted.",
    "never_q": "¿Se analizan mi cara, mi voz o mis emociones?",
    "never_a": "No, nunca. Ningún programa juzga su cara, su voz, su acento, su estado de ánimo ni su personalidad.",
    "transcript_q": "¿Se convierte en texto lo que digo?",
    "transcript_on": "Sí, con un programa en los mismos sistemas; no se envía nada a otro lugar para ello. "
    "Puede equivocarse, por eso siempre se puede escuchar el original.",
    "transcript_any": "Sí, con un programa en los mismos sistemas, en el idioma en que hables en cada respuesta; "
    "no se envía nada a otro lugar para ello. "
    "Puede equivocarse, por eso siempre se puede escuchar el original.",
    "transcript_off": "No. Las personas escuchan o ven la propia grabación.",
    "kept_q": "¿Cuánto tiempo se conserva?",
    "kept_a": "{employer} conserva las grabaciones y transcripciones {days} días después de la decisión, "
    "salvo que la ley exija más tiempo o usted pida borrarlas antes.",
    "another_q": "¿Y si necesito responder de otra manera?",
    "another_a": "Elija «¿Necesita responder de otra manera?» en cualquier pantalla: más tiempo, sonido o texto en lugar de vídeo, más "
    "intentos o una persona con quien hablar. No se pide ningún motivo, y quienes le puntúan no ven que lo ha pedido.",
    "rights_q": "¿Qué derechos tengo?",
    "rights_a": "Puede parar y retirarse en cualquier momento, obtener una copia de sus datos, hacer que se corrijan o se borren, "
    "oponerse a su uso y pedir la explicación de una decisión. Escriba a {email}.",
    "complaint_q": "¿Dónde puedo reclamar?",
    "complaint_a": "Si quiere, escriba primero a {email}. También puede reclamar ante la autoridad de protección de datos de donde vive.",
}
