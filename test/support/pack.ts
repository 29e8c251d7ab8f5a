/** Builders for tests of the engine: a pack with settings, fed row by row with what its cells say. */
import assert from 'node:assert/strict';
import { PackEngine, type PackMemory } from '../../src/engine/pack-engine.ts';
import { resolveSettings, type Given } from '../../src/engine/pack/validate.ts';
import type { PackSettings } from '../../src/engine/pack/settings.ts';
import type { RelayFeedback, RelayRole } from '../../src/engine/detect/welded.ts';
import type { ProtectionEvent } from '../../src/engine/protection/decision.ts';
import type { Quantity } from '../../src/engine/protection/quantity.ts';
import type { Hardware } from '../../src/engine/reading/reading.ts';
import type { PermissionRole, ProfileId } from '../../src/engine/vocabulary.ts';

export function settingsOf(profile: ProfileId, given: Given = {}): PackSettings {
  const resolved = resolveSettings(profile, { cells: 4, capacity: 100, ...given });
  assert.ok(resolved.ok, resolved.ok ? '' : JSON.stringify(resolved.problems));
  return resolved.settings;
}

export interface Said {
  readonly cells?: readonly (number | null)[];
  readonly temperatures?: readonly (number | null)[];
  readonly current?: number | null;
  readonly soc?: number;
  readonly communication?: boolean;
  /** The pack's voltage; the sum of its cells where nothing is said. */
  readonly voltage?: number | null;
  readonly starter?: number | null;
  readonly alternatorCurrent?: number | null;
  readonly bmsTemperature?: number | null;
  readonly hardware?: Hardware;
}

export interface BenchOptions {
  readonly given?: Given;
  readonly firstClose?: boolean;
  /** Somebody vouches for an external precharge; true where nothing is said. */
  readonly precharged?: boolean;
  readonly memory?: PackMemory | null;
  /** Monotonic second at which the memory was made. */
  readonly memoryAt?: number;
  readonly without?: readonly Quantity[];
}

/** A pack on the test bench: `say` is one second of a device that tells everything. */
export class Bench {
  readonly engine: PackEngine;
  now = 1000;
  events: ProtectionEvent[] = [];

  constructor(profile: ProfileId, options: BenchOptions = {}) {
    this.engine = new PackEngine(settingsOf(profile, options.given), {
      name: 'test',
      firstClose: options.firstClose ?? true,
      precharged: options.precharged ?? true,
      memory: options.memory ?? null,
      memoryAt: options.memoryAt ?? 0,
      without: options.without ?? [],
    });
  }

  /** One row, `seconds` after the one before; what is not said is as in a healthy pack at rest. */
  say(said: Said = {}, seconds = 1): this {
    this.now += seconds;
    const { cells = [3.3, 3.3, 3.3, 3.3], temperatures = [20], current = 0, soc, communication, voltage } = said;
    if (communication === false) this.engine.observe('device', { hardware: { cellCommunication: false } }, this.now);
    else {
      const known = cells.filter((v): v is number => v !== null);
      this.engine.observe(
        'device',
        {
          hardware: { cellCommunication: true, ...said.hardware },
          cells: cells.map((voltage, i) => ({ cell: i + 1, voltage })),
          temperatures,
          current,
          voltage: voltage === undefined ? known.reduce((a, b) => a + b, 0) : voltage,
          ...(soc === undefined ? {} : { soc }),
          ...(said.starter === undefined ? {} : { starterVoltage: said.starter }),
          ...(said.alternatorCurrent === undefined ? {} : { alternatorCurrent: said.alternatorCurrent }),
          ...(said.bmsTemperature === undefined ? {} : { bmsTemperature: said.bmsTemperature }),
        },
        this.now,
      );
    }
    return this.judge();
  }

  /** Time passes, and the device says nothing. */
  silence(seconds = 1): this {
    this.now += seconds;
    return this.judge();
  }

  /** The same row again and again, once a second. */
  keep(seconds: number, said: Said = {}): this {
    for (let i = 0; i < seconds; i++) this.say(said);
    return this;
  }

  /** What the relays of a role say from now on; what is not said is as with relays that are closed and well. */
  feedback(role: RelayRole, said: Partial<RelayFeedback> | null): this {
    const feedback = said === null ? null : { open: false, fault: null, proven: false, ...said };
    this.engine.protection.feedback(role, feedback);
    return this;
  }

  judge(): this {
    this.engine.protection.step(this.engine.reading(this.now, 0), this.now);
    this.events = [...this.engine.protection.events];
    return this;
  }

  allowed(role: PermissionRole): boolean {
    return this.engine.protection.allowed(role);
  }

  get charge(): boolean {
    return this.allowed('charge');
  }

  get load(): boolean {
    return this.allowed('load');
  }

  get preAlarm(): boolean {
    return this.engine.protection.preAlarm;
  }

  /** The events of the last step as `rule/edge`, with the code where there is one. */
  get edges(): string[] {
    return this.events.map((e) => `${e.rule}${e.code === null ? '' : `(${e.code})`}/${e.edge}`);
  }
}
