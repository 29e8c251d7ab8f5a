/** The switches of a Daly BMS. It tells of its MOSFETs only, not whether a protection or a switch has opened one. */
import { DALY_MOSFETS, dalyRead, dalySwitch, findDalyAnswer, readDalyMosfets } from '../links/daly/frame.ts';
import type { BmsSwitchProtocol } from './bms-switch.ts';

export const DALY_SWITCHES: BmsSwitchProtocol = {
  question: dalyRead(DALY_MOSFETS),
  read(answer) {
    const data = findDalyAnswer(answer, DALY_MOSFETS);
    const mosfets = data === null ? null : readDalyMosfets(data);
    return mosfets === null ? null : { conducts: mosfets, allows: mosfets };
  },
  together: false,
  frames: (which, both) => [dalySwitch(which, both[which])],
};
