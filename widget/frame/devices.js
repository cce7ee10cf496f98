// Camera and microphone: which, whether they may be used, and what is in the way. More in README.md.

const VIDEO = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30, max: 30 } };
const NARROW = { width: { ideal: 480 }, height: { ideal: 360 }, frameRate: { ideal: 24, max: 30 } };
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

const NAMES = {
  NotAllowedError: 'denied', NotFoundError: 'missing', NotReadableError: 'busy', OverconstrainedError: 'unsuitable',
  AbortError: 'aborted', SecurityError: 'insecure', TypeError: 'insecure',
};

/** False is certain, null unknown. */
export function allowed(policy, feature) {
  const mine = document.permissionsPolicy || document.featurePolicy;
  if (mine?.allowsFeature && !mine.allowsFeature(feature)) return false;
  return policy && policy[feature] === false ? false : null;
}

export function createDevices() {
  const devices = { stream: null, kind: null, policy: null, ids: { audio: null, video: null }, wasOpen: false, refused: {}, narrow: false, onlost: () => {} };

  devices.hindrance = (kind) => {
    const features = kind === 'video' ? ['camera', 'microphone'] : ['microphone'];
    if (features.some((feature) => allowed(devices.policy, feature) === false)) return 'blocked';
    return navigator.mediaDevices && window.isSecureContext ? null : 'insecure';
  };

  let turn = 0; // closed or opened again meanwhile?
  const stop = (stream) => stream.getTracks().forEach((track) => track.stop());
  const wanted = (kind, how) => ({
    audio: { ...AUDIO, ...how.audio },
    video: kind === 'video' ? { ...(devices.narrow ? NARROW : VIDEO), facingMode: 'user', ...how.video } : false,
  });

  const exact = (id) => (id ? { deviceId: { exact: id } } : {});

  async function find(kind) {
    const { audio, video } = devices.ids;
    try {
      return await navigator.mediaDevices.getUserMedia(wanted(kind, { audio: exact(audio), video: exact(video) }));
    } catch (error) {
      if (!(audio || video) || !['OverconstrainedError', 'NotFoundError'].includes(error.name)) throw error;
    }
    // Ids change between sessions.
    const now = await devices.list();
    const again = (which) => (now[which].find((one) => one.label && one.label === devices.labels[which]) || {}).deviceId || null;
    devices.ids = { audio: again('audio'), video: again('video') };
    return navigator.mediaDevices.getUserMedia(wanted(kind, { audio: exact(devices.ids.audio), video: exact(devices.ids.video) }));
  }

  /** What is open already, unless a device of it went away or something else took it. */
  devices.live = (kind) => {
    const isLive = devices.kind === kind && devices.stream?.getTracks().every((track) => track.readyState === 'live' && !track.muted);
    return isLive ? devices.stream : null;
  };

  devices.open = async (kind) => {
    const hindrance = devices.hindrance(kind);
    if (hindrance) throw Object.assign(new Error(hindrance), { word: hindrance });
    devices.close();
    const mine = turn;
    try {
      const stream = await find(kind);
      if (mine !== turn) { stop(stream); throw new Error('closed meanwhile'); }
      if (!stream.getAudioTracks().length || (kind === 'video' && !stream.getVideoTracks().length)) {
        stop(stream);
        throw Object.assign(new Error('no sound'), { name: 'NotFoundError' });
      }
      Object.assign(devices, { stream, kind, wasOpen: true, refused: {} });
      for (const track of stream.getTracks()) track.addEventListener('ended', () => { if (devices.stream === stream) devices.onlost(track.kind); });
      return stream;
    } catch (error) {
      const word = error.name === 'OverconstrainedError' && await lacks(kind) ? 'missing' : NAMES[error.name] || 'unknown';
      if (mine === turn) devices.refused = { [kind]: word }; // said again wherever this kind is offered, until it opens
      throw Object.assign(error, { word: mine === turn && word });
    }
  };

  /** WebKit calls a wish for a camera that is not there overconstrained. */
  async function lacks(kind) {
    const found = await devices.list();
    return !found.audio.length || (kind === 'video' && !found.video.length);
  }

  devices.labels = { audio: null, video: null };
  devices.list = async () => {
    const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    const of = (kind) => all.filter((one) => one.kind === kind && one.deviceId);
    return { audio: of('audioinput'), video: of('videoinput') };
  };

  devices.choose = (which, id, label) => {
    devices.ids[which] = id;
    devices.labels[which] = label;
    return devices.open(devices.kind);
  };

  devices.close = () => {
    turn += 1;
    if (devices.stream) stop(devices.stream);
    devices.stream = null;
  };
  return devices;
}
