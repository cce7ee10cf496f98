// One interview, several tabs: the older ones say so as soon as they can know.

const ASK_MS = 3000;

/** Tabs of this browser under the same page tell each other; of others one hears by asking when somebody comes back to this one. */
export function createTabs(app) {
  const channel = window.BroadcastChannel ? new BroadcastChannel('greenroom') : null;
  let asked = -ASK_MS;

  async function look() {
    if (document.hidden || app.session?.state !== 'in_progress' || performance.now() - asked < ASK_MS) return;
    asked = performance.now();
    const session = await app.api.session().catch(() => null);
    if (session?.newest_tab === false) app.api.onothertab();
  }

  if (channel) channel.onmessage = ({ data }) => { if (app.session && data === app.session.id) app.api.onothertab(); };
  document.addEventListener('visibilitychange', look);
  addEventListener('focus', look);
  return { tell() { if (channel && app.session) channel.postMessage(app.session.id); } };
}
