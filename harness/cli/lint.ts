import { defects } from '../../reference-impl/defects/index.js';
import { declarationErrors, readDeclarations } from '../publish/api/declarations.js';
import { checkDocument } from '../publish/specification/check.js';
import { readDocumentFiles } from '../publish/specification/documentFiles.js';
import { EXIT } from '../runner/judgeRun.js';
import { NICSPEC_SUITE } from '../runner/project.js';
import { readScenarios } from '../runner/scenarios.js';
import { loadSpec } from '../runner/spec.js';
import { trace } from '../runner/trace.js';
import { print, printJson, table } from './terminal.js';

/** `nicspec lint`: exit code 1 if requirement, scenario and defect do not name each other, or the document names what is not there. */
export async function lintCommand({ json = false }: { readonly json?: boolean }): Promise<number> {
  const [spec, scenarios] = await Promise.all([loadSpec(NICSPEC_SUITE.spec), readScenarios(NICSPEC_SUITE)]);
  const { errors: traceErrors, withoutDefect } = trace(spec, scenarios, defects);
  const document = checkDocument(readDocumentFiles(NICSPEC_SUITE.spec), spec, NICSPEC_SUITE.root);
  const tagged = declarationErrors(readDeclarations(NICSPEC_SUITE.root), spec.requirements);
  const errors = [...traceErrors, ...document.errors, ...tagged];
  const { withoutIntroduction } = document;
  if (json) printJson({ errors, withoutDefect, withoutIntroduction });
  else {
    for (const { place, message } of errors) print(`${place}: ${message}`);
    if (withoutDefect.length > 0)
      print(`${withoutDefect.length} requirements have no defect: ${withoutDefect.join(', ')}`);
    if (withoutIntroduction.length > 0)
      print(`${withoutIntroduction.length} chapters have no introduction: ${withoutIntroduction.join(', ')}`);
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
