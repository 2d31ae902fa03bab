/** The hash of the address: which view is shown, and with which filter. A link to it can be passed on. */

export type Route =
  | { readonly view: 'overview' }
  | { readonly view: 'matrix'; readonly filter: Filter }
  | { readonly view: 'area'; readonly area: string }
  | { readonly view: 'requirement'; readonly id: string; readonly run: number | null }
  | { readonly view: 'run'; readonly run: number }
  | { readonly view: 'trends' }
  | { readonly view: 'defects'; readonly filter: Filter };

/** Empty members ask for nothing. */
export interface Filter {
  readonly text: string;
  readonly verdict: string;
  readonly level: string;
  readonly area: string;
  /** Which run a verdict is asked of; empty: any. */
  readonly target: string;
}

export const NO_FILTER: Filter = { text: '', verdict: '', level: '', area: '', target: '' };
const MEMBERS = ['text', 'verdict', 'level', 'area', 'target'] as const;

/** What is no address of the site is the overview. Never throws. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [view = '', name = '', more = ''] = path.split('/').map(decode);
  const values = new URLSearchParams(query);
  const filter = Object.fromEntries(MEMBERS.map((member) => [member, values.get(member) ?? ''])) as unknown as Filter;
  switch (view) {
    case 'matrix':
      return { view, filter };
    case 'defects':
      return { view, filter };
    case 'trends':
      return { view };
    case 'area':
      return { view, area: name };
    case 'run':
      return { view, run: Number(name) };
    case 'requirement':
      return { view, id: name, run: /^\d+$/.test(more) ? Number(more) : null };
    default:
      // `#NIC-CSUM-001`, as the page of a run has it.
      return /^[A-Z][\w-]*-\d+$/.test(view) ? { view: 'requirement', id: view, run: null } : { view: 'overview' };
  }
}

export function hashOf(route: Route): string {
  switch (route.view) {
    case 'overview':
      return '#/';
    case 'trends':
      return '#/trends';
    case 'matrix':
    case 'defects': {
      const values = new URLSearchParams(
        MEMBERS.flatMap((member) => (route.filter[member] === '' ? [] : [[member, route.filter[member]]])),
      );
      const query = values.toString();
      return `#/${route.view}${query === '' ? '' : `?${query}`}`;
    }
    case 'area':
      return `#/area/${encodeURIComponent(route.area)}`;
    case 'run':
      return `#/run/${route.run}`;
    case 'requirement':
      return `#/requirement/${encodeURIComponent(route.id)}${route.run === null ? '' : `/${route.run}`}`;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
