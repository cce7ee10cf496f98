// Compares scripts pairwise: the first half of the arguments as written, the second half as served. Same syntax tree, same program.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { parse } = createRequire(import.meta.url)(`${process.env.TOOLS}/acorn`);
const skip = (key, value) => (['start', 'end', 'raw'].includes(key) ? undefined : value);
const tree = (path) => JSON.stringify(parse(readFileSync(path, 'utf8'), { ecmaVersion: 'latest', sourceType: 'module' }), skip);

const all = process.argv.slice(2);
const half = all.length / 2;
for (let i = 0; i < half; i += 1) {
  const isSame = tree(all[i]) === tree(all[half + i]);
  console.log(isSame ? 'same' : 'DIFFERENT', all[i]);
  if (!isSame) process.exitCode = 1;
}
