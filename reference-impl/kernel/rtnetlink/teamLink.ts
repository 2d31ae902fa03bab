/** Links of the kind "team": team_newlink(). All else is said over the generic family. */
import type { HandlerResult, NetlinkRequest } from '../../netlink/server.js';
import type { ReferenceKernel } from '../kernel.js';
import { createTeam } from '../team/teaming.js';
import { checkLinkAddress, linkSeed } from './linkInfo.js';

export async function newTeam(
  kernel: ReferenceKernel,
  request: NetlinkRequest,
  name: string | undefined,
): Promise<HandlerResult> {
  const invalid = checkLinkAddress(request);
  if (invalid !== undefined) return invalid;
  createTeam(kernel.teams, linkSeed(kernel, request, name, 'team'));
  await kernel.settle();
  return { ok: true };
}
