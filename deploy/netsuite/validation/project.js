'use strict';

/** The SDF project as it lies on disk, read once: XML documents, script files and the paths of all that is deployed. */

const fs = require('node:fs');
const path = require('node:path');
const { parseStringPromise } = require('xml2js');

const NOT_DEPLOYED = new Set(['manifest.xml', 'deploy.xml']);

/** An XML document as {tag, attributes, children}, or {problem} when it is not well-formed. */
async function document(text) {
  try {
    const parsed = await parseStringPromise(text, { explicitChildren: false, attrkey: 'attributes', charkey: 'text' });
    const [tag] = Object.keys(parsed);
    return { tag, root: parsed[tag] };
  } catch (thrown) {
    return { problem: thrown.message.split('\n')[0] };
  }
}

/** Reads the project below `folder`, the one that holds manifest.xml. */
async function read(folder) {
  const paths = fs.readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath || entry.path, entry.name)).split(path.sep).join('/'))
    .sort();
  const files = new Map(paths.map((each) => [each, fs.readFileSync(path.join(folder, each), 'utf8')]));
  const xml = new Map();
  for (const each of paths.filter((name) => name.endsWith('.xml'))) xml.set(each, await document(files.get(each)));
  return {
    xml,
    files,
    deployed: paths.filter((each) => !NOT_DEPLOYED.has(each)),
    objects: [...xml].filter(([name, { tag }]) => name.startsWith('Objects/') && tag)
      .map(([name, { tag, root }]) => ({ path: name, tag, root, id: (root.attributes || {}).scriptid })),
    scripts: [...files].filter(([name]) => name.endsWith('.js')).map(([name, source]) => ({ path: name, source })),
  };
}

module.exports = { read };
