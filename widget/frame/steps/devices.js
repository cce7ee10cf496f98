// Camera and microphone, before it matters: pickers, live level, a short test clip to watch. Nothing here is sent.

import { button, field, h } from '../dom.js';
import { memorySink, player, recordPanel } from '../panel.js';

const CLIP = { soft: 10, hard: 15 };

export function devices(app, { kind: wished } = {}) {
  const { t } = app;
  const { questions } = app.opened.interview;
  const offered = ['video', 'audio', 'text'].filter((kind) => questions.some((one) => app.kindsOf(one).includes(kind)));
  const kind = wished || (offered[0] === 'text' ? 'audio' : offered[0]);
  const pickers = h('div', { class: 'pickers' });
  const clip = h('div', { class: 'clip' });
  const sink = memorySink();
  let address = null;

  const panel = recordPanel(app, {
    kind, limits: CLIP, sink, ondone: playBack,
    otherKinds: offered.filter((one) => one !== kind && (one === 'text' || kind === 'video')),
    onkind: choose,
  });

  function choose(other) {
    app.kindWish = other;
    return other === 'text' ? app.go('overview') : app.go('devices', { kind: other });
  }

  function playBack() {
    if (address) URL.revokeObjectURL(address);
    address = URL.createObjectURL(new Blob(sink.clip.parts, { type: sink.clip.type }));
    clip.replaceChildren(h('h2', { tabindex: '-1' }, t('clip_title')), player(kind, address), h('p', { class: 'hint' }, t('clip_hint')));
    clip.firstChild.focus();
    panel.reopen();
  }

  async function fillPickers() {
    if (!app.devices.stream || pickers.childElementCount) return;
    const found = await app.devices.list();
    const picker = (which, label) => {
      const track = app.devices.stream && app.devices.stream.getTracks().find((one) => one.kind === which);
      const current = track && track.getSettings().deviceId;
      const select = h('select', { onchange: () => swap(which, select) },
        found[which].map((one, i) => h('option', { value: one.deviceId, selected: one.deviceId === current }, one.label || `${label} ${i + 1}`)));
      return found[which].length > 0 && field(label, select);
    };
    pickers.replaceChildren(...[kind === 'video' && picker('video', t('camera')), picker('audio', t('microphone'))].filter(Boolean));
  }

  async function swap(which, select) {
    try {
      await app.devices.choose(which, select.value, select.selectedOptions[0].textContent);
    } catch { /* the panel says it */ }
    panel.reopen();
  }

  const watch = setInterval(fillPickers, 400);
  navigator.mediaDevices && navigator.mediaDevices.addEventListener('devicechange', refill);
  function refill() { pickers.replaceChildren(); }

  return {
    nodes: [
      h('h1', {}, t(kind === 'video' ? 'devices_title' : 'devices_title_audio')),
      h('p', {}, t('devices_text')),
      panel.node, pickers, clip,
      h('div', { class: 'actions' },
        button(t('go_to_questions'), () => { app.kindWish = app.kindWish || kind; app.go('overview'); }, 'primary'),
        button(t('practise'), () => app.go('practice', { kind })),
        offered.filter((one) => one !== kind).map((one) => button(t(`use_${one}`), () => choose(one), 'link'))),
    ],
    async leave() {
      clearInterval(watch);
      navigator.mediaDevices && navigator.mediaDevices.removeEventListener('devicechange', refill);
      await panel.leave();
      if (address) URL.revokeObjectURL(address);
    },
  };
}
