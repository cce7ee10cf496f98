// Is what travels the program that was written? Reads [{served, written: [path, ...]}] as JSON from its argument: one file alone keeps
// its syntax tree; modules joined into one script are that script without imports and `export`, which is sound only under the rules below.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';

const { parse } = createRequire(import.meta.url)(`${process.env.TOOLS}/acorn`);
const skip = (key, value) => (['start', 'end', 'raw'].includes(key) ? undefined : value);
const read = (path) => parse(readFileSync(path, 'utf8'), { ecmaVersion: 'latest', sourceType: 'module' }).body; // a name declared twice throws
const faults = [];
const expect = (isSo, fault) => { if (!isSo) faults.push(fault); };

/** Every node, with the node around it and the key it stands under. */
function* walk(node, around = null, key = '') {
  if (Array.isArray(node)) { for (const one of node) yield* walk(one, around, key); return; }
  if (!node || typeof node.type !== 'string') return;
  yield { node, around, key };
  for (const [name, value] of Object.entries(node)) if (value && typeof value === 'object') yield* walk(value, node, name);
}

const patternNames = (pattern) => [...walk(pattern)].filter(({ node, around, key }) => node.type === 'Identifier'
  && !(around?.type === 'AssignmentPattern' && key === 'right') && !(around?.type === 'Property' && key === 'key' && !around.shorthand)).map(({ node }) => node.name);
const namesOf = (one) => (one.id ? [one.id.name] : (one.declarations || []).flatMap(({ id }) => patternNames(id)));
const bare = (body) => body.filter((one) => one.type !== 'ImportDeclaration').map((one) => (one.type === 'ExportNamedDeclaration' ? one.declaration : one));

/** Names a module uses and declares nowhere: they mean the browser's own, and must not meet another module's. */
function strangers(body) {
  const declared = new Set();
  const used = new Set();
  for (const { node, around, key } of walk(body)) {
    if (node.type === 'VariableDeclarator') patternNames(node.id).forEach((name) => declared.add(name));
    if (/Function|Class/.test(node.type) && node.id) declared.add(node.id.name);
    if (/Function/.test(node.type)) node.params.flatMap(patternNames).forEach((name) => declared.add(name));
    if (node.type === 'CatchClause' && node.param) patternNames(node.param).forEach((name) => declared.add(name));
    if (node.type === 'ImportSpecifier') declared.add(node.local.name);
    const isLabel = (['MemberExpression', 'PropertyDefinition', 'MethodDefinition', 'Property'].includes(around?.type)
      && ['property', 'key'].includes(key) && !around.computed && !around.shorthand) || /Import|Export/.test(around?.type);
    if (node.type === 'Identifier' && !isLabel) used.add(node.name);
  }
  return [...used].filter((name) => !declared.has(name));
}

function checkRules(paths) {
  const bodies = new Map(paths.map((path) => [resolve(path), read(path)]));
  const owner = new Map();
  for (const [path, body] of bodies) for (const one of bare(body)) for (const name of namesOf(one)) owner.set(name, path);
  const exported = (path) => bodies.get(path).filter((one) => one.type === 'ExportNamedDeclaration').flatMap((one) => namesOf(one.declaration));
  for (const [path, body] of bodies) {
    for (const one of body.filter(({ type }) => /^(Import|Export)/.test(type))) {
      if (one.type === 'ImportDeclaration') {
        const from = resolve(dirname(path), one.source.value);
        expect(bodies.has(from), `${path} imports ${from}, which is not joined`);
        expect(one.specifiers.length && one.specifiers.every(({ type, imported, local }) => type === 'ImportSpecifier' && imported.name === local.name
          && bodies.has(from) && exported(from).includes(local.name)), `${path} imports something other than plain names from ${from}`);
      } else expect(one.type === 'ExportNamedDeclaration' && one.declaration, `${path} exports something other than a declaration`);
    }
    for (const { node, around } of walk(body)) {
      const own = node.type === 'MetaProperty' && node.meta.name === 'import';
      expect(!own, `${path} asks where it lies: import.meta`);
      expect(!(node.type === 'AwaitExpression' && around?.type === 'ExpressionStatement' && body.includes(around)), `${path} waits at the top`);
      expect(!(node.type === 'AwaitExpression' && around?.type === 'VariableDeclarator' && bare(body).some((one) => one.declarations?.includes(around))), `${path} waits at the top`);
    }
    for (const name of strangers(body)) expect(!owner.has(name), `${path} means the browser's ${name}, ${owner.get(name)} has its own`);
  }
}

for (const { served, written } of JSON.parse(process.argv[2])) {
  if (written.length > 1) checkRules(written);
  const meant = written.length > 1 ? written.flatMap((path) => bare(read(path))) : read(written[0]);
  expect(JSON.stringify(meant, skip) === JSON.stringify(read(served), skip), `${written} travels as another program`);
}
console.log(faults.join('\n') || 'same');
process.exitCode = faults.length ? 1 : 0;
