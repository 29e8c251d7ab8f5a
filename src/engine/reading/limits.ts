/** What physics allows; beyond it a number is an error of the sensor, the wire or the unit. [least, most] */
export const LIMITS = {
  cellVoltage: [0, 5.5],
  packVoltage: [0, 1400],
  temperature: [-60, 150],
  current: [-20_000, 20_000],
  soc: [0, 100],
} as const;
