/** Devices that leave something behind a refusal, or whose objects say too much or too little of what was done. */
import type { Defect } from './defect.js';
import { core, documented, row, seen } from './devlinkDefect.js';
import { routerChip } from './replacedParts.js';

export const devlinkRefusalDefects: readonly Defect[] = [
  seen(
    row(
      'ANY-PARAM-LENGTH',
      'DL-PARAM-005',
      'A value of any length is taken',
      'What is there is copied, and the rest is what was in memory.',
    ),
    { kernel: core({ checksParamLength: false }) },
  ),
  seen(
    row(
      'KEEPS-REFUSED-SIZE',
      'DL-RES-002',
      'A size that was refused waits for the reload',
      'It is stored before it is checked.',
    ),
    { kernel: core({ dropsRefusedSize: false }) },
  ),
  seen(
    row(
      'FULL-IS-TOO-MUCH',
      'DL-RES-004',
      'Parts that fill their whole are too much',
      'The sum is compared with the wrong sign.',
    ),
    { kernel: core({ sumOfParts: (sizes) => sizes.reduce((sum, size) => sum + size, 1) }) },
  ),
  seen(
    row(
      'COUNTS-FIRST-ERROR',
      'DL-HEALTH-007',
      'Only the first error of a row is counted',
      'The counter follows the state, and not the errors.',
    ),
    { kernel: core({ errorsCounted: (wasError) => (wasError ? 0 : 1) }) },
  ),
  documented(
    row(
      'RECOVERS-OPEN-ERROR',
      'DL-HEALTH-016',
      'An open error is recovered from with the next one',
      'The state before the error is not looked at.',
    ),
    { kernel: core({ heedsOpenError: false }) },
  ),
  seen(
    row(
      'SETS-BEFORE-CHECK',
      'DL-HEALTH-003',
      'A part of a refused setting is set',
      'Members are set one by one, each with its own check.',
    ),
    { kernel: core({ checksReporterFirst: false }) },
  ),
  seen(
    row(
      'CLEARS-ONCE',
      'DL-HEALTH-011',
      'To clear a dump that is not there is refused',
      'The absence of a dump is taken for that of the reporter.',
    ),
    { kernel: core({ clearsNothing: false }) },
  ),
  seen(
    row(
      'NOTHING-IS-FAULT',
      'DL-REGION-008',
      'A read of no bytes is refused',
      'It makes no progress, and that is taken for a loop.',
    ),
    { kernel: core({ readsNothing: false }) },
  ),
  seen(
    row(
      'READS-BEHIND-END',
      'DL-REGION-008',
      'A read behind the end succeeds with nothing',
      'The end of the region is cut, its beginning not compared.',
    ),
    { kernel: core({ refusesReadBehindEnd: false }) },
  ),
  seen(
    row(
      'BEGINS-WITHOUT-FILE',
      'DL-FLASH-001',
      'An update is told of before its file is found',
      'A listener waits for the end of an update that never began.',
    ),
    { kernel: core({ findsFileFirst: false }) },
  ),
  seen(
    row(
      'FAILS-WITHOUT-END',
      'DL-FLASH-005',
      'The end of an update that failed is not told',
      'The error path returns before the notification.',
    ),
    { kernel: core({ tellsFailedEnd: false }) },
  ),
  seen(
    row(
      'HALF-A-GROUP-IN-SILENCE',
      'DL-TRAP-008',
      'A group that was set in part says only why the rest failed',
      'Who asked takes it that nothing was done.',
    ),
    { kernel: core({ tellsPartialGroup: false }) },
  ),
  seen(
    row(
      'SAME-ACTION-IS-CHANGE',
      'DL-TRAP-003',
      'The action that a trap has cannot be set',
      'The type is looked at before the action.',
    ),
    { kernel: core({ takesSameAction: false }) },
  ),
  documented(
    row(
      'BLACKHOLE-UNTOLD',
      'DL-TRAP-012',
      'What a route to nowhere takes away is not counted',
      'The driver registers the trap and has no rule for it in hardware.',
    ),
    { router: routerChip({ reportsBlackhole: false }) },
  ),
  seen(
    row('LOOKS-ONE-UP', 'DL-RATE-006', 'A loop of three nodes is made', 'Only the parent of the parent is compared.'),
    { kernel: core({ looksAtAncestors: false }) },
  ),
  seen(
    row(
      'RATES-IN-SILENCE',
      'DL-RATE-008',
      'Limits change without a word',
      'Nodes are announced when they come and go.',
    ),
    { kernel: core({ announces: (command) => command !== 'RATE_NEW' }) },
  ),
  seen(
    row(
      'COUNTS-UNDER-NO-LIMIT',
      'DL-RELOAD-004',
      'Every reload is counted as one without a limit',
      'The table of counters is indexed by the action alone.',
    ),
    { kernel: core({ countedLimit: () => 0 }) },
  ),
];
