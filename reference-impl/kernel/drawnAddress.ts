/** eth_hw_addr_random() of a net device that has no hardware below it. */
import type { IfIndex, MacAddress } from '../../harness/contract/index.js';

/** The first three octets, locally administered: of which kind of device the address is. */
export type AddressBlock = '02:62:72' | '02:62:6f';

/** The same again in every run, and of this device alone. */
export function drawnAddress(block: AddressBlock, ifIndex: IfIndex): MacAddress {
  const octets = [ifIndex >>> 16, ifIndex >>> 8, ifIndex].map((octet) => (octet & 0xff).toString(16).padStart(2, '0'));
  return `${block}:${octets.join(':')}` as MacAddress;
}
