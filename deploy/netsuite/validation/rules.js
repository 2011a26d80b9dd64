'use strict';

/**
 * What SDF or NetSuite would refuse, found without an account. Each rule takes the project and answers findings, each
 * `path: what is wrong`.
 */

const path = require('node:path');

const permissions = require('./permissions.json');
const schema = require('./schema.json');

const FLAG = /^(is|applies|body|col|store|show|global|notify|all)/;
const REFERENCE = /\[scriptid=([a-z0-9_]+)\]/g;
const CUSTOM_FIELD = /'(cust(?:entity|body|col)_[a-z0-9_]+)'/g;
const DEPENDENCIES = /define\(\[([^\]]*)\]/;

function childrenOf(root) {
  return Object.keys(root).filter((name) => name !== 'attributes' && name !== 'text');
}

function text(root, name) {
  return root[name] === undefined ? undefined : String(root[name][0]).trim();
}

function wellFormed({ xml }) {
  return [...xml].filter(([, { problem }]) => problem).map(([name, { problem }]) => `${name}: not well-formed: ${problem}`);
}

function manifest({ xml }) {
  const { tag, root } = xml.get('manifest.xml') || {};
  if (!root) return xml.has('manifest.xml') ? [] : ['manifest.xml: is missing'];
  const expected = { tag: 'manifest', type: 'ACCOUNTCUSTOMIZATION', version: '1.0' };
  const found = { tag, type: root.attributes.projecttype, version: text(root, 'frameworkversion') };
  const wrong = Object.keys(expected).filter((name) => expected[name] !== found[name]);
  return wrong.map((name) => `manifest.xml: ${name} is ${found[name]}, not ${expected[name]}`)
    .concat(featuresOf({ xml }).filter((name) => !schema.features[name]).map((name) => `manifest.xml: unknown feature ${name}`));
}

function featuresOf({ xml }) {
  const { root } = xml.get('manifest.xml') || {};
  if (!root) return [];
  return root.dependencies[0].features[0].feature.map((feature) => feature.text);
}

function deployment({ xml, deployed }) {
  const { root } = xml.get('deploy.xml') || {};
  if (!root) return xml.has('deploy.xml') ? [] : ['deploy.xml: is missing'];
  const covered = ['files', 'objects'].flatMap((group) => (root[group] ? root[group][0].path : []))
    .map((each) => each.replace(/^~\//, '').replace(/\*$/, ''));
  return deployed.filter((each) => !covered.some((start) => each.startsWith(start)))
    .map((each) => `deploy.xml: ${each} is not deployed`);
}

function identity({ objects }) {
  return objects.flatMap(({ path: name, tag, id }) => {
    const kind = schema.objects[tag];
    if (!kind) return [`${name}: unknown kind of object ${tag}`];
    const stem = path.posix.basename(name, '.xml');
    return [
      [id === stem, `script id ${id} differs from the file's name`],
      [String(id).startsWith(kind.prefix), `script id must start with ${kind.prefix}`],
      [/^[a-z0-9_]+$/.test(id), `script id ${id} has other characters than a-z, 0-9 and _`],
      [String(id).length <= kind.longest, `script id is longer than ${kind.longest} characters`],
    ].filter(([holds]) => !holds).map(([, finding]) => `${name}: ${finding}`);
  });
}

function shape({ objects }) {
  return objects.filter(({ tag }) => schema.objects[tag]).flatMap(({ path: name, tag, root }) => {
    const { required, some = [], optional } = schema.objects[tag];
    const given = childrenOf(root);
    const long = Object.keys(schema.longest).filter((each) => (text(root, each) || '').length > schema.longest[each]);
    const odd = given.filter((each) => FLAG.test(each) && !['T', 'F'].includes(text(root, each)));
    return [
      ...required.filter((each) => !given.includes(each)).map((each) => `${each} is missing`),
      ...(some.length === 0 || some.some((each) => given.includes(each)) ? [] : [`none of ${some.join(', ')} is there`]),
      ...given.filter((each) => !required.concat(some, optional).includes(each)).map((each) => `unknown element ${each}`),
      ...long.map((each) => `${each} is longer than ${schema.longest[each]} characters`),
      ...odd.map((each) => `${each} must be T or F`),
      ...(given.includes('fieldtype') && !schema.fieldtypes.includes(text(root, 'fieldtype'))
        ? [`unknown field type ${text(root, 'fieldtype')}`] : []),
    ].map((finding) => `${name}: ${finding}`);
  });
}

function restlets({ objects, files }) {
  return objects.filter(({ tag }) => tag === 'restlet').flatMap(({ path: name, root }) => {
    const file = `FileCabinet${(text(root, 'scriptfile') || '').replace(/^\[|\]$/g, '')}`;
    const deployments = (root.scriptdeployments && root.scriptdeployments[0].scriptdeployment) || [];
    const findings = files.has(file) ? [] : [`${name}: there is no script file ${file}`];
    if (deployments.length === 0) findings.push(`${name}: has no deployment`);
    return findings.concat(deployments.flatMap((each) => released(name, each)));
  });
}

function released(name, root) {
  const id = root.attributes.scriptid;
  return [
    [/^customdeploy_[a-z0-9_]+$/.test(id) && id.length <= 40, `deployment id ${id} is no customdeploy_ of up to 40 characters`],
    [text(root, 'status') === 'RELEASED', 'the deployment is not RELEASED, so nobody can call it from outside'],
    [text(root, 'isdeployed') === 'T', 'the deployment is not deployed'],
    [text(root, 'allroles') !== 'T' && text(root, 'allemployees') !== 'T', 'the deployment is open to every role or employee'],
    [Boolean(text(root, 'audslctrole')), 'the deployment names no role'],
  ].filter(([holds]) => !holds).map(([, finding]) => `${name}: ${finding}`);
}

function references({ objects, files }) {
  const ids = new Set(objects.map(({ id }) => id));
  return objects.flatMap(({ path: name }) => [...files.get(name).matchAll(REFERENCE)]
    .filter(([, id]) => !ids.has(id)).map(([, id]) => `${name}: refers to ${id}, which is not in the project`));
}

function permissionsOf({ root }) {
  return root.permissions[0].permission.map((each) => ({ key: text(each, 'permkey'), level: text(each, 'permlevel') }));
}

function roles({ objects }) {
  return objects.filter(({ tag, root }) => tag === 'role' && root.permissions).flatMap((role) => {
    const given = permissionsOf(role);
    const keys = given.map(({ key }) => key);
    return [
      ...keys.filter((key) => !permissions.names[key]).map((key) => `unknown permission ${key}`),
      ...keys.filter((key, index) => keys.indexOf(key) !== index).map((key) => `${key} is given twice`),
      ...given.filter(({ level }) => !permissions.levels.includes(level))
        .map(({ key, level }) => `${key} at unknown level ${level}`),
    ].map((finding) => `${role.path}: ${finding}`);
  });
}

function dependencies(project) {
  const declared = featuresOf(project);
  return project.objects.flatMap(({ path: name, tag, root }) => {
    const keys = tag === 'role' && root.permissions ? permissionsOf({ root }).map(({ key }) => key) : [];
    const needed = [tag, ...childrenOf(root), ...keys].map((each) => [each, schema.needs[each]]).filter(([, feature]) => feature);
    return needed.filter(([, feature]) => !declared.includes(feature))
      .map(([each, feature]) => `${name}: ${each} depends on the feature ${feature}, which the manifest does not name`);
  });
}

function customFields({ objects, scripts }) {
  const ids = new Set(objects.map(({ id }) => id));
  return scripts.flatMap(({ path: name, source }) => [...source.matchAll(CUSTOM_FIELD)].map(([, id]) => id)
    .filter((id) => !ids.has(id) && !schema.foreign[id]).map((id) => `${name}: ${id} is no object of the project`));
}

function scriptFiles({ objects, scripts, files }) {
  const entries = objects.filter(({ tag }) => tag === 'restlet')
    .map(({ root }) => `FileCabinet${(text(root, 'scriptfile') || '').replace(/^\[|\]$/g, '')}`);
  return scripts.flatMap(({ path: name, source }) => {
    const [, list = ''] = DEPENDENCIES.exec(source) || [];
    const local = [...list.matchAll(/'(\.[^']+)'/g)].map(([, each]) => path.posix.join(path.posix.dirname(name), `${each}.js`));
    return [
      [source.includes('@NApiVersion 2.1'), '@NApiVersion 2.1 is missing'],
      [source.includes('@NScriptType Restlet') === entries.includes(name), '@NScriptType does not fit the objects'],
      ...local.map((each) => [files.has(each), `asks for ${each}, which is not there`]),
    ].filter(([holds]) => !holds).map(([, finding]) => `${name}: ${finding}`);
  });
}

const RULES = [
  wellFormed, manifest, deployment, identity, shape, restlets, references, roles, dependencies, customFields, scriptFiles,
];

/** Everything that is wrong with a project. */
function findings(project) {
  return RULES.flatMap((rule) => rule(project));
}

module.exports = { findings, permissionsOf };
