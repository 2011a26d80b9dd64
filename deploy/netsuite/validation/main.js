'use strict';

/** `npm run validate`: prints what SDF or NetSuite would refuse of the project in src; exits 1 when there is anything. */

const path = require('node:path');

const { read } = require('./project');
const { findings } = require('./rules');

async function main(folder) {
  const project = await read(folder);
  const found = findings(project);
  found.forEach((finding) => console.error(finding));
  console.log(`${project.objects.length} objects, ${project.scripts.length} script files: ${found.length || 'no'} findings`);
  process.exitCode = found.length > 0 ? 1 : 0;
}

main(process.argv[2] || path.join(__dirname, '..', 'src'));
