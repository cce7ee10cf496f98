// The browser's store: slices until the server has them, and small notes. ArrayBuffers only; every write has a time limit.

const LIMIT_MS = 4000;

const within = (promise, ms = LIMIT_MS) => new Promise((resolve, reject) => {
  const timer = setTimeout(() => reject(new Error('storage is too slow')), ms);
  promise.then(resolve, reject).finally(() => clearTimeout(timer));
});

const asPromise = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
  request.onblocked = () => reject(new Error('storage is blocked'));
});

function openDatabase() {
  const request = indexedDB.open('greenroom', 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore('takes', { keyPath: 'id' });
    request.result.createObjectStore('slices');
    request.result.createObjectStore('notes');
  };
  return asPromise(request);
}

export async function openStore() {
  try {
    const database = await within(openDatabase());
    database.onversionchange = () => database.close();
    const store = new Store(database);
    await store.set('probe', 1); // Some browsers refuse only the first write.
    return store;
  } catch {
    return new Store(null);
  }
}

class Store {
  constructor(database) {
    this.database = database;
    this.mode = database ? 'disk' : 'memory';
    this.index = new Map();
    this.notes = new Map();
    this.onmemory = () => {};
  }

  async act(names, mode, work) {
    if (!this.database) return undefined;
    const run = new Promise((resolve, reject) => {
      const tx = this.database.transaction(names, mode, { durability: names.includes('slices') ? 'strict' : 'relaxed' });
      const request = work(...names.map((name) => tx.objectStore(name)));
      tx.oncomplete = () => resolve(request?.result);
      tx.onabort = () => reject(tx.error);
      tx.onerror = () => reject(tx.error);
    });
    return within(run);
  }

  /** Storage failed: memory from now on. What is on disk stays readable. */
  fallBack() {
    if (this.mode === 'memory') return;
    this.mode = 'memory';
    this.onmemory();
  }

  /** Slice and record in one commit. Never rejects: at worst the slice is in memory. */
  async keep(record, at, bytes) {
    const entry = { at, size: bytes.length, bytes };
    this.pieces(record.id).push(entry);
    if (this.mode === 'memory') return;
    try {
      const exact = bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
      await this.act(['slices', 'takes'], 'readwrite', (slices, takes) => {
        takes.put(record);
        return slices.put(exact, [record.id, at, bytes.length]);
      });
      entry.bytes = null;
    } catch {
      this.fallBack();
    }
  }

  pieces(takeId) {
    if (!this.index.has(takeId)) this.index.set(takeId, []);
    return this.index.get(takeId);
  }

  /** Null when the byte at `from` is no longer here. */
  async read(takeId, from, limit) {
    const parts = [];
    let total = 0;
    for (const piece of this.pieces(takeId)) {
      if (piece.at + piece.size <= from) continue;
      if (total >= limit || piece.at > from + total) break;
      const bytes = piece.bytes || await this.load(takeId, piece);
      if (!bytes) break;
      parts.push(bytes.subarray(from + total - piece.at));
      total += parts[parts.length - 1].length;
    }
    if (!total) return null;
    const all = new Uint8Array(total);
    parts.reduce((at, part) => { all.set(part, at); return at + part.length; }, 0);
    return all.subarray(0, Math.min(total, limit));
  }

  async load(takeId, piece) {
    const buffer = await this.act(['slices'], 'readonly', (slices) => slices.get([takeId, piece.at, piece.size]));
    return buffer && new Uint8Array(buffer);
  }

  async release(takeId, offset) {
    const gone = this.pieces(takeId).filter((piece) => piece.at + piece.size <= offset);
    this.index.set(takeId, this.pieces(takeId).filter((piece) => piece.at + piece.size > offset));
    const onDisk = gone.filter((piece) => !piece.bytes);
    if (!onDisk.length) return;
    await this.act(['slices'], 'readwrite', (slices) => {
      onDisk.forEach((piece) => slices.delete([takeId, piece.at, piece.size]));
    }).catch(() => {});
  }

  async saveTake(record) {
    await this.act(['takes'], 'readwrite', (takes) => takes.put(record)).catch(() => {});
  }

  async leftTakes(session) {
    const records = await this.act(['takes'], 'readonly', (takes) => takes.getAll()).catch(() => null) || [];
    const keys = await this.act(['slices'], 'readonly', (slices) => slices.getAllKeys()).catch(() => null) || [];
    const mine = records.filter((record) => record.session === session && !this.index.has(record.id));
    for (const record of mine) {
      this.index.set(record.id, keys.filter(([id]) => id === record.id).map(([, at, size]) => ({ at, size, bytes: null })));
    }
    return mine;
  }

  async forgetTake(takeId) {
    this.index.delete(takeId);
    await this.act(['takes', 'slices'], 'readwrite', (takes, slices) => {
      takes.delete(takeId);
      slices.delete(IDBKeyRange.bound([takeId], [takeId, []]));
    }).catch(() => {});
  }

  async get(key) {
    if (this.notes.has(key)) return this.notes.get(key);
    return this.act(['notes'], 'readonly', (notes) => notes.get(key)).catch(() => undefined);
  }

  async set(key, value) {
    this.notes.set(key, value);
    await this.act(['notes'], 'readwrite', (notes) => (value === null ? notes.delete(key) : notes.put(value, key)));
  }

  note(key, value) {
    return this.set(key, value).catch(() => {});
  }
}
