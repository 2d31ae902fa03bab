import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cacheFolder } from './cacheFolder.js';

const USUAL = join(homedir(), '.cache', 'nicspec');

it.each([
  [{}, USUAL],
  [{ XDG_CACHE_HOME: '' }, USUAL],
  [{ XDG_CACHE_HOME: 'cache' }, USUAL],
  [{ XDG_CACHE_HOME: '/var/cache/me' }, '/var/cache/me/nicspec'],
])('%j', (environment, folder) => {
  expect(cacheFolder(environment)).toBe(folder);
});
