'use strict';

/**
 * `npm run package`: Oracle's own packaging of the project, without an account; exits 1 when it fails or leaves a file
 * out. Oracle's command line wants Node 22.12; under an older Node it is left out, with a sentence that says so.
 */

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');
const BUILD = path.join(ROOT, 'build');
const CLI = path.join(ROOT, 'node_modules', '@oracle', 'suitecloud-cli', 'src', 'suitecloud.js');
const NEEDED = [22, 12];
const TIME_LIMIT_MS = 60_000;

function isOld(version) {
  const [major, minor] = version.split('.').map(Number);
  return major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1]);
}

function filesOf(folder) {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

// Names stand in a ZIP file as they are.
function leftOut(archive) {
  const bytes = fs.readFileSync(archive);
  return filesOf(path.join(ROOT, 'src')).filter((name) => !bytes.includes(name));
}

function packaged() {
  fs.rmSync(BUILD, { recursive: true, force: true });
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [CLI, 'project:package'], {
    cwd: ROOT, encoding: 'utf8', timeout: TIME_LIMIT_MS, stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [archive] = fs.existsSync(BUILD) ? fs.readdirSync(BUILD).filter((name) => name.endsWith('.zip')) : [];
  if (status !== 0 || !archive) return [`suitecloud project:package failed: ${error || stderr || stdout}`];
  return leftOut(path.join(BUILD, archive)).map((name) => `${name} is not in the package`);
}

function main() {
  if (isOld(process.versions.node)) {
    const needed = NEEDED.join('.');
    console.log(`suitecloud project:package is left out: it needs Node ${needed}, this is ${process.versions.node}`);
    return;
  }
  const found = packaged();
  found.forEach((finding) => console.error(finding));
  console.log(`suitecloud project:package: ${found.length || 'no'} findings`);
  process.exitCode = found.length > 0 ? 1 : 0;
}

main();
