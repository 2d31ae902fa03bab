/** Prose as HTML. All text is escaped where it is written; addresses are web addresses, anchors, or pages of this document. */
import type { VNode } from 'preact';
import { webAddress } from '../../site/words.js';
import type { Block, Inline } from '../specification/prose.js';
import type { Places } from './places.js';

export interface ProseContext {
  readonly places: Places;
  /** Drawn diagrams by id. */
  readonly drawings: ReadonlyMap<string, string>;
  /** Headings of prose begin at this depth. */
  readonly headingDepth?: 2 | 3 | 4;
}

export const Text = ({ content, places }: { readonly content: readonly Inline[]; readonly places: Places }): VNode => (
  <>{content.map((inline) => inlineNode(inline, places))}</>
);

function inlineNode(inline: Inline, places: Places): VNode | string {
  switch (inline.kind) {
    case 'text':
      return inline.text;
    case 'code':
      return <code>{inline.text}</code>;
    case 'level':
      return <span class="key">{inline.text}</span>;
    case 'emphasis':
      return (
        <em>
          <Text content={inline.content} places={places} />
        </em>
      );
    case 'strong':
      return (
        <strong>
          <Text content={inline.content} places={places} />
        </strong>
      );
    case 'requirement':
      return (
        <a class="id" href={places.requirement(inline.id)}>
          {inline.id}
        </a>
      );
    case 'term':
      return (
        <a class="term" href={places.term(inline.id)}>
          {inline.text}
        </a>
      );
    case 'link': {
      const address = addressOf(inline.url, places);
      const text = <Text content={inline.content} places={places} />;
      return address === undefined ? <span>{text}</span> : <a href={address}>{text}</a>;
    }
  }
}

/** `docs/sr-iov.md` names its neighbours relative to itself. */
function addressOf(url: string, places: Places): string | undefined {
  if (/^#[\w-]+$/.test(url)) return url;
  const neighbour = /^(?:\.\/)?([a-z0-9-]+\.md)$/.exec(url)?.[1];
  return neighbour === undefined ? webAddress(url) : places.document(`docs/${neighbour}`);
}

interface ProseProps {
  readonly content: readonly Block[];
  readonly context: ProseContext;
}

export const Prose = ({ content, context }: ProseProps): VNode => (
  <>{content.map((block) => blockNode(block, context))}</>
);

function blockNode(block: Block, context: ProseContext): VNode | null {
  const { places } = context;
  switch (block.kind) {
    case 'paragraph':
      return (
        <p>
          <Text content={block.content} places={places} />
        </p>
      );
    case 'heading':
      return heading(block, context);
    case 'list': {
      const items = block.items.map((item) => <li>{itemNode(item, context)}</li>);
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case 'table':
      return (
        <div class="scroll" tabIndex={0} role="group" aria-label="Table">
          <table class="prose-table">
            <thead>
              <tr>
                {block.header.map((cell) =>
                  cell.length === 0 ? (
                    <td />
                  ) : (
                    <th scope="col">
                      <Text content={cell} places={places} />
                    </th>
                  ),
                )}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row) => (
                <tr>
                  {row.map((cell) => (
                    <td>
                      <Text content={cell} places={places} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    case 'code':
      return (
        <pre class="code" tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case 'quote':
      return (
        <blockquote>
          <Prose content={block.content} context={context} />
        </blockquote>
      );
    case 'diagram':
      return <Figure id={block.id} caption={block.caption} drawings={context.drawings} />;
    case 'rule':
      return <hr />;
  }
}

/** A list's item of one paragraph needs no paragraph of its own. */
function itemNode(item: readonly Block[], context: ProseContext): VNode {
  const [first, ...rest] = item;
  if (first?.kind !== 'paragraph') return <Prose content={item} context={context} />;
  return (
    <>
      <Text content={first.content} places={context.places} />
      <Prose content={rest} context={context} />
    </>
  );
}

function heading({ depth, id, content }: Extract<Block, { kind: 'heading' }>, context: ProseContext): VNode {
  const text = <Text content={content} places={context.places} />;
  const shown = Math.min(6, depth - 2 + (context.headingDepth ?? 2));
  if (shown <= 2) return <h2 id={id}>{text}</h2>;
  return shown === 3 ? <h3 id={id}>{text}</h3> : <h4 id={id}>{text}</h4>;
}

interface FigureProps {
  readonly id: string;
  readonly caption: string;
  readonly drawings: ReadonlyMap<string, string>;
}

/** The drawing is made by graphviz out of text of the project, not of any run. */
export const Figure = ({ id, caption, drawings }: FigureProps): VNode => (
  <figure class="diagram">
    <div
      class="scroll"
      tabIndex={0}
      role="img"
      aria-label={caption}
      dangerouslySetInnerHTML={{ __html: drawings.get(id) ?? '' }}
    />
    {caption === '' ? null : <figcaption>{caption}</figcaption>}
  </figure>
);
