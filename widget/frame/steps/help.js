// Another way to answer, and asking a person: from every screen, without a reason, before, during and after the interview.

import { button, doneLine, field, freshId, h, keeping, lengthLine, problemLine, tick } from '../dom.js';
import { mailTo } from './arrive.js';

const MESSAGE = 2000; // characters
const RIGHTS = ['review', 'copy', 'withdrawal', 'erasure', 'help'];

export const askPerson = (app) => {
  const link = mailTo(app.opened?.interview.contact);
  return link && h('p', {}, app.t('ask_person'), ' ', link);
};

const nameOf = (app) => app.opened.interview.contact?.name || app.opened.employer.name;

/** No reason is asked for and reviewers never see it. */
export function help(app, params = {}) {
  const { t } = app;
  const { from } = params;
  const back = () => app.go(from ? from.name : 'notice', from ? { ...from.params, isBack: false } : {});
  const isOver = app.session && app.session.state !== 'in_progress';
  const body = !app.opened ? h('p', { class: 'lead' }, t('help_nobody')) : isOver ? inquiryForm(app, params) : wishes(app, params, back);
  return {
    nodes: [
      h('h1', {}, t('help_title')), body, app.opened && !isOver && always(app), askPerson(app),
      (isOver || !app.opened) && h('div', { class: 'actions' }, button(t('back'), back)),
    ],
  };
}

const always = ({ t }) => [
  h('h2', {}, t('help_more')), h('ul', {}, ['help_captions', 'help_read', 'help_pause'].map((key) => h('li', {}, t(key)))),
];

function wishes(app, kept, back) {
  const { t } = app;
  const held = app.session || {};
  const before = app.wishes || {};
  const box = (name, isOn) => keeping(kept, name, h('input', { type: 'checkbox', name, checked: Boolean(isOn || before[name]) }));
  const time = box('more_time', app.session && held.time_factor !== 1);
  const kinds = box('other_kinds', held.other_kinds);
  const takes = box('more_retakes', held.extra_retakes > 0);
  const message = keeping(kept, 'message', h('textarea', { rows: 3 }));
  const length = lengthLine(app, message, MESSAGE);
  const isKnown = app.session || app.opened.person;
  const email = keeping(kept, 'email', h('input', { type: 'email', autocomplete: 'email', maxlength: 254, value: app.entered?.email || '' }));
  const problem = problemLine();

  async function use() {
    const text = message.value.trim();
    if (length.refuses()) return;
    const wanted = { more_time: time.checked, other_kinds: kinds.checked, more_retakes: takes.checked };
    if (text && !isKnown && !(email.value && email.validity.valid)) { problem.tell(t('need_email'), email); return; }
    try {
      if (app.session) app.setSession(await app.api.accommodation({ ...wanted, message: text }));
      else if (text) await app.ask({ kind: 'help', message: text, name: app.entered?.name || '', email: email.value });
    } catch (error) {
      problem.tell(app.explain(error));
      return;
    }
    if (!app.session) app.keepWishes(wanted);
    app.entered = { ...app.entered, email: email.value };
    await back();
    app.shell.warn([t('help_done'), text && t('help_sent', { name: nameOf(app) })].filter(Boolean).join(' '), 'good');
  }

  return [h('p', { class: 'lead' }, t('help_text')), h('form', { novalidate: true, onsubmit: (event) => { event.preventDefault(); use(); } },
    tick(t('help_time'), time, t('help_time_hint')), tick(t('help_kinds'), kinds, t('help_kinds_hint')), tick(t('help_takes'), takes),
    field(t('help_message'), message, t('help_message_hint')), length.node, !isKnown && field(t('your_email'), email, t('help_email_hint')), problem.node,
    h('div', { class: 'actions' }, button(t('help_use'), use, 'primary'), button(t('back'), back)))];
}

/** What a candidate may ask of the employer once the interview has ended; `asked` are the INQUIRYs made so far. */
export function inquiryForm(app, kept, asked = []) {
  const { t, words } = app;
  const name = freshId();
  const boxes = RIGHTS.map((kind) => h('input', { type: 'radio', name, value: kind, checked: kept.kind === kind, oninput: () => { kept.kind = kind; } }));
  const message = keeping(kept, 'message', h('textarea', { rows: 3 }));
  const length = lengthLine(app, message, MESSAGE);
  const problem = problemLine();
  const done = doneLine(app);
  const list = h('ul', { class: 'asked' });
  const show = (one) => list.append(h('li', {}, t(one.done_at ? 'asked_done' : 'asked_on', { what: t(`ask_${one.kind}`), date: words.day(one.done_at || one.asked_at) })));
  asked.forEach(show);

  async function send() {
    const kind = boxes.find((one) => one.checked)?.value;
    if (!kind) { problem.tell(t('ask_choose'), boxes[0]); return; }
    if (kind === 'help' && !message.value.trim()) { problem.tell(t('text_empty'), message); return; }
    if (length.refuses()) return;
    try {
      asked.push(await app.ask({ kind, message: message.value.trim() }));
      show(asked.at(-1));
    } catch (error) {
      problem.tell(app.explain(error));
      return;
    }
    message.value = '';
    delete kept.message;
    delete kept.kind;
    boxes.forEach((one) => { one.checked = false; });
    problem.node.hidden = true;
    done.tell(t('help_sent', { name: nameOf(app) }));
  }

  return h('form', { novalidate: true, onsubmit: (event) => { event.preventDefault(); send(); } },
    h('fieldset', { class: 'asks' }, h('legend', {}, t('ask_title', { name: nameOf(app) })),
      boxes.map((one) => h('label', {}, one, h('span', {}, t(`ask_${one.value}`))))),
    field(t('ask_message'), message), length.node, problem.node, h('div', { class: 'actions' }, button(t('ask_send'), send), done.node), list);
}
