/// <reference lib="dom" />
/** The report site in the browser: the hash of the address chooses the view. */
import { render, type VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SiteIndex } from '../siteData.js';
import { readIndex } from './blocks.js';
import { listenForCopies } from './copies.js';
import { Live } from './live.js';
import { Area, Matrix } from './matrix.js';
import { Overview } from './overview.js';
import { Requirement } from './requirement.js';
import { hashOf, NO_FILTER, parseRoute, type Filter, type Route } from './route.js';
import { Defects } from './defects.js';
import { Run, Trends } from './runs.js';

function App({ index }: { readonly index: SiteIndex }): VNode {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    const follow = (): void => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const place = route.view === 'matrix' || route.view === 'defects' ? route.view : hashOf(route);
  useEffect(() => {
    document.title = `${titleOf(route, index)} – nicspec report`;
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    // A new view begins at its top, for eyes and for screen readers.
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [place]);

  /** While one types, the address follows without a step back for each letter. */
  const onFilter = (filter: Filter): void => {
    if (route.view !== 'matrix' && route.view !== 'defects') return;
    const next: Route = { view: route.view, filter };
    history.replaceState(null, '', hashOf(next));
    setRoute(next);
  };
  return (
    <>
      <a class="skip" href="#content" onClick={skip}>
        To the content
      </a>
      <Bar index={index} route={route} />
      <main id="content" ref={main} tabIndex={-1}>
        <View index={index} route={route} onFilter={onFilter} />
      </main>
      <footer class="foot where">nicspec report of {index.runs.map(({ name }) => name).join(', ')}</footer>
    </>
  );
}

/** The hash belongs to the views: focus moves without it. */
function skip(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

function Bar({ index, route }: { readonly index: SiteIndex; readonly route: Route }): VNode {
  const links: readonly (readonly [string, Route, readonly Route['view'][]])[] = [
    ['Overview', { view: 'overview' }, ['overview', 'run']],
    ['Matrix', { view: 'matrix', filter: NO_FILTER }, ['matrix', 'area', 'requirement']],
    ['Trends', { view: 'trends' }, ['trends']],
    ...(index.defects === null ? [] : [['Defects', { view: 'defects', filter: NO_FILTER }, ['defects']] as const]),
  ];
  return (
    <header class="site-bar">
      <nav aria-label="Views">
        <span class="site-name">nicspec</span>
        {links.map(([text, to, views]) => (
          <a href={hashOf(to)} aria-current={views.includes(route.view) ? 'page' : undefined}>
            {text}
          </a>
        ))}
      </nav>
    </header>
  );
}

interface ViewProps {
  readonly index: SiteIndex;
  readonly route: Route;
  readonly onFilter: (filter: Filter) => void;
}

function View({ index, route, onFilter }: ViewProps): VNode {
  switch (route.view) {
    case 'overview':
      return <Overview index={index} />;
    case 'matrix':
      return <Matrix index={index} filter={route.filter} onFilter={onFilter} />;
    case 'area':
      return <Area index={index} area={route.area} />;
    case 'requirement':
      return <Requirement index={index} id={route.id} run={route.run} key={hashOf(route)} />;
    case 'run':
      return <Run index={index} run={route.run} />;
    case 'trends':
      return <Trends index={index} />;
    case 'defects':
      return <Defects index={index} filter={route.filter} onFilter={onFilter} />;
  }
}

function titleOf(route: Route, index: SiteIndex): string {
  switch (route.view) {
    case 'overview':
      return 'Overview';
    case 'matrix':
      return 'Requirements and targets';
    case 'area':
      return route.area;
    case 'requirement':
      return route.id;
    case 'run':
      return index.runs[route.run]?.target ?? 'Run';
    case 'trends':
      return 'Runs over time';
    case 'defects':
      return 'Seeded defects';
  }
}

const root = document.getElementById('site');
if (root !== null) {
  render(root.dataset['live'] === undefined ? <App index={readIndex()} /> : <Live />, root);
  listenForCopies();
}
