/** Who hears of what: DEVLINK_CMD_NOTIFY_FILTER_SET, of net/devlink/netlink.c. */
import type { ParentDevice } from '../../../harness/contract/index.js';
import { numberIn, textIn, type Values } from '../../netlink/schema.js';
import type { KernelSocket } from '../../netlink/server.js';
import type { DevlinkParts } from './devlinkParts.js';

/** struct devlink_obj_desc: what an announcement is about, or what a socket wants to hear of. */
export interface NotifyFilter {
  readonly bus: string | undefined;
  readonly device: string | undefined;
  readonly port: number | undefined;
}

/** By socket; one that is closed takes its filter along. */
export class NotifyFilters {
  readonly #filters = new WeakMap<KernelSocket, NotifyFilter>();
  readonly #parts: () => DevlinkParts;

  constructor(parts: () => DevlinkParts) {
    this.#parts = parts;
  }

  /** devlink_nl_notify_filter_set_doit(): a filter without anything is none. */
  set(socket: KernelSocket, values: Values): void {
    const filter: NotifyFilter = {
      bus: textIn(values, 'DEVLINK_ATTR_BUS_NAME'),
      device: textIn(values, 'DEVLINK_ATTR_DEV_NAME'),
      port: numberIn(values, 'DEVLINK_ATTR_PORT_INDEX'),
    };
    const isEmpty = filter.bus === undefined && filter.device === undefined && filter.port === undefined;
    if (!isEmpty) this.#filters.set(socket, filter);
    else if (this.#parts().emptyFilterRemoves) this.#filters.delete(socket);
  }

  /** devlink_obj_desc_match(): what is said of neither, or of one alone, does not count. */
  hears(socket: KernelSocket, { bus, name }: ParentDevice, port: number | undefined): boolean {
    const filter = this.#filters.get(socket);
    if (filter === undefined) return true;
    if (filter.bus !== undefined && filter.bus !== bus) return false;
    if (filter.device !== undefined && filter.device !== name) return false;
    return this.#parts().portIsMeant(filter.port, port);
  }
}
