/**
 * What a row of the table can look at: measurements, flags, and what the detectors and the clock make of them.
 * The order is that of `Sample.values`.
 */
export const QUANTITIES = [
  'cellMin',
  'cellMax',
  'cellSpread',
  'voltage',
  /** pack voltage divided by the number of cells */
  'cellAverage',
  'temperatureMin',
  'temperatureMax',
  /** the hottest cell that is not balancing: a bypass resistor heats its own sensor (123-R6) */
  'temperatureMaxResting',
  'bmsTemperature',
  'current',
  /** the current out of the battery, positive while discharging */
  'dischargeCurrent',
  'starterVoltage',
  /** the alternator's current as a part of its limit: 1 is the limit that belongs to the fuse */
  'alternatorLoad',
  'soc',
  /** 1 while the state of charge is known, else 0 */
  'socKnown',
  /** 1 while the device's own cell bus works, 0 when the device reports that it does not */
  'communication',
  /** 1 while the device reports a short circuit */
  'shortCircuit',
  /** how often it has reported a new one lately */
  'shortCircuits',
  /** 1 while the device reports that it is too hot itself */
  'bmsHot',
  /** 1 while the device reports a fault of its own */
  'deviceFault',
  /** 1 while the device itself allows charging (the loads), 0 when it says that it does not */
  'deviceCharge',
  'deviceLoad',
  /** 1 while the owner's soft switch is on */
  'remote',
  /** 1 when something this pack needs is fed through what it switches */
  'selfLockout',
  /** volts a cell between the pack's voltage and what its cells can add up to */
  'cellMismatch',
  /** impossible jumps of a measured value within the last minute */
  'jumps',
  /** how far two neighbours lean to opposite sides: a sense wire is off (V) */
  'openWire',
  /** seconds without any change of the cells although they must have changed; -1 while nothing speaks for that */
  'frozenFor',
  /** seconds until the lowest cell reaches the load cut at its present slope; Infinity while it does not fall */
  'untilCut',
  /** 1 while relays were told to open and read closed */
  'chargeStaysClosed',
  'loadStaysClosed',
  'contactorStaysClosed',
  /** 1 while relays were told to close and read open */
  'chargeStaysOpen',
  'loadStaysOpen',
  'contactorStaysOpen',
  /** 1 while the relays' board does not answer */
  'chargeRelayLost',
  'loadRelayLost',
  'contactorRelayLost',
  /** the current that flows into (out of) the battery although the relays have been open for 3 s; 0: none does (A) */
  'chargeWelded',
  'loadWelded',
  /** the same for the loads, where nobody has shown that their current ends with the relays (A) */
  'loadStillDrawing',
  /** seconds since everything that charging (the loads, the alternator) rests on was last known */
  'silenceCharge',
  'silenceLoad',
  'silenceAlternator',
  /** seconds since the sensors other than the cells' voltages were all known */
  'silenceSensors',
  /** how often a rule has opened the permission within the retry window */
  'openingsCharge',
  'openingsLoad',
  /** the lowest cell while current still flows out of the battery although the loads are off; Infinity otherwise (V) */
  'drainVoltage',
  /** seconds since the oldest alarm that is still raised was raised */
  'raisedFor',
] as const;
export type Quantity = (typeof QUANTITIES)[number];

/**
 * Quantities that come from a measurement and can therefore be unknown, and on which a permission rests when one of its
 * rules reads them. All others are known at every moment, or may be skipped.
 */
export const MEASURED: readonly Quantity[] = [
  'cellMin',
  'cellMax',
  'cellSpread',
  'voltage',
  'cellAverage',
  'temperatureMin',
  'temperatureMax',
  'temperatureMaxResting',
  'current',
  'dischargeCurrent',
  'starterVoltage',
];

/** Quantities that are worked out from another one and are known exactly when it is. */
export const LEADERS: Readonly<Partial<Record<Quantity, Quantity>>> = {
  cellSpread: 'cellMax',
  cellAverage: 'voltage',
  temperatureMaxResting: 'temperatureMax',
  dischargeCurrent: 'current',
};

/** Of those the ones beside the cells' voltages: the owner decides what their loss does (`onSensor`). */
export const SENSORS: readonly Quantity[] = [
  'voltage',
  'cellAverage',
  'temperatureMin',
  'temperatureMax',
  'temperatureMaxResting',
  'current',
  'dischargeCurrent',
];

/** Quantities that are yes or no: an event about them carries no number. */
export const FLAGS: readonly Quantity[] = [
  'socKnown',
  'communication',
  'shortCircuit',
  'bmsHot',
  'deviceFault',
  'deviceCharge',
  'deviceLoad',
  'remote',
  'selfLockout',
  'chargeStaysClosed',
  'loadStaysClosed',
  'contactorStaysClosed',
  'chargeStaysOpen',
  'loadStaysOpen',
  'contactorStaysOpen',
  'chargeRelayLost',
  'loadRelayLost',
  'contactorRelayLost',
];
