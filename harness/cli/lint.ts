import { defects } from '../../reference-impl/defects/index.js';
import { EXIT } from '../runner/judgeRun.js';
import { NICSPEC_SUITE } from '../runner/project.js';
import { readScenarios } from '../runner/scenarios.js';
import { loadSpec } from '../runner/spec.js';
import { trace } from '../runner/trace.js';
import { print, printJson, table } from './terminal.js';

/** `nicspec lint`: exit code 1 if requirement, scenario and defect do not name each other. */
export async function lintCommand({ json = false }: { readonly json?: boolean }): Promise<number> {
  const [spec, scenarios] = await Promise.all([loadSpec(NICSPEC_SUITE.spec), readScenarios(NICSPEC_SUITE)]);
  const { errors, withoutDefect } = trace(spec, scenarios, defects);
  if (json) printJson({ errors, withoutDefect });
  else {
    for (const { place, message } of errors) print(`${place}: ${message}`);
    if (withoutDefect.length > 0)
      print(`${withoutDefect.length} requirements have no defect: ${withoutDefect.join(', ')}`);
    print(
      table([
        ['requirements', String(spec.requirements.length)],
        ['scenarios', String(scenarios.length)],
        ['defects', String(defects.length)],
        ['errors', String(errors.length)],
      ]),
    );
  }
  return errors.length === 0 ? EXIT.conforms : EXIT.doesNotConform;
}
