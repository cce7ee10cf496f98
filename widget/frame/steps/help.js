// "Need another way to answer?" More time, audio or text, more takes, a person to ask. No reason is asked for and reviewers never see it.

import { button, field, h, tick } from '../dom.js';

export function help(app, { from }) {
  const { t } = app;
  const { contact } = app.opened.interview;
  const asked = app.wishes || {};
  const session = app.session || {};
  const box = (name, isOn) => h('input', { type: 'checkbox', name, checked: Boolean(isOn || asked[name]) });
  const time = box('more_time', app.session ? session.time_factor !== 1 : false);
  const kinds = box('other_kinds', session.other_kinds);
  const takes = box('more_retakes', session.extra_retakes > 0);
  const message = h('textarea', { rows: '3', maxlength: '2000' });
  const problem = h('p', { class: 'error', tabindex: '-1', hidden: true });
  const back = () => app.go(from ? from.name : 'notice', from ? { ...from.params, isBack: false, cut: [] } : {});

  async function use() {
    const wishes = { more_time: time.checked, other_kinds: kinds.checked, more_retakes: takes.checked, message: message.value.trim() };
    app.wishes = wishes;
    if (app.session) {
      try {
        app.setSession(await app.api.accommodation(wishes));
      } catch (error) {
        problem.hidden = false;
        problem.textContent = app.explain(error);
        problem.focus();
        return;
      }
    }
    app.say(t('help_done'));
    await back();
  }

  return {
    nodes: [
      h('h1', {}, t('help_title')), h('p', { class: 'lead' }, t('help_text')),
      h('form', { class: 'consents', novalidate: true, onsubmit: (event) => { event.preventDefault(); use(); } },
        tick(t('help_time'), time, t('help_time_hint')),
        tick(t('help_kinds'), kinds, t('help_kinds_hint')),
        tick(t('help_takes'), takes),
        field(t('help_message'), message, t('help_message_hint')),
        problem,
        h('div', { class: 'actions' }, button(t('help_use'), use, 'primary'), button(t('back'), back))),
      h('h2', {}, t('help_more')),
      h('ul', {}, h('li', {}, t('help_captions')), h('li', {}, t('help_read')), h('li', {}, t('help_pause'))),
      contact && contact.email && h('p', {}, t('ask_person'), ' ', h('a', { href: `mailto:${contact.email}` }, contact.name || contact.email)),
    ],
  };
}
