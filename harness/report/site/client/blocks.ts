/// <reference lib="dom" />
/** The data that the page carries. A block is parsed when it is asked for, once. */
import { areaBlock, type AreaDetails, type RequirementDetails, type SiteIndex } from '../siteData.js';

const parsed = new Map<string, unknown>();

function block(id: string): unknown {
  if (!parsed.has(id)) {
    const text = document.getElementById(id)?.textContent;
    parsed.set(id, text == null ? null : JSON.parse(text));
  }
  return parsed.get(id);
}

/** Written by the same build as what reads it: its form is that of the type. */
export const readIndex = (): SiteIndex => block('index') as SiteIndex;

export function readDetails(index: SiteIndex, area: string, id: string): RequirementDetails | null {
  const details = block(areaBlock(index.areas.indexOf(area))) as AreaDetails | null;
  return details?.[id] ?? null;
}
