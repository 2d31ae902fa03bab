/** How a kind of subject is read and changed. */
import type { Outcome } from '../refusal.js';
import type { Reading, Row } from '../reading.js';
import type { NetDeviceInfo, NettoolSession } from '../session.js';
import type { Step } from '../step.js';
import type { SubjectSpec } from '../subjects/index.js';

export interface Channel {
  read(session: NettoolSession, device: NetDeviceInfo, subject: SubjectSpec): Promise<Outcome<Reading>>;
  /** All devices in one question, by index; devices that do not have the subject are not there. */
  readAll?(session: NettoolSession, subject: SubjectSpec): Promise<Outcome<ReadonlyMap<number, Reading>>>;
  /** The messages of a change that was checked. `before`: what `read` said. */
  change?(
    session: NettoolSession,
    device: NetDeviceInfo,
    subject: SubjectSpec,
    changes: Row,
    before: Reading,
  ): Promise<Outcome<readonly Step[]>>;
  /** The messages that make, or remove, a row of a table. */
  add?(
    session: NettoolSession,
    device: NetDeviceInfo,
    subject: SubjectSpec,
    row: Row,
  ): Promise<Outcome<readonly Step[]>>;
  /** `there`: the row as it is now. */
  remove?(
    session: NettoolSession,
    device: NetDeviceInfo,
    subject: SubjectSpec,
    row: Row,
    there: Row,
  ): Promise<Outcome<readonly Step[]>>;
  /** The messages that change keys of a row that is there. */
  alter?(
    session: NettoolSession,
    device: NetDeviceInfo,
    subject: SubjectSpec,
    changes: Row,
    there: Row,
  ): Promise<Outcome<readonly Step[]>>;
}
