/** What no packet socket can do or show, whatever driver lies below. */
import type { CapabilityAnswers } from '../../contract/index.js';

const cannot = (reason: string): { readonly present: false; readonly reason: string } => ({ present: false, reason });

export const PACKET_SOCKET_LIMITS: CapabilityAnswers = {
  'sees-rx-checksum': { present: true },
  'sees-rx-checksum-complete': cannot('A packet socket does not show the sum of a received frame.'),
  'sees-rx-hash': cannot('A packet socket does not show the receive hash of a frame.'),
  'sees-rx-queue': cannot('A packet socket does not show the receive queue of a frame.'),
  'sees-header-split': cannot('A packet socket does not show the buffers of a frame.'),
  'tx-fragments': cannot('A packet socket does not let the sender choose where the buffers of a frame break.'),
  'tx-queue-select': cannot('A packet socket does not let the sender choose the transmit queue of a frame.'),
  'tunnel-gso': cannot('The virtio-net header of a packet socket has no tunnel offsets.'),
  'partial-checksum-any': { present: true },
  'sctp-checksum-request': cannot('A packet socket cannot mark a checksum request as one for SCTP.'),
  'virtual-clock': cannot('Time on a real kernel passes by itself.'),
};
