"""The notice in German."""

WORDS = {
    "joint": " ",
    "who_q": "Wer ist für meine Daten verantwortlich?",
    "who_a": "{employer}. Bei Fragen zu diesem Interview oder zu Ihren Daten schreiben Sie an {name}, {email}.",
    "why_q": "Wofür werden sie verwendet?",
    "why_a": "Nur, um über Ihre Bewerbung als „{opening}“ zu entscheiden. "
    "Aufgenommen wird, weil Sie zustimmen; das können Sie jederzeit zurücknehmen.",
    "recorded_q": "Was wird aufgezeichnet?",
    "recorded_video": "Bei einer Videoantwort: Bild und Ton.",
    "recorded_audio": "Bei einer gesprochenen Antwort: nur der Ton.",
    "recorded_text": "Bei einer schriftlichen Antwort: Ihr Text.",
    "recorded_a": "Nichts wird aufgenommen, bevor Sie auf Aufnahme drücken, und die Übung wird nie gespeichert. "
    "Außerdem speichern wir Ihren Namen und Ihre E-Mail-Adresse, den Zeitpunkt jedes Schritts, Ihre Zeitzone und die Art Ihres Geräts.",
    "seen_q": "Wer sieht meine Antworten?",
    "seen_a": "Menschen bei {employer}, die diese Bewerbung bearbeiten. Ihre Antworten liegen auf Systemen, die {employer} betreibt oder "
    "dafür ausgewählt hat; sie werden nicht verkauft, veröffentlicht oder weitergegeben.",
    "person_q": "Sieht sich ein Mensch meine Antworten an?",
    "person_a": "Ja, immer. Über Sie wird erst entschieden, wenn eine namentlich bekannte Person Ihre Antworten bewertet "
    "und den Grund aufgeschrieben hat.",
    "automated_q": "Wird eine Bewertung automatisch vergeben?",
    "automated_off": "Nein. Jede Bewertung stammt von einem Menschen. Keine KI bewertet Ihre Antworten.",
    "automated_on": "Nein. Jede Bewertung stammt von einem Menschen. Wenn Sie gesondert zustimmen, macht eine Software zusätzlich "
    "Vorschläge, allein aus dem Wortlaut Ihrer Antworten. Ein Mensch bewertet zuerst und sieht den Vorschlag erst danach; "
    "er entscheidet nichts. Stimmen Sie nicht zu, ändert sich für Sie sonst nichts.",
    "never_q": "Werden mein Gesicht, meine Stimme oder meine Gefühle ausgewertet?",
    "never_a": "Nein, nie. Keine Software beurteilt Ihr Gesicht, Ihre Stimme, Ihren Akzent, Ihre Stimmung oder Ihre Persönlichkeit.",
    "transcript_q": "Wird das Gesagte in Text umgewandelt?",
    "transcript_on": "Ja, durch eine Software auf denselben Systemen; dafür wird nichts woandershin gesendet. "
    "Sie kann Fehler machen, deshalb lässt sich immer das Original anhören.",
    "transcript_any": "Ja, durch eine Software auf denselben Systemen, in der Sprache, in der Sie jeweils antworten; "
    "dafür wird nichts woandershin gesendet. "
    "Sie kann Fehler machen, deshalb lässt sich immer das Original anhören.",
    "transcript_off": "Nein. Die Aufnahme selbst wird angehört oder angesehen.",
    "kept_q": "Wie lange wird alles aufbewahrt?",
    "kept_a": "{employer} bewahrt Aufnahmen und Abschriften {days} Tage nach der Entscheidung auf, "
    "es sei denn, das Gesetz verlangt eine längere Aufbewahrung oder Sie lassen sie früher löschen.",
    "another_q": "Was, wenn ich anders antworten möchte?",
    "another_a": "Wählen Sie auf jeder Seite „Brauchen Sie einen anderen Weg?“: mehr Zeit, "
    "Ton oder Text statt Video, mehr Versuche oder ein Mensch, "
    "mit dem Sie sprechen können. Sie müssen keinen Grund nennen, und wer Sie bewertet, sieht nicht, dass Sie gefragt haben.",
    "rights_q": "Welche Rechte habe ich?",
    "rights_a": "Sie können jederzeit aufhören und zurückziehen, eine Kopie Ihrer Daten erhalten, sie berichtigen oder löschen lassen, "
    "der Verwendung widersprechen und eine Erklärung zu einer Entscheidung verlangen. Schreiben Sie an {email}.",
    "complaint_q": "Wo kann ich mich beschweren?",
    "complaint_a": "Schreiben Sie gern zuerst an {email}. Sie können sich auch an die Datenschutzbehörde an Ihrem Wohnort wenden.",
}
