// The step machine, and `app`: what every step shares.

import { createApi } from './api.js';
import { focusOn, h } from './dom.js';
import { createDevices } from './devices.js';
import { createHost, joinHost } from './protocol.js';
import { Sha256, hex, utf8 } from './sha256.js';
import { createShell } from './shell.js';
import { openStore } from './slices.js';
import { createTabs } from './tabs.js';
import { createTakes } from './takes.js';
import { loadWords, pickLanguage } from './words.js';
import { devices, notice, practice } from './steps/arrive.js';
import { check } from './steps/finish.js';
import { help } from './steps/help.js';
import { overview, trouble } from './steps/overview.js';
import { question } from './steps/question.js';
import { submitted } from './steps/receipt.js';

const STEPS = { check, devices, help, notice, overview, practice, question, submitted, trouble };
const EVENT_STEPS = { devices: 'devices', overview: 'question', question: 'question', check: 'review', submitted: 'submitted' };
const BEFORE_AGREED = new Set(['notice', 'devices', 'trouble']);
const KEEPS_CAMERA = new Set(['devices', 'practice', 'question', 'help']);

const app = { host: createHost(), api: createApi(), devices: createDevices(), selfView: true };
app.t = (key, values) => app.words.t(key, values);

/** The next sentence takes the place of the one before; an empty one, or another step, takes it away. */
let telling = null;
app.say = (text) => {
  const region = document.getElementById('status');
  region.textContent = '';
  clearTimeout(telling);
  if (text) telling = setTimeout(() => { region.textContent = text; }, 60);
};

app.explain = (error) => {
  const key = `error_${error.code}`;
  return app.t(app.words.has(key) ? key : 'error_unknown', { time: app.words.wait(error.after || 60) });
};

/** Has the server written the agreement down? */
const isAgreed = () => Promise.resolve(app.agreed).then(() => true, () => false);

let turn = 0;
/** Show a step. The one before ends first, so that a take keeps its tail. */
app.go = async (name, params = {}) => {
  if (!BEFORE_AGREED.has(name) && !(await isAgreed())) return;
  const mine = (turn += 1);
  const isFirst = !app.step;
  const leave = app.step?.leave;
  if (leave) { app.step.leave = null; await leave(); }
  app.say('');
  const shown = await STEPS[name](app, params);
  if (mine !== turn) { if (shown.leave) shown.leave(); return; }
  if (!KEEPS_CAMERA.has(name)) app.devices.close();
  app.step = { name, params, leave: shown.leave };
  const main = document.getElementById('step');
  main.className = `step-${name}`;
  main.replaceChildren(...shown.nodes.flat().filter(Boolean));
  app.shell.update();
  const heading = main.querySelector('h1');
  document.title = heading.textContent;
  if (!isFirst) focusOn(heading);
  if (EVENT_STEPS[name]) isAgreed().then(() => app.api.event(EVENT_STEPS[name], params.question?.position ?? null));
};

app.again = () => app.go(app.step.name, app.step.params);

app.setSession = (session) => {
  app.session = session;
  app.takes.session = session;
};

app.kindsOf = (one) => {
  const others = (app.session || app.wishes)?.other_kinds ? ['audio', 'text'] : [];
  return ['video', 'audio', 'text'].filter((kind) => one.kinds.includes(kind) || others.includes(kind));
};

app.kindsAnywhere = () => ['video', 'audio', 'text'].filter((kind) => app.opened.interview.questions.some((one) => app.kindsOf(one).includes(kind)));

/** Null is no limit. */
app.stretch = (seconds) => (app.session.time_factor === null ? null : seconds * app.session.time_factor);

app.answerOf = (questionId) => app.session.answers.find((one) => one.question_id === questionId) || null;

app.refresh = async () => app.setSession(await app.api.session());

app.setLanguage = async (code) => {
  app.code = code;
  app.words = await loadWords(code);
  app.code = app.words.code;
  document.documentElement.lang = app.code;
  document.documentElement.dir = new Intl.Locale(app.code).getTextInfo?.().direction || 'ltr';
  app.shell.render();
};

const placeKey = () => (app.token.includes('~') ? app.token.split('~')[0] : hex(new Sha256().update(utf8(app.token)).digest()));

app.keepResume = async (resume) => {
  if (!resume) return;
  app.resume = resume;
  app.store.note(`resume:${placeKey()}`, resume);
  if (!app.host.isFramed) history.replaceState({ token: resume }, '', location.pathname);
};

/** What was asked for before there is a session to grant it to. */
app.keepWishes = (wishes) => {
  app.wishes = wishes;
  app.store.note(`wishes:${placeKey()}`, wishes);
};

app.ask = (asked) => app.api.ask({ token: app.resume || app.token, host_origin: app.host.origin, locale: app.code, ...asked });

app.forgetResume = () => app.store.note(`resume:${placeKey()}`, null);
app.linkBack = () => `${location.origin}/i#${app.resume || app.token}`;

/** The answer for whoever comes by the snippet for the first time stands in the document already, in one language; it counts once. */
function whatCameAlong() {
  const node = document.getElementById('opened');
  node?.remove();
  return node?.lang === app.code && app.token.includes('~') ? JSON.parse(node.textContent) : null;
}

app.open = async () => {
  const stored = app.resume || await app.store.get(`resume:${placeKey()}`);
  const language = app.code;
  let opened;
  try {
    opened = (!stored && whatCameAlong()) || await app.api.open(stored || app.token, app.host.origin, language);
  } catch (error) {
    if (!stored || stored === app.token || !String(error.code).startsWith('token_')) throw error;
    await app.forgetResume();
    app.resume = null;
    opened = await app.api.open(app.token, app.host.origin, language);
  }
  app.opened = opened;
  // The employer's colour is for buttons alone: the server has checked that white can be read on it.
  if (opened.interview.accent) {
    document.documentElement.style.setProperty('--brand', opened.interview.accent);
    document.documentElement.style.setProperty('--on-brand', '#fff');
  }
  app.api.token = opened.token;
  if (opened.session) app.setSession(opened.session);
  if (opened.state === 'in_progress') app.tabs.tell();
  await app.keepResume(opened.resume);
  return opened;
};

app.api.renew = async () => {
  const opened = await app.api.open(app.resume || app.token, app.host.origin, app.code);
  app.api.token = opened.token;
};

app.api.onothertab = () => {
  if (app.step && app.step.name !== 'trouble' && !app.isRecording) app.go('trouble', { error: { code: 'other_tab' } });
};

app.enter = async () => {
  const { state } = app.opened;
  if (state === 'new') {
    app.wishes = await app.store.get(`wishes:${placeKey()}`);
    return app.go('notice');
  }
  if (state === 'submitted') return app.go('submitted');
  if (state !== 'in_progress') return app.go('trouble', { error: { code: `state_${state}` } });
  await app.takes.recover(app.session);
  app.shell.tellMemoryIfNeeded();
  const cut = app.opened.interview.questions.find((one) => app.takes.cutOf(one.id)); // straight back to where they were
  return cut ? app.go('question', { question: cut }) : app.go('overview', { isBack: true });
};

function tokenFromAddress() {
  const fragment = decodeURIComponent(location.hash.slice(1));
  const token = fragment || history.state?.token || '';
  // Out of the address bar; the history entry's state survives a reload.
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
  app.tabs = createTabs(app);
  const chosen = await app.store.get('language');
  const worded = app.setLanguage(pickLanguage([chosen, locale, ...navigator.languages]));
  const opened = token ? app.open() : Promise.reject({ code: 'token_missing' }); // words and session travel together
  await Promise.allSettled([worded, opened]);
  await opened;
  app.shell.render();
  return app.enter();
}

app.host.followHeight(document.getElementById('room'));
start().catch((error) => (app.words ? app.go('trouble', { error, again: app.token })
  : document.getElementById('step').replaceChildren(h('h1', {}, 'This interview could not be loaded. Please reload the page.'))));
