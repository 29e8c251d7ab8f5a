/**
 * When which advice is given, and when it ends: a table, the most urgent first. Between the two an advice stays as it is, and
 * a comparison with NaN, which is what is not known, is false on both sides.
 */
import type { BatterySettings } from '../figures/sample.ts';
import type { Advice, AdviceId } from './advice.ts';
import type { AdviceFacts } from './facts.ts';
import { FILL_VOLTAGE, RECOVERY_ABORTS, RECOVERY_STAGES, recoveryTarget } from './recovery-plan.ts';
import type { Usage } from './usage.ts';

/** What a rule sees. */
export interface Asked {
  readonly facts: AdviceFacts;
  readonly settings: BatterySettings;
  readonly usage: Usage;
  /** Whether a rule that stands higher up is given now. */
  readonly gives: (id: AdviceId) => boolean;
}

export interface AdviceRule {
  readonly id: AdviceId;
  /** The requirements it follows. */
  readonly from: readonly string[];
  readonly severity: 'info' | 'warning' | ((asked: Asked) => 'info' | 'warning');
  readonly raise: (asked: Asked) => boolean;
  readonly clear: (asked: Asked, given: Advice) => boolean;
  /** The sentences there are, besides the plain one. */
  readonly variants?: readonly string[];
  /** The one of them that fits now; `null`: the plain one, `undefined`: whichever it was. */
  readonly variant?: (asked: Asked) => string | null | undefined;
  readonly cell?: (facts: AdviceFacts) => number | null;
  readonly numbers?: (asked: Asked) => Readonly<Record<string, number>>;
  /** Another sentence is news: it is told like a new advice. */
  readonly tellsVariants?: boolean;
  /** It cannot wait until the battery has been watched for a while. */
  readonly atOnce?: boolean;
  /** It is given while the recovery is under way too; everything else waits then, for one instruction at a time. */
  readonly duringRecovery?: boolean;
}

const HOUR = 3600;
const DAY = 86_400;
/** VLB-12: monthly, or weekly for a battery that is used hard. */
const MONTHLY = 30;
const WEEKLY = 7;
/** OGT-13, OGT-16: the first charge at a twentieth of the capacity per hour or less. */
const FIRST_RATE = 1 / 20;
/** VLB-21: 0.1 to 0.2 V below the others at rest; half of that and it is like them again. */
const SAGS = 0.1;
const SAGS_NOT = 0.05;
/** A mean cell this far above the cut, and above this voltage, is not empty (V). */
const FINE_ABOVE_CUT = 0.2;
const FINE = 3.0;
/** VLB-21: a charger that is cut so often cycles; up to twelve hours (s) that is normal. */
const CYCLES = 4;
const NORMAL_FOR = 12 * HOUR;
/** s since the last cut: at work, and over. */
const CYCLING_NOW = 10 * 60;
const CYCLING_NO_MORE = HOUR;
/** OGT-13: storage is advised after two weeks without use; recharge every two to three months, a full cycle after six. */
const IDLE = 14 * DAY;
const RECHARGE_AFTER = 60 * DAY;
const CYCLE_AFTER = 180 * DAY;
const USED = DAY;
/** OGT-13: 50–60 % and 0–20 °C. Some room around both before anything is said. */
const STORED_HIGH = 0.7;
const STORED_LOW = 0.4;
const STORED_WELL_HIGH = 0.65;
const STORED_WELL_LOW = 0.45;
const STORED_WARM = 30;
const STORED_COLD = 0;
/** OGT-13: about 13.2 V for four cells. */
const STORAGE_CELL = 3.3;
/** A battery that is held nearly full needs no recharge. */
const HELD_FULL = 0.9;
/** Two standard deviations of the SOC: usual are 4 to 9 %. */
const UNSURE = 0.15;
const SURE = 0.1;
/** VLB-15, OGT-13: the capacity at which a battery is said to be worn. */
const WORN = 0.8;
const NOT_WORN = 0.83;

/** The balancing voltage of the manuals: 14.2 V for four cells. */
const fullVolts = ({ settings }: Asked): number => FILL_VOLTAGE * settings.cells;

/** Days between full charges. */
export function fullChargeEvery({ settings, usage }: Pick<Asked, 'settings' | 'usage'>): number {
  if (settings.fullChargeEvery > 0) return settings.fullChargeEvery;
  return usage.isHeavy ? WEEKLY : MONTHLY;
}

function storageFault({ soc, temperature }: AdviceFacts): string | undefined {
  if (soc > STORED_HIGH) return 'full';
  if (soc < STORED_LOW) return 'low';
  return temperature > STORED_WARM || temperature < STORED_COLD ? 'temperature' : undefined;
}

export const ADVICE_RULES: readonly AdviceRule[] = [
  {
    id: 'deep-discharge-recovery',
    atOnce: true,
    from: ['VLB-18'],
    severity: ({ facts }) => (facts.recovery.stage === 'passed' ? 'info' : 'warning'),
    raise: ({ facts }) => facts.recovery.stage !== 'idle',
    clear: ({ facts }) => facts.recovery.stage === 'idle',
    variants: [...RECOVERY_STAGES, ...RECOVERY_ABORTS.map((reason) => `abort-${reason}`)].filter(
      (stage) => stage !== 'idle' && stage !== 'aborted',
    ),
    variant: ({ facts: { recovery } }) => {
      if (recovery.stage === 'idle') return undefined;
      return recovery.abort === null ? recovery.stage : `abort-${recovery.abort}`;
    },
    cell: ({ recovery }) => recovery.cell,
    numbers: ({ facts: { recovery }, settings: { cells, capacity } }) => {
      const { amps, cellVoltage, seconds } = recoveryTarget(recovery.stage, capacity);
      return {
        amps,
        volts: cellVoltage * cells,
        hours: seconds / HOUR,
        left: recovery.left / HOUR,
        cellVolts: recovery.cellVoltage,
      };
    },
    tellsVariants: true,
    duringRecovery: true,
  },
  {
    id: 'recovery-current',
    atOnce: true,
    from: ['VLB-18'],
    severity: 'warning',
    raise: ({ facts }) => facts.recovery.tooMuch,
    clear: ({ facts }) => !facts.recovery.tooMuch,
    numbers: ({ facts, settings }) => ({ amps: recoveryTarget(facts.recovery.stage, settings.capacity).amps }),
    duringRecovery: true,
  },
  {
    id: 'recharge-now',
    atOnce: true,
    from: ['OGT-11', 'VLB-17'],
    severity: 'warning',
    raise: ({ facts }) => facts.loadsCut,
    clear: ({ facts }) => !facts.loadsCut,
    variants: ['hours', 'used-up'],
    variant: ({ facts: { timeToDamage } }) => (timeToDamage > 0 ? 'hours' : timeToDamage === 0 ? 'used-up' : null),
    numbers: ({ facts }) => ({ hours: facts.timeToDamage / HOUR }),
    cell: (facts) => facts.cutCell,
  },
  {
    id: 'cell-sags',
    from: ['VLB-21'],
    severity: 'warning',
    raise: ({ facts }) => facts.saggingCell !== null && facts.saggingBy >= SAGS,
    clear: ({ facts }) => facts.saggingBy < SAGS_NOT,
    cell: (facts) => facts.saggingCell,
    numbers: ({ facts }) => ({ below: facts.saggingBy }),
  },
  {
    id: 'loads-cut-by-one-cell',
    from: ['VLB-21'],
    severity: 'warning',
    raise: (asked) => asked.facts.loadsCut && isOneCell(asked),
    // An even cut takes it back too; loads that are on again do not, for the cell is as it was.
    clear: (asked) => (asked.facts.loadsCut ? asked.facts.cutMean < FINE : asked.facts.balance === 'balanced'),
    cell: (facts) => facts.cutCell,
    numbers: ({ facts }) => ({ cellVolts: facts.cutVoltage, mean: facts.cutMean }),
  },
  {
    id: 'rebalancing-too-long',
    from: ['VLB-21'],
    severity: 'warning',
    raise: ({ facts }) =>
      facts.chargeCuts >= CYCLES && facts.chargeCutsFor > NORMAL_FOR && facts.balance !== 'balanced',
    clear: ({ facts }) => facts.chargeCuts === 0 || facts.balance === 'balanced',
    cell: (facts) => facts.missingCell,
    numbers: ({ facts }) => ({ hours: facts.chargeCutsFor / HOUR }),
  },
  {
    id: 'imbalance',
    from: ['VLB-13', 'VLB-21', 'OGT-17'],
    severity: 'warning',
    // A cell that sags at rest looks like it and is none (VLB-21).
    raise: ({ facts, gives }) => facts.balance === 'imbalance' && !gives('cell-sags'),
    clear: ({ facts, gives }) => facts.balance === 'balanced' || gives('cell-sags'),
    variants: ['hours'],
    variant: ({ facts }) => (facts.repairHours > 0 && facts.repairRestarts >= 1 ? 'hours' : null),
    cell: (facts) => facts.missingCell,
    numbers: ({ facts, ...asked }) => ({
      missing: facts.missingAh,
      hours: facts.repairHours,
      restarts: Math.floor(facts.repairRestarts),
      volts: fullVolts({ facts, ...asked }),
    }),
  },
  {
    id: 'balance-by-hand',
    from: ['OGT-13', 'OGT-17'],
    severity: 'info',
    raise: ({ facts, usage, gives }) =>
      usage.isHard && (gives('imbalance') || (facts.soh < WORN && facts.balance !== 'balanced' && !gives('cell-sags'))),
    clear: ({ facts, gives }) => facts.balance === 'balanced' || gives('cell-sags'),
    numbers: (asked) => ({ volts: fullVolts(asked) }),
  },
  {
    id: 'rebalancing',
    from: ['VLB-21'],
    severity: 'info',
    raise: ({ facts, gives }) =>
      facts.chargeCuts >= CYCLES &&
      facts.sinceChargeCut < CYCLING_NOW &&
      facts.balance !== 'balanced' &&
      !gives('rebalancing-too-long'),
    clear: ({ facts, gives }) =>
      facts.chargeCuts === 0 ||
      facts.sinceChargeCut > CYCLING_NO_MORE ||
      facts.balance === 'balanced' ||
      gives('rebalancing-too-long'),
    numbers: ({ facts }) => ({ cuts: facts.chargeCuts, hours: facts.chargeCutsFor / HOUR }),
  },
  {
    id: 'first-charge',
    from: ['VLB-25', 'OGT-13', 'OGT-16'],
    severity: 'info',
    raise: ({ facts }) => !facts.everFull,
    clear: ({ facts }) => facts.everFull && facts.balance === 'balanced',
    variants: ['balance'],
    variant: ({ facts }) => (facts.everFull ? 'balance' : null),
    numbers: (asked) => ({ volts: fullVolts(asked), amps: FIRST_RATE * asked.settings.capacity }),
  },
  {
    id: 'full-charge-due',
    from: ['VLB-12', 'OGT-13'],
    severity: 'info',
    // Once it has been full, an unknown number of days is more than anybody remembers.
    raise: (asked) =>
      asked.facts.everFull &&
      (Number.isNaN(asked.facts.daysSinceFull) || asked.facts.daysSinceFull > fullChargeEvery(asked)),
    clear: (asked) => asked.facts.daysSinceFull < fullChargeEvery(asked) / 2,
    variants: ['long-ago'],
    variant: ({ facts }) => (Number.isNaN(facts.daysSinceFull) ? 'long-ago' : null),
    numbers: (asked) => ({
      days: asked.facts.daysSinceFull,
      every: fullChargeEvery(asked),
      volts: fullVolts(asked),
    }),
  },
  {
    id: 'storage-cycle',
    from: ['OGT-13'],
    severity: 'info',
    raise: ({ facts }) => facts.idleFor >= CYCLE_AFTER,
    // Used, and full again after that.
    clear: ({ facts }) => facts.idleFor < RECHARGE_AFTER && facts.daysSinceFull * DAY < RECHARGE_AFTER,
    numbers: ({ facts }) => ({ days: facts.idleFor / DAY }),
  },
  {
    id: 'storage-recharge',
    from: ['OGT-13', 'VLB-32'],
    severity: 'info',
    raise: ({ facts, gives }) =>
      facts.idleFor >= RECHARGE_AFTER && !(facts.soc >= HELD_FULL) && !gives('storage-cycle'),
    clear: ({ facts, gives }) => facts.idleFor < USED || gives('storage-cycle'),
    numbers: ({ facts, settings }) => ({ days: facts.idleFor / DAY, volts: STORAGE_CELL * settings.cells }),
  },
  {
    id: 'storage',
    from: ['OGT-13', 'VLB-32'],
    severity: 'info',
    raise: ({ facts }) => facts.idleFor >= IDLE && storageFault(facts) !== undefined,
    // A hot day that ends is no reason to take it back: the next one comes.
    clear: ({ facts: { idleFor, soc } }, { variant }) =>
      idleFor < USED || (variant !== 'temperature' && soc > STORED_WELL_LOW && soc < STORED_WELL_HIGH),
    variants: ['full', 'low', 'temperature'],
    variant: ({ facts }) => storageFault(facts),
    numbers: ({ facts, settings }) => ({
      days: facts.idleFor / DAY,
      soc: facts.soc,
      celsius: facts.temperature,
      volts: STORAGE_CELL * settings.cells,
    }),
  },
  {
    id: 'soc-uncertain',
    from: ['VLB-12'],
    severity: 'info',
    raise: ({ facts, gives }) => 2 * facts.sigma > UNSURE && !gives('first-charge'),
    clear: ({ facts, gives }) => 2 * facts.sigma < SURE || gives('first-charge'),
    numbers: ({ facts }) => ({ percent: 2 * facts.sigma }),
  },
  {
    id: 'capacity-low',
    from: ['VLB-15', 'OGT-13'],
    severity: 'info',
    raise: ({ facts }) => facts.soh < WORN,
    clear: ({ facts }) => facts.soh > NOT_WORN,
    variants: ['cycles'],
    variant: ({ facts }) => (facts.cycles >= 0 ? 'cycles' : null),
    numbers: ({ facts }) => ({ soh: facts.soh, cycles: facts.cycles }),
  },
];

/** The loads were cut by a cell that stands alone: the others were not empty. */
function isOneCell({ facts, settings }: Asked): boolean {
  const cut = settings.cellUndervoltage > 0 ? settings.cellUndervoltage : FINE - FINE_ABOVE_CUT;
  return facts.cutMean >= Math.max(FINE, cut + FINE_ABOVE_CUT);
}
