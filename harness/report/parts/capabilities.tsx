/** What a target lacks, in the page of a run and in the site of several. */
import type { VNode } from 'preact';
import type { CapabilityResult } from '../../runner/results.js';

export const AbsentCapabilities = ({ absent }: { readonly absent: readonly CapabilityResult[] }): VNode => (
  <table class="grid">
    <thead>
      <tr>
        <th scope="col">Absent</th>
        <th scope="col">Reason</th>
        <th scope="col">Tried all the same</th>
      </tr>
    </thead>
    <tbody>
      {absent.map(({ capability, reason, probe }) => (
        <tr>
          <th scope="row">
            <code>{capability}</code>
          </th>
          <td>{reason}</td>
          <td>{probe === null ? null : probeText(probe)}</td>
        </tr>
      ))}
    </tbody>
  </table>
);

function probeText({ finding, passed, failed }: NonNullable<CapabilityResult['probe']>): string {
  const counts = `${passed} passed, ${failed} failed`;
  switch (finding) {
    case 'works':
      return `it works: ${counts}`;
    case 'half-works':
      return `it works in part: ${counts}`;
    case 'absent':
      return `it is absent: ${counts}`;
  }
}
