/** Sentences for boards that do not answer while others do. They say everything themselves, so no remedy of the line is added. */
import type { Failure } from '../device.ts';
import type { Attendance } from './attendance.ts';
import type { Lipro } from './lipro.ts';
import type { Meter } from './meter.ts';

/** What is wrong with some of the boards, the meter first; `null`: nothing. */
export function troubleAmong(boards: {
  readonly meter: Meter | null;
  readonly cells: readonly Lipro[];
  /** Cells of the pack: more than there are addresses for, perhaps. */
  readonly wanted: number;
  readonly attendance: Attendance<Meter | Lipro>;
}): Failure | null {
  const { meter, cells, wanted, attendance } = boards;
  const lost = cells.flatMap((cell, index) => {
    const failure = attendance.isLost(cell) ? attendance.why(cell) : null;
    return failure === null ? [] : [{ number: index + 1, unit: cell.unit, failure }];
  });
  const stranger = lost.find(({ failure }) => failure.reason === 'other');
  if (stranger !== undefined) return stranger.failure;
  const ofMeter = meter !== null && attendance.isLost(meter) ? attendance.why(meter) : null;
  if (meter !== null && ofMeter !== null) return troubleWith(meter, ofMeter);
  if (lost.length > 0) return troubleWithCells(lost);
  return cells.length < wanted ? tooMany(wanted, cells.length) : null;
}

function troubleWith({ unit }: Meter, { reason, text }: Failure): Failure {
  if (reason !== 'silent') return { ok: false, reason: 'line', text: `the greenMeter at address ${unit}: ${text}` };
  const sentence = `the greenMeter at address ${unit} does not answer, the cells do: check its supply and its cable, or choose a variant "cells-only" where there is none`;
  return { ok: false, reason: 'line', text: sentence };
}

interface Lost {
  readonly number: number;
  readonly unit: number;
  readonly failure: Failure;
}

function troubleWithCells(lost: readonly Lost[]): Failure {
  const names = lost.map(({ number, unit }) => `${number} (address ${unit})`).join(', ');
  const [one] = lost;
  if (lost.length === 1 && one !== undefined && one.failure.reason !== 'silent') {
    return { ok: false, reason: 'line', text: `the LiPro of cell ${names}: ${one.failure.text}` };
  }
  const who = lost.length > 1 ? `the LiPros of cells ${names} do` : `the LiPro of cell ${names} does`;
  return { ok: false, reason: 'line', text: `${who} not answer, the others do: check supply, cable and address` };
}

function tooMany(wanted: number, possible: number): Failure {
  const text = `there are addresses for ${possible} cells only, and the pack has ${wanted}: set a lower address`;
  return { ok: false, reason: 'line', text };
}
