/** ETHTOOL_GDRVINFO: who drives a net device. */
import { TargetFault, type NetDeviceName } from '../../contract/index.js';
import type { MachineChannels } from './channels.js';

export interface DriverInfo {
  readonly driver: string;
  readonly version: string;
  readonly firmwareVersion: string;
}

const ETHTOOL_GDRVINFO = 0x3;
/** sizeof(struct ethtool_drvinfo), and its members of 32 bytes each. */
const DRVINFO = 196;
const MEMBER = 32;
const DRIVER_AT = 4;
const VERSION_AT = DRIVER_AT + MEMBER;
const FIRMWARE_AT = VERSION_AT + MEMBER;

/** @throws TargetFault where the device does not tell. */
export async function driverInfo(channels: MachineChannels, netDevice: NetDeviceName): Promise<DriverInfo> {
  const request = new Uint8Array(DRVINFO);
  new DataView(request.buffer).setUint32(0, ETHTOOL_GDRVINFO, true);
  const result = await channels.ethtoolIoctl(netDevice, request);
  if (!result.ok) throw new TargetFault(`${netDevice} does not tell its driver: errno ${result.errno}`);
  const text = (at: number): string => {
    const [value = ''] = new TextDecoder().decode(result.bytes.subarray(at, at + MEMBER)).split('\0');
    return value;
  };
  return { driver: text(DRIVER_AT), version: text(VERSION_AT), firmwareVersion: text(FIRMWARE_AT) };
}
