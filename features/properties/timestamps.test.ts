import { describe, expect, it } from 'vitest';
import { RX_FILTER_NAMES } from '../../reference-impl/netlink/stringSets.js';
import { PTP_PACKETS, covers, isAbout } from './timestamps.js';

describe('receive filters', () => {
  it('cover themselves, and all covers every one', () => {
    for (const name of RX_FILTER_NAMES) {
      expect(covers(name, name)).toBe(true);
      expect(covers('all', name)).toBe(true);
      expect(covers(name, 'none')).toBe(true);
    }
  });

  it.each([
    ['ptpv2-event', 'ptpv2-l2-sync', true],
    ['ptpv2-l2-event', 'ptpv2-l2-delay-req', true],
    ['ptpv2-l2-event', 'ptpv2-event', false],
    ['ptpv2-sync', 'ptpv2-event', false],
    ['ptpv1-l4-event', 'ptpv1-l4-sync', true],
    ['ptpv1-l4-event', 'ptpv2-l4-sync', false],
    ['ptpv2-event', 'ntp-all', false],
    ['none', 'all', false],
    ['ptpv2-event', 'all', false],
  ])('%s covers %s: %s', (wider, asked, expected) => {
    expect(covers(wider, asked)).toBe(expected);
  });

  it('of events are not about general messages', () => {
    for (const packet of PTP_PACKETS) {
      if (packet.message !== 'follow-up') continue;
      for (const name of RX_FILTER_NAMES) if (name !== 'all') expect(isAbout(name, packet)).toBe(false);
    }
  });
});
