// What stands around every step, always at the same place: whose interview, another way to answer, warnings, the state of what was
// recorded, the language.

import { button, h } from './dom.js';
import { LANGUAGES } from './words.js';

const WARN_MINUTES = [60, 10, 1];
const SETTLED_MS = 2000;
const TROUBLES = { network: 'saved_no_server', storage_full: 'error_storage_full' };

export function createShell(app) {
  const { t } = app;
  const top = document.getElementById('top');
  const foot = document.getElementById('foot');
  const saved = h('p', { class: 'saved' });
  const banner = h('div', { class: 'banner', hidden: true });
  const warned = new Set();
  const shell = {};
  let [seen, told, waiting] = ['', '', null]; // troubles of the line: the newest, the one last spoken of

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
    const trouble = navigator.onLine === false ? 'saved_offline' : open && fault ? TROUBLES[fault] || 'saved_retrying' : '';
    let line = app.takes.list.length ? t('saved_all') : '';
    if (trouble) line = t(trouble);
    else if (open && sent < total) line = t('saved_sending', { percent: app.words.percent(sent / total) });
    if (saved.textContent !== line) saved.textContent = line;
    saved.classList.toggle('warn', Boolean(trouble));
    tellLine(trouble);
  };

  /** Said once when it is lost and once when it is back; what comes and goes within two seconds is not. */
  function tellLine(trouble) {
    if (trouble === seen) return;
    seen = trouble;
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (seen !== told) app.say(t(seen || 'saved_again'));
      told = seen;
    }, SETTLED_MS);
  }

  shell.warn = (text, kind = '', action = '') => {
    banner.hidden = false;
    banner.className = `banner ${kind}`;
    banner.replaceChildren(h('p', {}, text), action, button(t('understood'), () => { banner.hidden = true; }));
    app.say(text);
  };

  function warnOnce(key, text, action) {
    if (!warned.has(key)) shell.warn(text, '', action);
    warned.add(key);
  }

  app.store.onmemory = () => warnOnce('memory', t('memory_mode'));
  shell.tellMemoryIfNeeded = () => { if (app.store.mode === 'memory') app.store.onmemory(); };

  addEventListener('beforeunload', (event) => {
    if (app.isRecording || (app.store.mode === 'memory' && app.takes.progress().open)) event.preventDefault();
  });

  async function takeTime() {
    app.setSession(await app.api.extend());
    warned.add(`${app.session.deadline} ${WARN_MINUTES[0]}`); // it has just been said
    shell.warn(t('deadline_moved', { moment: app.words.moment(app.session.deadline) }), 'good');
  }

  const askForTime = () => takeTime().catch((error) => shell.warn(error.code === 'conflict' ? t('deadline_fixed') : app.explain(error)));

  setInterval(() => {
    const minutes = app.session?.state === 'in_progress' && app.session.deadline ? (new Date(app.session.deadline) - Date.now()) / 60000 : 0;
    const due = WARN_MINUTES.filter((one) => minutes > 0 && minutes <= one).pop();
    if (due) warnOnce(`${app.session.deadline} ${due}`, t('deadline_near', { n: Math.ceil(minutes) }), button(t('deadline_more'), askForTime));
    // Nobody is cut off in the middle of an answer, nor of sending it.
    if (due === 1 && (app.isRecording || app.takes.progress().open)) takeTime().catch(() => {});
  }, 15000);
  app.takes.watch(shell.update);
  addEventListener('online', shell.update);
  addEventListener('offline', shell.update);
  return shell;
}
