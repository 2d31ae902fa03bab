/** A scenario in the page of one run: bytes side by side, and the files that it left beside the page. */
import type { VNode } from 'preact';
import type { ScenarioResult } from '../../runner/results.js';
import { filePath } from '../../site/words.js';
import { Scenario as ScenarioDetails } from '../parts/scenario.js';
import { ByteView } from './byteView.js';

export const Scenario = ({ scenario }: { readonly scenario: ScenarioResult }): VNode => {
  const { mismatch, evidence } = scenario;
  return (
    <ScenarioDetails
      scenario={scenario}
      frames={mismatch === null ? null : <ByteView mismatch={mismatch} />}
      evidence={evidence.length === 0 ? null : <Evidence paths={evidence} />}
    />
  );
};

const Evidence = ({ paths }: { readonly paths: readonly string[] }): VNode => (
  <>
    <h3>Evidence</h3>
    <ul class="plain">
      {paths.map((path) => (
        <li>
          <a class="text" href={filePath(path)}>
            {path}
          </a>
        </li>
      ))}
    </ul>
  </>
);
