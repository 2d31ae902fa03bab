/** A whole Target that an agent serves. */
import { TargetFault, decodeList, decodeWireFrame, encodeList, encodeWireFrame } from '../../contract/index.js';
import type {
  CapabilityAnswers,
  LinkPartner,
  PortName,
  ReceiveWait,
  Target,
  TargetDescription,
  WireEnd,
  WireFrame,
} from '../../contract/index.js';
import { AgentChannels, closeHandle, sendInBatches, writeWait } from './channels.js';
import type { AgentConnection } from './connection.js';

const NOT_THROUGH_AGENTS: CapabilityAnswers = Object.fromEntries(
  ['netlink-options', 'netlink-buffers', 'kernel-log'].map((name) => [
    name,
    { present: false, reason: 'The protocol of agents has no word for it.' },
  ]),
);

export class AgentTarget extends AgentChannels implements Target {
  readonly #connection: AgentConnection;
  readonly #name: string;

  /** `name`: what the target was asked for as. */
  constructor(name: string, connection: AgentConnection) {
    super(connection);
    this.#connection = connection;
    this.#name = name;
  }

  async describe(): Promise<TargetDescription> {
    const text = await this.#connection.call(
      'describe',
      () => undefined,
      (answer) => answer.text(),
    );
    const described: unknown = JSON.parse(text);
    if (typeof described !== 'object' || described === null) throw new TargetFault('the agent describes nothing');
    // The recording target checks every member before anybody uses it.
    const { capabilities, ...rest } = described as TargetDescription;
    return { ...rest, capabilities: { ...capabilities, ...NOT_THROUGH_AGENTS }, name: this.#name };
  }

  async wire(port: PortName): Promise<WireEnd> {
    const handle = await this.#connection.call(
      'wireOpen',
      (payload) => void payload.text(port),
      (answer) => answer.u32(),
    );
    return new AgentWireEnd(this.#connection, handle);
  }

  reset(): Promise<void> {
    return this.#connection.call('reset');
  }
}

class AgentWireEnd implements WireEnd {
  readonly #connection: AgentConnection;
  readonly #handle: number;

  constructor(connection: AgentConnection, handle: number) {
    this.#connection = connection;
    this.#handle = handle;
  }

  async send(frames: readonly WireFrame[]): Promise<void> {
    await sendInBatches(frames, async (batch) => {
      await this.#connection.call(
        'wireSend',
        (payload) => void encodeList(payload.u32(this.#handle), batch, encodeWireFrame),
      );
      return { ok: true };
    });
  }

  receive(wait: ReceiveWait): Promise<readonly WireFrame[]> {
    return this.#connection.call(
      'wireReceive',
      (payload) => writeWait(payload, this.#handle, wait),
      (answer) => decodeList(answer, decodeWireFrame),
    );
  }

  setCarrier(up: boolean): Promise<void> {
    return this.#connection.call('wireCarrier', (payload) => void payload.u32(this.#handle).u8(up ? 1 : 0));
  }

  setPartner({ pause, asymPause }: LinkPartner): Promise<void> {
    return this.#connection.call(
      'wirePartner',
      (payload) =>
        void payload
          .u32(this.#handle)
          .u8(pause ? 1 : 0)
          .u8(asymPause ? 1 : 0),
    );
  }

  close(): Promise<void> {
    return closeHandle(this.#connection, this.#handle);
  }
}
