/** Pages for people, one self-contained HTML file each. */
import type { Results } from '../../runner/results.js';
import { Capabilities, Facts } from './about.js';
import { renderReportDocument } from './reportDocument.js';
import { Requirements } from './requirements.js';
import { Areas, Attention, Header } from './summary.js';

export { renderKillMatrix, type KillMatrix, type KillMatrixRow } from './killMatrix.js';

/** The page of a run. Everything that comes from the data is text in it, whatever it holds; links to evidence are relative to it. */
export function renderPage(results: Results): string {
  const { target, summary, requirements, areas, capabilities } = results;
  return renderReportDocument(
    `${target}: ${summary.conforms ? 'conforms' : 'does not conform'} – nicspec`,
    <>
      <Header results={results} />
      <main>
        <Attention requirements={requirements} />
        <Areas areas={areas} />
        <Requirements results={results} />
        <Capabilities capabilities={capabilities} />
      </main>
      <Facts results={results} />
    </>,
  );
}
