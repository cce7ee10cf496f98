// The receipt: what the employer's server holds, byte for byte, who looks at it, and the person's rights. Shown only after the server said so.

import { h, tick } from '../dom.js';
import { withdrawButton } from './overview.js';

export async function submitted(app, { receipt: given } = {}) {
  const { t, words } = app;
  const isNew = Boolean(given);
  if (!app.api.token) app.api.token = app.token; // a receipt link opens with its own token
  const receipt = given || await app.api.receipt();
  const { employer, interview } = app.opened;
  if (isNew) {
    app.opened.state = 'submitted';
    if (app.session) app.session.state = 'submitted';
    app.host.event('submitted');
    if (app.session) await app.takes.forgetAll();
  }
  const link = `${location.origin}/i#${receipt.receipt_token}`;
  const answers = receipt.answers.map((one) => h('li', { class: 'card' },
    h('h3', {}, t('question_n', { position: one.position }), ' ', h('span', { lang: interview.locale }, one.prompt)),
    h('p', {}, [t(`kind_${one.kind}`), one.seconds ? words.duration(one.seconds) : '', words.size(one.bytes)].filter(Boolean).join(' · ')),
    h('p', { class: 'hint' }, t('receipt_bytes', { n: one.bytes })),
    h('p', { class: 'hash' }, 'SHA-256 ', h('code', {}, one.sha256))));
  return {
    nodes: [
      h('h1', {}, t('submitted_title')),
      h('p', { class: 'lead' }, t('submitted_text', { employer: employer.name })),
      h('dl', { class: 'facts' },
        h('div', {}, h('dt', {}, t('receipt_reference')), h('dd', {}, receipt.reference)),
        h('div', {}, h('dt', {}, t('receipt_time')), h('dd', {}, words.moment(receipt.submitted_at))),
        receipt.promise_at && h('div', {}, h('dt', {}, t('receipt_promise')), h('dd', {}, words.moment(receipt.promise_at)))),
      receipt.receipt_token && h('p', {}, h('a', { class: 'button', href: link, target: '_blank', rel: 'noopener' }, t('receipt_link'))),
      h('h2', {}, t('receipt_answers')), h('p', { class: 'hint' }, t('receipt_hash_text')),
      h('ol', { class: 'cards' }, answers),
      receipt.facts && h('section', {}, h('h2', {}, t('facts_title')), h('dl', { class: 'facts', lang: app.opened.notice.locale },
        receipt.facts.map((fact) => h('div', {}, h('dt', {}, fact.question), h('dd', {}, fact.answer))))),
      app.session && app.opened.notice.ai_consent_asked && aiChoice(app),
      h('details', {}, h('summary', {}, t('withdraw_title')), h('p', {}, t('withdraw_text')), withdrawButton(app)),
    ],
  };
}

/** Consent to machine help can be changed afterwards as easily as it was given. */
function aiChoice(app) {
  const box = h('input', { type: 'checkbox', checked: app.session.consent.ai, onchange: async () => {
    try {
      await app.api.consent(box.checked);
      app.session.consent.ai = box.checked;
      app.say(app.t('text_saved'));
    } catch (error) {
      box.checked = !box.checked;
      app.say(app.explain(error));
    }
  } });
  return tick(app.t('consent_ai'), box, app.t('consent_ai_hint'));
}

