// The frame's step machine: gets a token, opens the session, shows one step at a time, and keeps what every step shares in `app`.

import { createApi } from './api.js';
import { focusOn, h } from './dom.js';
import { createDevices } from './devices.js';
import { createHost, joinHost } from './protocol.js';
import { Sha256, hex, utf8 } from './sha256.js';
import { createShell } from './shell.js';
import { openStore } from './slices.js';
import { createTakes } from './takes.js';
import { loadWords, pickLanguage } from './words.js';
import { devices, notice, practice } from './steps/arrive.js';
import { check, submitted } from './steps/finish.js';
import { help, overview, trouble } from './steps/overview.js';
import { question } from './steps/question.js';

const STEPS = { check, devices, help, notice, overview, practice, question, submitted, trouble };
const EVENT_STEPS = { notice: 'notice', devices: 'devices', practice: 'devices', overview: 'question', question: 'question', check: 'review', submitted: 'submitted' };
const KEEPS_CAMERA = new Set(['devices', 'practice', 'question', 'help']);

const app = {
  host: createHost(),
  api: createApi(),
  devices: createDevices(),
  store: null,
  takes: null,
  words: null,
  token: null, // what the page or the link gave us
  resume: null,
  opened: null, // the last answer of /c/open
  session: null,
  wishes: null, // another way to answer, asked for before there was a session
  selfView: true,
  step: null,
};
app.t = (key, values) => app.words.t(key, values);

/** Tell a screen reader something without moving focus. */
app.say = (text) => {
  const region = document.getElementById('status');
  region.textContent = '';
  setTimeout(() => { region.textContent = text; }, 60);
};

/** Words for an error: ours for its code, else the server's sentence. */
app.explain = (error) => {
  const key = `error_${error.code || 'unknown'}`;
  if (app.words.has(key)) return app.t(key);
  return error.body && error.body.error ? error.body.error.message : app.t('error_unknown');
};

let turn = 0;
/** Show a step: `{nodes, leave}`. The step before ends first (a take keeps its tail). Focus goes to the heading, except at the very start. */
app.go = async (name, params = {}) => {
  const mine = (turn += 1);
  const isFirst = !app.step;
  const leave = app.step && app.step.leave;
  if (leave) { app.step.leave = null; await leave(); }
  const shown = await STEPS[name](app, params);
  if (mine !== turn) { if (shown.leave) shown.leave(); return; }
  if (!KEEPS_CAMERA.has(name)) app.devices.close();
  app.step = { name, params, leave: shown.leave };
  const main = document.getElementById('step');
  main.className = `step-${name}`;
  main.replaceChildren(...shown.nodes.flat().filter(Boolean));
  app.shell.update();
  const heading = main.querySelector('h1');
  document.title = `${heading ? heading.textContent : ''} – ${app.opened ? app.opened.interview.title : 'Greenroom'}`;
  if (!isFirst) focusOn(heading);
  if (EVENT_STEPS[name]) app.api.event(EVENT_STEPS[name], name === 'question' ? params.question.position : null);
};

/** Show the same step again, for example in another language. */
app.again = () => app.go(app.step.name, app.step.params);

app.fail = (error, params = {}) => {
  app.host.event('error', { code: error.code || 'unknown' });
  return app.go('trouble', { error, ...params });
};

app.setSession = (session) => {
  app.session = session;
  app.takes.session = session;
};

/** How a question may be answered by this person. */
app.kindsOf = (one) => {
  const others = app.session && app.session.other_kinds ? ['audio', 'text'] : [];
  return ['video', 'audio', 'text'].filter((kind) => one.kinds.includes(kind) || others.includes(kind));
};

app.kindsAnywhere = () => ['video', 'audio', 'text'].filter((kind) => app.opened.interview.questions.some((one) => app.kindsOf(one).includes(kind)));

/** Seconds with this person's time factor; null is no limit. */
app.stretch = (seconds) => (app.session.time_factor === null ? null : seconds * app.session.time_factor);

app.answerOf = (questionId) => app.session.answers.find((one) => one.question_id === questionId) || null;

app.refresh = async () => app.setSession(await app.api.session());

app.setLanguage = async (code) => {
  app.words = await loadWords(code);
  document.documentElement.lang = code;
  app.shell.render();
};

const placeKey = () => (app.token.includes('~') ? app.token.split('~')[0] : hex(new Sha256().update(utf8(app.token)).digest()));

/** Where this session can be found again from this browser and by link. */
app.keepResume = async (resume) => {
  if (!resume) return;
  app.resume = resume;
  await app.store.note(`resume:${placeKey()}`, resume);
  if (!app.host.isFramed) history.replaceState({ token: resume }, '', location.pathname);
};

app.forgetResume = () => app.store.note(`resume:${placeKey()}`, null);
app.linkBack = () => `${location.origin}/i#${app.resume || app.token}`;

/** Open (or open again) with the best token we have. */
app.open = async () => {
  const stored = app.resume || await app.store.get(`resume:${placeKey()}`);
  const language = app.words.code;
  let opened;
  try {
    opened = await app.api.open(stored || app.token, app.host.origin, language);
  } catch (error) {
    if (!stored || stored === app.token || !String(error.code).startsWith('token_')) throw error;
    await app.forgetResume();
    app.resume = null;
    opened = await app.api.open(app.token, app.host.origin, language);
  }
  app.opened = opened;
  app.api.token = opened.token;
  if (opened.session) app.setSession(opened.session);
  await app.keepResume(opened.resume);
  return opened;
};

app.api.renew = async () => {
  const opened = await app.api.open(app.resume || app.token, app.host.origin, app.words.code);
  app.api.token = opened.token;
};

// Back from another tab: ask whether this one still holds the session.
document.addEventListener('visibilitychange', () => { if (!document.hidden && app.session && app.step) app.api.event('question'); });

app.api.onothertab = () => {
  if (app.step && app.step.name !== 'trouble' && !app.isRecording) app.go('trouble', { error: { code: 'other_tab' } });
};

/** Where an opened session belongs: the notice, the overview, the receipt, or a plain word about its end. */
app.enter = async () => {
  const { state } = app.opened;
  if (state === 'new') return app.go('notice');
  if (state === 'submitted') return app.go('submitted');
  if (state !== 'in_progress') return app.go('trouble', { error: { code: `state_${state}` } });
  const cut = await app.takes.recover(app.session);
  app.shell.tellMemoryIfNeeded();
  return app.go('overview', { isBack: true, cut });
};

function tokenFromAddress() {
  const fragment = decodeURIComponent(location.hash.slice(1));
  const token = fragment || (history.state && history.state.token) || '';
  // Out of the address bar, where it would be seen, copied and kept; the entry's state survives a reload.
  history.replaceState({ token }, '', location.pathname);
  addEventListener('hashchange', () => location.reload());
  return token;
}

async function start() {
  const joined = app.host.isFramed ? joinHost(app.host) : Promise.resolve({ token: tokenFromAddress(), locale: '', policy: {} });
  app.store = await openStore();
  const { token, locale, policy } = await joined;
  app.token = token;
  app.devices.policy = policy;
  app.takes = createTakes(app);
  app.shell = createShell(app);
  const chosen = await app.store.get('language');
  await app.setLanguage(pickLanguage([chosen, locale, ...navigator.languages]));
  if (!token) return app.go('trouble', { error: { code: 'token_missing' } });
  await app.open();
  app.shell.render();
  return app.enter();
}

app.host.followHeight(document.getElementById('room'));
start().catch((error) => (app.words ? app.fail(error, { again: true })
  : document.getElementById('step').replaceChildren(h('h1', {}, 'This interview could not be loaded. Please reload the page.'))));
