// What stands beside a question: the employer's own clip, reading aloud, time to think, notes, what reviewers look at.

import { button, field, h } from '../dom.js';
import { factList } from './arrive.js';

/** The employer's own clip: never plays by itself, captions are on from the start, the words stand beside it as text. */
export function clipOf(app, clip, label) {
  if (!clip) return null;
  const { locale } = app.opened.interview;
  const track = clip.captions_url && h('track', { kind: 'captions', src: clip.captions_url, srclang: locale, default: true, label: app.t('captions') });
  const node = h('video', { controls: true, playsinline: true, preload: 'metadata', class: `player ${clip.kind || ''}`, src: clip.url, 'aria-label': label, lang: locale }, track);
  const figure = h('figure', { class: 'told' }, node, h('figcaption', { class: 'hint' }, label, clip.seconds && ` · ${app.words.duration(clip.seconds)}`));
  node.addEventListener('loadedmetadata', () => { if (node.textTracks[0]) node.textTracks[0].mode = 'showing'; });
  node.addEventListener('error', () => figure.remove()); // everything it says stands below as text
  return figure;
}

/** When it is over nothing happens but a word. */
export function thinking(app, asked) {
  const seconds = asked.thinking_seconds && app.stretch(asked.thinking_seconds);
  if (!seconds) return { node: null, stop() {} };
  const node = h('p', { class: 'hint' });
  const until = performance.now() + seconds * 1000;
  const tick = () => {
    const left = (until - performance.now()) / 1000;
    const step = left > 60 ? 30 : 10;
    node.textContent = left > 0 ? app.t('think_left', { time: app.words.duration(Math.ceil(left / step) * step) }) : app.t('think_over');
    if (left <= 0) { clearInterval(timer); app.say(node.textContent); }
  };
  const timer = setInterval(tick, 1000);
  tick();
  return { node, stop: () => clearInterval(timer) };
}

/** Only by a voice that lives on this device: others would send the question to somebody. */
export function readAloud(app, asked) {
  const { t } = app;
  const speaker = window.speechSynthesis;
  if (!speaker) return { node: null, stop() {} };
  const { locale } = app.opened.interview;
  const node = button(t('read_aloud'), () => {
    if (speaker.speaking) { speaker.cancel(); return; }
    const speech = new SpeechSynthesisUtterance(`${asked.prompt}\n${asked.meaning || ''}`);
    Object.assign(speech, { lang: locale, voice: voice(), onend: rest, onerror: rest });
    speaker.speak(speech);
    node.textContent = t('read_stop');
  }, 'link');
  const rest = () => { node.textContent = t('read_aloud'); };
  const voice = () => speaker.getVoices().find((one) => one.localService && one.lang.toLowerCase().startsWith(locale));
  const look = () => { node.hidden = !voice(); };
  speaker.addEventListener?.('voiceschanged', look);
  look();
  return { node, stop() { speaker.removeEventListener?.('voiceschanged', look); speaker.cancel(); } };
}

/** Of this question alone; a criterion that names none is looked for in all. */
export function criteria(app, { position }) {
  const { criteria: all = [], locale } = app.opened.interview;
  const here = all.filter(({ questions }) => !questions?.length || questions.includes(position));
  return here.length > 0 && h('details', { open: matchMedia('(min-width: 50rem)').matches }, h('summary', {}, app.t('criteria_title')),
    factList(here.map((one) => ({ question: one.name, answer: one.description })), locale));
}

export function notes(app, asked) {
  const key = `notes:${app.session.id}:${asked.id}`;
  const area = h('textarea', { rows: 4, oninput: () => app.store.note(key, area.value) });
  app.store.get(key).then((kept) => { if (kept) area.value = kept; });
  return field(app.t('notes'), area, app.t('notes_hint'));
}
