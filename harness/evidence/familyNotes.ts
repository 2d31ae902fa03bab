/** Lines of a capture's comment that name generic netlink families by their id. */
const LINE = /^generic family (\d+): ([\w-]+)$/;

export const nicspecFamilies = (families: ReadonlyMap<number, string>): string[] =>
  [...families].map(([id, name]) => `generic family ${id}: ${name}`);

/** What the lines said; others are left alone. */
export const familiesIn = (comment: string): ReadonlyMap<number, string> =>
  new Map(
    comment.split('\n').flatMap((line): [number, string][] => {
      const [, id, name] = LINE.exec(line) ?? [];
      return id === undefined || name === undefined ? [] : [[Number(id), name]];
    }),
  );
