/** Machines in companion documents are written as Mermaid draws them on a forge; here they become DOT, as every other diagram is. */

const TRANSITION = /^\s*(\[\*\]|\w+)\s*-->\s*(\[\*\]|\w+)\s*(?::\s*(.*))?$/;

/** DOT of a `stateDiagram-v2`; undefined for any other kind of diagram, or for what is not understood of it. */
export function stateDiagram(mermaid: string): string | undefined {
  const [head = '', ...lines] = mermaid.trim().split('\n');
  if (head.trim() !== 'stateDiagram-v2') return undefined;
  const labels = new Map<string, string[]>();
  for (const line of lines) {
    if (line.trim() === '') continue;
    const match = TRANSITION.exec(line);
    if (match === null) return undefined;
    const [, from = '', to = '', label = ''] = match;
    const edge = `  ${node(from, 'start')} -> ${node(to, 'end')}`;
    labels.set(edge, [...(labels.get(edge) ?? []), wrapped(label)]);
  }
  // Of several transitions between the same two states one arrow is drawn, with a line for each.
  const edges = [...labels].map(([edge, lines]) => `${edge} [label=${quoted(lines.join('\n'))}];`);
  const ends = ['start', 'end']
    .filter((name) => edges.some((edge) => edge.includes(`"[${name}]"`)))
    .map(
      (name) =>
        `  "[${name}]" [shape=${name === 'start' ? 'point' : 'doublecircle'}, label="", width=0.12, height=0.12, class="note"];`,
    );
  return ['digraph {', '  rankdir=TB; nodesep=0.5; ranksep=0.5;', '  node [shape=box];', ...ends, ...edges, '}'].join(
    '\n',
  );
}

const node = (name: string, end: string): string => quoted(name === '[*]' ? `[${end}]` : name);
const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

const LABEL_WIDTH = 26;

/** Long labels in several lines, broken between words. */
function wrapped(label: string): string {
  const lines: string[] = [];
  for (const word of label.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= LABEL_WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join('\n');
}
