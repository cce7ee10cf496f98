// Where the interview cannot go on here: another tab has it, the link is spent, the session has ended, the server is away.
// Always a plain sentence, what to do, and whom to ask.

import { button, h } from '../dom.js';
import { newTabLink } from '../panel.js';

export function trouble(app, { error, again }) {
  const { t } = app;
  const { code = 'unknown' } = error;
  const { contact } = (app.opened && app.opened.interview) || {};
  const known = app.words.has(`${code}_title`) ? code : null;
  const title = known ? t(`${code}_title`) : t('error_title');
  const text = known ? t(`${code}_text`) : app.explain(error);
  const isElsewhere = code === 'other_tab' || code === 'moved';
  const timer = code === 'moved' && app.session ? setInterval(lookAfter, 5000) : null;

  async function lookAfter() {
    const session = await app.api.session().catch(() => null);
    if (!session || session.state === 'in_progress') return;
    clearInterval(timer);
    await app.go('trouble', { error: { code: session.state === 'submitted' ? 'submitted_elsewhere' : `state_${session.state}` } });
  }

  async function reopen() {
    try {
      await app.open();
      app.shell.render();
      await app.enter();
    } catch (problem) {
      await app.go('trouble', { error: problem, again: true });
    }
  }

  const canRetry = again || error.passing;
  return {
    nodes: [
      h('h1', {}, title), h('p', { class: 'lead' }, text),
      h('div', { class: 'actions' },
        isElsewhere && button(t('use_this_tab'), reopen, 'primary'),
        !isElsewhere && canRetry && button(t('try_again'), reopen, 'primary'),
        app.host.isFramed && again && app.token && newTabLink(app)),
      contact && contact.email && h('p', {}, t('ask_person'), ' ', h('a', { href: `mailto:${contact.email}` }, contact.name || contact.email)),
    ],
    leave: () => clearInterval(timer),
  };
}
