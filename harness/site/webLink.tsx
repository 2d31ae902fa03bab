/** An address out of data is a link only where it is one of the web. */
import type { VNode } from 'preact';
import { webAddress } from './words.js';

export const WebLink = ({ url, children }: { readonly url: string | undefined; readonly children: string }): VNode => {
  const address = webAddress(url);
  return address === undefined ? (
    <span>{children}</span>
  ) : (
    <a href={address} rel="noreferrer">
      {children}
    </a>
  );
};

interface Source {
  readonly title: string;
  readonly section?: string;
  readonly url?: string;
}

/** Where a requirement is written. */
export const SourceList = ({ sources }: { readonly sources: readonly Source[] }): VNode => (
  <ul class="plain">
    {sources.map(({ title, section, url }) => (
      <li class="text">
        <WebLink url={url}>{section === undefined ? title : `${title}, ${section}`}</WebLink>
      </li>
    ))}
  </ul>
);
