// Messages with the loader: origin and source checked, posted to the one origin in our address's fragment.

const EVENTS = new Set(['started', 'answer-saved', 'submitted', 'error']);

export function joinHost(host) {
  return new Promise((resolve) => {
    addEventListener('message', (event) => {
      const { data } = event;
      if (event.source !== parent || event.origin !== host.origin || !data || data.greenroom !== 1 || data.type !== 'init') return;
      document.documentElement.dataset.scheme = data.scheme;
      host.post('ack');
      resolve({ token: String(data.token || ''), locale: String(data.locale || ''), policy: data.policy || {}, hostOrigin: event.origin });
    });
    host.post('ready');
  });
}

export function createHost() {
  const isFramed = parent !== window;
  const host = { isFramed, origin: null };
  if (isFramed) {
    try { host.origin = new URL(decodeURIComponent(location.hash.slice(1))).origin; } catch { /* no loader: nobody to talk to */ }
  }
  host.post = (type, fields = {}) => {
    if (host.origin) parent.postMessage({ greenroom: 1, type, ...fields }, host.origin);
  };
  host.event = (name, detail = {}) => { if (EVENTS.has(name)) host.post('event', { name, detail }); };
  host.followHeight = (node) => {
    if (!isFramed) return;
    let last = 0;
    new ResizeObserver(() => {
      const height = Math.ceil(node.getBoundingClientRect().height);
      if (height !== last) host.post('resize', { height: last = height });
    }).observe(node);
  };
  return host;
}
