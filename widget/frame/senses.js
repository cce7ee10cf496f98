// The level of the microphone and the light of the picture; never what is said or shown.

const SILENT = 0.005; // speech at a laptop is above 0.03
const NOISY = 0.045;
const SILENT_MS = 3000;

export function listen(stream, { onlevel = () => {}, onsilent = () => {}, onnoisy = () => {} }) {
  const Context = window.AudioContext || window.webkitAudioContext;
  if (!Context || !stream.getAudioTracks().length) return () => {};
  const context = new Context();
  const source = context.createMediaStreamSource(new MediaStream(stream.getAudioTracks()));
  const analyser = context.createAnalyser();
  analyser.fftSize = 2048;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let heard = performance.now();
  let silent = false;
  let quietest = [];
  const timer = setInterval(() => {
    if (context.state !== 'running') { heard = performance.now(); context.resume().catch(() => {}); return; }
    analyser.getFloatTimeDomainData(samples);
    let sum = 0;
    for (const sample of samples) sum += sample * sample;
    const level = Math.sqrt(sum / samples.length);
    onlevel(Math.min(1, level * 5));
    if (level > SILENT) heard = performance.now();
    const isSilent = performance.now() - heard > SILENT_MS;
    if (isSilent !== silent) onsilent(silent = isSilent);
    quietest.push(level);
    if (quietest.length === 50) {
      if (Math.min(...quietest) > NOISY) onnoisy();
      quietest = [];
    }
  }, 100);
  return () => { clearInterval(timer); source.disconnect(); context.close().catch(() => {}); };
}

/** 0..255, or null while it cannot be told. */
export function brightness(video) {
  if (!video.videoWidth) return null;
  const canvas = document.createElement('canvas');
  canvas.width = 32;
  canvas.height = 24;
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0, 32, 24);
  const { data } = context.getImageData(0, 0, 32, 24);
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) sum += data[i] * 0.3 + data[i + 1] * 0.6 + data[i + 2] * 0.1;
  return sum / (data.length / 4);
}
