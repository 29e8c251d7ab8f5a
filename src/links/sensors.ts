/** Temperature sensors of devices that tell an input without a sensor like one whose sensor is lost. */

/** Answers in a row that tell a sensor before it is known to be there: one may be damaged in a way its check does not see. */
const SURE_AFTER = 3;

/** Which sensors there are. */
export interface Sensors {
  /** The temperatures to pass on (°C): `null` for a sensor that was there and is not any more. */
  list(temperatures: readonly (number | null)[]): (number | null)[];
}

/**
 * Nothing is known of the sensors yet.
 * @param always so many at the beginning of the list are there, whatever they say
 */
export function createSensors(always = 0): Sensors {
  const seen: number[] = [];
  return {
    list(temperatures) {
      return temperatures.flatMap((value, i) => {
        if (i < always) return [value];
        const before = seen[i] ?? 0;
        if (before < SURE_AFTER) seen[i] = value === null ? 0 : before + 1;
        return value === null && before < SURE_AFTER ? [] : [value];
      });
    },
  };
}
