/** Rules of the flashing of modules that a seeded defect may replace, one at a time. */

export interface ModuleFlashParts {
  /** ethnl_module_fw_flash_validate(): whether one update at a time is let through. */
  readonly flashesOnce: boolean;
  readonly needsDown: boolean;
  readonly needsWholePort: boolean;
  /** Whether everybody in the group hears how far it has come, and not who asked alone. */
  readonly tellsAll: boolean;
  /** ethnl_netdev_event(): whether a net device stays down while its module is flashed. */
  readonly keepsDown: boolean;
  /** cmis_fw_update_write_image_lpl(): where a block of the image belongs, as the module is told. */
  readonly addressOf: (offset: number) => number;
  /** cmis_fw_update_commit_image(), cmis_fw_update_run_image(): whether the new firmware is run. */
  readonly runs: boolean;
  /** Whether a failure is told for one. */
  readonly tellsFailure: boolean;
}

export const CONFORMING_MODULE_FLASH: ModuleFlashParts = {
  flashesOnce: true,
  needsDown: true,
  needsWholePort: true,
  tellsAll: false,
  keepsDown: true,
  addressOf: (offset) => offset,
  runs: true,
  tellsFailure: true,
};
