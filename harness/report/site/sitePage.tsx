/** The pages of the site that have a script: the site itself, one file with its data, and the page of a run that goes on. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VNode } from 'preact';
import { PROJECT_ROOT } from '../../runner/project.js';
import { renderDocument } from '../../site/document.js';
import { FRAME_SCRIPT } from './frameView.js';
import { areaBlock, type SiteData } from './siteData.js';
import { SITE_STYLE } from './siteStyle.js';

/** What scripts/build.js makes of client/: one classic script. */
const CLIENT_FILE = join(PROJECT_ROOT, 'dist', 'harness', 'report', 'site', 'client.js');

function clientScript(): string {
  if (!existsSync(CLIENT_FILE)) throw new Error(`${CLIENT_FILE} is not there: npm run build`);
  return readFileSync(CLIENT_FILE, 'utf8') + FRAME_SCRIPT;
}

/** Data go in as they are: nothing of them is markup, and nothing of them is script. */
export function renderSite({ index, details }: SiteData): string {
  const blocks = Object.fromEntries(index.areas.map((area, place) => [areaBlock(place), details.get(area) ?? {}]));
  return renderDocument({
    title: 'nicspec report',
    content: (
      <Shell text="This page shows its data with a script. Without one, each run has report.html in its folder, which needs none." />
    ),
    style: SITE_STYLE,
    script: clientScript(),
    data: { index, ...blocks },
  });
}

export const renderLivePage = (): string =>
  renderDocument({
    title: 'nicspec run',
    content: <Shell text="This page follows a run with a script." isLive />,
    style: SITE_STYLE,
    script: clientScript(),
    policy: "connect-src 'self'",
  });

const Shell = ({ text, isLive = false }: { readonly text: string; readonly isLive?: boolean }): VNode => (
  <div id="site" {...(isLive ? { 'data-live': '' } : {})}>
    <noscript>
      <p class="reason">{text}</p>
    </noscript>
  </div>
);
