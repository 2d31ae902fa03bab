/** Which page something is on, and the address of it from any other page: all pages lie in one folder. */
import type { Specification } from '../specification/model.js';

/** The folder of the API reference, below that of the pages. */
export const API_FOLDER = 'api';

export interface Places {
  readonly requirement: (id: string) => string;
  readonly term: (id: string) => string;
  readonly capability: (id: string) => string;
  readonly profile: (id: string) => string;
  /** The page of a document of the repository; undefined where it has none here. */
  readonly document: (file: string) => string | undefined;
}

export const PAGES = {
  front: 'index.html',
  level: 'index-level.html',
  capability: 'index-capability.html',
  profile: 'index-profile.html',
  release: 'index-release.html',
  glossary: 'glossary.html',
  changes: 'changes.html',
  /** Made by typedoc, where it was asked for. */
  api: `${API_FOLDER}/index.html`,
} as const;

export const chapterPage = (id: string): string => `${id}.html`;
export const profilePage = (id: string): string => `profile-${id}.html`;
export const companionPage = (id: string): string => `document-${id}.html`;

export function placesOf({ requirements, companions }: Specification): Places {
  const homes = new Map(requirements.map(({ id, chapterId }) => [id, chapterPage(chapterId)]));
  const documents = new Map(companions.map(({ id, file }) => [file, companionPage(id)]));
  return {
    requirement: (id) => `${homes.get(id) ?? ''}#${id}`,
    term: (id) => `${PAGES.glossary}#${id}`,
    capability: (id) => `${PAGES.capability}#${id}`,
    profile: profilePage,
    document: (file) => documents.get(file),
  };
}

/** Was the API reference made for these pages? */
export const hasApi = ({ declarations }: Specification): boolean => declarations.some(({ page }) => page !== undefined);
