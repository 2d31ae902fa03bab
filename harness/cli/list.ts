import { NICSPEC_SUITE } from '../runner/project.js';
import { loadSpec } from '../runner/spec.js';
import { TARGET_KINDS } from '../targets/index.js';
import { print, printJson, table } from './terminal.js';

/** `nicspec list`. */
export async function listCommand(what: string, { json = false }: { readonly json?: boolean }): Promise<number> {
  const { data, rows } = await listed(what);
  if (json) printJson(data);
  else print(table(rows));
  return 0;
}

interface Listed {
  readonly data: readonly unknown[];
  readonly rows: readonly (readonly string[])[];
}

async function listed(what: string): Promise<Listed> {
  if (what === 'targets') {
    const rows = TARGET_KINDS.map(({ name, title, needs }) => [
      name,
      needs === '' ? title : `${title}; needs ${needs}`,
    ]);
    return { data: TARGET_KINDS, rows };
  }
  const spec = await loadSpec(NICSPEC_SUITE.spec);
  switch (what) {
    case 'profiles':
      return { data: spec.profiles, rows: spec.profiles.map(({ id, title }) => [id, title]) };
    case 'capabilities':
      return {
        data: spec.capabilities,
        rows: spec.capabilities.map(({ id, kind, probe, title }) => [id, kind, probe ? 'probed' : '', title]),
      };
    default:
      return {
        data: spec.requirements,
        rows: spec.requirements.map(({ id, level, title }) => [id, level, title]),
      };
  }
}
