// Checks that the dashboard has the shape that Grafana's own types say: node check.mjs
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const dashboard = readFileSync(join(here, 'dashboards', 'lago-netsuite.json'), 'utf8');
const panels = JSON.parse(dashboard).panels.filter((panel) => panel.type === 'timeseries');

// A panel's options are any object to Dashboard: their types come with the kind of panel.
const source = `import type {
  Dashboard, DataSourceRef, FieldConfigSource, GraphFieldConfig, OptionsWithLegend, OptionsWithTooltip, Panel,
} from '@grafana/schema';

/** What JSON has in the place of an enum: its value. */
type Plain<T> =
  T extends string ? \`\${T}\`
  : T extends number ? (\`\${T}\` extends \`\${infer N extends number}\` ? N : T)
  : T extends readonly (infer U)[] ? Plain<U>[]
  : T extends object ? { [K in keyof T]: Plain<T[K]> }
  : T;
type Target = { refId: string; expr: string; legendFormat: string; datasource: DataSourceRef };
type Graph = Omit<Panel, 'type' | 'fieldConfig' | 'options' | 'targets'> & {
  type: 'timeseries';
  fieldConfig: FieldConfigSource<GraphFieldConfig>;
  options: OptionsWithLegend & OptionsWithTooltip;
  targets: Target[];
};

export const dashboard: Plain<Dashboard> = ${dashboard};
export const graphs: Plain<Graph>[] = ${JSON.stringify(panels, null, 2)};
`;

const folder = join(here, 'node_modules', '.check');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'dashboard.ts'), source);
const compiler = join(here, 'node_modules', 'typescript', 'bin', 'tsc');
const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext'];
const checked = spawnSync(process.execPath, [compiler, ...options, join(folder, 'dashboard.ts')], { stdio: 'inherit' });
process.exit(checked.status ?? 1);
