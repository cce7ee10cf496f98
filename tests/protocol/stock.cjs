// A stock tus-js-client against our server. Reads one JSON line: {tools, endpoint, headers, metadata, way, file, chunk}; prints what happened.
const fs = require('node:fs');
const path = require('node:path');
const { PassThrough } = require('node:stream');

const job = JSON.parse(fs.readFileSync(0, 'utf8'));
const tus = require(path.join(job.tools, 'tus-js-client'));

const live = () => { // A recording that is still growing: its length is known only at the end.
  const data = fs.readFileSync(job.file);
  const stream = new PassThrough();
  let at = 0;
  const timer = setInterval(() => {
    if (at >= data.length) { clearInterval(timer); stream.end(); return; }
    stream.write(data.subarray(at, at += 60000));
  }, 10);
  return stream;
};

const ways = {
  whole: {},
  chunks: { chunkSize: job.chunk },
  override: { chunkSize: job.chunk, overridePatchMethod: true },
  'with-upload': { uploadDataDuringCreation: true, chunkSize: job.chunk },
  live: { uploadLengthDeferred: true, chunkSize: job.chunk },
  parallel: { parallelUploads: 2 },
};

const source = job.way === 'live' ? live() : fs.readFileSync(job.file);
const requests = [];
const upload = new tus.Upload(source, {
  endpoint: job.endpoint,
  headers: job.headers,
  metadata: job.metadata,
  retryDelays: [100, 300, 1000, 2000, 3000, 5000, 5000],
  ...ways[job.way],
  onAfterResponse: (request, response) => { requests.push([request.getMethod(), response.getStatus()]); },
  onProgress: (sent) => { if (job.way !== 'live') process.stderr.write(`${sent}\n`); },
  onError: (error) => { console.log(JSON.stringify({ error: String(error), requests })); process.exit(1); },
  onSuccess: () => {
    const done = () => console.log(JSON.stringify({ url: upload.url, requests }));
    if (!job.terminate) { done(); return; }
    upload.abort(true).then(done, (error) => { console.log(JSON.stringify({ error: String(error) })); });
  },
});
upload.start();
