/** Every scenario; the healthy chain comes first. */
import type { Scenario } from '../scenario.ts';
import { BMS } from './bms.ts';
import { BOARD } from './board.ts';
import { DEPLOYS } from './deploy.ts';
import { GUARDIAN } from './guardian.ts';
import { HEALTHY } from './healthy.ts';
import { LINES } from './lines.ts';
import { OUTSIDE } from './outside.ts';
import { PROCESS } from './process.ts';
import { STORE } from './store.ts';

export const SCENARIOS: readonly Scenario[] = [
  ...HEALTHY,
  ...PROCESS,
  ...GUARDIAN,
  ...DEPLOYS,
  ...BMS,
  ...LINES,
  ...BOARD,
  ...STORE,
  ...OUTSIDE,
];
