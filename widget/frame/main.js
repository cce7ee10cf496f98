// The step machine, and `app`: what every step shares.

import { createApi } from './api.js';
import { button, focusOn, h } from './dom.js';
import { createDevices } from './devices.js';
import { createHost, joinHost } from './protocol.js';
import { Sha256, hex, utf8 } from './sha256.js';
import { openStore } from './slices.js';
import { createTakes } from './takes.js';
import { LANGUAGES, loadWords, pickLanguage } from './words.js';
import { devices, notice, practice } from './steps/arrive.js';
import { check } from './steps/finish.js';
import { help } from './steps/help.js';
import { overview, trouble } from './steps/overview.js';
import { question } from './steps/question.js';
import { submitted } from './steps/receipt.js';

const STEPS = { check, devices, help, notice, overview, practice, question, submitted, trouble };
const EVENT_STEPS = { devices: 'devices', overview: 'question', question: 'question', check: 'review', submitted: 'submitted' };
const WARN_MINUTES = [60, 10, 1];
const KEEPS_CAMERA = new Set(['devices', 'practice', 'question', 'help']);

const app = { host: createHost(), api: createApi(), devices: createDevices(), selfView: true };
app.t = (key, values) => app.words.t(key, values);

app.say = (text) => {
  const region = document.getElementById('status');
  region.textContent = '';
  setTimeout(() => { region.textContent = text; }, 60);
};

app.explain = (error) => {
  const key = `error_${error.code}`;
  return app.t(app.words.has(key) ? key : 'error_unknown');
};

let turn = 0;
/** Show a step. The one before ends first, so that a take keeps its tail. */
app.go = async (name, params = {}) => {
  const mine = (turn += 1);
  const isFirst = !app.step;
  const leave = app.step?.leave;
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
  document.title = heading.textContent;
  if (!isFirst) focusOn(heading);
  if (EVENT_STEPS[name]) app.api.event(EVENT_STEPS[name], params.question?.position ?? null);
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
  document.documentElement.lang = code;
  document.documentElement.dir = new Intl.Locale(code).getTextInfo?.().direction || 'ltr';
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
  await app.keepResume(opened.resume);
  return opened;
};

app.api.renew = async () => {
  const opened = await app.api.open(app.resume || app.token, app.host.origin, app.code);
  app.api.token = opened.token;
};

// Back from another tab: does this one still hold the session?
document.addEventListener('visibilitychange', () => { if (!document.hidden && app.session && app.step) app.api.event('question'); });

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
  const cut = await app.takes.recover(app.session);
  app.shell.tellMemoryIfNeeded();
  return app.go('overview', { isBack: true, cut });
};

/** What stands around every step, always at the same place. */
function createShell() {
  const { t } = app;
  const top = document.getElementById('top');
  const foot = document.getElementById('foot');
  const saved = h('p', { class: 'saved' });
  const banner = h('div', { class: 'banner', hidden: true });
  const warned = new Set();
  const shell = {};

  shell.render = () => {
    const { employer, interview } = app.opened || {};
    top.replaceChildren(...(interview ? [
      h('p', { class: 'whose' }, h('strong', {}, employer.name), ' ', h('span', { lang: interview.locale }, interview.title)),
      interview.is_test ? h('p', { class: 'badge' }, t('is_test')) : '',
    ] : []), button(t('help_link'), () => { if (app.step && app.step.name !== 'help') app.go('help', { from: app.step }); }, 'link help'), banner);
    foot.replaceChildren(saved, h('select', { 'aria-label': t('language'), onchange: (event) => speak(event.target.value) },
      LANGUAGES.map(([code, name]) => h('option', { value: code, lang: code, selected: code === app.words.code }, name))));
    shell.update();
  };

  async function speak(code) {
    if (app.isRecording) return;
    app.store.note('language', code);
    await app.setLanguage(code);
    if (app.step.name === 'notice') await app.open().catch(() => {});
    await app.again();
    foot.querySelector('select').focus();
  }

  shell.update = () => {
    if (!app.session) return;
    const { open, total, sent, fault } = app.takes.progress();
    const isOffline = navigator.onLine === false || fault === 'network';
    let line = app.takes.list.length ? t('saved_all') : '';
    if (open && isOffline) line = t('saved_offline');
    else if (open && fault) line = t(fault === 'storage_full' ? 'error_storage_full' : 'saved_retrying');
    else if (open && sent < total) line = t('saved_sending', { percent: app.words.percent(sent / total) });
    if (saved.textContent !== line) saved.textContent = line;
    saved.classList.toggle('warn', Boolean(open && (isOffline || fault)));
  };

  shell.warn = (text, kind = '') => {
    banner.hidden = false;
    banner.className = `banner ${kind}`;
    banner.replaceChildren(h('p', {}, text), button(t('understood'), () => { banner.hidden = true; }));
    app.say(text);
  };

  function warnOnce(key, text) {
    if (!warned.has(key)) shell.warn(text);
    warned.add(key);
  }

  app.store.onmemory = () => warnOnce('memory', t('memory_mode'));
  shell.tellMemoryIfNeeded = () => { if (app.store.mode === 'memory') app.store.onmemory(); };

  addEventListener('beforeunload', (event) => {
    if (app.isRecording || (app.store.mode === 'memory' && app.takes.progress().open)) event.preventDefault();
  });

  setInterval(() => {
    const minutes = app.session?.deadline ? (new Date(app.session.deadline) - Date.now()) / 60000 : 0;
    const due = app.session?.state === 'in_progress' && WARN_MINUTES.filter((one) => minutes > 0 && minutes <= one).pop();
    if (due) warnOnce(due, t('deadline_near', { n: Math.ceil(minutes) }));
  }, 15000);
  app.takes.watch(shell.update);
  addEventListener('online', shell.update);
  addEventListener('offline', shell.update);
  return shell;
}

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
  app.shell = createShell();
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
