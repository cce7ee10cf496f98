// The recording panel of the test clip, the practice question and the real questions.

import { button, field, h } from './dom.js';
import { bitsFor, record } from './capture.js';
import { brightness, listen } from './senses.js';

const DARK = 45;
const PIECE = 1 << 20;
const BOUNCE_MS = 700; // a second press so soon is the same press

/** Carries this session to a page of its own, where nobody around us can forbid the camera. */
export const newTabLink = (app) => h('a', {
  class: 'button', href: app.linkBack(), target: '_blank', rel: 'noopener',
  onclick: () => setTimeout(() => app.go('trouble', { error: { code: 'moved' } }), 300),
}, app.t('open_new_tab'));

function deviceTrouble(app, word, { onretry, kinds, onkind }) {
  const { t } = app;
  const tab = app.host.isFramed && ['blocked', 'denied', 'insecure'].includes(word) && newTabLink(app);
  return h('div', { class: 'notice-box warn', tabindex: '-1' },
    h('h2', {}, t(`device_${word}_title`)), h('p', {}, t(`device_${word}`)),
    h('div', { class: 'actions' }, tab, onretry && word !== 'blocked' && button(t('try_again'), onretry, tab ? '' : 'primary'),
      kinds.map((kind) => button(t(`use_${kind}`), () => onkind(kind)))));
}

/** `after`: the take that this recording goes on with. */
export function recordPanel(app, { kind, limits, sink, ondone, otherKinds, onkind, after, start: startWord = 'start_recording' }) {
  const { t } = app;
  const view = h('video', { class: 'self', muted: true, playsinline: true, autoplay: true, 'aria-label': t('self_view') });
  const level = h('span');
  const state = h('p', { class: 'state' });
  const hint = h('p', { class: 'hint', hidden: true });
  const time = h('p', { class: 'time' });
  const main = h('button', { type: 'button', class: 'primary big', onclick: press });
  const second = button('', () => run?.stop());
  const hide = button('', toggleView, 'link');
  const clock = button(t('show_time'), () => { showTime = !showTime; clock.setAttribute('aria-pressed', String(showTime)); tick(); }, 'link');
  clock.setAttribute('aria-pressed', 'false');
  const box = h('div', {});
  const meter = h('div', { class: 'level', 'aria-hidden': 'true' }, level);
  const node = h('section', { class: 'panel', 'aria-label': t('recorder') }, kind === 'video' && view, meter, state, hint, time, box,
    h('div', { class: 'actions' }, main, second), h('div', { class: 'small-actions' }, hide, clock));
  let run = null;
  let gone = false;
  let stage = 'off';
  let showTime = false;
  let since = 0;
  let begun = null;
  let unlisten = () => {};
  const said = new Set();
  const shown = kind === 'video' ? 'self' : 'level';

  function show(next, note) {
    stage = next;
    app.isRecording = ['starting', 'recording', 'paused'].includes(next);
    node.dataset.stage = next;
    const turnOn = kind === 'video' ? 'turn_on_both' : 'turn_on_microphone';
    const labels = { off: turnOn, asking: app.devices.wasOpen ? startWord : turnOn, ready: startWord, starting: 'stop_recording', recording: 'stop_recording', paused: 'go_on_recording' };
    main.textContent = t(labels[next] || 'stop_recording');
    main.classList.toggle('stop', next === 'recording' || next === 'starting');
    main.hidden = next === 'error' || next === 'saving';
    main.setAttribute('aria-disabled', String(next === 'asking')); // keeps the focus; a press does nothing
    second.hidden = next !== 'paused';
    second.textContent = t('stop_here');
    state.textContent = note || (next === 'error' ? '' : t(`state_rec_${next}`));
    clock.hidden = !app.isRecording;
    hide.hidden = ['off', 'asking', 'error'].includes(next);
    view.hidden = !app.selfView || hide.hidden;
    meter.hidden = !app.selfView;
    hide.textContent = t(app.selfView ? `hide_${shown}` : `show_${shown}`);
    if (note) app.say(note);
  }

  function toggleView() {
    app.selfView = !app.selfView;
    show(stage, state.textContent === t(`state_rec_${stage}`) ? '' : state.textContent);
  }

  function tell(text) {
    hint.textContent = text;
    hint.hidden = !text;
    if (text) app.say(text);
  }

  function hinder(word, isNew = true) {
    show('error');
    if (isNew) {
      app.api.event('devices', null, `device_${word}`);
      app.host.event('error', { code: `device_${word}` });
    }
    const change = (other) => { app.devices.wasOpen ||= word !== 'blocked'; onkind(other); }; // one act, not two
    box.replaceChildren(deviceTrouble(app, word, { onretry: open, kinds: otherKinds, onkind: change }));
  }

  async function open() {
    box.replaceChildren();
    show('asking');
    try {
      app.devices.narrow = bitsFor(app.takes.rate()).video < 300000;
      const stream = app.devices.live(kind) || await app.devices.open(kind);
      await app.agreed; // nothing can be recorded before the agreement is written down
      if (!gone) attach(stream);
    } catch (error) {
      await app.agreed?.catch(() => {});
      if (gone || !error.word) return;
      hinder(error.word);
      box.firstChild.focus();
    }
  }

  function attach(stream) {
    unlisten();
    view.srcObject = stream;
    view.play().catch(() => {});
    unlisten = listen(stream, {
      onlevel: (part) => { level.style.width = `${Math.round(part * 100)}%`; },
      onsilent: (isSilent) => tell(isSilent ? t('hint_silent') : ''),
      onnoisy: () => { if (stage === 'ready') tell(t('hint_noisy')); },
    });
    setTimeout(() => {
      const light = kind === 'video' && stage === 'ready' ? brightness(view) : null;
      if (light !== null && light < DARK) tell(t('hint_dark'));
    }, 1500);
    app.devices.onlost = (which) => { if (!run) { app.devices.close(); show('off', t(which === 'audio' ? 'cut_microphone_lost' : 'cut_camera_lost')); } };
    show('ready');
  }

  function press() {
    if (stage === 'off') return open();
    if (stage === 'ready') return start();
    if (stage === 'paused') { run.resume(); return show('recording'); }
    if (performance.now() - since > BOUNCE_MS && run) return run.stop();
    return undefined;
  }

  function start() {
    since = performance.now();
    said.clear();
    show('starting');
    run = record(app.devices.stream, {
      kind, after, mayFallToAudio: otherKinds.includes('audio'), bits: bitsFor(app.takes.rate()),
      onlive: () => setTimeout(() => { if (stage === 'starting') { show('recording'); app.say(t('said_started')); } }, 300),
      onagain: (next) => { show('starting'); tell(t(next === 'audio' && kind === 'video' ? 'again_audio' : 'again')); },
      onslice: (buffer, seconds, type, recorded) => { begun = begun || sink.begin(type, recorded); return sink.slice(buffer, seconds); },
      onpause: (code) => show('paused', t(`paused_${code}`)),
      onend: finish,
    });
  }

  async function finish(result) {
    show('saving');
    app.say('');
    unlisten();
    run = null;
    if (result.code) app.api.event('question', null, result.code);
    const hasAny = Boolean(begun);
    begun = null;
    if (hasAny) await sink.end(result);
    if (gone) return;
    if (hasAny) ondone(result);
    else { show('off', t(`cut_${result.code || 'cannot_record'}`)); offerFile(); }
  }

  /** Where this browser cannot record, another program on the device still may. */
  function offerFile() {
    const input = h('input', { type: 'file', accept: `${kind}/*`, capture: 'user', onchange: take });
    box.replaceChildren(field(t('choose_file'), input));
    async function take() {
      const [file] = input.files;
      if (!file) return;
      show('saving');
      begun = sink.begin(file.type, kind);
      const seconds = await lengthOf(file);
      for (let at = 0; at < file.size; at += PIECE) await sink.slice(await file.slice(at, at + PIECE).arrayBuffer(), seconds);
      finish({ seconds, reason: 'stopped', code: null });
    }
  }

  /** Nothing until 30 s are left, unless the person wants to see the time. */
  function tick() {
    const isOn = run && (stage === 'recording' || stage === 'paused');
    const seconds = isOn ? run.seconds() : 0;
    const left = limits ? limits.soft - seconds : Infinity;
    let text = '';
    if (isOn && left <= 0) text = t('time_over', { rest: app.words.duration(Math.max(0, limits.hard - seconds)) });
    else if (isOn && left <= 30.5) text = t('time_left', { time: app.words.duration(left) });
    else if (isOn && showTime) text = t('time_so_far', { time: app.words.duration(seconds) });
    if (time.textContent !== text) time.textContent = text;
    if (!isOn || stage !== 'recording' || !limits) return;
    for (const mark of [30, 10]) if (left <= mark && left > mark - 3 && limits.soft > mark * 1.5) once(mark, t('time_left', { time: app.words.duration(mark) }));
    if (left <= 0) once('over', t('said_over'));
    if (seconds >= limits.hard) run.stop('limit');
  }

  function once(key, text) {
    if (said.has(key)) return;
    said.add(key);
    app.say(text);
  }

  const beat = setInterval(tick, 250);
  show('off');
  const hindrance = app.devices.hindrance(kind);
  if (hindrance) hinder(hindrance);
  else if (app.devices.wasOpen) open();
  else if (app.devices.refused[kind]) hinder(app.devices.refused[kind], false);

  return {
    node,
    reopen: open,
    async leave() {
      gone = true;
      clearInterval(beat);
      await run?.stop('interrupted');
      unlisten();
      app.isRecording = false;
      app.devices.onlost = () => {};
      view.srcObject = null;
    },
  };
}

/** Seconds; 0 where this browser cannot tell. */
const lengthOf = (file) => new Promise((resolve) => {
  const media = h('video', { preload: 'metadata', src: URL.createObjectURL(file) });
  const done = () => { URL.revokeObjectURL(media.src); resolve(Number.isFinite(media.duration) ? media.duration : 0); };
  media.onloadedmetadata = done;
  media.onerror = done;
});

export function memorySink() {
  const clip = { parts: [], type: '' };
  return {
    clip,
    begin: (type) => { clip.parts = []; clip.type = type; return clip; },
    slice: (buffer) => { clip.parts.push(new Blob([buffer])); },
    end: () => {},
  };
}

/** Recordings straight from a browser do not know how long they are: ask for the end once. */
export function player(kind, source) {
  const node = h(kind === 'audio' ? 'audio' : 'video', { controls: true, playsinline: true, preload: 'metadata', class: 'player', src: source });
  node.addEventListener('loadedmetadata', () => {
    if (node.duration !== Infinity) return;
    node.addEventListener('timeupdate', () => { node.currentTime = 0; }, { once: true });
    node.currentTime = 1e7;
  });
  return node;
}
