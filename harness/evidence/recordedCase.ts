/** What evidence is made of: the frames and datagrams of the case that failed, as the recorder kept them. */

export interface RecordedFrame {
  readonly end: 'host' | 'wire';
  /** Of the net device (host) or the port (wire). */
  readonly name: string;
  /** As that end sees it. */
  readonly direction: 'sent' | 'received';
  readonly bytes: Uint8Array;
  readonly timeNs: bigint;
  readonly note?: string;
}

export interface RecordedDatagram {
  readonly protocol: number;
  readonly direction: 'sent' | 'received';
  readonly bytes: Uint8Array;
  readonly timeNs: bigint;
}

export interface RecordedCase {
  readonly frames: readonly RecordedFrame[];
  readonly datagrams: readonly RecordedDatagram[];
  /** Frames and datagrams that were dropped, oldest first, because there were too many. */
  readonly dropped?: number;
  /** Generic netlink families by id, as far as they were known before the case. */
  readonly families?: ReadonlyMap<number, string>;
}
