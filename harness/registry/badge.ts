/** A badge for a README: who says it, for which profile, and the level. A picture without script, font or link. */
import type { CertificateLevel } from '../certify/verdicts.js';
import { LIGHT } from '../site/theme.js';

const COLOURS: Readonly<Record<CertificateLevel, string>> = {
  conforms: LIGHT.pass ?? '',
  'conforms with deviations': LIGHT['not-supported'] ?? '',
  'does not conform': LIGHT.fail ?? '',
};

const HEIGHT = 20;
const PADDING = 7;
/** Of Verdana and DejaVu Sans at 11 pixels, by kind of letter; `textLength` makes the text fit what was reckoned. */
const NARROW = 4;
const WIDE = 9.5;
const USUAL = 6.8;

const widthOf = (text: string): number =>
  Math.ceil(
    Array.from(text).reduce(
      (sum, letter) => sum + (/[ijlft.,:'|-]/.test(letter) ? NARROW : /[mwMW]/.test(letter) ? WIDE : USUAL),
      0,
    ),
  );

/** `profile` is the name of a profile of nicspec. */
export function renderBadge(profile: string, level: CertificateLevel): string {
  const label = escaped(`nicspec ${profile}`);
  const [left, right] = [`nicspec ${profile}`, level].map((text) => widthOf(text) + 2 * PADDING);
  const [first, second] = [left ?? 0, right ?? 0];
  const text = (content: string, from: number, width: number): string =>
    `<text x="${from + PADDING}" y="14" textLength="${width - 2 * PADDING}">${content}</text>`;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${first + second}" height="${HEIGHT}" role="img" aria-label="${label}: ${level}">`,
    `<title>${label}: ${level}</title>`,
    `<clipPath id="r"><rect width="${first + second}" height="${HEIGHT}" rx="3"/></clipPath>`,
    `<g clip-path="url(#r)"><rect width="${first}" height="${HEIGHT}" fill="#444c56"/><rect x="${first}" width="${second}" height="${HEIGHT}" fill="${COLOURS[level]}"/></g>`,
    `<g fill="#fff" font-family="Verdana,'DejaVu Sans',sans-serif" font-size="11">${text(label, 0, first)}${text(level, first, second)}</g>`,
    '</svg>',
  ].join('\n')}\n`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
