/** Gives the steps a session when cucumber runs by itself (`npx cucumber-js`, an editor), and not through nicspec. */
import { AfterAll, BeforeAll } from '@cucumber/cucumber';
import { currentSession, setSession } from '../../features/steps/session.js';
import type { Target } from '../contract/index.js';
import { RecordingTarget } from '../targets/recording.js';
import { openTarget } from '../targets/index.js';

interface Parameters {
  readonly target?: string;
  readonly seed?: number;
  readonly runs?: number;
}

let opened: Target | undefined;

BeforeAll(async function (this: { readonly parameters?: Parameters }) {
  if (hasSession()) return;
  const { target: name = 'reference', seed = 1, runs = 100 } = this.parameters ?? {};
  const target = new RecordingTarget(await openTarget(name, { seed }));
  opened = target;
  const description = await target.describe();
  setSession({ target, description, seed, runs, newCase: () => target.newCase() });
});

AfterAll(async () => {
  await opened?.close();
});

function hasSession(): boolean {
  try {
    currentSession();
    return true;
  } catch {
    return false;
  }
}
