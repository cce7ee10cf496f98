// A stock Uppy with its tus plugin against our server. Reads one JSON line as stock.cjs does; prints where the upload ended up.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const job = JSON.parse(fs.readFileSync(0, 'utf8'));
const load = async (name) => (await import(pathToFileURL(path.join(job.tools, name, 'lib/index.js')))).default;
const Uppy = await load('@uppy/core');
const Tus = await load('@uppy/tus');

const uppy = new Uppy({ autoProceed: false });
uppy.use(Tus, { endpoint: job.endpoint, headers: job.headers, chunkSize: job.chunk, allowedMetaFields: Object.keys(job.metadata) });
const data = fs.readFileSync(job.file);
uppy.addFile({ name: 'take.webm', type: 'video/webm', data: Object.assign(data, { size: data.length }), meta: job.metadata });
const { successful, failed } = await uppy.upload();
console.log(JSON.stringify(successful.length ? { url: successful[0].uploadURL } : { error: String(failed[0].error) }));
process.exit(0);
