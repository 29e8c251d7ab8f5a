/** Nothing is wrong. */
import { REACTION } from '../bounds.ts';
import { CHARGE } from '../coil-log.ts';
import type { Scenario } from '../scenario.ts';

export const HEALTHY: readonly Scenario[] = [
  {
    hazards: ['H36'],
    title: 'a healthy minute: no contact moves',
    bound: 0,
    unit: 'edges',
    covers: [],
    repeat: 1,
    async run(rig) {
      const duration = rig.quick ? 10 : 60;
      await rig.healthy(duration);
      return 0;
    },
  },
  {
    hazards: ['H16'],
    title: 'a cell at 3.70 V, the others well, opens charge within 50 ms of the second frame that shows it',
    bound: REACTION,
    covers: [],
    repeat: 10,
    async run(rig) {
      return await rig.trip('cell 3 3.70', CHARGE);
    },
  },
];
