/**
 * The ECS boards on one line: every cycle asks the greenMeter and all cells. A board that does not answer is unknown by
 * itself; the others are told.
 */
import type { Clock } from '../../engine/clock.ts';
import type { ModbusBus } from '../bus/bus.ts';
import type { Device, Failure, Polled } from '../device.ts';
import { createSweep } from '../modbus-sweep.ts';
import type { LinkOptions } from '../options.ts';
import { createAskBoard } from './ask.ts';
import { createAttendance } from './attendance.ts';
import { createLipro, type Lipro } from './lipro.ts';
import { createMeter, type Meter } from './meter.ts';
import { type CellNews, type MeterNews, newestOf, type News, observe } from './observe.ts';
import { rosterOf } from './roster.ts';
import { troubleAmong } from './trouble.ts';

type Board = Meter | Lipro;

/** The boards that the settings say. */
export function createEcs(bus: ModbusBus, options: LinkOptions, clock: Clock): Device {
  const roster = rosterOf(options);
  const ask = createAskBoard(bus, clock);
  const meter = roster.meter === null ? null : createMeter(roster.meter, ask);
  const cells = roster.cells.map((unit) => createLipro(unit, roster.kind, ask));
  const boards: readonly Board[] = meter === null ? cells : [meter, ...cells];
  const sweep = createSweep(boards, clock);
  const attendance = createAttendance<Board>();
  const silent = (board: Board): 'lost' | 'missed' => (attendance.isLost(board) ? 'lost' : 'missed');

  function newsOf(heard: readonly Board[]): News {
    const ofCell = (cell: Lipro): CellNews => {
      const latest = heard.includes(cell) ? cell.latest() : null;
      return latest === null ? { kind: silent(cell) } : { kind: 'told', ...latest };
    };
    const values = meter !== null && heard.includes(meter) ? meter.latest() : null;
    const ofMeter = (): MeterNews => {
      if (meter === null) return { kind: 'none' };
      if (values !== null) return { kind: 'told', values };
      return silent(meter) === 'lost' ? { kind: 'lost', sensors: meter.sensors() } : { kind: 'missed' };
    };
    return { meter: ofMeter(), cells: cells.map(ofCell), currentSign: options.currentSign };
  }

  return {
    async poll(): Promise<Polled> {
      const { heard, missed, fellSilent } = await sweep.run((board) => board.read());
      attendance.note(heard, missed);
      // Cells of a pack with a strange meter are strangers too.
      const foreign = meter === null ? null : attendance.why(meter);
      if (foreign?.reason === 'other') return { seen: null, failure: foreign };
      const news = newsOf(heard);
      const at = newestOf(news);
      if (at === null) return { seen: null, failure: first(missed) };
      const trouble = troubleAmong({ meter, cells, wanted: options.cells, attendance });
      return { seen: observe(news, at), at, failure: trouble ?? (fellSilent ? first(missed) : null) };
    },
  };
}

function first(missed: ReadonlyMap<Board, Failure>): Failure {
  for (const failure of missed.values()) return failure;
  return { ok: false, reason: 'silent', text: 'no answer' };
}
