/**
 * What advice rests on: what the figures, the protection and the recovery know of the battery. Unknown is NaN, and what is
 * unknown neither raises an advice nor ends one. SOC and shares 0..1, V, A, °C, s, days where it says so.
 */
import type { BalanceState } from '../figures/balance.ts';
import type { RecoveryView } from './recovery.ts';

export interface AdviceFacts {
  /** The battery has been full at least once since it is known here. */
  readonly everFull: boolean;
  /** NaN: never, or longer ago than anybody remembers (30 days, VLB-12). */
  readonly daysSinceFull: number;
  /** Days for which its use has been watched. */
  readonly daysKnown: number;

  /** How it was used lately (a week or two): equivalent full cycles a day, and the greatest current either way in C. */
  readonly cyclesPerDay: number;
  readonly greatestRate: number;
  /** Charging lately ended before the absorption was over, or below the voltage at which cells are balanced. */
  readonly shortCharges: boolean;
  /** Batteries with a BMS each are joined in series. */
  readonly seriesStrings: boolean;

  /** A spread of more than 0.1 V is `imbalance` too. */
  readonly balance: BalanceState;
  /** Highest minus lowest cell, at rest and near full (V). */
  readonly spreadRest: number;
  readonly spreadTop: number;
  /** What the emptiest cell lacks (Ah) and its number; `null`: none. */
  readonly missingAh: number;
  readonly missingCell: number | null;
  /** VLB-13: hours of balancing, and how often the charger has to be started for them. */
  readonly repairHours: number;
  readonly repairRestarts: number;

  /** The cell that sinks below the others at rest, and by how much (V); `null` and 0: none. NaN: not looked at yet. */
  readonly saggingCell: number | null;
  readonly saggingBy: number;

  readonly soc: number;
  /** One standard deviation of the SOC. */
  readonly sigma: number;
  /** Health: capacity over rated capacity; and the equivalent full cycles of its life. */
  readonly soh: number;
  readonly cycles: number;
  readonly temperature: number;
  /** s for which next to nothing has flowed. */
  readonly idleFor: number;

  /** The loads are cut because a cell is empty (`cell-undervoltage` is raised). */
  readonly loadsCut: boolean;
  /** At the last such cut: the cell, its voltage, and the mean of all cells (V). */
  readonly cutCell: number | null;
  readonly cutVoltage: number;
  readonly cutMean: number;
  /** s until the reserve is used up; 0: it is. */
  readonly timeToDamage: number;

  /** See `charge-cuts.ts`: cuts in the last 12 h, s of cycling, s since the last cut. */
  readonly chargeCuts: number;
  readonly chargeCutsFor: number;
  readonly sinceChargeCut: number;

  readonly recovery: RecoveryView;
}
