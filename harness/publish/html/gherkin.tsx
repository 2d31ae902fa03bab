/** A scenario as it is written, highlighted: keywords, placeholders, quoted words, numbers. */
import type { VNode } from 'preact';
import type { Example, ExampleTable, Step } from '../specification/model.js';

export const Scenario = ({ example }: { readonly example: Example }): VNode => {
  const { kind, name, background, steps, tables, needs, uri, line } = example;
  return (
    <div class="gherkin">
      <p class="g-name">
        <b>{kind === 'outline' ? 'Scenario Outline:' : 'Scenario:'}</b> <Words text={name} />
      </p>
      {background.length === 0 ? null : (
        <ol class="plain g-background" aria-label="Background">
          {background.map((step) => (
            <StepLine step={step} />
          ))}
        </ol>
      )}
      <ol class="plain">
        {steps.map((step) => (
          <StepLine step={step} />
        ))}
      </ol>
      {tables.map((table) => (
        <Examples table={table} />
      ))}
      <p class="where">
        {uri}:{line}
        {needs.length === 0 ? null : <>, needs {needs.join(', ')}</>}
      </p>
    </div>
  );
};

const StepLine = ({ step }: { readonly step: Step }): VNode => (
  <li>
    <b>{step.keyword}</b> <Words text={step.text} />
    {step.table.length === 0 ? null : <Cells rows={step.table} label="Data of the step" />}
    {step.docString === '' ? null : <pre class="g-text">{step.docString}</pre>}
  </li>
);

const Examples = ({ table: { name, header, rows } }: { readonly table: ExampleTable }): VNode => (
  <>
    <p class="g-name">
      <b>Examples:</b> {name}
    </p>
    <Cells header={header} rows={rows} label={name === '' ? 'Examples' : name} />
  </>
);

interface CellsProps {
  readonly header?: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly label: string;
}

const Cells = ({ header = [], rows, label }: CellsProps): VNode => (
  <div class="scroll" tabIndex={0} role="group" aria-label={label}>
    <table>
      {header.length === 0 ? null : (
        <thead>
          <tr>
            {header.map((cell) => (
              <th scope="col">{cell}</th>
            ))}
          </tr>
        </thead>
      )}
      <tbody>
        {rows.map((row) => (
          <tr>
            {row.map((cell) => (
              <td>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

const WORD = /(<[\w .-]+>)|("[^"]*")|((?<![\w.-])(?:0x[0-9a-f]+|\d+(?:\.\d+)*)(?![\w.-]))/g;

export const Words = ({ text }: { readonly text: string }): VNode => {
  const parts: (VNode | string)[] = [];
  let from = 0;
  for (const match of text.matchAll(WORD)) {
    const [word, placeholder, quoted] = match;
    parts.push(text.slice(from, match.index));
    const kind = placeholder !== undefined ? 'g-placeholder' : quoted !== undefined ? 'g-string' : 'g-number';
    parts.push(<span class={kind}>{word}</span>);
    from = match.index + word.length;
  }
  parts.push(text.slice(from));
  return <>{parts}</>;
};
