"""The notice in English."""

WORDS = {
    "joint": " ",
    "who_q": "Who is responsible for my data?",
    "who_a": "{employer}. For any question about this interview or your data write to {name}, {email}.",
    "why_q": "What is it used for?",
    "why_a": "Only to decide on your application for “{opening}”. "
    "You are recorded because you agree to it; you can take that back at any time.",
    "recorded_q": "What is recorded?",
    "recorded_video": "For a video answer: picture and sound.",
    "recorded_audio": "For a spoken answer: sound only.",
    "recorded_text": "For a written answer: your text.",
    "recorded_a": "Nothing is recorded until you press the record button, and practice is never stored. "
    "We also keep your name and e-mail address, the time of each step, your time zone and the kind of device.",
    "seen_q": "Who sees my answers?",
    "seen_a": "People at {employer} who work on this application. Your answers are kept on systems that {employer} runs or has chosen "
    "for this; they are not sold, published or passed on.",
    "person_q": "Does a person review my answers?",
    "person_a": "Yes, always. No decision is made about you unless a named person has scored your answers and written down the reason.",
    "automated_q": "Is any score automated?",
    "automated_off": "No. Every score is given by a person. No AI rates your answers.",
    "automated_on": "No. Every score is given by a person. If you agree to it separately, software also proposes ratings from the written "
    "words of your answers. A person scores first and sees the proposal only afterwards; it decides nothing. "
    "If you do not agree, nothing else changes for you.",
    "never_q": "Are my face, voice or feelings analysed?",
    "never_a": "No, never. No software judges your face, your voice, your accent, your mood or your personality.",
    "transcript_q": "Is what I say turned into text?",
    "transcript_on": "Yes, by software on the same systems; nothing is sent elsewhere for it. "
    "It can make mistakes, so people can always hear the original.",
    "transcript_any": "Yes, by software on the same systems, in the language each answer is spoken in; nothing is sent elsewhere for it. "
    "It can make mistakes, so people can always hear the original.",
    "transcript_off": "No. People listen to or watch the recording itself.",
    "kept_q": "How long is it kept?",
    "kept_a": "{employer} keeps recordings and transcripts for {days} days after the decision, "
    "unless the law requires it to keep them longer or you have them deleted earlier.",
    "another_q": "What if I need another way to answer?",
    "another_a": "Choose “Need another way to answer?” on any screen: more time, sound or text instead of video, more attempts, "
    "or a person to talk to. You need give no reason, and the people who score you do not see that you asked.",
    "rights_q": "What are my rights?",
    "rights_a": "You can stop and withdraw at any time, get a copy of your data, have it corrected or deleted, "
    "object to its use, and ask for an explanation of a decision. Write to {email}.",
    "complaint_q": "Where can I complain?",
    "complaint_a": "Write to {email} first if you like. You can also complain to the data protection authority where you live.",
}
