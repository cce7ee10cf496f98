// What stands around every step, always at the same place: whose interview this is, the way to another way of answering,
// the state of what was recorded, and the language.

import { button, h } from './dom.js';
import { LANGUAGES } from './words.js';

const WARN_MINUTES = [60, 10, 1];

export function createShell(app) {
  const { t } = app;
  const top = document.getElementById('top');
  const foot = document.getElementById('foot');
  const saved = h('p', { class: 'saved' });
  const banner = h('div', { class: 'banner', hidden: true });
  const warned = new Set();
  const shell = {};

  shell.render = () => {
    const { employer, interview } = app.opened || {};
    top.replaceChildren(
      ...[interview && h('p', { class: 'whose' }, h('strong', {}, employer.name), ' ', h('span', {}, interview.title)),
        interview && interview.is_test && h('p', { class: 'badge' }, t('is_test')),
        app.opened && button(t('help_link'), () => { if (app.step.name !== 'help') app.go('help', { from: app.step }); }, 'link help')].filter(Boolean),
      banner,
    );
    const languages = h('select', { 'aria-label': t('language'), onchange: (event) => shell.speak(event.target.value) },
      LANGUAGES.map(([code, name]) => h('option', { value: code, lang: code, selected: code === app.words.code }, name)));
    foot.replaceChildren(saved, languages);
    shell.update();
  };

  shell.speak = async (code) => {
    if (app.isRecording) return;
    await app.store.note('language', code);
    await app.setLanguage(code);
    if (app.step.name === 'notice') await app.open().catch(() => {});
    await app.again();
    foot.querySelector('select').focus();
  };

  /** One line about what was recorded: on its way, safe, or kept here because something is wrong. */
  shell.update = () => {
    if (!app.session || !app.words) return;
    const { open, total, sent, fault } = app.takes.progress();
    const isOffline = navigator.onLine === false || fault === 'network';
    let line = '';
    if (open && isOffline) line = t('saved_offline');
    else if (open && (fault === 'storage_full' || fault === 'status_507')) line = t('saved_server_full');
    else if (open && fault) line = t('saved_retrying');
    else if (open && total) line = t('saved_sending', { percent: app.words.percent(sent / total) });
    else if (app.takes.list.length) line = t('saved_all');
    if (saved.textContent !== line) saved.textContent = line;
    saved.classList.toggle('warn', Boolean(open && (isOffline || fault)));
  };

  shell.warn = (text, ...actions) => {
    banner.hidden = !text;
    banner.replaceChildren(...(text ? [h('p', {}, text), ...actions] : []));
    if (text) app.say(text);
  };

  /** Storage is denied or full: said once, visibly, and the page asks before it is left with unsent slices. */
  const tellMemory = () => shell.warn(t('memory_mode'), button(t('understood'), () => shell.warn('')));
  app.store.onmemory = tellMemory;
  shell.tellMemoryIfNeeded = () => { if (app.store.mode === 'memory' && !warned.has('memory')) { warned.add('memory'); tellMemory(); } };

  addEventListener('beforeunload', (event) => {
    if (app.isRecording || (app.store.mode === 'memory' && app.takes.progress().open)) event.preventDefault();
  });

  function watchDeadline() {
    const deadline = app.session && app.session.deadline;
    if (!deadline || app.opened.state !== 'in_progress') return;
    const minutes = (new Date(deadline) - Date.now()) / 60000;
    const due = WARN_MINUTES.filter((one) => minutes > 0 && minutes <= one && !warned.has(one));
    if (!due.length) return;
    due.forEach((one) => warned.add(one));
    shell.warn(t('deadline_near', { n: Math.max(1, Math.round(minutes)) }), button(t('understood'), () => shell.warn('')));
  }
  setInterval(watchDeadline, 15000);
  app.takes.watch(shell.update);
  addEventListener('online', shell.update);
  addEventListener('offline', shell.update);
  return shell;
}
