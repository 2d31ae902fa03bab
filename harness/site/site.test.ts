import { h } from 'preact';
import { describe, expect, it } from 'vitest';
import { OUTCOMES } from '../runner/records.js';
import { inertJson, renderDocument } from './document.js';
import { DARK, LIGHT, THEME, type Scheme } from './theme.js';

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const digits = colour.length === 4 ? colour.slice(1).replace(/./g, '$&$&') : colour.slice(1);
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const value = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(scheme: Scheme, a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(scheme[a]!), luminance(scheme[b]!)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
])('the %s scheme', (_, scheme) => {
  const grounds = ['paper', 'raised', 'sunken', ...OUTCOMES.map((outcome) => `${outcome}-soft`)];

  it.each(['ink', 'muted', 'link', 'fail', 'code-keyword', 'code-string', 'code-comment', 'code-number'])(
    'can be read: %s on every ground',
    (token) => {
      const worst = Math.min(...grounds.map((ground) => contrast(scheme, token, ground)));
      expect(worst).toBeGreaterThanOrEqual(token === 'fail' ? 4 : 4.5);
    },
  );

  it('tells verdicts from the page', () => {
    for (const outcome of OUTCOMES) expect(contrast(scheme, outcome, 'paper')).toBeGreaterThanOrEqual(4.5);
    for (const mark of ['mark-expected', 'mark-got', 'mark-field'])
      expect(contrast(scheme, 'mark-ink', mark)).toBeGreaterThanOrEqual(4.5);
  });
});

it('has no rule with a colour of its own', () => {
  const rules = THEME.replace(/:root[^{]*\{[^}]*\}/g, '');
  expect(rules.match(/#[0-9a-f]{3,8}\b/gi)).toBeNull();
  const used = new Set([...rules.matchAll(/var\(--([\w-]+)\)/g)].map(([, token]) => token));
  for (const token of used) expect(THEME).toContain(`--${token ?? ''}: `);
});

describe('renderDocument', () => {
  it('carries data that stay data', () => {
    const value = { text: '</script><script>hacked()</script><!--', lines: ['\u2028'] };
    const html = renderDocument({
      title: '<x>',
      content: h('p', null, '<b>'),
      style: '',
      script: 'run()',
      data: { d: value },
    });
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html).not.toContain('<!--');
    expect(html).toContain('&lt;b>');
    expect(JSON.parse(inertJson(value))).toEqual(value);
  });

  it('lets its own script run and no other', () => {
    expect(renderDocument({ title: '', content: h('p', null), style: '' })).toContain("script-src 'none'");
    expect(renderDocument({ title: '', content: h('p', null), style: '', script: 'run()' })).toMatch(
      /script-src 'sha256-[\w+/]+=*'/,
    );
  });
});
