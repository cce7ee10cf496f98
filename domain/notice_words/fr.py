"""The notice in French."""

WORDS = {
    "joint": " ",
    "who_q": "Qui est responsable de mes données ?",
    "who_a": "{employer}. Pour toute question sur cet entretien ou sur vos données, écrivez à {name}, {email}.",
    "why_q": "À quoi servent-elles ?",
    "why_a": "Uniquement à décider de votre candidature pour « {opening} ». "
    "Vous êtes enregistré parce que vous l’acceptez ; vous pouvez revenir sur cet accord à tout moment.",
    "recorded_q": "Qu’est-ce qui est enregistré ?",
    "recorded_video": "Pour une réponse en vidéo : l’image et le son.",
    "recorded_audio": "Pour une réponse orale : le son seulement.",
    "recorded_text": "Pour une réponse écrite : votre texte.",
    "recorded_a": "Rien n’est enregistré avant que vous n’appuyiez sur le bouton d’enregistrement, et l’essai n’est jamais conservé. "
    "Nous gardons aussi votre nom et votre adresse e-mail, l’heure de chaque étape, votre fuseau horaire et le type d’appareil.",
    "seen_q": "Qui voit mes réponses ?",
    "seen_a": "Les personnes de {employer} qui traitent cette candidature. Vos réponses restent sur des systèmes que {employer} exploite "
    "ou a choisis pour cela ; elles ne sont ni vendues, ni publiées, ni transmises.",
    "person_q": "Une personne examine-t-elle mes réponses ?",
    "person_a": "Oui, toujours. Aucune décision n’est prise à votre sujet sans qu’une personne, identifiée par son nom, ait noté vos "
    "réponses et en ait écrit la raison.",
    "automated_q": "Une note est-elle automatique ?",
    "automated_off": "Non. Chaque note est donnée par une personne. Aucune IA n’évalue vos réponses.",
    "automated_on": "Non. Chaque note est donnée par une personne. Si vous l’acceptez séparément, un logiciel propose aussi des "
    "évaluations à partir du seul texte de vos réponses. Une personne note d’abord et ne voit la proposition qu’ensuite ; "
    "celle-ci ne décide de rien. Si vous refusez, rien d’autre ne change pour vous.",
    "never_q": "Mon visage, ma voix ou mes émotions sont-ils analysés ?",
    "never_a": "Non, jamais. Aucun logiciel ne juge votre visage, votre voix, votre accent, votre humeur ou votre personnalité.",
    "transcript_q": "Ce que je dis est-il transformé en texte ?",
    "transcript_on": "Oui, par un logiciel sur les mêmes systèmes ; rien n’est envoyé ailleurs pour cela. "
    "Il peut se tromper : on peut donc toujours écouter l’original.",
    "transcript_any": "Oui, par un logiciel sur les mêmes systèmes, dans la langue de chaque réponse ; "
    "rien n’est envoyé ailleurs pour cela. "
    "Il peut se tromper : on peut donc toujours écouter l’original.",
    "transcript_off": "Non. Les personnes écoutent ou regardent l’enregistrement lui-même.",
    "kept_q": "Combien de temps est-ce conservé ?",
    "kept_a": "{employer} conserve les enregistrements et les transcriptions {days} jours après la décision, "
    "sauf si la loi impose une durée plus longue ou si vous les faites supprimer plus tôt.",
    "another_q": "Et si j’ai besoin de répondre autrement ?",
    "another_a": "Choisissez « Besoin de répondre autrement ? » sur n’importe quel écran : plus de temps, le son ou le texte au lieu de la "
    "vidéo, plus d’essais, ou une personne à qui parler. Aucune raison n’est demandée, "
    "et ceux qui vous notent ne voient pas votre demande.",
    "rights_q": "Quels sont mes droits ?",
    "rights_a": "Vous pouvez arrêter et vous retirer à tout moment, obtenir une copie de vos données, les faire corriger ou supprimer, "
    "vous opposer à leur utilisation et demander l’explication d’une décision. Écrivez à {email}.",
    "complaint_q": "Où puis-je me plaindre ?",
    "complaint_a": "Écrivez d’abord à {email} si vous le souhaitez. "
    "Vous pouvez aussi saisir l’autorité de protection des données de votre lieu de résidence.",
}
