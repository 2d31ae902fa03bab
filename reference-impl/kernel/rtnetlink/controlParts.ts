/** Rules of what rtnetlink lists, sets and tells that a seeded defect may replace, one at a time. */
export interface ControlParts {
  readonly dumps: {
    readonly filtersMaster: boolean;
    readonly filtersKind: boolean;
    readonly filtersAddresses: boolean;
    readonly filtersNeighbours: boolean;
    readonly filtersForwarding: boolean;
    readonly filtersProtocol: boolean;
    readonly filtersTable: boolean;
  };
  /** Whether a link is found by its other names too. */
  readonly findsAlternativeNames: boolean;
  /** Whether a name that is in use is refused as another name. */
  readonly refusesNamesInUse: boolean;
  /** Settings of a bridge, of its ports and of aggregates that are taken and forgotten. */
  readonly forgets: ReadonlySet<string>;
  /** Whether a setting that Linux refuses is refused. */
  readonly checks: (attribute: string) => boolean;
  /** Whether the kind of a new link that nobody knows is told to the log. */
  readonly logsUnknownKinds: boolean;
}

export const CONFORMING_CONTROL: ControlParts = {
  dumps: {
    filtersMaster: true,
    filtersKind: true,
    filtersAddresses: true,
    filtersNeighbours: true,
    filtersForwarding: true,
    filtersProtocol: true,
    filtersTable: true,
  },
  findsAlternativeNames: true,
  refusesNamesInUse: true,
  forgets: new Set(),
  checks: () => true,
  logsUnknownKinds: true,
};
