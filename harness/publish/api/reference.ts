/**
 * The API reference, made by typedoc beside the pages of the specification: each `@requirement` becomes links into them, and each
 * declaration that has one gets an address that they link to. It is made of the sources, so it needs a checkout.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Application, CommentTag, ProjectReflection, Reflection, Router } from 'typedoc';
import { matchesPattern } from '../../runner/namePattern.js';
import { filesBelow } from '../../runner/project.js';
import { API_FOLDER, chapterPage, PAGES } from '../html/places.js';
import { FormatUnavailable } from '../specification/formats.js';
import type { Declaration, Specification } from '../specification/model.js';

const TAG = '@requirement';

export interface ApiReference {
  /** The declarations of the specification, each with the address of its page from the folder of the HTML pages. */
  readonly declarations: readonly Declaration[];
  /** How many pages were written. */
  readonly pages: number;
}

export interface ApiOptions {
  /** The project's folder: typedoc.json says in it what is public. */
  readonly root: string;
  /** What typedoc writes, and nothing else, lies here afterwards. */
  readonly folder: string;
  /** Default: those of typedoc.json. */
  readonly entryPoints?: readonly string[];
}

/**
 * @throws FormatUnavailable without sources or without typedoc.
 * @throws Error that names each declaration that has requirements and no page.
 */
export async function writeApiReference(specification: Specification, options: ApiOptions): Promise<ApiReference> {
  const app = await typedocOf(options);
  const project = await app.convert();
  if (project === undefined) throw new Error('typedoc does not understand the sources; npm run typecheck says why');
  const pages = linkRequirements(app, project, specification);
  await app.generateDocs(project, options.folder);
  if (app.logger.hasErrors()) throw new Error('typedoc has not written the API reference; its errors are above');
  const declarations = specification.declarations.map((declaration) => {
    const page = pages.get(declaration.name);
    return page === undefined ? declaration : { ...declaration, page: `${API_FOLDER}/${page}` };
  });
  const without = declarations.filter(({ page }) => page === undefined).map(({ name }) => name);
  if (without.length > 0 && options.entryPoints === undefined)
    throw new Error(
      `no entry point of typedoc.json exports ${without.join(', ')}; export it there, or take its ${TAG} away`,
    );
  return { declarations, pages: filesBelow(options.folder, ['.html']).length };
}

async function typedocOf({ root, entryPoints }: ApiOptions): Promise<Application> {
  if (!existsSync(join(root, 'typedoc.json')))
    throw new FormatUnavailable('the API reference is made of the sources; run it in a checkout of nicspec');
  const typedoc = await import('typedoc').catch(() => {
    throw new FormatUnavailable('typedoc is not installed; npm ci installs it');
  });
  const app = await typedoc.Application.bootstrap(
    {
      options: join(root, 'typedoc.json'),
      // `npm run typecheck` has looked for errors.
      skipErrorChecking: true,
      blockTags: [...typedoc.OptionDefaults.blockTags, TAG],
      ...(entryPoints === undefined ? {} : { entryPoints: [...entryPoints] }),
      logLevel: 'Error',
    },
    [new typedoc.TypeDocReader()],
  );
  app.renderer.hooks.on('content.begin', (context) =>
    typedoc.JSX.createElement(
      'p',
      null,
      typedoc.JSX.createElement('a', { href: context.relativeURL(`../${PAGES.front}`) }, 'To the specification'),
    ),
  );
  return app;
}

/** Without the module; of an operation, not of its signature. */
function nameOf(reflection: Reflection): string {
  const names: string[] = [];
  for (let one: Reflection | undefined = reflection; one !== undefined; one = one.parent) {
    if (one.isProject() || (one.parent?.isProject() ?? false)) break;
    if (!one.isSignature() && one.name !== '__type') names.unshift(one.name);
  }
  return names.join('.');
}

/**
 * In place of the ids that the tag has: links to their sections or, for one requirement, to itself. The pages of the declarations, as
 * readDeclarations names them, are known when typedoc has written.
 */
function linkRequirements(
  app: Application,
  project: ProjectReflection,
  specification: Specification,
): ReadonlyMap<string, string> {
  const pages = new Map<string, string>();
  app.renderer.on('beginRender', () => {
    const { router } = app.renderer;
    if (router === undefined) return;
    for (const reflection of Object.values(project.reflections)) {
      for (const tag of reflection.comment?.getTags(TAG) ?? []) {
        const place = onPage(reflection, router);
        const name = nameOf(reflection);
        if (!pages.has(name)) pages.set(name, router.getFullUrl(place));
        const lines = patternsIn(tag)
          .flatMap((pattern) => linksOf(pattern, specification))
          .map(({ text, page }) => `* [${escaped(text)}](${router.baseRelativeUrl(place, `../${page}`)})`);
        tag.content = [{ kind: 'text', text: lines.join('\n') }];
      }
    }
  });
  return pages;
}

const patternsIn = ({ content }: CommentTag): readonly string[] =>
  content
    .map(({ text }) => text)
    .join('')
    .split(/[\s,]+/)
    .filter((pattern) => pattern !== '');

const escaped = (text: string): string => text.replace(/[[\]*_\\`<]/g, '\\$&');

/** What TSDoc belongs to and has a place of its own: a type that is written in another one has none. */
function onPage(reflection: Reflection, router: Router): Reflection {
  let one = reflection;
  while (!router.hasUrl(one) && one.parent !== undefined) one = one.parent;
  return one;
}

function linksOf(
  pattern: string,
  { parts }: Specification,
): readonly { readonly text: string; readonly page: string }[] {
  return parts
    .flatMap(({ chapters }) => chapters)
    .flatMap((chapter) =>
      chapter.sections.flatMap(({ id, title, requirements }) => {
        const own = requirements.filter((one) => matchesPattern(pattern, one.id));
        const [first] = own;
        if (first === undefined) return [];
        const page = chapterPage(chapter.id);
        if (first.id === pattern) return [{ text: `${first.id} ${first.title}`, page: `${page}#${first.id}` }];
        const place = title === '' ? chapter.title : `${chapter.title}, ${title}`;
        return [{ text: `${pattern}: ${place} (${own.length})`, page: `${page}#${title === '' ? first.id : id}` }];
      }),
    );
}
