/** The switches of a JK BMS on its GPS port: each a tag of its own, told apart from what the MOSFETs do. */
import { findJkAnswer, jkPassword, jkReadAll, jkSwitch } from '../links/jk/frame.ts';
import { readJkMosfets, readJkTags } from '../links/jk/tags.ts';
import type { BmsSwitchProtocol } from './bms-switch.ts';

export const JK_SWITCHES: BmsSwitchProtocol = {
  question: jkReadAll(),
  read(answer) {
    const data = findJkAnswer(answer);
    return data === null ? null : readJkMosfets(readJkTags(data));
  },
  together: false,
  frames: (which, both) => [jkPassword(), jkSwitch(which, both[which])],
};
