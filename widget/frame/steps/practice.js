// A practice question. It is recorded into memory, played back and forgotten: no byte of it is stored or sent.

import { button, h } from '../dom.js';
import { memorySink, player, recordPanel } from '../panel.js';

export function practice(app, { kind = 'video' } = {}) {
  const { t } = app;
  const sink = memorySink();
  const shown = h('div', { class: 'clip' });
  let address = null;
  const panel = recordPanel(app, {
    kind, limits: { soft: 60, hard: 90 }, sink, otherKinds: [], onkind: () => {},
    ondone() {
      if (address) URL.revokeObjectURL(address);
      address = URL.createObjectURL(new Blob(sink.clip.parts, { type: sink.clip.type }));
      shown.replaceChildren(h('h2', { tabindex: '-1' }, t('practice_done')), player(kind, address), h('p', { class: 'hint' }, t('practice_done_text')));
      shown.firstChild.focus();
      panel.reopen();
    },
  });
  return {
    nodes: [
      h('h1', {}, h('span', { class: 'eyebrow' }, t('practice_eyebrow')), ' ', t('practice_prompt')),
      h('p', { class: 'notice-box' }, t('practice_text')),
      panel.node, shown,
      h('div', { class: 'actions' }, button(t('go_to_questions'), () => app.go('overview'), 'primary')),
    ],
    async leave() {
      await panel.leave();
      if (address) URL.revokeObjectURL(address);
    },
  };
}
