/// <reference lib="dom" />
/** A table of any length of which only the rows in sight, and some around them, are in the document. Every row has the same height. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChildren, VNode } from 'preact';

/** Rows kept above and below the sight. */
const MARGIN = 12;

interface WindowedTableProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly hrefOf: (row: Row) => string;
  /** Stands below the key where there is no room for a column of its own. */
  readonly titleOf: (row: Row) => string;
  readonly head: ComponentChildren;
  readonly columns: number;
  readonly cells: (row: Row) => ComponentChildren;
  readonly rowHeight: number;
}

export function WindowedTable<Row>(props: WindowedTableProps<Row>): VNode {
  const { label, rows, keyOf, hrefOf, titleOf, head, columns, cells, rowHeight } = props;
  const table = useRef<HTMLTableElement>(null);
  const [sight, setSight] = useState({ from: 0, to: 60 });
  const [chosen, setChosen] = useState(0);
  const isPaper = usePaper();
  const body = useRef<HTMLTableSectionElement>(null);

  useLayoutEffect(() => {
    let pending = 0;
    const measure = (): void => {
      pending = 0;
      const top = body.current?.getBoundingClientRect().top ?? 0;
      const first = Math.max(0, Math.floor(-top / rowHeight) - MARGIN);
      const last = first + Math.ceil(innerHeight / rowHeight) + 2 * MARGIN;
      setSight((before) => (before.from === first && before.to === last ? before : { from: first, to: last }));
    };
    const later = (): void => {
      if (pending === 0) pending = requestAnimationFrame(measure);
    };
    measure();
    addEventListener('scroll', later, { passive: true });
    addEventListener('resize', later);
    return () => {
      cancelAnimationFrame(pending);
      removeEventListener('scroll', later);
      removeEventListener('resize', later);
    };
  }, [rows.length, rowHeight]);

  const from = isPaper ? 0 : Math.min(sight.from, Math.max(0, rows.length - 1));
  const to = isPaper ? rows.length : Math.min(rows.length, sight.to);
  const focused = Math.min(chosen, rows.length - 1);

  /** Arrows, page and end keys move from row to row; Enter follows the link as anywhere. */
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = nextRow(event.key, focused, rows.length, Math.max(1, Math.floor(innerHeight / rowHeight) - 2));
    if (next === null || !(event.target instanceof HTMLElement) || event.target.closest('tbody') === null) return;
    event.preventDefault();
    setChosen(next);
    const top = (body.current?.getBoundingClientRect().top ?? 0) + scrollY + next * rowHeight;
    if (top < scrollY + 3 * rowHeight) scrollTo({ top: top - 3 * rowHeight });
    else if (top > scrollY + innerHeight - 2 * rowHeight) scrollTo({ top: top - innerHeight + 2 * rowHeight });
    wanted.current = next;
  };
  const wanted = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const link = body.current?.querySelector<HTMLElement>(`tr[data-row="${wanted.current}"] a`);
    if (link === null || link === undefined) return;
    wanted.current = null;
    link.focus({ preventScroll: true });
  });

  return (
    <table ref={table} class="rows" aria-label={label} aria-rowcount={rows.length + 1} onKeyDown={onKeyDown}>
      <thead>
        <tr aria-rowindex={1}>{head}</tr>
      </thead>
      <tbody ref={body}>
        <Space height={from * rowHeight} columns={columns} />
        {rows.slice(from, to).map((row, place) => {
          const at = from + place;
          return (
            <tr key={keyOf(row)} data-row={at} aria-rowindex={at + 2} style={{ height: `${rowHeight}px` }}>
              <th scope="row">
                <a
                  href={hrefOf(row)}
                  tabIndex={at === focused || (focused < from && at === from) ? 0 : -1}
                  onFocus={() => setChosen(at)}
                >
                  {keyOf(row)}
                </a>
                <span class="row-title" aria-hidden="true">
                  {titleOf(row)}
                </span>
              </th>
              {cells(row)}
            </tr>
          );
        })}
        <Space height={(rows.length - to) * rowHeight} columns={columns} />
      </tbody>
    </table>
  );
}

const Space = ({ height, columns }: { readonly height: number; readonly columns: number }): VNode | null =>
  height <= 0 ? null : (
    <tr aria-hidden="true" class="space">
      <td colSpan={columns} style={{ height: `${height}px` }} />
    </tr>
  );

function nextRow(key: string, now: number, count: number, page: number): number | null {
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: now + 1,
    ArrowUp: now - 1,
    PageDown: now + page,
    PageUp: now - page,
    Home: 0,
    End: count - 1,
  };
  const next = moves[key];
  return next === undefined ? null : Math.max(0, Math.min(count - 1, next));
}

/** On paper there is no sight: all rows are there. */
function usePaper(): boolean {
  const [isPaper, setPaper] = useState(false);
  useEffect(() => {
    const before = (): void => setPaper(true);
    const after = (): void => setPaper(false);
    addEventListener('beforeprint', before);
    addEventListener('afterprint', after);
    return () => {
      removeEventListener('beforeprint', before);
      removeEventListener('afterprint', after);
    };
  }, []);
  return isPaper;
}
