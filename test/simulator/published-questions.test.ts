/** Simulated devices against published frames: each question that somebody wrote down finds an answer of the published kind. */
import assert from 'node:assert/strict';
import { optionDefaults } from '../../src/links/options.ts';
import { findProtocol } from '../../src/links/protocols.ts';
import { findDevice } from '../../src/simulator/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { publishedFrames } from '../support/published-frames.ts';

interface Case {
  readonly file: string;
  readonly device: string;
  readonly unit: number;
  /** The questions this device answers: all others in the file are settings, writes or other variants. */
  readonly questions: RegExp;
  /** How many there are at least. */
  readonly least: number;
}

const CASES: readonly Case[] = [
  { file: 'jbd', device: 'jbd', unit: 1, questions: /^request read (basic|cells)$/, least: 2 },
  { file: 'daly_uart', device: 'daly', unit: 1, questions: /^request 0x9[0-8]$/, least: 5 },
  { file: 'daly_d2', device: 'daly-d2', unit: 1, questions: /^request read 62 regs$/, least: 1 },
  { file: 'ecs_modbus', device: 'ecs', unit: 1, questions: /read type id|LiPro read 100/, least: 3 },
  { file: 'eg4_lifepower', device: 'eg4-lifepower', unit: 1, questions: /^request general addr 1$/, least: 1 },
  { file: 'eg4_ll', device: 'eg4-ll', unit: 1, questions: /^request read status$/, least: 1 },
  { file: 'jk_uart_4e57', device: 'jk', unit: 1, questions: /^request read all/, least: 1 },
  { file: 'jk02', device: 'jk-pb', unit: 1, questions: /^PB RS485 trigger (status|about) slave 1$/, least: 2 },
  { file: 'pace_modbus', device: 'pace-modbus', unit: 1, questions: /^read 0\.\.36$/, least: 1 },
  { file: 'pace_rs232', device: 'pace', unit: 1, questions: /^Read(Analog|Status)InformationRequestV25$/, least: 2 },
  {
    file: 'pylontech_rs485',
    device: 'pylontech',
    unit: 2,
    questions: /^request (alarm 44|management 92) addr 2$/,
    least: 2,
  },
  {
    file: 'seplos_v2',
    device: 'seplos-v2',
    unit: 0,
    questions: /^request (telemetry 42|telesignal 44) addr 0/,
    least: 2,
  },
  { file: 'seplos_v3', device: 'seplos-v3', unit: 1, questions: /^request (PIA|PIB|PIC)$/, least: 3 },
];

describe('simulated devices and published questions', () => {
  for (const { file, device: id, unit, questions, least } of CASES) {
    it(`123-R16 ${id} answers what real ones are asked, with frames that are read`, function () {
      const asked = publishedFrames(this, file).filter(({ name }) => questions.test(name));
      assert.ok(asked.length >= least, asked.map(({ name }) => name).join(', '));
      const protocol = findProtocol(id) ?? assert.fail(id);
      const kind = findDevice(id) ?? assert.fail(id);
      for (const { name, hex } of asked) {
        const clock = new ManualClock();
        const options = { cells: 16, speed: 1, capacity: 100, soc: 60, unit, channels: 8, report: () => undefined };
        const device = kind.create({ clock, ...options });
        const heard: number[] = [];
        const frames: Uint8Array[] = [];
        const peer = device.connect((bytes) => {
          frames.push(Uint8Array.from(bytes));
          heard.push(...bytes);
        });
        peer.receive(Uint8Array.from(Buffer.from(hex, 'hex')));
        clock.advance(2);
        device.close();
        const whole = Uint8Array.from(heard);
        const link = { ...optionDefaults(protocol.info.options, 16), address: unit };
        const tries = [whole, ...frames].map((bytes) => protocol.decode(bytes, link));
        assert.ok(
          tries.some(({ ok }) => ok),
          `${name}: ${whole.length} bytes, ${JSON.stringify(tries[0])}`,
        );
      }
    });
  }
});
