// SHA-256 fed piece by piece and laid aside between pieces.

const K = new Uint32Array(64);
const START = new Uint32Array(8);
let prime = 2;
for (let found = 0; found < 64; prime += 1) {
  let isPrime = true;
  for (let d = 2; d * d <= prime; d += 1) if (prime % d === 0) isPrime = false;
  if (!isPrime) continue;
  const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) >>> 0;
  if (found < 8) START[found] = fraction(Math.sqrt(prime));
  K[found] = fraction(Math.cbrt(prime));
  found += 1;
}

const w = new Uint32Array(64);
const rotate = (x, n) => (x >>> n) | (x << (32 - n));

function block(state, bytes, at) {
  for (let i = 0; i < 16; i += 1) {
    const j = at + i * 4;
    w[i] = (bytes[j] << 24) | (bytes[j + 1] << 16) | (bytes[j + 2] << 8) | bytes[j + 3];
  }
  for (let i = 16; i < 64; i += 1) {
    const a = w[i - 15];
    const b = w[i - 2];
    w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)) + w[i - 7] + (rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i += 1) {
    const one = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const two = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + one) | 0;
    d = c; c = b; b = a; a = (one + two) | 0;
  }
  state[0] += a; state[1] += b; state[2] += c; state[3] += d;
  state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}

export class Sha256 {
  constructor(saved) {
    this.state = new Uint32Array(saved ? saved.state : START);
    this.tail = new Uint8Array(saved ? saved.tail : 0);
    this.bytes = saved ? saved.bytes : 0;
  }

  update(bytes) {
    this.bytes += bytes.length;
    let data = bytes;
    if (this.tail.length) {
      data = new Uint8Array(this.tail.length + bytes.length);
      data.set(this.tail);
      data.set(bytes, this.tail.length);
    }
    let at = 0;
    for (; at + 64 <= data.length; at += 64) block(this.state, data, at);
    this.tail = data.slice(at);
    return this;
  }

  save() {
    return { state: [...this.state], tail: [...this.tail], bytes: this.bytes };
  }

  digest() {
    const end = new Sha256(this.save());
    const length = this.bytes;
    const pad = new Uint8Array(((length % 64 < 56 ? 56 : 120) - (length % 64)) + 8);
    pad[0] = 0x80;
    const view = new DataView(pad.buffer);
    view.setUint32(pad.length - 8, Math.floor(length / 2 ** 29));
    view.setUint32(pad.length - 4, (length << 3) >>> 0);
    end.update(pad);
    const out = new DataView(new ArrayBuffer(32));
    end.state.forEach((word, i) => out.setUint32(i * 4, word));
    return new Uint8Array(out.buffer);
  }
}

export const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
export const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
export const utf8 = (text) => new TextEncoder().encode(text);
export const sha256 = (bytes) => new Sha256().update(bytes).digest();
