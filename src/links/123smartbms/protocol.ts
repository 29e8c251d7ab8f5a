/** The 123\\SmartBMS's "extended data output" among the protocols. */
import type { Observation } from '../../engine/reading/observation.ts';
import type { Decoded, Protocol } from '../protocol.ts';
import { decodeFrame, type Frame, type TemperatureFormula } from './codec.ts';
import { SMARTBMS123_INFO } from './info.ts';
import { createSmartBms123Link } from './link.ts';

export const SMARTBMS123: Protocol = {
  info: SMARTBMS123_INFO,
  opens: {
    kind: 'own',
    open: ({ bytes, clock, listener, options }) =>
      createSmartBms123Link({
        clock,
        listener,
        formula: options.temperatureFormula,
        ...(bytes === undefined ? {} : { bytes }),
      }),
  },
  decode: (bytes, { temperatureFormula }) => decode(bytes, temperatureFormula),
};

function decode(bytes: Uint8Array, formula: TemperatureFormula): Decoded {
  const decoded = decodeFrame(bytes, formula);
  if (!decoded.ok) {
    return {
      ok: false,
      refusal: decoded.refusal,
      text: `no 123\\SmartBMS frame: ${decoded.text} (${decoded.refusal})`,
    };
  }
  return { ok: true, frame: { ...decoded.frame }, seen: seenIn(decoded.frame) };
}

/** What one frame says by itself, before any vote. */
function seenIn(frame: Frame): Observation {
  const { status, cell } = frame;
  return {
    cellCount: frame.cellCount,
    cellMin: { value: frame.cellMin.voltage, cell: frame.cellMin.cell },
    cellMax: { value: frame.cellMax.voltage, cell: frame.cellMax.cell },
    temperatureMin: { value: frame.temperatureMin.celsius, cell: frame.temperatureMin.cell },
    temperatureMax: { value: frame.temperatureMax.celsius, cell: frame.temperatureMax.cell },
    ...(cell === null ? {} : { cells: [{ cell: cell.number, voltage: cell.voltage, temperature: cell.temperature }] }),
    voltage: frame.packVoltage,
    current: frame.current,
    currentIn: frame.currentIn,
    currentOut: frame.currentOut,
    soc: status.socNotCalibrated ? null : frame.soc,
    hardware: {
      chargeAllowed: status.chargeAllowed,
      loadAllowed: status.loadAllowed,
      cellCommunication: !status.cellCommunicationError,
      socCalibrated: !status.socNotCalibrated,
    },
  };
}
