// Camera and microphone: asking only after an act of the person, choosing a device (exact id, then the same label, then the
// browser's default), and a plain word for each way it can fail.

const VIDEO = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30, max: 30 } };
const NARROW = { width: { ideal: 480 }, height: { ideal: 360 }, frameRate: { ideal: 24, max: 30 } };
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

const NAMES = {
  NotAllowedError: 'denied', NotFoundError: 'missing', NotReadableError: 'busy', OverconstrainedError: 'unsuitable',
  AbortError: 'aborted', SecurityError: 'insecure', TypeError: 'insecure',
};

/** What this document may use: false is certain, null unknown. `policy` is what the host page's loader saw. */
export function allowed(policy, feature) {
  const mine = document.permissionsPolicy || document.featurePolicy;
  if (mine && mine.allowsFeature && !mine.allowsFeature(feature)) return false;
  return policy && policy[feature] === false ? false : null;
}

export function createDevices() {
  const devices = { stream: null, kind: null, policy: null, ids: { audio: null, video: null }, wasOpen: false, narrow: false, onlost: () => {} };

  /** `blocked` when the page around us forbids it, `insecure` without https, else null. */
  devices.hindrance = (kind) => {
    const features = kind === 'video' ? ['camera', 'microphone'] : ['microphone'];
    if (features.some((feature) => allowed(devices.policy, feature) === false)) return 'blocked';
    return navigator.mediaDevices && window.isSecureContext ? null : 'insecure';
  };

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
    // Ids change between sessions: look for the same name, else take what the browser offers.
    const now = await devices.list();
    const again = (which) => (now[which].find((one) => one.label && one.label === devices.labels[which]) || {}).deviceId || null;
    devices.ids = { audio: again('audio'), video: again('video') };
    return navigator.mediaDevices.getUserMedia(wanted(kind, { audio: exact(devices.ids.audio), video: exact(devices.ids.video) }));
  }

  /** Open camera and microphone (or the microphone alone). Throws an Error whose `word` says why not. */
  devices.open = async (kind) => {
    const hindrance = devices.hindrance(kind);
    if (hindrance) throw Object.assign(new Error(hindrance), { word: hindrance });
    devices.close();
    try {
      const stream = await find(kind);
      if (!stream.getAudioTracks().length || (kind === 'video' && !stream.getVideoTracks().length)) {
        stream.getTracks().forEach((track) => track.stop());
        throw Object.assign(new Error('no sound'), { name: 'NotFoundError' });
      }
      Object.assign(devices, { stream, kind, wasOpen: true });
      for (const track of stream.getTracks()) track.addEventListener('ended', () => { if (devices.stream === stream) devices.onlost(track.kind); });
      return stream;
    } catch (error) {
      throw Object.assign(error, { word: NAMES[error.name] || 'unknown' });
    }
  };

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
    if (devices.stream) devices.stream.getTracks().forEach((track) => track.stop());
    devices.stream = null;
  };
  return devices;
}
