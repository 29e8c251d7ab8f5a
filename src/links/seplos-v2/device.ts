/** A Seplos V2 pack on a line: telemetry and alarms in every cycle. */
import { createNaming } from '../ascii-hex/naming.ts';
import { createAskQuestion, createLasting } from '../ascii-hex/questions.ts';
import type { Ask, Device } from '../device.ts';
import type { LinkOptions } from '../options.ts';
import { createSensors } from '../sensors.ts';
import { readAlarms, readManufacturer, readTelemetry, seplosQuestion, telemetryProblem } from './frame.ts';
import { observationOf } from './observe.ts';

/** The pack at `options.address`. Nothing rejects. */
export function createSeplosV2(ask: Ask, options: LinkOptions): Device {
  const { address } = options;
  const put = createAskQuestion(ask);
  const lasting = createLasting();
  /** A place without a sensor comes like a sensor that is lost. */
  const sensors = createSensors();
  const telemetry = () => put(seplosQuestion(address, 'telemetry'), readTelemetry, { wrong: telemetryProblem });

  return {
    async poll() {
      const values = await telemetry();
      if (!values.ok) return { seen: null, failure: values };
      if (values.value.value === null) return { seen: null, failure: NO_VALUES };
      const alarms = await put(seplosQuestion(address, 'alarms'), readAlarms);
      // A pack that does not know the question has no flags to tell; any other failure leaves them to get old.
      const temperatures = sensors.list(values.value.value.temperatures);
      const told = { ...values.value.value, temperatures };
      const seen = observationOf(told, alarms.ok ? alarms.value.value : null, options);
      return { seen, failure: lasting(alarms) };
    },
    identify: createNaming({
      ask: () => put(seplosQuestion(address, 'manufacturer'), readManufacturer),
      there: telemetry,
      nameless: 'a pack without a name',
    }),
  };
}

const NO_VALUES = {
  ok: false,
  reason: 'refused',
  text: 'the BMS does not know the question for its values (RTN 04): choose another protocol',
} as const;
