/** Runs one scenario on a rig of its own, as many times as it wants to be. */
import { strict as assert } from 'node:assert';
import { Rig, type RigOptions } from './rig.ts';
import type { Scenario } from './scenario.ts';

export interface Outcome {
  readonly scenario: Scenario;
  readonly verdict: 'pass' | 'fail' | 'skipped';
  /** The chain was healthy and the fault was being injected: a failure is the scenario's, not the rig's. */
  readonly begun: boolean;
  /** What was measured, one a run. */
  readonly measured: readonly number[];
  /** s: how far a measured time may be off. */
  readonly error: number;
  /** Why it failed or was skipped. */
  readonly why: string | null;
  readonly notes: readonly string[];
  /** What Node-RED said last, after a failure. */
  readonly log: readonly string[];
}

/** s of health before each run. */
const HEALTHY = 5;
const HEALTHY_QUICK = 2;

export async function runScenario(scenario: Scenario, options: Omit<RigOptions, 'plan'>): Promise<Outcome> {
  const measured: number[] = [];
  const times = options.quick ? 1 : scenario.repeat;
  let rig: Rig | null = null;
  let begun = false;
  try {
    rig = await Rig.start({ ...options, plan: scenario.plan ?? {} });
    for (let time = 0; time < times; time++) {
      if (time > 0) await rig.heal();
      if (!scenario.plan?.unstarted) await rig.healthy(options.quick ? HEALTHY_QUICK : HEALTHY);
      begun = true;
      const value = await scenario.run(rig);
      measured.push(value);
      const unit = scenario.unit === 'edges' ? ' movements' : ' s';
      assert.ok(value <= scenario.bound, `${value.toFixed(3)}${unit}, promised at most ${scenario.bound}${unit}`);
    }
    return { scenario, verdict: 'pass', begun, measured, error: rig.coils.error, why: null, notes: rig.notes, log: [] };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      scenario,
      verdict: 'fail',
      begun,
      measured,
      error: rig?.coils.error ?? 0,
      why: `${begun ? '' : 'before the fault was injected: '}${why.split('\n', 1)[0] ?? ''}`,
      notes: rig?.notes ?? [],
      log: rig?.hasStarted() ? rig.nodeRed.log.slice(-20) : why.split('\n').slice(1),
    };
  } finally {
    await rig?.end().catch((error: unknown) => {
      console.error(`the rig of "${scenario.title}" did not end cleanly: ${String(error)}`);
    });
  }
}
