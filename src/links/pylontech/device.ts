/** A Pylontech module on a line: values and alarms in every cycle, charge management now and then. */
import { createNaming } from '../ascii-hex/naming.ts';
import { createAskQuestion, createLasting, createSeldom } from '../ascii-hex/questions.ts';
import type { Ask, Device } from '../device.ts';
import type { LinkOptions } from '../options.ts';
import { createSensors } from '../sensors.ts';
import {
  moduleProblem,
  PYLONTECH_REFUSALS,
  type PylontechManagement,
  pylontechQuestion,
  readAlarms,
  readManagement,
  readModule,
  readSerial,
} from './frame.ts';
import { observationOf } from './observe.ts';

/** Cycles from one question for the charge management to the next. */
const MANAGEMENT_EVERY = 10;

/** The module at `options.address`. Nothing rejects. */
export function createPylontech(ask: Ask, options: LinkOptions): Device {
  const { address } = options;
  const put = createAskQuestion(ask, PYLONTECH_REFUSALS);
  const lasting = createLasting();
  /** A place without a sensor comes like a sensor that is lost. */
  const sensors = createSensors();
  const management = createSeldom<PylontechManagement>(MANAGEMENT_EVERY);
  /** An answer names the module it is about beside the address of who sends it. */
  const own = <T extends { readonly command: number }>(read: (info: Uint8Array) => T | null) => {
    return (info: Uint8Array): T | null => {
      const answer = read(info);
      return answer?.command === address ? answer : null;
    };
  };
  const values = () => put(pylontechQuestion(address, 'analog'), own(readModule), { wrong: moduleProblem });

  return {
    async poll() {
      const module = await values();
      if (!module.ok) return { seen: null, failure: module };
      if (module.value.value === null) return { seen: null, failure: NO_VALUES };
      const alarms = await put(pylontechQuestion(address, 'alarm'), own(readAlarms));
      await management.refresh(() =>
        put(pylontechQuestion(address, 'management'), own(readManagement), { options: { repeats: 0 } }),
      );
      const known = alarms.ok ? alarms.value.value : null;
      const temperatures = sensors.list(module.value.value.temperatures);
      const seen = observationOf({ ...module.value.value, temperatures }, known, management.value(), options);
      return { seen, failure: lasting(alarms) };
    },
    identify: createNaming({
      ask: () => put(pylontechQuestion(address, 'serial'), readSerial),
      there: values,
      nameless: 'a module without a barcode',
    }),
  };
}

const NO_VALUES = {
  ok: false,
  reason: 'refused',
  text: 'the module does not know the question for its values (RTN 04): choose another protocol',
} as const;
