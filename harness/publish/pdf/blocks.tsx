/** The tree of prose for the printer. */
import type { VNode } from 'preact';
import type { Block, Cell, Inline } from '../specification/prose.js';

interface BlocksProps {
  readonly blocks: readonly Block[];
  /** SVG by id. */
  readonly diagrams: ReadonlyMap<string, string>;
}

export function Blocks({ blocks, diagrams }: BlocksProps): VNode {
  return (
    <>
      {blocks.map((block) => (
        <BlockElement block={block} diagrams={diagrams} />
      ))}
    </>
  );
}

function BlockElement({
  block,
  diagrams,
}: {
  readonly block: Block;
  readonly diagrams: BlocksProps['diagrams'];
}): VNode {
  switch (block.kind) {
    case 'paragraph':
      return (
        <p>
          <Inlines content={block.content} />
        </p>
      );
    case 'heading':
      // The outline has parts, chapters and sections; headings of prose are below them.
      return (
        <p class={`heading depth-${Math.min(block.depth, 4)}`}>
          <Inlines content={block.content} />
        </p>
      );
    case 'list': {
      const items = block.items.map((item) => (
        <li>
          <Blocks blocks={item} diagrams={diagrams} />
        </li>
      ));
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case 'table':
      return (
        <table>
          <thead>
            <tr>{block.header.map((cell) => tableCell(cell, true))}</tr>
          </thead>
          <tbody>
            {block.rows.map((row) => (
              <tr>{row.map((cell) => tableCell(cell, false))}</tr>
            ))}
          </tbody>
        </table>
      );
    case 'code':
      return <pre>{block.text}</pre>;
    case 'quote':
      return (
        <blockquote>
          <Blocks blocks={block.content} diagrams={diagrams} />
        </blockquote>
      );
    case 'diagram': {
      const svg = diagrams.get(block.id);
      return (
        <figure>
          {svg === undefined ? null : (
            <img alt={block.caption} src={`data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`} />
          )}
          <figcaption>{block.caption}</figcaption>
        </figure>
      );
    }
    case 'rule':
      return <hr />;
  }
}

function tableCell(cell: Cell, isHeader: boolean): VNode {
  const content = <Inlines content={cell} />;
  return isHeader ? <th>{content}</th> : <td>{content}</td>;
}

const WEB = /^(?:https?:|mailto:)/i;

export function Inlines({ content }: { readonly content: readonly Inline[] }): VNode {
  return (
    <>
      {content.map((inline) => {
        switch (inline.kind) {
          case 'text':
            return inline.text;
          case 'code':
            return <code>{inline.text}</code>;
          case 'strong':
            return (
              <strong>
                <Inlines content={inline.content} />
              </strong>
            );
          case 'emphasis':
            return (
              <em>
                <Inlines content={inline.content} />
              </em>
            );
          case 'level':
            return <strong class="level">{inline.text}</strong>;
          case 'link':
            return WEB.test(inline.url) ? (
              <a href={inline.url}>
                <Inlines content={inline.content} />
              </a>
            ) : (
              <Inlines content={inline.content} />
            );
          case 'requirement':
            return <a href={`#${inline.id}`}>{inline.id}</a>;
          case 'term':
            // On paper a term is looked up by its place in the alphabet.
            return inline.text;
        }
      })}
    </>
  );
}
