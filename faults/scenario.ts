/** What a fault scenario is: one hazard of the table, one promise, and the way to try it for real. */
import type { Plan } from './plan.ts';
import type { Rig } from './rig.ts';

/** What a scenario rests on: with this taken out of the package, the scenario must fail. */
export const MECHANISMS = ['guardian', 'board lease', 'age check', 'store', 'read-back'] as const;
export type Mechanism = (typeof MECHANISMS)[number];

/** What a scenario needs beside Node.js: a program of the system, a mounted disk, or a part of the package. */
export type Need = 'socat' | 'mosquitto' | 'mount' | 'guardian';

export interface Scenario {
  /** Rows of the hazard table: `H5`. */
  readonly hazards: readonly string[];
  /** What happens and what is to happen then, in one sentence without a full stop. */
  readonly title: string;
  /** The most that is promised: s, or unwanted movements of a contact. */
  readonly bound: number;
  /** What `run` measures; s unless said. */
  readonly unit?: 's' | 'edges';
  /** Without any one of these mechanisms the scenario must fail. */
  readonly covers: readonly Mechanism[];
  readonly needs?: readonly Need[];
  /** It needs the whole computer: nothing else runs meanwhile. */
  readonly alone?: boolean;
  /** How many times it is run on one rig, with a healthy time in between. */
  readonly repeat: number;
  /** What is laid before Node-RED is started; the usual chain unless given. */
  readonly plan?: Plan;
  /** Injects the fault and measures. Rejects with a sentence when something else than the bound was broken. */
  run(rig: Rig): Promise<number>;
}
