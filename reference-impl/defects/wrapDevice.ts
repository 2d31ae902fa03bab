/** A device with some of its operations replaced: for defects that no single part can show. */
import type {
  Device,
  DevlinkOps,
  DevlinkPort,
  DriverHost,
  EthtoolOps,
  NetDeviceOps,
  PortName,
  RxFrame,
  SriovOps,
  SwitchdevOps,
} from '../../harness/contract/index.js';

/** ethtool operations replaced; `change` gets those of the sound device. */
export const withEthtool = (device: Device, change: (sound: EthtoolOps) => Partial<EthtoolOps>): Device => ({
  ...device,
  ethtool: { ...device.ethtool, ...change(device.ethtool) },
});

/** ndo operations replaced. */
export const withNetDevice = (device: Device, change: (sound: NetDeviceOps) => Partial<NetDeviceOps>): Device => ({
  ...device,
  netDevice: { ...device.netDevice, ...change(device.netDevice) },
});

/** What the driver says to the kernel, replaced; `change` gets the kernel. */
export const withHost = (device: Device, change: (kernel: DriverHost) => Partial<DriverHost>): Device => ({
  ...device,
  attach: (kernel) =>
    device.attach({
      registerPort: (port) => {
        kernel.registerPort(port);
      },
      unregisterPort: (port) => kernel.unregisterPort(port),
      receive: (port, frames) => {
        kernel.receive(port, frames);
      },
      transmitToCable: (port, frame) => {
        kernel.transmitToCable(port, frame);
      },
      carrier: (port, up) => {
        kernel.carrier(port, up);
      },
      transmitCompleted: (port, queue, completion) => {
        kernel.transmitCompleted(port, queue, completion);
      },
      queueStopped: (port, queue, stopped) => {
        kernel.queueStopped(port, queue, stopped);
      },
      wakeup: (port) => {
        kernel.wakeup(port);
      },
      fdbLearned: (port, entry) => {
        kernel.fdbLearned(port, entry);
      },
      fdbForgotten: (port, entry) => {
        kernel.fdbForgotten(port, entry);
      },
      devlink: kernel.devlink,
      ...change(kernel),
    }),
});

/** Every received frame goes to the kernel as `change` makes it. */
export const withReceived = (device: Device, change: (frame: RxFrame, port: PortName) => RxFrame): Device =>
  withHost(device, (kernel) => ({
    receive: (port, frames) => {
      kernel.receive(
        port,
        frames.map((frame) => change(frame, port)),
      );
    },
  }));

/** What the driver does for bridges, replaced; `change` gets the sound operations. A device without a switch stays as it is. */
export const withSwitchdev = (device: Device, change: (sound: SwitchdevOps) => Partial<SwitchdevOps>): Device =>
  device.switchdev === undefined
    ? device
    : { ...device, switchdev: { ...device.switchdev, ...change(device.switchdev) } };

/** What the driver of a physical function does for its virtual ones, replaced. */
export const withSriov = (device: Device, change: (sound: SriovOps) => Partial<SriovOps>): Device =>
  device.sriov === undefined ? device : { ...device, sriov: { ...device.sriov, ...change(device.sriov) } };

/** What the driver does for devlink, replaced. */
export const withDevlink = (device: Device, change: (sound: DevlinkOps) => Partial<DevlinkOps>): Device =>
  device.devlink === undefined ? device : { ...device, devlink: { ...device.devlink, ...change(device.devlink) } };

/** The ports that devlink has from the start, as `change` makes them; the names of their net devices follow. */
export const withDevlinkPorts = (device: Device, change: (port: DevlinkPort) => DevlinkPort): Device =>
  device.devlink === undefined
    ? device
    : { ...device, devlink: { ...device.devlink, ports: device.devlink.ports.map(change) } };
