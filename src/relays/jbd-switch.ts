/** The switches of a JBD BMS: one register carries both, and what it holds is told only in part. */
import {
  findJbdAnswer,
  JBD_BASICS,
  JBD_PROTECTION as BIT,
  jbdRead,
  jbdSwitches,
  readJbdMosfets,
} from '../links/jbd/frame.ts';
import type { JbdMosfets } from '../links/jbd/frame.ts';
import type { BmsSwitch, BmsSwitchProtocol, BothSwitches } from './bms-switch.ts';

/** Protections that open a MOSFET without anybody having switched it off. */
const OPENS: Readonly<Record<BmsSwitch, number>> = {
  charge: BIT.cellHigh | BIT.packHigh | BIT.chargeHot | BIT.chargeCold | BIT.chargeCurrent | BIT.frontEnd,
  discharge:
    BIT.cellLow |
    BIT.packLow |
    BIT.dischargeHot |
    BIT.dischargeCold |
    BIT.dischargeCurrent |
    BIT.shortCircuit |
    BIT.frontEnd,
};

/**
 * How the switches are set. One whose MOSFET conducts allows; without the bit "switched off" both do. With it, one whose
 * MOSFET is open counts as switched off, unless a protection explains that and the bit is known to be due to the other:
 * otherwise writing the other one would turn a passing protection into a switch that stays off.
 */
function allowed({ charge, discharge, protection }: JbdMosfets, before: BothSwitches | null): BothSwitches {
  if ((protection & BIT.switchedOff) === 0) return { charge: true, discharge: true };
  const explained = (which: BmsSwitch, other: BmsSwitch): boolean =>
    (protection & OPENS[which]) !== 0 && before !== null && before[which] && !before[other];
  return {
    charge: charge || explained('charge', 'discharge'),
    discharge: discharge || explained('discharge', 'charge'),
  };
}

export const JBD_SWITCHES: BmsSwitchProtocol = {
  question: jbdRead(JBD_BASICS),
  read(answer, before) {
    const data = findJbdAnswer(answer, JBD_BASICS);
    const mosfets = data === null ? null : readJbdMosfets(data);
    if (mosfets === null) return null;
    const { charge, discharge } = mosfets;
    return { conducts: { charge, discharge }, allows: allowed(mosfets, before) };
  },
  together: true,
  frames: (_which, both) => [jbdSwitches(both)],
};
